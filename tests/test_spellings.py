"""The list of usual spellings, and what it tells apart that consonants do not."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from rag.arabic_names import likely_names
from rag.names import occurs
from rag.romanise import romanise, spell_as_usual
from rag.spellings import spelled_as_name, spelled_so, usual_spelling
from rag.text import fold
from tests.fakes import ScriptedModel

ROWS = [
    line.split("\t")
    for line in resources.files("rag").joinpath("spellings.tsv").read_text("utf-8").splitlines()
]


def test_the_list_has_the_spellings_of_each_arabic_word_once() -> None:
    words = [fold(arabic) for arabic, *_ in ROWS]
    assert len(words) > 8000
    assert len(set(words)) == len(words)
    for arabic, *spellings in ROWS:
        assert re.fullmatch(r"[\u0621-\u064a\u0686\u067e\u06a4\u06af]{3,}", arabic), arabic
        assert spellings, arabic
        assert len(set(spellings)) == len(spellings)
        for latin in spellings:
            assert re.fullmatch(r"[A-Z][A-Za-z']+(?: [A-Z][a-z]+)?", latin), latin


@pytest.mark.parametrize(
    ("word", "latin"),
    [("محمد", "Mohammed"), ("حسين", "Hussein"), ("عامرية", "Amiriya"), ("كخطبب", None), ("", None)],
)
def test_a_listed_name_has_its_usual_spelling(word: str, latin: str | None) -> None:
    assert usual_spelling(word) == latin


def test_a_spelling_tells_which_arabic_words_it_is_of() -> None:
    assert fold("حسين") in spelled_so("Hussein")
    assert fold("حسين") in spelled_so("al-Hussein")
    assert fold("حسين") not in spelled_so("Hassan")
    assert {fold("جمال")} <= spelled_so("Jamal") & spelled_so("Gamal")
    assert spelled_so("Xyzzy") == frozenset()


def test_ali_is_a_name_and_no_preposition() -> None:
    text = "وقال الوزير علي حسن"
    assert {span.of(text) for span in likely_names(text)} == {"علي", "حسن"}
    assert spelled_as_name("علي") == "Ali"
    assert spelled_as_name("على") is None


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Hassan", "قال حسين إن اللقاء مفيد.", False),
        ("Hussein", "قال حسين إن اللقاء مفيد.", True),
        ("Hussein", "قال الوزير والحسين.", True),
        ("Mohammed", "قالت المحاميد.", False),
    ],
)
def test_names_of_the_same_consonants_are_told_apart(name: str, text: str, found: bool) -> None:
    assert occurs(name, text) is found


@pytest.mark.parametrize(
    ("source", "like", "name"),
    [
        ("حسين محمد", "", "Hussein Mohammed"),
        ("عبد الله محمد", "", "Abdullah Mohammed"),
        ("حسن نصر الله", "", "Hassan Nasrallah"),
        ("أحمد أبو الغيط", "", "Ahmed Aboul Gheit"),
        ("كمال كليجدار أوغلو", "Kemal", "Kamal Kilicdaroglu"),
        ("محمد رضا", "", "Mohammed Reda"),
        ("ناصر بن علي", "", "Nasser bin Ali"),
        ("محمد بن زايد آل نهيان", "", "Mohammed bin Zayed Al Nahyan"),
        ("حسن آل الأسد", "", "Hassan Al Assad"),
        ("كير ستارمر", "Keir Starmer", "Keir Starmer"),
        ("سلفا كير", "Salva Kiir", "Salva Kiir"),
        ("قيس سعيد", "Kais Saied", "Kais Saied"),
        ("قيس سعيد", "Kays Sayid", "Qais Saeed"),
        ("عبد المجيد تبون", "Abdelmadjid Tebboune", "Abdelmadjid Tebboune"),
        ("رياض محرز", "", "Riyad Mahrez"),
        ("بشار الأسد", "", "Bashar al-Assad"),
    ],
)
def test_a_listed_name_is_spelled_without_the_model(source: str, like: str, name: str) -> None:
    model = ScriptedModel("Xyz")
    assert romanise(source, like=like, model=model) == name
    assert model.asked == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Kilicdaroglu", "قال كمال كليجدار أوغلو"),
        ("Hibatullah", "قال هبة الله آخوند زاده"),
        ("Mishal", "قال مشعل الأحمد"),
        ("Luiz", "قال لويس لولا دا سيلفا"),
        ("Mahamat", "قال محمد إدريس ديبي"),
    ],
)
def test_a_name_is_found_as_another_agency_spells_it(name: str, text: str) -> None:
    assert occurs(name, text)


def test_a_garbled_name_of_two_arabic_words_is_spelled_as_one() -> None:
    source = "قال حسن نصر الله"
    mended = spell_as_usual("It was Hassan Nasralla.", source=source, kept="")
    assert mended == "It was Hassan Nasrallah."


@pytest.mark.parametrize(
    ("draft", "kept", "spelled"),
    [
        ("The winner is Ibraaham Mohommad.", "", "The winner is Ibrahim Mohammed."),
        ("The winner is Ibraaham.", "Did Ibraaham win?", "The winner is Ibraaham."),
        ("The winner is al-Ibraaham.", "", "The winner is Ibrahim."),
        ("The winner is Ebrahem.", "", "The winner is Ebrahem."),
        ("The winner is Barham.", "", "The winner is Barham."),
        ("The winner is Ibrakhim.", "", "The winner is Ibrahim."),
        ("The Moroccan won.", "", "The Moroccan won."),
        ("The winner is Walid.", "", "The winner is Walid."),
        ("", "", ""),
    ],
)
def test_a_draft_has_the_usual_spelling_of_a_name_that_its_source_has(
    draft: str, kept: str, spelled: str
) -> None:
    assert spell_as_usual(draft, source="فاز إبراهيم محمد في السباق.", kept=kept) == spelled


def test_a_country_is_not_spelled_like_a_person() -> None:
    source = "سيطر الجيش السوداني على الخرطوم."
    assert spell_as_usual("Sudan's army won.", source=source, kept="") == "Sudan's army won."
    assert spell_as_usual("Sudany won.", source=source, kept="") == "Sudany won."


def test_a_name_between_quotation_marks_is_not_spelled_like_a_persons() -> None:
    draft = "It is called Ibraaham."
    assert spell_as_usual(draft, source="يحمل اسم «إبراهيم».", kept="") == draft
    assert spell_as_usual(draft, source="يحمل اسم إبراهيم.", kept="") == "It is called Ibrahim."


def test_an_article_that_a_name_lacks_goes() -> None:
    def mended(source: str, kept: str = "") -> str:
        return spell_as_usual("The mayor is Salem al-Kaddori.", source=source, kept=kept)

    assert mended("العمدة سالم كدوري.") == "The mayor is Salem Kaddori."
    for source in ("العمدة سالم الكدوري.", "سالم كدوري والكدوري الآخر", "سالم من آل كدوري"):
        assert mended(source) == "The mayor is Salem al-Kaddori."
    assert "al-Kaddori" in mended("العمدة سالم كدوري.", kept="Who is al-Kaddori?")
