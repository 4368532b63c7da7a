"""How quick it is: start-up, taking documents in, asking, and how each grows with the corpus.

    python -m benchmarks.speed [--part PART ...]

Each part runs in a process of its own, so that its memory is its own; `results/speed.json` keeps
the parts that were measured before. The texts are the articles that the reader was trained on and
tried on (`training/`); those of `growth` are made of their words, with random vectors in place of
the embedding model's.
"""

from __future__ import annotations

import argparse
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.growth import grow
from benchmarks.measuring import apart, peak_mb, resident_mb, timed
from benchmarks.results import ROOT, about, read, save
from rag.assistant import Assistant
from rag.models import ModelStore
from rag.schema import Final, Progress
from rag.sentences import sentences
from rag.settings import Settings, load_settings
from training.train_reader import open_embedder

ARTICLES, KEPT = ROOT / "training" / "articles.json", ROOT / "training" / "kept.json"
RUNS = 5
COLD_RUNS = 3
WARM_QUESTIONS = 10
SIZES = (1_000, 10_000, 100_000)
Row = dict[str, float]


def spread(values: Sequence[float]) -> Row:
    """Median, least and greatest of some runs."""
    return {
        "median": statistics.median(values),
        "low": min(values),
        "high": max(values),
        "runs": len(values),
    }


def settings_for(folder: Path) -> Settings:
    """The settings in force, with an index of its own."""
    return load_settings(overrides={"index.path": str(folder / "index")})[0]


def articles(file: Path) -> list[dict[str, Any]]:
    """Articles in SQuAD form."""
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["data"]
    return found


def text_of(article: dict[str, Any]) -> str:
    """All of an article's text."""
    return "\n".join(paragraph["context"] for paragraph in article["paragraphs"])


def write_articles(found: Sequence[dict[str, Any]], folder: Path) -> Path:
    """Writes each article as a file of its own."""
    folder.mkdir(parents=True)
    for number, article in enumerate(found):
        head = f"---\ntitle: {json.dumps(article['title'], ensure_ascii=False)}\n---\n\n"
        (folder / f"{number:04}.md").write_text(head + text_of(article) + "\n", encoding="utf-8")
    return folder


def write_thousand(folder: Path) -> Path:
    """A thousand files of two sentences each."""
    folder.mkdir()
    texts = map(text_of, articles(ARTICLES))
    found = [span.of(text) for text in texts for span in sentences(text)]
    for number in range(1000):
        pair = "\n".join(found[2 * number : 2 * number + 2])
        (folder / f"{number:04}.txt").write_text(pair + "\n", encoding="utf-8")
    return folder


def start_up(folder: Path) -> dict[str, Row]:
    """Seconds until a command has ended, and until the page answers."""
    with Assistant.open(settings_for(folder)) as assistant:
        assistant.ingest(write_articles(articles(KEPT)[:5], folder / "articles"))
    program = [str(Path(sys.executable).with_name("mustanad")), "--index", str(folder / "index")]
    commands = {
        "import rag": [sys.executable, "-c", "import rag"],
        "mustanad --version": [*program, "--version"],
        "mustanad documents list": [*program, "documents", "list"],
    }
    found = {
        name: spread([timed(_run, command) for _ in range(RUNS)])
        for name, command in commands.items()
    }
    serve = [*program, "serve", "--set", "page.port=0"]
    found["mustanad serve, until it tells its address"] = spread(
        [_until_it_speaks(serve) for _ in range(COLD_RUNS)]
    )
    return found


def ingest(folder: Path) -> dict[str, Row]:
    """Tokens and chunks a second, and what a second run costs."""
    batches = [articles(ARTICLES)[first : first + 10] for first in range(0, 60, 10)]
    found: dict[str, Row] = {}
    with Assistant.open(settings_for(folder)) as assistant:
        assistant.load()
        found["MB with all models loaded, at rest"] = spread([resident_mb()])
        count_tokens = assistant.engines.embedder().count_tokens
        tokens, chunks = [], []
        for number, batch in enumerate(batches):
            place = write_articles(batch, folder / f"articles-{number}")
            done: list[Progress] = []
            seconds = timed(assistant.ingest, place, progress=done.append)
            tokens.append(sum(count_tokens(text_of(one)) for one in batch) / seconds)
            chunks.append(done[-1].chunks / seconds)
        found["tokens of text a second"] = spread(tokens)
        found["chunks a second"] = spread(chunks)
        thousand = write_thousand(folder / "thousand")

        def again() -> float:
            return timed(assistant.ingest, thousand)

        found["seconds for 1,000 files of two sentences"] = spread([again()])
        found["seconds for the same again, nothing changed"] = spread(
            [again() for _ in range(RUNS)]
        )
        changed = []
        for number in range(RUNS):
            with (thousand / f"{number:04}.txt").open("a", encoding="utf-8") as file:
                file.write("وأضيفت هذه الجملة إلى الملف لاحقا.\n")
            changed.append(again())
        found["seconds for the same again, one file changed"] = spread(changed)
        found["MB at most"] = spread([peak_mb()])
    return found


def embed(_: Path) -> dict[str, Row]:
    """The embedding model as it is run here, beside its library's defaults: tokens a second."""
    from sentence_transformers import SentenceTransformer

    settings = load_settings()[0]
    ours = open_embedder(settings)
    stock = SentenceTransformer(
        str(ModelStore(settings.models).resolve(settings.models.embedding)), device="cpu"
    )
    runs: dict[str, list[float]] = {"as run here": [], "library defaults": []}
    for first in range(0, 8 * COLD_RUNS, 8):
        texts = [text_of(one) for one in articles(ARTICLES)[first : first + 8]]
        texts = [span.of(text) for text in texts for span in sentences(text)]
        tokens = sum(map(ours.count_tokens, texts))
        no_titles = [""] * len(texts)
        runs["as run here"].append(tokens / timed(ours.embed_texts, texts, no_titles))
        runs["library defaults"].append(tokens / timed(stock.encode_document, texts))
    return {f"tokens a second, {name}": spread(row) for name, row in runs.items()}


def query(folder: Path, number: int) -> dict[str, Any]:
    """A cold start and some warm questions, half of them English."""
    asked = list(_questions(number))
    began = time.perf_counter()
    with Assistant.open(settings_for(folder)) as assistant:
        _ask(assistant, asked[0])
        cold = time.perf_counter() - began
        rest = resident_mb()
        warm = [_ask(assistant, question) for question in asked[1:]]
    return {"cold": cold, "warm": warm, "rest": rest, "peak": peak_mb()}


def queries(folder: Path) -> dict[str, Row]:
    """`query` in some processes, put together. Refusals count with the answers."""
    with Assistant.open(settings_for(folder)) as assistant:
        assistant.ingest(write_articles(articles(KEPT), folder / "articles"))
    runs = [apart(query, folder, number) for number in range(COLD_RUNS)]
    warm = list(chain.from_iterable(run["warm"] for run in runs))
    return {
        "seconds, cold: models loaded and the first answer": spread([run["cold"] for run in runs]),
        **{
            f"seconds, warm: {name}": spread([one[name] for one in warm if one[name] is not None])
            for name in ("passages", "answering words marked", "first word", "whole answer")
        },
        "MB after the first answer": spread([run["rest"] for run in runs]),
        "MB at most": spread([run["peak"] for run in runs]),
    }


def growth(folder: Path) -> dict[str, dict[str, float]]:
    """Each size in a process of its own."""
    return {f"{size:,} chunks": apart(grow_to, folder / str(size), size) for size in SIZES}


def grow_to(folder: Path, size: int) -> dict[str, float]:
    """One size; see `benchmarks.growth`."""
    words = [word for one in articles(ARTICLES) for word in text_of(one).split()]
    before = resident_mb()
    found = grow(folder, size=size, words=words)
    return {**found, "MB of memory, more than before": peak_mb() - before}


PARTS: dict[str, Callable[[Path], dict[str, Row]]] = {
    "start-up": start_up,
    "ingest": ingest,
    "embed": embed,
    "query": queries,
    "growth": growth,
}


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", action="append", choices=PARTS, help="measure this part only")
    chosen = parser.parse_args().part or list(PARTS)
    parts = (read("speed") or {"parts": {}})["parts"]
    for name in chosen:
        work = PARTS[name]
        with tempfile.TemporaryDirectory() as path:
            folder = Path(path)
            # Queries and growth start processes of their own.
            rows = work(folder) if name in ("query", "growth") else apart(work, folder)
        parts[name] = {"about": about(), "rows": rows}
        print(name, json.dumps(rows, indent=1), flush=True)
        save("speed", {"parts": parts})


def _questions(number: int) -> Iterator[str]:
    """One question of each of eleven articles, other ones for each number."""
    first = number * (WARM_QUESTIONS + 1)
    for place, article in enumerate(articles(KEPT)[first : first + WARM_QUESTIONS + 1]):
        asked = [qa["question"] for qa in article["paragraphs"][0]["qas"] if qa["answers"]]
        english = [question for question in asked if question.isascii()]
        arabic = [question for question in asked if not question.isascii()]
        yield (english if place % 2 else arabic)[0]


def _ask(assistant: Assistant, question: str) -> dict[str, float | None]:
    (answer,) = (e.answer for e in assistant.stream(question) if isinstance(e, Final))
    seconds = answer.seconds
    return {
        "passages": seconds.passages,
        "answering words marked": seconds.marked,
        "first word": seconds.first_word,
        "whole answer": seconds.total,
    }


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _until_it_speaks(command: Sequence[str]) -> float:
    """Seconds until the first line of output; the process is stopped then.

    Raises:
        ValueError: it ended without one.
    """
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        seconds = time.perf_counter() - began
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    if not said:
        raise ValueError(f"{' '.join(command)} has said nothing")
    return seconds


if __name__ == "__main__":
    main()
