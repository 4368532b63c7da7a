"""A whole document as a dialog: its text as written, the quoted words marked in it.

Pure, from values to strings. The text is cut by offsets of the document; no words are looked for.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import urlsplit

from rag.schema import Citation, Document, Span
from rag.text import direction, split_words
from ui.library_words import language_name
from ui.strings import Language, format_date
from ui.templating import render

_LINE_END = re.compile(r"\r\n|[\r\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of a text that the same marks cover: those of `also`, by their numbers, and the two.

    `ends` are the numbers of `also` that reach no further than here.
    """

    start: int
    text: str
    quoted: bool = False
    answering: bool = False
    also: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Pieces that follow one another, all within the quotation shown or all outside it."""

    quoted: bool
    pieces: tuple[Piece, ...]

    @property
    def ends(self) -> tuple[int, ...]:
        """The numbers of the other quotations that end in it."""
        return tuple(number for piece in self.pieces for number in piece.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A line of a text, without its line end, which is `end`; "" for the last.

    Invariant: the pieces of all paragraphs and the line ends, joined in order, are the text.
    """

    pieces: tuple[Piece, ...]
    end: str

    @property
    def text(self) -> str:
        """The line as written."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def runs(self) -> tuple[Run, ...]:
        """Its pieces, grouped by whether the quotation shown covers them."""
        return tuple(
            Run(quoted=quoted, pieces=tuple(pieces))
            for quoted, pieces in itertools.groupby(self.pieces, lambda piece: piece.quoted)
        )


def cut_paragraphs(
    words: str,
    *,
    quoted: Span | None = None,
    answering: Span | None = None,
    also: Mapping[int, Span] | None = None,
) -> tuple[Paragraph, ...]:
    """Cuts a text at its line ends and wherever a mark begins or ends.

    Marks may overlap, reach over lines, and lie in one another. A line end belongs to no piece.

    Args:
        words: the text of a document.
        quoted: the quotation shown.
        answering: the words within it that answer.
        also: the other quotations by their numbers.

    Returns:
        The paragraphs in order, empty lines among them; one without pieces for an empty text.
    """
    others = dict(also or {})
    spans = [span for span in (quoted, answering, *others.values()) if span is not None]
    borders = sorted({border for span in spans for border in (span.start, span.end)})
    paragraphs = []
    start = 0
    for found in (*_LINE_END.finditer(words), None):
        stop = found.start() if found else len(words)
        within = [border for border in borders if start < border < stop]
        pieces = []
        for first, last in itertools.pairwise([start, *within, stop]):
            here = [number for number, span in others.items() if _covers(span, first)]
            # A mark ends here if nothing but line ends is left of it.
            ends = [n for n in here if not words[last : others[n].end].strip("\r\n")]
            piece = Piece(
                start=first,
                text=words[first:last],
                quoted=_covers(quoted, first),
                answering=_covers(answering, first),
                also=tuple(here),
                ends=tuple(ends),
            )
            if piece.text:
                pieces.append(piece)
        paragraphs.append(Paragraph(pieces=tuple(pieces), end=found.group() if found else ""))
        start = found.end() if found else stop
    return tuple(paragraphs)


def _covers(span: Span | None, position: int) -> bool:
    return span is not None and span.start <= position < span.end


def render_viewer(
    document: Document,
    *,
    shown_citation: Citation | None,
    citations: Sequence[Citation],
    exchange: int,
    language: Language,
) -> str:
    """A dialog with the whole document, closed until a script opens it.

    Without a citation to show, as from the library, nothing is marked and nothing leads on. Where
    the document does not hold the quotation at its place, that is said and nothing marked for it.

    Args:
        document: what is shown.
        shown_citation: the one that was opened; the element `quoted` holds its first line.
        citations: all those of the answer, in the order that a reader goes through them; they may
            be of other documents.
        exchange: which exchange of the conversation the answer is, for the buttons.
        language: the page's.

    Raises:
        ValueError: the citation to show is not one of the answer's.
    """
    way, quoted, answering = None, None, None
    also: dict[int, Span] = {}
    if shown_citation is not None:
        way = _way(shown_citation, citations)
        also = {
            citation.number: Span(citation.start, citation.end)
            for citation in citations
            if _stands(citation, document)
        }
        quoted = also.pop(shown_citation.number, None)
        answering = shown_citation.answer if quoted else None
    paragraphs = cut_paragraphs(document.text, quoted=quoted, answering=answering, also=also)
    side = direction(document.text)
    return render(
        "viewer.html",
        language,
        document=document,
        facts=_facts(document, language),
        way=way,
        exchange=exchange,
        not_marked=shown_citation is not None and quoted is None,
        direction=side,
        paragraphs=[(paragraph, _turned(paragraph.text, side)) for paragraph in paragraphs],
    )


def render_missing_document(language: Language) -> str:
    """A dialog that says that the document is no longer in the corpus."""
    return render("viewer.html", language, document=None)


def web_address(url: str | None) -> str | None:
    """The address if a browser may be led there: http or https, with a host, all of it visible."""
    try:
        parts = urlsplit(url or "")
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return url if url and is_web and url.isprintable() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """Where a citation stands among those of its answer, from 1; the numbers beside it."""

    position: int
    count: int
    previous: int | None
    next: int | None


def _way(shown_citation: Citation, citations: Sequence[Citation]) -> _Way:
    numbers = [citation.number for citation in citations]
    if shown_citation.number not in numbers:
        raise ValueError(f"citation {shown_citation.number} is not among {numbers}")
    index = numbers.index(shown_citation.number)
    return _Way(
        position=index + 1,
        count=len(numbers),
        previous=numbers[index - 1] if index else None,
        next=numbers[index + 1] if index + 1 < len(numbers) else None,
    )


def _stands(citation: Citation, document: Document) -> bool:
    return (
        citation.document_id == document.document_id
        and bool(citation.quote)
        and document.text[citation.start : citation.end] == citation.quote
    )


def _facts(document: Document, language: Language) -> dict[str, object]:
    return {
        "published": format_date(document.published, language) if document.published else None,
        "crawled": format_date(document.crawled.date(), language) if document.crawled else None,
        "language": language_name(document.language, language),
        "file": PurePath(document.path).name,
        "address": web_address(document.url),
        "words": f"{len(split_words(document.text)):,}",
    }


def _turned(words: str, side: str) -> str | None:
    """The direction of a paragraph that runs against its document; None for all others."""
    has_letters = any(unicodedata.bidirectional(letter) in ("L", "R", "AL") for letter in words)
    own = direction(words)
    return own if has_letters and own != side else None
