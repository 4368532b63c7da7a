"""How a reader does on the harder questions that were kept from training.

    python -m training.measure_hard [--reader ADAPTER] [--questions FILE]

Each question of `questions.hard.kept.jsonl`, or of another such file, is asked of all the articles
that these are about. The sentence that `rag.gate` takes for the likeliest answers it, or none if
that is too unlikely.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.gate import answerability
from rag.settings import load_settings
from training.calibrate import KEPT, Trial, ask, best_examples, report
from training.pairs import asked_anew, asked_in, missed_in, read_paragraphs, read_rows
from training.train_reader import FOLDER, open_embedder

KEPT_HARD = tuple(
    FOLDER / f"questions.{kind}.kept.jsonl" for kind in ("hard", "meant", "told", "paired")
)


def report_kinds(
    trial: Trial,
    probabilities: NDArray[np.float64],
    kinds: Mapping[str, str],
    *,
    threshold: float,
) -> None:
    """Prints for each kind of question how many are accepted, and how many with the right words."""
    found = defaultdict[str, list[tuple[bool, bool]]](list)
    for question, best in zip(trial.questions, best_examples(trial, probabilities), strict=True):
        accepted = bool(probabilities[best] >= threshold)
        found[kinds[question]].append((accepted, accepted and trial.examples[best].marked))
    for kind, outcomes in found.items():
        accepted, right = np.mean(outcomes, axis=0)
        print(f"  {kind}: {len(outcomes)} asked, accepted {accepted:.3f}, words right {right:.3f}")


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", type=Path, help="an adapter other than the shipped one")
    parser.add_argument("--questions", type=Path, default=KEPT_HARD[0], help="those that are asked")
    arguments = parser.parse_args()
    settings, _ = load_settings()
    embedder = open_embedder(settings)
    sets = {file.stem: read_paragraphs(file, left_out=frozenset()) for file in KEPT}
    rows = read_rows(arguments.questions)
    articles = asked_anew(rows, sets)
    asked = [*asked_in(articles), *missed_in(articles)]
    trial = ask(articles, asked, embedder, embedder.open_reader(arguments.reader))
    probabilities = np.array([answerability(e.cosine, margin=e.margin) for e in trial.examples])
    report(trial, probabilities)
    kinds = {row["question"]: row["kind"] for row in rows}
    kinds |= {row["changed"]: "changed" for row in rows if "changed" in row}
    report_kinds(trial, probabilities, kinds, threshold=settings.answer.refusal_threshold)


if __name__ == "__main__":
    main()
