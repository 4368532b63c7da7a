"""Loads and checks the prompt files of the package `prompts`.

A file is Markdown: a TOML header between `+++` lines (`purpose`, `variables`), then the messages
of a chat, each under `## system`, `## user` or `## assistant`, with `$variables`. The messages
before the last one are examples and stay the same, so that an engine reads them only once.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, cast

from rag.errors import PromptError
from rag.generation import Message

_HEADING = re.compile(r"^## (system|user|assistant)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A checked template. `variables` are those of its messages, neither more nor fewer."""

    name: str
    purpose: str
    variables: frozenset[str]
    templates: tuple[tuple[str, string.Template], ...]

    @property
    def fixed(self) -> int:
        """How many messages at the start are the same each time."""
        return len(self.templates) - 1

    def messages(self, values: Mapping[str, str]) -> tuple[Message, ...]:
        """The chat with its variables filled in.

        Raises:
            PromptError: the values given are not those that the template declares.
        """
        if values.keys() != self.variables:
            raise PromptError(
                prompt=self.name,
                reason=f"it takes {sorted(self.variables)}, but was given {sorted(values)}.",
            )
        return tuple(
            Message(cast("Literal['system', 'user', 'assistant']", role), body.substitute(values))
            for role, body in self.templates
        )


def parse_prompt(name: str, text: str) -> Prompt:
    """Reads one prompt file.

    Raises:
        PromptError: header or messages are malformed, or the declared variables are not the used.
    """
    parts = text.split("+++\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise PromptError(prompt=name, reason="it must begin with a TOML header between +++ lines.")
    try:
        header = tomllib.loads(parts[1])
        purpose, declared = str(header["purpose"]), frozenset(map(str, header["variables"]))
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as exc:
        raise PromptError(prompt=name, reason=f"its header is malformed: {exc}.") from exc
    pieces = _HEADING.split(parts[2])
    if pieces[0].strip() or len(pieces) < 3:
        raise PromptError(prompt=name, reason="its messages must stand under ## headings.")
    templates = tuple(
        (role, string.Template(body.strip()))
        for role, body in zip(pieces[1::2], pieces[2::2], strict=True)
    )
    if templates[-1][0] != "user":
        raise PromptError(prompt=name, reason="its last message must be the user's.")
    for _, template in templates:
        if not template.is_valid():
            raise PromptError(prompt=name, reason="a $ stands where no variable does; write $$.")
    used = frozenset(key for _, template in templates for key in template.get_identifiers())
    if used != declared:
        raise PromptError(
            prompt=name, reason=f"it declares {sorted(declared)} but uses {sorted(used)}."
        )
    return Prompt(name=name, purpose=purpose, variables=declared, templates=templates)


@cache
def load_prompt(name: str) -> Prompt:
    """The prompt of that name, from the package `prompts`.

    Raises:
        PromptError: there is no such file, or it is malformed.
    """
    try:
        text = (resources.files("prompts") / f"{name}.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ModuleNotFoundError) as exc:
        raise PromptError(prompt=name, reason=f"its file cannot be read: {exc}.") from exc
    return parse_prompt(name, text)
