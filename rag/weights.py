"""Model files on disk: which may be loaded, how they are hashed, unpacked and told apart.

Only data is ever loaded: safetensors and GGUF. A pickle can run code when it is opened.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import zipfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path, PurePosixPath

from rag.errors import ModelCorruptError, ModelLoadError

GGUF_MAGIC = b"GGUF"
ADAPTERS = {
    "reader.safetensors": "15c52cc2815e4adab428cb286c06caa4a206fcb05d7a703b5fd05cd4258c49b9",
    "reader.talks.safetensors": "171c65f863e9a862b0af8adbef9505989d92102ff107836d4dd4636596a37834",
}
"""SHA-256 of the adapters that come with the package: for questions, and for follow-ups."""
TRANSLATOR = "translator.gguf"
TRANSLATOR_SHA256 = "91ea9d51a942442036438f46c0972a33b08880bb47d8f66e428da986f2ae8599"
TRANSLATOR_BASE = "qwen2.5-coder-1.5b-instruct-q4_k_m"
"""The adapter with which this text model translates answering words."""
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib")

_BLOCK = 1 << 20
_SAMPLE = 1 << 16
_SAMPLES = 16


def check_weights(path: Path, *, model: str) -> None:
    """Refuses what is not a GGUF file, or a folder whose weights are safetensors.

    A pickle in a folder is let pass only beside a safetensors file, which every engine prefers.

    Raises:
        ModelLoadError: the weights are missing, a pickle, of an unknown format, or not readable.
    """
    if path.is_dir():
        folders = {found.parent for found in path.rglob("*.safetensors")}
        for pickle in (found for found in path.rglob("*") if is_pickle(found.name)):
            if pickle.parent not in folders:
                raise _refused_pickle(pickle, model)
        if not folders:
            raise ModelLoadError(
                model=model, reason=f"{path} holds no *.safetensors file. Name another folder."
            )
        return
    if is_pickle(path.name):
        raise _refused_pickle(path, model)
    try:
        with path.open("rb") as file:
            magic = file.read(len(GGUF_MAGIC))
    except OSError as exc:
        raise ModelLoadError(model=model, reason=f"it cannot be read: {explain(exc)}.") from exc
    if magic != GGUF_MAGIC:
        raise ModelLoadError(
            model=model,
            reason=f"{path} is no GGUF file: it begins with {magic!r}, not {GGUF_MAGIC!r}. "
            "Name a GGUF file, or a folder with safetensors.",
        )


def is_pickle(name: str) -> bool:
    """Whether a file's name is that of pickled weights."""
    return name.lower().endswith(PICKLES)


def _refused_pickle(path: Path | str, model: str) -> ModelLoadError:
    return ModelLoadError(
        model=model,
        reason=f"{path} is a pickle, which can run code when it is opened, and is not loaded. "
        "Use a copy of the model in safetensors or GGUF.",
    )


def unpack_zip(
    source: Path, target: Path, *, strip: str, model: str, tell: Callable[[int], None]
) -> None:
    """Extracts the members of a zip that lie under the folder `strip`, without that prefix.

    All names are checked before anything is written. `tell` hears the bytes written, block by
    block.

    Raises:
        ModelCorruptError: it is no zip, or a member would be written outside of `target`.
        ModelLoadError: a member is a pickle.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = [
                (member, safe_path(member, model=model))
                for member in archive.infolist()
                if not member.is_dir()
            ]
            for member, path in members:
                if not member.filename.startswith(strip):
                    continue
                fresh = target / path.relative_to(strip)
                fresh.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as packed, fresh.open("xb") as file:
                    while block := packed.read(_BLOCK):
                        file.write(block)
                        tell(len(block))
                    file.flush()
                    os.fsync(file.fileno())
    except zipfile.BadZipFile as exc:
        raise ModelCorruptError(
            model=model, reason=f"its archive is damaged ({exc}). Its catalogue entry is wrong."
        ) from exc


def safe_path(member: zipfile.ZipInfo, *, model: str) -> PurePosixPath:
    """The path of a zip member, relative and within the folder it is extracted to.

    Raises:
        ModelCorruptError: the path is absolute or climbs out (`..`), or the member is a link.
        ModelLoadError: the member is a pickle.
    """
    path = PurePosixPath(member.filename)
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    if path.is_absolute() or ".." in path.parts or "\\" in member.filename or is_link:
        raise ModelCorruptError(
            model=model,
            reason=f"its archive holds {member.filename!r}, which would be written outside of "
            "the model's folder. Nothing was unpacked.",
        )
    if is_pickle(path.name):
        raise _refused_pickle(member.filename, model)
    return path


def quick_digest(path: Path) -> str:
    """A digest of a model's files without reading all of them: 16 hexadecimal digits.

    It covers names and sizes, small files in full, and of large ones 16 blocks spread evenly,
    the first (a safetensors or GGUF header) and the last among them. What is hidden in a folder
    is passed over.
    """
    digest = hashlib.sha256()
    files = sorted(found for found in path.rglob("*") if found.is_file()) if path.is_dir() else []
    for file in files or [path]:
        name = file.relative_to(path).as_posix() if files else file.name
        if files and name.startswith("."):
            continue
        size = file.stat().st_size
        digest.update(os.fsencode(f"{name}\0{size}\0"))
        with file.open("rb") as data:
            for index in range(_SAMPLES if size > _SAMPLE * _SAMPLES else 0):
                data.seek((size - _SAMPLE) * index // (_SAMPLES - 1))
                digest.update(data.read(_SAMPLE))
            if size <= _SAMPLE * _SAMPLES:
                digest.update(data.read())
    return digest.hexdigest()[:16]


def bytes_under(folder: Path) -> int:
    """Bytes of all files under a folder, without those that vanish meanwhile; 0 if it is gone."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(root) / name).lstat().st_size
    return total


def hash_file(path: Path, tell: Callable[[int], None] | None = None) -> str:
    """SHA-256 of a file, as hexadecimal digits; `tell` hears the bytes read, block by block."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            if tell is not None:
                tell(len(block))
    return digest.hexdigest()


def shipped(name: str, sha256: str) -> Path:
    """Where a file that comes with the package lies.

    Raises:
        ModelCorruptError: as `verify`.
    """
    path = Path(str(resources.files("rag") / name))
    verify(path, sha256)
    return path


def verify(path: Path, sha256: str) -> None:
    """Compares a file with its digest.

    Raises:
        ModelCorruptError: it is missing, or has another digest.
    """
    found = hash_file(path) if path.is_file() else "none"
    if found != sha256:
        raise ModelCorruptError(
            model=str(path),
            reason=f"its SHA-256 is {found}, not {sha256}. Install Mustanad again.",
        )


def write_atomically(path: Path, text: str) -> None:
    """Writes a small file so that a reader sees the old text or the new, never a part."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def explain(exc: Exception) -> str:
    """An engine's or the system's error as one line for the user."""
    if isinstance(exc, OSError) and exc.errno == errno.ENOSPC:
        return "there is no space left on the disk"
    return (str(exc).strip().splitlines() or [type(exc).__name__])[0]
