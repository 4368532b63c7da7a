"""Asks the text model to word what a marked sentence answers, or to translate those words."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Literal

from rag.arabic_names import likely_names
from rag.english_words import english_stems
from rag.generation import HasTranslator, Message, TextModel
from rag.glossary import Gloss, glosses, is_dual, unquoted_words
from rag.into_arabic import arabic_for
from rag.prompts import load_prompt
from rag.quantities import english_with_digits, with_digits
from rag.spellings import spelled_as_name
from rag.text import detect_language

_PROMPT = "wording"
_INTO = {"en": "into_english", "ar": "into_arabic"}
_TRAINED = {"en": "into_english_trained", "ar": "into_arabic_trained"}
_AGAIN = "into_english_again"
_LANGUAGES = {"en": "English", "ar": "Arabic", "fa": "Persian", "ur": "Urdu"}
# The answer keeps to the letters of its language, and to one line.
_GRAMMARS = {
    "en": r"root ::= [ -;=?-Z^-~À-ɏ€£°]+",
    "ar": r"root ::= [ -;=?-Z^-~،؛؟«»ء-ٟ٠-٬€£°]+",
}
# The third sense of a listed word is seldom the one.
_SENSES = 2
_BEFORE_NUMBER = re.compile(r"^ب\u0640?(?=\d)")
_NOTHING = "-"
# A sentence does not say so many words in a row twice.
_SAID_AGAIN = 6
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


def goes_round(draft: str) -> bool:
    """Whether the last words of a draft stood in it before: so it would go on to its last token."""
    words = draft.split()
    last = words[-_SAID_AGAIN:]
    return any(
        words[start : start + _SAID_AGAIN] == last for start in range(len(words) - _SAID_AGAIN)
    )


def translate(
    text: str,
    *,
    to: Literal["en", "ar"],
    model: TextModel,
    max_tokens: int,
    asked: str = "",
    again: bool = False,
) -> str:
    """Arabic words in English or English ones in Arabic, with a dictionary's help, on one line.

    The model reads numbers in digits: it takes «بخمسة وسبعين» for "five and seventy".

    Args:
        text: the words.
        to: the language they are put in.
        model: translates them.
        max_tokens: most tokens of the translation.
        asked: the question that they answer; of several English senses it may have the one meant.
        again: whether to ask in another way, so that other mistakes are made: for English each
            sense stands behind its word, not ahead of all words; for Arabic a trained model is told
            examples like any other.

    Raises:
        GenerationError: the model failed.
    """
    trained = None if again else _trained(model)
    if trained is not None:
        model, messages = trained, as_trained(text, to=to, asked=asked)
    else:
        messages = _by_example(text, to=to, asked=asked, again=again)
    pieces = model.write(
        messages, fixed=len(messages) - 1, grammar=_GRAMMARS[to], max_tokens=max_tokens
    )
    return " ".join("".join(pieces).split()).rstrip(".")


def attempts(model: TextModel, *, to: Literal["en", "ar"]) -> tuple[bool, ...]:
    """The values of `again` that may give different translations."""
    return (False, True) if to == "en" or _trained(model) is not None else (False,)


def as_trained(text: str, *, to: Literal["en", "ar"], asked: str) -> tuple[Message, ...]:
    """What a model is told that was trained to translate answering words.

    Args:
        text: the words.
        to: the language they are put in.
        asked: the question that they answer; left out if it is in another language.
    """
    words = _with_plain_numbers(text) if to == "en" else english_with_digits(" ".join(text.split()))
    question = " ".join(asked.split()) if detect_language(asked) == to else _NOTHING
    dictionary = _dictionary(_listed(words, to=to, asked=asked), words)
    return load_prompt(_TRAINED[to]).messages(
        {"question": question, "dictionary": dictionary, "words": words}
    )


def _by_example(
    text: str, *, to: Literal["en", "ar"], asked: str, again: bool
) -> tuple[Message, ...]:
    """What any model is told: translations of other words, and a dictionary."""
    words = _with_plain_numbers(text)
    listed = _listed(words, to=to, asked=asked)
    if again and to == "en":
        return load_prompt(_AGAIN).messages({"words": _with_senses(listed, words)})
    return load_prompt(_INTO[to]).messages(
        {"words": words, "dictionary": _dictionary(listed, words)}
    )


def _listed(words: str, *, to: Literal["en", "ar"], asked: str) -> tuple[Gloss, ...]:
    return arabic_for(words) if to == "ar" else english_for(words, asked=asked)


def _with_plain_numbers(text: str) -> str:
    """Words on one line, their numbers in digits: «بثلاث زنازين» as «3 زنازين».

    The preposition belongs to a verb that is not there.
    """
    return _BEFORE_NUMBER.sub("", with_digits(" ".join(text.split())))


def english_for(text: str, *, asked: str = "") -> tuple[Gloss, ...]:
    """What the words of an Arabic text mean in English, and how names in it are spelled, in order.

    What is likely a name is only spelled: «جمال» is Jamal after "doctor". A sense that the question
    has is the one: after "How many villagers …?", «قروي» is not "rural". A dual is two of it.
    """
    names = likely_names(text)
    found = [gloss for gloss in glosses(text) if gloss.span not in names]
    for span in unquoted_words(text):
        usual = spelled_as_name(span.of(text))
        if usual and (span in names or not any(span.overlaps(gloss.span) for gloss in found)):
            found.append(Gloss(span, (usual,)))
    wanted = english_stems(asked)
    told = []
    for gloss in sorted(found, key=lambda gloss: gloss.span.start):
        meant = [sense for sense in gloss.senses if _is_within(english_stems(sense), wanted)]
        senses = tuple(meant[:1]) or gloss.senses
        two = (f"two {senses[0]}",) if is_dual(gloss.span.of(text)) else ()
        told.append(Gloss(gloss.span, two or senses))
    return tuple(told)


def _is_within(some: frozenset[str], others: frozenset[str]) -> bool:
    return bool(some) and some <= others


def _dictionary(found: Sequence[Gloss], text: str) -> str:
    """«الطبيب doctor; جمال Jamal»; a dash if nothing is listed."""
    return "; ".join(f"{gloss.span.of(text)} {_likeliest(gloss)}" for gloss in found) or _NOTHING


def _with_senses(found: Sequence[Gloss], text: str) -> str:
    """«الطبيب (doctor) جمال (Jamal)»."""
    for gloss in reversed(found):
        text = f"{text[: gloss.span.end]} ({_likeliest(gloss)}){text[gloss.span.end :]}"
    return text


def _likeliest(gloss: Gloss) -> str:
    return ", ".join(gloss.senses[:_SENSES])


def warm_up(model: TextModel) -> None:
    """Lets the model read the fixed heads of the commonest prompts ahead of the first question."""
    trained = _trained(model)
    first = (model, _INTO["en"]) if trained is None else (trained, _TRAINED["en"])
    for reader, name in (first, (model, _AGAIN), (model, _PROMPT)):
        prompt = load_prompt(name)
        messages = prompt.messages(dict.fromkeys(prompt.variables, ""))
        reader.warm(messages[: prompt.fixed])


def _trained(model: TextModel) -> TextModel | None:
    """The model as it was trained to translate, if it was."""
    return model.translator if isinstance(model, HasTranslator) else None
