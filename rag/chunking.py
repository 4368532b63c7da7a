"""Cuts a document into chunks of whole sentences: the units that are embedded.

Pure: the tokenizer comes as a function, so any embedding model can be measured with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from rag.schema import Chunk, Document, Span
from rag.sentences import sentences
from rag.text import words

CHUNKER = "sentences-1"
"""Changes when the same document would be cut otherwise; part of every manifest."""

MIN_TOKENS = 60
# No tokenizer makes so few tokens of a text; a longer one need not be counted to be too long.
MOST_CHARS_A_TOKEN = 64

CountTokens = Callable[[str], int]


def chunk_document(
    document: Document, *, max_tokens: int, overlap_sentences: int, count_tokens: CountTokens
) -> tuple[Chunk, ...]:
    """Cuts a document into chunks that overlap by whole sentences.

    Chunks are filled in order, up to `max_tokens`. A last chunk under 60 tokens (under half of
    `max_tokens`, where that is less) takes sentences over from the one before until both are
    about even. Each sentence is in a chunk, no chunk lies within another, and the same document
    gives the same chunks.

    Args:
        document: its `text` is cut; without letters or digits there are no chunks.
        max_tokens: most tokens of a chunk, as `count_tokens` counts the sum of its sentences. A
            longer sentence is cut between words, and each piece counts as a sentence; a word
            that is longer still is cut too.
        overlap_sentences: sentences at the start of a chunk that the one before ends with; fewer
            where they would take more than half of it.
        count_tokens: tokens of a text, without special tokens.

    Raises:
        ValueError: `max_tokens` is below 1 or `overlap_sentences` below 0.
    """
    if max_tokens < 1 or overlap_sentences < 0:
        raise ValueError(
            f"max_tokens must be at least 1 and overlap_sentences at least 0, "
            f"not {max_tokens} and {overlap_sentences}"
        )
    pieces = [
        piece
        for sentence in sentences(document.text)
        for piece in _pieces(document.text, sentence, max_tokens, count_tokens)
    ]
    sizes = [count_tokens(piece.of(document.text)) for piece in pieces]
    return tuple(
        _chunk(document, pieces[first:last])
        for first, last in _ranges(sizes, max_tokens, overlap_sentences)
    )


def _chunk(document: Document, spans: list[Span]) -> Chunk:
    start, end = spans[0].start, spans[-1].end
    return Chunk(
        document_id=document.document_id,
        start=start,
        end=end,
        text=document.text[start:end],
        sentences=tuple(spans),
    )


def _ranges(sizes: list[int], max_tokens: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Which sentences stand together, as half-open ranges of their numbers."""
    borders = [*_borders(sizes, max_tokens, overlap), len(sizes)]
    before = -1
    for start, end in pairwise(borders):
        before = _with_overlap(sizes, start, end, before, max_tokens=max_tokens, overlap=overlap)
        yield before, end


def _borders(sizes: list[int], max_tokens: int, overlap: int) -> list[int]:
    """The first sentence of each chunk without its overlap: these parts are disjoint."""
    borders: list[int] = []
    before, end = -1, 0
    while end < len(sizes):
        borders.append(end)
        before = _with_overlap(sizes, end, end + 1, before, max_tokens=max_tokens, overlap=overlap)
        end += 1
        used = sum(sizes[before:end])
        while end < len(sizes) and used + sizes[end] <= max_tokens:
            used += sizes[end]
            end += 1
    if len(borders) > 1 and sum(sizes[borders[-1] :]) < min(MIN_TOKENS, max_tokens // 2):
        _mend_last(borders, sizes, max_tokens)
    return borders


def _mend_last(borders: list[int], sizes: list[int], max_tokens: int) -> None:
    """Joins a short last chunk to the one before, or else makes the two about even."""
    before, border = borders[-2:]
    if sum(sizes[before:]) <= max_tokens:
        borders.pop()
        return
    while border - 1 > before:
        first, last = sum(sizes[before : border - 1]), sum(sizes[border - 1 :])
        if last > min(first, max_tokens):
            break
        border -= 1
    borders[-1] = border


def _with_overlap(
    sizes: list[int], start: int, end: int, before: int, *, max_tokens: int, overlap: int
) -> int:
    """Where a chunk of the sentences `start` to `end` begins when its overlap is added.

    That is after `before`, where the last chunk begins, so that neither lies in the other. The
    overlap takes at most half of a chunk.
    """
    first, used, shared = start, sum(sizes[start:end]), 0
    while first > max(before + 1, start - overlap):
        shared += sizes[first - 1]
        if shared > max_tokens // 2 or used + shared > max_tokens:
            break
        first -= 1
    return first


def _pieces(
    text: str, sentence: Span, max_tokens: int, count_tokens: CountTokens
) -> Iterator[Span]:
    """The sentence, or if it is too long its parts, cut before the words nearest their middle."""
    length = sentence.end - sentence.start
    is_short = length <= max_tokens * MOST_CHARS_A_TOKEN
    if length < 2 or (is_short and count_tokens(sentence.of(text)) <= max_tokens):
        yield sentence
        return
    place = _word_near_middle(text, sentence)
    left = text[sentence.start : place].rstrip()
    yield from _pieces(
        text, Span(sentence.start, sentence.start + len(left)), max_tokens, count_tokens
    )
    yield from _pieces(text, Span(place, sentence.end), max_tokens, count_tokens)


def _word_near_middle(text: str, sentence: Span) -> int:
    """Where the word nearest to its middle begins, its first aside; the middle without one.

    The words are looked for between two spaces on either side of the middle, further and further
    away: a sentence may be a whole book.
    """
    middle = (sentence.start + sentence.end) // 2
    reach = 200
    while True:
        first = text.rfind(" ", sentence.start, max(sentence.start, middle - reach)) + 1
        last = text.find(" ", middle + reach, sentence.end)
        stretch = Span(first or sentence.start, sentence.end if last < 0 else last)
        starts = [word.start + stretch.start for word in words(stretch.of(text))]
        if stretch.start == sentence.start:
            del starts[:1]
        place = min(starts, key=lambda start: abs(start - middle), default=middle)
        if stretch == sentence or (starts and abs(place - middle) <= reach):
            return place
        reach *= 4
