"""Measures the check of answers, by claims of which it is known whether they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.borne_out import Likeness, is_borne_out
from rag.evaluation import grouped
from rag.evaluation_rows import flag_in, read_lines, text_in
from rag.schema import Evidence, Passage, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An answer to a question, and the sentence it is said to rest on.

    `marked` are the sentence's words that answer, `supported` whether the sentence bears the
    answer out, and `kind` what is wrong with it if not.
    """

    claim_id: str
    question: str
    sentence: str
    marked: str
    answer: str
    lang: str
    supported: bool
    kind: str


@dataclass(frozen=True, slots=True)
class ClaimReport:
    """Each claim, and whether the check lets it pass."""

    checked: tuple[tuple[Claim, bool], ...]

    def totals(self) -> dict[str, dict[str, float]]:
        """Of all claims and by language; an alarm is a claim that the check does not let pass.

        Precision: the share of alarms that are right. Recall: the share of wrong claims with one.
        """
        groups = grouped(self.checked, lambda one: (f"lang:{one[0].lang}",))
        return {name: _totals(found) for name, found in groups.items() if found}

    def to_dict(self) -> dict[str, Any]:
        """The claims that were judged wrongly, and the totals."""
        wrong = [claim for claim, passes in self.checked if passes != claim.supported]
        return {"wrong": [claim.claim_id for claim in wrong], "totals": self.totals()}

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for name, row in self.totals().items():
            yield (
                f"{name:10} {row['claims']:>4} claims  precision {row['precision']:.3f}  "
                f"recall {row['recall']:.3f}  false alarms {row['false_alarms']}"
            )
        kinds: dict[str, list[bool]] = {}
        for claim, passes in self.checked:
            kinds.setdefault(claim.kind, []).append(passes == claim.supported)
        for kind, found in kinds.items():
            yield f"  {kind:10} {sum(found)} of {len(found)} judged rightly"


def load_claims(path: Path) -> tuple[Claim, ...]:
    """Reads claims, one JSON object a line.

    Raises:
        DocumentError: the file cannot be read, or a line of it is no claim.
    """
    what = "claim with id, question, sentence, marked, answer, lang, supported and kind"
    return read_lines(path, _claim, what=what)


def check_claims(claims: Sequence[Claim], *, likeness: Likeness | None) -> ClaimReport:
    """Checks each answer against its sentence as `rag.borne_out` does a draft.

    Args:
        claims: what to check.
        likeness: compares an answer with a sentence of another language; None does not compare.
    """

    def passes(claim: Claim) -> bool:
        return is_borne_out(
            claim.answer,
            claim.question,
            _evidence(claim),
            language=claim.lang,
            likeness=likeness,
        )

    return ClaimReport(tuple((claim, passes(claim)) for claim in claims))


def _totals(found: Sequence[tuple[Claim, bool]]) -> dict[str, float]:
    alarms = [claim for claim, passes in found if not passes]
    wrong = sum(not claim.supported for claim, _ in found)
    right_alarms = sum(not claim.supported for claim in alarms)
    return {
        "claims": len(found),
        "precision": right_alarms / len(alarms) if alarms else 1.0,
        "recall": right_alarms / wrong if wrong else 1.0,
        "false_alarms": len(alarms) - right_alarms,
    }


def _claim(row: dict[str, Any]) -> Claim:
    sentence, marked = text_in(row, "sentence"), text_in(row, "marked")
    if marked not in sentence:
        raise ValueError("the marked words do not stand in the sentence")
    supported = flag_in(row, "supported")
    return Claim(
        claim_id=str(row["id"]),
        question=text_in(row, "question"),
        sentence=sentence,
        marked=marked,
        answer=text_in(row, "answer"),
        lang=str(row["lang"]),
        supported=supported,
        kind=str(row["kind"]),
    )


def _evidence(claim: Claim) -> Evidence:
    """The sentence as a document of its own, without a date."""
    text, start = claim.sentence, claim.sentence.index(claim.marked)
    passage = Passage(
        document_id=claim.claim_id,
        start=0,
        end=len(text),
        text=text,
        title="",
        source=None,
        published=None,
        language="ar",
        path="",
        score=1.0,
        cosine=1.0,
    )
    return Evidence(
        span=Span(0, len(text)),
        text=text,
        passage=passage,
        score=1.0,
        answer=Span(start, start + len(claim.marked)),
    )
