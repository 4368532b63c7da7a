"""`mustanad feedback …` on a real file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.corpora import Corpora
from rag.errors import DocumentError
from rag.evaluation import load_questions
from rag.feedback import FeedbackFile
from rag.settings import Settings
from tests.test_cli import Run, Terminal
from tests.test_feedback import ARABIC, ASKED, ENGLISH, REFUSAL, judged

NOBODY = "Nobody has judged an answer yet. The page has a thumb up and down beside each.\n"


@pytest.fixture
def mustanad(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Terminal:
    monkeypatch.setenv("RAG_INDEX__PATH", str(tmp_path / "index"))
    monkeypatch.setenv("RAG_KEEP__FEEDBACK", str(tmp_path / "feedback.jsonl"))
    return Terminal(capsys)


@pytest.fixture
def file(tmp_path: Path) -> FeedbackFile:
    return FeedbackFile(tmp_path / "feedback.jsonl")


def test_judgements_are_listed_with_day_verdict_question_and_reason(
    mustanad: Terminal, file: FeedbackFile
) -> None:
    file.add(judged())
    file.add(judged(REFUSAL, "down", reason="It stands there."))
    assert mustanad("feedback", "list") == Run(
        0,
        f"2024-09-05  up    {ASKED}\n2024-09-05  down  who won?  (It stands there.)\n",
        "",
    )


def test_judgements_are_listed_as_json(mustanad: Terminal, file: FeedbackFile) -> None:
    file.add(judged(ENGLISH, "down", reason="سنة خطأ"))
    run = mustanad("feedback", "list", "--json")
    assert json.loads(run.out) == [
        {
            "given_at": "2024-09-05T12:00:00+00:00",
            "verdict": "down",
            "reason": "سنة خطأ",
            "question": "when did talks begin?",
            "query": "when did talks begin?",
            "status": "ANSWERED",
            "text": "Talks began in January 2024 [1].",
            "corpus_id": "default",
            "owner": "mona",
        }
    ]


def test_without_judgements_both_commands_say_so_and_succeed(mustanad: Terminal) -> None:
    assert mustanad("feedback", "list") == Run(0, "", NOBODY)
    assert mustanad("feedback", "list", "--json").out == "[]\n"
    assert mustanad("feedback", "export") == Run(0, "", "0 of 0 judgements became questions.\n")


def test_a_question_cannot_steer_the_terminal(mustanad: Terminal, file: FeedbackFile) -> None:
    file.add(judged(question="evil\x1b[2J\u202e\nline"))
    run = mustanad("feedback", "list")
    assert run.out == "2024-09-05  up    evil\ufffd[2J\ufffd line\n"


def test_what_is_exported_is_a_file_of_questions_for_eval(
    mustanad: Terminal, file: FeedbackFile, tmp_path: Path
) -> None:
    for one in (judged(), judged(ENGLISH, "down"), judged(REFUSAL)):
        file.add(one)
    path = tmp_path / "questions.jsonl"
    run = mustanad("feedback", "export", "--out", str(path))
    assert run == Run(
        0,
        "",
        "2 of 3 judgements became questions.\n1 judged down: left out; --all drafts them.\n",
    )
    first, second = load_questions(path)
    assert (first.question, first.answers) == (ASKED, ("في يناير",))
    assert (first.document, first.evidence) == ("talks.txt", ARABIC.citations[0].quote)
    assert (second.question, second.answerable) == ("who won?", False)


def test_an_export_to_the_terminal_is_the_same_as_one_to_a_file(
    mustanad: Terminal, file: FeedbackFile, tmp_path: Path
) -> None:
    file.add(judged())
    path = tmp_path / "questions.jsonl"
    mustanad("feedback", "export", "--out", str(path))
    assert mustanad("feedback", "export").out == path.read_text(encoding="utf-8")


def test_with_all_those_judged_down_are_drafts_that_eval_refuses_until_completed(
    mustanad: Terminal, file: FeedbackFile, tmp_path: Path
) -> None:
    for one in (judged(), judged(ENGLISH, "down", reason="It was 2023.")):
        file.add(one)
    path = tmp_path / "questions.jsonl"
    run = mustanad("feedback", "export", "--all", "--out", str(path))
    assert run.err.splitlines()[1] == "1 judged down: yours to complete, where a null is."
    with pytest.raises(DocumentError, match="line 2 is no question"):
        load_questions(path)
    done = path.read_text(encoding="utf-8").replace('"answerable": null', '"answerable": false')
    path.write_text(done, encoding="utf-8")
    assert [one.answerable for one in load_questions(path)] == [True, False]


def test_a_file_that_is_there_is_not_overwritten(
    mustanad: Terminal, file: FeedbackFile, tmp_path: Path
) -> None:
    file.add(judged())
    path = tmp_path / "questions.jsonl"
    path.write_text("completed by hand", encoding="utf-8")
    run = mustanad("feedback", "export", "--out", str(path))
    assert (run.code, run.out) == (1, "")
    assert run.err == f"Error: {path} is there already. Name another file.\n"
    assert path.read_text(encoding="utf-8") == "completed by hand"


def test_a_file_that_cannot_be_written_is_told(mustanad: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "no" / "questions.jsonl"
    run = mustanad("feedback", "export", "--out", str(path))
    assert run == Run(1, "", f"Error: {path} cannot be written: No such file or directory.\n")


def test_lines_that_cannot_be_read_are_told(mustanad: Terminal, file: FeedbackFile) -> None:
    file.add(judged())
    with file.path.open("a", encoding="utf-8") as opened:
        opened.write('{"question": ')
    for command in ("list", "export"):
        run = mustanad("feedback", command)
        assert run.code == 0
        assert run.err.endswith(f"1 line of {file.path} cannot be read: left out.\n")


def test_the_option_in_takes_the_judgements_of_one_corpus(
    mustanad: Terminal, file: FeedbackFile, tmp_path: Path
) -> None:
    corpora = Corpora(Settings.model_validate({"index": {"path": tmp_path / "index"}}))
    made = corpora.create("تقارير")
    file.add(judged())
    file.add(judged(REFUSAL, corpus_id=made.corpus_id))
    assert mustanad("feedback", "list", "--in", "تقارير").out == "2024-09-05  up    who won?\n"
    assert mustanad("feedback", "list", "--in", "default").out == f"2024-09-05  up    {ASKED}\n"
    assert len(mustanad("feedback", "export").out.splitlines()) == 2


def test_a_folder_in_place_of_the_file_is_one_line_and_a_failure(
    mustanad: Terminal, file: FeedbackFile
) -> None:
    file.path.mkdir()
    run = mustanad("feedback", "list")
    assert run.code == 1
    assert run.err == (
        f"Error: What is kept at {file.path} cannot be used: Is a directory. "
        "Name another file in keep.feedback.\n"
    )
