"""Chats written as lines, for golden cases and tests.

    customer 09:00: Where is my parcel?
    agent 09:01: One moment please.
    agent(Bo) 09:05: Hello, Bo here.
    agent 09:06 [auto]: We are closed.
    customer 09:07 [image]: photo.jpg
    system: Chat transferred to billing

The time and the [kind] may be left out; `agent` alone is agent-1; a literal \\n in a text is a line break. Times run on
one day in UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from functools import cache
from typing import Any

from pipeline import resources
from pipeline.language import AnnotatedTranscript, Annotator, Lexicons, PhraseChange, load_lexicons
from pipeline.transcript import Channel, Kind, Message, Role, Transcript

_LINE = re.compile(
    r"(?P<role>customer|agent|bot|system)(?:\((?P<name>[^)]*)\))?(?: (?P<time>\d\d:\d\d(?::\d\d)?))?"
    r"(?: \[(?P<kind>\w+)\])?:(?P<text>.*)"
)
_DAY = datetime(2026, 11, 2, tzinfo=UTC)


def chat(lines: str, **about: Any) -> Transcript:
    """The transcript that the lines describe; `about` are further fields (language, channel, closed="09:30")."""
    written = (line.strip() for line in lines.splitlines())
    messages = tuple(_message(index, line) for index, line in enumerate(filter(None, written)))
    closed = about.pop("closed", None)
    return Transcript(
        id=about.pop("id", "case"),
        messages=messages,
        channel=Channel(about.pop("channel", "chat")),
        closed_at=_moment(closed) if closed else None,
        **about,
    )


def annotated(transcript: Transcript, *changes: PhraseChange) -> AnnotatedTranscript:
    """The transcript as checks see it, read with the bundled word lists."""
    return next(Annotator(lexicons(changes)).annotate([transcript]))


@cache
def lexicons(changes: tuple[PhraseChange, ...] = ()) -> Lexicons:
    return load_lexicons(resources.LEXICONS).changed(changes)


def _message(index: int, line: str) -> Message:
    match = _LINE.fullmatch(line)
    assert match, f"not a line of a chat: {line!r}"
    role, kind = Role(match["role"]), match["kind"]
    return Message(
        id=f"m{index}",
        role=role,
        text=match["text"].strip().replace("\\n", "\n"),
        sent_at=_moment(match["time"]) if match["time"] else None,
        author_id=match["name"] or {Role.AGENT: "agent-1", Role.CUSTOMER: "cust-1"}.get(role),
        kind=Kind(kind) if kind and kind != "auto" else Kind.TEXT,
        automatic=kind == "auto",
    )


def _moment(clock: str) -> datetime:
    return datetime.combine(_DAY, time.fromisoformat(clock), tzinfo=UTC)
