"""What all commands share: their settings, the parts they are built from, and their output.

A command's result goes to stdout, all else to stderr.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TextIO

import click

if TYPE_CHECKING:
    from rag.borne_out import Likeness
    from rag.fetching import FetchProgress
    from rag.models import ModelStore
    from rag.schema import Answer, Document, Event, IngestReport, Period, Progress, Turn
    from rag.settings import ModelSettings, Settings

Fetched = Callable[["FetchProgress"], None]
Ingested = Callable[["Progress"], None]


class AnyAssistant(Protocol):
    """What the commands ask of an assistant."""

    def load(self) -> None:
        """Loads the models ahead of the first question."""

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), published: Period | None = None
    ) -> Answer:
        """Answers from the documents."""

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), published: Period | None = None
    ) -> Iterator[Event]:
        """The passages first, then the words, then the checked answer."""

    def ingest(self, paths: Sequence[Path], *, progress: Ingested | None = None) -> IngestReport:
        """Takes in files and folders."""

    def documents(self) -> tuple[Document, ...]:
        """All documents of the index."""

    def document(self, document_id: str) -> Document | None:
        """The document of that id."""

    def remove(self, document_id: str) -> bool:
        """Takes a document out of the index; whether it was there."""


class OpenAssistant(Protocol):
    """Opens an assistant; models are loaded when they are first needed."""

    def __call__(
        self, settings: Settings, *, progress: Fetched | None = None, rebuild: bool = False
    ) -> AbstractContextManager[AnyAssistant]:
        """With `rebuild`, an index that was built with other settings is dropped."""


class OpenLikeness(Protocol):
    """Opens what compares texts in meaning."""

    def __call__(
        self, settings: Settings, *, progress: Fetched | None = None
    ) -> AbstractContextManager[Likeness]:
        """Loads the embedding model."""


def _open_assistant(
    settings: Settings, *, progress: Fetched | None = None, rebuild: bool = False
) -> AbstractContextManager[AnyAssistant]:
    from rag.assistant import Assistant

    return Assistant.open(settings, progress=progress, rebuild=rebuild)


@contextmanager
def _open_likeness(settings: Settings, *, progress: Fetched | None = None) -> Iterator[Likeness]:
    from rag.engines import Engines

    with Engines(settings, progress=progress) as engines:
        yield engines.likeness()


def _open_store(settings: ModelSettings, progress: Fetched) -> ModelStore:
    from rag.models import ModelStore

    return ModelStore(settings, progress=progress)


def _stdout_is_terminal() -> bool:
    return _is_terminal(sys.stdout)


def _both_are_terminals() -> bool:
    return _is_terminal(sys.stdin) and _is_terminal(sys.stdout)


def _is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody sits there; a stream that was closed before the start is None."""
    return stream is not None and stream.isatty()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts that commands are built from; a test gives others."""

    open_assistant: OpenAssistant = _open_assistant
    open_likeness: OpenLikeness = _open_likeness
    open_store: Callable[[ModelSettings, Fetched], ModelStore] = _open_store
    serve: Callable[..., None] | None = None
    stdout_is_terminal: Callable[[], bool] = _stdout_is_terminal
    is_interactive: Callable[[], bool] = _both_are_terminals


@dataclass(kw_only=True)
class Session:
    """One run of the command line: what its options said, and its parts."""

    parts: Parts
    overrides: dict[str, Any] = field(default_factory=dict)
    file: Path | None = None
    debug: bool = False

    def load_settings(self) -> tuple[Settings, dict[str, str]]:
        """The settings in force, and where each came from.

        Raises:
            SettingsError: one is unknown or not allowed.
        """
        from rag.settings import load_settings

        return load_settings(self.overrides, file=self.file)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.load_settings()[0]

    @contextmanager
    def open_assistant(
        self, settings: Settings | None = None, *, rebuild: bool = False
    ) -> Iterator[tuple[AnyAssistant, Meter]]:
        """An assistant, and the meter that shows what it fetches or takes in."""
        with (
            Meter() as meter,
            self.parts.open_assistant(
                settings or self.settings, progress=meter.fetched, rebuild=rebuild
            ) as assistant,
        ):
            yield assistant, meter


class Meter:
    """Progress on stderr, drawn from the first report on and gone when it is stopped.

    Without a terminal only the fetching of models is told, line by line.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._fetched: Fetched | None = None
        self._counted: Callable[[str, int, int], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Takes the bars away; a later report draws new ones."""
        self._stack.close()
        self._fetched = self._counted = None

    def fetched(self, progress: FetchProgress) -> None:
        """Shows how far the fetch of a model is."""
        if self._fetched is None:
            from rag.progress import rich_progress

            self.stop()
            self._fetched = self._stack.enter_context(rich_progress())
        self._fetched(progress)

    def ingested(self, progress: Progress) -> None:
        """Shows how many files are read."""
        self._count(Path(progress.path).name, progress.files_done, progress.files)

    def answered(self, done: int, total: int) -> None:
        """Shows how many questions are answered."""
        self._count("questions", done, total)

    def _count(self, label: str, done: int, total: int) -> None:
        if self._counted is None:
            self.stop()
            self._counted = self._stack.enter_context(_counter())
        self._counted(label, done, total)


@contextmanager
def _counter() -> Iterator[Callable[[str, int, int], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    task = bar.add_task("", total=None)
    with bar:
        yield lambda label, done, total: bar.update(
            task, description=printable(label), completed=done, total=total
        )


_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """The text with control characters made visible, so that no document steers a terminal.

    Among them are those that turn around the characters after them, and halves of characters.
    """
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def say(text: str) -> None:
    """Writes a result to stdout."""
    click.echo(printable(text))


def say_json(value: Any) -> None:
    """Writes a result to stdout as JSON; dates as ISO 8601, paths as text."""
    click.echo(json_text(value, indent=2))


def json_text(value: Any, *, indent: int | None = None) -> str:
    """A value as JSON; what `printable` would replace is escaped, and so kept."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    return _STEERING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def note(text: str, *, dim: bool = False) -> None:
    """Writes a line to stderr."""
    click.secho(printable(text), err=True, dim=dim or None)


def one_line(error: BaseException) -> str:
    """An error's message with the notes that were added to it, on one line."""
    notes: list[str] = getattr(error, "__notes__", [])
    return " ".join(" ".join([str(error), *notes]).split())


def _plain(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


@contextlib.contextmanager
def drawing() -> Iterator[Callable[[str], None]]:
    """Gives a callback that draws a text in place on stderr; it is gone at the end."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with Live(console=console, transient=True, refresh_per_second=12) as live:
        yield lambda text: live.update(Text(printable(text), style="dim"))
