"""`mustanad ask` and `mustanad chat`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from rag.cli_session import AnyAssistant, Meter, Session, drawing, note, one_line, say, say_json

if TYPE_CHECKING:
    from rag.schema import Answer, Passage, Period, Turn

_EXCERPT = 160  # code points of a passage that is only offered
_NEAREST = {"ar": "أقرب ما في الوثائق:", "en": "The nearest passages in the documents:"}
_WELCOME = (
    "اسأل عن وثائقك بالعربية أو الإنجليزية. للخروج: /exit، ولبدء حديث جديد: /new",
    "Ask about your documents in Arabic or English. To leave: /exit; to start afresh: /new",
)
_PROMPT = {"ar": "سؤالك: ", "en": "Question: "}
_STOPPED = {"ar": "توقفت الإجابة.", "en": "The answer was stopped."}
_LEAVING = {"/exit", "/quit", "/خروج"}
_AFRESH = {"/new", "/جديد"}
_MARKS = "\u061c\u200e\u200f"  # of direction


def _dated(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that limit a command to documents of some time."""
    first = "Use documents from this day on (2024-01-31)."
    since = click.option("--since", metavar="DAY", help=first)
    until = click.option("--until", metavar="DAY", help="Use documents up to this day.")
    return since(until(command))


def _period(since: str | None, until: str | None) -> Period | None:
    from rag.schema import Period

    if since is None and until is None:
        return None
    if "" in (since, until):
        # Of a script whose variable is not set: all documents would be used in silence.
        raise click.UsageError("A day is empty. It is written like 2024-01-31.")
    try:
        return Period.between(since, until)
    except ValueError as exc:
        raise click.UsageError(f"{exc}.") from exc


@click.command(short_help="Answers a question from the documents.")
@click.argument("words", metavar="QUESTION", nargs=-1, required=True)
@_dated
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")
@click.option("--no-stream", is_flag=True, help="Show nothing before the answer is checked.")
@click.pass_obj
def ask(
    session: Session,
    words: tuple[str, ...],
    *,
    since: str | None,
    until: str | None,
    as_json: bool,
    no_stream: bool,
) -> None:
    """Answers QUESTION from the documents, in the language of the question.

    What the answer takes from the documents names the words there that bear it out. If the
    documents do not hold the answer, it says so.

    Example: mustanad ask "when did talks begin?" --since 2024-01-01
    """
    question = " ".join(words)
    if not question.strip():
        raise click.UsageError("The question is empty.")
    if len(words) > 1:
        # The shell may have changed what stands outside of quotes.
        raise click.UsageError(f'Put the question in quotes: mustanad ask "{question}"')
    period = _period(since, until)
    streaming = not (as_json or no_stream) and session.parts.stdout_is_terminal()
    with session.open_assistant() as (assistant, meter):
        answer = (
            _stream(assistant, question, (), meter, period)
            if streaming
            else assistant.ask(question, published=period)
        )
    if as_json:
        say_json(answer.to_dict())
    else:
        _show(answer)


@click.command(short_help="Talks about the documents.")
@_dated
@click.pass_obj
def chat(session: Session, since: str | None, until: str | None) -> int:
    """Talks about the documents: a question may refer to those before it.

    Ctrl-C stops an answer; Ctrl-D or /exit leaves; /new starts afresh. Questions from a file or a
    pipe are asked line by line, and Ctrl-C stops them all.

    Example: mustanad chat
    """
    from rag.errors import GenerationError, QuestionError
    from rag.schema import Turn

    period = _period(since, until)
    interactive = session.parts.is_interactive()
    if interactive:
        _welcome()
    history: list[Turn] = []
    language, failed = "en", False
    with session.open_assistant() as (assistant, meter):
        while (question := _read_question(_PROMPT[language] if interactive else None)) is not None:
            if question.strip(_MARKS) in _AFRESH:
                history.clear()
                continue
            try:
                if session.parts.stdout_is_terminal():
                    answer = _stream(assistant, question, history, meter, period)
                else:
                    answer = assistant.ask(question, history=history, published=period)
            except KeyboardInterrupt:
                if not interactive:
                    raise  # Of a file of questions, the others are not meant to go on.
                note(_STOPPED[language])
                continue
            except (GenerationError, QuestionError) as exc:
                # The next question may well succeed: a server is back, a shorter prompt fits.
                note(f"Error: {one_line(exc)}")
                failed = True
                continue
            language = answer.language if answer.language in _PROMPT else "en"
            _show(answer)
            say("")
            history.append(Turn.of(answer))
    return int(failed)


def _welcome() -> None:
    with contextlib.suppress(ImportError):  # absent on Windows: a plain line will do
        import readline  # noqa: F401 - input() edits lines with it
    for line in _WELCOME:
        note(line, dim=True)


def _read_question(prompt: str | None) -> str | None:
    """The next line that is not empty, stripped; None where the user leaves."""
    while True:
        try:
            line = sys.stdin.readline() if prompt is None else input(prompt) + "\n"
        except KeyboardInterrupt:
            if prompt is None:
                raise
            note("")
            continue
        except EOFError:
            note("")
            return None
        except UnicodeDecodeError as exc:
            raise click.ClickException("The questions on stdin are not UTF-8.") from exc
        question = line.strip()
        # Who types from right to left may have put a mark of direction before the stroke.
        if not line or question.strip(_MARKS) in _LEAVING:
            return None
        if question:
            return question


def _stream(
    assistant: AnyAssistant,
    question: str,
    history: Sequence[Turn],
    meter: Meter,
    period: Period | None,
) -> Answer:
    """Shows passages and draft on stderr while the answer is made."""
    from rag.schema import Delta, Final, Marked, Passages

    draft = ""
    with contextlib.ExitStack() as stack:
        draw = None
        for event in assistant.stream(question, history=history, published=period):
            meter.stop()
            match event:
                case Passages(passages):
                    for title in dict.fromkeys(_describe(passage) for passage in passages):
                        note(f"· {title}", dim=True)
                case Marked(citations):
                    note(f"→ {' '.join(citations[0].marked.split())}", dim=True)
                case Delta(text):
                    draw = draw or stack.enter_context(drawing())
                    draft += text
                    draw(draft)
                case Final(answer):
                    return answer
    raise RuntimeError("the stream ended without a Final event")


def _show(answer: Answer) -> None:
    from rag.schema import Status

    say(str(answer))
    if answer.status is Status.NOT_FOUND and answer.passages:
        say("")
        say(_NEAREST.get(answer.language, _NEAREST["en"]))
        for passage in answer.passages:
            say(f"· {_describe(passage)}")
            say(f"    {_excerpt(passage.text)}")


def _describe(passage: Passage) -> str:
    facts = (passage.title or passage.path, passage.source, passage.published)
    return " · ".join(str(fact) for fact in facts if fact)


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else line[:_EXCERPT].rsplit(" ", 1)[0] + " …"
