"""Follow-up questions: made into questions that can be searched on their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.generation import TextModel
from rag.lexical import content_stems
from rag.prompts import load_prompt
from rag.schema import Turn
from rag.text import detect_language, fold, has_mixed_word, split_words
from rag.wording import quoted_in

_PROMPT = "follow_up"
_MOST_TOKENS = 48
# One line without marks: a rewritten question, and nothing that could be an answer to it.
_GRAMMAR = r'root ::= [^\n\[\]]+ ("?" | "؟")'

# Words that point back to what was said before, in either language.
_POINTERS = frozenset(
    fold(
        "it its he his him she her they their them that this these those there then "
        "one ones same former latter also else "
        "هو هي هم هما ذلك تلك هذا هذه هؤلاء أولئك هناك فيه فيها منه منها عنه عنها له لها لهم "
        "به بها إليه إليها عليه عليها معه معها بينهما عنهم منهم فيهم أيضا"
    ).split()
)
_CONJUNCTIONS = frozenset(["and", "but", "so", "or"])
_QUESTION_WORDS = frozenset(fold("لماذا ماذا متى أين من كم كيف في هل ما أي بكم عن إلى على").split())
# A turn that takes back the one before, and what it says instead.
_CORRECTION = re.compile(
    r"^\W*(?:(?:no|not that|sorry|لا|كلا|عفوا)\b[\s,،.:;-]*)?"
    r"(?:i (?:meant|mean|was asking about)|(?:(?:كنت )?[أا]قصد|قصدت|[أا]عني))\b"
    r"[\s,،.:;-]*(?P<rest>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_WHO_SAID = re.compile(
    r"^\W*(?:and )?(?:who|و?من)\b.{0,12}"
    r"\b(?:sa(?:id|ys)|claim(?:ed|s)|told|قال|يقول|ذكر|صرح|أعلن)\b\W*(?:that|so|this|it|ذلك|هذا|ذاك)?\W*$",
    re.IGNORECASE,
)
_FEW_WORDS = 2
# The reader is given so many characters of the question before, and of what answered it.
_MOST_OF_EACH = 160
# Who speaks is named at most so many sentences before what is quoted.
_SPEAKER_WITHIN = 3
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
    correction = _CORRECTION.match(question)
    who_said = _WHO_SAID.match(question)
    if answered and who_said:
        yield Search(question, cited, answered.quotes[:1], before=_SPEAKER_WITHIN)
    reading = "" if answered and who_said else asked_after(question, last)
    if answered and not correction:
        yield Search(_filled(question, last, answered), cited, reading=reading)
    query = stand_alone(question, past, model=model, max_tokens=max_tokens)
    if cited and correction:
        yield Search(query, cited, reading=reading)
    repeats = last is answered and not correction and query.startswith(last.asked)
    yield Search(query, told=last.quotes if repeats else ())


def _filled(question: str, last: Turn, answered: Turn) -> str:
    """A follow-up with what it leaves out, where it says too little to be searched as it is."""
    said = words_said(answered)
    if _WHO_SAID.match(question):
        return f"{question.rstrip(' ?؟')}: {said}"
    if content_stems(_bare(question)):
        return question
    # "Why?" asks about what was answered, and after a refusal once more about what was asked.
    return f"{question} {said}" if last is answered else f"{last.asked} {question}"


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
        return rest.strip()
    return f"{opening}{_without_conjunction(first)}{rest}"


def _without_conjunction(word: str) -> str:
    """«ولماذا» as «لماذا»; a word that only begins with the letter stays."""
    return word[1:] if word[:1] == "و" and fold(word[1:]) in _QUESTION_WORDS else word


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

    It does if it opens with a conjunction, takes something back, holds a pronoun, or has hardly any
    word of its own.
    """
    spoken = [fold(word) for word in split_words(question)]
    if not spoken:
        return False
    opens = spoken[0] in _CONJUNCTIONS or _without_conjunction(spoken[0]) != spoken[0]
    return (
        opens
        or _CORRECTION.match(question) is not None
        or _points(question)
        or _is_short(question)
    )


def _points(question: str) -> bool:
    return not _POINTERS.isdisjoint(map(fold, split_words(question)))


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
    correction = _CORRECTION.match(question)
    rest = correction["rest"] if correction else ""
    joined = _corrected(history[-1].asked, rest) if rest else f"{history[-1].asked} {question}"
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
        and content_stems(rest) <= content_stems(written)
        and not has_mixed_word(written)
        and not (_is_short(bare) and _points(bare) and fold(_bare(written)) == fold(bare))
    )
    return written if fits else joined


def _corrected(asked: str, rest: str) -> str:
    """The question with what was meant in the place of what it names, as far as words show it.

    «من نالت جائزة أفضل ممثلة؟» and «جائزة الجمهور» make «من نالت جائزة الجمهور». Of several
    questions the last is meant.
    """
    *_, asked = (asked, *filter(str.strip, re.split(r"(?<=[?؟])\s", asked)))
    words = asked.split()
    meant = next((stems for word in rest.split() if (stems := content_stems(word))), frozenset())
    for place, word in enumerate(words):
        if meant & content_stems(word):
            return " ".join([*words[:place], rest])
    first = _without_conjunction(next(iter(words), ""))
    if fold(first) in _QUESTION_WORDS:
        return f"{first} {rest}"
    return f"{asked} {rest}"
