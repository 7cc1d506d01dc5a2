r"""Plain `Name: text` transcripts.

    === c-1001 2026-11-20 ===
    [09:00] Customer: My parcel never came.
    It should have been here on Monday.
    [09:01] Ana (Agent): I'm sorry to hear that.
    ---
    2026-11-21 10:12:03 Visitor: Hello?

A time may stand in front, in brackets or not; a clock alone takes its date from the heading or the name of the file,
and counts as no time without one. A line without a name goes on with the message before it, and so does every line
without a time where the conversation's messages have times. A heading `=== id ===`, with or without a date, begins a
conversation; so does a line of dashes, equals signs or asterisks. Without headings the id is the file's name, from the
second conversation on with its number ("monday", "monday-2").

Who is who follows from the names ("Agent 3", "Ana (Agent)", 客服, "Kunde") or from the options; of two speakers of
whom one is known, the other is the other side.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipeline.ingest.records import Desk, ReadTranscript
from pipeline.ingest.roles import role_of_speaker, role_of_word
from pipeline.ingest.text import broken, decode_head, encoding_of, open_text
from pipeline.ingest.times import TimeReader
from pipeline.transcript import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pipeline.ingest.records import Item, ReadOptions, Source

_SUFFIXES = {"", ".txt", ".log"}
_LOOKED_AT = 200  # lines

_DAY = r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?"
_HOURS = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?(?:Z| ?[+-]\d{2}:?\d{2})?"
_TIME = rf"(?:{_DAY}(?:,? |T))?{_HOURS}"
_LINE = re.compile(
    rf"(?:(?:\[(?P<squared>{_TIME})\]|\((?P<round>{_TIME})\)|(?P<bare>{_TIME}))(?: *[-–]|,)? *)?"
    r"(?P<name>[^\W\d_][^:：\[\]<>{}=,;\"|\t]{0,39})[:：](?!//)(?P<text>.*)"
)
_HEADING = re.compile(r"={3,}\s*(?P<id>[^=\s](?:.*?[^=\s])?)\s*={3,}\s*")
_RULE = re.compile(r"(?:-{3,}|={3,}|\*{3,}|—{2,})\s*")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d-\d\d-\d\d)(?!\d)", re.ASCII)
_HALF_A_DAY = timedelta(hours=12)


class PlainReader:
    """Reads `Name: text` transcripts; the module says how they may look."""

    name = "plain text with lines like `Customer: Hello`"

    def recognises(self, head: bytes, path: Path) -> bool:
        """Whether it begins with a message or a heading; under an unusual suffix, if a time or a role is there too."""
        lines = [line for line in decode_head(head).splitlines() if line.strip()][:_LOOKED_AT]
        if not lines or not (begins_message(lines[0]) or _separates(lines[0])):
            return False
        messages = [match for line in lines if (match := _LINE.match(line))]
        if path.suffix.lower() in _SUFFIXES:
            return bool(messages)
        return any(_time_of(match) or role_of_word(match["name"]) for match in messages)

    def read(self, source: Source, options: ReadOptions) -> Iterator[Item]:
        """Yield the conversations of the file, in order."""
        encoding = encoding_of(source.path)
        times = TimeReader(options.zone)
        with open_text(source.path, encoding) as file:
            for line in file:
                if (match := _LINE.match(line)) and (time := _time_of(match)):
                    times.note(time)
        desk = Desk(source, options)
        stem = source.path.stem
        with open_text(source.path, encoding) as file:
            for number, conversation in enumerate(_conversations(file), 1):
                conversation.id = conversation.id or (stem if number == 1 else f"{stem}-{number}")
                conversation.date = conversation.date or _date_in(stem)
                yield conversation.hand_in(desk, times)

    def describe(self, source: Source, options: ReadOptions) -> str | None:  # noqa: ARG002 - the protocol's signature
        """Nothing is guessed but who is who, and that is refused where it is unclear."""
        return None


def begins_message(line: str) -> bool:
    """Whether a line looks like the first one of a message."""
    return _LINE.match(line) is not None


@dataclass(slots=True)
class _Said:
    line: int
    name: str
    time: str
    text: list[str]


@dataclass(slots=True)
class _Conversation:
    line: int = 1
    id: str = ""
    date: str = ""
    said: list[_Said] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    before: int = 0  # lines with something in them before the first message
    blank: int = 0

    def add(self, number: int, line: str) -> None:
        """Take the next line: a message, or more of the last one."""
        self.lines.append(line)
        if not line.strip():
            self.blank += 1
            return
        match = _LINE.match(line)
        if match and self.said and self.said[0].time and not _time_of(match):
            match = None
        if match:
            self.said.append(_Said(number, match["name"].strip(), _time_of(match), [match["text"].strip()]))
        elif self.said:
            self.said[-1].text += [""] * self.blank + [line.strip()]
        else:
            self.before += 1
        self.blank = 0

    def hand_in(self, desk: Desk, times: TimeReader) -> Item:
        """The transcript, or why there is none."""
        raw = "\n".join(self.lines)
        if broken(raw):
            detail = "some bytes are no characters in the encoding of the file; save it as UTF-8"
            return self._rejected(desk, "bad-encoding", detail)
        if not self.said:
            detail = "expected lines like `Customer: Hello`, found none in this conversation"
            return self._rejected(desk, "no-messages", detail)
        roles = _roles({said.name: None for said in self.said}, desk.options)
        if unknown := [name for name, role in roles.items() if role is None]:
            return self._rejected(desk, "unknown-speakers", _who_is_who(roles, unknown))
        ignored = Counter[str]()
        messages: list[dict[str, Any]] = []
        previous: datetime | None = None
        for said in self.said:
            try:
                sent_at = times.read(said.time, date=self.date) if said.time else None
            except ValueError as error:
                if not _is_clock(said.time):
                    return self._rejected(desk, "bad-time", f"line {said.line}: {error}")
                sent_at, ignored["time-without-date"] = None, ignored["time-without-date"] + 1
            if sent_at and previous and _is_clock(said.time):
                while previous - sent_at > _HALF_A_DAY:  # past midnight
                    sent_at += timedelta(days=1)
            previous = sent_at or previous
            messages.append(_message(said, roles[said.name], sent_at))
        dropped = {"text-before-first-message": self.before} if self.before else {}
        item = desk.take({"id": self.id, "messages": messages}, self.line, dropped=dropped)
        if isinstance(item, ReadTranscript) and ignored:
            return replace(item, ignored=ignored)
        return item

    def _rejected(self, desk: Desk, reason: str, detail: str) -> Item:
        return desk.reject(self.line, reason, detail, "\n".join(self.lines), messages=len(self.said) + self.before)


def _conversations(lines: Iterable[str]) -> Iterator[_Conversation]:
    """Cut the file at headings and rules; stretches without anything are none."""
    conversation = _Conversation()
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r\n").removeprefix("\ufeff")
        if not _separates(text):
            conversation.add(number, text)
            continue
        if conversation.id or conversation.said or conversation.before:
            yield conversation
        heading = _HEADING.fullmatch(text)
        name = heading["id"] if heading else ""
        date = _date_in(name)
        bare = name.replace(date, "").strip(" ,·|-") if date else name
        conversation = _Conversation(number if heading else number + 1, bare or name, date)
    if conversation.id or conversation.said or conversation.before:
        yield conversation


def _message(said: _Said, role: Role | None, sent_at: datetime | None) -> dict[str, Any]:
    return {
        "role": role,
        "text": "\n".join(said.text).strip(),
        "sent_at": sent_at and sent_at.isoformat(),
        # "Agent" names nobody.
        "author_name": None if role_of_word(said.name) else said.name,
    }


def _roles(names: Iterable[str], options: ReadOptions) -> dict[str, Role | None]:
    """Who is who; None where it cannot be told."""
    roles = {name: role_of_speaker(name, options) for name in names}
    people = {name: role for name, role in roles.items() if role not in {Role.BOT, Role.SYSTEM}}
    known = {role for role in people.values() if role is not None}
    if len(people) == 2 and len(known) == 1 and None in people.values():
        other = Role.CUSTOMER if Role.AGENT in known else Role.AGENT
        roles |= {name: other for name, role in people.items() if role is None}
    return roles


def _who_is_who(roles: dict[str, Role | None], unknown: list[str]) -> str:
    met = ", ".join(f"{name} ({role or 'unknown'})" for name, role in roles.items())
    return (
        f"cannot tell who is agent and who is customer; the speakers are {met}. Say so in fairhear.toml:\n\n"
        "[speakers]\n"
        f"agents = [{', '.join(map(repr, unknown))}]   # or customers, or bots\n"
    )


def _separates(line: str) -> bool:
    return _RULE.fullmatch(line) is not None or _HEADING.fullmatch(line) is not None


def _time_of(match: re.Match[str]) -> str:
    return match["squared"] or match["round"] or match["bare"] or ""


def _is_clock(time: str) -> bool:
    return bool(time) and not re.match(_DAY, time)


def _date_in(name: str) -> str:
    match = _DATE.search(name)
    return match[1] if match else ""
