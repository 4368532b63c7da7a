"""Judgements of answers: kept line by line, and the questions they teach."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ArchiveError, DocumentError
from rag.evaluation import Question, judge, load_questions
from rag.evaluation_words import contains
from rag.feedback import (
    REASON_LENGTH,
    Feedback,
    FeedbackFile,
    as_questions,
    drafts,
    question_line,
)
from rag.schema import Answer, AnswerSentence, Document, Span, Status
from tests.fakes import TEXT, make_answer

NOON = dt.datetime(2024, 9, 5, 12, tzinfo=dt.UTC)
ASKED = "متى بدأت المحادثات؟"


def marked(answer: Answer) -> Answer:
    citation = dataclasses.replace(answer.citations[0], path="news/talks.txt", answer=Span(15, 23))
    return dataclasses.replace(answer, citations=(citation,))


ARABIC = marked(
    make_answer(question=ASKED, query=ASKED, language="ar", text="بدأت في يناير [1].", sentences=())
)
ENGLISH = marked(make_answer())
REFUSAL = make_answer(
    question="who won?", query="who won?", status=Status.NOT_FOUND, citations=(), sentences=()
)


def judged(answer: Answer = ARABIC, verdict: str = "up", **changes: Any) -> Feedback:
    facts: dict[str, Any] = {
        "question": answer.question,
        "query": answer.query,
        "answer": answer,
        "verdict": verdict,
        "reason": "",
        "corpus_id": "default",
        "owner": "mona",
        "given_at": NOON,
    }
    return Feedback(**{**facts, **changes})


@pytest.fixture
def file(tmp_path: Path) -> FeedbackFile:
    return FeedbackFile(tmp_path / "kept" / "feedback.jsonl")


# The file


def test_judgements_are_read_as_they_were_given(file: FeedbackFile) -> None:
    several = [judged(), judged(REFUSAL, "down", reason="سيئ: لم يجب"), judged(ENGLISH)]
    for one in several:
        file.add(one)
    assert list(file.read()) == several
    assert file.skipped == 0
    assert "لم يجب" in file.path.read_text(encoding="utf-8")


def test_a_file_that_is_not_there_holds_nothing(file: FeedbackFile) -> None:
    assert list(file.read()) == []


@pytest.mark.skipif(os.name == "nt", reason="modes are a thing of Unix")
def test_only_its_user_may_read_the_file(file: FeedbackFile) -> None:
    file.add(judged())
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_a_line_that_was_cut_is_counted_and_the_next_one_is_whole(file: FeedbackFile) -> None:
    file.add(judged())
    file.add(judged(REFUSAL))
    file.path.write_bytes(file.path.read_bytes()[:-50])
    assert list(file.read()) == [judged()]
    assert file.skipped == 1
    file.add(judged(ENGLISH))
    assert list(file.read()) == [judged(), judged(ENGLISH)]
    assert file.skipped == 1


def test_a_line_cut_within_a_letter_is_counted(file: FeedbackFile) -> None:
    file.add(judged())
    content = file.path.read_bytes()
    place = content.index("متى".encode())
    file.path.write_bytes(content[: place + 1])
    assert list(file.read()) == []
    assert file.skipped == 1


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "sideways"},
        {"verdict": ["up"]},
        {"reason": None},
        {"question": 5},
        {"answer": {}},
        {"answer": None},
        {"given_at": "noon"},
        {"given_at": 5},
        {"given_at": "2024-09-05T12:00:00"},
    ],
)
def test_a_line_that_somebody_changed_is_counted_and_the_others_are_read(
    file: FeedbackFile, change: dict[str, Any]
) -> None:
    file.add(judged())
    record = json.loads(file.path.read_text(encoding="utf-8"))
    lines = [json.dumps({**record, **change}), "[]", "null", "", json.dumps(record)]
    file.path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert list(file.read()) == [judged()]
    assert file.skipped == 3


def test_threads_add_whole_lines(file: FeedbackFile) -> None:
    def work(number: int) -> None:
        for i in range(5):
            file.add(judged(reason=f"{number}/{i}"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.reason for one in file.read()) == sorted(
        f"{number}/{i}" for number in range(4) for i in range(5)
    )
    assert file.skipped == 0


def test_a_folder_in_its_place_is_told_with_the_cure(tmp_path: Path) -> None:
    file = FeedbackFile(tmp_path)
    with pytest.raises(ArchiveError, match=r"Name another file in keep\.feedback"):
        file.add(judged())
    with pytest.raises(ArchiveError, match=r"Name another file in keep\.feedback"):
        list(file.read())


def test_half_a_character_does_not_keep_a_judgement_out(file: FeedbackFile) -> None:
    answer = dataclasses.replace(ARABIC, question="x\ud800", query="x\ud800")
    file.add(judged(answer, reason="why\udfff?"))
    (back,) = file.read()
    assert (back.question, back.reason, file.skipped) == ("x?", "why?", 0)


@given(st.text(), st.text(), st.sampled_from(["up", "down"]))
def test_any_words_come_back_from_their_line(question: str, reason: str, verdict: str) -> None:
    file = FeedbackFile(Path.cwd() / "properties.jsonl")
    file.path.unlink(missing_ok=True)
    given_one = judged(make_answer(question=question, query=question), verdict, reason=reason)
    file.add(given_one)
    assert list(file.read()) == [given_one]


# What a judgement may be


def test_a_reason_is_one_line_without_characters_that_steer() -> None:
    given_one = judged(reason=" wrong\n date \x1b[31m\u202e!\0 ")
    assert given_one.reason == "wrong date [31m!"
    assert judged(reason="0\r\x1b\r0").reason == "0 0"


def test_a_reason_is_cut_when_it_is_too_long() -> None:
    assert judged(reason="ا" * 5000).reason == "ا" * REASON_LENGTH


def test_a_judgement_that_was_taken_back_teaches_nothing() -> None:
    given = [judged(), judged(verdict="withdrawn")]
    assert list(as_questions(given)) == []
    assert list(drafts([judged(verdict="down"), judged(verdict="withdrawn")])) == []


def test_who_takes_a_judgement_back_leaves_those_of_others() -> None:
    down = judged(verdict="down", owner="ali")
    taken_back = judged(verdict="withdrawn", owner="ali")
    assert len(list(as_questions([judged(), down, taken_back]))) == 1
    assert list(drafts([judged(), down, taken_back])) == []
    assert list(as_questions([judged(), down])) == []
    assert len(list(drafts([down, judged(), judged(verdict="withdrawn")]))) == 1


def test_a_verdict_is_one_of_a_few() -> None:
    with pytest.raises(ValueError, match="'great' is no verdict"):
        judged(verdict="great")


def test_a_judgement_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        judged(given_at=dt.datetime(2024, 9, 5))  # noqa: DTZ001


# The questions


def test_an_answer_judged_up_teaches_its_marked_words_and_its_sentence() -> None:
    (question,) = as_questions([judged()])
    assert question == Question(
        question_id=question.question_id,
        lang="ar",
        kind="feedback",
        question=ASKED,
        answerable=True,
        answers=("في يناير",),
        document="talks.txt",
        evidence="بدأت المحادثات في يناير.",
    )


def test_where_the_words_are_in_another_language_the_approved_sentence_is_accepted() -> None:
    (question,) = as_questions([judged(ENGLISH)])
    assert question.answers == ("في يناير", "Talks began in January 2024.")
    assert contains(ENGLISH.text, question.answers[1])


def test_without_a_marked_word_the_quotation_and_the_approved_sentence_are_accepted() -> None:
    answer = make_answer(
        question=ASKED, query=ASKED, language="ar", sentences=(), text="في يناير [1]."
    )
    (question,) = as_questions([judged(answer)])
    assert question.answers == ("بدأت المحادثات في يناير.", "في يناير.")


def test_where_documents_differ_the_words_of_each_are_accepted() -> None:
    one = ENGLISH.citations[0]
    other = dataclasses.replace(one, number=2, quote="ثم توقفت.", start=25, end=34, answer=None)
    sentences = (
        AnswerSentence(text="The documents differ.", citations=(), supported=True),
        AnswerSentence(text="A: in January.", citations=(1,), supported=True),
        AnswerSentence(text="B: they stopped.", citations=(2,), supported=True),
    )
    answer = make_answer(
        text="The documents differ. A: in January. [1] B: they stopped. [2]",
        citations=(one, other),
        sentences=sentences,
    )
    (question,) = as_questions([judged(answer)])
    assert question.answers == ("في يناير", "ثم توقفت.", "A: in January.")
    assert question.evidence == one.quote


@pytest.mark.parametrize("answer", [ARABIC, ENGLISH, REFUSAL])
def test_the_answer_that_was_approved_is_right_by_the_question_it_makes(answer: Answer) -> None:
    (question,) = as_questions([judged(answer)])
    document = Document(document_id="d1", text=TEXT, path="news/talks.txt")
    outcome = judge(question, answer, {"d1": document}.get)
    assert outcome.right
    assert outcome.cited is (True if question.answerable else None)


def test_a_refusal_judged_up_is_a_question_that_the_documents_do_not_answer() -> None:
    (question,) = as_questions([judged(REFUSAL)])
    assert (question.answerable, question.answers) == (False, ())
    assert (question.document, question.evidence) == (None, None)


def test_a_follow_up_is_asked_as_it_stands_alone() -> None:
    answer = dataclasses.replace(ARABIC, question="متى؟")
    (question,) = as_questions([judged(answer)])
    assert question.question == ASKED


def test_a_judgement_down_teaches_no_answer_but_a_draft() -> None:
    given_one = judged(ENGLISH, "down", reason="It was 2023.")
    assert list(as_questions([given_one])) == []
    (draft,) = drafts([given_one])
    assert draft == {
        "id": draft["id"],
        "lang": "en",
        "kind": "feedback",
        "question": "when did talks begin?",
        "answerable": None,
        "answers": [],
        "document": None,
        "evidence": None,
        "given": "Talks began in January 2024 [1].",
        "reason": "It was 2023.",
    }


def test_a_greeting_that_was_liked_teaches_nothing() -> None:
    hello = make_answer(question="hi", query="", text="Hello!", citations=(), sentences=())
    assert list(as_questions([judged(hello)])) == []
    assert list(drafts([judged(hello, "down")])) == []


def test_an_answer_without_a_source_teaches_nothing() -> None:
    assert list(as_questions([judged(dataclasses.replace(ARABIC, citations=()))])) == []


def test_the_last_judgement_of_a_question_counts_however_it_is_spelt() -> None:
    spelt = dataclasses.replace(ARABIC, query="مَتى  بدأت المحادثات؟")
    assert list(as_questions([judged(), judged(spelt, "down")])) == []
    assert len(list(drafts([judged(), judged(spelt, "down")]))) == 1
    (question,) = as_questions([judged(verdict="down"), judged(spelt)])
    assert question.question == spelt.query
    assert list(drafts([judged(verdict="down"), judged(spelt)])) == []


def test_the_same_question_of_two_corpora_is_two_questions() -> None:
    one, other = as_questions([judged(), judged(corpus_id="reports")])
    assert one.question_id != other.question_id
    assert one.question == other.question


def test_no_judgements_teach_nothing() -> None:
    assert list(as_questions([])) == []
    assert list(drafts([])) == []


def test_the_machinery_of_eval_reads_the_questions_back(tmp_path: Path) -> None:
    questions = tuple(as_questions([judged(), judged(ENGLISH), judged(REFUSAL)]))
    path = tmp_path / "questions.jsonl"
    lines = [json.dumps(question_line(one), ensure_ascii=False) for one in questions]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert load_questions(path) == questions
    assert len(questions) == 3


def test_a_draft_is_refused_by_its_number_until_it_is_completed(tmp_path: Path) -> None:
    (draft,) = drafts([judged(verdict="down")])
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps(draft), encoding="utf-8")
    with pytest.raises(DocumentError, match=r"line 1 is no question.*answerable is not true"):
        load_questions(path)
    path.write_text(
        json.dumps({**draft, "answerable": True, "answers": ["2023"]}), encoding="utf-8"
    )
    (question,) = load_questions(path)
    assert (question.question, question.answers) == (ASKED, ("2023",))
