"""What importing loads, and which module may import what."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

import rag

ROOT = Path(__file__).resolve().parents[1]
ENGINES = ("chromadb", "llama_cpp", "sentence_transformers", "torch", "gradio", "llama_index")
HOMES = {
    "chromadb": {"rag/store.py"},
    "llama_cpp": {"rag/generation.py", "rag/gguf_adapter.py", "rag/greedy.py"},
    "sentence_transformers": {"rag/embedding.py"},
    "torch": {"rag/embedding.py", "rag/lora.py", "rag/reader.py"},
    "gradio": {"ui/app.py", "ui/endpoints.py", "ui/server.py"},
    "ui": {
        "rag/cli.py",
        *(path.relative_to(ROOT).as_posix() for path in (ROOT / "ui").rglob("*.py")),
    },
}
SOURCES = sorted([*(ROOT / "rag").rglob("*.py"), *(ROOT / "ui").rglob("*.py")])


def imported(tree: ast.Module) -> Iterator[str]:
    """The modules that a source imports when it runs, anywhere in it."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        match node:
            case ast.If(test=ast.Name("TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                pending += node.orelse
                continue
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(level=0, module=str(module)):
                yield module
        pending += ast.iter_child_nodes(node)


def imports_of(path: Path) -> set[str]:
    modules = imported(ast.parse(path.read_text(encoding="utf-8")))
    return {module.split(".")[0] for module in modules}


def run_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("skipped: not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


@pytest.mark.parametrize("module", ["rag", "rag.cli"])
def test_importing_loads_no_engine(module: str) -> None:
    loaded = run_python(f"import sys, {module}; print(*sys.modules)").split()
    assert [engine for engine in ENGINES if engine in loaded] == []


def test_importing_rag_changes_nothing() -> None:
    code = """
import logging, os, pathlib, sys, warnings
def state():
    return (dict(os.environ), logging.root.handlers[:], logging.root.level, warnings.filters[:],
            os.getcwd(), sorted(pathlib.Path.home().rglob("*")))
before = state()
import rag
print(state() == before)
"""
    assert run_python(code) == "True\n"


def test_every_public_name_is_there_and_listed() -> None:
    names = getattr(rag, "__all__", ())
    assert sorted(set(names)) == sorted(names)
    assert [name for name in names if not hasattr(rag, name)] == []


@pytest.mark.parametrize("engine", HOMES)
def test_an_engine_is_imported_at_home_only(engine: str) -> None:
    users = {path.relative_to(ROOT).as_posix() for path in SOURCES if engine in imports_of(path)}
    assert users <= HOMES[engine]


def test_nothing_is_imported_that_is_not_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {normalise(line) for line in project["dependencies"]}
    providers = metadata.packages_distributions()
    undeclared = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in SOURCES
        for module in imports_of(path) - set(sys.stdlib_module_names) - {"rag", "ui"}
        if not declared & {normalise(name) for name in providers.get(module, [])}
    }
    assert undeclared == set()


def test_every_declared_package_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []
    pinned = {normalise(pin) for pin in pins}
    needed = project["dependencies"] + project["optional-dependencies"]["test"]
    assert [line for line in needed if normalise(line) not in pinned] == []


def normalise(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    return re.sub(r"[-_.]+", "-", name[0]).lower() if name else ""


def test_no_file_names_a_package_registry_or_a_folder_of_one_machine() -> None:
    # In pieces, so that this file does not name them.
    registries = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"))]
    folders = ["/" + "work/", "/" + "root/"]
    for path in tracked_files():
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            assert [word for word in registries + folders if word in text] == [], path
