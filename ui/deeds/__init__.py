"""What a visitor can do on the page: an action changes the visit and names the panels to redraw.

An action is a mapping with its name under "act" and its facts as texts, as the browser sends it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from rag.errors import RagError
from ui.deeds import library, past, preferences, talk
from ui.deeds.facts import Facts, MalformedActionError
from ui.visit import Panels, Visit

log = logging.getLogger(__name__)

ACTIONS = {**talk.ACTIONS, **library.ACTIONS, **past.ACTIONS, **preferences.ACTIONS}


def act(visit: Visit, action: Mapping[str, Any]) -> Panels:
    """Carries an action out; what goes wrong is told on the page.

    Returns:
        The panels that show something else now; none for an action that there is not, or that
        lacks a fact, as only a request that the page did not make does.
    """
    carry_out = ACTIONS.get(str(action.get("act")), _do_nothing)
    return attempt(visit, lambda: carry_out(visit, Facts(action)))


def attempt(visit: Visit, work: Callable[[], Panels]) -> Panels:
    """Does what a visitor asked for; what goes wrong is told on the page.

    Args:
        visit: whose page it is.
        work: gives the panels that show something else now, and may raise anything.

    Returns:
        Those panels, with what is to be told; none of its own from work that raised.
    """
    told = visit.problem is not None
    visit.problem, visit.signal, visit.typed = None, {}, None
    changed: Panels = frozenset()
    try:
        changed = work()
    except MalformedActionError as exc:
        log.warning("Not done: a malformed action (%s)", exc)
    except RagError as exc:
        log.warning("Not done: %s", exc)
        visit.problem = visit.visitor.describe(exc)
    except Exception as exc:
        log.exception("Not done: an unexpected error")
        visit.problem = visit.visitor.describe(exc)
    if told or visit.problem is not None:
        changed |= {"notice"}
    return changed | {"signal"} if visit.signal else changed


def _do_nothing(_: Visit, __: Facts) -> Panels:
    return frozenset()


def recall(visit: Visit, remembered: object) -> None:
    """Takes up what the browser remembered of an earlier visit; what is not valid is left."""
    if not isinstance(remembered, Mapping):
        return
    asked = visit.preferences.language
    for name in ("language", "theme", "length", "passages"):
        if remembered.get(name) is not None:
            # The number of passages is typed into a field of that name; all else is a "value".
            act(visit, {"act": f"set-{name}", "value": remembered[name], name: remembered[name]})
    if visit.desk.settings.page.language != "auto":
        visit.prefer(language=asked)
    if remembered.get("keeping") is False:
        visit.keeping = False
    visit.signal, visit.bad_passages = {}, False
