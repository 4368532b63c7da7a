"""The address that the page listens on, and what keeps it to itself there."""

from __future__ import annotations

import errno
import os
import socket
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware

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
    """Has browsers refuse what is not of this page, and refuses names that only lead here.

    The second keeps a foreign page from reading the documents under a name of its own that it
    points at this machine (DNS rebinding). With accounts it is not needed, since the visitor has
    not signed in under that name; so a page with accounts may have any name.
    """
    if not accounts:
        names = ["localhost", host]
        if not is_loopback(host):
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


def _is_address(host: str) -> bool:
    """Whether a host header, its port included, holds an address and no name."""
    try:
        ip_address(urlsplit(f"//{host}").hostname or "")
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
