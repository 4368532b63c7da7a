"""Reads the numbers of a text, token by token.

An Arabic number word changes with gender and case, takes conjunction, preposition and article in
front, and names units before tens: «خمسة وعشرون ألفا» is 25,000.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from decimal import Decimal

from rag.lexical import is_function_word
from rag.number_words import ACCUSATIVES, PARTS, PLURAL_SCALES, SCALE_VALUES, WORDS, tokens
from rag.text import fold, numbers

# What «المئة» has before it in per cent.
PER = fold("في")
# «لست» is "I am not".
NOT_SIX = "لست"

_COMMAS = "،,"
_PREFIXES = tuple(
    conjunction + front
    for conjunction in ("", "و", "ف")
    for front in ("", "ال", "بال", "كال", "لل", "ب", "ل", "ك")
)
# Longer numbers in digits, of accounts and the like, have no word of scale after them.
_MOST_DIGITS = 15
# Behind a number a time, else "second" and so a two.
_SECOND = fold("ثانية")
_OTHER = frozenset(fold("آخر أخرى").split())
# Before a word with the article: "a fifth", "a lady" and the like, or "wrote".
_NUMBER_OR_NOT = frozenset(fold("ألف خمس ست سبع تسع عشر خمسا سبعا تسعا").split())
# No duals, which multiply no other: «عام ألفين مليوني زائر».
_SINGLE_SCALES = frozenset(PLURAL_SCALES.values())
_FIRST = frozenset(fold("أول أولى").split())
# Folding makes «ألعاب» look as if it had the article.
_NO_ARTICLE = re.compile(r"(?<!\w)[أإآ]ل\w+")


def number_values(text: str) -> list[Decimal]:
    """The numbers of a text in order."""
    return [value for value, _ in read_numbers(text)]


def read_numbers(text: str) -> list[tuple[Decimal, bool]]:
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
    reader.end()
    return reader.found


def word_value(token: str, previous: str = "") -> tuple[int | None, bool]:
    """The value of a number word, and whether a conjunction is written on to it.

    `previous` is the word before it, which tells «في المئة» from «المئة ألف».
    """
    form = listed_form(token, WORDS)
    if not form or token.lstrip("وف") == NOT_SIX:
        return None, False
    prefix = token.removesuffix(form)
    # No article or preposition governs the accusative: «الأربعا» is a Wednesday.
    if form in ACCUSATIVES and prefix not in ("", "و", "ف"):
        return None, False
    # «بالمئة» is per cent too.
    percent = WORDS[form] == 100 and (
        prefix.endswith(("بال", "لل")) or (previous == PER and prefix == "ال")
    )
    return None if percent else WORDS[form], prefix[:1] in ("و", "ف")


def listed_form(token: str, forms: Container[str]) -> str:
    """The listed form that a token is, without what is written on to its front; "" if none."""
    fronts = (front for front in _PREFIXES if token.startswith(front))
    return next((token[len(front) :] for front in fronts if token[len(front) :] in forms), "")


@dataclass(slots=True)
class _Run:
    """A number as it is read: what its words of scale closed, and the group under a thousand.

    `scale` is the last word of scale without its number, and `last` what both make. `in_digits`
    says that the group is written so: words of scale may follow, others do not. `spelled` says that
    the number begins with a word. A run that is not `readable` is no number.
    """

    closed: Decimal = Decimal(0)
    scale: int = 0
    last: Decimal = Decimal(0)
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

    @property
    def is_over(self) -> bool:
        """Whether a last English word is of another number: "15 million three years ago"."""
        return bool(self.closed) and self.group is None and not self.spelled

    def take(self, value: int, *, joined: bool, english: bool) -> bool:
        """Takes the next number word; False if it begins another number."""
        group = self.group
        if value in SCALE_VALUES:
            return self._take_scale(value, joined=joined)
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

    def reopen(self, value: int) -> None:
        """Makes the last word of scale a group again if a larger one is next: «ألف مليار»."""
        if self.group is None and self.scale < value and value in _SINGLE_SCALES:
            self.closed -= self.last
            self.group = self.last or None

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

    def _take_scale(self, value: int, *, joined: bool) -> bool:
        if self.group is None:
            goes_on = joined or not self.closed
        else:
            goes_on = not joined and value in _SINGLE_SCALES
        if not goes_on:
            return False
        amount = Decimal(value) if self.group is None else self.group * value
        if self.closed and amount >= self.scale:
            return False
        self.closed += amount
        self.last = amount
        self.scale = 10 ** (len(str(value)) - 1)
        self.group, self.in_digits = None, False
        return True


@dataclass(slots=True)
class _Reader:
    """Makes numbers of the tokens of a text.

    `without_article` are its words that have none, although they begin as if they had.
    """

    without_article: frozenset[str]
    run: _Run = field(default_factory=_Run)
    found: list[tuple[Decimal, bool]] = field(default_factory=list)

    def end(self) -> None:
        """Ends the number."""
        self.begin(_Run())

    def begin(self, run: _Run) -> None:
        """Ends the number, and begins another."""
        if self.run.readable and not self.run.is_empty:
            self.found.append((self.run.value, self.run.spelled))
        self.run = run

    def take_figure(self, written: str, *, joined: bool) -> None:
        values = [Decimal(value) for value in sorted(numbers(written))]
        if len(values) != 1 or len(written) > _MOST_DIGITS:
            self.end()
            self.found.extend((value, False) for value in values)
        elif not (joined and self.run.take_figure(values[0])):
            self.begin(_Run(group=values[0], in_digits=True))

    def take_word(self, word: str, previous: str, following: str) -> None:
        if word == _SECOND and not self.run.is_empty:
            self.end()
            return
        if self._take_part(word, previous, following):
            return
        value, joined = word_value(word, previous)
        # So «وأحد عشر» looks when folded, of which «واحد» alone would be a one.
        joined |= (word, following) == ("واحد", "عشر")
        if value is None or self._is_uncounted(word, following):
            self.end()
            return
        if _has_preposition(word):
            self.end()
        if value in SCALE_VALUES and self.run.is_empty and _counts_two(word, following):
            value *= 2
        if not joined and word_value(previous)[0] in SCALE_VALUES:
            self.run.reopen(value)
        if cut := self.run.split(value, joined=joined):
            self.begin(cut)
        if word.isascii() and word_value(following)[0] is None and self.run.is_over:
            self.end()
        self.run.spelled |= self.run.is_empty
        if not self.run.take(value, joined=joined, english=word.isascii()):
            self.begin(_Run(spelled=True))
            self.run.take(value, joined=False, english=word.isascii())
        # «أول عشرة أيام» are ten days, not eleven.
        if listed_form(word, _FIRST) and not following.startswith("و"):
            self.end()

    def _take_part(self, word: str, previous: str, following: str) -> bool:
        """Takes a part of the word of scale that follows or was the last; False if it is none."""
        run, name = self.run, listed_form(word, PARTS)
        scaled = word_value(following)[0] in SCALE_VALUES
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
        if (self.run.group is None or word.startswith("و")) and listed_form(word, PLURAL_SCALES):
            return True
        form = listed_form(word, _NUMBER_OR_NOT)
        return bool(
            form
            and self.run.is_empty
            and not word.removesuffix(form).endswith(("ال", "لل"))
            and following.startswith("ال")
            and following not in self.without_article
            and word_value(following)[0] is None
        )


def _has_preposition(word: str) -> bool:
    """Whether a number word has one written on to it, and so begins a number: «الواحدة بمئة»."""
    prefix = word.removesuffix(listed_form(word, WORDS))
    return prefix.lstrip("وف").startswith(("ب", "ل", "ك"))


def _counts_two(word: str, following: str) -> bool:
    """Whether a word of scale is a dual: «مليونا شخص», but not «مليونا إضافيا» or «مليونا من»."""
    return (
        word.endswith("ا")
        and following.isalpha()
        and not (is_function_word(following) or following in _OTHER or word_value(following)[0])
        and not following.startswith(("و", "ال"))
        and not following.endswith("ا")
    )
