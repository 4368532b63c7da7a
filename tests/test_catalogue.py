"""The catalogue of known models: complete, strict, and without surprises for pip."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from rag.catalogue import parse_catalogue, read_catalogue
from rag.settings import ModelSettings


def test_the_default_models_are_in_the_catalogue_under_their_roles() -> None:
    catalogue, settings = read_catalogue(), ModelSettings()
    assert catalogue[settings.embedding].kind == "embedding"
    assert catalogue[settings.text].kind == "text"


def test_both_defaults_come_in_47_wheels_of_about_2_2_gigabytes() -> None:
    catalogue, settings = read_catalogue(), ModelSettings()
    specs = [catalogue[settings.embedding], catalogue[settings.text]]
    assert sum(len(spec.parts) for spec in specs) == 47
    assert sum(spec.download_bytes for spec in specs) == 2_240_447_956


ENTRY = """
[tiny]
kind = "text"
format = "gguf"
license = "MIT"
size = 1
sha256 = "{digest}"
{more}
"""


@pytest.mark.parametrize(
    ("digest", "more"),
    [
        ("abc", ""),
        ("0" * 64, "sise = 3"),
        ("0" * 64, 'file = "../up.gguf"'),
        (
            "0" * 64,
            'parts = [{package = "-r", version = "1", member = "m", size = 1, sha256 = "'
            + "0" * 64
            + '"}]',
        ),
    ],
)
def test_a_malformed_entry_is_refused(digest: str, more: str) -> None:
    with pytest.raises(ValidationError):
        parse_catalogue(ENTRY.format(digest=digest, more=more))
