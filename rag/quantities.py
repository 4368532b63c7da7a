"""Numbers as people write them: in digits, in words, and in both («23 ألفا», "3.2 million").

An Arabic number word changes with gender and case, takes conjunction, preposition and article in
front, and names units before tens: «خمسة وعشرون ألفا» is 25,000. A noun in the dual («عامين») is
two of it without saying so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from rag.lexical import is_function_word
from rag.text import fold, normalise, numbers

# The end of a sentence is a token too: no number goes on beyond it. Over a comma one may.
_TOKEN = re.compile(r"\d[\d.,،]*|[^\W\d_]+|[.;؛:!?؟،,]")
_COMMAS = "،,"
_SPACE_IN_NUMBER = re.compile(r"(?<=\d)[\u00a0\u202f](?=\d{3}(?!\d))")
_PREFIXES = ("وال", "بال", "فال", "ال", "لل", "و", "ب", "ل", "ف", "ك")
# «كانون الثاني» has no two in it, and «الاثنين» is mostly Monday.
_NUMBERED_NAMES = re.compile(r"\b(?:كانون|تشرين|ربيع|جمادي)\s+ال\w+|\b[وف]?ب?الاثنين\b")
_TWO = re.compile(r"\w{3,}(?:ان|ين|تا|تي)\b|\b(?:second|twice|both)\b")
_RANKED = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
# Longer numbers in digits, of accounts and the like, have no word of scale after them.
_MOST_DIGITS = 15


def _forms(table: dict[int, str]) -> dict[str, int]:
    return {form: value for value, forms in table.items() for form in fold(forms).split()}


_UNITS = _forms(
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
_TEENS = _forms(
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
_TENS = _forms(
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
_HUNDREDS = _forms(
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
_SCALES = _forms(
    {
        1_000: "thousand thousands ألف ألفا آلاف",
        2_000: "ألفان ألفين ألفا ألفي",
        1_000_000: "million millions مليون مليونا ملايين",
        2_000_000: "مليونان مليونين مليوني",
        1_000_000_000: "billion billions مليار مليارا مليارات بليون",
        2_000_000_000: "ملياران مليارين ملياري",
        1_000_000_000_000: "trillion تريليون تريليونا تريليونات",
    }
)
# «ألفا» is "a thousand" in the accusative, and two thousand before a noun: `_counts_two`.
_SCALES["الفا"] = 1_000
_OTHER = frozenset(fold("آخر أخرى").split())
_SCALE_VALUES = frozenset(_SCALES.values())
_WORDS = {**_UNITS, **_TEENS, **_TENS, **_HUNDREDS, **_SCALES}
# Of an Arabic number from two on. Ranks are left out, which digits alone do not say.
_RANKS = frozenset(fold("ثان ثاني ثانية").split()) | {
    fold(form + ending)
    for form in ("ثالث", "رابع", "خامس", "سادس", "سابع", "ثامن", "تاسع", "عاشر")
    for ending in ("", "ة")
}
_CARDINAL = "|".join(
    sorted(
        (form for form, n in _WORDS.items() if n > 1 and not form.isascii() and form not in _RANKS),
        key=len,
        reverse=True,
    )
)
_ONE = fold("واحد|واحدة|أحد|إحدى")
_SPELLED = re.compile(
    rf"(?<!\w)(?<!\d )[وف]??[بل]??(?P<number>(?:(?:{_ONE})\s+و?(?=(?:{_CARDINAL})))?"
    rf"(?:{_CARDINAL})(?:\s+و?(?:{_CARDINAL}))*)(?!\w)(?P<counted>\s+\w+)?"
)


def quantities(text: str) -> frozenset[str]:
    """The values of the numbers in a text, in the form of `rag.text.numbers`.

    Digits with a word of scale after them count once, as their product. A lone "one" is mostly a
    pronoun, and left out.
    """
    return frozenset(
        _shown(value) for value, spelled in _values(text) if not (spelled and value == 1)
    )


def unstated(answer: str, *sources: str) -> frozenset[str]:
    """The numbers of an answer that stand in none of the sources, in whatever form.

    A dual in a source states a two, and so does an English "second", mostly a time elsewhere.
    """
    stated = {
        value
        for text in sources
        for value in (*numbers(text), *(_shown(value) for value, _ in _values(text)))
    }
    if any(_TWO.search(fold(text)) for text in sources):
        stated.add("2")
    return quantities(answer) - stated


def ranks_counted(answer: str, source: str) -> bool:
    """Whether an English answer ranks what Arabic counts: "the 4th month" for «أربعة أشهر»."""
    ranked = {Decimal(digits) for digits in _RANKED.findall(answer)}
    spelled = _SPELLED.finditer(normalise(source).text) if ranked else ()
    return any(value in ranked for match in spelled for value, _ in _values(match["number"]))


def with_digits(text: str) -> str:
    """An Arabic text with its spelled numbers in digits: «بخمسة وسبعين ريالا» as «بـ75 ريالا».

    What goes on from digits stays («19 ألفا»), and so do ranks, and "one".
    """
    folded = normalise(text)
    shown, end = "", 0
    for match in _SPELLED.finditer(folded.text):
        values = [value for value, _ in _values(match["number"] + (match["counted"] or ""))]
        if len(values) == 1:
            number = folded.original_span(*match.span("number"))
            joined = "\u0640" if text[: number.start].endswith("ب") else ""
            shown += f"{text[end : number.start]}{joined}{_in_digits(values[0])}"
            end = number.end
    return shown + text[end:]


@dataclass(slots=True)
class _Run:
    """A number as it is read: what its words of scale closed, and the group under a thousand.

    `in_digits` says that the group is written so: words of scale may follow, others do not.
    """

    closed: Decimal = Decimal(0)
    group: Decimal | None = None
    in_digits: bool = False

    @property
    def value(self) -> Decimal:
        return self.closed + (self.group or 0)

    @property
    def is_empty(self) -> bool:
        return self.group is None and not self.closed

    def take(self, value: int, *, joined: bool, english: bool) -> bool:
        """Takes the next number word; False if it begins another number."""
        group = self.group
        if value in _SCALE_VALUES:
            return self._scale(value, joined=joined)
        if group is None:
            if self.closed and not (joined or english):
                return False
            self.group = Decimal(value)
            return True
        if value == 100 and 1 <= group <= 9 and not joined:
            self.group = group * 100
            return True
        if self.in_digits:
            return False
        last = group % 100
        if english:
            fits = (value < 100 and last == 0) or (value < 10 and last >= 20 and last % 10 == 0)
        elif joined:
            fits = (value < 100 and last == 0) or (20 <= value < 100 and 1 <= last <= 9)
        else:
            fits = value == 10 and 1 <= last <= 9
        if fits:
            self.group = group + value
        return fits

    def _scale(self, value: int, *, joined: bool) -> bool:
        if self.group is not None and not joined:
            self.closed += self.group * value
        elif self.is_empty or joined:
            self.closed += (self.group or 0) + value
        else:
            return False
        self.group, self.in_digits = None, False
        return True


def _values(text: str) -> Iterator[tuple[Decimal, bool]]:
    """The numbers of a text in order, and whether each begins with a word."""
    run, spelled = _Run(), False
    folded = fold(_SPACE_IN_NUMBER.sub("", text))
    tokens = _TOKEN.findall(_NUMBERED_NAMES.sub(" ", folded))
    for word, following in pairwise((*tokens, "")):
        if word[0].isdigit():
            if not run.is_empty:
                yield run.value, spelled
            run, spelled = _Run(), False
            found = [Decimal(value) for value in sorted(numbers(word))]
            if len(found) == 1 and len(word) <= _MOST_DIGITS:
                run.group, run.in_digits = found[0], True
            else:
                yield from ((value, False) for value in found)
            continue
        value, joined = _word(word)
        if value is None and (word == "and" or word in _COMMAS):
            continue
        english = word.isascii()
        if value in _SCALE_VALUES and run.is_empty and _counts_two(word, following):
            value *= 2
        if value is not None and run.take(value, joined=joined, english=english):
            spelled = spelled or run.value == value
            continue
        if not run.is_empty:
            yield run.value, spelled
        run, spelled = _Run(), value is not None
        if value is not None:
            run.take(value, joined=False, english=english)
    if not run.is_empty:
        yield run.value, spelled


def _counts_two(word: str, following: str) -> bool:
    """Whether a word of scale is a dual: «مليونا شخص», but not «مليونا إضافيا» or «مليونا من»."""
    return (
        word.endswith("ا")
        and following.isalpha()
        and not (is_function_word(following) or following in _OTHER or _word(following)[0])
        and not following.startswith(("و", "ال"))
        and not following.endswith("ا")
    )


def _word(token: str) -> tuple[int | None, bool]:
    """The value of a number word, and whether a conjunction is written on to it."""
    if token in _WORDS:
        return _WORDS[token], False
    for prefix in _PREFIXES:
        rest = token.removeprefix(prefix)
        if rest != token and rest in _WORDS:
            # «بالمئة» and «في المئة» are per cent.
            percent = _WORDS[rest] == 100 and prefix.endswith(("ال", "لل"))
            return None if percent else _WORDS[rest], prefix[0] in "وف"
    return None, False


def _in_digits(value: Decimal) -> str:
    """A number as Arabic papers write it: «40 مليون», but 2000."""
    for scale, word in ((1_000_000_000, "مليار"), (1_000_000, "مليون")):
        if value >= scale:
            return f"{_shown(value / scale)} {word}"
    return _shown(value)


def _shown(value: Decimal) -> str:
    shown = format(value, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
