"""What a turn of a conversation asks for, where that is not a fact in the documents.

A greeting needs no search; "what do you know about?" is answered from the list of documents; "in
Arabic, please" asks for the last answer once more. All are told by their words: a turn counts as
one of these only if it holds nothing else, so that a question about a fact is not taken for one.
Some words, like "how" and "that", may stand only in the phrases that are listed with them.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from rag.calendar_words import FOLDED_MONTHS, alternatives
from rag.dates import Language
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


def _one_of(*phrases: str) -> str:
    """A group of patterns, which are folded like the text; a class in capitals would be lost."""
    return f"(?:{'|'.join(map(fold, phrases))})"


def _words(listed: str, *, endings: str) -> str:
    """Any of the words, also with what Arabic writes on to it: and, by, to, the; a pronoun."""
    before = r"[وف]?(?:لل|[بل]?(?:ال)?)"
    return f"{before}{_one_of(*listed.split())}{_one_of(*endings.split())}?"


def _only(*patterns: str) -> re.Pattern[str]:
    """Matches a text that the patterns cover; where two fit, the earlier one is taken."""
    return re.compile(f"(?:{_one_of(*patterns)}(?: |$))++")


_THANKED_FOR = (
    "the|your|that|this|all|everything|help|helping|me|answers?|info|information|explanation|time"
)
_THANKED_FOR_AR = "مساعدت|مساعدة|إجابة|إجابت|جواب|رد|توضيح|معلومات|معلومة|شرح|جهود"
# For each kind, the phrases that show it.
_COURTESIES: dict[Courteous, str] = {
    "farewell": _one_of(
        "(?:good ?)?bye(?: bye)?(?: for now)?|good ?night|take care",
        "(?:see (?:you|ya)|talk to you)(?: later| soon| again| tomorrow)?",
        "have a (?:nice|good|great|lovely) (?:day|evening|night|weekend|time|one)",
        "(?:مع ال|بال|ب)سلامة|(?:مع|في) (?:السلامة|(?:أمان|رعاية|حفظ) الله)|وداعا|إلى اللقاء",
        "باي(?: باي)?|تصبح(?:ي|ين|ون|وا)? على خير|أستودعك(?:م)? الله",
        "(?:أراك|نراك)(?: لاحقا| قريبا| غدا)?|(?:يوم|نهار|ليلة)(?:ا|ك|كم)? سعيد[اة]?",
    ),
    "thanks": _one_of(
        "(?:many |no |yes )?(?:thanks|thank you|thank|thx)"
        "(?: (?:so|very) much| a (?:lot|million|bunch)| again| kindly)*"
        f"(?: for(?: (?:{_THANKED_FOR}))+)?",
        "i appreciate (?:it|that|(?:the|your) (?:help|time|answer))|much appreciated",
        "cheers|great|perfect|ok|okay|got it|i see|understood|wonderful|excellent|awesome|cool",
        "alright|all right|sure|fine|interesting|amazing|fantastic|brilliant|noted|right",
        "good(?! (?:morning|evening|afternoon|day))|nice(?! to)|(?:that |it )?makes sense",
        "(?:very|all) (?:good|nice|helpful)|well done|(?:great|good|nice) (?:job|answer|work)",
        "(?:no )?(?:that|this|it) (?:is|was) (?:all|"
        "(?:very |so )?(?:helpful|useful|great|perfect|interesting))",
        "(?:ألف |كل |لا |نعم |مع |لك )?(?:جزيل )?(?:ال)?شكر(?:ا)?"
        "(?: (?:جزيلا|كثيرا|كتير|جدا|مقدما|لك|لكم|ليك|مرة أخرى|"
        f"(?:على|ل)(?: كل)? ?(?:هذه |هذا )?(?:ال|ل)?(?:{_THANKED_FOR_AR})(?:ك|كم)?))*",
        f"أشكرك(?:م)?(?: كثيرا| جزيلا| على ال(?:{_THANKED_FOR_AR}))?",
        "جزاك(?:م)? الله (?:كل |ألف )?خيرا?|(?:الله )?يعطيك(?:م)? (?:ألف |ال)عافية",
        "بارك الله فيك(?:م)?|الله (?:يبارك فيك|يعافيك|يخليك|يسلمك)(?:م)?|وفقك(?:م)? الله",
        "(?:أ)?حسنت(?:م)?|تمام|حسنا|طيب|فهمت|نعم|ماشي|أوكي|أوك|خلاص|حلو|واضح|مفهوم|عظيم|برافو",
        "[تي]سلم(?:ي|و|وا)?(?: (?:إيدك|إيديك|يدك|يداك))?|عاشت (?:إيدك|يدك)|هذا كل شيء",
        "(?:مشكور|متشكر|ممنون)(?:ة|ين|ك)?(?: جدا| لك)?|ميرسي|(?:جيد|ممتاز|رائع)(?: جدا)?",
        "هذا (?:مفيد|رائع|ممتاز|جيد)(?: جدا)?|كان (?:ذلك|هذا) (?:مفيدا|رائعا|ممتازا)(?: جدا)?",
    ),
    "greeting": _one_of(
        "(?:hello|hi|hey|hiya)(?: there| again| all| everyone)?|greetings",
        "good (?:morning|evening|afternoon|day)|(?:assalamu|salam) alaikum",
        "how are you(?: doing)?(?: today)?|how is it going|nice to meet you|how do you do",
        "مرحبا(?: بك)?|أهلا(?: وسهلا)?(?: بك)?|تحية(?: طيبة)?|تحياتي|أهلين|(?:يا )?هلا(?: والله)?",
        "(?:صباح|مساء) (?:الخير|النور|الفل|الورد)|حيا(?:ك|كم) الله|أسعد الله (?:صباح|مساء)ك(?:م)?",
        "(?:ال)?سلام عليكم(?: ورحمة الله)?(?: وبركاته)?|عليكم السلام(?: ورحمة الله)?(?: وبركاته)?",
        "كيف (?:ال)?حال(?:ك|كم)?(?: اليوم)?|كيف أنت|(?:(?:ما|كيف|شو|وش|ايش|ايه) |ش)?أخبارك",
        "شخبارك|(?:شلون|كيف|إزي)(?:ك|كم)|عامل(?:ة|ين)? ايه|لا ?باس(?: عليك)?",
    ),
}
_PLEASE = _one_of("please|pls|sir|my friend|من فضلك|لو سمحت|رجاء|(?:يا )?(?:صديقي|أخي)")
_ONE_COURTESY = rf"و?{_one_of(*_COURTESIES.values(), _PLEASE)}\b"
_COURTEOUS = rf"{_ONE_COURTESY}(?: (?:and )?{_ONE_COURTESY})*+"
_ONLY_COURTEOUS = re.compile(_COURTEOUS)
_AROUND = re.compile(rf"^{_COURTEOUS} ?(?:and )?| (?:and )?{_COURTEOUS}$")

_DOCUMENTS = "وثائق مقالات ملفات مستندات مصادر أخبار"
_ONE_DOCUMENT = "وثيقة مقال مقالا مقالة ملف ملفا مستند مستندا مصدر مصدرا خبر خبرا"
_OF_CORPUS = "ك كم نا ي"
# "What is the source?" asks for one that was spoken of; «كم وثيقة» for the number of all.
_MEANS_CORPUS = re.compile(
    r"\b"
    + _one_of(
        "documents|docs|articles|files|sources|corpus",
        _words(_DOCUMENTS, endings=_OF_CORPUS),
        "what (?:do you (?:know|cover|have)|can i ask)",
        "what is (?:there )?in (?:the|your|my) library",
        r"(?:topics|subjects)(?= .*\b(?:you|covered|available)\b)",
        "(?:newest|latest|oldest|most recent) (?:article|document|file)",
        f"(?:أحدث|أقدم|آخر|كم(?: عدد)?) {_one_of(*_ONE_DOCUMENT.split())}",
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
    rf"هذه(?= ال{_one_of(*_DOCUMENTS.split())}\b)",
    _words(
        "documents docs articles files sources corpus library topics subjects know cover covered "
        "what which how many do does you have can i ask is are there a your my our the about of "
        "from in on show all available any and please article document file titles kind type "
        f"newest latest oldest collection database time period dates {_DOCUMENTS} {_ONE_DOCUMENT} "
        "مكتبة مواضيع موضوعات تعرف تعرفه تعرفها تغطي تغطيه تغطيها ما ماذا الذي هي هو هل التي لدي "
        "عند كم عدد عن عم عما من في أي اعرض اذكر أعطني أرني لي جميع كل قائمة متوفرة متاحة موجودة "
        "منشورة تتحدث تتناول يمكنني أسأل أن هنا هناك يوجد توجد و من فضلك رجاء ماهي ماهو عناوين "
        "حول تدور فترة زمنية موجود أحدث أقدم آخر شو ايش وش شنو ايه اللي",
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
_SINCE, _AFTER = frozenset({"since", "منذ"}), frozenset({"after", "بعد"})
_UNTIL, _BEFORE = frozenset({"until", fold("حتى")}), frozenset({"before", "قبل"})

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


def understand(question: str, *, follows: bool) -> Intent | None:
    """What a turn asks for; None for a question that the documents are to answer.

    Args:
        question: as typed.
        follows: whether something was answered before.
    """
    text = " ".join(map(fold, split_words(question)))
    text = re.sub(r"['\u2019]d\b", " would", re.sub(r"['\u2019]s\b", " is", text))
    asked = _AROUND.sub("", text)
    return _courtesy(text) or (_wish_to_repeat(asked) if follows else None) or _about_corpus(asked)


def _courtesy(text: str) -> Courtesy | None:
    if not _ONLY_COURTEOUS.fullmatch(text):
        return None
    for kind, phrases in _COURTESIES.items():
        if re.search(rf"\bو?{phrases}\b", text):
            return Courtesy(kind)
    return None


def _wish_to_repeat(asked: str) -> Again | None:
    if not _ONLY_AGAIN.fullmatch(asked):
        return None
    # «من الإنجليزية إلى العربية»: the language named last is the one that is wanted.
    english, arabic = _last(_IN_ENGLISH, asked), _last(_IN_ARABIC, asked)
    if english != arabic:
        return Again("en" if english > arabic else "ar")
    return Again(None) if _SAY_AGAIN.search(asked) else None


def _about_corpus(asked: str) -> AboutCorpus | None:
    # At the beginning «من» asks who, and "and" goes on with what was spoken of.
    if asked.startswith(("من ", "and ")):
        return None
    undated = " ".join(re.sub(r"(?<!\w)[وبل]?\d+(?!\w)", " ", _MONTH.sub(" ", asked)).split())
    only = _ONLY_ABOUT_CORPUS if undated == asked else _ONLY_ABOUT_DATED
    if _MEANS_CORPUS.search(undated) and only.fullmatch(undated):
        return AboutCorpus(_period(asked))
    return None


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
