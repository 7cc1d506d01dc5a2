"""Transcripts in and out of the database: adding with merging, quarantine, selecting, reading."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import bindparam, exists, insert, select, update

from pipeline.store.database import insert_rows
from pipeline.store.records import Added, FrameEntry, QuarantineItem, SourceRef
from pipeline.store.rows import (
    chunks,
    message_from_row,
    message_rows,
    to_json,
    to_moment,
    to_text,
    to_utc,
    transcript_from_row,
    transcript_row,
)
from pipeline.store.tables import messages, quarantine, source_transcripts, sources, transcript_agents, transcripts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from pipeline.store.records import Selection
    from pipeline.transcript import Message, Transcript

CHUNK = 500
"""How many keys one statement asks for, and how many transcripts a reader holds at a time."""


# -- adding


@dataclass(slots=True)
class _Held:
    """A transcript as it will stand after the batch: `stored` of its messages are in already, `pk` None if none is."""

    transcript: Transcript
    pk: int | None = None
    stored: int = 0
    changed: bool = False


def add(connection: Connection, source: SourceRef, batch: Sequence[tuple[int, Transcript]]) -> list[Added]:
    """Take in a batch; see `Store.add`."""
    held = {
        transcript.id: _Held(transcript, pk, len(transcript.messages))
        for pk, transcript in load(connection, list(pks_by_id(connection, [t.id for _, t in batch]).values()))
    }
    done = {position: _merge(held, transcript) for position, transcript in batch}
    _write(connection, list(held.values()))
    contained = {position: held[transcript.id] for position, transcript in batch if done[position].status != "conflict"}
    done |= _link(connection, source, contained, done)
    return [done[position] for position, _ in batch]


def _merge(held: dict[str, _Held], transcript: Transcript) -> Added:
    """Fit one transcript to what is held under its id, and say what became of it."""
    count = len(transcript.messages)
    known = held.get(transcript.id)
    if known is None:
        held[transcript.id] = _Held(transcript, changed=True)
        return Added("kept", kept=count)
    if difference := _difference(known.transcript.messages, transcript.messages):
        return Added("conflict", detail=difference)
    before = len(known.transcript.messages)
    if count > before:
        known.transcript, known.changed = _continued(known.transcript, transcript), True
    return Added("merged", kept=max(0, count - before), merged=min(count, before))


def _difference(stored: Sequence[Message], new: Sequence[Message]) -> str:
    """What keeps one from being the beginning of the other; nothing where it is."""
    for number, (one, other) in enumerate(zip(stored, new, strict=False), 1):
        if one == other:
            continue
        names = [
            name for name in ("id", "role", "text", "kind", "sent_at") if getattr(one, name) != getattr(other, name)
        ]
        if (one.author_id or one.author_name) != (other.author_id or other.author_name):
            names.append("author")
        if names:
            return f"message {number} (id {other.id!r}) differs from the stored one in {', '.join(names)}"
    return ""


def _continued(stored: Transcript, longer: Transcript) -> Transcript:
    """The longer transcript over what was stored: it states the later facts, and what it leaves out stays."""
    empty = {f.name: getattr(stored, f.name) for f in fields(longer) if getattr(longer, f.name) in (None, (), {})}
    both = stored.messages + longer.messages[len(stored.messages) :]
    return replace(longer, **(empty | {"messages": both}))


def _write(connection: Connection, held: Sequence[_Held]) -> None:
    """Write new transcripts, and the new end of longer ones."""
    new = [h for h in held if h.pk is None]
    if longer := [h for h in held if h.pk is not None and h.changed]:
        connection.execute(
            update(transcripts).where(transcripts.c.pk == bindparam("held_pk")),
            [transcript_row(h.transcript) | {"held_pk": h.pk} for h in longer],
        )
        connection.execute(
            update(transcript_agents).where(transcript_agents.c.transcript_pk == bindparam("held_pk")),
            [{"started_utc": to_utc(h.transcript.started_at), "held_pk": h.pk} for h in longer],
        )
    if new:
        statement = insert(transcripts).returning(transcripts.c.pk, sort_by_parameter_order=True)
        keys = connection.execute(statement, [transcript_row(h.transcript) for h in new]).scalars()
        for h, pk in zip(new, keys, strict=True):
            h.pk = pk
    rows: list[tuple[Any, ...]] = []
    agent_rows: list[tuple[Any, ...]] = []
    for h in (*new, *longer):
        assert h.pk is not None  # noqa: S101 - given just above; tells the type checker
        rows += message_rows(h.pk, h.transcript, start=h.stored)
        known = replace(h.transcript, messages=h.transcript.messages[: h.stored]).agents if h.stored else ()
        started = to_utc(h.transcript.started_at)
        agent_rows += [
            (h.pk, place, agent, started) for place, agent in enumerate(h.transcript.agents) if place >= len(known)
        ]
    insert_rows(connection, messages, rows)
    insert_rows(connection, transcript_agents, agent_rows)


def _link(
    connection: Connection, source: SourceRef, contained: Mapping[int, _Held], done: Mapping[int, Added]
) -> dict[int, Added]:
    """Note which transcript stands where in the source, and what became of it.

    Returns what is noted already where the reading of the source was broken off: whoever reads it again from the start
    then counts what the first reading did, not what was left to do.
    """
    source_pk, finished = _source(connection, source)
    noted: dict[int, Added] = {}
    for some in chunks(list(contained), CHUNK):
        statement = select(source_transcripts).where(
            source_transcripts.c.source_pk == source_pk, source_transcripts.c.position.in_(some)
        )
        for row in connection.execute(statement):
            noted[row.position] = Added("merged" if row.merged else "kept", row.kept, row.merged)
    rows = [
        (source_pk, position, held.pk, done[position].kept, done[position].merged)
        for position, held in contained.items()
        if position not in noted
    ]
    insert_rows(connection, source_transcripts, rows)
    return {} if finished else noted


def _source(connection: Connection, source: SourceRef) -> tuple[int, bool]:
    """The key of a source, and whether it was read to its end."""
    found = connection.execute(select(sources.c.pk, sources.c.read_at).where(sources.c.digest == source.digest)).first()
    if found is not None:
        return found.pk, found.read_at is not None
    new = insert(sources).values(digest=source.digest, name=source.name).returning(sources.c.pk)
    return connection.scalars(new).one(), False


def mark_source_read(
    connection: Connection, source: SourceRef, read_at: datetime, loss: Mapping[str, Mapping[str, int]]
) -> None:
    """Note that a source was read to its end; see `Store.mark_source_read`."""
    pk, finished = _source(connection, source)
    if not finished:
        values = {"read_at": to_text(read_at), "loss": to_json(loss)}
        connection.execute(update(sources).where(sources.c.pk == pk).values(values))


def losses(connection: Connection, digests: Sequence[str]) -> list[dict[str, dict[str, int]]]:
    """The loss reports of sources that were read to their end, of all of them without digests."""
    statement = select(sources.c.loss).where(sources.c.read_at.is_not(None)).order_by(sources.c.pk)
    if not digests:
        return [orjson.loads(loss) for loss in connection.scalars(statement)]
    return [
        orjson.loads(loss)
        for some in chunks(list(dict.fromkeys(digests)), CHUNK)
        for loss in connection.scalars(statement.where(sources.c.digest.in_(some)))
    ]


# -- quarantine


def add_quarantine(connection: Connection, source: SourceRef, items: Sequence[QuarantineItem]) -> None:
    """Keep what could not be taken in; see `Store.add_quarantine`."""
    source_pk, _ = _source(connection, source)
    by_digest = {_quarantine_digest(item): item for item in items}
    for some in chunks(list(by_digest), CHUNK):
        there = set(
            connection.scalars(
                select(quarantine.c.digest).where(quarantine.c.source_pk == source_pk, quarantine.c.digest.in_(some))
            )
        )
        rows = [
            {
                "source_pk": source_pk,
                "digest": digest,
                "line": item.line,
                "reason": item.reason,
                "detail": item.detail,
                "content": item.content,
            }
            for digest in some
            if digest not in there
            for item in (by_digest[digest],)
        ]
        if rows:
            connection.execute(insert(quarantine), rows)


def _quarantine_digest(item: QuarantineItem) -> str:
    return hashlib.sha256(to_json([item.line, item.reason, item.content]).encode()).hexdigest()


def quarantined(connection: Connection, after: int) -> list[tuple[int, SourceRef, QuarantineItem]]:
    """The next quarantined pieces after a key, each with its own key."""
    statement = (
        select(
            quarantine.c.pk,
            sources.c.digest,
            sources.c.name,
            quarantine.c.line,
            quarantine.c.reason,
            quarantine.c.detail,
            quarantine.c.content,
        )
        .join(sources)
        .where(quarantine.c.pk > after)
        .order_by(quarantine.c.pk)
        .limit(CHUNK)
    )
    return [
        (pk, SourceRef(digest, name), QuarantineItem(*item))
        for pk, digest, name, *item in connection.execute(statement)
    ]


# -- reading


def by_id(connection: Connection, ids: Sequence[str]) -> dict[str, Transcript]:
    """The transcripts with these ids, as far as they exist."""
    found = load(connection, list(pks_by_id(connection, ids).values()))
    return {transcript.id: transcript for _, transcript in found}


def pks_by_id(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """The keys of the transcripts with these ids, as far as they exist."""
    found: dict[str, int] = {}
    for some in chunks(list(dict.fromkeys(ids)), CHUNK):
        rows = connection.execute(select(transcripts.c.id, transcripts.c.pk).where(transcripts.c.id.in_(some)))
        found |= {row.id: row.pk for row in rows}
    return found


def load(connection: Connection, pks: Sequence[int]) -> list[tuple[int, Transcript]]:
    """The transcripts with these keys, in the order asked."""
    found: dict[int, Transcript] = {}
    for some in chunks(pks, CHUNK):
        said = select(messages).where(messages.c.transcript_pk.in_(some))
        said = said.order_by(messages.c.transcript_pk, messages.c.position)
        texts = {
            pk: tuple(message_from_row(row) for row in rows)
            for pk, rows in groupby(connection.execute(said).all(), key=lambda row: row[0])
        }
        for row in connection.execute(select(transcripts).where(transcripts.c.pk.in_(some))):
            found[row.pk] = transcript_from_row(row, texts.get(row.pk, ()))
    return [(pk, found[pk]) for pk in pks]


def selected(connection: Connection, selection: Selection, text: str | None = None) -> list[int]:
    """The keys of the transcripts that are meant, ordered by start (those without a time first) and id."""
    conditions = list(_conditions(selection, text))
    keys = (transcripts.c.started_utc, transcripts.c.id, transcripts.c.pk)
    if not selection.ids:
        statement = select(transcripts.c.pk).where(*conditions)
        statement = statement.order_by(transcripts.c.started_utc.nulls_first(), transcripts.c.id)
        return list(connection.scalars(statement))
    rows: list[Any] = []
    for some in chunks(list(dict.fromkeys(selection.ids)), CHUNK):
        rows += connection.execute(select(*keys).where(transcripts.c.id.in_(some), *conditions))
    rows.sort(key=lambda row: (row.started_utc is not None, row.started_utc or 0, row.id))
    return [row.pk for row in rows]


def _conditions(selection: Selection, text: str | None) -> Iterator[ColumnElement[bool]]:
    yield from _window(transcripts.c.started_utc, selection)
    if selection.agents:
        # The window once more, where one index holds both: an agent's last month is one range of it.
        own = select(transcript_agents.c.transcript_pk).where(
            transcript_agents.c.agent_id.in_(selection.agents),
            *_window(transcript_agents.c.started_utc, selection),
        )
        yield transcripts.c.pk.in_(own)
    for column, values in (
        (transcripts.c.customer_id, selection.customers),
        (transcripts.c.queue, selection.queues),
        (transcripts.c.product, selection.products),
        (transcripts.c.channel, selection.channels),
        (transcripts.c.language, selection.languages),
    ):
        if values:
            yield column.in_(values)
    if selection.sources:
        contained = select(source_transcripts.c.transcript_pk).join(sources)
        yield transcripts.c.pk.in_(contained.where(sources.c.digest.in_(selection.sources)))
    if text is not None:
        said = messages.c.text.icontains(text, autoescape=True)
        yield exists().where(messages.c.transcript_pk == transcripts.c.pk, said)


def _window(started: ColumnElement[Any], selection: Selection) -> Iterator[ColumnElement[bool]]:
    if selection.since:
        yield started >= to_utc(selection.since)
    if selection.until:
        yield started < to_utc(selection.until)


def frame_entries(connection: Connection, pks: Sequence[int]) -> list[FrameEntry]:
    """The frame entries of these keys, in the order asked."""
    statement = (
        select(
            transcripts.c.pk,
            transcripts.c.id,
            transcripts.c.started_at,
            transcripts.c.digest,
            transcript_agents.c.agent_id,
        )
        .outerjoin(transcript_agents)
        .where(transcripts.c.pk.in_(pks))
        .order_by(transcripts.c.pk, transcript_agents.c.position)
    )
    found = {}
    for pk, group in groupby(connection.execute(statement), key=lambda row: row.pk):
        rows = list(group)
        agents = tuple(row.agent_id for row in rows if row.agent_id is not None)
        found[pk] = FrameEntry(rows[0].id, agents, to_moment(rows[0].started_at), rows[0].digest)
    return [found[pk] for pk in pks]
