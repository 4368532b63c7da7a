"""The word lists of the package: text files, a row a line, its columns parted by tabs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources


def read_rows(name: str) -> Iterator[list[str]]:
    """The columns of each row of a list, by the name of its file."""
    text = resources.files("rag").joinpath(name).read_text(encoding="utf-8")
    return (line.split("\t") for line in text.splitlines())
