"""Adding documents, as HTML: where files are dropped, how an ingest gets on, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rag.decoding import MEGABYTE
from rag.errors import SkipKind
from ui.library_words import about, file_name, listed, number
from ui.strings import Language, text
from ui.templating import render
from ui.texts.library import ENGLISH

LATEST_RESULTS: Final = 5
OPEN_RESULTS: Final = 12

_SAME_KIND: Final = {"htm": "html"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadState:
    """Whether files can be added now, and to which corpus, by its id and its name.

    `busy` says that an ingest is running.
    """

    corpus_id: str
    corpus: str
    may_add: bool
    busy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """What is taken: suffixes with their dot, as in `rag.readers.SUFFIXES`; megabytes; files."""

    suffixes: tuple[str, ...]
    file_mb: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What became of one file.

    `skipped` is the reason why it was not read, in English, and `skip_kind` the kind of that
    reason; "" where it was read.
    """

    name: str
    documents: int
    chunks: int
    unchanged: bool
    skipped: str
    skip_kind: SkipKind = "other"

    @property
    def outcome(self) -> str:
        """One of "skipped", "unchanged" and "added"."""
        if self.skipped:
            return "skipped"
        return "unchanged" if self.unchanged else "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestView:
    """An ingest as it is seen, running or over. As made without arguments, there has been none.

    `path` was read last; `files_done` of `files` are done, and `files` is 0 until they have been
    found. `chunks` were embedded in `seconds`. `problem` is why it broke off, in the reader's
    language; "" where it did not.
    """

    running: bool = False
    cancelled: bool = False
    path: str = ""
    files_done: int = 0
    files: int = 0
    chunks: int = 0
    seconds: float = 0.0
    results: tuple[FileResult, ...] = ()
    problem: str = ""

    @property
    def stage(self) -> str:
        """One of "running", "failed", "cancelled" and "done"; "none" where there was no ingest."""
        if self.running:
            return "running"
        if self.problem:
            return "failed"
        if self.cancelled:
            return "cancelled"
        return "done" if self.files or self.results else "none"


def skipped_file(name: str, reason: str, kind: SkipKind) -> FileResult:
    """What is told of a file that was not read."""
    return FileResult(
        name=name, documents=0, chunks=0, unchanged=False, skipped=reason, skip_kind=kind
    )


def time_left(view: IngestView, language: Language) -> str:
    """How long an ingest will still take, in words, if its files go on as they have.

    Returns:
        "" where that cannot be told: nothing is done yet, or nothing is left to do.
    """
    left = view.files - view.files_done
    if not view.running or view.files_done <= 0 or left <= 0 or view.seconds <= 0:
        return ""
    return about(view.seconds / view.files_done * left, language)


def render_upload(state: UploadState, limits: UploadLimits, language: Language) -> str:
    """The place to drop files, with buttons that do the same, and what may be dropped there."""
    return render(
        "library_upload.html",
        language,
        state=state,
        most_bytes=limits.file_mb * MEGABYTE,
        accept=",".join(limits.suffixes),
        kinds=_kinds(limits.suffixes, language),
        size=text(language, "library.megabytes", size=number(limits.file_mb, language)),
        count=number(limits.files, language),
    )


def render_ingest(view: IngestView, language: Language) -> str:
    """The progress of an ingest, or its outcome file by file; "" where there has been none."""
    if view.stage == "none":
        return ""
    skipped = [result for result in view.results if result.skipped]
    added = [result for result in view.results if result.outcome == "added"]
    summary = {
        "library.files_taken": len(added),
        "library.articles": sum(result.documents for result in added),
        "library.chunks": sum(result.chunks for result in added),
        "library.files_unchanged": len(view.results) - len(skipped) - len(added),
        "library.files_skipped": len(skipped),
    }
    return render(
        "library_ingest.html",
        language,
        view=view,
        file=file_name(view.path) if view.path else "",
        speed=number(view.chunks / view.seconds, language) if view.seconds > 0 else "",
        time=time_left(view, language),
        summary=[(key, number(count, language)) for key, count in summary.items()],
        skipped=skipped,
        taken=[result for result in view.results if not result.skipped],
        latest=view.results[: -LATEST_RESULTS - 1 : -1],
        open_results=OPEN_RESULTS,
        number=lambda count: number(count, language),
    )


def _kinds(suffixes: Sequence[str], language: Language) -> str:
    """Kinds of files in words, each once; one that has none is named by its suffix."""
    names = {}
    for suffix in suffixes:
        kind = suffix.lower().removeprefix(".")
        key = f"library.kind.{_SAME_KIND.get(kind, kind)}"
        names[key] = text(language, key) if key in ENGLISH else kind
    return listed(list(names.values()), language)
