"""What the tests of the page share: made-up passages and answers, an assistant of set replies."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.archive import Archive
from rag.corpus_register import DEFAULT, Corpus, check_free, check_name, name_key
from rag.errors import CorpusError, CorpusNotFoundError
from rag.feedback import FeedbackFile
from rag.schema import (
    Answer,
    AnswerSentence,
    Citation,
    Delta,
    Document,
    Event,
    Final,
    IngestReport,
    Passage,
    Passages,
    Period,
    Progress,
    Status,
    Turn,
)
from rag.settings import PageSettings, Settings
from ui.conversation import Answers
from ui.desk import Desk, Visitor
from ui.strings import Language
from ui.visit import Preferences, Visit

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
        self.options: list[tuple[int | None, bool]] = []
        self.library: dict[str, Document] = {"bridge": make_document()}
        self.gate: threading.Event | None = None
        self.running = 0
        self.most_running = 0
        self.closed = threading.Semaphore(0)

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn],
        published: Period | None,
        top_k: int | None = None,
        worded: bool = True,
    ) -> Iterator[Event]:
        self.asked.append((question, tuple(history)))
        self.periods.append(published)
        self.options.append((top_k, worded))
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

    def ask(self, question: str, *, history: Sequence[Turn], published: Period | None) -> Answer:
        events = self.stream(question, history=history, published=published)
        (answer,) = [event.answer for event in events if isinstance(event, Final)]
        return answer

    def search(
        self, query: str, *, top_k: int | None, published: Period | None
    ) -> tuple[Passage, ...]:
        return (make_passage(),)[:top_k]

    def documents(self) -> tuple[Document, ...]:
        return tuple(self.library.values())

    def count_documents(self) -> int:
        return len(self.library)

    def document(self, document_id: str) -> Document | None:
        return self.library.get(document_id)

    def remove(self, document_id: str) -> bool:
        return self.library.pop(document_id, None) is not None

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> IngestReport:
        """Takes each file as one document; waits for `gate`, where there is one, before each."""
        added: list[str] = []
        unchanged: list[str] = []
        for done, path in enumerate(paths, start=1):
            if self.gate is not None:
                self.gate.wait(20)
            if stop is not None and stop():
                return IngestReport(added=tuple(added), unchanged=tuple(unchanged), stopped=True)
            text = path.read_text(encoding="utf-8")
            document = make_document(path.name, text=text, title=text.splitlines()[0])
            document = replace(document, path=str(path))
            is_new = self.library.get(document.document_id) != document
            self.library[document.document_id] = document
            (added if is_new else unchanged).append(document.document_id)
            if progress is not None:
                progress(
                    Progress(
                        path=str(path),
                        files_done=done,
                        files=len(paths),
                        chunks=len(added),
                        documents=1,
                        unchanged=int(not is_new),
                        embedded=int(is_new),
                    )
                )
        return IngestReport(added=tuple(added), unchanged=tuple(unchanged), embedded=len(added))


def make_document(name: str = "bridge", *, text: str = "", title: str = "") -> Document:
    return Document(
        document_id=name,
        text=text or "ن" * 100 + TEXT,
        path=f"{name}.txt",
        title=title or "جسر جديد على النهر",
        source="جريدة المدينة",
        published=dt.date(2022, 5, 9),
        language="ar",
    )


class ScriptedShelf:
    """Corpora in memory, all answered from by assistants of set replies."""

    def __init__(self, assistant: Answers) -> None:
        now = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
        self._corpora = [
            Corpus(corpus_id=DEFAULT, name=DEFAULT, shared=True, created=now, collection=DEFAULT)
        ]
        self.assistants: dict[str, Any] = {DEFAULT: assistant}
        self._made = 0

    def visible_to(self, owner: str) -> tuple[Corpus, ...]:
        default, *others = self._corpora
        others.sort(key=lambda one: name_key(one.name))
        return (default, *(one for one in others if one.shared or one.owner == owner))

    def get(self, corpus_id: str, *, owner: str) -> Corpus:
        for corpus in self.visible_to(owner):
            if corpus.corpus_id == corpus_id:
                return corpus
        raise CorpusNotFoundError(corpus=corpus_id)

    def find(self, name: str, *, owner: str) -> Corpus:
        for corpus in self.visible_to(owner):
            if name in (corpus.corpus_id, corpus.name):
                return corpus
        raise CorpusNotFoundError(corpus=name)

    def create(self, name: str, *, owner: str = "", shared: bool = False) -> Corpus:
        name = check_name(name)
        check_free(name, [one for one in self._corpora if one.owner == owner])
        self._made += 1
        corpus_id = f"c{self._made}"
        now = dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
        made = Corpus(
            corpus_id=corpus_id,
            name=name,
            owner=owner,
            shared=shared,
            created=now,
            collection=corpus_id,
        )
        self._corpora.append(made)
        self.assistants[corpus_id] = ScriptedAssistant()
        self.assistants[corpus_id].library.clear()
        return made

    def rename(self, corpus_id: str, name: str, *, owner: str) -> Corpus:
        name, old = check_name(name), self._own(corpus_id, owner)
        check_free(name, [one for one in self._corpora if one is not old and one.owner == owner])
        new = replace(old, name=name)
        self._corpora[self._corpora.index(old)] = new
        return new

    def delete(self, corpus_id: str, *, owner: str) -> None:
        self._corpora.remove(self._own(corpus_id, owner))

    def assistant(self, corpus_id: str, *, owner: str) -> Any:
        return self.assistants[self.get(corpus_id, owner=owner).corpus_id]

    def _own(self, corpus_id: str, owner: str) -> Corpus:
        corpus = self.get(corpus_id, owner=owner)
        if corpus_id == DEFAULT or corpus.owner != owner:
            raise CorpusError(corpus=corpus.name, reason="it is not yours to change.")
        return corpus


def make_desk(
    assistant: Answers, folder: Path, *, archive: Archive | None = None, **settings: Any
) -> Desk:
    """A desk whose files lie in a folder of the test's own."""
    page = PageSettings(port=0, **settings)
    return Desk(
        settings=Settings(page=page),
        corpora=ScriptedShelf(assistant),
        archive=archive,
        feedback=FeedbackFile(folder / "feedback.jsonl"),
        data=folder,
    )


ALONE = Visitor(owner="", key="one")
LAYLA = Visitor(owner="ليلى", key="ليلى", name="ليلى")
GUEST = Visitor(owner="guest two", key="two", is_guest=True)


def make_visit(desk: Desk, visitor: Visitor = ALONE, *, language: Language = "en") -> Visit:
    """The page of a visitor who has just come."""
    return Visit(desk, visitor, Preferences(language=language))


def converse(visit: Visit, *questions: str) -> None:
    """Asks questions one after the other, each answered to its end."""
    for question in questions:
        visit.ask(question)
        for _ in visit.answer():
            pass


def simple_reply(question: str) -> tuple[Event, ...]:
    """Passages, two pieces of a draft, and an answer that names the question."""
    answer = make_answer(f"The answer to {question} is March 2021 [1].", question=question)
    return (Passages((make_passage(),)), Delta("A first "), Delta("draft."), Final(answer))
