"""Writes RESULTS.md and the plots from the stored results.

python -m benchmarks.report
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from benchmarks.results import read

FOLDER = Path(__file__).parent
RETRIEVAL = ("recall@1", "recall@3", "recall@5", "recall@10", "mrr@10", "ndcg@10")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A Markdown table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def measured_with(result: Mapping[str, Any]) -> str:
    """The line that says when and on what a result was measured."""
    about = result["about"]
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    return f"{about['date']}, commit {about['commit']}, {about['machine']}; {versions}."


def retrieval(result: Mapping[str, Any]) -> Iterator[str]:
    """The section on retrieval."""
    yield "## Retrieval"
    yield ""
    yield (
        f"XQuAD, {result['questions']:,} questions over 240 paragraphs (language of the question → "
        "of the paragraphs; in *mixed* each paragraph is there in one of the two only). "
        "*fused* is what ships."
    )
    yield ""
    rows = [
        [direction, way, *(f"{scores[name]:.3f}" for name in RETRIEVAL)]
        for direction, ways in result["rows"].items()
        for way, scores in ways.items()
    ]
    yield from table(("direction", "", *RETRIEVAL), rows)
    yield ""
    yield measured_with(result)


def reading(result: Mapping[str, Any]) -> Iterator[str]:
    """The section on the reader and on refusal."""
    yield "## Reading"
    yield ""
    yield (
        f"XQuAD, {result['questions']:,} questions a direction. *gold*: the reader is given the "
        "right paragraph. *whole*: it is found among 240; paragraph and sentence say whether the "
        "marked words stand in the right one. F1 and exact match compare the marked words with the "
        "gold answer in the paragraph's language."
    )
    yield ""
    rows = []
    for direction, row in result["rows"].items():
        gold, whole = row["gold"], row["whole"]
        rows.append(
            [direction]
            + [f"{gold[name]:.3f}" for name in ("f1", "em", "contained")]
            + [f"{whole[name]:.3f}" for name in ("f1", "em", "paragraph", "sentence")]
        )
    head = ("direction", "gold F1", "EM", "contained", "whole F1", "EM", "paragraph", "sentence")
    yield from table(head, rows)
    yield ""
    yield "## Refusal"
    yield ""
    yield (
        "The same questions with and without the gold paragraph, at the default threshold of "
        f"{result['threshold']:.2f}: the share accepted with it, refused without it, and their "
        "mean."
    )
    yield ""
    rows = [
        [direction, *(f"{point[name]:.3f}" for name in ("accepted", "refused", "mean"))]
        for direction, row in result["rows"].items()
        for point in [at_threshold(row["curve"], result["threshold"])]
    ]
    yield from table(("direction", "accepted", "refused", "mean"), rows)
    yield ""
    yield "![What each threshold accepts and refuses](refusal.png)"
    yield ""
    yield measured_with(result)


def at_threshold(curve: Sequence[dict[str, float]], threshold: float) -> dict[str, float]:
    """The point of a curve nearest to a threshold."""
    return min(curve, key=lambda point: abs(point["threshold"] - threshold))


def draw_refusal(result: Mapping[str, Any], path: Path) -> None:
    """Plots answered rightly with the gold paragraph against answered wrongly without it."""
    figure = Figure(figsize=(7, 4.5), dpi=150, layout="tight")
    axes = figure.subplots()
    for direction, row in result["rows"].items():
        wrong = [1 - point["refused"] for point in row["curve"]]
        right = [point["right"] for point in row["curve"]]
        (line,) = axes.plot(wrong, right, label=direction.replace("→", "to"))
        chosen = at_threshold(row["curve"], result["threshold"])
        axes.plot(1 - chosen["refused"], chosen["right"], "o", color=line.get_color())
    axes.set_xlabel("answered although the gold paragraph was removed")
    axes.set_ylabel("answered on the gold sentence")
    axes.set(xlim=(0, 1), ylim=(0, 1), title="XQuAD: refusal (dots: the default threshold)")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", frameon=False)
    figure.savefig(path)


def main() -> None:
    """Runs the command."""
    lines = ["# Results", "", "Made by `make bench-report` from `results/`; do not edit."]
    found = read("retrieval")
    if found is not None:
        lines += ["", *retrieval(found)]
    found = next(filter(None, map(read, ("reading-1190", "reading-200"))), None)
    if found is not None:
        draw_refusal(found, FOLDER / "refusal.png")
        lines += ["", *reading(found)]
    (FOLDER / "RESULTS.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
