"""What goes into a store and comes out of it, beside the transcripts themselves."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.scorecard import Evaluation
    from pipeline.service.facts import ServiceFacts


class StoreError(RuntimeError):
    """A store that cannot be used as asked: says which one, what stood there and what to try."""


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where transcripts came from: the digest of the content identifies it, the name is for people."""

    digest: str
    name: str


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one transcript handed to the store.

    `kept` and `merged` count its messages: written now, and there already. A conflict is the same id with other
    messages: nothing of it is written, and `detail` says what differs without quoting the chat.
    """

    status: Literal["kept", "merged", "conflict"]
    kept: int = 0
    merged: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class QuarantineItem:
    """A piece of a source that could not be taken in; `line` counts from 1, None where no line can be named."""

    line: int | None
    reason: str
    detail: str
    content: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Which transcripts are meant: those that fit every field that is given; an empty field fits all.

    The window is half-open, [since, until), and compares when the conversation started: a transcript without any
    time is in no window. `languages` are those that the transcripts state. `sources` are digests.
    """

    since: datetime | None = None
    until: datetime | None = None
    agents: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    def to_record(self) -> dict[str, Any]:
        """The selection as plain JSON values, all fields, times as ISO text."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        times = {name: plain[name] and plain[name].isoformat() for name in ("since", "until")}
        return {name: list(value) for name, value in plain.items() if name not in times} | times


@dataclass(frozen=True, slots=True)
class FrameEntry:
    """What a sampling frame needs of one transcript.

    `agents` are all its human agents, selected or not. `digest` identifies what the transcript says at present.
    """

    transcript_id: str
    agents: tuple[str, ...]
    started_at: datetime | None
    digest: str


@dataclass(frozen=True, slots=True)
class Run:
    """One audit and all that its result depends on; `scorecard` is the full text, so that it stays explainable."""

    key: str
    kind: Literal["ad-hoc", "nightly"]
    since: datetime | None
    until: datetime | None
    selection: Mapping[str, Any]
    time_zone: str
    source_digest: str
    plan: str
    seed: int
    scorecard_id: str
    scorecard_version: int
    scorecard_digest: str
    scorecard: str
    pipeline_version: str
    lexicon_digest: str
    model_digest: str
    started_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditedUnit:
    """What a run keeps of one agent in one chat.

    `inclusion` is the inclusion probability, None where the chat is not in the sample and was only screened for
    critical behaviour. `day` is the local ISO date, the cluster of the estimates. `messages` is how long the
    transcript was when it was judged: what was appended later is no part of it.
    """

    evaluation: Evaluation
    inclusion: float | None
    day: str | None
    language: str | None
    messages: int
    service: ServiceFacts
