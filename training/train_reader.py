"""Trains the reader's adapter and head. A run that was cut goes on from its last checkpoint.

    python -m training.train_reader --data FOLDER --out rag/reader.safetensors

`FOLDER` holds reading sets in SQuAD form, named as in `MIX`. About 35 minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from rag.embedding import GemmaEmbedder
from rag.models import ModelStore
from rag.reader import ReaderNetwork, Shape
from rag.settings import load_settings
from training.pairs import Pair, make_pairs, read_paragraphs

SHAPE = Shape(first_layer=8, rank=16, scale=2.0)
SEED, BATCH, STEPS, WARM_UP, LEARNING_RATE = 7, 8, 950, 40, 4e-4
# Most pairs taken of each set, and the chance of a negative pair beside a positive one.
MIX: dict[str, tuple[int, float]] = {
    "arabic.dev.json": (10_000, 1.0),
    "arcd-train.json": (10_000, 1.0),
    "english.train.json": (2_600, 0.7),
    "russian.dev.json": (500, 0.7),
    "indonesian.dev.json": (400, 0.7),
    "finnish.dev.json": (400, 0.7),
    "swahili.train.json": (400, 0.7),
    "korean.train.json": (300, 0.7),
    "telugu.dev.json": (200, 0.7),
}
QUESTIONS = Path(__file__).with_name("questions.jsonl")


def training_pairs(folder: Path) -> list[Pair]:
    """All pairs of the mix, shuffled, without the paragraphs kept for calibration."""
    rng = random.Random(SEED)
    kept = (json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines())
    left_out = frozenset(str(row["paragraph_of"]) for row in kept)
    pairs: list[Pair] = []
    for name, (most, negatives) in MIX.items():
        paragraphs = read_paragraphs(folder / name, left_out=left_out)
        found = list(make_pairs(paragraphs, negatives=negatives, rng=rng))
        rng.shuffle(found)
        pairs += found[:most]
    return pairs


def batches(pairs: list[Pair], rng: random.Random) -> list[list[Pair]]:
    """Batches of like length, in random order."""
    noisy = sorted(pairs, key=lambda p: (len(p.question) + len(p.text)) * rng.uniform(0.9, 1.1))
    groups = [noisy[i : i + BATCH] for i in range(0, len(noisy) - BATCH + 1, BATCH)]
    rng.shuffle(groups)
    return groups


def loss_of(network: ReaderNetwork, batch: list[Pair]) -> torch.Tensor:
    """The mean cross-entropy of start and end."""
    encoded = network.encode([(pair.question, pair.text) for pair in batch])
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
        "first_layer": str(SHAPE.first_layer),
        "rank": str(SHAPE.rank),
        "scale": str(SHAPE.scale),
    }
    halves = {name: tensor.to(torch.bfloat16).contiguous() for name, tensor in state.items()}
    save_file(halves, path, metadata=about)


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    settings, _ = load_settings()
    store = ModelStore(settings.models)
    digest = store.digest(settings.models.embedding)
    embedder: Any = GemmaEmbedder(store.resolve(settings.models.embedding), digest=digest)
    network = _network(embedder)
    rng = random.Random(SEED)
    pairs = training_pairs(arguments.data)
    plan = batches(pairs, rng)
    while len(plan) < STEPS:
        plan += batches(pairs, rng)
    _train(network, plan, checkpoint=arguments.out.with_suffix(".checkpoint"))
    save(network, arguments.out, base_digest=digest)


def _network(embedder: Any) -> ReaderNetwork:
    model = embedder._model[0].auto_model
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return ReaderNetwork(model, embedder._tokenizer, SHAPE)


def _train(network: ReaderNetwork, plan: list[list[Pair]], *, checkpoint: Path) -> None:
    parameters = [*network.adapter.parameters(), *network.head.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min((step + 1) / WARM_UP, (STEPS - step) / (STEPS - WARM_UP)),
    )
    begin = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        network.adapter.load(kept["adapter"])
        network.head.load_state_dict(kept["head"])
        optimizer.load_state_dict(kept["optimizer"])
        schedule.load_state_dict(kept["schedule"])
        begin = kept["step"]
    since, losses = time.monotonic(), []
    for step in range(begin, STEPS):
        loss = loss_of(network, plan[step])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(float(loss.detach()))
        done = step + 1
        if done % 20 == 0:
            mean = sum(losses[-20:]) / len(losses[-20:])
            print(f"step {done} loss {mean:.3f} seconds {time.monotonic() - since:.0f}", flush=True)
        if done % 60 == 0:
            kept = {
                "adapter": network.adapter.state(),
                "head": network.head.state_dict(),
                "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict(),
                "step": done,
            }
            torch.save(kept, checkpoint)


if __name__ == "__main__":
    main()
