"""`mustanad corpora …`, and the option --in of the other commands."""

from __future__ import annotations

import dataclasses
import functools
import shlex
from typing import TYPE_CHECKING, Any

import click

from rag.cli_session import Session, note, say, say_json

if TYPE_CHECKING:
    from rag.corpora import Corpora

_CHOSEN = "rag.corpus"
_OWNER = ""
"""Whoever uses the command line: nobody's account."""


def corpus_option(*, hidden: bool) -> click.Option:
    """The option --in; the command must have been given to `within_corpus`."""

    def remember(context: click.Context, _: click.Parameter, name: str | None) -> None:
        if name is not None:
            context.meta[_CHOSEN] = name

    return click.Option(
        ["--in", "corpus_name"],
        metavar="NAME",
        expose_value=False,
        hidden=hidden,
        callback=remember,
        help="Corpus to use (index.collection); `mustanad corpora list` names them.",
    )


def within_corpus(command: click.Command) -> None:
    """Has a command use the corpus that --in names.

    It is looked up as the command begins: --index and --config, which say where, may stand after.
    """
    work = command.callback
    if work is None:
        return

    @functools.wraps(work)
    def begin(*args: Any, **options: Any) -> Any:
        context = click.get_current_context()
        name = context.meta.get(_CHOSEN)
        if name is not None:
            session: Session = context.find_root().obj
            with _open(session) as corpora:
                found = corpora.find(name, owner=_OWNER)
            session.overrides["index.collection"] = found.collection
        return work(*args, **options)

    command.callback = begin


@click.group()
@click.pass_context
def corpora(context: click.Context) -> None:
    """Lists, makes, renames and deletes corpora.

    A corpus holds documents that are asked together. The option --in of the other commands says
    which one is meant.
    """
    if _CHOSEN in context.meta:
        raise click.UsageError("--in has no meaning here: name the corpus as an argument.")


@corpora.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as one JSON list.")
@click.pass_obj
def list_corpora(session: Session, as_json: bool) -> None:
    """Lists all corpora: id, day they were made, whether they are shared, and name.

    Those that belong to accounts of the page, and are not shared, are left out.

    Example: mustanad corpora list
    """
    with _open(session) as opened:
        found = opened.visible_to(_OWNER)
    if as_json:
        say_json([dataclasses.asdict(corpus) for corpus in found])
        return
    width = max(len(corpus.corpus_id) for corpus in found)
    for corpus in found:
        shared = "shared" if corpus.shared else "-"
        day = corpus.created.date().isoformat()
        say(f"{corpus.corpus_id:<{width}}  {day}  {shared:<6}  {corpus.name}")


@corpora.command("create")
@click.argument("name", metavar="NAME")
@click.option("--shared", is_flag=True, help="Let all who use the page read it.")
@click.pass_obj
def create_corpus(session: Session, name: str, shared: bool) -> None:
    """Makes an empty corpus called NAME.

    Example: mustanad corpora create reports
    """
    with _open(session) as opened:
        made = opened.create(name, owner=_OWNER, shared=shared)
    say(f"Created {made.name}.")
    note(f"`mustanad ingest PATH --in {shlex.quote(made.name)}` adds documents to it.")


@corpora.command("rename")
@click.argument("name", metavar="NAME")
@click.argument("new_name", metavar="NEW")
@click.pass_obj
def rename_corpus(session: Session, name: str, new_name: str) -> None:
    """Gives the corpus NAME the name NEW.

    Example: mustanad corpora rename reports "annual reports"
    """
    with _open(session) as opened:
        old = opened.find(name, owner=_OWNER)
        new = opened.rename(old.corpus_id, new_name, owner=_OWNER)
    say(f"Renamed {old.name} to {new.name}.")


@corpora.command("delete")
@click.argument("name", metavar="NAME")
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
@click.pass_obj
def delete_corpus(session: Session, name: str, yes: bool) -> int:
    """Deletes the corpus NAME with all its documents. Their files stay where they are.

    Example: mustanad corpora delete reports
    """
    with _open(session) as opened:
        found = opened.find(name, owner=_OWNER)
        if not yes:
            if not session.parts.is_interactive():
                raise click.UsageError("Nobody is there to be asked. Give --yes to delete it.")
            if not click.confirm(f"Delete {found.name} with all its documents?", err=True):
                note("Nothing was deleted.")
                return 1
        opened.delete(found.corpus_id, owner=_OWNER)
    say(f"Deleted {found.name}.")
    return 0


def _open(session: Session) -> Corpora:
    from rag.corpora import Corpora

    return Corpora(session.settings)
