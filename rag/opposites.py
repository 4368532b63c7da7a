"""Whether a translation tells the opposite of what it translates: "rose" for «انخفض».

One such word weighs no more than any other where words are counted, but turns the fact round. So
does another size where no figure is told: "hundreds" for «عشرات».
"""

from __future__ import annotations

from functools import cache
from typing import Final

from rag.english_words import english_stems
from rag.glossary import stems_by_gloss
from rag.text import detect_language, fold, split_words

# English words, and the Arabic ones that the list of words leaves out. What means much else, as
# "left" and "up", is not here, nor what could be said of both sides, as "defeat".
_OPPOSITES: Final = (
    "before prior قبل | after afterwards following بعد عقب إثر",
    "more exceed أكثر | less fewer أقل",
    "most maximum | least minimum",
    "dozen ten score | hundred",
    "dozen ten score | thousand",
    "hundred | thousand",
    "thousand | million",
    "half | third quarter",
    "third | quarter",
    "exactly | approximately nearly almost roughly",
    "rise raise increase grow growth surge soar | fall decrease decline plunge reduce reduction",
    "climb jump expand widen | slump shrink narrow",
    "high highest top | low lowest bottom",
    "large largest big biggest | small smallest tiny",
    "long longest | short shortest brief",
    "old oldest elder ancient | young youngest new modern",
    "rich | poor",
    "strong strengthen | weak weaken",
    "cold | hot warm",
    "wet rainy | dry",
    "first | last final",
    "early beginning | late end",
    "begin start launch | end finish conclude conclusion",
    "open | close closure shut",
    "continue resume | stop halt suspend suspension cease",
    "accept approve agree welcome | reject refuse oppose deny veto",
    "confirm affirm assert | deny",
    "support | oppose",
    "win victory winner | lose loss loser",
    "profit gain surplus | loss deficit shortfall",
    "success successful | fail failure",
    "allow permit authorize | ban prohibit forbid prevent block",
    "buy purchase acquire | sell sale",
    "import | export",
    "arrive arrival enter | depart departure withdraw withdrawal",
    "kill die death dead | injure injury wound hurt",
    "arrest detain jail imprison | release",
    "acquit innocent innocence | convict guilty conviction",
    "appoint appointment | dismiss dismissal sack",
    "build construct | demolish destroy",
    "north northern | south southern",
    "east eastern | west western",
    "inside internal domestic indoor | outside external foreign abroad outdoor",
    "public | private",
    "military | civilian",
    "temporary | permanent",
    "positive | negative",
    "majority | minority",
    "often frequently usually | rarely seldom",
    "morning | evening",
    "man male | woman female",
    "father | mother",
    "son | daughter",
    "brother | sister",
    "husband | wife",
    "king | queen",
    "ally friend | enemy",
)


def tells_opposite(said: str, text: str) -> bool:
    """Whether one of two texts, an Arabic and an English one, has the opposite of what is in both.

    It has if it tells one side of a pair of opposites, and the other text the other side only. A
    word that may mean both tells neither.

    Args:
        said: the translation.
        text: what it translates.
    """
    told, given = _told(said), _told(text)
    return any(
        _tells_only(one, other, told) and _tells_only(other, one, given)
        for left, right in _poles()
        for one, other in ((left, right), (right, left))
    )


def _tells_only(one: frozenset[str], other: frozenset[str], told: frozenset[str]) -> bool:
    return told.isdisjoint(other) and not told.isdisjoint(one)


def _told(text: str) -> frozenset[str]:
    """The stems of English words or of the senses of Arabic ones, and these words, folded."""
    if detect_language(text) != "ar":
        return english_stems(text)
    return frozenset(map(fold, split_words(text))).union(*stems_by_gloss(text))


@cache
def _poles() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    return tuple(
        (_side(left), _side(right)) for left, right in (pair.split(" | ") for pair in _OPPOSITES)
    )


def _side(words: str) -> frozenset[str]:
    return english_stems(words) | {fold(word) for word in words.split() if not word.isascii()}
