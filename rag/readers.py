"""Files found and made into Documents.

Whatever is wrong with a file becomes one `DocumentError` with the path and one reason, so that the
other files can be ingested. What a file of each format holds is read in `rag.formats`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from rag.articles import Article
from rag.decoding import MEGABYTE, UnreadableError
from rag.errors import DocumentError, SkipKind
from rag.formats import READERS, one_line
from rag.schema import Document, Skipped
from rag.settings import IngestSettings
from rag.text import detect_language

SUFFIXES: Final = tuple(READERS)
"""The suffixes of the files that are read, in lower case and with their dot."""
KINDS: Final = ", ".join(suffix.removeprefix(".") for suffix in SUFFIXES)
"""The same for a message to the user."""

_LANGUAGE_CHARS: Final = 4_000
_LANGUAGE: Final = re.compile("[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
# Each chunk is embedded with its title, and a card shows title and source.
_MOST_FACT_CHARS: Final = 300


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
                reason = f"the folder holds no file that can be read ({KINDS})"
                skipped.append(_skipped(path, UnreadableError(reason, "no_text")))
        elif _is_read(resolved):
            found.add(resolved)
        else:
            reason = f"files of this kind are not read; these are: {KINDS}"
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
            if is_folder or _is_read(path) or _is_read(target):
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
        yield from (path for path in found if path and _is_read(path))


def _is_hidden(name: str) -> bool:
    # Word keeps a file "~$name.docx" beside a document while that is open.
    return name.startswith((".", "~$"))


def _is_read(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


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
    try:
        return _documents(_resolved(Path(path)), settings)
    except (OSError, UnreadableError) as exc:
        reason, kind = _explained(exc)
        raise DocumentError(path=Path(path), reason=reason, kind=kind) from exc


def _documents(path: Path, settings: IngestSettings) -> tuple[Document, ...]:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableError(
            f"files of kind {path.suffix or 'without a suffix'} are not read", "unsupported"
        )
    if not path.is_file():
        raise UnreadableError("it is not a file", "no_file")
    size = path.stat().st_size
    if size == 0:
        raise UnreadableError("it is empty", "empty")
    if size > settings.max_file_mb * MEGABYTE:
        raise UnreadableError(
            f"it is too large: {size / MEGABYTE:.1f} MB, and ingest.max_file_mb is "
            f"{settings.max_file_mb}",
            "too_large",
        )
    articles = [article for article in reader(path, settings) if article.text.strip()]
    if not articles:
        raise UnreadableError("it holds no text", "no_text")
    return tuple(_document(article, path, ordinal) for ordinal, article in enumerate(articles))


def _explained(exc: Exception) -> tuple[str, SkipKind]:
    if isinstance(exc, FileNotFoundError):
        return "there is no such file; it may have been moved or deleted", "missing"
    if isinstance(exc, PermissionError):
        return "this user may not read it", "forbidden"
    if isinstance(exc, OSError):
        return f"it could not be read: {one_line(exc.strerror or str(exc))}", "other"
    return one_line(str(exc)), exc.kind if isinstance(exc, UnreadableError) else "other"


def _document(article: Article, path: Path, ordinal: int) -> Document:
    place = path.as_posix()
    language = article.language
    if not _LANGUAGE.fullmatch(language):
        language = detect_language(article.text[:_LANGUAGE_CHARS])
    title, source = _fact(article.title), article.source and _fact(article.source)
    try:
        content = f"{place}\0{ordinal}\0{article.text}".encode()
        "\n".join((title, source or "", article.url or "", *article.keywords)).encode()
    except UnicodeEncodeError as exc:
        raise UnreadableError("it holds half a character (a lone surrogate)") from exc
    digest = hashlib.blake2b(content, digest_size=8)
    return Document(
        document_id=digest.hexdigest(),
        text=article.text,
        path=place,
        title=title,
        source=source,
        published=article.published,
        crawled=article.crawled,
        keywords=article.keywords,
        language=language,
        url=article.url,
    )


def _fact(value: str) -> str:
    """A title or a source on one line, cut where no one would read on."""
    return " ".join(value[: 2 * _MOST_FACT_CHARS].split())[:_MOST_FACT_CHARS]
