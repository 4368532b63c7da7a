"""Turns that speak of the turn before: "Who said that?", and "No, I meant the tunnel".

Both are told by their words, folded (`rag.text.fold`), so that tashkeel and hamza do not count.
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
_SAID = (
    "says?|said|claim(?:s|ed)|tells?|told|stat(?:es|ed)|announce[sd]|report(?:s|ed)|"
    "confirm(?:s|ed)|declare[sd]|mention(?:s|ed)"
)
_SAYING = "saying|claiming|stating|announcing|reporting|confirming"
# Few words may stand between "who" and its verb: no negation, passive or other verb.
_WHO = (
    r"who (?:(?:has|have|else|exactly|actually|first|(?:is|was) it (?:that|who)) )*"
    rf"(?:(?:{_SAID})|(?:is|was) (?:{_SAYING}))(?: (?:that|so|this|it))?"
    rf"|who['\u2019]s (?:{_SAYING})(?: (?:that|so|this|it))?|says who|according to whom?"
)
_QALA = "قال|يقول|ذكر|صرح|اعلن|اكد|اوضح|افاد|زعم|يزعم|يؤكد"
_THIS = "(?:ذلك|ذاك|هذا|هذه)(?: (?:الكلام|القول|الامر|التصريح|التصريحات|الكلمات))?"
_MAN = (
    r"[وف]?من (?:(?:هو|هي|هذا|الذي|التي|اول|بالضبط) )*"
    rf"(?:(?:{_QALA})ت?(?:ها?|(?: ب?{_THIS}))?|(?:ال)?قائل(?: {_THIS})?|صاحب {_THIS})"
)
_AT_LAST = "(?: (?:please|then|first|exactly|من فضلك|لو سمحت|رجاء|بالضبط|اذن))*"
_WHO_SAID = re.compile(f"{_ASKED_POLITELY}(?:{_WHO}|{_MAN}){_AT_LAST}")

_OPENING = (
    r"^\W*+(?:(?:no|nope|nah|not that|sorry|oh|ah|actually|wait|ok|okay|well|but|excuse me|pardon|"
    "لا|كلا|عفوا|عذرا|اسفه?|(?:ال)?معذره|اه|لحظه|انتظر|في (?:الواقع|الحقيقه)|لكن|طيب|حسنا)"
    r"\b\W*+)*"
)
_MEAN = (
    r"i (?:actually |really )?(?:meant?|(?:was|am) (?:asking|talking) about)"
    r"|i['\u2019]?m (?:asking|talking) about|what i meant? (?:was|is)"
    "|(?:انا )?(?:(?:كنت )?(?:اقصد|اعني|اسال عن|اتحدث عن)|قصدت)"
    "|ما (?:(?:كنت )?اقصده|قصدته|اعنيه) (?:هو|هي)"
)
_TO_ASK = r"(?:(?:to (?:ask|say)(?: about)?|asking about|ان (?:اسال عن|اقول)|السؤال عن)\b\W*+)?"
_FEW_WORDS = r"(?P<other>(?:\W+\w+){1,6}?)\W+"
_MEANT = re.compile(
    rf"{_OPENING}(?:{_MEAN})\b\W*+{_TO_ASK}(?:(?P<other>.*)\bبل\b\W*+)?(?P<rest>.+)$", re.DOTALL
)
_NOT_MEANT = re.compile(
    rf"{_OPENING}(?:i (?:(?:did|do)(?: not|n['\u2019]?t) mean|meant? not)|ما قصدت|"
    rf"(?:لا|لم|ما كنت) (?:اقصد|اعني?)){_FEW_WORDS}(?:but|و?لكن|بل|{_MEAN})"
    r"\b(?: rather\b)?\W*+(?P<rest>.+)$",
    re.DOTALL,
)
# «ليس واضحا، لكن متى…» and "Not only the bridge but…" take nothing back.
_NOT_BUT = re.compile(
    rf"{_OPENING}(?:not(?= (?:the|in|on|at|by)\b)|ليست?(?! فقط)){_FEW_WORDS}(?:but|بل)"
    r"\b(?: rather\b)?\W*+(?P<rest>.+)$",
    re.DOTALL,
)
_RATHER_THAN = re.compile(
    r"(?:\s(?:rather than|instead of|وليست?)|[,،]\s*(?:and )?(?:not|لا|ليست?))\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What was meant, as written, and what was not, "" where the turn does not say."""

    meant: str
    not_meant: str = ""


def asks_who_said(question: str) -> bool:
    """Whether a turn asks who says what was quoted before: "Who said that?", «من القائل؟»."""
    return _WHO_SAID.fullmatch(" ".join(split_words(fold(question)))) is not None


def find_correction(question: str) -> Correction | None:
    """What a turn puts in the place of what was asked, None where it takes nothing back.

    «لا أقصد الجسر بل النفق» means «النفق». "I mean it" names nothing, and is no correction.
    """
    folded = normalise(question)
    for pattern in (_NOT_MEANT, _NOT_BUT, _MEANT):
        if match := pattern.match(folded.text):
            break
    else:
        return None
    meant = folded.original_span(*match.span("rest")).of(question)
    other = match["other"] or ""
    if cut := _RATHER_THAN.search(meant):
        meant, other = meant[: cut.start()], meant[cut.end() :]
    meant = meant.strip()
    return Correction(meant, other.strip()) if content_stems(meant) else None
