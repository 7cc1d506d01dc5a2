"""Everything one agent's page and the lead's table say in sum, gathered in one pass over the agent's chats.

Memory grows with the number of different days and shares, not with the number of chats.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipeline.finding import Outcome, Status
from pipeline.reporting.chats import reference, shows
from pipeline.sampling import estimate
from pipeline.scorecard import weighted_score

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from markupsafe import Markup

    from pipeline.finding import CheckResult, Finding
    from pipeline.reporting.chats import ChatReader, ExcerptView
    from pipeline.sampling import Estimate
    from pipeline.scorecard import Scorecard
    from pipeline.store import AuditedUnit
    from pipeline.transcript import Transcript

EXAMPLES = 4
LISTED = 100  # critical findings of one agent that the lead's page lists


class Shares:
    """Shares in [0, 1] with their clusters and inclusion probabilities, counted rather than listed."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[float, Hashable, float]] = Counter()

    def add(self, value: float, cluster: Hashable, probability: float) -> None:
        """Take in one observation."""
        self._counts[value, cluster, probability] += 1

    def update(self, others: Shares, group: str) -> None:
        """Take in the observations of one agent, whose days are clusters of their own."""
        for (value, cluster, probability), number in others._counts.items():
            self._counts[value, (group, cluster), probability] += number

    def estimate(self) -> Estimate | None:
        """The weighted mean and its interval."""
        observed = list(self._counts.elements())
        return estimate([o[0] for o in observed], [o[1] for o in observed], [o[2] for o in observed])


class Example(NamedTuple):
    """A finding worth quoting. Sorts by how telling and sure it is, then by the order of the chats."""

    rank: tuple[bool, float, int]
    finding: Finding
    excerpt: ExcerptView
    reference: str


@dataclass(slots=True)
class CheckTally:
    """One check, at one status, over one agent's chats: sampled chats for the share, all for the examples."""

    shares: Shares = field(default_factory=Shares)
    findings_missed: int = 0
    chats_judged: int = 0
    chats_missed: int = 0
    chats_unclear: int = 0
    lost: float = 0.0
    moment: Example | None = None
    misses: list[Example] = field(default_factory=list)


class Critical(NamedTuple):
    """A critical miss, for the lead's list."""

    check_id: str
    words: Markup
    language: str
    chat: str
    href: str


@dataclass(slots=True)
class AgentTally:
    """One agent's chats in sum. `screened` counts every chat, sampled or not; `blanket` is as in ChatReader."""

    reader: ChatReader
    scorecard: Scorecard
    scores: Shares = field(default_factory=Shares)
    sections: dict[str, Shares] = field(default_factory=lambda: defaultdict(Shares))
    checks: dict[tuple[str, Status], CheckTally] = field(default_factory=lambda: defaultdict(CheckTally))
    screened: int = 0
    sampled: int = 0
    shown: int = 0
    failed: int = 0
    incomplete: int = 0
    results_judged: int = 0
    results_unclear: int = 0
    critical_findings: int = 0
    criticals: list[Critical] = field(default_factory=list)
    blanket: set[str] = field(default_factory=set)
    languages: set[str | None] = field(default_factory=set)
    first_day: str = ""
    last_day: str = ""
    _weights: dict[str, float] = field(init=False)
    _weight: float = 0.0

    def __post_init__(self) -> None:
        self._weights = {criterion.check.meta.id: criterion.weight for criterion in self.scorecard.criteria}

    def mean_lost(self, lost: float) -> float:
        """What a check took off the quality score, in [0, 1]; over all checks this adds up to 1 - score."""
        return lost / self._weight if self._weight else 0.0

    def add(self, transcript: Transcript, unit: AuditedUnit) -> None:
        """Take in one chat."""
        evaluation = unit.evaluation
        self.screened += 1
        self.languages.add(unit.language)
        self.failed += bool(evaluation.failed_by)
        self.incomplete += evaluation.incomplete
        self.shown += shows(unit)
        if unit.day:
            self.first_day = min(self.first_day or unit.day, unit.day)
            self.last_day = max(self.last_day, unit.day)
        if unit.inclusion is not None:
            self._add_sampled(transcript, unit, unit.inclusion)
        for result in evaluation.results:
            critical = result.check_id in evaluation.failed_by
            if unit.inclusion is not None or critical:
                self._add_misses(transcript, unit, result, critical=critical)

    def _add_sampled(self, transcript: Transcript, unit: AuditedUnit, inclusion: float) -> None:
        self.sampled += 1
        evaluation = unit.evaluation
        if evaluation.score is not None:
            self.scores.add(evaluation.score, unit.day, inclusion)
            self._weight += 1 / inclusion
        for section in self.scorecard.sections:
            if (share := weighted_score(evaluation.results, section.criteria)) is not None:
                self.sections[section.id].add(share, unit.day, inclusion)
        counts = [r for r in evaluation.results if r.status is Status.STABLE and r.share_met is not None]
        total = sum(self._weights[r.check_id] for r in counts)
        own = {m.id: len(m.text) for m in transcript.messages if m.human_agent and m.agent_id == evaluation.agent_id}
        for result in evaluation.results:
            tally = self.checks[result.check_id, result.status]
            share = result.share_met
            if _whole_messages_met(result, own) > 1:
                self.blanket.add(result.check_id)
            unclear = result.outcome is Outcome.COULD_NOT_JUDGE
            tally.chats_unclear += unclear
            if result.status is Status.STABLE:
                self.results_unclear += unclear
                self.results_judged += share is not None
            if share is None:
                continue
            tally.shares.add(share, unit.day, inclusion)
            tally.chats_judged += 1
            tally.chats_missed += result.outcome is Outcome.MISSED
            if result.status is Status.STABLE and total:
                tally.lost += self._weights[result.check_id] * (1 - share) / total / inclusion
            self._add_moment(transcript, unit, result, tally)

    def _add_moment(self, transcript: Transcript, unit: AuditedUnit, result: CheckResult, tally: CheckTally) -> None:
        for finding in result.findings:
            if finding.outcome is not Outcome.MET:
                continue
            best = (True, finding.confidence, -self.shown)
            if tally.moment and best <= tally.moment.rank:
                continue
            rank = (self.reader.telling(transcript, result.check_id, finding), *best[1:])
            if tally.moment is None or rank > tally.moment.rank:
                tally.moment = self._example(rank, transcript, unit, result, finding)

    def _add_misses(self, transcript: Transcript, unit: AuditedUnit, result: CheckResult, *, critical: bool) -> None:
        missed = [f for f in result.findings if f.outcome is Outcome.MISSED]
        if not missed:
            return
        tally = self.checks[result.check_id, result.status]
        tally.findings_missed += len(missed)
        surest = max(missed, key=lambda finding: finding.confidence)  # one example a chat
        rank = (critical, surest.confidence, -self.shown)
        if len(tally.misses) < EXAMPLES:
            heapq.heappush(tally.misses, self._example(rank, transcript, unit, result, surest))
        elif rank > tally.misses[0].rank:
            heapq.heapreplace(tally.misses, self._example(rank, transcript, unit, result, surest))
        if critical:
            self.critical_findings += len(missed)
            for finding in missed[: LISTED - len(self.criticals)]:
                of = self.reader.excerpt(transcript, unit, result, finding, self.shown)
                self.criticals.append(Critical(result.check_id, of.words, of.language, of.chat, of.href))

    def _example(
        self,
        rank: tuple[bool, float, int],
        transcript: Transcript,
        unit: AuditedUnit,
        result: CheckResult,
        finding: Finding,
    ) -> Example:
        excerpt = self.reader.excerpt(transcript, unit, result, finding, self.shown)
        return Example(rank, finding, excerpt, reference(transcript.id, result.check_id, finding))


def _whole_messages_met(result: CheckResult, own: Mapping[str, int]) -> int:
    """How many whole messages of the agent (`own`: their lengths by id) are the evidence of a met finding."""
    evidence = [f.evidence[0] for f in result.findings if f.outcome is Outcome.MET]
    return sum(e.end - e.start == own.get(e.message_id) for e in evidence)
