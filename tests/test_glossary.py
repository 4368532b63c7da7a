"""The list of Arabic words with their English, and how a word of a text is found in it."""

from __future__ import annotations

import re
from importlib import resources
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.arabic_names import could_be_name, is_likely_name, likely_names, listed_name, may_be_name
from rag.english_words import one_spelling
from rag.faithfulness import faults, share_told, strange_words
from rag.glossary import glosses, is_dual, is_sense, unlisted_words
from rag.schema import Span
from rag.spellings import spelled_as_name

ROWS = [
    line.split("\t")
    for line in resources.files("rag").joinpath("glossary.tsv").read_text("utf-8").splitlines()
]


def senses(text: str) -> dict[str, tuple[str, ...]]:
    return {gloss.span.of(text): gloss.senses for gloss in glosses(text)}


def test_the_list_has_each_form_once_and_at_most_three_senses() -> None:
    forms = [form for row in ROWS for form in row[0].split("/")]
    assert len(forms) > 10_000
    assert len(set(forms)) == len(forms)
    for arabic, english in ROWS:
        for form in arabic.split("/"):
            assert re.fullmatch("[ء-غف-ي]+( [ء-غف-ي]+){0,3}", form), arabic
        found = english.split("; ")
        assert len(found) <= 3, english
        for sense in found:
            assert re.fullmatch(r"[A-Za-z][\w'.,&+/ ()-]*", sense), english


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("بنك قطر الوطني", "Qatar National Bank"),
        ("للأمم المتحدة", "United Nations"),
        ("رئيس الأمم المتحدة", None),
        ("وكالة الأنباء", None),
        ("لبنان", None),
        ("", None),
    ],
)
def test_a_listed_name_is_one_of_several_words_and_of_all(text: str, name: str | None) -> None:
    assert listed_name(text) == name


@pytest.mark.parametrize(
    ("word", "listed"),
    [
        ("مدرسة", "مدرسة"),
        ("والمدرسة", "مدرسة"),
        ("للمدارس", "مدارس"),
        ("مدرستها", "مدرسة"),
        ("معلمين", "معلم"),
        ("المعلمات", "معلمة"),
        ("معلموها", "معلم"),
        ("تكتب", "يكتب"),
        ("وسيكتبون", "يكتب"),
        ("كتبتها", "كتب"),
        ("مُعلِّم", "معلم"),
        ("الاسره", "أسرة"),
    ],
)
def test_a_form_is_found_without_its_prefixes_and_endings(word: str, listed: str) -> None:
    assert senses(word) == {word: senses(listed)[listed]}


def test_words_of_the_same_letters_but_hamza_are_told_apart() -> None:
    assert senses("أثر")["أثر"] != senses("إثر")["إثر"]


def test_an_expression_goes_before_its_words() -> None:
    text = "أعلن مجلس الأمن ذلك"
    assert senses(text)["مجلس الأمن"] == ("Security Council",)
    assert senses("بمجلس الأمن")["بمجلس الأمن"] == ("Security Council",)


@given(st.text(alphabet="\u0640\u064e\u0651 وفالتنبـكسهميةىءآأإ«»\u200f5a."))
def test_any_text_has_glosses_in_its_order(text: str) -> None:
    spans = [gloss.span for gloss in glosses(text)]
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert 0 <= share_told(text, text) <= 1


def test_what_is_not_listed_has_no_gloss() -> None:
    assert glosses("") == glosses("\u0640\u0640") == ()
    assert glosses("من في على كخطبب 350 NATO") == ()


def test_names_between_quotation_marks_have_no_gloss() -> None:
    assert senses("مدرسة") == {"مدرسة": ("school", "female teacher")}
    assert glosses("«مدرسة»") == glosses("«المدرسة الجديدة") == ()
    assert senses("قال «إن المدرسة لن تفتح اليوم»")["المدرسة"] == ("school", "female teacher")


def test_words_that_could_be_names_are_names_after_a_title_or_side_by_side() -> None:
    def names(text: str) -> list[str]:
        return [span.of(text) for span in sorted(likely_names(text))]

    assert names("الطبيب صالح جمال حسن فاز") == ["صالح", "جمال", "حسن"]
    assert names("الوزير عادل الطوخي") == ["عادل", "الطوخي"]
    assert names("الوزير شريف غادر") == ["شريف"]
    assert names("نقيب المهندسين هاني الديب") == ["هاني", "الديب"]
    assert names("المهندس سالم بن خلفان الصقري") == ["سالم", "خلفان", "الصقري"]
    assert names("قال سالم زقلوما") == ["سالم", "زقلوما"]
    assert names("مدير الساحة عبد الله الرشودي") == ["عبد الله", "الرشودي"]
    assert names("نقيب المهندسين") == names("رسائل جده الذي عمل") == []
    assert names("المهندس سالم بن حمدان") == ["سالم", "حمدان"]
    assert names("صباح الجمعة") == names("خالد فاز") == names("") == []


def test_words_are_a_likely_name_if_all_are_or_stand_within_it() -> None:
    text = "قال المهندس سالم بن خلفان الصقري إن السفينة ستغادر"
    for words, named in (("سالم بن خلفان الصقري", True), ("المهندس سالم", False), ("بن", False)):
        start = text.index(words)
        assert is_likely_name(Span(start, start + len(words)), text) is named


@pytest.mark.parametrize(
    ("word", "sense"),
    [("جده", "grandfather"), ("ردها", "reply"), ("دمهم", "blood"), ("رؤسائه", "head")],
)
def test_a_noun_with_a_pronoun_may_have_two_letters_or_another_hamza(word: str, sense: str) -> None:
    assert sense in senses(word)[word]


def test_several_words_that_each_could_be_a_name_could_be_one() -> None:
    assert could_be_name("جرف النمر")
    assert not any(map(could_be_name, ("الصخر", "مدينة جرف الصخر", "12 جرف", "")))


def test_function_words_and_days_are_in_no_name() -> None:
    assert all(map(may_be_name, ("خالد بن علي", "جرف الصخر", "فيلكوش")))
    assert not any(map(may_be_name, ("كي ينام", "فجر الاثنين", "على البحر", "سبعة توابيت")))


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


@pytest.mark.parametrize("word", ["شخصين", "وشخصان", "سيارتين", "صوتين", "لرجلين"])
def test_a_dual_is_known_where_the_plural_is_another(word: str) -> None:
    assert is_dual(word)


@pytest.mark.parametrize(
    "word",
    [
        "مدربين",
        "العاملين",
        "الساقين",
        "صحفيين",
        "يدرسان",
        "لسكان",
        "لبنان",
        "قوانين",
        "بين",
        "ميدان",
        "مصريين",
        "حمدان",
        "الاثنين",
        "",
        "two",
    ],
)
def test_what_may_be_a_plural_or_no_noun_is_no_dual(word: str) -> None:
    assert not is_dual(word)


def test_the_end_of_a_month_is_not_the_last_one() -> None:
    assert [gloss.senses for gloss in glosses("آخر أبريل")] == [("end of April",)]


def test_ali_is_a_name_and_no_preposition() -> None:
    text = "وقال الوزير علي حسن"
    assert {span.of(text) for span in likely_names(text)} == {"علي", "حسن"}
    assert spelled_as_name("علي") == "Ali"
    assert spelled_as_name("على") is None


def test_irregular_forms_of_english_words_are_the_word() -> None:
    rows = resources.files("rag").joinpath("irregular.tsv").read_text("utf-8").splitlines()
    forms = [form for row in rows for form in row.split("\t")[1].split(" ")]
    assert len(set(forms)) == len(forms) > 200
    assert all(re.fullmatch("[a-z]+\t[a-z]+( [a-z]+)*", row) for row in rows)
    assert share_told("بناء مدرسة أطفال", "a school built for children") == 1.0
    assert one_spelling("Buses built by women") == "bus build by woman"


def test_words_without_a_sense_are_told_apart_from_function_words_and_numbers() -> None:
    assert unlisted_words("ولأنهم فازوا على فيلكوش بخمسة أهداف") == ("فيلكوش",)
    assert unlisted_words("«فيلكوش» 12") == unlisted_words("") == ()


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


@pytest.mark.parametrize(
    ("word", "american"),
    [("متر", "a meter"), ("لون", "colors"), ("برنامج", "the program"), ("الدفاع", "defense")],
)
def test_a_word_is_told_in_either_way_of_spelling_english(word: str, american: str) -> None:
    assert share_told(word, american) == 1.0


def test_a_word_in_english_is_a_sense_of_an_arabic_one() -> None:
    text = "قبل بناء السد العالي"
    assert is_sense("Dam", text)
    assert is_sense("dams", text)
    assert not is_sense("Bridge", text)
    assert not is_sense("Dam-Jarji", text)
    assert not is_sense("Dam", "")


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


@given(st.from_regex(r"(bus|gus|wo|cen|col|real)(es|men|tre|our|ise|ence)s?", fullmatch=True))
def test_each_spelling_that_is_looked_for_has_another(word: str) -> None:
    assert one_spelling(word).isalpha()


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
