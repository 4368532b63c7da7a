"""Trains the adapter with which the text model translates answering words.

    python -m training.train_translator --out translator.gguf

The weights are those of the default text model, which the models' cache must hold; they are taken
out of their four bits and stay as they are. A run that was cut goes on from its last checkpoint,
which is kept beside the output.

References:
    Dettmers et al. 2023, QLoRA: Efficient Finetuning of Quantized LLMs,
    https://arxiv.org/abs/2305.14314
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from gguf import GGUFReader, GGUFWriter
from gguf.quants import dequantize
from transformers import Qwen2Config, Qwen2Model
from transformers.models.qwen2.modeling_qwen2 import Qwen2RotaryEmbedding

from rag.drafting import as_trained
from rag.embedding import quickest
from rag.generation import LlamaCppModel
from rag.lora import Adapter
from rag.models import ModelStore
from rag.settings import load_settings
from rag.weights import TRANSLATOR_BASE, hash_file
from training.loop import BATCH, SEED, batches, train
from training.pairs import read_rows

FIRST_LAYER, RANK, SCALE, LEARNING_RATE = 14, 8, 2.0, 3e-4
FOLDER = Path(__file__).parent
TRANSLATIONS = {
    "en": FOLDER / "translations.jsonl",
    "ar": FOLDER / "translations.arabic.jsonl",
}
# So many at the start of a file are for measuring.
KEPT = {"en": 150, "ar": 80}
_SAID: dict[Literal["en", "ar"], str] = {"en": "english", "ar": "arabic"}
# How often the question is not told, as it is not if it is in another language.
_UNASKED = 0.15
_CONTEXT_TOKENS = 512
_ARCHITECTURE = "qwen2"
# Names of layers in transformers, and in GGUF.
_LAYERS = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
_OTHERS = {"token_embd.weight": "embed_tokens.weight", "output_norm.weight": "norm.weight"}
_HEAD = "output.weight"


@dataclass(frozen=True, slots=True)
class Example:
    """The tokens of a prompt, and those of the translation with the end of the turn."""

    prompt: list[int]
    target: list[int]


def examples(
    model: LlamaCppModel, *, to: Literal["en", "ar"], most: int | None = None
) -> list[Example]:
    """What is trained on: the last translations of the file, without those for measuring."""
    rng = random.Random(SEED)
    rows = read_rows(TRANSLATIONS[to])[KEPT[to] :]
    found = []
    for row in rows[max(0, len(rows) - most) if most is not None else 0 :]:
        asked = "" if rng.random() < _UNASKED else row["question"]
        messages = as_trained(row["words"], to=to, asked=asked)
        target = model._tokens(f"{row[_SAID[to]]}<|im_end|>", special=True)
        found.append(Example(model._prompt(messages, reply=True), target))
    return found


def load_network(
    path: Path, *, precision: torch.dtype = torch.float32
) -> tuple[Qwen2Model, torch.Tensor]:
    """The transformer of a GGUF file, frozen, and its head (vocabulary × hidden)."""
    reader = GGUFReader(path)

    def about(name: str) -> Any:
        return reader.fields[f"{_ARCHITECTURE}.{name}"].contents()

    tensors = {
        tensor.name: torch.from_numpy(dequantize(tensor.data, tensor.tensor_type).copy()).to(
            precision
        )
        for tensor in reader.tensors
    }
    head = tensors.pop(_HEAD)
    config = Qwen2Config(
        vocab_size=len(head),
        hidden_size=about("embedding_length"),
        intermediate_size=about("feed_forward_length"),
        num_hidden_layers=about("block_count"),
        num_attention_heads=about("attention.head_count"),
        num_key_value_heads=about("attention.head_count_kv"),
        rms_norm_eps=about("attention.layer_norm_rms_epsilon"),
        rope_parameters={"rope_type": "default", "rope_theta": about("rope.freq_base")},
    )
    with torch.device("meta"):
        network = Qwen2Model(config)
    named = {_transformers_name(name): tensor for name, tensor in tensors.items()}
    network.load_state_dict(named, assign=True)
    network.rotary_emb = Qwen2RotaryEmbedding(config)
    return network.requires_grad_(False).eval(), head


def loss_of(
    network: Qwen2Model, head: torch.Tensor, adapter: Adapter, batch: Sequence[Example]
) -> torch.Tensor:
    """The mean cross-entropy of the tokens of the translations.

    What all prompts begin with is read once for all.
    """
    begin = _common_beginning([one.prompt[:-1] for one in batch])
    rest = [[*one.prompt[len(begin) :], *one.target] for one in batch]
    longest = max(map(len, rest))
    padded = torch.tensor([[*tokens, *[0] * (longest - len(tokens))] for tokens in rest])
    real = torch.tensor(
        [[1] * (len(begin) + len(tokens)) + [0] * (longest - len(tokens)) for tokens in rest]
    )
    rows = [row for row, one in enumerate(batch) for _ in one.target]
    # Each token is told by the state of the one before it.
    places = [len(one.prompt) - len(begin) - 1 + n for one in batch for n in range(len(one.target))]
    with adapter.switched_on():
        read = None
        if begin:
            read = network(input_ids=torch.tensor([begin]), use_cache=True).past_key_values
            read.batch_repeat_interleave(len(batch))
        states = network(
            input_ids=padded, attention_mask=real, past_key_values=read, use_cache=bool(begin)
        ).last_hidden_state
    scores = (states[rows, places] @ head.T).float()
    wanted = torch.tensor([token for one in batch for token in one.target])
    loss: torch.Tensor = torch.nn.functional.cross_entropy(scores, wanted)
    return loss


def save(adapter: Adapter, path: Path, *, base: str) -> None:
    """Writes the adapter as llama.cpp reads it, in float16, with the base model's name."""
    writer = GGUFWriter(str(path), _ARCHITECTURE)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", adapter.scale * adapter.rank)
    writer.add_string("general.base_model.0.name", base)
    for name, matrix in adapter.state().items():
        layer, _, side = name.rpartition(".")
        _, number, kind = layer.split(".", 2)
        half = matrix.numpy().astype(np.float16)
        writer.add_tensor(f"blk.{number}.{_LAYERS[kind]}.weight.{side}", half)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def load_state(path: Path) -> dict[str, torch.Tensor]:
    """The matrices that `save` wrote, by their names in transformers."""
    state = {}
    for tensor in GGUFReader(path).tensors:
        layer, _, side = tensor.name.rpartition(".")
        name = _transformers_name(layer).removesuffix(".weight")
        state[f"{name}.{side}"] = torch.from_numpy(tensor.data.astype(np.float32))
    return state


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="go on from this adapter")
    for name in _SAID.values():
        parser.add_argument(
            f"--{name}",
            type=int,
            metavar="N",
            help=f"the last N translations into {name.title()}, not all",
        )
    parser.add_argument("--steps", type=int, help="stop after so many; by default each pair once")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    settings = load_settings()[0]
    path = ModelStore(settings.models).resolve(TRANSLATOR_BASE)
    model = LlamaCppModel(path, context_tokens=_CONTEXT_TOKENS)
    plan: list[list[Example]] = []
    for to, name in _SAID.items():
        found = examples(model, to=to, most=getattr(arguments, name))
        plan += batches(found, lambda one: len(one.prompt) + len(one.target))
    model.close()
    random.Random(SEED).shuffle(plan)
    plan = plan[: arguments.steps]
    print(f"{BATCH * len(plan)} translations, {len(plan)} steps", flush=True)
    precision = getattr(torch, quickest(torch.cpu.get_capabilities())["dtype"])
    network, head = load_network(path, precision=precision)
    adapter = Adapter(network, first_layer=FIRST_LAYER, rank=RANK, scale=SCALE)
    if arguments.start:
        adapter.load(load_state(arguments.start))
    train(
        adapter.named_parameters(),
        partial(loss_of, network, head, adapter),
        plan,
        rate=LEARNING_RATE,
        checkpoint=arguments.out.with_suffix(".checkpoint"),
    )
    save(adapter, arguments.out, base=TRANSLATOR_BASE)
    # `rag.weights.TRANSLATOR_SHA256`.
    print(f"sha256 {hash_file(arguments.out)}")


def _common_beginning(lists: Sequence[list[int]]) -> list[int]:
    together = takewhile(lambda column: len(set(column)) == 1, zip(*lists, strict=False))
    return [token for token, *_ in together]


def _transformers_name(name: str) -> str:
    """«blk.3.attn_q.weight» as «layers.3.self_attn.q_proj.weight»."""
    if name in _OTHERS:
        return _OTHERS[name]
    _, number, kind, what = name.split(".")
    theirs = next(theirs for theirs, ours in _LAYERS.items() if ours == kind)
    return f"layers.{number}.{theirs}.{what}"


if __name__ == "__main__":
    main()
