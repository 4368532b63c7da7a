"""Numbers as people write them: in digits, in words, and in both («23 ألفا», "3.2 million").

A noun in the dual («عامين») is two of it without saying so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from rag.calendar_words import alternatives
from rag.lexical import is_function_word
from rag.number_reader import (
    NOT_SIX,
    PER,
    listed_form,
    number_values,
    read_numbers,
    word_value,
)
from rag.number_words import (
    ACCUSATIVES,
    CARDINALS,
    ORDINALS,
    PARTS,
    PLURAL_SCALES,
    SCALE,
    SCALES,
    TENS,
    whole_phrases,
)
from rag.text import fold, normalise, numbers

_TWO = re.compile(r"\w{3,}(?:ان|ين|تا|تي)\b|\w*ثلث[اي]\b|\b(?:second|twice|both)\b")
# The commonest names and nouns that end as duals do; others state a two all the same.
_NO_DUAL = re.compile(
    "(?:[وف]?[بلك]?(?:ال)?|لل)(?:ايران|لبنان|سودان|باكستان|افغانستان|فلسطين|رمضان|شعبان|نيسان"
    "|حزيران|سكان|انسان|برلمان|ميدان)"
)
# «صفر» is also a month, and so no number of an answer.
_ZERO = re.compile(r"(?<![^\W\d])[وبل]?(?:ال)?صفر(?!\w)|\b(?:zero|nil)\b")
_ARABIC_ORDINALS = alternatives(form for form in ORDINALS if not form.isascii())
# Ordinals, which digits alone do not say, are no part of a spelled number.
_ARABIC_CARDINALS = alternatives(
    form for form, n in (CARDINALS | SCALES).items() if n > 1 and not form.isascii()
)
_ENGLISH_CARDINALS = alternatives(
    form for form in CARDINALS | SCALES if form.isascii() and form not in PLURAL_SCALES
)
_ONE = fold("واحد|واحدا|واحدة|أحد|إحدى")
# With the article, too, these count: «الثلاث والعشرين», of which the rank is «الثالثة والعشرين».
_UNITS = alternatives(
    form
    for form, n in CARDINALS.items()
    if 3 <= n <= 9 and not (form.isascii() or form in ACCUSATIVES)
)
_PART_OF_NUMBER = (
    rf"(?:(?:{_ONE})\s+(?=(?:عشره?|و\s*(?:{TENS}))\b)(?:و\s*)?)?(?:{_ARABIC_CARDINALS})"
)
_SPELLED = re.compile(
    rf"(?:(?P<figure>(?<=\d) )|(?<!\w))(?![وف]?{NOT_SIX}\b)[وف]??[بل]??"
    rf"(?P<number>(?:ال(?:{_UNITS})\s+وال(?:{TENS})|{_PART_OF_NUMBER})"
    rf"(?:\s+(?!و\s*(?:{alternatives(PLURAL_SCALES)})\b)(?:و\s*)?{_PART_OF_NUMBER})*)"
    r"(?!\w)(?P<counted>\s+[^\W\d]+)?"
)
_ENGLISH_SPELLED = re.compile(
    r"(?<![\w-])(?<![\d¼½¾] )(?<!half )(?<!\ba )"
    rf"(?:a\s+(?=(?:hundred|{SCALE})\s+(?:and\s+)?(?:{_ENGLISH_CARDINALS})\b))?"
    rf"(?:{_ENGLISH_CARDINALS})(?:(?:-|\s+(?:and\s+)?)(?:{_ENGLISH_CARDINALS})(?!\w))*(?![\w-])"
    r"(?!\s+(?:and\s+a\s+half|thirds|quarters|fifths|tenths|dozen)\b)",
    re.IGNORECASE,
)
_LONGEST_WORD = 40
_FIGURE_GOES_ON = re.compile(r"\s+و\s?\d")
_SPELLED_RANK = re.compile(
    rf"(?<!\w)[وف]?[بل]?(?:ال|ل)?(?:{_ARABIC_ORDINALS})(?:\s+(?:عشره?|وال(?:{TENS})))?(?!\w)"
)
# "A third" is a part.
_ENGLISH_RANKS = {
    form: value for form, value in ORDINALS.items() if form.isascii() and 3 <= value <= 20
}
_RANKED = re.compile(
    r"\b(\d+)(?:st|nd|rd|th)\b|"
    rf"(?<![\w-])(?<!\ba )(?<!\bone )(?<!\btwo )({'|'.join(_ENGLISH_RANKS)})\b"
)


def quantities(text: str) -> frozenset[str]:
    """The values of the numbers in a text, in the form of `rag.text.numbers`.

    Digits with a word of scale after them count once, as their product. A lone "one" is mostly a
    pronoun, and left out.
    """
    return frozenset(
        _shown(value) for value, spelled in read_numbers(text) if not (spelled and value == 1)
    )


def is_number(word: str) -> bool:
    """Whether a word is a number or part of one, also «آلاف», which alone has no value.

    «المئة», which may also be of per cent, is none.
    """
    return bool(quantities(f"{PER} {word}") or listed_form(fold(word), PLURAL_SCALES))


def unstated(answer: str, *sources: str) -> frozenset[str]:
    """The numbers of an answer that stand in none of the sources, in whatever form.

    A dual in a source states a two, and so does an English "second", mostly a time elsewhere;
    «صفر» and "nil" state a zero. The figure before a word of scale is stated only for an answer
    without words: "40".
    """
    stated = {_shown(value) for text in sources for value in number_values(text)}
    if not any(map(str.isalpha, answer)):
        stated.update(value for text in sources for value in numbers(text))
    if any(map(_states_two, sources)):
        stated.add("2")
    if any(_ZERO.search(fold(text)) for text in sources):
        stated.add("0")
    return quantities(answer) - stated


def _states_two(text: str) -> bool:
    """Whether a word of a text may be a dual: no number, no function word, none of the names."""
    return any(
        word.isascii()
        or not (is_function_word(word) or word_value(word)[0] or _NO_DUAL.fullmatch(word))
        for word in (match[0] for match in _TWO.finditer(fold(text)))
    )


def ranks_counted(answer: str, source: str) -> bool:
    """Whether an English answer ranks what Arabic counts: "the 4th month" for «أربعة أشهر».

    What the source ranks itself, or has in digits, may be ranked.
    """
    ranked = {
        Decimal(digits or _ENGLISH_RANKS[word])
        for digits, word in _RANKED.findall(answer.casefold())
    }
    if not ranked:
        return False
    folded = fold(source)
    ranked -= set(map(Decimal, numbers(folded)))
    for rank in _SPELLED_RANK.finditer(folded):
        ranked.difference_update(number_values(rank[0]))
    return any(
        value in ranked for match in _spelled(folded) for value in number_values(match["number"])
    )


def english_with_digits(text: str) -> str:
    """An English text with its spelled numbers from three on in digits: "fourteen years".

    Ranks, parts and ranges of one word of scale stay, and what stands beside digits or a half.
    """
    kept = whole_phrases(text)
    in_digits = []
    for match in _ENGLISH_SPELLED.finditer(text):
        values = number_values(match[0])
        if len(values) == 1 and values[0] > 2 and kept.isdisjoint(range(*match.span())):
            in_digits.append((match.start(), match.end(), _in_english_digits(values[0])))
    return _with_same_numbers(text, in_digits)


def with_digits(text: str) -> str:
    """An Arabic text with its spelled numbers in digits: «بخمسة وسبعين ريالا» as «بـ75 ريالا».

    What goes on from digits or into them stays («19 ألفا»), and so do ranks, "one", ranges of one
    word of scale, and what stands beside a half or another part.
    """
    folded = normalise(text)
    in_digits = []
    for match in _spelled(folded.text):
        written = folded.original_span(match.start("number"), match.end()).of(text)
        values = number_values(written)
        if len(values) == 1:
            number = folded.original_span(*match.span("number"))
            joined = "\u0640" if text[: number.start].endswith("ب") else ""
            in_digits.append((number.start, number.end, joined + _in_digits(values[0])))
    return _with_same_numbers(text, in_digits)


def _with_same_numbers(text: str, in_digits: Sequence[tuple[int, int, str]]) -> str:
    """A text with what stands from one place to another in digits, where its numbers stay the same.

    They would not where a number begins before what is put in digits, or goes on after it.
    """
    values = number_values(text)
    for start, end, digits in reversed(in_digits):
        shown = f"{text[:start]}{digits}{text[end:]}"
        if number_values(shown) == values:
            text = shown
    return text


def _spelled(folded: str) -> Iterator[re.Match[str]]:
    """The Arabic numbers in words that are whole: no «عشر» of a rank, and no part beside them."""
    ranks = (range(*rank.span()) for rank in _SPELLED_RANK.finditer(folded))
    kept = whole_phrases(folded).union(*ranks)
    for match in _SPELLED.finditer(folded):
        start, end = match.span("number")
        beside = (
            *folded[max(0, start - _LONGEST_WORD) : start].split()[-1:],
            (match["counted"] or "").strip(),
        )
        if (
            not match["figure"]
            and kept.isdisjoint(range(start, end))
            and not any(listed_form(word, PARTS) for word in beside)
            and not _FIGURE_GOES_ON.match(folded, end)
        ):
            yield match


def _in_digits(value: Decimal) -> str:
    """A number as Arabic papers write it: «40 مليون», but 2000."""
    return _with_scale(value, billion="مليار", million="مليون") or _shown(value)


def _in_english_digits(value: Decimal) -> str:
    return _with_scale(value, billion="billion", million="million") or f"{value:,f}"


def _with_scale(value: Decimal, *, billion: str, million: str) -> str:
    """A number with a word of scale after it; "" for one below a million."""
    for scale, word in ((1_000_000_000, billion), (1_000_000, million)):
        if value >= scale:
            return f"{_shown(value / scale)} {word}"
    return ""


def _shown(value: Decimal) -> str:
    shown = format(value, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
