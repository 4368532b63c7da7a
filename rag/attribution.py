"""Who says what a sentence reports, by the verb of saying and its subject.

«وقال مدير الميناء سالم باعبود إن …» names its speaker between the verb and the word that brings in
what was said; «وأضاف أن …» goes on with the one named before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.arabic_names import likely_names
from rag.calendar_words import WEEKDAY
from rag.known_names import CALENDAR
from rag.lexical import is_function_word
from rag.schema import Evidence, Span
from rag.text import Normalised, fold, normalise

_VERBS = fold(
    "قال|أوضح|أكد|أضاف|ذكر|أعلن|صرح|لفت|شدد|اعتبر|كشف|أفاد|حذر|توقع|رجح|زعم|تعهد|أشار|تابع|روى|"
    "روت|رأى|رأت|يقول|يضيف|يؤكد|يوضح"
)
# A name of at most three words may stand between quotation marks: «حماس».
_QUOTED = r"«[^\s«»:،]+(?:\s[^\s«»:،]+){0,2}»"
# What follows is told, not who tells it. Alef carries no hamza here.
_THAT = (
    r"(?:(?<!\w)(?:(?:الي|علي|من|عن)\s+)?ب?ان(?:ه|ها|هم|هما|هن|ني|نا)?(?!\w)"
    rf"|[:\u201c\"]|(?!{_QUOTED}\s)«)"
)
_WORD = rf"(?:{_QUOTED}|[^\s،:«»\u201c\"]++)"
_ARABIC = re.compile(
    rf"(?<!\w)[وف]?(?:{_VERBS})ت?(?!\w)"
    rf"(?:[\s،]+(?!{_THAT})(?P<who>{_WORD}(?:[\s،]+(?!{_THAT}){_WORD}){{0,17}}))?"
    rf"[\s،]*{_THAT}"
)
# Where, when, how and to whom it was said, which stands behind the speaker.
_AROUND = re.compile(
    r"(?:^|[\s،]+)(?:(?:خلال|اثناء|عقب|بعد|قبل|عبر|امام|لدي|ردا|تعليقا|قائلا|قائله|ايضا|كذلك"
    rf"|(?:(?:يوم|اليوم|مساء|صباح|امس)\s+)?(?:امس|{WEEKDAY})"
    r"|لل\w+|ل(?:وكاله|صحيفه|قناه|شبكه|اذاعه|موقع|مجله|رويترز|فرانس|ه|ها|هم|نا))(?!\w)"
    r"|(?:في|علي)\s+(?:بيان|تصريح|مقابل|حوار|حديث|مؤتمر|كلم|خطاب|لقاء|رسال|تغريد|منشور|تدوين"
    r"|مداخل|وقت|ختام|هامش|حساب|صفح))"
)
# «لرويترز مسؤول»: behind whom it was said to, the speaker may stand, unless that is described.
_TOLD_TO = re.compile(r"(?:لل[^\W\d_]+|لرويترز|ل(?:ه|ها|هم|نا))\s+(?!ال)(?P<next>[^\W\d_]+)(?!\w)")
# Another verb of saying, or what takes a clause with «أن» itself: the words reach beyond the name.
_SAYS_MORE = re.compile(
    rf"(?<!\w)(?:و(?:{_VERBS})ت?(?!\w)"
    r"|(?:مضيف|مؤكد|مشير|موضح|معتبر|مشدد|محذر|مبين|لافت|معلن|متوقع|زاعم)(?:ا|ه)(?!\w)"
    r"|(?:بعد|قبل|منذ|دون|رغم|ضروره|اهميه|شانها|شانه|يمكن|يجب|احتمال|شرط|غير)$)"
)
# Ahead of "he said" whose speaker was named before; another verb may have a subject of its own.
_OPENS = re.compile(
    r"\W*(?:[وف]?(?:في|من|عن|علي|حول|بشان|بخصوص|ردا|تعليقا)\s[^،]{1,80}،\s*)?"
    r"(?:و?(?:كما|قد|ثم|لكنه|لكنها)\s+)?"
)
_REPORTED = "added|adds|announced|explained|noted|stressed|claimed|warned|stated"
# Those are adjectives too, as in "value added tax".
_SAID = (
    rf"(?:said|says|told|(?:{_REPORTED})"
    r"(?=,? [\u201c\"]|:| (?:that|the|he|she|it|they|there|we|i)\b))"
)
_NAME = r"[A-Z][\w'\u2019-]*"
_ENGLISH = re.compile(
    r"(?:^|[,;\u201d\"] )(?:(?:[Aa]nd|[Bb]ut|[Ll]ater|[Tt]hen) )*"
    rf"(?P<before>[^,;\u201c\u201d\"]{{2,120}}?)(?: (?:also|later|then|has|had|have))* {_SAID}\b"
    # Behind a comma only a name with nothing but its office is sure to speak.
    r"|[,\u201d\"] (?:said|says|added|adds|explained|noted) "
    rf"(?P<after>(?:the )?{_NAME}(?: (?:(?:of|for|and|the) )*{_NAME})*)(?=[,.;\u201c\u201d\"]|$)"
    r"|\b[Aa]ccording to (?P<source>(?:the )?[A-Z][^,.;\u201c\u201d\"]{1,120})"
)
_LEAST_NAMES = 2
_PRONOUNS = frozenset(["he", "she", "it", "they", "who"])
# What opens another clause than "he said", and what makes the verb a passive or an adjective.
_OPENS_ELSE = frozenset(
    [
        *("what", "as", "when", "while", "if", "that", "which", "after", "before", "because"),
        *("how", "having", "no", "nobody", "none", "neither"),
    ]
)
_ENDS_ELSE = frozenset(["be", "been", "being", "is", "are", "was", "were", "a", "an", "the"])
_NAMED_BEFORE = Span(0, 0)


def find_speaker(evidence: Sequence[Evidence]) -> Evidence | None:
    """The sentence that names who says what the last of these sentences reports, the name marked.

    Args:
        evidence: sentences in any order; of several documents those of the first one count.

    Returns:
        None where the last one reports no speech, or no sentence names the speaker.
    """
    told = [
        item for item in evidence if item.passage.document_id == evidence[0].passage.document_id
    ]
    told.sort(key=lambda item: item.span, reverse=True)
    for item in told:
        named = speaker(item.text)
        if named is None and item is told[0]:
            return None
        if named and named.of(item.text):
            who = _name_within(named, item.text)
            return replace(item, answer=who.shifted(item.span.start), probability=1.0)
    return None


def _name_within(who: Span, sentence: str) -> Span:
    """The name of whom the words call by office and name, in Arabic; the words if it is not sure.

    A small model words the name well, and seldom all of «مدير عام المشاريع في الهيئة، سالم …».
    """
    names = [name for name in likely_names(sentence) if name.overlaps(who)]
    if len(names) < _LEAST_NAMES:
        return who
    return Span(min(name.start for name in names), max(name.end for name in names))


def speaker(sentence: str) -> Span | None:
    """The words that name who speaks, of the first speech in a sentence.

    Returns:
        An empty span where the speaker was named before, None without speech or where the speaker
        is not sure.
    """
    folded = normalise(sentence)
    if match := _ARABIC.search(folded.text):
        return _arabic_speaker(match, folded)
    if match := _ENGLISH.search(sentence):
        return _english_speaker(match)
    return None


def _arabic_speaker(speech: re.Match[str], sentence: Normalised) -> Span | None:
    who = speech["who"] or ""
    if _SAYS_MORE.search(who):
        return None
    to = _TOLD_TO.match(who)
    if to and not is_function_word(to["next"]) and not _AROUND.match(who, to.start("next") - 1):
        return None
    around = _AROUND.search(who)
    end = around.start() if around else len(who)
    if end:
        start = speech.start("who")
        return sentence.original_span(start, start + end)
    return _NAMED_BEFORE if _OPENS.fullmatch(sentence.text, 0, speech.start()) else None


def _english_speaker(speech: re.Match[str]) -> Span | None:
    named = speech.lastgroup or 0
    words = fold(speech[named]).split()
    if not words or words[0] in _OPENS_ELSE or words[-1] in _ENDS_ELSE or words[-1] in CALENDAR:
        return None
    return _NAMED_BEFORE if words[0] in _PRONOUNS else Span(*speech.span(named))
