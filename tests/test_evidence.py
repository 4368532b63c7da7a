"""Which sentences may hold the answer, which words of them do, and how the model reads them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates import Language
from rag.evidence import (
    corroborating,
    quoted_before,
    read_evidence,
    select_evidence,
    worded_for_model,
)
from rag.gate import answerability, answerability_in_context
from rag.schema import Evidence, Passage, Span, Window
from tests.fakes import make_passage


@dataclasses.dataclass(frozen=True, slots=True)
class ScriptedReading:
    """What a `ScriptedReader` makes of one text."""

    span: Span
    margin: float
    core: Span | None = None


class ScriptedReader:
    """A reader that is told its readings, and remembers what it was asked.

    `answers` are the words that answer, where a text holds them, and the log-odds that they do. A
    text with none of them is read as holding no answer. `core` stands within one of the answers.
    `asked` holds questions and windows.
    """

    def __init__(
        self,
        answers: dict[str, float] | None = None,
        *,
        core: str | None = None,
        otherwise: float = -9.0,
    ) -> None:
        self._answers, self._core, self._otherwise = answers or {}, core, otherwise
        self.asked: list[tuple[str, tuple[Window, ...]]] = []
        self.in_context: list[bool] = []

    def read(
        self, question: str, windows: Sequence[Window], *, in_context: bool = False
    ) -> tuple[ScriptedReading, ...]:
        self.asked.append((question, tuple(windows)))
        self.in_context.append(in_context)
        return tuple(self._reading(window.text) for window in windows)

    def _reading(self, text: str) -> ScriptedReading:
        for words, margin in self._answers.items():
            if words in text:
                start = text.index(words)
                return ScriptedReading(
                    span=Span(start, start + len(words)), margin=margin, core=self._core_in(text)
                )
        return ScriptedReading(span=Span(0, 0), margin=self._otherwise)

    def _core_in(self, text: str) -> Span | None:
        if self._core is None or self._core not in text:
            return None
        start = text.index(self._core)
        return Span(start, start + len(self._core))


def passage_of(
    text: str, *scores: float, start: int = 0, published: dt.date | None = None
) -> Passage:
    """A passage whose sentences end in full stops, with the scores given."""
    sentences: list[Span] = []
    at = 0
    for sentence in text.split(". "):
        end = at + len(sentence) + 1
        sentences.append(Span(at, min(end, len(text))).shifted(start))
        at = end + 1
    return make_passage(
        start=start,
        end=start + len(text),
        text=text,
        published=published,
        sentences=tuple(sentences),
        sentence_scores=scores,
    )


def evidence_of(
    text: str, *, answer: str | None = None, published: dt.date | None = None, start: int = 0
) -> Evidence:
    """One sentence of a document, at `start`, with its answering words marked."""
    span = Span(start, start + len(text))
    passage = make_passage(start=start, end=span.end, text=text, published=published)
    marked = None
    if answer is not None:
        at = start + text.index(answer)
        marked = Span(at, at + len(answer))
    return Evidence(span=span, text=text, passage=passage, score=0.6, answer=marked)


def test_sentences_come_nearest_first_whatever_passage_they_stand_in() -> None:
    first = passage_of("One. Two.", 0.2, 0.8)
    second = passage_of("Three. Four.", 0.9, 0.1, start=100)
    chosen = select_evidence([first, second], most=3)
    assert [(item.text, item.score) for item in chosen] == [
        ("Three.", 0.9),
        ("Two.", 0.8),
        ("One.", 0.2),
    ]
    assert [item.span for item in chosen] == [Span(100, 106), Span(5, 9), Span(0, 4)]


def test_a_sentence_that_two_chunks_share_is_taken_once_from_the_better_one() -> None:
    first = passage_of("One. Two.", 0.2, 0.8)
    second = passage_of("Two. Three.", 0.8, 0.5, start=5)
    chosen = select_evidence([first, second], most=6)
    assert [item.text for item in chosen] == ["Two.", "Three.", "One."]
    assert chosen[0].passage is first


def test_the_sentence_before_is_known_from_any_passage_that_shows_both() -> None:
    later = passage_of("Two. Three.", 0.9, 0.5, start=5)
    earlier = passage_of("One. Two.", 0.2, 0.9)
    chosen = select_evidence([later, earlier], most=6)
    assert [(item.text, item.before) for item in chosen] == [
        ("Two.", "One."),
        ("Three.", "Two."),
        ("One.", ""),
    ]


def test_the_same_words_in_another_document_are_evidence_of_their_own() -> None:
    first = passage_of("One.", 0.5)
    second = dataclasses.replace(first, document_id="d2")
    assert [item.passage.document_id for item in select_evidence([first, second], most=6)] == [
        "d1",
        "d2",
    ]


@pytest.mark.parametrize("most", [0, 1])
def test_no_more_sentences_are_taken_than_asked_for(most: int) -> None:
    assert len(select_evidence([passage_of("One. Two.", 0.2, 0.8)], most=most)) == most


def test_sentences_that_were_told_are_left_out() -> None:
    passage = passage_of("One is here. Two is there.", 0.5, 0.9)
    chosen = select_evidence([passage], most=1, told=("Two is there.",))
    assert [item.text for item in chosen] == ["One is here."]


def test_quoted_sentences_come_with_those_ahead_of_them_in_their_passage() -> None:
    passage = passage_of("One. Two. Three. Four.", 0.1, 0.2, 0.3, 0.4)
    other = dataclasses.replace(passage_of("Five. Three.", 0.9, 0.8, start=50), document_id="d2")
    found = quoted_before([passage, other], ["Three."], before=1)
    assert [item.text for item in found] == ["Five.", "Three.", "Three.", "Two."]
    assert [item.text for item in quoted_before([passage], ["Three."], before=0)] == ["Three."]
    assert [item.text for item in quoted_before([passage], ["One."], before=3)] == ["One."]
    assert quoted_before([passage], ["Six."], before=3) == quoted_before([], ["One."], before=0)


@pytest.mark.parametrize(("gap", "found"), [(2, ["One.", "Two.", "Three."]), (9, ["Three."])])
def test_the_sentence_ahead_of_a_quoted_one_may_stand_in_the_passage_before(
    gap: int, found: list[str]
) -> None:
    first = passage_of("One. Two.", 0.9, 0.8)
    second = passage_of("Three. Four.", 0.7, 0.6, start=len("One. Two.") + gap)
    quoted = quoted_before([second, first], ["Three."], before=2)
    assert [item.text for item in quoted] == found


def test_no_passages_give_no_evidence() -> None:
    assert select_evidence([], most=6) == ()
    assert read_evidence("Who?", (), reader=None) == ()


def test_the_sentence_that_the_reader_trusts_comes_before_the_nearer_one() -> None:
    evidence = select_evidence([passage_of("Talks began. It was in May.", 0.5, 0.3)], most=6)
    reader = ScriptedReader({"May": 20.0})
    read = read_evidence("When did talks begin?", evidence, reader=reader)
    assert [item.text for item in read] == ["It was in May.", "Talks began."]
    title = evidence[0].passage.title
    windows = (
        Window("Talks began.", title=title),
        Window("It was in May.", before="Talks began.", title=title),
    )
    assert reader.asked == [("When did talks begin?", windows)]
    assert read[0].probability > 0.5 > read[1].probability


def test_the_readers_words_are_counted_in_the_document() -> None:
    text = "Talks began. It was in May."
    evidence = select_evidence([passage_of(text, 0.5, 0.3, start=1000)], most=6)
    best = read_evidence("When?", evidence, reader=ScriptedReader({"May": 20.0}))[0]
    assert best.answer is not None
    assert best.answer.shifted(-1000).of(text) == "May"


@pytest.mark.parametrize(
    ("text", "read", "marked"),
    [
        ("فازت شركة «الأفلاج» أمس.", "شركة «الأفلاج", "شركة «الأفلاج»"),
        ("فازت «الأفلاج» الحديثة.", "الأفلاج» الحديثة", "«الأفلاج» الحديثة"),
        ("It won “the Prize” twice.", "won “the Prize", "won “the Prize”"),
        ("فازت شركة «الأفلاج» أمس.", "الأفلاج", "«الأفلاج»"),
        ("فازت شركة «الأفلاج» أمس.", "فازت شركة", "فازت شركة"),
        ("It won “the Prize” twice.", "the Prize", "“the Prize”"),
        ("قال «نريد الآن سلاما دائما» أمس.", "نريد الآن سلاما دائما", "نريد الآن سلاما دائما"),
        ("فازت شركة «الأفلاج الحديثة» أمس.", "شركة «الأفلاج", "شركة «الأفلاج"),
    ],
)
def test_words_between_quotation_marks_are_marked_with_both_or_none(
    text: str, read: str, marked: str
) -> None:
    evidence = select_evidence([passage_of(text, 0.5, start=9)], most=1)
    assert read_evidence("Who?", evidence, reader=ScriptedReader({read: 9.0}))[0].marked == marked


@pytest.mark.parametrize(
    ("core", "marked"),
    [
        ("عمر السالمي", "عمر السالمي رئيسا"),
        ("ليلى الراوي", "تتولى ليلى الراوي الإدارة"),
        # What stands on both sides stays whole, and so does what has no such few words.
        ("رئيسا، بينما تتولى", "عمر السالمي رئيسا، بينما تتولى ليلى الراوي الإدارة"),
        (None, "عمر السالمي رئيسا، بينما تتولى ليلى الراوي الإدارة"),
    ],
)
def test_of_clauses_in_contrast_the_one_that_answers_is_marked(
    core: str | None, marked: str
) -> None:
    words = "عمر السالمي رئيسا، بينما تتولى ليلى الراوي الإدارة"
    found = select_evidence([passage_of(f"وسيكون {words}.", 0.6)], most=1)
    reader = ScriptedReader({words: 9.0}, core=core)
    (read,) = read_evidence("من يديرها؟", found, reader=reader)
    assert read.marked == marked


def test_without_a_reader_nothing_is_marked_and_the_nearest_sentence_comes_first() -> None:
    evidence = select_evidence([passage_of("One. Two.", 0.2, 0.8)], most=6)
    read = read_evidence("Who?", evidence, reader=None)
    assert [(item.text, item.answer) for item in read] == [("Two.", None), ("One.", None)]
    assert read[0].probability > read[1].probability


@given(
    st.floats(-1, 1),
    st.none() | st.floats(allow_nan=False),
    st.floats(0, 1e6),
)
def test_a_probability_lies_between_0_and_1_and_grows_with_its_ground(
    cosine: float, margin: float | None, more: float
) -> None:
    low = answerability(cosine, margin=margin)
    high = answerability(
        min(1.0, cosine + more) if margin is None else cosine,
        margin=None if margin is None else margin + more,
    )
    assert 0 <= low <= high <= 1


def test_a_text_without_words_cannot_hold_the_answer() -> None:
    assert answerability(0.9, margin=-math.inf) == 0


SEPTEMBER = dt.date(2024, 9, 15)


@pytest.mark.parametrize(
    ("text", "language", "worded"),
    [
        (
            "بدأت المحادثات في يناير الماضي.",
            "en",
            "بدأت المحادثات في يناير الماضي (January 2024).",
        ),
        ("بدأت المحادثات في يناير الماضي.", "ar", "بدأت المحادثات في يناير الماضي (يناير 2024)."),
        ("Talks began last January.", "en", "Talks began last January (January 2024)."),
        (
            "دخل المدينة يوم 8 كانون الأول 2024.",
            "en",
            "دخل المدينة يوم 8 كانون الأول (December) 2024.",
        ),
        ("دخل المدينة يوم 8 كانون الأول 2024.", "ar", "دخل المدينة يوم 8 كانون الأول 2024."),
        ("افتتح الجسر في مارس.", "en", "افتتح الجسر في مارس (March)."),
        ("افتتح الجسر وفي مارس أغلق.", "en", "افتتح الجسر وفي مارس (March) أغلق."),
        ("افتتح في شهر أيار.", "en", "افتتح في شهر أيار (May)."),
        (
            "افتتح في كانون الثاني/ يناير.",
            "en",
            "افتتح في كانون الثاني (January)/ يناير (January).",
        ),
        ("بحلول سبتمبر من عام 2025.", "en", "بحلول سبتمبر (September) من عام 2025."),
        ("مارس الوزير ضغوطا.", "en", "مارس الوزير ضغوطا."),
        ("الصحفي مارس ضغوطا.", "en", "الصحفي مارس ضغوطا."),
        ("وقال إنه مارس 20 مهنة.", "en", "وقال إنه مارس 20 مهنة."),
        ("آب إلى بيته.", "en", "آب إلى بيته."),
    ],
)
def test_months_and_relative_dates_are_said_outright(
    text: str, language: Language, worded: str
) -> None:
    assert worded_for_model(evidence_of(text, published=SEPTEMBER), language) == worded


def test_a_relative_date_of_an_article_without_a_date_keeps_its_words() -> None:
    text = "بدأت المحادثات في يناير الماضي."
    assert worded_for_model(evidence_of(text), "ar") == text
    assert worded_for_model(evidence_of(text), "en") == "بدأت المحادثات في يناير (January) الماضي."


def test_the_answering_words_are_marked() -> None:
    evidence = evidence_of("The council elected Maria Lopez.", answer="Maria Lopez", start=70)
    assert worded_for_model(evidence, "en").startswith("The council elected << Maria Lopez >>")


def test_a_date_in_the_marked_words_is_told_and_leaves_them_marked() -> None:
    evidence = evidence_of(
        "بدأت المحادثات في يناير الماضي.", answer="يناير الماضي", published=SEPTEMBER
    )
    shown = worded_for_model(evidence, "en")
    assert "<< يناير الماضي" in shown
    assert "(January 2024)" in shown


@given(st.text(), st.data())
def test_wording_adds_to_the_sentence_and_takes_nothing_away(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    evidence = dataclasses.replace(
        evidence_of(text, published=SEPTEMBER, start=7), answer=Span(start + 7, end + 7)
    )
    remaining = iter("".join(worded_for_model(evidence, "en").split()))
    assert all(character in remaining for character in "".join(text.split()))


def probable(text: str, answer: str | None, probability: float) -> Evidence:
    return dataclasses.replace(evidence_of(text, answer=answer), probability=probability)


BEST = probable("فاز المخرج رومانوفسكي بالجائزة.", "رومانوفسكي", 0.8)


@pytest.mark.parametrize(
    ("text", "answer", "probability", "cited"),
    [
        ("ونال رومانوفسكي جائزة ثانية.", "رومانوفسكي", 0.5, True),
        ("ونال رومانسكي جائزة ثانية.", "رومانسكي", 0.5, True),
        ("ونال رومانوفسكي جائزة ثانية.", "رومانوفسكي", 0.3, False),
        ("ونال الأعرجي جائزة ثانية.", "الأعرجي", 0.7, False),
        ("ونال رومانوفسكي جائزة ثانية.", "جائزة ثانية", 0.7, False),
        ("ونال زميله رومانوفسكي الصغير جائزة.", "زميله رومانوفسكي الصغير", 0.7, True),
    ],
)
def test_a_sentence_that_gives_the_same_answer_corroborates_it(
    text: str, answer: str, probability: float, *, cited: bool
) -> None:
    other = probable(text, answer, probability)
    assert corroborating([BEST, other]) == ((BEST, other) if cited else (BEST,))


def test_what_has_one_word_of_the_answer_need_not_give_the_same_one() -> None:
    fund = probable("يموله صندوق التنمية الساحلية.", "صندوق التنمية الساحلية", 0.8)
    other = probable("ومول صندوق دعم الشباب التطبيق.", "صندوق دعم الشباب", 0.8)
    same = probable("ودفع صندوق التنمية حصته.", "صندوق التنمية", 0.8)
    assert corroborating([fund, other, same]) == (fund, same)


def test_at_most_three_sentences_are_cited_for_an_answer() -> None:
    others = [probable(f"نال رومانوفسكي الجائزة {n}.", "رومانوفسكي", 0.7) for n in range(4)]
    assert corroborating([BEST, *others]) == (BEST, *others[:2])


def test_without_marked_words_nothing_corroborates() -> None:
    unmarked = probable("فاز المخرج رومانوفسكي بالجائزة.", None, 0.8)
    assert corroborating([unmarked, BEST]) == (unmarked,)


@pytest.mark.parametrize("in_context", [True, False])
def test_the_reader_is_told_whether_a_question_is_asked_in_a_talk(in_context: bool) -> None:
    reader = ScriptedReader()
    item = probable("نال رومانوفسكي الجائزة.", None, 0.8)
    read_evidence("ومن نالها؟", [item], reader=reader, in_context=in_context)
    assert reader.in_context == [in_context]


def test_in_context_the_margin_counts_for_more_than_the_nearness() -> None:
    far_but_sure = (0.1, 4.0)
    assert answerability_in_context(far_but_sure[0], margin=far_but_sure[1]) > 0.5
    assert answerability(far_but_sure[0], margin=far_but_sure[1]) < 0.2
    assert answerability_in_context(0.4) == answerability(0.4)
