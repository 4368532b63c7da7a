"""Asks the text model to word what a marked sentence answers, or to translate those words."""

from __future__ import annotations

from collections.abc import Generator

from rag.generation import TextModel
from rag.glossary import glosses, likely_names, spelled_as_name, unquoted_words
from rag.prompts import load_prompt
from rag.quantities import with_digits

_PROMPT, _TRANSLATION = "wording", "translation"
_LANGUAGES = {"en": "English", "ar": "Arabic", "fa": "Persian", "ur": "Urdu"}
# The answer keeps to the letters of its language, and to one line.
_GRAMMARS = {
    "en": r"root ::= [ -;=?-Z^-~À-ɏ€£°]+",
    "ar": r"root ::= [ -;=?-Z^-~،؛؟«»ء-ٟ٠-٬€£°]+",
}
# The third sense of a listed word is seldom the one.
_SENSES = 2
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


def translate(text: str, *, model: TextModel, max_tokens: int) -> str:
    """Arabic words in English, on one line, with the help of `dictionary`.

    The model reads numbers in digits: it takes «بخمسة وسبعين» for "five and seventy".

    Raises:
        GenerationError: the model failed.
    """
    prompt = load_prompt(_TRANSLATION)
    words = with_digits(" ".join(text.split()))
    pieces = model.write(
        prompt.messages({"words": words, "dictionary": dictionary(words) or "-"}),
        fixed=prompt.fixed,
        grammar=_GRAMMARS["en"],
        max_tokens=max_tokens,
    )
    return " ".join("".join(pieces).split()).rstrip(".")


def dictionary(text: str) -> str:
    """What the words of an Arabic text mean in English, and how names in it are spelled.

    What is likely a name is only spelled: "الطبيب doctor; جمال Jamal". Empty if nothing is listed.
    """
    names = likely_names(text)
    found = {
        gloss.span: gloss.senses[:_SENSES] for gloss in glosses(text) if gloss.span not in names
    }
    for span in unquoted_words(text):
        usual = spelled_as_name(span.of(text))
        if usual and (span in names or not any(map(span.overlaps, found))):
            found[span] = (usual,)
    ordered = sorted(found.items(), key=lambda entry: entry[0].start)
    return "; ".join(f"{span.of(text)} {', '.join(english)}" for span, english in ordered)


def warm_up(model: TextModel) -> None:
    """Lets the model read the fixed head of the prompt ahead of the first question."""
    prompt = load_prompt(_PROMPT)
    messages = prompt.messages(dict.fromkeys(prompt.variables, ""))
    model.warm(messages[: prompt.fixed])
