"""The library: corpora and their documents, uploads."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from rag.corpora import DEFAULT
from rag.errors import RagError, UploadError
from rag.uploads import bytes_of, check_room, check_upload, folder_of, keep_upload, safe_name
from ui.deeds.facts import Facts
from ui.library import ORDERS
from ui.library_ingest import FileResult, skipped_file
from ui.strings import Problem
from ui.taking_in import TakingIn
from ui.visit import LIBRARY, Opened, Panels, Visit

_NOT_RECEIVED = "it was not received; it is larger than {megabytes} MB, or the upload broke off."
_PAGES = range(1, 1_000_000)


def take_in(
    visit: Visit, files: Sequence[Mapping[str, Any]], *, corpus_id: str, received: Path
) -> Panels:
    """Keeps uploaded files and begins to take them into a corpus.

    What is refused is told among the results; the other files are taken in all the same. None is
    taken in where the visitor may not change the corpus, or while an ingest is running: the page
    tells why.

    Args:
        visit: whose files these are.
        files: each with the "name" it had, folders included, and the "path" of what was received,
            "" for one that was too large to be sent.
        corpus_id: where they go, which need not be the chosen corpus by now.
        received: the folder that uploads are received in; a path elsewhere is none.

    Raises:
        CorpusNotFoundError: there is none that the visitor may see.
    """
    with visit.receiving:
        corpus = visit.desk.corpora.get(corpus_id, owner=visit.visitor.owner)
        if corpus.owner != visit.visitor.owner:
            visit.problem = Problem(key="library.not_yours", facts={"name": corpus.name})
            return LIBRARY
        if visit.is_taking_in:
            visit.problem = Problem(key="library.busy", facts={})
            return LIBRARY
        assistant = visit.assistant(corpus_id)
        folder = folder_of(visit.desk.data, corpus_id, visit.visitor.owner)
        kept, refused = _keep(visit, files, received=received, folder=folder)
        visit.taking_in = TakingIn(
            assistant,
            kept,
            language=visit.language,
            refused=refused,
            describe=visit.visitor.describe,
        )
        visit.taking_in.start()
    return LIBRARY


def _keep(
    visit: Visit, files: Sequence[Mapping[str, Any]], *, received: Path, folder: Path
) -> tuple[list[Path], list[FileResult]]:
    """Puts those files that may be taken in into a folder: where they are now, and the others."""
    page = visit.desk.settings.page
    before = bytes_of(visit.desk.data, visit.visitor.owner)
    paths = [_received(str(file.get("path", "")), received) for file in files]
    sizes: list[int] = []
    kept: list[Path] = []
    refused: list[FileResult] = []
    for file, path in zip(files, paths, strict=True):
        typed = str(file.get("name", ""))
        name = safe_name(typed)
        try:
            if path is None:
                raise UploadError(
                    name=name,
                    reason=_NOT_RECEIVED.format(megabytes=page.upload_mb),
                    kind="not_received",
                )
            check_upload(path, name, settings=page)
            size = path.lstat().st_size
            check_room([*sizes, size], kept=before, settings=page)
            kept.append(keep_upload(path, typed, folder=folder))
            sizes.append(size)
        except UploadError as exc:
            refused.append(skipped_file(name, exc.reason, exc.kind))
    return kept, refused


def _received(written: str, received: Path) -> Path | None:
    """The path of a file that was received; None for one that lies, or leads, elsewhere."""
    # Neither a path with a null character nor a ring of links leads anywhere.
    with suppress(ValueError, RuntimeError):
        path = Path(written)
        return path if received in path.resolve().parents else None
    return None


def _open_document(visit: Visit, facts: Facts) -> Panels:
    visit.opened = Opened(document=visit.assistant().document(facts["document"]))
    return frozenset({"viewer"})


def _switch_corpus(visit: Visit, facts: Facts) -> Panels:
    chosen = visit.desk.corpora.get(facts["corpus"], owner=visit.visitor.owner)
    visit.choose(chosen.corpus_id)
    return LIBRARY | {"scope"}


def _create_corpus(visit: Visit, facts: Facts) -> Panels:
    # A guest is another one at the next visit, and would never find it again.
    if not visit.visitor.is_guest:
        made = visit.desk.corpora.create(facts["name"], owner=visit.visitor.owner)
        visit.choose(made.corpus_id)
        # A name that was refused stays where it was typed.
        visit.signal = {"reset": "form[data-act=create-corpus]"}
    return LIBRARY | {"scope"}


def _rename_corpus(visit: Visit, facts: Facts) -> Panels:
    visit.desk.corpora.rename(facts["corpus"], facts["name"], owner=visit.visitor.owner)
    return frozenset({"corpora", "scope", "upload"})


def _delete_corpus(visit: Visit, facts: Facts) -> Panels:
    corpus_id, owner = facts["corpus"], visit.visitor.owner
    try:
        visit.desk.corpora.delete(corpus_id, owner=owner)
    finally:
        # Where its store fails, the corpus is gone all the same.
        if all(one.corpus_id != corpus_id for one in visit.desk.corpora.visible_to(owner)):
            if corpus_id == visit.corpus_id:
                visit.choose(DEFAULT)
            _erase(folder_of(visit.desk.data, corpus_id, owner))
    return LIBRARY | {"scope"}


def _search_documents(visit: Visit, facts: Facts) -> Panels:
    visit.query, visit.page = facts["query"], 1
    # While a search is typed, its field is left alone.
    return frozenset({"documents"} if visit.query else {"documents", "document_tools"})


def _sort_documents(visit: Visit, facts: Facts) -> Panels:
    visit.order = facts.one_of("order", ORDERS)
    visit.page = 1
    return frozenset({"documents"})


def _page_documents(visit: Visit, facts: Facts) -> Panels:
    visit.page = facts.number("page", _PAGES)
    return frozenset({"documents"})


def _delete_document(visit: Visit, facts: Facts) -> Panels:
    document_id = facts["document"]
    if visit.may_change:
        assistant = visit.assistant()
        document = assistant.document(document_id)
        assistant.remove(document_id)
        # A file may hold several documents.
        if document and document.path not in {one.path for one in assistant.documents()}:
            _erase_upload(visit, Path(document.path))
    return frozenset({"corpora", "glance", "documents"})


def _erase_upload(visit: Visit, path: Path) -> None:
    """Deletes the file that a document came from, if it was uploaded to the chosen corpus."""
    folder = folder_of(visit.desk.data, visit.corpus_id, visit.visitor.owner)
    if path.resolve().is_relative_to(folder.resolve()):
        _erase(path)


def _erase(path: Path) -> None:
    """Deletes a file, or a folder with all that it holds, if it is there.

    Raises:
        RagError: it cannot be deleted.
    """
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as exc:
        raise RagError(
            f"The uploaded copy {path.name} stays on this computer ({exc.strerror}). "
            "Delete it by hand."
        ) from exc


def _cancel_ingest(visit: Visit, _: Facts) -> Panels:
    if visit.taking_in is not None:
        visit.taking_in.cancel()
    return frozenset()


ACTIONS = {
    "open-document": _open_document,
    "switch-corpus": _switch_corpus,
    "create-corpus": _create_corpus,
    "rename-corpus": _rename_corpus,
    "delete-corpus": _delete_corpus,
    "search-documents": _search_documents,
    "sort-documents": _sort_documents,
    "page-documents": _page_documents,
    "delete-document": _delete_document,
    "cancel-ingest": _cancel_ingest,
}
