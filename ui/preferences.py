"""The view of settings as HTML: pure, from plain values to strings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from babel.units import format_unit

from rag.settings import DELIMITER, FILE_NAME, PREFIX
from ui.strings import Language
from ui.templating import render

Theme = Literal["light", "dark", "auto"]
Length = Literal["words", "sentence", "passage"]
Role = Literal["embedding", "reader", "text"]

THEMES: Final[tuple[Theme, ...]] = get_args(Theme)
LENGTHS: Final[tuple[Length, ...]] = get_args(Length)
PASSAGES: Final = range(1, 51)

_KILOBYTE, _MEGABYTE, _GIGABYTE = 1_000, 1_000_000, 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelView:
    """A model in use. `disk_bytes` is None where its size is not known, as for a server's."""

    role: Role
    name: str
    loaded: bool
    disk_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedSetting:
    """A setting in force that the page cannot change.

    `name` is dotted, like `answer.refusal_threshold`; `value` is masked where it is secret, and
    empty where it is not set; `origin` is one of those that `load_settings` tells.
    """

    name: str
    value: str
    origin: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper().replace(".", DELIMITER)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesView:
    """All that the view shows.

    `since` and `until` are days as typed, ISO 8601 once accepted, and empty for an open side;
    `bad_period` and `bad_passages` say that what was sent last was refused. `memory_bytes` is what
    the process holds in memory now, None where that is not known.
    """

    theme: Theme
    length: Length
    passages: int
    since: str
    until: str
    models: tuple[ModelView, ...]
    memory_bytes: int | None
    fixed: tuple[FixedSetting, ...]
    bad_period: bool = False
    bad_passages: bool = False


def format_size(count: int, language: Language) -> str:
    """A number of bytes in the largest decimal unit that it fills, at least kilobytes."""
    # In Arabic, the short forms of the larger units are abbreviations that few know.
    length: Literal["short", "long"] = "long" if language == "ar" else "short"
    if count >= _GIGABYTE:
        return _measure(count / _GIGABYTE, "gigabyte", length, language)
    if count >= _MEGABYTE:
        return _measure(count / _MEGABYTE, "megabyte", length, language)
    return _measure(count / _KILOBYTE, "kilobyte", "short", language)


def render_preferences(view: PreferencesView, language: Language) -> str:
    """What the reader can choose, the models in use, the shortcuts, and what is fixed."""
    return render(
        "preferences.html",
        language,
        view=view,
        sizes=[
            None if model.disk_bytes is None else format_size(model.disk_bytes, language)
            for model in view.models
        ],
        memory=None if view.memory_bytes is None else format_size(view.memory_bytes, language),
        lengths=LENGTHS,
        least=PASSAGES[0],
        most=PASSAGES[-1],
        file_name=FILE_NAME,
        prefix=PREFIX,
    )


def _measure(amount: float, unit: str, length: Literal["short", "long"], language: Language) -> str:
    return format_unit(amount, f"digital-{unit}", length, format="#,##0.#", locale=language)
