"""The page's callbacks, called as Gradio calls them."""

from __future__ import annotations

import asyncio
import html
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.pages import ScriptedAssistant, converse, make_desk, make_visit
from tests.test_scripts import NODE, PAGE, run
from ui.app import _PANELS, FOLDER, _Callbacks
from ui.deeds import act
from ui.desk import Desk
from ui.visit import Visit

# Nothing that is called here looks at the request.
REQUEST = cast("Any", None)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return make_desk(ScriptedAssistant(), tmp_path)


async def until(is_true: Callable[[], bool]) -> None:
    for _ in range(20_000):
        if is_true():
            return
        await asyncio.sleep(0.001)
    raise TimeoutError


async def answered(desk: Desk, visit: Visit) -> int:
    """Waits for a turn and answers; how many steps were shown."""
    callbacks = _Callbacks(desk, lambda _: visit.visitor)
    return len([step async for step in callbacks.answer(visit, REQUEST)])


@pytest.mark.parametrize("deed", ["stop", "new-chat"])
def test_a_question_that_is_given_up_while_it_waits_leaves_the_line(desk: Desk, deed: str) -> None:
    visit = make_visit(desk)

    async def run() -> None:
        other = desk.line.join("other")
        visit.ask("First?")
        first = asyncio.create_task(answered(desk, visit))
        await until(lambda: len(desk.line) == 2)
        act(visit, {"act": deed})
        assert await first == 1
        assert len(desk.line) == 1
        # The next one stands where the first one stood, before all who come later.
        visit.ask("Second?")
        second = asyncio.create_task(answered(desk, visit))
        await until(lambda: visit.chat.exchanges[-1].ahead == 1)
        later = desk.line.join("later")
        other.leave()
        await second
        assert later.has_turn

    asyncio.run(run())
    assert [one.stage for one in visit.chat.exchanges][-1] == "done"
    assert visit.chat.exchanges[-1].draft == "A first draft."


def test_a_question_that_is_stopped_at_its_turn_keeps_it_until_its_step_ends(desk: Desk) -> None:
    visit = make_visit(desk)

    async def run() -> None:
        visit.ask("When?")
        steps = _Callbacks(desk, lambda _: visit.visitor).answer(visit, REQUEST)
        await anext(aiter(steps))
        act(visit, {"act": "stop"})
        assert len(desk.line) == 1
        assert [step async for step in steps] == []
        assert len(desk.line) == 0

    asyncio.run(run())
    assert [one.stage for one in visit.chat.exchanges] == ["stopped"]


def test_without_a_question_nobody_waits(desk: Desk) -> None:
    visit = make_visit(desk)
    assert asyncio.run(answered(desk, visit)) == 0
    assert len(desk.line) == 0


# What is typed


def test_what_is_typed_since_a_question_was_asked_is_left_alone(desk: Desk) -> None:
    visit = make_visit(desk)
    callbacks = _Callbacks(desk, lambda _: visit.visitor)
    assert callbacks.ask("When?", visit, REQUEST)[1]["value"] == ""
    assert asyncio.run(answered(desk, visit)) > 0
    assert "value" not in callbacks.answered(visit, REQUEST)[1]


def test_a_question_that_is_changed_is_put_into_the_composer_once(desk: Desk) -> None:
    visit = make_visit(desk)
    callbacks = _Callbacks(desk, lambda _: visit.visitor)
    converse(visit, "When?")
    edit = cast("Any", SimpleNamespace(_data={"act": "edit", "exchange": "0"}))
    assert callbacks.act(edit, visit, REQUEST)[1]["value"] == "When?"
    assert "value" not in callbacks.answered(visit, REQUEST)[1]


# Uploads


def test_uploaded_files_are_for_the_corpus_that_the_browser_names(desk: Desk) -> None:
    visit = make_visit(desk)
    callbacks = _Callbacks(desk, lambda _: visit.visitor)
    sent = cast("Any", SimpleNamespace(_data={"act": "ingest", "corpus": "gone", "files": []}))
    callbacks.receive(sent, visit, REQUEST)
    assert visit.taking_in is None
    assert visit.problem is not None
    assert visit.problem.key == "error.CorpusNotFoundError"


# A visit that Gradio has forgotten

EVENT = cast(
    "Any", SimpleNamespace(_data={"act": "open-view", "view": "past", "corpus": "", "files": []})
)
CALLS: dict[str, Callable[[_Callbacks, Visit | None], list[Any]]] = {
    "act": lambda callbacks, visit: callbacks.act(EVENT, visit, REQUEST),
    "ask": lambda callbacks, visit: callbacks.ask("When?", visit, REQUEST),
    "answered": lambda callbacks, visit: callbacks.answered(visit, REQUEST),
    "stop": lambda callbacks, visit: callbacks.stop(visit, REQUEST),
    "receive": lambda callbacks, visit: callbacks.receive(EVENT, visit, REQUEST),
    "taken_in": lambda callbacks, visit: callbacks.taken_in(visit, REQUEST),
}


@pytest.mark.parametrize("name", CALLS)
def test_without_a_visit_the_browser_loads_the_page_anew(desk: Desk, name: str) -> None:
    shown = CALLS[name](_Callbacks(desk, lambda _: make_visit(desk).visitor), None)
    signal = html.unescape(shown[4 + _PANELS.index("signal")])
    assert '{"reload": true}' in signal


@pytest.mark.parametrize("name", CALLS)
def test_every_action_gives_the_visit_back_so_that_it_is_remembered_longer(
    desk: Desk, name: str
) -> None:
    visit = make_visit(desk)
    assert CALLS[name](_Callbacks(desk, lambda _: visit.visitor), visit)[0] is visit


def test_without_a_visit_there_is_nothing_to_wait_for(desk: Desk) -> None:
    callbacks = _Callbacks(desk, lambda _: make_visit(desk).visitor)

    async def steps() -> list[str]:
        return [step async for step in callbacks.answer(None, REQUEST)]

    assert asyncio.run(steps()) == []
    assert list(callbacks.follow(None, REQUEST)) == []


# What the scripts make of it

SIGNALLED = """
let changed;
globalThis.watch = (_, listener) => { changed = listener; };
globalThis.props = {};
window.location = { reload: () => sent.push("reload") };
document.querySelector = (asked) => ({ reset: () => sent.push(asked) });
"""


@pytest.mark.skipif(NODE is None, reason="skipped: needs Node")
@pytest.mark.parametrize(
    ("signal", "done"),
    [({"reload": True}, ["reload"]), ({"reset": "form"}, ["form"]), ({}, [])],
)
def test_the_browser_does_what_it_is_asked_to(signal: dict[str, Any], done: list[str]) -> None:
    script = (FOLDER / "scripts" / "signal.js").read_text(encoding="utf-8")
    asked = f"{{ dataset: {{ signal: {json.dumps(json.dumps(signal))} }} }}"
    told = "console.log(JSON.stringify(sent))"
    given = f"element.querySelector = () => ({asked});"
    assert run(f"{PAGE}{SIGNALLED}{given}\n{script}\nchanged().then(() => {told});") == done


@pytest.mark.skipif(NODE is None, reason="skipped: needs Node")
def test_a_form_that_is_sent_keeps_what_is_typed_until_the_server_has_answered() -> None:
    bus = (FOLDER / "scripts" / "bus.js").read_text(encoding="utf-8")
    form = """
    globalThis.FormData = class { *[Symbol.iterator]() { yield ["name", "News"]; } };
    const form = { dataset: { act: "create-corpus" }, reset: () => sent.push("reset") };
    heard.submit({ target: { closest: () => form }, preventDefault() {} });
    """
    told = "console.log(JSON.stringify(sent))"
    assert run(f"{PAGE}\n{bus}\n{form}\n{told};") == [{"act": "create-corpus", "name": "News"}]
