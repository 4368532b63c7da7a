"""What the library's charts show, and where: bins, shares and the places of bars. Pure numbers.

The templates draw them as inline SVG. No drawing library does that: those that make SVG fix the
colours and fonts of one theme in it, and none mirrors a chart for a page that runs from right to
left.
"""

from __future__ import annotations

import calendar
import datetime as dt
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rag.text import fold

MONTHS_MOST: Final = 36
YEAR_BARS_MOST: Final = 40
SOURCES_MOST: Final = 8

# In the units of the view box; a chart is drawn at about 0.75 to 1.1 CSS pixels a unit.
WIDTH: Final = 480.0
_COLUMNS_HEIGHT: Final = 210.0
_TOP, _FOOT, _START, _END = 12.0, 30.0, 40.0, 16.0
_DIGIT: Final = 9.0
_FILLED: Final = 0.74
_WIDEST: Final = 44.0
_ROW: Final = 42.0
_ROW_TEXT, _ROW_BAR, _ROW_BAR_HEIGHT = 17.0, 24.0, 9.0
_YEAR_STEPS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_GRID_STEPS_MOST: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """A month or some whole years, from `first` to `last`, both included, and what fell there."""

    first: dt.date
    last: dt.date
    count: int

    @property
    def is_month(self) -> bool:
        """Whether it is one month, not a year or several."""
        return (self.first.year, self.first.month) == (self.last.year, self.last.month)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many documents a source has. Without a name: those of the `sources` others together."""

    name: str
    count: int
    sources: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A rectangle in the view box; `x` and `y` are its left and upper edge, as in SVG."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A horizontal line of the grid at `y`, and the count that it stands for."""

    y: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChart:
    """Upright bars over time, in the order of time, and the grid behind them.

    `ticks` are the indices of the bars that are labelled below, at `tick_y`. The lines run from
    `left` to `right`; their counts stand at `count_x`, outside, on the side that lines begin on.
    """

    width: float
    height: float
    left: float
    right: float
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    ticks: tuple[int, ...]
    tick_y: float
    count_x: float

    def centre(self, index: int) -> float:
        """The x of a bar's middle."""
        return round(self.bars[index].x + self.bars[index].width / 2, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChart:
    """Lying bars, one below the other, each with its words on a line of its own above it.

    `baselines` are the y of these words, one a bar. Words begin at `start_x`, numbers end at
    `end_x`.
    """

    width: float
    height: float
    bars: tuple[Bar, ...]
    baselines: tuple[float, ...]
    start_x: float
    end_x: float


def time_bins(days: Iterable[dt.date]) -> tuple[Bin, ...]:
    """Counts days by month where they span under three years, by year where they span more.

    Where that would be more than `YEAR_BARS_MOST` bars, each stands for 2, 5, 10 … years. The bins
    follow each other without gaps, in order; without days there are none.
    """
    counted = list(days)
    if not counted:
        return ()
    first, last = _month(min(counted)), _month(max(counted))
    if last - first < MONTHS_MOST:
        stretches = _months(first, last)
    else:
        stretches = _years(first // 12, last // 12)
    starts = [begins for begins, _ in stretches]
    # Each by the number of its stretch, from 1: that of the starts up to it.
    totals = Counter(bisect_right(starts, day) for day in counted)
    return tuple(
        Bin(first=begins, last=ends, count=totals[number])
        for number, (begins, ends) in enumerate(stretches, start=1)
    )


def _month(day: dt.date) -> int:
    """The month that a day lies in, counted from that of the year 0."""
    return day.year * 12 + day.month - 1


def _months(first: int, last: int) -> list[tuple[dt.date, dt.date]]:
    """The first and the last day of each month, numbered as by `_month`."""
    starts = [dt.date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]
    return [
        (start, start.replace(day=calendar.monthrange(start.year, start.month)[1]))
        for start in starts
    ]


def _years(first: int, last: int) -> list[tuple[dt.date, dt.date]]:
    """The first and the last day of as many years at a time as `YEAR_BARS_MOST` asks for."""
    step = next(size for size in _YEAR_STEPS if last // size - first // size < YEAR_BARS_MOST)
    return [
        (
            dt.date(max(year, dt.MINYEAR), 1, 1),
            dt.date(min(year + step - 1, dt.MAXYEAR), 12, 31),
        )
        for year in range(first // step * step, last + 1, step)
    ]


def source_shares(names: Iterable[str | None]) -> tuple[Share, ...]:
    """Counts documents by source, most first, the smaller ones beyond `SOURCES_MOST` as one.

    Spellings that only differ in what `rag.text.fold` levels are one source, named as it was met
    first. None and blank names are left out; without any other there are no shares.
    """
    counts: Counter[str] = Counter()
    spellings: dict[str, str] = {}
    for name in names:
        key = " ".join(fold(name or "").split())
        if name and key:
            counts[key] += 1
            spellings.setdefault(key, name.strip())
    ranked = sorted(counts, key=lambda key: (-counts[key], key))
    shares = [Share(name=spellings[key], count=counts[key]) for key in ranked[:SOURCES_MOST]]
    rest = ranked[SOURCES_MOST:]
    if rest:
        shares.append(Share(name="", count=sum(counts[key] for key in rest), sources=len(rest)))
    return tuple(shares)


def column_chart(counts: Sequence[int], *, most_ticks: int, mirrored: bool) -> ColumnChart:
    """Places one upright bar for each count, as high as it is large.

    Args:
        most_ticks: how many bars are labelled at most; at least 1.
        mirrored: time runs from right to left.
    """
    largest = max(counts, default=0)
    step = _grid_step(largest)
    top = max(step, -(-largest // step) * step)
    base = _COLUMNS_HEIGHT - _FOOT
    start = max(_START, 12 + _DIGIT * len(str(top)))
    slot = (WIDTH - start - _END) / max(len(counts), 1)
    bar = min(slot * _FILLED, _WIDEST)

    def height_of(count: int) -> float:
        return count / top * (base - _TOP)

    bars = tuple(
        _placed(
            start=start + slot * (index + 0.5) - bar / 2,
            y=base - height_of(count),
            width=bar,
            height=height_of(count),
            mirrored=mirrored,
        )
        for index, count in enumerate(counts)
    )
    return ColumnChart(
        width=WIDTH,
        height=_COLUMNS_HEIGHT,
        left=_END if mirrored else start,
        right=WIDTH - (start if mirrored else _END),
        bars=bars,
        lines=tuple(
            Line(y=round(base - height_of(count), 2), count=count)
            for count in range(0, top + 1, step)
        ),
        ticks=tuple(range(0, len(counts), max(1, -(-len(counts) // most_ticks)))),
        tick_y=_COLUMNS_HEIGHT - 8,
        count_x=WIDTH - start + 8 if mirrored else start - 8,
    )


def row_chart(counts: Sequence[int], *, mirrored: bool) -> RowChart:
    """Places one lying bar for each count; the largest is as long as the chart is wide.

    Args:
        mirrored: the bars grow from right to left.
    """
    largest = max(counts, default=0) or 1
    return RowChart(
        width=WIDTH,
        height=_ROW * len(counts),
        bars=tuple(
            _placed(
                start=0,
                y=_ROW * index + _ROW_BAR,
                width=count / largest * WIDTH,
                height=_ROW_BAR_HEIGHT,
                mirrored=mirrored,
            )
            for index, count in enumerate(counts)
        ),
        baselines=tuple(_ROW * index + _ROW_TEXT for index in range(len(counts))),
        start_x=WIDTH if mirrored else 0,
        end_x=0 if mirrored else WIDTH,
    )


def _grid_step(largest: int) -> int:
    """The smallest of 1, 2, 5, 10, 20 … that reaches `largest` in a few steps."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if step * _GRID_STEPS_MOST >= largest:
                return step
        size *= 10


def _placed(*, start: float, y: float, width: float, height: float, mirrored: bool) -> Bar:
    return Bar(
        x=round(WIDTH - start - width if mirrored else start, 2),
        y=round(y, 2),
        width=round(width, 2),
        height=round(height, 2),
    )
