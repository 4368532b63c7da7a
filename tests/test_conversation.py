"""What is made of a follow-up: the ways to search it, and the question that stands alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation import Search, follow, searches, stand_alone, trim_history
from rag.errors import GenerationError
from rag.schema import Turn
from tests.fakes import ScriptedModel

TALKS = Turn(question="When did the talks begin?", answer="The talks began in January 2024.")
BRIDGE = Turn(question="متى افتتح الجسر؟", answer="افتتح الجسر في أيار.")


def count_words(text: str) -> int:
    return len(text.split())


def test_the_newest_turns_are_kept_in_their_order() -> None:
    turns = [Turn(question=f"q{number}", answer="a a") for number in range(5)]
    assert trim_history(turns, max_tokens=6, count_tokens=count_words) == tuple(turns[3:])
    assert trim_history(turns, max_tokens=100, count_tokens=count_words) == tuple(turns)


def test_an_older_turn_is_not_kept_without_the_one_after_it() -> None:
    turns = [Turn(question="q", answer="a"), Turn(question="q", answer="a " * 9)]
    assert trim_history(turns, max_tokens=5, count_tokens=count_words) == ()


@pytest.mark.parametrize("max_tokens", [0, 1])
def test_nothing_is_kept_where_nothing_fits(max_tokens: int) -> None:
    assert trim_history([TALKS], max_tokens=max_tokens, count_tokens=count_words) == ()
    assert trim_history([], max_tokens=max_tokens, count_tokens=count_words) == ()


@given(st.lists(st.tuples(st.text(), st.text())), st.integers(0, 20))
def test_what_is_kept_is_an_end_of_the_history_and_fits(
    pairs: list[tuple[str, str]], max_tokens: int
) -> None:
    turns = tuple(Turn(question=question, answer=answer) for question, answer in pairs)
    kept = trim_history(turns, max_tokens=max_tokens, count_tokens=count_words)
    assert turns[len(turns) - len(kept) :] == kept
    assert sum(count_words(t.question) + count_words(t.answer) for t in kept) <= max_tokens


def test_a_follow_up_is_what_the_model_makes_of_it() -> None:
    model = ScriptedModel("When did the talks end? ")
    found = stand_alone("And when did they end?", [TALKS], model=model, max_tokens=100)
    assert found == "When did the talks end?"


def test_the_model_is_shown_the_conversation_and_held_to_one_question() -> None:
    model = ScriptedModel("متى يغلق الجسر؟")
    stand_alone("ومتى يغلق؟", [TALKS, BRIDGE], model=model, max_tokens=100)
    asked = model.asked[0]
    assert asked.messages[-1].content == (
        "Q: When did the talks begin?\nA: The talks began in January 2024.\n"
        "Q: متى افتتح الجسر؟\nA: افتتح الجسر في أيار.\nLast question: ومتى يغلق؟"
    )
    assert asked.fixed == len(asked.messages) - 1
    assert asked.grammar is not None
    assert asked.grammar.startswith("root ::= ")


def test_only_as_much_of_the_conversation_is_shown_as_is_allowed() -> None:
    model = ScriptedModel("متى يغلق الجسر؟")
    stand_alone("ومتى يغلق؟", [TALKS, BRIDGE], model=model, max_tokens=8)
    assert "talks" not in model.asked[0].messages[-1].content


@pytest.mark.parametrize("history", [(), (TALKS,)])
def test_a_question_that_stands_alone_is_left_as_it_is(history: tuple[Turn, ...]) -> None:
    model = ScriptedModel("Something else?")
    question = "Which ministers signed the withdrawal agreement?"
    assert stand_alone(question, history, model=model, max_tokens=100) == question
    assert model.asked == []


def test_the_first_question_is_left_as_it_is() -> None:
    model = ScriptedModel("Something else?")
    assert stand_alone("And when?", [], model=model, max_tokens=100) == "And when?"
    assert model.asked == []


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("And when did they end?", "متى انتهت المحادثات؟"),
        ("ومتى انتهت؟", "When did the talks end?"),
        ("And when did they end?", "Who owns the zebra?"),
        ("And when did they end?", "When did the talks begin?"),
        ("And when did they end?", "When did the talksات end?"),
        ("And when did they end?", ""),
        ("And when did they end?", "?"),
        ("And when did they end?", "And when did they end?"),
        ("And when did they end?", "When did they end?"),
        ("Who ended it?", "Who ended it?"),
    ],
)
def test_a_rewriting_in_another_language_or_of_another_matter_is_not_used(
    question: str, written: str
) -> None:
    found = stand_alone(question, [TALKS], model=ScriptedModel(written), max_tokens=100)
    assert found == f"When did the talks begin? {question}"


@pytest.mark.parametrize(
    ("question", "bare"),
    [
        ("And which ministers signed the withdrawal agreement?", None),
        ("وكم عدد الجنود الأمريكيين الموجودين في العراق؟", None),
        ("ومتى أعلن رئيس الوزراء انسحاب القوات؟", "متى أعلن رئيس الوزراء انسحاب القوات؟"),
        ("فمتى أعلن رئيس الوزراء انسحاب القوات؟", "متى أعلن رئيس الوزراء انسحاب القوات؟"),
        ("لكن، متى أعلن رئيس الوزراء انسحاب القوات؟", "متى أعلن رئيس الوزراء انسحاب القوات؟"),
    ],
)
def test_what_leans_on_the_conversation_by_its_conjunction_alone_is_asked_without_it(
    question: str, bare: str | None
) -> None:
    model = ScriptedModel("Something else?")
    bare = bare or question.removeprefix("And ").removeprefix("و")
    assert stand_alone(question, [TALKS], model=model, max_tokens=100) == bare
    assert model.asked == []


@pytest.mark.parametrize(
    "answer", ["The document says: “In a year.” [1]", "جاء في الوثيقة: «In a year.» [1][2]"]
)
def test_the_model_is_not_shown_the_words_that_introduce_a_quotation(answer: str) -> None:
    model = ScriptedModel("When will it end?")
    past = Turn(question="When does it begin?", answer=answer)
    stand_alone("And when will it end?", [past], model=model, max_tokens=100)
    assert "\nA: In a year.\n" in model.asked[0].messages[-1].content


def test_without_a_model_the_question_before_is_put_in_front() -> None:
    found = stand_alone("ومتى يغلق؟", [TALKS, BRIDGE], model=None, max_tokens=100)
    assert found == "متى افتتح الجسر؟ ومتى يغلق؟"


def test_where_no_turn_fits_the_question_before_is_put_in_front() -> None:
    model = ScriptedModel("متى يغلق الجسر؟")
    assert stand_alone("ومتى يغلق؟", [BRIDGE], model=model, max_tokens=0) == (
        "متى افتتح الجسر؟ ومتى يغلق؟"
    )
    assert model.asked == []


def test_an_error_of_the_model_is_passed_on() -> None:
    model = ScriptedModel(GenerationError(model="scripted", reason="gone"))
    with pytest.raises(GenerationError, match="gone"):
        stand_alone("And when?", [TALKS], model=model, max_tokens=100)


CITED = Turn(
    question="Who won the men's race?",
    answer="Salem won the men's race. [1]",
    query="Who won the men's race in Aden?",
    documents=("race",),
    quotes=("وفاز سالم بسباق الرجال.", "وجرى السباق في عدن."),
)


def after(question: str) -> str:
    """A question as it is read after `CITED`."""
    return f"Who won the men's race in Aden? Salem won the men's race. {question}"


def ways(question: str, *history: Turn, model: ScriptedModel | None = None) -> list[Search]:
    return list(searches(question, history, model=model, max_tokens=100))


def test_a_question_that_stands_alone_is_asked_of_all_documents_first() -> None:
    question = "Which ministers signed the withdrawal agreement?"
    assert ways(question) == [Search(question)]
    again = Search(question, ("race",), reading=after(question))
    assert ways(question, CITED) == [Search(question), again]


def test_a_follow_up_is_looked_for_where_the_last_answer_was_before_the_model_is_asked() -> None:
    model = ScriptedModel("When was the men's race in Aden held?")
    question = "And when was it held?"
    found = searches(question, [CITED], model=model, max_tokens=100)
    assert next(found) == Search(question, ("race",), reading=after(question))
    assert model.asked == []
    assert list(found) == [Search("When was the men's race in Aden held?")]


def test_the_documents_of_the_last_answer_that_had_some_are_meant() -> None:
    refused = Turn(question="Who paid for it?", answer="The documents do not say.")
    question = "And when was it held?"
    read = f"Who paid for it? {question}"
    assert ways(question, CITED, refused)[0] == Search(question, ("race",), reading=read)


@pytest.mark.parametrize("question", ["Why?", "ولماذا؟", "And how?"])
def test_a_question_that_says_hardly_anything_asks_about_the_last_answer(question: str) -> None:
    said = "Salem won the men's race."
    found = ways(question, CITED)[0]
    assert found == Search(f"{question} {said}", ("race",), reading=after(question))


def test_after_a_refusal_it_asks_once_more_about_the_question_before() -> None:
    refused = Turn(question="Who paid for it?", answer="The documents do not say.")
    asked = "Who paid for it? Why?"
    assert ways("Why?", CITED, refused)[0] == Search(asked, ("race",), reading=asked)


@pytest.mark.parametrize("question", ["What else?", "Tell me more", "ماذا أيضا؟"])
def test_for_more_the_question_is_asked_again_without_all_that_was_quoted(question: str) -> None:
    asked, told = "Who won the men's race in Aden?", CITED.quotes
    model = ScriptedModel()
    read = Search(asked, ("race",), told=told, reading=after(question))
    assert ways(question, CITED, model=model) == [read, Search(asked, told=told)]
    second = Turn(
        question="What else?", answer="x", query=asked, documents=("race",), quotes=("y",)
    )
    assert ways(question, CITED, second)[-1] == Search(asked, told=(*told, "y"))


def test_a_long_turn_before_is_read_in_part() -> None:
    asked, said = "ألف " * 100 + "أين؟", "باء " * 100
    read = follow("ومتى؟", asked, said)
    assert len(read) < 350
    assert read.endswith("باء. ومتى؟")
    assert "أين؟ باء" in read
    assert follow("ومتى؟", "أين؟", "") == "أين؟ ومتى؟"


@pytest.mark.parametrize("question", ["Who said that?", "And who said so?", "من قال ذلك؟"])
def test_who_said_that_is_looked_for_around_the_sentence_cited_first(question: str) -> None:
    refused = Turn(question="Who paid for it?", answer="The documents do not say.")
    for history in ((CITED,), (CITED, refused)):
        found = ways(question, *history)
        assert found[0] == Search(question, ("race",), CITED.quotes[:1], before=3)
        said = f"{question.rstrip('?؟')}: Salem won the men's race."
        assert found[1] == Search(said, ("race",))


@pytest.mark.parametrize(
    ("asked", "question", "query"),
    [
        ("من نالت جائزة أفضل ممثلة؟", "لا، أقصد جائزة الجمهور", "من نالت جائزة الجمهور"),
        ("كم سيدفع له النادي؟", "لا، أقصد الشرط الجزائي", "كم الشرط الجزائي"),
        ("وكم سيدفع له النادي؟", "لا، أقصد الشرط الجزائي", "كم الشرط الجزائي"),
        ("من أين الحافلة؟ وبكم تذكرتها؟", "لا، أقصد تذكرة القطار", "وبكم تذكرة القطار"),
    ],
)
def test_a_rewriting_that_leaves_the_correction_out_is_not_used(
    asked: str, question: str, query: str
) -> None:
    past = Turn(question=asked, answer="نالتها سارة. [1]", documents=("race",))
    found = ways(question, past, model=ScriptedModel(asked))
    read = f"{asked} نالتها سارة. {question}"
    assert found == [Search(query, ("race",), reading=read), Search(query)]


@pytest.mark.parametrize("question", ["No, I meant the women's race", "لا، أقصد سباق النساء"])
def test_a_correction_is_rewritten_before_it_is_searched(question: str) -> None:
    rewritten = "Who won the women's race in Aden?"
    model = ScriptedModel(rewritten if question.isascii() else "من فاز بسباق النساء في عدن؟")
    found = ways(question, CITED, model=model)
    assert [way.documents for way in found] == [("race",), ()]
    assert found[0].query == found[1].query != question


def test_without_a_model_a_correction_follows_what_it_corrects() -> None:
    found = ways("No, I meant the women's race", CITED)
    assert found[-1] == Search("Who won the men's race in Aden? the women's race")


def test_what_answered_the_question_before_does_not_answer_one_joined_to_it() -> None:
    joined = "Who won the men's race in Aden? And how old is he?"
    assert ways("And how old is he?", CITED)[-1] == Search(joined, told=CITED.quotes)
    refused = Turn(question="Who paid for the new stadium?", answer="The documents do not say.")
    assert ways("And how old is he?", CITED, refused)[-1].told == ()


@pytest.mark.parametrize("first", ["متى افتتح رئيس الوزراء الجسر الجديد؟", "متى افتتح الجسر؟"])
@pytest.mark.parametrize(
    "question", ["ومن حضر من الوزراء حفل الافتتاح الكبير؟", "ومن حضر ذلك اليوم؟"]
)
def test_the_query_of_a_follow_up_does_not_grow_with_every_refusal(
    first: str, question: str
) -> None:
    history = [Turn(question=first, answer="لا تذكر الوثائق ذلك.")]
    for _ in range(8):
        query = ways(question, *history)[-1].query
        assert len(query) <= 160 + 1 + len(question)
        history.append(Turn(question=question, answer="لا تذكر الوثائق ذلك.", query=query))


def test_a_long_question_before_is_joined_in_part() -> None:
    past = Turn(question="ألف " * 400 + "أين كان ذلك؟", answer="لا")
    joined = stand_alone("ومتى؟", [past], model=None, max_tokens=100)
    assert joined == f"{past.asked[-160:]} ومتى؟"


@pytest.mark.parametrize(
    ("asked", "question", "query"),
    [
        ("متى افتتح الجسر؟", "لا أقصد الجسر بل النفق", "متى افتتح النفق"),
        ("متى افتتح الجسر؟", "ليس الجسر، بل النفق", "متى افتتح النفق"),
        (
            "Who signed the agreement in Aden?",
            "I meant the agreement in Cairo",
            "Who signed the agreement in Cairo",
        ),
        (
            "Who signed the agreement in Aden?",
            "Not in Aden but in Cairo",
            "Who signed the agreement in Cairo",
        ),
        (
            "When did the talks begin?",
            "I meant to ask about the tunnel",
            "When did the talks begin? the tunnel",
        ),
        ("How many people died in 2022?", "No, in 2023", "How many people died in 2023"),
        ("Who won in 2022 in Cairo?", "I meant 2023", "Who won in 2023 in Cairo?"),
        ("كم بلغ التضخم في ٢٠٢٢؟", "أقصد ٢٠٢٣", "كم بلغ التضخم في ٢٠٢٣"),
        ("متى افتتح الجسر في مصر؟", "لا، في الأردن", "متى افتتح الجسر في الأردن"),
        ("When did the strike begin?", "No, in Jordan", "When did the strike begin? in Jordan"),
        ("كم قتل في غارة بيروت؟", "لم أسأل عن بيروت بل عن غزة", "كم قتل في غارة غزة"),
        ("When did the talks begin?", "I mean it", "When did the talks begin? I mean it"),
    ],
)
def test_what_was_meant_takes_the_place_of_what_was_not(
    asked: str, question: str, query: str
) -> None:
    past = Turn(question=asked, answer="In May. [1]")
    assert stand_alone(question, [past], model=None, max_tokens=100) == query


def test_a_turn_without_citations_leaves_all_documents_to_search() -> None:
    assert [way.documents for way in ways("And when did they end?", TALKS)] == [()]
