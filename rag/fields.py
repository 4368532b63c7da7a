"""The facts of a document that a file states: front matter, a table's columns, an object's keys."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final

from rag.dates import parse_date
from rag.decoding import UnreadableError

_FRONT_MATTER_LINES: Final = 60

# What a column, a key or a line of front matter may be called.
FIELDS: Final = {
    "text": ("text", "body", "content", "article"),
    "title": ("title", "headline"),
    "source": ("source", "publisher"),
    "published": ("published", "date", "publication_date", "published_at"),
    "url": ("url", "link"),
    "keywords": ("keywords", "tags"),
    "language": ("language", "lang"),
}
_FIELD_OF: Final = {name: field for field, names in FIELDS.items() for name in names}


def split_front_matter(text: str) -> tuple[dict[str, Any] | None, str]:
    """Splits a text into the facts between two `---` lines at its start and what comes after.

    Returns:
        The facts as from `parse_fields`, and the body; None and the whole text where it has no
        front matter. A first line of dashes over a paragraph is none.

    Raises:
        UnreadableError: its date is none.
    """
    lines = text.lstrip().split("\n", maxsplit=_FRONT_MATTER_LINES)
    if lines[0].rstrip() != "---":
        return None, text
    end = next((place for place, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        return None, text
    head = lines[1:end]
    if not all(re.match(r"\s*(#|-\s|[\w -]+:(\s|$))|\s*$", line) for line in head):
        return None, text
    facts = parse_fields(_mapping(head))
    facts.pop("text", None)
    if "published" in facts and facts["published"] is None:
        raise UnreadableError(
            "its front matter has a date that cannot be read; write it as 2024-01-26"
        )
    return facts, "\n".join(lines[end + 1 :]).strip()


def _mapping(lines: list[str]) -> Mapping[Any, Any]:
    import yaml

    try:
        loaded = yaml.safe_load("\n".join(lines))
    except (yaml.YAMLError, ValueError):
        # A title with a colon is no YAML, and a thirteenth month no date; the words are plain.
        pairs = (line.partition(":") for line in lines if ":" in line)
        loaded = {name.strip(): value.strip() for name, _, value in pairs}
    return loaded if isinstance(loaded, Mapping) else {}


def parse_fields(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The fields of a row that have a value, by the names of Document, in its types.

    Names are compared without case; unknown ones are passed over. A date that cannot be read
    becomes None.

    Raises:
        UnreadableError: a value is a list or a mapping where a text should be.
    """
    facts: dict[str, Any] = {}
    for name, value in row.items():
        field = field_of(str(name))
        if field is None or value is None or value == "" or field in facts:
            continue
        if field == "published":
            facts[field] = _date(value)
        elif field == "keywords":
            parts = value if isinstance(value, list) else re.split(r"[،,;؛|]", str(value))
            facts[field] = tuple(str(part).strip() for part in parts if str(part).strip())
        elif isinstance(value, (list, Mapping)):
            raise UnreadableError(f"{name} is not a plain value")
        else:
            facts[field] = str(value).strip()
    return facts


def field_of(name: str) -> str | None:
    """Which field of a Document a column or key is; None for any other."""
    return _FIELD_OF.get(name.strip().lower().replace(" ", "_"))


def _date(value: Any) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else parse_date(str(value))
