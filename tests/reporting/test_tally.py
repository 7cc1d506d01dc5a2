"""The arithmetic behind the pages."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.finding import Status
from pipeline.reporting import figures
from pipeline.reporting.chats import ChatReader
from pipeline.reporting.tally import EXAMPLES, AgentTally, Shares
from pipeline.sampling import estimate
from tests.reporting.desk import SCORECARD, chats


def tally(agent: str) -> AgentTally:
    metas = {c.check.meta.id: c.check.meta for c in SCORECARD.criteria}
    found = AgentTally(ChatReader(agent, metas, ZoneInfo("UTC")), SCORECARD)
    for transcript, unit in chats():
        if unit.evaluation.agent_id == agent:
            found.add(transcript, unit)
    return found


@pytest.mark.parametrize("agent", ["ana", "Bo", "店铺名:小迪"])
def test_what_the_checks_took_off_adds_up_to_what_the_score_lacks(agent: str) -> None:
    found = tally(agent)
    score = found.scores.estimate()
    assert score is not None
    lost = sum(found.mean_lost(check.lost) for check in found.checks.values())
    assert lost == pytest.approx(1 - score.value)


def test_a_chat_outside_the_sample_counts_for_critical_behaviour_only() -> None:
    found = tally("店铺名:小迪")
    assert (found.screened, found.sampled, found.failed, found.shown) == (7, 6, 2, 7)
    assert found.checks["courtesy.abuse", Status.STABLE].chats_missed == 1
    assert found.critical_findings == 2


def test_a_crashed_check_makes_a_chat_incomplete_and_moves_no_score() -> None:
    found = tally("Bo")
    assert found.incomplete == 1
    assert found.scores.estimate().n == 6


def test_checks_of_every_message_are_told_from_acts() -> None:
    assert tally("ana").blanket == {"courtesy.shouting", "courtesy.abuse"}


def test_examples_are_few_and_the_surest_come_first() -> None:
    misses = tally("Bo").checks["process.further-help", Status.PREVIEW].misses
    assert len(misses) == EXAMPLES
    assert [m.rank[2] for m in sorted(misses, reverse=True)] == [-1, -3, -4, -5]


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 3), st.sampled_from([0.5, 1.0])), min_size=1)
)
def test_counted_shares_estimate_as_listed_ones(observed: list[tuple[float, int, float]]) -> None:
    shares = Shares()
    for one in observed:
        shares.add(*one)
    values, clusters, probabilities = zip(*observed, strict=True)
    listed, counted = estimate(values, clusters, probabilities), shares.estimate()
    assert (counted.value, counted.low, counted.high) == pytest.approx((listed.value, listed.low, listed.high))


@pytest.mark.parametrize(
    ("value", "told"), [(0, "0"), (0.001, "1"), (0.5, "50"), (0.996, "99"), (1, "100"), (0.874, "87")]
)
def test_only_all_is_100_and_only_none_is_0(value: float, told: str) -> None:
    assert str(figures.hundredths(value)) == told
