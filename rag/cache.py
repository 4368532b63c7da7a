"""The model cache on disk: one folder a model, with a record of its files, and a lock for each.

    <cache>/<name>/                 a finished model; a hub's owner/repository is owner--repository
    <cache>/<name>/.mustanad.json   its record: the size and SHA-256 of every file
    <cache>/.partial/<name>/        what a fetch has brought so far
    <cache>/.locks/<name>.lock

A folder appears by a rename once all of it is verified. What is there is whole, so that finding a
model costs a look at the sizes only; `verify` reads every byte.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict

from rag.catalogue import ModelSpec
from rag.errors import ModelCorruptError, ModelFetchError
from rag.weights import explain, hash_file, write_atomically

RECORD = ".mustanad.json"


class CachedFile(BaseModel):
    """Bytes and SHA-256 of one file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    size: int
    sha256: str


class Record(BaseModel):
    """What a cached folder holds, by path within it.

    `sha256` is the catalogue's digest of the model; None for one that came from a hub by name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = 1
    name: str
    sha256: str | None = None
    files: Mapping[str, CachedFile]


class ModelCache:
    """Keeps finished models under `root`. Looking costs no lock; changing needs `locked`."""

    def __init__(self, root: Path, catalogue: Mapping[str, ModelSpec]) -> None:
        self.root = root
        self._catalogue = catalogue

    def folder(self, name: str) -> Path:
        """Where the finished model is, or will be."""
        return self.root / name.replace("/", "--")

    def partial(self, name: str) -> Path:
        """Where the model grows while it is fetched."""
        return self.root / ".partial" / self.folder(name).name

    def record(self, name: str) -> Record | None:
        """The record of a cached model; None if there is none, or of other weights."""
        record = _read_record(self.folder(name) / RECORD)
        if record is None or record.name != name:
            return None
        spec = self._catalogue.get(name)
        # Another digest: the catalogue of this release names newer weights.
        return None if spec and record.sha256 != spec.sha256 else record

    def find(self, name: str) -> Path | None:
        """The cached GGUF file or folder, its sizes checked; None if it is not there.

        Raises:
            ModelCorruptError: a file is missing or has another size than recorded.
        """
        record, folder = self.record(name), self.folder(name)
        if record is None:
            return None
        for inner, file in record.files.items():
            size = (folder / inner).stat().st_size if (folder / inner).is_file() else None
            if size is None:
                raise self._damaged(name, inner, "is missing")
            if size != file.size:
                raise self._damaged(name, inner, f"has {size} bytes, not {file.size}")
        gguf = [inner for inner in record.files if inner.endswith(".gguf")]
        return folder / gguf[0] if gguf else folder

    def verify(self, name: str, tell: Callable[[int, int], None]) -> None:
        """Reads every file of a cached model; `tell` hears the bytes read and those in all.

        Raises:
            ModelCorruptError: a file is missing or has another SHA-256 than it should.
        """
        record = self.record(name) if self.find(name) else None
        if record is None:
            return
        spec = self._catalogue.get(name)
        known = spec.files if spec else {}
        done, total = 0, sum(file.size for file in record.files.values())

        def read(size: int) -> None:
            nonlocal done
            done += size
            tell(done, total)

        for inner, file in record.files.items():
            expected = known.get(inner, file.sha256)
            found = hash_file(self.folder(name) / inner, read)
            if found != expected:
                raise self._damaged(name, inner, f"has SHA-256 {found[:16]}…, not {expected[:16]}…")

    def install(self, name: str, fresh: Path, digests: Mapping[str, str]) -> None:
        """Verifies a fetched folder, writes its record and moves it to its place.

        `digests` holds the SHA-256 of files that were hashed on the way, by path.

        Raises:
            ModelCorruptError: a file is not what the catalogue says; all of it is thrown away.
        """
        spec = self._catalogue.get(name)
        files = {
            path.relative_to(fresh).as_posix(): path
            for path in sorted(fresh.rglob("*"))
            if path.is_file()
        }
        record = Record(
            name=name,
            sha256=spec.sha256 if spec else None,
            files={
                inner: CachedFile(
                    size=path.stat().st_size, sha256=digests.get(inner) or hash_file(path)
                )
                for inner, path in files.items()
            },
        )
        expected = dict(spec.files) if spec else {}
        if spec and spec.format == "gguf":
            expected[spec.file] = spec.sha256
        for inner, digest in expected.items():
            found = record.files[inner].sha256 if inner in files else "none: it is missing"
            if found != digest:
                shutil.rmtree(self.partial(name))
                raise ModelCorruptError(
                    model=name,
                    reason=f"{inner}, as it was fetched, has the SHA-256 {found}, not {digest}, "
                    "and was thrown away. The source holds another model: choose another one.",
                )
        write_atomically(fresh / RECORD, record.model_dump_json(indent=1))
        folder, old = self.folder(name), self.partial(name) / "replaced"
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(self.partial(name))

    def remove(self, name: str) -> bool:
        """Deletes the model and what is left of a broken fetch; says whether anything was there."""
        found = [path for path in (self.folder(name), self.partial(name)) if path.exists()]
        for folder in found:
            # Out of sight first, so that nobody finds a folder half deleted.
            doomed = folder.with_name(f".removed-{folder.name}")
            shutil.rmtree(doomed, ignore_errors=True)
            folder.rename(doomed)
            shutil.rmtree(doomed)
        return bool(found)

    def names(self) -> Iterator[str]:
        """Names of all finished models, the catalogue's and others, in the order of the folders."""
        for path in sorted(self.root.glob(f"*/{RECORD}")):
            if (record := _read_record(path)) is not None:
                yield record.name

    @contextlib.contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Keeps every other thread and process from changing the model; waits for its turn.

        Raises:
            ModelFetchError: the cache folder cannot be written.
        """
        locks = self.root / ".locks"
        try:
            locks.mkdir(parents=True, exist_ok=True)
            lock = FileLock(locks / f"{self.folder(name).name}.lock")
            lock.acquire()
        except OSError as exc:
            raise ModelFetchError(
                model=name,
                reason=f"the model cache {self.root} cannot be written: {explain(exc)}. "
                "Set RAG_MODELS__CACHE to a folder of yours.",
                retryable=False,
            ) from exc
        try:
            yield
        finally:
            lock.release()

    def _damaged(self, name: str, inner: str, fault: str) -> ModelCorruptError:
        return ModelCorruptError(
            model=name,
            reason=f"{self.folder(name) / inner} {fault}. "
            f"Run `mustanad models fetch {name}` to replace the copy.",
        )


def _read_record(path: Path) -> Record | None:
    try:
        return Record.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
