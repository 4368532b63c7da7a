"""The text models that word an answer: the home of llama.cpp and of OpenAI-compatible servers.

Both are a `TextModel`: they are told what to write by messages and, where the engine can, a GBNF
grammar; they decode greedily, so that the same question gets the same answer.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import httpx

from rag.errors import GenerationError, ModelLoadError, SettingsError
from rag.gguf_adapter import SwitchedAdapter

if TYPE_CHECKING:
    from llama_cpp import Llama


_ANYTHING = "root ::= .*"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
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
            ModelLoadError: the file is no GGUF model, the adapter not one of it, or memory does
                not suffice.
        """
        try:
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
        except (ValueError, OSError, RuntimeError) as exc:
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
        self._format = Jinja2ChatFormatter(
            template=template, eos_token=self._piece(self._llama.token_eos()), bos_token=""
        )

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
        return len(self._tokens(text))

    def warm(self, messages: Sequence[Message], *, adapted: bool = False) -> None:
        """Reads messages that later prompts begin with."""
        with self._lock, self._translated():
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
        """Yields the reply piece by piece; whole characters only."""
        from rag.greedy import decode

        with self._lock, self._translated():
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
        """Frees the model."""
        with self._lock:
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
        turns: Any = [{"role": m.role, "content": m.content} for m in messages]
        rendered = self._format(messages=turns).prompt
        if not reply:
            # Some templates strip white space from what they are given.
            last = messages[-1].content.strip()
            rendered = rendered[: rendered.rindex(last) + len(last)]
        return self._tokens(rendered, special=True)

    def _tokens(self, text: str, *, special: bool = False) -> list[int]:
        tokens: list[int] = self._llama.tokenize(text.encode(), add_bos=False, special=special)
        return tokens

    def _piece(self, token: int) -> str:
        piece: bytes = self._llama.detokenize([token], special=True)
        return piece.decode("utf-8", "replace")

    def _is_end(self, token: int) -> bool:
        import llama_cpp

        vocabulary = llama_cpp.llama_model_get_vocab(self._llama.model)
        return bool(llama_cpp.llama_vocab_is_eog(vocabulary, token))

    @contextmanager
    def _translated(self) -> Iterator[None]:
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


class OpenAIModel:
    """A model behind an OpenAI-compatible server (llama-server, Ollama, vLLM, LM Studio …)."""

    def __init__(
        self, name: str, *, url: str, api_key: str | None = None, timeout_s: float = 120.0
    ) -> None:
        """Opens a client; the server is asked at the first question.

        Args:
            name: the model's name on the server.
            url: the address up to and with /v1.
            api_key: sent as a bearer token; None sends none.
            timeout_s: seconds without a byte until the server counts as gone.

        Raises:
            SettingsError: `url` is no address.
        """
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._name, self._url = name, url
        try:
            self._client = httpx.Client(base_url=url, headers=headers, timeout=timeout_s)
        except httpx.InvalidURL as exc:
            raise SettingsError(name="answer.url", reason=f"{url} is no address ({exc}).") from exc

    @property
    def name(self) -> str:
        """The model's name on the server."""
        return self._name

    def count_tokens(self, text: str) -> int:
        """An estimate: one token for three code points."""
        return -(-len(text) // 3)

    def warm(self, messages: Sequence[Message]) -> None:
        """Does nothing: the server keeps its own cache."""

    def write(
        self,
        messages: Sequence[Message],
        *,
        fixed: int = 0,
        grammar: str | None = None,
        max_tokens: int,
    ) -> Iterator[str]:
        """Yields the reply piece by piece, from server-sent events.

        The grammar is not sent, since few servers know it: the draft's parser is lenient.
        """
        request = {
            "model": self._name,
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "max_tokens": max_tokens,
            "temperature": 0.0,
            "stream": True,
        }
        with (
            self._translated(),
            self._client.stream("POST", "chat/completions", json=request) as response,
        ):
            if response.is_error:
                response.read()
                response.raise_for_status()
            ended = False
            for line in response.iter_lines():
                if not line.startswith("data:"):
                    continue
                event = line.removeprefix("data:").strip()
                if event == "[DONE]":
                    ended = True
                    continue
                piece, last = _words_of(event)
                ended = ended or last
                if piece:
                    yield piece
            if not ended:
                raise httpx.RemoteProtocolError("the reply stopped before its end")

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPStatusError as exc:
            status = exc.response.status_code
            raise GenerationError(
                model=self._name,
                reason=f"{self._url} answered {status}: {exc.response.text[:200]}",
                retryable=status >= 500 or status == 429,
            ) from exc
        except httpx.TimeoutException as exc:
            raise GenerationError(
                model=self._name,
                reason=f"{self._url} did not answer in time. Raise answer.timeout_s, or take a "
                "smaller model.",
                retryable=True,
            ) from exc
        except (httpx.ReadError, httpx.RemoteProtocolError) as exc:
            raise GenerationError(
                model=self._name,
                reason=f"{self._url} broke off ({exc}). Does it speak the OpenAI protocol?",
                retryable=True,
            ) from exc
        except httpx.HTTPError as exc:
            raise GenerationError(
                model=self._name,
                reason=f"{self._url} cannot be reached ({exc}). Is the server running?",
                retryable=True,
            ) from exc
        except ValueError as exc:
            raise GenerationError(
                model=self._name, reason=f"{self._url} sent what is no completion ({exc})."
            ) from exc


def _words_of(event: str) -> tuple[str, bool]:
    """The words in one server-sent event, and whether the reply ends with it.

    Raises:
        ValueError: it is not JSON, no part of a completion, or reports an error.
    """
    match json.loads(event):
        case {"error": problem} if problem:
            raise ValueError(problem)
        case {"choices": [{"delta": {"content": str(words)}, **more}, *_]}:
            return words, more.get("finish_reason") is not None
        case {"choices": [{**choice}, *_]}:
            return "", choice.get("finish_reason") is not None
        case {"choices": _}:
            return "", False
    raise ValueError(event[:200])


def _whole_characters(data: bytes) -> tuple[str, bytes]:
    """Splits off an unfinished UTF-8 character at the end: a token may hold half of one."""
    for cut in range(len(data), max(len(data) - 4, -1), -1):
        try:
            return data[:cut].decode("utf-8"), data[cut:]
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace"), b""
