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
_SOFT_C = re.compile("c(?=[eiy])")
_LATIN_ARTICLE = re.compile("^(?:al|el|as|ash|ar|an|ad|at|az)[-\u2019']")
# Of «عبد الرزاق» Abderrazak has no l, but the r twice.
_ASSIMILATED = re.compile(r"^abd[aeou]([dnrstz])(?=\1)")
_LEAST_LIKENESS = 0.75


def latin_skeleton(name: str) -> str:
    """The consonant classes of a name in Latin letters: "Blinken" -> "blnkn"."""
    # Babić is «بابيتش».
    lower = re.sub("ic$", "its", spelled_out(without_accents(fold(name))))
    for digraph, consonant in _LATIN_DIGRAPHS.items():
        lower = lower.replace(digraph, consonant)
    lower = re.sub("^x", "s", _SOFT_C.sub("s", lower))
    classes, parted = "", True
    for letter in lower:
        for consonant in _OF_LATIN.get(letter, ""):
            # A vowel parts two consonants: the doubled one of Hassan is one to the pen, those of
            # Manal two.
            if parted or not classes.endswith(consonant):
                classes += consonant
                parted = False
        parted |= letter not in _OF_LATIN
    return classes


def arabic_skeleton(word: str) -> str:
    """The consonant classes of an Arabic word: «بلينكن» -> "blnkn". Arabic writes no doubles."""
    return "".join(_OF_ARABIC.get(letter, "") for letter in fold(word))


def without_accents(folded: str) -> str:
    """A Latin text without what is put above and below its letters: "siskovic"."""
    letters = unicodedata.normalize("NFD", folded)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def spelled_out(plain: str) -> str:
    """A name in small letters without its article, and with the one that a doubled letter has.

    "al-araji" -> "araji", "abderrazak" -> "abdelrazak".
    """
    return _ASSIMILATED.sub("abdel", _LATIN_ARTICLE.sub("", plain))


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
