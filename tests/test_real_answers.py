"""The real models on real pages: what the project promises, measured."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.corpus import default_articles
from rag.embedding import Embedder
from rag.evaluation import Report, evaluate, load_questions
from rag.evidence import Reader
from rag.generation import TextModel
from rag.schema import Answer, Delta, Final, Marked, Passages, Status, Turn
from rag.settings import Settings
from rag.text import direction, own_direction

pytestmark = pytest.mark.model

# What the release asks for.
LEAST_RIGHT_AND_CITED = 21
LEAST_REFUSED = 7


@dataclass(frozen=True)
class Parts:
    """The real models, loaded once for all tests of this file."""

    embedder: Embedder
    reader: Reader | None
    model: TextModel | None


def settings_for(model_cache: Path, index: Path) -> Settings:
    return Settings.model_validate(
        {"models": {"cache": model_cache, "sources": ("cache",)}, "index": {"path": index}}
    )


@pytest.fixture(scope="module")
def owner(model_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Holds the models, and the articles that come with the project."""
    settings = settings_for(model_cache, tmp_path_factory.mktemp("articles"))
    with Assistant.open(settings) as opened:
        opened.load()
        opened.ingest(default_articles())
        yield opened


@pytest.fixture(scope="module")
def parts(owner: Assistant) -> Parts:
    engines = owner.engines
    return Parts(engines.embedder(), engines.reader(), engines.text_model())


@pytest.fixture(scope="module")
def pages(
    parts: Parts, model_cache: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Assistant]:
    """The real pages."""
    with Assistant.open(
        settings_for(model_cache, tmp_path_factory.mktemp("pages")),
        embedder=parts.embedder,
        reader=parts.reader,
        model=parts.model,
    ) as opened:
        report = opened.ingest(shared / "seeds")
        assert report.skipped == ()
        yield opened


@pytest.fixture(scope="module")
def report(pages: Assistant, shared: Path) -> Report:
    return evaluate(pages, load_questions(shared / "data" / "questions.dev.jsonl"))


def test_every_quotation_on_the_real_pages_is_verbatim(report: Report, pages: Assistant) -> None:
    cited = 0
    for outcome in report.outcomes:
        assert outcome.verbatim, str(outcome.answer)
        for citation in outcome.answer.citations:
            document = pages.document(citation.document_id)
            assert document is not None
            assert document.text[citation.start : citation.end] == citation.quote
            cited += 1
    assert cited >= LEAST_RIGHT_AND_CITED


def test_most_questions_that_the_pages_do_not_answer_are_refused(report: Report) -> None:
    totals = report.totals()["all"]
    assert totals["unanswerable"] == 7
    assert totals["refused_rightly"] >= LEAST_REFUSED, str(report)


def test_most_questions_are_answered_rightly_on_the_right_evidence(report: Report) -> None:
    totals = report.totals()["all"]
    assert totals["answerable"] == 26
    assert totals["right_and_cited"] >= LEAST_RIGHT_AND_CITED, str(report)


def test_no_answer_cites_nothing_and_no_refusal_cites(report: Report) -> None:
    for outcome in report.outcomes:
        refused = outcome.answer.status is Status.NOT_FOUND
        assert bool(outcome.answer.citations) is not refused
        assert outcome.answer.passages


def test_answers_are_in_the_language_of_their_questions(report: Report) -> None:
    for outcome in report.outcomes:
        assert outcome.answer.language == outcome.question.lang
        if outcome.answer.status is Status.ANSWERED:
            wanted = "rtl" if outcome.question.lang == "ar" else "ltr"
            assert own_direction(outcome.answer.text) == wanted, str(outcome.answer)


def test_the_default_articles_say_when_talks_began(owner: Assistant) -> None:
    answer = owner.ask("when did talks begin?")
    assert answer.status is Status.ANSWERED
    assert "January 2024" in answer.text
    citation = answer.citations[0]
    assert "يناير" in citation.quote
    document = owner.document(citation.document_id)
    assert document is not None
    assert document.text[citation.start : citation.end] == citation.quote
    assert citation.published is not None
    assert any("January 2024" in note and str(citation.published) in note for note in answer.notes)


def test_the_same_question_gets_the_same_answer(owner: Assistant) -> None:
    first, second = (owner.ask("when did talks begin?") for _ in range(2))
    assert (first.text, first.citations) == (second.text, second.citations)


def test_a_follow_up_in_arabic_is_answered_in_arabic(owner: Assistant) -> None:
    first = owner.ask("when did talks begin?")
    turn = Turn(question=first.question, answer=first.text)
    second = owner.ask("ومن يشارك فيها؟", history=[turn])
    assert second.query != second.question
    assert (second.language, direction(second.text)) == ("ar", "rtl")


def test_what_no_document_says_is_not_answered_from_memory(owner: Assistant) -> None:
    answer = owner.ask("What is the capital of Australia?")
    assert answer.status is Status.NOT_FOUND
    assert "Canberra" not in answer.text


def test_a_real_stream_gives_passages_words_and_the_answer(owner: Assistant) -> None:
    first, marked, *words, last = owner.stream("when did talks begin?")
    assert isinstance(first, Passages)
    assert isinstance(marked, Marked)
    assert isinstance(last, Final)
    # Once all was read, the sentences that say the same are told, too.
    assert isinstance(words[0], Marked)
    assert words[0].citations == last.answer.citations
    assert marked.citations == last.answer.citations[:1]
    assert all(isinstance(word, Delta) for word in words[1:])


def test_after_a_stream_is_closed_early_the_next_question_is_answered(owner: Assistant) -> None:
    whole: Answer = owner.ask("when did talks begin?")
    events = owner.stream("when did talks begin?")
    for event in events:
        if isinstance(event, Delta):
            break
    events.close()
    assert owner.ask("when did talks begin?").text == whole.text


def test_the_real_command_prints_the_address_while_its_output_is_not_a_terminal(
    model_cache: Path, tmp_path: Path
) -> None:
    """While llama.cpp loads, all output of the process is lost: the address has to come before."""
    settings = {"RAG_MODELS__CACHE": str(model_cache), "RAG_INDEX__PATH": str(tmp_path / "index")}
    with subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "serve", "--set", "page.port=0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **settings},
    ) as process:
        assert process.stdout is not None
        try:
            taken_in, address = process.stdout.readline(), process.stdout.readline()
            assert taken_in.startswith("5 documents added")
            assert re.fullmatch(r"Mustanad is at http://127\.0\.0\.1:\d+/\n", address)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
