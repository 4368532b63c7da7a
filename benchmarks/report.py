"""Writes RESULTS.md and the plots from the stored results, and their summary into the README.

    python -m benchmarks.report

Sections are blocks of Markdown (headings, paragraphs, tables) with a blank line between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from benchmarks.results import read

FOLDER = Path(__file__).parent
README = FOLDER.parent / "README.md"
BEGIN, END = "<!-- summary: made by `make bench-report` -->", "<!-- end of summary -->"
RETRIEVAL = ("recall@1", "recall@3", "recall@5", "recall@10", "mrr@10", "ndcg@10")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    lines.insert(1, f"|{'---|' * len(head)}")
    return "\n".join(lines)


def measured_with(result: Mapping[str, Any]) -> str:
    """The line that says when and on what a result was measured."""
    about = result["about"]
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    return f"{about['date']}, commit {about['commit']}, {about['machine']}; {versions}."


def retrieval(result: Mapping[str, Any]) -> Iterator[str]:
    """The section on retrieval."""
    yield "## Retrieval"
    yield (
        f"XQuAD, {result['questions']:,} questions over 240 paragraphs (language of the question → "
        "of the paragraphs; in *mixed* each paragraph is there in one of the two only). "
        "*fused* is what ships."
    )
    rows = [
        [direction, way, *_figures(scores, RETRIEVAL)]
        for direction, ways in result["rows"].items()
        for way, scores in ways.items()
    ]
    yield table(("direction", "", *RETRIEVAL), rows)
    yield measured_with(result)


def reading(result: Mapping[str, Any]) -> Iterator[str]:
    """The section on the reader."""
    yield "## Reading"
    yield (
        f"XQuAD, {result['questions']:,} questions a direction. *gold*: the reader is given the "
        "right paragraph. *whole*: it is found among 240; paragraph and sentence say whether the "
        "marked words stand in the right one. F1 and exact match compare the marked words with the "
        "gold answer in the paragraph's language."
    )
    rows = [
        [
            direction,
            *_figures(row["gold"], ("f1", "em", "contained")),
            *_figures(row["whole"], ("f1", "em", "paragraph", "sentence")),
        ]
        for direction, row in result["rows"].items()
    ]
    head = ("direction", "gold F1", "EM", "contained", "whole F1", "EM", "paragraph", "sentence")
    yield table(head, rows)
    every = gold_since(result)
    if every is not None:
        yield f"The right paragraph alone, {every['questions']:,} questions, measured later:"
        rows = [
            [direction, *_figures(row, ("f1", "em", "contained"))]
            for direction, row in every["rows"].items()
        ]
        yield table(("direction", "gold F1", "EM", "contained"), rows)
        yield measured_with(every)


def refusal(result: Mapping[str, Any]) -> Iterator[str]:
    """The section on what is refused, of the same result as that on the reader."""
    yield "## Refusal"
    yield (
        "The same questions with and without the gold paragraph, at the default threshold of "
        f"{result['threshold']:.2f}: the share accepted with it, refused without it, and their "
        "mean."
    )
    names = ("accepted", "refused", "mean")
    rows = [
        [direction, *_figures(at_threshold(row["curve"], result["threshold"]), names)]
        for direction, row in result["rows"].items()
    ]
    yield table(("direction", *names), rows)
    yield "![What each threshold accepts and refuses](refusal.png)"
    yield measured_with(result)


def peers(result: Mapping[str, Any]) -> Iterator[str]:
    """The section on other systems."""
    yield "## Beside other systems"
    yield (
        f"{result['questions']} questions in English and Arabic about five scraped Arabic news "
        "pages, each system with the same two models, as its own guide sets it up; *mended* adds "
        "the chat template, the embedding model's prompts and all cores. *right*: an accepted "
        "string stands in the answer. *cited*: it is right, and what the system points to overlaps "
        "the gold evidence; *words to read* says how much that is, in the median answer. "
        "*declined*: unanswerable questions that were not answered. haiku.rag is not among them: "
        "it needs Python 3.12, and a server for its models."
    )
    yield peers_table(result)
    yield "![Right and cited, and the seconds an answer takes](peers.png)"
    yield measured_with(result)


def peers_table(result: Mapping[str, Any]) -> str:
    """A row a system."""
    rows = [
        [
            name,
            f"{row['right']} of {row['answerable']}",
            f"{row['right and cited']} of {row['answerable']}",
            f"{row['words to read']:.0f}",
            f"{row['declined']} of {row['unanswerable']}",
            f"{row['seconds']:.1f}",
            f"{row['slowest']:.0f}",
            f"{row['set-up']:.0f}",
        ]
        for name, row in result["rows"].items()
    ]
    head = ("", "right", "cited", "words to read", "declined", "median s", "slowest s", "set-up s")
    return table(head, rows)


def speed(result: Mapping[str, Any]) -> Iterator[str]:
    """The section on speed and memory."""
    yield "## Speed"
    yield "Medians, with the least and the greatest of the runs in brackets."
    for name, part in result["parts"].items():
        yield f"### {name.capitalize()}"
        yield growth(part["rows"]) if name == "growth" else spreads(part["rows"])
        yield measured_with(part)


def load(result: Mapping[str, Any]) -> Iterator[str]:
    """The section on visitors who ask at once."""
    yield "## Several at once"
    yield (
        f"{result['visitors']} visitors of one page ask one question after the other for "
        f"{result['minutes']:.0f} minutes, each as soon as the one before is answered. *mixed up*: "
        "answers to another question than was asked."
    )
    errors = sum(result["errors"].values())
    rows = [
        ["answers", f"{result['answers']:,}"],
        ["errors, mixed up", f"{errors}, {result['mixed up']}"],
        ["seconds an answer, the wait included", _short(result["seconds, median"])],
        ["slowest", _short(result["seconds, slowest"])],
        *([name, _short(value)] for name, value in result.items() if name.startswith("MB ")),
    ]
    yield table(("", ""), rows)
    yield measured_with(result)


def spreads(rows: Mapping[str, Mapping[str, float]]) -> str:
    """A table of medians with their spread."""
    found = []
    for name, row in rows.items():
        several = row["runs"] > 1
        between = f" ({_short(row['low'])}-{_short(row['high'])})" if several else ""
        found.append([name, _short(row["median"]) + between, f"{row['runs']:.0f}"])
    return table(("", "median", "runs"), found)


def growth(rows: Mapping[str, Mapping[str, float]]) -> str:
    """A table with a column for each size of the corpus."""
    sizes = list(rows)
    names = list(rows[sizes[0]])
    return table(
        ("", *sizes), [[name, *(_short(rows[size][name]) for size in sizes)] for name in names]
    )


def _figures(row: Mapping[str, float], names: Sequence[str]) -> list[str]:
    return [f"{row[name]:.3f}" for name in names]


def _short(value: float) -> str:
    """Three significant digits, and no more than the whole number of what is large."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def summary() -> Iterator[str]:
    """The blocks that the README shows, of what has been measured."""
    rows: list[list[str]] = []
    found = read("retrieval")
    if found is not None:
        for way in ("en → ar", "ar → ar"):
            row = found["rows"][way]["fused"]
            figures = f"{row['recall@1']:.3f}, {row['mrr@10']:.3f}"
            rows.append([f"finding, XQuAD {way}: recall@1, MRR@10", figures])
    found = measured_reading()
    if found is not None:
        every = gold_since(found) or {"rows": {}}
        for way in ("en → ar", "ar → ar"):
            row = found["rows"][way]
            gold = every["rows"].get(way, row["gold"])
            rows.append([f"reading the right paragraph, {way}: F1", f"{gold['f1']:.3f}"])
            point = at_threshold(row["curve"], found["threshold"])
            figures = f"{point['accepted']:.2f}, {point['refused']:.2f}"
            rows.append([f"accepted with it, refused without it, {way}", figures])
    parts = (read("speed") or {"parts": {}})["parts"]
    for part, name in (
        ("query", "seconds, warm: passages"),
        ("query", "seconds, warm: answering words marked"),
        ("query", "seconds, warm: whole answer"),
        ("ingest", "tokens of text a second"),
        ("ingest", "MB at most"),
    ):
        if name in parts.get(part, {"rows": {}})["rows"]:
            rows.append([f"{part}: {name}", _short(parts[part]["rows"][name]["median"])])
    if rows:
        yield table(("", "median or mean"), rows)
    found = read("peers")
    if found is not None:
        yield peers_table(found)
        yield "![Right and cited, and the seconds an answer takes](benchmarks/peers.png)"


def measured_reading(part: str = "") -> dict[str, Any] | None:
    """The result on all questions, or else on the sample; "-gold" for the right paragraph alone."""
    return next(filter(None, map(read, (f"reading-1190{part}", f"reading-200{part}"))), None)


def gold_since(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """What was measured of the right paragraph alone on the day of a result or later, if it was."""
    found = measured_reading("-gold")
    older = found is not None and found["about"]["date"] < result["about"]["date"]
    return None if older else found


def write_summary() -> None:
    """Puts the summary between its marks in the README."""
    before, begin, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{README} has no place for the summary: {BEGIN} … {END}")
    blocks = [before + BEGIN, *summary(), END + after]
    README.write_text("\n\n".join(blocks), encoding="utf-8")


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


def draw_peers(result: Mapping[str, Any], path: Path) -> None:
    """Plots each system's right and cited answers against the seconds they take."""
    figure = Figure(figsize=(7, 4), dpi=150, layout="tight")
    axes = figure.subplots()
    quickest_first = sorted(result["rows"].items(), key=lambda item: item[1]["seconds"])
    for place, (name, row) in enumerate(quickest_first):
        good = (row["right and cited"] + row["declined"]) / (
            row["answerable"] + row["unanswerable"]
        )
        ours = name == "Mustanad"
        axes.plot(row["seconds"], 100 * good, "o", markersize=9 if ours else 6)
        axes.annotate(
            name,
            (row["seconds"], 100 * good),
            # Neighbours get their names on different sides.
            xytext=(8, 4 if place % 2 == 0 else -14),
            textcoords="offset points",
            fontweight="bold" if ours else "normal",
        )
    axes.set_xlabel("median seconds an answer, two cores")
    axes.set_ylabel("% right and cited, or rightly declined")
    slowest = max(row["seconds"] for row in result["rows"].values())
    axes.set(xlim=(0, 1.35 * slowest), ylim=(0, 100))
    axes.grid(alpha=0.3)
    figure.savefig(path)


def main() -> None:
    """Runs the command."""
    on_reading, on_peers = measured_reading(), read("peers")
    if on_reading is not None:
        draw_refusal(on_reading, FOLDER / "refusal.png")
    if on_peers is not None:
        draw_peers(on_peers, FOLDER / "peers.png")
    sections = (
        (retrieval, read("retrieval")),
        (reading, on_reading),
        (refusal, on_reading),
        (peers, on_peers),
        (speed, read("speed")),
        (load, read("load")),
    )
    blocks = ["# Results", "Made by `make bench-report` from `results/`; do not edit."]
    for section, result in sections:
        if result is not None:
            blocks += section(result)
    (FOLDER / "RESULTS.md").write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    write_summary()


if __name__ == "__main__":
    main()
