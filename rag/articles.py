"""One article: what its lines say about it, and the text that is left of them.

Kept words are never changed: an article's text is runs of the lines that it was found in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from rag.dates import parse_date, resolve_dates
from rag.furniture import (
    LONGEST_LINE,
    Furniture,
    comparable,
    is_bullet,
    is_glued_list,
    is_name,
    is_prose,
    may_be_title,
)
from rag.text import fold, words

_HEAD_LINES: Final = 8
_TITLE_WORDS: Final = 30
_SURE_TITLE_WORDS: Final = 16
_LABEL_WORDS: Final = 6
_DATE_WORDS: Final = 8
_LONGEST_DATE_LINE: Final = 100
_KEYWORD_WORDS: Final = 5
_MOST_KEYWORDS: Final = 200
# A dateline is shorter; the way back from a whole book on one line would take gigabytes.
_DATELINE_CHARS: Final = 300

_STAMP: Final = re.compile(r"(\d{4}-\d\d-\d\d)[@t ](\d\d:\d\d(?::\d\d)?)\s*(?:gmt|utc|z)")
_STAMP_CHARS: Final = 60
_DATE_LABELS: Final = frozenset(
    map(comparable, ("Date", "Sent", "التاريخ", "بتاريخ", "نشر", "تاريخ الإرسال"))
)
# Between the days of two calendars; the clock before the first, as «14:32-5 يناير».
_DATE_MARKS: Final = re.compile(
    r"^\s*\d\d?:\d\d\s*[-\u2013]|(?<!\S)(?:[-\u2013ـ|/]|الموافق)(?!\S)|[()]"
)
_LETTER: Final = re.compile(r"[^\W\d_]")
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+$")
_INVOCATION: Final = comparable("بسم الله الرحمن الرحيم")
_HEADING: Final = re.compile(r"#{1,6}\s")
# «اليوم الأحد (5 يناير 2025)» in a first paragraph is the day the article was written.
_TODAY: Final = re.compile(r"(?<!\w)اليوم(?:\s+\w+)?\s*[(،,]\s*([^()،,.]{6,30}\d{4})")
_SEPARATORS: Final = re.compile("[،,;؛|#•]")
# The kinds of lines that name a source, the surest first.
_SOURCE_ORDER: Final = ("label", "stamp", "signature", "dateline", "agency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article as a file holds it; what the file does not say of it is "", None or empty.

    An article of a scraped page has a `text` of runs of lines of the page, as written, joined by
    blank lines; its `language` and `url` are not looked for.
    """

    text: str
    title: str = ""
    source: str | None = None
    published: dt.date | None = None
    crawled: dt.datetime | None = None
    keywords: tuple[str, ...] = ()
    language: str = ""
    url: str | None = None


def plain_article(text: str) -> Article:
    """Makes one article of a text that is no scraped page; nothing is left out.

    The title is the first line that is a Markdown heading, or that is short and stands alone; a
    date, an address, the invocation of God and a line without letters are none. The date is one
    that stands alone in the first lines.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    dates = (lone_date(lines[place]) for place in _filled(lines)[:_HEAD_LINES])
    return Article(
        text=text.strip(), title=_title(lines), published=next(filter(None, dates), None)
    )


def _title(lines: Sequence[str]) -> str:
    """The title of a plain text; "" without one."""
    head = _filled(lines)[:_HEAD_LINES]
    place = next((place for place in head if not _stands_over_titles(lines[place])), len(lines))
    line, *after = lines[place : place + 2] or [""]
    stands_alone = bool(after) and (not after[0] or _stands_over_titles(after[0]))
    is_title = (
        stands_alone
        and may_be_title(line, most_words=_SURE_TITLE_WORDS)
        and not (is_bullet(line) or line.startswith("|"))
    )
    return line.lstrip("# ").strip("*_ ") if is_title or _HEADING.match(line) else ""


def _stands_over_titles(line: str) -> bool:
    """Whether a line is no title, but one may come after it; blank lines are none of these."""
    return not _HEADING.match(line) and bool(
        not _LETTER.search(line)
        or _ADDRESS.match(line)
        or comparable(line) == _INVOCATION
        or lone_date(line)
    )


def scraped_article(
    lines: Iterable[str], furniture: Furniture, dropped: list[str], *, follows: bool
) -> Article | None:
    """Makes an article of its lines on a scraped page; None where they have no text.

    Args:
        lines: without white space around them; blank ones part the paragraphs.
        furniture: the patterns of what is left out.
        dropped: takes up what is left out.
        follows: whether another article comes before it; then a long first line is its title too.
    """
    draft = _Draft(list(_without_furniture(lines, furniture, dropped)), furniture, dropped)
    draft.take_facts()
    draft.take_first_paragraph()
    draft.take_title(follows=follows)
    draft.take_agency()
    text = _joined(draft.lines)
    if not text:
        dropped.extend([draft.title] if draft.title else [])
        return None
    return Article(
        text=text,
        title=draft.title,
        source=draft.source,
        published=draft.labelled or draft.updated or draft.dated,
        crawled=draft.crawled,
        keywords=_split_keywords(draft.keywords, f"{draft.title}\n{text}"),
    )


def crawled_at(line: str) -> dt.datetime | None:
    """The moment of a line that is a crawler's stamp, as 2025-03-29@01:10:57 GMT."""
    stamp = _STAMP.fullmatch(fold(line)) if len(line) <= _STAMP_CHARS else None
    try:
        return dt.datetime.fromisoformat(f"{stamp[1]}T{stamp[2]}+00:00") if stamp else None
    except ValueError:
        return None


def lone_date(line: str) -> dt.date | None:
    """The date of a line that holds little else: "Date:", or the same day by another calendar."""
    name, _, value = line.partition(":")
    stated = value if comparable(name) in _DATE_LABELS else line
    if not re.search(r"\d", stated) or len(line) > _LONGEST_DATE_LINE:
        return None
    return parse_date(stated) if len(_without_hijri(stated).split()) <= _DATE_WORDS else None


def _without_hijri(text: str) -> str:
    """What is left of a text without Islamic dates and the marks that part it from them.

    It is the same text if it holds no such date.
    """
    rest = text
    for date in reversed(resolve_dates(text[:_LONGEST_DATE_LINE], None, "ar")):
        rest = f"{rest[: date.span.start]} {rest[date.span.end :]}"
    return " ".join(_DATE_MARKS.sub(" ", rest).split()) if rest != text else text


def _without_furniture(
    lines: Iterable[str], furniture: Furniture, dropped: list[str]
) -> Iterator[str]:
    """The lines in their places; "" for those left out, cut where only a part is furniture."""
    names_office = False
    for line in lines:
        if not line:
            yield ""
            continue
        is_editor = names_office and is_name(line)
        names_office = furniture.is_office(line)
        if (
            is_editor
            or names_office
            or furniture.is_dropped(line)
            or furniture.is_byline(line, in_head=False)
            or is_glued_list(line)
        ):
            dropped.append(line)
            yield ""
            continue
        kept = line
        start = furniture.head_end(kept)
        if start is not None:
            dropped.append(kept[:start].strip())
            kept = kept[start:].strip()
        end = furniture.tail_start(kept)
        if end is not None:
            dropped.append(kept[end:].strip())
            kept = kept[:end].strip()
        yield kept


@dataclass(slots=True)
class _Draft:
    """The lines of one article, and what they say about it.

    Lines that become facts or are dropped are emptied, so that the others keep their places.
    `labelled` is the date after a label, `updated` that of an update, `dated` any other; `sources`
    are by the kind of line.
    """

    lines: list[str]
    furniture: Furniture
    dropped: list[str]
    title: str = ""
    labelled: dt.date | None = None
    updated: dt.date | None = None
    dated: dt.date | None = None
    crawled: dt.datetime | None = None
    keywords: str = ""
    sources: dict[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str | None:
        return next((self.sources[kind] for kind in _SOURCE_ORDER if kind in self.sources), None)

    def take_facts(self) -> None:
        """Takes the lines that state a fact, and drops the names of sections over the article."""
        # A long list of keywords is no paragraph of the article.
        unlabelled = ["" if self.furniture.label(line) else line for line in self.lines]
        first, last = _prose_range(unlabelled)
        filled = _filled(self.lines)
        head = {place for place in filled[:_HEAD_LINES] if place < first}
        for before, place in zip([None, *filled], filled, strict=False):
            line = self.lines[place]
            is_outside = place < first or place > last
            if (
                self._take_stamp(line, before)
                or self._take_label(line, is_outside=is_outside)
                or (place in head and self._take_date(line))
                or (is_outside and self._take_signature(line))
            ):
                self.lines[place] = ""
            elif place < first and self.furniture.is_section_name(line):
                self._drop(place)

    def take_first_paragraph(self) -> None:
        """Takes the source and the date that the first paragraph names, and leaves it whole."""
        first, _ = _prose_range(self.lines)
        if first == len(self.lines):
            return
        source = self.furniture.dateline_source(self.lines[first][:_DATELINE_CHARS])
        if source:
            self.sources["dateline"] = source
        today = _TODAY.search(fold(self.lines[first][:LONGEST_LINE]))
        if today:
            self.dated = self.dated or parse_date(today[1])

    def take_title(self, *, follows: bool) -> None:
        """Finds the title over the first paragraph, and drops what else stands there."""
        first, _ = _prose_range(self.lines)
        head = _filled(self.lines[:first])
        if not head or not may_be_title(self.lines[head[0]], most_words=_TITLE_WORDS):
            return
        self.title = self.lines[head[0]]
        names = [comparable(self.lines[place]) for place in head]
        repeated = {name for name, count in Counter(names).items() if count > 1}
        if first == len(self.lines):
            # Without a paragraph these lines are all that the article has: a table, or a poem.
            repeated &= {names[0]}
        if follows or repeated or len(self.title.split()) <= _SURE_TITLE_WORDS:
            self.lines[head[0]] = ""
        for place, name in zip(head[1:], names[1:], strict=True):
            if name in repeated or self.furniture.is_byline(self.lines[place], in_head=True):
                self._drop(place)

    def take_agency(self) -> None:
        """Takes the agency that signs the last paragraph, or a line after it."""
        _, last = _prose_range(self.lines)
        for place in reversed(range(max(last, 0), len(self.lines))):
            line = self.lines[place]
            start = self.furniture.agency_start(line)
            if start is not None:
                self.sources["agency"] = line[start:].strip("(). ")
                self.lines[place] = line[:start].strip()
                return

    def _drop(self, place: int) -> None:
        self.dropped.append(self.lines[place])
        self.lines[place] = ""

    # Each of these says whether the line is used up by it.

    def _take_stamp(self, line: str, before: int | None) -> bool:
        crawled = crawled_at(line)
        if crawled is None:
            return False
        self.crawled = crawled
        if before is not None and self.lines[before].endswith(":"):
            self.sources["stamp"] = self.lines[before].rstrip(": ")
            self.lines[before] = ""
        return True

    def _take_label(self, line: str, *, is_outside: bool) -> bool:
        kind, value = self.furniture.label(line) or (None, "")
        is_short = len(value.split()) <= _LABEL_WORDS
        if kind == "keywords":
            self.keywords = self.keywords or value
        elif kind == "published" and (date := parse_date(value)):
            self.labelled = self.labelled or date
        elif kind == "updated" and (date := parse_date(value)):
            self.updated = self.updated or date
        elif kind in ("published", "updated") and is_short:
            self.dropped.append(line)
        elif kind == "source" and is_short and is_outside:
            self.sources["label"] = value.rstrip(".")
        else:
            return False
        return True

    def _take_date(self, line: str) -> bool:
        date = lone_date(line)
        self.dated = self.dated or date
        return date is not None

    def _take_signature(self, line: str) -> bool:
        signature = self.furniture.signature(line)
        if signature:
            self.sources.setdefault("signature", signature)
        return bool(signature)


def _filled(lines: Sequence[str]) -> list[int]:
    """The places of the lines that are not blank."""
    return [place for place, line in enumerate(lines) if line]


def _prose_range(lines: Sequence[str]) -> tuple[int, int]:
    """The places of the first and the last paragraph; all is head where there is none."""
    prose = [place for place, line in enumerate(lines) if is_prose(line)]
    return (prose[0], prose[-1]) if prose else (len(lines), -1)


def _joined(lines: Sequence[str]) -> str:
    """Lines that stood together stay together; where something was left out, a blank line."""
    runs = ("\n".join(run) for is_filled, run in groupby(lines, key=bool) if is_filled)
    return "\n\n".join(runs)


def _split_keywords(value: str, text: str) -> tuple[str, ...]:
    """The keywords of a list; without separators in it, its longest phrases that the text has."""
    parts = [part.strip() for part in _SEPARATORS.split(value) if part.strip()]
    if len(parts) == 1:
        phrases = _phrases(value.split()[:_MOST_KEYWORDS], text)
        # What is left over may be a preposition.
        parts = [phrase for phrase in phrases if len(phrase) > 2]
    found: dict[str, str] = {}
    for part in parts:
        found.setdefault(comparable(part), part)
    return tuple(found.values())


def _phrases(names: Sequence[str], text: str) -> Iterator[str]:
    folded = fold(text)
    known = f" {' '.join(span.of(folded) for span in words(folded))} "
    start = 0
    while start < len(names):
        longest = min(_KEYWORD_WORDS, len(names) - start)
        end = next(
            (
                start + count
                for count in range(longest, 1, -1)
                if f" {fold(' '.join(names[start : start + count]))} " in known
            ),
            start + 1,
        )
        yield " ".join(names[start:end])
        start = end
