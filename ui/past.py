"""The view of kept conversations as HTML: pure, from plain values to strings."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ui.strings import Language, format_date, text
from ui.templating import render

MOST_LISTED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PastView:
    """A kept conversation, as its line in the list shows it.

    `updated` is the reader's own clock: its date decides under which day the line stands.
    """

    conversation_id: str
    title: str
    updated: dt.datetime
    questions: int
    corpus: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The conversations of one day, newest first, and never none."""

    date: dt.date
    name: str
    conversations: tuple[PastView, ...]


def group_by_day(
    conversations: Sequence[PastView], *, today: dt.date, language: Language
) -> tuple[Day, ...]:
    """The conversations by the day of their last question, newest first whatever their order.

    Today and yesterday are called so, other days by their date, those to come as well: clocks
    are set back. Empty for no conversations.

    Raises:
        TypeError: some times have a zone and some have none.
    """
    newest_first = sorted(conversations, key=lambda kept: kept.updated, reverse=True)
    return tuple(
        Day(date=date, name=_name(date, today, language), conversations=tuple(kept))
        for date, kept in itertools.groupby(newest_first, key=lambda kept: kept.updated.date())
    )


def render_past_tools(
    query: str, *, keeping: bool, language: Language, place: str = "", may_keep: bool = True
) -> str:
    """The head of the view: search, the switch for keeping, and deleting all.

    Args:
        query: what is searched for now; may be empty.
        keeping: whether conversations are being kept.
        place: the file or folder that they are kept in, named to the reader unless empty.
        may_keep: whether the reader can turn keeping on, which no guest can; otherwise only a
            line says why nothing is kept.
    """
    return render(
        "past_tools.html",
        language,
        query=query,
        keeping=keeping,
        place=place,
        may_keep=may_keep,
    )


def render_past_list(
    conversations: Sequence[PastView],
    *,
    query: str,
    current: str,
    keeping: bool,
    today: dt.date,
    language: Language,
    may_keep: bool = True,
) -> str:
    """The kept conversations by day; where there are none, why, and what to do next.

    No more than the newest `MOST_LISTED` are listed; that there are more is said.

    Args:
        conversations: those that match `query`, in any order.
        query: what they were searched by; blank for all.
        current: the id of the conversation that is open now; "" for none.
        keeping: whether conversations are being kept, which an empty list has to know.
        today: the reader's date.
        may_keep: whether the reader can turn keeping on.
    """
    if conversations:
        state = "list"
    elif query.strip():
        state = "no_match"
    elif keeping:
        state = "empty"
    else:
        state = "off" if may_keep else "never"
    newest = sorted(conversations, key=lambda kept: kept.updated, reverse=True)[:MOST_LISTED]
    return render(
        "past_list.html",
        language,
        state=state,
        days=group_by_day(newest, today=today, language=language),
        count=len(newest),
        are_more=len(newest) < len(conversations),
        query=query.strip(),
        current=current,
    )


def _name(date: dt.date, today: dt.date, language: Language) -> str:
    match (today - date).days:
        case 0:
            return text(language, "past.today")
        case 1:
            return text(language, "past.yesterday")
        case _:
            return format_date(date, language)
