"""Number words, folded, with their values: Arabic in gender and case, and English.

Arabic words stand without what may be written on to them in front. `tokens` cuts a text into words
and figures, with what is abbreviated or left out written in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from rag.calendar_words import EN_MONTH, MONTH, PREFIXES, alternatives
from rag.text import fold, numbers


def _forms(table: dict[int, str]) -> dict[str, int]:
    return {form: value for value, forms in table.items() for form in fold(forms).split()}


def _in_order(forms: str, values: Iterable[int]) -> dict[str, int]:
    return dict(zip(forms.split(), values, strict=True))


# «أول» ranks nothing in «أول عشر سنوات».
CARDINALS = _forms(
    {
        1: "one واحد واحدا واحدة أحد إحدى أول أولى",
        2: "two اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي",
        3: "three ثلاث ثلاثا ثلاثة",
        4: "four أربع أربعا أربعة",
        5: "five خمس خمسا خمسة",
        6: "six ست ستا ستة",
        7: "seven سبع سبعا سبعة",
        8: "eight ثمان ثماني ثمانيا ثمانية",
        9: "nine تسع تسعا تسعة",
        10: "ten عشر عشرة",
        20: "twenty عشرون عشرين",
        30: "thirty ثلاثون ثلاثين",
        40: "forty أربعون أربعين",
        50: "fifty خمسون خمسين",
        60: "sixty ستون ستين",
        70: "seventy سبعون سبعين",
        80: "eighty ثمانون ثمانين",
        90: "ninety تسعون تسعين",
        100: "hundred مئة مائة",
        200: "مئتان مئتين مئتا مئتي مائتان مائتين مائتي مائتا",
        300: "ثلاثمئة ثلاثمائة",
        400: "أربعمئة أربعمائة",
        500: "خمسمئة خمسمائة",
        600: "ستمئة ستمائة",
        700: "سبعمئة سبعمائة",
        800: "ثمانمئة ثمانمائة ثمانيمئة ثمانيمائة",
        900: "تسعمئة تسعمائة",
    }
) | _in_order(
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", range(11, 20)
)
# Forms of the accusative, of which no word has the article: «أربعا وعشرين ساعة».
ACCUSATIVES = frozenset(
    form for form, n in CARDINALS.items() if n in (1, *range(3, 10)) and form.endswith("ا")
)
# An English "second" is mostly a time.
ORDINALS = _forms(
    {
        1: "first حادي حادية",
        2: "ثان ثاني ثانية",
        3: "third ثالث ثالثة",
        4: "fourth رابع رابعة",
        5: "fifth خامس خامسة",
        6: "sixth سادس سادسة",
        7: "seventh سابع سابعة",
        8: "eighth ثامن ثامنة",
        9: "ninth تاسع تاسعة",
        10: "tenth عاشر عاشرة",
    }
) | _in_order(
    "eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
    "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth",
    (*range(11, 20), *range(20, 101, 10)),
)
PLURAL_SCALES = _forms(
    {
        10**3: "thousands آلاف",
        10**6: "millions ملايين",
        10**9: "billions مليارات بلايين",
        10**12: "trillions تريليونات ترليونات",
    }
)
# «ألفا» is "a thousand" in the accusative, and two thousand before a noun: `rag.number_reader`.
SCALES = PLURAL_SCALES | _forms(
    {
        10**3: "thousand ألف ألفا",
        2 * 10**3: "ألفان ألفين ألفي",
        10**6: "million مليون مليونا",
        2 * 10**6: "مليونان مليونين مليوني",
        10**9: "billion مليار مليارا بليون بليونا",
        2 * 10**9: "ملياران مليارين ملياري بليونان بليونين بليوني",
        10**12: "trillion تريليون تريليونا ترليون ترليونا",
        2 * 10**12: "تريليونان تريليونين تريليوني ترليونان ترليونين ترليوني",
    }
)
SCALE_VALUES = frozenset(SCALES.values())
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
WORDS = {**CARDINALS, **ORDINALS, **SCALES, "dozen": 12}

SCALE = alternatives(SCALES)
TENS = alternatives(form for form, value in CARDINALS.items() if 20 <= value < 100)

# The end of a sentence is a token too: no number goes on beyond it. Over a comma one may.
_TOKEN = re.compile(r"\d[\d.,،]*|[^\W\d_]+|[.;؛:!?؟،,]")
_SPACE_IN_NUMBER = re.compile(r"(?<=\d)[\u00a0\u202f](?=\d{3}(?!\d))")
# «كانون الثاني» has no two in it, and «الاثنين» is mostly Monday.
_NUMBERED_NAMES = re.compile(r"\b(?:كانون|تشرين|ربيع|جمادي)\s+ال\w+|\b[وف]?ب?الاثنين\b")
# «10 000 درهم», with a common space.
_SPACED_NUMBER = re.compile(r"(?<![\d.,/:+-])(?<!\d )[1-9]\d{0,2}(?: \d{3})* \d00(?! ?[\d/:-])")
# A year has no word of scale, although one may follow: «عام 2023 مليوني زائر».
_A_YEAR = r"(?:19\d\d|20\d\d|2100)\b"
_AND_A_YEAR = rf"(?:\s?[،,-]\s?|\s(?:و\s?|and\s|{fold('إلى')}\s)){_A_YEAR}"
_YEAR = re.compile(
    rf"{PREFIXES}(?:ال|ل)?(?:{fold('عامي|عام|سنتي|سنة|أعوام|سنوات')}|{MONTH}"
    rf"|(?:{EN_MONTH})(?:\s+\d{{1,2}}(?:st|nd|rd|th)?,)?"
    rf"|in|{fold('في')})\s+{_A_YEAR}(?:{_AND_A_YEAR})*(?![.,]\d)"
)
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
    r"(?P<scale>[mbt]n|(?(money)[kmb]|(?!)))\b"
)
# One word, or "twenty-five".
_UNDER_1000 = alternatives(
    form for form, value in CARDINALS.items() if value < 1000 and (form.isascii() or value > 1)
)
_SPELLED_END = rf"(?:(?:{TENS})-)?(?:{_UNDER_1000})"
# The word of scale after a range counts for its lower end too, which is no year.
_RANGE = re.compile(
    rf"(?P<between>\b[وف]?(?:between|بين)\s+(?:{_MONEY})?)?"
    rf"(?:(?<![\d.,:/-])(?P<low>\d{{1,3}}(?:[.,]\d+)?)|(?<![\w-])[بل]?(?P<least>{_SPELLED_END}))"
    rf"(?P<to>(?(between)\s+(?:and\s+|و\s?)|(?!))(?:{_MONEY})?|"
    rf"(?:(?(low){_DASH}|(?!))|[\s-]+(?:to|or|{fold('إلى|أو')})[\s-]+)(?:{_MONEY})?)"
    rf"(?:(?P<high>\d[\d.,]*)\s?|(?P<most>{_SPELLED_END})\s+)"
    rf"(?P<scale>(?:{SCALE})(?:\s+(?:{SCALE}))?)\b",
    re.IGNORECASE,
)


def tokens(text: str) -> list[str]:
    """The words, figures and marks of a text.

    Words of scale are written out where they are abbreviated or said once for a range; «و» is
    written on to its word; fractions and dozens are figures; "a few hundred" is left out. After a
    year stands a full stop.
    """
    text = _SPACE_IN_NUMBER.sub("", text)
    text = _SPACED_NUMBER.sub(lambda match: match[0].replace(" ", ""), text)
    text = _FRACTION.sub(lambda match: f"{match[1] or 0}{_FRACTIONS[match[2]]}", text)
    folded = _YEAR.sub(r"\g<0> . ", fold(text))
    folded = _NUMBERED_NAMES.sub(" ", folded)
    folded = _SPACE_AFTER_AND.sub("و", folded)
    folded = _UNTOLD.sub(" ", folded)
    folded = _DOZENS.sub(_dozens_in_digits, folded)
    folded = _ABBREVIATED.sub(
        lambda match: f"{match['figure']} {_ABBREVIATIONS[match['scale']]}", folded
    )
    folded = _RANGE.sub(_with_both_scales, folded)
    folded = _AND_A_PART.sub("and ", folded)
    folded = _PART_OF.sub(r"\g<part> ", folded)
    return _TOKEN.findall(folded)


def whole_phrases(text: str) -> frozenset[int]:
    """Where a number word says nothing alone: in "two or three thousand" and "a few hundred".

    The text is folded Arabic, or English.
    """
    spans = [match.span() for match in _RANGE.finditer(text) if _shares_scale(match)]
    spans += [match.span() for match in _UNTOLD.finditer(text)]
    return frozenset(at for start, end in spans for at in range(start, end))


def _ends(match: re.Match[str]) -> tuple[str, str]:
    return match["low"] or match["least"], match["high"] or match["most"]


def _shares_scale(match: re.Match[str]) -> bool:
    """Whether both ends of a range have its word of scale: not in "from 800 to 3 thousand"."""
    low, high = map(_end_value, _ends(match))
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
    (low, high), scale = _ends(match), match["scale"]
    return f"{match['between'] or ''}{low} {scale}{match['to']}{high} {scale}"
