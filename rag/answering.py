"""One question on its way to a checked answer: passages, evidence, draft, citations."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from rag.citations import check_support, cite, extract
from rag.conversation import stand_alone
from rag.dates import resolve_relative
from rag.drafting import translate, write_draft
from rag.evidence import Reader, corroborating, read_evidence, select_evidence, worded_for_model
from rag.generation import TextModel
from rag.retrieval import Retriever
from rag.romanise import mend_names, romanise
from rag.schema import (
    Answer,
    AnswerSentence,
    Citation,
    Delta,
    Event,
    Evidence,
    Final,
    Passage,
    Passages,
    Seconds,
    Status,
    Turn,
)
from rag.settings import AnswerSettings
from rag.text import detect_language, direction, numbers
from rag.wording import phrase, spoken


@dataclass(slots=True)
class _Clock:
    """Seconds since the question came."""

    began: float
    passages: float = 0.0
    first_word: float | None = None

    def now(self) -> float:
        return time.perf_counter() - self.began

    def seconds(self) -> Seconds:
        return Seconds(passages=self.passages, first_word=self.first_word, total=self.now())


def answer_events(
    question: str,
    *,
    history: Sequence[Turn],
    retriever: Retriever,
    reader: Reader | None,
    model: TextModel | None,
    settings: AnswerSettings,
) -> Generator[Event]:
    """Yields the passages, the draft as it is written, and the checked answer.

    Closing the generator stops the model. Without a model the answering words are quoted.

    Raises:
        GenerationError, IndexStoreError: an engine failed.
    """
    clock = _Clock(time.perf_counter())
    query = stand_alone(question, history, model=model, max_tokens=settings.history_tokens)
    passages = retriever.search(query)
    clock.passages = clock.now()
    yield Passages(passages)
    evidence = read_evidence(
        query, select_evidence(passages, most=settings.evidence_sentences), reader=reader
    )
    result = _Result(
        question=question,
        query=query,
        language=detect_language(question),
        passages=passages,
        clock=clock,
        model=model.name if model else None,
    )
    if not evidence or evidence[0].probability < settings.refusal_threshold:
        yield Final(result.refusal())
        return
    best = evidence[0]
    if model is None:
        yield Final(result.quotation(evidence))
        return
    shown = worded_for_model(best, spoken(result.language))
    draft = ""
    pieces = write_draft(
        query, shown, language=result.language, model=model, max_tokens=settings.max_tokens
    )
    with closing(pieces):
        for piece in pieces:
            draft += piece
            if clock.first_word is None:
                clock.first_word = clock.now()
            yield Delta(piece)
    said = _with_mended_names(" ".join(draft.split()), query, best, shown, model)
    answer = result.worded(said, evidence, shown)
    if answer is None and result.language == "en" and detect_language(best.text) != "en":
        said = translate(best.marked, model=model, max_tokens=settings.max_tokens)
        if check_support(said, question=query, shown=shown).missing_names:
            said = romanise(best.marked, like=said, model=model) or said
        answer = result.translated(said, evidence, shown)
    yield Final(answer or result.quotation(evidence))


def _with_mended_names(said: str, query: str, best: Evidence, shown: str, model: TextModel) -> str:
    missing = check_support(said, question=query, shown=shown).missing_names
    return mend_names(said, missing, source=best.marked, model=model) if missing else said


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """What is known of an answer before it is worded."""

    question: str
    query: str
    language: str
    passages: tuple[Passage, ...]
    clock: _Clock
    model: str | None

    def worded(self, draft: str, evidence: Sequence[Evidence], shown: str) -> Answer | None:
        """The draft as the answer; None where its sentence does not bear it out."""
        return self._answer(draft, evidence, Status.ANSWERED) if self._holds(draft, shown) else None

    def translated(self, said: str, evidence: Sequence[Evidence], shown: str) -> Answer | None:
        """The answering words in translation, the original beside them; None where they differ."""
        words = evidence[0].marked
        if not self._holds(said, shown) or numbers(words) - numbers(said):
            return None
        quote = " ".join(words.split())
        both = phrase("translated", self.language, translation=said, quote=quote)
        return self._answer(both, evidence, Status.ANSWERED)

    def _holds(self, said: str, shown: str) -> bool:
        wanted = direction(self.question)
        readable = direction(said) == wanted or not any(map(str.isalpha, said))
        return readable and check_support(said, question=self.query, shown=shown).holds

    def quotation(self, evidence: Sequence[Evidence]) -> Answer:
        """The clause that answers, as written; PARTIAL if not in the question's language."""
        clause = extract(evidence[0])
        understood = detect_language(clause) == self.language
        said = phrase("quoted", self.language, quote=" ".join(clause.split()))
        status = Status.ANSWERED if understood else Status.PARTIAL
        return self._answer(said, evidence, status)

    def refusal(self) -> Answer:
        """Says that the documents do not hold the answer."""
        return Answer(
            question=self.question,
            query=self.query,
            language=self.language,
            text=phrase(
                "not_found" if self.passages or not self.query.strip() else "empty", self.language
            ),
            status=Status.NOT_FOUND,
            citations=(),
            passages=self.passages,
            seconds=self.clock.seconds(),
            model=self.model,
        )

    def _answer(self, said: str, evidence: Sequence[Evidence], status: Status) -> Answer:
        citations = cite(corroborating(evidence))
        if self.clock.first_word is None:
            self.clock.first_word = self.clock.now()
        marks = tuple(citation.number for citation in citations)
        return Answer(
            question=self.question,
            query=self.query,
            language=self.language,
            text=f"{said} " + "".join(f"[{mark}]" for mark in marks),
            status=status,
            citations=citations,
            passages=self.passages,
            sentences=(AnswerSentence(text=said, citations=marks, supported=True),),
            notes=tuple(self._dates(citations)),
            seconds=self.clock.seconds(),
            model=self.model,
        )

    def _dates(self, citations: Sequence[Citation]) -> Iterator[str]:
        """How each relative date of the quotations was resolved, and from what."""
        for citation in citations:
            for date in resolve_relative(citation.quote, citation.published, spoken(self.language)):
                yield phrase(
                    "resolved",
                    self.language,
                    phrase=date.span.of(citation.quote),
                    words=date.words,
                    published=str(citation.published),
                )
