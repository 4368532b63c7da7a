"""Bins, shares and the places of bars: numbers only."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.charts import (
    MONTHS_MOST,
    SOURCES_MOST,
    YEAR_BARS_MOST,
    Bin,
    ColumnChart,
    RowChart,
    Share,
    column_chart,
    row_chart,
    source_shares,
    time_bins,
)

COUNTS = st.lists(st.integers(0, 5_000), max_size=60)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def within(chart: ColumnChart | RowChart) -> bool:
    return all(
        bar.x >= 0
        and bar.y >= 0
        and bar.width >= 0
        and bar.height >= 0
        and bar.x + bar.width <= chart.width + 0.02
        and bar.y + bar.height <= chart.height + 0.02
        for bar in chart.bars
    )


def test_without_days_there_are_no_bins() -> None:
    assert time_bins([]) == ()


def test_one_day_is_one_month() -> None:
    assert time_bins([day("2024-02-29")]) == (
        Bin(first=day("2024-02-01"), last=day("2024-02-29"), count=1),
    )


def test_months_between_are_counted_too_even_where_nothing_came_out() -> None:
    bins = time_bins([day("2024-02-01"), day("2023-12-31"), day("2024-02-10")])
    assert [(str(bin_.first), bin_.count) for bin_ in bins] == [
        ("2023-12-01", 1),
        ("2024-01-01", 0),
        ("2024-02-01", 2),
    ]
    assert all(bin_.is_month for bin_ in bins)


def test_three_years_to_the_month_are_shown_by_month() -> None:
    bins = time_bins([day("2021-03-31"), day("2024-02-01")])
    assert len(bins) == MONTHS_MOST == 36
    assert bins[-1] == Bin(first=day("2024-02-01"), last=day("2024-02-29"), count=1)


def test_more_than_three_years_are_shown_by_year() -> None:
    bins = time_bins([day("2021-03-31"), day("2024-03-01"), day("2024-12-31")])
    assert [(bin_.first.year, bin_.last.year, bin_.count) for bin_ in bins] == [
        (2021, 2021, 1),
        (2022, 2022, 0),
        (2023, 2023, 0),
        (2024, 2024, 2),
    ]
    assert not any(bin_.is_month for bin_ in bins)


def test_a_century_is_shown_in_bars_of_several_years() -> None:
    bins = time_bins([day("1921-06-01"), day("2024-06-01")])
    assert len(bins) <= YEAR_BARS_MOST
    assert bins[0] == Bin(first=day("1920-01-01"), last=day("1924-12-31"), count=1)


@given(st.lists(st.dates(), min_size=1, max_size=30))
def test_bins_follow_each_other_and_hold_every_day(days: list[dt.date]) -> None:
    bins = time_bins(days)
    assert len(bins) <= YEAR_BARS_MOST
    assert sum(bin_.count for bin_ in bins) == len(days)
    assert bins[0].first <= min(days) <= bins[0].last
    assert bins[-1].first <= max(days) <= bins[-1].last
    assert all(
        before.last + dt.timedelta(days=1) == after.first for before, after in pairwise(bins)
    )
    for bin_ in bins:
        assert bin_.count == sum(bin_.first <= one <= bin_.last for one in days)


def test_sources_are_counted_most_first() -> None:
    assert source_shares(["الجزيرة", "رويترز", "الجزيرة", None, " "]) == (
        Share(name="الجزيرة", count=2),
        Share(name="رويترز", count=1),
    )


def test_spellings_of_one_source_are_one() -> None:
    assert source_shares(["وكالة الأنباء ", "وكاله  الانباء", "وَكالة الأنباء"]) == (
        Share(name="وكالة الأنباء", count=3),
    )


def test_small_sources_are_counted_together() -> None:
    names = [f"paper {number}" for number in range(12) for _ in range(12 - number)]
    shares = source_shares(names)
    assert [share.count for share in shares] == [12, 11, 10, 9, 8, 7, 6, 5, 10]
    assert shares[SOURCES_MOST] == Share(name="", count=10, sources=4)
    assert sum(share.count for share in shares) == len(names)


def test_without_a_named_source_there_are_no_shares() -> None:
    assert source_shares([None, "", " \n"]) == ()


@given(COUNTS, st.booleans())
def test_columns_lie_in_the_view_box_between_the_scale_and_the_labels(
    counts: list[int], mirrored: bool
) -> None:
    chart = column_chart(counts, most_ticks=5, mirrored=mirrored)
    assert within(chart)
    assert all(chart.left <= bar.x <= bar.x + bar.width <= chart.right for bar in chart.bars)
    assert all(bar.y + bar.height <= chart.tick_y for bar in chart.bars)


@given(COUNTS)
def test_columns_are_as_high_as_the_grid_says(counts: list[int]) -> None:
    chart = column_chart(counts, most_ticks=5, mirrored=False)
    zero, top = chart.lines[0], chart.lines[-1]
    assert (zero.count, top.count >= max(counts, default=0)) == (0, True)
    for count, bar in zip(counts, chart.bars, strict=True):
        assert bar.height == pytest.approx(count / top.count * (zero.y - top.y), abs=0.02)
        assert bar.y + bar.height == pytest.approx(zero.y, abs=0.02)


@given(COUNTS)
def test_the_grid_is_of_round_numbers_and_few(counts: list[int]) -> None:
    lines = column_chart(counts, most_ticks=5, mirrored=False).lines
    assert 2 <= len(lines) <= 5
    step = str(lines[1].count)
    assert step[0] in "125"
    assert set(step[1:]) <= {"0"}


@given(COUNTS)
def test_columns_do_not_touch(counts: list[int]) -> None:
    bars = column_chart(counts, most_ticks=5, mirrored=False).bars
    assert all(before.x + before.width < after.x for before, after in pairwise(bars))


@given(COUNTS)
def test_in_a_mirrored_chart_time_runs_from_right_to_left(counts: list[int]) -> None:
    plain = column_chart(counts, most_ticks=5, mirrored=False)
    mirrored = column_chart(counts, most_ticks=5, mirrored=True)
    for one, other in zip(plain.bars, mirrored.bars, strict=True):
        assert other.x == pytest.approx(plain.width - one.x - one.width, abs=0.02)
        assert (other.y, other.height) == (one.y, one.height)
    assert all(before.x > after.x for before, after in pairwise(mirrored.bars))
    assert plain.count_x < plain.left
    assert mirrored.count_x > mirrored.right


def test_large_counts_have_room_beside_the_columns() -> None:
    small, large = (column_chart([count], most_ticks=4, mirrored=False) for count in (9, 123_456))
    assert large.count_x - small.count_x >= 18
    assert large.left == large.count_x + 8


@pytest.mark.parametrize(
    ("bars", "ticks"), [(0, ()), (1, (0,)), (4, (0, 1, 2, 3)), (5, (0, 2, 4)), (36, (0, 9, 18, 27))]
)
def test_a_few_bars_are_labelled_at_even_distances(bars: int, ticks: tuple[int, ...]) -> None:
    assert column_chart([1] * bars, most_ticks=4, mirrored=False).ticks == ticks


def test_a_label_stands_below_the_middle_of_its_bar() -> None:
    chart = column_chart([3, 1], most_ticks=4, mirrored=False)
    assert chart.centre(0) == pytest.approx(chart.bars[0].x + chart.bars[0].width / 2, abs=0.01)


@given(COUNTS, st.booleans())
def test_rows_lie_in_the_view_box_below_their_words(counts: list[int], mirrored: bool) -> None:
    chart = row_chart(counts, mirrored=mirrored)
    assert within(chart)
    for bar, baseline in zip(chart.bars, chart.baselines, strict=True):
        assert 12 < baseline < chart.height
        assert baseline < bar.y


@given(COUNTS.filter(any))
def test_rows_are_as_long_as_they_count(counts: list[int]) -> None:
    chart = row_chart(counts, mirrored=False)
    for count, bar in zip(counts, chart.bars, strict=True):
        assert bar.width == pytest.approx(chart.width * count / max(counts), abs=0.01)


def test_mirrored_rows_begin_on_the_right() -> None:
    chart = row_chart([4, 1], mirrored=True)
    assert [bar.x + bar.width for bar in chart.bars] == [chart.width, chart.width]
    assert (chart.start_x, chart.end_x) == (chart.width, 0)


def test_a_chart_without_bars_is_empty() -> None:
    assert column_chart([], most_ticks=4, mirrored=False).bars == ()
    assert (row_chart([], mirrored=True).bars, row_chart([], mirrored=True).height) == ((), 0)
