"""Settings that a visitor may change on the page."""

from __future__ import annotations

from rag.schema import Period
from ui.deeds.facts import Facts
from ui.preferences import LENGTHS, PASSAGES, THEMES
from ui.strings import LANGUAGES
from ui.visit import EVERYTHING, Panels, Visit

_MOST_DIGITS = 9


def _set_language(visit: Visit, facts: Facts) -> Panels:
    visit.prefer(language=facts.one_of("value", LANGUAGES))
    note_preferences(visit)
    return EVERYTHING - {"viewer", "notice"}


def _set_theme(visit: Visit, facts: Facts) -> Panels:
    visit.prefer(theme=facts.one_of("value", THEMES))
    return note_preferences(visit) | {"header"}


def _set_length(visit: Visit, facts: Facts) -> Panels:
    visit.prefer(length=facts.one_of("value", LENGTHS))
    return note_preferences(visit)


def _set_passages(visit: Visit, facts: Facts) -> Panels:
    typed = facts["passages"].strip()
    # Python refuses to read numbers of very many digits.
    is_short = typed.isdecimal() and len(typed) <= _MOST_DIGITS
    visit.bad_passages = not (is_short and int(typed) in PASSAGES)
    if not visit.bad_passages:
        visit.prefer(passages=int(typed))
    return note_preferences(visit)


def _set_period(visit: Visit, facts: Facts) -> Panels:
    return _limit(visit, facts["since"].strip(), facts["until"].strip())


def _clear_period(visit: Visit, _: Facts) -> Panels:
    return _limit(visit, "", "")


def _limit(visit: Visit, since: str, until: str) -> Panels:
    try:
        chosen = Period.between(since, until)
    except ValueError:
        visit.bad_period = since, until
        return frozenset({"preferences"})
    visit.bad_period = None
    wanted = None if chosen == Period() else chosen
    visit.prefer(period=wanted)
    return frozenset({"preferences", "scope"})


def note_preferences(visit: Visit) -> Panels:
    """Has the browser remember what is not about one question; the panel that shows it."""
    chosen = visit.preferences
    visit.signal = {
        "preferences": {
            "language": chosen.language,
            "theme": chosen.theme,
            "length": chosen.length,
            "passages": chosen.passages,
            "keeping": visit.keeping,
        }
    }
    return frozenset({"preferences"})


ACTIONS = {
    "set-language": _set_language,
    "set-theme": _set_theme,
    "set-length": _set_length,
    "set-passages": _set_passages,
    "set-period": _set_period,
    "clear-period": _clear_period,
}
