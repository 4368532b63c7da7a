"""Which words of an Arabic text are names, told by the list of words and by where they stand.

Arabic has no capitals, and many a name is a word as well: «جمال» is beauty, and a man.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from rag.glossary import Gloss, glosses, is_of_calendar, unlisted_words, unquoted_words
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
    """The words side by side that could be names, and what stands before them."""
    places = _Places(text)
    before: _Before = None
    run: list[Span] = []
    for span, following in zip(places.spans, [*places.spans[1:], None], strict=False):
        if run and fold(span.of(text)) in WITHIN_NAMES:
            continue
        if places.goes_on(span, following) if run else places.begins(span, following):
            run.append(span)
        else:
            yield before, run
            before, run = places.announces(span), []
    yield before, run


class _Places:
    """Where in a text a name may begin and go on, as far as its words and their senses tell.

    Attributes:
        spans: the words.
    """

    def __init__(self, text: str) -> None:
        told = glosses(text)
        self._text = text
        self.spans = unquoted_words(text)
        self._unlisted = frozenset(unlisted_words(text))
        self._titles = {gloss.span for gloss in told if any(map(_is_title, gloss.senses))}
        self._title_ends = {title.end for title in self._titles}
        self._calling_ends = {gloss.span.end for gloss in told if _CALLINGS & {*gloss.senses}}
        # Of «ولي العهد» ("crown prince") and «وزير العدل» neither word is a name.
        self._expressions = [
            gloss.span
            for gloss in told
            if gloss.span not in self.spans and all(sense[0].islower() for sense in gloss.senses)
        ]
        self._offices = {gloss.span for gloss in told if self._may_be_office(gloss)}

    def begins(self, span: Span, following: Span | None) -> bool:
        """Whether a name may begin with a word: not with an article, nor a title with its office.

        «نقيب المهندسين» and «أمير قطر» are none, though «نقيب» could be a name.
        """
        unlike = self._is_definite(span) or self._holds_office(span, following)
        return self._could_be(span) and not unlike

    def goes_on(self, span: Span, following: Span | None) -> bool:
        """Whether a name may go on with a word: also with one that is not listed at all.

        So it may with the form of a family's, «الصقري», and not with a title, «الأمير محمد».
        """
        title = self._is_definite(span) and span in self._titles
        if title and following is not None and self.begins(following, None):
            return False
        could_be = self._could_be(span, within=True) and not self._holds_office(span, following)
        return could_be or span.of(self._text) in self._unlisted

    def announces(self, span: Span) -> _Before:
        """What a word that is no name lets expect after it."""
        if span.end in self._title_ends:
            return "title"
        called = span.end in self._calling_ends or fold(span.of(self._text)) in _CALLED
        return "calling" if called else None

    def _could_be(self, span: Span, *, within: bool = False) -> bool:
        """Whether a word could be a name, or within one a family's, and is in no expression."""
        word = span.of(self._text)
        family = within and self._is_definite(span) and word.endswith("ي")
        named = spelled_as_name(word) is not None or (family and not is_function_word(fold(word)))
        return named and not any(map(span.overlaps, self._expressions))

    def _holds_office(self, span: Span, following: Span | None) -> bool:
        """Whether a word is a title that has its office after it."""
        return span in self._titles and following in self._offices

    def _may_be_office(self, gloss: Gloss) -> bool:
        """Whether a listed word is definite, or a country, as in «أمير قطر»."""
        place = gloss.senses[0][0].isupper() and not spelled_as_name(gloss.span.of(self._text))
        return place or self._is_definite(gloss.span)

    def _is_definite(self, span: Span) -> bool:
        return span.of(self._text).startswith("ال")


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
