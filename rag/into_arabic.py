"""Arabic for English words: the list of `rag.glossary` read the other way, and names as listed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from rag.glossary import Gloss, entries, one_spelling
from rag.lexical import is_function_word, stems
from rag.quantities import quantities
from rag.schema import Span
from rag.spellings import arabic_spellings
from rag.text import fold, split_words, words

_LONGEST = 4
# Of a name: «al-Amri».
_ARTICLES = frozenset(("al", "el"))


@lru_cache(maxsize=256)
def arabic_for(text: str) -> tuple[Gloss, ...]:
    """The listed words, expressions and names of an English text, with Arabic words for each.

    An Arabic word comes before others of which it is a further sense only. In the order of the
    text, without overlap; function words and numbers alone are left out. Empty if nothing is
    listed.
    """
    spans = words(text)
    keys = _key(text)
    found: list[Gloss] = []
    at = 0
    while at < len(spans):
        for length in range(min(_LONGEST, len(spans) - at), 0, -1):
            span = Span(spans[at].start, spans[at + length - 1].end)
            if arabic := _arabic(keys[at : at + length], span.of(text)):
                found.append(Gloss(span, arabic))
                at += length
                break
        else:
            at += 1
    return tuple(found)


def _arabic(key: tuple[str, ...], written: str) -> tuple[str, ...]:
    plain = fold(written)
    if len(key) == 1 and (plain in _ARTICLES or is_function_word(plain) or quantities(written)):
        return ()
    if key in _by_sense():
        return _by_sense()[key]
    return arabic_spellings(written) if written[0].isupper() else ()


def _key(english: str) -> tuple[str, ...]:
    return stems(split_words(one_spelling(english)))


@cache
def _by_sense() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The Arabic words by the stems of each of their senses."""
    found: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for (form, *_), senses in entries():
        for rank, sense in enumerate(senses):
            found.setdefault(_key(sense), []).append((rank, form))
    return {
        key: tuple(dict.fromkeys(form for _, form in sorted(ranked, key=lambda pair: pair[0])))
        for key, ranked in found.items()
    }
