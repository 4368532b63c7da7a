"""The wiring, on a real index in a folder, with fake models."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import rag.assistant
from rag.assistant import Assistant, Published
from rag.corpus import default_articles, fill_if_empty
from rag.embedding import GemmaEmbedder
from rag.engines import Engines
from rag.errors import (
    IndexMismatchError,
    IndexStoreError,
    ModelLoadError,
    ModelNotFoundError,
    QuestionError,
    SettingsError,
)
from rag.reader import Reader
from rag.schema import Delta, Document, Final, IngestReport, Marked, Passages, Period, Status, Turn
from rag.settings import Settings
from tests.fakes import HashEmbedder, ScriptedModel
from tests.test_evidence import ScriptedReader

BRIDGE = "The bridge over the river cost 40 million dinars. It is green."
SCHOOL = "The school in the valley has 350 pupils. It is white."
COST = "How much did the bridge over the river cost?"
PUPILS = "How many pupils has the school in the valley?"
SURE = {"40 million": 9.0, "350": 9.0}


class ReadingEmbedder(HashEmbedder, GemmaEmbedder):
    """A hash embedder that has a reader to open, or cannot open it."""

    def __init__(self, error: ModelLoadError | None = None) -> None:
        HashEmbedder.__init__(self)
        self.opened, self._error = 0, error

    def open_reader(self, file: Path | None = None) -> Reader:
        assert file is None
        self.opened += 1
        if self._error is not None:
            raise self._error
        reader: Any = ScriptedReader(SURE)
        return reader  # type: ignore[no-any-return]


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings whose index and model cache lie in a folder of the test's own."""

    def make(**answer: Any) -> Settings:
        return Settings.model_validate(
            {
                "index": {"path": tmp_path / "index"},
                "models": {"cache": tmp_path / "models", "sources": ("cache",)},
                "answer": answer,
            }
        )

    return make


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    (folder / "school.txt").write_text(SCHOOL, encoding="utf-8")
    return folder


@pytest.fixture
def assistant(make_settings: Callable[..., Settings], articles: Path) -> Iterator[Assistant]:
    """Holds both articles; its model answers as the last sentence it was shown says."""
    with Assistant.open(
        make_settings(),
        embedder=HashEmbedder(),
        reader=ScriptedReader(SURE),
        model=ScriptedModel("It cost 40 million dinars."),
    ) as opened:
        opened.ingest(articles)
        yield opened


def test_a_question_is_answered_from_what_was_ingested(assistant: Assistant) -> None:
    answer = assistant.ask(COST)
    assert (answer.status, answer.text) == (Status.ANSWERED, "It cost 40 million dinars. [1]")
    (citation,) = answer.citations
    document = assistant.document(citation.document_id)
    assert document is not None
    assert document.text[citation.start : citation.end] == citation.quote
    assert Path(citation.path).name == "bridge.txt"


def test_a_stream_ends_with_what_ask_returns(assistant: Assistant) -> None:
    events = list(assistant.stream(COST))
    assert [type(event) for event in events] == [Passages, Marked, *[Delta] * 5, Final]
    final = events[-1]
    assert isinstance(final, Final)
    assert final.answer.text == assistant.ask(COST).text


async def test_aask_answers_like_ask(assistant: Assistant) -> None:
    assert (await assistant.aask(COST)).text == "It cost 40 million dinars. [1]"


def test_a_follow_up_uses_the_history(assistant: Assistant) -> None:
    turn = Turn(question=COST, answer="It cost 40 million dinars.")
    answer = assistant.ask("And what is it like?", history=[turn])
    assert answer.question == "And what is it like?"
    assert answer.query != answer.question


def test_two_threads_that_ask_at_once_get_their_own_answers(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    with (
        Assistant.open(
            make_settings(engine="none"), embedder=HashEmbedder(), reader=ScriptedReader(SURE)
        ) as assistant,
        ThreadPoolExecutor(4) as pool,
    ):
        assistant.ingest(articles)
        questions = [COST, PUPILS] * 6
        answers = list(pool.map(assistant.ask, questions))
    assert [answer.question for answer in answers] == questions
    assert {answer.text for answer in answers[::2]} == {
        "The document says: “The bridge over the river cost 40 million dinars” [1]"
    }
    assert {answer.text for answer in answers[1::2]} == {
        "The document says: “The school in the valley has 350 pupils” [1]"
    }


def test_a_second_stream_may_run_within_the_first(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    with Assistant.open(
        make_settings(),
        embedder=HashEmbedder(),
        reader=ScriptedReader(SURE),
        model=ScriptedModel("It cost 40 million dinars.", "It has 350 pupils."),
    ) as assistant:
        assistant.ingest(articles)
        with closing(assistant.stream(COST)) as outer:
            begun = [next(outer) for _ in range(3)]
            inner = assistant.ask(PUPILS)
            finals = [event.answer for event in outer if isinstance(event, Final)]
    assert [type(event) for event in begun] == [Passages, Marked, Delta]
    assert inner.text == "It has 350 pupils. [1]"
    assert [answer.text for answer in finals] == ["It cost 40 million dinars. [1]"]


def test_listing_documents_opens_neither_text_model_nor_reader(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    # There is no text model in the cache: opening one would raise.
    embedder = ReadingEmbedder()
    with Assistant.open(make_settings(), embedder=embedder) as assistant:
        assert assistant.documents() == ()
        assistant.ingest(articles)
        names = {Path(document.path).name for document in assistant.documents()}
        assert names == {"bridge.txt", "school.txt"}
        assert assistant.count_documents() == 2
        assert embedder.opened == 0
        with pytest.raises(ModelNotFoundError):
            assistant.ask(COST)


def test_opening_loads_nothing(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    Assistant.open(make_settings()).close()
    assert list(tmp_path.iterdir()) == []


def test_loading_lets_the_model_read_its_instructions(
    make_settings: Callable[..., Settings],
) -> None:
    model = ScriptedModel("x")
    with Assistant.open(
        make_settings(), embedder=HashEmbedder(), reader=ScriptedReader(), model=model
    ) as assistant:
        assistant.load()
    assert (len(model.warmed), model.asked) == (3, [])


def test_the_engine_none_needs_no_model_and_quotes(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    with Assistant.open(
        make_settings(engine="none"), embedder=HashEmbedder(), reader=ScriptedReader(SURE)
    ) as assistant:
        assistant.load()
        assistant.ingest(articles)
        answer = assistant.ask(COST)
    assert (answer.status, answer.model) == (Status.ANSWERED, None)
    assert answer.text.startswith("The document says: “")


def test_the_engine_openai_needs_an_address(make_settings: Callable[..., Settings]) -> None:
    with (
        Assistant.open(make_settings(engine="openai"), embedder=HashEmbedder()) as assistant,
        pytest.raises(SettingsError, match=r"answer\.url"),
    ):
        assistant.ask(COST)


def test_without_the_reader_the_nearest_sentence_counts(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    embedder = ReadingEmbedder()
    settings = make_settings(engine="none", reader=False)
    with Assistant.open(settings, embedder=embedder) as assistant:
        assistant.ingest(articles)
        near = assistant.ask("The bridge over the river cost 40 million dinars?")
        far = assistant.ask("Why, oh why?")
    assert (near.status, near.citations[0].answer) == (Status.ANSWERED, None)
    assert far.status is Status.NOT_FOUND
    assert embedder.opened == 0


def test_the_reader_is_opened_once_with_its_embedder(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    embedder = ReadingEmbedder()
    with Assistant.open(make_settings(engine="none"), embedder=embedder) as assistant:
        assistant.ingest(articles)
        answers = [assistant.ask(COST) for _ in range(2)]
    assert embedder.opened == 1
    assert [answer.citations[0].answer is not None for answer in answers] == [True, True]


def test_a_reader_that_does_not_fit_is_an_error_and_not_left_out(
    make_settings: Callable[..., Settings],
) -> None:
    error = ModelLoadError(model="reader", reason="it was trained on another model.")
    with (
        Assistant.open(make_settings(engine="none"), embedder=ReadingEmbedder(error)) as assistant,
        pytest.raises(ModelLoadError, match="another model"),
    ):
        assistant.ask(COST)


@pytest.mark.parametrize("question", ["", "  \n"])
def test_a_blank_question_is_answered_not_found(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.text) == (Status.NOT_FOUND, "The documents do not say.")


@pytest.fixture
def dated(make_settings: Callable[..., Settings], tmp_path: Path) -> Iterator[Assistant]:
    """Holds one article of 1 May 2024."""
    article = tmp_path / "dated.md"
    article.write_text(f"---\ntitle: Bridge\ndate: 2024-05-01\n---\n\n{BRIDGE}", encoding="utf-8")
    with Assistant.open(
        make_settings(engine="none"), embedder=HashEmbedder(), reader=ScriptedReader(SURE)
    ) as opened:
        opened.ingest(article)
        yield opened


MAY = dt.date(2024, 5, 1)


@pytest.mark.parametrize(
    ("published", "status"),
    [
        (None, Status.ANSWERED),
        (Period(MAY, MAY), Status.ANSWERED),
        (Period(last=dt.date(2024, 4, 30)), Status.NOT_FOUND),
        (("2024-05-01", "2024-05-31"), Status.ANSWERED),
        ((MAY, None), Status.ANSWERED),
        (("", "2024-04-30"), Status.NOT_FOUND),
        (("2024-05-02", None), Status.NOT_FOUND),
        ((None, None), Status.ANSWERED),
    ],
)
def test_only_documents_that_came_out_in_the_period_are_used(
    dated: Assistant, published: Published, status: Status
) -> None:
    assert dated.documents()[0].published == MAY
    assert dated.ask(COST, published=published).status is status
    final = list(dated.stream(COST, published=published))[-1]
    assert isinstance(final, Final)
    assert final.answer.status is status


async def test_aask_limits_the_documents_too(dated: Assistant) -> None:
    answer = await dated.aask(COST, published=("2025-01-01", None))
    assert answer.status is Status.NOT_FOUND


@pytest.mark.parametrize(
    "published",
    [
        ("2024-06-30", "2024-01-01"),
        ("yesterday", None),
        ("2024-13-01", ""),
        ("2024-01-01",),
        ("2024-01-01", "2024-02-01", "2024-03-01"),
        2024,
        (2024, 2025),
    ],
)
def test_what_is_no_period_is_refused_and_the_cure_named(
    assistant: Assistant, published: Any
) -> None:
    with pytest.raises(
        QuestionError, match=r'Give the first and the last day, like \("2024-01-01"'
    ):
        assistant.ask(COST, published=published)


def test_a_question_about_the_documents_is_answered_from_their_list(dated: Assistant) -> None:
    answer = dated.ask("What documents do you have?")
    assert "• Bridge · 2024-05-01" in answer.text
    assert (answer.status, answer.citations) == (Status.ANSWERED, ())


def test_an_empty_corpus_is_answered_not_found(make_settings: Callable[..., Settings]) -> None:
    with Assistant.open(make_settings(engine="none"), embedder=HashEmbedder()) as assistant:
        answer = assistant.ask(COST)
    assert (answer.status, answer.passages) == (Status.NOT_FOUND, ())
    assert "no documents yet" in answer.text


def test_what_was_removed_is_no_longer_answered(assistant: Assistant) -> None:
    cited = assistant.ask(COST).citations[0].document_id
    assert assistant.remove(cited)
    assert not assistant.remove(cited)
    assert assistant.document(cited) is None
    left = assistant.ask(COST)
    assert all(passage.document_id != cited for passage in left.passages)
    assert all(citation.document_id != cited for citation in left.citations)


def test_a_question_after_an_ingest_sees_the_new_documents(
    assistant: Assistant, articles: Path
) -> None:
    before = assistant.ask("How wide is the new tunnel under the hill?")
    assert all("tunnel" not in passage.path for passage in before.passages)
    (articles / "tunnel.txt").write_text(
        "The new tunnel under the hill is 40 million steps wide.", encoding="utf-8"
    )
    assert len(assistant.ingest(str(articles)).added) == 1
    answer = assistant.ask("How wide is the new tunnel under the hill?")
    assert Path(answer.citations[0].path).name == "tunnel.txt"


def test_closing_twice_does_nothing(make_settings: Callable[..., Settings]) -> None:
    assistant = Assistant.open(make_settings(engine="none"), embedder=HashEmbedder())
    assert assistant.documents() == ()
    assistant.close()
    assistant.close()


def test_a_closed_assistant_opens_again_with_the_parts_it_was_given(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    model = ScriptedModel("It cost 40 million dinars.")
    assistant = Assistant.open(
        make_settings(), embedder=HashEmbedder(), reader=ScriptedReader(SURE), model=model
    )
    assistant.ingest(articles)
    before = assistant.ask(COST)
    assistant.close()
    assert assistant.ask(COST).text == before.text
    assistant.close()
    assert not model.closed


def test_closing_lets_go_of_the_reader_that_it_opened(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    embedder = ReadingEmbedder()
    assistant = Assistant.open(make_settings(engine="none"), embedder=embedder)
    assistant.ingest(articles)
    assistant.ask(COST)
    assistant.close()
    assistant.ask(COST)
    assistant.close()
    assert embedder.opened == 2


def test_assistants_that_share_engines_leave_them_open(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    embedder = ReadingEmbedder()
    settings = make_settings(engine="none")
    with Engines(settings, embedder=embedder) as engines:
        for _ in range(2):
            with Assistant.open(settings, engines=engines) as assistant:
                assistant.ingest(articles)
                assert assistant.ask(COST).status is Status.ANSWERED
                assert assistant.engines is engines
        assert embedder.opened == 1
    with Assistant.open(settings, engines=engines) as assistant:
        assistant.ask(COST)
    assert embedder.opened == 2


def test_models_of_ones_own_are_not_given_beside_engines(
    make_settings: Callable[..., Settings],
) -> None:
    settings = make_settings()
    with Engines(settings) as engines, pytest.raises(ValueError, match="given to the engines"):
        Assistant.open(settings, engines=engines, embedder=HashEmbedder())


def test_a_retired_assistant_does_not_make_its_corpus_anew(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    settings = make_settings(engine="none")
    assistant = Assistant.open(settings, embedder=HashEmbedder())
    assistant.retire()
    assistant.retire()
    for use in (lambda: assistant.ask(COST), lambda: assistant.ingest(articles)):
        with pytest.raises(IndexStoreError, match="has been deleted"):
            use()
    assert not settings.index.path.exists()


def test_ingesting_stops_when_told_to(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    with Assistant.open(make_settings(engine="none"), embedder=HashEmbedder()) as assistant:
        stopped = assistant.ingest(articles, stop=lambda: True)
        assert (stopped.stopped, stopped.added, assistant.documents()) == (True, (), ())


def test_the_number_of_passages_is_chosen_for_one_question(assistant: Assistant) -> None:
    assert [len(assistant.ask(COST, top_k=number).passages) for number in (1, 2, 50)] == [1, 2, 2]
    assert len(assistant.ask(COST).passages) == 2
    first = next(iter(assistant.stream(COST, top_k=1)))
    assert isinstance(first, Passages)
    assert len(first.passages) == 1


@pytest.mark.parametrize("top_k", [0, -1, 51, 2.5, "5", True])
def test_a_number_of_passages_out_of_range_is_refused(assistant: Assistant, top_k: Any) -> None:
    with pytest.raises(QuestionError, match="from 1 to 50") as caught:
        assistant.stream(COST, top_k=top_k)
    assert "\n" not in caught.value.message
    assert f"not {top_k!r}." in caught.value.message


async def test_aask_takes_the_same_options(assistant: Assistant) -> None:
    answer = await assistant.aask(COST, top_k=1, worded=False)
    assert (len(answer.passages), answer.model) == (1, None)


def test_an_answer_that_is_not_worded_quotes_and_opens_no_text_model(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    # There is no text model in the cache: opening one would raise.
    with Assistant.open(
        make_settings(), embedder=HashEmbedder(), reader=ScriptedReader(SURE)
    ) as assistant:
        assistant.ingest(articles)
        answer = assistant.ask(COST, worded=False)
        arabic = assistant.ask("ما هو 40 million dinars؟", worded=False)
        with pytest.raises(ModelNotFoundError):
            assistant.ask(COST, worded=True)
    assert answer.text == (
        "The document says: “The bridge over the river cost 40 million dinars” [1]"
    )
    assert (answer.status, answer.model, arabic.model) == (Status.ANSWERED, None, None)


def test_an_index_of_another_embedder_is_refused_until_it_is_rebuilt(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    settings = make_settings(engine="none")
    with Assistant.open(settings, embedder=HashEmbedder()) as assistant:
        assistant.ingest(articles)
    other = HashEmbedder(name="other")
    with (
        Assistant.open(settings, embedder=other) as assistant,
        pytest.raises(IndexMismatchError, match="--rebuild"),
    ):
        assistant.ask(COST)
    with Assistant.open(settings, embedder=other, rebuild=True) as assistant:
        assert assistant.documents() == ()
        assert len(assistant.ingest(articles).added) == 2
        assert len(assistant.documents()) == 2


def test_a_second_assistant_reads_what_the_first_one_wrote(
    make_settings: Callable[..., Settings], articles: Path
) -> None:
    settings = make_settings(engine="none")
    with Assistant.open(settings, embedder=HashEmbedder()) as assistant:
        assistant.ingest(articles)
    with Assistant.open(
        settings, embedder=HashEmbedder(), reader=ScriptedReader(SURE)
    ) as assistant:
        assert assistant.ask(COST).status is Status.ANSWERED


class Corpus:
    """A corpus that remembers what is ingested."""

    def __init__(self, *documents: Document) -> None:
        self._documents = documents
        self.ingested: list[Path] = []

    def documents(self) -> tuple[Document, ...]:
        return self._documents

    def ingest(self, paths: list[Path]) -> IngestReport:
        self.ingested += paths
        return IngestReport()


def test_the_default_articles_are_files_and_their_readme_is_none_of_them() -> None:
    articles = default_articles()
    assert len(articles) == 5
    assert articles == sorted(articles)
    assert all(path.is_file() and path.name != "README.md" for path in articles)


def test_only_an_empty_corpus_gets_the_default_articles() -> None:
    empty, full = Corpus(), Corpus(Document(document_id="d", text="x", path="x.txt"))
    fill_if_empty(empty)
    fill_if_empty(full)
    assert (empty.ingested, full.ingested) == (default_articles(), [])


@pytest.fixture
def defaults(
    monkeypatch: pytest.MonkeyPatch, make_settings: Callable[..., Settings]
) -> Iterator[list[Assistant]]:
    """The default assistants that were opened, with fake models for those of the settings."""
    opened: list[Assistant] = []
    entered = threading.Barrier(2, timeout=0.5)

    def open_assistant() -> Assistant:
        try:
            entered.wait()  # Gives another thread the time to open one too.
        except threading.BrokenBarrierError:
            entered.reset()
        settings = make_settings(engine="none", refusal_threshold=0.4)
        made = Assistant(settings, embedder=HashEmbedder(dimensions=64))
        opened.append(made)
        return made

    monkeypatch.setattr(Assistant, "open", staticmethod(open_assistant))
    rag.assistant._open_default.cache_clear()
    yield opened
    rag.assistant._open_default.cache_clear()
    for assistant in opened:
        assistant.close()


def test_ask_and_stream_share_one_assistant_that_holds_the_default_articles(
    defaults: list[Assistant],
) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(rag.ask, ["Who?", "من؟"]))
    events = list(rag.stream("Who?"))
    assert len(defaults) == 1
    assert len(defaults[0].documents()) == len(default_articles())
    assert [answer.language for answer in answers] == ["en", "ar"]
    assert [type(event) for event in events] == [Passages, Final]


def test_an_index_that_cannot_be_opened_is_an_error(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    (tmp_path / "index").write_text("a file, not a folder", encoding="utf-8")
    with (
        Assistant.open(make_settings(engine="none"), embedder=HashEmbedder()) as assistant,
        pytest.raises(IndexStoreError),
    ):
        assistant.ask(COST)
