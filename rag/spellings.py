"""How names are usually spelled: Arabic words and the Latin ones that newspapers write for them.

Arabic leaves short vowels out, so that «حسن» and «حسين» have the consonants of either Hassan or
Hussein: only a list tells them apart. It has single words, without the article.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from rag.lexical import is_function_word
from rag.schema import Span
from rag.text import fold, words
from rag.word_lists import read_rows

_LIST = "spellings.tsv"
_ARTICLE = re.compile("^(?:[وف]?(?:[بك]?ال|لل))(?=..)")
_LATIN_ARTICLE = re.compile("^[ae]l[-\u2019' ]")
_SERVANT = frozenset(("عبد", "وعبد", "لعبد", "بعبد"))
# What stands after these is a name of its own, though Persians write «محمدرضا».
_BEFORE_ANOTHER = frozenset(fold("محمد علي حسين حميد سيد").split())
# Folded, this name is «على» ("on").
_ALI = "علي"
WITHIN_NAMES: Mapping[str, str] = {
    fold(word): latin
    for word, latin in {
        "بن": "bin",
        "ابن": "Ibn",
        "بنت": "bint",
        "ولد": "Ould",
        "أبو": "Abu",
        "أبي": "Abi",
        "أم": "Umm",
        "آل": "Al",
    }.items()
}
"""Words within names, folded, and the one usual spelling of each, which no model need find."""


def name_words(text: str) -> list[Span]:
    """The words of a text, «عبد الله» as one: it is one in Latin letters."""
    found: list[Span] = []
    for span in words(text):
        servant = bool(found) and fold(found[-1].of(text)) in _SERVANT
        if servant and span.of(text).startswith("ال") and text[found[-1].end : span.start] == " ":
            found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
    return found


def with_joined_names(spans: Sequence[Span], text: str) -> list[Span]:
    """Words of a text, two as one that are listed as one name: «نصر الله» is Nasrallah."""
    found: list[Span] = []
    for span in spans:
        both = Span(found[-1].start, span.end) if found else span
        first, _, second = both.of(text).partition(" ")
        joins = second == span.of(text) and not _stand_apart(first, second)
        if joins and usual_spelling(both.of(text)):
            found[-1] = both
        else:
            found.append(span)
    return found


def _stand_apart(first: str, second: str) -> bool:
    """Whether two words are no joined name, as «بن علي» is bin Ali, and not Benali.

    «أبو الغيط» is one, Aboul Gheit.
    """
    plain = fold(first)
    within = plain in WITHIN_NAMES and not second.startswith("ال")
    before_another = plain in _SERVANT or plain in _BEFORE_ANOTHER
    return within or before_another or any(map(is_particle, (first, second)))


def without_article(word: str) -> str:
    """An Arabic word without the article and what is written on to that: «والأعرجي» -> «أعرجي»."""
    return _ARTICLE.sub("", word)


def is_particle(word: str) -> bool:
    """Whether an Arabic word is a function word, which no name is: «على», but not «علي»."""
    return word != _ALI and is_function_word(fold(word))


def spelled_as_name(word: str) -> str | None:
    """How an Arabic word is spelled if it could be a name; None for a function word too."""
    return None if is_particle(word) else usual_spelling(word.removeprefix("ال"))


def usual_spelling(word: str) -> str | None:
    """How an Arabic name of one word, without its article, is spelled; None if it is not listed."""
    listed, plain = _usual(), fold(word).replace(" ", "")
    if plain in listed:
        return listed[plain]
    # «المعمرية» is a woman of the family «المعمري».
    family = listed.get(plain.removesuffix("ه"), "") if plain.endswith("يه") else ""
    return f"{family}ya" if family.endswith("i") else None


def spelled_so(name: str) -> frozenset[str]:
    """The Arabic words, folded, that a Latin name is a listed spelling of; none if not listed."""
    return frozenset(map(fold, arabic_spellings(_LATIN_ARTICLE.sub("", fold(name)))))


def arabic_spellings(name: str) -> tuple[str, ...]:
    """How a name of one word in Latin letters is written in Arabic; empty if it is not listed.

    Those of which it is the usual spelling come first: "Said" is «سعيد» before «صاعد».
    """
    return _as_written().get(fold(name), ())


@cache
def _as_written() -> Mapping[str, tuple[str, ...]]:
    """The Arabic words of each Latin spelling, folded, those first of which it is the usual one."""
    found: dict[str, list[tuple[int, str]]] = {}
    for arabic, spellings in _rows():
        for rank, latin in enumerate(spellings):
            found.setdefault(fold(latin), []).append((rank, arabic))
    return {latin: tuple(arabic for _, arabic in sorted(ranked)) for latin, ranked in found.items()}


@cache
def _usual() -> Mapping[str, str]:
    """The usual spelling of each Arabic word, folded."""
    return {fold(arabic): usual for arabic, (usual, *_) in _rows()}


@cache
def _rows() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The list's lines: an Arabic word, its usual Latin spelling, and then others."""
    return tuple((arabic, tuple(spellings)) for arabic, *spellings in read_rows(_LIST))
