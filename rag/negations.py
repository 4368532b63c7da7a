"""Whether two texts, of one language or of two, differ in a negation.

A text may word a negation without a particle («رفض», "unprecedented"), and one may say with a
particle what another says without («لا يقل عن», "at least").
"""

from __future__ import annotations

import re

from rag.english_words import english_stems
from rag.glossary import glosses, is_sense
from rag.text import fold, split_words

# The text model has been seen to turn a statement round by a particle that its source lacks.
_NEGATIONS = frozenset(
    fold(
        "لم لن لا ليس ليست ليسوا ليسا ليستا لسن لسنا لست لستم لستما لستن لئلا دون بدون بلا عدم "
        "لعدم بعدم غير بغير لغير سوى "
        "not no never none nor neither without cannot nobody nothing nowhere"
    ).split()
)
# «ألا» ("that not"), which folded is «إلا» ("but").
_THAT_NOT = re.compile(r"(?<!\w)[وف]?أ\u064e?ل[\u0651\u064e]*ا(?!\w)")
# Phrases with a negation, folded, that a text without one tells as well, and what that must have:
# "no less than" is "at least", and no "less than".
_NO = r"\b[وف]?(?:لا|لم|لن|ليس\w{0,2})"
_SOME_WORDS = "(?:[^ ،,.؛]+ ){0,6}?"
# «دون الثامنة عشرة», «دون العشرين».
_AGE = (
    r"ال(?:ثاني|ثالث|رابع|خامس|سادس|سابع|ثامن|تاسع|عاشر|عشر|ثلاث|اربع|خمس|ست|سبع|ثمان|تسع)\w{0,2}\b"
)
_ONLY = r"\b(?:only|just|alone|merely|solely|except\w*|فقط|فحسب|وحد\w{1,3})\b"
_WORDED_OTHERWISE = {
    re.compile(phrase): re.compile(plain)
    for phrase, plain in {
        r"\b[وف]?لا (?:[يتنا]زال(?:ون|ان|ن)?|سيما|بد)\b": "",
        r"\b[وف]?غير ان(?:ه|ها|هم|هما|هن|ني|نا|ك|كم)?\b": "",
        rf"{_NO} [يت]لبث\w*\b": "",
        r"\b[وف]?(?:(?:لا|بلا|ب?دون) (?:ادني |اي )?شك|لا ريب)\b|\bno doubt\b|\bnot least\b": "",
        r"\bno\. ?(?=\d)|\bno[- ]confidence\b": "",
        r"\b[وف]?ما لم\b": r"\b(?:unless|until|except)\b|\bالا اذا\b",
        rf"(?:{_NO} [يت]|عدم (?:ال)?)(?:كشف|ذكر|نشر|فصح|افصاح)\w* (?:عن )?(?:ال)?(?:هوي|اسم)\w*": (
            r"\b(?:anonym|unnamed|undisclosed)"
        ),
        r"\bnot guilty\b": (
            r"\b(?:acquit|clear|innocen|den(?:y|i(?:ed|es|al)))|\b(?:(?:ب|ال)?براء|[وف]?(?:برات|[يت]برئ))"
        ),
        rf"\bدون (?:سن\b|عمر\b|\d|{_AGE})": r"\b(?:under|below|younger)\b",
        rf"{_NO} [يت]قل\b|\b(?:no|not) (?:less|fewer) than\b": (
            r"\b(?:at least|minimum|(?:and|or) (?:more|over|older|above)|علي الاقل|ك?حد ادني)\b"
        ),
        rf"{_NO} [يت](?:تجاوز|تعدي|زيد)\b|\b(?:no|not) more than\b|(?:\bnot|n't) exceed\b": (
            r"\b(?:at most|up to|within|maximum|or less|علي الاكثر|ك?حد اقصي)\b"
        ),
        rf"{_NO} {_SOME_WORDS}(?:فقط|فحسب)\b|(?:\bnot|n't) (?:only|just)\b": rf"\A(?!.*{_ONLY})",
        # A mark may begin behind «لم يبق».
        rf"(?:{_NO} {_SOME_WORDS})?\b(?:سوي|الا)\b": _ONLY,
    }.items()
}
# «غير مباشر» is "indirect", and «عدم الاستقرار» "instability". Most words in "un" are such, but for
# "unit" and its like; of the other prefixes only the dictionary tells.
_OPPOSITE = re.compile(r"\b[وف]?[بلك]?(?:ال)?(?P<whole>(?:غير|عدم) (?P<noun>\w+))")
_PREFIXED = re.compile(
    r"\b(?:(?P<sure>un(?!i[floqtv]|der|less|rest|til|veil)|non-?)|i[lmnr]|[dm]is)(?P<rest>\w{3,})"
)
# Verbs and nouns that deny: what they introduce may be worded with a negation. Not «انفتاح»,
# «منعقد», the name «عبد المنعم», or a bank.
_DENIALS = re.compile(
    r"(?:^|[ وفب])(?:ال)?(?:[يتنا]?(?:رفض|نفي(?!س)|نفت(?!\w)|منع(?![قطشزدم])|فتقر|حظر|استبعد|ستبعد"
    r"|امتنع|عارض|انكر|فشل|تعذر|عجز\w{0,3} (?:\w+ ){0,3}عن\b)|رافض|نافي|مستبعد|ممنوع|محظور|ممتنع"
    "|عاجز"
    "|خال(?:ي|يه|يا)? من|[يت]خلو من)"
    r"|\b(?:refus|den(?:y|i(?:ed|es|al))|reject|rul\w+ out|ban(?:s|ned|ning)?\b|fail|prevent"
    r"|prohibit|lack|unable\b|impossib|declin\w+ to\b(?! (?:[$€£\d]|an?\b|the\b|its\b|their\b))"
    r"|yet to\b|absence\b|forb[ai]d|barr(?:ed|ing)\b|free (?:of|from)\b)"
)
_LATIN = re.compile("[A-Za-z]{2}")
# The words ahead of the marked ones that count with them.
_WORDS_BEFORE = 2
_MARK = "<<"


def differ_in_negation(answer: str, shown: str) -> bool:
    """Whether answer and source differ in a negation, of the words that are marked in the source.

    A particle stands just before what it negates. "Did not sign" may be worded "refused to sign",
    but "did not refuse" not "refused": the one without a particle has to deny once more.
    """
    said, source = comparable(answer), comparable(about_mark(shown))
    if _negated(said, source):
        return not (_negated(source, said) or _denials(source) > _denials(said))
    is_marked = _MARK in shown
    return is_marked and _negated(source, said) and _denials(said) <= _denials(source)


def about_mark(shown: str) -> str:
    """The marked words of a sentence as the text model is shown it, and the two ahead of them.

    Without a mark it is the whole sentence.
    """
    before, mark, rest = shown.partition(_MARK)
    if not mark:
        return shown
    return " ".join([*before.split()[-_WORDS_BEFORE:], rest.partition(">>")[0]])


def has_negation(text: str) -> bool:
    """Whether a comparable text has a negation that says something: not «لا بد» ("must")."""
    return _negated(text, "")


def _negated(text: str, other: str) -> bool:
    """Whether a text has a negation that another one cannot word without one; both comparable."""
    for phrase, plain in _WORDED_OTHERWISE.items():
        if plain.search(other):
            text = phrase.sub(" ", text)
    if _OPPOSITE.search(text) and _LATIN.search(other):
        text = _without_opposites(text, other)
    return any(map(is_negation, split_words(text)))


def is_negation(word: str) -> bool:
    """Whether a comparable word is a negation, also with a conjunction written on to it."""
    return word.lstrip("وف") in _NEGATIONS or word.endswith("n't")


def _without_opposites(arabic: str, english: str) -> str:
    """An Arabic text without each «غير» or «عدم» that one English word tells with what follows."""
    told = english_stems(english)
    prefixed = {(found["sure"], found["rest"]) for found in _PREFIXED.finditer(english)}

    def tells(opposite: re.Match[str]) -> bool:
        whole = opposite["whole"]
        listed = [
            english_stems(sense)
            for gloss in glosses(whole)
            if " " in gloss.span.of(whole)
            for sense in gloss.senses
        ]
        return any(stems and stems <= told for stems in listed) or any(
            sure or is_sense(rest, opposite["noun"]) for sure, rest in prefixed
        )

    return _OPPOSITE.sub(lambda found: " " if tells(found) else found[0], arabic)


def _denials(text: str) -> int:
    return len(_DENIALS.findall(text))


def comparable(text: str) -> str:
    """A text folded, with single spaces, in which «ألا» still differs from «إلا»."""
    return " ".join(fold(_THAT_NOT.sub("لن", text)).replace("\u2019", "'").split())
