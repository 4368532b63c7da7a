"""Both languages say the same things, and errors and dates are worded in either."""

from __future__ import annotations

import datetime as dt
import re
import string
from collections.abc import Iterator

import pytest

from rag.errors import (
    AccountsError,
    ArchiveError,
    DocumentError,
    GenerationError,
    IndexMismatchError,
    IndexStoreError,
    ModelFetchError,
    ModelNotFoundError,
    PromptError,
    RagError,
    SettingsError,
)
from ui.strings import (
    EXAMPLES,
    LANGUAGES,
    TEXTS,
    Language,
    choose_language,
    describe,
    describe_to_others,
    format_date,
    other,
    shown,
    text,
    word,
)


def kinds(root: type[RagError]) -> Iterator[type[RagError]]:
    yield root
    for kind in root.__subclasses__():
        # Tests make kinds of their own.
        if kind.__module__ == "rag.errors":
            yield from kinds(kind)


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_both_languages_have_the_same_texts() -> None:
    assert sorted(TEXTS["ar"]) == sorted(TEXTS["en"])


@pytest.mark.parametrize("key", sorted(TEXTS["en"]))
def test_a_text_takes_the_same_facts_in_both_languages(key: str) -> None:
    facts = fields(TEXTS["en"][key])
    assert fields(TEXTS["ar"][key]) == facts


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: Language) -> None:
    assert [key for key, value in TEXTS[language].items() if not value.strip()] == []


def test_arabic_texts_are_in_arabic() -> None:
    latin_only = [
        key
        for key, value in TEXTS["ar"].items()
        if key != "other_language" and not any("\u0600" <= letter <= "\u06ff" for letter in value)
    ]
    assert latin_only == []


def test_dates_and_commands_are_isolated_from_the_arabic_words_around_them() -> None:
    between = {
        key: re.sub("[\u2066\u2068][^\u2069]*\u2069", "", said) for key, said in TEXTS["ar"].items()
    }
    assert [key for key, said in between.items() if re.search(r"\d-\d|mustanad ", said)] == []


def test_there_are_three_examples_in_each_language() -> None:
    assert {language: len(examples) for language, examples in EXAMPLES.items()} == {
        "ar": 3,
        "en": 3,
    }


@pytest.mark.parametrize("kind", list(kinds(RagError)))
def test_every_error_of_the_tree_has_words_of_its_own(kind: type[RagError]) -> None:
    assert f"error.{kind.__name__}" in TEXTS["en"]


def test_an_error_is_worded_from_its_facts_in_both_languages() -> None:
    problem = describe(SettingsError(name="page.port", reason="it is taken."))
    assert plain(word(problem, "en")) == "The setting page.port does not work: it is taken."
    assert plain(word(problem, "ar")) == "الإعداد page.port غير صالح: it is taken."


def test_a_fact_is_isolated_from_the_words_around_it() -> None:
    problem = describe(ModelNotFoundError(model="tiny", reason="gone"))
    assert "\u2068tiny\u2069" in word(problem, "ar")


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("first page\fsecond page", "first page second page"),
        ("one\vtwo\x85three\x1cfour", "one two three four"),
        ("a\tb\r\nc", "a\tb\r\nc"),
        ("\u202eجسر\u202c \u200fنهر", "جسر \u200fنهر"),
        ("a\x00b\x7fc", "abc"),
    ],
)
def test_what_is_shown_loses_what_steers_and_no_break_between_words(
    written: str, seen: str
) -> None:
    assert shown(written) == seen


@pytest.mark.parametrize("path", [".", "/"])
def test_a_place_without_a_name_leaves_the_reason_as_it_is(path: str) -> None:
    reason = "disk full; see /tmp and a.txt."
    problem = describe_to_others(DocumentError(path=path, reason=reason))
    assert problem.facts["reason"] == reason


@pytest.mark.parametrize("key", ["too_quick", "actions.judged_too_quick"])
@pytest.mark.parametrize("seconds", [1, 2, 7, 40])
def test_arabic_seconds_stand_apart_from_the_noun_that_they_would_change(
    key: str, seconds: int
) -> None:
    assert plain(text("ar", key, seconds=seconds)).endswith(f": {seconds}.")


def test_an_error_with_braces_in_its_facts_is_worded_as_it_is() -> None:
    problem = describe(SettingsError(name="a.b", reason="{not} {0} a field"))
    assert "{not} {0} a field" in word(problem, "en")


def test_a_kind_without_words_is_worded_like_its_nearest_ancestor() -> None:
    class NewlyFoundError(ModelNotFoundError):
        pass

    assert describe(NewlyFoundError(model="m", reason="r")).key == "error.ModelNotFoundError"


def test_an_unexpected_error_says_nothing_of_its_insides() -> None:
    problem = describe(ValueError("a secret path"))
    assert word(problem, "en") == TEXTS["en"]["error.unknown"]


def test_an_index_of_other_settings_is_worded_with_its_cure() -> None:
    error = IndexMismatchError(path="there", built_with={"a": 1}, configured={"a": 2})
    for language in LANGUAGES:
        assert "mustanad ingest --rebuild PATH" in word(describe(error), language)


def test_a_fact_that_is_missing_is_refused() -> None:
    with pytest.raises(KeyError, match="number"):
        text("en", "source_mark")


@pytest.mark.parametrize(
    ("setting", "accepted", "language"),
    [
        ("auto", "ar", "ar"),
        ("auto", "ar-EG,ar;q=0.9,en;q=0.8", "ar"),
        ("auto", "en-GB,en;q=0.9,ar;q=0.8", "en"),
        ("auto", "en;q=0.4, ar;q=0.7", "ar"),
        ("auto", "fr-FR,fr;q=0.9,ar;q=0.3", "ar"),
        ("auto", "de", "en"),
        ("auto", "ar;q=0", "en"),
        ("auto", "ar;q=much", "en"),
        ("auto", "ar;Q=0.1, en;q=0.5", "en"),
        ("auto", "arn,en;q=0.1", "en"),
        ("auto", "", "en"),
        ("ar", "en", "ar"),
        ("en", "ar", "en"),
    ],
)
def test_the_page_speaks_the_language_that_is_set_or_liked_best(
    setting: str, accepted: str, language: str
) -> None:
    assert choose_language(setting, accepted) == language


@pytest.mark.parametrize(
    ("day", "language", "words"),
    [
        (dt.date(2024, 1, 31), "en", "31 January 2024"),
        (dt.date(2024, 1, 31), "ar", "31 يناير 2024"),
        (dt.date(2023, 12, 5), "en", "5 December 2023"),
        (dt.date(2023, 12, 5), "ar", "5 ديسمبر 2023"),
    ],
)
def test_a_date_is_written_out(day: dt.date, language: Language, words: str) -> None:
    assert format_date(day, language) == words


def test_the_switch_leads_there_and_back() -> None:
    assert [other("ar"), other("en")] == ["en", "ar"]


def plain(line: str) -> str:
    return line.replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_folders_of_this_computer_are_not_named_to_others(language: Language) -> None:
    error = DocumentError(path="/srv/noor/a.txt", reason="/srv/noor/a.txt is locked.")
    assert "/srv/noor/a.txt" in word(describe(error), language)
    told = word(describe_to_others(error), language)
    assert "/srv" not in told
    assert "a.txt" in told


URL = "http://noor:secret@10.0.0.5:8000"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "error",
    [
        GenerationError(model="m", reason=f"{URL} answered 500: Traceback of noor"),
        IndexStoreError(path=URL, reason=f"no Chroma server answers there ({URL})."),
        IndexMismatchError(path=URL, built_with={"a": 1}, configured={"a": 2}),
        ModelFetchError(model=URL, reason=f"{URL} is gone.", retryable=True),
        SettingsError(name="answer.url", reason=f"{URL} is no address."),
        AccountsError(path="/srv/noor/users", reason="noor is not there."),
        ArchiveError(path="/srv/noor/archive", reason="/srv/noor is full."),
        PromptError(prompt="/srv/noor/answer.md", reason="noor is not used."),
        RagError(f"{URL} is not there."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_neither_addresses_nor_what_servers_said_is_told_to_others(
    error: RagError, language: Language
) -> None:
    assert "noor" in word(describe(error), language)
    told = word(describe_to_others(error), language)
    assert not re.search("noor|secret|10[.]0|srv|http|Traceback", told)
