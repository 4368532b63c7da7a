"""What leaves the page as text: answers to be copied, conversations to be saved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from rag.archive import Conversation
from rag.bibliography import bibtex, csl_json
from rag.exports import (
    answer_as_markdown,
    answer_as_text,
    conversation_as_json,
    conversation_as_markdown,
)
from rag.schema import Answer, Document

ANSWER_FORMS = ("text", "markdown", "bibtex", "csl")
CONVERSATION_FORMS = ("markdown", "json")

Find = Callable[[str], Document | None]


def copied_answer(answer: Answer, form: str, find: Find) -> str:
    """An answer with its sources.

    Args:
        answer: what was said.
        form: one of `ANSWER_FORMS`.
        find: the document of an id, None if it is gone.

    Raises:
        KeyError: there is no such form.
    """
    documents = _documents([(answer, find)])
    forms: Mapping[str, Callable[[], str]] = {
        "text": lambda: answer_as_text(answer, documents),
        "markdown": lambda: answer_as_markdown(answer, documents),
        "bibtex": lambda: bibtex(answer.citations, documents),
        "csl": lambda: _json(csl_json(answer.citations, documents)),
    }
    return forms[form]()


def saved_conversation(
    conversation: Conversation, form: str, find: Callable[[str, str], Document | None]
) -> dict[str, str]:
    """The name and the text of a file with all of a conversation.

    Args:
        conversation: what was said.
        form: one of `CONVERSATION_FORMS`.
        find: the document of a corpus and an id, None if it is gone.

    Raises:
        KeyError: there is no such form.
    """
    documents = _documents(
        (one.answer, partial(find, one.corpus_id)) for one in conversation.exchanges
    )
    forms: Mapping[str, tuple[str, Callable[[], str]]] = {
        "markdown": ("md", lambda: conversation_as_markdown(conversation, documents)),
        "json": ("json", lambda: _json(conversation_as_json(conversation, documents))),
    }
    suffix, write = forms[form]
    return {"name": f"mustanad-{conversation.started:%Y-%m-%d}.{suffix}", "text": write()}


def _documents(answers: Iterable[tuple[Answer, Find]]) -> dict[str, Document]:
    """The documents that answers cite, by their ids, as far as they are there."""
    found: dict[str, Document] = {}
    for answer, find in answers:
        for citation in answer.citations:
            document = found.get(citation.document_id) or find(citation.document_id)
            if document is not None:
                found[citation.document_id] = document
    return found


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
