"""A transfer without saying why or to whom.

Looks for: an agent message that announces a transfer of the chat, or a transfer event after an agent wrote. It is
explained when that message, or one of the agent's messages beside it, names who takes over (a team, a role, a
name) or why. An event explains nothing by itself: it is the desk's note, not the agent's word to the customer.
Why it matters: who is passed on without a word expects to tell everything again, and often does.
Known limits: read by word lists that lean towards "explained"; "a colleague" alone names nobody; a handover that the
export does not record and the agent does not announce is not seen.
Source: the "transfer" item of published contact-centre rubrics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.finding import CheckMeta, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript

_EXPLAINS = ("transfer-target", "transfer-reason")


@dataclass(frozen=True, slots=True)
class UnexplainedTransfer:
    """Transfers that the agent does not explain; every transfer by an agent is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="process.unexplained-transfer",
        version=1,
        severity=Severity.MAJOR,
        title="Says why and to whom the chat is transferred",
        miss="Transfer not explained",
        languages=("en", "zh", "da"),
        preview_in=("en", "zh", "da"),
    )

    def find(self, chat: AnnotatedTranscript) -> Iterator[Finding]:
        """Yield one finding per transfer; an event that follows its announcement is the same one."""
        for at, giver in _transfers(chat):
            yield self._judged(chat, at, giver)

    def _judged(self, chat: AnnotatedTranscript, at: AnnotatedMessage, giver: str) -> Finding:
        said = _said_around(chat, at, giver)
        for message in sorted(said, key=lambda m: m is not at):
            if span := message.first(*_EXPLAINS):
                also = [(message, span)]
                return self.meta.met(chat, at, agent_id=giver, also=also, note="The transfer is explained.")
        span = at.first("transfer")
        if chat.transcript.truncated or not all(m.readable for m in said):
            note = "What the agent said around the transfer cannot be read here."
            return self.meta.unclear(chat, at, span, agent_id=giver, note=note)
        return self.meta.missed(
            chat,
            at,
            span,
            agent_id=giver,
            searched=said,
            note="The agent says neither who takes over nor why.",
            suggestion="Name the team or person who takes over and what they will do for the customer.",
        )


def _transfers(chat: AnnotatedTranscript) -> Iterator[tuple[AnnotatedMessage, str]]:
    """The first sign of every transfer by an agent, and the agent: his announcement, else the event.

    The routing of a chat to its first agent is no transfer by an agent.
    """
    giver, told = None, False
    for message in chat.messages:
        if message.by_agent and message.message.agent_id != giver:
            giver, told = message.message.agent_id, False
        if giver is not None and not told and message.hands_over:
            told = True
            yield message, giver


def _said_around(chat: AnnotatedTranscript, at: AnnotatedMessage, giver: str) -> tuple[AnnotatedMessage, ...]:
    """The giver's own words at the transfer: up to two messages before it, his announcement, one message after it."""
    own = [m for m in chat.messages if m.by_agent and m.message.agent_id == giver]
    before, after = [m for m in own if m.index < at.index], [m for m in own if m.index > at.index]
    return (*before[-2:], *(m for m in own if m is at), *after[:1])
