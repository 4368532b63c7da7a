"""What the index stores about a chunk and a document: plain strings and numbers, and back again.

A vector store's metadata hold no arrays, so that the vectors of a chunk's sentences travel as text:
base64 of one float32 scale a vector and its int8 values. At 768 dimensions rounding moves a cosine
by about 0.001 at most (measured on random vectors), for a quarter of the size of float32.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from rag.dates import Language, resolve_dates
from rag.schema import Chunk, Document, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Record = dict[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hit:
    """A chunk that was found, with what its document says of itself.

    `cosine` is the similarity of query and chunk, from -1 to 1, or NaN if there was no query.
    `sentence_vectors` has one row for each of `chunk.sentences`: k x d, float32, unit length up
    to rounding.
    """

    chunk: Chunk
    cosine: float
    sentence_vectors: NDArray[np.float32]
    title: str
    source: str | None
    published: dt.date | None
    language: str
    path: str


def pack_vectors(vectors: NDArray[np.float32]) -> str:
    """Writes k x d vectors as text. No vectors give an empty text.

    Raises:
        ValueError: the array does not have two dimensions.
    """
    import numpy as np

    if vectors.ndim != 2:
        raise ValueError(f"expected an array of k x d, not of shape {vectors.shape}")
    scales = np.abs(vectors).max(axis=1, initial=0.0, keepdims=True).astype("<f4") / 127
    safe = np.where(scales == 0, 1, scales)
    values = np.rint(vectors / safe).astype(np.int8)
    return base64.b64encode(scales.tobytes() + values.tobytes()).decode("ascii")


def unpack_vectors(packed: str, *, count: int) -> NDArray[np.float32]:
    """Reads `count` vectors back: count x d, float32."""
    import numpy as np

    raw = base64.b64decode(packed)
    scales = np.frombuffer(raw, dtype="<f4", count=count).reshape(count, 1)
    values = np.frombuffer(raw, dtype=np.int8, offset=4 * count)
    rows: NDArray[np.float32] = values.reshape(count, len(values) // max(count, 1)) * scales
    return rows


def chunk_record(
    chunk: Chunk, sentence_vectors: NDArray[np.float32], *, published: dt.date | None
) -> Record:
    """The metadata of a chunk: all but its text.

    With them goes what the relative dates of the text stand for, in Arabic and English, seen from
    the day of publication.

    Raises:
        ValueError: there is not one vector for each sentence.
    """
    if len(sentence_vectors) != len(chunk.sentences):
        raise ValueError(
            f"chunk {chunk.chunk_id} has {len(chunk.sentences)} sentences, "
            f"but {len(sentence_vectors)} sentence vectors"
        )
    borders = chain.from_iterable((span.start, span.end) for span in chunk.sentences)
    return {
        "document_id": chunk.document_id,
        "start": chunk.start,
        "end": chunk.end,
        "sentences": json.dumps(list(borders), separators=(",", ":")),
        "sentence_vectors": pack_vectors(sentence_vectors),
        "dates": _dates(chunk.text, published),
    }


def _dates(text: str, published: dt.date | None) -> str:
    spoken: tuple[Language, ...] = ("ar", "en")
    found = (d.words for language in spoken for d in resolve_dates(text, published, language))
    return "\n".join(dict.fromkeys(found))


def chunk_from(record: Mapping[str, Any], text: str) -> Chunk:
    """The chunk that `chunk_record` wrote."""
    borders = json.loads(record["sentences"])
    return Chunk(
        document_id=record["document_id"],
        start=record["start"],
        end=record["end"],
        text=text,
        sentences=tuple(
            Span(start, end) for start, end in zip(borders[::2], borders[1::2], strict=True)
        ),
    )


def document_record(document: Document) -> Record:
    """The metadata of a document: all but its id and text; what it does not have is left out."""
    facts: dict[str, str | None] = {
        "path": document.path,
        "title": document.title,
        "source": document.source,
        "published": document.published.isoformat() if document.published else None,
        "crawled": document.crawled.isoformat() if document.crawled else None,
        "keywords": json.dumps(document.keywords, ensure_ascii=False),
        "language": document.language,
        "url": document.url,
    }
    return {name: value for name, value in facts.items() if value is not None}


def document_from(document_id: str, record: Mapping[str, Any], text: str) -> Document:
    """The document that `document_record` wrote."""
    crawled = record.get("crawled")
    return Document(
        document_id=document_id,
        text=text,
        path=record["path"],
        title=record["title"],
        source=record.get("source"),
        published=published_from(record),
        crawled=dt.datetime.fromisoformat(crawled) if crawled else None,
        keywords=tuple(json.loads(record["keywords"])),
        language=record["language"],
        url=record.get("url"),
    )


def published_from(record: Mapping[str, Any]) -> dt.date | None:
    """The day of publication in a document's record, if there is one."""
    published = record.get("published")
    return dt.date.fromisoformat(published) if published else None
