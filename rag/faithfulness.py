"""How faithfully an English text tells an Arabic one, by the list of words.

What the Arabic text says and the English one leaves out is found, and what that adds.
"""

from __future__ import annotations

from itertools import combinations

from rag.dates import stated_dates
from rag.english_words import SYMBOLS, english_stems
from rag.glossary import (
    Gloss,
    glosses,
    is_listed_as_spelled,
    is_of_calendar,
    stems_by_gloss,
    stems_of_senses,
)
from rag.lexical import content_stems
from rag.names import occurs
from rag.quantities import is_number
from rag.spellings import spelled_as_name
from rag.text import split_words, words

BEFORE_DATES = content_stems("يوم تاريخ شهر عام سنة")
"""Stems of what may stand before a date, and need not be told: «يوم 8 كانون الأول 2024»."""
_SAY_LITTLE = (
    "after also amount because before being between bring brought due during find found gave get "
    "give given got include including make made making may might more most number only others over "
    "part people per person put said say set take taken tell than their them thing time told too "
    "took under use used way will within ad al bin bint along mr mrs st nd rd th"
)


def share_told(text: str, said: str) -> float:
    """The share of an Arabic text's listed words of which an English text has a sense.

    Numbers and dates do not count, as they are compared by value, nor does what could be a name.
    1.0 where nothing is left.
    """
    wanted, told = _wanted(text), _told(said)
    return sum(not senses.isdisjoint(told) for senses in wanted) / len(wanted) if wanted else 1.0


def faults(text: str, said: str, *, given: str) -> int:
    """How many words of an Arabic text an English one does not tell, or adds, or tells twice.

    Args:
        text: the Arabic text.
        said: the English one.
        given: another English text, whose words are not counted as added.
    """
    told = _told(said)
    untold = sum(senses.isdisjoint(told) for senses in _wanted(text))
    added = len(strange_words(said, text=text, given=given))
    return untold + added + sum(_is_told_twice(gloss, told) for gloss in glosses(text))


def _told(said: str) -> frozenset[str]:
    """The stems of an English text's words, and its initials: "IMF"."""
    capitals = frozenset(word for word in split_words(said) if word.isupper())
    return english_stems(said.translate(SYMBOLS)) | capitals


def _is_told_twice(gloss: Gloss, told: frozenset[str]) -> bool:
    """Whether two senses are told that have no word in common: "the tank and reservoir"."""
    found = [stems for sense in gloss.senses if (stems := english_stems(sense)) and stems <= told]
    return any(one.isdisjoint(other) for one, other in combinations(found, 2))


def _wanted(text: str) -> list[frozenset[str]]:
    """The English stems of each listed word that a translation has to tell."""
    dates = [date.span for date in stated_dates(text, "en")]
    any_of_calendar = any(map(is_of_calendar, glosses(text)))
    wanted = []
    for gloss, senses in zip(glosses(text), stems_by_gloss(text), strict=True):
        word = gloss.span.of(text)
        dated = is_of_calendar(gloss) or any(map(gloss.span.overlaps, dates))
        beside_date = any_of_calendar and content_stems(word) <= BEFORE_DATES
        if senses and not (dated or beside_date or is_number(word) or spelled_as_name(word)):
            wanted.append(senses)
    return wanted


def strange_words(said: str, *, text: str, given: str) -> tuple[str, ...]:
    """The words of an English text that come from neither an Arabic text nor a given English one.

    A word comes from the Arabic text as a sense of a listed word, as a number, or as a name of what
    could be one: "Smuk" is none for the fish of «صياد سمك». Words that say little do not count. In
    its order; empty if nothing of the Arabic text is listed.
    """
    listed = stems_of_senses(text)
    if not listed:
        return ()
    known = listed | english_stems(f"{given} {_SAY_LITTLE}")
    names = _could_be_names(text)
    found = []
    for span in words(said):
        word = span.of(said)
        named = word[0].isupper() and occurs(word, names)
        if not (english_stems(word) <= known or word in listed or is_number(word) or named):
            found.append(word)
    return tuple(found)


def _could_be_names(text: str) -> str:
    """The words of an Arabic text that are not listed as they stand, or could be names as well."""
    listed = [gloss.span for gloss in glosses(text) if is_listed_as_spelled(gloss.span.of(text))]
    return " ".join(
        word
        for span in words(text)
        if spelled_as_name(word := span.of(text)) or not any(map(span.overlaps, listed))
    )
