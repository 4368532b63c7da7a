"""Dates as written, and relative phrases resolved from the day of publication."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates import (
    MONTHS,
    named_dates,
    parse_date,
    resolve_dates,
    stated_dates,
    undated_phrases,
)

STATED = {
    "26 يناير، 2025": "2025-01-26",
    "24th, September 2024 GMT": "2024-09-24",
    "26th, January 2024 GMT": "2024-01-26",
    "الأحد 05 يناير 2025": "2025-01-05",
    "٢٦ كانون الثاني/ يناير ٢٠٢٤": "2024-01-26",
    "السبت، 3 شباط (فبراير) 2024 م": "2024-02-03",
    "8 كانون الأول 2024": "2024-12-08",
    "1 آب 2024": "2024-08-01",
    "14 جويلية 2023": "2023-07-14",
    "2024-03-05": "2024-03-05",
    "2025-03-29T23:10:57-05:00": "2025-03-29",
    "2025-03-29@01:10:57 GMT": "2025-03-29",
    "Tue, 24 Sep 2024 23:30:00 +0300": "2024-09-24",
    "March 5, 2024": "2024-03-05",
    "الإثنين، 07 أكتوبر 2024 10:30 م": "2024-10-07",
    "07 أكتوبر 2024 - 10:30 صباحاً": "2024-10-07",
    "7 أكتوبر 2024 الساعة 10:30": "2024-10-07",
    "10:30 م - 7 أكتوبر 2024": "2024-10-07",
    "الإثنين 7 أكتوبر 2024 - 22:30 بتوقيت غرينتش": "2024-10-07",
    "05/01/2025": "2025-01-05",
    "01/25/2025": "2025-01-25",
    "24 سبتمبر 2024 الساعة 10 مساء": "2024-09-24",
    "12 يونيو حزيران 2019": "2019-06-12",
    "3 كانون الثاني - يناير 2020": "2020-01-03",
    "الثلاثاء 21 ربيع الأول 1446 هـ - 24 سبتمبر 2024 م": "2024-09-24",
    "24 سبتمبر 2024 م - 21 ربيع الأول 1446 هـ": "2024-09-24",
    "21 ربيع الأول 1446هـ الموافق 24 سبتمبر 2024م": "2024-09-24",
}
NO_FULL_DATE = [
    "",
    "يناير",
    "2024",
    "كانون الثاني/ يناير 2024",
    "3 May",
    "3 يناير/فبراير 2024",
    "31/02/2024",
    "last week",
    "أمس",
    "10:30",
    "15/9/1445",
    "1445/9/15",
    "جاء ذلك في 3 يناير 2024 خلال لقاء",
    "x" * 500,
]

HIJRI = [
    ("غرة محرم 1446", "2024-07-07"),
    ("1 محرم 1446", "2024-07-07"),
    ("١ المحرم ١٤٤٦", "2024-07-07"),
    ("30 صفر 1446", "2024-09-03"),
    ("12 ربيع الأول 1446", "2024-09-15"),
    ("الأول من شهر رجب 1446", "2025-01-01"),
    ("الخامس من رمضان 1445", "2024-03-15"),
    ("5 رمضان عام 1445 هجرية", "2024-03-15"),
    ("الحادي والعشرين من رمضان 1445", "2024-03-31"),
    ("10 ذي الحجة 1445", "2024-06-16"),
    ("9 ذو القعدة سنة 1445", "2024-05-17"),
    ("15 رمضان لعام 1445", "2024-03-25"),
]
NO_HIJRI_DAY = [
    "31 رمضان 1445",
    "30 رمضان 1446",
    "0 رمضان 1445",
    "5 رمضان 1600",
    "5 رمضان 1299",
    "5 رمضان 14450",
    "5 رمضان",
    "رمضان 1445",
    "غرة رمضان الماضي",
]

# The sentence, the day of publication, and the phrase with what it stands for; None: left alone.
RELATIVE = [
    ("بدأت المحادثات في يناير الماضي", "2024-09-24", ("يناير الماضي", "2024-01")),
    ("بدأت المحادثات في يناير الماضي", "2024-01-31", ("يناير الماضي", "2023-01")),
    (
        "في شهر كانون الثاني/ يناير المنصرم",
        "2024-09-24",
        ("شهر كانون الثاني/ يناير المنصرم", "2024-01"),
    ),
    ("في أيلول/سبتمبر الماضي.", "2025-01-06", ("أيلول/سبتمبر الماضي", "2024-09")),
    ("في 12 يونيو حزيران الماضي", "2024-09-24", ("12 يونيو حزيران الماضي", "2024-06-12")),
    ("on March 3 this year", "2024-09-24", ("March 3 this year", "2024-03-03")),
    ("on Sept. 11 last year", "2024-09-24", ("Sept. 11 last year", "2023-09-11")),
    ("last Friday, Sept. 20", "2024-09-24", None),
    ("خلال السنة الفارطة", "2024-09-24", ("السنة الفارطة", "2023")),
    ("في ديسمبر الفائت", "2025-01-06", ("ديسمبر الفائت", "2024-12")),
    ("وفي 29 كانون الثاني الماضي، أُعلن", "2025-03-26", ("29 كانون الثاني الماضي", "2025-01-29")),
    (
        "في السابع عشر من سبتمبر الحالي.",
        "2024-09-24",
        ("السابع عشر من سبتمبر الحالي", "2024-09-17"),
    ),
    (
        "في الحادي والعشرين من سبتمبر الحالي",
        "2024-09-24",
        ("الحادي والعشرين من سبتمبر الحالي", "2024-09-21"),
    ),
    ("في ديسمبر الجاري", "2025-01-01", ("ديسمبر الجاري", "2024-12")),
    ("في مايو الجاري", "2025-01-01", None),
    ("في 31 فبراير الماضي", "2024-05-05", None),
    ("القمة في مارس المقبل", "2024-03-03", ("مارس المقبل", "2025-03")),
    ("القمة في مايو القادم", "2024-03-03", ("مايو القادم", "2024-05")),
    ("في مارس من العام المقبل", "2024-01-03", ("مارس من العام المقبل", "2025-03")),
    ("في يناير من العام الماضي", "2024-09-03", ("يناير من العام الماضي", "2023-01")),
    ("وفي السادس من الشهر الجاري", "2024-09-24", ("السادس من الشهر الجاري", "2024-09-06")),
    ("خلال الشهر الماضي", "2025-01-26", ("الشهر الماضي", "2024-12")),
    ("للشهر المقبل", "2024-12-26", ("للشهر المقبل", "2025-01")),
    ("كانت تنطلق العام الماضي", "2024-01-26", ("العام الماضي", "2023")),
    ("بنهاية العام الحالي", "2024-01-26", ("العام الحالي", "2024")),
    ("في هذا العام", "2024-01-26", ("هذا العام", "2024")),
    ("خلال السنة المقبلة", "2024-01-26", ("السنة المقبلة", "2025")),
    ("بنهاية العام التالي", "2024-01-26", None),
    ("ويوم الجمعة الماضي نقلت", "2024-09-24", ("يوم الجمعة الماضي", "2024-09-20")),
    ("الثلاثاء الماضي", "2024-09-24", ("الثلاثاء الماضي", "2024-09-17")),
    ("يوم الأربعاء المقبل", "2025-01-06", ("يوم الأربعاء المقبل", "2025-01-08")),
    ("قالت أمس إن", "2024-03-01", ("أمس", "2024-02-29")),
    ("أمس الأحد، أن", "2025-01-06", ("أمس الأحد", "2025-01-05")),
    ("أمس الخميس، مع", "2025-01-05", None),
    ("أمسِ الأول الإثنين", "2024-01-03", ("أمسِ الأول الإثنين", "2024-01-01")),
    ("أول من أمس", "2024-01-03", ("أول من أمس", "2024-01-01")),
    ("وهي في أمس الحاجة إليه", "2024-01-03", None),
    ("العراقية، اليوم الخميس، تأجيل", "2024-08-15", ("اليوم الخميس", "2024-08-15")),
    ("العراقية، اليوم الخميس، تأجيل", "2024-08-16", ("اليوم الخميس", "2024-08-15")),
    ("اليوم الأربعاء (26 آذار 2025)", "2025-03-26", None),
    ("العراق اليوم يختلف", "2025-01-05", None),
    ("أعلنت اليوم أن", "2025-01-05", ("اليوم", "2025-01-05")),
    ("يصل غداً الأحد", "2025-01-04", ("غداً الأحد", "2025-01-05")),
    ("طهران بعد غدٍ الأربعاء، لإجراء", "2025-01-06", ("بعد غدٍ الأربعاء", "2025-01-08")),
    ("في شهر كانون الثاني/ يناير بهدف", "2024-08-15", None),
    ("في يناير/فبراير الماضي", "2024-08-15", None),
    ("Talks began last January.", "2024-09-24", ("last January", "2024-01")),
    ("Talks began last January.", "2024-01-24", ("last January", "2023-01")),
    ("It ends next May", "2024-09-24", ("next May", "2025-05")),
    ("On the 6th of last month", "2024-09-24", ("6th of last month", "2024-08-06")),
    ("in January of last year", "2024-09-24", ("January of last year", "2023-01")),
    ("It fell last year.", "2024-09-24", ("last year", "2023")),
    ("he said yesterday", "2024-03-01", ("yesterday", "2024-02-29")),
    ("the day before yesterday", "2024-03-01", ("the day before yesterday", "2024-02-28")),
    ("last Friday he met", "2024-09-20", ("last Friday", "2024-09-13")),
    ("next Friday", "2024-09-20", ("next Friday", "2024-09-27")),
    ("today's Iraq", "2024-09-20", None),
    ("at long last, Friday came", "2024-09-20", None),
    ("This may be the last chance.", "2024-03-10", None),
    ("THIS MAY BE THE LAST CHANCE.", "2024-03-10", None),
    ("This march drew thousands.", "2024-03-10", None),
    ("It opens next May.", "2024-03-10", ("next May", "2024-05")),
    ("This March drew thousands.", "2024-03-10", ("This March", "2024-03")),
    ("In 1990 he won, and the next year he lost.", "2024-03-10", None),
    ("He resigned in 2015, the next month he left.", "2024-03-10", None),
    ("He won in 1990 and will run next year.", "2024-03-10", ("next year", "2025")),
    ("It was built over the last year.", "2024-03-10", None),
    ("In the last month, 40 people died.", "2024-03-10", None),
    ("the last Friday of Ramadan", "2024-03-10", None),
    ("It was built in the spring of last year.", "2024-03-10", ("last year", "2023")),
    ("USA Today reported", "2024-03-10", None),
    ("told Russia Today that", "2024-03-10", None),
    ("Today, he said", "2024-03-10", ("Today", "2024-03-10")),
    ("In Gaza today", "2024-03-10", ("today", "2024-03-10")),
    ("وصل قبل أمس", "2024-03-10", ("قبل أمس", "2024-03-08")),
    ("وصل ليلة البارحة", "2024-03-10", ("البارحة", "2024-03-09")),
    ("وصل أول البارحة", "2024-03-10", ("أول البارحة", "2024-03-08")),
    ("يصل مساء غد", "2024-03-10", ("غد", "2024-03-11")),
    ("يصل صباح غدٍ الاثنين", "2024-03-10", ("غدٍ الاثنين", "2024-03-11")),
    ("من أجل غد أفضل", "2024-03-10", None),
    (
        "في الثالث و العشرين من أيلول الجاري",
        "2024-09-24",
        ("الثالث و العشرين من أيلول الجاري", "2024-09-23"),
    ),
    ("في الـ7 من أكتوبر الماضي", "2024-09-24", ("الـ7 من أكتوبر الماضي", "2023-10-07")),
    ("في الـ 15 من الشهر الجاري", "2024-09-24", ("الـ 15 من الشهر الجاري", "2024-09-15")),
    ("غدا واضحا أن الاتفاق انهار", "2024-03-10", None),
    ("حتى غدا الأمر مستحيلا", "2024-03-10", None),
    ("يصل غداً الوفد", "2024-03-10", ("غداً", "2024-03-11")),
    ("يصل غدا إلى عدن", "2024-03-10", ("غدا", "2024-03-11")),
    ("يصل غدا صباحا", "2024-03-10", ("غدا", "2024-03-11")),
    ("يصل غدا الساعة الخامسة", "2024-03-10", ("غدا", "2024-03-11")),
    ("يصل غدا الاثنين", "2024-03-10", ("غدا الاثنين", "2024-03-11")),
    ("بالأمس القريب كانت المدينة آمنة", "2024-03-10", None),
    ("كانت بالأمس قريبة", "2024-03-10", ("الأمس", "2024-03-09")),
    ("It opens next Friday, March 22, 2024, in Rome", "2024-03-13", None),
    ("It opens next Friday, 22 March", "2024-03-13", None),
    ("يلتقيان الثلاثاء المقبل 26 مارس", "2024-03-15", None),
    ("التقيا الخميس الماضي الموافق 7 مارس", "2024-03-15", None),
    ("Last Friday 20 people left", "2024-03-15", ("Last Friday", "2024-03-08")),
    ("وصل أمس 20 شخصا", "2024-03-10", ("أمس", "2024-03-09")),
]


@pytest.mark.parametrize(("text", "iso"), STATED.items())
def test_a_stated_date_is_read(text: str, iso: str) -> None:
    assert parse_date(text) == dt.date.fromisoformat(iso)


@pytest.mark.parametrize(
    "text",
    [
        "Sat, 27 Jan 2024 01:30:00 +0300",
        "January 27, 2024 11:30 p.m. EST",
        "27 يناير 2024 01:15 GMT+3",
        "2024/01/27 00:30 +0300",
        "2024-01-27T23:30:00-05:00",
    ],
)
def test_the_day_is_that_of_the_zone_that_is_stated(text: str) -> None:
    assert parse_date(text) == dt.date(2024, 1, 27)


@pytest.mark.parametrize("text", NO_FULL_DATE)
def test_a_missing_day_month_or_year_is_not_guessed(text: str) -> None:
    assert parse_date(text) is None


def test_every_month_has_an_english_and_two_arabic_names() -> None:
    assert [MONTHS[name] for name in ("January", "يناير", "كانون الثاني")] == [1, 1, 1]
    assert [list(MONTHS.values()).count(number) >= 3 for number in range(1, 13)] == [True] * 12


@pytest.mark.parametrize(("sentence", "published", "expected"), RELATIVE)
def test_a_relative_phrase_is_resolved(
    sentence: str, published: str, expected: tuple[str, str] | None
) -> None:
    found = resolve_dates(sentence, dt.date.fromisoformat(published), "en")
    assert [(date.span.of(sentence), date.iso) for date in found] == (
        [expected] if expected else []
    )


def test_without_a_publication_date_nothing_is_resolved() -> None:
    assert resolve_dates("في يناير الماضي", None, "en") == ()


@pytest.mark.parametrize(
    ("sentence", "english", "arabic"),
    [
        ("في يناير الماضي", "January 2024", "يناير 2024"),
        ("أمس", "23 September 2024", "23 سبتمبر 2024"),
        ("العام الماضي", "2023", "عام 2023"),
        ("last January", "January 2024", "يناير 2024"),
    ],
)
def test_a_resolved_date_is_said_in_the_language_asked(
    sentence: str, english: str, arabic: str
) -> None:
    published = dt.date(2024, 9, 24)
    assert [date.words for date in resolve_dates(sentence, published, "en")] == [english]
    assert [date.words for date in resolve_dates(sentence, published, "ar")] == [arabic]


def test_several_phrases_come_in_the_order_of_the_sentence() -> None:
    sentence = "قال أمس إن المحادثات بدأت في يناير الماضي وتنتهي العام المقبل"
    found = resolve_dates(sentence, dt.date(2024, 9, 24), "en")
    assert [date.iso for date in found] == ["2024-09-23", "2024-01", "2025"]


@pytest.mark.parametrize(
    ("phrases", "edge"),
    [
        ("أمس، العام الماضي، الشهر الماضي، last Friday", dt.date.min),
        ("غداً، العام المقبل، الشهر المقبل، next Friday", dt.date.max),
    ],
)
def test_nothing_is_resolved_beyond_the_calendar(phrases: str, edge: dt.date) -> None:
    assert resolve_dates(phrases, edge, "en") == ()


@pytest.mark.parametrize("published", [None, dt.date(2024, 9, 24)])
@pytest.mark.parametrize(("phrase", "iso"), HIJRI)
def test_an_islamic_date_is_converted_with_or_without_a_day_of_publication(
    phrase: str, iso: str, published: dt.date | None
) -> None:
    sentence = f"افتتح الجسر في {phrase}، كما أعلن"
    (found,) = resolve_dates(sentence, published, "en")
    assert (found.span.of(sentence), found.iso, found.hijri) == (phrase, iso, True)


def test_an_islamic_date_is_said_in_the_language_asked() -> None:
    sentence = "في غرة محرم 1446 هـ"
    said = [resolve_dates(sentence, None, language)[0].words for language in ("en", "ar")]
    assert said == ["7 July 2024", "7 يوليو 2024"]


@pytest.mark.parametrize("phrase", NO_HIJRI_DAY)
def test_an_islamic_date_that_is_no_day_is_left_alone(phrase: str) -> None:
    assert resolve_dates(f"افتتح الجسر في {phrase}.", dt.date(2024, 9, 24), "en") == ()


def test_an_islamic_date_stands_beside_a_relative_one() -> None:
    sentence = "قال أمس إنه افتتح في 5 رمضان 1445"
    found = resolve_dates(sentence, dt.date(2024, 9, 24), "en")
    assert [(date.iso, date.hijri) for date in found] == [
        ("2024-09-23", False),
        ("2024-03-15", True),
    ]


@pytest.mark.parametrize(
    ("sentence", "phrases"),
    [
        ("بدأت المحادثات في يناير الماضي", ["يناير الماضي"]),
        ("قال أمس الخميس إن القمة في مايو المقبل", ["أمس الخميس", "مايو المقبل"]),
        ("وصل اليوم الأربعاء", ["اليوم الأربعاء"]),
        ("He said yesterday that it opened last Friday", ["yesterday", "last Friday"]),
        ("في 31 فبراير الماضي", []),
        ("العام الماضي 2023", []),
        ("في 5 رمضان 1445", []),
        ("on 5 May 2024", []),
        ("This may be the last chance; last year it was not", ["last year"]),
        ("غدا واضحا أن الاتفاق انهار", []),
        ("", []),
    ],
)
def test_phrases_that_need_a_day_of_publication_are_found_without_one(
    sentence: str, phrases: list[str]
) -> None:
    assert [span.of(sentence) for span in undated_phrases(sentence)] == phrases


@given(st.dates(), st.sampled_from([sentence for sentence, _, _ in RELATIVE]))
def test_what_can_be_resolved_from_some_day_is_undated_without_one(
    published: dt.date, sentence: str
) -> None:
    undated = undated_phrases(sentence)
    for date in resolve_dates(sentence, published, "en"):
        assert any(span.overlaps(date.span) for span in undated)


_WORDS = ["الماضي", "المقبل", "العام", "الشهر", "أمس", "اليوم", "غداً", "الجمعة", "من", "/"]
_PIECES = st.sampled_from(
    [*MONTHS, *_WORDS, "last", "next", "year", "31", "29", "2024", "رمضان", "1445"]
)


@given(
    st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=12).map(" ".join),
    st.dates(),
)
def test_resolved_spans_lie_in_the_sentence_and_do_not_overlap(
    sentence: str, published: dt.date
) -> None:
    found = resolve_dates(sentence, published, "ar")
    edges = [edge for date in found for edge in (date.span.start, date.span.end)]
    assert edges == sorted(edges)
    assert all(date.span.of(sentence).strip() for date in found)
    assert all(span.of(sentence).strip() for span in undated_phrases(sentence))


@given(st.one_of(st.text(max_size=40), st.lists(_PIECES, max_size=6).map(" ".join)))
def test_parsing_a_date_never_raises(text: str) -> None:
    parse_date(text)


@pytest.mark.parametrize(
    ("sentence", "stated"),
    [
        ("بحلول سبتمبر من عام 2025 والبقية", [("سبتمبر من عام 2025", "2025-09", "September 2025")]),
        ("في 8 كانون الأول 2024", [("8 كانون الأول 2024", "2024-12-08", "8 December 2024")]),
        ("وفي شهر أيار/مايو ٢٠٢٤،", [("شهر أيار/مايو ٢٠٢٤", "2024-05", "May 2024")]),
        (
            "منذ العام 2014 ومن سنة 2003",
            [("العام 2014", "2014", "2014"), ("سنة 2003", "2003", "2003")],
        ),
        ("كانون الثاني يناير 2020", [("كانون الثاني يناير 2020", "2020-01", "January 2020")]),
        ("عام 1445 هـ", []),
        ("31 شباط 2020", []),
        ("أيار/حزيران 2020", []),
        ("في مايو المقبل", []),
        ("", []),
    ],
)
def test_dates_that_name_their_year_are_found(
    sentence: str, stated: list[tuple[str, str, str]]
) -> None:
    found = stated_dates(sentence, "en")
    assert [(date.span.of(sentence), date.iso, date.words) for date in found] == stated


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("in May 2024", [("May 2024", (2024, 5, None))]),
        ("on 5 May", [("5 May", (None, 5, 5))]),
        ("on May 5, 2024", [("May 5, 2024", (2024, 5, 5))]),
        ("On Sept. 11, 2001, it fell", [("Sept. 11, 2001", (2001, 9, 11))]),
        ("3 Feb 2024", [("3 Feb 2024", (2024, 2, 3))]),
        ("Jan said it", []),
        ("في 12 يونيو حزيران 2019", [("12 يونيو حزيران 2019", (2019, 6, 12))]),
        ("في يناير مارس الضغط", [("يناير", (None, 1, None)), ("مارس", (None, 3, None))]),
        ("on the 5th of June", [("5th of June", (None, 6, 5))]),
        ("from 5 to 7 May 2024", [("5 to 7 May 2024", (2024, 5, None))]),
        ("in June 20 people came", [("June", (None, 6, None))]),
        ("15 كانون الثاني", [("15 كانون الثاني", (None, 1, 15))]),
        ("في تشرين الأول/أكتوبر 2023", [("تشرين الأول/أكتوبر 2023", (2023, 10, None))]),
        ("بين 5 و7 أيار", [("5 و7 أيار", (None, 5, None))]),
        (
            "من الخامس من مايو حتى يونيو",
            [("الخامس من مايو", (None, 5, 5)), ("يونيو", (None, 6, None))],
        ),
        ("في عام 2023", [("عام 2023", (2023, None, None))]),
        ("مايو لعام 2023", [("مايو لعام 2023", (2023, 5, None))]),
        ("يناير/فبراير", []),
        ("it may reach 50 villages", []),
        ("the march of May", [("May", (None, 5, None))]),
        ("May he win", []),
        ("by 5 may 2024", [("5 may 2024", (2024, 5, 5))]),
        ("in 2024", []),
        ("", []),
    ],
)
def test_the_months_that_a_text_names_are_read_with_their_day_and_year(
    text: str, named: list[tuple[str, tuple[int | None, int | None, int | None]]]
) -> None:
    found = named_dates(text)
    assert [(date.span.of(text), (date.year, date.month, date.day)) for date in found] == named
