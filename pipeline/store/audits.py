"""Runs in and out of the database: the sample, the evaluations and their findings."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import fields, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from sqlalchemy import insert, select, update

from pipeline.finding import CheckResult, Evidence, Finding, Outcome, Severity, Status
from pipeline.sampling import Plan, Sample, Unit
from pipeline.service.facts import RoundFact, ServiceFacts
from pipeline.store.chats import CHUNK, load, pks_by_id
from pipeline.store.database import insert_rows
from pipeline.store.records import AuditedUnit, Run, StoreError
from pipeline.store.rows import chunks, to_json, to_moment, to_text, to_utc
from pipeline.store.tables import (
    evaluations,
    findings,
    messages,
    remarks,
    runs,
    samples,
    transcripts,
)
from pipeline.transcript import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from pipeline.scorecard import Evaluation
    from pipeline.transcript import Transcript


class Remark(NamedTuple):
    """What a finding says apart from where: the columns of `remarks` after its digest."""

    check_id: str
    version: int
    status: str
    severity: str
    result_outcome: str
    outcome: str
    note: str
    suggestion: str


# -- runs

_RUN_COLUMNS = [runs.c[field.name] for field in fields(Run)]


def begin_run(connection: Connection, run: Run, sample: Sample) -> datetime:
    """Begin a run or find the interrupted one; see `Store.begin_run`."""
    found = connection.execute(select(runs.c.started_at, runs.c.finished_at).where(runs.c.key == run.key)).first()
    if found and found.finished_at:
        raise StoreError(f"run {run.key}: it is complete since {found.finished_at}; read it instead of beginning it")
    if found:
        return to_moment(found.started_at) or run.started_at
    transcript_pks = pks_by_id(connection, [unit.transcript_id for unit in sample.units])
    pk = connection.scalars(insert(runs).values(_run_row(run, sample)).returning(runs.c.pk)).one()
    drawn = [
        (pk, place, _key_of(transcript_pks, unit.transcript_id), unit.agent_id, inclusion)
        for place, (unit, inclusion) in enumerate(sample.units.items())
    ]
    insert_rows(connection, samples, drawn)
    return run.started_at


def _run_row(run: Run, sample: Sample) -> dict[str, Any]:
    plain = {field.name: getattr(run, field.name) for field in fields(run)}
    return plain | {
        "since": to_text(run.since),
        "until": to_text(run.until),
        "selection": to_json(dict(run.selection)),
        "seed": str(run.seed),
        "started_at": to_text(run.started_at),
        "started_utc": to_utc(run.started_at),
        "finished_at": None,
        "batches": 0,
        "frame_digest": sample.frame_digest,
        "frame_sizes": to_json(dict(sample.frame_sizes)),
        "exclusions": to_json(dict(sample.exclusions)),
    }


def _run_from(row: Row[Any]) -> Run:
    values = dict(row._mapping)
    for name in ("since", "until", "started_at", "finished_at"):
        values[name] = to_moment(values[name])
    return Run(**(values | {"selection": orjson.loads(values["selection"]), "seed": int(values["seed"])}))


def finished_runs(connection: Connection, *, key: str | None = None, kind: str | None = None) -> list[Run]:
    """The complete runs, newest first."""
    statement = select(*_RUN_COLUMNS).where(runs.c.finished_at.is_not(None))
    if key is not None:
        statement = statement.where(runs.c.key == key)
    if kind is not None:
        statement = statement.where(runs.c.kind == kind)
    statement = statement.order_by(runs.c.started_utc.desc(), runs.c.pk.desc())
    return [_run_from(row) for row in connection.execute(statement)]


def complete_run(connection: Connection, key: str, finished_at: datetime) -> None:
    """Make a run visible; the first time stays."""
    changed = connection.execute(
        update(runs).where(runs.c.key == key, runs.c.finished_at.is_(None)).values(finished_at=to_text(finished_at))
    )
    if not changed.rowcount:
        _run(connection, key)


def _run(connection: Connection, key: str) -> Row[Any]:
    found = connection.execute(select(runs).where(runs.c.key == key)).first()
    if found is None:
        raise StoreError(f"run {key}: there is none with this key; begin it first")
    return found


def _complete_run_pk(connection: Connection, key: str) -> int:
    run = _run(connection, key)
    if not run.finished_at:
        raise StoreError(f"run {key}: it is not complete, so there is nothing to read yet; run the same audit again")
    pk: int = run.pk
    return pk


def sample(connection: Connection, key: str) -> Sample:
    """The sample of a run, complete or not."""
    run = _run(connection, key)
    drawn = (
        select(transcripts.c.id, samples.c.agent_id, samples.c.inclusion)
        .join(transcripts)
        .where(samples.c.run_pk == run.pk)
        .order_by(samples.c.position)
    )
    units = {Unit(transcript_id, agent): inclusion for transcript_id, agent, inclusion in connection.execute(drawn)}
    return Sample(
        Plan.parse(run.plan),
        int(run.seed),
        run.frame_digest,
        frame_sizes=orjson.loads(run.frame_sizes),
        units=units,
        exclusions=orjson.loads(run.exclusions),
    )


def agents(connection: Connection, key: str) -> list[str]:
    """The agents that a complete run judged or screened."""
    own = evaluations.c.run_pk == _complete_run_pk(connection, key)
    statement = select(evaluations.c.agent_id).where(own).distinct().order_by(evaluations.c.agent_id)
    return list(connection.scalars(statement))


def agent_name(connection: Connection, key: str, agent_id: str) -> str | None:
    """The name an agent goes by in the earliest chat of a complete run; an automatic reply may carry another."""
    statement = (
        select(messages.c.author_name)
        .join(evaluations, evaluations.c.transcript_pk == messages.c.transcript_pk)
        .join(transcripts, transcripts.c.pk == messages.c.transcript_pk)
        .where(evaluations.c.run_pk == _complete_run_pk(connection, key), evaluations.c.agent_id == agent_id)
        .where(messages.c.position < evaluations.c.messages, messages.c.author_id == agent_id)
        .where(messages.c.role == str(Role.AGENT), messages.c.author_name.is_not(None), ~messages.c.automatic)
        # Not by key: which of two chats came in first must not show.
        .order_by(transcripts.c.started_utc.nulls_last(), transcripts.c.id, messages.c.position)
        .limit(1)
    )
    return connection.scalar(statement)


def saved_batches(connection: Connection, key: str) -> int:
    """How many batches of a run are in."""
    count: int = _run(connection, key).batches
    return count


# -- writing evaluations


def save_batch(
    connection: Connection, key: str, number: int, units: Sequence[AuditedUnit], known: Mapping[Remark, int]
) -> dict[Remark, int]:
    """Save one batch; see `Store.save_batch`. Returns the keys of the remarks that were not yet `known`."""
    claimed = connection.execute(
        update(runs)
        .where(runs.c.key == key, runs.c.finished_at.is_(None), runs.c.batches == number)
        .values(batches=number + 1)
    )
    run = _run(connection, key)
    if not claimed.rowcount:
        if number < run.batches:
            return {}
        state = "complete" if run.finished_at else f"waiting for batch {run.batches}"
        raise StoreError(f"run {key}: batch {number} cannot be saved, the run is {state}")
    transcript_pks = pks_by_id(connection, [unit.evaluation.transcript_id for unit in units])
    rows = [_evaluation_row(run.pk, _key_of(transcript_pks, u.evaluation.transcript_id), u) for u in units]
    if not rows:
        return {}
    statement = insert(evaluations).returning(evaluations.c.pk, sort_by_parameter_order=True)
    pks = connection.execute(statement, rows).scalars().all()
    said = [line for pk, unit in zip(pks, units, strict=True) for line in _finding_rows(pk, unit.evaluation)]
    new = _remark_pks(connection, dict.fromkeys(remark for remark, _ in said if remark not in known))
    keys = {**known, **new} if new else known
    insert_rows(connection, findings, [(*row[:3], keys[remark], *row[3:]) for remark, row in said])
    return new


def _key_of(transcript_pks: Mapping[str, int], transcript_id: str) -> int:
    try:
        return transcript_pks[transcript_id]
    except KeyError:
        raise StoreError(f"transcript {transcript_id!r}: not in the store; add it before it is judged") from None


def _evaluation_row(run_pk: int, transcript_pk: int, unit: AuditedUnit) -> dict[str, Any]:
    facts = unit.service
    service = {
        "rounds": [[to_text(r.opened_at), r.seconds, r.answered, r.first, r.handed_over] for r in facts.rounds],
        "agent_messages": facts.agent_messages,
        "customer_messages": facts.customer_messages,
    }
    return {
        "run_pk": run_pk,
        "transcript_pk": transcript_pk,
        "agent_id": unit.evaluation.agent_id,
        "score": unit.evaluation.score,
        "inclusion": unit.inclusion,
        "day": unit.day,
        "language": unit.language,
        "messages": unit.messages,
        "service": to_json(service),
    }


def _finding_rows(evaluation_pk: int, evaluation: Evaluation) -> Iterator[tuple[Remark, tuple[Any, ...]]]:
    """Yield what stands in `remarks` and in `findings` but for the key between them."""
    for number, result in enumerate(evaluation.results):
        check = (result.check_id, result.version, result.status, result.severity, result.outcome)
        for position, finding in enumerate(result.findings):
            evidence = [(e.message_id, e.start, e.end) for e in finding.evidence]
            searched = to_json(finding.searched) if finding.searched else None
            row = (evaluation_pk, number, position, finding.confidence, to_json(evidence), searched)
            yield Remark(*check, finding.outcome, finding.note, finding.suggestion), row
        if not result.findings:
            remark = Remark(*check, result.outcome, result.reason, "")
            yield remark, (evaluation_pk, number, 0, None, None, None)


def _remark_pks(connection: Connection, wanted: Iterable[Remark]) -> dict[Remark, int]:
    """The keys of remarks; those not yet in the table are inserted in the order given."""
    digests = {hashlib.sha256(to_json(tuple(remark)).encode()).hexdigest(): remark for remark in wanted}
    found: dict[str, int] = {}
    for some in chunks(list(digests), CHUNK):
        there = connection.execute(select(remarks.c.digest, remarks.c.pk).where(remarks.c.digest.in_(some)))
        found |= {row.digest: row.pk for row in there}
    if new := [digest for digest in digests if digest not in found]:
        statement = insert(remarks).returning(remarks.c.pk, sort_by_parameter_order=True)
        rows = [{"digest": digest} | _remark_row(digests[digest]) for digest in new]
        found |= dict(zip(new, connection.execute(statement, rows).scalars(), strict=True))
    return {remark: found[digest] for digest, remark in digests.items()}


def _remark_row(remark: Remark) -> dict[str, Any]:
    # Members of enumerations become plain text: drivers differ in what they make of them.
    return {name: str(value) if isinstance(value, str) else value for name, value in remark._asdict().items()}


# -- reading evaluations


def audited_pks(connection: Connection, key: str, agent_id: str | None) -> list[int]:
    """The keys of a complete run's evaluations, ordered by start of the transcript, its id, and agent."""
    own = [evaluations.c.run_pk == _complete_run_pk(connection, key)]
    if agent_id is not None:
        own.append(evaluations.c.agent_id == agent_id)
    statement = select(evaluations.c.pk).join(transcripts).where(*own)
    order = (transcripts.c.started_utc.nulls_first(), transcripts.c.id, evaluations.c.agent_id)
    return list(connection.scalars(statement.order_by(*order)))


def load_audited(
    connection: Connection, pks: Sequence[int], known: dict[int, Remark]
) -> list[tuple[Transcript, AuditedUnit]]:
    """The evaluations with these keys, in the order asked; `known` remarks are added to."""
    # The scorecard brings the checks and spaCy, which an import or a search can do without.
    from pipeline.scorecard import Evaluation  # noqa: PLC0415

    rows = {row.pk: row for row in connection.execute(select(evaluations).where(evaluations.c.pk.in_(pks)))}
    chats = dict(load(connection, list(dict.fromkeys(row.transcript_pk for row in rows.values()))))
    said = _said(connection, pks, known)
    pairs = []
    for pk in pks:
        row = rows[pk]
        chat = chats[row.transcript_pk]
        if len(chat.messages) > row.messages:
            chat = replace(chat, messages=chat.messages[: row.messages])
        texts = {message.id: message.text for message in chat.messages}
        results = tuple(_results(row.agent_id, said[pk], texts, known))
        evaluation = Evaluation(chat.id, row.agent_id, row.score, results)
        facts = _service_from(row.service)
        pairs.append((chat, AuditedUnit(evaluation, row.inclusion, row.day, row.language, row.messages, facts)))
    return pairs


def _said(connection: Connection, pks: Sequence[int], known: dict[int, Remark]) -> dict[int, list[Any]]:
    """The finding rows of each evaluation, after making sure that their remarks are known."""
    statement = select(findings).where(findings.c.evaluation_pk.in_(pks))
    statement = statement.order_by(findings.c.evaluation_pk, findings.c.result, findings.c.position)
    said: dict[int, list[Any]] = defaultdict(list)
    missing: dict[int, None] = {}
    for row in connection.execute(statement).all():
        said[row[0]].append(row)
        if row[3] not in known:
            missing[row[3]] = None
    columns = [remarks.c[name] for name in Remark._fields]
    for some in chunks(list(missing), CHUNK):
        for pk, *rest in connection.execute(select(remarks.c.pk, *columns).where(remarks.c.pk.in_(some))):
            known[pk] = Remark(*rest)
    return said


def _results(
    agent_id: str, said: Iterable[Any], texts: Mapping[str, str], known: Mapping[int, Remark]
) -> Iterator[CheckResult]:
    for _, group in groupby(said, key=lambda row: row[1]):
        rows = list(group)
        remark = known[rows[0][3]]
        empty = rows[0][5] is None
        yield CheckResult(
            check_id=remark.check_id,
            version=remark.version,
            status=_STATUSES[remark.status],
            severity=_SEVERITIES[remark.severity],
            agent_id=agent_id,
            outcome=_OUTCOMES[remark.result_outcome],
            findings=() if empty else tuple(_finding_from(row, agent_id, texts, known) for row in rows),
            reason=remark.note if empty else "",
        )


def _finding_from(row: Any, agent_id: str, texts: Mapping[str, str], known: Mapping[int, Remark]) -> Finding:
    _, _, _, remark_pk, confidence, evidence, searched = row
    remark = known[remark_pk]
    return Finding(
        agent_id,
        _OUTCOMES[remark.outcome],
        tuple([Evidence(said, start, end, texts[said][start:end]) for said, start, end in orjson.loads(evidence)]),
        remark.note,
        remark.suggestion,
        tuple(orjson.loads(searched)) if searched else (),
        confidence,
    )


def _service_from(text: str) -> ServiceFacts:
    facts = orjson.loads(text)
    return ServiceFacts(
        rounds=tuple(RoundFact(to_moment(opened), *rest) for opened, *rest in facts["rounds"]),
        agent_messages=facts["agent_messages"],
        customer_messages=facts["customer_messages"],
    )


# Faster than calling the enumeration, which counts at a hundred thousand findings.
_OUTCOMES = {str(outcome): outcome for outcome in Outcome}
_STATUSES = {str(status): status for status in Status}
_SEVERITIES = {str(severity): severity for severity in Severity}
