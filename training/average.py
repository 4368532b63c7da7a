"""Takes the mean of the weights of two readers, of which one was trained on from the other.

    python -m training.average ONE OTHER --out rag/reader.safetensors

What was learned anew and what was known before are then both mostly kept.

References:
    Wortsman et al. 2022, Robust fine-tuning of zero-shot models, https://arxiv.org/abs/2109.01903
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from rag.weights import hash_file


def average(one: Path, other: Path, out: Path) -> None:
    """Writes the mean of two adapters as bfloat16.

    Raises:
        ValueError: they are of different shapes, or of different base models.
    """
    (ours, about), (theirs, other_about) = _load(one), _load(other)
    if about != other_about or ours.keys() != theirs.keys():
        raise ValueError(f"{one} and {other} are no two stages of one reader")
    mean = {name: (ours[name].float() + theirs[name].float()) / 2 for name in ours}
    save_file({name: m.to(torch.bfloat16) for name, m in mean.items()}, out, metadata=about)


def _load(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    with safe_open(path, framework="pt") as opened:
        state = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
        return state, opened.metadata()


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("one", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    average(arguments.one, arguments.other, arguments.out)
    # What `rag.weights.ADAPTERS` has to name for an adapter of the package's own.
    print(f"sha256 {hash_file(arguments.out)}")


if __name__ == "__main__":
    main()
