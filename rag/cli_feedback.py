"""`mustanad feedback …`: what readers think of answers, and questions made of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli_session import Session, json_text, note, say, say_json

if TYPE_CHECKING:
    from rag.feedback import Feedback, FeedbackFile

_COLLECTION = "index.collection"


@click.group()
def feedback() -> None:
    """Lists what readers think of answers, and makes questions of it."""


@feedback.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as one JSON list.")
@click.pass_obj
def list_feedback(session: Session, as_json: bool) -> None:
    """Lists all judgements: day, verdict, question and reason, the oldest first.

    Example: mustanad feedback list
    """
    file, given = _read(session)
    if as_json:
        say_json([_facts(one) for one in given])
    else:
        for one in given:
            reason = f"  ({one.reason})" if one.reason else ""
            question = " ".join(one.question.split())
            say(f"{one.given_at.date().isoformat()}  {one.verdict:<4}  {question}{reason}")
    if not given:
        note("Nobody has judged an answer yet. The page has a thumb up and down beside each.")
    _note_skipped(file)


@feedback.command("export")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write to FILE, which must not be there yet; by default to the terminal.",
)
@click.option(
    "--all",
    "with_drafts",
    is_flag=True,
    help="Also those judged down, as lines to complete by hand.",
)
@click.pass_obj
def export_feedback(session: Session, out: Path | None, with_drafts: bool) -> None:
    """Writes judged questions as a file for `mustanad eval`, one JSON object a line.

    An answer judged up says what is right: its words and its source, or that the documents do not
    hold it. The last judgement of a question counts. One judged down says only what is wrong: with
    --all it becomes a line with "answerable": null, which `mustanad eval` refuses until you put
    true or false there, and the right answers. `--in NAME` takes the questions of one corpus.

    Example: mustanad feedback export --out questions.jsonl
    """
    from rag.feedback import as_questions, drafts, question_line

    file, given = _read(session)
    lines = [question_line(question) for question in as_questions(given)]
    unfinished = list(drafts(given))
    _write(lines + (unfinished if with_drafts else []), out)
    note(f"{len(lines)} of {len(given)} judgements became questions.")
    if unfinished and with_drafts:
        note(f"{len(unfinished)} judged down: yours to complete, where a null is.")
    elif unfinished:
        note(f"{len(unfinished)} judged down: left out; --all drafts them.")
    _note_skipped(file)


def _read(session: Session) -> tuple[FeedbackFile, list[Feedback]]:
    from rag.feedback import FeedbackFile

    file = FeedbackFile(session.settings.keep.feedback)
    corpus_id = _corpus_id(session)
    return file, [given for given in file.read() if corpus_id in (None, given.corpus_id)]


def _corpus_id(session: Session) -> str | None:
    """The corpus that the command line names; None for all."""
    from rag.corpus_register import DEFAULT
    from rag.settings import load_settings

    collection = session.overrides.get(_COLLECTION)
    if collection is None:
        return None
    others = {name: value for name, value in session.overrides.items() if name != _COLLECTION}
    settings, _ = load_settings(others, file=session.file)
    # All others have the name of their collection.
    return DEFAULT if collection == settings.index.collection else str(collection)


def _write(lines: list[dict[str, object]], out: Path | None) -> None:
    written = [f"{json_text(line)}\n" for line in lines]
    if out is None:
        click.echo("".join(written), nl=False)
        return
    try:
        with out.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(written)
    except FileExistsError as exc:
        # It may be one that somebody has completed.
        raise click.ClickException(f"{out} is there already. Name another file.") from exc
    except OSError as exc:
        raise click.ClickException(f"{out} cannot be written: {exc.strerror}.") from exc


def _facts(given: Feedback) -> dict[str, object]:
    return {
        "given_at": given.given_at,
        "verdict": given.verdict,
        "reason": given.reason,
        "question": given.question,
        "query": given.query,
        "status": given.answer.status.value,
        "text": given.answer.text,
        "corpus_id": given.corpus_id,
        "owner": given.owner,
    }


def _note_skipped(file: FeedbackFile) -> None:
    if file.skipped:
        lines = "1 line" if file.skipped == 1 else f"{file.skipped} lines"
        note(f"{lines} of {file.path} cannot be read: left out.")
