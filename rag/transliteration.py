"""Which Arabic words a name in Latin letters may be, told letter by letter.

Each Latin letter, or group of them, stands for a few Arabic ones, short vowels for none: a pattern
of a name has them all. Of the half of `rag/spellings.tsv` on which it was not made it finds .97; a
name is taken for one of 9,000 other words of Arabic articles.

References:
    Romanisations and their letters: ALA-LC Romanization Tables, Arabic, 2012.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rag.consonants import spelled_out, without_accents
from rag.text import fold

# The first that begins at a place is taken, and what follows it in Latin letters may decide.
_LETTERS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(latin), arabic)
    for latin, arabic in {
        "^ma?c(?:[ck]|(?=[^aeiouyhck]))|^mc": "ما?كا?",
        "szcz": "شتش|تش|ش",
        "tsch|dsch|tch": "تش|ش|ج|چ",
        "schw": "شو|شف",
        "sch": "ش|تش|س[كخ]",
        "dzh|dj": "دج|ج|دي",
        "dz": "[دت]?[زس]|د|ج|ظ",
        "cz": "تش|ش|س|كز",
        "sz": "ش|س",
        "kj": "ش|كي",
        "zh": "تش|ج|ش|ز|[زظضذ][هح]|ژ",
        "kh": "خ|ك[هح]",
        "gh$": "[غقجك]?",
        "gh": "غ|ق|ج|[غجك][هح]",
        "ch": "تش|ش|خ|ك|ج|ح|چ",
        "sh": "ش|[سص][هح]",
        "th": "[تط][هح]?|ث|ذ|ظ",
        "dh": "[ذظضد][هح]?|ط",
        "pf": "ف|بف",
        "ph": "ف|ب[هح]",
        "ts|tz": "[تط]?[سزص]|تش",
        "ng$": "ن[غجكق]?",
        "gn": "[جغقك]?ن|ني|ين",
        "gli": "[غجك]?لي",
        "ll": "ل{1,2}ي?|ي",
        "[ln]h(?=[aeo]s?$)": "[لن]ي|[لن][هح]",
        "cc(?=[eiy])": "تش|كس",
        "ck": "ك{1,2}|ق|تسك",
        "c[cq]": "ك|ق",
        "c(?=[eiy])": "س|تش|ش|ص|ك|ث|ج|تس|چ",
        "(?<=i)c$": "تش|ك|ش|تس|ج",
        "c": "ك|ق|تش|تس|چ",
        "x": "كس|خ|س|ش|كز|ز",
        "qu": "[كقڭ]و?",
        "q": "ق|ك|غ|تش|گ",
        "k": "ك|ق|گ",
        "g(?=[eiy])": "ج|غ|ق|ك|خ|دج|گ",
        "g": "غ|ج|ق|ك|گ|ڭ",
        "j": "ج|ي|خ|گ",
        "[bp]": "ب|پ",
        "t": "ت|ط",
        "d": "د|ض|ذ|ظ",
        "s": "س|ص|ز|ش|ث",
        "z": "[تد]?[زس]|ذ|ظ|ض|ص|ث|ج|تش",
        "f": "ف",
        "v": "ف|و|ب|ڤ",
        "w": "و{1,2}|ف|ؤ",
        "[mn](?=[bp])": "م|ن",
        "^h": "ه|ح",
        "(?<=[aeiouy'])h(?=[aeiouy])": "ه|ح|غ",
        "h": "[هح]?",
        "l": "ل",
        "m": "م",
        "n": "ن",
        "r": "ر",
    }.items()
)
# What each Latin letter is called, as initials are written: «سي إن إن».
_CALLED = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (
            *("ايه?", "بي", "سي", "دي", "ايه?", "اي?ف", "جي", "ا?ي?تش", "اي", "ج(?:ي|يه|اي)"),
            *("كا?يه?", "اي?ل", "اي?م", "اي?ن", "او", "بي", "كيو", "ار", "اي?س", "تي", "يو", "في"),
            *("دا?بليو", "اي?كس", "واي", "زي?د?"),
        ),
        strict=True,
    )
)
_MARKED = str.maketrans(
    {
        **dict.fromkeys("ćčç", "ch"),
        **dict.fromkeys("šşș", "sh"),
        "ž": "zh",
        "ğ": "gh",
        "đ": "dj",
        "ñ": "nj",
        "ą": "on",
        "ł": "l",
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
    }
)
# «صلاح الدين» is Salahuddin.
_OF_FAITH = re.compile("[aeiou]dd[ie]{1,2}ne?$")
_TWICE = re.compile(r"(sh|zh|ch|kh|th|dh|gh|y)\1+")
# The first letter of a cluster may have an alif before it: «أمبيكي», «إسكندر».
_CLUSTER = re.compile("[smn][^aeiouhyw]")
# A final letter that French or Greek names have and the Arabic word may not; a final s, in most.
_MUTE = re.compile(
    "(?<=[eiounrlyh])(?:es|[tdxzp])$|(?<=[aeiounrlyhtkm])s$|(?<=[ie])r$|(?<=[aou])l[dt]s?$"
)
_LEAST_WITH_MUTE = 5
_SIGNS = "'\u2019\u02bf\u02be`-"
_VOWELS = re.compile(f"[aeiouy{_SIGNS}]+(?:(?<=[aeiouy])h$)?")
_CONSONANT_Y = re.compile("(?<=[aeiou])y|y(?=[aeiou])")
# Arabic writes these: «عبد» is no Obeid.
_DIPHTHONGS = frozenset(("ai", "ay", "ei", "ey"))
_LONG = {"ee": "[اعءئ]?ي[اعء]?", "oo": "و"}
# What the vowels at the end of a name may be, by the last ones of them; V is any of their letters.
_ENDINGS = (
    (("ah", "eh"), "V{0,3}[هح]|V{0,2}[اي]"),
    (("h",), "V{0,3}[هح]?"),
    (("i", "y"), "V{0,2}ي[ءعها]?"),
    (("u", "o"), "V{0,2}[واع]ه?"),
    (("a",), "V{1,3}ه?|ه"),
    (("e",), "V{0,3}ه?"),
)
# An alif, an ayn or a hamza, which romanisations leave out or write as any vowel.
_GUTTURALS = "اعءئؤ"


@lru_cache(maxsize=4096)
def arabic_pattern(name: str) -> re.Pattern[str]:
    """What matches, in whole, each folded Arabic word that a Latin name may be.

    It knows nothing of what is written on to a word; an article that the name has is left out, and
    so is what is no Latin letter. A name without any matches the empty word alone.
    """
    plain = spelled_out(without_accents(fold(name).translate(_MARKED)))
    return re.compile("".join(_pieces(_TWICE.sub(r"\1", plain))))


def initials_pattern(name: str) -> re.Pattern[str]:
    """What matches the names of a Latin word's letters in folded text: «سي إن إن» of "CNN".

    Nothing does if one of them is none of the 26.
    """
    called = (_CALLED.get(letter, "(?!)") for letter in fold(name))
    return re.compile(rf"(?<!\w)[وفبلك]?(?:ال)?{' '.join(called)}(?!\w)")


def _pieces(plain: str) -> Iterator[str]:
    """What each part of a name may be in Arabic, as patterns, in order."""
    if _CLUSTER.match(plain):
        yield "ا?"
    start = 0
    while start < len(plain):
        if _OF_FAITH.match(plain, start):
            yield "(?:ا?ل)?دين"
            return
        if run := _VOWELS.match(plain, start):
            start = run.end()
            yield f"(?:{_vowels(run[0], first=run.start() == 0, last=start == len(plain))})"
        elif len(plain) >= _LEAST_WITH_MUTE and (mute := _MUTE.match(plain, start)):
            yield _mute(mute[0], plain)
            return
        else:
            arabic, end = _consonant(plain, start)
            doubled = end == start + 1 and plain[start : start + 1] == plain[end : end + 1]
            if arabic:
                yield f"(?:{arabic})" + "{1,2}" * doubled
            start = end + doubled


def _consonant(plain: str, start: int) -> tuple[str, int]:
    """What the letters at a place may be in Arabic, and where they end; one unknown is nothing."""
    for latin, arabic in _LETTERS:
        if found := latin.match(plain, start):
            return arabic, found.end()
    return "", start + 1


def _mute(ending: str, plain: str) -> str:
    """What the last letters of a name may be where they may be none."""
    if ending == "es":
        return "(?:ي?[سزص])?"
    voiced = "".join(f"(?:{_consonant(letter, 0)[0]})" for letter in ending)
    feminine = "|ه" if plain.endswith(("et", "ier")) else ""
    return f"(?:{voiced}{feminine})?"


def _vowels(run: str, *, first: bool, last: bool) -> str:
    """What a run of vowels may be in Arabic, which writes the long ones and those at either end."""
    if parted := _CONSONANT_Y.search(run):
        before, after = run[: parted.start()], run[parted.end() :]
        led = f"[{_written(before)}]{{0,2}}" if before else "ا?" if first else ""
        rest = _vowels(after, first=False, last=last) if after else ""
        return f"{led}[يئ]{{1,2}}(?:{rest})"
    letter = f"[{_written(run)}]"
    if first:
        return f"(?:{letter}|يو){letter}{{0,2}}"
    ending = next((form for ends, form in _ENDINGS if last and run.endswith(ends)), None)
    least = 1 if run in _DIPHTHONGS else 0
    inside = f"{'(?:يو)?' if 'u' in run else ''}{letter}{{{least},3}}"
    return _LONG.get(run, inside if ending is None else ending.replace("V", letter))


def _written(run: str) -> str:
    """The letters that Arabic may write for a run of vowels."""
    round_ = "و" if set(run) & set("ou") else ""
    narrow = "ي" if set(run) & set("iyea") else ""
    return _GUTTURALS + round_ + narrow
