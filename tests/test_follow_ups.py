"""Which questions lean on the conversation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.follow_ups import needs_history


@pytest.mark.parametrize(
    ("question", "needed"),
    [
        ("And when will it open?", True),
        ("Who is he?", True),
        ("What did they say about that?", True),
        ("But why?", True),
        ("Why?", True),
        ("What about Egypt?", True),
        ("Tell me more details about that", True),
        ("more details please", True),
        ("And in Egypt?", True),
        ("Which ministers signed the withdrawal agreement?", False),
        ("How many American soldiers are stationed in Iraq?", False),
        ("What did the prime minister announce on Monday?", False),
        ("ومتى ينتهي؟", True),
        ("وفي مصر؟", True),
        ("من هو؟", True),
        ("ماذا قال عنه؟", True),
        ("لماذا؟", True),
        ("وكم عدد الجنود الأمريكيين الموجودين في العراق؟", True),
        ("كم عدد الجنود الأمريكيين الموجودين في العراق؟", False),
        ("متى أعلن رئيس الوزراء انسحاب قوات التحالف الدولي؟", False),
        ("وزير الخارجية الأمريكي أعلن ماذا يوم الاثنين؟", False),
        ("ما هي؟", True),
        ("ما هي أسباب انهيار المحادثات في القاهرة؟", False),
        ("من هو رئيس الوزراء العراقي الجديد؟", False),
        ("How many ministers are there in the new government?", False),
        ("Who was the minister there on Monday morning?", True),
        ("Who said that the talks in Cairo failed?", False),
        ("What did the minister announce after that attack?", True),
        ("كم عدد القتلى في حوادث الطرق هذا العام؟", False),
        ("متى زار هذا الوزير مدينة حلب السورية؟", True),
        ("How many people died in accidents this year?", False),
        ("Which countries did this minister visit in May?", True),
        ("What did the other minister announce on Monday morning?", True),
        ("What happened to Iran and other Gulf countries in May?", False),
        ("لكن متى أعلن رئيس الوزراء انسحاب القوات؟", True),
        ("ثم متى أعلن رئيس الوزراء انسحاب القوات؟", True),
        ("فمتى أعلن رئيس الوزراء انسحاب القوات؟", True),
        ("ولمن سلم رئيس الوزراء جائزة أفضل ممثلة؟", True),
        ("وبماذا اتهم رئيس الوزراء زعيم المعارضة؟", True),
        ("فندق بغداد الكبير متى افتتحه رئيس الوزراء؟", False),
        ("متى أعلن مديرها العام استقالة جميع الموظفين؟", True),
        ("متى وصل رئيسهم إلى العاصمة المصرية القاهرة؟", True),
        ("ما عاصمتها الاقتصادية وأكبر مدن الشمال؟", True),
        ("متى أعلنت اعتزالها الفنانة اللبنانية المشهورة؟", False),
        ("ما المدن التي زارها الرئيس الأمريكي يوم الأحد؟", False),
        ("كم مدينة زارها الرئيس الأمريكي يوم الأحد؟", False),
        ("كيف تفاهم الطرفان على انسحاب القوات الدولية؟", False),
        ("ما موقفه من الحرب في السودان؟", True),
        ("ما رأيه في قرار المحكمة الدستورية الأخير؟", True),
        ("ما علاقته بالحزب الحاكم في تونس؟", True),
        ("من خلفه في منصب محافظ البنك المركزي؟", True),
        ("كم كان عمره عند وفاته في القاهرة؟", True),
        ("ماذا كان رده على الاتهامات الموجهة من المعارضة؟", True),
        ("ما رد فعله على قرار المحكمة الاتحادية؟", True),
        ("ما عدد سكانها حسب التعداد الأخير؟", True),
        ("ما نتيجه مباراة الأهلي والزمالك يوم الجمعة؟", False),
        ("كم مدينه في السودان شهدت اشتباكات عنيفة؟", False),
        ("متى توجه وزير الخارجية المصري إلى أنقرة؟", False),
        ("كيف واجه لبنان أزمة المصارف عام 2019؟", False),
        ("ما اتجاه الرياح المتوقع في شمال مصر؟", False),
        ("ما المدينة التي سيطر عليها الجيش السوداني في يناير؟", False),
        ("من الذي التقى به رئيس الوزراء العراقي في طهران؟", False),
        ("متى سيطر عليها الجيش السوداني بعد معارك عنيفة؟", True),
        ("ما المدينة التي ذكر ذلك الوزير السوداني أنها سقطت؟", True),
        ("كم بلغت نسبة التضخم في مصر هذا الربع؟", False),
        ("How much profit did Saudi Aramco make this quarter?", False),
        ("هل يمكنك أن تخبرني من القائل؟", True),
        ("ليس الجسر القديم، بل النفق الجديد تحت القناة", True),
        ("", False),
        ("؟!", False),
    ],
)
def test_a_question_that_leans_on_the_conversation_is_known(question: str, *, needed: bool) -> None:
    assert needs_history(question) is needed


@given(st.text())
def test_telling_a_follow_up_never_raises(question: str) -> None:
    assert needs_history(question) in (True, False)
