"""Fits the probability of `rag.gate` on questions written for it, half of them unanswerable.

    python -m training.calibrate --data FOLDER

Prints the coefficients, how well they separate (ten-fold), and the operating points.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from rag.embedding import GemmaEmbedder
from rag.models import ModelStore
from rag.settings import load_settings
from training.pairs import Paragraph, read_paragraphs
from training.train_reader import QUESTIONS

NEAREST = 6


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    wanted = {row["paragraph_of"] for row in rows}
    paragraphs: list[Paragraph] = []
    for name in sorted({row["set"] for row in rows}):
        found = read_paragraphs(arguments.data / f"{name}.json", left_out=frozenset())
        paragraphs += [p for p in found if any(q["id"] in wanted for q in p.questions)]
    settings, _ = load_settings()
    store = ModelStore(settings.models)
    name = settings.models.embedding
    embedder = GemmaEmbedder(store.resolve(name), digest=store.digest(name))
    texts = [span.of(p.text) for p in paragraphs for span in p.sentences]
    vectors = embedder.embed_texts(texts, [""] * len(texts))
    reader = embedder.open_reader()
    features = np.array([_best(row["question"], texts, vectors, embedder, reader) for row in rows])
    labels = np.array([row["answerable"] for row in rows])
    languages = np.array([row["lang"] for row in rows])
    for columns, title in (([0], "cosine"), ([0, 1], "cosine and margin")):
        _report(features[:, columns], labels, languages, title)


def _best(
    question: str, texts: list[str], vectors: NDArray[np.float32], embedder: Any, reader: Any
) -> tuple[float, float]:
    """Cosine and margin of the sentence that the reader likes best among the nearest."""
    cosines = vectors @ embedder.embed_query(question)
    nearest = np.argsort(-cosines)[:NEAREST]
    readings = reader.read(question, [texts[i] for i in nearest])
    best = max(range(len(nearest)), key=lambda i: readings[i].margin)
    return float(cosines[nearest[best]]), readings[best].margin


def _report(
    features: NDArray[np.float64],
    labels: NDArray[np.bool_],
    languages: NDArray[np.str_],
    title: str,
) -> None:
    model = LogisticRegression(C=10.0).fit(features, labels)
    judged = cross_val_predict(
        LogisticRegression(C=10.0), features, labels, cv=10, method="predict_proba"
    )[:, 1]
    print(f"{title}: coefficients {model.coef_[0].round(3)}, intercept {model.intercept_[0]:.3f}")
    for language in np.unique(languages):
        mine = languages == language
        print(f"  AUC {language}: {roc_auc_score(labels[mine], judged[mine]):.3f}")
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7):
        kept, refused = (judged >= threshold)[labels].mean(), (judged < threshold)[~labels].mean()
        print(f"  from {threshold}: answerable kept {kept:.2f}, unanswerable refused {refused:.2f}")


if __name__ == "__main__":
    main()
