"""Every text of the page, in Arabic and in English, and the words for dates and errors.

Facts put into a text (a path, a model's name) stand between Unicode isolates, so that a Latin name
within an Arabic line does not turn the words around it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from types import MappingProxyType
from typing import Literal, get_args

from rag.errors import CorpusError, DocumentError, QuestionError, RagError, UploadError
from rag.schema import Period
from ui.texts import actions, library, page, past, preferences, problems, viewer

Language = Literal["ar", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_UNSEEN: Mapping[int, str | None] = {
    **dict.fromkeys(
        [
            *(point for point in range(0x20) if chr(point) not in "\t\n\r"),
            *range(0x7F, 0xA0),
            *range(0x202A, 0x202F),
            *range(0x2066, 0x2070),
            *range(0xD800, 0xE000),
        ]
    ),
    **dict.fromkeys(map(ord, "\v\f\x1c\x1d\x1e\x1f\x85"), " "),
}

_OF_VISITORS = (CorpusError, DocumentError, QuestionError, UploadError)

_PARTS = (page, problems, actions, library, past, preferences, viewer)
TEXTS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        "ar": MappingProxyType({key: said for part in _PARTS for key, said in part.ARABIC.items()}),
        "en": MappingProxyType(
            {key: said for part in _PARTS for key, said in part.ENGLISH.items()}
        ),
    }
)

EXAMPLES: Mapping[Language, tuple[str, ...]] = MappingProxyType(
    {
        "en": (
            "When did talks begin?",
            "Why was the announcement postponed?",
            "What will happen to the coalition's advisers?",
        ),
        "ar": (
            "متى بدأت المحادثات؟",
            "لماذا أُجِّل الإعلان عن إنهاء مهمة التحالف؟",
            "ما مهمة اللجنة العسكرية العليا؟",
        ),
    }
)

_MONTHS: Mapping[Language, str] = MappingProxyType(
    {
        "en": "January February March April May June July August September October November "
        "December",
        "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong, not yet in words: a key of `TEXTS` and the facts it takes."""

    key: str
    facts: Mapping[str, str]


def shown(words: str) -> str:
    """What a document, a model or a visitor wrote, without what is not seen but steers the rest.

    Bidi embeddings, overrides and isolates could turn a quotation around, and what stands beside
    it; control characters but tabs and line ends, and halves of characters, are none of HTML's.
    Those that part words or pages become spaces, so that no word runs on into another. Marks that
    only say which way a character runs stay, and so do the joiners of Arabic letters.
    """
    return words.translate(_UNSEEN)


def text(language: Language, key: str, **facts: object) -> str:
    """The text of this name in this language, with its facts put in, isolated.

    Raises:
        KeyError: there is no such text, or one of its facts is missing.
    """
    isolated = {
        name: f"{_ISOLATE}{shown(str(value))}{_POP_ISOLATE}" for name, value in facts.items()
    }
    return TEXTS[language][key].format_map(isolated)


def other(language: Language) -> Language:
    """The language that the switch leads to."""
    return "en" if language == "ar" else "ar"


def choose_language(setting: str, accept_language: str) -> Language:
    """The page's language: the setting's, or with "auto" the one that the browser likes best.

    Args:
        setting: "ar", "en" or "auto".
        accept_language: the value of the browser's header of that name; may be empty.

    Returns:
        English where neither language is wished for.
    """
    if setting in LANGUAGES:
        return "ar" if setting == "ar" else "en"
    best: Language = "en"
    best_weight = 0.0
    for wish in accept_language.split(","):
        tag, _, parameter = wish.partition(";")
        code = tag.strip().lower().split("-")[0]
        weight = _weight(parameter)
        if code in LANGUAGES and weight > best_weight:
            best, best_weight = "ar" if code == "ar" else "en", weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def format_date(day: dt.date, language: Language) -> str:
    """Day, month by name, year, as newspapers of that language write them."""
    return f"{day.day} {_MONTHS[language].split()[day.month - 1]} {day.year}"


def describe_period(period: Period | None, language: Language) -> str:
    """Which documents are used: those of a period, with one side open or neither; "" for all."""
    if period is None or period == Period():
        return ""
    days = {
        name: format_date(day, language)
        for name, day in (("first", period.first), ("last", period.last))
        if day is not None
    }
    return text(language, "period." + "_".join(days), **days)


def describe_to_others(error: Exception) -> Problem:
    """`describe` for who is not at this computer: its folders and addresses are not named.

    Only of what a visitor did is a reason told: that of another error may hold them, or what a
    server said.
    """
    if isinstance(error, RagError) and not isinstance(error, _OF_VISITORS):
        return _described(error, ".to_others")
    problem = describe(error)
    facts = dict(problem.facts)
    for place in (problem.facts.get("path", ""), problem.facts.get("model", "")):
        last = PurePath(place).name
        # "." and "/" name no folder, and stand in many a reason.
        if last:
            # A reason may name it too.
            facts = {name: fact.replace(place, last) for name, fact in facts.items()}
    return Problem(key=problem.key, facts=facts)


def describe(error: Exception) -> Problem:
    """An error as a key and facts, so that the page can word it in either language.

    A class without a text of its own is worded like its nearest ancestor that has one; what is
    not a RagError says nothing of its insides.
    """
    problem = _described(error)
    of_its_kind = f"{problem.key}.{problem.facts.get('kind')}"
    return replace(problem, key=of_its_kind) if of_its_kind in TEXTS["en"] else problem


def _described(error: Exception, suffix: str = "") -> Problem:
    """By the nearest of the error's classes that has a text of that suffix."""
    for kind in type(error).__mro__:
        key = f"error.{kind.__name__}{suffix}"
        if issubclass(kind, RagError) and key in TEXTS["en"]:
            facts = {
                name: str(value) for name, value in vars(error).items() if not name.startswith("_")
            }
            return Problem(key=key, facts={**facts, "message": str(error)})
    return Problem(key="error.unknown", facts={})


def word(problem: Problem, language: Language) -> str:
    """The one line that a reader sees of a problem."""
    return text(language, problem.key, **problem.facts)
