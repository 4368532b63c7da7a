"""What a large corpus costs: storing, searching and memory, with made-up chunks and vectors."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np

from benchmarks.measuring import timed
from rag.embedding import Vectors
from rag.index import Index
from rag.retrieval import Retriever
from rag.schema import Chunk, Document, Span
from rag.settings import IndexSettings, RetrievalSettings

DIMENSIONS = 768
CHUNKS_A_DOCUMENT = 200
SENTENCES_A_CHUNK = 3
WORDS_A_SENTENCE = 20
SEARCHES = 20
_SEED = 7


class MadeUpEmbedder:
    """Gives each question a random vector; nothing else is asked of it here."""

    dimensions = DIMENSIONS

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def fingerprint(self) -> dict[str, str]:
        return {"embedding": "random"}

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def embed_query(self, query: str) -> Vectors:
        vector: Vectors = random_vectors(1, self._rng)[0]
        return vector

    def embed_texts(self, texts: Sequence[str], titles: Sequence[str]) -> Vectors:
        return random_vectors(len(texts), self._rng)


def random_vectors(count: int, rng: np.random.Generator) -> Vectors:
    """count × 768, unit length, in no direction more than in another."""
    rows = rng.standard_normal((count, DIMENSIONS), dtype=np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def document_id(number: int) -> str:
    """The id of the document of that number, from 0."""
    return f"{number:08x}"


def made_up(words: Sequence[str], size: int) -> Iterator[tuple[Document, list[Chunk]]]:
    """Documents of two hundred chunks each, `size` chunks in all."""
    rng = random.Random(_SEED)
    for number in range(size // CHUNKS_A_DOCUMENT):
        count = CHUNKS_A_DOCUMENT * SENTENCES_A_CHUNK
        texts = [" ".join(rng.choices(words, k=WORDS_A_SENTENCE)) + "." for _ in range(count)]
        ends = list(accumulate(len(text) + 1 for text in texts))
        spans = [Span(end - len(text) - 1, end - 1) for end, text in zip(ends, texts, strict=True)]
        text = " ".join(texts)
        document = Document(document_id=document_id(number), text=text, path=f"{number}.txt")
        groups = [spans[i : i + SENTENCES_A_CHUNK] for i in range(0, count, SENTENCES_A_CHUNK)]
        chunks = [
            Chunk(
                document_id=document.document_id,
                start=group[0].start,
                end=group[-1].end,
                text=Span(group[0].start, group[-1].end).of(text),
                sentences=tuple(group),
            )
            for group in groups
        ]
        yield document, chunks


def grow(folder: Path, *, size: int, words: Sequence[str]) -> dict[str, float]:
    """Fills an index with `size` chunks and searches it."""
    rng = np.random.default_rng(_SEED)
    embedder = MadeUpEmbedder(rng)
    adding = 0.0
    with Index.open(IndexSettings(path=folder), manifest={"dimensions": DIMENSIONS}) as index:
        for document, chunks in made_up(words, size):
            vectors = random_vectors(len(chunks), rng)
            parts = [random_vectors(SENTENCES_A_CHUNK, rng) for _ in chunks]
            adding += timed(index.add, document, chunks, vectors, parts)
    with Index.open(IndexSettings(path=folder), manifest={"dimensions": DIMENSIONS}) as index:
        retriever = Retriever(index, embedder, RetrievalSettings())
        questions = [" ".join(random.Random(i).choices(words, k=8)) for i in range(SEARCHES + 1)]
        first_search, *searches = [timed(retriever.search, question) for question in questions]
        listing = timed(index.documents)
        removing = timed(index.remove, document_id(0))
    disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return {
        "chunks stored a second": size / adding,
        "first search, seconds (builds BM25)": first_search,
        "a search, milliseconds": 1000 * statistics.median(searches),
        "listing all documents, seconds": listing,
        "removing one document, seconds": removing,
        "MB on disk": disk / 1e6,
    }
