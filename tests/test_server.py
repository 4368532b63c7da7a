"""The page as it is served, and several who use it: by its own script, by programs, through MCP."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from rag.archive import Archive
from rag.corpora import Corpora
from rag.engines import Engines
from rag.errors import AccountsError
from rag.feedback import FeedbackFile
from rag.schema import Final
from rag.settings import Settings
from tests.browsing import served
from tests.fakes import HashEmbedder
from tests.pages import ScriptedAssistant, make_answer, make_desk, make_passage, simple_reply
from tests.test_accounts import Clock
from tests.visitors import (
    NOOR,
    SAMI,
    PageVisitor,
    add_accounts,
    at_once,
    call,
    client_of,
    sign_in,
    use_tool,
)
from ui.desk import Desk
from ui.limits import Pace
from ui.network import CONTENT_POLICY
from ui.server import visitor_of

needs_mcp = pytest.mark.skipif(
    importlib.util.find_spec("mcp") is None, reason="skipped: needs the package mcp"
)
# Many try to sign in as her, so she has to wait.
MARAM = ("maram", "a password of hers")
SECRET = "The red file of Noor names 17 witnesses."
ELSEWHERE = "http://198.51.100.7/file.txt"


class Served:
    """A page that is being served, and what it is made of."""

    def __init__(self, address: str, desk: Desk, assistant: ScriptedAssistant) -> None:
        self.address, self.desk, self.assistant = address, desk, assistant


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page with the accounts of Noor and سامي, and an assistant of set replies."""
    folder = tmp_path_factory.mktemp("closed")
    assistant = ScriptedAssistant()
    with Archive.open(folder / "archive.sqlite") as archive:
        desk = make_desk(assistant, folder, archive=archive, auth=folder / "users.txt")
        add_accounts(desk, NOOR, SAMI, MARAM)
        with served(desk) as address:
            yield Served(address, desk, assistant)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page without accounts, for whoever sits at this computer."""
    folder = tmp_path_factory.mktemp("alone")
    assistant = ScriptedAssistant()
    with Archive.open(folder / "archive.sqlite") as archive:
        desk = make_desk(assistant, folder, archive=archive)
        with served(desk) as address:
            yield Served(address, desk, assistant)


@pytest.fixture(autouse=True)
def _forget(request: pytest.FixtureRequest) -> None:
    for name in {"closed", "alone"} & set(request.fixturenames):
        assistant = request.getfixturevalue(name).assistant
        assistant.most_running = 0
        assistant.asked.clear()
        assistant.replies.clear()


@pytest.fixture
def enter(closed: Served) -> Iterator[Callable[..., PageVisitor]]:
    """Has someone sign in by the form and come to the page."""
    clients: list[httpx.Client] = []

    def come(account: tuple[str, str], **options: Any) -> PageVisitor:
        clients.append(httpx.Client(base_url=closed.address, timeout=30))
        sign_in(clients[-1], account).raise_for_status()
        return PageVisitor(clients[-1], **options).greet()

    yield come
    for client in clients:
        client.close()


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


# who is let in


@pytest.mark.parametrize("auth", [None, (MARAM[0], "wrong one"), ("nobody", "at all"), ("", "")])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "config"),
        ("GET", "gradio_api/info"),
        ("GET", "gradio_api/openapi.json"),
        ("GET", "gradio_api/token"),
        ("GET", "gradio_api/file=/etc/passwd"),
        ("GET", "gradio_api/heartbeat/x"),
        ("GET", "gradio_api/queue/data?session_hash=x"),
        ("GET", "gradio_api/queue/status"),
        ("GET", "gradio_api/startup-events"),
        ("GET", "gradio_api/custom_component/a/client/b/c"),
        ("GET", "gradio_api/upload_progress?upload_id=x"),
        ("GET", "gradio_api/deep_link?session_hash=x"),
        ("GET", "gradio_api/mcp/schema"),
        ("GET", "gradio_api/mcp/x/user"),
        ("POST", "gradio_api/upload"),
        ("POST", "gradio_api/queue/join"),
        ("POST", "gradio_api/run/predict"),
        ("POST", "gradio_api/call/v2/ask"),
        ("POST", "gradio_api/cancel"),
        ("POST", "gradio_api/stream/x"),
        ("POST", "gradio_api/component_server"),
        ("POST", "gradio_api/vibe-code"),
        ("POST", "gradio_api/mcp/"),
    ],
)
def test_whoever_is_not_signed_in_is_refused(
    closed: Served, method: str, path: str, auth: tuple[str, str] | None
) -> None:
    with client_of(closed.address) as client:
        response = client.request(method, path, auth=auth)
    # The file is refused to all, before anything else.
    assert response.status_code == (403 if "file=" in path else 401)
    assert closed.assistant.asked == []


def test_a_browser_is_not_made_to_ask_for_a_password_itself(closed: Served) -> None:
    with client_of(closed.address) as client:
        assert "www-authenticate" not in client.get("gradio_api/heartbeat/x").headers
        assert "www-authenticate" in client.get("gradio_api/mcp/").headers


def test_whoever_is_not_signed_in_is_shown_the_sign_in_and_what_it_needs(closed: Served) -> None:
    with client_of(closed.address) as client:
        page = client.get("").text
        assert '"auth_required":true' in page.replace(" ", "")
        assert "elem_id" not in page
        for path in ("fonts/source-serif-4-latin-wght-normal.woff2", "favicon.ico", "theme.css"):
            assert client.get(path).status_code == 200
        assert client.get("gradio_api/user").json() is None


def test_the_form_signs_in_until_it_is_signed_out(closed: Served) -> None:
    with client_of(closed.address, NOOR) as client:
        assert client.get("config").json()["username"] == "Noor"
        visitor = PageVisitor(client).greet()
        assert "Signed in as" in visitor.panels["header"]
        assert "Noor" in visitor.panels["header"]
        client.get("logout")
        assert client.get("config").status_code == 401
        assert visitor.try_to(act="open-view", view="past") == 401


def test_signing_out_ends_all_logins_of_the_account_and_no_other(closed: Served) -> None:
    with (
        client_of(closed.address, NOOR) as here,
        client_of(closed.address, ("NOOR", NOOR[1])) as there,
        client_of(closed.address, SAMI) as other,
    ):
        here.get("logout")
        assert there.get("config").status_code == 401
        assert other.get("config").status_code == 200


@pytest.mark.parametrize("account", [(MARAM[0], "wrong one"), ("nobody", NOOR[1]), SAMI[::-1]])
def test_the_form_refuses_a_wrong_password_and_sets_no_cookie(
    closed: Served, account: tuple[str, str]
) -> None:
    with client_of(closed.address) as client:
        refused = sign_in(client, account)
        assert (refused.status_code, refused.json()["detail"]) == (400, "Incorrect credentials.")
        assert dict(client.cookies) == {}


def test_a_name_and_password_of_http_basic_count_for_one_request(closed: Served) -> None:
    with client_of(closed.address) as client:
        assert client.get("config", auth=SAMI).json()["username"] == "سامي"
        assert client.get("config").status_code == 401


def test_many_calls_of_one_account_at_once_are_all_let_in(closed: Served) -> None:
    def fetch() -> None:
        assert httpx.get(f"{closed.address}config", auth=NOOR, timeout=30).status_code == 200

    at_once(*[fetch] * 12)


def test_names_that_differ_in_case_are_one_visitor(
    closed: Served, enter: Callable[..., PageVisitor]
) -> None:
    enter(("nOOR", NOOR[1])).ask("Is it one of Noor's?")
    shown = enter(NOOR).act("open-view", view="past").panels["past-list"]
    assert "Is it one of Noor&#39;s?" in shown
    assert enter(("NOOR", NOOR[1])).panels["header"].count("Noor") == 1


def _go_on(visitor: PageVisitor) -> list[int]:
    """The statuses of all that somebody could try who has been signed in."""
    with httpx.Client(base_url=visitor.client.base_url, cookies=visitor.client.cookies) as client:
        given = {"question": "When?"}
        return [
            visitor.try_to(act="open-view", view="past"),
            client.get("config").status_code,
            client.post("gradio_api/upload", files={"files": ("a.txt", b"a")}).status_code,
            client.post("gradio_api/call/v2/ask", json=given).status_code,
            client.post("gradio_api/mcp/", json={}).status_code,
            client.get("gradio_api/heartbeat/x").status_code,
        ]


def test_an_account_that_is_removed_while_it_is_signed_in_can_do_nothing_more(
    closed: Served, enter: Callable[..., PageVisitor]
) -> None:
    huda = ("هدى", "a password of hers")
    accounts = add_accounts(closed.desk, huda)
    visitor = enter(huda)
    assert visitor.try_to(act="open-view", view="past") == 200
    accounts.remove("هدى")
    assert _go_on(visitor) == [401] * 6
    assert '"auth_required":true' in visitor.client.get("").text.replace(" ", "")
    # Nor does the old login serve another person of that name.
    accounts.add("هدى", "a password of another's")
    assert _go_on(visitor) == [401] * 6
    accounts.remove("هدى")


def test_a_new_password_ends_the_logins_of_the_old_one(
    closed: Served, enter: Callable[..., PageVisitor]
) -> None:
    accounts = add_accounts(closed.desk, ("salem", "the old one"))
    visitor = enter(("salem", "the old one"))
    accounts.add("salem", "the new one")
    assert _go_on(visitor) == [401] * 6
    assert enter(("salem", "the new one")).try_to(act="open-view", view="past") == 200
    accounts.remove("salem")


# programs


def test_a_program_asks_and_searches_over_http(closed: Served) -> None:
    with client_of(closed.address) as client:
        event, answer = call(client, "ask", {"question": "متى بدأ البناء؟"}, SAMI)
        assert event == "complete"
        assert answer["question"] == "متى بدأ البناء؟"
        assert answer["text"] == "The answer to متى بدأ البناء؟ is March 2021 [1]."
        assert answer["citations"][0]["quote"] in answer["passages"][0]["text"]
        event, found = call(client, "search", {"query": "bridge", "top_k": 1}, SAMI)
        assert (event, [one["title"] for one in found]) == ("complete", ["جسر جديد على النهر"])


def test_gradios_own_client_signs_in_asks_and_searches(closed: Served) -> None:
    from gradio_client import Client  # type: ignore[import-untyped]
    from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

    client = Client(closed.address, auth=NOOR, verbose=False, analytics_enabled=False)
    try:
        answer = client.predict("When?", api_name="/ask")
        assert answer["text"] == "The answer to When? is March 2021 [1]."
        assert [one["published"] for one in client.predict("bridge", api_name="/search")] == [
            "2022-05-09"
        ]
        with pytest.raises(AppError, match=r"^Corpus nowhere: there is none of that name\."):
            client.predict("bridge", corpus="nowhere", api_name="/search")
    finally:
        client.close()


@needs_mcp
def test_an_assistant_asks_and_searches_through_mcp(closed: Served) -> None:
    with client_of(closed.address) as client:
        answer = use_tool(client, "ask", {"question": "When?"}, NOOR)
        assert answer["text"] == "The answer to When? is March 2021 [1]."
        (found,) = use_tool(client, "search", {"query": "bridge"}, NOOR)
        assert found["title"] == "جسر جديد على النهر"
        told = use_tool(client, "search", {"query": "bridge", "since": "soon"}, NOOR)
        assert told.count("\n") == 0
        assert "The call was refused: since, until: " in told


def test_an_error_is_one_line_that_tells_nothing_of_this_machine(closed: Served) -> None:
    closed.assistant.replies["Broken?"] = [OSError("/home/noor/archive.sqlite\nis broken")]
    with client_of(closed.address) as client:
        for given in ({"question": "Broken?"}, {"question": "x" * 5_000}, {"question": 3}):
            event, told = call(client, "ask", given, NOOR)
            assert event == "error"
            assert told.count("\n") == 0
            assert "/home" not in told
            assert "x" * 100 not in told


def test_an_answer_gives_file_names_and_no_folders(closed: Served) -> None:
    passage = replace(make_passage(), path="/home/noor/news/bridge.txt")
    answer = replace(make_answer(question="Where?"), passages=(passage,))
    citation = replace(answer.citations[0], path="C:\\Users\\noor\\bridge.txt")
    closed.assistant.replies["Where?"] = [Final(replace(answer, citations=(citation,)))]
    with client_of(closed.address) as client:
        _, told = call(client, "ask", {"question": "Where?"}, NOOR)
    assert (told["passages"][0]["file"], told["citations"][0]["file"]) == ("bridge.txt",) * 2
    assert "noor" not in json.dumps(told)


def test_programs_and_a_visitor_of_the_page_take_turns(
    closed: Served, enter: Callable[..., PageVisitor]
) -> None:
    held = threading.Event()
    closed.assistant.replies["Long?"] = [held, *simple_reply("Long?")]
    visitor, shown = enter(NOOR), []

    def ask(question: str, account: tuple[str, str]) -> None:
        with client_of(closed.address) as client:
            _, answer = call(client, "ask", {"question": question}, account)
            shown.append(answer["question"])

    def meanwhile(ask_too: Callable[[], object]) -> None:
        wait_until(lambda: closed.assistant.running == 1)
        ask_too()

    def release() -> None:
        try:
            wait_until(lambda: len(closed.desk.line) == 4)
        finally:
            held.set()

    at_once(
        lambda: ask("Long?", SAMI),
        lambda: meanwhile(lambda: ask("Second?", SAMI)),
        lambda: meanwhile(lambda: ask("Third?", NOOR)),
        lambda: meanwhile(lambda: shown.append(visitor.ask("On the page?"))),
        release,
    )
    assert closed.assistant.most_running == 1
    assert {"Long?", "Second?", "Third?"} < set(shown)
    assert any("The answer to On the page? is" in one for one in shown)
    assert len(closed.desk.line) == 0


# without accounts


def test_whoever_sits_at_this_computer_needs_no_account(alone: Served) -> None:
    with client_of(alone.address) as client:
        visitor = PageVisitor(client, language="ar").greet()
        assert "logout" not in visitor.panels["header"]
        visitor.ask("متى بدأ بناء الجسر؟")
        # The next visit is another session of the same visitor.
        again = PageVisitor(client).greet().act("open-view", view="past")
        assert "متى بدأ بناء الجسر؟" in again.panels["past-list"]
        assert call(client, "search", {"query": "bridge"})[0] == "complete"
        assert client.get("gradio_api/heartbeat_of_nobody").status_code == 404


@needs_mcp
def test_without_accounts_mcp_needs_none(alone: Served) -> None:
    with client_of(alone.address) as client:
        answer = use_tool(client, "ask", {"question": "متى؟"})
    assert answer["text"] == "The answer to متى؟ is March 2021 [1]."


def test_twenty_who_ask_at_once_are_all_answered_each_with_their_own(alone: Served) -> None:
    """Ten on the page and ten programs, three questions each."""
    answers: dict[str, str] = {}

    def visit(number: int) -> None:
        with client_of(alone.address) as client:
            visitor = PageVisitor(client).greet()
            for turn in range(3):
                question = f"Page {number}, turn {turn}?"
                answers[question] = visitor.ask(question)
                assert visitor.panels["past"].count("The answer to") == turn
            assert visitor.panels["past"].count(f"The answer to Page {number},") == 2

    def program(number: int) -> None:
        with client_of(alone.address) as client:
            for turn in range(3):
                question = f"Program {number}, turn {turn}?"
                event, answer = call(client, "ask", {"question": question})
                assert (event, answer["question"]) == ("complete", question)
                answers[question] = answer["text"]

    at_once(
        *[lambda n=n: visit(n) for n in range(10)], *[lambda n=n: program(n) for n in range(10)]
    )
    assert len(answers) == 60
    for question, answer in answers.items():
        assert re.findall(r"The answer to (.+?) is March", answer) == [question]
    assert alone.assistant.most_running == 1
    assert sorted(question for question, _ in alone.assistant.asked) == sorted(answers)


# guests


class Guests:
    """A page that is open to all, served on this machine only; its clock stands still."""

    def __init__(self, folder: Path, archive: Archive) -> None:
        self.clock = Clock()
        desk = make_desk(
            ScriptedAssistant(),
            folder,
            archive=archive,
            host="0.0.0.0",  # noqa: S104 - the port is of 127.0.0.1.
            open_to_all=2,
        )
        self.desk = replace(desk, pace=Pace(2, per_s=60.0, clock=self.clock))

    @contextmanager
    def served(self) -> Iterator[str]:
        from ui.server import open_server

        listening, servers = threading.Event(), []
        port = socket.create_server(("127.0.0.1", 0))

        async def run() -> None:
            servers.append(open_server(self.desk, port, ready=lambda _: listening.set()))
            await servers[0].serve(sockets=[port])

        thread = threading.Thread(target=lambda: asyncio.run(run()))
        thread.start()
        try:
            assert listening.wait(60)
            yield f"http://127.0.0.1:{port.getsockname()[1]}/"
        finally:
            servers[0].should_exit = True
            thread.join(30)
            port.close()


@pytest.fixture(scope="module")
def guests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Guests]]:
    folder = tmp_path_factory.mktemp("guests")
    with Archive.open(folder / "archive.sqlite") as archive:
        page = Guests(folder, archive)
        with page.served() as address:
            yield address, page


def test_what_guests_ask_is_not_kept(guests: tuple[str, Guests]) -> None:
    address, page = guests
    page.clock.now += 60
    with client_of(address) as client:
        visitor = PageVisitor(client).greet()
        assert "The answer to Mine? is" in visitor.ask("Mine?")
        assert "Mine?" not in visitor.act("open-view", view="past").panels["past-list"]
    assert page.desk.archive is not None
    assert page.desk.archive.list(f"guest {visitor.session}") == ()
    assert page.desk.archive.list("") == ()


def test_a_guest_changes_nothing_of_the_default_corpus(guests: tuple[str, Guests]) -> None:
    address, page = guests
    with client_of(address) as client:
        visitor = PageVisitor(client).greet().act("open-view", view="library")
        assert "data-act" not in visitor.panels["upload"]
        assert "delete-document" not in visitor.panels["documents"]
        visitor.act("delete-document", document="bridge")
        visitor.act("create-corpus", name="Of a guest")
        sent = client.post("gradio_api/upload", files={"files": ("new.txt", b"A new document.")})
        assert sent.status_code == 403
        visitor.take_in("new.txt", "")
    library = page.desk.corpora.assistant("default", owner="")
    assert [one.document_id for one in library.documents()] == ["bridge"]
    assert [one.name for one in page.desk.corpora.visible_to(f"guest {visitor.session}")] == [
        "default"
    ]


def test_a_guest_who_asks_much_waits_however_the_questions_come(
    guests: tuple[str, Guests],
) -> None:
    address, page = guests
    page.clock.now += 60
    with client_of(address) as client:
        visitor = PageVisitor(client).greet()
        visitor.ask("First?")
        assert call(client, "ask", {"question": "Second?"})[0] == "complete"
        event, told = call(client, "ask", {"question": "Third?"})
        assert (event, "Ask again in 61 s." in told) == ("error", True)
        # Another session of the same machine is no other guest.
        assert "The answer to" not in PageVisitor(client).greet().ask("Fourth?")
        page.clock.now += 60
        assert call(client, "ask", {"question": "Fifth?"})[0] == "complete"


class Asked:
    """What Gradio tells of a request."""

    def __init__(self, username: str | None, session: str, address: str | None) -> None:
        self.username, self.session_hash = username, session
        self.client = None if address is None else type("Client", (), {"host": address})


def test_a_visitor_is_an_account_whoever_sits_here_or_a_guest(tmp_path: Path) -> None:
    desk = make_desk(ScriptedAssistant(), tmp_path, auth=tmp_path / "users.txt")
    accounts = add_accounts(desk, NOOR)

    def visitor(request: Any, **options: Any) -> tuple[str, str, str, bool]:
        found = visitor_of(request, **{"accounts": None, "alone": False, **options})
        return found.owner, found.key, found.name, found.is_guest

    signed_in = Asked("noor", "s1", "192.0.2.1")
    assert visitor(signed_in, accounts=accounts) == ("Noor", "Noor", "Noor", False)
    assert visitor(Asked(None, "s1", "127.0.0.1"), alone=True) == ("", "s1", "", False)
    guest = visitor(Asked(None, "s1", "192.0.2.1"))
    assert guest == ("guest s1", "192.0.2.1", "", True)
    assert visitor(Asked(None, "s2", None)) == ("guest s2", "s2", "", True)
    accounts.remove("Noor")
    for gone in (signed_in, Asked(None, "s1", "127.0.0.1")):
        with pytest.raises(AccountsError, match="is not there"):
            visitor(gone, accounts=accounts)


# what is whose


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Desk]]:
    """A page with two accounts over real corpora and a real archive."""
    folder = tmp_path_factory.mktemp("library")
    settings = Settings.model_validate(
        {
            "index": {"path": folder / "index"},
            "models": {"cache": folder / "models", "sources": ("cache",)},
            "answer": {"engine": "none", "reader": False},
            "page": {"port": 0, "auth": folder / "users.txt"},
        }
    )
    with (
        Corpora(settings, engines=Engines(settings, embedder=HashEmbedder())) as corpora,
        Archive.open(folder / "archive.sqlite") as archive,
    ):
        desk = Desk(
            settings=settings,
            corpora=corpora,
            archive=archive,
            feedback=FeedbackFile(folder / "feedback.jsonl"),
            data=folder,
        )
        add_accounts(desk, NOOR, SAMI)
        with served(desk) as address:
            yield address, desk


class Two(NamedTuple):
    """Noor and سامي on the page; where the file that she uploaded was received."""

    noor: PageVisitor
    sami: PageVisitor
    received: str


@pytest.fixture(scope="module")
def two(library: tuple[str, Desk]) -> Iterator[Two]:
    """Noor, who has a corpus with a document and has asked of it, and سامي, who has not."""
    with client_of(library[0], NOOR) as hers, client_of(library[0], SAMI) as his:
        noor, sami = PageVisitor(hers).greet(), PageVisitor(his).greet()
        noor.act("create-corpus", name="ملفات نور")
        received = noor.upload("red file.txt", SECRET)
        noor.ask("How many witnesses does the red file name?")
        noor.act("judge", exchange="0", verdict="up")
        noor.act("open-view", view="past")
        yield Two(noor, sami, received)


def everything(visitor: PageVisitor) -> str:
    """All that a visitor finds by looking around."""
    for view in ("ask", "library", "past", "settings"):
        visitor.act("open-view", view=view)
    visitor.act("search-documents", query="witnesses")
    visitor.act("search-past", query="witnesses")
    found = json.dumps(visitor.panels, ensure_ascii=False)
    visitor.act("search-documents", query="").act("search-past", query="")
    return found


def id_of(pattern: str, shown: str) -> str:
    found = re.search(pattern, shown)
    assert found
    return found[1]


def test_the_first_finds_what_is_hers(two: Two) -> None:
    shown = everything(two.noor)
    assert "17 witnesses" in shown
    assert "ملفات نور" in shown
    assert "How many witnesses" in two.noor.panels["past-list"]


def test_the_second_finds_nothing_of_it_by_looking_around(
    two: Two,
) -> None:
    shown = everything(two.sami)
    for word in ("17 witnesses", "How many", "ملفات نور", "red file", "Noor"):
        assert word not in shown
    assert "17 witnesses" not in two.sami.ask("How many witnesses does the red file name?")


def test_the_second_reaches_no_corpus_of_the_firsts_by_its_id(
    two: Two, library: tuple[str, Desk]
) -> None:
    noor, sami, _ = two
    noor.act("open-view", view="library")
    corpus = id_of(r'data-act="rename-corpus" data-corpus="(c-\w+)"', noor.panels["corpora"])
    document = id_of(r'data-document="([^"]+)"', noor.panels["documents"])
    for facts in (
        {"act": "switch-corpus", "corpus": corpus},
        {"act": "rename-corpus", "corpus": corpus, "name": "Mine now"},
        {"act": "delete-corpus", "corpus": corpus},
        {"act": "open-document", "document": document},
        {"act": "delete-document", "document": document},
    ):
        name = facts.pop("act")
        sami.panels.pop("viewer", None)
        sami.act(name, **facts)
        assert "17 witnesses" not in json.dumps(sami.panels)
        assert "ملفات نور" not in json.dumps(sami.panels, ensure_ascii=False)
    for called in (corpus, "ملفات نور"):
        event, told = call(sami.client, "search", {"query": "witnesses", "corpus": called})
        assert (event, told.startswith(f"Corpus {called}: there is none")) == ("error", True)
        event, found = call(noor.client, "search", {"query": "witnesses", "corpus": called})
        assert (event, found[0]["text"]) == ("complete", SECRET)
    assert library[1].corpora.get(corpus, owner="Noor").name == "ملفات نور"


def test_the_second_reaches_no_conversation_of_the_firsts_by_its_id(
    two: Two, library: tuple[str, Desk]
) -> None:
    noor, sami, _ = two
    noor.act("open-view", view="past")
    kept = id_of(r'data-act="open-past" data-conversation="([^"]+)"', noor.panels["past-list"])
    sami.act("new-chat")
    for name, facts in {
        "open-past": {},
        "export-past": {"format": "json"},
        "rename-past": {"title": "Mine now"},
        "delete-past": {},
        "delete-all-past": {},
    }.items():
        sami.act(name, conversation=kept, **facts)
        assert "17 witnesses" not in json.dumps(sami.panels)
    noor.act("open-past", conversation=kept)
    assert "17 witnesses" in noor.panels["past"] + noor.panels["present"]
    archive = library[1].archive
    assert archive is not None
    assert [one.conversation_id for one in archive.list("Noor")] == [kept]


def test_a_page_of_the_firsts_is_none_of_the_seconds(
    two: Two,
) -> None:
    """As when one signs out, another signs in, and goes back to the page of the first."""
    noor, sami, _ = two
    intruder = PageVisitor(sami.client, session=noor.session)
    for name, facts in {"open-view": {"view": "past"}, "new-chat": {}, "set-theme": {}}.items():
        assert intruder.try_to(act=name, **facts) == 500
    assert intruder.panels == {}


def test_no_file_is_given_out_by_its_path(two: Two, library: tuple[str, Desk]) -> None:
    noor, sami, received = two
    (kept,) = library[1].data.rglob("red file.txt")
    waiting = noor.client.post("gradio_api/upload", files={"files": ("b.txt", SECRET.encode())})
    paths = [
        *(received, str(kept), waiting.json()[0], "/etc/passwd"),
        *(str(library[1].data / name) for name in ("archive.sqlite", "users.txt")),
        *("/proc/self/environ", "../../etc/passwd", f"file://{kept}", ""),
    ]
    for visitor in (noor, sami):
        for path in paths:
            for way in ("file=", "file/"):
                response = visitor.client.get(f"gradio_api/{way}{path}")
                # What leads up is another path already to who asks.
                assert response.status_code == (404 if path.startswith("..") else 403)
                assert "17 witnesses" not in response.text


def test_no_file_of_this_machine_is_taken_in_by_its_path(
    two: Two, library: tuple[str, Desk], tmp_path: Path
) -> None:
    sami = two.sami
    sami.act("create-corpus", name="Of Sami")
    (kept,) = library[1].data.rglob("red file.txt")
    other = tmp_path / "other.txt"
    other.write_text("Not sent at all.", encoding="utf-8")
    for path in (str(kept), str(other), "/etc/passwd", str(library[1].data / "users.txt")):
        assert sami.try_to_take_in("mine.txt", path) == 500
    sami.act("open-view", view="library")
    assert "data-document" not in sami.panels["documents"]
    assert (kept.exists(), other.exists()) == (True, True)


def test_a_file_that_was_too_large_to_be_sent_is_told(two: Two) -> None:
    two.sami.act("create-corpus", name="Too large")
    two.sami.take_in("large.txt", "")
    assert "large.txt" in two.sami.panels["ingest"]
    assert "it was not received" in two.sami.panels["ingest"]


def test_uploads_and_judgements_lie_apart(two: Two, library: tuple[str, Desk]) -> None:
    noor, sami, _ = two
    data = library[1].data
    sami.act("create-corpus", name="ملفات نور")
    sami.upload("red file.txt", "Another red file, of Sami's.")
    sami.ask("Of whom is the red file?")
    assert "Another red file" in sami.panels["present"]
    assert "17 witnesses" not in sami.panels["present"]
    sami.act("judge", exchange="0", verdict="down")
    folders = {path.parent.parent for path in data.rglob("red file.txt")}
    assert len(folders) == 2
    lines = (data / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
    given = [json.loads(line) for line in lines]
    assert [one["owner"] for one in given] == ["Noor", "سامي"]
    assert "17 witnesses" in lines[0]
    assert "17 witnesses" not in lines[1]
    assert "Another red file" not in everything(noor)


def test_what_was_sent_and_not_taken_in_is_deleted_and_a_running_ingest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.app.UPLOADS_SWEPT_S", 1)
    monkeypatch.setattr("ui.app.UPLOADS_KEPT_S", 1)
    assistant = ScriptedAssistant()
    assistant.gate = threading.Event()
    desk = make_desk(assistant, tmp_path)
    with served(desk) as address, client_of(address) as client:
        visitor = PageVisitor(client).greet()
        uploading = threading.Thread(target=lambda: visitor.upload("taken.txt", "Taken in.\n"))
        uploading.start()
        try:
            wait_until(lambda: [*desk.data.rglob("taken.txt")] != [])
            sent = client.post("gradio_api/upload", files={"files": ("left.txt", b"Left.")}).json()
            wait_until(lambda: not Path(sent[0]).exists())
            assert uploading.is_alive()
        finally:
            assistant.gate.set()
            uploading.join(20)
    assert "taken.txt" in assistant.library
    assert "taken in" in visitor.panels["ingest"]


# what the server answers, and asks


@pytest.mark.parametrize(
    "path", ["", "config", "gradio_api/info", "nowhere", "fonts/", "theme.css"]
)
def test_every_response_carries_the_content_policy(
    alone: Served, closed: Served, path: str
) -> None:
    for address in (alone.address, closed.address):
        with client_of(address) as client:
            headers = client.get(path).headers
        assert headers["content-security-policy"] == CONTENT_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_without_accounts_a_foreign_name_is_refused(alone: Served) -> None:
    with client_of(alone.address) as client:
        foreign = {"host": "documents.example"}
        assert client.get("config", headers=foreign).status_code == 400
        assert client.post("gradio_api/call/v2/ask", json={}, headers=foreign).status_code == 400
        assert client.get("config", headers={"host": "localhost"}).status_code == 200


def test_another_sites_page_can_only_lead_here(alone: Served) -> None:
    there = {"sec-fetch-site": "cross-site", "origin": "http://other.example"}
    followed = {**there, "sec-fetch-mode": "navigate"}
    beside = {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:3000"}
    sent: dict[str, Any] = {"files": {"files": ("a.txt", b"a")}}
    with client_of(alone.address) as client:
        for mode in (there, followed, beside):
            assert client.post("gradio_api/upload", headers=mode, **sent).status_code == 403
            given = client.post("gradio_api/call/v2/ask", headers=mode, json={"question": "?"})
            assert given.status_code == 403
        assert client.get("", headers=followed).status_code == 200
        own = {"sec-fetch-site": "same-origin"}
        assert client.post("gradio_api/upload", headers=own, **sent).status_code == 200
    assert alone.assistant.asked == []


def test_the_server_fetches_nothing_for_anyone(alone: Served) -> None:
    file = {"path": ELSEWHERE, "url": ELSEWHERE, "meta": {"_type": "gradio.FileData"}}
    turn = {"question": "?", "answer": "!", "documents": [file]}
    given = {"data": ["?", [turn], "", "", ""]}
    with client_of(alone.address) as client:
        for way in ("file=", "file/", "proxy="):
            assert client.get(f"gradio_api/{way}{ELSEWHERE}").status_code == 403
        for body in (
            json.dumps(given).encode(),
            json.dumps(given).encode("utf-16"),
            json.dumps(given).replace("FileData", "F\\u0069leData").encode(),
            json.dumps({"big": 0, **given}).replace("0", "9" * 5_000, 1).encode(),
            b"[" * 100_000,
        ):
            for path in ("run/ask", "call/ask", "queue/join", "mcp/"):
                response = client.post(
                    f"gradio_api/{path}",
                    content=body,
                    headers={"content-type": "application/json"},
                )
                assert response.status_code == 403
    assert alone.assistant.asked == []
