"""How often a visitor may ask, or judge an answer, in a while."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

_MOST_REMEMBERED: Final = 10_000


class Pace:
    """Allows a visitor so many requests of a kind in any stretch of so many seconds.

    It remembers only visitors who made some within that time, and at most 10,000 of them. It may
    be asked from several threads.
    """

    def __init__(
        self, requests: int, per_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Sets the limit.

        Args:
            requests: the most of one visitor; 0 for no limit.
            per_s: in so many seconds.
            clock: seconds that only grow.
        """
        self._requests = requests
        self._per_s = per_s
        self._clock = clock
        self._lock = threading.Lock()
        # When each made theirs, oldest first; the visitor who made the last one at the end.
        self._made: dict[str, deque[float]] = {}

    def __len__(self) -> int:
        """How many visitors are remembered."""
        return len(self._made)

    def allows(self, visitor: str) -> float:
        """The seconds to wait before a request; 0.0 where it may be made now, and is counted.

        A request that has to wait is not counted.
        """
        if self._requests == 0:
            return 0.0
        with self._lock:
            now = self._clock()
            self._forget(now)
            times = self._made.get(visitor, deque())
            while times and times[0] + self._per_s <= now:
                times.popleft()
            if len(times) >= self._requests:
                return times[0] + self._per_s - now
            times.append(now)
            self._made.pop(visitor, None)
            self._made[visitor] = times
            return 0.0

    def _forget(self, now: float) -> None:
        while self._made:
            visitor, times = next(iter(self._made.items()))
            if len(self._made) < _MOST_REMEMBERED and times[-1] + self._per_s > now:
                return
            del self._made[visitor]
