"""Arabic names in Latin letters, held to the letters of the name.

A small text model garbles names as it translates them («قاسم الأعرجي» becomes "Qasim Al-Jarji").
Under a grammar that is made from the letters of the name it chooses only the vowels between them,
which Arabic leaves to the reader. That it does well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from rag.consonants import alike, arabic_skeleton, latin_skeleton
from rag.generation import TextModel
from rag.glossary import glosses, is_sense, unlisted_words, unquoted_words
from rag.names import WITH_ARTICLE, is_known, latin_names, occurs
from rag.prompts import load_prompt
from rag.spellings import (
    WITHIN_NAMES,
    name_words,
    spelled_as_name,
    spelled_so,
    usual_spelling,
    with_joined_names,
    without_article,
)
from rag.text import fold, replace_word, split_words
from rag.text import words as words_of

_PROMPT = "spelling"
_MOST_TOKENS = 16
_LONGEST_NAME = 16
_LONGEST_PHRASE = 4
# What two spellings of a name must have in common for one to be taken as the other's, 0 to 1.
_LEAST_LIKENESS = 0.65

_ARTICLE = re.compile("[Aa]l[- ]")
# «آل سعود» is Al-Saud, too.
_CLAN = "آل"
# What stands before the name of a place or a club, and in its stead in English.
_KINDS = {
    fold(word): english
    for word, english in {
        "مدينة": "the city of",
        "بلدة": "the town of",
        "قرية": "the village of",
        "محافظة": "the province of",
        "ولاية": "the province of",
        "منطقة": "the region of",
        "ناحية": "the district of",
        "قضاء": "the district of",
        "حي": "the neighbourhood of",
        "مخيم": "the camp of",
        "ميناء": "the port of",
        "جزيرة": "the island of",
        "مضيق": "the Strait of",
        "بحيرة": "Lake",
        "جبل": "Mount",
        "وادي": "Wadi",
        "نادي": "the club",
    }.items()
}
# How each letter is written in Latin ones: the usual way first, then those of foreign names.
_CONSONANTS: dict[str, tuple[str, ...]] = {
    "ب": ("b", "p"),
    "پ": ("p",),
    "تش": ("ch", "c"),
    "ت": ("t",),
    "ث": ("th",),
    "ج": ("j", "g"),
    "ح": ("h",),
    "خ": ("kh",),
    "د": ("d",),
    "ذ": ("dh", "z"),
    "ر": ("r",),
    "ز": ("z",),
    "س": ("s", "c"),
    "ش": ("sh", "ch"),
    "ص": ("s",),
    "ض": ("d", "dh"),
    "ط": ("t",),
    "ظ": ("z", "dh"),
    "غ": ("gh", "g"),
    "ف": ("f", "v", "ph"),
    "ڤ": ("v",),
    "ق": ("q", "k", "g"),
    "ك": ("k", "c"),
    "گ": ("g",),
    "ل": ("l",),
    "م": ("m",),
    "ن": ("n",),
    "ه": ("h",),
}
_LETTER = re.compile("يتش$|تش|.")
# Not written, but a consonant to the ear: it opens or closes a syllable like any other.
_SILENT = frozenset("عءئؤ")
# Letters that are a long vowel, or a consonant with vowels of its own; and at a word's start.
_LONG = {
    "ا": '"a"',
    "و": '("o" | "u" | "oo" | "ou" | "au" | [aeiou]? [wv] [aeiou]?)',
    "ي": '("i" | "e" | "ee" | "ei" | "ai" | [aeiou]? "y" [aeiou]?)',
}
# «سويدي» is Suwaidi: after the first consonant this is mostly the vowel of a diminutive.
_DIMINUTIVE = ["و", "ي"]
_DIMINUTIVE_VOWELS = '[uo] "w" [ae] "i"'
_FIRST = {"و": '[WV] "a"?', "ي": '"Y" [aeiou]?', **dict.fromkeys("اعءئؤ", "[AEIOU]")}
_LAST = {
    "ي": '("i" | "y" | "ee")',
    "ى": '"a"',
    "ة": '("a" | "ah")',
    "يتش": '("ich" | "ic")',
}


def spelling_grammar(name: str, *, like: str = "") -> str | None:
    """A GBNF grammar of the Latin spellings of one Arabic word; None for one it cannot spell.

    A consonant takes a vowel, or closes the syllable; so of two in a row one takes a vowel, and the
    first of a word does. What only foreign names have, p, v, g and two consonants at the start, is
    allowed where `like` has it.
    """
    # A final «ى» or «ة» is told from what it is folded to.
    body, last = (name[:-1], name[-1]) if name[-1:] in ("ى", "ة") else (name, "")
    letters = [*_LETTER.findall(fold(body)), *last]
    known = _CONSONANTS.keys() | _LONG.keys() | _SILENT
    if not 2 <= len(letters) <= _LONGEST_NAME or not known.issuperset(letters[:-1]):
        return None
    if letters[-1] not in known | _LAST.keys():
        return None
    cluster = re.match("[^aeiouy]{2}", like.casefold()) is not None
    rules = [f"root ::= {'free0' if cluster else 'bound0'}", 'free-end ::= ""', 'bound-end ::= ""']
    for number, letter in enumerate(letters):
        following = letters[number + 1] if number + 1 < len(letters) else None
        rest = "-end" if following is None else str(number + 1)
        written = _written(letter, like.casefold(), first=number == 0)
        if following is None and letter in _LAST:
            free = bound = _LAST[letter]
        elif number == 0 and letter in _FIRST:
            free = bound = f"{_FIRST[letter]} free{rest}"
        elif number == 1 and letters[1:3] == _DIMINUTIVE and letters[3:]:
            free = bound = f"{_DIMINUTIVE_VOWELS} free3"
        elif letter in _LONG:
            free = bound = f"{_LONG[letter]} free{rest}"
        elif following is None or following in _LONG or following in _LAST:
            free = bound = f"{written} free{rest}"
        else:
            bound = f"{written} [aeiou] free{rest}"
            free = f"{bound} | {written} bound{rest}"
        rules += [f"free{number} ::= {free}", f"bound{number} ::= {bound}"]
    return "\n".join(rules)


def mend_names(draft: str, missing: Sequence[str], *, source: str, model: TextModel) -> str:
    """Spells the names of a draft anew that its source does not bear out.

    Args:
        draft: an English sentence.
        missing: its names that do not occur in the source.
        source: the Arabic words that answer. A name is not looked for beyond them: what a model
            made up must not be taken for the garbled name of somebody else.
        model: chooses among the spellings.

    Returns:
        The draft with each such name replaced that is like a word of the source; the others stay.

    Raises:
        GenerationError: the model failed.
    """
    words = [span.of(source) for span in with_joined_names(words_of(source), source)]
    plain = map(without_article, words)
    skeletons = [arabic_skeleton(word) if len(word) > 2 else "" for word in plain]
    for name in missing:
        place = _likest(latin_skeleton(name), skeletons)
        if place is None:
            continue
        spelled = _spell_at(place, words, like=_ARTICLE.sub("", name), model=model)
        if spelled is not None and spelled not in draft:
            article = _ARTICLE.match(name)
            draft = replace_word(draft, name, f"{article[0] if article else ''}{spelled}")
    return draft


def spell_as_usual(draft: str, *, source: str, kept: str) -> str:
    """A draft whose names are spelled as newspapers do, where a name of the source is a usual one.

    Spellings that sound the same stay: Qasim need not be Qassem. A name between quotation marks is
    that of a thing, and not spelled like a person's. An article that the source lacks goes:
    «حسن» is no al-Hasan.

    Args:
        draft: an English sentence.
        source: the Arabic words that answer.
        kept: a text whose spellings stay, the question.
    """
    spans = with_joined_names(unquoted_words(source), source)
    written = [span.of(source) for span in spans]
    draft = _without_added_articles(draft, written=written, kept=kept)
    words = [without_article(word) for word in written]
    skeletons = {word: found for word in words if len(found := arabic_skeleton(word)) > 2}
    usual = {found: known for word, found in skeletons.items() if (known := usual_spelling(word))}
    for name in latin_names(draft):
        plain = _ARTICLE.sub("", name)
        wanted = latin_skeleton(plain)
        # A word of the source with the very consonants is meant before one with nearly those.
        exact = wanted in skeletons.values() or is_sense(plain, source)
        meant = wanted if exact else next((one for one in usual if alike(wanted, one)), "")
        known = usual.get(meant)
        # «السوداني» is Sudani where it is a man, and Sudanese or Sudan's elsewhere.
        stays = fold(plain) in fold(kept) or spelled_so(plain) or is_known(plain)
        if known and not stays and _sound(plain) != _sound(known):
            draft = replace_word(draft, plain, known)
    return draft


def _without_added_articles(draft: str, *, written: Sequence[str], kept: str) -> str:
    """A draft without the article of each name that stands among the written words without one."""

    def plain(match: re.Match[str]) -> str:
        bearing = [word for word in written if occurs(match["name"], without_article(word))]
        added = bearing and all(without_article(word) == word for word in bearing)
        return match["name"] if added and fold(match[0]) not in fold(kept) else match[0]

    return draft if _CLAN in written else WITH_ARTICLE.sub(plain, draft)


def romanise(source: str, *, like: str, model: TextModel) -> str | None:
    """A whole Arabic name in Latin letters, «مدينة جرف الصخر» as "the city of Jarf al-Sakhr".

    Args:
        source: a name of at most four words, beside «بن» and the like, and those that say what
            kind of place it is.
        like: a garbled spelling of it.
        model: chooses among the spellings.

    Returns:
        None for longer texts, and where a word cannot be spelled.

    Raises:
        GenerationError: the model failed.
    """
    spans = with_joined_names(name_words(source), source)
    words = [span.of(source) for span in spans]
    # A ship or a bank in quotation marks, «مرسى», is not spelled as a person of that name is.
    listed = frozenset(with_joined_names(unquoted_words(source), source))
    # What stands last is spelled as a name, whatever it means before one.
    kinds = [*map(_kind_of_place, words[:-1]), ""]
    parts = [*(WITHIN_NAMES.get(fold(word), "") for word in words[:-1]), ""]
    if not 0 < len(words) - sum(map(bool, (*kinds, *parts))) <= _LONGEST_PHRASE:
        return None
    spelled: list[str] = []
    for place, (span, word) in enumerate(zip(spans, words, strict=True)):
        if usual := kinds[place] or parts[place]:
            spelled.append(usual)
            continue
        name = _spell_at(place, words, like=like, model=model, is_listed=span in listed)
        if name is None:
            return None
        # "Al Sheikh" has the article of «آل الشيخ» no second time.
        within = place > 0 and not kinds[place - 1] and words[place - 1] != _CLAN
        spelled.append(f"al-{name}" if within and without_article(word) != word else name)
    return " ".join(spelled)


def is_place(before: str, text: str) -> bool:
    """Whether Arabic words are the name of a place, as one for its kind stands before the name.

    «جرف الصخر» is one after «مدينة», and so is «مدينة جرف الصخر»; «مدينة صغيرة» is not, whose
    second word is known as something else and as no name.

    Args:
        before: what stands before the words.
        text: the words.
    """
    words = [*split_words(before)[-1:], *split_words(text)]
    place = next((n for n, word in enumerate(words[:2]) if _kind_of_place(word)), None)
    if place is None:
        return False
    kind, *name = words[place:]
    if kind.startswith("ال"):
        return False
    unlisted = unlisted_words(text)
    # «نادي وادي بهلاء» has two kinds of place before its name.
    return bool(name) and all(
        word in unlisted
        or (spelled_as_name(word) and not _agrees(word, kind))
        or (_kind_of_place(word) and word != name[-1])
        for word in name
    )


def _agrees(word: str, kind: str) -> bool:
    """Whether a word may be the adjective of a feminine noun: «منطقة آمنة» is a safe zone."""
    feminine = kind.endswith("ة") and word.endswith("ة") and not word.startswith("ال")
    return feminine and any(sense[0].islower() for gloss in glosses(word) for sense in gloss.senses)


def _kind_of_place(word: str) -> str:
    """«مدينة» as "the city of", «بمحافظة» as "in the province of"; "" for any other word."""
    plain = fold(without_article(word))
    if plain in _KINDS:
        return _KINDS[plain]
    rest = plain[1:] if plain[:1] == "ب" else ""
    return f"in {_KINDS[rest]}" if rest in _KINDS else ""


def _spell_at(
    place: int, words: Sequence[str], *, like: str, model: TextModel, is_listed: bool = True
) -> str | None:
    """A word of a name in Latin letters; of «عبد الله», which is one, the latter is spelled."""
    phrase = " ".join(words[max(0, place - 1) : place + 2])
    _, _, of = words[place].partition(" ")
    if of and not (is_listed and usual_spelling(words[place])):
        lord = spell(without_article(of), phrase=words[place], like=like, model=model)
        return f"Abdul {lord}" if lord else None
    word = without_article(words[place])
    # Of a garbled phrase only the word for this one shows what is foreign in it.
    garbled = [_ARTICLE.sub("", name) for name in like.split()]
    likest = _likest(arabic_skeleton(word), [latin_skeleton(name) for name in garbled])
    near = "" if likest is None else garbled[likest]
    return spell(word, phrase=phrase, like=near, model=model, is_listed=is_listed)


def spell(
    word: str, *, phrase: str, like: str, model: TextModel, is_listed: bool = True
) -> str | None:
    """An Arabic name of one word, without its article, in Latin letters; None if it cannot be.

    A usual name is spelled as newspapers do, without the model: of several ways to do so in that of
    the garbled spelling, if that has one, as it is Kais Saied and Qais al-Khazali.

    Args:
        word: the name.
        phrase: the name as it stands in the text, with a word before and after it.
        like: a garbled spelling of it.
        model: chooses among the spellings.
        is_listed: whether it may be spelled as the list has it.

    Raises:
        GenerationError: the model failed.
    """
    if is_listed and (known := usual_spelling(word)):
        has_one = like[:1].isupper() and fold(word).replace(" ", "") in spelled_so(like)
        return like if has_one else known
    grammar = spelling_grammar(word, like=like)
    if grammar is None:
        return None
    prompt = load_prompt(_PROMPT)
    pieces = model.write(
        prompt.messages({"phrase": phrase, "name": word}),
        fixed=prompt.fixed,
        grammar=grammar,
        max_tokens=_MOST_TOKENS,
    )
    spelled = "".join(pieces).strip()
    # A server may not know grammars.
    return spelled if re.fullmatch(r"[A-Z][a-z]+", spelled) and occurs(spelled, word) else None


def _sound(name: str) -> str:
    """A spelling without what spellings of one name differ in: "Yousef", "Youssif" -> "yusif"."""
    vowels = re.sub("[ouw]+", "u", re.sub("[eiy]+", "i", name.casefold()))
    return re.sub(r"(.)\1+", r"\1", vowels)


def _likest(wanted: str, skeletons: Sequence[str]) -> int | None:
    """The place of the skeleton that most likely stands for the wanted one's name."""
    likeness = [
        SequenceMatcher(None, wanted, skeleton).ratio() if skeleton else 0.0
        for skeleton in skeletons
    ]
    best = max(range(len(likeness)), key=lambda place: likeness[place], default=None)
    return best if best is not None and likeness[best] >= _LEAST_LIKENESS else None


def _written(letter: str, like: str, *, first: bool) -> str:
    if letter not in _CONSONANTS:
        return '""'
    usual, *foreign = _CONSONANTS[letter]
    allowed = [usual, *(spelling for spelling in foreign if spelling in like)]
    return "(" + " | ".join(f'"{s.capitalize() if first else s}"' for s in allowed) + ")"
