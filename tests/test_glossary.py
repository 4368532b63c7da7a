"""The list of Arabic words with their English, and how a word of a text is found in it."""

from __future__ import annotations

import re
from importlib import resources
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.english_words import one_spelling
from rag.faithfulness import share_told
from rag.glossary import glosses, is_dual, is_sense, unlisted_words

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
        ("يكتبن", "يكتب"),
        ("وسيكتبن", "يكتب"),
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


def test_an_expression_of_several_words_is_known_from_the_english_list_too() -> None:
    assert senses("القطعة النقدية") == {"القطعة النقدية": ("coin",)}
    # Not "overboard".
    assert senses("في البحر") == {"البحر": senses("البحر")["البحر"]}
    assert "European Union" in senses("الاتحاد الأوروبي")["الاتحاد الأوروبي"]


def test_what_is_not_listed_has_no_gloss() -> None:
    assert glosses("") == glosses("\u0640\u0640") == ()
    assert glosses("من في على كخطبب 350 NATO") == ()


def test_names_between_quotation_marks_have_no_gloss() -> None:
    assert senses("مدرسة") == {"مدرسة": ("school", "female teacher")}
    assert glosses("«مدرسة»") == glosses("«المدرسة الجديدة") == ()
    assert senses("قال «إن المدرسة لن تفتح اليوم»")["المدرسة"] == ("school", "female teacher")


@pytest.mark.parametrize(
    ("word", "sense"),
    [("جده", "grandfather"), ("ردها", "reply"), ("دمهم", "blood"), ("رؤسائه", "head")],
)
def test_a_noun_with_a_pronoun_may_have_two_letters_or_another_hamza(word: str, sense: str) -> None:
    assert sense in senses(word)[word]


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
    "name", ["كدودي", "بوعلاي", "الشرقاوي", "سيساي", "نوراي", "بيرسون", "تشرين", "الرحمن"]
)
def test_a_name_that_ends_like_a_form_of_a_word_is_none(name: str) -> None:
    assert unlisted_words(name) == (name,)


@pytest.mark.parametrize("word", ["كموظفين", "بموظفي", "وبلدي", "لسياراتي", "كسياسي"])
def test_a_word_that_ends_so_is_still_found(word: str) -> None:
    assert unlisted_words(word) == ()


def test_a_word_in_english_is_a_sense_of_an_arabic_one() -> None:
    text = "قبل بناء السد العالي"
    assert is_sense("Dam", text)
    assert is_sense("dams", text)
    assert not is_sense("Bridge", text)
    assert not is_sense("Dam-Jarji", text)
    assert not is_sense("Dam", "")


def test_initials_are_a_sense_of_what_they_abbreviate() -> None:
    assert is_sense("IMF", "وقال صندوق النقد الدولي")
    assert is_sense("RSF", "قوات الدعم السريع")
    assert not is_sense("IMF", "البنك الدولي")
    assert not is_sense("imf", "صندوق النقد الدولي")
    assert not is_sense("", "صندوق النقد الدولي")
    assert not is_sense("", "السد")
    assert not is_sense("D", "السد")


@given(st.from_regex(r"(bus|gus|wo|cen|col|real)(es|men|tre|our|ise|ence)s?", fullmatch=True))
def test_each_spelling_that_is_looked_for_has_another(word: str) -> None:
    assert one_spelling(word).isalpha()
