"""Reads what is measured from files of JSON objects, one a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import DocumentError

Item = TypeVar("Item")


def read_lines(path: Path, parse: Callable[[Any], Item], *, what: str) -> tuple[Item, ...]:
    """Reads a file of JSON objects, one a line; blank lines are skipped.

    Args:
        path: the file, UTF-8.
        parse: makes an item of an object, and raises ValueError, KeyError or TypeError if it
            cannot.
        what: names an item in the error.

    Raises:
        DocumentError: the file cannot be read, or a line of it is no such item.
    """
    try:
        # Not `splitlines`: a JSON string may hold U+2028 and its like as they are.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise DocumentError(path=path, reason=f"it cannot be read ({exc}).") from exc
    items = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            items.append(parse(json.loads(line)))
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            raise DocumentError(
                path=path,
                reason=f"line {number} is no {what} ({type(exc).__name__}: {exc}).",
            ) from exc
    return tuple(items)


def text_in(row: dict[str, Any], name: str) -> str:
    """What stands in a row by that name.

    Raises:
        KeyError: the row lacks it.
        TypeError: it is no text.
    """
    text = row[name]
    if not isinstance(text, str):
        raise TypeError(f"{name} is no text")
    return text


def texts_in(row: dict[str, Any], name: str) -> tuple[str, ...]:
    """The list that stands in a row by that name; numbers are taken as they are written.

    Raises:
        KeyError: the row lacks it.
        TypeError: it is no list of texts.
    """
    found = row[name]
    # A string is a sequence too: each of its letters would count as a text.
    if not isinstance(found, list):
        raise TypeError(f"{name} is no list")
    if not all(isinstance(one, str | int | float) for one in found):
        raise TypeError(f"{name} is no list of texts")
    return tuple(map(str, found))


def flag_in(row: dict[str, Any], name: str) -> bool:
    """The true or false that stands in a row by that name.

    Raises:
        KeyError: the row lacks it.
        TypeError: it is neither.
    """
    flag = row[name]
    if not isinstance(flag, bool):
        raise TypeError(f"{name} is not true or false")
    return flag
