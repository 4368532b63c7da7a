"""The measure of the check: precision and recall over claims that hold or do not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rag.errors import DocumentError
from rag.evaluation_claims import Claim, check_claims, load_claims

CLAIMS = Path(__file__).resolve().parents[1] / "evaluation" / "claims.jsonl"
SENTENCE = "وبلغ عدد الجنود خمسة وعشرين جنديا."


def claim(**changes: Any) -> Claim:
    fields: dict[str, Any] = {
        "claim_id": "s1",
        "question": "How many soldiers were there?",
        "sentence": SENTENCE,
        "marked": "خمسة وعشرين جنديا",
        "answer": "There were 25 soldiers.",
        "lang": "en",
        "supported": True,
        "kind": "true",
    }
    return Claim(**{**fields, **changes})


WRONG = claim(answer="There were 52 soldiers.", supported=False, kind="number")


def test_alarms_are_counted_as_precision_and_recall() -> None:
    missed = claim(answer="There were 25 tired soldiers.", supported=False, kind="meaning")
    false_alarm = claim(answer="There were 25 soldiers, said Mr Smithson.")
    totals = check_claims([claim(), WRONG, missed, false_alarm], likeness=None).totals()
    assert totals["all"] == {"claims": 4, "precision": 0.5, "recall": 0.5, "false_alarms": 1}
    assert totals["lang:en"] == totals["all"]


def test_the_report_names_the_claims_that_were_judged_wrongly() -> None:
    missed = claim(
        claim_id="s9", answer="There were 25 tired soldiers.", supported=False, kind="meaning"
    )
    report = check_claims([claim(), WRONG, missed], likeness=None)
    assert report.to_dict()["wrong"] == ["s9"]
    assert "number     1 of 1 judged rightly" in str(report)
    assert "meaning    0 of 1 judged rightly" in str(report)


def test_no_claims_give_an_empty_report() -> None:
    assert check_claims([], likeness=None).totals() == {}


@pytest.mark.parametrize(
    "changes", [{"marked": "elsewhere"}, {"supported": "yes"}, {"sentence": None}, {"answer": None}]
)
def test_a_line_that_is_no_claim_is_named(tmp_path: Path, changes: dict[str, Any]) -> None:
    row: dict[str, Any] = {
        "id": "s",
        "question": "q",
        "sentence": "a b",
        "marked": "b",
        "answer": "b",
    }
    row |= {"lang": "en", "supported": True, "kind": "true", **changes}
    file = tmp_path / "claims.jsonl"
    file.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(DocumentError, match="line 1 is no claim"):
        load_claims(file)


def test_an_answer_that_means_something_else_is_an_alarm() -> None:
    words = {"sentence": "يحرس الميناء كخطبب.", "marked": "كخطبب", "question": "Who guards it?"}
    sailors = claim(**words, answer="Those are sailors.", supported=False, kind="meaning")
    soldiers = claim(**words, answer="Those are soldiers.")

    def likeness(texts: Sequence[str], _: str) -> list[float]:
        return [float("soldiers" in text) + 0.1 * (text == words["question"]) for text in texts]

    report = check_claims([sailors, soldiers], likeness=likeness)
    assert [passes for _, passes in report.checked] == [False, True]
    assert [passes for _, passes in check_claims([sailors], likeness=None).checked] == [True]


def test_an_answer_with_none_of_the_listed_words_is_an_alarm() -> None:
    words = {"sentence": "يحرس الميناء جنود.", "marked": "جنود", "question": "Who guards it?"}
    sailors = claim(**words, answer="Those are sailors.", supported=False, kind="meaning")
    soldiers = claim(**words, answer="Those are soldiers.")
    report = check_claims([sailors, soldiers], likeness=None)
    assert [passes for _, passes in report.checked] == [False, True]


def test_the_check_finds_most_of_the_projects_own_wrong_claims() -> None:
    claims = load_claims(CLAIMS)
    assert len(claims) >= 120
    report = check_claims(claims, likeness=None)
    # Measured: recall .925, precision .841 for English answers (.900, .923 without the word list).
    # What is lost below is a regression.
    assert report.totals()["all"]["recall"] >= 0.9
    assert report.totals()["lang:en"]["recall"] >= 0.92
    assert report.totals()["lang:en"]["precision"] >= 0.8
