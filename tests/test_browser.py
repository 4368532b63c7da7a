"""The conversation in a real headless Chromium: with scripted answers, and with the real models."""

from __future__ import annotations

import datetime as dt
import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from rag.errors import GenerationError
from rag.schema import (
    AnswerSentence,
    Delta,
    Event,
    Final,
    Marked,
    Passages,
    Period,
    Span,
    Status,
)
from rag.settings import IndexSettings, KeepSettings, ModelSettings, PageSettings, Settings
from tests.browsing import (  # noqa: F401 - the fixtures are used by their names
    ARABIC,
    CONTRAST,
    ENGLISH,
    HOSTILE,
    NOT_EMPTY,
    ROOT,
    Scripted,
    Visit,
    answered,
    ask,
    browser_fixture,
    photograph,
    scripted_fixture,
    served,
    shared_page_fixture,
    visit_fixture,
)
from tests.pages import QUOTE, TEXT, make_answer, make_citation, make_passage, simple_reply
from ui.desk import open_desk
from ui.network import CONTENT_POLICY

pytestmark = pytest.mark.browser


def test_passages_come_first_then_the_draft_then_the_checked_answer(
    scripted: Scripted, visit: Visit
) -> None:
    reading, writing = threading.Event(), threading.Event()
    scripted.reply(
        "When?",
        Passages((make_passage(),)),
        reading,
        Delta("In Mar"),
        writing,
        Final(make_answer(question="When?")),
    )
    page = visit(scripted.address)
    exchange = ask(page, "When?")
    expect(exchange.locator(".cards h3")).to_have_text("Passages found")
    expect(exchange.locator(".status")).to_have_text("Found, reading …")
    expect(exchange.locator(".draft")).to_have_text("")
    reading.set()
    expect(exchange.locator(".draft")).to_have_text("In Mar")
    writing.set()
    expect(exchange.locator(".answer")).to_have_text("The bridge was begun in March 2021 1.")
    expect(exchange.locator(".cards h3")).to_have_text("Sources")
    expect(exchange.locator(".card mark")).to_have_text(QUOTE)
    expect(page.locator("#ask")).to_be_visible()
    expect(page.locator("#stop")).to_be_hidden()


def test_the_marked_words_are_shown_while_the_answer_is_worded(
    scripted: Scripted, visit: Visit
) -> None:
    worded = threading.Event()
    start = make_citation().start + QUOTE.index("مارس")
    marked = replace(make_citation(), answer=Span(start, start + len("مارس 2021")))
    scripted.reply(
        "When?",
        Passages((make_passage(),)),
        Marked((marked,)),
        worded,
        Final(make_answer(question="When?", citations=(marked,))),
    )
    page = visit(scripted.address)
    exchange = ask(page, "When?")
    expect(exchange.locator(".marked")).to_have_text("مارس 2021")
    expect(exchange.locator(".cards h3")).to_have_text("Sources")
    photograph(page, "marked-before-worded")
    worded.set()
    expect(exchange.locator(".answer")).to_have_text("The bridge was begun in March 2021 1.")
    expect(exchange.locator(".marked")).to_have_count(0)


@pytest.mark.parametrize("locale", [ENGLISH, ARABIC])
def test_questions_can_be_kept_to_documents_of_some_days(
    scripted: Scripted, visit: Visit, locale: str
) -> None:
    page = visit(scripted.address, locale=locale)
    page.locator("nav [data-view='settings']").click()
    since, until = page.locator("input[name=since]"), page.locator("input[name=until]")
    since.fill("soon")
    since.press("Enter")
    expect(page.locator("#preferences [role=alert]")).to_be_visible()
    since.fill("2024-01-01")
    until.fill("2024-06-30")
    until.press("Enter")
    expect(page.locator("#preferences [role=alert]")).to_have_count(0)
    photograph(page, f"dates-{locale}")
    page.locator("nav [data-view='ask']").click()
    expect(page.locator("#scope .note-period")).to_be_visible()
    exchange = answered(page, "When?")
    expect(exchange.locator(".note-period")).to_be_visible()
    assert scripted.assistant.periods[-1] == Period(dt.date(2024, 1, 1), dt.date(2024, 6, 30))


def test_a_mark_leads_to_its_card_and_the_chat_stays(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address + "?from=elsewhere")
    exchange = answered(page, "When?")
    exchange.locator("a.ref").click()
    expect(exchange.locator("#card-0-1")).to_be_focused()
    expect(exchange.locator(".question")).to_contain_text("When?")


def test_a_stop_ends_the_stream_and_the_next_question_is_answered(
    scripted: Scripted, visit: Visit
) -> None:
    slow = threading.Event()
    scripted.reply("Long?", Delta("A long "), slow, Delta("story"), *simple_reply("Long?"))
    page = visit(scripted.address)
    exchange = ask(page, "Long?")
    expect(exchange.locator(".draft")).to_have_text("A long")
    page.locator("#stop").click()
    expect(exchange.locator(".status")).to_have_text("Stopped. What stands here was not checked.")
    expect(page.locator("#ask")).to_be_visible()
    slow.set()
    scripted.wait_closed()
    assert scripted.assistant.running == 0
    expect(exchange.locator(".draft")).to_have_text("A long")
    answered(page, "Next?")
    expect(page.locator("#past .status-stopped")).to_be_visible()


def test_a_visitor_who_leaves_frees_the_model(scripted: Scripted, visit: Visit) -> None:
    words = [Delta("word ")] * 400
    scripted.reply("Long?", *[step for word in words for step in (word, _Pause())])
    page = visit(scripted.address)
    expect(ask(page, "Long?").locator(".draft")).to_contain_text("word word")
    page.context.close()
    scripted.wait_closed()
    assert scripted.assistant.running == 0


class _Pause(threading.Event):
    """A short wait between two words."""

    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(0.05)


def test_a_new_chat_forgets_the_old_one(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    answered(page, "When?")
    page.locator("#clear").click()
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator(".exchange")).to_have_count(0)
    answered(page, "Where?")
    assert scripted.assistant.asked[-1] == ("Where?", ())


def test_a_new_chat_in_the_middle_of_an_answer_stays_empty(
    scripted: Scripted, visit: Visit
) -> None:
    slow = threading.Event()
    scripted.reply("Long?", Delta("A long "), slow, *simple_reply("Long?"))
    page = visit(scripted.address)
    expect(ask(page, "Long?").locator(".draft")).to_have_text("A long")
    page.locator("#clear").click()
    expect(page.locator(".welcome")).to_be_visible()
    slow.set()
    scripted.wait_closed()
    page.wait_for_timeout(500)
    expect(page.locator(".exchange")).to_have_count(0)


def test_a_follow_up_knows_what_was_said(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    answered(page, "When?")
    answered(page, "And where?")
    expect(page.locator(".exchange")).to_have_count(2)
    question, history = scripted.assistant.asked[-1]
    assert question == "And where?"
    assert [turn.question for turn in history] == ["When?"]


def test_two_visitors_do_not_see_each_other(scripted: Scripted, visit: Visit) -> None:
    one, two = visit(scripted.address), visit(scripted.address)
    answered(one, "The secret of one?")
    answered(two, "The secret of two?")
    answered(one, "More of one?")
    assert "of two" not in one.locator("body").inner_text()
    assert "of one" not in two.locator("body").inner_text()
    assert [turn.question for turn in scripted.assistant.asked[-1][1]] == ["The secret of one?"]
    three = visit(scripted.address)
    expect(three.locator(".exchange")).to_have_count(0)


def test_visitors_are_answered_one_after_the_other(scripted: Scripted, visit: Visit) -> None:
    hold = threading.Event()
    scripted.reply("One?", Delta("Wait"), hold, *simple_reply("One?"))
    one, two = visit(scripted.address), visit(scripted.address)
    expect(ask(one, "One?").locator(".draft")).to_have_text("Wait")
    expect(ask(two, "Two?").locator(".place")).to_contain_text("before yours")
    hold.set()
    expect(one.locator("#present .stage-done")).to_be_visible()
    expect(two.locator("#present .stage-done")).to_be_visible()
    assert scripted.assistant.most_running == 1


def test_hostile_text_is_shown_letter_by_letter(scripted: Scripted, visit: Visit) -> None:
    text = f"{HOSTILE} {QUOTE} {HOSTILE}"
    citation = replace(make_citation(text=text), title=HOSTILE, source=HOSTILE)
    sentence = AnswerSentence(text=HOSTILE, citations=(1,), supported=True)
    scripted.reply(
        HOSTILE,
        Passages((make_passage(HOSTILE, title=HOSTILE),)),
        Delta(HOSTILE),
        Final(make_answer(HOSTILE, question=HOSTILE, citations=(citation,), sentences=(sentence,))),
    )
    page = visit(scripted.address)
    exchange = answered(page, HOSTILE)
    assert exchange.locator("blockquote").text_content() == text
    assert exchange.locator("h4").text_content() == HOSTILE
    expect(exchange.locator(".answer")).to_contain_text(HOSTILE)
    assert exchange.locator("img, script").count() == 0
    assert "Mustanad" in page.title()


def test_an_error_is_one_clear_line_and_the_page_goes_on(scripted: Scripted, visit: Visit) -> None:
    scripted.reply("Broken?", GenerationError(model="tiny", reason="out of memory"))
    scripted.reply("Strange?", Delta("So"), ZeroDivisionError("inside"))
    page = visit(scripted.address)
    problem = ask(page, "Broken?").locator(".problem")
    expect(problem).to_contain_text("failed while it was writing")
    problem = ask(page, "Strange?").locator(".problem")
    expect(problem).to_contain_text("Something went wrong on this computer.")
    assert "inside" not in page.locator("body").inner_text()
    answered(page, "Fine?")


def test_an_empty_question_does_nothing(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    for typed in ("", "   "):
        page.locator("#question textarea").fill(typed)
        page.keyboard.press("Enter")
        page.locator("#ask").click()
    page.wait_for_timeout(500)
    expect(page.locator(".exchange")).to_have_count(0)
    assert scripted.assistant.asked == []


def test_an_example_is_asked_at_a_click(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    page.get_by_role("button", name="متى بدأت المحادثات؟").click()
    expect(page.locator("#present .stage-done .question")).to_contain_text("متى بدأت المحادثات؟")
    expect(page.locator(".examples")).to_have_count(0)
    expect(page.locator("#question textarea")).to_have_value("")


@pytest.mark.parametrize(
    ("locale", "language", "side"), [(ENGLISH, "en", "ltr"), (ARABIC, "ar", "rtl")]
)
def test_the_page_speaks_the_language_of_the_browser(
    scripted: Scripted, visit: Visit, locale: str, language: str, side: str
) -> None:
    page = visit(scripted.address, locale=locale)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("html")).to_have_attribute("dir", side)


def test_the_switch_mirrors_the_page_and_keeps_the_chat(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    exchange = answered(page, "When?")
    before = exchange.locator(".cards").bounding_box()
    page.locator("#switch").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(exchange.locator(".cards h3")).to_have_text("المصادر")
    expect(page.locator("#ask")).to_have_text("اسأل")
    after = exchange.locator(".cards").bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] < before["x"]
    page.locator("#switch").click()
    expect(exchange.locator(".cards h3")).to_have_text("Sources")


def test_a_quotation_runs_its_own_way_on_either_page(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    exchange = answered(page, "When?")
    side = "element => getComputedStyle(element).direction"
    assert exchange.locator("blockquote").evaluate(side) == "rtl"
    assert exchange.locator(".answer").evaluate(side) == "ltr"
    page.locator("#switch").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert exchange.locator("blockquote").evaluate(side) == "rtl"
    assert exchange.locator(".answer").evaluate(side) == "ltr"


def test_the_question_stays_where_it_is_while_the_answer_streams(
    scripted: Scripted, visit: Visit
) -> None:
    gates = [threading.Event() for _ in range(4)]
    events: list[Event | threading.Event] = [Passages((make_passage(),) * 3)]
    for gate in gates:
        events += [Delta("many more words " * 12), gate]
    scripted.reply("Long?", *events, *simple_reply("Long?")[-1:])
    page = visit(scripted.address, viewport={"width": 1280, "height": 700})
    answered(page, "First?")
    exchange = ask(page, "Long?")
    heights = []
    for number, gate in enumerate(gates, start=1):
        expected = " ".join(["many more words"] * 12 * number)
        expect(exchange.locator(".draft")).to_have_text(expected)
        page.wait_for_timeout(100)
        box = exchange.locator(".question").bounding_box()
        assert box is not None
        heights.append(round(box["y"]))
        gate.set()
    expect(page.locator("#present .stage-done")).to_be_visible()
    assert len(set(heights)) == 1


def test_a_whole_passage_is_shown_on_demand(scripted: Scripted, visit: Visit) -> None:
    text = "قبل " * 200 + QUOTE + " بعد" * 200
    final = Final(make_answer(question="When?", citations=(make_citation(text=text),)))
    scripted.reply("When?", final)
    page = visit(scripted.address)
    card = answered(page, "When?").locator(".card")
    expect(card.locator(".far").first).to_be_hidden()
    card.get_by_role("checkbox", name="Show the whole passage").check()
    expect(card.locator(".far").first).to_be_visible()
    expect(card.locator(".far").last).to_be_visible()


def test_everything_to_press_or_write_in_has_a_name(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    answered(page, "When?")
    for role in ("button", "textbox", "link"):
        for element in page.get_by_role(role).all():
            expect(element).to_have_accessible_name(NOT_EMPTY)
    expect(page.get_by_label("Your question")).to_be_editable()
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scripted: Scripted, visit: Visit, scheme: str) -> None:
    page = visit(scripted.address, color_scheme=scheme)
    answered(page, "When?")
    parts = (".brand p", ".question", ".answer p", ".card h4", ".card-facts", "blockquote", "mark")
    ratios = {part: page.locator(part).first.evaluate(CONTRAST) for part in (*parts, "#ask")}
    assert {part: ratio for part, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("locale", [ENGLISH, ARABIC])
def test_a_narrow_window_is_not_scrolled_sideways(
    scripted: Scripted, visit: Visit, locale: str
) -> None:
    page = visit(scripted.address, locale=locale, viewport={"width": 390, "height": 844})
    answered(page, "When?")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    box = page.locator("#ask").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844


def test_every_response_carries_the_policy(scripted: Scripted) -> None:
    response = httpx.get(scripted.address)
    assert response.headers["content-security-policy"] == CONTENT_POLICY


def test_a_foreign_name_for_this_address_is_refused(scripted: Scripted) -> None:
    response = httpx.get(scripted.address, headers={"host": "documents.example"})
    assert response.status_code == 400


def test_the_icon_is_our_own(scripted: Scripted) -> None:
    response = httpx.get(scripted.address + "favicon.ico")
    assert response.content == (ROOT / "ui" / "favicon.svg").read_bytes()


def talk(
    answered: tuple[str, str], missing: tuple[str, str], partial: tuple[str, str, str], code: str
) -> list[tuple[str, list[Event]]]:
    """Three questions, one of each kind, with their events."""
    found = Passages((make_passage(), make_passage(TEXT * 3)))
    doubtful = (
        AnswerSentence(text=partial[1], citations=(1,), supported=True),
        AnswerSentence(text=partial[2], citations=(), supported=False),
    )
    answers = (
        make_answer(answered[1], question=answered[0], language=code),
        make_answer(missing[1], question=missing[0], language=code, status=Status.NOT_FOUND),
        make_answer(
            " ".join(partial[1:]),
            question=partial[0],
            language=code,
            status=Status.PARTIAL,
            sentences=doubtful,
        ),
    )
    return [
        (answer.question, [found, Delta(answer.text[: len(answer.text) // 2]), Final(answer)])
        for answer in answers
    ]


TALKS = {
    ENGLISH: talk(
        ("When was the bridge begun?", "The bridge was begun in March 2021 [1]."),
        ("Who designed it?", "The documents do not say."),
        (
            "When will it open?",
            "It is to open to cars before the end of the year [1].",
            "Pedestrians may use it already.",
        ),
        "en",
    ),
    ARABIC: talk(
        ("متى بدأ بناء الجسر؟", "بدأ بناء الجسر في مارس 2021 [1]."),
        ("ومن صمّمه؟", "لا تذكر الوثائق ذلك."),
        ("ومتى يُفتح؟", "يُفتح أمام السيارات قبل نهاية العام [1].", "ويعبره المشاة منذ الآن."),
        "ar",
    ),
}


PAGE_OF_A_SCRIPT = """
import asyncio, pathlib, sys
from contextlib import suppress
from tests.pages import ScriptedAssistant, make_desk
from ui.network import open_port
from ui.server import open_server

async def run(desk, port):
    ready = lambda address: print(address, flush=True)
    await open_server(desk, port, ready=ready).serve(sockets=[port])

desk = make_desk(ScriptedAssistant(), pathlib.Path(sys.argv[1]))
with open_port("127.0.0.1", 0) as port, suppress(KeyboardInterrupt):
    asyncio.run(run(desk, port))
print("served", flush=True)
"""


def test_an_interrupt_ends_the_serving_also_while_a_page_is_open(
    visit: Visit, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PAGE_OF_A_SCRIPT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        page = visit(process.stdout.readline().strip())
        answered(page, "When?")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        assert process.stdout.read() == "served\n"
        page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", [ENGLISH, ARABIC])
def test_the_page_has_its_picture_taken(
    scripted: Scripted, visit: Visit, width: int, scheme: str, locale: str
) -> None:
    (first, first_events), (second, second_events), (third, third_events) = TALKS[locale]
    hold = threading.Event()
    scripted.reply(first, *first_events)
    scripted.reply(second, *second_events)
    scripted.reply(third, *third_events[:-1], hold, third_events[-1])
    height = 844 if width < 500 else 900
    page = visit(
        scripted.address,
        locale=locale,
        color_scheme=scheme,
        viewport={"width": width, "height": height},
    )
    name = f"{locale[:2]}-{width}-{scheme}"
    photograph(page, f"{name}-1-welcome")
    answered(page, first)
    photograph(page, f"{name}-2-answer")
    answered(page, second)
    photograph(page, f"{name}-3-not-found")
    ask(page, third)
    expect(page.locator("#present .draft p")).to_be_visible()
    photograph(page, f"{name}-4-draft")
    hold.set()
    expect(page.locator("#present .line-doubtful")).to_be_visible()
    photograph(page, f"{name}-5-partial")


@pytest.mark.model
def test_the_real_page_answers_with_a_citation_and_a_follow_up_in_arabic(
    visit: Visit, tmp_path: Path, model_cache: Path
) -> None:
    from rag.assistant import Assistant
    from rag.corpus import default_articles

    settings = Settings(
        models=ModelSettings(cache=model_cache, sources=("cache",)),
        index=IndexSettings(path=tmp_path / "index"),
        keep=KeepSettings(archive=tmp_path / "archive", feedback=tmp_path / "feedback"),
        page=PageSettings(port=0),
    )
    with Assistant.open(settings) as assistant:
        assistant.ingest(default_articles())
        with open_desk(assistant, {}) as desk, served(desk) as address:
            page = visit(address)
            exchange = ask(page, "when did talks begin?")
            expect(page.locator("#present .stage-done")).to_be_visible(timeout=120_000)
            expect(exchange.locator(".answer")).to_contain_text("January 2024")
            assert _is_arabic(exchange.locator(".card mark").first.inner_text())
            photograph(page, "real-1-english")
            exchange = ask(page, "وكم عدد الجنود الأمريكيين في العراق؟")
            expect(page.locator("#present .stage-done")).to_be_visible(timeout=120_000)
            expect(exchange.locator(".answer")).to_contain_text(re.compile("2[,٬]?500"))
            assert _is_arabic(exchange.locator(".card mark").first.inner_text())
            photograph(page, "real-2-arabic")


def _is_arabic(text: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in text)
