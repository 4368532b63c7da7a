"""Where documents disagree: the sides of an answer, each with its own sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

from rag.dates import month_number, resolve_dates
from rag.evidence import corroborating
from rag.lexical import content_stems
from rag.names import CALENDAR, latin_names, occurs, tells_apart
from rag.quantities import quantities
from rag.schema import Evidence
from rag.text import detect_language, fold, split_words

Side = tuple[Evidence, ...]
# Year, month and day, of which some may be unknown.
_Date = tuple[int | None, ...]

# How probable the best sentence of another side must be, beside the best of all.
_LEAST_SHARE = 0.6
_MOST_SIDES = 2
# Stems that two sentences and their titles have in common if they are about the same; and names,
# where they are of two languages.
_LEAST_SHARED, _LEAST_NAMES = 3, 2
_WHY = re.compile(r"\b(?:why|reasons?|caus(?:e|es|ed))\b|لماذا|سبب|اسباب")


def sides(evidence: Sequence[Evidence], *, least: float, question: str = "") -> tuple[Side, ...]:
    """The sentences that an answer rests on, by what they say.

    Another document takes another side if it is about the same, its marked words answer about as
    probably, and state a number or date where the best sentence states a different one; or if a
    reason is asked for, and it gives one that has no word of the best. What differs otherwise may
    be the same in other words.

    Args:
        evidence: most probable first, at least one.
        least: the probability below which a sentence is no answer.
        question: what it answers.

    Returns:
        Mostly one side. Of two, the newer document's comes first, or else the more probable.
    """
    reasons = asks_why(question)
    best = _agreeing(evidence)
    chosen = [best]
    taken = {item.passage.document_id for item in best}
    for item in evidence:
        if len(chosen) == _MOST_SIDES:
            break
        probable = item.probability >= max(least, _LEAST_SHARE * best[0].probability)
        if (
            probable
            and item.passage.document_id not in taken
            and (_gives_another(item, best[0]) if reasons else _contradicts(item, best[0]))
            and _about_the_same(item, best[0])
        ):
            others = [one for one in evidence if one.passage.document_id not in taken]
            chosen.append(_agreeing([item, *(one for one in others if one is not item)]))
    return tuple(sorted(chosen, key=_newest, reverse=True))


def asks_why(question: str) -> bool:
    """Whether a question asks for a reason or a cause, in either language."""
    return _WHY.search(fold(question)) is not None


def _contradicts(one: Evidence, other: Evidence) -> bool:
    return _differ(one, other) and bool(_dates(one)) == bool(_dates(other))


def _gives_another(one: Evidence, other: Evidence) -> bool:
    """Whether the marked words of two sentences of one language do not share a stem."""
    if detect_language(one.text) != detect_language(other.text):
        return False
    stems = content_stems(one.marked), content_stems(other.marked)
    return all(stems) and stems[0].isdisjoint(stems[1])


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
    dates, others = _dates(one), _dates(other)
    if dates and others:
        return not any(_same(*pair) for pair in product(dates, others))
    stated = _numbers(one), _numbers(other)
    return all(stated) and stated[0].isdisjoint(stated[1])


def _same(one: _Date, other: _Date) -> bool:
    """A day is the same as its month, and a month as its year."""
    return all(a is None or b is None or a == b for a, b in zip(one, other, strict=True))


def _newest(side: Side) -> int:
    published = side[0].passage.published
    return published.toordinal() if published else 0


def _numbers(item: Evidence) -> frozenset[str]:
    return frozenset() if item.answer is None else quantities(item.marked)


def _dates(item: Evidence) -> frozenset[_Date]:
    """The dates of the marked words, relative ones resolved; none where no words are marked."""
    if item.answer is None:
        return frozenset()
    resolved = resolve_dates(item.text, item.passage.published, "en")
    if found := [date.iso.split("-") for date in resolved if date.span.overlaps(item.mark)]:
        return frozenset((*map(int, parts), *[None] * (3 - len(parts))) for parts in found)
    months = [number for word in split_words(item.marked) if (number := month_number(word))]
    # No day or year is longer.
    stated = [int(n) for n in quantities(item.marked) if n.isdecimal() and len(n) <= 4]
    years: list[int | None] = [number for number in stated if 1900 <= number < 2100]
    days: list[int | None] = [number for number in stated if number <= 31]
    return frozenset(product(years or [None], months, days or [None]))
