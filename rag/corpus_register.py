"""The register of corpora: one JSON file, which several processes may read and change at once."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import filelock
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from rag.errors import CorpusError, IndexStoreError
from rag.weights import explain, write_atomically

DEFAULT = "default"
"""Id and name of the corpus that is always there."""

LONGEST_NAME = 80
LOCK_TIMEOUT_S = 30

# Persian words and emoji need them, and two names that differ in them only look the same.
_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d\ufe0e\ufe0f"))
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# Letters and signs by their category, yet nothing is drawn for them.
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Documents that are asked together.

    `owner` is whose it is, "" for whoever sits at this computer; others may read it if it is
    `shared`. `created` is in UTC. `collection` is the Chroma collection that it lives in.
    """

    corpus_id: str
    name: str
    owner: str = ""
    shared: bool = False
    created: dt.datetime
    collection: str


class Listed(BaseModel):
    """What the file holds: all corpora but the default one.

    `created` is when the file was first written, or when it was looked for in vain. `doomed` are
    collections of deleted corpora, yet to be dropped.
    """

    model_config = ConfigDict(extra="forbid")
    version: Literal[1] = 1
    created: AwareDatetime
    corpora: list[Corpus] = Field(default_factory=list)
    doomed: list[str] = Field(default_factory=list)


class Register:
    """The file corpora.json of an index folder. Safe to use from threads and processes.

    Its methods raise `IndexStoreError` if the file cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "corpora.json"
        self._alone = filelock.FileLock(folder / ".corpora.lock", timeout=LOCK_TIMEOUT_S)
        self._began = now()

    def read(self) -> Listed:
        """What is listed now; nothing if there is no file yet."""
        with self._translated():
            try:
                text = self._file.read_text(encoding="utf-8")
            except FileNotFoundError:
                return Listed(created=self._began)
            return Listed.model_validate_json(text)

    @contextmanager
    def changing(self) -> Iterator[Listed]:
        """What is listed, to be changed in the block; it is written when that ends well."""
        with self._translated():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._alone:
                listed = self.read()
                yield listed
                write_atomically(self._file, listed.model_dump_json(indent=1))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except filelock.Timeout as exc:
            reason = f"another process has held it for {LOCK_TIMEOUT_S} s. Wait for its end."
            raise IndexStoreError(path=self._file, reason=reason) from exc
        except OSError as exc:
            raise IndexStoreError(path=self._file, reason=f"{explain(exc)}.") from exc
        except (ValidationError, UnicodeDecodeError) as exc:
            raise IndexStoreError(
                path=self._file,
                reason="it is no register of corpora. Put back a copy of it, or move it away: the "
                "documents stay, but only those of the default corpus are found without it.",
            ) from exc


def now() -> dt.datetime:
    """The time in UTC, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def name_key(name: str) -> str:
    """What two names share that only differ in case, or in what cannot be seen."""
    folded = unicodedata.normalize("NFC", name.strip()).translate(_JOINERS).casefold()
    return unicodedata.normalize("NFC", folded)


def check_name(name: str) -> str:
    """The name as it is kept: in NFC, without blanks around it.

    Raises:
        CorpusError: it is empty, too long, or holds characters that cannot be seen.
    """
    name = unicodedata.normalize("NFC", name).strip()
    if not name_key(name):
        raise CorpusError(corpus="?", reason="its name is empty. Give it one.", kind="no_name")
    shown = "".join("\N{REPLACEMENT CHARACTER}" if _is_unseen(c) else c for c in name)
    if len(name) > LONGEST_NAME:
        raise CorpusError(
            corpus=f"{shown[:LONGEST_NAME]}…",
            reason=f"its name has {len(name):,} characters, and at most {LONGEST_NAME} are kept.",
            kind="long_name",
        )
    for character in name:
        if _is_unseen(character):
            raise CorpusError(
                corpus=shown,
                reason=f"its name holds the invisible character U+{ord(character):04X}. "
                "Leave it out.",
                kind="unseen",
            )
    return name


def _is_unseen(character: str) -> bool:
    unseen = unicodedata.category(character) in _UNSEEN or character in _FILLERS
    return unseen and ord(character) not in _JOINERS


def check_free(name: str, others: Sequence[Corpus]) -> None:
    """Lets a name pass that none of the others has, nor the default corpus.

    Raises:
        CorpusError: one has it, in whatever case.
    """
    if name_key(name) in {name_key(DEFAULT), *(name_key(corpus.name) for corpus in others)}:
        raise CorpusError(
            corpus=name, reason="there is one of that name. Choose another name.", kind="taken"
        )
