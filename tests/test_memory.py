"""How much memory this process holds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rag import memory
from rag.memory import resident_bytes

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


@needs_linux
def test_what_is_resident_is_told_in_bytes() -> None:
    held = resident_bytes()
    assert held is not None
    assert 5_000_000 < held < 1_000_000_000_000


@needs_linux
def test_it_grows_with_what_is_held() -> None:
    before = resident_bytes()
    block = bytearray(64_000_000)
    block[::4096] = b"x" * len(block[::4096])
    after = resident_bytes()
    assert before is not None
    assert after is not None
    assert after - before > 32_000_000
    assert len(block) == 64_000_000


@pytest.mark.parametrize(
    ("told", "held"),
    [
        ("Name:\tpython\nVmRSS:\t   123456 kB\nThreads:\t1\n", 126_418_944),
        ("Name:\tVmRSS\nVmRSSx:\t1 kB\n", None),
        ("", None),
    ],
)
def test_the_field_is_read_in_kibibytes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: str, held: int | None
) -> None:
    status = tmp_path / "status"
    status.write_text(told, encoding="utf-8")
    monkeypatch.setattr(memory, "_STATUS", status)
    assert resident_bytes() == held


def test_a_system_that_does_not_tell_is_no_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(memory, "_STATUS", tmp_path / "none")
    assert resident_bytes() is None
