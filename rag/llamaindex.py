"""The LlamaIndex face of documents and chunks: use its readers here, or our chunker there.

Importing this module imports llama_index; nothing else in `rag` imports this module.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import BaseNode, MetadataMode, NodeRelationship, TextNode
from llama_index.core.schema import Document as LlamaDocument
from pydantic import Field

from rag.chunking import chunk_document
from rag.records import document_from, document_record
from rag.schema import Document
from rag.text import detect_language

_OWN_ID = "document_id"
# Readers of others may have one of these names for something else, like an id of theirs.
_OWN = (_OWN_ID, "path", "title", "keywords", "language")
# What the model reads of a document besides its text; the rest is bookkeeping.
_READ_BY_MODELS = ("title", "source", "published")


def to_llama_document(document: Document) -> LlamaDocument:
    """Makes a LlamaIndex document; `from_llama_document` gives back an equal one."""
    metadata = {**document_record(document), _OWN_ID: document.document_id}
    return LlamaDocument(
        id_=document.document_id,
        text=document.text,
        metadata=metadata,
        excluded_embed_metadata_keys=[name for name in metadata if name != "title"],
        excluded_llm_metadata_keys=[name for name in metadata if name not in _READ_BY_MODELS],
    )


def from_llama_document(found: BaseNode) -> Document:
    """Takes over a document of any LlamaIndex reader.

    Its path is the `path`, `file_path`, `file_name` or `url` of its metadata, or else its id;
    title, source, language and ISO dates are taken where they are. As readers invent a new id each
    time, ours is made from path and text.
    """
    text = found.get_content(MetadataMode.NONE)
    metadata = found.metadata
    if all(isinstance(metadata.get(name), str) for name in _OWN):
        return document_from(metadata[_OWN_ID], metadata, text)
    named = (metadata.get(name) for name in ("path", "file_path", "file_name", "url"))
    path = next((str(name) for name in named if name), found.node_id)
    published = _moment(metadata, "published")
    return Document(
        document_id=hashlib.blake2b(f"{path}\0{text}".encode(), digest_size=8).hexdigest(),
        text=text,
        path=path,
        title=_string(metadata, "title") or "",
        source=_string(metadata, "source"),
        published=published.date() if published else None,
        crawled=_moment(metadata, "crawled"),
        language=_string(metadata, "language") or detect_language(text),
        url=_string(metadata, "url"),
    )


def _string(metadata: Mapping[str, Any], name: str) -> str | None:
    value = metadata.get(name)
    return value if isinstance(value, str) and value else None


def _moment(metadata: Mapping[str, Any], name: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(metadata.get(name)))
    except ValueError:
        return None


class SentenceChunker(NodeParser):
    """`rag.chunking.chunk_document` as a LlamaIndex node parser.

    A node has the id of its chunk, its offsets in the document (`start_char_idx`,
    `end_char_idx`, in code points), and the document's metadata.
    """

    count_tokens: Callable[[str], int] = Field(
        exclude=True, description="Tokens of a text, without special tokens."
    )
    max_tokens: int = Field(default=160, ge=1, description="Most tokens of a chunk.")
    overlap_sentences: int = Field(
        default=1, ge=0, description="Sentences that a chunk shares with the one before."
    )

    @classmethod
    def class_name(cls) -> str:
        """The name that LlamaIndex stores for the class."""
        return "SentenceChunker"

    def _parse_nodes(
        self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any
    ) -> list[BaseNode]:
        return [made for node in nodes for made in self._chunks(node)]

    def _chunks(self, node: BaseNode) -> list[TextNode]:
        # The chunks carry the id that LlamaIndex knows the document by.
        whole = Document(
            document_id=node.node_id, text=node.get_content(MetadataMode.NONE), path=""
        )
        source = node.as_related_node_info()
        return [
            TextNode(
                id_=chunk.chunk_id,
                text=chunk.text,
                start_char_idx=chunk.start,
                end_char_idx=chunk.end,
                excluded_embed_metadata_keys=node.excluded_embed_metadata_keys,
                excluded_llm_metadata_keys=node.excluded_llm_metadata_keys,
                relationships={NodeRelationship.SOURCE: source},
            )
            for chunk in chunk_document(
                whole,
                max_tokens=self.max_tokens,
                overlap_sentences=self.overlap_sentences,
                count_tokens=self.count_tokens,
            )
        ]

    def _postprocess_parsed_nodes(
        self, nodes: list[BaseNode], parent_doc_map: dict[str, LlamaDocument]
    ) -> list[BaseNode]:
        # LlamaIndex looks each text up in the document, and may find an earlier equal one.
        exact = [
            (node.start_char_idx, node.end_char_idx) for node in nodes if isinstance(node, TextNode)
        ]
        done = super()._postprocess_parsed_nodes(nodes, parent_doc_map)
        texts = (node for node in done if isinstance(node, TextNode))
        for node, (start, end) in zip(texts, exact, strict=True):
            node.start_char_idx, node.end_char_idx = start, end
        return done
