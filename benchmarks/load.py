"""Visitors who all ask at once, for ten minutes: errors, mixed-up answers, and memory.

    python -m benchmarks.load [--visitors 20] [--minutes 10] [--corpus FOLDER]

The page runs in a process of its own, as it comes, over its own articles or a folder of others.
Each visitor asks one question after the other over HTTP, as a program may (`ask`), and checks that
what it is told answers its own question. Memory is looked at all the time (on Linux).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.measuring import resident_mb
from benchmarks.results import save

QUESTIONS = (
    "when did talks begin?",
    "متى بدأت المحادثات؟",
    "Why was the announcement postponed?",
    "ما مهمة اللجنة العسكرية العليا؟",
    "What is the capital of Australia?",
    "How many soldiers are in Iraq?",
    "من هو رئيس الوزراء العراقي؟",
)
SAMPLE_S = 5.0
PATIENCE_S = 900.0


@dataclass
class Found:
    """What all visitors met."""

    seconds: list[float] = field(default_factory=list)
    problems: Counter[str] = field(default_factory=Counter)
    mixed_up: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def visit(address: str, number: int, until: float, found: Found) -> None:
    """One visitor: asks, waits for the answer, and asks again."""
    asked = 0
    with httpx.Client(base_url=address, timeout=PATIENCE_S) as client:
        while time.monotonic() < until:
            question = QUESTIONS[(number + asked) % len(QUESTIONS)]
            asked += 1
            began = time.monotonic()
            try:
                answer = ask(client, question)
            except (httpx.HTTPError, ValueError, KeyError) as exc:
                with found.lock:
                    found.problems[f"{type(exc).__name__}: {str(exc)[:120]}"] += 1
                # A page that has ended is not asked as often as can be.
                time.sleep(1)
            else:
                with found.lock:
                    found.seconds.append(time.monotonic() - began)
                    found.mixed_up += answer.get("question") != question


def ask(client: httpx.Client, question: str) -> dict[str, object]:
    """One call of the endpoint `ask`: it is begun, and its events are read to the end."""
    begun = client.post("/gradio_api/call/v2/ask", json={"question": question})
    begun.raise_for_status()
    with client.stream("GET", f"/gradio_api/call/ask/{begun.json()['event_id']}") as events:
        kind = ""
        for line in events.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data" and kind == "complete":
                (answer,) = json.loads(value)
                return dict(answer)
            elif name == "data" and kind == "error":
                raise ValueError(value)
    raise ValueError("the events ended without an answer")


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--corpus", type=Path, help="a folder to take in instead of the articles")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "RAG_INDEX__PATH": f"{folder}/index",
            "RAG_KEEP__ARCHIVE": f"{folder}/archive.sqlite",
            "RAG_PAGE__QUESTIONS_PER_MINUTE": "0",
        }
        program = [sys.executable, "-m", "rag.cli"]
        if arguments.corpus is not None:
            taking_in = [*program, "ingest", str(arguments.corpus)]
            subprocess.run(taking_in, check=True, stdout=sys.stderr, env=environment)
        with subprocess.Popen(
            [*program, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, env=environment
        ) as server:
            try:
                result = crowd(server, arguments.visitors, arguments.minutes * 60)
            finally:
                server.terminate()
    print(json.dumps(result, indent=1))
    print(save("load", result))


def crowd(server: subprocess.Popen[str], visitors: int, seconds: float) -> dict[str, object]:
    """Has visitors ask all the time, and sums up what they met."""
    assert server.stdout is not None
    address = next((line.split()[-1] for line in server.stdout if "http://" in line), "")
    if not address:
        raise SystemExit("The page has not started.")
    found = Found()
    with httpx.Client(base_url=address, timeout=PATIENCE_S) as client:
        for question in QUESTIONS:
            ask(client, question)
    until = time.monotonic() + seconds
    people = [
        threading.Thread(target=visit, args=(address, number, until, found))
        for number in range(visitors)
    ]
    for visitor in people:
        visitor.start()
    memory = [resident_mb(server.pid)]
    while any(visitor.is_alive() for visitor in people):
        time.sleep(SAMPLE_S)
        memory.append(resident_mb(server.pid))
    return {
        "visitors": visitors,
        "minutes": seconds / 60,
        "answers": len(found.seconds),
        "errors": dict(found.problems),
        "mixed up": found.mixed_up,
        "seconds, median": statistics.median(found.seconds or [0.0]),
        "seconds, slowest": max(found.seconds, default=0.0),
        **_memory(memory),
    }


def _memory(megabytes: Sequence[float]) -> dict[str, float]:
    """At first, after the first third, and at the end: flat if the latter two are alike."""
    return {
        "MB at first": megabytes[0],
        "MB after a third": megabytes[len(megabytes) // 3],
        "MB at the end": megabytes[-1],
        "MB at most": max(megabytes),
    }


if __name__ == "__main__":
    main()
