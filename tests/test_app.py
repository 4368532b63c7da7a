"""The page's callbacks, called as Gradio calls them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from tests.pages import ScriptedAssistant, make_desk, make_visit
from ui.app import _Callbacks
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
