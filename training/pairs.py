"""Question and window pairs for the reader, from reading sets in SQuAD form and written questions.

A positive window is the sentence that holds the answer, a negative one a sentence that does not:
another of the same paragraph, one of those that the embedder finds nearest to the question, or the
very sentence for a question that only sounds as if it were answered there.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.conversation import follow
from rag.schema import Span, Window
from rag.text import fold, sentences

_MOST_CHARS = 600
# How often a window comes without its title, and without the sentence before it.
_WITHOUT_TITLE, _WITHOUT_BEFORE = 0.25, 0.3
# How often a positive window has a second sentence.
_LONGER = 0.15
# How often a negative window is one that is near to the question.
_NEAR = 0.7
# How often a turn of a talk comes after the one before it, and how often with its answer, too.
_AFTER, _AFTER_ANSWER = 0.85, 0.7

Place = tuple[int, int]
"""A sentence: the number of its paragraph, and its number in it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, a window, and the answer's span in its text; None if it does not answer."""

    question: str
    window: Window
    answer: Span | None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its sentences and its questions in the form of SQuAD."""

    title: str
    text: str
    sentences: tuple[Span, ...]
    questions: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the number of its paragraph, and the span of that which answers it.

    A near miss has the span of what it comes near to, or None where that is not known. `after` is
    the question after what was said before it in a talk, "" for nothing.
    """

    question: str
    paragraph: int
    answer: Span | None
    after: str = ""

    @property
    def reading(self) -> str:
        """The question as the reader is given it."""
        return self.after or self.question


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk about one article: the name of its file, its number there, and the turns.

    Each turn has a `question`, the answering words as `answer`, "" for none, and, where these stand
    in several sentences, the right one as `sentence`.
    """

    file: str
    article: int
    turns: tuple[dict[str, Any], ...]


def read_talks(file: Path) -> list[Talk]:
    """The talks of `talks*.jsonl`."""
    return [Talk(*_article(row), (*row["turns"],)) for row in read_rows(file)]


def read_rows(file: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def read_paragraphs(file: Path, *, left_out: frozenset[str]) -> list[Paragraph]:
    """The paragraphs of one set, without those that hold a question whose id is left out.

    Nor are those there that have the text of such a one: TyDi QA repeats some.
    """
    articles = json.loads(file.read_text(encoding="utf-8"))["data"]
    items = [(article, item) for article in articles for item in article["paragraphs"]]
    hidden = {
        fold(item["context"])
        for _, item in items
        if not left_out.isdisjoint(question["id"] for question in item["qas"])
    }
    return [
        Paragraph(
            article.get("title", ""), item["context"], sentences(item["context"]), (*item["qas"],)
        )
        for article, item in items
        if not (hidden and fold(item["context"]) in hidden)
    ]


def asked_anew(
    rows: Sequence[Mapping[str, Any]], sets: Mapping[str, Sequence[Paragraph]]
) -> list[Paragraph]:
    """The articles that the rows of `questions.*.jsonl` are about, with these as questions.

    Args:
        rows: with the `article` as in talks, the `question`, the answering words as `answer`, ""
            for none, and the `sentence` they stand in, or that seems to answer it. One with the
            question `changed` in a detail brings this along, as one that the sentence only seems
            to answer.
        sets: of articles, one paragraph each, by the names of their files.
    """
    by_article = defaultdict[tuple[str, int], list[Mapping[str, Any]]](list)
    for row in rows:
        by_article[_article(row)].append(row)
    return [
        _with_questions(sets[file][number], about) for (file, number), about in by_article.items()
    ]


def asked_in(paragraphs: Sequence[Paragraph]) -> Iterator[Asked]:
    """The questions of the set itself that are answered by whole words where it says."""
    for number, paragraph in enumerate(paragraphs):
        for question in paragraph.questions:
            answer = _gold(question)
            if answer is not None and _is_whole(paragraph.text, answer):
                yield Asked(question["question"], number, answer)


def missed_in(paragraphs: Sequence[Paragraph], *, nearly: bool = True) -> Iterator[Asked]:
    """The questions of the set itself that their paragraph does not answer.

    Args:
        paragraphs: of the set.
        nearly: with those of `nearly_in`.
    """
    for number, paragraph in enumerate(paragraphs):
        for question in paragraph.questions:
            if not question["answers"] and (nearly or "near" not in question):
                yield Asked(question["question"], number, None)


def nearly_in(paragraphs: Sequence[Paragraph]) -> Iterator[Asked]:
    """The questions asked anew that a sentence only seems to answer, each with its span."""
    for number, paragraph in enumerate(paragraphs):
        for question in paragraph.questions:
            if "near" in question:
                yield Asked(question["question"], number, question["near"])


def written_for(
    paragraphs: Sequence[Paragraph], rows: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Asked], list[Asked]]:
    """The questions of `written.jsonl` on these paragraphs: answered ones, and near misses."""
    answered: list[Asked] = []
    missed: list[Asked] = []
    for number, paragraph in enumerate(paragraphs):
        for question in paragraph.questions:
            row = rows.get(str(question["id"]))
            if row is None:
                continue
            gold = _gold(question)
            if row["same"]:
                answered.append(Asked(row["same"], number, gold))
            if row["other"]:
                answered.append(Asked(row["other"], number, Span(*row["other_answer"])))
            missed += [Asked(words, number, gold) for words in row["near_misses"]]
    return answered, missed


def follow_ups(
    paragraphs: Sequence[Paragraph], rows: Sequence[Mapping[str, Any]]
) -> Iterator[Asked]:
    """Questions that lean on a talk about an article, as `follow_ups.train.jsonl` has them.

    Args:
        paragraphs: one an article, in the order of the articles.
        rows: with the number of the article, the question, and the answering words or None.
    """
    for row in rows:
        answer = _placed(paragraphs[row["article"]].text, row["answer"])
        yield Asked(row["question"], row["article"], answer)


def talked(
    paragraphs: Sequence[Paragraph],
    turns: Sequence[Mapping[str, Any]],
    number: int,
    *,
    rng: random.Random | None = None,
) -> Iterator[tuple[Asked, list[Place]]]:
    """The turns of a talk about one paragraph, each after the last.

    With each question comes the sentence that answered the turn before, which comes near to
    answering this one.

    Args:
        paragraphs: of the set.
        turns: as `Talk` has them.
        number: of the paragraph.
        rng: leaves out the answer before, or all that was said before, now and then.
    """
    paragraph = paragraphs[number]
    before = ""
    answered: Span | None = None
    for turn in turns:
        answer = _placed(paragraph.text, turn["answer"], sentence=turn.get("sentence", ""))
        said, near = "", list[Place]()
        if answered is not None:
            said = answered.of(paragraph.text)
            near = [(number, i) for i, s in enumerate(paragraph.sentences) if s.overlaps(answered)]
        how = rng.random() if rng else 0.0
        question, after = turn["question"], ""
        if how < _AFTER:
            after = follow(question, before, said if how < _AFTER_ANSWER else "")
        yield Asked(question, number, answer, after), near
        before, answered = question, answer


def positive(paragraphs: Sequence[Paragraph], asked: Asked, rng: random.Random) -> Pair | None:
    """The question with the sentence that answers it; None where that is too long."""
    paragraph = paragraphs[asked.paragraph]
    if asked.answer is None:
        return None
    holders = [i for i, span in enumerate(paragraph.sentences) if span.overlaps(asked.answer)]
    if not holders:
        return None
    first, last = holders[0], holders[-1]
    if rng.random() < _LONGER:
        last = min(last + 1, len(paragraph.sentences) - 1)
    start = paragraph.sentences[first].start
    answer = asked.answer.shifted(-start)
    window = _window(paragraph, first, last, rng)
    if answer.start < 0 or answer.end > len(window.text):
        return None
    return Pair(asked.reading, window, answer)


def unanswered(paragraphs: Sequence[Paragraph], missed: Asked, rng: random.Random) -> Pair | None:
    """A near miss with the sentence it seems to ask about."""
    pair = positive(paragraphs, missed, rng)
    return None if pair is None else Pair(pair.question, pair.window, None)


def negative(
    paragraphs: Sequence[Paragraph],
    asked: Asked,
    rng: random.Random,
    *,
    near: Sequence[Place] = (),
) -> Pair | None:
    """The question with a sentence that lacks the answer's words.

    Args:
        paragraphs: of the set.
        asked: the question.
        rng: chooses.
        near: sentences that come near to answering the question; most negatives come from there,
            the others from the same paragraph.
    """
    sentences_here = range(len(paragraphs[asked.paragraph].sentences))
    own = [(asked.paragraph, number) for number in sentences_here]
    places = without_answer(paragraphs, asked, near if near and rng.random() < _NEAR else own)
    if not places:
        return None
    number, sentence = rng.choice(places)
    window = _window(paragraphs[number], sentence, sentence, rng)
    return Pair(asked.reading, window, None)


def without_answer(
    paragraphs: Sequence[Paragraph], asked: Asked, places: Sequence[Place]
) -> list[Place]:
    """The sentences that lack the answer's words; all for a question that has no answer."""
    if asked.answer is None:
        return list(places)
    wanted = fold(asked.answer.of(paragraphs[asked.paragraph].text))
    return [place for place in places if wanted not in fold(_sentence(paragraphs, place))]


def begins_with(paragraphs: Sequence[Paragraph], asked: Asked) -> bool:
    """Whether the first sentence of the question's paragraph answers it."""
    first = paragraphs[asked.paragraph].sentences[:1]
    return asked.answer is not None and any(span.overlaps(asked.answer) for span in first)


def _article(row: Mapping[str, Any]) -> tuple[str, int]:
    """The name of the file that a row's article stands in, and its number there."""
    file, _, number = row["article"].partition(":")
    return file, int(number)


def _with_questions(paragraph: Paragraph, rows: Sequence[Mapping[str, Any]]) -> Paragraph:
    changed = (
        {**row, "question": row["changed"], "answer": ""} for row in rows if "changed" in row
    )
    asked = (_in_squad_form(row, paragraph.text) for row in (*rows, *changed))
    return replace(paragraph, questions=tuple(asked))


def _in_squad_form(row: Mapping[str, Any], text: str) -> dict[str, Any]:
    """A question asked anew; one without an answer has the span that it comes `near` to."""
    answer = _placed(text, row["answer"], sentence=row["sentence"])
    if answer is None:
        return {
            "question": row["question"],
            "answers": [],
            "near": _placed(text, row["sentence"]),
        }
    answers = [{"text": row["answer"], "answer_start": answer.start}]
    return {"question": row["question"], "answers": answers}


def _placed(text: str, words: str | None, *, sentence: str = "") -> Span | None:
    """Where words stand first, from a sentence on; None for no words."""
    if not words:
        return None
    start = text.index(words, text.index(sentence))
    return Span(start, start + len(words))


def _gold(question: Mapping[str, Any]) -> Span | None:
    if not question["answers"]:
        return None
    start = question["answers"][0]["answer_start"]
    return Span(start, start + len(question["answers"][0]["text"]))


def _is_whole(text: str, span: Span) -> bool:
    """Whether a span begins and ends where words do: some answers of TyDi QA are cut within one."""
    begins = span.start == 0 or not text[span.start - 1 : span.start + 1].isalnum()
    ends = span.end >= len(text) or not text[span.end - 1 : span.end + 1].isalnum()
    return span.start < span.end <= len(text) and begins and ends


def _sentence(paragraphs: Sequence[Paragraph], place: Place) -> str:
    number, sentence = place
    return paragraphs[number].sentences[sentence].of(paragraphs[number].text)


def _window(paragraph: Paragraph, first: int, last: int, rng: random.Random) -> Window:
    whole = Span(paragraph.sentences[first].start, paragraph.sentences[last].end)
    before = paragraph.sentences[first - 1].of(paragraph.text) if first else ""
    return Window(
        whole.of(paragraph.text)[:_MOST_CHARS],
        before="" if rng.random() < _WITHOUT_BEFORE else before,
        title="" if rng.random() < _WITHOUT_TITLE else paragraph.title,
    )
