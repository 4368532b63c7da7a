"""Question and text pairs for the reader, from reading sets in SQuAD form.

A positive text is one to three sentences of a paragraph that hold the answer; a negative one is a
sentence that does not, mostly of the same paragraph.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.schema import Span
from rag.text import fold, sentences

_MOST_CHARS = 600


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, a text, and the answer's span in it; None if the text does not answer."""

    question: str
    text: str
    answer: Span | None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its sentences and its questions."""

    text: str
    sentences: tuple[Span, ...]
    questions: tuple[dict[str, Any], ...]


def read_paragraphs(file: Path, *, left_out: frozenset[str]) -> list[Paragraph]:
    """The paragraphs of one set, without those that hold a question whose id is left out."""
    articles = json.loads(file.read_text(encoding="utf-8"))["data"]
    return [
        Paragraph(item["context"], sentences(item["context"]), tuple(item["qas"]))
        for article in articles
        for item in article["paragraphs"]
        if left_out.isdisjoint(question["id"] for question in item["qas"])
    ]


def make_pairs(
    paragraphs: Sequence[Paragraph], *, negatives: float, rng: random.Random
) -> Iterator[Pair]:
    """Pairs of every question; `negatives` is the chance of a negative one beside it, 0 to 1."""
    for at, paragraph in enumerate(paragraphs):
        for question in paragraph.questions:
            words = question["answers"][0]["text"]
            start = question["answers"][0]["answer_start"]
            gold = Span(start, start + len(words))
            if gold.of(paragraph.text) != words:
                continue
            positive = _positive(paragraph, gold, question["question"], rng)
            if positive is None:
                continue
            yield positive
            if rng.random() < negatives:
                text = _negative(paragraphs, at, words, rng)
                if text is not None:
                    yield Pair(question["question"], text[:_MOST_CHARS], None)


def _positive(paragraph: Paragraph, gold: Span, question: str, rng: random.Random) -> Pair | None:
    holders = [i for i, span in enumerate(paragraph.sentences) if span.overlaps(gold)]
    if not holders:
        return None
    first = max(0, holders[0] - (rng.random() < 0.25))
    last = min(len(paragraph.sentences) - 1, holders[-1] + (rng.random() < 0.25))
    window = Span(paragraph.sentences[first].start, paragraph.sentences[last].end)
    text = window.of(paragraph.text)[:_MOST_CHARS]
    answer = gold.shifted(-window.start)
    if answer.start < 0 or answer.end > len(text):
        return None
    return Pair(question, text, answer)


def _negative(
    paragraphs: Sequence[Paragraph], at: int, answer: str, rng: random.Random
) -> str | None:
    """A sentence without the answer's words: four times in five of the same paragraph."""
    here = paragraphs[at]
    if rng.random() < 0.8:
        free = [
            text for span in here.sentences if fold(answer) not in fold(text := span.of(here.text))
        ]
        if free:
            return rng.choice(free)
    other = paragraphs[rng.randrange(len(paragraphs))]
    if other is here or not other.sentences:
        return None
    text = rng.choice(other.sentences).of(other.text)
    return None if fold(answer) in fold(text) else text
