from __future__ import annotations

from datetime import time

import pytest

from pipeline.rounds import ServiceHours, duration, holders, rounds
from tests.chats import annotated, chat


def test_a_round_runs_from_the_first_unanswered_message_to_the_first_human_reply() -> None:
    transcript = chat("""
        customer 09:00: Hello
        customer 09:01: Anyone?
        bot 09:01: An agent will be with you.
        agent 09:03: Hi, how can I help?
        agent 09:04: Still there?
        customer 09:05: Yes
    """)

    found = rounds(transcript, holders(transcript))

    assert [(r.opened, r.closed, r.seconds, r.first) for r in found] == [(0, 3, 180.0, True), (5, None, None, False)]


def test_an_automatic_reply_closes_no_round_unless_asked_to() -> None:
    transcript = chat("""
        customer 09:00: Hello
        agent 09:00:05 [auto]: We will be right with you.
        agent 09:02: Hi!
    """)
    held = holders(transcript)

    assert [r.seconds for r in rounds(transcript, held)] == [120.0]
    assert [r.seconds for r in rounds(transcript, held, automatic_replies=True)] == [5.0]


def test_the_customer_s_wait_belongs_to_the_agent_who_spoke_last() -> None:
    transcript = chat("""
        customer: Hi
        agent(ana): Hello
        customer: And my refund?
        agent(ben): Ben here.
    """)

    assert holders(transcript) == ("ana", "ana", "ana", "ben")


def test_after_a_handover_the_wait_belongs_to_the_next_agent_or_stays_when_nobody_comes() -> None:
    lines = """
        customer: Hi
        agent(ana): I will transfer you to billing.
        customer: Thank you
    """

    assert holders(chat(lines), handovers=[1]) == ("ana", "ana", "ana")
    assert holders(chat(lines + "\n agent(ben): Billing, Ben."), handovers=[1]) == ("ana", "ana", "ben", "ben")


def test_a_chat_without_agents_is_held_by_nobody() -> None:
    transcript = chat("customer: Hello?\nbot: Hi!\ncustomer: A person please")

    assert holders(transcript) == (None, None, None)
    assert rounds(transcript, holders(transcript)) == ()


def test_rounds_that_open_out_of_hours_are_left_out_also_over_midnight() -> None:
    transcript = chat("customer 03:00: Hello\nagent 09:00: Hi\ncustomer 09:01: Thanks\nagent 09:02: Bye")
    held = holders(transcript)

    assert [r.opened for r in rounds(transcript, held, hours=ServiceHours(time(8), time(23)))] == [2]
    assert [r.opened for r in rounds(transcript, held, hours=ServiceHours(time(22), time(6)))] == [0]


def test_times_that_run_backwards_give_no_wait() -> None:
    transcript = chat("customer 09:10: Hello\nagent 09:00: Hi")

    assert [r.seconds for r in rounds(transcript, holders(transcript))] == [None]


def test_a_transfer_event_hands_the_chat_over_in_an_annotated_chat() -> None:
    read = annotated(
        chat(
            """
        customer: I need an invoice copy
        agent(ana): I will transfer you to our billing team, they keep the invoices.
        customer: ok
        agent(ben): Here it is.
    """,
            language="en",
        )
    )

    assert read.holders == ("ana", "ana", "ben", "ben")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.6, "1 min"), (90, "1 min 30 s"), (200, "3 min 20 s"), (3600, "1 h"), (90061, "1 d 1 h")],
)
def test_a_duration_is_told_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text
