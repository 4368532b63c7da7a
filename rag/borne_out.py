"""Whether a sentence of a document bears out what is said of it, and says what answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.arabic_names import likely_names
from rag.citations import check_support
from rag.dates import resolve_dates
from rag.evidence import worded_for_model
from rag.faithfulness import share_told
from rag.glossary import is_dual
from rag.into_arabic import arabic_for, share_told_in_arabic
from rag.lexical import content_stems
from rag.names import latin_names, occurs
from rag.quantities import is_number, quantities, ranks_counted, unstated
from rag.schema import Evidence
from rag.text import detect_language, direction, has_mixed_word, split_words
from rag.wording import spoken

Likeness = Callable[[Sequence[str], str], Sequence[float]]
"""How near each text is to another in meaning, in whichever languages, from -1 to 1."""

# Of 75 drafts about kept articles, 12 told at most a quarter of the listed words, and 11 of these
# were wrong: "five feet" for «خمسة أمتار», "dollars" for «دينار».
LEAST_TOLD = 0.25
"""What is said in English has to tell more of the Arabic answering words than this share."""

# Of 45 Arabic drafts about kept English articles, 28 told no more of the English words, and 25 of
# these were wrong: «جمعت الأرز» for "gathering wild leaves".
LEAST_TOLD_IN_ARABIC = 0.6
"""What is said in Arabic has to tell more of the English answering words than this share."""

# Of drafts about kept articles with no number in the answering words, 7 were not nearer to these
# than the question, and wrong. True answers that tell more are this much nearer to the sentence.
_OF_THE_SENTENCE = 0.25
_TWO = re.compile(r"\b(?:both|twice|pair|couple)\b")


def is_borne_out(
    said: str, query: str, best: Evidence, *, language: str, likeness: Likeness | None
) -> bool:
    """Whether what is said in answer to a question may be shown as fact.

    Every number, name and negation of it is in the sentence or the question, and every word if both
    are of one language; it says the answering words, in no other letters than its language has.

    Args:
        said: one sentence.
        query: the question, standing alone.
        best: the sentence it rests on, its answering words marked.
        language: to answer in.
        likeness: compares texts of two languages in meaning; without it that is not done.
    """
    shown = worded_for_model(best, spoken(language))
    return holds(said, query, best, shown, language) and _says_it(said, query, best, likeness)


def holds(said: str, query: str, best: Evidence, shown: str, language: str) -> bool:
    """Whether all that is said stands in the sentence or the question, as `is_borne_out` asks.

    Whether it says the answering words is not asked, but that their numbers are told. `shown` is
    the sentence as the model was shown it.
    """
    wanted = "rtl" if spoken(language) == "ar" else "ltr"
    readable = not (has_mixed_word(said) or _leaves_english(said, best)) and (
        direction(said) == wanted or not any(map(str.isalpha, said))
    )
    stated = _without_resolved_dates(best)
    complete = not unstated(stated, said, query)
    if language == "en":
        complete = complete and not (ranks_counted(said, stated) or _lacks_two(stated, said, query))
    return readable and complete and check_support(said, question=query, shown=shown).holds


def _says_it(said: str, query: str, best: Evidence, likeness: Likeness | None) -> bool:
    """Whether a draft says the answering words, and not only what the question says already.

    In the document's language it has a word of theirs. In another it tells some of them by the word
    list, and who is named among them; and it names one of them that the question does not, or is
    nearer to them in meaning than the question is, or tells much of the sentence besides. Numbers
    are compared by value, and that was done.
    """
    same = detect_language(said) == detect_language(best.text)
    least = LEAST_TOLD_IN_ARABIC if _is_into_arabic(said, best) else LEAST_TOLD
    if not same and (share_told_of(said, best) <= least or not _tells_who(said, query, best)):
        return False
    if quantities(best.marked):
        return True
    if same:
        wanted = content_stems(best.marked) - content_stems(query)
        return not wanted or bool(wanted & content_stems(said))
    if likeness is None or _names_anew(said, query, best):
        return True
    told, asked = likeness([said, query], best.marked)
    if told > asked:
        return True
    told, asked = likeness([said, query], best.text)
    return told > asked + _OF_THE_SENTENCE


def _names_anew(said: str, query: str, best: Evidence) -> bool:
    """Whether an English draft has a name of the answering words that the question has not."""
    return any(occurs(name, best.marked) and not occurs(name, query) for name in latin_names(said))


def _tells_who(said: str, query: str, best: Evidence) -> bool:
    """Whether an English draft has a part of the name in the answering words, if one is there.

    Whom the question names need not be named again. One word alone may look like a name by chance.
    """
    named = [span.of(best.marked) for span in likely_names(best.marked)]
    told = (*latin_names(query), *latin_names(said))
    return len(named) < 2 or any(occurs(name, " ".join(named)) for name in told)


def share_told_of(said: str, best: Evidence) -> float:
    """The share of the answering words that is told, as far as a word list shows it."""
    marked = _without_resolved_dates(best)
    return (share_told_in_arabic if _is_into_arabic(said, best) else share_told)(marked, said)


def likeness_of(texts: Sequence[str], best: Evidence, likeness: Likeness | None) -> Sequence[float]:
    """How near each text is to the answering words in meaning; without `likeness` all are."""
    return likeness(texts, best.marked) if likeness and texts else [1.0] * len(texts)


def _is_into_arabic(said: str, best: Evidence) -> bool:
    return (detect_language(best.text), detect_language(said)) == ("en", "ar")


def _lacks_two(stated: str, said: str, query: str) -> bool:
    """Whether neither an answer nor its question tells that an Arabic text names two of a thing."""
    duals = (word for word in split_words(stated) if is_dual(word) and not is_number(word))
    told = f"{said} {query}".casefold()
    return any(duals) and not ("2" in quantities(told) or _TWO.search(told))


def _leaves_english(said: str, best: Evidence) -> bool:
    """Whether an Arabic text of an English one has its words that are no names: «fourteen سنة»."""
    if not _is_into_arabic(said, best):
        return False
    left = (word for word in split_words(said) if word.isascii() and word.islower())
    return any(arabic_for(word) or is_number(word) for word in left)


def _without_resolved_dates(best: Evidence) -> str:
    """The answering words without the dates that an answer tells in another form."""
    if best.answer is None:
        return ""
    kept = list(best.text)
    for date in resolve_dates(best.text, best.passage.published, "en"):
        kept[date.span.start : date.span.end] = " " * (date.span.end - date.span.start)
    return best.mark.of("".join(kept))
