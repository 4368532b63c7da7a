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
from importlib import resources
from itertools import combinations, pairwise

from rag.dates import stated_dates
from rag.lexical import content_stems, is_function_word
from rag.names import CALENDAR, TITLES, occurs
from rag.quantities import is_number, quantities
from rag.schema import Span
from rag.spellings import WITHIN_NAMES, name_words, usual_spelling
from rag.text import fold, words

_LIST, _ENGLISH, _IRREGULAR = "glossary.tsv", "english.tsv", "irregular.tsv"
_LONGEST = 4
_LEAST_LETTERS = 3
_LEAST_BEFORE_HIS = 2
_SURELY_NAMES = 3
# What is taken off a word, and how far that is to seek: «ك» and «س» mostly belong to it.
_CONJUNCTIONS = {"": 0, "و": 2, "ف": 2}
_HEADS = {"": 0, "ال": 0, "لل": 1, "بال": 1, "كال": 1, "ل": 2, "ب": 2, "ك": 4, "س": 4}
_PREFIXES = {
    conjunction + head: far + further
    for conjunction, far in _CONJUNCTIONS.items()
    for head, further in _HEADS.items()
}
_ENDINGS = {"": ("",), "ة": ("",), "ه": ("",), "ت": ("ة", "ه", ""), "ات": ("ة", "ه", "")}
_ENDINGS |= dict.fromkeys(("ين", "ون", "ان", "وا", "ا", "ي", "و"), ("",))
_ENDINGS |= dict.fromkeys(("تين", "تان"), ("ة", "ه")) | dict.fromkeys(("يين", "يون"), ("ي",))
_PRONOUNS = {"": 0, "ه": 1, "ها": 1, "هم": 1, "هما": 1, "هن": 2, "نا": 2, "كم": 2, "ي": 3, "ك": 3}
# Each ending with what may have stood in its place, and how far to seek that is. The «ة» of a noun
# is a «ت» before a pronoun.
_SUFFIXES = tuple(
    (ending + pronoun, instead, far + (2 if len(ending) > 1 or pronoun == "" != ending else 0))
    for pronoun, far in _PRONOUNS.items()
    for ending, stems in _ENDINGS.items()
    for instead in (stems if pronoun or ending != "ت" else ("",))
)
# Before these a noun may have two letters, «رده» ("his reply").
_HIS = frozenset(("ه", "ها", "هم", "هما", "هن"))
# «رؤساء» is «رؤسائه» or «رؤساؤه» with a pronoun, «رديء» is «رديئا» with an ending.
_HAMZA_WITHIN = re.compile("(?<=[اي])[ئؤ]$")
# Folded, this name is «على» ("on").
_ALI = "علي"
_QUOTED = re.compile(r"«\s*\w+(?:\s+\w+){0,2}\s*(?:»|$)")
# Both ways of spelling English become one, and "women" becomes "woman". It need not be a right
# word: "hor" for "hour".
_SPELLINGS = {
    "tre": "ter",
    "our": "or",
    "yse": "yze",
    "mme": "m",
    "ence": "ense",
    "ll": "l",
    "is": "iz",
    "men": "man",
}
_SMALL_LETTERS = re.compile("[a-z]+")
_BRITISH = re.compile(r"(?<=\w)(?:tre(?=s?\b)|our|yse|mme|ence\b|ll|is(?=e|ing|ation)|men\b)")
SYMBOLS = str.maketrans({"%": " percent", "$": " dollar ", "€": " euro ", "£": " pound "})
"""Signs that are told as words: `text.translate(SYMBOLS)`."""
_SAY_LITTLE = (
    "after also amount because before being between bring brought due during find found gave get "
    "give given got include including make made making may might more most number only others over "
    "part people per person put said say set take taken tell than their them thing time told too "
    "took under use used way will within ad al bin bint along mr mrs st nd rd th"
)
# «صحفيين» is mostly a plural.
_DUAL = re.compile("(.{2,})ان|(.+[^ي])ين")
_DEFINITE = re.compile("[وف]?[بك]?ال|[وف]?لل")
# Participles, «عامل» and «مدير», have a plural of the dual's form beside another one.
_PARTICIPLE_OR_VERB = re.compile(".ا..|م.+|ي.+")
BEFORE_DATES = content_stems("يوم تاريخ شهر عام سنة")
"""Stems of what may stand before a date, and need not be told: «يوم 8 كانون الأول 2024»."""
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


def likely_names(text: str) -> frozenset[Span]:
    """The words that are names by where they stand, of those that could be names.

    They come after a title, or three of them stand side by side, or two of which one is not listed
    as anything else; «بن» and the like may stand between them. The first has no article, and is no
    title itself with an office after it, «نقيب المهندسين». What follows one is a name too if it is
    not listed at all, or has the form of a family's, «الصقري».
    """
    unlisted = frozenset(unlisted_words(text))
    known = {gloss.span: gloss.senses for gloss in glosses(text)}
    titles = {span for span, senses in known.items() if any(map(_is_title, senses))}
    title_ends = {title.end for title in titles}
    found: set[Span] = set()
    run: list[Span] = []
    titled = False
    for span, following in pairwise((*unquoted_words(text), None, None)):
        word = span.of(text) if span else ""
        if run and fold(word) in WITHIN_NAMES:
            continue
        office = span in titles and following in known and following.of(text).startswith("ال")
        opens = not (word.startswith("ال") or office)
        family = word in unlisted or (
            word.startswith("ال") and word.endswith("ي") and not is_function_word(fold(word))
        )
        if span and ((spelled_as_name(word) and (run or opens)) or (run and family)):
            run.append(span)
            continue
        alone = not known.keys() >= set(run)
        if titled or len(run) >= _SURELY_NAMES or (len(run) > 1 and alone):
            found.update(run)
        run = []
        titled = span is not None and span.end in title_ends
    return frozenset(found)


def is_likely_name(span: Span, text: str) -> bool:
    """Whether all words of a stretch of a text are likely names, or stand within such, as «بن».

    47 answers of several words to questions about kept articles are, and all 47 name a person.
    """
    within = [word for word in unquoted_words(text) if word.overlaps(span)]
    named = likely_names(text)
    return any(word in named for word in within) and all(
        word in named or fold(word.of(text)) in WITHIN_NAMES for word in within
    )


def _is_title(sense: str) -> bool:
    """Whether an English sense is a title: "minister", "head of a union", "director general"."""
    parts = sense.split()
    return parts[0] in TITLES or parts[-1] in TITLES


def spelled_as_name(word: str) -> str | None:
    """How an Arabic word is spelled if it could be a name; None for a function word too."""
    return None if _is_particle(word) else usual_spelling(word.removeprefix("ال"))


def _is_particle(word: str) -> bool:
    return word != _ALI and is_function_word(fold(word))


def listed_name(text: str) -> str | None:
    """The English name of what all of an Arabic text is listed as, «بنك قطر الوطني».

    None for one word alone, which may mean something else, and for what is no name.
    """
    spans, found = words(text), glosses(text)
    if len(spans) < 2 or [gloss.span for gloss in found] != [Span(spans[0].start, spans[-1].end)]:
        return None
    name = found[0].senses[0]
    return name if name[0].isupper() else None


def could_be_name(text: str) -> bool:
    """Whether each of several words of an Arabic text could be a name, «جرف الصخر» ("rock cliff").

    Of 67 answers to questions about our articles that could be, all their words listed as something
    else too, 56 were names.
    """
    spans = words(text)
    return len(spans) > 1 and all(spelled_as_name(span.of(text)) for span in spans)


def may_be_name(text: str) -> bool:
    """Whether an Arabic text has no word that is in no name: function words, numbers, months."""
    counted = any(map(_is_of_calendar, glosses(text))) or quantities(text)
    plain = (span.of(text) for span in words(text))
    return not counted and all(
        fold(word) in WITHIN_NAMES or not _is_particle(word) for word in plain
    )


def share_told(text: str, said: str) -> float:
    """The share of an Arabic text's listed words of which an English text has a sense.

    Numbers and dates do not count, as they are compared by value, nor does what could be a name.
    1.0 where nothing is left.
    """
    wanted, told = _wanted(text), english_stems(said.translate(SYMBOLS))
    return sum(not senses.isdisjoint(told) for senses in wanted) / len(wanted) if wanted else 1.0


def faults(text: str, said: str, *, given: str) -> int:
    """How many words of an Arabic text an English one does not tell, or adds, or tells twice.

    Args:
        text: the Arabic text.
        said: the English one.
        given: another English text, whose words are not counted as added.
    """
    told = english_stems(said.translate(SYMBOLS))
    untold = sum(senses.isdisjoint(told) for senses in _wanted(text))
    added = len(strange_words(said, text=text, given=given))
    return untold + added + sum(_is_told_twice(gloss, told) for gloss in glosses(text))


def _is_told_twice(gloss: Gloss, told: frozenset[str]) -> bool:
    """Whether two senses are told that have no word in common: "the tank and reservoir"."""
    found = [stems for sense in gloss.senses if (stems := english_stems(sense)) and stems <= told]
    return any(one.isdisjoint(other) for one, other in combinations(found, 2))


def _wanted(text: str) -> list[frozenset[str]]:
    """The English stems of each listed word that a translation has to tell."""
    dates = [date.span for date in stated_dates(text, "en")]
    any_of_calendar = any(map(_is_of_calendar, glosses(text)))
    wanted = []
    for gloss, senses in zip(glosses(text), _stems_by_gloss(text), strict=True):
        word = gloss.span.of(text)
        dated = _is_of_calendar(gloss) or any(map(gloss.span.overlaps, dates))
        beside_date = any_of_calendar and content_stems(word) <= BEFORE_DATES
        if senses and not (dated or beside_date or is_number(word) or spelled_as_name(word)):
            wanted.append(senses)
    return wanted


def is_dual(word: str) -> bool:
    """Whether an Arabic word surely is a dual, two of what it names: «سيارتين», «شخصان».

    The endings of masculine duals are those of plurals too; what has a plural of another form in
    the list, as «أشخاص», has no plural with them. What could be a name, «حمدان», is not sure, nor
    what has an article: «الساقين» are "his legs".
    """
    plain = fold(word)
    if _DEFINITE.match(plain) or spelled_as_name(word):
        return False
    _, listed = _listed()
    heads = [plain.removeprefix(prefix) for prefix in _PREFIXES if plain.startswith(prefix)]
    if any((head,) in listed for head in heads):
        return False
    stems = [match[1] or match[2] for match in map(_DUAL.fullmatch, heads) if match]
    # «سيارت» is «سيارة» with an ending, and «صوت» is itself.
    return any(
        stem in _broken_plurals() or (stem.endswith("ت") and (f"{stem[:-1]}ه",) in listed)
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


def _is_of_calendar(gloss: Gloss) -> bool:
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
        if not (english_stems(word) <= known or is_number(word) or named):
            found.append(word)
    return tuple(found)


def _could_be_names(text: str) -> str:
    """The words of an Arabic text that are not listed as they stand, or could be names as well."""
    spelled, _ = _listed()
    forms = [(gloss.span, tuple(gloss.span.of(text).split())) for gloss in glosses(text)]
    listed = [
        span
        for span, (first, *others) in forms
        if others or (first,) in spelled or (first.removeprefix("ال"),) in spelled
    ]
    return " ".join(
        word
        for span in words(text)
        if spelled_as_name(word := span.of(text)) or not any(map(span.overlaps, listed))
    )


def is_sense(word: str, text: str) -> bool:
    """Whether an English word, all parts of it, is a sense of a listed word of an Arabic text."""
    wanted = english_stems(word)
    return bool(wanted) and any(wanted <= senses for senses in _stems_by_gloss(text))


def one_spelling(text: str) -> str:
    """An English text in lower case, irregular forms of its words regular, and in one spelling."""
    regular = _SMALL_LETTERS.sub(lambda found: _regular().get(found[0], found[0]), text.lower())
    return _BRITISH.sub(lambda found: _SPELLINGS[found[0]], regular)


@cache
def _regular() -> Mapping[str, str]:
    """The word that each irregular form is of: "built" -> "build", "children" -> "child"."""
    lines = resources.files("rag").joinpath(_IRREGULAR).read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return {form: word for word, forms in rows for form in forms.split(" ")}


def stems_of_senses(text: str) -> frozenset[str]:
    """The English stems of all senses of an Arabic text's listed words."""
    return frozenset[str]().union(*_stems_by_gloss(text))


@lru_cache(maxsize=256)
def _stems_by_gloss(text: str) -> tuple[frozenset[str], ...]:
    """The English stems of each of a text's `glosses`: a draft is compared with them repeatedly.

    What an English word means by the other list is a sense of the Arabic one too: "gasoline".
    """
    further = _further_senses()
    return tuple(
        english_stems(" ".join((*gloss.senses, *further.get(gloss.senses, ()))))
        for gloss in glosses(text)
    )


@cache
def _further_senses() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The English words of which an entry of the list is the Arabic, by the entry's senses."""
    _, listed = _listed()
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for english, arabic in english_entries():
        for form in arabic:
            first, *rest = fold(form).split()
            if senses := listed.get((first, *map(_without_article, rest))):
                found[senses] = (*found.get(senses, ()), english)
    return found


def english_stems(text: str) -> frozenset[str]:
    """The stems of an English text's words in `one_spelling`, without function words."""
    return content_stems(one_spelling(text))


@lru_cache(maxsize=20_000)
def _senses(forms: tuple[str, ...]) -> tuple[str, ...]:
    """What an expression may mean, as it is spelled or else without regard to its hamzas."""
    if len(forms) == 1 and is_function_word(fold(forms[0])):
        return ()
    for (first, *rest), listed in zip((forms, tuple(map(fold, forms))), _listed(), strict=True):
        others = tuple(map(_without_article, rest))
        for reading in _readings(first):
            if senses := listed.get((reading, *others)):
                return senses
    return ()


def _readings(form: str) -> Iterator[str]:
    """What a word may be a form of: itself, then without prefixes and endings, likeliest first."""
    found = []
    for prefix, far in _PREFIXES.items():
        if not form.startswith(prefix):
            continue
        head = form[len(prefix) :]
        for ending, instead, further in _SUFFIXES:
            if not head.endswith(ending):
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


@cache
def _listed() -> tuple[Mapping[tuple[str, ...], tuple[str, ...]], ...]:
    """The senses of each expression by its words, as they are spelled and as they are folded."""
    spelled: dict[tuple[str, ...], tuple[str, ...]] = {}
    folded: dict[tuple[str, ...], tuple[str, ...]] = {}
    for forms, senses in entries():
        for form in forms:
            for listed, (first, *rest) in ((spelled, form.split()), (folded, fold(form).split())):
                listed.setdefault((first, *map(_without_article, rest)), senses)
    return spelled, folded


def entries() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The list's lines: the forms of an Arabic word or expression, and its senses."""
    for line in resources.files("rag").joinpath(_LIST).read_text(encoding="utf-8").splitlines():
        forms, senses = line.split("\t")
        yield tuple(forms.split("/")), tuple(senses.split("; "))


def english_entries() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The other list's lines: an English word or expression, and Arabic for it."""
    for line in resources.files("rag").joinpath(_ENGLISH).read_text(encoding="utf-8").splitlines():
        english, arabic = line.split("\t")
        yield english, tuple(arabic.split("; "))


def _without_article(form: str) -> str:
    return form.removeprefix("ال") if len(form) > _LEAST_LETTERS + 1 else form
