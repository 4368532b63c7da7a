"""Models that are opened once, whichever threads and assistants ask for them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import rag
from rag.chat_server import OpenAIModel
from rag.embedding import GemmaEmbedder
from rag.engines import Engines, LoadedModel
from rag.errors import ModelCorruptError, ModelNotFoundError, SettingsError
from rag.models import ModelStore
from rag.settings import Settings
from rag.weights import TRANSLATOR, TRANSLATOR_BASE
from tests.fakes import HashEmbedder, ScriptedModel
from tests.test_assistant import ReadingEmbedder
from tests.test_evidence import ScriptedReader

URL = "http://127.0.0.1:9/v1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An embedding model as far as it is read before a text comes: 100 bytes of weights."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(bytes(100))
    files: dict[str, Any] = {
        "config.json": {"hidden_size": 8},
        "modules.json": [{"path": ""}],
        "config_sentence_transformers.json": {"prompts": {"query": "q: "}},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.fixture
def make_settings(tmp_path: Path, folder: Path) -> Callable[..., Settings]:
    """Settings with that embedding model, and no text model on this machine."""

    def make(**answer: Any) -> Settings:
        return Settings.model_validate(
            {
                "models": {
                    "cache": tmp_path / "models",
                    "sources": ("path", "cache"),
                    "embedding": str(folder),
                },
                "answer": answer,
            }
        )

    return make


def bytes_in(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


class SlowEmbedder(ReadingEmbedder):
    """An embedder whose reader takes its time to open."""

    def open_reader(self, file: Path | None = None) -> Any:
        time.sleep(0.05)
        return super().open_reader(file)


class LateEmbedder(HashEmbedder):
    """An embedder that is in memory once it has embedded something."""

    @property
    def is_loaded(self) -> bool:
        return bool(self.queries)


def test_each_model_is_opened_once_whichever_threads_ask_first(
    make_settings: Callable[..., Settings],
) -> None:
    embedder = SlowEmbedder()
    ready = threading.Barrier(4)

    def ask(_: int) -> Any:
        ready.wait()
        return engines.reader()

    with (
        Engines(make_settings(engine="none"), embedder=embedder) as engines,
        ThreadPoolExecutor(4) as pool,
    ):
        readers = list(pool.map(ask, range(4)))
    assert embedder.opened == 1
    assert all(reader is readers[0] for reader in readers)


def test_the_embedder_of_the_settings_is_one_until_it_is_closed(
    make_settings: Callable[..., Settings], folder: Path
) -> None:
    engines = Engines(make_settings(engine="none", reader=False))
    embedder = engines.embedder()
    assert isinstance(embedder, GemmaEmbedder)
    assert (embedder.dimensions, embedder.fingerprint()["embedding"]) == (8, folder.name)
    assert engines.embedder() is embedder
    engines.close()
    engines.close()
    assert engines.embedder() is not embedder
    engines.close()


def test_making_and_closing_engines_opens_nothing(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    before = sorted(tmp_path.iterdir())
    with Engines(make_settings()) as engines:
        assert [model.is_loaded for model in engines.loaded()] == [False, False, False]
    assert sorted(tmp_path.iterdir()) == before


def test_what_was_given_survives_closing(make_settings: Callable[..., Settings]) -> None:
    embedder, reader, model = HashEmbedder(), ScriptedReader(), ScriptedModel("x")
    engines = Engines(make_settings(), embedder=embedder, reader=reader, model=model)
    engines.close()
    assert (engines.embedder(), engines.reader(), engines.text_model()) == (embedder, reader, model)
    assert not model.closed


def test_a_text_model_that_was_opened_here_is_closed_and_opened_anew(
    make_settings: Callable[..., Settings],
) -> None:
    engines = Engines(make_settings(engine="openai", url=URL))
    model = engines.text_model()
    assert isinstance(model, OpenAIModel)
    assert engines.text_model() is model
    engines.close()
    assert engines.text_model() is not model
    engines.close()


def test_a_model_that_could_not_be_opened_is_tried_again(
    make_settings: Callable[..., Settings],
) -> None:
    with Engines(make_settings()) as engines:
        for _ in range(2):
            with pytest.raises(ModelNotFoundError):
                engines.text_model()


def test_the_engine_none_and_an_embedder_without_reader_give_none(
    make_settings: Callable[..., Settings],
) -> None:
    with Engines(make_settings(engine="none"), embedder=HashEmbedder()) as engines:
        assert engines.text_model() is None
        assert engines.reader() is None
        assert [model.role for model in engines.loaded()] == ["embedding"]


def test_the_reader_is_left_out_where_the_settings_say_so(
    make_settings: Callable[..., Settings],
) -> None:
    embedder = ReadingEmbedder()
    with Engines(make_settings(engine="none", reader=False), embedder=embedder) as engines:
        assert engines.reader() is None
    assert embedder.opened == 0


def test_the_engine_openai_needs_an_address(make_settings: Callable[..., Settings]) -> None:
    with (
        Engines(make_settings(engine="openai")) as engines,
        pytest.raises(SettingsError, match=r"answer\.url"),
    ):
        engines.text_model()


def test_loading_lets_the_text_model_read_its_instructions(
    make_settings: Callable[..., Settings],
) -> None:
    embedder, model = ReadingEmbedder(), ScriptedModel("x")
    with Engines(make_settings(), embedder=embedder, model=model) as engines:
        engines.load()
    assert (embedder.queries, embedder.opened) == (["warm up"], 1)
    assert (len(model.warmed), model.asked) == (3, [])


# what a page of settings shows


def test_models_of_the_settings_are_listed_with_their_sizes(
    make_settings: Callable[..., Settings], folder: Path
) -> None:
    settings = make_settings()
    with Engines(settings) as engines:
        embedding, reader, text = engines.loaded()
    assert embedding == LoadedModel(
        role="embedding", name=str(folder), is_loaded=False, size_bytes=bytes_in(folder)
    )
    assert (reader.role, reader.name, reader.is_loaded) == ("reader", "reader", False)
    shipped = Path(rag.__file__).parent.glob("reader*.safetensors")
    assert reader.size_bytes == sum(file.stat().st_size for file in shipped) > 10_000_000
    # It is not fetched yet.
    assert text == LoadedModel(
        role="text", name=settings.models.text, is_loaded=False, size_bytes=None
    )


def test_a_text_model_that_is_a_file_has_the_size_of_the_file(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    file = tmp_path / "own.gguf"
    file.write_bytes(b"GGUF" + bytes(20))
    settings = make_settings()
    models = settings.models.model_copy(update={"text": str(file)})
    with Engines(settings.model_copy(update={"models": models})) as engines:
        assert engines.loaded()[-1] == LoadedModel(
            role="text", name=str(file), is_loaded=False, size_bytes=24
        )


def test_a_damaged_model_has_no_size_and_does_not_break_the_list(
    make_settings: Callable[..., Settings], folder: Path
) -> None:
    (folder / "model.safetensors").rename(folder / "model.pkl")
    with Engines(make_settings()) as engines:
        assert engines.loaded()[0].size_bytes is None


def test_a_servers_model_has_no_size_here(make_settings: Callable[..., Settings]) -> None:
    with Engines(make_settings(engine="openai", url=URL)) as engines:
        before = engines.loaded()[-1]
        engines.text_model()
        after = engines.loaded()[-1]
    assert (before.is_loaded, after.is_loaded) == (False, True)
    assert (after.name, after.size_bytes) == (before.name, None)


def test_given_models_are_listed_by_their_own_names(
    make_settings: Callable[..., Settings],
) -> None:
    with Engines(
        make_settings(),
        embedder=HashEmbedder(name="كلمات"),
        reader=ScriptedReader(),
        model=ScriptedModel("x", name="scripted"),
    ) as engines:
        found = engines.loaded()
    assert [(model.role, model.name, model.is_loaded) for model in found] == [
        ("embedding", "كلمات", True),
        ("reader", "ScriptedReader", True),
        ("text", "scripted", True),
    ]
    assert {model.size_bytes for model in found} == {None}


def test_an_embedder_that_loads_later_says_when_it_has(
    make_settings: Callable[..., Settings],
) -> None:
    with Engines(make_settings(engine="none"), embedder=LateEmbedder()) as engines:
        assert not engines.loaded()[0].is_loaded
        engines.load()
        assert engines.loaded()[0].is_loaded


def test_the_list_does_not_wait_for_a_model_that_is_being_opened(
    make_settings: Callable[..., Settings],
) -> None:
    begun, seen = threading.Event(), threading.Event()

    class Waiting(ReadingEmbedder):
        def open_reader(self, file: Path | None = None) -> Any:
            begun.set()
            assert seen.wait(timeout=10)
            return super().open_reader(file)

    with (
        Engines(make_settings(engine="none"), embedder=Waiting()) as engines,
        ThreadPoolExecutor(1) as pool,
    ):
        opening = pool.submit(engines.reader)
        assert begun.wait(timeout=10)
        during = engines.loaded()[1]
        seen.set()
        opening.result(timeout=10)
        assert (during.is_loaded, engines.loaded()[1].is_loaded) == (False, True)


@pytest.mark.parametrize(("text", "translates"), [(TRANSLATOR_BASE, True), ("other.gguf", False)])
def test_only_the_default_text_model_has_the_translator(
    make_settings: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    translates: bool,
) -> None:
    opened: list[dict[str, Any]] = []
    monkeypatch.setattr(ModelStore, "resolve", lambda _, name: Path(name))
    monkeypatch.setattr("rag.engines.LlamaCppModel", lambda _, **given: opened.append(given))
    settings = make_settings()
    models = settings.models.model_copy(update={"text": text})
    Engines(settings.model_copy(update={"models": models})).text_model()
    file = opened[0]["translator"]
    assert (file is not None and file.name == TRANSLATOR and file.is_file()) == translates


def test_a_translator_that_is_not_the_packages_own_is_refused(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelStore, "resolve", lambda _, name: Path(name))
    monkeypatch.setattr("rag.engines.TRANSLATOR_SHA256", "0" * 64)
    with pytest.raises(ModelCorruptError, match=r"translator\.gguf: its SHA-256 is"):
        Engines(make_settings()).text_model()
