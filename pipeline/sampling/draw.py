"""Drawing a sample that can be replayed.

A unit is one agent in one chat. Every unit gets a permanent random number, the hash of the seed and its name, and a
plan takes the lowest ones of each agent: simple random sampling without replacement, in which adding an agent or a
chat elsewhere never changes who else is drawn (Ohlsson, "Coordination of samples using permanent random numbers",
1995). The same frame and seed give the same units, on any machine.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_RANDOM = re.compile(r"random:(\d+)-per-agent")


class PlanError(ValueError):
    """A sampling plan that is not understood; names the valid forms."""


class Unit(NamedTuple):
    """One agent in one chat: what is drawn and evaluated."""

    transcript_id: str
    agent_id: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How many units of each agent are judged; None judges all."""

    per_agent: int | None

    @classmethod
    def parse(cls, text: str) -> Plan:
        """Read "all" or "random:N-per-agent". Raises PlanError."""
        if text == "all":
            return cls(None)
        match = _RANDOM.fullmatch(text)
        if not match or int(match[1]) == 0:
            raise PlanError(
                f"sample plan {text!r} is not known; use all, or random:N-per-agent like random:10-per-agent"
            )
        return cls(int(match[1]))

    def __str__(self) -> str:
        return "all" if self.per_agent is None else f"random:{self.per_agent}-per-agent"


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, and all that is needed to draw it again.

    `units` gives each drawn unit its inclusion probability; `frame_sizes` counts the units each agent had to draw from;
    `exclusions` counts, by reason, the chats that could not enter the frame.
    """

    plan: Plan
    seed: int
    frame_digest: str
    frame_sizes: Mapping[str, int]
    units: Mapping[Unit, float]
    exclusions: Mapping[str, int]


def draw(frame: Iterable[Unit], plan: Plan, seed: int, exclusions: Mapping[str, int] | None = None) -> Sample:
    """Draw the units a plan asks for; the order of the frame does not matter."""
    by_agent: dict[str, list[Unit]] = defaultdict(list)
    for unit in frame:
        by_agent[unit.agent_id].append(unit)
    drawn: dict[Unit, float] = {}
    for agent in sorted(by_agent):
        units = sorted(by_agent[agent])
        take = len(units) if plan.per_agent is None else min(plan.per_agent, len(units))
        if take < len(units):
            units = sorted(units, key=lambda unit: _random_number(seed, unit))[:take]
        drawn |= dict.fromkeys(sorted(units), take / len(by_agent[agent]))
    sizes = {agent: len(by_agent[agent]) for agent in sorted(by_agent)}
    digest = frame_digest(unit for units in by_agent.values() for unit in units)
    return Sample(plan, seed, digest, sizes, drawn, exclusions or {})


def frame_digest(frame: Iterable[Unit]) -> str:
    """A digest of the frame as a set of units."""
    digest = hashlib.sha256()
    for unit in sorted(frame):
        digest.update(f"{unit.transcript_id}\x1f{unit.agent_id}\x1e".encode())
    return digest.hexdigest()


def _random_number(seed: int, unit: Unit) -> bytes:
    return hashlib.sha256(f"{seed}\x1f{unit.agent_id}\x1f{unit.transcript_id}".encode()).digest()
