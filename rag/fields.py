"""The facts of a document that a file states: front matter, a table's columns, an object's keys."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rag.dates import parse_date
from rag.decoding import UnreadableError
from rag.text import fold

_FRONT_MATTER_LINES: Final = 60
# Its parser is slow, and goes as deep as the brackets do.
_FRONT_MATTER_CHARS: Final = 8_000

# What a column, a key or a line of front matter may be called; case, spaces and signs of a name do
# not count, so that `publishedAt` is `published at`.
FIELDS: Final = {
    "text": (
        *("text", "body", "content", "article", "النص", "المحتوى"),
        *("article body", "full text", "main text", "نص", "نص الخبر", "نص المقال"),
    ),
    "title": ("title", "headline", "العنوان", "عنوان"),
    "source": ("source", "publisher", "site name", "المصدر", "مصدر", "الناشر"),
    "published": (
        *("published", "date", "publication date", "published at", "published on", "publish date"),
        *("date published", "published date", "pub date", "التاريخ", "تاريخ", "تاريخ النشر"),
    ),
    "url": ("url", "link", "الرابط", "رابط"),
    "keywords": (
        *("keywords", "tags", "الكلمات المفتاحية", "كلمات مفتاحية"),
        *("الكلمات الدلالية", "كلمات دلالية", "الوسوم", "وسوم"),
    ),
    "language": ("language", "lang", "اللغة"),
}
# An indented line goes on with the one before it.
_HEAD_LINE: Final = re.compile(r"\s|#|-\s|[\w-][\w -]*:(\s|$)|[])}]|$")
_FACT: Final = re.compile(r"\w[\w -]*:(?:\s|$)")
_NEXT_FACT: Final = re.compile(rf"\n(?={_FACT.pattern})")
_NESTED: Final = (list, Mapping)


def split_front_matter(text: str) -> tuple[dict[str, Any] | None, str]:
    """Splits a text into the facts between two `---` lines at its start and what comes after.

    Returns:
        The facts as from `parse_fields`, and the body; None and the whole text where it has no
        front matter. A first line of dashes over a paragraph or a list is none.

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
    stated = _mapping("\n".join(head))
    if not stated and any(map(str.strip, head)):
        return None, text
    facts = parse_fields(stated)
    facts.pop("text", None)
    if "published" in facts and facts["published"] is None:
        raise UnreadableError(
            "its front matter has a date that cannot be read; write it as 2024-01-26"
        )
    return facts, "\n".join(lines[end + 1 :]).strip()


def _mapping(head: str) -> Mapping[Any, Any]:
    """What the lines of a front matter state; empty where they are no names with values."""
    whole = _loaded(head)
    if whole is not None:
        return whole
    # A title with a colon is no YAML: its words are plain, and the other facts are read still.
    return dict(pair for fact in _NEXT_FACT.split(head) for pair in _pairs(fact))


def _pairs(fact: str) -> Iterator[tuple[Any, Any]]:
    loaded = _loaded(fact)
    if loaded is not None:
        yield from loaded.items()
    elif _FACT.match(fact):
        name, _, value = fact.partition(":")
        yield name.strip(), " ".join(value.split())


def _loaded(text: str) -> Mapping[Any, Any] | None:
    """The mapping that a YAML text is, empty if it is something else; None if it is no YAML."""
    import yaml

    try:
        # A few lines of aliases of aliases may stand for a billion words, and a tag for a type
        # that its value is not of.
        special = (yaml.AliasToken, yaml.TagToken)
        if re.search("[*!]", text) and any(isinstance(token, special) for token in yaml.scan(text)):
            return None
        loaded = _loader()(text).get_single_data()
    except (yaml.YAMLError, ValueError):
        return None
    except RecursionError:
        return {}
    return loaded if isinstance(loaded, Mapping) else {}


@functools.cache
def _loader() -> Any:
    """A safe loader of YAML that leaves a title like `No`, `12:30` or `007` as it is written."""
    import yaml

    null = "tag:yaml.org,2002:null"
    resolvers = {
        first: [resolver for resolver in known if resolver[0] == null]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return type("_TextLoader", (yaml.SafeLoader,), {"yaml_implicit_resolvers": resolvers})


def parse_fields(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The fields of a row that have a value, by the names of Document, in its types.

    Names are compared without case and signs; unknown ones are passed over, and so are keywords
    that are no plain values. Of several names for one field the first that has a value counts. A
    date that cannot be read becomes None, and a source that has a name of its own is that name.

    Raises:
        UnreadableError: a value is a list or a mapping where a text should be.
    """
    facts: dict[str, Any] = {}
    for name, stated in row.items():
        field = field_of(name) if isinstance(name, str) else None
        is_object = field == "source" and isinstance(stated, Mapping)
        value = stated.get("name", stated) if is_object else stated
        is_blank = value is None or (isinstance(value, str) and not value.strip())
        if field is None or is_blank or facts.get(field):
            continue
        if field == "published":
            facts[field] = _date(value)
        elif field == "keywords":
            facts[field] = _keywords(value)
        elif isinstance(value, _NESTED):
            raise UnreadableError(f"{name} is not a plain value")
        else:
            facts[field] = str(value).strip()
    return facts


def _keywords(value: Any) -> tuple[str, ...]:
    parts = value if isinstance(value, _NESTED) else re.split(r"[،,;؛|]", str(value))
    plain = [part for part in parts if part is not None and not isinstance(part, _NESTED)]
    return tuple(filter(None, (str(part).strip() for part in plain)))


def field_of(name: str) -> str | None:
    """Which field of a Document a column or key is; None for any other."""
    return _FIELD_OF.get(_bare(name))


def _bare(name: str) -> str:
    """The letters and digits of a name, folded."""
    return re.sub(r"[\W_]+", "", fold(name))


_FIELD_OF: Final = {_bare(name): field for field, names in FIELDS.items() for name in names}


def _date(value: Any) -> dt.date | None:
    return None if isinstance(value, _NESTED) else parse_date(str(value).strip())
