"""Who may call a page with accounts from a program: HTTP Basic, and the login for MCP.

Gradio asks for its login at every endpoint but those of MCP. Here they are closed with the same
login, which Gradio itself is asked about. And where a program sends a name and a password with
HTTP Basic, as MCP clients and curl can, it is signed in for that one request.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

ACCOUNT = "account"
MCP = "/gradio_api/mcp"


class Gate:
    """ASGI middleware around a Gradio page that was mounted at "/" with `auth`.

    Behind it, `request.state.account` of a call to MCP is the name that was signed in with.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, signed in if it gives a name and a password, or answers 401."""
        given = _basic(Headers(scope=scope)) if scope["type"] == "http" else None
        for_mcp = scope["type"] == "http" and MCP in scope["path"]
        if given is None and not for_mcp:
            await self._app(scope, receive, send)
            return
        transport = httpx.ASGITransport(app=self._app, client=scope.get("client") or ("", 0))
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as page,
            _signed_in(page, given) as cookie,
        ):
            admitted = given is None or bool(cookie)
            if cookie:
                scope = {**scope, "headers": list(scope["headers"])}
                MutableHeaders(scope=scope)["cookie"] = cookie
            if admitted and for_mcp:
                account = await _account(page, Headers(scope=scope))
                admitted = account is not None
                scope = {**scope, "state": {**scope.get("state", {}), ACCOUNT: account}}
            await (self._app if admitted else _refusal())(scope, receive, send)


@asynccontextmanager
async def _signed_in(page: httpx.AsyncClient, given: tuple[str, str] | None) -> AsyncIterator[str]:
    """The cookie of a login while it lasts; "" without a name and password, or with wrong ones."""
    if given is None:
        yield ""
        return
    answer = await page.post("/login", data={"username": given[0], "password": given[1]})
    cookie = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
    page.cookies.clear()
    try:
        yield cookie
    finally:
        if cookie:
            await page.get("/logout?all_session=false", headers={"cookie": cookie})


async def _account(page: httpx.AsyncClient, headers: Headers) -> str | None:
    answer = await page.get("/gradio_api/user", headers={"cookie": headers.get("cookie", "")})
    name = answer.json()
    return name if isinstance(name, str) else None


def _basic(headers: Headers) -> tuple[str, str] | None:
    """The name and password of HTTP Basic; None without it, ("", "") where it is malformed."""
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def _refusal() -> JSONResponse:
    return JSONResponse(
        {"error": "Sign in with the name and the password of an account (HTTP Basic)."},
        status_code=401,
        headers={"WWW-Authenticate": 'Basic realm="Mustanad", charset="UTF-8"'},
    )
