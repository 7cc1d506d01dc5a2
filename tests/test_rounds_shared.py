"""Rounds shared out between agents, and the hours that count."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rounds import ServiceHours, holders, rounds
from tests.chats import chat

_MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


def test_a_handover_ends_the_giver_s_part_and_starts_the_taker_s() -> None:
    transcript = chat("""
        customer 09:00: Hello
        agent(ana) 09:01: Hi
        customer 09:02: My card is blocked
        system 09:05: transferred
        agent(bo) 09:07: Bo here
    """)
    held = holders(transcript, [3])

    found = rounds(transcript, held, handovers=[3])

    assert [(r.agent_id, r.first, r.since, r.until, r.closed, r.seconds) for r in found] == [
        ("ana", True, 0, 1, 1, 60.0),
        ("ana", False, 2, 3, None, 180.0),
        ("bo", True, 3, 4, 4, 120.0),
    ]
    assert found[2].opened == 2


def test_the_words_of_a_transfer_are_no_handover_while_the_same_agent_goes_on() -> None:
    transcript = chat("""
        customer 09:00: My transfer is late
        agent(ana) 09:01: I see your bank transfer
        agent(ana) 09:04: It arrives today
    """)

    found = rounds(transcript, holders(transcript, [1]), handovers=[1])

    assert [(r.agent_id, r.closed) for r in found] == [("ana", 1)]


def test_of_several_handovers_the_last_one_starts_the_clock() -> None:
    transcript = chat("""
        customer 09:00: Hello
        agent(ana) 09:01: I will pass you on
        system 09:06: transferred
        agent(bo) 09:07: Bo here
    """)

    found = rounds(transcript, holders(transcript, [1, 2]), handovers=[1, 2])

    assert [(r.agent_id, r.seconds) for r in found] == [("ana", 60.0), ("bo", 60.0)]


def test_without_handovers_a_round_is_in_one_piece() -> None:
    transcript = chat("""
        customer 09:00: Hello
        system 09:05: transferred
        agent 09:07: Hi
    """)

    (only,) = rounds(transcript, holders(transcript))

    assert (only.since, only.until, only.seconds) == (only.opened, only.closed, 420.0)


def test_a_round_left_out_for_its_hour_still_makes_the_next_a_later_one() -> None:
    transcript = chat("""
        customer 07:00: Hello
        agent 08:01: Good morning
        customer 08:02: And my parcel?
        agent 08:03: Today
    """)

    (only,) = rounds(transcript, holders(transcript), hours=ServiceHours(time(8), time(20)))

    assert not only.first


@pytest.mark.parametrize("text", ["8-23", "08:00", "25:00-26:00", "08:00-08:00", "08:00 - 23:00"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="08:00-23:00"):
        ServiceHours.parse(text)


def test_no_hours_mean_around_the_clock() -> None:
    assert ServiceHours.parse("") is None
    assert ServiceHours.parse("08:00-23:00") == ServiceHours(time(8), time(23))


def test_a_wait_over_night_counts_the_open_hours_of_both_days() -> None:
    desk = ServiceHours(time(9), time(17))
    evening, morning = _MONDAY + timedelta(hours=16, minutes=50), _MONDAY + timedelta(days=1, hours=9, minutes=5)

    assert desk.open_seconds(evening, morning) == 15 * 60


def test_hours_may_run_over_midnight() -> None:
    desk = ServiceHours(time(22), time(2))

    assert desk.open_seconds(_MONDAY + timedelta(hours=1), _MONDAY + timedelta(hours=23)) == 2 * 3600


@given(
    opens=st.integers(0, 23),
    closes=st.integers(0, 23),
    starts=st.integers(0, 100_000),
    first=st.integers(0, 400_000),
    second=st.integers(0, 400_000),
)
def test_open_time_adds_up_and_never_exceeds_the_clock(
    opens: int, closes: int, starts: int, first: int, second: int
) -> None:
    if opens == closes:
        return
    desk = ServiceHours(time(opens), time(closes))
    start = _MONDAY + timedelta(seconds=starts)
    middle, end = start + timedelta(seconds=first), start + timedelta(seconds=first + second)

    whole = desk.open_seconds(start, end)

    assert 0 <= whole <= first + second
    assert whole == desk.open_seconds(start, middle) + desk.open_seconds(middle, end)
