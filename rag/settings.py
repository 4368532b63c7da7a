"""One tree of settings, frozen and strict, built once at an entry point and passed as an argument.

A value comes from the first of these that gives it: the caller's keyword arguments (the command
line), `RAG_…` environment variables (`RAG_RETRIEVAL__TOP_K=5`), `mustanad.toml` in the working
directory, the defaults below. Unlike pydantic-settings alone, an unknown `RAG_…` variable is
refused, so that a misspelt name cannot be ignored.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

import platformdirs
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from rag.errors import SettingsError

PREFIX = "RAG_"
DELIMITER = "__"
FILE_NAME = "mustanad.toml"
_USER_INFO = re.compile("(?<=//)[^/]*@")

Source = Literal["path", "cache", "packages", "hub"]
Engine = Literal["llama.cpp", "openai", "none"]


class Section(BaseModel):
    """A branch of the tree: frozen, and an unknown key is an error.

    An empty text is None where there may be a text or None, else an error: an empty path could
    mean this folder, or that there are no accounts. `~` in a path is the home folder.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_empty(cls, value: Any, asked: ValidationInfo) -> Any:
        if value != "":
            return value
        kinds = get_args(cls.model_fields[str(asked.field_name)].annotation)
        if type(None) in kinds and Path not in kinds:
            return None
        raise ValueError("Input should not be empty")

    @field_validator("*")
    @classmethod
    def _expand_home(cls, value: Any) -> Any:
        if not isinstance(value, Path):
            return value
        try:
            return value.expanduser()
        except RuntimeError as exc:
            raise ValueError("There is no such home folder") from exc


class ModelSettings(Section):
    """Which models, and where they are looked for."""

    cache: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path("mustanad") / "models",
        description="Folder that fetched models are kept in.",
    )
    sources: tuple[Source, ...] = Field(
        default=("path", "cache", "packages", "hub"),
        description="Where a model is looked for, in this order.",
    )
    embedding: str = Field(
        default="embeddinggemma-300m",
        description="Embedding model: a name from `mustanad models list`, a folder, or a hub name.",
    )
    text: str = Field(
        default="qwen2.5-coder-1.5b-instruct-q4_k_m",
        description="Text model: a name from `mustanad models list`, a GGUF file, or a hub name. "
        "On a weak machine: qwen2.5-coder-0.5b-instruct-q4_k_m.",
    )
    threads: int = Field(
        default=0, ge=0, le=256, description="Processor threads for both models; 0 means all cores."
    )

    @field_validator("sources", mode="before")
    @classmethod
    def _split_sources(cls, value: Any) -> Any:
        """One text has commas between them: a variable or the command line cannot give a list."""
        if not (value and isinstance(value, str)):
            return value
        return [source.strip() for source in value.split(",")]


class IngestSettings(Section):
    """How documents are read and cut."""

    chunk_tokens: int = Field(
        default=160, ge=32, le=1024, description="Most tokens of a chunk (embedding tokenizer)."
    )
    overlap_sentences: int = Field(
        default=1, ge=0, le=5, description="Sentences that a chunk shares with the one before."
    )
    max_file_mb: int = Field(
        default=100, ge=1, description="Larger files are skipped with a message (megabytes)."
    )
    furniture: Path | None = Field(
        default=None, description="TOML file with further patterns of page furniture to leave out."
    )


class IndexSettings(Section):
    """Where the vector store is."""

    path: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("mustanad") / "index",
        description="Folder of the embedded Chroma index.",
    )
    url: str | None = Field(
        default=None, description="Address of a Chroma server, to use in place of the folder."
    )
    collection: str = Field(
        default="default",
        pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]{1,48}[a-zA-Z0-9]$",
        description="Name of the corpus within the index.",
    )


class RetrievalSettings(Section):
    """How passages are found."""

    top_k: int = Field(default=5, ge=1, le=50, description="Passages found for a question.")
    candidates: int = Field(
        default=40, ge=1, le=1000, description="Chunks that each leg proposes before fusion."
    )
    dense_weight: float = Field(
        default=0.7,
        ge=0,
        le=1,
        description="Share of the dense score in the fused one; the rest is BM25.",
    )


class AnswerSettings(Section):
    """How an answer is made from passages."""

    engine: Engine = Field(
        default="llama.cpp",
        description="What words the answer: llama.cpp, an OpenAI-compatible server (openai), "
        "or none (the clause that answers is quoted).",
    )
    reader: bool = Field(
        default=True,
        description="Whether the reader marks the answering words and decides on refusal; "
        "without it the nearest sentence counts. It needs the default embedding model.",
    )
    evidence_sentences: int = Field(
        default=6, ge=1, le=50, description="Sentences that the reader looks at."
    )
    max_tokens: int = Field(default=96, ge=8, le=4096, description="Most tokens of an answer.")
    context_tokens: int = Field(
        default=2048, ge=512, description="Context window given to the text model."
    )
    refusal_threshold: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="Least probability that the evidence holds the answer; below it: NOT_FOUND.",
    )
    history_tokens: int = Field(
        default=256, ge=0, description="Tokens of past turns used to understand a follow-up."
    )
    timeout_s: float = Field(
        default=120.0, gt=0, description="Seconds that a server may take over a reply."
    )
    url: str | None = Field(
        default=None,
        description="Address of the OpenAI-compatible server, like http://127.0.0.1:8080/v1.",
    )
    api_key: SecretStr | None = Field(default=None, description="Key for that server, if any.")


class PageSettings(Section):
    """The Gradio page."""

    host: str = Field(default="127.0.0.1", description="Address that the page listens on.")
    port: int = Field(default=7860, ge=0, le=65535, description="Port of the page; 0: any free.")
    language: Literal["auto", "ar", "en"] = Field(
        default="auto", description="Language of the page's own texts; auto: the browser's."
    )
    mcp: bool = Field(
        default=True, description="Whether assistants may use the page's tools through MCP."
    )
    auth: Path | None = Field(
        default=None,
        description="File of the accounts that may sign in (`mustanad users`); without it "
        "everyone who reaches the page may use it.",
    )
    open_to_all: int = Field(
        default=0,
        ge=0,
        le=2,
        description="2: an address that other machines reach may be used without accounts; "
        "`--open-to-all` counts one, and is to be given twice.",
    )
    upload_mb: int = Field(
        default=50, ge=1, description="Larger files cannot be uploaded (megabytes)."
    )
    upload_files: int = Field(default=500, ge=1, description="Most files of one upload.")
    visitor_mb: int = Field(
        default=500, ge=1, description="Most that the uploads of one visitor may fill (megabytes)."
    )
    questions_per_minute: int = Field(
        default=20, ge=0, description="Most questions of one visitor in a minute; 0: no limit."
    )


class KeepSettings(Section):
    """What is kept of past conversations, on this machine only."""

    conversations: bool = Field(
        default=True, description="Whether past conversations are kept, to be found and read again."
    )
    archive: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("mustanad") / "conversations.sqlite",
        description="File that conversations are kept in.",
    )
    feedback: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("mustanad") / "feedback.jsonl",
        description="File that judgements of answers are kept in.",
    )


class Settings(BaseSettings):
    """All settings of Mustanad. Build it with `load_settings`, or directly in code."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,  # it may be a secret
    )

    models: ModelSettings = Field(default_factory=ModelSettings)
    ingest: IngestSettings = Field(default_factory=IngestSettings)
    index: IndexSettings = Field(default_factory=IndexSettings)
    retrieval: RetrievalSettings = Field(default_factory=RetrievalSettings)
    answer: AnswerSettings = Field(default_factory=AnswerSettings)
    page: PageSettings = Field(default_factory=PageSettings)
    keep: KeepSettings = Field(default_factory=KeepSettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only keyword arguments count: `load_settings` merges the other origins."""
        return (init_settings,)


def setting_fields() -> Iterator[tuple[str, Any]]:
    """Every setting as (dotted name, pydantic field), in the order of the tree."""
    for section, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            for name, leaf in kind.model_fields.items():
                yield f"{section}.{name}", leaf


def load_settings(
    overrides: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    file: Path | str | None = None,
) -> tuple[Settings, dict[str, str]]:
    """Merges all origins into one tree, and says where each value came from.

    Args:
        overrides: values of the caller by dotted name (`{"retrieval.top_k": 3}`); None is skipped.
        environ: the variables to read; the process's own by default.
        file: the TOML file; `mustanad.toml` in the working directory by default, if it is there.

    Returns:
        The settings, and for each dotted name its origin: "default", the file's path, the
        variable's name, or "command line".

    Raises:
        SettingsError: a name is unknown, a value is not allowed, or the file is not TOML.
    """
    known = {name for name, _ in setting_fields()}
    values: dict[str, Any] = {}
    origins = dict.fromkeys(sorted(known), "default")
    layers = (
        _from_file(file),
        _from_environ(os.environ if environ is None else environ),
        {name: (value, "command line") for name, value in (overrides or {}).items()},
    )
    for layer in layers:
        for name, (value, origin) in layer.items():
            if value is None:
                continue
            if name not in known:
                raise SettingsError(name=name, reason=_no_such(name, origin), origin=origin)
            values[name], origins[name] = value, origin
    tree: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        section, leaf = name.split(".")
        tree.setdefault(section, {})[leaf] = value
    try:
        return Settings(**tree), origins  # type: ignore[arg-type]
    except ValidationError as exc:
        first = exc.errors()[0]
        name = ".".join(str(part) for part in first["loc"][:2])
        told = first["msg"].removeprefix("Value error, ")
        given = "" if name in _secret_names() else f", not {first['input']!r}"
        raise SettingsError(
            name=name, reason=f"{told}{given}.", origin=origins.get(name, "")
        ) from exc


def _secret_names() -> set[str]:
    return {name for name, field in setting_fields() if SecretStr in get_args(field.annotation)}


def _no_such(name: str, origin: str) -> str:
    """Says that there is no such setting, and which are called so or nearly so, as they are set."""
    known = [one for one, _ in setting_fields()]
    meant = [one for one in known if one.partition(".")[2] == name.rpartition(".")[2]]
    meant = meant or get_close_matches(name, known, n=1, cutoff=0.7)
    if origin.startswith(PREFIX):
        meant = [PREFIX + one.upper().replace(".", DELIMITER) for one in meant]
    return "there is no such setting." + (f" Did you mean {' or '.join(meant)}?" if meant else "")


def without_user_info(url: str, put: str = "") -> str:
    """An address without the name and the password in it, to be shown; `put` stands in for them."""
    return _USER_INFO.sub(put, url)


def _from_environ(environ: Mapping[str, str]) -> dict[str, tuple[Any, str]]:
    found: dict[str, tuple[Any, str]] = {}
    for variable, value in environ.items():
        if variable.startswith(PREFIX):
            name = variable.removeprefix(PREFIX).lower().replace(DELIMITER, ".")
            found[name] = (value, variable)
    return found


def _from_file(file: Path | str | None) -> dict[str, tuple[Any, str]]:
    path = Path(file or FILE_NAME)
    if file is None and not path.is_file():
        return {}
    try:
        # Some editors on Windows begin a file with a byte order mark, which TOML has not.
        tree = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise SettingsError(name=str(path), reason=f"the file cannot be read: {exc}.") from exc
    found: dict[str, tuple[Any, str]] = {}
    for section, leaves in tree.items():
        if not isinstance(leaves, dict):
            raise SettingsError(
                name=section, reason="a setting belongs in a [section].", origin=str(path)
            )
        for leaf, value in leaves.items():
            found[f"{section}.{leaf}"] = (value, str(path))
    return found
