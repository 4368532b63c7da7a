"""Answers as lines of JSON, and back."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer_records import answer_from, answer_line
from rag.schema import Answer, AnswerSentence, Citation, Passage, Seconds, Span, Status
from tests.fakes import make_answer

texts = st.text(max_size=12)
names = st.none() | texts
days = st.none() | st.dates()
counts = st.integers(0, 10**6)
scores = st.floats(allow_nan=False)
spans = st.builds(Span, counts, counts)


def several(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=2).map(tuple)


passages = st.builds(
    Passage,
    document_id=texts,
    start=counts,
    end=counts,
    text=texts,
    title=texts,
    source=names,
    published=days,
    language=texts,
    path=texts,
    score=scores,
    cosine=scores,
    sentences=several(spans),
    sentence_scores=several(scores),
)
citations = st.builds(
    Citation,
    number=counts,
    document_id=texts,
    title=texts,
    source=names,
    published=days,
    path=texts,
    start=counts,
    end=counts,
    quote=texts,
    passage=texts,
    passage_start=counts,
    score=scores,
    answer=st.none() | spans,
)
answers = st.builds(
    Answer,
    question=texts,
    query=texts,
    language=texts,
    text=texts,
    status=st.sampled_from(Status),
    citations=several(citations),
    passages=several(passages),
    sentences=several(
        st.builds(AnswerSentence, text=texts, citations=several(counts), supported=st.booleans())
    ),
    notes=several(texts),
    seconds=st.builds(
        Seconds, passages=scores, first_word=st.none() | scores, total=scores, marked=st.none()
    ),
    model=names,
)


@given(answers)
def test_an_answer_comes_back_from_its_record_as_it_was(answer: Answer) -> None:
    assert answer_from(json.loads(json.dumps(answer.to_dict()))) == answer
    assert answer_from(json.loads(answer_line(answer))) == answer


def test_what_comes_back_is_of_the_same_types_too() -> None:
    answer = make_answer()
    back = answer_from(answer.to_dict())
    assert back.to_dict() == answer.to_dict()
    assert isinstance(back.status, Status)
    assert isinstance(back.citations[0], Citation)
    assert isinstance(back.passages[0].sentences[0], Span)


def test_a_record_is_one_line_with_arabic_as_it_is_written() -> None:
    line = answer_line(make_answer(text="بدأت\nفي يناير"))
    assert "\n" not in line
    assert "المحادثات" in line


def test_half_a_character_becomes_a_question_mark_and_the_line_can_be_read() -> None:
    line = answer_line(make_answer(text="x\ud800y"))
    assert answer_from(json.loads(line)) == make_answer(text="x?y")


def test_a_record_of_an_earlier_release_takes_defaults_for_what_it_lacks() -> None:
    record = make_answer().to_dict()
    del record["notes"], record["model"]
    assert answer_from(record) == make_answer(notes=(), model=None)


def test_what_a_later_release_added_is_left_out() -> None:
    assert answer_from({**make_answer().to_dict(), "mood": "sunny"}) == make_answer()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"status": "MAYBE"}, "status"),
        ({"text": 5}, "text"),
        ({"text": "\ud800"}, "as a whole"),
        ({"citations": "[1]"}, "citations"),
        ({"notes": [None]}, "notes.0"),
        ({"seconds": {"passages": "1", "first_word": None, "total": 1.0}}, "seconds.passages"),
        ({"seconds": {"passages": True, "first_word": None, "total": 1.0}}, "seconds.passages"),
        ({"seconds": None}, "seconds"),
        ({"model": object()}, "not JSON"),
    ],
)
def test_a_malformed_record_is_refused_in_one_line_that_names_the_place(
    change: dict[str, Any], place: str
) -> None:
    with pytest.raises(ValueError, match="no record of an answer") as caught:
        answer_from({**make_answer().to_dict(), **change})
    assert place in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_date_that_is_none_is_refused() -> None:
    record = make_answer().to_dict()
    record["citations"][0]["published"] = "2024-13-01"
    with pytest.raises(ValueError, match=r"citations\.0\.published"):
        answer_from(record)


def test_a_record_that_lacks_a_field_without_default_is_refused_by_its_name() -> None:
    record = make_answer().to_dict()
    del record["citations"][0]["quote"]
    with pytest.raises(ValueError, match=r"citations\.0\.quote: Field required"):
        answer_from(record)


def test_a_record_nested_without_end_is_refused() -> None:
    record: dict[str, Any] = make_answer().to_dict()
    record["model"] = record
    with pytest.raises(ValueError, match="no record of an answer"):
        answer_from(record)


def test_a_citation_keeps_its_marked_words() -> None:
    answer = make_answer()
    marked = dataclasses.replace(answer.citations[0], answer=Span(15, 23))
    back = answer_from(make_answer(citations=(marked,)).to_dict())
    assert back.citations[0].marked == marked.marked == "في يناير"
