"""The tree of errors: messages that say what to do, facts that survive a process border."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import get_args

import pytest

from rag import errors
from rag.errors import (
    AccountsError,
    ArchiveError,
    CorpusError,
    CorpusNotFoundError,
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
from ui.strings import LANGUAGES, describe, word

EXAMPLES = [
    SettingsError(name="page.port", reason="too large.", origin="RAG_PAGE__PORT"),
    DocumentError(path=Path("reports/a.pdf"), reason="it is encrypted."),
    AccountsError(path=Path("users"), reason="line 1 is no account."),
    UploadError(name="a.exe", reason="files of this kind are not read."),
    IndexStoreError(path=Path("index"), reason="it is locked."),
    IndexMismatchError(
        path="index",
        built_with={"model": "a", "dimensions": 768},
        configured={"model": "b", "dimensions": 768},
    ),
    CorpusError(corpus="Reports", reason="it is shared."),
    CorpusNotFoundError(corpus="Reports"),
    ModelError(model="m", reason="no."),
    ModelNotFoundError(model="m", reason="no source has it."),
    ModelCorruptError(model="m", reason="its digest differs."),
    ModelFetchError(model="m", reason="no network.", retryable=True),
    ModelLoadError(model="m", reason="not a GGUF file."),
    PromptError(prompt="answer.md", reason="$question is not used."),
    QuestionError(reason="it is too long."),
    ArchiveError(path=Path("archive.sqlite"), reason="it is damaged."),
    GenerationError(model="m", reason="it timed out.", retryable=True),
]
PAGE_WORDS = sorted(set(get_args(errors.CorpusKind)) - {"other"})
NAMES = [type(example).__name__ for example in EXAMPLES]


@pytest.mark.parametrize("kind", PAGE_WORDS)
def test_the_page_words_each_reason_why_a_corpus_is_not_changed(kind: errors.CorpusKind) -> None:
    problem = describe(CorpusError(corpus="تقارير", reason="it is told in English.", kind=kind))
    for language in LANGUAGES:
        said = word(problem, language)
        assert "it is told in English" not in said
        assert ("تقارير" in said) == (kind not in ("no_name", "always_there"))


def subclasses(kind: type[RagError]) -> set[type[RagError]]:
    return {kind}.union(*(subclasses(child) for child in kind.__subclasses__()))


def test_every_error_has_an_example_here() -> None:
    own = {kind for kind in subclasses(RagError) if kind.__module__ == errors.__name__}
    assert own - {RagError} == {type(example) for example in EXAMPLES}


def test_the_tree_drawn_at_the_top_is_the_tree() -> None:
    drawn: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    lines = re.findall(r"^ {4}(\W*)(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)
    for indent, name in lines:
        above = [(depth, parent) for depth, parent in above if depth < len(indent)]
        drawn[name] = above[-1][1] if above else "Exception"
        above.append((len(indent), name))
    kinds = subclasses(RagError)
    assert drawn == {
        kind.__name__: kind.__bases__[0].__name__
        for kind in kinds
        if kind.__module__ == errors.__name__
    }


@pytest.mark.parametrize("error", EXAMPLES, ids=NAMES)
def test_an_error_survives_pickling_with_all_its_facts(error: RagError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(copy) is type(error)
    assert copy.message == error.message == str(error)
    assert copy.__dict__ == error.__dict__


@pytest.mark.parametrize("error", EXAMPLES, ids=NAMES)
def test_a_message_is_one_line_and_ends_like_a_sentence(error: RagError) -> None:
    assert "\n" not in error.message
    assert error.message.endswith(".")


def test_a_settings_error_names_setting_origin_and_cure() -> None:
    assert str(SettingsError(name="page.port", reason="too large.", origin="m.toml")) == (
        "Setting page.port (from m.toml): too large. `mustanad settings` lists all settings."
    )


def test_a_document_error_says_path_and_reason() -> None:
    error = DocumentError(path=Path("a.pdf"), reason="it is encrypted.")
    assert (str(error), error.path, error.reason) == (
        "a.pdf: it is encrypted.",
        "a.pdf",
        "it is encrypted.",
    )


def test_a_mismatch_names_only_what_differs_and_how_to_mend_it() -> None:
    error = IndexMismatchError(
        path="index",
        built_with={"model": "a", "dimensions": 768},
        configured={"model": "b", "dimensions": 768, "chunker": 2},
    )
    assert "model: built with 'a', now 'b'" in error.message
    assert "chunker: built with None, now 2" in error.message
    assert "dimensions" not in error.message
    assert "mustanad ingest --rebuild" in error.message


def test_a_fetch_error_knows_whether_trying_again_helps() -> None:
    assert ModelFetchError(model="m", reason="no network.", retryable=True).retryable
    assert not ModelFetchError(model="m", reason="no space.", retryable=False).retryable
