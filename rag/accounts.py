"""Who may sign in to the page: a file with one `name:hash` a line, by argon2id.

The file is its owner's alone. `mustanad users` writes it; a page that is being served reads it
again when it has changed, so that whoever is removed can no longer sign in, nor go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shlex
import stat
import tempfile
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from filelock import FileLock

from rag.errors import AccountsError
from rag.throttle import Throttle
from rag.weights import explain

MOST_NAME_CHARS: Final = 64
LEAST_PASSWORD_CHARS: Final = 8
_MOST_PASSWORD_CHARS: Final = 1_000
# A character is at most four before its accents are composed. To compose takes long on long names.
_MOST_TYPED_CHARS: Final = 4 * MOST_NAME_CHARS
_HASH: Final = re.compile(
    r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+", re.ASCII
)
_PUNCTUATION: Final = frozenset("._-@")
# Each hash takes 19 MB: many who sign in at once stand in line. Those of one name are in the same
# one, so that right passwords that come together are not taken for wrong ones.
_LINES: Final = 2


def make_hasher() -> PasswordHasher:
    """Makes the hasher of the passwords.

    References:
        OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. More memory
        would be taken from the models.
    """
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Accounts:
    """The accounts of one file. All methods may be called from several threads and processes.

    Names are compared without regard to case and to how their accents are composed.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
        hasher: PasswordHasher | None = None,
    ) -> None:
        # A file that is reached by a link is replaced itself, not its link.
        self.path = path.resolve()
        self._hasher = hasher or make_hasher()
        self._throttle = Throttle(clock)
        self._lock = threading.Lock()
        self._lines = tuple(threading.Lock() for _ in range(_LINES))
        self._seen: tuple[int, ...] | None = None
        self._accounts: dict[str, tuple[str, str]] = {}

    @classmethod
    def read(
        cls,
        path: Path,
        *,
        create: bool = False,
        clock: Callable[[], float] = time.monotonic,
        hasher: PasswordHasher | None = None,
    ) -> Accounts:
        """Reads the accounts of a file.

        Args:
            create: a file that is not there holds no accounts yet; `add` makes it.
            clock: seconds that only grow, for the waits after wrong passwords.
            hasher: what hashes and verifies; `make_hasher` makes the default.

        Raises:
            AccountsError: the file is not there, others may read it, or a line is no account.
        """
        accounts = cls(path, clock=clock, hasher=hasher)
        if not (create and not accounts.path.exists()):
            accounts._refresh()
        return accounts

    def names(self) -> tuple[str, ...]:
        """The names as they were given, sorted; empty where there is no account.

        Raises:
            AccountsError: the file has changed and cannot be read any more.
        """
        return tuple(name for _, (name, _) in sorted(self._refresh().items()))

    def find(self, typed: str) -> str | None:
        """The name of the account that was meant, as it was given to `add`; None if none has it.

        What belongs to an account is to be kept under this name, not under the one typed.

        Raises:
            AccountsError: the file has changed and cannot be read any more.
        """
        found = self._refresh().get(_folded(typed))
        return found[0] if found else None

    def seal(self, typed: str) -> str | None:
        """What an account's logins hang on: another one after `add`; None if there is no account.

        Raises:
            AccountsError: the file has changed and cannot be read any more.
        """
        found = self._refresh().get(_folded(typed))
        return found[1] if found else None

    def add(self, name: str, password: str) -> bool:
        """Adds an account, or gives the one of that name a new password; whether it is new.

        Raises:
            AccountsError: the name or the password is not allowed, or the file cannot be written.
        """
        name = unicodedata.normalize("NFC", name)
        if not _is_name(name):
            raise AccountsError(
                path=self.path,
                reason=f"{name[:80]!r} is no name. A name has 1 to {MOST_NAME_CHARS} characters: "
                "letters, digits and . _ - @, at least one of them a letter or a digit.",
            )
        length = len(unicodedata.normalize("NFC", password))
        if not LEAST_PASSWORD_CHARS <= length <= _MOST_PASSWORD_CHARS:
            raise AccountsError(
                path=self.path,
                reason=f"a password has {LEAST_PASSWORD_CHARS} to {_MOST_PASSWORD_CHARS:,} "
                f"characters; this one has {length:,}.",
            )
        digest = self._hasher.hash(_bytes(password))
        with self._changing() as accounts:
            known = accounts.get(_folded(name))
            accounts[_folded(name)] = (known[0] if known else name, digest)
        return known is None

    def remove(self, name: str) -> bool:
        """Removes an account; whether it was there.

        Raises:
            AccountsError: the file cannot be read or written.
        """
        with self._changing() as accounts:
            return accounts.pop(_folded(name), None) is not None

    def verify(self, name: str, password: str) -> bool:
        """Whether the account is there and has this password.

        A name that is not there takes as long as a wrong password. After five failures a name has
        to wait, first one second, then twice as long each time, at most a minute; until then the
        answer is no at once, whatever the password.

        Raises:
            AccountsError: the file has changed and cannot be read any more.
        """
        key = _folded(name)
        found = self._refresh().get(key)
        with self._lines[hash(key) % _LINES]:
            if not self._throttle.attempt(key):
                return False
            if found is None or len(password) > _MOST_PASSWORD_CHARS:
                self._hasher.hash(b"")
                return False
            try:
                self._hasher.verify(found[1], _bytes(password))
            except VerificationError:
                return False
            self._throttle.clear(key)
        return True

    async def averify(self, name: str, password: str) -> bool:
        """Verifies in a thread, so that a page goes on while a password is hashed."""
        return await asyncio.to_thread(self.verify, name, password)

    def _refresh(self) -> dict[str, tuple[str, str]]:
        """By folded name, the name and hash of each account; read again where the file changed."""
        with self._lock:
            try:
                status = self.path.stat()
                seen = (status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode)
                if seen != self._seen:
                    self._check_mode(status.st_mode)
                    self._accounts = self._parse(self.path.read_text(encoding="utf-8-sig"))
                    self._seen = seen
            except FileNotFoundError as exc:
                raise AccountsError(
                    path=self.path,
                    reason="there is no such file. `mustanad users add FILE NAME` makes it.",
                ) from exc
            except UnicodeDecodeError as exc:
                raise AccountsError(
                    path=self.path,
                    reason="the file is not UTF-8. `mustanad users add FILE NAME` makes a new one.",
                ) from exc
            except OSError as exc:
                raise self._unusable(exc) from exc
            return self._accounts

    def _check_mode(self, mode: int) -> None:
        if not stat.S_ISREG(mode):
            raise AccountsError(
                path=self.path, reason="it cannot be used: it is no file. Name another."
            )
        if os.name == "posix" and mode & 0o077:
            raise AccountsError(
                path=self.path,
                reason=f"others may use the file too (its mode is {mode & 0o777:o}). "
                f"Run `chmod 600 {shlex.quote(str(self.path))}`.",
            )

    def _parse(self, text: str) -> dict[str, tuple[str, str]]:
        accounts: dict[str, tuple[str, str]] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            name, _, digest = line.strip().partition(":")
            name = unicodedata.normalize("NFC", name)
            wrong = "is no account (name:hash)"
            if _folded(name) in accounts:
                wrong = f"is a second account of the name {name}"
            elif _is_name(name) and _HASH.fullmatch(digest):
                accounts[_folded(name)] = (name, digest)
                continue
            raise AccountsError(
                path=self.path,
                reason=f"line {number} {wrong}. Remove that line, and run "
                "`mustanad users add FILE NAME`.",
            )
        return accounts

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, tuple[str, str]]]:
        """Gives what is in the file now, to be changed, and writes it at the end."""
        try:
            with FileLock(self.path.with_name(f".{self.path.name}.lock"), mode=0o600):
                accounts = dict(self._refresh()) if self.path.exists() else {}
                yield accounts
                self._write("".join(f"{name}:{digest}\n" for name, digest in accounts.values()))
        except OSError as exc:
            raise self._unusable(exc) from exc

    def _write(self, text: str) -> None:
        # Unlike `write_atomically`, this is never readable by others, not even half written.
        descriptor, fresh = tempfile.mkstemp(dir=self.path.parent, prefix=".", suffix=".new")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                if os.name == "posix" and self.path.exists():
                    # An administrator may change the file of whoever serves the page.
                    owner = self.path.stat()
                    os.fchown(descriptor, owner.st_uid, owner.st_gid)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(fresh).replace(self.path)
        finally:
            Path(fresh).unlink(missing_ok=True)

    def _unusable(self, exc: OSError) -> AccountsError:
        return AccountsError(
            path=self.path, reason=f"the file cannot be used ({exc.strerror or explain(exc)})."
        )


def _folded(name: str) -> str:
    """What names are compared by; that of no account where a name is too long for one."""
    if len(name) > _MOST_TYPED_CHARS:
        return ""
    composed = unicodedata.normalize("NFC", name)
    return unicodedata.normalize("NFC", composed.casefold())


def _is_name(name: str) -> bool:
    letters = [_is_letter_or_digit(char) for char in name]
    return (
        len(name) <= MOST_NAME_CHARS
        and any(letters)
        and all(letter or char in _PUNCTUATION for letter, char in zip(letters, name, strict=True))
    )


def _is_letter_or_digit(char: str) -> bool:
    category = unicodedata.category(char)
    return category.startswith("L") or category == "Nd"


def _bytes(password: str) -> bytes:
    # A browser may send half a character; that is a wrong password, not a failure of ours.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
