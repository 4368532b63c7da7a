"""What a visitor can do: what each action changes, what is redrawn, and what strangers may not."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.archive import Archive
from rag.errors import ArchiveError, IndexStoreError
from rag.feedback import Feedback, FeedbackFile
from rag.schema import Document, Period, Status
from rag.settings import PageSettings, Settings
from tests.pages import (
    ALONE,
    GUEST,
    LAYLA,
    ScriptedAssistant,
    ScriptedShelf,
    converse,
    make_answer,
    make_desk,
    make_document,
    make_visit,
    simple_reply,
)
from ui.deeds import ACTIONS, act, recall
from ui.desk import Desk, Visitor
from ui.limits import Pace
from ui.panels import Look, render_panel
from ui.strings import word
from ui.taking_in import TakingIn
from ui.visit import EVERYTHING, LIBRARY, PAST, TALK, VIEWS, Preferences, Visit

ARABIC = "متى بدأ بناء الجسر؟"
HOSTILE = '"><script>alert(1)</script>\u202e\x00'
FACTS = (
    "conversation",
    "copy",
    "corpus",
    "document",
    "exchange",
    "format",
    "name",
    "number",
    "order",
    "page",
    "passages",
    "query",
    "question",
    "reason",
    "since",
    "title",
    "until",
    "value",
    "verdict",
    "view",
)
WITHOUT_FACTS = {
    "cancel-ingest",
    "clear-period",
    "delete-all-past",
    "dismiss",
    "leave-edit",
    "new-chat",
    "stop",
}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "archive.sqlite") as archive:
        yield archive


@pytest.fixture
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant()


@pytest.fixture
def desk(assistant: ScriptedAssistant, tmp_path: Path, archive: Archive) -> Desk:
    return make_desk(assistant, tmp_path, archive=archive)


@pytest.fixture
def visit(desk: Desk) -> Visit:
    return make_visit(desk)


def judged(desk: Desk) -> list[Feedback]:
    assert desk.feedback is not None
    return list(desk.feedback.read())


def said(visit: Visit) -> str:
    """The notice's words."""
    return "" if visit.problem is None else word(visit.problem, "en")


def verdicts(visit: Visit) -> list[str]:
    return [exchange.verdict for exchange in visit.chat.exchanges]


def titles(archive: Archive, owner: str = "") -> list[str]:
    return [one.title for one in archive.list(owner)]


def names(visit: Visit) -> list[str]:
    return [one.name for one in visit.desk.corpora.visible_to(visit.visitor.owner)]


def state(visit: Visit) -> dict[str, Any]:
    """All that an action may change of a visit itself."""
    return {
        name: value
        for name, value in vars(visit).items()
        if name not in ("chat", "signal", "typed", "problem")
    } | {"exchanges": visit.chat.exchanges}


# Every action


def a_busy_visit(desk: Desk, visitor: Visitor = ALONE) -> tuple[Visit, dict[str, str]]:
    """A visit with something to do everything to, and the ids of it."""
    visit = make_visit(desk, visitor)
    converse(visit, "An old one?")
    old = visit.conversation_id
    act(visit, {"act": "new-chat"})
    converse(visit, "When?", ARABIC)
    brief = desk.corpora.create("Brief", owner=visitor.owner).corpus_id
    visit.preferences = replace(visit.preferences, period=Period(dt.date(2024, 1, 1), None))
    visit.editing = 1
    return visit, {"brief": brief, "old": old, "now": visit.conversation_id}


CASES: list[tuple[str, dict[str, str]]] = [
    ("open-view", {"view": "library"}),
    ("new-chat", {}),
    ("stop", {}),
    ("dismiss", {}),
    ("edit", {"exchange": "0"}),
    ("leave-edit", {}),
    ("retry", {"exchange": "0"}),
    ("example", {"question": ARABIC}),
    ("copy", {"exchange": "0", "copy": "text"}),
    ("judge", {"exchange": "1", "verdict": "up"}),
    ("judge-reason", {"exchange": "1", "reason": "so"}),
    ("open-citation", {"exchange": "0", "number": "1"}),
    ("open-passage", {"exchange": "0", "number": "1"}),
    ("open-document", {"document": "bridge"}),
    ("switch-corpus", {"corpus": "{brief}"}),
    ("create-corpus", {"name": "أخبار"}),
    ("rename-corpus", {"corpus": "{brief}", "name": "Long"}),
    ("delete-corpus", {"corpus": "{brief}"}),
    ("search-documents", {"query": ""}),
    ("sort-documents", {"order": "title"}),
    ("page-documents", {"page": "1"}),
    ("delete-document", {"document": "bridge"}),
    ("cancel-ingest", {}),
    ("search-past", {"query": ""}),
    ("open-past", {"conversation": "{old}"}),
    ("rename-past", {"conversation": "{old}", "title": "الجسر"}),
    ("delete-past", {"conversation": "{old}"}),
    ("delete-past", {"conversation": "{now}"}),
    ("delete-all-past", {}),
    ("export-past", {"conversation": "{old}", "format": "json"}),
    ("keep", {"value": "off"}),
    ("set-language", {"value": "ar"}),
    ("set-theme", {"value": "dark"}),
    ("set-length", {"value": "words"}),
    ("set-passages", {"passages": "9"}),
    ("set-passages", {"passages": "900"}),
    ("set-period", {"since": "", "until": "2024-06-30"}),
    ("set-period", {"since": "soon", "until": ""}),
    ("clear-period", {}),
]


# By a part of the action's name; all others stand in the view for asking.
VIEWS_OF = {
    "corpus": "library",
    "document": "library",
    "ingest": "library",
    "past": "past",
    "keep": "past",
    "set-": "settings",
    "period": "settings",
}


def test_every_action_is_among_the_cases() -> None:
    assert {name for name, _ in CASES} == set(ACTIONS)


def drawn(visit: Visit, panels: frozenset[str]) -> dict[str, str]:
    """Those panels as they are now, but for the memory in use, which changes by itself."""
    return {
        name: re.sub(r'<p class="pref-note pref-memory">.*?</p>', "", render_panel(name, visit))
        for name in panels
        if name not in ("composer", "signal")
    }


@pytest.mark.parametrize(("name", "facts"), CASES)
def test_what_an_action_changes_in_the_view_it_stands_in_is_redrawn(
    desk: Desk, name: str, facts: dict[str, str]
) -> None:
    visit, ids = a_busy_visit(desk)
    if name == "judge-reason":
        act(visit, {"act": "judge", "exchange": "1", "verdict": "down"})
    view = next((view for part, view in VIEWS_OF.items() if part in name), "ask")
    seen = VIEWS[view] | {"header", "notice", "viewer"}
    if name == "sort-documents":
        # The browser shows what was chosen from the list.
        seen -= {"document_tools"}
    if name == "set-language":
        seen = EVERYTHING - {"viewer"}
    before = drawn(visit, seen)
    changed = act(visit, {"act": name, **{key: one.format(**ids) for key, one in facts.items()}})
    assert visit.problem is None
    assert changed <= EVERYTHING
    after = drawn(visit, seen)
    assert {panel for panel in after if after[panel] != before[panel]} <= changed
    assert ("signal" in changed) == bool(visit.signal)


@pytest.mark.parametrize("name", sorted(set(ACTIONS) - WITHOUT_FACTS))
def test_an_action_without_its_facts_does_nothing(desk: Desk, name: str) -> None:
    visit, _ = a_busy_visit(desk)
    before = state(visit)
    assert act(visit, {"act": name}) == frozenset()
    assert visit.problem is None
    assert state(visit) == before


NO_FACTS: tuple[object, ...] = (
    "",
    "-1",
    "99999999999999999999",
    "9" * 5000,
    "1.0",
    "NaN",
    HOSTILE,
    "\ud800",
    "../../etc/passwd",
    "x" * 100_000,
    None,
    True,
    ["0"],
    {"a": 1},
)


@pytest.mark.parametrize("name", sorted(ACTIONS))
@pytest.mark.parametrize("visitor", [ALONE, GUEST], ids=["alone", "guest"])
def test_no_fact_brings_an_action_down(
    desk: Desk, caplog: pytest.LogCaptureFixture, name: str, visitor: Visitor
) -> None:
    visit, _ = a_busy_visit(desk, visitor)
    for value in NO_FACTS:
        changed = act(visit, {"act": name, **dict.fromkeys(FACTS, value)})
        assert changed <= EVERYTHING
        assert visit.problem is None or visit.problem.key != "error.unknown"
    assert "unexpected" not in caplog.text
    for panel in EVERYTHING - {"composer"}:
        assert "<script>alert" not in render_panel(panel, visit)


@pytest.mark.parametrize("action", [{}, {"act": "fly"}, {"act": None}, {"act": ["stop"]}])
def test_an_action_that_there_is_not_does_nothing(visit: Visit, action: dict[str, Any]) -> None:
    before = state(visit)
    assert act(visit, action) == frozenset()
    assert state(visit) == before


@pytest.mark.parametrize(
    "name", ["edit", "retry", "copy", "judge", "judge-reason", "open-citation", "open-passage"]
)
def test_an_exchange_that_there_is_not_is_left_alone(desk: Desk, name: str) -> None:
    visit, _ = a_busy_visit(desk)
    before = state(visit)
    facts = {"copy": "text", "verdict": "up", "reason": "so", "number": "1"}
    for index in ("-1", "2", "99999999999999999999", "9" * 5000, "one", "0.0", ""):
        assert act(visit, {"act": name, "exchange": index, **facts}) == frozenset()
    assert state(visit) == before
    assert judged(desk) == []


def test_an_index_may_be_written_in_arabic_digits(desk: Desk) -> None:
    visit, _ = a_busy_visit(desk)
    act(visit, {"act": "edit", "exchange": "٠"})
    assert visit.editing == 0


class BrokenFeedback(FeedbackFile):
    """A file of judgements whose writing fails as it is told."""

    def __init__(self, path: Path, failure: Exception) -> None:
        super().__init__(path)
        self._failure = failure

    def add(self, feedback: Feedback) -> None:
        raise self._failure


def test_an_error_of_ours_is_told_and_the_notice_goes_with_the_next_action(
    visit: Visit,
) -> None:
    assert act(visit, {"act": "create-corpus", "name": "  "}) == {"notice"}
    assert "The name of the collection is empty." in said(visit)
    assert act(visit, {"act": "dismiss"}) == {"notice"}
    assert visit.problem is None
    assert act(visit, {"act": "dismiss"}) == frozenset()


def test_an_unexpected_error_is_told_generally_and_logged_in_full(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = BrokenFeedback(tmp_path / "feedback", KeyError("the reason"))
    visit = make_visit(replace(desk, feedback=broken))
    converse(visit, "When?")
    assert act(visit, {"act": "judge", "exchange": "0", "verdict": "up"}) == {"notice"}
    assert said(visit).startswith("Something went wrong on this computer.")
    assert "the reason" not in said(visit)
    assert "KeyError: 'the reason'" in caplog.text


# Asking


def test_a_new_chat_leaves_what_was_kept_and_begins_another(visit: Visit, archive: Archive) -> None:
    converse(visit, "First?")
    act(visit, {"act": "edit", "exchange": "0"})
    assert act(visit, {"act": "new-chat"}) == TALK | PAST | {"signal"}
    assert visit.chat.exchanges == ()
    assert visit.editing is None
    assert visit.signal == {"view": "ask", "focus": "#question textarea"}
    converse(visit, "Second?")
    assert titles(archive) == ["Second?", "First?"]


def test_a_stop_ends_the_open_question(visit: Visit) -> None:
    visit.ask("When?")
    assert act(visit, {"act": "stop"}) == TALK
    assert visit.chat.exchanges[0].stage == "stopped"


def test_a_view_is_drawn_anew_when_it_is_opened(visit: Visit) -> None:
    opened = {view: act(visit, {"act": "open-view", "view": view}) for view in VIEWS}
    assert opened == VIEWS
    assert act(visit, {"act": "open-view", "view": "admin"}) == frozenset()


def test_an_edit_puts_the_question_where_it_can_be_changed(visit: Visit) -> None:
    converse(visit, ARABIC, "Second?")
    assert act(visit, {"act": "edit", "exchange": "0"}) == {"scope", "composer", "signal"}
    assert (visit.editing, visit.typed) == (0, ARABIC)
    assert act(visit, {"act": "leave-edit"}) == {"scope", "composer"}
    assert (visit.editing, visit.typed) == (None, "")


def test_a_retry_asks_the_same_again_in_its_place(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    converse(visit, "First?", "Second?")
    assert act(visit, {"act": "retry", "exchange": 0}) == TALK
    list(visit.answer())
    assert [one.question for one in visit.chat.exchanges] == ["First?"]
    assert [question for question, _ in assistant.asked] == ["First?", "Second?", "First?"]


def test_a_retry_while_another_question_is_open_changes_nothing_and_that_is_told(
    visit: Visit,
) -> None:
    converse(visit, "First?")
    visit.ask("Second?")
    assert act(visit, {"act": "retry", "exchange": "0"}) == {"notice"}
    assert visit.editing is None
    list(visit.answer())
    converse(visit, "Third?")
    assert [one.question for one in visit.chat.exchanges] == ["First?", "Second?", "Third?"]


def test_an_example_is_asked(visit: Visit, assistant: ScriptedAssistant) -> None:
    assert act(visit, {"act": "example", "question": ARABIC}) == TALK
    list(visit.answer())
    assert assistant.asked == [(ARABIC, ())]


@pytest.mark.parametrize("form", ["text", "markdown", "bibtex", "csl"])
def test_an_answer_is_copied_in_a_form(visit: Visit, form: str) -> None:
    converse(visit, "When?")
    assert act(visit, {"act": "copy", "exchange": "0", "copy": form}) == {"signal"}
    copied = visit.signal["copied"]
    assert copied["exchange"] == 0
    assert copied["said"] == "Copied"
    assert "جسر جديد على النهر" in copied["text"]
    assert json.loads(json.dumps(visit.signal)) == visit.signal


def test_the_page_says_in_its_own_language_that_it_copied(desk: Desk) -> None:
    visit = make_visit(desk, language="ar")
    converse(visit, "When?")
    act(visit, {"act": "copy", "exchange": "0", "copy": "text"})
    assert visit.signal["copied"]["said"] == "نُسخ"
    assert visit.signal["copied"]["failed"].startswith("لم يُنسخ")


@pytest.mark.parametrize("form", ["pdf", "", "TEXT", HOSTILE])
def test_a_form_that_there_is_not_is_not_copied(visit: Visit, form: str) -> None:
    converse(visit, "When?")
    assert act(visit, {"act": "copy", "exchange": "0", "copy": form}) == frozenset()
    assert visit.signal == {}


def test_what_has_no_answer_is_neither_copied_nor_judged(visit: Visit, desk: Desk) -> None:
    visit.ask("When?")
    assert act(visit, {"act": "copy", "exchange": "0", "copy": "text"}) == frozenset()
    assert act(visit, {"act": "judge", "exchange": "0", "verdict": "up"}) == frozenset()
    assert act(visit, {"act": "judge-reason", "exchange": "0", "reason": "so"}) == frozenset()
    assert visit.chat.exchanges[0].verdict == ""
    assert judged(desk) == []


def test_an_answer_is_copied_also_when_its_corpus_is_gone(visit: Visit, desk: Desk) -> None:
    made = desk.corpora.create("Brief")
    visit.choose(made.corpus_id)
    converse(visit, "When?")
    desk.corpora.delete(made.corpus_id, owner="")
    act(visit, {"act": "copy", "exchange": "0", "copy": "bibtex"})
    assert visit.problem is None
    assert "title = {جسر جديد على النهر}" in visit.signal["copied"]["text"]


def test_a_judgement_is_kept_and_taken_back_by_the_same_thumb(visit: Visit, desk: Desk) -> None:
    converse(visit, ARABIC)
    facts = {"act": "judge", "exchange": "0", "verdict": "down"}
    assert act(visit, facts) == {"past", "present"}
    assert verdicts(visit) == ["down"]
    act(visit, facts)
    assert verdicts(visit) == [""]
    act(visit, {**facts, "verdict": "up"})
    given = judged(desk)
    assert [one.verdict for one in given] == ["down", "withdrawn", "up"]
    assert {(one.question, one.corpus_id, one.owner) for one in given} == {(ARABIC, "default", "")}
    assert given[0].answer == visit.chat.exchanges[0].answer


def test_a_reason_is_kept_with_the_judgement_it_explains(desk: Desk) -> None:
    visit = make_visit(desk, LAYLA)
    converse(visit, "When?")
    reason = {"act": "judge-reason", "exchange": "0", "reason": "التاريخ\nخطأ \u202e"}
    assert act(visit, reason) == frozenset()
    act(visit, {"act": "judge", "exchange": "0", "verdict": "down"})
    assert act(visit, reason) == {"past", "present"}
    assert visit.chat.exchanges[0].reason_sent
    given = judged(desk)
    assert [(one.verdict, one.reason, one.owner) for one in given] == [
        ("down", "", LAYLA.owner),
        ("down", "التاريخ خطأ", LAYLA.owner),
    ]


@pytest.mark.parametrize("verdict", ["withdrawn", "", "sideways"])
def test_a_verdict_that_there_is_not_is_left(visit: Visit, desk: Desk, verdict: str) -> None:
    converse(visit, "When?")
    assert act(visit, {"act": "judge", "exchange": "0", "verdict": verdict}) == frozenset()
    assert judged(desk) == []


def test_a_judgement_that_cannot_be_kept_is_told_and_not_shown_as_given(
    desk: Desk, tmp_path: Path
) -> None:
    full = ArchiveError(path=tmp_path, reason="no space left on device.")
    visit = make_visit(replace(desk, feedback=BrokenFeedback(tmp_path / "feedback", full)))
    converse(visit, "When?")
    assert act(visit, {"act": "judge", "exchange": "0", "verdict": "up"}) == {"notice"}
    assert "no space left on device" in said(visit)
    assert visit.chat.exchanges[0].verdict == ""


@pytest.mark.parametrize("visitor", [ALONE, LAYLA, GUEST])
def test_a_judgement_that_comes_too_soon_is_told_and_neither_kept_nor_shown(
    desk: Desk, visitor: Visitor
) -> None:
    seconds = iter([0.0, 10.0, 20.5, 30.0])
    pace = Pace(2, per_s=60.0, clock=seconds.__next__)
    visit = make_visit(replace(desk, judging_pace=pace), visitor)
    converse(visit, "When?")
    up = {"act": "judge", "exchange": "0", "verdict": "up"}
    act(visit, up)
    act(visit, {"act": "judge-reason", "exchange": "0", "reason": "It is right."})
    assert act(visit, {**up, "verdict": "down"}) == {"notice"}
    assert "give it again in \u206840\u2069 s." in said(visit)
    assert act(visit, {"act": "judge-reason", "exchange": "0", "reason": "Or not."}) == {"notice"}
    assert verdicts(visit) == ["up"]
    assert [(one.verdict, one.reason) for one in judged(desk)] == [
        ("up", ""),
        ("up", "It is right."),
    ]


def test_many_judgements_leave_the_pace_of_questions_alone(desk: Desk) -> None:
    desk = replace(desk, pace=Pace(1, per_s=60.0), judging_pace=Pace(1, per_s=60.0))
    visit = make_visit(desk)
    converse(visit, "When?")
    act(visit, {"act": "judge", "exchange": "0", "verdict": "up"})
    assert verdicts(visit) == ["up"]


def test_without_a_file_of_feedback_a_judgement_is_only_shown(desk: Desk) -> None:
    visit = make_visit(replace(desk, feedback=None))
    converse(visit, "When?")
    act(visit, {"act": "judge", "exchange": "0", "verdict": "up"})
    assert visit.chat.exchanges[0].verdict == "up"


def test_a_citation_opens_its_document_at_the_quotation(visit: Visit) -> None:
    converse(visit, "When?")
    assert act(visit, {"act": "open-citation", "exchange": "0", "number": "1"}) == {"viewer"}
    opened = visit.opened
    assert opened is not None
    answer = visit.chat.exchanges[0].answer
    assert answer is not None
    assert opened.document == make_document()
    assert opened.citation == answer.citations[0]
    assert opened.citations == answer.citations
    assert opened.exchange == 0


@pytest.mark.parametrize("number", ["0", "2", "-1", "one", "99999999999999999999", ""])
@pytest.mark.parametrize("name", ["open-citation", "open-passage"])
def test_a_number_that_there_is_not_opens_nothing(visit: Visit, name: str, number: str) -> None:
    converse(visit, "When?")
    assert act(visit, {"act": name, "exchange": "0", "number": number}) == frozenset()
    assert visit.opened is None


def test_a_passage_opens_its_document_with_nothing_marked(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    refused = make_answer("It is not there.", question="Who?", status=Status.NOT_FOUND)
    assistant.replies["Who?"] = (*simple_reply("Who?")[:1], replace_final(refused))
    converse(visit, "Who?")
    assert act(visit, {"act": "open-passage", "exchange": "0", "number": "1"}) == {"viewer"}
    assert visit.opened is not None
    assert visit.opened.document == make_document()
    assert visit.opened.citation is None


def replace_final(answer: Any) -> Any:
    return replace(simple_reply(answer.question)[-1], answer=answer)


@pytest.mark.parametrize("corpus_is_gone", [False, True])
@pytest.mark.parametrize("name", ["open-citation", "open-passage"])
def test_a_document_that_is_gone_opens_as_missing(
    visit: Visit, desk: Desk, name: str, corpus_is_gone: bool
) -> None:
    made = desk.corpora.create("Brief")
    visit.choose(made.corpus_id)
    converse(visit, "When?")
    if corpus_is_gone:
        desk.corpora.delete(made.corpus_id, owner="")
    assert act(visit, {"act": name, "exchange": "0", "number": "1"}) == {"viewer"}
    assert visit.opened is not None
    assert visit.opened.document is None
    assert "viewer-missing" in render_panel("viewer", visit)


# The library


def test_a_document_of_the_library_opens(visit: Visit) -> None:
    assert act(visit, {"act": "open-document", "document": "bridge"}) == {"viewer"}
    assert visit.opened is not None
    assert visit.opened.document == make_document()
    act(visit, {"act": "open-document", "document": "tunnel"})
    assert visit.opened.document is None


def test_a_new_corpus_is_the_visitors_own_and_chosen(desk: Desk) -> None:
    visit = make_visit(desk, LAYLA)
    visit.query, visit.page = "bridge", 2
    changed = act(visit, {"act": "create-corpus", "name": "  أخبار "})
    assert changed == LIBRARY | {"scope", "signal"}
    # The field of its name is empty again.
    assert visit.signal == {"reset": "form[data-act=create-corpus]"}
    made = Look(visit).corpus
    assert (made.name, made.owner, made.shared) == ("أخبار", LAYLA.owner, False)
    assert (visit.query, visit.page) == ("", 1)
    assert names(make_visit(desk)) == ["default"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "two\u202elines", "Default", "\ud800"])
def test_a_name_that_cannot_be_used_is_told_in_either_language_and_stays_to_be_changed(
    visit: Visit, name: str
) -> None:
    assert act(visit, {"act": "create-corpus", "name": name}) == {"notice"}
    assert visit.signal == {}
    assert said(visit).startswith(("The name", "There is already"))
    assert visit.problem is not None
    in_arabic = word(visit.problem, "ar").replace(visit.problem.facts["corpus"], "")
    assert not re.search("[A-Za-z]", in_arabic)
    assert names(visit) == ["default"]


def test_a_guest_makes_no_corpus(desk: Desk) -> None:
    guest = make_visit(desk, GUEST)
    act(guest, {"act": "create-corpus", "name": "Mine"})
    assert names(guest) == ["default"]
    assert guest.corpus_id == "default"


def test_a_corpus_is_renamed_and_deleted_by_its_owner(visit: Visit) -> None:
    act(visit, {"act": "create-corpus", "name": "Brief"})
    chosen = visit.corpus_id
    facts = {"act": "rename-corpus", "corpus": chosen, "name": "Long"}
    assert act(visit, facts) == {"corpora", "scope", "upload"}
    assert names(visit) == ["default", "Long"]
    assert act(visit, {"act": "delete-corpus", "corpus": chosen}) == LIBRARY | {"scope"}
    assert names(visit) == ["default"]
    assert visit.corpus_id == "default"


def test_another_corpus_than_the_chosen_one_is_deleted(visit: Visit, desk: Desk) -> None:
    made = desk.corpora.create("Brief")
    visit.query = "bridge"
    act(visit, {"act": "delete-corpus", "corpus": made.corpus_id})
    assert (visit.corpus_id, visit.query) == ("default", "bridge")


def test_the_default_corpus_is_neither_renamed_nor_deleted(visit: Visit) -> None:
    facts = {"corpus": "default", "name": "Mine"}
    for name in ("rename-corpus", "delete-corpus"):
        assert act(visit, {"act": name, **facts}) == {"notice"}
    assert names(visit) == ["default"]


@pytest.mark.parametrize("visitor", [ALONE, GUEST, replace(LAYLA, owner="sami")])
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("name", ["rename-corpus", "delete-corpus"])
def test_a_corpus_of_another_is_neither_renamed_nor_deleted(
    desk: Desk, visitor: Visitor, shared: bool, name: str
) -> None:
    made = desk.corpora.create("Papers", owner=LAYLA.owner, shared=shared)
    visit = make_visit(desk, visitor)
    assert act(visit, {"act": name, "corpus": made.corpus_id, "name": "Taken"}) == {"notice"}
    assert "Papers" in names(make_visit(desk, LAYLA))


@pytest.mark.parametrize("visitor", [ALONE, GUEST])
def test_a_private_corpus_of_another_is_neither_chosen_nor_named(
    desk: Desk, visitor: Visitor
) -> None:
    made = desk.corpora.create("Papers", owner=LAYLA.owner)
    visit = make_visit(desk, visitor)
    assert act(visit, {"act": "switch-corpus", "corpus": made.corpus_id}) == {"notice"}
    assert said(visit) == "This collection is not there, or no longer."
    assert visit.corpus_id == "default"


def test_a_shared_corpus_is_chosen_and_read_but_nothing_is_deleted_from_it(desk: Desk) -> None:
    made = desk.corpora.create("Papers", owner=LAYLA.owner, shared=True)
    library = desk.corpora.assistant(made.corpus_id, owner=LAYLA.owner)
    library.library["bridge"] = make_document()  # type: ignore[attr-defined]
    guest = make_visit(desk, GUEST)
    assert act(guest, {"act": "switch-corpus", "corpus": made.corpus_id}) == LIBRARY | {"scope"}
    act(guest, {"act": "open-document", "document": "bridge"})
    assert guest.opened is not None
    assert guest.opened.document == make_document()
    act(guest, {"act": "delete-document", "document": "bridge"})
    assert library.documents() == (make_document(),)


@pytest.mark.parametrize("visitor", [LAYLA, GUEST])
def test_the_documents_of_this_computer_are_deleted_by_nobody_else(
    desk: Desk, assistant: ScriptedAssistant, visitor: Visitor
) -> None:
    act(make_visit(desk, visitor), {"act": "delete-document", "document": "bridge"})
    assert assistant.documents() == (make_document(),)


def test_a_document_is_deleted(visit: Visit, assistant: ScriptedAssistant) -> None:
    facts = {"act": "delete-document", "document": "bridge"}
    assert act(visit, facts) == {"corpora", "glance", "documents"}
    assert assistant.documents() == ()
    assert act(visit, facts) == {"corpora", "glance", "documents"}
    assert visit.problem is None


def test_nothing_is_deleted_from_the_default_corpus_in_place_of_one_that_is_gone(
    visit: Visit, desk: Desk, assistant: ScriptedAssistant
) -> None:
    made = desk.corpora.create("Brief")
    visit.choose(made.corpus_id)
    desk.corpora.delete(made.corpus_id, owner="")
    act(visit, {"act": "delete-document", "document": "bridge"})
    assert assistant.documents() == (make_document(),)


def test_a_search_leaves_its_field_alone_while_it_is_typed(visit: Visit) -> None:
    visit.page = 3
    assert act(visit, {"act": "search-documents", "query": "جسر"}) == {"documents"}
    assert (visit.query, visit.page) == ("جسر", 1)
    facts = {"act": "search-documents", "query": ""}
    assert act(visit, facts) == {"documents", "document_tools"}


def test_documents_are_sorted_and_turned_over(visit: Visit) -> None:
    assert act(visit, {"act": "page-documents", "page": "2"}) == {"documents"}
    assert visit.page == 2
    assert act(visit, {"act": "sort-documents", "order": "source"}) == {"documents"}
    assert (visit.order, visit.page) == ("source", 1)
    assert act(visit, {"act": "sort-documents", "order": "price"}) == frozenset()
    assert act(visit, {"act": "page-documents", "page": "-2"}) == frozenset()
    assert (visit.order, visit.page) == ("source", 1)


def test_a_page_past_the_last_shows_the_last(visit: Visit, assistant: ScriptedAssistant) -> None:
    for number in range(60):
        assistant.library[f"d{number}"] = make_document(f"d{number}", title=f"No. {number:02}")
    visit.order = "title"
    act(visit, {"act": "page-documents", "page": "999999"})
    drawn_last = render_panel("documents", visit)
    act(visit, {"act": "page-documents", "page": "2"})
    assert render_panel("documents", visit) == drawn_last


def test_an_ingest_is_cancelled_and_without_one_nothing_happens(visit: Visit) -> None:
    assert act(visit, {"act": "cancel-ingest"}) == frozenset()
    visit.taking_in = TakingIn(visit.assistant(), [Path("never-read.txt")], language="en")
    assert act(visit, {"act": "cancel-ingest"}) == frozenset()
    visit.taking_in.run()
    assert visit.taking_in.view.stage == "cancelled"


# What is kept


def test_a_kept_conversation_is_taken_up_again(
    visit: Visit, desk: Desk, archive: Archive, assistant: ScriptedAssistant
) -> None:
    made = desk.corpora.create("Brief")
    visit.choose(made.corpus_id)
    converse(visit, ARABIC, "Second?")
    again = make_visit(desk)
    converse(again, "Given up?")
    act(again, {"act": "edit", "exchange": "0"})
    changed = act(again, {"act": "open-past", "conversation": visit.conversation_id})
    assert changed == TALK | {"past_list", "signal"}
    assert again.signal == {"view": "ask", "focus": "#question textarea"}
    assert [(one.question, one.answer) for one in again.chat.exchanges] == [
        (one.question, one.answer) for one in visit.chat.exchanges
    ]
    assert (again.corpus_id, again.editing) == (made.corpus_id, None)
    assert again.chat.begin() is None
    again.choose("default")
    converse(again, "Third?")
    assert [turn.question for turn in assistant.asked[-1][1]] == [ARABIC, "Second?"]
    assert [one.questions for one in archive.list("")] == [3, 1]


def test_each_exchange_of_a_kept_conversation_stays_with_its_own_corpus(
    visit: Visit, desk: Desk
) -> None:
    made = desk.corpora.create("Brief")
    converse(visit, ARABIC)
    visit.choose(made.corpus_id)
    converse(visit, "Second?")
    again = make_visit(desk)
    act(again, {"act": "open-past", "conversation": visit.conversation_id})
    assert [one.corpus_id for one in again.chat.exchanges] == ["default", made.corpus_id]
    assert again.corpus_id == made.corpus_id
    act(again, {"act": "open-citation", "exchange": "0", "number": "1"})
    assert again.opened is not None
    assert again.opened.document == make_document()


def test_a_conversation_about_a_corpus_that_is_gone_is_read_all_the_same(
    visit: Visit, desk: Desk
) -> None:
    made = desk.corpora.create("Brief")
    visit.choose(made.corpus_id)
    converse(visit, "When?")
    desk.corpora.delete(made.corpus_id, owner="")
    again = make_visit(desk)
    act(again, {"act": "open-past", "conversation": visit.conversation_id})
    assert [one.question for one in again.chat.exchanges] == ["When?"]
    assert again.corpus_id == "default"


def test_no_conversation_is_taken_up_while_a_question_is_open(visit: Visit, desk: Desk) -> None:
    converse(visit, "Kept?")
    again = make_visit(desk)
    again.ask("When?")
    changed = act(again, {"act": "open-past", "conversation": visit.conversation_id})
    assert changed == PAST | {"notice"}
    assert said(again).startswith("An answer is still being written.")
    assert [one.question for one in again.chat.exchanges] == ["When?"]


@pytest.mark.parametrize("visitor", [ALONE, GUEST, replace(LAYLA, owner="sami")])
@pytest.mark.parametrize("name", ["open-past", "rename-past", "delete-past", "export-past"])
def test_conversations_of_others_are_as_if_they_were_not_there(
    desk: Desk, archive: Archive, visitor: Visitor, name: str
) -> None:
    layla = make_visit(desk, LAYLA)
    converse(layla, "A secret?")
    visit = make_visit(desk, visitor)
    facts = {"conversation": layla.conversation_id, "title": "Mine", "format": "json"}
    assert act(visit, {"act": name, **facts}) <= PAST
    assert visit.chat.exchanges == ()
    assert visit.signal == {}
    assert titles(archive, LAYLA.owner) == ["A secret?"]


def test_deleting_all_deletes_ones_own_only(desk: Desk, archive: Archive) -> None:
    layla, visit = make_visit(desk, LAYLA), make_visit(desk)
    converse(layla, "Hers?")
    converse(visit, "Mine?")
    assert act(visit, {"act": "delete-all-past"}) == PAST
    assert titles(archive) == []
    assert titles(archive, LAYLA.owner) == ["Hers?"]
    # What is on the page stays there; what follows is kept as a conversation of its own.
    assert [one.question for one in visit.chat.exchanges] == ["Mine?"]
    converse(visit, "Next?")
    assert titles(archive) == ["Next?"]


def test_deleting_the_open_conversation_clears_the_page(visit: Visit, archive: Archive) -> None:
    converse(visit, "First?")
    open_now = visit.conversation_id
    facts = {"act": "delete-past", "conversation": open_now}
    assert act(visit, facts) == TALK | {"past_list"}
    assert visit.chat.exchanges == ()
    assert visit.conversation_id != open_now
    assert titles(archive) == []


def test_deleting_another_conversation_leaves_the_page(desk: Desk, archive: Archive) -> None:
    visit, ids = a_busy_visit(desk)
    assert act(visit, {"act": "delete-past", "conversation": ids["old"]}) == {"past_list"}
    assert len(visit.chat.exchanges) == 2
    assert titles(archive) == ["When?"]


def test_a_conversation_is_renamed(visit: Visit, archive: Archive) -> None:
    converse(visit, "First?")
    facts = {"act": "rename-past", "conversation": visit.conversation_id}
    assert act(visit, {**facts, "title": "الجسر الجديد"}) == {"past_list"}
    assert titles(archive) == ["الجسر الجديد"]
    act(visit, {**facts, "title": "  "})
    assert titles(archive) == ["الجسر الجديد"]


@pytest.mark.parametrize(("form", "suffix"), [("markdown", "md"), ("json", "json")])
def test_a_conversation_is_exported(visit: Visit, form: str, suffix: str) -> None:
    converse(visit, ARABIC)
    facts = {"act": "export-past", "conversation": visit.conversation_id, "format": form}
    assert act(visit, facts) == {"signal"}
    saved = visit.signal["saved"]
    today = dt.datetime.now(dt.UTC).date()
    assert saved["name"] == f"mustanad-{today}.{suffix}"
    assert ARABIC in saved["text"]


def test_an_export_tells_what_the_documents_of_each_corpus_say(
    visit: Visit, desk: Desk, assistant: ScriptedAssistant
) -> None:
    assistant.library["bridge"] = replace(make_document(), url="https://city.example/bridge")
    converse(visit, ARABIC)
    visit.choose(desk.corpora.create("Brief").corpus_id)
    converse(visit, "Second?")
    facts = {"act": "export-past", "conversation": visit.conversation_id, "format": "json"}
    act(visit, facts)
    (document,) = json.loads(visit.signal["saved"]["text"])["documents"]
    assert document["url"] == "https://city.example/bridge"


def test_what_was_said_is_exported_also_where_no_document_can_be_read(
    visit: Visit, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(ScriptedAssistant):
        def document(self, document_id: str) -> Document | None:
            raise IndexStoreError(path="/srv/index", reason="it is damaged.")

    converse(visit, ARABIC)
    visit = make_visit(replace(desk, corpora=ScriptedShelf(Broken())))
    (kept,) = desk.archive.list("") if desk.archive else ()
    act(visit, {"act": "export-past", "conversation": kept.conversation_id, "format": "json"})
    assert json.loads(visit.signal["saved"]["text"])["documents"] == []
    assert "it is damaged" in caplog.text


def test_a_search_among_the_past_leaves_its_field_alone_while_it_is_typed(visit: Visit) -> None:
    assert act(visit, {"act": "search-past", "query": "جسر"}) == {"past_list"}
    assert visit.past_query == "جسر"
    assert act(visit, {"act": "search-past", "query": ""}) == PAST


def test_keeping_is_switched_and_remembered_by_the_browser(visit: Visit) -> None:
    assert act(visit, {"act": "keep", "value": "off"}) == PAST | {"preferences", "signal"}
    states = [(visit.keeping, visit.signal["preferences"]["keeping"])]
    act(visit, {"act": "keep", "value": "on"})
    states.append((visit.keeping, visit.signal["preferences"]["keeping"]))
    assert states == [(False, False), (True, True)]
    assert act(visit, {"act": "keep", "value": "maybe"}) == frozenset()


def test_no_guest_switches_keeping_on(desk: Desk) -> None:
    guest = make_visit(desk, GUEST)
    act(guest, {"act": "keep", "value": "on"})
    assert not guest.keeping


@pytest.mark.parametrize("name", ["open-past", "rename-past", "delete-past", "export-past"])
def test_without_an_archive_nothing_of_the_past_can_be_done(tmp_path: Path, name: str) -> None:
    visit = make_visit(make_desk(ScriptedAssistant(), tmp_path))
    facts = {"conversation": "c", "title": "t", "format": "json"}
    assert act(visit, {"act": name, **facts}) <= PAST
    assert act(visit, {"act": "delete-all-past"}) == PAST
    assert visit.problem is None


# Preferences


def test_a_language_is_chosen_and_all_is_drawn_in_it(visit: Visit) -> None:
    facts = {"act": "set-language", "value": "ar"}
    assert act(visit, facts) == EVERYTHING - {"viewer", "notice"}
    assert visit.language == "ar"
    assert visit.signal["preferences"]["language"] == "ar"


@pytest.mark.parametrize(
    ("name", "value"), [("language", "fr"), ("theme", "pink"), ("length", "novel"), ("theme", "")]
)
def test_a_choice_that_there_is_not_is_left(visit: Visit, name: str, value: str) -> None:
    before = visit.preferences
    assert act(visit, {"act": f"set-{name}", "value": value}) == frozenset()
    assert visit.preferences == before


def test_theme_and_length_are_chosen_and_remembered_by_the_browser(visit: Visit) -> None:
    facts = {"act": "set-theme", "value": "dark"}
    assert act(visit, facts) == {"preferences", "header", "signal"}
    assert act(visit, {"act": "set-length", "value": "words"}) == {"preferences", "signal"}
    assert visit.signal["preferences"] == {
        "language": "en",
        "theme": "dark",
        "length": "words",
        "passages": None,
        "keeping": True,
    }


@pytest.mark.parametrize(
    ("typed", "passages", "is_bad"),
    [
        ("7", 7, False),
        (" 50 ", 50, False),
        ("٧", 7, False),
        ("0", None, True),
        ("51", None, True),
        ("-1", None, True),
        ("7.5", None, True),
        ("", None, True),
        ("²", None, True),
        ("9" * 5000, None, True),
    ],
)
def test_a_number_of_passages_is_taken_or_told_to_be_none(
    visit: Visit, typed: str, passages: int | None, is_bad: bool
) -> None:
    act(visit, {"act": "set-passages", "passages": typed})
    assert visit.preferences.passages == passages
    assert visit.bad_passages is is_bad


def test_a_period_is_set_and_cleared(visit: Visit) -> None:
    facts = {"act": "set-period", "since": " 2024-01-31 ", "until": ""}
    assert act(visit, facts) == {"preferences", "scope"}
    assert visit.preferences.period == Period(dt.date(2024, 1, 31), None)
    assert act(visit, {"act": "clear-period"}) == {"preferences", "scope"}
    assert visit.preferences.period is None


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("٢٠٢٤-٠١-٣١", "۲۰۲۴-۰۲-۰۱"),
        ("\u200f2024-01-31\u200e", " 2024-02-01\u00a0"),
        ("٢٠٢٤٠١٣١", "20240201"),
    ],
)
def test_days_may_be_written_in_any_digits_and_pasted_with_marks(
    visit: Visit, since: str, until: str
) -> None:
    act(visit, {"act": "set-period", "since": since, "until": until})
    assert visit.bad_period is None
    assert visit.preferences.period == Period(dt.date(2024, 1, 31), dt.date(2024, 2, 1))


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("soon", ""),
        ("", "31.1.2024"),
        ("2024-02-01", "2024-01-01"),
        ("2024-02-30", ""),
        ("٢٠٢٤-٠٢-٣٠", ""),
    ],
)
def test_days_that_are_none_are_told_and_the_period_stays(
    visit: Visit, since: str, until: str
) -> None:
    act(visit, {"act": "set-period", "since": "2024-01-01", "until": ""})
    facts = {"act": "set-period", "since": since, "until": until}
    assert act(visit, facts) == {"preferences"}
    assert visit.bad_period == (since, until)
    assert visit.preferences.period == Period(dt.date(2024, 1, 1), None)
    act(visit, {"act": "clear-period"})
    assert visit.bad_period is None


# What the browser remembers


def test_what_an_action_had_remembered_is_recalled_at_the_next_visit(desk: Desk) -> None:
    visit = make_visit(desk)
    for facts in (
        {"act": "set-language", "value": "ar"},
        {"act": "set-theme", "value": "dark"},
        {"act": "set-length", "value": "words"},
        {"act": "set-passages", "passages": "9"},
        {"act": "keep", "value": "off"},
    ):
        act(visit, facts)
    again = make_visit(desk)
    recall(again, json.loads(json.dumps(visit.signal["preferences"])))
    assert again.preferences == Preferences(language="ar", theme="dark", length="words", passages=9)
    assert not again.keeping
    assert again.signal == {}


@pytest.mark.parametrize(
    "remembered",
    [
        None,
        [],
        ["language", "ar"],
        "ar",
        7,
        {},
        {"language": "fr", "theme": 3, "length": ["words"], "passages": "many"},
        {"language": None, "theme": None, "passages": 0, "keeping": "no"},
        {"passages": 10**30, "theme": HOSTILE},
        {"period": ["2024-01-01", ""], "act": "delete-all-past"},
    ],
)
def test_what_was_not_remembered_by_us_is_left(visit: Visit, remembered: object) -> None:
    before = state(visit)
    recall(visit, remembered)
    assert state(visit) == before
    assert visit.signal == {}
    assert visit.problem is None


def test_what_is_valid_is_recalled_beside_what_is_not(visit: Visit) -> None:
    recall(visit, {"language": "ar", "theme": "pink", "passages": 12})
    assert visit.preferences == Preferences(language="ar", passages=12)


def test_a_language_that_the_settings_name_is_not_recalled_away(desk: Desk) -> None:
    desk = replace(desk, settings=Settings(page=PageSettings(language="en")))
    visit = make_visit(desk)
    recall(visit, {"language": "ar", "theme": "dark"})
    assert visit.preferences == Preferences(language="en", theme="dark")


def test_recalling_switches_keeping_on_for_nobody(desk: Desk) -> None:
    guest = make_visit(desk, GUEST)
    recall(guest, {"keeping": True})
    assert not guest.keeping


def test_a_document_may_be_named_with_any_text(visit: Visit, assistant: ScriptedAssistant) -> None:
    odd = Document(document_id=HOSTILE, text="نص", path="odd.txt")
    assistant.library[HOSTILE] = odd
    act(visit, {"act": "open-document", "document": HOSTILE})
    assert visit.opened is not None
    assert visit.opened.document == odd
