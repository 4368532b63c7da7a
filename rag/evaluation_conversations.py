"""Measures scripted conversations: each turn is asked with the turns before it as they went."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.evaluation import Answerer, ask_one, grouped
from rag.evaluation_rows import read_lines, text_in, texts_in
from rag.evaluation_words import contains
from rag.schema import Answer, Status, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedTurn:
    """A turn with the answers that count as right.

    `documents` are the names of files of which one must be cited; where it is empty, nothing may
    be. `lang` is the language the answer must be in.
    """

    question: str
    lang: str
    kind: str
    status: Status
    answers: tuple[str, ...]
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Turns in their order."""

    conversation_id: str
    turns: tuple[ScriptedTurn, ...]


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """What became of one turn."""

    conversation_id: str
    turn: ScriptedTurn
    answer: Answer
    right: bool


@dataclass(frozen=True, slots=True)
class ConversationReport:
    """The outcomes of all turns, in their order."""

    outcomes: tuple[TurnOutcome, ...]

    def totals(self) -> dict[str, dict[str, int]]:
        """Turns, and those right: of all and by kind."""
        groups = grouped(self.outcomes, lambda one: (one.turn.kind,))
        return {
            name: {"turns": len(found), "right": sum(outcome.right for outcome in found)}
            for name, found in groups.items()
        }

    def to_dict(self) -> dict[str, Any]:
        """All outcomes and totals as plain values."""
        return {
            "turns": [
                {
                    "conversation": outcome.conversation_id,
                    "kind": outcome.turn.kind,
                    "question": outcome.turn.question,
                    "right": outcome.right,
                    "answer": outcome.answer.to_dict(),
                }
                for outcome in self.outcomes
            ],
            "totals": self.totals(),
        }

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for name, row in self.totals().items():
            share = row["right"] / row["turns"] if row["turns"] else 0.0
            yield f"{name:12}{row['right']:>5} of {row['turns']:<5}{share:>6.0%}"
        wrong = [outcome for outcome in self.outcomes if not outcome.right]
        if wrong:
            yield "\nWrong:"
        for outcome in wrong:
            turn, answer = outcome.turn, outcome.answer
            yield f"  {outcome.conversation_id} ({turn.kind}) {turn.question}"
            yield f"      searched: {answer.query}"
            yield f"      {answer.status}: {answer.text}"
            wanted = " | ".join(turn.answers) or str(turn.status)
            yield f"      wanted ({turn.lang}): {wanted}"


def load_conversations(path: Path) -> tuple[Conversation, ...]:
    """Reads conversations, one JSON object a line.

    Raises:
        DocumentError: the file cannot be read, or a line of it is no conversation.
    """
    return read_lines(path, _conversation, what="conversation with id and turns")


def converse(
    assistant: Answerer,
    conversations: Sequence[Conversation],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> ConversationReport:
    """Has all conversations, one after the other, and judges each turn.

    Args:
        assistant: holds the corpus already.
        conversations: none give an empty report.
        progress: called with turns done and turns in all.

    Raises:
        RagError: what `Assistant.stream` raises.
    """
    total = sum(len(conversation.turns) for conversation in conversations)
    outcomes: list[TurnOutcome] = []
    for conversation in conversations:
        history: list[Turn] = []
        for turn in conversation.turns:
            answer = ask_one(assistant, turn.question, history)
            right = is_right(turn, answer)
            outcomes.append(TurnOutcome(conversation.conversation_id, turn, answer, right))
            history.append(Turn.of(answer))
            if progress is not None:
                progress(len(outcomes), total)
    return ConversationReport(tuple(outcomes))


def is_right(turn: ScriptedTurn, answer: Answer) -> bool:
    """Whether status, language, words and citations are what the turn asks for.

    ANSWERED and PARTIAL count as one status. Of a refusal only status and language are asked for.
    """
    refused = answer.status is Status.NOT_FOUND
    if refused is not (turn.status is Status.NOT_FOUND) or answer.language != turn.lang:
        return False
    if refused:
        return True
    cited = {Path(citation.path).name for citation in answer.citations}
    cited_rightly = bool(cited & set(turn.documents)) if turn.documents else not cited
    worded_rightly = not turn.answers or any(contains(answer.text, one) for one in turn.answers)
    return worded_rightly and cited_rightly


def _conversation(row: dict[str, Any]) -> Conversation:
    return Conversation(conversation_id=str(row["id"]), turns=tuple(map(_turn, row["turns"])))


def _turn(row: dict[str, Any]) -> ScriptedTurn:
    return ScriptedTurn(
        question=text_in(row, "question"),
        lang=str(row["lang"]),
        kind=str(row["kind"]),
        status=Status(row["status"]),
        answers=texts_in(row, "answers"),
        documents=texts_in(row, "documents"),
    )
