"""Whether an Arabic sentence has its words in forms that were written.

A small text model inflects badly: it says «خسائر بلغت» for «بلغت الخسائر», and «قال» of a woman.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.follow_ups import question_word
from rag.lexical import is_function_word
from rag.text import fold, split_words

# What is written on to the word behind it, in this order.
_CONJUNCTIONS, _PREPOSITIONS = ("و", "ف"), ("ب", "ل", "ك")
_HAS_DIGIT = re.compile(r"\d")


def new_forms(said: str, *, given: str) -> tuple[str, ...]:
    """The words of a sentence that stand in no such form in what was given, in order, folded.

    Function words, numbers in digits, and what is written on to a word in front do not count.

    Args:
        said: the sentence, in Arabic.
        given: all that its words may come from.
    """
    written = {form for word in split_words(fold(given)) for form in _forms(word)}
    return tuple(
        word
        for word in split_words(fold(said))
        if not (_HAS_DIGIT.search(word) or is_function_word(word))
        and written.isdisjoint(_forms(word))
    )


def asks_on(said: str, question: str) -> bool:
    """Whether a sentence opens as the question does, with a word for asking: «من الذي …».

    «من شتلات» answers «من أين»; so the word behind it counts, too.
    """
    asking = _opening(question)
    return bool(asking[0]) and asking == _opening(said)


def _opening(text: str) -> tuple[str, list[str]]:
    """The word for asking that a text opens with, if it does, and the word behind it."""
    words = split_words(fold(text))
    return (question_word(words[0]), words[1:2]) if words else ("", [])


def _forms(word: str) -> Iterator[str]:
    """A folded word, and what is left of it without what may be written on to it in front."""
    bare = word[1:] if word.startswith(_CONJUNCTIONS) else word
    for one in (word, bare):
        yield one
        if one.startswith("لل"):
            yield f"ا{one[1:]}"
        elif one.startswith(_PREPOSITIONS):
            yield one[1:]
