"""Mustanad: answers questions about your own documents, with their exact words as evidence.

    import rag

    answer = rag.ask("when did talks begin?")
    print(answer)
    answer.citations[0].quote

Importing this package loads no model, opens no file and sets up no logging. `ask` and `stream` use
one assistant with the settings in force, which is opened at the first question and shared by all
threads; `Assistant.open` gives one of your own.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rag.errors import (
    AccountsError,
    ArchiveError,
    CorpusError,
    DocumentError,
    GenerationError,
    IndexMismatchError,
    IndexStoreError,
    ModelCorruptError,
    ModelError,
    ModelFetchError,
    ModelLoadError,
    ModelNotFoundError,
    PromptError,
    QuestionError,
    RagError,
    SettingsError,
    UploadError,
)
from rag.schema import (
    Answer,
    AnswerSentence,
    Citation,
    Delta,
    Document,
    Event,
    Final,
    IngestReport,
    Marked,
    Passage,
    Passages,
    Period,
    Progress,
    Seconds,
    Skipped,
    Span,
    Status,
    Turn,
)

if TYPE_CHECKING:
    from rag.assistant import Assistant, ask, stream
    from rag.corpora import Corpora
    from rag.corpus_register import Corpus
    from rag.engines import Engines
    from rag.settings import Settings, load_settings

__all__ = [
    "AccountsError",
    "Answer",
    "AnswerSentence",
    "ArchiveError",
    "Assistant",
    "Citation",
    "Corpora",
    "Corpus",
    "CorpusError",
    "Delta",
    "Document",
    "DocumentError",
    "Engines",
    "Event",
    "Final",
    "GenerationError",
    "IndexMismatchError",
    "IndexStoreError",
    "IngestReport",
    "Marked",
    "ModelCorruptError",
    "ModelError",
    "ModelFetchError",
    "ModelLoadError",
    "ModelNotFoundError",
    "Passage",
    "Passages",
    "Period",
    "Progress",
    "PromptError",
    "QuestionError",
    "RagError",
    "Seconds",
    "Settings",
    "SettingsError",
    "Skipped",
    "Span",
    "Status",
    "Turn",
    "UploadError",
    "ask",
    "load_settings",
    "stream",
]

_LATER = {
    "Assistant": "rag.assistant",
    "Corpora": "rag.corpora",
    "Corpus": "rag.corpus_register",
    "Engines": "rag.engines",
    "ask": "rag.assistant",
    "stream": "rag.assistant",
    "Settings": "rag.settings",
    "load_settings": "rag.settings",
}


def __getattr__(name: str) -> Any:
    """Imports what is heavy when it is first asked for."""
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """All names, also those that are imported later: a notebook completes from them."""
    return sorted({*globals(), *__all__})
