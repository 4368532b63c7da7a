"""The page's scripts as far as they go without a browser: Node runs them between stand-ins."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from ui.app import _REMEMBERED, FOLDER

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="skipped: needs Node")

# A page on which nothing is open, and that notes what is asked of Python.
PAGE = """
const heard = {}, sent = [];
const matching = { matches: false, addEventListener() {} };
globalThis.window = { matchMedia: () => matching, scrollTo() {}, scrollY: 0 };
globalThis.document = {
  documentElement: { dataset: {} },
  activeElement: { checkVisibility: () => true },
  addEventListener: (name, listener) => { heard[name] = listener; },
  querySelector: () => null,
  querySelectorAll: () => [],
};
globalThis.element = { querySelector: () => null, querySelectorAll: () => [] };
globalThis.watch = () => {};
globalThis.trigger = (kind, facts) => sent.push(facts);
"""


def run(script: str) -> object:
    """What a script writes, as JSON."""
    assert NODE is not None
    done = subprocess.run(
        [NODE, "-"], input=script, capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("kept", "remembered"),
    [
        ('() => \'{"theme": "dark"}\'', [{"theme": "dark"}]),
        ("() => null", [None]),
        ("() => '{'", [None]),
        ("() => { throw new Error('storage is blocked'); }", [None]),
    ],
)
def test_the_page_opens_whatever_the_browser_remembers(kept: str, remembered: object) -> None:
    storage = f"globalThis.localStorage = {{ getItem: {kept} }};"
    assert run(f"{storage} console.log(JSON.stringify(({_REMEMBERED})()));") == remembered


@pytest.mark.parametrize(
    ("pressed", "views"),
    [
        ({"altKey": True, "code": "Digit2", "key": "2"}, ["library"]),
        ({"altKey": True, "code": "Numpad4", "key": "4"}, ["settings"]),
        # AltGr on Windows: a character is typed.
        ({"altKey": True, "ctrlKey": True, "code": "Digit2", "key": "@"}, []),
        ({"altKey": True, "code": "Digit5", "key": "5"}, []),
        ({"code": "Slash", "key": "ظ"}, ["ask"]),
    ],
)
def test_keys_lead_to_views(pressed: dict[str, object], views: list[str]) -> None:
    bus = (FOLDER / "scripts" / "bus.js").read_text(encoding="utf-8")
    event = f"Object.assign({json.dumps(pressed)}, {{ target: {{ closest: () => null }}, "
    event += "preventDefault() {} })"
    told = "console.log(JSON.stringify(sent.map((facts) => facts.view)));"
    assert run(f"{PAGE}\n{bus}\nheard.keydown({event});\n{told}") == views


ENTRIES = """
const read = (name) => ({ isFile: true, name, file: (found) => found({ name, size: 1 }) });
const locked = (name) => ({ isFile: true, name, file: (_, failed) => failed(new Error(name)) });
const folder = (name, ...entries) => ({
  name,
  createReader: () => ({ readEntries: (found) => found(entries.splice(0, 2)) }),
});
const closed = (name) => ({
  name,
  createReader: () => ({ readEntries: (_, failed) => failed(new Error(name)) }),
});
const area = { dataset: { mostBytes: "10" }, classList: { toggle() {} } };
const place = { dataset: {} };
element.querySelector = (asked) => (asked === "[data-drop]" ? area : place);
element.addEventListener = document.addEventListener;
globalThis.upload = async (file) => ({ path: `/received/${file.name}` });
const drop = (...entries) => heard.drop({
  target: { closest: () => area },
  preventDefault() {},
  dataTransfer: {
    types: ["Files"],
    items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })),
  },
});
"""


@pytest.mark.parametrize(
    ("dropped", "files"),
    [
        ('read("a.txt")', {"a.txt": "/received/a.txt"}),
        (
            'folder("f", read("a.txt"), folder("g", read("b.txt")), read("c.txt"))',
            {"f/a.txt": "/received/a.txt", "f/g/b.txt": "/received/b.txt"}
            | {"f/c.txt": "/received/c.txt"},
        ),
        # What cannot be read goes to the server by its name, which tells of it; the others go on.
        ('read("a.txt"), locked("b.txt")', {"a.txt": "/received/a.txt", "b.txt": ""}),
        ('folder("f", closed("g"), read("a.txt"))', {"f/g": "", "f/a.txt": "/received/a.txt"}),
    ],
)
def test_what_is_dropped_is_sent_and_what_cannot_be_read_keeps_nothing_back(
    dropped: str, files: dict[str, str]
) -> None:
    upload = (FOLDER / "scripts" / "upload.js").read_text(encoding="utf-8")
    told = "console.log(JSON.stringify(sent[0].files.map((file) => [file.name, file.path])))"
    found = run(f"{PAGE}{ENTRIES}{upload}\ndrop({dropped});\nsetTimeout(() => {told}, 100);")
    assert found == [list(file) for file in files.items()]


def test_what_is_dropped_while_others_are_being_sent_goes_with_them() -> None:
    upload = (FOLDER / "scripts" / "upload.js").read_text(encoding="utf-8")
    told = "console.log(JSON.stringify(sent.map((one) => one.files.map((file) => file.name))))"
    script = f"""{PAGE}{ENTRIES}{upload}
    upload = async (file) => {{
      if (file.name === "a.txt") await drop(read("c.txt"));
      return {{ path: file.name }};
    }};
    drop(read("a.txt"), read("b.txt"));
    process.on("exit", () => {told});"""
    assert run(script) == [["a.txt", "b.txt", "c.txt"]]


@pytest.mark.parametrize(
    ("types", "kept"), [(["Files"], True), (["text/plain"], False), (["text/uri-list"], False)]
)
@pytest.mark.parametrize("kind", ["dragover", "drop"])
def test_a_file_that_is_dropped_beside_its_place_does_not_take_the_place_of_the_page(
    kind: str, types: list[str], kept: bool
) -> None:
    upload = (FOLDER / "scripts" / "upload.js").read_text(encoding="utf-8")
    event = (
        f"{{ target: {{ closest: () => null }}, dataTransfer: {{ types: {json.dumps(types)} }}, "
    )
    event += "preventDefault() { kept = true; } }"
    script = f"{PAGE}\nelement.addEventListener = () => {{}};\n{upload}\nlet kept = false;"
    assert run(f"{script} heard.{kind}({event}); console.log(kept);") is kept


@pytest.mark.parametrize("copies", [True, False])
def test_what_the_browser_does_not_copy_is_not_said_to_be_copied(copies: bool) -> None:
    signal = (FOLDER / "scripts" / "signal.js").read_text(encoding="utf-8")
    asked = {"copied": {"text": "«جسر»", "said": "done", "failed": "not done", "exchange": 0}}
    script = f"""{PAGE}
    const place = {{}};
    const span = {{ dataset: {{ signal: {json.dumps(json.dumps(asked))} }} }};
    element.querySelector = () => span;
    globalThis.props = {{}};
    const exchange = {{ querySelector: (one) => (one === ".copied" ? place : null) }};
    document.getElementById = () => exchange;
    document.createElement = () => ({{ select() {{}}, remove() {{}} }});
    document.body = {{ append() {{}} }};
    document.activeElement.focus = () => {{}};
    document.execCommand = () => {json.dumps(copies)};
    let changed;
    globalThis.watch = (_, callback) => {{ changed = callback; }};
    {signal}
    changed().then(() => console.log(JSON.stringify(place.textContent)));"""
    assert run(script) == ("done" if copies else "not done")


def test_another_page_of_documents_is_shown_from_its_beginning() -> None:
    bus = (FOLDER / "scripts" / "bus.js").read_text(encoding="utf-8")
    script = f"""{PAGE}
    const scrolled = [];
    document.querySelector = (found) => ({{ scrollIntoView: () => scrolled.push(found) }});
    {bus}
    const press = (act) => {{
      const button = {{
        dataset: {{ act }}, matches: () => false,
        closest: (asked) => (asked === "[data-act]" ? button : null),
      }};
      heard.click({{ target: button, preventDefault() {{}} }});
    }};
    press("judge"); press("page-documents");
    console.log(JSON.stringify(scrolled));"""
    assert run(script) == ["#document-tools"]
