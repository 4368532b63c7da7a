"""Every text of the page, in Arabic and in English, and the words for dates and errors.

Facts put into a text (a path, a model's name) stand between Unicode isolates, so that a Latin name
within an Arabic line does not turn the words around it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType
from typing import Literal, get_args

from rag.errors import RagError
from rag.schema import Period
from ui.texts import actions, library, past, preferences, viewer

Language = Literal["ar", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_UNSEEN: Mapping[int, str | None] = {
    **dict.fromkeys(
        [
            *(point for point in range(0x20) if chr(point) not in "\t\n\r"),
            *range(0x7F, 0xA0),
            *range(0x202A, 0x202F),
            *range(0x2066, 0x2070),
            *range(0xD800, 0xE000),
        ]
    ),
    **dict.fromkeys(map(ord, "\v\f\x1c\x1d\x1e\x1f\x85"), " "),
}

_ENGLISH = {
    "title": "Mustanad",
    "tagline": "Ask your own documents. Every answer shows the words it rests on.",
    "other_language": "العربية",
    "clear": "New chat",
    "ask": "Ask",
    "stop": "Stop",
    "question": "Your question",
    "placeholder": "Ask in English or Arabic …",
    "welcome": "What would you like to know?",
    "welcome_more": "Mustanad reads the documents on this computer and answers in the language you "
    "ask in. When they do not hold the answer, it says so.",
    "views": "Parts of the page",
    "view.ask": "Ask",
    "view.library": "Library",
    "view.past": "Past",
    "view.settings": "Settings",
    "signed_in": "Signed in as {name}",
    "sign_out": "Sign out",
    "dismiss": "Dismiss",
    "asked_of": "Asked of: {corpus}",
    "default_corpus": "Documents on this computer",
    "editing": "You are changing question {number}. What follows it will be replaced.",
    "leave_edit": "Leave it as it was",
    "open_document": "Open the document",
    "copied": "Copied",
    "too_quick": "You have asked many questions within a minute. Ask again in {seconds} s.",
    "examples": "Try one of these",
    "conversation": "Conversation",
    "you": "You asked",
    "answer": "Answer",
    "searching": "Searching the documents …",
    "reading": "Found, reading …",
    "writing": "Draft, not yet checked",
    "stopped": "Stopped. What stands here was not checked.",
    "stopped_empty": "Stopped before an answer was written.",
    "partial": "Found, but not worded reliably: these are the document's own words.",
    "unsupported": "not borne out by the documents",
    "not_found": "Not in the documents",
    "searched_for": "Searched for:",
    "means": "“{phrase}” means {date}",
    "period.first_last": "Documents from {first} to {last} only",
    "period.first": "Documents from {first} on only",
    "period.last": "Documents up to {last} only",
    "sources": "Sources",
    "found": "Passages found",
    "nearest": "Closest passages, not an answer",
    "source_mark": "Source {number}",
    "untitled": "Untitled document",
    "undated": "no date given",
    "whole_passage": "Show the whole passage",
    "less": "Show less",
    "error.title": "That did not work",
    "error.unknown": "Something went wrong on this computer. The log of the program says what; "
    "asking again may help.",
    "error.RagError": "Something went wrong: {message}",
    "error.SettingsError": "The setting {name} does not work: {reason}",
    "error.DocumentError": "The document {path} could not be read: {reason}",
    "error.AccountsError": "The file of accounts {path} cannot be used: {reason}",
    "error.UploadError": "The file {name} was not taken: {reason}",
    "error.CorpusError": "The collection {corpus} cannot be changed: {reason}",
    "error.CorpusNotFoundError": "This collection is not there, or no longer.",
    "error.ArchiveError": "The past conversations in {path} cannot be used: {reason}",
    "error.IndexStoreError": "The index at {path} cannot be used: {reason}",
    "error.IndexNotFoundError": "There are no documents in the index at {path} yet. Add some with "
    "mustanad ingest PATH.",
    "error.IndexMismatchError": "The index at {path} was built with other models or settings than "
    "those in force. Build it again with mustanad ingest --rebuild.",
    "error.ModelError": "The model {model} cannot be used: {reason}",
    "error.ModelNotFoundError": "The model {model} was not found: {reason}",
    "error.ModelCorruptError": "The file of the model {model} is damaged: {reason}",
    "error.ModelFetchError": "The model {model} could not be fetched: {reason}",
    "error.ModelLoadError": "The model {model} is here but could not be loaded: {reason}",
    "error.PromptError": "The prompt {prompt} does not work: {reason}",
    "error.QuestionError": "This question cannot be asked: {reason}",
    "error.GenerationError": "The text model {model} failed while it was writing: {reason}",
}

_ARABIC = {
    "title": "مستند",
    "tagline": "اسأل وثائقك، وسترى مع كل جواب الكلمات التي يستند إليها.",
    "other_language": "English",
    "clear": "محادثة جديدة",
    "ask": "اسأل",
    "stop": "إيقاف",
    "question": "سؤالك",
    "placeholder": "اسأل بالعربية أو بالإنجليزية …",
    "welcome": "ماذا تريد أن تعرف؟",
    "welcome_more": "يقرأ مستند الوثائق المحفوظة على هذا الحاسوب ويجيب بلغة سؤالك. وإن لم يكن "
    "الجواب فيها قال ذلك صراحة.",
    "views": "أقسام الصفحة",
    "view.ask": "السؤال",
    "view.library": "المكتبة",
    "view.past": "السجل",
    "view.settings": "الإعدادات",
    "signed_in": "المستخدم: {name}",
    "sign_out": "خروج",
    "dismiss": "إخفاء",
    "asked_of": "يُسأل عن: {corpus}",
    "default_corpus": "وثائق هذا الحاسوب",
    "editing": "تعدّل الآن السؤال {number}، وسيُستبدل كل ما بعده.",
    "leave_edit": "إبقاؤه كما كان",
    "open_document": "فتح الوثيقة",
    "copied": "نُسخ",
    "too_quick": "طرحت أسئلة كثيرة في دقيقة واحدة. عدد الثواني إلى أن تسأل مجددًا: {seconds}.",
    "examples": "جرّب أحد هذه الأسئلة",
    "conversation": "المحادثة",
    "you": "سألتَ",
    "answer": "الجواب",
    "searching": "جارٍ البحث في الوثائق …",
    "reading": "وُجدت مقاطع، جارٍ قراءتها …",
    "writing": "مسودة لم تُراجَع بعد",
    "stopped": "أُوقف الجواب. ما تراه هنا لم يُراجَع.",
    "stopped_empty": "أُوقف قبل أن يُكتب جواب.",
    "partial": "عُثر على الجواب لكن تعذّرت صياغته بثقة، وهذه كلمات الوثيقة نفسها.",
    "unsupported": "لا تؤيده الوثائق",
    "not_found": "ليس في الوثائق",
    "searched_for": "عبارة البحث:",
    "means": "«{phrase}» يعني {date}",
    "period.first_last": "الوثائق من {first} إلى {last} فقط",
    "period.first": "الوثائق من {first} فصاعدًا فقط",
    "period.last": "الوثائق حتى {last} فقط",
    "sources": "المصادر",
    "found": "المقاطع التي وُجدت",
    "nearest": "أقرب المقاطع، وليست جوابًا",
    "source_mark": "المصدر {number}",
    "untitled": "وثيقة بلا عنوان",
    "undated": "بلا تاريخ",
    "whole_passage": "عرض المقطع كاملًا",
    "less": "عرض أقل",
    "error.title": "تعذّر ذلك",
    "error.unknown": "حدث خطأ على هذا الحاسوب، وتفصيله في سجل البرنامج. قد ينفع أن تسأل مرة أخرى.",
    "error.RagError": "حدث خطأ: {message}",
    "error.SettingsError": "الإعداد {name} غير صالح: {reason}",
    "error.DocumentError": "تعذّرت قراءة الوثيقة {path}: {reason}",
    "error.AccountsError": "تعذّر استعمال ملف الحسابات {path}: {reason}",
    "error.UploadError": "لم يُقبل الملف {name}: {reason}",
    "error.CorpusError": "تعذّر تغيير المجموعة {corpus}: {reason}",
    "error.CorpusNotFoundError": "هذه المجموعة غير موجودة، أو لم تعد موجودة.",
    "error.ArchiveError": "تعذّر استعمال المحادثات السابقة في {path}: {reason}",
    "error.IndexStoreError": "تعذّر استعمال الفهرس {path}: {reason}",
    "error.IndexNotFoundError": "لا وثائق بعدُ في الفهرس {path}. أضف وثائق بالأمر "
    "\u2068mustanad ingest PATH\u2069.",
    "error.IndexMismatchError": "بُني الفهرس {path} بنماذج أو إعدادات غير المعمول بها الآن. "
    "أعد بناءه بالأمر \u2068mustanad ingest --rebuild\u2069.",
    "error.ModelError": "تعذّر استعمال النموذج {model}: {reason}",
    "error.ModelNotFoundError": "لم يُعثر على النموذج {model}: {reason}",
    "error.ModelCorruptError": "ملف النموذج {model} تالف: {reason}",
    "error.ModelFetchError": "تعذّر جلب النموذج {model}: {reason}",
    "error.ModelLoadError": "ملف النموذج {model} موجود لكن تعذّر تحميله: {reason}",
    "error.PromptError": "القالب {prompt} غير صالح: {reason}",
    "error.QuestionError": "تعذّر طرح هذا السؤال: {reason}",
    "error.GenerationError": "أخفق النموذج {model} أثناء كتابة الجواب: {reason}",
}

_PARTS = (actions, library, past, preferences, viewer)
for _part in _PARTS:
    _ENGLISH.update(_part.ENGLISH)
    _ARABIC.update(_part.ARABIC)

TEXTS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {"ar": MappingProxyType(_ARABIC), "en": MappingProxyType(_ENGLISH)}
)

EXAMPLES: Mapping[Language, tuple[str, ...]] = MappingProxyType(
    {
        "en": (
            "When did talks begin?",
            "Why was the announcement postponed?",
            "What will happen to the coalition's advisers?",
        ),
        "ar": (
            "متى بدأت المحادثات؟",
            "لماذا أُجِّل الإعلان عن إنهاء مهمة التحالف؟",
            "ما مهمة اللجنة العسكرية العليا؟",
        ),
    }
)

_MONTHS: Mapping[Language, str] = MappingProxyType(
    {
        "en": "January February March April May June July August September October November "
        "December",
        "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong, not yet in words: a key of `TEXTS` and the facts it takes."""

    key: str
    facts: Mapping[str, str]


def shown(words: str) -> str:
    """What a document, a model or a visitor wrote, without what is not seen but steers the rest.

    Bidi embeddings, overrides and isolates could turn a quotation around, and what stands beside
    it; control characters but tabs and line ends, and halves of characters, are none of HTML's.
    Those that part words or pages become spaces, so that no word runs on into another. Marks that
    only say which way a character runs stay, and so do the joiners of Arabic letters.
    """
    return words.translate(_UNSEEN)


def text(language: Language, key: str, **facts: object) -> str:
    """The text of this name in this language, with its facts put in, isolated.

    Raises:
        KeyError: there is no such text, or one of its facts is missing.
    """
    isolated = {
        name: f"{_ISOLATE}{shown(str(value))}{_POP_ISOLATE}" for name, value in facts.items()
    }
    return TEXTS[language][key].format_map(isolated)


def other(language: Language) -> Language:
    """The language that the switch leads to."""
    return "en" if language == "ar" else "ar"


def choose_language(setting: str, accept_language: str) -> Language:
    """The page's language: the setting's, or with "auto" the one that the browser likes best.

    Args:
        setting: "ar", "en" or "auto".
        accept_language: the value of the browser's header of that name; may be empty.

    Returns:
        English where neither language is wished for.
    """
    if setting in LANGUAGES:
        return "ar" if setting == "ar" else "en"
    best: Language = "en"
    best_weight = 0.0
    for wish in accept_language.split(","):
        tag, _, parameter = wish.partition(";")
        code = tag.strip().lower().split("-")[0]
        weight = _weight(parameter)
        if code in LANGUAGES and weight > best_weight:
            best, best_weight = "ar" if code == "ar" else "en", weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def format_date(day: dt.date, language: Language) -> str:
    """Day, month by name, year, as newspapers of that language write them."""
    return f"{day.day} {_MONTHS[language].split()[day.month - 1]} {day.year}"


def describe_period(period: Period | None, language: Language) -> str:
    """Which documents are used: those of a period, with one side open or neither; "" for all."""
    if period is None or period == Period():
        return ""
    days = {
        name: format_date(day, language)
        for name, day in (("first", period.first), ("last", period.last))
        if day is not None
    }
    return text(language, "period." + "_".join(days), **days)


def describe_to_others(error: Exception) -> Problem:
    """`describe` for who is not at this computer: its folders are not named."""
    problem = describe(error)
    facts = dict(problem.facts)
    for place in (problem.facts.get("path", ""), problem.facts.get("model", "")):
        last = PurePath(place).name
        # "." and "/" name no folder, and stand in many a reason.
        if last:
            # A reason may name it too.
            facts = {name: fact.replace(place, last) for name, fact in facts.items()}
    return Problem(key=problem.key, facts=facts)


def describe(error: Exception) -> Problem:
    """An error as a key and facts, so that the page can word it in either language.

    A class without a text of its own is worded like its nearest ancestor that has one; what is
    not a RagError says nothing of its insides.
    """
    for kind in type(error).__mro__:
        key = f"error.{kind.__name__}"
        if issubclass(kind, RagError) and key in _ENGLISH:
            facts = {
                name: str(value) for name, value in vars(error).items() if not name.startswith("_")
            }
            return Problem(key=key, facts={**facts, "message": str(error)})
    return Problem(key="error.unknown", facts={})


def word(problem: Problem, language: Language) -> str:
    """The one line that a reader sees of a problem."""
    return text(language, problem.key, **problem.facts)
