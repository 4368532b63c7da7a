"""One visitor's conversation: asked, answered step by step, stopped, cleared. Free of Gradio."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from rag.errors import RagError
from rag.schema import Delta, Event, Marked, Passages, Period, Turn
from ui.render import Exchange
from ui.strings import Problem, describe

log = logging.getLogger(__name__)

Item = TypeVar("Item")


class Answers(Protocol):
    """All that a conversation asks of an assistant."""

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn],
        published: Period | None,
        top_k: int | None,
        worded: bool,
    ) -> Iterator[Event]:
        """Passages first, then the words of a draft, then the checked answer.

        If the iterator has a `close`, the page calls it, also when a visitor stops midway. That
        and each step may come from different threads, never from two at once.
        """
        ...


class Chat:
    """What one visitor has asked and been told.

    The page's callbacks run in several threads: a stop comes while an answer is being written. An
    answer only ever changes the exchange that it is the answer to, as it left it; once that was
    stopped or cleared, the answer ends at its next step.
    """

    def __init__(self, describe: Callable[[Exception], Problem] = describe) -> None:
        self._describe = describe
        self._exchanges: tuple[Exchange, ...] = ()
        self._given_up: Callable[[], None] = _do_nothing
        self._lock = threading.Lock()

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All questions so far, oldest first, as they stand now."""
        return self._exchanges

    @property
    def is_open(self) -> bool:
        """Whether the last question is still being answered."""
        exchanges = self._exchanges
        return bool(exchanges) and exchanges[-1].is_open

    def ask(self, question: str, *, period: Period | None = None, corpus_id: str = "") -> bool:
        """Adds a question, unless it is empty or the one before is still being answered.

        Args:
            question: as typed.
            period: the days on which the documents came out that may be used; None takes all.
            corpus_id: the corpus that it is asked of.
        """
        asked = question.strip()
        with self._lock:
            if not asked or self.is_open:
                return False
            exchange = Exchange(question=asked, period=period, corpus_id=corpus_id)
            self._exchanges = (*self._exchanges, exchange)
            return True

    def begin(self, given_up: Callable[[], None] | None = None) -> Exchange | None:
        """The open question, to the first who asks for it; None to those who come after.

        Args:
            given_up: called once it is stopped or forgotten. It may be called more than once, and
                after the answer has come.
        """
        with self._lock:
            if not self.is_open or self._exchanges[-1].begun:
                return None
            self._given_up = given_up or _do_nothing
            self._revise(-1, begun=True)
            return self._exchanges[-1]

    def wait(self, ahead: int) -> bool:
        """Notes how many questions of others come first; False if this one is no longer open."""
        with self._lock:
            if not self.is_open:
                return False
            self._revise(-1, ahead=ahead)
            return True

    def answer(
        self, assistant: Answers, *, top_k: int | None = None, worded: bool = True
    ) -> Iterator[None]:
        """Answers the last question, if it is open, and yields after each step.

        What goes wrong is told in the exchange. The assistant's stream is closed in any case.

        Args:
            assistant: answers.
            top_k: passages to find; None takes the setting's number.
            worded: whether the text model words the answer.
        """
        exchanges = self._exchanges
        if not exchanges or not exchanges[-1].is_open:
            return
        *past, last = exchanges
        problem: Problem | None = None
        try:
            stream = assistant.stream(
                last.question,
                history=_history(past),
                published=last.period,
                top_k=top_k,
                worded=worded,
            )
            with closing_after(stream) as events:
                for event in events:
                    before, last = last, _after(last, event)
                    if not self._change(before, last):
                        return
                    yield
            if last.is_open:
                log.error("No answer: the stream ended without one")
                problem = Problem(key="error.unknown", facts={})
        except RagError as exc:
            log.warning("No answer: %s", exc)
            problem = self._describe(exc)
        except Exception as exc:
            log.exception("No answer: an unexpected error")
            problem = self._describe(exc)
        if problem and last.is_open and self._change(last, replace(last, problem=problem)):
            yield

    def fail(self, problem: Problem) -> None:
        """Ends the open question with what went wrong before it could be answered."""
        with self._lock:
            if self.is_open:
                self._revise(-1, problem=problem)

    def stop(self) -> None:
        """Ends the answer to the last question, if it has not come yet."""
        with self._lock:
            if self.is_open:
                self._revise(-1, stopped=True)
            self._given_up()

    def restore(self, exchanges: Sequence[Exchange]) -> None:
        """Takes up a conversation as it was left."""
        with self._lock:
            self._exchanges = tuple(exchanges)
            self._given_up()

    def keep(self, count: int) -> None:
        """Forgets all but the first `count` exchanges."""
        with self._lock:
            self._exchanges = self._exchanges[:count]
            self._given_up()

    def judge(self, index: int, exchange: Exchange) -> None:
        """Puts an exchange with its visitor's judgement in place of itself."""
        with self._lock:
            if index < len(self._exchanges):
                self._revise(index, verdict=exchange.verdict, reason_sent=exchange.reason_sent)

    def _revise(self, index: int, **changes: Any) -> None:
        """Changes an exchange; called with the lock held."""
        exchanges = list(self._exchanges)
        exchanges[index] = replace(exchanges[index], **changes)
        self._exchanges = tuple(exchanges)

    def _change(self, before: Exchange, after: Exchange) -> bool:
        """Puts one state of the last exchange in place of another; False if it is not that one."""
        with self._lock:
            if not self._exchanges or self._exchanges[-1] is not before:
                return False
            self._exchanges = (*self._exchanges[:-1], after)
            return True


@contextmanager
def closing_after(items: Iterator[Item]) -> Iterator[Iterator[Item]]:
    """Closes an iterator afterwards, if it can be closed; a generator can."""
    try:
        yield items
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            close()


def _do_nothing() -> None:
    pass


def _after(exchange: Exchange, event: Event) -> Exchange:
    if isinstance(event, Passages):
        return replace(exchange, passages=event.passages)
    if isinstance(event, Marked):
        return replace(exchange, citations=event.citations)
    if isinstance(event, Delta):
        return replace(exchange, draft=exchange.draft + event.text)
    return replace(exchange, answer=event.answer)


def _history(past: Sequence[Exchange]) -> tuple[Turn, ...]:
    return tuple(Turn.of(exchange.answer) for exchange in past if exchange.answer is not None)
