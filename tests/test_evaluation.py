"""The measure itself: what counts as right, cited and verbatim, and how it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rag.errors import DocumentError
from rag.evaluation import Outcome, Question, Report, evaluate, judge, load_questions
from rag.schema import Answer, Delta, Document, Event, Final, Passages, Seconds, Status, Turn
from tests.fakes import QUOTE, TEXT, ScriptedAssistant, make_answer

DOCUMENT = Document(document_id="d1", text=TEXT, path="corpus/talks.txt")
REFUSAL = make_answer(status=Status.NOT_FOUND, text="The documents do not say.", citations=())


def question(**changes: Any) -> Question:
    fields: dict[str, Any] = {
        "question_id": "q1",
        "lang": "en",
        "kind": "date",
        "question": "when did talks begin?",
        "answerable": True,
        "answers": ("January 2024",),
        "document": "talks.txt",
        "evidence": "بدأت المحادثات في يناير.",
    }
    return Question(**{**fields, **changes})


def unanswerable(**changes: Any) -> Question:
    return question(answerable=False, answers=(), document=None, evidence=None, **changes)


def judged(
    asked: Question, answer: Answer | None = None, *, document: Document | None = DOCUMENT
) -> Outcome:
    return judge(asked, answer or make_answer(), lambda _: document)


def test_an_answer_that_holds_an_accepted_string_is_right_and_cited() -> None:
    outcome = judged(question())
    assert (outcome.right, outcome.cited, outcome.verbatim) == (True, True, True)


def test_one_accepted_string_is_enough() -> None:
    assert judged(question(answers=("May", "2024"))).right
    assert not judged(question(answers=("May", "2023"))).right


def test_a_refusal_is_wrong_even_if_it_holds_the_words() -> None:
    refused = make_answer(status=Status.NOT_FOUND, citations=())
    outcome = judged(question(), refused)
    assert (outcome.right, outcome.cited) == (False, False)


def test_a_partial_answer_can_be_right() -> None:
    assert judged(question(), make_answer(status=Status.PARTIAL)).right


def test_an_unanswerable_question_is_right_if_refused_and_counts_no_citations() -> None:
    refused = judged(unanswerable(), REFUSAL)
    assert (refused.right, refused.cited, refused.verbatim) == (True, None, True)
    answered = judged(unanswerable())
    assert (answered.right, answered.cited) == (False, None)


@pytest.mark.parametrize(
    "document",
    [
        None,
        Document(document_id="d1", text=TEXT.replace("يناير", "فبراير"), path="corpus/talks.txt"),
        Document(document_id="d1", text=" " + TEXT, path="corpus/talks.txt"),
    ],
)
def test_a_quotation_that_is_not_at_its_place_is_not_verbatim(document: Document | None) -> None:
    assert not judged(question(), document=document).verbatim


def test_a_citation_elsewhere_in_the_document_is_not_on_the_evidence() -> None:
    assert not judged(question(evidence="ثم توقفت.")).cited


def test_a_citation_that_touches_the_evidence_is_on_it() -> None:
    assert judged(question(evidence="يناير. ثم")).cited


def test_the_same_words_in_another_document_are_not_the_evidence() -> None:
    assert not judged(question(document="other.txt")).cited


def test_evidence_is_found_across_the_line_breaks_of_the_document() -> None:
    text = "قال:\n\n" + TEXT.replace(" ", "\n \t")
    end = text.index("يناير.") + len("يناير.")
    document = Document(document_id="d1", text=text, path="talks.txt")
    start = text.index("بدأت")
    citation = make_answer().citations[0]
    on = make_answer(citations=(_moved(citation, text, start, end),))
    off = make_answer(citations=(_moved(citation, text, end, len(text)),))
    assert judged(question(), on, document=document).cited
    assert not judged(question(), off, document=document).cited
    assert judged(question(), on, document=document).verbatim


def _moved(citation: Any, text: str, start: int, end: int) -> Any:
    import dataclasses

    return dataclasses.replace(citation, start=start, end=end, quote=text[start:end])


def test_evidence_that_stands_twice_may_be_cited_at_either_place() -> None:
    document = Document(document_id="d1", text=f"{TEXT} {TEXT}", path="talks.txt")
    start = len(TEXT) + 1
    second = _moved(make_answer().citations[0], document.text, start, start + QUOTE.end)
    assert judged(question(), make_answer(citations=(second,)), document=document).cited


def test_evidence_may_stand_at_places_that_overlap() -> None:
    document = Document(document_id="d1", text="no and no and no", path="talks.txt")
    last = _moved(make_answer().citations[0], document.text, 14, 16)
    answer = make_answer(citations=(last,))
    assert judged(question(evidence="no and no"), answer, document=document).cited


@pytest.mark.parametrize("evidence", [None, "", " \n", "ليس في الوثيقة"])
def test_without_evidence_in_the_document_nothing_is_cited(evidence: str | None) -> None:
    assert judged(question(evidence=evidence)).cited is False


def test_all_questions_are_asked_in_order_without_history() -> None:
    assistant = ScriptedAssistant(make_answer(), REFUSAL, documents=[DOCUMENT])
    seen: list[tuple[int, int]] = []
    asked = (question(), unanswerable(question="who?"))
    report = evaluate(assistant, asked, progress=lambda done, total: seen.append((done, total)))
    assert assistant.asked == [("when did talks begin?", ()), ("who?", ())]
    assert seen == [(1, 2), (2, 2)]
    assert [outcome.right for outcome in report.outcomes] == [True, True]


def test_no_questions_give_an_empty_report() -> None:
    report = evaluate(ScriptedAssistant(make_answer()), ())
    assert (report.outcomes, report.to_dict()) == ((), {"questions": [], "totals": {}})
    assert str(report).endswith("No questions.")


class Silent:
    """An assistant whose stream ends without an answer."""

    def stream(self, question: str, *, history: Sequence[Turn] = ()) -> Iterator[Event]:
        yield Passages(())
        yield Delta(question)

    def document(self, document_id: str) -> Document | None:
        return None


def test_a_stream_without_an_answer_is_no_refusal() -> None:
    with pytest.raises(ValueError, match="without an answer"):
        evaluate(Silent(), (unanswerable(),))
    assert not any(isinstance(event, Final) for event in Silent().stream("?"))


def _timed(first_word: float | None, total: float, **changes: Any) -> Answer:
    return make_answer(
        seconds=Seconds(passages=total / 10, first_word=first_word, total=total), **changes
    )


@pytest.fixture
def report() -> Report:
    wrong = _timed(2.0, 4.0, text="Talks began in May [1].")
    refused = _timed(None, 0.5, status=Status.NOT_FOUND, text="لا تذكر الوثائق.", citations=())
    return Report(
        (
            judged(question(), _timed(1.0, 2.0)),
            judged(question(question_id="q2", lang="ar", question="متى؟", kind="person"), wrong),
            judged(unanswerable(question_id="q3", lang="ar", question="من؟", kind="none"), refused),
            judged(unanswerable(question_id="q4", question="who?", kind="none"), _timed(3.0, 9.0)),
        )
    )


def test_totals_count_and_take_medians(report: Report) -> None:
    assert report.totals()["all"] == {
        "questions": 4,
        "answerable": 2,
        "right": 1,
        "cited": 2,
        "right_and_cited": 1,
        "unanswerable": 2,
        "refused_rightly": 1,
        "not_verbatim": 0,
        "seconds": {
            "passages": pytest.approx(0.3),
            "marked": None,
            "first_word": 2.0,
            "total": 3.0,
        },
    }


def test_totals_are_also_by_language_and_kind(report: Report) -> None:
    counts = {
        name: (row["questions"], row["right"], row["refused_rightly"])
        for name, row in report.totals().items()
    }
    assert counts == {
        "all": (4, 1, 1),
        "lang:en": (2, 1, 0),
        "lang:ar": (2, 0, 1),
        "kind:date": (1, 1, 0),
        "kind:person": (1, 0, 0),
        "kind:none": (2, 0, 1),
    }
    no_words = Report((report.outcomes[2],))
    assert no_words.totals()["all"]["seconds"]["first_word"] is None


def test_the_report_tells_the_wrong_ones_in_full_and_not_the_others(report: Report) -> None:
    wrong = str(report).partition("Wrong:")[2].splitlines()
    assert wrong[1:] == [
        "  q2 متى؟",
        "      ANSWERED: Talks began in May [1].",
        "      wanted: January 2024",
        f"      [1] {QUOTE.of(TEXT)}",
        "  q4 who?",
        "      ANSWERED: Talks began in January 2024 [1].",
        "      wanted: a refusal",
        f"      [1] {QUOTE.of(TEXT)}",
    ]


def test_the_report_tells_the_three_slowest_slowest_first(report: Report) -> None:
    slowest = str(report).partition("Slowest:\n")[2].partition("\n\n")[0]
    assert slowest.splitlines() == ["    9.00 s  who?", "    4.00 s  متى؟", f"    2.00 s  {ASKED}"]


ASKED = "when did talks begin?"


def test_a_right_answer_is_told_too_if_it_is_not_cited_or_not_verbatim() -> None:
    uncited = judged(question(evidence="ثم توقفت."))
    assert "wanted: January 2024  (not cited)" in str(Report((uncited,)))
    altered = judged(question(), document=Document(document_id="d1", text="", path="talks.txt"))
    assert "quotations not in their document: 1" in str(Report((altered,)))
    assert "Wrong:" not in str(Report((judged(question()),)))


def test_the_report_is_json_with_the_fields_of_each_question(report: Report) -> None:
    told = json.loads(json.dumps(report.to_dict()))
    row = told["questions"][0]
    assert list(row) == [
        "id",
        "lang",
        "kind",
        "answerable",
        "question",
        "status",
        "text",
        "right",
        "cited",
        "verbatim",
        "citations",
        "seconds",
    ]
    assert (row["id"], row["status"], row["right"], row["cited"]) == ("q1", "ANSWERED", True, True)
    assert row["citations"][0]["published"] == "2024-09-01"
    assert row["seconds"] == {
        "passages": 0.2,
        "marked": None,
        "first_word": 1.0,
        "total": 2.0,
    }
    assert told["questions"][2]["cited"] is None


ROW: dict[str, Any] = {
    "id": "q1",
    "lang": "ar",
    "kind": "date",
    "question": "متى بدأت\u2028المحادثات؟",
    "answerable": True,
    "answers": ["يناير 2024"],
    "document": "talks.txt",
    "evidence": "بدأت في يناير.",
}


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_questions_are_read_one_a_line_and_blank_lines_skipped(tmp_path: Path) -> None:
    other = {**ROW, "id": 2, "answerable": False, "answers": [], "document": None}
    del other["evidence"]
    lines = [json.dumps(row, ensure_ascii=False) for row in (ROW, other)]
    found = load_questions(written(tmp_path / "q.jsonl", lines[0], "", "  ", lines[1], ""))
    assert found == (
        question(
            lang="ar",
            question=ROW["question"],
            answers=("يناير 2024",),
            evidence="بدأت في يناير.",
        ),
        unanswerable(question_id="2", lang="ar", question=ROW["question"]),
    )


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    line = json.dumps(ROW).encode()
    path = tmp_path / "q.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + line + b"\r\n" + line + b"\r\n")
    assert [asked.question_id for asked in load_questions(path)] == ["q1", "q1"]


def test_an_answer_may_be_a_number(tmp_path: Path) -> None:
    path = written(tmp_path / "q.jsonl", json.dumps({**ROW, "answers": [2024, "May"]}))
    assert load_questions(path)[0].answers == ("2024", "May")


def test_an_empty_file_holds_no_questions(tmp_path: Path) -> None:
    assert load_questions(written(tmp_path / "q.jsonl", "")) == ()


@pytest.mark.parametrize(
    "line",
    [
        "{half",
        "[]",
        '"text"',
        "7",
        "[" * 100_000,
        json.dumps({**ROW, "question": None}),
        json.dumps({**ROW, "answers": [None]}),
        json.dumps({**ROW, "answers": []}),
        json.dumps({key: value for key, value in ROW.items() if key != "lang"}),
        json.dumps({**ROW, "answers": "January"}),
        json.dumps({**ROW, "answers": None}),
        json.dumps({**ROW, "answerable": "false"}),
    ],
)
def test_a_line_that_is_no_question_is_told_by_its_number(tmp_path: Path, line: str) -> None:
    path = written(tmp_path / "q.jsonl", json.dumps(ROW), "", line)
    with pytest.raises(DocumentError, match="line 3 is no question") as caught:
        load_questions(path)
    assert caught.value.path == str(path)


def test_a_file_that_cannot_be_read_is_told_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="it cannot be read"):
        load_questions(tmp_path / "missing.jsonl")
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DocumentError, match="it cannot be read"):
        load_questions(tmp_path / "binary.jsonl")
