"""The wiring: an index and the models of `rag.engines` behind one object."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import ValidationError

from rag.answering import answer_events
from rag.chunking import CHUNKER
from rag.closing import Closes
from rag.corpus import fill_if_empty
from rag.embedding import Embedder
from rag.engines import Engines
from rag.errors import GenerationError, IndexStoreError, QuestionError
from rag.evidence import Reader
from rag.generation import TextModel
from rag.index import Index
from rag.ingestion import ReportProgress, ingest_paths
from rag.retrieval import Retriever
from rag.schema import Answer, Document, Event, Final, IngestReport, Passage, Period, Turn
from rag.settings import RetrievalSettings, Settings, load_settings

if TYPE_CHECKING:
    from rag.fetching import FetchProgress


Published = Period | tuple[dt.date | str | None, dt.date | str | None] | None
"""When documents came out: a period, or its first and last day; None for all time."""


class Assistant(Closes):
    """Answers questions from one corpus. Open it once and reuse it, from any number of threads.

    Models are loaded when they are first needed, so that listing documents stays quick.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        engines: Engines | None = None,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        model: TextModel | None = None,
        progress: Callable[[FetchProgress], None] | None = None,
        rebuild: bool = False,
    ) -> None:
        """Prefer `Assistant.open`; the parts given here stand in for those of the settings."""
        parts = (embedder, reader, model, progress)
        if engines is not None and any(part is not None for part in parts):
            raise ValueError("models of one's own, and progress, are given to the engines")
        self._settings = settings
        self._shares_engines = engines is not None
        self._engines = engines or Engines(
            settings, embedder=embedder, reader=reader, model=model, progress=progress
        )
        self._rebuild = rebuild
        self._retired = False
        self._index: Index | None = None
        self._retriever: Retriever | None = None
        self._lock = threading.RLock()

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        engines: Engines | None = None,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        model: TextModel | None = None,
        progress: Callable[[FetchProgress], None] | None = None,
        rebuild: bool = False,
    ) -> Self:
        """Opens an assistant; use it as a context manager.

        Args:
            settings: those of the environment and `mustanad.toml` by default.
            engines: models that several assistants share. They are not closed with this one, and
                take the place of the four arguments that follow.
            embedder: an embedding model to use in place of the settings' one.
            reader: a reader to use in place of the one that comes with the package.
            model: a text model to use in place of the settings' one.
            progress: told how a model's download goes, if one is needed.
            rebuild: first drops all that the corpus holds, whatever it was built with.

        Raises:
            ValueError: `engines` is given together with one of those four.
        """
        return cls(
            settings or load_settings()[0],
            engines=engines,
            embedder=embedder,
            reader=reader,
            model=model,
            progress=progress,
            rebuild=rebuild,
        )

    def close(self) -> None:
        """Lets go of the index, and of models that it opened itself. Twice does nothing.

        What is asked of it later opens them again.
        """
        with self._lock:
            if self._index is not None:
                self._index.close()
            self._index = self._retriever = None
        if not self._shares_engines:
            self._engines.close()

    def retire(self) -> None:
        """Closes it for good, as its corpus is deleted: it must not make an empty one anew.

        What is asked of it later raises `IndexStoreError`.
        """
        with self._lock:
            self._retired = True
            self.close()

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    @property
    def engines(self) -> Engines:
        """The models that it answers with."""
        return self._engines

    def load(self) -> None:
        """Loads the models now and lets the text model read its instructions.

        Raises:
            ModelError: a model is missing, damaged or cannot be loaded.
        """
        self._open_retriever()
        self._engines.load()

    def ingest(
        self,
        paths: str | Path | Iterable[str | Path],
        *,
        progress: ReportProgress | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> IngestReport:
        """Takes in files and folders; see `rag.ingestion.ingest_paths`.

        Raises:
            ModelError, IndexStoreError, IndexMismatchError: an engine failed or does not fit.
        """
        roots = [paths] if isinstance(paths, (str, Path)) else list(paths)
        return ingest_paths(
            roots,
            index=self._open_index(),
            embedder=self._engines.embedder(),
            settings=self._settings.ingest,
            progress=progress,
            stop=stop,
        )

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        published: Published = None,
        top_k: int | None = None,
        worded: bool = True,
    ) -> Answer:
        """Answers a question from the documents.

        Args:
            question: in any language; blank ones are answered NOT_FOUND.
            history: past turns, oldest first, to understand a follow-up by.
            published: when the documents came out that may be used: a `Period`, or its first and
                last day, like ("2024-01-01", "2024-06-30"); None for an open side. Documents
                without a date are left out then. None uses all.
            top_k: passages found, 1 to 50; None takes the settings' number.
            worded: False quotes the clause that answers, which takes no text model and little time.

        Raises:
            GenerationError, ModelError, IndexStoreError: an engine failed.
            QuestionError: the question is too long, `published` is no period, or `top_k` is out
                of range.
        """
        with closing(
            self.stream(question, history=history, published=published, top_k=top_k, worded=worded)
        ) as events:
            for event in events:
                if isinstance(event, Final):
                    return event.answer
        raise GenerationError(model=self._settings.models.text, reason="it ended without an answer")

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        published: Published = None,
        top_k: int | None = None,
        worded: bool = True,
    ) -> Generator[Event]:
        """Yields the passages, the draft as it is written, then the checked answer.

        Closing the iterator stops the work. Takes and raises what `ask` does.
        """
        return answer_events(
            question,
            history=history,
            period=_period(published),
            top_k=_checked(top_k),
            documents=self.documents,
            retriever=self._open_retriever(),
            reader=self._engines.reader(),
            model=self._engines.text_model() if worded else None,
            settings=self._settings.answer,
            likeness=self._engines.likeness(),
        )

    def search(
        self, query: str, *, top_k: int | None = None, published: Published = None
    ) -> tuple[Passage, ...]:
        """The passages nearest to a query, best first; () for a blank one or an empty corpus.

        Takes `top_k` and `published` as `ask` does. It needs no text model.

        Raises:
            ModelError, IndexStoreError: an engine failed.
            QuestionError: `published` is no period, or `top_k` is out of range.
        """
        return self._open_retriever().search(
            query, top_k=_checked(top_k), period=_period(published)
        )

    async def aask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        published: Published = None,
        top_k: int | None = None,
        worded: bool = True,
    ) -> Answer:
        """`ask` in a thread, so that an event loop goes on meanwhile."""
        return await asyncio.to_thread(
            self.ask, question, history=history, published=published, top_k=top_k, worded=worded
        )

    def documents(self) -> tuple[Document, ...]:
        """All documents of the corpus; () for an empty one."""
        return self._open_index().documents()

    def count_documents(self) -> int:
        """How many documents the corpus has, without reading them."""
        return self._open_index().count_documents()

    def document(self, document_id: str) -> Document | None:
        """The document of that id, or None."""
        return self._open_index().document(document_id)

    def remove(self, document_id: str) -> bool:
        """Takes a document out of the corpus; False if it was not there."""
        return self._open_index().remove(document_id)

    def _open_index(self) -> Index:
        with self._lock:
            if self._retired:
                raise IndexStoreError(
                    path=self._settings.index.url or self._settings.index.path,
                    reason="this corpus has been deleted. Choose another one.",
                )
            if self._index is None:
                self._index = Index.open(
                    self._settings.index, manifest=self._manifest(), rebuild=self._rebuild
                )
                self._rebuild = False
            return self._index

    def _open_retriever(self) -> Retriever:
        with self._lock:
            if self._retriever is None:
                self._retriever = Retriever(
                    self._open_index(), self._engines.embedder(), self._settings.retrieval
                )
            return self._retriever

    def _manifest(self) -> dict[str, str | int]:
        """What the vectors of an index depend on."""
        embedder = self._engines.embedder()
        ingest = self._settings.ingest
        return {
            **embedder.fingerprint(),
            "dimensions": embedder.dimensions,
            "chunker": CHUNKER,
            "chunk_tokens": ingest.chunk_tokens,
            "overlap_sentences": ingest.overlap_sentences,
        }


def _period(published: Published) -> Period | None:
    if published is None or isinstance(published, Period):
        return published
    try:
        return Period.between(*published)
    except (TypeError, ValueError) as exc:
        raise QuestionError(
            reason=f"{published!r} is no period ({exc}). Give the first and the last day, like "
            '("2024-01-01", "2024-06-30").'
        ) from exc


def _checked(top_k: int | None) -> int | None:
    """The number as the setting of that name allows it."""
    if top_k is None:
        return None
    try:
        return RetrievalSettings.model_validate({"top_k": top_k}, strict=True).top_k
    except ValidationError as exc:
        raise QuestionError(
            reason=f"top_k: {exc.errors()[0]['msg']}, not {top_k!r}. Give a number from 1 to 50."
        ) from exc


_opening = threading.Lock()


def _default() -> Assistant:
    """The assistant of `ask` and `stream`, with the default articles if its corpus is empty."""
    # `cache` alone would open one for each thread that asks before the first is there.
    with _opening:
        return _open_default()


@cache
def _open_default() -> Assistant:
    assistant = Assistant.open()
    fill_if_empty(assistant)
    return assistant


def ask(question: str, *, history: Sequence[Turn] = (), published: Published = None) -> Answer:
    """Answers a question from the default corpus; see `Assistant.ask`."""
    return _default().ask(question, history=history, published=published)


def stream(
    question: str, *, history: Sequence[Turn] = (), published: Published = None
) -> Generator[Event]:
    """Yields passages, words and the checked answer; see `Assistant.stream`."""
    return _default().stream(question, history=history, published=published)
