"""How much memory this process holds, and how its threads share it."""

from __future__ import annotations

import mmap
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from rag import memory
from rag.memory import resident_bytes, share_arenas

# Twelve threads take memory at once; then glibc says on stderr which pools there are.
_CROWD = """
import ctypes, sys, threading
from rag.memory import share_arenas

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
if sys.argv[1] == "shared":
    assert share_arenas()
together = threading.Barrier(12)

def take():
    together.wait()
    libc.malloc(ctypes.c_size_t(4000))
    together.wait()

threads = [threading.Thread(target=take) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.malloc_stats()
"""
needs_glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc has arenas")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


@needs_linux
def test_what_is_resident_is_told_in_bytes() -> None:
    held = resident_bytes()
    assert held is not None
    assert 5_000_000 < held < 1_000_000_000_000


@needs_linux
def test_it_grows_with_what_is_held() -> None:
    before = resident_bytes()
    # A block of the heap may be one that is held already.
    with mmap.mmap(-1, 64_000_000) as block:
        for page in range(0, len(block), 4096):
            block[page] = 1
        after = resident_bytes()
    assert before is not None
    assert after is not None
    assert after - before > 32_000_000


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


def test_a_name_that_is_cut_within_a_letter_is_no_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    status = tmp_path / "status"
    status.write_bytes(b"Name:\t" + "مستندمستندم".encode()[:15] + b"\nVmRSS:\t 2 kB\n")
    monkeypatch.setattr(memory, "_STATUS", status)
    assert resident_bytes() == 2048


def test_a_system_that_does_not_tell_is_no_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(memory, "_STATUS", tmp_path / "none")
    assert resident_bytes() is None


@needs_glibc
def test_many_threads_share_two_pools_of_memory() -> None:
    assert _pools_of_twelve_threads("shared") <= 2


@needs_glibc
def test_without_that_they_have_more() -> None:
    assert _pools_of_twelve_threads("as it comes") > 2


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert not share_arenas()


def _pools_of_twelve_threads(how: str) -> int:
    program = [sys.executable, "-c", _CROWD, how]
    told = subprocess.run(program, check=True, capture_output=True, text=True).stderr
    return sum(line.startswith("Arena ") for line in told.splitlines())
