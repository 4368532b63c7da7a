"""Linear layers that multiply in eight bits, for processors without half precision.

Each row of the input, a token, has a scale of its own, and so has each row of the weights. Scaling
by token makes a text's vector independent of what is computed beside it, and one token with large
values, as Gemma's first ones have, does not take the precision of the others.

References:
    Dettmers et al. 2022, LLM.int8(), 2.1: vector-wise quantization, https://arxiv.org/abs/2208.07339
    oneDNN, Nuances of int8 Computations: saturation on processors without VNNI,
    https://uxlfoundation.github.io/oneDNN/dev_guide_int8_computations.html
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

# Without VNNI two products are added in 16 bits: 2 · 255 · 64 is the most that fits.
_MOST_WEIGHT = 64
_MOST_INPUT = 127
_ZERO = 128
# A row of zeros stays one.
_LEAST_SCALE = 1e-12


class QuantizedLinear(nn.Module):  # type: ignore[misc] # torch's types are skipped
    """A linear layer without bias, for inference only: inputs in 8 bits, weights in 7."""

    def __init__(self, linear: nn.Linear) -> None:
        """Takes over the weights, out × in, rounded.

        Raises:
            ValueError: the layer has a bias.
        """
        super().__init__()
        if linear.bias is not None:
            raise ValueError("a layer with a bias is not quantized")
        self.in_features, self.out_features = linear.in_features, linear.out_features
        weight = linear.weight.detach().float()
        self._scales = (weight.abs().amax(dim=1) / _MOST_WEIGHT).clamp_min_(_LEAST_SCALE)
        rounded = (weight / self._scales.unsqueeze(1)).round().to(torch.int8)
        self._weight = torch.ops.onednn.qlinear_prepack(rounded, None)
        self._zeros = torch.zeros(self.out_features, dtype=torch.int)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """… × in -> … × out, in float32."""
        rows = x.reshape(-1, self.in_features)
        scales = (rows.abs().amax(dim=1, keepdim=True) / _MOST_INPUT).clamp_min_(_LEAST_SCALE)
        # Cutting off what follows the point rounds a positive number that is half a unit greater.
        rounded = (rows / scales).add_(_ZERO + 0.5).to(torch.uint8)
        products = torch.ops.onednn.qlinear_pointwise(
            rounded, 1.0, _ZERO, self._weight, self._scales, self._zeros, None,
            1.0, 0, torch.float32, "none", [], "",
        )  # fmt: skip
        y: torch.Tensor = products.mul_(scales).view(*x.shape[:-1], self.out_features)
        return y


def quantize(model: Any) -> None:
    """Replaces the linear layers of a model by quantized ones, but for those with a bias."""
    for owner in list(model.modules()):
        for name, layer in list(owner.named_children()):
            if isinstance(layer, nn.Linear) and layer.bias is None:
                setattr(owner, name, QuantizedLinear(layer))
