"""The reader and its adapter, on models of a few thousand random weights."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import nn

from rag.errors import ModelCorruptError, ModelLoadError
from rag.lora import Adapter, LoraLinear
from rag.reader import (
    MOST_BEFORE_CHARS,
    MOST_TITLE_CHARS,
    PROMPT,
    Reader,
    ReaderNetwork,
    Reading,
    Shape,
)
from rag.schema import Span, Window
from rag.weights import ADAPTERS, hash_file, verify

SHAPE = Shape(first_layer=1, rank=2, scale=2.0)
DIGEST = "abc"
TEXTS = (
    "نعم.",
    "بدأتِ المُحادثاتُ في يناير 👩‍👩‍👧 الماضي، ثم توقفت بعد أيام.",
    "e\u0301te\u0301 in May",
)
WINDOWS = tuple(
    Window(text, before, title)
    for text, before, title in zip(
        TEXTS, ("", "وصل الوفد.", "It rained."), ("محادثات", "", "Summer"), strict=True
    )
)


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """So little work is done sooner without sharing it out."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """Each character but white space is a token, padded at the right."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    letters = [chr(point) for point in (*range(33, 127), *range(0x621, 0x653))]
    names = ("<pad>", "<bos>", "<unk>", *letters)
    vocabulary = {name: number for number, name in enumerate(names)}
    engine = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    engine.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex("."), "isolated")]
    )
    engine.post_processor = processors.TemplateProcessing(
        single="<bos> $A", special_tokens=[("<bos>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=engine, pad_token="<pad>", bos_token="<bos>", unk_token="<unk>"
    )


def tiny_model() -> Any:
    """The embedder's architecture, with two narrow layers: the same weights each time."""
    from transformers import Gemma3TextConfig, Gemma3TextModel

    torch.manual_seed(3)
    config = Gemma3TextConfig(
        vocab_size=200,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        attn_implementation="eager",
        use_bidirectional_attention=True,
    )
    return Gemma3TextModel(config).eval()


@pytest.fixture
def network(tokenizer: Any) -> ReaderNetwork:
    made = ReaderNetwork(tiny_model(), tokenizer, SHAPE)
    torch.manual_seed(4)
    for matrix in made.adapter.named_parameters().values():
        nn.init.normal_(matrix)
    nn.init.normal_(made.head.weight)
    return made


class Lookup(nn.Module):  # type: ignore[misc] # torch's types are skipped
    """A model whose states are one-hot vectors of its tokens, so that a head can pick letters."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.config = SimpleNamespace(hidden_size=size)
        self.layers = nn.ModuleList()

    def forward(self, input_ids: torch.Tensor, **_: Any) -> SimpleNamespace:
        states = nn.functional.one_hot(input_ids, self.config.hidden_size).float()
        return SimpleNamespace(last_hidden_state=states)


def letter_picker(tokenizer: Any, *, start: str, end: str) -> ReaderNetwork:
    """Finds the answer from one letter to another; "no answer" has log-odds of 0."""
    picker = ReaderNetwork(Lookup(len(tokenizer)), tokenizer, SHAPE)
    with torch.no_grad():
        picker.head.weight.zero_()
        picker.head.bias.zero_()
        picker.head.weight[0, tokenizer.convert_tokens_to_ids(start)] = 5
        picker.head.weight[1, tokenizer.convert_tokens_to_ids(end)] = 3
    return picker


def save_reader(path: Path, network: ReaderNetwork, **changes: str) -> Path:
    head = {f"head.{name}": value for name, value in network.head.state_dict().items()}
    about = {"base_digest": DIGEST, "first_layer": "1", "rank": "2", "scale": "2.0", **changes}
    save_file({**network.adapter.state(), **head}, path, metadata=about)
    return path


def test_a_fresh_adapter_changes_nothing() -> None:
    model = tiny_model()
    tokens = torch.tensor([[1, 40, 41, 42]])
    with torch.inference_mode():
        before = model(tokens).last_hidden_state
        adapter = Adapter(model, first_layer=0, rank=2, scale=2.0)
        with adapter.switched_on():
            after = model(tokens).last_hidden_state
    assert torch.equal(before, after)


def test_an_adapter_works_only_while_it_is_switched_on(network: ReaderNetwork) -> None:
    model, plain = network._model, tiny_model()
    tokens = torch.tensor([[1, 40, 41, 42]])
    with torch.inference_mode():
        with network.adapter.switched_on():
            adapted = model(tokens).last_hidden_state
        assert not torch.allclose(adapted, plain(tokens).last_hidden_state)
        assert torch.equal(model(tokens).last_hidden_state, plain(tokens).last_hidden_state)


def test_an_adapter_is_off_again_after_an_error(network: ReaderNetwork) -> None:
    def fail() -> None:
        with network.adapter.switched_on():
            assert all(layer.active for layer in network.adapter.layers.values())
            raise ValueError("in the middle")

    with pytest.raises(ValueError, match="middle"):
        fail()
    assert not any(layer.active for layer in network.adapter.layers.values())


def test_only_the_linear_layers_from_the_first_named_on_are_adapted() -> None:
    model = tiny_model()
    adapter = Adapter(model, first_layer=1, rank=2, scale=2.0)
    assert set(adapter.layers) == {
        f"layers.1.{name}"
        for name in (
            *(f"self_attn.{part}_proj" for part in "qkvo"),
            *(f"mlp.{part}_proj" for part in ("gate", "up", "down")),
        )
    }
    assert not any(isinstance(module, LoraLinear) for module in model.layers[0].modules())


def test_an_adapted_layer_is_the_layer_and_a_scaled_product() -> None:
    layer = LoraLinear(nn.Linear(3, 2), rank=1, scale=0.5)
    with torch.no_grad():
        layer.lora_b.fill_(1.0)
    x = torch.tensor([[1.0, 2.0, 3.0]])
    layer.active = True
    assert torch.allclose(layer(x), layer.base(x) + 0.5 * (x @ layer.lora_a.T) @ layer.lora_b.T)


def test_what_an_adapter_saves_another_one_loads(network: ReaderNetwork) -> None:
    other = Adapter(tiny_model(), first_layer=1, rank=2, scale=2.0)
    other.load(network.adapter.state())
    mine, theirs = network.adapter.state(), other.state()
    assert mine.keys() == theirs.keys()
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)


def test_an_adapter_refuses_matrices_of_another_shape_or_name(network: ReaderNetwork) -> None:
    state = network.adapter.state()
    with pytest.raises(RuntimeError, match="size"):
        Adapter(tiny_model(), first_layer=1, rank=3, scale=2.0).load(state)
    with pytest.raises(KeyError, match=r"layers\.0"):
        Adapter(tiny_model(), first_layer=0, rank=2, scale=2.0).load(state)


def test_the_answer_is_the_likeliest_span_in_code_points_of_the_text(tokenizer: Any) -> None:
    picker = letter_picker(tokenizer, start="X", end="Z")
    texts = ["👩‍👩‍👧 e\u0301 Xyz Z!", "إنّ X👩‍👩‍👧Z", "\n\n  XZ"]
    readings = picker.read([("Who X and Z?", Window(text)) for text in texts])
    assert [reading.span.of(text) for reading, text in zip(readings, texts, strict=True)] == [
        "Xyz Z",
        "X👩‍👩‍👧Z",
        "XZ",
    ]
    assert [reading.margin for reading in readings] == [8.0] * 3


def test_an_answer_is_marked_without_the_points_around_it(tokenizer: Any) -> None:
    picker = letter_picker(tokenizer, start=",", end="،")
    text = "on ,Monday، at"
    assert picker.read([("When?", Window(text))])[0].span.of(text) == "Monday"


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("X man called xi uz in ZZZZZ", "xi uz"),
        ("«Xyi uz» and more Z", "Xyi uz"),
        ("Xb c d e Z", "Xb c"),
        # No two words are short enough.
        ("Xyz Z", None),
        ("XyzZ", None),
        ("X,870 c Z,100", None),
    ],
)
def test_the_core_of_an_answer_is_the_likeliest_few_words_of_it(
    tokenizer: Any, text: str, core: str | None
) -> None:
    picker = letter_picker(tokenizer, start="X", end="Z")
    with torch.no_grad():
        picker.head.weight[0, tokenizer.convert_tokens_to_ids("x")] = 4
        picker.head.weight[1, tokenizer.convert_tokens_to_ids("z")] = 2
    (reading,) = picker.read([("Who?", Window(text))])
    assert (reading.core and reading.core.of(text)) == core


def test_an_answer_does_not_end_before_it_starts(tokenizer: Any) -> None:
    reading = letter_picker(tokenizer, start="X", end="Z").read([("Who?", Window("Z before X"))])[0]
    assert reading.span == Span(9, 10)
    assert reading.margin == 5.0


def test_an_answer_is_never_taken_from_what_stands_before_the_sentence(tokenizer: Any) -> None:
    window = Window("nothing", before="XZ.", title="XZ")
    reading = letter_picker(tokenizer, start="X", end="Z").read([("XZ XZ?", window)])[0]
    assert reading.margin == 0.0
    assert reading.span.of("nothing") in "nothing"


def test_no_texts_have_no_readings(network: ReaderNetwork) -> None:
    assert network.read([]) == ()


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_a_text_without_words_holds_no_answer(network: ReaderNetwork, text: str) -> None:
    empty, full = network.read([("Who?", Window(text)), ("Who?", Window("Salem."))])
    assert empty == Reading(span=Span(0, 0), margin=float("-inf"))
    assert full.margin > float("-inf")


@pytest.mark.parametrize("side", ["left", "right"])
def test_texts_of_different_lengths_read_the_same_together_as_alone(
    network: ReaderNetwork, tokenizer: Any, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    monkeypatch.setattr(tokenizer, "padding_side", side)
    together = network.read([("متى بدأت؟", window) for window in WINDOWS])
    alone = [network.read([("متى بدأت؟", window)])[0] for window in WINDOWS]
    assert [reading.span for reading in together] == [reading.span for reading in alone]
    assert [reading.margin for reading in together] == pytest.approx(
        [reading.margin for reading in alone], abs=1e-4
    )


def test_tokens_know_their_place_in_the_text(network: ReaderNetwork) -> None:
    encoded = network.encode([("متى\n بدأت؟", window) for window in WINDOWS])
    for row, text in enumerate(TEXTS):
        places = encoded.offsets[row][encoded.inside[row]].tolist()
        assert "".join(text[start:end] for start, end in places) == "".join(text.split())


def test_a_text_that_is_too_long_is_read_as_far_as_it_goes(network: ReaderNetwork) -> None:
    text = "abc " * 400
    span = network.read([("Who?", Window(text))])[0].span
    assert 0 <= span.start < span.end <= len(text)


def test_a_question_that_leaves_no_room_for_the_text_finds_nothing(network: ReaderNetwork) -> None:
    assert network.read([("why " * 400, Window("Salem."))])[0].margin == float("-inf")


@given(st.lists(st.text(max_size=30), max_size=3), st.text(max_size=10))
@settings(max_examples=20)
def test_a_reading_lies_within_its_text(texts: list[str], question: str) -> None:
    readings = shared_network().read([(question, Window(text, text, text)) for text in texts])
    assert len(readings) == len(texts)
    for reading, text in zip(readings, texts, strict=True):
        assert 0 <= reading.span.start <= reading.span.end <= len(text)
        if reading.core is not None:
            assert reading.span.start <= reading.core.start < reading.core.end <= reading.span.end


_NETWORKS: list[ReaderNetwork] = []


@pytest.fixture(autouse=True, scope="module")
def _network_for_hypothesis(tokenizer: Any) -> Iterator[None]:
    _NETWORKS.append(ReaderNetwork(tiny_model(), tokenizer, SHAPE))
    yield
    _NETWORKS.clear()


def shared_network() -> ReaderNetwork:
    return _NETWORKS[0]


def test_a_saved_reader_reads_as_it_did_before(
    tmp_path: Path, network: ReaderNetwork, tokenizer: Any
) -> None:
    file = save_reader(tmp_path / "reader.safetensors", network)
    reader = Reader(tiny_model(), tokenizer, base_digest=DIGEST, file=file)
    assert reader.read("متى؟", WINDOWS) == network.read([("متى؟", window) for window in WINDOWS])
    assert reader.read("متى؟", []) == ()


def test_follow_ups_are_read_with_an_adapter_of_their_own_beside_the_other(
    tmp_path: Path, network: ReaderNetwork, tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ReaderNetwork(tiny_model(), tokenizer, SHAPE)
    for matrix in other.adapter.named_parameters().values():
        nn.init.normal_(matrix)
    networks = dict(zip(ADAPTERS, (network, other), strict=True))
    files = {name: save_reader(tmp_path / name, made) for name, made in networks.items()}
    monkeypatch.setattr("rag.reader.ADAPTERS", {name: hash_file(f) for name, f in files.items()})
    monkeypatch.setattr("rag.weights.resources.files", lambda _: tmp_path)
    model = tiny_model()
    reader = Reader(model, tokenizer, base_digest=DIGEST)
    for in_context, made in zip((False, True, False), (network, other, network), strict=True):
        alone = made.read([("متى؟", window) for window in WINDOWS])
        found = reader.read("متى؟", WINDOWS, in_context=in_context)
        assert [one.span for one in found] == [one.span for one in alone]
        assert [one.margin for one in found] == pytest.approx([one.margin for one in alone])
    tokens = torch.tensor([[1, 40, 41, 42]])
    with torch.inference_mode():
        plain = tiny_model()(tokens).last_hidden_state
        assert torch.equal(model(tokens).last_hidden_state, plain)


def test_a_reader_of_another_embedding_model_is_refused_with_the_cure(
    tmp_path: Path, network: ReaderNetwork, tokenizer: Any
) -> None:
    file = save_reader(tmp_path / "reader.safetensors", network)
    with pytest.raises(ModelLoadError, match=r"another embedding model.*answer\.reader") as caught:
        Reader(tiny_model(), tokenizer, base_digest="other", file=file)
    assert caught.value.model == str(file)


@pytest.mark.parametrize("content", [b"", b"not a safetensors file", b"\xff" * 4000])
def test_a_damaged_file_is_refused_with_the_cure(
    tmp_path: Path, tokenizer: Any, content: bytes
) -> None:
    file = tmp_path / "reader.safetensors"
    file.write_bytes(content)
    with pytest.raises(ModelLoadError, match="Install it again"):
        Reader(tiny_model(), tokenizer, base_digest=DIGEST, file=file)


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_shipped_adapter_has_the_digest_that_is_checked(name: str) -> None:
    verify(Path(str(resources.files("rag") / name)), ADAPTERS[name])


def test_a_file_with_another_digest_is_corrupt(tmp_path: Path) -> None:
    file = tmp_path / "reader.safetensors"
    file.write_bytes(b"changed")
    with pytest.raises(ModelCorruptError, match=r"SHA-256 .* Install Mustanad again"):
        verify(file, "0" * 64)
    with pytest.raises(ModelCorruptError, match="none"):
        verify(tmp_path / "gone.safetensors", "0" * 64)


def test_a_truncated_file_is_refused(
    tmp_path: Path, network: ReaderNetwork, tokenizer: Any
) -> None:
    file = save_reader(tmp_path / "reader.safetensors", network)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ModelLoadError, match="Install it again"):
        Reader(tiny_model(), tokenizer, base_digest=DIGEST, file=file)


def test_a_missing_file_is_refused(tmp_path: Path, tokenizer: Any) -> None:
    with pytest.raises(ModelLoadError, match="Install it again"):
        Reader(tiny_model(), tokenizer, base_digest=DIGEST, file=tmp_path / "none.safetensors")


@pytest.mark.parametrize("changes", [{"rank": "3"}, {"first_layer": "0"}, {"rank": "two"}])
def test_a_file_whose_matrices_do_not_fit_is_refused(
    tmp_path: Path, network: ReaderNetwork, tokenizer: Any, changes: dict[str, str]
) -> None:
    file = save_reader(tmp_path / "reader.safetensors", network, **changes)
    with pytest.raises(ModelLoadError, match="Install it again"):
        Reader(tiny_model(), tokenizer, base_digest=DIGEST, file=file)


def test_reading_holds_the_turn_it_is_given(
    tmp_path: Path, network: ReaderNetwork, tokenizer: Any
) -> None:
    turn = threading.Lock()
    file = save_reader(tmp_path / "reader.safetensors", network)
    reader = Reader(tiny_model(), tokenizer, base_digest=DIGEST, file=file, turn=turn)
    done = threading.Event()

    def read() -> None:
        reader.read("متى؟", WINDOWS)
        done.set()

    with turn:
        thread = threading.Thread(target=read)
        thread.start()
        assert not done.wait(0.2)
    thread.join(timeout=60)
    assert done.is_set()
    assert not turn.locked()


def test_the_prompt_ends_where_the_text_begins(network: ReaderNetwork) -> None:
    encoded = network.encode([("Who?", Window("Salem", before="He spoke.", title="Talks"))])
    first = int(encoded.inside[0].nonzero()[0])
    assert encoded.offsets[0, first].tolist() == [0, 1]
    assert PROMPT.endswith(" ")


def test_the_sentence_before_and_the_title_change_the_reading(network: ReaderNetwork) -> None:
    margins = {
        network.read([("Who?", window)])[0].margin
        for window in (Window("Salem"), Window("Salem", "He spoke."), Window("Salem", "", "Talks"))
    }
    assert len(margins) == 3


def test_of_a_long_title_the_start_is_read_and_of_the_sentence_before_the_end(
    network: ReaderNetwork,
) -> None:
    long = Window("Salem", before="z" * 9000 + "a" * MOST_BEFORE_CHARS, title="b" * 9000)
    short = Window("Salem", before="a" * MOST_BEFORE_CHARS, title="b" * MOST_TITLE_CHARS)
    encoded = [network.encode([("Who?", window)]).inputs["input_ids"] for window in (long, short)]
    assert torch.equal(*encoded)
