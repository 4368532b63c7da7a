"""Whether an Arabic sentence has its words in forms that were written.

A small text model inflects badly: it says «خسائر بلغت» for «بلغت الخسائر», and «قال» of a woman.
"""

from __future__ import annotations

from collections.abc import Iterator

from rag.follow_ups import question_word
from rag.lexical import is_function_word
from rag.text import fold, split_words

# What is written on to the word behind it, in this order.
_CONJUNCTIONS, _PREPOSITIONS = ("و", "ف"), ("ب", "ل", "ك")


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
        if not (word.isdigit() or is_function_word(word) or written.intersection(_forms(word)))
    )


def asks_on(said: str, question: str) -> bool:
    """Whether a sentence opens as the question does, with a word for asking: «من الذي …».

    «من شتلات» answers «من أين»; so the word behind it counts, too.
    """
    (asking, *asked), (opening, *told) = (
        (question_word(words[0]), *words[1:2]) if words else ("",)
        for words in (split_words(fold(question)), split_words(fold(said)))
    )
    return bool(asking) and (asking, asked) == (opening, told)


def _forms(word: str) -> Iterator[str]:
    """A folded word, and what is left of it without what may be written on to it in front."""
    yield word
    bare = word[1:] if word.startswith(_CONJUNCTIONS) else word
    for one in dict.fromkeys((word, bare)):
        if one != word:
            yield one
        if one.startswith("لل"):
            yield f"ا{one[1:]}"
        elif one.startswith(_PREPOSITIONS):
            yield one[1:]
