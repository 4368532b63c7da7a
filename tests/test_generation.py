"""Text models: an OpenAI-compatible server on loopback, and llama.cpp with a real model."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from itertools import islice, pairwise, takewhile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.drafting import as_trained
from rag.errors import GenerationError, ModelLoadError, SettingsError
from rag.generation import (
    HasTranslator,
    LlamaCppModel,
    Message,
    OpenAIModel,
    TextModel,
    _whole_characters,
)
from rag.weights import TRANSLATOR, TRANSLATOR_BASE
from tests.fakes import ScriptedModel

HELLO = (Message("system", "Be brief."), Message("user", "مرحبا"))
# The last one's first token is not among those that a model finds likely.
GRAMMARS = ("root ::= .*", "root ::= [ء-ي ]+", 'root ::= ("no" | "yes") " "*', 'root ::= "𒀱🪁"')


class Server:
    """A server that gives one reply to every request, and remembers the requests."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.requests: list[tuple[str, str | None, dict[str, Any]]] = []


@contextmanager
def serving(
    *lines: str, status: int = 200, promised: int = 0, kind: str = "text/event-stream"
) -> Iterator[Server]:
    """Serves `lines`; `promised` bytes more are announced than are sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            server.requests.append((self.path, self.headers["Authorization"], json.loads(sent)))
            body = "".join(f"{line}\n\n" for line in lines).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body) + promised))
            self.end_headers()
            self.wfile.write(body)

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
    with serving('{"error": "no such model"}', status=status) as server:
        error = failure(server.url)
    assert f"{server.url} answered {status}" in error.message
    assert "no such model" in error.message
    assert (error.model, error.retryable) == ("tiny", retryable)


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


@pytest.mark.parametrize("sent", ["data: {half", "data: []", 'data: {"hello": 1}'])
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


def test_the_tokens_of_a_server_are_estimated() -> None:
    with client("http://127.0.0.1:9/v1") as model:
        assert [model.count_tokens(text) for text in ("", "ab", "abcd")] == [0, 1, 2]


@given(st.text(), st.lists(st.integers(0, 100)))
def test_characters_that_come_in_parts_come_out_whole(text: str, cuts: list[int]) -> None:
    data = text.encode()
    borders = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    said, waiting = "", b""
    for start, end in pairwise(borders):
        piece, waiting = _whole_characters(waiting + data[start:end])
        assert "\ufffd" not in piece or "\ufffd" in text
        said += piece
    assert (said, waiting) == (text, b"")


@given(st.binary())
def test_at_most_three_bytes_wait(data: bytes) -> None:
    assert len(_whole_characters(data)[1]) <= 3


def test_a_scripted_model_remembers_what_it_was_given() -> None:
    fake = ScriptedModel("في يناير.", "لا.")
    model: TextModel = fake
    model.warm(HELLO[:1])
    assert list(model.write(HELLO, fixed=1, grammar="g", max_tokens=8)) == ["في", " يناير."]
    assert list(model.write(HELLO, max_tokens=9)) == ["لا."]
    assert [(a.messages, a.fixed, a.grammar, a.max_tokens) for a in fake.asked] == [
        (HELLO, 1, "g", 8),
        (HELLO, 0, None, 9),
    ]
    assert (fake.warmed, fake.closed) == ([HELLO[:1]], False)


def test_a_file_that_is_no_gguf_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"not a model" * 100)
    with pytest.raises(ModelLoadError, match=r"model\.gguf: llama\.cpp cannot load it"):
        LlamaCppModel(path, context_tokens=512)


@pytest.fixture(scope="module")
def load(model_cache: Path) -> Callable[[], LlamaCppModel]:
    """Loads the smallest text model of the cache."""
    found = sorted(model_cache.glob("qwen2.5-coder-*/*.gguf"))
    if not found:
        pytest.skip("no text model in the cache; `mustanad models fetch` gets one")
    return lambda: LlamaCppModel(found[0], context_tokens=512, threads=1)


@pytest.fixture(scope="module")
def model(load: Callable[[], LlamaCppModel]) -> Iterator[LlamaCppModel]:
    opened = load()
    yield opened
    opened.close()


def say(model: TextModel, messages: tuple[Message, ...], **options: Any) -> str:
    return "".join(model.write(messages, **{"max_tokens": 12, **options}))


@pytest.mark.model
def test_a_grammar_is_obeyed(model: LlamaCppModel) -> None:
    said = say(model, HELLO, grammar='root ::= "[" [1-3] "] " ("yes" | "no")')
    assert re.fullmatch(r"\[[1-3]\] (yes|no)", said)


@pytest.mark.model
@pytest.mark.parametrize("rules", GRAMMARS)
def test_under_a_grammar_it_says_what_the_engine_itself_would(
    model: LlamaCppModel, rules: str
) -> None:
    from llama_cpp import LlamaGrammar

    from rag.greedy import decode

    prompt = model._prompt(HELLO, reply=True)
    grammar = LlamaGrammar.from_string(rules, verbose=False)
    ours, theirs = (
        list(islice(takewhile(lambda token: not model._is_end(token), tokens), 12))
        for tokens in (
            decode(model._llama, prompt, grammar=rules),
            model._llama.generate(prompt, temp=0.0, grammar=grammar),
        )
    )
    assert ours == theirs != []


@pytest.fixture(scope="module")
def base(model_cache: Path) -> Path:
    """The text model that has a translator."""
    file = model_cache / TRANSLATOR_BASE / f"{TRANSLATOR_BASE}.gguf"
    if not file.exists():
        pytest.skip("not in the cache; `mustanad models fetch` gets it")
    return file


@pytest.mark.model
def test_the_translator_is_on_only_while_it_translates(base: Path) -> None:
    adapter = Path(str(resources.files("rag") / TRANSLATOR))
    model = LlamaCppModel(base, context_tokens=512, translator=adapter)
    try:
        assert isinstance(model, HasTranslator)
        translator = model.translator
        assert translator is not None
        asked = as_trained("ثلاث حافلات زرقاء", to="en", asked="What was stolen?")
        before, plain = say(model, HELLO, fixed=1), say(model, asked)
        translator.warm(asked[:1])
        assert say(translator, asked, fixed=1).casefold() in ("three blue buses", "3 blue buses")
        assert (say(model, HELLO, fixed=1), say(model, asked)) == (before, plain)
        assert translator.name == model.name
        assert translator.count_tokens("A bus") == model.count_tokens("A bus")
        translator.close()
        assert say(model, HELLO, fixed=1) == before
    finally:
        model.close()


@pytest.mark.model
def test_a_file_that_is_no_adapter_of_the_model_is_refused(base: Path, tmp_path: Path) -> None:
    file = tmp_path / "translator.gguf"
    file.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ModelLoadError, match=r"translator\.gguf: llama\.cpp cannot load it"):
        LlamaCppModel(base, context_tokens=512, translator=file)


@pytest.mark.model
def test_a_model_without_an_adapter_has_no_translator(model: LlamaCppModel) -> None:
    assert model.translator is None


@pytest.mark.model
def test_a_malformed_grammar_is_a_generation_error(model: LlamaCppModel) -> None:
    with pytest.raises(GenerationError, match="the grammar is malformed"):
        say(model, HELLO, grammar="root ::= (")
    with pytest.raises(GenerationError, match="the grammar is malformed"):
        say(model, HELLO, grammar='other ::= "x"')


@pytest.mark.model
def test_pieces_are_whole_characters(model: LlamaCppModel) -> None:
    wanted = "𓂀 تمّ 𒀱🪁"
    pieces = list(model.write(HELLO, grammar=f'root ::= "{wanted}"', max_tokens=60))
    assert "".join(pieces) == wanted
    assert model.count_tokens(wanted) > len(wanted)


@pytest.mark.model
def test_a_reply_has_at_most_so_many_tokens(model: LlamaCppModel) -> None:
    said = say(model, (Message("user", "Count from 1 to 50."),), max_tokens=5)
    assert 0 < model.count_tokens(said) <= 5


@pytest.mark.model
def test_a_kept_head_gives_the_text_of_a_fresh_model(
    model: LlamaCppModel, load: Callable[[], LlamaCppModel]
) -> None:
    counting = (Message("system", "You count and say nothing else. " * 4),)
    naming = (Message("system", "You name the capital that you are asked for. " * 4),)
    asked = (*counting, Message("user", "Count from 3 to 9."))
    say(model, (*counting, Message("user", "Count from 1 to 2.")), fixed=1)
    say(model, (*naming, Message("user", "Iraq?")), fixed=1)
    again = say(model, asked, fixed=1)
    fresh = load()
    try:
        assert again == say(fresh, asked, fixed=1)
    finally:
        fresh.close()


@pytest.mark.model
def test_a_head_is_read_only_once(model: LlamaCppModel) -> None:
    import llama_cpp

    def tokens_read() -> int:
        context: Any = model._llama._ctx.ctx
        return int(llama_cpp.llama_perf_context(context).n_p_eval)

    head = (Message("system", "You are terse. " * 20),)
    other = (Message("system", "You are polite. " * 20),)
    model.warm(head)
    model.warm(other)
    before = tokens_read()
    say(model, (*head, Message("user", "Hello")), fixed=1, max_tokens=1)
    assert 0 < tokens_read() - before < 20 < model.count_tokens(head[0].content)


@pytest.mark.model
def test_a_prompt_that_is_too_long_is_told_with_the_settings_that_help(
    model: LlamaCppModel,
) -> None:
    with pytest.raises(GenerationError) as caught:
        say(model, (Message("user", "word " * 600),))
    assert "answer.context_tokens" in caught.value.message
    assert "answer.context_tokens" in caught.value.message
    assert "512" in caught.value.message


@pytest.mark.model
def test_closing_the_reply_early_lets_the_next_one_begin(model: LlamaCppModel) -> None:
    abandoned = model.write((Message("user", "Count from 1 to 50."),), max_tokens=30)
    next(abandoned)
    abandoned.close()  # type: ignore[attr-defined]
    said: list[str] = []
    other = threading.Thread(target=lambda: said.append(say(model, HELLO, max_tokens=4)))
    other.daemon = True
    other.start()
    other.join(timeout=60)
    assert len(said) == 1
