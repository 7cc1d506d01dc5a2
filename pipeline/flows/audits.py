"""The flows: thin, with batches of chats as their tasks. No chat text is logged.

No `from __future__ import annotations` here: Prefect reads the parameters' types when it serves a flow.
"""

import string
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from prefect.utilities.annotations import quote

from pipeline import audit
from pipeline.audit import AuditRequest, NothingToAuditError, Prepared
from pipeline.ingest import ReadOptions, Source, find_sources
from pipeline.language import Annotator
from pipeline.reporting import SiteSummary, figures
from pipeline.sampling import Estimate, Plan
from pipeline.scorecard import load_scorecard
from pipeline.settings import Settings, load_settings
from pipeline.store import Selection, Store
from pipeline.transcript import language_code

# Prefect must not look through a whole sample for futures, and unwraps the mark before the task sees it.
opaque: Any = quote

Channel = Literal["chat", "email", "social", "phone", "in_app"]


@task(name="take in", cache_policy=NO_CACHE)
def take_in(store: Store, sources: Sequence[Source], options: ReadOptions, now: datetime) -> dict[str, Any]:
    """Take the sources in; the loss report as a record."""
    return audit.import_sources(store, sources, options, now=now, progress=_quiet).to_record()


@task(name="check a batch", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def check_batch(store: Store, prepared: Prepared, number: int, annotator: Annotator) -> None:
    """Check and save one batch of chats; repeating it changes nothing."""
    audit.audit_batch(store, prepared, number, annotator)


@task(name="write pages", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def write_pages(store: Store, prepared: Prepared, settings: Settings, out: Path) -> SiteSummary:
    """Write the site of a complete run."""
    return audit.publish(store, prepared.run.key, prepared.scorecard, out, service_preset=settings.service_preset)


@flow(name="nightly-audit")
def nightly_audit(day: date | None = None, config: Path | None = None) -> None:
    """Audit the chats of one day, from the configured sources.

    Args:
        day: The day to audit, in the configured time zone. Empty: the day before the scheduled time.
        config: Settings file instead of fairhear.toml in the working folder.
    """
    settings = load_settings(config=config)
    if day is None:
        due = flow_run.scheduled_start_time or datetime.now(UTC)
        day = due.astimezone(settings.zone).date() - timedelta(days=1)
    since, until = _midnight(day, settings), _midnight(day + timedelta(days=1), settings)
    plan = Plan.parse(settings.nightly.sample)
    with find_sources(settings.nightly.sources) as sources:
        _run("nightly", settings, sources, Selection(since=since, until=until), plan, settings.seed, settings.out)


@flow(name="ad-hoc-audit")
def ad_hoc_audit(  # noqa: PLR0913, PLR0917 - the fields of a form
    sources: list[str],
    since: date | None = None,
    until: date | None = None,
    agents: tuple[str, ...] = (),
    customers: tuple[str, ...] = (),
    queues: tuple[str, ...] = (),
    products: tuple[str, ...] = (),
    channels: tuple[Channel, ...] = (),
    languages: tuple[str, ...] = (),
    scorecard: str = "",
    sample: str = "",
    seed: int | None = None,
    out: Path = Path("site-ad-hoc"),
    config: Path | None = None,
) -> None:
    """Audit the chats you choose. Never enters the nightly trend.

    Args:
        sources: Files, folders or globs of transcripts, as the serving machine sees them.
        since: Only chats that began on or after this day.
        until: Only chats that began on or before this day.
        agents: Only chats of these agent ids.
        customers: Only chats of these customer ids.
        queues: Only these queues.
        products: Only these products.
        channels: Only these channels.
        languages: Only chats declared to be in these languages, like en.
        scorecard: A scorecard file, or the name of a bundled one. Empty: the configured one.
        sample: all, or random:N-per-agent like random:10-per-agent. Empty: the configured plan.
        seed: Seed of the draw; the same seed draws the same chats again. None: the configured one.
        out: Folder for the pages.
        config: Settings file instead of fairhear.toml in the working folder.
    """
    settings = load_settings({"scorecard": scorecard or None, "sample": sample or None, "seed": seed}, config)
    with find_sources(sources) as found:
        selection = Selection(
            since=_midnight(since, settings),
            until=_midnight(until and until + timedelta(days=1), settings),
            agents=agents,
            customers=customers,
            queues=queues,
            products=products,
            channels=channels,
            languages=tuple(language_code(name) for name in languages),
            sources=tuple(source.digest for source in found),
        )
        _run("ad-hoc", settings, found, selection, Plan.parse(settings.sample), settings.seed, out)


def _run(  # noqa: PLR0913, PLR0917 - the one body of both flows
    kind: Literal["ad-hoc", "nightly"],
    settings: Settings,
    sources: Sequence[Source],
    selection: Selection,
    plan: Plan,
    seed: int,
    out: Path,
) -> None:
    logger = get_run_logger()
    scorecard = load_scorecard(settings.scorecard)
    now = datetime.now(UTC)
    with Store.open(settings.store) as store:
        loss = take_in(opaque(store), opaque(sources), opaque(settings.read_options()), now)
        logger.info("Taken in: %s", loss["conversations"])
        request = AuditRequest(kind, selection, scorecard, plan, seed, settings.time_zone)
        try:
            prepared = audit.prepare(store, request, now=now)
        except NothingToAuditError as error:
            if kind == "ad-hoc":
                raise  # somebody asked for chats that are not there; a quiet night is no failure
            logger.warning("Nothing to audit: %s. The pages stay as they are.", error)
            return
        if audit.begin(store, prepared):
            annotator = audit.annotator_for(scorecard)
            for number in range(len(prepared.batches)):
                check_batch(opaque(store), opaque(prepared), number, opaque(annotator))
            store.complete_run(prepared.run.key, now)
        else:
            logger.info("Run %s was complete already; nothing was checked again", prepared.run.key[:12])
        summary = write_pages(opaque(store), opaque(prepared), opaque(settings), out)
    create_markdown_artifact(_summary(prepared, summary, loss), key=f"{kind}-audit", description="Result of the audit")
    logger.info("Lead's page: %s", summary.lead)


def _midnight(day: date | None, settings: Settings) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), tzinfo=settings.zone)


def _quiet(stage: str, done: int, total: int | None) -> None:
    """Prefect shows the tasks; there is no bar to draw."""


def _summary(prepared: Prepared, summary: SiteSummary, loss: dict[str, Any]) -> str:
    """The artifact: figures only, no chat text."""
    rows = [
        f"| {_plain(agent.name)} | {agent.judged} | {_score(agent.score)} | {agent.failed} | {agent.incomplete} |"
        for agent in summary.agents
    ]
    counts = loss["conversations"]
    return "\n".join(
        [
            f"Run `{prepared.run.key[:12]}` · plan {prepared.run.plan} · seed {prepared.run.seed}",
            "",
            "| agent | chats | score (95 % interval) | critical | incomplete |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "Conversations: " + ", ".join(f"{counts[name]} {name}" for name in counts),
            "",
            f"Lead's page: `{summary.lead}`",
        ]
    )


def _score(estimate: Estimate | None) -> str:
    rate = figures.rate(estimate)
    return f"{rate.value} ({rate.interval})" if rate.enough else rate.value


def _plain(name: str) -> str:
    """A name from an export as Markdown that shows it and does nothing else."""
    return " ".join(name.split()).translate({ord(sign): f"\\{sign}" for sign in string.punctuation})
