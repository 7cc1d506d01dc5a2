"""What the quality lead's page says: the run, the agents, the team, what was lost on the way in, critical findings."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipeline.finding import Status
from pipeline.reporting import figures
from pipeline.reporting.tally import LISTED, CheckTally, Shares
from pipeline.resources import SCORECARDS
from pipeline.sampling import places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from markupsafe import Markup

    from pipeline.reporting.figures import Rate
    from pipeline.reporting.tally import AgentTally
    from pipeline.sampling import Estimate, Place, Sample
    from pipeline.scorecard import Scorecard
    from pipeline.service import Metric
    from pipeline.store import Run

_SOURCE, _SCORECARD = "SOURCE…", "SCORECARD…"  # in a command, for the reader to fill in
_SELECTED = {
    "agents": "agent",
    "customers": "customer",
    "queues": "queue",
    "products": "product",
    "channels": "channel",
    "languages": "language",
}


@dataclass(frozen=True, slots=True)
class CriticalView:
    """A critical finding, linked to its place on the agent's page."""

    agent: str
    title: str
    words: Markup
    language: str
    chat: str
    href: str


@dataclass(frozen=True, slots=True)
class AgentSums:
    """What remains of one agent once the page is written."""

    agent_id: str
    name: str
    href: str
    score: Estimate | None
    judged: int
    sampled: int
    frame: int
    screened: int
    failed: int
    critical_findings: int
    incomplete: int
    results_judged: int
    results_unclear: int
    service: tuple[Metric, ...]
    criticals: tuple[CriticalView, ...]


@dataclass(slots=True)
class Team:
    """The sums of all agents, taken in one agent at a time."""

    scores: Shares = field(default_factory=Shares)
    sections: dict[str, Shares] = field(default_factory=dict)
    checks: dict[tuple[str, Status], CheckTally] = field(default_factory=dict)

    def add(self, tally: AgentTally) -> None:
        """Take in one agent, whose days are clusters apart from everyone else's."""
        agent = tally.reader.agent_id
        self.scores.update(tally.scores, agent)
        for section, shares in tally.sections.items():
            self.sections.setdefault(section, Shares()).update(shares, agent)
        for key, check in tally.checks.items():
            total = self.checks.setdefault(key, CheckTally())
            total.shares.update(check.shares, agent)
            total.chats_judged += check.chats_judged
            total.chats_missed += check.chats_missed
            total.chats_unclear += check.chats_unclear


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One agent in the table."""

    name: str
    href: str
    judged: str
    score: Rate
    place: str
    critical: str
    incomplete: str
    unclear: str
    inclusion: str


@dataclass(frozen=True, slots=True)
class ServiceColumn:
    """One service metric across the agents: a cell an agent, in the order of the rows."""

    label: str
    definition: str


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One agent's service metrics; None where there was nothing to compute from."""

    name: str
    cells: tuple[Metric | None, ...]


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check over all agents."""

    title: str
    id: str
    share: Rate
    missed: str
    unclear: str
    accuracy: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section of the scorecard over all agents."""

    title: str
    score: Rate
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True)
class LossRow:
    """What became of what was read."""

    label: str
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """The loss report of the import."""

    columns: tuple[str, ...]
    rows: tuple[LossRow, ...]
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LeadPage:
    """The lead's page."""

    window: str
    score: Rate
    sampled: str
    team: str
    critical_chats: str
    screened: str
    critical_listed: str
    facts: tuple[tuple[str, str], ...]
    replay: str
    agents: tuple[AgentRow, ...]
    service_columns: tuple[ServiceColumn, ...]
    service: tuple[ServiceRow, ...]
    sections: tuple[SectionView, ...]
    advice: tuple[CheckRow, ...]
    loss: Loss | None
    critical: tuple[CriticalView, ...]


def agent_sums(name: str, folder: str, tally: AgentTally, *, sample: Sample, service: Sequence[Metric]) -> AgentSums:
    """What the lead's page needs of one agent; `folder` is the agent's page as an address, seen from the lead's."""
    score = tally.scores.estimate()
    agent_id = tally.reader.agent_id
    return AgentSums(
        agent_id=agent_id,
        name=name,
        href=f"{folder}/index.html",
        score=score,
        judged=score.n if score else 0,
        sampled=tally.sampled,
        frame=sample.frame_sizes.get(agent_id, tally.sampled),
        screened=tally.screened,
        failed=tally.failed,
        critical_findings=tally.critical_findings,
        incomplete=tally.incomplete,
        results_judged=tally.results_judged,
        results_unclear=tally.results_unclear,
        service=tuple(service),
        criticals=tuple(
            CriticalView(
                agent=name,
                title=tally.reader.checks[critical.check_id].miss,
                words=critical.words,
                language=critical.language,
                chat=critical.chat,
                href=f"{folder}/{'index.html' if critical.href.startswith('#') else ''}{critical.href}",
            )
            for critical in tally.criticals
        ),
    )


def lead_page(  # noqa: PLR0913 - what the page is made of
    agents: Sequence[AgentSums],
    team: Team,
    *,
    run: Run,
    scorecard: Scorecard,
    sample: Sample,
    loss: Mapping[str, Any] | None,
) -> LeadPage:
    """Put the sums of all agents into words."""
    ranked = places({a.agent_id: a.score for a in agents if a.score and not a.score.too_few})
    ordered = sorted(agents, key=lambda a: _by_place(a, ranked))
    labels = _metric_columns(ordered)
    critical = tuple(view for a in ordered for view in a.criticals)
    left = sum(a.critical_findings for a in agents) - len(critical)
    return LeadPage(
        window=_window(run),
        score=figures.rate(team.scores.estimate()),
        sampled=figures.count(sum(a.sampled for a in agents)),
        team=figures.counted(len(agents), "agent", "agents"),
        critical_chats=figures.count(sum(a.failed for a in agents)),
        screened=figures.count(sum(a.screened for a in agents)),
        critical_listed=(
            f"The first {LISTED} of each agent are listed; {figures.count(left)} more stand on the agents' pages."
            if left
            else ""
        ),
        facts=tuple(_facts(run, scorecard, sample)),
        replay=_replay(run),
        agents=tuple(_agent_row(a, ranked) for a in ordered),
        service_columns=tuple(ServiceColumn(label, definition) for label, definition in labels.values()),
        service=tuple(ServiceRow(a.name, tuple(_cells(a, labels))) for a in ordered),
        sections=tuple(_sections(scorecard, team)),
        advice=tuple(
            _check_row(team, criterion.check.meta.id, scorecard, Status.PREVIEW)
            for criterion in scorecard.criteria
            if (criterion.check.meta.id, Status.PREVIEW) in team.checks
        ),
        loss=_loss(loss) if loss else None,
        critical=critical,
    )


def _by_place(agent: AgentSums, ranked: Mapping[str, Place]) -> tuple[int, int, str, str]:
    place = ranked.get(agent.agent_id)
    last = len(ranked) + 1
    return (*((place.best, place.worst) if place else (last, last)), agent.name.casefold(), agent.agent_id)


def _agent_row(agent: AgentSums, ranked: Mapping[str, Place]) -> AgentRow:
    place = ranked.get(agent.agent_id)
    results = agent.results_judged + agent.results_unclear
    return AgentRow(
        name=agent.name,
        href=agent.href,
        judged=figures.count(agent.judged),
        score=figures.rate(agent.score),
        place=_place(place, len(ranked)) if place else "–",
        critical=f"{figures.count(agent.failed)} of {figures.count(agent.screened)}",
        incomplete=figures.count(agent.incomplete),
        unclear=figures.percent(agent.results_unclear / results) if results else "–",
        inclusion=(
            f"{figures.count(agent.sampled)} of {figures.count(agent.frame)} "
            f"({figures.percent(agent.sampled / agent.frame)})"
            if agent.frame
            else "–"
        ),
    )


def _place(place: Place, among: int) -> str:
    span = str(place.best) if place.best == place.worst else f"{place.best}–{place.worst}"
    return f"{span} of {among}"


def _metric_columns(agents: Sequence[AgentSums]) -> dict[str, tuple[str, str]]:
    """Label and definition of every metric that any agent has, in the order in which they come."""
    return {metric.id: (metric.label, metric.definition) for agent in agents for metric in agent.service}


def _cells(agent: AgentSums, labels: Mapping[str, object]) -> Iterator[Metric | None]:
    values = {metric.id: metric for metric in agent.service}
    yield from (values.get(label) for label in labels)


def _sections(scorecard: Scorecard, team: Team) -> Iterator[SectionView]:
    for section in scorecard.sections:
        shares = team.sections.get(section.id)
        yield SectionView(
            title=section.title,
            score=figures.rate(shares.estimate() if shares else None),
            checks=tuple(
                _check_row(team, criterion.check.meta.id, scorecard, Status.STABLE)
                for criterion in section.criteria
                if (criterion.check.meta.id, Status.STABLE) in team.checks
            ),
        )


def _check_row(team: Team, check_id: str, scorecard: Scorecard, status: Status) -> CheckRow:
    meta = next(c.check.meta for c in scorecard.criteria if c.check.meta.id == check_id)
    check = team.checks[check_id, status]
    return CheckRow(
        title=meta.title,
        id=check_id,
        share=figures.rate(check.shares.estimate()),
        missed=figures.count(check.chats_missed),
        unclear=figures.count(check.chats_unclear),
        accuracy=figures.accuracy(meta) if meta.measured else "not measured",
    )


def _window(run: Run) -> str:
    zone = ZoneInfo(run.time_zone)
    since = run.since and run.since.astimezone(zone)
    # The window is half-open: its last day is the one in which its last moment lies.
    until = run.until and (run.until - timedelta(microseconds=1)).astimezone(zone)
    if since and until:
        return figures.days(since, until)
    if since:
        return f"from {figures.day(since)}"
    return f"until {figures.day(until)}" if until else "all times"


def _facts(run: Run, scorecard: Scorecard, sample: Sample) -> Iterator[tuple[str, str]]:
    drawn = "every chat" if sample.plan.per_agent is None else f"{sample.plan.per_agent} chats of each agent, at random"
    frame = sum(sample.frame_sizes.values())
    yield "Kind of run", "nightly" if run.kind == "nightly" else "ad hoc, not part of the nightly trend"
    yield "Window", f"{_window(run)} ({run.time_zone})"
    if chosen := "; ".join(f"{flag}: {value}" for flag, value in _selected(run)):
        yield "Only", chosen
    yield "Sources", f"digest {figures.short(run.source_digest)}"
    yield (
        "Scorecard",
        f"{scorecard.title} ({scorecard.id}, version {scorecard.version}, {figures.short(scorecard.digest)})",
    )
    models = f", models {figures.short(run.model_digest)}" if run.model_digest else ""
    yield "Program", f"version {run.pipeline_version}, word lists {figures.short(run.lexicon_digest)}{models}"
    yield "Sample", f"{drawn} (plan {sample.plan}, seed {sample.seed})"
    yield (
        "Frame",
        f"{figures.counted(frame, 'unit', 'units')} (an agent in a chat), digest {figures.short(sample.frame_digest)}",
    )
    for reason, number in sorted(sample.exclusions.items()):
        yield "Left out of the frame", f"{figures.counted(number, 'chat', 'chats')}: {reason}"
    yield "Run", figures.short(run.key)


def _selected(run: Run) -> Iterator[tuple[str, str]]:
    for key, flag in _SELECTED.items():
        yield from ((flag, value) for value in run.selection.get(key, ()))


def _replay(run: Run) -> str:
    """The command that draws and judges the same chats again."""
    parts = ["fairhear", "audit", _SOURCE, "--sample", run.plan, "--seed", str(run.seed)]
    parts += ["--scorecard", _bundled(run.scorecard) or _SCORECARD, "--time-zone", run.time_zone]
    for flag, moment in (("--since", run.since), ("--until", run.until)):
        parts += [flag, moment.isoformat()] if moment else []
    for flag, value in _selected(run):
        parts += [f"--{flag}", value]
    return " ".join(part if part in {_SOURCE, _SCORECARD} else shlex.quote(part) for part in parts)


def _bundled(scorecard: str) -> str | None:
    """The name of the bundled scorecard with this text; a copy that was changed may still carry its id."""
    return next((p.stem for p in sorted(SCORECARDS.glob("*.toml")) if p.read_bytes() == scorecard.encode()), None)


def _loss(loss: Mapping[str, Any]) -> Loss:
    columns = ("read", "kept", "merged", "dropped", "quarantined")
    return Loss(
        columns=columns,
        rows=tuple(
            LossRow(label, tuple(figures.count(loss[label.lower()].get(column, 0)) for column in columns))
            for label in ("Conversations", "Messages")
        ),
        reasons=tuple((reason, figures.count(number)) for reason, number in sorted(loss["reasons"].items())),
    )
