"""A long wait that the agent passes over.

Looks for: waits longer than the threshold, from the customer's first unanswered message or from the agent's own "one
moment" to the agent's reply, where neither what he wrote meanwhile, nor that reply, nor his next message, says sorry or
thanks for waiting.
Why it matters: a wait that nobody mentions looks as if nobody noticed; one line mends it.
Known limits: needs times; an apology in words that the lists do not know is not seen; without service hours, a wait
through the night could not be judged.
Source: the "acknowledges delays" item of published contact-centre rubrics.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from pipeline.checks.holds import holds
from pipeline.checks.waits import (
    DAY,
    HOUR,
    MINUTE,
    OVER_NIGHT,
    Hours,
    Limits,
    limit_of,
    over_night,
    rounds_of,
    seconds_open,
)
from pipeline.finding import CheckMeta, Severity
from pipeline.rounds import duration
from pipeline.transcript import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript

_SECONDS = {Channel.CHAT: 5 * MINUTE, Channel.IN_APP: 5 * MINUTE, Channel.SOCIAL: 2 * HOUR, Channel.EMAIL: 2 * DAY}


@dataclass(frozen=True, slots=True)
class _Wait:
    """From what the customer waited, since when it counts, and the reply."""

    at: AnnotatedMessage
    since: AnnotatedMessage
    reply: AnnotatedMessage


@dataclass(frozen=True, slots=True)
class WaitWithoutApology:
    """Long waits that go unmentioned; every long wait is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="responsiveness.wait-without-apology",
        version=1,
        severity=Severity.MINOR,
        title="Acknowledges a long wait",
        miss="Long wait passed over",
        languages=("en", "zh", "da"),
        preview_in=("en", "zh", "da"),
    )
    seconds: Limits = field(default_factory=_SECONDS.copy)  # a wait is long from here, by channel
    hours: Hours = ""  # service hours like "08:00-23:00"

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        """Yield one finding per long wait."""
        limit = limit_of(chat, self.seconds, _SECONDS)
        if limit is None:
            return
        told: set[str | None] = set()
        for wait in _waits(chat, self.hours):
            agent = chat.holders[wait.reply.index]
            waited = seconds_open(wait.since, wait.reply, self.hours)
            if waited is None and agent not in told:
                told.add(agent)
                note = "The export carries no times for this wait."
                yield self.meta.unclear(chat, wait.at, agent_id=agent, note=note)
            if waited is None or waited <= limit:
                continue
            searched = _said_about_it(chat, wait)
            said = next((m for m in searched if m.says("apology", "thanks-for-waiting")), None)
            if said is not None:
                span = said.first("apology", "thanks-for-waiting")
                note = f"The wait of {duration(waited)} was acknowledged."
                yield self.meta.met(chat, said, span, agent_id=agent, also=[(wait.at, None)], note=note)
            elif wait.at.by_customer and over_night(wait.since, wait.reply, limit, self.hours):
                yield self.meta.unclear(chat, wait.at, agent_id=agent, searched=searched, note=OVER_NIGHT)
            elif chat.transcript.truncated or not all(m.readable for m in searched):
                note = "Not everything that followed this wait can be read here."
                yield self.meta.unclear(chat, wait.at, agent_id=agent, searched=searched, note=note)
            else:
                yield self.meta.missed(
                    chat,
                    wait.at,
                    agent_id=agent,
                    also=[(wait.reply, None)],
                    searched=searched,
                    note=f"The customer waited {duration(waited)}; nothing that followed mentions it.",
                    suggestion='Open with a short "Sorry for the wait" or "Thank you for waiting".',
                )


def _waits(chat: AnnotatedTranscript, hours: str) -> list[_Wait]:
    """The waits of a chat by their replies; where two end at one reply, the one that began first."""
    messages = chat.messages
    waits = [
        _Wait(messages[r.opened], messages[r.since], messages[r.closed])
        for r in rounds_of(chat, hours)
        if r.closed is not None
    ]
    waits += [
        _Wait(hold.messages[0], hold.messages[0], hold.back)
        for hold in holds(chat)
        if hold.back is not None
        and hold.back.by_agent
        and chat.holders[hold.back.index] == hold.messages[0].message.agent_id
    ]
    by_reply: dict[int, _Wait] = {}
    for wait in sorted(waits, key=lambda w: (w.reply.index, w.since.index)):
        by_reply.setdefault(wait.reply.index, wait)
    return list(by_reply.values())


def _said_about_it(chat: AnnotatedTranscript, wait: _Wait) -> list[AnnotatedMessage]:
    """What the one who replied wrote during the wait, the reply, and his next message."""
    agent = wait.reply.message.agent_id
    own = [m for m in chat.messages[wait.since.index + 1 :] if m.by_agent and m.message.agent_id == agent]
    place = own.index(wait.reply)
    return own[: place + 2]
