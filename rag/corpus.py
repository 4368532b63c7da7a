"""The articles that come with Mustanad, so that there is something to ask about."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from rag.schema import Document, IngestReport


class Ingests(Protocol):
    """What is asked of an assistant here."""

    def documents(self) -> tuple[Document, ...]:
        """All documents of the corpus."""

    def ingest(self, paths: list[Path]) -> IngestReport:
        """Takes in files."""


def default_articles() -> list[Path]:
    """The files of the default corpus, in order; its README is not one of them."""
    folder = Path(__file__).resolve().parents[1] / "seeds"
    return sorted(path for path in folder.glob("*.md") if path.name != "README.md")


def fill_if_empty(assistant: Ingests) -> None:
    """Gives an empty corpus the default articles.

    Raises:
        ModelError, IndexStoreError: an engine failed.
    """
    if not assistant.documents():
        assistant.ingest(default_articles())
