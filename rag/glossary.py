"""The English of Arabic words: a list of this project's own, for the text model to translate with.

A small model knows what an Arabic sentence is about, but mistakes many of its words for others that
look alike; with a dictionary beside them it need not guess (Ghazvininejad, Gonen and Zettlemoyer
2023, Dictionary-based Phrase-level Prompting, arXiv:2302.07856). The list has forms as they stand
in news, so that a word is looked up with little more than its prefixes and endings taken off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rag.english_words import english_stems
from rag.known_names import CALENDAR
from rag.lexical import is_function_word
from rag.quantities import is_number
from rag.schema import Span
from rag.spellings import name_words, spelled_as_name, without_article
from rag.text import fold
from rag.word_lists import read_rows

_LIST, _ENGLISH = "glossary.tsv", "english.tsv"
_LONGEST = 4
_LEAST_LETTERS = 3
_LEAST_BEFORE_HIS = 2
# What is taken off a word, and how far that is to seek: «ك» and «س» mostly belong to it.
_CONJUNCTIONS = {"": 0, "و": 2, "ف": 2}
_HEADS = {"": 0, "ال": 0, "لل": 1, "بال": 1, "كال": 1, "ل": 2, "ب": 2, "ك": 4, "س": 4}
_PREFIXES = {
    conjunction + head: far + further
    for conjunction, far in _CONJUNCTIONS.items()
    for head, further in _HEADS.items()
}
# «كدودي» is a name, and not "like my worms": after these hardly a word of the news takes a «ي».
_BEFORE_NO_YA = ("ك", "س")
_ENDINGS = {"": ("",), "ة": ("",), "ه": ("",), "ت": ("ة", "ه", ""), "ات": ("ة", "ه", "")}
_ENDINGS |= dict.fromkeys(("ين", "ون", "ان", "وا", "ا", "ي", "و"), ("",))
_ENDINGS |= dict.fromkeys(("تين", "تان"), ("ة", "ه")) | dict.fromkeys(("يين", "يون"), ("ي",))
_PRONOUNS = {"": 0, "ه": 1, "ها": 1, "هم": 1, "هما": 1, "هن": 2, "نا": 2, "كم": 2, "ي": 3, "ك": 3}
# Endings with a pronoun that are those of names, like «بوعلاي», rather than "my two".
_OF_NAMES = (("ا", "ي"), ("و", "ي"))
# Each ending with what may have stood in its place, and how far to seek that is. The «ة» of a noun
# is a «ت» before a pronoun.
_SUFFIXES = tuple(
    (ending + pronoun, instead, far + (2 if len(ending) > 1 or pronoun == "" != ending else 0))
    for pronoun, far in _PRONOUNS.items()
    for ending, stems in _ENDINGS.items()
    if (ending, pronoun) not in _OF_NAMES
    for instead in (stems if pronoun or ending != "ت" else ("",))
)
# Before these a noun may have two letters, «رده» ("his reply").
_HIS = frozenset(("ه", "ها", "هم", "هما", "هن"))
# «رؤساء» is «رؤسائه» or «رؤساؤه» with a pronoun, «رديء» is «رديئا» with an ending.
_HAMZA_WITHIN = re.compile("(?<=[اي])[ئؤ]$")
_BEFORE_VERBS = frozenset(before + head for before in _CONJUNCTIONS for head in ("", "ل", "س"))
_DONE_BY_WOMEN = re.compile(r"ي\w{3,}ن")
LONGEST_QUOTED_NAME = 3
"""The most words between quotation marks that are a name rather than speech."""
_QUOTED = re.compile(rf"«\s*\w+(?:\s+\w+){{0,{LONGEST_QUOTED_NAME - 1}}}\s*(?:»|$)")
# «صحفيين» is mostly a plural.
_DUAL = re.compile("(.{2,})ان|(.+[^ي])ين")
# Participles, «عامل» and «مدير», have a plural of the dual's form beside another one.
_PARTICIPLE_OR_VERB = re.compile(".ا..|م.+|ي.+")
_MARKS = re.compile("[\u0640\u064b-\u0652\u0670]")


@dataclass(frozen=True, slots=True)
class Gloss:
    """A word or an expression of a text, and what it may mean in another language."""

    span: Span
    senses: tuple[str, ...]


@lru_cache(maxsize=256)
def glosses(text: str) -> tuple[Gloss, ...]:
    """The listed words and expressions of an Arabic text, in its order; none overlaps another.

    Function words are left out, unless they are part of an expression, and so are names between
    quotation marks. Empty if nothing is listed.
    """
    spans = unquoted_words(text)
    forms = tuple(_MARKS.sub("", span.of(text)) for span in spans)
    return longest_listed(spans, lambda start, end: _senses(forms[start:end]))


def longest_listed(
    spans: Sequence[Span], senses: Callable[[int, int], tuple[str, ...]]
) -> tuple[Gloss, ...]:
    """The longest runs of words that have senses, from the first on; none overlaps another.

    Args:
        spans: the words.
        senses: of those from one number up to another; empty if they are not listed.
    """
    found: list[Gloss] = []
    at = 0
    while at < len(spans):
        for end in range(min(at + _LONGEST, len(spans)), at, -1):
            if known := senses(at, end):
                found.append(Gloss(Span(spans[at].start, spans[end - 1].end), known))
                at = end
                break
        else:
            at += 1
    return tuple(found)


def unquoted_words(text: str) -> list[Span]:
    """The words of a text but for up to three between quotation marks: those are a name.

    «عبد الله» is one word.
    """
    named = [Span(*match.span()) for match in _QUOTED.finditer(text)]
    return [span for span in name_words(text) if not any(map(span.overlaps, named))]


def is_dual(word: str) -> bool:
    """Whether an Arabic word surely is a dual, two of what it names: «سيارتين», «شخصان».

    The endings of masculine duals are those of plurals too; what has a plural of another form in
    the list, as «أشخاص», has no plural with them. What could be a name, «حمدان», is not sure, nor
    what has an article: «الساقين» are "his legs".
    """
    plain = fold(word)
    if without_article(plain) != plain or spelled_as_name(word):
        return False
    heads = [plain.removeprefix(prefix) for prefix in _PREFIXES if plain.startswith(prefix)]
    if any((head,) in _as_folded() for head in heads):
        return False
    stems = [match[1] or match[2] for match in map(_DUAL.fullmatch, heads) if match]
    # «سيارت» is «سيارة» with an ending, and «صوت» is itself.
    return any(
        stem in _broken_plurals() or (stem.endswith("ت") and (f"{stem[:-1]}ه",) in _as_folded())
        for stem in stems
    )


@cache
def _broken_plurals() -> frozenset[str]:
    """The nouns of the list, folded, that have a plural of another form and none with endings."""
    rows = (tuple(map(fold, forms)) for forms, _ in entries())
    return frozenset(
        one
        for one, *others in rows
        if not (" " in one or _PARTICIPLE_OR_VERB.fullmatch(one))
        and any(not other.startswith((one, "ي")) for other in others)
    )


def is_of_calendar(gloss: Gloss) -> bool:
    """Whether a word may mean a month or a day of the week."""
    return not CALENDAR.isdisjoint(map(fold, gloss.senses))


def unlisted_words(text: str) -> tuple[str, ...]:
    """The words of an Arabic text of which the list knows no sense, in its order.

    Numbers, function words and what stands between quotation marks do not count.
    """
    listed = [gloss.span for gloss in glosses(text)]
    unlisted = (s.of(text) for s in unquoted_words(text) if not any(map(s.overlaps, listed)))
    return tuple(
        word
        for word in unlisted
        if not (_is_function(word) or word[0].isdigit() or is_number(word))
    )


def _is_function(word: str) -> bool:
    """Whether a word is a function word, also with another before it or a pronoun written on."""
    plain = fold(word)
    return any(
        is_function_word(plain.removeprefix(before).removesuffix(pronoun))
        for before in (*_CONJUNCTIONS, "ل", "ب")
        for pronoun in _PRONOUNS
    )


def is_sense(word: str, text: str) -> bool:
    """Whether an English word, all parts of it, is a sense of a listed word of an Arabic text.

    So are the initials of one, "IMF" of «صندوق النقد الدولي».
    """
    wanted = english_stems(word)
    return any(word in senses or (wanted and wanted <= senses) for senses in stems_by_gloss(text))


def _initials(sense: str) -> str:
    """The initials of the capitalised words of a sense, if these are several; else ""."""
    capitals = [word[0] for word in re.split("[ -]", sense) if word[:1].isupper()]
    return "".join(capitals) if len(capitals) > 1 else ""


def stems_of_senses(text: str) -> frozenset[str]:
    """What `stems_by_gloss` has, of all of a text's glosses."""
    return frozenset[str]().union(*stems_by_gloss(text))


@lru_cache(maxsize=256)
def stems_by_gloss(text: str) -> tuple[frozenset[str], ...]:
    """The English stems of each of a text's `glosses`: a draft is compared with them repeatedly.

    What an English word means by the other list is a sense of the Arabic one too: "gasoline". The
    initials of a sense are there in capitals, so that "WHO" is not "who".
    """
    further = _further_senses()
    return tuple(
        english_stems(" ".join((*gloss.senses, *further.get(gloss.senses, ()))))
        | frozenset(filter(None, map(_initials, gloss.senses)))
        for gloss in glosses(text)
    )


@cache
def _further_senses() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The English words of which an entry of the list is the Arabic, by the entry's senses."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for english, arabic in english_entries():
        for form in arabic:
            if senses := _as_folded().get(_key(fold(form).split())):
                found[senses] = (*found.get(senses, ()), english)
    return found


@lru_cache(maxsize=20_000)
def _senses(forms: tuple[str, ...]) -> tuple[str, ...]:
    """What an expression may mean, as it is spelled or else without regard to its hamzas."""
    if len(forms) == 1 and is_function_word(fold(forms[0])):
        return ()
    folded = tuple(map(fold, forms))
    lists = ((forms, _as_spelled()), (folded, _as_folded()), (folded, _expressions_of_english()))
    for expression, listed in lists:
        first, *rest = _key(expression)
        for reading in _readings(first):
            if senses := listed.get((reading, *rest)):
                return senses
    return ()


def _readings(form: str) -> Iterator[str]:
    """What a word may be a form of: itself, then without prefixes and endings, likeliest first.

    «يفضلن», what women do, is listed as «يفضل»; of most other words a last «ن» is a part.
    """
    found = []
    for prefix, far in _PREFIXES.items():
        if not form.startswith(prefix):
            continue
        head, no_ya = form[len(prefix) :], prefix.endswith(_BEFORE_NO_YA)
        if prefix in _BEFORE_VERBS and _DONE_BY_WOMEN.fullmatch(head):
            found.append((far + 2, 2, head.removesuffix("ن")))
        for ending, instead, further in _SUFFIXES:
            if not head.endswith(ending) or (no_ya and ending.endswith("ي")):
                continue
            stem = _HAMZA_WITHIN.sub("ء", head.removesuffix(ending) + instead)
            whole = not ending and (not prefix or prefix.endswith(("ال", "لل")))
            short = ending in _HIS and len(stem) == _LEAST_BEFORE_HIS and not is_function_word(stem)
            if whole or short or len(stem) >= _LEAST_LETTERS:
                found.append((far + further, further, stem))
                # «تتجاوز» and «نتجاوز» are listed as «يتجاوز».
                if stem.startswith(("ت", "ن")):
                    found.append((far + further + 1, further, f"ي{stem[1:]}"))
    return (stem for _, _, stem in sorted(found, key=lambda reading: reading[:2]))


def is_listed_as_spelled(expression: str) -> bool:
    """Whether an expression of several words, or a word but for its article, is listed as it is."""
    first, *others = expression.split()
    listed = _as_spelled()
    return bool(others) or (first,) in listed or (first.removeprefix("ال"),) in listed


@cache
def _as_spelled() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The senses of each expression, by its words as they are spelled."""
    return _by_words(lambda form: form)


@cache
def _as_folded() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The senses of each expression, by its words folded; of two that become one, the first's."""
    return _by_words(fold)


@cache
def _expressions_of_english() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The English of which several Arabic words are a translation in the other list, by these.

    «قطعة نقدية» is a coin. What begins with a function word, as «في البحر» for "overboard", may
    mean just what its words do.
    """
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for english, arabic in english_entries():
        for expression in arabic:
            first, *others = fold(expression).split()
            if others and not is_function_word(first):
                key = _key((first, *others))
                found[key] = (*found.get(key, ()), english)
    return found


def _by_words(written: Callable[[str], str]) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The senses of each expression, by its words once they are written in some way."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for forms, senses in entries():
        for form in forms:
            found.setdefault(_key(written(form).split()), senses)
    return found


def _key(expression: Sequence[str]) -> tuple[str, ...]:
    """The words of an expression, without the article of all but the first."""
    first, *rest = expression
    return (first, *(w.removeprefix("ال") if len(w) > _LEAST_LETTERS + 1 else w for w in rest))


def entries() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The list's lines: the forms of an Arabic word or expression, and its senses."""
    for forms, senses in read_rows(_LIST):
        yield tuple(forms.split("/")), tuple(senses.split("; "))


def english_entries() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The other list's lines: an English word or expression, and Arabic for it."""
    for english, arabic in read_rows(_ENGLISH):
        yield english, tuple(arabic.split("; "))
