"""LlamaIndex engines in place of ours, and our retriever in place of theirs.

    Assistant.open(embedder=LlamaIndexEmbedder(embedding), model=LlamaIndexModel(llm))

Both are given explicitly: nothing here reads or sets LlamaIndex's process-wide `Settings`, which
fall back to a paid service.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.embedding import Vectors
from rag.errors import GenerationError
from rag.generation import Message
from rag.retrieval import Retriever
from rag.schema import Passage


class LlamaIndexEmbedder:
    """A LlamaIndex embedding model as a `rag.embedding.Embedder`.

    Its vectors are scaled to unit length. Titles are put before the text, as it has no prompt of
    its own for them.
    """

    def __init__(self, model: BaseEmbedding, *, dimensions: int) -> None:
        self._model, self._dimensions = model, dimensions

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._dimensions

    def fingerprint(self) -> dict[str, str]:
        """The model's class and name: LlamaIndex knows no digest."""
        return {
            "embedding": self._model.model_name,
            "embedding_digest": self._model.class_name(),
        }

    def count_tokens(self, text: str) -> int:
        """An estimate: one token for three code points."""
        return -(-len(text) // 3)

    def embed_query(self, query: str) -> Vectors:
        """The vector of a question, of length `dimensions`."""
        vector: Vectors = _unit([self._model.get_query_embedding(query)])[0]
        return vector

    def embed_texts(self, texts: Sequence[str], titles: Sequence[str]) -> Vectors:
        """The vectors of document texts, n by `dimensions`."""
        if not texts:
            return np.zeros((0, self._dimensions), dtype=np.float32)
        whole = [
            f"{title}\n{text}" if title else text for text, title in zip(texts, titles, strict=True)
        ]
        return _unit(self._model.get_text_embedding_batch(whole))


class LlamaIndexModel:
    """A LlamaIndex LLM as a `rag.generation.TextModel`.

    Sampling options must be given to the LLM itself: several LlamaIndex classes ignore them per
    call. The grammar is not passed on either; what the model writes is checked all the same.
    """

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    @property
    def name(self) -> str:
        """The model's name, as its metadata have it."""
        return self._llm.metadata.model_name

    def count_tokens(self, text: str) -> int:
        """An estimate: one token for three code points."""
        return -(-len(text) // 3)

    def warm(self, messages: Sequence[Message]) -> None:
        """Does nothing: LlamaIndex has no notion of it."""

    def write(
        self,
        messages: Sequence[Message],
        *,
        fixed: int = 0,
        grammar: str | None = None,
        max_tokens: int,
    ) -> Iterator[str]:
        """Yields the reply piece by piece, until about `max_tokens` are there."""
        told = [ChatMessage(role=m.role, content=m.content) for m in messages]
        written = 0
        try:
            for part in self._llm.stream_chat(told):
                piece = part.delta or ""
                written += self.count_tokens(piece)
                if piece:
                    yield piece
                if written >= max_tokens:
                    return
        except Exception as exc:  # Each class of LLMs raises errors of its own client.
            reason = f"{type(exc).__name__}: {exc}"
            raise GenerationError(model=self.name, reason=reason) from exc

    def close(self) -> None:
        """Does nothing: the LLM belongs to who made it."""


class PassageRetriever(BaseRetriever):
    """`rag.retrieval.Retriever` as a LlamaIndex retriever, for its query engines and agents."""

    def __init__(self, retriever: Retriever, *, top_k: int | None = None) -> None:
        super().__init__()
        self._found, self._top_k = retriever, top_k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            NodeWithScore(
                node=TextNode(
                    id_=f"{passage.document_id}:{passage.start}-{passage.end}",
                    text=passage.text,
                    start_char_idx=passage.start,
                    end_char_idx=passage.end,
                    metadata=_facts(passage),
                    excluded_embed_metadata_keys=["path"],
                    excluded_llm_metadata_keys=["path"],
                ),
                score=passage.score,
            )
            for passage in self._found.search(query_bundle.query_str, top_k=self._top_k)
        ]


def _facts(passage: Passage) -> dict[str, str]:
    """What is known of the document: a model would read "None" as a fact."""
    facts = {
        "title": passage.title,
        "source": passage.source,
        "published": str(passage.published) if passage.published else None,
        "path": passage.path,
    }
    return {name: fact for name, fact in facts.items() if fact}


def _unit(rows: Sequence[Sequence[float]]) -> Vectors:
    vectors = np.array(rows, dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)
