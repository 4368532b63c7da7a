"""Retrieval over XQuAD: which paragraph is found for a question, within and across languages.

    python -m benchmarks.retrieval [--data FOLDER]

Each question has one gold paragraph. A paragraph's rank is that of its best chunk. In the mixed
corpus each paragraph is there in one of the two languages only, by the toss of a seeded coin.
"""

from __future__ import annotations

import argparse
import math
import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import bm25s

from benchmarks.results import DATA, save
from benchmarks.xquad import LANGUAGES, Asked, load_xquad
from rag.chunking import chunk_document
from rag.embedding import Embedder, GemmaEmbedder, Vectors
from rag.index import Index
from rag.ingestion import embed_chunks
from rag.lexical import LexicalIndex
from rag.retrieval import Retriever
from rag.schema import Chunk, Document
from rag.settings import IndexSettings, RetrievalSettings, Settings, load_settings
from training.train_reader import open_embedder

DEPTH = 10
CUTS = (1, 3, 5, 10)
Embedded = tuple[Document, tuple[Chunk, ...], Vectors, list[Vectors]]
Rank = Callable[[str], list[str]]
"""Finds documents for a query: their ids, best first."""


class CachedEmbedder:
    """An embedder that embeds each question once, for all the rows that ask it."""

    def __init__(self, embedder: GemmaEmbedder) -> None:
        self._embedder = embedder
        self.embed_query: Callable[[str], Vectors] = cache(embedder.embed_query)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)


def embed(document: Document, embedder: Any, settings: Settings) -> Embedded:
    """A document cut and embedded as `mustanad ingest` does it."""
    chunks = chunk_document(
        document,
        max_tokens=settings.ingest.chunk_tokens,
        overlap_sentences=settings.ingest.overlap_sentences,
        count_tokens=embedder.count_tokens,
    )
    return (document, chunks, *embed_chunks(chunks, document.title, embedder))


def fill(index: Index, embedded: Sequence[Embedded]) -> None:
    """Puts embedded documents into an index."""
    for document, chunks, vectors, sentence_vectors in embedded:
        index.add(document, chunks, vectors, sentence_vectors)


def rankers(index: Index, embedder: Embedder) -> dict[str, Rank]:
    """The ways of searching that are compared."""

    def through(settings: RetrievalSettings) -> Rank:
        retriever = Retriever(index, embedder, settings)
        return lambda query: _unique(
            passage.document_id for passage in retriever.search(query, top_k=settings.candidates)
        )

    most = RetrievalSettings().candidates
    texts = list(index.all_texts())
    lexical = LexicalIndex.build(texts)
    plain = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
    plain.index(
        bm25s.tokenize([text for _, text in texts], stopwords=None, show_progress=False),
        show_progress=False,
    )

    def unnormalised(query: str) -> list[str]:
        tokens = bm25s.tokenize([query], stopwords=None, show_progress=False, return_ids=False)
        found, scores = plain.retrieve(tokens, k=min(most, len(texts)), show_progress=False)
        hits = zip(found[0], scores[0], strict=True)
        return _unique(_document_of(texts[place][0]) for place, score in hits if score > 0)

    return {
        "fused": through(RetrievalSettings()),
        "dense": through(RetrievalSettings(dense_weight=1.0)),
        "lexical": lambda query: _unique(
            _document_of(chunk_id) for chunk_id, _ in lexical.search(query, k=most)
        ),
        "lexical, words as written": unnormalised,
    }


def measure(asked: Sequence[Asked], language: str, gold: Sequence[str], rank: Rank) -> Any:
    """Recall at each cut, MRR@10 and nDCG@10, 0 to 1, with one relevant document a question."""
    places = []
    for one in asked:
        found = rank(one.question[language])[:DEPTH]
        wanted = gold[one.paragraph]
        places.append(found.index(wanted) + 1 if wanted in found else None)
    count = len(places)
    return {
        **{f"recall@{k}": sum(p is not None and p <= k for p in places) / count for k in CUTS},
        "mrr@10": sum(1 / p for p in places if p) / count,
        "ndcg@10": sum(1 / math.log2(1 + p) for p in places if p) / count,
    }


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of xquad.ar.json")
    xquad = load_xquad(parser.parse_args().data)
    settings, _ = load_settings()
    embedder: Any = CachedEmbedder(open_embedder(settings))
    embedded = {
        language: [embed(document, embedder, settings) for document in documents]
        for language, documents in xquad.documents.items()
    }
    coin = random.Random(2020)
    sides = [coin.choice(LANGUAGES) for _ in xquad.documents["ar"]]
    corpora = {
        **embedded,
        "mixed": [embedded[side][number] for number, side in enumerate(sides)],
    }
    rows: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for corpus, documents in corpora.items():
            place = IndexSettings(path=Path(folder) / corpus)
            manifest = {"dimensions": embedder.dimensions}
            index = stack.enter_context(Index.open(place, manifest=manifest))
            fill(index, documents)
            gold = [document.document_id for document, *_ in documents]
            for way, rank in rankers(index, embedder).items():
                for language in LANGUAGES:
                    scores = measure(xquad.asked, language, gold, rank)
                    rows.setdefault(f"{language} → {corpus}", {})[way] = scores
                    print(f"{language} → {corpus}  {way}: {_shown(scores)}", flush=True)
    print(save("retrieval", {"questions": len(xquad.asked), "rows": rows}))


def _document_of(chunk_id: str) -> str:
    return chunk_id.rpartition(":")[0]


def _unique(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def _shown(scores: dict[str, float]) -> str:
    return "  ".join(f"{name} {value:.3f}" for name, value in scores.items())


if __name__ == "__main__":
    main()
