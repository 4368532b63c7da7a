"""Words that mean the same match, however they are written."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.lexical import LexicalIndex, content_stems, stems

TEXTS = [
    ("a", "انسحبت القوات الأميركية من العراق في عام ٢٠١١."),
    ("b", "بدأت المحادثات بين الوفدين، وبلغ العدد ٢٬٥٠٠ جندي."),
    ("c", "The minister announced new negotiations about Iraq's army."),
    ("d", "قال الوزير إن الطقس جميل."),
]
GLUED = [
    ("a", "اجتمع قادة الـ27 بحضور وCNN في مقر لـNATO."),
    ("b", "انتشر وسم #طوفان_الأقصى عام2014م."),
    ("c", "U.S. and U.K. troops left under #Free_Press."),
    ("d", "قال مسئولون في ڤيينا وڨفصة إن الشئون باقية."),
]


def found(query: str, *, k: int = 10) -> list[str]:
    return [text_id for text_id, _ in LexicalIndex.build(TEXTS).search(query, k=k)]


@pytest.mark.parametrize(
    ("query", "text_id"),
    [
        ("والعراق", "a"),
        ("للعراق", "a"),
        ("فالعراق", "a"),
        ("بالعراق", "a"),
        ("قوات", "a"),
        ("العِـرَاق", "a"),
        ("2011", "a"),
        ("محادثات", "b"),
        ("والمحادثات", "b"),
        ("2500", "b"),
        ("۲۵۰۰", "b"),
        ("negotiation", "c"),
        ("ARMIES", "c"),
        ("Iraq", "c"),
        ("وزير", "d"),
    ],
)
def test_a_word_is_found_in_its_other_forms(query: str, text_id: str) -> None:
    assert found(query) == [text_id]


@pytest.mark.parametrize(
    ("query", "text_id"),
    [
        ("27", "a"),
        ("بـ٢٧", "a"),
        ("CNN", "a"),
        ("NATO", "a"),
        ("طوفان الأقصى", "b"),
        ("2014", "b"),
        ("US troops", "c"),
        ("the UK", "c"),
        ("free press", "c"),
        ("المسؤولون", "d"),
        ("شؤون", "d"),
        ("فيينا", "d"),
        ("بقفصة", "d"),
    ],
)
def test_what_papers_write_together_or_otherwise_is_found(query: str, text_id: str) -> None:
    index = LexicalIndex.build(GLUED)
    assert [found_id for found_id, _ in index.search(query, k=10)] == [text_id]


@pytest.mark.parametrize(
    ("written", "apart"),
    [
        ("الـ1500", "1500"),
        ("وبالـ20", "20"),
        ("للCNN", "CNN"),
        ("عام2014م", "عام 2014 م"),
        ("طوفان_الأقصى", "طوفان الأقصى"),
        ("ﷺ", "صلى الله عليه وسلم"),
        ("don't", "don't"),
    ],
)
def test_what_is_written_together_has_the_stems_of_its_parts(written: str, apart: str) -> None:
    assert content_stems(written) == content_stems(apart)


@pytest.mark.parametrize("query", ["", "؟!", "متى في من", "the of and", "طوفان", "xyz", "ـــ"])
def test_a_query_without_words_of_the_texts_finds_nothing(query: str) -> None:
    assert found(query) == []


@pytest.mark.parametrize("text", ["بغداد ــ العربي", "بغداد ـ العربي", "بغداد - العربي"])
def test_a_tatweel_as_a_dash_is_no_word(text: str) -> None:
    assert content_stems(text) == content_stems("بغداد العربي")
    assert LexicalIndex.build([("a", text)]).search("ـ", k=1) == ()
    assert stems(["ـ", "", "بغداد"]) == ("", "", *stems(["بغداد"]))


def test_the_text_with_more_words_of_the_query_comes_first() -> None:
    assert found("القوات الأميركية في العراق والوزير")[0] == "a"


def test_no_more_than_k_are_found() -> None:
    assert found("العراق المحادثات الوزير", k=2) == ["d", "a"]
    assert found("العراق", k=0) == []


IDS = ["d1:0-5", "d2:0-5", "d2:6-9"]


@pytest.mark.parametrize(
    ("within", "ids"),
    [
        (None, IDS),
        ({"d2"}, IDS[1:]),
        (["d1", "d2"], IDS),
        ({"d1"}, IDS[:1]),
        ({"d"}, []),
        ((), []),
    ],
)
def test_only_chunks_of_the_documents_allowed_are_found(
    within: Collection[str] | None, ids: list[str]
) -> None:
    index = LexicalIndex.build([(text_id, "سلام") for text_id in IDS])
    assert [text_id for text_id, _ in index.search("سلام", k=5, within=within)] == ids


def test_the_limit_counts_chunks_of_allowed_documents_only() -> None:
    index = LexicalIndex.build([(text_id, "سلام") for text_id in IDS])
    assert [text_id for text_id, _ in index.search("سلام", k=1, within={"d2"})] == IDS[1:2]


def test_equal_texts_keep_their_order() -> None:
    index = LexicalIndex.build([("x", "سلام"), ("y", "سلام"), ("z", "حرب")])
    assert [text_id for text_id, _ in index.search("سلام", k=5)] == ["x", "y"]


@pytest.mark.parametrize("texts", [[], [("a", "")], [("a", "..."), ("b", "في من")]])
def test_an_index_without_words_finds_nothing(texts: list[tuple[str, str]]) -> None:
    index = LexicalIndex.build(texts)
    assert index.search("العراق", k=5) == ()
    assert len(index) == len(texts)


@given(st.lists(st.text(max_size=30), max_size=5), st.text(max_size=20))
def test_scores_are_positive_and_fall(texts: list[str], query: str) -> None:
    index = LexicalIndex.build((str(number), text) for number, text in enumerate(texts))
    scores = [score for _, score in index.search(query, k=10)]
    assert all(score > 0 for score in scores)
    assert scores == sorted(scores, reverse=True)
