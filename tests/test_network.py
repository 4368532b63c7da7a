"""The address of the page: who reaches it, what it asks of those who do, and under which names."""

from __future__ import annotations

import json
import socket
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from rag.errors import SettingsError
from ui.network import CONTENT_POLICY, check_open, close_to_others, is_loopback

LOCAL = ["127.0.0.1", "127.9.9.9", "127.1", "localhost", "::1", "::ffff:127.0.0.1"]
OPEN = ["0.0.0.0", "::", "192.0.2.1", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1"]  # noqa: S104


@pytest.mark.parametrize("host", LOCAL)
def test_an_address_of_this_machine_alone_is_loopback(host: str) -> None:
    assert is_loopback(host)
    check_open(host, accounts=False, told=0)


@pytest.mark.parametrize("host", OPEN)
@pytest.mark.parametrize("told", [0, 1])
def test_an_open_address_without_accounts_is_refused_with_both_cures(host: str, told: int) -> None:
    assert not is_loopback(host)
    with pytest.raises(SettingsError) as caught:
        check_open(host, accounts=False, told=told)
    assert caught.value.name == "page.host"
    assert f"other machines reach {host}" in caught.value.message
    assert "`mustanad users add FILE NAME`" in caught.value.message
    assert "--open-to-all --open-to-all" in caught.value.message


@pytest.mark.parametrize("host", OPEN)
def test_an_open_address_is_served_with_accounts_or_when_told_twice(host: str) -> None:
    check_open(host, accounts=True, told=0)
    check_open(host, accounts=False, told=2)


@pytest.mark.parametrize("host", ["", "not a name", "a" * 300, "١٢٧.٠.٠.١.", "a\x00b"])
def test_a_host_that_is_no_address_is_a_settings_error(host: str) -> None:
    with pytest.raises(SettingsError, match="is no address") as caught:
        check_open(host, accounts=False, told=0)
    assert caught.value.name == "page.host"


async def status(
    asked: str, host: str, *, accounts: bool = False, said: dict[str, str] | None = None
) -> int:
    """The status of a request that asks for one host at a page that listens on another."""

    async def welcome(_: Request) -> PlainTextResponse:
        return PlainTextResponse("مرحبا")

    app = Starlette(routes=[Route("/", welcome)])
    close_to_others(app, host, accounts=accounts)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
        response = await client.get("/", headers={"host": asked, **(said or {})})
    assert response.headers["content-security-policy"] == CONTENT_POLICY
    return response.status_code


FOREIGN = ["documents.example", "documents.example:7860", "127.0.0.1.documents.example", "", "::1"]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0.0.0.0"])  # noqa: S104
@pytest.mark.parametrize("asked", FOREIGN)
async def test_without_accounts_a_foreign_name_is_refused(host: str, asked: str) -> None:
    assert await status(asked, host) == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0.0.0.0"])  # noqa: S104
@pytest.mark.parametrize(
    "asked", ["127.0.0.1:7860", "localhost", "LOCALHOST:7860", "[::1]:7860", "192.0.2.1"]
)
async def test_bare_addresses_and_localhost_are_let_in(host: str, asked: str) -> None:
    assert await status(asked, host) == 200


async def test_an_open_page_has_the_names_of_its_machine() -> None:
    here = socket.gethostname()
    assert await status(f"{here}:7860", "0.0.0.0") == 200  # noqa: S104
    assert await status(f"{here}.local", "0.0.0.0") == 200  # noqa: S104


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104
async def test_with_accounts_a_page_may_have_any_name(host: str) -> None:
    assert await status("documents.example", host, accounts=True) == 200


@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ({}, True),
        ({"origin": "http://192.0.2.1:7860"}, True),
        ({"origin": "http://192.0.2.1"}, True),
        ({"origin": "http://papers.example", "x-forwarded-host": "papers.example"}, True),
        ({"origin": "https://papers.example", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "http://other.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://["}, False),
        ({"origin": "http://192.0.2.1:3000", "sec-fetch-site": "same-site"}, False),
        ({"origin": "http://other.example", "sec-fetch-site": "cross-site"}, False),
    ],
)
async def test_another_sites_page_reads_nothing_also_where_browsers_say_less(
    headers: dict[str, str], let_in: bool
) -> None:
    found = await status("192.0.2.1:7860", "0.0.0.0", said=headers)  # noqa: S104
    assert found == (200 if let_in else 403)


async def posted(path: str, parts: list[bytes], host: str, *, accounts: bool) -> tuple[int, int]:
    """The status of a request that comes in parts, and how many of these were read."""

    async def take(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    app = Starlette(routes=[Route("/{path:path}", take, methods=["POST"])])
    close_to_others(app, host, accounts=accounts)
    read, sent = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": parts[read - 1], "more_body": read < len(parts)}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": [(b"host", b"localhost")]}
    await app(scope, receive, send)
    assert sent[-1].get("body") or sent[0]["status"] == 200
    return sent[0]["status"], read


MEGABYTES = [b"x" * 1_000_000] * 100


@pytest.mark.parametrize("path", ["/gradio_api/run/ask", "/gradio_api/mcp/", "/login", "/nowhere"])
@pytest.mark.parametrize("accounts", [True, False])
async def test_a_request_without_end_is_refused_before_it_fills_the_memory(
    path: str, accounts: bool
) -> None:
    assert await posted(path, MEGABYTES, "127.0.0.1", accounts=accounts) == (413, 33)


@pytest.mark.parametrize("path", ["/gradio_api/run/ask", "/login"])
async def test_a_long_history_is_let_through_as_it_is(path: str) -> None:
    turns = [{"question": "؟" * 4_000, "answer": "ج" * 40_000, "query": "ب" * 4_000}] * 100
    body = json.dumps({"data": ["؟", turns]}).encode()
    parts = [body[:1_000], body[1_000:]]
    assert await posted(path, parts, "127.0.0.1", accounts=True) == (200, 2)


@pytest.mark.parametrize(
    ("host", "accounts", "status"),
    [
        ("127.0.0.1", False, 200),
        ("127.0.0.1", True, 200),
        ("0.0.0.0", True, 200),  # noqa: S104
        ("0.0.0.0", False, 403),  # noqa: S104
        ("::", False, 403),
    ],
)
async def test_a_guest_who_adds_no_documents_uploads_none(
    host: str, accounts: bool, status: int
) -> None:
    uploaded = await posted("/gradio_api/upload", MEGABYTES, host, accounts=accounts)
    assert uploaded == (status, 100 if status == 200 else 0)
    asked = await posted("/gradio_api/run/ask", [b"{}"], host, accounts=accounts)
    assert asked == (200, 1)
