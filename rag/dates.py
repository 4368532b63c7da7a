"""Dates as people write them, and phrases like «يناير الماضي» made into dates.

Stated dates are read by dateparser, with the languages fixed to Arabic and English. Relative
phrases are resolved by the rules below: the latest, the same or the first such month or day, seen
from the day of publication. A phrase that does not fit that day (a weekday that falls on another
day) is left alone: a missing date is better than a wrong one. Days of the Islamic calendar are
converted by its official form in Saudi Arabia (Umm al-Qura); where the moon is watched for, they
may be a day off.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal

from rag.calendar_words import (
    CLOCK,
    EN_MONTH,
    EN_WEEKDAY,
    ENGLISH_MONTHS,
    FOLDED_MONTHS,
    HIJRI_MONTHS,
    HOURS,
    MONTH,
    MONTH_FAMILIES,
    MONTHS,
    ORDINALS,
    TENSE,
    TENSE_OF,
    TWO_MONTHS,
    WEEKDAY,
    WEEKDAYS,
    alternatives,
)
from rag.schema import Span
from rag.text import Normalised, fold, normalise

__all__ = [
    "MONTHS",
    "WEEKDAYS",
    "Language",
    "NamedDate",
    "ResolvedDate",
    "month_number",
    "named_dates",
    "parse_date",
    "parse_iso_date",
    "resolve_dates",
    "stated_dates",
    "undated_phrases",
]

Language = Literal["ar", "en"]

_LONGEST_DATE: Final = 100
# The Gregorian calendar is younger; a year before is mostly one of the Islamic calendar.
_FIRST_YEAR: Final = 1600


@dataclass(frozen=True, slots=True)
class ResolvedDate:
    """A date of a sentence, relative, Islamic or stated, and the Gregorian date it stands for.

    `span` covers the phrase in the sentence. `iso` is ISO 8601, no finer than the phrase: a day
    ("2024-01-15"), a month ("2024-01") or a year ("2024"). `words` says it in the language asked.
    `hijri` says that it is the same day in another calendar, and rests on no day of publication.
    """

    span: Span
    iso: str
    words: str
    hijri: bool = False


@dataclass(frozen=True, slots=True)
class NamedDate:
    """A date as a text states it: its month, its year or both. What it leaves open is None."""

    span: Span
    year: int | None
    month: int | None
    day: int | None


@dataclass(frozen=True, slots=True)
class _Moment:
    year: int
    month: int | None = None
    day: int | None = None


def month_number(word: str) -> int | None:
    """The number of a month named by one word, in any form or family; None for other words."""
    return FOLDED_MONTHS.get(fold(word))


def parse_date(text: str) -> dt.date | None:
    """Reads one date that states its day, month and year; nothing is guessed.

    Arabic or English month names of every family, also two of them for one month; Arabic-Indic
    digits; ISO 8601; weekdays, times and zones are passed over. Figures alone are read day first
    (05/01/2025 is 5 January), as in the Arab world, unless that is no date.

    Returns:
        The day, in the zone the text is written in; None where the text is not such a date, or
        its year is before 1600.
    """
    if len(text) > _LONGEST_DATE:
        return None
    # The time of an ISO timestamp would be moved to another zone, and with it the day.
    text = re.sub(r"(?<=\d\d\d\d-\d\d-\d\d)[T@ ]\d\d?:.*", "", text.strip())
    plain = _english_months(text)
    if plain is None or not re.search(r"\d", plain):
        return None
    # dateparser takes a fifth of a second to load, and only ingesting needs it.
    import dateparser

    found = dateparser.parse(
        plain,
        languages=["ar", "en"],
        settings={
            "REQUIRE_PARTS": ["day", "month", "year"],
            "PARSERS": ["absolute-time"],
            "DATE_ORDER": "DMY",
            "TIMEZONE": "UTC",
            "RETURN_AS_TIMEZONE_AWARE": True,
        },
    )
    return None if found is None or found.year < _FIRST_YEAR else found.date()


def parse_iso_date(text: str) -> str | None:
    """Reads a date with the parts that it states: "2024-01-26", "2024-01" or "2024".

    Returns:
        ISO 8601; None where the text is no date.
    """
    day = parse_date(text)
    if day is not None:
        return day.isoformat()
    plain = _english_months(text) if len(text) <= _LONGEST_DATE else None
    pattern = rf"(?:شهر )?(?:({EN_MONTH})[ ،,]+)?(?:عام |سنه )?(\d{{4}})"
    match = re.fullmatch(pattern, plain or "")
    if match is None:
        return None
    return f"{match[2]}-{FOLDED_MONTHS[match[1]]:02}" if match[1] else match[2]


def resolve_dates(
    sentence: str, published: dt.date | None, language: Language
) -> tuple[ResolvedDate, ...]:
    """Finds the relative and Islamic dates of a sentence and resolves them.

    A month with «الماضي» or "last" is the latest one strictly before the month of publication,
    with «المقبل» or "next" the first one strictly after it; a weekday likewise, counted from the
    day of publication. A phrase followed by the date it means is left alone.

    Args:
        sentence: Arabic or English, as written in the document.
        published: the day the document came out; without it only Islamic dates are resolved.
        language: the language of `ResolvedDate.words`.

    Returns:
        The dates in the order of the sentence, without overlap.
    """
    folded = normalise(sentence)
    islamic = dict(_hijri_dates(folded.text))
    relative = _relative_dates(sentence, folded, published) if published else {}
    found = {**relative, **islamic}
    return _as_dates(found, folded, language, hijri=islamic)


def stated_dates(sentence: str, language: Language) -> tuple[ResolvedDate, ...]:
    """The dates of an Arabic sentence that name their year, as «سبتمبر من عام 2025».

    Args:
        sentence: as written in the document.
        language: the language of `ResolvedDate.words`.

    Returns:
        The dates in the order of the sentence, without overlap.
    """
    folded = normalise(sentence)
    found: dict[int, tuple[int, _Moment]] = {}
    for pattern in (_YEAR_NAMED, _MONTH_AND_YEAR):
        for match in pattern.finditer(folded.text):
            parts = match.groupdict()
            month = _month(match) if parts.get("month") else None
            moment = _moment(int(parts["year"]), month, _day(match))
            if moment and (month or not parts.get("month")):
                found[match.start("phrase")] = (match.end(), moment)
    return _as_dates(found, folded, language)


def named_dates(text: str) -> tuple[NamedDate, ...]:
    """The dates of a text that name a month, and of Arabic also those that name a year alone.

    A month may have two names, or a name of two words; "may" and "march" count beside a day or a
    year, or with a capital within the text. Of two days, as in "5-7 May", neither is told.

    Returns:
        The dates in the order of the text, without overlap.
    """
    folded = normalise(text)
    found: list[NamedDate] = []
    for pattern in (_YEAR_NAMED, _NAMED_DATE, _EN_NAMED_DATE):
        for match in pattern.finditer(folded.text):
            parts = match.groupdict()
            month = _month(match) if parts.get("month") else None
            if parts.get("month") and month is None:
                continue
            day = None if parts.get("since") else _day(match)
            year = int(parts["year"]) if parts["year"] else None
            span = folded.original_span(match.start("phrase"), match.end())
            alone = match["phrase"] in ("may", "march")
            if alone and (span.start == 0 or _VERB.search(span.of(text))):
                continue
            found.append(NamedDate(span, year, month, day))
    found.sort(key=lambda date: date.span)
    ends = accumulate((date.span.end for date in found), max, initial=0)
    return tuple(date for date, end in zip(found, ends, strict=False) if date.span.start >= end)


def undated_phrases(sentence: str) -> tuple[Span, ...]:
    """The relative dates of a sentence whose document bears no date to resolve them from."""
    folded = normalise(sentence)
    # Some phrases fit one weekday only, and some the months next to the one they name.
    days = (dt.date(2024, month, day) for month in (2, 5, 8, 11) for day in range(1, 8))
    found: dict[int, tuple[int, _Moment]] = {}
    for day in days:
        found |= _relative_dates(sentence, folded, day)
    return tuple(folded.original_span(start, end) for start, end, _ in _without_overlap(found))


def _as_dates(
    found: dict[int, tuple[int, _Moment]],
    folded: Normalised,
    language: Language,
    *,
    hijri: Collection[int] = (),
) -> tuple[ResolvedDate, ...]:
    return tuple(
        ResolvedDate(
            span=folded.original_span(start, end),
            iso=_iso(moment),
            words=_say(moment, language),
            hijri=start in hijri,
        )
        for start, end, moment in _without_overlap(found)
    )


def _relative_dates(
    sentence: str, folded: Normalised, published: dt.date
) -> dict[int, tuple[int, _Moment]]:
    """The phrases of a normalised sentence: where each begins and ends, and what it means."""
    found: dict[int, tuple[int, _Moment]] = {}
    for pattern, resolve in _RULES:
        for match in pattern.finditer(folded.text):
            moment = resolve(match, published)
            start, end = match.span("phrase")
            if moment is None or _STATED.match(folded.text, end):
                continue
            written = folded.original_span(start, end).of(sentence)
            begin = folded.original_span(start, end).start
            before = sentence[max(0, begin - _LONGEST_DATE) : begin]
            if _means_else(written, before, folded.text[end : end + _LONGEST_DATE]):
                continue
            if end > found.get(start, (-1, moment))[0]:
                found[start] = (end, moment)
    return found


def _means_else(written: str, before: str, after: str) -> bool:
    """Whether a phrase is no date: "became", "may", or the end of a name like "USA Today"."""
    if written == "غدا" and _BECOMES.match(after):
        return True
    if written in ("Today", "Tomorrow", "Yesterday") and _CAPITALISED_LAST.search(before):
        return True
    return bool(_VERB.search(written))


def _hijri_dates(text: str) -> Iterator[tuple[int, tuple[int, _Moment]]]:
    for match in _HIJRI.finditer(text):
        # It takes a moment to load, and few texts need it.
        from hijridate import Hijri

        day = 1 if match["first"] else _day(match)
        month = HIJRI_MONTHS[" ".join(match["month"].split())]
        try:
            found = Hijri(int(match["year"]), month, day or 0).to_gregorian()
        except (ValueError, OverflowError):
            continue
        yield match.start("phrase"), (match.end(), _Moment(found.year, found.month, found.day))


def _without_overlap(found: dict[int, tuple[int, _Moment]]) -> Iterator[tuple[int, int, _Moment]]:
    done = 0
    for start, (end, moment) in sorted(found.items()):
        if start >= done:
            yield start, end, moment
            done = end


def _english_months(text: str) -> str | None:
    """The text with English month names, without weekdays; None if two names disagree."""
    folded = " ".join(fold(text).split())
    disagree = False

    def name(match: re.Match[str]) -> str:
        nonlocal disagree
        number = _month(match)
        disagree = disagree or number is None
        return f" {fold(ENGLISH_MONTHS[(number or 1) - 1])} "

    plain = re.sub(rf"(?<!\w){TWO_MONTHS}(?!\w)", name, folded)
    plain = re.sub(rf"(?<!\w)(?:يوم\s+)?(?:{WEEKDAY})(?!\w)[،,]?", " ", plain)
    plain = CLOCK.sub(" ", plain).strip(" ،,.-")
    plain = re.sub(r"(?<=\d{4})\s*م(?:يلادي\w*)?\.?$", "", plain)
    return None if disagree else " ".join(plain.split()).strip(" ،,.")


def _month(match: re.Match[str]) -> int | None:
    names = {match["month"], match["other"] or match["month"]}
    numbers = {FOLDED_MONTHS[" ".join(name.split())] for name in names}
    return numbers.pop() if len(numbers) == 1 else None


def _iso(moment: _Moment) -> str:
    parts = [f"{moment.year:04}"]
    parts += [f"{part:02}" for part in (moment.month, moment.day) if part is not None]
    return "-".join(parts)


def _say(moment: _Moment, language: Language) -> str:
    if moment.month is None:
        return str(moment.year) if language == "en" else f"عام {moment.year}"
    name = MONTH_FAMILIES[moment.month - 1][0 if language == "en" else 1]
    day = "" if moment.day is None else f"{moment.day} "
    return f"{day}{name} {moment.year}"


_DAY: Final = (
    rf"(?:(?:ال\s?(?=\d))?(?P<day>\d{{1,2}}|{alternatives(list(ORDINALS))})\s+(?:من\s+)?)?"
)
_OPEN: Final = r"(?<!\w)[وفبلك]{0,2}"
_YEAR: Final = rf"(?:(?:ال|لل)(?:عام|سنه)\s+(?P<tense>{TENSE})|هذا\s+العام|هذه\s+السنه)"
_YEAR_WORD: Final = r"(?:لل|ال|ل)?(?:عام|سنه)\s+"
_FOUR_FIGURES: Final = r"(?P<year>(?:1[6-9]|20)\d\d)(?!\d)"
_YEAR_NAMED: Final = re.compile(rf"{_OPEN}(?P<phrase>{_YEAR_WORD}{_FOUR_FIGURES})")
_MONTH_AND_YEAR: Final = re.compile(
    rf"{_OPEN}(?P<phrase>{_DAY}(?:شهر\s+)?{TWO_MONTHS}[\s،,]+(?:من\s+)?(?:{_YEAR_WORD})?"
    rf"{_FOUR_FIGURES})"
)
_SINCE: Final = r"(?:(?P<since>\d{1,2})\s*(?:[-\u2013]|to\s|and\s|(?:الي|حتي)\s|و)\s*(?=\d))?"
_NAMED_DATE: Final = re.compile(
    rf"{_OPEN}(?P<phrase>{_SINCE}{_DAY}(?:شهر\s+)?{TWO_MONTHS}(?!\w)"
    rf"(?:[\s،,]+(?:من\s+)?(?:{_YEAR_WORD})?{_FOUR_FIGURES})?)"
)
_STATED: Final = re.compile(
    rf"\s*[(،,\u2013-]?\s*(?:\d{{1,2}}\s+)?(?:(?:{MONTH}|{EN_MONTH})[\s/،,]+)*"
    r"(?:من\s+|عام\s+|سنه\s+)*(?:19|20)\d\d(?!\d)"
)


def _tense(match: re.Match[str]) -> int:
    word = match.groupdict().get("tense") or "this"
    return TENSE_OF[" ".join(word.split())]


def _day(match: re.Match[str]) -> int | None:
    parts = match.groupdict()
    word = parts.get("day") or parts.get("late")
    if not word:
        return None
    return int(word) if word.isdigit() else ORDINALS[" ".join(word.split()).replace(" و ", " و")]


def _moment(year: int, month: int | None = None, day: int | None = None) -> _Moment | None:
    """The moment, or None where the calendar has no such day."""
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return None
    if month and day is not None and not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return _Moment(year, month, day)


def _named_month(match: re.Match[str], published: dt.date) -> _Moment | None:
    month, tense = _month(match), _tense(match)
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
    return _moment(year, month, _day(match))


def _month_of_year(match: re.Match[str], published: dt.date) -> _Moment | None:
    month = _month(match)
    if month is None:
        return None
    return _moment(published.year + _tense(match), month, _day(match))


def _this_month(match: re.Match[str], published: dt.date) -> _Moment | None:
    count = published.year * 12 + published.month - 1 + _tense(match)
    return _moment(count // 12, count % 12 + 1, _day(match))


def _this_year(match: re.Match[str], published: dt.date) -> _Moment | None:
    return _moment(published.year + _tense(match))


def _weekday(match: re.Match[str], published: dt.date) -> _Moment | None:
    tense = _tense(match)
    if tense == 0:
        return None
    gap = WEEKDAYS[match["weekday"]] - published.weekday()
    return _shifted(published, tense * (tense * gap % 7 or 7))


def _days_off(days: int) -> Callable[[re.Match[str], dt.date], _Moment | None]:
    def resolve(match: re.Match[str], published: dt.date) -> _Moment | None:
        name = match.groupdict().get("weekday")
        if name is None:
            return _shifted(published, days)
        # A story of Thursday may be dated Friday: one day late is allowed, no more.
        for late in (0, 1):
            moment = _shifted(published, days - late)
            if moment and _date(moment).weekday() == WEEKDAYS[name]:
                return moment
        return None

    return resolve


def _date(moment: _Moment) -> dt.date:
    return dt.date(moment.year, moment.month or 1, moment.day or 1)


def _shifted(published: dt.date, days: int) -> _Moment | None:
    ordinal = published.toordinal() + days
    if not 1 <= ordinal <= dt.date.max.toordinal():
        return None
    day = dt.date.fromordinal(ordinal)
    return _Moment(day.year, day.month, day.day)


_NAMED: Final = rf"(?:[\s،,]+(?:يوم\s+)?(?P<weekday>{WEEKDAY})(?!\w))?"
_REPORTS: Final = "اعلنت?|قالت?|اكدت?|كشفت?|ذكرت?|افادت?|اوضحت?|اضافت?|صرحت?"
# «غدا» is also "became": then its subject or an adjective follows, and «غداً» is never written.
_BECOMES: Final = re.compile(
    rf"\s+(?!(?:(?:ال)?(?:{HOURS}|ساعه)ا?|{WEEKDAY})(?!\w))(?:ال(?!ي(?:ه[ام]?)?(?!\w))\w|\w{{3,}}ا(?!\w))"
)
_VERB: Final = re.compile(r"\b(?!May\b|March\b)(?i:may|march)\b")
_CAPITALISED_LAST: Final = re.compile(r"\b[A-Z]\w*\s+$")

_HIJRI: Final = re.compile(
    rf"{_OPEN}(?P<phrase>(?:(?P<first>غره)|(?P<day>\d{{1,2}}|{alternatives(list(ORDINALS))}))\s+"
    rf"(?:من\s+)?(?:شهر\s+)?(?P<month>{alternatives(list(HIJRI_MONTHS))})\s+"
    r"(?:من\s+)?(?:ل?(?:عام|سنه)\s+)?(?P<year>1[34]\d\d)(?!\d))(?:\s*ه(?:جريه?)?(?!\w))?"
)

_Rule = tuple[str, Callable[[re.Match[str], dt.date], _Moment | None]]
_ARABIC: Final[tuple[_Rule, ...]] = (
    (rf"{_DAY}(?:شهر\s+)?{TWO_MONTHS}\s+(?P<tense>{TENSE})", _named_month),
    (rf"{_DAY}(?:شهر\s+)?{TWO_MONTHS}\s+(?:من\s+)?{_YEAR}", _month_of_year),
    (rf"{_DAY}(?:ال|لل)شهر\s+(?P<tense>{TENSE})", _this_month),
    (rf"{_DAY}هذا\s+الشهر", _this_month),
    (_YEAR, _this_year),
    (rf"(?:يوم\s+)?(?P<weekday>{WEEKDAY})\s+(?P<tense>{TENSE})", _weekday),
    (rf"(?:(?:(?:ال)?اول\s+(?:من\s+)?|قبل\s+)(?:امس|البارحه)|امس\s+الاول){_NAMED}", _days_off(-2)),
    (
        rf"(?:يوم\s+)?(?:(?:ال)?امس|البارحه)(?!\s+(?:الحاجه|الاول|القريب|البعيد)(?!\w)){_NAMED}",
        _days_off(-1),
    ),
    (rf"بعد\s+غدا?{_NAMED}", _days_off(2)),
    (rf"(?<!بعد )(?:غدا|يوم\s+(?:ال)?غد){_NAMED}", _days_off(1)),
    (rf"اليوم[\s،,]+(?P<weekday>{WEEKDAY})(?!\s+(?:{TENSE}))", _days_off(0)),
)
_NEAR_DAYS: Final = (
    # Alone, «اليوم» as often means "nowadays" or belongs to a name.
    (rf"(?<!\w)(?:{_REPORTS}|{HOURS})\s+(?P<phrase>اليوم)(?!\w|\s+ال)", _days_off(0)),
    (r"(?:^|[،,(«\"]\s*)(?P<phrase>اليوم)(?=\s*[،,.)»\"])", _days_off(0)),
    (rf"(?<!\w)(?:{HOURS})\s+(?P<phrase>غد{_NAMED})(?!\w)", _days_off(1)),
)
_EN_DAY: Final = r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?)?"
_EN_NAMED: Final = rf"(?P<month>{EN_MONTH})(?P<other>)"
_EN_NAMED_DATE: Final = re.compile(
    rf"\b(?P<phrase>{_SINCE}{_EN_DAY}{_EN_NAMED}\b"
    # In "in May 20 people" the number is no day.
    r"(?:\s+(?P<late>\d{1,2})(?:st|nd|rd|th)?(?![\w:%]|[.,\u2013-]\d|\s+[^\W\d_]))?"
    rf"(?:,?\s+(?:of\s+)?{_FOUR_FIGURES})?)"
)
# "The last year" is the time up to now, and "the next" what followed.
_EN_TENSE: Final = r"(?<!\bthe )(?P<tense>last|this past|next|this)\s+"
_ENGLISH_RULES: Final[tuple[_Rule, ...]] = (
    (rf"{_EN_DAY}{_EN_TENSE}{_EN_NAMED}", _named_month),
    (rf"{_EN_DAY}{_EN_NAMED}\s+(?:of\s+)?{_EN_TENSE}year", _month_of_year),
    (rf"{_EN_DAY}{_EN_TENSE}month", _this_month),
    (rf"{_EN_TENSE}year", _this_year),
    (rf"{_EN_TENSE}(?P<weekday>{EN_WEEKDAY})", _weekday),
    (r"(?:the\s+)?day\s+before\s+yesterday", _days_off(-2)),
    (r"yesterday", _days_off(-1)),
    (r"(?:the\s+)?day\s+after\s+tomorrow", _days_off(2)),
    (r"tomorrow", _days_off(1)),
    (r"today(?!['\u2019]s)", _days_off(0)),
)
_RULES: Final = (
    *((re.compile(rf"{_OPEN}(?P<phrase>{text})(?!\w)"), rule) for text, rule in _ARABIC),
    *((re.compile(text), rule) for text, rule in _NEAR_DAYS),
    *((re.compile(rf"\b(?P<phrase>{text})\b"), rule) for text, rule in _ENGLISH_RULES),
)
