"""The fonts that the page brings with it: all there, whole, licensed, and with the letters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from ui.strings import EXAMPLES, LANGUAGES, TEXTS, Language

UI = Path(__file__).resolve().parents[1] / "ui"
FONTS = UI / "fonts"
FAMILIES = ("Mustanad Serif", "Mustanad Sans")
BYTES_MAX = 700_000

_UNSEEN = "\n\u2068\u2069"
_BASIC_LATIN = "".join(map(chr, range(0x20, 0x7F)))
_ARABIC = "".join(
    chr(point)
    for first, last in ((0x0621, 0x063A), (0x0640, 0x0652), (0x0660, 0x066D))
    for point in range(first, last + 1)
)
# As scholars romanise Arabic, and as its neighbours write.
_ROMANISED = "āīūḥṣḍṭẓġšžʿʾĀĪŪḤṢḌṬẒçğışöüÇĞİŞÖÜ"
_PERSIAN_AND_URDU = "پچژگکیۀٹڈڑںےہھ۰۱۲۳۴۵۶۷۸۹"
_TYPOGRAPHY = "«»“”\u2018\u2019\u2013—…·×°©€"


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    family: str
    file: str
    weight: str
    display: str
    points: frozenset[int]


@cache
def faces() -> tuple[Face, ...]:
    css = (UI / "styles" / "fonts.css").read_text(encoding="utf-8")
    return tuple(_face(body) for body in re.findall(r"@font-face \{(.*?)\}", css, re.DOTALL))


def _face(body: str) -> Face:
    said = dict(re.findall(r"([a-z-]+):\s*(.*?);", body, re.DOTALL))
    source = re.fullmatch(r'url\("/fonts/([a-z0-9-]+\.woff2)"\) format\("woff2"\)', said["src"])
    assert source, said["src"]
    ranges = re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", said["unicode-range"])
    return Face(
        family=said["font-family"].strip('"'),
        file=source[1],
        weight=said["font-weight"],
        display=said["font-display"],
        points=frozenset(
            point
            for first, last in ranges
            for point in range(int(first, 16), int(last or first, 16) + 1)
        ),
    )


@cache
def letters(file: str) -> frozenset[int]:
    with TTFont(FONTS / file, lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def composed() -> tuple[tuple[Face, ...], ...]:
    """The faces that browsers take together: those of one family and the very same weights."""
    kinds = dict.fromkeys((face.family, face.weight) for face in faces())
    return tuple(
        tuple(face for face in faces() if (face.family, face.weight) == kind) for kind in kinds
    )


def missing(together: tuple[Face, ...], characters: str) -> str:
    """What a browser takes elsewhere: no face has it both in its range and in its file."""
    return "".join(
        character
        for character in sorted(set(characters))
        if not any(
            ord(character) in face.points and ord(character) in letters(face.file)
            for face in together
        )
    )


def name(together: tuple[Face, ...]) -> str:
    return f"{together[0].family} {together[0].weight}"


def test_the_style_sheet_names_the_files_that_are_there() -> None:
    assert {face.file for face in faces()} == {path.name for path in FONTS.glob("*.woff2")}
    assert {face.family for face in faces()} == set(FAMILIES)
    assert {face.display for face in faces()} == {"swap"}


def test_the_fonts_are_woff2_and_few_bytes() -> None:
    files = [path.read_bytes() for path in FONTS.glob("*.woff2")]
    assert {file[:4] for file in files} == {b"wOF2"}
    # Beside the signature, the header states how long the file is.
    assert [int.from_bytes(file[8:12]) for file in files] == [len(file) for file in files]
    assert sum(map(len, files)) < BYTES_MAX


@pytest.mark.parametrize("face", faces(), ids=lambda face: face.file)
def test_each_font_has_its_licence_with_its_own_notice(face: Face) -> None:
    licences = [
        path for path in FONTS.glob("OFL-*.txt") if face.file.startswith(path.stem[4:] + "-")
    ]
    assert len(licences) == 1
    licence = licences[0].read_text(encoding="utf-8")
    with TTFont(FONTS / face.file, lazy=True) as font:
        notice = font["name"].getDebugName(0)
    assert licence.startswith(f"{notice}\n")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "OTHER DEALINGS IN THE FONT SOFTWARE." in licence


@pytest.mark.parametrize("face", faces(), ids=lambda face: f"{face.file} {face.weight}")
def test_each_font_has_the_weights_that_are_promised(face: Face) -> None:
    lightest, boldest = map(int, face.weight.split())
    with TTFont(FONTS / face.file, lazy=True) as font:
        if "fvar" in font:
            axis = next(axis for axis in font["fvar"].axes if axis.axisTag == "wght")
            assert axis.minValue <= lightest < boldest <= axis.maxValue
        else:
            assert font["OS/2"].usWeightClass == lightest


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_has_regular_and_bold(family: str) -> None:
    weights = {tuple(map(int, face.weight.split())) for face in faces() if face.family == family}
    for weight in (400, 500, 600, 700):
        assert len([pair for pair in weights if pair[0] <= weight <= pair[1]]) == 1


@pytest.mark.parametrize("together", composed(), ids=name)
@pytest.mark.parametrize(
    "characters", [_BASIC_LATIN, _ARABIC, _ROMANISED, _PERSIAN_AND_URDU, _TYPOGRAPHY]
)
def test_every_weight_has_the_letters_of_news(together: tuple[Face, ...], characters: str) -> None:
    assert missing(together, characters) == ""


@pytest.mark.parametrize("together", composed(), ids=name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_weight_has_every_letter_of_the_page(
    together: tuple[Face, ...], language: Language
) -> None:
    words = "".join((*TEXTS[language].values(), *EXAMPLES[language]))
    assert missing(together, words.translate(dict.fromkeys(map(ord, _UNSEEN)))) == ""


@pytest.mark.parametrize("together", composed(), ids=name)
def test_the_joiners_of_arabic_letters_come_from_the_arabic_face(
    together: tuple[Face, ...],
) -> None:
    for joiner in (0x200C, 0x200D):
        # Where ranges overlap, the face that is declared last holds.
        face = [face for face in together if joiner in face.points][-1]
        assert "arabic" in face.file
        assert joiner in letters(face.file)


def test_the_readme_names_every_font() -> None:
    readme = (FONTS / "README.md").read_text(encoding="utf-8")
    for licence in FONTS.glob("OFL-*.txt"):
        assert licence.stem[4:].replace("-", " ") in readme.lower()
