"""The address that the page listens on, and what keeps it to itself there."""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse

from rag.errors import SettingsError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio's own scripts are inline and compile templates; all else is for this address alone.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "worker-src 'self' blob:; object-src 'none'; form-action 'self'; frame-ancestors 'self'"
)

_API = "/gradio_api/"
_UPLOAD = f"{_API}upload"
_FILES = (f"{_API}file", f"{_API}proxy=")
_NO_FILES = "This page gives and takes no files by calls."
# Room for the longest questions and answers that `ask` takes as history, each letter escaped.
_MOST_BYTES = 32_000_000
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - it is read, not bound


def open_port(host: str, port: int) -> socket.socket:
    """Takes a port to listen on; 0 takes any that is free. The caller closes it.

    Raises:
        SettingsError: the port is taken or not allowed, or the host is not of this machine.
    """
    family, address = _resolve(host, port)[0]
    try:
        taken = socket.socket(family, socket.SOCK_STREAM)
    except OSError as exc:
        raise _no_address(host, exc) from exc
    try:
        if os.name == "posix":
            # A port that was closed a moment ago may be taken again; one in use may not.
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(128)
    except OSError as exc:
        taken.close()
        raise _port_error(host, port, exc) from exc
    return taken


def address_of(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    name = _EVERYWHERE.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}/"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a page that listens on this address or name.

    Raises:
        SettingsError: the host is no address.
    """
    addresses = [ip_address(address[0]) for _, address in _resolve(host, 0)]
    return all(
        ((isinstance(found, IPv6Address) and found.ipv4_mapped) or found).is_loopback
        for found in addresses
    )


def check_open(host: str, accounts: bool, told: int) -> None:
    """Lets a page be served where other machines reach it only with accounts, or if told twice.

    Args:
        accounts: whether visitors have to sign in.
        told: how often it was said that everyone may use the page (`page.open_to_all`).

    Raises:
        SettingsError: the host is no address, or would be open to all without being meant to.
    """
    if accounts or told >= 2 or is_loopback(host):
        return
    raise SettingsError(
        name="page.host",
        reason=f"other machines reach {host}, and without accounts everyone there could read all "
        "documents. Make accounts (`mustanad users add FILE NAME`) and serve with --auth FILE. If "
        "everyone may read them, say so twice: --open-to-all --open-to-all.",
    )


def close_to_others(app: Starlette, host: str, *, accounts: bool = False) -> None:
    """Has browsers refuse what is not of this page, and refuses what only others would ask for.

    That is a request that the page of another site has a browser make; one for a file, which is
    none of this page's; an upload of a guest, who adds no documents; and one for a name that only
    leads here, by which a foreign page could read the documents under a name of its own that it
    points at this machine (DNS rebinding). With accounts the last is not needed, since the visitor
    has not signed in under that name; so a page with accounts may have any name.
    """
    alone = is_loopback(host)
    app.add_middleware(_NoFiles, uploads=accounts or alone)
    app.add_middleware(_OwnSite)
    if not accounts:
        names = ["localhost", host]
        if not alone:
            here = socket.gethostname()
            names += [here, f"{here}.local"]
        app.add_middleware(_OwnNames, allowed_hosts=names, www_redirect=False)
    # The last is the outermost: refusals carry the policy too.
    app.add_middleware(_ContentPolicy)


class _OwnNames(TrustedHostMiddleware):
    """Lets in what asks for one of the names, or for a bare address: none can be pointed here."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Headers(scope=scope).get("host", "") if "headers" in scope else ""
        if _is_address(asked):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class _OwnSite:
    """Refuses what browsers are made to ask for by other pages, but for a link that is followed.

    They say so themselves, wherever a page is reached by https or on its own machine; elsewhere
    they name the site that asks.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        followed = headers.get("sec-fetch-mode") == "navigate" and scope["method"] == "GET"
        if _is_foreign(headers) and not followed:
            await _refusal("Another site's page has asked for this.")(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class _NoFiles:
    """Refuses files in calls, and calls for files: the page has none but those that it is sent.

    Gradio would fetch one that lies on another machine, and give one visitor's to another. It would
    also hold all of a request in memory, so one of more than 32 MB that is no upload is refused.
    """

    def __init__(self, app: ASGIApp, *, uploads: bool) -> None:
        self._app = app
        self._refused = _FILES if uploads else (*_FILES, _UPLOAD)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith(self._refused):
            await _refusal(_NO_FILES)(scope, receive, send)
            return
        if scope["method"] != "POST" or path.startswith(_UPLOAD):
            await self._app(scope, receive, send)
            return
        messages = await _receive_body(receive)
        body = b"".join(message.get("body", b"") for message in messages)
        if len(body) > _MOST_BYTES:
            await _refusal("This is too much at once.", 413)(scope, receive, send)
            return
        if path.startswith(_API) and body and not _is_plain(body):
            await _refusal(_NO_FILES)(scope, receive, send)
            return

        async def receive_again() -> Message:
            return messages.pop(0) if messages else await receive()

        await self._app(scope, receive_again, send)


async def _receive_body(receive: Receive) -> list[Message]:
    """The messages that bring a body; of one that is too large only so many as show that."""
    messages: list[Message] = []
    size, is_over = 0, False
    while not is_over and size <= _MOST_BYTES:
        messages.append(await receive())
        size += len(messages[-1].get("body", b""))
        is_over = not messages[-1].get("more_body", False)
    return messages


class _ContentPolicy:
    """Adds the policy to every response, streams included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"content-security-policy", CONTENT_POLICY.encode()),
                    (b"referrer-policy", b"no-referrer"),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        await self._app(scope, receive, send_with_policy)


def _is_foreign(headers: Headers) -> bool:
    """Whether the page of another site, or of another port of this machine, has a browser ask."""
    said = headers.get("sec-fetch-site")
    if said is not None:
        return said not in ("same-origin", "none")
    origin = headers.get("origin")
    asked = headers.get("x-forwarded-host") or headers.get("host", "")
    return origin is not None and _host_name(origin) != _host_name(f"//{asked}")


def _host_name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_plain(body: bytes) -> bool:
    """Whether a call is JSON without a file in it, as Gradio marks one."""
    try:
        objects = _objects(json.loads(body))
        marks = [found["meta"] for found in objects if isinstance(found.get("meta"), dict)]
    except (ValueError, RecursionError):
        return False
    return all(mark.get("_type") != "gradio.FileData" for mark in marks)


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """All objects of some JSON, outer ones first."""
    rest = [value]
    while rest:
        match rest.pop():
            case dict() as found:
                yield found
                rest.extend(found.values())
            case list() as found:
                rest.extend(found)


def _refusal(reason: str, status: int = 403) -> JSONResponse:
    return JSONResponse({"error": reason}, status_code=status)


def _is_address(host: str) -> bool:
    """Whether a host header, its port included, holds an address and no name."""
    try:
        ip_address(_host_name(f"//{host}"))
    except ValueError:
        return False
    return True


def _resolve(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[Any, ...]]]:
    """The families and addresses that a host stands for, at least one."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, ValueError) as exc:
        raise _no_address(host, exc) from exc
    return [(family, address) for family, _, _, _, address in found]


def _no_address(host: str, cause: OSError | ValueError) -> SettingsError:
    why = getattr(cause, "strerror", None) or "it cannot be the name of a machine"
    return SettingsError(name="page.host", reason=f"{host!r} is no address ({why}). Use 127.0.0.1.")


def _port_error(host: str, port: int, cause: OSError) -> SettingsError:
    if cause.errno == errno.EADDRINUSE:
        return SettingsError(
            name="page.port",
            reason=f"port {port} of {host} is taken by another program, or by another Mustanad. "
            f"Stop that one, or choose another port: RAG_PAGE__PORT={port % 65535 + 1}, "
            "or 0 for any free one.",
        )
    if cause.errno in (errno.EACCES, errno.EPERM):
        return SettingsError(
            name="page.port",
            reason=f"port {port} is not allowed to you. Choose one above 1023: "
            "RAG_PAGE__PORT=7860.",
        )
    return SettingsError(
        name="page.host",
        reason=f"{host} is no address of this machine ({cause.strerror}). Use 127.0.0.1.",
    )
