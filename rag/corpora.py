"""Several corpora over one set of models: who may see and change them, an assistant for each."""

from __future__ import annotations

import dataclasses
import threading
import uuid
from collections.abc import Sequence

from rag.assistant import Assistant
from rag.closing import Closes
from rag.corpus_register import (
    DEFAULT,
    Corpus,
    Listed,
    Register,
    check_free,
    check_name,
    name_key,
    now,
)
from rag.engines import Engines
from rag.errors import CorpusError, CorpusNotFoundError
from rag.index import Index
from rag.settings import IndexSettings, Settings

__all__ = ["DEFAULT", "Corpora", "Corpus"]


class Corpora(Closes):
    """The corpora of an index. Use it as a context manager, from any number of threads.

    Whoever asks is an `owner`. A corpus that is not theirs and not shared is as good as not there.
    Every method raises `IndexStoreError` if the register cannot be read or written.
    """

    def __init__(self, settings: Settings, *, engines: Engines | None = None) -> None:
        """Opens nothing yet.

        Args:
            settings: those of the default corpus; the others differ in `index.collection`.
            engines: the models, which stay open; without them they are the settings' own.
        """
        self._settings = settings
        self._shares_engines = engines is not None
        self._engines = engines or Engines(settings)
        self._register = Register(settings.index.path)
        self._turn = threading.Lock()
        self._assistants: dict[str, Assistant] = {}

    def close(self) -> None:
        """Closes all assistants, and models that were opened here. Twice does nothing."""
        with self._turn:
            while self._assistants:
                self._assistants.popitem()[1].close()
        if not self._shares_engines:
            self._engines.close()

    def visible_to(self, owner: str) -> tuple[Corpus, ...]:
        """The owner's corpora and the shared ones: the default one first, then by name."""
        return self._visible(self._register.read(), owner)

    def get(self, corpus_id: str, *, owner: str) -> Corpus:
        """The corpus of that id.

        Raises:
            CorpusNotFoundError: there is none that the owner may see.
        """
        return _with_id(self.visible_to(owner), corpus_id)

    def find(self, name: str, *, owner: str) -> Corpus:
        """The corpus of that name, whatever its case, or of that id; the owner's own comes first.

        Raises:
            CorpusError: several that others share have that name.
            CorpusNotFoundError: there is none that the owner may see.
        """
        visible = self.visible_to(owner)
        called = [corpus for corpus in visible if name_key(corpus.name) == name_key(name)]
        found = [corpus for corpus in called if corpus.owner == owner] or called
        if len(found) > 1:
            ids = ", ".join(corpus.corpus_id for corpus in found)
            raise CorpusError(corpus=name, reason=f"several are called so. Give its id: {ids}.")
        return found[0] if found else _with_id(visible, name)

    def create(self, name: str, *, owner: str = "", shared: bool = False) -> Corpus:
        """Makes an empty corpus.

        Args:
            name: 1 to 80 characters, none of them invisible; no other one of the owner's, in
                whatever case. Blanks around it are taken off.
            owner: whose it is.
            shared: whether others may read it.

        Raises:
            CorpusError: the name cannot be used.
        """
        name = check_name(name)
        with self._register.changing() as listed:
            check_free(name, [corpus for corpus in listed.corpora if corpus.owner == owner])
            corpus_id = f"c-{uuid.uuid4().hex[:12]}"
            made = Corpus(
                corpus_id=corpus_id,
                name=name,
                owner=owner,
                shared=shared,
                created=now(),
                collection=corpus_id,
            )
            listed.corpora.append(made)
        return made

    def rename(self, corpus_id: str, name: str, *, owner: str) -> Corpus:
        """Gives a corpus of the owner's another name, as `create` takes them.

        Raises:
            CorpusError: the name cannot be used, or the corpus is not the owner's to change.
            CorpusNotFoundError: there is none that the owner may see.
        """
        name = check_name(name)
        with self._register.changing() as listed:
            old = self._own(listed, corpus_id, owner)
            others = [corpus for corpus in listed.corpora if corpus is not old]
            check_free(name, [corpus for corpus in others if corpus.owner == owner])
            new = dataclasses.replace(old, name=name)
            listed.corpora[listed.corpora.index(old)] = new
        return new

    def delete(self, corpus_id: str, *, owner: str) -> None:
        """Deletes a corpus of the owner's with all that was taken into it; files stay.

        If the store fails, or the process is killed, the corpus is gone from the register all the
        same, and the next call drops what is left of it.

        Raises:
            CorpusError: the corpus is not the owner's to delete.
            CorpusNotFoundError: there is none that the owner may see.
        """
        with self._register.changing() as listed:
            corpus = self._own(listed, corpus_id, owner)
            if corpus.collection == self._settings.index.collection:
                raise CorpusError(
                    corpus=corpus.name,
                    reason="index.collection names it as the default one. Change that first.",
                    kind="in_settings",
                )
            listed.corpora.remove(corpus)
            listed.doomed.append(corpus.collection)
        for collection in self._register.read().doomed:
            self._drop(collection)

    def assistant(self, corpus_id: str, *, owner: str) -> Assistant:
        """What answers from a corpus: the same one each time, with the models of all.

        It is closed with the corpora, and for good once its corpus is deleted.

        Raises:
            CorpusNotFoundError: there is none that the owner may see.
        """
        with self._turn:
            listed = self._register.read()
            known = {corpus.collection for corpus in listed.corpora}
            # Deleted by another process.
            for gone in self._assistants.keys() - known - {self._settings.index.collection}:
                self._assistants.pop(gone).retire()
            collection = _with_id(self._visible(listed, owner), corpus_id).collection
            if collection not in self._assistants:
                settings = self._settings.model_copy(update={"index": self._index_of(collection)})
                self._assistants[collection] = Assistant.open(settings, engines=self._engines)
            return self._assistants[collection]

    def _visible(self, listed: Listed, owner: str) -> tuple[Corpus, ...]:
        default = Corpus(
            corpus_id=DEFAULT,
            name=DEFAULT,
            shared=True,
            created=listed.created,
            collection=self._settings.index.collection,
        )
        found = [corpus for corpus in listed.corpora if corpus.shared or corpus.owner == owner]
        found.sort(key=lambda corpus: (name_key(corpus.name), corpus.corpus_id))
        return (default, *found)

    def _own(self, listed: Listed, corpus_id: str, owner: str) -> Corpus:
        corpus = _with_id(self._visible(listed, owner), corpus_id)
        if corpus_id == DEFAULT:
            raise CorpusError(
                corpus=corpus.name,
                reason="it is always there, and is neither renamed nor deleted. "
                "Its documents can be removed one by one.",
                kind="always_there",
            )
        if corpus.owner != owner:
            raise CorpusError(
                corpus=corpus.name,
                reason="it is shared by another user, and only they may rename or delete it.",
                kind="not_yours",
            )
        return corpus

    def _drop(self, collection: str) -> None:
        with self._turn:
            if collection in self._assistants:
                self._assistants.pop(collection).retire()
        Index.drop(self._index_of(collection))
        with self._register.changing() as listed:
            # Another process may have been quicker.
            listed.doomed = [doomed for doomed in listed.doomed if doomed != collection]

    def _index_of(self, collection: str) -> IndexSettings:
        return self._settings.index.model_copy(update={"collection": collection})


def _with_id(corpora: Sequence[Corpus], corpus_id: str) -> Corpus:
    for corpus in corpora:
        if corpus.corpus_id == corpus_id:
            return corpus
    raise CorpusNotFoundError(corpus=corpus_id)
