"""Several corpora in one index folder: who sees them, what they share, what deleting leaves."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import filelock
import pytest

from rag import corpus_register
from rag.assistant import Assistant
from rag.corpora import DEFAULT, Corpora, Corpus
from rag.engines import Engines
from rag.errors import CorpusError, CorpusNotFoundError, IndexStoreError, RagError
from rag.index import Index
from rag.settings import IndexSettings, Settings
from rag.vector_files import VectorFiles
from tests.fakes import HashEmbedder

BRIDGE = "The bridge over the river cost 40 million dinars."
SCHOOL = "في المدرسة الجديدة 350 تلميذا."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {
            "index": {"path": tmp_path / "index"},
            "models": {"cache": tmp_path / "models", "sources": ("cache",)},
            "answer": {"engine": "none", "reader": False},
        }
    )


@pytest.fixture
def open_corpora(settings: Settings) -> Iterator[Callable[[], Corpora]]:
    """Opens the corpora, each time as another process would: with engines of their own."""
    opened: list[Corpora] = []

    def open_them() -> Corpora:
        opened.append(Corpora(settings, engines=Engines(settings, embedder=HashEmbedder())))
        return opened[-1]

    yield open_them
    for corpora in opened:
        corpora.close()


@pytest.fixture
def corpora(open_corpora: Callable[[], Corpora]) -> Corpora:
    return open_corpora()


def take_in(assistant: Assistant, folder: Path, name: str, text: str) -> None:
    file = folder / f"{name}.txt"
    file.write_text(text, encoding="utf-8")
    assert len(assistant.ingest(file).added) == 1


def texts(assistant: Assistant) -> list[str]:
    return [document.text for document in assistant.documents()]


def names(corpora: Corpora, owner: str = "") -> list[str]:
    return [corpus.name for corpus in corpora.visible_to(owner)]


def tables(folder: Path) -> str:
    """All that Chroma's tables hold; not what SQLite keeps of deleted rows in its file."""
    with closing(sqlite3.connect(folder / "chroma.sqlite3")) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return "".join(repr(connection.execute(f"SELECT * FROM {t}").fetchall()) for (t,) in found)  # noqa: S608


def segments(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_dir() and path.name[:1] != "."}


# the list


def test_the_default_corpus_is_always_there_and_shared(
    corpora: Corpora, settings: Settings
) -> None:
    for owner in ("", "ليلى"):
        (default,) = corpora.visible_to(owner)
        assert (default.corpus_id, default.name, default.owner) == (DEFAULT, DEFAULT, "")
        assert (default.shared, default.collection) == (True, settings.index.collection)
        assert default == corpora.get(DEFAULT, owner=owner)


def test_looking_writes_nothing(corpora: Corpora, tmp_path: Path) -> None:
    corpora.visible_to("")
    corpora.assistant(DEFAULT, owner="")
    assert list(tmp_path.iterdir()) == []


def test_a_new_corpus_has_a_collection_of_its_own_and_is_dated(corpora: Corpora) -> None:
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    made = corpora.create("  تقارير 2024 ", owner="ليلى")
    other = corpora.create("other", owner="ليلى")
    assert (made.name, made.owner, made.shared) == ("تقارير 2024", "ليلى", False)
    assert before <= made.created <= dt.datetime.now(dt.UTC)
    assert made.created.utcoffset() == dt.timedelta(0)
    assert made.collection != other.collection
    IndexSettings(collection=made.collection)
    assert corpora.get(made.corpus_id, owner="ليلى") == made


def test_the_list_begins_with_the_default_and_goes_on_by_name(corpora: Corpora) -> None:
    for name in ("zebra", "Beta", "alpha", "أخبار", "Émile"):
        corpora.create(name)
    assert names(corpora) == ["default", "alpha", "Beta", "zebra", "Émile", "أخبار"]


def test_only_ones_own_and_shared_corpora_are_seen(corpora: Corpora) -> None:
    hers = corpora.create("hers", owner="ليلى")
    corpora.create("his", owner="sami")
    corpora.create("ours", owner="sami", shared=True)
    corpora.create("nobody's")
    assert names(corpora, "ليلى") == ["default", "hers", "ours"]
    assert names(corpora, "sami") == ["default", "his", "ours"]
    assert names(corpora) == ["default", "nobody's", "ours"]
    for use in (
        lambda: corpora.get(hers.corpus_id, owner="sami"),
        lambda: corpora.rename(hers.corpus_id, "mine", owner="sami"),
        lambda: corpora.delete(hers.corpus_id, owner="sami"),
        lambda: corpora.assistant(hers.corpus_id, owner="sami"),
        lambda: corpora.find("hers", owner="sami"),
    ):
        with pytest.raises(CorpusNotFoundError):
            use()


def test_a_hidden_corpus_is_refused_just_like_one_that_is_not_there(corpora: Corpora) -> None:
    hidden = corpora.create("hidden", owner="ليلى")
    said = []
    for corpus_id in (hidden.corpus_id, "c-000000000000"):
        with pytest.raises(CorpusNotFoundError) as caught:
            corpora.delete(corpus_id, owner="sami")
        said.append(caught.value.message.replace(corpus_id, "X"))
    assert said[0] == said[1]
    assert "hidden" not in said[0]


def test_a_shared_corpus_of_another_may_be_read_and_not_changed(
    corpora: Corpora, tmp_path: Path
) -> None:
    ours = corpora.create("ours", owner="sami", shared=True)
    take_in(corpora.assistant(ours.corpus_id, owner="sami"), tmp_path, "bridge", BRIDGE)
    assert texts(corpora.assistant(ours.corpus_id, owner="ليلى")) == [BRIDGE]
    with pytest.raises(CorpusError, match="shared by another user"):
        corpora.rename(ours.corpus_id, "mine", owner="ليلى")
    with pytest.raises(CorpusError, match="shared by another user") as caught:
        corpora.delete(ours.corpus_id, owner="ليلى")
    assert caught.value.kind == "not_yours"
    assert names(corpora, "sami") == ["default", "ours"]


# names


@pytest.mark.parametrize(
    "taken", ["Reports", "REPORTS", " reports ", "re\u200dports", "reports\ufe0f", "Default"]
)
def test_an_owner_has_each_name_once_whatever_its_case(corpora: Corpora, taken: str) -> None:
    corpora.create("reports", owner="ليلى")
    with pytest.raises(CorpusError, match="Choose another name"):
        corpora.create(taken, owner="ليلى")
    other = corpora.create("other", owner="ليلى")
    with pytest.raises(CorpusError, match="Choose another name"):
        corpora.rename(other.corpus_id, taken, owner="ليلى")
    assert names(corpora, "ليلى") == ["default", "other", "reports"]


def test_the_same_name_in_composed_and_decomposed_letters_is_one(corpora: Corpora) -> None:
    assert corpora.create("E\u0301tudes").name == "Études"
    with pytest.raises(CorpusError):
        corpora.create("ÉTUDES")


def test_two_owners_may_use_one_name(corpora: Corpora) -> None:
    made = [corpora.create("reports", owner=owner) for owner in ("", "ليلى", "sami")]
    assert len({corpus.collection for corpus in made}) == 3


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\u200d\u200c", "empty"),
        ("\ufe0f", "empty"),
        ("\u3164", r"U\+3164"),
        ("a\u2800b", r"U\+2800"),
        ("x" * 81, "81 characters"),
        ("م" * 10_000, "10,000 characters"),
        ("a\nb", r"U\+000A"),
        ("a\x00b", r"U\+0000"),
        ("\x1b[31mred", r"U\+001B"),
        ("user\u202egnp.exe", r"U\+202E"),
        ("\u2067تقارير\u2069", r"U\+2067"),
        ("a\u200fb", r"U\+200F"),
        ("a\u200bb", r"U\+200B"),
        ("a\u2028b", r"U\+2028"),
        ("a\ud800", r"U\+D800"),
        ("a\u200b\u202e\ud800b", r"U\+200B"),
        ("\ud800" * 81, "81 characters"),
    ],
)
def test_a_name_that_cannot_be_read_is_refused(corpora: Corpora, name: str, reason: str) -> None:
    with pytest.raises(CorpusError, match=reason) as caught:
        corpora.create(name)
    shown = caught.value.message
    assert len(shown) < 250
    assert not set(shown) & set("\n\x00\x1b\u202e\u2067\u200f\u200b\u2028\ud800\u2800\u3164")
    assert names(corpora) == ["default"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [(" ", "no_name"), ("x" * 81, "long_name"), ("a\u200bb", "unseen"), ("Default", "taken")],
)
def test_a_name_is_refused_for_a_reason_that_the_page_can_word(
    corpora: Corpora, name: str, kind: str
) -> None:
    with pytest.raises(CorpusError) as caught:
        corpora.create(name)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    "name",
    ["x", "م" * 80, "می‌خواهم", "👩‍🔬", "⚠️", "<b>bold</b>", "../../etc", "a & b", "c-000000000000"],
)
def test_any_name_that_can_be_read_is_kept(
    corpora: Corpora, open_corpora: Callable[[], Corpora], name: str
) -> None:
    made = corpora.create(name)
    assert made.name == name
    assert open_corpora().visible_to("")[1] == made


def test_a_corpus_is_found_by_name_in_any_case_or_by_id(corpora: Corpora) -> None:
    made = corpora.create("Études")
    for asked in ("études", " E\u0301TUDES ", made.corpus_id):
        assert corpora.find(asked, owner="") == made
    assert corpora.find("DEFAULT", owner="").corpus_id == DEFAULT
    with pytest.raises(CorpusNotFoundError, match="mustanad corpora list"):
        corpora.find("etudes", owner="")


def test_ones_own_corpus_is_meant_before_a_shared_one_of_that_name(corpora: Corpora) -> None:
    shared = [corpora.create("reports", owner=owner, shared=True) for owner in ("ليلى", "sami")]
    assert corpora.find("reports", owner="sami") == shared[1]
    with pytest.raises(CorpusError, match="Give its id") as caught:
        corpora.find("reports", owner="")
    assert all(corpus.corpus_id in caught.value.message for corpus in shared)
    assert corpora.find(shared[0].corpus_id, owner="") == shared[0]


def test_renaming_keeps_all_but_the_name(corpora: Corpora, tmp_path: Path) -> None:
    made = corpora.create("reports", owner="ليلى", shared=True)
    take_in(corpora.assistant(made.corpus_id, owner="ليلى"), tmp_path, "school", SCHOOL)
    renamed = corpora.rename(made.corpus_id, "Reports", owner="ليلى")
    assert renamed == dataclasses.replace(made, name="Reports")
    assert corpora.visible_to("ليلى")[1:] == (renamed,)
    assert texts(corpora.assistant(made.corpus_id, owner="ليلى")) == [SCHOOL]


def test_the_default_corpus_is_neither_renamed_nor_deleted(
    corpora: Corpora, tmp_path: Path
) -> None:
    take_in(corpora.assistant(DEFAULT, owner=""), tmp_path, "bridge", BRIDGE)
    with pytest.raises(CorpusError, match="always there"):
        corpora.rename(DEFAULT, "mine", owner="")
    with pytest.raises(CorpusError, match="always there") as caught:
        corpora.delete(DEFAULT, owner="")
    assert caught.value.kind == "always_there"
    assert texts(corpora.assistant(DEFAULT, owner="")) == [BRIDGE]


# assistants


def test_corpora_are_apart_and_share_their_models(corpora: Corpora, tmp_path: Path) -> None:
    made = corpora.create("ours")
    first, second = (corpora.assistant(one, owner="") for one in (DEFAULT, made.corpus_id))
    take_in(first, tmp_path, "bridge", BRIDGE)
    take_in(second, tmp_path, "school", SCHOOL)
    assert (texts(first), texts(second)) == ([BRIDGE], [SCHOOL])
    assert first.engines is second.engines
    assert [passage.text for passage in second.ask("350 تلميذا").passages] == [SCHOOL]
    assert second.settings.index.collection == made.collection


def test_a_corpus_has_one_assistant_whichever_threads_ask_first(corpora: Corpora) -> None:
    made = corpora.create("ours", owner="ليلى")
    ready = threading.Barrier(4)

    def ask(_: int) -> Assistant:
        ready.wait()
        return corpora.assistant(made.corpus_id, owner="ليلى")

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert all(assistant is found[0] for assistant in found)


def test_closing_frees_engines_only_where_they_are_the_corporas_own(settings: Settings) -> None:
    embedder = HashEmbedder()
    engines = Engines(settings, embedder=embedder)
    with Corpora(settings, engines=engines) as corpora:
        assistant = corpora.assistant(DEFAULT, owner="")
        assert assistant.documents() == ()
    corpora.close()
    assert engines.embedder() is embedder
    with Corpora(settings) as own:
        assert own.assistant(DEFAULT, owner="").engines is not engines


# deleting


def test_a_deleted_corpus_leaves_nothing_and_touches_no_other(
    corpora: Corpora, settings: Settings, tmp_path: Path
) -> None:
    folder = settings.index.path
    kept = corpora.assistant(DEFAULT, owner="")
    take_in(kept, tmp_path, "bridge", BRIDGE)
    before = segments(folder)
    made = corpora.create("doomed")
    doomed = corpora.assistant(made.corpus_id, owner="")
    take_in(doomed, tmp_path, "school", SCHOOL)
    assert (made.collection in tables(folder), SCHOOL in tables(folder)) == (True, True)
    assert segments(folder) > before
    # As a longer corpus would have it.
    copies = [folder / ".vectors" / segment for segment in segments(folder) - before]
    for copy in copies:
        copy.mkdir(parents=True)
        (copy / "data_level0.bin").write_bytes(b"vectors")
    corpora.delete(made.corpus_id, owner="")
    assert (made.collection in tables(folder), SCHOOL in tables(folder)) == (False, False)
    assert segments(folder) == before
    assert not any(copy.exists() for copy in copies)
    assert not VectorFiles(folder).unfinished
    assert names(corpora) == ["default"]
    assert json.loads((folder / "corpora.json").read_text(encoding="utf-8"))["doomed"] == []
    assert texts(kept) == [BRIDGE]
    assert [passage.text for passage in kept.ask("the bridge").passages] == [BRIDGE]
    take_in(kept, tmp_path, "more", "A second bridge is planned.")
    assert len(texts(kept)) == 2


def test_whoever_still_holds_a_deleted_corpus_is_told_and_cannot_fill_it(
    corpora: Corpora, settings: Settings, tmp_path: Path
) -> None:
    made = corpora.create("doomed")
    held = corpora.assistant(made.corpus_id, owner="")
    take_in(held, tmp_path, "school", SCHOOL)
    corpora.delete(made.corpus_id, owner="")
    for use in (held.documents, lambda: held.ask("?"), lambda: held.ingest(tmp_path)):
        with pytest.raises(IndexStoreError, match="has been deleted"):
            use()
    with pytest.raises(CorpusNotFoundError):
        corpora.assistant(made.corpus_id, owner="")
    assert made.collection not in tables(settings.index.path)


def test_what_another_process_deleted_is_not_made_anew_here(
    open_corpora: Callable[[], Corpora], settings: Settings, tmp_path: Path
) -> None:
    here, there = open_corpora(), open_corpora()
    made = here.create("doomed")
    held = here.assistant(made.corpus_id, owner="")
    take_in(held, tmp_path, "school", SCHOOL)
    there.delete(made.corpus_id, owner="")
    for use in (held.documents, lambda: held.ask("?"), lambda: held.ingest(tmp_path)):
        with pytest.raises(IndexStoreError, match="has been deleted"):
            use()
    with pytest.raises(CorpusNotFoundError):
        here.assistant(made.corpus_id, owner="")
    with pytest.raises(IndexStoreError, match="has been deleted"):
        held.documents()
    assert made.collection not in tables(settings.index.path)


def test_a_corpus_into_which_nothing_was_taken_is_deleted(corpora: Corpora) -> None:
    corpora.delete(corpora.create("empty").corpus_id, owner="")
    assert names(corpora) == ["default"]


def test_a_deletion_that_failed_is_ended_by_the_next_one(
    corpora: Corpora, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = corpora.create("first"), corpora.create("second")
    take_in(corpora.assistant(first.corpus_id, owner=""), tmp_path, "school", SCHOOL)
    monkeypatch.setattr("rag.store.LOCK_TIMEOUT_S", 0.05)
    with (
        filelock.FileLock(settings.index.path / ".lock"),
        pytest.raises(IndexStoreError, match="another process"),
    ):
        corpora.delete(first.corpus_id, owner="")
    assert names(corpora) == ["default", "second"]
    assert SCHOOL in tables(settings.index.path)
    corpora.delete(second.corpus_id, owner="")
    assert SCHOOL not in tables(settings.index.path)


def test_the_corpus_in_use_as_the_default_one_is_not_deleted(
    corpora: Corpora, settings: Settings
) -> None:
    made = corpora.create("ours")
    index = settings.index.model_copy(update={"collection": made.collection})
    inside = Corpora(settings.model_copy(update={"index": index}))
    with inside, pytest.raises(CorpusError, match=r"index\.collection") as caught:
        inside.delete(made.corpus_id, owner="")
    assert caught.value.kind == "in_settings"
    assert names(corpora) == ["default", "ours"]


def test_dropping_what_is_not_there_does_nothing(settings: Settings, tmp_path: Path) -> None:
    Index.drop(settings.index)
    assert list(tmp_path.iterdir()) == []
    with Index.open(settings.index, manifest={"a": 1}):
        Index.drop(settings.index.model_copy(update={"collection": "another"}))
    with pytest.raises(IndexStoreError):
        Index.drop(settings.index.model_copy(update={"path": Path(__file__)}))


# the file


def test_another_opening_sees_what_was_registered(open_corpora: Callable[[], Corpora]) -> None:
    here, there = open_corpora(), open_corpora()
    made = here.create("ours", owner="ليلى")
    assert there.get(made.corpus_id, owner="ليلى") == made
    renamed = there.rename(made.corpus_id, "theirs", owner="ليلى")
    assert here.get(made.corpus_id, owner="ليلى") == renamed
    assert here.get(DEFAULT, owner="") == there.get(DEFAULT, owner="")


def test_processes_that_register_at_once_lose_nothing(corpora: Corpora, settings: Settings) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from rag.corpora import Corpora\n"
        "from rag.settings import Settings\n"
        "corpora = Corpora(Settings(index={'path': Path(sys.argv[1])}))\n"
        "for number in range(10):\n"
        "    corpora.create(f'{sys.argv[2]} {number}')\n"
    )
    arguments = [sys.executable, "-c", code, str(settings.index.path)]
    running = [subprocess.Popen([*arguments, name]) for name in ("one", "two")]
    for number in range(10):
        corpora.create(f"three {number}")
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    expected = {f"{name} {number}" for name in ("one", "two", "three") for number in range(10)}
    assert set(names(corpora)) == {"default", *expected}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"version": 2, "created": "2024-01-01T00:00:00Z"}',
        '{"corpora": [{}]}',
        "\ud800",
    ],
)
def test_a_damaged_register_is_one_clear_error_and_stays_as_it_is(
    corpora: Corpora, settings: Settings, text: str
) -> None:
    settings.index.path.mkdir()
    file = settings.index.path / "corpora.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    uses: list[Callable[[], Any]] = [lambda: corpora.visible_to(""), lambda: corpora.create("x")]
    for use in uses:
        with pytest.raises(IndexStoreError, match="no register of corpora") as caught:
            use()
        assert "\n" not in caught.value.message
    assert file.read_bytes() == text.encode("utf-8", "surrogatepass")


def test_a_register_that_another_process_holds_too_long_is_one_clear_error(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus_register, "LOCK_TIMEOUT_S", 0.05)
    settings.index.path.mkdir()
    with (
        filelock.FileLock(settings.index.path / ".corpora.lock"),
        Corpora(settings) as corpora,
        pytest.raises(IndexStoreError, match="Wait for its end"),
    ):
        corpora.create("x")


def test_a_folder_that_is_a_file_is_one_clear_error(corpora: Corpora, settings: Settings) -> None:
    settings.index.path.write_text("a file", encoding="utf-8")
    with pytest.raises(IndexStoreError):
        corpora.create("x")


def test_a_change_that_is_refused_writes_nothing(corpora: Corpora, settings: Settings) -> None:
    corpora.create("x")
    file = settings.index.path / "corpora.json"
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    with pytest.raises(RagError):
        corpora.create("X")
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_a_corpus_is_frozen(corpora: Corpora) -> None:
    made: Corpus = corpora.create("x")
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.owner = "sami"  # type: ignore[misc]
