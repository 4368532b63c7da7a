"""What makes an answer hold: quotations copied by code, and words compared with them.

Pure functions. The model gives words only; which sentence is cited, and its quotation, never pass
through it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.glossary import (
    SYMBOLS,
    english_stems,
    glosses,
    is_sense,
    stems_of_senses,
    unlisted_words,
)
from rag.lexical import content_stems
from rag.names import (
    CALENDAR,
    CAPITALISED,
    arabic_skeleton,
    latin_skeleton,
    missing_names,
    occurs,
    tells_apart,
    without_article,
)
from rag.quantities import is_number, unstated
from rag.schema import Citation, Evidence, Span
from rag.spellings import usual_spelling
from rag.text import detect_language, fold, split_words

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
            r"\b(?:acquit|clear|innocen|den[iy])|\b(?:(?:ب|ال)?براء|[وف]?(?:برات|[يت]برئ))"
        ),
        r"\bدون (?:سن|ال\w+)": r"\b(?:under|below|younger)\b",
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
_LATIN = re.compile("[A-Za-z]{2,}")
_INITIALS = re.compile(r"\b(?:[A-Z]\.?){2,}")
_BEFORE = 2
# Verbs and nouns that deny: what they introduce may be worded with a negation. Not «انفتاح»,
# «منعقد», the name «عبد المنعم», or a bank.
_DENIALS = re.compile(
    r"(?:^|[ وفب])(?:ال)?(?:[يتنا]?(?:رفض|نفي(?!س)|نفت(?!\w)|منع(?![قطشزدم])|فتقر|حظر|استبعد|ستبعد"
    "|امتنع|عارض|انكر|فشل)|رافض|نافي|مستبعد|ممنوع|محظور|ممتنع"
    "|خال(?:ي|يه|يا)? من|[يت]خلو من)"
    r"|\b(?:refus|den(?:y|i)|reject|rul\w+ out|ban(?:s|ned|ning)?\b|fail|prevent|prohibit|lack"
    r"|declin\w+ to\b|yet to\b|absence\b|forb[ai]d|barr(?:ed|ing)\b|free (?:of|from)\b)"
)
# What a sentence says is told in other verbs without a change of meaning; but it is said "that".
_SAYING = frozenset(
    fold(
        "قال قالت يقول تقول أكد أكدت ذكر ذكرت أعلن أعلنت أوضح أوضحت أفاد أفادت أشار أشارت أضاف "
        "أضافت صرح صرحت"
    ).split()
)
_THAT = frozenset(fold("أن إن أنه إنه أنها إنها أنهم إنهم بأن بأنه بأنها").split())
# To "who won?" a bare "yes" with the question's own words adds nothing.
_YES = "نعم أجل بلى yes"
_TOLD = _THAT | frozenset(fold(f"{_YES} بحسب وفق حسب كما لكن فقد لقد إذ حين").split())
_WHETHER = re.compile(
    r"(?:^|[,،;؛:.!?؟])\s*(?:(?:\w+ )?[وف]?هل|(?:(?:and|but|so|or|then) )?(?:is|are|was|were|do"
    r"|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)(?:n't)?)\b"
)
_PERCENT = content_stems("percent per cent المئة المائة بالمئة بالمائة")
# Not within a number (2,500). A full stop is one only at the end of the text, since that is one
# sentence: others are of abbreviations («د.»). Nor is the last of initials (U.S.).
_CLAUSE_END = re.compile(r"[،؛,;:!?؟\n](?!(?<=\d.)\d)|(?<!\b\w)\.(?=[\s\"'”\u2019»)\]]*\Z)")


@dataclass(frozen=True, slots=True)
class Support:
    """How a sentence bears out an answer.

    `missing_numbers` and `missing_names` stand in the answer, and neither in the sentence nor in
    the question; so do the words `missing_words`, looked for only in the language of the source:
    the model changes verbs («غزت» became «واصلت»), and with them the meaning. `negates` says that
    one of the two has a negation and the other none, nor words it in another way; `echo` that the
    answer adds nothing to the question.
    """

    missing_numbers: frozenset[str]
    missing_names: tuple[str, ...]
    missing_words: frozenset[str]
    negates: bool
    echo: bool

    @property
    def holds(self) -> bool:
        """Whether the answer may be shown as fact."""
        return not (
            self.missing_numbers
            or self.missing_names
            or self.missing_words
            or self.negates
            or self.echo
        )


def check_support(answer: str, *, question: str, shown: str) -> Support:
    """Compares an answer with the sentence it rests on, as that was shown to the model."""
    language = detect_language(answer)
    said, asked = content_stems(answer), content_stems(question)
    if not _WHETHER.search(_comparable(question)):
        said -= content_stems(_YES)
    denies = _negated(_comparable(answer), "") and not _negated(_comparable(question), "")
    same = language == detect_language(shown)
    given = f"{shown}\n{question}"
    if language == "en":
        # "the High Dam" is «السد العالي».
        names = [name for name in missing_names(answer, [given]) if not is_sense(name, shown)]
    else:
        # In another language than English, a word in Latin letters can only be copied.
        names = [word for word in _LATIN.findall(answer) if word not in given]
        if not same:
            names += _missing_arabic_names(answer, given)
    # "a four-wheel drive" is a sense of «رباعية الدفع», which has no number.
    senses = [sense for gloss in glosses(shown) for sense in gloss.senses] if not same else []
    return Support(
        missing_numbers=unstated(answer, shown, question, *senses),
        missing_names=tuple(names),
        missing_words=_missing_words(answer, f"{shown} {question}") if same else frozenset(),
        negates=_negates(answer, shown),
        echo=not denies and (not said or (detect_language(question) == language and said <= asked)),
    )


def _missing_arabic_names(answer: str, given: str) -> list[str]:
    """The words of an Arabic answer that surely are names, and stand in no text given.

    Sure are those listed as names only: «جمال» is beauty too. "US" and "UN" may stand for others.
    Of 1,078 right translations five have such a word.
    """
    written = [re.sub("['\u2019]s$", "", name) for name in CAPITALISED.findall(given)]
    stems = content_stems(given)
    names = [
        word
        for word in unlisted_words(answer)
        if usual_spelling(without_article(word)) and not content_stems(word) <= stems
    ]
    if not _INITIALS.search(given):
        told = english_stems(given) | stems_of_senses(given)
        names += [
            gloss.span.of(answer)
            for gloss in glosses(answer)
            if all(sense[0].isupper() and " " not in sense for sense in gloss.senses)
            and CALENDAR.isdisjoint(map(fold, gloss.senses))
            and english_stems(" ".join(gloss.senses)).isdisjoint(told)
        ]
    return [name for name in names if not any(_may_be(latin, name) for latin in written)]


def _may_be(latin: str, arabic: str) -> bool:
    """Whether a Latin name may be an Arabic one; "Ayesha" is any with its one consonant."""
    if tells_apart(latin):
        return occurs(latin, arabic)
    parts = map(without_article, arabic.split())
    return any(latin_skeleton(latin) == arabic_skeleton(part) for part in parts)


def _missing_words(answer: str, source: str) -> frozenset[str]:
    """The words of an answer of which the source does not have the stem.

    Roots are not compared: the letters that forms of a word do not share are those that a misspelt
    name lacks. Numbers, by their value, and negations are compared elsewhere. Verbs of saying may
    be others than the source has, but not in the place of one that is none: «قال الوزير إلى عدن».
    """
    stems = content_stems(source.translate(SYMBOLS))
    if stems & _PERCENT:
        stems |= _PERCENT
    # Of a lone vowel sign nothing is left.
    words = [plain for word in split_words(answer) if (plain := fold(word))]
    told = _TOLD if _THAT.isdisjoint(words) else _TOLD | _SAYING
    return frozenset(
        word
        for word in words
        if not word[0].isdigit()
        and word not in told
        and not _is_negation(word)
        and not is_number(word)
        and content_stems(word) - stems
    )


def _negates(answer: str, shown: str) -> bool:
    """Whether answer and source differ in a negation, of the words that are marked in the source.

    A particle stands just before what it negates. "Did not sign" may be worded "refused to sign",
    but "did not refuse" not "refused": the one without a particle has to deny once more.
    """
    before, mark, rest = shown.partition("<<")
    marked = " ".join([*before.split()[-_BEFORE:], rest.partition(">>")[0]]) if mark else shown
    said, source = _comparable(answer), _comparable(marked)
    if _negated(said, source):
        return not (_negated(source, said) or _denials(source) > _denials(said))
    return bool(mark) and _negated(source, said) and _denials(said) <= _denials(source)


def _comparable(text: str) -> str:
    """A text folded, with single spaces, in which «ألا» still differs from «إلا»."""
    return " ".join(fold(_THAT_NOT.sub("لن", text)).replace("\u2019", "'").split())


def _negated(text: str, other: str) -> bool:
    """Whether a text has a negation that another one cannot word without one; both comparable."""
    for phrase, plain in _WORDED_OTHERWISE.items():
        if plain.search(other):
            text = phrase.sub(" ", text)
    if _OPPOSITE.search(text) and _LATIN.search(other):
        text = _without_opposites(text, other)
    return any(map(_is_negation, split_words(text)))


def _is_negation(word: str) -> bool:
    return word in _NEGATIONS or word.lstrip("وف") in _NEGATIONS or word.endswith("n't")


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


def extract(evidence: Evidence) -> str:
    """The clause of a sentence that holds the answering words, exactly as written.

    Without marked words it is the whole sentence.
    """
    text, marked = evidence.text, evidence.mark
    ends = (match.end() for match in _CLAUSE_END.finditer(text))
    before = [end for end in ends if end <= marked.start]
    after = _CLAUSE_END.search(text, marked.end)
    clause = Span(before[-1] if before else 0, after.start() if after else len(text))
    return clause.of(text).strip()


def cite(chosen: Sequence[Evidence]) -> tuple[Citation, ...]:
    """Makes citations of sentences, numbered from 1 in the order given.

    Invariant: `document.text[c.start:c.end] == c.quote`, since both come from the same chunk.
    """
    return tuple(
        Citation(
            number=number,
            document_id=item.passage.document_id,
            title=item.passage.title,
            source=item.passage.source,
            published=item.passage.published,
            path=item.passage.path,
            start=item.span.start,
            end=item.span.end,
            quote=item.text,
            passage=item.passage.text,
            passage_start=item.passage.start,
            score=item.score,
            answer=item.answer,
        )
        for number, item in enumerate(chosen, start=1)
    )
