"""References for programs that keep them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from typing import Any

import pytest
from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from hypothesis import given
from hypothesis import strategies as st

from rag.bibliography import bibtex, csl_json
from rag.schema import Citation, Document
from tests.fakes import TEXT, make_answer

CITATION = make_answer().citations[0]
DOCUMENT = Document(
    document_id="d1",
    text=TEXT,
    path="news/talks.txt",
    title="المحادثات",
    source="وكالة",
    published=dt.date(2024, 9, 1),
    crawled=dt.datetime(2024, 9, 2, 8, 30, tzinfo=dt.UTC),
    keywords=("العراق", "محادثات"),
    language="ar",
    url="https://example.org/a_b?x=1&y=2%20",
)
DOCUMENTS = {"d1": DOCUMENT}
# The item types and the variables of CSL 1.0.2 that are used here.
CSL_TYPES = {"article-newspaper", "document"}
CSL_TEXTS = {"id", "type", "title", "container-title", "URL", "language", "keyword", "note"}
CSL_DATES = {"issued", "accessed"}
TEX_NAMES = {
    "textbackslash": "\\",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textasciitilde": "~",
    "textasciicircum": "^",
}


def cited(**changes: Any) -> Citation:
    return dataclasses.replace(CITATION, **changes)


def read(text: str) -> Library:
    library = parse_string(text)
    assert library.failed_blocks == []
    return library


def fields(text: str) -> dict[str, str]:
    (entry,) = read(text).entries
    return {field.key: field.value for field in entry.fields}


def untexed(text: str) -> str:
    """The text that TeX prints for it."""
    return re.sub(r"\{\\(\w+)\}|\\(.)", lambda m: TEX_NAMES[m[1]] if m[1] else m[2], text)


def check_csl(item: dict[str, Any]) -> None:
    assert item.keys() <= CSL_TEXTS | CSL_DATES
    assert item["type"] in CSL_TYPES
    assert item["id"]
    assert item["title"]
    assert all(isinstance(item[name], str) and item[name] for name in CSL_TEXTS & item.keys())
    for name in CSL_DATES & item.keys():
        ((year, month, day),) = item[name]["date-parts"]
        assert dt.date(year, month, day).year == year


def test_a_csl_item_has_all_that_is_known_of_its_document() -> None:
    (item,) = csl_json([CITATION], DOCUMENTS)
    check_csl(item)
    assert json.loads(json.dumps(item)) == item
    assert re.fullmatch("wkalh2024-mhadthat-[0-9a-f]{4}", item.pop("id"))
    assert item == {
        "type": "article-newspaper",
        "title": "المحادثات",
        "container-title": "وكالة",
        "issued": {"date-parts": [[2024, 9, 1]]},
        "URL": "https://example.org/a_b?x=1&y=2%20",
        "accessed": {"date-parts": [[2024, 9, 2]]},
        "language": "ar",
        "keyword": "العراق, محادثات",
        "note": "«بدأت المحادثات في يناير.»",
    }


def test_of_a_document_that_is_not_known_its_citation_is_told() -> None:
    (item,) = csl_json([cited(published=None)], {})
    check_csl(item)
    assert item.keys() == {"id", "type", "title", "container-title", "note"}


def test_a_document_without_source_and_title_is_a_document_named_by_its_file() -> None:
    (item,) = csl_json([cited(source=None, title=" ", path="reports/may.pdf")], {})
    check_csl(item)
    assert (item["type"], item["title"]) == ("document", "may.pdf")


def test_a_bibtex_entry_has_all_that_is_known_of_its_document() -> None:
    (entry,) = read(bibtex([CITATION], DOCUMENTS)).entries
    assert entry.entry_type == "article"
    assert entry.key == csl_json([CITATION], DOCUMENTS)[0]["id"]
    assert {field.key: field.value for field in entry.fields} == {
        "title": "المحادثات",
        "journal": "وكالة",
        "date": "2024-09-01",
        "year": "2024",
        "month": "sep",
        "url": "https://example.org/a_b?x=1&y=2%20",
        "urldate": "2024-09-02",
        "langid": "arabic",
        "keywords": "العراق, محادثات",
        "annote": "«بدأت المحادثات في يناير.»",
    }


def test_a_month_is_the_name_that_bibtex_knows() -> None:
    assert "month = sep," in bibtex([CITATION], DOCUMENTS)


def test_an_entry_without_source_or_date_claims_neither() -> None:
    text = bibtex([cited(source=None, published=None)], {})
    assert text.startswith("@misc{mhadthat-")
    assert fields(text).keys() == {"title", "annote"}


def test_nothing_cited_gives_nothing() -> None:
    assert csl_json([], DOCUMENTS) == []
    assert bibtex([], DOCUMENTS) == ""


def test_a_document_that_is_cited_twice_is_one_entry_with_both_quotations() -> None:
    twice = [CITATION, cited(number=2, quote="ثم توقفت."), CITATION]
    (item,) = csl_json(twice, DOCUMENTS)
    assert item["note"] == "«بدأت المحادثات في يناير.» «ثم توقفت.»"
    assert fields(bibtex(twice, DOCUMENTS))["annote"] == item["note"]


def test_documents_that_look_alike_have_keys_of_their_own() -> None:
    alike = [cited(document_id=f"d{i}") for i in range(600)]
    keys = [item["id"] for item in csl_json(alike, {})]
    assert len(set(keys)) == 600
    assert len(read(bibtex(alike, {})).entries) == 600


def test_the_key_of_a_document_is_the_same_whatever_else_is_cited() -> None:
    other = cited(document_id="d2", title="Budget")
    alone = csl_json([CITATION], DOCUMENTS)[0]["id"]
    assert csl_json([other, CITATION], {})[1]["id"] == alone


@pytest.mark.parametrize(
    ("source", "title", "key"),
    [
        ("Reuters", "The talks in Baghdad", "reuters2024-talks"),
        ("الجزيرة", "محادثات بغداد", "jzyrh2024-mhadthat"),
        ("Le Monde", "Été à Bagdad", "monde2024-ete"),
        (None, "12", "2024"),
        (None, "}{\\,@", "2024"),
        ("🙂", "", "2024"),
    ],
)
def test_a_key_is_made_of_source_year_and_a_word_of_the_title(
    source: str | None, title: str, key: str
) -> None:
    (item,) = csl_json([cited(source=source, title=title)], {})
    assert re.fullmatch(rf"{key}-[0-9a-f]{{4}}", item["id"])


@pytest.mark.parametrize(
    "title",
    [
        r"100% of {this} & that_one #1 costs $5 ~ x^2 \input{/etc/passwd}",
        "} @article{evil, title = {x",
        "{{{",
        "\\",
        'a "quoted" word, = and # signs',
        "\u202eevil\u2066",
    ],
)
def test_what_a_document_holds_is_printed_as_it_is_and_ends_no_entry(title: str) -> None:
    text = bibtex([cited(title=title, source=title, quote=title)], {})
    found = fields(text)
    said = " ".join(title.split())
    assert [untexed(found[name]) for name in ("title", "journal", "annote")] == [
        said,
        said,
        f"«{said}»",
    ]
    # As BibTeX counts, which knows no escapes.
    assert text.count("{") == text.count("}")


@given(st.text(min_size=1), st.text(), st.text())
def test_any_words_give_entries_that_can_be_read_back(title: str, source: str, quote: str) -> None:
    document = dataclasses.replace(DOCUMENT, url=quote, keywords=(source, title))
    one = cited(title=title, source=source, quote=quote)
    text = bibtex([one, cited(document_id="d2")], {"d1": document})
    first, second = read(text).entries
    assert first.key.isascii()
    assert second.fields_dict["title"].value == "المحادثات"
    if " ".join(title.split()):
        assert untexed(first.fields_dict["title"].value) == " ".join(title.split())
    for item in csl_json([one], {"d1": document}):
        check_csl(item)


def test_an_address_keeps_its_signs_and_cannot_end_its_field() -> None:
    documents = {"d1": dataclasses.replace(DOCUMENT, url="https://e.org/}{\\ بغداد?a=1&b=%20#c")}
    assert fields(bibtex([CITATION], documents))["url"] == (
        "https://e.org/%7D%7B%5C%20%D8%A8%D8%BA%D8%AF%D8%A7%D8%AF?a=1&b=%20#c"
    )
