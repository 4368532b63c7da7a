"""The page: Gradio's home. Builds it, serves it on a local address, and keeps it to itself.

Nothing on the page comes from another machine. Each visitor's conversation lives in Gradio's
session state and nowhere else.
"""

# Gradio reads the annotations of its callbacks as types, so they may not become strings here.

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.settings import Settings
from ui.conversation import Answers, Chat, closing_after
from ui.network import address_of, close_to_others, open_port
from ui.render import (
    render_header,
    render_hint,
    render_invitation,
    render_past,
    render_present,
)
from ui.strings import EXAMPLES, choose_language, other, text

if TYPE_CHECKING:
    import gradio as gr
    import uvicorn

FOLDER = Path(__file__).resolve().parent
SANS = ("Noto Sans", "Noto Sans Arabic", "Segoe UI", "Helvetica Neue", "Tahoma", "sans-serif")

PAPER, PAPER_DARK = "#faf7f1", "#161412"

_HEADER_SCRIPT = """
const apply = () => {
  const header = element.querySelector("[data-language]");
  if (!header) return;
  document.documentElement.lang = header.dataset.language;
  document.documentElement.dir = header.dataset.language === "ar" ? "rtl" : "ltr";
};
apply();
watch("value", apply);
document.addEventListener("click", (event) => {
  const mark = event.target.closest("a.ref");
  if (!mark) return;
  event.preventDefault();
  const card = document.getElementById(mark.getAttribute("href").slice(1));
  if (!card) return;
  card.scrollIntoView({ block: "nearest" });
  card.focus({ preventScroll: true });
});
"""

# A new question is brought to the top once; afterwards the page stays where the reader has it.
_PRESENT_SCRIPT = """
element.setAttribute("role", "log");
element.setAttribute("aria-live", "polite");
const current = () => element.querySelector(".exchange")?.id;
let shown = current();
watch("value", () => {
  const now = current();
  if (now && now !== shown) document.getElementById(now).scrollIntoView({ block: "start" });
  shown = now;
});
"""


def build_page(assistant: Answers, settings: Settings) -> "gr.Blocks":
    """Builds the page. It loads no model and opens no port.

    Sets `GRADIO_ANALYTICS_ENABLED` for this process, since Gradio reads it as it is imported.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    with gr.Blocks(analytics_enabled=False, title="مستند · Mustanad", fill_width=True) as page:
        chat_state = gr.State()
        with gr.Row(elem_id="top"):
            # Empty until the browser's language is known: the page shows itself only then.
            header = gr.HTML(apply_default_css=False, js_on_load=_HEADER_SCRIPT)
            with gr.Row(elem_id="tools"):
                clear = gr.Button(size="sm", elem_id="clear")
                switch = gr.Button(size="sm", elem_id="switch")
        past = gr.HTML(apply_default_css=False, js_on_load="", elem_id="past")
        present = gr.HTML(apply_default_css=False, js_on_load=_PRESENT_SCRIPT, elem_id="present")
        with gr.Column(elem_id="examples") as examples:
            invitation = gr.HTML(apply_default_css=False, js_on_load="", elem_id="invitation")
            with gr.Row():
                example_buttons = [
                    gr.Button(example, size="sm", elem_classes=["example", f"example-{code}"])
                    for code in EXAMPLES
                    for example in EXAMPLES[code]
                ]
        dates, since, until, bad_dates = _date_fields()
        with gr.Row(elem_id="composer"):
            question = gr.Textbox(
                lines=1,
                max_lines=6,
                max_length=2000,
                show_label=False,
                container=False,
                autofocus=True,
                elem_id="question",
                html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
            )
            send = gr.Button(variant="primary", scale=0, min_width=90, elem_id="ask")
            halt = gr.Button(scale=0, min_width=90, visible=False, elem_id="stop")

        board = [past, present, send, halt, examples]
        labels = [header, invitation, question, clear, switch, send, halt, dates, since, until]

        def greet(request: gr.Request) -> list[Any]:
            wished = request.headers.get("accept-language", "")
            chat = Chat(choose_language(settings.page.language, wished))
            return [chat, *_label(chat), render_present((), chat.language)]

        def take(typed: str, chat: Chat) -> list[Any]:
            return ["", *_show(chat)] if chat.ask(typed) else [gr.skip()] * (1 + len(board))

        def limited(first: str, last: str, chat: Chat) -> str:
            return "" if chat.limit(first, last) else render_hint("bad_dates", chat.language)

        def reply(chat: Chat) -> Iterator[str]:
            with closing_after(chat.answer(assistant)) as steps:
                for _ in steps:
                    yield render_present(chat.exchanges, chat.language)

        def halted(chat: Chat) -> list[Any]:
            chat.stop()
            return _show(chat)

        def emptied(chat: Chat) -> list[Any]:
            chat.clear()
            return _show(chat)

        def switched(chat: Chat) -> list[Any]:
            chat.language = other(chat.language)
            return [*_label(chat), *_show(chat)[:2]]

        shared = {"show_progress": "hidden", "api_visibility": "private"}
        at_once = {**shared, "queue": False}
        # A question may come while the model still writes the last word of one that was stopped:
        # it waits for its turn, where "once" would drop it.
        in_turn = {
            **shared,
            "concurrency_id": "answering",
            "concurrency_limit": 1,
            "trigger_mode": "multiple",
        }
        for triggers, typed in (
            ([question.submit, send.click], question),
            *(([button.click], button) for button in example_buttons),
        ):
            taken = gr.on(triggers, take, [typed, chat_state], [question, *board], **at_once)
            taken.then(reply, chat_state, present, **in_turn).then(
                _show, chat_state, board, **at_once
            )
        left = [since.blur, since.submit, until.blur, until.submit]
        gr.on(left, limited, [since, until, chat_state], bad_dates, **at_once)
        halt.click(halted, chat_state, board, **at_once)
        clear.click(emptied, chat_state, board, **at_once)
        switch.click(switched, chat_state, [*labels, past, present], **at_once)
        page.load(greet, None, [chat_state, *labels, present], **at_once)
    page.queue(default_concurrency_limit=1, api_open=False)
    return page


def _date_fields() -> "tuple[gr.Accordion, gr.Textbox, gr.Textbox, gr.HTML]":
    """The fields that limit a question to documents of some days, and a line for what is wrong."""
    import gradio as gr

    with gr.Accordion(open=False, elem_id="dates") as dates:
        with gr.Row():
            since = gr.Textbox(max_length=10, elem_id="since")
            until = gr.Textbox(max_length=10, elem_id="until")
        wrong = gr.HTML(apply_default_css=False, js_on_load="", elem_id="bad-dates")
    return dates, since, until, wrong


def serve(assistant: Answers, settings: Settings, *, ready: Callable[[str], None]) -> None:
    """Serves the page until it is interrupted.

    Args:
        ready: called with the page's address once it answers there.

    Raises:
        SettingsError: `page.port` is taken or `page.host` is not an address of this machine.
    """

    async def run() -> None:
        await open_server(assistant, settings, port, ready=ready).serve(sockets=[port])

    with open_port(settings.page.host, settings.page.port) as port, suppress(KeyboardInterrupt):
        asyncio.run(run())


def open_server(
    assistant: Answers, settings: Settings, port: socket.socket, *, ready: Callable[[str], None]
) -> "uvicorn.Server":
    """Makes the page's server; its `serve(sockets=[port])` runs until `should_exit` is set.

    To be called within a running event loop: for each lock that Gradio makes without one, it makes
    a loop as well, and never closes it.
    """
    page = build_page(assistant, settings)
    import gradio as gr
    import uvicorn
    from starlette.applications import Starlette

    host, number = settings.page.host, int(port.getsockname()[1])
    app = Starlette()
    close_to_others(app, host)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=host,
        server_port=number,
        footer_links=[],
        run_history=False,
        favicon_path=str(FOLDER / "favicon.svg"),
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=gr.themes.Base(font=SANS, font_mono="monospace").set(
            body_background_fill=PAPER, body_background_fill_dark=PAPER_DARK
        ),
        # As `css`, Gradio would rewrite the selectors, differently within media queries.
        head=f"<style>{(FOLDER / 'style.css').read_text(encoding='utf-8')}</style>",
    )

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready(address_of(host, number))

    return Server(
        uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    )


def _show(chat: Chat) -> list[Any]:
    import gradio as gr

    exchanges = chat.exchanges
    return [
        render_past(exchanges, chat.language),
        render_present(exchanges, chat.language),
        gr.update(visible=not chat.is_open),
        gr.update(visible=chat.is_open),
        gr.update(visible=not exchanges),
    ]


def _label(chat: Chat) -> list[Any]:
    import gradio as gr

    code = chat.language
    return [
        render_header(code),
        render_invitation(code),
        gr.update(
            placeholder=text(code, "placeholder"), label=text(code, "question"), rtl=code == "ar"
        ),
        text(code, "clear"),
        text(code, "other_language"),
        text(code, "ask"),
        text(code, "stop"),
        gr.update(label=text(code, "dates")),
        gr.update(label=text(code, "since"), placeholder=text(code, "day")),
        gr.update(label=text(code, "until"), placeholder=text(code, "day")),
    ]
