"""What a user may import, and what comes back from it."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import inspect
import json
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rag
from rag import errors, schema
from rag.schema import Span, Status
from tests.fakes import make_answer

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", rag.__all__)
def test_every_public_name_can_be_imported_and_says_what_it_is(name: str) -> None:
    namespace: dict[str, Any] = {}
    exec(f"from rag import {name}", namespace)  # noqa: S102 # A name of our own list.
    found = namespace[name]
    assert found is getattr(rag, name)
    if inspect.isclass(found) or inspect.isfunction(found):
        assert (found.__doc__ or "").strip().endswith((".", ":", "`", ")"))


def test_a_notebook_completes_every_public_name() -> None:
    code = "import rag, sys; sys.exit(sorted(set(rag.__all__) - set(dir(rag))) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_public_names_are_sorted_and_complete() -> None:
    assert list(rag.__all__) == sorted(rag.__all__)
    here = {name for name in vars(rag) if not name.startswith("_")}
    modules = {name for name in here if inspect.ismodule(getattr(rag, name))}
    others = {"annotations", "Any", "TYPE_CHECKING", "import_module"}
    assert here - modules - others <= set(rag.__all__)


def test_every_error_that_a_user_may_meet_is_public() -> None:
    public = {getattr(rag, name) for name in rag.__all__}
    kinds = [
        kind
        for kind in vars(errors).values()
        if inspect.isclass(kind) and issubclass(kind, errors.RagError)
    ]
    hidden = [kind for kind in kinds if kind not in public]
    assert all(set(kind.__mro__[1:]) & public - {errors.RagError} for kind in hidden)


def test_what_an_answer_is_made_of_is_public() -> None:
    public = {getattr(rag, name) for name in rag.__all__}
    for name in ("Answer", "AnswerSentence", "Citation", "Passage", "Seconds", "Span", "Status"):
        assert getattr(schema, name) in public


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'aks'"):
        _ = rag.aks


def test_importing_every_public_name_loads_no_engine() -> None:
    code = "import sys; from rag import *; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    engines = {"chromadb", "gradio", "llama_cpp", "llama_index", "sentence_transformers", "torch"}
    assert engines & set(done.stdout.split()) == set()


def test_an_answer_as_a_dict_survives_json() -> None:
    answer = make_answer(
        citations=(dataclasses.replace(make_answer().citations[0], answer=Span(18, 23)),)
    )
    told = answer.to_dict()
    assert json.loads(json.dumps(told, ensure_ascii=False, allow_nan=False)) == told
    assert told["status"] == "ANSWERED"
    assert told["citations"][0]["published"] == "2024-09-01"
    assert told["citations"][0]["answer"] == {"start": 18, "end": 23}
    assert told["seconds"] == {
        "passages": 0.1,
        "marked": None,
        "first_word": 1.5,
        "total": 3.0,
    }


def test_a_dict_of_an_answer_has_all_its_fields_all_the_way_down() -> None:
    answer = make_answer()
    told = answer.to_dict()
    assert set(told) == {field.name for field in dataclasses.fields(answer)}
    for field, value in (("citations", answer.citations), ("passages", answer.passages)):
        assert set(told[field][0]) == {item.name for item in dataclasses.fields(value[0])}


def test_an_answer_without_citations_and_dates_survives_json() -> None:
    answer = make_answer(
        status=Status.NOT_FOUND, citations=(), passages=(), sentences=(), notes=(), model=None
    )
    told = json.loads(json.dumps(answer.to_dict()))
    assert (told["status"], told["citations"], told["model"]) == ("NOT_FOUND", [], None)


def test_a_printed_answer_shows_text_notes_and_sources() -> None:
    answer = make_answer()
    lines = str(answer).splitlines()
    assert lines[0] == answer.text
    assert answer.notes[0] in lines
    assert f"[1] «{answer.citations[0].quote}»" in lines
    assert lines[-1].split(" · ") == ["    المحادثات", "وكالة", str(dt.date(2024, 9, 1))]


def test_an_answer_is_frozen_and_can_be_pickled() -> None:
    answer = make_answer()
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.text = "x"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(answer)) == answer  # noqa: S301 # Pickled right here.


def python_examples() -> list[str]:
    readme = ROOT / "README.md"
    if not readme.exists():
        return []
    text = readme.read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def examples() -> list[ast.Module]:
    found = python_examples()
    if not found:
        pytest.skip("skipped: there is no Python example in a README.md yet")
    return [ast.parse(example) for example in found]


def names_of(value: str) -> set[str]:
    """The names that the README uses of a variable: `names_of("rag")` of `rag.ask`."""
    return {
        node.attr
        for example in python_examples()
        for node in ast.walk(ast.parse(example))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == value
    }


def test_what_the_readme_uses_of_rag_is_public(examples: list[ast.Module]) -> None:
    assert examples
    submodules = {path.stem for path in (ROOT / "rag").glob("*.py")}
    assert names_of("rag") - submodules <= set(rag.__all__)


def test_what_the_readme_imports_from_rag_exists(examples: list[ast.Module]) -> None:
    for example in examples:
        for node in ast.walk(example):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "rag":
                module = __import__(str(node.module), fromlist=["*"])
                assert [a.name for a in node.names if not hasattr(module, a.name)] == []


@pytest.mark.parametrize(
    ("variable", "kind"),
    [("answer", "Answer"), ("assistant", "Assistant"), ("citation", "Citation")],
)
def test_what_the_readme_uses_of_a_value_exists(
    examples: list[ast.Module], variable: str, kind: str
) -> None:
    assert examples
    found = getattr(rag, kind)
    fields = getattr(found, "__dataclass_fields__", {})
    assert [n for n in names_of(variable) if n not in fields and not hasattr(found, n)] == []
