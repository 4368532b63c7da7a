"""The real Chroma, in a folder of the test's own."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from rag.errors import IndexMismatchError, IndexStoreError
from rag.index import Hit, Index
from rag.records import pack_vectors, unpack_vectors
from rag.schema import Chunk, Document, Period, Span
from rag.settings import IndexSettings

MANIFEST: dict[str, str | int] = {"model": "fake", "dimension": 4}
Vectors = NDArray[np.float32]


def basis(*places: int) -> Vectors:
    return np.eye(4, dtype=np.float32)[list(places)]


def document(document_id: str, *, path: str = "a.txt", parts: int = 2) -> Document:
    text = " ".join(f"جملة {number} من {document_id}." for number in range(parts))
    return Document(
        document_id=document_id,
        text=text,
        path=path,
        title=f"عنوان {document_id}",
        source="وكالة",
        published=dt.date(2024, 9, 27),
        crawled=dt.datetime(2024, 9, 28, 10, 30, tzinfo=dt.UTC),
        keywords=("العراق", "محادثات"),
        language="ar",
        url="https://news.example/1",
    )


def chunks_of(whole: Document) -> list[Chunk]:
    chunks: list[Chunk] = []
    start = 0
    for part in whole.text.split(". "):
        end = start + len(part.rstrip(".")) + 1
        text = whole.text[start:end]
        chunks.append(
            Chunk(
                document_id=whole.document_id,
                start=start,
                end=end,
                text=text,
                sentences=(Span(start, start + 4), Span(start + 5, end)),
            )
        )
        start = end + 1
    return chunks


def put(index: Index, whole: Document, places: Sequence[int] = (0, 1)) -> list[Chunk]:
    chunks = chunks_of(whole)
    index.add(whole, chunks, basis(*places), [basis(place, 3) for place in places])
    return chunks


def texts(hits: Sequence[Hit]) -> list[str]:
    return [hit.chunk.text for hit in hits]


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    return IndexSettings(path=tmp_path / "index")


@pytest.fixture
def index(settings: IndexSettings) -> Iterator[Index]:
    with Index.open(settings, manifest=MANIFEST) as opened:
        yield opened


def in_another_process(
    settings: IndexSettings, code: str, **options: Any
) -> subprocess.Popen[bytes]:
    prelude = f"""
import numpy as np
from pathlib import Path
from typing import Any
from rag.index import Index
from rag.settings import IndexSettings
from tests.test_index import MANIFEST, basis, document, put
index = Index.open(IndexSettings(path=Path({str(settings.path)!r})), manifest=MANIFEST)
"""
    return subprocess.Popen(
        [sys.executable, "-c", prelude + code],
        cwd=Path(__file__).resolve().parents[1],
        **options,
    )


def test_the_nearest_chunk_comes_first(index: Index) -> None:
    first, second = put(index, document("d"))
    hits = index.search(np.array([0.6, 0.8, 0, 0], dtype=np.float32), k=5)
    assert texts(hits) == [second.text, first.text]
    assert [hit.cosine for hit in hits] == pytest.approx([0.8, 0.6], abs=1e-6)


def test_a_hit_has_its_chunk_and_what_its_document_says(index: Index) -> None:
    chunk = put(index, document("d"))[0]
    hit = index.search(basis(0)[0], k=1)[0]
    assert hit.chunk == chunk
    assert (hit.title, hit.source, hit.published) == ("عنوان d", "وكالة", dt.date(2024, 9, 27))
    assert (hit.language, hit.path) == ("ar", "a.txt")
    np.testing.assert_allclose(hit.sentence_vectors, basis(0, 3))


def test_k_limits_the_hits(index: Index) -> None:
    put(index, document("d"))
    assert len(index.search(basis(0)[0], k=1)) == 1
    assert index.search(basis(0)[0], k=0) == ()


def test_no_vector_is_changed_in_place(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """HNSW may lose what is: see `Index.add`."""
    put(index, document("d"))
    chunks, add = index._store.chunks, index._store.chunks.add

    def add_new(**record: Any) -> None:
        assert chunks.get(ids=record["ids"], include=[])["ids"] == []
        add(**record)

    monkeypatch.setattr(chunks, "add", add_new)
    retitled = dataclasses.replace(document("d"), title="عنوان آخر")
    first, second = put(index, retitled, places=(2, 3))
    assert texts(index.search(basis(2)[0], k=1)) == [first.text]
    assert texts(index.search(basis(3)[0], k=1)) == [second.text]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc")
def test_vectors_are_linked_by_one_thread(settings: IndexSettings) -> None:
    """HNSW may lose what two link at once, however many the environment allows."""
    code = """
import os
put(index, document("d"))
assert len(index.search(basis(0)[0], k=5)) == 2
print(len(os.listdir("/proc/self/task")))
"""

    def threads(allowed: int) -> int:
        env = {**os.environ, "RAYON_NUM_THREADS": str(allowed)}
        with in_another_process(settings, code, env=env, stdout=subprocess.PIPE) as process:
            said, _ = process.communicate()
        assert process.returncode == 0
        return int(said)

    few, many = threads(2), threads(40)
    # Others of its threads come and go.
    assert many < few + 20


def test_only_the_documents_asked_for_are_searched(index: Index) -> None:
    put(index, document("d"))
    put(index, document("e"))
    hits = index.search(basis(0)[0], k=5, where={"e"})
    assert {hit.chunk.document_id for hit in hits} == {"e"}
    assert index.search(basis(0)[0], k=5, where=()) == ()


def test_more_documents_than_sqlite_has_variables_are_searched(index: Index) -> None:
    for number, place in enumerate([1, 0, 2]):
        put(index, document(f"d{number * 20_000}"), places=[place, 3])
    where = [f"d{number}" for number in range(40_001)]
    hits = index.search(basis(0)[0] * 0.8 + basis(1)[0] * 0.6, k=2, where=where)
    assert [hit.chunk.document_id for hit in hits] == ["d20000", "d0"]


def test_an_empty_index_finds_nothing(index: Index) -> None:
    assert index.search(basis(0)[0], k=5) == ()
    assert index.chunks(["d:0-1"]) == ()
    assert (index.documents(), index.count_documents(), index.count_chunks()) == ((), 0, 0)
    assert list(index.all_texts()) == []


def test_a_document_comes_back_as_it_was(index: Index) -> None:
    put(index, document("d"))
    assert index.document("d") == document("d")
    assert index.document("e") is None


def test_a_document_that_says_nothing_of_itself_comes_back(index: Index) -> None:
    bare = Document(document_id="d", text="", path="a.txt")
    index.add(bare, [], basis(), [])
    assert index.documents() == (bare,)


def test_documents_are_listed_in_the_order_they_came(index: Index) -> None:
    for document_id in ("z", "a", "m"):
        put(index, document(document_id, path=f"{document_id}.txt"))
    assert [found.document_id for found in index.documents()] == ["z", "a", "m"]


def test_documents_are_found_by_their_file(index: Index) -> None:
    put(index, document("d"))
    put(index, document("e"))
    put(index, document("f", path="b.txt"))
    assert index.ids_by_path() == {"a.txt": {"d", "e"}, "b.txt": {"f"}}
    assert index.document_ids() == {"d", "e", "f"}


def test_documents_are_found_by_the_day_they_came_out(index: Index) -> None:
    put(index, document("new"))
    put(index, dataclasses.replace(document("old"), published=dt.date(2014, 1, 31)))
    put(index, dataclasses.replace(document("undated"), published=None))
    day = dt.date(2024, 9, 27)
    assert index.ids_published(Period()) == {"new", "old", "undated"}
    assert index.ids_published(Period(day, day)) == {"new"}
    assert index.ids_published(Period(last=day)) == {"new", "old"}
    assert index.ids_published(Period(first=dt.date(2024, 9, 28))) == frozenset()


def test_chunks_come_in_the_order_of_their_ids(index: Index) -> None:
    first, second = put(index, document("d"))
    ids = [second.chunk_id, "gone:0-1", first.chunk_id]
    hits = index.chunks(ids, np.array([0.6, 0.8, 0, 0], dtype=np.float32))
    assert [hit.chunk for hit in hits] == [second, first]
    assert [hit.cosine for hit in hits] == pytest.approx([0.8, 0.6], abs=1e-6)


def test_chunks_without_a_query_have_no_cosine(index: Index) -> None:
    first, _ = put(index, document("d"))
    assert math.isnan(index.chunks([first.chunk_id])[0].cosine)


def test_all_texts_are_those_of_the_chunks(index: Index) -> None:
    first, second = put(index, document("d"))
    assert dict(index.all_texts()) == {first.chunk_id: first.text, second.chunk_id: second.text}


def test_more_chunks_than_a_batch_are_stored(index: Index) -> None:
    whole = document("d", parts=1100)
    chunks = chunks_of(whole)
    places = [number % 4 for number in range(len(chunks))]
    index.add(whole, chunks, basis(*places), [basis(place, 3) for place in places])
    assert index.count_chunks() == 1100
    assert len(list(index.all_texts())) == 1100


def test_adding_twice_changes_nothing_but_the_version(index: Index) -> None:
    put(index, document("d"))
    before = (index.documents(), list(index.all_texts()), index.version)
    put(index, document("d"))
    assert (index.documents(), list(index.all_texts())) == before[:2]
    assert index.version != before[2]


def test_a_document_cut_anew_loses_its_old_chunks(index: Index) -> None:
    put(index, document("d"))
    whole = document("d")
    one = Chunk(
        document_id="d",
        start=0,
        end=len(whole.text),
        text=whole.text,
        sentences=(Span(0, len(whole.text)),),
    )
    index.add(whole, [one], basis(2), [basis(2)])
    assert texts(index.search(basis(0)[0], k=5)) == [whole.text]


def test_a_removed_document_is_gone_with_its_chunks(index: Index) -> None:
    put(index, document("d"))
    put(index, document("e"))
    assert index.remove("d") is True
    assert index.remove("d") is False
    assert {hit.chunk.document_id for hit in index.search(basis(0)[0], k=5)} == {"e"}
    assert (index.count_chunks(), set(index.document_ids())) == (2, {"e"})
    assert index.count_documents() == 1


def test_the_version_changes_with_writes_only(index: Index) -> None:
    before = index.version
    assert index.version == before
    put(index, document("d"))
    assert index.version != before


def test_what_was_stored_is_there_after_reopening(settings: IndexSettings, index: Index) -> None:
    put(index, document("d"))
    version = index.version
    index.close()
    with Index.open(settings, manifest=MANIFEST) as again:
        assert len(again.search(basis(0)[0], k=5)) == 2
        assert again.version == version


def test_corpora_in_one_folder_are_apart(settings: IndexSettings, index: Index) -> None:
    put(index, document("d"))
    other = settings.model_copy(update={"collection": "other"})
    with Index.open(other, manifest={"model": "another"}) as second:
        assert second.document_ids() == frozenset()


@pytest.mark.parametrize(("first", "second"), [("a-1", "a-1-documents"), ("a-1-documents", "a-1")])
@pytest.mark.parametrize("rebuild", [False, True])
def test_a_corpus_whose_collections_another_has_is_refused(
    settings: IndexSettings, first: str, second: str, rebuild: bool
) -> None:
    one = settings.model_copy(update={"collection": first})
    other = settings.model_copy(update={"collection": second})
    with Index.open(one, manifest=MANIFEST) as index:
        put(index, document("d"))
        with pytest.raises(IndexStoreError, match=f'"{second}" would share .* "{first}"'):
            Index.open(other, manifest=MANIFEST, rebuild=rebuild)
        assert index.documents() == (document("d"),)
    with Index.open(one, manifest=MANIFEST, rebuild=rebuild) as again:
        assert again.count_documents() == (0 if rebuild else 1)


def test_another_manifest_is_refused_and_the_cure_named(
    settings: IndexSettings, index: Index
) -> None:
    put(index, document("d"))
    with pytest.raises(IndexMismatchError, match="mustanad ingest --rebuild") as caught:
        Index.open(settings, manifest={**MANIFEST, "model": "new"})
    assert caught.value.built_with == {**MANIFEST, "schema": 2}
    assert caught.value.configured == {**MANIFEST, "model": "new", "schema": 2}


def test_an_index_without_documents_takes_on_another_manifest(
    settings: IndexSettings, index: Index
) -> None:
    index.close()
    with Index.open(settings, manifest={"dimension": 2}) as again:
        whole = document("d", parts=1)
        again.add(whole, chunks_of(whole), np.eye(1, 2, dtype=np.float32), [basis(0, 1)])
        assert again.count_chunks() == 1


def test_rebuilding_throws_away_what_was_there(settings: IndexSettings, index: Index) -> None:
    put(index, document("d"))
    with Index.open(settings, manifest={"model": "new"}, rebuild=True) as again:
        assert (again.document_ids(), again.count_chunks()) == (frozenset(), 0)


def test_an_open_index_notices_that_it_was_built_anew(
    settings: IndexSettings, index: Index
) -> None:
    put(index, document("d"))
    with Index.open(settings, manifest=MANIFEST, rebuild=True) as again:
        put(again, document("e"))
    assert {hit.chunk.document_id for hit in index.search(basis(0)[0], k=5)} == {"e"}
    with Index.open(settings, manifest={"model": "new"}, rebuild=True) as again:
        put(again, document("f"))
    with pytest.raises(IndexMismatchError):
        index.search(basis(0)[0], k=5)


def test_two_open_indexes_see_and_keep_what_the_other_wrote(
    settings: IndexSettings, index: Index
) -> None:
    with Index.open(settings, manifest=MANIFEST) as other:
        for number in range(3):
            put(index, document(f"mine{number}"))
            put(other, document(f"theirs{number}"))
        assert len(index.search(basis(0)[0], k=50)) == 12
        assert len(other.search(basis(0)[0], k=50)) == 12


def test_what_another_process_wrote_is_found(settings: IndexSettings, index: Index) -> None:
    put(index, document("d"))
    version = index.version
    writer = in_another_process(settings, "put(index, document('e')); index.remove('d')")
    assert writer.wait(timeout=60) == 0
    assert {hit.chunk.document_id for hit in index.search(basis(0)[0], k=5)} == {"e"}
    assert index.version != version


def test_processes_that_write_at_once_lose_nothing(settings: IndexSettings, index: Index) -> None:
    code = "for n in range(5): put(index, document(f'{name}{n}'))"
    writers = [in_another_process(settings, f"name = {name!r}\n{code}") for name in "xy"]
    for number in range(5):
        put(index, document(f"z{number}"))
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert len(index.document_ids()) == 15
    assert len(index.search(basis(0)[0], k=50)) == 30


def test_a_writer_killed_halfway_leaves_nothing_behind(settings: IndexSettings) -> None:
    code = """
import os
put(index, document('d'))
index._store.documents.upsert = lambda **record: os._exit(9)
put(index, document('e'))
"""
    assert in_another_process(settings, code).wait(timeout=60) == 9
    with Index.open(settings, manifest=MANIFEST) as index:
        assert (set(index.document_ids()), index.count_chunks()) == ({"d"}, 2)


def test_a_removal_killed_halfway_is_ended(settings: IndexSettings) -> None:
    code = """
import os
put(index, document('d'))
index._store.chunks.delete = lambda **record: os._exit(9)
index.remove('d')
"""
    assert in_another_process(settings, code).wait(timeout=60) == 9
    with Index.open(settings, manifest=MANIFEST) as index:
        assert (index.document_ids(), index.count_chunks()) == (frozenset(), 0)


def test_chunks_of_an_unfinished_document_are_not_found(index: Index) -> None:
    put(index, document("d"))
    index._store.documents.delete(ids=["d"])
    assert index.search(basis(0)[0], k=5) == ()
    assert list(index.all_texts()) == []


def test_vectors_of_another_dimension_are_refused_and_nothing_stays(index: Index) -> None:
    put(index, document("d"))
    whole = document("e", parts=1)
    with pytest.raises(IndexStoreError, match="dimension"):
        index.add(whole, chunks_of(whole), np.eye(1, 7, dtype=np.float32), [basis(0, 1)])
    put(index, document("f"))
    assert (set(index.document_ids()), index.count_chunks()) == ({"d", "f"}, 4)


def test_numbers_of_chunks_and_vectors_must_agree(index: Index) -> None:
    whole = document("d")
    with pytest.raises(ValueError, match="2 chunks need as many vectors"):
        index.add(whole, chunks_of(whole), basis(0), [basis(0, 1)])
    with pytest.raises(ValueError, match="has 2 sentences, but 1 sentence vectors"):
        index.add(whole, chunks_of(whole), basis(0, 1), [basis(0), basis(1)])
    with pytest.raises(ValueError, match="does not belong to document e"):
        index.add(document("e"), chunks_of(whole), basis(0, 1), [basis(0, 1)] * 2)


def test_a_closed_index_says_so(index: Index) -> None:
    index.close()
    index.close()
    with pytest.raises(IndexStoreError, match="has been closed"):
        index.search(basis(0)[0], k=1)


def test_a_folder_that_is_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(IndexStoreError, match="cannot be used"):
        Index.open(IndexSettings(path=tmp_path / "file"), manifest=MANIFEST)


def test_a_store_that_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_text("garbage" * 1000, encoding="utf-8")
    with pytest.raises(IndexStoreError, match="not a database"):
        Index.open(IndexSettings(path=tmp_path), manifest=MANIFEST)


def test_a_server_that_does_not_answer_is_one_clear_error() -> None:
    settings = IndexSettings(url="http://127.0.0.1:9")
    with pytest.raises(IndexStoreError, match="no Chroma server answers there"):
        Index.open(settings, manifest=MANIFEST)


@pytest.mark.parametrize(
    ("url", "reached"),
    [
        ("http://chroma.example", ("chroma.example", 8000, False)),
        ("https://chroma.example", ("chroma.example", 443, True)),
        ("https://chroma.example:8443", ("chroma.example", 8443, True)),
        ("chroma.example", ("chroma.example", 8000, False)),
        ("192.0.2.5:9000", ("192.0.2.5", 9000, False)),
        ("localhost:8001", ("localhost", 8001, False)),
    ],
)
def test_the_server_of_the_address_is_asked(
    monkeypatch: pytest.MonkeyPatch, url: str, reached: tuple[str, int, bool]
) -> None:
    asked: list[tuple[str, int, bool]] = []

    def refuse(*, host: str, port: int, ssl: bool, settings: object) -> None:
        asked.append((host, port, ssl))
        raise ValueError("nobody is there")

    monkeypatch.setattr("chromadb.HttpClient", refuse)
    with pytest.raises(IndexStoreError, match="nobody is there"):
        Index.open(IndexSettings(url=url), manifest=MANIFEST)
    assert asked == [reached]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = Path(sys.executable).with_name("chroma")
    with subprocess.Popen(
        [command, "run", "--path", tmp_path, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def test_a_server_keeps_the_index_as_a_folder_does(server: str) -> None:
    # In a process of its own: Chroma's client leaves its sockets open until the process ends.
    code = f"""
from rag.index import Index
from rag.settings import IndexSettings
from tests.test_index import MANIFEST, basis, document, put
settings = IndexSettings(url={server!r})
with Index.open(settings, manifest=MANIFEST) as index:
    first, _ = put(index, document("d"))
    with Index.open(settings, manifest=MANIFEST) as other:
        put(other, document("e"))
        other.remove("e")
    assert index.search(basis(0)[0], k=1)[0].chunk == first
    assert index.documents() == (document("d"),)
"""
    root = Path(__file__).resolve().parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 5), st.integers(1, 40)),
        elements=st.floats(-1, 1, width=32),
    )
)
def test_packing_moves_a_value_by_half_a_step_at_most(rows: Vectors) -> None:
    back = unpack_vectors(pack_vectors(rows), count=len(rows))
    steps = np.abs(rows).max(axis=1, keepdims=True) / 127
    assert (str(back.dtype), back.shape) == ("float32", rows.shape)
    assert (np.abs(back - rows) <= steps * 0.51 + 1e-37).all()


def test_packing_moves_a_cosine_by_less_than_a_hundredth() -> None:
    rows = np.random.default_rng(1).normal(size=(200, 768)).astype(np.float32)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    back = unpack_vectors(pack_vectors(unit), count=len(unit))
    assert np.abs(unit @ back.T - unit @ unit.T).max() < 0.01


def test_no_vectors_and_zero_vectors_can_be_packed() -> None:
    assert unpack_vectors(pack_vectors(np.zeros((0, 4), np.float32)), count=0).shape == (0, 0)
    assert unpack_vectors(pack_vectors(np.zeros((2, 3), np.float32)), count=2).tolist() == [
        [0, 0, 0],
        [0, 0, 0],
    ]
