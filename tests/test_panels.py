"""Every panel of the page in many states and both languages, and who is shown what."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from pydantic import SecretStr

from rag.archive import Archive
from rag.corpora import Corpus
from rag.engines import LoadedModel
from rag.errors import GenerationError, IndexStoreError
from rag.schema import Delta, Document, Final, Passages, Period
from rag.settings import AnswerSettings, KeepSettings, Settings, setting_fields
from tests.pages import (
    ALONE,
    GUEST,
    LAYLA,
    QUOTE,
    ScriptedAssistant,
    ScriptedShelf,
    converse,
    make_answer,
    make_citation,
    make_desk,
    make_document,
    make_passage,
    make_visit,
)
from ui.app import _SCRIPTS
from ui.deeds import ACTIONS, act
from ui.desk import Desk, Visitor
from ui.library_ingest import FileResult
from ui.panels import RENDERERS, render_panel, render_panels
from ui.strings import LANGUAGES, Language, Problem
from ui.taking_in import TakingIn
from ui.visit import EVERYTHING, LIBRARY, Opened, Visit

ARABIC = "متى بدأ بناء الجسر؟"
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp'
# What the page itself is made of, beside the panels.
OWN_IDS = ["composer", "question", "ask", "stop"]
OWN_IDS += ["view-ask", "library", "view-past", "view-settings"]


class BrokenAssistant(ScriptedAssistant):
    """An assistant whose index cannot be used."""

    def documents(self) -> tuple[Document, ...]:
        raise IndexStoreError(path="/srv/index", reason="it is locked.")

    def count_documents(self) -> int:
        raise IndexStoreError(path="/srv/index", reason="it is locked.")


class CountedShelf(ScriptedShelf):
    """Corpora that count how often they are looked up."""

    looked = 0

    def visible_to(self, owner: str) -> tuple[Corpus, ...]:
        self.looked += 1
        return super().visible_to(owner)


class CountedAssistant(ScriptedAssistant):
    """An assistant that counts how often all its documents are read."""

    read = 0

    def documents(self) -> tuple[Document, ...]:
        self.read += 1
        return super().documents()


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


def words(panel: str) -> str:
    """What a reader reads of a panel, without the isolates around facts."""
    if not panel.strip():
        return ""
    plain = html.fromstring(f"<div>{panel}</div>").text_content()
    return " ".join(plain.replace("\u2068", "").replace("\u2069", "").split())


# States of a page, each made of a new one.


def _as_new(visit: Visit) -> None:
    """Nothing was done yet."""


def _answered(visit: Visit) -> None:
    converse(visit, "When?")
    act(visit, {"act": "new-chat"})
    converse(visit, "Kept, too?")
    act(visit, {"act": "copy", "exchange": "0", "copy": "bibtex"})


def _judged(visit: Visit) -> None:
    converse(visit, "When?", ARABIC)
    act(visit, {"act": "judge", "exchange": "0", "verdict": "up"})
    act(visit, {"act": "judge", "exchange": "1", "verdict": "down"})
    act(visit, {"act": "judge-reason", "exchange": "1", "reason": HOSTILE})


def _streaming(visit: Visit) -> None:
    converse(visit, "When?")
    visit.ask("Slow?")
    visit.chat.begin()
    visit.chat.wait(2)


def _stopped(visit: Visit) -> None:
    visit.ask("Long?")
    steps = visit.answer()
    next(steps)
    next(steps)
    act(visit, {"act": "stop"})
    steps.close()


def _failed(visit: Visit) -> None:
    converse(visit, "Broken?")
    visit.problem = Problem(key="error.UploadError", facts={"name": HOSTILE, "reason": HOSTILE})


def _changing(visit: Visit) -> None:
    converse(visit, HOSTILE, "Second?")
    act(visit, {"act": "set-period", "since": "2024-01-01", "until": "2024-06-30"})
    act(visit, {"act": "edit", "exchange": "0"})


def _opened(visit: Visit) -> None:
    converse(visit, "When?")
    act(visit, {"act": "open-citation", "exchange": "0", "number": "1"})


def _opened_missing(visit: Visit) -> None:
    visit.opened = Opened(document=None)


def _opened_hostile(visit: Visit) -> None:
    visit.opened = Opened(
        document=Document(document_id=HOSTILE, text=HOSTILE, path=HOSTILE, title=HOSTILE)
    )


def _refused(visit: Visit) -> None:
    act(visit, {"act": "set-period", "since": HOSTILE, "until": "soon"})
    act(visit, {"act": "set-passages", "passages": "900"})
    act(visit, {"act": "search-past", "query": HOSTILE})
    act(visit, {"act": "search-documents", "query": HOSTILE})


def _chosen(visit: Visit) -> None:
    act(visit, {"act": "set-theme", "value": "dark"})
    act(visit, {"act": "set-length", "value": "words"})
    act(visit, {"act": "set-passages", "passages": "12"})
    act(visit, {"act": "keep", "value": "off"})


def _own_corpus(visit: Visit) -> None:
    act(visit, {"act": "create-corpus", "name": HOSTILE.replace("\u202e", "")})


def _many_documents(visit: Visit) -> None:
    library = visit.assistant().library  # type: ignore[attr-defined]
    for number in range(120):
        library[f"d{number}"] = make_document(f"d{number}", title=HOSTILE)
    act(visit, {"act": "page-documents", "page": "2"})


def _taking_in(visit: Visit) -> None:
    visit.taking_in = TakingIn(visit.assistant(), [Path("a.txt")], language=visit.language)


def _took_in(visit: Visit) -> None:
    refused = FileResult(
        name=HOSTILE, documents=0, chunks=0, unchanged=False, skipped="it is too large."
    )
    taking_in = TakingIn(visit.assistant(), [], language=visit.language, refused=[refused])
    taking_in.run()
    visit.taking_in = taking_in


def _broke_off(visit: Visit) -> None:
    missing = Path("/nowhere/at/all.txt")
    visit.taking_in = TakingIn(visit.assistant(), [missing], language=visit.language)
    visit.taking_in.run()


STATES = [
    _as_new,
    _answered,
    _judged,
    _streaming,
    _stopped,
    _failed,
    _changing,
    _opened,
    _opened_missing,
    _opened_hostile,
    _refused,
    _chosen,
    _own_corpus,
    _many_documents,
    _taking_in,
    _took_in,
    _broke_off,
]


@pytest.fixture(params=[ALONE, LAYLA, GUEST], ids=["alone", "signed in", "guest"])
def visitor(request: pytest.FixtureRequest) -> Visitor:
    found: Visitor = request.param
    return found


def in_state(desk: Desk, visitor: Visitor, language: Language, number: int) -> Visit:
    visit = make_visit(desk, visitor, language=language)
    STATES[number](visit)
    return visit


@pytest.fixture
def told(assistant: ScriptedAssistant) -> None:
    """Replies for the questions of the states."""
    assistant.replies["Broken?"] = [GenerationError(model=HOSTILE, reason="out of memory")]
    assistant.replies["Long?"] = [Passages((make_passage(HOSTILE),)), Delta(HOSTILE), Delta("")]


def test_every_panel_but_the_composer_is_rendered() -> None:
    assert set(RENDERERS) == EVERYTHING - {"composer"}


def test_a_panel_that_there_is_not_is_an_error_of_ours(desk: Desk) -> None:
    with pytest.raises(KeyError):
        render_panel("composer", make_visit(desk))


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("number", range(len(STATES)), ids=[one.__name__ for one in STATES])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_panel_is_sound_in_every_state(
    desk: Desk, visitor: Visitor, language: Language, number: int
) -> None:
    visit = in_state(desk, visitor, language, number)
    ids = [*OWN_IDS, *(name.replace("_", "-") for name in RENDERERS)]
    for name in RENDERERS:
        panel = render_panel(name, visit)
        assert "{{" not in panel
        assert "<script" not in panel
        assert "<img" not in panel
        assert "\u202e" not in panel
        if not panel.strip():
            continue
        for root in html.fragments_fromstring(panel):
            if name == "signal":
                continue
            assert root.get("lang") == language, name
            assert root.get("dir") == ("rtl" if language == "ar" else "ltr"), name
        ids += html.fromstring(f"<div>{panel}</div>").xpath("//@id")
    # Labels and links lead to an id, which must be that of one element only.
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("number", range(len(STATES)), ids=[one.__name__ for one in STATES])
def test_what_a_panel_offers_can_be_done(
    desk: Desk, visitor: Visitor, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    visit = in_state(desk, visitor, "en", number)
    offers = [offer for name in RENDERERS for offer in offered(render_panel(name, visit))]
    assert {offer["act"] for offer in offers} <= set(ACTIONS)
    caplog.clear()
    for offer in offers:
        act(visit, offer)
        assert "malformed" not in caplog.text, offer
        assert "unexpected" not in caplog.text, offer
        # Anew, so that the next offer finds what it was made for.
        visit = in_state(desk, visitor, "en", number)
        caplog.clear()


def offered(panel: str) -> list[dict[str, str]]:
    """The actions that a click or a submit in a panel would send."""
    found = []
    for node in html.fromstring(f"<div>{panel}</div>").xpath("//*[@data-act][not(@disabled)]"):
        facts = {
            name.removeprefix("data-"): value
            for name, value in node.attrib.items()
            if name.startswith("data-")
        }
        if node.tag == "form":
            for field in node.xpath(".//input[@name] | .//textarea[@name]"):
                facts[field.get("name")] = field.get("value") or ""
        elif node.tag == "select":
            facts[node.get("name")] = node.xpath(".//option/@value")[-1]
        found.append(facts)
    return found


@pytest.mark.usefixtures("told")
def test_what_can_be_opened_has_a_key_of_its_own_and_a_script_that_keeps_it_open(
    desk: Desk,
) -> None:
    keys: set[str] = set()
    for number in range(len(STATES)):
        visit = in_state(desk, ALONE, "en", number)
        for name in RENDERERS:
            panel = html.fromstring(f"<div>{render_panel(name, visit)}</div>")
            # A menu is shut by the next click anyhow.
            found = panel.xpath("//details[not(contains(@class, 'actions-formats'))]")
            own = [one.get("data-key") for one in found]
            assert None not in own
            assert len(own) == len(set(own))
            assert not own or _SCRIPTS[name] == "details"
            keys |= {key.split()[0] for key in own}
    assert keys == {
        "change-corpus",
        "chart-sources",
        "chart-time",
        "create-corpus",
        "delete-all-past",
        "delete-corpus",
        "delete-document",
        "delete-past",
        "rename-past",
    }


@pytest.mark.usefixtures("told")
def test_every_action_is_offered_somewhere(desk: Desk) -> None:
    seen = set()
    for number in range(len(STATES)):
        visit = in_state(desk, ALONE, "en", number)
        for name in RENDERERS:
            seen |= {offer["act"] for offer in offered(render_panel(name, visit))}
    # A stop is a button of the composer.
    assert seen == set(ACTIONS) - {"stop"}


# The conversation


def test_the_scope_names_the_corpus_the_days_and_what_is_edited(desk: Desk) -> None:
    visit = make_visit(desk)
    assert words(render_panel("scope", visit)) == "Asked of: Documents on this computer"
    act(visit, {"act": "create-corpus", "name": "أخبار"})
    visit.prefer(period=Period(dt.date(2024, 1, 1), None))
    visit.editing = 1
    shown = words(render_panel("scope", visit))
    assert "You are changing question 2." in shown
    assert "Asked of: أخبار" in shown
    assert "Only documents from 1 January 2024 on" in shown
    visit.prefer(language="ar")
    act(visit, {"act": "switch-corpus", "corpus": "default"})
    assert "البحث في: وثائق هذا الحاسوب" in words(render_panel("scope", visit))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("visitor", [LAYLA, GUEST], ids=["signed in", "guest"])
def test_who_sits_elsewhere_is_not_told_that_anything_stays_on_this_computer(
    desk: Desk, visitor: Visitor, language: Language
) -> None:
    visit = make_visit(desk, visitor, language=language)
    shown = " ".join(
        words(panel) for panel in render_panels(EVERYTHING - {"composer"}, visit).values() if panel
    )
    for said in ("this computer", "هذا الحاسوب"):
        assert said not in shown


def test_the_header_names_who_signed_in(desk: Desk) -> None:
    assert "ليلى" in words(render_panel("header", make_visit(desk, LAYLA)))
    for visitor in (ALONE, GUEST):
        shown = render_panel("header", make_visit(desk, visitor))
        assert "Signed in" not in shown
        assert "logout" not in shown


def test_the_longest_answers_show_the_whole_passage_of_each_source(
    desk: Desk, assistant: ScriptedAssistant
) -> None:
    long = make_citation(text="قبل " * 100 + QUOTE + " بعد" * 100)
    assistant.replies["When?"] = [Final(make_answer(citations=(long,)))]
    visit = make_visit(desk)
    act(visit, {"act": "set-length", "value": "passage"})
    converse(visit, "When?", "When?")
    for name in ("past", "present"):
        assert html.fromstring(render_panel(name, visit)).xpath("//input/@checked")
    assert assistant.options == [(None, True)] * 2
    act(visit, {"act": "set-length", "value": "sentence"})
    for name in ("past", "present"):
        assert not html.fromstring(render_panel(name, visit)).xpath("//input/@checked")


# The library


def test_a_corpus_that_is_gone_gives_way_to_the_default_one(desk: Desk) -> None:
    visit = make_visit(desk)
    made = desk.corpora.create("Brief")
    visit.choose(made.corpus_id)
    visit.query = "nothing"
    desk.corpora.delete(made.corpus_id, owner="")
    panels = {name: render_panel(name, visit) for name in sorted(EVERYTHING - {"composer"})}
    assert "Asked of: Documents on this computer" in words(panels["scope"])
    assert "جسر جديد على النهر" in panels["documents"]
    current = html.fromstring(panels["corpora"]).xpath("//button[@aria-current]/@data-corpus")
    assert current == ["default"]


def test_a_view_of_the_library_reads_the_documents_once_and_counts_those_of_others(
    tmp_path: Path,
) -> None:
    chosen, other = CountedAssistant(), CountedAssistant()
    shelf = CountedShelf(chosen)
    desk = replace(make_desk(chosen, tmp_path), corpora=shelf)
    visit = make_visit(desk)
    made = shelf.create("Brief")
    shelf.assistants[made.corpus_id] = other
    render_panels([*LIBRARY, "scope"], visit)
    # Each corpus is also looked up for its assistant: twice to be counted, once to be read.
    assert (chosen.read, other.read, shelf.looked) == (1, 0, 1 + 3)


def test_corpora_are_told_apart_by_whose_they_are(desk: Desk) -> None:
    desk.corpora.create("Hers", owner=LAYLA.owner, shared=True)
    desk.corpora.create("Secret", owner=LAYLA.owner)
    layla, guest = make_visit(desk, LAYLA), make_visit(desk, GUEST)
    hers, others = render_panel("corpora", layla), render_panel("corpora", guest)
    assert {offer["act"] for offer in offered(hers)} == {
        "switch-corpus",
        "create-corpus",
        "rename-corpus",
        "delete-corpus",
    }
    assert {offer["act"] for offer in offered(others)} == {"switch-corpus"}
    assert "Secret" in words(hers)
    assert "Secret" not in words(others)
    assert "Hers Documents: 0 · shared" in words(others)


def test_only_who_may_change_a_corpus_is_offered_to(desk: Desk) -> None:
    for visitor, may in ((ALONE, True), (LAYLA, False), (GUEST, False)):
        visit = make_visit(desk, visitor)
        acts = {offer["act"] for offer in offered(render_panel("documents", visit))}
        assert ("delete-document" in acts) is may
        assert ('type="file"' in render_panel("upload", visit)) is may


def test_nothing_more_is_uploaded_while_an_ingest_runs(desk: Desk) -> None:
    visit = make_visit(desk)
    _taking_in(visit)
    assert "data-drop" not in render_panel("upload", visit).replace("data-drop-", "")
    assert visit.taking_in is not None
    visit.taking_in.cancel()
    visit.taking_in.run()
    assert "data-drop" in render_panel("upload", visit)


def test_an_ingest_is_not_shown_before_there_was_one(desk: Desk) -> None:
    visit = make_visit(desk)
    assert render_panel("ingest", visit) == ""
    _broke_off(visit)
    assert "Something went wrong on this computer." in words(render_panel("ingest", visit))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_engine_that_fails_is_told_in_the_place_of_its_panel(
    tmp_path: Path, language: Language
) -> None:
    visit = make_visit(make_desk(BrokenAssistant(), tmp_path), language=language)
    shown = {name: render_panel(name, visit) for name in RENDERERS}
    failed = {name for name, panel in shown.items() if "/srv/index" in panel}
    assert failed == {"glance", "documents"}
    assert " ?" in html.fromstring(shown["corpora"]).text_content().replace("\u2068", "")
    for name in failed:
        (root,) = html.fragments_fromstring(shown[name])
        assert (root.get("role"), root.get("lang")) == ("alert", language)


# The past


def test_the_past_lists_ones_own_conversations_with_their_corpus(
    desk: Desk, archive: Archive
) -> None:
    made = desk.corpora.create("Brief")
    visit = make_visit(desk)
    converse(visit, "Of all?")
    act(visit, {"act": "new-chat"})
    visit.choose(made.corpus_id)
    converse(visit, ARABIC)
    converse(make_visit(desk, LAYLA), "Hers?")
    shown = words(render_panel("past_list", visit))
    assert ARABIC in shown
    assert "Collection: Brief" in shown
    assert "Collection: Documents on this computer" in shown
    assert "Open now" in shown
    assert "Hers?" not in shown
    desk.corpora.delete(made.corpus_id, owner="")
    assert "Brief" not in render_panel("past_list", visit)


def test_a_long_past_says_that_only_the_latest_are_listed(
    desk: Desk, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("panels", "past"):
        monkeypatch.setattr(f"ui.{module}.MOST_LISTED", 2)
    for number in (1, 2, 3):
        converse(make_visit(desk), f"Question {number}?")
    shown = words(render_panel("past_list", make_visit(desk)))
    assert "Only the latest 2 are listed." in shown
    assert "Question 3?" in shown
    assert "Question 1?" not in shown


def test_the_past_is_searched(desk: Desk) -> None:
    visit = make_visit(desk)
    converse(visit, ARABIC)
    visit.past_query = "بناء"
    assert ARABIC in render_panel("past_list", visit)
    visit.past_query = "mountain"
    assert "No conversation matches mountain." in words(render_panel("past_list", visit))


def test_a_guest_sees_no_past_and_is_told_why(desk: Desk, archive: Archive) -> None:
    converse(make_visit(desk), "A secret?")
    guest = make_visit(desk, GUEST)
    assert "A secret?" not in render_panel("past_list", guest)
    assert "Conversations of guests are not kept" in words(render_panel("past_tools", guest))


def test_without_an_archive_there_is_no_past(tmp_path: Path) -> None:
    visit = make_visit(make_desk(ScriptedAssistant(), tmp_path))
    assert "are not kept" in words(render_panel("past_tools", visit))
    assert offered(render_panel("past_tools", visit)) == []


def test_only_who_sits_here_is_told_where_conversations_are_kept(desk: Desk) -> None:
    settings = Settings(keep=KeepSettings(archive=Path("/home/mona/kept.sqlite")))
    desk = replace(desk, settings=settings)
    for visitor, is_told in ((ALONE, True), (LAYLA, False), (GUEST, False)):
        shown = "".join(render_panel(name, make_visit(desk, visitor)) for name in RENDERERS)
        assert ("/home/mona" in shown) is is_told


def test_an_archive_that_was_closed_is_told_in_the_list(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive.sqlite") as archive:
        visit = make_visit(make_desk(ScriptedAssistant(), tmp_path, archive=archive))
    assert "The past conversations in" in words(render_panel("past_list", visit))


# Settings


def fixed(visit: Visit) -> dict[str, str]:
    table = html.fromstring(render_panel("preferences", visit)).xpath(
        "//table[contains(@class, 'pref-fixed')]//tbody/tr"
    )
    return {
        row.xpath("string(./th/code)"): " ".join(row.xpath("string(./td[1])").split())
        for row in table
    }


def test_whoever_sits_here_sees_every_setting_but_those_that_are_chosen(desk: Desk) -> None:
    expected = {name for name, _ in setting_fields()} - {"page.language", "retrieval.top_k"}
    assert set(fixed(make_visit(desk))) == expected


@pytest.mark.parametrize("other", [LAYLA, GUEST])
def test_nobody_else_is_shown_a_setting_of_the_machine(desk: Desk, other: Visitor) -> None:
    model = LoadedModel(
        role="text", name="/home/mona/models/big.gguf", is_loaded=True, size_bytes=7_000_000
    )
    desk = replace(desk, models=lambda: (model,))
    shown = render_panel("preferences", make_visit(desk, other))
    assert fixed(make_visit(desk, other)) == {}
    assert "RAG_" not in shown.replace("RAG_…", "")
    assert "/home/mona" not in shown
    assert "big.gguf" in shown
    assert "pref-memory" not in shown
    here = render_panel("preferences", make_visit(desk))
    assert "/home/mona/models/big.gguf" in here
    assert "pref-memory" in here


def test_a_secret_is_masked_and_other_values_are_as_they_are_written(desk: Desk) -> None:
    answer = AnswerSettings(api_key=SecretStr("hunter2"), reader=False, url="http://127.0.0.1/v1")
    desk = replace(
        desk, settings=Settings(answer=answer), origins={"answer.api_key": "RAG_ANSWER__API_KEY"}
    )
    visit = make_visit(desk)
    shown = fixed(visit)
    assert shown["answer.api_key"] == "***"
    assert shown["answer.reader"] == "false"
    assert shown["answer.url"] == "http://127.0.0.1/v1"
    assert shown["index.url"] == "not set"
    assert shown["models.sources"] == ", ".join(desk.settings.models.sources)
    panels = "".join(render_panel(name, visit) for name in RENDERERS)
    assert "hunter2" not in panels
    assert "RAG_ANSWER__API_KEY" in panels


def test_without_a_choice_the_number_of_passages_is_the_settings_one(desk: Desk) -> None:
    visit = make_visit(desk)

    def number() -> list[str]:
        found = html.fromstring(render_panel("preferences", visit))
        return [str(value) for value in found.xpath("//input[@name='passages']/@value")]

    assert number() == [str(desk.settings.retrieval.top_k)]
    visit.prefer(passages=12)
    assert number() == ["12"]


def test_a_period_stands_in_its_fields_also_one_that_was_refused(desk: Desk) -> None:
    visit = make_visit(desk)

    def days() -> list[str]:
        found = html.fromstring(render_panel("preferences", visit))
        return [
            str(found.xpath(f"//input[@name='{name}']/@value")[0]) for name in ("since", "until")
        ]

    assert days() == ["", ""]
    act(visit, {"act": "set-period", "since": "2024-01-31", "until": ""})
    assert days() == ["2024-01-31", ""]
    act(visit, {"act": "set-period", "since": "soon", "until": "later"})
    assert days() == ["soon", "later"]
    act(visit, {"act": "clear-period"})
    assert days() == ["", ""]


# What is open, and what the browser is asked to do


def test_nothing_is_open_at_first(desk: Desk) -> None:
    assert render_panel("viewer", make_visit(desk)) == ""


def test_a_citation_is_shown_marked_in_its_document(desk: Desk) -> None:
    visit = make_visit(desk)
    _opened(visit)
    shown = html.fromstring(render_panel("viewer", visit))
    assert shown.xpath("string(//mark[@id='quoted'])").startswith("وبدأ بناء الجسر")


def test_a_signal_survives_its_way_to_the_browser(desk: Desk) -> None:
    visit = make_visit(desk)
    visit.signal = {"copied": {"text": f"{HOSTILE}\n«جسر» \ud800", "exchange": 0}}
    shown = html.fromstring(render_panel("signal", visit))
    assert json.loads(shown.get("data-signal")) == visit.signal
