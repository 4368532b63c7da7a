"""Mustanad beside other systems: the same models, documents and questions, in one run.

    python -m benchmarks.peers [--system NAME ...] [--corpus FOLDER] [--questions FILE]

Each system runs in a process of its own; an answer is one line of a file in `results/`, so that a
run that was cut goes on where it stopped. A system is asked anew where documents, questions, its
set-up or, for ours, the package have changed; with `--again` in any case.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.measuring import apart
from benchmarks.results import DATA, PACKAGE, RESULTS, ROOT, keep_row, rows_file, rows_kept, save
from benchmarks.systems import SYSTEMS, Reply
from rag.evaluation import Question, load_questions
from rag.evaluation_words import contains
from rag.schema import Span
from rag.settings import load_settings

OURS = "Mustanad"
# What is the same for all systems, beside documents and questions.
JUDGES = (
    Path(__file__),
    Path(__file__).with_name("systems.py"),
    ROOT / "rag" / "evaluation_words.py",
)


def judge(question: Question, reply: Reply, corpus: Path) -> dict[str, Any]:
    """Right, cited rightly or declined rightly, and how much there is to read."""
    right = any(contains(reply.text, accepted) for accepted in question.answers)
    return {
        "right": (right and not reply.declined) if question.answerable else reply.declined,
        "cited": question.answerable
        and any(_holds(question, cited, corpus) for cited in reply.cited),
        "words": sum(len(words.split()) for _, words in reply.cited),
    }


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Counts and medians of one system."""
    answerable = [row for row in rows if row["answerable"]]
    others = [row for row in rows if not row["answerable"]]
    return {
        "answerable": len(answerable),
        "right": sum(row["right"] for row in answerable),
        "right and cited": sum(row["right"] and row["cited"] for row in answerable),
        "unanswerable": len(others),
        "declined": sum(row["right"] for row in others),
        "words to read": statistics.median([r["words"] for r in answerable if r["words"]] or [0]),
        "seconds": statistics.median(row["seconds"] for row in rows),
        "slowest": max(row["seconds"] for row in rows),
        "set-up": rows[0]["set-up"],
    }


def summaries(
    rows: Sequence[dict[str, Any]], questions: Sequence[Question]
) -> dict[str, dict[str, Any]]:
    """The summary of each system that was asked all of these questions, over them alone."""
    asked = {one.question_id for one in questions}
    systems: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["id"] in asked:
            systems.setdefault(row["system"], []).append(row)
    return {
        name: summary(systems[name])
        for name in SYSTEMS
        if asked and len(systems.get(name, ())) == len(asked)
    }


def rows_of(name: str, corpus: Path, questions: Sequence[Question]) -> Path:
    """The file of one system's answers to these questions about these documents."""
    settings, _ = load_settings()
    if name == OURS:
        return rows_file(f"peers.{name}", [*JUDGES, corpus, *PACKAGE], questions, settings)
    models = settings.models.embedding, settings.models.text
    return rows_file(f"peers.{name}", [*JUDGES, corpus], questions, models)


def run(name: str, corpus: Path, questions: Sequence[Question], raw: Path) -> None:
    """Asks one system what it was not asked yet."""
    with tempfile.TemporaryDirectory() as folder, raw.open("a", encoding="utf-8") as lines:
        began = time.perf_counter()
        ask = SYSTEMS[name](corpus, Path(folder) / "index")
        set_up = time.perf_counter() - began
        for question in questions:
            began = time.perf_counter()
            reply = ask(question.question)
            row = {
                "system": name,
                "id": question.question_id,
                "answerable": question.answerable,
                "seconds": time.perf_counter() - began,
                "set-up": set_up,
                **judge(question, reply, corpus),
                "declined": reply.declined,
                "text": reply.text,
            }
            keep_row(row, lines)
            print(name, question.question_id, f"{row['seconds']:.1f} s", reply.text, flush=True)


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--system", action="append", choices=SYSTEMS, help="this one only")
    parser.add_argument("--corpus", type=Path, default=DATA.parent / "seeds")
    parser.add_argument("--questions", type=Path, default=DATA / "questions.dev.jsonl")
    parser.add_argument("--again", action="store_true", help="ask what was asked before, too")
    arguments = parser.parse_args()
    chosen = arguments.system or list(SYSTEMS)
    questions = load_questions(arguments.questions)
    RESULTS.mkdir(exist_ok=True)
    raw = {name: rows_of(name, arguments.corpus, questions) for name in SYSTEMS}
    for name in chosen:
        if arguments.again:
            raw[name].unlink(missing_ok=True)
        done = {row["id"] for row in rows_kept(raw[name])}
        left = [one for one in questions if one.question_id not in done]
        if left:
            apart(run, name, arguments.corpus, left, raw[name])
    rows = list(chain.from_iterable(map(rows_kept, raw.values())))
    found = summaries(rows, questions)
    for name, row in found.items():
        print(name, json.dumps(row))
    print(save("peers", {"questions": len(questions), "rows": found}))


def _holds(question: Question, cited: tuple[str, str], corpus: Path) -> bool:
    """Whether the words shown overlap the gold evidence, wherever both stand in the file.

    Words that are not in the file as they are shown must hold all of it.
    """
    name, words = cited
    shown, wanted = _on_one_line(words), _on_one_line(question.evidence or "")
    if name != question.document or not shown or not wanted:
        return False
    text = _on_one_line((corpus / name).read_text(encoding="utf-8"))
    if shown not in text:
        return wanted in shown
    places = _places(shown, text)
    return any(one.overlaps(other) for one in places for other in _places(wanted, text))


def _places(words: str, text: str) -> list[Span]:
    return [Span(*match.span()) for match in re.finditer(re.escape(words), text)]


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
