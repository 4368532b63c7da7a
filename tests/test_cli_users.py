"""`mustanad users`, and the doors of `mustanad serve`."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from rag.accounts import Accounts
from tests.fakes import ScriptedAssistant
from tests.test_cli import DOCUMENT, Page, Run, Terminal, store_of, with_input

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "open sesame"
posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX has modes and terminals")


@pytest.fixture
def mustanad(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "users.txt"


def make(file: Path, *names: str) -> Accounts:
    accounts = Accounts.read(file, create=True, hasher=CHEAP)
    for name in names:
        accounts.add(name, PASSWORD)
    return accounts


def type_in(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Answers what is asked without echo, in this order; gives the list that is left."""
    left = list(answers)
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: left.pop(0))
    return left


# add


def test_add_asks_twice_and_writes_the_file(
    mustanad: Terminal, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mustanad.parts = {"is_interactive": lambda: True}
    left = type_in(monkeypatch, PASSWORD, PASSWORD)
    run = mustanad("users", "add", str(file), "مريم")
    assert (run.code, run.out, left) == (0, "Added مريم.\n", [])
    assert PASSWORD not in run.err
    assert Accounts.read(file).verify("مريم", PASSWORD)


def test_add_asks_again_where_the_two_differ(
    mustanad: Terminal, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(file, "salem")
    mustanad.parts = {"is_interactive": lambda: True}
    left = type_in(monkeypatch, PASSWORD, "open sesamy", "another one", "another one")
    run = mustanad("users", "add", str(file), "SALEM")
    assert (run.code, run.out, left) == (0, "SALEM has a new password.\n", [])
    assert "do not match" in run.err
    assert Accounts.read(file).verify("salem", "another one")


def test_add_reads_the_first_line_of_stdin_when_told_to(
    mustanad: Terminal, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_input(monkeypatch, " كلمة السر ", "more")
    run = mustanad("users", "add", str(file), "salem", "--password-stdin")
    assert run == Run(0, "Added salem.\n", "")
    assert Accounts.read(file).verify("salem", " كلمة السر ")


def test_add_without_a_terminal_names_the_other_way(mustanad: Terminal, file: Path) -> None:
    mustanad.parts = {"is_interactive": lambda: False}
    run = mustanad("users", "add", str(file), "salem")
    assert (run.code, run.out) == (2, "")
    assert "Give it with --password-stdin." in run.err
    assert not file.exists()


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [("salem", "short", "8 to 1,000 characters"), ("a b", PASSWORD, "is no name")],
)
def test_add_refuses_a_bad_name_or_password_in_one_line(
    mustanad: Terminal,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    name: str,
    password: str,
    said: str,
) -> None:
    with_input(monkeypatch, password)
    run = mustanad("users", "add", str(file), name, "--password-stdin")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith(f"Error: Accounts in {file}: ")
    assert said in run.err
    assert run.err.count("\n") == 1
    assert not file.exists()


@posix
def test_the_password_is_not_shown_on_a_real_terminal(file: Path) -> None:
    import pty

    # Whoever leads a session and opens a terminal has it as its own, which is asked for passwords.
    code = (
        "import os, sys\n"
        "os.open(sys.argv[1], os.O_RDWR)\n"
        "from rag.cli import main\n"
        "sys.exit(main(['users', 'add', sys.argv[2], 'salem']))\n"
    )
    terminal, inner = pty.openpty()
    shown = b""

    def read_up_to(words: bytes) -> bytes:
        seen = shown
        while words not in seen:
            ready, _, _ = select.select([terminal], [], [], 60)
            assert ready, seen
            seen += os.read(terminal, 1024)
        return seen

    with subprocess.Popen(
        [sys.executable, "-c", code, os.ttyname(inner), str(file)],
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    ) as program:
        try:
            for prompt in (b"Password: ", b"The same again: "):
                shown = read_up_to(prompt)
                os.write(terminal, PASSWORD.encode() + b"\n")
            shown = read_up_to(b"Added salem.")
            assert program.wait(60) == 0
        finally:
            program.kill()
            os.close(terminal)
            os.close(inner)
    assert PASSWORD.encode() not in shown


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
@pytest.mark.parametrize(
    ("given", "code"),
    [
        (b"\xd9\x85\xd8\xb3\xd8\xaa\xd9\x86\xd8\xaf 1234\n", 0),
        (b"\xef\xbb\xbf\xd9\x85\xd8\xb3\xd8\xaa\xd9\x86\xd8\xaf 1234\r\n", 0),
        (b"\xcf\xe5\xca\xd3\xe3 1234\n", 1),
    ],
)
def test_a_password_on_stdin_is_utf_8_whatever_the_locale(
    file: Path, locale: str, given: bytes, code: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rag.cli", "users", "add", str(file), "salem", "--password-stdin"],
        input=given,
        capture_output=True,
        check=False,
        env={**os.environ, "LC_ALL": locale},
        timeout=60,
    )
    assert done.returncode == code, done.stderr
    if code:
        assert done.stderr == b"Error: The password on stdin is not UTF-8.\n"
    else:
        assert Accounts.read(file).verify("salem", "مستند 1234")


# remove, list


def test_list_prints_the_names_sorted(mustanad: Terminal, file: Path) -> None:
    make(file, "salem", "مريم", "Huda")
    assert mustanad("users", "list", str(file)) == Run(0, "Huda\nsalem\nمريم\n", "")


def test_list_json_is_a_list_of_names(mustanad: Terminal, file: Path) -> None:
    make(file, "salem", "مريم")
    assert json.loads(mustanad("users", "list", str(file), "--json").out) == ["salem", "مريم"]


def test_an_empty_list_says_how_to_add_one(mustanad: Terminal, file: Path) -> None:
    make(file, "salem").remove("salem")
    run = mustanad("users", "list", str(file))
    assert run == Run(0, "", f"{file} holds no account. `mustanad users add FILE NAME` adds one.\n")


def test_remove_takes_one_account_away(mustanad: Terminal, file: Path) -> None:
    make(file, "salem", "huda")
    assert mustanad("users", "remove", str(file), "Salem") == Run(0, "Removed Salem.\n", "")
    assert Accounts.read(file).names() == ("huda",)


def test_removing_who_is_not_there_is_a_failure(mustanad: Terminal, file: Path) -> None:
    make(file, "salem")
    run = mustanad("users", "remove", str(file), "huda")
    assert (run.code, run.out) == (1, "")
    assert f"There is no account huda in {file}. `mustanad users list FILE` shows all." in run.err
    assert Accounts.read(file).names() == ("salem",)


@pytest.mark.parametrize("command", [["list"], ["remove"]])
def test_a_file_that_is_not_there_is_named(
    mustanad: Terminal, file: Path, command: list[str]
) -> None:
    run = mustanad("users", *command, str(file), *(["salem"] if command == ["remove"] else []))
    assert (run.code, run.out) == (1, "")
    assert "there is no such file" in run.err
    assert not file.exists()


@posix
@pytest.mark.parametrize("command", ["add", "remove", "list"])
def test_a_file_that_others_may_read_is_refused_by_all(
    mustanad: Terminal, file: Path, command: str
) -> None:
    make(file, "salem")
    file.chmod(0o644)
    options = {"add": ["huda", "--password-stdin"], "remove": ["salem"], "list": []}[command]
    run = mustanad("users", command, str(file), *options)
    assert (run.code, run.out) == (1, "")
    assert f"Run `chmod 600 {file}`." in run.err


# the doors of `serve`


@pytest.fixture
def page(mustanad: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    model = tmp_path / "own.gguf"
    model.write_bytes(b"GGUF" + bytes(20))
    monkeypatch.setenv("RAG_MODELS__EMBEDDING", str(model))
    monkeypatch.setenv("RAG_ANSWER__ENGINE", "none")
    page = Page()
    mustanad.parts = {"serve": page, "open_store": store_of(tmp_path)}
    mustanad.assistant = ScriptedAssistant(documents=[DOCUMENT])
    return page


def test_serve_takes_address_port_and_accounts_from_its_options(
    mustanad: Terminal, page: Page, file: Path
) -> None:
    make(file, "salem")
    run = mustanad("serve", "--host", "0.0.0.0", "--port", "0", "--auth", str(file))  # noqa: S104
    assert run.code == 0
    assert run.err.startswith("Passwords and documents cross the network unencrypted")
    (settings,) = mustanad.opened
    assert len(page.served) == 1
    assert (settings.page.host, settings.page.port) == ("0.0.0.0", 0)  # noqa: S104
    assert (settings.page.auth, settings.page.open_to_all) == (file, 0)


@pytest.mark.parametrize("told", [[], ["--open-to-all"]])
def test_serve_refuses_an_open_address_before_anything_is_opened(
    mustanad: Terminal, page: Page, told: list[str]
) -> None:
    run = mustanad("serve", "--host", "0.0.0.0", *told)  # noqa: S104
    assert (run.code, run.out) == (1, "")
    assert "other machines reach 0.0.0.0" in run.err
    assert (page.served, mustanad.opened) == ([], [])


@pytest.mark.parametrize(
    "told", [["--open-to-all"] * 2, ["--open-to-all"] * 3, ["--set", "page.open_to_all=2"]]
)
def test_serve_opens_to_all_when_told_twice(
    mustanad: Terminal, page: Page, told: list[str]
) -> None:
    assert mustanad("serve", "--host", "0.0.0.0", *told).code == 0  # noqa: S104
    assert mustanad.opened[0].page.open_to_all == 2


def test_serve_without_the_flag_leaves_the_setting_alone(
    mustanad: Terminal, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_PAGE__OPEN_TO_ALL", "2")
    assert mustanad("serve", "--host", "0.0.0.0").code == 0  # noqa: S104
    assert mustanad.opened[0].page.open_to_all == 2


def test_serve_needs_no_accounts_where_only_this_machine_reaches_it(
    mustanad: Terminal, page: Page
) -> None:
    assert mustanad("serve", "--host", "localhost") == Run(
        0, "Mustanad is at http://127.0.0.1:7860\n", ""
    )


def test_serve_refuses_accounts_that_let_no_one_in(
    mustanad: Terminal, page: Page, file: Path
) -> None:
    assert "there is no such file" in mustanad("serve", "--auth", str(file)).err
    make(file, "salem").remove("salem")
    run = mustanad("serve", "--auth", str(file))
    assert (run.code, run.out) == (1, "")
    assert "no account is there" in run.err
    assert page.served == []


def test_a_port_that_is_none_is_wrong_usage(mustanad: Terminal, page: Page) -> None:
    assert mustanad("serve", "--port", "70000").code == 2
