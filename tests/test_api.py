"""The endpoints `ask` and `search`: who may call them, with what, and what they are told."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from rag.corpora import DEFAULT, Corpus
from rag.errors import CorpusError, CorpusNotFoundError, IndexStoreError, QuestionError
from rag.schema import Passage, Period, Turn
from tests.fakes import ScriptedAssistant, make_answer, make_passage
from ui.api import Api, CallError, told
from ui.limits import Pace
from ui.waiting import Line


@dataclass(frozen=True)
class Guest:
    owner: str
    key: str


NOOR, SAMI = Guest("noor", "noor"), Guest("sami", "sami")


class Searching(ScriptedAssistant):
    """Also finds the one passage it has, and remembers what for."""

    def __init__(self, *replies: Any) -> None:
        super().__init__(*(replies or (make_answer(),)))
        self.searched: list[tuple[str, int | None, Period | None]] = []

    def search(
        self, query: str, *, top_k: int | None, published: Period | None
    ) -> tuple[Passage, ...]:
        self.searched.append((query, top_k, published))
        return (make_passage(path="/home/noor/news/talks.txt"),)


@dataclass
class FakeShelf:
    """The default corpus, and one of noor's own that is called أخبار."""

    assistants: dict[str, Searching] = field(
        default_factory=lambda: {DEFAULT: Searching(), "c-1": Searching()}
    )

    def find(self, name: str, *, owner: str) -> Corpus:
        if owner != "noor" or name not in ("أخبار", "c-1"):
            raise CorpusNotFoundError(corpus=name)
        now = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
        return Corpus(
            corpus_id="c-1", name="أخبار", owner="noor", shared=False, created=now, collection="c-1"
        )

    def assistant(self, corpus_id: str, *, owner: str) -> Searching:
        if corpus_id == "c-1" and owner != "noor":
            raise CorpusNotFoundError(corpus=corpus_id)
        return self.assistants[corpus_id]


def make_api(
    *replies: Any, pace: Pace | None = None, line: Line | None = None
) -> tuple[Api, FakeShelf]:
    shelf = FakeShelf()
    if replies:
        shelf.assistants[DEFAULT] = Searching(*replies)
    # An empty line is false, and so is a pace that remembers no one.
    line = Line() if line is None else line
    pace = Pace(0, per_s=60.0) if pace is None else pace
    return Api(shelf=shelf, line=line, pace=pace), shelf


def answer_as_told() -> Any:
    """The answer of the fakes, whose paths are names of files already."""
    return json.loads(json.dumps(make_answer().to_dict()).replace('"path":', '"file":'))


async def test_an_answer_is_json_with_its_citations() -> None:
    api, _ = make_api()
    answer = await api.ask(NOOR, question="when did talks begin?")
    assert json.loads(json.dumps(answer)) == answer_as_told()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/noor/secret/talks.txt", "talks.txt"),
        ("C:\\Users\\noor\\تقرير.pdf", "تقرير.pdf"),
        ("\\\\server\\share\\a.txt", "a.txt"),
        ("../../etc/passwd", "passwd"),
        ("talks.txt", "talks.txt"),
    ],
)
async def test_an_answer_names_files_and_no_folders(path: str, name: str) -> None:
    reply = make_answer(passages=(make_passage(path=path),))
    api, _ = make_api(reply)
    answer = await api.ask(NOOR, question="متى؟")
    assert [passage["file"] for passage in answer["passages"]] == [name]
    assert answer["passages"][0]["text"] == make_passage().text


async def test_a_search_gives_title_source_date_text_and_cosine() -> None:
    api, shelf = make_api()
    assert await api.search(NOOR, query="المحادثات", top_k=3) == [
        {
            "title": "المحادثات",
            "source": "وكالة",
            "published": "2024-09-01",
            "text": "بدأت المحادثات في يناير. ثم توقفت.",
            "cosine": 0.6,
        }
    ]
    assert shelf.assistants[DEFAULT].searched == [("المحادثات", 3, None)]


async def test_a_call_is_limited_to_the_days_it_gives() -> None:
    api, shelf = make_api()
    await api.ask(NOOR, question="متى؟", since="2024-01-01", until="")
    await api.search(NOOR, query="متى", until="2024-06-30")
    await api.search(NOOR, query="متى", until="٢٠٢٤-٠٦-٣٠")
    assistant = shelf.assistants[DEFAULT]
    assert assistant.periods == [Period(dt.date(2024, 1, 1), None)]
    assert assistant.searched == [("متى", None, Period(None, dt.date(2024, 6, 30)))] * 2


async def test_history_becomes_turns() -> None:
    api, shelf = make_api()
    past = [
        {"question": "من هو؟", "answer": "هو الوزير."},
        {"question": "And?", "answer": "No.", "query": "And what?", "documents": ["d1"]},
    ]
    await api.ask(NOOR, question="متى قال ذلك؟", history=past)
    assert shelf.assistants[DEFAULT].asked == [
        (
            "متى قال ذلك؟",
            (
                Turn(question="من هو؟", answer="هو الوزير."),
                Turn(question="And?", answer="No.", query="And what?", documents=("d1",)),
            ),
        )
    ]


@pytest.mark.parametrize("name", ["أخبار", "c-1"])
async def test_a_corpus_of_ones_own_is_asked_by_name_or_id(name: str) -> None:
    api, shelf = make_api()
    await api.ask(NOOR, question="متى؟", corpus=name)
    assert len(shelf.assistants["c-1"].asked) == 1
    assert shelf.assistants[DEFAULT].asked == []


async def test_a_corpus_of_another_is_as_good_as_not_there() -> None:
    api, shelf = make_api()
    lines = []
    for name in ("c-1", "c-9"):
        with pytest.raises(CorpusNotFoundError) as unasked:
            await api.ask(SAMI, question="متى؟", corpus=name)
        with pytest.raises(CorpusNotFoundError) as unsearched:
            await api.search(SAMI, query="متى؟", corpus=name)
        lines += [told(one.value).replace(name, "…") for one in (unasked, unsearched)]
    assert set(lines) == {told(CorpusNotFoundError(corpus="…"))}
    assert shelf.assistants["c-1"].asked == []
    assert shelf.assistants["c-1"].searched == []


async def test_both_endpoints_wait_for_their_turn_in_the_line_of_the_page() -> None:
    line = Line()
    api, shelf = make_api(line=line)
    assistant = shelf.assistants[DEFAULT]
    with line.join("someone on the page"):
        calls = asyncio.gather(api.ask(NOOR, question="متى؟"), api.search(SAMI, query="متى؟"))
        async with asyncio.timeout(10):
            while len(line) < 3:  # noqa: ASYNC110 - the line does not say who comes
                await asyncio.sleep(0.001)
        assert (assistant.asked, assistant.searched) == ([], [])
    await calls
    assert (len(assistant.asked), len(assistant.searched), len(line)) == (1, 1, 0)


async def test_a_call_that_fails_leaves_the_line() -> None:
    line = Line()
    api, _ = make_api(ValueError("no"), line=line)
    with pytest.raises(ValueError, match="no"):
        await api.ask(NOOR, question="متى؟")
    assert len(line) == 0


async def test_a_visitor_who_asks_too_often_is_told_when_to_ask_again() -> None:
    api, shelf = make_api(pace=Pace(2, per_s=60.0, clock=iter([0.0, 10.0, 49.2, 49.3]).__next__))
    await api.ask(NOOR, question="متى؟")
    await api.search(NOOR, query="متى؟")
    with pytest.raises(CallError, match=r"Ask again in 11 s\."):
        await api.ask(NOOR, question="متى؟")
    await api.ask(SAMI, question="متى؟")
    assert len(shelf.assistants[DEFAULT].asked) == 2


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"question": None}, "question:"),
        ({"question": ["a"]}, "question:"),
        ({"question": {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}}, "question:"),
        ({"question": "ا" * 4001}, "question:"),
        ({"question": "?", "history": "all"}, "history:"),
        ({"question": "?", "history": [{"question": "?"}]}, "history.0.answer:"),
        (
            {"question": "?", "history": [{"question": "?", "answer": "!", "role": "system"}]},
            "history.0.role:",
        ),
        ({"question": "?", "history": [{"question": "?", "answer": "!"}] * 101}, "history:"),
        ({"question": "?", "corpus": 3}, "corpus:"),
        ({"question": "?", "corpus": "c" * 201}, "corpus:"),
        ({"question": "?", "since": "yesterday"}, "since, until:"),
        ({"question": "?", "since": "2024-13-01"}, "since, until:"),
        ({"question": "?", "until": 20240101}, "until:"),
        ({"question": "?", "since": "2024-02-01", "until": "2024-01-01"}, "since, until:"),
    ],
)
async def test_a_malformed_call_is_refused_in_one_line(given: dict[str, Any], named: str) -> None:
    pace = Pace(1, per_s=60.0)
    api, shelf = make_api(pace=pace)
    with pytest.raises(CallError) as caught:
        await api.ask(NOOR, **given)
    assert told(caught.value).startswith(f"The call was refused: {named} ")
    assert "\n" not in told(caught.value)
    assert (shelf.assistants[DEFAULT].asked, len(pace)) == ([], 0)


@pytest.mark.parametrize("top_k", [0, 51, True, "3", 2.5])
async def test_a_number_of_passages_out_of_range_is_refused(top_k: object) -> None:
    api, _ = make_api()
    with pytest.raises(CallError, match="top_k"):
        await api.search(NOOR, query="متى؟", top_k=top_k)


def test_what_a_caller_can_mend_is_told_as_it_is() -> None:
    assert told(QuestionError(reason="it is too long.")).endswith(": it is too long.")
    assert told(CorpusError(corpus="a\n\u202eb", reason="no.")) == "Corpus a b: no."


@pytest.mark.parametrize(
    "error", [IndexStoreError(path="/home/noor/index", reason="locked"), ValueError("/etc/passwd")]
)
def test_other_errors_say_nothing_of_the_insides(error: Exception) -> None:
    assert told(error) == (
        "Something went wrong on the server. Its log says what; asking again may help."
    )
