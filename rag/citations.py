"""What makes an answer hold: quotations copied by code, and words compared with them.

Pure functions. The model gives words only; which sentence is cited, and its quotation, never pass
through it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.glossary import glosses, is_sense
from rag.lexical import content_stems
from rag.names import missing_names
from rag.quantities import quantities, unstated
from rag.schema import Citation, Evidence, Span
from rag.text import detect_language, fold, split_words

# The text model has been seen to turn a statement round by a particle that its source lacks.
_NEGATIONS = frozenset(
    fold(
        "لم لن لا ليس ليست ليسوا دون بدون عدم غير سوى "
        "not no never none nor neither without cannot nobody nothing"
    ).split()
)
_LATIN = re.compile("[A-Za-z]{2,}")
_BEFORE = 2
# Verbs and nouns that deny: what they introduce may be worded with a negation. Not «انفتاح»,
# «منعقد», the name «عبد المنعم», or a bank.
_DENIALS = re.compile(
    r"(?:^|[ وفب])(?:ال)?(?:[يتنا]?(?:رفض|نفي(?!س)|نفت(?!\w)|منع(?![قطشزدم])|حظر|استبعد|ستبعد"
    "|امتنع|عارض|انكر|فشل)|رافض|نافي|مستبعد|ممنوع|محظور|ممتنع)"
    r"|\b(?:refus|den(?:y|i)|reject|rul\w+ out|ban(?:s|ned|ning)?\b|fail|prevent|prohibit|without)"
)
# What a sentence says is told in other verbs without a change of meaning; but it is said "that".
_SAYING = frozenset(
    fold(
        "قال قالت يقول تقول أكد أكدت ذكر ذكرت أعلن أعلنت أوضح أوضحت أفاد أفادت أشار أشارت أضاف "
        "أضافت صرح صرحت"
    ).split()
)
_THAT = frozenset(fold("أن إن أنه إنه أنها إنها أنهم إنهم بأن بأنه بأنها").split())
_TOLD = _THAT | frozenset(fold("بحسب وفق حسب كما لكن نعم فقد لقد إذ حين").split())
# To "who won?" a bare "yes" with the question's own words adds nothing.
_YES = "نعم أجل بلى"
# Not within a number (2,500), and not the stop of an initial (U.S., «د.»).
_CLAUSE_END = re.compile(r"(?:[،؛,;:!?؟\n]|(?<!\b\w)\.)(?!(?<=\d.)\d)")


@dataclass(frozen=True, slots=True)
class Support:
    """How a sentence bears out an answer.

    `missing_numbers` and `missing_names` stand in the answer, and neither in the sentence nor in
    the question; so do the words `missing_words`, looked for only in the language of the source:
    the model changes verbs («غزت» became «واصلت»), and with them the meaning. `negates` says that
    one of the two has a negation and the other none, `echo` that the answer adds nothing to the
    question.
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
    if not _asks_whether(question):
        said -= content_stems(_YES)
    same = language == detect_language(shown)
    given = f"{shown}\n{question}"
    # In another language than English, a word in Latin letters can only be copied.
    names = (
        # "the High Dam" is «السد العالي».
        tuple(name for name in missing_names(answer, [given]) if not is_sense(name, shown))
        if language == "en"
        else tuple(word for word in _LATIN.findall(answer) if word not in given)
    )
    # "a four-wheel drive" is a sense of «رباعية الدفع», which has no number.
    senses = [sense for gloss in glosses(shown) for sense in gloss.senses] if not same else []
    return Support(
        missing_numbers=unstated(answer, shown, question, *senses),
        missing_names=names,
        missing_words=_missing_words(answer, f"{shown} {question}") if same else frozenset(),
        negates=_negates(answer, shown),
        echo=not said or (detect_language(question) == language and said <= asked),
    )


def _asks_whether(question: str) -> bool:
    """Whether yes is an answer; of English questions that is not looked at."""
    return any(fold(word).lstrip("وف") == "هل" for word in split_words(question)[:2])


def _missing_words(answer: str, source: str) -> frozenset[str]:
    """The words of an answer of which the source does not have the stem.

    Roots are not compared: the letters that forms of a word do not share are those that a misspelt
    name lacks. Numbers are compared elsewhere, by their value. Verbs of saying may be others than
    the source has, but not in the place of one that is none: «قال الوزير إلى عدن».
    """
    stems = content_stems(source)
    words = [fold(word) for word in split_words(answer)]
    told = _TOLD if _THAT.isdisjoint(words) else _TOLD | _SAYING
    return frozenset(
        word
        for word in words
        if not word[0].isdigit()
        and word not in told
        and not quantities(word)
        and content_stems(word) - stems
    )


def _negates(answer: str, shown: str) -> bool:
    """Whether answer and source differ in a negation, of the words that are marked in the source.

    A particle stands just before what it negates.
    """
    before, mark, rest = shown.partition("<<")
    marked = " ".join([*before.split()[-_BEFORE:], rest.partition(">>")[0]]) if mark else shown
    if _negated(answer):
        return not (_negated(marked) or _denies(marked))
    return bool(mark) and _negated(marked) and not _denies(answer)


def _negated(text: str) -> bool:
    words = split_words(fold(text).replace("\u2019", "'"))
    return any(
        word in _NEGATIONS or word.lstrip("وف") in _NEGATIONS or word.endswith("n't")
        for word in words
    )


def _denies(text: str) -> bool:
    return _DENIALS.search(fold(text)) is not None


def extract(evidence: Evidence) -> str:
    """The clause of a sentence that holds the answering words, exactly as written.

    Without marked words it is the whole sentence.
    """
    text, marked = evidence.text, evidence.mark
    before = [match.end() for match in _CLAUSE_END.finditer(text, 0, marked.start)]
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
