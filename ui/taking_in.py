"""An ingest under way: run in a thread of its own, looked at by the page, and stopped from it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from rag.errors import RagError
from rag.schema import Progress, Skipped
from ui.desk import Works
from ui.library_ingest import FileResult, IngestView, skipped_file
from ui.strings import Language, Problem, describe, word

log = logging.getLogger(__name__)


class TakingIn:
    """Takes files into a corpus and tells how far it has come.

    `view` may be read at any time, from any thread. What was refused before it began, such as a
    file that is too large, is given as `refused` and shown among the results.
    """

    def __init__(
        self,
        assistant: Works,
        paths: Sequence[Path],
        *,
        language: Language,
        refused: Sequence[FileResult] = (),
        describe: Callable[[Exception], Problem] = describe,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._assistant, self._paths, self._language = assistant, tuple(paths), language
        self._clock, self._describe = clock, describe
        self._began = clock()
        self._stopped = threading.Event()
        self._done = threading.Event()
        self._noted: set[str] = set()
        self.view = IngestView(running=True, files=len(paths), results=tuple(refused))

    def start(self) -> None:
        """Begins in a thread of its own."""
        threading.Thread(target=self.run, name="taking in", daemon=True).start()

    def run(self) -> None:
        """Takes everything in; what goes wrong is told in `view`."""
        problem = ""
        stopped = False
        try:
            if self._paths:
                report = self._assistant.ingest(
                    self._paths, progress=self._note, stop=self._stopped.is_set
                )
                stopped = report.stopped
                self._add(skipped for skipped in report.skipped if skipped.path not in self._noted)
        except RagError as exc:
            log.warning("Not taken in: %s", exc)
            problem = word(self._describe(exc), self._language)
        except Exception as exc:
            log.exception("Not taken in: an unexpected error")
            problem = word(self._describe(exc), self._language)
        finally:
            self.view = replace(self.view, running=False, cancelled=stopped, problem=problem)
            self._done.set()

    def cancel(self) -> None:
        """Has it end before the next document. What was taken in stays."""
        self._stopped.set()

    def wait(self, timeout_s: float) -> bool:
        """Waits for the end, no longer than that; whether it has come."""
        return self._done.wait(timeout_s)

    def _add(self, skipped: Iterable[Skipped]) -> None:
        """Tells of files that were not even begun, such as one that is gone."""
        results = [skipped_file(PurePath(one.path).name, one.reason, one.kind) for one in skipped]
        self.view = replace(self.view, results=(*self.view.results, *results))

    def _note(self, progress: Progress) -> None:
        self._noted.add(progress.path)
        result = FileResult(
            name=PurePath(progress.path).name,
            documents=progress.documents,
            chunks=progress.embedded,
            unchanged=bool(progress.documents) and progress.unchanged == progress.documents,
            skipped=progress.skipped,
            skip_kind=progress.skip_kind,
        )
        self.view = replace(
            self.view,
            path=result.name,
            files_done=progress.files_done,
            files=progress.files,
            chunks=progress.chunks,
            seconds=self._clock() - self._began,
            results=(*self.view.results, result),
        )
