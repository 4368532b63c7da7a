"""Serves the page: on an address of this machine, to whom it is meant for."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from markupsafe import Markup

from rag.accounts import Accounts
from rag.assistant import Assistant
from rag.errors import AccountsError
from ui.app import FOLDER, build_page
from ui.desk import Desk, Visitor, open_desk
from ui.gatekeeping import Gate, SignedIn
from ui.network import address_of, check_open, close_to_others, is_loopback, open_port
from ui.templating import render
from ui.texts import sign_in

if TYPE_CHECKING:
    import gradio as gr
    import uvicorn

STYLES = ("fonts", "page", "library", "viewer", "past", "preferences", "actions")
PAPER, PAPER_DARK = "#faf7f1", "#161412"


def serve(
    assistant: Assistant, origins: Mapping[str, str], *, ready: Callable[[str], None]
) -> None:
    """Serves the page until it is interrupted.

    Args:
        assistant: answers from the default corpus; its models are those of all corpora.
        origins: where each setting came from, as `load_settings` tells.
        ready: called with the page's address once it answers there.

    Raises:
        AccountsError: the file of accounts cannot be used.
        SettingsError: `page.port` is taken, `page.host` is not an address of this machine, or one
            that others reach without accounts.
    """
    page = assistant.settings.page
    check_open(page.host, page.auth is not None, page.open_to_all)
    with (
        open_desk(assistant, origins) as desk,
        open_port(page.host, page.port) as port,
        suppress(KeyboardInterrupt),
    ):

        async def run() -> None:
            await open_server(desk, port, ready=ready).serve(sockets=[port])

        asyncio.run(run())


def visitor_of(request: gr.Request, *, accounts: Accounts | None, alone: bool) -> Visitor:
    """Who makes a request: an account, whoever sits at this computer, or a guest.

    Args:
        request: what Gradio tells of it.
        accounts: those who may sign in; None lets everyone in.
        alone: whether only this computer reaches the page.

    Raises:
        AccountsError: the account is no longer there, though its visitor is still signed in.
    """
    session = str(request.session_hash)
    if accounts is not None:
        name = accounts.find(request.username or "")
        if name is None:
            raise AccountsError(path=accounts.path, reason=f"{request.username!r} is not there.")
        return Visitor(owner=name, key=name, name=name)
    if alone:
        return Visitor(owner="", key=session)
    # A program may choose its session, but not where it calls from.
    address = request.client.host if request.client else session
    return Visitor(owner=f"guest {session}", key=address, is_guest=True)


def open_server(desk: Desk, port: socket.socket, *, ready: Callable[[str], None]) -> uvicorn.Server:
    """Makes the page's server; its `serve(sockets=[port])` runs until `should_exit` is set.

    To be called within a running event loop: for each lock that Gradio makes without one, it makes
    a loop as well, and never closes it.

    Raises:
        AccountsError: the file of accounts cannot be used.
    """
    settings = desk.settings.page
    accounts = Accounts.read(settings.auth) if settings.auth is not None else None
    alone = accounts is None and is_loopback(settings.host)
    page = build_page(
        desk,
        lambda request: visitor_of(request, accounts=accounts, alone=alone),
        accounts=accounts is not None,
    )
    import gradio as gr
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    number = int(port.getsockname()[1])
    app = Starlette()
    if accounts is not None:
        app.add_middleware(Gate, accounts.names)
    close_to_others(app, settings.host, accounts=accounts is not None)
    app.mount("/fonts", StaticFiles(directory=FOLDER / "fonts"))
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=settings.host,
        server_port=number,
        auth=accounts.averify if accounts is not None else None,
        auth_message=_message() if accounts is not None else None,
        max_file_size=settings.upload_mb * 1_000_000,
        footer_links=[],
        run_history=False,
        favicon_path=str(FOLDER / "favicon.svg"),
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=settings.mcp,
        theme=gr.themes.Base(font=("Mustanad Sans", "sans-serif"), font_mono="monospace").set(
            body_background_fill=PAPER, body_background_fill_dark=PAPER_DARK
        ),
        # As `css`, Gradio would rewrite the selectors, differently within media queries.
        head=f"<style>{_styles(*STYLES)}</style>",
    )

    if accounts is not None:
        mounted = [route.app for route in app.routes if isinstance(route, Mount)]
        (logins,) = [inner for inner in mounted if isinstance(inner, gr.routes.App)]
        logins.tokens = SignedIn(accounts)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready(address_of(settings.host, number))

    return Server(
        uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    )


def _message() -> str:
    said = {"ar": sign_in.ARABIC["sign_in.who"], "en": sign_in.ENGLISH["sign_in.who"]}
    # Gradio shows it without anything of the page.
    return render("sign_in.html", "en", said=said, styles=Markup(_styles("fonts", "sign_in")))  # noqa: S704 - our own files.


def _styles(*names: str) -> str:
    folder = FOLDER / "styles"
    return "\n".join((folder / f"{name}.css").read_text(encoding="utf-8") for name in names)
