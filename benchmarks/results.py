"""Where results are kept, and what must be known to read them: date, commit, machine, versions."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("results")
DATA = ROOT.parent / "shared" / "data"
# Code, word lists, prompts and weights: all that an answer comes from but models and settings.
PACKAGE = (ROOT / "rag", ROOT / "prompts")
_PACKAGES = (
    "torch",
    "transformers",
    "sentence-transformers",
    "llama_cpp_python",
    "chromadb",
    "bm25s",
    "llama-index-core",
)


def about() -> dict[str, Any]:
    """What a result was measured with."""
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores, {_processor()}, Python {platform.python_version()}",
        "versions": {name: version(name) for name in _PACKAGES},
    }


def save(name: str, result: dict[str, Any]) -> Path:
    """Writes a result as `results/NAME.json`."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    text = json.dumps({"about": about(), **result}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def read(name: str) -> dict[str, Any] | None:
    """A stored result; None if it was not measured yet."""
    path = RESULTS / f"{name}.json"
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def rows_file(name: str, paths: Iterable[Path], *more: object) -> Path:
    """The file of a run's rows: another one for each state of what they are measured with.

    So that a run goes on from its own rows only, and not from those of an older reader.

    Args:
        name: of the result.
        paths: files, and folders with all below them, whose content decides about the rows.
        more: what else does.
    """
    digest = hashlib.blake2b(repr(more).encode(), digest_size=6)
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                content = file.read_bytes()
                name_and_size = file.relative_to(path).as_posix(), len(content)
                digest.update(repr(name_and_size).encode() + content)
    return RESULTS / f"{name}.{digest.hexdigest()}.jsonl"


def rows_kept(path: Path) -> list[dict[str, Any]]:
    """The rows of a run, one a line; none where there is no file.

    A last line that was cut is taken out of the file, so that a row added to it has its own.
    """
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        path.write_bytes(whole)
    # In bytes, since a text would be split at U+2028 and its like too.
    return list(map(json.loads, whole.splitlines()))


def keep_row(row: dict[str, Any], lines: IO[str]) -> None:
    """Writes a row of a run as a line, at once: the run may be cut."""
    lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    lines.flush()


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    try:
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "unknown"
    return run.stdout.strip() or "unknown"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
