"""Fakes: plain, deterministic stand-ins that meet the same contracts as the real things."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.closing import Closes
from rag.embedding import Vectors
from rag.errors import RagError
from rag.generation import Message
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
    Seconds,
    Span,
    Status,
    Turn,
)

TEXT = "بدأت المحادثات في يناير. ثم توقفت."
QUOTE = Span(0, 24)


class HashEmbedder:
    """A bag of words, each hashed to one dimension: the same vector in every process.

    Texts that share words are near one another, others are not. A text without words has the
    vector of its whole self, so that every vector has unit length. `texts` remembers what was
    embedded as part of a document, `queries` what was embedded as a question, in order.
    """

    def __init__(self, *, dimensions: int = 256, name: str = "hash") -> None:
        self._dimensions, self._name = dimensions, name
        self.texts: list[str] = []
        self.queries: list[str] = []

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def fingerprint(self) -> dict[str, str]:
        return {"embedding": self._name, "embedding_digest": f"{self._name}-{self._dimensions}"}

    def count_tokens(self, text: str) -> int:
        return len(_words(text))

    def embed_query(self, query: str) -> Vectors:
        self.queries.append(query)
        return _vector(query, self._dimensions)

    def embed_texts(self, texts: Sequence[str], titles: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for row, (text, _title) in enumerate(zip(texts, titles, strict=True)):
            rows[row] = _vector(text, self._dimensions)
        self.texts += texts
        return rows


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _vector(text: str, dimensions: int) -> Vectors:
    vector = np.zeros(dimensions, dtype=np.float32)
    for word in _words(text) or [text]:
        digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
        vector[int.from_bytes(digest, "big") % dimensions] += 1
    unit: Vectors = vector / np.linalg.norm(vector)
    return unit


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a `ScriptedModel` was asked to write."""

    messages: tuple[Message, ...]
    fixed: int
    grammar: str | None
    max_tokens: int


class ScriptedModel:
    """A text model that is told its replies, and remembers what it was given.

    `replies` are texts to write, word by word, or errors to raise, in order; the last one is
    repeated. `asked` holds what it was to write, `warmed` the messages it was warmed with,
    `closed` whether it was closed.
    """

    def __init__(self, *replies: str | RagError, name: str = "scripted") -> None:
        self._replies, self._name = list(replies), name
        self.asked: list[Asked] = []
        self.warmed: list[tuple[Message, ...]] = []
        self.closed = False

    @property
    def name(self) -> str:
        return self._name

    def count_tokens(self, text: str) -> int:
        return len(_words(text))

    def warm(self, messages: Sequence[Message]) -> None:
        self.warmed.append(tuple(messages))

    def write(
        self,
        messages: Sequence[Message],
        *,
        fixed: int = 0,
        grammar: str | None = None,
        max_tokens: int,
    ) -> Iterator[str]:
        self.asked.append(
            Asked(messages=tuple(messages), fixed=fixed, grammar=grammar, max_tokens=max_tokens)
        )
        reply = self._replies[0] if len(self._replies) == 1 else self._replies.pop(0)
        if isinstance(reply, RagError):
            raise reply
        yield from re.findall(r"\s*\S+|\s+$", reply)

    def close(self) -> None:
        self.closed = True


def make_passage(**changes: Any) -> Passage:
    """A passage of a small Arabic article, with the given fields changed."""
    found = Passage(
        document_id="d1",
        start=0,
        end=len(TEXT),
        text=TEXT,
        title="المحادثات",
        source="وكالة",
        published=dt.date(2024, 9, 1),
        language="ar",
        path="talks.txt",
        score=0.9,
        cosine=0.6,
        sentences=(QUOTE,),
        sentence_scores=(0.7,),
    )
    return dataclasses.replace(found, **changes)


def make_answer(**changes: Any) -> Answer:
    """An answer in English from that passage, with the given fields changed."""
    found = Answer(
        question="when did talks begin?",
        query="when did talks begin?",
        language="en",
        text="Talks began in January 2024 [1].",
        status=Status.ANSWERED,
        citations=(
            Citation(
                number=1,
                document_id="d1",
                title="المحادثات",
                source="وكالة",
                published=dt.date(2024, 9, 1),
                path="talks.txt",
                start=QUOTE.start,
                end=QUOTE.end,
                quote=QUOTE.of(TEXT),
                passage=TEXT,
                passage_start=0,
                score=0.7,
            ),
        ),
        passages=(make_passage(),),
        sentences=(
            AnswerSentence(text="Talks began in January 2024.", citations=(1,), supported=True),
        ),
        notes=("The article is of September 2024.",),
        seconds=Seconds(passages=0.1, first_word=1.5, total=3.0),
        model="m",
    )
    return dataclasses.replace(found, **changes)


class TranslatingModel(ScriptedModel):
    """A text model that was trained to translate: the one in `translator` writes translations."""

    def __init__(self, *replies: str | RagError, translator: ScriptedModel) -> None:
        super().__init__(*replies)
        self.translator = translator


class ScriptedAssistant(Closes):
    """An assistant that is told what to say, and remembers what it was asked and given.

    `replies` are answers to give, or errors to raise, in order; the last one is repeated.
    `asked` holds questions with their history, `ingested` paths, `loaded` and `closed` whether
    it was.
    """

    def __init__(
        self,
        *replies: Answer | BaseException,
        documents: Sequence[Document] = (),
        report: IngestReport | BaseException | None = None,
    ) -> None:
        self._replies = list(replies)
        self._documents = {document.document_id: document for document in documents}
        self._report = report or IngestReport()
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self.periods: list[Period | None] = []
        self.ingested: list[Path] = []
        self.loaded = False
        self.closed = False

    def close(self) -> None:
        self.closed = True

    def load(self) -> None:
        self.loaded = True

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), published: Period | None = None
    ) -> Answer:
        self.asked.append((question, tuple(history)))
        self.periods.append(published)
        reply = self._replies[0] if len(self._replies) == 1 else self._replies.pop(0)
        if isinstance(reply, BaseException):
            raise reply
        return reply

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), published: Period | None = None
    ) -> Iterator[Event]:
        answer = self.ask(question, history=history, published=published)
        yield Passages(answer.passages)
        for word in answer.text.split():
            yield Delta(word + " ")
        yield Final(answer)

    def ingest(
        self, paths: Sequence[Path], *, progress: Callable[[Progress], None] | None = None
    ) -> IngestReport:
        if isinstance(self._report, BaseException):
            raise self._report
        self.ingested += paths
        for done, path in enumerate(paths, 1):
            if progress is not None:
                progress(Progress(path=str(path), files_done=done, files=len(paths), chunks=done))
        return self._report

    def documents(self) -> tuple[Document, ...]:
        return tuple(self._documents.values())

    def document(self, document_id: str) -> Document | None:
        return self._documents.get(document_id)

    def remove(self, document_id: str) -> bool:
        return self._documents.pop(document_id, None) is not None
