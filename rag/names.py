"""Whether a name in Latin letters is one that stands in an Arabic text, and the reverse.

Two ways to know: a pair that is listed (`rag.known_names`, `rag.spellings`), or letters that agree
(`rag.transliteration`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from difflib import SequenceMatcher
from itertools import pairwise, product

from rag.consonants import arabic_skeleton, latin_skeleton, tells_apart
from rag.glossary import glosses
from rag.known_names import (
    CALENDAR,
    adjective_pattern,
    is_country,
    known_pairs,
    other_names,
    places,
    with_endings,
)
from rag.lexical import is_function_word
from rag.number_words import WORDS
from rag.spellings import spelled_so, usual_spelling
from rag.text import fold, normalise, split_words
from rag.transliteration import arabic_pattern, initials_pattern

CAPITALISED = re.compile(r"[A-Z][\w\u2019'-]*")
"""A word of an English text that is written like a name."""

WITH_ARTICLE = re.compile(r"(?<!\w)[Aa]l-(?P<name>[A-Z]\w+)")
"""A name of an English text with the Arabic article, and without it."""

TITLES = frozenset(
    [
        *("mr", "mrs", "ms", "dr", "doctor", "professor", "engineer", "sheikh", "captain", "judge"),
        *("minister", "ministry", "prime", "president", "vice", "deputy", "king", "queen"),
        *("prince", "princess", "governor", "mayor", "director", "secretary", "general", "chief"),
        *("chairman", "chairwoman", "founder", "spokesman", "spokeswoman", "colonel", "major"),
        *("head", "leader", "manager", "commander", "coach", "dean", "researcher", "lawyer"),
        *("brigadier", "lieutenant", "ambassador", "interior", "foreign", "defence", "defense"),
        *("finance", "health", "education", "parliament", "government", "council", "committee"),
        *("court", "university", "company", "bank", "union", "party", "city", "province"),
    ]
)
"""Titles, and what stands within them, in lower case: written like names in English, and none."""

# Words that may open a sentence ahead of a name, beside function words and numbers.
_OPENING_WORDS = frozenset(
    [
        *("no", "some", "several", "most", "all", "both", "each", "every", "few", "more", "our"),
        *("another", "other", "only", "even", "also", "dozens", "hundreds", "thousands", "next"),
        *("last", "without", "under", "over", "during", "against", "between", "among", "amid"),
        *("despite", "near", "inside", "outside", "through", "within", "across", "around", "like"),
        *("unlike", "into", "following", "after", "before", "since", "while", "because", "though"),
        *("although", "until", "once", "whether", "so", "yet", "then", "we", "meanwhile"),
        *("however",),
    ]
)
# The first word of «عبد الفتاح» and «أبو الغيط» takes the article of the second: "Abdel", "Aboul".
_JOINED = {"abd(?:[aeou]+l?)?": "عبد", "ab[ou]+l": "اب[وياه]"}
# Months that are also something else at the start of a sentence.
_ORDINARY_TOO = frozenset(("may", "march"))
_EGYPTIAN = frozenset(("فى", "وفى", "التى", "والتى", "الذى", "والذى", "هى", "وهى"))
_FINAL_A = re.compile(r"ى\b")
# Of 533 pairs of spellings of a long name .92 share so much of their letters, of pairs of other
# words one in 7,500.
_LEAST_LIKENESS = 0.75
# A conjunction, preposition or article that is written together with a name.
_WRITTEN_ON = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل", "ف", "ك")


def latin_names(sentence: str) -> tuple[str, ...]:
    """The capitalised words of an English sentence, in order, but for its first if that is no name.

    The first word counts where it is hardly an ordinary word: it is followed by another capitalised
    word, or is listed as a name, a country, a month before a number or the like.
    """
    found = list(CAPITALISED.finditer(sentence))
    names = [match[0] for match in found if match.start() > 0]
    if found and found[0].start() == 0:
        first, after = found[0][0], sentence[found[0].end() :]
        followed = len(found) > 1 and not sentence[found[0].end() : found[1].start()].strip()
        if (followed and not _opens(first)) or _is_surely_name(_without_possessive(first), after):
            names.insert(0, first)
    return tuple(map(_without_possessive, names))


def _without_possessive(name: str) -> str:
    """A word without the ending of a possessive: "Iraq's" -> "Iraq"."""
    return name.removesuffix("'s").removesuffix("\u2019s")


def _opens(word: str) -> bool:
    """Whether a word ahead of a name is no part of it: "After Trump", "Two Israelis"."""
    plain = word.lower()
    return plain in _OPENING_WORDS or plain in WORDS or is_function_word(plain)


def _is_surely_name(word: str, after: str) -> bool:
    """Whether the first word of a sentence is a name, told by a list and by what comes after."""
    plain = fold(word)
    if plain in _ORDINARY_TOO:
        return re.match(r"\W*(?:\d|$)", after) is not None
    return plain in CALENDAR or (
        not is_function_word(plain)
        and (plain in places() or adjective_pattern(plain) is not None or bool(spelled_so(word)))
    )


def occurs(name: str, text: str) -> bool:
    """Whether a name in Latin letters stands in `text`, in Latin or Arabic script."""
    plain, folded = fold(name), fold(text)
    renamed = other_names(name)
    joined = [word for latin, word in _JOINED.items() if re.fullmatch(latin, plain)]
    written = [rf"(?<!\w){re.escape(plain)}", *(rf"(?<!\w)[وفبلك]?{word}" for word in joined)]
    known = map(with_endings, known_pairs().get(plain, ()) + renamed)
    if any(re.search(pattern, folded) for pattern in written) or any(
        not _is_ordinary(word) for pattern in known for word in _matched(pattern, text)
    ):
        return True
    first, *rest = name.split("-")
    if rest and is_country(first):
        # Of "US-led" and "Iran-Iraq" each name counts.
        return all(occurs(part, text) for part in (first, *rest) if part[:1].isupper())
    if renamed or joined or plain in CALENDAR:
        return False
    compared = _words_to_compare(name, text)
    words = [fold(word) for word in compared]
    adjective = adjective_pattern(plain)
    if adjective and any(
        any(map(re.compile(adjective).fullmatch, _arabic_words([form]))) and not _is_ordinary(word)
        for form, word in zip(words, compared, strict=True)
    ):
        return True
    return _is_spelled(name, words, is_country=adjective is not None)


def _matched(pattern: str, text: str) -> Iterator[str]:
    """What matches in the folded text, as it is written."""
    if re.search(pattern, fold(text)):
        folded = normalise(text)
        for match in re.finditer(pattern, folded.text):
            yield folded.original_span(*match.span()).of(text)


def _is_ordinary(word: str) -> bool:
    """Whether an Arabic word is listed, and never as a name: «مالية» is finance, and not Mali."""
    senses = [sense for gloss in glosses(word) for sense in gloss.senses]
    return bool(senses) and all(sense[0].islower() for sense in senses)


def _is_spelled(name: str, words: Sequence[str], *, is_country: bool) -> bool:
    """Whether one of the Arabic words is a Latin name by a list or by its letters.

    An article, another small word and initials of one consonant are taken to be there: "El", "A".
    """
    spelled, plain = spelled_so(name), fold(name)
    if not is_country and plain not in places():
        is_small = name.isupper() or len(name) < 3 or is_function_word(plain)
        unlisted = plain in ("al", "el") or (is_small and not tells_apart(name) and not spelled)
        said = name.isupper() and initials_pattern(name).search(" ".join(words)) is not None
        return unlisted or said or _is_one_of(name, words, spelled=spelled)
    # Yemen has the letters of «يمن», Qatar those of «قطر»: only of a city that has more than two
    # consonants may spell the name in another way.
    pattern = None if is_country or len(latin_skeleton(name)) < 3 else arabic_pattern(name)
    return any(
        form in spelled or (pattern is not None and pattern.fullmatch(form) is not None)
        for form in _arabic_words(words)
    )


def with_final_ya(words: str, *, of: str) -> str:
    """Arabic words of a text with «ي» for a final «ى», if the text does not tell them apart.

    So do Egyptians: «المرسى» for Morsi, which elsewhere is Marsa.
    """
    return words if _tells_final_ya(of) else _FINAL_A.sub("ي", words)


def _tells_final_ya(text: str) -> bool:
    """Whether a text writes a final «ي», and no «فى» or the like."""
    found = split_words(text)
    return any(word.endswith("ي") for word in found) and _EGYPTIAN.isdisjoint(found)


def _words_to_compare(name: str, text: str) -> list[str]:
    """The words of a text that a Latin name may be, as far as their last letters tell."""
    found = split_words(text)
    if fold(name).endswith(("i", "y", "ee")) and _tells_final_ya(text):
        return [word for word in found if not word.endswith("ى")]
    return found


def _is_one_of(name: str, words: Sequence[str], *, spelled: Set[str]) -> bool:
    """Whether one of the Arabic words, or two that stand together, are a Latin name."""
    # «عبد القادر» and «سو جين» are one word in Latin letters.
    pairs = ["".join(pair) for pair in pairwise(words)]
    if spelled:
        if not spelled.isdisjoint([*_arabic_words(words), *pairs]):
            return True
        # Hassan is not «حسين», though their letters agree: that is Hussein.
        words = [word for word in words if not any(map(usual_spelling, _arabic_words([word])))]
    pattern = arabic_pattern(name)
    if any(map(pattern.fullmatch, _arabic_words(words))):
        return True
    is_long = len(latin_skeleton(name)) > 2 or "-" in name
    return is_long and any(map(pattern.fullmatch, pairs))


def missing_names(sentence: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The names of an English sentence that stand in none of the texts, in order.

    Titles are no names, though they are written like them.
    """
    joined = "\n".join(texts)
    names = (name for name in latin_names(sentence) if name.lower() not in TITLES)
    return tuple(name for name in names if not occurs(name, joined))


def share_a_name(one: str, other: str) -> bool:
    """Whether two Arabic texts each hold a long word, which are one name in two spellings.

    «رومانوفسكي» and «رومانسكي» are; short words agree in their letters by chance.
    """
    some, others = (
        {word for word in _arabic_words(split_words(fold(text))) if len(arabic_skeleton(word)) > 3}
        for text in (one, other)
    )
    pairs = product(some - others, others - some)
    return any(SequenceMatcher(None, *pair).ratio() >= _LEAST_LIKENESS for pair in pairs)


def is_known(name: str) -> bool:
    """Whether a word in Latin letters is no person's name: a country, its adjective, a title."""
    plain = fold(name)
    return plain in TITLES or plain in known_pairs() or is_country(name)


def _arabic_words(words: Iterable[str]) -> Iterator[str]:
    """Each folded word, and what is left of it without what is written on to it in front."""
    for word in words:
        yield word
        for prefix in _WRITTEN_ON:
            if word.startswith(prefix) and len(word) > len(prefix) + 2:
                yield word.removeprefix(prefix)
