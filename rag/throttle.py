"""The wait that a name is put to after too many wrong passwords. Kept in memory only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

_FREE_FAILURES: Final = 5
_LONGEST_WAIT_S: Final = 60.0
_FORGOTTEN_AFTER_S: Final = 900.0
_MOST_REMEMBERED: Final = 10_000


class Throttle:
    """Counts the failures of each name, and lets it wait after too many of them.

    The fifth failure costs one second, each further one twice as long, at most a minute. A name
    that has not failed for a quarter of an hour is forgotten. `clock` gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # By name, the one that failed last at the end: failures, when it may try again, when last.
        self._failures: dict[str, tuple[int, float, float]] = {}

    def attempt(self, name: str) -> bool:
        """Whether the name may try now. If so, it counts as a failure until it is cleared."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            count, until, _ = self._failures.get(name, (0, 0.0, 0.0))
            if now < until:
                return False
            count += 1
            wait = min(2.0 ** min(count - _FREE_FAILURES, 10), _LONGEST_WAIT_S)
            self._failures.pop(name, None)
            self._failures[name] = (count, now + wait if count >= _FREE_FAILURES else now, now)
            return True

    def clear(self, name: str) -> None:
        """Forgets the failures of a name that gave the right password."""
        with self._lock:
            self._failures.pop(name, None)

    def _forget(self, now: float) -> None:
        while self._failures:
            oldest, (_, _, last) = next(iter(self._failures.items()))
            if len(self._failures) < _MOST_REMEMBERED and now - last < _FORGOTTEN_AFTER_S:
                return
            del self._failures[oldest]
