"""What makes an answer hold: quotations copied by code, and words compared with them.

Pure functions. The model gives words only; which sentence is cited, and its quotation, never pass
through it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.lexical import content_stems
from rag.names import missing_names
from rag.schema import Citation, Evidence, Span
from rag.text import detect_language, fold, numbers, split_words

# The text model has been seen to turn a statement round by a particle that its source lacks.
_NEGATIONS = frozenset(
    fold(
        "لم لن لا ليس ليست ليسوا دون بدون عدم غير سوى "
        "not no never none nor neither without cannot didn't doesn't don't wasn't weren't isn't "
        "aren't won't hasn't haven't hadn't"
    ).split()
)
# Not within a number (2,500), and not the stop of an initial (U.S., «د.»).
_CLAUSE_END = re.compile(r"(?:[،؛,;:!?؟\n]|(?<!\b\w)\.)(?!(?<=\d.)\d)")


@dataclass(frozen=True, slots=True)
class Support:
    """How a sentence bears out an answer.

    `missing_numbers` and `missing_names` stand in the answer, and neither in the sentence nor in
    the question; so do the stems `missing_words`, looked for only in the language of the source:
    the model changes verbs («غزت» became «واصلت»), and with them the meaning. `negates` says that
    the answer has a negation and the sentence none, `echo` that it adds nothing to the question.
    """

    missing_numbers: frozenset[str]
    missing_names: tuple[str, ...]
    missing_words: frozenset[str]
    negates: bool
    echo: bool

    @property
    def holds(self) -> bool:
        """Whether the answer may be shown as fact."""
        return not (
            self.missing_numbers
            or self.missing_names
            or self.missing_words
            or self.negates
            or self.echo
        )


def check_support(answer: str, *, question: str, shown: str) -> Support:
    """Compares an answer with the sentence it rests on, as that was shown to the model."""
    language = detect_language(answer)
    said, asked = content_stems(answer), content_stems(question)
    same = language == detect_language(shown)
    names = missing_names(answer, [shown, question]) if language == "en" else ()
    return Support(
        missing_numbers=numbers(answer) - numbers(shown) - numbers(question),
        missing_names=names,
        missing_words=said - content_stems(shown) - asked if same else frozenset(),
        negates=_negated(answer) and not _negated(shown),
        echo=not said or (detect_language(question) == language and said <= asked),
    )


def _negated(text: str) -> bool:
    return not _NEGATIONS.isdisjoint(split_words(fold(text)))


def extract(evidence: Evidence) -> str:
    """The clause of a sentence that holds the answering words, exactly as written.

    Without marked words it is the whole sentence.
    """
    text = evidence.text
    if evidence.answer is None:
        return text
    marked = evidence.answer.shifted(-evidence.span.start)
    before = [match.end() for match in _CLAUSE_END.finditer(text, 0, marked.start)]
    after = _CLAUSE_END.search(text, marked.end)
    clause = Span(before[-1] if before else 0, after.start() if after else len(text))
    return clause.of(text).strip()


def cite(chosen: Sequence[Evidence]) -> tuple[Citation, ...]:
    """Makes citations of sentences, numbered from 1 in the order given.

    Invariant: `document.text[c.start:c.end] == c.quote`, since both come from the same chunk.
    """
    return tuple(
        Citation(
            number=number,
            document_id=item.passage.document_id,
            title=item.passage.title,
            source=item.passage.source,
            published=item.passage.published,
            path=item.passage.path,
            start=item.span.start,
            end=item.span.end,
            quote=item.text,
            passage=item.passage.text,
            passage_start=item.passage.start,
            score=item.score,
            answer=item.answer,
        )
        for number, item in enumerate(chosen, start=1)
    )
