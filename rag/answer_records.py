"""Answers as lines of JSON that are kept, and back again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rag.schema import Answer


def answer_line(answer: Answer) -> str:
    """The record of an answer as one line of JSON that any UTF-8 file can hold.

    Half a character (a lone surrogate), which a browser may send, becomes a question mark.
    """
    written = json.dumps(answer.to_dict(), ensure_ascii=False)
    return written.encode("utf-8", errors="replace").decode("utf-8")


def answer_from(record: Mapping[str, Any]) -> Answer:
    """Makes an answer of its record: the reverse of `Answer.to_dict`, before or after JSON.

    What a record of an earlier release lacks takes its default, where it has one; what a later
    release added is left out. No value is bent to fit: "1" is no number, and true is none.

    Raises:
        ValueError: the record is that of no answer; the message is one line.
    """
    try:
        # Strict JSON, unlike strict Python values, lets lists be tuples and texts be dates.
        return _answers().validate_json(json.dumps(record), strict=True)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "as a whole"
        raise ValueError(f"no record of an answer: {place}: {first['msg']}") from exc
    except (TypeError, ValueError, RecursionError) as exc:
        raise ValueError(f"no record of an answer: it is not JSON ({exc})") from exc


@cache
def _answers() -> TypeAdapter[Answer]:
    return TypeAdapter(Answer)
