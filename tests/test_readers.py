"""Files made into Documents, and what is said of the files that cannot be."""

from __future__ import annotations

import datetime as dt
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document as WordDocument
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from rag.errors import DocumentError, SkipKind
from rag.readers import find_files, read_file
from rag.schema import Document
from rag.settings import IngestSettings

SETTINGS = IngestSettings()
SENTENCE = "أعلنت الوزارة أن العمل في المشروع يبدأ قبل نهاية الصيف."
OTHER = "وقال الوزير إن المشروع يشمل ثلاث مدن في شمال البلاد."


def written(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def read_one(path: Path) -> Document:
    (document,) = read_file(path, SETTINGS)
    return document


def refusal(path: Path, settings: IngestSettings = SETTINGS) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read_file(path, settings)
    assert caught.value.path == str(path)
    return caught.value


def reason(path: Path) -> str:
    return refusal(path).reason


def pdf(path: Path, *lines: str) -> Path:
    canvas = Canvas(str(path))
    for place, line in enumerate(lines):
        canvas.drawString(72, 720 - 14 * place, line)
    canvas.save()
    return path


# Finding


def test_files_are_found_in_folders_sorted_and_each_once(tmp_path: Path) -> None:
    files = [written(tmp_path / name, "x") for name in ("b/two.md", "a/three.PDF", "one.txt")]
    found, skipped = find_files([tmp_path, str(tmp_path / "one.txt")])
    assert (found, skipped) == (sorted(files), [])


def test_hidden_and_unknown_files_of_a_folder_are_passed_over(tmp_path: Path) -> None:
    kept = written(tmp_path / "one.txt", "x")
    for name in (".hidden.txt", ".git/two.txt", "photo.png", "~$one.docx"):
        written(tmp_path / name, "x")
    assert find_files([tmp_path]) == ([kept], [])


def test_a_loop_of_links_is_walked_once(tmp_path: Path) -> None:
    kept = written(tmp_path / "a" / "one.txt", "x")
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b").symlink_to(tmp_path / "a", target_is_directory=True)
    assert find_files([tmp_path]) == ([kept], [])


def test_a_link_to_itself_is_reported(tmp_path: Path) -> None:
    loop = tmp_path / "loop.txt"
    loop.symlink_to(loop)
    found, skipped = find_files([loop])
    assert (found, [(item.path, item.kind) for item in skipped]) == ([], [(str(loop), "loop")])


def test_a_link_out_of_the_folder_is_reported(tmp_path: Path) -> None:
    secret = written(tmp_path / "secret.txt", "x")
    (tmp_path / "folder").mkdir()
    link = tmp_path / "folder" / "out.txt"
    link.symlink_to(secret)
    skipped = find_files([tmp_path / "folder"])[1]
    assert (skipped[0].path, skipped[0].kind) == (str(link), "outside")


@pytest.mark.parametrize(
    ("name", "word", "kind"),
    [
        ("photo.png", "kind", "unsupported"),
        ("gone.txt", "no such file", "missing"),
        ("empty", "no file", "no_text"),
    ],
)
def test_a_named_path_that_cannot_be_read_is_reported(
    tmp_path: Path, name: str, word: str, kind: SkipKind
) -> None:
    written(tmp_path / "photo.png", "x")
    (tmp_path / "empty").mkdir()
    found, skipped = find_files([tmp_path / name])
    assert (found, [item.path for item in skipped]) == ([], [str(tmp_path / name)])
    assert word in skipped[0].reason
    assert skipped[0].kind == kind


def test_no_paths_find_nothing() -> None:
    assert find_files([]) == ([], [])


# Text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1256"]
)
def test_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    document = read_one(written(tmp_path / "a.txt", SENTENCE.encode(encoding)))
    assert (document.text, document.language) == (SENTENCE, "ar")


def test_front_matter_gives_the_facts_of_a_text(tmp_path: Path) -> None:
    head = (
        "---\ntitle: النقل: خطة جديدة\nSource: النور\ndate: 26 يناير، 2024\n"
        "keywords: النقل، المدن\nlanguage: ar\nurl: http://localhost/a\nauthor: سلمى\n---\n\n"
    )
    document = read_one(written(tmp_path / "a.md", f"{head}{SENTENCE}\n\nاعلان\n"))
    assert document.text == f"{SENTENCE}\n\nاعلان"
    assert (document.title, document.source) == ("النقل: خطة جديدة", "النور")
    assert document.published == dt.date(2024, 1, 26)
    assert document.keywords == ("النقل", "المدن")
    assert (document.language, document.url) == ("ar", "http://localhost/a")


def test_front_matter_may_hold_a_list_and_a_date(tmp_path: Path) -> None:
    head = "---\npublished: 2024-01-26\nkeywords:\n  - النقل\n  - المدن\n---\n"
    document = read_one(written(tmp_path / "a.md", head + SENTENCE))
    assert (document.published, document.keywords) == (dt.date(2024, 1, 26), ("النقل", "المدن"))


@pytest.mark.parametrize("lines", [SENTENCE, f"- {SENTENCE}\n- {OTHER}", '- "x" y\n- z', "# خطة"])
def test_a_rule_of_dashes_is_no_front_matter(tmp_path: Path, lines: str) -> None:
    text = f"---\n{lines}\n---\n{OTHER}"
    assert read_one(written(tmp_path / "a.md", text)).text == text


def test_a_date_in_front_matter_that_is_none_is_reported(tmp_path: Path) -> None:
    file = written(tmp_path / "a.md", f"---\npublished: 2024-13-45\n---\n{SENTENCE}")
    assert "2024-01-26" in reason(file)


def test_a_scraped_page_gives_each_of_its_articles(tmp_path: Path) -> None:
    text = f"{SENTENCE}\n\nالمصدر: النور\n\nإقرأ أيضا:\n\nخطة النقل\n\n{OTHER}"
    file = written(tmp_path / "a.txt", text)
    first, second = read_file(file, SETTINGS)
    assert (first.text, first.source) == (SENTENCE, "النور")
    assert (second.text, second.title) == (OTHER, "خطة النقل")
    assert first.document_id != second.document_id
    assert first.path == file.as_posix()


def test_the_users_patterns_count(tmp_path: Path) -> None:
    furniture = written(tmp_path / "more.toml", 'whole_lines = ["قص هنا"]')
    file = written(tmp_path / "a.txt", f"{SENTENCE}\n\nقص هنا")
    (document,) = read_file(file, IngestSettings(furniture=furniture))
    assert document.text == SENTENCE


def test_an_id_comes_from_path_and_text(tmp_path: Path) -> None:
    file = written(tmp_path / "a.txt", SENTENCE)
    before = read_one(file).document_id
    assert read_one(tmp_path / "." / "a.txt").document_id == before
    assert read_one(written(tmp_path / "b.txt", SENTENCE)).document_id != before
    assert read_one(written(file, OTHER)).document_id != before
    assert (len(before), int(before, 16) >= 0) == (16, True)


# Tables


def test_each_row_of_a_csv_file_is_a_document(tmp_path: Path) -> None:
    table = (
        "Title;Body;Source;Date;Keywords;n\r\n"
        f'خطة النقل;"{SENTENCE}\n{OTHER}";النور;2024-01-26;"النقل, المدن";1\r\n'
        "بلا نص;;;;;2\r\n"
        f";{OTHER};;قريبا;;3\r\n"
    )
    first, second = read_file(written(tmp_path / "a.csv", f"\ufeff{table}"), SETTINGS)
    assert (first.title, first.text) == ("خطة النقل", f"{SENTENCE}\n{OTHER}")
    assert (first.source, first.published) == ("النور", dt.date(2024, 1, 26))
    assert first.keywords == ("النقل", "المدن")
    assert (second.title, second.text, second.published) == ("", OTHER, None)


def test_a_comma_of_a_text_cuts_nothing_off(tmp_path: Path) -> None:
    (only,) = read_file(written(tmp_path / "a.csv", f"text\n{SENTENCE}, {OTHER}\n"), SETTINGS)
    assert only.text == f"{SENTENCE}, {OTHER}"
    table = f"title,text\nخطة,{SENTENCE}\nأسعار,ارتفع السعر إلى 5,200 جنيه\n"
    with pytest.raises(DocumentError, match="line 3 has more cells"):
        list(read_file(written(tmp_path / "b.csv", table), SETTINGS))


def test_of_columns_of_one_name_the_filled_one_counts(tmp_path: Path) -> None:
    table = f"text,title,content,text\n{SENTENCE},خطة,,\n ,,{OTHER},\n"
    first, second = read_file(written(tmp_path / "a.csv", table), SETTINGS)
    assert (first.text, second.text) == (SENTENCE, OTHER)


def test_a_loose_quotation_mark_swallows_no_rows_and_loses_none(tmp_path: Path) -> None:
    table = f'title,text\nخطة,{SENTENCE}\nأسعار,"{OTHER}\nنقل,{SENTENCE}\n'
    assert "begins on line 3" in reason(written(tmp_path / "a.csv", table))
    table = f'title,text\nخطة,"قال "نعم" أمس"\nنقل,{SENTENCE}\n'
    assert "begins on line 2" in reason(written(tmp_path / "b.csv", table))


def test_each_line_of_a_jsonl_file_is_a_document(tmp_path: Path) -> None:
    rows = [
        {"TEXT": SENTENCE, "title": "خطة", "keywords": ["النقل"], "language": "ar", "link": "u"},
        {"title": "بلا نص"},
        {"article": OTHER, "published": None},
    ]
    lines = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    first, second = read_file(written(tmp_path / "a.jsonl", lines), SETTINGS)
    assert (first.text, first.title, first.keywords) == (SENTENCE, "خطة", ("النقل",))
    assert (first.language, first.url, second.text) == ("ar", "u", OTHER)


# Formats


def test_an_html_page_gives_its_article_and_facts(tmp_path: Path) -> None:
    page = f"""<!doctype html><html lang="ar"><head><meta charset="windows-1256">
    <title>خطة النقل</title><meta property="og:site_name" content="النور">
    <meta property="article:published_time" content="2024-01-26T10:00:00Z">
    <link rel="canonical" href="http://localhost/a"></head><body>
    <nav><ul><li><a href="/">الرئيسية</a></li></ul></nav>
    <article><h1>خطة النقل</h1><p>{SENTENCE}</p><p>{OTHER}</p></article>
    <footer>جميع الحقوق محفوظة 2019</footer></body></html>"""
    document = read_one(written(tmp_path / "a.html", page.encode("windows-1256")))
    assert document.text == f"{SENTENCE}\n{OTHER}"
    assert (document.title, document.source) == ("خطة النقل", "النور")
    assert (document.published, document.url) == (dt.date(2024, 1, 26), "http://localhost/a")


def test_the_year_of_a_footer_is_no_date_of_publication(tmp_path: Path) -> None:
    page = (
        f"<html><body><article><h1>خطة</h1><p>{SENTENCE}</p><p>{OTHER}</p></article>"
        "<footer>Copyright 2019</footer></body></html>"
    )
    assert read_one(written(tmp_path / "a.htm", page)).published is None


@pytest.mark.parametrize(
    ("before", "own", "after", "expected"),
    [
        ("", "2025-01-05", "<ul><li><time>2022-03-01</time></li></ul>", dt.date(2025, 1, 5)),
        ("<aside><time>2022-03-01</time></aside>", "2025-01-05", "", dt.date(2025, 1, 5)),
        ("", "", "<article><h3>خبر</h3><time>2022-03-01</time></article>", None),
        ("", "", "<ul><li><time>2022-03-01</time></li></ul>", None),
    ],
)
def test_the_day_of_a_related_article_is_not_that_of_the_page(
    tmp_path: Path, before: str, own: str, after: str, expected: dt.date | None
) -> None:
    own = f"<time datetime='{own}'>{own}</time>" if own else ""
    page = (
        f"<html><body>{before}<article><h1>خطة</h1>{own}<p>{SENTENCE}</p><p>{OTHER}</p></article>"
        f"<div>{after}</div></body></html>"
    )
    assert read_one(written(tmp_path / "a.html", page)).published == expected


def test_a_pdf_is_one_document_with_its_lines_joined(tmp_path: Path) -> None:
    lines = (
        "The ministry said that the work on the new line will",
        "begin before the end of summer.",
        "The plan covers three cities.",
    )
    text = read_one(pdf(tmp_path / "a.pdf", *lines)).text
    assert text == f"{lines[0]} {lines[1]}\n{lines[2]}"


def test_a_word_document_is_one_document(tmp_path: Path) -> None:
    word = WordDocument()
    for paragraph in ("خطة النقل", SENTENCE, OTHER):
        word.add_paragraph(paragraph)
    word.save(str(tmp_path / "a.docx"))
    document = read_one(tmp_path / "a.docx")
    assert (document.title, document.text) == ("خطة النقل", f"خطة النقل\n\n{SENTENCE}\n\n{OTHER}")


def test_a_row_of_a_word_table_is_one_line(tmp_path: Path) -> None:
    word = WordDocument()
    word.add_paragraph(SENTENCE)
    table = word.add_table(rows=2, cols=2)
    for place, text in enumerate(("العملة", "السعر", "دولار", "1310")):
        table.cell(place // 2, place % 2).text = text
    frame = word.add_table(rows=1, cols=1).cell(0, 0)
    frame.text = SENTENCE
    frame.add_paragraph(OTHER)
    inner = word.add_table(rows=1, cols=1).cell(0, 0).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "يورو", "1400"
    word.add_paragraph(OTHER)
    word.save(str(tmp_path / "a.docx"))
    lines = read_one(tmp_path / "a.docx").text.splitlines()
    assert list(filter(None, lines)) == [
        *(SENTENCE, "العملة | السعر", "دولار | 1310", SENTENCE, OTHER, "يورو | 1400", OTHER)
    ]
    assert lines[2:4] == ["العملة | السعر", "دولار | 1310"]


def test_a_word_document_has_its_notes_and_says_nothing_twice(tmp_path: Path) -> None:
    def part(name: str, body: str) -> str:
        return (
            f'<w:{name} xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
            'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            f"{body}</w:{name}>"
        )

    box = "<w:txbxContent><w:p><w:r><w:t>صندوق</w:t></w:r></w:p></w:txbxContent>"
    body = (
        f"<w:p><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}"
        f"</mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>{SENTENCE}</w:t></w:r></w:p>"
        "<w:p><w:moveFrom><w:r><w:t>منقول</w:t></w:r></w:moveFrom><w:r><w:t>كوفيد</w:t>"
        "<w:noBreakHyphen/><w:t>19</w:t></w:r></w:p>"
    )
    note = "<w:footnote><w:p><w:r><w:t>حاشية</w:t></w:r></w:p></w:footnote>"
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("word/document.xml", part("document", body))
        archive.writestr("word/footnotes.xml", part("footnotes", note))
    assert read_one(tmp_path / "a.docx").text.split() == [
        *("صندوق", *SENTENCE.split(), "كوفيد-19", "حاشية")
    ]


def test_the_header_of_a_word_document_is_not_its_title(tmp_path: Path) -> None:
    word = WordDocument()
    word.sections[0].header.paragraphs[0].text = "وزارة النقل"
    for paragraph in ("خطة النقل", SENTENCE):
        word.add_paragraph(paragraph)
    word.save(str(tmp_path / "a.docx"))
    document = read_one(tmp_path / "a.docx")
    assert document.title == "خطة النقل"
    assert document.text == f"خطة النقل\n\n{SENTENCE}\n\nوزارة النقل"


# What cannot be read


def encrypted(path: Path) -> Path:
    writer = PdfWriter(clone_from=PdfReader(pdf(path, "secret")))
    writer.encrypt("password", algorithm="AES-256")
    writer.write(str(path))
    return path


def zipped(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.xml", "x")
    return path


def bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 11_000_000)
    return path


BROKEN: list[tuple[str, Callable[[Path], Path], str, SkipKind]] = [
    ("a.txt", lambda path: written(path, ""), "empty", "empty"),
    ("a.txt", lambda path: written(path, " \n"), "no text", "no_text"),
    ("a.md", lambda path: written(path, "---\ntitle: x\n---\n"), "no text", "no_text"),
    ("a.txt", lambda path: written(path, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 9), "binary", "binary"),
    ("a.txt", lambda path: written(path, SENTENCE.encode()[:-2] * 9), "damaged at byte", "damaged"),
    ("a.txt", lambda path: written(path, b"\xff\xfe\0"), "UTF-16", "damaged"),
    (
        "a.txt",
        lambda path: written(path, "x" * 1_000_001),
        "1.0 MB, and ingest.max_file_mb is 1",
        "too_large",
    ),
    ("a.txt", lambda path: path, "no such file", "missing"),
    ("a.xyz", lambda path: written(path, "x"), "kind .xyz", "unsupported"),
    ("a.html", lambda path: written(path, "<html><body></body></html>"), "no article", "no_text"),
    ("a.pdf", lambda path: written(path, SENTENCE), "no PDF", "damaged"),
    ("a.pdf", lambda path: written(path, b"%PDF-1.4\ngarbage"), "no PDF", "damaged"),
    ("a.pdf", pdf, "scanned", "scanned"),
    ("a.pdf", encrypted, "encrypted", "encrypted"),
    ("a.docx", lambda path: written(path, SENTENCE), "no Word document", "damaged"),
    ("a.docx", zipped, "damaged", "damaged"),
    ("a.docx", bomb, "unpacks to 11 MB", "too_large"),
    ("a.csv", lambda path: written(path, "a,b\n1,2\n"), "(a, b)", "columns"),
    ("a.csv", lambda path: written(path, "text,b\n,2\n"), "no text", "no_text"),
    (
        "a.jsonl",
        lambda path: written(path, f'{{"text": "{OTHER}"}}\n\n{{"text": '),
        "line 3 ",
        "line",
    ),
    ("a.jsonl", lambda path: written(path, '{"story": "x"}'), "keys (story)", "columns"),
    ("a.jsonl", lambda path: written(path, "[1]"), "line 1 is no JSON object", "line"),
    ("a.jsonl", lambda path: written(path, '{"text": ["x"]}'), "line 1: text", "line"),
    ("a.jsonl", lambda path: written(path, '{"text": "\\ud800"}'), "half a character", "other"),
]


@pytest.mark.parametrize(("name", "make", "word", "kind"), BROKEN, ids=[case[2] for case in BROKEN])
def test_what_is_wrong_with_a_file_is_said(
    tmp_path: Path, name: str, make: Callable[[Path], Path], word: str, kind: SkipKind
) -> None:
    refused = refusal(make(tmp_path / name), IngestSettings(max_file_mb=1))
    assert word in refused.reason
    assert "\n" not in refused.reason
    assert refused.kind == kind


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    assert reason(tmp_path / "a.txt") == "it is not a file"


@pytest.mark.skipif(os.geteuid() == 0, reason="skipped: root may read everything")
def test_a_file_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    file = written(tmp_path / "a.txt", SENTENCE)
    file.chmod(0)
    refused = refusal(file)
    assert (refused.reason, refused.kind) == ("this user may not read it", "forbidden")
