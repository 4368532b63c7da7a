"""What a turn asks for beside facts is told by its words; a question of fact is left alone."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates import Language
from rag.intents import AboutCorpus, Again, Courteous, Courtesy, understand
from rag.schema import Period

COURTESIES: list[tuple[str, Courteous]] = [
    ("Hello!", "greeting"),
    ("hi there", "greeting"),
    ("Hey, how are you?", "greeting"),
    ("Good morning", "greeting"),
    ("مرحبا", "greeting"),
    ("أهلاً وسهلاً", "greeting"),
    ("السلام عليكم ورحمة الله وبركاته", "greeting"),
    ("صباح الخير", "greeting"),
    ("مرحبًا، كيف حالك؟", "greeting"),
    ("Thanks!", "thanks"),
    ("thank you very much", "thanks"),
    ("Great, thank you!", "thanks"),
    ("OK", "thanks"),
    ("شكرا جزيلا", "thanks"),
    ("شكرًا لك", "thanks"),
    ("ممتاز، شكرا", "thanks"),
    ("bye", "farewell"),
    ("Goodbye and thank you", "farewell"),
    ("مع السلامة", "farewell"),
    ("إلى اللقاء", "farewell"),
    ("شكرا، وداعا", "farewell"),
]

ALL_TIME = [
    "What do you know about?",
    "What documents do you have?",
    "How many documents are there?",
    "how many articles do you have",
    "Which topics do you cover?",
    "List all the sources.",
    "Show me the files in the library, please",
    "What can I ask about the documents?",
    "كم مقالا لديك؟",
    "كم عدد الوثائق؟",
    "كم وثيقة عندك؟",
    "كم ملفًا لديك",
    "ما المصادر المتوفرة؟",
    "ما هي الوثائق التي لديك؟",
    "ماذا تعرف؟",
    "عمّ تتحدث المقالات؟",
    "اعرض لي قائمة الملفات من فضلك",
]

IN_A_PERIOD = [
    ("Which articles are from 2024?", "2024-01-01", "2024-12-31"),
    ("How many documents from May 2024?", "2024-05-01", "2024-05-31"),
    ("Which articles came out in February 2024?", "2024-02-01", "2024-02-29"),
    ("Which articles are from 5 May 2024?", "2024-05-01", "2024-05-31"),
    ("articles of 2023 and 2024", "2023-01-01", "2024-12-31"),
    ("articles of 2024 and 2023", "2023-01-01", "2024-12-31"),
    ("documents from May to July 2024", "2024-05-01", "2024-07-31"),
    ("documents of July and May 2024", "2024-05-01", "2024-07-31"),
    ("documents from November 2023 to February 2024", "2023-11-01", "2024-02-29"),
    ("Which articles do you have since 2023?", "2023-01-01", ""),
    ("Which articles do you have since May 2023?", "2023-05-01", ""),
    ("Which articles came out after 2023?", "2024-01-01", ""),
    ("Which articles came out after May 2023?", "2023-06-01", ""),
    ("Which articles came out before 2024?", "", "2023-12-31"),
    ("Which articles came out before May 2024?", "", "2024-04-30"),
    ("articles until May 2024", "", "2024-05-31"),
    ("articles since May 2023 until June 2024", "2023-05-01", "2024-06-30"),
    ("ما المقالات المنشورة عام 2024؟", "2024-01-01", "2024-12-31"),
    ("كم مقالا نشر في مايو ٢٠٢٤؟", "2024-05-01", "2024-05-31"),
    ("ما الوثائق الصادرة في شهر أيار 2024؟", "2024-05-01", "2024-05-31"),
    ("كم وثيقة لديك منذ عام 2023؟", "2023-01-01", ""),
    ("المقالات بعد 2023", "2024-01-01", ""),
    ("المقالات قبل مارس 2024", "", "2024-02-29"),
    ("المقالات حتى مارس 2024", "", "2024-03-31"),
]

AGAIN: list[tuple[str, Language | None]] = [
    ("In English please", "en"),
    ("in Arabic", "ar"),
    ("Translate that into English please", "en"),
    ("Can you say that in Arabic?", "ar"),
    ("Translate it", None),
    ("translation please", None),
    ("بالإنجليزية من فضلك", "en"),
    ("ترجمها إلى الإنكليزية", "en"),
    ("بالعربية لو سمحت", "ar"),
    ("هل يمكنك ترجمة ذلك؟", None),
    ("أعد الجواب باللغة العربية", "ar"),
]

OF_FACT = [
    "",
    "?!",
    "When did talks begin?",
    "How many articles does the constitution have?",
    "How many articles has the treaty?",
    "which articles mention the tram?",
    "What do the documents say about the tram?",
    "What did the document that the minister signed say?",
    "How many documents did they sign?",
    "What documents were signed in 2024?",
    "Which files were stolen?",
    "Who published the articles?",
    "thanks to whom was the bridge built?",
    "What sources does the Nile have?",
    "What are the sources of the Nile?",
    "What is the source?",
    "What is an article?",
    "What is the source of the news?",
    "Tell me about the library",
    "Is there a library in Aden?",
    "When was the library opened?",
    "What topics does the conference cover?",
    "What topics does it cover?",
    "What do you know about it?",
    "What do you know about this?",
    "What do you know about the bridge?",
    "Do you know who won?",
    "What happened in May 2024?",
    "What came out of the talks?",
    "How many months are there in a year?",
    "Which languages do you cover, and who teaches Arabic?",
    "Hello, when did talks begin?",
    "Thanks. And when did they end?",
    "Great, and the bridge?",
    "What is the Great Library?",
    "Who said good morning?",
    "Good evening Aden: what is it?",
    "Is English an official language?",
    "Who translated the book into Arabic?",
    "How do you say that?",
    "كم مقالا كتب سالم؟",
    "كم مادة في الدستور؟",
    "ما المقالات التي تذكر الترام؟",
    "من أين مصادر المياه في الأردن؟",
    "ما مصادر الطاقة في مصر؟",
    "ما هي مصادر الدخل؟",
    "ما هو ملف 2024؟",
    "ما هو المصدر؟",
    "ماذا جاء في الوثيقة التي وقعها الوزير؟",
    "كم وثيقة وقع الوزير؟",
    "كم عدد الوثائق التي وقعت؟",
    "ماذا تعرف عن الجسر؟",
    "ماذا تعرف عن هذا؟",
    "ماذا تعرف عنه؟",
    "هل تعرف من فاز؟",
    "متى بدأ السلام؟",
    "ما هو السلام؟",
    "متى صباح العيد؟",
    "شكرا لمن بني الجسر؟",
    "مرحبا، متى بدأت المحادثات؟",
    "ما أخبار عدن؟",
    "ماذا حدث في مايو 2024؟",
    "من ترجم الكتاب إلى العربية؟",
    "هل الإنجليزية لغة رسمية؟",
]


@pytest.mark.parametrize("follows", [False, True])
@pytest.mark.parametrize(("turn", "kind"), COURTESIES)
def test_greetings_thanks_and_farewells_are_known(
    turn: str, kind: Courteous, *, follows: bool
) -> None:
    assert understand(turn, follows=follows) == Courtesy(kind)


@pytest.mark.parametrize("question", ALL_TIME)
def test_a_question_about_the_documents_without_a_year_is_about_all_of_them(question: str) -> None:
    assert understand(question, follows=False) == AboutCorpus(Period())


@pytest.mark.parametrize(("question", "first", "last"), IN_A_PERIOD)
def test_a_year_or_a_month_of_it_limits_the_question_to_that_time(
    question: str, first: str, last: str
) -> None:
    assert understand(question, follows=False) == AboutCorpus(Period.between(first, last))


def test_a_month_without_a_year_limits_nothing() -> None:
    assert understand("Which articles are from May?", follows=False) == AboutCorpus(Period())


@pytest.mark.parametrize("number", ["12", "1899", "2100", "99999"])
def test_a_number_that_is_no_year_limits_nothing(number: str) -> None:
    found = understand(f"Which articles are from {number}?", follows=False)
    assert found == AboutCorpus(Period())


@pytest.mark.parametrize(("turn", "language"), AGAIN)
def test_after_an_answer_a_language_asks_for_it_once_more(
    turn: str, language: Language | None
) -> None:
    assert understand(turn, follows=True) == Again(language)


@pytest.mark.parametrize("turn", [turn for turn, _ in AGAIN])
def test_before_any_answer_there_is_nothing_to_say_again(turn: str) -> None:
    assert understand(turn, follows=False) is None


@pytest.mark.parametrize("follows", [False, True])
@pytest.mark.parametrize("question", OF_FACT)
def test_a_question_of_fact_is_left_to_the_documents(question: str, *, follows: bool) -> None:
    assert understand(question, follows=follows) is None


def test_the_last_days_that_can_be_named_are_a_period_too() -> None:
    found = understand("documents after December 2099", follows=False)
    assert found == AboutCorpus(Period(first=dt.date(2100, 1, 1)))


_WORDS = ["documents", "كم", "وثيقة", "may", "2024", "since", "قبل", "thanks", "arabic", "፩", "²"]


@given(st.lists(st.sampled_from(_WORDS) | st.text(max_size=5)).map(" ".join), st.booleans())
def test_understanding_a_turn_never_raises(turn: str, follows: bool) -> None:
    understand(turn, follows=follows)
