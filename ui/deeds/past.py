"""Past conversations: searched, opened, renamed, exported, deleted, and kept or not."""

from __future__ import annotations

import logging
from functools import partial

from rag.archive import Conversation
from rag.errors import RagError
from rag.schema import Document
from ui.copies import CONVERSATION_FORMS, saved_conversation
from ui.deeds.facts import Facts
from ui.deeds.preferences import note_preferences
from ui.deeds.talk import STILL_ANSWERING
from ui.render import Exchange
from ui.visit import PAST, TALK, Panels, Visit

log = logging.getLogger(__name__)


def _search_past(visit: Visit, facts: Facts) -> Panels:
    visit.past_query = facts["query"]
    return frozenset({"past_list"}) if visit.past_query else PAST


def _kept(visit: Visit, facts: Facts) -> Conversation | None:
    archive = visit.desk.archive
    if archive is None:
        return None
    return archive.get(facts["conversation"], owner=visit.visitor.owner)


def _open_past(visit: Visit, facts: Facts) -> Panels:
    found = _kept(visit, facts)
    if found is None:
        return PAST
    if visit.chat.is_open:
        visit.problem = STILL_ANSWERING
        return PAST
    exchanges = [
        Exchange(question=one.question, answer=one.answer, corpus_id=one.corpus_id, begun=True)
        for one in found.exchanges
    ]
    visit.take_up(exchanges, conversation_id=found.conversation_id)
    visible = [one.corpus_id for one in visit.desk.corpora.visible_to(visit.visitor.owner)]
    if found.corpus_id in visible:
        visit.choose(found.corpus_id)
    visit.signal = {"view": "ask", "focus": "#question textarea"}
    return TALK | {"past_list"}


def _rename_past(visit: Visit, facts: Facts) -> Panels:
    if visit.desk.archive is not None:
        visit.desk.archive.rename(facts["conversation"], facts["title"], owner=visit.visitor.owner)
    return frozenset({"past_list"})


def _delete_past(visit: Visit, facts: Facts) -> Panels:
    if visit.desk.archive is not None:
        visit.desk.archive.delete(facts["conversation"], owner=visit.visitor.owner)
    if facts["conversation"] == visit.conversation_id:
        visit.take_up()
        return TALK | {"past_list"}
    return frozenset({"past_list"})


def _delete_all_past(visit: Visit, _: Facts) -> Panels:
    if visit.desk.archive is not None:
        visit.desk.archive.delete_all(visit.visitor.owner)
    visit.let_go()
    return PAST


def _export_past(visit: Visit, facts: Facts) -> Panels:
    found = _kept(visit, facts)
    if found is None:
        return PAST
    form = facts.one_of("format", CONVERSATION_FORMS)
    visit.signal = {"saved": saved_conversation(found, form, partial(_known, visit))}
    return frozenset()


def _known(visit: Visit, corpus_id: str, document_id: str) -> Document | None:
    """A document, where it can be read: what was said is exported in any case."""
    try:
        return visit.find(corpus_id, document_id)
    except RagError as exc:
        log.warning("Exported without what its document says: %s", exc)
        return None


def _set_keeping(visit: Visit, facts: Facts) -> Panels:
    visit.keeping = facts.one_of("value", ("on", "off")) == "on" and visit.may_keep
    return PAST | note_preferences(visit)


ACTIONS = {
    "search-past": _search_past,
    "open-past": _open_past,
    "rename-past": _rename_past,
    "delete-past": _delete_past,
    "delete-all-past": _delete_all_past,
    "export-past": _export_past,
    "keep": _set_keeping,
}
