"""XQuAD as documents and questions: 240 parallel paragraphs, 1,190 questions. For measuring only.

References:
    Artetxe, Ruder, Yogatama 2020, On the Cross-lingual Transferability of Monolingual
    Representations, https://arxiv.org/abs/1910.11856
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from rag.schema import Document, Span

LANGUAGES = ("ar", "en")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in one language; `paragraph` is the number of the gold paragraph.

    `answer` has the first gold answer's words, and `gold` their place, by language of the
    paragraph.
    """

    question_id: str
    question: dict[str, str]
    paragraph: int
    answer: dict[str, str]
    gold: dict[str, Span]


@dataclass(frozen=True, slots=True)
class XQuAD:
    """Paragraphs by language, in parallel, and the questions about them."""

    documents: dict[str, tuple[Document, ...]]
    asked: tuple[Asked, ...]


def load_xquad(folder: Path) -> XQuAD:
    """Reads `xquad.ar.json` and `xquad.en.json`.

    Raises:
        FileNotFoundError: they are not there.
    """
    found = {
        language: json.loads((folder / f"xquad.{language}.json").read_text(encoding="utf-8"))
        for language in LANGUAGES
    }
    paragraphs = {
        language: [p for article in content["data"] for p in article["paragraphs"]]
        for language, content in found.items()
    }
    documents = {
        language: tuple(
            Document(
                document_id=f"{language}-{number:03}",
                text=paragraph["context"],
                language=language,
                path=f"{language}-{number:03}.txt",
            )
            for number, paragraph in enumerate(items)
        )
        for language, items in paragraphs.items()
    }
    asked = []
    for number, pair in enumerate(zip(*(paragraphs[x] for x in LANGUAGES), strict=True)):
        for questions in zip(*(paragraph["qas"] for paragraph in pair), strict=True):
            sides = dict(zip(LANGUAGES, questions, strict=True))
            golds = {language: side["answers"][0] for language, side in sides.items()}
            asked.append(
                Asked(
                    question_id=questions[0]["id"],
                    question={language: side["question"] for language, side in sides.items()},
                    paragraph=number,
                    answer={language: gold["text"] for language, gold in golds.items()},
                    gold={
                        language: Span(
                            gold["answer_start"], gold["answer_start"] + len(gold["text"])
                        )
                        for language, gold in golds.items()
                    },
                )
            )
    return XQuAD(documents=documents, asked=tuple(asked))
