"""Files made into Documents: txt, md, html, pdf, docx, csv and jsonl.

Whatever is wrong with a file becomes one `DocumentError` with the path and one reason, so that the
other files can be ingested. The parsers are imported when the first file of their kind is read.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import lzma
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from rag.dates import parse_date
from rag.decoding import UnreadableError, decode
from rag.errors import DocumentError, SkipKind
from rag.fields import FIELDS, field_of, parse_fields, split_front_matter
from rag.furniture import load_furniture
from rag.news import Article, plain_article, split_page
from rag.schema import Document, Skipped
from rag.settings import IngestSettings
from rag.text import detect_language

MEGABYTE: Final = 1_000_000
_LANGUAGE_CHARS: Final = 4_000
_LANGUAGE: Final = re.compile("[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
# Each chunk is embedded with its title, and a card shows title and source.
_MOST_FACT_CHARS: Final = 300
_MOST_REASON_CHARS: Final = 300
_MOST_NAMED: Final = 10
# Finding the article takes a second and 30 MB of memory for each megabyte.
_MOST_HTML_MB: Final = 20
# The tree of a Word document takes up to 16 times as much memory as its XML. Word's own shrinks to
# a tenth or less when zipped, hardly ever to a hundredth; a bomb to a thousandth.
_MOST_XML_MB: Final = 50
_MOST_XML_RATIO: Final = 100
_UNSUSPECTED_XML_MB: Final = 10
_DOCX_BODY: Final = "word/document.xml"
_ZIP_ENCRYPTED: Final = 0x1
_ENCRYPTED: Final = "it is encrypted; save a copy without a password"
# What a broken archive raises as it is unpacked, and broken XML as it is read: a part that lacks
# is a KeyError, a place beyond the file an OSError, an encoding a LookupError or a ValueError.
_DAMAGED_DOCX: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError),
    *(ParseError, LookupError, ValueError),
)
# Control characters, by which a whole page would be lost, and zero-width spaces, which would be
# left out, so that the words or letters that they part became one.
_PARTING: Final = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xe2\x80\x8b|&zerowidthspace;|"
    rb"&#0*(?:[0-8]|1[124-9]|2\d|3[01]|8203);|&#x0*(?:[0-8bcef]|1[0-9a-f]|200b);",
    re.IGNORECASE,
)
# What a page says in a place where no one can see it; whole articles may wait so for a script.
_UNSEEN_STYLES: Final = (
    *("font-size:0;", "font-size:0p", "font-size:1px", "opacity:0;", "visibility:hidden"),
    *("left:-999", "top:-999", "text-indent:-999", "color:transparent"),
)
_STYLE: Final = (
    "translate(concat(@style, ';'), ' ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"
)
_UNSEEN: Final = "//*[@style][{}][not(.//p)]".format(
    " or ".join(f"contains({_STYLE}, '{style}')" for style in _UNSEEN_STYLES)
)
_SENTENCE_END: Final = re.compile(r"[.!?؟:…][\"'»”)]*$")


def find_files(paths: Iterable[str | Path]) -> tuple[list[Path], list[Skipped]]:
    """Finds the readable files among `paths`, and below those that are folders.

    In folders, hidden files and folders and files of other kinds are passed over. Links are
    followed within the folder, but no folder is entered twice; those that lead out of it or
    nowhere are reported. A file that is named itself is always read or reported, wherever it is.

    Returns:
        The files as resolved paths, sorted, each once; and the named paths that hold nothing to
        read. Both are empty without `paths`.
    """
    found: set[Path] = set()
    skipped: list[Skipped] = []
    kinds = ", ".join(suffix.removeprefix(".") for suffix in _READERS)
    for named in paths:
        path = Path(named)
        try:
            resolved = _resolved(path)
        except (OSError, UnreadableError) as exc:
            skipped.append(_skipped(path, exc))
            continue
        if resolved.is_dir():
            below = set(_below(resolved, skipped))
            found |= below
            if not below:
                reason = f"the folder holds no file that can be read ({kinds})"
                skipped.append(_skipped(path, UnreadableError(reason, "no_text")))
        elif resolved.suffix.lower() in _READERS:
            found.add(resolved)
        else:
            reason = f"files of this kind are not read; these are: {kinds}"
            skipped.append(_skipped(path, UnreadableError(reason, "unsupported")))
    return sorted(found), skipped


def _below(folder: Path, skipped: list[Skipped]) -> Iterator[Path]:
    """The files below a resolved folder; links that are not followed are added to `skipped`."""

    def report(exc: OSError) -> None:
        skipped.append(_skipped(Path(exc.filename), exc))

    def followed(path: Path, *, is_folder: bool) -> Path | None:
        target = path
        try:
            target = _resolved(path)
            if not target.is_relative_to(folder):
                raise UnreadableError(
                    "its link leads out of the folder; name what it leads to, to read that too",
                    "outside",
                )
        except (OSError, UnreadableError) as exc:
            if is_folder or {path.suffix.lower(), target.suffix.lower()} & _READERS.keys():
                skipped.append(_skipped(path, exc))
            return None
        return target

    entered: set[Path] = set()
    for place, folders, files in os.walk(folder, followlinks=True, onerror=report):
        here = Path(place).resolve()
        if here in entered:
            folders.clear()
            continue
        entered.add(here)
        folders[:] = sorted(
            name
            for name in folders
            if not _is_hidden(name) and followed(here / name, is_folder=True)
        )
        visible = (name for name in files if not _is_hidden(name))
        found = (followed(here / name, is_folder=False) for name in visible)
        yield from (path for path in found if path and path.suffix.lower() in _READERS)


def _is_hidden(name: str) -> bool:
    # Word keeps a file "~$name.docx" beside a document while that is open.
    return name.startswith((".", "~$"))


def _resolved(path: Path) -> Path:
    try:
        resolved = path.resolve(strict=True)
        str(resolved).encode()
    except RuntimeError as exc:
        raise UnreadableError("its links lead back to itself", "loop") from exc
    except UnicodeEncodeError as exc:
        raise UnreadableError("its path is not UTF-8; rename it") from exc
    except ValueError as exc:
        raise UnreadableError("no path can hold a NUL character") from exc
    return resolved


def _skipped(path: Path, exc: Exception) -> Skipped:
    # A name that is not UTF-8 could not even be printed.
    shown = str(path).encode(errors="replace").decode()
    reason, kind = _explained(exc)
    return Skipped(path=shown, reason=reason, kind=kind)


def read_file(path: str | Path, settings: IngestSettings) -> tuple[Document, ...]:
    """Reads the articles of one file.

    A txt or md file with front matter between `---` lines is one document; without, it is taken
    for a scraped page if it has the marks of one (see `rag.news`). A csv or jsonl file has one
    document a row, in its order, without the rows that have no text. All others are one document.

    Raises:
        DocumentError: the file cannot be read, or holds no text; the reason says why.
        SettingsError: the file of `settings.furniture` cannot be used.
    """
    with _reported(Path(path)):
        resolved = _resolved(Path(path))
        reader = _READERS.get(resolved.suffix.lower())
        if reader is None:
            raise UnreadableError(
                f"files of kind {resolved.suffix or 'without a suffix'} are not read",
                "unsupported",
            )
        if not resolved.is_file():
            raise UnreadableError("it is not a file", "no_file")
        size = resolved.stat().st_size
        if size == 0:
            raise UnreadableError("it is empty", "empty")
        if size > settings.max_file_mb * MEGABYTE:
            raise UnreadableError(
                f"it is too large: {size / MEGABYTE:.1f} MB, and ingest.max_file_mb is "
                f"{settings.max_file_mb}",
                "too_large",
            )
        drafts = [draft for draft in reader(resolved, settings) if draft["text"].strip()]
        if not drafts:
            raise UnreadableError("it holds no text", "no_text")
        return tuple(_document(draft, resolved, number) for number, draft in enumerate(drafts))


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Translates what goes wrong with a file."""
    try:
        yield
    except (OSError, UnreadableError) as exc:
        reason, kind = _explained(exc)
        raise DocumentError(path=path, reason=reason, kind=kind) from exc


def _explained(exc: Exception) -> tuple[str, SkipKind]:
    if isinstance(exc, FileNotFoundError):
        return "there is no such file; it may have been moved or deleted", "missing"
    if isinstance(exc, PermissionError):
        return "this user may not read it", "forbidden"
    if isinstance(exc, OSError):
        return f"it could not be read: {_one_line(exc.strerror or str(exc))}", "other"
    return _one_line(str(exc)), exc.kind if isinstance(exc, UnreadableError) else "other"


def _one_line(text: str, *, most: int = _MOST_REASON_CHARS) -> str:
    """What a file or its parser says, fit to be shown: no controls, no more than a line."""
    line = " ".join(text[: 2 * most].split())
    line = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)
    return line if len(line) <= most else line[: most - 1] + "…"


# A draft of a document: its fields by name, "text" always among them.
_Draft = dict[str, Any]
_Reader = Callable[[Path, IngestSettings], Iterable[_Draft]]


def _document(draft: _Draft, path: Path, ordinal: int) -> Document:
    text, place = draft["text"], path.as_posix()
    language = draft.get("language") or ""
    if not _LANGUAGE.fullmatch(language):
        language = detect_language(text[:_LANGUAGE_CHARS])
    keywords, url = draft.get("keywords") or (), draft.get("url")
    title, source = _fact(draft.get("title")) or "", _fact(draft.get("source"))
    try:
        content = f"{place}\0{ordinal}\0{text}".encode()
        "\n".join((title, source or "", url or "", *keywords)).encode()
    except UnicodeEncodeError as exc:
        raise UnreadableError("it holds half a character (a lone surrogate)") from exc
    digest = hashlib.blake2b(content, digest_size=8)
    return Document(
        document_id=digest.hexdigest(),
        text=text,
        path=place,
        title=title,
        source=source,
        published=draft.get("published"),
        crawled=draft.get("crawled"),
        keywords=keywords,
        language=language,
        url=url,
    )


def _fact(value: str | None) -> str | None:
    """A title or a source on one line, cut where no one would read on."""
    return value and " ".join(value[: 2 * _MOST_FACT_CHARS].split())[:_MOST_FACT_CHARS]


def _draft(article: Article) -> _Draft:
    return {
        "text": article.text,
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "crawled": article.crawled,
        "keywords": article.keywords,
    }


def _read_text(path: Path, settings: IngestSettings) -> Iterator[_Draft]:
    text = decode(path.read_bytes())
    facts, body = split_front_matter(text)
    if facts is None:
        page = split_page(text, load_furniture(settings.furniture))
        yield from map(_draft, page.articles)
    else:
        yield _draft(plain_article(body)) | facts


def _read_html(path: Path, settings: IngestSettings) -> Iterator[_Draft]:
    from trafilatura import bare_extraction

    content = path.read_bytes()
    if len(content) > _MOST_HTML_MB * MEGABYTE:
        raise UnreadableError(
            f"it is too large for a page: {len(content) / MEGABYTE:.1f} MB, of {_MOST_HTML_MB} at "
            "most; save its text as .txt",
            "too_large",
        )
    if b"\0" in content:
        content = decode(content).encode("utf-8")
    found = bare_extraction(
        _PARTING.sub(b" ", content),
        with_metadata=True,
        include_comments=False,
        prune_xpath=_UNSEEN,
        # Only a date that the page states: the extensive search takes one from a footer.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None or isinstance(found, dict) or not found.text:
        raise UnreadableError("no article was found in it", "no_text")
    title = (found.title or "").strip()
    known = {
        "title": title,
        "source": found.sitename,
        "published": parse_date(found.date) if found.date else None,
        "url": found.url,
    }
    lines = found.text.split("\n")
    if title and lines[0].strip() == title:
        lines = lines[1:]
    page = split_page("\n".join(lines), load_furniture(settings.furniture))
    for number, article in enumerate(page.articles):
        # What the page says of itself is said of its first article.
        own = {name: fact for name, fact in known.items() if fact} if number == 0 else {}
        yield _draft(article) | own


def _read_pdf(path: Path, settings: IngestSettings) -> Iterator[_Draft]:
    from llama_index.readers.file.docs.base import PDFReader  # type: ignore[import-untyped]
    from pypdf.errors import DependencyError, FileNotDecryptedError
    from tenacity import RetryError

    try:
        pages = PDFReader(return_full_document=True).load_data(path)
    except RetryError as exc:
        cause = exc.last_attempt.exception()
        if isinstance(cause, (FileNotDecryptedError, DependencyError)):
            raise UnreadableError(_ENCRYPTED, "encrypted") from exc
        if isinstance(cause, OSError):
            raise cause from exc
        raise UnreadableError(f"it is no PDF that can be read: {cause}", "damaged") from exc
    text = "\n\n".join(page.text for page in pages)
    if not text.strip():
        raise UnreadableError(
            "it holds no text; if it was scanned, run an OCR program on it first, like ocrmypdf",
            "scanned",
        )
    yield _draft(plain_article(_unwrapped(text)))


def _unwrapped(text: str) -> str:
    """Joins the lines of a paragraph, which a PDF breaks where the page is full."""
    lines = [line.strip() for line in text.splitlines()]
    full = 0.7 * max(map(len, lines))
    joined = [
        (" " if line and len(before) > full and not _SENTENCE_END.search(before) else "\n") + line
        for before, line in pairwise(["", *lines])
    ]
    return "".join(joined)


def _read_docx(path: Path, settings: IngestSettings) -> Iterator[_Draft]:
    from docx2txt.docx2txt import xml2text

    with path.open("rb") as opened:
        try:
            with zipfile.ZipFile(opened) as archive:
                parts = [
                    archive.getinfo(name)
                    for name in archive.namelist()
                    if name == _DOCX_BODY or name.startswith(("word/header", "word/footer"))
                ]
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as exc:
            raise UnreadableError(
                "it is no Word document of the .docx kind; it may be an older .doc or encrypted",
                "damaged",
            ) from exc
    if any(part.flag_bits & _ZIP_ENCRYPTED for part in parts):
        raise UnreadableError(_ENCRYPTED, "encrypted")
    size = sum(part.file_size for part in parts) / MEGABYTE
    packed = sum(part.compress_size for part in parts) / MEGABYTE
    if size > min(_MOST_XML_MB, max(_UNSUSPECTED_XML_MB, _MOST_XML_RATIO * packed)):
        raise UnreadableError(
            f"it unpacks to {size:.0f} MB of XML, which is too large", "too_large"
        )
    try:
        with zipfile.ZipFile(path) as archive:
            # The body comes first: the header of its pages is no title.
            names = dict.fromkeys([_DOCX_BODY, *(part.filename for part in parts)])
            texts = [xml2text(archive.read(name)).strip() for name in names]
    except _DAMAGED_DOCX as exc:
        raise UnreadableError("it is a damaged Word document", "damaged") from exc
    yield _draft(plain_article("\n\n".join(filter(None, texts))))


def _read_csv(path: Path, settings: IngestSettings) -> Iterator[_Draft]:
    text = decode(path.read_bytes())
    header = text.lstrip("\r\n").split("\n", maxsplit=1)[0]
    delimiter = max(",;\t|", key=header.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = next(filter(None, table), [])
        if not any(name.strip() for name in names):
            raise UnreadableError("it holds no text", "no_text")
        if not any(field_of(name) == "text" for name in names):
            shown = [_one_line(name, most=20) for name in names[:_MOST_NAMED]]
            more = ["…"] if len(names) > _MOST_NAMED else []
            wanted = ", ".join(FIELDS["text"])
            raise UnreadableError(
                f"none of its columns ({', '.join(shown + more)}) is called one of: {wanted}",
                "columns",
            )
        for row in table:
            # A short row lacks its last columns: to fill them in, a file of many columns and of
            # many rows would take the product of both.
            filled = (pair for pair in zip(names, row, strict=False) if pair[1].strip())
            facts = parse_fields(dict(filled))
            if facts.get("text"):
                yield facts
    except csv.Error as exc:
        raise UnreadableError(
            f"line {table.line_num} is no row of a table ({exc}); a quotation mark may be missing",
            "line",
        ) from exc


def _read_jsonl(path: Path, settings: IngestSettings) -> Iterator[_Draft]:
    for number, whole in enumerate(decode(path.read_bytes()).split("\n"), start=1):
        # Where files were put one after the other, each may begin with a byte order mark.
        line = whole.strip("\ufeff \t\r\v\f")
        if not line:
            continue
        try:
            # Numbers stay as they are written, however long they are.
            row = json.loads(line, parse_int=str, parse_float=str)
        except RecursionError as exc:
            raise UnreadableError(f"line {number} is nested too deeply", "line") from exc
        except ValueError as exc:
            raise UnreadableError(f"line {number} is no JSON: {exc}", "line") from exc
        if not isinstance(row, dict):
            raise UnreadableError(f"line {number} is no JSON object", "line")
        try:
            facts = parse_fields(row)
        except UnreadableError as exc:
            raise UnreadableError(f"line {number}: {exc}", "line") from exc
        if facts.get("text"):
            yield facts


_READERS: Final[dict[str, _Reader]] = {
    ".txt": _read_text,
    ".md": _read_text,
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": _read_pdf,
    ".docx": _read_docx,
    ".csv": _read_csv,
    ".jsonl": _read_jsonl,
}
SUFFIXES: Final = tuple(_READERS)
"""The suffixes of the files that are read, in lower case and with their dot."""
