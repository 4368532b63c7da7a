"""Measures answers against questions whose answers are known: the work of `mustanad eval`."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from rag.evaluation_rows import flag_in, read_lines, text_in, texts_in
from rag.evaluation_words import contains
from rag.schema import Answer, Citation, Document, Event, Final, Span, Status, Turn

Item = TypeVar("Item")

_SLOWEST = 3


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
        totals = self.totals()
        for name, row in totals.items():
            refused = f"{row['refused_rightly']}/{row['unanswerable']}"
            yield (
                f"{name:18}{row['answerable']:>11}{row['right']:>7}{row['cited']:>7}"
                f"{row['right_and_cited']:>6}{refused:>9}"
            )
        if not totals:
            yield "No questions."
            return
        every = totals["all"]
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
    for citation in answer.citations:
        found = documents[citation.document_id]
        if found is None or (question.document and Path(found.path).name != question.document):
            continue
        cited = Span(citation.start, citation.end)
        if any(map(cited.overlaps, _places(question.evidence or "", found.text))):
            return True
    return False


def _places(words: str, text: str) -> Iterator[Span]:
    """Where words stand in a text, however they are spaced; blank ones stand nowhere."""
    spaced = r"\s+".join(map(re.escape, words.split()))
    if spaced:
        # Looks ahead, so as to find places that overlap.
        for match in re.finditer(f"(?=({spaced}))", text):
            yield Span(*match.span(1))


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
        "seconds": {
            "passages": _median(t.passages for t in times),
            "marked": _median(t.marked for t in times),
            "first_word": _median(t.first_word for t in times),
            "total": _median(t.total for t in times),
        },
    }


def _median(seconds: Iterable[float | None]) -> float | None:
    """Of those that were measured; None if none was."""
    measured = [one for one in seconds if one is not None]
    return statistics.median(measured) if measured else None


def _told(outcome: Outcome) -> Iterator[str]:
    question, answer = outcome.question, outcome.answer
    yield f"  {question.question_id} {question.question}"
    yield f"      {answer.status}: {answer.text}"
    wanted = " | ".join(question.answers) or "a refusal"
    not_cited = "  (not cited)" if outcome.cited is False else ""
    yield f"      wanted: {wanted}{not_cited}"
    for citation in answer.citations:
        yield f"      [{citation.number}] {citation.quote}"


def _shown(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.2f}"


def _question(row: dict[str, Any]) -> Question:
    answerable = flag_in(row, "answerable")
    answers = texts_in(row, "answers")
    if answerable and not answers:
        raise ValueError("answerable is true, and answers is empty")
    return Question(
        question_id=str(row["id"]),
        lang=str(row["lang"]),
        kind=str(row["kind"]),
        question=text_in(row, "question"),
        answerable=answerable,
        answers=answers,
        document=None if row.get("document") is None else str(row["document"]),
        evidence=None if row.get("evidence") is None else str(row["evidence"]),
    )
