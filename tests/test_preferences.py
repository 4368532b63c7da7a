"""The settings as HTML: what can be chosen, what is in use, what is fixed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import html

from rag.settings import load_settings, setting_fields
from ui.preferences import (
    PASSAGES,
    FixedSetting,
    ModelView,
    PreferencesView,
    format_size,
    render_preferences,
)
from ui.strings import LANGUAGES, Language

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe'

VIEW = PreferencesView(
    theme="dark",
    length="words",
    passages=7,
    since="2024-01-31",
    until="",
    models=(
        ModelView(
            role="embedding", name="embeddinggemma-300m", loaded=True, disk_bytes=1_211_486_072
        ),
        ModelView(role="text", name="far-away", loaded=False, disk_bytes=None),
    ),
    memory_bytes=1_834_000_000,
    fixed=(
        FixedSetting(name="answer.refusal_threshold", value="0.4", origin="default"),
        FixedSetting(name="answer.api_key", value="***", origin="RAG_ANSWER__API_KEY"),
        FixedSetting(name="index.url", value="", origin="command line"),
    ),
)


def page(language: Language = "en", **changes: object) -> html.HtmlElement:
    return html.fromstring(render_preferences(replace(VIEW, **changes), language))  # type: ignore[arg-type]


def words(node: html.HtmlElement) -> str:
    """What a reader reads of an element, without the isolates around facts."""
    plain = node.text_content().replace("\u2068", "").replace("\u2069", "")
    return " ".join(plain.split())


def rows(shown: html.HtmlElement, of_class: str) -> list[list[str]]:
    table = shown.xpath(f"//table[contains(@class, '{of_class}')]")[0]
    return [
        [words(cell) for cell in row.xpath("./th | ./td")] for row in table.xpath(".//tbody/tr")
    ]


def choices(shown: html.HtmlElement, act: str) -> dict[str, str]:
    return {
        button.get("data-value"): button.get("aria-pressed")
        for button in shown.xpath(f"//button[@data-act='{act}']")
    }


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("set-language", {"ar": "true", "en": "false"}),
        ("set-theme", {"light": "false", "dark": "true", "auto": "false"}),
        ("set-length", {"words": "true", "sentence": "false", "passage": "false"}),
    ],
)
def test_one_of_a_few_is_chosen(act: str, expected: dict[str, str]) -> None:
    shown = page("ar")
    assert choices(shown, act) == expected
    group = shown.xpath(f"//*[@role='group'][button[@data-act='{act}']]")[0]
    assert len(shown.xpath(f"//h3[@id='{group.get('aria-labelledby')}']")) == 1


def test_languages_are_called_by_their_own_names() -> None:
    for language in LANGUAGES:
        buttons = page(language).xpath("//button[@data-act='set-language']")
        assert [words(button) for button in buttons] == ["العربية", "English"]
        assert [button.xpath(".//bdi/@lang") for button in buttons] == [["ar"], ["en"]]


def test_a_length_says_what_it_costs() -> None:
    buttons = page().xpath("//button[@data-act='set-length']")
    assert [words(button.xpath(".//small")[0]) for button in buttons] == [
        "Quickest: the clause that answers, as it stands there.",
        "Takes a little longer: a model words it, and it is checked.",
        "The same sentence, and each source with all sentences of its passage.",
    ]


def test_the_number_of_passages_has_its_bounds() -> None:
    field = page().xpath("//form[@data-act='set-passages']//input[@name='passages']")[0]
    assert [field.get(name) for name in ("type", "value", "min", "max")] == [
        "number",
        "7",
        "1",
        "50",
    ]


def test_every_number_of_passages_is_one_that_the_setting_allows() -> None:
    for count in (PASSAGES[0], PASSAGES[-1]):
        assert load_settings({"retrieval.top_k": count}, environ={})[0].retrieval.top_k == count


def test_days_stand_as_they_were_typed() -> None:
    form = page(since=HOSTILE).xpath("//form[@data-act='set-period']")[0]
    assert form.xpath(".//input/@name") == ["since", "until"]
    assert form.xpath(".//input/@value") == [HOSTILE.replace("\u202e", ""), ""]


def test_a_good_period_has_no_error() -> None:
    assert page().xpath("//*[@role='alert'] | //*[@aria-invalid]") == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [("bad_period", ["since", "until"]), ("bad_passages", ["passages"])],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_refused_says_why_beside_its_field(
    wrong: str, named: list[str], language: Language
) -> None:
    shown = page(language, **{wrong: True})
    alert = shown.xpath("//*[@role='alert']")
    assert len(alert) == 1
    assert words(alert[0])
    fields = shown.xpath("//input[@aria-invalid='true']")
    assert [field.get("name") for field in fields] == named
    assert all(alert[0].get("id") in field.get("aria-describedby").split() for field in fields)


@pytest.mark.parametrize(
    ("since", "until", "offered"),
    [("", "", 0), ("2024-01-31", "", 1), ("", "2024-12-31", 1)],
)
def test_a_period_can_be_cleared_where_there_is_one(since: str, until: str, offered: int) -> None:
    shown = page(since=since, until=until)
    assert len(shown.xpath("//button[@data-act='clear-period'][@type='button']")) == offered


def test_the_models_in_use_are_a_table() -> None:
    assert rows(page(), "pref-models") == [
        ["Finds passages", "embeddinggemma-300m", "Loaded", "1.2 GB"],
        ["Words the answer", "far-away", "Not loaded yet", "not known"],
    ]


def test_the_models_are_told_in_arabic() -> None:
    assert rows(page("ar"), "pref-models") == [
        ["يعثر على المقاطع", "embeddinggemma-300m", "محمَّل", "1.2 غيغابايت"],
        ["يصوغ الجواب", "far-away", "لم يُحمَّل بعد", "غير معروف"],
    ]


def test_without_models_a_line_says_so() -> None:
    shown = page(models=())
    assert shown.xpath("//table[contains(@class, 'pref-models')]") == []
    section = shown.xpath("//section[@aria-labelledby='pref-models']")[0]
    assert "No model is in use." in words(section)


def test_the_memory_in_use_is_told_where_it_is_known() -> None:
    shown = page().xpath("//p[contains(@class, 'pref-memory')]")
    assert [words(line) for line in shown] == ["Memory that the program takes now: 1.8 GB"]
    assert page(memory_bytes=None).xpath("//p[contains(@class, 'pref-memory')]") == []


@pytest.mark.parametrize(
    ("count", "language", "size"),
    [
        (0, "en", "0 kB"),
        (512, "en", "0.5 kB"),
        (999_949, "en", "999.9 kB"),
        (1_000_000, "en", "1 MB"),
        (491_000_000, "en", "491 MB"),
        (1_117_320_736, "en", "1.1 GB"),
        (12_000, "ar", "12 كيلوبايت"),
        (491_000_000, "ar", "491 ميغابايت"),
        (2_000_000_000, "ar", "2 غيغابايت"),
    ],
)
def test_a_size_is_told_in_its_largest_unit(count: int, language: Language, size: str) -> None:
    assert format_size(count, language) == size


def test_fixed_settings_tell_name_variable_value_and_origin() -> None:
    shown = page()
    table = shown.xpath("//table[contains(@class, 'pref-fixed')]")[0]
    names = [
        [words(code) for code in head.xpath(".//code")] for head in table.xpath(".//tbody//th")
    ]
    assert names == [
        ["answer.refusal_threshold", "RAG_ANSWER__REFUSAL_THRESHOLD"],
        ["answer.api_key", "RAG_ANSWER__API_KEY"],
        ["index.url", "RAG_INDEX__URL"],
    ]
    assert [row[1:] for row in rows(shown, "pref-fixed")] == [
        ["0.4", "default"],
        ["***", "RAG_ANSWER__API_KEY"],
        ["not set", "command line"],
    ]


def test_the_origins_of_fixed_settings_are_told_in_arabic() -> None:
    assert [row[1:] for row in rows(page("ar"), "pref-fixed")] == [
        ["0.4", "القيمة الافتراضية"],
        ["***", "RAG_ANSWER__API_KEY"],
        ["غير محدد", "سطر الأوامر"],
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_says_how_fixed_settings_are_changed(language: Language) -> None:
    note = words(page(language).xpath("//*[@id='pref-fixed-note']")[0])
    assert "mustanad.toml" in note
    assert "RAG_…" in note


def test_a_fixed_setting_names_the_variable_that_sets_it() -> None:
    for name, _ in setting_fields():
        variable = FixedSetting(name=name, value="", origin="default").variable
        section, leaf = variable.removeprefix("RAG_").lower().split("__")
        assert f"{section}.{leaf}" == name


def test_the_keyboard_is_a_table() -> None:
    assert rows(page(), "pref-keyboard") == [
        ["/", "Go to the question"],
        ["Enter", "Ask"],
        ["Shift+Enter", "New line in the question"],
        ["Esc", "Stop the answer, or close what is open"],
        ["Alt+1", "Ask"],
        ["Alt+2", "Library"],
        ["Alt+3", "Past"],
        ["Alt+4", "Settings"],
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_and_values_stay_words(language: Language) -> None:
    shown = page(
        language,
        models=(ModelView(role="reader", name=HOSTILE, loaded=False, disk_bytes=1),),
        fixed=(FixedSetting(name="a.b", value=HOSTILE, origin=HOSTILE),),
    )
    assert shown.xpath("//script | //img | //@onerror") == []
    assert rows(shown, "pref-fixed")[0][1:] == [HOSTILE.replace("\u202e", "")] * 2
    assert rows(shown, "pref-models")[0][1] == HOSTILE.replace("\u202e", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_tables_and_fields_are_well_made(language: Language) -> None:
    shown = page(language, bad_period=True, bad_passages=True)
    assert [node.tag for node in shown.xpath("//h2 | //h3")] == ["h2"] + ["h3"] * 8
    assert shown.xpath("//th[not(@scope)]") == []
    ids = shown.xpath("//@id")
    assert len(ids) == len(set(ids))
    named = " ".join(shown.xpath("//@aria-labelledby | //@aria-describedby")).split()
    assert set(named) <= set(ids)
    for field in shown.xpath("//input"):
        assert words(field.xpath("ancestor::label")[0])
    for button in shown.xpath("//button"):
        assert words(button)
