"""Arabic for English words, from the list that is read the other way for the reverse."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.drafting import translate
from rag.glossary import entries, glosses
from rag.into_arabic import arabic_for, share_told_in_arabic, with_listed_names
from rag.prompts import load_prompt
from tests.fakes import ScriptedModel


def listed(text: str) -> dict[str, tuple[str, ...]]:
    return {gloss.span.of(text): gloss.senses for gloss in arabic_for(text)}


@pytest.mark.parametrize(
    ("text", "arabic"),
    [
        ("a school", "مدرسة"),
        ("Schools", "مدرسة"),
        ("two women", "امرأة"),
        ("the colour", "لون"),
        ("the color", "لون"),
        ("by buses", "باص"),
        ("because of rain", "بسبب"),
        ("job opportunities", "فرصة عمل"),
    ],
)
def test_an_english_word_has_the_arabic_ones_of_which_it_is_a_sense(text: str, arabic: str) -> None:
    assert arabic in next(iter(listed(text).values()))


def test_the_commonest_word_comes_first_and_further_senses_last() -> None:
    assert listed("a firm")["firm"][0] == "شركة"
    assert "حازم" in listed("a firm")["firm"]
    assert listed("it struck")["struck"][0] == listed("a strike")["strike"][0]


def test_the_list_has_each_english_word_once_with_its_arabic() -> None:
    text = resources.files("rag").joinpath("english.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    assert len({english for english, _ in rows}) == len(rows) > 9000
    for english, arabic in rows:
        assert re.fullmatch(r"[A-Za-z][\w'.-]*( [\w'.-]+){0,3}", english), english
        for form in arabic.split("; "):
            assert re.fullmatch("[ء-غف-ي]+( [ء-غف-ي]+){0,3}", form), arabic


def test_a_listed_name_is_as_it_is_written() -> None:
    assert listed("Minister Khaled spoke")["Khaled"][0] == "خالد"
    assert "يحيى" in listed("Yahya")["Yahya"]
    assert listed("yahya") == {}


@pytest.mark.parametrize("text", ["", "the of and", "three", "14", "Xyzzyq", "القاهرة"])
def test_what_is_no_listed_word_has_none(text: str) -> None:
    assert arabic_for(text) == ()


@given(st.text(max_size=60))
def test_the_words_are_in_order_and_do_not_overlap(text: str) -> None:
    ends = 0
    for gloss in arabic_for(text):
        assert gloss.span.start >= ends
        assert gloss.senses
        ends = gloss.span.end


def test_the_dictionary_of_the_prompts_examples_is_the_one_that_is_made() -> None:
    prompt = load_prompt("into_arabic")
    asked = [message.content for message in prompt.messages(dict.fromkeys(prompt.variables, ""))]
    examples = [content for content in asked if content.startswith("Dictionary:")][:-1]
    assert examples
    for example in examples:
        model = ScriptedModel("")
        translate(example.partition("Translate: ")[2], to="ar", model=model, max_tokens=9)
        assert model.asked[0].messages[-1].content == example


@pytest.mark.parametrize(
    ("said", "share"),
    [
        ("أنقذ رجال الإطفاء 40 طفلا في عدن", 1.0),
        ("أنقذ رجال الإطفاء طفلا في صنعاء", 3 / 4),
        ("أنقذ الإطفائيون children في Aden", 1.0),
        ("غرقت السفينة", 0.0),
        ("", 0.0),
    ],
)
def test_arabic_tells_english_words_that_are_senses_of_its_own(said: str, share: float) -> None:
    assert share_told_in_arabic("Firefighters saved forty children in Aden", said) == share


def test_an_expression_is_told_as_a_whole() -> None:
    assert share_told_in_arabic("fire engines", "سيارات الإطفاء") == 1.0
    assert share_told_in_arabic("fire engines", "سيارات") == 0.0


@pytest.mark.parametrize(
    ("text", "said", "share"),
    [
        ("the U.S. dollar", "الدولار الأمريكي", 1.0),
        ("the US dollar", "الدولار الأمريكي", 1.0),
        ("the US dollar", "الدولار الأسترالي", 0.5),
        ("in the UAE", "في الإمارات", 1.0),
        ("in the UAE", "في قطر", 0.0),
        ("EU leaders", "قادة الاتحاد الأوروبي", 1.0),
        ("the U.K. government", "الحكومة البريطانية", 1.0),
        ("George W. Clooney", "جورج كلوني", 1.0),
        ("with great force", "بقوة كبيرة", 1.0),
        ("with great force", "ببطء كبير", 0.5),
    ],
)
def test_initials_and_words_with_a_preposition_written_on_are_told(
    text: str, said: str, share: float
) -> None:
    assert share_told_in_arabic(text, said) == share


@pytest.mark.parametrize("text", ["", "the", "three", "14", "in December", "on Friday"])
def test_numbers_and_dates_need_not_be_told(text: str) -> None:
    assert share_told_in_arabic(text, "نعم") == 1.0


def test_most_words_are_found_both_ways() -> None:
    found = [
        any(sense in gloss.senses for gloss in glosses(form) for sense in senses)
        for (form, *_), senses in list(entries())[::97]
    ]
    assert sum(found) > 0.9 * len(found)


@pytest.mark.parametrize(
    ("said", "source", "mended"),
    [
        ("لائقير ميموني", "Lakhdar Mimouni", "لخضر ميموني"),
        ("الوزير لائقير", "Minister Lakhdar", "الوزير لخضر"),
        ("لخضر ميموني", "Lakhdar Mimouni", "لخضر ميموني"),
        ("أورهان دميريل", "Orhan Demirel", "أورهان دميريل"),
        ("وصل الوزير", "Lakhdar arrived", "وصل الوزير"),
        ("كريم", "Karam", "كريم"),
        ("في مارس", "in March", "في مارس"),
        ("والأردن", "and Jordan", "والأردن"),
        ("", "Lakhdar", ""),
    ],
)
def test_a_garbled_name_is_spelled_as_it_is_listed(said: str, source: str, mended: str) -> None:
    assert with_listed_names(said, source=source) == mended
