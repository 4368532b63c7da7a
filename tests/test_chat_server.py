"""A text model behind an OpenAI-compatible server, played by one that gives a fixed reply."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from rag.chat_server import OpenAIModel
from rag.errors import GenerationError, SettingsError
from rag.generation import Message

HELLO = (Message("system", "Be brief."), Message("user", "مرحبا"))


class Server:
    """A server that gives one reply to every request, and remembers the requests."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.requests: list[tuple[str, str | None, dict[str, Any]]] = []


@contextmanager
def serving(
    *lines: str,
    status: int = 200,
    promised: int = 0,
    kind: str = "text/event-stream",
    pause_s: float = 0.0,
    location: str | None = None,
) -> Iterator[Server]:
    """Serves `lines`; `promised` bytes more are announced than are sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            server.requests.append((self.path, self.headers["Authorization"], json.loads(sent)))
            events = [f"{line}\n\n".encode() for line in lines]
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if location is not None:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(sum(map(len, events)) + promised))
            self.end_headers()
            with suppress(OSError):  # Whoever asked may have gone.
                for event in events:
                    self.wfile.write(event)
                    time.sleep(pause_s)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server = Server(http.server_port)
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def chunk(words: str | None, **more: Any) -> str:
    delta = {} if words is None else {"content": words}
    return "data: " + json.dumps({"choices": [{"index": 0, "delta": delta, **more}]})


@contextmanager
def client(url: str, **options: Any) -> Iterator[OpenAIModel]:
    model = OpenAIModel("tiny", url=url, **options)
    try:
        yield model
    finally:
        model.close()


def failure(url: str, **options: Any) -> GenerationError:
    with client(url, **options) as model, pytest.raises(GenerationError) as caught:
        list(model.write(HELLO, max_tokens=8))
    return caught.value


def test_a_streamed_reply_comes_piece_by_piece() -> None:
    events = (": a comment", chunk(None, role="assistant"), chunk("في "), chunk("يناير."))
    with serving(*events, "data: [DONE]") as server, client(server.url) as model:
        assert list(model.write(HELLO, max_tokens=8)) == ["في ", "يناير."]


def test_the_request_has_the_messages_the_limit_and_no_chance_in_it() -> None:
    with serving("data: [DONE]") as server, client(server.url, api_key="secret") as model:
        list(model.write(HELLO, fixed=1, grammar='root ::= "x"', max_tokens=8))
    path, key, request = server.requests[0]
    assert (path, key) == ("/v1/chat/completions", "Bearer secret")
    assert request == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "مرحبا"},
        ],
        "max_tokens": 8,
        "temperature": 0.0,
        "stream": True,
    }


def test_without_a_key_none_is_sent() -> None:
    with serving("data: [DONE]") as server, client(server.url) as model:
        list(model.write(HELLO, max_tokens=8))
    assert server.requests[0][1] is None


@pytest.mark.parametrize(("key", "sent"), [(" secret\n", "Bearer secret"), ("\n", None)])
def test_white_space_around_a_key_is_not_sent(key: str, sent: str | None) -> None:
    with serving("data: [DONE]") as server, client(server.url, api_key=key) as model:
        list(model.write(HELLO, max_tokens=8))
    assert server.requests[0][1] == sent


@pytest.mark.parametrize("key", ["مفتاح", "sec\nret", "sec\0ret"])
def test_a_key_that_cannot_be_sent_is_refused_and_not_told(key: str) -> None:
    with pytest.raises(SettingsError, match=r"answer\.api_key") as caught:
        OpenAIModel("tiny", url="http://127.0.0.1:9/v1", api_key=key)
    assert key not in caught.value.message


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085", "\f", "\u200f"])
def test_a_piece_may_hold_any_character(mark: str) -> None:
    delta = {"choices": [{"delta": {"content": f"في{mark}يناير"}}]}
    sent = "data: " + json.dumps(delta, ensure_ascii=False)
    with serving(sent + "\r", "data: [DONE]") as server, client(server.url) as model:
        assert list(model.write(HELLO, max_tokens=8)) == [f"في{mark}يناير"]


def test_a_server_that_goes_on_beyond_the_limit_is_left() -> None:
    with serving(*[chunk("و ")] * 20, "data: [DONE]") as server, client(server.url) as model:
        assert list(model.write(HELLO, max_tokens=8)) == ["و "] * 8
        assert list(model.write(HELLO, max_tokens=20)) == ["و "] * 20


def test_a_server_that_only_keeps_the_connection_alive_is_left_in_time() -> None:
    with serving(*[": wait"] * 100, pause_s=0.02) as server:
        error = failure(server.url, timeout_s=0.2)
    assert "answer.timeout_s" in error.message
    assert error.retryable


def test_a_reply_may_end_with_a_finish_reason_and_no_mark() -> None:
    last = 'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}'
    with serving(chunk("نعم"), last) as server, client(server.url) as model:
        assert list(model.write(HELLO, max_tokens=8)) == ["نعم"]


def test_an_event_that_only_counts_tokens_is_passed_over() -> None:
    usage = 'data: {"choices": [], "usage": {"total_tokens": 9}}'
    with serving(chunk("نعم"), usage, "data: [DONE]") as server, client(server.url) as model:
        assert list(model.write(HELLO, max_tokens=8)) == ["نعم"]


@pytest.mark.parametrize(
    ("status", "retryable"), [(400, False), (401, False), (404, False), (429, True), (503, True)]
)
def test_an_error_status_is_told_with_what_the_server_says(status: int, *, retryable: bool) -> None:
    with serving('{"error":\n "no such model"}', status=status) as server:
        error = failure(server.url)
    assert "\n" not in error.message
    assert f"{server.url} answered {status}" in error.message
    assert "no such model" in error.message
    assert (error.model, error.retryable) == ("tiny", retryable)


@pytest.mark.parametrize(
    ("status", "advice"),
    [(401, "answer.api_key"), (403, "answer.api_key"), (404, "models.text"), (405, "answer.url")],
)
def test_an_error_status_names_the_setting_to_look_at(status: int, advice: str) -> None:
    with serving("{}", status=status) as server:
        assert advice in failure(server.url).message


def test_a_page_that_tells_an_error_is_told_by_its_name() -> None:
    with serving("<html><head><title>404</title>", status=404, kind="text/html") as server:
        message = failure(server.url).message
    assert "answered 404 (Not Found). Look at" in message
    assert "<" not in message


def test_a_server_that_has_moved_is_told_with_its_new_address() -> None:
    with serving("", status=308, location="https://noor:secret@there/v1") as server:
        message = failure(server.url).message
    assert "answered 308 (it has moved to https://there/v1)." in message


@pytest.mark.parametrize("status", [200, 401])
def test_a_key_that_the_server_repeats_is_not_told(status: int) -> None:
    said = 'data: {"error": "wrong key: sesame-sesame"}'
    with serving(said, status=status) as server:
        message = failure(server.url, api_key="sesame-sesame").message
        assert "wrong key: ********" in message
        assert "wrong key" in failure(server.url, api_key="e").message


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "socks://noor:secret@127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(SettingsError, match="ALL_PROXY") as caught:
        OpenAIModel("tiny", url="http://127.0.0.1:9/v1")
    assert "secret" not in caught.value.message


def test_a_dead_port_is_told_with_its_address_and_a_question() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        error = failure(url)
    assert f"{url} cannot be reached" in error.message
    assert "Is the server running?" in error.message
    assert error.retryable


def test_a_server_that_does_not_answer_in_time_is_told_with_the_setting() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        error = failure(url, timeout_s=0.05)
    assert "answer.timeout_s" in error.message
    assert error.retryable


@pytest.mark.parametrize(
    "sent", ["data: {half", "data: []", 'data: {"hello": 1}', "data: " + "[" * 100_000]
)
def test_what_is_no_completion_is_an_error(sent: str) -> None:
    with serving(sent) as server:
        error = failure(server.url)
    assert f"{server.url} sent what is no completion" in error.message
    assert not error.retryable


def test_an_error_that_comes_amid_the_stream_is_an_error() -> None:
    with serving(chunk("ن"), 'data: {"error": {"message": "out of memory"}}') as server:
        assert "out of memory" in failure(server.url).message


def test_a_page_in_place_of_a_stream_is_an_error() -> None:
    with serving("<html>Welcome</html>", kind="text/html") as server:
        assert "broke off" in failure(server.url).message


@pytest.mark.parametrize("promised", [0, 500])
def test_a_server_that_closes_half_way_is_an_error_after_its_words(promised: int) -> None:
    with serving(chunk("في "), promised=promised) as server, client(server.url) as model:
        reply = model.write(HELLO, max_tokens=8)
        assert next(reply) == "في "
        with pytest.raises(GenerationError, match="broke off") as caught:
            next(reply)
    assert caught.value.retryable


def test_a_model_can_be_asked_again_after_an_error() -> None:
    with serving(chunk("نعم"), "data: [DONE]") as server, client(server.url) as model:
        abandoned = model.write(HELLO, max_tokens=8)
        next(abandoned)
        abandoned.close()  # type: ignore[attr-defined]
        assert list(model.write(HELLO, max_tokens=8)) == ["نعم"]


def test_a_url_that_is_none_is_refused_with_the_name_of_the_setting() -> None:
    with pytest.raises(SettingsError, match=r"answer\.url"):
        OpenAIModel("tiny", url="http://127.0.0.1:port/v1")


def test_a_password_in_the_address_is_not_told() -> None:
    error = failure("http://noor:secret@127.0.0.1:9/v1")
    assert "http://127.0.0.1:9/v1 cannot be reached" in error.message
    assert "secret" not in error.message


def test_a_client_that_was_closed_says_so() -> None:
    with client("http://127.0.0.1:9/v1") as model:
        model.close()
        with pytest.raises(GenerationError, match="was closed"):
            list(model.write(HELLO, max_tokens=8))


def test_the_tokens_of_a_server_are_estimated() -> None:
    with client("http://127.0.0.1:9/v1") as model:
        assert [model.count_tokens(text) for text in ("", "ab", "abcd")] == [0, 1, 2]
