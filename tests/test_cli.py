"""The command line: results on stdout, all else on stderr, exit codes that mean something."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rag.catalogue import ModelSpec
from rag.cli import main
from rag.cli_session import AnyAssistant, Fetched, Meter, Parts, printable
from rag.errors import (
    DocumentError,
    GenerationError,
    IndexStoreError,
    ModelNotFoundError,
    QuestionError,
)
from rag.fetching import FetchProgress
from rag.models import ModelStore
from rag.schema import Document, IngestReport, Period, Skipped, Status, Turn
from rag.settings import ModelSettings, Settings
from tests.fakes import ScriptedAssistant, make_answer, make_passage

QUESTION = "when did talks begin?"
DOCUMENT = Document(
    document_id="3f2a9c",
    text="بدأت المحادثات في يناير.",
    path="talks.txt",
    title="المحادثات",
    source="وكالة",
    published=make_passage().published,
    keywords=("سلام", "حرب"),
    language="ar",
)
SPEC = ModelSpec(
    name="tiny", kind="text", format="gguf", license="MIT", size=2_000_000, sha256="0" * 64
)


@dataclass
class Run:
    """One call of the command line: what it wrote, and with which settings it was opened."""

    code: int
    out: str
    err: str


@dataclass
class Terminal:
    """Runs commands against one assistant and remembers the settings they chose."""

    capsys: pytest.CaptureFixture[str]
    assistant: ScriptedAssistant = field(default_factory=lambda: ScriptedAssistant(make_answer()))
    opened: list[Settings] = field(default_factory=list)
    rebuilt: list[bool] = field(default_factory=list)
    fetches: Sequence[FetchProgress] = ()
    parts: dict[str, Any] = field(default_factory=dict)

    def __call__(self, *argv: str) -> Run:
        parts = Parts(
            **{"open_assistant": self._open, "stdout_is_terminal": lambda: False, **self.parts}
        )
        code = main(argv, parts=parts)
        said = self.capsys.readouterr()
        return Run(code, said.out, said.err)

    def _open(
        self, settings: Settings, *, progress: Fetched | None = None, rebuild: bool = False
    ) -> AbstractContextManager[AnyAssistant]:
        self.opened.append(settings)
        self.rebuilt.append(rebuild)
        for fetch in self.fetches:
            if progress is not None:
                progress(fetch)
        return self.assistant


@pytest.fixture
def mustanad(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


def with_input(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(line + "\n" for line in lines)))


# ask


def test_ask_prints_the_answer_and_nothing_else(mustanad: Terminal) -> None:
    assert mustanad("ask", QUESTION) == Run(0, f"{make_answer()}\n", "")
    assert mustanad.assistant.asked == [(QUESTION, ())]
    assert mustanad.assistant.closed


def test_ask_json_prints_the_answer_as_a_dict(mustanad: Terminal) -> None:
    run = mustanad("ask", QUESTION, "--json")
    assert json.loads(run.out) == make_answer().to_dict()
    assert "المحادثات" in run.out


def test_ask_on_a_terminal_shows_passages_first_and_the_answer_last(mustanad: Terminal) -> None:
    mustanad.parts = {"stdout_is_terminal": lambda: True}
    run = mustanad("ask", QUESTION)
    assert run == Run(0, f"{make_answer()}\n", "· المحادثات · وكالة · 2024-09-01\n")


def test_ask_no_stream_shows_only_the_answer_on_a_terminal(mustanad: Terminal) -> None:
    mustanad.parts = {"stdout_is_terminal": lambda: True}
    assert mustanad("ask", QUESTION, "--no-stream").err == ""


def test_a_refusal_offers_the_nearest_passages_and_is_no_failure(mustanad: Terminal) -> None:
    refusal = make_answer(status=Status.NOT_FOUND, text="Not there.", citations=(), notes=())
    mustanad.assistant = ScriptedAssistant(refusal)
    run = mustanad("ask", QUESTION)
    assert run.code == 0
    assert run.out == (
        "Not there.\n\nThe nearest passages in the documents:\n"
        "· المحادثات · وكالة · 2024-09-01\n    بدأت المحادثات في يناير. ثم توقفت.\n"
    )


def test_the_label_of_nearest_passages_is_in_the_language_of_the_answer(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(make_answer(status=Status.NOT_FOUND, language="ar"))
    assert "أقرب ما في الوثائق:" in mustanad("ask", "متى؟").out


def test_a_long_passage_that_is_only_offered_is_cut_at_a_word(mustanad: Terminal) -> None:
    long = make_passage(text="word " * 60)
    mustanad.assistant = ScriptedAssistant(make_answer(status=Status.NOT_FOUND, passages=(long,)))
    last = mustanad("ask", QUESTION).out.splitlines()[-1]
    assert last == "    " + "word " * 31 + "word …"


@pytest.mark.parametrize("question", ["", "  \n "])
def test_an_empty_question_is_wrong_usage(mustanad: Terminal, question: str) -> None:
    run = mustanad("ask", question)
    assert (run.code, run.out) == (2, "")
    assert "The question is empty." in run.err


FIRST, LAST = dt.date(2024, 1, 31), dt.date(2024, 6, 30)
PERIODS = [
    ([], None),
    (["--since", "2024-01-31"], Period(first=FIRST)),
    (["--until", "2024-06-30"], Period(last=LAST)),
    (["--since", "2024-01-31", "--until", "2024-06-30"], Period(FIRST, LAST)),
    (["--since", "2024-01-31", "--until", "2024-01-31"], Period(FIRST, FIRST)),
]


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize(("options", "period"), PERIODS)
def test_ask_is_limited_to_documents_of_the_period_given(
    mustanad: Terminal, options: list[str], period: Period | None, *, streaming: bool
) -> None:
    mustanad.parts = {"stdout_is_terminal": lambda: streaming}
    assert mustanad("ask", QUESTION, *options).code == 0
    assert mustanad.assistant.periods == [period]


@pytest.mark.parametrize("day", ["٢٠٢٤-٠١-٣١", "۲۰۲۴-۰۱-۳۱"])
def test_a_day_may_be_given_in_digits_of_another_script(mustanad: Terminal, day: str) -> None:
    assert mustanad("ask", QUESTION, "--since", day).code == 0
    assert mustanad.assistant.periods == [Period(dt.date(2024, 1, 31), None)]


@pytest.mark.parametrize("command", [["ask", QUESTION], ["chat"]])
def test_a_period_that_ends_before_it_begins_is_wrong_usage(
    mustanad: Terminal, command: list[str]
) -> None:
    run = mustanad(*command, "--since", "2024-06-30", "--until", "2024-01-31")
    assert (run.code, run.out, mustanad.opened) == (2, "", [])
    assert "ends on 2024-01-31, before it begins on 2024-06-30." in run.err


def test_words_of_a_document_cannot_steer_the_terminal(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(make_answer(text="red \x1b[31m and \x9b31m\r bell\x07"))
    assert not set("\x1b\x9b\r\x07") & set(mustanad("ask", QUESTION).out)


def test_json_keeps_every_character_and_cannot_steer_the_terminal(mustanad: Terminal) -> None:
    answer = make_answer(text="متى\u200f \x1b[31m \x9b31m \x7f \u202e \u2067 \ud800")
    mustanad.assistant = ScriptedAssistant(answer)
    out = mustanad("ask", QUESTION, "--json").out
    assert json.loads(out) == answer.to_dict()
    assert "متى\u200f" in out
    assert printable(out) == out


def test_printable_keeps_arabic_marks_tabs_and_ends_of_lines() -> None:
    text = "مُستَنَد\u200f\tيناير\n"
    assert printable(text) == text


# errors


def test_an_error_is_one_line_on_stderr(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(GenerationError(model="m", reason="line one\nand two."))
    assert mustanad("ask", QUESTION) == Run(
        1, "", "Error: The text model m failed: line one and two.\n"
    )


def test_an_errors_notes_stand_on_its_line(mustanad: Terminal) -> None:
    error = ModelNotFoundError(model="m", reason="not here.")
    error.add_note("Then: not there.")
    mustanad.assistant = ScriptedAssistant(error)
    assert mustanad("ask", QUESTION).err == "Error: Model m: not here. Then: not there.\n"


def test_debug_shows_where_an_error_came_from(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(GenerationError(model="m", reason="no."))
    run = mustanad("ask", QUESTION, "--debug")
    assert "Traceback (most recent call last)" in run.err
    assert run.err.endswith("Error: The text model m failed: no.\n")


def test_an_unexpected_error_is_one_line_too(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(ZeroDivisionError("oops"))
    assert mustanad("ask", QUESTION) == Run(
        1,
        "",
        "Error: unexpected ZeroDivisionError: oops. Run again with --debug to see where.\n",
    )


def test_ctrl_c_says_so_in_one_line_and_exits_with_130(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(KeyboardInterrupt())
    run = mustanad("ask", QUESTION)
    assert (run.code, run.out, run.err.strip()) == (130, "", "Stopped.")
    assert mustanad.assistant.closed


@pytest.mark.parametrize(
    "argv",
    [
        ["answer"],
        ["ask"],
        ["ask", "a", "b"],
        ["ask", "a", "--loud"],
        ["ask", "a", "--since", "yesterday"],
        ["ask", "a", "--until", "2024-02-30"],
        ["chat", "--since", "2024"],
        ["ask", "a", "--since", ""],
        ["chat", "--since", "2024-01-31", "--until", ""],
        ["ingest"],
        ["documents", "drop"],
        ["documents", "remove"],
        ["models", "remove"],
        ["settings", "--json", "--markdown"],
        ["eval", "q.jsonl"],
        ["ask", "a", "--set", "top_k=3"],
        ["ask", "a", "--set", "retrieval.top_k"],
    ],
)
def test_wrong_usage_exits_with_2_and_shows_usage(mustanad: Terminal, argv: list[str]) -> None:
    run = mustanad(*argv)
    assert (run.code, run.out) == (2, "")
    assert "Usage: mustanad" in run.err


def test_a_question_without_quotes_is_told_how_to_be_asked(mustanad: Terminal) -> None:
    run = mustanad("ask", "متى", "بدأت", "المحادثات؟", "--json")
    assert (run.code, run.out, mustanad.opened) == (2, "", [])
    assert 'Put the question in quotes: mustanad ask "متى بدأت المحادثات؟"' in run.err


@pytest.mark.parametrize("argv", [["-h"], ["ask", "-h"], ["documents", "list", "-h"]])
def test_help_is_also_asked_for_in_short(mustanad: Terminal, argv: list[str]) -> None:
    assert mustanad(*argv) == mustanad(*argv[:-1], "--help")
    assert mustanad(*argv).code == 0


def test_help_and_version_are_results(mustanad: Terminal) -> None:
    assert mustanad("--help").out.startswith("Usage: mustanad")
    assert mustanad("ask", "--help").code == 0


# global options


@pytest.mark.parametrize("before", [True, False])
def test_options_of_all_commands_stand_before_or_after(mustanad: Terminal, before: bool) -> None:
    options = ["--index", "ix", "--no-llm", "--set", "retrieval.top_k=3", "--set", "page.port=1"]
    assert mustanad(*(options if before else []), "ask", QUESTION, *options).code == 0
    (settings,) = mustanad.opened
    assert settings.index.path == Path("ix")
    assert settings.answer.engine == "none"
    assert (settings.retrieval.top_k, settings.page.port) == (3, 1)


def test_an_option_before_the_command_is_not_forgotten(mustanad: Terminal) -> None:
    mustanad("--no-llm", "--set", "retrieval.top_k=3", "ask", QUESTION, "--set", "page.port=1")
    (settings,) = mustanad.opened
    assert settings.answer.engine == "none"
    assert (settings.retrieval.top_k, settings.page.port) == (3, 1)


def test_a_list_is_set_with_commas(mustanad: Terminal) -> None:
    mustanad("ask", QUESTION, "--set", "models.sources=path,cache")
    assert mustanad.opened[0].models.sources == ("path", "cache")


def test_a_value_may_hold_an_equals_sign(mustanad: Terminal) -> None:
    mustanad("ask", QUESTION, "--set", "answer.url=http://127.0.0.1/?a=b")
    assert mustanad.opened[0].answer.url == "http://127.0.0.1/?a=b"


def test_the_file_of_settings_can_be_named(mustanad: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[retrieval]\ntop_k = 7", encoding="utf-8")
    mustanad("ask", QUESTION, "--config", str(file))
    assert mustanad.opened[0].retrieval.top_k == 7


def test_a_misspelt_setting_is_an_error_before_anything_is_opened(mustanad: Terminal) -> None:
    run = mustanad("ask", QUESTION, "--set", "retreival.top_k=3")
    assert run == Run(
        1,
        "",
        "Error: Setting retreival.top_k (from command line): there is no such setting. "
        "Did you mean retrieval.top_k? `mustanad settings` lists all settings.\n",
    )
    assert mustanad.opened == []


@pytest.mark.parametrize("command", [["ask", QUESTION, "--index", ""], ["serve", "--auth", ""]])
def test_an_empty_path_is_not_this_folder(mustanad: Terminal, command: list[str]) -> None:
    run = mustanad(*command)
    assert (run.code, run.out, mustanad.opened) == (1, "", [])
    assert "Input should not be empty" in run.err


# chat


def test_chat_gives_each_question_the_turns_before_it(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    mustanad.assistant = ScriptedAssistant(make_answer(text="one"), make_answer(text="two"))
    with_input(monkeypatch, "first?", "", "second?")
    run = mustanad("chat")
    assert mustanad.assistant.asked == [
        ("first?", ()),
        ("second?", (Turn.of(make_answer(text="one")),)),
    ]
    assert run == Run(0, f"{make_answer(text='one')}\n\n{make_answer(text='two')}\n\n", "")


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize(("options", "period"), PERIODS)
def test_every_question_of_a_chat_is_limited_to_the_period_given(
    mustanad: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    period: Period | None,
    *,
    streaming: bool,
) -> None:
    mustanad.parts = {"stdout_is_terminal": lambda: streaming}
    with_input(monkeypatch, "first?", "second?")
    assert mustanad("chat", *options).code == 0
    assert mustanad.assistant.periods == [period, period]


@pytest.mark.parametrize("word", ["/exit", "/خروج", "  /quit "])
def test_chat_ends_where_the_user_leaves(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    with_input(monkeypatch, word, "more?")
    assert mustanad("chat").code == 0
    assert mustanad.assistant.asked == []


@pytest.mark.parametrize("mark", ["\u200f", "\u200e", "\u061c"])
def test_marks_of_direction_hide_no_command(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    with_input(monkeypatch, "first?", f"{mark}/جديد", f"{mark}ما هذا؟", f"{mark}/خروج{mark}", "no")
    mustanad.assistant = ScriptedAssistant(make_answer(), make_answer())
    mustanad("chat")
    assert mustanad.assistant.asked == [("first?", ()), (f"{mark}ما هذا؟", ())]


def test_questions_that_are_not_utf_8_are_told_in_one_line(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbfwho?\n")))
    mustanad("chat")
    assert mustanad.assistant.asked == [("who?", ())]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xe3\xca\xec\n")))
    assert mustanad("chat") == Run(1, "", "Error: The questions on stdin are not UTF-8.\n")


def test_an_input_that_was_read_from_is_left_as_it_is(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"before\nwho?\n"))
    assert stdin.readline() == "before\n"
    monkeypatch.setattr(sys, "stdin", stdin)
    assert mustanad("chat").code == 0
    assert mustanad.assistant.asked == [("who?", ())]


def test_chat_starts_afresh_when_told_so(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_input(monkeypatch, "first?", "/new", "second?")
    mustanad("chat")
    assert mustanad.assistant.asked == [("first?", ()), ("second?", ())]


def test_ctrl_c_stops_an_answer_and_not_the_chat(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    mustanad.parts = {"is_interactive": lambda: True}
    mustanad.assistant = ScriptedAssistant(KeyboardInterrupt(), make_answer())
    with_input(monkeypatch, "first?", "second?")
    run = mustanad("chat")
    assert run.code == 0
    assert "The answer was stopped.\n" in run.err
    assert mustanad.assistant.asked == [("first?", ()), ("second?", ())]


def test_ctrl_c_stops_all_questions_of_a_file(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    mustanad.assistant = ScriptedAssistant(KeyboardInterrupt(), make_answer())
    with_input(monkeypatch, "first?", "second?")
    run = mustanad("chat")
    assert (run.code, run.out, run.err.strip()) == (130, "", "Stopped.")
    assert mustanad.assistant.asked == [("first?", ())]


def test_a_failed_answer_does_not_end_the_chat_but_shows_in_the_exit_code(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    mustanad.assistant = ScriptedAssistant(
        GenerationError(model="m", reason="it timed out."), make_answer()
    )
    with_input(monkeypatch, "first?", "second?")
    run = mustanad("chat")
    assert (run.code, run.err) == (1, "Error: The text model m failed: it timed out.\n")
    assert run.out.startswith(str(make_answer()))


def test_a_question_that_cannot_be_asked_does_not_end_the_chat(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    mustanad.assistant = ScriptedAssistant(QuestionError(reason="it is too long."), make_answer())
    with_input(monkeypatch, "first?", "second?")
    run = mustanad("chat")
    assert (run.code, run.err) == (1, "Error: The question cannot be asked: it is too long.\n")
    assert mustanad.assistant.asked == [("first?", ()), ("second?", ())]


def test_an_index_that_cannot_be_used_ends_the_chat(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    mustanad.assistant = ScriptedAssistant(IndexStoreError(path="ix", reason="it is locked."))
    with_input(monkeypatch, "first?", "second?")
    assert mustanad("chat").code == 1
    assert len(mustanad.assistant.asked) == 1


def test_the_prompt_follows_the_language_of_the_last_answer(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    mustanad.assistant = ScriptedAssistant(make_answer(language="ar"))
    mustanad.parts = {"is_interactive": lambda: True}
    with_input(monkeypatch, "متى؟")
    run = mustanad("chat")
    assert run.out.startswith("Question: ")
    assert run.out.endswith("سؤالك: ")
    assert run.err.startswith("اسأل عن وثائقك")
    assert "Ask about your documents" in run.err


# ingest and documents


def test_ingest_says_what_became_of_the_files(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(
        report=IngestReport(added=("a", "b"), unchanged=("c",), removed=("d",), embedded=7)
    )
    run = mustanad("ingest", "one.txt", "two")
    assert run == Run(0, "2 documents added, 1 unchanged, 1 removed; 7 passages embedded.\n", "")
    assert mustanad.assistant.ingested == [Path("one.txt"), Path("two")]
    assert mustanad.rebuilt == [False]


def test_a_skipped_file_is_named_and_the_exit_code_says_so(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(
        report=IngestReport(
            added=("a",), embedded=1, skipped=(Skipped(path="b.pdf", reason="it is encrypted."),)
        )
    )
    assert mustanad("ingest", ".") == Run(
        1,
        "1 document added, 0 unchanged, 0 removed; 1 passage embedded.\n",
        "Skipped b.pdf: it is encrypted.\n1 file skipped.\n",
    )


def test_ingest_rebuild_drops_the_old_index(mustanad: Terminal) -> None:
    mustanad("ingest", ".", "--rebuild")
    assert mustanad.rebuilt == [True]


def test_an_error_that_ends_an_ingest_is_one_line(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(report=DocumentError(path="a", reason="it is gone."))
    assert mustanad("ingest", "a") == Run(1, "", "Error: a: it is gone.\n")


def test_documents_list_shows_a_line_a_document(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(documents=[DOCUMENT])
    assert mustanad("documents", "list") == Run(
        0, "3f2a9c  2024-09-01  ar   المحادثات  (talks.txt)\n", ""
    )


def test_documents_list_json_has_all_facts_but_no_text(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(documents=[DOCUMENT])
    (facts,) = json.loads(mustanad("documents", "list", "--json").out)
    assert (facts["document_id"], facts["published"]) == ("3f2a9c", "2024-09-01")
    assert facts["keywords"] == ["سلام", "حرب"]
    assert "text" not in facts


def test_an_empty_index_lists_nothing_and_says_what_to_do(mustanad: Terminal) -> None:
    run = mustanad("documents", "list")
    assert (run.code, run.out) == (0, "")
    assert "mustanad ingest PATH" in run.err


def test_documents_show_prints_facts_and_text(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(documents=[DOCUMENT])
    assert mustanad("documents", "show", "3f2a9c").out == (
        "document_id: 3f2a9c\npath: talks.txt\ntitle: المحادثات\nsource: وكالة\n"
        "published: 2024-09-01\nkeywords: سلام, حرب\nlanguage: ar\n\nبدأت المحادثات في يناير.\n"
    )


def test_documents_show_json_has_the_text(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(documents=[DOCUMENT])
    run = mustanad("documents", "show", "3f2a9c", "--json")
    assert json.loads(run.out)["text"] == DOCUMENT.text


@pytest.mark.parametrize("command", ["show", "remove"])
def test_an_unknown_document_is_one_line_and_exit_1(mustanad: Terminal, command: str) -> None:
    assert mustanad("documents", command, "0000") == Run(
        1, "", "Error: There is no document 0000. `mustanad documents list` shows all.\n"
    )


def test_documents_remove_goes_on_after_an_unknown_one(mustanad: Terminal) -> None:
    mustanad.assistant = ScriptedAssistant(documents=[DOCUMENT])
    run = mustanad("documents", "remove", "0000", "3f2a9c")
    assert (run.code, run.out) == (1, "Removed 3f2a9c.\n")
    assert mustanad.assistant.documents() == ()


# models


def store_of(found: Path | None) -> Callable[[ModelSettings, Fetched], ModelStore]:
    """A real store whose catalogue has one model, in the cache where `found` is given."""

    def open_store(settings: ModelSettings, progress: Fetched) -> ModelStore:
        cache = found or settings.cache
        return ModelStore(
            settings.model_copy(update={"cache": cache, "sources": ("path", "cache")}),
            catalogue={"tiny": SPEC},
            progress=progress,
        )

    return open_store


def test_models_list_marks_those_in_use(mustanad: Terminal, tmp_path: Path) -> None:
    mustanad.parts = {"open_store": store_of(tmp_path)}
    plain = "tiny  text            2 MB  MIT  not fetched\n"
    assert mustanad("models", "list").out == "  " + plain
    assert mustanad("models", "list", "--set", "models.text=tiny").out == "* " + plain


def test_models_list_json_has_all_facts(mustanad: Terminal, tmp_path: Path) -> None:
    mustanad.parts = {"open_store": store_of(tmp_path)}
    (entry,) = json.loads(mustanad("models", "list", "--json").out)
    assert entry == {
        "name": "tiny",
        "kind": "text",
        "size_bytes": 2_000_000,
        "download_bytes": 0,
        "license": "MIT",
        "cached": False,
        "path": None,
    }


def test_models_fetch_prints_where_a_model_lies(mustanad: Terminal, tmp_path: Path) -> None:
    (tmp_path / "own.gguf").write_bytes(b"GGUF" + bytes(20))
    mustanad.parts = {"open_store": store_of(tmp_path)}
    own = str(tmp_path / "own.gguf")
    assert mustanad("models", "fetch", own) == Run(0, f"{own}: {own}\n", "")


def test_models_fetch_of_what_no_source_has_is_an_error(mustanad: Terminal, tmp_path: Path) -> None:
    mustanad.parts = {"open_store": store_of(tmp_path)}
    run = mustanad("models", "fetch", "tiny")
    assert (run.code, run.out, run.err.count("\n")) == (1, "", 1)
    assert run.err.startswith("Error: Model tiny: it is not cached")


def test_models_fetch_without_names_fetches_those_in_use(
    mustanad: Terminal, tmp_path: Path
) -> None:
    paths = [tmp_path / "one.gguf", tmp_path / "two.gguf"]
    for path in paths:
        path.write_bytes(b"GGUF" + bytes(20))
    mustanad.parts = {"open_store": store_of(tmp_path)}
    options = [f"models.embedding={paths[0]}", f"models.text={paths[1]}"]
    run = mustanad("models", "fetch", "--set", options[0], "--set", options[1])
    assert run.out == "".join(f"{path}: {path}\n" for path in paths)


def test_models_verify_of_an_empty_cache_says_what_to_do(
    mustanad: Terminal, tmp_path: Path
) -> None:
    mustanad.parts = {"open_store": store_of(tmp_path)}
    run = mustanad("models", "verify")
    assert (run.code, run.out) == (0, "")
    assert "mustanad models fetch" in run.err


def test_models_verify_of_a_missing_one_by_name_fails(mustanad: Terminal, tmp_path: Path) -> None:
    mustanad.parts = {"open_store": store_of(tmp_path)}
    run = mustanad("models", "verify", "tiny")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("Error: Model tiny: it is not cached.")


def test_models_verify_names_a_good_one(mustanad: Terminal, tmp_path: Path) -> None:
    (tmp_path / "own.gguf").write_bytes(b"GGUF" + bytes(20))
    mustanad.parts = {"open_store": store_of(tmp_path)}
    own = str(tmp_path / "own.gguf")
    assert mustanad("models", "verify", own) == Run(0, f"{own}: intact\n", "")


def test_models_remove_of_what_is_not_cached_fails(mustanad: Terminal, tmp_path: Path) -> None:
    mustanad.parts = {"open_store": store_of(tmp_path)}
    assert mustanad("models", "remove", "tiny") == Run(
        1, "", "Error: tiny is not cached. `mustanad models list` shows what is.\n"
    )


def test_models_remove_deletes_the_folder_in_the_cache(mustanad: Terminal, tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    mustanad.parts = {"open_store": store_of(tmp_path)}
    assert mustanad("models", "remove", "tiny") == Run(0, "Removed tiny.\n", "")
    assert not (tmp_path / "tiny").exists()


@pytest.mark.parametrize("engine", ["openai", "none"])
def test_where_no_text_model_runs_here_none_is_in_use(
    mustanad: Terminal, tmp_path: Path, engine: str
) -> None:
    (tmp_path / "own.gguf").write_bytes(b"GGUF" + bytes(20))
    mustanad.parts = {"open_store": store_of(tmp_path)}
    own = str(tmp_path / "own.gguf")
    options = ("--set", f"answer.engine={engine}", "--set", "models.text=tiny")
    run = mustanad("models", "fetch", "--set", f"models.embedding={own}", *options)
    assert run == Run(0, f"{own}: {own}\n", "")
    assert mustanad("models", "list", *options).out.startswith("  tiny")


def test_a_fetch_is_told_in_lines_where_there_is_no_terminal(mustanad: Terminal) -> None:
    mustanad.fetches = [
        FetchProgress(model="tiny", step="fetching", bytes_done=done, bytes_total=2_000_000)
        for done in (0, 2_000_000)
    ]
    run = mustanad("ask", QUESTION)
    assert run.out == f"{make_answer()}\n"
    assert run.err == "fetching tiny: 0 % of 2 MB\nfetching tiny: 100 % of 2 MB\n"


def test_a_meter_without_a_terminal_counts_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    with Meter() as meter:
        meter.answered(1, 2)
        meter.answered(2, 2)
    assert capsys.readouterr() == ("", "")


# settings


def test_settings_say_where_each_value_came_from(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_RETRIEVAL__TOP_K", "3")
    lines = mustanad("settings", "--set", "page.port=1").out.splitlines()
    assert [
        line.split() for line in lines if line.startswith(("retrieval.top_k", "page.port"))
    ] == [
        ["retrieval.top_k", "3", "(RAG_RETRIEVAL__TOP_K)"],
        ["page.port", "1", "(command", "line)"],
    ]


def test_settings_json_has_value_and_origin(mustanad: Terminal) -> None:
    found = json.loads(mustanad("settings", "--json", "--set", "page.port=1").out)
    assert found["page.port"] == {"value": 1, "origin": "command line"}
    assert found["models.sources"]["value"] == ["path", "cache", "packages", "hub"]


@pytest.mark.parametrize("form", [[], ["--json"], ["--markdown"]])
def test_settings_never_show_a_key(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch, form: list[str]
) -> None:
    monkeypatch.setenv("RAG_ANSWER__API_KEY", "sesame")
    run = mustanad("settings", *form)
    assert run.code == 0
    assert "sesame" not in run.out + run.err


@pytest.mark.parametrize("form", [[], ["--json"]])
@pytest.mark.parametrize("name", ["answer.url", "index.url"])
def test_settings_never_show_a_password_in_an_address(
    mustanad: Terminal, name: str, form: list[str]
) -> None:
    run = mustanad("settings", *form, "--set", f"{name}=https://noor:sesame@there:1/v1")
    assert run.code == 0
    assert "https://********@there:1/v1" in run.out
    assert "sesame" not in run.out


def test_settings_list_all_even_where_one_is_wrong(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_RETREIVAL__TOP_K", "3")
    run = mustanad("settings")
    assert run.code == 1
    assert "retrieval.top_k" in run.out
    assert run.err.startswith("Error: Setting retreival.top_k (from RAG_RETREIVAL__TOP_K)")


def test_settings_json_is_json_or_nothing(mustanad: Terminal) -> None:
    run = mustanad("settings", "--json", "--set", "retrieval.top_k=many")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("Error: Setting retrieval.top_k (from command line)")


# serve


@dataclass
class Page:
    """Remembers what it was to serve, and is ready at once."""

    served: list[tuple[AnyAssistant, Mapping[str, str]]] = field(default_factory=list)

    def __call__(
        self,
        assistant: AnyAssistant,
        origins: Mapping[str, str],
        *,
        ready: Callable[[str], None],
    ) -> None:
        self.served.append((assistant, origins))
        ready("http://127.0.0.1:7860")


@pytest.fixture
def page(mustanad: Terminal, tmp_path: Path) -> Page:
    model = tmp_path / "own.gguf"
    model.write_bytes(b"GGUF" + bytes(20))
    file = tmp_path / "m.toml"
    file.write_text(f"[models]\nembedding = '{model}'\ntext = '{model}'", encoding="utf-8")
    page = Page()
    mustanad.parts = {"serve": page, "open_store": store_of(tmp_path)}
    return page


def test_serve_prints_the_address_last(mustanad: Terminal, page: Page, tmp_path: Path) -> None:
    mustanad.assistant = ScriptedAssistant(documents=[DOCUMENT])
    run = mustanad("serve", "--config", str(tmp_path / "m.toml"))
    assert run == Run(0, "Mustanad is at http://127.0.0.1:7860\n", "")
    ((served, origins),) = page.served
    assert served is mustanad.assistant
    assert origins["models.text"] == str(tmp_path / "m.toml")
    assert origins["page.port"] == "default"
    assert mustanad.assistant.ingested == []


def test_serve_gives_an_empty_index_the_articles_that_come_with_it(
    mustanad: Terminal, page: Page, tmp_path: Path
) -> None:
    run = mustanad("serve", "--config", str(tmp_path / "m.toml"))
    assert len(mustanad.assistant.ingested) == 5
    assert {path.suffix for path in mustanad.assistant.ingested} == {".md"}
    assert "README.md" not in {path.name for path in mustanad.assistant.ingested}
    assert run.out.endswith("\nMustanad is at http://127.0.0.1:7860\n")
    assert len(page.served) == 1


def test_serve_needs_its_models_before_the_page(
    mustanad: Terminal, page: Page, tmp_path: Path
) -> None:
    run = mustanad("serve", "--set", "models.embedding=tiny")
    assert run.code == 1
    assert run.err.startswith("Error: Model tiny: it is not cached")
    assert page.served == []


def test_serve_without_a_text_model_does_not_ask_for_one(
    mustanad: Terminal, page: Page, tmp_path: Path
) -> None:
    options = ["--config", str(tmp_path / "m.toml"), "--set", "models.text=tiny"]
    assert mustanad("serve", *options).code == 1
    assert mustanad("serve", *options, "--no-llm").code == 0


# the program


def run_program(*argv: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "rag.cli", *argv],
        capture_output=True,
        check=False,
        env={**os.environ, **environ},
        timeout=60,
    )


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from rag.cli import main\n"
        "main(['--help'])\n"
        "heavy = {'torch', 'chromadb', 'gradio', 'llama_cpp', 'llama_index', 'numpy'}\n"
        "sys.exit(sorted(heavy & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_arabic_is_written_as_utf_8_whatever_the_terminal_says() -> None:
    done = run_program("ask", "متى؟", "--set", "ضبط.ب=1", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "Setting ضبط.ب" in done.stderr.decode("utf-8")


def test_a_reader_that_went_away_gets_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "rag.cli", "settings"],
            stdout=gone,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert done.stderr == b""


def test_streams_that_were_closed_before_the_start_are_no_terminals(
    mustanad: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Parts(open_assistant=mustanad._open)
    monkeypatch.setattr(sys, "stdin", None)
    assert not parts.is_interactive()
    monkeypatch.setattr(sys, "stdout", None)
    assert not parts.stdout_is_terminal()
    assert main(["ask", QUESTION], parts=parts) == 0
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["chat"], parts=parts) == 0
