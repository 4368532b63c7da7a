"""What the tests of the page's views share: articles long enough to scroll, quoted in answers."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from rag.schema import Answer, Citation, Document, Event, Final, Passages, Span, Status
from tests.browsing import ARABIC, ENGLISH, Scripted
from tests.pages import TEXT, make_document, make_passage

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
LOOKS = [(locale, scheme) for locale in (ENGLISH, ARABIC) for scheme in ("light", "dark")]
"""A browser's language and whether it is dark."""

FAR = "\n\n".join(
    f"الفقرة {number}: تابع المجلس البلدي أعمال الطرق والأرصفة في أحياء المدينة القديمة."
    for number in range(1, 31)
)
BEGUN = "وبدأ بناء الجسر الجديد في مارس 2021 بعد سنوات من التأخير."
OPENS = "ومن المنتظر أن يُفتح الجسر أمام السيارات قبل نهاية العام."
COST = "The bridge cost 40 million pounds, twice what the council had planned."

ARTICLE = Document(
    document_id="long-bridge",
    path="long-bridge.txt",
    text=f"{FAR}\n\n{BEGUN}\n\n{FAR}\n\n{OPENS}\n\n{FAR}",
    title="جسر جديد على النهر بعد عشر سنوات من الوعود",
    source="جريدة المدينة",
    published=dt.date(2022, 5, 9),
    keywords=("جسر", "بلدية"),
    language="ar",
    url="https://city.example/bridge",
)
REPORT = Document(
    document_id="cost-report",
    path="cost-report.pdf",
    text="\n\n".join(["The council met on Monday."] * 40 + [COST] + ["It then rose."] * 40),
    title="Council report on the bridge",
    source="City council",
    published=dt.date(2023, 2, 1),
    language="en",
)


def cite(document: Document, quote: str, number: int, answer: str = "") -> Citation:
    """A quotation of a document, its passage the paragraph that it stands in."""
    start = document.text.index(quote)
    first = start + quote.index(answer)
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
        passage=quote,
        passage_start=start,
        score=0.5,
        answer=Span(first, first + len(answer)) if answer else None,
    )


CITATIONS = (
    cite(ARTICLE, BEGUN, 1, "مارس 2021"),
    cite(ARTICLE, OPENS, 2),
    cite(REPORT, COST, 3, "40 million pounds"),
)


def cited_reply(question: str, *, language: str = "en") -> tuple[Event, ...]:
    """Passages, and an answer that rests on three quotations of two documents."""
    words = {
        "en": "It was begun in March 2021 [1], opens this year [2] and cost 40 million pounds [3].",
        "ar": "بدأ بناؤه في مارس 2021 [1] ويُفتح هذا العام [2] وكلّف أربعين مليون جنيه [3].",
    }
    answer = Answer(
        question=question,
        query=question,
        language=language,
        text=words[language],
        status=Status.ANSWERED,
        citations=CITATIONS,
        passages=(make_passage(),),
    )
    return Passages((make_passage(),)), Final(answer)


def shelve() -> dict[str, Document]:
    """Documents of either language and several years, one without source or date."""
    bare = Document(document_id="bare", path="notes/bare.md", text=TEXT, language="und")
    found = [make_document(), ARTICLE, REPORT, bare]
    return {document.document_id: document for document in found}


@pytest.fixture(name="shelf")
def shelf_fixture(scripted: Scripted) -> Iterator[Scripted]:
    """The page with a filled library and no past, and left as it was found."""
    desk, assistant = scripted.desk, scripted.assistant
    assert desk.archive is not None
    desk.archive.delete_all("")
    before, assistant.library = assistant.library, shelve()
    yield scripted
    assistant.library, assistant.gate = before, None
    shutil.rmtree(desk.data / "uploads", ignore_errors=True)
    desk.archive.delete_all("")
    for corpus in desk.corpora.visible_to("")[1:]:
        desk.corpora.delete(corpus.corpus_id, owner="")


def open_view(page: Page, view: str) -> None:
    """Goes to one of the views, and waits until it is filled."""
    page.locator(f"nav [data-view='{view}']").click()
    filled = {"ask": "#scope", "library": "#documents", "past": "#past-list"}
    expect(page.locator(filled.get(view, "#preferences"))).to_be_visible()


def open_sheet(page: Page) -> Locator:
    """The document that is open; fails where none is."""
    sheet = page.locator("#viewer dialog")
    expect(sheet).to_be_visible()
    return sheet
