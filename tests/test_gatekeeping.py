"""HTTP Basic and MCP in front of a page that knows logins by their cookie, as Gradio does."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.test_accounts import open_accounts
from ui.gatekeeping import Gate, SignedIn

NOOR = ("نور", "s:e:c:r:e:t")


class Logins:
    """A page of logins: who is signed in by which cookie, and what was asked in between."""

    def __init__(self) -> None:
        self.names = {"old": NOOR[0]}
        self.asked: list[str | None] = []
        self.check: Callable[[], object] = tuple

    async def login(self, request: Request) -> Response:
        form = await request.form()
        if (form["username"], form["password"]) != NOOR:
            return JSONResponse({"detail": "Incorrect credentials."}, status_code=400)
        self.names["new"] = NOOR[0]
        response = JSONResponse({"success": True})
        response.set_cookie("token", "new", secure=True, samesite="none")
        return response

    async def logout(self, request: Request) -> Response:
        assert request.query_params["all_session"] == "false"
        del self.names[request.cookies["token"]]
        return Response(status_code=302, headers={"location": "/"})

    async def user(self, request: Request) -> Response:
        return JSONResponse(self.names.get(request.cookies.get("token", "")))

    async def anything(self, request: Request) -> Response:
        self.asked.append(getattr(request.state, "account", None))
        body = (await request.body()).decode()
        return JSONResponse({"token": request.cookies.get("token"), "body": body})

    def client(self) -> httpx.AsyncClient:
        routes = [
            Route("/login", self.login, methods=["POST"]),
            Route("/logout", self.logout),
            Route("/gradio_api/user", self.user),
            Route("/{path:path}", self.anything, methods=["GET", "POST"]),
        ]
        app = Gate(Starlette(routes=routes), self.check)
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page.test")


async def test_a_name_and_password_are_a_login_for_one_request() -> None:
    logins = Logins()
    async with logins.client() as client:
        response = await client.post("/gradio_api/call/ask", content="متى؟", auth=NOOR)
        assert response.json() == {"token": "new", "body": "متى؟"}
        assert dict(client.cookies) == {}
    assert logins.names == {"old": NOOR[0]}


async def test_a_request_without_them_passes_as_it_is() -> None:
    logins = Logins()
    async with logins.client() as client:
        response = await client.get("/config", headers={"authorization": "Bearer abc"})
    assert response.json() == {"token": None, "body": ""}


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic " + base64.b64encode(b"noor:wrong").decode(),
        "Basic " + base64.b64encode(b"noor").decode(),
        "basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Basic !!!",
        "Basic",
        "Basic " + "A" * 4096,
    ],
)
@pytest.mark.parametrize("path", ["/config", "/gradio_api/mcp/"])
async def test_a_wrong_password_is_refused_whoever_is_signed_in(
    authorization: str, path: str
) -> None:
    logins = Logins()
    headers = {"authorization": authorization, "cookie": "token=old"}
    async with logins.client() as client:
        response = await client.get(path, headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Basic realm="Mustanad", charset="UTF-8"'
    assert logins.asked == []


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/mcp", "/gradio_api/mcp/", "/gradio_api/mcp/schema", "/%67radio_api/mcp/http"],
)
async def test_mcp_is_closed_to_whoever_is_not_signed_in(path: str) -> None:
    logins = Logins()
    async with logins.client() as client:
        for cookie in ("", "token=forged"):
            response = await client.post(
                path, headers={"cookie": cookie, "x-gradio-user": "mcp", "account": "noor"}
            )
            assert response.status_code == 401
    assert logins.asked == []


async def test_mcp_is_told_the_account_of_a_cookie_or_a_password() -> None:
    logins = Logins()
    async with logins.client() as client:
        await client.post("/gradio_api/mcp/", headers={"cookie": "token=old"})
        await client.post("/gradio_api/mcp/", auth=NOOR)
    assert logins.asked == [NOOR[0], NOOR[0]]


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/heartbeat/s", "/gradio_api/cancel", "/gradio_api/user/x", "/x/gradio_api/user"],
)
async def test_all_else_that_gradio_offers_to_programs_is_closed_too(path: str) -> None:
    logins = Logins()
    async with logins.client() as client:
        refused = await client.post(path)
        assert (refused.status_code, "www-authenticate" in refused.headers) == (401, False)
        assert (await client.post(path, headers={"cookie": "token=old"})).status_code == 200
    assert logins.asked == [NOOR[0]]


@pytest.mark.parametrize("path", ["/", "/login", "/config", "/gradio_api/user", "/gradio_api/mcp"])
@pytest.mark.parametrize("auth", [None, NOOR])
async def test_while_the_accounts_cannot_be_used_nobody_is_let_in_and_the_log_says_why(
    path: str,
    auth: tuple[str, str] | None,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    accounts = open_accounts(tmp_path / "users.txt")
    accounts.add("noor", "open sesame")
    logins = Logins()
    logins.check = accounts.names
    async with logins.client() as client:
        assert (await client.get("/config", headers={"cookie": "token=old"})).status_code == 200
        accounts.path.write_text("noor\n", encoding="utf-8")
        with caplog.at_level(logging.WARNING):
            response = await client.get(path, headers={"cookie": "token=old"}, auth=auth)
        assert response.status_code == 503
        assert response.json() == {
            "error": "The accounts of this page cannot be read. The server's log says why."
        }
        (record,) = [one for one in caplog.records if one.name == "ui.gatekeeping"]
        assert (str(accounts.path) in record.message, record.exc_info) == (True, None)
        accounts.path.unlink()
        open_accounts(accounts.path).add("noor", "open sesame")
        assert (await client.get("/config", headers={"cookie": "token=old"})).status_code == 200
    assert logins.asked == [None, None]


def test_a_login_ends_with_its_account_or_its_password(tmp_path: Path) -> None:
    accounts = open_accounts(tmp_path / "users.txt")
    for name in ("Salem", "هدى"):
        accounts.add(name, "open sesame")
    logins = SignedIn(accounts)
    logins["a"], logins["b"], logins["c"] = "sALEM", "هدى", "nobody"
    assert dict(logins) == {"a": "Salem", "b": "هدى"}
    accounts.add("هدى", "open sesame")
    assert (logins.get("b"), "b" in logins, len(logins)) == (None, False, 1)
    accounts.remove("Salem")
    accounts.add("Salem", "open sesame")
    assert (logins.get("a"), list(logins)) == (None, [])
    logins["d"] = "salem"
    del logins["d"]
    assert (logins.get("d"), logins.get(None)) == (None, None)  # type: ignore[call-overload]
