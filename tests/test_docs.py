"""README, changelog and help agree with the code."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from rag.cli import cli
from rag.cli_settings import settings_table

ROOT = Path(__file__).resolve().parents[1]
COMMAND = re.compile(r"`(mustanad [^`]+)`|^\$? ?(mustanad .+)$", re.MULTILINE)


def leaves(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    for child, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from leaves(command, f"{name} {child}")
        else:
            yield f"{name} {child}", command


COMMANDS = dict(leaves(cli, "mustanad"))


def find_command(line: str) -> click.Command | None:
    """The command that a line of the shell runs, options in front of it left out."""
    group: click.Command = cli
    for word in shlex.split(line, comments=True)[1:]:
        if not isinstance(group, click.Group):
            break
        group = group.commands.get(word, group)
    return None if isinstance(group, click.Group) else group


@pytest.fixture(scope="module")
def readme() -> str:
    path = ROOT / "README.md"
    if not path.exists():
        pytest.skip("skipped: there is no README.md yet")
    return path.read_text(encoding="utf-8")


def test_the_readmes_table_of_settings_is_the_codes(readme: str) -> None:
    assert settings_table() in readme


def test_every_command_in_the_readme_exists_with_its_options(readme: str) -> None:
    for found in COMMAND.finditer(readme):
        line = (found[1] or found[2]).strip()
        command = find_command(line)
        if command is None:
            assert line in {name.rsplit(" ", 1)[0] for name in COMMANDS}, line
            continue
        known = {option for parameter in command.params for option in parameter.opts}
        used = {word.split("=")[0] for word in re.findall(r"(?<!\S)--[\w-]+", line)}
        assert used <= known | {"--help"}, line


def test_every_target_of_make_in_the_readme_exists(readme: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`", readme)) <= targets
    assert {"run", "test", "check", "fmt"} <= targets


def test_the_readme_has_at_most_250_lines(readme: str) -> None:
    assert len(readme.splitlines()) <= 250


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == project["version"]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_help_text_ends_with_an_example_of_its_own_command(name: str) -> None:
    example = (COMMANDS[name].help or "").rstrip().splitlines()[-1].strip()
    assert example.startswith("Example: mustanad ")
    assert find_command(example.removeprefix("Example: ")) is COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_help_text_and_its_options_read_like_sentences(name: str) -> None:
    command = COMMANDS[name]
    assert command.get_short_help_str(200).endswith(".")
    poor = [
        parameter.name
        for parameter in command.params
        if isinstance(parameter, click.Option) and not re.search(r"\.\)?$", parameter.help or "")
    ]
    assert poor == []


def test_the_settings_table_is_the_same_for_every_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here = settings_table()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("RAG_RETRIEVAL__TOP_K", "9")
    assert settings_table() == here
    assert str(Path.home()) not in here


def test_the_settings_table_tells_default_and_meaning() -> None:
    assert "| `retrieval.top_k` | `5` | Passages found for a question. |" in settings_table()
    assert "| `models.cache` | `<cache folder>/models` |" in settings_table()
