"""Transcripts as rows and back."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from pipeline.transcript import Channel, Kind, Message, Role, Transcript

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Row

_T = TypeVar("_T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ROLES = {str(role): role for role in Role}
_KINDS = {str(kind): kind for kind in Kind}


def chunks(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """The items in runs of at most `size`: a statement takes only so many parameters."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def to_json(value: Any) -> str:
    """JSON as text."""
    return orjson.dumps(value).decode()


def to_text(moment: datetime | None) -> str | None:
    """A time as ISO text with its offset."""
    return moment.isoformat() if moment else None


def to_utc(moment: datetime | None) -> int | None:
    """A time as microseconds since 1970 in UTC."""
    return (moment - _EPOCH) // _MICROSECOND if moment else None


def to_moment(text: str | None) -> datetime | None:
    """The time that ISO text states."""
    return datetime.fromisoformat(text) if text else None


def transcript_row(transcript: Transcript) -> dict[str, Any]:
    """The row in `transcripts`, without its key."""
    row = _columns(transcript)
    return row | {"digest": hashlib.sha256(orjson.dumps([row, transcript.messages])).hexdigest()}


def _columns(transcript: Transcript) -> dict[str, Any]:
    return {
        "id": transcript.id,
        "channel": str(transcript.channel),
        "language": transcript.language,
        "queue": transcript.queue,
        "product": transcript.product,
        "opened_at": to_text(transcript.opened_at),
        "closed_at": to_text(transcript.closed_at),
        "started_at": to_text(transcript.started_at),
        "started_utc": to_utc(transcript.started_at),
        "customer_id": transcript.customer_id,
        "customer_name": transcript.customer_name,
        "tags": to_json(transcript.tags) if transcript.tags else None,
        "csat": transcript.csat,
        "outcome": to_json(dict(transcript.outcome)) if transcript.outcome else None,
        "truncated": transcript.truncated,
    }


def message_rows(transcript_pk: int, transcript: Transcript, *, start: int = 0) -> Iterator[tuple[Any, ...]]:
    """The rows in `messages` from index `start` on."""
    for position, message in enumerate(transcript.messages[start:], start):
        yield (
            transcript_pk,
            position,
            message.id,
            str(message.role),
            message.text,
            message.sent_at.isoformat() if message.sent_at else None,
            message.author_id,
            message.author_name,
            str(message.kind),
            message.automatic,
        )


def transcript_from_row(row: Row[Any], messages: tuple[Message, ...]) -> Transcript:
    """Inverse of `transcript_row`."""
    return Transcript(
        id=row.id,
        messages=messages,
        channel=Channel(row.channel),
        language=row.language,
        queue=row.queue,
        product=row.product,
        opened_at=to_moment(row.opened_at),
        closed_at=to_moment(row.closed_at),
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        tags=tuple(orjson.loads(row.tags)) if row.tags else (),
        csat=row.csat,
        outcome=orjson.loads(row.outcome) if row.outcome else {},
        truncated=row.truncated,
    )


def message_from_row(row: Sequence[Any]) -> Message:
    """Inverse of `message_rows`, for one."""
    _, _, message_id, role, text, sent_at, author_id, author_name, kind, automatic = row
    return Message(
        message_id,
        _ROLES[role],
        text,
        datetime.fromisoformat(sent_at) if sent_at else None,
        author_id,
        author_name,
        _KINDS[kind],
        automatic,
    )
