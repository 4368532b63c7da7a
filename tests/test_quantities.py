"""Numbers in digits, in words and in both, and which of an answer's numbers have no source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.quantities import (
    english_with_digits,
    is_number,
    quantities,
    ranks_counted,
    unstated,
    with_digits,
)
from rag.text import numbers


def shown(text: str) -> list[str]:
    return sorted(quantities(text), key=lambda value: (len(value), value))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("ثلاث سنوات", "3"),
        ("ثلاثة أعوام", "3"),
        ("خمس وخمسة", "5"),
        ("اثنان", "2"),
        ("اثنتين", "2"),
        ("ثماني نساء", "8"),
        ("ثمانية رجال", "8"),
        ("ثمانٍ", "8"),
        ("عشر", "10"),
        ("عشرون", "20"),
        ("عشرين", "20"),
        ("تسعون", "90"),
        ("مئة", "100"),
        ("مائة", "100"),
        ("مئتان", "200"),
        ("مائتين", "200"),
        ("مئتا رجل", "200"),
        ("ثلاثمئة", "300"),
        ("ثلاثمائة", "300"),
        ("ثلاث مئة", "300"),
    ],
)
def test_an_arabic_number_word_counts_in_every_gender_and_case(written: str, value: str) -> None:
    assert shown(written) == [value]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("ألفا جندي", "2000"),
        ("نحو مليونا شخص", "2000000"),
        ("ومليارا دولار", "2000000000"),
        ("خمسة وعشرون ألفا", "25000"),
        ("23 ألفا", "23000"),
        ("بلغ ألفا، بينهم نساء", "1000"),
        ("مليونا إضافيا", "1000000"),
        ("مليونا آخر", "1000000"),
        ("مليونا من الناس", "1000000"),
        ("ألفا ومئة", "1100"),
    ],
)
def test_a_word_of_scale_is_a_dual_before_a_noun(written: str, value: str) -> None:
    assert shown(written) == [value]


def test_a_dual_before_a_noun_is_shown_in_digits() -> None:
    assert with_digits("دفع مليونا دولار وألفا ريال") == "دفع 2 مليون دولار و2000 ريال"


@pytest.mark.parametrize(
    "written",
    [
        *("الثلاثة", "وثلاثة", "والثلاثة", "بثلاثة", "لثلاث", "فثلاث", "كثلاثة", "ثلاثةٌ"),
        *("وبثلاثة", "ولثلاث", "فكثلاثة", "وللثلاثة", "وبالثلاثة"),
    ],
)
def test_what_is_written_on_to_a_number_word_does_not_change_it(written: str) -> None:
    assert shown(written) == ["3"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("وبمئتي مليون دولار", "200000000"),
        ("ولثلاثة وعشرين عاما", "23"),
        ("وبألفي دولار", "2000"),
        ("ولألف عام", "1000"),
    ],
)
def test_a_conjunction_and_a_preposition_may_both_be_written_on(written: str, value: str) -> None:
    assert shown(written) == [value]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("أحد عشر", "11"),
        ("إحدى عشرة", "11"),
        ("اثني عشر", "12"),
        ("اثنتا عشرة", "12"),
        ("خمسة عشر يوما", "15"),
        ("خمسة وعشرون", "25"),
        ("خمس وعشرين", "25"),
        ("الخمسة والعشرين", "25"),
        ("مئة وخمسة", "105"),
        ("مئة وخمسون", "150"),
        ("مئة وخمسة وعشرين", "125"),
        ("مئة وخمسة عشر", "115"),
        ("مئتين وخمسين", "250"),
        ("ثلاثمئة وخمسة وستون يوما", "365"),
        ("خمسة وعشرون ألفا", "25000"),
        ("خمسة عشر ألف", "15000"),
        ("عشرة آلاف", "10000"),
        ("ثلاثة آلاف وخمسمئة", "3500"),
        ("مئة ألف", "100000"),
        ("ألف وتسعمئة وسبعة وستين", "1967"),
        ("ألفين وأربعة وعشرين", "2024"),
        ("ثلاثة ملايين ومئتي ألف", "3200000"),
        ("خمسة وعشرون مليونا ومئة ألف", "25100000"),
        ("ملياري دينار", "2000000000"),
        ("ثلاثين ألف و خمسمئة", "30500"),
        ("ألفين و أربعة و عشرين", "2024"),
        ("سبعة بلايين", "7000000000"),
        ("تريليوني دولار", "2000000000000"),
        ("مليونان", "2000000"),
        ("ألفا", "1000"),
        ("ألفان", "2000"),
        ("أربعا وعشرين ساعة", "24"),
        ("خمساً وسبعين دقيقة", "75"),
        ("واحدا وعشرين شخصا", "21"),
        ("ثمانيا وأربعين ساعة", "48"),
        ("وثلاثا وثلاثين دولة", "33"),
        ("ستا من المسيرات", "6"),
        ("مئة وأحد عشر شخصا", "111"),
        ("ألف وأحد عشر", "1011"),
        ("مئة وإحدى عشرة مدرسة", "111"),
        ("ألف مليار دولار", "1000000000000"),
        ("مئة ألف مليار ليرة", "100000000000000"),
        ("عشرة آلاف مليار دينار", "10000000000000"),
        ("ألف مليار ومئتا مليون", "1000200000000"),
    ],
)
def test_arabic_words_that_make_one_number_count_once(written: str, value: str) -> None:
    assert shown(written) == [value]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("three", "3"),
        ("a dozen", "12"),
        ("half a dozen", "6"),
        ("half-a-dozen", "6"),
        ("two dozen", "24"),
        ("fifteen hundred", "1500"),
        ("nineteen", "19"),
        ("twenty-five", "25"),
        ("twenty five", "25"),
        ("Two Hundred", "200"),
        ("one hundred one", "101"),
        ("one hundred and fifty", "150"),
        ("two hundred and fifty thousand", "250000"),
        ("two thousand and twenty-four", "2024"),
        ("three million two hundred thousand", "3200000"),
        ("one million, two hundred thousand", "1200000"),
        ("one thousand billion", "1000000000000"),
        ("third", "3"),
        ("the twenty-first", "21"),
    ],
)
def test_english_words_that_make_one_number_count_once(written: str, value: str) -> None:
    assert shown(written) == [value]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("23 ألفا", "23000"),
        ("٢٣ ألفًا", "23000"),
        ("5 آلاف", "5000"),
        ("٣٫٢ مليون", "3200000"),
        ("3.2 million", "3200000"),
        ("1.5 مليار دينار", "1500000000"),
        ("5 hundred", "500"),
        ("3 million two hundred thousand", "3200000"),
        ("10 آلاف مليار دينار", "10000000000000"),
        ("2000 مليار دولار", "2000000000000"),
    ],
)
def test_digits_with_a_word_of_scale_count_once_as_their_product(written: str, value: str) -> None:
    assert shown(written) == [value]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2500", "2500"),
        ("2,500", "2500"),
        ("2،500", "2500"),
        ("2\u00a0500", "2500"),
        ("٢٥٠٠", "2500"),
        ("٢٬٥٠٠", "2500"),
        ("۲۵۰۰", "2500"),
        ("٢٠٫٥٠", "20.5"),
        ("0.0000001", "0.0000001"),
        ("007", "7"),
        ("21st", "21"),
    ],
)
def test_digits_count_by_their_value_in_either_script(written: str, value: str) -> None:
    assert shown(written) == [value]


@pytest.mark.parametrize("written", ["20 في المئة", "20 بالمئة", "عشرين في المئة", "20 للمئة"])
def test_per_cent_is_not_a_hundred(written: str) -> None:
    assert shown(written) == ["20"]


@pytest.mark.parametrize(
    ("written", "value"),
    [("المئة ألف مقاتل", "100000"), ("والمئة ألف", "100000"), ("الأيام المئة الأولى", "100")],
)
def test_a_hundred_with_the_article_alone_is_not_per_cent(written: str, value: str) -> None:
    assert shown(written) == [value]


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("عام 2023 مليوني زائر", ["2023", "2000000"]),
        ("عامي 2022 و2023 مليوني زائر", ["2022", "2023", "2000000"]),
        ("عامي 2022 و2023 مليون زائر", ["2022", "2023", "1000000"]),
        ("15 million three years ago", ["3", "15000000"]),
        ("بلغت عام 2023 مليارا ومئتي مليون دولار", ["2023", "1200000000"]),
        ("للعام 2023 ألف شخص", ["1000", "2023"]),
        ("سنة ٢٠٢٣ ألف شخص", ["1000", "2023"]),
        ("في 7 أكتوبر 2023 ألف ومئتا شخص", ["7", "1200", "2023"]),
        ("كانون الثاني 2023 ألف شخص", ["1000", "2023"]),
        ("في 2023 مليون شخص", ["2023", "1000000"]),
        ("In 2020 million people", ["2020", "1000000"]),
        ("In 2020 and a half million people", ["2020", "500000"]),
        ("in May 2020 two million", ["2020", "2000000"]),
        ("On October 7, 2023 million people", ["7", "2023", "1000000"]),
        ("عام 2023 و500 ألف شخص", ["2023", "500000"]),
        ("طعام 2000 ألف شخص", ["2000000"]),
        ("في 2200 مليار دولار", ["2200000000000"]),
        ("in 2,000 million", ["2000000000"]),
        ("in 2000.5 million", ["2000500000"]),
    ],
)
def test_a_year_has_no_word_of_scale(written: str, values: list[str]) -> None:
    assert shown(written) == values


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("الثالث", "3"),
        ("الثانية", "2"),
        ("السابع عشر", "17"),
        ("الحادي عشر", "11"),
        ("الحادي والعشرين", "21"),
        ("الحادية والثلاثين", "31"),
    ],
)
def test_an_ordinal_counts_as_its_number(written: str, value: str) -> None:
    assert shown(written) == [value]


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("كانون الثاني", []),
        ("في 8 كانون الثاني 2024", ["8", "2024"]),
        ("تشرين الثاني", []),
        ("ربيع الثاني", []),
        ("جمادى الثانية", []),
        ("يوم الاثنين", []),
        ("وبالاثنين والإثنين", []),
    ],
)
def test_a_month_or_day_whose_name_holds_a_number_states_none(
    written: str, values: list[str]
) -> None:
    assert shown(written) == values


@pytest.mark.parametrize(
    "written", ["one of them", "the first", "أحد المسؤولين", "واحد", "أول مرة", "إحدى المدن"]
)
def test_a_lone_one_is_mostly_a_pronoun_and_left_out(written: str) -> None:
    assert shown(written) == []


def test_a_one_in_digits_counts() -> None:
    assert shown("1 of them") == ["1"]


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("خمسة ستة", ["5", "6"]),
        ("عشرون ثلاثون", ["20", "30"]),
        ("عشرون، خمسة", ["5", "20"]),
        ("ثلاثون ثانية", ["30"]),
        ("18 دقيقة و40 ثانية", ["18", "40"]),
        ("مرة ثانية", ["2"]),
        ("150 وخمسة", ["5", "150"]),
        ("two three", ["2", "3"]),
        ("ten five", ["5", "10"]),
        ("five ten-year plans", ["5", "10"]),
        ("twenty thirty", ["20", "30"]),
        ("twenty hundred", ["20", "100"]),
        ("twenty. Five", ["5", "20"]),
        ("five and twenty", ["5", "20"]),
        ("20 two-storey houses", ["2", "20"]),
        ("in 2020 and five", ["5", "2020"]),
        ("between 15 and 20", ["15", "20"]),
        ("أول عشرة أيام", ["10"]),
        ("الواحدة بمئة دينار", ["100"]),
        ("20 بالألف", ["20", "1000"]),
        ("خمسة وبعشرين", ["5", "20"]),
        ("2024 2025", ["2024", "2025"]),
        ("12.5.2024", ["5", "12", "2024"]),
        ("10:30", ["10", "30"]),
    ],
)
def test_numbers_that_only_stand_beside_one_another_stay_apart(
    written: str, values: list[str]
) -> None:
    assert shown(written) == values


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("بين خمسة آلاف وستة آلاف شخص", ["5000", "6000"]),
        ("بين مليون ومليوني دولار", ["1000000", "2000000"]),
        ("بين مئة ألف ومئتي ألف", ["100000", "200000"]),
        ("بين ثلاث مئة وأربع مئة", ["300", "400"]),
        ("بين مئة وألف دولار", ["100", "1000"]),
        ("بين 3 ملايين و5 ملايين", ["3000000", "5000000"]),
        ("بين ألف و1500", ["1000", "1500"]),
        ("between two thousand and three thousand", ["2000", "3000"]),
        ("between two hundred and three hundred", ["200", "300"]),
        ("five thousand, six million", ["5000", "6000000"]),
        ("مليون وألف مليار", ["1000000", "1000000000000"]),
        ("thousand and million", ["1000", "1000000"]),
        ("عام ألفين مليوني زائر", ["2000", "2000000"]),
        ("ثلاثة ملايين ومئتي ألف وخمسة", ["3200005"]),
    ],
)
def test_what_is_no_smaller_than_the_word_of_scale_before_is_another_number(
    written: str, values: list[str]
) -> None:
    assert shown(written) == values


@pytest.mark.parametrize(
    "written",
    [
        "قتل آلاف الأشخاص",
        "مئات الآلاف من النازحين",
        "وبملايين الدولارات",
        "hundreds of thousands",
        "millions of people",
        "several thousand people",
        "several hundred protesters",
        "a few hundred thousand people",
        "a couple of thousand people",
        "several dozen men",
        "ثلث مليون",
        "ثلاثة أرباع المليون",
        "ثلاثة ملايين وثلث المليون",
        "مليون وثلث",
        "a third of a million",
        "three quarters of a million",
        "لست متأكدا",
        "ألف الكاتب روايته",
        "خمس السكان",
        "خمسا السكان",
        "يوم الأربعا أو الثلاثا",
        "ولست متأكدا",
        "زار بستا وكوستا",
    ],
)
def test_a_magnitude_that_is_not_told_or_not_read_is_no_number(written: str) -> None:
    assert shown(written) == []
    assert with_digits(written) == written


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("نصف مليون نازح", "500000"),
        ("بنصف مليون", "500000"),
        ("ربع مليون", "250000"),
        ("مليون ونصف", "1500000"),
        ("مليونين ونصف", "2500000"),
        ("ثلاثة ملايين ونصف المليون برميل", "3500000"),
        ("3 ونصف مليون", "3500000"),
        ("half a million", "500000"),
        ("a quarter of a million", "250000"),
        ("three and a half million", "3500000"),
        ("a million and a half", "1500000"),
        ("half-a-million", "500000"),
        ("two-and-a-half million", "2500000"),
        ("2½ million", "2500000"),
        ("£1½bn", "1500000000"),
        ("¾ million", "750000"),
        ("2½ years", "2.5"),
    ],
)
def test_a_half_or_a_quarter_of_a_word_of_scale_counts(written: str, value: str) -> None:
    assert shown(written) == [value]
    assert with_digits(written) == written


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("الملايين، ثم ألف رجل", ["1000"]),
        ("ثلاثة ملايين وآلاف الأطفال", ["3000000"]),
        ("between a million and half a million", ["500000", "1000000"]),
        ("half of the 20 men", ["20"]),
        ("the third of 20", ["3", "20"]),
        ("خمس ألعاب", ["5"]),
        ("ألف ألماني", ["1000"]),
        ("ثلاثة الأشهر", ["3"]),
        ("بست نساء", ["6"]),
    ],
)
def test_what_stands_beside_a_part_or_an_article_may_count(written: str, values: list[str]) -> None:
    assert shown(written) == values


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("$3.2m", ["3200000"]),
        ("US$3.2bn", ["3200000000"]),
        ("€5M", ["5000000"]),
        ("USD 200k", ["200000"]),
        ("5bn", ["5000000000"]),
        ("2tn", ["2000000000000"]),
        ("$20-30m", ["20000000", "30000000"]),
        ("100m", ["100"]),
        ("200k", ["200"]),
        ("5 bn", ["5"]),
        ("$5 men", ["5"]),
    ],
)
def test_an_abbreviated_word_of_scale_counts_where_it_can_be_nothing_else(
    written: str, values: list[str]
) -> None:
    assert shown(written) == values


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("3 آلاف و500 قتيل", ["3500"]),
        ("ألفين و 24", ["2024"]),
        ("3 مليارات و200 مليون", ["3200000000"]),
        ("3 آلاف، و500 جريح", ["500", "3000"]),
        ("150 و20", ["20", "150"]),
    ],
)
def test_digits_go_on_after_an_arabic_word_of_scale(written: str, values: list[str]) -> None:
    assert shown(written) == values


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("بين 20 و30 ألفا", ["20000", "30000"]),
        ("من 20 إلى 30 ألفا", ["20000", "30000"]),
        ("20 to 30 million", ["20000000", "30000000"]),
        ("between $20 and $30 million", ["20000000", "30000000"]),
        ("1.5-2 million", ["1500000", "2000000"]),
        ("in 2019 to 20 million", ["2019", "20000000"]),
        ("20 and 30 million", ["20", "30000000"]),
        ("10 or 15 million", ["10000000", "15000000"]),
        ("five to ten million", ["5000000", "10000000"]),
        ("between one and two million", ["1000000", "2000000"]),
        ("Two or three thousand", ["2000", "3000"]),
        ("a three-to-five million fall", ["3000000", "5000000"]),
        ("twenty to twenty-five thousand", ["20000", "25000"]),
        ("من خمسة إلى سبعة ملايين", ["5000000", "7000000"]),
        ("بين خمسة وسبعة ملايين", ["5000000", "7000000"]),
        ("بين عشرين وثلاثين ألفا", ["20000", "30000"]),
        ("ثلاثة أو أربعة آلاف", ["3000", "4000"]),
        ("بين خمسة وعشرين ألفا وثلاثين ألفا", ["25000", "30000"]),
        ("بين مئة وخمسين ألفا ومئتي ألف", ["150000", "200000"]),
        ("fell from 30 to 20 million", ["20000000", "30000000"]),
        ("rose from 800 to 3 thousand", ["800", "3000"]),
        ("من 500 إلى 3 آلاف", ["500", "3000"]),
        ("a third or fourth million", ["3", "4000000"]),
        ("twenty-five thousand", ["25000"]),
        ("five-hundred thousand", ["500000"]),
        ("between one and two thousand billion", ["1000000000000", "2000000000000"]),
        ("من 5 إلى 7 آلاف مليار", ["5000000000000", "7000000000000"]),
        ("5 في 20 و30 ألفا", ["5", "20", "30000"]),
    ],
)
def test_the_lower_figure_of_a_range_has_the_word_of_scale_too(
    written: str, values: list[str]
) -> None:
    assert shown(written) == values


@pytest.mark.parametrize(
    "written", ["", "سنة", "السبت", "الثلاثاء", "ثالثا", "often", "someone", "?!"]
)
def test_words_that_only_look_like_a_number_are_none(written: str) -> None:
    assert shown(written) == []


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        ("25,000 people", "خمسة وعشرون ألف شخص"),
        ("خمسة وعشرون ألف شخص", "25,000 people"),
        ("3.2 million", "3,200,000"),
        ("It took three years.", "استغرق ثلاثة أعوام"),
        ("300", "ثلاثمئة"),
        ("on the 21st", "في الحادي والعشرين من مايو"),
        ("one of them", "بعضهم"),
    ],
)
def test_a_number_is_stated_whatever_form_it_has(answer: str, source: str) -> None:
    assert unstated(answer, source) == frozenset()


@pytest.mark.parametrize("source", ["بعد عامين", "شركتان", "مدينتي عدن وصنعاء", "بقيت ساعتين"])
def test_a_dual_states_a_two(source: str) -> None:
    assert unstated("two of them", source) == frozenset()
    assert unstated("three of them", source) == {"3"}


@pytest.mark.parametrize("source", ["سكان إيران ولبنان", "في رمضان", "مئتين", "الذين"])
def test_a_word_that_only_ends_like_a_dual_states_no_two(source: str) -> None:
    assert unstated("two of them", source) == {"2"}


@pytest.mark.parametrize("source", ["the second largest city", "both cities", "he came twice"])
def test_an_english_word_for_a_second_states_a_two(source: str) -> None:
    assert unstated("ثاني أكبر مدينة", source) == frozenset()


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        ("Al Hilal won 2-0", "فاز الهلال 2-صفر"),
        ("won 3-0", "فاز بثلاثة أهداف لصفر"),
        ("فاز 2-0", "They won two-nil"),
    ],
)
def test_a_nought_in_words_states_a_zero(answer: str, source: str) -> None:
    assert unstated(answer, source) == frozenset()
    assert unstated(answer, "فاز 2-3") >= {"0"}
    assert shown("شهر صفر") == []


@pytest.mark.parametrize("source", ["ثلثي الأعضاء", "وافق ثلثا النواب", "بثلثي الأصوات"])
def test_two_thirds_state_a_two(source: str) -> None:
    assert unstated("two-thirds", source) == frozenset()
    assert unstated("two-thirds", "ثلث الأعضاء") == {"2"}


def test_a_second_is_mostly_a_time_and_needs_no_source() -> None:
    assert unstated("It lasted a second.", "استمر لحظة") == frozenset()


def test_numbers_of_any_source_are_stated_and_the_others_told() -> None:
    assert unstated("5 of 7, and 9", "خمسة", "سبع") == {"9"}
    assert unstated("5") == {"5"}


def test_thousands_may_have_a_common_space() -> None:
    assert shown("10 000 درهم") == ["10000"]
    assert shown("بغداد 120 130 140") == ["120", "130", "140"]


def test_the_figure_before_a_word_of_scale_is_stated_too() -> None:
    assert unstated("40", "40 مليون دينار") == frozenset()
    assert unstated("40 million", "40 دينارا") == {"40000000"}
    assert unstated("40 dinars", "40 مليون دينار") == {"40"}
    assert unstated("$3.2m", "3.2 مليار دولار") == {"3200000"}


def test_what_is_counted_must_not_be_ranked() -> None:
    assert ranks_counted("Salary for the 4th month", "راتب أربعة أشهر")
    assert not ranks_counted("Salary of 4 months", "راتب أربعة أشهر")
    assert not ranks_counted("The 4th month", "الشهر الرابع")
    assert not ranks_counted("The 63rd minute", "الدقيقة 63")


@pytest.mark.parametrize(
    ("answer", "source", "counted"),
    [
        ("the fourth month", "راتب أربعة أشهر", True),
        ("The Fifteenth day", "خمسة عشر يوما", True),
        ("the second month", "بعد اثنين", False),
        ("on the 4th of March, after four days", "في الرابع من مارس بعد أربعة أيام", False),
        ("on the 15th, after 15 days", "في الخامس عشر بعد خمسة عشر يوما", False),
        ("on the 4th of March", "في 4 مارس بعد أربعة أيام", False),
        ("a third of them after three months", "ثلثهم بعد ثلاثة أشهر", False),
        ("the twenty-fifth day", "خمسة أيام", False),
    ],
)
def test_what_the_source_ranks_itself_may_be_ranked(
    answer: str, source: str, counted: bool
) -> None:
    assert ranks_counted(answer, source) == counted


@given(st.integers(0))
def test_an_integer_in_digits_is_itself(number: int) -> None:
    assert quantities(str(number)) == {str(number)}


@given(st.integers(0), st.integers(0, 999))
def test_a_number_after_digits_leaves_them_whole(number: int, other: int) -> None:
    assert quantities(f"{number} five {other}") == {str(number), "5", str(other)}


def test_digits_of_any_length_are_read() -> None:
    assert quantities("9" * 5000) == {"9" * 5000}
    assert quantities(f"{'9' * 40} five million") == {"9" * 40, "5000000"}


_WORDS = st.sampled_from(
    [
        *("خمسة", "وعشرون", "عشر", "وأحد", "المئة", "مئة", "ألف", "مليونان", "و", "الثالث", "ونصف"),
        *(
            "five",
            "twenty",
            "hundred",
            "million",
            "thousand",
            "and",
            "half",
            "عام",
            "2023",
            "بثلاث",
        ),
    ]
)


@given(st.lists(_WORDS | st.text(max_size=5) | st.integers().map(str)).map(" ".join))
def test_reading_numbers_never_raises(text: str) -> None:
    assert unstated(text, text) == frozenset()
    assert all(numbers(value) == {value} for value in quantities(text))


@given(st.lists(_WORDS).map(" ".join))
def test_digits_leave_a_text_with_the_numbers_it_had(text: str) -> None:
    assert quantities(with_digits(text)) == quantities(text)
    assert quantities(english_with_digits(text)) == quantities(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("بخمسة وسبعين ريالا", "بـ75 ريالا"),
        ("وأربعين مليون دولار", "و40 مليون دولار"),
        ("ثلاثة أشهر على ارتفاع ألفي متر", "3 أشهر على ارتفاع 2000 متر"),
        ("واحد وعشرون يوما أو أحد عشر شهرا", "21 يوما أو 11 شهرا"),
        ("نحو ثمانيةِ أطنان", "نحو 8 أطنان"),
        ("19 ألف طن", "19 ألف طن"),
        ("الدورة الخامسة في المئة من ربيع الثاني", "الدورة الخامسة في المئة من ربيع الثاني"),
        ("ثانية واحدة", "ثانية واحدة"),
        ("الساعات الأربع والعشرين الماضية", "الساعات 24 الماضية"),
        ("الثلاثة والعشرين ألفا", "23000"),
        ("المرحلة الثالثة والعشرين", "المرحلة الثالثة والعشرين"),
        ("القرن الواحد والعشرين", "القرن الواحد والعشرين"),
        ("في الخامس عشر من مارس", "في الخامس عشر من مارس"),
        ("القرن التاسع عشر", "القرن التاسع عشر"),
        ("الساعة الثانية عشرة ظهرا", "الساعة الثانية عشرة ظهرا"),
        ("ولست متأكدا من ست نساء", "ولست متأكدا من 6 نساء"),
        ("خمس ألعاب وخمس السكان", "5 ألعاب وخمس السكان"),
        ("بين خمسة آلاف وستة آلاف شخص", "بين خمسة آلاف وستة آلاف شخص"),
        ("خمسة آلاف و500 قتيل", "خمسة آلاف و500 قتيل"),
        ("ثلاثين ألف و خمسمئة رجل", "30500 رجل"),
        ("من خمسة إلى سبعة آلاف رجل", "من خمسة إلى سبعة آلاف رجل"),
        ("من خمسة إلى سبعة رجال", "من 5 إلى 7 رجال"),
        ("ثلاثة ملايين وآلاف الأطفال", "3 مليون وآلاف الأطفال"),
        ("أربعا وعشرين ساعة", "24 ساعة"),
        ("مئة وواحد وعشرون قتيلا", "121 قتيلا"),
        ("مئتان وإحدى وثلاثون مدرسة", "231 مدرسة"),
        ("مئة وإحدى عشرة مدرسة", "111 مدرسة"),
        ("مئة وأحد عشر شخصا", "111 شخصا"),
        ("وبمئتي مليون دولار", "وبـ200 مليون دولار"),
        ("مئة ألف مليار ليرة", "100000 مليار ليرة"),
        ("عام 2023 قتل خمسة وعشرون", "عام 2023 قتل 25"),
        ("أول عشرة أيام ويوم الأحد خمسة", "أول 10 أيام ويوم الأحد 5"),
        ("إحدى ثلاث نساء", "إحدى 3 نساء"),
        ("حقيبة واحدة وأربعة عشر دفترا", "حقيبة واحدة و14 دفترا"),
        ("", ""),
    ],
)
def test_spelled_numbers_are_put_in_digits(text: str, shown: str) -> None:
    assert with_digits(text) == shown
    assert quantities(shown) == quantities(text)


@pytest.mark.parametrize(
    "text",
    [
        "قتل في عام 2023 خمسة وعشرون شخصا",
        "في عام 2023 مئة وخمسون ألف لاجئ",
        "عام 2023 مليارا ومئتي مليون دولار",
        "المئة ألف",
        "العشرين مليون ريال",
        "10 آلاف مليار دينار",
        "المقاعد السبعة عشر",
        "مئة وواحد",
        "أن رجلا واحدا ألف 97 رسالة",
        "مليون و200 ألف",
        "In 2023 two million people fled",
        "In 2023 five hundred thousand people fled",
    ],
)
def test_a_part_of_a_number_is_not_put_in_digits(text: str) -> None:
    assert with_digits(text) == text
    assert english_with_digits(text) == text


def test_a_word_of_a_number_is_known_even_without_a_value() -> None:
    assert all(map(is_number, ["خمسة", "بثلاث", "آلاف", "والملايين", "thousands", "23", "5th"]))
    assert not any(map(is_number, ["one", "واحد", "المئة", "سنة", "often", ""]))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nineteen hours", "19 hours"),
        ("Fifteen militants and forty-one others", "15 militants and 41 others"),
        ("two hundred and fifty thousand people", "250,000 people"),
        ("three million two hundred thousand", "3.2 million"),
        ("two of them, and one more", "two of them, and one more"),
        ("an eighteen-year-old and the sixth man", "an eighteen-year-old and the sixth man"),
        ("half a million, or two and a half million", "half a million, or two and a half million"),
        ("a thousand and a hundred", "a thousand and a hundred"),
        ("3 million", "3 million"),
        ("1½ million", "1½ million"),
        ("a hundred and twenty people", "120 people"),
        ("two or three thousand", "two or three thousand"),
        ("three to five years", "3 to 5 years"),
        ("one thousand billion dollars", "1000 billion dollars"),
        ("several hundred thousand people", "several hundred thousand people"),
        ("three quarters of a year, and three dozen", "three quarters of a year, and three dozen"),
        ("", ""),
    ],
)
def test_spelled_english_numbers_are_put_in_digits(text: str, shown: str) -> None:
    assert english_with_digits(text) == shown
    assert quantities(shown) == quantities(text)
