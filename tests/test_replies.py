"""What is said without a search: courtesies, and what the documents are."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import get_args

import pytest

from rag.courtesies import Courteous, Courtesy
from rag.intents import AboutCorpus
from rag.replies import describe_corpus, reply_to_courtesy
from rag.schema import Document, Period
from rag.text import direction

ALL_TIME = AboutCorpus(Period())


def document(
    number: int, *, title: str = "", source: str | None = None, published: str | None = None
) -> Document:
    return Document(
        document_id=f"d{number}",
        text="x",
        path=f"{number}.txt",
        title=title,
        source=source,
        published=dt.date.fromisoformat(published) if published else None,
    )


BRIDGE = document(1, title="The bridge", source="Coast News", published="2023-05-01")
TALKS = document(2, title="المحادثات", source="وكالة الساحل", published="2024-09-15")
NOTE = document(3)
CORPUS = (BRIDGE, NOTE, TALKS)


def about(first: str | None, last: str | None) -> AboutCorpus:
    return AboutCorpus(Period.between(first, last))


@pytest.mark.parametrize("kind", get_args(Courteous))
def test_a_courtesy_is_returned_in_its_language(kind: Courteous) -> None:
    english, arabic = (reply_to_courtesy(Courtesy(kind), language) for language in ("en", "ar"))
    assert (direction(english), direction(arabic)) == ("ltr", "rtl")


def test_each_courtesy_has_its_own_reply() -> None:
    replies = [reply_to_courtesy(Courtesy(kind), "en") for kind in get_args(Courteous)]
    assert [reply.split()[0] for reply in replies] == ["Hello!", "You", "Goodbye!", "I"]


def test_a_corpus_is_told_by_number_time_sources_and_titles_newest_first() -> None:
    assert describe_corpus(ALL_TIME, CORPUS, "en").splitlines() == [
        "There are 3 documents.",
        "They came out between 2023-05-01 and 2024-09-15.",
        "Sources: Coast News, وكالة الساحل.",
        "• المحادثات · \u200e2024-09-15\u200e",
        "• The bridge · 2023-05-01",
        "• 3.txt",
    ]


def test_a_corpus_is_described_in_arabic() -> None:
    assert describe_corpus(ALL_TIME, CORPUS, "ar").splitlines() == [
        "عدد الوثائق: 3.",
        # A date that follows Arabic letters would be shown backwards without the marks.
        "نُشرت بين \u200e2023-05-01\u200e و\u200e2024-09-15\u200e.",
        "المصادر: Coast News، وكالة الساحل.",
        "• المحادثات · \u200e2024-09-15\u200e",
        "• The bridge · 2023-05-01",
        "• 3.txt",
    ]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "no documents yet"), ("ar", "لا توجد وثائق")]
)
@pytest.mark.parametrize("asked", [ALL_TIME, about("2024-01-01", None)])
def test_an_empty_corpus_says_what_to_do(asked: AboutCorpus, language: str, said: str) -> None:
    told = describe_corpus(asked, (), language)
    assert said in told
    assert "mustanad ingest" in told


def test_documents_outside_the_period_and_undated_ones_are_only_counted() -> None:
    assert describe_corpus(about("2024-01-01", None), CORPUS, "en").splitlines() == [
        "Documents from that time: 1 of 3.",
        "Documents without a date, which are left out: 1.",
        "Published on 2024-09-15.",
        "Sources: وكالة الساحل.",
        "• المحادثات · \u200e2024-09-15\u200e",
    ]


def test_documents_are_limited_to_the_period_that_was_set_as_well() -> None:
    within = Period(first=dt.date(2024, 1, 1))
    for asked in (ALL_TIME, about("2020-01-01", None)):
        told = describe_corpus(asked, CORPUS, "en", within=within)
        assert told.startswith("Documents from that time: 1 of 3.\n")
    told = describe_corpus(about("1990-01-01", "1990-12-31"), CORPUS, "en", within=within)
    assert told.startswith("Documents from that time: 0 of 3.\n")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Documents from that time: 0 of 2."),
        ("ar", "عدد الوثائق من تلك الفترة: 0، من أصل 2."),
    ],
)
def test_a_period_without_documents_leaves_the_count_alone(language: str, said: str) -> None:
    dated = (BRIDGE, TALKS)
    assert describe_corpus(about("1990-01-01", "1990-12-31"), dated, language) == said


def test_a_period_that_leaves_none_out_is_not_spoken_of() -> None:
    told = describe_corpus(about("2000-01-01", None), (BRIDGE, TALKS), "en")
    assert told.startswith("There are 2 documents.\n")


def test_documents_without_a_date_or_a_source_give_neither_line() -> None:
    assert describe_corpus(ALL_TIME, (NOTE,), "en") == "There is one document.\n• 3.txt"


def test_a_single_document_is_told_in_arabic_too() -> None:
    assert describe_corpus(ALL_TIME, (NOTE,), "ar") == "توجد وثيقة واحدة.\n• 3.txt"


@pytest.mark.parametrize("path", ["/home/noor/سري/notes.txt", "secret/notes.txt", "notes.txt"])
def test_a_document_without_a_title_is_named_by_its_file_and_not_its_folder(path: str) -> None:
    untitled = dataclasses.replace(NOTE, path=path)
    assert describe_corpus(ALL_TIME, (untitled,), "en").splitlines()[-1] == "• notes.txt"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Published on 2024-09-15."), ("ar", "تاريخ النشر: \u200e2024-09-15\u200e.")],
)
def test_one_day_is_no_time_between_two(language: str, said: str) -> None:
    assert describe_corpus(ALL_TIME, (TALKS,), language).splitlines()[1] == said


def test_a_source_of_several_documents_is_named_once() -> None:
    pair = (BRIDGE, document(4, title="The tram", source="Coast News"))
    assert "Sources: Coast News.\n" in describe_corpus(ALL_TIME, pair, "en")


@pytest.mark.parametrize(
    ("language", "comma", "more"), [("en", ", ", "and 3 more; "), ("ar", "، ", "و3 غيرها؛ ")]
)
def test_of_more_than_twelve_the_newest_are_named_and_the_others_counted(
    language: str, comma: str, more: str
) -> None:
    many = [
        document(number, source=f"S{number}", published=f"2024-01-{number:02}")
        for number in range(1, 16)
    ]
    lines = describe_corpus(ALL_TIME, many, language).splitlines()
    named = [line for line in lines if line.startswith("• ")]
    assert named == [f"• {number}.txt · 2024-01-{number:02}" for number in range(15, 3, -1)]
    assert lines[-1].startswith(more)
    assert "mustanad documents list" in lines[-1]
    assert lines[2].endswith(f": {comma.join(f'S{n}' for n in range(1, 13))}{comma}….")


def test_exactly_twelve_are_all_named() -> None:
    told = describe_corpus(ALL_TIME, [document(number) for number in range(12)], "en")
    assert told.count("• ") == 12
    assert "more" not in told
