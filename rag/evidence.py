"""From passages to the sentences that may hold the answer, and to the words in them that do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

from rag.dates import MONTHS, Language, resolve_dates
from rag.gate import answerability, answerability_in_context
from rag.glossary import LONGEST_QUOTED_NAME
from rag.lexical import content_stems
from rag.names import share_a_name
from rag.schema import Evidence, Passage, Span, Window
from rag.text import split_words

_ENGLISH_MONTHS = tuple(name for name in MONTHS if name.isascii())
_ARABIC_MONTHS = {name: number for name, number in MONTHS.items() if not name.isascii()}
# Several month names are ordinary words too, so a number or a word for month or year must be near.
_MONTH_IN_DATE = re.compile(
    r"(?:(?<=\d )|(?<=شهر )|(?<=\bفي )|(?<=\b[وف]في )|(?<=/ )|(?<=/)|(?<=بحلول ))"
    r"(?P<before>{names})(?!\w)"
    r"|(?<!\w)(?P<after>{names})(?=[،,]? (?:(?:من )?(?:عام|العام|سنة) )?\d{{4}})".format(
        names="|".join(sorted(map(re.escape, _ARABIC_MONTHS), key=len, reverse=True))
    )
)
# With a comma, so that it joins clauses: "nothing but schoolbooks" is one.
_CONTRAST = re.compile(
    r"[،,؛;]\s+(?:(?:و?في حين|و?بينما|و?فيما)(?:\s+أن)?|و?أما|و?لكن|ثم|while|whereas|but|then)\s+"
)
_MOST_CITED = 3
_FIRST_READ = 2
# The most characters between a sentence and the next one.
_PARAGRAPH_BREAK = 4


class Reading(Protocol):
    """What a reader makes of a sentence: the answering words, and log-odds that they answer."""

    @property
    def span(self) -> Span:
        """The best answer, in code points of the sentence."""

    @property
    def margin(self) -> float:
        """Log-odds of that answer against none, not calibrated."""

    @property
    def core(self) -> Span | None:
        """The likeliest few words within the best answer, where there are some."""


class Reader(Protocol):
    """Marks the answer to a question in sentences."""

    def read(
        self, question: str, windows: Sequence[Window], *, in_context: bool = False
    ) -> Sequence[Reading]:
        """One reading a window, in the order given.

        `in_context` tells that the question is asked in a talk, and given with what was said.
        """


def select_evidence(
    passages: Sequence[Passage], *, most: int, told: Sequence[str] = ()
) -> tuple[Evidence, ...]:
    """The sentences nearest to the question, best first, each place of a document once.

    Args:
        passages: best first; their `sentence_scores` are cosines.
        most: most sentences.
        told: sentences that are left out.

    Returns:
        () without passages.
    """
    scored = [
        (score, -rank, passage, span)
        for rank, passage in enumerate(passages)
        for span, score in zip(passage.sentences, passage.sentence_scores, strict=True)
    ]
    scored.sort(key=lambda item: (item[0], item[1]), reverse=True)
    before = _sentences_before(passages)
    chosen: dict[tuple[str, Span], Evidence] = {}
    for score, _, passage, span in scored:
        if len(chosen) == most:
            break
        text = span.shifted(-passage.start).of(passage.text)
        place = (passage.document_id, span)
        item = Evidence(
            span=span, text=text, passage=passage, score=score, before=before.get(place, "")
        )
        if text not in told:
            chosen.setdefault(place, item)
    return tuple(chosen.values())


def quoted_before(
    passages: Sequence[Passage], quotes: Sequence[str], *, before: int
) -> tuple[Evidence, ...]:
    """The sentences of passages that were quoted, and those ahead of each, nearest first.

    Args:
        passages: found for the quotes.
        quotes: sentences as they are written.
        before: how many sentences ahead of each are taken, as far as the passages show them without
            a gap.

    Returns:
        () where no passage holds a quote.
    """
    found = select_evidence(passages, most=sum(len(passage.sentences) for passage in passages))
    in_order = sorted(found, key=_place)
    wanted: set[tuple[str, Span]] = set()
    for number, quoted in enumerate(in_order):
        if quoted.text not in quotes:
            continue
        first = number
        while number - before < first > 0 and _follows(in_order[first - 1], in_order[first]):
            first -= 1
        wanted.update(map(_place, in_order[first : number + 1]))
    return tuple(item for item in found if _place(item) in wanted)


def _place(evidence: Evidence) -> tuple[str, Span]:
    return evidence.passage.document_id, evidence.span


def _follows(earlier: Evidence, later: Evidence) -> bool:
    """Whether nothing but white space stands between two sentences, so far as their places tell."""
    same = earlier.passage.document_id == later.passage.document_id
    return same and later.span.start - earlier.span.end <= _PARAGRAPH_BREAK


def _sentences_before(passages: Sequence[Passage]) -> dict[tuple[str, Span], str]:
    """The sentence before each, where some passage shows both."""
    return {
        (passage.document_id, span): previous.shifted(-passage.start).of(passage.text)
        for passage in passages
        for previous, span in pairwise(passage.sentences)
    }


def read_evidence(
    question: str,
    evidence: Sequence[Evidence],
    *,
    reader: Reader | None,
    in_context: bool = False,
) -> tuple[Evidence, ...]:
    """Marks the answering words of each sentence and orders them, most probable first.

    Args:
        question: what the sentences are read for.
        evidence: sentences, in any order.
        reader: without one nothing is marked, and the probability rests on the cosine alone.
        in_context: whether the documents are those a conversation is about, so that the question
            need not name their subject.
    """
    steps = read_in_steps(question, evidence, reader=reader, in_context=in_context)
    return list(steps)[-1] if evidence else ()


def read_in_steps(
    question: str,
    evidence: Sequence[Evidence],
    *,
    reader: Reader | None,
    in_context: bool = False,
) -> Iterator[tuple[Evidence, ...]]:
    """`read_evidence` in two steps: the nearest sentences are read in a third of the time of all.

    Yields:
        What was read so far, most probable first; nothing without sentences.
    """
    judge = answerability_in_context if in_context else answerability
    if reader is None:
        if evidence:
            judged = [replace(item, probability=judge(item.score)) for item in evidence]
            yield _most_probable_first(judged)
        return
    read: list[Evidence] = []
    for step in filter(None, (evidence[:_FIRST_READ], evidence[_FIRST_READ:])):
        windows = [Window(item.text, before=item.before, title=item.passage.title) for item in step]
        readings = reader.read(question, windows, in_context=in_context)
        read += [
            replace(
                item,
                answer=_with_both_marks(
                    _clause_that_answers(reading.span, reading.core, item.text), item.text
                ).shifted(item.span.start),
                core=reading.core
                and _with_both_marks(reading.core, item.text).shifted(item.span.start),
                probability=judge(item.score, margin=reading.margin),
            )
            for item, reading in zip(step, readings, strict=True)
        ]
        yield _most_probable_first(read)


def _clause_that_answers(span: Span, core: Span | None, text: str) -> Span:
    """Of clauses that a contrast joins, «…، بينما …», the one that has the likeliest few words.

    Of 779 answers marked in the right sentences of kept articles three were such, and all three
    came nearer to what was asked for: F1 .64 for .39.
    """
    if core is None:
        return span
    contrasts = [Span(*match.span()) for match in _CONTRAST.finditer(text, span.start, span.end)]
    if any(contrast.overlaps(core) for contrast in contrasts):
        return span
    return Span(
        max((cut.end for cut in contrasts if cut.end <= core.start), default=span.start),
        min((cut.start for cut in contrasts if cut.start >= core.end), default=span.end),
    )


def _with_both_marks(span: Span, text: str) -> Span:
    """A span with the quotation mark beside it of which it has the other one: «…» or “…”.

    A name that fills such marks has both of them.
    """
    words = span.of(text)
    for opening, closing in ("«»", "“”"):
        opened, closed = text.endswith(opening, 0, span.start), text.startswith(closing, span.end)
        if opened and closed and len(split_words(words)) <= LONGEST_QUOTED_NAME:
            return Span(span.start - 1, span.end + 1)
        if words.count(opening) > words.count(closing) and closed:
            return Span(span.start, span.end + 1)
        if words.count(closing) > words.count(opening) and opened:
            return Span(span.start - 1, span.end)
    return span


def _most_probable_first(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence, key=lambda item: -item.probability))


def corroborating(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The best sentence, and those after it that give the same answer.

    They are at least half as probable, and the words that answer in them share half with its own,
    or a name in another spelling: what has one word of it may say the contrary.

    Args:
        evidence: most probable first.

    Returns:
        At most three; the best one alone where no words are marked.
    """
    best, *others = evidence
    if best.answer is None:
        return (best,)
    wanted = content_stems(best.marked)
    found = [
        item
        for item in others
        if item.probability >= best.probability / 2
        and (
            _share_half(content_stems(item.marked), wanted)
            or share_a_name(item.marked, best.marked)
        )
    ]
    return (best, *found[: _MOST_CITED - 1])


def _share_half(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether two sets of stems have half of the smaller one in common."""
    shared = some & others
    return bool(shared) and 2 * len(shared) >= min(len(some), len(others))


def worded_for_model(evidence: Evidence, language: Language) -> str:
    """The sentence as the text model reads it: its answer marked, its dates said outright.

    «في يناير الماضي» of an article of September 2024 becomes «في يناير الماضي (January 2024)», and
    «8 كانون الأول 2024» becomes «8 كانون الأول (December) 2024». Nothing of this is ever shown.
    """
    insertions: list[tuple[int, int, str]] = []
    resolved = resolve_dates(evidence.text, evidence.passage.published, language)
    insertions += [(date.span.end, 1, f" ({date.words})") for date in resolved]
    if language == "en":
        for match in _MONTH_IN_DATE.finditer(evidence.text):
            if not any(date.span.overlaps(Span(*match.span())) for date in resolved):
                month = _ENGLISH_MONTHS[_ARABIC_MONTHS[match[0]] - 1]
                insertions.append((match.end(), 1, f" ({month})"))
    if evidence.answer is not None:
        insertions += [(evidence.mark.start, 2, " << "), (evidence.mark.end, 0, " >> ")]
    text = evidence.text
    for place, _, words in sorted(insertions, reverse=True):
        text = f"{text[:place]}{words}{text[place:]}"
    return " ".join(text.split())
