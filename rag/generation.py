"""The text models that word an answer: what is asked of one, and the one that runs in llama.cpp.

A `TextModel` is told what to write by messages and, where the engine can, a GBNF grammar; it
decodes greedily, so that the same question gets the same answer. `rag.chat_server` has another.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from rag.errors import GenerationError, ModelLoadError
from rag.gguf_adapter import SwitchedAdapter

if TYPE_CHECKING:
    from llama_cpp import Llama


_ANYTHING = "root ::= .*"

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Role
    content: str


class TextModel(Protocol):
    """What the assistant asks of a text model."""

    @property
    def name(self) -> str:
        """What a reader may be told of the model."""

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`; an estimate where the engine does not say."""

    def warm(self, messages: Sequence[Message]) -> None:
        """Reads messages that later prompts begin with, so that they need not be read again."""

    def write(
        self,
        messages: Sequence[Message],
        *,
        fixed: int = 0,
        grammar: str | None = None,
        max_tokens: int,
    ) -> Iterator[str]:
        """Yields the reply piece by piece. The first `fixed` messages are the same each time.

        Raises:
            GenerationError: the engine or the server failed.
        """

    def close(self) -> None:
        """Frees the model."""


@runtime_checkable
class HasTranslator(Protocol):
    """A text model that may have been trained to translate as well."""

    @property
    def translator(self) -> TextModel | None:
        """The model as it was trained to translate answering words, or None."""


class LlamaCppModel:
    """A GGUF model run by llama.cpp with its own chat template.

    Reading a prompt costs some 10 ms a token on two cores. The fixed head of each kind of prompt
    is therefore read once and its state kept. Calls from several threads take their turns.
    """

    def __init__(
        self,
        path: Path,
        *,
        context_tokens: int,
        threads: int = 0,
        translator: Path | None = None,
    ) -> None:
        """Loads the model.

        Args:
            path: the GGUF file.
            context_tokens: most tokens of prompt and reply together.
            threads: processor threads; 0 means all cores.
            translator: an adapter of the model, on while it translates.

        Raises:
            ModelLoadError: the file is no GGUF model or has no chat template that can be used, the
                adapter is not one of it, or memory does not suffice.
        """
        try:
            from jinja2 import TemplateError
            from llama_cpp import Llama
            from llama_cpp.llama_chat_format import Jinja2ChatFormatter
        except ImportError as exc:
            raise ModelLoadError(
                model=str(path),
                reason="llama-cpp-python is not installed. Run `make run`, or pass --no-llm.",
            ) from exc
        cores = threads or os.cpu_count() or 1
        try:
            self._llama: Llama = Llama(
                str(path),
                n_ctx=context_tokens,
                n_threads=cores,
                n_threads_batch=cores,
                verbose=False,
            )
        except (ValueError, OSError, RuntimeError, TemplateError) as exc:
            raise ModelLoadError(
                model=str(path), reason=f"llama.cpp cannot load it ({exc})."
            ) from exc
        self._path, self._context_tokens = path, context_tokens
        self._lock = threading.Lock()
        self._adapter = SwitchedAdapter(self._llama, translator)
        # The engine's state after each fixed head, by the tokens of that head and the adapter.
        self._prefixes: dict[tuple[bool, tuple[int, ...]], Any] = {}
        template = self._llama.metadata.get("tokenizer.chat_template")
        if template is None:
            raise ModelLoadError(
                model=str(path),
                reason="it has no chat template; choose an instruction-tuned model.",
            )
        eos = self._piece(self._llama.token_eos())
        roles: tuple[Role, ...] = ("system", "user", "assistant", "user")
        try:
            self._format = Jinja2ChatFormatter(template=template, eos_token=eos, bos_token="")
            self._format(messages=as_dicts(Message(role, "x") for role in roles))
        except (TemplateError, ValueError) as exc:
            raise ModelLoadError(
                model=str(path), reason=f"its chat template cannot be used ({exc})."
            ) from exc
        self._is_closed = False

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return self._path.stem

    @property
    def translator(self) -> TextModel | None:
        """The model with its adapter for translating; None without one."""
        return _Adapted(self) if self._adapter.is_there else None

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`."""
        with self._turn():
            return len(self._tokens(text))

    def warm(self, messages: Sequence[Message], *, adapted: bool = False) -> None:
        """Reads messages that later prompts begin with."""
        with self._turn():
            self._adapter.switch(on=adapted)
            self._reuse(self._prompt(messages, reply=False))

    def write(
        self,
        messages: Sequence[Message],
        *,
        fixed: int = 0,
        grammar: str | None = None,
        max_tokens: int,
        adapted: bool = False,
    ) -> Iterator[str]:
        """Yields the reply piece by piece; whole characters only.

        It is written in a thread of its own, so that a reply whose reader pauses ends all the
        same, and keeps no other call waiting. Closing the iterator stops it.
        """
        return _ahead(self._pieces(messages, fixed, grammar, max_tokens, adapted))

    def _pieces(
        self,
        messages: Sequence[Message],
        fixed: int,
        grammar: str | None,
        max_tokens: int,
        adapted: bool,
    ) -> Generator[str]:
        from rag.greedy import decode

        with self._turn():
            self._adapter.switch(on=adapted)
            prompt = self._fitting(messages, fixed, max_tokens)
            waiting = b""
            with closing(decode(self._llama, prompt, grammar=grammar or _ANYTHING)) as tokens:
                for count, token in enumerate(tokens):
                    if self._is_end(token) or count >= max_tokens:
                        break
                    waiting += self._llama.detokenize([token])
                    piece, waiting = _whole_characters(waiting)
                    if piece:
                        yield piece

    def close(self) -> None:
        """Frees the model; what is asked of it later raises `GenerationError`."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            self._prefixes.clear()
            self._adapter.close()
            self._llama.close()

    def _fitting(self, messages: Sequence[Message], fixed: int, reply_tokens: int) -> list[int]:
        prompt = self._prompt(messages, reply=True)
        if len(prompt) + reply_tokens > self._context_tokens:
            raise GenerationError(
                model=self.name,
                reason=f"the prompt has {len(prompt)} tokens and the reply {reply_tokens}, but the "
                f"context only {self._context_tokens}. Raise answer.context_tokens, or ask "
                "a shorter question.",
            )
        if fixed:
            self._reuse(self._prompt(messages[:fixed], reply=False))
        return prompt

    def _reuse(self, head: list[int]) -> None:
        """Brings the engine to a state that has read `head`, if it is not in one already."""
        import llama_cpp

        llama, key = self._llama, (self._adapter.is_on, tuple(head))
        context = llama._ctx.ctx
        if llama.n_tokens >= len(head) and llama._input_ids[: len(head)].tolist() == head:
            return
        kept = self._prefixes.get(key)
        if kept is not None:
            llama.reset()
            llama._ctx.kv_cache_clear()
            llama_cpp.llama_state_seq_set_data(context, kept, len(kept), 0)
            llama.input_ids[: len(head)] = head
            llama.n_tokens = len(head)
            return
        llama.reset()
        llama.eval(head)
        size = llama_cpp.llama_state_seq_get_size(context, 0)
        state = (llama_cpp.ctypes.c_uint8 * size)()
        llama_cpp.llama_state_seq_get_data(context, state, size, 0)
        self._prefixes[key] = state

    def _prompt(self, messages: Sequence[Message], *, reply: bool) -> list[int]:
        told = [Message(m.role, self._harmless(m.content)) for m in messages]
        rendered = self._format(messages=as_dicts(told)).prompt
        if not reply:
            # Some templates strip white space from what they are given.
            last = told[-1].content.strip()
            rendered = rendered[: rendered.rindex(last) + len(last)]
        return self._tokens(rendered, special=True)

    def _tokens(self, text: str, *, special: bool = False) -> list[int]:
        tokens: list[int] = self._llama.tokenize(text.encode(), add_bos=False, special=special)
        return tokens

    def _harmless(self, text: str) -> str:
        """A text without what the engine would read as the end of a turn, a new one and the like.

        Such a word is made two: "< |im_end|>".
        """
        import llama_cpp

        vocabulary = llama_cpp.llama_model_get_vocab(self._llama.model)
        for token in self._tokens(text, special=True):
            if llama_cpp.llama_vocab_is_control(vocabulary, token):
                word = self._piece(token)
                text = text.replace(word, f"{word[:1]} {word[1:]}")
        return text

    def _piece(self, token: int) -> str:
        piece: bytes = self._llama.detokenize([token], special=True)
        return piece.decode("utf-8", "replace")

    def _is_end(self, token: int) -> bool:
        import llama_cpp

        vocabulary = llama_cpp.llama_model_get_vocab(self._llama.model)
        return bool(llama_cpp.llama_vocab_is_eog(vocabulary, token))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Has the engine for itself, and translates its errors."""
        with self._lock:
            if self._is_closed:
                raise GenerationError(model=self.name, reason="it was closed meanwhile. Ask again.")
            try:
                yield
            except (RuntimeError, ValueError, MemoryError) as exc:
                raise GenerationError(model=self.name, reason=str(exc)) from exc


class _Adapted:
    """A `LlamaCppModel` with its adapter on, as a `TextModel`; closing it is the model's matter."""

    def __init__(self, model: LlamaCppModel) -> None:
        self.name, self.count_tokens = model.name, model.count_tokens
        self.warm = partial(model.warm, adapted=True)
        self.write = partial(model.write, adapted=True)

    def close(self) -> None:
        """Does nothing."""


def as_dicts(messages: Iterable[Message]) -> list[Any]:
    """Messages as chat templates and servers take them."""
    return [{"role": message.role, "content": message.content} for message in messages]


def _ahead(source: Generator[str]) -> Iterator[str]:
    """Yields what another thread takes from a generator, which it does not wait for."""
    taken: SimpleQueue[str | None] = SimpleQueue()
    stop = threading.Event()

    def take() -> None:
        try:
            with closing(source):
                for piece in source:
                    taken.put(piece)
                    if stop.is_set():
                        return
        finally:
            taken.put(None)

    with ThreadPoolExecutor(1) as pool:
        taking = pool.submit(take)
        try:
            yield from iter(taken.get, None)
        finally:
            stop.set()
        taking.result()


def _whole_characters(data: bytes) -> tuple[str, bytes]:
    """Splits off an unfinished UTF-8 character at the end: a token may hold half of one."""
    for cut in range(len(data), max(len(data) - 4, -1), -1):
        try:
            return data[:cut].decode("utf-8"), data[cut:]
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace"), b""
