"""What service metrics are computed from: the rounds and counts of one agent in one chat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.language import AnnotatedTranscript


@dataclass(frozen=True, slots=True)
class RoundFact:
    """One round: when it opened, the wait in seconds (None without its end or times), whether the agent answered.

    `handed_over` says that the agent gave the chat away before an answer; the seconds are his part of the wait.
    """

    opened_at: datetime | None
    seconds: float | None
    answered: bool
    first: bool
    handed_over: bool = False


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """The rounds an agent held in one chat, and how many messages each side wrote while he held it."""

    rounds: tuple[RoundFact, ...]
    agent_messages: int
    customer_messages: int


def service_facts(chat: AnnotatedTranscript, agent_id: str) -> ServiceFacts:
    """Count one agent's part of a chat, by who held it when; the rounds are those that the checks judge."""
    # The checks bring spaCy, which a store that only holds facts can do without.
    from pipeline.checks.waits import rounds_of  # noqa: PLC0415

    messages = chat.transcript.messages
    held = [message for message in chat.messages if chat.holders[message.index] == agent_id]
    return ServiceFacts(
        rounds=tuple(
            RoundFact(
                messages[r.opened].sent_at,
                r.seconds,
                answered=r.closed is not None,
                first=r.first,
                handed_over=r.closed is None and r.until is not None,
            )
            for r in rounds_of(chat, hours="")
            if r.agent_id == agent_id
        ),
        agent_messages=sum(m.by_agent for m in held),
        customer_messages=sum(m.by_customer for m in held),
    )
