"""What a turn of a conversation asks for, where that is not a fact in the documents.

A greeting needs no search; "what do you know about?" is answered from the list of documents; "in
Arabic, please" and "are you sure?" ask for the last answer once more. All are told by their words:
a turn counts as one of these only if it holds nothing else, so that a question about a fact is not
taken for one.
Some words, like "how" and "that", may stand only in the phrases that are listed with them.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from rag.calendar_words import FOLDED_MONTHS, MONTH_FAMILIES, alternatives
from rag.courtesies import (
    Courtesy,
    asks_about_itself,
    find_courtesy,
    find_sign,
    one_of,
    without_courtesies,
)
from rag.dates import Language
from rag.schema import Period
from rag.text import fold, split_words
from rag.turns import asks_once_more


@dataclass(frozen=True, slots=True)
class AboutCorpus:
    """A question about the documents themselves; `period` is the time that it limits them to."""

    period: Period


@dataclass(frozen=True, slots=True)
class Again:
    """A wish to have the last answer once more, in another language; None leaves open which.

    With `same` no other language is wished for, as when its ground is doubted.
    """

    language: Language | None
    same: bool = False


Intent = Courtesy | AboutCorpus | Again


def _words(listed: str, *, endings: str) -> str:
    """Any of the words, also with what Arabic writes on to it: and, by, to, the; a pronoun."""
    before = r"[وف]?(?:لل|[بل]?(?:ال)?)"
    return f"{before}{one_of(*listed.split())}{one_of(*endings.split())}?"


def _only(*patterns: str) -> re.Pattern[str]:
    """Matches a text that the patterns cover; where two fit, the earlier one is taken."""
    return re.compile(f"(?:{one_of(*patterns)}(?: |$))++")


_DOCUMENTS = "وثائق مقالات ملفات مستندات مصادر أخبار"
_ONE_DOCUMENT = "وثيقة مقال مقالا مقالة ملف ملفا مستند مستندا مصدر مصدرا خبر خبرا"
_OF_CORPUS = "ك كم نا ي"
_HOW_MANY_AR = "(?:كم|كام|قديش|شكد|شحال)"
# "What is the source?" asks for one that was spoken of; «كم وثيقة» for the number of all.
_MEANS_CORPUS = re.compile(
    r"\b"
    + one_of(
        "documents|docs|articles|files|sources|corpus|what (?:have|did) i upload(?:ed)?",
        _words(_DOCUMENTS, endings=_OF_CORPUS),
        "what (?:do you (?:know|cover|have)|can i ask)",
        "what is (?:there )?in (?:the|your|my) library",
        r"(?:topics|subjects)(?= .*\b(?:you|covered|available)\b)",
        "(?:newest|latest|oldest|most recent) (?:article|document|file|news)",
        f"(?:أحدث|أقدم|آخر|{_HOW_MANY_AR}(?: عدد| من| (?:عند|لدي)(?:ك|كم|نا|ي)?)*) "
        f"{one_of(*_ONE_DOCUMENT.split())}",
        "(?:ماذا|ما الذي|عما?) (?:تعرف|تعرفه|تغطي|تغطيه|لديك|عندك|يمكنني أن أسألك?)",
        "(?:شو|ايش|وش|شنو|ايه)(?: اللي)? عندك|عندك ايه",
        "(?:ماذا|ما الذي|ما)(?: يوجد| هناك)? في (?:ال)?مكتبة",
        r"(?:ال)?(?:مواضيع|موضوعات)(?=.*\b(?:لديك|عندك|تغطي|تغطيها|تعرفها|المتوفرة|المتاحة)\b)",
    )
    + r"(?!\w)"
)
# No word that points back, like "it": "what do you know about it?" asks for a fact.
_BESIDE_DOCUMENTS = (
    "(?:show|tell|give) me|deal with|list(?= .)|these(?= (?:documents|articles|files|sources))",
    "this(?= (?:corpus|library|collection))|(?:did|have) i (?:upload|add)(?:ed)?|most recent",
    "number(?= of)|(?:newest|latest) news|(?:وري|فرجي|هات)(?:ني)?",
    rf"هذه(?= ال{one_of(*_DOCUMENTS.split())}\b)",
    _words(
        "documents docs articles files sources corpus library topics subjects know cover covered "
        "what which how many do does you have can i ask is are there a your my our the about of "
        "from in on show all available any and please article document file titles kind type "
        f"newest latest oldest collection database time period dates {_DOCUMENTS} {_ONE_DOCUMENT} "
        "مكتبة مواضيع موضوعات تعرف تعرفه تعرفها تغطي تغطيه تغطيها ما ماذا الذي هي هو هل التي لدي "
        "عند كم عدد عن عم عما من في أي اعرض اذكر أعطني أرني لي جميع كل قائمة متوفرة متاحة موجودة "
        "منشورة تتحدث تتناول يمكنني أسأل أن هنا هناك يوجد توجد و من فضلك رجاء ماهي ماهو عناوين "
        "حول تدور فترة زمنية موجود أحدث أقدم آخر شو ايش وش شنو ايه اللي كام قديش شكد شحال",
        endings=_OF_CORPUS,
    ),
)
_ONLY_ABOUT_CORPUS = _only(*_BESIDE_DOCUMENTS)
# Words that limit documents to a time; without one they ask what happened.
_ONLY_ABOUT_DATED = _only(
    "(?:was |were )?(?:published|dated)|c[ao]me out|date(?= from)",
    "year|month|since|before|after|until|to|between",
    _words("نشر نشرت تنشر صادرة صدر صدرت عام سنة شهر منذ قبل بعد حتى إلى بين", endings="ي"),
    *_BESIDE_DOCUMENTS,
)
# After an answer that tells of documents, "Which files?" means those, unless it says otherwise.
_SPEAKS_OF_DOCUMENTS = re.compile(
    r"\b(?:(?:document|file|article|source)s?|"
    rf"{_words(f'{_DOCUMENTS} {_ONE_DOCUMENT}', endings='')})\b"
)
_MEANS_ONES_OWN = re.compile(
    r"\b"
    + one_of(
        "you|your|i|my|me|library|corpus|collection|database|available|list|show|latest|newest",
        "(?:لدي|عند)(?:ك|كم|نا|ي)?|(?:ال)?(?:مكتبة|متوفرة|متاحة)|قائمة|اعرض|أرني|أعطني|أحدث|آخر",
        f"{one_of(*_DOCUMENTS.split())}{one_of(*_OF_CORPUS.split())}",
    )
    + r"\b"
)
_SINCE, _AFTER = frozenset({"since", "منذ"}), frozenset({"after", "بعد"})
_UNTIL, _BEFORE = frozenset({"until", fold("حتى")}), frozenset({"before", "قبل"})

# «2024-05-01», split into its numbers, and as it is written with the day first.
_IN_NUMBERS = re.compile(
    r"(?<!\w)(?:(?P<year>(?:19|20)\d\d) (?P<month>0?[1-9]|1[0-2])(?: (?:0?[1-9]|[12]\d|3[01]))?"
    r"|(?:(?:0?[1-9]|[12]\d|3[01]) )?(?P<before>0?[1-9]|1[0-2]) (?P<last>(?:19|20)\d\d))(?!\w)"
)
_MONTH = re.compile(rf"\b[وبل]?({alternatives(FOLDED_MONTHS)})\b")

_SAY_AGAIN = re.compile(r"\btranslat(?:e|ion)\b|ترجم")
_IN_ENGLISH = re.compile(r"\benglish\b|ان[جك]ليزي")
_IN_ARABIC = re.compile(r"\barabic\b|عربي")
_ONLY_AGAIN = _only(
    "(?:what is|how do you say) (?:that|it|this)(?= in )|what is the(?= (?:\\w+ )?translation)",
    "what does (?:that|it|this) mean(?= in )|put (?:that|it|this)|from(?= (?:english|arabic) )",
    "كيف (?:تقول|يقال)(?= (?:ذلك|هذا) بال)",
    "i (?:want|need|prefer|would like)|(?:can|could|may) i (?:have|get|see|read)",
    "هل (?:يمكنك?|تستطيع|بإمكانك|من الممكن)(?: أن)?|من فضلك|ما(?= ترجم)",
    "من(?= (?:ال)?(?:عربي|ان[جك]ليزي))|(?:ما|ماذا) (?:معنى|يعني)(?= (?:ذلك|هذا) بال)",
    _words(
        "translate translation english arabic it that this in to into please can could would will "
        "you your now say repeat again also just only the a an same answer reply respond response "
        "version me my for and give show provide write last tell back want have "
        "speak plain quote quotation sentence text "
        "ترجم ترجمي ترجمة ترجمت تترجم مترجم مترجما مترجمة إنجليزي إنجليزية إنكليزي إنكليزية عربي "
        "عربية لغة ذلك هذا هذه جواب إجابة رد كلام نص نفس آن قل قول تقول كرر أعد أعط أريد هات أجب "
        "اكتب تكتب تجيب إلى ل لي مرة أخرى ثانية أيضا فقط ممكن و رجاء كتابة إعادة جملة اقتباس عبارة "
        "ترجمل أرجو جاوب احك تكلم عل عايز عاوز بد أبغا يا حول",
        endings="ها ه ني ي ك",
    ),
)


def understand(question: str, *, follows: bool, said: str = "") -> Intent | None:
    """What a turn asks for; None for a question that the documents are to answer.

    Args:
        question: as typed.
        follows: whether something was answered before.
        said: what the turn before told of the documents; it may have told of files, too.
    """
    text = " ".join(map(fold, split_words(question)))
    text = re.sub(r"['\u2019]d\b", " would", re.sub(r"['\u2019]s\b", " is", text))
    # «شكررررا»
    text = re.sub(r"([^\W\d_])\1{2,}", r"\1", text)
    asked = without_courtesies(text)
    return (
        find_courtesy(text)
        or (None if text else find_sign(question))
        or (_wish_to_repeat(asked) if follows else None)
        or _about_corpus(asked, said)
        or (Courtesy("itself") if asks_about_itself(asked) else None)
    )


def _wish_to_repeat(asked: str) -> Again | None:
    if asks_once_more(asked):
        return Again(None, same=True)
    if not _ONLY_AGAIN.fullmatch(asked):
        return None
    # «من الإنجليزية إلى العربية»: the language named last is the one that is wanted.
    english, arabic = _last(_IN_ENGLISH, asked), _last(_IN_ARABIC, asked)
    if english != arabic:
        return Again("en" if english > arabic else "ar")
    return Again(None) if _SAY_AGAIN.search(asked) else None


def _about_corpus(asked: str, said: str) -> AboutCorpus | None:
    # At the beginning «من» asks who, and "and" goes on with what was spoken of.
    if asked.startswith(("من ", "and ")):
        return None
    if _SPEAKS_OF_DOCUMENTS.search(fold(said)) and not _MEANS_ONES_OWN.search(asked):
        return None
    asked = _IN_NUMBERS.sub(_with_named_month, asked)
    undated = " ".join(re.sub(r"(?<!\w)[وبل]?\d+(?!\w)", " ", _MONTH.sub(" ", asked)).split())
    only = _ONLY_ABOUT_CORPUS if undated == asked else _ONLY_ABOUT_DATED
    if _MEANS_CORPUS.search(undated) and only.fullmatch(undated):
        return AboutCorpus(_period(asked))
    return None


def _with_named_month(numbers: re.Match[str]) -> str:
    """«2024 05 01» as "may 2024": documents are counted by the month."""
    year, month = numbers["year"] or numbers["last"], numbers["month"] or numbers["before"]
    return f"{fold(MONTH_FAMILIES[int(month) - 1][0])} {year}"


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Where the last match begins; -1 without one."""
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def _period(asked: str) -> Period:
    """The year, or the month of a year, that a question names; without a year, all time."""
    years = sorted(int(year) for year in re.findall(r"(?<!\w)[وبل]?((?:19|20)\d\d)(?!\w)", asked))
    if not years:
        return Period()
    months = [FOLDED_MONTHS[name] for name in _MONTH.findall(asked)]
    if years[0] == years[-1]:
        months.sort()
    first = dt.date(years[0], months[0] if months else 1, 1)
    end = dt.date(years[-1], months[-1] if months else 12, 1)
    last = end.replace(day=calendar.monthrange(end.year, end.month)[1])
    if len({*years}) > 1 or len({*months}) > 1:
        return Period(first, last)
    spoken = frozenset(asked.split())
    opens, closes = spoken & (_SINCE | _AFTER), spoken & (_UNTIL | _BEFORE)
    if opens and not closes:
        return Period(first=first if opens & _SINCE else last + dt.timedelta(days=1))
    if closes and not opens:
        return Period(last=last if closes & _UNTIL else first - dt.timedelta(days=1))
    return Period(first, last)
