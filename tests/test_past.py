"""Past conversations as HTML: by day, newest first, and never as markup."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from lxml import html

from ui.past import PastView, group_by_day, render_past_list, render_past_tools
from ui.strings import LANGUAGES, Language, text

TODAY = dt.date(2024, 9, 10)
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe {{ 7*7 }} ${8}'


def kept(conversation_id: str = "one", **changes: object) -> PastView:
    made = PastView(
        conversation_id=conversation_id,
        title="متى بدأت المحادثات؟",
        updated=dt.datetime(2024, 9, 10, 14, 5, tzinfo=dt.UTC),
        questions=3,
        corpus="أخبار العراق",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def at(day: int, hour: int = 12, *, month: int = 9) -> dt.datetime:
    return dt.datetime(2024, month, day, hour, 0, tzinfo=dt.UTC)


def listed(
    conversations: Sequence[PastView],
    language: Language = "en",
    *,
    query: str = "",
    current: str = "",
    keeping: bool = True,
    may_keep: bool = True,
) -> html.HtmlElement:
    return html.fromstring(
        render_past_list(
            conversations,
            query=query,
            current=current,
            keeping=keeping,
            today=TODAY,
            language=language,
            may_keep=may_keep,
        )
    )


def tools(query: str = "", language: Language = "en", **given: object) -> html.HtmlElement:
    facts = {"keeping": True, **given}
    return html.fromstring(render_past_tools(query, language=language, **facts))  # type: ignore[arg-type]


def words(node: html.HtmlElement) -> str:
    """What a reader reads of an element, without the isolates around facts."""
    plain = node.text_content().replace("\u2068", "").replace("\u2069", "")
    return " ".join(plain.split())


def acts(page: html.HtmlElement, name: str) -> list[dict[str, str]]:
    return [dict(node.attrib) for node in page.xpath(f"//*[@data-act='{name}']")]


def test_days_are_newest_first_whatever_the_order() -> None:
    conversations = [
        kept("old", updated=at(31, month=8)),
        kept("morning", updated=at(10, 8)),
        kept("yesterday", updated=at(9)),
        kept("evening", updated=at(10, 20)),
    ]
    days = group_by_day(conversations, today=TODAY, language="en")
    assert [(day.name, [one.conversation_id for one in day.conversations]) for day in days] == [
        ("Today", ["evening", "morning"]),
        ("Yesterday", ["yesterday"]),
        ("31 August 2024", ["old"]),
    ]


def test_days_are_named_in_arabic() -> None:
    conversations = [kept(updated=at(day)) for day in (10, 9, 8)]
    days = group_by_day(conversations, today=TODAY, language="ar")
    assert [day.name for day in days] == ["اليوم", "أمس", "8 سبتمبر 2024"]


def test_no_conversations_make_no_days() -> None:
    assert group_by_day((), today=TODAY, language="en") == ()


def test_yesterday_may_lie_in_another_year() -> None:
    new_years_eve = kept(updated=dt.datetime(2023, 12, 31, 23, 59, tzinfo=dt.UTC))
    days = group_by_day([new_years_eve], today=dt.date(2024, 1, 1), language="en")
    assert [day.name for day in days] == ["Yesterday"]


def test_a_day_to_come_is_called_by_its_date() -> None:
    days = group_by_day([kept(updated=at(11))], today=TODAY, language="en")
    assert [day.name for day in days] == ["11 September 2024"]


def test_a_conversation_shows_its_title_time_questions_and_collection() -> None:
    page = listed([kept()])
    assert [words(node) for node in page.xpath("//h3")] == ["Today"]
    assert page.xpath("//h3/time/@datetime") == ["2024-09-10"]
    assert [words(node) for node in page.xpath("//h4")] == ["متى بدأت المحادثات؟"]
    assert [words(node) for node in page.xpath("//p[@class='past-facts']/span")] == [
        "14:05",
        "Questions: 3",
        "Collection: أخبار العراق",
    ]
    assert page.xpath("//li//time/@datetime") == ["2024-09-10T14:05+00:00"]


def test_an_arabic_list_runs_from_the_right() -> None:
    page = listed([kept(title="When did talks begin?")], "ar")
    assert (page.get("dir"), page.get("lang")) == ("rtl", "ar")
    assert page.xpath("//h4//span/@dir") == ["auto"]
    assert [words(node) for node in page.xpath("//p[@class='past-facts']/span")][1] == "الأسئلة: 3"


def test_every_action_names_its_conversation() -> None:
    page = listed([kept("a1"), kept("b2")])
    for name in ("open-past", "rename-past", "delete-past"):
        assert [act["data-conversation"] for act in acts(page, name)] == ["a1", "b2"]
    assert [
        (act["data-conversation"], act["data-format"]) for act in acts(page, "export-past")
    ] == [
        ("a1", "markdown"),
        ("a1", "json"),
        ("b2", "markdown"),
        ("b2", "json"),
    ]


def test_renaming_begins_with_the_title_as_it_is() -> None:
    page = listed([kept(title="Bridge & river")])
    field = page.xpath("//details//form[@data-act='rename-past']//input[@name='title']")[0]
    assert (field.get("value"), field.get("required")) == ("Bridge & river", "")
    assert words(field.getparent()) == "New title"


def test_deleting_takes_two_steps_and_says_what_is_lost() -> None:
    page = listed([kept()])
    step = page.xpath("//details[contains(@class, 'confirm')][.//*[@data-act='delete-past']]")[0]
    assert step.get("open") is None
    assert "cannot be undone" in words(step.xpath(".//p")[0])


def test_repeated_controls_say_whose_they_are() -> None:
    page = listed([kept(title="First"), kept(title="Second")])
    assert [words(node) for node in page.xpath("//details[@class='confirm']/summary")] == [
        "Delete: First",
        "Delete: Second",
    ]


def test_the_open_conversation_is_marked_in_words() -> None:
    page = listed([kept("a"), kept("b")], current="b")
    marked = page.xpath("//*[@aria-current='true']/@data-conversation")
    assert marked == ["b"]
    assert [words(node) for node in page.xpath("//strong")] == ["Open now"]


def test_no_conversation_is_open_where_none_is() -> None:
    assert listed([kept("")], current="x").xpath("//*[@aria-current]") == []


@pytest.mark.parametrize("title", ["", "  \n", "\u202e"])
def test_a_conversation_without_a_title_has_a_name_to_press(title: str) -> None:
    assert [words(node) for node in listed([kept(title=title)]).xpath("//h4")] == [
        "Untitled conversation"
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_title_stays_words(language: Language) -> None:
    page = listed(
        [kept(title=HOSTILE, corpus=HOSTILE, conversation_id=HOSTILE)], language, query=HOSTILE
    )
    assert page.xpath("//script | //img | //@onerror") == []
    expected = HOSTILE.replace("\u202e", "")
    assert page.xpath("//h4//span")[0].text_content() == expected
    assert page.xpath("//input[@name='title']/@value") == [expected]
    assert "\u202e" not in page.text_content()


def test_a_very_long_title_is_shown_whole() -> None:
    title = "لماذا " * 5_000
    assert listed([kept(title=title)]).xpath("//h4//span")[0].text_content() == title.strip()


def test_a_search_tells_how_many_it_found_and_leads_back() -> None:
    page = listed([kept("a"), kept("b")], query=" bridge ")
    status = page.xpath("//*[@role='status']")[0]
    assert words(status).startswith("Found for bridge: 2")
    assert [act["data-query"] for act in acts(page, "search-past")] == [""]


def test_a_search_that_finds_nothing_leads_back_to_all() -> None:
    page = listed([], "ar", query="جسر")
    assert "جسر" in words(page.xpath("//*[@role='status']/p")[0])
    assert [act["data-query"] for act in acts(page, "search-past")] == [""]
    assert acts(page, "keep") == []


def test_an_empty_list_leads_to_a_question() -> None:
    page = listed([])
    assert words(page.xpath("//p")[0]) == "No conversations yet."
    assert [act["data-view"] for act in acts(page, "open-view")] == ["ask"]


def test_where_nothing_is_kept_the_list_offers_to_keep() -> None:
    page = listed([], keeping=False, query="  ")
    assert words(page.xpath("//p")[0]) == "Conversations are not being kept."
    assert [act["data-value"] for act in acts(page, "keep")] == ["on"]


def test_who_may_not_keep_is_not_offered_to() -> None:
    page = listed([], keeping=False, may_keep=False)
    assert words(page.xpath("//p")[0]) == "Conversations are not being kept."
    assert acts(page, "keep") == []
    assert [act["data-view"] for act in acts(page, "open-view")] == ["ask"]


def test_what_was_kept_is_listed_when_nothing_more_is() -> None:
    assert len(listed([kept()], keeping=False).xpath("//li")) == 1


def test_the_search_field_holds_what_is_searched_for() -> None:
    page = tools(HOSTILE)
    field = page.xpath("//form[@data-act='search-past']//input[@name='query']")[0]
    assert field.get("value") == HOSTILE.replace("\u202e", "")
    assert [words(label) for label in page.xpath(f"//label[@for='{field.get('id')}']")] == [
        "Search your conversations"
    ]


@pytest.mark.parametrize(
    ("keeping", "pressed", "value", "state"),
    [(True, "true", "off", "On"), (False, "false", "on", "Off")],
)
def test_the_switch_tells_its_state_and_sends_the_other(
    keeping: bool, pressed: str, value: str, state: str
) -> None:
    page = tools(keeping=keeping)
    switch = page.xpath("//button[@data-act='keep']")[0]
    assert (switch.get("aria-pressed"), switch.get("data-value")) == (pressed, value)
    assert [words(node) for node in switch.xpath(".//*[@class='past-state']")] == [state]
    described = page.xpath(f"//*[@id='{switch.get('aria-describedby')}']")[0]
    assert words(described) == text("en", "past.kept" if keeping else "past.not_kept")


@pytest.mark.parametrize(("many", "told"), [(200, False), (201, True)])
@pytest.mark.parametrize("query", ["", "محادثات"])
def test_no_more_than_the_newest_200_are_listed_and_that_is_said(
    many: int, told: bool, query: str
) -> None:
    some = [
        kept(str(number), updated=at(1) + dt.timedelta(minutes=number)) for number in range(many)
    ]
    page = listed(some, query=query)
    shown = page.xpath("//*[@class='past-open']/@data-conversation")
    assert shown == [str(number) for number in range(many)][:-201:-1]
    statuses = " ".join(words(node) for node in page.xpath("//*[@role='status']"))
    assert ("Only the latest 200 are listed." in statuses) == told
    assert ("Found for" in statuses) == (bool(query) and not told)


def test_the_place_of_what_is_kept_is_named() -> None:
    page = tools(language="ar", place="/home/me/<b>conversations</b>.sqlite")
    assert "/home/me/<b>conversations</b>.sqlite" in words(page.xpath("//*[@id='past-kept']")[0])


def test_deleting_all_takes_two_steps() -> None:
    page = tools()
    assert len(page.xpath("//details[not(@open)]//button[@data-act='delete-all-past']")) == 1


def test_a_guest_reads_why_nothing_is_kept() -> None:
    page = tools(keeping=False, may_keep=False)
    assert page.xpath("//*[@data-act]") == []
    assert words(page.xpath("//p")[0]) == words(html.fromstring(f"<p>{text('en', 'past.never')}"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_has_a_name(language: Language) -> None:
    for page in (tools(language=language), listed([kept()], language, current="one")):
        for control in page.xpath("//button | //summary"):
            assert words(control)
        for field in page.xpath("//input"):
            assert page.xpath(f"//label[@for='{field.get('id')}']") or field.xpath(
                "ancestor::label"
            )
