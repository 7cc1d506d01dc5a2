"""The whole site: a page an agent, and the lead's page over all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pipeline.reporting.agent_page import agent_page, page_links
from pipeline.reporting.chats import PER_PAGE, ChatReader, page_name, page_of, shows
from pipeline.reporting.lead_page import Team, agent_sums, lead_page
from pipeline.reporting.publish import published
from pipeline.reporting.render import Renderer
from pipeline.reporting.slugs import slug
from pipeline.reporting.tally import AgentTally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from pipeline.reporting.chats import ChatView
    from pipeline.reporting.lead_page import AgentSums
    from pipeline.sampling import Estimate, Sample
    from pipeline.scorecard import Scorecard
    from pipeline.service import Metric, ServiceFacts
    from pipeline.store import AuditedUnit, Run
    from pipeline.transcript import Transcript


@dataclass(frozen=True, slots=True)
class AgentInput:
    """One agent and the chats the run kept of that agent, in order and each as long as it was when it was judged.

    They are read more than once and never held as a whole.
    """

    agent_id: str
    name: str
    audited: Callable[[], Iterator[tuple[Transcript, AuditedUnit]]]


@dataclass(frozen=True, slots=True)
class AgentSummary:
    """One agent in the table that the command prints. `failed` counts chats with a critical miss."""

    agent_id: str
    name: str
    judged: int
    score: Estimate | None
    failed: int
    incomplete: int
    page: Path


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """What was written: the agents in the order of their ids, and the path of the lead's page."""

    agents: tuple[AgentSummary, ...]
    lead: Path


def write_site(  # noqa: PLR0913 - what a site is made of
    folder: Path,
    *,
    run: Run,
    scorecard: Scorecard,
    sample: Sample,
    agents: Iterable[AgentInput],
    loss: Mapping[str, Any] | None,
    metrics: Callable[[Iterable[ServiceFacts]], list[Metric]],
) -> SiteSummary:
    """Write `agents/<agent>/index.html` and `lead/index.html` under a folder, in the place of those of an earlier run.

    Readers see the old pages until all new ones are there. Raises SiteError where files not ours would be lost.
    """
    renderer, team, sums = Renderer(), Team(), []
    with published(folder) as staging:
        for agent in sorted(agents, key=lambda agent: agent.agent_id):
            tally, service = _tallied(agent, run, scorecard, metrics)
            team.add(tally)
            place = staging / "agents" / slug(agent.agent_id)
            place.mkdir(parents=True)
            page = agent_page(agent.name, tally, run=run, scorecard=scorecard, sample=sample, service=service)
            _write_agent(renderer, place, agent, tally, page=page)
            href = f"../agents/{quote(slug(agent.agent_id))}"
            sums.append(agent_sums(agent.name, href, tally, sample=sample, service=service))
        (staging / "agents").mkdir(exist_ok=True)
        (staging / "lead").mkdir()
        lead = lead_page(sums, team, run=run, scorecard=scorecard, sample=sample, loss=loss)
        renderer.write(staging / "lead" / "index.html", "lead.html", page=lead)
    return SiteSummary(tuple(_summary(folder, agent) for agent in sums), folder / "lead" / "index.html")


def _tallied(
    agent: AgentInput, run: Run, scorecard: Scorecard, metrics: Callable[[Iterable[ServiceFacts]], list[Metric]]
) -> tuple[AgentTally, list[Metric]]:
    """The sums and service metrics of one agent, from one pass over the chats."""
    checks = {criterion.check.meta.id: criterion.check.meta for criterion in scorecard.criteria}
    tally = AgentTally(ChatReader(agent.agent_id, checks, ZoneInfo(run.time_zone)), scorecard)

    def facts() -> Iterator[ServiceFacts]:
        for transcript, unit in agent.audited():
            tally.add(transcript, unit)
            yield unit.service

    pass_over = facts()
    service = metrics(pass_over)
    for _ in pass_over:  # metrics may stop early; the sums may not
        pass
    return tally, service


def _write_agent(renderer: Renderer, place: Path, agent: AgentInput, tally: AgentTally, *, page: Any) -> None:
    reader = replace(tally.reader, blanket=frozenset(tally.blanket))
    chats = _chats(agent, reader)
    last = page_of(max(tally.shown, 1))
    for number in range(1, last + 1):
        renderer.write(
            place / page_name(number),
            "agent.html" if number == 1 else "chats.html",
            page=page,
            chats=islice(chats, PER_PAGE),
            shown=tally.shown,
            links=page_links(tally.shown, number),
        )


def _chats(agent: AgentInput, reader: ChatReader) -> Iterator[ChatView]:
    number = 0
    for transcript, unit in agent.audited():
        if shows(unit):
            number += 1
            yield reader.chat(transcript, unit, number)


def _summary(folder: Path, agent: AgentSums) -> AgentSummary:
    return AgentSummary(
        agent_id=agent.agent_id,
        name=agent.name,
        judged=agent.judged,
        score=agent.score,
        failed=agent.failed,
        incomplete=agent.incomplete,
        page=folder / "agents" / slug(agent.agent_id) / "index.html",
    )
