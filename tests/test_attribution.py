"""Who says what a sentence reports."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.attribution import find_speaker, speaker
from rag.evidence import select_evidence
from tests.test_evidence import passage_of


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        (
            "وقال مدير الميناء، المهندس سالم باعبود، إن السفينة ستغادر.",
            "مدير الميناء، المهندس سالم باعبود",
        ),
        ("وقال المدير،سالم باعبود،إن السفينة ستغادر.", "المدير،سالم باعبود"),
        ("وأشار باعبود إلى أن السفينة ستغادر.", "باعبود"),
        ("وشدّدت الوزيرة هالة سعيد على أنها باقية.", "الوزيرة هالة سعيد"),
        ("وأكد الوزير: «لن نتراجع».", "الوزير"),
        ("وأضاف أن السفينة ستغادر.", ""),
        # Who is meant stands behind, and is not the one named before.
        ("وقال لرويترز مسؤول كبير إن السفينة ستغادر.", None),
        ("وقالت للصحفيين متحدثة باسم الوزارة إن السفينة ستغادر.", None),
        ("وقال للصحفيين إن السفينة ستغادر.", ""),
        ("وقال للصحفيين العرب إن السفينة ستغادر.", ""),
        ("وقال للصحفيين في بغداد إن السفينة ستغادر.", ""),
        ("وقال للصحفيين عقب الاجتماع إن السفينة ستغادر.", ""),
        ("وقال لرويترز أمس الأحد إن السفينة ستغادر.", ""),
        ("وأعلنت الشركة تعليق الرحلات.", None),
        ("بلغت الكلفة 40 مليون دينار.", None),
        ("Harbour master Salem Baaboud said the ship will leave.", "Harbour master Salem Baaboud"),
        ("The ship will leave, said Mayor Ali Hasan.", "Mayor Ali Hasan"),
        ("According to Ali Hasan, the ship will leave.", "Ali Hasan"),
        ("He added that the ship will leave.", ""),
        ("أعلن السودان إغلاق حدوده.", None),
        ("وأعلن وزير الصحة في لبنان إغلاق المستشفى.", None),
        ("وقال سفير لبنان إن المستشفى مغلق.", "سفير لبنان"),
        ("وحذر الوزير من أن السد سينهار.", "الوزير"),
        ("The ship left on Monday.", None),
        ("The ministry, which is based in Aden, said Iran was responsible for the attack.", None),
        ("Salem Ahmed, the port director, said Monday the port would reopen.", None),
        ("Salem Ahmed, the port director, said Monday.", None),
        ("“We will stay,” said Salem Ahmed, the port director.", "Salem Ahmed"),
        ("The port is open, said the Minister of Health.", "the Minister of Health"),
        ("He also said the bridge would open.", ""),
        ("She later added that the bridge would open.", ""),
        ("He has announced that the bridge would open.", ""),
        ("Later he said the bridge would open.", ""),
        ("Salem Ahmed has also said the bridge would open.", "Salem Ahmed"),
        ("Salem Ahmed added that the bridge would open.", "Salem Ahmed"),
        ("It is said that the bridge would open.", None),
        ("Reporters were told that the bridge would open.", None),
        ("As the minister said, the bridge would open.", None),
        ("A value added tax of 15 percent was introduced.", None),
        ("The noted scholar left.", None),
        ("Having said that, the minister resigned.", None),
        ("No official said the bridge would open.", None),
        ("وأضاف الوزير قائلاً إن السفينة ستغادر.", "الوزير"),
        ("وقالت الوزارة، الأربعاء، إن السفينة ستغادر.", "الوزارة"),
        ("وقال الوزير في بيان إن السفينة ستغادر.", "الوزير"),
        ("وقالت وزارة الصحة في غزة إن السفينة ستغادر.", "وزارة الصحة في غزة"),
        ("وصرح مصدر أمني لوكالة فرانس برس بأن السفينة ستغادر.", "مصدر أمني"),
        ("وقال لافروف إن السفينة ستغادر.", "لافروف"),
        ("وقال لرويترز إن السفينة ستغادر.", ""),
        ("وقال للصحفيين في عدن إن السفينة ستغادر.", ""),
        ("وأضاف الأحد أن السفينة ستغادر.", ""),
        ("وقال أيضا إن السفينة ستغادر.", ""),
        ("وأكد خلال استقباله الوزير عباس عراقجي أن السفينة ستغادر.", ""),
        ("وقال السيسي خلال لقائه محمد السوداني إن السفينة ستغادر.", "السيسي"),
        ("وفي سياق متصل، أكد أن السفينة ستغادر.", ""),
        ("كما أكد أن السفينة ستغادر.", ""),
        ("وكان وزير النفط قال إن السفينة ستغادر.", None),
        ("ونفى المتحدث باسم الجيش ذلك، وقال إن السفينة ستغادر.", None),
        ("أعلن الجيش مقتل جنديين في غزة، مضيفا أن ثالثا أصيب.", None),
        ("وأعلن الجيش مقتل جنديين وقال إن ثالثا أصيب.", None),
        ("وأعلن الرئيس حالة الطوارئ بعد أن فاض النهر.", None),
        ("وأكد الوزير ضرورة أن تغادر السفينة.", None),
        ("وقال المتحدث باسم «حماس» أسامة حمدان إن الوفد غادر.", "المتحدث باسم «حماس» أسامة حمدان"),
        ("وأكد الوزير «لن نتراجع عن قرارنا أبدا».", "الوزير"),
        ('وقال بوتين "لن نتراجع".', "بوتين"),
        ("    said", None),
        ("", None),
    ],
)
def test_the_speaker_stands_by_the_verb_of_saying(sentence: str, named: str | None) -> None:
    found = speaker(sentence)
    assert (None if found is None else found.of(sentence)) == named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("قال سالم إن السفينة هنا. وهي كبيرة. وأضاف أنها ستغادر.", "سالم"),
        ("قال سالم إنها هنا. وقال نبيل إنها كبيرة. وأضاف أنها ستغادر.", "نبيل"),
        ("قال سالم إنها هنا. وغادرت السفينة.", None),
        ("غادرت السفينة. وأضاف أنها كبيرة.", None),
        ("قال سالم إنها هنا. وأضاف الأحد أنها كبيرة.", "سالم"),
        ("قال سالم إنها هنا. وكان نبيل قال إنها كبيرة.", None),
        ("وقال مدير ميناء عدن، المهندس سالم بن خلفان الصقري، إنها هنا.", "سالم بن خلفان الصقري"),
    ],
)
def test_who_goes_on_speaking_was_named_last(text: str, named: str | None) -> None:
    passage = passage_of(text, *[0.5] * text.count("."), start=7)
    found = find_speaker(select_evidence([passage], most=9))
    assert (found and found.marked) == named


def test_the_speaker_of_another_document_did_not_say_it() -> None:
    first = passage_of("قال سالم إنها هنا. وأضاف أنها ستغادر.", 0.1, 0.9)
    other = replace(passage_of("قال نبيل إنها هنا.", 0.5, start=90), document_id="d2")
    found = find_speaker(select_evidence([first, other], most=9))
    assert found is not None
    assert found.marked == "سالم"


def test_without_sentences_nobody_speaks() -> None:
    assert find_speaker(()) is None


@given(st.text())
def test_the_words_named_lie_within_any_text(text: str) -> None:
    found = speaker(text)
    assert found is None or 0 <= found.start <= found.end <= len(text)
