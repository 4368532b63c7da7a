"""What a turn of a conversation asks for, where that is not a fact in the documents.

A greeting needs no search; "what do you know about?" is answered from the list of documents; "in
Arabic, please" asks for the last answer once more. All are told by their words: a turn counts as
one of these only if it holds nothing else, so that a question about a fact is never taken for one.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Literal

from rag.dates import Language, month_number
from rag.schema import Period
from rag.text import fold, split_words

Courteous = Literal["greeting", "thanks", "farewell"]


@dataclass(frozen=True, slots=True)
class Courtesy:
    """A greeting, thanks or a farewell."""

    kind: Courteous


@dataclass(frozen=True, slots=True)
class AboutCorpus:
    """A question about the documents themselves; `period` is the time that it limits them to."""

    period: Period


@dataclass(frozen=True, slots=True)
class Again:
    """A wish to have the last answer in another language; None leaves open which."""

    language: Language | None


Intent = Courtesy | AboutCorpus | Again


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(words).split())


# For each kind, the words of which one must be there; and those that may stand beside any of them.
_COURTESIES: dict[Courteous, frozenset[str]] = {
    "farewell": _folded("bye goodbye السلامة وداعا اللقاء"),
    "thanks": _folded("thanks thank thx cheers great perfect ok okay شكرا أشكرك مشكور ممتاز رائع"),
    "greeting": _folded("hello hi hey morning evening afternoon مرحبا أهلا السلام صباح مساء تحية"),
}
_BESIDE_COURTESIES = _folded(
    "good there how are you so very much a lot many that's that is helpful again and for your help "
    "see later night all well done وسهلا عليكم ورحمة الله وبركاته الخير النور طيبة كيف حالك "
    "جزيلا لك لكم كثيرا هذا مفيد مرة أخرى على مساعدتك المساعدة مع إلى في حسنا"
)
_COURTEOUS = _BESIDE_COURTESIES.union(*_COURTESIES.values())
_DOCUMENTS = _folded(
    "documents articles files sources corpus وثائق الوثائق وثائقك مقالات المقالات ملفات الملفات "
    "مستندات المستندات مصادر المصادر مصادرك أخبار الأخبار"
)
# "What is the source?" asks for one that was spoken of; «كم وثيقة» for the number of all.
_COUNTED = _folded("وثيقة مقال مقالا مقالة ملف ملفا مستندا مصدرا خبرا")
_KNOWLEDGE = _folded(
    "know cover topics subjects تعرف تعرفه تعلم تغطي تغطيها مواضيع المواضيع موضوعات الموضوعات"
)
# No word that points back, like "it": "what do you know about it?" asks for a fact.
_BESIDE_DOCUMENTS = _folded(
    "what which how many do does you have can i ask are is there a your my our the library about "
    "of from in on list show me all tell available published dated released out came come year "
    "month since before after until and to were was any please with deal "
    "ما ماذا هي هو التي لديك عندك لدينا عندي كم عدد عن عم عما من في أي اعرض اذكر لي جميع كل "
    "قائمة المتوفرة المتاحة الموجودة المنشورة نشرت نشر الصادرة صدرت عام سنة شهر منذ قبل بعد حتى "
    "تتحدث تتناول يمكنني أسأل أسألك أن هنا فضلك رجاء يوجد توجد و تنشر"
)
_SINCE, _AFTER = _folded("since منذ"), _folded("after بعد")
_UNTIL, _BEFORE = _folded("until حتى"), _folded("before قبل")
_SAY_AGAIN = _folded("translate translation ترجم ترجمه ترجمها ترجمة")
_IN_ENGLISH = _folded("english بالإنجليزية بالإنكليزية الإنجليزية الإنكليزية للإنجليزية للإنكليزية")
_IN_ARABIC = _folded("arabic بالعربية بالعربي العربية للعربية")
_BESIDE_LANGUAGE = _folded(
    "it that this in to into please can could you now say repeat again the same answer me and "
    "give write last tell back ذلك هذا هذه الجواب الإجابة إلى اللغة باللغة من فضلك هل يمكنك الآن "
    "قل قلها أعد أعدها كرر لو سمحت نفس أجب اكتب اكتبها رجاء لي"
)


def understand(question: str, *, follows: bool) -> Intent | None:
    """What a turn asks for; None for a question that the documents are to answer.

    Args:
        question: as typed.
        follows: whether something was answered before.
    """
    told = [fold(word) for word in split_words(question)]
    spoken = frozenset(told)
    if follows and spoken <= _SAY_AGAIN | _IN_ENGLISH | _IN_ARABIC | _BESIDE_LANGUAGE:
        if spoken & (_IN_ENGLISH | _IN_ARABIC):
            return Again("en" if spoken & _IN_ENGLISH else "ar")
        if spoken & _SAY_AGAIN:
            return Again(None)
    for kind, wanted in _COURTESIES.items():
        if spoken & wanted and spoken <= _COURTEOUS:
            return Courtesy(kind)
    rest = [word for word in told if not word.isdecimal() and month_number(word) is None]
    known = _DOCUMENTS | _KNOWLEDGE | (_COUNTED if "كم" in spoken else frozenset())
    if known & spoken and frozenset(rest) <= known | _BESIDE_DOCUMENTS:
        return AboutCorpus(_period(told))
    return None


def _period(told: list[str]) -> Period:
    """The year, or the month of a year, that a question names; without a year, all time."""
    years = sorted(int(word) for word in told if word.isdecimal() and 1900 <= int(word) < 2100)
    if not years:
        return Period()
    months = [number for number in map(month_number, told) if number is not None]
    if years[0] == years[-1]:
        months.sort()
    first = dt.date(years[0], months[0] if months else 1, 1)
    end = dt.date(years[-1], months[-1] if months else 12, 1)
    last = end.replace(day=calendar.monthrange(end.year, end.month)[1])
    spoken = frozenset(told)
    opens, closes = spoken & (_SINCE | _AFTER), spoken & (_UNTIL | _BEFORE)
    if opens and not closes:
        return Period(first=first if opens & _SINCE else last + dt.timedelta(days=1))
    if closes and not opens:
        return Period(last=last if closes & _UNTIL else first - dt.timedelta(days=1))
    return Period(first, last)
