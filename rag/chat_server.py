"""A text model behind an OpenAI-compatible server.

References:
    Server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx

from rag.errors import GenerationError, SettingsError
from rag.generation import Message, as_dicts
from rag.settings import without_user_info

_MOST_TOLD_OF_ERRORS = 200
_MASK = "********"
_LEAST_SECRET = 8  # Characters: what is shorter is put where a server asks for none, as "x".
_KEY = "Look at answer.api_key."
_ADDRESS = (
    "Look at answer.url, which mostly ends in /v1, and at models.text, the model's name there."
)
_ADVICE = {401: _KEY, 403: _KEY, 404: _ADDRESS, 405: _ADDRESS}


class OpenAIModel:
    """A model behind an OpenAI-compatible server (llama-server, Ollama, vLLM, LM Studio …)."""

    def __init__(
        self, name: str, *, url: str, api_key: str | None = None, timeout_s: float = 120.0
    ) -> None:
        """Opens a client; the server is asked at the first question.

        Args:
            name: the model's name on the server.
            url: the address up to and with /v1.
            api_key: sent as a bearer token, without white space around it; None sends none.
            timeout_s: seconds that the server may take over a reply.

        Raises:
            SettingsError: `url` is no address, `api_key` has characters that cannot be sent, or
                the system's variables name a proxy that cannot be used.
        """
        key = (api_key or "").strip()
        if not (key.isascii() and key.isprintable()):
            raise SettingsError(
                name="answer.api_key",
                reason="it may have visible ASCII characters only. Copy it again.",
            )
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # A message with the address must not tell a password in it, nor the key.
        self._name, self._url, self._key = name, without_user_info(url), key
        self._timeout_s = timeout_s
        try:
            self._client = httpx.Client(base_url=url, headers=headers, timeout=timeout_s)
        except httpx.InvalidURL as exc:
            raise SettingsError(
                name="answer.url", reason=f"{self._url} is no address ({exc})."
            ) from exc
        except (ImportError, ValueError) as exc:
            raise SettingsError(
                name="answer.url",
                reason="the proxy in the variables HTTP_PROXY, HTTPS_PROXY or ALL_PROXY cannot be "
                f"used ({without_user_info(str(exc))}). Unset it for `mustanad`.",
            ) from exc

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

        The grammar is not sent, since few servers know it: the draft's parser is lenient. A server
        that does not keep to `max_tokens` is left after as many pieces.
        """
        request = {
            "model": self._name,
            "messages": as_dicts(messages),
            "max_tokens": max_tokens,
            "temperature": 0.0,
            "stream": True,
        }
        latest = time.monotonic() + self._timeout_s
        with (
            self._translated(),
            self._client.stream("POST", "chat/completions", json=request) as response,
        ):
            if not response.is_success:
                response.read()
                response.raise_for_status()
            ended, pieces = False, 0
            for line in _lines(response):
                if time.monotonic() > latest and not ended:
                    raise httpx.ReadTimeout("the reply has not ended")
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
                    pieces += 1
                if pieces >= max_tokens:
                    return
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
                reason=f"{self._url} answered {status} ({self._told(_said_by(exc.response))}). "
                f"{_ADVICE.get(status, '')}".rstrip(),
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
        except (ValueError, RecursionError) as exc:
            raise GenerationError(
                model=self._name,
                reason=f"{self._url} sent what is no completion ({self._told(str(exc))}).",
            ) from exc
        except RuntimeError as exc:
            raise GenerationError(
                model=self._name, reason=f"the client of {self._url} was closed ({exc})"
            ) from exc

    def _told(self, text: str) -> str:
        """What the server says, on one line and cut; the key, which some repeat, is masked."""
        line = " ".join(text.split())
        if len(self._key) >= _LEAST_SECRET:
            line = line.replace(self._key, _MASK)
        return line[:_MOST_TOLD_OF_ERRORS]


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
    raise ValueError(event)


def _lines(response: httpx.Response) -> Iterator[str]:
    """The lines of an event stream.

    `httpx.Response.iter_lines` would also end them at U+2028 and U+0085, which JSON may hold.
    """
    waiting = ""
    for text in response.iter_text():
        *whole, waiting = (waiting + text).split("\n")
        yield from whole
    yield waiting


def _said_by(response: httpx.Response) -> str:
    """What an error says: where it leads to, or its text, or of a page the name of the error."""
    if response.has_redirect_location:
        return f"it has moved to {without_user_info(response.headers['location'])}"
    is_page = "html" in response.headers.get("content-type", "")
    return response.reason_phrase if is_page else response.text
