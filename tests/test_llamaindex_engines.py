"""LlamaIndex engines stand in for ours, and our retriever for theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.schema import MetadataMode

from rag.errors import GenerationError
from rag.generation import Message
from rag.index import Index
from rag.ingestion import ingest_paths
from rag.llamaindex_engines import LlamaIndexEmbedder, LlamaIndexModel, PassageRetriever
from rag.retrieval import Retriever
from rag.settings import IndexSettings, IngestSettings, RetrievalSettings
from tests.fakes import HashEmbedder


def test_an_embedding_models_vectors_have_unit_length() -> None:
    embedder = LlamaIndexEmbedder(MockEmbedding(embed_dim=5), dimensions=5)
    vectors = embedder.embed_texts(["a", "b"], ["", "title"])
    assert vectors.shape == (2, 5)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.isclose(np.linalg.norm(embedder.embed_query("a")), 1)


def test_no_texts_have_no_vectors() -> None:
    embedder = LlamaIndexEmbedder(MockEmbedding(embed_dim=5), dimensions=5)
    assert embedder.embed_texts([], []).shape == (0, 5)


def test_an_llm_writes_until_about_the_most_tokens() -> None:
    model = LlamaIndexModel(MockLLM())
    said = Message("user", "one two three four five six seven eight")
    assert "one two three" in "".join(model.write([said], max_tokens=100))
    assert len("".join(model.write([said], max_tokens=2))) < len(said.content)


class Unreachable(MockLLM):
    """An LLM whose server is down."""

    def stream_chat(self, *_: Any, **__: Any) -> Any:
        raise ConnectionError("connection refused")


def test_an_llm_that_fails_does_so_like_any_text_model() -> None:
    model = LlamaIndexModel(Unreachable(max_tokens=None))
    with pytest.raises(GenerationError, match="ConnectionError: connection refused"):
        list(model.write([Message("user", "hi")], max_tokens=8))


def test_our_retriever_gives_nodes_with_offsets_and_source(tmp_path: Path) -> None:
    file = tmp_path / "bridge.md"
    file.write_text("---\ntitle: Bridge\n---\nThe bridge opened in May.\n", encoding="utf-8")
    embedder = HashEmbedder()
    settings = IndexSettings(path=tmp_path / "index")
    with Index.open(settings, manifest={"embedding": "hash"}) as index:
        ingest_paths([file], index=index, embedder=embedder, settings=IngestSettings())
        retriever = Retriever(index, embedder, RetrievalSettings())
        found = PassageRetriever(retriever, top_k=1).retrieve("When was the bridge opened?")
    assert [node.node.metadata["title"] for node in found] == ["Bridge"]
    assert found[0].node.get_content() == "The bridge opened in May."
    assert found[0].node.metadata["path"].endswith("bridge.md")
    assert found[0].node.get_content(MetadataMode.LLM) == (
        "title: Bridge\n\nThe bridge opened in May."
    )
