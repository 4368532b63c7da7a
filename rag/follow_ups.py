"""Which questions lean on what was said before them, told by their words, Arabic and English.

"And when?", "Who is he?", «ما عدد سكانها؟» and "Why?" do; «من هو رئيس الوزراء؟», where the pronoun
points to nothing before, does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.lexical import content_stems, is_function_word
from rag.text import fold, split_words
from rag.turns import asks_for_more, asks_who_said, find_correction


def _listed(words: str) -> frozenset[str]:
    return frozenset(fold(words).split())


_CONJUNCTIONS = _listed("and but so or لكن ولكن ثم")
# What «ما عدد سكانها» opens with; after the first ones one word more may stand before the pronoun.
_OF_CIRCUMSTANCE = _listed("متى أين كيف لماذا ما")
_ASKING = _OF_CIRCUMSTANCE | _listed("من ماذا كم هل")
_QUESTION_WORDS = _ASKING | _listed(
    "في أي بكم عن إلى على لمن بمن ممن عمن بماذا لم بم عم مم فيم بأي لأي منذ"
)

_PRONOUNS = _listed(
    "هو هي هم هما فيه فيها منه منها عنه عنها له لها لهم به بها إليه إليها عليه عليها معه معها "
    "بينهما عنهم منهم فيهم"
)
# Words that point back to what was said before.
_POINTERS = _PRONOUNS | _listed(
    "it its he his him she her they their them that this these those there then "
    "one ones same former latter also else other others another "
    "ذلك تلك هذا هذه هؤلاء أولئك هناك أيضا الآخر الأخرى"
)
# «المدينة التي سيطر عليها الجيش»: a pronoun after a relative one means the noun before both.
_RELATIVES = _listed("الذي التي الذين اللذان اللذين اللتان اللتين اللي")
# "They" in «من هم الوزراء» and "that" in "who said that the talks failed" point to nothing before.
_COPULAS = _listed("هو هي هم")
_BEFORE_COPULA = _listed("ما من وما ومن فما فمن")
_IS = _listed("is are was were")
_AFTER_THAT = _listed("the a an all any no some")
_BEFORE_OTHER = _listed("and or each one")
_TIMES = _listed(
    "year month week day morning afternoon evening summer winter spring autumn century "
    "quarter season decade "
    "العام السنة الشهر الأسبوع اليوم الصباح المساء الليلة الصيف الشتاء الربيع الخريف القرن "
    "الموسم العقد الربع الفصل"
)

# «مديرها»: a pronoun written on to its word.
_ATTACHED = re.compile(r"(?!ال)\w{3,}(?:ها|هما?)")
_NO_PRONOUN = _listed(
    "تفاهم مساهم يساهم تساهم التهم يلتهم تلتهم يتفهم تتفهم يستلهم دراهم مساهما تفاهما دراهما "
    "مياها اتجاها توجيها تنبيها متوجها مواجها مشابها شبيها"
)
# «موقفه من», «رأيه؟»: his or its, where «نتيجه المباراه» is a careless «نتيجة المباراة».
_HIS = re.compile(r"(?!ال)\w{2,}ه")
_ATTACHED_PARTICLE = re.compile("[بل]ال|لل")
_WAS = _listed("كان كانت سيكون ستكون")
_FEW_WORDS = 2


def needs_history(question: str) -> bool:
    """Whether a question seems to lean on what was said before.

    It does if it opens with a conjunction, takes something back, asks who said it or for more,
    holds a pronoun, or has hardly any word of its own.
    """
    words = split_words(question)
    if not words:
        return False
    first = fold(words[0])
    return (
        first in _CONJUNCTIONS
        or _has_conjunction(first)
        or points_back(question)
        or is_short(question)
        or asks_who_said(question)
        or asks_for_more(question)
        or find_correction(question) is not None
    )


def is_short(question: str) -> bool:
    """Whether a question has hardly any word that says something."""
    return len(content_stems(question)) <= _FEW_WORDS


def without_conjunction(question: str) -> str:
    """A question without the conjunction that it opens with, in either language.

    «ولماذا» and «فلماذا» become «لماذا»; a word that only begins with the letter stays.
    """
    words = split_words(question)
    if not words:
        return question
    before, first, rest = question.partition(words[0])
    if fold(first) in _CONJUNCTIONS:
        return rest.strip(" ,،")
    return f"{before}{first[1:]}{rest}" if _has_conjunction(first) else question


def question_word(word: str) -> str:
    """The Arabic word that a question opens with, «متى» of «ومتى»; "" for a word of another kind.

    A preposition may be a part of it: «بكم», «إلى».
    """
    bare = word[1:] if _has_conjunction(word) else word
    return bare if fold(bare) in _QUESTION_WORDS else ""


def _has_conjunction(word: str) -> bool:
    """Whether «و» or «ف» is written on to a question word."""
    return word[:1] in ("و", "ف") and fold(word[1:]) in _QUESTION_WORDS


def points_back(question: str) -> bool:
    """Whether a question holds a pronoun, or a word like "then", that means nothing within it."""
    words = split_words(question)
    folded = ["", *map(fold, words), ""]
    relative = next((at for at, word in enumerate(folded) if word in _RELATIVES), len(folded))
    return _opens_with_attached(words) or any(
        word in _POINTERS
        and not (at > relative and word in _PRONOUNS)
        and not _means_nothing_before(word, folded[at - 1], folded[at + 1 :])
        for at, word in enumerate(folded)
    )


def _means_nothing_before(word: str, before: str, after: Sequence[str]) -> bool:
    """Whether a pointer is but a copula, brings in a clause, or means the present time."""
    following = after[0]
    if word in _COPULAS:
        names = bool(following) and not is_function_word(following) and following not in _POINTERS
        return before in _BEFORE_COPULA and names
    if word == "there":
        return before in _IS and any(map(content_stems, after))
    if word == "that":
        return following in _AFTER_THAT or following.isdecimal()
    if word in ("other", "others", "another"):
        return before in _BEFORE_OTHER
    return word in ("this", "هذا", "هذه") and following in _TIMES


def _opens_with_attached(words: Sequence[str]) -> bool:
    """Whether a word with a pronoun stands where nothing in the question can be meant by it.

    That is right after the question word, or one word later: «متى أعلن مديرها», «ما عدد سكانها».
    After the verb of a woman or a thing it may mean what follows: «متى أعلنت اعتزالها الفنانة».
    """
    first, *rest = words or [""]
    asking = fold(first)
    was = bool(rest) and fold(rest[0]) in _WAS
    second, third, fourth, *_ = (*rest[was:], "", "", "")
    # «كم مدينه في» counts cities, as many spell them.
    counts = asking == "كم" and not was
    if asking in _ASKING and _has_pronoun(second, third, may_be_his=not counts):
        return True
    one_later = not second.startswith("ال") and not second.endswith("ت")
    return asking in _OF_CIRCUMSTANCE and one_later and _has_pronoun(third, fourth)


def _has_pronoun(word: str, after: str, *, may_be_his: bool = True) -> bool:
    if may_be_his and _HIS.fullmatch(word):
        return not after or is_function_word(fold(after)) or bool(_ATTACHED_PARTICLE.match(after))
    return _ATTACHED.fullmatch(word) is not None and fold(word) not in _NO_PRONOUN
