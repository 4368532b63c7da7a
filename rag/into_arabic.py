"""Arabic for English words, from a list of this project's own, the other way of `rag.glossary`.

What it lacks is taken from that list read backwards, and names from that of their spellings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from rag.consonants import alike, arabic_skeleton, latin_skeleton, tells_apart
from rag.english_words import SYMBOLS, english_stems, one_spelling
from rag.glossary import Gloss, english_entries, entries, longest_listed, stems_of_senses
from rag.known_names import CALENDAR
from rag.lexical import content_stems, is_function_word, stems
from rag.names import is_known, occurs
from rag.quantities import is_number
from rag.spellings import arabic_spellings, usual_spelling, without_article
from rag.text import fold, replace_word, split_words, words

# Of a name: «al-Amri».
_ARTICLES = frozenset(("al", "el"))
# Names of fewer consonants are like many a word.
_LEAST_CONSONANTS = 3
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}")
# Conjunctions and prepositions, written on to a word of at least three letters.
_WRITTEN_ON = re.compile(r"(?<!\w)[وفبلك](?=\w{3})")


@lru_cache(maxsize=256)
def arabic_for(text: str) -> tuple[Gloss, ...]:
    """The listed words, expressions and names of an English text, with Arabic words for each.

    The commonest Arabic word comes first, and those of which it is a further sense come last. In
    the order of the text, without overlap; function words and numbers alone are left out. Empty if
    nothing is listed.
    """
    spans = words(text)
    keys = _key(span.of(text) for span in spans)
    return longest_listed(
        spans,
        lambda start, end: _arabic(keys[start:end], text[spans[start].start : spans[end - 1].end]),
    )


def _arabic(key: tuple[str, ...], written: str) -> tuple[str, ...]:
    plain = fold(written)
    if len(key) == 1 and (plain in _ARTICLES or is_function_word(plain) or is_number(written)):
        return ()
    if key in _by_english():
        return _by_english()[key]
    return arabic_spellings(written) if written[0].isupper() else ()


def _key(english: Iterable[str]) -> tuple[str, ...]:
    return stems(map(one_spelling, english))


@cache
def _by_english() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The Arabic words by the stems of each English word or expression."""
    found: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for english, arabic in english_entries():
        # «منكوب» for "stricken" comes after what "strike" is.
        rank = -1 if one_spelling(english) == english else 0
        found.setdefault(_key(split_words(english)), []).extend((rank, form) for form in arabic)
    for (form, *_), senses in entries():
        for rank, sense in enumerate(senses):
            found.setdefault(_key(split_words(sense)), []).append((rank, form))
    return {
        key: tuple(dict.fromkeys(form for _, form in sorted(ranked, key=lambda pair: pair[0])))
        for key, ranked in found.items()
    }


def share_told_in_arabic(text: str, said: str) -> float:
    """The share of an English text's words that an Arabic text tells, or has as they are.

    A listed word or expression is told by an Arabic word for it or by one of which it is a sense, a
    name by its letters. Function words, initials, numbers, months and days do not count, as the
    latter are compared by value. 1.0 where nothing is left.
    """
    text = _DOTTED.sub(lambda found: found[0].replace(".", ""), text.translate(SYMBOLS))
    arabic = content_stems(said) | content_stems(_WRITTEN_ON.sub("", said))
    english = english_stems(said) | stems_of_senses(said)
    listed = arabic_for(text)
    told: list[bool] = []
    for gloss in listed:
        words_of_it = gloss.span.of(text)
        if fold(words_of_it) not in CALENDAR:
            by_list = any(content_stems(form) <= arabic for form in gloss.senses)
            told.append(by_list or _is_told(words_of_it, said, english))
    for span in words(text):
        word = span.of(text)
        counts = english_stems(word) and not (
            len(word) == 1 or is_number(word) or fold(word) in _ARTICLES
        )
        if counts and not any(span.overlaps(gloss.span) for gloss in listed):
            told.append(_is_told(word, said, english))
    return sum(told) / len(told) if told else 1.0


def with_listed_names(said: str, *, source: str) -> str:
    """An Arabic translation with names as they are listed, in the place of what is nearly so.

    «لائقير ميموني» for "Lakhdar Mimouni" is «لخضر ميموني». What has the very consonants stays, and
    what is listed as a name itself.
    """
    for span in words(source):
        name = span.of(source)
        spelled = arabic_spellings(name) if name[0].isupper() and not is_known(name) else ()
        wanted, there = latin_skeleton(name), split_words(said)
        if not spelled or len(wanted) < _LEAST_CONSONANTS or _is_among(spelled, there):
            continue
        for word in there:
            plain = without_article(word)
            seen = arabic_skeleton(plain)
            if seen != wanted and alike(wanted, seen) and not usual_spelling(plain):
                said = replace_word(said, word, word.removesuffix(plain) + spelled[0])
                break
    return said


def _is_among(spelled: Iterable[str], there: Iterable[str]) -> bool:
    """Whether one of the spellings is one of the words, with or without the article."""
    forms = {fold(form) for form in spelled}
    return any(fold(word) in forms or fold(without_article(word)) in forms for word in there)


def _is_told(english: str, said: str, stems_said: frozenset[str]) -> bool:
    """Whether the stems of English words are said, or a name of them stands in an Arabic text.

    "US" has too few consonants to be told by them, and occurs where a country of its name does; one
    that occurs in an empty text could be any word.
    """
    sure = tells_apart(english) or (english.isupper() and not occurs(english, ""))
    named = english[0].isupper() and sure and occurs(english, said)
    return named or english in stems_said or english_stems(english) <= stems_said
