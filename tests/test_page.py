"""A conversation step by step, without a browser; and the port that the page takes."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable
from dataclasses import replace

import pytest

from rag.errors import GenerationError, SettingsError
from rag.schema import Delta, Final, Marked, Passages, Period, Turn
from tests.pages import (
    ScriptedAssistant,
    make_answer,
    make_citation,
    make_passage,
    simple_reply,
)
from ui.conversation import Chat, closing_after
from ui.network import address_of, open_port
from ui.render import Exchange


def asked(question: str) -> Chat:
    chat = Chat()
    assert chat.ask(question)
    return chat


def stages(chat: Chat) -> list[str]:
    return [exchange.stage for exchange in chat.exchanges]


def test_a_question_is_added_without_its_outer_blanks() -> None:
    assert asked("  When?\n").exchanges == (Exchange(question="When?"),)


@pytest.mark.parametrize("typed", ["", "  \n\t"])
def test_an_empty_question_does_nothing(typed: str) -> None:
    chat = Chat()
    assert not chat.ask(typed)
    assert chat.exchanges == ()


def test_a_second_question_waits_until_the_first_is_answered() -> None:
    chat = asked("First?")
    assert not chat.ask("Second?")
    assert len(chat.exchanges) == 1


def test_each_event_is_a_step_of_the_conversation() -> None:
    chat = asked("When?")
    steps = [chat.exchanges[-1] for _ in chat.answer(ScriptedAssistant())]
    assert [step.stage for step in steps] == ["reading", "writing", "writing", "done"]
    assert [step.draft for step in steps] == ["", "A first ", "A first draft.", "A first draft."]


def test_the_assistant_is_told_the_answered_past_only() -> None:
    assistant = ScriptedAssistant({"Broken?": [ValueError("no")]})
    chat = Chat()
    for question in ("First?", "Broken?", "Second?"):
        chat.ask(question)
        list(chat.answer(assistant))
    assert stages(chat) == ["done", "failed", "done"]
    assert assistant.asked[-1] == (
        "Second?",
        (
            Turn(
                question="First?",
                answer="The answer to First? is March 2021 [1].",
                query="First?",
                documents=(make_citation().document_id,),
                quotes=(make_citation().quote,),
            ),
        ),
    )


def test_the_marked_words_are_there_before_the_first_word_of_the_draft() -> None:
    marked = Marked((make_citation(),))
    events = (Passages((make_passage(),)), marked, *simple_reply("When?")[1:])
    chat = asked("When?")
    steps = [chat.exchanges[-1] for _ in chat.answer(ScriptedAssistant({"When?": events}))]
    assert [step.citations for step in steps[:3]] == [(), marked.citations, marked.citations]
    assert steps[1].draft == ""


def test_a_question_is_limited_to_the_days_it_was_asked_of() -> None:
    assistant = ScriptedAssistant()
    chat = Chat()
    chat.ask("When?", period=Period(dt.date(2024, 1, 1), None))
    list(chat.answer(assistant))
    assert assistant.periods == [Period(dt.date(2024, 1, 1), None)]


def test_the_options_of_an_answer_reach_the_assistant() -> None:
    assistant = ScriptedAssistant()
    list(asked("When?").answer(assistant, top_k=7, worded=False))
    assert assistant.options == [(7, False)]


def test_an_open_question_is_begun_by_one_only() -> None:
    chat = asked("When?")
    begun = chat.begin()
    assert begun is not None
    assert begun.question == "When?"
    assert chat.begin() is None
    list(chat.answer(ScriptedAssistant()))
    assert stages(chat) == ["done"]


def test_who_waits_is_told_how_many_come_first() -> None:
    chat = asked("When?")
    assert chat.wait(2)
    assert stages(chat) == ["waiting"]
    assert chat.wait(0)
    assert stages(chat) == ["searching"]
    chat.stop()
    assert not chat.wait(0)


@pytest.mark.parametrize(
    ("change", "is_given_up"),
    [
        (Chat.stop, True),
        (lambda chat: chat.restore(()), True),
        (lambda chat: chat.keep(0), True),
        (lambda chat: chat.wait(1), False),
        (lambda chat: chat.ask("Second?"), False),
    ],
)
def test_who_began_a_question_is_told_that_it_is_given_up(
    change: Callable[[Chat], object], is_given_up: bool
) -> None:
    told: list[str] = []
    chat = asked("When?")
    chat.begin(lambda: told.append("given up"))
    change(chat)
    assert told == ["given up"] * is_given_up


def test_what_follows_is_forgotten_when_a_question_is_changed() -> None:
    chat = Chat()
    for question in ("First?", "Second?"):
        chat.ask(question)
        list(chat.answer(ScriptedAssistant()))
    chat.keep(1)
    assert [one.question for one in chat.exchanges] == ["First?"]


def test_a_judgement_changes_its_exchange_only() -> None:
    chat = Chat()
    for question in ("First?", "Second?"):
        chat.ask(question)
        list(chat.answer(ScriptedAssistant()))
    chat.judge(0, replace(chat.exchanges[0], verdict="down"))
    assert [one.verdict for one in chat.exchanges] == ["down", ""]
    chat.judge(5, chat.exchanges[0])
    assert len(chat.exchanges) == 2


def test_an_error_of_ours_is_told_with_its_facts() -> None:
    failure = GenerationError(model="tiny", reason="out of memory")
    chat = asked("When?")
    list(chat.answer(ScriptedAssistant({"When?": [Passages((make_passage(),)), failure]})))
    problem = chat.exchanges[-1].problem
    assert problem is not None
    assert (problem.key, problem.facts["model"]) == ("error.GenerationError", "tiny")


def test_an_unexpected_error_is_told_generally_and_logged_in_full(
    caplog: pytest.LogCaptureFixture,
) -> None:
    chat = asked("When?")
    list(chat.answer(ScriptedAssistant({"When?": [ZeroDivisionError("the reason")]})))
    problem = chat.exchanges[-1].problem
    assert problem is not None
    assert problem.key == "error.unknown"
    assert "ZeroDivisionError: the reason" in caplog.text


def test_a_stream_without_an_answer_is_told_as_an_error() -> None:
    chat = asked("When?")
    list(chat.answer(ScriptedAssistant({"When?": [Delta("In")]})))
    assert stages(chat) == ["failed"]


def test_an_answer_that_came_is_kept_and_a_later_error_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    chat = asked("When?")
    list(chat.answer(ScriptedAssistant({"When?": [Final(make_answer()), ValueError("late")]})))
    assert stages(chat) == ["done"]
    assert "ValueError: late" in caplog.text


def test_leaving_midway_closes_the_stream() -> None:
    assistant = ScriptedAssistant()
    with closing_after(asked("When?").answer(assistant)) as steps:
        next(steps)
        assert assistant.running == 1
    assert assistant.running == 0


def test_what_is_answered_is_not_answered_again() -> None:
    assistant = ScriptedAssistant()
    chat = asked("When?")
    list(chat.answer(assistant))
    assert list(chat.answer(assistant)) == []
    assert list(Chat().answer(assistant)) == []
    assert len(assistant.asked) == 1


def test_a_stop_ends_the_answer_at_its_next_step_and_closes_the_stream() -> None:
    assistant = ScriptedAssistant()
    chat = asked("When?")
    steps = chat.answer(assistant)
    next(steps)
    chat.stop()
    assert list(steps) == []
    assert stages(chat) == ["stopped"]
    assert assistant.running == 0


def test_a_question_may_follow_a_stop_before_the_old_answer_has_ended() -> None:
    chat = asked("When?")
    steps = chat.answer(ScriptedAssistant())
    next(steps)
    chat.stop()
    assert chat.ask("Where?")
    assert list(steps) == []
    assert stages(chat) == ["stopped", "searching"]


def test_a_cleared_chat_stays_empty_while_the_old_answer_ends() -> None:
    chat = asked("When?")
    steps = chat.answer(ScriptedAssistant())
    next(steps)
    chat.keep(0)
    assert list(steps) == []
    assert chat.exchanges == ()


def test_an_error_after_a_stop_is_not_told() -> None:
    chat = asked("When?")
    steps = chat.answer(ScriptedAssistant({"When?": [Delta("In"), ValueError("late")]}))
    next(steps)
    chat.stop()
    assert list(steps) == []
    assert stages(chat) == ["stopped"]


def test_a_stop_changes_nothing_that_is_done() -> None:
    chat = Chat()
    chat.stop()
    assert chat.exchanges == ()
    chat.ask("When?")
    list(chat.answer(ScriptedAssistant()))
    chat.stop()
    assert stages(chat) == ["done"]


def test_a_taken_port_is_named_with_a_cure() -> None:
    with open_port("127.0.0.1", 0) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(SettingsError, match="RAG_PAGE__PORT=") as caught:
            open_port("127.0.0.1", number)
    assert caught.value.name == "page.port"
    assert f"port {number} of 127.0.0.1 is taken" in caught.value.message


def test_a_port_that_was_closed_may_be_taken_again() -> None:
    with open_port("127.0.0.1", 0) as first:
        number = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", number)):
            first.accept()[0].close()
    with open_port("127.0.0.1", number) as second:
        assert second.getsockname()[1] == number


@pytest.mark.parametrize("host", ["192.0.2.1", "not a name"])
def test_a_host_that_is_not_of_this_machine_is_named(host: str) -> None:
    with pytest.raises(SettingsError) as caught:
        open_port(host, 0)
    assert caught.value.name == "page.host"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:7860/"),
        ("0.0.0.0", "http://127.0.0.1:7860/"),  # noqa: S104 - it is not bound
        ("::1", "http://[::1]:7860/"),
        ("::", "http://[::1]:7860/"),
    ],
)
def test_the_address_is_one_that_a_browser_can_open(host: str, address: str) -> None:
    assert address_of(host, 7860) == address
