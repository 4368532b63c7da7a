"""The consonants of a name, in classes that Arabic and Latin letters share.

Arabic writes few vowels and romanisations differ in them (Romanowski, رومانوفسكي), so that names
are compared by their consonants, in classes that romanisations mix up.

References:
    Consonant classes for cross-script matching: Freeman, Condon, Ackerman 2006,
    "Cross Linguistic Name Matching in English and Arabic", https://aclanthology.org/N06-1060
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

from rag.text import fold

# The Arabic and the Latin letters of each class. Letters that carry no consonant in one script or
# the other are left out of both.
_CLASSES = {
    "b": ("بپ", "bp"),
    "t": ("تطث", "t"),
    "d": ("دض", "d"),
    "s": ("ذظزسصش", "sz"),
    "k": ("جغقكخگڭ", "gjkqc"),
    "f": ("فڤ", "fv"),
    "r": ("ر", "r"),
    "l": ("ل", "l"),
    "m": ("م", "m"),
    "n": ("ن", "n"),
}
_OF_ARABIC = {letter: name for name, (arabic, _) in _CLASSES.items() for letter in arabic}
_OF_LATIN = {letter: name for name, (_, latin) in _CLASSES.items() for letter in latin}
_OF_LATIN["x"] = "ks"
_LATIN_DIGRAPHS = {
    "dzh": "k",
    "tch": "ts",
    "th": "t",
    "dh": "s",
    "sh": "s",
    "ch": "s",
    "kh": "k",
    "gh": "k",
    "ph": "f",
    "dj": "k",
}
# Letters that are a y in Slavic or Portuguese names, as their endings tell: Stojković, Carvalho.
# In others they are not: Belhadj must not be found in «بلاد».
_LIKE_Y = re.compile("j(?=.*(?:i[cć]|sk[iy]|[oe]va?)$)|(?<=[ln])h(?=[aeo]s?$)")
_SOFT_C = re.compile("c(?=[eiy])")
# Of «عبد الرزاق» Abderrazak has no l, but the r twice.
_ASSIMILATED = re.compile(r"^abd[aeou](?=([dnrstz])\1)")
# A long vowel that Arabic writes, and the Latin letters of which it has one: of the 18,000 listed
# spellings with the consonants of their name 88 lack it.
_LONG_VOWELS = {"و": frozenset("ouw"), "ي": frozenset("iyea")}
_LEAST_LIKENESS = 0.75


def latin_skeleton(name: str) -> str:
    """The consonant classes of a name in Latin letters: "Blinken" -> "blnkn"."""
    return _latin_parts(name)[0]


def heard_with_y(name: str) -> str:
    """A Latin name as it sounds in Slavic languages or Portuguese: "Stoykovic", "Carvalyo"."""
    return _LIKE_Y.sub("y", fold(name))


def arabic_skeleton(word: str) -> str:
    """The consonant classes of an Arabic word: «بلينكن» -> "blnkn". Arabic writes no doubles."""
    return _arabic_parts(word)[0]


def tells_apart(name: str) -> bool:
    """Whether a name in Latin letters can be known by its consonants: one is in many a word."""
    return len(latin_skeleton(name)) > 1


def alike(wanted: str, seen: str) -> bool:
    """Whether two skeletons are so near that one name may have both; an empty one is near none."""
    if not seen:
        return False
    if min(len(wanted), len(seen)) <= 2:
        return wanted == seen
    # A romanisation swallows or adds a consonant, hardly two: Washington is not «أنتوني».
    if abs(len(wanted) - len(seen)) > 1:
        return False
    # Nor does it begin with another one: Kouloukis is not «فيلكوش».
    if len(wanted) == len(seen) and wanted[0] != seen[0]:
        return False
    return SequenceMatcher(None, wanted, seen).ratio() >= _LEAST_LIKENESS


def has_its_vowels(name: str, word: str) -> bool:
    """Whether a Latin name has the long vowels of an Arabic word with the same consonants.

    «كدودي» is not Kodidi.
    """
    heard = _latin_parts(name)[1]
    written = _arabic_parts(word)[1]
    return all(
        not set(latin).isdisjoint(letters)
        for latin, arabic in zip(heard, written, strict=True)
        for vowel, letters in _LONG_VOWELS.items()
        if vowel in arabic
    )


def _latin_parts(name: str) -> tuple[str, list[str]]:
    """The consonant classes of a Latin name, and the letters ahead of each and after the last."""
    letters = unicodedata.normalize("NFD", fold(name))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    lower = re.sub(r"^(al|el|as|ash|ar|an|ad|at|az)[-\u2019']", "", plain)
    lower = _ASSIMILATED.sub("abdel", lower)
    # Babić is «بابيتش».
    lower = re.sub("ic$", "its", lower)
    for digraph, consonant in _LATIN_DIGRAPHS.items():
        lower = lower.replace(digraph, consonant)
    lower = re.sub("^x", "s", _SOFT_C.sub("s", lower))
    classes, between = "", [""]
    for letter in lower:
        for consonant in _OF_LATIN.get(letter, ""):
            # A vowel parts two consonants: the doubled one of Hassan is one to the pen, those of
            # Manal two.
            if not between[-1] and classes.endswith(consonant):
                continue
            classes += consonant
            between.append("")
        if letter not in _OF_LATIN:
            between[-1] += letter
    return classes, between


def _arabic_parts(word: str) -> tuple[str, list[str]]:
    """The consonant classes of an Arabic word, and the letters ahead of each and after the last."""
    classes, between = "", [""]
    for letter in fold(word):
        if consonant := _OF_ARABIC.get(letter):
            classes += consonant
            between.append("")
        else:
            between[-1] += letter
    return classes, between
