"""Weights on disk: what is loaded, what is refused, how two models are told apart."""

from __future__ import annotations

import os
import socket
import stat
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ModelCorruptError, ModelLoadError
from rag.weights import check_weights, is_pickle, quick_digest, safe_path, unpack_zip
from tests.tiny_models import gguf_bytes, safetensors_bytes, zip_bytes


def test_a_pickle_beside_safetensors_is_let_pass(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(safetensors_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"never opened")
    check_weights(tmp_path, model="mine")


def test_a_pickle_in_a_folder_of_its_own_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(safetensors_bytes())
    (tmp_path / "2_Dense").mkdir()
    (tmp_path / "2_Dense" / "pytorch_model.bin").write_bytes(b"never opened")
    with pytest.raises(ModelLoadError, match="is a pickle"):
        check_weights(tmp_path, model="mine")


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match=r"holds no \*\.safetensors file"):
        check_weights(tmp_path, model="mine")


def test_an_empty_file_is_no_gguf_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.gguf"
    path.touch()
    with pytest.raises(ModelLoadError, match="is no GGUF file: it begins with b''"):
        check_weights(path, model="mine")


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs a file that cannot be opened")
def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("mine.gguf")
        with pytest.raises(ModelLoadError, match="it cannot be read"):
            check_weights(tmp_path / "mine.gguf", model="mine")


@pytest.mark.parametrize("name", ["model.pt", "MODEL.PTH", "pytorch_model.bin", "x.ckpt", "x.pkl"])
def test_pickles_are_known_by_their_names(name: str) -> None:
    assert is_pickle(name)


@given(st.text(min_size=1))
def test_a_safe_path_stays_within_its_folder(name: str) -> None:
    try:
        path = safe_path(zipfile.ZipInfo(name), model="mine")
    except (ModelCorruptError, ModelLoadError):
        return
    assert not path.is_absolute()
    assert ".." not in path.parts


def test_a_link_in_an_archive_is_refused() -> None:
    link = zipfile.ZipInfo("model/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(ModelCorruptError, match="outside of"):
        safe_path(link, model="mine")


def test_a_plain_member_keeps_its_path() -> None:
    assert safe_path(zipfile.ZipInfo("a/b.json"), model="mine") == PurePosixPath("a/b.json")


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    content = zip_bytes({"a/b.txt": b"words that are stored as they are"})
    archive.write_bytes(content.replace(b"words", b"wurds"))
    with pytest.raises(ModelCorruptError, match="its archive is damaged"):
        unpack_zip(archive, tmp_path / "out", strip="a/", model="mine", tell=lambda _: None)


def test_the_quick_digest_sees_a_change_of_size_in_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "large.gguf"
    path.write_bytes(gguf_bytes(2_000_000))
    before = quick_digest(path)
    path.write_bytes(gguf_bytes(2_000_001))
    assert quick_digest(path) != before


@pytest.mark.parametrize("name", ["mine.gguf", ".mine.gguf"])
def test_the_quick_digest_of_a_file_is_of_its_bytes(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gguf_bytes(10))
    before = quick_digest(path)
    path.write_bytes(gguf_bytes(11))
    assert quick_digest(path) != before


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux alone")
def test_the_quick_digest_takes_names_that_are_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(safetensors_bytes())
    before = quick_digest(tmp_path)
    (tmp_path / os.fsdecode(b"\xff.txt")).touch()
    assert quick_digest(tmp_path) != before


def test_the_quick_digest_is_the_same_wherever_the_folder_lies(tmp_path: Path) -> None:
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(safetensors_bytes())
        (folder / ".mustanad.json").write_text(str(folder), encoding="utf-8")
    assert quick_digest(tmp_path / "one") == quick_digest(tmp_path / "two")
