"""What the checks of waiting, holds and requests share."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.checks.holds import holds, is_hold
from pipeline.checks.responsiveness_slow_first_reply import SlowFirstReply
from pipeline.checks.waits import awaiting_nothing
from pipeline.checks.wording import plain, sentences
from pipeline.scorecard import ScorecardError, configured
from tests.chats import annotated, chat


def test_a_channel_left_out_of_the_settings_keeps_its_default() -> None:
    check = configured(SlowFirstReply, {"seconds": {"email": 3600}}, "scorecard")
    late = chat("""
        customer 09:00: Hello
        agent 09:05: Hi
    """)

    (finding,) = check.find(annotated(late))

    assert finding.note == "The first reply came after 5 min; the standard here is 1 min."


def test_a_threshold_of_zero_switches_a_channel_off() -> None:
    check = configured(SlowFirstReply, {"seconds": {"chat": 0}}, "scorecard")
    late = chat("""
        customer 09:00: Hello
        agent 09:05: Hi
    """)

    assert not list(check.find(annotated(late)))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"seconds": {"chatt": 60}}, "seconds.chatt"),
        ({"seconds": {"chat": -1}}, "seconds.chat"),
        ({"hours": "8 to 5"}, "opening hours like 08:00-23:00"),
    ],
)
def test_wrong_settings_are_named(settings: dict[str, object], told: str) -> None:
    with pytest.raises(ScorecardError, match=told):
        configured(SlowFirstReply, settings, "scorecard")


def test_courtesies_emoji_and_bot_talk_await_no_answer() -> None:
    lines = chat("""
        customer: I want my money back
        bot: Which order is it?
        customer: The last one, and a person please
        agent: Hello!
        customer: ok, thanks
        customer: 👍
        customer: I'll try that after lunch
        customer: Shall I try it now?
        customer: ?
    """)

    assert list(awaiting_nothing(annotated(lines))) == [0, 4, 5, 6]


@pytest.mark.parametrize(
    ("text", "hold"),
    [
        ("One moment please, I am checking.", True),
        ("Just a sec. Thank you!", True),
        ("Let me check. Is it the blue one?", False),
        ("One moment please. It was delivered on Monday.", False),
        ("Let me check and get back to you tomorrow.", False),
        ("It was here one moment ago.", False),
        ("稍等哦，马上为您查询~", True),
        ("稍等哦 这款还有三件现货", False),
        ("Vent venligst, jeg tjekker det lige", True),
        ("Vent venligst med at sende pakken retur", False),
    ],
)
def test_a_hold_asks_to_stay_and_leaves_it_at_that(text: str, hold: bool) -> None:
    transcript = chat(f"agent: {text}", language="zh" if "稍" in text else "da" if "Vent" in text else "en")

    assert is_hold(annotated(transcript).messages[0]) is hold


def test_holds_in_a_row_are_one_and_end_with_whoever_says_more() -> None:
    lines = annotated(
        chat("""
        agent(ana): One moment please.
        customer: ok
        agent(ana): Still checking, bear with me.
        agent(bo): It left the depot this morning.
        agent(bo): Hold on, I'll check the rest.
    """)
    )

    first, second = holds(lines)

    assert [m.index for m in first.messages] == [0, 2]
    assert first.back is not None
    assert first.back.index == 3
    assert [m.index for m in first.meanwhile] == [1]
    assert second.back is None


@given(st.text())
def test_sentences_lie_in_order_inside_the_text(text: str) -> None:
    spans = list(sentences(text))

    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


def test_plain_text_has_no_case_spaces_signs_or_emoji_but_keeps_its_numbers() -> None:
    assert plain("Order 12 was SENT!😊#E-s12") == plain("order 12  was sent") == "order12wassent"
    assert plain("ｏｒｄｅｒ １２ was sent") != plain("order 13 was sent")
