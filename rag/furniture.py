"""The patterns of page furniture: loaded from `furniture.toml`, extended by a user's own file.

Each test here looks at one line. What follows from it is decided in `rag.news` for the page, and
in `rag.articles` for the article.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from rag.errors import SettingsError
from rag.text import Normalised, fold, normalise

Label = Literal["published", "updated", "source", "keywords"]

LONGEST_LINE: Final = 20_000
"""Code points of a line that furniture is looked for in; a longer one holds a book, not a menu."""

_SETTING: Final = "ingest.furniture"
_EDGES: Final = " :.،,-\u2013\u2014|*#"
_SHORT_LINE_WORDS: Final = 6
_SHORT_LINE_CHARS: Final = 300
_MENU_WORDS: Final = 3
_SHORT_MENU_WORDS: Final = 12
_SOURCE_WORDS: Final = 3
_SENTENCE_WORDS: Final = 8
_HEADLINE_WORDS: Final = 30
_NAME_WORDS: Final = 4
_GLUED_LIST_WORDS: Final = 12
_SENTENCE_START: Final = r"(?:^|(?<=[.!?؟…»”\")]))\s*"
# Two blocks that a scraper joined without a space: a closing mark and then a letter.
_GLUE: Final = re.compile(r"(?<=[»”)؟!])(?=[^\W\d_])|(?<=[ء-ي][.…])(?=[ء-ي])|(?<=\S\")(?=[^\W\d_])")

_BULLET: Final = re.compile("[•●▪◾■*\u2023\u2043·-]\\s")
_CLOSED: Final = r"[\"'»”\u2019)\]]*$"
_FULL_STOP: Final = re.compile("[.!۔]" + _CLOSED)
_SENTENCE_END: Final = re.compile("[.!?؟…۔]" + _CLOSED)
_PARTED: Final = re.compile(r"[،؛]|,\s|[^.]\.\s")
# What a headline in capitals has, and no menu: a small word, a possessive.
_SAID: Final = re.compile("(?<!\\w)[a-z]+(?!\\w)|['\u2019]s(?!\\w)")
_JOINT: Final = re.compile(r"(?<!\.)\.\.+\s|\w[\"»”]?[:|]\s")


# Each line is asked about several times in a row.
@functools.lru_cache(maxsize=16)
def comparable(line: str) -> str:
    """The line folded, with single spaces, one kind of apostrophe, and bare edges."""
    return " ".join(fold(line[:LONGEST_LINE]).replace("\u2019", "'").split()).strip(_EDGES)


def is_bullet(line: str) -> bool:
    """Whether a line is an item of a list."""
    return _BULLET.match(line) is not None


def is_prose(line: str) -> bool:
    """Whether a line reads as a paragraph rather than as a headline."""
    count = len(line.split())
    return count > _HEADLINE_WORDS or (
        count >= _SENTENCE_WORDS and _FULL_STOP.search(line) is not None
    )


def may_be_title(line: str, *, most_words: int) -> bool:
    """Whether a line has the form of a headline of at most so many words."""
    return len(line.split()) <= most_words and not re.search(r"[.:،,؛]$", line)


def is_name(line: str) -> bool:
    """Whether a line has the form of a person's name."""
    return len(line.split()) <= _NAME_WORDS and not re.search(r"[^\w\s]|\d", fold(line))


def is_glued_list(line: str) -> bool:
    """Whether a line is several headlines in a row: joined by dots and colons, never ended."""
    return (
        len(line.split()) >= _GLUED_LIST_WORDS
        and not is_bullet(line)
        and not _SENTENCE_END.search(line)
        and not _PARTED.search(line)
        and len(_JOINT.findall(line)) > 1
    )


def _with_words(entries: tuple[str, ...]) -> tuple[str, ...]:
    for entry in entries:
        # It would stand in every line.
        if not comparable(entry):
            raise ValueError(f"{entry!r} has no letter or digit")
    return entries


def _comparable(entries: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(comparable, entries)))


def _compiled(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as exc:
            raise ValueError(f"{pattern!r} is no regular expression: {exc}") from exc
    return patterns


def _naming_a_source(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in patterns:
        if "source" not in re.compile(pattern).groupindex:
            raise ValueError(f"{pattern!r} has no group (?P<source>…)")
    return patterns


_Words = Annotated[tuple[str, ...], AfterValidator(_with_words)]
_Phrases = Annotated[_Words, AfterValidator(_comparable)]
_Patterns = Annotated[tuple[str, ...], AfterValidator(_compiled)]
_Datelines = Annotated[_Patterns, AfterValidator(_naming_a_source)]


class Furniture(BaseModel):
    """Marks and patterns by their use; see the comments of `furniture.toml`.

    Phrases are kept in the comparable form; regular expressions and menu words as they stand.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    published_labels: _Phrases = ()
    updated_labels: _Phrases = ()
    source_labels: _Phrases = ()
    keyword_labels: _Phrases = ()
    next_article: _Phrases = ()
    related: _Phrases = ()
    whole_lines: _Phrases = ()
    line_starts: _Phrases = ()
    offices: _Phrases = ()
    tails: _Phrases = ()
    invitations: _Phrases = ()
    channels: _Phrases = ()
    menu_words: _Words = ()
    glued_heads: _Phrases = ()
    openers: _Phrases = ()
    section_names: _Phrases = ()
    desks: _Phrases = ()
    agencies: _Phrases = ()
    bylines: _Patterns = ()
    head_bylines: _Patterns = ()
    datelines: _Datelines = ()

    def joined(self, other: Furniture) -> Furniture:
        """These patterns and those of `other`."""
        return Furniture(
            **{name: getattr(self, name) + getattr(other, name) for name in type(self).model_fields}
        )

    def label(self, line: str) -> tuple[Label, str] | None:
        """The kind and the value of a line "label: value"; None for any other line."""
        name, colon, value = line.partition(":")
        if not colon or not value.strip():
            return None
        kind = self._labels.get(comparable(name))
        return None if kind is None else (kind, value.strip())

    def is_next_article(self, line: str) -> bool:
        """Whether the next article begins under this line."""
        return comparable(line) in self.next_article

    def is_related(self, line: str) -> bool:
        """Whether a list of related headlines begins under this line."""
        return comparable(line) in self.related

    def is_office(self, line: str) -> bool:
        """Whether the line is an editor's title, over a name."""
        return comparable(line) in self.offices

    def is_section_name(self, line: str) -> bool:
        """Whether the line is a section of the site."""
        return comparable(line) in self.section_names

    def is_dropped(self, line: str) -> bool:
        """Whether the whole line is furniture wherever it stands."""
        plain = comparable(line)
        return bool(
            plain in self.whole_lines
            or (self._starts and self._starts.match(plain))
            or self._is_menu(line)
        )

    def is_byline(self, line: str, *, in_head: bool) -> bool:
        """Whether a short line names its author."""
        if len(line) > LONGEST_LINE or len(comparable(line).split()) > _SHORT_LINE_WORDS:
            return False
        folded = " ".join(fold(line).split())
        patterns = self.bylines + self.head_bylines if in_head else self.bylines
        return any(re.fullmatch(pattern, folded) for pattern in patterns)

    def tail_start(self, line: str) -> int | None:
        """Where furniture begins that runs to the end of the line; None without it."""
        starts = (_mark_start(pattern, line) for pattern in (self._tails, self._invited))
        return min((start for start in starts if start is not None), default=None)

    def head_end(self, line: str) -> int | None:
        """Where the first sentence begins after headlines that are glued to its front.

        Returns:
            The offset; the length of the line if it holds no sentence; None where the line does
            not begin with such headlines.
        """
        found = _found(self._heads, line)
        if found is None:
            return None
        folded, match = found
        if match.end() == len(folded.text):
            return None
        if not re.search(r"\.[\"'»”)]*$", folded.text):
            return len(line)
        place = self._first_word(folded.text, match.end())
        return folded.original_span(place, place + 1).start

    def _first_word(self, text: str, start: int) -> int:
        """The best guess where a sentence begins: a glued verb, a glued word, a verb; `start`."""
        glued = [match.start() for match in _GLUE.finditer(text, start)]
        verbs = [] if self._openers is None else self._openers.finditer(text, start)
        opened = [match.start() for match in verbs]
        both = [place for place in glued if place in opened]
        return min(both or [*glued[:1], *opened[:1]], default=start)

    def agency_start(self, line: str) -> int | None:
        """Where an agency's name begins that is glued to the end of a last sentence."""
        return _mark_start(self._agency, line)

    def signature(self, line: str) -> str | None:
        """The source in a line "name \u2013 desk", or of an agency's name alone."""
        if len(line) > _SHORT_LINE_CHARS:
            return None
        parts = [part for part in re.split(r"\s+[-\u2013\u2014|/]\s+", line.strip(" ()/")) if part]
        plain = [comparable(part) for part in parts]
        if not parts or len(line.split()) > _SHORT_LINE_WORDS + len(parts):
            return None
        agencies = [part for part, name in zip(parts, plain, strict=True) if name in self.agencies]
        if len(parts) == 1:
            return agencies[0] if agencies else None
        if not all(name in self.desks or name in self.agencies for name in plain[1:]):
            return None
        proper = [part for part in agencies if comparable(part) not in self.desks]
        if proper:
            return proper[0]
        # A headline may end like that, too: «الأهلي يفوز على الزمالك | رياضة».
        return parts[0] if len(parts[0].split()) <= _SOURCE_WORDS else None

    def dateline_source(self, line: str) -> str | None:
        """The source named before a first sentence, as in "place / source: …"."""
        folded = normalise(line)
        for pattern in self.datelines:
            match = re.match(pattern, folded.text)
            if match and match["source"]:
                return folded.original_span(*match.span("source")).of(line)
        return None

    def _is_menu(self, line: str) -> bool:
        if self._menu is None or len(line) > LONGEST_LINE or _SENTENCE_END.search(line):
            return False
        # Latin menus are told from prose by their capitals, so only Arabic is folded.
        both = f"{line}\n{fold(line)}"
        entries = {match.group() for match in self._menu.finditer(both)}
        if len(entries) < _MENU_WORDS:
            return False
        # "What to Know About the Next Search Engine" is a headline.
        words = len(line.split())
        listed = sum(len(entry.split()) for entry in entries)
        return words > _SHORT_MENU_WORDS or (2 * listed >= words and not _SAID.search(line))

    @functools.cached_property
    def _labels(self) -> dict[str, Label]:
        labels: dict[str, Label] = dict.fromkeys(self.source_labels, "source")
        labels |= dict.fromkeys(self.keyword_labels, "keywords")
        labels |= dict.fromkeys(self.updated_labels, "updated")
        labels |= dict.fromkeys(self.published_labels, "published")
        return labels

    @functools.cached_property
    def _starts(self) -> re.Pattern[str] | None:
        return _pattern("{}", self.line_starts)

    @functools.cached_property
    def _tails(self) -> re.Pattern[str] | None:
        return _pattern(_SENTENCE_START + "(?P<mark>{})", self.tails)

    @functools.cached_property
    def _invited(self) -> re.Pattern[str] | None:
        """An invitation that names a channel, or ends: «تابعنا على مدى أشهر …» is none."""
        invitation = _pattern(_SENTENCE_START + "(?P<mark>{})", self.invitations)
        channel = _pattern(r"(?:\s+\S+){0,2}?\s+[وب]?(?:ال)?{}", self.channels)
        if invitation is None:
            return None
        named = "" if channel is None else f"{channel.pattern}|"
        return re.compile(rf"{invitation.pattern}(?:{named}\s*:|\s*$)")

    @functools.cached_property
    def _menu(self) -> re.Pattern[str] | None:
        entries = (word if word.isascii() else fold(word) for word in self.menu_words)
        return _pattern("(?<![a-z]){}", entries)

    @functools.cached_property
    def _heads(self) -> re.Pattern[str] | None:
        return _pattern(r"^\s*{}\s*:?\s+", self.glued_heads)

    @functools.cached_property
    def _openers(self) -> re.Pattern[str] | None:
        return _pattern(r"(?<!\w){}(?!\w)", self.openers)

    @functools.cached_property
    def _agency(self) -> re.Pattern[str] | None:
        return _pattern(r"[.!؟»”\"]\s*(?P<mark>\(?{}\)?)\.?$", self.agencies)


def load_furniture(extra: Path | None = None) -> Furniture:
    """Loads the patterns of Mustanad, and those of the file `extra` besides.

    Raises:
        SettingsError: the file cannot be read, is not TOML, or has another shape.
    """
    own = _own_furniture()
    if extra is None:
        return own
    try:
        return own.joined(Furniture(**tomllib.loads(extra.read_text(encoding="utf-8-sig"))))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise SettingsError(
            name=_SETTING, reason=f"{extra} cannot be read: {exc}.", origin=str(extra)
        ) from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            name=_SETTING, reason=f"{key} in {extra}: {first['msg']}.", origin=str(extra)
        ) from exc


@functools.cache
def _own_furniture() -> Furniture:
    text = resources.files("rag").joinpath("furniture.toml").read_text(encoding="utf-8")
    return Furniture(**tomllib.loads(text))


def _mark_start(pattern: re.Pattern[str] | None, line: str) -> int | None:
    found = _found(pattern, line)
    if found is None:
        return None
    folded, match = found
    return folded.original_span(*match.span("mark")).start


def _found(pattern: re.Pattern[str] | None, line: str) -> tuple[Normalised, re.Match[str]] | None:
    """The normalised line and where the pattern matches it; None where it does not."""
    # Folding is much faster than normalising, which most lines do not need.
    if pattern is None or len(line) > LONGEST_LINE or not pattern.search(fold(line)):
        return None
    folded = normalise(line)
    match = pattern.search(folded.text)
    return (folded, match) if match else None


def _pattern(frame: str, entries: Iterable[str]) -> re.Pattern[str] | None:
    """`frame` with all entries as alternatives, the longest first; None without entries."""
    longest_first = sorted(entries, key=lambda entry: (-len(entry), entry))
    if not longest_first:
        return None
    choices = "|".join(re.escape(entry).replace(r"\ ", r"\s+") for entry in longest_first)
    return re.compile(frame.replace("{}", f"(?:{choices})"))
