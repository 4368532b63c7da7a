"""Whether everyone can use each view of the page: checked by axe-core, and by hand."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rag.schema import Passages
from tests.articles import (  # noqa: F401 - the fixtures are used by their names
    LOOKS,
    NARROW,
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
    scripted_fixture,
    shared_page_fixture,
    visit_fixture,
)
from tests.pages import make_passage, simple_reply

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ROLES = "button|link|textbox|searchbox|combobox|spinbutton|checkbox|progressbar|toolbar|navigation"
CONTROL = re.compile(rf"^\s*- (?:'|\")?(?P<role>{ROLES})\b(?: \"(?P<name>(?:[^\"\\]|\\.)*)\")?")
# Names that are the same in both languages: of forms, of the other language, of keys.
PROPER = {"Markdown", "BibTeX", "CSL-JSON", "JSON", "English", "العربية"}
QUESTIONS = {ENGLISH: "What of the bridge?", ARABIC: "ماذا عن الجسر؟"}


def faults(page: Page) -> dict[str, list[str]]:
    """What axe-core objects to, with the elements."""
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response
    return {
        one["id"]: [f"{node['target']} {node['failureSummary']}" for node in one["nodes"]]
        for one in found["violations"]
    }


def states(page: Page, shelf: Scripted, locale: str, tmp_path: Path) -> Iterator[str]:
    """Leads a page through all its views, with all that can be opened in them open."""
    question = QUESTIONS[locale]
    shelf.reply(question, *cited_reply(question, language=locale[:2]))
    yield "welcome"
    answered(page, question)
    expect(page.locator("#ask")).to_be_visible()
    page.locator("[data-verdict=down]").click()
    expect(page.locator(".actions-reason")).to_be_visible()
    page.locator(".actions-formats summary").click()
    yield "answer"
    page.locator("#card-0-1 .open").click()
    sheet = open_sheet(page)
    yield "document"
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)

    open_view(page, "library")
    page.locator(".corpus-create summary").click()
    page.locator("#corpus-new").fill("2024")
    page.keyboard.press("Enter")
    expect(page.locator(".corpus")).to_have_count(2)
    page.locator(".corpus-change > summary").click()
    page.locator(".corpus-change .confirm > summary").click()
    yield "empty collection"
    page.locator(".corpus-switch").first.click()
    expect(page.locator("#documents .open")).to_have_count(4)
    program = tmp_path / "setup.exe"
    program.write_bytes(b"MZ")
    note = tmp_path / "note.txt"
    note.write_text("Note\nThe council met.", encoding="utf-8")
    page.locator("input[data-pick=files]").set_input_files([program, note])
    expect(page.locator("#ingest .taken")).to_be_visible()
    for table in page.locator(".chart-table summary").all():
        table.click()
    page.locator("#documents .confirm summary").first.click()
    yield "library"
    page.locator("#document-query").fill("nowhere")
    expect(page.locator("#documents .nothing")).to_be_visible()
    yield "nothing found"

    open_view(page, "past")
    expect(page.locator(".past-item")).to_have_count(1)
    page.locator(".past-rename summary").click()
    page.locator(".past-item .confirm summary").click()
    page.locator(".past-all summary").click()
    yield "past"
    page.locator(".past-switch").click()
    expect(page.locator(".past-switch")).to_have_attribute("aria-pressed", "false")
    page.locator(".past-all .past-danger").click()
    expect(page.locator(".past-empty")).to_be_visible()
    yield "empty past"

    open_view(page, "settings")
    page.locator("input[name=since]").fill("soon")
    page.keyboard.press("Enter")
    expect(page.locator("#preferences [role=alert]")).to_be_visible()
    yield "settings"


@pytest.mark.parametrize("look", LOOKS, ids="-".join)
def test_axe_finds_no_fault_in_any_view(
    shelf: Scripted, visit: Visit, tmp_path: Path, look: tuple[str, str]
) -> None:
    locale, scheme = look
    page = visit(shelf.address, locale=locale, color_scheme=scheme, reduced_motion="reduce")
    found = {state: faults(page) for state in states(page, shelf, locale, tmp_path)}
    assert {state: fault for state, fault in found.items() if fault} == {}


def test_axe_finds_what_is_at_fault(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    page.locator(".welcome p").evaluate("one => { one.style.color = '#ccc'; }")
    page.locator(".example").first.evaluate("one => one.replaceChildren()")
    assert faults(page).keys() == {"button-name", "color-contrast"}


@pytest.mark.parametrize("locale", [ENGLISH, ARABIC])
def test_no_view_is_scrolled_sideways_on_a_telephone(
    shelf: Scripted, visit: Visit, tmp_path: Path, locale: str
) -> None:
    page = visit(shelf.address, locale=locale, viewport=NARROW)
    widths = {
        state: page.evaluate("document.documentElement.scrollWidth")
        for state in states(page, shelf, locale, tmp_path)
    }
    assert {state: width for state, width in widths.items() if width > NARROW["width"]} == {}


@pytest.mark.parametrize("locale", [ENGLISH, ARABIC])
def test_every_view_can_be_used_at_twice_its_size(
    shelf: Scripted, visit: Visit, tmp_path: Path, locale: str
) -> None:
    half = {"width": 640, "height": 450}
    page = visit(shelf.address, locale=locale, viewport=half, device_scale_factor=2)
    for state in states(page, shelf, locale, tmp_path):
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, state
        if state == "answer":
            expect(page.locator("#question textarea")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("locale", [ENGLISH, ARABIC])
def test_every_control_has_a_name_in_the_language_of_the_page(
    shelf: Scripted, visit: Visit, tmp_path: Path, locale: str
) -> None:
    letter = re.compile("[\u0621-\u064a]" if locale == ARABIC else "[A-Za-z]")
    page = visit(shelf.address, locale=locale)
    foreign = []
    seen = 0
    for state in states(page, shelf, locale, tmp_path):
        titles = page.locator("#documents .open, .past-open").all_inner_texts()
        for line in page.locator("body").aria_snapshot().splitlines():
            control = CONTROL.match(line)
            if control is None:
                continue
            name = (control["name"] or "").strip()
            seen += 1
            if name in PROPER or name in titles or name.startswith("https://"):
                continue
            if state == "welcome" and control["role"] == "button" and name.endswith(("?", "؟")):
                continue
            if not letter.search(name):
                foreign.append((state, line.strip()))
    assert foreign == []
    assert seen > 100


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
def test_nothing_moves_for_those_who_wish_so(
    scripted: Scripted, visit: Visit, motion: str, moves: bool
) -> None:
    reading = threading.Event()
    scripted.reply("When?", Passages((make_passage(),)), reading, *simple_reply("When?"))
    page = visit(scripted.address, reduced_motion=motion)
    exchange = ask(page, "When?")
    expect(exchange.locator(".status-busy")).to_be_visible()
    moving = page.evaluate(
        "document.getAnimations().map((one) => one.animationName ?? one.transitionProperty)"
    )
    reading.set()
    assert ("breathe" in moving) is moves
    assert bool(moving) is moves
    expect(page.locator("#present .stage-done")).to_be_visible()


def test_the_pages_own_fonts_are_loaded(shelf: Scripted, visit: Visit) -> None:
    page = visit(shelf.address)
    shelf.reply("What of the bridge?", *cited_reply("What of the bridge?"))
    answered(page, "What of the bridge?")
    for family in ("Mustanad Serif", "Mustanad Sans"):
        page.wait_for_function(
            "family => [...document.fonts].some((face) => face.status === 'loaded'"
            " && face.family.includes(family) && face.unicodeRange.includes('600-6FF'))",
            arg=family,
        )
        assert page.evaluate("family => document.fonts.check(`16px '${family}'`, 'ب')", family)
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)"
        ".filter((path) => path.startsWith('/fonts/'))"
    )
    assert any("naskh" in path for path in loaded)
    assert (
        page.locator(".card blockquote")
        .first.evaluate("element => getComputedStyle(element).fontFamily")
        .startswith('"Mustanad Serif"')
    )
