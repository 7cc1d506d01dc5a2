"""What came before a message, in numbers."""

from __future__ import annotations

from math import expm1
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.language.context import CONTEXT, FROM_TEXT, context
from pipeline.transcript import Message, Role

C, A, B, S = Role.CUSTOMER, Role.AGENT, Role.BOT, Role.SYSTEM


class Turn(NamedTuple):
    """A message as the context sees it: its writer, its words, its text's signals, whether it asks to wait."""

    role: Role
    words: frozenset[int] = frozenset()
    signals: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    holds: bool = False


PROBABILITY = st.floats(0, 1)
TURNS = st.builds(
    Turn,
    st.sampled_from(Role),
    st.frozensets(st.integers(0, 9), max_size=6),
    st.tuples(*[PROBABILITY] * len(FROM_TEXT)),
    st.booleans(),
)


def rows(turns: list[Turn]) -> np.ndarray:
    messages = [Message(str(n), turn.role, "") for n, turn in enumerate(turns)]
    signals = np.array([turn.signals for turn in turns])
    return context(messages, [turn.words for turn in turns], signals, [turn.holds for turn in turns])


def told(turns: list[Turn], name: str) -> float:
    """What the row of the last message says under a name."""
    return float(rows(turns)[-1, CONTEXT.index(name)])


def counted(turns: list[Turn], name: str) -> float:
    return expm1(2 * told(turns, name))  # counts stand there on a log scale


def feeling(distress: float) -> tuple[float, ...]:
    return tuple(distress * (name == "distress") for name in FROM_TEXT)


@given(st.lists(TURNS, min_size=2, max_size=12), st.data())
def test_nothing_after_a_message_changes_its_row(turns: list[Turn], data: st.DataObject) -> None:
    kept = data.draw(st.integers(2, len(turns)))

    assert (rows(turns[:kept]) == rows(turns)[:kept]).all()


@given(TURNS)
def test_a_message_that_stands_alone_has_a_zero_row(turn: Turn) -> None:
    assert rows([turn]).shape == (1, len(CONTEXT))
    assert not rows([turn]).any()


@given(st.lists(TURNS, min_size=2, max_size=12))
def test_system_messages_are_zero_and_change_nothing(turns: list[Turn]) -> None:
    by_people = [n for n, turn in enumerate(turns) if turn.role is not S]
    assume(len(by_people) > 1)

    assert not rows(turns)[[n for n in range(len(turns)) if n not in by_people]].any()
    assert (rows(turns)[by_people] == rows([turns[n] for n in by_people])).all()


@given(st.lists(TURNS, min_size=2, max_size=12))
def test_a_message_fills_the_columns_of_its_own_side_alone(turns: list[Turn]) -> None:
    half = len(CONTEXT) // 2

    for turn, row in zip(turns, rows(turns), strict=True):
        customer, agent = row[:half], row[half:]
        assert bool(customer.any()) is bool(customer[0] == 1) is (turn.role is C)
        assert bool(agent.any()) is bool(agent[0] == 1) is (turn.role in {A, B})


@pytest.mark.parametrize(
    ("roles", "before", "unanswered"),
    [
        ([A, C], 0, 0),
        ([C, C], 1, 1),
        ([C, C, C], 2, 2),
        ([C, A, C], 1, 0),
        ([C, B, C], 1, 0),
        ([C, S, C], 1, 1),
        ([C, A, C, C], 2, 1),
    ],
)
def test_messages_are_counted_and_a_reply_of_the_other_side_answers_them(
    roles: list[Role], before: int, unanswered: int
) -> None:
    turns = [Turn(role) for role in roles]

    assert counted(turns, "customer: messages before") == pytest.approx(before, abs=1e-5)
    assert counted(turns, "customer: unanswered messages") == pytest.approx(unanswered, abs=1e-5)


def test_requests_to_wait_are_counted_for_the_other_side() -> None:
    held = [Turn(A, holds=True), Turn(C), Turn(B, holds=True), Turn(A)]

    assert counted([*held, Turn(C)], "customer: other side holds") == pytest.approx(2, abs=1e-5)
    assert counted([*held, Turn(A)], "agent: other side holds") == 0
    assert counted([Turn(C, holds=True), Turn(A)], "agent: other side holds") == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("earlier", "now", "alike"),
    [
        ({1, 2, 3, 4}, {1, 2, 3}, 3 / 4),
        ({1, 2, 3}, {1, 2, 3}, 1),
        ({1, 2, 3}, {4, 5, 6}, 0),
        ({1, 2}, {1, 2}, 0),
        (set(), {1, 2, 3}, 0),
    ],
)
def test_a_repetition_is_the_share_of_words_in_common(earlier: set[int], now: set[int], alike: float) -> None:
    turns = [Turn(C, frozenset(earlier)), Turn(A, frozenset(now)), Turn(C, frozenset(now))]

    assert told(turns, "customer: repeats itself") == pytest.approx(alike)
    assert told([*turns, Turn(A)], "agent: other side repeats itself") == pytest.approx(alike)


def test_a_repetition_is_looked_for_among_the_last_few_messages_of_the_side() -> None:
    said = Turn(C, frozenset({1, 2, 3}))
    others = [Turn(C, frozenset({10 * n, 10 * n + 1, 10 * n + 2})) for n in range(1, 11)]

    assert told([said, *others[:3], said], "customer: repeats itself") == 1
    assert told([said, *[Turn(A)] * 10, said], "customer: repeats itself") == 1
    assert told([said, *others, said], "customer: repeats itself") == 0


def test_distress_fades_and_its_peak_stays() -> None:
    turns = [Turn(C, signals=feeling(1.0)), Turn(A), Turn(C, signals=feeling(0.0)), Turn(C)]

    assert told(turns[:3], "customer: distress before") == 0.5
    assert told(turns, "customer: distress before") == 0.25
    assert told(turns, "customer: peak distress") == 1
    assert told(turns[:2], "agent: other side's distress") == 1


def test_of_the_other_side_the_last_message_counts() -> None:
    turns = [Turn(C, signals=(0.25, 0.5, 0.0, 1.0)), Turn(C, signals=(0.75, 0.0, 0.5, 0.25)), Turn(A)]

    given_ = {name: told(turns, f"agent: other side's {name}") for name in FROM_TEXT}

    assert given_ == {"politeness": 0.75, "empathy": 0.0, "distress": 0.5, "question": 0.25}
    assert told([*turns, Turn(C)], "customer: question before") == 0.25
