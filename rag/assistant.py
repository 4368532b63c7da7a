"""The wiring: an index, an embedding model and a text model behind one object."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.answering import answer_events
from rag.chunking import CHUNKER
from rag.corpus import fill_if_empty
from rag.drafting import warm_up
from rag.embedding import Embedder, GemmaEmbedder
from rag.errors import GenerationError, QuestionError, SettingsError
from rag.evidence import Reader
from rag.generation import LlamaCppModel, OpenAIModel, TextModel
from rag.index import Index
from rag.ingestion import ReportProgress, ingest_paths
from rag.models import ModelStore
from rag.retrieval import Retriever
from rag.schema import Answer, Document, Event, Final, IngestReport, Period, Turn
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from rag.fetching import FetchProgress


Published = Period | tuple[dt.date | str | None, dt.date | str | None] | None
"""When documents came out: a period, or its first and last day; None for all time."""


class Assistant:
    """Answers questions from one corpus. Open it once and reuse it, from any number of threads.

    Models are loaded when they are first needed, so that listing documents stays quick.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        model: TextModel | None = None,
        progress: Callable[[FetchProgress], None] | None = None,
        rebuild: bool = False,
    ) -> None:
        """Prefer `Assistant.open`; the parts given here stand in for those of the settings."""
        self._settings = settings
        self._store = ModelStore(settings.models, progress=progress)
        self._given = (embedder, reader, model)
        self._embedder, self._reader, self._model = self._given
        self._rebuild = rebuild
        self._index: Index | None = None
        self._retriever: Retriever | None = None
        self._lock = threading.RLock()
        self._stack = ExitStack()

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        model: TextModel | None = None,
        progress: Callable[[FetchProgress], None] | None = None,
        rebuild: bool = False,
    ) -> Self:
        """Opens an assistant; use it as a context manager.

        Args:
            settings: those of the environment and `mustanad.toml` by default.
            embedder: an embedding model to use in place of the settings' one.
            reader: a reader to use in place of the one that comes with the package.
            model: a text model to use in place of the settings' one.
            progress: told how a model's download goes, if one is needed.
            rebuild: drops an index that was built with other settings.
        """
        return cls(
            settings or load_settings()[0],
            embedder=embedder,
            reader=reader,
            model=model,
            progress=progress,
            rebuild=rebuild,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Frees the models and lets go of the index. Closing twice does nothing."""
        with self._lock:
            self._stack.close()
            self._index = self._retriever = None
            self._embedder, self._reader, self._model = self._given

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    def load(self) -> None:
        """Loads the models now and lets the text model read its instructions.

        Raises:
            ModelError: a model is missing, damaged or cannot be loaded.
        """
        self._open_retriever()
        self._open_embedder().embed_query("warm up")
        self._open_reader()
        model = self._open_model()
        if model is not None:
            warm_up(model)

    def ingest(
        self, paths: str | Path | Iterable[str | Path], *, progress: ReportProgress | None = None
    ) -> IngestReport:
        """Takes in files and folders; see `rag.ingestion.ingest_paths`.

        Raises:
            ModelError, IndexStoreError, IndexMismatchError: an engine failed or does not fit.
        """
        roots = [paths] if isinstance(paths, (str, Path)) else list(paths)
        return ingest_paths(
            roots,
            index=self._open_index(),
            embedder=self._open_embedder(),
            settings=self._settings.ingest,
            progress=progress,
        )

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), published: Published = None
    ) -> Answer:
        """Answers a question from the documents.

        Args:
            question: in any language; blank ones are answered NOT_FOUND.
            history: past turns, oldest first, to understand a follow-up by.
            published: when the documents came out that may be used: a `Period`, or its first and
                last day, like ("2024-01-01", "2024-06-30"); None for an open side. Documents
                without a date are left out then. None uses all.

        Raises:
            GenerationError, ModelError, IndexStoreError: an engine failed.
            QuestionError: the question is too long, or `published` is no period.
        """
        with closing(self.stream(question, history=history, published=published)) as events:
            for event in events:
                if isinstance(event, Final):
                    return event.answer
        raise GenerationError(model=self._settings.models.text, reason="it ended without an answer")

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), published: Published = None
    ) -> Generator[Event]:
        """Yields the passages, the draft as it is written, then the checked answer.

        Closing the iterator stops the work. Raises what `ask` raises.
        """
        return answer_events(
            question,
            history=history,
            period=_period(published),
            documents=self.documents,
            retriever=self._open_retriever(),
            reader=self._open_reader(),
            model=self._open_model(),
            settings=self._settings.answer,
        )

    async def aask(
        self, question: str, *, history: Sequence[Turn] = (), published: Published = None
    ) -> Answer:
        """`ask` in a thread, so that an event loop goes on meanwhile."""
        return await asyncio.to_thread(self.ask, question, history=history, published=published)

    def documents(self) -> tuple[Document, ...]:
        """All documents of the corpus; () for an empty one."""
        return self._open_index().documents()

    def document(self, document_id: str) -> Document | None:
        """The document of that id, or None."""
        return self._open_index().document(document_id)

    def remove(self, document_id: str) -> bool:
        """Takes a document out of the corpus; False if it was not there."""
        return self._open_index().remove(document_id)

    def _open_embedder(self) -> Embedder:
        with self._lock:
            if self._embedder is None:
                name = self._settings.models.embedding
                folder = self._store.resolve(name)
                self._embedder = GemmaEmbedder(
                    folder, digest=self._store.digest(name), threads=self._settings.models.threads
                )
            return self._embedder

    def _open_reader(self) -> Reader | None:
        with self._lock:
            if self._reader is None and self._settings.answer.reader:
                embedder = self._open_embedder()
                if isinstance(embedder, GemmaEmbedder):
                    self._reader = embedder.open_reader()
            return self._reader

    def _open_model(self) -> TextModel | None:
        with self._lock:
            if self._model is None and self._settings.answer.engine != "none":
                self._model = _open_text_model(self._settings, self._store)
                self._stack.callback(self._model.close)
            return self._model

    def _open_index(self) -> Index:
        with self._lock:
            if self._index is None:
                self._index = self._stack.enter_context(
                    Index.open(
                        self._settings.index, manifest=self._manifest(), rebuild=self._rebuild
                    )
                )
                self._rebuild = False
            return self._index

    def _open_retriever(self) -> Retriever:
        with self._lock:
            if self._retriever is None:
                self._retriever = Retriever(
                    self._open_index(), self._open_embedder(), self._settings.retrieval
                )
            return self._retriever

    def _manifest(self) -> dict[str, str | int]:
        """What the vectors of an index depend on."""
        embedder = self._open_embedder()
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


def _open_text_model(settings: Settings, store: ModelStore) -> TextModel:
    answer = settings.answer
    if answer.engine == "openai":
        if answer.url is None:
            raise SettingsError(
                name="answer.url", reason="the engine openai needs the server's address."
            )
        key = answer.api_key.get_secret_value() if answer.api_key else None
        return OpenAIModel(
            settings.models.text, url=answer.url, api_key=key, timeout_s=answer.timeout_s
        )
    return LlamaCppModel(
        store.resolve(settings.models.text),
        context_tokens=answer.context_tokens,
        threads=settings.models.threads,
    )


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
