"""Files that visitors upload: which are taken into which corpus, and what deleting leaves."""

from __future__ import annotations

import html
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.corpora import Corpora
from rag.engines import Engines
from rag.errors import CorpusNotFoundError, IndexStoreError
from rag.index import Index
from rag.settings import PageSettings, Settings
from rag.uploads import bytes_of, folder_of
from tests.fakes import HashEmbedder
from tests.pages import ALONE, GUEST, LAYLA, ScriptedAssistant, make_desk, make_visit
from tests.test_scripts import ENTRIES, NODE, PAGE, run
from ui.app import FOLDER
from ui.deeds import act
from ui.deeds.library import take_in
from ui.desk import Desk, Visitor
from ui.panels import render_panel
from ui.strings import Problem
from ui.taking_in import TakingIn
from ui.visit import Visit

NEWS = "افتُتح الجسر الجديد على النهر في مارس 2021."

Receive = Callable[..., dict[str, Any]]


@pytest.fixture
def received(tmp_path: Path) -> Path:
    folder = (tmp_path / "received").resolve()
    folder.mkdir()
    return folder


@pytest.fixture
def receive(received: Path) -> Receive:
    """Puts a file where uploads are received, as Gradio does, and tells of it as the page does."""

    def put(name: str, text: str = NEWS, *, size: int | None = None) -> dict[str, Any]:
        place = received / f"{len(list(received.iterdir())):040x}"
        place.mkdir()
        path = place / "sent.bin"
        path.write_text(text, encoding="utf-8")
        if size is not None:
            os.truncate(path, size)
        return {"name": name, "path": str(path), "size": path.stat().st_size}

    return put


@pytest.fixture
def assistant() -> ScriptedAssistant:
    assistant = ScriptedAssistant()
    assistant.library.clear()
    return assistant


@pytest.fixture
def desk(assistant: ScriptedAssistant, tmp_path: Path) -> Desk:
    return make_desk(assistant, tmp_path / "data", upload_mb=1, upload_files=3, visitor_mb=2)


@pytest.fixture
def visit(desk: Desk) -> Visit:
    return make_visit(desk)


def upload(visit: Visit, files: Any, received: Path) -> dict[str, str]:
    """Uploads files and waits for the end; what became of each, by the name that is shown."""
    take_in(visit, files, corpus_id=visit.corpus_id, received=received)
    assert visit.taking_in is not None
    assert visit.taking_in.wait(20)
    view = visit.taking_in.view
    assert view.problem == ""
    return {result.name: result.skipped or result.outcome for result in view.results}


def kept(desk: Desk, corpus_id: str = "default", owner: str = "") -> list[str]:
    folder = folder_of(desk.data, corpus_id, owner)
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files)


# What is taken in


def test_files_are_kept_and_taken_into_the_chosen_corpus(
    desk: Desk, received: Path, receive: Receive
) -> None:
    visit = make_visit(desk, LAYLA)
    act(visit, {"act": "create-corpus", "name": "أخبار"})
    files = [receive("الجسر.txt"), receive("2024/reports/tunnel.TXT")]
    assert upload(visit, files, received) == {"الجسر.txt": "added", "tunnel.TXT": "added"}
    assert kept(desk, visit.corpus_id, LAYLA.owner) == ["2024/reports/tunnel.TXT", "الجسر.txt"]
    assert [document.text for document in visit.assistant().documents()] == [NEWS, NEWS]
    assert kept(desk) == []


def test_files_go_into_the_corpus_that_they_were_dropped_on_though_another_is_chosen_since(
    visit: Visit, desk: Desk, assistant: ScriptedAssistant, received: Path, receive: Receive
) -> None:
    made = desk.corpora.create("Brief")
    take_in(visit, [receive("a.txt")], corpus_id=made.corpus_id, received=received)
    assert visit.taking_in is not None
    assert visit.taking_in.wait(20)
    assert visit.corpus_id == "default"
    assert (kept(desk), kept(desk, made.corpus_id)) == ([], ["a.txt"])
    assert assistant.documents() == ()
    assert len(visit.assistant(made.corpus_id).documents()) == 1


@pytest.mark.skipif(NODE is None, reason="skipped: needs Node")
def test_the_browser_tells_on_which_corpus_files_were_dropped() -> None:
    upload_script = (FOLDER / "scripts" / "upload.js").read_text(encoding="utf-8")
    chosen = "area.dataset.corpus ="
    dropped = f'{chosen} "c1"; drop(read("a.txt")); {chosen} "c2";'
    told = "console.log(JSON.stringify(sent.map((facts) => facts.corpus)))"
    script = f"{PAGE}{ENTRIES}{upload_script}\n{dropped}\nsetTimeout(() => {told}, 100);"
    assert run(script) == ["c1"]


def test_a_file_that_two_visitors_send_reaches_both(
    desk: Desk, received: Path, receive: Receive
) -> None:
    # Gradio receives files of one name and content as one.
    sent = receive("a.txt")
    for visitor in (ALONE, LAYLA):
        visit = make_visit(desk, visitor)
        visit.choose(desk.corpora.create("Brief", owner=visitor.owner).corpus_id)
        assert upload(visit, [sent], received) == {"a.txt": "added"}


def test_what_is_kept_is_read_by_its_user_only(
    visit: Visit, desk: Desk, received: Path, receive: Receive
) -> None:
    upload(visit, [receive("a.txt")], received)
    (file,) = folder_of(desk.data, "default", "").iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_the_same_file_again_changes_nothing(
    visit: Visit, desk: Desk, received: Path, receive: Receive
) -> None:
    upload(visit, [receive("a.txt")], received)
    assert upload(visit, [receive("a.txt")], received) == {"a.txt": "unchanged"}
    assert kept(desk) == ["a.txt"]


def test_another_file_of_the_same_name_stands_beside_the_first(
    visit: Visit, desk: Desk, received: Path, receive: Receive
) -> None:
    files = [receive("a.txt"), receive("a.txt", "Another text.")]
    assert upload(visit, files, received) == {"a.txt": "added", "a-2.txt": "added"}
    assert kept(desk) == ["a-2.txt", "a.txt"]


def test_the_same_file_in_several_folders_is_kept_in_each(
    visit: Visit, desk: Desk, received: Path, receive: Receive
) -> None:
    # Gradio receives files of one name and content as one.
    sent = receive("a/read me.txt")
    files = [sent, {**sent, "name": "b/read me.txt"}, {**sent, "name": "c/read me.exe"}]
    assert upload(visit, files, received)["read me.txt"] == "added"
    assert visit.taking_in is not None
    outcomes = [one.outcome for one in visit.taking_in.view.results]
    assert outcomes == ["skipped", "added", "added"]
    assert kept(desk) == ["a/read me.txt", "b/read me.txt"]


def test_without_files_there_is_an_end_at_once(visit: Visit, received: Path) -> None:
    assert upload(visit, [], received) == {}


# What is refused


def test_a_file_of_another_kind_is_refused_and_the_others_are_taken_in(
    visit: Visit, desk: Desk, received: Path, receive: Receive
) -> None:
    files = [receive("run.exe"), receive("nothing"), receive("a.txt")]
    results = upload(visit, files, received)
    assert results["a.txt"] == "added"
    for name in ("run.exe", "nothing"):
        assert results[name].startswith("files of this kind are not read")
    assert kept(desk) == ["a.txt"]


def test_a_file_that_is_too_large_is_refused(
    visit: Visit, desk: Desk, received: Path, receive: Receive
) -> None:
    results = upload(visit, [receive("big.txt", size=1_000_001), receive("a.txt")], received)
    assert results["a.txt"] == "added"
    assert results["big.txt"].startswith("it is too large: 1.0 MB")
    assert kept(desk) == ["a.txt"]


def test_one_that_was_too_large_to_be_sent_is_named(visit: Visit, received: Path) -> None:
    results = upload(visit, [{"name": "ضخم.pdf", "path": "", "size": 10**9}], received)
    assert results == {
        "ضخم.pdf": "it was not received; it is larger than 1 MB, or the upload broke off."
    }


def test_no_more_files_are_taken_than_may_be_at_once(
    visit: Visit, desk: Desk, received: Path, receive: Receive
) -> None:
    files = [receive("wrong.exe"), *(receive(f"{name}.txt") for name in "abcde")]
    results = upload(visit, files, received)
    assert [name for name, came in results.items() if came == "added"] == [
        "a.txt",
        "b.txt",
        "c.txt",
    ]
    assert "too many at once; page.upload_files is 3" in results["d.txt"]
    assert kept(desk) == ["a.txt", "b.txt", "c.txt"]


def test_no_more_is_taken_than_a_visitor_may_keep_and_a_smaller_file_still_fits(
    visit: Visit, desk: Desk, received: Path, receive: Receive
) -> None:
    assert upload(visit, [receive("one.txt", "1", size=900_000)], received)["one.txt"] == "added"
    files = [
        receive("two.txt", "2", size=900_000),
        receive("three.txt", "3", size=900_000),
        receive("small.txt", "4"),
    ]
    results = upload(visit, files, received)
    assert (results["two.txt"], results["small.txt"]) == ("added", "added")
    assert "there is no room: 1.8 MB are to be added to 0.9 MB" in results["three.txt"]
    assert kept(desk) == ["one.txt", "small.txt", "two.txt"]
    assert bytes_of(desk.data, "") <= 2_000_000


def test_a_file_that_is_not_where_uploads_are_received_is_not_touched(
    visit: Visit, desk: Desk, received: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    beside = tmp_path / "received-not" / "a.txt"
    beside.parent.mkdir()
    beside.write_text("secret", encoding="utf-8")
    paths = [
        str(secret),
        str(beside),
        str(received / ".." / "secret.txt"),
        str(received),
        os.path.relpath(secret),
        "secret.txt",
        "",
        ".",
        "/etc/passwd",
        "/dev/zero",
        f"{received}/a\0.txt",
        f"{received}/{'x' * 5000}",
        f"{received}/not-there.txt",
        "\ud800",
        None,
        7,
    ]
    files = [{"name": f"{number}.txt", "path": path} for number, path in enumerate(paths)]
    results = upload(visit, files, received)
    assert len(results) == len(paths)
    assert "added" not in results.values()
    assert kept(desk) == []
    assert secret.read_text(encoding="utf-8") == "secret"
    assert beside.exists()


def test_a_link_is_not_followed(
    visit: Visit, desk: Desk, received: Path, receive: Receive, tmp_path: Path
) -> None:
    secret = tmp_path / "secret" / "a.txt"
    secret.parent.mkdir()
    secret.write_text("secret", encoding="utf-8")
    (received / "out").symlink_to(secret)
    (received / "folder").symlink_to(secret.parent)
    (received / "ring").symlink_to(received / "ring")
    (received / "within").symlink_to(receive("b.txt")["path"])
    paths = [
        received / "out",
        received / "folder" / "a.txt",
        received / "ring",
        received / "within",
    ]
    files = [{"name": f"{path.name}.txt", "path": str(path)} for path in paths]
    results = upload(visit, files, received)
    assert len(results) == 4
    assert "added" not in results.values()
    assert kept(desk) == []
    assert secret.read_text(encoding="utf-8") == "secret"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("../../../etc/cron.txt", "etc/cron.txt"),
        ("/etc/cron.txt", "etc/cron.txt"),
        ("..\\..\\cron.txt", "cron.txt"),
        ("~/.ssh/keys.txt", "~/document.ssh/keys.txt"),
        ("a\0b.txt", "ab.txt"),
        ("report\u202etxt.exe.txt", "reporttxt.exe.txt"),
        (".hidden.txt", "hidden.txt"),
        ("CON.txt", "CON_.txt"),
        ("<script>.txt", "_script_.txt"),
        ("  تقرير  .txt", "تقرير.txt"),
    ],
)
def test_a_hostile_name_leads_nowhere(
    desk: Desk, received: Path, receive: Receive, name: str, place: str
) -> None:
    results = upload(make_visit(desk), [receive(name)], received)
    assert list(results.values()) == ["added"]
    assert kept(desk) == [place]
    outside = [path for path in received.parent.rglob("*.txt") if desk.data not in path.parents]
    assert outside == []


@pytest.mark.parametrize("name", ["", ".", "..", "/", "x" * 100_000, "\ud800", None, 7, ["a.txt"]])
def test_a_name_that_is_none_is_refused_and_shown_short(
    visit: Visit, received: Path, receive: Receive, name: Any
) -> None:
    results = upload(visit, [{**receive("a.txt"), "name": name}], received)
    (shown,) = results
    assert results[shown].startswith("files of this kind are not read")
    assert 0 < len(shown) <= 120
    assert shown in html.unescape(render_panel("ingest", visit))


def test_a_refused_name_is_shown_without_what_steers(
    visit: Visit, received: Path, receive: Receive
) -> None:
    name = '"><img src=x onerror=alert(1)>\u202egnp.exe'
    upload(visit, [receive(name)], received)
    shown = render_panel("ingest", visit)
    assert "<img" not in shown
    assert "\u202e" not in shown


def test_each_refusal_tells_its_kind_so_that_the_page_can_word_it(
    desk: Desk, received: Path, receive: Receive
) -> None:
    upload(make_visit(desk), [receive("first.txt", "1", size=900_000)], received)
    visit = make_visit(desk, language="ar")
    files = [
        receive("run.exe"),
        receive("big.txt", size=1_000_001),
        {"name": "lost.txt", "path": ""},
        {"name": "gone.txt", "path": str(received / "gone.txt")},
        {"name": "folder.txt", "path": str(Path(receive("inside.txt")["path"]).parent)},
        receive("second.txt", "2", size=900_000),
        receive("third.txt", "3", size=900_000),
        receive("fourth.txt", "4"),
        receive("fifth.txt", "5"),
        receive("sixth.txt", "6"),
    ]
    upload(visit, files, received)
    assert visit.taking_in is not None
    kinds = {one.name: one.skip_kind for one in visit.taking_in.view.results if one.skipped}
    assert kinds == {
        "run.exe": "unsupported",
        "big.txt": "too_large",
        "lost.txt": "not_received",
        "gone.txt": "missing",
        "folder.txt": "no_file",
        "third.txt": "no_room",
        "sixth.txt": "too_many",
    }
    shown = render_panel("ingest", visit)
    assert "هذا النوع من الملفات لا يُقرأ." in shown
    assert 'lang="en"' not in shown


# Who may, and when


@pytest.mark.parametrize("visitor", [LAYLA, GUEST], ids=["signed in", "guest"])
def test_who_may_not_change_the_corpus_takes_nothing_in(
    desk: Desk, assistant: ScriptedAssistant, received: Path, receive: Receive, visitor: Visitor
) -> None:
    visit = make_visit(desk, visitor)
    file = receive("a.txt")
    take_in(visit, [file], corpus_id=visit.corpus_id, received=received)
    assert visit.taking_in is None
    assert visit.problem == Problem(key="library.not_yours", facts={"name": "default"})
    assert assistant.documents() == ()
    assert Path(file["path"]).exists()
    assert kept(desk, owner=visitor.owner) == []


def test_a_shared_corpus_is_added_to_by_its_owner_only(
    desk: Desk, received: Path, receive: Receive
) -> None:
    made = desk.corpora.create("Papers", owner=LAYLA.owner, shared=True)
    for visitor in (ALONE, GUEST, replace(LAYLA, owner="sami")):
        visit = make_visit(desk, visitor)
        visit.choose(made.corpus_id)
        take_in(visit, [receive("a.txt")], corpus_id=visit.corpus_id, received=received)
        assert visit.taking_in is None
    layla = make_visit(desk, LAYLA)
    layla.choose(made.corpus_id)
    assert upload(layla, [receive("a.txt")], received) == {"a.txt": "added"}


def test_nothing_goes_into_another_corpus_than_the_one_that_is_gone(
    visit: Visit, desk: Desk, assistant: ScriptedAssistant, received: Path, receive: Receive
) -> None:
    made = desk.corpora.create("Brief")
    visit.choose(made.corpus_id)
    desk.corpora.delete(made.corpus_id, owner="")
    with pytest.raises(CorpusNotFoundError):
        take_in(visit, [receive("a.txt")], corpus_id=made.corpus_id, received=received)
    assert visit.taking_in is None
    assert assistant.documents() == ()


def test_a_second_upload_waits_for_the_end_of_the_first(
    visit: Visit, assistant: ScriptedAssistant, received: Path, receive: Receive
) -> None:
    assistant.gate = threading.Event()
    take_in(visit, [receive("a.txt")], corpus_id=visit.corpus_id, received=received)
    first = visit.taking_in
    assert first is not None
    second = receive("b.txt")
    take_in(visit, [second], corpus_id=visit.corpus_id, received=received)
    assert visit.taking_in is first
    assert visit.problem == Problem(key="library.busy", facts={})
    assert Path(second["path"]).exists()
    assistant.gate.set()
    assert first.wait(20)
    assert upload(visit, [second], received) == {"b.txt": "added"}
    assert set(assistant.library) == {"a.txt", "b.txt"}


def test_of_two_uploads_at_the_same_moment_one_is_taken_in(
    visit: Visit, assistant: ScriptedAssistant, received: Path, receive: Receive
) -> None:
    assistant.gate = threading.Event()
    both = threading.Barrier(2)
    uploads = [[receive(f"{name}{n}.txt") for n in range(3)] for name in "ab"]

    def send(files: list[dict[str, Any]]) -> None:
        both.wait(20)
        take_in(visit, files, corpus_id=visit.corpus_id, received=received)

    threads = [threading.Thread(target=send, args=(files,)) for files in uploads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assistant.gate.set()
    assert visit.taking_in is not None
    assert visit.taking_in.wait(20)
    assert sorted(assistant.library) in ([f"{name}{n}.txt" for n in range(3)] for name in "ab")
    assert visit.problem == Problem(key="library.busy", facts={})


def test_a_cancelled_upload_can_be_sent_again(
    visit: Visit, assistant: ScriptedAssistant, received: Path, receive: Receive
) -> None:
    assistant.gate = threading.Event()
    take_in(
        visit, [receive("a.txt"), receive("b.txt")], corpus_id=visit.corpus_id, received=received
    )
    act(visit, {"act": "cancel-ingest"})
    assistant.gate.set()
    assert visit.taking_in is not None
    assert visit.taking_in.wait(20)
    assert visit.taking_in.view.stage == "cancelled"
    assert assistant.library == {}
    files = [receive("a.txt"), receive("b.txt")]
    assert upload(visit, files, received) == {"a.txt": "added", "b.txt": "added"}


# With real corpora: what deleting leaves


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Desk]:
    settings = Settings.model_validate(
        {
            "index": {"path": tmp_path / "data" / "index"},
            "answer": {"engine": "none", "reader": False},
            "page": PageSettings(upload_mb=1),
        }
    )
    engines = Engines(settings, embedder=HashEmbedder())
    with Corpora(settings, engines=engines) as corpora:
        yield replace(
            make_desk(ScriptedAssistant(), tmp_path / "data"), settings=settings, corpora=corpora
        )


def ids(visit: Visit) -> list[str]:
    return [document.document_id for document in visit.assistant().documents()]


def test_real_files_are_taken_into_a_real_corpus_and_listed(
    real: Desk, received: Path, receive: Receive
) -> None:
    visit = make_visit(real, LAYLA)
    act(visit, {"act": "create-corpus", "name": "أخبار"})
    broken = receive("broken.pdf", "no pdf")
    results = upload(visit, [receive("الجسر.txt"), broken], received)
    assert results["الجسر.txt"] == "added"
    assert "broken.pdf" in results
    assert results["broken.pdf"] != "added"
    assert "الجسر.txt" in render_panel("documents", visit)
    assert "Documents: 1" in render_panel("corpora", visit).replace("\u2068", "").replace(
        "\u2069", ""
    )


def test_the_copy_of_a_deleted_document_is_deleted_too(
    real: Desk, received: Path, receive: Receive
) -> None:
    visit = make_visit(real)
    upload(visit, [receive("a.txt"), receive("b.txt", "Another text.")], received)
    first, _ = visit.assistant().documents()
    act(visit, {"act": "delete-document", "document": first.document_id})
    assert visit.problem is None
    assert first.document_id not in ids(visit)
    assert kept(real) == [name for name in ("a.txt", "b.txt") if not first.path.endswith(name)]


def test_a_file_of_several_documents_is_deleted_with_the_last_of_them(
    real: Desk, received: Path, receive: Receive
) -> None:
    visit = make_visit(real)
    lines = [json.dumps({"text": f"{NEWS} {number}"}, ensure_ascii=False) for number in range(2)]
    upload(visit, [receive("two.jsonl", "\n".join(lines))], received)
    first, second = ids(visit)
    act(visit, {"act": "delete-document", "document": first})
    assert kept(real) == ["two.jsonl"]
    act(visit, {"act": "delete-document", "document": second})
    assert kept(real) == []
    assert ids(visit) == []


def test_a_file_that_was_not_uploaded_stays_when_its_document_is_deleted(
    real: Desk, tmp_path: Path
) -> None:
    own = tmp_path / "own.txt"
    own.write_text(NEWS, encoding="utf-8")
    visit = make_visit(real)
    visit.assistant().ingest([own])
    act(visit, {"act": "delete-document", "document": ids(visit)[0]})
    assert ids(visit) == []
    assert own.read_text(encoding="utf-8") == NEWS


def test_a_deleted_corpus_takes_its_uploads_along_and_no_others(
    real: Desk, received: Path, receive: Receive
) -> None:
    visit = make_visit(real)
    upload(visit, [receive("stays.txt")], received)
    act(visit, {"act": "create-corpus", "name": "Brief"})
    brief = visit.corpus_id
    upload(visit, [receive("deep/goes.txt")], received)
    assert kept(real, brief) == ["deep/goes.txt"]
    act(visit, {"act": "delete-corpus", "corpus": brief})
    assert visit.problem is None
    assert visit.corpus_id == "default"
    assert not folder_of(real.data, brief, "").exists()
    assert kept(real) == ["stays.txt"]


def test_a_corpus_whose_store_fails_is_gone_with_its_uploads_and_told(
    real: Desk, received: Path, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(settings: Any) -> None:
        raise IndexStoreError(path=settings.path, reason="it is locked.")

    visit = make_visit(real)
    act(visit, {"act": "create-corpus", "name": "Brief"})
    corpus_id = visit.corpus_id
    upload(visit, [receive("a.txt")], received)
    monkeypatch.setattr(Index, "drop", refuse)
    assert act(visit, {"act": "delete-corpus", "corpus": corpus_id}) == {"notice"}
    assert visit.problem is not None
    assert (visit.corpus_id, kept(real, corpus_id)) == ("default", [])


def test_a_corpus_that_may_not_be_deleted_keeps_its_uploads(
    real: Desk, received: Path, receive: Receive
) -> None:
    visit = make_visit(real)
    upload(visit, [receive("a.txt")], received)
    act(visit, {"act": "delete-corpus", "corpus": "default"})
    assert (visit.corpus_id, kept(real)) == ("default", ["a.txt"])


def test_an_ingest_into_a_corpus_that_is_deleted_meanwhile_is_told(
    real: Desk, receive: Receive
) -> None:
    visit = make_visit(real)
    act(visit, {"act": "create-corpus", "name": "Brief"})
    file = Path(receive("a.txt")["path"]).rename(real.data / "a.txt")
    visit.taking_in = TakingIn(visit.assistant(), [file], language="en")
    act(visit, {"act": "delete-corpus", "corpus": visit.corpus_id})
    visit.taking_in.run()
    assert "this corpus has been deleted" in visit.taking_in.view.problem
    assert ids(visit) == []
