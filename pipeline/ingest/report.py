"""The loss report of an import: what became of every conversation and every message."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.ingest.records import ReadTranscript, Rejected

_MOST_EXAMPLES = 20


@dataclass(slots=True)
class Fate:
    """How many were kept, merged with one that was there already, dropped on purpose, or quarantined."""

    kept: int = 0
    merged: int = 0
    dropped: int = 0
    quarantined: int = 0

    @property
    def read(self) -> int:
        """All of them: nothing that is read goes unaccounted."""
        return self.kept + self.merged + self.dropped + self.quarantined

    def add(self, other: Fate) -> None:
        """Add the counts of another."""
        self.kept += other.kept
        self.merged += other.merged
        self.dropped += other.dropped
        self.quarantined += other.quarantined

    def to_record(self) -> dict[str, int]:
        """The counts by name."""
        return {
            "read": self.read,
            "kept": self.kept,
            "merged": self.merged,
            "dropped": self.dropped,
            "quarantined": self.quarantined,
        }


@dataclass(slots=True)
class LossReport:
    """Counts what became of what was read.

    `reasons` counts, by code: rejected records, dropped messages, conflicts, and unknown fields as
    `ignored-field:<name>`. `examples` are the sentences of the first rejections.
    """

    conversations: Fate = field(default_factory=Fate)
    messages: Fate = field(default_factory=Fate)
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    @property
    def quarantined(self) -> int:
        """How many conversations and stray messages could not be taken in; 0 says that nothing is missing."""
        return self.conversations.quarantined + self.messages.quarantined

    def count(self, item: ReadTranscript, *, kept: int, merged: int) -> None:
        """Count a conversation that was read: `kept` of its messages are new, `merged` were there already."""
        if kept + merged != len(item.transcript.messages):
            raise ValueError(
                f"transcript {item.transcript.id}: {kept} kept and {merged} merged messages "
                f"do not add up to {len(item.transcript.messages)}"
            )
        if kept:
            self.conversations.kept += 1
        else:
            self.conversations.merged += 1
        self.messages.kept += kept
        self.messages.merged += merged
        self._lost_while_reading(item)

    def count_conflict(self, item: ReadTranscript, detail: str) -> None:
        """Count a conversation that contradicts one that is there already, and is quarantined for it."""
        self._add_examples([detail])
        self.conversations.quarantined += 1
        self.messages.quarantined += len(item.transcript.messages)
        self.reasons["conflict"] += 1
        self._lost_while_reading(item)

    def count_rejected(self, item: Rejected) -> None:
        """Count what could not be read."""
        self.conversations.quarantined += item.conversations
        self.messages.quarantined += item.messages
        self.reasons[item.reason] += 1
        self._add_examples([item.detail])

    def add(self, other: LossReport) -> None:
        """Add the report of another source."""
        self.conversations.add(other.conversations)
        self.messages.add(other.messages)
        self.reasons.update(other.reasons)
        self._add_examples(other.examples)

    def to_record(self) -> dict[str, Any]:
        """The report as it is written to a file; the most frequent reason first."""
        ordered = sorted(self.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        return {
            "conversations": self.conversations.to_record(),
            "messages": self.messages.to_record(),
            "reasons": dict(ordered),
        }

    def _lost_while_reading(self, item: ReadTranscript) -> None:
        self.messages.merged += item.merged
        self.messages.dropped += sum(item.dropped.values())
        self.reasons.update(item.dropped)
        self.reasons.update({f"ignored-field:{name}": count for name, count in item.ignored.items()})

    def _add_examples(self, details: list[str]) -> None:
        self.examples.extend(details[: _MOST_EXAMPLES - len(self.examples)])
