"""Answers and conversations to take away: as plain text, as Markdown, and as JSON.

Pure: nothing is read or written. Every line holds words of one origin, and a date stands before
any words, since after Arabic letters a line would show 2024-05-01 turned around.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, Final

from rag.archive import Conversation
from rag.schema import Answer, Citation, Document
from rag.wording import Language, spoken

CONVERSATION_SCHEMA: Final = "mustanad/conversation/1"

_WORDS: dict[str, dict[Language, str]] = {
    "sources": {"en": "Sources", "ar": "المصادر"},
    "crawled": {"en": "fetched", "ar": "تاريخ الجلب"},
    "comma": {"en": ", ", "ar": "، "},
}
_LINE_END = re.compile(r"\r\n|\r|\n")
_SPECIAL = re.compile(r"[\\`*_\[\]<>&|~^$@#]|:(?=//)|(?<=www)\.")
# What begins a list, an underline or a definition; and the point of a numbered list.
_LINE_START = re.compile(r"^(?:(?=[+=:-])|(\d+)(?=[.)]))")
_LINK = re.compile(r"https?://[^\s<>\x00-\x1f\x7f]+")


def answer_as_text(answer: Answer, documents: Mapping[str, Document] | None = None) -> str:
    """Question, answer, notes and numbered sources, with nothing but line breaks.

    Args:
        answer: one with or without citations.
        documents: those that are cited, by id, for what a citation does not carry: address,
            keywords and when the page was fetched. One that is missing is done without.
    """
    lines = [answer.question, "", answer.text, *answer.notes]
    if answer.citations:
        lines += ["", _word("sources", answer)]
    for citation in answer.citations:
        first, *rest = _facts(answer, citation, documents)
        lines += ["", f"[{citation.number}] {first}", *(f"    {fact}" for fact in rest)]
        # A line of the quotation that stood at the margin could pass for a source of its own.
        lines += [f"    {line}" for line in _LINE_END.split(f"«{citation.quote}»")]
    return "\n".join(lines) + "\n"


def answer_as_markdown(answer: Answer, documents: Mapping[str, Document] | None = None) -> str:
    """The same as `answer_as_text` in CommonMark; each quotation is a block quote.

    Words of documents are shown as they are, whatever they would mean in Markdown or HTML.
    """
    return "\n".join(_markdown(answer, documents, level=1)) + "\n"


def conversation_as_markdown(
    conversation: Conversation, documents: Mapping[str, Document] | None = None
) -> str:
    """A heading for each question, with when it was asked (UTC), its answer and its sources."""
    lines = [f"# {_inline(conversation.title)}"]
    for exchanged in conversation.exchanges:
        question, *rest = _markdown(exchanged.answer, documents, level=2, asked=exchanged.question)
        lines += ["", question, "", _moment(exchanged.asked_at), *rest]
    return "\n".join(lines) + "\n"


def conversation_as_json(
    conversation: Conversation, documents: Mapping[str, Document] | None = None
) -> dict[str, Any]:
    """The conversation as plain dicts, lists, strings and numbers; dates as ISO 8601.

    `answer` is as `Answer.to_dict` gives it, `documents` holds what is known of those that are
    cited, without their texts. The owner is left out, and each `path` is the name of a file only.
    """
    answers = [exchanged.answer for exchanged in conversation.exchanges]
    cited = dict.fromkeys(c.document_id for answer in answers for c in answer.citations)
    known = [documents[name] for name in cited if name in documents] if documents else []
    return {
        "schema": CONVERSATION_SCHEMA,
        "conversation_id": conversation.conversation_id,
        "title": conversation.title,
        "corpus_id": conversation.corpus_id,
        "started": _moment(conversation.started),
        "updated": _moment(conversation.updated),
        "exchanges": [
            {
                "question": exchanged.question,
                "asked_at": _moment(exchanged.asked_at),
                "corpus_id": exchanged.corpus_id,
                "answer": _without_folders(exchanged.answer).to_dict(),
            }
            for exchanged in conversation.exchanges
        ],
        "documents": [_described(document) for document in known],
    }


def _markdown(
    answer: Answer,
    documents: Mapping[str, Document] | None,
    *,
    level: int,
    asked: str | None = None,
) -> Iterator[str]:
    yield f"{'#' * level} {_inline(answer.question if asked is None else asked)}"
    for paragraph in (answer.text, *answer.notes):
        yield ""
        # Where a paragraph ends, the sign of a line break would be shown.
        yield "\\\n".join(_escaped_lines(paragraph.strip()))
    if answer.citations:
        yield ""
        yield f"{'#' * (level + 1)} {_word('sources', answer)}"
    for citation in answer.citations:
        title, *rest = _facts(answer, citation, documents)
        marker = f"{citation.number}. "
        indent = " " * len(marker)
        yield ""
        yield f"{marker}**{_inline(title)}**"
        for fact in rest:
            yield f"{indent}- {f'<{fact}>' if _LINK.fullmatch(fact) else _inline(fact)}"
        yield ""
        for line in _escaped_lines(citation.quote):
            yield f"{indent}> {line}".rstrip()


def _facts(
    answer: Answer, citation: Citation, documents: Mapping[str, Document] | None
) -> Iterator[str]:
    """Title, or the file's name; then what else is known of a source, each on a line."""
    document = (documents or {}).get(citation.document_id)
    file = _file_name(citation.path)
    yield _one_line(citation.title) or file or citation.document_id
    origin = [citation.published.isoformat()] if citation.published else []
    origin += [_one_line(citation.source)] if citation.source else []
    if origin:
        yield " · ".join(origin)
    if document and document.url:
        yield _one_line(document.url)
    if document and document.crawled:
        yield f"{document.crawled.date().isoformat()} ({_word('crawled', answer)})"
    if document and document.keywords:
        yield _word("comma", answer).join(map(_one_line, document.keywords))
    if citation.title and file:
        yield _one_line(file)


def _described(document: Document) -> dict[str, Any]:
    return {
        "document_id": document.document_id,
        "title": document.title,
        "source": document.source,
        "published": document.published.isoformat() if document.published else None,
        "crawled": document.crawled.isoformat() if document.crawled else None,
        "keywords": list(document.keywords),
        "language": document.language,
        "url": document.url,
        "path": _file_name(document.path),
    }


def _without_folders(answer: Answer) -> Answer:
    return dataclasses.replace(
        answer,
        citations=tuple(
            dataclasses.replace(citation, path=_file_name(citation.path))
            for citation in answer.citations
        ),
        passages=tuple(
            dataclasses.replace(passage, path=_file_name(passage.path))
            for passage in answer.passages
        ),
    )


def _file_name(path: str) -> str:
    """Its folder is of no use elsewhere, and may tell the name of a user."""
    return PurePath(path).name


def _word(name: str, answer: Answer) -> str:
    return _WORDS[name][spoken(answer.language)]


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _inline(text: str) -> str:
    return _escaped(_one_line(text))


def _escaped_lines(text: str) -> list[str]:
    # Four spaces at the start of a line would make it code.
    return [_escaped(line.strip(" \t")) for line in _LINE_END.split(text)]


def _escaped(line: str) -> str:
    """A line without white space at its ends, so that Markdown shows it as it is.

    References:
        CommonMark 0.31, "Backslash escapes", https://spec.commonmark.org/0.31.2/#backslash-escapes
    """
    return _LINE_START.sub(r"\1\\", _SPECIAL.sub(r"\\\g<0>", line))
