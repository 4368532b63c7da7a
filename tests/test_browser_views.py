"""What is done with an answer in a real headless Chromium: its documents, copies, judgements."""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from rag.schema import Delta, Passages
from tests.articles import (  # noqa: F401 - the fixtures are used by their names
    ARTICLE,
    BEGUN,
    COST,
    LOOKS,
    NARROW,
    WIDE,
    cited_reply,
    open_sheet,
    open_view,
    shelf_fixture,
)
from tests.browsing import (  # noqa: F401 - the fixtures are used by their names
    ARABIC,
    ENGLISH,
    Scripted,
    Visit,
    answered,
    ask,
    browser_fixture,
    photograph,
    scripted_fixture,
    shared_page_fixture,
    visit_fixture,
)
from tests.pages import make_passage, simple_reply

pytestmark = pytest.mark.browser

IN_VIEW = """element => {
  const box = element.getBoundingClientRect();
  const bar = document.querySelector("dialog .viewer-bar").getBoundingClientRect();
  return box.top >= bar.bottom && box.bottom <= window.innerHeight;
}"""
SIDE = "element => getComputedStyle(element).direction"
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def copied(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def cited(shelf: Scripted, visit: Visit, *, locale: str = ENGLISH, **options: object) -> Page:
    """A page with an answer that rests on three quotations."""
    language = locale[:2]
    question = {"en": "What of the bridge?", "ar": "ماذا عن الجسر؟"}[language]
    shelf.reply(question, *cited_reply(question, language=language))
    page = visit(shelf.address, locale=locale, **options)
    answered(page, question)
    expect(page.locator("#ask")).to_be_visible()
    return page


@pytest.mark.parametrize("locale", [ENGLISH, ARABIC])
def test_a_card_opens_the_whole_article_at_the_quotation(
    shelf: Scripted, visit: Visit, locale: str
) -> None:
    page = cited(shelf, visit, locale=locale)
    page.locator("#card-0-1 .open").click()
    sheet = open_sheet(page)
    expect(sheet.locator("h2")).to_have_text(ARTICLE.title)
    expect(sheet.locator(".viewer-text p")).to_have_count(92)
    assert sheet.locator(".viewer-text").evaluate(SIDE) == "rtl"
    expect(sheet.locator("#quoted")).to_have_text(BEGUN)
    expect(sheet.locator("#quoted strong")).to_have_text("مارس 2021")
    assert sheet.locator("#quoted").evaluate(IN_VIEW)
    expect(sheet.locator("mark.also")).to_have_count(1)


def test_an_english_article_runs_its_own_way_on_the_arabic_page(
    shelf: Scripted, visit: Visit
) -> None:
    page = cited(shelf, visit, locale=ARABIC)
    page.locator("#card-0-3 .open").click()
    sheet = open_sheet(page)
    assert sheet.evaluate(SIDE) == "rtl"
    assert sheet.locator(".viewer-text").evaluate(SIDE) == "ltr"
    expect(sheet.locator("#quoted")).to_have_text(COST)
    expect(sheet.locator("#quoted strong")).to_have_text("40 million pounds")


def test_the_way_leads_from_one_quotation_to_the_next_and_back(
    shelf: Scripted, visit: Visit
) -> None:
    page = cited(shelf, visit)
    page.locator("#card-0-1 .open").click()
    sheet = open_sheet(page)
    following = sheet.get_by_role("button", name="Next quotation")
    previous = sheet.get_by_role("button", name="Previous quotation")
    expect(previous).to_be_disabled()
    following.click()
    expect(sheet.locator("#quoted")).to_contain_text("ومن المنتظر")
    expect(following).to_be_focused()
    page.keyboard.press("Enter")
    expect(sheet.locator("h2")).to_have_text("Council report on the bridge")
    expect(sheet.locator("#quoted")).to_have_text(COST)
    assert sheet.locator("#quoted").evaluate(IN_VIEW)
    expect(following).to_be_disabled()
    expect(sheet.get_by_role("button", name="Close")).to_be_focused()
    previous.click()
    expect(sheet.locator("#quoted")).to_contain_text("ومن المنتظر")
    expect(previous).to_be_focused()
    previous.click()
    expect(sheet.locator("#quoted")).to_have_text(BEGUN)
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(page.locator("#card-0-1 .open")).to_be_focused()


def test_a_number_in_the_text_leads_to_the_other_quotation(shelf: Scripted, visit: Visit) -> None:
    page = cited(shelf, visit)
    page.locator("#card-0-1 .open").click()
    sheet = open_sheet(page)
    sheet.locator(".also-number button", has_text="2").click()
    expect(sheet.locator("#quoted")).to_contain_text("ومن المنتظر")
    assert sheet.locator("#quoted").evaluate(IN_VIEW)


@pytest.mark.parametrize("way", ["escape", "close", "beside"])
def test_a_closed_sheet_gives_the_keyboard_back_and_opens_again(
    shelf: Scripted, visit: Visit, way: str
) -> None:
    page = cited(shelf, visit)
    button = page.locator("#card-0-1 .open")
    for _ in range(2):
        button.click()
        sheet = open_sheet(page)
        expect(sheet.get_by_role("button", name="Close")).to_be_focused()
        if way == "escape":
            page.keyboard.press("Escape")
        elif way == "close":
            sheet.get_by_role("button", name="Close").click()
        else:
            page.mouse.click(60, 600)
        expect(sheet).to_have_count(0)
        expect(button).to_be_focused()


def test_a_document_of_the_library_opens_without_a_mark(shelf: Scripted, visit: Visit) -> None:
    page = visit(shelf.address)
    open_view(page, "library")
    title = page.get_by_role("button", name=ARTICLE.title, exact=True)
    title.click()
    sheet = open_sheet(page)
    expect(sheet.locator(".viewer-text p")).to_have_count(92)
    expect(sheet.locator("mark")).to_have_count(0)
    expect(sheet.locator(".viewer-way")).to_have_count(0)
    assert sheet.evaluate("element => element.scrollTop") == 0
    link = sheet.get_by_role("link", name="https://city.example/bridge")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    page.keyboard.press("Escape")
    expect(title).to_be_focused()


def test_a_document_that_is_gone_is_said_to_be(shelf: Scripted, visit: Visit) -> None:
    page = cited(shelf, visit)
    shelf.assistant.library.clear()
    page.locator("#card-0-1 .open").click()
    expect(open_sheet(page).locator("h2")).to_have_text("This document is gone")


def test_a_tab_in_the_sheet_stays_in_the_sheet(shelf: Scripted, visit: Visit) -> None:
    page = cited(shelf, visit)
    page.locator("#card-0-2 .open").click()
    open_sheet(page)
    for _ in range(12):
        page.keyboard.press("Tab")
        behind = page.evaluate("!!document.activeElement.closest('#view-ask, header')")
        assert not behind


def test_an_answer_is_copied_with_its_quotations(shelf: Scripted, visit: Visit) -> None:
    page = cited(shelf, visit, permissions=CLIPBOARD)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator(".copied")).to_have_text("Copied")
    text = copied(page)
    assert text.startswith("What of the bridge?\n\nIt was begun in March 2021 [1]")
    assert f"«{BEGUN}»" in text
    assert f"«{COST}»" in text


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Markdown", r"^ *> The bridge cost 40 million pounds"),
        ("BibTeX", r"^@\w+\{"),
        ("CSL-JSON", r'"title": "Council report on the bridge"'),
    ],
)
def test_an_answer_is_copied_in_the_form_that_is_chosen(
    shelf: Scripted, visit: Visit, label: str, expected: str
) -> None:
    page = cited(shelf, visit, permissions=CLIPBOARD)
    menu = page.locator(".actions-formats")
    menu.locator("summary").click()
    menu.get_by_role("button", name=label).click()
    expect(page.locator(".copied")).to_have_text("Copied")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    assert re.search(expected, copied(page), re.MULTILINE)
    assert BEGUN in copied(page)


def test_the_same_can_be_copied_twice(shelf: Scripted, visit: Visit) -> None:
    page = cited(shelf, visit, permissions=CLIPBOARD)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator(".copied")).to_have_text("Copied")
    page.evaluate("navigator.clipboard.writeText('something else')")
    page.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_function("navigator.clipboard.readText().then(text => text.includes('«'))")


@pytest.mark.parametrize("way", ["escape", "elsewhere"])
def test_the_menu_of_forms_is_left_without_choosing(
    shelf: Scripted, visit: Visit, way: str
) -> None:
    page = cited(shelf, visit)
    menu = page.locator(".actions-formats")
    menu.locator("summary").click()
    expect(menu.locator(".actions-menu")).to_be_visible()
    if way == "escape":
        page.keyboard.press("Escape")
        expect(menu.locator("summary")).to_be_focused()
    else:
        page.locator(".brand h1").click()
    expect(menu.locator(".actions-menu")).to_be_hidden()


def test_an_edited_question_replaces_what_follows(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    for question in ("First?", "Second?", "Third?"):
        answered(page, question)
    page.locator("#exchange-1").get_by_role("button", name="Edit and ask again").click()
    field = page.locator("#question textarea")
    expect(field).to_have_value("Second?")
    expect(field).to_be_focused()
    expect(page.locator("#scope .editing")).to_contain_text(re.compile("question \\W*2"))
    field.fill("Second, said better?")
    page.keyboard.press("Enter")
    expect(page.locator("#present .stage-done .question")).to_contain_text("said better")
    expect(page.locator(".exchange")).to_have_count(2)
    expect(page.locator("#scope .editing")).to_have_count(0)
    question, history = scripted.assistant.asked[-1]
    assert question == "Second, said better?"
    assert [turn.question for turn in history] == ["First?"]


def test_an_edit_can_be_left(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    answered(page, "First?")
    page.get_by_role("button", name="Edit and ask again").click()
    page.get_by_role("button", name="Leave it as it was").click()
    expect(page.locator("#question textarea")).to_have_value("")
    expect(page.locator("#scope .editing")).to_have_count(0)
    answered(page, "Second?")
    expect(page.locator(".exchange")).to_have_count(2)


def test_a_question_is_tried_again(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    answered(page, "First?")
    answered(page, "Second?")
    page.locator("#exchange-0").get_by_role("button", name="Try again").click()
    expect(page.locator(".exchange")).to_have_count(1)
    expect(page.locator("#present .stage-done .question")).to_contain_text("First?")
    assert [question for question, _ in scripted.assistant.asked] == ["First?", "Second?", "First?"]


def judgements(scripted: Scripted) -> list[tuple[str, str]]:
    assert scripted.desk.feedback is not None
    return [(one.verdict, one.reason) for one in scripted.desk.feedback.read()]


def test_a_judgement_with_its_reason_lands_in_the_file(scripted: Scripted, visit: Visit) -> None:
    before = len(judgements(scripted))
    page = visit(scripted.address)
    answered(page, "When?")
    down = page.get_by_role("button", name="Poor answer")
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    expect(down).to_be_focused()
    page.get_by_label("What was wrong with it").fill("The year is another one.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".actions-thanks")).to_contain_text("Thank you")
    assert judgements(scripted)[before:] == [("down", ""), ("down", "The year is another one.")]


def test_the_same_thumb_once_more_takes_the_judgement_back(
    scripted: Scripted, visit: Visit
) -> None:
    before = len(judgements(scripted))
    page = visit(scripted.address)
    answered(page, "When?")
    up = page.get_by_role("button", name="Good answer")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".actions-reason")).to_have_count(0)
    assert [verdict for verdict, _ in judgements(scripted)[before:]] == ["up", "withdrawn"]


def test_a_slash_leads_to_the_question_from_anywhere(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    field = page.locator("#question textarea")
    open_view(page, "settings")
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("and/or?")
    expect(field).to_have_value("and/or?")


def test_escape_stops_an_answer(scripted: Scripted, visit: Visit) -> None:
    slow = threading.Event()
    scripted.reply(
        "Long?", Passages((make_passage(),)), Delta("A long "), slow, *simple_reply("Long?")
    )
    page = visit(scripted.address)
    exchange = ask(page, "Long?")
    expect(exchange.locator(".draft")).to_have_text("A long")
    page.keyboard.press("Escape")
    expect(exchange.locator(".status")).to_contain_text("Stopped.")
    slow.set()
    scripted.wait_closed()


def test_a_view_is_opened_by_its_number_and_found_where_it_was_left(
    shelf: Scripted, visit: Visit
) -> None:
    page = visit(shelf.address)
    page.keyboard.press("Alt+2")
    expect(page.locator("#library")).to_be_visible()
    expect(page.locator("#view-ask")).to_be_hidden()
    expect(page.get_by_role("button", name="Library")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("button", name="Library")).to_be_focused()
    page.get_by_role("button", name=ARTICLE.title, exact=True).scroll_into_view_if_needed()
    left = page.evaluate("window.scrollY")
    page.keyboard.press("Alt+4")
    expect(page.locator("#preferences h2")).to_be_in_viewport()
    page.keyboard.press("Alt+2")
    assert page.evaluate("window.scrollY") == left
    page.keyboard.press("Alt+1")
    expect(page.locator("#question textarea")).to_be_visible()


def test_a_new_chat_that_comes_late_does_not_call_its_reader_back(
    scripted: Scripted, visit: Visit
) -> None:
    page = visit(scripted.address)
    answered(page, "When?")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/gradio_api/run/**", hold, times=1)
    page.locator("#clear").click()
    open_view(page, "past")
    held[0].continue_()
    expect(page.locator("#present .welcome")).to_have_count(1)
    expect(page.locator("#view-past")).to_be_visible()


def test_the_question_keeps_the_keyboard_after_asking(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    answered(page, "When?")
    expect(page.locator("#question textarea")).to_be_focused()
    page.keyboard.type("And where?")
    page.keyboard.press("Enter")
    expect(page.locator("#present .stage-done .question")).to_contain_text("And where?")
    expect(page.locator("#question textarea")).to_be_focused()


NUMBERED = """view => {
  const all = document.querySelectorAll(
    `header button, ${view} :is(a[href], button, input, select, textarea, summary)`
  );
  const seen = [...all].filter((one) => one.checkVisibility() && !one.disabled);
  seen.forEach((one, number) => one.setAttribute("data-number-in-test", number));
  return seen.length;
}"""
REACHED = "document.activeElement.dataset.numberInTest ?? ''"


@pytest.mark.parametrize(
    ("view", "part"),
    [
        ("ask", "#view-ask"),
        ("library", "#library"),
        ("past", "#view-past"),
        ("settings", "#view-settings"),
    ],
)
def test_the_tab_key_reaches_everything_there_is_to_press(
    shelf: Scripted, visit: Visit, view: str, part: str
) -> None:
    page = cited(shelf, visit)
    open_view(page, view)
    if view == "past":
        expect(page.locator(".past-item")).to_be_visible()
    count = page.evaluate(NUMBERED, part)
    page.evaluate("document.activeElement.blur()")
    reached = []
    for _ in range(count + 5):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(REACHED))
    assert [number for number in map(str, range(count)) if number not in reached] == []


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_mark_and_its_card_light_up_together(shelf: Scripted, visit: Visit, by: str) -> None:
    page = cited(shelf, visit)
    mark, card = page.locator("a.ref").nth(1), page.locator("#card-0-2")
    lit = re.compile(r"\blit\b")
    if by == "mouse":
        mark.hover()
    else:
        mark.focus()
    expect(card).to_have_class(lit)
    expect(mark).to_have_class(lit)
    expect(page.locator(".lit")).to_have_count(2)
    if by == "mouse":
        card.locator("h4").hover()
    else:
        card.locator(".open").focus()
    expect(mark).to_have_class(lit)
    if by == "mouse":
        page.locator(".brand h1").hover()
    else:
        page.locator("#question textarea").focus()
    expect(page.locator(".lit")).to_have_count(0)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "390"])
@pytest.mark.parametrize(("locale", "scheme"), LOOKS)
def test_an_answer_and_its_document_have_their_pictures_taken(
    shelf: Scripted, visit: Visit, size: ViewportSize, locale: str, scheme: str
) -> None:
    page = cited(shelf, visit, locale=locale, color_scheme=scheme, viewport=size)
    name = f"{locale[:2]}-{size['width']}-{scheme}"
    menu = page.locator(".actions-formats")
    page.locator("[data-verdict=down]").click()
    expect(page.locator(".actions-reason")).to_be_visible()
    menu.locator("summary").click()
    photograph(page, f"{name}-6-actions")
    box = menu.locator(".actions-menu").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    for button in menu.get_by_role("button").all():
        # Playwright refuses to point at what something else lies upon.
        button.hover()
    page.locator("#card-0-1 .open").click()
    open_sheet(page)
    photograph(page, f"{name}-7-document")
    scrolled = page.locator("dialog").evaluate("one => one.scrollWidth - one.clientWidth")
    assert scrolled == 0
