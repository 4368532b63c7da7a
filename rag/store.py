"""Home of Chroma: one corpus in a folder or on a server, shared safely by threads and processes.

The metadata of the chunks' collection hold the manifest, a version that changes with each write,
and the id of the document that is being written. If its writer was killed, the next process clears
up after it.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import filelock

from rag.errors import IndexMismatchError, IndexStoreError
from rag.settings import IndexSettings
from rag.vector_files import VectorFiles

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

LOCK_TIMEOUT_S = 120
LOCK_POLL_S = 0.005
"""Short, so that a question finds its turn between two documents of an ingest."""
PAGE = 500
"""Records that are written, read or deleted at once, if Chroma takes as many."""

# What Chroma says when it cannot write; that the disk is full, it says only at times.
_NO_SPACE = re.compile(
    "disk is full|disk I/O error|No space left|Failed to apply logs|Error (persist|purg|updat)ing"
)

_DOCUMENTS = "-documents"

_SEGMENT = "-".join("[0-9a-f]" * digits for digits in (8, 4, 4, 4, 12))
"""The folders of vector files, called by the ids of Chroma's segments."""

T = TypeVar("T")


class Store:
    """The two collections of a corpus, open. Look them up anew in each `read` or `writing`.

    `chunks` has the vectors; a chunk counts only if `documents` has its document. One thread at a
    time is let in, and one of the processes that share a folder (a file lock): whoever reads takes
    up what Chroma has logged, and may have to write the files of the vectors.
    """

    def __init__(self, settings: IndexSettings, manifest: Mapping[str, str | int]) -> None:
        self._settings = settings
        self._manifest = dict(manifest)
        self._place = settings.url or str(settings.path)
        self._turn = threading.RLock()
        # A server lets writers take turns by itself.
        self._alone: AbstractContextManager[object] = (
            nullcontext()
            if settings.url
            else filelock.FileLock(
                settings.path / ".lock", timeout=LOCK_TIMEOUT_S, poll_interval=LOCK_POLL_S
            )
        )
        # A server keeps its own files.
        self._files = None if settings.url else VectorFiles(settings.path)
        self._client: ClientAPI | None = None
        self._closed = False
        self._version = ""
        self.chunks: Collection
        self.documents: Collection

    def open(self, *, rebuild: bool = False) -> None:
        """Opens or makes the collections, and ends what a killed writer began.

        Raises:
            IndexMismatchError: there are documents, built with another manifest, and `rebuild` is
                false.
            IndexStoreError: the folder or server cannot be used.
        """
        with self._translated():
            if self._settings.url is None:
                self._settings.path.mkdir(parents=True, exist_ok=True)
                self._check_writable(self._settings.path)
            with self._turn, self._alone:
                self._connect(rebuild=rebuild)

    def close(self) -> None:
        """Lets go of the store. Closing twice does nothing."""
        with self._turn:
            self._closed = True
            self._disconnect()

    def drop(self) -> None:
        """Deletes the corpus with its files, whatever it was built with, and closes the store.

        Nothing happens if it is not there. Others that have it open are told that it is gone.

        Raises:
            IndexStoreError: the folder or server cannot be used.
        """
        with self._translated():
            if self._settings.url is None:
                if not self._settings.path.exists():
                    return
                self._check_writable(self._settings.path)
            with self._turn, self._alone:
                if self._files is not None:
                    self._files.restore()
                with self._guarded():
                    self._client = self._new_client()
                    self._drop()
                self.close()
                if self._files is not None:
                    _remove_unlisted(self._settings.path)

    def version(self) -> str:
        """A token that is another one after each write, by any process."""
        return self.read(lambda: self._version)

    def read(self, ask: Callable[[], T]) -> T:
        """Asks the store, after taking up what other processes wrote.

        Raises:
            IndexMismatchError: another process has built the index anew with another manifest.
            IndexStoreError: the store failed, or is closed.
        """
        with self._turn, self._translated(), self._alone:
            from chromadb.errors import ChromaError

            self._take_up_changes()
            try:
                return ask()
            except ChromaError:
                # On a server, another process may be halfway through a write.
                self._connect()
                return ask()

    @contextmanager
    def writing(self, document_id: str) -> Iterator[None]:
        """Lets one document be written in the block; its mark outlives a crash.

        Raises:
            IndexMismatchError: another process has built the index anew with another manifest.
            IndexStoreError: the store failed, or is closed.
        """
        with self._turn, self._translated(), self._alone:
            self._take_up_changes()
            self._mend()
            with self._guarded():
                self._note(pending=document_id)
                yield
                self._note(pending="")

    def batch_size(self) -> int:
        """How many records may be written at once. Call it while `writing`."""
        return min(PAGE, self._opened().get_max_batch_size())

    def has(self, document_id: str) -> bool:
        """Whether there is such a document. Call it within `read` or `writing`."""
        return bool(self.documents.get(ids=[document_id], include=[])["ids"])

    def chunk_ids(self, document_id: str) -> list[str]:
        """The ids of a document's chunks. Call it within `read` or `writing`."""
        return self.chunks.get(where={"document_id": document_id}, include=[])["ids"]

    def delete(self, document_id: str) -> None:
        """Deletes a document's record first, then its chunks. Call it while `writing`."""
        self.documents.delete(ids=[document_id])
        self._delete_chunks(document_id)

    def _delete_chunks(self, document_id: str) -> None:
        ids = self.chunk_ids(document_id)
        for first in range(0, len(ids), PAGE):
            self.chunks.delete(ids=ids[first : first + PAGE])

    def _mend(self) -> None:
        """Ends what a killed writer began: a document's chunks go if its record is not there."""
        pending = str(self._notes().get("pending", ""))
        if pending:
            if not self.has(pending):
                self._delete_chunks(pending)
            self._note(pending="")

    def _notes(self) -> Mapping[str, Any]:
        """The metadata of the chunks' collection as they stand now; empty if it is gone."""
        return _notes_of(self._find(self._settings.collection))

    def _note(self, *, pending: str) -> None:
        """Writes that metadata, with a new version when nothing is pending."""
        if not pending:
            self._version = uuid.uuid4().hex
        self.chunks.modify(metadata=self._metadata(pending=pending))

    def _metadata(self, *, pending: str) -> dict[str, Any]:
        return {
            "manifest": json.dumps(self._manifest, sort_keys=True),
            "version": self._version,
            "pending": pending,
        }

    def _take_up_changes(self) -> None:
        """Opens the store anew if another process wrote, or a write did not end.

        The embedded Chroma keeps vectors in memory and never sees those of another process; were
        it to write on top of them, they would be lost.
        """
        if self._closed:
            raise IndexStoreError(path=self._place, reason="it has been closed.")
        if self._client is None or (self._files is not None and self._files.unfinished):
            self._connect()
        notes = self._notes()
        if not notes:
            raise IndexStoreError(path=self._place, reason="this corpus has been deleted.")
        # The lock is ours: what is pending in a folder was left by a process that was killed.
        left_pending = bool(notes.get("pending")) and self._files is not None
        if left_pending or notes.get("version") != self._version:
            self._connect()

    def _connect(self, *, rebuild: bool = False) -> None:
        """Opens client and collections. The caller holds the file lock."""
        if self._files is not None:
            self._disconnect()
            self._files.restore()
        with self._guarded():
            if self._client is None:
                self._client = self._new_client()
            self._check_apart()
            if rebuild:
                self._drop()
            self._open_collections()

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client.close()  # type: ignore[attr-defined]
            self._client = None

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Lets Chroma write in the block; if that fails, the store is opened anew when next used.

        Until then Chroma is let go of: after a full disk it would keep SQLite's lock.
        """
        try:
            with self._files.writing() if self._files else nullcontext():
                yield
        except BaseException:
            self._disconnect()
            raise

    def _open_collections(self) -> None:
        """Opens both collections, or makes them; empty ones are made anew for another manifest."""
        chunks = self._find(self._settings.collection)
        notes = _notes_of(chunks)
        self.documents = self._opened().get_or_create_collection(
            _documents_of(self._settings.collection), embedding_function=None
        )
        if chunks is None or not notes:
            self.chunks = self._create_chunks()
            return
        built_with = json.loads(notes.get("manifest", "{}"))
        if built_with != self._manifest:
            if self.documents.count():
                raise IndexMismatchError(
                    path=self._place, built_with=built_with, configured=self._manifest
                )
            self._drop()
            self._open_collections()
            return
        self.chunks = chunks
        self._version = str(notes["version"])
        self._mend()
        # Loads the vectors now, while no one else writes their files.
        self.chunks.get(limit=1, include=["embeddings"])

    def _create_chunks(self) -> Collection:
        self._version = uuid.uuid4().hex
        return self._opened().create_collection(
            self._settings.collection,
            embedding_function=None,
            # A wider search than Chroma's own (100), as corpora here are small.
            configuration={"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200}},
            metadata=self._metadata(pending=""),
        )

    def _drop(self) -> None:
        """Deletes both collections; the documents first, as they say which chunks count."""
        from chromadb.errors import NotFoundError

        for name in (_documents_of(self._settings.collection), self._settings.collection):
            try:
                self._opened().delete_collection(name)
            except NotFoundError:
                continue

    def _check_apart(self) -> None:
        """Refuses a name that would share a collection with another's: "abc" and "abc-documents".

        Raises:
            IndexStoreError: there is such another corpus.
        """
        name = self._settings.collection
        longer, shorter = _documents_of(name), name.removesuffix(_DOCUMENTS)
        for other, collection in ((longer, _documents_of(longer)), (shorter, shorter)):
            if other != name and self._find(collection) is not None:
                raise IndexStoreError(
                    path=self._place,
                    reason=f'the corpus "{name}" would share its documents with "{other}", which '
                    "is there. Set index.collection to another name.",
                )

    def _find(self, name: str) -> Collection | None:
        """The collection of that name, if there is one."""
        from chromadb.errors import NotFoundError

        try:
            return self._opened().get_collection(name, embedding_function=None)
        except NotFoundError:
            return None

    def _opened(self) -> ClientAPI:
        if self._client is None:
            raise IndexStoreError(path=self._place, reason="it has been closed.")
        return self._client

    def _check_writable(self, folder: Path) -> None:
        for place in (folder, folder / ".lock", folder / "chroma.sqlite3"):
            if place.exists() and not os.access(place, os.W_OK):
                raise IndexStoreError(
                    path=self._place,
                    reason=f"{place} is read-only, and Chroma writes there even to answer a "
                    "question. Make the folder and its files writable, or set index.path to a "
                    "copy that is.",
                )

    def _new_client(self) -> ClientAPI:
        import chromadb
        from chromadb.config import Settings

        quiet = Settings(anonymized_telemetry=False)
        if self._settings.url is None:
            # Chroma hands its log to HNSW in as many threads as this lets it. Two that link vectors
            # at once may leave one that no search finds (1 opening of 1,600, with 8 threads).
            os.environ["RAYON_NUM_THREADS"] = "1"
            return chromadb.PersistentClient(_own_spelling(str(self._settings.path)), quiet)
        url = self._settings.url
        address = urlsplit(url if "//" in url else f"//{url}")
        encrypted = address.scheme == "https"
        try:
            return chromadb.HttpClient(
                host=address.hostname or "localhost",
                port=address.port or (443 if encrypted else 8000),
                ssl=encrypted,
                settings=quiet,
            )
        except ValueError as exc:
            raise IndexStoreError(
                path=self._place, reason=f"no Chroma server answers there ({exc})."
            ) from exc

    @contextmanager
    def _translated(self) -> Iterator[None]:
        import httpx
        from chromadb.errors import ChromaError

        try:
            yield
        except filelock.Timeout as exc:
            raise IndexStoreError(
                path=self._place,
                reason=f"another process has held it for {LOCK_TIMEOUT_S} s. Wait for its end.",
            ) from exc
        except (ChromaError, httpx.HTTPError, OSError, sqlite3.Error) as exc:
            reason = f"{exc}."
            if _NO_SPACE.search(reason):
                reason += (
                    " If the disk is full, make room and run it again: what was stored is kept."
                )
            raise IndexStoreError(path=self._place, reason=reason) from exc


def _notes_of(chunks: Collection | None) -> Mapping[str, Any]:
    return {} if chunks is None else chunks.metadata or {}


def _documents_of(collection: str) -> str:
    """The collection of the documents whose chunks are in another."""
    return f"{collection}{_DOCUMENTS}"


def _remove_unlisted(folder: Path) -> None:
    """Removes vector files that Chroma leaves behind when it deletes a collection, and copies."""
    with closing(sqlite3.connect(folder / "chroma.sqlite3")) as connection:
        listed = {name for (name,) in connection.execute("SELECT id FROM segments")}
    for place in (*folder.glob(_SEGMENT), *folder.glob(f".vectors/{_SEGMENT}")):
        if place.name not in listed:
            shutil.rmtree(place)


def _own_spelling(path: str) -> str:
    """Another way to write the path, hardly ever the same twice.

    Within a process Chroma shares one engine between all clients of a path, by its spelling, and
    keeps it until the last of them closes, so that no client could open it anew.
    """
    return path + "/" + "".join(secrets.choice(("/", "./")) for _ in range(64))
