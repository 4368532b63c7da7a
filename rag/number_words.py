"""Number words, folded, with their values: Arabic in gender and case, and English.

Arabic words stand without what may be written on to them in front. `tokens` cuts a text into words
and figures, with what is abbreviated or left out written in full.
"""

from __future__ import annotations

import re
from decimal import Decimal

from rag.text import fold, numbers


def _forms(table: dict[int, str]) -> dict[str, int]:
    return {form: value for value, forms in table.items() for form in fold(forms).split()}


UNITS = _forms(
    {
        1: "one first واحد واحدة أحد إحدى أول أولى حادي حادية",
        2: "two ثان ثاني ثانية اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي",
        3: "three ثلاث ثلاثة third ثالث ثالثة",
        4: "four أربع أربعة fourth رابع رابعة",
        5: "five خمس خمسة fifth خامس خامسة",
        6: "six ست ستة sixth سادس سادسة",
        7: "seven سبع سبعة seventh سابع سابعة",
        8: "eight ثمان ثماني ثمانية eighth ثامن ثامنة",
        9: "nine تسع تسعة ninth تاسع تاسعة",
    }
)
TEENS = _forms(
    {
        10: "ten عشر عشرة tenth عاشر عاشرة",
        11: "eleven eleventh",
        12: "twelve twelfth dozen",
        13: "thirteen thirteenth",
        14: "fourteen fourteenth",
        15: "fifteen fifteenth",
        16: "sixteen sixteenth",
        17: "seventeen seventeenth",
        18: "eighteen eighteenth",
        19: "nineteen nineteenth",
    }
)
TENS = _forms(
    {
        20: "twenty twentieth عشرون عشرين",
        30: "thirty thirtieth ثلاثون ثلاثين",
        40: "forty fortieth أربعون أربعين",
        50: "fifty fiftieth خمسون خمسين",
        60: "sixty sixtieth ستون ستين",
        70: "seventy seventieth سبعون سبعين",
        80: "eighty eightieth ثمانون ثمانين",
        90: "ninety ninetieth تسعون تسعين",
    }
)
HUNDREDS = _forms(
    {
        100: "hundred hundredth مئة مائة",
        200: "مئتان مئتين مئتا مئتي مائتان مائتين مائتي مائتا",
        300: "ثلاثمئة ثلاثمائة",
        400: "أربعمئة أربعمائة",
        500: "خمسمئة خمسمائة",
        600: "ستمئة ستمائة",
        700: "سبعمئة سبعمائة",
        800: "ثمانمئة ثمانمائة ثمانيمئة ثمانيمائة",
        900: "تسعمئة تسعمائة",
    }
)
SCALES = _forms(
    {
        1_000: "thousand thousands ألف ألفا آلاف",
        2_000: "ألفان ألفين ألفا ألفي",
        1_000_000: "million millions مليون مليونا ملايين",
        2_000_000: "مليونان مليونين مليوني",
        1_000_000_000: "billion billions مليار مليارا مليارات بليون بليونا بلايين",
        2_000_000_000: "ملياران مليارين ملياري بليونان بليونين بليوني",
        1_000_000_000_000: (
            "trillion trillions تريليون تريليونا تريليونات ترليون ترليونا ترليونات"
        ),
        2_000_000_000_000: ("تريليونان تريليونين تريليوني ترليونان ترليونين ترليوني"),
    }
)
# «ألفا» is "a thousand" in the accusative, and two thousand before a noun: `rag.quantities`.
SCALES["الفا"] = 1_000
SCALE_VALUES = frozenset(SCALES.values())
PLURAL_SCALES = frozenset(
    fold(
        "آلاف ملايين مليارات بلايين تريليونات ترليونات thousands millions billions trillions"
    ).split()
)
# Of a word of scale, «نصف مليون»; None where no decimal number says it, or none is read.
PARTS: dict[str, Decimal | None] = {
    **dict.fromkeys(("half", "نصف"), Decimal("0.5")),
    **dict.fromkeys(("quarter", "ربع"), Decimal("0.25")),
    **dict.fromkeys(
        fold(
            "third thirds quarters fifth fifths tenth tenths ثلث ثلثا ثلثي ثلثين أرباع أخماس أعشار"
        ).split()
    ),
}
WORDS = {**UNITS, **TEENS, **TENS, **HUNDREDS, **SCALES}
# Digits alone do not say that they rank.
RANKS = frozenset(fold("ثان ثاني ثانية").split()) | {
    fold(form + ending)
    for form in ("ثالث", "رابع", "خامس", "سادس", "سابع", "ثامن", "تاسع", "عاشر")
    for ending in ("", "ة")
}

# The end of a sentence is a token too: no number goes on beyond it. Over a comma one may.
_TOKEN = re.compile(r"\d[\d.,،]*|[^\W\d_]+|[.;؛:!?؟،,]")
_SPACE_IN_NUMBER = re.compile(r"(?<=\d)[\u00a0\u202f](?=\d{3}(?!\d))")
# «كانون الثاني» has no two in it, and «الاثنين» is mostly Monday.
_NUMBERED_NAMES = re.compile(r"\b(?:كانون|تشرين|ربيع|جمادي)\s+ال\w+|\b[وف]?ب?الاثنين\b")
SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_PART_OF = re.compile(
    rf"\b(?P<part>{'|'.join(part for part in PARTS if part.isascii())})"
    rf"(?:\s+of)?[\s-]+(?:an?[\s-]+)?(?=(?:{SCALE})\b)"
)
_AND_A_PART = re.compile(r"\band[\s-]+an?[\s-]+(?=(?:half|quarter|third)\b)")
_FRACTION = re.compile(r"(\d?)([¼½¾])")
_FRACTIONS = {"¼": ".25", "½": ".5", "¾": ".75"}
_DOZENS = re.compile(r"\b(half[\s-]an?|two|three|four|five|six)[\s-]dozen\b")
# "a few hundred thousand" tells no number.
_UNTOLD = re.compile(
    r"\b(?:few|several|many|couple\s+of)\s+(?:dozen|hundred|thousand|[mb]illion|trillion)"
    r"(?:\s+(?:thousand|[mb]illion|trillion))?\b",
    re.IGNORECASE,
)
_SPACE_AFTER_AND = re.compile(r"(?<!\w)و\s+(?=[^\W\d_])")
_DASH = r"\s?[-\u2013\u2014]\s?"
_MONEY = r"(?:[$€£¥]|\b(?:usd|eur|gbp|sar|aed|qar|kwd|jod|iqd|egp|ils))\s?"
_ABBREVIATIONS = {
    "k": "thousand",
    "m": "million",
    "mn": "million",
    "b": "billion",
    "bn": "billion",
    "tn": "trillion",
}
# "100m" may be metres, and "5b" a flat.
_ABBREVIATED = re.compile(
    rf"(?P<figure>(?P<money>{_MONEY}(?:\d[\d.,]*{_DASH})?)?(?<![\d.,])\d[\d.,]*)"
    r"(?P<scale>(?(money)[mb]n?|[mb]n)|tn|(?(money)k|(?!)))\b"
)
# One word, or "twenty-five"; no rank.
_UNDER_1000 = "|".join(
    sorted(
        (
            form
            for form, value in WORDS.items()
            if not form.endswith(("first", "third", "th", "dozen"))
            and (value < 1000 if form.isascii() else 1 < value < 1000 and form not in RANKS)
        ),
        key=len,
        reverse=True,
    )
)
_SPELLED_END = rf"(?:(?:{'|'.join(TENS)})-)?(?:{_UNDER_1000})"
# The word of scale after a range counts for its lower end too, which is no year.
_RANGE = re.compile(
    rf"(?P<between>\b[وف]?(?:between|بين)\s+(?:{_MONEY})?)?"
    rf"(?:(?<![\d.,:/-])(?P<low>\d{{1,3}}(?:[.,]\d+)?)|(?<![\w-])[بل]?(?P<least>{_SPELLED_END}))"
    rf"(?P<to>(?(between)\s+(?:and\s+|و\s?)|(?!))(?:{_MONEY})?|"
    rf"(?:(?(low){_DASH}|(?!))|[\s-]+(?:to|or|{fold('إلى|أو')})[\s-]+)(?:{_MONEY})?)"
    rf"(?:(?P<high>\d[\d.,]*)\s?|(?P<most>{_SPELLED_END})\s+)(?P<scale>{SCALE})\b",
    re.IGNORECASE,
)
_ENDS = (("low", "least"), ("high", "most"))


def tokens(text: str) -> list[str]:
    """The words, figures and marks of a text.

    Words of scale are written out where they are abbreviated or said once for a range; «و» is
    written on to its word; fractions and dozens are figures; "a few hundred" is left out.
    """
    text = _FRACTION.sub(
        lambda match: f"{match[1] or 0}{_FRACTIONS[match[2]]}", _SPACE_IN_NUMBER.sub("", text)
    )
    folded = _SPACE_AFTER_AND.sub("و", _NUMBERED_NAMES.sub(" ", fold(text)))
    folded = _DOZENS.sub(_dozens_in_digits, _UNTOLD.sub(" ", folded))
    folded = _ABBREVIATED.sub(
        lambda match: f"{match['figure']} {_ABBREVIATIONS[match['scale']]}", folded
    )
    folded = _RANGE.sub(_with_both_scales, folded)
    return _TOKEN.findall(_PART_OF.sub(r"\g<part> ", _AND_A_PART.sub("and ", folded)))


def whole_phrases(text: str) -> frozenset[int]:
    """Where a number word says nothing alone: in "two or three thousand" and "a few hundred".

    The text is folded Arabic, or English.
    """
    spans = [match.span() for match in _RANGE.finditer(text) if _shares_scale(match)]
    spans += [match.span() for match in _UNTOLD.finditer(text)]
    return frozenset(at for start, end in spans for at in range(start, end))


def _shares_scale(match: re.Match[str]) -> bool:
    """Whether both ends of a range have its word of scale: not in "from 800 to 3 thousand"."""
    low, high = (_end_value(match[digits] or match[spelled]) for digits, spelled in _ENDS)
    if match["least"] and match["most"] and match["to"].strip() == "و":
        # «بين خمسة وعشرين ألفا» is one number, and so is «مئة وخمسين ألفا».
        return low < high and not (low < 10 and high >= 20)
    return low < 10 * high


def _end_value(written: str) -> Decimal:
    if written[0].isdigit():
        return max(map(Decimal, numbers(written)))
    return Decimal(sum(WORDS[word] for word in written.casefold().split("-")))


def _dozens_in_digits(match: re.Match[str]) -> str:
    return "6" if match[1].startswith("half") else str(WORDS[match[1]] * 12)


def _with_both_scales(match: re.Match[str]) -> str:
    if not _shares_scale(match):
        return match[0]
    (low, high), scale = (
        (match[digits] or match[spelled] for digits, spelled in _ENDS),
        match["scale"],
    )
    return f"{match['between'] or ''}{low} {scale}{match['to']}{high} {scale}"
