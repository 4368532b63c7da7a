"""The time and the memory that some work takes, in a process of its own where it is to be apart."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from rag.memory import resident_bytes

Given = ParamSpec("Given")
Made = TypeVar("Made")
_STATUS = Path("/proc/self/status")


def timed(work: Callable[Given, object], *args: Given.args, **kwargs: Given.kwargs) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    work(*args, **kwargs)
    return time.perf_counter() - began


def apart(work: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Made:
    """Does the work in a new process."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        return pool.submit(work, *args, **kwargs).result()


def resident_mb(process: int | None = None) -> float:
    """The memory that a process holds now, in MB of a million bytes; 0 once it has ended.

    Args:
        process: its number; None for this one.
    """
    return (resident_bytes(process) or 0) / 1e6


def peak_mb() -> float:
    """The greatest resident memory of this process so far, in MB.

    On Linux not `ru_maxrss`, which begins at what the process held that started this one.

    References:
        proc(5), the field VmHWM; getrusage(2).
    """
    if _STATUS.exists():
        lines = _STATUS.read_text(encoding="utf-8", errors="replace").splitlines()
        fields = dict(line.split(":", 1) for line in lines)
        return int(fields["VmHWM"].split()[0]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
