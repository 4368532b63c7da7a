"""Scripted conversations: each turn is asked with those before it, and judged by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.errors import DocumentError
from rag.evaluation_conversations import (
    Conversation,
    ScriptedTurn,
    converse,
    is_right,
    load_conversations,
)
from rag.schema import Status, Turn
from tests.fakes import ScriptedAssistant, make_answer

ROOT = Path(__file__).resolve().parents[1]
CONVERSATIONS = ROOT / "evaluation" / "conversations.jsonl"
ARTICLES = ROOT / "evaluation" / "articles"
REFUSAL = make_answer(status=Status.NOT_FOUND, text="The documents do not say.", citations=())
CITED = Path(make_answer().citations[0].path).name


def turn(**changes: Any) -> ScriptedTurn:
    fields: dict[str, Any] = {
        "question": "when did talks begin?",
        "lang": "en",
        "kind": "fact",
        "status": Status.ANSWERED,
        "answers": ("January",),
        "documents": (CITED,),
    }
    return ScriptedTurn(**{**fields, **changes})


def test_a_turn_is_right_if_words_language_and_citation_are() -> None:
    answer = make_answer(text="Talks began in January [1].")
    assert is_right(turn(), answer)
    assert not is_right(turn(answers=("March",)), answer)
    assert not is_right(turn(lang="ar"), answer)
    assert not is_right(turn(documents=("other.txt",)), answer)
    assert not is_right(turn(), REFUSAL)


def test_a_refusal_is_right_where_the_documents_do_not_say() -> None:
    assert is_right(turn(status=Status.NOT_FOUND, answers=(), documents=()), REFUSAL)
    assert not is_right(turn(status=Status.NOT_FOUND, answers=(), documents=()), make_answer())
    arabic = turn(status=Status.NOT_FOUND, lang="ar", answers=(), documents=())
    assert not is_right(arabic, REFUSAL)


def test_an_answer_in_the_documents_own_words_is_one() -> None:
    assert is_right(turn(), make_answer(status=Status.PARTIAL))


def test_where_no_document_is_named_none_may_be_cited() -> None:
    thanks = turn(answers=(), documents=())
    assert is_right(thanks, make_answer(text="You are welcome.", citations=()))
    assert not is_right(thanks, make_answer(text="You are welcome."))


def test_each_turn_is_asked_with_those_before_it() -> None:
    assistant = ScriptedAssistant(make_answer(text="one"), make_answer(text="two", query="q2"))
    turns = (turn(question="first?"), turn(question="second?"))
    told: list[tuple[int, int]] = []
    report = converse(
        assistant, [Conversation(conversation_id="c", turns=turns)], progress=_listen(told)
    )
    first = Turn.of(make_answer(text="one"))
    assert assistant.asked == [("first?", ()), ("second?", (first,))]
    assert told == [(1, 2), (2, 2)]
    assert [outcome.right for outcome in report.outcomes] == [False, False]


def test_a_new_conversation_knows_nothing_of_the_one_before() -> None:
    assistant = ScriptedAssistant(make_answer())
    pair = [Conversation(conversation_id=name, turns=(turn(),)) for name in ("a", "b")]
    converse(assistant, pair)
    assert [history for _, history in assistant.asked] == [(), ()]


def test_the_report_counts_by_kind_and_shows_what_was_wrong() -> None:
    assistant = ScriptedAssistant(make_answer(text="In January."), REFUSAL)
    turns = (turn(), turn(kind="why", question="Why?", answers=("rain",)))
    report = converse(assistant, [Conversation(conversation_id="c7", turns=turns)])
    assert report.totals() == {
        "all": {"turns": 2, "right": 1},
        "fact": {"turns": 1, "right": 1},
        "why": {"turns": 1, "right": 0},
    }
    assert "c7 (why) Why?" in str(report)
    assert "wanted (en): rain" in str(report)
    assert [row["right"] for row in report.to_dict()["turns"]] == [True, False]


def test_no_conversations_give_an_empty_report() -> None:
    assert converse(ScriptedAssistant(make_answer()), []).totals() == {
        "all": {"turns": 0, "right": 0}
    }


ROW = {
    "question": "When?",
    "lang": "en",
    "kind": "fact",
    "status": "ANSWERED",
    "answers": ["May"],
    "documents": [],
}


@pytest.mark.parametrize(
    "changes",
    [{"answers": "May"}, {"answers": [None]}, {"documents": "talks.txt"}, {"question": None}],
)
def test_a_turn_with_other_than_texts_and_lists_of_them_is_refused(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    file = tmp_path / "talks.jsonl"
    file.write_text(json.dumps({"id": "a", "turns": [ROW]}), encoding="utf-8")
    assert load_conversations(file)[0].turns[0].answers == ("May",)
    file.write_text(json.dumps({"id": "a", "turns": [{**ROW, **changes}]}), encoding="utf-8")
    with pytest.raises(DocumentError, match=f"line 1 is no conversation.*{next(iter(changes))}"):
        load_conversations(file)


@pytest.mark.parametrize("line", ["{}", '{"id": "a"}', '{"id": "a", "turns": [{}]}', "no JSON"])
def test_a_line_that_is_no_conversation_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "talks.jsonl"
    file.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(DocumentError, match="line 2 is no conversation with id and turns"):
        load_conversations(file)


def test_the_projects_own_conversations_are_about_its_own_articles() -> None:
    conversations = load_conversations(CONVERSATIONS)
    assert len(conversations) == 30
    assert all(3 <= len(conversation.turns) <= 6 for conversation in conversations)
    names = {file.name for file in ARTICLES.glob("*.md")}
    turns = [one for conversation in conversations for one in conversation.turns]
    assert {name for one in turns for name in one.documents} <= names
    assert {one.lang for one in turns} == {"ar", "en"}
    assert json.loads(CONVERSATIONS.read_text(encoding="utf-8").splitlines()[0])["id"] == "c01"


def _listen(told: list[tuple[int, int]]) -> Any:
    return lambda done, total: told.append((done, total))
