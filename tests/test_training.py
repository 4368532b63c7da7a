"""What the reader is trained on: windows, answers at their places, and questions that fit."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from rag.schema import Span, Window
from training.average import average
from training.calibrate import KEPT, KEPT_TALKS, NEAREST, ask
from training.measure_hard import KEPT_HARD
from training.pairs import (
    Asked,
    Paragraph,
    asked_anew,
    asked_in,
    begins_with,
    follow_ups,
    missed_in,
    nearly_in,
    negative,
    positive,
    read_paragraphs,
    read_rows,
    read_talks,
    talked,
    unanswered,
    written_for,
)
from training.train_reader import (
    ARTICLES,
    FOLDER,
    FOLLOW_UPS,
    HARD,
    TALKS,
    find_nearest,
    training_pairs,
)

FIRST, SECOND = "وصل الوفد إلى عدن يوم الأحد.", "وقال سالم إن اللقاء كان مفيدا."
TEXT = f"{FIRST} {SECOND}"
LONGER = FIRST * 2


def paragraph(**answer: object) -> Paragraph:
    question = {"id": "q", "question": "إلى أين وصل الوفد؟", "answers": [answer] if answer else []}
    spans = (Span(0, len(FIRST)), Span(len(FIRST) + 1, len(TEXT)))
    return Paragraph("زيارة", TEXT, spans, (question,))


PLACE = {"text": "عدن", "answer_start": TEXT.index("عدن")}
ASKED = Asked("إلى أين وصل الوفد؟", 0, Span(TEXT.index("عدن"), TEXT.index("عدن") + 3))
EVER = [random.Random(seed) for seed in range(20)]


def test_a_question_is_asked_of_the_paragraph_that_answers_it() -> None:
    assert list(asked_in([paragraph(**PLACE)])) == [ASKED]
    assert list(missed_in([paragraph(**PLACE)])) == []


def test_a_paragraph_that_is_left_out_is_so_wherever_its_text_stands(tmp_path: Path) -> None:
    asked = [("kept out", TEXT), ("same text", f"{TEXT}\u200f"), ("other text", LONGER)]
    items = [{"context": text, "qas": [{"id": name}]} for name, text in asked]
    file = tmp_path / "set.json"
    file.write_text(json.dumps({"data": [{"paragraphs": items}]}), encoding="utf-8")
    assert len(read_paragraphs(file, left_out=frozenset())) == 3
    (left,) = read_paragraphs(file, left_out=frozenset({"kept out"}))
    assert left.text == LONGER


@pytest.mark.parametrize(("text", "start"), [("عد", 0), ("دن", 1), ("وصل", 3), ("", 0)])
def test_an_answer_that_is_cut_within_a_word_is_left_out(text: str, start: int) -> None:
    answer = {"text": text, "answer_start": PLACE["answer_start"] + start}  # type: ignore[operator]
    if text == "وصل":
        answer["answer_start"] = TEXT.index("وصل") + 1
    assert list(asked_in([paragraph(**answer)])) == []


def test_a_question_without_an_answer_is_a_near_miss() -> None:
    assert list(missed_in([paragraph()])) == [Asked(ASKED.question, 0, None)]
    assert list(asked_in([paragraph()])) == []


def test_a_follow_up_is_asked_of_its_own_article() -> None:
    rows = [
        {"article": 0, "question": "وإلى أين؟", "answer": "عدن"},
        {"article": 0, "question": "And who paid?", "answer": None},
    ]
    assert list(follow_ups([paragraph(**PLACE)], rows)) == [
        Asked("وإلى أين؟", 0, ASKED.answer),
        Asked("And who paid?", 0, None),
    ]


def test_every_follow_up_has_its_answer_in_its_article() -> None:
    paragraphs = read_paragraphs(FOLDER / "articles.json", left_out=frozenset())
    lines = FOLLOW_UPS.read_text(encoding="utf-8").splitlines()
    found = list(follow_ups(paragraphs, [json.loads(line) for line in lines]))
    assert len(found) == len(lines) >= 300
    answered = [one for one in found if one.answer is not None]
    assert 0.5 < len(answered) / len(found) < 0.7


TURNS = (
    {"question": "إلى أين وصل الوفد؟", "answer": "عدن"},
    {"question": "And when?", "answer": "يوم الأحد"},
    {"question": "Who paid?", "answer": ""},
    {"question": "وكيف كان اللقاء؟", "answer": "مفيدا", "sentence": SECOND},
)
READING = "إلى أين وصل الوفد؟ عدن. And when?"


@pytest.mark.parametrize("rng", EVER)
def test_a_turn_comes_after_the_one_before_it(rng: random.Random) -> None:
    (first, none), (second, near), (third, _), (fourth, nothing) = talked(
        [paragraph(**PLACE)], TURNS, 0, rng=rng
    )
    assert (replace(first, after=""), none) == (ASKED, [])
    assert second.after in ("", "إلى أين وصل الوفد؟ And when?", READING)
    assert second.answer is not None
    assert (second.answer.of(TEXT), near) == ("يوم الأحد", [(0, 0)])
    assert third.answer is None
    assert fourth.after in ("", "Who paid? وكيف كان اللقاء؟")
    assert (fourth.answer, nothing) == (Span(at := TEXT.index("مفيدا"), at + 5), [])


def test_a_turn_is_read_after_the_one_before_it_and_its_answer() -> None:
    (_, (second, _), _, _) = talked([paragraph(**PLACE)], TURNS, 0)
    assert second.reading == READING
    pair = positive([paragraph(**PLACE)], second, random.Random(0))
    assert pair is not None
    assert pair.question == READING


@pytest.mark.parametrize("file", [*TALKS, KEPT_TALKS], ids=lambda file: file.name)
def test_every_turn_has_its_answer_in_its_article(file: Path) -> None:
    talks = read_talks(file)
    by_name: dict[str, list[Paragraph]] = {}
    for talk in talks:
        if talk.file not in by_name:
            by_name[talk.file] = read_paragraphs(FOLDER / f"{talk.file}.json", left_out=frozenset())
        turns = list(talked(by_name[talk.file], talk.turns, talk.article))
        assert len(turns) == len(talk.turns) == 5
        assert 3 <= sum(one.answer is not None for one, _ in turns) <= 4
    assert len(talks) == len({(talk.file, talk.article) for talk in talks}) >= 150


def test_an_article_is_asked_anew() -> None:
    other = replace(paragraph(**PLACE), title="أخرى")
    rows = [
        {
            "article": "some:1",
            "question": "What was useful?",
            "answer": "اللقاء",
            "sentence": SECOND,
        },
        {"article": "some:1", "question": "ومن دفع؟", "answer": "", "sentence": FIRST},
    ]
    (found,) = asked_anew(rows, {"some": [paragraph(), other]})
    assert replace(found, questions=other.questions) == other
    place = TEXT.index("اللقاء")
    assert list(asked_in([found])) == [Asked("What was useful?", 0, Span(place, place + 6))]
    assert list(missed_in([found])) == [Asked("ومن دفع؟", 0, None)]
    assert list(nearly_in([found])) == [Asked("ومن دفع؟", 0, Span(0, len(FIRST)))]
    assert list(missed_in([found], nearly=False)) == []


def test_a_question_brings_the_one_along_that_was_changed_in_a_detail() -> None:
    rows = [
        {
            "article": "some:0",
            "question": "Where to?",
            "answer": "عدن",
            "sentence": FIRST,
            "changed": "Where from?",
        }
    ]
    (found,) = asked_anew(rows, {"some": [paragraph()]})
    assert list(asked_in([found])) == [replace(ASKED, question="Where to?")]
    assert list(nearly_in([found])) == [Asked("Where from?", 0, Span(0, len(FIRST)))]


def test_what_an_article_begins_with_is_answered_by_its_first_sentence() -> None:
    useful = Span(TEXT.index("اللقاء"), TEXT.index("اللقاء") + 6)
    assert begins_with([paragraph()], ASKED)
    assert not begins_with([paragraph()], Asked("What was useful?", 0, useful))
    assert not begins_with([paragraph()], Asked("Why?", 0, None))


@pytest.mark.parametrize(
    "file", [*HARD, *KEPT_HARD], ids=lambda file: file.name.removesuffix(".jsonl")
)
def test_every_hard_question_has_its_answer_in_its_article(file: Path) -> None:
    of = ARTICLES if file in HARD else KEPT
    sets = {some.stem: read_paragraphs(some, left_out=frozenset()) for some in of}
    rows = read_rows(file)
    found = asked_anew(rows, sets)
    missed = list(missed_in(found))
    asked = len(rows) + sum(bool(row.get("changed")) for row in rows)
    assert len(list(nearly_in(found))) == len(missed)
    assert len(list(asked_in(found))) + len(missed) == asked
    assert len(rows) >= 150
    assert 0.25 < len(missed) / asked <= 0.5


@pytest.mark.parametrize("rng", EVER)
def test_the_answer_stands_at_its_place_in_the_window(rng: random.Random) -> None:
    pair = positive([paragraph(**PLACE)], ASKED, rng)
    assert pair is not None
    assert pair.answer is not None
    assert pair.answer.of(pair.window.text) == "عدن"
    assert pair.window.text in (FIRST, TEXT)
    assert (pair.window.before, pair.window.title) in {("", ""), ("", "زيارة")}


@pytest.mark.parametrize("rng", EVER)
def test_a_negative_window_lacks_the_answers_words(rng: random.Random) -> None:
    pair = negative([paragraph(**PLACE)], ASKED, rng, near=[(0, 0), (0, 1)])
    assert pair is not None
    assert (pair.window.text, pair.answer) == (SECOND, None)
    assert pair.window.before in ("", FIRST)


def test_where_every_sentence_has_the_words_there_is_no_negative() -> None:
    one = Paragraph("", FIRST, (Span(0, len(FIRST)),), ())
    assert negative([one], ASKED, random.Random(0)) is None


def test_a_near_miss_comes_with_the_sentence_it_seems_to_ask_about() -> None:
    pair = unanswered([paragraph(**PLACE)], ASKED, random.Random(0))
    assert pair is not None
    assert FIRST in pair.window.text
    assert pair.answer is None


def test_written_questions_have_the_same_answer_another_one_or_none() -> None:
    row = {"same": "Where to?", "other": "متى؟", "other_answer": [14, 17], "near_misses": ["Why?"]}
    answered, missed = written_for([paragraph(**PLACE)], {"q": row})
    assert answered == [Asked("Where to?", 0, ASKED.answer), Asked("متى؟", 0, Span(14, 17))]
    assert missed == [Asked("Why?", 0, ASKED.answer)]


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("articles.json", 0.4),
        ("articles.more.json", 5 / 12),
        ("articles.plain.json", 5 / 12),
        ("articles.agency.json", 5 / 12),
        ("articles.further.json", 1 / 3),
        ("kept.json", 0.4),
        ("kept.plain.json", 5 / 12),
    ],
)
def test_the_articles_of_the_project_answer_their_questions_where_they_say(
    name: str, share: float
) -> None:
    articles = read_paragraphs(FOLDER / name, left_out=frozenset())
    questions = sum(len(article.questions) for article in articles)
    near_misses = len(list(missed_in(articles)))
    assert len(articles) >= 60
    assert near_misses == pytest.approx(share * questions, rel=0.02)
    assert len(list(asked_in(articles))) == pytest.approx(questions - near_misses, rel=0.05)
    for article in articles:
        for question in article.questions:
            for answer in question["answers"]:
                start = answer["answer_start"]
                assert article.text[start:].startswith(answer["text"])


def test_no_kept_article_is_trained_on_and_none_twice() -> None:
    titles = [
        [article["title"] for article in json.loads(file.read_text("utf-8"))["data"]]
        for file in (*ARTICLES, FOLDER / "kept.json", FOLDER / "kept.plain.json")
    ]
    assert len({title for found in titles for title in found}) == sum(map(len, titles))


class LengthEmbedder:
    """Each text's vector is its length, so that the nearest to any question is the longest."""

    def embed_texts(self, texts: list[str], _: list[str]) -> NDArray[np.float64]:
        return np.array([[float(len(text))] for text in texts])

    def embed_query(self, _: str) -> NDArray[np.float64]:
        return np.ones(1)

    def embed_queries(self, questions: list[str]) -> NDArray[np.float64]:
        self.asked = questions
        return np.ones((len(questions), 1))


class NoReader:
    """Marks the beginning of each sentence, and remembers which it was given."""

    def __init__(self) -> None:
        self.read_texts: list[str] = []

    def read(self, _: str, windows: Sequence[Window], *, in_context: bool) -> list[SimpleNamespace]:
        self.read_texts += [window.text for window in windows]
        return [SimpleNamespace(margin=float(in_context), span=Span(0, 1)) for _ in windows]


@pytest.mark.parametrize(("own", "texts"), [(True, {FIRST, SECOND}), (False, {LONGER})])
def test_a_turn_is_calibrated_on_sentences_of_its_own_article_alone(
    texts: set[str], *, own: bool
) -> None:
    spans = tuple(Span(i * len(LONGER), (i + 1) * len(LONGER)) for i in range(NEAREST))
    other, reader = Paragraph("", LONGER * NEAREST, spans, ()), NoReader()
    trial = ask([paragraph(**PLACE), other], [ASKED], LengthEmbedder(), reader, own=own)
    assert set(reader.read_texts) == texts
    assert len(trial.examples) == len(reader.read_texts) == (2 if own else NEAREST)
    assert min(example.cosine for example in trial.examples) >= 0


def test_the_nearest_sentences_are_those_of_the_paragraphs_within(tmp_path: Path) -> None:
    paragraphs = [paragraph(**PLACE)] * 3
    asked = [ASKED, replace(ASKED, paragraph=1), replace(ASKED, paragraph=2)]
    embedder, file = LengthEmbedder(), tmp_path / "nearest"
    found = find_nearest(paragraphs, asked, embedder, file, within=range(1, 3))
    assert found[0] == []
    assert found[1] == found[2]
    assert sorted(found[1]) == [(1, 0), (1, 1), (2, 0), (2, 1)]
    embedder.asked = []
    assert find_nearest(paragraphs, asked, embedder, file, within=range(1, 3)) == found
    assert embedder.asked == []


def test_a_stage_takes_all_questions_of_its_files(tmp_path: Path, shared: Path) -> None:
    embedder, rows = LengthEmbedder(), [row for file in HARD for row in read_rows(file)]
    nearest = tmp_path / "nearest"
    pairs = training_pairs(shared / "data/reading", embedder, nearest, new=HARD, share=0)
    changed = [row["changed"] for row in rows if "changed" in row]
    assert {pair.question for pair in pairs} == {row["question"] for row in rows} | {*changed}
    # Beside its sentence, most have another as a negative.
    assert len(rows) + len(changed) < len(pairs) < 2 * (len(rows) + len(changed))
    assert embedder.asked == []


def test_a_stage_may_take_what_articles_begin_with(tmp_path: Path, shared: Path) -> None:
    nearest, few = tmp_path / "nearest", [FOLDER / "questions.paired.jsonl"]
    pairs = training_pairs(
        shared / "data/reading", LengthEmbedder(), nearest, new=few, share=0, first=1
    )
    asked = {row["question"] for row in read_rows(few[0])}
    asked |= {row["changed"] for row in read_rows(few[0]) if "changed" in row}
    articles = [p for file in ARTICLES for p in read_paragraphs(file, left_out=frozenset())]
    first = {one.question for one in asked_in(articles) if begins_with(articles, one)}
    assert len(first) > 2000
    assert {pair.question for pair in pairs} == asked | first


def test_two_stages_are_averaged_weight_by_weight(tmp_path: Path) -> None:
    one, other, out = (tmp_path / name for name in ("one", "other", "out"))
    save_file({"w": torch.tensor([1.0, 4.0])}, one, metadata={"rank": "16"})
    save_file({"w": torch.tensor([3.0, -4.0])}, other, metadata={"rank": "16"})
    average(one, other, out)
    assert load_file(out)["w"].tolist() == [2.0, 0.0]


def test_readers_of_different_shapes_are_not_averaged(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    save_file({"w": torch.zeros(2)}, one, metadata={"rank": "16"})
    save_file({"w": torch.zeros(2)}, other, metadata={"rank": "8"})
    with pytest.raises(ValueError, match="no two stages"):
        average(one, other, tmp_path / "out")
    assert not (tmp_path / "out").exists()
