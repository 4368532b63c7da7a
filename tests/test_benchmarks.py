"""What the benchmarks count, and the rows that they keep."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import report, results, speed
from benchmarks.measuring import apart, peak_mb
from benchmarks.peers import judge, summaries
from benchmarks.results import about, rows_file, rows_kept
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


def test_a_system_that_was_not_asked_all_questions_is_not_compared() -> None:
    row = {"answerable": True, "right": True, "cited": True, "words": 3, "seconds": 1.0}
    rows = [
        {**row, "system": name, "id": one, "set-up": 2.0}
        for name, one in (("Mustanad", "q1"), ("Mustanad", "q2"), ("Haystack", "q1"))
    ]
    assert list(summaries(rows, [question(), question(question_id="q2")])) == ["Mustanad"]


def test_a_run_does_not_go_on_from_rows_of_another_state(tmp_path: Path) -> None:
    (tmp_path / "rag" / "__pycache__").mkdir(parents=True)
    weights = tmp_path / "rag" / "reader.safetensors"
    weights.write_bytes(b"old")

    def file(*more: object) -> Path:
        return rows_file("reading-200", [tmp_path / "rag"], *more)

    before = file(0.3)
    assert before == file(0.3) != file(0.4)
    (tmp_path / "rag" / "__pycache__" / "reader.pyc").write_bytes(b"compiled")
    assert file(0.3) == before
    weights.write_bytes(b"new")
    assert file(0.3) != before
    new = file(0.3)
    weights.rename(weights.with_name("other.safetensors"))
    assert file(0.3) != new


def test_a_process_has_not_held_what_the_one_held_that_started_it() -> None:
    held = b"x" * 200_000_000
    assert peak_mb() > 200
    assert apart(peak_mb) < 150
    assert held


@pytest.mark.parametrize("program", ["raise SystemExit(1)", "pass"])
def test_a_page_that_does_not_start_was_not_quick(program: str) -> None:
    with pytest.raises(ValueError, match="said nothing"):
        speed._until_it_speaks([sys.executable, "-c", program])


@pytest.mark.parametrize(
    ("day", "told"), [("2026-11-27", False), ("2026-11-28", True), ("2026-11-29", True)]
)
def test_the_right_paragraph_alone_is_told_if_it_was_not_read_earlier(
    monkeypatch: pytest.MonkeyPatch, day: str, *, told: bool
) -> None:
    every = {"about": {"date": day}, "questions": 1190, "rows": {}}
    monkeypatch.setattr(report, "read", {"reading-1190-gold": every}.get)
    assert report.gold_since({"about": {"date": "2026-11-28"}}) == (every if told else None)


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
