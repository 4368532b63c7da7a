"""The panels of a visitor's page, each as HTML of what the visit is now."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from operator import attrgetter
from pathlib import PurePath
from types import MappingProxyType

from pydantic import SecretStr

from rag.archive import Summary
from rag.corpora import DEFAULT, Corpus
from rag.errors import RagError
from rag.memory import resident_bytes
from rag.readers import SUFFIXES
from rag.schema import Document
from rag.settings import setting_fields
from ui.library import (
    CorpusView,
    render_corpora,
    render_document_tools,
    render_documents,
)
from ui.library_glance import render_glance
from ui.library_ingest import (
    IngestView,
    UploadLimits,
    UploadState,
    render_ingest,
    render_upload,
)
from ui.past import MOST_LISTED, PastView, render_past_list, render_past_tools
from ui.preferences import (
    FixedSetting,
    ModelView,
    PreferencesView,
    render_preferences,
)
from ui.render import (
    render_header,
    render_invitation,
    render_notice,
    render_past,
    render_present,
    render_scope,
    render_signal,
)
from ui.strings import text, word
from ui.templating import render
from ui.viewer import render_missing_document, render_viewer
from ui.visit import Visit

log = logging.getLogger(__name__)

# What a visitor may choose on the page.
_CHOSEN = ("page.language", "retrieval.top_k")


class Look:
    """One look at a visit. What several panels show of it is read once, when it is first needed."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    @cached_property
    def corpora(self) -> tuple[Corpus, ...]:
        """Those that the visitor may see, the default one first."""
        return self.visit.desk.corpora.visible_to(self.visit.visitor.owner)

    @cached_property
    def corpus(self) -> Corpus:
        """The chosen corpus. Once another page has deleted it, the default one is chosen."""
        for corpus in self.corpora:
            if corpus.corpus_id == self.visit.corpus_id:
                return corpus
        self.visit.choose(DEFAULT)
        return self.corpora[0]

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """All documents of the chosen corpus."""
        return self.visit.assistant(self.corpus.corpus_id).documents()

    @property
    def may_change(self) -> bool:
        """Whether the visitor may add documents to the chosen corpus, and delete some."""
        return self.corpus.owner == self.visit.visitor.owner


def _header(look: Look) -> str:
    visit = look.visit
    return render_header(visit.language, theme=visit.preferences.theme, visitor=visit.visitor.name)


def _scope(look: Look) -> str:
    visit = look.visit
    return render_scope(
        _name(look.corpus, visit), visit.preferences.period, visit.editing, visit.language
    )


def _corpora(look: Look) -> str:
    visit, owner = look.visit, look.visit.visitor.owner
    views = [
        CorpusView(
            corpus_id=corpus.corpus_id,
            name=_name(corpus, visit),
            documents=_count(corpus.corpus_id, visit),
            mine=corpus.owner == owner,
            shared=corpus.shared,
            may_change=corpus.owner == owner and corpus.corpus_id != DEFAULT,
        )
        for corpus in look.corpora
    ]
    return render_corpora(
        views,
        look.corpus.corpus_id,
        may_create=not visit.visitor.is_guest,
        language=visit.language,
    )


def _count(corpus_id: str, visit: Visit) -> int | None:
    """How many documents a corpus has; None where its index cannot be read."""
    try:
        return visit.assistant(corpus_id).count_documents()
    except RagError as exc:
        log.warning("Not counted: %s", exc)
        return None


def _upload(look: Look) -> str:
    visit, page = look.visit, look.visit.desk.settings.page
    state = UploadState(
        corpus_id=look.corpus.corpus_id,
        corpus=_name(look.corpus, visit),
        may_add=look.may_change,
        busy=visit.is_taking_in,
    )
    limits = UploadLimits(
        suffixes=tuple(sorted(SUFFIXES)), file_mb=page.upload_mb, files=page.upload_files
    )
    return render_upload(state, limits, visit.language)


def _ingest(look: Look) -> str:
    visit = look.visit
    view = visit.taking_in.view if visit.taking_in is not None else IngestView()
    return render_ingest(view, visit.language)


def _documents(look: Look) -> str:
    visit = look.visit
    return render_documents(
        look.documents,
        query=visit.query,
        order=visit.order,
        page=visit.page,
        may_delete=look.may_change,
        language=visit.language,
    )


def _glance(look: Look) -> str:
    return render_glance(look.documents, look.visit.language)


def _past_tools(look: Look) -> str:
    visit = look.visit
    return render_past_tools(
        visit.past_query,
        keeping=visit.keeping,
        language=visit.language,
        place=str(visit.desk.settings.keep.archive) if visit.visitor.is_here else "",
        may_keep=visit.may_keep,
    )


def _past_list(look: Look) -> str:
    visit = look.visit
    archive, owner = visit.desk.archive, visit.visitor.owner
    kept: tuple[Summary, ...] = ()
    if archive is not None and visit.may_keep:
        # With one more, that there are more is known.
        kept = archive.list(owner, search=visit.past_query, limit=MOST_LISTED + 1)
    names = {corpus.corpus_id: _name(corpus, visit) for corpus in look.corpora}
    return render_past_list(
        [
            PastView(
                conversation_id=one.conversation_id,
                title=one.title,
                updated=one.updated.astimezone(),
                questions=one.questions,
                corpus=names.get(one.corpus_id, ""),
            )
            for one in kept
        ],
        query=visit.past_query,
        current=visit.conversation_id,
        keeping=visit.keeping,
        today=dt.datetime.now().astimezone().date(),
        language=visit.language,
        may_keep=visit.may_keep,
    )


def _preferences(look: Look) -> str:
    visit = look.visit
    chosen, settings, is_here = visit.preferences, visit.desk.settings, visit.visitor.is_here
    period = chosen.period
    since, until = visit.bad_period or (
        period.first.isoformat() if period and period.first else "",
        period.last.isoformat() if period and period.last else "",
    )
    view = PreferencesView(
        theme=chosen.theme,
        length=chosen.length,
        passages=chosen.passages or settings.retrieval.top_k,
        since=since,
        until=until,
        models=tuple(
            ModelView(
                role=model.role,
                # It may be the path of a file.
                name=model.name if is_here else PurePath(model.name).name,
                loaded=model.is_loaded,
                disk_bytes=model.size_bytes,
            )
            for model in visit.desk.models()
        ),
        memory_bytes=resident_bytes() if is_here else None,
        fixed=_fixed(visit),
        bad_period=visit.bad_period is not None,
        bad_passages=visit.bad_passages,
    )
    return render_preferences(view, visit.language)


def _fixed(visit: Visit) -> tuple[FixedSetting, ...]:
    """The settings in force; to others, nothing about the machine that serves them."""
    if not visit.visitor.is_here:
        return ()
    return tuple(
        FixedSetting(
            name=name,
            value=_written(attrgetter(name)(visit.desk.settings)),
            origin=visit.desk.origins.get(name, "default"),
        )
        for name, _ in setting_fields()
        if name not in _CHOSEN
    )


def _written(value: object) -> str:
    """A setting's value as it is written in `mustanad.toml`; "" where it is not set."""
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return "***"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _viewer(look: Look) -> str:
    visit = look.visit
    opened = visit.opened
    if opened is None:
        return ""
    if opened.document is None:
        return render_missing_document(visit.language)
    return render_viewer(
        opened.document,
        shown_citation=opened.citation,
        citations=opened.citations,
        exchange=opened.exchange,
        language=visit.language,
    )


def _signal(look: Look) -> str:
    visit = look.visit
    return render_signal(visit.signal, visit.language)


def _name(corpus: Corpus, visit: Visit) -> str:
    if corpus.corpus_id != DEFAULT:
        return corpus.name
    suffix = "" if visit.visitor.is_here else ".to_others"
    return text(visit.language, f"default_corpus{suffix}")


def _past(look: Look) -> str:
    visit = look.visit
    return render_past(visit.chat.exchanges, visit.language, whole=_is_whole(visit))


def _present(look: Look) -> str:
    visit = look.visit
    return render_present(visit.chat.exchanges, visit.language, whole=_is_whole(visit))


def _is_whole(visit: Visit) -> bool:
    return visit.preferences.length == "passage"


RENDERERS: Mapping[str, Callable[[Look], str]] = MappingProxyType(
    {
        "header": _header,
        "notice": lambda look: render_notice(look.visit.problem, look.visit.language),
        "past": _past,
        "present": _present,
        "invitation": lambda look: render_invitation(
            look.visit.chat.exchanges, look.visit.language
        ),
        "scope": _scope,
        "corpora": _corpora,
        "upload": _upload,
        "ingest": _ingest,
        "glance": _glance,
        "document_tools": lambda look: render_document_tools(
            look.visit.query, look.visit.order, look.visit.language
        ),
        "documents": _documents,
        "past_tools": _past_tools,
        "past_list": _past_list,
        "preferences": _preferences,
        "viewer": _viewer,
        "signal": _signal,
    }
)
"""How each panel is rendered."""


def render_panel(name: str, visit: Visit) -> str:
    """One panel, as `render_panels` gives it."""
    return render_panels([name], visit)[name]


def render_panels(names: Iterable[str], visit: Visit) -> dict[str, str]:
    """The panels of these names, as HTML; where an engine failed, what went wrong in its place.

    Raises:
        KeyError: there is no such panel.
    """
    look = Look(visit)
    return {name: _render(name, look) for name in names}


def _render(name: str, look: Look) -> str:
    try:
        return RENDERERS[name](look)
    except RagError as exc:
        visit = look.visit
        log.warning("The panel %s cannot be shown: %s", name, exc)
        said = word(visit.visitor.describe(exc), visit.language)
        return render("problem.html", visit.language, said=said)
