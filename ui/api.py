"""What the endpoints `ask` and `search` do for a caller: what the page does, and no more.

A caller sees the corpora that its visitor sees, waits in the same line, and is told no folder of
this machine. Free of Gradio; `ui.endpoints` puts it on the page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import PureWindowsPath
from typing import Any, Protocol, TypeVar

from anyio.to_thread import run_sync
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.answering import MOST_CHARACTERS
from rag.corpora import DEFAULT, Corpus
from rag.errors import CorpusError, QuestionError, RagError
from rag.schema import Answer, Passage, Period, Turn
from ui.limits import Pace
from ui.strings import shown
from ui.waiting import Line


class CallError(RagError):
    """A call is not as it has to be, or comes too soon. `reason` says what to do."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"The call was refused: {reason}")
        self.reason = reason


# What a caller can mend, and is told as it is.
REFUSALS = (CallError, CorpusError, QuestionError)


class Caller(Protocol):
    """Who calls: `owner` owns corpora, `key` tells visitors apart where they take turns."""

    @property
    def owner(self) -> str:
        """The name of an account, or what stands for it."""

    @property
    def key(self) -> str:
        """The same for all calls of one visitor."""


class Searches(Protocol):
    """All that the endpoints ask of an assistant."""

    def ask(self, question: str, *, history: Sequence[Turn], published: Period | None) -> Answer:
        """Answers a question."""

    def search(
        self, query: str, *, top_k: int | None, published: Period | None
    ) -> tuple[Passage, ...]:
        """Finds passages, best first."""


class Shelf(Protocol):
    """The corpora, each as far as its owner, or everybody, may see it."""

    def find(self, name: str, *, owner: str) -> Corpus:
        """The corpus of that name or id, if the owner may see it."""

    def assistant(self, corpus_id: str, *, owner: str) -> Searches:
        """What answers from a corpus."""


class _Given(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class _PastTurn(_Given):
    question: str = Field(max_length=MOST_CHARACTERS)
    answer: str = Field(max_length=10 * MOST_CHARACTERS)
    query: str | None = Field(default=None, max_length=MOST_CHARACTERS)
    documents: list[str] = Field(default=[], max_length=100)
    quotes: list[str] = Field(default=[], max_length=100)

    def turn(self) -> Turn:
        return Turn(
            question=self.question,
            answer=self.answer,
            query=self.query,
            documents=tuple(self.documents),
            quotes=tuple(self.quotes),
        )


class _Call(_Given):
    corpus: str | None = Field(max_length=200)
    since: str | None = Field(max_length=10)
    until: str | None = Field(max_length=10)


class _Ask(_Call):
    question: str = Field(max_length=MOST_CHARACTERS)
    history: list[_PastTurn] | None = Field(max_length=100)


class _Search(_Call):
    query: str = Field(max_length=MOST_CHARACTERS)
    top_k: int | None = Field(ge=1, le=50)


_Checked = TypeVar("_Checked", bound=_Call)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Answers calls, each in its visitor's turn. The work is done in threads.

    The arguments of a call are those of its JSON, of whatever type; None for what is not given.
    """

    shelf: Shelf
    line: Line
    pace: Pace

    async def ask(
        self,
        caller: Caller,
        *,
        question: object,
        history: object = None,
        corpus: object = None,
        since: object = None,
        until: object = None,
    ) -> dict[str, Any]:
        """Answers a question: `Answer.to_dict()`, with the name of a `file` for each `path`.

        Args:
            caller: who asks.
            question: in any language.
            history: past turns, oldest first, each with `question` and `answer`, and if known with
                `query` and the ids of the cited `documents`.
            corpus: the name or id of a corpus; "" and None are the default one.
            since: the first day of publication, ISO 8601; "" and None leave that side open.
            until: the last one, likewise.

        Raises:
            CallError: an argument cannot be used, or the visitor has to wait.
            CorpusError: the caller sees no such corpus, or several.
            RagError: whatever `Assistant.ask` raises.
        """
        call = _checked(
            _Ask, question=question, history=history, corpus=corpus, since=since, until=until
        )
        period = _period(call)
        turns = [past.turn() for past in call.history or ()]
        async with self._turn(caller, call) as assistant:
            answer = await run_sync(
                partial(assistant.ask, call.question, history=turns, published=period)
            )
        return _without_folders(answer.to_dict())  # type: ignore[no-any-return]

    async def search(
        self,
        caller: Caller,
        *,
        query: object,
        top_k: object = None,
        corpus: object = None,
        since: object = None,
        until: object = None,
    ) -> list[dict[str, Any]]:
        """Finds passages, best first: `title`, `source`, `published`, `text` and `cosine` of each.

        Args:
            caller: who asks.
            query: in any language; none are found for a blank one.
            top_k: most passages, 1 to 50; None takes the settings' number.
            corpus: as for `ask`, and so are `since` and `until`.

        Raises:
            CallError: an argument cannot be used, or the visitor has to wait.
            CorpusError: the caller sees no such corpus, or several.
            RagError: whatever `Assistant.search` raises.
        """
        call = _checked(_Search, query=query, top_k=top_k, corpus=corpus, since=since, until=until)
        period = _period(call)
        async with self._turn(caller, call) as assistant:
            found = await run_sync(
                partial(assistant.search, call.query, top_k=call.top_k, published=period)
            )
        return [
            {
                "title": passage.title,
                "source": passage.source,
                "published": passage.published.isoformat() if passage.published else None,
                "text": passage.text,
                "cosine": passage.cosine,
            }
            for passage in found
        ]

    @asynccontextmanager
    async def _turn(self, caller: Caller, call: _Call) -> AsyncIterator[Searches]:
        """Waits for the caller's turn; gives what answers from the corpus that is called."""
        wait_s = self.pace.allows(caller.key)
        if wait_s > 0:
            raise CallError(
                reason=f"you have asked many questions within a minute. Ask again in "
                f"{int(wait_s) + 1} s."
            )
        assistant = await run_sync(self._assistant, call.corpus, caller.owner)
        with self.line.join(caller.key) as place:
            await place.wait()
            yield assistant

    def _assistant(self, corpus: str | None, owner: str) -> Searches:
        corpus_id = self.shelf.find(corpus, owner=owner).corpus_id if corpus else DEFAULT
        return self.shelf.assistant(corpus_id, owner=owner)


def told(error: Exception) -> str:
    """The one line that a caller reads of an error; it names no folder of this machine."""
    if isinstance(error, REFUSALS):
        return " ".join(shown(str(error)).split())
    return "Something went wrong on the server. Its log says what; asking again may help."


def _checked(kind: type[_Checked], **given: object) -> _Checked:
    try:
        return kind.model_validate(given)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CallError(reason=f"{where}: {first['msg']}.") from exc


def _period(call: _Call) -> Period | None:
    try:
        period = Period.between(call.since, call.until)
    except ValueError as exc:
        raise CallError(
            reason=f"since, until: {exc}. Give the first and the last day, like 2024-01-31."
        ) from exc
    return None if period == Period() else period


def _without_folders(value: Any) -> Any:
    """The same value, with the name of its `file` in place of every `path`.

    What has a `path` is itself a file to Gradio's client, which asks the page for it.
    """
    if isinstance(value, list):
        return [_without_folders(item) for item in value]
    if not isinstance(value, dict):
        return value
    renamed = {}
    for key, item in value.items():
        if key == "path":
            # It splits at the separators of both kinds of systems.
            renamed["file"] = PureWindowsPath(item).name
        else:
            renamed[key] = _without_folders(item)
    return renamed
