"""The facts of a document that a file states: front matter, a table's columns, an object's keys."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final

from rag.dates import parse_date
from rag.decoding import UnreadableError

_FRONT_MATTER_LINES: Final = 60
# Its parser is slow, and goes as deep as the brackets do.
_FRONT_MATTER_CHARS: Final = 8_000

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
_HEAD_LINE: Final = re.compile(r"\s*+(#|-\s|[\w-][\w -]*:(\s|$)|$)")
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
    if sum(map(len, head)) > _FRONT_MATTER_CHARS or not all(map(_HEAD_LINE.match, head)):
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

    text = "\n".join(lines)
    try:
        # A few lines of aliases of aliases may stand for a billion words, and a tag for a type
        # that its value is not of.
        special = (yaml.AliasToken, yaml.TagToken)
        if re.search("[*!]", text) and any(isinstance(token, special) for token in yaml.scan(text)):
            raise yaml.YAMLError("aliases and tags are not followed")
        loaded = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        # A title with a colon is no YAML, and a thirteenth month no date; the words are plain.
        pairs = (line.partition(":") for line in lines if ":" in line)
        loaded = {name.strip(): value.strip() for name, _, value in pairs}
    return loaded if isinstance(loaded, Mapping) else {}


def parse_fields(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The fields of a row that have a value, by the names of Document, in its types.

    Names are compared without case; unknown ones are passed over, and so are keywords that are no
    plain values. A date that cannot be read becomes None.

    Raises:
        UnreadableError: a value is a list or a mapping where a text should be, or is a number of
            thousands of digits.
    """
    facts: dict[str, Any] = {}
    for name, value in row.items():
        field = field_of(name) if isinstance(name, str) else None
        if field is None or value is None or value == "" or field in facts:
            continue
        if field == "published":
            facts[field] = _date(value)
        elif field == "keywords":
            is_listed = isinstance(value, (list, Mapping))
            parts = value if is_listed else re.split(r"[،,;؛|]", _text(name, value))
            plain = (_text(name, part) for part in parts if not isinstance(part, (list, Mapping)))
            facts[field] = tuple(part for part in plain if part)
        else:
            facts[field] = _text(name, value)
    return facts


def _text(name: Any, value: Any) -> str:
    if isinstance(value, (list, Mapping)):
        raise UnreadableError(f"{name} is not a plain value")
    try:
        return str(value).strip()
    except ValueError as exc:
        raise UnreadableError(f"{name} is a number that is too long") from exc


def field_of(name: str) -> str | None:
    """Which field of a Document a column or key is; None for any other."""
    return _FIELD_OF.get(name.strip().lower().replace(" ", "_"))


def _date(value: Any) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, (list, Mapping)):
        return None
    return value if isinstance(value, dt.date) else parse_date(_text("its date", value))
