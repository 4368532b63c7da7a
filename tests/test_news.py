"""Scraped pages split into articles: the rules one by one, and what they do to real pages."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import SettingsError
from rag.furniture import Furniture, load_furniture
from rag.news import Page, split_page

SHARED = Path(__file__).resolve().parents[1].parent / "shared"

FIRST = "أعلنت الوزارة أن العمل في المشروع يبدأ قبل نهاية الصيف."
SECOND = "وقال الوزير إن المشروع يشمل ثلاث مدن في شمال البلاد."
OTHER = "افتتح المعرض أبوابه أمام الزوار في العاصمة بحضور مئة ناشر."
END = "المصدر: وكالة النور"


def page(*lines: str) -> Page:
    return split_page("\n\n".join(lines))


def test_a_plain_text_is_one_article_left_as_it_is() -> None:
    text = "عنوان قصير\n\n  فقرة  أولى\tكما هي.\nفقرة ثانية"
    found = split_page(f"\n{text}\n")
    assert [article.text for article in found.articles] == [text]
    assert found.dropped == ()


def test_a_first_line_that_stands_alone_is_the_title_of_a_plain_text() -> None:
    assert split_page(f"خطة النقل الجديدة\n\n{FIRST}").articles[0].title == "خطة النقل الجديدة"
    assert split_page(f"{FIRST}\n\n{SECOND}").articles[0].title == ""
    assert split_page("# Plan\ntext follows").articles[0].title == "Plan"
    assert split_page(f"#النقل {FIRST}\n\n{SECOND}").articles[0].title == ""


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("بسم الله الرحمن الرحيم\n\nبيان الوزارة", "بيان الوزارة"),
        ("5 يناير 2025\n\nبيان الوزارة", "بيان الوزارة"),
        ("https://example.org/1\n\nبيان الوزارة", "بيان الوزارة"),
        ("***\n\n**بيان الوزارة**", "بيان الوزارة"),
        ("بيان الوزارة\n5 يناير 2025", "بيان الوزارة"),
        ("بيان الوزارة\n============", "بيان الوزارة"),
        ("# 5 يناير 2025", "5 يناير 2025"),
        ("5 يناير 2025", ""),
        ("| أ | ب |\n|---|---|\n| 1 | 2 |", ""),
    ],
)
def test_a_date_an_address_or_the_invocation_is_no_title(head: str, title: str) -> None:
    (article,) = split_page(f"{head}\n\n{FIRST}").articles
    assert (article.title, article.text) == (title, f"{head}\n\n{FIRST}")


@pytest.mark.parametrize(
    "line",
    [
        "الأحد - 5 رجب 1446 هـ - 05 يناير 2025 مـ",
        "5 رجب 1446 هـ الموافق 5 يناير 2025 م",
        "نُشر: 14:32-5 يناير 2025 م ـ 05 رجَب 1446 هـ",
        "تاريخ النشر: 5 رجب 1446هـ - 5 يناير 2025م",
        "التاريخ: ٥ يناير ٢٠٢٥",
        "Date: Sun, 5 Jan 2025 14:32:00 +0300",
    ],
)
def test_a_date_after_its_name_or_beside_an_islamic_one_is_read(line: str) -> None:
    (article,) = split_page(f"خطة النقل\n\n{line}\n\n{FIRST}").articles
    assert article.published == dt.date(2025, 1, 5)


@pytest.mark.parametrize("line", ["5 رجب 1446 هـ", "القرار: 5 يناير 2025", "5-7 يناير 2025"])
def test_what_is_no_day_of_the_page_gives_no_date(line: str) -> None:
    (article,) = split_page(f"خطة النقل\n\n{line}\n\n{FIRST}").articles
    assert article.published is None


def test_white_space_has_no_article() -> None:
    assert split_page(" \n\t\n") == Page(())


def test_labels_become_facts_and_leave_the_text() -> None:
    (article,) = page(
        "خطة النقل الجديدة",
        "تاريخ النشر: 24th, September 2024 GMT",
        FIRST,
        SECOND,
        END,
        "كلمات دلالية: النقل، المدن، النقل",
    ).articles
    assert article.title == "خطة النقل الجديدة"
    assert article.published == dt.date(2024, 9, 24)
    assert article.source == "وكالة النور"
    assert article.keywords == ("النقل", "المدن")
    assert article.text == f"{FIRST}\n\n{SECOND}"


def test_keywords_without_separators_are_the_phrases_that_the_text_has() -> None:
    (article,) = page(FIRST, END, "كلمات دلالية: نهاية الصيف في الوزارة النور").articles
    assert article.keywords == ("نهاية الصيف", "الوزارة", "النور")


def test_a_crawl_stamp_gives_the_moment_and_a_source() -> None:
    (article,) = page("النور:\n2025-03-29@01:10:57 GMT", FIRST, SECOND).articles
    assert article.crawled == dt.datetime(2025, 3, 29, 1, 10, 57, tzinfo=dt.UTC)
    assert article.source == "النور"
    assert article.text == f"{FIRST}\n\n{SECOND}"


@pytest.mark.parametrize("stamp", ["٢٠٢٥-٠٣-٢٩@٠١:١٠:٥٧ GMT", "2025-03-29t01:10:57z\u200f"])
def test_a_crawl_stamp_is_read_in_any_digits(stamp: str) -> None:
    (article,) = page(stamp, FIRST, SECOND).articles
    assert article.crawled == dt.datetime(2025, 3, 29, 1, 10, 57, tzinfo=dt.UTC)
    assert article.text == f"{FIRST}\n\n{SECOND}"


@pytest.mark.parametrize("stamp", ["2025-13-45@01:10:57 GMT", "2025-03-29 25:10 GMT"])
def test_a_crawl_stamp_of_no_moment_stays_in_the_text(stamp: str) -> None:
    (article,) = page(FIRST, SECOND, stamp, END).articles
    assert article.crawled is None
    assert article.text == f"{FIRST}\n\n{SECOND}\n\n{stamp}"


def test_the_next_article_of_a_page_is_an_article_of_its_own() -> None:
    first, second = page(
        FIRST, END, "إقرأ أيضاً:", "معرض الكتاب يفتتح", "26 يناير، 2025", OTHER, "المصدر: سواها"
    ).articles
    assert (first.text, first.source, first.published) == (FIRST, "وكالة النور", None)
    assert (second.text, second.source) == (OTHER, "سواها")
    assert (second.title, second.published) == ("معرض الكتاب يفتتح", dt.date(2025, 1, 26))


def test_headlines_inside_an_article_do_not_end_it() -> None:
    found = page(FIRST, "اقرأ أيضا:", "• عنوان أول", "• عنوان ثان", SECOND, END)
    assert [article.text for article in found.articles] == [f"{FIRST}\n\n{SECOND}"]
    assert found.dropped == ("اقرأ أيضا:", "• عنوان أول", "• عنوان ثان")


@pytest.mark.parametrize(
    "headlines", [("• عنوان أول", "• عنوان ثان."), ("عنوان أول", "عنوان ثان؟")]
)
def test_related_headlines_are_dropped_up_to_the_next_sentence(headlines: tuple[str, ...]) -> None:
    found = page(FIRST, "مقالات مشابهة", *headlines, SECOND, END)
    assert found.articles[0].text == f"{FIRST}\n\n{SECOND}"
    assert found.dropped == ("مقالات مشابهة", *headlines)


def test_a_list_of_items_ends_at_a_line_that_is_none() -> None:
    found = page(FIRST, "مقالات مشابهة", "• عنوان أول", "ما بقي من العمل", SECOND, END)
    assert found.articles[0].text == f"{FIRST}\n\nما بقي من العمل\n\n{SECOND}"


def test_a_repeated_title_and_captions_are_dropped() -> None:
    found = page("خطة النقل", "تاريخ النشر: 2024-09-24", "خطة النقل", "صورة", "صورة", FIRST)
    assert (found.articles[0].title, found.articles[0].text) == ("خطة النقل", FIRST)
    assert found.dropped == ("خطة النقل", "صورة", "صورة")


def test_what_repeats_in_a_page_without_a_paragraph_is_kept() -> None:
    found = split_page("النتائج\n\nالزوراء\n2\nالشرطة\n2\n\nاعلان")
    assert (found.articles[0].text, found.dropped) == ("الزوراء\n2\nالشرطة\n2", ("اعلان",))


def test_a_long_first_line_without_a_stop_stays_in_the_text() -> None:
    line = " ".join(["كلمة"] * 20)
    (article,) = page(line, FIRST, END).articles
    assert article.text.startswith(line)


@pytest.mark.parametrize(
    "line",
    [
        "اعلان",
        "إعلان",
        "شارك هذا المقالمحادثة",
        "تابع أحدث الأخبار عبر تطبيقنا",
        "See author\u2019s posts",
        "About Post Author someone",
        "جميع الحقوق محفوظة 2024",
        "Copyright © 2024 Al Noor",
        "شارك الخبر على فيسبوك",
        "تابعنا على فيسبوك وتويتر",
        "تابعونا على قناتنا في تليغرام",
        "Follow us on Facebook",
        "Follow us on:",
        "شارك الخبر",
        "LoaderSearchابحث مفاتيح Servicesمباشر Cookie Policy",
        "بقلم: سلمى أحمد",
        "وزير يصل إلى المدينة غدا.. خطة للنقل قيد الدرس الوزارة: العمل يبدأ قبل نهاية هذا الصيف",
    ],
)
def test_furniture_is_dropped(line: str) -> None:
    found = page(FIRST, line, SECOND, END)
    assert [article.text for article in found.articles] == [f"{FIRST}\n\n{SECOND}"]
    assert found.dropped == (line,)


@pytest.mark.parametrize(
    "line",
    [
        "تقدم العمل في المشروع",
        "شارك هذا الأسبوع في المؤتمر وزراء من خمس دول.",
        "المصدر: قال الوزير إن المشروع يشمل ثلاث مدن في شمال البلاد.",
        "شارك الخبراء في المؤتمر مع وزراء من خمس دول.",
        "What Comes Next in the Search for a Plan",
        "What will the Search and Apps Services look like Next year?",
        'They said that Search, Apps and Services are "the Next big thing."',
        "Copyright law protects the authors of the region for seventy years.",
        "The speaker said: we come in peace, and then added: no one, not even the king",
        "قال: نعم.. ثم أضاف: لا، لن يبدأ العمل في المشروع قبل نهاية هذا الصيف في المدن",
        "زار فريقنا الشمال. تابعنا على مدى ثلاثة أشهر أحوال الأسر، ووجدنا أن ثلثها بلا مأوى.",
        "Follow us on the road to the north, as families return to their homes.",
        "What to Know About the Engine's Next Search",
        "All About Its Owner's Next Search Deal",
    ],
)
def test_the_article_is_kept(line: str) -> None:
    assert page(FIRST, line, SECOND, END).articles[0].text == f"{FIRST}\n\n{line}\n\n{SECOND}"


def test_editors_are_dropped_with_their_names() -> None:
    found = split_page(f"رئيس التحرير\nسلمى أحمد\n\nسياسة\n\nخطة النقل\n\n{FIRST}\n\n{END}")
    assert found.dropped == ("رئيس التحرير", "سلمى أحمد", "سياسة")
    assert found.articles[0].title == "خطة النقل"


def test_a_byline_under_the_title_is_dropped() -> None:
    found = page("خطة النقل", "سلمى أحمد (بغداد)", FIRST, END)
    assert (found.dropped, found.articles[0].text) == (("سلمى أحمد (بغداد)",), FIRST)


def test_furniture_glued_to_the_end_of_a_sentence_is_cut_off() -> None:
    found = page(f"{FIRST}شارك هذا المقال على صفحتك", SECOND, END)
    assert found.articles[0].text == f"{FIRST}\n\n{SECOND}"
    assert found.dropped == ("شارك هذا المقال على صفحتك",)


@pytest.mark.parametrize(
    "headlines",
    [
        "أخبار ذات صلة وزير يزور «المعرض» خطة جديدة لنقل «الركاب»",
        "أخبار ذات صلة وزير يزور المعرض خطة جديدة لنقل الركاب ",
    ],
)
def test_headlines_glued_to_a_first_sentence_are_cut_off(headlines: str) -> None:
    found = page("خطة النقل", headlines + FIRST, SECOND, END)
    assert found.articles[0].text == f"{FIRST}\n\n{SECOND}"
    assert found.dropped == (headlines.strip(),)


def test_a_marker_with_headlines_only_is_dropped_whole() -> None:
    line = "اقرأ أيضا: وزير يزور المعرض"
    assert page(FIRST, line, SECOND, END).dropped == (line,)


def test_a_lone_date_in_the_first_lines_is_the_publication_date() -> None:
    (article,) = page("الأحد 05 يناير 2025", "خطة النقل", FIRST, END).articles
    assert (article.published, article.title) == (dt.date(2025, 1, 5), "خطة النقل")


def test_a_labelled_date_counts_more_than_a_lone_one() -> None:
    lines = ("الأحد 05 يناير 2025", "خطة النقل", "تاريخ النشر: 2024-12-31", FIRST)
    assert page(*lines).articles[0].published == dt.date(2024, 12, 31)


def test_the_day_of_publication_counts_more_than_that_of_an_update() -> None:
    updated, published = "آخر تحديث: 10 يناير 2025", "تاريخ النشر: 5 يناير 2025"
    for lines in ((updated, published), (published, updated)):
        assert page("خطة النقل", *lines, FIRST).articles[0].published == dt.date(2025, 1, 5)
    assert page("خطة النقل", updated, FIRST).articles[0].published == dt.date(2025, 1, 10)


@pytest.mark.parametrize(
    "line", ["معاناة الأطفال في الشتاء - تقرير", "الأهلي يفوز على الزمالك | رياضة"]
)
def test_a_headline_with_its_desk_is_the_title(line: str) -> None:
    (article,) = page(line, "شارك الخبر", FIRST, SECOND).articles
    assert (article.title, article.source) == (line, None)


def test_today_with_its_date_in_the_first_paragraph_is_the_publication_date() -> None:
    line = "أعلنت الوزارة، اليوم الأربعاء (26 آذار 2025)، أن العمل في المشروع يبدأ."
    assert page(line, END).articles[0].published == dt.date(2025, 3, 26)


@pytest.mark.parametrize(
    ("lines", "source"),
    [
        (("النور نيوز \u2013 سياسة", FIRST, "اعلان"), "النور نيوز"),
        (("خطة النقل", "النور اليوم -\u00a0 متابعة", FIRST, "اعلان"), "النور اليوم"),
        ((FIRST, "النور \u2013 متابعة \u2013 وكالات", "اعلان"), "النور"),
        ((f"بغداد/النور: {FIRST}", "اعلان"), "النور"),
        ((f"القاهرة (رويترز) - {FIRST}", "اعلان"), "رويترز"),
        ((FIRST, f"{SECOND}وام", "اعلان"), "وام"),
        (("النور نيوز \u2013 سياسة", FIRST, END), "وكالة النور"),
        ((FIRST, SECOND, "اعلان"), None),
    ],
)
def test_the_source_is_found_without_a_label(lines: tuple[str, ...], source: str | None) -> None:
    assert page(*lines).articles[0].source == source


def test_an_agency_glued_to_the_last_sentence_is_cut_off() -> None:
    assert page(FIRST, f"{SECOND}وام", "اعلان").articles[0].text == f"{FIRST}\n\n{SECOND}"


def test_a_page_of_nothing_but_furniture_is_left_whole() -> None:
    assert [article.text for article in page("اعلان", "شارك").articles] == ["اعلان\n\nشارك"]


def test_a_users_file_adds_to_the_patterns(tmp_path: Path) -> None:
    file = tmp_path / "more.toml"
    file.write_text('whole_lines = ["قُصّ هنا"]', encoding="utf-8")
    text = f"{FIRST}\n\nقص هنا\n\n{SECOND}\n\nاعلان"
    found = split_page(text, load_furniture(file))
    assert found.dropped == ("قص هنا", "اعلان")


def test_a_users_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "more.toml"
    file.write_text('whole_lines = ["قص هنا"]', encoding="utf-8-sig")
    assert load_furniture(file).is_dropped("قص هنا")


def test_a_users_dateline_gives_the_source(tmp_path: Path) -> None:
    file = tmp_path / "more.toml"
    file.write_text("datelines = ['(?:(?P<source>النور) - )?اعلنت']", encoding="utf-8")
    furniture = load_furniture(file)
    assert furniture.dateline_source(f"النور - {FIRST}") == "النور"
    assert furniture.dateline_source(FIRST) is None


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("line_starts = ['#']", "no letter"),
        ("tails = ['']", "no letter"),
        ("menu_words = [' ']", "no letter"),
        ("datelines = ['اعلنت']", "source"),
        ("whole_line = []", "whole_line "),
        ("bylines = ['(']", "regular expression"),
        ("not toml", "cannot be read"),
    ],
)
def test_a_users_file_of_another_shape_is_refused(tmp_path: Path, content: str, word: str) -> None:
    file = tmp_path / "more.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=word):
        load_furniture(file)


def test_without_patterns_every_text_is_plain() -> None:
    text = f"{FIRST}\n\n{END}\n\nاعلان"
    assert split_page(text, Furniture()).articles[0].text == text


_LINES = st.one_of(
    st.sampled_from(
        [
            *(FIRST, SECOND, OTHER, END, "", "خطة النقل", "إقرأ أيضاً:", "مقالات مشابهة"),
            *("• عنوان", "اعلان", "رئيس التحرير", "النور:", "2025-03-29@01:10:57 GMT"),
            *("كلمات دلالية: أ ب", "أخبار ذات صلة شيء", "النور \u2013 وكالات"),
            *("الأحد 05 يناير 2025", f"{FIRST}وام"),
        ]
    ),
    st.text(max_size=30),
)


@given(st.lists(_LINES, max_size=15).map("\n".join))
def test_the_lines_of_an_article_are_runs_of_the_page_in_its_order(text: str) -> None:
    place = 0
    for article in split_page(text).articles:
        for line in article.text.splitlines():
            found = text.find(line, place)
            assert found >= 0
            place = found + len(line)


@given(st.lists(_LINES, max_size=15).map("\n".join))
def test_a_page_with_words_has_an_article_with_text(text: str) -> None:
    found = split_page(text).articles
    assert bool(found) == bool(text.strip())
    assert all(article.text.strip() for article in found)


# The real pages: for each its articles - the title, or the first words of the text; the date; the
# source; the number of keywords - and how many lines were dropped, with the first words of those
# that are no item of a list.
PAGES: dict[str, tuple[list[tuple[str, str | None, str | None, int]], int, list[str]]] = {
    "000_517780d7178148ed.txt": (
        [
            ("أعلنت وزارة الخارجية العراقية،", None, "euronews", 25),
            ("المخاوف الأمنية: بين إعلان", "2025-01-26", "المسلة", 0),
        ],
        18,
        [
            "اعلان",
            "تحذير أممي من",
            "شارك هذا المقالمحادثة",
            "LoaderSearchابحث مفاتيح اليوم",
            "مقالات مشابهة",
            "النص الذي يتضمن",
            "About Post Author",
            "See author's posts",
        ],
    ),
    "001_a4f69e2f7e4ae359.txt": (
        [
            ("هل شارفت مهمة التحالف", "2024-09-24", "الحرة", 2),
            ("المخابرات الأمريكية: قوات الإدارة", "2025-03-26", "وكالات", 0),
        ],
        12,
        ["هل شارفت مهمة", "مقالات مشابهة"],
    ),
    "002_eb2fb430a156c5dd.txt": (
        [
            ("العراق وأميركا يتفقان على", "2024-01-26", "صحيفة الاتحاد", 8),
            ("انسحاب الفصائل المسلحة العراقية", None, None, 0),
        ],
        2,
        ["أخبار ذات صلة", "هدى جاسم (بغداد)"],
    ),
    "003_b6aac4a42c64db12.txt": (
        [("مساعدات لاستقرار المناطق المحررة", "2025-01-05", None, 0)],
        12,
        [
            *("رئيس مجلسى الإدارة", "عبدالرحيم علي", "رئيس التحرير", "داليا عبدالرحيم"),
            *("رئيس مجلسي الإدارة", "عبدالرحيم علي", "رئيس التحرير", "داليا عبدالرحيم"),
            *("تابع أحدث الأخبار", "سياسة", "قوات أمريكية", "قوات أمريكية"),
        ],
    ),
    "004_c09c5e9696860b00.txt": (
        [
            ("قال مسؤول حكومي عراقي", None, "السومرية العراقية", 1),
            ("الإمارات تشارك في الاجتماع", None, "وام", 0),
        ],
        11,
        ["مقالات مشابهة"],
    ),
}


def real_page(name: str) -> Page:
    path = SHARED / "seeds" / name
    if not path.is_file():
        pytest.skip("skipped: not here")
    return split_page(path.read_text(encoding="utf-8"))


def first_words(text: str, count: int) -> str:
    return " ".join(text.split()[:count])


@pytest.mark.parametrize("name", PAGES)
def test_the_articles_of_a_real_page_are_found(name: str) -> None:
    found = [
        (
            first_words(article.title or article.text, 4),
            article.published and article.published.isoformat(),
            article.source,
            len(article.keywords),
        )
        for article in real_page(name).articles
    ]
    expected = [(first_words(words, 4), *facts) for words, *facts in PAGES[name][0]]
    assert found == expected


@pytest.mark.parametrize("name", PAGES)
def test_the_furniture_of_a_real_page_is_dropped(name: str) -> None:
    dropped = real_page(name).dropped
    others = [first_words(line, 3) for line in dropped if not line.startswith("•")]
    assert (len(dropped), others) == PAGES[name][1:]


def questions() -> Iterator[dict[str, Any]]:
    path = SHARED / "data" / "questions.dev.jsonl"
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            question = json.loads(line)
            if question["evidence"]:
                yield question


def test_every_gold_evidence_is_still_in_an_article_of_its_page() -> None:
    asked = list(questions())
    if not asked:
        pytest.skip("skipped: not here")
    lost = [
        question["id"]
        for question in asked
        if not any(
            " ".join(question["evidence"].split()) in " ".join(article.text.split())
            for article in real_page(question["document"]).articles
        )
    ]
    assert lost == []
