"""The library as HTML: what is listed, in whose direction, and never as markup."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import pytest
from lxml import etree, html

from rag.errors import SkipKind
from rag.readers import SUFFIXES
from rag.schema import Document
from ui.library import (
    ORDERS,
    PAGE_DOCUMENTS,
    CorpusView,
    Order,
    render_corpora,
    render_document_tools,
    render_documents,
    select_documents,
)
from ui.library_glance import render_glance
from ui.library_ingest import (
    FileResult,
    IngestView,
    UploadLimits,
    UploadState,
    render_ingest,
    render_upload,
    skipped_file,
    time_left,
)
from ui.library_words import about, file_name, language_name, number
from ui.strings import LANGUAGES, Language, text
from ui.texts.library import ARABIC, ENGLISH

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe {{ 7*7 }} ${8}'
HOSTILE_SHOWN = HOSTILE.replace("\u202e", "")
LIMITS = UploadLimits(suffixes=SUFFIXES, file_mb=100, files=2_000)


def article(number: int = 1, **changes: object) -> Document:
    made = Document(
        document_id=f"id-{number}",
        text="نص المقال",
        path=f"/archive/2022/bridge-{number}.txt",
        title=f"جسر جديد على النهر {number}",
        source="جريدة المدينة",
        published=dt.date(2022, 5, 9),
        keywords=("بناء",),
        language="ar",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def corpus(corpus_id: str = "one", **changes: object) -> CorpusView:
    made = CorpusView(
        corpus_id=corpus_id,
        name="أخبار العراق",
        documents=1_234,
        mine=True,
        shared=False,
        may_change=True,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def parse(rendered: str) -> html.HtmlElement:
    """One element, which says its language and direction."""
    (root,) = html.fragments_fromstring(rendered)
    assert (root.get("lang"), root.get("dir")) in {("ar", "rtl"), ("en", "ltr")}
    return root


def listed(
    documents: Sequence[Document],
    *,
    query: str = "",
    order: Order = "newest",
    page: int = 1,
    may_delete: bool = True,
    language: Language = "en",
) -> html.HtmlElement:
    return parse(
        render_documents(
            documents,
            query=query,
            order=order,
            page=page,
            may_delete=may_delete,
            language=language,
        )
    )


def words(element: html.HtmlElement) -> str:
    """What is read of an element, without isolates and with single spaces."""
    return " ".join(element.text_content().replace("\u2068", "").replace("\u2069", "").split())


def all_words(elements: Sequence[html.HtmlElement]) -> list[str]:
    return [words(element) for element in elements]


def acts(root: html.HtmlElement) -> list[str]:
    return [element.get("data-act") for element in root.xpath(".//*[@data-act]")]


def titles(root: html.HtmlElement) -> list[str]:
    return all_words(root.xpath(".//button[@data-act='open-document']"))


def every_panel(language: Language, name: str) -> list[str]:
    document = article(title=name, source=name, path=f"/x/{name}", keywords=(name,), language=name)
    result = FileResult(name=name, documents=1, chunks=2, unchanged=False, skipped="")
    skipped = replace(result, skipped=name)
    run = IngestView(files=2, files_done=1, path=name, results=(result, skipped), seconds=2.0)
    return [
        render_corpora([corpus(name, name=name)], name, may_create=True, language=language),
        render_glance([document], language),
        render_document_tools(name, "newest", language),
        render_documents(
            [document], query="", order="newest", page=1, may_delete=True, language=language
        ),
        render_documents(
            [document], query="#" + name, order="newest", page=1, may_delete=True, language=language
        ),
        render_upload(UploadState(corpus_id="c1", corpus=name, may_add=True), LIMITS, language),
        render_ingest(run, language),
        render_ingest(replace(run, running=True), language),
        render_ingest(replace(run, problem=name), language),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [HOSTILE, "a" * 5_000, "\ud800\x00\x1b[31m", "]]><!--", " "])
def test_no_word_of_a_document_or_visitor_becomes_markup(language: Language, name: str) -> None:
    for rendered in every_panel(language, name):
        root = parse(rendered)
        assert root.xpath(".//script | .//img | .//*[@onerror]") == []
        assert "\u202e" not in root.text_content()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_has_a_name(language: Language) -> None:
    for rendered in every_panel(language, "name"):
        root = parse(rendered)
        for button in root.xpath(".//button | .//summary"):
            assert words(button)
        for field in root.xpath(".//input | .//select | .//progress"):
            labels = root.xpath(f".//label[@for='{field.get('id')}']") or field.xpath(
                "ancestor::label"
            )
            assert all_words(labels) != []
            assert "" not in all_words(labels)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_another_element_names_is_there_once(language: Language) -> None:
    ids: list[str] = []
    named: set[str] = set()
    for rendered in (panel for at, panel in enumerate(every_panel(language, "name")) if at < 4):
        root = parse(rendered)
        ids += root.xpath("descendant-or-self::*/@id")
        for value in root.xpath("descendant-or-self::*/@aria-labelledby"):
            named |= set(value.split())
    assert len(ids) == len(set(ids))
    assert named <= set(ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_undone_takes_two_steps(language: Language) -> None:
    for rendered in every_panel(language, "name"):
        for button in parse(rendered).xpath(".//button[starts-with(@data-act, 'delete')]"):
            (around,) = button.xpath("ancestor::details[@class='confirm']")
            assert around.get("open") is None
            assert "name" in words(around.xpath("./div/p")[0])


def test_both_languages_have_the_same_texts() -> None:
    assert list(ENGLISH) == list(ARABIC)
    assert {key.split(".")[0] for key in ENGLISH} == {"library"}


# Corpora


def test_corpora_are_listed_and_the_chosen_one_is_marked() -> None:
    corpora = [corpus("one"), corpus("two", name="Reports", mine=False, shared=True)]
    root = parse(render_corpora(corpora, "two", may_create=False, language="en"))
    buttons = root.xpath(".//button[@data-act='switch-corpus']")
    assert [button.get("data-corpus") for button in buttons] == ["one", "two"]
    assert [button.get("aria-current") for button in buttons] == [None, "true"]
    assert all_words(buttons) == [
        "أخبار العراق Documents: 1,234 · yours",
        "Reports Documents: 1,234 · shared",
    ]
    assert words(root.xpath("./h2")[0]) == "Library"


def test_only_what_may_be_changed_can_be_renamed_or_deleted() -> None:
    corpora = [corpus("one"), corpus("two", may_change=False)]
    root = parse(render_corpora(corpora, "one", may_create=False, language="ar"))
    assert acts(root) == ["switch-corpus", "rename-corpus", "delete-corpus", "switch-corpus"]
    (form,) = root.xpath(".//form[@data-act='rename-corpus']")
    assert form.get("data-corpus") == "one"
    assert form.xpath(".//input/@name") == ["name"]
    assert form.xpath(".//input/@value") == ["أخبار العراق"]
    assert "1,234" in words(root.xpath(".//details[@class='confirm']")[0])


@pytest.mark.parametrize("may_create", [True, False])
def test_a_corpus_can_be_made_only_by_who_may(may_create: bool) -> None:
    root = parse(render_corpora([corpus()], "one", may_create=may_create, language="en"))
    assert ("create-corpus" in acts(root)) is may_create


def test_without_corpora_the_form_to_make_one_is_open() -> None:
    root = parse(render_corpora([], "", may_create=True, language="en"))
    assert root.xpath(".//details[@open]//form/@data-act") == ["create-corpus"]


# At a glance


def test_without_documents_there_is_no_glance() -> None:
    assert render_glance([], "en") == ""


def figures(root: html.HtmlElement) -> dict[str, str]:
    pairs = root.xpath(".//dl/div")
    return {words(pair.xpath("./dt")[0]): words(pair.xpath("./dd")[0]) for pair in pairs}


def test_a_glance_counts_documents_sources_languages_and_the_undated() -> None:
    documents = [
        article(1),
        article(2, source="Reuters", language="en"),
        article(3, source=None, published=None, language="und"),
    ]
    assert figures(parse(render_glance(documents, "en"))) == {
        "Documents": "3",
        "Sources": "2",
        "Languages": "2",
        "Without a date": "1",
    }


def svgs(documents: Sequence[Document], language: Language) -> list[etree._Element]:
    # Without void elements in it, the panel is XML too, and what is not well formed is refused.
    root = etree.fromstring(render_glance(documents, language))
    return list(root.iter("svg"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [1, 3, 1_000])
def test_a_chart_names_itself_and_stays_within_its_view_box(language: Language, count: int) -> None:
    documents = [
        article(
            at,
            published=dt.date(1990, 1, 1) + dt.timedelta(days=13 * at),
            source=f"Paper {at % 20}",
        )
        for at in range(count)
    ]
    charts = svgs(documents, language)
    assert [chart.get("role") for chart in charts] == ["img", "img"]
    for chart in charts:
        _, _, width, height = map(float, chart.get("viewBox", "").split())
        title, description = chart.find("title"), chart.find("desc")
        assert title is not None
        assert description is not None
        assert title.text
        assert description.text
        assert chart.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        bars = chart.findall("rect")
        assert bars
        for bar in bars:
            x, y, wide, high = (float(bar.get(name, "")) for name in ("x", "y", "width", "height"))
            assert 0 <= x <= x + wide <= width + 0.02
            assert 0 <= y <= y + high <= height + 0.02
        for label in chart.findall("text"):
            assert 0 <= float(label.get("x", "")) <= width
            assert 0 < float(label.get("y", "")) <= height


def test_charts_have_a_table_each_with_the_same_numbers() -> None:
    documents = [
        *(article(at, published=dt.date(2024, 1, 9), source="Reuters") for at in range(2)),
        article(3, published=dt.date(2024, 3, 1)),
    ]
    root = parse(render_glance(documents, "en"))
    rows = [
        [all_words(row.xpath("./*")) for row in table.xpath(".//tbody/tr")]
        for table in root.xpath(".//details/table")
    ]
    assert rows == [
        [["Jan 2024", "2"], ["Feb 2024", "0"], ["Mar 2024", "1"]],
        [["Reuters", "2"], ["جريدة المدينة", "1"]],
    ]
    assert root.xpath(".//details/table//th/@scope") == [
        *("col", "col", "row", "row", "row"),
        *("col", "col", "row", "row"),
    ]


def test_in_arabic_time_runs_from_right_to_left_and_months_are_named() -> None:
    documents = [article(at, published=dt.date(2024, at, 1)) for at in (1, 2)]
    time, sources = svgs(documents, "ar")
    places = [float(bar.get("x", "")) for bar in time.findall("rect")]
    assert places[0] > places[1]
    labels = ["".join(label.itertext()).strip("\u2068\u2069") for label in time.findall("text")]
    assert labels[-2:] == ["يناير 2024", "فبراير 2024"]
    assert [label.get("text-anchor") for label in sources.findall("text")] == ["end", "start"]


def test_what_a_chart_leaves_out_is_counted_beside_it() -> None:
    documents = [article(1), article(2, published=None), article(3, source=None)]
    root = parse(render_glance(documents, "en"))
    assert all_words(root.xpath(".//p[@class='quiet']")) == [
        "Not in this chart, since they bear no date: 1",
        "Not in this chart, since they name no source: 1",
    ]


def test_without_dates_or_sources_there_is_a_sentence_and_no_chart() -> None:
    root = parse(render_glance([article(published=None, source=None)], "ar"))
    assert root.xpath(".//*[local-name()='svg']") == []
    assert all_words(root.xpath(".//p")) == [
        ARABIC["library.no_dates"],
        ARABIC["library.no_sources"],
    ]


def test_a_long_name_of_a_source_is_cut_in_the_chart_and_whole_in_the_table() -> None:
    name = "وكالة الأنباء الوطنية للصحافة والإعلام والنشر والتوزيع"
    chart = svgs([article(source=name)], "ar")[1]
    label = "".join(chart.findall("text")[0].itertext()).strip("\u2068\u2069")
    assert label == "وكالة الأنباء الوطنية للصحافة والإعلام…"
    root = parse(render_glance([article(source=name)], "ar"))
    assert words(root.xpath(".//tbody/tr/th")[-1]) == name


# Selecting documents


def chosen(documents: Sequence[Document], query: str = "", order: Order = "newest") -> list[str]:
    return [document.document_id for document in select_documents(documents, query, order)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["b", "a"]),
        ("  \n", ["b", "a"]),
        ("الحَكُومة", ["a"]),
        ("«حكومه» ٢٠٢٤", ["a"]),
        ("reuters", ["b"]),
        ("Reuters elections", ["b"]),
        ("reuters العراق", []),
        ("report.pdf", ["b"]),
        ("archive", []),
        ("bridge", []),
        ("***", []),
    ],
)
def test_every_word_of_a_query_must_occur(query: str, found: list[str]) -> None:
    documents = [
        article(
            document_id="a", title="الحكومة العراقية ٢٠٢٤", source="واع", path="/archive/a.txt"
        ),
        article(
            document_id="b",
            title="Talks begin",
            source="REUTERS",
            keywords=("elections",),
            path="/archive/Report.pdf",
        ),
    ]
    assert chosen(documents, query) == found


def test_a_word_does_not_run_on_from_one_field_into_another() -> None:
    assert chosen([article(title="ab", source="cd")], "abcd") == []


OLD, NEW = dt.date(2020, 1, 1), dt.date(2024, 1, 1)


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("newest", ["new", "old", "bare"]),
        ("oldest", ["old", "new", "bare"]),
        ("title", ["old", "new", "bare"]),
        ("source", ["new", "old", "bare"]),
    ],
)
def test_documents_are_in_order_and_what_is_not_known_comes_last(
    order: Order, ids: list[str]
) -> None:
    documents = [
        article(document_id="bare", title="", source=None, published=None),
        article(document_id="new", title="«بداية»", source="أخبار", published=NEW),
        article(document_id="old", title="أهلًا", source="اخبار", published=OLD),
    ]
    assert chosen(documents, order=order) == ids


# The list of documents


def test_a_row_tells_what_is_known_of_a_document() -> None:
    (row,) = listed([article(7)]).xpath(".//tbody/tr")
    assert all_words(row.xpath("./*"))[:5] == [
        "جسر جديد على النهر 7",
        "جريدة المدينة",
        "9 May 2022",
        "Arabic",
        "bridge-7.txt",
    ]
    (button,) = row.xpath(".//button[@data-act='open-document']")
    assert (button.get("data-document"), button.get("dir"), button.get("lang")) == (
        "id-7",
        "auto",
        "ar",
    )
    assert row.xpath(".//time/@datetime") == ["2022-05-09"]
    assert row.xpath(".//button[@data-act='delete-document']/@data-document") == ["id-7"]


def test_a_row_says_what_is_not_known() -> None:
    bare = article(title=" ", source=None, published=None, language="und")
    (row,) = listed([bare], language="ar").xpath(".//tbody/tr")
    assert all_words(row.xpath("./*"))[:4] == [
        text("ar", "untitled"),
        ARABIC["library.no_source"],
        text("ar", "undated"),
        ARABIC["library.unknown_language"],
    ]
    assert row.xpath(".//button[@lang]") == []


def test_who_may_not_delete_is_not_offered_to() -> None:
    root = listed([article()], may_delete=False)
    assert acts(root) == ["open-document"]
    assert len(root.xpath(".//thead//th")) == len(root.xpath(".//tbody/tr/*")) == 5


def test_a_hostile_title_is_shown_as_it_is_written() -> None:
    assert titles(listed([article(title=HOSTILE)])) == [HOSTILE_SHOWN]


def test_an_empty_corpus_says_what_to_do_next() -> None:
    root = listed([])
    assert all_words(root.xpath(".//p")) == [
        ENGLISH["library.empty"],
        ENGLISH["library.empty_next"],
    ]
    fixed = listed([], may_delete=False, query="bridge")
    assert ENGLISH["library.empty_fixed"] in all_words(fixed.xpath(".//p"))


def test_a_query_that_finds_nothing_offers_to_show_everything() -> None:
    root = listed([article()], query=" dam ")
    assert words(root.xpath(".//p")[0]) == "Nothing matches “dam”"
    (button,) = root.xpath(".//button")
    assert (button.get("data-act"), button.get("data-query")) == ("search-documents", "")


def test_a_query_tells_how_many_it_found() -> None:
    root = listed([article(1), article(2), article(3, title="Dam", path="dam.txt")], query="جسر")
    assert words(root.xpath(".//p[@role='status']")[0]) == "Found for “جسر”: 2"
    assert len(titles(root)) == 2


def many(count: int) -> list[Document]:
    return [article(at, title=f"{at:04}") for at in range(count)]


@pytest.mark.parametrize("count", [1, PAGE_DOCUMENTS])
def test_one_page_of_documents_is_not_counted_out(count: int) -> None:
    root = listed(many(count))
    assert len(titles(root)) == count
    assert root.xpath(".//nav") == []


@pytest.mark.parametrize(
    ("page", "shown", "first", "turns"),
    [
        (1, "Page 1 of 20 · 1 to 50 of 1,000", "0000", [("0", True), ("2", False)]),
        (2, "Page 2 of 20 · 51 to 100 of 1,000", "0050", [("1", False), ("3", False)]),
        (20, "Page 20 of 20 · 951 to 1,000 of 1,000", "0950", [("19", False), ("21", True)]),
        (99, "Page 20 of 20 · 951 to 1,000 of 1,000", "0950", [("19", False), ("21", True)]),
        (-3, "Page 1 of 20 · 1 to 50 of 1,000", "0000", [("0", True), ("2", False)]),
    ],
)
def test_many_documents_are_shown_fifty_a_page(
    page: int, shown: str, first: str, turns: list[tuple[str, bool]]
) -> None:
    root = listed(many(1_000), page=page, order="title")
    assert titles(root)[0] == first
    assert len(titles(root)) == PAGE_DOCUMENTS
    (nav,) = root.xpath(".//nav")
    assert words(nav.xpath("./p")[0]) == shown
    buttons = nav.xpath("./button[@data-act='page-documents']")
    assert [(one.get("data-page"), one.get("disabled") is not None) for one in buttons] == turns


def test_the_search_keeps_what_was_typed_and_the_order_chosen() -> None:
    root = parse(render_document_tools('say "جسر"', "title", "ar"))
    (field,) = root.xpath(".//form[@data-act='search-documents']//input")
    assert (field.get("name"), field.get("type"), field.get("value")) == (
        "query",
        "search",
        'say "جسر"',
    )
    (select,) = root.xpath(".//select[@data-act='sort-documents']")
    assert select.get("name") == "order"
    assert select.xpath("./option/@value") == list(ORDERS)
    assert select.xpath("./option[@selected]/@value") == ["title"]


# Uploads


def test_files_and_folders_are_picked_with_controls_that_have_names() -> None:
    root = parse(
        render_upload(UploadState(corpus_id="c1", corpus="أخبار", may_add=True), LIMITS, "en")
    )
    files, folder = root.xpath(".//*[@data-drop]//input[@type='file']")
    assert files.get("data-pick") == "files"
    assert files.get("accept") == ",".join(SUFFIXES)
    assert "multiple" in files.attrib
    assert folder.get("data-pick") == "folder"
    assert "webkitdirectory" in folder.attrib
    assert all_words(root.xpath(".//label")) == ["Choose files", "Choose a folder"]


def test_kinds_and_limits_are_told_in_words() -> None:
    root = parse(
        render_upload(UploadState(corpus_id="c1", corpus="News", may_add=True), LIMITS, "en")
    )
    assert words(root.xpath(".//p[@class='limits']")[0]) == (
        "What can be read: plain text (TXT), Markdown (MD), web pages (HTML), PDF, Word documents "
        "(DOCX), tables (CSV), and JSON Lines (JSONL). At most 100 MB a file; files at once: 2,000."
    )
    assert root.xpath(".//*[@data-drop]/@data-most-bytes") == ["100000000"]


def test_the_place_to_drop_files_tells_into_which_corpus_they_go() -> None:
    state = UploadState(corpus_id="c1", corpus="News", may_add=True)
    root = parse(render_upload(state, LIMITS, "en"))
    assert root.xpath(".//*[@data-drop]/@data-corpus") == ["c1"]


def test_every_kind_that_is_read_has_a_word() -> None:
    kinds = {suffix.removeprefix(".") for suffix in SUFFIXES} - {"htm"}
    assert {f"library.kind.{kind}" for kind in kinds} <= set(ENGLISH)


def test_a_kind_without_words_is_named_by_its_suffix() -> None:
    limits = replace(LIMITS, suffixes=(".odt", ".pdf"))
    root = parse(
        render_upload(UploadState(corpus_id="c1", corpus="News", may_add=True), limits, "ar")
    )
    assert "odt وملفات PDF" in words(root.xpath(".//p[@class='limits']")[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_script_is_given_texts_with_its_own_places_to_fill(language: Language) -> None:
    root = parse(
        render_upload(UploadState(corpus_id="c1", corpus="News", may_add=True), LIMITS, language)
    )
    (status,) = root.xpath(".//*[@data-upload-status]")
    assert status.get("aria-live") == "polite"
    assert "{done}" in status.get("data-text-uploading")
    assert "{total}" in status.get("data-text-uploading")
    assert "{total}" in status.get("data-text-uploaded")
    assert "{problem}" in status.get("data-text-failed")


def test_nothing_can_be_dropped_while_an_ingest_is_running() -> None:
    root = parse(
        render_upload(
            UploadState(corpus_id="c1", corpus="News", may_add=True, busy=True), LIMITS, "en"
        )
    )
    assert root.xpath(".//*[@data-drop]") == []
    assert len(root.xpath(".//input[@disabled]")) == 2
    assert ENGLISH["library.busy"] in all_words(root.xpath(".//p"))


def test_who_may_not_add_is_told_so() -> None:
    root = parse(
        render_upload(UploadState(corpus_id="c1", corpus="News", may_add=False), LIMITS, "en")
    )
    assert root.xpath(".//input") == []
    assert "“News”" in words(root)


# An ingest


def result(name: str = "a.txt", **changes: object) -> FileResult:
    made = FileResult(name=name, documents=2, chunks=9, unchanged=False, skipped="")
    return replace(made, **changes)  # type: ignore[arg-type]


RUNNING = IngestView(
    running=True, path="/in/تقرير.pdf", files_done=3, files=12, chunks=1_250, seconds=40.0
)


def test_without_an_ingest_there_is_nothing() -> None:
    assert render_ingest(IngestView(), "en") == ""


def test_a_running_ingest_tells_how_far_it_has_come() -> None:
    root = parse(render_ingest(RUNNING, "en"))
    assert root.get("aria-busy") == "true"
    (bar,) = root.xpath(".//progress")
    assert (bar.get("value"), bar.get("max")) == ("3", "12")
    assert words(root.xpath(".//*[@class='progress-count']")[0]) == "3 of 12"
    assert words(root.xpath(".//p[@class='current']")[0]) == "Just read: تقرير.pdf"
    assert figures(root) == {
        "Passages": "1,250",
        "Passages a second": "31.2",
        "Time left": "about 2 minutes",
    }
    assert acts(root) == ["cancel-ingest"]


def test_an_ingest_that_still_looks_for_files_has_no_measure() -> None:
    root = parse(render_ingest(IngestView(running=True), "ar"))
    (bar,) = root.xpath(".//progress")
    assert bar.attrib.keys() == ["id"]
    assert ARABIC["library.looking"] in words(root)
    assert figures(root)[ARABIC["library.time_left"]] == ARABIC["library.time_unknown"]


def test_a_running_ingest_shows_its_latest_files_only() -> None:
    view = replace(RUNNING, results=tuple(result(f"{at}.txt") for at in range(1_000)))
    names = all_words(parse(render_ingest(view, "en")).xpath(".//li/bdi"))
    assert names == ["999.txt", "998.txt", "997.txt", "996.txt", "995.txt"]


DONE = IngestView(
    files_done=4,
    files=4,
    chunks=18,
    seconds=9.0,
    results=(
        result("a.txt"),
        result("ب.pdf", documents=1),
        result("old.md", documents=1, chunks=0, unchanged=True),
        result("c.xyz", documents=0, chunks=0, skipped="it is empty"),
    ),
)


def test_an_ingest_that_is_over_is_summed_up() -> None:
    root = parse(render_ingest(DONE, "en"))
    assert words(root.xpath("./h3")[0]) == "Taken in"
    assert figures(root) == {
        "Files taken in": "2",
        "Articles found": "3",
        "Passages": "18",
        "Already there, unchanged": "1",
        "Skipped": "1",
    }
    assert acts(root) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_has_its_outcome(language: Language) -> None:
    root = parse(render_ingest(DONE, language))
    rows = [all_words(row.xpath("./*")) for row in root.xpath(".//table[@class='taken']/tbody/tr")]
    assert rows == [
        ["a.txt", "2", "9", text(language, "library.outcome_added")],
        ["ب.pdf", "1", "9", text(language, "library.outcome_added")],
        ["old.md", "1", "0", text(language, "library.outcome_unchanged")],
    ]
    (skipped,) = root.xpath(".//table[@class='skipped']/tbody/tr")
    assert all_words(skipped.xpath("./*")) == ["c.xyz", "it is empty"]


def test_an_english_reason_is_isolated_in_an_arabic_page() -> None:
    (reason,) = parse(render_ingest(DONE, "ar")).xpath(".//table[@class='skipped']//td/bdi")
    assert (words(reason), reason.get("dir"), reason.get("lang")) == ("it is empty", "ltr", "en")


def reason_of(kind: SkipKind, reason: str, language: Language) -> html.HtmlElement:
    view = IngestView(files=1, results=(skipped_file("a.txt", reason, kind),))
    (cell,) = parse(render_ingest(view, language)).xpath(".//table[@class='skipped']//td/*")
    return cell


@pytest.mark.parametrize("kind", sorted(set(get_args(SkipKind)) - {"other"}))
def test_a_reason_of_a_kind_is_worded_in_both_languages(kind: SkipKind) -> None:
    assert words(reason_of(kind, "it is so.", "en"))
    said = words(reason_of(kind, "it is so.", "ar"))
    assert "\u0600" <= said[0] <= "\u06ff"


def test_a_reason_that_holds_numbers_keeps_them_isolated_behind_the_arabic_words() -> None:
    reason = "it is too large: 1.2 MB, and page.upload_mb is 1."
    shown = reason_of("too_large", reason, "ar").text_content()
    assert shown == f"الملف أكبر من الحجم المسموح به: \u2068{reason}\u2069"
    assert words(reason_of("too_large", reason, "en")) == reason


@pytest.mark.parametrize(("files", "is_open"), [(12, True), (13, False)])
def test_a_long_list_of_results_is_folded(files: int, is_open: bool) -> None:
    view = IngestView(files=files, results=tuple(result() for _ in range(files)))
    (details,) = parse(render_ingest(view, "en")).xpath(".//details")
    assert (details.get("open") is not None) is is_open


def test_after_cancelling_it_is_said_that_the_rest_stays() -> None:
    root = parse(render_ingest(replace(DONE, cancelled=True), "en"))
    assert words(root.xpath("./h3")[0]) == "Cancelled"
    assert ENGLISH["library.cancelled"] in all_words(root.xpath(".//p"))


def test_a_problem_that_ended_an_ingest_is_told() -> None:
    view = IngestView(problem="القرص ممتلئ", cancelled=True)
    root = parse(render_ingest(view, "ar"))
    assert words(root.xpath("./h3")[0]) == ARABIC["library.ingest_failed"]
    assert "القرص ممتلئ" in words(root.xpath(".//*[@role='alert']")[0])
    assert ARABIC["library.nothing_ingested"] in all_words(root.xpath(".//p"))


@pytest.mark.parametrize(
    ("done", "files", "seconds", "said"),
    [
        (3, 12, 40.0, "about 2 minutes"),
        (1, 2, 3.0, "about 10 seconds"),
        (1, 2, 31.0, "about 40 seconds"),
        (1, 2, 55.0, "about 1 minute"),
        (1, 2, 3_700.0, "about 62 minutes"),
        (1, 3, 3_600.0, "about 2 hours"),
        (0, 12, 40.0, ""),
        (12, 12, 40.0, ""),
        (3, 12, 0.0, ""),
        (0, 0, 1.0, ""),
    ],
)
def test_the_time_left_is_worded(done: int, files: int, seconds: float, said: str) -> None:
    view = replace(RUNNING, files_done=done, files=files, seconds=seconds)
    assert time_left(view, "en").replace("\u2068", "").replace("\u2069", "") == said


def test_no_time_is_left_when_it_is_over() -> None:
    assert time_left(replace(RUNNING, running=False), "en") == ""


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (12, "20 ثانية تقريبًا"),
        (60, "دقيقة تقريبًا"),
        (120, "دقيقتان تقريبًا"),
        (300, "5 دقائق تقريبًا"),
        (7_200, "ساعتان تقريبًا"),
    ],
)
def test_lengths_of_time_are_good_arabic(seconds: float, said: str) -> None:
    assert about(seconds, "ar").replace("\u2068", "").replace("\u2069", "") == said


# Words


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("ar", "en", "Arabic"),
        ("en", "ar", "الإنجليزية"),
        ("und", "en", "not known"),
        ("", "ar", "غير معروفة"),
        ("zz", "en", "zz"),
    ],
)
def test_languages_are_named_in_the_pages_own(code: str, language: Language, name: str) -> None:
    assert language_name(code, language) == name


@pytest.mark.parametrize(
    ("path", "name"), [("/a/b.txt", "b.txt"), ("تقرير.pdf", "تقرير.pdf"), ("/", "/"), ("", "")]
)
def test_a_file_is_named_by_the_last_part_of_its_path(path: str, name: str) -> None:
    assert file_name(path) == name


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (1_234_567, "1,234,567"), (31.25, "31.2"), (0.04, "0")]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_grouped(value: float, shown: str, language: Language) -> None:
    assert number(value, language) == shown
