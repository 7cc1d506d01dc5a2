"""Every check against the golden cases in fixtures/checks/<check>.toml."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

from pipeline import checks, resources
from pipeline.checks import ALL_CHECKS, CHECKS_BY_ID
from pipeline.finding import Outcome, run_check
from pipeline.scorecard import configured
from tests.chats import annotated, chat

LANGUAGES = ("en", "zh", "da")
AT_LEAST = {"missed": 3, "met": 3, "not_applicable": 1, "could_not_judge": 1}
_ABOUT = ("channel", "closed", "truncated", "language")


def cases() -> list[Any]:
    return [
        pytest.param(path.stem, case, id=f"{path.stem}-{case['language']}-{case['name'].replace(' ', '-')}")
        for path in sorted(resources.CASES.glob("*.toml"))
        for case in tomllib.loads(path.read_text("utf-8"))["case"]
    ]


@pytest.mark.parametrize(("check_id", "case"), cases())
def test_a_golden_case_gives_the_findings_it_states(check_id: str, case: dict[str, Any]) -> None:
    check = configured(CHECKS_BY_ID[check_id], case.get("settings", {}), check_id)
    transcript = chat(case["chat"], **{key: case[key] for key in _ABOUT if key in case})

    results = list(run_check(check, annotated(transcript)))

    findings = [finding for result in results for finding in result.findings]
    texts = {message.id: message.text for message in transcript.messages}
    for evidence in (e for finding in findings for e in finding.evidence):
        assert texts[evidence.message_id][evidence.start : evidence.end] == evidence.quote
    errors = [result.reason for result in results if result.outcome is Outcome.ERROR]
    assert not errors
    for outcome in (Outcome.MISSED, Outcome.COULD_NOT_JUDGE, Outcome.MET):
        quotes = [finding.evidence[0].quote for finding in findings if finding.outcome is outcome]
        if outcome is not Outcome.MET or "met" in case:
            assert quotes == case.get(outcome, []), outcome
    judged = next((r for r in results if r.agent_id == case.get("agent", r.agent_id)), None)
    assert judged is not None, "a case needs a message of a human agent, or there is nobody to judge"
    assert judged.outcome == case["expect"], judged


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.meta.id)
def test_a_check_has_enough_golden_cases_in_every_language(check: Any) -> None:
    path = resources.CASES / f"{check.meta.id}.toml"
    assert path.is_file(), f"write fixtures/checks/{path.name}; CONTRIBUTING.md shows the form"
    counts = Counter((c["language"], c["expect"]) for c in tomllib.loads(path.read_text("utf-8"))["case"])
    short = {
        (language, expected): counts[language, expected]
        for language in check.meta.languages or LANGUAGES
        for expected, least in AT_LEAST.items()
        if counts[language, expected] < least
    }
    assert not short


# Word lists so plain that they are right by construction, or measured on something else: see each file.
PLAIN_BY_CONSTRUCTION = {
    "courtesy.abusive-language": ("en", "zh", "da"),
    "courtesy.shouting": ("en",),
    "compliance.sensitive-data": ("en", "zh", "da"),
}


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.meta.id)
def test_a_check_that_reads_words_is_in_preview_until_it_is_proven(check: Any) -> None:
    proven = {m.language for m in check.meta.measured if m.flagged and lower_bound(m.right, m.flagged) >= 0.7}
    proven.update(PLAIN_BY_CONSTRUCTION.get(check.meta.id, ()))

    unproven = set(check.meta.languages) - proven - set(check.meta.preview_in)

    assert not unproven, f"measure it there, or add to preview_in: {sorted(unproven)}"


def lower_bound(right: int, flagged: int) -> float:
    return float(proportion_confint(right, flagged, method="wilson")[0])


def test_every_check_file_is_registered() -> None:
    folder = Path(checks.__file__).parent
    modules = {f"pipeline.checks.{path.stem}" for path in folder.glob("*_*.py") if not path.stem.startswith("_")}
    assert modules == {check.__module__ for check in ALL_CHECKS}


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.meta.id)
def test_a_check_file_is_named_after_its_check_and_explains_itself(check: Any) -> None:
    module = check.__module__.rpartition(".")[2]
    assert module == check.meta.id.replace(".", "_").replace("-", "_")
    text = __import__(check.__module__, fromlist=["x"]).__doc__
    for part in ("Looks for:", "Why it matters:", "Known limits:", "Source:"):
        assert part in text
