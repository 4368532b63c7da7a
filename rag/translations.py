"""The words that answer in the language of the answer: translated, spelled, or listed."""

from __future__ import annotations

from collections.abc import Iterator

from rag.arabic_names import could_be_name, is_likely_name, likely_names, listed_name, may_be_name
from rag.borne_out import (
    LEAST_TOLD,
    LEAST_TOLD_IN_ARABIC,
    Likeness,
    holds,
    likeness_of,
    share_told_of,
)
from rag.citations import check_support
from rag.consonants import tells_apart
from rag.dates import resolve_dates, stated_dates
from rag.drafting import attempts, translate
from rag.evidence import worded_for_model
from rag.faithfulness import BEFORE_DATES, faults, strange_words
from rag.generation import TextModel
from rag.glossary import unlisted_words
from rag.into_arabic import with_listed_names
from rag.lexical import content_stems
from rag.names import CAPITALISED, occurs, with_final_ya
from rag.romanise import is_place, mend_names, romanise, spell_as_usual
from rag.schema import Evidence
from rag.text import detect_language, fold, split_words

# Of 52 translations of answering words from kept articles, the 13 below this were wrong, like
# "pharmacist" for «نقيب الصيادين», and from .64 on most were right. Spelled anew, 15 of 16
# names were above it, and 12 of 14 other words below.
_LEAST_LIKENESS = 0.6
# Of those without a fault five of seven from here on were right, like "180 spectators".
_LEAST_OF_FAULTLESS = 0.55
_MOSTLY_TOLD = 0.5
# How a time lies to a date that follows.
_RELATIONS = {
    fold(arabic): english
    for arabic, english in (("قبل", "before"), ("بعد", "after"), ("منذ", "since"), ("حتى", "until"))
}
# Of 37 drafts about kept articles that the sentence bore out, 10 had as many words that came from
# nowhere, and 7 of these were wrong, like "night-time pollution" for the bonus of a night shift.
# So are translations.
_MANY_STRANGE = 2


def translations(
    best: Evidence,
    query: str,
    *,
    language: str,
    model: TextModel,
    max_tokens: int,
    likeness: Likeness | None,
) -> Iterator[str]:
    """The answering words in the language of the answer, best first, if that is another one.

    None in other languages than English and Arabic, and Arabic of English words only, as what
    cannot be compared with a word list is not known to be right.
    """
    source = detect_language(best.text)
    if language == "en" != source:
        yield from _in_english(best, query, model, max_tokens, likeness)
    elif (source, language) == ("en", "ar"):
        yield from _in_arabic(best, query, model, max_tokens, likeness)


def _in_english(
    best: Evidence, query: str, model: TextModel, max_tokens: int, likeness: Likeness | None
) -> Iterator[str]:
    """The answering words in English, best first: their date, their listed name, their meaning.

    A name is nearer in meaning to its spelling than to what a model makes of it, and other words
    are nearer to their translation. What stands after «مدينة» is surely a name, and so are likely
    names of several words. A translation comes last that leaves half of the words out, or if all of
    them could be a name.
    """
    if date := _date_in_words(best):
        yield date
    if listed := listed_name(best.marked):
        yield listed
    said, wrong = _translated(best, query, model, max_tokens, likeness)
    name = romanise(_as_spelled(best), like=said, model=model) if _may_be_spelled(best) else None
    if name and _is_name(best):
        yield name
    share = share_told_of(said, best)
    added = strange_words(said, text=best.marked, given=query)
    tells = share > LEAST_TOLD and len(added) < _MANY_STRANGE and not _guesses(said, best)
    found = list(filter(None, (said if tells else "", name)))
    alike = likeness_of(found, best, likeness)
    last = said if share <= _MOSTLY_TOLD or could_be_name(best.marked) else ""
    for near, words in sorted(
        zip(alike, found, strict=True), key=lambda pair: (pair[1] == last, -pair[0])
    ):
        if near >= (_LEAST_OF_FAULTLESS if words == said and not wrong else _LEAST_LIKENESS):
            yield words


def _translated(
    best: Evidence, query: str, model: TextModel, max_tokens: int, likeness: Likeness | None
) -> tuple[str, int]:
    """The answering words as the model translates them, and how many faults that has.

    A second attempt is made where the first has any. Of 50 that were, about kept articles, it was
    the better one 15 times and the worse one 4 times, chosen by what holds, and then by the number
    of faults; of two with as many the one nearer in meaning is taken.
    """
    shown = worded_for_model(best, "en")
    made: dict[str, tuple[bool, int]] = {}
    for again in attempts(model, to="en"):
        said = translate(
            best.marked, to="en", model=model, max_tokens=max_tokens, asked=query, again=again
        )
        said = with_mended_names(said, query, best, shown, model)
        wrong = faults(best.marked, said, given=query)
        made[said] = not holds(said, query, best, shown, "en"), wrong
        if made[said] == (False, 0):
            break
    least = min(made.values())
    chosen = [said for said in made if made[said] == least]
    if len(chosen) == 1:
        return chosen[0], least[1]
    near = likeness_of(chosen, best, likeness)
    _, said = max(zip(near, chosen, strict=True), key=lambda pair: pair[0])
    return said, least[1]


def _in_arabic(
    best: Evidence, query: str, model: TextModel, max_tokens: int, likeness: Likeness | None
) -> Iterator[str]:
    """The answering words in Arabic, if most of them are told and it means the same."""
    for again in attempts(model, to="ar"):
        said = translate(
            best.marked, to="ar", model=model, max_tokens=max_tokens, asked=query, again=again
        )
        said = with_listed_names(said, source=best.marked)
        (near,) = likeness_of([said], best, likeness)
        share = share_told_of(said, best)
        least = _LEAST_OF_FAULTLESS if share == 1.0 else _LEAST_LIKENESS
        if share > LEAST_TOLD_IN_ARABIC and near >= least:
            yield said


def _is_name(best: Evidence) -> bool:
    """Whether the answering words are the name of a place, or of a person with several words."""
    several = " " in best.marked
    return is_place(best.text[: best.mark.start], best.marked) or (
        several and is_likely_name(best.mark, best.text)
    )


def _may_be_spelled(best: Evidence) -> bool:
    """Whether the answering words may be a name as a whole, and not some of them with a verb."""
    mark, text = best.mark, best.text
    whole = is_place(text[: mark.start], best.marked) or is_likely_name(mark, text)
    some = any(mark.start <= name.start and name.end <= mark.end for name in likely_names(text))
    return may_be_name(best.marked) and (whole or not some)


def _guesses(said: str, best: Evidence) -> bool:
    """Whether an English translation has no name for an answering word that is not listed.

    Then the model had to guess: of nine such translations of words from kept articles, eight were
    wrong, like "76 apples" for nests. A word of one consonant could be any name, "The" too.
    """
    names = list(filter(tells_apart, CAPITALISED.findall(said)))
    unlisted = unlisted_words(best.marked)
    return any(not any(occurs(name, word) for name in names) for word in unlisted)


def _date_in_words(best: Evidence) -> str | None:
    """The English date that the answering words are, with a "before" or the like ahead of it."""
    text, mark = best.text, best.mark
    for date in (*resolve_dates(text, best.passage.published, "en"), *stated_dates(text, "en")):
        if not date.span.overlaps(mark) or split_words(text[date.span.end : mark.end]):
            continue
        ahead = [fold(word) for word in split_words(text[mark.start : date.span.start])]
        related = [_RELATIONS[word] for word in ahead if word in _RELATIONS]
        others = (word for word in ahead if word not in _RELATIONS)
        if len(related) < 2 and all(word == "في" or _goes_without_saying(word) for word in others):
            return " ".join((*related, date.words))
    return None


def _goes_without_saying(word: str) -> bool:
    stems = content_stems(word)
    return bool(stems) and stems <= BEFORE_DATES


def with_mended_names(said: str, query: str, best: Evidence, shown: str, model: TextModel) -> str:
    """What is said with names of the sentence as newspapers spell them.

    One that stands neither there nor in the question, and is like one of the answering words, is
    spelled anew from that.
    """
    said = spell_as_usual(said, source=best.text, kept=query)
    missing = check_support(said, question=query, shown=shown).missing_names
    return mend_names(said, missing, source=_as_spelled(best), model=model) if missing else said


def _as_spelled(best: Evidence) -> str:
    """The answering words as their names are read: with «ي» for «ى» in an Egyptian text."""
    return with_final_ya(best.marked, of=best.text)
