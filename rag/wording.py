"""What Mustanad itself says in an answer, in the languages it says it in."""

from __future__ import annotations

from typing import Literal

Language = Literal["ar", "en"]

_PHRASES: dict[str, dict[Language, str]] = {
    "not_found": {
        "en": "The documents do not say.",
        "ar": "لا تذكر الوثائق جوابًا عن هذا السؤال.",
    },
    "empty": {
        "en": "There are no documents yet. Add some with `mustanad ingest PATH`.",
        "ar": "لا توجد وثائق بعد. أضف وثائقك بالأمر `mustanad ingest PATH`.",
    },
    "quoted": {
        "en": "The document says: “{quote}”",
        "ar": "جاء في الوثيقة: «{quote}»",
    },
    "translated": {
        "en": "{translation} (“{quote}”)",
        "ar": "{translation} («{quote}»)",
    },
    "resolved": {
        "en": "“{phrase}” is read as {words}: the article came out on {published}.",
        "ar": "المقصود بعبارة «{phrase}»: {words}، لأن المقال نُشر في {published}.",
    },
}


def spoken(language: str) -> Language:
    """The language Mustanad words its own phrases in, for a question in `language`."""
    return "ar" if language in ("ar", "fa", "ur") else "en"


def phrase(name: str, language: str, **facts: str) -> str:
    """A phrase of `_PHRASES`, with its facts filled in."""
    return _PHRASES[name][spoken(language)].format(**facts)
