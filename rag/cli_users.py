"""`mustanad users …`: the accounts of the page."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rag.cli_session import Session, note, say, say_json


@click.group(short_help="Adds, removes and lists the accounts of the page.")
def users() -> None:
    """Adds, removes and lists the accounts that may sign in to the page.

    They are kept in FILE, which only its owner may read. A page that is being served notices
    every change.
    """


@users.command("add")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("name", metavar="NAME")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from stdin: its first line."
)
@click.pass_obj
def add_user(session: Session, file: Path, name: str, password_stdin: bool) -> None:
    """Adds the account NAME to FILE, or gives it a new password.

    The password is asked for twice, and not shown.

    Example: mustanad users add users.txt salem
    """
    from rag.accounts import Accounts

    accounts = Accounts.read(file, create=True)
    password = _read_password() if password_stdin else _ask_password(session)
    is_new = accounts.add(name, password)
    say(f"Added {name}." if is_new else f"{name} has a new password.")


def _read_password() -> str:
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError as exc:
        raise click.ClickException("The password on stdin is not UTF-8.") from exc


def _ask_password(session: Session) -> str:
    if not session.parts.is_interactive():
        raise click.UsageError(
            "There is no terminal to ask for the password. Give it with --password-stdin."
        )
    password: str = click.prompt(
        "Password", hide_input=True, confirmation_prompt="The same again", err=True
    )
    return password


@users.command("remove")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("name", metavar="NAME")
def remove_user(file: Path, name: str) -> None:
    """Removes the account NAME from FILE. What it has uploaded stays.

    Example: mustanad users remove users.txt salem
    """
    from rag.accounts import Accounts

    if not Accounts.read(file).remove(name):
        raise click.ClickException(
            f"There is no account {name} in {file}. `mustanad users list FILE` shows all."
        )
    say(f"Removed {name}.")


@users.command("list")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print them as one JSON list.")
def list_users(file: Path, *, as_json: bool) -> None:
    """Lists the names of all accounts in FILE.

    Example: mustanad users list users.txt
    """
    from rag.accounts import Accounts

    names = Accounts.read(file).names()
    if as_json:
        say_json(names)
        return
    for name in names:
        say(name)
    if not names:
        note(f"{file} holds no account. `mustanad users add FILE NAME` adds one.")
