"""What readers think of answers, kept as lines of JSON, and the questions that it teaches.

A judgement becomes a question of `mustanad eval` where it says what a right answer is:

- up, and the documents answered: the marked words are right, the cited sentence is the evidence;
- up, and it was refused: the documents do not hold the answer;
- down says only what is wrong. Such a line is drafted for a person to complete, with
  `"answerable": null`: `rag.evaluation.load_questions` refuses it by its number until then.

A follow-up is asked in its stand-alone form. What was never looked for, as a greeting, teaches
nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Final, Literal, get_args

from filelock import FileLock

from rag.answer_records import answer_from, answer_line
from rag.errors import ArchiveError
from rag.evaluation import Question
from rag.schema import Answer, Citation, Status
from rag.text import detect_language, fold
from rag.wording import without_marks

Verdict = Literal["up", "down", "withdrawn"]

REASON_LENGTH: Final = 1000

_KIND = "feedback"
# They turn around what stands after them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a reader thinks of an answer, and why.

    One that is "withdrawn" unsays what its owner said of the question before. `reason` may be
    empty; it is kept on one line, without control characters, cut at 1,000 code points. `query` is
    what was searched, as in `Answer`.

    Raises:
        ValueError: there is no such verdict, or `given_at` has no time zone.
    """

    question: str
    query: str
    answer: Answer
    verdict: Verdict
    reason: str
    corpus_id: str
    owner: str
    given_at: dt.datetime

    def __post_init__(self) -> None:
        if self.verdict not in get_args(Verdict):
            raise ValueError(f"{self.verdict!r} is no verdict")
        if self.given_at.tzinfo is None:
            raise ValueError(f"{self.given_at} has no time zone")
        object.__setattr__(self, "reason", _plain(self.reason))


class FeedbackFile:
    """A file of judgements, one JSON object a line; several processes may add to it.

    `skipped` counts the lines that the latest `read` could not use: one that was cut when the
    machine stopped, or that somebody changed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.skipped = 0
        self._lock = FileLock(f"{path}.lock", mode=0o600)

    def add(self, feedback: Feedback) -> None:
        """Adds a line; it is on the disk when this returns. Only the file's user may read it.

        Raises:
            ArchiveError: the file cannot be written.
        """
        line = f"{_line(feedback)}\n".encode()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, open(self.path, "ab+", opener=_private) as file:
                if _is_cut(file):
                    line = b"\n" + line
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as exc:
            raise self._error(exc) from exc

    def read(self) -> Iterator[Feedback]:
        """All judgements, the oldest first; none where there is no file.

        Raises:
            ArchiveError: the file cannot be read.
        """
        self.skipped = 0
        try:
            with self.path.open("rb") as file:
                for line in file:
                    if not line.strip():
                        continue
                    try:
                        feedback = _feedback(json.loads(line))
                    except (ValueError, TypeError, KeyError, RecursionError):
                        self.skipped += 1
                    else:
                        yield feedback
        except FileNotFoundError:
            return
        except OSError as exc:
            raise self._error(exc) from exc

    def _error(self, exc: OSError) -> ArchiveError:
        reason = f"{exc.strerror or exc}. Name another file in keep.feedback."
        return ArchiveError(path=self.path, reason=reason)


def as_questions(feedback: Iterable[Feedback]) -> Iterator[Question]:
    """The questions whose right answer is known, each once, as it was judged last.

    Accepted are the marked words. Where they stand in another language than the question's, or
    none are marked, the first sentence that was approved is accepted too.
    """
    for given in _latest(feedback):
        question = _question(given)
        if question is not None:
            yield question


def drafts(feedback: Iterable[Feedback]) -> Iterator[dict[str, Any]]:
    """The questions whose answer was wrong, as lines that a person must complete.

    `answerable` is null, `answers` is empty; `given` and `reason` tell what was said, and why it
    is wrong. All other fields are as in a file of questions.
    """
    for given in _latest(feedback):
        if given.verdict == "down":
            yield {
                "id": _question_id(given),
                "lang": given.answer.language,
                "kind": _KIND,
                "question": given.query,
                "answerable": None,
                "answers": [],
                "document": None,
                "evidence": None,
                "given": given.answer.text,
                "reason": given.reason,
            }


def question_line(question: Question) -> dict[str, Any]:
    """A question as `rag.evaluation.load_questions` reads it."""
    return {
        "id": question.question_id,
        "lang": question.lang,
        "kind": question.kind,
        "question": question.question,
        "answerable": question.answerable,
        "answers": list(question.answers),
        "document": question.document,
        "evidence": question.evidence,
    }


def _latest(feedback: Iterable[Feedback]) -> Iterator[Feedback]:
    """The last standing judgement of each searched question, in the order of first judgements."""
    standing: dict[str, dict[str, Feedback]] = {}
    for given in feedback:
        if given.query.strip():
            by_owner = standing.setdefault(_question_id(given), {})
            by_owner.pop(given.owner, None)
            if given.verdict != "withdrawn":
                by_owner[given.owner] = given
    for by_owner in standing.values():
        yield from list(by_owner.values())[-1:]


def _question_id(given: Feedback) -> str:
    """The same for a question however it is spelt; another for another corpus."""
    same = f"{given.corpus_id}\0{' '.join(fold(given.query).split())}"
    return f"f-{hashlib.blake2b(same.encode('utf-8', errors='replace'), digest_size=6).hexdigest()}"


def _question(given: Feedback) -> Question | None:
    answer = given.answer
    found = answer.status is not Status.NOT_FOUND
    if given.verdict != "up" or (found and not answer.citations):
        return None
    first = answer.citations[0] if found else None
    return Question(
        question_id=_question_id(given),
        lang=answer.language,
        kind=_KIND,
        question=given.query,
        answerable=found,
        answers=tuple(dict.fromkeys(_accepted(answer))) if found else (),
        document=PurePath(first.path).name if first else None,
        evidence=first.quote if first else None,
    )


def _accepted(answer: Answer) -> Iterator[str]:
    yield from (citation.marked for citation in answer.citations)
    if any(_does_not_word(citation, answer) for citation in answer.citations):
        said = next((one.text for one in answer.sentences if one.citations), answer.text)
        yield without_marks(said).strip()


def _does_not_word(citation: Citation, answer: Answer) -> bool:
    """Whether the citation's words cannot be expected in the answer as they are."""
    return citation.answer is None or detect_language(citation.quote) != answer.language


def _line(feedback: Feedback) -> str:
    rest = {
        "question": feedback.question,
        "query": feedback.query,
        "verdict": feedback.verdict,
        "reason": feedback.reason,
        "corpus_id": feedback.corpus_id,
        "owner": feedback.owner,
        "given_at": feedback.given_at.astimezone(dt.UTC).isoformat(),
    }
    written = json.dumps(rest, ensure_ascii=False).encode("utf-8", errors="replace").decode()
    return f'{written[:-1]}, "answer": {answer_line(feedback.answer)}}}'


def _feedback(record: Mapping[str, Any]) -> Feedback:
    names = ("question", "query", "verdict", "reason", "corpus_id", "owner")
    texts = {name: record[name] for name in names}
    if not all(isinstance(text, str) for text in texts.values()):
        raise TypeError("not a text")
    return Feedback(
        **texts,
        answer=answer_from(record["answer"]),
        given_at=dt.datetime.fromisoformat(record["given_at"]),
    )


def _plain(reason: str) -> str:
    kept = (c for c in reason if c.isspace() or not _steers(c))
    return " ".join("".join(kept).split())[:REASON_LENGTH].strip()


def _steers(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") or character in _TURNING


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _is_cut(file: BinaryIO) -> bool:
    """Whether the last line lacks its end."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"
