"""How likely a sentence is to hold the answer: the ground on which a question is refused."""

from __future__ import annotations

import math


def answerability(cosine: float, *, margin: float | None = None) -> float:
    """P(the sentence holds the answer), from 0 to 1.

    Logistic regressions on 596 questions, two in five of them near misses that the corpus does not
    answer, in English and Arabic over 60 Arabic news articles; `training.calibrate` fits them, and
    these are from before the last seven stages of the reader of questions, but for the constant
    beside a margin: that was moved by .15 with the eighth. With both, the area under the curve of
    answerable questions against near misses was .93, ten-fold.
    The cosine alone, fitted on half of them, tells the two hardly apart; what is off the subject it
    does tell.

    Args:
        cosine: similarity of question and sentence, from -1 to 1.
        margin: the reader's log-odds of its answer against none, minus infinity for a text without
            words; None without a reader.
    """
    return _logistic(
        6.83 * cosine - 2.78 if margin is None else 8.60 * cosine + 0.455 * margin - 4.56
    )


def answerability_in_context(cosine: float, *, margin: float | None = None) -> float:
    """`answerability` where the subject of a question is known and need not be named in it.

    "And who pays?" is about as near to any sentence of an article, so that the margin counts for
    most; the reader has the turn before it. Fitted on 156 turns of talks about one kept article
    each (`training/talks.kept.jsonl`), a quarter of them without an answer, though the article
    seems to have one: the area under the curve is .86, eight-fold.
    """
    return _logistic(
        6.83 * cosine - 2.78 if margin is None else 1.00 * cosine + 0.330 * margin - 1.24
    )


def _logistic(logit: float) -> float:
    # Below this the exponential overflows, and the probability is 0 to a hundred digits.
    return 0.0 if logit < -700.0 else 1.0 / (1.0 + math.exp(-logit))
