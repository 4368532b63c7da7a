"""What visitors share; and that made-up corpora and assistants do what the real ones do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.corpora import DEFAULT, Corpora
from rag.engines import Engines
from rag.errors import ArchiveError, CorpusError, CorpusNotFoundError
from rag.schema import Delta, Final, Passages, Progress
from rag.settings import Settings
from tests.fakes import HashEmbedder
from tests.pages import ALONE, GUEST, LAYLA, ScriptedAssistant, ScriptedShelf, converse, make_visit
from ui.deeds import act
from ui.desk import Desk, Shelf, Works, open_desk

NEWS = "افتُتح الجسر الجديد على النهر في مارس 2021."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {
            "index": {"path": tmp_path / "data" / "index"},
            "answer": {"engine": "none", "reader": False},
            "keep": {
                "archive": tmp_path / "kept" / "archive.sqlite",
                "feedback": tmp_path / "kept" / "feedback.jsonl",
            },
            "page": {"questions_per_minute": 1},
        }
    )


@pytest.fixture(params=["scripted", "real"])
def shelf(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Shelf]:
    """Corpora with an empty default one: those of the tests of the page, and the real ones."""
    if request.param == "scripted":
        assistant = ScriptedAssistant()
        assistant.library.clear()
        yield ScriptedShelf(assistant)
    else:
        with Corpora(settings, engines=Engines(settings, embedder=HashEmbedder())) as corpora:
            yield corpora


def names(shelf: Shelf, owner: str) -> list[str]:
    return [corpus.name for corpus in shelf.visible_to(owner)]


# What a shelf does


def test_the_default_corpus_is_always_there_and_shared(shelf: Shelf) -> None:
    for owner in ("", "layla", "guest x"):
        (default,) = shelf.visible_to(owner)
        assert (default.corpus_id, default.owner, default.shared) == (DEFAULT, "", True)
        assert shelf.get(DEFAULT, owner=owner) == default


def test_a_corpus_is_seen_by_its_owner_and_if_shared_by_all(shelf: Shelf) -> None:
    own = shelf.create("  Own ", owner="layla")
    shared = shelf.create("أخبار", owner="layla", shared=True)
    assert (own.name, own.owner, own.shared) == ("Own", "layla", False)
    assert names(shelf, "layla") == ["default", "Own", "أخبار"]
    assert names(shelf, "") == ["default", "أخبار"]
    assert shelf.get(shared.corpus_id, owner="") == shared
    for reach in (shelf.get, shelf.assistant):
        with pytest.raises(CorpusNotFoundError):
            reach(own.corpus_id, owner="")
        with pytest.raises(CorpusNotFoundError):
            reach("nowhere", owner="layla")


def test_corpora_stand_by_name_after_the_default_one(shelf: Shelf) -> None:
    for name in ("zebra", "Apple", "mango"):
        shelf.create(name)
    assert names(shelf, "") == ["default", "Apple", "mango", "zebra"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "two\u202elines", "DEFAULT", "brief"])
def test_a_name_that_cannot_be_used_is_refused(shelf: Shelf, name: str) -> None:
    shelf.create("Brief", owner="layla")
    other = shelf.create("Other", owner="layla")
    with pytest.raises(CorpusError):
        shelf.create(name, owner="layla")
    with pytest.raises(CorpusError):
        shelf.rename(other.corpus_id, name, owner="layla")
    assert names(shelf, "layla") == ["default", "Brief", "Other"]


def test_two_owners_may_use_the_same_name(shelf: Shelf) -> None:
    ids = {shelf.create("Brief", owner=owner).corpus_id for owner in ("layla", "sami", "")}
    assert len(ids) == 3


def test_a_corpus_is_renamed_under_its_id_also_in_case_only(shelf: Shelf) -> None:
    made = shelf.create("brief", owner="layla")
    for name in ("Brief", "موجز"):
        renamed = shelf.rename(made.corpus_id, name, owner="layla")
        assert renamed == replace(made, name=name)
        assert shelf.get(made.corpus_id, owner="layla") == renamed


def test_what_is_not_ones_own_is_neither_renamed_nor_deleted(shelf: Shelf) -> None:
    shared = shelf.create("Shared", owner="layla", shared=True)
    private = shelf.create("Private", owner="layla")
    for corpus_id, kind in (
        (DEFAULT, CorpusError),
        (shared.corpus_id, CorpusError),
        (private.corpus_id, CorpusNotFoundError),
        ("nowhere", CorpusNotFoundError),
    ):
        with pytest.raises(kind):
            shelf.rename(corpus_id, "Mine", owner="")
        with pytest.raises(kind):
            shelf.delete(corpus_id, owner="")
    assert names(shelf, "layla") == ["default", "Private", "Shared"]


def test_a_deleted_corpus_is_gone_and_its_name_is_free(shelf: Shelf) -> None:
    made = shelf.create("Brief")
    shelf.delete(made.corpus_id, owner="")
    assert names(shelf, "") == ["default"]
    for reach in (shelf.get, shelf.assistant, shelf.delete):
        with pytest.raises(CorpusNotFoundError):
            reach(made.corpus_id, owner="")
    assert shelf.create("Brief").corpus_id != made.corpus_id


# What an assistant of it does


@pytest.fixture
def works(shelf: Shelf) -> Works:
    return shelf.assistant(shelf.create("Brief").corpus_id, owner="")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    found = [(tmp_path / name).resolve() for name in ("a.txt", "جسر.txt")]
    for file in found:
        file.write_text(f"{NEWS} {file.stem}", encoding="utf-8")
    return found


def test_a_new_corpus_is_empty_and_has_one_assistant(shelf: Shelf, files: list[Path]) -> None:
    made = shelf.create("Brief")
    works = shelf.assistant(made.corpus_id, owner="")
    assert works.documents() == ()
    works.ingest(files)
    assert shelf.assistant(made.corpus_id, owner="").documents() == works.documents()
    assert shelf.assistant(DEFAULT, owner="").documents() == ()


def test_files_are_taken_in_and_each_is_told_of(works: Works, files: list[Path]) -> None:
    told: list[Progress] = []
    report = works.ingest(files, progress=told.append)
    assert [
        (Path(one.path), one.files_done, one.files, one.documents, one.unchanged, one.skipped)
        for one in told
    ] == [(files[0], 1, 2, 1, 0, ""), (files[1], 2, 2, 1, 0, "")]
    assert [one.chunks for one in told] == [1, 2]
    assert [one.embedded for one in told] == [1, 1]
    assert (len(report.added), report.unchanged, report.stopped) == (2, (), False)
    assert [Path(one.path) for one in works.documents()] == files
    assert [one.text for one in works.documents()] == [f"{NEWS} a", f"{NEWS} جسر"]
    assert {one.document_id for one in works.documents()} == set(report.added)


def test_what_is_there_is_not_taken_in_again(works: Works, files: list[Path]) -> None:
    works.ingest(files)
    told: list[Progress] = []
    report = works.ingest(files, progress=told.append)
    assert (report.added, len(report.unchanged), report.embedded) == ((), 2, 0)
    assert [(one.unchanged, one.embedded) for one in told] == [(1, 0), (1, 0)]
    assert len(works.documents()) == 2


def test_a_stop_ends_an_ingest_before_the_next_document(works: Works, files: list[Path]) -> None:
    told: list[Progress] = []
    report = works.ingest(files, progress=told.append, stop=lambda: len(told) > 0)
    assert report.stopped
    assert len(report.added) == 1
    assert len(works.documents()) == 1


def test_a_document_is_found_by_its_id_and_removed_once(works: Works, files: list[Path]) -> None:
    works.ingest(files)
    first, second = works.documents()
    assert works.document(first.document_id) == first
    assert works.document("nowhere") is None
    assert works.remove(first.document_id)
    assert not works.remove(first.document_id)
    assert works.documents() == (second,)


@pytest.mark.parametrize("question", ["When was the bridge opened?", "متى افتُتح الجسر؟"])
def test_an_answer_is_streamed_passages_first_and_the_checked_answer_last(
    works: Works, files: list[Path], question: str
) -> None:
    works.ingest(files)
    events = list(works.stream(question, history=(), published=None, top_k=2, worded=False))
    assert isinstance(events[0], Passages)
    assert isinstance(events[-1], Final)
    assert events[-1].answer.question == question
    between = [event for event in events[1:-1] if isinstance(event, (Passages, Final))]
    assert between == []
    assert all(event.text for event in events if isinstance(event, Delta))


# The desk


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    engines = Engines(settings, embedder=HashEmbedder())
    with (
        Assistant.open(settings, engines=engines) as assistant,
        open_desk(assistant, {"index.path": "RAG_INDEX__PATH"}) as desk,
    ):
        yield desk


def test_a_desk_is_opened_over_an_assistant(desk: Desk, settings: Settings) -> None:
    assert desk.settings is settings
    assert desk.origins == {"index.path": "RAG_INDEX__PATH"}
    assert [corpus.corpus_id for corpus in desk.corpora.visible_to("")] == [DEFAULT]
    assert [model.name for model in desk.models()] == ["hash"]
    assert desk.data == settings.index.path.parent
    assert desk.pace.allows("one") == 0
    assert desk.pace.allows("one") > 59
    assert desk.judging_pace.allows("one") == 0
    assert desk.judging_pace.allows("one") > 59


def test_a_real_desk_answers_keeps_and_takes_judgements(desk: Desk, settings: Settings) -> None:

    visit = make_visit(desk)
    file = desk.data / "news.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(NEWS, encoding="utf-8")
    visit.assistant().ingest([file])
    visit.prefer(length="words")
    converse(visit, "متى افتُتح الجسر الجديد على النهر؟")
    (exchange,) = visit.chat.exchanges
    assert exchange.stage == "done"
    act(visit, {"act": "judge", "exchange": "0", "verdict": "up"})
    assert desk.archive is not None
    assert [one.questions for one in desk.archive.list("")] == [1]
    assert desk.feedback is not None
    assert [given.answer for given in desk.feedback.read()] == [exchange.answer]
    assert settings.keep.archive.is_file()
    assert settings.keep.feedback.is_file()


def test_the_archive_is_closed_with_the_desk(settings: Settings) -> None:
    with (
        Assistant.open(settings, engines=Engines(settings, embedder=HashEmbedder())) as assistant,
        open_desk(assistant, {}) as desk,
    ):
        archive = desk.archive
    assert archive is not None
    with pytest.raises(ArchiveError):
        archive.list("")


def test_without_keeping_there_is_no_archive_and_no_file(settings: Settings) -> None:
    keep = settings.keep.model_copy(update={"conversations": False})
    settings = settings.model_copy(update={"keep": keep})
    with (
        Assistant.open(settings, engines=Engines(settings, embedder=HashEmbedder())) as assistant,
        open_desk(assistant, {}) as desk,
    ):
        assert desk.archive is None
        assert not make_visit(desk).may_keep
    assert not settings.keep.archive.exists()


def test_only_who_sits_at_the_computer_is_here() -> None:
    assert [visitor.is_here for visitor in (ALONE, LAYLA, GUEST)] == [True, False, False]
