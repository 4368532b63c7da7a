"""The records of cached models, read where they are no records."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.cache import RECORD, ModelCache


@pytest.fixture
def cache(tmp_path: Path) -> ModelCache:
    for name in ("whole", "other"):
        (tmp_path / name).mkdir()
        record = f'{{"name": "{name}", "files": {{}}}}'
        (tmp_path / name / RECORD).write_text(record, encoding="utf-8")
    return ModelCache(tmp_path, {})


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe{}", b'{"name": 1}'])
def test_a_damaged_record_is_none_and_the_others_are_named(
    cache: ModelCache, content: bytes
) -> None:
    (cache.root / "other" / RECORD).write_bytes(content)
    assert cache.record("other") is None
    assert list(cache.names()) == ["whole"]


@pytest.mark.parametrize("name", ["missing", "a\0b", "\ud800", "x" * 5000])
def test_a_name_that_no_folder_has_is_not_found(cache: ModelCache, name: str) -> None:
    assert cache.find(name) is None
    assert cache.find("whole") == cache.root / "whole"
