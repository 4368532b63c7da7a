"""Past conversations, kept on this machine in one file, each for its owner only.

A conversation of another owner is as if it were not there, even under the same id.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sqlite3
import textwrap
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from rag.answer_records import answer_from, answer_line
from rag.archive_file import DAMAGED, open_archive_file, transaction, translated
from rag.closing import Closes
from rag.errors import ArchiveError
from rag.schema import Answer
from rag.text import fold

TITLE_LENGTH: Final = 80

_ADD = """
INSERT INTO conversations (owner, conversation_id, corpus_id, title, folded, started, updated)
VALUES (:owner, :conversation_id, :corpus_id, :title, :title_folded, :asked_at, :asked_at)
ON CONFLICT (owner, conversation_id) DO UPDATE
SET corpus_id = excluded.corpus_id, updated = max(updated, excluded.updated)
"""
_ADD_EXCHANGE = """
INSERT INTO exchanges
    (owner, conversation_id, position, corpus_id, asked_at, question, answer, folded)
SELECT :owner, :conversation_id, count(*), :corpus_id, :asked_at, :question, :answer, :folded
FROM exchanges WHERE owner = :owner AND conversation_id = :conversation_id
"""
# Words are looked for with `instr`, to which % and _ are what they are.
_LIST = """
SELECT conversation_id, owner, title, corpus_id, started, updated,
    (SELECT count(*) FROM exchanges AS e
     WHERE e.owner = c.owner AND e.conversation_id = c.conversation_id) AS questions
FROM conversations AS c
WHERE owner = :owner AND NOT EXISTS (
    SELECT 1 FROM json_each(:words) AS word
    WHERE NOT instr(c.folded, word.value) AND NOT EXISTS (
        SELECT 1 FROM exchanges AS e
        WHERE e.owner = c.owner AND e.conversation_id = c.conversation_id
        AND instr(e.folded, word.value)))
ORDER BY updated DESC, rowid DESC LIMIT :limit
"""
_GET = """
SELECT conversation_id, owner, title, corpus_id, started, updated FROM conversations
WHERE owner = :owner AND conversation_id = :conversation_id
"""
_GET_EXCHANGES = """
SELECT question, answer, asked_at, corpus_id FROM exchanges
WHERE owner = :owner AND conversation_id = :conversation_id ORDER BY position
"""
_TRUNCATE = """
DELETE FROM exchanges
WHERE owner = :owner AND conversation_id = :conversation_id AND position >= :keep
"""
_SET_LAST = """
UPDATE conversations SET (updated, corpus_id) = (
    SELECT max(asked_at), (
        SELECT corpus_id FROM exchanges
        WHERE owner = :owner AND conversation_id = :conversation_id
        ORDER BY position DESC LIMIT 1)
    FROM exchanges WHERE owner = :owner AND conversation_id = :conversation_id)
WHERE owner = :owner AND conversation_id = :conversation_id
"""
_RENAME = """
UPDATE conversations SET title = :title, folded = :folded
WHERE owner = :owner AND conversation_id = :conversation_id
"""
_DELETE_ALL = "DELETE FROM conversations WHERE owner = :owner"
_DELETE = "DELETE FROM conversations WHERE owner = :owner AND conversation_id = :conversation_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """A question and its answer, when it was asked, and of which corpus.

    Raises:
        ValueError: `asked_at` has no time zone.
    """

    question: str
    answer: Answer
    asked_at: dt.datetime
    corpus_id: str

    def __post_init__(self) -> None:
        if self.asked_at.tzinfo is None:
            raise ValueError(f"{self.asked_at} has no time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A conversation without what was said in it; `questions` counts its exchanges."""

    conversation_id: str
    owner: str
    title: str
    corpus_id: str
    started: dt.datetime
    updated: dt.datetime
    questions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation with its exchanges, in order, of which there is at least one.

    `corpus_id` names what the last question was asked of. `started` and `updated` are when the
    first and the latest question were asked, in UTC.
    """

    conversation_id: str
    owner: str
    title: str
    corpus_id: str
    started: dt.datetime
    updated: dt.datetime
    exchanges: tuple[Exchanged, ...]


def new_conversation_id() -> str:
    """32 hexadecimal digits that nobody can guess."""
    return uuid.uuid4().hex


class Archive(Closes):
    """Keeps conversations in one file, which several threads and processes may share.

    Every method raises ArchiveError where the file cannot be read or written.
    """

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self.path = path
        self._database = database
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens the archive, or begins one that only its user may read.

        Raises:
            ArchiveError: the file cannot be opened, is damaged, another program's, or a later
                release's.
        """
        return cls(path, open_archive_file(path))

    def close(self) -> None:
        """Closes the file; a second time does nothing."""
        with self._lock, translated(self.path):
            self._database.close()

    def add(self, conversation_id: str, exchanged: Exchanged, *, owner: str) -> None:
        """Adds an exchange at the end; the first one begins the conversation and names it."""
        question = _storable(exchanged.question)
        title = _title(question)
        facts = {
            **_key(conversation_id, owner),
            "corpus_id": exchanged.corpus_id,
            "title": title,
            "title_folded": _folded(title),
            "asked_at": _written(exchanged.asked_at),
            "question": question,
            "answer": answer_line(exchanged.answer),
            "folded": _folded("\n".join(_said(exchanged))),
        }
        with self._writing() as database:
            database.execute(_ADD, facts)
            database.execute(_ADD_EXCHANGE, facts)

    def truncate(self, conversation_id: str, keep: int, *, owner: str) -> None:
        """Drops all exchanges after the first `keep`; with none left the conversation is gone.

        Raises:
            ValueError: `keep` is negative.
        """
        if keep < 0:
            raise ValueError(f"{keep} exchanges cannot be kept")
        if keep == 0:
            self.delete(conversation_id, owner=owner)
            return
        facts = {**_key(conversation_id, owner), "keep": keep}
        with self._writing(erasing=True) as database:
            if database.execute(_TRUNCATE, facts).rowcount:
                database.execute(_SET_LAST, facts)

    def list(self, owner: str, *, search: str = "", limit: int = 200) -> tuple[Summary, ...]:
        """An owner's conversations, the latest question first.

        Args:
            owner: whose conversations.
            search: words that must all occur in title, questions, answers or quotations, be it
                within longer words; compared as `rag.text.fold` leaves them. Blank finds all.
            limit: the most that are given.
        """
        words = json.dumps(_folded(search).split())
        facts = {"owner": _storable(owner), "words": words, "limit": max(0, limit)}
        with self._reading() as database:
            rows = database.execute(_LIST, facts).fetchall()
        with self._taken_back():
            return tuple(Summary(**_with_times(row)) for row in rows)

    def get(self, conversation_id: str, *, owner: str) -> Conversation | None:
        """The conversation of that id; None if the owner has no such."""
        facts = _key(conversation_id, owner)
        with self._reading() as database:
            row = database.execute(_GET, facts).fetchone()
            rows = database.execute(_GET_EXCHANGES, facts).fetchall()
        if row is None:
            return None
        with self._taken_back():
            return Conversation(**_with_times(row), exchanges=tuple(map(_exchanged, rows)))

    def rename(self, conversation_id: str, title: str, *, owner: str) -> bool:
        """Gives another title, cut as the first one is; whether there was one to give it to.

        A blank title, or one of invisible characters, changes nothing.
        """
        chosen = _title(_storable(title))
        if not _folded(chosen):
            return False
        facts = {**_key(conversation_id, owner), "title": chosen, "folded": _folded(chosen)}
        with self._writing() as database:
            found = database.execute(_RENAME, facts)
        return found.rowcount > 0

    def delete(self, conversation_id: str, *, owner: str) -> bool:
        """Deletes a conversation; whether it was there. Its words are overwritten on the disk."""
        with self._writing(erasing=True) as database:
            found = database.execute(_DELETE, _key(conversation_id, owner))
        return found.rowcount > 0

    def delete_all(self, owner: str) -> int:
        """Deletes all conversations of an owner, and says how many there were."""
        with self._writing(erasing=True) as database:
            found = database.execute(_DELETE_ALL, {"owner": _storable(owner)})
        return found.rowcount

    @contextlib.contextmanager
    def _taken_back(self) -> Iterator[None]:
        """Makes objects of rows in the block; of rows that make none, the file is damaged."""
        try:
            yield
        except (TypeError, ValueError) as exc:
            raise ArchiveError(path=self.path, reason=DAMAGED) from exc

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, translated(self.path), transaction(self._database, "DEFERRED"):
            yield self._database

    @contextlib.contextmanager
    def _writing(self, *, erasing: bool = False) -> Iterator[sqlite3.Connection]:
        """All changes or none; what is erased does not stay in the log of writes either."""
        with self._lock, translated(self.path):
            with transaction(self._database, "IMMEDIATE"):
                yield self._database
            if erasing:
                self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _key(conversation_id: str, owner: str) -> dict[str, Any]:
    return {"conversation_id": _storable(conversation_id), "owner": _storable(owner)}


def _exchanged(row: sqlite3.Row) -> Exchanged:
    return Exchanged(
        question=row["question"],
        answer=answer_from(json.loads(row["answer"])),
        asked_at=dt.datetime.fromisoformat(row["asked_at"]),
        corpus_id=row["corpus_id"],
    )


def _with_times(row: sqlite3.Row) -> dict[str, Any]:
    """The columns of a conversation, `started` and `updated` as moments."""
    times = {name: dt.datetime.fromisoformat(row[name]) for name in ("started", "updated")}
    return {**dict(row), **times}


def _title(question: str) -> str:
    """A question on one line, cut at a word; a word that is too long is cut itself."""
    line = " ".join(question.split())
    cut = textwrap.shorten(line, TITLE_LENGTH, placeholder="…", break_on_hyphens=False)
    return f"{line[: TITLE_LENGTH - 1]}…" if cut == "…" != line else cut


def _said(exchanged: Exchanged) -> Iterator[str]:
    yield exchanged.question
    yield exchanged.answer.text
    yield from (citation.quote for citation in exchanged.answer.citations)


def _folded(text: str) -> str:
    return " ".join(fold(_storable(text)).replace("\0", " ").split())


def _storable(text: str) -> str:
    """The text with halves of characters, which UTF-8 cannot hold, as question marks."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _written(moment: dt.datetime) -> str:
    """In UTC and of one length, so that these texts are ordered as the moments are."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")
