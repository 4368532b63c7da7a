"""What all visitors of a page share: corpora, kept conversations, feedback, one text model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rag.archive import Archive
from rag.assistant import Assistant
from rag.corpora import Corpora, Corpus
from rag.engines import LoadedModel
from rag.feedback import FeedbackFile
from rag.schema import Document, IngestReport, Progress
from rag.settings import Settings
from ui import api
from ui.conversation import Answers
from ui.limits import Pace
from ui.strings import Problem, describe, describe_to_others
from ui.waiting import Line


class Works(Answers, api.Searches, Protocol):
    """All that the page asks of an assistant."""

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> IngestReport:
        """Takes in files and folders."""

    def documents(self) -> tuple[Document, ...]:
        """All documents of the corpus."""

    def count_documents(self) -> int:
        """How many documents the corpus has."""

    def document(self, document_id: str) -> Document | None:
        """The document of that id."""

    def remove(self, document_id: str) -> bool:
        """Takes a document out of the corpus; whether it was there."""


class Shelf(api.Shelf, Protocol):
    """The corpora, each as far as its owner, or everybody, may see it."""

    def visible_to(self, owner: str) -> tuple[Corpus, ...]:
        """The owner's own and the shared ones, the default one first."""

    def get(self, corpus_id: str, *, owner: str) -> Corpus:
        """The corpus of that id, if the owner may see it."""

    def create(self, name: str, *, owner: str = "", shared: bool = False) -> Corpus:
        """Makes an empty corpus."""

    def rename(self, corpus_id: str, name: str, *, owner: str) -> Corpus:
        """Gives a corpus another name."""

    def delete(self, corpus_id: str, *, owner: str) -> None:
        """Deletes a corpus with all that was taken into it."""

    def assistant(self, corpus_id: str, *, owner: str) -> Works:
        """What answers from a corpus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who sees a page.

    `owner` owns what is kept: the name of an account, "" for whoever sits at this computer, or
    something made up for a guest, whose conversations are not kept. `key` tells visitors apart
    where they take turns. `name` is shown; "" without an account.
    """

    owner: str
    key: str
    name: str = ""
    is_guest: bool = False

    @property
    def is_here(self) -> bool:
        """Whether it is whoever sits at this computer, and may be told about it."""
        return not self.name and not self.is_guest

    def describe(self, error: Exception) -> Problem:
        """An error, as far as the visitor may know of it."""
        return describe(error) if self.is_here else describe_to_others(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What all visitors of a page share.

    `data` is the folder that holds their uploads, `pace` how often each may ask, `judging_pace` how
    often each may judge an answer.
    """

    settings: Settings
    corpora: Shelf
    archive: Archive | None
    feedback: FeedbackFile | None
    data: Path
    origins: Mapping[str, str] = field(default_factory=dict)
    models: Callable[[], tuple[LoadedModel, ...]] = tuple
    line: Line = field(default_factory=Line)
    pace: Pace = field(default_factory=lambda: Pace(0, per_s=60.0))
    judging_pace: Pace = field(default_factory=lambda: Pace(0, per_s=60.0))


@contextmanager
def open_desk(assistant: Assistant, origins: Mapping[str, str]) -> Iterator[Desk]:
    """The desk of a page over an assistant, whose models all corpora share.

    Raises:
        ArchiveError: the file of past conversations cannot be used.
    """
    settings = assistant.settings
    with ExitStack() as stack:
        corpora = stack.enter_context(Corpora(settings, engines=assistant.engines))
        archive = None
        if settings.keep.conversations:
            archive = stack.enter_context(Archive.open(settings.keep.archive))
        yield Desk(
            settings=settings,
            origins=origins,
            corpora=corpora,
            archive=archive,
            feedback=FeedbackFile(settings.keep.feedback),
            data=settings.index.path.parent,
            models=assistant.engines.loaded,
            pace=Pace(settings.page.questions_per_minute, per_s=60.0),
            judging_pace=Pace(settings.page.questions_per_minute, per_s=60.0),
        )
