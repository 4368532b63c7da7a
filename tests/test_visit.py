"""A visitor's page as it stands: asking, editing, what is kept, and what the visitor may do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.errors import ArchiveError, GenerationError
from rag.schema import Delta, Passages, Period
from tests.pages import (
    ALONE,
    GUEST,
    LAYLA,
    ScriptedAssistant,
    converse,
    make_desk,
    make_document,
    make_passage,
    make_visit,
)
from ui.deeds import act
from ui.desk import Desk, Visitor
from ui.limits import Pace
from ui.panels import Look
from ui.strings import word
from ui.visit import EVERYTHING, LIBRARY, TALK, VIEWS, Visit

ARABIC = "متى بدأ بناء الجسر؟"


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class BrokenArchive(Archive):
    """The real archive, on a disk that is full as soon as `is_full` is set."""

    is_full = False

    def _check(self) -> None:
        if self.is_full:
            raise ArchiveError(path=self.path, reason="no space left on device.")

    def add(self, *arguments: object, **facts: object) -> None:
        self._check()
        super().add(*arguments, **facts)  # type: ignore[arg-type]

    def truncate(self, *arguments: object, **facts: object) -> None:
        self._check()
        super().truncate(*arguments, **facts)  # type: ignore[arg-type]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[BrokenArchive]:
    with BrokenArchive.open(tmp_path / "archive.sqlite") as archive:
        yield archive


@pytest.fixture
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant()


@pytest.fixture
def desk(assistant: ScriptedAssistant, tmp_path: Path, archive: BrokenArchive) -> Desk:
    return make_desk(assistant, tmp_path, archive=archive)


@pytest.fixture
def visit(desk: Desk) -> Visit:
    return make_visit(desk)


def slow(desk: Desk, questions: int, clock: Clock) -> Desk:
    return replace(desk, pace=Pace(questions, per_s=60.0, clock=clock))


def stages(visit: Visit) -> list[str]:
    return [exchange.stage for exchange in visit.chat.exchanges]


def said(visit: Visit) -> str:
    """The notice's words."""
    return "" if visit.problem is None else word(visit.problem, "en")


def questions(visit: Visit) -> list[str]:
    return [exchange.question for exchange in visit.chat.exchanges]


def kept(archive: Archive, owner: str = "") -> list[list[str]]:
    """The questions of each kept conversation, the latest conversation first."""
    found = [archive.get(one.conversation_id, owner=owner) for one in archive.list(owner)]
    return [[said.question for said in one.exchanges] for one in found if one is not None]


# Asking


def test_a_question_is_asked_of_the_chosen_corpus_and_days(visit: Visit) -> None:
    days = Period(dt.date(2024, 1, 1), None)
    made = visit.desk.corpora.create("أخبار")
    visit.prefer(period=days)
    visit.choose(made.corpus_id)
    assert visit.ask(f"  {ARABIC}\n") == TALK
    (exchange,) = visit.chat.exchanges
    assert exchange.question == ARABIC
    assert exchange.period == days
    assert exchange.corpus_id == made.corpus_id
    assert visit.typed == ""


@pytest.mark.parametrize("typed", ["", "  \n\t", "\u00a0"])
def test_an_empty_question_changes_nothing(visit: Visit, typed: str) -> None:
    assert visit.ask(typed) == frozenset()
    assert questions(visit) == []
    assert visit.typed is None


def test_a_question_waits_until_the_one_before_is_answered(visit: Visit) -> None:
    visit.ask("First?")
    assert visit.ask("Second?") == frozenset()
    assert questions(visit) == ["First?"]


def test_a_new_question_takes_the_notice_away(visit: Visit) -> None:
    act(visit, {"act": "create-corpus", "name": " "})
    assert visit.problem is not None
    assert visit.ask("When?") == TALK | {"notice"}
    assert visit.problem is None


def test_the_choices_of_a_visitor_reach_the_assistant(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    visit.prefer(passages=7, length="words")
    converse(visit, "When?")
    visit.prefer(passages=None, length="sentence")
    converse(visit, "Where?")
    assert assistant.options == [(7, False), (None, True)]


def test_an_answer_comes_step_by_step(visit: Visit) -> None:
    visit.ask("When?")
    steps = [visit.chat.exchanges[-1].stage for _ in visit.answer()]
    assert steps == ["reading", "writing", "writing", "done"]


def test_without_an_open_question_there_is_nothing_to_answer(
    visit: Visit, assistant: ScriptedAssistant, archive: Archive
) -> None:
    assert list(visit.answer()) == []
    converse(visit, "When?")
    assert list(visit.answer()) == []
    assert len(assistant.asked) == 1
    assert kept(archive) == [["When?"]]


def test_leaving_in_the_middle_closes_the_stream(
    visit: Visit, assistant: ScriptedAssistant, archive: Archive
) -> None:
    visit.ask("When?")
    steps = visit.answer()
    next(steps)
    steps.close()
    assert assistant.running == 0
    assert kept(archive) == []


def test_a_question_to_a_corpus_that_is_gone_is_told(visit: Visit, desk: Desk) -> None:
    made = desk.corpora.create("Brief")
    visit.choose(made.corpus_id)
    visit.ask("When?")
    desk.corpora.delete(made.corpus_id, owner="")
    assert len(list(visit.answer())) == 1
    assert stages(visit) == ["failed"]
    problem = visit.chat.exchanges[0].problem
    assert problem is not None
    assert word(problem, "en") == "This collection is not there, or no longer."


# What is kept


def test_an_answer_is_kept_for_its_owner(desk: Desk, archive: Archive) -> None:
    layla = make_visit(desk, LAYLA)
    before = dt.datetime.now(dt.UTC)
    converse(layla, ARABIC, "And then?")
    assert kept(archive, LAYLA.owner) == [[ARABIC, "And then?"]]
    assert kept(archive) == []
    found = archive.get(layla.conversation_id, owner=LAYLA.owner)
    assert found is not None
    assert found.corpus_id == "default"
    assert before <= found.exchanges[0].asked_at <= found.exchanges[1].asked_at
    assert found.exchanges[0].answer.text == f"The answer to {ARABIC} is March 2021 [1]."


def test_a_question_is_kept_with_the_time_it_was_asked_at(visit: Visit, archive: Archive) -> None:
    visit.ask("When?")
    steps = visit.answer()
    next(steps)
    answering_since = dt.datetime.now(dt.UTC)
    list(steps)
    found = archive.get(visit.conversation_id, owner="")
    assert found is not None
    assert found.exchanges[0].asked_at <= answering_since


def test_what_did_not_come_to_an_answer_is_not_kept(
    visit: Visit, assistant: ScriptedAssistant, archive: Archive
) -> None:
    assistant.replies["Broken?"] = [GenerationError(model="tiny", reason="out of memory")]
    assistant.replies["Long?"] = [Passages((make_passage(),)), Delta("So"), Delta("on")]
    converse(visit, "Broken?")
    visit.ask("Long?")
    steps = visit.answer()
    next(steps)
    visit.chat.stop()
    list(steps)
    assert stages(visit) == ["failed", "stopped"]
    assert kept(archive) == []


def test_nothing_is_kept_of_whoever_does_not_want_it(visit: Visit, archive: Archive) -> None:
    visit.keeping = False
    converse(visit, "When?")
    assert stages(visit) == ["done"]
    assert kept(archive) == []


def test_nothing_is_kept_of_a_guest(desk: Desk, archive: Archive) -> None:
    guest = make_visit(desk, GUEST)
    assert not guest.may_keep
    assert not guest.keeping
    converse(guest, "When?")
    assert stages(guest) == ["done"]
    assert kept(archive, GUEST.owner) == []


def test_without_an_archive_nothing_is_kept_and_all_else_works(tmp_path: Path) -> None:
    visit = make_visit(make_desk(ScriptedAssistant(), tmp_path))
    assert not visit.may_keep
    converse(visit, "When?")
    act(visit, {"act": "edit", "exchange": "0"})
    converse(visit, "Where?")
    assert questions(visit) == ["Where?"]
    assert visit.problem is None


def test_an_answer_after_a_new_chat_has_begun_is_not_kept(visit: Visit, archive: Archive) -> None:
    visit.ask("When?")
    steps = visit.answer()
    next(steps)
    act(visit, {"act": "new-chat"})
    list(steps)
    assert questions(visit) == []
    assert kept(archive) == []


def test_an_archive_that_fails_is_told_and_the_answer_stays(
    visit: Visit, archive: BrokenArchive
) -> None:
    archive.is_full = True
    converse(visit, "When?")
    assert stages(visit) == ["done"]
    assert "no space left on device" in said(visit)
    archive.is_full = False
    converse(visit, "Where?")
    assert said(visit) == ""
    assert kept(archive) == [["Where?"]]


# Changing a question


def test_an_edited_question_takes_the_place_of_all_that_followed(
    visit: Visit, assistant: ScriptedAssistant, archive: Archive
) -> None:
    converse(visit, "First?", "Second?", "Third?")
    act(visit, {"act": "edit", "exchange": "1"})
    converse(visit, ARABIC)
    assert questions(visit) == ["First?", ARABIC]
    assert visit.editing is None
    assert [turn.question for turn in assistant.asked[-1][1]] == ["First?"]
    assert kept(archive) == [["First?", ARABIC]]


def test_the_first_question_can_be_changed(visit: Visit, archive: Archive) -> None:
    converse(visit, "First?", "Second?")
    visit.editing = 0
    converse(visit, "Other?")
    assert questions(visit) == ["Other?"]
    assert kept(archive) == [["Other?"]]


def test_an_edit_leaves_kept_what_came_before_it_however_keeping_was_switched(
    visit: Visit, archive: Archive
) -> None:
    visit.keeping = False
    converse(visit, "Unkept?")
    visit.keeping = True
    converse(visit, "First?", "Second?")
    visit.editing = 2
    converse(visit, "Other?")
    assert questions(visit) == ["Unkept?", "First?", "Other?"]
    assert kept(archive) == [["First?", "Other?"]]


def test_an_edit_after_all_was_deleted_replaces_the_right_answer(
    visit: Visit, archive: Archive
) -> None:
    converse(visit, "First?", "Second?")
    act(visit, {"act": "delete-all-past"})
    converse(visit, "Third?", "Fourth?")
    visit.editing = 3
    converse(visit, "Other?")
    assert kept(archive) == [["Third?", "Other?"]]


def test_what_was_kept_before_stays_when_keeping_is_off(visit: Visit, archive: Archive) -> None:
    converse(visit, "First?", "Second?")
    visit.keeping = False
    visit.editing = 1
    converse(visit, "Hidden?")
    visit.keeping = True
    converse(visit, "Third?")
    assert questions(visit) == ["First?", "Hidden?", "Third?"]
    assert kept(archive) == [["Third?"], ["First?", "Second?"]]


def test_an_edit_that_the_archive_cannot_follow_is_told_and_asked_all_the_same(
    visit: Visit, archive: BrokenArchive
) -> None:
    converse(visit, "First?", "Second?")
    archive.is_full = True
    visit.editing = 1
    assert visit.ask("Other?") == TALK | {"notice"}
    assert questions(visit) == ["First?", "Other?"]
    assert visit.problem is not None
    archive.is_full = False
    list(visit.answer())
    # Nothing is added behind what it was to replace.
    assert kept(archive) == [["Other?"], ["First?", "Second?"]]


def test_a_kept_conversation_that_is_taken_up_goes_on_where_it_was(
    visit: Visit, desk: Desk, archive: Archive
) -> None:
    converse(visit, "First?", "Second?")
    again = make_visit(desk)
    act(again, {"act": "open-past", "conversation": visit.conversation_id})
    again.editing = 1
    converse(again, "Other?", "Third?")
    assert kept(archive) == [["First?", "Other?", "Third?"]]


# The same conversation on two pages


@pytest.fixture
def twin(visit: Visit, desk: Desk) -> Visit:
    """Another page of the same visitor's, on which the same conversation is open."""
    converse(visit, "First?", "Second?")
    twin = make_visit(desk)
    act(twin, {"act": "open-past", "conversation": visit.conversation_id})
    return twin


def test_a_retry_erases_nothing_that_another_page_has_asked_since(
    visit: Visit, twin: Visit, archive: Archive
) -> None:
    converse(twin, "Third?")
    act(visit, {"act": "retry", "exchange": "1"})
    list(visit.answer())
    assert questions(visit) == ["First?", "Second?"]
    assert kept(archive) == [["Second?"], ["First?", "Second?", "Third?"]]


def test_a_retry_erases_nothing_that_another_page_has_put_in_its_place(
    visit: Visit, twin: Visit, archive: Archive
) -> None:
    twin.editing = 1
    converse(twin, "Other?")
    act(visit, {"act": "retry", "exchange": "0"})
    list(visit.answer())
    assert kept(archive) == [["First?"], ["First?", "Other?"]]


def test_a_question_after_another_page_deleted_all_is_kept_once_however_often_it_is_changed(
    visit: Visit, twin: Visit, archive: Archive
) -> None:
    act(twin, {"act": "delete-all-past"})
    converse(visit, "Third?")
    visit.editing = 2
    converse(visit, "Fourth?")
    assert questions(visit) == ["First?", "Second?", "Fourth?"]
    assert kept(archive) == [["Fourth?"]]


# The pace


def test_a_question_too_soon_is_told_how_long_to_wait(
    desk: Desk, assistant: ScriptedAssistant
) -> None:
    clock = Clock()
    visit = make_visit(slow(desk, 1, clock))
    converse(visit, "First?")
    clock.now += 17.5
    assert visit.ask("Second?") == TALK
    assert list(visit.answer()) == []
    assert stages(visit) == ["done", "failed"]
    problem = visit.chat.exchanges[-1].problem
    assert problem is not None
    assert (problem.key, problem.facts) == ("too_quick", {"seconds": "43"})
    assert len(assistant.asked) == 1
    clock.now += 43
    converse(visit, "Third?")
    assert stages(visit) == ["done", "failed", "done"]


def test_visitors_have_a_pace_each(desk: Desk) -> None:
    desk = slow(desk, 1, Clock())
    one, two = make_visit(desk), make_visit(desk, LAYLA)
    converse(one, "First?")
    converse(two, "First?")
    assert stages(one) == stages(two) == ["done"]


def test_an_edit_too_soon_costs_no_answer_and_goes_on_later(desk: Desk, archive: Archive) -> None:
    clock = Clock()
    visit = make_visit(slow(desk, 2, clock))
    converse(visit, "First?", "Second?")
    visit.editing = 0
    visit.ask("Other?")
    assert questions(visit) == ["First?", "Second?", "Other?"]
    assert stages(visit) == ["done", "done", "failed"]
    assert visit.editing == 0
    assert visit.typed is None
    assert kept(archive) == [["First?", "Second?"]]
    clock.now += 60
    converse(visit, "Other?")
    assert questions(visit) == ["Other?"]
    assert kept(archive) == [["Other?"]]


def test_a_retry_too_soon_costs_no_answer(desk: Desk) -> None:
    visit = make_visit(slow(desk, 1, Clock()))
    converse(visit, "First?")
    for _ in range(3):
        act(visit, {"act": "retry", "exchange": "0"})
    assert stages(visit)[0] == "done"
    # And another one of what was only refused leaves no further line.
    act(visit, {"act": "retry", "exchange": "3"})
    assert stages(visit) == ["done", "failed", "failed", "failed"]


def test_a_retry_leaves_what_is_typed_alone_unless_it_ends_an_edit(visit: Visit) -> None:
    converse(visit, "First?", "Second?")
    act(visit, {"act": "retry", "exchange": "1"})
    assert (questions(visit), visit.typed) == (["First?", "Second?"], None)
    list(visit.answer())
    act(visit, {"act": "edit", "exchange": "1"})
    act(visit, {"act": "retry", "exchange": "0"})
    assert (questions(visit), visit.editing, visit.typed) == (["First?"], None, "")


# What a visitor may do


def test_a_visit_begins_in_the_default_corpus(desk: Desk) -> None:
    visit = make_visit(desk, LAYLA, language="ar")
    assert Look(visit).corpus.corpus_id == "default"
    assert visit.language == "ar"
    assert visit.keeping


@pytest.mark.parametrize(
    ("visitor", "owner", "shared", "may"),
    [
        (ALONE, "", False, True),
        (LAYLA, LAYLA.owner, False, True),
        (LAYLA, "", True, False),
        (LAYLA, "someone", True, False),
        (GUEST, "someone", True, False),
    ],
)
def test_a_corpus_is_changed_by_its_owner_only(
    desk: Desk, visitor: Visitor, owner: str, shared: bool, may: bool
) -> None:
    visit = make_visit(desk, visitor)
    made = desk.corpora.create("Papers", owner=owner, shared=shared)
    visit.choose(made.corpus_id)
    assert visit.may_change is may


@pytest.mark.parametrize(("visitor", "may"), [(ALONE, True), (LAYLA, False), (GUEST, False)])
def test_the_default_corpus_is_changed_by_whoever_sits_here(
    desk: Desk, visitor: Visitor, may: bool
) -> None:
    assert make_visit(desk, visitor).may_change is may


def test_once_the_chosen_corpus_is_gone_the_default_one_is_shown_but_not_written(
    desk: Desk,
) -> None:
    visit = make_visit(desk)
    made = desk.corpora.create("Brief")
    visit.choose(made.corpus_id)
    visit.query, visit.page = "bridge", 3
    desk.corpora.delete(made.corpus_id, owner="")
    assert not visit.may_change
    assert Look(visit).corpus.corpus_id == "default"
    assert (visit.corpus_id, visit.query, visit.page) == ("default", "", 1)
    assert visit.may_change


def test_a_private_corpus_of_another_is_as_good_as_gone(desk: Desk) -> None:
    visit = make_visit(desk, GUEST)
    made = desk.corpora.create("Papers", owner=LAYLA.owner)
    visit.choose(made.corpus_id)
    assert not visit.may_change
    assert Look(visit).corpus.corpus_id == "default"


def test_choosing_the_same_corpus_again_leaves_the_search_alone(visit: Visit) -> None:
    visit.query, visit.page = "bridge", 2
    visit.choose("default")
    assert (visit.query, visit.page) == ("bridge", 2)


def test_a_document_is_found_unless_it_or_its_corpus_is_gone(visit: Visit) -> None:
    assert visit.find("default", "bridge") == make_document()
    assert visit.find("default", "tunnel") is None
    assert visit.find("nowhere", "bridge") is None


def test_every_panel_belongs_to_one_view_or_to_all_of_them() -> None:
    assert set(VIEWS) == {"ask", "library", "past", "settings"}
    together = [name for panels in VIEWS.values() for name in panels]
    assert len(together) == len(set(together))
    assert EVERYTHING - set(together) == {"header", "notice", "viewer", "signal"}
    assert LIBRARY <= EVERYTHING
