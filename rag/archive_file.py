"""The SQLite file of the archive: begun, checked when it is opened, its errors translated."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from rag.errors import ArchiveError

VERSION = 2
DAMAGED = "it is damaged. Move the file away: a new one is begun in its place."

# Tells SQLite files of ours from others: "MSTD".
_APPLICATION = 0x4D535444
# Another process may be writing.
_PATIENCE_S = 10.0
_DAMAGES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

# The columns `folded` are what a search is compared with.
_TABLES = (
    """
    CREATE TABLE conversations (
        owner TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        corpus_id TEXT NOT NULL,
        title TEXT NOT NULL,
        folded TEXT NOT NULL,
        started TEXT NOT NULL,
        updated TEXT NOT NULL,
        PRIMARY KEY (owner, conversation_id)
    )
    """,
    "CREATE INDEX newest ON conversations (owner, updated)",
    """
    CREATE TABLE exchanges (
        owner TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        asked_at TEXT NOT NULL,
        question TEXT NOT NULL,
        answer TEXT NOT NULL,
        folded TEXT NOT NULL,
        corpus_id TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (owner, conversation_id, position),
        FOREIGN KEY (owner, conversation_id) REFERENCES conversations ON DELETE CASCADE
    )
    """,
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)
# Version 1 knew only the corpus of a conversation's last question.
_FROM_VERSION_1 = (
    "ALTER TABLE exchanges ADD COLUMN corpus_id TEXT NOT NULL DEFAULT ''",
    """
    UPDATE exchanges SET corpus_id = (
        SELECT corpus_id FROM conversations AS c
        WHERE c.owner = exchanges.owner AND c.conversation_id = exchanges.conversation_id)
    """,
    "PRAGMA user_version = 2",
)


def open_archive_file(path: Path) -> sqlite3.Connection:
    """Opens the file, or begins one that only its user may read. Several threads may use it.

    One of an earlier release is brought to the form of this one.

    Raises:
        ArchiveError: it cannot be opened, is damaged, another program's, or a later release's.
    """
    with contextlib.ExitStack() as undo, translated(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite gives its logs the mode of the file itself.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        undo.callback(path.chmod, stat.S_IMODE(path.stat().st_mode))
        path.chmod(0o600)
        database = sqlite3.connect(
            path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False
        )
        undo.callback(database.close)
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA foreign_keys = ON")
        # What is deleted is overwritten.
        database.execute("PRAGMA secure_delete = ON").fetchall()
        with transaction(database, "IMMEDIATE"):
            for statement in _wanting(database):
                database.execute(statement)
        _check(path, database)
        # Only now: it changes the file, and cannot be done within a transaction.
        _log_writes(database)
        undo.pop_all()
    return database


def _log_writes(database: sqlite3.Connection) -> None:
    try:
        database.execute("PRAGMA journal_mode = WAL").fetchall()
    except sqlite3.OperationalError as exc:
        # Another process opens the new file too, and sets this. SQLite does not wait for it.
        if exc.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise


def _wanting(database: sqlite3.Connection) -> tuple[str, ...]:
    """What makes a file of this release of it; nothing of another program's, or a later one's."""
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not tables:
        return _TABLES
    return _FROM_VERSION_1 if _marks(database) == (_APPLICATION, 1) else ()


def _marks(database: sqlite3.Connection) -> tuple[int, int]:
    """The number of the program that made the file, and that of its form."""
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return application, version


def _check(path: Path, database: sqlite3.Connection) -> None:
    application, version = _marks(database)
    if application != _APPLICATION:
        raise ArchiveError(
            path=path, reason="it is another program's. Name another file in keep.archive."
        )
    if version != VERSION:
        raise ArchiveError(
            path=path,
            reason=f"it has version {version}, and this release knows {VERSION}. Install the "
            "release that wrote it, or name another file in keep.archive.",
        )


@contextlib.contextmanager
def transaction(database: sqlite3.Connection, kind: str) -> Iterator[None]:
    """All or nothing. `kind`: "DEFERRED" to read one state of the file, "IMMEDIATE" to write."""
    database.execute(f"BEGIN {kind}")
    # Commits, or rolls back where an error passes.
    with database:
        yield


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Makes an ArchiveError, with its cure, of what SQLite or the system says of the file."""
    try:
        yield
    except sqlite3.Error as exc:
        # The kind of an error stands in the last eight bits of its code.
        damaged = getattr(exc, "sqlite_errorcode", 0) & 0xFF in _DAMAGES
        reason = DAMAGED if damaged else f"{' '.join(str(exc).split())}. Try again."
        raise ArchiveError(path=path, reason=reason) from exc
    except OSError as exc:
        reason = f"{exc.strerror or exc}. Name another file in keep.archive."
        raise ArchiveError(path=path, reason=reason) from exc
