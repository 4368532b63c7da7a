"""Measures answers against questions whose answers are known: the work of `mustanad eval`."""

from __future__ import annotations

import json
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from rag.errors import DocumentError
from rag.schema import Answer, Citation, Document, Event, Final, Seconds, Status, Turn
from rag.text import fold, split_words

Item = TypeVar("Item")

_SLOWEST = 3
_THOUSANDS = re.compile(r"(?<=\d)[,،\u00a0\u202f](?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"(?<=\d)[,،](?=\d)")
_CITATION_MARK = re.compile(r"\[\d+\]")
_POSSESSIVE = re.compile(r"'s\b")
_ARABIC = re.compile("[\u0620-\u06ff]")


class Answerer(Protocol):
    """What an evaluation asks of an assistant."""

    def stream(self, question: str, *, history: Sequence[Turn] = ()) -> Iterator[Event]:
        """The passages first, then the words, then the checked answer."""

    def document(self, document_id: str) -> Document | None:
        """The document of that id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with the answers that count as right.

    `evidence` are the words of `document` (a file's name) that hold the answer; both are None for
    a question that the corpus does not answer.
    """

    question_id: str
    lang: str
    kind: str
    question: str
    answerable: bool
    answers: tuple[str, ...]
    document: str | None
    evidence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one question.

    `right`: an accepted string stands in the answer, or, for an unanswerable one, it was
    refused. `cited`: a citation overlaps the gold evidence; None for an unanswerable one.
    `verbatim`: every quotation is in its document at its place.
    """

    question: Question
    answer: Answer
    right: bool
    cited: bool | None
    verbatim: bool

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain values."""
        answer = self.answer.to_dict()
        return {
            "id": self.question.question_id,
            "lang": self.question.lang,
            "kind": self.question.kind,
            "answerable": self.question.answerable,
            "question": self.question.question,
            "status": answer["status"],
            "text": answer["text"],
            "right": self.right,
            "cited": self.cited,
            "verbatim": self.verbatim,
            "citations": answer["citations"],
            "seconds": answer["seconds"],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of an evaluation, in the order of the questions."""

    outcomes: tuple[Outcome, ...]

    def totals(self) -> dict[str, Any]:
        """Counts and medians: of all, by language and by kind. Seconds are medians."""
        groups = grouped(
            self.outcomes, lambda one: (f"lang:{one.question.lang}", f"kind:{one.question.kind}")
        )
        return {name: _totals(outcomes) for name, outcomes in groups.items() if outcomes}

    def to_dict(self) -> dict[str, Any]:
        """All outcomes and totals as plain values."""
        return {
            "questions": [outcome.to_dict() for outcome in self.outcomes],
            "totals": self.totals(),
        }

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{'':18}{'answerable':>11}{'right':>7}{'cited':>7}{'both':>6}{'refused':>9}"
        for name, row in self.totals().items():
            refused = f"{row['refused_rightly']}/{row['unanswerable']}"
            yield (
                f"{name:18}{row['answerable']:>11}{row['right']:>7}{row['cited']:>7}"
                f"{row['right_and_cited']:>6}{refused:>9}"
            )
        every = self.totals().get("all")
        if every is None:
            yield "No questions."
            return
        yield f"quotations not in their document: {every['not_verbatim']}"
        seconds = every["seconds"]
        yield (
            f"median seconds: passages {_shown(seconds['passages'])}, answering words marked "
            f"{_shown(seconds['marked'])}, first word {_shown(seconds['first_word'])}, "
            f"answer {_shown(seconds['total'])}"
        )
        slowest = sorted(self.outcomes, key=lambda o: -o.answer.seconds.total)[:_SLOWEST]
        yield "\nSlowest:"
        for outcome in slowest:
            yield f"  {outcome.answer.seconds.total:6.2f} s  {outcome.question.question}"
        wrong = [o for o in self.outcomes if not o.right or o.cited is False or not o.verbatim]
        if wrong:
            yield "\nWrong:"
        for outcome in wrong:
            yield from _told(outcome)


def load_questions(path: Path) -> tuple[Question, ...]:
    """Reads questions, one JSON object a line; blank lines are skipped.

    Raises:
        DocumentError: the file cannot be read, or a line of it is no question.
    """
    what = "question with id, lang, kind, question, answerable and answers"
    return read_lines(path, _question, what=what)


def read_lines(path: Path, parse: Callable[[Any], Item], *, what: str) -> tuple[Item, ...]:
    """Reads a file of JSON objects, one a line; blank lines are skipped.

    Args:
        path: the file, UTF-8.
        parse: makes an item of an object, and raises ValueError, KeyError or TypeError if it
            cannot.
        what: names an item in the error.

    Raises:
        DocumentError: the file cannot be read, or a line of it is no such item.
    """
    try:
        # Not `splitlines`: a JSON string may hold U+2028 and its like as they are.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise DocumentError(path=path, reason=f"it cannot be read ({exc}).") from exc
    items = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            items.append(parse(json.loads(line)))
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            raise DocumentError(
                path=path,
                reason=f"line {number} is no {what} ({type(exc).__name__}: {exc}).",
            ) from exc
    return tuple(items)


def text_in(row: dict[str, Any], name: str) -> str:
    """What stands in a row by that name.

    Raises:
        KeyError: the row lacks it.
        TypeError: it is no text.
    """
    text = row[name]
    if not isinstance(text, str):
        raise TypeError(f"{name} is no text")
    return text


def texts_in(row: dict[str, Any], name: str) -> tuple[str, ...]:
    """The list that stands in a row by that name; numbers are taken as they are written.

    Raises:
        KeyError: the row lacks it.
        TypeError: it is no list of texts.
    """
    found = row[name]
    # A string is a sequence too: each of its letters would count as a text.
    if not isinstance(found, list):
        raise TypeError(f"{name} is no list")
    if not all(isinstance(one, str | int | float) for one in found):
        raise TypeError(f"{name} is no list of texts")
    return tuple(map(str, found))


def evaluate(
    assistant: Answerer,
    questions: Sequence[Question],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Asks all questions, one after the other, and judges the answers.

    Args:
        assistant: holds the corpus already.
        questions: none give an empty report.
        progress: called with questions done and questions in all.

    Raises:
        RagError: what `Assistant.stream` raises.
    """
    outcomes = []
    for done, question in enumerate(questions, start=1):
        outcomes.append(judge(question, ask_one(assistant, question.question), assistant.document))
        if progress is not None:
            progress(done, len(questions))
    return Report(tuple(outcomes))


def judge(
    question: Question, answer: Answer, document: Callable[[str], Document | None]
) -> Outcome:
    """Compares one answer with what is known of its question."""
    if question.answerable:
        right = answer.status is not Status.NOT_FOUND and any(
            contains(answer.text, accepted) for accepted in question.answers
        )
    else:
        right = answer.status is Status.NOT_FOUND
    documents = {c.document_id: document(c.document_id) for c in answer.citations}
    return Outcome(
        question=question,
        answer=answer,
        right=right,
        cited=_is_cited(question, answer, documents) if question.answerable else None,
        verbatim=all(_is_verbatim(c, documents[c.document_id]) for c in answer.citations),
    )


def grouped(
    items: Sequence[Item], labels: Callable[[Item], Sequence[str]]
) -> dict[str, list[Item]]:
    """The items under "all", also where there are none, and under each of their labels."""
    groups: dict[str, list[Item]] = {"all": list(items)}
    for item in items:
        for label in labels(item):
            groups.setdefault(label, []).append(item)
    return groups


def contains(text: str, accepted: str) -> bool:
    """Whether `accepted` stands in `text`, after normalisation.

    Letters and digits of both scripts are compared folded; punctuation, the marks of citations
    ([1]), separators of thousands and the English 's are dropped, and a decimal comma is a point.
    Where `accepted` begins or ends with a digit or a letter that is not Arabic, a word must begin
    or end there; an Arabic word may carry what is written together with it, and a number an Arabic
    letter in front: «و170». "famil*" stands for every word that begins so.
    """
    said, wanted = _comparable(text), _comparable(accepted)
    if not wanted:
        return False
    begins = "" if _ARABIC.match(wanted[0]) else r"(?:(?<!\S)|(?<=\b[وفبلك]))"
    open_end = accepted.rstrip().endswith("*") or _ARABIC.match(wanted[-1])
    ends = "" if open_end else r"(?!\S)"
    return re.search(begins + re.escape(wanted) + ends, said) is not None


def exact_match(text: str, accepted: str) -> bool:
    """Whether both are the same words, after normalisation, English articles left out."""
    return _answer_words(text) == _answer_words(accepted)


def f1(text: str, accepted: str) -> float:
    """The harmonic mean of precision and recall of the words of `text`, 0 to 1.

    Words count as often as they occur. Two empty texts agree, one empty text does not.

    References:
        Rajpurkar et al. 2016, SQuAD, https://arxiv.org/abs/1606.05250; with the folding of
        `rag.text` in place of lower case and ASCII punctuation.
    """
    said, wanted = _answer_words(text), _answer_words(accepted)
    if not said or not wanted:
        return float(said == wanted)
    common = (Counter(said) & Counter(wanted)).total()
    return 2 * common / (len(said) + len(wanted))


def _answer_words(text: str) -> list[str]:
    return [word for word in _comparable(text).split() if word not in ("a", "an", "the")]


def _comparable(text: str) -> str:
    # Folding makes plain spaces of those that group digits.
    folded = _THOUSANDS.sub("", fold(_THOUSANDS.sub("", text))).replace("\u2019", "'")
    folded = _CITATION_MARK.sub(" ", _DECIMAL_COMMA.sub(".", folded))
    return " ".join(split_words(_POSSESSIVE.sub("", folded)))


def ask_one(assistant: Answerer, question: str, history: Sequence[Turn] = ()) -> Answer:
    """Asks one question and waits for the checked answer.

    Raises:
        RagError: what `Assistant.stream` raises.
        ValueError: the stream ended without an answer.
    """
    for event in assistant.stream(question, history=history):
        if isinstance(event, Final):
            return event.answer
    raise ValueError("the stream ended without an answer")


def _is_cited(question: Question, answer: Answer, documents: dict[str, Document | None]) -> bool:
    if question.evidence is None:
        return False
    wanted = " ".join(question.evidence.split())
    if not wanted:
        return False
    for citation in answer.citations:
        found = documents[citation.document_id]
        if found is None or (question.document and Path(found.path).name != question.document):
            continue
        for start, end in _occurrences(found.text, wanted):
            if citation.start < end and start < citation.end:
                return True
    return False


def _occurrences(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    """Places of `wanted` in `text`, runs of white space counting as one space."""
    kept: list[int] = []
    collapsed: list[str] = []
    for i, character in enumerate(text):
        if character.isspace():
            if collapsed and collapsed[-1] != " ":
                collapsed.append(" ")
                kept.append(i)
        else:
            collapsed.append(character)
            kept.append(i)
    joined = "".join(collapsed)
    at = joined.find(wanted)
    while at >= 0:
        yield kept[at], kept[at + len(wanted) - 1] + 1
        at = joined.find(wanted, at + 1)


def _is_verbatim(citation: Citation, document: Document | None) -> bool:
    return document is not None and document.text[citation.start : citation.end] == citation.quote


def _totals(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    answerable = [o for o in outcomes if o.question.answerable]
    others = [o for o in outcomes if not o.question.answerable]
    times = [o.answer.seconds for o in outcomes]
    return {
        "questions": len(outcomes),
        "answerable": len(answerable),
        "right": sum(o.right for o in answerable),
        "cited": sum(o.cited is True for o in answerable),
        "right_and_cited": sum(o.right and o.cited is True for o in answerable),
        "unanswerable": len(others),
        "refused_rightly": sum(o.right for o in others),
        "not_verbatim": sum(not o.verbatim for o in outcomes),
        "seconds": _medians(times),
    }


def _medians(times: Sequence[Seconds]) -> dict[str, float | None]:
    marked = [t.marked for t in times if t.marked is not None]
    words = [t.first_word for t in times if t.first_word is not None]
    return {
        "passages": statistics.median(t.passages for t in times),
        "marked": statistics.median(marked) if marked else None,
        "first_word": statistics.median(words) if words else None,
        "total": statistics.median(t.total for t in times),
    }


def _told(outcome: Outcome) -> Iterator[str]:
    question, answer = outcome.question, outcome.answer
    yield f"  {question.question_id} {question.question}"
    yield f"      {answer.status}: {answer.text}"
    wanted = " | ".join(question.answers) or "a refusal"
    yield f"      wanted: {wanted}" + ("" if outcome.cited is not False else "  (not cited)")
    for citation in answer.citations:
        yield f"      [{citation.number}] {citation.quote}"


def _shown(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.2f}"


def _question(row: dict[str, Any]) -> Question:
    if not isinstance(row["answerable"], bool):
        raise TypeError("answerable is not true or false")
    answers = texts_in(row, "answers")
    if row["answerable"] and not answers:
        raise ValueError("answerable is true, and answers is empty")
    return Question(
        question_id=str(row["id"]),
        lang=str(row["lang"]),
        kind=str(row["kind"]),
        question=text_in(row, "question"),
        answerable=row["answerable"],
        answers=answers,
        document=None if row.get("document") is None else str(row["document"]),
        evidence=None if row.get("evidence") is None else str(row["evidence"]),
    )
