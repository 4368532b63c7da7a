"""The page: Gradio's home. Builds it from panels, and has actions change them.

Nothing on the page comes from another machine. What a visitor asks and chooses lives in a `Visit`,
kept in Gradio's session state.
"""

# Gradio reads the annotations of its callbacks as types, so they may not become strings here.

import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from rag.errors import RagError
from ui.api import Api
from ui.deeds import act, attempt, recall
from ui.deeds.library import take_in
from ui.desk import Desk, Visitor
from ui.endpoints import add_endpoints
from ui.panels import render_panel, render_panels
from ui.render import render_header, render_notice, render_signal
from ui.strings import Language, choose_language, describe_to_others, text
from ui.visit import EVERYTHING, LIBRARY, TALK, Panels, Preferences, Visit

if TYPE_CHECKING:
    import gradio as gr

log = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parent
REDRAWN_S = 0.4
"""How often the progress of an ingest is shown."""
UPLOADS_SWEPT_S, UPLOADS_KEPT_S = 600, 2 * 3600
"""How often, and after how long, a received file is deleted."""

_SCRIPTS = {
    "header": "bus",
    "signal": "signal",
    "present": "present",
    "viewer": "viewer",
    "upload": "upload",
    **dict.fromkeys(
        ("corpora", "ingest", "glance", "documents", "past_tools", "past_list"), "details"
    ),
}
# The composer is made of Gradio's own parts; all other panels are HTML.
_PANELS = sorted(EVERYTHING - {"composer"})
_COLUMNS = {
    "library": ("corpora", "upload", "ingest", "glance", "document_tools", "documents"),
    "view-past": ("past_tools", "past_list"),
    "view-settings": ("preferences",),
}
# The page shows itself only once this has run, also where the browser keeps nothing.
_REMEMBERED = """() => {
  try {
    return [JSON.parse(localStorage.getItem("mustanad"))];
  } catch {
    return [null];
  }
}"""
_DONE = object()

VisitorOf = Callable[["gr.Request"], Visitor]


def build_page(desk: Desk, visitor_of: VisitorOf, *, accounts: bool = False) -> "gr.Blocks":
    """Builds the page. It loads no model and opens no port.

    Sets `GRADIO_ANALYTICS_ENABLED` for this process, since Gradio reads it as it is imported.

    Args:
        desk: what all visitors share.
        visitor_of: who makes a request.
        accounts: whether visitors have to sign in.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    # By this name Gradio finds its own types in the annotations of the callbacks.
    globals()["gr"] = gr
    with gr.Blocks(
        analytics_enabled=False,
        title="مستند · Mustanad",
        fill_width=True,
        # What is taken in is copied first: an ingest never reads where these are deleted.
        delete_cache=(UPLOADS_SWEPT_S, UPLOADS_KEPT_S),
    ) as page:
        state = gr.State()
        remembered = gr.JSON(visible=False)
        # Empty until the browser's language is known: the page shows itself only then.
        panels = {name: _panel(name) for name in ("header", "notice", "signal")}
        with gr.Column(elem_id="view-ask"):
            panels |= {name: _panel(name) for name in ("past", "present", "invitation")}
            with gr.Column(elem_id="foot"):
                panels["scope"] = _panel("scope")
                question, send, halt = _composer()
        for column, names in _COLUMNS.items():
            with gr.Column(elem_id=column):
                panels |= {name: _panel(name) for name in names}
        panels["viewer"] = _panel("viewer")
        everything = [state, question, send, halt, *(panels[name] for name in _PANELS)]

        # Before the page's own callbacks, one of which is called `ask`, too.
        api = Api(shelf=desk.corpora, line=desk.line, pace=desk.pace)
        add_endpoints(api, visitor_of, accounts=accounts)
        calls = _Callbacks(desk, visitor_of)
        shared = {"show_progress": "hidden", "api_visibility": "private"}
        at_once = {**shared, "queue": False, "trigger_mode": "multiple"}
        # Questions take their turns in the desk's line, which knows visitors, and not in Gradio's.
        in_turn = {**shared, "concurrency_limit": None, "trigger_mode": "multiple"}
        bus, upload = panels["header"], panels["upload"]
        bus.act(calls.act, state, everything, **at_once)
        asked = [
            bus.ask(calls.act, state, everything, **at_once),
            gr.on(
                [question.submit, send.click],
                calls.ask,
                [question, state],
                everything,
                **at_once,
            ),
        ]
        for taken in asked:
            taken.then(calls.answer, state, panels["present"], **in_turn).then(
                calls.answered, state, everything, **at_once
            )
        halt.click(calls.stop, state, everything, **at_once)
        upload.ingest(calls.receive, state, everything, **at_once).then(
            calls.follow, state, panels["ingest"], **in_turn
        ).then(calls.taken_in, state, everything, **at_once)
        page.load(calls.greet, remembered, everything, js=_REMEMBERED, **at_once)
    page.queue(default_concurrency_limit=1, api_open=False)
    return page


def _panel(name: str) -> "gr.HTML":
    import gradio as gr

    script = ""
    if name in _SCRIPTS:
        script = (FOLDER / "scripts" / f"{_SCRIPTS[name]}.js").read_text(encoding="utf-8")
    return gr.HTML(
        apply_default_css=False,
        js_on_load=script,
        elem_id=name.replace("_", "-"),
    )


def _composer() -> "tuple[gr.Textbox, gr.Button, gr.Button]":
    import gradio as gr

    with gr.Row(elem_id="composer"):
        question = gr.Textbox(
            lines=1,
            max_lines=6,
            max_length=4000,
            show_label=False,
            container=False,
            autofocus=True,
            elem_id="question",
            html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
        )
        send = gr.Button(variant="primary", scale=0, min_width=90, elem_id="ask")
        halt = gr.Button(scale=0, min_width=90, visible=False, elem_id="stop")
    return question, send, halt


class _Callbacks:
    """What Gradio calls.

    Most return the visit, the composer's three parts and all panels, redrawn or not. Gradio forgets
    a visit an hour after it was last returned, once its connection to the page broke; then there is
    none, and the browser loads the page anew.
    """

    def __init__(self, desk: Desk, visitor_of: VisitorOf) -> None:
        self._desk, self._visitor_of = desk, visitor_of

    def greet(self, kept: Mapping[str, Any] | None, request: "gr.Request") -> list[Any]:
        """A new visit, and all that is shown of it at first."""
        wished = request.headers.get("accept-language", "")
        language = choose_language(self._desk.settings.page.language, wished)
        try:
            visitor = self._visitor_of(request)
        except RagError as exc:
            log.warning("Not let in: %s", exc)
            return [None, *_refuse(exc, language)]
        visit = Visit(self._desk, visitor, Preferences(language=language))
        recall(visit, kept or {})
        return [visit, *_show(visit, EVERYTHING - LIBRARY)]

    def _do(
        self, visit: Visit | None, request: "gr.Request", work: Callable[[Visit], Panels]
    ) -> list[Any]:
        """Does what a visitor asked for, and shows the panels that it changed."""
        if visit is None:
            return [None, *_updates({"signal": render_signal({"reload": True}, "en")})]
        self._check(visit, request)
        return [visit, *_show(visit, work(visit))]

    def _check(self, visit: Visit, request: "gr.Request") -> None:
        """Refuses who goes back to the page of another, once another has signed in here."""
        if self._visitor_of(request).owner != visit.visitor.owner:
            raise PermissionError("This page is another visitor's. Load it anew.")

    def act(self, event: "gr.EventData", visit: Visit | None, request: "gr.Request") -> list[Any]:
        """Carries an action out."""
        return self._do(visit, request, lambda visit: act(visit, event._data))

    def ask(self, typed: str, visit: Visit | None, request: "gr.Request") -> list[Any]:
        """Takes a question; `answer` is called next."""
        return self._do(visit, request, lambda visit: visit.ask(typed))

    async def answer(self, visit: Visit | None, request: "gr.Request") -> AsyncIterator[str]:
        """Waits for the question's turn and answers it, a step at a time."""
        if visit is None:
            return
        self._check(visit, request)
        with self._desk.line.join(visit.visitor.key) as place:
            if visit.chat.begin(place.give_up) is None:
                return
            async for ahead in place.coming():
                if not visit.chat.wait(ahead):
                    return
                yield render_panel("present", visit)
            if not place.has_turn:
                return
            steps = visit.answer()
            try:
                while await to_thread.run_sync(next, steps, _DONE) is not _DONE:
                    yield render_panel("present", visit)
            finally:
                await to_thread.run_sync(steps.close)

    def answered(self, visit: Visit | None, request: "gr.Request") -> list[Any]:
        """What an answer that has ended leaves."""
        return self._do(visit, request, lambda visit: TALK | {"notice"} if visit.problem else TALK)

    def stop(self, visit: Visit | None, request: "gr.Request") -> list[Any]:
        """Ends the answer that is being written."""
        return self._do(visit, request, lambda visit: act(visit, {"act": "stop"}))

    def receive(
        self, event: "gr.EventData", visit: Visit | None, request: "gr.Request"
    ) -> list[Any]:
        """Begins to take in files that were uploaded; `follow` is called next."""
        from gradio.utils import get_upload_folder

        files, received = event._data["files"], Path(get_upload_folder()).resolve()

        def begin(visit: Visit) -> Panels:
            corpus_id = str(event._data["corpus"])
            return attempt(
                visit, lambda: take_in(visit, files, corpus_id=corpus_id, received=received)
            )

        return self._do(visit, request, begin)

    def follow(self, visit: Visit | None, request: "gr.Request") -> Iterator[str]:
        """Shows how far an ingest has come, until its end."""
        if visit is None:
            return
        self._check(visit, request)
        taking_in = visit.taking_in
        while taking_in is not None and not taking_in.wait(REDRAWN_S):
            yield render_panel("ingest", visit)

    def taken_in(self, visit: Visit | None, request: "gr.Request") -> list[Any]:
        """The library once an ingest has ended."""
        return self._do(visit, request, lambda _: LIBRARY)


def _show(visit: Visit, changed: Panels) -> list[Any]:
    """The composer's parts and all panels; what has not changed is left alone."""
    composer = _compose(visit) if "composer" in changed else None
    return _updates(render_panels(sorted(changed - {"composer"}), visit), composer)


def _refuse(error: RagError, language: Language) -> list[Any]:
    """What is shown to who may not see the page: the brand, and why."""
    notice = render_notice(describe_to_others(error), language)
    return _updates({"header": render_header(language), "notice": notice})


def _updates(panels: Mapping[str, str], composer: Sequence[Any] | None = None) -> list[Any]:
    """A value for each of the composer's parts and for each panel; no change if none is given."""
    import gradio as gr

    return [*(composer or [gr.skip()] * 3), *(panels.get(name, gr.skip()) for name in _PANELS)]


def _compose(visit: Visit) -> list[Any]:
    """The composer's parts: the question, the button that asks, the one that stops."""
    import gradio as gr

    code, is_open = visit.language, visit.chat.is_open
    field = {
        "placeholder": text(code, "placeholder"),
        "label": text(code, "question"),
        "rtl": code == "ar",
    }
    # Used up, so that what is typed from now on is left alone.
    typed, visit.typed = visit.typed, None
    if typed is not None:
        field["value"] = typed
    return [
        gr.update(**field),
        gr.update(value=text(code, "ask"), visible=not is_open),
        gr.update(value=text(code, "stop"), visible=is_open),
    ]
