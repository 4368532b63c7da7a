"""What was cited, for programs that keep references: CSL-JSON and BibTeX. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from rag.schema import Citation, Document
from rag.spellings import without_article
from rag.text import ENGLISH_FUNCTION_WORDS, fold, split_words

# What TeX reads as an order. Braces by name: BibTeX counts them even after a backslash.
_TEX = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        **{sign: f"\\{sign}" for sign in "%&#$_"},
    }
)
_BABEL = {"ar": "arabic", "en": "english", "fa": "persian", "ur": "urdu"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Of these an address consists; what else stands in it is written in percents.
_IN_URLS = "!#$%&'()*+,-./:;=?@[]_~"
_LONGEST_WORD = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reference:
    """One document with all that was quoted from it."""

    key: str
    title: str
    source: str
    published: dt.date | None
    crawled: dt.date | None
    url: str
    language: str
    keywords: tuple[str, ...]
    quotes: tuple[str, ...]


def csl_json(
    citations: Iterable[Citation], documents: Mapping[str, Document]
) -> list[dict[str, Any]]:
    """One CSL-JSON item a document, in the order in which they are first cited.

    Args:
        citations: of one answer or several; none give no items.
        documents: those that are cited, by id. Of one that is missing the item says what its
            citation carries: title, source and date.

    References:
        CSL 1.0.2, https://docs.citationstyles.org/en/stable/specification.html#appendix-iii-types
    """
    return [_csl(reference) for reference in _references(citations, documents)]


def bibtex(citations: Iterable[Citation], documents: Mapping[str, Document]) -> str:
    r"""One BibTeX entry a document, in the order in which they are first cited.

    An entry's key is made of its document alone, so that a text that cites it by \cite finds it in
    every later export. `date`, `urldate` and `langid` are read by biblatex and reference managers,
    `year` and `month` by classic styles. Quotations stand in `annote`, which styles do not print.

    Args:
        citations: of one answer or several; none give an empty text.
        documents: those that are cited, by id; one that is missing is done without.
    """
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    library = Library()
    for reference in _references(citations, documents):
        fields = [
            # The name of a month is one that BibTeX knows, and no text in braces.
            Field(name, value, enclosing="no-enclosing" if name == "month" else None)
            for name, value in _fields(reference)
            if value
        ]
        kind = "article" if reference.source else "misc"
        library.add(Entry(entry_type=kind, key=reference.key, fields=fields))
    return write_string(library)


def _fields(reference: _Reference) -> Iterator[tuple[str, str]]:
    published = reference.published
    yield "title", reference.title.translate(_TEX)
    yield "journal", reference.source.translate(_TEX)
    yield "date", published.isoformat() if published else ""
    yield "year", f"{published.year:04}" if published else ""
    yield "month", _MONTHS[published.month - 1] if published else ""
    yield "url", quote(reference.url, safe=_IN_URLS, errors="replace")
    yield "urldate", reference.crawled.isoformat() if reference.crawled else ""
    yield "langid", _BABEL.get(reference.language, "")
    yield "keywords", ", ".join(reference.keywords).translate(_TEX)
    yield "annote", " ".join(reference.quotes).translate(_TEX)


def _csl(reference: _Reference) -> dict[str, Any]:
    known = {
        "container-title": reference.source,
        "issued": _date_parts(reference.published),
        "URL": reference.url,
        "accessed": _date_parts(reference.crawled),
        "language": reference.language,
        "keyword": ", ".join(reference.keywords),
        "note": " ".join(reference.quotes),
    }
    return {
        "id": reference.key,
        "type": "article-newspaper" if reference.source else "document",
        "title": reference.title,
        **{name: value for name, value in known.items() if value},
    }


def _date_parts(day: dt.date | None) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[day.year, day.month, day.day]]} if day else None


def _references(
    citations: Iterable[Citation], documents: Mapping[str, Document]
) -> Iterator[_Reference]:
    cited: dict[str, list[Citation]] = {}
    for citation in citations:
        cited.setdefault(citation.document_id, []).append(citation)
    taken: set[str] = set()
    for name, quoted in cited.items():
        first, document = quoted[0], documents.get(name)
        key = _key(first)
        if key in taken:
            key = _key(first, digits=32)
        taken.add(key)
        language = document.language if document else "und"
        yield _Reference(
            key=key,
            title=_one_line(first.title) or PurePath(first.path).name or name,
            source=_one_line(first.source or ""),
            published=first.published,
            crawled=document.crawled.date() if document and document.crawled else None,
            url=_one_line(document.url or "") if document else "",
            language="" if language == "und" else language,
            keywords=tuple(map(_one_line, document.keywords)) if document else (),
            quotes=tuple(dict.fromkeys(f"«{_one_line(one.quote)}»" for one in quoted)),
        )


def _key(citation: Citation, *, digits: int = 4) -> str:
    """Source, year, a word of the title, and some digits that tell the document from others."""
    digest = hashlib.blake2b(citation.document_id.encode("utf-8", errors="replace"), digest_size=16)
    year = str(citation.published.year) if citation.published else ""
    source, word = _latin_word(citation.source or ""), _latin_word(citation.title)
    parts = [source + year, word, digest.hexdigest()[:digits]]
    return "-".join(filter(None, parts))


def _latin_word(text: str) -> str:
    """The first word that says something, in lower-case ASCII letters; "" if there is none."""
    from anyascii import anyascii

    words = [word for word in split_words(fold(text)) if word not in ENGLISH_FUNCTION_WORDS]
    for word in words:
        # Alone, the letter alef would vanish.
        written = anyascii(without_article(word).replace("ا", "a"))
        latin = re.sub("[^a-z]", "", written.lower())
        if len(latin) > 2:
            return latin[:_LONGEST_WORD]
    return ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
