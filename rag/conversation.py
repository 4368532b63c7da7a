"""Follow-up questions: made into questions that can be searched on their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.generation import TextModel
from rag.lexical import content_stems, is_function_word
from rag.prompts import load_prompt
from rag.schema import Turn
from rag.text import detect_language, fold, has_mixed_word, split_words
from rag.turns import Correction, asks_who_said, find_correction
from rag.wording import quoted_in

_PROMPT = "follow_up"
_MOST_TOKENS = 48
# One line without marks: a rewritten question, and nothing that could be an answer to it.
_GRAMMAR = r'root ::= [^\n\[\]]+ ("?" | "؟")'

# Words that point back to what was said before, in either language.
_POINTERS = frozenset(
    fold(
        "it its he his him she her they their them that this these those there then "
        "one ones same former latter also else other others another "
        "هو هي هم هما ذلك تلك هذا هذه هؤلاء أولئك هناك فيه فيها منه منها عنه عنها له لها لهم "
        "به بها إليه إليها عليه عليها معه معها بينهما عنهم منهم فيهم أيضا الآخر الأخرى"
    ).split()
)
# «المدينة التي سيطر عليها الجيش»: after a relative pronoun these mean the noun before it.
_RELATIVES = frozenset(fold("الذي التي الذين اللذان اللذين اللتان اللتين اللي").split())
_WITHIN_CLAUSE = frozenset(
    fold(
        "هو هي هم هما فيه فيها منه منها عنه عنها له لها لهم به بها إليه إليها عليه عليها معه معها "
        "بينهما عنهم منهم فيهم"
    ).split()
)
_CONJUNCTIONS = frozenset(["and", "but", "so", "or", "لكن", "ولكن", "ثم"])
_QUESTION_WORDS = frozenset(
    fold(
        "لماذا ماذا متى أين من كم كيف في هل ما أي بكم عن إلى على لمن بمن ممن عمن بماذا لم بم عم "
        "مم فيم بأي لأي منذ"
    ).split()
)
# "They" in «من هم الوزراء» and "that" in "who said that the talks failed" point to nothing before.
_COPULAS = frozenset(["هو", "هي", "هم"])
_BEFORE_COPULA = frozenset(fold("ما من وما ومن فما فمن").split())
_IS = frozenset(["is", "are", "was", "were"])
_AFTER_THAT = frozenset(["the", "a", "an", "all", "any", "no", "some"])
_TIMES = frozenset(
    fold(
        "year month week day morning afternoon evening summer winter spring autumn century "
        "quarter season decade "
        "العام السنة الشهر الأسبوع اليوم الصباح المساء الليلة الصيف الشتاء الربيع الخريف القرن "
        "الموسم العقد الربع الفصل"
    ).split()
)
# «مديرها»: a pronoun written on to its word. Those that open like «متى» are followed by a verb.
_ATTACHED = re.compile(r"(?!ال)\w{3,}(?:ها|هما?)")
_ASKING = frozenset(fold("ما من ماذا متى أين كيف لماذا كم هل").split())
_BEFORE_ANOTHER = frozenset(fold("متى أين كيف لماذا ما").split())
_NO_PRONOUN = frozenset(
    fold(
        "تفاهم مساهم يساهم تساهم التهم يلتهم تلتهم يتفهم تتفهم يستلهم دراهم مساهما تفاهما دراهما "
        "مياها اتجاها توجيها تنبيها متوجها مواجها مشابها شبيها"
    ).split()
)
# «موقفه من», «رأيه؟»: his or its, where «نتيجه المباراه» is a careless «نتيجة المباراة».
_HIS = re.compile(r"(?!ال)\w{2,}ه")
_ATTACHED_PARTICLE = re.compile("[بل]ال|لل")
_WAS = frozenset(fold("كان كانت سيكون ستكون").split())
_FEW_WORDS = 2
# The reader is given so many characters of the question before, and of what answered it.
_MOST_OF_EACH = 160
# Who speaks is named at most so many sentences before what is quoted.
_SPEAKER_WITHIN = 3
_YEAR = re.compile(r"(?:19|20|١٩|٢٠)\d\d\W*")
_ARTICLES = frozenset(["the", "a", "an"])
_UNMARKED = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True, slots=True)
class Search:
    """A way to understand a turn: the question to search, and the documents to look in.

    Without `documents` all are searched. With them it is a follow-up of which the subject is known
    from what was cited before, and need not be named in the question. With `quotes`, sentences that
    were cited before, only these are read, and `before` sentences ahead of each. What is in `told`
    is not read: the query repeats the question that these sentences answered. `reading` is the
    question as the reader is given it, if that is not the query.
    """

    query: str
    documents: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    before: int = 0
    told: tuple[str, ...] = ()
    reading: str = ""


def searches(
    question: str, history: Sequence[Turn], *, model: TextModel | None, max_tokens: int
) -> Iterator[Search]:
    """The ways to understand a turn, the likeliest first; one where it stands alone.

    A follow-up is looked for in the documents that were cited last, as it is, and read with the
    turn before it: that needs no model and no time. Where they do not answer it, it is made a
    question that stands alone, and asked of all documents.

    Args:
        question: as typed.
        history: past turns, oldest first.
        model: rewrites the question; without one it is joined to the one before.
        max_tokens: of past turns that the model is shown.

    Raises:
        GenerationError: the model failed.
    """
    past = [turn for turn in history if turn.asked]
    answered = next((turn for turn in reversed(past) if turn.documents), None)
    cited = answered.documents if answered else ()
    if not past or not needs_history(question):
        yield Search(question)
        if cited:
            # "How many were hurt?" looks complete, and may still mean the accident talked about.
            yield Search(question, cited, reading=asked_after(question, past[-1]))
        return
    last = past[-1]
    correction = find_correction(question)
    who_said = asks_who_said(question)
    if answered and who_said:
        yield Search(question, cited, answered.quotes[:1], before=_SPEAKER_WITHIN)
    reading = "" if answered and who_said else asked_after(question, last)
    if answered and not correction:
        yield Search(_filled(question, last, answered), cited, reading=reading)
    query = stand_alone(question, past, model=model, max_tokens=max_tokens)
    if cited and correction:
        yield Search(query, cited, reading=reading)
    joined = query.startswith(last.asked[-_MOST_OF_EACH:])
    repeats = last is answered and joined and not correction
    yield Search(query, told=last.quotes if repeats else ())


def _filled(question: str, last: Turn, answered: Turn) -> str:
    """A follow-up with what it leaves out, where it says too little to be searched as it is."""
    said = words_said(answered)
    if asks_who_said(question):
        return f"{question.rstrip(' ?؟')}: {said}"
    if content_stems(_bare(question)):
        return question
    # "Why?" asks about what was answered, and after a refusal once more about what was asked.
    return f"{question} {said}" if last is answered else _joined(last, question)


def _joined(before: Turn, question: str) -> str:
    return f"{before.asked[-_MOST_OF_EACH:]} {question}"


def asked_after(question: str, last: Turn) -> str:
    """A question with the one before it and what answered that, as the reader was trained on."""
    return follow(question, last.asked, words_said(last) if last.documents else "")


def follow(question: str, asked: str, said: str) -> str:
    """A question after the one asked before it, and after what was said to that, "" for nothing."""
    said = said[:_MOST_OF_EACH].rstrip(" .")
    return " ".join(filter(None, (asked[-_MOST_OF_EACH:], said and f"{said}.", question)))


def words_said(turn: Turn) -> str:
    """What an answer says, without its marks and the words that introduce a quotation."""
    return quoted_in(_UNMARKED.sub("", turn.answer))


def _bare(question: str) -> str:
    """A question without the conjunction that it opens with, in either language."""
    first = next(iter(split_words(question)), "")
    opening, rest = question[: (at := question.find(first))], question[at + len(first) :]
    if fold(first) in _CONJUNCTIONS:
        return rest.strip(" ,،")
    return f"{opening}{_without_conjunction(first)}{rest}"


def _without_conjunction(word: str) -> str:
    """«ولماذا» and «فلماذا» as «لماذا»; a word that only begins with the letter stays."""
    return word[1:] if word[:1] in ("و", "ف") and fold(word[1:]) in _QUESTION_WORDS else word


def trim_history(
    history: Sequence[Turn], *, max_tokens: int, count_tokens: Callable[[str], int]
) -> tuple[Turn, ...]:
    """The newest turns that fit into `max_tokens`, in their order; () if not even one does."""
    kept: list[Turn] = []
    spent = 0
    for turn in reversed(history):
        spent += count_tokens(turn.question) + count_tokens(turn.answer)
        if spent > max_tokens:
            break
        kept.append(turn)
    return tuple(reversed(kept))


def needs_history(question: str) -> bool:
    """Whether a question seems to lean on what was said before.

    It does if it opens with a conjunction, takes something back, asks who said it, holds a pronoun,
    or has hardly any word of its own.
    """
    spoken = [fold(word) for word in split_words(question)]
    if not spoken:
        return False
    opens = spoken[0] in _CONJUNCTIONS or _without_conjunction(spoken[0]) != spoken[0]
    return (
        opens
        or _points(question)
        or _is_short(question)
        or asks_who_said(question)
        or find_correction(question) is not None
    )


def _points(question: str) -> bool:
    words = split_words(question)
    spoken = ["", *map(fold, words), ""]
    relative = next((at for at, word in enumerate(spoken) if word in _RELATIVES), len(spoken))
    return _opens_with_attached(words) or any(
        word in _POINTERS
        and not (at > relative and word in _WITHIN_CLAUSE)
        and not _means_nothing_before(word, spoken[at - 1], spoken[at + 1 :])
        for at, word in enumerate(spoken)
    )


def _means_nothing_before(word: str, before: str, after: Sequence[str]) -> bool:
    """Whether a pointer is but a copula, brings in a clause, or means the present time."""
    following = after[0]
    if word in _COPULAS:
        says = following and not is_function_word(following) and following not in _POINTERS
        return before in _BEFORE_COPULA and bool(says)
    if word == "there":
        return before in _IS and any(map(content_stems, after))
    if word == "that":
        return following in _AFTER_THAT or following.isdecimal()
    if word in ("other", "others", "another"):
        return before in ("and", "or", "each", "one")
    return word in ("this", "هذا", "هذه") and following in _TIMES


def _opens_with_attached(words: Sequence[str]) -> bool:
    """Whether a word with a pronoun stands where nothing in the question can be meant by it.

    That is right after the question word, or one word later: «متى أعلن مديرها», «ما عدد سكانها».
    After the verb of a woman or a thing it may mean what follows: «متى أعلنت اعتزالها الفنانة».
    """
    first, *rest = words or [""]
    asks, was = fold(first), bool(rest) and fold(rest[0]) in _WAS
    second, third, fourth, *_ = (*rest[was:], "", "", "")
    # «كم مدينه في» counts cities, as many spell them.
    counts = asks == "كم" and not was
    if asks in _ASKING and _has_pronoun(second, third, may_be_his=not counts):
        return True
    other = not second.startswith("ال") and not second.endswith("ت")
    return asks in _BEFORE_ANOTHER and other and _has_pronoun(third, fourth)


def _has_pronoun(word: str, after: str, *, may_be_his: bool = True) -> bool:
    if may_be_his and _HIS.fullmatch(word):
        return not after or is_function_word(fold(after)) or bool(_ATTACHED_PARTICLE.match(after))
    return _ATTACHED.fullmatch(word) is not None and fold(word) not in _NO_PRONOUN


def _is_short(question: str) -> bool:
    return len(content_stems(question)) <= _FEW_WORDS


def stand_alone(
    question: str,
    history: Sequence[Turn],
    *,
    model: TextModel | None,
    max_tokens: int,
) -> str:
    """The question as it can be understood without the conversation.

    A question that stands alone is returned as it is, one that does but for its conjunction without
    it, and any without history as it is. If the model changes the language, invents a question that
    shares nothing with the one asked or the conversation, leaves out what a correction names, or
    leaves a short question as it is with the pronoun in it, its words are not used: the question is
    joined to the one before it, as it is without a model.

    Raises:
        GenerationError: the model failed.
    """
    if not history or not needs_history(question):
        return question
    if not needs_history(bare := _bare(question)):
        return bare
    correction = find_correction(question)
    if correction:
        joined = _corrected(history[-1].asked, correction)
    else:
        joined = _joined(history[-1], question)
    if model is None:
        return joined
    kept = trim_history(history, max_tokens=max_tokens, count_tokens=model.count_tokens)
    if not kept:
        return joined
    told = "\n".join(f"Q: {turn.asked}\nA: {words_said(turn)}" for turn in kept)
    prompt = load_prompt(_PROMPT)
    messages = prompt.messages({"history": told, "question": question})
    written = "".join(
        model.write(messages, fixed=prompt.fixed, grammar=_GRAMMAR, max_tokens=_MOST_TOKENS)
    ).strip()
    fits = (
        detect_language(written) == detect_language(question)
        and content_stems(written) & (content_stems(bare) or content_stems(told))
        and (not correction or content_stems(correction.meant) <= content_stems(written))
        and not has_mixed_word(written)
        and not (_is_short(bare) and _points(bare) and fold(_bare(written)) == fold(bare))
    )
    return written if fits else joined


def _corrected(asked: str, correction: Correction) -> str:
    """The question with what was meant in the place of what it names, as far as words show it.

    «من نالت جائزة أفضل ممثلة؟» and «جائزة الجمهور» make «من نالت جائزة الجمهور». A year takes the
    place of a year only. Of several questions the last is meant.
    """
    *_, asked = (asked, *filter(str.strip, re.split(r"(?<=[?؟])\s", asked)))
    words, meant = asked.split(), correction.meant.split()
    said = next(at for at, word in enumerate(meant) if content_stems(word))
    opening = [fold(word) for word in meant[:said]]
    is_year = _YEAR.fullmatch(meant[said])
    years = " ".join(filter(_YEAR.fullmatch, words)) if is_year else ""
    for named in map(content_stems, (correction.not_meant, meant[said], years)):
        place = next((at for at, word in enumerate(words) if named & content_stems(word)), None)
        if place is not None:
            rest = words[place + 1 :] if is_year else []
            while place > 1 and fold(words[place - 1]) in opening:
                place -= 1
            return " ".join([*words[:place], correction.meant, *rest])
    if opening and opening[0] not in _ARTICLES:
        # «أقصد في الأردن» takes the place of «في مصر»; without such a place it is added.
        place = max((at for at, word in enumerate(words) if fold(word) == opening[0]), default=0)
        return " ".join([*(words[:place] if place > 1 else words), correction.meant])
    first = _without_conjunction(next(iter(words), ""))
    if fold(first) in _QUESTION_WORDS:
        return f"{first} {correction.meant}"
    return f"{asked[-_MOST_OF_EACH:]} {correction.meant}"
