"""Linear layers in eight bits, beside those that they are made from."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rag.lora import Adapter
from rag.quantization import QuantizedLinear, quantize


def off(layer: nn.Module, exact: nn.Module, x: torch.Tensor) -> float:
    """How far the results of two layers lie apart, as a share of what one of them gives."""
    with torch.inference_mode():
        return float((layer(x) - exact(x)).norm() / exact(x).norm())


@pytest.mark.parametrize("shape", [(5, 64), (2, 7, 64), (1, 1, 64)])
def test_a_layer_gives_nearly_what_it_gave(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    linear = nn.Linear(64, 48, bias=False)
    x = torch.randn(shape)
    assert 0 < off(QuantizedLinear(linear), linear, x) < 0.03
    assert QuantizedLinear(linear)(x).shape == (*shape[:-1], 48)


def test_sums_do_not_saturate() -> None:
    linear = nn.Linear(4096, 8, bias=False)
    nn.init.ones_(linear.weight)
    x = torch.ones(3, 4096)
    for sign in (1, -1):
        assert torch.allclose(QuantizedLinear(linear)(sign * x), sign * linear(x), rtol=0.01)


def test_a_token_with_large_values_takes_nothing_from_the_others() -> None:
    torch.manual_seed(0)
    linear = nn.Linear(64, 48, bias=False)
    layer, x = QuantizedLinear(linear), torch.randn(4, 64)
    alone = layer(x[1:])
    x[0] *= 10_000
    assert torch.equal(layer(x)[1:], alone)


def test_zeros_stay_zeros() -> None:
    linear = nn.Linear(64, 48, bias=False)
    assert not QuantizedLinear(linear)(torch.zeros(2, 64)).any()
    nn.init.zeros_(linear.weight)
    assert not QuantizedLinear(linear)(torch.randn(2, 64)).any()


def test_a_layer_with_a_bias_is_refused_and_left_as_it_is() -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.Sequential(nn.Linear(8, 8, bias=False)))
    with pytest.raises(ValueError, match="bias"):
        QuantizedLinear(model[0])
    quantize(model)
    assert isinstance(model[0], nn.Linear)
    assert isinstance(model[1][0], QuantizedLinear)


def test_an_adapter_goes_on_quantized_layers() -> None:
    torch.manual_seed(0)
    block = nn.Sequential(nn.Linear(16, 16, bias=False))
    model = nn.Module()
    model.layers = nn.ModuleList([block])
    exact, x = nn.Linear(16, 16, bias=False), torch.randn(3, 16)
    exact.weight = block[0].weight
    quantize(model)
    adapter = Adapter(model, first_layer=0, rank=2, scale=2.0)
    (matrices,) = adapter.layers.values()
    nn.init.ones_(matrices.lora_b)
    assert off(block, exact, x) < 0.05
    with adapter.switched_on():
        added = 2.0 * nn.functional.linear(
            nn.functional.linear(x, matrices.lora_a), matrices.lora_b
        )
        assert torch.allclose(block(x) - added, QuantizedLinear(exact)(x), atol=1e-5)
