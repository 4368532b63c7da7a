"""Vectors of questions, chunks and sentences: the home of sentence-transformers.

References:
    EmbeddingGemma: Vera et al. 2025, https://arxiv.org/abs/2509.20354
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelLoadError

if TYPE_CHECKING:
    from rag.reader import Reader

Vectors = NDArray[np.float32]

# In bfloat16 small batches are the quickest; in float32 16 took seven tenths of the time of 4.
_BATCH = {"torch.bfloat16": 4, "torch.float32": 16}


class Embedder(Protocol):
    """What indexing and retrieval ask of an embedding model. All vectors have unit length."""

    @property
    def dimensions(self) -> int:
        """Length of every vector."""

    def fingerprint(self) -> dict[str, str]:
        """What two indexes must share to be comparable: model, digest, prompts."""

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`, without the model's special ones."""

    def embed_query(self, query: str) -> Vectors:
        """The vector of a question, of length `dimensions`."""

    def embed_texts(self, texts: Sequence[str], titles: Sequence[str]) -> Vectors:
        """The vectors of document texts, n by `dimensions`, one row a text, in the order given.

        `titles` holds the title of the document each text comes from, "" for none.
        """


class GemmaEmbedder:
    """EmbeddingGemma, or another sentence-transformers model that has query and document prompts.

    Runs in the precision that is quickest on this processor, and in small batches of like length.
    An instance may be called from several threads, which take their turns.

    The model is loaded when it is first needed, which raises `ModelLoadError` if the folder does
    not hold one: listing the documents of an index takes its name and dimensions only.
    """

    def __init__(self, folder: Path, *, digest: str, threads: int = 0) -> None:
        """Reads the model's description from `folder`; nothing is fetched.

        Raises:
            ModelLoadError: the folder does not hold a sentence-transformers model.
        """
        self._folder, self._digest, self._threads = folder, digest, threads
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._loaded: Any = None
        try:
            prompts = _read(folder / "config_sentence_transformers.json").get("prompts", {})
            modules = [folder / module["path"] for module in _read(folder / "modules.json")]
            self._dimensions = _dimensions(modules)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
            raise _unloadable(folder, exc) from exc
        self._query_prompt = prompts.get("query", "")
        self._document_prompt = prompts.get("document", "")

    @property
    def is_loaded(self) -> bool:
        """Whether the weights are in memory; they are read with the first text."""
        return self._loaded is not None

    @property
    def _model(self) -> Any:
        """The model, loaded once, whichever threads ask first."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> Any:
        # Before the import: the hub client must not look for newer files of a model on disk.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()
            torch.set_num_threads(self._threads or os.cpu_count() or 1)
            options = quickest(torch.cpu.get_capabilities())
            return SentenceTransformer(
                str(self._folder), device="cpu", local_files_only=True, model_kwargs=options
            )
        except (ImportError, OSError, ValueError, KeyError, RuntimeError) as exc:
            raise _unloadable(self._folder, exc) from exc

    @property
    def _tokenizer(self) -> Any:
        return self._model.tokenizer

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._dimensions

    def fingerprint(self) -> dict[str, str]:
        """Model, digest of its files, and the prompts it is given."""
        return {
            "embedding": self._folder.name,
            "embedding_digest": self._digest,
            "embedding_prompts": f"{self._query_prompt}|{self._document_prompt}",
        }

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`, without the model's special ones."""
        return len(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def embed_query(self, query: str) -> Vectors:
        """The vector of a question, of length `dimensions`."""
        vector: Vectors = self.embed_queries([query])[0]
        return vector

    def embed_queries(self, queries: Sequence[str]) -> Vectors:
        """The vectors of questions, n by `dimensions`; many at once are quicker than one by one."""
        return self._encode([self._query_prompt + query for query in queries])

    def embed_texts(self, texts: Sequence[str], titles: Sequence[str]) -> Vectors:
        """The vectors of document texts, n by `dimensions`; a title goes into the prompt."""
        return self._encode(
            [
                self._document_prompt.replace("none", title or "none", 1) + text
                for text, title in zip(texts, titles, strict=True)
            ]
        )

    def open_reader(self, file: Path | None = None) -> Reader:
        """A reader on this model's weights: from `file`, or the one that comes with the package.

        Raises:
            ModelLoadError: this is not the model that the reader was trained on.
        """
        from rag.reader import Reader

        transformer: Any = self._model[0]
        return Reader(
            transformer.auto_model,
            self._tokenizer,
            base_digest=self._digest,
            file=file,
            turn=self._lock,
        )

    def _encode(self, prompted: list[str]) -> Vectors:
        if not prompted:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        model = self._model
        with self._lock:
            encoded = model.encode(
                prompted, prompt="", batch_size=_BATCH[str(model.dtype)], show_progress_bar=False
            )
        vectors = np.asarray(encoded, dtype=np.float32)
        # bfloat16 leaves lengths off by up to 1 %, and a cosine must not exceed 1.
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def quickest(capabilities: Mapping[str, Any]) -> dict[str, str]:
    """The precision and the attention that a processor computes quickest with.

    bfloat16 measured 2.9 times the speed of float32 on two cores that multiply in it, and a fifth
    of it on two that do not, as those of most laptops.

    Args:
        capabilities: as `torch.cpu.get_capabilities` tells them.

    Returns:
        What transformers takes to load a model.
    """
    if any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16")):
        return {"dtype": "bfloat16", "attn_implementation": "eager"}
    return {"dtype": "float32", "attn_implementation": "sdpa"}


def likeness(embedder: Embedder, texts: Sequence[str], other: str) -> list[float]:
    """How near each text is to another in meaning, in whichever languages: cosines, -1 to 1."""
    *rows, last = embedder.embed_texts([*texts, other], [""] * (len(texts) + 1))
    return [float(row @ last) for row in rows]


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _dimensions(modules: Sequence[Path]) -> int:
    """What the last module that changes the length of a vector makes of it."""
    for module in reversed(modules):
        file = module / "config.json"
        config = _read(file) if file.exists() else {}
        for name in ("out_features", "word_embedding_dimension", "hidden_size"):
            if name in config:
                return int(config[name])
    raise ValueError("no module says how long its vectors are")


def _unloadable(folder: Path, exc: Exception) -> ModelLoadError:
    return ModelLoadError(
        model=str(folder), reason=f"it cannot be loaded ({exc}). Run `mustanad models verify`."
    )
