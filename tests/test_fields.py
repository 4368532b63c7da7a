"""Front matter and rows: which names and values are facts of a document."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from rag.decoding import UnreadableError
from rag.fields import parse_fields, split_front_matter


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ("title: Transport: a plan", 'source: "Al Noor"', "tags: [a, b]"),
            {"title": "Transport: a plan", "source": "Al Noor", "keywords": ("a", "b")},
        ),
        (
            ("keywords:", "  - a", "  - b", "title: @home"),
            {"keywords": ("a", "b"), "title": "@home"},
        ),
        (
            ("title: Plan", "description: >", "  A long text.", "source: Noor"),
            {"title": "Plan", "source": "Noor"},
        ),
        (("title: Plan", "tags: [", "  a,", "  b", "]"), {"title": "Plan", "keywords": ("a", "b")}),
        (
            ("title: No", "source: 12:30", "language: no"),
            {"title": "No", "source": "12:30", "language": "no"},
        ),
        (("title: 007", "source: 1_000"), {"title": "007", "source": "1_000"}),
        (("title: null", "source: ~", "published:"), {}),
        (("date: 2024-01-26T01:00:00+03:00",), {"published": dt.date(2024, 1, 26)}),
        (("", ""), {}),
    ],
)
def test_front_matter_is_read_as_it_is_written(
    lines: tuple[str, ...], expected: dict[str, Any]
) -> None:
    text = "\n".join(["---", *lines, "---", "body"])
    assert split_front_matter(text) == (expected, "body")


@pytest.mark.parametrize(
    "lines",
    [("A paragraph.",), ("- one", "- two"), ('- "one" and', "- two"), ("# Plan",), ("  one",)],
)
def test_lines_without_a_name_are_no_front_matter(lines: tuple[str, ...]) -> None:
    text = "\n".join(["---", *lines, "---", "body"])
    assert split_front_matter(text) == (None, text)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"text": " ", "content": "body", "title": "", "headline": "Plan"},
            {"text": "body", "title": "Plan"},
        ),
        ({"text": "first", "content": "second"}, {"text": "first"}),
        ({"published": "soon", "date": "2024-01-26"}, {"published": dt.date(2024, 1, 26)}),
        ({"published": "soon"}, {"published": None}),
        ({"keywords": ["a", None, {"b": 1}, 2]}, {"keywords": ("a", "2")}),
        ({"author": "x", "title": None}, {}),
        (
            {"العنوان": "خطة", "النص": "نص", "تاريخ النشر": "5/1/2025", "المصدر": "النور"},
            {
                "title": "خطة",
                "text": "نص",
                "published": dt.date(2025, 1, 5),
                "source": "النور",
            },
        ),
        (
            {"articleBody": "body", "publishedAt": "2025-01-05T10:00:00Z", "date": "2020-01-01"},
            {"text": "body", "published": dt.date(2025, 1, 5)},
        ),
        (
            {"text": "body", "source": {"id": "n", "name": "Noor"}},
            {"text": "body", "source": "Noor"},
        ),
    ],
)
def test_a_row_gives_the_fields_that_have_a_value(
    row: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert parse_fields(row) == expected


def test_a_text_that_is_a_list_is_refused() -> None:
    with pytest.raises(UnreadableError, match="not a plain value"):
        parse_fields({"text": ["x"]})
