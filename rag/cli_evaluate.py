"""`mustanad eval`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli_session import AnyAssistant, Meter, Session, note, say, say_json

if TYPE_CHECKING:
    from rag.evaluation import Report
    from rag.evaluation_claims import ClaimReport
    from rag.evaluation_conversations import ConversationReport
    from rag.evaluation_injections import InjectionReport


@click.command("eval", short_help="Measures the answers to a file of questions.")
@click.argument("questions_file", metavar="FILE.jsonl", type=click.Path(path_type=Path))
@click.option(
    "--as",
    "form",
    type=click.Choice(["questions", "conversations", "claims", "injections"]),
    default="questions",
    show_default=True,
    help="What the file holds. Claims are answers with the sentence they are said to rest on, "
    "injections are documents that tell the model what to say.",
)
@click.option(
    "--corpus",
    metavar="PATH",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Files or folders that the questions are about; may be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.pass_obj
def evaluate(
    session: Session, questions_file: Path, form: str, corpus: tuple[Path, ...], as_json: bool
) -> None:
    """Asks all questions of FILE.jsonl and reports right, wrong and how long it took.

    The corpus is taken into an index of its own, which is gone at the end; with --index it is
    that one, and stays. Conversations are judged turn by turn. Claims need no corpus: they
    measure the check that an answer must pass. Injections bring their documents along: it is
    counted how many answers say what a document told the model to say.

    Example: mustanad eval questions.jsonl --corpus articles/
    """
    report: Report | ConversationReport | ClaimReport | InjectionReport
    if form == "claims":
        report = _check_claims(session, questions_file)
    elif form == "injections":
        report = _ask_injections(session, questions_file, corpus)
    elif not corpus:
        raise click.UsageError("Missing option '--corpus'.")
    elif form == "conversations":
        report = _converse(session, questions_file, corpus)
    else:
        report = _ask_questions(session, questions_file, corpus)
    if as_json:
        say_json(report.to_dict())
    else:
        say(str(report))


def _ask_questions(session: Session, file: Path, corpus: Sequence[Path]) -> Report:
    """Takes the corpus in and asks the file's questions."""
    from rag.evaluation import evaluate as ask_questions
    from rag.evaluation import load_questions

    questions = load_questions(file)
    with _holding(session, corpus) as (assistant, meter):
        return ask_questions(assistant, questions, progress=meter.answered)


def _converse(session: Session, file: Path, corpus: Sequence[Path]) -> ConversationReport:
    """Takes the corpus in and has the file's conversations about it."""
    from rag.evaluation_conversations import converse, load_conversations

    conversations = load_conversations(file)
    with _holding(session, corpus) as (assistant, meter):
        return converse(assistant, conversations, progress=meter.answered)


def _check_claims(session: Session, file: Path) -> ClaimReport:
    """Checks the file's claims with the embedding model, and no corpus."""
    from rag.evaluation_claims import check_claims, load_claims

    claims = load_claims(file)
    with (
        Meter() as meter,
        session.parts.open_likeness(session.settings, progress=meter.fetched) as likeness,
    ):
        return check_claims(claims, likeness=likeness)


def _ask_injections(session: Session, file: Path, corpus: Sequence[Path]) -> InjectionReport:
    """Takes the file's own documents in and asks about them."""
    from rag.evaluation_injections import ask_injections, load_injections, write_documents

    if corpus or _names_index(session):
        raise click.UsageError(
            "Injections bring their documents along, and are taken into an index of their own: "
            "leave out --corpus and --index."
        )
    injections = load_injections(file)
    with tempfile.TemporaryDirectory(prefix="mustanad-injections-") as folder:
        write_documents(injections, Path(folder))
        with _holding(session, [Path(folder)]) as (assistant, meter):
            return ask_injections(assistant, injections, progress=meter.answered)


@contextmanager
def _holding(session: Session, corpus: Sequence[Path]) -> Iterator[tuple[AnyAssistant, Meter]]:
    """An assistant that holds the corpus and has loaded its models.

    Its index is gone at the end, unless --index names one.
    """
    chosen = session.settings
    with tempfile.TemporaryDirectory(prefix="mustanad-eval-") as folder:
        if not _names_index(session):
            index = chosen.index.model_copy(update={"path": Path(folder), "url": None})
            chosen = chosen.model_copy(update={"index": index})
        with session.open_assistant(chosen) as (assistant, meter):
            report = assistant.ingest(corpus, progress=meter.ingested)
            for skipped in report.skipped:
                meter.stop()
                note(f"Skipped {skipped.path}: {skipped.reason}")
            if report.skipped and not (report.added or report.unchanged):
                raise click.ClickException("No file of the corpus was taken in.")
            assistant.load()
            yield assistant, meter


def _names_index(session: Session) -> bool:
    return session.load_settings()[1]["index.path"] == "command line"
