"""Follow-up questions: made into questions that can be searched on their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.follow_ups import (
    is_short,
    needs_history,
    points_back,
    question_word,
    without_conjunction,
)
from rag.generation import TextModel
from rag.lexical import content_stems
from rag.prompts import load_prompt
from rag.schema import Turn
from rag.text import detect_language, fold, has_mixed_word
from rag.turns import Correction, asks_for_more, asks_who_said, find_correction
from rag.wording import quoted_in, without_marks

_PROMPT = "follow_up"
_MOST_TOKENS = 48
# One line without marks: a rewritten question, and nothing that could be an answer to it.
_GRAMMAR = r'root ::= [^\n\[\]]+ ("?" | "؟")'

# The reader is given so many characters of the question before, and of what answered it.
_MOST_OF_EACH = 160
# Who speaks is named at most so many sentences before what is quoted.
_SPEAKER_WITHIN = 3
_YEAR = re.compile(r"(?:19|20|١٩|٢٠)\d\d\W*")
_ARTICLES = frozenset(["the", "a", "an"])


@dataclass(frozen=True, slots=True)
class Search:
    """A way to understand a turn: the question to search, and the documents to look in.

    Without `documents` all are searched. With them it is a follow-up of which the subject is known
    from what was cited before, and need not be named in the question. With `quotes`, sentences that
    were cited before, only these are read, and `before` sentences ahead of each. What is in `told`
    is not read: those sentences were quoted to the question that the query repeats. `reading` is
    the question as the reader is given it, if that is not the query.
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
    question that stands alone, and asked of all documents. "What else?" asks the question before
    once more, and what was quoted in the conversation does not answer it.

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
    reading = asked_after(question, last)
    correction = find_correction(question)
    if answered and asks_who_said(question):
        yield Search(question, cited, answered.quotes[:1], before=_SPEAKER_WITHIN)
        yield Search(f"{question.rstrip(' ?؟')}: {words_said(answered)}", cited)
    elif answered and asks_for_more(question):
        before = (turn.asked for turn in reversed(past) if not asks_for_more(turn.question))
        query = next(before, last.asked)
        told = tuple(dict.fromkeys(quote for turn in past for quote in turn.quotes))
        yield Search(query, cited, told=told, reading=reading)
        yield Search(query, told=told)
        return
    elif answered and not correction:
        yield Search(_filled(question, last), cited, reading=reading)
    query = stand_alone(question, past, model=model, max_tokens=max_tokens)
    if answered and correction:
        yield Search(query, cited, reading=reading)
    repeats = query.startswith(last.asked[-_MOST_OF_EACH:]) and not correction
    yield Search(query, told=last.quotes if repeats and last.documents else ())


def _filled(question: str, last: Turn) -> str:
    """A follow-up with what it leaves out, where it says too little to be searched as it is."""
    if content_stems(without_conjunction(question)):
        return question
    # "Why?" asks about what was answered, and after a refusal once more about what was asked.
    return f"{question} {words_said(last)}" if last.documents else _joined(last.asked, question)


def asked_after(question: str, last: Turn) -> str:
    """A question with the one before it and what answered that, as the reader was trained on."""
    return follow(question, last.asked, words_said(last) if last.documents else "")


def follow(question: str, asked: str, said: str) -> str:
    """A question after the one asked before it, and after what was said to that, "" for nothing."""
    said = said[:_MOST_OF_EACH].rstrip(" .")
    return " ".join(filter(None, (asked[-_MOST_OF_EACH:], said and f"{said}.", question)))


def words_said(turn: Turn) -> str:
    """What an answer says, without its marks and the words that introduce a quotation."""
    return quoted_in(without_marks(turn.answer))


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
    bare = without_conjunction(question)
    if not needs_history(bare):
        return bare
    asked, correction = history[-1].asked, find_correction(question)
    joined = _corrected(asked, correction) if correction else _joined(asked, question)
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
    return written if _rewrites(question, written, told=told) else joined


def _joined(asked: str, question: str) -> str:
    return f"{asked[-_MOST_OF_EACH:]} {question}"


def _rewrites(question: str, written: str, *, told: str) -> bool:
    """Whether what a model wrote, shown the turns in `told`, may stand for the question."""
    bare, correction = without_conjunction(question), find_correction(question)
    stems = content_stems(written)
    left_as_it_is = fold(without_conjunction(written)) == fold(bare)
    return (
        detect_language(written) == detect_language(question)
        and not stems.isdisjoint(content_stems(bare) or content_stems(told))
        and (correction is None or content_stems(correction.meant) <= stems)
        and not has_mixed_word(written)
        and not (left_as_it_is and is_short(bare) and points_back(bare))
    )


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
    if first := question_word(next(iter(words), "")):
        return f"{first} {correction.meant}"
    return _joined(asked, correction.meant)
