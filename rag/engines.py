"""The models of the settings: each opened once when it is first needed, shared by assistants."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar, runtime_checkable

from rag.borne_out import Likeness
from rag.chat_server import OpenAIModel
from rag.closing import Closes
from rag.drafting import warm_up
from rag.embedding import Embedder, GemmaEmbedder, likeness
from rag.errors import ModelError, SettingsError
from rag.evidence import Reader
from rag.generation import LlamaCppModel, TextModel
from rag.models import ModelStore
from rag.settings import Settings
from rag.weights import (
    ADAPTERS,
    TRANSLATOR,
    TRANSLATOR_BASE,
    TRANSLATOR_SHA256,
    bytes_under,
    shipped,
)

if TYPE_CHECKING:
    from rag.fetching import FetchProgress

Role = Literal["embedding", "reader", "text"]

_READER = "reader"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A model in use, whether it is in memory yet or not.

    `size_bytes` are those of its files; None where they are not on this machine, or not known, as
    of a server's model.
    """

    role: Role
    name: str
    is_loaded: bool
    size_bytes: int | None


@runtime_checkable
class LoadsLater(Protocol):
    """A model that reads its weights when they are first needed, and says whether it has."""

    @property
    def is_loaded(self) -> bool:
        """Whether the weights are in memory."""


class Engines(Closes):
    """The embedder, the reader and the text model of the settings.

    Use it as a context manager, from any number of threads. After `close` it opens anew what is
    asked of it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        model: TextModel | None = None,
        progress: Callable[[FetchProgress], None] | None = None,
    ) -> None:
        """Opens nothing yet.

        Args:
            settings: which models.
            embedder: an embedding model to use in place of the settings' one.
            reader: a reader to use in place of the one that comes with the package.
            model: a text model to use in place of the settings' one.
            progress: told how a model's download goes, if one is needed.
        """
        self._settings = settings
        self._store = ModelStore(settings.models, progress=progress)
        self._embedder = _Part(self._open_embedder, embedder)
        self._reader: _Part[Reader | None] = _Part(self._open_reader, reader)
        self._model: _Part[TextModel | None] = _Part(self._open_text_model, model)

    def close(self) -> None:
        """Frees the models that were opened here, not those given. Closing twice does nothing."""
        self._reader.let_go()
        self._embedder.let_go()
        model = self._model.let_go()
        if model is not None:
            model.close()

    def embedder(self) -> Embedder:
        """The embedding model.

        Raises:
            ModelError: it is missing, damaged or cannot be loaded.
        """
        return self._embedder.get()

    def likeness(self) -> Likeness:
        """What compares texts in meaning, by the embedding model.

        Raises:
            ModelError: the model is missing, damaged or cannot be loaded.
        """
        return partial(likeness, self.embedder())

    def reader(self) -> Reader | None:
        """What marks the answering words; None if the settings or the embedder have none.

        Raises:
            ModelError: it, or the embedding model, is missing, damaged or cannot be loaded.
        """
        return self._reader.get()

    def text_model(self) -> TextModel | None:
        """What words the answers; None with the engine none.

        Raises:
            ModelError: it is missing, damaged or cannot be loaded.
            SettingsError: the engine openai has no address.
        """
        return self._model.get()

    def load(self) -> None:
        """Loads all models now and lets the text model read its instructions.

        Raises:
            ModelError, SettingsError: as the methods above.
        """
        self.embedder().embed_query("warm up")
        self.reader()
        model = self.text_model()
        if model is not None:
            warm_up(model)

    def loaded(self) -> tuple[LoadedModel, ...]:
        """The models in use, in the order of the roles; waits for nothing that is being loaded."""
        found = (self._about_embedder(), self._about_reader(), self._about_text_model())
        return tuple(model for model in found if model is not None)

    def _open_embedder(self) -> Embedder:
        name = self._settings.models.embedding
        folder = self._store.resolve(name)
        return GemmaEmbedder(
            folder, digest=self._store.digest(name), threads=self._settings.models.threads
        )

    def _open_reader(self) -> Reader | None:
        if not self._settings.answer.reader:
            return None
        embedder = self.embedder()
        return embedder.open_reader() if isinstance(embedder, GemmaEmbedder) else None

    def _open_text_model(self) -> TextModel | None:
        answer, models = self._settings.answer, self._settings.models
        if answer.engine == "none":
            return None
        if answer.engine == "openai":
            if answer.url is None:
                raise SettingsError(
                    name="answer.url", reason="the engine openai needs the server's address."
                )
            key = answer.api_key.get_secret_value() if answer.api_key else None
            return OpenAIModel(models.text, url=answer.url, api_key=key, timeout_s=answer.timeout_s)
        is_base = models.text == TRANSLATOR_BASE
        return LlamaCppModel(
            self._store.resolve(models.text),
            context_tokens=answer.context_tokens,
            threads=models.threads,
            translator=shipped(TRANSLATOR, TRANSLATOR_SHA256) if is_base else None,
        )

    def _about_embedder(self) -> LoadedModel:
        given, name = self._embedder.given, self._settings.models.embedding
        return LoadedModel(
            role="embedding",
            name=given.fingerprint().get("embedding", name) if given is not None else name,
            is_loaded=_in_memory(self._embedder.opened),
            size_bytes=self._size(name) if given is None else None,
        )

    def _about_reader(self) -> LoadedModel | None:
        given, embedder = self._reader.given, self._embedder.given
        if given is not None:
            name = type(given).__name__
            return LoadedModel(role="reader", name=name, is_loaded=True, size_bytes=None)
        if not self._settings.answer.reader or not isinstance(embedder, GemmaEmbedder | None):
            return None
        files = (Path(str(resources.files("rag"))) / name for name in ADAPTERS)
        return LoadedModel(
            role="reader",
            name=_READER,
            is_loaded=_in_memory(self._reader.opened),
            size_bytes=sum(file.stat().st_size for file in files),
        )

    def _about_text_model(self) -> LoadedModel | None:
        given, name = self._model.given, self._settings.models.text
        if given is None and self._settings.answer.engine == "none":
            return None
        is_file = given is None and self._settings.answer.engine == "llama.cpp"
        return LoadedModel(
            role="text",
            name=name if given is None else given.name,
            is_loaded=_in_memory(self._model.opened),
            size_bytes=self._size(name) if is_file else None,
        )

    def _size(self, name: str) -> int | None:
        try:
            path = self._store.find(name)
        except ModelError:
            return None  # Opening it says what is wrong.
        if path is None:
            return None
        return path.stat().st_size if path.is_file() else bytes_under(path)


def _in_memory(part: object) -> bool:
    return part.is_loaded if isinstance(part, LoadsLater) else part is not None


class _Part(Generic[T]):
    """Something that is opened when it is first asked for: once, whichever threads ask first."""

    def __init__(self, open_part: Callable[[], T], given: T | None) -> None:
        self._open = open_part
        self.given = given
        self.opened = given
        self._lock = threading.Lock()

    def get(self) -> T:
        """What is there, or is opened now; others wait meanwhile."""
        with self._lock:
            if self.opened is None:
                self.opened = self._open()
            return self.opened

    def let_go(self) -> T | None:
        """Forgets what was opened, and returns it; what was given stays."""
        with self._lock:
            opened = self.opened if self.given is None else None
            self.opened = self.given
            return opened
