"""The values that travel from stage to stage: frozen, typed, free of any engine.

All offsets are Unicode code points. `start` is inclusive, `end` exclusive, as in a slice.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import PurePath
from typing import Any, Self

from rag.errors import SkipKind


class Status(StrEnum):
    """What became of a question.

    PARTIAL: the documents hold the answer, but it stands there in another language than the
    question's and could not be worded in it reliably, so the document's own words are given.
    """

    ANSWERED = "ANSWERED"
    PARTIAL = "PARTIAL"
    NOT_FOUND = "NOT_FOUND"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The words of `text` that the span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether both spans share at least one code point."""
        return self.start < other.end and other.start < self.end

    def shifted(self, offset: int) -> Span:
        """The same span, `offset` code points further on."""
        return Span(self.start + offset, self.end + offset)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included; None leaves that side open.

    Raises:
        ValueError: it ends before it begins.
    """

    first: dt.date | None = None
    last: dt.date | None = None

    def __post_init__(self) -> None:
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"the period ends on {self.last}, before it begins on {self.first}")

    @classmethod
    def between(cls, first: dt.date | str | None, last: dt.date | str | None) -> Self:
        """A period from two days, as dates or as ISO 8601 ("2024-01-31"); "" counts as None.

        The digits may be of any script, with marks of direction between them; of a moment
        (`datetime`) the day counts.

        Raises:
            ValueError: a text is no such date, or the period ends before it begins.
        """
        return cls(_day(first), _day(last))

    def __contains__(self, day: dt.date | None) -> bool:
        """Whether a day lies within; an unknown one does not, unless both sides are open."""
        if day is None:
            return self.first is None and self.last is None
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def _day(value: dt.date | str | None) -> dt.date | None:
    if not value:
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    plain = unicodedata.normalize("NFKC", value)
    shown = (char for char in plain if unicodedata.category(char) != "Cf")
    try:
        return dt.date.fromisoformat("".join(str(unicodedata.decimal(c, c)) for c in shown))
    except ValueError:
        raise ValueError(f"{value!r} is no day, which is written like 2024-01-31") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One article or report, its text as it was written.

    `document_id` comes from path and content, so the same file gives the same id. `published` is
    the day it came out, `crawled` the moment a scraper fetched it; both are None where the
    document does not say. `language` is an ISO 639-1 code, or "und".
    """

    document_id: str
    text: str
    path: str
    title: str = ""
    source: str | None = None
    published: dt.date | None = None
    crawled: dt.datetime | None = None
    keywords: tuple[str, ...] = ()
    language: str = "und"
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A run of whole sentences: the unit that is embedded.

    Invariants: `document.text[start:end] == text`; every span of `sentences` lies in
    `[start, end)`, counted in the document, in order and without overlap.
    """

    document_id: str
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]

    @property
    def chunk_id(self) -> str:
        """Document id and offsets: the same text at the same place has the same id."""
        return f"{self.document_id}:{self.start}-{self.end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A chunk as the reader or the text model sees it.

    `score` is the fused retrieval score, 0 to 1 (see `rag.retrieval`), `cosine` the similarity of
    question and chunk, from -1 to 1. `sentences` are spans in the document, `sentence_scores` the
    cosines of the question and each of them, in the same order.
    """

    document_id: str
    start: int
    end: int
    text: str
    title: str
    source: str | None
    published: dt.date | None
    language: str
    path: str
    score: float
    cosine: float
    sentences: tuple[Span, ...] = ()
    sentence_scores: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """A sentence as a reader is given it, with what it may lean on: who is "he", and what about.

    `before` is the sentence before it and `title` that of its document; "" where there is none.
    """

    text: str
    before: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A sentence that an answer may cite.

    Invariant: `document.text[span.start:span.end] == text`. `before` is the sentence before it, ""
    if it is not known. `score` is the cosine of question and sentence, -1 to 1. `answer` covers
    the words that answer, in code points of the document and within `span`, where a reader marked
    them; `core` the likeliest few of these, where there are more than a few. `probability` says how
    likely it is that the sentence holds the answer, 0 to 1.
    """

    span: Span
    text: str
    passage: Passage
    score: float
    before: str = ""
    answer: Span | None = None
    core: Span | None = None
    probability: float = 0.0

    @property
    def mark(self) -> Span:
        """Where the words that answer stand in `text`; all of it where none are marked."""
        return (self.answer or self.span).shifted(-self.span.start)

    @property
    def marked(self) -> str:
        """The words that answer; the whole sentence where none are marked."""
        return self.mark.of(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The words of a document that bear out a sentence of the answer.

    Invariant: `document.text[start:end] == quote`, and `passage[start - passage_start :
    end - passage_start] == quote`. `score` is the cosine of question and sentence, -1 to 1.
    `path` is the file the document came from. `answer` covers the answering words within the
    quotation, in code points of the document, or is None where none were marked.
    """

    number: int
    document_id: str
    title: str
    source: str | None
    published: dt.date | None
    path: str
    start: int
    end: int
    quote: str
    passage: str
    passage_start: int
    score: float
    answer: Span | None = None

    @property
    def marked(self) -> str:
        """The words that answer; the whole quotation where none are marked."""
        return self.answer.shifted(-self.start).of(self.quote) if self.answer else self.quote


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSentence:
    """One sentence of an answer, the numbers of its citations, and whether they bear it out."""

    text: str
    citations: tuple[int, ...]
    supported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """Wall-clock seconds from the question.

    `marked` is when the answering words were found, None where they were not; `first_word` when the
    first word was written, None where none was.
    """

    passages: float
    first_word: float | None
    total: float
    marked: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Mustanad says to one question.

    `text` is the worded answer with its marks ([1]), in `language`, the question's own. With
    NOT_FOUND, `citations` is empty, `text` says so, and `passages` are the nearest ones. `query`
    is what was searched last: the question as typed, which may be a follow-up looked for in the
    documents cited before, or what was made of a follow-up: rewritten by the model, or joined to
    the question before. `notes` say how a date was resolved or what was left out, in `language`.
    """

    question: str
    query: str
    language: str
    text: str
    status: Status
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    sentences: tuple[AnswerSentence, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: Seconds = Seconds(passages=0.0, first_word=None, total=0.0)
    model: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain dicts, lists, strings and numbers; dates as ISO 8601."""
        return _plain(self)  # type: ignore[no-any-return]

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield self.text
        yield from self.notes
        for citation in self.citations:
            name = citation.title or PurePath(citation.path).name
            facts = (name, citation.source, citation.published)
            yield ""
            yield f"[{citation.number}] «{citation.quote}»"
            yield "    " + " · ".join(str(fact) for fact in facts if fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One past exchange of a conversation.

    `query` is `Answer.query`: what was searched. It may be left out where that was the question,
    and is "" where nothing was searched. `documents` are the ids of those that were cited: a
    follow-up is looked for in them first. `quotes` are the sentences cited, the first one first:
    what is said of them, or of who says them, is looked for there. `Turn.of` takes all this from an
    answer.
    """

    question: str
    answer: str
    query: str | None = None
    documents: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """The turn that an answer ends."""
        cited = dict.fromkeys(citation.document_id for citation in answer.citations)
        return cls(
            question=answer.question,
            answer=answer.text,
            query=answer.query,
            documents=tuple(cited),
            quotes=tuple(citation.quote for citation in answer.citations),
        )

    @property
    def asked(self) -> str:
        """What was searched, which may lean on turns before; "" where nothing was searched."""
        return self.question if self.query is None else self.query


@dataclass(frozen=True, slots=True)
class Passages:
    """The first event of a stream: what was found, best first."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """What a stream tells once the reader has read: the sentences that answer, not yet worded.

    The first one's `Citation.answer` covers the answering words.
    """

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """A few more characters of the draft. The draft is unchecked until `Final`."""

    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """The last event of a stream: the checked answer, to stand in place of the draft."""

    answer: Answer


Event = Passages | Marked | Delta | Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that was not ingested, and the reason, as one line and by its kind."""

    path: str
    reason: str
    kind: SkipKind = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an ingest has come: `path` is done, `files_done` of `files`; `chunks` so far.

    Of `path` itself: the `documents` found in it, how many of them were `unchanged`, the chunks
    `embedded` for it, and why it was `skipped`, "" if it was not, with the kind of that reason.
    """

    path: str
    files_done: int
    files: int
    chunks: int
    documents: int = 0
    unchanged: int = 0
    embedded: int = 0
    skipped: str = ""
    skip_kind: SkipKind = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What an ingest did. `embedded` chunks are new; `unchanged` documents cost nothing.

    `stopped` if it was asked to end before it came to the last file.
    """

    added: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    embedded: int = 0
    skipped: tuple[Skipped, ...] = field(default=())
    stopped: bool = False


def _plain(value: Any) -> Any:
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    return value
