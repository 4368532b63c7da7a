"""Fits the probabilities of `rag.gate` on articles and questions that were kept from training.

    python -m training.calibrate --data FOLDER

Every question of `kept.json` and `kept.plain.json` is asked of all their articles; each of the
sentences nearest to it is an example: does it hold the answer? Two in five questions are near
misses, which no sentence answers. The talks of `talks.kept.jsonl` are about one article each, and
asked of that only, each turn after the one before; some of their turns have no answer. Prints the
coefficients, and how the probability of the best sentence tells answerable questions from the
others, also for the encyclopedia's `questions.jsonl`, on which nothing is fitted. `FOLDER` holds
the reading sets that `questions.jsonl` asks about. `--plot` draws how often a sentence holds the
answer against how probable that was said to be, ten-fold.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from rag.schema import Span, Window
from rag.settings import load_settings
from rag.text import detect_language
from training.loop import SEED
from training.pairs import (
    Asked,
    Paragraph,
    asked_in,
    missed_in,
    read_paragraphs,
    read_rows,
    read_talks,
    talked,
)
from training.train_reader import FOLDER, QUESTIONS, open_embedder

KEPT = (FOLDER / "kept.json", FOLDER / "kept.plain.json")
KEPT_TALKS = FOLDER / "talks.kept.jsonl"
NEAREST = 6
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)


@dataclass(frozen=True, slots=True)
class Example:
    """One of the sentences nearest to a question.

    `holds` says whether it holds the answer, for questions of which that is known, and `marked`
    whether the reader's words overlap it there.
    """

    question: int
    cosine: float
    margin: float
    holds: bool
    marked: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """Questions over paragraphs with the sentences nearest to each."""

    questions: tuple[str, ...]
    answerable: NDArray[np.bool_]
    examples: tuple[Example, ...]

    @property
    def features(self) -> NDArray[np.float64]:
        """Cosine and margin of each example, n × 2."""
        return np.array([[example.cosine, example.margin] for example in self.examples])


def ask(
    paragraphs: Sequence[Paragraph],
    asked: Sequence[Asked],
    embedder: Any,
    reader: Any,
    *,
    own: bool = False,
) -> Trial:
    """Reads the sentences nearest to each question.

    A question with an answer of no length is answerable, but where is not known.

    Args:
        paragraphs: what is asked about.
        asked: the questions.
        embedder: finds the nearest sentences.
        reader: reads them.
        own: whether only sentences of the question's own paragraph are looked at.
    """
    places = [
        (number, span, Window(span.of(p.text), before=before.of(p.text), title=p.title))
        for number, p in enumerate(paragraphs)
        for before, span in pairwise([Span(0, 0), *p.sentences])
    ]
    windows = [window for _, _, window in places]
    vectors = embedder.embed_texts([w.text for w in windows], [w.title for w in windows])
    examples = []
    for number, one in enumerate(asked):
        cosines = vectors @ embedder.embed_query(one.question)
        order = np.argsort(-cosines)
        nearest = [i for i in order if not own or places[i][0] == one.paragraph][:NEAREST]
        read = [windows[i] for i in nearest]
        readings = reader.read(one.reading, read, in_context=own)
        for i, reading in zip(nearest, readings, strict=True):
            paragraph, span, _ = places[i]
            gold = one.answer if one.answer and paragraph == one.paragraph else None
            holds = gold is not None and span.overlaps(gold)
            marked = reading.span.shifted(span.start)
            examples.append(
                Example(
                    question=number,
                    cosine=float(cosines[i]),
                    margin=reading.margin,
                    holds=holds,
                    marked=holds and gold is not None and marked.overlaps(gold),
                )
            )
    return Trial(
        questions=tuple(one.question for one in asked),
        answerable=np.array([one.answer is not None for one in asked]),
        examples=tuple(examples),
    )


def best_examples(trial: Trial, judged: NDArray[np.float64]) -> NDArray[np.intp]:
    """The number of each question's likeliest example."""
    groups = np.array([example.question for example in trial.examples])
    return np.array(
        [
            max(np.flatnonzero(groups == number), key=lambda i: judged[i])
            for number in range(len(trial.questions))
        ]
    )


def report(trial: Trial, judged: NDArray[np.float64]) -> None:
    """Prints what the best sentence's probability does for questions, by language."""
    best = best_examples(trial, judged)
    languages = np.array([detect_language(question) for question in trial.questions])
    holds = np.array([trial.examples[i].holds for i in best])
    marked = np.array([trial.examples[i].marked for i in best])
    for language in ("ar", "en"):
        mine = languages == language
        known = mine & trial.answerable
        score = roc_auc_score(trial.answerable[mine], judged[best][mine])
        print(
            f"  {language}: AUC {score:.3f}, best sentence right {holds[known].mean():.3f}, "
            f"words right {marked[known].mean():.3f}"
        )
    for threshold in THRESHOLDS:
        shown = judged[best] >= threshold
        kept, right = shown[trial.answerable].mean(), (shown & holds)[trial.answerable].mean()
        refused = (~shown)[~trial.answerable].mean()
        print(
            f"  from {threshold}: answerable kept {kept:.3f} (right {right:.3f}), "
            f"unanswerable refused {refused:.3f}, mean {(kept + refused) / 2:.3f}"
        )


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--reader", type=Path, help="an adapter other than the shipped one")
    parser.add_argument("--sample", type=int, help="most questions of the kept articles")
    parser.add_argument("--plot", type=Path, help="where to draw the reliability, as a PNG")
    arguments = parser.parse_args()
    embedder = open_embedder(load_settings()[0])
    by_name = {file.stem: read_paragraphs(file, left_out=frozenset()) for file in KEPT}
    articles = [*chain.from_iterable(by_name.values())]
    asked = [*asked_in(articles), *missed_in(articles)]
    random.Random(SEED).shuffle(asked)
    reader = embedder.open_reader(arguments.reader)
    kept = ask(articles, asked[: arguments.sample], embedder, reader)
    nearest = np.array([[cosine] for cosine in _greatest_cosines(kept)])
    alone = LogisticRegression(C=10.0).fit(nearest, kept.answerable)
    print(f"cosine of the nearest sentence alone: {_coefficients(alone)}")
    report(kept, alone.predict_proba(kept.features[:, :1])[:, 1])
    model, judged = fit(kept)
    print(f"cosine and margin, ten-fold: {_coefficients(model)}")
    report(kept, judged)
    if arguments.plot:
        draw_reliability(kept, judged, arguments.plot)
    talk = ask(articles, list(_turns(by_name)), embedder, reader, own=True)
    in_context, judged = fit(talk)
    print(f"in context, cosine and margin, ten-fold: {_coefficients(in_context)}")
    report(talk, judged)
    print("the same on the encyclopedia, where it is not known which sentence is right")
    other = ask(*_encyclopedia(arguments.data), embedder, reader)
    report(other, model.predict_proba(other.features)[:, 1])


def fit(trial: Trial) -> tuple[LogisticRegression, NDArray[np.float64]]:
    """The regression on all examples, and what ten, each without a tenth of them, say of that."""
    labels = np.array([example.holds for example in trial.examples])
    groups = np.array([example.question for example in trial.examples])
    model = LogisticRegression(C=10.0)
    judged: NDArray[np.float64] = cross_val_predict(
        model, trial.features, labels, groups=groups, cv=GroupKFold(10), method="predict_proba"
    )[:, 1]
    return model.fit(trial.features, labels), judged


def draw_reliability(trial: Trial, judged: NDArray[np.float64], path: Path) -> None:
    """Plots the share of sentences that hold the answer by how probable it was said to be."""
    holds = np.array([example.holds for example in trial.examples])
    share, said = calibration_curve(holds, judged, n_bins=10, strategy="uniform")
    figure = Figure(figsize=(5, 4), dpi=150, layout="tight")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    axes.plot(said, share, "o-")
    axes.set(xlabel="probability given", ylabel="share that holds the answer")
    axes.set(xlim=(0, 1), ylim=(0, 1), title="Sentences of kept articles, ten-fold")
    figure.savefig(path)


def _turns(by_name: Mapping[str, Sequence[Paragraph]]) -> Iterator[Asked]:
    """The turns of the kept talks that follow another one, for all articles in this order."""
    articles = [*chain.from_iterable(by_name.values())]
    sizes = map(len, by_name.values())
    firsts = dict(zip(by_name, accumulate(sizes, initial=0), strict=False))
    for talk in read_talks(KEPT_TALKS):
        found = talked(articles, talk.turns, firsts[talk.file] + talk.article)
        yield from (one for one, _ in islice(found, 1, None))


def _greatest_cosines(trial: Trial) -> list[float]:
    return [
        max(example.cosine for example in trial.examples if example.question == number)
        for number in range(len(trial.questions))
    ]


def _coefficients(model: LogisticRegression) -> str:
    values = ", ".join(f"{value:.3f}" for value in model.coef_[0])
    return f"coefficients {values}, intercept {model.intercept_[0]:.3f}"


def _encyclopedia(data: Path) -> tuple[list[Paragraph], list[Asked]]:
    rows = read_rows(QUESTIONS)
    wanted = {row["paragraph_of"] for row in rows}
    paragraphs = [
        paragraph
        for name in sorted({row["set"] for row in rows})
        for paragraph in read_paragraphs(data / f"{name}.json", left_out=frozenset())
        if any(question["id"] in wanted for question in paragraph.questions)
    ]
    nowhere = Span(0, 0)
    return paragraphs, [
        Asked(row["question"], 0, nowhere if row["answerable"] else None) for row in rows
    ]


if __name__ == "__main__":
    main()
