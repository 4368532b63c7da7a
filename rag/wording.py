"""What Mustanad itself says in an answer, in the languages it says it in."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["ar", "en"]

_CITATION_MARK = re.compile(r"\s*\[\d+\]")

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
    "greeting": {
        "en": "Hello! Ask me about your documents, and I will show the words the answer rests on.",
        "ar": "أهلًا! اسألني عن وثائقك، وسأريك الكلمات التي يستند إليها الجواب.",
    },
    "thanks": {
        "en": "You are welcome. What else would you like to know?",
        "ar": "على الرحب والسعة. ماذا تريد أن تعرف أيضًا؟",
    },
    "farewell": {"en": "Goodbye!", "ar": "إلى اللقاء!"},
    "itself": {
        "en": (
            "I am Mustanad. I answer questions from your documents, in Arabic or English, and show "
            "the words the answer rests on. I write no summaries, and no other language."
        ),
        "ar": (
            "أنا مستند. أجيب عن أسئلتك من وثائقك، بالعربية أو الإنجليزية، وأريك الكلمات التي يستند "
            "إليها الجواب. لا أكتب ملخصات، ولا أكتب بلغة أخرى."
        ),
    },
    "corpus": {
        "en": "There are {count} documents.",
        "ar": "عدد الوثائق: {count}.",
    },
    "corpus_of_one": {"en": "There is one document.", "ar": "توجد وثيقة واحدة."},
    "corpus_part": {
        "en": "Documents from that time: {count} of {all}.",
        "ar": "عدد الوثائق من تلك الفترة: {count}، من أصل {all}.",
    },
    "corpus_undated": {
        "en": "Documents without a date, which are left out: {count}.",
        "ar": "وثائق بلا تاريخ، وهي غير محسوبة: {count}.",
    },
    "corpus_day": {"en": "Published on {day}.", "ar": "تاريخ النشر: {day}."},
    "corpus_dates": {
        "en": "They came out between {first} and {last}.",
        "ar": "نُشرت بين {first} و{last}.",
    },
    "corpus_sources": {"en": "Sources: {sources}.", "ar": "المصادر: {sources}."},
    "corpus_more": {
        "en": "and {count} more; the library and `mustanad documents list` show all.",
        "ar": "و{count} غيرها؛ تجدها كلها في المكتبة، وبالأمر `mustanad documents list`.",
    },
    "nothing_before": {
        "en": "There is no answer yet that could be said again.",
        "ar": "لا جواب سابقًا يمكن أن يعاد.",
    },
    "sides": {
        "en": "The documents differ.",
        "ar": "الوثائق تختلف في ذلك.",
    },
    "reasons": {
        "en": "The documents say of the reason:",
        "ar": "تقول الوثائق عن السبب:",
    },
    "side": {"en": "{source}: {said}", "ar": "{source}: {said}"},
    "undated": {
        "en": "“{phrase}” cannot be dated: the article does not say when it came out.",
        "ar": "لا يمكن تحديد تاريخ «{phrase}»: المقال لا يذكر متى نُشر.",
    },
    "hijri": {
        "en": "“{phrase}” is {words} in the Gregorian calendar.",
        "ar": "«{phrase}» هو {words} بالتقويم الميلادي.",
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


def without_marks(answer: str) -> str:
    """An answer without the marks of its citations, like [1]."""
    return _CITATION_MARK.sub("", answer)


def quoted_in(answer: str) -> str:
    """An answer that only quotes, without the words that say so; any other as it is."""
    for words in _PHRASES["quoted"].values():
        before, after = map(re.escape, words.split("{quote}"))
        if match := re.fullmatch(f"{before}(?P<quote>.+){after}", answer.strip(), re.DOTALL):
            return match["quote"]
    return answer
