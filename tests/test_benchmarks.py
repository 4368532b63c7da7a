"""What the benchmarks count, and the rows that they keep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import results
from benchmarks.peers import judge, summaries
from benchmarks.results import about, rows_kept
from benchmarks.systems import Reply, declines
from rag.evaluation import Question

TEXT = "Talks began here.\n\nIn May they\nended. Nobody came. In May they ended."


def question(**changes: Any) -> Question:
    fields: dict[str, Any] = {
        "question_id": "q1",
        "lang": "en",
        "kind": "fact",
        "question": "When did talks end?",
        "answerable": True,
        "answers": ("May",),
        "document": "a.txt",
        "evidence": "In May they ended.",
    }
    return Question(**{**fields, **changes})


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("shown", "evidence", "cited"),
    [
        ("here. In May", "In May they ended.", True),
        ("Nobody came. In May", "In May they ended.", True),
        ("Nobody came.", "In May they ended.", False),
        ("Title: In May they ended.", "In May they ended.", True),
        ("Title: In May", "In May they ended.", False),
        ("Talks began", "This stands nowhere.", False),
        ("", "In May they ended.", False),
        ("Talks began", None, False),
    ],
)
def test_words_are_cited_rightly_if_they_overlap_the_evidence_at_any_place(
    corpus: Path, shown: str, evidence: str | None, *, cited: bool
) -> None:
    reply = Reply("May", declined=False, cited=(("a.txt", shown),))
    assert judge(question(evidence=evidence), reply, corpus)["cited"] is cited
    elsewhere = Reply("May", declined=False, cited=(("b.txt", shown),))
    assert judge(question(evidence=evidence), elsewhere, corpus)["cited"] is False


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I don't know.",
        "The text doesn\u2019t mention it.",
        "It can't be determined.",
        "The sources do not contain that.",
        "They do not have enough information.",
        "لا أعلم.",
        "لا يمكن تحديد ذلك من النص.",
        "لا يمكنني الإجابة.",
    ],
)
def test_an_answer_that_says_it_is_none_declines(text: str) -> None:
    assert declines(text)


@pytest.mark.parametrize(
    "text",
    [
        "Because the two sides do not agree on the date.",
        "They cannot return home before May.",
        "They did not have to leave.",
        "قال الوزير إنه لا يمكن تأجيل الموعد.",
        "In May.",
    ],
)
def test_an_answer_that_denies_something_declines_nothing(text: str) -> None:
    assert not declines(text)


def test_only_the_questions_of_a_run_are_summed_up() -> None:
    row: dict[str, Any] = {
        "system": "Haystack",
        "id": "q1",
        "answerable": True,
        "right": True,
        "cited": False,
        "words": 3,
        "seconds": 1.0,
        "set-up": 2.0,
    }
    rows = [row, {**row, "id": "of another file"}, {**row, "id": "q1", "system": "Mustanad"}]
    found = summaries(rows, [question()])
    assert {name: one["right"] for name, one in found.items()} == {"Mustanad": 1, "Haystack": 1}
    assert summaries(rows, [question(question_id="q2")]) == {}


def test_kept_rows_may_hold_any_line_separator(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    assert rows_kept(path) == []
    rows = [{"text": "a\u2028b\x85c\x1cd"}, {"text": "عربي"}]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(lines, encoding="utf-8")
    assert rows_kept(path) == rows
    assert path.read_text(encoding="utf-8") == lines


def test_a_row_that_was_cut_is_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes('{"id": 1}\n{"text": "عر'.encode()[:-1])
    assert rows_kept(path) == [{"id": 1}]
    with path.open("a", encoding="utf-8") as lines:
        lines.write('{"id": 2}\n')
    assert rows_kept(path) == [{"id": 1}, {"id": 2}]


def test_without_git_the_commit_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(results, "_PACKAGES", ())
    assert about()["commit"] == "unknown"
