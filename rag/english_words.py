"""English words made comparable: one way of spelling, regular forms, stems."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from rag.lexical import content_stems
from rag.word_lists import read_rows

_IRREGULAR = "irregular.tsv"
# Both ways of spelling English become one, and "women" becomes "woman": the letters, what has to
# follow them, and what takes their place. It need not be a right word: "hor" for "hour".
_SPELLINGS = (
    ("tre", r"(?=s?\b)", "ter"),
    ("our", "", "or"),
    ("yse", "", "yze"),
    ("mme", "", "m"),
    ("ence", r"\b", "ense"),
    ("ll", "", "l"),
    ("is", "(?=e|ing|ation)", "iz"),
    ("men", r"\b", "man"),
)
_INSTEAD = {letters: instead for letters, _, instead in _SPELLINGS}
_RESPELLED = re.compile(
    rf"(?<=\w)(?:{'|'.join(letters + following for letters, following, _ in _SPELLINGS)})"
)
_SMALL_LETTERS = re.compile("[a-z]+")
SYMBOLS = str.maketrans({"%": " percent", "$": " dollar ", "€": " euro ", "£": " pound "})
"""Signs that are told as words: `text.translate(SYMBOLS)`."""


def english_stems(text: str) -> frozenset[str]:
    """The stems of an English text's words in `one_spelling`, without function words."""
    return content_stems(one_spelling(text))


def one_spelling(text: str) -> str:
    """An English text in lower case, irregular forms of its words regular, and in one spelling."""
    regular = _SMALL_LETTERS.sub(lambda found: _regular().get(found[0], found[0]), text.lower())
    return _RESPELLED.sub(lambda found: _INSTEAD[found[0]], regular)


@cache
def _regular() -> Mapping[str, str]:
    """The word that each irregular form is of: "built" -> "build", "children" -> "child"."""
    return {form: word for word, forms in read_rows(_IRREGULAR) for form in forms.split(" ")}
