"""A scraped news page split into its articles, without page furniture.

A page holds an article, often a second one under «إقرأ أيضا», and much that is neither: menus,
"share this", lists of headlines. What counts as what stands in `furniture.toml`; here is what
follows from it for the page, and in `rag.articles` what follows for one article.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from rag.articles import Article, crawled_at, lone_date, plain_article, scraped_article
from rag.furniture import Furniture, is_bullet, is_prose, load_furniture

_TAIL_LINES: Final = 3
_HEADLINES_IN_A_LIST: Final = 3


@dataclass(frozen=True, slots=True)
class Page:
    """The articles of a page, in its order, and what was left out as furniture, line by line.

    Lines that became facts (a source, a date, keywords) are not among the dropped ones.
    """

    articles: tuple[Article, ...]
    dropped: tuple[str, ...] = ()


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
        if (article := scraped_article(segment, furniture, dropped, follows=number > 0))
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
            crawled_at(line)
            or furniture.is_next_article(line)
            or furniture.is_related(line)
            or furniture.is_office(line)
            or furniture.is_dropped(line)
            or furniture.tail_start(line) is not None
        ):
            return True
    return False


def _segments(
    lines: Sequence[str], furniture: Furniture, dropped: list[str]
) -> Iterator[list[str]]:
    """The lines of each article, without the lists of headlines between and after them."""
    segment: list[str] = []
    is_over = in_list = bulleted = False
    for place, line in enumerate(lines):
        if furniture.is_next_article(line):
            # Under an article that is not over, headlines may follow and then the rest of it.
            in_list = not is_over and _lists_headlines(lines, place + 1, furniture)
            bulleted = False
            if in_list:
                dropped.append(line)
            else:
                yield segment
                segment, is_over = [], False
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
            is_over = is_over or (label is not None and label[0] != "published")
    yield segment


def _lists_headlines(lines: Sequence[str], start: int, furniture: Furniture) -> bool:
    """Whether a bullet, or as many headlines as make a list, stand at `start`."""
    headlines = 0
    # Lines are taken as they are needed: a page may say "read also" a thousand times.
    below = (lines[place] for place in range(start, len(lines)))
    for line in islice(filter(None, below), _HEADLINES_IN_A_LIST):
        if is_bullet(line):
            return True
        if not _is_list_line(line, furniture, bulleted=False) or lone_date(line):
            break
        headlines += 1
    return headlines >= _HEADLINES_IN_A_LIST


def _is_list_line(line: str, furniture: Furniture, *, bulleted: bool) -> bool:
    """Whether a line may be a headline of a list, where after a bullet only bullets are."""
    if bulleted or is_bullet(line):
        return is_bullet(line)
    return not (furniture.label(line) or crawled_at(line) or is_prose(line))
