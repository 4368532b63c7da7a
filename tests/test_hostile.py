"""Hostile and broken documents: each read or refused in one line, none of them live on the page."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.chunking import chunk_document
from rag.cli_session import printable
from rag.errors import DocumentError
from rag.evaluation_injections import Injection, load_injections, write_documents
from rag.index import Index
from rag.ingestion import ingest_paths
from rag.news import split_page
from rag.readers import find_files, read_file
from rag.schema import (
    AnswerSentence,
    Chunk,
    Citation,
    Document,
    IngestReport,
    Passage,
    Skipped,
    Status,
)
from rag.settings import IndexSettings, IngestSettings
from tests.fakes import HashEmbedder
from tests.malformed import (
    ARABIC,
    BOMB_MB,
    ENGLISH,
    docx_of,
    well_formed,
    write_malformed,
    zip_bomb,
)
from tests.pages import make_answer, make_citation, make_passage
from tests.test_render import Page
from ui.render import Exchange, render_present
from ui.strings import shown, text

pytestmark = pytest.mark.slow

SETTINGS = IngestSettings()
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# A quadratic step takes minutes on what is timed here, a linear one far less than a second.
MOST_SECONDS = 10
WELL_FORMED = well_formed()


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A folder of malformed and good files, what was said of it, and what is in the index."""

    malformed: tuple[Path, ...]
    good: tuple[Path, ...]
    report: IngestReport
    documents: tuple[Document, ...]
    chunks: tuple[tuple[str, str], ...]

    def reason(self, name: str) -> str:
        (skipped,) = (item for item in self.report.skipped if Path(item.path).name == name)
        return skipped.reason


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    root = tmp_path_factory.mktemp("hostile").resolve()
    malformed = write_malformed(root / "files")
    good = []
    for suffix, content in well_formed().items():
        good.append(root / "files" / f"good.{suffix}")
        good[-1].write_bytes(content)
    with Index.open(IndexSettings(path=root / "index"), manifest={"model": "fake"}) as index:
        report = ingest_paths(
            [root / "files"],
            index=index,
            embedder=HashEmbedder(dimensions=8),
            settings=SETTINGS,
        )
        yield Taken(
            malformed=malformed,
            good=tuple(good),
            report=report,
            documents=index.documents(),
            chunks=tuple(index.all_texts()),
        )


def written(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def reason(path: Path) -> str:
    with pytest.raises(DocumentError) as caught:
        read_file(path, SETTINGS)
    return caught.value.reason


def chunks_of(document: Document) -> tuple[Chunk, ...]:
    return chunk_document(
        document, max_tokens=160, overlap_sentences=1, count_tokens=lambda part: len(part.split())
    )


# A folder of broken files


def test_each_malformed_file_is_ingested_or_reported_once(taken: Taken) -> None:
    ingested = {document.path for document in taken.documents}
    refused = [item.path for item in taken.report.skipped]
    assert len(taken.malformed) > 300
    assert sorted(ingested | set(refused)) == sorted(map(str, taken.malformed + taken.good))
    assert len(refused) == len(set(refused))
    assert ingested.isdisjoint(refused)


def test_each_good_file_among_them_is_ingested(taken: Taken) -> None:
    ingested = {document.path for document in taken.documents}
    assert ingested >= set(map(str, taken.good))


def test_each_refusal_is_one_plain_line(taken: Taken) -> None:
    for skipped in taken.report.skipped:
        assert skipped.reason.isprintable(), skipped
        assert 10 <= len(skipped.reason) <= 300, skipped
        assert not {"Traceback", "0x", "object at"} & set(skipped.reason.split()), skipped


def test_the_words_of_every_chunk_are_those_of_its_document(taken: Taken) -> None:
    texts = {document.document_id: document.text for document in taken.documents}
    assert taken.chunks
    for chunk_id, words in taken.chunks:
        document_id, _, place = chunk_id.rpartition(":")
        start, end = map(int, place.split("-"))
        assert texts[document_id][start:end] == words


def test_every_fact_of_a_document_is_short_and_on_one_line(taken: Taken) -> None:
    for document in taken.documents:
        for fact in (document.title, document.source or "", document.language):
            assert len(fact) <= 300
            assert "\n" not in fact


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("zero-length.md", "it is empty"),
        ("only-nuls.txt", "binary"),
        ("only-control-characters.txt", "binary"),
        ("utf-16-half-a-pair.txt", "damaged at byte 2; save it again as UTF-8"),
        ("utf-8-of-half-a-pair.txt", "damaged at byte"),
        ("front-matter-a-date-that-is-none.md", "front matter has a date"),
        ("front-matter-half-a-character.md", "half a character"),
        ("half-a-character-in-keywords.jsonl", "half a character"),
        ("half-a-character-in-title.jsonl", "half a character"),
        ("10000-brackets.jsonl", "line 2 is nested too deeply"),
        ("broken-line.jsonl", "line 2 is no JSON: Expecting"),
        ("no-objects.jsonl", "line 2 is no JSON object"),
        ("unbalanced-quotation.csv", "a quotation mark may be missing"),
        ("a-heading-of-many-lines.csv", "(a b \N{REPLACEMENT CHARACTER}[2J, The"),
        ("only-a-picture.pdf", "it holds no text; if it was scanned, run an OCR program"),
        ("empty-page.pdf", "it holds no text"),
        ("encrypted-aes-256.pdf", "encrypted; save a copy without a password"),
        ("encrypted-rc4.pdf", "encrypted; save a copy without a password"),
        ("stream-that-unpacks-to-much.pdf", "Limit reached while decompressing"),
        ("pages-that-hold-themselves.pdf", "cyclic"),
        ("zip-bomb.docx", f"it unpacks to {BOMB_MB} MB of XML, which is too large"),
        ("zip-bomb-of-elements.docx", "it unpacks to 61 MB of XML"),
        ("zip-bomb-of-headers.docx", "it unpacks to 80 MB of XML"),
        ("zip-bomb-that-lies-about-its-size.docx", "damaged Word document"),
        ("billion-laughs.docx", "damaged Word document"),
        ("entity-of-a-file.docx", "damaged Word document"),
        ("document-in-an-unknown-encoding.docx", "damaged Word document"),
        ("part-with-a-password.docx", "encrypted; save a copy without a password"),
        ("part-by-an-unknown-method.docx", "damaged Word document"),
        ("part-with-a-name-in-no-encoding.docx", "no Word document of the .docx kind"),
        ("part-said-to-be-bzip2.docx", "damaged Word document"),
        ("an-older-doc.docx", "may be an older .doc"),
        ("comments-unclosed.html", "it holds no text"),
        ("only-nuls.html", "binary"),
    ],
)
def test_the_cause_is_named(taken: Taken, name: str, cause: str) -> None:
    assert cause in taken.reason(name)


@pytest.mark.parametrize(
    "name",
    [
        "20000-parts.docx",
        "a-blank-line-first.csv",
        "20000-columns.csv",
        "bidi-never-closed.txt",
        "date-900-lists-deep.jsonl",
        "encrypted-for-the-owner-only.pdf",
        "entity-of-a-file.html",
        "front-matter-alias-bomb-in-keywords.md",
        "front-matter-merge-bomb.md",
        "front-matter-500-brackets.md",
        "javascript-on-opening.pdf",
        "letter-read-as-nul.pdf",
        "marks-between-lines.jsonl",
        "noncharacters.txt",
        "nul-in-text.jsonl",
        "numbers-of-controls.html",
        "zip-bomb-in-a-picture.docx",
        "zip-in-a-zip.docx",
    ],
)
def test_what_does_no_harm_is_read(taken: Taken, name: str) -> None:
    assert name in {Path(document.path).name for document in taken.documents}


def test_no_file_outside_is_read_for_an_entity(taken: Taken) -> None:
    assert not [document.path for document in taken.documents if "root:" in document.text]


# What costs time and memory


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = written(tmp_path / "a.docx", zip_bomb())
    assert bomb.stat().st_size < 2_000_000
    tracemalloc.start()
    try:
        assert "which is too large" in reason(bomb)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_large_word_document_is_read(tmp_path: Path) -> None:
    lines = "".join(f"<w:p><w:r><w:t>{n} {ENGLISH}</w:t></w:r></w:p>" for n in range(99_000))
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    content = docx_of(f'<w:document xmlns:w="{name}"><w:body>{lines}</w:body></w:document>')
    (document,) = read_file(written(tmp_path / "a.docx", content), SETTINGS)
    assert document.text.endswith(f"98999 {ENGLISH}")


@pytest.mark.parametrize("suffix", ["txt", "jsonl"])
def test_a_file_of_one_line_of_50_mb_is_read_in_seconds(tmp_path: Path, suffix: str) -> None:
    words = ARABIC.replace(".", " ") * (50_000_000 // len(ARABIC.encode()))
    line = words if suffix == "txt" else json.dumps({"text": words}, ensure_ascii=False)
    file = written(tmp_path / f"a.{suffix}", line)
    begun = time.perf_counter()
    (document,) = read_file(file, SETTINGS)
    assert time.perf_counter() - begun < MOST_SECONDS
    assert document.text == words.strip()
    assert len(document.title) <= 300


def test_a_page_of_50_mb_is_refused(tmp_path: Path) -> None:
    page = written(tmp_path / "a.html", b"<html><body><p>" + b"word " * 10_000_000)
    assert reason(page).startswith("it is too large for a page: 50.0 MB, of 20 at most")


LONG = {
    "a sentence without an end": ARABIC.replace(".", "") * 20_000,
    "a word without an end": "ابجد" * 400_000,
    "sentences in quotation marks": '"قال نعم. ثم لا". ' * 60_000,
    "a quotation of many sentences": f"«{'قال نعم. ثم قال لا. ' * 60_000}»",
    "brackets": "([{" * 400_000,
}


@pytest.mark.parametrize("words", LONG.values(), ids=LONG)
def test_a_megabyte_on_one_line_is_cut_in_seconds(words: str) -> None:
    document = Document(document_id="d", path="a.txt", text=words)
    begun = time.perf_counter()
    chunks = chunks_of(document)
    assert time.perf_counter() - begun < MOST_SECONDS
    assert all(words[chunk.start : chunk.end] == chunk.text for chunk in chunks)


PAGES = {
    "headings of a next article": "إقرأ أيضا:\n" * 40_000,
    "headlines": "المصدر: النور\n" + "خطة النقل\nالمدن\n" * 20_000,
    "dots": f"إقرأ أيضا:\n{'كلمة ' * 12}{'.' * 400_000}س",
    "spaces": f"إقرأ أيضا:\nس{' ' * 400_000}س",
    "a long line and a dateline": f"المصدر: النور\nالقاهرة / النور : {ARABIC * 20_000}",
    "keywords": f"{ARABIC * 4_000}\nكلمات دلالية: {' '.join(f'كلمة{n}' for n in range(40_000))}",
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_scraped_page_of_a_megabyte_is_split_in_seconds(page: str) -> None:
    begun = time.perf_counter()
    split_page(page)
    assert time.perf_counter() - begun < MOST_SECONDS


def test_thousands_of_tiny_files_are_found_in_seconds(tmp_path: Path) -> None:
    for number in range(3_000):
        written(tmp_path / f"{number % 30}" / f"{number}.txt", "x")
    begun = time.perf_counter()
    found, skipped = find_files([tmp_path])
    assert time.perf_counter() - begun < MOST_SECONDS
    assert (len(found), skipped) == (3_000, [])


# Names and links


def linked(path: Path, target: Path, *, is_folder: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target, target_is_directory=is_folder)
    return path


def test_links_that_go_round_in_a_folder_are_reported(tmp_path: Path) -> None:
    kept = written(tmp_path / "one.txt", "x")
    linked(tmp_path / "a.txt", tmp_path / "b.txt")
    linked(tmp_path / "b.txt", tmp_path / "a.txt")
    linked(tmp_path / "folder", tmp_path / "folder", is_folder=True)
    found, skipped = find_files([tmp_path])
    assert found == [kept]
    assert sorted(Path(item.path).name for item in skipped) == ["a.txt", "b.txt"]


def test_a_link_that_leads_nowhere_is_reported(tmp_path: Path) -> None:
    link = linked(tmp_path / "a.txt", tmp_path / "gone.txt")
    linked(tmp_path / "a.png", tmp_path / "gone.png")
    found, (skipped, *_) = find_files([tmp_path])
    assert (found, skipped.path) == ([], str(link))
    assert "no such file" in skipped.reason


def test_links_out_of_the_folder_are_reported_and_not_followed(tmp_path: Path) -> None:
    outside = written(tmp_path / "private" / "key.txt", "secret")
    kept = written(tmp_path / "folder" / "one.txt", "x")
    inside = linked(tmp_path / "folder" / "two.txt", kept)
    file = linked(tmp_path / "folder" / "notes.txt", outside)
    folder = linked(tmp_path / "folder" / "more", outside.parent, is_folder=True)
    found, skipped = find_files([tmp_path / "folder"])
    assert (found, inside.is_file()) == ([kept], True)
    assert [item.path for item in skipped] == [str(folder), str(file)]
    assert {item.reason for item in skipped} == {
        "its link leads out of the folder; name what it leads to, to read that too"
    }


def test_a_link_out_of_the_folder_that_is_named_is_read(tmp_path: Path) -> None:
    outside = written(tmp_path / "private" / "key.txt", "secret")
    link = linked(tmp_path / "folder" / "notes.txt", outside)
    assert find_files([link]) == ([outside], [])


def test_folders_that_are_linked_to_one_another_are_entered_once(tmp_path: Path) -> None:
    files = []
    for number in range(20):
        files.append(written(tmp_path / f"{number}" / "a.txt", "x"))
        for name in ("left", "right"):
            linked(tmp_path / f"{number}" / name, tmp_path / f"{number + 1}", is_folder=True)
    (tmp_path / "20").mkdir()
    assert find_files([tmp_path]) == (sorted(files), [])


@pytest.mark.parametrize(
    ("name", "shape", "reason"),
    [
        ("a\0b.txt", "a\0b.txt", "no path can hold a NUL character"),
        ("a\ud800b.txt", "a?b.txt", "its path is not UTF-8; rename it"),
    ],
)
def test_a_path_that_no_file_can_have_is_reported(
    tmp_path: Path, name: str, shape: str, reason: str
) -> None:
    found, (skipped,) = find_files([f"{tmp_path}/{name}"])
    assert found == []
    assert skipped.path == f"{tmp_path}/{shape}"
    assert skipped.reason == reason
    with pytest.raises(DocumentError):
        read_file(f"{tmp_path}/{name}", SETTINGS)


@pytest.mark.skipif(os.name == "nt", reason="skipped: names are UTF-16 there")
def test_a_file_whose_name_is_not_utf_8_is_reported(tmp_path: Path) -> None:
    kept = written(tmp_path / "one.txt", "x")
    try:
        Path(os.fsdecode(bytes(tmp_path) + b"/\xff.txt")).write_text("x", encoding="utf-8")
    except OSError:
        pytest.skip("skipped: this file system has only names in UTF-8")
    found, (skipped, *_) = find_files([tmp_path])
    assert found == [kept]
    assert skipped == Skipped(path=f"{tmp_path}/?.txt", reason="its path is not UTF-8; rename it")


def test_a_name_that_looks_like_a_way_out_is_only_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "%2e%2e%2f..\\etc"
    file = written(folder / "<b>\u202e.txt", ENGLISH)
    (document,) = read_file(folder / ".." / folder.name / file.name, SETTINGS)
    assert (document.path, find_files([tmp_path])) == (str(file), ([file], []))


def test_a_text_does_not_steer_the_terminal() -> None:
    assert printable("\u202eb\x1b[2Ja\u2066") == "\ufffdb\ufffd[2Ja\ufffd"


# No input makes a parser fail


def read_or_refused(folder: Path, suffix: str, content: bytes) -> None:
    path = folder / f"a.{suffix}"
    path.write_bytes(content)
    documents: tuple[Document, ...] = ()
    with contextlib.suppress(DocumentError):
        documents = read_file(path, SETTINGS)
    for document in documents:
        for chunk in chunks_of(document):
            assert document.text[chunk.start : chunk.end] == chunk.text


thorough = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("suffix", list(well_formed()))
@given(content=st.binary(max_size=200))
@thorough
def test_no_bytes_make_a_reader_fail(tmp_path: Path, suffix: str, content: bytes) -> None:
    read_or_refused(tmp_path, suffix, content)


@pytest.mark.parametrize("suffix", list(well_formed()))
@given(chance=st.randoms(use_true_random=False))
@thorough
def test_no_damage_makes_a_reader_fail(tmp_path: Path, suffix: str, chance: random.Random) -> None:
    content = bytearray(WELL_FORMED[suffix])
    for _ in range(chance.randrange(1, 12)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    start = chance.randrange(len(content))
    del content[start : start + chance.choice((0, 0, 1, 50))]
    read_or_refused(tmp_path, suffix, bytes(content))


hostile_text = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\0\x1b\u200b\u202e\u2066\ufeff\uffff:؟.\"'«»<>&{}[]*!|>-\n\r\t  "),
    ),
    max_size=120,
)


@given(head=hostile_text, body=hostile_text)
@thorough
def test_no_front_matter_makes_the_reader_fail(tmp_path: Path, head: str, body: str) -> None:
    for lines in (head, f"title: {head}", f"date: {head}", f"keywords: [{head}"):
        read_or_refused(tmp_path, "md", f"---\n{lines}\n---\n{body}".encode())


@given(
    st.dictionaries(
        st.sampled_from(["text", "title", "date", "keywords", "language", "url", "source"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda value: st.lists(value, max_size=3) | st.dictionaries(st.text(max_size=3), value),
            max_leaves=5,
        ),
    )
)
@thorough
def test_no_object_makes_the_reader_fail(tmp_path: Path, row: dict[str, object]) -> None:
    read_or_refused(tmp_path, "jsonl", json.dumps({"body": ENGLISH, **row}).encode())


@given(hostile_text)
@thorough
def test_no_page_makes_the_reader_fail(tmp_path: Path, words: str) -> None:
    read_or_refused(tmp_path, "html", f"<html><body><p>{ARABIC}{words}<p>{ENGLISH}".encode())


# On the page

INJECTIONS = load_injections(
    Path(__file__).resolve().parents[1] / "evaluation" / "injections.jsonl"
)
Element = tuple[str, tuple[str, ...]]
WORDS = "قال متحدث إن العمل يبدأ. " * 40


def cited(document: Document, chunk: Chunk, place: int) -> Citation:
    """The sentence of a chunk at this place, as an answer cites it."""
    span = chunk.sentences[place]
    return Citation(
        number=1,
        document_id=document.document_id,
        title=document.title,
        source=document.source,
        published=document.published,
        path=document.path,
        start=span.start,
        end=span.end,
        quote=span.of(document.text),
        passage=chunk.text,
        passage_start=chunk.start,
        score=0.5,
    )


def found(document: Document, chunk: Chunk) -> Passage:
    return replace(
        make_passage(chunk.text, title=document.title),
        start=chunk.start,
        end=chunk.end,
        source=document.source,
        published=document.published,
        path=document.path,
    )


def every_stage(
    question: str, words: str, language: str, citations: tuple[Citation, ...], passage: Passage
) -> Iterator[Exchange]:
    """An exchange that is searched, read, drafted, answered and refused, always in these words."""
    answer = make_answer(
        words,
        question=question,
        language=language,
        citations=citations,
        sentences=(
            AnswerSentence(text=words, citations=(1,), supported=True),
            AnswerSentence(text=words, citations=(), supported=False),
        ),
        notes=(words,),
        query=words,
    )
    yield Exchange(question=question)
    yield Exchange(question=question, passages=(passage,))
    yield Exchange(question=question, passages=(passage,), draft=words)
    yield Exchange(question=question, passages=(passage,), draft=words, stopped=True)
    yield Exchange(question=question, passages=(passage,), answer=answer)
    refused = replace(answer, status=Status.NOT_FOUND, citations=(), passages=(passage,))
    yield Exchange(question=question, answer=refused)


def elements(exchange: Exchange) -> set[Element]:
    page = Page(render_present((exchange,), "ar"))
    return {(tag, tuple(sorted(attributes))) for tag, attributes, _ in page.elements}


def harmless() -> set[Element]:
    """All elements that a page of plain words has."""
    quote = WORDS[500:524]
    many = every_stage(
        "متى؟",
        f"{WORDS} [1]",
        "en",
        (
            replace(make_citation(text=f"{WORDS}{quote} يوم الأحد الماضي{WORDS}", quote=quote)),
            replace(make_citation(text=quote, quote=quote), source=None, published=None),
        ),
        make_passage(WORDS),
    )
    few = every_stage("متى؟", "نعم", "und", (make_citation(),), make_passage("نعم"))
    return set().union(*map(elements, [*many, *few]))


def first_document(folder: Path, injection: Injection) -> Document:
    write_documents([injection], folder)
    return read_file(folder / injection.file_name, SETTINGS)[0]


@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda one: one.injection_id)
def test_no_document_is_live_on_the_page(tmp_path: Path, injection: Injection) -> None:
    document = first_document(tmp_path, injection)
    known = harmless()
    for chunk in chunks_of(document):
        citations = tuple(cited(document, chunk, place) for place in range(len(chunk.sentences)))
        assert all(
            document.text[citation.start : citation.end] == citation.quote for citation in citations
        )
        words = f"{injection.canary} {document.title} {chunk.text} [1]"
        for exchange in every_stage(
            injection.question, words, document.language, citations, found(document, chunk)
        ):
            assert elements(exchange) <= known
            html = render_present((exchange,), "en")
            ours = re.sub("\u2068[^\u2068\u2069]*\u2069", "", html)
            assert not set(BIDI) & set(ours)
        page = Page(render_present((exchange,), "en"))
        assert page.exact("blockquote")[0].replace("… ", "") == shown(chunk.text)


@pytest.mark.parametrize(
    "injection",
    [injection for injection in INJECTIONS if injection.kind == "zero-width"],
    ids=lambda one: one.injection_id,
)
def test_letters_apart_are_not_joined_into_an_order(tmp_path: Path, injection: Injection) -> None:
    document = first_document(tmp_path, injection)
    assert injection.fact in document.text
    for chunk in chunks_of(document):
        exchange = Exchange(question="q", passages=(found(document, chunk),))
        assert injection.canary not in render_present((exchange,), "en")


def test_what_a_page_hides_is_not_read(tmp_path: Path) -> None:
    for injection in INJECTIONS:
        # The order of i14 is the title, for all to see.
        if injection.kind == "html" and injection.injection_id != "i14":
            document = first_document(tmp_path, injection)
            assert injection.fact in document.text
            assert injection.canary not in f"{document.text} {document.title} {document.source}"


def test_a_whole_article_that_waits_for_a_script_is_read(tmp_path: Path) -> None:
    page = f'<html><body><div style="opacity:0"><p>{ARABIC}</p><p>{ENGLISH}</p></div></body></html>'
    (document,) = read_file(written(tmp_path / "a.html", page), SETTINGS)
    assert document.text == f"{ARABIC}\n{ENGLISH}"


def test_overrides_are_not_shown_but_stay_in_the_quotation(tmp_path: Path) -> None:
    said = "قال: \u202eلن نهدم\u202c \u2067السور\u2069\u200f."
    file = written(tmp_path / "a.txt", f"{ENGLISH} {said}\x07 {ENGLISH}")
    (document,) = read_file(file, SETTINGS)
    (chunk,) = chunks_of(document)
    citation = cited(document, chunk, 1)
    assert citation.quote == document.text[citation.start : citation.end]
    assert "\u202eلن نهدم\u202c" in citation.quote
    page = Page(
        render_present((Exchange(question=said, answer=make_answer(citations=(citation,))),), "en")
    )
    assert page.exact("mark")[0].startswith("قال: لن نهدم السور\u200f.")
    assert page.exact("h3", "question")[0].endswith("قال: لن نهدم السور\u200f.")
    assert page.exact("blockquote") == [shown(chunk.text)]


def test_a_fact_of_a_message_cannot_leave_its_place() -> None:
    assert text("en", "error.PromptError", prompt="a\u2069\u202eb", reason="c").count("\u2069") == 2
    assert "\u202e" not in text("en", "error.PromptError", prompt="a\u202eb", reason="c")


@given(st.text(st.sampled_from(BIDI + "\0\x1b\x7f\x9b\ud800\u206a ab<>&\"'\u200f\u200cس\t\n")))
def test_what_is_shown_keeps_all_but_what_steers(words: str) -> None:
    kept = shown(words)
    assert shown(kept) == kept
    assert not set(kept) & set(BIDI + "\0\x1b\x7f\x9b\ud800\u206a")
    assert [char for char in words if char in " ab<>&\"'\u200f\u200cس\t\n"] == list(kept)


@given(hostile_text, hostile_text, hostile_text)
@thorough
def test_no_text_is_live_on_the_page(question: str, words: str, title: str) -> None:
    quote = words or "س"
    citation = replace(make_citation(text=f"{title}{quote}{title}", quote=quote), title=title)
    passage = replace(make_passage(words, title=title), source=title)
    known = harmless()
    for exchange in every_stage(
        question, words, title, (replace(citation, source=title),), passage
    ):
        assert elements(exchange) <= known


def test_a_question_of_100000_characters_is_shown_as_text() -> None:
    question = "<script>" * 12_500
    begun = time.perf_counter()
    assert elements(Exchange(question=question)) <= harmless()
    assert time.perf_counter() - begun < MOST_SECONDS
