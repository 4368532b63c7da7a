"""Greedy decoding with llama.cpp under a grammar, which is asked about the likeliest tokens alone.

llama.cpp's own sampler asks it about all 150,000 tokens of a vocabulary, each time: half of what
the model itself takes for a token.
"""

from __future__ import annotations

import ctypes
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import llama_cpp
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from llama_cpp import Llama

Logits = NDArray[np.float32]

_LIKELIEST = 64
_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


def decode(llama: Llama, prompt: Sequence[int], *, grammar: str) -> Generator[int]:
    """Yields the tokens after a prompt, each the likeliest that the grammar allows, until stopped.

    What the engine has read already of the prompt is not read again.

    Raises:
        ValueError: the grammar is malformed.
        RuntimeError: the engine failed.
    """
    with closing(_Grammar(llama, grammar)) as rule:
        # The last token is read in any case, for the logits after it.
        llama.n_tokens = min(_known(llama, prompt), len(prompt) - 1)
        llama.eval(prompt[llama.n_tokens :])
        while True:
            logits = llama_cpp.llama_get_logits_ith(llama.ctx, -1)
            token = rule.choose(np.ctypeslib.as_array(logits, shape=(llama.n_vocab(),)))
            rule.accept(token)
            yield token
            llama.eval([token])


def _known(llama: Llama, prompt: Sequence[int]) -> int:
    """How many tokens of the prompt are those that the engine has read."""
    read = llama.input_ids[: min(llama.n_tokens, len(prompt))]
    return int(np.append(read == prompt[: len(read)], False).argmin())


class _Grammar:
    """The tokens that a GBNF grammar allows, one after the other."""

    def __init__(self, llama: Llama, rules: str) -> None:
        vocabulary = llama_cpp.llama_model_get_vocab(llama.model)
        self._sampler = llama_cpp.llama_sampler_init_grammar(vocabulary, rules.encode(), b"root")
        if not self._sampler:
            raise ValueError(f"the grammar is malformed: {rules}")

    def choose(self, logits: Logits) -> int:
        """The likeliest token that is allowed: of the very likeliest, or else of all."""
        for ids in (np.array([logits.argmax()]), _likeliest(logits), np.arange(len(logits))):
            candidates = np.zeros(len(ids), dtype=_CANDIDATE)
            candidates["id"], candidates["logit"] = ids, logits[ids]
            data = candidates.ctypes.data_as(ctypes.POINTER(llama_cpp.llama_token_data))
            array = llama_cpp.llama_token_data_array(data, len(ids), -1, False)
            llama_cpp.llama_sampler_apply(self._sampler, ctypes.byref(array))
            best = candidates["logit"].argmax()
            if np.isfinite(candidates["logit"][best]):
                return int(candidates["id"][best])
        raise ValueError("the grammar allows no token")

    def accept(self, token: int) -> None:
        """Goes on to what is allowed after a token."""
        llama_cpp.llama_sampler_accept(self._sampler, token)

    def close(self) -> None:
        """Frees it."""
        llama_cpp.llama_sampler_free(self._sampler)


def _likeliest(logits: Logits) -> NDArray[np.intp]:
    return np.argpartition(-logits, _LIKELIEST)[:_LIKELIEST]
