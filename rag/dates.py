"""Dates as people write them, and phrases like «يناير الماضي» made into dates.

Stated dates are read by dateparser, with the languages fixed to Arabic and English. Relative
phrases are resolved by the rules of `rag.relative_dates`: the latest, the same or the first such
month or day, seen from the day of publication. A phrase that does not fit that day (a weekday that
falls on another day) is left alone: a missing date is better than a wrong one. Days of the Islamic
calendar are converted by its official form in Saudi Arabia (Umm al-Qura); where the moon is watched
for, they may be a day off.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from rag.calendar_words import (
    DAY,
    EN_MONTH,
    ENGLISH_MONTHS,
    FOLDED_MONTHS,
    HIJRI_MONTHS,
    MAYBE_DAY_AND_MONTH,
    MAYBE_EN_DAY,
    MONTH_FAMILIES,
    MONTHS,
    PREFIXES,
    TWO_MONTHS,
    WEEKDAY,
    WEEKDAYS,
    alternatives,
    day_of,
    month_of,
    number_of,
)
from rag.relative_dates import Moment, has_verb, moment, moment_of, relative_dates
from rag.schema import Span
from rag.text import Normalised, fold, normalise

__all__ = [
    "MONTHS",
    "WEEKDAYS",
    "Language",
    "NamedDate",
    "ResolvedDate",
    "named_dates",
    "parse_date",
    "resolve_dates",
    "stated_dates",
    "undated_phrases",
]

Language = Literal["ar", "en"]
_Meaning = TypeVar("_Meaning")

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


def parse_date(text: str) -> dt.date | None:
    """Reads one date that states its day, month and year; nothing is guessed.

    Arabic or English month names of every family, also two of them for one month; Arabic-Indic
    digits; ISO 8601; weekdays, times and zones are passed over. Figures alone are read day first
    (05/01/2025 is 5 January), as in the Arab world, unless that is no date.

    Returns:
        The day, in the zone the text is written in; None where the text is not such a date, or
        its year is before 1600.
    """
    plain = _in_english(text)
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
            "RETURN_AS_TIMEZONE_AWARE": True,
        },
    )
    return None if found is None or found.year < _FIRST_YEAR else found.date()


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
    relative = relative_dates(sentence, folded, published) if published else {}
    return _resolved(relative | islamic, folded, language, hijri=islamic)


def stated_dates(sentence: str, language: Language) -> tuple[ResolvedDate, ...]:
    """The dates of an Arabic sentence that name their year, as «سبتمبر من عام 2025».

    Args:
        sentence: as written in the document.
        language: the language of `ResolvedDate.words`.

    Returns:
        The dates in the order of the sentence, without overlap.
    """
    folded = normalise(sentence)
    found: dict[int, tuple[int, Moment]] = {}
    for match, year, month, day in _matches(folded.text, _YEAR_NAMED, _MONTH_AND_YEAR):
        if year and (meant := moment(year, month, day)):
            found[match.start("phrase")] = (match.end(), meant)
    return _resolved(found, folded, language)


def named_dates(text: str) -> tuple[NamedDate, ...]:
    """The dates of a text that name a month, and of Arabic also those that name a year alone.

    A month may have two names, or a name of two words; "may" and "march" count beside a day or a
    year, or with a capital within the text. Of two days, as in "5-7 May", neither is told.

    Returns:
        The dates in the order of the text, without overlap.
    """
    folded = normalise(text)
    found: dict[int, tuple[int, tuple[int | None, int | None, int | None]]] = {}
    for match, year, month, day in _matches(folded.text, _YEAR_NAMED, _NAMED_DATE, _EN_NAMED_DATE):
        span = folded.original_span(match.start("phrase"), match.end())
        alone = match["phrase"] in ("may", "march")
        if not (alone and (span.start == 0 or has_verb(span.of(text)))):
            found[match.start("phrase")] = (match.end(), (year, month, day))
    return tuple(
        NamedDate(folded.original_span(start, end), year, month, day)
        for start, end, (year, month, day) in _without_overlap(found)
    )


def undated_phrases(sentence: str) -> tuple[Span, ...]:
    """The relative dates of a sentence whose document bears no date to resolve them from."""
    folded = normalise(sentence)
    # Some phrases fit one weekday only, and some the months next to the one they name.
    days = (dt.date(2024, month, day) for month in (2, 5, 8, 11) for day in range(1, 8))
    found: dict[int, tuple[int, Moment]] = {}
    for day in days:
        found |= relative_dates(sentence, folded, day)
    return tuple(folded.original_span(start, end) for start, end, _ in _without_overlap(found))


def _matches(
    text: str, *patterns: re.Pattern[str]
) -> Iterator[tuple[re.Match[str], int | None, int | None, int | None]]:
    """Where the patterns match a folded text, and the year, month and day that stand there.

    Two names of a month that differ, as «يناير/فبراير», are no match.
    """
    for pattern in patterns:
        for match in pattern.finditer(text):
            month = month_of(match)
            if month is None and match.groupdict().get("month"):
                continue
            yield match, int(match["year"]) if match["year"] else None, month, day_of(match)


def _resolved(
    found: dict[int, tuple[int, Moment]],
    folded: Normalised,
    language: Language,
    *,
    hijri: Collection[int] = (),
) -> tuple[ResolvedDate, ...]:
    return tuple(
        ResolvedDate(
            span=folded.original_span(start, end),
            iso=meant.iso,
            words=_say(meant, language),
            hijri=start in hijri,
        )
        for start, end, meant in _without_overlap(found)
    )


def _hijri_dates(text: str) -> Iterator[tuple[int, tuple[int, Moment]]]:
    for match in _HIJRI.finditer(text):
        # It takes a moment to load, and few texts need it.
        from hijridate import Hijri

        day = 1 if match["first"] else day_of(match)
        month = number_of(match["month"], HIJRI_MONTHS)
        try:
            found = Hijri(int(match["year"]), month, day or 0).to_gregorian()
        except (ValueError, OverflowError):
            continue
        yield match.start("phrase"), (match.end(), moment_of(found))


def _without_overlap(
    found: dict[int, tuple[int, _Meaning]],
) -> Iterator[tuple[int, int, _Meaning]]:
    done = 0
    for start, (end, meant) in sorted(found.items(), key=lambda item: item[0]):
        if start >= done:
            yield start, end, meant
            done = end


def _in_english(text: str) -> str | None:
    """A date with its month in English, and without weekday, time, zone and Islamic date.

    None if the text is too long for a date, or gives a month the names of two.
    """
    if len(text) > _LONGEST_DATE:
        return None
    # dateparser would move the time of an ISO timestamp to another zone, and with it the day.
    text = re.sub(r"(?<=\d\d\d\d-\d\d-\d\d)[T@ ]\d\d?:.*", "", text.strip())
    folded = " ".join(fold(text).split())
    if any(month_of(match) is None for match in _MONTH_NAMES.finditer(folded)):
        return None
    plain = re.sub(r"\(\s*\)", " ", _HIJRI.sub(" ", folded).replace("الموافق", " "))
    plain = _MONTH_NAMES.sub(lambda match: f" {_english_month(match['month'])} ", plain)
    plain = re.sub(rf"(?<!\w)(?:يوم\s+)?(?:{WEEKDAY})(?!\w)[،,]?", " ", plain)
    plain = _CLOCK.sub(" ", plain).strip(" ،,.-/|")
    plain = re.sub(r"(?<=\d{4})\s*م(?:يلادي\w*)?\.?$", "", plain)
    return " ".join(plain.split()).strip(" ،,.")


def _english_month(name: str) -> str:
    return fold(ENGLISH_MONTHS[FOLDED_MONTHS[name] - 1])


def _say(meant: Moment, language: Language) -> str:
    if meant.month is None:
        return str(meant.year) if language == "en" else f"عام {meant.year}"
    name = MONTH_FAMILIES[meant.month - 1][0 if language == "en" else 1]
    day = "" if meant.day is None else f"{meant.day} "
    return f"{day}{name} {meant.year}"


_MONTH_NAMES: Final = re.compile(rf"(?<!\w){TWO_MONTHS}(?!\w)")
# Dateparser reads no clock in Arabic words.
_CLOCK: Final = re.compile(
    r"(?:الساعه\s*:?\s*\d\d?(?::\d\d)?|\d\d?:\d\d(?::\d\d)?(?=\s*(?:[صم]|صباحا|مساء|بتوقيت)(?!\w)))"
    r"(?:\s*(?:[صم]|صباحا|مساء)(?!\w))?(?:\s*بتوقيت\s.*)?"
)

_YEAR_WORD: Final = r"(?:لل|ال|ل)?(?:عام|سنه)\s+"
_FOUR_FIGURES: Final = r"(?P<year>(?:1[6-9]|20)\d\d)(?!\d)"
_OF_YEAR: Final = rf"[\s،,]+(?:من\s+)?(?:{_YEAR_WORD})?{_FOUR_FIGURES}"
_SINCE: Final = r"(?:(?P<since>\d{1,2})\s*(?:[-\u2013]|to\s|and\s|(?:الي|حتي)\s|و)\s*(?=\d))?"

_YEAR_NAMED: Final = re.compile(rf"{PREFIXES}(?P<phrase>{_YEAR_WORD}{_FOUR_FIGURES})")
_MONTH_AND_YEAR: Final = re.compile(rf"{PREFIXES}(?P<phrase>{MAYBE_DAY_AND_MONTH}{_OF_YEAR})")
_NAMED_DATE: Final = re.compile(
    rf"{PREFIXES}(?P<phrase>{_SINCE}{MAYBE_DAY_AND_MONTH}(?!\w)(?:{_OF_YEAR})?)"
)
_EN_NAMED_DATE: Final = re.compile(
    rf"\b(?P<phrase>{_SINCE}{MAYBE_EN_DAY}(?P<month>{EN_MONTH})(?!\w)"
    # In "in May 20 people" the number is no day.
    r"(?:\s+(?P<late>\d{1,2})(?:st|nd|rd|th)?(?![\w:%]|[.,\u2013-]\d|\s+[^\W\d_]))?"
    rf"(?:,?\s+(?:of\s+)?{_FOUR_FIGURES})?)"
)
_HIJRI: Final = re.compile(
    rf"{PREFIXES}(?P<phrase>(?:(?P<first>غره)|{DAY})\s+"
    rf"(?:من\s+)?(?:شهر\s+)?(?P<month>{alternatives(HIJRI_MONTHS)})\s+"
    r"(?:من\s+)?(?:ل?(?:عام|سنه)\s+)?(?P<year>1[34]\d\d)(?!\d))(?:\s*ه(?:جريه?)?(?!\w))?"
)
