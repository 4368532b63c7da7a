"""The index: add, replace, remove, list and search documents and their chunks.

A corpus is two collections of `rag.store`. `<collection>` holds the chunks: text, vector, and in
the metadata the sentences with their vectors. `<collection>-documents` holds the documents. A
document's record is written last and removed first: chunks without it are not found.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

from rag.closing import Closes
from rag.records import (
    Hit,
    chunk_from,
    chunk_record,
    document_from,
    document_record,
    published_from,
    unpack_vectors,
)
from rag.schema import Chunk, Document, Period
from rag.settings import IndexSettings
from rag.store import PAGE, Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["SCHEMA_VERSION", "Hit", "Index"]

SCHEMA_VERSION = 2
"""Changes when the records do; part of every manifest."""

# SQLite takes 32,766 variables in a query, and Chroma makes one of each id.
_MOST_NAMED = 10_000


class Index(Closes):
    """An open index. Use it as a context manager, from any number of threads.

    Processes may share a folder: they take turns, and a reader sees what another process wrote as
    soon as that document is complete. Every method raises `IndexStoreError` if the store fails
    or is closed, and `IndexMismatchError` if another process has built it anew differently.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def open(
        cls,
        settings: IndexSettings,
        *,
        manifest: Mapping[str, str | int],
        rebuild: bool = False,
    ) -> Self:
        """Opens the index, or makes an empty one, and clears up after a killed writer.

        Args:
            settings: a folder (`path`), or a Chroma server (`url`) to use in its place.
            manifest: what the vectors depend on (model, digest, dimension, prompts, chunker …). An
                index with documents must have been built with just this; one without takes it on.
            rebuild: throws away what is there, whatever it was built with.

        Raises:
            IndexMismatchError: the index holds documents and was built with another manifest.
            IndexStoreError: the folder or server cannot be used.
        """
        store = Store(settings, {**manifest, "schema": SCHEMA_VERSION})
        store.open(rebuild=rebuild)
        return cls(store)

    @staticmethod
    def drop(settings: IndexSettings) -> None:
        """Deletes a corpus, whatever it was built with; nothing happens if it is not there.

        Raises:
            IndexStoreError: the folder or server cannot be used.
        """
        Store(settings, {}).drop()

    def close(self) -> None:
        """Lets go of the store. Closing twice does nothing."""
        self._store.close()

    @property
    def version(self) -> str:
        """A token that is another one after each write, by any process."""
        return self._store.version()

    def add(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        vectors: NDArray[np.float32],
        sentence_vectors: Sequence[NDArray[np.float32]],
    ) -> None:
        """Stores a document with its chunks, in place of what the same id had.

        If the process is killed on the way, the document is there as a whole or not at all. One
        that is there as it is stays untouched: another process may have just stored it.

        Args:
            document: may have no chunks; it is listed then, but never found.
            chunks: of this document.
            vectors: n x d, float32, unit length, one row a chunk in the same order.
            sentence_vectors: for each chunk k x d, one row a sentence. They are kept as int8.

        Raises:
            ValueError: the numbers of chunks, sentences and vectors disagree, or a chunk belongs
                to another document.
        """
        if len(vectors) != len(chunks) or len(sentence_vectors) != len(chunks):
            raise ValueError(
                f"{len(chunks)} chunks need as many vectors and arrays of sentence vectors, "
                f"not {len(vectors)} and {len(sentence_vectors)}"
            )
        if any(chunk.document_id != document.document_id for chunk in chunks):
            raise ValueError(f"a chunk does not belong to document {document.document_id}")
        ids = [chunk.chunk_id for chunk in chunks]
        texts = [chunk.text for chunk in chunks]
        records = [
            chunk_record(chunk, rows, published=document.published)
            for chunk, rows in zip(chunks, sentence_vectors, strict=True)
        ]
        store = self._store
        with store.writing(document.document_id):
            had = store.chunk_ids(document.document_id)
            if sorted(had) == sorted(ids) and self._stored(document.document_id) == document:
                return
            # Vectors are never changed in place: rarely (1 opening of 300 at 160 chunks) HNSW then
            # cuts all links to one of them, and no search would find it.
            if had:
                store.delete(document.document_id)
            step = store.batch_size()
            for first in range(0, len(ids), step):
                part = slice(first, first + step)
                store.chunks.add(
                    ids=ids[part],
                    embeddings=vectors[part],
                    documents=texts[part],
                    metadatas=list(records[part]),
                )
            store.documents.upsert(
                ids=[document.document_id],
                # Chroma wants a vector; nothing is ever searched by this one.
                embeddings=[1.0],
                documents=[document.text],
                metadatas=[document_record(document)],
            )

    def remove(self, document_id: str) -> bool:
        """Removes a document with its chunks; False if there is no such document."""
        if not self._store.read(lambda: self._store.has(document_id)):
            return False
        with self._store.writing(document_id):
            self._store.delete(document_id)
        return True

    def documents(self) -> tuple[Document, ...]:
        """All documents, in the order in which they were added."""
        found = self._store.read(
            lambda: self._store.documents.get(include=["documents", "metadatas"])
        )
        return _documents(found)

    def document(self, document_id: str) -> Document | None:
        """The document with this id, or None."""
        return self._store.read(lambda: self._stored(document_id))

    def document_ids(self) -> frozenset[str]:
        """The ids of all documents."""
        return frozenset(self._store.read(lambda: self._store.documents.get(include=[])["ids"]))

    def ids_published(self, period: Period) -> frozenset[str]:
        """The ids of the documents that came out in a period."""
        records = self._store.read(self._document_records)
        return frozenset(
            document_id
            for document_id, record in records.items()
            if published_from(record) in period
        )

    def ids_by_path(self) -> dict[str, frozenset[str]]:
        """The ids of the documents that came from each file."""
        ids: dict[str, set[str]] = {}
        for document_id, record in self._store.read(self._document_records).items():
            ids.setdefault(record["path"], set()).add(document_id)
        return {path: frozenset(members) for path, members in ids.items()}

    def count_documents(self) -> int:
        """How many documents there are."""
        # The collection may be another one once `read` has begun.
        return self._store.read(lambda: self._store.documents.count())  # noqa: PLW0108

    def count_chunks(self) -> int:
        """How many chunks there are."""
        return self._store.read(lambda: self._store.chunks.count())  # noqa: PLW0108

    def search(
        self, vector: NDArray[np.float32], *, k: int, where: Collection[str] | None = None
    ) -> tuple[Hit, ...]:
        """Finds the chunks nearest to a vector, best first.

        Args:
            vector: d values, unit length.
            k: most hits; below 1 gives none.
            where: ids of the documents to search; None searches all.

        Returns:
            Hits by falling cosine (1 - Chroma's cosine distance, -1 to 1). The search is
            approximate (HNSW).
        """
        if k < 1 or (where is not None and not where):
            return ()
        if where is None:
            return self._store.read(lambda: self._nearest(vector, k, None))
        ids = sorted(where)
        parts = [ids[first : first + _MOST_NAMED] for first in range(0, len(ids), _MOST_NAMED)]
        found = self._store.read(
            lambda: [
                hit
                for part in parts
                for hit in self._nearest(vector, k, {"document_id": {"$in": part}})
            ]
        )
        return tuple(sorted(found, key=lambda hit: -hit.cosine)[:k])

    def _nearest(self, vector: NDArray[np.float32], k: int, where: Any) -> tuple[Hit, ...]:
        found = self._store.chunks.query(
            query_embeddings=vector.reshape(1, -1),
            n_results=k,
            where=where,
            include=["documents", "metadatas", "distances"],
        )
        texts, records, distances = found["documents"], found["metadatas"], found["distances"]
        if not texts or not records or not distances:
            return ()
        cosines = [1 - distance for distance in distances[0]]
        return self._hits(list(zip(texts[0], records[0], cosines, strict=True)))

    def chunks(
        self, chunk_ids: Sequence[str], vector: NDArray[np.float32] | None = None
    ) -> tuple[Hit, ...]:
        """Gets chunks by their ids, in the order given; ids that are not there are passed over.

        Args:
            chunk_ids: as `Chunk.chunk_id` writes them.
            vector: d values, unit length, to compute each `Hit.cosine` with; without it that is
                NaN.
        """
        if not chunk_ids:
            return ()

        def ask() -> tuple[Hit, ...]:
            import numpy as np

            found = self._store.chunks.get(
                ids=list(dict.fromkeys(chunk_ids)),
                include=["documents", "metadatas", "embeddings"],
            )
            texts, records = found["documents"] or [], found["metadatas"] or []
            cosines = [math.nan] * len(texts)
            if vector is not None and texts:
                rows = np.asarray(found["embeddings"], dtype=np.float32)
                cosines = [float(cosine) for cosine in rows @ vector]
            chunks = dict(zip(found["ids"], zip(texts, records, cosines, strict=True), strict=True))
            return self._hits([chunks[one] for one in chunk_ids if one in chunks])

        return self._store.read(ask)

    def _stored(self, document_id: str) -> Document | None:
        found = self._store.documents.get(ids=[document_id], include=["documents", "metadatas"])
        return next(iter(_documents(found)), None)

    def all_texts(self) -> Iterator[tuple[str, str]]:
        """Yields the id and text of every chunk, page by page, for a search by words.

        A relative date is followed by what it stands for: who asks for January 2024 finds
        «يناير الماضي» in an article of that year.
        """
        complete = self.document_ids()
        ids = iter(self._store.read(lambda: self._store.chunks.get(include=[])["ids"]))
        while page := list(islice(ids, PAGE)):
            yield from self._texts(page, complete)

    def _texts(self, chunk_ids: list[str], complete: frozenset[str]) -> list[tuple[str, str]]:
        found = self._store.read(
            lambda: self._store.chunks.get(ids=chunk_ids, include=["documents", "metadatas"])
        )
        texts, records = found["documents"] or (), found["metadatas"] or ()
        return [
            (chunk_id, f"{text}\n{record['dates']}" if record["dates"] else text)
            for chunk_id, text, record in zip(found["ids"], texts, records, strict=True)
            if chunk_id.rpartition(":")[0] in complete
        ]

    def _hits(self, found: Sequence[tuple[str, Mapping[str, Any], float]]) -> tuple[Hit, ...]:
        """Hits of chunks' texts, records and cosines, for those whose document is complete."""
        ids = sorted({record["document_id"] for _, record, _ in found})
        if not ids:
            return ()
        documents = self._document_records(ids)
        return tuple(
            _hit(documents[record["document_id"]], record, text, cosine)
            for text, record, cosine in found
            # Without it, its document is being written, or the writer was killed.
            if record["document_id"] in documents
        )

    def _document_records(self, ids: list[str] | None = None) -> dict[str, Mapping[str, Any]]:
        """The records of these documents, or of all, by their ids. Call it within `read`."""
        found = self._store.documents.get(ids=ids, include=["metadatas"])
        return dict(zip(found["ids"], found["metadatas"] or (), strict=True))


def _documents(found: Mapping[str, Any]) -> tuple[Document, ...]:
    return tuple(map(document_from, found["ids"], found["metadatas"], found["documents"]))


def _hit(about: Mapping[str, Any], record: Mapping[str, Any], text: str, cosine: float) -> Hit:
    chunk = chunk_from(record, text)
    return Hit(
        chunk=chunk,
        cosine=max(-1.0, min(1.0, cosine)) if math.isfinite(cosine) else math.nan,
        sentence_vectors=unpack_vectors(record["sentence_vectors"], count=len(chunk.sentences)),
        title=about["title"],
        source=about.get("source"),
        published=published_from(about),
        language=about["language"],
        path=about["path"],
    )
