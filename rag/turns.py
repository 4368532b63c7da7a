"""Turns that speak of the turn before: "Who said that?", "What else?", "No, I meant the tunnel".

All are told by their words, folded (`rag.text.fold`), so that tashkeel and hamza do not count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.lexical import content_stems
from rag.text import fold, normalise, split_words

_ASKED_POLITELY = (
    "(?:(?:and|but|so|then|ok|okay|well|please|لكن|ولكن|طيب|حسنا|اذن) )*"
    "(?:(?:(?:can|could|would) you )?(?:please )?tell me |do you know |"
    "(?:هل )?(?:(?:يمكنك|تستطيع) ان )?(?:تخبرني|اخبرني) |قل لي |هل تعرف )?"
)
# Each of these is a group: of words, or of ways to ask.
_SAID_EN = (
    "(?:says?|said|claim(?:s|ed)|tells?|told|stat(?:es|ed)|announce[sd]|report(?:s|ed)|"
    "confirm(?:s|ed)|declare[sd]|mention(?:s|ed)|argue[sd]|allege[sd]|"
    "warn(?:s|ed)(?: of)?)"
)
_WORDS_EN = "(?:words|quote|quotation|statement|claim|comment|remark)"
_THAT_EN = f"(?:that|so|it|(?:this|that|these|those)(?: {_WORDS_EN}s?)?)"
_SAYING_EN = "(?:saying|claiming|stating|announcing|reporting|confirming)"
# Few words may stand between "who" and its verb: no negation, passive or other verb.
_ASKS_EN = (
    r"(?:who (?:(?:has|have|else|exactly|actually|first|(?:is|was) it (?:that|who)) )*"
    rf"(?:{_SAID_EN}|told you|(?:is|was) {_SAYING_EN})(?: {_THAT_EN})?"
    rf"|who['\u2019]s {_SAYING_EN}(?: {_THAT_EN})?|says who|according to whom?"
    rf"|who made (?:this|that|the) {_WORDS_EN}|who (?:is|was) (?:being )?quoted"
    rf"|whose {_WORDS_EN} (?:is|are|was|were) (?:this|that|these|those|it)"
    rf"|which \w+ {_SAID_EN} {_THAT_EN})"
)
# As also said in Egypt, the Levant, Iraq, the Gulf and the Maghreb.
_WHO_AR = "(?:من|مين|منو|شكون)"
_SAID_AR = "(?:قال|يقول|گال|حكي|ذكر|صرح|اعلن|اكد|اوضح|افاد|زعم|يزعم|يؤكد)"
_SAID_OF_AR = "(?:اعلنت? عن|اكدت? علي|اشارت? الي|حذرت? من|تحدثت? عن|ادلي ب|ادلت ب)"
_WORDS_AR = "(?:كلام|حكي|شي|خبر|قول|امر|تصريح|تصريحات|كلمات|جمله|عباره)"
_THAT_AR = (
    f"(?:(?:ذلك|ذاك|هذا|هذه|هاد|تلك)(?: (?:ال{_WORDS_AR}|الشي))?|هال{_WORDS_AR}|هادشي|"
    "هيك|هيچ|كده|كدا)"
)
_ASKS_AR = (
    rf"[وف]?(?:{_WHO_AR} (?:(?:هو|هي|هم|هذا|الذي|التي|الذين|اللي|اول|بالضبط) )*"
    rf"(?:{_SAID_AR}(?:ت|وا)?(?:ها?|(?: لك)? ب?{_THAT_AR})?|{_SAID_OF_AR} ?{_THAT_AR}|"
    rf"(?:ال)?قائل(?: {_THAT_AR})?|صاحب (?:{_THAT_AR}|ال{_WORDS_AR})|المتحدث)"
    rf"|لمن {_THAT_AR}|(?:وفقا ل|(?:ب?حسب|علي لسان|نقلا عن) )من|نقلا عمن"
    rf"|اي \w+ {_SAID_AR}ت? {_THAT_AR})"
)
_AT_LAST = "(?: (?:please|then|first|exactly|من فضلك|لو سمحت|رجاء|بالضبط|اذن))*"
_WHO_SAID = re.compile(f"{_ASKED_POLITELY}(?:{_ASKS_EN}|{_ASKS_AR}){_AT_LAST}")
CAN_YOU = "(?:(?:can|could|would|will) you (?:please )?)?"
CAN_YOU_AR = "(?:(?:هل )?(?:يمكنك|تستطيع|تقدر|ممكن)(?: ان)? )?"
_IT = "(?:it|that|this|(?:the|your)(?: last)? answer)"
_IT_AR = "(?:ذلك|هذا|(?:ال)?(?:جواب|اجابه|رد|كلام))"
# The last ones doubt an answer, or ask what it rests on: that is shown with it.
_ONCE_MORE = re.compile(
    f"{CAN_YOU}(?:repeat(?: {_IT})?|(?:say|tell me)(?: {_IT})?(?= (?:again|once more))|"
    "once more|again)"
    "(?: (?:again|once more|for me))*"
    f"|{CAN_YOU_AR}(?:ا?عيد(?= |ه|ي)|اعد|تعيد|كرر|تكرر)(?:ي|ه|ها|لي)?"
    f"(?: (?:لي|تاني|مره (?:اخري|ثانيه|تانيه)|{_IT_AR}))*|مره (?:اخري|ثانيه|تانيه)"
    f"|are you (?:really |quite |so )?(?:sure|certain)(?: (?:about|of) {_IT})?|really"
    f"|how (?:do|did|can) you know(?: {_IT})?|where (?:did|do) you (?:get|find|read|see) {_IT}"
    f"|what is your (?:source|evidence|proof)(?: (?:for|of) {_IT})?|source|prove it"
    "|(?:show|give) me (?:the|your) (?:source|evidence|proof|quote|quotation)"
    f"|(?:from|in) which (?:document|article|file) is {_IT}"
    f"|which (?:document|article|file) is {_IT} (?:from|in)"
    "|(?:هل )?(?:انت )?(?:متاكد|واثق)ه?(?: انت)?(?: من (?:ذلك|هذا))?|كيف عرفت(?: (?:ذلك|هذا))?"
    "|(?:ما|ما هو|وين|اين|فين) (?:مصدرك|دليلك)|المصدر|من (?:اين|وين) جبت(?: [^ ]+)?"
    "|(?:من|في) اي (?:وثيقه|مقال|مقاله|ملف) (?:هذا|هذه|ذلك)(?: ال(?:كلام|معلومه))?"
)
_MORE = "(?:more|further)(?: (?:details?|information|info))?"
_ASKS_FOR_MORE = re.compile(
    f"{_ASKED_POLITELY}(?:(?:what|who|where|any(?:thing|one|body)) else|any(?:thing)? more"
    "|(?:is|are|was|were) there (?:any(?:thing|one|body)|something) (?:else|more)"
    f"|{CAN_YOU}(?:(?:tell|give|show) me )?(?:any |some |a (?:bit|little) )?{_MORE}"
    f"(?: (?:about|on) {_THAT_EN})?|go on|continue|carry on|elaborate"
    "|[وف]?(?:ماذا|ما|من|مين|منو|ايه|ايش|شو|وش|شنو|اين|وين) (?:ايضا|كمان|غير ذلك|غيره|تاني)"
    "|[وف]?(?:هل )?(?:هناك|يوجد|توجد|في|فيه|اكو) (?:شيء?|شئ|حاجه|تفاصيل|معلومات) ?"
    "(?:اخر|اخري|تاني|تانيه|ثاني|غيره|اكثر|ايضا)"
    "|(?:(?:اريد|اعطني|هات|بدي|عايز|ابغي) )?(?:ال)?(?:مزيد|تفاصيل)"
    "(?: (?:من )?(?:ال)?(?:تفاصيل|معلومات|اكثر))?"
    f"|زدني|كمل|اكمل|تابع|استمر|واصل|و?غير (?:ذلك|هيك|كده)){_AT_LAST}"
)

_OPENING = (
    r"^\W*+(?:(?:no|nope|nah|not that|sorry|oh|ah|actually|wait|ok|okay|well|but|excuse me|pardon|"
    "wrong|لا|كلا|عفوا|عذرا|اسفه?|(?:ال)?معذره|اه|لحظه|انتظر|في (?:الواقع|الحقيقه)|لكن|طيب|حسنا)"
    r"\b\W*+)*"
)
_MEAN = (
    r"i (?:actually |really )?(?:meant?|asked about)"
    r"|i(?: was| am|['\u2019]?m) (?:(?:ask|talk)ing about|referring to)"
    r"|what i meant? (?:was|is)|my question (?:is|was) about"
    "|(?:انا )?(?:(?:كنت )?(?:اقصد|قصدي|اعني|ب?اسال عن|بسال عن|بقصد|ات(?:حدث|كلم) عن)|قصدت|عنيت|"
    "سالت(?:ك)? عن)|(?:كان )?سؤالي(?: كان)? عن|المقصود (?:هو|هي)"
    "|اردت(?= (?:ان اسال|السؤال) عن)|ما (?:(?:كنت )?اقصده|قصدته|اعنيه) (?:هو|هي)"
)
_TO_ASK = (
    r"(?:(?:to (?:ask|say|write|type)(?: about)?|asking about|"
    r"ان (?:اسال عن|اقول)|السؤال عن)\b\W*+)?"
)
_FEW_WORDS = r"(?P<other>(?:\W+\w+){1,6}?)\W+"
_MEANT = re.compile(
    rf"{_OPENING}(?:{_MEAN})\b\W*+{_TO_ASK}(?:(?P<other>.*)\bبل\b\W*+)?(?P<rest>.+)$", re.DOTALL
)
_NOT_MEANT = re.compile(
    rf"{_OPENING}(?:i (?:(?:did|do)(?: not|n['\u2019]?t) (?:mean|ask about)|meant? not|"
    r"(?:was|am)(?: not|n['\u2019]t) (?:asking|talking) about)|ما قصدت|"
    rf"(?:لا|لم|لست|ما كنت) (?:اقصد|اعني?|اسال عن)|م[شو] قصدي){_FEW_WORDS}"
    rf"(?:but|و?لكن|و?انما|بل|{_MEAN})"
    r"\b(?: rather\b)?\W*+(?:(?:about|عن)\b\W*+)?(?P<rest>.+)$",
    re.DOTALL,
)
# «ليس واضحا، لكن متى…» and "Not only the bridge but…" take nothing back.
_NOT_BUT = re.compile(
    rf"{_OPENING}(?:not(?= (?:(?:the|in|on|at|by)\b|\d))|ليست?(?! فقط)|لا(?= ال)|مش)"
    rf"{_FEW_WORDS}(?:but|بل|و?انما)"
    r"\b(?: rather\b)?\W*+(?P<rest>.+)$",
    re.DOTALL,
)
# "No, the foreign minister", "Not the bridge, the tunnel": a few words in the place of others, and
# neither question nor clause.
_NO = re.compile(
    r"^\W*+(?:(?:no|لا|كلا)\s?[,،:.]|(?:no\b\W*|لا\b\W*)?"
    r"(?:not(?= (?:(?:the|in|on|at|by)\b|\d))|(?:ليست?|م[شو])(?= (?:ال\w|في|عن|علي|الي)))"
    r"(?P<other>(?: [\w'-]+){1,4})\s?[,،])\W*+(?P<rest>(?:(?:the|in|on|at|by|from|for|of)\b|\d|"
    r"ال\w|(?:في|عن|علي|الي)\b)(?:(?!\b(?:is|are|was|were|has|have|had|did|does|do|said|says|"
    r"غير|خطا|خاطئه?|غلط|صحيحه?)\b)[\w' -]){0,40}+)\W*$"
)
# "No, Sudan", "Not Egypt, Sudan": only capitals tell a name.
_NAME = r"[A-Z][\w'\u2019-]*(?: (?:(?:of|the|and) )?[A-Z][\w'\u2019-]*){0,3}"
_NO_NAME = re.compile(
    rf"^\W*(?:[Nn]o ?[,.:] ?|(?:[Nn]o,? )?[Nn]ot (?P<other>{_NAME}) ?[,;] ?)"
    r"(?!(?:Not?|Thanks?|Wrong|Incorrect|False|Sorry|O[Kk]|Okay|Stop|Never|The|This|That|Th[eo]se"
    r"|It|I|You|We|They|He|She|Who|What|When|Where|Which|Why|How|Is|Are|Was|Did|Do|Does|Please"
    rf"|And|But|Really|True)\b)(?P<rest>{_NAME})\W*$"
)
_RATHER_THAN = re.compile(
    r"(?:\s(?:rather than|instead of|وليست?|ومش)|[,،]\s*(?:and )?(?:not|لا|ليست?|مش))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What was meant, as written, and what was not, "" where the turn does not say."""

    meant: str
    not_meant: str = ""


def asks_who_said(question: str) -> bool:
    """Whether a turn asks who says what was quoted before: "Who said that?", «من القائل؟»."""
    return _WHO_SAID.fullmatch(" ".join(split_words(fold(question)))) is not None


def asks_once_more(question: str) -> bool:
    """Whether a turn wants the answer again, or doubts it: "Repeat that", "Are you sure?"."""
    return _ONCE_MORE.fullmatch(" ".join(split_words(fold(question)))) is not None


def asks_for_more(question: str) -> bool:
    """Whether a turn asks what else there is to what was asked: "What else?", «المزيد»."""
    return _ASKS_FOR_MORE.fullmatch(" ".join(split_words(fold(question)))) is not None


def find_correction(question: str) -> Correction | None:
    """What a turn puts in the place of what was asked, None where it takes nothing back.

    «لا أقصد الجسر بل النفق» means «النفق». "I mean it" names nothing, and is no correction.
    """
    folded = normalise(question)
    for pattern in (_NOT_MEANT, _NOT_BUT, _MEANT, _NO):
        if match := pattern.match(folded.text):
            meant = folded.original_span(*match.span("rest")).of(question)
            break
    else:
        match = _NO_NAME.match(question)
        if match is None:
            return None
        meant = match["rest"]
    other = match.groupdict().get("other") or ""
    if cut := _RATHER_THAN.search(meant):
        meant, other = meant[: cut.start()], meant[cut.end() :]
    meant = meant.strip()
    return Correction(meant, other.strip()) if content_stems(meant) else None
