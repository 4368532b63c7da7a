"""Numbers, languages and lengths of time as the library words them, by the Unicode locale data."""

from __future__ import annotations

import datetime as dt
from pathlib import PurePath
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

from ui.charts import Bin
from ui.strings import Language, text

_MINUTE_S: Final = 60
_HOUR_S: Final = 3600


def number(value: float, language: Language) -> str:
    """A number with its thousands grouped and one decimal at most, in the digits 0 to 9."""
    return format_decimal(value, format="#,##0.#", locale=language)


def listed(names: list[str], language: Language) -> str:
    """Some names as a phrase, with "and" before the last; "" without any."""
    return format_list(names, locale=language)


def is_language(code: str) -> bool:
    """Whether a code names a language, so that it may stand as `lang` in HTML."""
    return code != "und" and code in Locale("en").languages


def language_name(code: str, language: Language) -> str:
    """What a language is called in the page's; a code without a name is given as it is."""
    if code in ("", "und"):
        return text(language, "library.unknown_language")
    name: str = Locale(language).languages.get(code, code)
    return name


def file_name(path: str) -> str:
    """The last part of a path; all of it where it has none."""
    return PurePath(path).name or path


def month_name(day: dt.date, language: Language) -> str:
    """The month that a day lies in, and its year."""
    return format_date(day, "MMM y", locale=language)


def bin_name(period: Bin, language: Language) -> str:
    """A month or a year by name; several years as the first and the last of them."""
    if period.is_month:
        return month_name(period.first, language)
    first, last = str(period.first.year), str(period.last.year)
    return first if first == last else text(language, "library.years", first=first, last=last)


def bin_tick(period: Bin, language: Language) -> str:
    """A bin's name where there is little room: of several years the first."""
    return bin_name(period, language) if period.is_month else str(period.first.year)


def about(seconds: float, language: Language) -> str:
    """A length of time in one rough unit: "about 20 seconds", "about 2 minutes", "about 3 hours".

    Seconds go by tens, upwards, and minutes on to an hour and a half.
    """
    if seconds <= 50:
        value, unit = max(10, -int(-seconds // 10) * 10), "duration-second"
    elif seconds < 1.5 * _HOUR_S:
        value, unit = max(1, round(seconds / _MINUTE_S)), "duration-minute"
    else:
        value, unit = round(seconds / _HOUR_S), "duration-hour"
    return text(language, "library.about", time=format_unit(value, unit, locale=language))
