"""Numbers as people write them: in digits, in words, and in both («23 ألفا», "3.2 million").

An Arabic number word changes with gender and case, takes conjunction, preposition and article in
front, and names units before tens: «خمسة وعشرون ألفا» is 25,000. A noun in the dual («عامين») is
two of it without saying so.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from rag.lexical import is_function_word
from rag.number_words import (
    PARTS,
    PLURAL_SCALES,
    RANKS,
    SCALE,
    SCALE_VALUES,
    TENS,
    WORDS,
    tokens,
    whole_phrases,
)
from rag.text import fold, normalise, numbers

_COMMAS = "،,"
_PREFIXES = ("وال", "بال", "فال", "ال", "لل", "و", "ب", "ل", "ف", "ك")
_TWO = re.compile(r"\w{3,}(?:ان|ين|تا|تي)\b|\w*ثلث[اي]\b|\b(?:second|twice|both)\b")
# The commonest names and nouns that end as duals do; others state a two all the same.
_NO_DUAL = re.compile(
    "(?:[وف]?[بلك]?(?:ال)?|لل)(?:ايران|لبنان|سودان|باكستان|افغانستان|فلسطين|رمضان|شعبان|نيسان"
    "|حزيران|سكان|انسان|برلمان|ميدان)"
)
# «صفر» is also a month, and so no number of an answer.
_ZERO = re.compile(r"(?<![^\W\d])[وبل]?(?:ال)?صفر(?!\w)|\b(?:zero|nil)\b")
# «لست» is "I am not".
_NOT_SIX = "لست"
# Longer numbers in digits, of accounts and the like, have no word of scale after them.
_MOST_DIGITS = 15


_OTHER = frozenset(fold("آخر أخرى").split())
_PLURALS = "|".join(PLURAL_SCALES)
# Before a word with the article: "a fifth", "a lady" and the like, or "wrote".
_NUMBER_OR_NOT = frozenset(fold("ألف خمس ست سبع تسع عشر").split())
# Folding makes «ألعاب» look as if it had the article.
_NO_ARTICLE = re.compile(r"(?<!\w)[أإآ]ل\w+")
# Of an Arabic number from two on. Ranks are left out, which digits alone do not say.
_CARDINAL = "|".join(
    sorted(
        (form for form, n in WORDS.items() if n > 1 and not form.isascii() and form not in RANKS),
        key=len,
        reverse=True,
    )
)
_ONE = fold("واحد|واحدة|أحد|إحدى")
_SPELLED = re.compile(
    rf"(?<!\w)(?<!\d )(?![وف]?{_NOT_SIX}\b)[وف]??[بل]??"
    rf"(?P<number>(?:(?:{_ONE})\s+(?:و\s*)?(?=(?:{_CARDINAL})))?"
    rf"(?:{_CARDINAL})(?:\s+(?!و\s*(?:{_PLURALS})\b)(?:و\s*)?(?:{_CARDINAL}))*)(?!\w)(?P<counted>\s+[^\W\d]+)?"
)
_ENGLISH_CARDINAL = "|".join(
    sorted(
        form
        for form in WORDS.keys() - PLURAL_SCALES
        if form.isascii() and not form.endswith(("first", "second", "third", "th", "dozen"))
    )
)
_ENGLISH_SPELLED = re.compile(
    r"(?<![\w-])(?<![\d¼½¾] )(?<!half )(?<!\ba )"
    rf"(?:a\s+(?=(?:hundred|{SCALE})\s+(?:and\s+)?(?:{_ENGLISH_CARDINAL})\b))?"
    rf"(?:{_ENGLISH_CARDINAL})(?:(?:-|\s+(?:and\s+)?)(?:{_ENGLISH_CARDINAL})(?!\w))*(?![\w-])"
    r"(?!\s+(?:and\s+a\s+half|thirds|quarters|fifths|tenths|dozen)\b)",
    re.IGNORECASE,
)
_LONGEST_WORD = 40
_FIGURE_GOES_ON = re.compile(r"\s+و\s?\d")
_RANK = "|".join(sorted((*RANKS, fold("حادي"), fold("حادية")), key=len, reverse=True))
_SPELLED_RANK = re.compile(
    rf"(?<!\w)[وف]?[بل]?(?:ال|ل)?(?:{_RANK})(?:\s+(?:عشره?|وال(?:{'|'.join(TENS)})))?(?!\w)"
)
# "a third" is a part.
_ENGLISH_RANKS = {
    form: value
    for form, value in WORDS.items()
    if form.isascii() and form.endswith(("rd", "th")) and 3 <= value <= 20
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
        _shown(value) for value, spelled in _values(text) if not (spelled and value == 1)
    )


def is_number(word: str) -> bool:
    """Whether a word is a number or part of one, also «آلاف», which alone has no value."""
    return bool(quantities(word) or _listed(fold(word), PLURAL_SCALES))


def unstated(answer: str, *sources: str) -> frozenset[str]:
    """The numbers of an answer that stand in none of the sources, in whatever form.

    A dual in a source states a two, and so does an English "second", mostly a time elsewhere;
    «صفر» and "nil" state a zero. The figure before a word of scale is stated only for an answer
    without words: "40".
    """
    stated = {_shown(value) for text in sources for value, _ in _values(text)}
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
        word.isascii() or not (is_function_word(word) or _word(word)[0] or _NO_DUAL.fullmatch(word))
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
    folded = normalise(source).text if ranked else ""
    ranked -= set(map(Decimal, numbers(folded)))
    for rank in _SPELLED_RANK.finditer(folded):
        ranked.difference_update(value for value, _ in _values(rank[0]))
    return any(
        value in ranked for match in _spelled(folded) for value, _ in _values(match["number"])
    )


def english_with_digits(text: str) -> str:
    """An English text with its spelled numbers from three on in digits: "fourteen years".

    Ranks, parts and ranges of one word of scale stay, and what stands beside digits or a half.
    """
    shown, end = "", 0
    kept = whole_phrases(text)
    for match in _ENGLISH_SPELLED.finditer(text):
        values = [value for value, _ in _values(match[0])]
        if len(values) == 1 and values[0] > 2 and kept.isdisjoint(range(*match.span())):
            shown += text[end : match.start()] + _in_english_digits(values[0])
            end = match.end()
    return shown + text[end:]


def with_digits(text: str) -> str:
    """An Arabic text with its spelled numbers in digits: «بخمسة وسبعين ريالا» as «بـ75 ريالا».

    What goes on from digits or into them stays («19 ألفا»), and so do ranks, "one", ranges of one
    word of scale, and what stands beside a half or another part.
    """
    folded = normalise(text)
    shown, end = "", 0
    for match in _spelled(folded.text):
        written = folded.original_span(match.start("number"), match.end()).of(text)
        values = [value for value, _ in _values(written)]
        if len(values) == 1:
            number = folded.original_span(*match.span("number"))
            joined = "\u0640" if text[: number.start].endswith("ب") else ""
            shown += f"{text[end : number.start]}{joined}{_in_digits(values[0])}"
            end = number.end
    return shown + text[end:]


def _spelled(folded: str) -> Iterator[re.Match[str]]:
    """The Arabic numbers in words that are whole: no «عشر» of a rank, and no part beside them."""
    ranks = {
        at for match in _SPELLED_RANK.finditer(folded) for at in range(match.start(), match.end())
    }
    kept = whole_phrases(folded)
    for match in _SPELLED.finditer(folded):
        start, end = match.span("number")
        beside = (
            *folded[max(0, start - _LONGEST_WORD) : start].split()[-1:],
            (match["counted"] or "").strip(),
        )
        if not (
            start in ranks
            or not kept.isdisjoint(range(start, end))
            or any(_listed(word, PARTS) for word in beside)
            or _FIGURE_GOES_ON.match(folded, end)
        ):
            yield match


@dataclass(slots=True)
class _Run:
    """A number as it is read: what its words of scale closed, and the group under a thousand.

    `scale` is the last word of scale without its number. `in_digits` says that the group is written
    so: words of scale may follow, others do not. `spelled` says that the number begins with a word.
    A run that is not `readable` is no number.
    """

    closed: Decimal = Decimal(0)
    scale: int = 0
    group: Decimal | None = None
    in_digits: bool = False
    spelled: bool = False
    readable: bool = True

    @property
    def value(self) -> Decimal:
        return self.closed + (self.group or 0)

    @property
    def is_empty(self) -> bool:
        return self.group is None and not self.closed

    def take(self, value: int, *, joined: bool, english: bool) -> bool:
        """Takes the next number word; False if it begins another number."""
        group = self.group
        if value in SCALE_VALUES:
            return self._scale(value, joined=joined)
        if group is None:
            if self.closed and not (joined or english):
                return False
            self.group = Decimal(value)
            return True
        # "Fifteen hundred" is 1500.
        counts_hundreds = group < 10 or (english and group % 10 and not self.in_digits)
        if value == 100 and 1 <= group < 100 and counts_hundreds and not joined:
            self.group = group * 100
            return True
        if self.in_digits:
            return False
        last = group % 100
        if english:
            fits = (value < 100 and last == 0) or (value < 10 and last >= 20 and last % 10 == 0)
        elif joined:
            fits = (value < 100 and last == 0) or (20 <= value < 100 and 1 <= last <= 9)
        else:
            fits = value == 10 and 1 <= last <= 9
        if fits:
            self.group = group + value
        return fits

    def take_figure(self, value: Decimal) -> bool:
        """Takes a figure that «و» joins: «3 آلاف و500»; False if it begins another number."""
        if self.group is not None or value >= self.scale:
            return False
        self.group, self.in_digits = value, True
        return True

    def split(self, value: int, *, joined: bool) -> _Run | None:
        """Cuts off what a word makes as large as what stands before: «خمسة آلاف وستة» / «آلاف»."""
        group = self.group
        if group is None or joined:
            return None
        if value in SCALE_VALUES and self.closed and group * value >= self.scale:
            cut = group
        elif value == 100 and group > 100 and 1 <= group % 100 <= 9 and not self.in_digits:
            cut = group % 100
        else:
            return None
        self.group = None if cut == group else group - cut
        return _Run(group=cut, in_digits=self.in_digits, spelled=not self.in_digits)

    def _scale(self, value: int, *, joined: bool) -> bool:
        if joined if self.group is not None else self.closed and not joined:
            return False
        amount = value if self.group is None else self.group * value
        if self.closed and amount >= self.scale:
            return False
        self.closed += amount
        self.scale = 10 ** (len(str(value)) - 1)
        self.group, self.in_digits = None, False
        return True


def _values(text: str) -> list[tuple[Decimal, bool]]:
    """The numbers of a text in order, and whether each begins with a word."""
    reader = _Reader(frozenset(map(fold, _NO_ARTICLE.findall(text))))
    words = tokens(text)
    for previous, word, following in zip(("", *words), words, (*words[1:], ""), strict=False):
        if word[0].isdigit():
            reader.take_figure(word, joined=previous == "و")
        elif word == "و" and following[:1].isdigit() and previous not in _COMMAS:
            continue
        elif word != "and" and word not in _COMMAS:
            reader.take_word(word, previous, following)
    reader.begin(_Run())
    return reader.found


@dataclass(slots=True)
class _Reader:
    """Makes numbers of the tokens of a text.

    `without_article` are its words that have none, although they begin as if they had.
    """

    without_article: frozenset[str]
    run: _Run = field(default_factory=_Run)
    found: list[tuple[Decimal, bool]] = field(default_factory=list)

    def begin(self, run: _Run) -> None:
        """Ends the number, and begins another."""
        if self.run.readable and not self.run.is_empty:
            self.found.append((self.run.value, self.run.spelled))
        self.run = run

    def take_figure(self, written: str, *, joined: bool) -> None:
        values = [Decimal(value) for value in sorted(numbers(written))]
        if len(values) != 1 or len(written) > _MOST_DIGITS:
            self.begin(_Run())
            self.found.extend((value, False) for value in values)
        elif not (joined and self.run.take_figure(values[0])):
            self.begin(_Run(group=values[0], in_digits=True))

    def take_word(self, word: str, previous: str, following: str) -> None:
        if self._take_part(word, previous, following):
            return
        value, joined = _word(word)
        if value is None or self._is_uncounted(word, following):
            self.begin(_Run())
            return
        if value in SCALE_VALUES and self.run.is_empty and _counts_two(word, following):
            value *= 2
        if cut := self.run.split(value, joined=joined):
            self.begin(cut)
        self.run.spelled |= self.run.is_empty
        if not self.run.take(value, joined=joined, english=word.isascii()):
            self.begin(_Run(spelled=True))
            self.run.take(value, joined=False, english=word.isascii())

    def _take_part(self, word: str, previous: str, following: str) -> bool:
        """Takes a part of the word of scale that follows or was the last; False if it is none."""
        run, name = self.run, _listed(word, PARTS)
        scaled = _word(following)[0] in SCALE_VALUES
        joined = word.startswith("و") or previous == "and"
        closed = bool(run.closed) and run.group is None
        if not name or not (scaled or (joined and closed and name not in WORDS)):
            return False
        part = PARTS[name]
        if part is None:
            self.run = _Run(group=Decimal(1), readable=False)
        elif not joined or run.is_empty or (scaled and closed and word.isascii()):
            self.begin(_Run(group=part, spelled=True))
        elif scaled:
            run.group = (run.group or 0) + part
        else:
            run.closed += part * run.scale
        return True

    def _is_uncounted(self, word: str, following: str) -> bool:
        """Whether a number word states none: «آلاف», «خمس السكان»."""
        if (self.run.group is None or word.startswith("و")) and _listed(word, PLURAL_SCALES):
            return True
        form = _listed(word, _NUMBER_OR_NOT)
        return bool(
            form
            and self.run.is_empty
            and not word.removesuffix(form).endswith(("ال", "لل"))
            and following.startswith("ال")
            and following not in self.without_article
            and _word(following)[0] is None
        )


def _counts_two(word: str, following: str) -> bool:
    """Whether a word of scale is a dual: «مليونا شخص», but not «مليونا إضافيا» or «مليونا من»."""
    return (
        word.endswith("ا")
        and following.isalpha()
        and not (is_function_word(following) or following in _OTHER or _word(following)[0])
        and not following.startswith(("و", "ال"))
        and not following.endswith("ا")
    )


def _word(token: str) -> tuple[int | None, bool]:
    """The value of a number word, and whether a conjunction is written on to it."""
    form = _listed(token, WORDS)
    if not form or token == _NOT_SIX:
        return None, False
    prefix = token.removesuffix(form)
    # «بالمئة» and «في المئة» are per cent.
    percent = WORDS[form] == 100 and prefix.endswith(("ال", "لل"))
    return None if percent else WORDS[form], prefix[:1] in ("و", "ف")


def _listed(token: str, forms: Container[str]) -> str:
    """The listed form that a token is, without what is written on to its front; "" if none."""
    fronts = (front for front in ("", *_PREFIXES) if token.startswith(front))
    return next((token[len(front) :] for front in fronts if token[len(front) :] in forms), "")


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
