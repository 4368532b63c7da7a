"""A scraped news page made into its articles, with their facts and without page furniture.

A page holds an article, often a second one under «إقرأ أيضا», and much that is neither: menus,
"share this", lists of headlines. What counts as what stands in `furniture.toml`; here is only what
follows from it. Kept words are never changed: an article's text is runs of lines of the page.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from rag.dates import parse_date
from rag.furniture import (
    LONGEST_LINE,
    Furniture,
    comparable,
    is_bullet,
    is_glued_list,
    is_name,
    is_prose,
    load_furniture,
    may_be_title,
    split_keywords,
)
from rag.text import fold

_HEAD_LINES: Final = 8
_TAIL_LINES: Final = 3
_TITLE_WORDS: Final = 30
_SURE_TITLE_WORDS: Final = 16
_LABEL_WORDS: Final = 6
_HEADLINES_IN_A_LIST: Final = 3
# A dateline is shorter; the way back from a whole book on one line would take gigabytes.
_DATELINE_CHARS: Final = 300

_STAMP: Final = re.compile(r"(\d{4}-\d\d-\d\d)[@t ](\d\d:\d\d(?::\d\d)?)\s*(?:gmt|utc|z)")
_STAMP_CHARS: Final = 60
_HEADING: Final = re.compile(r"#{1,6}\s")
# «اليوم الأحد (5 يناير 2025)» in a first paragraph is the day the article was written.
_TODAY: Final = re.compile(r"(?<!\w)اليوم(?:\s+\w+)?\s*[(،,]\s*([^()،,.]{6,30}\d{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article of a page.

    `text` is made of runs of lines of the page, as written, joined by blank lines. `title` is ""
    and the other facts are None or empty where the page does not give them.
    """

    text: str
    title: str = ""
    source: str | None = None
    published: dt.date | None = None
    crawled: dt.datetime | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The articles of a page, in its order, and what was left out as furniture, line by line.

    Lines that became facts (a source, a date, keywords) are not among the dropped ones.
    """

    articles: tuple[Article, ...]
    dropped: tuple[str, ...] = ()


@dataclass(slots=True)
class _Facts:
    """What the lines of one article say about it; `sources` by the kind of line."""

    title: str = ""
    labelled: dt.date | None = None
    dated: dt.date | None = None
    crawled: dt.datetime | None = None
    keywords: str = ""
    sources: dict[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str | None:
        order = ("label", "stamp", "signature", "dateline", "agency")
        return next((self.sources[kind] for kind in order if kind in self.sources), None)


def split_page(text: str, furniture: Furniture | None = None) -> Page:
    """Finds the articles of a scraped page.

    A text without any mark of a scraped page is one article, unchanged but for white space at
    both ends, with nothing dropped. A text of white space has no article.

    Args:
        text: the page as plain text.
        furniture: the patterns; by default the ones that come with Mustanad.
    """
    furniture = furniture or load_furniture()
    lines = [line.strip() for line in text.splitlines()]
    if not any(lines):
        return Page(())
    if not _is_scraped(lines, furniture):
        return Page((plain_article(text),))
    dropped: list[str] = []
    articles = [
        article
        for number, segment in enumerate(_segments(lines, furniture, dropped))
        if (article := _article(segment, furniture, dropped, follows=number > 0))
    ]
    if not articles:
        return Page((plain_article(text),))
    crawled = next((article.crawled for article in articles if article.crawled), None)
    return Page(
        tuple(dataclasses.replace(article, crawled=crawled) for article in articles),
        tuple(dropped),
    )


def _is_scraped(lines: Sequence[str], furniture: Furniture) -> bool:
    filled = [line for line in lines if line]
    for place, line in enumerate(filled):
        label = furniture.label(line)
        # A report may name the source of a table; of a page it stands at the end.
        if label and (label[0] != "source" or len(filled) - place <= _TAIL_LINES):
            return True
        if (
            _crawled(line)
            or furniture.is_next_article(line)
            or furniture.is_related(line)
            or furniture.is_office(line)
            or furniture.is_dropped(line)
            or furniture.tail_start(line) is not None
        ):
            return True
    return False


def plain_article(text: str) -> Article:
    """Makes one article of a text that is no scraped page; nothing is left out.

    The title is a first line that is a Markdown heading, or that is short and stands alone; the
    date is one that stands alone in the first lines.
    """
    lines = [line.strip() for line in text.splitlines()]
    filled = [place for place, line in enumerate(lines) if line]
    if not filled:
        return Article(text="")
    first = lines[filled[0]]
    stands_alone = len(filled) > 1 and filled[1] > filled[0] + 1
    is_heading = _HEADING.match(first) or (
        stands_alone and may_be_title(first, most_words=_SURE_TITLE_WORDS)
    )
    dates = (_lone_date(lines[place]) for place in filled[:_HEAD_LINES])
    return Article(
        text=text.strip(),
        title=first.lstrip("# ") if is_heading else "",
        published=next((date for date in dates if date), None),
    )


def _segments(
    lines: Sequence[str], furniture: Furniture, dropped: list[str]
) -> Iterator[list[str]]:
    """The lines of each article, without the lists of headlines between and after them."""
    segment: list[str] = []
    closed = in_list = bulleted = False
    for place, line in enumerate(lines):
        if furniture.is_next_article(line):
            # Under an article that is not over, headlines may follow and then the rest of it.
            in_list = not closed and _lists_headlines(_after(lines, place), furniture)
            bulleted = False
            if in_list:
                dropped.append(line)
            else:
                yield segment
                segment, closed = [], False
        elif furniture.is_related(line):
            dropped.append(line)
            in_list, bulleted = True, False
        elif in_list and line and _is_list_line(line, furniture, bulleted=bulleted):
            dropped.append(line)
            bulleted = bulleted or is_bullet(line)
        else:
            in_list = in_list and not line
            segment.append(line)
            label = furniture.label(line)
            closed = closed or (label is not None and label[0] != "published")
    yield segment


def _after(lines: Sequence[str], place: int) -> Iterator[str]:
    return (lines[after] for after in range(place + 1, len(lines)))


def _lists_headlines(lines: Iterable[str], furniture: Furniture) -> bool:
    """Whether a bullet, or as many headlines as make a list, stand first; the rest is not read."""
    headlines = 0
    for line in islice(filter(None, lines), _HEADLINES_IN_A_LIST):
        if is_bullet(line):
            return True
        if not _is_list_line(line, furniture, bulleted=False) or _lone_date(line):
            break
        headlines += 1
    return headlines >= _HEADLINES_IN_A_LIST


def _is_list_line(line: str, furniture: Furniture, *, bulleted: bool) -> bool:
    if is_bullet(line):
        return True
    if bulleted or furniture.label(line) or _crawled(line):
        return False
    return not is_prose(line)


def _crawled(line: str) -> dt.datetime | None:
    """The moment of a line that is a crawler's stamp, as 2025-03-29@01:10:57 GMT."""
    stamp = _STAMP.fullmatch(fold(line)) if len(line) <= _STAMP_CHARS else None
    try:
        return dt.datetime.fromisoformat(f"{stamp[1]}T{stamp[2]}+00:00") if stamp else None
    except ValueError:
        return None


def _lone_date(line: str) -> dt.date | None:
    return parse_date(line) if re.search(r"\d", line) and len(line.split()) <= 8 else None


def _article(
    segment: Sequence[str], furniture: Furniture, dropped: list[str], *, follows: bool
) -> Article | None:
    lines = list(_without_furniture(segment, furniture, dropped))
    facts = _Facts()
    _take_facts(lines, furniture, facts, dropped)
    _take_first_paragraph(lines, furniture, facts)
    _take_title(lines, furniture, facts, dropped, follows=follows)
    _take_agency(lines, furniture, facts)
    text = _joined(lines)
    if not text:
        dropped.extend([facts.title] if facts.title else [])
        return None
    return Article(
        text=text,
        title=facts.title,
        source=facts.source,
        published=facts.labelled or facts.dated,
        crawled=facts.crawled,
        keywords=split_keywords(facts.keywords, f"{facts.title}\n{text}"),
    )


def _without_furniture(
    lines: Sequence[str], furniture: Furniture, dropped: list[str]
) -> Iterator[str]:
    """The lines in their places; "" for those left out, cut where only a part is furniture."""
    names_office = False
    for line in lines:
        if not line:
            yield ""
            continue
        named = names_office and is_name(line)
        names_office = furniture.is_office(line)
        if (
            named
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


def _prose_range(lines: Sequence[str]) -> tuple[int, int]:
    """The places of the first and the last paragraph; all is head where there is none."""
    prose = [place for place, line in enumerate(lines) if is_prose(line)]
    return (prose[0], prose[-1]) if prose else (len(lines), -1)


def _take_facts(lines: list[str], furniture: Furniture, facts: _Facts, dropped: list[str]) -> None:
    """Empties the lines that are facts of the article, and keeps what they say."""
    # A long list of keywords is no paragraph of the article.
    first, last = _prose_range(["" if furniture.label(line) else line for line in lines])
    head = [place for place, line in enumerate(lines) if line][:_HEAD_LINES]
    previous = -1
    for place, line in enumerate(lines):
        if not line:
            continue
        crawled = _crawled(line)
        is_outside = place < first or place > last
        signature = furniture.signature(line) if is_outside else None
        date = _lone_date(line) if place < first and place in head else None
        if crawled:
            facts.crawled = crawled
            if previous >= 0 and lines[previous].endswith(":"):
                facts.sources["stamp"] = lines[previous].rstrip(": ")
                lines[previous] = ""
            lines[place] = ""
        elif _take_label(line, furniture, facts, dropped, is_outside=is_outside):
            lines[place] = ""
        elif date:
            facts.dated = facts.dated or date
            lines[place] = ""
        elif signature:
            facts.sources.setdefault("signature", signature)
            lines[place] = ""
        elif place < first and furniture.is_section_name(line):
            dropped.append(line)
            lines[place] = ""
        previous = place


def _take_label(
    line: str, furniture: Furniture, facts: _Facts, dropped: list[str], *, is_outside: bool
) -> bool:
    """Takes the fact of a line "label: value", and says whether the line is used up."""
    label = furniture.label(line)
    if label is None:
        return False
    kind, value = label
    is_short = len(value.split()) <= _LABEL_WORDS
    if kind == "keywords":
        facts.keywords = facts.keywords or value
        return True
    if kind == "published":
        date = parse_date(value)
        facts.labelled = facts.labelled or date
        if date is None and is_short:
            dropped.append(line)
        return date is not None or is_short
    if is_outside and is_short:
        facts.sources["label"] = value.rstrip(".")
        return True
    return False


def _take_first_paragraph(lines: Sequence[str], furniture: Furniture, facts: _Facts) -> None:
    first, _ = _prose_range(lines)
    if first == len(lines):
        return
    source = furniture.dateline_source(lines[first][:_DATELINE_CHARS])
    if source:
        facts.sources["dateline"] = source
    today = _TODAY.search(fold(lines[first][:LONGEST_LINE]))
    if today:
        facts.dated = facts.dated or parse_date(today[1])


def _take_title(
    lines: list[str], furniture: Furniture, facts: _Facts, dropped: list[str], *, follows: bool
) -> None:
    """Finds the title over the first paragraph, and empties what else stands there."""
    first, _ = _prose_range(lines)
    head = [place for place, line in enumerate(lines[:first]) if line]
    if not head or not may_be_title(lines[head[0]], most_words=_TITLE_WORDS):
        return
    title = lines[head[0]]
    facts.title = title
    plain = [comparable(lines[place]) for place in head]
    repeated = {name for name, count in Counter(plain).items() if count > 1}
    if first == len(lines):
        # Without a paragraph these lines are all that the article has: a table, or a poem.
        repeated &= {plain[0]}
    sure = follows or len(title.split()) <= _SURE_TITLE_WORDS or bool(repeated)
    for place, name in zip(head, plain, strict=True):
        line = lines[place]
        if place == head[0]:
            lines[place] = "" if sure else line
        elif name in repeated or furniture.is_byline(line, in_head=True):
            dropped.append(line)
            lines[place] = ""


def _take_agency(lines: list[str], furniture: Furniture, facts: _Facts) -> None:
    _, last = _prose_range(lines)
    for place in range(len(lines) - 1, max(last, 0) - 1, -1):
        start = furniture.agency_start(lines[place]) if lines[place] else None
        if start is not None:
            facts.sources["agency"] = lines[place][start:].strip("(). ")
            lines[place] = lines[place][:start].strip()
            return


def _joined(lines: Sequence[str]) -> str:
    """Lines that stood together stay together; where something was left out, a blank line."""
    runs: list[list[str]] = [[]]
    for line in lines:
        if line:
            runs[-1].append(line)
        elif runs[-1]:
            runs.append([])
    return "\n\n".join("\n".join(run) for run in runs if run)
