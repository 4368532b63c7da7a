"""How a fetch is shown on a terminal: bytes, speed and time left, on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from rag.fetching import FetchProgress

_STRIDE = 10  # per cent between two lines where no bar can be drawn


@contextmanager
def rich_progress(console: Console | None = None) -> Iterator[Callable[[FetchProgress], None]]:
    """Gives a callback for `ModelStore(progress=…)` that draws a bar a step.

    Where stderr is no terminal (a log, a pipe), it writes one line every ten per cent instead.
    """
    out = console or Console(stderr=True)
    if not out.is_terminal:
        yield _lines(out)
        return
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=out,
    )
    tasks: dict[tuple[str, str], TaskID] = {}

    def draw(progress: FetchProgress) -> None:
        key = (progress.model, progress.step)
        if key not in tasks:
            tasks[key] = bars.add_task(f"{progress.step} {progress.model}")
        bars.update(tasks[key], completed=progress.bytes_done, total=progress.bytes_total)

    with bars:
        yield draw


def _lines(out: Console) -> Callable[[FetchProgress], None]:
    seen: dict[tuple[str, str], int] = {}

    def write(progress: FetchProgress) -> None:
        key = (progress.model, progress.step)
        share = 100 * progress.bytes_done // max(progress.bytes_total, 1)
        reached = share - share % _STRIDE
        if reached > seen.get(key, -1):
            seen[key] = reached
            out.print(
                f"{progress.step} {progress.model}: {reached} % of "
                f"{progress.bytes_total / 1e6:,.0f} MB",
                highlight=False,
                soft_wrap=True,
            )

    return write
