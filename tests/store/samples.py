"""Runs and units to put into a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipeline.finding import CheckResult, Evidence, Finding, Outcome, Severity, Status
from pipeline.sampling import Plan, Unit, draw
from pipeline.scorecard import Evaluation
from pipeline.service.facts import RoundFact, ServiceFacts
from pipeline.store import AuditedUnit, Run, Selection, SourceRef
from tests.chats import chat

if TYPE_CHECKING:
    from pipeline.sampling import Sample
    from pipeline.transcript import Transcript

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
SOURCE = SourceRef("digest-1", "monday.jsonl")
FIRST_DAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


def chats(count: int) -> list[Transcript]:
    """Chats of an hour each, one after the other, with two agents taking turns."""
    return [
        chat(
            f"customer: Where is parcel {number}?\nagent({('agent:1', '客服2')[number % 2]}): It is on its way.",
            id=f"c-{number:03}",
            opened_at=FIRST_DAY + timedelta(hours=number),
            customer_id=f"cust-{number % 3}",
        )
        for number in range(count)
    ]


def numbered(transcripts: list[Transcript], start: int = 0) -> list[tuple[int, Transcript]]:
    return list(enumerate(transcripts, start))


def run(key: str = "key", **changes: Any) -> Run:
    about: dict[str, Any] = {
        "kind": "ad-hoc",
        "since": None,
        "until": None,
        "selection": Selection().to_record(),
        "time_zone": "Asia/Shanghai",
        "source_digest": "s",
        "plan": "all",
        "seed": 7,
        "scorecard_id": "default",
        "scorecard_version": 1,
        "scorecard_digest": "d",
        "scorecard": 'id = "default"',
        "pipeline_version": "0.1.0",
        "lexicon_digest": "l",
        "model_digest": "m",
        "started_at": NOW,
    }
    return Run(key=key, **(about | changes))


def sample_of(transcripts: list[Transcript], plan: str = "all") -> Sample:
    units = [Unit(transcript.id, agent) for transcript in transcripts for agent in transcript.agents]
    return draw(units, Plan.parse(plan), 7, {"no human agent wrote in the chat": 1})


def units(transcripts: list[Transcript]) -> list[AuditedUnit]:
    return [unit(transcript, agent) for transcript in transcripts for agent in transcript.agents]


def unit(transcript: Transcript, agent: str) -> AuditedUnit:
    """An agent's part, with a result of every shape."""
    first, *_, last = transcript.messages

    def finding(outcome: Outcome, *, end: int, note: str = "A note.", **more: Any) -> Finding:
        return Finding(agent, outcome, (Evidence(last.id, 0, end, last.text[:end]),), note, **more)

    def result(check: str, outcome: Outcome, *findings: Finding, **more: Any) -> CheckResult:
        about = {"version": 1, "status": Status.STABLE, "severity": Severity.MINOR} | more
        return CheckResult(check, agent_id=agent, outcome=outcome, findings=findings, **about)

    missed = finding(Outcome.MISSED, end=2, suggestion="Do.", searched=(first.id, last.id), confidence=0.5)
    wide = Finding(agent, Outcome.MET, (Evidence(first.id, 0, 5, first.text[:5]), *missed.evidence), "Both.")
    results = (
        result("courtesy.shouting", Outcome.MISSED, finding(Outcome.MET, end=1), missed, wide),
        result("courtesy.politeness", Outcome.MET, finding(Outcome.MET, end=3), status=Status.PREVIEW),
        result("care.broken-promise", Outcome.NOT_APPLICABLE, reason="No occasion for it in this chat."),
        result("process.no-follow-up", Outcome.ERROR, reason="ValueError: no", severity=Severity.CRITICAL),
    )
    answered = RoundFact(transcript.started_at, 30.0, answered=True, first=True)
    handed_over = RoundFact(transcript.started_at, 9.5, answered=False, first=False, handed_over=True)
    facts = ServiceFacts((answered, handed_over), 1, 1)
    return AuditedUnit(
        Evaluation(transcript.id, agent, 0.75, results), 0.5, "2026-11-02", "en", len(transcript.messages), facts
    )
