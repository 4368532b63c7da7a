"""The endpoints over HTTP: with accounts and without, for programs and for MCP."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from rag.corpora import DEFAULT
from tests.test_api import FakeShelf, Guest, Searching, answer_as_told
from ui.api import Api, Caller
from ui.gatekeeping import Gate
from ui.limits import Pace
from ui.waiting import Line

HAS_MCP = importlib.util.find_spec("mcp") is not None
NOOR, SAMI = ("noor", "كلمة سر noor"), ("sami", "another secret")
WRONG = ("noor", "another secret")


class Page:
    """A page of nothing but the endpoints, and what they were asked."""

    def __init__(self, *, accounts: bool, guarded: bool = True) -> None:
        self.shelf = FakeShelf()
        self.visitors: list[tuple[str | None, str]] = []
        self.accounts = accounts
        self.guarded = accounts and guarded
        self.signed_in: dict[str, str] = {}

    def visitor(self, request: Any) -> Caller:
        name, address = request.username, request.session_hash
        self.visitors.append((name, address))
        return Guest(owner=name or "", key=name or address)

    async def sign_in(self, name: str, password: str) -> bool:
        return (name, password) in (NOOR, SAMI)

    def app(self, number: int) -> Starlette:
        import gradio as gr

        from ui.endpoints import add_endpoints

        api = Api(shelf=self.shelf, line=Line(), pace=Pace(0, per_s=60.0))
        with gr.Blocks(analytics_enabled=False) as blocks:
            add_endpoints(api, self.visitor, accounts=self.accounts)
        blocks.queue(default_concurrency_limit=1, api_open=False)
        app = Starlette()
        if self.guarded:
            app.add_middleware(Gate, tuple)
        gr.mount_gradio_app(
            app,
            blocks,
            path="/",
            server_name="127.0.0.1",
            server_port=number,
            auth=self.sign_in if self.guarded else None,
            run_history=False,
            show_error=False,
            ssr_mode=False,
            mcp_server=HAS_MCP,
        )
        (mounted,) = app.routes
        assert isinstance(mounted, Mount)
        self.signed_in = mounted.app.tokens  # type: ignore[attr-defined]
        return app

    @contextmanager
    def served(self) -> Iterator[str]:
        port = socket.create_server(("127.0.0.1", 0))
        number = port.getsockname()[1]
        servers: list[uvicorn.Server] = []

        async def serve() -> None:
            # Gradio makes its locks for the loop that it is built in.
            config = uvicorn.Config(
                self.app(number), log_config=None, access_log=False, timeout_graceful_shutdown=1
            )
            servers.append(uvicorn.Server(config))
            await servers[0].serve(sockets=[port])

        thread = threading.Thread(target=asyncio.run, args=(serve(),))
        thread.start()
        try:
            while thread.is_alive() and not (servers and servers[0].started):
                time.sleep(0.02)
            yield f"http://127.0.0.1:{number}"
        finally:
            for server in servers:
                server.should_exit = True
            thread.join()
            port.close()


@pytest.fixture(scope="module")
def closed() -> Iterator[tuple[str, Page]]:
    page = Page(accounts=True)
    with page.served() as address:
        yield address, page


@pytest.fixture(scope="module")
def open_page() -> Iterator[tuple[str, Page]]:
    page = Page(accounts=False)
    with page.served() as address:
        yield address, page


def call(
    address: str, endpoint: str, given: dict[str, Any], auth: tuple[str, str] | None = None
) -> tuple[str, Any]:
    """A call in two steps: the event that it ends with, and the data of it."""
    with httpx.Client(base_url=f"{address}/gradio_api/call", auth=auth, timeout=30) as client:
        begun = client.post(f"/v2/{endpoint}", json=given)
        begun.raise_for_status()
        said = client.get(f"/{endpoint}/{begun.json()['event_id']}").text
    event, data = said.strip().splitlines()[-2:]
    return event.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def mcp(
    address: str, method: str, given: dict[str, Any], auth: tuple[str, str] | None = None
) -> Any:
    response = httpx.post(
        f"{address}/gradio_api/mcp/",
        json={"jsonrpc": "2.0", "id": 1, "method": method, "params": given},
        headers={"accept": "application/json, text/event-stream"},
        auth=auth,
        timeout=30,
    )
    response.raise_for_status()
    (data,) = [line for line in response.text.splitlines() if line.startswith("data: ")]
    return json.loads(data.removeprefix("data: "))["result"]


def test_a_call_carries_the_name_that_was_signed_in_with(closed: tuple[str, Page]) -> None:
    address, page = closed
    event, data = call(address, "ask", {"question": "متى؟", "corpus": "أخبار"}, NOOR)
    assert event == "complete"
    assert data == [answer_as_told()]
    assert page.visitors[-1] == ("noor", "127.0.0.1")


def test_gradios_own_client_signs_in_and_asks(closed: tuple[str, Page]) -> None:
    from gradio_client import Client  # type: ignore[import-untyped]
    from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

    address, page = closed
    client = Client(address, auth=SAMI, verbose=False, analytics_enabled=False)
    try:
        found = client.predict("talks", top_k=2, api_name="/search")
        assert [passage["title"] for passage in found] == ["المحادثات"]
        assert page.visitors[-1][0] == "sami"
        with pytest.raises(AppError, match=r"^Corpus c-1: there is none of that name\."):
            client.predict("talks", corpus="c-1", api_name="/ask")
    finally:
        client.close()


@pytest.mark.parametrize("auth", [None, WRONG, ("nobody", ""), ("", "")])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/call/v2/ask"),
        ("POST", "/gradio_api/call/ask"),
        ("POST", "/gradio_api/run/ask"),
        ("POST", "/gradio_api/queue/join"),
        ("GET", "/gradio_api/info"),
        ("GET", "/config"),
        ("GET", "/gradio_api/mcp/"),
        ("POST", "/gradio_api/mcp/"),
        ("POST", "/gradio_api/mcp"),
        ("GET", "/gradio_api/mcp/schema"),
        ("GET", "/gradio_api/mcp/sse"),
        ("POST", "/gradio_api/mcp/messages/"),
    ],
)
def test_whoever_is_not_signed_in_is_refused(
    closed: tuple[str, Page], method: str, path: str, auth: tuple[str, str] | None
) -> None:
    address, page = closed
    before = len(page.visitors)
    given = {"question": "?", "data": ["?", None, "", "", ""], "session_hash": "s", "fn_index": 0}
    response = httpx.request(method, address + path, json=given, auth=auth)
    assert response.status_code == 401
    assert len(page.visitors) == before


def test_a_login_by_http_basic_lasts_one_request(closed: tuple[str, Page]) -> None:
    address, page = closed
    with httpx.Client(base_url=address) as client:
        assert client.get("/config", auth=NOOR).status_code == 200
        assert client.get("/config").status_code == 401
    assert NOOR[0] not in page.signed_in.values()


def test_an_account_is_asked_for_even_where_nothing_stands_before_the_page() -> None:
    page = Page(accounts=True, guarded=False)
    with page.served() as address:
        event, data = call(address, "search", {"query": "متى؟"})
    assert event == "error"
    assert data["error"] == (
        "The call was refused: sign in with the name and the password of an account."
    )
    assert page.visitors == []


def test_an_error_comes_as_one_line(closed: tuple[str, Page]) -> None:
    address, page = closed
    page.shelf.assistants["c-1"] = Searching(ValueError("/home/noor\nsecret"))
    event, data = call(address, "ask", {"question": "متى؟", "corpus": "c-1"}, NOOR)
    assert (event, data["error"]) == (
        "error",
        "Something went wrong on the server. Its log says what; asking again may help.",
    )
    event, data = call(address, "ask", {"question": "متى؟", "since": "never"}, NOOR)
    assert event == "error"
    assert data["error"].startswith("The call was refused: since, until: ")


def test_a_call_may_be_made_in_one_step(closed: tuple[str, Page]) -> None:
    address, _ = closed
    run = f"{address}/gradio_api/run/ask"
    answered = httpx.post(run, json={"data": ["متى؟", None, "", "", ""]}, auth=NOOR)
    assert answered.json()["data"] == [answer_as_told()]
    refused = httpx.post(run, json={"data": ["متى؟", None, "c-9", "", ""]}, auth=NOOR)
    assert refused.status_code == 500
    assert refused.json()["error"].startswith("Corpus c-9: there is none of that name.")


def test_without_accounts_a_call_needs_none(open_page: tuple[str, Page]) -> None:
    address, page = open_page
    event, data = call(address, "search", {"query": "متى؟", "until": "2024-12-31"})
    assert (event, data[0][0]["published"]) == ("complete", "2024-09-01")
    assert page.visitors[-1] == (None, "127.0.0.1")
    assert page.shelf.assistants[DEFAULT].searched[-1][0] == "متى؟"


def test_a_program_cannot_choose_whose_session_it_is(open_page: tuple[str, Page]) -> None:
    address, page = open_page
    given = {"data": ["متى؟", None, "", "", ""], "session_hash": "another's"}
    assert httpx.post(f"{address}/gradio_api/run/ask", json=given).status_code == 200
    assert page.visitors[-1] == (None, "127.0.0.1")


def test_the_endpoints_are_two_and_are_explained(open_page: tuple[str, Page]) -> None:
    address, _ = open_page
    info = httpx.get(f"{address}/gradio_api/info").json()["named_endpoints"]
    arguments = {
        name: {one["parameter_name"]: one["parameter_has_default"] for one in told["parameters"]}
        for name, told in info.items()
    }
    limits = {"corpus": True, "since": True, "until": True}
    assert arguments == {
        "/ask": {"question": False, "history": True, **limits},
        "/search": {"query": False, "top_k": True, **limits},
    }
    assert all(told["description"].endswith(".") for told in info.values())


@pytest.mark.skipif(not HAS_MCP, reason="skipped: needs the package mcp")
def test_mcp_names_both_tools_and_every_argument(closed: tuple[str, Page]) -> None:
    tools = mcp(closed[0], "tools/list", {}, NOOR)["tools"]
    assert [tool["name"] for tool in tools] == ["ask", "search"]
    for tool in tools:
        assert all(told["description"] for told in tool["inputSchema"]["properties"].values())
    assert [tool["inputSchema"]["required"] for tool in tools] == [["question"], ["query"]]


@pytest.mark.skipif(not HAS_MCP, reason="skipped: needs the package mcp")
def test_mcp_answers_in_json_with_the_rights_of_its_account(closed: tuple[str, Page]) -> None:
    address, page = closed
    given = {"name": "search", "arguments": {"query": "متى؟", "corpus": "أخبار"}}
    result = mcp(address, "tools/call", given, NOOR)
    assert not result["isError"]
    assert json.loads(result["content"][0]["text"])[0]["title"] == "المحادثات"
    assert page.visitors[-1] == ("noor", "127.0.0.1")
    refused = mcp(address, "tools/call", given, SAMI)
    assert refused["isError"]
    assert "there is none of that name" in refused["content"][0]["text"]


@pytest.mark.skipif(not HAS_MCP, reason="skipped: needs the package mcp")
def test_mcp_without_accounts_needs_none(open_page: tuple[str, Page]) -> None:
    address, page = open_page
    given = {"name": "ask", "arguments": {"question": "when did talks begin?"}}
    result = mcp(address, "tools/call", given)
    assert json.loads(result["content"][0]["text"]) == answer_as_told()
    assert page.visitors[-1] == (None, "127.0.0.1")
