"""An ingest under way: how far it has come, what came of each file, cancelled or broken off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.engines import Engines
from rag.errors import IndexStoreError
from rag.schema import IngestReport, Progress
from rag.settings import Settings
from tests.fakes import HashEmbedder
from tests.pages import ScriptedAssistant
from ui.library_ingest import FileResult
from ui.taking_in import TakingIn

ARABIC = "افتُتح الجسر الجديد على النهر في مارس 2021."


class Ticks:
    """Seconds, two more each time they are asked for."""

    def __init__(self) -> None:
        self.now = 10.0

    def __call__(self) -> float:
        self.now += 2.0
        return self.now


class BrokenAssistant(ScriptedAssistant):
    """Takes in the first file, then fails."""

    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self._failure = failure

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> IngestReport:
        super().ingest(paths[:1], progress=progress, stop=stop)
        raise self._failure


class InterruptedAssistant(ScriptedAssistant):
    """Calls `interrupt` after each file."""

    interrupt: Callable[[], None]

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> IngestReport:
        def tell(done: Progress) -> None:
            assert progress is not None
            progress(done)
            self.interrupt()

        return super().ingest(paths, progress=tell, stop=stop)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    found = [tmp_path / name for name in ("a.txt", "b.txt", "جسر.txt")]
    for file in found:
        file.write_text(f"{file.stem}\n{ARABIC}", encoding="utf-8")
    return found


def taken(name: str, *, unchanged: bool = False) -> FileResult:
    return FileResult(
        name=name, documents=1, chunks=int(not unchanged), unchanged=unchanged, skipped=""
    )


def test_each_file_is_told_of_as_it_is_done(files: list[Path]) -> None:
    assistant = ScriptedAssistant()
    taking_in = TakingIn(assistant, files, language="en", clock=Ticks())
    assert taking_in.view.stage == "running"
    assert (taking_in.view.files_done, taking_in.view.files) == (0, 3)
    taking_in.run()
    view = taking_in.view
    assert view.stage == "done"
    assert (view.path, view.files_done, view.files, view.chunks) == ("جسر.txt", 3, 3, 3)
    assert view.seconds == 6.0
    assert view.results == (taken("a.txt"), taken("b.txt"), taken("جسر.txt"))
    assert len(assistant.library) == 4


def test_a_file_that_is_there_already_is_told_so(files: list[Path]) -> None:
    assistant = ScriptedAssistant()
    TakingIn(assistant, files[:1], language="en").run()
    again = TakingIn(assistant, files[:2], language="en")
    again.run()
    assert again.view.results == (taken("a.txt", unchanged=True), taken("b.txt"))


def test_it_runs_in_a_thread_of_its_own_and_is_waited_for(files: list[Path]) -> None:
    assistant = ScriptedAssistant()
    assistant.gate = threading.Event()
    taking_in = TakingIn(assistant, files, language="en")
    taking_in.start()
    assert not taking_in.wait(0.01)
    assert taking_in.view.stage == "running"
    assistant.gate.set()
    assert taking_in.wait(20)
    assert taking_in.view.stage == "done"
    assert len(taking_in.view.results) == 3


def test_a_cancelled_one_ends_before_the_next_file_and_keeps_what_it_has(
    files: list[Path],
) -> None:
    assistant = InterruptedAssistant()
    taking_in = TakingIn(assistant, files, language="en")
    assistant.interrupt = taking_in.cancel
    taking_in.run()
    assert taking_in.view.stage == "cancelled"
    assert taking_in.view.results == (taken("a.txt"),)
    assert set(assistant.library) == {"bridge", "a.txt"}


def test_one_that_was_cancelled_before_it_began_takes_nothing_in(files: list[Path]) -> None:
    assistant = ScriptedAssistant()
    taking_in = TakingIn(assistant, files, language="en")
    taking_in.cancel()
    taking_in.run()
    assert taking_in.view.stage == "cancelled"
    assert taking_in.view.results == ()


def test_a_cancel_after_the_end_changes_nothing(files: list[Path]) -> None:
    taking_in = TakingIn(ScriptedAssistant(), files, language="en")
    taking_in.run()
    taking_in.cancel()
    assert taking_in.view.stage == "done"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The index at"), ("ar", "تعذّر استعمال الفهرس")]
)
def test_an_error_in_the_middle_is_told_in_the_readers_language(
    files: list[Path], language: str, said: str
) -> None:
    full = IndexStoreError(path="/srv/index", reason="no space left on device.")
    taking_in = TakingIn(BrokenAssistant(full), files, language=language)  # type: ignore[arg-type]
    taking_in.run()
    assert taking_in.wait(0)
    view = taking_in.view
    assert view.stage == "failed"
    assert view.problem.startswith(said)
    assert "no space left on device" in view.problem
    assert view.results == (taken("a.txt"),)


def test_an_unexpected_error_is_told_generally_and_logged_in_full(
    files: list[Path], caplog: pytest.LogCaptureFixture
) -> None:
    taking_in = TakingIn(BrokenAssistant(ZeroDivisionError("inside")), files, language="en")
    taking_in.run()
    assert taking_in.view.stage == "failed"
    assert taking_in.view.problem.startswith("Something went wrong on this computer.")
    assert "inside" not in taking_in.view.problem
    assert "ZeroDivisionError: inside" in caplog.text


def test_what_was_refused_beforehand_stands_first_among_the_results(files: list[Path]) -> None:
    refused = FileResult(name="x.exe", documents=0, chunks=0, unchanged=False, skipped="no")
    taking_in = TakingIn(ScriptedAssistant(), files[:1], language="en", refused=[refused])
    assert [one.name for one in taking_in.view.results] == ["x.exe"]
    taking_in.run()
    assert taking_in.view.results == (refused, taken("a.txt"))


def test_with_nothing_but_refused_files_the_assistant_is_not_asked() -> None:
    refused = FileResult(name="x.exe", documents=0, chunks=0, unchanged=False, skipped="no")
    failing = BrokenAssistant(ZeroDivisionError())
    taking_in = TakingIn(failing, [], language="en", refused=[refused])
    taking_in.run()
    assert taking_in.view.stage == "done"
    assert taking_in.view.results == (refused,)


def test_a_real_assistant_tells_of_every_file_also_of_those_it_cannot_read(
    files: list[Path], tmp_path: Path
) -> None:
    settings = Settings.model_validate(
        {"index": {"path": tmp_path / "index"}, "answer": {"engine": "none", "reader": False}}
    )
    binary = tmp_path / "c.txt"
    binary.write_bytes(bytes(range(256)) * 8)
    gone = tmp_path / "gone.txt"
    with Assistant.open(settings, engines=Engines(settings, embedder=HashEmbedder())) as assistant:
        taking_in = TakingIn(assistant, [*files, binary, gone], language="en")
        taking_in.run()
        results = {result.name: result.outcome for result in taking_in.view.results}
        assert results == {
            "a.txt": "added",
            "b.txt": "added",
            "جسر.txt": "added",
            "c.txt": "skipped",
            "gone.txt": "skipped",
        }
        assert len(taking_in.view.results) == 5
        assert taking_in.view.stage == "done"
        assert len(assistant.documents()) == 3
        again = TakingIn(assistant, files, language="en")
        again.run()
        assert {result.outcome for result in again.view.results} == {"unchanged"}
