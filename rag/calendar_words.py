"""The words that name days and months, in Arabic and English, and their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from rag.text import fold

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

MONTHS: Final[dict[str, int]] = {
    name: number for number, names in enumerate(MONTH_FAMILIES, start=1) for name in names
}
"""Month names, English and of all Arabic families, and their numbers from 1 to 12."""

WEEKDAYS: Final[dict[str, int]] = {
    "الاثنين": 0,
    "الثلاثاء": 1,
    "الاربعاء": 2,
    "الخميس": 3,
    "الجمعه": 4,
    "السبت": 5,
    "الاحد": 6,
    "monday": 0,
    "tuesday": 1,
    "wednesday": 2,
    "thursday": 3,
    "friday": 4,
    "saturday": 5,
    "sunday": 6,
}
"""Weekdays, folded, in Arabic and English, and their numbers as `datetime` has them."""


def _ordinals() -> dict[str, int]:
    """The days of a month in words: «السابع عشر» is 17."""
    compound = [
        *("الحادي", "الثاني", "الثالث", "الرابع", "الخامس", "السادس"),
        *("السابع", "الثامن", "التاسع"),
    ]
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

HIJRI_MONTHS: Final = {
    fold(name): number
    for number, names in enumerate(
        (
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
        ),
        start=1,
    )
    for name in names
}
"""Names of the months of the Islamic calendar, folded, and their numbers from 1 to 12."""


def alternatives(names: Iterable[str]) -> str:
    """A pattern for any of the names, folded, with any space between their words or after «و»."""
    longest_first = sorted({fold(name) for name in names}, key=lambda name: (-len(name), name))
    escaped = (re.escape(name).replace(r"\ و", r"\s+و\s*") for name in longest_first)
    return "|".join(name.replace(r"\ ", r"\s+") for name in escaped)


# The patterns are for folded text.
FOLDED_MONTHS: Final = {fold(name): number for name, number in MONTHS.items()}
ENGLISH_MONTHS: Final = [names[0] for names in MONTH_FAMILIES]
MONTH: Final = alternatives([name for name in MONTHS if name not in ENGLISH_MONTHS])
EN_MONTH: Final = alternatives(ENGLISH_MONTHS)
TWO_MONTHS: Final = rf"(?P<month>{MONTH})(?:\s*[/(]\s*(?P<other>{MONTH})\s*\)?)?"
WEEKDAY: Final = "|".join(name for name in WEEKDAYS if not name.isascii())
EN_WEEKDAY: Final = "|".join(name for name in WEEKDAYS if name.isascii())

# -1 is past, 0 is now, 1 is to come.
_TENSES: Final = {
    "الماضي|الماضيه|المنصرم|المنصرمه|الفائت|الفائته|المنقضي|المنقضيه|الفارط|last|this past": -1,
    "الجاري|الجاريه|الحالي|الحاليه|this": 0,
    "المقبل|المقبله|القادم|القادمه|next": 1,
}
TENSE_OF: Final = {word: tense for words, tense in _TENSES.items() for word in words.split("|")}
TENSE: Final = alternatives([word for word in TENSE_OF if not word.isascii()])
HOURS: Final = "صباح|مساء|ظهر|فجر|ليل|عصر|يوم|نهار"
# Dateparser reads no clock in Arabic words.
CLOCK: Final = re.compile(
    r"(?:الساعه\s*:?\s*\d\d?:\d\d|\d\d?:\d\d(?::\d\d)?(?=\s*(?:[صم]|صباحا|مساء|بتوقيت)(?!\w)))"
    r"(?:\s*(?:[صم]|صباحا|مساء)(?!\w))?(?:\s*بتوقيت\s.*)?"
)
