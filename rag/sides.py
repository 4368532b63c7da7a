"""Where documents disagree: the sides of an answer, each with its own sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from rag.consonants import tells_apart
from rag.dates import named_dates, resolve_dates
from rag.evidence import corroborating
from rag.known_names import CALENDAR
from rag.lexical import content_stems, is_function_word
from rag.names import latin_names, occurs
from rag.quantities import quantities
from rag.schema import Evidence, Span
from rag.text import detect_language, fold

Side = tuple[Evidence, ...]
# Year, month and day, of which some may be unknown.
_Date = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class _Stated:
    """What marked words state: dates, numbers outside of them, and such as may be years.

    `in_percent` if one of the numbers is a share.
    """

    dates: frozenset[_Date] = frozenset()
    numbers: frozenset[str] = frozenset()
    years: frozenset[_Date] = frozenset()
    in_percent: bool = False

    @property
    def only_years(self) -> bool:
        """Whether all numbers may be years: "in 2022" is no other number than "two years"."""
        return 0 < len(self.numbers) == len(self.years)


# How probable the best sentence of another side must be, beside the best of all.
_LEAST_SHARE = 0.6
# Stems that two sentences and their titles have in common if they are about the same; and names,
# where they are of two languages.
_LEAST_SHARED, _LEAST_NAMES = 3, 2
# A question, or a clause of it, that begins by asking for a reason: «ولماذا», "Tell me why".
_WHY = re.compile(
    r"(?:^|[.,;:!?،؛؟]\s)\W*(?:(?:and|but|so|or|then|also|ok|okay|please|tell|me|do|can|could|you|know|"
    r"explain|say|و|ف|لكن|ولكن|ثم|هل|تعرف|تعلم|قل|لي|اذن|طيب|حسنا)\W+)*"
    r"(?:why|(?:for\s+)?(?:what|which)\s+reasons?"
    r"|what(?:['\u2019]s|\s+(?:is|was|are|were))\s+(?:the|its|his|her|their)\s+"
    r"(?:\w+\s+)?(?:causes?|reasons?)"
    r"|what\s+(?:has\s+|had\s+)?(?:caused|triggered|sparked|prompted|led\s+to)|how\s+come"
    # «لم يحضر» denies.
    r"|[وف]?(?:لماذا|ليش|ليه|علاش|لم(?!\s+[ينت])|لاي\s+(?:سبب|اسباب)"
    r"|(?:ما(?:ذا)?|شنو|شو|ايش|وش|ايه)\s+(?:(?:هو|هي|كان|كانت)\s+)?(?:\w+\s+)?"
    r"(?:ال)?(?:سبب|اسباب)(?:ه|ها|هم|هما)?"
    r"|ما\s+الذي\s+(?:ت?سبب|ادي|دفع)))(?!\w)"
)
# A year that stands alone, unless what follows is counted.
_BARE_YEAR = re.compile(r"(?<![\w.,/-])\d{4}(?![\w%]|[.,/-]\d)")
_PERCENT = re.compile(r"%|per\s?cent\b|(?:في\s+|ب)الم(?:ئ|ائ)ه\b")
_NEXT_WORD = re.compile(r"\s+([^\W\d_]+)")


def sides(evidence: Sequence[Evidence], *, least: float, question: str = "") -> tuple[Side, ...]:
    """The sentences that an answer rests on, by what they say.

    Another document takes another side if it is about the same, its marked words answer about as
    probably, and state a number or date where the best sentence states a different one; or else if
    a reason is asked for, and it gives one that has no word of the best. What differs otherwise may
    be the same in other words.

    Args:
        evidence: most probable first, at least one.
        least: the probability below which a sentence is no answer.
        question: what it answers.

    Returns:
        Mostly one side. Of two, the newer document's comes first, or else the more probable.
    """
    best = _agreeing(evidence)
    first = best[0]
    probability_min = max(least, _LEAST_SHARE * first.probability)
    wants_reason = asks_why(question)
    taken = {item.passage.document_id for item in best}
    elsewhere = [item for item in evidence if item.passage.document_id not in taken]
    for item in elsewhere:
        if (
            item.probability >= probability_min
            and (_contradicts(item, first) or (wants_reason and _gives_another(item, first)))
            and _about_the_same(item, first)
        ):
            other = _agreeing([item, *(one for one in elsewhere if one is not item)])
            return tuple(sorted((best, other), key=_day_published, reverse=True))
    return (best,)


def asks_why(question: str) -> bool:
    """Whether a question asks for a reason or a cause, in either language."""
    return _WHY.search(fold(question)) is not None


def _contradicts(one: Evidence, other: Evidence) -> bool:
    dates, others = _comparable_dates(_stated(one), _stated(other))
    both_dated_or_neither = bool(dates) == bool(others)
    return both_dated_or_neither and _differ(one, other)


def _gives_another(one: Evidence, other: Evidence) -> bool:
    """Whether the marked words of two sentences of one language do not share a stem."""
    if detect_language(one.text) != detect_language(other.text):
        return False
    return _share_none(content_stems(one.marked), content_stems(other.marked))


def _about_the_same(one: Evidence, other: Evidence) -> bool:
    if detect_language(one.text) == detect_language(other.text):
        return len(_subject(one) & _subject(other)) >= _LEAST_SHARED
    for item, elsewhere in ((one, other), (other, one)):
        # A day of the week is in many sentences.
        names = {
            name
            for name in latin_names(_with_title(item))
            if tells_apart(name) and fold(name) not in CALENDAR
        }
        text = _with_title(elsewhere)
        if sum(occurs(name, text) for name in names) >= _LEAST_NAMES:
            return True
    return False


def _with_title(item: Evidence) -> str:
    return f"{item.passage.title}\n{item.text}"


def _agreeing(evidence: Sequence[Evidence]) -> Side:
    """The first sentence with those that corroborate it; what differs does not."""
    first, *others = evidence
    return corroborating([first, *(item for item in others if not _differ(item, first))])


def _subject(item: Evidence) -> frozenset[str]:
    """The stems of a sentence and of its article's title, numbers left out."""
    stems = content_stems(_with_title(item))
    return frozenset(stem for stem in stems if not stem[0].isdigit())


def _differ(one: Evidence, other: Evidence) -> bool:
    """Whether their marked words state dates, or else numbers, and none of these is the same."""
    first, second = _stated(one), _stated(other)
    dates, others = _comparable_dates(first, second)
    if dates and others and not any(_same(*pair) for pair in product(dates, others)):
        return True
    # "40 percent" is no other number than "200,000 people".
    if first.only_years != second.only_years or first.in_percent != second.in_percent:
        return False
    return _share_none(first.numbers, second.numbers)


def _share_none(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether there are some of both, and none is the same."""
    return bool(some and others) and some.isdisjoint(others)


def _comparable_dates(one: _Stated, other: _Stated) -> tuple[frozenset[_Date], frozenset[_Date]]:
    """The dates of both; beside a date, a number that may be a year is one."""
    if not (one.dates or other.dates):
        return frozenset(), frozenset()
    return one.dates or one.years, other.dates or other.years


def _same(one: _Date, other: _Date) -> bool:
    """A day is the same as its month, and a month as its year."""
    return all(a is None or b is None or a == b for a, b in zip(one, other, strict=True))


def _day_published(side: Side) -> int:
    published = side[0].passage.published
    return published.toordinal() if published else 0


def _stated(item: Evidence) -> _Stated:
    """The dates, relative ones resolved, and numbers of the marked words; none without a mark."""
    if item.answer is None:
        return _Stated()
    dates = [(span, date) for span, date in _dates_in(item) if span.overlaps(item.mark)]
    text = item.text
    for span, _ in dates:
        # No number goes on beyond a semicolon.
        text = text[: span.start] + ";" * (span.end - span.start) + text[span.end :]
    return _Stated(
        dates=frozenset(date for _, date in dates),
        numbers=quantities(item.mark.of(text)),
        years=frozenset(_bare_years(text, item.mark)),
        in_percent=_in_percent(text, item.mark),
    )


def _in_percent(text: str, mark: Span) -> bool:
    """Whether marked words, or the word behind them, say "percent"."""
    behind = fold(text[mark.end :]).lstrip()
    return bool(_PERCENT.search(fold(mark.of(text))) or _PERCENT.match(behind))


def _dates_in(item: Evidence) -> list[tuple[Span, _Date]]:
    """The dates of the whole sentence; a phrase resolved from its day is not read once more."""
    dates: list[tuple[Span, _Date]] = []
    for resolved in resolve_dates(item.text, item.passage.published, "en"):
        parts = [int(part) for part in resolved.iso.split("-")]
        dates.append((resolved.span, (*parts, *[None] * (3 - len(parts)))))
    for named in named_dates(item.text):
        if not any(named.span.overlaps(span) for span, _ in dates):
            dates.append((named.span, (named.year, named.month, named.day)))
    return dates


def _bare_years(text: str, mark: Span) -> Iterator[_Date]:
    for match in _BARE_YEAR.finditer(text, mark.start, mark.end):
        following = _NEXT_WORD.match(text, match.end())
        counts = following is not None and not is_function_word(fold(following[1]))
        if 1900 <= int(match[0]) < 2100 and not counts:
            yield int(match[0]), None, None
