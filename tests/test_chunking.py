"""Chunks are whole sentences that overlap, and all of the text is in them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chunking import MIN_TOKENS, chunk_document
from rag.schema import Chunk, Document
from rag.sentences import sentences


def count_words(text: str) -> int:
    return len(text.split())


def document(text: str) -> Document:
    return Document(document_id="d", text=text, path="a.txt")


def cut(text: str, *, max_tokens: int = 10, overlap: int = 1) -> tuple[Chunk, ...]:
    return chunk_document(
        document(text),
        max_tokens=max_tokens,
        overlap_sentences=overlap,
        count_tokens=count_words,
    )


def sentence(number: int, length: int) -> str:
    return " ".join(f"كلمة{number}" for _ in range(length)) + "."


FOUR = " ".join(sentence(number, 4) for number in range(4))

texts = st.lists(
    st.builds(
        lambda words, end: " ".join(words) + end,
        st.lists(st.sampled_from(["كلمة", "word", "2,500", "و", "U.S."]), min_size=1, max_size=30),
        st.sampled_from([".", "؟", "!", "\n\n", "…", ". ", " "]),
    ),
    max_size=20,
).map(" ".join)


def test_sentences_are_put_together_up_to_the_limit() -> None:
    assert [count_words(chunk.text) for chunk in cut(FOUR, overlap=0)] == [8, 8]


def test_a_chunk_begins_with_the_sentence_that_the_one_before_ends_with() -> None:
    first, second = cut(FOUR + " " + sentence(4, 4), max_tokens=12)
    assert first.sentences[-1] == second.sentences[0]


def test_no_overlap_is_added_where_it_would_fill_half_a_chunk() -> None:
    text = f"{sentence(0, 6)} {sentence(1, 9)}"
    assert [len(chunk.sentences) for chunk in cut(text)] == [1, 1]


def test_a_text_without_words_gives_no_chunks() -> None:
    assert cut(" \n *** \n") == ()
    assert cut("") == ()


def test_a_sentence_over_the_limit_is_cut_between_words() -> None:
    chunks = cut(sentence(0, 25), overlap=0)
    assert " ".join(chunk.text for chunk in chunks) == sentence(0, 25)
    assert max(count_words(chunk.text) for chunk in chunks) <= 10


def test_a_word_over_the_limit_is_cut_too() -> None:
    chunks = chunk_document(
        document("x" * 100), max_tokens=32, overlap_sentences=0, count_tokens=len
    )
    assert "".join(chunk.text for chunk in chunks) == "x" * 100
    assert max(len(chunk.text) for chunk in chunks) <= 32


def test_a_short_last_chunk_takes_sentences_over() -> None:
    text = " ".join(sentence(number, 2) for number in range(6))
    assert [count_words(chunk.text) for chunk in cut(text, overlap=0)] == [6, 6]


def test_a_last_chunk_that_fits_without_its_overlap_is_joined() -> None:
    text = " ".join(sentence(number, length) for number, length in enumerate((5, 4, 3, 2, 2)))
    chunks = cut(text, max_tokens=11)
    assert chunks[-1].text.endswith(f"{sentence(3, 2)} {sentence(4, 2)}")
    assert len(chunks) == 2


def test_a_chunk_id_says_where_the_chunk_is() -> None:
    assert cut("كلمة واحدة.")[0].chunk_id == "d:0-11"


@pytest.mark.parametrize(("max_tokens", "overlap"), [(0, 1), (10, -1)])
def test_impossible_limits_are_refused(max_tokens: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="at least"):
        cut(FOUR, max_tokens=max_tokens, overlap=overlap)


@given(text=texts, max_tokens=st.integers(3, 40), overlap=st.integers(0, 3))
def test_chunks_keep_their_invariants(text: str, max_tokens: int, overlap: int) -> None:
    chunks = cut(text, max_tokens=max_tokens, overlap=overlap)
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        assert (chunk.start, chunk.end) == (chunk.sentences[0].start, chunk.sentences[-1].end)
        assert list(chunk.sentences) == sorted(set(chunk.sentences))
        assert sum(count_words(span.of(text)) for span in chunk.sentences) <= max_tokens


@given(text=texts, max_tokens=st.integers(3, 40), overlap=st.integers(0, 3))
def test_no_chunk_lies_in_another(text: str, max_tokens: int, overlap: int) -> None:
    chunks = cut(text, max_tokens=max_tokens, overlap=overlap)
    for before, after in pairwise(chunks):
        assert before.start < after.start
        assert before.end < after.end


@given(text=texts, max_tokens=st.integers(3, 40), overlap=st.integers(0, 3))
def test_every_sentence_is_in_a_chunk(text: str, max_tokens: int, overlap: int) -> None:
    spans = {
        span
        for chunk in cut(text, max_tokens=max_tokens, overlap=overlap)
        for span in chunk.sentences
    }
    for whole in sentences(text):
        assert any(span.start == whole.start for span in spans)
        assert any(span.end == whole.end for span in spans)


@given(text=texts)
def test_only_a_text_of_one_chunk_has_a_short_last_one(text: str) -> None:
    chunks = cut(text, max_tokens=160)
    if len(chunks) > 1:
        assert count_words(chunks[-1].text) >= MIN_TOKENS // 2
