from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.checks import ALL_CHECKS
from pipeline.finding import CheckResult, Evidence, Finding, Outcome, Severity, Status
from pipeline.scorecard import Criterion, ScorecardError, evaluate, load_scorecard, weighted_score

if TYPE_CHECKING:
    from pathlib import Path

SHOUTING = """
id = "mine"
version = 3
title = "Mine"
[[sections]]
id = "courtesy"
title = "Courtesy"
[[sections.criteria]]
check = "courtesy.shouting"
weight = 100
"""
CHECKS = [check() for check in ALL_CHECKS]


def result(check_id: str, met: int, missed: int, **more: object) -> CheckResult:
    outcomes = [Outcome.MET] * met + [Outcome.MISSED] * missed
    findings = tuple(Finding("ana", outcome, (Evidence("m0", 0, 1, "x"),), "note") for outcome in outcomes)
    overall = Outcome.MISSED if missed else Outcome.MET if met else Outcome.NOT_APPLICABLE
    base = CheckResult(check_id, 1, Status.STABLE, Severity.MINOR, "ana", overall, findings)
    return replace(base, **more)  # type: ignore[arg-type]


def criteria(*weights: float) -> list[Criterion]:
    return [Criterion(check, weight, Severity.MINOR) for check, weight in zip(CHECKS, weights, strict=False)]


counts = st.tuples(st.integers(0, 4), st.integers(0, 4))


def test_the_score_is_the_weighted_share_met_of_what_applied() -> None:
    first, second, third = (check.meta.id for check in CHECKS[:3])
    results = [result(first, met=1, missed=1), result(second, met=2, missed=0), result(third, met=0, missed=0)]

    assert weighted_score(results, criteria(30, 10, 60)) == pytest.approx((30 * 0.5 + 10 * 1) / 40)


def test_nothing_judged_gives_no_score() -> None:
    assert weighted_score([result(CHECKS[0].meta.id, 0, 0)], criteria(100)) is None


@given(st.lists(counts, min_size=1, max_size=5), st.floats(0.01, 100))
def test_scaling_all_weights_changes_no_score(shares: list[tuple[int, int]], factor: float) -> None:
    results = [result(check.meta.id, *share) for check, share in zip(CHECKS, shares, strict=False)]
    weights = [n + 1.0 for n in range(len(shares))]

    score = weighted_score(results, criteria(*weights))

    assert score == pytest.approx(weighted_score(results, criteria(*(factor * weight for weight in weights))))
    assert score is None or 0 <= score <= 1


@given(st.lists(counts, min_size=2, max_size=5))
def test_a_preview_check_and_a_crash_move_no_score(shares: list[tuple[int, int]]) -> None:
    results = [result(check.meta.id, *share) for check, share in zip(CHECKS, shares, strict=False)]
    weights = criteria(*[1.0] * len(shares))

    without = weighted_score(results[1:], weights)

    preview = replace(results[0], status=Status.PREVIEW)
    crashed = replace(results[0], outcome=Outcome.ERROR, findings=())
    assert weighted_score([preview, *results[1:]], weights) == without
    assert weighted_score([crashed, *results[1:]], weights) == without


def test_a_missed_critical_criterion_fails_the_evaluation_and_leaves_the_score() -> None:
    card = load_scorecard("default")
    missed = result(CHECKS[0].meta.id, met=1, missed=1, severity=Severity.CRITICAL)

    assert evaluate("c", "ana", [missed], card).failed_by == (missed.check_id,)
    assert evaluate("c", "ana", [replace(missed, status=Status.PREVIEW)], card).failed_by == ()
    assert evaluate("c", "ana", [replace(missed, severity=Severity.MAJOR)], card).failed_by == ()


def test_an_error_makes_an_evaluation_incomplete() -> None:
    card = load_scorecard("default")
    crashed = result(CHECKS[0].meta.id, 0, 0, outcome=Outcome.ERROR, reason="ValueError: no")

    assert evaluate("c", "ana", [crashed], card).incomplete
    assert not evaluate("c", "ana", [result(CHECKS[0].meta.id, 1, 0)], card).incomplete


def test_the_bundled_scorecard_is_valid() -> None:
    assert len(load_scorecard("default").criteria) > 10


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("weight = 100", "weight = 90", "add up to 90, not 100"),
        ("courtesy.shouting", "courtesy.shoutin", "no check 'courtesy.shoutin'; did you mean 'courtesy.shouting'"),
        ("weight = 100", "wieght = 100", "unknown key 'wieght'; did you mean 'weight'"),
        ("weight = 100", "weight = 100\nsettings = {wrods = 2}", "unknown key 'wrods'; did you mean 'words'"),
        ("weight = 100", 'weight = 100\nsettings = {words = "two"}', "settings.words: Input should be a valid integer"),
        ("weight = 100", 'weight = 100\nseverity = "grave"', "expected one of minor, major, critical, found 'grave'"),
        ("version = 3", "", "version is missing"),
        ('id = "mine"', "id = ", "not readable as TOML"),
        (
            "weight = 100",
            'weight = 50\n[[sections.criteria]]\ncheck = "courtesy.shouting"\nweight = 50',
            "listed 2 times",
        ),
        ("weight = 100", "weight = nan", "add up to nan, not 100"),
        ("weight = 100", 'weight = 100\nenabled = "no"', "enabled: expected true or false, found 'no'"),
        (
            "weight = 100",
            'weight = 100\n[[sections]]\nid = "courtesy"\ntitle = "B"\ncriteria = [{check = "process.wrong-language"}]',
            "2 sections have the id 'courtesy'",
        ),
        (
            "weight = 100",
            'weight = 100\n[phrases.forbidden-phrase.en]\nadd = "cheapest"',
            "forbidden-phrase.en.add: expected a list",
        ),
        ("weight = 100", "weight = 100\n[phrases]\nforbidden-phrase = 3", "phrases.forbidden-phrase: expected a table"),
    ],
)
def test_a_wrong_scorecard_is_refused_with_what_to_change(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "card.toml"
    path.write_text(SHOUTING.replace(old, new), "utf-8")

    with pytest.raises(ScorecardError, match=told):
        load_scorecard(path)


def test_settings_of_a_criterion_reach_its_check_and_a_switched_off_one_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "card.toml"
    more = """
settings = {words = 2}
[[sections.criteria]]
check = "process.missing-greeting"
weight = 7
enabled = false
"""
    path.write_text(SHOUTING + more, "utf-8")

    (only,) = load_scorecard(path).criteria

    assert only.check.words == 2  # type: ignore[attr-defined]


def test_a_scorecard_that_is_not_there_names_the_bundled_ones() -> None:
    with pytest.raises(ScorecardError, match="one of the bundled scorecards: default"):
        load_scorecard("nowhere.toml")
