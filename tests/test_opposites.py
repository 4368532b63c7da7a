"""`rag.opposites`: a translation that turns a fact round."""

from __future__ import annotations

import pytest

from rag.citations import check_support
from rag.opposites import tells_opposite


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("انخفضت الصادرات", "Exports fell", "Exports rose"),
        ("ارتفاع أسعار القمح", "a rise in wheat prices", "a fall in wheat prices"),
        ("قبل الانتخابات", "before the elections", "after the elections"),
        ("بعد الانتخابات", "after the elections", "before the elections"),
        ("أكثر من 300 أسرة", "more than 300 families", "less than 300 families"),
        ("رفض العرض", "he rejected the offer", "he accepted the offer"),
        ("خسر المنتخب المباراة", "the team lost the match", "the team won the match"),
        ("جنوب المدينة", "south of the city", "north of the city"),
        ("مقتل عشرة جنود", "ten soldiers were killed", "ten soldiers were injured"),
        ("في مطلع العام", "early in the year", "late in the year"),
        ("أعلى سعر", "the highest price", "the lowest price"),
        ("مئات الجنود", "hundreds of soldiers", "dozens of soldiers"),
        ("عشرات الآلاف", "tens of thousands", "hundreds of thousands"),
        ("ثلث السكان", "a third of the population", "half of the population"),
        ("نحو 40 مصابا", "nearly 40 injured", "exactly 40 injured"),
    ],
)
def test_the_opposite_of_a_word_is_told_from_the_word(text: str, right: str, wrong: str) -> None:
    assert not tells_opposite(right, text)
    assert tells_opposite(wrong, text)


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("Exports fell in May", "انخفضت الصادرات في مايو", "ارتفعت الصادرات في مايو"),
        ("before the vote", "قبل التصويت", "بعد التصويت"),
        ("his father", "والده", "والدته"),
    ],
)
def test_so_it_is_into_arabic(text: str, right: str, wrong: str) -> None:
    assert not tells_opposite(right, text)
    assert tells_opposite(wrong, text)


def test_a_text_that_tells_both_sides_is_opposed_by_neither() -> None:
    text = "ارتفعت الواردات وانخفضت الصادرات"
    assert not tells_opposite("imports rose", text)
    assert not tells_opposite("exports fell", text)


def test_only_what_is_marked_and_just_ahead_of_it_counts() -> None:
    shown = "ارتفعت الأسعار في المدينة القديمة لكنها << انخفضت في القرى >>"
    assert check_support("Prices fell in villages", question="?", shown=shown).holds
    wrong = check_support("Prices rose in villages", question="?", shown=shown)
    assert (wrong.opposes, wrong.holds) == (True, False)
