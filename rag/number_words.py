"""Number words, folded, with their values: Arabic in gender and case, and English.

Arabic words stand without what may be written on to them in front.
"""

from __future__ import annotations

from decimal import Decimal

from rag.text import fold


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
        1_000_000_000: "billion billions مليار مليارا مليارات بليون",
        2_000_000_000: "ملياران مليارين ملياري",
        1_000_000_000_000: "trillion trillions تريليون تريليونا تريليونات",
    }
)
# «ألفا» is "a thousand" in the accusative, and two thousand before a noun: `rag.quantities`.
SCALES["الفا"] = 1_000
SCALE_VALUES = frozenset(SCALES.values())
PLURAL_SCALES = frozenset(
    fold("آلاف ملايين مليارات تريليونات thousands millions billions trillions").split()
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
