"""The line in which questions wait for the text model, fair to visitors."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Final, Self

# A visitor's second request lets at most so many later ones of others pass, so that it, too, has
# its turn some time, however many visitors come.
MOST_PASSED: Final = 16


class Line:
    """Gives turns, `places` of them at a time: first come, first served.

    A visitor's second request stands behind the first ones of others, the third behind their
    second, as far as they come in time (`MOST_PASSED`). A turn that has begun is never taken away.
    Places are waited for in tasks, and may be taken and left in any thread.
    """

    def __init__(self, places: int = 1) -> None:
        if places < 1:
            raise ValueError(f"A line needs a place at least, not {places}.")
        self._places = places
        self._lock = threading.Lock()
        self._joined = 0
        self._waiting: list[Place] = []
        self._served: set[Place] = set()
        self._present: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many are in the line, those whose turn it is among them."""
        with self._lock:
            return len(self._waiting) + len(self._served)

    def join(self, visitor: str) -> Place:
        """Takes a place at the end, or has its turn at once. Whoever joins has to leave.

        Args:
            visitor: whose request it is; any text that tells visitors apart.
        """
        with self._lock:
            self._joined += 1
            rank = self._joined + MOST_PASSED * self._present[visitor]
            self._present[visitor] += 1
            place = Place(self, visitor, (rank, self._joined))
            self._waiting.append(place)
            self._waiting.sort(key=lambda waiting: waiting.rank)
            self._move()
            return place

    def _leave(self, place: Place, *, keep_turn: bool = False) -> None:
        with self._lock:
            if place in self._served:
                if keep_turn:
                    return
                self._served.remove(place)
            elif place in self._waiting:
                self._waiting.remove(place)
            else:
                return
            self._present[place.visitor] -= 1
            if not self._present[place.visitor]:
                del self._present[place.visitor]
            self._move()
            place._wake()

    def _ahead(self, place: Place) -> int | None:
        """How many are before a place; 0 at its turn; None if it has left."""
        with self._lock:
            if place in self._served:
                return 0
            if place not in self._waiting:
                return None
            return len(self._served) + self._waiting.index(place)

    def _move(self) -> None:
        while self._waiting and len(self._served) < self._places:
            first = self._waiting.pop(0)
            self._served.add(first)
            first._wake()
        for place in self._waiting:
            place._wake()


class Place:
    """A place in the line. As a context manager it leaves at the end.

    Invariant: between the moment that `ahead` is 0 and `leave`, the turn is this place's.
    """

    def __init__(self, line: Line, visitor: str, rank: tuple[int, int]) -> None:
        self.visitor = visitor
        self.rank = rank
        self._line = line
        self._bells: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    @property
    def ahead(self) -> int:
        """How many are before it, those being answered among them; 0 at its turn.

        Also 0 once it has left: `has_turn` tells the two apart.
        """
        return self._line._ahead(self) or 0

    @property
    def has_turn(self) -> bool:
        """Whether it is this place's turn now."""
        return self._line._ahead(self) == 0

    def leave(self) -> None:
        """Gives the place up, and the turn with it. Leaving twice is leaving once."""
        self._line._leave(self)

    def give_up(self) -> None:
        """Leaves if its turn has not come: a turn that has begun ends only where it is used."""
        self._line._leave(self, keep_turn=True)

    async def wait(self, timeout_s: float | None = None) -> bool:
        """Waits as a task until it is this place's turn; whether it is.

        It is not where the seconds have passed, or the place has left. The place is kept even if
        the task is cancelled.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                async for _ in self.coming():
                    pass
        return self.has_turn

    async def coming(self) -> AsyncIterator[int]:
        """Gives the number ahead now, and whenever it changes; ends at the turn, or after leaving.

        Gives nothing where it is the turn at once.
        """
        known = 0
        with self._listening() as bell:
            while True:
                # In this order: what changes after the look rings the bell again.
                bell.clear()
                ahead = self._line._ahead(self)
                if not ahead:
                    return
                if ahead != known:
                    known = ahead
                    yield ahead
                await bell.wait()

    def _wake(self) -> None:
        """Rings for the tasks that listen; called with the line's lock held."""
        for loop, bell in self._bells:
            # A loop that is closed has no one who listens.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(bell.set)

    @contextmanager
    def _listening(self) -> Iterator[asyncio.Event]:
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self._line._lock:
            self._bells.append(entry)
        try:
            yield entry[1]
        finally:
            with self._line._lock:
                self._bells.remove(entry)
