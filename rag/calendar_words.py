"""The words that name days and months, in Arabic and English, their numbers and their patterns.

Patterns are for folded text; `month_of` and `day_of` read what their groups have found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from rag.text import fold


def _numbered(families: Iterable[tuple[str, ...]]) -> dict[str, int]:
    """The names of each family, and its number from 1."""
    return {name: number for number, names in enumerate(families, start=1) for name in names}


MONTH_FAMILIES: Final[tuple[tuple[str, ...], ...]] = (
    ("January", "يناير", "كانون الثاني", "جانفي"),
    ("February", "فبراير", "شباط", "فيفري"),
    ("March", "مارس", "آذار"),
    ("April", "أبريل", "نيسان", "إبريل", "أفريل"),
    ("May", "مايو", "أيار", "ماي"),
    ("June", "يونيو", "حزيران", "يونيه", "يونية", "جوان"),
    ("July", "يوليو", "تموز", "يوليه", "يولية", "يوليوز", "جويلية"),
    ("August", "أغسطس", "آب", "غشت", "أوت"),
    ("September", "سبتمبر", "أيلول", "شتنبر"),
    ("October", "أكتوبر", "تشرين الأول"),
    ("November", "نوفمبر", "تشرين الثاني", "نونبر"),
    ("December", "ديسمبر", "كانون الأول", "دجنبر"),
)

MONTHS: Final = _numbered(MONTH_FAMILIES)
"""Month names, English and of all Arabic families, and their numbers from 1 to 12."""

_ARABIC_WEEKDAYS: Final = fold("الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد").split()
_ENGLISH_WEEKDAYS: Final = fold("Monday Tuesday Wednesday Thursday Friday Saturday Sunday").split()
WEEKDAYS: Final = {
    name: number
    for names in (_ARABIC_WEEKDAYS, _ENGLISH_WEEKDAYS)
    for number, name in enumerate(names)
}
"""Weekdays, folded, in Arabic and English, and their numbers as `datetime` has them."""


def _ordinals() -> dict[str, int]:
    """The days of a month in words: «السابع عشر» is 17."""
    compound = fold("الحادي الثاني الثالث الرابع الخامس السادس السابع الثامن التاسع").split()
    units = ["الاول", *compound[1:], "العاشر"]
    days = {unit: number for number, unit in enumerate(units, start=1)}
    days |= {f"{unit} عشر": 10 + number for number, unit in enumerate(compound, start=1)}
    for ending in ("ين", "ون"):
        days |= {f"العشر{ending}": 20, f"الثلاث{ending}": 30}
        days |= {f"{unit} والعشر{ending}": 20 + n for n, unit in enumerate(compound, start=1)}
        days[f"الحادي والثلاث{ending}"] = 31
    return days


ORDINALS: Final = _ordinals()
"""The days of a month in Arabic words, folded, and their numbers."""

HIJRI_MONTHS: Final = _numbered(
    tuple(map(fold, names))
    for names in (
        ("محرم", "المحرم"),
        ("صفر",),
        ("ربيع الأول",),
        ("ربيع الثاني", "ربيع الآخر"),
        ("جمادى الأولى", "جمادى الأول"),
        ("جمادى الآخرة", "جمادى الثانية", "جمادى الثاني"),
        ("رجب",),
        ("شعبان",),
        ("رمضان",),
        ("شوال",),
        ("ذو القعدة", "ذي القعدة"),
        ("ذو الحجة", "ذي الحجة"),
    )
)
"""Names of the months of the Islamic calendar, folded, and their numbers from 1 to 12."""


def alternatives(names: Iterable[str]) -> str:
    """A pattern for any of the names, folded, with any space between their words or after «و»."""
    longest_first = sorted({fold(name) for name in names}, key=lambda name: (-len(name), name))
    escaped = (re.escape(name).replace(r"\ و", r"\s+و\s*") for name in longest_first)
    return "|".join(name.replace(r"\ ", r"\s+") for name in escaped)


def number_of(written: str, numbers: dict[str, int]) -> int:
    """The number of a name that a pattern of `alternatives` matched."""
    return numbers[" ".join(written.split()).replace(" و ", " و")]


FOLDED_MONTHS: Final = {fold(name): number for name, number in MONTHS.items()}
ENGLISH_MONTHS: Final = tuple(names[0] for names in MONTH_FAMILIES)
MONTH: Final = alternatives(name for names in MONTH_FAMILIES for name in names[1:])
# "Sept. 11", but no "Jan" or "mar" alone.
_SHORT_MONTHS: Final = {name[:3].casefold(): n for n, name in enumerate(ENGLISH_MONTHS, start=1)}
_SHORT_MONTHS["sept"] = 9
_MONTH_NUMBERS: Final = _SHORT_MONTHS | FOLDED_MONTHS
EN_MONTH: Final = rf"{alternatives(ENGLISH_MONTHS)}|(?:{alternatives(_SHORT_MONTHS)})\.?(?=\s+\d)"


def _again() -> str:
    """A pattern for another name of the month just named, as in «12 يونيو حزيران»."""
    families = [[fold(name) for name in names[1:]] for names in MONTH_FAMILIES]
    return "|".join(
        rf"(?<={re.escape(name)})(?:\s*[-\u2013]\s*|\s+)"
        rf"(?:{alternatives(other for other in names if other != name)})(?!\w)"
        for names in families
        for name in names
        if len(names) > 1
    )


TWO_MONTHS: Final = rf"(?P<month>{MONTH})(?:\s*[/(]\s*(?P<other>{MONTH})\s*\)?|{_again()})?"
WEEKDAY: Final = "|".join(_ARABIC_WEEKDAYS)
EN_WEEKDAY: Final = "|".join(_ENGLISH_WEEKDAYS)

# -1 is past, 0 is now, 1 is to come.
_TENSES: Final = {
    "الماضي|الماضيه|المنصرم|المنصرمه|الفائت|الفائته|المنقضي|المنقضيه|الفارط|الفارطه"
    "|last|this past": -1,
    "الجاري|الجاريه|الحالي|الحاليه|this": 0,
    "المقبل|المقبله|القادم|القادمه|next": 1,
}
TENSE_OF: Final = {word: tense for words, tense in _TENSES.items() for word in words.split("|")}
TENSE: Final = alternatives(word for word in TENSE_OF if not word.isascii())
EN_TENSE: Final = "|".join(word for word in TENSE_OF if word.isascii())
HOURS: Final = "صباح|مساء|ظهر|فجر|ليل|عصر|يوم|نهار"

DAY: Final = rf"(?P<day>\d{{1,2}}|{alternatives(ORDINALS)})"
MAYBE_DAY: Final = rf"(?:(?:ال\s?(?=\d))?{DAY}\s+(?:من\s+)?)?"
MAYBE_EN_DAY: Final = r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?)?"
MAYBE_DAY_AND_MONTH: Final = rf"{MAYBE_DAY}(?:شهر\s+)?{TWO_MONTHS}"
# What may be written on to the first word of a date, in front.
PREFIXES: Final = r"(?<!\w)[وفبلك]{0,2}"


def month_of(match: re.Match[str]) -> int | None:
    """The month that a match names; None if it names none, or two that differ."""
    parts = match.groupdict()
    names = [parts[group].rstrip(".") for group in ("month", "other") if parts.get(group)]
    numbers = {number_of(name, _MONTH_NUMBERS) for name in names}
    return numbers.pop() if len(numbers) == 1 else None


def day_of(match: re.Match[str]) -> int | None:
    """The day that a match names, before its month or `late` after it; None if none, or two."""
    parts = match.groupdict()
    word = parts.get("day") or parts.get("late")
    if not word or parts.get("since"):
        return None
    return int(word) if word.isdigit() else number_of(word, ORDINALS)
