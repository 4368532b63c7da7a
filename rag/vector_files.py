"""Keeps Chroma's vector files whole when a writer is killed: a copy of them is put back.

Chroma first logs what it is given in SQLite. About once in a thousand records it writes the vectors
to files of their own, in place, notes in SQLite up to which record they go, and drops the log to
there. Files left halfway no longer load, and nothing else has their vectors. So they are copied
before the first write after they have changed, and a mark stands in the folder until a write has
ended. If it is found, and SQLite notes no more than it did for the copy, the copy is put back, and
Chroma adds the rest from its log.

References:
    https://github.com/chroma-core/chroma/issues/7678
"""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

_LAST = "index_metadata.pickle"
"""The file that Chroma writes last. Without it, it takes all from its log."""
_REACHED = "reached"
"""Our note beside a copy: the record that SQLite noted for it."""
_SEGMENTS = """
SELECT segments.id, max_seq_id.seq_id
FROM segments LEFT JOIN max_seq_id ON max_seq_id.segment_id = segments.id
"""


class VectorFiles:
    """The vector files of an index: folders named by the ids of Chroma's segments.

    Call it only while no one else uses the index (the store's file lock is held).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._copies = folder / ".vectors"
        self._mark = folder / ".writing"

    @property
    def unfinished(self) -> bool:
        """Whether the last write did not end: its process was killed, or it failed."""
        return self._mark.exists()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Lets Chroma write in the block. If that does not end well, `restore` is due.

        Raises:
            OSError, sqlite3.Error: the copy could not be made.
        """
        self._copy()
        self._mark.touch()
        yield
        self._mark.unlink(missing_ok=True)

    def restore(self) -> None:
        """Puts back the files that an unfinished write left halfway. Chroma must be closed.

        Raises:
            OSError, sqlite3.Error: they could not be put back.
        """
        changed = self._changed() if self.unfinished else []
        for segment, reached in self._reached(changed).items():
            files, copy = self._folder / segment, self._copies / segment
            note = copy / _REACHED
            if reached != (note.read_text(encoding="utf-8") if note.exists() else ""):
                continue  # They are whole: SQLite has noted them.
            shutil.rmtree(files, ignore_errors=True)
            if copy.exists():
                _copy_folder(copy, files)

    def _copy(self) -> None:
        changed = self._changed()
        reached = self._reached(changed)
        for segment in changed:
            files, copy = self._folder / segment, self._copies / segment
            if files.exists():
                _copy_folder(files, copy, reached=reached.get(segment, ""))
            else:
                shutil.rmtree(copy)

    def _changed(self) -> list[str]:
        """The segments whose files are not those that were copied."""
        places = [
            *self._folder.iterdir(),
            *(self._copies.iterdir() if self._copies.exists() else ()),
        ]
        segments = sorted({path.name for path in places if _is_segment(path)})
        return [s for s in segments if _state(self._folder / s) != _state(self._copies / s)]

    def _reached(self, segments: list[str]) -> dict[str, str]:
        """The last record that the files of each hold, as SQLite notes it; "" if it has no note.

        Segments that SQLite does not list are passed over.
        """
        if not segments:
            return {}
        with closing(sqlite3.connect(self._folder / "chroma.sqlite3")) as connection:
            found = connection.execute(_SEGMENTS).fetchall()
        return {
            segment: "" if seq_id is None else str(seq_id)
            for segment, seq_id in found
            if segment in segments
        }


def _is_segment(path: Path) -> bool:
    try:
        uuid.UUID(path.name)
    except ValueError:
        return False
    return path.is_dir()


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of each file; {} where none was written in full yet."""
    if not (folder / _LAST).exists():
        return {}
    files = {file.name: file.stat() for file in folder.iterdir() if file.name != _REACHED}
    return {name: (found.st_size, found.st_mtime_ns) for name, found in files.items()}


def _copy_folder(source: Path, target: Path, *, reached: str | None = None) -> None:
    """Copies a folder to where another one may be, with the times of its files."""
    new = target.with_name(f"{target.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for file in source.iterdir():
        if file.name != _REACHED:
            shutil.copy2(file, new)
    if reached is not None:
        (new / _REACHED).write_text(reached, encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    new.rename(target)
