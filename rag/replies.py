"""Replies that need no search: to a greeting, and to questions about Mustanad or the corpus."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from rag.courtesies import Courtesy
from rag.intents import AboutCorpus
from rag.schema import Document, Period
from rag.wording import phrase

_MOST_LISTED = 12


def reply_to_courtesy(courtesy: Courtesy, language: str) -> str:
    """A few sentences."""
    return phrase(courtesy.kind, language)


def describe_corpus(
    about: AboutCorpus,
    documents: Sequence[Document],
    language: str,
    *,
    within: Period | None = None,
) -> str:
    """How many documents there are, from when and from whom, and the newest of them by name.

    Args:
        about: limits them to a period; then those outside and without a date are only counted.
        documents: of the whole corpus; none give the phrase that says how to add some.
        language: of the reply.
        within: limits them too; None does not.
    """
    if not documents:
        return phrase("empty", language)
    periods = (about.period, within or Period())
    meant = [one for one in documents if all(one.published in period for period in periods)]
    return "\n".join(_lines(meant, documents, language))


def _lines(
    meant: Sequence[Document], documents: Sequence[Document], language: str
) -> Iterator[str]:
    of_all = len(documents)
    if len(meant) < of_all:
        yield phrase("corpus_part", language, count=str(len(meant)), all=str(of_all))
        if undated := sum(document.published is None for document in documents):
            yield phrase("corpus_undated", language, count=str(undated))
    else:
        yield phrase("corpus" if of_all > 1 else "corpus_of_one", language, count=str(of_all))
    dates = sorted(document.published for document in meant if document.published)
    if dates:
        first, last = (_day(day, after_arabic=language == "ar") for day in (dates[0], dates[-1]))
        if first == last:
            yield phrase("corpus_day", language, day=first)
        else:
            yield phrase("corpus_dates", language, first=first, last=last)
    sources = dict.fromkeys(document.source for document in meant if document.source)
    if sources:
        named = list(sources)[:_MOST_LISTED]
        if len(sources) > _MOST_LISTED:
            named.append("…")
        comma = "، " if language == "ar" else ", "
        yield phrase("corpus_sources", language, sources=comma.join(named))
    # Those without a date come last.
    newest = sorted(
        meant, key=lambda d: d.published.toordinal() if d.published else 0, reverse=True
    )
    for document in newest[:_MOST_LISTED]:
        # Whoever asks need not know in which folder a file lies.
        name = document.title or PurePath(document.path).name
        line = f"• {name}"
        if document.published:
            line += f" · {_day(document.published, after_arabic=_has_arabic(name))}"
        yield line
    if len(newest) > _MOST_LISTED:
        yield phrase("corpus_more", language, count=str(len(newest) - _MOST_LISTED))


def _day(day: dt.date, *, after_arabic: bool) -> str:
    """A date; after Arabic letters between marks of direction, since it would be turned around."""
    return f"\u200e{day}\u200e" if after_arabic else str(day)


def _has_arabic(text: str) -> bool:
    return any(unicodedata.bidirectional(character) == "AL" for character in text)
