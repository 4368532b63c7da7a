"""Documents that disagree about a number or a date are told apart, and others are not."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from rag.schema import Evidence
from rag.sides import asks_why, sides
from tests.test_evidence import evidence_of

OLD, NEW = "2024-01-10", "2024-06-10"
FORTY = "The new bridge over the river cost 40 million dinars."
FORTY_FIVE = "The new bridge over the river cost 45 million dinars."


def said(
    text: str,
    answer: str | None,
    *,
    by: str = "d1",
    title: str = "",
    published: str | None = None,
    probability: float = 0.9,
) -> Evidence:
    """A sentence of the document `by`, with its answering words marked."""
    found = evidence_of(
        text, answer=answer, published=dt.date.fromisoformat(published) if published else None
    )
    passage = dataclasses.replace(found.passage, document_id=by, title=title)
    return dataclasses.replace(found, passage=passage, probability=probability)


def told(*evidence: Evidence, least: float = 0.3, question: str = "") -> list[list[str]]:
    """The sides, as the documents of their sentences."""
    found = sides(evidence, least=least, question=question)
    return [[item.passage.document_id for item in side] for side in found]


def test_one_sentence_is_one_side() -> None:
    only = said(FORTY, "40 million dinars")
    assert sides([only], least=0.3) == ((only,),)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (FORTY, "40 million dinars"),
        ("The new bridge over the river cost forty million dinars.", "forty million dinars"),
        ("كلف الجسر الجديد فوق النهر 40 مليون دينار.", "40 مليون دينار"),
    ],
)
def test_the_same_value_in_other_words_is_one_side(text: str, answer: str) -> None:
    first = said(FORTY, "40 million dinars")
    assert len(told(first, said(text, answer, by="d2"))) == 1


def test_different_numbers_in_two_documents_are_two_sides_the_newer_first() -> None:
    old = said(FORTY, "40 million dinars", published=OLD)
    new = said(FORTY_FIVE, "45 million dinars", by="d2", published=NEW, probability=0.8)
    assert told(old, new) == [["d2"], ["d1"]]
    newer = said(FORTY, "40 million dinars", published="2024-06-11")
    assert told(newer, new) == [["d1"], ["d2"]]


def test_without_dates_the_more_probable_side_comes_first() -> None:
    first = said(FORTY, "40 million dinars")
    assert told(first, said(FORTY_FIVE, "45 million dinars", by="d2")) == [["d1"], ["d2"]]


def test_a_side_with_a_date_comes_before_one_without() -> None:
    first = said(FORTY, "40 million dinars")
    dated = said(FORTY_FIVE, "45 million dinars", by="d2", published=OLD)
    assert told(first, dated) == [["d2"], ["d1"]]


def test_a_number_in_the_same_unit_does_not_bear_out_another() -> None:
    first = said(FORTY, "40 million dinars")
    other = said(FORTY_FIVE, "45 million dinars")
    assert sides([first, other], least=0.3) == ((first,),)


def test_each_side_has_the_sentences_that_bear_it_out() -> None:
    evidence = [
        said(FORTY, "40 million dinars", by="d1"),
        said(FORTY_FIVE, "45 million dinars", by="d2"),
        said("It cost 40 million dinars.", "40 million dinars", by="d3"),
        said("It cost 45 million dinars.", "45 million dinars", by="d4"),
    ]
    assert told(*evidence) == [["d1", "d3"], ["d2", "d4"]]


def test_no_more_than_two_sides_are_told() -> None:
    first = said(FORTY, "40 million dinars")
    second = said(FORTY_FIVE, "45 million dinars", by="d2")
    third = said(FORTY.replace("40", "50"), "50 million dinars", by="d3")
    assert told(first, second, third) == [["d1"], ["d2"]]


def test_numbers_of_one_document_are_one_side() -> None:
    first = said(FORTY, "40 million dinars")
    assert told(first, said(FORTY_FIVE, "45 million dinars")) == [["d1"]]


def test_a_document_that_bears_out_one_side_does_not_take_the_other() -> None:
    evidence = [
        said(FORTY, "40 million dinars", by="d1"),
        said("It cost 40 million dinars.", "40 million dinars", by="d2"),
        said(FORTY_FIVE, "45 million dinars", by="d2"),
    ]
    assert told(*evidence) == [["d1", "d2"]]


OPENED = "The new bridge over the river opened {}."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("on 5 May 2024", "in May 2024"),
        ("on 5 May 2024", "on 5 May"),
        ("on 5 May", "in May 2024"),
        ("on 5 May 2024", "last May"),
        ("last May", "in May 2024"),
        ("yesterday", "on 9 June 2024"),
        ("in May 2024", "on 5 May 2024"),
        ("in 2024", "in May 2024"),
        ("عام 2024", "May 2024"),
        ("from 5 to 7 May", "on 6 May"),
        ("15 كانون الثاني", "15 January"),
    ],
)
def test_a_day_agrees_with_its_month_and_a_relative_date_with_the_date_it_means(
    one: str, other: str
) -> None:
    first = said(OPENED.format(one), one, published=NEW)
    assert len(told(first, said(OPENED.format(other), other, by="d2", published=NEW))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("on 5 May 2024", "on 7 May 2024"),
        ("on 5 May 2024", "on 5 June 2024"),
        ("in May 2024", "in May 2023"),
        ("in May", "in June"),
        ("last May", "in May 2023"),
        ("yesterday", "on 5 June 2024"),
        ("15 كانون الثاني", "15 تشرين الأول"),
        ("2023", "May 2024"),
        ("عام 2023", "مايو 2021"),
        ("in 2023", "yesterday"),
    ],
)
def test_different_dates_are_two_sides(one: str, other: str) -> None:
    first = said(OPENED.format(one), one, published=NEW)
    second = said(OPENED.format(other), other, by="d2", published=NEW)
    assert told(first, second) == [["d1"], ["d2"]]


def test_the_same_relative_words_of_other_days_are_two_sides() -> None:
    first = said("افتتح الجسر الجديد فوق النهر أمس.", "أمس", published=NEW)
    second = said("افتتح الجسر الجديد فوق النهر أمس.", "أمس", by="d2", published=OLD)
    assert told(first, second) == [["d1"], ["d2"]]


def test_a_date_and_a_number_do_not_contradict_one_another() -> None:
    first = said(FORTY, "40 million dinars")
    second = said(OPENED.format("on 5 May 2024"), "5 May 2024", by="d2")
    assert told(first, second) == [["d1"]]


HURT = "The flood in the river valley hurt {}."


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("40 people in May 2024", "57 people in May 2024", 2),
        ("12 people in May 2024", "17 people in May 2024", 2),
        ("40 people in May 2024", "40 people on 5 May 2024", 1),
        ("40 شخصا في مايو 2024", "57 شخصا في مايو 2024", 2),
        ("forty people yesterday", "57 people yesterday", 2),
        ("2000 people", "May 2024", 1),
        ("2000 people", "2500 people", 2),
        ("people two years ago", "people in 2022", 1),
        ("people in the 1990s", "people in 1994", 1),
        ("people in 1993", "people in 1994", 2),
    ],
)
def test_numbers_are_compared_beside_dates_that_agree(one: str, other: str, count: int) -> None:
    first = said(HURT.format(one), one, published=NEW)
    assert len(told(first, said(HURT.format(other), other, by="d2", published=NEW))) == count


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("40 percent", "200,000 people", 1),
        ("40 في المئة", "200 ألف شخص", 1),
        ("40", "200 ألف شخص", 1),
        ("40 في المئة", "50 بالمائة", 2),
        ("40%", "forty per cent", 1),
    ],
)
def test_a_share_and_a_count_do_not_contradict_one_another(
    one: str, other: str, count: int
) -> None:
    behind = " في المئة" if one == "40" else ""
    first = said(HURT.format(one + behind), one)
    assert len(told(first, said(HURT.format(other), other, by="d2"))) == count


def test_the_verb_may_is_no_month() -> None:
    first = said("The flood in the river valley may reach 50 villages.", "may reach 50 villages")
    second = said(first.text.replace("50", "70"), "may reach 70 villages", by="d2")
    assert len(told(first, second)) == 2


@pytest.mark.parametrize(("probability", "count"), [(0.55, 2), (0.53, 1), (0.1, 1)])
def test_a_much_less_probable_sentence_takes_no_side(probability: float, count: int) -> None:
    first = said(FORTY, "40 million dinars", probability=0.9)
    second = said(FORTY_FIVE, "45 million dinars", by="d2", probability=probability)
    assert len(told(first, second)) == count


@pytest.mark.parametrize(("least", "count"), [(0.5, 2), (0.6, 1)])
def test_a_sentence_below_the_least_probability_takes_no_side(least: float, count: int) -> None:
    first = said(FORTY, "40 million dinars", probability=0.7)
    second = said(FORTY_FIVE, "45 million dinars", by="d2", probability=0.55)
    assert len(told(first, second, least=least)) == count


def test_a_sentence_about_something_else_takes_no_side() -> None:
    first = said(FORTY, "40 million")
    assert told(first, said("The school has 350 pupils.", "350", by="d2")) == [["d1"]]


def test_the_titles_of_the_articles_tell_what_they_are_about() -> None:
    title = "Bridge over the river at Aden"
    first = said("It cost 40 million.", "40 million", title=title)
    assert told(first, said("It cost 45 million.", "45 million", by="d2")) == [["d1"]]
    same = said("It cost 45 million.", "45 million", by="d2", title=title)
    assert told(first, same) == [["d1"], ["d2"]]


def test_without_marked_words_there_is_one_side() -> None:
    assert told(said(FORTY, None), said(FORTY_FIVE, None, by="d2")) == [["d1"]]


def test_other_words_without_a_number_or_date_are_no_other_side() -> None:
    first = said("The new bridge over the river was built by Salem.", "Salem")
    second = said("The new bridge over the river was built by Khaled.", "Khaled", by="d2")
    assert told(first, second) == [["d1"]]


HEAT = said("تأجل افتتاح الجسر الجديد فوق النهر بسبب موجة الحر.", "موجة الحر")
STRIKE = said("تأجل افتتاح الجسر الجديد فوق النهر إثر إضراب العمال.", "إضراب العمال", by="d2")


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("Why was the opening put off?", 2),
        ("What was the reason for the delay?", 2),
        ("ما سبب تأجيل افتتاح الجسر؟", 2),
        ("لماذا تأجل افتتاح الجسر؟", 2),
        ("What was put off?", 1),
        ("", 1),
    ],
)
def test_another_reason_is_another_side_where_a_reason_is_asked_for(
    question: str, count: int
) -> None:
    assert len(told(HEAT, STRIKE, question=question)) == count


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Why did the bridge close?", True),
        ("And why?", True),
        ("Can you tell me why it closed?", True),
        ("When did it close? Why?", True),
        ("What were the main causes of the fire?", True),
        ("What's the reason?", True),
        ("What caused the fire?", True),
        ("For what reason did he leave?", True),
        ("علاش انسحبت القوات؟", True),
        ("شو سبب الانسحاب؟", True),
        ("لماذا أغلق الجسر؟", True),
        ("ولماذا؟", True),
        ("هل تعرف لماذا أغلق الجسر؟", True),
        ("لمَ أغلق الجسر؟", True),
        ("ما سبب الحريق؟", True),
        ("ما هي الأسباب؟", True),
        ("وما أسبابه؟", True),
        ("لأي سبب استقال؟", True),
        ("What led to the collapse of the bridge?", True),
        ("What triggered the protests?", True),
        ("How come the talks failed?", True),
        ("ما الذي أدى إلى انهيار الجسر؟", True),
        ("ما الذي دفع الوزير إلى الاستقالة؟", True),
        ("ليش استقال الوزير؟", True),
        ("لم استقال الوزير؟", True),
        ("لم يحضر الوزير؟", False),
        ("لم تحدث الحرب بعد، أليس كذلك؟", False),
        ("Who led the party?", False),
        ("How did the talks fail?", False),
        ("How many deaths were caused by the flood?", False),
        ("Who caused the fire?", False),
        ("Who said why the bridge fell?", False),
        ("What is a reasonable price?", False),
        ("كم شخصا قتل بسبب الفيضانات؟", False),
        ("من تسبب في الحريق؟", False),
        ("ما عدد القتلى بسبب الحريق؟", False),
        ("لماذ", False),
        ("", False),
    ],
)
def test_a_question_asks_for_a_reason_by_how_it_begins(question: str, asks: bool) -> None:
    assert asks_why(question) is asks


@pytest.mark.parametrize(
    "question", ["How many deaths were caused by the flood?", "Why did people flee the flood?"]
)
def test_numbers_differ_whatever_is_asked(question: str) -> None:
    first = said("The flood in the river valley killed 40 people.", "killed 40 people")
    second = said("The flood in the river valley killed 57 people.", "killed 57 people", by="d2")
    assert len(told(first, second, question=question)) == 2


def test_the_same_reason_in_part_is_one_side() -> None:
    hot = said("تأجل افتتاح الجسر الجديد فوق النهر لشدة الحر.", "شدة الحر", by="d2")
    assert told(HEAT, hot, question="لماذا؟") == [["d1", "d2"]]


def test_reasons_in_two_languages_are_not_told_apart() -> None:
    title = "The new bridge over the river at Aden"
    english = said("It was put off because of a strike.", "a strike", by="d2", title=title)
    assert len(told(HEAT, english, question="Why?")) == 1


TOLL = "Four people were killed when two trains ran into each other at Wadi Rumman near Kairouan."


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("ارتفعت حصيلة التصادم في وادي رمان قرب القيروان إلى ستة قتلى.", 2),
        ("ارتفعت حصيلة الزلزال في وادي حلفا إلى ستة قتلى.", 1),
        ("ارتفعت حصيلة التصادم في صفاقس إلى ستة قتلى.", 1),
    ],
)
def test_two_names_tell_that_texts_of_two_languages_are_about_the_same(
    text: str, count: int
) -> None:
    first = said(TOLL, "Four people")
    assert len(told(first, said(text, "ستة قتلى", by="d2"))) == count


def test_a_number_of_any_length_can_be_compared() -> None:
    first = said(FORTY, "40 million dinars")
    assert len(told(first, said(FORTY.replace("40", "9" * 5000), "9" * 5000, by="d2"))) == 2
