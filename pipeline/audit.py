"""One audit from end to end, as plain functions: take in, draw, check, score, write pages.

No orchestrator stands here. The command calls these functions in a row; the flows call them as tasks. Clock, seed,
store and folders come in as arguments, so the same input gives the same findings, rows and pages.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, Protocol
from zoneinfo import ZoneInfo

import orjson

from pipeline import ingest, reporting, resources
from pipeline.finding import Severity, finding_records, run_check
from pipeline.ingest import LossReport, ReadTranscript
from pipeline.language import Annotator, load_lexicons, load_models, models_digest
from pipeline.sampling import Unit, draw
from pipeline.scorecard import evaluate
from pipeline.service import PRESETS, metrics, service_facts
from pipeline.store import AuditedUnit, QuarantineItem, Run, SourceRef

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime, tzinfo
    from pathlib import Path

    from pipeline.finding import CheckResult
    from pipeline.ingest import ReadOptions, Rejected, Source
    from pipeline.language import AnnotatedTranscript
    from pipeline.reporting import SiteSummary
    from pipeline.sampling import Plan, Sample
    from pipeline.scorecard import Scorecard
    from pipeline.store import Selection, Store

_IMPORT_BATCH = 500
_AUDIT_BATCH = 500
_MOST_BATCHES = 200  # a flow of more tasks gets slow and, at thousands, loses records
_NO_AGENT = "no human agent wrote in the chat"
_NO_TIME = "no time says whether they belong to the window"


class NothingToAuditError(ValueError):
    """A selection that fits no chat: pages of nothing would take the place of those that are there."""


class Progress(Protocol):
    """Told how far a stage is; `total` is None where nobody knows."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take note of it."""


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """What is asked of one audit."""

    kind: Literal["ad-hoc", "nightly"]
    selection: Selection
    scorecard: Scorecard
    plan: Plan
    seed: int
    time_zone: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """An audit that is drawn and ready to run: its run, its sample, and the chats to check, a batch each."""

    run: Run
    sample: Sample
    scorecard: Scorecard
    batches: tuple[tuple[str, ...], ...]


def import_sources(
    store: Store, sources: Sequence[Source], options: ReadOptions, *, now: datetime, progress: Progress
) -> LossReport:
    """Take the sources in and account for every conversation and message in them.

    What cannot be read is quarantined and the rest goes through. A source that was taken in before changes nothing.
    """
    report = LossReport()
    for source in sources:
        reference = SourceRef(source.digest, source.name)
        own = LossReport()
        items = iter(ingest.read_source(source, options))
        position = 0
        while batch := list(islice(items, _IMPORT_BATCH)):
            _take_in(store, reference, position, batch, own)
            position += len(batch)
            progress(f"Reading {source.name}", position, None)
        store.mark_source_read(reference, now, own.to_record())
        report.add(own)
    return report


def _take_in(
    store: Store, source: SourceRef, position: int, batch: Sequence[ReadTranscript | Rejected], report: LossReport
) -> None:
    read = [(position + n, item) for n, item in enumerate(batch) if isinstance(item, ReadTranscript)]
    added = store.add(source, [(n, item.transcript) for n, item in read])
    quarantined = []
    for item in batch:
        if not isinstance(item, ReadTranscript):
            report.count_rejected(item)
            quarantined.append(QuarantineItem(item.line, item.reason, item.detail, item.content))
    for (_, item), result in zip(read, added, strict=True):
        if result.status == "conflict":
            detail = _conflict(source, item, result.detail)
            report.count_conflict(item, detail)
            quarantined.append(QuarantineItem(item.line, "conflict", detail, item.transcript.id))
        else:
            report.count(item, kept=result.kept, merged=result.merged)
    store.add_quarantine(source, quarantined)


def _conflict(source: SourceRef, item: ReadTranscript, difference: str) -> str:
    return (
        f"{source.name}, line {item.line}: chat {item.transcript.id!r} is stored already and says something else: "
        f"{difference}. The stored one is kept; if the new one is right (another time zone, say), use a new --store"
    )


def prepare(store: Store, request: AuditRequest, *, now: datetime) -> Prepared:
    """Draw the sample of an audit and cut its chats into batches.

    Every chat of the frame is screened for critical behaviour; the drawn ones get the whole scorecard. The run's key
    says what went in, so the same request over the same chats is the same run.
    """
    digest = hashlib.sha256()
    frame: list[Unit] = []
    chats: list[str] = []
    without_agent = 0
    for entry in store.frame(request.selection):
        digest.update(f"{entry.transcript_id}\x1f{entry.digest}\x1e".encode())
        frame += [Unit(entry.transcript_id, agent) for agent in _asked_for(entry.agents, request.selection.agents)]
        if entry.agents:
            chats.append(entry.transcript_id)
        else:
            without_agent += 1
    exclusions = {_NO_AGENT: without_agent, _NO_TIME: _undated(store, request.selection)}
    exclusions = {reason: count for reason, count in exclusions.items() if count}
    if not frame:
        left_out = "; ".join(f"{count:,} left out: {reason}" for reason, count in exclusions.items())
        raise NothingToAuditError(
            f"no chat of a human agent fits the selection ({left_out or 'none at all'}); widen it"
        )
    lexicons = load_lexicons(resources.LEXICONS).changed(request.scorecard.phrases)
    sample = draw(frame, request.plan, request.seed, exclusions)
    about: dict[str, Any] = {
        "kind": request.kind,
        "since": request.selection.since,
        "until": request.selection.until,
        "selection": request.selection.to_record(),
        "time_zone": request.time_zone,
        "source_digest": digest.hexdigest(),
        "plan": str(request.plan),
        "seed": request.seed,
        "scorecard_id": request.scorecard.id,
        "scorecard_version": request.scorecard.version,
        "scorecard_digest": request.scorecard.digest,
        "pipeline_version": resources.pipeline_version(),
        "lexicon_digest": lexicons.digest,
        "model_digest": models_digest(resources.MODELS),
    }
    checks = sorted((c.check.meta.id, c.check.meta.version) for c in request.scorecard.criteria)
    key = hashlib.sha256(orjson.dumps(about | {"checks": checks}, option=orjson.OPT_SORT_KEYS)).hexdigest()
    size = max(_AUDIT_BATCH, -(-len(chats) // _MOST_BATCHES))
    batches = tuple(tuple(chats[start : start + size]) for start in range(0, len(chats), size))
    run = Run(key=key, scorecard=request.scorecard.source, started_at=now, finished_at=None, **about)
    return Prepared(run, sample, request.scorecard, batches)


def begin(store: Store, prepared: Prepared) -> bool:
    """Note the run in the store, or find it interrupted; False where it is complete and there is nothing to do."""
    if store.finished_run(prepared.run.key):
        return False
    store.begin_run(prepared.run, prepared.sample)
    return True


def run_audit(store: Store, prepared: Prepared, *, now: datetime, progress: Progress) -> bool:
    """Check what is not checked yet and complete the run. False where the run was complete already."""
    if not begin(store, prepared):
        return False
    annotator = annotator_for(prepared.scorecard)
    for number in range(len(prepared.batches)):
        progress("Checking", number, len(prepared.batches))
        audit_batch(store, prepared, number, annotator)
    store.complete_run(prepared.run.key, now)
    return True


def annotator_for(scorecard: Scorecard) -> Annotator:
    """What reads the chats of an audit: the shipped models, and the word lists as the scorecard wants them."""
    lexicons = load_lexicons(resources.LEXICONS).changed(scorecard.phrases)
    return Annotator(lexicons, load_models(resources.MODELS))


def audit_batch(store: Store, prepared: Prepared, number: int, annotator: Annotator) -> None:
    """Check one batch and save it; a batch that is saved already is left alone."""
    if number < store.saved_batches(prepared.run.key):
        return
    chats = annotator.annotate(store.transcripts(prepared.batches[number]))
    run, sample = prepared.run, prepared.sample.units
    zone, only = ZoneInfo(run.time_zone), run.selection["agents"]
    units = [unit for chat in chats for unit in judge(chat, prepared.scorecard, sample, zone=zone, only=only)]
    store.save_batch(prepared.run.key, number, units)


def _undated(store: Store, selection: Selection) -> int:
    """How many chats would fit if there were no window, and carry no time to be in it by."""
    if selection.since is None and selection.until is None:
        return 0
    return sum(entry.started_at is None for entry in store.frame(replace(selection, since=None, until=None)))


def _asked_for(agents: Iterable[str], only: Collection[str]) -> list[str]:
    """The agents of a chat that an audit is about; others who took part in it are not judged along."""
    return [agent for agent in agents if not only or agent in only]


def judge(
    chat: AnnotatedTranscript,
    scorecard: Scorecard,
    sample: Mapping[Unit, float],
    *,
    zone: tzinfo,
    only: Collection[str] = (),
) -> Iterator[AuditedUnit]:
    """Yield each agent's part of a chat: the whole scorecard where it was drawn, the critical screen elsewhere.

    Days begin in `zone`. `only` names the agents that are asked for; empty means all.
    """
    transcript = chat.transcript
    units = {agent: Unit(transcript.id, agent) for agent in _asked_for(transcript.agents, only)}
    drawn = any(unit in sample for unit in units.values())
    results: dict[str, list[CheckResult]] = {agent: [] for agent in units}
    for criterion in scorecard.criteria:
        critical = criterion.severity is Severity.CRITICAL
        if not (drawn or critical):
            continue
        for result in run_check(criterion.check, chat, criterion.severity):
            if result.agent_id in units and (critical or units[result.agent_id] in sample):
                results[result.agent_id].append(result)
    for agent, unit in units.items():
        inclusion = sample.get(unit)
        evaluation = evaluate(transcript.id, agent, results[agent], scorecard)
        yield AuditedUnit(
            evaluation=evaluation,
            inclusion=inclusion,
            day=started.astimezone(zone).date().isoformat() if (started := transcript.started_at) else None,
            language=chat.language,
            messages=len(transcript.messages),
            service=service_facts(chat, agent),
        )


def publish(store: Store, key: str, scorecard: Scorecard, out: Path, *, service_preset: str) -> SiteSummary:
    """Write the pages of a complete run; whoever reads the folder meanwhile sees the old site or the new one."""
    run = store.finished_run(key)
    if run is None:
        raise ValueError(f"run {key[:12]} is not complete; pages are written from complete runs only")
    preset = PRESETS[service_preset]
    return reporting.write_site(
        out,
        run=run,
        scorecard=scorecard,
        sample=store.sample(key),
        agents=(_agent_input(store, key, agent) for agent in store.agents(key)),
        loss=store.loss(run.selection["sources"]),
        metrics=lambda facts: metrics(facts, preset),
    )


def _agent_input(store: Store, key: str, agent_id: str) -> reporting.AgentInput:
    name = store.agent_name(key, agent_id) or agent_id
    return reporting.AgentInput(agent_id, name, lambda: store.audited(key, agent_id))


def finding_lines(store: Store, key: str) -> Iterator[bytes]:
    """Yield the lines of the findings file of a complete run, in the order of its chats."""
    for _, unit in store.audited(key):
        for result in unit.evaluation.results:
            for record in finding_records(unit.evaluation.transcript_id, result):
                yield orjson.dumps(record) + b"\n"


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file so that it is whole or absent."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.writelines(lines)
    part.replace(path)
