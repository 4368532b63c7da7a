"""One visitor's conversation: asked, answered step by step, stopped, cleared. Free of Gradio."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol, TypeVar

from rag.errors import RagError
from rag.schema import Delta, Event, Marked, Passages, Period, Turn
from ui.render import Exchange
from ui.strings import Language, Problem, describe

log = logging.getLogger(__name__)

Item = TypeVar("Item")


class Answers(Protocol):
    """All that the page asks of an assistant."""

    def stream(
        self, question: str, *, history: Sequence[Turn], published: Period | None
    ) -> Iterator[Event]:
        """Passages first, then the words of a draft, then the checked answer.

        If the iterator has a `close`, the page calls it, also when a visitor stops midway. That
        and each step may come from different threads, never from two at once.
        """
        ...


class Chat:
    """What one visitor has asked and been told, the language of the page, and the dates chosen.

    The page's callbacks run in several threads: a stop comes while an answer is being written. An
    answer only ever changes the exchange that it is the answer to, as it left it; once that was
    stopped or cleared, the answer ends at its next step.
    """

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.period: Period | None = None
        self._exchanges: tuple[Exchange, ...] = ()
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

    def ask(self, question: str) -> bool:
        """Adds a question, unless it is empty or the one before is still being answered."""
        asked = question.strip()
        with self._lock:
            if not asked or self.is_open:
                return False
            self._exchanges = (*self._exchanges, Exchange(question=asked, period=self.period))
            return True

    def limit(self, first: str, last: str) -> bool:
        """Limits the next questions to documents of some days, ISO 8601; "" leaves a side open.

        Returns:
            False, with the limit left as it was, where these are no two days in their order.
        """
        try:
            chosen = Period.between(first.strip(), last.strip())
        except ValueError:
            return False
        self.period = None if chosen == Period() else chosen
        return True

    def answer(self, assistant: Answers) -> Iterator[None]:
        """Answers the last question, if it is open, and yields after each step.

        What goes wrong is told in the exchange. The assistant's stream is closed in any case.
        """
        exchanges = self._exchanges
        if not exchanges or not exchanges[-1].is_open:
            return
        *past, last = exchanges
        problem: Problem | None = None
        try:
            stream = assistant.stream(last.question, history=_history(past), published=last.period)
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
            problem = describe(exc)
        except Exception as exc:
            log.exception("No answer: an unexpected error")
            problem = describe(exc)
        if problem and last.is_open and self._change(last, replace(last, problem=problem)):
            yield

    def stop(self) -> None:
        """Ends the answer to the last question, if it has not come yet."""
        with self._lock:
            if self.is_open:
                *past, last = self._exchanges
                self._exchanges = (*past, replace(last, stopped=True))

    def clear(self) -> None:
        """Forgets everything that was said."""
        with self._lock:
            self._exchanges = ()

    def _change(self, before: Exchange, after: Exchange) -> bool:
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
