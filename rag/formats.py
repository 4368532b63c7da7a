"""What a file of each format holds: txt, md, html, pdf, docx, csv and jsonl made into articles.

A reader raises `UnreadableError`, or the system's OSError. The parsers are imported when the first
file of their kind is read.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal

from rag.articles import Article, plain_article
from rag.dates import parse_date
from rag.decoding import ENCRYPTED, MEGABYTE, UnreadableError, decode
from rag.fields import FIELDS, field_of, parse_fields, split_front_matter
from rag.furniture import load_furniture
from rag.news import split_page
from rag.settings import IngestSettings
from rag.word_files import read_word_file

_MOST_REASON_CHARS: Final = 300
_MOST_NAMED: Final = 10
_MOST_WANTED: Final = 6
_IN_NO_TEXT: Final = "\x1f"
# Finding the article takes a second and 30 MB of memory for each megabyte.
_MOST_HTML_MB: Final = 20
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
# Related articles are often articles too, but come later and have no first heading.
_OWN_TIMES: Final = (
    "((//article)[1]//time | //article[.//h1]//time | //time[not(ancestor::article or "
    "ancestor::footer or ancestor::li)])[not(ancestor::aside or ancestor::nav)]"
)
# Of the other ones, those that stand in no text of the article.
_RELATED_TIMES: Final = (
    "//time[ancestor::aside or ancestor::nav or ancestor::footer] | "
    "//article[.//h1]/following::time"
    "[ancestor::article[not(.//h1)] or ancestor::li][not(ancestor::article[.//h1])]"
)
_SENTENCE_END: Final = re.compile(r"[.!?؟:…][\"'»”)]*$")

Reader = Callable[[Path, IngestSettings], Iterable[Article]]


def one_line(text: str, *, most: int = _MOST_REASON_CHARS) -> str:
    """What a file or its parser says, fit to be shown: no controls, no more than a line."""
    line = " ".join(text[: 2 * most].split())
    line = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)
    return line if len(line) <= most else line[: most - 1] + "…"


def _read_text(path: Path, settings: IngestSettings) -> Iterator[Article]:
    text = decode(path.read_bytes())
    facts, body = split_front_matter(text)
    if facts is None:
        yield from split_page(text, load_furniture(settings.furniture)).articles
    else:
        yield dataclasses.replace(plain_article(body), **facts)


def _read_html(path: Path, settings: IngestSettings) -> Iterator[Article]:
    from trafilatura import bare_extraction, load_html

    content = path.read_bytes()
    if len(content) > _MOST_HTML_MB * MEGABYTE:
        raise UnreadableError(
            f"it is too large for a page: {len(content) / MEGABYTE:.1f} MB, of {_MOST_HTML_MB} at "
            "most; save its text as .txt",
            "too_large",
        )
    if b"\0" in content:
        content = decode(content).encode("utf-8")
    tree = load_html(_PARTING.sub(b" ", content))
    if tree is None:
        raise UnreadableError("no article was found in it", "no_text")
    _leave_own_times(tree)
    found = bare_extraction(
        tree,
        with_metadata=True,
        include_comments=False,
        prune_xpath=_UNSEEN,
        # Only a date that the page states: the extensive search takes one from a footer.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None or isinstance(found, dict) or not found.text:
        raise UnreadableError("no article was found in it", "no_text")
    title = (found.title or "").strip()
    facts: dict[str, Any] = {
        "title": title,
        "source": found.sitename,
        "published": parse_date(found.date) if found.date else None,
        "url": found.url,
    }
    stated = {name: fact for name, fact in facts.items() if fact}
    first_line, _, rest = found.text.partition("\n")
    text = rest if title and first_line.strip() == title else found.text
    articles = split_page(text, load_furniture(settings.furniture)).articles
    # What the page says of itself is said of its first article.
    yield from (dataclasses.replace(article, **stated) for article in articles[:1])
    yield from articles[1:]


def _leave_own_times(tree: Any) -> None:
    """Leaves of the `time` elements that are not the article's own the text, of some nothing.

    The earliest of all would be taken for the day of publication: that of a related article.
    """
    for time in tree.xpath(_RELATED_TIMES):
        time.drop_tree()
    own = tree.xpath(_OWN_TIMES)
    for time in tree.xpath("//time[parent::*]"):
        if not own or time.getparent() is not own[0].getparent():
            time.drop_tag()


def _read_pdf(path: Path, settings: IngestSettings) -> Iterator[Article]:
    from llama_index.readers.file.docs.base import PDFReader  # type: ignore[import-untyped]
    from pypdf.errors import DependencyError, FileNotDecryptedError
    from tenacity import RetryError

    try:
        pages = PDFReader(return_full_document=True).load_data(path)
    except RetryError as exc:
        cause = exc.last_attempt.exception()
        if isinstance(cause, (FileNotDecryptedError, DependencyError)):
            raise UnreadableError(ENCRYPTED, "encrypted") from exc
        if isinstance(cause, OSError):
            raise cause from exc
        raise UnreadableError(f"it is no PDF that can be read: {cause}", "damaged") from exc
    text = "\n\n".join(page.text for page in pages)
    if not text.strip():
        raise UnreadableError(
            "it holds no text; if it was scanned, run an OCR program on it first, like ocrmypdf",
            "scanned",
        )
    yield plain_article(_unwrapped(text))


def _unwrapped(text: str) -> str:
    """Joins the lines of a paragraph, which a PDF breaks where the page is full."""
    lines = [line.strip() for line in text.splitlines()]
    full = 0.7 * max(map(len, lines))
    joined = [
        (" " if line and len(before) > full and not _SENTENCE_END.search(before) else "\n") + line
        for before, line in pairwise(["", *lines])
    ]
    return "".join(joined)


def _read_docx(path: Path, settings: IngestSettings) -> Iterator[Article]:
    yield plain_article("\n\n".join(read_word_file(path)))


def _read_csv(path: Path, settings: IngestSettings) -> Iterator[Article]:
    text = decode(path.read_bytes())
    header = text.lstrip("\r\n").split("\n", maxsplit=1)[0]
    delimiter = max(",;\t|", key=header.count)
    table = _table(text, delimiter)
    begin = 1
    try:
        names: list[str] = next(filter(None, table), [])
        if len(names) == 1:
            # Where there is one column, a comma is one of its text.
            table = _table(text, _IN_NO_TEXT)
            names = next(filter(None, table))
        if not any(name.strip() for name in names):
            raise UnreadableError("it holds no text", "no_text")
        _check_names(names, "columns")
        begin = table.line_num + 1
        for row in table:
            if any(map(str.strip, row[len(names) :])):
                raise UnreadableError(
                    f"line {table.line_num} has more cells than there are columns; a text that "
                    f"holds {delimiter!r} needs quotation marks",
                    "line",
                )
            # A short row lacks its last columns: to fill them in, a file of many columns and of
            # many rows would take the product of both.
            filled = {name: value for name, value in zip(names, row, strict=False) if value.strip()}
            facts = parse_fields(filled)
            if "text" in facts:
                yield Article(**facts)
            begin = table.line_num + 1
    except csv.Error as exc:
        raise UnreadableError(
            f"the row that begins on line {begin} is none ({exc}); a quotation mark may be "
            "missing at its end, and those within a text are doubled",
            "line",
        ) from exc


def _table(text: str, delimiter: str) -> Any:
    """A reader of rows that refuses loose quotation marks, which would swallow rows or vanish."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _check_names(names: Sequence[str], kind: Literal["columns", "keys"]) -> None:
    if not any(field_of(name) == "text" for name in names):
        shown = [one_line(name, most=20) for name in names[:_MOST_NAMED]]
        more = ["…"] if len(names) > _MOST_NAMED else []
        wanted = ", ".join(FIELDS["text"][:_MOST_WANTED])
        raise UnreadableError(
            f"none of its {kind} ({', '.join(shown + more)}) is called one of: {wanted}",
            "columns",
        )


def _read_jsonl(path: Path, settings: IngestSettings) -> Iterator[Article]:
    first: list[str] | None = None
    has_text = False
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
        first = list(row) if first is None else first
        has_text = has_text or any(field_of(name) == "text" for name in row)
        if "text" in facts:
            yield Article(**facts)
    if first and not has_text:
        _check_names(first, "keys")


READERS: Final[dict[str, Reader]] = {
    ".txt": _read_text,
    ".md": _read_text,
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": _read_pdf,
    ".docx": _read_docx,
    ".csv": _read_csv,
    ".jsonl": _read_jsonl,
}
"""By the suffix of the file, in lower case and with its dot."""
