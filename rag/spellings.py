"""How names are usually spelled: Arabic words and the Latin ones that newspapers write for them.

Arabic leaves short vowels out, so that «حسن» and «حسين» have the consonants of either Hassan or
Hussein: only a list tells them apart. It has single words, without the article.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from rag.schema import Span
from rag.text import fold, words

_LIST = "spellings.tsv"
_ARTICLE = re.compile("^[ae]l[-\u2019' ]")
_WITHIN = {
    "بن": "bin",
    "ابن": "Ibn",
    "بنت": "bint",
    "ولد": "Ould",
    "أبو": "Abu",
    "أبي": "Abi",
    "أم": "Umm",
}
_SERVANT = frozenset(("عبد", "وعبد", "لعبد", "بعبد"))
WITHIN_NAMES: Mapping[str, str] = {fold(word): latin for word, latin in _WITHIN.items()}
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


def usual_spelling(word: str) -> str | None:
    """How an Arabic name of one word, without its article, is spelled; None if it is not listed."""
    listed, plain = _latin(), fold(word).replace(" ", "")
    if plain in listed:
        return listed[plain]
    # «المعمرية» is a woman of the family «المعمري».
    family = listed.get(plain.removesuffix("ه"), "") if plain.endswith("يه") else ""
    return f"{family}ya" if family.endswith("i") else None


def spelled_so(name: str) -> frozenset[str]:
    """The Arabic words, folded, that a Latin name is a listed spelling of; none if not listed."""
    return frozenset(map(fold, arabic_spellings(_ARTICLE.sub("", fold(name)))))


def arabic_spellings(name: str) -> tuple[str, ...]:
    """How a name of one word in Latin letters is written in Arabic; empty if it is not listed.

    Those of which it is the usual spelling come first: "Said" is «سعيد» before «صاعد».
    """
    return _as_written().get(fold(name), ())


@cache
def _as_written() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for arabic, spellings in _rows():
        for rank, latin in enumerate(spellings):
            found.setdefault(fold(latin), []).append((rank, arabic))
    return {latin: tuple(arabic for _, arabic in sorted(ranked)) for latin, ranked in found.items()}


@cache
def _latin() -> Mapping[str, str]:
    return {fold(arabic): usual for arabic, (usual, *_) in _rows()}


@cache
def _rows() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The list's lines: an Arabic word, its usual Latin spelling, and then others."""
    text = resources.files("rag").joinpath(_LIST).read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines())
    return tuple((arabic, tuple(spellings)) for arabic, *spellings in lines)
