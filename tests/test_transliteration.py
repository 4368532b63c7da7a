"""Names in Latin letters and the Arabic words that they may be."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text import fold, split_words
from rag.transliteration import arabic_pattern, initials_pattern
from rag.word_lists import read_rows

ARTICLES = Path(__file__).resolve().parents[1] / "evaluation" / "articles"
SAMPLE = 1500


def may_be(name: str, word: str) -> bool:
    return arabic_pattern(name).fullmatch(fold(word)) is not None


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Khaled", "خالد"),
        ("Araji", "أعرجي"),
        ("al-Araji", "أعرجي"),
        ("Ghassan", "غسان"),
        ("Kadhim", "كاظم"),
        ("Fathallah", "فتحالله"),
        ("Abderrazak", "عبدالرزاق"),
        ("Salahuddin", "صلاحالدين"),
        ("Rumaithiya", "رميثية"),
        ("Fatimah", "فاطمة"),
        ("Layla", "ليلى"),
        ("Sami", "سامي"),
        ("Rabie", "ربيع"),
        ("Wojciech", "فويتشيخ"),
        ("Szczesny", "شتشيسني"),
        ("Babić", "بابيتش"),
        ("Babic", "بابيتش"),
        ("Stojković", "ستويكوفيتش"),
        ("Carvalho", "كارفاليو"),
        ("Coutinho", "كوتينيو"),
        ("Ximena", "خيمينا"),
        ("Javier", "خافيير"),
        ("Guillermo", "غييرمو"),
        ("Villa", "فيا"),
        ("Villa", "فيلا"),
        ("Chiesa", "كييزا"),
        ("Ciro", "تشيرو"),
        ("Michal", "ميخال"),
        ("Erdoğan", "أردوغان"),
        ("Çelik", "تشيليك"),
        ("Renault", "رينو"),
        ("Nantes", "نانت"),
        ("McGurk", "ماكغورك"),
        ("Weinberg", "فاينبرغ"),
        ("Luhansk", "لوغانسك"),
        ("Houston", "هيوستن"),
        ("Steinmeier", "شتاينماير"),
        ("Stockholm", "ستوكهولم"),
        ("Mbeki", "مبيكي"),
        ("Mbeki", "أمبيكي"),
        ("Świątek", "شفيونتيك"),
        ("Dąbrowski", "دومبروفسكي"),
    ],
)
def test_a_name_is_known_letter_by_letter(name: str, word: str) -> None:
    assert may_be(name, word)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Majdal", "معدل"),
        ("Michigan", "مسجلين"),
        ("Jamil", "يمول"),
        ("Kouloukis", "فيلكوش"),
        ("Harazi", "حارس"),
        ("Nuba", "نواب"),
        ("Aleem", "علم"),
        ("Sara", "سر"),
        ("Hanan", "هناء"),
        ("Salem", "سليمان"),
        ("Washington", "أنتوني"),
        ("Obeid", "عبد"),
    ],
)
def test_another_word_is_not_the_name(name: str, word: str) -> None:
    assert not may_be(name, word)


def test_names_as_they_are_spelled_are_found_and_few_other_words() -> None:
    listed = [row[:2] for row in read_rows("spellings.tsv")]
    sample = random.Random(0).sample(listed, SAMPLE)
    found = sum(may_be(name, word) for word, name in sample)
    assert found > 0.95 * SAMPLE
    names = {fold(word) for word, _ in listed}
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ARTICLES.iterdir())[:20])
    words = sorted(set(split_words(fold(text))) - names)
    taken = sum(may_be(name, word) for _, name in sample[:200] for word in words)
    assert taken < 200 * len(words) / 2000


def test_initials_with_another_letter_have_no_names() -> None:
    assert initials_pattern("BB").search("قال بي بي")
    assert not initials_pattern("\u00d6BB").search("قال بي بي")


def test_what_has_no_latin_letter_is_no_word() -> None:
    assert not may_be("", "خالد")
    assert not may_be("24", "خالد")
    assert arabic_pattern("24").pattern == arabic_pattern("").pattern == ""


@given(st.text(), st.text())
def test_any_text_has_a_pattern(name: str, word: str) -> None:
    assert may_be(name, word) in (True, False)


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz'-"), min_size=1))
def test_any_name_has_a_pattern_of_arabic_letters(name: str) -> None:
    assert not arabic_pattern(name).search("a")
