"""Reading XQuAD: the reader on the gold paragraph, answers end to end, and refusal without it.

    python -m benchmarks.reading [--sample 200 | --sample 0] [--gold | --worded] [--data FOLDER]

For each question and direction (question's language → paragraphs' language) one line is written:

- `gold`: the reader over the sentences of the gold paragraph, its best words;
- `whole`: retrieval over all 240 paragraphs, then the reader; with `--worded` the text model's
  answer too, compared with the gold answer in the question's language;
- `removed`: the same without the gold paragraph: how probable the best sentence is then.

A run that was cut goes on where it stopped, unless package, models, settings or data have changed
since. `--sample 0` takes all 1,190 questions, and `--gold` measures the first of the three alone,
in a tenth of the time.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from benchmarks.results import DATA, PACKAGE, RESULTS, keep_row, rows_file, rows_kept, save
from benchmarks.retrieval import embed, fill
from benchmarks.xquad import LANGUAGES, Asked, XQuAD, load_xquad
from rag.answering import answer_events
from rag.embedding import Embedder
from rag.evaluation_words import contains, exact_match, f1
from rag.evidence import Reader, Reading, read_evidence, select_evidence
from rag.generation import LlamaCppModel, TextModel
from rag.index import Index
from rag.models import ModelStore
from rag.retrieval import Retriever
from rag.schema import Answer, Document, Evidence, Final, Passage, Period, Span, Window
from rag.sentences import sentences
from rag.settings import IndexSettings, Settings, load_settings
from training.train_reader import open_embedder

DIRECTIONS = {
    f"{asking} → {reading}": (asking, reading) for reading in LANGUAGES for asking in LANGUAGES
}
SEED = 2020
THRESHOLDS = tuple(step / 20 for step in range(20))
Row = dict[str, Any]
Done = dict[tuple[str, str], Row]
"""The rows that were kept, by direction and question."""


class Removing(Retriever):
    """Searches as if one document were not there."""

    removed: str = ""

    def search(
        self,
        query: str,
        *,
        top_k: int | None = None,
        period: Period | None = None,
        documents: Collection[str] | None = None,
    ) -> tuple[Passage, ...]:
        most = top_k or self._settings.top_k
        found = super().search(
            query, top_k=self._settings.candidates, period=period, documents=documents
        )
        return tuple(p for p in found if p.document_id != self.removed)[:most]


class RememberingReader:
    """Reads a sentence for a question once, however often the benchmark asks for it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._question = ""
        self._known: dict[Window, Reading] = {}

    def read(
        self, question: str, windows: Sequence[Window], *, in_context: bool = False
    ) -> list[Reading]:
        if question != self._question:
            self._question, self._known = question, {}
        new = [window for window in dict.fromkeys(windows) if window not in self._known]
        readings = self._reader.read(question, new, in_context=in_context)
        self._known.update(zip(new, readings, strict=True))
        return [self._known[window] for window in windows]


def read_gold(question: str, document: Document, reader: Reader) -> str:
    """The reader's words, given the right paragraph."""
    spans = sentences(document.text)
    windows = [
        Window(span.of(document.text), before=before.of(document.text))
        for before, span in pairwise([Span(0, 0), *spans])
    ]
    readings = reader.read(question, windows)
    best = max(range(len(windows)), key=lambda number: readings[number].margin)
    return readings[best].span.of(windows[best].text)


def best_evidence(
    question: str, retriever: Retriever, reader: Reader, settings: Settings
) -> Evidence | None:
    """The sentence an answer would rest on."""
    passages = retriever.search(question)
    chosen = select_evidence(passages, most=settings.answer.evidence_sentences)
    return next(iter(read_evidence(question, chosen, reader=reader)), None)


def worded(
    question: str, retriever: Retriever, reader: Reader, model: TextModel, settings: Settings
) -> Answer:
    """The answer as the user would see it."""
    events = answer_events(
        question,
        history=(),
        documents=tuple,
        retriever=retriever,
        reader=reader,
        model=model,
        settings=settings.answer,
    )
    (answer,) = (event.answer for event in events if isinstance(event, Final))
    return answer


def scores(said: str, accepted: str) -> dict[str, float]:
    """Exact match, F1 and containment, each 0 or 1 but for F1."""
    return {
        "em": float(exact_match(said, accepted)),
        "f1": f1(said, accepted),
        "contained": float(contains(said, accepted)),
    }


def judge(
    one: Asked,
    direction: str,
    *,
    documents: Sequence[Document],
    retriever: Removing,
    reader: Reader,
    model: TextModel | None,
    settings: Settings,
) -> Row:
    """All that is measured of one question in one direction."""
    asking, reading = DIRECTIONS[direction]
    question, gold = one.question[asking], one.gold[reading]
    document = documents[one.paragraph]
    retriever.removed = ""
    best = best_evidence(question, retriever, reader, settings)
    row: Row = {
        "id": one.question_id,
        "direction": direction,
        "gold": scores(read_gold(question, document, reader), one.answer[reading]),
        "whole": None,
        "worded": None,
    }
    if best is not None:
        there = best.passage.document_id == document.document_id
        row["whole"] = {
            **scores(best.marked, one.answer[reading]),
            "probability": best.probability,
            "paragraph": float(there),
            "sentence": float(there and best.span.overlaps(gold)),
        }
    if model is not None:
        answer = worded(question, retriever, reader, model, settings)
        row["worded"] = {
            **scores(answer.text, one.answer[asking]),
            "status": str(answer.status),
            "seconds": answer.seconds.total,
        }
    retriever.removed = document.document_id
    other = best_evidence(question, retriever, reader, settings)
    row["removed"] = {"probability": other.probability if other else 0.0}
    return row


def read_all_gold(
    xquad: XQuAD, asked: Sequence[Asked], reader: Reader, raw: Path, done: Done
) -> Iterator[tuple[str, dict[str, float]]]:
    """Reads the gold paragraph alone, with a line for each question that is not done.

    Yields:
        Each direction and its means, as soon as all its questions are done.
    """
    with raw.open("a", encoding="utf-8") as lines:
        for direction, (asking, reading) in DIRECTIONS.items():
            for one in _left(asked, direction, done):
                document = xquad.documents[reading][one.paragraph]
                said = read_gold(one.question[asking], document, reader)
                found = scores(said, one.answer[reading])
                _keep({"id": one.question_id, "direction": direction, "gold": found}, done, lines)
            yield direction, _means([done[direction, one.question_id]["gold"] for one in asked])


def judge_all(
    xquad: XQuAD,
    asked: Sequence[Asked],
    raw: Path,
    done: Done,
    *,
    embedder: Embedder,
    reader: Reader,
    model: TextModel | None,
    settings: Settings,
) -> None:
    """Takes in the paragraphs of each language, and judges each question that is not done."""
    with tempfile.TemporaryDirectory() as folder, raw.open("a", encoding="utf-8") as lines:
        for language in LANGUAGES:
            documents = xquad.documents[language]
            place = IndexSettings(path=Path(folder) / language)
            with Index.open(place, manifest={"dimensions": embedder.dimensions}) as index:
                fill(index, [embed(document, embedder, settings) for document in documents])
                retriever = Removing(index, embedder, settings.retrieval)
                for direction, (_, reading) in DIRECTIONS.items():
                    if reading != language:
                        continue
                    for one in _left(asked, direction, done):
                        row = judge(
                            one,
                            direction,
                            documents=documents,
                            retriever=retriever,
                            reader=reader,
                            model=model,
                            settings=settings,
                        )
                        _keep(row, done, lines)


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Means of one direction, and what each threshold would do."""
    whole = [row["whole"] for row in rows if row["whole"]]
    curve = []
    for threshold in THRESHOLDS:
        shown = [w for w in whole if w["probability"] >= threshold]
        refused = sum(row["removed"]["probability"] < threshold for row in rows) / len(rows)
        curve.append(
            {
                "threshold": threshold,
                "accepted": len(shown) / len(rows),
                "right": sum(w["sentence"] for w in shown) / len(rows),
                "refused": refused,
                "mean": (len(shown) / len(rows) + refused) / 2,
            }
        )
    return {
        "questions": len(rows),
        "gold": _means([row["gold"] for row in rows]),
        "whole": _means(whole),
        "worded": _means(
            [{k: v for k, v in r["worded"].items() if k != "status"} for r in rows if r["worded"]]
        ),
        "curve": curve,
    }


def _means(found: Sequence[dict[str, float]]) -> dict[str, float]:
    if not found:
        return {}
    return {name: sum(row[name] for row in found) / len(found) for name in found[0]}


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of xquad.ar.json")
    parser.add_argument("--sample", type=int, default=200, help="questions; 0 takes all")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--worded", action="store_true", help="ask the text model too")
    how.add_argument("--gold", action="store_true", help="only read the gold paragraph")
    arguments = parser.parse_args()
    xquad = load_xquad(arguments.data)
    asked = list(xquad.asked)
    random.Random(SEED).shuffle(asked)
    asked = asked[: arguments.sample or None]
    settings, _ = load_settings()
    kind = "-worded" if arguments.worded else "-gold" if arguments.gold else ""
    name = f"reading-{len(asked)}{kind}"
    RESULTS.mkdir(exist_ok=True)
    embedder = open_embedder(settings)
    decisive = settings, embedder.fingerprint(), asked, xquad.documents
    raw = rows_file(name, [*PACKAGE, Path(__file__)], *decisive)
    done = {(row["direction"], row["id"]): row for row in rows_kept(raw)}
    reader = RememberingReader(embedder.open_reader())
    if arguments.gold:
        ways: dict[str, dict[str, float]] = {}
        for direction, means in read_all_gold(xquad, asked, reader, raw, done):
            ways[direction] = means
            print(direction, json.dumps(means), flush=True)
            save(name, {"questions": len(asked), "rows": ways})
        return
    model = None
    if arguments.worded:
        path = ModelStore(settings.models).resolve(settings.models.text)
        model = LlamaCppModel(path, context_tokens=settings.answer.context_tokens)
    judge_all(
        xquad, asked, raw, done, embedder=embedder, reader=reader, model=model, settings=settings
    )
    rows = {
        direction: summary([done[direction, one.question_id] for one in asked])
        for direction in DIRECTIONS
    }
    for direction, row in rows.items():
        print(direction, json.dumps({k: v for k, v in row.items() if k != "curve"}))
    threshold = settings.answer.refusal_threshold
    print(save(name, {"questions": len(asked), "threshold": threshold, "rows": rows}))


def _left(asked: Sequence[Asked], direction: str, done: Done) -> Iterator[Asked]:
    """The questions that are still to be asked in one direction."""
    return (one for one in asked if (direction, one.question_id) not in done)


def _keep(row: Row, done: Done, lines: IO[str]) -> None:
    """Takes a row for done, and writes it."""
    done[row["direction"], row["id"]] = row
    keep_row(row, lines)


if __name__ == "__main__":
    main()
