from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sampling import Plan, PlanError, Unit, differ, draw, estimate, places

FRAME = [Unit(f"c-{n}", f"agent-{n % 3}") for n in range(60)]


def test_a_plan_is_read_and_printed_the_same() -> None:
    assert str(Plan.parse("all")) == "all"
    assert str(Plan.parse("random:10-per-agent")) == "random:10-per-agent"
    for wrong in ("", "random", "random:0-per-agent", "random:-3-per-agent", "10"):
        with pytest.raises(PlanError, match="use all, or random:N-per-agent"):
            Plan.parse(wrong)


@given(st.permutations(FRAME), st.integers(0, 5))
def test_the_same_frame_and_seed_draw_the_same_chats_in_any_order(frame: list[Unit], seed: int) -> None:
    assert draw(frame, Plan(5), seed) == draw(FRAME, Plan(5), seed)


def test_every_agent_gets_as_many_as_the_plan_says_with_their_probability() -> None:
    sample = draw(FRAME, Plan(5), seed=1)

    assert sample.frame_sizes == {"agent-0": 20, "agent-1": 20, "agent-2": 20}
    assert len(sample.units) == 15
    assert set(sample.units.values()) == {0.25}


def test_an_agent_with_fewer_chats_than_asked_for_is_judged_on_all_of_them() -> None:
    assert set(draw(FRAME, Plan(500), seed=1).units.values()) == {1.0}
    assert draw(FRAME, Plan(500), seed=1).units == draw(FRAME, Plan(None), seed=9).units


def test_another_agent_s_chats_do_not_change_who_is_drawn() -> None:
    more = [*FRAME, *(Unit(f"d-{n}", "agent-9") for n in range(7))]

    assert draw(FRAME, Plan(5), 1).units.keys() <= draw(more, Plan(5), 1).units.keys()


def test_over_many_seeds_every_chat_is_drawn_about_equally_often() -> None:
    counts = dict.fromkeys(FRAME, 0)
    for seed in range(400):
        for unit in draw(FRAME, Plan(5), seed).units:
            counts[unit] += 1

    # 400 draws at 1/4: mean 100, standard deviation 8.7; five of them is far.
    assert all(56 < count < 144 for count in counts.values())


@pytest.mark.parametrize(
    ("passed", "n", "low", "high"),
    [(5, 5, 0.57, 1.00), (9, 10, 0.60, 0.98), (17, 20, 0.64, 0.95), (43, 50, 0.74, 0.93), (86, 100, 0.78, 0.92)],
)
def test_a_share_has_wilson_s_interval(passed: int, n: int, low: float, high: float) -> None:
    found = estimate([1.0] * passed + [0.0] * (n - passed), clusters=["one day"] * n)

    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=0.006), pytest.approx(high, abs=0.006))


def test_chats_of_a_day_that_go_alike_are_worth_fewer() -> None:
    values = [1.0] * 10 + [0.0] * 10
    days = ["monday"] * 5 + ["tuesday"] * 5 + ["wednesday"] * 5 + ["thursday"] * 5
    alone = estimate(values, clusters=range(20))
    clustered = estimate(values, clusters=days)

    assert alone is not None
    assert clustered is not None
    assert clustered.effective_n < 0.5 * alone.effective_n
    assert clustered.high - clustered.low > alone.high - alone.low


def test_rarely_drawn_chats_weigh_more() -> None:
    found = estimate([1.0, 0.0], clusters=[1, 2], probabilities=[1.0, 0.25])

    assert found is not None
    assert found.value == pytest.approx(0.2)


def test_no_values_give_no_estimate_and_few_are_marked() -> None:
    assert estimate([], []) is None
    few = estimate([1.0] * 4, range(4))
    assert few is not None
    assert few.too_few


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(1, 8))
def test_the_interval_holds_the_mean_and_stays_between_0_and_1(values: list[float], days: int) -> None:
    found = estimate(values, [n % days for n in range(len(values))])

    assert found is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize("spread", [0.0, 0.15], ids=["independent chats", "days that differ"])
def test_the_interval_holds_the_true_mean_about_95_times_in_100(spread: float) -> None:
    chance = np.random.default_rng(7)
    held = 0
    for _ in range(300):
        days = chance.normal(0.8, spread, size=12).clip(0.05, 0.95) if spread else np.full(12, 0.8)
        values = chance.beta(4 * days, 4 * (1 - days), size=(5, 12)).T.ravel()
        found = estimate(values.tolist(), np.repeat(np.arange(12), 5).tolist())
        assert found is not None
        # E[clip(N(.8, .15))] by simulation: the days' mean is what the sample estimates.
        true = 0.8 if not spread else 0.7897
        held += found.low <= true <= found.high

    assert held >= 0.93 * 300


def test_agents_are_placed_only_as_far_as_the_data_separate_them() -> None:
    def of(share: float, n: int) -> object:
        return estimate([1.0] * round(share * n) + [0.0] * (n - round(share * n)), range(n))

    few = {"a": of(0.9, 10), "b": of(0.8, 10)}
    many = {"a": of(0.9, 1000), "b": of(0.8, 1000), "c": of(0.795, 1000)}

    assert {name: (p.best, p.worst) for name, p in places(few).items()} == {"a": (1, 2), "b": (1, 2)}  # type: ignore[arg-type]
    assert {name: (p.best, p.worst) for name, p in places(many).items()} == {"a": (1, 1), "b": (2, 3), "c": (2, 3)}  # type: ignore[arg-type]
    assert not differ(few["a"], few["b"])  # type: ignore[arg-type]
