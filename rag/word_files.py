"""The text of Word documents (.docx): paragraphs, tables by row, notes, headers and footers."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring

from rag.decoding import ENCRYPTED, MEGABYTE, UnreadableError

# The tree of a Word document takes up to 16 times as much memory as its XML. Word's own shrinks to
# a tenth or less when zipped, hardly ever to a hundredth; a bomb to a thousandth.
_MOST_XML_MB: Final = 50
_MOST_XML_RATIO: Final = 100
_UNSUSPECTED_XML_MB: Final = 10
_BODY: Final = "word/document.xml"
_OTHERS: Final = ("word/footnotes", "word/endnotes", "word/header", "word/footer")
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_UNSEEN: Final = (
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    f"{_W}moveFrom",
    f"{_W}pPr",
)
_ROW: Final = "row"
_PIECES: Final = {
    f"{_W}tab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "-",
    f"{_W}p": "\n\n",
    f"{_W}tbl": "\n",
}
_ZIP_ENCRYPTED: Final = 0x1
# What a broken archive raises as it is unpacked, and broken XML as it is read: a part that lacks
# is a KeyError, a place beyond the file an OSError, an encoding a LookupError or a ValueError.
_DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError),
    *(ParseError, LookupError, ValueError),
)


def read_word_file(path: Path) -> list[str]:
    """The texts of a document's parts that have some, its body first: a header is no title.

    Raises:
        UnreadableError: it is damaged, encrypted, of another kind, or unpacks to too much.
        OSError: the file cannot be read.
    """
    names = dict.fromkeys([_BODY, *_parts(path)])
    try:
        with zipfile.ZipFile(path) as archive:
            texts = [_text(archive.read(name)).strip() for name in names]
    except _DAMAGED as exc:
        raise UnreadableError("it is a damaged Word document", "damaged") from exc
    return list(filter(None, texts))


def _text(xml: bytes) -> str:
    """The paragraphs of a part, parted by blank lines; a row of a table is a line "a | b | c".

    What was moved away or is there twice, for older programs, is left out. The cells of a row that
    has more than one paragraph in a cell, as those that only lay out a page, are paragraphs.
    """
    root = fromstring(xml)  # noqa: S314 - expat itself stops what grows, and reads no other file
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in _UNSEEN]:
            parent.remove(child)
        if parent.tag == f"{_W}txbxContent":
            # The paragraph that a text box stands in goes on after it.
            SubElement(parent, f"{_W}p")
    # Inner tables come first.
    for row in reversed(list(root.iter(f"{_W}tr"))):
        cells = [list(islice(_paragraphs(cell), 2)) for cell in row.iter(f"{_W}tc")]
        if any(cells) and all(len(paragraphs) < 2 for paragraphs in cells):
            row.clear()
            row.tag, row.text = _ROW, " | ".join("".join(paragraphs) for paragraphs in cells)
    return "".join(map(_piece, root.iter()))


def _paragraphs(cell: Element) -> Iterator[str]:
    """The paragraphs of a cell that are not blank, and rows of tables in it, each on one line."""
    for element in cell.iter():
        if element.tag in (f"{_W}p", _ROW):
            line = " ".join("".join(map(_piece, element.iter())).split())
            yield from [line] if line else []


def _piece(element: Element) -> str:
    """The text that an element begins with."""
    if element.tag == f"{_W}t":
        return element.text or ""
    return f"\n{element.text}" if element.tag == _ROW else _PIECES.get(element.tag, "")


def _parts(path: Path) -> list[str]:
    """The parts of a Word document that hold text; refused if they may not be unpacked."""
    with path.open("rb") as opened:
        try:
            with zipfile.ZipFile(opened) as archive:
                parts = [
                    archive.getinfo(name)
                    for name in archive.namelist()
                    if name == _BODY or name.startswith(_OTHERS)
                ]
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as exc:
            raise UnreadableError(
                "it is no Word document of the .docx kind; it may be an older .doc or encrypted",
                "damaged",
            ) from exc
    if any(part.flag_bits & _ZIP_ENCRYPTED for part in parts):
        raise UnreadableError(ENCRYPTED, "encrypted")
    size = sum(part.file_size for part in parts) / MEGABYTE
    packed = sum(part.compress_size for part in parts) / MEGABYTE
    if size > min(_MOST_XML_MB, max(_UNSUSPECTED_XML_MB, _MOST_XML_RATIO * packed)):
        raise UnreadableError(
            f"it unpacks to {size:.0f} MB of XML, which is too large", "too_large"
        )
    return [part.filename for part in parts]
