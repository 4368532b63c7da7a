"""Sentence borders in Arabic and English news, by rules.

A border is a full stop, question or exclamation mark, or an ellipsis, with the quotes and brackets
that close after it, where white space follows. It is none in a number, an abbreviation, an address,
or inside quotation marks, unless the sentence grows too long otherwise. A line break is a border,
unless the line ends in a comma or the next begins with a small letter, as in wrapped lines.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate

from rag.schema import Span

MAX_CHARS = 400
MIN_PIECE_CHARS = 60

_ELLIPSES = ("…", "..", "...", "....")
_CLOSERS = "\"'”\u2019»\u203a)\\]}\u200e\u200f\u061c"
_LINE = re.compile(
    r"(?:[^,،\n\r\v\f\x1c-\x1e\x85\u2028\u2029]++"
    r"|[,،](?:[ \t]*+\r?\n(?=[ \t]*\S))?|\r?\n(?=[ \t]*[a-z]))+"
)
_END = re.compile(rf"[.!?؟…۔\u3002\uff01\uff1f]+[{_CLOSERS}]*")
_ARABIC_LETTER = re.compile("[\u0620-\u064a\u0671-\u06d3]")
_QUOTATION_MARK = re.compile('[«»“”"]')
_LAST_TOKEN = re.compile(r"[^\s\"“«\u2039(\[{:،,/\u200e\u200f]*$")
_NEXT_WORD = re.compile(r"[^\W_]+")
_INITIALS = re.compile(r"(?:[A-Za-z]\.)*[A-Za-z]")
# One Arabic letter stands for a title («د.»), also after «أ.» and after و, ف, ل, ب.
_ARABIC_INITIALS = re.compile("[وفلب]?(?:[ء-ي]\u0640?\\.)*[ء-ي]\u0640?")
_ERA = re.compile(r"\d\s*(?:م|ه\u0640?)$")


def _listed(names: str) -> frozenset[str]:
    return frozenset(names.split())


_TITLES = _listed(
    "mr mrs ms dr prof st gen lt col maj sgt capt cmdr adm rep sen gov pres rev hon messrs mt vs "
    "cf e.g i.e viz"
)
_ABBREVIATIONS = _listed(
    "etc al inc ltd co corp jr sr jan feb mar apr jun jul aug sep sept oct nov dec approx dept est "
    "ave blvd vol fig ed eds bros a.m p.m ph.d amb asst atty brig cpl det fr ft insp pfc pvt reps "
    "sens spc supt"
)
_BEFORE_NUMBERS = _listed("no nos art p pp vol fig sec ch jan feb mar apr jun jul aug")
_STARTERS = _listed(
    "the a an in it he she they this that these those but however on at we i his her their its "
    "there when after before while as for if with by from according since although "
    "many some"
)

# Where a sentence that is too long may be cut: at a semicolon, or at a comma before a word that
# opens a new clause. Words that only begin with و (وزير, واشنطن) are none.
_SEMICOLON = re.compile(r"[؛;](?=\s)")
_CLAUSE = re.compile(
    r"[،,](?=\s+(?:"
    r"و(?:قد|لقد|كان|كانت|كانوا|هو|هي|هم|هذا|هذه|ذلك|في|من|على|إن|أن|إنه|أنه|إنها|أنها|إلى|لا|لم|لن|"
    r"ليس|لكن|ما|مع|عن|بعد|قبل|حتى|أضاف|أضافت|قال|قالت|أكد|أكدت|أشار|أشارت|أوضح|أوضحت|تابع|تابعت)|"
    r"كما|فيما|بينما|حيث|لكن|إذ|غير|إلا|مشيرا|مشيرة|مؤكدا|مؤكدة|موضحا|موضحة|مضيفا|مضيفة|"
    r"and|but|while|whereas|although|though|because|so|which|who|where|adding|saying"
    r")(?:ً|\b))"
)


def sentences(text: str, *, max_chars: int | None = MAX_CHARS) -> tuple[Span, ...]:
    """Finds the sentences of a text.

    Each span is free of white space at its ends and holds at least one letter or digit; together
    they are in order and do not overlap. Lines without letters or digits are left out.

    Args:
        text: any text; without letters and digits the result is empty.
        max_chars: a longer sentence (in code points) is cut at a full stop inside its quotation,
            else at a semicolon, else at a comma that opens a clause, near its middle, if each
            piece keeps 60 code points; None never cuts. Where no such place is, it stays long.
    """
    found: list[Span] = []
    for line in _LINE.finditer(text):
        start = line.start()
        quotations = sorted(_quotations(text, line.start(), line.end()), key=lambda s: s.start)
        opened = [span.start for span in quotations]
        closed = list(accumulate((span.end for span in quotations), max))
        inner: list[int] = []
        ends = [*_ends(text, line.start(), line.end()), line.end()]
        for end in ends:
            before = bisect_left(opened, end)
            if end < line.end() and before and closed[before - 1] > end:
                inner.append(end)
                continue
            found.extend(_cut(text, Span(start, end), inner, max_chars))
            start, inner = end, []
    return tuple(found)


def _ends(text: str, start: int, end: int) -> Iterator[int]:
    """Every place in `text[start:end]` where a sentence ends, quotations not considered."""
    for match in _END.finditer(text, start, end):
        if match.end() < end and _is_end(text, match, start):
            yield match.end()


def _is_end(text: str, match: re.Match[str], line_start: int) -> bool:
    mark = match.group().rstrip(_CLOSERS.replace("\\", ""))
    before = text[max(line_start, match.start() - 60) : match.start()]
    after = text[match.end() : match.end() + 60]
    following = after.lstrip()
    if not following:
        return False
    if following == after:
        return _is_glued_end(before, mark, after)
    goes_on = following[0].islower() or following[0] in "،,؛;:)]}»"
    elided = mark in _ELLIPSES and (not before or before[-1] in " \t\u00a0([")
    if goes_on or elided:
        return False
    if mark != ".":
        return True
    if len(match.group()) > 1:
        # «(أ. ف. ب.)» names an agency; a full stop before a closing quote is one.
        return not (match.group()[1] in ")]" and _ARABIC_INITIALS.fullmatch(_last_token(before)))
    return not _is_abbreviation(before, following)


def _is_glued_end(before: str, mark: str, after: str) -> bool:
    """Whether a mark without a space after it ends a sentence, as scraped Arabic often has it."""
    token = _last_token(before)
    return bool(
        _ARABIC_LETTER.match(after)
        and token
        and _ARABIC_LETTER.match(token[-1])
        and (mark != "." or not _ARABIC_INITIALS.fullmatch(token))
    )


def _is_abbreviation(before: str, following: str) -> bool:
    token = _last_token(before)
    # A number alone before a dot opens an item of a list.
    if token.isdigit() and not before[: -len(token)].strip():
        return True
    if _ARABIC_INITIALS.fullmatch(token):
        return not _ERA.search(before)
    word = _NEXT_WORD.match(following.lstrip("\"'“«\u2039(["))
    next_word = word.group() if word else ""
    name = token.casefold()
    if name in _BEFORE_NUMBERS and next_word[:1].isdigit():
        return True
    if name in _TITLES:
        return True
    if _INITIALS.fullmatch(token) or name in _ABBREVIATIONS:
        return next_word.casefold() not in _STARTERS
    return False


def _last_token(before: str) -> str:
    match = _LAST_TOKEN.search(before)
    return match.group() if match else ""


def _quotations(text: str, start: int, end: int) -> list[Span]:
    """What stands in quotation marks on one line; a mark without its partner opens nothing."""
    found: list[Span] = []
    opened: dict[str, int] = {}
    for match in _QUOTATION_MARK.finditer(text, start, end):
        place, mark = match.start(), match.group()
        if mark in "«“":
            opened["»" if mark == "«" else "”"] = place
        elif mark in "»”" and mark in opened:
            found.append(Span(opened.pop(mark), place))
        elif mark == '"':
            before = text[place - 1] if place > start else " "
            after = text[place + 1] if place + 1 < end else " "
            if (before.isspace() or before in "(:[،,") and not after.isspace():
                opened['"'] = place
            elif '"' in opened:
                found.append(Span(opened.pop('"'), place))
    return found


def _cut(text: str, span: Span, inner: list[int], max_chars: int | None) -> Iterator[Span]:
    span = _trimmed(text, span)
    if max_chars is not None and span.end - span.start > max_chars:
        first = bisect_left(inner, span.start + MIN_PIECE_CHARS)
        inner = inner[first : bisect_right(inner, span.end - MIN_PIECE_CHARS)]
        for places in (
            inner,
            [match.end() for match in _SEMICOLON.finditer(text, span.start, span.end)],
            [match.end() for match in _CLAUSE.finditer(text, span.start, span.end)],
        ):
            middle = (span.start + span.end) // 2
            place = min(
                (p for p in places if min(p - span.start, span.end - p) >= MIN_PIECE_CHARS),
                key=lambda p: abs(p - middle),
                default=None,
            )
            if place is not None:
                yield from _cut(text, Span(span.start, place), inner, max_chars)
                yield from _cut(text, Span(place, span.end), inner, max_chars)
                return
    if any(character.isalnum() for character in span.of(text)):
        yield span


def _trimmed(text: str, span: Span) -> Span:
    words = span.of(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.start + len(words.rstrip())))
