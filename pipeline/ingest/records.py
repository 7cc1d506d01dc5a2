"""What a reader is given and what it hands on; and the one way from a decoded record to a redacted transcript."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from pipeline.ingest.redaction import DEFAULT_REGIONS, redact
from pipeline.ingest.text import mended
from pipeline.transcript import Role, TranscriptError, transcript_from_record, unknown_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import tzinfo
    from pathlib import Path

    from pipeline.transcript import Transcript

_NONE: Mapping[str, int] = MappingProxyType({})
_MOST_SHOWN = 10_000  # characters of a rejected record that are kept: enough to find it again
_FIELD = re.compile(r"(?:\w+(?:\[\d+\])?\.)*(\w+)(?:\[\d+\])?: ")
_HEX = "[0-9a-fA-F]"
_ESCAPE = re.compile(rf"\\(?:u({_HEX}{{4}})|x({_HEX}{{2}})|U000({_HEX}{{5}})|[bfnrt])")


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read. `name` is what people see, `digest` the SHA-256 of the content."""

    name: str
    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read what a file leaves open.

    `zone` is given to times without an offset. `regions` are the countries whose local phone numbers are redacted.
    `columns` maps canonical fields ("messages.text") to column names and overrides the guess; an empty name leaves
    the field out. `agents`, `customers` and `bots` are speaker names of plain transcripts and values of role columns.
    """

    zone: tzinfo
    regions: tuple[str, ...] = DEFAULT_REGIONS
    columns: Mapping[str, str] = field(default_factory=dict)
    agents: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadTranscript:
    """A redacted transcript, and what was lost on the way to it.

    `dropped` counts messages left out, by reason; `merged` those that repeated another one of the record exactly;
    `ignored` the fields nobody knows, by name.
    """

    transcript: Transcript
    line: int | None
    dropped: Mapping[str, int] = field(default_factory=dict)
    merged: int = 0
    ignored: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """What could not be read.

    `reason` is a short stable code, `detail` a sentence: where, what was expected, what was found, what to try.
    `content` is the record, redacted, its start if it is long. `messages` is how many it held, 0 where that is
    unknown; `conversations` is 0 for a single message that belongs to none.
    """

    source: str
    line: int | None
    reason: str
    detail: str
    content: str
    messages: int = 0
    conversations: int = 1


Item = ReadTranscript | Rejected


class Reader(Protocol):
    """One file format."""

    name: str

    def recognises(self, head: bytes, path: Path) -> bool:
        """Whether a file that begins with these bytes is in this format."""

    def read(self, source: Source, options: ReadOptions) -> Iterator[Item]:
        """Yield the conversations of the file; whatever cannot be read comes as Rejected."""

    def describe(self, source: Source, options: ReadOptions) -> str | None:
        """What was guessed about the file, for people; None where nothing is guessed."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a reader hands in what it found in one source: nothing passes unredacted, or with what cannot be stored."""

    source: Source
    options: ReadOptions

    def redact(self, text: str) -> str:
        """The text without personal data."""
        return redact(text, self.options.regions)

    def take(
        self, record: Any, line: int | None, *, dropped: Mapping[str, int] = _NONE, redacted: bool = False
    ) -> Item:
        """Redact and build one canonical record; `redacted` says the texts are already."""
        with suppress(RecursionError):  # nested hundreds of levels deep: refused below
            record = _each_text(record, mended)
        messages = record.get("messages") if isinstance(record, dict) else None
        held = messages if isinstance(messages, list) else []
        for message in held:
            self._redact_message(message, text=not redacted)
        if isinstance(record, dict):
            self._redact_about(record)
        try:
            transcript, merged = _build(record, self.options.zone)
        except (TranscriptError, RecursionError) as error:
            lost = len(held) + sum(dropped.values())
            return self.reject(
                line, _reason(str(error)), f"{error}; mend it and import again", self.written(record), messages=lost
            )
        return ReadTranscript(transcript, line, dropped, merged, Counter(unknown_fields(record)))

    def _redact_message(self, message: Any, *, text: bool) -> None:
        if isinstance(message, dict):
            # A name that is all we know an agent by stays: agents must not become one.
            named = message.get("author_id") is not None or message.get("role") != Role.AGENT
            self._redact_in(message, [*(["text"] if text else []), *(["author_name"] if named else [])])

    def _redact_about(self, record: dict[str, Any]) -> None:
        """What people type about a conversation; ids stay, for they tell people and orders apart."""
        self._redact_in(record.get("customer"), ["name"])
        if isinstance(outcome := record.get("outcome"), dict):
            self._redact_in(outcome, [name for name in outcome if not name.endswith("id")])
        if isinstance(tags := record.get("tags"), list):
            record["tags"] = [self.redact(tag) if isinstance(tag, str) else tag for tag in tags]

    def _redact_in(self, of: Any, names: Iterable[str]) -> None:
        if isinstance(of, dict):
            of.update({name: self.redact(of[name]) for name in names if isinstance(of.get(name), str)})

    def written(self, record: Any) -> str:
        """A record as JSON, every text in it redacted by itself; "" where it is nested too deep to be written."""
        try:
            return orjson.dumps(_each_text(record, self.redact), option=orjson.OPT_SORT_KEYS).decode()
        except (RecursionError, orjson.JSONEncodeError):
            return ""

    def reject(self, line: int | None, reason: str, detail: str, content: str, *, messages: int = 0) -> Rejected:
        """Say what cannot be read; the place is put before the detail and both texts are redacted."""
        place = self.source.name if line is None else f"{self.source.name}, line {line}"
        return Rejected(
            source=self.source.name,
            line=line,
            reason=reason,
            detail=mended(f"{place}: {self.redact(_unescaped(detail))}"),
            content=mended(self.redact(_unescaped(content))[:_MOST_SHOWN]),
            messages=messages,
        )


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    """A copy of a decoded value with every text in it changed, the names of fields too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(name): _each_text(of, change) for name, of in value.items()}
    if isinstance(value, list):
        return [_each_text(one, change) for one in value]
    return value


def _unescaped(text: str) -> str:
    r"""The text without the escapes of JSON and Python: in `\n4111 …` a letter would hide a card from redaction."""

    def character(match: re.Match[str]) -> str:
        sign = chr(int(match[match.lastindex] if match.lastindex else "20", 16))
        return sign if sign.isprintable() else " "

    return _ESCAPE.sub(character, text)


def _build(record: Any, zone: tzinfo) -> tuple[Transcript, int]:
    """The transcript, and how many exact doubles among its messages were merged."""
    try:
        return transcript_from_record(record, zone=zone), 0
    except TranscriptError:  # equal ids are one cause; looking for doubles beforehand would slow every record down
        slim, merged = _without_doubles(record)
        if not merged:
            raise
    return transcript_from_record(slim, zone=zone), merged


def _without_doubles(record: Any) -> tuple[Any, int]:
    messages = record.get("messages") if isinstance(record, dict) else None
    if not isinstance(messages, list):
        return record, 0
    unlike: dict[str, Any] = {}
    for place, message in enumerate(messages):
        named = isinstance(message, dict) and message.get("id") is not None
        unlike.setdefault(_json(message) if named else str(place), message)
    return record | {"messages": list(unlike.values())}, len(messages) - len(unlike)


def _reason(error: str) -> str:
    """A stable code from the field that a TranscriptError names: bad-role, bad-text, bad-time, bad-record."""
    match = _FIELD.match(error)
    name = match[1] if match else "record"
    return "bad-time" if name.endswith("_at") else f"bad-{name}"


def _json(record: Any) -> str:
    try:
        return orjson.dumps(record, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError:  # nested hundreds of levels deep
        return str(id(record))
