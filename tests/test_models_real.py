"""The real models in the user's own cache: whole, and what the catalogue says they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.models import ModelStore
from rag.settings import ModelSettings

pytestmark = pytest.mark.model


@pytest.fixture
def store(model_cache: Path) -> ModelStore:
    return ModelStore(ModelSettings(cache=model_cache, sources=("cache",)))


@pytest.mark.parametrize("role", ["embedding", "text"])
def test_the_default_models_are_cached_and_verify(store: ModelStore, role: str) -> None:
    name = getattr(ModelSettings(), role)
    store.verify(name)
    entry = next(entry for entry in store.entries() if entry.name == name)
    assert (entry.kind, entry.cached) == (role, True)


def test_the_default_embedding_model_is_a_folder_with_all_files_of_the_catalogue(
    store: ModelStore,
) -> None:
    folder = store.resolve(ModelSettings().embedding)
    assert (folder / "modules.json").is_file()
    assert sum(path.stat().st_size for path in folder.rglob("*.*") if path.name[0] != ".") == next(
        entry.size_bytes for entry in store.entries() if entry.path == folder
    )


def test_the_default_text_model_is_one_gguf_file(store: ModelStore) -> None:
    path = store.resolve(ModelSettings().text)
    with path.open("rb") as file:
        assert file.read(4) == b"GGUF"
