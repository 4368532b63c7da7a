"""How a fetch looks on a terminal, and in a log."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from rag.fetching import FetchProgress
from rag.progress import rich_progress


def at(done: int) -> FetchProgress:
    return FetchProgress(
        model="tiny", step="fetching", bytes_done=done, bytes_total=2_000_000, parts=4
    )


def test_a_log_gets_one_line_every_ten_per_cent() -> None:
    out = io.StringIO()
    with rich_progress(Console(file=out)) as tell:
        for done in range(0, 2_000_001, 20_000):
            tell(at(done))
    lines = out.getvalue().splitlines()
    assert lines[0] == "fetching tiny: 0 % of 2 MB"
    assert lines[-1] == "fetching tiny: 100 % of 2 MB"
    assert len(lines) == 11


def test_a_terminal_gets_a_bar_with_the_bytes() -> None:
    out = io.StringIO()
    with rich_progress(Console(file=out, force_terminal=True, width=120)) as tell:
        tell(at(500_000))
        tell(at(2_000_000))
    assert "fetching tiny" in out.getvalue()
    assert "2.0/2.0 MB" in out.getvalue()


def test_stdout_stays_clean(capsys: pytest.CaptureFixture[str]) -> None:
    with rich_progress() as tell:
        tell(at(2_000_000))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "fetching tiny: 100 % of 2 MB\n")
