"""The record of one conversation: who said what, when.

Every reader produces these records, every other room reads them. The text of a message is immutable after
ingest: spans of evidence are half-open slices of it, in code points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


_E = TypeVar("_E", bound=StrEnum)


class Role(StrEnum):
    """Who speaks."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"


class Kind(StrEnum):
    """What a message is made of. Only TEXT can be read; the others are events or contents we cannot see."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    FILE = "file"
    RECALLED = "recalled"
    UNREADABLE = "unreadable"
    EVENT = "event"


class Channel(StrEnum):
    """Where the conversation took place; thresholds of time depend on it."""

    CHAT = "chat"
    EMAIL = "email"
    SOCIAL = "social"
    PHONE = "phone"
    IN_APP = "in_app"


class TranscriptError(ValueError):
    """A record that is not a transcript: says which field, what stood there and what was expected."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, as shown to the people in the chat.

    `sent_at` is aware (it carries its offset) or None. `automatic` marks an auto-reply sent in an agent's name.
    """

    id: str
    role: Role
    text: str
    sent_at: datetime | None = None
    author_id: str | None = None
    author_name: str | None = None
    kind: Kind = Kind.TEXT
    automatic: bool = False

    @property
    def human_agent(self) -> bool:
        """Whether a person on the service side wrote this: the only messages an agent is judged by."""
        return self.role is Role.AGENT and not self.automatic and self.kind is not Kind.EVENT

    @property
    def agent_id(self) -> str:
        """The agent this message is attributed to; meaningful for messages of agents only."""
        return self.author_id or self.author_name or "unnamed-agent"

    @property
    def readable(self) -> bool:
        """Whether there are words to judge."""
        return self.kind is Kind.TEXT and bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Transcript:
    """One conversation: its messages in order and what the desk knows about it.

    `truncated` says that the export is known to have cut messages off, so that an absence proves nothing.
    """

    id: str
    messages: tuple[Message, ...]
    channel: Channel = Channel.CHAT
    language: str | None = None
    queue: str | None = None
    product: str | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    customer_id: str | None = None
    customer_name: str | None = None
    tags: tuple[str, ...] = ()
    csat: float | None = None
    outcome: Mapping[str, Any] = field(default_factory=dict)
    truncated: bool = False

    @property
    def agents(self) -> tuple[str, ...]:
        """The human agents who wrote in the chat, in the order in which they first did."""
        return tuple(dict.fromkeys(m.agent_id for m in self.messages if m.human_agent))

    @property
    def started_at(self) -> datetime | None:
        """When the conversation began: `opened_at`, else the first known time of a message."""
        return self.opened_at or next((m.sent_at for m in self.messages if m.sent_at), None)


_MESSAGE_FIELDS = frozenset({"id", "role", "text", "sent_at", "author_id", "author_name", "kind", "automatic"})
_TRANSCRIPT_FIELDS = frozenset(
    {"id", "messages", "channel", "language", "queue", "product", "opened_at", "closed_at", "customer", "tags"}
    | {"csat", "outcome", "truncated"}
)


def transcript_from_record(record: Any, *, zone: tzinfo) -> Transcript:
    """Build a transcript from one canonical record, a decoded line of JSONL.

    `zone` is given to times that carry no offset. Raises TranscriptError naming the field that is wrong.
    """
    if not isinstance(record, dict):
        raise TranscriptError(f"expected an object with id and messages, found {shown(record)}")
    raw_messages = record.get("messages")
    if not isinstance(raw_messages, list) or not raw_messages:
        raise TranscriptError(f"messages: expected a list of at least one message, found {shown(raw_messages)}")
    messages = tuple(_message(raw, index, zone) for index, raw in enumerate(raw_messages))
    ids = [message.id for message in messages]
    if len(set(ids)) != len(ids):
        twice = next(i for i in ids if ids.count(i) > 1)
        raise TranscriptError(f"messages: the id {twice!r} stands on more than one message; ids must differ")
    customer = record.get("customer") or {}
    if not isinstance(customer, dict):
        raise TranscriptError(f'customer: expected an object like {{"id": "cust-7"}}, found {shown(customer)}')
    return Transcript(
        id=_text(record.get("id"), "id", required=True),
        messages=messages,
        channel=_choice(Channel, record.get("channel") or Channel.CHAT, "channel"),
        language=language_code(_text(record.get("language"), "language")) or None,
        queue=_text(record.get("queue"), "queue") or None,
        product=_text(record.get("product"), "product") or None,
        opened_at=_time(record.get("opened_at"), "opened_at", zone),
        closed_at=_time(record.get("closed_at"), "closed_at", zone),
        customer_id=_text(customer.get("id"), "customer.id") or None,
        customer_name=_text(customer.get("name"), "customer.name") or None,
        tags=tuple(_text(tag, "tags") for tag in _list(record.get("tags"), "tags")),
        csat=_number(record.get("csat"), "csat"),
        outcome=_mapping(record.get("outcome"), "outcome"),
        truncated=_flag(record.get("truncated"), "truncated"),
    )


_LANGUAGES = {
    name: code
    for code, names in {
        "en": "eng english engelsk 英语 英語 英文",
        "zh": "zho chi chinese mandarin kinesisk 中文 汉语 漢語 普通话 普通話 简体中文 簡體中文 繁体中文 繁體中文",
        "da": "dan danish dansk 丹麦语 丹麥語 丹麦文 丹麥文",
    }.items()
    for name in names.split()
}
_LANGUAGE_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")


def language_code(declared: str) -> str:
    """The code of a language as an export declares it: "en" for "en_US", "English (UK)" and "英语".

    The names are those of the languages that we read, in these languages; what is not known stays as it is.
    """
    name = re.split("[(（]", declared)[0].strip()
    tag = _LANGUAGE_TAG.fullmatch(name)
    short = (tag[1] if tag else name).lower()
    return _LANGUAGES.get(short, short if tag else declared)


def unknown_fields(record: Mapping[str, Any]) -> Iterable[str]:
    """Name the fields of a canonical record that we know nothing of, so that an import can report them."""
    yield from (key for key in record if key not in _TRANSCRIPT_FIELDS)
    for message in record.get("messages", ()):
        yield from (f"messages.{key}" for key in message if key not in _MESSAGE_FIELDS)


def record_from_transcript(transcript: Transcript) -> dict[str, Any]:
    """The canonical record of a transcript, without the fields that say nothing. Inverse of the reader."""
    record: dict[str, Any] = {
        "id": transcript.id,
        "channel": str(transcript.channel),
        "language": transcript.language,
        "queue": transcript.queue,
        "product": transcript.product,
        "opened_at": transcript.opened_at and transcript.opened_at.isoformat(),
        "closed_at": transcript.closed_at and transcript.closed_at.isoformat(),
        "customer": _present({"id": transcript.customer_id, "name": transcript.customer_name}) or None,
        "tags": list(transcript.tags) or None,
        "csat": transcript.csat,
        "outcome": dict(transcript.outcome) or None,
        "truncated": transcript.truncated or None,
    }
    return _present(record) | {"messages": [_message_record(message) for message in transcript.messages]}


def shown(value: Any) -> str:
    """A value as an error shows it: whole or not at all, for half a phone number would slip through redaction."""
    text = repr(value)
    if len(text) <= 60:
        return "nothing" if value is None else text
    kinds: dict[type, str] = {str: "a text", list: "a list", dict: "an object"}
    kind = kinds.get(type(value), "a value")
    return f"{kind} of {len(text)} characters"


def _message_record(message: Message) -> dict[str, Any]:
    return _present(
        {
            "id": message.id,
            "sent_at": message.sent_at and message.sent_at.isoformat(),
            "role": str(message.role),
            "author_id": message.author_id,
            "author_name": message.author_name,
            "text": message.text,
            "kind": None if message.kind is Kind.TEXT else str(message.kind),
            "automatic": message.automatic or None,
        }
    )


def _present(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value is not None}


def _message(raw: Any, index: int, zone: tzinfo) -> Message:
    where = f"messages[{index}]"
    if not isinstance(raw, dict):
        raise TranscriptError(f"{where}: expected an object with role and text, found {shown(raw)}")
    text = raw.get("text")
    if not isinstance(text, str):
        raise TranscriptError(f"{where}.text: expected a string, found {shown(text)}")
    message_id = raw.get("id")
    return Message(
        id=str(index) if message_id is None else _text(message_id, f"{where}.id", required=True),
        role=_choice(Role, raw.get("role"), f"{where}.role"),
        text=text,
        sent_at=_time(raw.get("sent_at"), f"{where}.sent_at", zone, clock_needed=True),
        author_id=_text(raw.get("author_id"), f"{where}.author_id") or None,
        author_name=_text(raw.get("author_name"), f"{where}.author_name") or None,
        kind=_choice(Kind, raw.get("kind") or Kind.TEXT, f"{where}.kind"),
        automatic=_flag(raw.get("automatic"), f"{where}.automatic"),
    )


def _text(value: Any, where: str, *, required: bool = False) -> str:
    # Numbers pass as ids: exports write order and ticket numbers both ways.
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        raise TranscriptError(f"{where}: expected a non-empty string, found {shown(value)}")
    return value


def _choice(kind: type[_E], value: Any, where: str) -> _E:
    try:
        return kind(value)
    except ValueError:
        names = ", ".join(kind)
        raise TranscriptError(f"{where}: expected one of {names}, found {shown(value)}") from None


def _time(value: Any, where: str, zone: tzinfo, *, clock_needed: bool = False) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    # Without a clock every message would have been sent at midnight, and nobody would have waited.
    if moment is None or (clock_needed and len(value) <= len("2026-11-20")):
        raise TranscriptError(f"{where}: expected a time like 2026-11-20T09:00:00+08:00, found {shown(value)}")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _flag(value: Any, where: str) -> bool:
    # Not just any truth: "false" is a text, and an automatic message is judged by nobody.
    if value is None:
        return False
    if value not in (True, False):
        raise TranscriptError(f"{where}: expected true or false, found {shown(value)}")
    return bool(value)


def _number(value: Any, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TranscriptError(f"{where}: expected a number, found {shown(value)}")
    return float(value)


def _list(value: Any, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise TranscriptError(f"{where}: expected a list, found {shown(value)}")
    return value


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TranscriptError(f"{where}: expected an object, found {shown(value)}")
    return value
