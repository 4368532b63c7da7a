"""Ingests that are killed, run at once or find no space: the index stays whole, nothing is lost.

The processes are real, and so is Chroma. One process imports all that an ingest needs and forks for
each job, so that fifty kills do not cost fifty starts. The indexes are in memory where there is a
folder for that: a killed process loses nothing that it wrote, whether or not it is on the disk yet.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest

from rag.errors import IndexMismatchError, IndexStoreError
from rag.index import SCHEMA_VERSION, Index
from rag.ingestion import ingest_paths
from rag.schema import Chunk, Document, IngestReport, Span
from rag.settings import IndexSettings, IngestSettings
from rag.store import Store
from tests.fakes import HashEmbedder

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
MANIFEST: dict[str, str | int] = {"model": "fake"}
EMBEDDER = HashEmbedder()
NOBODY = 65534
FILES = 40
KILLS = 50
PARTS = 250
"""Chunks of a document of `grow`: with the fourth, Chroma writes its vectors to files."""
WORDS = [f"word{number}" for number in range(400)]


# The jobs, which run in processes of their own. What they return is said to the test.


def open_index(folder: str | Path) -> Index:
    return Index.open(IndexSettings(path=Path(folder)), manifest=MANIFEST)


def take_in(index: Index, *paths: str | Path) -> IngestReport:
    return ingest_paths(
        paths, index=index, embedder=EMBEDDER, settings=IngestSettings(chunk_tokens=32)
    )


def ingest(folder: str, paths: list[str]) -> str:
    with open_index(folder) as index:
        return f"added {len(take_in(index, *paths).added)}"


def open_without_space(folder: str) -> str:
    limit_files(1000)
    try:
        open_index(folder).close()
    except IndexStoreError as exc:
        return str(exc)
    return "opened"


def ingest_with_little_space(folder: str, paths: list[str], most_bytes: int) -> dict[str, Any]:
    """Ingests while no file may grow beyond a size, and again without that limit."""
    return ingest_twice(
        folder, paths, lambda: limit_files(most_bytes), lambda: limit_files(resource.RLIM_INFINITY)
    )


def ingest_on_a_small_disk(folder: str, paths: list[str]) -> dict[str, Any]:
    """Ingests on a disk that is too small, and again once it is larger."""
    grow_disk = ["mount", "-o", "remount,size=64m", str(Path(folder).parent)]
    return ingest_twice(folder, paths, lambda: None, lambda: subprocess.run(grow_disk, check=True))


def ingest_twice(
    folder: str, paths: list[str], fill: Callable[[], object], free: Callable[[], object]
) -> dict[str, Any]:
    """Ingests without space until it fails twice, and with space until it is done."""
    said: dict[str, Any] = {"errors": []}
    with open_index(folder) as index:
        fill()
        for _ in range(2):
            try:
                take_in(index, *paths)
            except IndexStoreError as exc:
                said["errors"].append(str(exc))
        free()
        said["kept"] = len(contents(index).documents)
        said["added"] = len(take_in(index, *paths).added)
        said["chunks"] = dict(contents(index).chunks)
    return said


def limit_files(most_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))


def ask_as_nobody(folder: str) -> str:
    """Opens an index as a user who may do what its modes allow; root may do everything."""
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        with open_index(folder) as index:
            return f"found {len(index.search(EMBEDDER.embed_query('word1'), k=1))}"
    except IndexStoreError as exc:
        return str(exc)


def grow(folder: str, first: int, end: int) -> str:
    with open_index(folder) as index:
        for number in range(first, end):
            add_long(index, number)
    return ""


def die_before_the_record(folder: str, number: int) -> str:
    """Stores the chunks of a document, and is gone before the document itself is written."""
    with open_index(folder) as index:

        def die(**record: Any) -> None:
            os._exit(9)

        index._store.documents.upsert = die  # type: ignore[assignment]
        add_long(index, number)
    return ""


JOBS: dict[str, Callable[..., object]] = {
    job.__name__: job
    for job in (
        ingest,
        open_without_space,
        ingest_with_little_space,
        ingest_on_a_small_disk,
        ask_as_nobody,
        grow,
        die_before_the_record,
    )
}


def serve() -> None:
    """Reads orders from stdin, one a line, forks for their jobs and says how those ended."""
    for module in ("chromadb.api.rust", "chromadb.telemetry.product.posthog", "httpx"):
        importlib.import_module(module)
    for line in sys.stdin:
        order = json.loads(line)
        began = time.perf_counter()
        children = [_fork(*job) for job in order["jobs"]]
        if order["kill_after_s"] is not None:
            if order["watched"] is not None:
                _await_change(Path(order["watched"]))
            time.sleep(order["kill_after_s"])
            os.kill(children[0][0], signal.SIGKILL)
        ends = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid, _ in children]
        seconds = time.perf_counter() - began
        said = []
        for _, reader in children:
            with os.fdopen(reader, encoding="utf-8") as stream:
                said.append(stream.read())
        sys.stdout.write(json.dumps([*zip(ends, said, [seconds] * len(ends), strict=True)]) + "\n")
        sys.stdout.flush()


def _fork(name: str, arguments: list[Any]) -> tuple[int, int]:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return pid, reader
    said, code = "", 1
    try:
        said = json.dumps(JOBS[name](*arguments))
        code = 0
    finally:
        with os.fdopen(writer, "w", encoding="utf-8") as stream:
            stream.write(said or traceback.format_exc())
        os._exit(code)


def _await_change(file: Path) -> None:
    before = file.stat().st_mtime_ns
    deadline = time.monotonic() + 20
    while file.stat().st_mtime_ns == before and time.monotonic() < deadline:
        pass


# What the tests use.


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a job ended: its exit code (-9 if it was killed), what it said, and when."""

    code: int
    said: Any
    seconds: float


class Forker:
    """Runs jobs in processes of their own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from tests.test_crash import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        with self._process:
            self._process.kill()

    def run(
        self,
        *jobs: tuple[object, ...],
        kill_after_s: float | None = None,
        watched: Path | None = None,
    ) -> list[End]:
        """Runs jobs at once, each a function's name and its arguments, until all have ended.

        Args:
            jobs: what to run.
            kill_after_s: kills the first job (SIGKILL) so long after its start.
            watched: a file; the time to the kill counts from its first change.
        """
        order = {
            "jobs": [[name, arguments] for name, *arguments in jobs],
            "kill_after_s": kill_after_s,
            "watched": watched and str(watched),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        ends = []
        for code, said, seconds in json.loads(self._process.stdout.readline()):
            assert code in {0, 9, -signal.SIGKILL}, said
            ends.append(End(code=code, said=json.loads(said or "null"), seconds=seconds))
        return ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The documents of an index by their ids, and the texts of its chunks by theirs."""

    documents: Mapping[str, Document]
    chunks: Mapping[str, str]

    def of(self, document_id: str) -> tuple[Document | None, dict[str, str]]:
        chunks = {
            chunk_id: text
            for chunk_id, text in self.chunks.items()
            if chunk_id.rpartition(":")[0] == document_id
        }
        return self.documents.get(document_id), chunks


def contents(index: Index) -> Contents:
    """All that is in an index, once it is sure that a search finds just that, each chunk once."""
    listed = {document.document_id: document for document in index.documents()}
    chunks = dict(index.all_texts())
    assert index.count_chunks() == len(chunks)
    vector = EMBEDDER.embed_query("word1")
    found = [hit.chunk for hit in index.search(vector, k=len(chunks) + 10)]
    assert sorted(chunk.chunk_id for chunk in found) == sorted(chunks)
    assert {chunk.chunk_id: chunk.text for chunk in found} == chunks
    assert {chunk.document_id for chunk in found} == set(listed)
    for text in random.Random(len(chunks)).sample(sorted(chunks.values()), min(5, len(chunks))):
        best = index.search(EMBEDDER.embed_query(text), k=1)[0]
        assert best.chunk.text == text
        assert best.cosine == pytest.approx(1, abs=1e-5)
    return Contents(documents=listed, chunks=chunks)


def contents_at(folder: Path) -> Contents:
    with open_index(folder) as index:
        return contents(index)


def article(seed: str, sentences: int = 6) -> str:
    rng = random.Random(seed)
    return " ".join(" ".join(rng.choices(WORDS, k=12)).capitalize() + "." for _ in range(sentences))


def write_corpus(folder: Path, *, edition: int) -> None:
    """Forty files. In the second edition a third is new, a third changed, a few have gone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    first = 8 * (edition - 1)
    for number in range(first, first + FILES):
        changed = edition if number % 3 == 0 else 1
        title = edition if number % 7 == 0 else 1
        text = f"---\ntitle: Title {title}\n---\n\n{article(f'{number}-{changed}')}"
        (folder / f"{number:02}.md").write_text(text, encoding="utf-8")


def long_document(number: int) -> tuple[Document, list[Chunk], Any]:
    """A document of many chunks, and random vectors for them."""
    texts = [f"Part {part} of document {number}." for part in range(PARTS)]
    document_id = f"{number:08x}"
    chunks: list[Chunk] = []
    start = 0
    for text in texts:
        span = Span(start, start + len(text))
        chunks.append(
            Chunk(
                document_id=document_id,
                start=span.start,
                end=span.end,
                text=text,
                sentences=(span,),
            )
        )
        start = span.end + 1
    whole = Document(document_id=document_id, text=" ".join(texts), path=f"{number}.txt")
    rows = np.random.default_rng(number).normal(size=(PARTS, 64)).astype(np.float32)
    return whole, chunks, rows / np.linalg.norm(rows, axis=1, keepdims=True)


def add_long(index: Index, number: int) -> None:
    whole, chunks, vectors = long_document(number)
    index.add(whole, chunks, vectors, [np.ones((1, 2), np.float32)] * len(chunks))


def assert_has_long(index: Index, end: int) -> None:
    """That it holds the long documents before `end`, and one in ten of their chunks is found."""
    assert sorted(index.document_ids()) == [f"{number:08x}" for number in range(end)]
    assert index.count_chunks() == len(dict(index.all_texts())) == end * PARTS
    for number in range(end):
        _, chunks, vectors = long_document(number)
        for chunk, vector in list(zip(chunks, vectors, strict=True))[::10]:
            assert [hit.chunk for hit in index.search(vector, k=1)] == [chunk]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that every user may enter, unlike `tmp_path`, for all tests here."""
    memory = Path("/dev/shm")
    quick = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="mustanad-tests-", dir=quick) as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def place(folder: Path) -> Iterator[Path]:
    """Where a test has its index. Nothing is there yet."""
    yield folder / "index"
    shutil.rmtree(folder / "index", ignore_errors=True)


@pytest.fixture(scope="module")
def forker() -> Iterator[Forker]:
    with Forker() as started:
        yield started


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A folder in its second edition, an index of its first one, and what is right for both."""

    folder: Path
    index: Path
    before: Contents
    after: Contents


@pytest.fixture(scope="module")
def corpus(folder: Path, forker: Forker) -> Corpus:
    place = folder / "corpus"
    place.mkdir()
    for edition in (1, 2):
        write_corpus(place / "files", edition=edition)
        forker.run(("ingest", str(place / f"index-{edition}"), [str(place / "files")]))
    return Corpus(
        folder=place / "files",
        index=place / "index-1",
        before=contents_at(place / "index-1"),
        after=contents_at(place / "index-2"),
    )


@pytest.fixture(scope="module")
def six_long(folder: Path, forker: Forker) -> Path:
    """An index of six long documents: vectors of the first are in files, others in the log."""
    place = folder / "long"
    forker.run(("grow", str(place), 0, 6))
    return place


# The tests.


def test_fifty_kills_lose_and_double_nothing(place: Path, forker: Forker, corpus: Corpus) -> None:
    rng = random.Random(KILLS)
    job = ("ingest", str(place), [str(corpus.folder)])
    seconds = {}
    for start in (None, corpus.index):
        begin_from(start, place)
        seconds[start] = forker.run(job)[0].seconds
        assert contents_at(place) == corpus.after
    killed = writing = 0
    for start in cycle(seconds):
        if killed >= KILLS and writing >= KILLS / 2:
            break
        # Chance decides how many hit a document being written; ten times as many would not be it.
        assert killed < 10 * KILLS, f"only {writing} of {killed} kills hit one being written"
        begin_from(start, place)
        end = None
        while end is None or end.code:
            # Each goes on where the one before was killed: together they spread over the whole.
            end = forker.run(job, kill_after_s=seconds[start] * rng.uniform(0.02, 0.3))[0]
            killed += end.code == -signal.SIGKILL
            writing += (place / ".writing").exists()
            now = contents_at(place)
            for document_id in now.documents:
                known = [corpus.before.of(document_id), corpus.after.of(document_id)]
                assert now.of(document_id) in known
        assert now == corpus.after


def begin_from(start: Path | None, place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    if start is not None:
        shutil.copytree(start, place)


@pytest.mark.parametrize("seed", range(5))
def test_a_kill_while_vectors_are_written_to_files_loses_none(
    place: Path, forker: Forker, six_long: Path, seed: int
) -> None:
    shutil.copytree(six_long, place)
    vectors = max(place.glob("*-*/data_level0.bin"), key=lambda file: file.stat().st_size)
    after_s = random.Random(seed).uniform(0, 0.01)
    forker.run(("grow", str(place), 6, 10), kill_after_s=after_s, watched=vectors)
    with open_index(place) as index:
        assert_has_long(index, len(index.document_ids()))
        for number in range(6, 10):
            add_long(index, number)
        assert_has_long(index, 10)


def test_vector_files_left_halfway_are_put_back(
    place: Path, forker: Forker, six_long: Path
) -> None:
    shutil.copytree(six_long, place)
    forker.run(("die_before_the_record", str(place), 6))
    for file in place.glob("*-*/*"):
        os.truncate(file, file.stat().st_size // 2)
    with open_index(place) as index:
        assert_has_long(index, 6)


def test_who_has_an_index_open_notices_that_its_files_were_put_back(
    place: Path, forker: Forker, six_long: Path
) -> None:
    shutil.copytree(six_long, place)
    with open_index(place) as index:
        forker.run(("die_before_the_record", str(place), 6))
        for file in place.glob("*-*/*"):
            os.truncate(file, file.stat().st_size // 2)
        # The other corpus in the folder puts the files back, but knows nothing of the document.
        Index.open(IndexSettings(path=place, collection="other"), manifest=MANIFEST).close()
        for number in range(6, 11):
            add_long(index, number)
    with open_index(place) as index:
        assert_has_long(index, 11)


def test_vector_files_that_were_written_in_full_are_kept(place: Path, forker: Forker) -> None:
    forker.run(("grow", str(place), 0, 3))
    assert forker.run(("die_before_the_record", str(place), 3))[0].code == 9
    assert list(place.glob("*-*/index_metadata.pickle")) != []
    with open_index(place) as index:
        assert_has_long(index, 3)


def test_two_ingests_at_once_give_what_one_gives(
    place: Path, forker: Forker, corpus: Corpus
) -> None:
    shutil.copytree(corpus.index, place)
    files = sorted(map(str, corpus.folder.iterdir()))
    ends = forker.run(
        ("ingest", str(place), [str(corpus.folder)]),
        ("ingest", str(place), [*files[20:], str(corpus.folder)]),
        ("ingest", str(place), [str(corpus.folder)]),
    )
    assert [end.code for end in ends] == [0, 0, 0]
    assert contents_at(place) == corpus.after


@pytest.mark.parametrize("part", [0.1, 0.2, 0.3, 0.4, 0.5])
def test_an_ingest_goes_on_when_another_is_killed(
    place: Path, forker: Forker, corpus: Corpus, part: float
) -> None:
    job = ("ingest", str(place), [str(corpus.folder)])
    seconds = forker.run(job)[0].seconds
    shutil.rmtree(place)
    killed, other = forker.run(job, job, kill_after_s=part * seconds)
    assert (killed.code, other.code) == (-signal.SIGKILL, 0)
    assert contents_at(place) == corpus.after


def test_who_is_killed_over_a_document_that_another_has_stored_does_not_lose_it(
    place: Path, forker: Forker
) -> None:
    forker.run(("grow", str(place), 0, 3))
    forker.run(("die_before_the_record", str(place), 2))
    with open_index(place) as index:
        assert_has_long(index, 3)


def test_whoever_asks_during_an_ingest_finds_whole_documents(
    place: Path, forker: Forker, corpus: Corpus
) -> None:
    numbers: set[int] = set()
    with open_index(place) as index, ThreadPoolExecutor() as pool:
        running = pool.submit(forker.run, ("ingest", str(place), [str(corpus.folder)]))
        while not running.done():
            for hit in index.search(EMBEDDER.embed_query("word1 word2 word3"), k=10):
                document, chunks = corpus.after.of(hit.chunk.document_id)
                assert hit.title == (document and document.title)
                assert [h.chunk.text for h in index.chunks(list(chunks))] == list(chunks.values())
            numbers.add(len(index.document_ids()))
        assert running.result()[0].said == f"added {FILES}"
        assert len(numbers) > 2
        assert contents(index) == corpus.after


def test_whoever_asks_while_vectors_are_written_to_files_harms_none(
    place: Path, forker: Forker, six_long: Path
) -> None:
    shutil.copytree(six_long, place)
    _, chunks, vectors = long_document(0)
    with open_index(place) as index, ThreadPoolExecutor() as pool:
        running = pool.submit(forker.run, ("grow", str(place), 6, 14))
        while not running.done():
            assert index.search(vectors[0], k=1)[0].chunk == chunks[0]
        assert running.result()[0].code == 0
    with open_index(place) as index:
        assert_has_long(index, 14)


@pytest.mark.parametrize(
    ("start", "share"), [("nothing", 0.4), ("nothing", 0.6), ("nothing", 0.9), ("first", 1.01)]
)
def test_an_ingest_without_space_keeps_what_it_stored_and_goes_on_with_space(
    place: Path, forker: Forker, corpus: Corpus, start: str, share: float
) -> None:
    if start == "first":
        shutil.copytree(corpus.index, place)
    limit = int(share * (corpus.index / "chroma.sqlite3").stat().st_size)
    end = forker.run(("ingest_with_little_space", str(place), [str(corpus.folder)], limit))[0]
    assert_said_what_to_do(end.said["errors"])
    assert end.said["added"] > 0
    assert contents_at(place) == corpus.after


def assert_said_what_to_do(errors: list[str]) -> None:
    assert len(errors) == 2
    for error in errors:
        assert "\n" not in error
        assert error.endswith("make room and run it again: what was stored is kept.")


def test_a_full_disk_keeps_what_was_stored_until_there_is_space(
    place: Path, corpus: Corpus
) -> None:
    place.mkdir()
    said = on_a_disk_of("700k", place, "ingest_on_a_small_disk", [str(corpus.folder)])
    assert_said_what_to_do(said["errors"])
    assert said["kept"] > 0
    assert said["chunks"] == corpus.after.chunks


def on_a_disk_of(size: str, folder: Path, job: str, *arguments: Any) -> Any:
    """Runs a job on an index of a disk that no one else sees, and that ends with it."""
    code = f"""
import json
from tests.test_crash import JOBS
print(json.dumps(JOBS[{job!r}]({str(folder / "index")!r}, *{arguments!r})))
"""
    mount = f'mount -t tmpfs -o size={size} tmpfs "$0" || exit 77; exec "$@"'
    command = ["unshare", "-rm", "sh", "-c", mount, str(folder), sys.executable, "-c", code]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )
    except FileNotFoundError:
        pytest.skip("skipped: no unshare here")
    if not done.stdout and done.returncode in {1, 77}:
        pytest.skip(f"skipped: no disk of its own can be mounted here ({done.stderr.strip()})")
    return json.loads(done.stdout)


def test_an_index_that_cannot_be_made_for_lack_of_space_is_one_clear_error(
    place: Path, forker: Forker, corpus: Corpus
) -> None:
    error = forker.run(("open_without_space", str(place)))[0].said
    assert error.endswith("make room and run it again: what was stored is kept.")
    forker.run(("ingest", str(place), [str(corpus.folder)]))
    assert contents_at(place) == corpus.after


@pytest.mark.parametrize("locked", [".", ".lock", "chroma.sqlite3"])
def test_a_read_only_index_says_what_to_do(
    place: Path, forker: Forker, corpus: Corpus, locked: str
) -> None:
    shutil.copytree(corpus.index, place)
    for path in [place, *place.rglob("*")]:
        path.chmod(0o777)
    (place / locked).chmod(0o555)
    error = forker.run(("ask_as_nobody", str(place)))[0].said
    assert error == (
        f"The index at {place} cannot be used: {place / locked} is read-only, and Chroma writes "
        "there even to answer a question. Make the folder and its files writable, or set "
        "index.path to a copy that is."
    )
    (place / locked).chmod(0o777)
    assert forker.run(("ask_as_nobody", str(place)))[0].said == "found 1"


def test_an_index_of_an_older_schema_names_the_command_that_mends_it(
    place: Path, corpus: Corpus
) -> None:
    older = {**MANIFEST, "schema": SCHEMA_VERSION - 1}
    settings = IndexSettings(path=place)
    whole = next(iter(corpus.after.documents.values()))
    store = Store(settings, older)
    store.open()
    with store.writing(whole.document_id):
        store.documents.upsert(
            ids=[whole.document_id],
            embeddings=[1.0],
            documents=[whole.text],
            metadatas=[{"path": whole.path}],
        )
    store.close()
    with pytest.raises(IndexMismatchError) as caught:
        open_index(place)
    assert str(caught.value) == (
        f"The index at {place} cannot be used: schema: built with {SCHEMA_VERSION - 1}, "
        f"now {SCHEMA_VERSION}. Run `mustanad ingest --rebuild PATH` to build it again, or set the "
        "settings back."
    )
    with Index.open(settings, manifest=MANIFEST, rebuild=True) as index:
        take_in(index, corpus.folder)
        assert contents(index) == corpus.after
    assert contents_at(place) == corpus.after
