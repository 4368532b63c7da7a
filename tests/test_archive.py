"""Past conversations: kept, found, changed and forgotten, for their owner only."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer_records import answer_line
from rag.archive import TITLE_LENGTH, Archive, Exchanged, Summary, new_conversation_id
from rag.errors import ArchiveError
from rag.schema import Answer
from tests.fakes import make_answer

NOON = dt.datetime(2024, 9, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "kept" / "conversations.sqlite") as opened:
        yield opened


def exchanged(
    question: str = "when?", *, hours: float = 0, answer: Answer | None = None, of: str = "default"
) -> Exchanged:
    return Exchanged(
        question=question,
        answer=answer or make_answer(question=question, text="Then [1]."),
        asked_at=NOON + dt.timedelta(hours=hours),
        corpus_id=of,
    )


def add(archive: Archive, name: str, *asked: Exchanged, owner: str = "mona") -> None:
    for one in asked:
        archive.add(name, one, owner=owner)


def found(archive: Archive, search: str, *, owner: str = "mona") -> list[str]:
    return [summary.conversation_id for summary in archive.list(owner, search=search)]


def bytes_of(archive: Archive) -> bytes:
    return b"".join(path.read_bytes() for path in archive.path.parent.iterdir())


def test_a_conversation_comes_back_as_it_was_said(archive: Archive) -> None:
    first = exchanged("متى بدأت المحادثات؟")
    second = exchanged("And when did they end?", hours=1)
    add(archive, "c1", first, second)
    kept = archive.get("c1", owner="mona")
    assert kept is not None
    assert kept.exchanges == (first, second)
    assert (kept.owner, kept.corpus_id, kept.title) == ("mona", "default", "متى بدأت المحادثات؟")
    assert (kept.started, kept.updated) == (NOON, NOON + dt.timedelta(hours=1))
    assert kept.started.tzinfo == dt.UTC


def test_what_was_kept_is_there_when_the_archive_is_opened_again(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.sqlite") as archive:
        add(archive, "c1", exchanged())
    with Archive.open(tmp_path / "a.sqlite") as archive:
        assert found(archive, "") == ["c1"]


def test_conversations_are_listed_the_latest_question_first(archive: Archive) -> None:
    add(archive, "old", exchanged("one"))
    add(archive, "new", exchanged("two", hours=1))
    add(archive, "old", exchanged("three", hours=2))
    assert archive.list("mona") == (
        Summary(
            conversation_id="old",
            owner="mona",
            title="one",
            corpus_id="default",
            started=NOON,
            updated=NOON + dt.timedelta(hours=2),
            questions=2,
        ),
        Summary(
            conversation_id="new",
            owner="mona",
            title="two",
            corpus_id="default",
            started=NOON + dt.timedelta(hours=1),
            updated=NOON + dt.timedelta(hours=1),
            questions=1,
        ),
    )
    assert [summary.conversation_id for summary in archive.list("mona", limit=1)] == ["old"]
    assert archive.list("mona", limit=0) == ()


def test_times_of_other_zones_are_ordered_as_the_moments_they_are(archive: Archive) -> None:
    baghdad = dt.timezone(dt.timedelta(hours=3))
    early = dataclasses.replace(exchanged(), asked_at=NOON.replace(tzinfo=baghdad))
    add(archive, "early", early)
    add(archive, "late", exchanged(hours=-1))
    assert found(archive, "") == ["late", "early"]


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        dataclasses.replace(exchanged(), asked_at=dt.datetime(2024, 9, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "search",
    [
        "المحادثات",
        "الْمُحَادَثَات",
        "محادثات",
        "المحـــادثات",
        "احمد",
        "آحمد",
        "2024",
        "٢٠٢٤",
        "TALKS",
        "began المحادثات",
        "  المحادثات   أحمد ",
        "توقفت",
        "100%",
        "a_b",
    ],
)
def test_a_search_finds_words_of_question_answer_and_quotation(
    archive: Archive, search: str
) -> None:
    answer = make_answer(text="The talks began in ٢٠٢٤, 100% sure, a_b [1].")
    cited = dataclasses.replace(answer.citations[0], quote="ثم توقَّفت.")
    answer = dataclasses.replace(answer, citations=(cited,))
    add(archive, "c1", exchanged("متى بدأت المحادثات يا أحمد؟", answer=answer))
    other = make_answer(text="Else.", citations=())
    add(archive, "c2", exchanged("what is 1005 by axb?", answer=other))
    assert found(archive, search) == ["c1"]


@pytest.mark.parametrize("search", ["%", "_", "100%5", "talks absent", "\\", "'", "' OR 1=1 --"])
def test_a_search_without_its_words_finds_nothing_and_takes_no_sign_for_another(
    archive: Archive, search: str
) -> None:
    add(archive, "c1", exchanged("when did talks begin in 1005?"))
    assert found(archive, search) == []


def test_the_words_of_a_search_may_stand_in_different_exchanges(archive: Archive) -> None:
    add(archive, "c1", exchanged("first budget"), exchanged("then war", hours=1))
    add(archive, "c2", exchanged("budget"))
    assert found(archive, "war budget") == ["c1"]


def test_a_search_of_ten_thousand_words_is_answered(archive: Archive) -> None:
    add(archive, "c1", exchanged("budget"))
    assert found(archive, "budget " * 10_000) == ["c1"]
    assert found(archive, " ".join(map(str, range(10_000)))) == []


def test_a_new_title_is_found_and_the_old_question_still_too(archive: Archive) -> None:
    add(archive, "c1", exchanged("when?"))
    assert archive.rename("c1", "  The\nbudget ", owner="mona")
    assert [summary.title for summary in archive.list("mona", search="budget when")] == [
        "The budget"
    ]


@pytest.mark.parametrize("title", ["", " \n", "\u200b", "\u200f \u2067"])
def test_a_title_that_cannot_be_seen_changes_nothing(archive: Archive, title: str) -> None:
    add(archive, "c1", exchanged("when?"))
    assert not archive.rename("c1", title, owner="mona")
    assert archive.list("mona")[0].title == "when?"


def test_a_long_question_is_cut_at_a_word_for_the_title(archive: Archive) -> None:
    add(archive, "c1", exchanged("كلمة " * 40))
    title = archive.list("mona")[0].title
    assert title == "كلمة " * 15 + "كلمة…"
    assert len(title) <= TITLE_LENGTH


@pytest.mark.parametrize("question", ["ا" * 500, "…", "a" * 79, "a" * 81, ""])
def test_a_title_of_one_word_is_never_longer_than_it_may_be(
    archive: Archive, question: str
) -> None:
    add(archive, "c1", exchanged(question))
    title = archive.list("mona")[0].title
    assert len(title) <= TITLE_LENGTH
    assert title.rstrip("…") == question[: len(title.rstrip("…"))]
    assert bool(title) == bool(question)


def test_editing_a_question_drops_those_after_it(archive: Archive) -> None:
    first, second, third = (exchanged(str(i), hours=i) for i in range(3))
    add(archive, "c1", first, second, third)
    archive.truncate("c1", 1, owner="mona")
    changed = exchanged("second again", hours=5)
    kept = archive.get("c1", owner="mona")
    assert kept is not None
    assert (kept.exchanges, kept.updated) == ((first,), first.asked_at)
    add(archive, "c1", changed)
    kept = archive.get("c1", owner="mona")
    assert kept is not None
    assert kept.exchanges == (first, changed)


def test_each_exchange_keeps_the_corpus_it_was_asked_of(archive: Archive) -> None:
    add(archive, "c1", exchanged(of="news"), exchanged(hours=1, of="reports"))
    kept = archive.get("c1", owner="mona")
    assert kept is not None
    assert [one.corpus_id for one in kept.exchanges] == ["news", "reports"]
    assert kept.corpus_id == "reports"
    archive.truncate("c1", 1, owner="mona")
    assert archive.list("mona")[0].corpus_id == "news"


def test_keeping_more_than_there_is_changes_nothing(archive: Archive) -> None:
    add(archive, "c1", exchanged())
    archive.truncate("c1", 7, owner="mona")
    assert archive.list("mona")[0].questions == 1


def test_keeping_nothing_forgets_the_conversation_and_its_title(archive: Archive) -> None:
    add(archive, "c1", exchanged("one"))
    archive.truncate("c1", 0, owner="mona")
    assert archive.get("c1", owner="mona") is None
    add(archive, "c1", exchanged("another"))
    assert archive.list("mona")[0].title == "another"


def test_fewer_than_no_exchanges_cannot_be_kept(archive: Archive) -> None:
    with pytest.raises(ValueError, match="-1 exchanges"):
        archive.truncate("c1", -1, owner="mona")


def test_another_owners_conversation_is_as_if_it_were_not_there(archive: Archive) -> None:
    add(archive, "c1", exchanged("a secret"))
    assert archive.list("omar") == ()
    assert found(archive, "secret", owner="omar") == []
    assert archive.get("c1", owner="omar") is None
    assert not archive.rename("c1", "mine", owner="omar")
    assert not archive.delete("c1", owner="omar")
    archive.truncate("c1", 0, owner="omar")
    assert archive.delete_all("omar") == 0
    add(archive, "c1", exchanged("his own", hours=1), owner="omar")
    mine = archive.get("c1", owner="mona")
    assert mine is not None
    assert [one.question for one in mine.exchanges] == ["a secret"]
    assert [summary.title for summary in archive.list("omar")] == ["his own"]


def test_a_deleted_conversation_is_gone_with_its_exchanges(archive: Archive) -> None:
    add(archive, "c1", exchanged("one"))
    add(archive, "c2", exchanged("two"))
    assert archive.delete("c1", owner="mona")
    assert not archive.delete("c1", owner="mona")
    assert found(archive, "") == ["c2"]
    add(archive, "c1", exchanged("three"))
    kept = archive.get("c1", owner="mona")
    assert kept is not None
    assert [one.question for one in kept.exchanges] == ["three"]


def test_all_conversations_of_one_owner_can_be_deleted(archive: Archive) -> None:
    for name in ("c1", "c2"):
        add(archive, name, exchanged())
    add(archive, "c3", exchanged(), owner="omar")
    assert archive.delete_all("mona") == 2
    assert archive.list("mona") == ()
    assert found(archive, "", owner="omar") == ["c3"]


def test_what_was_deleted_is_in_no_file_any_more(archive: Archive) -> None:
    add(archive, "c1", exchanged("unforgettable"))
    assert b"unforgettable" in bytes_of(archive)
    archive.delete("c1", owner="mona")
    assert b"unforgettable" not in bytes_of(archive)


@pytest.mark.parametrize(
    "question", ["half \ud800 of a character", "nul \0 inside", "\u202e<script>alert(1)</script>"]
)
def test_a_hostile_question_is_kept_and_its_conversation_can_be_read(
    archive: Archive, question: str
) -> None:
    add(archive, "c1", exchanged(question))
    kept = archive.get("c1", owner="mona")
    assert kept is not None
    assert kept.exchanges[0].question == question.replace("\ud800", "?")
    assert found(archive, question) == ["c1"]


@pytest.mark.parametrize("name", ["\ud800", "' OR 1=1 --", "../..", "\0"])
def test_a_hostile_id_or_owner_finds_nothing(archive: Archive, name: str) -> None:
    add(archive, "c1", exchanged())
    assert archive.get(name, owner="mona") is None
    assert archive.get("c1", owner=name) is None
    assert archive.list(name) == ()
    assert archive.delete_all(name) == 0


@given(st.text(max_size=30))
def test_any_question_is_found_by_its_own_words(question: str) -> None:
    with Archive.open(_shared_file()) as archive:
        name = new_conversation_id()
        add(archive, name, exchanged(question))
        assert name in found(archive, question)
        archive.delete(name, owner="mona")


def _shared_file() -> Path:
    return Path.cwd() / "properties.sqlite"


def test_ids_are_32_hexadecimal_digits_and_differ() -> None:
    one, other = new_conversation_id(), new_conversation_id()
    assert one != other
    assert len(one) == 32
    assert int(one, 16) >= 0


@pytest.mark.skipif(os.name == "nt", reason="modes are a thing of Unix")
def test_only_its_user_may_read_the_archive_and_its_logs(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.touch(mode=0o644)
    with Archive.open(path) as archive:
        add(archive, "c1", exchanged())
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    assert modes == {"a.sqlite": 0o600, "a.sqlite-wal": 0o600, "a.sqlite-shm": 0o600}


def test_threads_add_to_one_conversation_without_losing_an_exchange(archive: Archive) -> None:
    def work(number: int) -> None:
        for i in range(5):
            add(archive, "c1", exchanged(f"{number}/{i}"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = archive.get("c1", owner="mona")
    assert kept is not None
    assert sorted(one.question for one in kept.exchanges) == sorted(
        f"{number}/{i}" for number in range(4) for i in range(5)
    )


def test_two_archives_of_one_file_see_what_the_other_keeps(archive: Archive) -> None:
    with Archive.open(archive.path) as other:
        add(other, "c1", exchanged("one"))
        add(archive, "c1", exchanged("two", hours=1))
        assert other.list("mona")[0].questions == 2


def test_a_new_archive_that_many_open_at_once_is_opened_by_all(tmp_path: Path) -> None:
    def begin(path: Path) -> None:
        together.wait()
        with Archive.open(path) as opened:
            listed.append(opened.list("mona"))

    # Which of them is in another's way is a matter of chance.
    rounds, together = 20, threading.Barrier(8)
    listed: list[tuple[Summary, ...]] = []
    for number in range(rounds):
        path = tmp_path / f"{number}.sqlite"
        threads = [threading.Thread(target=begin, args=(path,)) for _ in range(together.parties)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert listed == [()] * rounds * together.parties


def test_an_exchange_that_cannot_be_kept_leaves_no_half_of_it(archive: Archive) -> None:
    with sqlite3.connect(archive.path) as database:
        database.execute("DROP TABLE exchanges")
    database.close()
    with pytest.raises(ArchiveError):
        add(archive, "c1", exchanged())
    with sqlite3.connect(archive.path) as database:
        assert database.execute("SELECT count(*) FROM conversations").fetchone() == (0,)
    database.close()


@pytest.mark.parametrize(
    "content", [b"no database at all " * 99, b"SQLite format 3\0" + b"x" * 999]
)
def test_a_damaged_file_is_refused_with_its_cure_and_left_as_it_is(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=r"damaged\. Move the file away") as caught:
        Archive.open(path)
    assert caught.value.path == str(path)
    assert path.read_bytes() == content


def test_damage_within_the_file_is_told_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with Archive.open(path) as archive:
        for i in range(50):
            add(archive, f"c{i}", exchanged())
    content = bytearray(path.read_bytes())
    # Past the page with the tables' names.
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)
    with Archive.open(path) as archive, pytest.raises(ArchiveError, match="Move the file away"):
        archive.get("c7", owner="mona")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exchanges SET answer = '{'",
        "UPDATE exchanges SET answer = '{}'",
        "UPDATE exchanges SET asked_at = 'noon'",
        "UPDATE conversations SET started = 'noon'",
        "UPDATE conversations SET started = X'00'",
        "UPDATE exchanges SET asked_at = X'00'",
    ],
)
def test_what_is_kept_and_cannot_be_read_is_told_as_damage(
    archive: Archive, statement: str
) -> None:
    add(archive, "c1", exchanged())
    with sqlite3.connect(archive.path) as database:
        database.execute(statement)
    database.close()
    with pytest.raises(ArchiveError, match="damaged"):
        archive.get("c1", owner="mona")


def test_the_archive_of_a_later_release_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    Archive.open(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 3")
    database.close()
    with pytest.raises(ArchiveError, match=r"version 3, and this release knows 2\. Install"):
        Archive.open(path)


def test_the_archive_of_an_earlier_release_is_read_and_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    begin_version_1(path, of="news")
    for _ in range(2):
        with Archive.open(path) as archive:
            kept = archive.get("c1", owner="mona")
            assert kept is not None
            assert kept.exchanges[:2] == (exchanged(of="news"), exchanged(hours=1, of="news"))
            asked_of = [one.corpus_id for one in kept.exchanges]
            add(archive, "c1", exchanged("And then?", hours=2, of="reports"))
    assert asked_of == ["news", "news", "reports"]


def begin_version_1(path: Path, *, of: str) -> None:
    """Writes a file as the first release did, with two exchanges of one conversation."""
    with sqlite3.connect(path) as database:
        database.executescript(
            """
            CREATE TABLE conversations (
                owner TEXT NOT NULL,
                conversation_id TEXT NOT NULL,
                corpus_id TEXT NOT NULL,
                title TEXT NOT NULL,
                folded TEXT NOT NULL,
                started TEXT NOT NULL,
                updated TEXT NOT NULL,
                PRIMARY KEY (owner, conversation_id)
            );
            CREATE INDEX newest ON conversations (owner, updated);
            CREATE TABLE exchanges (
                owner TEXT NOT NULL,
                conversation_id TEXT NOT NULL,
                position INTEGER NOT NULL,
                asked_at TEXT NOT NULL,
                question TEXT NOT NULL,
                answer TEXT NOT NULL,
                folded TEXT NOT NULL,
                PRIMARY KEY (owner, conversation_id, position),
                FOREIGN KEY (owner, conversation_id) REFERENCES conversations ON DELETE CASCADE
            );
            PRAGMA application_id = 0x4D535444;
            PRAGMA user_version = 1;
            """
        )
        told = (NOON.isoformat(), NOON.isoformat())
        database.execute(
            "INSERT INTO conversations VALUES ('mona', 'c1', ?, 'when?', 'when?', ?, ?)",
            (of, *told),
        )
        for position in range(2):
            one = exchanged(hours=position)
            database.execute(
                "INSERT INTO exchanges VALUES ('mona', 'c1', ?, ?, ?, ?, 'when?')",
                (position, one.asked_at.isoformat(), one.question, answer_line(one.answer)),
            )
    database.close()


def test_another_programs_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE visits (url TEXT)")
    database.close()
    path.chmod(0o644)
    before, mode = path.read_bytes(), path.stat().st_mode
    with pytest.raises(ArchiveError, match=r"another program's\. Name another file"):
        Archive.open(path)
    assert path.read_bytes() == before
    assert path.stat().st_mode == mode


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"Name another file in keep\.archive"):
        Archive.open(tmp_path)


def test_a_closed_archive_says_so_and_may_be_closed_again(archive: Archive) -> None:
    archive.close()
    archive.close()
    with pytest.raises(ArchiveError, match="closed"):
        archive.list("mona")
