"""Who may use a page with accounts: its logins, and HTTP Basic for programs.

Gradio asks for its login at most endpoints, but not at those of MCP, nor at some by which it
watches over its visitors. Here all are closed with the same login, which Gradio itself is asked
about. And where a program sends a name and a password with HTTP Basic, as MCP clients and curl
can, it is signed in for that one request.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import AsyncIterator, Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

from rag.accounts import Accounts
from rag.errors import AccountsError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

ACCOUNT = "account"
API = "/gradio_api"
# What the page looks at to sign in, and to notice that the server was started anew.
_OPEN = frozenset(f"{API}/{name}" for name in ("user", "login_check", "app_id", "theme.css"))


class SignedIn(MutableMapping[str, str]):
    """The account of each login, by the login's token; it takes the place of Gradio's own mapping.

    A login ends when its account is removed or gets a new password. Of names that are written in
    several ways, the account's own is given.
    """

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._logins: dict[str, tuple[str, str]] = {}

    def __getitem__(self, token: str) -> str:
        name, seal = self._logins[token]
        if self._accounts.seal(name) != seal:
            self._logins.pop(token, None)
            raise KeyError(token)
        return name

    def __setitem__(self, token: str, typed: str) -> None:
        name, seal = self._accounts.find(typed), self._accounts.seal(typed)
        # It may have been removed since its password was verified.
        if name is not None and seal is not None:
            self._logins[token] = name, seal

    def __delitem__(self, token: str) -> None:
        del self._logins[token]

    def __iter__(self) -> Iterator[str]:
        return iter([token for token in tuple(self._logins) if token in self])

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Gate:
    """ASGI middleware around a Gradio page that was mounted at "/" with `auth`.

    Behind it, `request.state.account` of a call is the name that was signed in with. `check` raises
    AccountsError while the accounts cannot be used.
    """

    def __init__(self, app: ASGIApp, check: Callable[[], object]) -> None:
        self._app, self._check = app, check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, signed in if it gives a name and a password, or answers 401.

        While the accounts cannot be used it answers 503, and the log says why.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._check()
        except AccountsError as exc:
            log.warning("Nobody is let in: %s", exc)
            await _unusable()(scope, receive, send)
            return
        given, is_closed = _basic(Headers(scope=scope)), _is_closed(scope["path"])
        if given is None and not is_closed:
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
            if admitted and is_closed:
                account = await _account(page, Headers(scope=scope))
                admitted = account is not None
                scope = {**scope, "state": {**scope.get("state", {}), ACCOUNT: account}}
            if not admitted:
                # A browser asks for name and password itself if it is told that it may.
                by_program = given is not None or scope["path"].startswith(f"{API}/mcp")
                await _refusal(by_program)(scope, receive, send)
                return
            await self._app(scope, receive, send)


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


def _is_closed(path: str) -> bool:
    return API in path and path.rstrip("/") not in _OPEN


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


def _unusable() -> JSONResponse:
    return JSONResponse(
        {"error": "The accounts of this page cannot be read. The server's log says why."},
        status_code=503,
    )


def _refusal(by_program: bool) -> JSONResponse:
    asked = {"WWW-Authenticate": 'Basic realm="Mustanad", charset="UTF-8"'}
    return JSONResponse(
        {"error": "Sign in with the name and the password of an account (HTTP Basic)."},
        status_code=401,
        headers=asked if by_program else None,
    )
