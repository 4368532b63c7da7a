"""What counts as left out, added or strange in the English of an Arabic text."""

from __future__ import annotations

import pytest

from rag.faithfulness import faults, share_told, strange_words


@pytest.mark.parametrize(
    ("text", "said", "count"),
    [
        ("خزانا للبنزين", "A tank for petrol", 0),
        ("خزانا للبنزين", "A tank", 1),
        ("خزانا للبنزين", "The tank and reservoir for petrol", 1),
        ("خزانا للبنزين", "A burning tank for petrol", 1),
        ("خزانا للبنزين", "Fire", 3),
        ("", "Fire", 0),
    ],
)
def test_what_is_left_out_or_added_or_told_twice_is_a_fault(
    text: str, said: str, count: int
) -> None:
    assert faults(text, said, given="") == count
    assert faults(text, said, given=f"{said}?") <= count


@pytest.mark.parametrize(
    ("said", "share"),
    [
        ("Floods destroyed the old bridge.", 1.0),
        ("Floods destroyed the old wall.", 2 / 3),
        ("A fire in the palace.", 0.0),
        ("", 0.0),
    ],
)
def test_the_share_told_counts_listed_words_that_are_no_names(said: str, share: float) -> None:
    assert share_told("دمرت السيول الجسر القديم", said) == share


def test_people_are_persons() -> None:
    assert share_told("سبعة أشخاص", "7 people") == 1.0


def test_numbers_dates_and_names_do_not_count_as_words_to_be_told() -> None:
    assert share_told("سبتمبر من عام 2025", "by then") == 1.0
    assert share_told("بناء سد عام 2025", "a dam, 2025") == 1 / 2
    assert share_told("خمسة آلاف", "a few") == share_told("خالد كخطبب", "he") == 1.0
    assert share_told("خمسة أمتار", "five feet") == 0.0
    assert share_told("50 دولارا", "$50") == 1.0


def test_initials_tell_what_they_abbreviate_and_are_no_other_word() -> None:
    health, fund = "منظمة الصحة العالمية", "صندوق النقد الدولي"
    assert share_told(health, "the WHO") == share_told(fund, "The IMF") == 1.0
    assert share_told(health, "those who came") == share_told(fund, "The WHO") == 0.0
    assert faults(fund, "the IMF", given="") == 0
    assert strange_words("the IMF lends", text=fund, given="") == ("lends",)


@pytest.mark.parametrize(
    ("word", "american"),
    [("متر", "a meter"), ("لون", "colors"), ("برنامج", "the program"), ("الدفاع", "defense")],
)
def test_a_word_is_told_in_either_way_of_spelling_english(word: str, american: str) -> None:
    assert share_told(word, american) == 1.0


@pytest.mark.parametrize(
    ("said", "strange"),
    [
        ("Floods destroyed the old bridge of Khaled in 2020.", ()),
        ("Floods destroyed the old bridge when it rained.", ("rained",)),
        ("Fire burned the palace.", ("Fire", "burned", "palace")),
        ("The mayor says that people found it.", ()),
        ("", ()),
    ],
)
def test_words_are_strange_that_no_text_accounts_for(said: str, strange: tuple[str, ...]) -> None:
    given = "What did the mayor say?"
    assert strange_words(said, text="دمرت السيول جسر خالد القديم", given=given) == strange


def test_a_name_is_not_that_of_a_listed_word() -> None:
    assert strange_words("Fisherman Smuk", text="صياد سمك", given="") == ("Smuk",)
    assert strange_words("Dr Issam al-Nairat", text="الدكتور عصام النعيرات", given="") == ()


def test_nothing_is_strange_where_nothing_is_listed() -> None:
    assert strange_words("Fire burned the palace.", text="Le palais", given="") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("خزان للبنزين", "A tank of gasoline"),
        ("خلال أسبوعين", "Within two weeks"),
        ("يوم 6 جوان", "On June 6"),
        ("يوم الأحد", "Sunday"),
    ],
)
def test_another_word_for_a_sense_is_no_fault_and_a_day_goes_without_saying(
    text: str, said: str
) -> None:
    assert faults(text, said, given="") == 0
    assert share_told(text, said) == 1.0


def test_a_day_that_is_no_part_of_a_date_is_to_be_told() -> None:
    assert faults("يوم طويل", "Long", given="") == 1
