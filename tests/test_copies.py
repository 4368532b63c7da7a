"""What leaves the page as text: answers in four forms, conversations in two."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from rag.archive import Conversation, Exchanged
from rag.schema import Document, Status
from tests.pages import QUOTE, make_answer, make_citation, make_document
from ui.copies import ANSWER_FORMS, CONVERSATION_FORMS, copied_answer, saved_conversation

KEYWORD = "هندسة مدنية"
ADDRESS = "https://city.example/bridge"
NOON = dt.datetime(2024, 9, 5, 23, 30, tzinfo=dt.UTC)
HOSTILE = "<script>alert(1)</script> \ud800 \u202e {x} \\cite"
CONVERSATION = Conversation(
    conversation_id="c",
    owner="ليلى",
    title="الجسر",
    corpus_id="default",
    started=NOON,
    updated=NOON,
    exchanges=(
        Exchanged(
            question="متى بدأ بناء الجسر؟", answer=make_answer(), asked_at=NOON, corpus_id="gone"
        ),
        Exchanged(
            question="And then?",
            answer=make_answer("Later [1]."),
            asked_at=NOON,
            corpus_id="default",
        ),
    ),
)


def find(document_id: str) -> Document | None:
    if document_id != "bridge":
        return None
    return replace(make_document(), url=ADDRESS, keywords=(KEYWORD,))


def nothing(_: str) -> None:
    """Every document is gone."""


def find_in(corpus_id: str, document_id: str) -> Document | None:
    return find(document_id) if corpus_id == "default" else None


def test_as_text_an_answer_stands_with_its_sources() -> None:
    copied = copied_answer(make_answer(), "text", find)
    assert "The bridge was begun in March 2021 [1]." in copied
    assert f"«{QUOTE}»" in copied
    assert ADDRESS in copied


def test_as_markdown_the_question_is_a_heading() -> None:
    copied = copied_answer(make_answer(), "markdown", find)
    assert copied.startswith("# When was the bridge begun?\n")
    assert QUOTE in copied


def test_as_bibtex_each_document_is_an_entry() -> None:
    both = (make_citation(1), replace(make_citation(2), document_id="tunnel", title="نفق"))
    copied = copied_answer(make_answer(citations=both), "bibtex", find)
    assert copied.count("@article{") == 2
    assert "title = {نفق}" in copied


def test_as_csl_it_is_json_with_letters_as_they_are() -> None:
    copied = copied_answer(make_answer(), "csl", find)
    (item,) = json.loads(copied)
    assert item["title"] == "جسر جديد على النهر"
    assert item["URL"] == ADDRESS
    assert "جسر جديد" in copied


@pytest.mark.parametrize("form", ANSWER_FORMS)
def test_a_document_that_is_gone_is_done_without(form: str) -> None:
    copied = copied_answer(make_answer(), form, nothing)
    assert "جسر جديد على النهر" in copied
    assert ADDRESS not in copied


def test_an_answer_without_sources_has_none_to_copy() -> None:
    refusal = make_answer("No.", status=Status.NOT_FOUND)
    copied = {form: copied_answer(refusal, form, find).split() for form in ANSWER_FORMS}
    asked = refusal.question.split()
    assert copied == {
        "text": [*asked, "No."],
        "markdown": ["#", *asked, "No."],
        "bibtex": [],
        "csl": ["[]"],
    }


@pytest.mark.parametrize("form", ANSWER_FORMS)
def test_hostile_words_are_copied_in_every_form(form: str) -> None:
    citation = replace(make_citation(), title=HOSTILE, source=HOSTILE)
    copied = copied_answer(make_answer(HOSTILE, citations=(citation,)), form, find)
    # What the page does with it.
    assert json.loads(json.dumps(copied)) == copied


@pytest.mark.parametrize("form", ["pdf", "", "TEXT"])
def test_a_form_that_there_is_not_is_an_error_of_ours(form: str) -> None:
    with pytest.raises(KeyError):
        copied_answer(make_answer(), form, find)
    with pytest.raises(KeyError):
        saved_conversation(CONVERSATION, form, find_in)


def test_a_conversation_is_saved_as_markdown_under_its_day() -> None:
    saved = saved_conversation(CONVERSATION, "markdown", find_in)
    assert saved["name"] == "mustanad-2024-09-05.md"
    assert saved["text"].startswith("# الجسر\n")
    assert saved["text"].index("متى بدأ بناء الجسر؟") < saved["text"].index("And then?")


def test_a_conversation_is_saved_as_json_without_its_owner() -> None:
    saved = saved_conversation(CONVERSATION, "json", find_in)
    assert saved["name"] == "mustanad-2024-09-05.json"
    assert "ليلى" not in saved["text"]
    assert "متى بدأ بناء الجسر؟" in saved["text"]
    questions = [one["question"] for one in json.loads(saved["text"])["exchanges"]]
    assert questions == ["متى بدأ بناء الجسر؟", "And then?"]


@pytest.mark.parametrize("form", CONVERSATION_FORMS)
def test_a_saved_conversation_tells_address_and_keywords_of_what_is_still_there(form: str) -> None:
    saved = saved_conversation(CONVERSATION, form, find_in)["text"]
    assert (ADDRESS in saved, KEYWORD in saved) == (True, True)
    gone = saved_conversation(CONVERSATION, form, lambda *_: None)["text"]
    assert (ADDRESS in gone, KEYWORD in gone) == (False, False)
    assert QUOTE in gone


@pytest.mark.parametrize("form", CONVERSATION_FORMS)
@pytest.mark.parametrize("title", ["../../etc/passwd", HOSTILE, ""])
def test_a_title_has_no_say_in_the_files_name(form: str, title: str) -> None:
    saved = saved_conversation(replace(CONVERSATION, title=title), form, find_in)
    assert saved["name"].removeprefix("mustanad-2024-09-05.") in ("md", "json")
