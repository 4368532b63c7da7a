"""How many questions a visitor may ask in a while."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

_MOST_REMEMBERED: Final = 10_000


class Pace:
    """Allows a visitor so many questions in any stretch of so many seconds.

    It remembers only visitors who asked within that time, and at most 10,000 of them. It may be
    asked from several threads.
    """

    def __init__(
        self, questions: int, per_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Sets the limit.

        Args:
            questions: the most of one visitor; 0 for no limit.
            per_s: in so many seconds.
            clock: seconds that only grow.
        """
        self._questions = questions
        self._per_s = per_s
        self._clock = clock
        self._lock = threading.Lock()
        # When each asked, oldest first; the visitor who asked last at the end.
        self._asked: dict[str, deque[float]] = {}

    def __len__(self) -> int:
        """How many visitors are remembered."""
        return len(self._asked)

    def allows(self, visitor: str) -> float:
        """The seconds to wait before a question; 0.0 where it may be asked now, and is counted.

        A question that has to wait is not counted.
        """
        if self._questions == 0:
            return 0.0
        with self._lock:
            now = self._clock()
            self._forget(now)
            times = self._asked.get(visitor, deque())
            while times and times[0] + self._per_s <= now:
                times.popleft()
            if len(times) >= self._questions:
                return times[0] + self._per_s - now
            times.append(now)
            self._asked.pop(visitor, None)
            self._asked[visitor] = times
            return 0.0

    def _forget(self, now: float) -> None:
        while self._asked:
            visitor, times = next(iter(self._asked.items()))
            if len(self._asked) < _MOST_REMEMBERED and times[-1] + self._per_s > now:
                return
            del self._asked[visitor]
