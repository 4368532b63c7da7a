"""`mustanad settings`: what is in force and where it came from, or the README's table."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.cli_session import Session, say, say_json

if TYPE_CHECKING:
    from rag.settings import Settings

_MASK = "********"


@click.command(short_help="Lists all settings and where they came from.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the table of the README.")
@click.option("--json", "as_json", is_flag=True, help="Print them as one JSON object.")
@click.pass_obj
def settings(session: Session, as_markdown: bool, as_json: bool) -> None:
    """Lists all settings: the value in force, and where it came from.

    A setting comes from the command line (--set retrieval.top_k=3), a variable
    (RAG_RETRIEVAL__TOP_K=3) or mustanad.toml in the working directory, in this order. Keys, and
    names and passwords in addresses, are masked.

    Example: mustanad --set retrieval.top_k=3 settings
    """
    from rag.errors import SettingsError
    from rag.settings import load_settings

    if as_markdown and as_json:
        raise click.UsageError("Choose one of --markdown and --json.")
    if as_markdown:
        say(settings_table())
        return
    try:
        tree, origins = session.load_settings()
    except SettingsError:
        # The error says that this command lists all settings, so it does: with their defaults.
        if not as_json:
            _list(*load_settings(environ={}, file=Path(os.devnull)))
        raise
    if as_json:
        say_json({name: {"value": value, "origin": origins[name]} for name, value in _values(tree)})
    else:
        _list(tree, origins)


def _list(tree: Settings, origins: dict[str, str]) -> None:
    rows = [(name, _text(value)) for name, value in _values(tree)]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        say(f"{name:<{width}}  {value}  ({origins[name]})")


def _values(tree: Settings) -> list[tuple[str, Any]]:
    """Dotted name and plain value of every setting, secrets masked, in the order of the tree."""
    from pydantic import SecretStr

    from rag.settings import setting_fields, without_user_info

    found = []
    for name, _ in setting_fields():
        section, leaf = name.split(".")
        value = getattr(getattr(tree, section), leaf)
        if isinstance(value, SecretStr):
            value = _MASK
        elif leaf == "url" and value:
            value = without_user_info(value, f"{_MASK}@")
        found.append((name, str(value) if isinstance(value, Path) else value))
    return found


def settings_table() -> str:
    """The table of all settings and their defaults, in Markdown; the same on every machine."""
    from rag.settings import setting_fields

    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in setting_fields():
        default = field.get_default(call_default_factory=True)
        value = _portable(default) if isinstance(default, Path) else _text(default)
        shown = f"`{value}`" if value else "none"
        rows.append(f"| `{name}` | {shown} | {field.description} |")
    return "\n".join(rows)


def _text(value: Any) -> str:
    """The value as --set takes it; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, (tuple, list)):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _portable(path: Path) -> str:
    """The path with this user's own folders by their role."""
    import platformdirs

    roles = {
        "cache folder": platformdirs.user_cache_path("mustanad"),
        "data folder": platformdirs.user_data_path("mustanad"),
    }
    for role, folder in roles.items():
        if path.is_relative_to(folder):
            return f"<{role}>/{path.relative_to(folder).as_posix()}"
    return path.as_posix()
