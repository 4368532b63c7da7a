"""Every error that Mustanad raises on purpose.

    RagError
    ├── SettingsError                a setting is unknown, misspelt or out of range
    ├── AccountsError                the file of accounts, a name or a password cannot be used
    ├── DocumentError                a file could not be read
    ├── UploadError                  a file that a visitor uploads is refused
    ├── IndexStoreError              the store itself failed
    │   └── IndexMismatchError       the index was built with other settings
    ├── CorpusError                  a corpus cannot be made, changed or deleted
    │   └── CorpusNotFoundError      there is none of that name, for this user
    ├── ModelError
    │   ├── ModelNotFoundError       no source of the model store has it
    │   ├── ModelCorruptError        a file has another digest than it should
    │   ├── ModelFetchError          it could not be fetched
    │   └── ModelLoadError           the file is there, the engine refused it
    ├── PromptError                  a prompt file and its variables disagree
    ├── QuestionError                a question, or what it is limited to, cannot be used
    ├── ArchiveError                 what is kept of conversations or feedback cannot be used
    └── GenerationError              the text model or its server failed

An error takes its facts as keyword arguments, keeps them as attributes and writes its own message:
what failed, what was seen, what to do. All of them survive pickling.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

SkipKind = Literal[
    "unsupported",
    "empty",
    "no_text",
    "scanned",
    "encrypted",
    "damaged",
    "binary",
    "encoding",
    "columns",
    "line",
    "too_large",
    "too_many",
    "no_room",
    "not_received",
    "missing",
    "forbidden",
    "outside",
    "loop",
    "no_file",
    "other",
]
"""Why a file was not taken in, for who words it anew; with "other" only the reason itself says."""

CorpusKind = Literal[
    "no_name", "long_name", "unseen", "taken", "always_there", "in_settings", "not_yours", "other"
]
"""Why a corpus is not made or changed, for who words it anew; with "other" only the reason says."""


class RagError(Exception):
    """The root of the tree. Its attributes tell what failed."""

    def __init__(self, message: str) -> None:
        super().__init__(message)

    @property
    def message(self) -> str:
        """The one line that a user reads."""
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.message, dict(self.__dict__)))


def _rebuild(kind: type[RagError], message: str, state: dict[str, Any]) -> RagError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    return error


class SettingsError(RagError):
    """A setting is unknown or its value is not allowed."""

    def __init__(self, *, name: str, reason: str, origin: str = "") -> None:
        where = f" (from {origin})" if origin else ""
        super().__init__(f"Setting {name}{where}: {reason} `mustanad settings` lists all settings.")
        self.name, self.reason, self.origin = name, reason, origin


class DocumentError(RagError):
    """A file or one document in it could not be read; the others are not affected."""

    def __init__(self, *, path: Path | str, reason: str, kind: SkipKind = "other") -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason, self.kind = str(path), reason, kind


class AccountsError(RagError):
    """The file of those who may sign in, or what is to be written there, cannot be used."""

    def __init__(self, *, path: Path | str, reason: str) -> None:
        super().__init__(f"Accounts in {path}: {reason}")
        self.path, self.reason = str(path), reason


class UploadError(RagError):
    """A visitor's file is not kept. `name` is the file's, made safe to show."""

    def __init__(self, *, name: str, reason: str, kind: SkipKind = "other") -> None:
        super().__init__(f"{name}: {reason}")
        self.name, self.reason, self.kind = name, reason, kind


class IndexStoreError(RagError):
    """The vector store could not be opened, read or written."""

    def __init__(self, *, path: Path | str, reason: str) -> None:
        super().__init__(f"The index at {path} cannot be used: {reason}")
        self.path, self.reason = str(path), reason


class IndexMismatchError(IndexStoreError):
    """The index was built with other models or settings than those now in force."""

    def __init__(
        self, *, path: Path | str, built_with: Mapping[str, Any], configured: Mapping[str, Any]
    ) -> None:
        changed = sorted(
            key for key in {*built_with, *configured} if built_with.get(key) != configured.get(key)
        )
        differences = "; ".join(
            f"{key}: built with {built_with.get(key)!r}, now {configured.get(key)!r}"
            for key in changed
        )
        super().__init__(
            path=path,
            reason=f"{differences}. Run `mustanad ingest --rebuild PATH` to build it again, "
            "or set the settings back.",
        )
        self.built_with, self.configured = dict(built_with), dict(configured)


class CorpusError(RagError):
    """A corpus cannot be made, changed or deleted. `corpus` is its name."""

    def __init__(self, *, corpus: str, reason: str, kind: CorpusKind = "other") -> None:
        super().__init__(f"Corpus {corpus}: {reason}")
        self.corpus, self.reason, self.kind = corpus, reason, kind


class CorpusNotFoundError(CorpusError):
    """There is no such corpus, or it is another user's own. `corpus` is what was asked for."""

    def __init__(self, *, corpus: str) -> None:
        super().__init__(
            corpus=corpus, reason="there is none of that name. `mustanad corpora list` names all."
        )


class ModelError(RagError):
    """Something is wrong with a model. `model` is its name in models.toml, or its path."""

    def __init__(self, *, model: str, reason: str) -> None:
        super().__init__(f"Model {model}: {reason}")
        self.model, self.reason = model, reason


class ModelNotFoundError(ModelError):
    """No source that the settings allow has this model."""


class ModelCorruptError(ModelError):
    """A file of the model does not have the SHA-256 that it should have."""


class ModelFetchError(ModelError):
    """The model could not be fetched. `retryable` says whether trying again may help."""

    def __init__(self, *, model: str, reason: str, retryable: bool) -> None:
        super().__init__(model=model, reason=reason)
        self.retryable = retryable


class ModelLoadError(ModelError):
    """The model's file is there, but the engine could not load it."""


class PromptError(RagError):
    """A prompt file is missing, malformed, or its variables are not those it is given."""

    def __init__(self, *, prompt: str, reason: str) -> None:
        super().__init__(f"Prompt {prompt}: {reason}")
        self.prompt, self.reason = prompt, reason


class QuestionError(RagError):
    """A question is too long, or the dates that it is limited to are none."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"The question cannot be asked: {reason}")
        self.reason = reason


class ArchiveError(RagError):
    """A file that keeps conversations or feedback could not be opened, read or written."""

    def __init__(self, *, path: Path | str, reason: str) -> None:
        super().__init__(f"What is kept at {path} cannot be used: {reason}")
        self.path, self.reason = str(path), reason


class GenerationError(RagError):
    """The text model, or the server that runs it, failed while it was writing."""

    def __init__(self, *, model: str, reason: str, retryable: bool = False) -> None:
        super().__init__(f"The text model {model} failed: {reason}")
        self.model, self.reason, self.retryable = model, reason, retryable
