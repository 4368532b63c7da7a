"""Files made into Documents: txt, md, html, pdf, docx, csv and jsonl.

Whatever is wrong with a file becomes one `DocumentError` with the path and one reason, so that the
other files can be ingested. The parsers are imported when the first file of their kind is read.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from rag.dates import parse_date
from rag.decoding import UnreadableError, decode
from rag.errors import DocumentError
from rag.fields import FIELDS, field_of, parse_fields, split_front_matter
from rag.furniture import load_furniture
from rag.news import Article, plain_article, split_page
from rag.schema import Document, Skipped
from rag.settings import IngestSettings
from rag.text import detect_language

MEGABYTE: Final = 1_000_000
_LANGUAGE_CHARS: Final = 4_000
_SENTENCE_END: Final = re.compile(r"[.!?؟:…][\"'»”)]*$")


def find_files(paths: Iterable[str | Path]) -> tuple[list[Path], list[Skipped]]:
    """Finds the readable files among `paths`, and below those that are folders.

    In folders, hidden files and folders and files of other kinds are passed over; links are
    followed, but no folder is entered twice. A file that is named itself is always reported.

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
            skipped.append(Skipped(path=str(path), reason=_explained(exc)))
            continue
        if resolved.is_dir():
            below = set(_below(resolved, skipped))
            found |= below
            if not below:
                reason = f"the folder holds no file that can be read ({kinds})"
                skipped.append(Skipped(path=str(path), reason=reason))
        elif resolved.suffix.lower() in _READERS:
            found.add(resolved)
        else:
            reason = f"files of this kind are not read; these are: {kinds}"
            skipped.append(Skipped(path=str(path), reason=reason))
    return sorted(found), skipped


def _below(folder: Path, skipped: list[Skipped]) -> Iterator[Path]:
    def report(exc: OSError) -> None:
        skipped.append(Skipped(path=str(exc.filename), reason=_explained(exc)))

    entered: set[Path] = set()
    for place, folders, files in os.walk(folder, followlinks=True, onerror=report):
        here = Path(place)
        entered.add(here.resolve())
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and (here / name).resolve() not in entered
        )
        visible = ((here / name).resolve() for name in files if not name.startswith("."))
        yield from (path for path in visible if path.suffix.lower() in _READERS)


def _resolved(path: Path) -> Path:
    try:
        return path.resolve(strict=True)
    except RuntimeError as exc:
        raise UnreadableError("its links lead back to itself") from exc


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
                f"files of kind {resolved.suffix or 'without a suffix'} are not read"
            )
        if not resolved.is_file():
            raise UnreadableError("it is not a file")
        size = resolved.stat().st_size
        if size == 0:
            raise UnreadableError("it is empty")
        if size > settings.max_file_mb * MEGABYTE:
            raise UnreadableError(
                f"it is too large: {size / MEGABYTE:.1f} MB, and ingest.max_file_mb is "
                f"{settings.max_file_mb}"
            )
        drafts = [draft for draft in reader(resolved, settings) if draft["text"].strip()]
        if not drafts:
            raise UnreadableError("it holds no text")
        return tuple(_document(draft, resolved, number) for number, draft in enumerate(drafts))


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Translates what goes wrong with a file."""
    try:
        yield
    except (OSError, UnreadableError) as exc:
        raise DocumentError(path=path, reason=_explained(exc)) from exc


def _explained(exc: Exception) -> str:
    if isinstance(exc, FileNotFoundError):
        return "there is no such file; it may have been moved or deleted"
    if isinstance(exc, PermissionError):
        return "this user may not read it"
    if isinstance(exc, OSError):
        return f"it could not be read: {exc.strerror or exc}"
    return str(exc)


# A draft of a document: its fields by name, "text" always among them.
_Draft = dict[str, Any]
_Reader = Callable[[Path, IngestSettings], Iterable[_Draft]]


def _document(draft: _Draft, path: Path, ordinal: int) -> Document:
    text, place = draft["text"], path.as_posix()
    try:
        content = f"{place}\0{ordinal}\0{text}".encode()
    except UnicodeEncodeError as exc:
        raise UnreadableError("it holds half a character (a lone surrogate)") from exc
    digest = hashlib.blake2b(content, digest_size=8)
    return Document(
        document_id=digest.hexdigest(),
        text=text,
        path=place,
        title=draft.get("title") or "",
        source=draft.get("source"),
        published=draft.get("published"),
        crawled=draft.get("crawled"),
        keywords=draft.get("keywords") or (),
        language=draft.get("language") or detect_language(text[:_LANGUAGE_CHARS]),
        url=draft.get("url"),
    )


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
    if b"\0" in content:
        content = decode(content).encode("utf-8")
    found = bare_extraction(
        content,
        with_metadata=True,
        include_comments=False,
        # Only a date that the page states: the extensive search takes one from a footer.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None or isinstance(found, dict) or not found.text:
        raise UnreadableError("no article was found in it")
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
            raise UnreadableError("it is encrypted; save a copy without a password") from exc
        if isinstance(cause, OSError):
            raise cause from exc
        raise UnreadableError(f"it is no PDF that can be read: {cause}") from exc
    text = "\n\n".join(page.text for page in pages)
    if not text.strip():
        raise UnreadableError(
            "it holds no text and looks scanned; run an OCR program on it first, like ocrmypdf"
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
    from llama_index.readers.file.docs.base import DocxReader

    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > 10 * settings.max_file_mb * MEGABYTE:
            raise UnreadableError(f"it unpacks to {size / MEGABYTE:.0f} MB, which is too large")
        documents = DocxReader().load_data(path)
    except zipfile.BadZipFile as exc:
        raise UnreadableError(
            "it is no Word document of the .docx kind; it may be an older .doc or encrypted"
        ) from exc
    except (KeyError, ParseError) as exc:
        raise UnreadableError("it is a damaged Word document") from exc
    yield _draft(plain_article("\n\n".join(document.text for document in documents)))


def _read_csv(path: Path, settings: IngestSettings) -> Iterator[_Draft]:
    text = decode(path.read_bytes())
    header = text.split("\n", maxsplit=1)[0]
    delimiter = max(",;\t|", key=header.count)
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names, rows = table.fieldnames or (), list(table)
    except csv.Error as exc:
        raise UnreadableError(f"it is no table that can be read: {exc}") from exc
    if not any(field_of(name) == "text" for name in names):
        wanted = ", ".join(FIELDS["text"])
        raise UnreadableError(
            f"none of its columns ({', '.join(names)}) is called one of: {wanted}"
        )
    for row in rows:
        facts = parse_fields({name: value for name, value in row.items() if name})
        if facts.get("text"):
            yield facts


def _read_jsonl(path: Path, settings: IngestSettings) -> Iterator[_Draft]:
    for number, line in enumerate(decode(path.read_bytes()).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as exc:
            raise UnreadableError(f"line {number} is no JSON: {exc}") from exc
        if not isinstance(row, dict):
            raise UnreadableError(f"line {number} is no JSON object")
        try:
            facts = parse_fields(row)
        except UnreadableError as exc:
            raise UnreadableError(f"line {number}: {exc}") from exc
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
