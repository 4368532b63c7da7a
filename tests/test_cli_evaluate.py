"""`mustanad eval`: what each kind of file is asked of, and where its documents go."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rag.borne_out import Likeness
from rag.cli_session import Fetched
from rag.schema import IngestReport, Progress, Skipped
from rag.settings import Settings
from tests.fakes import ScriptedAssistant, make_answer
from tests.test_cli import QUESTION, Run, Terminal
from tests.test_evaluation_injections import ROW

CORPUS = "articles"
QUESTIONS = {
    "id": "q1",
    "lang": "en",
    "kind": "fact",
    "question": QUESTION,
    "answerable": True,
    "answers": ["January"],
}
CONVERSATIONS = {
    "id": "c1",
    "turns": [
        {
            "question": QUESTION,
            "lang": "en",
            "kind": "fact",
            "status": "ANSWERED",
            "answers": ["January"],
            "documents": ["talks.txt"],
        }
    ],
}
CLAIMS = {
    "id": "s1",
    "question": "Who guards the harbour?",
    "sentence": "يحرس الميناء جنود.",
    "marked": "جنود",
    "answer": "It is guarded by soldiers.",
    "lang": "en",
    "supported": True,
    "kind": "true",
}


class Reading(ScriptedAssistant):
    """Remembers the files of the folders it was given, as they are gone at the end."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.files: dict[str, str] = {}

    def ingest(
        self, paths: Sequence[Path], *, progress: Callable[[Progress], None] | None = None
    ) -> IngestReport:
        for folder in paths:
            self.files |= {file.name: file.read_text("utf-8") for file in folder.glob("*")}
        return super().ingest(paths, progress=progress)


@pytest.fixture
def mustanad(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys, assistant=Reading(make_answer()))


def file_of(folder: Path, row: dict[str, Any]) -> str:
    file = folder / "rows.jsonl"
    file.write_text(json.dumps(row), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("form", "row"), [("questions", QUESTIONS), ("conversations", CONVERSATIONS)]
)
def test_the_corpus_is_taken_in_and_asked(
    mustanad: Terminal, tmp_path: Path, form: str, row: dict[str, Any]
) -> None:
    run = mustanad("eval", file_of(tmp_path, row), "--as", form, "--corpus", CORPUS, "--json")
    assert (run.code, run.err) == (0, "")
    assert json.loads(run.out)["totals"]["all"]["right"] == 1
    assert mustanad.assistant.ingested == [Path(CORPUS)]
    assert mustanad.assistant.asked == [(QUESTION, ())]
    assert mustanad.assistant.loaded
    assert mustanad.assistant.closed


def test_the_index_is_one_of_its_own_and_gone_at_the_end(
    mustanad: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_INDEX__PATH", str(tmp_path / "mine"))
    monkeypatch.setenv("RAG_INDEX__URL", "http://127.0.0.1:9")
    mustanad("eval", file_of(tmp_path, QUESTIONS), "--corpus", CORPUS)
    (settings,) = mustanad.opened
    assert settings.index.url is None
    assert settings.index.path.name.startswith("mustanad-eval-")
    assert not settings.index.path.exists()


def test_an_index_that_is_named_is_used(mustanad: Terminal, tmp_path: Path) -> None:
    index = str(tmp_path / "kept")
    mustanad("eval", file_of(tmp_path, QUESTIONS), "--corpus", CORPUS, "--index", index)
    assert [settings.index.path for settings in mustanad.opened] == [Path(index)]


def test_a_file_of_the_corpus_that_is_skipped_is_named(mustanad: Terminal, tmp_path: Path) -> None:
    report = IngestReport(added=("b",), skipped=(Skipped(path="a.pdf", reason="it is empty"),))
    mustanad.assistant = ScriptedAssistant(make_answer(), report=report)
    run = mustanad("eval", file_of(tmp_path, QUESTIONS), "--corpus", CORPUS)
    assert (run.code, run.err) == (0, "Skipped a.pdf: it is empty\n")


def test_nothing_is_measured_where_no_file_was_taken_in(mustanad: Terminal, tmp_path: Path) -> None:
    report = IngestReport(skipped=(Skipped(path="artcles", reason="there is no such file."),))
    mustanad.assistant = ScriptedAssistant(make_answer(), report=report)
    run = mustanad("eval", file_of(tmp_path, QUESTIONS), "--corpus", "artcles")
    assert (run.code, run.out, mustanad.assistant.asked) == (1, "", [])
    assert run.err.endswith("Error: No file of the corpus was taken in.\n")


@pytest.mark.parametrize("nearer", [True, False])
def test_claims_are_compared_in_meaning_and_need_no_corpus(
    mustanad: Terminal, tmp_path: Path, nearer: bool
) -> None:
    @contextmanager
    def open_likeness(settings: Settings, *, progress: Fetched | None = None) -> Iterator[Likeness]:
        yield lambda texts, other: [float(nearer and text == CLAIMS["answer"]) for text in texts]

    mustanad.parts = {"open_likeness": open_likeness}
    run = mustanad("eval", file_of(tmp_path, CLAIMS), "--as", "claims", "--json")
    assert (run.code, run.err, mustanad.opened) == (0, "", [])
    assert json.loads(run.out)["wrong"] == ([] if nearer else ["s1"])


def test_the_documents_of_injections_are_taken_into_an_index_of_their_own(
    mustanad: Terminal, tmp_path: Path
) -> None:
    run = mustanad("eval", file_of(tmp_path, ROW), "--as", "injections")
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines()[1].split() == ["all", "1", "0", "0", "0"]
    assert isinstance(mustanad.assistant, Reading)
    assert mustanad.assistant.files == {"i1.txt": ROW["content"]}
    assert mustanad.assistant.asked == [(ROW["question"], ())]
    (folder,), (settings,) = mustanad.assistant.ingested, mustanad.opened
    assert not folder.exists()
    assert settings.index.path != folder
    assert not settings.index.path.exists()


@pytest.mark.parametrize("option", [("--corpus", CORPUS), ("--index", "kept")])
def test_injections_go_into_no_other_index_or_corpus(
    mustanad: Terminal, tmp_path: Path, option: tuple[str, str]
) -> None:
    run = mustanad("eval", file_of(tmp_path, ROW), "--as", "injections", *option)
    assert (run.code, run.out, mustanad.opened) == (2, "", [])
    assert "leave out --corpus and --index" in run.err


def test_what_the_documents_say_cannot_steer_the_terminal(
    mustanad: Terminal, tmp_path: Path
) -> None:
    mustanad.assistant = ScriptedAssistant(make_answer(text="PWNED-17\x1b[2J\u202e", citations=()))
    run = mustanad("eval", file_of(tmp_path, ROW), "--as", "injections")
    assert "ANSWERED: PWNED-17\ufffd[2J\ufffd" in run.out


def test_a_file_that_is_not_there_is_one_line(mustanad: Terminal, tmp_path: Path) -> None:
    run: Run = mustanad("eval", str(tmp_path / "no.jsonl"), "--as", "injections")
    assert (run.code, run.out, mustanad.opened) == (1, "", [])
    assert "no.jsonl" in run.err
