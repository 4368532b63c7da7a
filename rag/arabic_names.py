"""Which words of an Arabic text are names, told by the list of words and by where they stand.

Arabic has no capitals, and many a name is a word as well: «جمال» is beauty, and a man.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from rag.glossary import glosses, is_of_calendar, unlisted_words, unquoted_words
from rag.lexical import is_function_word
from rag.names import TITLES
from rag.quantities import quantities
from rag.schema import Span
from rag.spellings import WITHIN_NAMES, is_particle, spelled_as_name
from rag.text import fold, words

_SURELY_NAMES = 3
# What else names come after: the English for who someone is, and "called" and the like.
_CALLINGS = frozenset(
    fold(
        "activist actor actress analyst artist author bishop businessman businesswoman composer "
        "economist expert filmmaker goalkeeper historian journalist midfielder novelist painter "
        "photographer player poet priest scientist singer striker writer"
    ).split()
)
_CALLED = frozenset(fold("يدعى تدعى ويدعى وتدعى اسمه اسمها واسمه واسمها المدعو المدعوة").split())

_Before = Literal["title", "calling"] | None


def likely_names(text: str) -> frozenset[Span]:
    """The words that are names by where they stand, of those that could be names.

    They come after a title, or three of them stand side by side, or two after a calling or "called"
    or of which one is not listed as anything else; «بن» and the like may stand between them.
    """
    listed = {gloss.span for gloss in glosses(text)}
    found: set[Span] = set()
    for before, run in _runs(text):
        surely = before == "title" or len(run) >= _SURELY_NAMES
        if surely or (len(run) > 1 and (before == "calling" or not listed.issuperset(run))):
            found.update(run)
    return frozenset(found)


def _runs(text: str) -> Iterator[tuple[_Before, list[Span]]]:
    """The words side by side that could be names, and what stands before them.

    The first has no article, and is no title itself with an office after it, «نقيب المهندسين». What
    follows one could also be a name if it is not listed at all, or has the form of a family's,
    «الصقري».
    """
    unlisted = frozenset(unlisted_words(text))
    told = glosses(text)
    listed = {gloss.span for gloss in told}
    titles = {gloss.span for gloss in told if any(map(_is_title, gloss.senses))}
    title_ends = {title.end for title in titles}
    calling_ends = {gloss.span.end for gloss in told if _CALLINGS & {*gloss.senses}}
    spans = unquoted_words(text)
    before: _Before = None
    run: list[Span] = []
    for span, following in zip(spans, [*spans[1:], None], strict=False):
        word = span.of(text)
        if run and fold(word) in WITHIN_NAMES:
            continue
        definite = word.startswith("ال")
        could_be = spelled_as_name(word) is not None
        if run:
            family = definite and word.endswith("ي") and not is_function_word(fold(word))
            counts = could_be or family or word in unlisted
        else:
            office = following if span in titles and following in listed else None
            holds_office = office is not None and office.of(text).startswith("ال")
            counts = could_be and not (definite or holds_office)
        if counts:
            run.append(span)
        else:
            yield before, run
            called = span.end in calling_ends or fold(word) in _CALLED
            before, run = "title" if span.end in title_ends else "calling" if called else None, []
    yield before, run


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
    counted = any(map(is_of_calendar, glosses(text))) or quantities(text)
    plain = (span.of(text) for span in words(text))
    return not counted and all(
        fold(word) in WITHIN_NAMES or not is_particle(word) for word in plain
    )
