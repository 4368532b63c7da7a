"""An extractive reader on top of the embedding model: which words answer, and whether any do.

A LoRA adapter on the embedder's upper layers and a linear head mark the start and the end of the
answer in a sentence, which is read together with the sentence before it and its article's title.
As in SQuAD 2.0, the first token stands for "no answer here". Follow-ups have an adapter of their
own. The base weights are the embedder's own, loaded once for all.

References:
    Rajpurkar, Jia, Liang 2018, Know What You Don't Know, https://arxiv.org/abs/1806.03822
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from rag.errors import ModelLoadError
from rag.lora import Adapter
from rag.schema import Span, Window
from rag.weights import ADAPTERS, shipped

PROMPT = "task: question answering | query: {question} | title: {title} | before: {before} | text: "
MOST_TOKENS = 384
MOST_TITLE_CHARS = 120
MOST_BEFORE_CHARS = 240
_LONGEST_ANSWER = 40
_EDGES = frozenset(" \t\n\r\u00a0.,;:،؛")
_OPENING = "«“\"'(["
# A word ends there, before a space and signs: "1" in "1,870" is none.
_WORD_ENDS = re.compile(r"[^\w\s]*(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of one sentence.

    `span` is the best answer, in code points of the sentence; empty if it has no words. `margin`
    is its log-odds against "no answer", not calibrated: the greater, the likelier an answer. `core`
    is the likeliest of the words within `span`, two or more, that take at most half of its room;
    None where there are none.
    """

    span: Span
    margin: float
    core: Span | None = None


@dataclass(frozen=True, slots=True)
class Encoded:
    """A batch of prompts, n × length.

    `offsets` count from the start of the text, so that they are negative in the prompt. `inside`
    is true for the tokens of the text. `nulls` holds each row's first real token, which stands for
    "no answer".
    """

    inputs: dict[str, torch.Tensor]
    offsets: torch.Tensor
    inside: torch.Tensor
    nulls: torch.Tensor


@dataclass(frozen=True, slots=True)
class Shape:
    """How large an adapter is: the first layer it changes, its rank, and its scale."""

    first_layer: int
    rank: int
    scale: float


class ReaderNetwork:
    """The adapted model with its head, as it is trained and run."""

    def __init__(self, model: Any, tokenizer: Any, shape: Shape) -> None:
        self._model, self._tokenizer = model, tokenizer
        self.adapter = Adapter(
            model, first_layer=shape.first_layer, rank=shape.rank, scale=shape.scale
        )
        self.head = nn.Linear(model.config.hidden_size, 2)

    def load(self, state: dict[str, torch.Tensor]) -> None:
        """Takes over the matrices of an adapter and its head by name.

        Raises:
            KeyError, RuntimeError: a matrix is missing or has another shape.
        """
        self.adapter.load(state)
        self.head.load_state_dict(
            {name: state[f"head.{name}"].float() for name in ("weight", "bias")}
        )

    def encode(self, pairs: Sequence[tuple[str, Window]]) -> Encoded:
        """Tokenizes pairs of question and window, padded to the longest."""
        prompts = [_prompt(question, window) for question, window in pairs]
        encoded = self._tokenizer(
            [prompt + window.text for prompt, (_, window) in zip(prompts, pairs, strict=True)],
            padding=True,
            truncation=True,
            max_length=MOST_TOKENS,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = encoded.pop("offset_mapping")
        begins = torch.tensor([len(prompt) for prompt in prompts]).view(-1, 1)
        real = encoded["attention_mask"].bool()
        inside = (offsets[..., 1] > begins) & (offsets[..., 1] > offsets[..., 0]) & real
        return Encoded(
            inputs=dict(encoded),
            offsets=offsets - begins.unsqueeze(2),
            inside=inside,
            nulls=encoded["attention_mask"].argmax(dim=1),
        )

    def logits(self, encoded: Encoded) -> torch.Tensor:
        """Scores n × length × 2, start and end; minus infinity where no answer can begin or end."""
        with self.adapter.switched_on():
            states = self._model(**encoded.inputs).last_hidden_state
        scores: torch.Tensor = self.head(states.float())
        allowed = encoded.inside.clone()
        allowed[torch.arange(len(allowed)), encoded.nulls] = True
        return scores.masked_fill(~allowed.unsqueeze(2), float("-inf"))

    def read(self, pairs: Sequence[tuple[str, Window]]) -> tuple[Reading, ...]:
        """Reads each window for its question, in one batch; () for no pairs."""
        if not pairs:
            return ()
        with torch.inference_mode():
            encoded = self.encode(pairs)
            scores = self.logits(encoded)
            return tuple(
                _best(scores[row], encoded, row, window.text)
                for row, (_, window) in enumerate(pairs)
            )


class Reader:
    """The shipped reader. Takes its turns with the embedder, whose weights it shares."""

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        base_digest: str,
        file: Path | None = None,
        turn: AbstractContextManager[Any] | None = None,
    ) -> None:
        """Loads the adapters.

        Args:
            model: the embedder's transformer.
            tokenizer: the embedder's.
            base_digest: of the embedding model, as the model store gives it.
            file: an adapter for questions and follow-ups; those that come with the package by
                default.
            turn: a lock that is held while the model is the reader's.

        Raises:
            ModelLoadError: a file is damaged, or was trained on another embedding model.
            ModelCorruptError: the package's own file is not the one that was shipped.
        """
        self._turn = turn or nullcontext()
        if file is not None:
            self._network = self._talks = load_network(
                file, model, tokenizer, base_digest=base_digest
            )
            return
        networks = []
        for name, sha256 in ADAPTERS.items():
            path = shipped(name, sha256)
            networks.append(load_network(path, model, tokenizer, base_digest=base_digest))
        self._network, self._talks = networks

    def read(
        self, question: str, windows: Sequence[Window], *, in_context: bool = False
    ) -> tuple[Reading, ...]:
        """One reading a window, in the order given; () for none.

        `in_context` tells that the question is asked in a talk, and given with what was said.
        """
        network = self._talks if in_context else self._network
        with self._turn:
            return network.read([(question, window) for window in windows])


def load_network(path: Path, model: Any, tokenizer: Any, *, base_digest: str) -> ReaderNetwork:
    """The network of one file, beside those that the model has already.

    Raises:
        ModelLoadError: the file is missing or damaged, or of another embedding model.
    """
    try:
        with safe_open(path, framework="pt") as opened:
            about = opened.metadata() or {}
            state = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as exc:
        raise ModelLoadError(
            model=str(path), reason=f"the reader cannot be loaded ({exc}). Install it again."
        ) from exc
    if about.get("base_digest") != base_digest:
        raise ModelLoadError(
            model=str(path),
            reason="the reader was trained on another embedding model. Set answer.reader to "
            "false, or models.embedding to embeddinggemma-300m.",
        )
    try:
        shape = Shape(
            first_layer=int(about["first_layer"]),
            rank=int(about["rank"]),
            scale=float(about["scale"]),
        )
        network = ReaderNetwork(model, tokenizer, shape)
        network.load(state)
    except (KeyError, ValueError, RuntimeError) as exc:
        raise ModelLoadError(
            model=str(path),
            reason=f"the reader does not fit its model ({exc}). Install it again.",
        ) from exc
    return network


def _prompt(question: str, window: Window) -> str:
    """What stands before the sentence; of the one before it, the end counts."""
    return PROMPT.format(
        question=" ".join(question.split()),
        title=" ".join(window.title.split())[:MOST_TITLE_CHARS] or "none",
        before=" ".join(window.before.split())[-MOST_BEFORE_CHARS:] or "none",
    )


def _best(scores: torch.Tensor, encoded: Encoded, row: int, text: str) -> Reading:
    """The likeliest span of at most `_LONGEST_ANSWER` tokens."""
    inside = encoded.inside[row]
    if not bool(inside.any()):
        return Reading(span=Span(0, 0), margin=float("-inf"))
    starts, ends = scores.masked_fill(~inside.unsqueeze(1), float("-inf")).unbind(dim=1)
    length = len(starts)
    fits = torch.ones(length, length, dtype=torch.bool).triu().tril(_LONGEST_ANSWER - 1)
    joint = (starts.view(-1, 1) + ends.view(1, -1)).masked_fill(~fits, float("-inf"))
    first, last = divmod(int(joint.argmax()), length)
    null = int(encoded.nulls[row])
    margin = float(joint[first, last] - scores[null].sum())
    within = slice(first, last + 1)
    offsets = encoded.offsets[row, within]
    return Reading(
        span=_without_edges(text, max(0, int(offsets[0, 0])), int(offsets[-1, 1])),
        margin=margin,
        core=_core(joint[within, within], offsets, text),
    )


def _core(joint: torch.Tensor, offsets: torch.Tensor, text: str) -> Span | None:
    """The likeliest several words that take at most half of the room of all the offsets.

    Args:
        joint: the score of each span, n × n: the first token by the last.
        offsets: of the n tokens, n × 2, in code points of the text.
        text: the sentence.
    """
    begins, ends = offsets.clamp(min=0).T.tolist()
    most = (ends[-1] - begins[0]) // 2
    scores = joint.tolist()
    starts = [(n, place) for n, place in enumerate(begins) if _begins_word(text, place)]
    stops = [(n, place) for n, place in enumerate(ends) if _WORD_ENDS.match(text, place)]
    found = [
        (scores[first][last], _without_edges(text, start, end))
        for first, start in starts
        for last, end in stops
        if first <= last and end - start <= most
    ]
    several = [(score, span) for score, span in found if " " in span.of(text)]
    return max(several, key=itemgetter(0))[1] if several else None


def _begins_word(text: str, place: int) -> bool:
    """Whether a word begins there, after a space and signs: "870" in "1,870" is none."""
    ahead = text[:place].rstrip(_OPENING)
    return text[place].isspace() or ahead == "" or ahead[-1].isspace()


def _without_edges(text: str, start: int, end: int) -> Span:
    """The span without white space and points around it: a token takes them along."""
    while start < end - 1 and text[start] in _EDGES:
        start += 1
    while start < end - 1 and text[end - 1] in _EDGES:
        end -= 1
    return Span(start, end)
