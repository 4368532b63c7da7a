"""huggingface_hub against a hub of our own on this machine, and against none."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from rag.errors import ModelFetchError
from rag.hub import fetch_from_hub, is_safe_data
from tests.tiny_models import gguf_bytes, safetensors_bytes

COMMIT = "c" * 40


@contextmanager
def hub_of(files: Mapping[str, bytes], *, served: Mapping[str, bytes]) -> Iterator[str]:
    """A hub that states the digests of `files`, and serves `served`; gives its address."""

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            path = self.path.partition("?")[0]
            name = path.removeprefix(f"/owner/repo/resolve/{COMMIT}/")
            if path in {"/api/models/owner/repo", "/api/models/owner/repo/revision/main"}:
                siblings = [
                    {
                        "rfilename": file,
                        "size": len(content),
                        "lfs": {
                            "sha256": hashlib.sha256(content).hexdigest(),
                            "size": len(content),
                            "pointerSize": 134,
                        },
                    }
                    for file, content in files.items()
                ]
                body = json.dumps({"id": "owner/repo", "sha": COMMIT, "siblings": siblings})
                self._send(200, body.encode())
            elif name in served:
                self._send(200, served[name])
            else:
                self._send(404, b"{}")

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status == 404:
                self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keeps stderr clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_FETCH = """
import sys
from pathlib import Path
from rag.errors import ModelError
from rag.hub import fetch_from_hub
repository, file, folder = sys.argv[1:]
try:
    fetch_from_hub(repository, file or None, Path(folder), print)
except ModelError as exc:
    print(type(exc).__name__, exc)
"""


def fetch(endpoint: str, folder: Path, *, repository: str = "owner/repo", file: str = "") -> str:
    """Fetches in a process of its own, as huggingface_hub reads its address when it is imported."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _FETCH, repository, file, str(folder)],
        env={
            **os.environ,
            "HF_ENDPOINT": endpoint,
            "HF_HUB_OFFLINE": "0",
            "HF_HUB_ETAG_TIMEOUT": "2",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def fetched(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".cache" not in path.parts
    }


def test_only_data_files_are_fetched(tmp_path: Path) -> None:
    data = {
        "model.safetensors": safetensors_bytes(),
        "config.json": b"{}",
        "1_Pooling/config.json": b"{ }",
    }
    files = {**data, "pytorch_model.bin": b"pickle", "modeling.py": b"raise SystemExit"}
    with hub_of(files, served=files) as endpoint:
        announced = fetch(endpoint, tmp_path)
    assert fetched(tmp_path) == data
    assert announced == str(sum(map(len, data.values())))


def test_one_gguf_file_is_fetched_alone(tmp_path: Path) -> None:
    files = {"q4.gguf": gguf_bytes(), "q8.gguf": gguf_bytes(5000)}
    with hub_of(files, served=files) as endpoint:
        fetch(endpoint, tmp_path, file="q4.gguf")
    assert fetched(tmp_path) == {"q4.gguf": gguf_bytes()}


def test_a_file_with_another_digest_than_stated_is_thrown_away(tmp_path: Path) -> None:
    files = {"q4.gguf": gguf_bytes()}
    with hub_of(files, served={"q4.gguf": gguf_bytes()[:-1] + b"x"}) as endpoint:
        said = fetch(endpoint, tmp_path, file="q4.gguf")
    assert said.splitlines()[-1].startswith("ModelCorruptError Model owner/repo: q4.gguf")
    assert fetched(tmp_path) == {}


def test_a_repository_of_pickles_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    files = {"pytorch_model.bin": b"pickle", "config.json": b"{}"}
    with hub_of(files, served=files) as endpoint:
        said = fetch(endpoint, tmp_path)
    assert said.startswith("ModelFetchError Model owner/repo: the hub holds no safetensors")
    assert fetched(tmp_path) == {}


def test_a_repository_that_is_not_there_is_named(tmp_path: Path) -> None:
    with hub_of({}, served={}) as endpoint:
        said = fetch(endpoint, tmp_path, repository="owner/gone")
    assert said.startswith("ModelFetchError Model owner/gone: the hub has no such model")


def test_a_hub_that_does_not_answer_is_worth_another_try(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = fetch(f"http://127.0.0.1:{port}", tmp_path)
    assert said.startswith("ModelFetchError Model owner/repo: the fetch from the hub failed")
    assert said.endswith("connect and fetch it again.")


def test_offline_mode_is_an_error_that_can_be_tried_again(tmp_path: Path) -> None:
    with pytest.raises(ModelFetchError, match="the fetch from the hub failed") as caught:
        fetch_from_hub("owner/repo", None, tmp_path, lambda _: None)
    assert caught.value.retryable is True


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("model.safetensors", True),
        ("1_Pooling/config.json", True),
        ("pytorch_model.bin", False),
        ("modeling_tiny.py", False),
        ("../up.json", False),
        ("/etc/up.json", False),
    ],
)
def test_data_files_are_told_by_their_names(path: str, safe: bool) -> None:
    assert is_safe_data(path) is safe
