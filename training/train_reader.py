"""Trains the reader's adapter and head. A run that was cut goes on from its last checkpoint.

    python -m training.train_reader --data FOLDER --out reader.safetensors

`FOLDER` holds reading sets in SQuAD form, named as in `MIX`. `--start` takes an adapter to go on
from; with `--new` it goes on with the questions of those files of articles or talks, and repeats a
share of all others. The embedder's nearest sentences and the checkpoint are kept beside the output.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from rag.embedding import GemmaEmbedder
from rag.models import ModelStore
from rag.reader import ReaderNetwork, Shape, load_network
from rag.settings import Settings, load_settings
from rag.weights import hash_file
from training.loop import SEED, batches, train
from training.pairs import (
    Asked,
    Pair,
    Paragraph,
    Place,
    asked_anew,
    asked_in,
    begins_with,
    follow_ups,
    missed_in,
    nearly_in,
    negative,
    positive,
    read_paragraphs,
    read_rows,
    read_talks,
    talked,
    unanswered,
    without_answer,
    written_for,
)

SHAPE = Shape(first_layer=8, rank=16, scale=2.0)
LEARNING_RATE = 3e-4
# The sets with written questions; then the others, with the most questions taken of each.
ARABIC = ("arabic.dev.json", "arcd-train.json")
MIX: dict[str, int] = {
    "english.train.json": 450,
    "russian.dev.json": 100,
    "indonesian.dev.json": 100,
    "finnish.dev.json": 100,
    "swahili.train.json": 75,
    "korean.train.json": 50,
    "telugu.dev.json": 50,
}
# So many sentences near to a question, of those that do not answer it, are negatives for it.
NEAREST, HARDEST = 12, 3
# How often a question comes with a negative window beside its positive one.
NEGATIVES = 0.6
FOLDER = Path(__file__).resolve().parent
QUESTIONS, WRITTEN = FOLDER / "questions.jsonl", FOLDER / "written.jsonl"
ARTICLES = tuple(
    FOLDER / f"articles{kind}.json" for kind in ("", ".more", ".plain", ".agency", ".further")
)
HARD = tuple(
    FOLDER / f"questions.{kind}.jsonl" for kind in ("hard", "meant", "told", "paired", "contrast")
)
TALKS = tuple(FOLDER / f"talks{kind}.jsonl" for kind in ("", ".more"))
FOLLOW_UPS = FOLDER / "follow_ups.train.jsonl"


def open_embedder(settings: Settings) -> GemmaEmbedder:
    """The embedding model of the settings."""
    store, name = ModelStore(settings.models), settings.models.embedding
    return GemmaEmbedder(
        store.resolve(name), digest=store.digest(name), threads=settings.models.threads
    )


def training_pairs(
    folder: Path,
    embedder: Any,
    kept: Path,
    *,
    new: Collection[Path] = (),
    share: float = 1.0,
    first: float = 0.0,
) -> list[Pair]:
    """Pairs in random order, without the paragraphs kept for calibration.

    Args:
        folder: holds the reading sets.
        embedder: finds the nearest sentences.
        kept: where these are kept.
        new: the files of `ARTICLES`, `HARD` or `TALKS` of which all questions are taken; all by
            default. Then only those of `ARTICLES` get the nearest sentences as negatives, from
            their own ones: those of `HARD` come with such a sentence.
        share: of the other questions that are taken.
        first: the same, where it is more, of those of articles that a first sentence answers.
    """
    rng = random.Random(SEED)
    left_out = frozenset(str(row["paragraph_of"]) for row in read_rows(QUESTIONS))
    arabic = [p for name in ARABIC for p in read_paragraphs(folder / name, left_out=left_out)]
    answered, missed = written_for(arabic, {row["of"]: row for row in read_rows(WRITTEN)})
    articles = [read_paragraphs(file, left_out=frozenset()) for file in ARTICLES]
    by_name = {file.stem: found for file, found in zip(ARTICLES, articles, strict=True)}
    anew = [asked_anew(read_rows(file), by_name) for file in HARD]
    numbers: dict[Path, range] = {}
    for file, found in zip((*ARTICLES, *HARD), (*articles, *anew), strict=True):
        numbers[file] = range(len(arabic), len(arabic) + len(found))
        arabic += found
    fresh = {number for file in numbers if file in new for number in numbers[file]}
    whole = {number for file in ARTICLES if file in new for number in numbers[file]}
    within = whole if new else range(len(arabic))
    own = {number for file in ARTICLES for number in numbers[file]}

    def is_taken(one: Asked) -> bool:
        if one.paragraph in fresh:
            return True
        begins = first > share and one.paragraph in own and begins_with(arabic, one)
        return rng.random() < (first if begins else share)

    missed += nearly_in(arabic)
    unsaid = missed_in(arabic, nearly=False)
    asked = list(filter(is_taken, (*asked_in(arabic), *answered, *unsaid)))
    near = [
        without_answer(arabic, one, places)[:HARDEST]
        for one, places in zip(
            asked,
            find_nearest(arabic, asked, embedder, kept, within=within),
            strict=True,
        )
    ]
    pairs = list(_with_negatives(arabic, asked, near, rng))
    pairs += [unanswered(arabic, one, rng) for one in filter(is_taken, missed)]
    for one in follow_ups(articles[0], read_rows(FOLLOW_UPS)):
        # Its subject is not named, so that only sentences of its own article come into question.
        if rng.random() < share:
            pairs += [positive(articles[0], one, rng), negative(articles[0], one, rng)]
    for file in TALKS:
        pairs += _of_talks(file, by_name, rng, share=1.0 if not new or file in new else share)
    for name, most in MIX.items():
        paragraphs = read_paragraphs(folder / name, left_out=left_out)
        some = list(asked_in(paragraphs))
        rng.shuffle(some)
        some = some[: round(most * share)]
        pairs += _with_negatives(paragraphs, some, [()] * len(some), rng)
    found_pairs = [pair for pair in pairs if pair is not None]
    rng.shuffle(found_pairs)
    return found_pairs


def _of_talks(
    file: Path, articles: Mapping[str, Sequence[Paragraph]], rng: random.Random, *, share: float
) -> Iterator[Pair | None]:
    """A share of the turns of a file's talks, each with its sentence and another, or two others."""
    for talk in read_talks(file):
        paragraphs = articles[talk.file]
        for one, places in talked(paragraphs, talk.turns, talk.article, rng=rng):
            if rng.random() >= share:
                continue
            near = without_answer(paragraphs, one, places)
            yield positive(paragraphs, one, rng)
            for _ in range(1 if one.answer is not None else 2):
                yield negative(paragraphs, one, rng, near=near)


def _with_negatives(
    paragraphs: Sequence[Paragraph],
    asked: Sequence[Asked],
    near: Sequence[Sequence[Place]],
    rng: random.Random,
) -> Iterator[Pair | None]:
    """Each question with its sentence, and often with another; a near miss with another only."""
    for one, places in zip(asked, near, strict=True):
        if one.answer is not None:
            yield positive(paragraphs, one, rng)
        if one.answer is None or rng.random() < NEGATIVES:
            yield negative(paragraphs, one, rng, near=places)


def find_nearest(
    paragraphs: Sequence[Paragraph],
    asked: Sequence[Asked],
    embedder: Any,
    file: Path,
    *,
    within: Collection[int],
) -> list[list[Place]]:
    """The sentences nearest to each question about one of the paragraphs `within`, and of those.

    By the embedder, and kept in `file`; none for a question about another paragraph.
    """
    places = [(i, j) for i in sorted(within) for j in range(len(paragraphs[i].sentences))]
    wanted = [one.question for one in asked if one.paragraph in within]
    texts = [paragraphs[i].sentences[j].of(paragraphs[i].text) for i, j in places]
    digest = hashlib.blake2b(repr((texts, wanted)).encode()).hexdigest()
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if known.get("digest") != digest:
        vectors = embedder.embed_texts(texts, [paragraphs[i].title for i, _ in places])
        orders = (np.argsort(-(vectors @ q))[:NEAREST] for q in embedder.embed_queries(wanted))
        nearest = [[places[number] for number in order] for order in orders]
        known = {"digest": digest, "nearest": nearest}
        file.write_text(json.dumps(known), encoding="utf-8")
    found = iter(known["nearest"])
    return [[(i, j) for i, j in next(found)] if a.paragraph in within else [] for a in asked]


def _length(pair: Pair) -> float:
    window = pair.window
    return len(pair.question) + len(window.text) + len(window.before) + len(window.title)


def loss_of(network: ReaderNetwork, batch: Sequence[Pair]) -> torch.Tensor:
    """The mean cross-entropy of start and end."""
    encoded = network.encode([(pair.question, pair.window) for pair in batch])
    scores = network.logits(encoded)
    targets = encoded.nulls.repeat(2, 1).T.clone()
    for row, pair in enumerate(batch):
        if pair.answer is None:
            continue
        begins, ends = encoded.offsets[row].unbind(dim=1)
        hit = encoded.inside[row] & (ends > pair.answer.start) & (begins < pair.answer.end)
        places = hit.nonzero().flatten()
        if len(places):
            targets[row] = places[[0, -1]]
    cross = torch.nn.functional.cross_entropy
    mean: torch.Tensor = cross(scores[..., 0], targets[:, 0]) + cross(scores[..., 1], targets[:, 1])
    return mean / 2


def save(network: ReaderNetwork, path: Path, *, base_digest: str) -> None:
    """Writes the adapter as bfloat16, with what it was trained on and how large it is."""
    state = network.adapter.state()
    state |= {f"head.{name}": tensor for name, tensor in network.head.state_dict().items()}
    about = {
        "base_digest": base_digest,
        "first_layer": str(network.adapter.first_layer),
        "rank": str(network.adapter.rank),
        "scale": str(network.adapter.scale),
    }
    halves = {name: tensor.to(torch.bfloat16).contiguous() for name, tensor in state.items()}
    save_file(halves, path, metadata=about)


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="go on from this adapter")
    parser.add_argument(
        "--new",
        type=Path,
        nargs="+",
        default=[],
        help="the articles, questions or talks to go on with; all by default",
    )
    parser.add_argument("--share", type=float, default=1.0, help="of all others, 0 to 1")
    parser.add_argument(
        "--first", type=float, default=0.0, help="share of what first sentences answer, if more"
    )
    parser.add_argument("--steps", type=int, help="stop after so many; by default each pair once")
    parser.add_argument("--rate", type=float, default=LEARNING_RATE, help="greatest learning rate")
    arguments = parser.parse_args()
    new = [file.resolve() for file in arguments.new]
    if strange := set(new).difference(ARTICLES, HARD, TALKS):
        parser.error(f"{strange.pop()} is none of the files that are trained on")
    torch.manual_seed(SEED)
    embedder: Any = open_embedder(load_settings()[0])
    digest = embedder.fingerprint()["embedding_digest"]
    network = _network(embedder, arguments.start, digest)
    pairs = training_pairs(
        arguments.data,
        embedder,
        arguments.out.with_suffix(".nearest"),
        new=new,
        share=arguments.share,
        first=arguments.first,
    )
    plan = batches(pairs, _length)[: arguments.steps]
    answered = sum(pair.answer is not None for pair in pairs)
    print(f"{len(pairs)} pairs, {answered} with an answer, {len(plan)} steps", flush=True)
    head = {f"head.{name}": parameter for name, parameter in network.head.named_parameters()}
    train(
        {**network.adapter.named_parameters(), **head},
        partial(loss_of, network),
        plan,
        rate=arguments.rate,
        checkpoint=arguments.out.with_suffix(".checkpoint"),
    )
    save(network, arguments.out, base_digest=digest)
    # What `rag.weights.ADAPTERS` has to name for an adapter of the package's own.
    print(f"sha256 {hash_file(arguments.out)}")


def _network(embedder: Any, start: Path | None, digest: str) -> ReaderNetwork:
    model, tokenizer = embedder._model[0].auto_model, embedder._tokenizer
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    if start is not None:
        return load_network(start, model, tokenizer, base_digest=digest)
    return ReaderNetwork(model, tokenizer, SHAPE)


if __name__ == "__main__":
    main()
