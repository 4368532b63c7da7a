"""Settings: where a value comes from, and what is refused."""

from __future__ import annotations

import contextlib
import os
import string
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rag.errors import SettingsError
from rag.settings import ModelSettings, RetrievalSettings, Settings, load_settings, setting_fields

KNOWN = [name for name, _ in setting_fields()]


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_hold_when_nothing_is_set() -> None:
    settings, origins = load_settings(environ={})
    assert settings == Settings()
    assert set(origins.values()) == {"default"}
    assert sorted(origins) == sorted(KNOWN)


def test_a_variable_overrides_the_file_and_an_argument_overrides_both(tmp_path: Path) -> None:
    file = write(tmp_path / "m.toml", "[retrieval]\ntop_k = 2\ncandidates = 20\ndense_weight = 1.0")
    environ = {"RAG_RETRIEVAL__TOP_K": "3", "RAG_RETRIEVAL__CANDIDATES": "30"}
    settings, origins = load_settings({"retrieval.top_k": 4}, environ=environ, file=file)
    assert settings.retrieval == RetrievalSettings(top_k=4, candidates=30, dense_weight=1.0)
    assert origins["retrieval.top_k"] == "command line"
    assert origins["retrieval.candidates"] == "RAG_RETRIEVAL__CANDIDATES"
    assert origins["retrieval.dense_weight"] == str(file)


def test_an_argument_of_none_leaves_the_setting_alone() -> None:
    settings, origins = load_settings({"retrieval.top_k": None}, environ={})
    assert settings.retrieval.top_k == 5
    assert origins["retrieval.top_k"] == "default"


def test_the_file_in_the_working_directory_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "mustanad.toml", "[page]\nport = 9000")
    monkeypatch.chdir(tmp_path)
    assert load_settings(environ={})[0].page.port == 9000


def test_the_processes_own_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_PAGE__PORT", "9001")
    assert load_settings()[0].page.port == 9001


def test_variables_of_other_programs_are_ignored() -> None:
    assert load_settings(environ={"PATH": "/bin", "DRAG_ME": "1"})[0] == Settings()


@pytest.mark.parametrize("value", ["path,cache", "path, cache "])
def test_sources_of_a_variable_are_a_list_with_commas(value: str) -> None:
    settings, _ = load_settings(environ={"RAG_MODELS__SOURCES": value})
    assert settings.models.sources == ("path", "cache")


@pytest.mark.parametrize("value", ['"path,cache"', '["path", "cache"]'])
def test_sources_of_a_file_are_a_list_or_one_text(tmp_path: Path, value: str) -> None:
    file = tmp_path / "mustanad.toml"
    file.write_text(f"[models]\nsources = {value}\n", encoding="utf-8")
    assert load_settings(environ={}, file=file)[0].models.sources == ("path", "cache")


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("RAG_RETREIVAL__TOP_K", "retreival.top_k"),
        ("RAG_RETRIEVAL__TOPK", "retrieval.topk"),
        ("RAG_RETRIEVAL", "retrieval"),
        ("RAG_", ""),
        ("RAG_A__B__C", "a.b.c"),
    ],
)
def test_a_misspelt_variable_is_refused_by_its_name(variable: str, name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={variable: "3"})
    assert (caught.value.name, caught.value.origin) == (name, variable)
    assert "there is no such setting" in caught.value.message


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("RAG_RETREIVAL__TOP_K", "RAG_RETRIEVAL__TOP_K"),
        ("RAG_RETRIEVAL_TOP_K", "RAG_RETRIEVAL__TOP_K"),
        ("RAG_TOP_K", "RAG_RETRIEVAL__TOP_K"),
        ("RAG_ANSWER__TOP_K", "RAG_RETRIEVAL__TOP_K"),
        ("RAG_URL", "RAG_INDEX__URL or RAG_ANSWER__URL"),
    ],
)
def test_a_misspelt_variable_is_told_what_may_have_been_meant(variable: str, meant: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={variable: "3"})
    assert f"Did you mean {meant}?" in caught.value.message


def test_a_name_that_is_like_no_setting_is_told_none() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"colour.sky": "blue"}, environ={})
    assert caught.value.reason == "there is no such setting."


def test_a_notebook_gives_the_file_as_text_and_sources_too(tmp_path: Path) -> None:
    file = write(tmp_path / "m.toml", "[retrieval]\ntop_k = 3")
    given = {"models.sources": "path, cache"}
    settings, _ = load_settings(given, environ={}, file=str(file))
    assert (settings.retrieval.top_k, settings.models.sources) == (3, ("path", "cache"))


def test_a_misspelt_section_of_the_file_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "m.toml", "[retreival]\ntop_k = 3")
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={}, file=file)
    assert (caught.value.name, caught.value.origin) == ("retreival.top_k", str(file))


def test_a_setting_outside_a_section_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "m.toml", "top_k = 3")
    with pytest.raises(SettingsError, match=r"belongs in a \[section\]"):
        load_settings(environ={}, file=file)


@pytest.mark.parametrize("text", ["[retrieval\n", "= 3"])
def test_a_file_that_is_not_toml_is_refused_with_its_path(tmp_path: Path, text: str) -> None:
    file = write(tmp_path / "m.toml", text)
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={}, file=file)
    assert caught.value.name == str(file)


def test_a_missing_file_that_was_asked_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.toml.*cannot be read"):
        load_settings(environ={}, file=tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retrieval.top_k", "0"),
        ("retrieval.top_k", "many"),
        ("retrieval.dense_weight", "1.1"),
        ("answer.engine", "gpt"),
        ("index.collection", "a b"),
        ("page.port", "70000"),
        ("models.sources", "cache,telepathy"),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_origin(name: str, value: str) -> None:
    variable = "RAG_" + name.upper().replace(".", "__")
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={variable: value})
    assert (caught.value.name, caught.value.origin) == (name, variable)


@pytest.mark.parametrize("name", ["index.url", "answer.url", "answer.api_key"])
def test_an_empty_value_unsets_a_text_that_may_be_none(tmp_path: Path, name: str) -> None:
    section, leaf = name.split(".")
    file = write(tmp_path / "m.toml", f'[{section}]\n{leaf} = "given"')
    assert getattr(getattr(load_settings(environ={}, file=file)[0], section), leaf) is not None
    settings, origins = load_settings({name: ""}, environ={}, file=file)
    assert getattr(getattr(settings, section), leaf) is None
    assert origins[name] == "command line"


@pytest.mark.parametrize("name", ["index.path", "models.text", "page.host", "page.auth"])
def test_an_empty_path_or_needed_text_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="Input should not be empty"):
        load_settings({name: ""}, environ={})


@pytest.mark.parametrize("name", ["models.cache", "index.path", "page.auth", "keep.archive"])
def test_a_tilde_in_a_path_is_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    section, leaf = name.split(".")
    file = write(tmp_path / "m.toml", f'[{section}]\n{leaf} = "~/mine"')
    settings, _ = load_settings(environ={}, file=file)
    assert getattr(getattr(settings, section), leaf) == tmp_path / "mine"
    settings, _ = load_settings({name: "mine~"}, environ={}, file=file)
    assert getattr(getattr(settings, section), leaf) == Path("mine~")


def test_the_home_of_nobody_is_refused() -> None:
    with pytest.raises(SettingsError, match="There is no such home folder"):
        load_settings({"index.path": "~nobody-of-this-name/index"}, environ={})


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = write(tmp_path / "m.toml", "\ufeff[retrieval]\ntop_k = 3")
    assert load_settings(environ={}, file=file)[0].retrieval.top_k == 3


@pytest.mark.parametrize("more", ["", "max_tokens = 0"])
def test_a_key_that_is_refused_is_not_shown(tmp_path: Path, more: str) -> None:
    file = write(tmp_path / "m.toml", f"[answer]\n{more}\napi_key = 12345678")
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={}, file=file)
    assert "12345678" not in "".join(traceback.format_exception(caught.value))


def test_settings_cannot_be_changed_once_built() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.retrieval.top_k = 9
    with pytest.raises(ValidationError, match="frozen"):
        settings.retrieval = RetrievalSettings()


def test_building_settings_in_code_reads_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_RETRIEVAL__TOP_K", "9")
    assert Settings().retrieval.top_k == 5


def test_an_unknown_argument_is_refused_in_code_too() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        RetrievalSettings(topk=3)  # type: ignore[call-arg]


def test_a_key_is_not_shown_when_settings_are_printed() -> None:
    settings, _ = load_settings(environ={"RAG_ANSWER__API_KEY": "sesame"})
    assert "sesame" not in repr(settings)
    assert settings.answer.api_key is not None
    assert settings.answer.api_key.get_secret_value() == "sesame"


def test_every_setting_has_a_description_that_is_a_sentence() -> None:
    poor = [name for name, field in setting_fields() if not str(field.description).endswith(".")]
    assert poor == []


def test_cache_and_index_lie_outside_the_checkout() -> None:
    root = Path(__file__).resolve().parents[1]
    settings = Settings()
    for path in (settings.models.cache, settings.index.path):
        assert path.is_absolute()
        assert not path.is_relative_to(root)


def test_tests_use_neither_the_users_home_nor_their_model_cache(model_cache: Path) -> None:
    assert [name for name in os.environ if name.startswith("RAG_")] == []
    assert ModelSettings().cache != model_cache


@given(
    name=st.sampled_from([name.replace(".", "__") for name in KNOWN])
    | st.text(string.ascii_letters + "_.", max_size=20),
    value=st.text(max_size=20),
)
def test_any_variable_gives_settings_or_a_settings_error(name: str, value: str) -> None:
    with contextlib.suppress(SettingsError):
        load_settings(environ={f"RAG_{name}": value})
