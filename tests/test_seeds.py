"""The default corpus: complete, true to the facts, and in words of its own."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
ARTICLES = sorted(path for path in SEEDS.glob("*.md") if path.name != "README.md")
WORDS_SHARED_MAX = 5

# What an answer in English is called in an Arabic article. Numbers need no entry.
IN_ARABIC = {
    "January": "يناير",
    "recent developments": "التطورات الأخيرة",
    "September 2025": "سبتمبر 2025",
    "Blinken": "بلينكن",
    "8 December 2024": "ديسمبر 2024",
    "Jurf al-Sakhar": "جرف الصخر",
    "Araji": "الأعرجي",
    "Shamsi": "الشامسي",
}

# Spellings that differ from outlet to outlet, folded so that no shared run hides behind them.
FOLDED = str.maketrans("ىکیةٱ", "يكيها")


@dataclass(frozen=True, slots=True)
class Article:
    """A front matter and the text below it."""

    front: dict[str, Any]
    body: str


def parse_article(path: Path) -> Article:
    opening, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    assert opening == ""
    return Article(yaml.safe_load(front), body)


def find_words(text: str) -> list[str]:
    """Words without diacritics, hamza seats, tatweel and punctuation; digits as 0 to 9."""
    bare = "".join(
        str(unicodedata.digit(char)) if char.isdigit() else char
        for char in unicodedata.normalize("NFKD", text)
        if not unicodedata.combining(char) and char != "\u0640"
    )
    same = bare.translate(FOLDED).replace("امريك", "اميرك")
    return re.findall(r"\w+", same)


def find_runs(words: list[str], length: int) -> set[str]:
    """Every run of `length` words, joined by one space."""
    return {" ".join(words[at : at + length]) for at in range(len(words) - length + 1)}


def find_accepted(question: dict[str, Any]) -> list[str]:
    """The accepted answers as an Arabic article would have them; empty where no one can tell."""
    if question["lang"] == "ar":
        return list(question["answers"])
    named = [IN_ARABIC[answer] for answer in question["answers"] if answer in IN_ARABIC]
    return named or [
        number.replace(",", "")
        for answer in question["answers"]
        for number in re.findall(r"[\d,]*\d", answer)
    ]


@pytest.fixture(params=ARTICLES, ids=lambda path: path.stem)
def article(request: pytest.FixtureRequest) -> Article:
    return parse_article(request.param)


def test_there_are_five_articles() -> None:
    assert len(ARTICLES) == 5


def test_an_article_has_250_to_500_words(article: Article) -> None:
    assert 250 <= len(article.body.split()) <= 500


def test_the_front_matter_has_every_field_and_no_other(article: Article) -> None:
    assert list(article.front) == ["title", "source", "published", "language", "keywords"]


def test_the_front_matter_holds_values_of_the_right_kind(article: Article) -> None:
    kinds = {name: type(value) for name, value in article.front.items()}
    assert kinds == {
        "title": str,
        "source": str,
        "published": dt.date,
        "language": str,
        "keywords": list,
    }


def test_the_source_says_that_the_project_wrote_the_article(article: Article) -> None:
    assert article.front["source"].startswith("مستند (مادة تجريبية مبنية على وقائع نشرتها ")


def test_the_language_is_arabic(article: Article) -> None:
    assert article.front["language"] == "ar"


def test_keywords_are_different_words(article: Article) -> None:
    keywords = article.front["keywords"]
    assert len(keywords) == len(set(keywords)) >= 3
    assert all(isinstance(keyword, str) and keyword for keyword in keywords)


def test_the_readme_lists_every_article_with_its_date() -> None:
    lines = (SEEDS / "README.md").read_text(encoding="utf-8").splitlines()
    listed = {
        path.name: str(parse_article(path).front["published"])
        for path in ARTICLES
        for line in lines
        if line.startswith(f"| [{path.name}]")
        and f"| {parse_article(path).front['published']}" in line
    }
    assert list(listed) == [path.name for path in ARTICLES]


def test_one_sentence_says_that_talks_began_last_january() -> None:
    article = parse_article(SEEDS / "01-talks-on-the-coalition.md")
    assert article.front["published"].year == 2024
    sentences = [
        sentence
        for sentence in re.split(r"(?<=\.)\s+", article.body)
        if "بدأت المحادثات بين واشنطن وبغداد" in sentence and "يناير الماضي" in sentence
    ]
    assert len(sentences) == 1


def test_the_articles_hold_what_the_questions_ask_for(shared: Path) -> None:
    text = " ".join(" ".join(find_words(path.read_text(encoding="utf-8"))) for path in ARTICLES)
    lines = (shared / "data" / "questions.dev.jsonl").read_text(encoding="utf-8").splitlines()
    missing = []
    for question in map(json.loads, lines):
        accepted = [" ".join(find_words(answer)) for answer in find_accepted(question)]
        if question["answerable"] and not any(answer in text for answer in accepted):
            missing.append(question["id"])
    assert missing == []


def test_no_six_words_in_a_row_come_from_a_source_page(shared: Path, article: Article) -> None:
    own = find_runs(find_words(f"{article.front['title']}\n{article.body}"), WORDS_SHARED_MAX + 1)
    pages = sorted((shared / "seeds").glob("*.txt"))
    assert len(pages) == 5
    copied = {
        run
        for page in pages
        for run in own
        & find_runs(find_words(page.read_text(encoding="utf-8")), WORDS_SHARED_MAX + 1)
    }
    assert copied == set()


def test_words_are_compared_without_marks_and_spellings() -> None:
    assert find_words("أمريكيّة، ٢٠ مـليار") == find_words("اميركيه 20\nمليار")
