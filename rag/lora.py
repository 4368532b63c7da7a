"""Low-rank adaptation of linear layers that can be switched off, so that a model serves two tasks.

References:
    Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models,
    https://arxiv.org/abs/2106.09685
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


class LoraLinear(nn.Module):  # type: ignore[misc] # torch's types are skipped
    """A frozen linear layer, plus `scale · B A x` while it is active.

    A (rank × in) starts random, B (out × rank) at zero, so that a new adapter changes nothing.
    """

    def __init__(self, base: nn.Linear, *, rank: int, scale: float) -> None:
        super().__init__()
        self.base, self.scale, self.active = base, scale, False
        self.lora_a = nn.Parameter(torch.empty(rank, base.in_features))
        self.lora_b = nn.Parameter(torch.zeros(base.out_features, rank))
        nn.init.kaiming_uniform_(self.lora_a, a=5**0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """… × in -> … × out."""
        y: torch.Tensor = self.base(x)
        if not self.active:
            return y
        low = nn.functional.linear(x, self.lora_a.to(x.dtype))
        return y + self.scale * nn.functional.linear(low, self.lora_b.to(x.dtype))


class Adapter:
    """The LoRA layers of one model, by name, off until `switched_on`."""

    def __init__(self, model: Any, *, first_layer: int, rank: int, scale: float) -> None:
        """Replaces every linear layer of `model.layers[first_layer:]` by an adapted one.

        A model may be given several adapters, one after the other, of which one is on at a time.
        """
        self.first_layer, self.rank, self.scale = first_layer, rank, scale
        self.layers: dict[str, LoraLinear] = {}
        for number, block in enumerate(model.layers):
            if number < first_layer:
                continue
            for name, module in list(block.named_modules()):
                if isinstance(module, nn.Linear):
                    owner = block.get_submodule(name.rpartition(".")[0])
                    adapted = LoraLinear(module, rank=rank, scale=scale)
                    setattr(owner, name.rpartition(".")[2], adapted)
                    # In a layer that is adapted already, the linear one is its `base`.
                    self.layers[f"layers.{number}.{name.replace('.base', '')}"] = adapted

    def named_parameters(self) -> dict[str, nn.Parameter]:
        """All A and B matrices by name."""
        found: dict[str, nn.Parameter] = {}
        for name, layer in self.layers.items():
            found[f"{name}.lora_a"] = layer.lora_a
            found[f"{name}.lora_b"] = layer.lora_b
        return found

    def state(self) -> dict[str, torch.Tensor]:
        """The matrices by name, as they are saved."""
        return {name: matrix.detach() for name, matrix in self.named_parameters().items()}

    def load(self, state: dict[str, torch.Tensor]) -> None:
        """Takes matrices over by name.

        Raises:
            KeyError, RuntimeError: a matrix is missing or has another shape.
        """
        with torch.no_grad():
            for name, layer in self.layers.items():
                layer.lora_a.copy_(state[f"{name}.lora_a"])
                layer.lora_b.copy_(state[f"{name}.lora_b"])

    @contextmanager
    def switched_on(self) -> Iterator[None]:
        """Within, the model is the adapted one."""
        for layer in self.layers.values():
            layer.active = True
        try:
            yield
        finally:
            for layer in self.layers.values():
                layer.active = False
