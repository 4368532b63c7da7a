"""What the tests of the page share: made-up passages and answers, an assistant of set replies."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator, Sequence

from rag.schema import (
    Answer,
    AnswerSentence,
    Citation,
    Delta,
    Event,
    Final,
    Passage,
    Passages,
    Period,
    Status,
    Turn,
)

TEXT = (
    "قال متحدث باسم البلدية إن أعمال الترميم تسير كما خُطط لها. "
    "وبدأ بناء الجسر الجديد في مارس 2021 بعد سنوات من التأخير. "
    "ومن المنتظر أن يُفتح أمام السيارات قبل نهاية العام."
)
QUOTE = "وبدأ بناء الجسر الجديد في مارس 2021 بعد سنوات من التأخير."


def make_passage(text: str = TEXT, *, title: str = "جسر جديد على النهر") -> Passage:
    return Passage(
        document_id="bridge",
        start=100,
        end=100 + len(text),
        text=text,
        title=title,
        source="جريدة المدينة",
        published=dt.date(2022, 5, 9),
        language="ar",
        path="bridge.txt",
        score=0.9,
        cosine=0.5,
    )


def make_citation(number: int = 1, *, text: str = TEXT, quote: str = QUOTE) -> Citation:
    passage = make_passage(text)
    start = passage.start + text.index(quote)
    return Citation(
        number=number,
        document_id=passage.document_id,
        title=passage.title,
        source=passage.source,
        published=passage.published,
        path=passage.path,
        start=start,
        end=start + len(quote),
        quote=quote,
        passage=text,
        passage_start=passage.start,
        score=0.5,
    )


def make_answer(
    text: str = "The bridge was begun in March 2021 [1].",
    *,
    question: str = "When was the bridge begun?",
    status: Status = Status.ANSWERED,
    language: str = "en",
    citations: tuple[Citation, ...] | None = None,
    sentences: tuple[AnswerSentence, ...] = (),
    notes: tuple[str, ...] = (),
    query: str | None = None,
) -> Answer:
    if citations is None:
        citations = () if status is Status.NOT_FOUND else (make_citation(),)
    return Answer(
        question=question,
        query=question if query is None else query,
        language=language,
        text=text,
        status=status,
        citations=citations,
        passages=(make_passage(),),
        sentences=sentences,
        notes=notes,
    )


class ScriptedAssistant:
    """Gives the events it was told to, and remembers what it was asked.

    An exception among the events is raised in its place; an Event of threading is waited for.
    `closed` counts the streams that came to an end, one way or the other.
    """

    def __init__(
        self, replies: dict[str, Sequence[Event | Exception | threading.Event]] | None = None
    ) -> None:
        self.replies = dict(replies or {})
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self.periods: list[Period | None] = []
        self.running = 0
        self.most_running = 0
        self.closed = threading.Semaphore(0)

    def stream(
        self, question: str, *, history: Sequence[Turn], published: Period | None
    ) -> Iterator[Event]:
        self.asked.append((question, tuple(history)))
        self.periods.append(published)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            for event in self.replies.get(question) or simple_reply(question):
                if isinstance(event, Exception):
                    raise event
                if isinstance(event, threading.Event):
                    event.wait(20)
                    continue
                yield event
        finally:
            self.running -= 1
            self.closed.release()


def simple_reply(question: str) -> tuple[Event, ...]:
    """Passages, two pieces of a draft, and an answer that names the question."""
    answer = make_answer(f"The answer to {question} is March 2021 [1].", question=question)
    return (Passages((make_passage(),)), Delta("A first "), Delta("draft."), Final(answer))
