"""Turns that speak of the turn before: who said that, and what was meant instead."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.turns import (
    Correction,
    asks_for_more,
    asks_once_more,
    asks_who_said,
    find_correction,
)


@pytest.mark.parametrize(
    "question",
    [
        "Who said that?",
        "And who said so?",
        "But who said that?",
        "Who stated that?",
        "Who announced that?",
        "Who reported this?",
        "Who has confirmed that?",
        "Who else says so?",
        "Who exactly said it?",
        "Says who?",
        "Who is saying this?",
        "Who\u2019s claiming that?",
        "Who was it that said so?",
        "According to whom?",
        "Can you tell me who said that?",
        "Who said that, please?",
        "من قال ذلك؟",
        "مَن قال ذلك؟",
        "مَنْ قَالَ ذَلِكَ؟",
        "ومن قال هذا؟",
        "فمن قال ذلك؟",
        "لكن من قال ذلك؟",
        "من الذي قال ذلك؟",
        "من هي التي قالت ذلك؟",
        "من صرح بذلك؟",
        "من أكد ذلك؟",
        "من أوضح ذلك؟",
        "من أفاد بذلك؟",
        "من قال هذا الكلام؟",
        "من القائل؟",
        "من قالها؟",
        "هل تعرف من قال ذلك؟",
        "من قال ذلك من فضلك؟",
        "Who told you that?",
        "Whose words are these?",
        "Whose claim is that?",
        "Who made that statement?",
        "Who said those words?",
        "Who was quoted?",
        "Who warned of that?",
        "Which minister said that?",
        "مين قال هيك؟",
        "مين قال؟",
        "مين اللي قال كده؟",
        "منو گال هيچ؟",
        "شكون قال هاد الشي؟",
        "من اللي قال هالكلام؟",
        "من قال لك ذلك؟",
        "من قال هذه العبارة؟",
        "من هم الذين قالوا ذلك؟",
        "من أعلن عن ذلك؟",
        "من حذر من ذلك؟",
        "من أشار إلى ذلك؟",
        "من أدلى بهذا التصريح؟",
        "من صاحب التصريح؟",
        "من المتحدث؟",
        "لمن هذا الكلام؟",
        "وفقا لمن؟",
        "بحسب من؟",
        "نقلا عمن؟",
        "أي مسؤول قال ذلك؟",
        "مين حكى هالحكي؟",
        "مين صرح بهالشي؟",
    ],
)
def test_a_question_for_who_said_that_is_known(question: str) -> None:
    assert asks_who_said(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who was told that?",
        "Who has been told that?",
        "Who never said that?",
        "Who denies he said so?",
        "Who won? He said so",
        "Who wants that?",
        "Who said that the talks failed?",
        "What did he say?",
        "According to whom did the talks fail?",
        "من نفى أنه قال ذلك؟",
        "من لم يقل ذلك؟",
        "من قيل له ذلك؟",
        "من قال إن المحادثات فشلت؟",
        "من أعلن انسحاب القوات؟",
        "Who wrote that?",
        "Whose house is that?",
        "Who made that film?",
        "Which minister said that the talks failed?",
        "من كتبها؟",
        "من حذر من الفيضانات؟",
        "من أدلى بصوته؟",
        "من المتحدث باسم الجيش؟",
        "من صاحب الشركة؟",
        "لمن هذا البيت؟",
        "مين فاز؟",
        "ماذا قال؟",
        "",
    ],
)
def test_another_question_is_not_taken_for_who_said_that(question: str) -> None:
    assert not asks_who_said(question)


@pytest.mark.parametrize(
    "question",
    [
        "No, I meant the tunnel",
        "Actually, I meant the tunnel",
        "Oh, I meant the tunnel",
        "Wait, I meant the tunnel",
        "Nope, I meant the tunnel",
        "No no, I meant the tunnel",
        "No, sorry, I meant the tunnel",
        "I meant to ask about the tunnel",
        "I'm asking about the tunnel",
        "I\u2019m asking about the tunnel",
        "I was talking about the tunnel",
        "What I meant was the tunnel",
        "Wrong, I meant the tunnel",
        "I asked about the tunnel",
        "My question was about the tunnel",
        "I'm referring to the tunnel",
        "I meant to write the tunnel",
        "No, the tunnel",
    ],
)
def test_what_was_meant_is_found_after_any_opening(question: str) -> None:
    assert find_correction(question) == Correction("the tunnel")


@pytest.mark.parametrize(
    "question",
    [
        "لا، أقصد الحدود",
        "عفواً أقصد الحدود",
        "أنا أقصد الحدود",
        "لا، أنا أقصد الحدود",
        "آسف، أقصد الحدود",
        "معذرة، أقصد الحدود",
        "كنت أسأل عن الحدود",
        "أقصد أن أسأل عن الحدود",
        "قصدت السؤال عن الحدود",
        "قصدتُ الحدود",
        "قصدي الحدود",
        "لا، أنا قصدي الحدود",
        "سؤالي عن الحدود",
        "كان سؤالي عن الحدود",
        "سألتك عن الحدود",
        "المقصود هو الحدود",
        "أردت أن أسأل عن الحدود",
        "بسأل عن الحدود",
        "لا، الحدود",
    ],
)
def test_what_was_meant_is_found_in_arabic_however_it_is_spelled(question: str) -> None:
    assert find_correction(question) == Correction("الحدود")


def test_what_was_meant_is_given_as_it_is_written() -> None:
    assert find_correction("لا، أقصِدُ مُدِيرةَ الفريق؟") == Correction("مُدِيرةَ الفريق؟")


@pytest.mark.parametrize(
    ("question", "meant", "not_meant"),
    [
        ("لا أقصد الجسر بل النفق", "النفق", "الجسر"),
        ("لم أقصد الجسر ولكن النفق", "النفق", "الجسر"),
        ("لا أقصد الجسر، أقصد النفق", "النفق", "الجسر"),
        ("ليس الجسر، بل النفق", "النفق", "الجسر"),
        ("أقصد النفق لا الجسر", "النفق لا الجسر", ""),
        ("أقصد النفق، لا الجسر", "النفق", "الجسر"),
        ("أقصد النفق وليس الجسر", "النفق", "الجسر"),
        ("I didn't mean the bridge but the tunnel", "the tunnel", "the bridge"),
        ("I did not mean the bridge, I meant the tunnel", "the tunnel", "the bridge"),
        ("No, not the bridge but rather the tunnel", "the tunnel", "the bridge"),
        ("I meant the tunnel, not the bridge", "the tunnel", "the bridge"),
        ("I meant the tunnel rather than the bridge", "the tunnel", "the bridge"),
        ("لا أقصد الجسر وإنما النفق", "النفق", "الجسر"),
        ("لم أسأل عن الجسر بل عن النفق", "النفق", "الجسر"),
        ("لم أسأل عن الجسر، سألت عن النفق", "النفق", "الجسر"),
        ("مش قصدي الجسر، قصدي النفق", "النفق", "الجسر"),
        ("أقصد النفق ومش الجسر", "النفق", "الجسر"),
        ("أقصد اللي مش موجودين", "اللي مش موجودين", ""),
        ("I wasn't asking about the bridge but about the tunnel", "the tunnel", "the bridge"),
        ("Not 2024 but 2023", "2023", "2024"),
        ("Not the bridge, the tunnel", "the tunnel", "the bridge"),
        ("ليس الجسر، النفق", "النفق", "الجسر"),
        ("مش في مصر، في السودان", "في السودان", "في مصر"),
        ("No, Iraq", "Iraq", ""),
        ("No. South Sudan", "South Sudan", ""),
        ("not Egypt, Israel", "Israel", "Egypt"),
        ("No, in 2023", "in 2023", ""),
        ("لا، في الأردن", "في الأردن", ""),
        ("No, the Texas governor", "the Texas governor", ""),
        ("لا، الوزير الصغير", "الوزير الصغير", ""),
        ("I meant those who do not vote", "those who do not vote", ""),
        ("أقصد من ليس لديه حقيبة", "من ليس لديه حقيبة", ""),
    ],
)
def test_what_is_denied_is_not_taken_for_what_was_meant(
    question: str, meant: str, not_meant: str
) -> None:
    assert find_correction(question) == Correction(meant, not_meant)


@pytest.mark.parametrize(
    "question",
    [
        "I mean it",
        "No, Thanks",
        "No, Wrong.",
        "Not Really, Thanks",
        "No, Egypt was the mediator",
        "مش فاهم، في أي سنة؟",
        "ليس صحيحا، الوزير قال ذلك",
        "No, I meant that",
        "No, what did the minister say?",
        "Not only the bridge but the tunnel was closed",
        "What does he mean by the tunnel?",
        "Sorry, who built the tunnel?",
        "لا أقصد ذلك",
        "ليس واضحا، لكن متى افتتح؟",
        "Not bad, but when did it open?",
        "No, the answer is wrong",
        "No. What about the tunnel?",
        "لا، الجواب خطأ",
        "لا، المعلومة غير صحيحة",
        "لا، من افتتحه؟",
        "المقصود بالهدنة؟",
        "قصد الوزير العاصمة",
        "ليس فقط الجسر بل النفق",
        "ماذا يقصد الوزير؟",
        "لا",
        "",
    ],
)
def test_a_turn_that_takes_nothing_back_is_no_correction(question: str) -> None:
    assert find_correction(question) is None


@pytest.mark.parametrize(
    "question",
    [
        *(
            "Repeat that please",
            "Can you say that again?",
            "tell me again",
            "Are you sure?",
            "Really?",
        ),
        *("How do you know?", "Where did you get that?", "Show me the source", "Source?"),
        *("Which article is that from?", "أعد الإجابة", "كرر الجواب", "عيد تاني", "مرة أخرى"),
        *("هل أنت متأكد؟", "متأكد؟", "كيف عرفت؟", "من وين جبت هالحكي", "من أي مقال هذا؟"),
    ],
)
def test_a_wish_for_the_answer_once_more_is_known(question: str) -> None:
    assert asks_once_more(question.replace(" please", ""))


@pytest.mark.parametrize(
    "question",
    [
        *("What else?", "anything else", "And who else?", "Tell me more", "more details please"),
        *("go on", "Is there anything else?", "ماذا أيضا؟", "ومين كمان؟", "المزيد", "زدني"),
        *("في شي تاني؟", "هل هناك شيء آخر؟", "غير كده؟", "أعطني المزيد"),
    ],
)
def test_a_question_for_more_is_known(question: str) -> None:
    assert asks_for_more(question)


@pytest.mark.parametrize(
    "question",
    [
        *(
            "Are you sure he resigned?",
            "Is he sure?",
            "How did they know?",
            "Which file is missing?",
        ),
        *("Which article is it?", "What is the source?", "Repeat offenders?", "Really bad?", "عيد"),
        *("هل الوزير متأكد من ذلك؟", "كرر الهجوم؟", "من أين حصلت على السلاح؟", "أين الدليل؟"),
        *("Who else was killed?", "How many more?", "More than 40?", "continue the talks", ""),
        *("واصل الجيش", "ما المزيد الذي قدمته الشركة؟", "ماذا أيضا أعلن الوزير؟"),
    ],
)
def test_a_question_of_fact_asks_for_neither(question: str) -> None:
    assert not asks_once_more(question)
    assert not asks_for_more(question)


@given(st.text())
def test_telling_what_a_turn_speaks_of_never_raises(text: str) -> None:
    assert asks_who_said(text) in (True, False)
    for question in (text, f"No, I meant {text}", f"أقصد {text}"):
        found = find_correction(question)
        assert found is None or found.meant in question


@pytest.mark.parametrize(
    "question",
    [
        "who said said said " + "?" * 3900 + "x",
        "no " * 1300 + "x",
        "not the " + "x " * 1900,
        "not that " * 440,
        "I meant " + ", " * 1900 + "x",
        "أقصد " + "بل " * 1300,
        "I meant x" + " " * 3900 + "x",
        "?" * 3999 + "x",
        "no" + "," * 3990 + "x",
        "no, the " + "x " * 1990,
        "not the x, " * 360,
        "Not A " + "B " * 1990,
        "tell me " * 490,
    ],
)
def test_a_long_turn_is_told_at_once(question: str) -> None:
    began = time.process_time()
    asks_who_said(question)
    find_correction(question)
    asks_once_more(question)
    asks_for_more(question)
    assert time.process_time() - began < 0.2
