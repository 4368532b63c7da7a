"""What the tests in a real headless Chromium share: a browser, visitors, a page of set replies."""

from __future__ import annotations

import asyncio
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from rag.archive import Archive
from rag.schema import Event
from tests.pages import ScriptedAssistant, make_desk
from ui.desk import Desk
from ui.network import open_port
from ui.server import open_server

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "test-artifacts"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT_MS = 15_000
NOT_EMPTY = re.compile(r"\S")
CONTRAST = """element => {
  const light = (colour) => {
    const part = (value) =>
      value <= 10.31 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;
    const [red, green, blue] = colour.match(/[\\d.]+/g).map(Number).map(part);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (node) => {
    const style = getComputedStyle(node);
    if (node.tagName === "MARK") {
      return style.backgroundImage.match(/rgb\\([^)]*\\)/)[0];
    }
    const colour = style.backgroundColor;
    return colour === "rgba(0, 0, 0, 0)" ? ground(node.parentElement) : colour;
  };
  const [dark, bright] = [light(getComputedStyle(element).color), light(ground(element))].sort(
    (one, two) => one - two
  );
  return (bright + 0.05) / (dark + 0.05);
}"""
ENGLISH, ARABIC = "en-GB", "ar-EG"
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>1</script> ${1} {{2}} *b* $x$"


@pytest.fixture(name="browser", scope="module")
def browser_fixture() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.fail(f"No browser: install Debian's chromium (looked for {', '.join(BROWSERS)}).")
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """The page's address while it is served from a thread of this process."""
    addresses: list[str] = []
    listening = threading.Event()

    def ready(address: str) -> None:
        addresses.append(address)
        listening.set()

    page = desk.settings.page
    with open_port(page.host, page.port) as port:
        servers = []

        async def run() -> None:
            servers.append(open_server(desk, port, ready=ready))
            await servers[0].serve(sockets=[port])

        thread = threading.Thread(target=lambda: asyncio.run(run()))
        thread.start()
        try:
            assert listening.wait(60)
            yield addresses[0]
        finally:
            servers[0].should_exit = True
            thread.join(30)
        assert not thread.is_alive()


class Scripted:
    """One page for all tests of a module; each sets the replies to its own questions."""

    def __init__(self, address: str, assistant: ScriptedAssistant, desk: Desk) -> None:
        self.address, self.assistant, self.desk = address, assistant, desk

    def reply(self, question: str, *events: Event | Exception | threading.Event) -> None:
        self.assistant.replies[question] = events

    def wait_closed(self) -> None:
        assert self.assistant.closed.acquire(timeout=TIMEOUT_MS / 1000)


@pytest.fixture(name="shared_page", scope="module")
def shared_page_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripted]:
    folder = tmp_path_factory.mktemp("desk")
    assistant = ScriptedAssistant()
    with Archive.open(folder / "archive.sqlite") as archive:
        desk = make_desk(assistant, folder, archive=archive)
        with served(desk) as address:
            yield Scripted(address, assistant, desk)


@pytest.fixture(name="scripted")
def scripted_fixture(shared_page: Scripted) -> Scripted:
    assistant = shared_page.assistant
    assert assistant.running == 0
    assistant.replies.clear()
    assistant.asked.clear()
    assistant.periods.clear()
    assistant.options.clear()
    assistant.most_running = 0
    assistant.closed = threading.Semaphore(0)
    return shared_page


Visit = Callable[..., Page]


@pytest.fixture(name="visit")
def visit_fixture(browser: Browser) -> Iterator[Visit]:
    """Opens an address as a visitor of one's own, and afterwards checks what the page did."""
    contexts: list[BrowserContext] = []
    requested: list[str] = []
    complaints: list[str] = []

    def open_page(address: str, *, locale: str = ENGLISH, **options: Any) -> Page:
        context = browser.new_context(locale=locale, **options)
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requested.append(request.url))
        page.on("websocket", lambda websocket: requested.append(websocket.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        page.goto(address)
        expect(page.locator("header.brand")).to_be_visible(timeout=TIMEOUT_MS)
        return page

    yield open_page
    for context in contexts:
        context.close()
    elsewhere = [url for url in requested if _host(url) not in ("127.0.0.1", None)]
    assert elsewhere == [], elsewhere
    assert complaints == [], complaints


def _host(url: str) -> str | None:
    return urlsplit(url).hostname


def ask(page: Page, question: str) -> Locator:
    """Types and sends a question; returns the last exchange."""
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    exchange = page.locator("#present .exchange")
    expect(exchange.locator(".question")).to_contain_text(question)
    return exchange


def answered(page: Page, question: str) -> Locator:
    exchange = ask(page, question)
    expect(page.locator("#present .stage-done")).to_be_visible(timeout=TIMEOUT_MS)
    return exchange


def photograph(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.wait_for_timeout(300)
    page.screenshot(path=PICTURES / f"{name}.png")
