"""`mustanad ingest`, `mustanad documents …` and `mustanad models …`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli_session import AnyAssistant, Meter, Session, note, one_line, say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.schema import Document
    from rag.settings import Settings


@click.command(short_help="Takes in files and folders.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--rebuild",
    is_flag=True,
    help="First drop all that the corpus holds, whatever it was built with.",
)
@click.pass_obj
def ingest(session: Session, paths: tuple[Path, ...], rebuild: bool) -> int:
    """Takes in the files and folders at PATHS, so that questions can be asked about them.

    A file that has not changed costs nothing, a changed one replaces its older self. A file that
    cannot be read is named, the others are taken in all the same, and the exit code is 1.

    Example: mustanad ingest reports/ interview.pdf
    """
    with session.open_assistant(rebuild=rebuild) as (assistant, meter):
        return take_in(assistant, paths, meter)


def take_in(assistant: AnyAssistant, paths: Sequence[Path], meter: Meter) -> int:
    """Ingests, says what became of it, and returns 1 where a file was skipped, else 0."""
    report = assistant.ingest(paths, progress=meter.ingested)
    meter.stop()
    say(
        f"{_count(len(report.added), 'document')} added, {len(report.unchanged)} unchanged, "
        f"{len(report.removed)} removed; {_count(report.embedded, 'passage')} embedded."
    )
    for skipped in report.skipped:
        note(f"Skipped {skipped.path}: {skipped.reason}")
    if report.skipped:
        note(f"{_count(len(report.skipped), 'file')} skipped.")
    return int(bool(report.skipped))


@click.group()
def documents() -> None:
    """Lists, shows and removes the documents of the index."""


@documents.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as one JSON list.")
@click.pass_obj
def list_documents(session: Session, as_json: bool) -> None:
    """Lists all documents: id, date, language, title and file.

    Example: mustanad documents list
    """
    with session.open_assistant() as (assistant, _):
        found = assistant.documents()
    if as_json:
        say_json([_facts(document) for document in found])
        return
    for document in found:
        published = document.published.isoformat() if document.published else "-"
        say(
            f"{document.document_id}  {published:<10}  {document.language:<3}  "
            f"{document.title or '-'}  ({document.path})"
        )
    if not found:
        note("The index holds no documents yet. Run `mustanad ingest PATH` to add some.")


@documents.command("show")
@click.argument("document_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
@click.pass_obj
def show_document(session: Session, document_id: str, as_json: bool) -> None:
    """Shows what is known about the document ID, and its text.

    Example: mustanad documents show 3f2a9c0b71d4e685
    """
    with session.open_assistant() as (assistant, _):
        document = assistant.document(document_id)
    if document is None:
        raise _no_such_document(document_id)
    if as_json:
        say_json({**_facts(document), "text": document.text})
        return
    for name, value in _facts(document).items():
        if value:
            say(f"{name}: {', '.join(value) if isinstance(value, tuple) else value}")
    say("")
    say(document.text)


@documents.command("remove")
@click.argument("document_ids", metavar="ID…", nargs=-1, required=True)
@click.pass_obj
def remove_documents(session: Session, document_ids: tuple[str, ...]) -> int:
    """Removes the documents ID… from the index. Their files stay where they are.

    Example: mustanad documents remove 3f2a9c0b71d4e685
    """
    failed = False
    with session.open_assistant() as (assistant, _):
        for document_id in document_ids:
            if assistant.remove(document_id):
                say(f"Removed {document_id}.")
            else:
                note(f"Error: {_no_such_document(document_id).message}")
                failed = True
    return int(failed)


def _no_such_document(document_id: str) -> click.ClickException:
    return click.ClickException(
        f"There is no document {document_id}. `mustanad documents list` shows all."
    )


def _facts(document: Document) -> dict[str, object]:
    facts = dataclasses.asdict(document)
    del facts["text"]
    return facts


@click.group()
def models() -> None:
    """Lists, fetches, verifies and removes models."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as one JSON list.")
@click.pass_obj
def list_models(session: Session, as_json: bool) -> None:
    """Lists the models that can be had by name, those in use marked with a star.

    Example: mustanad models list
    """
    chosen = session.settings
    with Meter() as meter:
        entries = session.parts.open_store(chosen.models, meter.fetched).entries()
    if as_json:
        say_json([dataclasses.asdict(entry) for entry in entries])
        return
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        used = "*" if entry.name in models_in_use(chosen) else " "
        say(
            f"{used} {entry.name:<{width}}  {entry.kind:<9}  {_megabytes(entry.size_bytes):>9}  "
            f"{entry.license}  {entry.path or 'not fetched'}"
        )


@models.command("fetch")
@click.argument("names", metavar="[NAME…]", nargs=-1)
@click.pass_obj
def fetch_models(session: Session, names: tuple[str, ...]) -> None:
    """Fetches the models NAME…, or those in use, and compares SHA-256 where it is known.

    A broken fetch goes on where it stopped. NAME is one that `mustanad models list` shows, or a
    hub's owner/repository, or owner/repository/file.gguf.

    Example: mustanad models fetch
    """
    chosen = session.settings
    for name in names or models_in_use(chosen):
        with Meter() as meter:
            path = session.parts.open_store(chosen.models, meter.fetched).fetch(name)
        say(f"{name}: {path}")


@models.command("verify")
@click.argument("names", metavar="[NAME…]", nargs=-1)
@click.pass_obj
def verify_models(session: Session, names: tuple[str, ...]) -> int:
    """Reads the models NAME…, or all that are cached, and compares their SHA-256.

    Of a path only the format is checked.

    Example: mustanad models verify
    """
    from rag.errors import ModelError, ModelNotFoundError

    intact = damaged = 0
    with Meter() as meter:
        store = session.parts.open_store(session.settings.models, meter.fetched)
        for name in names or [entry.name for entry in store.entries()]:
            try:
                store.verify(name)
            except ModelError as exc:
                if not names and isinstance(exc, ModelNotFoundError):
                    continue
                meter.stop()
                note(f"Error: {one_line(exc)}")
                damaged += 1
            else:
                meter.stop()
                say(f"{name}: intact")
                intact += 1
    if not intact and not damaged:
        note("No model is cached. Run `mustanad models fetch` to fetch those in use.")
    return int(damaged > 0)


@models.command("remove")
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
@click.pass_obj
def remove_models(session: Session, names: tuple[str, ...]) -> int:
    """Removes the models NAME… from the cache. Files of your own stay.

    Example: mustanad models remove qwen2.5-coder-0.5b-instruct-q4_k_m
    """
    failed = False
    with Meter() as meter:
        store = session.parts.open_store(session.settings.models, meter.fetched)
        for name in names:
            if store.remove(name):
                say(f"Removed {name}.")
            else:
                note(f"Error: {name} is not cached. `mustanad models list` shows what is.")
                failed = True
    return int(failed)


def models_in_use(settings: Settings) -> tuple[str, ...]:
    """The models that run on this machine: no text model where a server words, or nothing does."""
    if settings.answer.engine == "llama.cpp":
        return settings.models.embedding, settings.models.text
    return (settings.models.embedding,)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
