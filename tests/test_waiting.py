"""The waiting line: fair, without lost wake-ups, whichever thread takes or leaves a place."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterable

import pytest

from ui.waiting import MOST_PASSED, Line, Place

LIMIT_S = 30.0


def order_of(places: Iterable[Place]) -> list[Place]:
    """The places as they stand, the one whose turn it is first."""
    return sorted(places, key=lambda place: place.ahead)


# who is before whom


def test_the_first_has_its_turn_at_once_and_others_know_how_many_are_before_them() -> None:
    line = Line()
    places = [line.join(visitor) for visitor in ("salem", "مريم", "huda")]
    assert [place.ahead for place in places] == [0, 1, 2]
    assert [place.has_turn for place in places] == [True, False, False]
    assert len(line) == 3


def test_leaving_gives_the_turn_to_the_next() -> None:
    line = Line()
    first, second, third = (line.join(visitor) for visitor in "abc")
    first.leave()
    assert [second.ahead, third.ahead] == [0, 1]
    third.leave()
    second.leave()
    assert len(line) == 0
    assert line.join("d").has_turn


def test_leaving_from_the_middle_moves_up_those_behind() -> None:
    line = Line()
    _, second, third = (line.join(visitor) for visitor in "abc")
    second.leave()
    assert third.ahead == 1


def test_leaving_twice_frees_one_place_only() -> None:
    line = Line()
    first, second, third = (line.join(visitor) for visitor in "abc")
    first.leave()
    first.leave()
    assert (second.has_turn, third.ahead) == (True, 1)


def test_a_place_that_has_left_has_no_turn() -> None:
    place = Line().join("a")
    place.leave()
    assert (place.has_turn, place.ahead) == (False, 0)


def test_a_place_is_given_up_only_before_its_turn() -> None:
    line = Line()
    first, second, third = (line.join(visitor) for visitor in "abc")
    second.give_up()
    first.give_up()
    assert (len(line), first.has_turn, third.ahead) == (2, True, 1)
    second.give_up()
    assert len(line) == 2


def test_a_place_leaves_at_the_end_of_its_block_even_after_an_error() -> None:
    line = Line()
    with pytest.raises(ZeroDivisionError), line.join("a"):
        raise ZeroDivisionError
    assert len(line) == 0


def test_two_places_serve_two_at_a_time() -> None:
    line = Line(places=2)
    first, second, third, fourth = (line.join(visitor) for visitor in "abcd")
    assert [place.ahead for place in (first, second, third, fourth)] == [0, 0, 2, 3]
    second.leave()
    assert [third.ahead, fourth.ahead] == [0, 2]


@pytest.mark.parametrize("places", [0, -1])
def test_a_line_without_a_place_is_refused(places: int) -> None:
    with pytest.raises(ValueError, match="at least"):
        Line(places)


def test_a_second_request_stands_behind_the_first_ones_of_others() -> None:
    line = Line()
    a1, a2, a3, b1, b2, c1 = (line.join(visitor) for visitor in "aaabbc")
    assert order_of([a1, a2, a3, b1, b2, c1]) == [a1, b1, c1, a2, b2, a3]


def test_a_turn_that_has_begun_is_never_taken_away() -> None:
    line = Line()
    line.join("a").leave()
    a1, a2 = line.join("a"), line.join("a")
    a1.leave()
    b1 = line.join("b")
    assert (a2.ahead, b1.ahead) == (0, 1)


def test_whoever_has_left_counts_as_a_newcomer_again() -> None:
    line = Line()
    line.join("z")
    line.join("a").leave()
    a, b = line.join("a"), line.join("b")
    assert order_of([b, a]) == [a, b]


def test_a_second_request_is_passed_by_so_many_newcomers_and_no_more() -> None:
    line = Line()
    serving = line.join("a")
    second = line.join("a")
    passed = 0
    for number in range(3 * MOST_PASSED):
        newcomer = line.join(f"visitor {number}")
        serving.leave()
        if second.has_turn:
            break
        serving, passed = newcomer, passed + 1
    assert 0 < passed <= MOST_PASSED


# waiting as a task


async def test_coming_tells_each_number_and_ends_at_the_turn() -> None:
    line = Line()
    before = [line.join(visitor) for visitor in "abc"]
    place = line.join("d")
    told = []
    async for ahead in place.coming():
        told.append(ahead)
        before.pop().leave()
    assert told == [3, 2, 1]
    assert place.has_turn


async def test_coming_tells_nothing_where_it_is_the_turn_at_once() -> None:
    assert [ahead async for ahead in Line().join("a").coming()] == []


async def test_coming_ends_when_the_place_leaves() -> None:
    line = Line()
    line.join("a")
    place = line.join("b")
    told = []
    async for ahead in place.coming():
        told.append(ahead)
        place.leave()
    assert told == [1]


async def test_coming_tells_that_others_went_before() -> None:
    line = Line()
    line.join("a")
    place = line.join("a")
    steps = place.coming()
    assert await anext(steps) == 1
    line.join("b")
    assert await anext(steps) == 2
    await steps.aclose()  # type: ignore[attr-defined] # It is a generator.


async def test_waiting_ends_with_the_turn() -> None:
    line = Line()
    first, place = line.join("a"), line.join("b")
    waiting = asyncio.create_task(place.wait(LIMIT_S))
    await asyncio.sleep(0)
    first.leave()
    assert await waiting


async def test_waiting_too_long_keeps_the_place() -> None:
    line = Line()
    first, place = line.join("a"), line.join("b")
    assert not await place.wait(0.01)
    first.leave()
    assert place.has_turn
    assert await place.wait(0.01)


async def test_a_task_that_is_cancelled_in_its_block_leaves_the_line() -> None:
    line = Line()
    first = line.join("a")

    async def ask() -> None:
        with line.join("b") as place:
            await place.wait()

    task = asyncio.create_task(ask())
    await asyncio.sleep(0)
    assert len(line) == 2
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(line) == 1
    assert first.has_turn


async def test_a_thread_that_leaves_wakes_a_task() -> None:
    line = Line()
    first, place = line.join("a"), line.join("b")
    thread = threading.Timer(0.02, first.leave)
    thread.start()
    assert await place.wait(LIMIT_S)
    thread.join()


def test_a_loop_that_is_gone_is_no_obstacle() -> None:
    line = Line()
    first, place = line.join("a"), line.join("b")
    steps = place.coming()
    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(anext(steps)) == 1
    loop.close()
    first.leave()
    assert place.has_turn


# all at once


@pytest.mark.parametrize("places", [1, 3])
async def test_tasks_of_many_threads_all_have_their_turn_and_never_too_many(
    places: int,
) -> None:
    line = Line(places)
    guard = threading.Lock()
    inside, most, served, given_up = 0, 0, 0, 0
    rng = random.Random(places)
    impatient = {number for number in range(80) if rng.random() < 0.2}

    def enter() -> None:
        nonlocal inside, most, served
        with guard:
            inside, served = inside + 1, served + 1
            most = max(most, inside)

    def leave() -> None:
        nonlocal inside
        with guard:
            inside -= 1

    def give_up() -> None:
        nonlocal given_up
        with guard:
            given_up += 1

    async def as_task(number: int) -> None:
        with line.join(f"visitor {number % 7}") as place:
            if await place.wait(0.0 if number in impatient else LIMIT_S):
                enter()
                await asyncio.sleep(0.0005)
                leave()
            else:
                give_up()

    await asyncio.gather(
        *(as_task(number) for number in range(40)),
        *(asyncio.to_thread(asyncio.run, as_task(number)) for number in range(40, 80)),
    )
    assert (served + given_up, inside, len(line)) == (80, 0, 0)
    assert given_up <= len(impatient)
    assert most == places
