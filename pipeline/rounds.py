"""Who held the chat when, and how long the customer waited: attribution and rounds.

One definition of each, used by the checks and by the service metrics alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.transcript import Kind, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime, time

    from pipeline.transcript import Message, Transcript


@dataclass(frozen=True, slots=True)
class Round:
    """A stretch in which the customer waits for an answer.

    It starts at the customer's first unanswered message (`opened`, an index) and ends at the first human reply
    (`closed`, an index; None where none came). `agent_id` is who held the chat when it opened. `first` marks the
    first round of that agent in the chat. `seconds` is the wait, None without a reply or without times.
    """

    agent_id: str
    opened: int
    closed: int | None
    first: bool
    seconds: float | None


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """The daily opening hours in which a wait counts, in the local time that the messages carry."""

    opens: time
    closes: time

    def contain(self, moment: datetime) -> bool:
        """Whether the desk is open at this moment; hours may run over midnight."""
        local = moment.timetz().replace(tzinfo=None)
        if self.opens <= self.closes:
            return self.opens <= local < self.closes
        return local >= self.opens or local < self.closes


def holders(transcript: Transcript, handovers: Collection[int] = ()) -> tuple[str | None, ...]:
    """Who held the chat at each message: one agent id a message, None where no agent ever comes.

    An agent's message is his own. Everything else belongs to the agent who spoke last, and to the next one to
    speak where none has yet. `handovers` are the indexes of messages that give the chat away (an announced
    transfer, a transfer event): what follows them belongs to the next agent to speak, and stays with the giver
    when nobody does.
    """
    messages = transcript.messages
    upcoming: list[str | None] = [None] * len(messages)
    coming: str | None = None
    for index in range(len(messages) - 1, -1, -1):
        if messages[index].human_agent:
            coming = messages[index].agent_id
        upcoming[index] = coming
    held: list[str | None] = []
    holder: str | None = None
    given_away = False
    for index, message in enumerate(messages):
        if message.human_agent:
            holder, given_away = message.agent_id, False
            held.append(holder)
        else:
            held.append((upcoming[index] or holder) if given_away or holder is None else holder)
        given_away = given_away or index in handovers
    return tuple(held)


def rounds(
    transcript: Transcript,
    held: tuple[str | None, ...],
    *,
    hours: ServiceHours | None = None,
    automatic_replies: bool = False,
    ignore: Collection[int] = (),
) -> tuple[Round, ...]:
    """The rounds of a chat, in order.

    `held` comes from `holders`. With `hours`, a round that opens while the desk is closed is left out.
    `automatic_replies` lets an auto-reply or a bot close a round. `ignore` are indexes of customer messages that
    ask for no answer (a bare "thanks").
    """
    found: list[Round] = []
    for opened, closed in _waits(transcript, automatic=automatic_replies, ignore=ignore):
        agent, messages = held[opened], transcript.messages
        if agent is None or not (hours is None or _within(hours, messages[opened].sent_at)):
            continue
        seconds = None if closed is None else seconds_between(messages[opened], messages[closed])
        first = all(earlier.agent_id != agent for earlier in found)
        found.append(Round(agent, opened, closed, first=first, seconds=seconds))
    return tuple(found)


def seconds_between(earlier: Message, later: Message) -> float | None:
    """Seconds from one message to a later one; None where a time is missing or runs backwards."""
    if earlier.sent_at is None or later.sent_at is None:
        return None
    elapsed = (later.sent_at - earlier.sent_at).total_seconds()
    return elapsed if elapsed >= 0 else None


def _waits(transcript: Transcript, *, automatic: bool, ignore: Collection[int]) -> Iterator[tuple[int, int | None]]:
    """Yield (first unanswered customer message, reply or None) as indexes."""
    opened: int | None = None
    for index, message in enumerate(transcript.messages):
        if message.role is Role.CUSTOMER and message.kind is not Kind.EVENT:
            if opened is None and index not in ignore:
                opened = index
        elif opened is not None and _replies(message, automatic=automatic):
            yield opened, index
            opened = None
    if opened is not None:
        yield opened, None


def _replies(message: Message, *, automatic: bool) -> bool:
    if message.human_agent:
        return True
    return automatic and (message.role is Role.BOT or (message.role is Role.AGENT and message.automatic))


def _within(hours: ServiceHours, moment: datetime | None) -> bool:
    # Without a time nothing says that the desk was closed.
    return moment is None or hours.contain(moment)
