"""Ingesting into the real Chroma: only what has changed costs anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.index import Index
from rag.ingestion import embed_chunks, ingest_paths
from rag.schema import Chunk, IngestReport, Progress, Skipped, Span
from rag.settings import IndexSettings, IngestSettings
from tests.fakes import HashEmbedder

TALKS = "بدأت المحادثات في يناير. ثم توقفت المحادثات شهرين."
BRIDGE = "The bridge was opened in May. It is 12 metres wide."
HEADED = """---
title: {title}
source: وكالة
published: 2024-09-27
language: ar
keywords: [العراق, محادثات]
---

{text}
"""
Ingest = Callable[..., IngestReport]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.open(IndexSettings(path=tmp_path / "index"), manifest={"model": "fake"}) as opened:
        yield opened


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "talks.txt").write_text(TALKS, encoding="utf-8")
    (folder / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    return folder


@pytest.fixture
def ingest(index: Index, embedder: HashEmbedder) -> Ingest:
    def call(*paths: Path, progress: Callable[[Progress], None] | None = None) -> IngestReport:
        return ingest_paths(
            paths, index=index, embedder=embedder, settings=IngestSettings(), progress=progress
        )

    return call


def texts(index: Index) -> list[str]:
    return sorted(document.text for document in index.documents())


def test_files_of_a_folder_are_found_afterwards(
    ingest: Ingest, index: Index, embedder: HashEmbedder, corpus: Path
) -> None:
    report = ingest(corpus)
    assert (len(report.added), report.embedded, report.skipped) == (2, 2, ())
    assert texts(index) == sorted([TALKS, BRIDGE])
    best = index.search(embedder.embed_query("المحادثات في يناير"), k=1)[0]
    assert best.chunk.text == TALKS
    assert [span.of(TALKS) for span in best.chunk.sentences] == [
        "بدأت المحادثات في يناير.",
        "ثم توقفت المحادثات شهرين.",
    ]


@pytest.mark.parametrize("written", [TALKS, HEADED.format(title="المحادثات", text=TALKS)])
def test_ingesting_again_embeds_nothing(
    ingest: Ingest, index: Index, embedder: HashEmbedder, corpus: Path, written: str
) -> None:
    (corpus / "talks.txt").write_text(written, encoding="utf-8")
    first = ingest(corpus)
    embedder.texts.clear()
    version = index.version
    again = ingest(corpus)
    assert again == IngestReport(unchanged=first.added)
    assert (embedder.texts, index.version) == ([], version)


def test_what_another_process_has_taken_in_meanwhile_is_not_embedded_again(
    ingest: Ingest, embedder: HashEmbedder, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ingest(corpus)
    embedder.texts.clear()
    monkeypatch.setattr(Index, "ids_by_path", lambda self: {})  # as it was before the other began
    assert ingest(corpus).unchanged == first.added
    assert embedder.texts == []


def test_a_changed_file_replaces_what_it_said_before(
    ingest: Ingest, index: Index, embedder: HashEmbedder, corpus: Path
) -> None:
    ingest(corpus)
    before = {document.path: document.document_id for document in index.documents()}
    embedder.texts.clear()
    (corpus / "talks.txt").write_text("عادت المحادثات في آذار.", encoding="utf-8")
    report = ingest(corpus)
    assert texts(index) == sorted(["عادت المحادثات في آذار.", BRIDGE])
    assert report.removed == (before[str(corpus / "talks.txt")],)
    assert report.unchanged == (before[str(corpus / "bridge.txt")],)
    assert set(embedder.texts) == {"عادت المحادثات في آذار."}


def test_a_corrected_title_replaces_the_old_one(ingest: Ingest, index: Index, corpus: Path) -> None:
    path = corpus / "talks.txt"
    for title in ("المحادثات", "محادثات الانسحاب"):
        path.write_text(HEADED.format(title=title, text=TALKS), encoding="utf-8")
        ingest(path)
    assert [document.title for document in index.documents()] == ["محادثات الانسحاب"]


def test_the_documents_of_a_vanished_file_go(ingest: Ingest, index: Index, corpus: Path) -> None:
    gone = ingest(corpus / "talks.txt").added
    ingest(corpus)
    (corpus / "talks.txt").unlink()
    assert ingest(corpus).removed == gone
    assert texts(index) == [BRIDGE]


def test_the_documents_of_a_file_go_when_a_folder_takes_its_name(
    ingest: Ingest, index: Index, corpus: Path
) -> None:
    gone = ingest(corpus / "talks.txt").added
    ingest(corpus)
    (corpus / "talks.txt").unlink()
    (corpus / "talks.txt").mkdir()
    (corpus / "talks.txt" / "part.txt").write_text("نص آخر.", encoding="utf-8")
    assert ingest(corpus).removed == gone
    assert texts(index) == sorted(["نص آخر.", BRIDGE])


def test_documents_from_elsewhere_stay(
    ingest: Ingest, index: Index, corpus: Path, tmp_path: Path
) -> None:
    other = tmp_path / "corpus-2.txt"
    other.write_text("نص آخر.", encoding="utf-8")
    ingest(other)
    other.unlink()
    assert ingest(corpus).removed == ()
    assert texts(index) == sorted(["نص آخر.", TALKS, BRIDGE])


def test_a_bad_file_is_reported_and_the_others_are_ingested(
    ingest: Ingest, index: Index, corpus: Path
) -> None:
    (corpus / "empty.txt").touch()
    report = ingest(corpus, corpus / "missing.txt")
    assert sorted(report.skipped, key=lambda skipped: skipped.path) == [
        Skipped(path=str(corpus / "empty.txt"), reason="it is empty", kind="empty"),
        Skipped(
            path=str(corpus / "missing.txt"),
            reason="there is no such file; it may have been moved or deleted",
            kind="missing",
        ),
    ]
    assert texts(index) == sorted([TALKS, BRIDGE])


def test_a_file_that_turned_bad_keeps_what_was_read_of_it(
    ingest: Ingest, index: Index, corpus: Path
) -> None:
    ingest(corpus)
    (corpus / "talks.txt").write_bytes(b"")
    report = ingest(corpus)
    assert (report.removed, len(report.skipped)) == ((), 1)
    assert texts(index) == sorted([TALKS, BRIDGE])


def test_progress_counts_files_and_chunks(ingest: Ingest, corpus: Path) -> None:
    (corpus / "empty.txt").touch()
    seen: list[Progress] = []
    ingest(corpus, progress=seen.append)
    assert [(Path(p.path).name, p.files_done, p.files, p.chunks) for p in seen] == [
        ("bridge.txt", 1, 3, 1),
        ("empty.txt", 2, 3, 1),
        ("talks.txt", 3, 3, 2),
    ]


def test_nothing_to_ingest_gives_an_empty_report(ingest: Ingest) -> None:
    assert ingest() == IngestReport()


def test_a_sentence_that_chunks_share_is_embedded_once(embedder: HashEmbedder) -> None:
    text = "نعم قال. لا قال. ثم خرج."
    first = Chunk(
        document_id="d", start=0, end=16, text=text[:16], sentences=(Span(0, 8), Span(9, 16))
    )
    second = Chunk(
        document_id="d", start=9, end=24, text=text[9:], sentences=(Span(9, 16), Span(17, 24))
    )
    vectors, parts = embed_chunks([first, second], "", embedder)
    assert sorted(embedder.texts) == sorted(
        [first.text, second.text, "نعم قال.", "لا قال.", "ثم خرج."]
    )
    assert np.array_equal(vectors, embedder.embed_texts([first.text, second.text], ["", ""]))
    assert np.array_equal(parts[0][1], parts[1][0])
    assert np.array_equal(parts[1], embedder.embed_texts(["لا قال.", "ثم خرج."], ["", ""]))


def test_no_chunks_have_no_vectors(embedder: HashEmbedder) -> None:
    vectors, parts = embed_chunks([], "", embedder)
    assert (vectors.shape, parts) == ((0, 256), [])
