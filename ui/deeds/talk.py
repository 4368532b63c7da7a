"""Asking: a new chat, edit and retry, copies, judgements, and the documents behind an answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import Final, Literal

from rag import feedback
from rag.schema import Answer
from ui.copies import ANSWER_FORMS, copied_answer
from ui.deeds.facts import Facts, MalformedActionError
from ui.render import Exchange
from ui.strings import Problem, text
from ui.visit import PAST, TALK, VIEWS, Opened, Panels, Visit

STILL_ANSWERING: Final = Problem(key="still_answering", facts={})
_VERDICTS: Final[tuple[Literal["up", "down"], ...]] = ("up", "down")


def _open_view(_: Visit, facts: Facts) -> Panels:
    return VIEWS[facts.one_of("view", VIEWS)]


def _exchange(visit: Visit, facts: Facts) -> tuple[int, Exchange]:
    exchanges = visit.chat.exchanges
    index = facts.number("exchange", range(len(exchanges)))
    return index, exchanges[index]


def _answered(visit: Visit, facts: Facts) -> tuple[int, Exchange, Answer]:
    index, exchange = _exchange(visit, facts)
    if exchange.answer is None:
        raise MalformedActionError(f"exchange {index} has no answer")
    return index, exchange, exchange.answer


def _new_chat(visit: Visit, _: Facts) -> Panels:
    visit.take_up()
    visit.signal = {"view": "ask", "focus": "#question textarea"}
    return TALK | PAST


def _stop(visit: Visit, _: Facts) -> Panels:
    visit.chat.stop()
    return TALK


def _dismiss(visit: Visit, _: Facts) -> Panels:
    return frozenset()


def _edit(visit: Visit, facts: Facts) -> Panels:
    visit.editing, exchange = _exchange(visit, facts)
    visit.typed = exchange.question
    visit.signal = {"focus": "#question textarea"}
    return frozenset({"scope", "composer"})


def _leave_edit(visit: Visit, _: Facts) -> Panels:
    visit.editing, visit.typed = None, ""
    return frozenset({"scope", "composer"})


def _retry(visit: Visit, facts: Facts) -> Panels:
    index, exchange = _exchange(visit, facts)
    if visit.chat.is_open:
        visit.problem = STILL_ANSWERING
        return frozenset()
    return visit.ask(exchange.question, in_place_of=index)


def _example(visit: Visit, facts: Facts) -> Panels:
    return visit.ask(facts["question"])


def _copy(visit: Visit, facts: Facts) -> Panels:
    index, exchange, answer = _answered(visit, facts)
    form = facts.one_of("copy", ANSWER_FORMS)
    copied = copied_answer(answer, form, partial(visit.find, exchange.corpus_id))
    visit.signal = {
        "copied": {
            "text": copied,
            "said": text(visit.language, "copied"),
            "failed": text(visit.language, "not_copied"),
            "exchange": index,
        }
    }
    return frozenset()


def _judge(visit: Visit, facts: Facts) -> Panels:
    index, exchange, answer = _answered(visit, facts)
    verdict = facts.one_of("verdict", _VERDICTS)
    if _judges_too_quickly(visit):
        return frozenset()
    # The same thumb once more takes the judgement back.
    stands = verdict != exchange.verdict
    _give_feedback(visit, exchange, answer, verdict if stands else "withdrawn")
    visit.chat.judge(index, replace(exchange, verdict=verdict if stands else "", reason_sent=False))
    return frozenset({"past", "present"})


def _judge_reason(visit: Visit, facts: Facts) -> Panels:
    index, exchange, answer = _answered(visit, facts)
    if not exchange.verdict:
        raise MalformedActionError(f"exchange {index} is not judged")
    reason = facts["reason"]
    if _judges_too_quickly(visit):
        return frozenset()
    _give_feedback(visit, exchange, answer, exchange.verdict, reason)
    visit.chat.judge(index, replace(exchange, reason_sent=True))
    return frozenset({"past", "present"})


def _judges_too_quickly(visit: Visit) -> bool:
    """Whether a judgement has to wait, which is told then."""
    wait_s = visit.desk.judging_pace.allows(visit.visitor.key)
    if wait_s > 0:
        facts = {"seconds": str(int(wait_s) + 1)}
        visit.problem = Problem(key="actions.judged_too_quick", facts=facts)
    return wait_s > 0


def _give_feedback(
    visit: Visit,
    exchange: Exchange,
    answer: Answer,
    verdict: feedback.Verdict,
    reason: str = "",
) -> None:
    if visit.desk.feedback is None:
        return
    visit.desk.feedback.add(
        feedback.Feedback(
            question=exchange.question,
            query=answer.query,
            answer=answer,
            verdict=verdict,
            reason=reason,
            corpus_id=exchange.corpus_id,
            owner=visit.visitor.owner,
            given_at=dt.datetime.now(dt.UTC),
        )
    )


def _open_citation(visit: Visit, facts: Facts) -> Panels:
    index, exchange = _exchange(visit, facts)
    by_number = {citation.number: citation for citation in exchange.cited}
    citation = by_number[facts.number("number", by_number)]
    visit.opened = Opened(
        document=visit.find(exchange.corpus_id, citation.document_id),
        citation=citation,
        citations=exchange.cited,
        exchange=index,
    )
    return frozenset({"viewer"})


def _open_passage(visit: Visit, facts: Facts) -> Panels:
    _, exchange = _exchange(visit, facts)
    position = facts.number("number", range(1, len(exchange.found) + 1))
    passage = exchange.found[position - 1]
    visit.opened = Opened(document=visit.find(exchange.corpus_id, passage.document_id))
    return frozenset({"viewer"})


ACTIONS = {
    "open-view": _open_view,
    "new-chat": _new_chat,
    "stop": _stop,
    "dismiss": _dismiss,
    "edit": _edit,
    "leave-edit": _leave_edit,
    "retry": _retry,
    "example": _example,
    "copy": _copy,
    "judge": _judge,
    "judge-reason": _judge_reason,
    "open-citation": _open_citation,
    "open-passage": _open_passage,
}
