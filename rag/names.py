"""Whether a name in Latin letters is one that stands in an Arabic text, and the reverse.

Two ways to know: a pair that CLDR lists (countries and their adjectives, the cities of time zones),
the calendar has or `rag.spellings`, or consonants that agree. Arabic writes few vowels and
romanisations differ in them (Romanowski, رومانوفسكي), so only consonants are compared, in classes
that romanisations mix up.

References:
    Unicode CLDR, through Babel: https://cldr.unicode.org
    Consonant classes for cross-script matching: Freeman, Condon, Ackerman 2006,
    "Cross Linguistic Name Matching in English and Arabic", https://aclanthology.org/N06-1060
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache
from itertools import pairwise, product

from rag.dates import MONTHS, WEEKDAYS
from rag.lexical import is_function_word
from rag.number_words import WORDS
from rag.spellings import spelled_so, usual_spelling
from rag.text import fold, split_words

_ARTICLE = re.compile("^(?:[وف]?(?:[بك]?ال|لل))(?=..)")
CAPITALISED = re.compile(r"[A-Z][\w\u2019'-]*")
"""A word of an English text that is written like a name."""

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
_LATIN_DIGRAPHS = {
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
# Of adjectives and those who belong to a country or a place.
_ADJECTIVE_ENDING = "(?:ي|يه|يون|يين|يا|يات|ون|ين|ان|ه)"
_ADJECTIVE_ENDINGS = ("n", "an", "ian", "ese", "i", "nian", "ish")
# The first word of «عبد الفتاح» and «أبو الغيط» takes the article of the second: "Abdel", "Aboul".
_JOINED = {"abd(?:[aeou]+l?)?": "عبد", "ab[ou]+l": "اب[وياه]"}
# Names that CLDR has not.
_OTHER_NAMES = {
    **dict.fromkeys(
        ("us", "usa", "america", "american", "americans"),
        ("الولايات المتحده", "امريكا", "امريك", "اميركا", "اميرك"),
    ),
    "turkey": ("تركيا", "تركي"),
    "uk": ("المملكه المتحده", "بريطانيا", "بريطان"),
    "un": ("الامم المتحده", "اممي"),
    "eu": ("الاتحاد الاوروبي", "اوروب"),
    "uae": ("الامارات", "امارات"),
}
# Months that are also something else at the start of a sentence.
_ORDINARY_TOO = frozenset(("may", "march"))
_FINAL_A = re.compile(r"ى\b")
_SOFT_C = re.compile("c(?=[eiy])")
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
# A long vowel that Arabic writes, and the Latin letters of which it has one: of the 18,000 listed
# spellings with the consonants of their name 88 lack it.
_LONG_VOWELS = {"و": frozenset("ouw"), "ي": frozenset("iyea")}
_LEAST_LIKENESS = 0.75


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
    return plain in _FIRST_WORDS or plain in WORDS or is_function_word(plain)


def _is_surely_name(word: str, after: str) -> bool:
    """Whether the first word of a sentence is a name, told by a list and by what comes after."""
    plain = fold(word)
    if plain in _ORDINARY_TOO:
        return re.match(r"\W*(?:\d|$)", after) is not None
    return plain in CALENDAR or (
        not is_function_word(plain)
        and (plain in _places() or _adjective(plain) is not None or bool(spelled_so(word)))
    )


def occurs(name: str, text: str) -> bool:
    """Whether a name in Latin letters stands in `text`, in Latin or Arabic script."""
    folded = fold(text)
    plain = fold(name)
    # Kim Jong Un is not the UN.
    renamed = _OTHER_NAMES.get(plain, ()) if name.isupper() or len(plain) > 3 else ()
    joined = [word for latin, word in _JOINED.items() if re.fullmatch(latin, plain)]
    patterns = [
        rf"(?<!\w){re.escape(plain)}",
        *map(_with_endings, _known_pairs().get(plain, ()) + renamed),
        *(rf"(?<!\w)[وفبلك]?{word}" for word in joined),
    ]
    if any(re.search(pattern, folded) for pattern in patterns):
        return True
    first, *rest = name.split("-")
    if rest and _is_country(first):
        # Of "US-led" and "Iran-Iraq" each name counts.
        return all(occurs(part, text) for part in (first, *rest) if part[:1].isupper())
    if renamed or joined or plain in CALENDAR:
        return False
    words = [fold(word) for word in _words_to_compare(name, text)]
    adjective = _adjective(plain)
    if adjective and any(map(re.compile(adjective).fullmatch, _arabic_words(words))):
        return True
    return _is_spelled(name, words, is_country=adjective is not None)


def _is_spelled(name: str, words: Sequence[str], *, is_country: bool) -> bool:
    """Whether one of the Arabic words is a Latin name by a list or by its consonants."""
    spelled, wanted = spelled_so(name), latin_skeleton(name)
    if is_country or fold(name) in _places():
        # Yemen has the consonants of «من», Qatar those of «أكثر»: of a city that has more than two
        # others may spell the name in another way.
        varies = not is_country and len(wanted) > 2
        return any(
            form in spelled or (varies and wanted == arabic_skeleton(form))
            for form in _arabic_words(words)
        )
    if tells_apart(name):
        return _is_one_of(name, words)
    # "Ali" is at least a word with an l.
    return not spelled or any(
        form in spelled or wanted == arabic_skeleton(form) for form in _arabic_words(words)
    )


@cache
def _with_endings(name: str) -> str:
    """A pattern of an Arabic name, folded, with what may be written on to it: «والمصرية»."""
    core = re.escape(without_article(fold(name)))
    return rf"(?<!\w)[وف]?(?:[بك]?ال|لل|[بلك])?{core}{_ADJECTIVE_ENDING}?(?!\w)"


def with_final_ya(words: str, *, of: str) -> str:
    """Arabic words of a text with «ي» for a final «ى», if the text writes no «ي» there.

    So do Egyptians: «المرسى» for Morsi, which elsewhere is Marsa.
    """
    return words if _ends_in_ya(of) else _FINAL_A.sub("ي", words)


def _ends_in_ya(text: str) -> bool:
    return any(word.endswith("ي") for word in split_words(text))


def _words_to_compare(name: str, text: str) -> list[str]:
    """The words of a text that a Latin name may be, as far as their last letters tell."""
    found = split_words(text)
    if fold(name).endswith(("i", "y", "ee")) and _ends_in_ya(text):
        return [word for word in found if not word.endswith("ى")]
    return found


def tells_apart(name: str) -> bool:
    """Whether a name in Latin letters can be known by its consonants: one is in many a word."""
    return len(latin_skeleton(name)) > 1


def _is_one_of(name: str, words: Sequence[str]) -> bool:
    """Whether one of the Arabic words, or two that stand together, are a Latin name."""
    # «عبد القادر» and «سو جين» are one word in Latin letters.
    pairs = ["".join(pair) for pair in pairwise(words)]
    if spelled := spelled_so(name):
        if not spelled.isdisjoint([*_arabic_words(words), *pairs]):
            return True
        # Hassan is not «حسين», though their consonants agree: that is Hussein.
        words = [word for word in words if not any(map(usual_spelling, _arabic_words([word])))]
    wanted = latin_skeleton(name)
    # No romanisation has a w where the Arabic has no waw.
    has_w = "w" in fold(name)
    for form in _arabic_words(words):
        seen = arabic_skeleton(form)
        # What is left of «فيلكوش» without its first letter may be no word: Kouloukis is another.
        begins = form in words or wanted[:1] == seen[:1]
        near = begins and alike(wanted, seen) and (not has_w or "و" in form)
        if near and (wanted != seen or _has_its_vowels(name, form)):
            return True
    return len(wanted) > 2 and any(wanted == arabic_skeleton(pair) for pair in pairs)


def missing_names(sentence: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The names of an English sentence that stand in none of the texts, in order.

    Titles are no names, though they are written like them.
    """
    joined = "\n".join(texts)
    names = (name for name in latin_names(sentence) if name.lower() not in TITLES)
    return tuple(name for name in names if not occurs(name, joined))


def share_a_name(one: str, other: str) -> bool:
    """Whether two Arabic texts each hold a long word, which are one name in two spellings.

    «رومانوفسكي» and «رومانسكي» are; short words agree in their consonants by chance.
    """
    some, others = (frozenset(_arabic_words(split_words(fold(text)))) for text in (one, other))
    skeletons = [
        {found for word in words if len(found := arabic_skeleton(word)) > 3}
        for words in (some - others, others - some)
    ]
    return any(alike(*pair) for pair in product(*skeletons))


def _has_its_vowels(name: str, word: str) -> bool:
    """Whether a Latin name has the long vowels of an Arabic word with the same consonants.

    «كدودي» is not Kodidi.
    """
    heard = _latin_parts(name)[1]
    written = _arabic_parts(word)[1]
    return all(
        not set(latin).isdisjoint(letters)
        for latin, arabic in zip(heard, written, strict=True)
        for vowel, letters in _LONG_VOWELS.items()
        if vowel in arabic
    )


def latin_skeleton(name: str) -> str:
    """The consonant classes of a name in Latin letters: "Blinken" -> "blnkn"."""
    return _latin_parts(name)[0]


def arabic_skeleton(word: str) -> str:
    """The consonant classes of an Arabic word: «بلينكن» -> "blnkn". Arabic writes no doubles."""
    return _arabic_parts(word)[0]


def _latin_parts(name: str) -> tuple[str, list[str]]:
    """The consonant classes of a Latin name, and the letters ahead of each and after the last."""
    letters = unicodedata.normalize("NFD", fold(name))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    lower = re.sub(r"^(al|el|as|ash|ar|an|ad|at|az)[-\u2019']", "", plain)
    # Babić is «بابيتش».
    lower = re.sub("ic$", "its", lower)
    for digraph, consonant in _LATIN_DIGRAPHS.items():
        lower = lower.replace(digraph, consonant)
    lower = re.sub("^x", "s", _SOFT_C.sub("s", lower))
    classes, between = "", [""]
    for letter in lower:
        for consonant in _LATIN_CLASSES.get(letter, ""):
            # A vowel parts two consonants: the doubled one of Hassan is one to the pen, those of
            # Manal two.
            if not between[-1] and classes.endswith(consonant):
                continue
            classes += consonant
            between.append("")
        if letter not in _LATIN_CLASSES:
            between[-1] += letter
    return classes, between


def _arabic_parts(word: str) -> tuple[str, list[str]]:
    """The consonant classes of an Arabic word, and the letters ahead of each and after the last."""
    classes, between = "", [""]
    for letter in fold(word):
        if consonant := _ARABIC_CLASSES.get(letter):
            classes += consonant
            between.append("")
        else:
            between[-1] += letter
    return classes, between


def without_article(word: str) -> str:
    """An Arabic word without the article and what is written on to that: «والأعرجي» -> «أعرجي»."""
    return _ARTICLE.sub("", word)


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


def is_known(name: str) -> bool:
    """Whether a word in Latin letters is no person's name: a country, its adjective, a title."""
    plain = fold(name)
    listed = plain in TITLES or plain in CALENDAR or plain in _known_pairs()
    return listed or _is_country(name)


def _is_country(word: str) -> bool:
    """Whether a word in Latin letters is a country, its adjective, its people, or a language."""
    plain = fold(word)
    return plain in _OTHER_NAMES or _adjective(plain) is not None


def _arabic_words(words: Iterable[str]) -> Iterator[str]:
    """Each folded word, and what is left of it without what is written on to it in front."""
    for word in words:
        yield word
        # A conjunction, preposition or article that is written together with the name.
        for prefix in ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل", "ف", "ك"):
            if word.startswith(prefix) and len(word) > len(prefix) + 2:
                yield word.removeprefix(prefix)


_FIRST_WORDS = frozenset(
    [
        *("the", "a", "an", "this", "that", "these", "those", "his", "her", "its", "their", "our"),
        *("no", "some", "several", "many", "most", "all", "both", "each", "every", "few", "more"),
        *("another", "other", "only", "even", "also", "not", "dozens", "hundreds", "thousands"),
        *("in", "on", "at", "of", "from", "by", "for", "with", "without", "under", "over", "to"),
        *("during", "against", "between", "among", "amid", "despite", "near", "inside", "outside"),
        *("through", "within", "across", "around", "about", "like", "unlike", "into", "following"),
        *("after", "before", "when", "since", "while", "as", "if", "because", "though", "although"),
        *("until", "once", "where", "whether", "and", "but", "or", "so", "yet", "then", "than"),
        *("it", "he", "she", "they", "we", "there", "next", "last", "meanwhile", "however"),
    ]
)


CALENDAR = frozenset(fold(name) for name in (*MONTHS, *WEEKDAYS) if name.isascii())
"""Months and days of the week in English, folded: written like names, and none."""

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


def _adjective(plain: str) -> str | None:
    """A pattern of the Arabic words for a folded country, its adjective or its people, if known."""
    known = _adjectives()
    return known.get(plain) or known.get(plain.removesuffix("s"))


@cache
def _adjectives() -> dict[str, str]:
    """English country, its adjective or a language -> a pattern of the Arabic words for it.

    Both are folded.
    """
    from babel import Locale

    arabic, english = Locale("ar"), Locale("en")
    cores: dict[str, str] = {}
    for code, name in english.territories.items():
        plain = fold(name)
        core = without_article(fold(arabic.territories.get(code, "")))
        if " " not in plain and " " not in core and len(plain) > 3 and len(core) > 2:
            cores[plain] = core
    found = {plain: _adjective_of(core) for plain, core in cores.items()}
    # The nearest first: "Nigerian" is of Nigeria, and not of Niger.
    for ending, (plain, core) in product(_ADJECTIVE_ENDINGS, cores.items()):
        for stem in (plain, plain.rstrip("aeiouys")):
            if len(stem) > 2:
                found.setdefault(stem + ending, _adjective_of(core))
    for code, name in english.languages.items():
        # A language is named by the adjective in both: «الفرنسية».
        core = without_article(fold(arabic.languages.get(code, ""))).removesuffix("يه")
        if " " not in name and len(core) > 2:
            # «عبر» is no Hebrew, «فرنسا» may be French.
            least = "" if len(core) == 3 else "?"
            found.setdefault(fold(name), f"{re.escape(core)}(?:ا|{_ADJECTIVE_ENDING}){least}")
    return found


def _adjective_of(core: str) -> str:
    """A pattern of an Arabic country and its adjective: «فرنسية» is that of «فرنسا»."""
    if len(core) > 3 and core[-1] in "اه":
        return f"{re.escape(core[:-1])}(?:{core[-1]}|{_ADJECTIVE_ENDING})?"
    return f"{re.escape(core)}{_ADJECTIVE_ENDING}?"


@cache
def _places() -> frozenset[str]:
    """The names of one word, folded, of countries and of the cities of time zones."""
    from babel import Locale

    english = Locale("en")
    cities = (str(zone).rpartition("/")[2] for zone in Locale("ar").time_zones)
    return frozenset(
        fold(name) for name in (*english.territories.values(), *cities) if name.isalpha()
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
    for numbered in (MONTHS, WEEKDAYS):
        for name in filter(str.isascii, numbered):
            others = {other for other in numbered if numbered[other] == numbered[name]}
            pairs.setdefault(fold(name), set()).update(others - {name})
    return {name: tuple(sorted(others)) for name, others in pairs.items()}
