"""The command line: `mustanad`."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.cli_ask import ask, chat
from rag.cli_corpora import corpora, corpus_option, within_corpus
from rag.cli_evaluate import evaluate
from rag.cli_feedback import feedback
from rag.cli_manage import documents, ingest, models, models_in_use, take_in
from rag.cli_session import Meter, Parts, Session, note, one_line, say
from rag.cli_settings import settings
from rag.cli_users import users
from rag.corpus import default_articles

if TYPE_CHECKING:
    from rag.cli_session import AnyAssistant
    from rag.settings import PageSettings, Settings

INTERRUPTED = 130  # as shells say it: 128 and the number of the signal


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """A callback that puts an option's value, where it is given, into the overrides."""

    def callback(context: click.Context, _: click.Parameter, value: Any) -> None:
        if value is not None:
            _session(context).overrides[name] = value

    return callback


def _set(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> None:
    for assignment in values:
        name, equals, value = assignment.partition("=")
        if not equals or name.count(".") != 1:
            raise click.BadParameter(
                f"{assignment!r} is not of the form section.name=value.", context, parameter
            )
        _session(context).overrides[name] = value


def _file(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        _session(context).file = value


def _debug(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not _session(context).debug:
        _session(context).debug = True
        import logging

        logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
        logging.getLogger("rag").setLevel(logging.DEBUG)


def _told(context: click.Context, _: click.Parameter, times: int) -> None:
    if times:
        _session(context).overrides["page.open_to_all"] = min(times, 2)


def _session(context: click.Context) -> Session:
    session: Session = context.find_root().obj
    return session


def _global_options(*, hidden: bool) -> list[click.Parameter]:
    """The options of all commands. They may stand before or after the command's name."""
    return [
        click.Option(
            ["--index"],
            type=click.Path(),
            expose_value=False,
            hidden=hidden,
            callback=_remember("index.path"),
            help="Folder of the index (index.path).",
        ),
        click.Option(
            ["--no-llm"],
            flag_value="none",
            default=None,
            expose_value=False,
            hidden=hidden,
            callback=_remember("answer.engine"),
            help="Use no text model: the clause that answers is quoted (answer.engine=none).",
        ),
        click.Option(
            ["--set"],
            multiple=True,
            metavar="SECTION.NAME=VALUE",
            expose_value=False,
            hidden=hidden,
            callback=_set,
            help="Change a setting; may be repeated. `mustanad settings` lists them.",
        ),
        click.Option(
            ["--config"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            expose_value=False,
            hidden=hidden,
            callback=_file,
            help="Read this file instead of mustanad.toml in the working directory.",
        ),
        click.Option(
            ["--debug"],
            is_flag=True,
            expose_value=False,
            hidden=hidden,
            callback=_debug,
            help="Show log messages, and where an error came from.",
        ),
    ]


@click.group(
    epilog='Example: mustanad ask "when did talks begin?"',
    context_settings={"help_option_names": ["-h", "--help"]},  # of all commands
)
@click.version_option(package_name="mustanad", message="%(prog)s %(version)s")
def cli() -> None:
    """Answers questions about your own documents, offline, with verbatim citations.

    The options below, but for --version, may also stand at the end, after the whole command; --in
    has no meaning with `corpora`.
    """


@click.command(short_help="Serves the page and prints its address.")
@click.option(
    "--host",
    metavar="ADDRESS",
    expose_value=False,
    callback=_remember("page.host"),
    help="Listen on this address; 0.0.0.0 is all of this machine's (page.host).",
)
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    expose_value=False,
    callback=_remember("page.port"),
    help="Listen on this port; 0 is any free one (page.port).",
)
@click.option(
    "--auth",
    metavar="FILE",
    type=click.Path(),
    expose_value=False,
    callback=_remember("page.auth"),
    help="Only let in the accounts of FILE; `mustanad users` makes it (page.auth).",
)
@click.option(
    "--open-to-all",
    count=True,
    expose_value=False,
    callback=_told,
    help="Given twice, it lets other machines use the page without accounts (page.open_to_all=2).",
)
@click.pass_obj
def serve(session: Session) -> None:
    """Serves the page, and prints its address once it is there. Ctrl-C stops it.

    Models that are missing are fetched first. An empty index is given the articles that come with
    Mustanad; `mustanad ingest` adds your own documents.

    An address that other machines reach needs accounts, since whoever opens the page can read all
    documents. To do without, say --open-to-all twice.

    Example: mustanad serve

    Example: mustanad serve --host 0.0.0.0 --auth users.txt
    """
    from rag.memory import share_arenas

    chosen, origins = session.load_settings()
    _check_doors(chosen.page)
    share_arenas()
    _fetch_missing(session, chosen)
    with session.open_assistant(chosen) as (assistant, meter):
        if not assistant.documents():
            note("The index is empty: taking in the articles that come with Mustanad.")
            take_in(assistant, default_articles(), meter)
        meter.stop()

        def ready(url: str) -> None:
            say(f"Mustanad is at {url}")
            # The first question finds the models loaded, or waits for the rest of it only. Not
            # before the address is out: while llama.cpp loads, all output of the process is lost.
            threading.Thread(target=_load, args=(assistant,), daemon=True).start()

        _start_page(session)(assistant, origins, ready=ready)


def _check_doors(page: PageSettings) -> None:
    """Says what would let in everyone, or no one, before anything takes its time."""
    from rag.errors import AccountsError
    from ui.network import check_open, is_loopback

    if page.auth is not None:
        from rag.accounts import Accounts

        if not Accounts.read(page.auth).names():
            raise AccountsError(
                path=page.auth,
                reason="no account is there. `mustanad users add FILE NAME` adds one.",
            )
    check_open(page.host, page.auth is not None, page.open_to_all)
    if page.auth is not None and not is_loopback(page.host):
        note(
            "Passwords and documents cross the network unencrypted, unless a server for HTTPS "
            "stands in front of the page."
        )


def _load(assistant: AnyAssistant) -> None:
    from rag.errors import RagError

    try:
        assistant.load()
    except RagError as exc:
        # Each question will say so too; the page can still show documents and passages.
        note(one_line(exc))


def _fetch_missing(session: Session, chosen: Settings) -> None:
    with Meter() as meter:
        store = session.parts.open_store(chosen.models, meter.fetched)
        for name in models_in_use(chosen):
            store.resolve(name)


def _start_page(session: Session) -> Callable[..., None]:
    if session.parts.serve is not None:
        return session.parts.serve
    from ui.server import serve as serve_page

    return serve_page


def _assemble() -> None:
    for command in (
        ask,
        chat,
        ingest,
        documents,
        corpora,
        models,
        users,
        feedback,
        settings,
        serve,
        evaluate,
    ):
        cli.add_command(command)
    for command in (cli, *_leaves(cli)):
        command.params.extend(_global_options(hidden=command is not cli))
    cli.params.append(corpus_option(hidden=False))
    for command in _leaves(cli):
        if command not in corpora.commands.values():
            command.params.append(corpus_option(hidden=True))
            within_corpus(command)


def _leaves(group: click.Group) -> list[click.Command]:
    found: list[click.Command] = []
    for command in group.commands.values():
        found += _leaves(command) if isinstance(command, click.Group) else [command]
    return found


_assemble()


def main(argv: Sequence[str] | None = None, *, parts: Parts | None = None) -> int:
    """Runs one command.

    Args:
        argv: the words after the program's name; the process's own by default.
        parts: what the commands are built from.

    Returns:
        The exit code: 0; 1 where something failed; 2 for wrong usage; 130 after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        # What is not UTF-8 here could not show Arabic at all.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if sys.stdin is None:  # It was closed before the start.
        sys.stdin = io.StringIO()
    if isinstance(sys.stdin, io.TextIOWrapper) and not sys.stdin.isatty():
        # A pipe or a file; those of Windows may begin with a byte order mark.
        with contextlib.suppress(io.UnsupportedOperation):  # the caller has read from it
            sys.stdin.reconfigure(encoding="utf-8-sig", errors="strict")
    from rag.errors import RagError

    session = Session(parts=parts or Parts())
    try:
        code = cli.main(
            args=None if argv is None else list(argv),
            prog_name="mustanad",
            standalone_mode=False,
            obj=session,
        )
    except (KeyboardInterrupt, click.Abort):
        note("Stopped.")
        return INTERRUPTED
    except click.ClickException as exc:
        exc.show()
        return exc.exit_code
    except RagError as exc:
        return _fail(session, exc, one_line(exc))
    except Exception as exc:  # noqa: BLE001 - the last resort, so that a user sees one line
        hint = "" if session.debug else " Run again with --debug to see where."
        return _fail(session, exc, f"unexpected {type(exc).__name__}: {one_line(exc)}.{hint}")
    return code if isinstance(code, int) else 0


def _fail(session: Session, error: Exception, line: str) -> int:
    if session.debug:
        note("".join(traceback.format_exception(error)))
    note(f"Error: {line}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
