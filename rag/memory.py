"""How much memory a process holds."""

from __future__ import annotations

from pathlib import Path

_STATUS = Path("/proc/self/status")


def resident_bytes(process: int | None = None) -> int | None:
    """The memory that is resident now; None where the system does not tell (it is Linux that does).

    Args:
        process: the number of another process; None for this one. One that has ended holds none
            that is told.

    References:
        proc(5), the field VmRSS.
    """
    try:
        status = _STATUS if process is None else Path(f"/proc/{process}/status")
        lines = status.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, value = line.partition(":")
        if name == "VmRSS":
            return int(value.split()[0]) * 1024
    return None
