"""Asks the text model to word what a marked sentence answers, or to translate those words."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Literal

from rag.generation import TextModel
from rag.glossary import Gloss, glosses, likely_names, spelled_as_name, unquoted_words
from rag.into_arabic import arabic_for
from rag.prompts import load_prompt
from rag.quantities import with_digits

_PROMPT = "wording"
_INTO = {"en": "into_english", "ar": "into_arabic"}
_LANGUAGES = {"en": "English", "ar": "Arabic", "fa": "Persian", "ur": "Urdu"}
# The answer keeps to the letters of its language, and to one line.
_GRAMMARS = {
    "en": r"root ::= [ -;=?-Z^-~À-ɏ€£°]+",
    "ar": r"root ::= [ -;=?-Z^-~،؛؟«»ء-ٟ٠-٬€£°]+",
}
# The third sense of a listed word is seldom the one.
_SENSES = 2
_BEFORE_NUMBER = re.compile(r"^ب\u0640?(?=\d)")
_ANY_LINE = r"root ::= [^\n<>\[\]]+"


def write_draft(
    question: str,
    sentence: str,
    *,
    language: str,
    model: TextModel,
    max_tokens: int,
) -> Generator[str]:
    """Yields the draft piece by piece.

    Args:
        question: one that stands alone.
        sentence: as `rag.evidence.worded_for_model` gives it.
        language: of the answer; one without a name here is left to the model to see.
        model: writes it.
        max_tokens: most tokens of the draft.

    Raises:
        GenerationError: the model failed.
    """
    prompt = load_prompt(_PROMPT)
    messages = prompt.messages(
        {
            "sentence": sentence,
            "question": " ".join(question.split()),
            "language": _LANGUAGES.get(language, "the language of the question"),
        }
    )
    yield from model.write(
        messages,
        fixed=prompt.fixed,
        grammar=_GRAMMARS.get(language, _ANY_LINE),
        max_tokens=max_tokens,
    )


def translate(text: str, *, to: Literal["en", "ar"], model: TextModel, max_tokens: int) -> str:
    """Arabic words in English or English ones in Arabic, with a dictionary's help, on one line.

    The model reads numbers in digits: it takes «بخمسة وسبعين» for "five and seventy".

    Raises:
        GenerationError: the model failed.
    """
    prompt = load_prompt(_INTO[to])
    # «بثلاث زنازين» is "three cells": the preposition belongs to a verb that is not there.
    words = _BEFORE_NUMBER.sub("", with_digits(" ".join(text.split())))
    listed = dictionary(words) if to == "en" else _listed(arabic_for(words), words)
    pieces = model.write(
        prompt.messages({"words": words, "dictionary": listed or "-"}),
        fixed=prompt.fixed,
        grammar=_GRAMMARS[to],
        max_tokens=max_tokens,
    )
    return " ".join("".join(pieces).split()).rstrip(".")


def dictionary(text: str) -> str:
    """What the words of an Arabic text mean in English, and how names in it are spelled.

    What is likely a name is only spelled: "الطبيب doctor; جمال Jamal". Empty if nothing is listed.
    """
    names = likely_names(text)
    found = [gloss for gloss in glosses(text) if gloss.span not in names]
    for span in unquoted_words(text):
        usual = spelled_as_name(span.of(text))
        if usual and (span in names or not any(span.overlaps(gloss.span) for gloss in found)):
            found.append(Gloss(span, (usual,)))
    return _listed(sorted(found, key=lambda gloss: gloss.span.start), text)


def _listed(found: Sequence[Gloss], text: str) -> str:
    return "; ".join(
        f"{gloss.span.of(text)} {', '.join(gloss.senses[:_SENSES])}" for gloss in found
    )


def warm_up(model: TextModel) -> None:
    """Lets the model read the fixed heads of the commonest prompts ahead of the first question."""
    for name in (_INTO["en"], _PROMPT):
        prompt = load_prompt(name)
        messages = prompt.messages(dict.fromkeys(prompt.variables, ""))
        model.warm(messages[: prompt.fixed])
