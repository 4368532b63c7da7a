"""Words of an Arabic sentence, in the forms in which they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.word_forms import asks_on, new_forms

SENTENCE = "وقالت المديرة سلمى إن الخسائر بلغت 310 ملايين دينار للمصنع، وإن السجن مصير السارق."


@pytest.mark.parametrize(
    "said",
    [
        "بلغت الخسائر 310 ملايين دينار",
        "والخسائر هي 310 ملايين دينار للمصنع.",
        "قالت ذلك المديرة سلمى",
        "السارق في السجن",
        "310",
        "و2,614 في 12.5",
        "",
    ],
)
def test_words_as_they_were_written_are_no_new_forms(said: str) -> None:
    assert new_forms(said, given=SENTENCE) == ()


@pytest.mark.parametrize(
    ("said", "new"),
    [
        ("خسائر بلغت 310 مليون دينار", ("خسائر", "مليون")),
        ("قال ذلك المديرة سلمى", ("قال",)),
        ("سجن السارق", ("سجن",)),
    ],
)
def test_a_word_with_another_ending_or_article_is_new(said: str, new: tuple[str, ...]) -> None:
    assert new_forms(said, given=SENTENCE) == new


def test_what_is_written_on_to_a_word_in_front_does_not_count() -> None:
    assert new_forms("المصنع", given="للمصنع") == ()
    assert new_forms("بالسجن", given="السجن") == ()
    assert new_forms("المصنع وبالسجن", given="مصنع وسجن") == ("المصنع", "وبالسجن")


@given(st.text("ابتلموفكسنه ", max_size=40))
def test_a_text_has_no_forms_that_it_has_not(text: str) -> None:
    assert new_forms(text, given=text) == ()


@pytest.mark.parametrize(
    ("said", "question", "asks"),
    [
        ("من الذي قدم الشكوى هو صاحبة مطعم.", "ومن الذي قدّم الشكوى؟", True),
        ("ومن مخرجه هو سالم", "ومن مخرجه؟", True),
        ("من شتلات وزعها مشتل.", "ومن أين جاءت العدوى؟", False),
        ("في عام 2016", "في أي عام رُفض؟", False),
        ("سالم", "من؟", False),
        ("", "من؟", False),
        ("سالم", "", False),
    ],
)
def test_a_sentence_may_open_like_its_question(said: str, question: str, *, asks: bool) -> None:
    assert asks_on(said, question) is asks
