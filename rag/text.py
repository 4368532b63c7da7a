"""Arabic and English text: normalisation with a way back, words, numbers, language, sentences.

Pure functions on strings. Nothing here changes a document: normalised text is for matching only,
and `Normalised.original_span` leads back to the words as they were written. Sentence borders are
found in `rag.sentences`; `sentences` is offered here too, beside its siblings.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from rag.schema import Span
from rag.sentences import sentences

__all__ = [
    "ARABIC_FUNCTION_WORDS",
    "ENGLISH_FUNCTION_WORDS",
    "Normalised",
    "detect_language",
    "direction",
    "fold",
    "normalise",
    "numbers",
    "sentences",
    "split_words",
    "words",
]

# Harakat, Quranic marks and the letter stretcher; the isolated presentation forms of the marks
# would otherwise decompose into a space and split their word.
_TASHKEEL = (
    "\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8"
    "\u06ea-\u06ed\u08ca-\u08e1\u08e3-\u08ff\ufc5e-\ufc63\ufcf2-\ufcf4\ufe70-\ufe7f"
)
_VARIATION_SELECTORS = "\ufe00-\ufe0f"
# Bidi and zero-width characters, soft hyphens, Arabic number signs: general category Cf.
_FORMAT = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
)
_DROPPED = frozenset(
    chr(point)
    for first, last in re.findall(r"(.)(?:-(.))?", _TASHKEEL + _VARIATION_SELECTORS + _FORMAT)
    for point in range(ord(first), ord(last or first) + 1)
)
_DROP = dict.fromkeys(map(ord, _DROPPED))

# The light normalisation of Arabic retrieval (Larkey, Ballesteros and Connell 2002, as in Lucene's
# ArabicNormalizer), and the Persian and Urdu forms that keyboards produce in Arabic text. The hamza
# on its seats (ؤ ئ) is kept: it tells words apart.
_FOLD = str.maketrans(
    "أإآٱٲٳىیکڪةہھە٫٬٪٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹",
    "ااااااييككهههه.,%01234567890123456789",
    "\u0653\u0654\u0655",  # A madda or hamza that its letter could not take up.
)

_MARKS = (
    "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u08ca-\u08e1\u08e3-\u08ff\u200b-\u200f\u2066-\u2069\u00ad\ufe70-\ufe7f"
)
_NUMBER = r"\d+(?:[.,٫٬،]\d+)*"
_WORD = re.compile(rf"{_NUMBER}|[^\W\d_](?:[\w{_MARKS}]++|['\u2019](?=[^\W\d_]))*")
_QUOTATION = re.compile("«[^»]*»|\u201c[^\u201d]*\u201d")
_MIXED = re.compile("[\u0620-\u064a]{2}[A-Za-z]|[A-Za-z][\u0620-\u064a]|[\u0620-\u064a][a-z]")
_GROUPED_NUMBER = re.compile(r"\d{1,3}(?:[\u00a0\u202f]\d{3})+(?!\d)|" + _NUMBER)

_PERSIAN = frozenset("یکگپچژ")
_URDU = frozenset("ٹڈڑںےہھ")
_NOT_PERSIAN = frozenset("يكىةأإ")
# As many words are no question any more.
_LONG_QUESTION = 20


def _listed(names: str) -> frozenset[str]:
    return frozenset(names.split())


ENGLISH_FUNCTION_WORDS = _listed(
    "the of and to in is was are were be been has have had did does do a an that this which who "
    "whom whose what when where why how many much it its he she they his her their for with from "
    "by at as on or not but if about there will would can could should than these those"
)
# As `fold` writes them.
ARABIC_FUNCTION_WORDS = _listed(
    "في من علي الي عن مع ان كان كانت هو هي هم هذا هذه ذلك تلك التي الذي الذين ما ماذا متي "
    "اين كيف كم هل لماذا اي ايه و او ثم لكن بل لا لم لن قد كل بعد قبل بين عند حتي منذ حيث اذا "
    "كما لقد يكون تكون به بها له لها فيه فيها منه منها عليه عليها اليه اليها وهو وهي ومن وفي "
    "وعلي كي لكي"
)
_OTHER_LATIN = _listed(
    "le la les des du une et est dans que qui pour pas sur avec sont au aux où quand combien quel "
    "quelle comment pourquoi der die das und ist nicht ein eine mit von den dem wer wie wann warum "
    "wo zu auf el los las y en es por con una del cuándo cuál quién cómo dónde qué il lo gli di "
    "che è per non sono della quando chi dove o os um uma não com ve bir bu için ile het een van "
    "wat wie waar wanneer yang dan"
)

# English words besides that no other language listed here has.
_ENGLISH_TOO = ENGLISH_FUNCTION_WORDS | _listed(
    "after before against amid across during into between among near since until while more most "
    "says said"
)
# "Ursula von der Leyen", "Abdel Fattah el-Sisi", "Los Angeles" and "non-oil" are English too.
_IN_ENGLISH_TOO = re.compile(
    r"(?<!\w)(?:(?i:(?:el|la|le|les|los|las|von|van|der|den|de|des|del|della|di|du|es|il|lo)"
    r"[\s-]){1,3}(?=[^\W\d_a-z])|(?i:non)-)"
)


@dataclass(frozen=True, slots=True)
class Normalised:
    """Text made comparable, and where each of its code points came from.

    Invariants: `len(offsets) == len(ends) == len(text)`; both never decrease. Code point `i` of
    `text` stands for the original code points `offsets[i]` to `ends[i]`.
    """

    text: str
    offsets: tuple[int, ...]
    ends: tuple[int, ...]

    def original_span(self, start: int, end: int) -> Span:
        """Finds the original code points behind `text[start:end]`.

        Marks on the last letter belong to the span; bidi and zero-width characters after it do
        not. An empty range gives an empty span.

        Raises:
            ValueError: the range does not lie in the text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"[{start}, {end}) is not in a text of {len(self.text)} code points")
        if start == end:
            place = self.offsets[start] if start < len(self.text) else (self.ends or (0,))[-1]
            return Span(place, place)
        return Span(self.offsets[start], self.ends[end - 1])


def fold(text: str) -> str:
    """Makes text comparable: `normalise(text).text`, without the map, much faster.

    NFKC, lower case, no tashkeel, tatweel, bidi or zero-width characters, one form of alef, ya,
    kaf and ha (ta marbuta becomes ha), ASCII digits and separators, plain spaces. Folding twice is
    folding once.
    """
    while True:
        folded = unicodedata.normalize("NFKC", text.translate(_DROP)).casefold()
        folded = unicodedata.normalize("NFKC", folded).translate(_FOLD)
        if folded == text:
            return folded
        text = folded


def normalise(text: str) -> Normalised:
    """Makes text comparable, as `fold` does, and keeps the way back to the original."""
    parts: list[str] = []
    offsets: list[int] = []
    ends: list[int] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _joins(text[end]):
            end += 1
        folded = _folded(text[start]) if end == start + 1 else fold(text[start:end])
        visible = end
        while visible > start + 1 and _is_invisible(text[visible - 1]):
            visible -= 1
        parts.append(folded)
        offsets.extend([start] * len(folded))
        ends.extend([visible] * len(folded))
        start = end
    return Normalised("".join(parts), tuple(offsets), tuple(ends))


@cache
def _folded(character: str) -> str:
    return fold(character)


def _is_invisible(character: str) -> bool:
    return character in _DROPPED and unicodedata.category(character)[0] != "M"


@cache
def _joins(character: str) -> bool:
    """Whether a code point may change, or vanish into, the one before it."""
    if character in _DROPPED:
        return True
    first = unicodedata.normalize("NFKC", character)[0]
    # Vowels and finals of Hangul compose with the letter before without being marks.
    return unicodedata.category(first)[0] == "M" or "\u1160" <= first <= "\u11ff"


def words(text: str) -> tuple[Span, ...]:
    """Finds words: letters with their marks and digits, or a number with its separators."""
    return tuple(Span(*match.span()) for match in _WORD.finditer(text))


def split_words(text: str) -> list[str]:
    """The words that `words` finds, as strings; several times as fast."""
    return _WORD.findall(text)


def has_mixed_word(text: str) -> bool:
    """Whether a word has letters of two scripts, as a model garbles it: «الtram», «فiras».

    One Arabic letter may be written on to a Latin name: «وCNN».
    """
    return any(_MIXED.search(word) for word in split_words(text))


def numbers(text: str) -> frozenset[str]:
    """Finds the numbers written in digits, each in one canonical form.

    2,500 = 2500 = ٢٥٠٠ = ٢٬٥٠٠ = "2500"; 20.50 = ٢٠٫٥ = "20.5". A comma before three digits groups
    thousands, before fewer it is a decimal comma; a single dot is a decimal dot, but for "20.000",
    which no paper writes for 20. Dates, versions (12.5.2024) and years (2023،2024) give their
    parts. Number words are not read.
    """
    found: set[str] = set()
    for match in _GROUPED_NUMBER.finditer(text.translate(_DROP)):
        found.update(_canonical_numbers(match.group()))
    return frozenset(found)


def _canonical_numbers(written: str) -> list[str]:
    plain = re.sub(r"\d", lambda digit: str(int(digit.group())), written)
    plain = re.sub("[\u00a0\u202f٬]", "", plain).replace("،", ",")
    # Beside the Arabic decimal separator a comma can only group.
    plain = plain.replace(",", "").replace("٫", ".") if "٫" in plain else plain
    has_decimal_dot = re.fullmatch(r"\d+\.\d+", plain) and not plain.endswith(".000")
    for group, point in () if has_decimal_dot else ((",", "."), (".", ",")):
        if re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+(?:\{point}\d+)?", plain):
            plain = plain.replace(group, "").replace(point, ".")
            break
    plain = re.sub(r"^(0|\d+(?=,\d{1,3}$)),(\d+)$", r"\1.\2", plain)
    if "," in plain or plain.count(".") > 1:
        return [_whole(part) for part in re.split("[.,]", plain)]
    whole, _, fraction = plain.partition(".")
    fraction = fraction.rstrip("0")
    return [_whole(whole) + (f".{fraction}" if fraction else "")]


def _whole(digits: str) -> str:
    # Python refuses to make an integer of some thousand digits.
    return digits.lstrip("0") or "0"


def detect_language(text: str) -> str:
    """Guesses the language of a text or a question.

    The script of most letters decides first; in a text of both, as short as a question, that of the
    first word, if it is a function word. Arabic script is "ar" unless words with letters of Persian
    or Urdu prevail over those with letters that Arabic alone uses ("fa", "ur"). Latin script is
    "en" if English function words outnumber those of other languages, of which those within names
    do not count; a few ASCII words or names with neither, like a keyword query, count as English.
    All else, and text without letters, is "und".
    """
    letters = [character for character in text if character.isalpha()]
    arabic = sum(1 for letter in letters if _is_arabic(letter))
    latin = sum(1 for letter in letters if _is_latin(letter))
    asks_in = _language_of_opening(text) if arabic and latin else None
    if asks_in == "en":
        return _latin_script_language(text)
    if asks_in == "ar" or arabic * 2 > len(letters) or (arabic and arabic == latin):
        return _arabic_script_language(text, arabic)
    if latin * 2 > len(letters):
        return _latin_script_language(text)
    return "und"


def _language_of_opening(text: str) -> str | None:
    """The language of the function word that a short text opens with: «من هو Emmanuel Macron؟»."""
    found = split_words(text)
    opening = fold(found[0]) if len(found) < _LONG_QUESTION else ""
    if opening in ARABIC_FUNCTION_WORDS:
        return "ar"
    return "en" if opening in ENGLISH_FUNCTION_WORDS else None


def _is_arabic(letter: str) -> bool:
    return (
        "\u0600" <= letter <= "\u06ff"
        or "\u0750" <= letter <= "\u077f"
        or "\ufb50" <= letter <= "\ufdff"
        or "\ufe70" <= letter <= "\ufefc"
    )


def _is_latin(letter: str) -> bool:
    return letter <= "\u024f" or "\u1e00" <= letter <= "\u1eff"


def _arabic_script_language(text: str, arabic: int) -> str:
    persian = sum(1 for letter in text if letter in _PERSIAN)
    urdu = sum(1 for letter in text if letter in _URDU)
    # One borrowed word may have several of these letters: «گوگل».
    found = [frozenset(word) for word in split_words(text)]
    strange = sum(1 for word in found if not word.isdisjoint(_PERSIAN | _URDU))
    plainly_arabic = sum(1 for word in found if not word.isdisjoint(_NOT_PERSIAN))
    if strange <= plainly_arabic or (persian + urdu) / arabic < 0.04:
        return "ar"
    return "ur" if urdu / arabic >= 0.03 else "fa"


def _latin_script_language(text: str) -> str:
    found = split_words(text)
    english = sum(1 for word in found if word.casefold() in _ENGLISH_TOO)
    other = _foreign(text) if _foreign(_IN_ENGLISH_TOO.sub(" ", text)) else 0
    if english > other:
        return "en"
    plain = all(word.isascii() or word[0].isupper() for word in found)
    return "en" if english == other == 0 and len(found) < 8 and plain else "und"


def _foreign(text: str) -> int:
    """How many words of a text are function words of other languages in Latin script."""
    return sum(1 for word in split_words(text) if word.casefold() in _OTHER_LATIN)


def replace_word(text: str, word: str, by: str) -> str:
    """A text with another word in the place of one, but not within another word."""
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _: by, text)


def direction(text: str) -> str:
    """Says how a text runs: "rtl" or "ltr", by most of its letters; "ltr" without any."""
    kinds = [unicodedata.bidirectional(character) for character in text]
    right_to_left = sum(1 for kind in kinds if kind in ("R", "AL"))
    return "rtl" if right_to_left > kinds.count("L") else "ltr"


def own_direction(text: str) -> str:
    """How a text runs that quotes another: by most of its letters outside of quotation marks.

    All letters count where none stand outside.
    """
    own = _QUOTATION.sub("", text)
    return direction(own if any(map(str.isalpha, own)) else text)
