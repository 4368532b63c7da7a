"""The conversation as HTML: what is shown, in whose direction, and never as markup."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import GenerationError
from rag.schema import AnswerSentence, Period, Span, Status
from tests.pages import QUOTE, TEXT, make_answer, make_citation, make_passage
from ui.render import (
    CONTEXT_CHARACTERS,
    Exchange,
    Mark,
    answer_lines,
    citation_card,
    cut_around,
    passage_card,
    render_header,
    render_invitation,
    render_notice,
    render_past,
    render_present,
    render_scope,
)
from ui.strings import EXAMPLES, Language, Problem, describe

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> ${3} {{4}} *b* $x$"
VOID = {"input", "img", "br"}


class Page(HTMLParser):
    """Collects elements as (tag, attributes, text within), and checks that they nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(str(html))
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, dict(attrs), [""])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element[2][0] += data

    def texts(self, tag: str, of_class: str = "") -> list[str]:
        return [" ".join(words[0].split()) for words in self._found(tag, of_class)]

    def exact(self, tag: str, of_class: str = "") -> list[str]:
        return [words[0] for words in self._found(tag, of_class)]

    def attributes(self, tag: str, of_class: str = "") -> list[dict[str, str | None]]:
        return [attrs for name, attrs, _ in self.elements if _is(name, attrs, tag, of_class)]

    def _found(self, tag: str, of_class: str) -> list[list[str]]:
        return [words for name, attrs, words in self.elements if _is(name, attrs, tag, of_class)]


def _is(name: str, attrs: dict[str, str | None], tag: str, of_class: str) -> bool:
    return name == tag and (not of_class or of_class in (attrs.get("class") or "").split())


def present(exchange: Exchange, language: Language = "en") -> Page:
    return Page(render_present((exchange,), language))


def answered(**changes: object) -> Exchange:
    answer = replace(make_answer(), **changes)  # type: ignore[arg-type]
    return Exchange(question=answer.question, passages=answer.passages, answer=answer)


def test_an_empty_conversation_welcomes() -> None:
    assert Page(render_present((), "en")).texts("h2") == ["What would you like to know?"]


def test_the_past_is_all_but_the_last_exchange() -> None:
    conversation = [answered(), replace(answered(), question="Second?"), Exchange(question="Last?")]
    assert len(Page(render_past(conversation, "en")).texts("article")) == 2
    assert Page(render_present(conversation, "en")).texts("h3", "question") == ["You asked: Last?"]


def test_the_past_of_nothing_is_nothing() -> None:
    assert render_past((), "ar").strip() == ""


def test_cards_of_different_exchanges_have_different_names() -> None:
    conversation = [answered(), answered()]
    page = Page(render_past(conversation, "en") + render_present(conversation, "en"))
    names = [attrs["id"] for attrs in page.attributes("li")]
    assert names == ["card-0-1", "card-1-1"]


def test_a_question_just_asked_is_being_searched_for() -> None:
    page = present(Exchange(question="When?"))
    assert page.texts("p", "status") == ["Searching the documents …"]
    assert page.attributes("article")[0]["aria-busy"] == "true"


def test_passages_are_shown_before_the_first_word() -> None:
    page = present(Exchange(question="When?", passages=(make_passage(), make_passage())))
    assert page.texts("p", "status") == ["Found, reading …"]
    assert page.texts("aside")[0].startswith("Passages found جسر جديد على النهر")
    assert len(page.texts("li", "card-found")) == 2


def test_the_marked_words_and_their_card_stand_there_while_the_answer_is_worded() -> None:
    start = make_citation().start + QUOTE.index("مارس")
    marked = replace(make_citation(), answer=Span(start, start + len("مارس 2021")))
    page = present(Exchange(question="When?", passages=(make_passage(),), citations=(marked,)))
    assert page.texts("p", "marked") == ["مارس 2021"]
    assert page.texts("aside")[0].startswith("Sources")
    assert page.texts("li", "card-found") == []
    assert present(answered()).texts("p", "marked") == []


def test_a_card_says_what_a_relative_date_stands_for() -> None:
    quote = "وبدأت الأعمال في يناير الماضي."
    cited = make_citation(text=quote, quote=quote)
    page = present(answered(citations=(cited,)))
    assert [plain(line) for line in page.texts("p", "card-date")] == [
        "“يناير الماضي” means January 2022"
    ]
    undated = replace(cited, published=None)
    assert present(answered(citations=(undated,))).texts("p", "card-date") == []


@pytest.mark.parametrize(
    ("period", "language", "note"),
    [
        (Period(dt.date(2024, 1, 1), dt.date(2024, 6, 30)), "en", "1 January 2024 to 30 June 2024"),
        (Period(first=dt.date(2024, 1, 1)), "en", "Only documents from 1 January 2024 on"),
        (Period(last=dt.date(2024, 6, 30)), "en", "Only documents up to 30 June 2024"),
        # The first and the last day count, so no «ما بعد» and no «ما قبل».
        (Period(dt.date(2024, 1, 1), dt.date(2024, 6, 30)), "ar", "من 1 يناير 2024 إلى 30 يونيو"),
        (Period(first=dt.date(2024, 1, 1)), "ar", "من 1 يناير 2024 فصاعدًا"),
        (Period(last=dt.date(2024, 6, 30)), "ar", "حتى 30 يونيو 2024 فقط"),
    ],
)
def test_a_question_of_some_days_says_so(period: Period, language: Language, note: str) -> None:
    page = present(Exchange(question="When?", period=period), language)
    assert note in plain(page.texts("p", "note-period")[0])


def test_what_went_wrong_is_told_at_once_in_the_language_of_the_page() -> None:
    problem = Problem(key="error.CorpusError", facts={"corpus": "رسائل", "reason": "no room"})
    page = Page(render_notice(problem, "ar"))
    assert page.attributes("div", "notice")[0]["role"] == "alert"
    assert "رسائل" in page.texts("p")[0]
    assert render_notice(None, "ar") == ""


def test_examples_are_shown_until_something_is_asked() -> None:
    page = Page(render_invitation((), "ar"))
    shown = [found["data-question"] for found in page.attributes("button", "example")]
    assert shown == [*EXAMPLES["ar"], *EXAMPLES["en"]]
    assert render_invitation((Exchange(question="When?"),), "ar") == ""


def test_the_composer_says_what_is_asked_of() -> None:
    page = Page(render_scope("<b>x</b>", Period(first=dt.date(2024, 1, 1)), 1, "en"))
    said = plain(" ".join(page.texts("button")))
    assert "Asked of: <b>x</b>" in said
    assert "from 1 January 2024 on" in said
    assert "question 2" in plain(page.texts("span", "editing")[0])


def test_who_waits_is_told_how_many_come_first() -> None:
    page = present(Exchange(question="When?", ahead=1))
    assert page.texts("p", "place") == ["One question is before yours."]


def test_a_draft_is_called_a_draft() -> None:
    page = present(Exchange(question="When?", passages=(), draft="In Mar"))
    assert page.texts("p", "status") == ["Draft, not yet checked"]
    assert page.texts("div", "draft") == ["In Mar"]


def test_the_checked_answer_takes_the_place_of_the_draft() -> None:
    page = present(replace(answered(), draft="In Mar"))
    assert page.texts("div", "draft") == []
    assert page.texts("div", "answer") == ["The bridge was begun in March 2021 1."]
    assert page.attributes("article")[0]["aria-busy"] == "false"


def test_a_mark_leads_to_its_card() -> None:
    page = present(answered())
    mark = page.attributes("a", "ref")[0]
    assert mark["href"] == "#card-0-1"
    assert [attrs["id"] for attrs in page.attributes("li")] == ["card-0-1"]
    assert plain(mark["aria-label"]) == "Source 1"


def test_a_mark_in_arabic_digits_leads_to_the_same_card() -> None:
    lines = answer_lines(make_answer("بدأ البناء في مارس 2021 [١]."))
    assert lines[0].pieces == ("بدأ البناء في مارس 2021 ", Mark(number=1), ".")


def test_a_mark_without_a_citation_leads_nowhere() -> None:
    lines = answer_lines(make_answer("So it is [7]."))
    assert lines[0].pieces == ("So it is [7].",)


def test_a_citation_that_a_sentence_does_not_mention_gets_its_mark() -> None:
    sentence = AnswerSentence(text="So it is.", citations=(2, 1, 2), supported=True)
    answer = make_answer(citations=(make_citation(1), make_citation(2)), sentences=(sentence,))
    assert answer_lines(answer)[0].pieces == ("So it is.", Mark(number=2), Mark(number=1))


def test_a_citation_card_marks_the_quotation_within_its_passage() -> None:
    page = present(answered())
    assert page.exact("mark") == [QUOTE]
    assert page.exact("blockquote") == [TEXT]


def test_a_citation_card_gives_title_source_and_date() -> None:
    page = present(answered())
    assert page.texts("h4") == ["جسر جديد على النهر"]
    assert page.texts("p", "card-facts") == ["جريدة المدينة · 9 May 2022"]
    assert page.attributes("time")[0]["datetime"] == "2022-05-09"


def test_a_date_is_in_the_language_of_the_page() -> None:
    assert citation_card(make_citation(), "ar").date == "9 مايو 2022"


@pytest.mark.parametrize("title", ["", " \t", "\u202e", " \u2066 "])
def test_a_card_without_title_and_date_says_so(title: str) -> None:
    citation = replace(make_citation(), title=title, published=None, source=None)
    page = present(answered(citations=(citation,)))
    assert page.texts("h4") == ["Untitled document"]
    assert page.texts("p", "card-facts") == ["no date given"]


def test_a_long_passage_hides_what_is_far_from_the_quotation() -> None:
    passage = "قبل " * 100 + QUOTE + " بعد" * 100
    page = present(answered(citations=(make_citation(text=passage),)))
    hidden = page.exact("span", "far")
    shown = len(passage) - sum(len(part) for part in hidden)
    assert shown <= len(QUOTE) + 2 * (CONTEXT_CHARACTERS + len("قبل "))
    assert page.texts("label", "whole") == ["Show the whole passageShow less"]


def test_where_passages_are_wished_whole_none_of_their_words_is_hidden_at_first() -> None:
    exchange = answered(citations=(make_citation(text="قبل " * 100 + QUOTE + " بعد" * 100),))
    checked = [
        "checked" in Page(html).attributes("input")[0]
        for whole in (False, True)
        for html in (
            render_present([exchange], "en", whole=whole),
            render_past([exchange, exchange], "en", whole=whole),
        )
    ]
    assert checked == [False, False, True, True]


def test_a_short_passage_hides_nothing() -> None:
    page = present(answered())
    assert page.texts("label", "whole") == []


@given(st.text(max_size=600), st.integers(0, 600), st.integers(0, 600))
def test_the_parts_of_an_excerpt_rebuild_the_passage(passage: str, one: int, two: int) -> None:
    start, end = sorted((min(one, len(passage)), min(two, len(passage))))
    cut = cut_around(passage, start, end)
    assert cut.far_before + cut.before + cut.quote + cut.after + cut.far_after == passage
    assert cut.quote == passage[start:end]


@given(st.text(max_size=900))
def test_a_found_passage_is_shown_as_it_is(text: str) -> None:
    excerpt = passage_card(make_passage(text), "en").excerpt
    assert excerpt.before + excerpt.far_after == text


def test_not_found_says_so_and_shows_the_closest_passages_as_such() -> None:
    answer = make_answer("The documents do not say.", status=Status.NOT_FOUND)
    page = present(Exchange(question="Who?", answer=answer))
    assert page.texts("p", "status") == ["Not in the documents"]
    assert page.texts("div", "answer") == ["The documents do not say."]
    assert page.texts("aside")[0].startswith("Closest passages, not an answer")
    assert page.texts("mark") == []


def test_an_unsupported_sentence_is_marked_in_words() -> None:
    sentences = (
        AnswerSentence(text="It was begun in 2021 [1].", citations=(1,), supported=True),
        AnswerSentence(text="It is blue.", citations=(), supported=False),
    )
    page = present(answered(status=Status.PARTIAL, sentences=sentences))
    assert page.texts("span", "line-doubtful") == ["It is blue."]
    assert page.texts("bdi", "doubt") == ["not borne out by the documents"]
    assert page.texts("p", "status") == [
        "Found, but not worded reliably: these are the document's own words."
    ]


def test_notes_stand_below_the_answer() -> None:
    page = present(answered(notes=("Read from the article's date.",)))
    assert page.texts("p", "note") == ["Read from the article's date."]


def test_a_follow_up_shows_what_was_searched() -> None:
    page = present(answered(query="When was the bridge over the river begun?"))
    assert page.texts("p", "note-query") == [
        "Searched for: When was the bridge over the river begun?"
    ]


def test_an_error_is_one_line_in_the_language_of_the_page() -> None:
    problem = describe(GenerationError(model="tiny", reason="out of memory"))
    page = present(Exchange(question="When?", problem=problem), "ar")
    assert [plain(line) for line in page.texts("div", "problem")] == [
        "تعذّر ذلك أخفق النموذج tiny أثناء كتابة الجواب: out of memory"
    ]


def test_a_stopped_draft_is_not_taken_for_an_answer() -> None:
    page = present(Exchange(question="When?", passages=(), draft="In Mar", stopped=True))
    assert page.texts("p", "status") == ["Stopped. What stands here was not checked."]
    assert page.attributes("article")[0]["aria-busy"] == "false"


def test_an_answer_that_came_counts_for_more_than_a_stop() -> None:
    assert replace(answered(), stopped=True).stage == "done"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_hostile_text_is_shown_as_text(language: Language) -> None:
    passage = f"{HOSTILE} {QUOTE} {HOSTILE}"
    hostile = replace(make_citation(text=passage), title=HOSTILE, source=HOSTILE)
    sentence = AnswerSentence(text=HOSTILE, citations=(1,), supported=False)
    exchange = answered(
        citations=(hostile,), sentences=(sentence,), notes=(HOSTILE,), query=HOSTILE, language="en"
    )
    page = present(replace(exchange, question=HOSTILE), language)
    assert {tag for tag, _, _ in page.elements} & {"script", "img"} == set()
    assert page.exact("blockquote") == [passage]
    assert page.texts("h4") == [HOSTILE]
    assert HOSTILE in page.texts("h3", "question")[0]


def test_a_hostile_draft_and_passage_are_shown_as_text() -> None:
    passage = make_passage(HOSTILE, title=HOSTILE)
    page = present(Exchange(question="q", passages=(passage,), draft=HOSTILE))
    assert {tag for tag, _, _ in page.elements} & {"script", "img"} == set()
    assert page.texts("div", "draft") == [HOSTILE]


def test_a_hostile_answer_language_stays_within_its_attribute() -> None:
    page = present(answered(language='en"><script>'))
    assert page.attributes("div", "answer")[0]["lang"] == 'en"><script>'


def test_quotation_title_and_question_have_their_own_direction() -> None:
    page = present(answered())
    assert page.attributes("blockquote")[0]["dir"] == "auto"
    assert page.attributes("h4")[0]["dir"] == "auto"
    assert page.attributes("h3", "question")[0]["dir"] == "auto"


def test_an_answer_runs_as_most_of_its_letters_do() -> None:
    text = "BBC قالت إن البناء بدأ في مارس 2021 [1]."
    page = present(answered(text=text, language="ar"))
    assert page.attributes("div", "answer")[0]["dir"] == "rtl"
    assert page.attributes("div", "answer")[0]["lang"] == "ar"


def test_a_draft_runs_as_its_question_from_the_first_letter() -> None:
    page = present(Exchange(question="متى بدأ البناء؟", passages=(), draft="2021"))
    assert page.attributes("div", "draft")[0]["dir"] == "rtl"


@pytest.mark.parametrize(("language", "side"), [("ar", "rtl"), ("en", "ltr")])
def test_the_page_is_mirrored_in_arabic(language: Language, side: str) -> None:
    assert Page(render_header(language)).attributes("header")[0]["dir"] == side
    assert Page(render_invitation((), language)).attributes("div")[0]["dir"] == side
    assert present(answered(), language).attributes("article")[0]["dir"] == side


def plain(line: str | None) -> str:
    return (line or "").replace("\u2068", "").replace("\u2069", "")
