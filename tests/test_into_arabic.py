"""Arabic for English words, from the list that is read the other way for the reverse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.drafting import translate
from rag.glossary import entries, glosses
from rag.into_arabic import arabic_for
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


def test_what_it_is_the_first_sense_of_comes_first() -> None:
    (arabic,) = listed("bridge").values()
    ranks = [
        next(
            senses.index("bridge")
            for forms, senses in entries()
            if form == forms[0] and "bridge" in senses
        )
        for form in arabic
    ]
    assert ranks == sorted(ranks)


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


def test_most_words_are_found_both_ways() -> None:
    found = [
        any(sense in gloss.senses for gloss in glosses(form) for sense in senses)
        for (form, *_), senses in list(entries())[::97]
    ]
    assert sum(found) > 0.9 * len(found)
