"""Turns that are no question to the documents: greetings, thanks, and questions about Mustanad."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.text import fold
from rag.turns import CAN_YOU, CAN_YOU_AR

Courteous = Literal["greeting", "thanks", "farewell", "itself"]


@dataclass(frozen=True, slots=True)
class Courtesy:
    """A greeting, thanks, a farewell, or a question about Mustanad itself and what it does not do.

    "Summarise that" and "in French, please" ask for what it does not do.
    """

    kind: Courteous


def one_of(*phrases: str) -> str:
    """A group of patterns, which are folded like the text; a class in capitals would be lost."""
    return f"(?:{'|'.join(map(fold, phrases))})"


_THANKED_FOR = (
    "the|your|that|this|all|everything|help|helping|me|answers?|info|information|explanation|time"
)
_THANKED_FOR_AR = "مساعدت|مساعدة|إجابة|إجابت|جواب|رد|توضيح|معلومات|معلومة|شرح|جهود"
# For each kind, the phrases that show it.
_COURTESIES: dict[Courteous, str] = {
    "farewell": one_of(
        "(?:good ?)?bye(?: bye)?(?: for now)?|good ?night|take care",
        "(?:see (?:you|ya)|talk to you)(?: later| soon| again| tomorrow)?",
        "have a (?:nice|good|great|lovely) (?:day|evening|night|weekend|time|one)",
        "(?:مع ال|بال|ب)سلامة|(?:مع|في) (?:السلامة|(?:أمان|رعاية|حفظ) الله)|وداعا|إلى اللقاء",
        "باي(?: باي)?|تصبح(?:ي|ين|ون|وا)? على خير|أستودعك(?:م)? الله",
        "(?:أراك|نراك)(?: لاحقا| قريبا| غدا)?|(?:يوم|نهار|ليلة)(?:ا|ك|كم)? سعيد[اة]?",
    ),
    "thanks": one_of(
        "(?:many |no |yes )?(?:thanks|thank (?:you|u)|thankyou|thank|thn?x|thanx|tnx|tysm?|ty)"
        "(?: (?:so|very) much| a (?:lot|million|bunch)| again| kindly)*"
        f"(?: for(?: (?:{_THANKED_FOR}))+)?",
        "i appreciate (?:it|that|(?:the|your) (?:help|time|answer))|much appreciated",
        "cheers|great|perfect|ok|okay|got it|i see|understood|wonderful|excellent|awesome|cool",
        "alright|all right|(?<!are you )sure|fine|interesting|amazing|fantastic|brilliant|noted",
        "right|yes|yeah|yep|shukran",
        "good(?! (?:morning|evening|afternoon|day))|nice(?! to)|(?:that |it )?makes sense",
        "(?:very|all) (?:good|nice|helpful)|well done|(?:great|good|nice) (?:job|answer|work)",
        "(?:no )?(?:that|this|it) (?:is|was) (?:all|"
        "(?:very |so )?(?:helpful|useful|great|perfect|interesting))",
        "(?:ألف |كل |لا |نعم |مع |لك |زين )?(?:جزيل )?(?:ال)?شكر(?:ا+|ن)?"
        "(?: (?:جزيلا|كثيرا?|كتير|جدا|بزاف|برشا|واجد|وايد|مقدما|لكم?|ليك|الك|مرة أخرى|"
        f"(?:على|ل)(?: كل)? ?(?:هذه |هذا )?(?:ال|ل)?(?:{_THANKED_FOR_AR})(?:ك|كم)?))*",
        f"أشكرك(?:م)?(?: كثيرا| جزيلا| على ال(?:{_THANKED_FOR_AR}))?",
        "جزاك(?:م)? الله (?:كل |ألف )?خيرا?|(?:الله )?يعطيك(?:م)? (?:ألف |ال)(?:عافية|صحة)",
        "بارك الله فيك(?:م)?|(?:الله|ربي) (?:يبارك فيك|ي(?:عافي|خلي|سلم|حفظ)ك)(?:م)?",
        "وفقك(?:م)? الله|يعيشك|كثر خيرك|كتر خيرك|ما قصرت(?:وا)?|أيو[اهة]|أوكيه",
        "(?:أ)?حسنت(?:م)?|تمام|حسنا|طيب|فهمت|نعم|ماشي|أوكي|أوك|خلاص|حلو|واضح|مفهوم|عظيم|برافو",
        "[تي]سلم(?:ي|و|وا)?(?: (?:إيدك|إيديك|يدك|يداك))?|عاشت (?:إيدك|يدك)|هذا كل شيء",
        "(?:مشكو+ر|متشكر|ممنون)(?:ة|ين|ك)?(?: جدا| لك)?|ميرسي|(?:جيد|ممتاز|رائع)(?: جدا)?",
        "هذا (?:مفيد|رائع|ممتاز|جيد)(?: جدا)?|كان (?:ذلك|هذا) (?:مفيدا|رائعا|ممتازا)(?: جدا)?",
    ),
    "greeting": one_of(
        "(?:hello|helo|hi+|hey|hiya)(?: there| again| all| everyone)?|greetings",
        "marhaba|ahlan|salaa?m",
        "good (?:morning|evening|afternoon|day)|(?:assalamu|salam) alaikum",
        "how are you(?: doing)?(?: today)?|how is it going|nice to meet you|how do you do",
        "مرحبا(?: بك)?|أهلا(?: وسهلا)?(?: بك)?|تحية(?: طيبة)?|تحياتي|أهلين|(?:يا )?هلا(?: والله)?",
        "(?:صباح|مساء) (?:الخير|النور|الفل|الورد)|حيا(?:ك|كم) الله|أسعد الله (?:صباح|مساء)ك(?:م)?",
        "(?:ال)?سلام عليكم(?: ورحمة الله)?(?: وبركاته)?|عليكم السلام(?: ورحمة الله)?(?: وبركاته)?",
        "كيف (?:ال)?حال(?:ك|كم)?(?: اليوم)?|كيف أنت|(?:(?:ما|كيف|شو|وش|ايش|ايه) |ش)?أخبارك",
        "هاي|هلو|ألو|سلام|مسا الخير|يسعد (?:صباح|مسا)ك|واش راك|كي ?داير|عساك بخير",
        "شخبارك|(?:شلون|كيف|إزي)(?:ك|كم)|عامل(?:ة|ين)? ايه|لا ?باس(?: عليك)?",
    ),
}
_PLEASE = one_of(
    "please|pls|plz|sir|my friend|mate|bro|dear|من فضلك|لو سمحت|رجاء",
    "(?:يا )?(?:صديقي|أخي|أختي|خويا?|حبيبي|عزيزي)|يا (?:غالي|باشا|أستاذ|دكتور|معلم|بطل)",
)
# They make up a turn without words: "👍".
_SIGNS: dict[Courteous, str] = {
    "greeting": "👋",
    "thanks": "🙏👍👌❤♥😊🙂😀😃😄😁👏💐🌹🌷🤝✅💯🤩😍🥰🫡💪",
}
_ONE_COURTESY = rf"و?{one_of(*_COURTESIES.values(), _PLEASE)}\b"
_COURTEOUS = rf"{_ONE_COURTESY}(?: (?:and )?{_ONE_COURTESY})*+"
_ONLY_COURTEOUS = re.compile(_COURTEOUS)
_AROUND = re.compile(rf"^{_COURTEOUS} ?(?:and )?| (?:and )?{_COURTEOUS}$")

_OTHER_LANGUAGE = (
    "french|german|spanish|italian|turkish|persian|farsi|urdu|kurdish|hebrew|russian|chinese|hindi"
    "|portuguese|dutch|swedish|indonesian|malay|japanese|somali|amharic"
)
_OTHER_LANGUAGE_AR = (
    "(?:ال|لغة ال)?(?:فرنسي|ألماني|إسباني|إيطالي|تركي|فارسي|كردي|عبري|روسي|صيني|هندي|برتغالي"
    "|أمازيغي|أردي)ة?"
)
_ABOUT_ITSELF = re.compile(
    one_of(
        "(?:who|what) are you(?: exactly)?|what is (?:your name|mustanad)|who (?:made|built) you",
        "are you (?:an? )?(?:real )?(?:ai|bot|robot|chatbot|human|machine|person|chatgpt|gpt)",
        "help(?: me)?|(?:what|how) can you (?:do|help)(?: for)?(?: me)?|what do you do",
        "how do you work|how (?:do|can|should) i use (?:you|this(?: (?:app|tool|page))?|mustanad)",
        "(?:what|which|how many) languages (?:do|can) you (?:speak|know|understand|answer in)",
        "(?:do|can|could) you (?:also )?(?:speak|understand|know)"
        f"(?:(?: or| and)? (?:arabic|english|{_OTHER_LANGUAGE}))+",
        f"{CAN_YOU}(?:(?:(?:translate|put|say|repeat|write|answer|reply|respond|speak|what is)"
        "(?: (?:it|that|this|the answer|your answer))? )?(?:in|to|into)|speak) "
        f"(?:{_OTHER_LANGUAGE})",
        f"{CAN_YOU}(?:summari[sz]e|sum up|tl ?dr|"
        "(?:(?:give|write) me )?(?:an? )?(?:short |brief )?(?:summary|overview))"
        "(?: (?:of|it|this|that|them|these|everything|for me|the|all|my|your|last|documents?"
        "|articles?|files?|answer|text|news))*",
        "من (?:أنتم?|تكون)|(?:مين|منو|شكون|شنو|شو|ايش|وش|ما) (?:أنت|حضرتك)|ما (?:هو )?اسمك",
        "أنت (?:مين|منو|شكون|شنو|ايش|وش|ايه)|(?:هل )?أنت (?:روبوت|إنسان|بشر|برنامج|ذكاء اصطناعي)",
        "(?:ماذا|ما الذي|شو|ايش|وش|شنو|ايه|بماذا|كيف) (?:يمكنك|تستطيع|تقدر|بإمكانك)"
        "(?: (?:أن )?(?:تفعل|تعمل|تقدم|تسوي|تساعدني|تفعله|فعله)(?: لي)?)?",
        "(?:بماذا|كيف) تساعدني|ساعدي?ني|أحتاج (?:إلى )?مساعدة",
        "كيف (?:أستخدمك|أستعملك|أستخدم (?:مستند|البرنامج|الموقع))",
        f"{CAN_YOU_AR}(?:(?:(?:ت?ترجم|تجيب|أجب|جاوب|رد|ترد|ا?تكتب|اكتب|قل|الإجابة|الرد)"
        "(?:ه|ها|ني|لي)?(?: (?:لي|علي|ذلك|هذا|الجواب|الإجابة))? )?ب|"
        f"(?:ت?ترجم|ترجمة)(?:ه|ها|لي)?(?: (?:لي|ذلك|هذا|الجواب|الإجابة))? (?:إلى |لل|ل))"
        f"{_OTHER_LANGUAGE_AR}",
        f"{CAN_YOU_AR}(?:ت?لخص(?:ي|ه|ها|لي)?|(?:(?:أعطني|هات|أريد|بدي|اكتب)(?: لي)? )?"
        "(?:ال)?(?:ملخص|تلخيص|خلاصة)ا?)(?: (?:لي|عن|كل|جميع|هذا|هذه|ذلك|ما سبق|"
        "(?:ال|لل|ل)?(?:مقال|مقالة|مقالات|وثيقة|وثائق|ملف|ملفات|مستندات|أخبار|خبر|نص|جواب)))*",
    )
)


def without_courtesies(text: str) -> str:
    """A folded text without the greetings, thanks and "please" at its beginning and end."""
    return _AROUND.sub("", text)


def find_courtesy(text: str) -> Courtesy | None:
    """The courtesy that a folded text is; None if it holds anything else."""
    if not _ONLY_COURTEOUS.fullmatch(text):
        return None
    for kind, phrases in _COURTESIES.items():
        if re.search(rf"\bو?{phrases}\b", text):
            return Courtesy(kind)
    return None


def find_sign(question: str) -> Courtesy | None:
    """The courtesy that the signs of a turn without words show: "👍"."""
    shown = (kind for kind, signs in _SIGNS.items() if not {*signs}.isdisjoint(question))
    return next(map(Courtesy, shown), None)


def asks_about_itself(text: str) -> bool:
    """Whether a folded text asks about Mustanad itself, or for what it does not do."""
    return _ABOUT_ITSELF.fullmatch(text) is not None
