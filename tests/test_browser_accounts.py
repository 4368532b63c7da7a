"""Signing in and out in a real headless Chromium, and what a second account sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from rag.accounts import Accounts
from rag.archive import Archive
from tests.browsing import (
    ARABIC,
    CONTRAST,
    ENGLISH,
    TIMEOUT_MS,
    answered,
    browser_fixture,
    photograph,
    served,
)
from tests.pages import ScriptedAssistant, make_desk
from tests.visitors import NOOR, SAMI, add_accounts

__all__ = ["browser_fixture"]

pytestmark = pytest.mark.browser

LABELS = {
    ENGLISH: ("username", "password", "Login"),
    ARABIC: ("اسم المستخدم", "كلمة المرور", "تسجيل الدخول"),
}
WHO = {ENGLISH: "No other visitor sees what you upload", ARABIC: "ولا يرى زائر آخر ما ترفعه"}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Accounts]]:
    """A page with the accounts of Noor and سامي."""
    folder = tmp_path_factory.mktemp("accounts")
    with Archive.open(folder / "archive.sqlite") as archive:
        desk = make_desk(ScriptedAssistant(), folder, archive=archive, auth=folder / "users.txt")
        accounts = add_accounts(desk, NOOR, SAMI)
        with served(desk) as address:
            yield address, accounts


class Door:
    """Opens the page as a new browser's, and remembers what it asked for and complained of."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self.address = browser, address
        self.contexts: list[BrowserContext] = []
        self.requested: list[str] = []
        self.complaints: list[str] = []

    def come(self, locale: str = ENGLISH, *, dark: bool = False) -> Page:
        self.contexts.append(
            self._browser.new_context(locale=locale, color_scheme="dark" if dark else "light")
        )
        page = self.contexts[-1].new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.address)
        expect(page.get_by_role("button")).to_be_visible(timeout=TIMEOUT_MS)
        return page


@pytest.fixture
def door(browser: Browser, closed: tuple[str, Accounts]) -> Iterator[Door]:
    found = Door(browser, closed[0])
    yield found
    for context in found.contexts:
        context.close()
    assert [url for url in found.requested if not url.startswith(found.address)] == []
    assert found.complaints == []


def sign_in(page: Page, account: tuple[str, str], locale: str = ENGLISH) -> None:
    name, password, button = LABELS[locale]
    page.get_by_label(name).fill(account[0])
    page.get_by_label(password).fill(account[1])
    page.get_by_role("button", name=button).click()


def signed_in(page: Page, account: tuple[str, str], locale: str = ENGLISH) -> None:
    sign_in(page, account, locale)
    expect(page.locator("header.brand")).to_contain_text(account[0], timeout=TIMEOUT_MS)


@pytest.mark.parametrize("locale", [ENGLISH, ARABIC])
def test_the_sign_in_is_in_the_readers_language_and_refuses_a_wrong_password(
    door: Door, locale: str
) -> None:
    page = door.come(locale)
    expect(page).to_have_title("مستند · Mustanad")
    expect(page.get_by_text(WHO[locale])).to_be_visible()
    expect(page.locator(".sign-in-said:visible")).to_have_count(1)
    field = page.get_by_label(LABELS[locale][0])
    for seen in (page.locator(".sign-in-said:visible"), page.get_by_role("button"), field):
        assert seen.evaluate(CONTRAST) >= 4.5
    side = page.locator("h2").evaluate("element => getComputedStyle(element).direction")
    assert side == ("rtl" if locale == ARABIC else "ltr")
    photograph(page, f"sign-in-{locale[:2]}")
    sign_in(page, (NOOR[0], "wrong one"), locale)
    expect(page.locator(".creds")).to_be_visible()
    assert page.locator(".creds").evaluate(CONTRAST) >= 4.5
    expect(page.locator("header.brand")).to_have_count(0)
    signed_in(page, NOOR, locale)


def test_the_sign_in_is_dark_where_the_reader_wants_it_and_fits_a_phone(door: Door) -> None:
    page = door.come(ARABIC, dark=True)
    page.set_viewport_size({"width": 390, "height": 844})
    for seen in (page.locator(".sign-in-said:visible"), page.locator("h2")):
        assert seen.evaluate(CONTRAST) >= 4.5
    ground = page.locator(".wrap").first.evaluate("e => getComputedStyle(e).backgroundColor")
    assert ground == "rgb(22, 20, 18)"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    photograph(page, "sign-in-dark")


def test_the_keyboard_is_enough_to_sign_in(door: Door) -> None:
    page = door.come()
    page.get_by_label("username").focus()
    page.keyboard.type(SAMI[0])
    page.keyboard.press("Tab")
    page.keyboard.type(SAMI[1])
    page.keyboard.press("Enter")
    expect(page.locator("header.brand")).to_contain_text(SAMI[0], timeout=TIMEOUT_MS)


def test_the_name_is_shown_and_signing_out_leads_back_to_the_sign_in(door: Door) -> None:
    page = door.come()
    sign_in(page, ("nOOR", NOOR[1]))
    expect(page.locator("header .visitor")).to_contain_text("Noor", timeout=TIMEOUT_MS)
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_label("password")).to_be_visible(timeout=TIMEOUT_MS)
    page.goto(door.address)
    expect(page.get_by_label("password")).to_be_visible(timeout=TIMEOUT_MS)


def test_who_is_removed_is_led_back_to_the_sign_in_by_the_next_click(
    door: Door, closed: tuple[str, Accounts]
) -> None:
    huda = ("هدى", "a password of hers")
    closed[1].add(*huda)
    page = door.come()
    signed_in(page, huda)
    closed[1].remove(huda[0])
    page.get_by_role("button", name="Past").click()
    expect(page.get_by_label("password")).to_be_visible(timeout=TIMEOUT_MS)


def test_a_second_account_sees_nothing_of_the_first_even_in_the_same_browser(door: Door) -> None:
    page = door.come()
    signed_in(page, NOOR)
    answered(page, "What does only Noor ask?")
    page.get_by_role("button", name="Library").click()
    page.locator(".corpus-create summary").click()
    page.locator("#corpus-new").fill("ملفات نور")
    page.keyboard.press("Enter")
    expect(page.locator("#corpora")).to_contain_text("ملفات نور")
    page.get_by_role("button", name="Past").click()
    expect(page.locator("#past-list")).to_contain_text("What does only Noor ask?")
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_label("password")).to_be_visible(timeout=TIMEOUT_MS)
    signed_in(page, SAMI)
    for view in ("Past", "Library", "Ask"):
        page.locator("nav").get_by_role("button", name=view).click()
        page.wait_for_timeout(500)
        assert "What does only Noor ask?" not in page.content()
        assert "ملفات نور" not in page.content()
    photograph(page, "second-account")
