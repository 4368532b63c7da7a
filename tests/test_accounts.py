"""Accounts: who may sign in, a file that is its owner's alone, and a wait after wrong passwords."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from rag.accounts import Accounts, make_hasher
from rag.errors import AccountsError

# Real hashes, but ones that cost nothing.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "open sesame"
posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX has modes")


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


class CountingHasher(PasswordHasher):
    """Counts how often it worked, whether it made a hash or compared one."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.worked = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.worked += 1
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 # As it is.
        self.worked += 1
        return super().verify(hash, password)


def open_accounts(path: Path, **options: object) -> Accounts:
    return Accounts.read(path, create=True, **{"hasher": CHEAP, **options})  # type: ignore[arg-type]


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(0o600)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "users.txt"


# adding, removing, signing in


def test_an_account_signs_in_with_its_password_only(file: Path) -> None:
    accounts = open_accounts(file)
    assert accounts.add("salem", PASSWORD)
    assert accounts.verify("salem", PASSWORD)
    assert not accounts.verify("salem", PASSWORD + "!")
    assert not accounts.verify("salem", "")
    assert not accounts.verify("huda", PASSWORD)


async def test_a_task_may_verify_too(file: Path) -> None:
    accounts = open_accounts(file)
    accounts.add("مريم", PASSWORD)
    assert await accounts.averify("مريم", PASSWORD)
    assert not await accounts.averify("مريم", "wrong one")


def test_the_file_holds_a_line_for_each_account_and_no_password(file: Path) -> None:
    accounts = open_accounts(file)
    accounts.add("salem", PASSWORD)
    accounts.add("مريم", PASSWORD)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [line.split(":")[0] for line in lines] == ["salem", "مريم"]
    assert all(line.split(":")[1].startswith("$argon2id$v=19$") for line in lines)
    assert PASSWORD not in file.read_text(encoding="utf-8")


def test_the_default_hash_takes_19_megabytes() -> None:
    hasher = make_hasher()
    assert (hasher.type.name, hasher.memory_cost, hasher.time_cost) == ("ID", 19_456, 2)


def test_what_was_added_is_there_when_the_file_is_read_again(file: Path) -> None:
    open_accounts(file).add("salem", PASSWORD)
    again = Accounts.read(file, hasher=CHEAP)
    assert again.names() == ("salem",)
    assert again.verify("salem", PASSWORD)


def test_adding_a_name_again_gives_it_a_new_password_and_keeps_how_it_is_written(
    file: Path,
) -> None:
    accounts = open_accounts(file)
    accounts.add("Salem", PASSWORD)
    assert not accounts.add("SALEM", "another one")
    assert accounts.names() == ("Salem",)
    assert accounts.verify("salem", "another one")
    assert not accounts.verify("salem", PASSWORD)


def test_an_account_that_is_removed_cannot_sign_in(file: Path) -> None:
    accounts = open_accounts(file)
    accounts.add("salem", PASSWORD)
    accounts.add("huda", PASSWORD)
    assert accounts.remove("SALEM")
    assert not accounts.remove("salem")
    assert accounts.names() == ("huda",)
    assert not accounts.verify("salem", PASSWORD)


def test_names_are_compared_without_case_and_composition(file: Path) -> None:
    accounts = open_accounts(file)
    accounts.add("Zoe\u0308.b-1_c@d", PASSWORD)
    assert accounts.names() == ("Zoë.b-1_c@d",)
    assert accounts.find("zOË.B-1_C@D") == "Zoë.b-1_c@d"
    assert accounts.find("zoe") is None
    assert accounts.verify("ZOE\u0308.b-1_c@d", PASSWORD)


def test_passwords_are_compared_without_composition_but_with_case(file: Path) -> None:
    accounts = open_accounts(file)
    accounts.add("مريم", "كلمة السرّ é")
    assert accounts.verify("مريم", "كلمة السرّ e\u0301")
    assert not accounts.verify("مريم", "كلمة السرّ É")


@pytest.mark.parametrize("name", ["a", "7", "مريم", "سالم.ب", "a" * 64, "@a", "٣"])
def test_names_of_all_scripts_are_allowed(file: Path, name: str) -> None:
    assert open_accounts(file).add(name, PASSWORD)
    assert Accounts.read(file).names() == (name,)


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "-_@", "a b", "a:b", "a/b", "a\\b", "a\n", "<b>", "#a"),
        *("a\u202eb", "a\u200b", "a\x00", "a" * 65, "\ud800", "½"),
    ],
)
def test_other_names_are_refused_and_nothing_is_written(file: Path, name: str) -> None:
    with pytest.raises(AccountsError, match="is no name") as caught:
        open_accounts(file).add(name, PASSWORD)
    assert "\n" not in caught.value.message
    assert "\u202e" not in caught.value.message
    assert not file.exists()


@pytest.mark.parametrize("password", ["", "seven77", "سبعةسبع", "x" * 1_001])
def test_a_password_of_a_wrong_length_is_refused_and_not_shown(file: Path, password: str) -> None:
    with pytest.raises(AccountsError, match="8 to 1,000 characters") as caught:
        open_accounts(file).add("salem", password)
    assert not password or password not in caught.value.message
    assert not file.exists()


@pytest.mark.parametrize("name", ["x" * 1_000_000, "\ud800", "", "salem:x"])
@pytest.mark.parametrize("password", ["x" * 1_000_000, "\ud800" * 9, "\x00" * 9])
def test_hostile_input_is_a_wrong_password(file: Path, name: str, password: str) -> None:
    accounts = open_accounts(file)
    accounts.add("salem", PASSWORD)
    assert not accounts.verify(name, password)
    assert not accounts.verify("salem", password)


def test_a_name_that_is_not_there_costs_as_much_as_a_wrong_password(file: Path) -> None:
    hasher = CountingHasher()
    accounts = open_accounts(file, hasher=hasher)
    accounts.add("salem", PASSWORD)
    work = []
    for name, password in (("salem", "wrong one"), ("huda", PASSWORD), ("salem", "x" * 2_000)):
        hasher.worked = 0
        assert not accounts.verify(name, password)
        work.append(hasher.worked)
    assert work == [1, 1, 1]


def test_the_seal_of_an_account_changes_with_its_password_and_goes_with_it(file: Path) -> None:
    accounts = open_accounts(file)
    accounts.add("salem", PASSWORD)
    first = accounts.seal("SALEM")
    assert accounts.seal("salem") == first
    # Even the same password makes another one.
    accounts.add("salem", PASSWORD)
    assert accounts.seal("salem") not in (first, None)
    accounts.remove("salem")
    assert accounts.seal("salem") is None


# the file


def test_a_missing_file_is_named_with_the_command_that_makes_it(file: Path) -> None:
    with pytest.raises(AccountsError, match="`mustanad users add FILE NAME` makes it") as caught:
        Accounts.read(file)
    assert caught.value.path == str(file)


def test_an_empty_file_lets_no_one_in(file: Path) -> None:
    accounts = Accounts.read(write(file, "\n"), hasher=CHEAP)
    assert accounts.names() == ()
    assert not accounts.verify("", "")


@posix
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_may_use_is_refused_with_the_cure(file: Path, mode: int) -> None:
    open_accounts(file).add("salem", PASSWORD)
    file.chmod(mode)
    with pytest.raises(AccountsError) as caught:
        Accounts.read(file)
    assert f"its mode is {mode:o}" in caught.value.message
    assert f"`chmod 600 {file}`" in caught.value.message


@posix
def test_the_cure_may_be_pasted_whatever_the_path(tmp_path: Path) -> None:
    file = write(tmp_path / "my users.txt", "")
    file.chmod(0o644)
    with pytest.raises(AccountsError, match=f"`chmod 600 '{file}'`"):
        Accounts.read(file)


@posix
def test_a_folder_is_refused_as_no_file(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for create in (False, True):
        with pytest.raises(AccountsError, match="it is no file") as caught:
            Accounts.read(tmp_path, create=create)
        assert "chmod" not in caught.value.message


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
def test_a_file_that_root_changes_stays_its_owners(file: Path) -> None:
    open_accounts(file).add("salem", PASSWORD)
    os.chown(file, 12_345, 12_346)
    open_accounts(file).add("مريم", PASSWORD)
    status = file.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (12_345, 12_346, 0o600)


def test_a_file_may_begin_with_a_byte_order_mark(file: Path) -> None:
    open_accounts(file).add("salem", PASSWORD)
    write(file, b"\xef\xbb\xbf" + file.read_bytes())
    assert Accounts.read(file).names() == ("salem",)


def test_a_name_longer_than_any_is_nobodys_and_not_composed(file: Path) -> None:
    accounts = open_accounts(file)
    accounts.add("é" * 64, PASSWORD)
    assert accounts.find("e\u0301" * 64) == "é" * 64
    assert accounts.verify("E\u0301" * 64, PASSWORD)
    # To compose this one would take minutes.
    long = "a" + "\u0300\u0316" * 500_000
    assert (accounts.find(long), accounts.seal(long), accounts.remove(long)) == (None, None, False)
    assert not accounts.verify(long, PASSWORD)


@posix
def test_the_file_is_its_owners_alone_from_the_first_byte_whatever_the_umask(file: Path) -> None:
    before = os.umask(0)
    try:
        open_accounts(file).add("salem", PASSWORD)
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600


@posix
def test_a_link_to_the_file_stays_a_link(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file)
    open_accounts(link).add("salem", PASSWORD)
    assert link.is_symlink()
    assert Accounts.read(file).names() == ("salem",)


def test_nothing_else_is_left_beside_the_file_but_its_lock(file: Path) -> None:
    accounts = open_accounts(file)
    accounts.add("salem", PASSWORD)
    accounts.remove("salem")
    left = {path.name for path in file.parent.iterdir()}
    assert left <= {"users.txt", ".users.txt.lock"}


GOOD = f"salem:{CHEAP.hash(b'x')}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("salem", 1),
        ("salem:secret password", 1),
        (f"{GOOD}\n\n# who\n", 3),
        (f"{GOOD}\nhuda:$argon2i$v=19$m=8,t=1,p=1$YWFh$YWFh", 2),
        (f"{GOOD}\nhuda:$2b$12$abcdefghijklmnopqrstuv", 2),
        (f"{GOOD}\n{GOOD.upper()}", 2),
        (f"{GOOD}\n:{GOOD.partition(':')[2]}", 2),
        (GOOD.replace("v=19", "v=١٩"), 1),
    ],
)
def test_a_malformed_line_is_named_by_its_number(file: Path, text: str, line: int) -> None:
    with pytest.raises(AccountsError, match=rf"line {line} is ") as caught:
        Accounts.read(write(file, text))
    assert "\n" not in caught.value.message
    assert "secret" not in caught.value.message


def test_a_file_that_is_not_utf_8_is_refused(file: Path) -> None:
    with pytest.raises(AccountsError, match="not UTF-8"):
        Accounts.read(write(file, b"\xff\xfe:x"))


def test_a_folder_is_no_file_of_accounts(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o700)
    with pytest.raises(AccountsError, match="cannot be used"):
        Accounts.read(folder)


def test_a_hash_that_is_damaged_lets_no_one_in(file: Path) -> None:
    accounts = Accounts.read(write(file, "salem:$argon2id$v=19$m=8,t=1,p=1$A$A"), hasher=CHEAP)
    assert not accounts.verify("salem", PASSWORD)


@given(text=st.text(max_size=60) | st.text("salem:$\n", max_size=40))
def test_any_text_that_is_no_account_gives_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = write(tmp_path_factory.getbasetemp() / "any.txt", text.encode("utf-8", "replace"))
    if text.split():
        with pytest.raises(AccountsError, match=r": line \d+ is "):
            Accounts.read(file)
    else:
        assert Accounts.read(file).names() == ()


def test_a_page_that_is_being_served_notices_who_comes_and_goes(file: Path) -> None:
    writing, serving = open_accounts(file), open_accounts(file)
    writing.add("salem", PASSWORD)
    assert serving.verify("salem", PASSWORD)
    writing.remove("salem")
    assert not serving.verify("salem", PASSWORD)
    assert serving.names() == ()


def test_a_file_that_goes_wrong_while_it_is_served_lets_no_one_in(file: Path) -> None:
    accounts = open_accounts(file)
    accounts.add("salem", PASSWORD)
    write(file, "salem")
    with pytest.raises(AccountsError, match="line 1"):
        accounts.verify("salem", PASSWORD)
    file.unlink()
    with pytest.raises(AccountsError, match="no such file"):
        accounts.verify("salem", PASSWORD)


def test_many_who_write_at_once_lose_no_account(file: Path) -> None:
    names = [f"user{number}" for number in range(8)]
    threads = [
        threading.Thread(target=open_accounts(file).add, args=(name, PASSWORD)) for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Accounts.read(file).names() == tuple(names)


# the wait after wrong passwords


def test_after_five_failures_the_wait_doubles_up_to_a_minute(file: Path) -> None:
    clock = Clock()
    accounts = open_accounts(file, clock=clock)
    accounts.add("salem", PASSWORD)
    for _ in range(5):
        assert not accounts.verify("salem", "wrong one")
    for wait in (1, 2, 4, 8, 16, 32, 60, 60):
        clock.now += wait - 0.01
        assert not accounts.verify("salem", PASSWORD)
        clock.now += 0.01
        assert not accounts.verify("SALEM", "wrong one")
    clock.now += 60
    assert accounts.verify("salem", PASSWORD)


def test_the_right_password_forgives_all_failures(file: Path) -> None:
    accounts = open_accounts(file, clock=Clock())
    accounts.add("salem", PASSWORD)
    for _ in range(3):
        for _ in range(4):
            assert not accounts.verify("salem", "wrong one")
        assert accounts.verify("salem", PASSWORD)


def test_a_name_that_waits_is_answered_without_work_and_others_do_not_wait(file: Path) -> None:
    hasher = CountingHasher()
    accounts = open_accounts(file, clock=Clock(), hasher=hasher)
    accounts.add("salem", PASSWORD)
    accounts.add("huda", PASSWORD)
    for _ in range(5):
        accounts.verify("salem", "wrong one")
    hasher.worked = 0
    assert not accounts.verify("salem", PASSWORD)
    assert hasher.worked == 0
    assert accounts.verify("huda", PASSWORD)


def test_names_that_are_not_there_have_to_wait_too(file: Path) -> None:
    hasher = CountingHasher()
    accounts = open_accounts(file, clock=Clock(), hasher=hasher)
    accounts.add("salem", PASSWORD)
    hasher.worked = 0
    for _ in range(9):
        accounts.verify("nobody", "wrong one")
    assert hasher.worked == 5


def test_failures_are_forgotten_after_a_quarter_of_an_hour(file: Path) -> None:
    clock = Clock()
    accounts = open_accounts(file, clock=clock)
    accounts.add("salem", PASSWORD)
    for _ in range(5):
        accounts.verify("salem", "wrong one")
    clock.now += 900
    for _ in range(4):
        accounts.verify("salem", "wrong one")
    assert accounts.verify("salem", PASSWORD)


def test_attempts_at_once_do_not_slip_through(file: Path) -> None:
    hasher = CountingHasher()
    accounts = open_accounts(file, clock=Clock(), hasher=hasher)
    accounts.add("salem", PASSWORD)
    hasher.worked = 0
    threads = [
        threading.Thread(target=accounts.verify, args=("salem", f"wrong {n}")) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hasher.worked == 5


def test_right_passwords_at_once_are_not_taken_for_wrong_ones(file: Path) -> None:
    accounts = open_accounts(file, clock=Clock())
    accounts.add("salem", PASSWORD)
    with ThreadPoolExecutor(20) as threads:
        assert all(threads.map(lambda _: accounts.verify("salem", PASSWORD), range(40)))
