"""What stands below an answer, and the line for who waits."""

from __future__ import annotations

from dataclasses import replace

import jinja2
import pytest
from lxml import html

from ui.actions_view import ActionsView, render_place
from ui.strings import LANGUAGES, Language, text

VIEW = ActionsView(exchange=2, can_edit=True, verdict="", reason_sent=False, has_sources=True)

CALL = '{% from "actions.html" import actions with context %}{{ actions(view, t) }}'


def bar(language: Language = "en", **changes: object) -> html.HtmlElement:
    """The macro as the conversation calls it."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ui"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    view = replace(VIEW, **changes)  # type: ignore[arg-type]
    filled = environment.from_string(CALL).render(
        view=view, t=lambda key, **facts: text(language, key, **facts)
    )
    return html.fromstring(filled)


def words(node: html.HtmlElement) -> str:
    return " ".join(node.text_content().split())


def facts(page: html.HtmlElement, act: str) -> list[dict[str, str]]:
    """What each control of that action sends."""
    return [
        {
            name.removeprefix("data-"): value
            for name, value in node.attrib.items()
            if "data-" in name
        }
        for node in page.xpath(f"//*[@data-act='{act}']")
    ]


def test_an_answer_is_copied_in_four_forms() -> None:
    assert facts(bar(), "copy") == [
        {"act": "copy", "copy": form, "exchange": "2"}
        for form in ("text", "markdown", "bibtex", "csl")
    ]


def test_without_sources_there_is_no_bibliography_to_copy() -> None:
    copied = facts(bar(has_sources=False), "copy")
    assert [fact["copy"] for fact in copied] == ["text", "markdown"]


def test_a_question_is_edited_where_it_can_be() -> None:
    assert facts(bar(), "edit") == [{"act": "edit", "exchange": "2"}]
    assert facts(bar(can_edit=False), "edit") == []


def test_an_answer_can_be_tried_again() -> None:
    assert facts(bar(), "retry") == [{"act": "retry", "exchange": "2"}]


@pytest.mark.parametrize(
    ("verdict", "pressed"),
    [("", ["false", "false"]), ("up", ["true", "false"]), ("down", ["false", "true"])],
)
def test_a_verdict_is_shown_on_its_thumb(verdict: str, pressed: list[str]) -> None:
    page = bar(verdict=verdict)
    assert [fact["verdict"] for fact in facts(page, "judge")] == ["up", "down"]
    assert page.xpath("//*[@data-act='judge']/@aria-pressed") == pressed


def test_no_reason_is_asked_for_before_a_verdict() -> None:
    assert bar().xpath("//form") == []


@pytest.mark.parametrize(
    ("verdict", "label"),
    [
        ("up", "What was good about it, if you care to say"),
        ("down", "What was wrong with it, if you care to say"),
    ],
)
def test_a_verdict_is_asked_for_its_reason(verdict: str, label: str) -> None:
    page = bar(verdict=verdict)
    assert facts(page, "judge-reason") == [{"act": "judge-reason", "exchange": "2"}]
    field = page.xpath("//form//textarea[@name='reason']")[0]
    assert (field.get("maxlength"), words(field.getparent())) == ("1000", label)


def test_a_reason_is_thanked_for() -> None:
    page = bar(verdict="down", reason_sent=True)
    assert page.xpath("//form") == []
    assert [words(node) for node in page.xpath("//*[@role='status']")] == [
        "Thank you. Your verdict is kept beside the documents and sent nowhere."
    ]


def test_a_place_waits_for_what_was_copied() -> None:
    place = bar().xpath("//p[@class='copied'][@aria-live='polite']")
    assert [node.text_content() for node in place] == [""]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_has_a_name_and_no_drawing_has(language: Language) -> None:
    page = bar(language, verdict="up")
    assert page.xpath("//*[@class='actions-bar'][@role='group']/@aria-label") == [
        text(language, "actions.label")
    ]
    assert all(words(control) for control in page.xpath("//button | //summary"))
    assert set(page.xpath("//svg/@aria-hidden")) == {"true"}
    assert len(page.xpath("//svg")) == 5


@pytest.mark.parametrize(
    ("ahead", "language", "line"),
    [
        (1, "en", "One question is before yours."),
        (2, "en", "Two questions are before yours."),
        (3, "en", "Questions before yours: 3"),
        (1, "ar", "قبل سؤالك سؤال واحد."),
        (2, "ar", "قبل سؤالك سؤالان."),
        (11, "ar", "عدد الأسئلة قبل سؤالك: 11"),
    ],
)
def test_who_waits_is_told_how_many_come_first(ahead: int, language: Language, line: str) -> None:
    place = html.fromstring(render_place(ahead, language))
    said = words(place).replace("\u2068", "").replace("\u2069", "")
    assert (place.get("role"), place.get("lang"), said) == ("status", language, line)


@pytest.mark.parametrize("ahead", [0, -1])
def test_whose_turn_it_is_waits_for_nobody(ahead: int) -> None:
    assert render_place(ahead, "en") == ""
