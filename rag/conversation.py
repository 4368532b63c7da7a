"""Follow-up questions: made into questions that can be searched on their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.generation import TextModel
from rag.lexical import content_stems
from rag.prompts import load_prompt
from rag.schema import Turn
from rag.text import detect_language, fold, split_words

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
_OPENERS = frozenset(
    fold(
        "and but so or what about how ولماذا لماذا وماذا ومتى وأين ومن وكم وكيف وفي وهل وما"
    ).split()
)
_FEW_WORDS = 2


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

    It does if it opens with a conjunction, holds a pronoun, or has hardly any word of its own.
    """
    spoken = [fold(word) for word in split_words(question)]
    if not spoken:
        return False
    opens = spoken[0] in _OPENERS and (
        spoken[0] in ("and", "but", "so", "or") or spoken[0][0] == "و"
    )
    return (
        opens or bool(_POINTERS.intersection(spoken)) or len(content_stems(question)) <= _FEW_WORDS
    )


def stand_alone(
    question: str,
    history: Sequence[Turn],
    *,
    model: TextModel | None,
    max_tokens: int,
) -> str:
    """The question as it can be understood without the conversation.

    A question that stands alone is returned as it is, and so is any without history or model. If
    the model changes the language, or invents a question that shares nothing with the
    conversation, its words are not used: the question is joined to the one before it.

    Raises:
        GenerationError: the model failed.
    """
    if not history or not needs_history(question):
        return question
    joined = f"{history[-1].question} {question}"
    if model is None:
        return joined
    kept = trim_history(history, max_tokens=max_tokens, count_tokens=model.count_tokens)
    if not kept:
        return joined
    told = "\n".join(f"Q: {turn.question}\nA: {turn.answer}" for turn in kept)
    prompt = load_prompt(_PROMPT)
    messages = prompt.messages({"history": told, "question": question})
    written = "".join(
        model.write(messages, fixed=prompt.fixed, grammar=_GRAMMAR, max_tokens=_MOST_TOKENS)
    ).strip()
    fits = detect_language(written) == detect_language(question) and content_stems(
        written
    ) & content_stems(f"{told} {question}")
    return written if fits else joined
