"""What stands below an answer: the toolbar's state, and the line for who waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ui.strings import Language, text
from ui.templating import render

Verdict = Literal["", "up", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsView:
    """What can be done with a finished answer, as the macro `actions` of actions.html shows it.

    `exchange` is its index on the page. Where no answer came there is nothing to copy or to judge,
    but to ask again. `verdict` is "" until the reader has judged the answer;
    only then a reason is asked for, and thanked for once `reason_sent`. Without sources there is
    no bibliography to copy.
    """

    exchange: int
    can_edit: bool
    verdict: Verdict
    reason_sent: bool
    has_sources: bool
    has_answer: bool = True


def render_place(ahead: int, language: Language) -> str:
    """The line for a question that waits while others are answered; "" where none is `ahead`."""
    if ahead < 1:
        return ""
    key = {1: "actions.place_one", 2: "actions.place_two"}.get(ahead, "actions.place_several")
    return render("place.html", language, line=text(language, key, count=ahead))
