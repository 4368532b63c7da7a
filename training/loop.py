"""Steps of training that a cut does not lose: a run goes on from its last checkpoint."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

SEED, BATCH = 7, 8
_WARM_UP = 40
_TOLD, _KEPT = 20, 30

T = TypeVar("T")


def batches(items: Sequence[T], length: Callable[[T], float]) -> list[list[T]]:
    """Batches of like length, in random order; what is left over of the longest is not in them."""
    rng = random.Random(SEED)
    noisy = sorted(items, key=lambda item: length(item) * rng.uniform(0.9, 1.1))
    groups = [noisy[i : i + BATCH] for i in range(0, len(noisy) - BATCH + 1, BATCH)]
    rng.shuffle(groups)
    return groups


def train(
    parameters: Mapping[str, nn.Parameter],
    loss_of: Callable[[Sequence[T]], torch.Tensor],
    plan: Sequence[Sequence[T]],
    *,
    rate: float,
    checkpoint: Path,
) -> None:
    """Fits parameters with AdamW, one batch of the plan a step, and tells how the loss goes.

    The rate rises at first, and then falls to nothing at the end.

    Args:
        parameters: by name; those of the checkpoint are taken over if there is one.
        loss_of: the loss of a batch.
        plan: the batches, in order, the same each time.
        rate: the greatest learning rate.
        checkpoint: where it is kept how far the run has come.

    Raises:
        ValueError: the checkpoint is that of another run.
    """
    trained, steps = list(parameters.values()), len(plan)
    warm_up = max(1, min(_WARM_UP, steps // 10))
    falls = max(1, steps - warm_up)
    run = _digest(trained, plan, rate)
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm_up, (steps - step) / falls)
    )
    begin = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        if kept.get("run") != run:
            raise ValueError(f"{checkpoint} is the checkpoint of another run. Remove it.")
        with torch.no_grad():
            for name, parameter in parameters.items():
                parameter.copy_(kept["parameters"][name])
        optimizer.load_state_dict(kept["optimizer"])
        schedule.load_state_dict(kept["schedule"])
        begin = kept["step"]
    since, losses = time.monotonic(), []
    for done in range(begin + 1, steps + 1):
        loss = loss_of(plan[done - 1])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(float(loss.detach()))
        if done % _TOLD == 0:
            mean = sum(losses[-_TOLD:]) / len(losses[-_TOLD:])
            print(f"step {done} loss {mean:.3f} seconds {time.monotonic() - since:.0f}", flush=True)
        if done % _KEPT == 0:
            kept = {
                "parameters": {name: p.detach() for name, p in parameters.items()},
                "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict(),
                "step": done,
                "run": run,
            }
            whole = checkpoint.with_name(f"{checkpoint.name}.new")
            torch.save(kept, whole)
            whole.replace(checkpoint)


def _digest(parameters: Sequence[nn.Parameter], plan: Sequence[object], rate: float) -> str:
    """What tells a run from another: where it starts, and what it does."""
    digest = hashlib.blake2b(repr((rate, plan)).encode())
    for parameter in parameters:
        digest.update(parameter.detach().float().numpy().tobytes())
    return digest.hexdigest()
