"""What a corpus holds, at a glance: counts, and charts over time and by source, as HTML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rag.schema import Document
from ui.charts import (
    Bar,
    ColumnChart,
    RowChart,
    Share,
    column_chart,
    row_chart,
    source_shares,
    time_bins,
)
from ui.library_words import bin_name, bin_tick, month_name, number
from ui.strings import Language, shown, text
from ui.templating import render

_MONTH_TICKS: Final = 4
_YEAR_TICKS: Final = 7
_LABEL_CHARACTERS: Final = 42


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labelled:
    """A bar with its words, in full and short enough for the chart, and its number."""

    bar: Bar
    name: str
    short: str
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chart:
    """A chart with its words. `missing` is how many documents it leaves out; "" for none."""

    layout: ColumnChart | RowChart
    bars: tuple[_Labelled, ...]
    description: str
    missing: str


def render_glance(documents: Sequence[Document], language: Language) -> str:
    """Counts and two charts, over time and by source; "" where there is no document."""
    if not documents:
        return ""
    days = [document.published for document in documents if document.published is not None]
    shares = source_shares(document.source for document in documents)
    undated = len(documents) - len(days)
    sourceless = len(documents) - sum(share.count for share in shares)
    counts = {
        "library.documents": len(documents),
        "library.sources": sum(share.sources for share in shares),
        "library.languages": len({document.language for document in documents} - {"", "und"}),
        "library.undated": undated,
    }
    return render(
        "library_glance.html",
        language,
        counts=[(key, number(count, language)) for key, count in counts.items()],
        time=_time_chart(days, undated, language),
        sources=_source_chart(shares, sourceless, language),
        number=lambda count: number(count, language),
    )


def _time_chart(days: Sequence[dt.date], undated: int, language: Language) -> _Chart:
    bins = time_bins(days)
    layout = column_chart(
        [period.count for period in bins],
        most_ticks=_MONTH_TICKS if bins and bins[0].is_month else _YEAR_TICKS,
        mirrored=language == "ar",
    )
    bars = tuple(
        _Labelled(
            bar=bar,
            name=bin_name(period, language),
            short=bin_tick(period, language),
            count=number(period.count, language),
        )
        for period, bar in zip(bins, layout.bars, strict=True)
    )
    description = ""
    if bins:
        peak = bars[max(range(len(bins)), key=lambda index: bins[index].count)]
        description = text(
            language,
            "library.time_description",
            first=month_name(min(days), language),
            last=month_name(max(days), language),
            peak=peak.name,
            count=peak.count,
        )
    missing = number(undated, language) if undated else ""
    return _Chart(layout=layout, bars=bars, description=description, missing=missing)


def _source_chart(shares: Sequence[Share], sourceless: int, language: Language) -> _Chart:
    layout = row_chart([share.count for share in shares], mirrored=language == "ar")
    bars = []
    for share, bar in zip(shares, layout.bars, strict=True):
        name = shown(share.name) or text(
            language, "library.others", count=number(share.sources, language)
        )
        bars.append(
            _Labelled(
                bar=bar, name=name, short=_shortened(name), count=number(share.count, language)
            )
        )
    description = (
        text(language, "library.by_source_description", name=bars[0].name, count=bars[0].count)
        if bars
        else ""
    )
    missing = number(sourceless, language) if sourceless else ""
    return _Chart(layout=layout, bars=tuple(bars), description=description, missing=missing)


def _shortened(name: str) -> str:
    """A name that fits above its bar, cut at a space where there is one far enough on."""
    if len(name) <= _LABEL_CHARACTERS:
        return name
    cut = name[:_LABEL_CHARACTERS]
    place = cut.rfind(" ")
    return cut[: place if place > _LABEL_CHARACTERS // 2 else None].rstrip() + "…"
