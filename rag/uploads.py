"""The files that visitors upload: under which names, in whose folder, and how much of them.

A file is written beside its place under a hidden name, which is passed over when a folder is read,
and appears under its own name when all of it is there.
"""

from __future__ import annotations

import errno
import filecmp
import hashlib
import os
import re
import shutil
import stat
import unicodedata
import uuid
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from pathvalidate import sanitize_filename

from rag.decoding import MEGABYTE
from rag.errors import UploadError
from rag.readers import KINDS, SUFFIXES
from rag.settings import PageSettings
from rag.weights import bytes_under, explain

MOST_NAME_CHARS: Final = 120
MOST_NAME_BYTES: Final = 200
MOST_DEPTH: Final = 8
NAMELESS: Final = "document"
_SEPARATOR: Final = re.compile(r"[/\\]")
_SUFFIX: Final = re.compile(r"\w{1,16}")
# Invisible, but neither a control nor a format character: joiners, fillers, variation selectors.
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_NO_CHARACTERS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_NO_HARD_LINKS: Final = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def safe_name(name: str) -> str:
    """A name for a file that every system can keep, and that shows what it is.

    Folders before the name are left out, and so is what cannot be seen: control characters, those
    that turn text around, zero-width ones. Letters of all scripts stay. Characters that Windows
    does not allow become `_`, and a name that it keeps for a device gets one after it.

    Returns:
        At most 120 code points and 200 bytes of UTF-8, composed (NFC), the suffix kept; never
        empty and never hidden: `document` stands for a name without anything that can be kept.
        A safe name stays as it is.
    """
    seen = "".join(map(_seen, _SEPARATOR.split(name)[-1]))
    seen = unicodedata.normalize("NFC", seen)
    stem, suffix = _split(" ".join(seen.split()).rstrip(" ."))
    stem = sanitize_filename(
        stem.strip(" ."),
        platform="universal",
        fs_encoding="utf-8",
        replacement_text="_",
        additional_reserved_names=("CONIN$", "CONOUT$"),
    )
    return _fitted(stem, suffix)


def safe_path(name: str) -> PurePosixPath:
    """The relative path under which a file of a dropped folder is kept, each part a safe name.

    Parts that lead up or nowhere are left out. Of folders deeper than eight only the inner ones
    stay.
    """
    *folders, file = _SEPARATOR.split(name)
    kept = [safe_name(folder) for folder in folders if folder.strip(" .")]
    return PurePosixPath(*kept[-MOST_DEPTH:], safe_name(file))


def check_upload(path: Path, name: str, *, settings: PageSettings) -> None:
    """Refuses a file that could not be read later, before it is kept.

    Args:
        path: where the file is for now.
        name: what its owner calls it.

    Raises:
        UploadError: files of its kind are not read, it is larger than `page.upload_mb`, or it is
            no file.
    """
    name = safe_name(name)
    if _split(name)[1].lower() not in SUFFIXES:
        raise UploadError(
            name=name,
            reason=f"files of this kind are not read; these are: {KINDS}.",
            kind="unsupported",
        )
    size = _status(path, name).st_size
    if size > settings.upload_mb * MEGABYTE:
        raise UploadError(
            name=name,
            reason=f"it is too large: {size / MEGABYTE:.1f} MB, and page.upload_mb is "
            f"{settings.upload_mb}.",
            kind="too_large",
        )


def check_room(sizes: Sequence[int], *, kept: int, settings: PageSettings) -> None:
    """Refuses an upload of too many files, or of more than its visitor may keep.

    Args:
        sizes: the bytes of each file.
        kept: the bytes that the visitor keeps already (`bytes_of`).

    Raises:
        UploadError: there are more files than `page.upload_files`, or there would be more bytes
            than `page.visitor_mb`.
    """
    name = f"{len(sizes)} files" if len(sizes) != 1 else "1 file"
    if len(sizes) > settings.upload_files:
        raise UploadError(
            name=name,
            reason=f"these are too many at once; page.upload_files is {settings.upload_files}.",
            kind="too_many",
        )
    room = settings.visitor_mb * MEGABYTE - kept
    if sum(sizes) > room:
        raise UploadError(
            name=name,
            reason=f"there is no room: {sum(sizes) / MEGABYTE:.1f} MB are to be added to "
            f"{kept / MEGABYTE:.1f} MB, and page.visitor_mb is {settings.visitor_mb}.",
            kind="no_room",
        )


def folder_of(data_root: Path, corpus_id: str, owner: str) -> Path:
    """The folder of one owner's files in one corpus; it need not be there yet.

    Two owners never share one, nor two corpora of an owner, however alike their names are.
    """
    return _owners_folder(data_root, owner) / _distinct(corpus_id)


def bytes_of(data_root: Path, owner: str) -> int:
    """The bytes of all files that an owner keeps, in all corpora; 0 without any."""
    return bytes_under(_owners_folder(data_root, owner))


def keep_upload(path: Path, name: str, *, folder: Path) -> Path:
    """Copies an uploaded file into a folder, which is made if need be.

    Folders that stand before the name are kept below `folder` (see `safe_path`). Another file of
    that name stays, and this one gets a number; one of that name and content is this file.

    Returns:
        The place of the copy.

    Raises:
        UploadError: it is no file but a link or a folder, or it could not be kept.
    """
    relative = safe_path(name)
    _status(path, relative.name)
    try:
        place = _make_folders(folder, relative)
        fresh = place / f".{uuid.uuid4().hex}.part"
        try:
            shutil.copyfile(path, fresh, follow_symlinks=False)
            # It may have been exchanged for a link since it was looked at.
            _status(fresh, relative.name)
            fresh.chmod(0o600)
            return _settle(fresh, place, relative.name)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as exc:
        raise UploadError(
            name=relative.name, reason=f"it cannot be kept: {exc.strerror or explain(exc)}."
        ) from exc


def _make_folders(folder: Path, relative: PurePosixPath) -> Path:
    """Makes the folder that the file goes to, for this user alone, and follows no link to it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = folder
    for part in relative.parent.parts:
        place /= part
        place.mkdir(exist_ok=True, mode=0o700)
        if place.is_symlink():
            raise UploadError(name=relative.name, reason=f"its folder {part} is a link.")
    return place


def _settle(fresh: Path, place: Path, name: str) -> Path:
    """Gives a finished file its name, or the first numbered one that is free or is this file."""
    stem, suffix = _split(name)
    target, number = place / name, 1
    while not _moved(fresh, target):
        is_file = target.is_file() and not target.is_symlink()
        if is_file and filecmp.cmp(fresh, target, shallow=False):
            break
        number += 1
        target = place / _fitted(stem, f"-{number}{suffix}")
    return target


def _moved(fresh: Path, target: Path) -> bool:
    """Moves a file to a name that is free; whether it was. Unlike a rename, it replaces nothing."""
    try:
        target.hardlink_to(fresh)
    except FileExistsError:
        return False
    except OSError as exc:
        if exc.errno not in _NO_HARD_LINKS:
            raise
    else:
        fresh.unlink()
        return True
    # A file system without hard links: for a moment the file is there, but empty.
    try:
        target.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return False
    fresh.replace(target)
    return True


def _status(path: Path, name: str) -> os.stat_result:
    try:
        status = path.lstat()
    except OSError as exc:
        raise UploadError(
            name=name, reason=f"it is not there ({exc.strerror}).", kind="missing"
        ) from exc
    if not stat.S_ISREG(status.st_mode):
        raise UploadError(
            name=name, reason="it is a link, a folder or a device, and no file.", kind="no_file"
        )
    return status


def _owners_folder(data_root: Path, owner: str) -> Path:
    return data_root / "uploads" / _distinct(owner)


def _distinct(identity: str) -> str:
    """A folder's name that can be read, and differs for any two identities."""
    digest = hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=12)
    readable = re.sub(r"\W+", "-", safe_name(identity))[:32].strip("-")
    return f"{readable or NAMELESS}-{digest.hexdigest()}"


def _seen(char: str) -> str:
    """A character, a space for one of any kind, or nothing for one that cannot be seen."""
    # Ends of lines are controls too: they are spaces first.
    if char.isspace():
        return " "
    is_unseen = unicodedata.category(char) in _NO_CHARACTERS or _INVISIBLE.match(char)
    return "" if is_unseen else char


def _split(name: str) -> tuple[str, str]:
    """Stem and suffix, the latter with its dot; empty where what follows the dot is none."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if dot and _SUFFIX.fullmatch(suffix) else (name, "")


def _fitted(stem: str, suffix: str) -> str:
    """The name made of both, the stem cut so that it is not too long; `document` for none."""
    room = MOST_NAME_BYTES - len(suffix.encode())
    stem = stem[: MOST_NAME_CHARS - len(suffix)].encode()[:room].decode(errors="ignore")
    return (stem.strip(" .") or NAMELESS) + suffix
