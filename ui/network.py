"""The address that the page listens on, and what keeps it to itself there."""

from __future__ import annotations

import errno
import os
import socket
from typing import TYPE_CHECKING

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

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - it is read, not bound


def open_port(host: str, port: int) -> socket.socket:
    """Takes a port to listen on; 0 takes any that is free. The caller closes it.

    Raises:
        SettingsError: the port is taken or not allowed, or the host is not of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        taken = socket.socket(family, kind, protocol)
    except OSError as exc:
        raise SettingsError(
            name="page.host", reason=f"{host} is no address ({exc.strerror}). Use 127.0.0.1."
        ) from exc
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


def close_to_others(app: Starlette, host: str) -> None:
    """Has browsers refuse what is not of this address, and refuses names that only lead here.

    The second keeps a foreign page from reading the documents under a name of its own that it
    points at this machine (DNS rebinding).
    """
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    app.add_middleware(_ContentPolicy)
    if host in ("127.0.0.1", "localhost"):
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])


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


def _port_error(host: str, port: int, cause: OSError) -> SettingsError:
    if cause.errno == errno.EADDRINUSE:
        reason = (
            f"port {port} of {host} is taken by another program, or by another Mustanad. "
            f"Stop that one, or choose another port: RAG_PAGE__PORT={port % 65535 + 1}, "
            "or 0 for any free one."
        )
    elif cause.errno in (errno.EACCES, errno.EPERM):
        reason = f"port {port} is not allowed to you. Choose one above 1023: RAG_PAGE__PORT=7860."
    else:
        reason = f"{host} is no address of this machine ({cause.strerror}). Use 127.0.0.1."
        return SettingsError(name="page.host", reason=reason)
    return SettingsError(name="page.port", reason=reason)
