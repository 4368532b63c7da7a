"""Answers and conversations as text, Markdown and JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.answer_records import answer_from
from rag.archive import Conversation, Exchanged
from rag.exports import (
    answer_as_markdown,
    answer_as_text,
    conversation_as_json,
    conversation_as_markdown,
)
from rag.schema import Answer, Document, Status
from tests.fakes import TEXT, make_answer

NOON = dt.datetime(2024, 9, 5, 12, tzinfo=dt.UTC)
RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
DOCUMENT = Document(
    document_id="d1",
    text=TEXT,
    path="/home/mona/news/talks.txt",
    title="المحادثات",
    source="وكالة",
    published=dt.date(2024, 9, 1),
    crawled=dt.datetime(2024, 9, 2, 8, 30, tzinfo=dt.UTC),
    keywords=("العراق", "محادثات"),
    language="ar",
    url="https://example.org/a_b?x=1&y=2",
)
DOCUMENTS = {"d1": DOCUMENT}


def cited(**changes: Any) -> Answer:
    answer = make_answer()
    return make_answer(citations=(dataclasses.replace(answer.citations[0], **changes),))


def shown(markdown: str) -> str:
    """The words that a reader of the rendered page sees, white space as one space."""
    page = re.sub(r"</?[a-z][^>]*>", " ", RENDERER.render(markdown))
    return " ".join(html.unescape(page).split())


def conversation(*answers: Answer) -> Conversation:
    return Conversation(
        conversation_id="c1",
        owner="mona",
        title="The # talks",
        corpus_id="default",
        started=NOON,
        updated=NOON + dt.timedelta(hours=len(answers) - 1),
        exchanges=tuple(
            Exchanged(
                question=answer.question,
                answer=answer,
                asked_at=NOON + dt.timedelta(hours=i),
                corpus_id="news",
            )
            for i, answer in enumerate(answers)
        ),
    )


def test_an_answer_as_text_has_question_notes_and_numbered_sources() -> None:
    assert answer_as_text(make_answer()) == (
        "when did talks begin?\n"
        "\n"
        "Talks began in January 2024 [1].\n"
        "The article is of September 2024.\n"
        "\n"
        "Sources\n"
        "\n"
        "[1] المحادثات\n"
        "    2024-09-01 · وكالة\n"
        "    talks.txt\n"
        "    «بدأت المحادثات في يناير.»\n"
    )


def test_all_lines_of_a_quotation_stand_within_their_source() -> None:
    text = answer_as_text(cited(quote="one,\r\n[2] two\nthree"))
    assert text.endswith("\n    talks.txt\n    «one,\n    [2] two\n    three»\n")


def test_an_arabic_answer_names_its_parts_in_arabic() -> None:
    text = answer_as_text(make_answer(language="ar"), documents=DOCUMENTS)
    assert "\nالمصادر\n" in text
    assert "    2024-09-02 (تاريخ الجلب)\n" in text
    assert "    العراق، محادثات\n" in text
    assert "Sources" not in text


def test_the_markdown_of_an_answer_quotes_each_source_in_a_block() -> None:
    assert answer_as_markdown(make_answer(), documents=DOCUMENTS) == (
        "# when did talks begin?\n"
        "\n"
        "Talks began in January 2024 \\[1\\].\n"
        "\n"
        "The article is of September 2024.\n"
        "\n"
        "## Sources\n"
        "\n"
        "1. **المحادثات**\n"
        "   - 2024-09-01 · وكالة\n"
        "   - <https://example.org/a_b?x=1&y=2>\n"
        "   - 2024-09-02 (fetched)\n"
        "   - العراق, محادثات\n"
        "   - talks.txt\n"
        "\n"
        "   > بدأت المحادثات في يناير.\n"
    )


def test_two_sources_are_rendered_as_one_list_with_a_quotation_each() -> None:
    one = make_answer().citations[0]
    two = dataclasses.replace(one, number=2, quote="ثم توقفت.")
    page = RENDERER.render(answer_as_markdown(make_answer(citations=(one, two))))
    assert page.count("<ol>") == 1
    assert page.count("<blockquote>") == 2
    assert page.index("يناير.</p>") < page.index("<p>ثم توقفت.</p>")


def test_a_refusal_has_no_sources() -> None:
    answer = make_answer(
        text="The documents do not say.", status=Status.NOT_FOUND, citations=(), notes=()
    )
    assert answer_as_text(answer) == "when did talks begin?\n\nThe documents do not say.\n"
    assert answer_as_markdown(answer) == "# when did talks begin?\n\nThe documents do not say.\n"


def test_neither_text_nor_markdown_tells_the_folder_of_a_file() -> None:
    answer = cited(path="/home/mona/news/talks.txt")
    for written in (answer_as_text(answer), answer_as_markdown(answer)):
        assert "talks.txt" in written
        assert "mona" not in written


def test_a_source_without_title_is_called_by_its_file() -> None:
    answer = cited(title="", source=None, published=None, path="news/talks.txt")
    assert "[1] talks.txt\n    «" in answer_as_text(answer)
    answer = cited(title=" ", source=None, published=None, path="")
    assert "[1] d1\n    «" in answer_as_text(answer)


def test_a_date_stands_before_any_arabic_letter_of_its_line() -> None:
    for answer in (make_answer(), make_answer(language="ar")):
        for written in (
            answer_as_text(answer, documents=DOCUMENTS),
            conversation_as_markdown(conversation(answer), documents=DOCUMENTS),
        ):
            dated = [line for line in written.splitlines() if re.search(r"\d{4}-\d\d-\d\d", line)]
            assert dated
            assert [line for line in dated if re.search(r"[\u0620-\u06ff].*\d{4}-", line)] == []


HOSTILE = [
    "# heading",
    "C #",
    "1. item",
    "12) item",
    "- item",
    "+ item",
    "***",
    "---",
    "===",
    "> quote",
    "`code`",
    "**bold** _it_ ~~gone~~",
    "[link](javascript:alert(1)) ![i](x)",
    "[1]: https://evil.example",
    "<script>alert(1)</script>",
    "<!-- gone -->",
    "&lt;b&gt; &amp; &copy;",
    "a | b",
    "<https://evil.example>",
    "back\\slash \\* end\\",
    "$x^2$ @someone",
    "\tcode",
    "    code",
    ":-",
    "a\n:-",
    "a\n===",
    "a\n---",
    "| a |\n|---|\n| b |",
    "```\ncode\n```",
    "\u202egnp.exe",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_what_a_document_holds_is_shown_as_it_is(words: str) -> None:
    answer = cited(title=words, source=words, quote=words, path="")
    answer = dataclasses.replace(answer, question=words, text=words, notes=(words,))
    keys = dataclasses.replace(DOCUMENT, keywords=(words,), url=None, crawled=None)
    markdown = answer_as_markdown(answer, documents={"d1": keys})
    said = " ".join(words.split())
    assert shown(markdown) == (
        f"{said} {said} {said} Sources {said} 2024-09-01 · {said} {said} {said}"
    )


@pytest.mark.parametrize("words", HOSTILE)
def test_what_a_document_holds_becomes_no_other_part_of_the_page(words: str) -> None:
    page = RENDERER.render(answer_as_markdown(cited(title=words, quote=words)))
    tags = set(re.findall(r"<([a-z0-9]+)", page))
    assert tags == {"h1", "h2", "p", "ol", "li", "ul", "strong", "blockquote"}


@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n#*_[]<>\\`-+.1 "))
)
def test_any_quotation_is_shown_as_it_is(quote: str) -> None:
    markdown = answer_as_markdown(cited(title="T", source=None, published=None, quote=quote))
    assert shown(markdown).partition("talks.txt")[2].split() == quote.split()


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://e.org/><script>", "https://e.org/a b", "data:text/html,x"],
)
def test_an_address_that_is_none_becomes_no_link(url: str) -> None:
    documents = {"d1": dataclasses.replace(DOCUMENT, url=url)}
    markdown = answer_as_markdown(make_answer(), documents=documents)
    assert "<a " not in RENDERER.render(markdown)
    assert url in shown(markdown)


def test_an_address_is_a_link_with_nothing_escaped_in_it() -> None:
    page = RENDERER.render(answer_as_markdown(make_answer(), documents=DOCUMENTS))
    assert '<a href="https://example.org/a_b?x=1&amp;y=2">' in page


def test_lines_of_an_answer_stay_lines() -> None:
    page = RENDERER.render(answer_as_markdown(make_answer(text="There are 2.\n• One\n• Two")))
    assert "<p>There are 2.<br />\n• One<br />\n• Two</p>" in page


@pytest.mark.parametrize("text", ["a\nb\n", "\na\nb", "a\nb\n \r\n"])
def test_empty_lines_around_an_answer_leave_no_sign(text: str) -> None:
    page = RENDERER.render(answer_as_markdown(make_answer(text=text, notes=(text,), citations=())))
    assert page.count("<p>a<br />\nb</p>") == 2


def test_a_conversation_has_a_heading_for_each_question_with_its_time() -> None:
    second = make_answer(question="ومتى توقفت؟", language="ar", citations=(), notes=())
    markdown = conversation_as_markdown(conversation(make_answer(), second), documents=DOCUMENTS)
    assert [line for line in markdown.splitlines() if line.startswith("#")] == [
        "# The \\# talks",
        "## when did talks begin?",
        "### Sources",
        "## ومتى توقفت؟",
    ]
    assert "\n\n2024-09-05T12:00:00+00:00\n\nTalks began" in markdown
    assert "\n\n2024-09-05T13:00:00+00:00\n\n" in markdown


def test_a_conversation_as_json_survives_json_and_gives_the_answers_back() -> None:
    answer = make_answer()
    record = conversation_as_json(conversation(answer), documents=DOCUMENTS)
    assert json.loads(json.dumps(record)) == record
    assert record["schema"] == "mustanad/conversation/1"
    assert (record["title"], record["started"]) == ("The # talks", "2024-09-05T12:00:00+00:00")
    assert record["exchanges"][0]["corpus_id"] == "news"
    assert answer_from(record["exchanges"][0]["answer"]) == answer
    assert record["documents"] == [
        {
            "document_id": "d1",
            "title": "المحادثات",
            "source": "وكالة",
            "published": "2024-09-01",
            "crawled": "2024-09-02T08:30:00+00:00",
            "keywords": ["العراق", "محادثات"],
            "language": "ar",
            "url": "https://example.org/a_b?x=1&y=2",
            "path": "talks.txt",
        }
    ]
    assert "owner" not in record


def test_a_conversation_as_json_names_files_without_their_folders() -> None:
    answer = cited(path="/home/mona/news/talks.txt")
    passages = tuple(
        dataclasses.replace(passage, path="/home/mona/news/talks.txt")
        for passage in answer.passages
    )
    answer = dataclasses.replace(answer, passages=passages)
    record = conversation_as_json(conversation(answer), documents=DOCUMENTS)
    told = record["exchanges"][0]["answer"]
    assert "mona" not in json.dumps(record)
    assert [one["path"] for one in told["citations"] + told["passages"]] == ["talks.txt"] * 2


def test_documents_that_are_not_known_are_done_without() -> None:
    assert conversation_as_json(conversation(make_answer()))["documents"] == []
    assert answer_as_text(make_answer(), documents={}) == answer_as_text(make_answer())
