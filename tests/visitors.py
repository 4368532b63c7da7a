"""Visitors of the served page without a browser: they speak to it as its own script does."""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from rag.accounts import Accounts
from rag.corpora import DEFAULT
from tests.test_accounts import CHEAP
from ui.desk import Desk

NOOR, SAMI = ("Noor", "كلمة سر نور"), ("سامي", "another secret")
TIMEOUT_S = 30.0


@contextmanager
def client_of(address: str, account: tuple[str, str] | None = None) -> Iterator[httpx.Client]:
    """A browser's cookies and no more; signed in by the page's form, where there is an account."""
    with httpx.Client(base_url=address, timeout=TIMEOUT_S) as client:
        if account is not None:
            sign_in(client, account).raise_for_status()
        yield client


def sign_in(client: httpx.Client, account: tuple[str, str]) -> httpx.Response:
    return client.post("login", data={"username": account[0], "password": account[1]})


def add_accounts(desk: Desk, *accounts: tuple[str, str]) -> Accounts:
    """Puts accounts into the file that the desk's page reads; their hashes cost little."""
    path = desk.settings.page.auth
    assert path is not None
    there = Accounts.read(path, create=True, hasher=CHEAP)
    for name, password in accounts:
        there.add(name, password)
    return there


class PageVisitor:
    """One who has the page open. `panels` is what it shows, by the panels' ids."""

    def __init__(self, client: httpx.Client, *, session: str = "", language: str = "en") -> None:
        self.client, self.session = client, session or uuid.uuid4().hex
        self.language = language
        self.panels: dict[str, str] = {}
        config = client.get("config")
        config.raise_for_status()
        self._steps = config.json()["dependencies"]
        components = config.json()["components"]
        self._ids = {one["id"]: one["props"].get("elem_id") for one in components}

    def greet(self) -> PageVisitor:
        """Comes to the page."""
        self._show(self._step("load"), self._call(self._step("load"), [None]))
        return self

    def act(self, deed: str, /, **facts: object) -> PageVisitor:
        """Clicks on something, or sends a form."""
        step = self._step("act")
        self._show(step, self._call(step, [None], {"act": deed, **facts}))
        return self

    def ask(self, question: str) -> str:
        """Asks in the composer, and waits for the answer; what is shown of it."""
        step = self._step("click", "ask")
        self._show(step, self._call(step, [question, None]))
        answering = self._after(step)
        self._wait(answering)
        step = self._after(answering)
        self._show(step, self._call(step, [None]))
        return self.panels["present"]

    def upload(self, name: str, text: str) -> str:
        """Uploads a file to the chosen corpus, and waits until it is taken in; where it was put."""
        sent = self.client.post("gradio_api/upload", files={"files": (name, text.encode())})
        sent.raise_for_status()
        (path,) = sent.json()
        self.take_in(name, path)
        return str(path)

    def take_in(self, name: str, path: str) -> PageVisitor:
        """Has a file taken in that was sent before, and waits until it is."""
        step = self._step("ingest")
        self._show(step, self._call(step, [None], self._ingest(name, path)))
        following = self._after(step)
        self._wait(following)
        self._show(self._after(following), self._call(self._after(following), [None]))
        return self

    def try_to_take_in(self, name: str, path: str) -> int:
        """The status of a request that has a file taken in, whatever comes of it."""
        return self._request(self._step("ingest"), [None], self._ingest(name, path)).status_code

    def try_to(self, **facts: object) -> int:
        """The status of an action's request, whatever comes of it."""
        return self._request(self._step("act"), [None], facts).status_code

    def _ingest(self, name: str, path: str) -> dict[str, Any]:
        # The place to drop files says where they go; who may add none has no such place.
        places = (
            re.search('data-drop data-corpus="([^"]+)"', panel) for panel in self.panels.values()
        )
        corpus = next((place[1] for place in places if place), DEFAULT)
        files = [{"name": name, "path": path, "size": 1}]
        return {"act": "ingest", "corpus": corpus, "files": files}

    def _step(self, event: str, elem_id: str | None = None) -> dict[str, Any]:
        return next(
            step
            for step in self._steps
            for target, name in step["targets"]
            if name == event and elem_id in (None, self._ids.get(target))
        )

    def _after(self, step: dict[str, Any]) -> dict[str, Any]:
        return next(one for one in self._steps if one["trigger_after"] == step["id"])

    def _request(
        self, step: dict[str, Any], data: list[object], event: object = None
    ) -> httpx.Response:
        asked = {
            "fn_index": step["id"],
            "data": data,
            "event_data": event,
            "session_hash": self.session,
        }
        path = "gradio_api/queue/join" if step["queue"] else "gradio_api/run/predict"
        return self.client.post(path, json=asked, headers={"accept-language": self.language})

    def _call(self, step: dict[str, Any], data: list[object], event: object = None) -> list[Any]:
        response = self._request(step, data, event)
        response.raise_for_status()
        found: list[Any] = response.json()["data"]
        return found

    def _show(self, step: dict[str, Any], values: list[Any]) -> None:
        for output, value in zip(step["outputs"], values, strict=True):
            if isinstance(value, str):
                self.panels[str(self._ids[output])] = value

    def _wait(self, step: dict[str, Any]) -> None:
        """Calls what takes its time, and waits until it is done."""
        self._request(step, [None]).raise_for_status()
        query = {"session_hash": self.session}
        with self.client.stream("GET", "gradio_api/queue/data", params=query) as events:
            for line in events.iter_lines():
                message = json.loads(line.removeprefix("data: ") or "{}")
                if message.get("msg") == "process_completed":
                    assert message["success"]


def call(
    client: httpx.Client, endpoint: str, given: dict[str, Any], auth: Any = None
) -> tuple[str, Any]:
    """A program's call in two steps: the event that it ends with, and what that says."""
    begun = client.post(f"gradio_api/call/v2/{endpoint}", json=given, auth=auth)
    begun.raise_for_status()
    said = client.get(f"gradio_api/call/{endpoint}/{begun.json()['event_id']}", auth=auth).text
    event, data = said.strip().splitlines()[-2:]
    found = json.loads(data.removeprefix("data: "))
    return event.removeprefix("event: "), found["error"] if isinstance(found, dict) else found[0]


def use_tool(client: httpx.Client, tool: str, given: dict[str, Any], auth: Any = None) -> Any:
    """A call of a tool through MCP: what it gives, or its error as text."""
    response = client.post(
        "gradio_api/mcp/",
        json={
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": tool, "arguments": given},
        },
        headers={"accept": "application/json, text/event-stream"},
        auth=auth,
    )
    response.raise_for_status()
    (data,) = [line for line in response.text.splitlines() if line.startswith("data: ")]
    result = json.loads(data.removeprefix("data: "))["result"]
    told = result["content"][0]["text"]
    return told if result["isError"] else json.loads(told)


def at_once(*work: Any) -> None:
    """Does all of it at the same time; what one raises is raised here."""
    problems: list[BaseException] = []

    def attempt(one: Any) -> None:
        try:
            one()
        except BaseException as exc:  # noqa: BLE001 - it is raised again.
            problems.append(exc)

    threads = [threading.Thread(target=attempt, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
