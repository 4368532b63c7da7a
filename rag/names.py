"""Whether a name in Latin letters is one that stands in an Arabic text, and the reverse.

Two ways to know: a pair that CLDR lists (countries, and the cities of time zones), or consonants
that agree. Arabic writes few vowels and romanisations differ in them (Romanowski, رومانوفسكي), so
only consonants are compared, in classes that romanisations mix up.

References:
    Unicode CLDR, through Babel: https://cldr.unicode.org
    Consonant classes for cross-script matching: Freeman, Condon, Ackerman 2006,
    "Cross Linguistic Name Matching in English and Arabic", https://aclanthology.org/N06-1060
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cache

from rag.text import fold, words

_ARTICLE = re.compile("^(?:[وف]?(?:[بك]?ال|لل))(?=..)")
_LATIN_NAME = re.compile(r"[A-Z][\w\u2019'-]*")

# Letters that carry no consonant in one script or the other are left out of both.
_ARABIC_CLASSES = {
    **dict.fromkeys("ب", "b"),
    **dict.fromkeys("پ", "b"),
    **dict.fromkeys("تطث", "t"),
    **dict.fromkeys("دض", "d"),
    **dict.fromkeys("ذظزسصش", "s"),
    **dict.fromkeys("جغقكخگڭ", "k"),
    **dict.fromkeys("فڤ", "f"),
    **dict.fromkeys("ر", "r"),
    **dict.fromkeys("ل", "l"),
    **dict.fromkeys("م", "m"),
    **dict.fromkeys("ن", "n"),
}
_LATIN_DIGRAPHS = {"th": "t", "dh": "s", "sh": "s", "ch": "s", "kh": "k", "gh": "k", "ph": "f"}
_LATIN_CLASSES = {
    **dict.fromkeys("bp", "b"),
    **dict.fromkeys("t", "t"),
    **dict.fromkeys("d", "d"),
    **dict.fromkeys("sz", "s"),
    **dict.fromkeys("gjkqc", "k"),
    **dict.fromkeys("fv", "f"),
    **dict.fromkeys("r", "r"),
    **dict.fromkeys("l", "l"),
    **dict.fromkeys("m", "m"),
    **dict.fromkeys("n", "n"),
    "x": "ks",
}
_LEAST_LIKENESS = 0.75


def latin_names(sentence: str) -> tuple[str, ...]:
    """The capitalised words of an English sentence, in order, without its first word's case.

    The first word counts only where it cannot be an ordinary word: it is followed by another
    capitalised word.
    """
    found = list(_LATIN_NAME.finditer(sentence))
    names = [match[0] for match in found if match.start() > 0]
    if len(found) > 1 and found[0].start() == 0:
        between = sentence[found[0].end() : found[1].start()]
        if not between.strip() and found[0][0].lower() not in _FIRST_WORDS:
            names.insert(0, found[0][0])
    return tuple(name.removesuffix("'s").removesuffix("\u2019s") for name in names)


def occurs(name: str, text: str) -> bool:
    """Whether a name in Latin letters stands in `text`, in Latin or Arabic script."""
    folded = fold(text)
    plain = fold(name)
    if plain in folded:
        return True
    if any(fold(other) in folded for other in _known_pairs().get(plain, ())):
        return True
    wanted = latin_skeleton(name)
    if len(wanted) < 2:
        return True
    # No romanisation has a w where the Arabic has no waw.
    has_w = "w" in plain
    return any(
        _alike(wanted, arabic_skeleton(word))
        for word in _arabic_words(folded)
        if not has_w or "و" in word
    )


def missing_names(sentence: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The names of an English sentence that stand in none of the texts, in order."""
    joined = "\n".join(texts)
    return tuple(name for name in latin_names(sentence) if not occurs(name, joined))


def latin_skeleton(name: str) -> str:
    """The consonant classes of a name in Latin letters: "Blinken" -> "blnkn"."""
    lower = re.sub(r"^(al|el|as|ash|ar|an|ad|at|az)[-\u2019']", "", fold(name))
    for digraph, consonant in _LATIN_DIGRAPHS.items():
        lower = lower.replace(digraph, consonant)
    return _without_doubles("".join(_LATIN_CLASSES.get(letter, "") for letter in lower))


def arabic_skeleton(word: str) -> str:
    """The consonant classes of an Arabic word: «بلينكن» -> "blnkn"."""
    return _without_doubles("".join(_ARABIC_CLASSES.get(letter, "") for letter in fold(word)))


def without_article(word: str) -> str:
    """An Arabic word without the article and what is written on to that: «والأعرجي» -> «أعرجي»."""
    return _ARTICLE.sub("", word)


def _arabic_words(folded: str) -> Iterable[str]:
    for span in words(folded):
        word = span.of(folded)
        yield word
        # A conjunction, preposition or article that is written together with the name.
        for prefix in ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل", "ف", "ك"):
            if word.startswith(prefix) and len(word) > len(prefix) + 2:
                yield word.removeprefix(prefix)


def _alike(wanted: str, seen: str) -> bool:
    if not seen:
        return False
    if min(len(wanted), len(seen)) <= 2:
        return wanted == seen
    # A romanisation swallows or adds a consonant, hardly two: Washington is not «أنتوني».
    if abs(len(wanted) - len(seen)) > 1:
        return False
    return SequenceMatcher(None, wanted, seen).ratio() >= _LEAST_LIKENESS


def _without_doubles(text: str) -> str:
    return re.sub(r"(.)\1+", r"\1", text)


_FIRST_WORDS = frozenset(
    [
        "the",
        "a",
        "an",
        "in",
        "on",
        "at",
        "of",
        "from",
        "by",
        "it",
        "he",
        "she",
        "they",
        "there",
        "this",
        "that",
        "after",
        "before",
        "when",
        "since",
    ]
)


@cache
def _known_pairs() -> dict[str, tuple[str, ...]]:
    """English name -> Arabic names, both folded, as CLDR has them; each word of a long name too."""
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
    return {name: tuple(sorted(others)) for name, others in pairs.items()}
