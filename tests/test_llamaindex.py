"""Documents cross over to LlamaIndex and back, and its pipelines can use our chunker."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from llama_index.core.schema import Document as LlamaDocument
from llama_index.core.schema import MetadataMode, TextNode

from rag.chunking import chunk_document
from rag.llamaindex import SentenceChunker, from_llama_document, to_llama_document
from rag.schema import Document

DOCUMENT = Document(
    document_id="d",
    text="بدأت المحادثات في يناير. نعم. ثم توقفت المحادثات. نعم. ثم عادت.",
    path="a.txt",
    title="عنوان",
    source="وكالة",
    published=dt.date(2024, 9, 27),
    crawled=dt.datetime(2024, 9, 28, 10, 30, tzinfo=dt.UTC),
    keywords=("العراق",),
    language="ar",
    url="https://news.example/1",
)


def count_words(text: str) -> int:
    return len(text.split())


def parse(text: str) -> list[TextNode]:
    chunker = SentenceChunker(count_tokens=count_words, max_tokens=5)
    document = LlamaDocument(id_="d", text=text, metadata={"title": "عنوان"})
    nodes = chunker.get_nodes_from_documents([document])
    return [node for node in nodes if isinstance(node, TextNode)]


def test_a_document_comes_back_equal() -> None:
    assert from_llama_document(to_llama_document(DOCUMENT)) == DOCUMENT
    bare = Document(document_id="d", text="", path="a.txt")
    assert from_llama_document(to_llama_document(bare)) == bare


def test_a_model_is_shown_title_and_text_but_no_bookkeeping() -> None:
    shown = to_llama_document(DOCUMENT).get_content(MetadataMode.EMBED)
    assert shown == f"title: عنوان\n\n{DOCUMENT.text}"


def test_a_document_of_a_foreign_reader_keeps_what_it_says_of_itself() -> None:
    metadata = {"file_path": "b.pdf", "title": "Report", "published": "2024-09-27T10:00"}
    found = from_llama_document(LlamaDocument(text="The talks began.", metadata=metadata))
    assert (found.path, found.title, found.published) == ("b.pdf", "Report", dt.date(2024, 9, 27))
    assert (found.text, found.language, found.source) == ("The talks began.", "en", None)


def test_a_foreign_document_has_the_same_id_each_time_it_is_read() -> None:
    first, again, other = (
        from_llama_document(LlamaDocument(text=text, metadata={"file_name": "b.pdf"}))
        for text in ("نص", "نص", "نص آخر")
    )
    assert first.document_id == again.document_id != other.document_id


def test_metadata_that_make_no_sense_are_passed_over() -> None:
    found = from_llama_document(
        LlamaDocument(id_="x", text="نص", metadata={"title": 7, "published": "soon"})
    )
    assert (found.path, found.title, found.published) == ("x", "", None)


@pytest.mark.parametrize(
    "metadata",
    [
        {"document_id": "1AbC"},
        {"document_id": 7, "path": "p", "title": "t", "keywords": "k", "language": "en"},
        {"document_id": "7", "path": "p", "title": "t", "keywords": ["k"], "language": "en"},
    ],
)
def test_metadata_of_others_may_have_our_names(metadata: dict[str, Any]) -> None:
    found = from_llama_document(LlamaDocument(id_="x", text="The talks.", metadata=metadata))
    assert (found.path, found.title) == (metadata.get("path", "x"), metadata.get("title", ""))
    assert (found.keywords, found.language) == ((), "en")
    assert found.document_id != metadata["document_id"]


def test_nodes_are_the_chunks_with_their_ids_and_offsets() -> None:
    chunks = chunk_document(DOCUMENT, max_tokens=5, overlap_sentences=1, count_tokens=count_words)
    nodes = parse(DOCUMENT.text)
    assert [node.node_id for node in nodes] == [chunk.chunk_id for chunk in chunks]
    assert [node.text for node in nodes] == [chunk.text for chunk in chunks]


def test_the_offsets_of_a_repeated_text_are_its_own() -> None:
    text = "قال نعم ولا ثم خرج. نعم ولا ثم خرج."
    spans = [(node.start_char_idx, node.end_char_idx) for node in parse(text)]
    assert spans == [(0, 19), (20, len(text))]


def test_nodes_know_their_document_and_neighbours() -> None:
    first, second, *_ = parse(DOCUMENT.text)
    assert first.ref_doc_id == "d"
    assert first.metadata == {"title": "عنوان"}
    assert first.next_node is not None
    assert first.next_node.node_id == second.node_id
