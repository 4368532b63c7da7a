"""One question on its way to a checked answer: passages, evidence, draft, citations."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from rag.attribution import find_speaker
from rag.borne_out import Likeness
from rag.citations import cite
from rag.conversation import Search, searches, words_said
from rag.courtesies import Courtesy
from rag.dates import resolve_dates, undated_phrases
from rag.errors import QuestionError
from rag.evidence import Reader, quoted_before, read_in_steps, select_evidence
from rag.generation import TextModel
from rag.intents import AboutCorpus, Again, Intent, understand
from rag.replies import describe_corpus, reply_to_courtesy
from rag.retrieval import Retriever
from rag.schema import (
    Answer,
    AnswerSentence,
    Citation,
    Delta,
    Document,
    Event,
    Evidence,
    Final,
    Marked,
    Passage,
    Passages,
    Period,
    Seconds,
    Span,
    Status,
    Turn,
)
from rag.settings import AnswerSettings
from rag.sides import Side, asks_why, sides
from rag.statements import Statement, state
from rag.text import detect_language, own_direction
from rag.wording import phrase, spoken

MOST_CHARACTERS = 4000
"""The longest question that is read."""

# Of 226 questions to kept articles, 72 % of those that were answered had a sentence as probable as
# this among the two nearest, and no further one outdid it then.
_SURE = 0.7


@dataclass(slots=True)
class _Clock:
    """Seconds since the question came."""

    began: float
    passages: float = 0.0
    marked: float | None = None
    first_word: float | None = None

    def now(self) -> float:
        return time.perf_counter() - self.began

    def word_came(self) -> None:
        if self.first_word is None:
            self.first_word = self.now()

    def seconds(self) -> Seconds:
        return Seconds(
            passages=self.passages,
            marked=self.marked,
            first_word=self.first_word,
            total=self.now(),
        )


def answer_events(
    question: str,
    *,
    history: Sequence[Turn],
    documents: Callable[[], Sequence[Document]],
    retriever: Retriever,
    reader: Reader | None,
    model: TextModel | None,
    settings: AnswerSettings,
    likeness: Likeness | None = None,
    period: Period | None = None,
    top_k: int | None = None,
) -> Generator[Event]:
    """Yields the passages, the marked words, the draft as it is written, and the checked answer.

    The marked words come as soon as a sentence surely holds the answer, and again if the rest, once
    read, changes or adds some. Closing the generator stops the model. Without a model the answering
    words are quoted.

    Args:
        question: as typed.
        history: past turns, oldest first.
        documents: gives all documents, for questions about the corpus itself.
        retriever: finds passages.
        reader: marks the answering words; None takes the nearest sentence.
        model: words the answer.
        settings: how to answer.
        likeness: compares an answer with a document in another language; None does not compare.
        period: the days on which the documents came out that may be used; None takes all.
        top_k: most passages of a search; the retriever's own number by default.

    Raises:
        GenerationError, IndexStoreError: an engine failed.
        QuestionError: the question is too long.
    """
    if len(question) > MOST_CHARACTERS:
        raise QuestionError(
            reason=f"it has {len(question):,} characters, and at most {MOST_CHARACTERS:,} are read."
        )
    clock = _Clock(time.perf_counter())
    intent = understand(question, follows=bool(history), said=_said_last(history))
    language = _language(question, intent, history)
    if isinstance(intent, Courtesy | AboutCorpus) or (intent and not _last_asked(history)):
        yield Passages(())
        said = _reply(intent, documents, language, period)
        yield Final(_Result(question=question, language=language, clock=clock).reply(said))
        return
    ways: Iterable[Search]
    again = isinstance(intent, Again)
    if again:
        (last,) = _last_asked(history)
        # The documents may be gone since; without quotes or documents some ways are one.
        ways = dict.fromkeys(
            [
                Search(last.asked, last.documents, last.quotes),
                Search(last.asked, last.documents),
                Search(last.asked),
            ]
        )
    else:
        ways = searches(question, history, model=model, max_tokens=settings.history_tokens)
    found = yield from _find(
        ways,
        _Result(
            question=question,
            language=language,
            period=period,
            clock=clock,
            model=model.name if model else None,
        ),
        retriever=retriever,
        reader=reader,
        settings=settings,
        top_k=top_k,
        again=again,
    )
    result = found.result
    if not found.evidence:
        yield Final(result.refusal())
        return
    evidence = _marked_as_said(found.evidence, last) if again else found.evidence
    told_apart = sides(evidence, least=found.least, question=result.query)
    clock.marked = clock.marked or clock.now()
    citations = cite([item for side in told_apart for item in side])
    if citations != found.told:
        yield Marked(citations)
    statements = []
    for side in told_apart:
        statement = yield from state(
            side[0],
            result.query,
            language=language,
            model=model,
            likeness=likeness,
            max_tokens=settings.max_tokens,
            on_word=clock.word_came,
        )
        statements.append(statement)
        if len(told_apart) > 1:
            yield Delta(" ")
    clock.word_came()
    yield Final(result.answer(told_apart, statements, citations))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The evidence that was found, likeliest first, empty for none, and how.

    `least` is the probability from which it counts, and `told` what of it was yielded as marked.
    """

    result: _Result
    evidence: tuple[Evidence, ...] = ()
    least: float = 0.0
    told: tuple[Citation, ...] = ()


def _find(
    ways: Iterable[Search],
    result: _Result,
    *,
    retriever: Retriever,
    reader: Reader | None,
    settings: AnswerSettings,
    top_k: int | None,
    again: bool,
) -> Generator[Event, None, _Found]:
    """Searches one way after the other until a sentence is likely enough to hold the answer.

    Yields the passages of each search, and the marked words of a sentence that surely holds it.
    """
    clock, told = result.clock, tuple[Citation, ...]()
    for way in ways:
        # What was quoted in the last answer need not be found likely to answer once more.
        least = 0.0 if again and way.quotes else settings.refusal_threshold
        passages = retriever.search(
            next(iter(way.quotes), way.query),
            top_k=top_k,
            period=result.period,
            documents=way.documents or None,
        )
        clock.passages = clock.passages or clock.now()
        yield Passages(passages)
        # Documents that were cited may be gone, and the others are still the nearest.
        result = dataclasses.replace(result, query=way.query, passages=passages or result.passages)
        evidence: tuple[Evidence, ...] = ()
        for evidence in _read(way, passages, reader=reader, most=settings.evidence_sentences):
            # What others say of it is read next; the reader of the page need not wait for that.
            if evidence[0].probability >= _SURE and not told:
                clock.marked = clock.now()
                told = cite(evidence[:1])
                yield Marked(told)
        if evidence and evidence[0].probability >= least:
            return _Found(result=result, evidence=evidence, least=least, told=told)
    return _Found(result=result)


def _read(
    way: Search, passages: Sequence[Passage], *, reader: Reader | None, most: int
) -> Iterable[tuple[Evidence, ...]]:
    """The evidence in the passages of a search, as far as it is read, in steps."""
    chosen = (
        quoted_before(passages, way.quotes, before=way.before)
        if way.quotes
        else select_evidence(passages, most=most, told=way.told)
    )
    if way.before and (named := find_speaker(chosen)):
        return [(named,)]
    return read_in_steps(
        way.reading or way.query, chosen, reader=reader, in_context=bool(way.documents)
    )


def _last_asked(history: Sequence[Turn]) -> list[Turn]:
    """The latest turn that asked the documents something, if there is one."""
    return [turn for turn in history if turn.asked][-1:]


def _said_last(history: Sequence[Turn]) -> str:
    """What the turn before told of the documents; "" where it told nothing."""
    return words_said(history[-1]) if history and history[-1].documents else ""


def _marked_as_said(evidence: Sequence[Evidence], last: Turn) -> tuple[Evidence, ...]:
    """The evidence of an answer that is to be said again, with all words marked that it quoted."""
    best, *others = evidence
    said = words_said(last)
    start = best.text.find(said) if said else -1
    if start >= 0:
        span = Span(start, start + len(said)).shifted(best.span.start)
        best = dataclasses.replace(best, answer=span, core=None)
    return (best, *others)


def _language(question: str, intent: Intent | None, history: Sequence[Turn]) -> str:
    """The language to answer in."""
    if isinstance(intent, Again) and not intent.same:
        *_, last = _last_asked(history) or history
        # Of a translation only what stands outside of its original tells the language.
        return intent.language or ("en" if own_direction(words_said(last)) == "rtl" else "ar")
    language = detect_language(question)
    # A turn of few words may not show its language; then it is that of the talk.
    return detect_language(history[-1].question) if language == "und" and history else language


def _reply(
    intent: Intent,
    documents: Callable[[], Sequence[Document]],
    language: str,
    period: Period | None,
) -> str:
    """What is said without a search."""
    if isinstance(intent, Courtesy):
        return reply_to_courtesy(intent, language)
    if isinstance(intent, AboutCorpus):
        return describe_corpus(intent, documents(), language, within=period)
    return phrase("nothing_before", language)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """What is known of an answer before it is worded."""

    question: str
    language: str
    clock: _Clock
    query: str = ""
    period: Period | None = None
    passages: tuple[Passage, ...] = ()
    model: str | None = None

    def answer(
        self,
        found: Sequence[Side],
        statements: Sequence[Statement],
        citations: tuple[Citation, ...],
    ) -> Answer:
        """The sides' statements with their citations; where they differ, each with its source."""
        sentences = []
        number = 0
        for side, statement in zip(found, statements, strict=True):
            marks = tuple(citation.number for citation in citations[number : number + len(side)])
            said = statement.text
            if len(found) > 1:
                said = phrase("side", self.language, source=_source(side[0]), said=said)
            sentences.append(AnswerSentence(text=said, citations=marks, supported=True))
            number += len(side)
        if len(found) > 1:
            differ = "reasons" if asks_why(self.query) else "sides"
            lead = AnswerSentence(text=phrase(differ, self.language), citations=(), supported=True)
            sentences.insert(0, lead)
        partial = any(statement.status is Status.PARTIAL for statement in statements)
        return self._as(
            " ".join(map(_with_marks, sentences)),
            Status.PARTIAL if partial else Status.ANSWERED,
            citations=citations,
            sentences=tuple(sentences),
            notes=tuple(dict.fromkeys(self._dates(citations))),
        )

    def reply(self, said: str) -> Answer:
        """An answer that rests on no document."""
        return self._as(said, Status.ANSWERED)

    def refusal(self) -> Answer:
        """Says that the documents do not hold the answer."""
        # Nothing found in a period says nothing about the corpus.
        found = self.passages or self.period is not None or not self.query.strip()
        return self._as(phrase("not_found" if found else "empty", self.language), Status.NOT_FOUND)

    def _as(
        self,
        text: str,
        status: Status,
        *,
        citations: tuple[Citation, ...] = (),
        sentences: tuple[AnswerSentence, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> Answer:
        return Answer(
            question=self.question,
            query=self.query,
            language=self.language,
            text=text,
            status=status,
            citations=citations,
            passages=self.passages,
            sentences=sentences,
            notes=notes,
            seconds=self.clock.seconds(),
            model=self.model,
        )

    def _dates(self, citations: Sequence[Citation]) -> Iterator[str]:
        """How each date of the quotations was resolved, and from what; or that it was not."""
        for citation in citations:
            quote, published = citation.quote, citation.published
            for date in resolve_dates(quote, published, spoken(self.language)):
                yield phrase(
                    "hijri" if date.hijri else "resolved",
                    self.language,
                    phrase=date.span.of(quote),
                    words=date.words,
                    published=str(published),
                )
            if published is None:
                for span in undated_phrases(quote):
                    yield phrase("undated", self.language, phrase=span.of(quote))


def _source(evidence: Evidence) -> str:
    """Who says so, and when: «وكالة الساحل للأنباء, 2024-08-19»."""
    passage = evidence.passage
    name = passage.source or passage.title or PurePath(passage.path).name
    facts = (name, passage.published)
    return ", ".join(str(fact) for fact in facts if fact)


def _with_marks(sentence: AnswerSentence) -> str:
    marks = "".join(f"[{number}]" for number in sentence.citations)
    return f"{sentence.text} {marks}".strip()
