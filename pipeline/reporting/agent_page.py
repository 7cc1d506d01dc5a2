"""What an agent's own page says: opening, strengths, coaching points, service figures, how to read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipeline.finding import Severity, Status
from pipeline.reporting import figures
from pipeline.reporting.chats import PER_PAGE, page_name, page_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.finding import CheckMeta
    from pipeline.reporting.chats import ExcerptView
    from pipeline.reporting.figures import Rate
    from pipeline.reporting.tally import AgentTally, CheckTally
    from pipeline.sampling import Sample
    from pipeline.scorecard import Scorecard
    from pipeline.service import Metric
    from pipeline.store import Run

_OFTEN = 0.8  # share met from which a check is a strength
_STRENGTHS = 5


@dataclass(frozen=True, slots=True)
class Strength:
    """A check met often, and one of the times."""

    title: str
    met: str
    note: str
    moment: ExcerptView


@dataclass(frozen=True, slots=True)
class ExampleView:
    """One missed finding in its context."""

    note: str
    suggestion: str
    reference: str
    excerpt: ExcerptView


@dataclass(frozen=True, slots=True)
class CoachingPoint:
    """The misses of one check."""

    anchor: str
    title: str
    severity: str
    critical: bool
    how_often: str
    cost: str
    suggestion: str
    accuracy: str
    examples: tuple[ExampleView, ...]
    others: str
    more: str


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One criterion in the arithmetic of the score."""

    title: str
    weight: str
    met: Rate
    lost: str


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page of chats."""

    href: str
    label: str
    current: bool


@dataclass(frozen=True, slots=True)
class AgentPage:
    """The agent's main page, all but the chats themselves."""

    name: str
    period: str
    looked_at: str
    score: Rate
    verdict: str
    failed: str
    incomplete: str
    strengths: tuple[Strength, ...]
    kept: tuple[str, ...]
    coaching: tuple[CoachingPoint, ...]
    advice: tuple[CoachingPoint, ...]
    service: tuple[Metric, ...]
    score_lines: tuple[ScoreLine, ...]
    drawn: str
    screened: str
    time_zone: str
    scorecard: str
    run: str
    example_reference: str


def agent_page(  # noqa: PLR0913 - what the page is made of
    name: str, tally: AgentTally, *, run: Run, scorecard: Scorecard, sample: Sample, service: Sequence[Metric]
) -> AgentPage:
    """Put the sums of one agent into words."""
    score = figures.rate(tally.scores.estimate())
    strengths, kept = _strengths(tally)
    coaching = tuple(_coaching(tally, Status.STABLE))
    advice = tuple(_coaching(tally, Status.PREVIEW))
    references = [example.reference for point in (*coaching, *advice) for example in point.examples]
    return AgentPage(
        name=name,
        period=_period(tally),
        looked_at=_looked_at(tally, sample),
        score=score,
        verdict=_verdict(score),
        failed=_failed(tally),
        incomplete=_incomplete(tally),
        strengths=strengths,
        kept=kept,
        coaching=coaching,
        advice=advice,
        service=tuple(service),
        score_lines=tuple(_score_lines(tally)),
        drawn=_drawn(tally, sample),
        screened=figures.counted(tally.screened, "chat", "chats"),
        time_zone=run.time_zone,
        scorecard=f"{scorecard.title} ({scorecard.id}, version {scorecard.version})",
        run=figures.short(run.key),
        example_reference=references[0] if references else "",
    )


def page_links(shown: int, current: int) -> tuple[PageLink, ...]:
    """Links between an agent's pages of chats; none where one page holds them all."""
    last = page_of(max(shown, 1))
    if last == 1:
        return ()
    return tuple(
        PageLink(
            href=f"{page_name(page)}#chats",
            label=f"{(page - 1) * PER_PAGE + 1}–{min(page * PER_PAGE, shown)}",
            current=page == current,
        )
        for page in range(1, last + 1)
    )


def _period(tally: AgentTally) -> str:
    if not tally.first_day:
        return ""
    return figures.days(date.fromisoformat(tally.first_day), date.fromisoformat(tally.last_day))


def _looked_at(tally: AgentTally, sample: Sample) -> str:
    frame = sample.frame_sizes.get(tally.reader.agent_id, tally.sampled)
    if tally.sampled == frame:
        return "your one chat" if frame == 1 else f"all {figures.count(frame)} of your chats"
    return f"{figures.count(tally.sampled)} of your {figures.count(frame)} chats, drawn at random"


def _verdict(score: Rate) -> str:
    if score.enough:
        return (
            f"If you had many more chats like these, your score would most likely settle between "
            f"{score.interval.replace('–', ' and ')}."
        )
    if score.n == "0":
        return "None of these chats could be scored. That costs you nothing."
    return (
        "That is too few chats for a score that means anything, so none is given. "
        "What follows is worth reading all the same."
    )


def _failed(tally: AgentTally) -> str:
    if not tally.failed:
        return ""
    chats = figures.counted(tally.failed, "chat", "chats")
    return f"{chats} of the {figures.count(tally.screened)} screened had a critical miss, which comes first below."


def _incomplete(tally: AgentTally) -> str:
    if not tally.incomplete:
        return ""
    chats = figures.counted(tally.incomplete, "chat is", "chats are")
    return f"{chats} incomplete: a check failed to run there. That neither raised nor lowered your score."


def _order(tally: AgentTally) -> list[str]:
    """The ids of the checks as the scorecard lists them."""
    return [criterion.check.meta.id for criterion in tally.scorecard.criteria]


def _strengths(tally: AgentTally) -> tuple[tuple[Strength, ...], tuple[str, ...]]:
    """The stable checks met often, the surest first: those with a moment to quote, and the others as lines."""
    often = []
    for place, check_id in enumerate(_order(tally)):
        check = tally.checks.get((check_id, Status.STABLE))
        found = check.shares.estimate() if check else None
        praised = check and not any(example.rank[0] for example in check.misses)  # nothing critical was missed
        if check and praised and found and figures.rate(found).enough and found.value >= _OFTEN:
            often.append((-found.low, place, check_id, check.moment, figures.share(found)))
    quoted: list[Strength] = []
    kept: list[str] = []
    for _, _, check_id, moment, met in sorted(often, key=lambda item: item[:2]):
        title = tally.reader.checks[check_id].title
        if moment and moment.rank[0] and check_id not in tally.blanket and len(quoted) < _STRENGTHS:
            quoted.append(Strength(title, met, moment.finding.note, moment.excerpt))
        else:
            kept.append(f"{title}: {met}")
    return tuple(quoted), tuple(kept)


def _coaching(tally: AgentTally, status: Status) -> Iterator[CoachingPoint]:
    """The checks with misses, the weightiest first: critical ones, then by what they took off the score."""
    order = {check_id: place for place, check_id in enumerate(_order(tally))}
    severities = {c.check.meta.id: c.severity for c in tally.scorecard.criteria}
    missed = [(check_id, check) for (check_id, of), check in tally.checks.items() if of is status and check.misses]

    def weight(item: tuple[str, CheckTally]) -> tuple[bool, float, int, int]:
        check_id, check = item
        return severities[check_id] is not Severity.CRITICAL, -check.lost, -check.chats_missed, order[check_id]

    for check_id, check in sorted(missed, key=weight):
        yield _point(tally, tally.reader.checks[check_id], check, status, severities[check_id])


def _point(tally: AgentTally, meta: CheckMeta, check: CheckTally, status: Status, severity: Severity) -> CoachingPoint:
    examples = sorted(check.misses, key=lambda example: example.rank, reverse=True)
    suggestion = examples[0].finding.suggestion
    rest = check.findings_missed - len(examples)
    lost = tally.mean_lost(check.lost)
    return CoachingPoint(
        anchor=f"{status}-{meta.id.replace('.', '-')}",
        title=meta.miss,
        severity=str(severity),
        critical=severity is Severity.CRITICAL and status is Status.STABLE,
        how_often=_how_often(check),
        cost=f"took {figures.points(lost)} off your score" if lost else "",
        suggestion=suggestion,
        accuracy=figures.accuracy(meta, tally.languages),
        examples=tuple(
            ExampleView(
                note=example.finding.note,
                suggestion=example.finding.suggestion if example.finding.suggestion != suggestion else "",
                reference=example.reference,
                excerpt=example.excerpt,
            )
            for example in examples
        ),
        others=figures.counted(len(examples) - 1, "more example", "more examples"),
        more=f"{figures.counted(rest, 'more is', 'more are')} marked in the chats below." if rest else "",
    )


def _how_often(check: CheckTally) -> str:
    if not check.chats_missed:
        return "found while screening chats outside the sample"
    judged = figures.counted(check.chats_judged, "chat", "chats")
    return f"in {figures.count(check.chats_missed)} of the {judged} where there was occasion"


def _score_lines(tally: AgentTally) -> Iterator[ScoreLine]:
    for criterion in tally.scorecard.criteria:
        check = tally.checks.get((criterion.check.meta.id, Status.STABLE))
        if not criterion.weight or check is None:
            continue
        lost = tally.mean_lost(check.lost)
        yield ScoreLine(
            title=criterion.check.meta.title,
            weight=f"{criterion.weight:g}",
            met=figures.rate(check.shares.estimate()),
            lost=f"{100 * lost:.1f}" if check.chats_judged else "–",
        )


def _drawn(tally: AgentTally, sample: Sample) -> str:
    frame = sample.frame_sizes.get(tally.reader.agent_id, tally.sampled)
    if tally.sampled == frame:
        return "Every chat of yours in the period was judged; nothing was picked."
    return (
        f"Of your {figures.count(frame)} chats in the period, {figures.count(tally.sampled)} were drawn at random, "
        f"each with the same chance of {figures.percent(tally.sampled / frame)}. Nobody chose them, "
        f"and the draw can be repeated: seed {sample.seed}, plan {sample.plan}."
    )
