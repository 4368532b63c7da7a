"""Which words of an Arabic text are taken for names."""

from __future__ import annotations

import pytest

from rag.arabic_names import could_be_name, is_likely_name, likely_names, listed_name, may_be_name
from rag.schema import Span


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("بنك قطر الوطني", "Qatar National Bank"),
        ("للأمم المتحدة", "United Nations"),
        ("رئيس الأمم المتحدة", None),
        ("وكالة الأنباء", None),
        ("لبنان", None),
        ("", None),
    ],
)
def test_a_listed_name_is_one_of_several_words_and_of_all(text: str, name: str | None) -> None:
    assert listed_name(text) == name


def test_words_that_could_be_names_are_names_after_a_title_or_side_by_side() -> None:
    def names(text: str) -> list[str]:
        return [span.of(text) for span in sorted(likely_names(text))]

    assert names("الطبيب صالح جمال حسن فاز") == ["صالح", "جمال", "حسن"]
    assert names("الوزير عادل الطوخي") == ["عادل", "الطوخي"]
    assert names("الوزير شريف غادر") == ["شريف"]
    assert names("نقيب المهندسين هاني الديب") == ["هاني", "الديب"]
    assert names("المهندس سالم بن خلفان الصقري") == ["سالم", "خلفان", "الصقري"]
    assert names("قال سالم زقلوما") == ["سالم", "زقلوما"]
    assert names("مدير الساحة عبد الله الرشودي") == ["عبد الله", "الرشودي"]
    assert names("رجل الأعمال نبيل الأعرجي") == ["نبيل", "الأعرجي"]
    assert names("مسعف يدعى سالم العلي") == ["سالم", "العلي"]
    assert names("طلب عدم كشف اسمه فإن") == names("لاعب وسط واحد") == []
    assert names("نقيب المهندسين") == names("رسائل جده الذي عمل") == []
    assert names("المهندس سالم بن حمدان") == ["سالم", "حمدان"]
    assert names("التقى ولي العهد الأمير محمد بن سلمان بهم") == ["محمد", "سلمان"]
    assert names("طالب وزير العدل عادل نصار بتحقيق") == ["عادل", "نصار"]
    assert names("الشيخ محمد بن زايد آل نهيان") == ["محمد", "زايد", "نهيان"]
    assert names("الشيخ محمد بن زايد أمير قطر") == ["محمد", "زايد"]
    assert names("قال محمد حسن الأمير") == ["محمد", "حسن", "الأمير"]
    assert names("صباح الجمعة") == names("خالد فاز") == names("") == []


def test_words_are_a_likely_name_if_all_are_or_stand_within_it() -> None:
    text = "قال المهندس سالم بن خلفان الصقري إن السفينة ستغادر"
    for words, named in (("سالم بن خلفان الصقري", True), ("المهندس سالم", False), ("بن", False)):
        start = text.index(words)
        assert is_likely_name(Span(start, start + len(words)), text) is named


def test_several_words_that_each_could_be_a_name_could_be_one() -> None:
    assert could_be_name("جرف النمر")
    assert not any(map(could_be_name, ("الصخر", "مدينة جرف الصخر", "12 جرف", "")))


def test_function_words_and_days_are_in_no_name() -> None:
    assert all(map(may_be_name, ("خالد بن علي", "جرف الصخر", "فيلكوش")))
    assert not any(map(may_be_name, ("كي ينام", "فجر الاثنين", "على البحر", "سبعة توابيت")))
