"""Dense and lexical search, fused, over the real Chroma."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.chunking import chunk_document
from rag.index import Index
from rag.ingestion import embed_chunks
from rag.retrieval import Retriever
from rag.schema import Document, Period
from rag.settings import IndexSettings, RetrievalSettings
from tests.fakes import HashEmbedder

TALKS = "بدأت المحادثات مع الولايات المتحدة في يناير. ثم توقفت."
SCHOOL = "افتتحت وزارة التربية مدرسة جديدة في البصرة."
BUDGET = "بلغت الموازنة 4500 مليار دينار سنة 2021."
BRIDGE = "The bridge over the river was opened in May."


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder(dimensions=2048)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.open(IndexSettings(path=tmp_path / "index"), manifest={"model": "fake"}) as opened:
        yield opened


@pytest.fixture
def corpus(index: Index, embedder: HashEmbedder) -> Index:
    for text in (TALKS, SCHOOL, BUDGET, BRIDGE):
        put(index, embedder, text)
    return index


def put(
    index: Index,
    embedder: HashEmbedder,
    text: str,
    *,
    published: dt.date | None = dt.date(2024, 9, 27),
    copy: str = "",
) -> None:
    document = Document(
        document_id=f"d{len(text)}{copy}",
        text=text,
        path="a.txt",
        title="عنوان",
        source="وكالة",
        published=published,
        language="ar",
    )
    chunks = chunk_document(
        document, max_tokens=60, overlap_sentences=1, count_tokens=embedder.count_tokens
    )
    index.add(document, chunks, *embed_chunks(chunks, document.title, embedder))


def retriever(index: Index, embedder: HashEmbedder, **settings: float) -> Retriever:
    return Retriever(index, embedder, RetrievalSettings.model_validate(settings))


def test_a_passage_has_the_facts_of_its_document_and_a_score_for_each_sentence(
    corpus: Index, embedder: HashEmbedder
) -> None:
    best = retriever(corpus, embedder).search("متى بدأت المحادثات")[0]
    assert (best.text, best.title, best.source) == (TALKS, "عنوان", "وكالة")
    assert (best.published, best.language, best.path) == (dt.date(2024, 9, 27), "ar", "a.txt")
    assert TALKS[best.start : best.end] == best.text
    assert [span.of(TALKS) for span in best.sentences] == [TALKS[:44], "ثم توقفت."]
    assert best.sentence_scores[0] > best.sentence_scores[1]
    assert best.score == 1
    query, chunk = embedder.embed_query("متى بدأت المحادثات"), embedder.embed_texts([TALKS], [""])
    assert best.cosine == pytest.approx(float(query @ chunk[0]), abs=1e-5)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("المُحادَثات", TALKS),
        ("محادثات", TALKS),
        ("للمحادثات", TALKS),
        ("مدرسه", SCHOOL),
        ("وزاره التربيه", SCHOOL),
        ("٤٥٠٠", BUDGET),
        ("إفتتحت", SCHOOL),
    ],
)
def test_other_spellings_of_a_word_find_it(
    corpus: Index, embedder: HashEmbedder, query: str, text: str
) -> None:
    assert retriever(corpus, embedder).search(query)[0].text == text


@pytest.mark.parametrize(("top_k", "found"), [(1, 1), (3, 3), (4, 4), (50, 4)])
def test_as_many_passages_are_found_as_asked_for_even_if_fewer_are_proposed(
    corpus: Index, embedder: HashEmbedder, top_k: int, found: int
) -> None:
    narrow = retriever(corpus, embedder, candidates=1)
    assert len(narrow.search("كخطبب", top_k=top_k)) == found


def test_the_lexical_leg_adds_what_the_dense_one_did_not_propose(
    corpus: Index, embedder: HashEmbedder
) -> None:
    narrow = retriever(corpus, embedder, candidates=1, dense_weight=0)
    assert "مدرسة" in narrow.search("مدارس مدرسه")[0].text


def test_the_lexical_leg_is_left_out_across_scripts(corpus: Index, embedder: HashEmbedder) -> None:
    query = "the bridge of 4500 dinars"
    found = {p.text: p for p in retriever(corpus, embedder, dense_weight=0).search(query)}
    near = {p.text: 0.75 * max(p.sentence_scores) + 0.25 * p.cosine for p in found.values()}
    low, high = min(near.values()), max(near.values())
    assert found[BUDGET].score == pytest.approx((near[BUDGET] - low) / (high - low))
    assert 0 < found[BUDGET].score < 1
    assert found[BRIDGE].score == 1


def test_in_one_script_the_weight_mixes_both_legs(corpus: Index, embedder: HashEmbedder) -> None:
    query = "في مدرسه"
    scores = [
        {p.text: p.score for p in retriever(corpus, embedder, dense_weight=w).search(query)}
        for w in (0.0, 0.25, 1.0)
    ]
    lexical, mixed, dense = scores
    assert lexical[SCHOOL] == 1
    assert mixed[SCHOOL] == pytest.approx(0.25 * dense[SCHOOL] + 0.75 * lexical[SCHOOL])
    assert mixed[TALKS] == pytest.approx(0.25 * dense[TALKS])


def test_passages_come_best_first_and_no_more_than_asked_for(
    corpus: Index, embedder: HashEmbedder
) -> None:
    search = retriever(corpus, embedder, top_k=3).search
    scores = [passage.score for passage in search("بدأت في يناير")]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert len(search("بدأت في يناير", top_k=1)) == 1


def test_a_period_limits_the_passages_to_documents_of_that_time(
    corpus: Index, embedder: HashEmbedder
) -> None:
    old = "بدأت المحادثات في يناير قبل أعوام."
    put(corpus, embedder, old, published=dt.date(2014, 1, 31))
    opened = retriever(corpus, embedder)
    found = [
        {passage.text for passage in opened.search("متى بدأت المحادثات", period=period)}
        for period in (
            None,
            Period(last=dt.date(2014, 1, 31)),
            Period(first=dt.date(2014, 2, 1)),
            Period(dt.date(2020, 1, 1), dt.date(2020, 12, 31)),
        )
    ]
    everything, before, after, nothing = found
    assert everything == before | after
    assert (before, nothing) == ({old}, set())
    assert after == {TALKS, SCHOOL, BUDGET, BRIDGE}


def test_what_the_lexical_leg_adds_lies_in_the_period_too(
    corpus: Index, embedder: HashEmbedder
) -> None:
    put(corpus, embedder, "قال إن مدارس المدينة مغلقة.", published=dt.date(2014, 1, 31))
    narrow = retriever(corpus, embedder, candidates=1, dense_weight=0)
    late = narrow.search("مدارس مدرسه", period=Period(first=dt.date(2024, 1, 1)))
    assert {passage.published for passage in late} == {dt.date(2024, 9, 27)}
    assert late[0].text == SCHOOL


def test_undated_documents_are_found_only_without_a_period(
    index: Index, embedder: HashEmbedder
) -> None:
    put(index, embedder, TALKS, published=None)
    opened = retriever(index, embedder)
    assert [passage.text for passage in opened.search("المحادثات")] == [TALKS]
    assert [passage.text for passage in opened.search("المحادثات", period=Period())] == [TALKS]
    assert opened.search("المحادثات", period=Period(first=dt.date(1900, 1, 1))) == ()


def test_an_empty_index_finds_nothing(index: Index, embedder: HashEmbedder) -> None:
    assert retriever(index, embedder).search("متى؟") == ()


@pytest.mark.parametrize("query", ["", "  \n", "\u00a0"])
def test_a_blank_query_finds_nothing_and_is_not_embedded(
    corpus: Index, embedder: HashEmbedder, query: str
) -> None:
    assert retriever(corpus, embedder).search(query) == ()
    assert embedder.queries == []


def test_a_query_without_words_still_gets_the_nearest(
    corpus: Index, embedder: HashEmbedder
) -> None:
    assert len(retriever(corpus, embedder, top_k=2).search("؟!")) == 2


def test_what_is_added_or_removed_later_is_seen(corpus: Index, embedder: HashEmbedder) -> None:
    opened = retriever(corpus, embedder, candidates=1, dense_weight=0)
    assert opened.search("سفينه")[0].text != "وصلت السفينة إلى الميناء."
    put(corpus, embedder, "وصلت السفينة إلى الميناء.")
    assert opened.search("سفينه")[0].text == "وصلت السفينة إلى الميناء."
    corpus.remove("d25")
    assert opened.search("سفينه")[0].text != "وصلت السفينة إلى الميناء."


def test_an_article_in_two_files_is_found_once(corpus: Index, embedder: HashEmbedder) -> None:
    first, later = dt.date(2024, 9, 27), dt.date(2024, 9, 28)
    put(corpus, embedder, TALKS, copy="-moved")
    put(corpus, embedder, TALKS, copy="-later", published=later)
    passages = retriever(corpus, embedder).search("متى بدأت المحادثات", top_k=3)
    assert [passage.text == TALKS for passage in passages] == [True, True, False]
    assert {passage.published for passage in passages[:2]} == {first, later}
