"""Names in Latin letters found in Arabic text: by known pairs, and by their consonants."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.names import latin_names, missing_names, occurs, share_a_name, with_final_ya

TEXT = (
    "التقى وزير الخارجية الأمريكي أنتوني بلينكن رئيس الوزراء محمد شياع السوداني في دمشق، "
    "وقالت السفيرة ألينا رومانوفسكي إن قاسم الأعرجي زار مصر."
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Damascus", "عاد إلى دمشق."),
        ("Damascus", "عاد من دِمَشْق"),
        ("Egypt", "زار مصر أمس"),
        ("Baghdad", "في بغداد"),
        ("Jordan", "عمّان عاصمة الأردن"),
        ("Lebanon", "جنوب لبنان"),
        ("Germany", "قالت ألمانيا"),
        ("Greece", "في اليونان"),
        ("Austria", "عاصمة النمسا"),
    ],
)
def test_places_with_another_name_in_arabic_are_known(name: str, text: str) -> None:
    assert occurs(name, text)


@pytest.mark.parametrize(
    "name",
    [
        "Romanowski",
        "Romanovsky",
        "al-Araji",
        "Al-A'raji",
        "Araji",
        "Blinken",
        "Sudani",
        "al-Sudani",
        "Mohammed",
        "Muhammad",
        "Mohamed",
        "Antony",
        "Qasim",
        "Qassem",
        "Alina",
    ],
)
def test_romanisations_of_a_name_are_found(name: str) -> None:
    assert occurs(name, TEXT)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Japanese", "سفيرا يابانيا"),
        ("Japanese", "السفير الياباني"),
        ("Indian", "السفينة الهندية"),
        ("French", "والفرنسية"),
        ("German", "مهندس ألماني"),
        ("Spanish", "الشركة الإسبانية"),
        ("Turkish", "للحكومة التركية"),
        ("Jordanian", "بالعملة الأردنية"),
        ("British", "السفير البريطاني"),
    ],
)
def test_adjectives_of_countries_and_languages_are_known(name: str, text: str) -> None:
    assert occurs(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Peru", "وصل الوفد إلى بيروت"),
        ("India", "كلية الهندسة"),
        ("Egypt", "مصرع شخص"),
        ("Egyptian", "النظام المصرفي"),
        ("Lima", "قال سليمان"),
        ("Rome", "زار رومانيا"),
        ("Ali", "قال عمر"),
        ("US", "قالت بريطانيا"),
        ("UK", "قالت واشنطن"),
        ("UN", "قالت واشنطن"),
        ("Yemen", "خرج من البيت"),
        ("Yemeni", "الحزب اليميني المتطرف"),
        ("Oman", "خرج من البيت"),
        ("Omani", "سأل عما جرى"),
        ("Amman", "خرج من البيت"),
        ("Qatar", "قتل أكثر من عشرة"),
        ("Turkey", "على الطريق العام"),
        ("Turkish", "في التركيز"),
        ("Syria", "أصيب أسرى"),
        ("Hebrew", "عبر الحدود"),
        ("Paris", "قال بارزاني"),
        ("Iraqi", "جماعة عرقية"),
        ("Mali", "وزير المالية"),
        ("Malian", "أزمة مالية حادة"),
        ("Yemen", "أصيب في يده اليمنى"),
        ("Cuba", "كوب من الشاي"),
    ],
)
def test_a_name_does_not_stand_within_another_word(name: str, text: str) -> None:
    assert not occurs(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Egypt", "الجيش المصري"),
        ("Egypt", "وبالمصريين"),
        ("Egyptian", "المصريون"),
        ("Jordan", "للأردن"),
        ("Syria", "Syrian troops"),
        ("Syrian", "والسوريين"),
        ("US", "القوات الأمريكية"),
        ("UK", "في بريطانيا"),
        ("UN", "الأمم المتحدة"),
        ("Ali", "قال علي"),
        ("Baha", "أنس آيت باها"),
        ("Syria", "في سورية"),
        ("Mali", "في مالي"),
        ("Malian", "الجيش المالي"),
        ("Cuban", "السفينة الكوبية"),
        ("Turkey", "وتركيا"),
        ("Iranians", "الإيرانيين"),
        ("American", "الرئيس الأميركي"),
        ("French", "رئيس فرنسا"),
        ("Nigerian", "الجيش النيجيري"),
        ("Istanbul", "في استنبول"),
        ("Xi", "قال شي"),
        ("Mo", "قال محمد صلاح"),
        ("Ha-na", "قالت يون ها نا"),
        ("The", "قصر الفنار"),
        ("A", "خطة بديلة"),
        ("Un", "قال كيم جونغ أون"),
        ("Aboul", "قال أبو الغيط"),
        ("Iran-Iraq", "الحدود الإيرانية العراقية"),
        ("Israeli-occupied", "احتلت إسرائيل الجولان"),
        ("US-led", "التحالف الأميركي"),
    ],
)
def test_what_is_written_on_to_a_name_does_not_change_it(name: str, text: str) -> None:
    assert occurs(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Japanese", "السفير الصيني"),
        ("Indian", "الشركة التركية"),
        ("Iran", "الجيش العراقي"),
        ("Iranian", "الجيش العراقي"),
        ("Iraqi", "الجيش الإيراني"),
        ("Iran-Iraq", "الحدود الإيرانية التركية"),
        ("US-led", "التحالف السعودي"),
        ("UN", "قال كيم جونغ أون"),
        ("Nigerian", "جيش النيجر"),
        ("Libyan", "الجيش اللبناني"),
        ("Austria", "في أستراليا"),
        ("Slovakia", "في سلوفينيا"),
    ],
)
def test_another_country_or_its_adjective_is_not_found(name: str, text: str) -> None:
    assert not occurs(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Monday", "يوم الإثنين"),
        ("Friday", "وقال الجمعة"),
        ("January", "في كانون الثاني"),
        ("January", "يناير"),
        ("May", "في أيار"),
        ("September", "أيلول/سبتمبر"),
        ("December", "كانون الأول"),
    ],
)
def test_weekdays_and_months_of_every_family_are_known(name: str, text: str) -> None:
    assert occurs(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Tuesday", "يوم الإثنين"),
        ("September", "في تشرين الأول"),
        ("January", "كانون الأول"),
        ("June", "يوليو"),
        ("March", "مرشح الحزب"),
    ],
)
def test_another_weekday_or_month_is_not_found_however_like_it_sounds(name: str, text: str) -> None:
    assert not occurs(name, text)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("FBI", "قال الإف بي آي", True),
        ("KGB", "ضابط في كي جي بي", True),
        ("JD", "قال جي دي فانس", True),
        ("LG", "شركة إل جي", True),
        ("MSC", "سفينة إم إس سي أرييس", True),
        ("MSC", "قال في بيان", False),
        ("FBI", "قناة سي إن إن", False),
    ],
)
def test_initials_are_found_by_the_names_of_their_letters(
    name: str, text: str, *, found: bool
) -> None:
    assert occurs(name, text) is found


def test_an_article_that_stands_apart_is_not_missing() -> None:
    assert missing_names("It reached El Daein and Al Daein.", ["وصل إلى الضعين"]) == ()


@pytest.mark.parametrize("name", ["Abdelkader", "Abdulqadir", "Abdelqader"])
def test_two_arabic_words_may_be_one_name_in_latin_letters(name: str) -> None:
    assert occurs(name, "الأمير عبد القادر الجزائري")
    assert not occurs(name, "الأمير عبد الرحيم")


@pytest.mark.parametrize("name", ["Abdulrahman", "Abdurrahman", "Abderrahmane"])
def test_a_name_may_have_its_article_in_a_doubled_consonant(name: str) -> None:
    assert occurs(name, "اللواء عبد الرحمن السعيد")
    assert not occurs(name, "اللواء عبد الرحيم السعيد")


@pytest.mark.parametrize("name", ["Abdel", "Abdul", "Abd"])
def test_the_first_word_of_a_servants_name_is_known(name: str) -> None:
    assert occurs(name, "الرئيس عبد الفتاح السيسي")
    assert occurs(name, "الرئيس عبدالفتاح السيسي")
    assert not occurs(name, "الرئيس حسني مبارك")


@pytest.mark.parametrize(
    "name", ["Canberra", "Washington", "Trump", "Berlin", "Erdogan", "France", "Liidi"]
)
def test_a_name_that_is_not_there_is_not_found(name: str) -> None:
    assert not occurs(name, TEXT)


def test_a_name_is_found_in_its_own_script_whatever_its_case() -> None:
    assert occurs("Élysée", "the Elysée and the élysée")
    assert occurs("NATO", "قوات Nato في العراق")


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("Talks began in Damascus.", ("Damascus",)),
        ("The minister Antony Blinken met al-Sudani.", ("Antony", "Blinken", "Sudani")),
        ("Antony Blinken met him.", ("Antony", "Blinken")),
        ("Blinken met him.", ("Blinken",)),
        ("Nobody met him.", ()),
        ("March 15, 2024", ("March",)),
        ("March with us", ()),
        ("Monday", ("Monday",)),
        ("Baghdad postponed the talks.", ("Baghdad",)),
        ("Iraqi troops left.", ("Iraqi",)),
        ("In Baghdad, it rained.", ("Baghdad",)),
        ("It was Iraq's parliament, not Egypt\u2019s.", ("Iraq", "Egypt")),
        ("Iraq's army left.", ("Iraq",)),
        ("Iraqis left.", ("Iraqis",)),
        ("Two Israelis died.", ("Israelis",)),
        ("Several Lebanese died.", ("Lebanese",)),
        ("While Israel waited, it rained.", ("Israel",)),
        ("nothing here", ()),
        ("", ()),
    ],
)
def test_names_are_the_capitalised_words(sentence: str, names: tuple[str, ...]) -> None:
    assert latin_names(sentence) == names


def test_names_that_stand_in_no_text_are_told_in_order() -> None:
    said = "He met Blinken in Canberra, then Romanowski in Berlin."
    assert missing_names(said, [TEXT, "نص آخر"]) == ("Canberra", "Berlin")
    assert missing_names(said, []) == ("Blinken", "Canberra", "Romanowski", "Berlin")
    assert missing_names("Nothing.", []) == ()


@pytest.mark.parametrize(
    ("garbled", "name"),
    [("Balale", "بهلاء"), ("Hanan", "هناء"), ("Manama", "منى"), ("Kouloukis", "فيلكوش")],
)
def test_a_consonant_said_twice_is_not_one_written_once(garbled: str, name: str) -> None:
    assert not occurs(garbled, name)


@pytest.mark.parametrize(
    ("garbled", "right", "name"),
    [
        ("Kodidi", "Kadoudi", "كدودي"),
        ("Otobia", "Otepia", "أوتيبا"),
        ("Salusman", "Slesman", "سليسمان"),
    ],
)
def test_a_name_has_the_long_vowels_that_are_written(garbled: str, right: str, name: str) -> None:
    assert occurs(right, f"في {name}")
    assert not occurs(garbled, f"في {name}")


def test_a_final_a_is_no_i_where_the_text_tells_them_apart() -> None:
    assert not occurs("Morsi", "في مرسى")
    assert occurs("Marsa", "في مرسى")
    assert occurs("Morsi", "فى مرسى")
    assert occurs("Araji", "التزم به قاسم الأعرجى فى بغداد، فيما قال مسؤول في البرلمان")


def test_a_final_a_is_told_from_an_i_by_the_text() -> None:
    assert with_final_ya("مرسى", of="في مرسى") == "مرسى"
    assert with_final_ya("مرسى، وليلى", of="فى مرسى، وليلى") == "مرسي، وليلي"


def test_titles_are_never_missing() -> None:
    said = "There Prime Minister Blinken met Dr. Romanowski and King Charles."
    assert missing_names(said, [TEXT]) == ("Charles",)


def test_a_month_or_weekday_that_the_text_does_not_name_is_missing() -> None:
    said = "It opened on Monday in May, not on Friday in June."
    assert missing_names(said, ["افتتح يوم الإثنين في أيار"]) == ("Friday", "June")


@pytest.mark.parametrize(
    ("name", "arabic", "found"),
    [
        ("Stojković", "المدرب ستويكوفيتش", True),
        ("Stojković", "المدرب إيفانوفيتش", False),
        ("Carvalho", "وسجل كارفاليو", True),
        ("Coutinho", "وسجل كوتينيو", True),
        ("Coutinho", "وسجل كيتين", False),
        ("Jamil", "يمول", False),
        ("Belhadj", "في البلاد", False),
    ],
)
def test_a_consonant_may_sound_like_a_y(name: str, arabic: str, *, found: bool) -> None:
    assert occurs(name, arabic) is found


@given(st.text(), st.text())
def test_looking_for_a_name_never_raises(name: str, text: str) -> None:
    assert occurs(name, text) in (True, False)


@given(st.text(), st.lists(st.text()))
def test_missing_names_are_names_of_the_sentence(sentence: str, texts: list[str]) -> None:
    assert set(missing_names(sentence, texts)) <= set(latin_names(sentence))


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("ليشيك رومانوفسكي", "المخرج رومانسكي", True),
        ("ألينا رومانوفسكي", "السفيرة رومانوسكي", True),
        ("قاسم الأعرجي", "محمد السوداني", False),
        ("عمر", "عمرو", False),
        ("", "رومانسكي", False),
    ],
)
def test_one_name_in_two_spellings_is_known(one: str, other: str, *, shared: bool) -> None:
    assert share_a_name(one, other) is shared
    assert share_a_name(other, one) is shared
