"""Quotations are copied by code, and an answer is compared with the words it rests on."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chunking import chunk_document
from rag.citations import check_support, cite, extract
from rag.evidence import read_evidence, select_evidence
from rag.schema import Document, Evidence, Span
from tests.fakes import make_passage
from tests.test_evidence import ScriptedReader, evidence_of

PIECES = (
    "بدأت المحادثات في يناير الماضي",
    "إنّ الوزيرَ زارَ ميناءَ عدن",
    "talks went on 👩‍👩‍👧",
    "2,500 جندي",
    "د. سالم",
    "e\u0301te\u0301",
    "«نعم»",
    "\u200f(US)\u00a0",
)
JOINTS = (". ", "، ", "\n\n", "؟ ", " ", "\r\n", "!")
texts = st.lists(st.tuples(st.sampled_from(PIECES) | st.text(max_size=9), st.sampled_from(JOINTS)))


@given(texts, st.integers(1, 20), st.integers(0, 2), st.data())
def test_every_quotation_is_the_documents_own_text_at_its_place(
    pieces: list[tuple[str, str]], most_tokens: int, overlap: int, data: st.DataObject
) -> None:
    document = Document(
        document_id="d1", text="".join(a + b for a, b in pieces), path="made-up.txt"
    )
    passages = [
        make_passage(
            start=chunk.start,
            end=chunk.end,
            text=chunk.text,
            sentences=chunk.sentences,
            sentence_scores=tuple(data.draw(st.floats(-1, 1)) for _ in chunk.sentences),
        )
        for chunk in chunk_document(
            document,
            max_tokens=most_tokens,
            overlap_sentences=overlap,
            count_tokens=lambda text: len(text.split()),
        )
    ]
    evidence = read_evidence(
        "متى؟", select_evidence(passages, most=9), reader=ScriptedReader({"يناير": 2.0, "t": 1.0})
    )
    citations = cite(evidence)
    assert [citation.number for citation in citations] == [*range(1, len(evidence) + 1)]
    for citation in citations:
        assert document.text[citation.start : citation.end] == citation.quote
        within = Span(citation.start, citation.end).shifted(-citation.passage_start)
        assert within.of(citation.passage) == citation.quote
        assert citation.answer is not None
        assert citation.start <= citation.answer.start <= citation.answer.end <= citation.end
    for item in evidence:
        assert extract(item) in item.text


def test_a_citation_has_the_facts_of_its_article() -> None:
    evidence = evidence_of("بدأت المحادثات.", answer="المحادثات")
    citation = cite([evidence])[0]
    passage = evidence.passage
    assert (citation.title, citation.source, citation.path) == (
        passage.title,
        passage.source,
        passage.path,
    )
    assert (citation.published, citation.score, citation.answer) == (None, 0.6, Span(5, 14))


def test_nothing_chosen_is_nothing_cited() -> None:
    assert cite([]) == ()


@pytest.mark.parametrize(
    ("text", "answer", "clause"),
    [
        ("وقال الوزير، وهو من عدن، إن السفينة ستغادر.", "عدن", "وهو من عدن"),
        ("افتتح المصنع؛ ويوفر 350 فرصة عمل.", "350", "ويوفر 350 فرصة عمل"),
        ("It opened in May, and closed in June.", "May", "It opened in May"),
        ("It opened in May, and closed.", "May, and closed", "It opened in May, and closed"),
        ("It cost 2,500 dinars in all.", "dinars", "It cost 2,500 dinars in all"),
        ("وبلغ العدد ٢٬٥٠٠ جندي.", "جندي", "وبلغ العدد ٢٬٥٠٠ جندي"),
        ("The rate is 20.5 percent.", "percent", "The rate is 20.5 percent"),
        ("It left at 10:30 sharp.", "sharp", "It left at 10:30 sharp"),
        ("The U.S. forces left, he said.", "forces", "The U.S. forces left"),
        ("وصل د. سالم، ثم غادر.", "سالم", "وصل د. سالم"),
        ("Dr. Salem and Mr. Ahmed signed it.", "signed it", "Dr. Salem and Mr. Ahmed signed it"),
        ("The team of St. Petersburg won.", "won", "The team of St. Petersburg won"),
        ("It is Acme Inc. and No. 5 in Asia, he said.", "5", "It is Acme Inc. and No. 5 in Asia"),
        ("It is in the U.S.", "U.S", "It is in the U.S."),
        ("قال: «وصل أ.د. سالم إلى عدن.»", "سالم", "«وصل أ.د. سالم إلى عدن"),
        ("وصل سالم.", None, "وصل سالم."),
    ],
)
def test_the_clause_with_the_answering_words_is_taken_out_whole(
    text: str, answer: str | None, clause: str
) -> None:
    assert extract(evidence_of(text, answer=answer, start=40)) == clause


SHOWN = "وتعرضت القوات لنحو << 150 >> هجوما في يناير الماضي (January 2024)، قال سالم باعبود."
QUESTION = "How many attacks were there?"


def test_an_answer_that_says_what_its_sentence_says_holds() -> None:
    support = check_support(
        "The forces saw about 150 attacks in January 2024, says Salem Baaboud.",
        question=QUESTION,
        shown=SHOWN,
    )
    assert (support.missing_numbers, support.missing_names) == (frozenset(), ())
    assert (support.missing_words, support.echo, support.holds) == (frozenset(), False, True)


def test_a_number_may_be_part_of_what_a_word_means() -> None:
    shown = "وحصل المالك على << سيارة رباعية الدفع >>."
    for said, holds in (
        ("A four-wheel drive car", True),
        ("Four cars for him", True),
        ("Five", False),
    ):
        assert check_support(said, question="What did he win?", shown=shown).holds is holds


def test_a_number_that_is_not_in_the_sentence_is_found() -> None:
    support = check_support("There were 160 attacks.", question=QUESTION, shown=SHOWN)
    assert (support.missing_numbers, support.holds) == (frozenset({"160"}), False)


@pytest.mark.parametrize("written", ["150", "١٥٠"])
def test_a_number_counts_by_its_value_in_either_script(written: str) -> None:
    assert check_support(f"There were {written} attacks.", question=QUESTION, shown=SHOWN).holds


def test_a_name_that_is_not_in_the_sentence_is_found() -> None:
    support = check_support(
        "There were 150 attacks, says Mark Kimmitt.", question=QUESTION, shown=SHOWN
    )
    assert (support.missing_names, support.holds) == (("Mark", "Kimmitt"), False)


def test_a_number_or_name_of_the_question_may_be_repeated() -> None:
    assert check_support(
        "Mark Kimmitt saw 150 attacks in 2019.",
        question="How many attacks did Mark Kimmitt see in 2019?",
        shown=SHOWN,
    ).holds


def test_a_verb_that_is_not_in_the_sentence_does_not_hold_in_its_own_language() -> None:
    shown = "غزت القوات << البلاد >> عام 2003."
    question = "ماذا غزت القوات؟"
    assert check_support("غزت القوات البلاد.", question=question, shown=shown).holds
    changed = check_support("واصلت القوات البلاد.", question=question, shown=shown)
    assert len(changed.missing_words) == 1
    assert not changed.holds


def test_a_negation_that_the_sentence_lacks_does_not_hold_in_either_language() -> None:
    question = "لمن سُلمت المهام؟"
    shown = "وسلمت المهام إلى << الشرطة >>."
    assert not check_support("لم تسلم المهام إلى الشرطة.", question=question, shown=shown).holds
    assert not check_support("They did not go to it.", question="?", shown=shown).holds
    assert check_support("سلمت المهام إلى الشرطة.", question=question, shown=shown).holds


SIGNED = "<< وقع الوزير الاتفاق >>، ولم يحضر سالم."
UNSIGNED = "لم << يوقع الوزير الاتفاق >>، وحضر سالم."


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("لم يوقع الوزير الاتفاق.", SIGNED),
        ("ولم يوقع الوزير الاتفاق.", SIGNED),
        ("The minister did not sign.", SIGNED),
        ("The minister didn't sign.", SIGNED),
        ("The minister didn\u2019t sign.", SIGNED),
        ("The minister couldn't sign.", "The minister << signed >> it."),
        ("وقع الوزير الاتفاق.", UNSIGNED),
        ("The minister signed.", UNSIGNED),
        ("The minister signed.", "The minister << didn\u2019t sign >> it."),
        ("The minister signed.", "The minister did not << sign >> it."),
        ("The minister did not sign.", "The minister << signed at a bank >>."),
        ("لم يوقع الوزير.", "<< وقع الوزير عبد المنعم في القمة المنعقدة للانفتاح >>."),
        ("The company did not refuse the offer.", "<< رفضت الشركة العرض >>."),
        ("The company refused the offer.", "<< لم ترفض الشركة العرض >>."),
        ("The ban will be lifted.", "<< لن يرفع الحظر >>."),
        ("لم ترفض الشركة العرض.", "The company << rejected the offer >>."),
        ("The company decided to participate.", "<< قررت ألا تشارك الشركة >>."),
        ("It decided to participate.", "<< وقررت أَلّا تشارك >>."),
        ("With conditions.", "<< بلا شروط >>."),
        ("We are leaving.", "<< ولسنا راحلين >>."),
        ("He left so that she would see him.", "<< غادر لئلا تراه >>."),
        ("Because it was ready.", "<< لعدم جاهزيته >>."),
        ("They are no longer under way.", "<< لا تزال المحادثات جارية >>."),
        ("He worked under contract.", "<< عمل دون عقد >>."),
        ("The rubble is still there.", "<< لن يزال الركام >>."),
        ("Less than 20 people.", "<< ما لا يقل عن 20 شخصا >>."),
        ("More than 20 people.", "<< لا يتجاوز العدد 20 >>."),
        ("At least 20 people.", "<< لا يتجاوز العدد 20 >>."),
        ("It must not be signed.", "<< لا بد من توقيعه >>."),
        ("Only two did not stay.", "<< لم يبق سوى اثنين >>."),
        ("Only the minister.", "<< not only the minister, but his guests >>"),
        ("Legal settlements, in the north.", "<< مستوطنات غير قانونية في الشمال >>"),
        ("Direct talks in Iraq.", "<< محادثات غير مباشرة في العراق >>"),
        ("Important talks.", "<< محادثات غير مباشرة >>"),
        ("Stability in Libya.", "<< عدم الاستقرار في ليبيا >>"),
        ("United and stable.", "<< متحدة وغير مستقرة >>"),
        ("Once the war ends.", "<< ما لم تنته الحرب >>"),
        ("He is guilty.", "He was << found not guilty >>."),
        ("He was not found guilty.", "<< أدين سالم >>"),
        ("More than 30 days.", "<< مدة لا تتجاوز 30 يوما >>"),
        ("غادر الوزير.", "غير أن الوزير << لم يغادر >>."),
        ("I am guilty.", "<< لست مذنبا >>"),
        ("لم يفز دينيس بالسباق.", "<< Denis won the race >>."),
        ("لم تنخفض الأسعار إلى 5 دولارات.", "<< Prices declined to 5 dollars >>."),
        ("An agreement under the UN.", "المحادثات << دون التوصل إلى اتفاق >>"),
    ],
)
def test_an_answer_that_turns_the_marked_words_round_does_not_hold(answer: str, shown: str) -> None:
    support = check_support(answer, question="?", shown=shown)
    assert (support.negates, support.holds) == (True, False)


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("وقع الوزير الاتفاق.", SIGNED),
        ("لم يوقع الوزير الاتفاق.", UNSIGNED),
        ("The minister did not sign.", UNSIGNED),
        ("The minister did not sign.", "The minister << refused to sign >> it."),
        ("The minister did not sign.", "<< رفض الوزير توقيع الاتفاق >>."),
        ("The minister refused to sign.", "لم << يوقع الوزير >> الاتفاق."),
        ("It is not open.", "نفت الشركة << فتح المصنع >>."),
        ("Traffic is not allowed.", "<< منعت السلطات المرور >>."),
        ("They do not allow it.", "The council << banned it >>."),
        ("It was opened.", "افتتح << أمس >>، ولم يحضر أحد."),
        ("It was opened.", "It was opened, and no one came."),
        ("It failed to prevent the fire.", "<< لم تتمكن الشركة من منع الحريق >>."),
        ("Without conditions.", "<< بلا شروط >>."),
        ("It decided not to participate.", "<< قررت الشركة ألا تشارك >>."),
        ("They came, but for Salem.", "<< حضروا إلا سالما >>."),
        ("Because it was not ready.", "<< لعدم جاهزيته >>."),
        ("Talks are still under way.", "<< لا تزال المحادثات جارية >>."),
        ("لا يزال المصنع مغلقا.", "The plant << is still closed >>."),
        ("At least 20 people.", "<< ما لا يقل عن 20 شخصا >>."),
        ("No less than 20 people.", "<< 20 شخصا على الأقل >>."),
        ("No less than 20 people.", "<< ما لا يقل عن 20 شخصا >>."),
        ("At most 20 people.", "<< لا يتجاوز عددهم 20 >>."),
        ("It doesn't exceed 20.", "<< 20 كحد أقصى >>."),
        ("Up to 20 people.", "<< no more than 20 >>"),
        ("Especially the women.", "<< لا سيما النساء >>."),
        ("It must be signed.", "<< ولا بد من توقيعه >>."),
        ("Only two stayed.", "<< لم يبق سوى اثنين >>."),
        ("لا تعمل إلا في ماء حار.", "It << works only in hot water >>."),
        ("Both the minister and his guests.", "<< ليس الوزير فقط بل ضيوفه >>."),
        ("Not only the minister, but his guests.", "<< الوزير وضيوفه >>."),
        ("Marriage under the age of 18.", "<< الزواج دون سن الثامنة عشرة >>."),
        ("Children under twelve.", "<< الأطفال دون الثانية عشرة >>."),
        ("For lack of proof.", "<< لعدم وجود أدلة >>."),
        ("Courtrooms without heating.", "<< قاعات تفتقر إلى التدفئة >>."),
        ("Illegal migrants.", "<< مهاجرون غير شرعيين >>"),
        ("The settlements are illegal.", "<< المستوطنات غير القانونية >>"),
        ("Indirect talks.", "<< محادثات غير مباشرة >>"),
        ("An unprecedented rise.", "<< ارتفاع غير مسبوق >>"),
        ("Unidentified gunmen.", "<< مسلحون غير معروفين >>"),
        ("Political instability.", "<< عدم الاستقرار السياسي >>"),
        ("Unpaid salaries.", "<< عدم صرف الرواتب >>"),
        ("The absence of fuel.", "<< عدم توفر الوقود >>"),
        ("The growth of the non-oil sector.", "<< نمو القطاع غير النفطي >>"),
        ("مهاجرون غير شرعيين.", "<< illegal migrants >>"),
        ("وكان ذلك غير دستوري.", "<< it was unconstitutional >>"),
        ("عدم الاستقرار.", "<< instability >> grew"),
        ("The minister did not sign.", "The minister << has yet to sign >> it."),
        ("The minister did not comment.", "The minister << declined to comment >>."),
        ("The minister left.", "غير أن << الوزير غادر >>."),
        ("وغادر الوزير.", "<< غير أنه غادر >>"),
        ("There is no doubt that he left.", "<< لا شك أنه غادر >>"),
        ("Undoubtedly he left.", "<< بلا شك غادر >>"),
        ("Unless the war ends.", "<< ما لم تنته الحرب >>"),
        ("ما لم تنته الحرب.", "<< unless the war ends >>"),
        ("He pleaded not guilty.", "<< دفع سالم ببراءته >>"),
        ("برأته المحكمة.", "He was << found not guilty >>."),
        ("Within 30 days.", "<< مدة لا تتجاوز 30 يوما >>"),
        ("Men of 18 or older.", "<< رجال لا تقل أعمارهم عن 18 عاما >>"),
        ("Trade without tariffs.", "<< تجارة خالية من الرسوم >>"),
        ("An anonymous source.", "<< مصدر طلب عدم الكشف عن هويته >>"),
        ("An unnamed official.", "<< مسؤول لم يذكر اسمه >>"),
        ("A no-confidence vote.", "<< تصويت على سحب الثقة >>"),
        ("The collapse of Mine No. 5.", "<< انهيار المنجم رقم 5 >>."),
        ("It was unable to pay.", "<< لم تتمكن الشركة من الدفع >>."),
        ("لم تتمكن الشركة من الدفع.", "<< The firm was unable to pay >>."),
        ("It could not pay.", "<< عجزت الشركة عن الدفع >>."),
        ("They were not paid.", "<< تعذر دفع الرواتب >>."),
        ("He declined to comment.", "<< لم يعلق >>."),
        ("Children under eighteen.", "<< أطفال دون الثامنة عشرة >>."),
    ],
)
def test_a_negation_that_both_have_or_that_the_sentence_words_as_denial_holds(
    answer: str, shown: str
) -> None:
    assert not check_support(answer, question="?", shown=shown).negates


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("There were one hundred and fifty attacks.", SHOWN),
        ("There were 25 attacks.", "وقع << خمسة وعشرون >> هجوما."),
        ("There were twenty-five attacks.", "وقع << 25 >> هجوما."),
        ("There were two attacks.", "وقع << هجومان >>."),
        ("وقع 25 هجوما.", "وقع << خمسة وعشرون >> هجوما."),
        ("وقع خمسة وعشرون هجوما.", "وقع << 25 >> هجوما."),
        ("It cost 3.2 million.", "كلف << 3 ملايين ومئتي ألف >> دينار، أي 3200000."),
    ],
)
def test_a_number_counts_by_its_value_in_words_and_digits(answer: str, shown: str) -> None:
    assert check_support(answer, question="?", shown=shown).holds


@pytest.mark.parametrize(
    ("answer", "shown", "missing"),
    [
        ("There were two hundred attacks.", SHOWN, "200"),
        ("وقع ستة وعشرون هجوما.", "وقع << خمسة وعشرون >> هجوما.", "26"),
        ("There were three attacks.", "وقع << هجومان >>.", "3"),
        ("There were 150 thousand attacks.", SHOWN, "150000"),
    ],
)
def test_a_number_in_words_that_is_not_in_the_sentence_is_found(
    answer: str, shown: str, missing: str
) -> None:
    support = check_support(answer, question="?", shown=shown)
    assert (support.missing_numbers, support.holds) == (frozenset({missing}), False)


def test_a_misspelt_arabic_name_is_missing() -> None:
    shown = "ونقلت صحيفة << بوليتيكو >> ذلك عن مسؤولين."
    support = check_support("نقلت ذلك صحيفة بولتيكو.", question="من نقل ذلك؟", shown=shown)
    assert support.missing_words == {"بولتيكو"}


def test_another_word_is_missing() -> None:
    support = check_support("انتخب الوزير.", question="ماذا حدث؟", shown="<< استقال الوزير >> أمس.")
    assert support.missing_words == {"انتخب"}


def test_a_verb_of_saying_stands_for_no_other() -> None:
    shown = "وذكرت الصحف أن الوزير << وصل >> إلى عدن."
    for said, missing in (
        ("قال الوزير إلى عدن.", {"قال"}),
        ("قال الوزير إنه وصل إلى عدن.", frozenset()),
        ("وصل الوزير، ذكرت الصحف.", frozenset()),
    ):
        support = check_support(said, question="من وصل إلى عدن؟", shown=shown)
        assert support.missing_words == missing


@pytest.mark.parametrize(
    ("answer", "question", "shown"),
    [
        ("The talks started.", "When did the talks start?", "بدأت المحادثات في يناير."),
        ("بدأت المحادثات.", "متى بدأت المحادثات؟", "بدأت المحادثات في يناير."),
        ("", "When?", "بدأت المحادثات."),
        ("It is the.", "When?", "بدأت المحادثات."),
        ("نعم، من فاز بالسباق.", "من فاز بالسباق؟", "فاز سالم بالسباق."),
    ],
)
def test_an_answer_that_only_repeats_the_question_does_not_hold(
    answer: str, question: str, shown: str
) -> None:
    support = check_support(answer, question=question, shown=shown)
    assert (support.echo, support.holds) == (True, False)


def test_a_question_whether_is_answered_by_yes() -> None:
    support = check_support(
        "نعم، فاز سالم بالسباق.", question="وهل فاز سالم بالسباق؟", shown="فاز سالم بالسباق."
    )
    assert support.holds


@pytest.mark.parametrize(
    ("answer", "question", "shown"),
    [
        ("لا، لن تشارك.", "هل تشارك تركيا في القمة؟", "<< لن تشارك تركيا في القمة >>."),
        ("لن تشارك تركيا في القمة.", "هل تشارك تركيا في القمة؟", "<< لن تشارك تركيا في القمة >>."),
        ("لا.", "هل تشارك تركيا في القمة؟", "<< Turkey will not take part >>."),
        ("Turkey will not attend.", "Will Turkey attend?", "<< Turkey will not attend >>."),
        ("Yes, Turkey will attend.", "And will Turkey attend?", "<< Turkey will attend >> it."),
    ],
)
def test_a_question_whether_is_answered_by_yes_or_by_a_denial(
    answer: str, question: str, shown: str
) -> None:
    assert check_support(answer, question=question, shown=shown).holds


@pytest.mark.parametrize(
    ("answer", "question", "shown"),
    [
        ("Yes, who won the race.", "Who won the race?", "<< Salem won the race >>."),
        ("لا، لن تشارك.", "هل تشارك تركيا في القمة؟", "<< ستشارك تركيا في القمة >>."),
        ("Yes, Turkey will attend.", "Will Turkey attend?", "<< Turkey will not attend >>."),
    ],
)
def test_yes_to_another_question_or_a_wrong_denial_does_not_hold(
    answer: str, question: str, shown: str
) -> None:
    assert not check_support(answer, question=question, shown=shown).holds


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("ارتفعت الأسعار 2 في المئة.", "<< ارتفعت الأسعار 2% >>."),
        ("ارتفعت الأسعار 2 في المائة.", "<< ارتفعت الأسعار 2 بالمئة >>."),
        ("Prices rose 2 percent.", "<< Prices rose 2% >>."),
        ("Prices rose 2 per cent.", "<< Prices rose 2 percent >>."),
        ("It cost 5 million dollars.", "<< It cost $5 million >>."),
        ("Nobody was hurt.", "<< No one was hurt >> in the blast."),
    ],
)
def test_signs_and_negations_in_other_words_are_not_missing(answer: str, shown: str) -> None:
    assert check_support(answer, question="?", shown=shown).holds


@pytest.mark.parametrize(
    ("answer", "shown", "missing"),
    [
        ("Ursula von der Leyen", "قالت << أورسولا فون دير لاين >>.", ()),
        ("Egyptian President el-Sisi", "قال << الرئيس المصري السيسي >>.", ()),
        ("Egyptian President el-Sisi", "قال << الرئيس المصري مرسي >>.", ("Sisi",)),
    ],
)
def test_small_words_within_a_name_do_not_make_an_answer_foreign(
    answer: str, shown: str, missing: tuple[str, ...]
) -> None:
    assert check_support(answer, question="Who?", shown=shown).missing_names == missing


@given(st.text(), st.text(), st.text())
def test_comparing_never_raises(answer: str, question: str, shown: str) -> None:
    support = check_support(answer, question=question, shown=shown)
    assert not (support.echo and support.holds)


def test_evidence_without_marked_words_is_cited_without_them() -> None:
    evidence: Evidence = dataclasses.replace(evidence_of("Talks began."), answer=None)
    assert cite([evidence])[0].answer is None


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("سيفتح الترام في مارس 2026.", ()),
        ("أعلن ذلك موقع Reuters.", ()),
        ("ستت_Delay ستة أشهر.", ("Delay",)),
    ],
)
def test_latin_letters_in_an_arabic_answer_are_copied_or_missing(
    answer: str, missing: tuple[str, ...]
) -> None:
    shown = "The tram will open in March 2026, six months late, << Reuters >> says."
    support = check_support(answer, question="متى يفتح الترام في 2026؟", shown=shown)
    assert support.missing_names == missing


@pytest.mark.parametrize(
    ("answer", "question", "missing"),
    [
        ("التقى الرئيس بايدن رئيس الوزراء في لندن.", "من التقى؟", ("بايدن", "لندن")),
        ("التقى الرئيس ترامب رئيس الوزراء في باريس.", "من التقى؟", ()),
        ("التقى بايدن رئيس الوزراء في لندن.", "هل التقى بايدن أحدا في لندن؟", ()),
        ("التقاه أحمد حسين.", "من التقى؟", ("أحمد", "حسين")),
        ("التقيا بكل أمل وجمال.", "كيف التقيا؟", ()),
        ("التقيا في يناير.", "متى التقيا؟", ("يناير",)),
        ("التقيا في يناير.", "من التقى في يناير؟", ()),
    ],
)
def test_a_listed_name_of_an_arabic_answer_stands_in_the_english_sentence(
    answer: str, question: str, missing: tuple[str, ...]
) -> None:
    shown = "<< President Trump met the prime minister in Paris >>."
    assert check_support(answer, question=question, shown=shown).missing_names == missing


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("حكمت عائشة موسى.", "<< Ayesha Moosa >> ruled."),
        ("قال إحسان عبد الوهاب.", "<< Ihsan Abdel Wahab's >> words."),
        ("السوق الأمريكي.", "the << US market >>."),
        ("قال شي جين بينغ.", "said << President Xi Jinping >>."),
        ("قال كليتشدار أوغلو.", "said << Kilicdaroglu >>."),
    ],
)
def test_a_name_in_another_spelling_or_by_its_initials_is_not_missing(
    answer: str, shown: str
) -> None:
    assert check_support(answer, question="من؟", shown=shown).missing_names == ()


@pytest.mark.parametrize(
    ("answer", "shown", "missing"),
    [
        ("افتتح في مارس 2024.", "It was opened << in May 2024 >>.", ("مارس",)),
        ("افتتح في أيار/مايو 2024.", "It was opened << in May 2024 >>.", ()),
        ("في كانون الثاني", "<< in Jan. 2024 >>", ()),
        ("في أيلول", "<< on 5/9/2024 >>", ()),
        ("يوم الأحد", "<< on Monday >>", ("الأحد",)),
        ("يوم الاثنين", "<< on Mon., 5/9/2024 >>", ()),
        ("يوم الثلاثاء", "<< on Mon., 5/9/2024 >>", ("الثلاثاء",)),
        ("واحد من الأحد عشر", "<< one of the eleven >>", ()),
        ("تمارس الضغط", "<< practises pressure >>", ()),
    ],
)
def test_a_month_or_weekday_of_an_arabic_answer_stands_in_the_english_sentence(
    answer: str, shown: str, missing: tuple[str, ...]
) -> None:
    assert check_support(answer, question="متى؟", shown=shown).missing_names == missing


def test_what_a_name_means_is_no_name() -> None:
    shown = "قال << قاسم الأعرجي >> إن المحادثات بدأت."
    support = check_support("Qassem al-Lame", question="Who?", shown=shown)
    assert support.missing_names == ("Lame",)
    assert check_support("Qassem al-Araji", question="Who?", shown=shown).missing_names == ()


def test_a_vowel_sign_that_stands_alone_is_no_word() -> None:
    found = check_support("\ufe70 بدأت المحادثات", question="متى بدأت؟", shown="بدأت المحادثات.")
    assert found.missing_words == frozenset()
