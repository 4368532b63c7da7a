"""The pace of questions: a sliding window for each visitor, and little memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ui.limits import Pace


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_visitor_may_ask_as_often_as_allowed_and_then_waits_for_the_first_to_pass() -> None:
    clock = Clock()
    pace = Pace(2, 60.0, clock)
    assert pace.allows("salem") == 0.0
    clock.now += 10
    assert pace.allows("salem") == 0.0
    clock.now += 5
    assert pace.allows("salem") == 45.0
    clock.now += 45
    assert pace.allows("salem") == 0.0
    assert pace.allows("salem") == 10.0


def test_a_question_that_had_to_wait_is_not_counted() -> None:
    clock = Clock()
    pace = Pace(1, 60.0, clock)
    pace.allows("salem")
    assert [pace.allows("salem") for _ in range(5)] == [60.0] * 5
    clock.now += 60
    assert pace.allows("salem") == 0.0


def test_visitors_do_not_count_for_each_other() -> None:
    pace = Pace(1, 60.0, Clock())
    assert [pace.allows(name) for name in ("salem", "مريم", "salem", "مريم")] == [0, 0, 60, 60]


def test_no_limit_remembers_no_one() -> None:
    pace = Pace(0, 60.0, Clock())
    assert {pace.allows("salem") for _ in range(1_000)} == {0.0}
    assert len(pace) == 0


def test_whoever_has_not_asked_for_a_while_is_forgotten() -> None:
    clock = Clock()
    pace = Pace(3, 60.0, clock)
    for number in range(50):
        pace.allows(f"visitor {number}")
    clock.now += 30
    pace.allows("visitor 0")
    clock.now += 30
    pace.allows("another")
    assert len(pace) == 2
    assert pace.allows("visitor 0") == 0.0


def test_more_visitors_than_can_be_remembered_push_out_the_oldest() -> None:
    pace = Pace(1, 60.0, Clock())
    for number in range(10_001):
        pace.allows(str(number))
    assert len(pace) == 10_000
    assert pace.allows("10000") == 60.0
    assert pace.allows("0") == 0.0


def test_threads_together_are_allowed_no_more_than_one() -> None:
    pace = Pace(20, 60.0, Clock())
    allowed: list[bool] = []

    def ask() -> None:
        allowed.extend(pace.allows("salem") == 0.0 for _ in range(10))

    running = [threading.Thread(target=ask) for _ in range(8)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert (len(allowed), sum(allowed)) == (80, 20)
