"""What an action says: its facts, checked as they are read."""

from __future__ import annotations

import reprlib
from collections.abc import Container, Iterable, Mapping
from typing import Any, TypeVar

Choice = TypeVar("Choice", bound=str)


class MalformedActionError(ValueError):
    """An action lacks a fact, or has one that cannot be; the page itself makes none such."""


class Facts:
    """The facts of an action, by their names.

    All methods raise MalformedActionError where a fact is missing, or is not what it must be.
    """

    def __init__(self, action: Mapping[str, Any]) -> None:
        self._action = action

    def __getitem__(self, name: str) -> str:
        """A fact as text."""
        if name not in self._action:
            raise MalformedActionError(f"no {name}")
        return str(self._action[name])

    def number(self, name: str, allowed: Container[int]) -> int:
        """A fact that is one of some whole numbers."""
        try:
            found = int(self[name])
        except ValueError as exc:
            raise MalformedActionError(f"{name}: {reprlib.repr(self[name])}") from exc
        if found not in allowed:
            raise MalformedActionError(f"{name}: there is no {reprlib.repr(found)}")
        return found

    def one_of(self, name: str, choices: Iterable[Choice]) -> Choice:
        """A fact that is one of some texts."""
        for choice in choices:
            if choice == self[name]:
                return choice
        raise MalformedActionError(f"{name}: there is no {reprlib.repr(self[name])}")
