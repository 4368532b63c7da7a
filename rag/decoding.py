"""Bytes made into text: UTF-8, UTF-16 and the older code pages of Arabic text; why it cannot be."""

from __future__ import annotations

import codecs
from typing import Final

from rag.errors import SkipKind

MEGABYTE: Final = 1_000_000
ENCRYPTED: Final = "it is encrypted; save a copy without a password"
"""The reason that is given for a file of any format."""
_MARKED: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # Before UTF-16, whose mark it begins with.
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNMARKED: Final = ["utf_16_le", "utf_16_be", "cp1256", "iso8859_6", "cp1252"]
_ALLOWED_CONTROLS: Final = frozenset("\t\n\v\f\r\x1a\x1c\x1d\x1e\x1f\x85")
_MOST_CONTROLS: Final = 0.01
_MOST_BROKEN: Final = 0.2


class UnreadableError(ValueError):
    """What a file holds cannot be read; the message is the reason, as a clause without a stop."""

    def __init__(self, reason: str, kind: SkipKind = "other") -> None:
        super().__init__(reason)
        self.kind: SkipKind = kind


def decode(content: bytes) -> str:
    """Decodes the bytes of a text file; a byte order mark is left out.

    UTF-8 is tried first, then what the bytes look like: UTF-16, windows-1256, ISO 8859-6 or
    windows-1252. Nothing is replaced.

    Raises:
        UnreadableError: binary, damaged UTF-8, or no known encoding.
    """
    for mark, encoding in _MARKED:
        if content.startswith(mark):
            try:
                return _checked(content.decode(encoding))
            except UnicodeDecodeError as exc:
                raise UnreadableError(
                    f"it is marked as {encoding.removesuffix('-sig').upper()}, but is damaged at "
                    f"byte {exc.start}; save it again as UTF-8",
                    "damaged",
                ) from exc
    if b"\0" in content:
        return _guessed(content)
    try:
        return _checked(content.decode("utf-8"))
    except UnicodeDecodeError as exc:
        patched = content.decode("utf-8", errors="replace")
        # Read as windows-1256, such a file would be gibberish without any error.
        multibyte = sum(1 for char in patched if char > "\x7f")
        broken = patched.count("\ufffd")
        if broken <= _MOST_BROKEN * multibyte:
            raise UnreadableError(
                f"it is UTF-8 text that is damaged at byte {exc.start}; save it again as UTF-8",
                "damaged",
            ) from exc
        return _guessed(content)


def _guessed(content: bytes) -> str:
    # It takes a tenth of a second to load, and few files need it.
    from charset_normalizer import from_bytes

    best = from_bytes(content, cp_isolation=_UNMARKED).best()
    if best is None:
        if b"\0" in content:
            raise UnreadableError("it is binary, not text", "binary")
        raise UnreadableError("its encoding was not recognised; save it as UTF-8", "encoding")
    return _checked(content.decode(best.encoding))


def _checked(text: str) -> str:
    controls = sum(1 for char in text if char < " " and char not in _ALLOWED_CONTROLS)
    if "\0" in text or controls > _MOST_CONTROLS * len(text):
        raise UnreadableError("it is binary, not text", "binary")
    return text
