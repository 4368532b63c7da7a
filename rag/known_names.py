"""Names known in English and in Arabic: countries, their adjectives, cities, months and weekdays.

References:
    Unicode CLDR, through Babel: https://cldr.unicode.org
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product

from rag.calendar_words import MONTHS, WEEKDAYS
from rag.spellings import without_article
from rag.text import fold

CALENDAR = frozenset(fold(name) for name in (*MONTHS, *WEEKDAYS) if name.isascii())
"""Months and days of the week in English, folded: written like names, and none."""

# Names that CLDR has not.
_OTHER_NAMES = {
    **dict.fromkeys(
        ("us", "usa", "america", "american", "americans"),
        ("الولايات المتحده", "امريكا", "امريك", "اميركا", "اميرك"),
    ),
    "turkey": ("تركيا", "تركي"),
    **dict.fromkeys(
        ("uk", "britain", "british", "briton", "britons"),
        ("المملكه المتحده", "بريطانيا", "بريطان"),
    ),
    "un": ("الامم المتحده", "اممي"),
    "eu": ("الاتحاد الاوروبي", "اوروب"),
    "uae": ("الامارات", "امارات"),
}
# Of adjectives and those who belong to a country or a place.
_ARABIC_ENDING = "(?:ي|يه|يون|يين|يا|يات|ون|ين|ان|ه)"
_ENGLISH_ENDINGS = ("n", "an", "ian", "ese", "i", "nian", "ish")


def other_names(name: str) -> tuple[str, ...]:
    """Arabic for a country by a name that CLDR has not; empty for any other.

    Kim Jong Un is not the UN: short names have to stand in capitals.
    """
    plain = fold(name)
    return _OTHER_NAMES.get(plain, ()) if name.isupper() or len(plain) > 3 else ()


def is_country(word: str) -> bool:
    """Whether a word in Latin letters is a country, its adjective, its people, or a language."""
    plain = fold(word)
    return plain in _OTHER_NAMES or adjective_pattern(plain) is not None


def adjective_pattern(plain: str) -> str | None:
    """A pattern of the Arabic words for a folded country, its adjective or its people, if known."""
    known = _adjectives()
    return known.get(plain) or known.get(plain.removesuffix("s"))


@cache
def places() -> frozenset[str]:
    """The names of one word, folded, of countries and of the cities of time zones."""
    from babel import Locale

    english = Locale("en")
    cities = (str(zone).rpartition("/")[2] for zone in Locale("ar").time_zones)
    return frozenset(
        fold(name) for name in (*english.territories.values(), *cities) if name.isalpha()
    )


@cache
def known_pairs() -> dict[str, tuple[str, ...]]:
    """English name, folded -> Arabic names, as CLDR has them; each word of a long name too."""
    from babel import Locale

    arabic, english = Locale("ar"), Locale("en")
    pairs: dict[str, set[str]] = {}
    for code, name in english.territories.items():
        if code in arabic.territories:
            for part in (name, *name.split()):
                pairs.setdefault(fold(part), set()).add(arabic.territories[code])
    for zone, names in arabic.time_zones.items():
        if city := names.get("city"):
            pairs.setdefault(fold(zone.rpartition("/")[2].replace("_", " ")), set()).add(city)
    for numbered in (MONTHS, WEEKDAYS):
        for name in filter(str.isascii, numbered):
            others = {other for other in numbered if numbered[other] == numbered[name]}
            pairs.setdefault(fold(name), set()).update(others - {name})
    return {name: tuple(sorted(others)) for name, others in pairs.items()}


@cache
def with_endings(name: str) -> str:
    """A pattern of an Arabic name, folded, with what may be written on to it: «والمصرية»."""
    core = re.escape(without_article(fold(name)))
    return rf"(?<!\w)[وف]?(?:[بك]?ال|لل|[بلك])?{core}{_ARABIC_ENDING}?(?!\w)"


@cache
def _adjectives() -> dict[str, str]:
    """English country, its adjective or a language -> a pattern of the Arabic words for it.

    Both are folded.
    """
    from babel import Locale

    arabic, english = Locale("ar"), Locale("en")
    cores: dict[str, str] = {}
    for code, name in english.territories.items():
        plain = fold(name)
        core = without_article(fold(arabic.territories.get(code, "")))
        if " " not in plain and " " not in core and len(plain) > 3 and len(core) > 2:
            cores[plain] = core
    found = {plain: _adjective_of(core) for plain, core in cores.items()}
    # The nearest first: "Nigerian" is of Nigeria, and not of Niger.
    for ending, (plain, core) in product(_ENGLISH_ENDINGS, cores.items()):
        for stem in (plain, plain.rstrip("aeiouys")):
            if len(stem) > 2:
                found.setdefault(stem + ending, _adjective_of(core))
    for code, name in english.languages.items():
        # A language is named by the adjective in both: «الفرنسية».
        core = without_article(fold(arabic.languages.get(code, ""))).removesuffix("يه")
        if " " not in name and len(core) > 2:
            # «عبر» is no Hebrew, «فرنسا» may be French.
            least = "" if len(core) == 3 else "?"
            found.setdefault(fold(name), f"{re.escape(core)}(?:ا|{_ARABIC_ENDING}){least}")
    return found


def _adjective_of(core: str) -> str:
    """A pattern of an Arabic country and its adjective: «فرنسية» is that of «فرنسا»."""
    if len(core) > 3 and core[-1] in "اه":
        return f"{re.escape(core[:-1])}(?:{core[-1]}|{_ARABIC_ENDING})?"
    return f"{re.escape(core)}{_ARABIC_ENDING}?"
