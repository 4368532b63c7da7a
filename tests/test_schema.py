"""The values that travel between stages."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.schema import Answer, Chunk, Period, Span, Status, Turn
from tests.fakes import make_answer, make_passage

spans = st.tuples(st.integers(0, 50), st.integers(1, 50)).map(lambda t: Span(t[0], t[0] + t[1]))


@given(st.text(), spans)
def test_a_span_covers_what_a_slice_covers(text: str, span: Span) -> None:
    assert span.of(text) == text[span.start : span.end]


@given(spans, spans)
def test_spans_overlap_when_they_share_a_code_point(one: Span, other: Span) -> None:
    shared = set(range(one.start, one.end)) & set(range(other.start, other.end))
    assert one.overlaps(other) == other.overlaps(one) == bool(shared)


def test_an_empty_span_overlaps_nothing() -> None:
    assert not Span(3, 3).overlaps(Span(3, 5))


@given(spans, st.integers(0, 100))
def test_a_shifted_span_moves_back_to_itself(span: Span, offset: int) -> None:
    assert span.shifted(offset).shifted(-offset) == span


def test_a_chunk_is_named_by_its_document_and_offsets() -> None:
    chunk = Chunk(document_id="d1", start=3, end=9, text="abcdef", sentences=())
    assert chunk.chunk_id == "d1:3-9"


MAY = dt.date(2024, 5, 1)


@pytest.mark.parametrize(
    ("first", "last", "period"),
    [
        ("2024-05-01", "2024-06-30", Period(MAY, dt.date(2024, 6, 30))),
        (MAY, "2024-05-01", Period(MAY, MAY)),
        ("2024-05-01", None, Period(first=MAY)),
        ("", MAY, Period(last=MAY)),
        (None, "", Period()),
        ("٢٠٢٤-٠٥-٠١", "۲۰۲۴-۰۵-۰۱", Period(MAY, MAY)),
        ("\u200f٢٠٢٤\u200f-\u200f٠٥-٠١\u202c", "2024-05-01\u200e", Period(MAY, MAY)),
        (dt.datetime(2024, 5, 1, 23, tzinfo=dt.UTC), MAY, Period(MAY, MAY)),
    ],
)
def test_a_period_is_made_of_dates_or_iso_texts_and_a_blank_leaves_a_side_open(
    first: dt.date | str | None, last: dt.date | str | None, period: Period
) -> None:
    assert Period.between(first, last) == period


@pytest.mark.parametrize("text", ["2024-13-01", "2024", "yesterday", "01/05/2024", "٢٠٢٤-١٣-٠١"])
def test_a_text_that_is_no_iso_date_makes_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="is no day, which is written like 2024-01-31"):
        Period.between(text, None)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends on 2024-04-30, before it begins on 2024-05-01"):
        Period(MAY, dt.date(2024, 4, 30))


@given(st.dates(), st.dates(), st.dates())
def test_a_period_contains_its_first_and_last_day_and_all_between(
    day: dt.date, one: dt.date, other: dt.date
) -> None:
    first, last = min(one, other), max(one, other)
    period = Period(first, last)
    assert first in period
    assert last in period
    assert (day in period) == (first <= day <= last)
    assert (day in Period(first=first)) == (day >= first)
    assert (day in Period(last=last)) == (day <= last)
    assert day in Period()


def test_an_unknown_day_lies_only_in_a_period_without_ends() -> None:
    assert None in Period()
    assert None not in Period(first=MAY)
    assert None not in Period(last=MAY)


@pytest.mark.parametrize(
    ("query", "asked"), [(None, "And who?"), ("", ""), ("Who won?", "Who won?")]
)
def test_a_turn_asked_its_query_or_else_its_question(query: str | None, asked: str) -> None:
    assert Turn(question="And who?", answer="x", query=query).asked == asked


def test_values_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_passage().score = 1.0  # type: ignore[misc]


def test_an_answer_as_a_dict_survives_json() -> None:
    plain = make_answer().to_dict()
    assert json.loads(json.dumps(plain)) == plain


def test_an_answer_as_a_dict_has_every_field_and_plain_values() -> None:
    plain = make_answer().to_dict()
    assert list(plain) == [field.name for field in dataclasses.fields(Answer)]
    assert plain["status"] == "ANSWERED"
    assert plain["citations"][0]["published"] == "2024-09-01"
    assert plain["passages"][0]["sentences"] == [{"start": 0, "end": 24}]
    assert plain["seconds"] == {
        "passages": 0.1,
        "marked": None,
        "first_word": 1.5,
        "total": 3.0,
    }


def test_a_printed_answer_shows_text_notes_quotation_and_source() -> None:
    assert str(make_answer()) == (
        "Talks began in January 2024 [1].\n"
        "The article is of September 2024.\n"
        "\n"
        "[1] «بدأت المحادثات في يناير.»\n"
        "    المحادثات · وكالة · 2024-09-01"
    )


def test_a_printed_refusal_is_its_text_alone() -> None:
    refusal = make_answer(
        status=Status.NOT_FOUND, text="Not in the documents.", citations=(), notes=()
    )
    assert str(refusal) == "Not in the documents."


def test_what_a_citation_does_not_know_is_left_out_of_print() -> None:
    bare = dataclasses.replace(make_answer().citations[0], source=None, published=None)
    assert str(make_answer(citations=(bare,))).endswith("»\n    المحادثات")
    untitled = dataclasses.replace(bare, title="", path="/home/noor/talks.txt")
    assert str(make_answer(citations=(untitled,))).endswith("»\n    talks.txt")
