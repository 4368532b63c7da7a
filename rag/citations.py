"""What makes an answer hold: quotations copied by code, and words compared with them.

Pure functions. The model gives words only; which sentence is cited, and its quotation, never pass
through it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.calendar_words import FOLDED_MONTHS, WEEKDAYS
from rag.consonants import arabic_skeleton, latin_skeleton, tells_apart
from rag.english_words import SYMBOLS, english_stems
from rag.glossary import glosses, is_of_calendar, is_sense, stems_of_senses, unlisted_words
from rag.lexical import content_stems
from rag.names import CAPITALISED, WITH_ARTICLE, missing_names, occurs
from rag.negations import about_mark, comparable, differ_in_negation, has_negation, is_negation
from rag.opposites import tells_opposite
from rag.quantities import is_number, unstated
from rag.schema import Citation, Evidence, Span
from rag.spellings import usual_spelling, without_article
from rag.text import detect_language, fold, split_words

_LATIN = re.compile("[A-Za-z]{2,}")
_INITIALS = re.compile(r"\b(?:[A-Z]\.?){2,}")
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
# What names each month and weekday, folded: "Sept." and "Tue." too.
_WEEKDAY = "weekday"
_CALENDAR = {
    name[:length]: named
    for name, named in (
        *((name, ("month", number)) for name, number in FOLDED_MONTHS.items()),
        *((name, (_WEEKDAY, number)) for name, number in WEEKDAYS.items()),
    )
    for length in ((3, 4, None) if name.isascii() else (None,))
}
_DATE_IN_FIGURES = re.compile(r"\d[/.-]\d")
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
    one of the two has a negation and the other none, nor words it in another way; `opposes` that a
    translation tells the opposite, "rose" for «انخفض»; `echo` that the answer adds nothing to the
    question.
    """

    missing_numbers: frozenset[str]
    missing_names: tuple[str, ...]
    missing_words: frozenset[str]
    negates: bool
    opposes: bool
    echo: bool

    @property
    def holds(self) -> bool:
        """Whether the answer may be shown as fact."""
        return not (
            self.missing_numbers
            or self.missing_names
            or self.missing_words
            or self.negates
            or self.opposes
            or self.echo
        )


def check_support(answer: str, *, question: str, shown: str) -> Support:
    """Compares an answer with the sentence it rests on, as that was shown to the model."""
    language = detect_language(answer)
    said, asked = content_stems(answer), content_stems(question)
    plain_question = comparable(question)
    if not _WHETHER.search(plain_question):
        said -= content_stems(_YES)
    denies = has_negation(comparable(answer)) and not has_negation(plain_question)
    same = language == detect_language(shown)
    given = f"{shown}\n{question}"
    if language == "en":
        # "the High Dam" is «السد العالي», but «الأعرجي» is no "al-Lame".
        spelled = WITH_ARTICLE.findall(answer)
        names = [
            name
            for name in missing_names(answer, [given])
            if name in spelled or not is_sense(name, shown)
        ]
    else:
        # In another language than English, a word in Latin letters can only be copied.
        names = [word for word in _LATIN.findall(answer) if word not in given]
        if not same:
            names += [*_missing_arabic_names(answer, given), *_missing_of_calendar(answer, given)]
    # "a four-wheel drive" is a sense of «رباعية الدفع», which has no number.
    senses = [sense for gloss in glosses(shown) for sense in gloss.senses] if not same else []
    return Support(
        missing_numbers=unstated(answer, shown, question, *senses),
        missing_names=tuple(names),
        missing_words=_missing_words(answer, f"{shown} {question}") if same else frozenset(),
        negates=differ_in_negation(answer, shown),
        opposes=not same and tells_opposite(answer, about_mark(shown)),
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
            and not is_of_calendar(gloss)
            and english_stems(" ".join(gloss.senses)).isdisjoint(told)
        ]
    pairs = list(pairwise(split_words(answer)))
    return [
        name
        for name in names
        if not any(
            _may_be(latin, name) or any(_may_be_two(latin, pair) for pair in pairs if name in pair)
            for latin in written
        )
    ]


def _missing_of_calendar(answer: str, given: str) -> list[str]:
    """The months and weekdays of an Arabic answer that no text given names.

    «مارس» also stands for a verb, whose English word may be there. Months that the texts may name
    by their numbers alone are not looked for.
    """
    plain = " ".join(split_words(fold(given)))
    there = {named for name, named in _CALENDAR.items() if f" {name} " in f" {plain} "}
    told = english_stems(given)
    missing = []
    for gloss in glosses(answer):
        named = _CALENDAR.get(fold(gloss.span.of(answer)))
        if named is None or named in there or english_stems(" ".join(gloss.senses)) & told:
            continue
        if named[0] == _WEEKDAY or not _DATE_IN_FIGURES.search(given):
            missing.append(gloss.span.of(answer))
    return missing


def _may_be(latin: str, arabic: str) -> bool:
    """Whether a Latin name may be an Arabic one; "Ayesha" is any with its one consonant."""
    if tells_apart(latin):
        return occurs(latin, arabic)
    parts = map(without_article, arabic.split())
    return any(latin_skeleton(latin) == arabic_skeleton(part) for part in parts)


def _may_be_two(latin: str, pair: tuple[str, str]) -> bool:
    """Whether a Latin name may be two Arabic words: "Jinping" is «جين بينغ»."""
    return tells_apart(latin) and occurs(latin, "".join(pair))


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
        and not is_negation(word)
        and not is_number(word)
        and content_stems(word) - stems
    )


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
