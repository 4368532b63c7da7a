"""One visitor's page: what it shows, and the question that is being answered. Free of Gradio."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.archive import Archive, Exchanged, new_conversation_id
from rag.corpora import DEFAULT
from rag.errors import CorpusNotFoundError, RagError
from rag.schema import Citation, Document, Period
from ui.conversation import Chat
from ui.desk import Desk, Visitor, Works
from ui.library import Order
from ui.preferences import Length, Theme
from ui.render import Exchange
from ui.strings import Language, Problem
from ui.taking_in import TakingIn

log = logging.getLogger(__name__)

Panels = frozenset[str]
"""Names of the page's panels, as `ui.panels` renders them."""

TALK: Panels = frozenset({"past", "present", "invitation", "scope", "composer"})
LIBRARY: Panels = frozenset(
    {"corpora", "upload", "ingest", "glance", "document_tools", "documents"}
)
PAST: Panels = frozenset({"past_tools", "past_list"})
SETTINGS: Panels = frozenset({"preferences"})
EVERYTHING: Panels = TALK | LIBRARY | PAST | SETTINGS | {"header", "notice", "viewer", "signal"}
VIEWS = {"ask": TALK, "library": LIBRARY, "past": PAST, "settings": SETTINGS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a visitor has chosen for the page and for the next questions.

    `passages` is None for the number of the settings.
    """

    language: Language
    theme: Theme = "auto"
    length: Length = "sentence"
    passages: int | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A document that is shown whole, None if it is gone; at a citation of an exchange, or none."""

    document: Document | None
    citation: Citation | None = None
    citations: tuple[Citation, ...] = ()
    exchange: int = 0


class Visit:
    """One visitor's page, as it stands. `ui.deeds` change it.

    `signal` is what the browser is asked to do after an action, `typed` what the composer is to
    hold then, None to leave it; it is used up when it is shown. `problem` is what went wrong with
    the last action. `receiving` is held while uploaded files are put in their place.
    """

    def __init__(self, desk: Desk, visitor: Visitor, preferences: Preferences) -> None:
        self.desk, self.visitor, self.preferences = desk, visitor, preferences
        self.chat = Chat(visitor.describe)
        self.conversation_id = new_conversation_id()
        self.keeping = self.may_keep
        self.editing: int | None = None
        self.opened: Opened | None = None
        self.corpus_id = DEFAULT
        self.query, self.page = "", 1
        self.order: Order = "newest"
        self.taking_in: TakingIn | None = None
        self.past_query = ""
        self.bad_period: tuple[str, str] | None = None
        self.bad_passages = False
        self.problem: Problem | None = None
        self.signal: dict[str, Any] = {}
        self.typed: str | None = None
        self.receiving = threading.Lock()
        # The exchanges of the chat that are kept, by their place in it, in the archive's order.
        self._kept: dict[int, Exchange] = {}

    @property
    def language(self) -> Language:
        """The language of the page."""
        return self.preferences.language

    @property
    def may_keep(self) -> bool:
        """Whether the visitor's conversations can be kept."""
        return self.desk.archive is not None and not self.visitor.is_guest

    @property
    def may_change(self) -> bool:
        """Whether the visitor may add documents to the chosen corpus, and delete some."""
        try:
            corpus = self.desk.corpora.get(self.corpus_id, owner=self.visitor.owner)
        except CorpusNotFoundError:
            return False
        return corpus.owner == self.visitor.owner

    @property
    def is_taking_in(self) -> bool:
        """Whether files of the visitor are being taken in now."""
        return self.taking_in is not None and self.taking_in.view.running

    def choose(self, corpus_id: str) -> None:
        """Takes another corpus for the library and the next questions, which need not be there."""
        if corpus_id != self.corpus_id:
            self.corpus_id, self.query, self.page = corpus_id, "", 1

    def assistant(self, corpus_id: str | None = None) -> Works:
        """What answers from a corpus, the chosen one by default.

        Raises:
            CorpusNotFoundError: there is none that the visitor may see.
        """
        chosen = self.corpus_id if corpus_id is None else corpus_id
        return self.desk.corpora.assistant(chosen, owner=self.visitor.owner)

    def find(self, corpus_id: str, document_id: str) -> Document | None:
        """A document of a corpus; None if it is gone, or the corpus is."""
        try:
            assistant = self.assistant(corpus_id)
        except CorpusNotFoundError:
            return None
        return assistant.document(document_id)

    def prefer(self, **chosen: Any) -> None:
        """Changes some of the preferences."""
        self.preferences = replace(self.preferences, **chosen)

    def take_up(self, exchanges: Sequence[Exchange] = (), *, conversation_id: str = "") -> None:
        """Puts another conversation in place of this one: a kept one, or a new one."""
        self.chat.restore(exchanges)
        self.editing = None
        self.conversation_id = conversation_id or new_conversation_id()
        self._kept = dict(enumerate(exchanges))

    def let_go(self) -> None:
        """Has what follows be kept as a conversation of its own."""
        self.conversation_id, self._kept = new_conversation_id(), {}

    def ask(self, question: str, *, in_place_of: int | None = None) -> Panels:
        """Takes a question; no panel changes if it is empty, or another one is open.

        It takes the place of an exchange, by default of the one that is being edited, and of all
        that follow. One that comes too soon costs no answer: it stands at the end.
        """
        if not question.strip() or self.chat.is_open:
            return frozenset()
        told, self.problem = self.problem is not None, None
        was_editing = self.editing is not None
        replaced = self.editing if in_place_of is None else in_place_of
        wait_s = self.desk.pace.allows(self.visitor.key)
        spared = wait_s > 0 and self._is_answered_from(replaced)
        if replaced is not None and not spared:
            self._forget_from(replaced)
            self.editing = None
        self.chat.ask(question, period=self.preferences.period, corpus_id=self.corpus_id)
        if wait_s > 0:
            self.chat.fail(Problem(key="too_quick", facts={"seconds": str(int(wait_s) + 1)}))
        # Asking an earlier question again takes nothing from the composer.
        from_composer = in_place_of is None or was_editing
        self.typed = "" if from_composer and self.editing is None else None
        return TALK | {"notice"} if told or self.problem is not None else TALK

    def answer(self) -> Generator[None]:
        """Answers the open question, yields after each step, and keeps what was said."""
        if not self.chat.is_open:
            return
        index = len(self.chat.exchanges) - 1
        asked, asked_at = self.chat.exchanges[index], dt.datetime.now(dt.UTC)
        try:
            assistant = self.assistant(asked.corpus_id)
        except RagError as exc:
            self.chat.fail(self.visitor.describe(exc))
            yield
            return
        conversation = self.conversation_id
        yield from self.chat.answer(
            assistant,
            top_k=self.preferences.passages,
            worded=self.preferences.length != "words",
        )
        exchanges = self.chat.exchanges[index : index + 1]
        if exchanges and self.conversation_id == conversation:
            self._remember(index, exchanges[0], asked_at)

    def _remember(self, index: int, exchange: Exchange, asked_at: dt.datetime) -> None:
        archive, answer = self.desk.archive, exchange.answer
        if archive is None or answer is None or not self.keeping:
            return
        try:
            self._keep_apart(archive)
            archive.add(
                self.conversation_id,
                Exchanged(
                    question=exchange.question,
                    answer=answer,
                    asked_at=asked_at,
                    corpus_id=exchange.corpus_id,
                ),
                owner=self.visitor.owner,
            )
        except RagError as exc:
            log.warning("Not kept: %s", exc)
            self.problem = self.visitor.describe(exc)
        else:
            self._kept[index] = exchange

    def _keep_apart(self, archive: Archive) -> None:
        """Lets go of the conversation if another page of the visitor's has changed it since.

        Raises:
            ArchiveError: the archive cannot be read.
        """
        found = archive.get(self.conversation_id, owner=self.visitor.owner)
        there = () if found is None else found.exchanges
        if [*map(_said, there)] != [*map(_said, self._kept.values())]:
            self.let_go()

    def _is_answered_from(self, index: int | None) -> bool:
        exchanges = () if index is None else self.chat.exchanges[index:]
        return any(one.answer is not None for one in exchanges)

    def _forget_from(self, index: int) -> None:
        """Forgets an exchange and all that follow it, here and in what is kept."""
        self.chat.keep(index)
        archive, before = self.desk.archive, self._kept
        kept = {place: one for place, one in before.items() if place < index}
        if archive is None or len(kept) == len(before):
            return
        if not self.keeping:
            self.let_go()
            return
        try:
            self._keep_apart(archive)
            if self._kept is before:
                archive.truncate(self.conversation_id, len(kept), owner=self.visitor.owner)
                self._kept = kept
        except RagError as exc:
            log.warning("Still kept: %s", exc)
            self.problem = self.visitor.describe(exc)
            self.let_go()


def _said(exchange: Exchange | Exchanged) -> tuple[str, str]:
    """A question and its answer; neither is changed once it is kept."""
    return exchange.question, "" if exchange.answer is None else exchange.answer.text
