"""What the translator is trained on, how training goes on after a cut, and what is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from gguf import GGUFReader, GGUFWriter
from torch import nn
from transformers import Qwen2Config, Qwen2Model

from rag.lora import Adapter
from training.calibrate import KEPT as KEPT_ARTICLES
from training.loop import BATCH, batches, train
from training.pairs import read_paragraphs, read_rows
from training.train_reader import ARTICLES
from training.train_translator import (
    _LAYERS,
    FIRST_LAYER,
    KEPT,
    TRANSLATIONS,
    Example,
    load_network,
    loss_of,
    save,
)

IN_ITS_LETTERS = {
    "en": re.compile(r"[^\u0600-\u06ff]*[^.\s\u0600-\u06ff]"),
    "ar": re.compile(r"[^a-z\u064b-\u0652]*[^.\sa-z\u064b-\u0652]"),
}
ONE = Example(prompt=[1, 2, 3], target=[4, 5])
LONGER = Example(prompt=[6, 1, 2, 3, 7], target=[8])


@pytest.fixture
def network() -> Qwen2Model:
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=32,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
    )
    return Qwen2Model(config).requires_grad_(False).eval()


@pytest.mark.parametrize(("to", "said"), [("en", "english"), ("ar", "arabic")])
def test_every_translation_is_of_words_of_an_article_that_answer_a_question_of_it(
    to: Literal["en", "ar"], said: str
) -> None:
    rows = read_rows(TRANSLATIONS[to])
    assert len({(row["of"], row["words"]) for row in rows}) == len(rows) > 10 * KEPT[to]
    kept, rest = rows[: KEPT[to]], rows[KEPT[to] :]
    for some, files in ((kept, ARTICLES if to == "en" else KEPT_ARTICLES), (rest, ARTICLES)):
        asked = answered_questions(files)
        for row in some:
            question, answer, text = asked[row["of"]]
            assert question == row["question"]
            assert answer in row["words"]
            assert row["words"] in text
            assert IN_ITS_LETTERS[to].fullmatch(row[said])


def answered_questions(files: Sequence[Path]) -> dict[str, tuple[str, str, str]]:
    """By the question's name: it, the words that answer it, and the article's text."""
    return {
        question["id"]: (question["question"], question["answers"][0]["text"], article.text)
        for file in files
        for article in read_paragraphs(file, left_out=frozenset())
        for question in article.questions
        if question["answers"]
    }


@pytest.mark.parametrize("count", [0, 1, BATCH, 3 * BATCH + 1])
def test_batches_are_of_like_length_and_the_same_each_time(count: int) -> None:
    items = [number % 10 for number in range(count)]
    found = batches(items, float)
    assert [len(batch) for batch in found] == [BATCH] * (count // BATCH)
    assert found == batches(items, float)


def test_the_loss_is_that_of_the_target_and_of_nothing_else(network: Qwen2Model) -> None:
    head = torch.randn(32, 16)
    adapter = Adapter(network, first_layer=1, rank=2, scale=2.0)
    together = loss_of(network, head, adapter, [ONE, LONGER])
    alone = [loss_of(network, head, adapter, [one]) for one in (ONE, LONGER)]
    assert together.item() == pytest.approx((2 * alone[0] + alone[1]).item() / 3, rel=1e-4)
    states = network(input_ids=torch.tensor([[1, 2, 3, 4, 5]])).last_hidden_state[0]
    said = (states[2:4] @ head.T).log_softmax(dim=1)
    wanted = -(said[0, 4] + said[1, 5]) / 2
    assert alone[0].item() == pytest.approx(wanted.item(), rel=1e-4)


def test_what_prompts_begin_with_is_read_once_for_all(network: Qwen2Model) -> None:
    head = torch.randn(32, 16)
    adapter = Adapter(network, first_layer=0, rank=2, scale=2.0)
    for matrix in adapter.named_parameters().values():
        nn.init.normal_(matrix)
    shorter = Example(prompt=[1, 2, 9], target=[11, 12, 13])
    losses = []
    for batch in ([ONE, shorter], [ONE, shorter, LONGER]):
        loss = loss_of(network, head, adapter, batch)
        loss.backward()
        gradients = [p.grad.clone() for p in adapter.named_parameters().values()]
        losses.append((loss, gradients))
        for matrix in adapter.named_parameters().values():
            matrix.grad = None
    alone = loss_of(network, head, adapter, [LONGER])
    alone.backward()
    (together, ours), (with_another, theirs) = losses
    assert with_another.item() == pytest.approx((5 * together + alone).item() / 6, rel=1e-4)
    for one, both, matrix in zip(ours, theirs, adapter.named_parameters().values(), strict=True):
        assert torch.allclose(both, (5 * one + matrix.grad) / 6, atol=1e-4)


def test_a_network_is_what_its_gguf_file_says(network: Qwen2Model, tmp_path: Path) -> None:
    file, config = tmp_path / "tiny.gguf", network.config
    writer = GGUFWriter(file, "qwen2")
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10_000.0)
    names = {
        f"layers.{n}.{theirs}": f"blk.{n}.{ours}"
        for theirs, ours in _LAYERS.items()
        for n in (0, 1)
    }
    names |= {"embed_tokens": "token_embd", "norm": "output_norm"}
    for name, weights in network.state_dict().items():
        layer, _, what = name.rpartition(".")
        writer.add_tensor(f"{names[layer]}.{what}", weights.numpy())
    head = torch.randn(config.vocab_size, config.hidden_size)
    writer.add_tensor("output.weight", head.numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    loaded, its_head = load_network(file)
    tokens = torch.tensor([[5, 3, 1, 9]])
    ours, theirs = (one(input_ids=tokens).last_hidden_state for one in (loaded, network))
    assert torch.allclose(ours, theirs, atol=1e-5)
    assert torch.equal(its_head, head)
    assert not any(parameter.requires_grad for parameter in loaded.parameters())


def fitted(checkpoint: Path, steps: Sequence[int], *, cut: bool = False) -> list[float]:
    """Two parameters after so many steps towards the numbers of the plan."""
    torch.manual_seed(1)
    parameters = {name: nn.Parameter(torch.zeros(1)) for name in ("a", "b")}
    seen = 0

    def loss(batch: Sequence[int]) -> torch.Tensor:
        nonlocal seen
        seen += 1
        if cut and seen > 70:
            raise KeyboardInterrupt
        wanted: torch.Tensor = (parameters["a"] - batch[0]) ** 2 + (parameters["b"] + batch[0]) ** 2
        return wanted.sum()

    train(parameters, loss, [[step] for step in steps], rate=0.01, checkpoint=checkpoint)
    return [parameter.item() for parameter in parameters.values()]


def test_the_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    fitted(tmp_path / "whole", range(40))
    fitted(tmp_path / "whole", range(40))
    with pytest.raises(ValueError, match="whole is the checkpoint of another run"):
        fitted(tmp_path / "whole", range(41))


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_run_may_be_short(steps: int, tmp_path: Path) -> None:
    assert fitted(tmp_path / "whole", [1] * steps)[0] == pytest.approx(0.01 * steps, abs=0.011)


def test_a_run_that_was_cut_ends_where_it_would_have(tmp_path: Path) -> None:
    plan = [number % 7 for number in range(130)]
    whole = fitted(tmp_path / "whole", plan)
    with pytest.raises(KeyboardInterrupt):
        fitted(tmp_path / "cut", plan, cut=True)
    assert fitted(tmp_path / "cut", plan) == pytest.approx(whole)
    assert whole[0] > 0.1


def test_the_adapter_is_written_as_llama_cpp_names_it(network: Qwen2Model, tmp_path: Path) -> None:
    adapter = Adapter(network, first_layer=1, rank=2, scale=2.0)
    file = tmp_path / "adapter.gguf"
    save(adapter, file, base="tiny")
    reader = GGUFReader(file)
    assert reader.fields["general.architecture"].contents() == "qwen2"
    assert reader.fields["general.base_model.0.name"].contents() == "tiny"
    assert reader.fields["adapter.lora.alpha"].contents() == 2.0 * 2
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    kinds = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]
    assert tensors.keys() == {f"blk.1.{kind}.weight.lora_{side}" for kind in kinds for side in "ab"}
    down = adapter.layers["layers.1.mlp.down_proj"].lora_a.detach().numpy()
    written = tensors["blk.1.ffn_down.weight.lora_a"].data
    assert np.allclose(written, down, atol=1e-3)
    assert FIRST_LAYER > 1
