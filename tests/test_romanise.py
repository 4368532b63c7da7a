"""Names in Latin letters: which spellings the grammar allows, and what becomes of a garbled one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.names import occurs
from rag.romanise import is_place, mend_names, romanise, spell, spelling_grammar
from tests.fakes import ScriptedModel


@pytest.fixture(autouse=True)
def nothing_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names here are the model's to spell."""
    monkeypatch.setattr("rag.romanise.usual_spelling", lambda word: None)


def allows(grammar: str, spelling: str) -> bool:
    """Whether a grammar without recursion derives a word."""
    rules = dict(line.split(" ::= ", 1) for line in grammar.splitlines())

    def pattern(rule: str) -> str:
        parts = re.findall(r'"([^"]*)"|(\[[^]]*\])|([()|?])|([\w-]+)', rules[rule])
        made = (
            re.escape(text) or letters or sign or f"(?:{pattern(name)})"
            if name
            else text + letters + sign
            for text, letters, sign, name in parts
        )
        return "".join(made)

    return re.fullmatch(pattern("root"), spelling) is not None


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("أعرجي", "Araji"),
        ("ليلى", "Laila"),
        ("جرف", "Jurf"),
        ("صخر", "Sakhr"),
        ("مصطفى", "Mustafa"),
        ("برهان", "Burhan"),
        ("طراونة", "Tarawna"),
        ("فاطمة", "Fatima"),
        ("مزروعي", "Mazroui"),
        ("علي", "Ali"),
        ("يوسف", "Yousef"),
        ("وليد", "Walid"),
        ("نواف", "Nawaf"),
    ],
)
def test_the_usual_spelling_of_a_name_is_allowed(name: str, spelling: str) -> None:
    assert allows(spelling_grammar(name) or "", spelling)


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("أعرجي", "Jarji"),
        ("أعرجي", "Arji"),
        ("برهان", "Brhan"),
        ("مصطفى", "Mustfa"),
        ("جرف", "Gurf"),
        ("صخر", "Sur"),
    ],
)
def test_a_spelling_that_the_letters_do_not_bear_out_is_not_allowed(
    name: str, spelling: str
) -> None:
    assert not allows(spelling_grammar(name) or "", spelling)


def test_what_only_foreign_names_have_is_allowed_where_the_garbled_one_has_it() -> None:
    assert not allows(spelling_grammar("بلينكن") or "", "Blinken")
    assert allows(spelling_grammar("بلينكن", like="Blenkin") or "", "Blinken")
    assert allows(spelling_grammar("بوتين", like="Potin") or "", "Putin")


def test_ta_and_shin_are_one_sound() -> None:
    grammar = spelling_grammar("فاسيتش", like="Vasic") or ""
    assert allows(grammar, "Vasic")
    assert allows(grammar, "Vasich")
    assert not allows(grammar, "Fasiyech")
    assert occurs("Vasich", "فاسيتش")


def test_what_is_foreign_in_another_word_of_a_garbled_name_is_not_allowed() -> None:
    model = ScriptedModel("Bahla", "Jarf")
    romanise("بهلاء جرف", like="Club Bala Grove", model=model)
    assert [asked.grammar for asked in model.asked] == [
        spelling_grammar("بهلاء"),
        spelling_grammar("جرف", like="Grove"),
    ]
    assert spelling_grammar("جرف", like="Grove") != spelling_grammar("جرف")


def test_the_vowels_of_a_diminutive_follow_the_first_consonant() -> None:
    grammar = spelling_grammar("سويعدي") or ""
    assert allows(grammar, "Suwaidi")
    assert allows(grammar, "Sowaidi")
    assert not allows(grammar, "Sooyadi")
    assert allows(spelling_grammar("سوي") or "", "Sawi")


@pytest.mark.parametrize("name", ["", "م", "Adam", "قاسم الأعرجي", "٢٠١٤", "ن" * 40])
def test_what_is_no_arabic_word_has_no_grammar(name: str) -> None:
    assert spelling_grammar(name) is None
    assert spell(name, phrase=name, like="", model=ScriptedModel("Adam")) is None


@given(st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةئؤء", min_size=1, max_size=16))
def test_a_grammar_names_no_rule_that_it_lacks(name: str) -> None:
    grammar = spelling_grammar(name)
    if grammar is not None:
        defined = set(re.findall(r"^([\w-]+) ::=", grammar, re.MULTILINE))
        used = set(re.findall(r"(?:free|bound)[\w-]+", grammar))
        assert used <= defined


SOURCE = "مستشار الأمن القومي قاسم الأعرجي"


def test_a_garbled_name_is_spelled_anew_and_keeps_its_article() -> None:
    model = ScriptedModel("Araji")
    draft = "The adviser is Qasim Al-Jarji."
    mended = mend_names(draft, ["Al-Jarji"], source=SOURCE, model=model)
    assert mended == "The adviser is Qasim Al-Araji."
    (asked,) = model.asked
    assert asked.messages[-1].content == "قاسم الأعرجي: أعرجي"
    assert asked.grammar == spelling_grammar("أعرجي", like="Jarji")


def test_a_name_like_no_word_of_the_source_stays() -> None:
    model = ScriptedModel("Araji")
    draft = "He met President Obama."
    assert mend_names(draft, ["Obama"], source=SOURCE, model=model) == draft
    assert model.asked == []


def test_a_name_within_another_one_stays() -> None:
    draft = "Gassim spoke for Gassimpur."
    mended = mend_names(draft, ["Gassim"], source="قاسم", model=ScriptedModel("Qasim"))
    assert mended == "Qasim spoke for Gassimpur."


def test_a_name_that_is_there_already_is_not_written_twice() -> None:
    model = ScriptedModel("Qasim")
    draft = "Qasim Gassim spoke."
    assert mend_names(draft, ["Gassim"], source="قاسم", model=model) == draft


def test_another_name_that_sounds_alike_does_not_hide_the_word() -> None:
    draft = "The Iraqi adviser is Qasim Al-Jarji."
    mended = mend_names(draft, ["Al-Jarji"], source=SOURCE, model=ScriptedModel("Araji"))
    assert mended == "The Iraqi adviser is Qasim Al-Araji."


def test_a_whole_name_is_spelled_word_by_word() -> None:
    model = ScriptedModel("Jarf", "Sakhr")
    assert romanise("جرف الصخر", like="The Gulf", model=model) == "Jarf al-Sakhr"
    assert [asked.messages[-1].content for asked in model.asked] == [
        "جرف الصخر: جرف",
        "جرف الصخر: صخر",
    ]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("مدينة جرف الصخر", "the city of Jarf al-Sakhr"),
        ("المدينة الصخر", "the city of Sakhr"),
        ("جرف الصخر بمحافظة بابل", "Jarf al-Sakhr in the province of Babil"),
        ("نادي وادي جرف", "the club Wadi Jarf"),
        ("عبد الصخر بابل", "Abdul Sakhr Babil"),
        ("مدينة", None),
    ],
)
def test_what_kind_of_place_it_is_is_said_in_english(source: str, name: str | None) -> None:
    words = {"جرف": "Jarf", "الصخر": "Sakhr", "بابل": "Babil"}
    model = ScriptedModel(*(words[word] for word in source.split() if word in words), "Xyz")
    assert romanise(source, like="", model=model) == name


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("أم قصر", "Umm Qasr"),
        ("ليلى بنت قصر", "Layla bint Qasr"),
        ("قصر ابن أبي ليلى", "Qasr Ibn Abi Layla"),
        ("ليلى أم", None),
    ],
)
def test_words_within_names_have_their_usual_spelling(source: str, name: str | None) -> None:
    words = {"قصر": "Qasr", "ليلى": "Layla"}
    model = ScriptedModel(*(words[word] for word in source.split() if word in words), "Xyz")
    assert romanise(source, like="", model=model) == name


def test_a_thing_in_quotation_marks_is_not_spelled_like_a_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rag.romanise.usual_spelling", {"مرسى": "Morsi"}.get)
    assert romanise("مرسى", like="", model=ScriptedModel()) == "Morsi"
    assert romanise("«مرسى»", like="", model=ScriptedModel("Marsa")) == "Marsa"


@pytest.mark.parametrize("source", ["", "في", "86 دولة", "قاسم الأعرجي وزير من مدينة بابل"])
def test_what_is_no_short_name_is_not_spelled_as_one(source: str) -> None:
    assert romanise(source, like="", model=ScriptedModel("Xyz")) is None


@pytest.mark.parametrize("reply", ["Jarji", "the name is Araji", "أعرجي", ""])
def test_a_reply_that_does_not_spell_the_name_is_not_used(reply: str) -> None:
    draft = "The adviser is Qasim Al-Jarji."
    mended = mend_names(draft, ["Al-Jarji"], source=SOURCE, model=ScriptedModel(reply))
    assert mended == draft


def test_no_missing_names_change_nothing() -> None:
    assert mend_names("He spoke.", [], source=SOURCE, model=ScriptedModel("Araji")) == "He spoke."


@pytest.mark.parametrize("spelling", ["Araji", "A'raji"])
def test_what_is_spelled_occurs_in_its_source(spelling: str) -> None:
    assert occurs(spelling, SOURCE)


@pytest.mark.parametrize(
    ("before", "text", "place"),
    [
        ("من مدينة", "جرف الصخر", True),
        ("وإن", "ناحية السنية", True),
        ("", "مدينة إربد", True),
        ("ضد", "نادي وادي جرف", True),
        ("ضد", "نادي وادي", False),
        ("", "مدينة إربد الأردنية", False),
        ("في", "مدينة صغيرة", False),
        ("", "المدينة القديمة", False),
        ("", "منطقة آمنة", False),
        ("", "ولاية جديدة", False),
        ("في", "منطقة عسكرية", False),
        ("", "مدينة السليمانية", True),
        ("", "مدينة طنجة", True),
        ("إن", "السنية", False),
        ("", "مدينة", False),
        ("", "", False),
    ],
)
def test_a_place_is_known_by_the_word_for_its_kind(before: str, text: str, *, place: bool) -> None:
    assert is_place(before, text) is place
