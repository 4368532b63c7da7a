"""Phrases like «يناير الماضي», "last Friday" and «أمس», resolved from a day of publication."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rag.calendar_words import (
    EN_MONTH,
    EN_TENSE,
    EN_WEEKDAY,
    HOURS,
    MAYBE_DAY,
    MAYBE_DAY_AND_MONTH,
    MAYBE_EN_DAY,
    MONTH,
    PREFIXES,
    TENSE,
    TENSE_OF,
    WEEKDAY,
    WEEKDAYS,
    day_of,
    month_of,
)
from rag.text import Normalised

# How far back a phrase may look for the name that it ends.
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, a month or a year."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def iso(self) -> str:
        """ISO 8601, no finer than the moment."""
        parts = [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join([f"{self.year:04}", *parts])


def moment(year: int, month: int | None = None, day: int | None = None) -> Moment | None:
    """The moment, or None where the calendar has no such day."""
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return None
    if month and day is not None and not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return Moment(year, month, day)


def moment_of(day: dt.date) -> Moment:
    """The moment that is a day."""
    return Moment(day.year, day.month, day.day)


def relative_dates(
    sentence: str, folded: Normalised, published: dt.date
) -> dict[int, tuple[int, Moment]]:
    """Where each relative phrase of a sentence begins and ends, folded, and what it means.

    Args:
        sentence: as written in the document.
        folded: the same, normalised.
        published: the day from which the phrases are seen.
    """
    found: dict[int, tuple[int, Moment]] = {}
    for pattern, resolve in _RULES:
        for match in pattern.finditer(folded.text):
            meant = resolve(match, published)
            start, end = match.span("phrase")
            if meant is None or _STATED.match(folded.text, end):
                continue
            if _means_else(sentence, folded, start, end):
                continue
            if start not in found or end > found[start][0]:
                found[start] = (end, meant)
    return found


def has_verb(phrase: str) -> bool:
    """Whether "may" or "march" stands in a phrase without a capital, as a verb does."""
    return bool(_VERB.search(phrase))


def _means_else(sentence: str, folded: Normalised, start: int, end: int) -> bool:
    """Whether a phrase is no date: "became", "may", or the end of a name like "USA Today"."""
    span = folded.original_span(start, end)
    phrase = span.of(sentence)
    if phrase == "غدا" and _BECOMES.match(folded.text, end):
        return True
    before = sentence[max(0, span.start - _LONGEST_NAME) : span.start]
    if phrase in ("Today", "Tomorrow", "Yesterday") and _CAPITALISED_LAST.search(before):
        return True
    return has_verb(phrase)


def _tense(match: re.Match[str]) -> int:
    return TENSE_OF[match.groupdict().get("tense") or "this"]


def _named_month(match: re.Match[str], published: dt.date) -> Moment | None:
    month, tense = month_of(match), _tense(match)
    if month is None:
        return None
    gap = month - published.month
    if tense == -1:
        year = published.year - (gap >= 0)
    elif tense == 1:
        year = published.year + (gap <= 0)
    else:
        # «ديسمبر الجاري» on 1 January is the month just over; further off, the two disagree.
        years = [published.year + step for step in (0, -1, 1) if abs(gap + 12 * step) <= 1]
        if not years:
            return None
        year = years[0]
    return moment(year, month, day_of(match))


def _month_of_year(match: re.Match[str], published: dt.date) -> Moment | None:
    month = month_of(match)
    if month is None:
        return None
    return moment(published.year + _tense(match), month, day_of(match))


def _this_month(match: re.Match[str], published: dt.date) -> Moment | None:
    count = published.year * 12 + published.month - 1 + _tense(match)
    return moment(count // 12, count % 12 + 1, day_of(match))


def _this_year(match: re.Match[str], published: dt.date) -> Moment | None:
    return moment(published.year + _tense(match))


def _weekday(match: re.Match[str], published: dt.date) -> Moment | None:
    tense = _tense(match)
    if tense == 0:
        return None
    gap = WEEKDAYS[match["weekday"]] - published.weekday()
    day = _shifted(published, tense * (tense * gap % 7 or 7))
    return moment_of(day) if day else None


def _days_off(days: int) -> Callable[[re.Match[str], dt.date], Moment | None]:
    def resolve(match: re.Match[str], published: dt.date) -> Moment | None:
        name = match.groupdict().get("weekday")
        # A story of Thursday may be dated Friday: one day late is allowed, no more.
        for late in (0, 1) if name else (0,):
            day = _shifted(published, days - late)
            if day and (name is None or day.weekday() == WEEKDAYS[name]):
                return moment_of(day)
        return None

    return resolve


def _shifted(published: dt.date, days: int) -> dt.date | None:
    try:
        return published + dt.timedelta(days)
    except OverflowError:
        return None


# «غدا» is also "became": then its subject or an adjective follows, and «غداً» is never written.
_BECOMES: Final = re.compile(
    rf"\s+(?!(?:(?:ال)?(?:{HOURS}|ساعه)ا?|{WEEKDAY})(?!\w))"
    r"(?:ال(?!ي(?:ه[ام]?)?(?!\w))\w|\w{3,}ا(?!\w))"
)
_VERB: Final = re.compile(r"\b(?!May\b|March\b)(?i:may|march)\b")
_CAPITALISED_LAST: Final = re.compile(r"\b[A-Z]\w*\s+$")
# The date that a phrase means, written after it: with a year, or with the day of a month.
_DAY: Final = r"\d{1,2}(?:st|nd|rd|th)?(?!\w)"
_STATED: Final = re.compile(
    r"\s*[(،,\u2013-]?\s*(?:الموافق\s+)?(?:"
    rf"(?:\d{{1,2}}\s+)?(?:(?:{MONTH}|{EN_MONTH})[\s/،,]+)*"
    r"(?:من\s+|عام\s+|سنه\s+)*(?:19|20)\d\d(?!\d)"
    rf"|{_DAY}\s+(?:of\s+|من\s+)?(?:{MONTH}|{EN_MONTH})(?!\w)|(?:{EN_MONTH})\s+{_DAY})"
)
_YEAR: Final = rf"(?:(?:ال|لل)(?:عام|سنه)\s+(?P<tense>{TENSE})|هذا\s+العام|هذه\s+السنه)"
_ON_WEEKDAY: Final = rf"(?:[\s،,]+(?:يوم\s+)?(?P<weekday>{WEEKDAY})(?!\w))?"
_YESTERDAY: Final = r"(?:يوم\s+)?(?:(?:ال)?امس|البارحه)(?!\s+(?:الحاجه|الاول|القريب|البعيد)(?!\w))"
_REPORTS: Final = "اعلنت?|قالت?|اكدت?|كشفت?|ذكرت?|افادت?|اوضحت?|اضافت?|صرحت?"

_Rule = tuple[str, Callable[[re.Match[str], dt.date], Moment | None]]
_ARABIC_RULES: Final[tuple[_Rule, ...]] = (
    (rf"{MAYBE_DAY_AND_MONTH}\s+(?P<tense>{TENSE})", _named_month),
    (rf"{MAYBE_DAY_AND_MONTH}\s+(?:من\s+)?{_YEAR}", _month_of_year),
    (rf"{MAYBE_DAY}(?:ال|لل)شهر\s+(?P<tense>{TENSE})", _this_month),
    (rf"{MAYBE_DAY}هذا\s+الشهر", _this_month),
    (_YEAR, _this_year),
    (rf"(?:يوم\s+)?(?P<weekday>{WEEKDAY})\s+(?P<tense>{TENSE})", _weekday),
    (
        rf"(?:(?:(?:ال)?اول\s+(?:من\s+)?|قبل\s+)(?:امس|البارحه)|امس\s+الاول){_ON_WEEKDAY}",
        _days_off(-2),
    ),
    (rf"{_YESTERDAY}{_ON_WEEKDAY}", _days_off(-1)),
    (rf"بعد\s+غدا?{_ON_WEEKDAY}", _days_off(2)),
    (rf"(?<!بعد )(?:غدا|يوم\s+(?:ال)?غد){_ON_WEEKDAY}", _days_off(1)),
    (rf"اليوم[\s،,]+(?P<weekday>{WEEKDAY})(?!\s+(?:{TENSE}))", _days_off(0)),
)
_NEAR_DAYS: Final = (
    # Alone, «اليوم» as often means "nowadays" or belongs to a name.
    (rf"(?<!\w)(?:{_REPORTS}|{HOURS})\s+(?P<phrase>اليوم)(?!\w|\s+ال)", _days_off(0)),
    (r"(?:^|[،,(«\"]\s*)(?P<phrase>اليوم)(?=\s*[،,.)»\"])", _days_off(0)),
    (rf"(?<!\w)(?:{HOURS})\s+(?P<phrase>غد{_ON_WEEKDAY})(?!\w)", _days_off(1)),
)
# "The last year" is the time up to now, and "the next" what followed.
_TENSE_BEFORE: Final = rf"(?<!\bthe )(?P<tense>{EN_TENSE})\s+"
_LATE: Final = r"(?P<late>\d{1,2})(?:st|nd|rd|th)?"
_ENGLISH_RULES: Final[tuple[_Rule, ...]] = (
    (rf"{MAYBE_EN_DAY}{_TENSE_BEFORE}(?P<month>{EN_MONTH})", _named_month),
    (rf"{MAYBE_EN_DAY}(?P<month>{EN_MONTH})\s+(?:of\s+)?{_TENSE_BEFORE}year", _month_of_year),
    (rf"(?P<month>{EN_MONTH})\s+{_LATE},?\s+(?:of\s+)?{_TENSE_BEFORE}year", _month_of_year),
    (rf"{MAYBE_EN_DAY}{_TENSE_BEFORE}month", _this_month),
    (rf"{_TENSE_BEFORE}year", _this_year),
    (rf"{_TENSE_BEFORE}(?P<weekday>{EN_WEEKDAY})", _weekday),
    (r"(?:the\s+)?day\s+before\s+yesterday", _days_off(-2)),
    (r"yesterday", _days_off(-1)),
    (r"(?:the\s+)?day\s+after\s+tomorrow", _days_off(2)),
    (r"tomorrow", _days_off(1)),
    (r"today(?!['\u2019]s)", _days_off(0)),
)
_RULES: Final = (
    *((re.compile(rf"{PREFIXES}(?P<phrase>{text})(?!\w)"), rule) for text, rule in _ARABIC_RULES),
    *((re.compile(text), rule) for text, rule in _NEAR_DAYS),
    *((re.compile(rf"\b(?P<phrase>{text})\b"), rule) for text, rule in _ENGLISH_RULES),
)
