"""Normalisation leads back to the original; words, numbers, languages and sentences are found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.schema import Span
from rag.text import (
    detect_language,
    direction,
    fold,
    has_mixed_word,
    normalise,
    numbers,
    own_direction,
    replace_word,
    sentences,
    words,
)

AWKWARD = (
    "اأآىيةهؤئ\u064e\u0651\u0653\u0654\u0640\u200d\u200f\ufc5e\ufdfa\ufe70\ufe71\ufefb"
    "\u0301\u0345é\u0130ß½²٢۲٬٫. \u00a0\n\uac00\u1161\u11a8\uff76\uff9e«»\"'aB"
)
any_text = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=AWKWARD, max_size=30),
    st.text(alphabet=st.characters(min_codepoint=0x600, max_codepoint=0x6FF), max_size=30),
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("أإآٱ", "اااا"),
        ("مدرسة", "مدرسه"),
        ("على", "علي"),
        ("عراقی کبیر", "عراقي كبير"),
        ("مُحَمَّدٌ", "محمد"),
        ("العـــراق", "العراق"),
        ("\ufefb", "لا"),
        ("\u200fالعراق\u202c", "العراق"),
        ("١٢٣ ۱۲۳", "123 123"),
        ("٢٬٥٠٠٫٥", "2,500.5"),
        ("a\u00a0b", "a b"),
        ("CAFE\u0301", "café"),
        ("مسؤول رئيس", "مسؤول رئيس"),
        ("ا\u0654", "ا"),
        ("", ""),
    ],
)
def test_forms_that_mean_the_same_become_one(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(any_text)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(any_text)
def test_normalise_agrees_with_fold(text: str) -> None:
    assert normalise(text).text == fold(text)


@given(any_text)
def test_offsets_point_into_the_original_in_order(text: str) -> None:
    normalised = normalise(text)
    assert len(normalised.offsets) == len(normalised.ends) == len(normalised.text)
    assert list(normalised.offsets) == sorted(normalised.offsets)
    assert list(normalised.ends) == sorted(normalised.ends)
    for start, end in zip(normalised.offsets, normalised.ends, strict=True):
        assert 0 <= start < end <= len(text)


@given(any_text)
def test_every_letter_folds_like_its_original_span(text: str) -> None:
    normalised = normalise(text)
    span = normalised.original_span(0, len(normalised.text))
    assert fold(span.of(text)) == normalised.text


def test_a_found_word_is_led_back_to_with_its_marks() -> None:
    text = "قَالَ العِـراقُ."
    normalised = normalise(text)
    start = normalised.text.index("العراق")
    assert normalised.original_span(start, start + 6).of(text) == "العِـراقُ"


def test_a_bidi_mark_after_a_word_is_not_part_of_it() -> None:
    text = "العراق\u200f."
    assert normalise(text).original_span(0, 6).of(text) == "العراق"


def test_half_a_ligature_is_the_whole_ligature() -> None:
    assert normalise("\ufefb").original_span(1, 2) == Span(0, 1)


def test_an_empty_range_is_an_empty_span() -> None:
    normalised = normalise("ُab")
    assert normalised.original_span(1, 1) == Span(2, 2)
    assert normalised.original_span(2, 2) == Span(3, 3)
    assert normalise("").original_span(0, 0) == Span(0, 0)


def test_a_range_outside_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[0, 3\) is not in a text of 2"):
        normalise("ab").original_span(0, 3)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("قال مُحمّد: نعم!", ["قال", "مُحمّد", "نعم"]),
        ("2,500 ٢٬٥٠٠ 3.5", ["2,500", "٢٬٥٠٠", "3.5"]),
        ("Iraq's F16, don\u2019t", ["Iraq's", "F16", "don\u2019t"]),
        ("عام2014م", ["عام2014م"]),
        ("2014م 19th", ["2014", "م", "19", "th"]),
        ("...", []),
    ],
)
def test_words_are_letters_with_marks_or_numbers(text: str, found: list[str]) -> None:
    assert [word.of(text) for word in words(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2,500", {"2500"}),
        ("٢٥٠٠", {"2500"}),
        ("٢٬٥٠٠", {"2500"}),
        ("2\u00a0500", {"2500"}),
        ("1.234.567", {"1234567"}),
        ("1,234.56 1.234,56 ١٬٢٣٤٫٥٦", {"1234.56"}),
        ("20.5 ٢٠٫٥٠ 20,5", {"20.5"}),
        ("20.000 ٢٠٫٠٠٠ 0.000", {"20000", "0"}),
        ("541،600 ٣،٥ 0,0005", {"541600", "3.5", "0.0005"}),
        ("بين 1989،2008 و21،1990", {"1989", "2008", "21", "1990"}),
        ("12.5.2024", {"12", "5", "2024"}),
        ("2024-09-27", {"2024", "9", "27"}),
        ("10:30", {"10", "30"}),
        ("007", {"7"}),
        ("139 ضحية، 2011", {"139", "2011"}),
        ("2 500", {"2", "500"}),
        ("ثلاثة", set()),
        ("10²", {"10"}),
    ],
)
def test_a_number_has_one_form_however_it_is_written(text: str, found: set[str]) -> None:
    assert numbers(text) == found


@given(st.integers(0, 10**12))
def test_digits_of_any_script_give_the_same_number(value: int) -> None:
    arabic = f"{value:,}".translate(str.maketrans("0123456789,", "٠١٢٣٤٥٦٧٨٩٬"))
    assert numbers(arabic) == numbers(f"{value:,}") == numbers(str(value)) == {str(value)}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("متى بدأت المحادثات؟", "ar"),
        ("ما معنى NATO؟", "ar"),
        ("ما هی المحادثات العراقية", "ar"),
        ("من هو Emmanuel Macron؟", "ar"),
        ("ما معنى rules of engagement؟", "ar"),
        ("أين يقع Energiprojekt AB؟", "ar"),
        ("Who is محمد بن سلمان ولي العهد?", "en"),
        ("صحيفة The Guardian البريطانية", "ar"),
        ("In Gaza " + "قال الوزير إن الحرب مستمرة " * 5, "ar"),
        ("ما هي گوگل؟", "ar"),
        ("گوگل تطلق خدمة", "ar"),
        ("دولت جدید سوریه", "fa"),
        ("پایتخت ایران کجاست؟", "fa"),
        ("عراق کا دارالحکومت کیا ہے؟", "ur"),
        ("when did talks begin?", "en"),
        ("Iraq talks", "en"),
        ("When did طوفان begin?", "en"),
        ("Ursula von der Leyen", "en"),
        ("Who is von der Leyen?", "en"),
        ("Egyptian President Abdel Fattah el-Sisi", "en"),
        ("Los Angeles wildfires", "en"),
        ("El Fasher", "en"),
        ("Recep Tayyip Erdo\u011fan", "en"),
        ("Non-payment of salaries", "en"),
        ("Iran launches missiles against Israel after Damascus consulate strike", "en"),
        ("Le ministre de la Justice est mort", "und"),
        ("Wer ist Ursula von der Leyen?", "und"),
        ("négociations à Genève", "und"),
        ("Quand ont commencé les négociations ?", "und"),
        ("Wann begannen die Gespräche?", "und"),
        ("Когда начались переговоры?", "und"),
        ("123 ؟", "und"),
        ("", "und"),
    ],
)
def test_a_question_has_the_language_of_most_of_its_letters(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("متى بدأت NATO", "rtl"),
        ("NATO talks متى", "ltr"),
        ("שלום", "rtl"),
        ("123", "ltr"),
        ("", "ltr"),
    ],
)
def test_a_text_runs_like_most_of_its_letters(text: str, runs: str) -> None:
    assert direction(text) == runs


@pytest.mark.parametrize(
    "parts",
    [
        ["قال إن العدد 3.5 مليون.", "ثم ذهب."],
        ["هل بدأت؟", "نعم!", "لا…"],
        ["وصل د. محمد وأ.د. أحمد ود. علي.", "ثم خرجوا."],
        ["كان ذلك عام 2011 م.", "ثم عاد."],
        ["ذكرت وكالة (أ. ف. ب.) ذلك.", "ثم نفته."],
        ["قال «نعم. لا» ثم خرج.", "وعاد."],
        ['وأضاف "كنا قريبين. ثم تأجل" وسكت.', "وعاد."],
        ['قال: "انتهى".', "ثم خرج."],
        ['قال: "انتهى."', "ثم خرج."],
        ["رد محتمل..", "إيران تجري"],
        ["قال ... إنه (...) هنا.", "وخرج."],
        ["وتابع: نعم؛ ولم يزد، ثم خرج.", "وعاد."],
        ["The U.S. Army came to the U.N. building.", "It left."],
        ["They went to the U.S.", "The talks began."],
        ["Sens. Cruz and Lee met Brig. Gen. Ryder and Amb. Thomas at Ft. Hood.", "He left."],
        ["They hired ten sales reps.", "The firm grew."],
        ["Mr. J. Smith met Dr. Lee on Jan. 5 at No. 5 Main Street.", "He left."],
        ["Is it No. 1?", "No.", "It is not."],
        ["Prices rose 2.5% to 2,500, e.g. for oil.", "See http://a.example/b.c?d=1.", "End."],
        ['"Is it?" he asked.', '"Yes."', "She left..."],
        ["What?!", "Really..."],
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(parts: list[str]) -> None:
    text = " ".join(parts)
    assert [span.of(text) for span in sentences(text)] == parts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("عنوان\n\nنص", ["عنوان", "نص"]),
        ("عنوان\r\nنص", ["عنوان", "نص"]),
        ("قال،\nثم خرج.", ["قال،\nثم خرج."]),
        ("قال الوزير، \nإن الجسر مغلق.", ["قال الوزير، \nإن الجسر مغلق."]),
        ("He said, \t\r\n It is shut.", ["He said, \t\r\n It is shut."]),
        ("قال، نعم \nثم خرج.", ["قال، نعم", "ثم خرج."]),
        ("قال، \n\nثم خرج.", ["قال،", "ثم خرج."]),
        ("a wrapped\nline. End", ["a wrapped\nline.", "End"]),
        ("a paragraph\n\nand one", ["a paragraph", "and one"]),
        ("1. First.\n2. Second.", ["1. First.", "2. Second."]),
        ("انتهى الكلام.وقال آخر", ["انتهى الكلام.", "وقال آخر"]),
        (" \n *** \n", []),
        ("", []),
    ],
)
def test_lines_and_missing_spaces_are_understood(text: str, found: list[str]) -> None:
    assert [span.of(text) for span in sentences(text)] == found


LONG = "كلمة " * 50


@pytest.mark.parametrize(
    "parts",
    [
        [f"{LONG}هنا؛", f"{LONG}هناك."],
        [f"{LONG}هنا،", f"وقال {LONG}هناك."],
        [f"{LONG}هنا،", f"فيما {LONG}هناك."],
        [f'قال "{LONG}هنا.', f'{LONG}هناك".'],
        ["word " * 50 + "here,", "and " + "word " * 50 + "there."],
    ],
)
def test_a_long_sentence_is_cut_where_a_clause_begins(parts: list[str]) -> None:
    text = " ".join(parts)
    assert [span.of(text) for span in sentences(text)] == parts
    assert len(sentences(text, max_chars=None)) == 1


def test_a_comma_before_a_noun_that_begins_with_waw_cuts_nothing() -> None:
    text = f"{LONG}هنا، وزير {LONG}هناك."
    assert len(sentences(text)) == 1


@given(any_text, st.sampled_from([None, 0, 20, 400]))
def test_sentences_are_trimmed_in_order_and_apart(text: str, max_chars: int | None) -> None:
    place = 0
    for span in sentences(text, max_chars=max_chars):
        assert place <= span.start < span.end <= len(text)
        assert span.of(text) == span.of(text).strip()
        place = span.end


@given(any_text)
def test_every_letter_is_in_a_sentence(text: str) -> None:
    covered = {place for span in sentences(text) for place in range(span.start, span.end)}
    assert all(place in covered for place, char in enumerate(text) if char.isalnum())


@given(any_text)
def test_no_text_makes_a_parser_fail(text: str) -> None:
    assert all(span.of(text) for span in words(text))
    assert all(number[0].isdigit() for number in numbers(text))
    assert detect_language(text) in {"ar", "en", "fa", "ur", "und"}
    assert direction(text) in {"rtl", "ltr"}


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("8 December 2024 (“يوم 8 كانون الأول من عام 2024”) [1]", "ltr"),
        ("جاء في الوثيقة: «Project director Raghad al-Mahamid said so» [1]", "rtl"),
        ("«المدار»", "rtl"),
        ("", "ltr"),
    ],
)
def test_a_text_runs_as_what_it_says_itself_and_not_as_what_it_quotes(text: str, runs: str) -> None:
    assert own_direction(text) == runs


@pytest.mark.parametrize(
    ("text", "mixed"),
    [("وCNN", False), ("فiras", True), ("الtram", True), ("tramات", True), ("CNN قالت", False)],
)
def test_a_word_of_two_scripts_is_a_garbled_one(text: str, *, mixed: bool) -> None:
    assert has_mixed_word(text) is mixed


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("Ali and Alia", "\\1 and Alia"),
        ("Ali, Ali.", "\\1, \\1."),
        ("Alia", "Alia"),
        ("", ""),
    ],
)
def test_a_word_is_replaced_but_not_within_another(text: str, replaced: str) -> None:
    assert replace_word(text, "Ali", "\\1") == replaced
