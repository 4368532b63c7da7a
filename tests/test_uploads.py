"""Uploads: names that every system can keep, folders that no name leads out of, and limits."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import unicodedata
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.decoding import MEGABYTE
from rag.errors import UploadError
from rag.settings import PageSettings
from rag.uploads import (
    MOST_NAME_BYTES,
    MOST_NAME_CHARS,
    bytes_of,
    check_room,
    check_upload,
    folder_of,
    keep_upload,
    safe_name,
    safe_path,
)

DEVICES = {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9", "CONIN$", "CONOUT$"}
posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX lets everyone make links")


def upload(tmp_path: Path, text: str = "نص") -> Path:
    """A file as a browser's upload leaves it."""
    folder = tmp_path / "arrived"
    folder.mkdir(exist_ok=True)
    path = folder / f"{len(list(folder.iterdir()))}.tmp"
    path.write_text(text, encoding="utf-8")
    return path


# names


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("تقرير سنوي ٢٠٢٤.pdf", "تقرير سنوي ٢٠٢٤.pdf"),
        ("مُستَنَد.txt", "مُستَنَد.txt"),
        ("Report v1.2 (final).docx", "Report v1.2 (final).docx"),
        ("v1.2 final", "v1.2 final"),
        ("cafe\u0301.txt", "café.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\a.txt", "a.txt"),
        ("a/b\\c.txt", "c.txt"),
        ("C:evil.txt", "C_evil.txt"),
        ("a.txt:stream", "a.txt_stream"),
        ('what "is" <this>|?*.pdf', "what _is_ _this____.pdf"),
        ("\u202egnp.\u202ctxt", "gnp.txt"),
        ("a\u200b\u200f\ufeff\u2066b\u034f\ufe0f.txt", "ab.txt"),
        ("a\x00b\x1b[31m.txt", "ab[31m.txt"),
        ("two\r\nlines\u2028more.txt", "two lines more.txt"),
        ("  a \t b .txt  ", "a b.txt"),
        ("a.txt. . .", "a.txt"),
        (".htaccess", "document.htaccess"),
        ("...a.txt", "a.txt"),
        (".txt", "document.txt"),
        ("\u200b.txt", "document.txt"),
        ("", "document"),
        ("..", "document"),
        ("a/", "document"),
        (" . ", "document"),
        ("\ud800.txt", "document.txt"),
        ("con", "con_"),
        ("NUL.txt", "NUL_.txt"),
        ("Com1.tar.gz", "Com1_.tar.gz"),
        ("conin$.txt", "conin$_.txt"),
        ("console.txt", "console.txt"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("letter", ["a", "م", "字", "😀"])
def test_a_long_name_is_cut_before_its_suffix_and_within_a_character(letter: str) -> None:
    safe = safe_name(letter * 500 + ".docx")
    assert safe.endswith(letter + ".docx")
    assert set(safe.removesuffix(".docx")) == {letter}
    assert len(safe) == MOST_NAME_CHARS or len(safe.encode()) > MOST_NAME_BYTES - 4
    assert (len(safe) <= MOST_NAME_CHARS, len(safe.encode()) <= MOST_NAME_BYTES) == (True, True)


def test_a_long_ending_is_no_suffix() -> None:
    assert safe_name("a." + "b" * 500) == "a." + "b" * 118


TRICKY = st.text(
    st.sampled_from(
        'aمé. /\\:*?"<>|\x00\x1f\x7f\x85\u00a0\u200b\u202e\u2028\ufeff\u0651\u0301😀~$-'
    )
    | st.characters(),
    max_size=300,
)
NAMES = TRICKY | st.builds("{}{}{}".format, st.sampled_from(sorted(DEVICES)), TRICKY, TRICKY)


@given(name=NAMES)
@example("a \u200b b.txt")
@example("CON .txt")
@example("a" * 119 + " .txt")
@example("م" * 118 + ".pdf")
def test_a_safe_name_is_short_visible_flat_and_stays_as_it_is(name: str) -> None:
    safe = safe_name(name)
    assert 1 <= len(safe) <= MOST_NAME_CHARS
    assert len(safe.encode()) <= MOST_NAME_BYTES
    assert not set(safe) & set('/\\:*?"<>|')
    kinds = {unicodedata.category(char) for char in safe}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert safe[0] not in " ."
    assert safe[-1] not in " ."
    assert safe.partition(".")[0].upper() not in DEVICES
    assert safe == unicodedata.normalize("NFC", safe)
    assert PurePosixPath(safe).name == safe
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a.txt", "a.txt"),
        ("أخبار/٢٠٢٤/a.txt", "أخبار/٢٠٢٤/a.txt"),
        ("../../a/./b/../c.txt", "a/b/c.txt"),
        ("/etc/cron.d/x.txt", "etc/cron.d/x.txt"),
        ("C:\\a\\b.txt", "C_/a/b.txt"),
        ("a//b.txt", "a/b.txt"),
        ("nul/b.txt", "nul_/b.txt"),
        ("/".join("abcdefghijkl") + "/x.txt", "e/f/g/h/i/j/k/l/x.txt"),
    ],
)
def test_folders_of_a_dropped_folder_are_kept_within_it(name: str, path: str) -> None:
    assert safe_path(name) == PurePosixPath(path)


@given(name=st.lists(NAMES | st.just(".."), max_size=12).map("/".join))
def test_no_path_leads_up_or_is_deep(name: str) -> None:
    path = safe_path(name)
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert 1 <= len(path.parts) <= 9
    assert all(safe_name(part) == part for part in path.parts)


# what is refused


@pytest.mark.parametrize("name", ["a.txt", "خبر.PDF", "a.b.Docx", "x.csv", "x.jsonl", "x.htm"])
def test_files_that_are_read_may_be_uploaded(tmp_path: Path, name: str) -> None:
    path = upload(tmp_path)
    check_upload(path, name, settings=PageSettings())
    assert path.exists()


@pytest.mark.parametrize(
    "name", ["a.exe", "a", "", "a.txt.exe", "a.txt:x", "txt", "a.tx\u0301t", "<img src=x>.svg"]
)
def test_files_of_other_kinds_are_refused_with_those_that_are_read(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(UploadError, match=r"these are: txt, md, html, .*jsonl\.") as caught:
        check_upload(upload(tmp_path), name, settings=PageSettings())
    assert caught.value.name == safe_name(name)


def test_the_name_in_a_refusal_cannot_turn_the_text_around(tmp_path: Path) -> None:
    with pytest.raises(UploadError) as caught:
        check_upload(upload(tmp_path), "\u202etxt.\nexe", settings=PageSettings())
    assert caught.value.message.startswith("txt. exe: ")


def test_a_file_of_just_the_limit_is_allowed_and_one_byte_more_is_not(tmp_path: Path) -> None:
    settings = PageSettings(upload_mb=1)
    path = upload(tmp_path)
    os.truncate(path, MEGABYTE)
    check_upload(path, "a.txt", settings=settings)
    os.truncate(path, MEGABYTE + 1)
    with pytest.raises(UploadError, match=r"too large: 1\.0 MB, and page\.upload_mb is 1\."):
        check_upload(path, "a.txt", settings=settings)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="no file"):
        check_upload(tmp_path, "a.txt", settings=PageSettings())
    with pytest.raises(UploadError, match="not there"):
        check_upload(tmp_path / "gone", "a.txt", settings=PageSettings())


def test_so_many_files_are_allowed_at_once_and_no_more() -> None:
    settings = PageSettings(upload_files=2)
    check_room([], kept=0, settings=settings)
    check_room([1, 1], kept=0, settings=settings)
    with pytest.raises(UploadError, match=r"3 files: .*page\.upload_files is 2\."):
        check_room([1, 1, 1], kept=0, settings=settings)


def test_a_visitor_may_fill_the_room_and_no_more() -> None:
    settings = PageSettings(visitor_mb=2)
    check_room([MEGABYTE], kept=MEGABYTE, settings=settings)
    with pytest.raises(UploadError, match=r"1 file: .*1\.0 MB .*1\.0 MB.*visitor_mb is 2\."):
        check_room([MEGABYTE + 1], kept=MEGABYTE, settings=settings)


# where files are kept


@given(owners=st.lists(st.text(max_size=40), min_size=2, max_size=2, unique=True))
@example(["a/b", "a-b"])
@example(["salem", "Salem"])
@example(["", "."])
@example(["\ud800", "\ud801"])
def test_two_owners_or_corpora_never_share_a_folder_and_none_leads_out(owners: list[str]) -> None:
    root = Path("data")
    first, second = (folder_of(root, "corpus", owner) for owner in owners)
    assert str(first).casefold() != str(second).casefold()
    assert folder_of(root, owners[0], "x") != folder_of(root, owners[1], "x")
    for folder in (first, second):
        assert folder.parent.parent == root / "uploads"
        assert safe_name(folder.name) == folder.name
        assert safe_name(folder.parent.name) == folder.parent.name


def test_an_owners_folder_is_the_same_every_time_and_can_be_recognised() -> None:
    folder = folder_of(Path("data"), "news", "مريم")
    assert folder == folder_of(Path("data"), "news", "مريم")
    assert folder.name.startswith("news-")
    assert folder.parent.name.startswith("مريم-")


def test_all_that_an_owner_keeps_is_counted_in_all_corpora(tmp_path: Path) -> None:
    assert bytes_of(tmp_path, "salem") == 0
    for corpus, name in (("a", "x.txt"), ("b", "deep/er/y.txt")):
        folder = folder_of(tmp_path, corpus, "salem")
        keep_upload(upload(tmp_path, "12345"), name, folder=folder)
    keep_upload(upload(tmp_path, "123"), "z.txt", folder=folder_of(tmp_path, "a", "huda"))
    assert (bytes_of(tmp_path, "salem"), bytes_of(tmp_path, "huda")) == (10, 3)


# keeping


def texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_file_is_copied_into_its_folder_under_its_name(tmp_path: Path) -> None:
    path = upload(tmp_path)
    kept = keep_upload(path, "خبر.txt", folder=tmp_path / "kept" / "here")
    assert kept == tmp_path / "kept" / "here" / "خبر.txt"
    assert texts(tmp_path / "kept") == {"here/خبر.txt": "نص"}
    # Files of one name and content are received as one, also those of several visitors.
    assert path.exists()


@posix
def test_a_file_may_be_kept_in_several_folders_and_is_no_link(tmp_path: Path) -> None:
    path, folder = upload(tmp_path, "بدأ العمل."), tmp_path / "kept"
    for name in ("a/read me.txt", "b/read me.txt"):
        kept = keep_upload(path, name, folder=folder)
        assert (kept, kept.read_text(encoding="utf-8")) == (folder / name, "بدأ العمل.")
        assert kept.stat().st_mode & 0o777 == 0o600
    link = tmp_path / "link.txt"
    link.symlink_to(path)
    with pytest.raises(UploadError, match="it is a link"):
        keep_upload(link, "a.txt", folder=folder)
    assert list(texts(folder / "a")) == ["read me.txt"]


def test_what_is_kept_is_for_this_user_alone(tmp_path: Path) -> None:
    path = upload(tmp_path)
    path.chmod(0o666)
    kept = keep_upload(path, "f/a.txt", folder=tmp_path / "kept")
    modes = [place.stat().st_mode & 0o777 for place in (kept, kept.parent, kept.parent.parent)]
    assert modes == [0o600, 0o700, 0o700]


def test_another_file_of_the_same_name_gets_a_number_and_the_same_file_is_kept_once(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "kept"
    names = [
        keep_upload(upload(tmp_path, text), "a.txt", folder=folder).name
        for text in ("one", "two", "one", "two", "six")
    ]
    assert names == ["a.txt", "a-2.txt", "a.txt", "a-2.txt", "a-3.txt"]
    assert texts(folder) == {"a.txt": "one", "a-2.txt": "two", "a-3.txt": "six"}


def test_a_number_fits_before_the_suffix_of_a_long_name(tmp_path: Path) -> None:
    folder, name = tmp_path / "kept", "م" * 300 + ".docx"
    first, second = (keep_upload(upload(tmp_path, text), name, folder=folder) for text in "ab")
    assert first.name == safe_name(name)
    assert second.name.endswith("م-2.docx")
    assert len(second.name.encode()) <= MOST_NAME_BYTES
    odd = "a." + "b c" * 100
    first, second = (keep_upload(upload(tmp_path, text), odd, folder=folder) for text in "ab")
    assert (first.name, second.name) == (safe_name(odd), safe_name(odd)[:117] + "-2")


def test_folders_are_kept_below_the_folder_only(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert keep_upload(upload(tmp_path), "../x/../../y/a.txt", folder=folder) == (
        folder / "x" / "y" / "a.txt"
    )


def test_a_folder_with_the_name_of_a_file_is_an_upload_error(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    keep_upload(upload(tmp_path), "a.txt", folder=folder)
    path = upload(tmp_path)
    with pytest.raises(UploadError, match=r"^b\.txt: it cannot be kept: .*\.$"):
        keep_upload(path, "a.txt/b.txt", folder=folder)
    assert path.exists()


def test_a_file_with_the_name_of_a_folder_gets_a_number(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    keep_upload(upload(tmp_path), "a.txt/b.txt", folder=folder)
    assert keep_upload(upload(tmp_path), "a.txt", folder=folder).name == "a-2.txt"


@posix
def test_a_link_is_refused_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s", encoding="utf-8")
    link = tmp_path / "link.txt"
    link.symlink_to(secret)
    with pytest.raises(UploadError, match="is a link"):
        keep_upload(link, "a.txt", folder=tmp_path / "kept")
    assert (secret.read_text(encoding="utf-8"), link.is_symlink()) == ("s", True)
    assert not (tmp_path / "kept").exists()


@posix
def test_links_among_what_is_kept_are_not_followed(tmp_path: Path) -> None:
    folder, outside = tmp_path / "kept", tmp_path / "outside"
    for place in (folder, outside):
        place.mkdir()
    (outside / "a.txt").write_text("نص", encoding="utf-8")
    (folder / "sub").symlink_to(outside)
    (folder / "a.txt").symlink_to(outside / "a.txt")
    with pytest.raises(UploadError, match="its folder sub is a link"):
        keep_upload(upload(tmp_path), "sub/b.txt", folder=folder)
    assert keep_upload(upload(tmp_path), "a.txt", folder=folder).name == "a-2.txt"
    assert texts(outside) == {"a.txt": "نص"}


def test_a_file_that_is_gone_is_an_upload_error(tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="not there"):
        keep_upload(tmp_path / "gone", "a.txt", folder=tmp_path / "kept")


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    for text in ("one", "one", "two"):
        keep_upload(upload(tmp_path, text), "a.txt", folder=folder)
    assert sorted(path.name for path in folder.iterdir()) == ["a-2.txt", "a.txt"]


def test_many_at_once_lose_no_file_and_keep_each_once(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    arrived = [upload(tmp_path, f"text {number % 4}") for number in range(16)]
    threads = [
        threading.Thread(target=keep_upload, args=(path, "a.txt"), kwargs={"folder": folder})
        for path in arrived
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(texts(folder).values()) == [f"text {number}" for number in range(4)]


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_file_system_without_hard_links_replaces_nothing_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(number, "no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    folder = tmp_path / "kept"
    names = [
        keep_upload(upload(tmp_path, text), "a.txt", folder=folder).name
        for text in ("one", "two", "one")
    ]
    assert names == ["a.txt", "a-2.txt", "a.txt"]
    assert texts(folder) == {"a.txt": "one", "a-2.txt": "two"}


def test_a_disk_that_is_full_is_an_upload_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfile", refuse)
    path = upload(tmp_path)
    with pytest.raises(UploadError, match=r"^a\.txt: it cannot be kept: No space left"):
        keep_upload(path, "a.txt", folder=tmp_path / "kept")
    assert path.exists()
