"""Whether an answer's words are those of a known answer, in Arabic or English."""

from __future__ import annotations

import re
from collections import Counter

from rag.text import fold, split_words

_THOUSANDS = re.compile(r"(?<=\d)[,،\u00a0\u202f](?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"(?<=\d)[,،](?=\d)")
_CITATION_MARK = re.compile(r"\[\d+\]")
_POSSESSIVE = re.compile(r"'s\b")
_ARABIC = re.compile("[\u0620-\u06ff]")


def contains(text: str, accepted: str) -> bool:
    """Whether `accepted` stands in `text`, after normalisation.

    Letters and digits of both scripts are compared folded; punctuation, the marks of citations
    ([1]), separators of thousands and the English 's are dropped, and a decimal comma is a point.
    Where `accepted` begins or ends with a digit or a letter that is not Arabic, a word must begin
    or end there; an Arabic word may carry what is written together with it, and a number an Arabic
    letter in front: «و170». "famil*" stands for every word that begins so.
    """
    said, wanted = _comparable(text), _comparable(accepted)
    if not wanted:
        return False
    begins = "" if _ARABIC.match(wanted[0]) else r"(?:(?<!\S)|(?<=\b[وفبلك]))"
    open_end = accepted.rstrip().endswith("*") or _ARABIC.match(wanted[-1])
    ends = "" if open_end else r"(?!\S)"
    return re.search(begins + re.escape(wanted) + ends, said) is not None


def exact_match(text: str, accepted: str) -> bool:
    """Whether both are the same words, after normalisation, English articles left out."""
    return _answer_words(text) == _answer_words(accepted)


def f1(text: str, accepted: str) -> float:
    """The harmonic mean of precision and recall of the words of `text`, 0 to 1.

    Words count as often as they occur. Two empty texts agree, one empty text does not.

    References:
        Rajpurkar et al. 2016, SQuAD, https://arxiv.org/abs/1606.05250; with the folding of
        `rag.text` in place of lower case and ASCII punctuation.
    """
    said, wanted = _answer_words(text), _answer_words(accepted)
    if not said or not wanted:
        return float(said == wanted)
    common = (Counter(said) & Counter(wanted)).total()
    return 2 * common / (len(said) + len(wanted))


def _answer_words(text: str) -> list[str]:
    return [word for word in _comparable(text).split() if word not in ("a", "an", "the")]


def _comparable(text: str) -> str:
    # Folding makes plain spaces of those that group digits.
    folded = _THOUSANDS.sub("", fold(_THOUSANDS.sub("", text))).replace("\u2019", "'")
    folded = _CITATION_MARK.sub(" ", _DECIMAL_COMMA.sub(".", folded))
    return " ".join(split_words(_POSSESSIVE.sub("", folded)))
