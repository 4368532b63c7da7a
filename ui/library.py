"""The library as HTML: the corpora, and the documents of one. Pure, from values to strings.

Each panel has a function of its own; those for the glance, for uploads and for an ingest stand in
modules beside this one. The texts call a corpus a collection, which is what it is to its readers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from rag.schema import Document
from rag.text import fold, split_words
from ui.library_words import file_name, is_language, language_name, number
from ui.strings import Language, format_date
from ui.templating import render

Order = Literal["newest", "oldest", "title", "source"]
ORDERS: Final[tuple[Order, ...]] = get_args(Order)
PAGE_DOCUMENTS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusView:
    """A corpus in the switcher; `documents` is their number, None where it cannot be told.

    `mine` and `shared` are told beside the name, `may_change` offers to rename and to delete it.
    """

    corpus_id: str
    name: str
    documents: int | None
    mine: bool
    shared: bool
    may_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A document in the list. `date` is "" where it is not known, `lang` where HTML has none."""

    document: Document
    date: str
    language: str
    lang: str
    file: str


def render_corpora(
    corpora: Sequence[CorpusView], chosen: str, *, may_create: bool, language: Language
) -> str:
    """The corpora to choose from, in the order given, and what may be done to each.

    Args:
        chosen: the id of the one that is shown; where no corpus has it, none is marked.
        may_create: offers to make another one.
    """
    return render(
        "library_corpora.html",
        language,
        corpora=[
            (corpus, "?" if corpus.documents is None else number(corpus.documents, language))
            for corpus in corpora
        ],
        chosen=chosen,
        may_create=may_create,
    )


def render_document_tools(query: str, order: Order, language: Language) -> str:
    """The search field and the choice of order; apart from the list, so that typing goes on."""
    return render("library_tools.html", language, query=query, order=order, orders=ORDERS)


def render_documents(
    documents: Sequence[Document],
    *,
    query: str,
    order: Order,
    page: int,
    may_delete: bool,
    language: Language,
) -> str:
    """One page of the documents that a query selects, or what to do where there are none.

    Args:
        documents: all of the corpus.
        page: counted from 1; one that there is not stands for the nearest that there is.
        may_delete: whether the reader may change the corpus.
    """
    found = select_documents(documents, query, order)
    pages = max(1, -(-len(found) // PAGE_DOCUMENTS))
    page = min(max(page, 1), pages)
    first = (page - 1) * PAGE_DOCUMENTS
    rows = [_row(document, language) for document in found[first : first + PAGE_DOCUMENTS]]
    return render(
        "library_documents.html",
        language,
        rows=rows,
        query=query.strip(),
        is_empty=not documents,
        may_delete=may_delete,
        first=number(first + 1, language),
        last=number(first + len(rows), language),
        found=number(len(found), language),
        page=page,
        pages=pages,
        number=lambda count: number(count, language),
    )


def select_documents(
    documents: Iterable[Document], query: str, order: Order
) -> tuple[Document, ...]:
    """Finds the documents that a query names, in an order.

    Every word of the query must occur in the title, source, keywords or file name, be it within a
    word, so that «جسر» finds «والجسر»; all are compared as `rag.text.fold` levels them. A query
    without words finds them all.

    Returns:
        What is not known comes last: undated documents in the orders by date, those without a title
        or source in the others. By source, each one's newest come first.
    """
    folded = fold(query)
    needles = split_words(folded) or folded.split()
    found = [
        document
        for document in documents
        if not needles or _holds_all(_searched(document), needles)
    ]
    return tuple(sorted(found, key=_KEYS[order]))


def _holds_all(haystack: str, needles: Sequence[str]) -> bool:
    return all(needle in haystack for needle in needles)


def _searched(document: Document) -> str:
    """What is searched of a document, folded; a line each, so that no word runs on into another."""
    fields = (
        document.title,
        document.source or "",
        *document.keywords,
        file_name(document.path),
    )
    return fold("\n".join(fields))


_Key = tuple[object, ...]


def _by_name(name: str | None) -> _Key:
    """By the words of a title or a source; those without any come last."""
    # Quotation marks and other signs before the first word are not what a reader looks for.
    words = " ".join(split_words(fold(name or "")))
    return not words, words


def _oldest(document: Document) -> _Key:
    day = document.published or dt.date.max
    return document.published is None, day, _by_name(document.title)


def _newest(document: Document) -> _Key:
    day = document.published
    return -day.toordinal() if day else 0, _by_name(document.title)


_KEYS: Final[dict[Order, Callable[[Document], _Key]]] = {
    "newest": _newest,
    "oldest": _oldest,
    "title": lambda document: (_by_name(document.title), _newest(document)),
    "source": lambda document: (_by_name(document.source), _newest(document)),
}


def _row(document: Document, language: Language) -> _Row:
    return _Row(
        document=document,
        date=format_date(document.published, language) if document.published else "",
        language=language_name(document.language, language),
        lang=document.language if is_language(document.language) else "",
        file=file_name(document.path),
    )
