"""The library, the past and the settings in a real headless Chromium."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from rag.schema import Final, Period
from rag.uploads import folder_of
from tests.articles import (  # noqa: F401 - the fixtures are used by their names
    ARTICLE,
    LOOKS,
    NARROW,
    REPORT,
    WIDE,
    open_view,
    shelf_fixture,
)
from tests.browsing import (  # noqa: F401 - the fixtures are used by their names
    Scripted,
    Visit,
    answered,
    browser_fixture,
    photograph,
    scripted_fixture,
    shared_page_fixture,
    visit_fixture,
)
from tests.pages import QUOTE, make_answer, make_citation

pytestmark = pytest.mark.browser

FILES = "input[data-pick=files]"
FOLDER = "input[data-pick=folder]"
BREAK_OFF = """name => {
  window.fetchBefore = window.fetch;
  window.fetch = (address, given) =>
    String(address).includes("/upload") && given?.body?.get?.("files")?.name.includes(name)
      ? Promise.reject(new TypeError("the line is dead"))
      : window.fetchBefore(address, given);
}"""


class Steps(threading.Event):
    """Lets who waits go on once for each step."""

    def __init__(self) -> None:
        super().__init__()
        self._steps = threading.Semaphore(0)

    def step(self) -> None:
        self._steps.release()

    def wait(self, timeout: float | None = None) -> bool:
        return self._steps.acquire(timeout=timeout)


def notes(folder: Path, *titles: str) -> list[Path]:
    """A text file for each title."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{folder.name}-{number}.txt" for number, _ in enumerate(titles, start=1)]
    for path, title in zip(paths, titles, strict=True):
        path.write_text(f"{title}\nThe council met.", encoding="utf-8")
    return paths


def titles(page: Page) -> list[str]:
    return page.locator("#documents .open").all_inner_texts()


def row(page: Page, title: str) -> Locator:
    return page.locator("#documents tbody tr", has_text=title)


def test_chosen_files_are_taken_in_with_their_progress_and_results(
    shelf: Scripted, visit: Visit, tmp_path: Path
) -> None:
    shelf.assistant.gate = gate = Steps()
    page = visit(shelf.address)
    open_view(page, "library")
    program = tmp_path / "setup.exe"
    program.write_bytes(b"MZ")
    chosen = [*notes(tmp_path / "notes", "First note", "ملاحظة ثانية"), program]
    page.locator(FILES).set_input_files(chosen)
    ingest = page.locator("#ingest")
    expect(ingest.locator("h3")).to_have_text("Taking in documents")
    expect(ingest.locator("progress")).to_have_attribute("max", "2")
    expect(ingest.locator(".latest")).to_contain_text("setup.exe")
    expect(page.locator(FILES)).to_be_disabled()
    gate.step()
    expect(ingest.locator("progress")).to_have_attribute("value", "1")
    expect(ingest.locator(".progress-count")).to_have_text(re.compile(r"1\W+of\W+2"))
    expect(ingest.locator(".current")).to_contain_text("notes-1.txt")
    gate.step()
    expect(ingest.locator("h3")).to_have_text("Taken in")
    expect(ingest.locator(".skipped tr").last).to_contain_text("setup.exe")
    expect(ingest.locator(".skipped tr").last).to_contain_text("files of this kind are not read")
    expect(ingest.locator(".taken tbody tr")).to_have_count(2)
    expect(page.locator(FILES)).to_be_enabled()
    expect(row(page, "ملاحظة ثانية")).to_be_visible()
    expect(page.locator("#documents .found")).to_contain_text("6")


def test_a_folder_is_taken_in_with_what_lies_in_it(
    shelf: Scripted, visit: Visit, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    notes(folder, "One of a folder")
    notes(folder / "deeper", "One below it")
    page = visit(shelf.address)
    open_view(page, "library")
    page.locator(FOLDER).set_input_files(folder)
    expect(page.locator("#ingest h3")).to_have_text("Taken in")
    expect(row(page, "One of a folder")).to_be_visible()
    expect(page.locator("#upload .upload-status")).to_have_text(re.compile(r"Uploaded:\W+2"))


def drop(page: Page, area: Locator, *paths: Path) -> None:
    """Drops files and folders of this computer there: to the page, as if from another window."""
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    dragged = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **at, "data": dragged})
    session.detach()


def test_a_folder_that_is_dropped_is_taken_in_with_what_lies_in_it(
    shelf: Scripted, visit: Visit, tmp_path: Path
) -> None:
    folder = tmp_path / "أرشيف"
    notes(folder, "One of a folder", "Another of it")
    (folder / ".hidden").mkdir()
    notes(folder / "deeper", "One below it")
    (single,) = notes(tmp_path / "single", "One beside it")
    page = visit(shelf.address)
    open_view(page, "library")
    drop(page, page.locator("[data-drop]"), folder, single)
    expect(page.locator("#ingest h3")).to_have_text("Taken in")
    for title in ("One of a folder", "Another of it", "One below it", "One beside it"):
        expect(row(page, title)).to_be_visible()
    kept = folder_of(shelf.desk.data, "default", "")
    assert sorted(path.relative_to(kept).as_posix() for path in kept.rglob("*.txt")) == [
        "single-1.txt",
        "أرشيف/deeper/deeper-1.txt",
        "أرشيف/أرشيف-1.txt",
        "أرشيف/أرشيف-2.txt",
    ]


def test_what_was_opened_stays_open_when_the_page_is_drawn_anew(
    shelf: Scripted, visit: Visit, tmp_path: Path
) -> None:
    page = visit(shelf.address)
    open_view(page, "library")
    table, create = page.locator(".chart-table").last, page.locator(".corpus-create")
    delete = row(page, REPORT.title).locator(".confirm")
    for details in (table, create, delete):
        details.locator("summary").click()
    page.get_by_label("Sort by").select_option("oldest")
    expect(page.locator("#documents .open").first).not_to_have_text(REPORT.title)
    expect(page.locator("#documents .confirm[open]")).to_have_count(1)
    page.locator(FILES).set_input_files(notes(tmp_path / "notes", "Another"))
    expect(page.locator("#glance .figures dd").first).to_have_text("5")
    for details in (table, create, delete):
        expect(details).to_have_attribute("open", "")
    table.locator("summary").click()
    delete.get_by_role("button", name="Delete for good").click()
    expect(page.locator("#glance .figures dd").first).to_have_text("4")
    expect(create).to_have_attribute("open", "")
    expect(page.locator("#library details[open]:not(.corpus-create, .results)")).to_have_count(0)


def test_an_ingest_is_cancelled_and_what_was_taken_in_stays(
    shelf: Scripted, visit: Visit, tmp_path: Path
) -> None:
    shelf.assistant.gate = gate = Steps()
    page = visit(shelf.address)
    open_view(page, "library")
    page.locator(FILES).set_input_files(notes(tmp_path / "notes", "Kept", "Not kept", "Nor this"))
    gate.step()
    expect(page.locator("#ingest .latest")).to_contain_text("notes-1.txt")
    page.locator("#ingest").get_by_role("button", name="Cancel").click()
    page.wait_for_timeout(300)
    gate.step()
    expect(page.locator("#ingest h3")).to_have_text("Cancelled")
    expect(page.locator("#ingest")).to_contain_text("What was taken in until then stays")
    expect(row(page, "Kept")).to_have_count(1)
    expect(row(page, "Not kept")).to_have_count(0)


def test_an_upload_that_breaks_off_is_told(shelf: Scripted, visit: Visit, tmp_path: Path) -> None:
    page = visit(shelf.address)
    # Gradio's own message looks for a picture of that name.
    page.route("**/null", lambda route: route.fulfill(body=""))
    open_view(page, "library")
    page.evaluate(BREAK_OFF, "notes-")
    page.locator(FILES).set_input_files(notes(tmp_path / "notes", "Lost"))
    status = page.locator("#upload .upload-status")
    expect(status).to_contain_text(re.compile(r"The upload broke off:\W+notes-1.txt"))
    page.locator(FILES).set_input_files(
        [*notes(tmp_path / "notes", "Lost again"), *notes(tmp_path / "others", "Found")]
    )
    expect(row(page, "Found")).to_be_visible()
    expect(page.locator("#ingest .skipped")).to_contain_text("notes-1.txt")
    expect(page.locator("#ingest .skipped")).to_contain_text("the upload broke off")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("الجسر", []),
        ("جسر", [ARTICLE.title, "جسر جديد على النهر"]),
        ("الوُعُود", [ARTICLE.title]),
        ("COUNCIL", [REPORT.title]),
        ("long-bridge", [ARTICLE.title]),
    ],
)
def test_documents_are_searched_while_typing(
    shelf: Scripted, visit: Visit, query: str, found: list[str]
) -> None:
    page = visit(shelf.address)
    open_view(page, "library")
    expect(page.locator("#documents .open")).to_have_count(4)
    field = page.get_by_label("Search in titles")
    field.press_sequentially(query)
    if found:
        expect(page.locator("#documents .found")).to_contain_text(query)
        assert sorted(titles(page)) == sorted(found)
    else:
        expect(page.locator("#documents .nothing")).to_contain_text(query)
    expect(field).to_have_value(query)
    expect(field).to_be_focused()


def test_a_search_is_taken_back_by_the_button(shelf: Scripted, visit: Visit) -> None:
    page = visit(shelf.address)
    open_view(page, "library")
    field = page.get_by_label("Search in titles")
    for query in ("nowhere", "nor here"):
        field.fill(query)
        expect(page.locator("#documents .nothing")).to_contain_text(query)
        page.get_by_role("button", name="Show all documents").click()
        expect(page.locator("#documents .open")).to_have_count(4)
        expect(field).to_have_value("")


def test_documents_are_sorted(shelf: Scripted, visit: Visit) -> None:
    page = visit(shelf.address)
    open_view(page, "library")
    order = page.get_by_label("Sort by")
    expect(page.locator("#documents .open").first).to_have_text(REPORT.title)
    order.select_option("oldest")
    expect(page.locator("#documents .open").first).not_to_have_text(REPORT.title)
    assert titles(page)[2:] == [REPORT.title, "Untitled document"]
    order.select_option("title")
    expect(page.locator("#documents .open").first).to_have_text(REPORT.title)


def test_a_document_is_deleted_only_after_a_second_press(shelf: Scripted, visit: Visit) -> None:
    page = visit(shelf.address)
    open_view(page, "library")
    last = row(page, REPORT.title)
    last.locator("summary").click()
    sure = page.get_by_role("button", name="Delete for good")
    expect(sure).to_be_visible()
    expect(last.locator(".confirm-box")).to_contain_text("This cannot be undone.")
    last.locator("summary").click()
    expect(sure).to_be_hidden()
    assert REPORT.document_id in shelf.assistant.library
    last.locator("summary").click()
    sure.click()
    expect(last).to_have_count(0)
    assert REPORT.document_id not in shelf.assistant.library
    expect(page.locator("#documents .confirm[open]")).to_have_count(0)
    expect(page.locator("#documents summary").first).to_be_focused()
    expect(page.locator("#glance .figures dd").first).to_have_text("3")
    expect(page.locator("#corpora .corpus-facts")).to_contain_text("3")


def test_collections_are_made_chosen_renamed_and_deleted(
    shelf: Scripted, visit: Visit, tmp_path: Path
) -> None:
    page = visit(shelf.address)
    open_view(page, "library")
    page.get_by_label("Search in titles").fill("council")
    expect(page.locator("#documents .open")).to_have_count(1)
    page.locator(".corpus-create summary").click()
    page.get_by_label("Name of the new collection").fill("أرشيف 2024")
    page.keyboard.press("Enter")
    chosen = page.locator(".corpus-chosen")
    expect(chosen.locator(".corpus-name")).to_have_text("أرشيف 2024")
    expect(page.locator("#documents")).to_contain_text("Nothing here yet")
    expect(page.get_by_label("Search in titles")).to_have_value("")
    expect(page.locator("#glance .figures")).to_have_count(0)
    page.locator(FILES).set_input_files(notes(tmp_path / "notes", "In the archive"))
    expect(row(page, "In the archive")).to_be_visible()

    chosen.locator(".corpus-change > summary").click()
    name = chosen.get_by_label("New name")
    expect(name).to_have_value("أرشيف 2024")
    name.fill("Archive of 2024")
    name.press("Enter")
    expect(chosen.locator(".corpus-name")).to_have_text("Archive of 2024")
    open_view(page, "ask")
    expect(page.locator("#scope")).to_contain_text("Archive of 2024")

    open_view(page, "library")
    page.locator(".corpus-switch").first.click()
    expect(page.locator("#documents .open")).to_have_count(4)
    page.locator(".corpus-switch").last.click()
    expect(page.locator("#documents .open")).to_have_count(1)
    chosen.locator(".corpus-change > summary").click()
    chosen.locator(".confirm > summary").click()
    expect(chosen.locator(".confirm-box")).to_contain_text("Archive of 2024")
    chosen.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".corpus")).to_have_count(1)
    expect(page.locator("#documents .open")).to_have_count(4)
    page.locator(".corpus-create summary").click()
    expect(page.get_by_label("Name of the new collection")).to_have_value("")


def test_charts_have_titles_and_tables(shelf: Scripted, visit: Visit) -> None:
    page = visit(shelf.address)
    open_view(page, "library")
    for title in ("Over time", "By source"):
        chart = page.get_by_role("img", name=title)
        expect(chart).to_be_visible()
        assert chart.locator(".bar").count() >= 1
    table = page.locator(".chart-table").last
    table.locator("summary").click()
    expect(table.locator("tbody tr")).to_have_count(2)
    expect(table.locator("tbody th").first).to_have_text("جريدة المدينة")


def kept(page: Page) -> Locator:
    open_view(page, "past")
    return page.locator(".past-item")


def test_a_past_conversation_is_found_opened_and_gone_on_with(
    shelf: Scripted, visit: Visit
) -> None:
    page = visit(shelf.address)
    answered(page, "متى أُعلنت الميزانية؟")
    answered(page, "ومن أعلنها؟")
    page.locator("#clear").click()
    answered(page, "Where is the bridge?")
    page.locator("#clear").click()
    expect(kept(page)).to_have_count(2)
    field = page.get_by_label("Search your conversations")
    field.press_sequentially("اعلنت الميزانيه")
    expect(page.locator(".past-found")).to_be_visible()
    expect(page.locator(".past-item")).to_have_count(1)
    expect(field).to_be_focused()
    page.locator(".past-open").click()
    expect(page.locator("#question textarea")).to_be_focused()
    expect(page.locator(".exchange")).to_have_count(2)
    expect(page.locator("#past .question")).to_contain_text("متى أُعلنت")
    expect(page.locator("#present .question")).to_be_in_viewport()
    page.keyboard.type("وكم بلغت؟")
    page.keyboard.press("Enter")
    expect(page.locator("#present .stage-done .question")).to_contain_text("وكم بلغت؟")
    _, history = shelf.assistant.asked[-1]
    assert [turn.question for turn in history] == ["متى أُعلنت الميزانية؟", "ومن أعلنها؟"]
    expect(kept(page)).to_have_count(1)
    expect(page.locator(".past-current")).to_contain_text("Open now")
    expect(page.locator(".past-current .past-facts")).to_contain_text(re.compile(r"Questions:\W+3"))
    page.get_by_role("button", name="Show all conversations").click()
    expect(page.locator(".past-item")).to_have_count(2)
    expect(field).to_have_value("")


def test_a_past_conversation_is_renamed(shelf: Scripted, visit: Visit) -> None:
    page = visit(shelf.address)
    answered(page, "When?")
    item = kept(page)
    item.locator(".past-rename summary").click()
    title = item.get_by_label("New title")
    expect(title).to_have_value("When?")
    title.fill("جسر <b>المدينة</b>")
    title.press("Enter")
    expect(item.locator(".past-open")).to_have_text("جسر <b>المدينة</b>")


@pytest.mark.parametrize(("label", "suffix"), [("Markdown", ".md"), ("JSON", ".json")])
def test_a_past_conversation_is_exported_as_often_as_wished(
    shelf: Scripted, visit: Visit, label: str, suffix: str
) -> None:
    page = visit(shelf.address)
    answered(page, "When?")
    item = kept(page)
    for _ in range(2):
        with page.expect_download() as saving:
            item.get_by_role("button", name=label).click()
        saved = saving.value
        today = dt.datetime.now(dt.UTC).date().isoformat()
        assert saved.suggested_filename == f"mustanad-{today}{suffix}"
        text = Path(saved.path()).read_text(encoding="utf-8")
        assert "The answer to When? is March 2021" in text
        if suffix == ".json":
            assert json.loads(text)["exchanges"][0]["question"] == "When?"


def test_past_conversations_are_deleted_one_by_one_and_all_at_once(
    shelf: Scripted, visit: Visit
) -> None:
    page = visit(shelf.address)
    for question in ("First?", "Second?", "Third?"):
        answered(page, question)
        page.locator("#clear").click()
        expect(page.locator(".welcome")).to_be_visible()
    items = kept(page)
    expect(items).to_have_count(3)
    second = items.filter(has_text="Second?")
    second.locator(".confirm summary").click()
    expect(second.locator(".past-sure")).to_contain_text("This cannot be undone.")
    second.get_by_role("button", name="Yes, delete it").click()
    expect(items).to_have_count(2)
    expect(second).to_have_count(0)
    page.locator(".past-all summary").click()
    page.get_by_role("button", name="Yes, delete them all").click()
    expect(items).to_have_count(0)
    expect(page.locator(".past-empty")).to_contain_text("No conversations yet.")
    page.get_by_role("button", name="Ask a question").click()
    expect(page.locator("#question textarea")).to_be_visible()


def test_nothing_is_kept_once_keeping_is_off_also_after_a_reload(
    shelf: Scripted, visit: Visit
) -> None:
    page = visit(shelf.address)
    open_view(page, "past")
    switch = page.get_by_role("button", name="Keep my conversations")
    switch.click()
    expect(page.locator(".past-switch")).to_have_attribute("aria-pressed", "false")
    page.reload()
    open_view(page, "ask")
    answered(page, "A secret?")
    open_view(page, "past")
    expect(page.locator(".past-switch")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".past-empty")).to_contain_text("Conversations are not being kept.")
    assert shelf.desk.archive is not None
    assert shelf.desk.archive.list("") == ()
    page.locator(".past-switch").click()
    expect(page.locator(".past-switch")).to_have_attribute("aria-pressed", "true")
    open_view(page, "ask")
    answered(page, "No secret?")
    expect(kept(page)).to_have_count(1)


def choose(page: Page, name: str) -> Locator:
    button = page.locator("#preferences").get_by_role("button", name=name)
    button.click()
    return button


def test_the_language_is_chosen_and_remembered(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    open_view(page, "settings")
    choose(page, "العربية")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#preferences h2")).to_have_text("الإعدادات")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "ar")


def test_the_theme_is_chosen_and_remembered(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address, color_scheme="light")
    body = page.locator("body")
    dark = re.compile(r"\bdark\b")
    open_view(page, "settings")
    expect(choose(page, "Dark")).to_have_attribute("aria-pressed", "true")
    expect(body).to_have_class(dark)
    page.reload()
    expect(page.locator("header.brand")).to_be_visible()
    expect(body).to_have_class(dark)
    open_view(page, "settings")
    choose(page, "As the computer")
    expect(body).not_to_have_class(dark)
    page.emulate_media(color_scheme="dark")
    expect(body).to_have_class(dark)
    choose(page, "Light")
    expect(body).not_to_have_class(dark)


def test_length_and_passages_reach_the_assistant_and_are_remembered(
    scripted: Scripted, visit: Visit
) -> None:
    page = visit(scripted.address)
    open_view(page, "settings")
    words = choose(page, "Only the document's words")
    expect(words).to_have_attribute("aria-pressed", "true")
    field = page.get_by_label("Passages found for a question")
    expect(field).to_have_value("5")
    field.fill("12")
    field.press("Enter")
    page.wait_for_function("JSON.parse(localStorage.mustanad).passages === 12")
    open_view(page, "ask")
    answered(page, "When?")
    page.reload()
    answered(page, "Where?")
    assert scripted.assistant.options == [(12, False), (12, False)]
    open_view(page, "settings")
    expect(field).to_have_value("12")
    expect(words).to_have_attribute("aria-pressed", "true")


def test_the_longest_answers_show_all_of_a_passage_until_it_is_shown_less(
    scripted: Scripted, visit: Visit
) -> None:
    cited = make_citation(text="قبل " * 100 + QUOTE + " بعد" * 100)
    scripted.reply("When?", Final(make_answer(citations=(cited,))))
    page = visit(scripted.address)
    answered(page, "When?")
    far = page.locator("#present .far")
    expect(far.first).to_be_hidden()
    open_view(page, "settings")
    choose(page, "A sentence, and what stands around it")
    open_view(page, "ask")
    expect(far.first).to_be_visible()
    page.locator("#present .card").get_by_text("Show less").click()
    expect(far.first).to_be_hidden()


def test_a_number_of_passages_out_of_range_is_refused(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    open_view(page, "settings")
    field = page.get_by_label("Passages found for a question")
    field.fill("51")
    # The browser refuses it as well; so it is sent past it.
    page.locator("form[data-act=set-passages]").dispatch_event("submit", {"cancelable": True})
    problem = page.locator("#preferences").get_by_role("alert")
    expect(problem).to_contain_text(re.compile(r"from\W+1\W+to\W+50"))
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("7")
    field.press("Enter")
    expect(problem).to_have_count(0)


def test_a_period_is_set_refused_and_taken_back(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    open_view(page, "settings")
    since, until = page.get_by_label("From", exact=True), page.get_by_label("Until", exact=True)
    problem = page.locator("#preferences").get_by_role("alert")
    since.fill("2024-12-31")
    until.fill("2024-01-01")
    until.press("Enter")
    expect(problem).to_contain_text("the first is not after the second")
    expect(since).to_have_value("2024-12-31")
    expect(since).to_have_attribute("aria-invalid", "true")
    expect(until).to_be_focused()
    since.fill("2023-12-31")
    since.press("Enter")
    expect(problem).to_have_count(0)
    open_view(page, "ask")
    answered(page, "When?")
    assert scripted.assistant.periods[-1] == Period(dt.date(2023, 12, 31), dt.date(2024, 1, 1))
    page.locator("#scope .note-period").click()
    page.get_by_role("button", name="All dates").click()
    expect(since).to_have_value("")
    expect(until).to_have_value("")
    open_view(page, "ask")
    expect(page.locator("#scope .note-period")).to_have_count(0)
    answered(page, "Where?")
    assert scripted.assistant.periods[-1] is None


def test_what_was_set_before_the_start_is_shown_by_name(scripted: Scripted, visit: Visit) -> None:
    page = visit(scripted.address)
    open_view(page, "settings")
    setting = page.locator(".pref-fixed tbody tr", has_text="answer.refusal_threshold")
    expect(setting.locator("th")).to_contain_text("RAG_ANSWER__REFUSAL_THRESHOLD")
    expect(setting).to_contain_text("default")
    value = str(scripted.desk.settings.answer.refusal_threshold)
    expect(setting.locator("td").first).to_have_text(value)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "390"])
@pytest.mark.parametrize("look", LOOKS)
def test_the_other_views_have_their_pictures_taken(
    shelf: Scripted, visit: Visit, tmp_path: Path, size: ViewportSize, look: tuple[str, str]
) -> None:
    locale, scheme = look
    page = visit(shelf.address, locale=locale, color_scheme=scheme, viewport=size)
    name = f"{locale[:2]}-{size['width']}-{scheme}"
    for question in ("When was the bridge begun?", "ومتى يُفتح أمام السيارات؟"):
        answered(page, question)
        page.locator("#clear").click()
    items = kept(page)
    expect(items).to_have_count(2)
    photograph(page, f"{name}-8-past")
    items.first.locator(".confirm summary").click()
    sure = items.first.locator(".past-danger")
    sure.scroll_into_view_if_needed()
    sure.hover()
    photograph(page, f"{name}-8-past-delete")

    open_view(page, "library")
    photograph(page, f"{name}-9-library")
    shelf.assistant.gate = gate = Steps()
    program = tmp_path / "setup.exe"
    program.write_bytes(b"MZ")
    chosen = [*notes(tmp_path / "notes", "First note", "ملاحظة ثانية"), program]
    page.locator(FILES).set_input_files(chosen)
    gate.step()
    expect(page.locator("#ingest progress")).to_have_attribute("value", "1")
    page.locator("#ingest").scroll_into_view_if_needed()
    photograph(page, f"{name}-9-library-ingest")
    gate.step()
    expect(page.locator("#ingest .skipped")).to_be_visible()
    page.locator("#ingest").scroll_into_view_if_needed()
    photograph(page, f"{name}-9-library-results")
    page.locator("#glance").scroll_into_view_if_needed()
    photograph(page, f"{name}-9-library-glance")
    last = page.locator("#documents tbody tr").last
    last.locator("summary").click()
    last.locator(".danger").scroll_into_view_if_needed()
    last.locator(".danger").hover()
    photograph(page, f"{name}-9-library-documents")

    open_view(page, "settings")
    photograph(page, f"{name}-10-settings")
    page.locator(".pref-fixed").scroll_into_view_if_needed()
    photograph(page, f"{name}-10-settings-fixed")
