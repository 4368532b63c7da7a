"""A whole document in a dialog: every character of it, and the right words marked."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.schema import Citation, Document, Span
from tests.test_render import HOSTILE, Page
from ui.strings import Language
from ui.texts.viewer import ARABIC, ENGLISH
from ui.viewer import (
    Piece,
    cut_paragraphs,
    render_missing_document,
    render_viewer,
    web_address,
)

ARTICLE = (
    "قال متحدث باسم البلدية إن أعمال الترميم تسير كما خُطط لها.\n"
    "وبدأ بناء الجسر الجديد في مارس 2021 بعد سنوات من التأخير. ولم تُعلن الكلفة.\n"
    "\n"
    "ومن المنتظر أن يُفتح أمام السيارات قبل نهاية العام."
)
BUILT = "وبدأ بناء الجسر الجديد في مارس 2021 بعد سنوات من التأخير."
OPENED = "ومن المنتظر أن يُفتح أمام السيارات قبل نهاية العام."
WIDE = f"{BUILT} ولم تُعلن الكلفة."
BRIDGE = Document(
    document_id="bridge",
    text=ARTICLE,
    path="/home/someone/news/bridge.html",
    title="جسر جديد على النهر",
    source="جريدة المدينة",
    published=dt.date(2022, 5, 9),
    crawled=dt.datetime(2022, 6, 1, 23, 30, tzinfo=dt.UTC),
    keywords=("جسر", "البلدية"),
    language="ar",
    url="https://example.org/bridge?a=1&b=2",
)


def cite(
    number: int, quote: str, *, document: Document = BRIDGE, answer: str | None = None
) -> Citation:
    start = document.text.index(quote)
    place = document.text.index(answer, start) if answer else 0
    return Citation(
        number=number,
        document_id=document.document_id,
        title=document.title,
        source=document.source,
        published=document.published,
        path=document.path,
        start=start,
        end=start + len(quote),
        quote=quote,
        passage=document.text,
        passage_start=0,
        score=0.5,
        answer=Span(place, place + len(answer)) if answer else None,
    )


def opened(
    *citations: Citation,
    shown: int | None = 0,
    document: Document = BRIDGE,
    language: Language = "en",
) -> Page:
    html = render_viewer(
        document,
        shown_citation=None if shown is None else citations[shown],
        citations=citations,
        exchange=4,
        language=language,
    )
    return Page(str(html))


def facts(page: Page) -> dict[str, str]:
    return dict(zip(page.texts("dt"), page.texts("dd"), strict=True))


texts = st.text(st.sampled_from("abجر \n\r\u0651.<"), max_size=60)


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Span]]:
    words = draw(texts)
    place = st.integers(0, len(words))
    pairs = draw(st.lists(st.tuples(place, place), min_size=2, max_size=5))
    return words, [Span(*sorted(pair)) for pair in pairs]


def positions(pieces: list[Piece]) -> set[int]:
    return {at for piece in pieces for at in range(piece.start, piece.start + len(piece.text))}


@given(marked_texts())
def test_pieces_and_line_ends_joined_are_the_text(marked: tuple[str, list[Span]]) -> None:
    words, (quoted, answering, *others) = marked
    paragraphs = cut_paragraphs(
        words, quoted=quoted, answering=answering, also=dict(enumerate(others))
    )
    assert "".join(paragraph.text + paragraph.end for paragraph in paragraphs) == words
    for paragraph in paragraphs:
        assert not set(paragraph.text) & set("\r\n")
        assert paragraph.end in ("", "\n", "\r", "\r\n")
        for piece in paragraph.pieces:
            assert piece.text
            assert words.startswith(piece.text, piece.start)


@given(marked_texts())
def test_marks_cover_their_spans_and_nothing_else(marked: tuple[str, list[Span]]) -> None:
    words, (quoted, answering, *others) = marked
    also = dict(enumerate(others))
    paragraphs = cut_paragraphs(words, quoted=quoted, answering=answering, also=also)
    pieces = [piece for paragraph in paragraphs for piece in paragraph.pieces]

    def inside(span: Span) -> set[int]:
        return {at for at in range(span.start, span.end) if words[at] not in "\r\n"}

    assert positions([piece for piece in pieces if piece.quoted]) == inside(quoted)
    assert positions([piece for piece in pieces if piece.answering]) == inside(answering)
    for number, span in also.items():
        assert positions([piece for piece in pieces if number in piece.also]) == inside(span)
        # Its number is shown once, after its last word; not at all where it has no word.
        ends = [piece for piece in pieces if number in piece.ends]
        assert [piece.start + len(piece.text) - 1 for piece in ends] == (
            [max(inside(span))] if inside(span) else []
        )


@given(texts)
def test_the_page_holds_every_character_of_the_text(words: str) -> None:
    page = opened(document=replace(BRIDGE, text=words), shown=None)
    lines = [line for line in words.replace("\r", "\n").split("\n") if line.strip()]
    assert page.exact("p") == (lines or ["This document has no text."])


def test_the_quotation_is_marked_and_its_answering_words_within() -> None:
    page = opened(cite(1, BUILT, answer="في مارس 2021"))
    assert page.exact("mark", "quoted") == [BUILT]
    assert page.attributes("mark") == [{"id": "quoted", "class": "quoted"}]
    assert page.exact("strong") == ["في مارس 2021"]


def test_a_quotation_over_two_lines_has_one_place_to_scroll_to() -> None:
    start = ARTICLE.index("ولم")
    page = opened(cite(1, ARTICLE[start:]))
    assert page.exact("mark", "quoted") == ["ولم تُعلن الكلفة.", OPENED]
    assert [mark.get("id") for mark in page.attributes("mark")] == ["quoted", None]


def test_other_quotations_are_marked_lightly_and_lead_to_themselves() -> None:
    page = opened(cite(1, BUILT), cite(2, OPENED))
    assert page.exact("mark", "also") == [OPENED]
    assert page.texts("bdi", "also-number") == ["2"]
    button = page.attributes("button")[-1]
    assert button["data-act"] == "open-citation"
    assert (button["data-exchange"], button["data-number"]) == ("4", "2")
    assert str(button["aria-label"]).replace("\u2068", "").replace("\u2069", "") == "Quotation 2"


def test_a_number_stands_after_the_mark_and_never_within_the_quoted_words() -> None:
    citations = (cite(1, WIDE, answer="مارس 2021 بعد"), cite(2, "الجسر الجديد في مارس"))
    page = opened(*citations)
    assert page.exact("mark", "quoted") == [WIDE]
    assert page.exact("mark", "also") == ["الجسر الجديد في ", "مارس"]
    assert page.exact("strong") == ["مارس", " 2021 بعد"]
    assert page.texts("bdi", "also-number") == ["2"]


def test_quotations_that_overlap_are_each_marked_whole() -> None:
    citations = (cite(1, OPENED), cite(2, BUILT), cite(3, WIDE[20:]))
    marks = [
        (mark["data-numbers"], words)
        for mark, words in zip(
            opened(*citations).attributes("mark", "also"),
            opened(*citations).exact("mark", "also"),
            strict=True,
        )
    ]
    for citation in citations[1:]:
        covered = [words for numbers, words in marks if str(citation.number) in str(numbers)]
        assert "".join(covered) == citation.quote


def test_the_same_sentence_cited_twice_is_marked_once_with_the_other_number() -> None:
    page = opened(cite(1, BUILT), cite(2, BUILT), shown=1)
    assert page.exact("mark", "quoted") == [BUILT]
    assert page.texts("bdi", "also-number") == ["1"]


def test_a_citation_of_another_document_is_not_marked_here_but_can_be_reached() -> None:
    elsewhere = replace(cite(2, OPENED), document_id="tunnel")
    page = opened(cite(1, BUILT), elsewhere)
    assert page.exact("mark") == [BUILT]
    assert [button.get("data-number") for button in page.attributes("button", "viewer-step")] == [
        None,
        "2",
    ]


@pytest.mark.parametrize(
    ("shown", "position", "leads_to"),
    [(0, "1 / 3", [None, "3"]), (1, "2 / 3", ["1", "7"]), (2, "3 / 3", ["3", None])],
)
def test_the_way_leads_to_the_citations_beside_the_one_shown(
    shown: int, position: str, leads_to: list[str | None]
) -> None:
    page = opened(cite(1, BUILT), cite(3, OPENED), cite(7, WIDE), shown=shown)
    steps = page.attributes("button", "viewer-step")
    assert [step.get("data-number") for step in steps] == leads_to
    assert ["disabled" in step for step in steps] == [number is None for number in leads_to]
    assert position in page.texts("nav", "viewer-way")[0]


def test_an_only_citation_leads_nowhere() -> None:
    assert opened(cite(1, BUILT)).texts("nav") == []


def test_a_document_opened_from_the_library_has_no_mark_and_no_way() -> None:
    page = opened(cite(1, BUILT), cite(2, OPENED), shown=None)
    assert page.texts("mark") == page.texts("nav") == page.texts("bdi", "also-number") == []
    assert [button.get("data-act") for button in page.attributes("button")] == [None]


def test_words_that_do_not_stand_at_their_place_are_not_marked_and_that_is_said() -> None:
    moved = replace(cite(1, BUILT), start=3, end=3 + len(BUILT))
    page = opened(moved, language="ar")
    assert page.texts("mark") == []
    assert page.texts("p", "viewer-note") == [ARABIC["viewer.not_marked"]]


def test_a_citation_that_is_not_of_the_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="citation 1 is not among"):
        render_viewer(
            BRIDGE, shown_citation=cite(1, BUILT), citations=(), exchange=0, language="en"
        )


def test_the_head_says_what_is_known() -> None:
    page = opened(shown=None)
    assert page.texts("h2") == ["جسر جديد على النهر"]
    assert facts(page) == {
        "Source": "جريدة المدينة",
        "Published": "9 May 2022",
        "Collected": "1 June 2022",
        "Language": "Arabic",
        "Words": "34",
        "File": "bridge.html",
        "Keywords": "جسرالبلدية",
        "Original": "https://example.org/bridge?a=1&b=2 (opens in a new tab)",
    }
    assert page.texts("li") == ["جسر", "البلدية"]
    assert [time["datetime"] for time in page.attributes("time")] == [
        "2022-05-09",
        "2022-06-01T23:30:00+00:00",
    ]


def test_what_is_not_known_is_said_or_left_out() -> None:
    bare = Document(document_id="bare", text="Two words", path="notes.txt")
    page = opened(document=bare, shown=None, language="ar")
    assert page.texts("h2") == ["وثيقة بلا عنوان"]
    assert facts(page) == {
        "المصدر": "غير مذكور",
        "تاريخ النشر": "بلا تاريخ",
        "اللغة": "غير معروفة",
        "عدد الكلمات": "2",
        "الملف": "notes.txt",
    }
    assert "lang" not in page.attributes("article")[0]


@pytest.mark.parametrize("title", ["", " \t", "\u202e", " \u2066 "])
def test_a_title_of_which_nothing_is_seen_is_none(title: str) -> None:
    page = opened(document=replace(BRIDGE, title=title), shown=None)
    assert page.texts("h2") == ["Untitled document"]


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("ar", "ar", "العربية"),
        ("en", "ar", "الإنجليزية"),
        ("fa", "en", "Persian"),
        ("x", "en", "x"),
        ("und", "en", "not known"),
        ("", "en", "not known"),
    ],
)
def test_languages_are_named_in_the_language_of_the_page(
    code: str, language: Language, name: str
) -> None:
    page = opened(document=replace(BRIDGE, language=code), shown=None, language=language)
    assert name in page.texts("dd")


def test_the_article_runs_as_its_text_does_and_the_sheet_as_the_page_does() -> None:
    page = opened(shown=None, language="en")
    assert page.attributes("dialog")[0]["dir"] == "ltr"
    article = page.attributes("article")[0]
    assert (article["dir"], article["lang"]) == ("rtl", "ar")


def test_a_paragraph_that_runs_the_other_way_says_so_and_numbers_alone_do_not() -> None:
    text = f"{BUILT}\nThe bridge was begun in March 2021.\n2021"
    page = opened(document=replace(BRIDGE, text=text), shown=None)
    assert [line.get("dir") for line in page.attributes("p")] == [None, "ltr", None]


def test_an_empty_line_sets_the_next_paragraph_apart() -> None:
    page = opened(shown=None)
    assert [line.get("class") for line in page.attributes("p")] == [None, None, "apart"]


def test_white_space_within_a_line_is_kept() -> None:
    page = opened(document=replace(BRIDGE, text="  a \t b\u00a0 c  "), shown=None)
    assert page.exact("p") == ["  a \t b\u00a0 c  "]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "//example.org/x",
        "http:///no-host",
        "http://[broken",
        "https://example.org/\u202efdp.exe",
        "bridge.html",
        "",
    ],
)
def test_only_web_addresses_are_links(url: str) -> None:
    assert web_address(url) is None
    page = opened(document=replace(BRIDGE, url=url), shown=None)
    assert page.attributes("a") == []


@pytest.mark.parametrize("url", ["http://example.org", "HTTPS://مثال.org/خبر?a=1&b=2#c"])
def test_a_web_address_is_a_link_that_tells_the_other_site_nothing(url: str) -> None:
    link = opened(document=replace(BRIDGE, url=url), shown=None).attributes("a")[0]
    assert link == {"href": url, "target": "_blank", "rel": "noopener noreferrer nofollow"}


def test_hostile_documents_stay_text() -> None:
    hostile = Document(
        document_id='"><script>',
        text=f"{HOSTILE}\n\u202e{BUILT}\u202c\x00",
        path=f"/tmp/{HOSTILE.replace('/', '')}",
        title=HOSTILE,
        source=HOSTILE,
        keywords=(HOSTILE,),
        language='"><script>',
        url=f"javascript:{HOSTILE}",
    )
    page = opened(cite(1, HOSTILE, document=hostile), document=hostile)
    assert page.texts("script") == page.texts("img") == page.texts("a") == []
    assert page.exact("h2") == [HOSTILE]
    assert page.exact("mark", "quoted") == [HOSTILE]
    assert page.exact("p")[-1] == BUILT
    assert page.attributes("article")[0]["lang"] == '"><script>'


def test_a_very_long_line_is_shown_whole() -> None:
    long = "ط" * 300_000
    page = opened(document=replace(BRIDGE, text=long), shown=None)
    assert page.exact("p") == [long]


@pytest.mark.parametrize(("language", "said"), [("en", ENGLISH), ("ar", ARABIC)])
def test_a_document_that_is_gone_is_said_to_be(language: Language, said: dict[str, str]) -> None:
    page = Page(str(render_missing_document(language)))
    assert page.texts("h2") == [said["viewer.missing_title"]]
    assert page.texts("p") == [said["viewer.missing"]]
    assert page.texts("button") == [said["viewer.close"]]


def test_the_dialog_is_named_by_its_title_and_closes_without_a_script() -> None:
    page = opened(cite(1, BUILT), cite(2, OPENED))
    assert page.attributes("dialog")[0]["aria-labelledby"] == "viewer-title"
    assert page.attributes("h2")[0]["id"] == "viewer-title"
    assert page.attributes("form") == [{"method": "dialog", "class": "viewer-close"}]
    assert "open" not in page.attributes("dialog")[0]
