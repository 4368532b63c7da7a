"""The page's conversation as HTML: pure, from answers and events to strings.

Whatever comes from a document, a model or a visitor goes through the filter `shown` and Jinja2's
autoescape; nothing here marks such a text as safe.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from rag.dates import resolve_dates
from rag.schema import Answer, AnswerSentence, Citation, Passage, Period, Span, Status
from rag.text import own_direction
from ui.actions_view import ActionsView, Verdict, render_place
from ui.strings import (
    EXAMPLES,
    Language,
    Problem,
    describe_period,
    format_date,
    other,
    text,
    word,
)
from ui.templating import render

CONTEXT_CHARACTERS = 150
OPENING_CHARACTERS = 260

Stage = Literal["waiting", "searching", "reading", "writing", "done", "stopped", "failed"]

_MARK = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One question on the page, and what has become of it so far.

    `corpus_id` is the corpus it was asked of, `ahead` how many questions of others come first,
    `begun` whether someone sees to its answer. `verdict` is what its visitor thought of it.
    """

    question: str
    period: Period | None = None
    corpus_id: str = ""
    begun: bool = False
    ahead: int = 0
    passages: tuple[Passage, ...] | None = None
    citations: tuple[Citation, ...] = ()
    draft: str = ""
    answer: Answer | None = None
    problem: Problem | None = None
    stopped: bool = False
    verdict: Verdict = ""
    reason_sent: bool = False

    @property
    def stage(self) -> Stage:
        """How far it has come; an answer that arrived counts for more than a stop."""
        if self.answer is not None:
            return "done"
        if self.problem is not None:
            return "failed"
        if self.stopped:
            return "stopped"
        if self.passages is None:
            return "waiting" if self.ahead else "searching"
        return "writing" if self.draft else "reading"

    @property
    def cited(self) -> tuple[Citation, ...]:
        """The answer's citations; before it has come, those of the words that were marked."""
        return self.citations if self.answer is None else self.answer.citations

    @property
    def found(self) -> tuple[Passage, ...]:
        """The passages that the answer was read from, or will be; none before they are found."""
        return (self.passages or ()) if self.answer is None else self.answer.passages

    @property
    def is_open(self) -> bool:
        """Whether an answer may still come."""
        return self.stage in ("waiting", "searching", "reading", "writing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A citation mark in an answer that leads to its card."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence as shown: words and marks in their order."""

    pieces: tuple[str | Mark, ...]
    supported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A passage cut at its quotation, its far ends hidden until asked for.

    Joined in this order, the five parts are the passage, character for character. `answer` covers
    the answering words within `quote`, where they are known.
    """

    far_before: str
    before: str
    quote: str
    after: str
    far_after: str
    answer: Span | None = None

    @property
    def quote_pieces(self) -> tuple[str, str, str]:
        """The quotation before, in and after its answering words; all before without them."""
        if self.answer is None:
            return self.quote, "", ""
        start, end = self.answer.start, self.answer.end
        return self.quote[:start], self.quote[start:end], self.quote[end:]

    @property
    def is_cut(self) -> bool:
        """Whether some of the passage is hidden at first."""
        return bool(self.far_before or self.far_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A citation or a found passage, as shown beside an answer. `number` is None for a passage."""

    number: int | None
    document_id: str
    title: str
    source: str | None
    date: str | None
    date_iso: str | None
    excerpt: Excerpt
    dates: tuple[str, ...] = ()


def render_header(language: Language, *, theme: str = "auto", visitor: str = "") -> str:
    """The brand, the ways to the views, and who is here."""
    return render("header.html", language, theme=theme, visitor=visitor)


def render_invitation(exchanges: Sequence[Exchange], language: Language) -> str:
    """The example questions, while nothing was asked yet."""
    if exchanges:
        return ""
    # The page's own language comes first.
    order = (language, other(language))
    return render("invitation.html", language, examples=EXAMPLES, order=order)


def render_signal(asked: Mapping[str, Any], language: Language) -> str:
    """What the browser is asked to do, for `signal.js`."""
    return render("signal.html", language, asked=json.dumps(asked))


def render_notice(problem: Problem | None, language: Language) -> str:
    """A line on what went wrong with the last action, "" if nothing did."""
    if problem is None:
        return ""
    return render("notice.html", language, said=word(problem, language))


def render_scope(
    corpus: str, period: Period | None, editing: int | None, language: Language
) -> str:
    """The line above the composer: what the next question is asked of."""
    return render(
        "scope.html",
        language,
        corpus=corpus,
        period=describe_period(period, language),
        editing=editing,
    )


def render_past(exchanges: Sequence[Exchange], language: Language, *, whole: bool = False) -> str:
    """All exchanges but the last, oldest first: what does not change while an answer streams.

    Cards show their `whole` passage, or hide what is far from the quotation until asked for.
    """
    return _render_exchanges(exchanges, range(len(exchanges) - 1), language, whole)


def render_present(
    exchanges: Sequence[Exchange], language: Language, *, whole: bool = False
) -> str:
    """The last exchange, which may be streaming; a welcome where there is none yet.

    Cards are those of `render_past`.
    """
    if not exchanges:
        return render("welcome.html", language)
    last = range(len(exchanges) - 1, len(exchanges))
    return _render_exchanges(exchanges, last, language, whole)


def _render_exchanges(
    exchanges: Sequence[Exchange], shown: range, language: Language, whole: bool
) -> str:
    views = [_view(index, exchanges[index], language) for index in shown]
    return render("conversation.html", language, views=views, whole=whole)


def answer_lines(answer: Answer) -> tuple[Line, ...]:
    """The sentences of an answer with their marks; its text as one line where it has none.

    A mark without a citation is shown as plain text and leads nowhere. A citation that a sentence
    rests on but does not mention gets its mark at the end.
    """
    known = {citation.number for citation in answer.citations}
    sentences = answer.sentences or (
        AnswerSentence(text=answer.text, citations=(), supported=True),
    )
    lines = []
    for sentence in sentences:
        pieces = list(_pieces(sentence.text, known))
        shown = {piece.number for piece in pieces if isinstance(piece, Mark)}
        pieces += [
            Mark(number=number)
            for number in dict.fromkeys(sentence.citations)
            if number in known - shown
        ]
        lines.append(Line(pieces=tuple(pieces), supported=sentence.supported))
    return tuple(lines)


def cut_around(passage: str, start: int, end: int) -> Excerpt:
    """Cuts a passage around `passage[start:end]`, hiding what is far from it.

    Cuts are made at spaces, about `CONTEXT_CHARACTERS` code points from the quotation.
    """
    left = _space_before(passage, start - CONTEXT_CHARACTERS)
    right = _space_after(passage, end + CONTEXT_CHARACTERS)
    return Excerpt(
        far_before=passage[:left],
        before=passage[left:start],
        quote=passage[start:end],
        after=passage[end:right],
        far_after=passage[right:],
    )


def citation_card(citation: Citation, language: Language) -> Card:
    """A citation as a card, its quotation marked within its passage."""
    start = citation.start - citation.passage_start
    excerpt = replace(
        cut_around(citation.passage, start, start + len(citation.quote)),
        answer=citation.answer.shifted(-citation.start) if citation.answer else None,
    )
    dates = tuple(
        text(language, "means", phrase=date.span.of(citation.quote), date=date.words)
        for date in resolve_dates(citation.quote, citation.published, language)
    )
    return _card(citation, excerpt, language, number=citation.number, dates=dates)


def passage_card(passage: Passage, language: Language) -> Card:
    """A found passage as a card: its opening, and nothing marked, since nothing is cited."""
    right = _space_after(passage.text, OPENING_CHARACTERS)
    excerpt = Excerpt(
        far_before="",
        before=passage.text[:right],
        quote="",
        after="",
        far_after=passage.text[right:],
    )
    return _card(passage, excerpt, language)


def _card(
    shown: Citation | Passage,
    excerpt: Excerpt,
    language: Language,
    *,
    number: int | None = None,
    dates: tuple[str, ...] = (),
) -> Card:
    return Card(
        number=number,
        document_id=shown.document_id,
        title=shown.title,
        source=shown.source,
        date=format_date(shown.published, language) if shown.published else None,
        date_iso=shown.published.isoformat() if shown.published else None,
        excerpt=excerpt,
        dates=dates,
    )


def _cards(exchange: Exchange, language: Language) -> tuple[str, list[Card]]:
    """The key of the heading beside an exchange, and the cards below it; ("", []) for none."""
    answer = exchange.answer
    if exchange.stage == "failed":
        return "", []
    if exchange.cited:
        return "sources", [citation_card(citation, language) for citation in exchange.cited]
    if answer is not None and answer.status is not Status.NOT_FOUND:
        return "", []
    heading = "found" if answer is None else "nearest"
    return heading, [passage_card(passage, language) for passage in exchange.found]


def _view(index: int, exchange: Exchange, language: Language) -> dict[str, object]:
    answer, cited = exchange.answer, exchange.cited
    being_worded = answer is None and bool(cited) and cited[0].answer is not None
    heading, cards = _cards(exchange, language)
    return {
        "index": index,
        "exchange": exchange,
        "stage": exchange.stage,
        "answer": answer,
        "lines": answer_lines(answer) if answer is not None else (),
        # The draft runs as the question does, whose language it is in: nothing turns midway.
        "direction": own_direction(exchange.question if answer is None else answer.text),
        "answer_language": answer.language if answer and answer.language != "und" else None,
        "not_found": answer is not None and answer.status is Status.NOT_FOUND,
        "marked": cited[0].marked if being_worded else "",
        "partial": answer is not None and answer.status is Status.PARTIAL,
        "period": describe_period(exchange.period, language),
        "rewritten": answer is not None and answer.query.strip() != exchange.question.strip(),
        "problem": word(exchange.problem, language) if exchange.problem else "",
        "heading": heading,
        "cards": cards,
        "place": render_place(exchange.ahead, language),
        "actions": ActionsView(
            exchange=index,
            can_edit=exchange.stage in ("done", "stopped", "failed"),
            verdict=exchange.verdict,
            reason_sent=exchange.reason_sent,
            has_sources=bool(cited),
            has_answer=answer is not None,
        ),
    }


def _pieces(sentence: str, known: set[int]) -> Iterator[str | Mark]:
    done = 0
    for found in _MARK.finditer(sentence):
        number = int(found[1])
        if number in known:
            if found.start() > done:
                yield sentence[done : found.start()]
            yield Mark(number=number)
            done = found.end()
    if done < len(sentence):
        yield sentence[done:]


def _space_before(passage: str, position: int) -> int:
    """Where the word that `position` falls in begins; 0 at or before the passage's start."""
    if position <= 0:
        return 0
    return passage.rfind(" ", 0, position) + 1


def _space_after(passage: str, position: int) -> int:
    """Where the word that `position` falls in ends; the passage's length past its end."""
    if position >= len(passage):
        return len(passage)
    found = passage.find(" ", position)
    return len(passage) if found < 0 else found
