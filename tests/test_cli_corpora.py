"""`mustanad corpora …` on a real register, and the option --in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.corpora import Corpora, Corpus
from rag.settings import Settings
from tests.test_cli import QUESTION, Run, Terminal, with_input

ARABIC = "تقارير 2024"


@pytest.fixture
def mustanad(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Terminal:
    monkeypatch.setenv("RAG_INDEX__PATH", str(tmp_path / "index"))
    return Terminal(capsys)


@pytest.fixture
def corpora(tmp_path: Path) -> Corpora:
    return Corpora(Settings.model_validate({"index": {"path": tmp_path / "index"}}))


def names(corpora: Corpora) -> list[str]:
    return [corpus.name for corpus in corpora.visible_to("")]


def test_a_corpus_is_created_and_what_comes_next_is_told(
    mustanad: Terminal, corpora: Corpora
) -> None:
    run = mustanad("corpora", "create", ARABIC)
    assert run == Run(
        0,
        f"Created {ARABIC}.\n",
        f"`mustanad ingest PATH --in '{ARABIC}'` adds documents to it.\n",
    )
    assert mustanad("corpora", "create", "ours", "--shared").code == 0
    assert [(one.name, one.owner, one.shared) for one in corpora.visible_to("")] == [
        ("default", "", True),
        ("ours", "", True),
        (ARABIC, "", False),
    ]


def test_corpora_are_listed_with_id_day_and_name(mustanad: Terminal, corpora: Corpora) -> None:
    made = corpora.create(ARABIC)
    corpora.create("a visitor's own", owner="sami")
    ours = corpora.create("ours", owner="sami", shared=True)
    day = made.created.date().isoformat()
    assert mustanad("corpora", "list") == Run(
        0,
        f"default         {day}  shared  default\n"
        f"{ours.corpus_id}  {day}  shared  ours\n"
        f"{made.corpus_id}  {day}  -       {ARABIC}\n",
        "",
    )


def test_the_list_as_json_holds_all_that_is_known(mustanad: Terminal, corpora: Corpora) -> None:
    made = corpora.create(ARABIC)
    listed = json.loads(mustanad("corpora", "list", "--json").out)
    assert [one["corpus_id"] for one in listed] == ["default", made.corpus_id]
    assert listed[1] == {
        "corpus_id": made.corpus_id,
        "name": ARABIC,
        "owner": "",
        "shared": False,
        "created": made.created.isoformat(),
        "collection": made.collection,
    }


def test_a_corpus_is_renamed_by_name_in_any_case_or_by_id(
    mustanad: Terminal, corpora: Corpora
) -> None:
    made = corpora.create("reports")
    assert mustanad("corpora", "rename", "REPORTS", ARABIC).out == f"Renamed reports to {ARABIC}.\n"
    assert mustanad("corpora", "rename", made.corpus_id, "x").out == f"Renamed {ARABIC} to x.\n"
    assert names(corpora) == ["default", "x"]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["create", "reports"], "Error: Corpus reports: there is one of that name."),
        (["create", "a\u202eb"], "Error: Corpus a\N{REPLACEMENT CHARACTER}b: its name holds"),
        (["create", ""], "Error: Corpus ?: its name is empty."),
        (["rename", "nothing", "x"], "Error: Corpus nothing: there is none of that name."),
        (["rename", "default", "x"], "Error: Corpus default: it is always there"),
        (["delete", "default", "--yes"], "Error: Corpus default: it is always there"),
        (["delete", "a visitor's own", "--yes"], "Error: Corpus a visitor's own: there is none"),
        (["delete", "ours", "--yes"], "Error: Corpus ours: it is shared by another user"),
    ],
)
def test_what_cannot_be_done_is_one_line_on_stderr(
    mustanad: Terminal, corpora: Corpora, argv: list[str], message: str
) -> None:
    corpora.create("reports")
    corpora.create("a visitor's own", owner="sami")
    corpora.create("ours", owner="sami", shared=True)
    run = mustanad("corpora", *argv)
    assert (run.code, run.out, run.err.count("\n")) == (1, "", 1)
    assert run.err.startswith(message)
    assert names(corpora) == ["default", "ours", "reports"]


def test_a_corpus_is_deleted_without_asking_if_told_so(
    mustanad: Terminal, corpora: Corpora
) -> None:
    corpora.create(ARABIC)
    assert mustanad("corpora", "delete", ARABIC, "--yes") == Run(0, f"Deleted {ARABIC}.\n", "")
    assert names(corpora) == ["default"]


@pytest.mark.parametrize(("reply", "left"), [("y", []), ("n", ["reports"]), ("", ["reports"])])
def test_on_a_terminal_it_is_asked_first(
    mustanad: Terminal,
    corpora: Corpora,
    monkeypatch: pytest.MonkeyPatch,
    reply: str,
    left: list[str],
) -> None:
    corpora.create("reports")
    mustanad.parts = {"is_interactive": lambda: True}
    with_input(monkeypatch, reply)
    run = mustanad("corpora", "delete", "reports")
    assert "Delete reports with all its documents? [y/N]: " in run.err
    assert ("Nothing was deleted." in run.err, run.code) == (bool(left), int(bool(left)))
    assert run.out == ("" if left else "Deleted reports.\n")
    assert names(corpora) == ["default", *left]


def test_where_nobody_can_be_asked_nothing_is_deleted(mustanad: Terminal, corpora: Corpora) -> None:
    corpora.create("reports")
    mustanad.parts = {"is_interactive": lambda: False}
    run = mustanad("corpora", "delete", "reports")
    assert (run.code, run.out) == (2, "")
    assert "Give --yes to delete it." in run.err
    assert names(corpora) == ["default", "reports"]


@pytest.mark.parametrize(
    "argv", [["create"], ["rename", "a"], ["delete"], ["drop", "a"], ["list", "--in", "a"]]
)
def test_wrong_usage_exits_with_2(mustanad: Terminal, argv: list[str]) -> None:
    run = mustanad("corpora", *argv)
    assert (run.code, run.out) == (2, "")
    assert "Usage: mustanad corpora" in run.err


# --in


@pytest.fixture
def made(corpora: Corpora) -> Corpus:
    return corpora.create(ARABIC)


@pytest.mark.parametrize("before", [True, False])
def test_in_chooses_the_corpus_before_or_after_the_command(
    mustanad: Terminal, made: Corpus, before: bool
) -> None:
    option = ["--in", ARABIC]
    argv = [*option, "ask", QUESTION] if before else ["ask", QUESTION, *option]
    assert mustanad(*argv).code == 0
    assert mustanad.opened[0].index.collection == made.collection


def test_in_looks_where_a_later_option_says_the_index_is(
    mustanad: Terminal, made: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("RAG_INDEX__PATH")
    mustanad("ask", QUESTION, "--in", ARABIC, "--index", str(tmp_path / "index"))
    mustanad("--in", ARABIC, "documents", "list", "--index", str(tmp_path / "index"))
    assert [one.index.collection for one in mustanad.opened] == [made.collection] * 2


def test_documents_are_taken_into_the_corpus_that_is_named(
    mustanad: Terminal, made: Corpus, tmp_path: Path
) -> None:
    assert mustanad("ingest", str(tmp_path), "--in", made.corpus_id).code == 0
    assert mustanad.opened[0].index.collection == made.collection
    assert mustanad.assistant.ingested == [tmp_path]


def test_the_last_corpus_named_counts_and_settings_show_it(
    mustanad: Terminal, made: Corpus
) -> None:
    run = mustanad("--in", "nothing", "settings", "--json", "--in", ARABIC)
    assert json.loads(run.out)["index.collection"] == {
        "value": made.collection,
        "origin": "command line",
    }


def test_without_in_the_settings_decide(mustanad: Terminal, made: Corpus) -> None:
    mustanad("ask", QUESTION)
    mustanad("ask", QUESTION, "--in", "default")
    mustanad("ask", QUESTION, "--set", f"index.collection={made.collection}")
    found = [one.index.collection for one in mustanad.opened]
    assert found == ["default", "default", made.collection]


@pytest.mark.parametrize("name", ["nothing", "", "a\nb"])
def test_a_corpus_that_is_not_there_is_an_error_before_anything_is_opened(
    mustanad: Terminal, made: Corpus, name: str
) -> None:
    assert made.name != name
    run = mustanad("ask", QUESTION, "--in", name)
    assert (run.code, run.out, mustanad.opened) == (1, "", [])
    assert run.err.endswith("there is none of that name. `mustanad corpora list` names all.\n")
    assert run.err.count("\n") == 1


def test_in_is_refused_where_the_corpus_is_an_argument(mustanad: Terminal, made: Corpus) -> None:
    run = mustanad("--in", made.name, "corpora", "delete", made.name, "--yes")
    assert (run.code, run.out) == (2, "")
    assert "--in has no meaning here" in run.err
