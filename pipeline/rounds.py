"""Who held the chat when, and how long the customer waited: attribution and rounds.

One definition of each, used by the checks and by the service metrics alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from pipeline.transcript import Kind, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pipeline.transcript import Message, Transcript


@dataclass(frozen=True, slots=True)
class Round:
    """A stretch in which the customer waits for an answer.

    It starts at the customer's first unanswered message (`opened`, an index) and ends at the first human reply
    (`closed`, an index; None where none came). `agent_id` is who held the chat when it opened. `first` marks the
    first round of that agent in the chat. `seconds` is the wait, None without a reply or without times.

    Where the chat changes hands, the wait is shared out: the agent's part runs from message `since` (the customer's,
    or the handover to him) to message `until` (the reply, or the handover by him; None while nobody answers), and
    `seconds` is the length of that part.
    """

    agent_id: str
    opened: int
    closed: int | None
    first: bool
    seconds: float | None
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """The daily opening hours in which a wait counts, in the local time that the messages carry."""

    opens: time
    closes: time

    @classmethod
    def parse(cls, text: str) -> ServiceHours | None:
        """Read "08:00-23:00"; an empty text means around the clock, None. Raises ValueError."""
        if not text:
            return None
        match = _HOURS.fullmatch(text)
        if not match or match[1] == match[2]:
            raise ValueError("expected opening hours like 08:00-23:00, or nothing for around the clock")
        return cls(time.fromisoformat(match[1]), time.fromisoformat(match[2]))

    def contain(self, moment: datetime) -> bool:
        """Whether the desk is open at this moment; hours may run over midnight."""
        local = moment.timetz().replace(tzinfo=None)
        if self.opens <= self.closes:
            return self.opens <= local < self.closes
        return local >= self.opens or local < self.closes

    def open_seconds(self, start: datetime, end: datetime) -> float:
        """How many seconds between two moments the desk was open, in the local time of the first."""
        end = end.astimezone(start.tzinfo)
        overnight = timedelta(days=self.closes <= self.opens)
        total = timedelta()
        day = start.date() - timedelta(days=1)
        while day <= end.date():
            opens = datetime.combine(day, self.opens, start.tzinfo)
            closes = datetime.combine(day, self.closes, start.tzinfo) + overnight
            total += max(min(end, closes) - max(start, opens), timedelta())
            day += timedelta(days=1)
        return total.total_seconds()


_HOURS = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")


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


def rounds(  # noqa: PLR0913 - the parameters by which published definitions differ, each with its plain default
    transcript: Transcript,
    held: tuple[str | None, ...],
    *,
    hours: ServiceHours | None = None,
    automatic_replies: bool = False,
    ignore: Collection[int] = (),
    handovers: Collection[int] = (),
) -> tuple[Round, ...]:
    """The rounds of a chat, in order.

    `held` comes from `holders`. With `hours`, a round that opens while the desk is closed is left out.
    `automatic_replies` lets an auto-reply or a bot close a round. `ignore` are indexes of customer messages that
    ask for no answer (a bare "thanks"). With `handovers` (as for `holders`) a handover ends the round of the agent who
    gives the chat away and opens one of the agent who gets it: his clock starts then, and no sooner.
    """
    found: list[Round] = []
    met: set[str] = set()
    messages = transcript.messages
    for wait in _waits(transcript, held, automatic=automatic_replies, ignore=ignore, handovers=handovers):
        if wait.agent is None:
            continue
        first = wait.agent not in met
        met.add(wait.agent)
        if hours is None or _within(hours, messages[wait.since].sent_at):
            seconds = None if wait.until is None else seconds_between(messages[wait.since], messages[wait.until])
            closed = wait.until if wait.answered else None
            found.append(Round(wait.agent, wait.opened, closed, first, seconds, wait.since, wait.until))
    return tuple(found)


def seconds_between(earlier: Message, later: Message) -> float | None:
    """Seconds from one message to a later one; None where a time is missing or runs backwards."""
    if earlier.sent_at is None or later.sent_at is None:
        return None
    elapsed = (later.sent_at - earlier.sent_at).total_seconds()
    return elapsed if elapsed >= 0 else None


def duration(seconds: float) -> str:
    """A length of time in its two largest units: "3 min 20 s"."""
    left = round(seconds)
    parts: list[tuple[int, str]] = []
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, unit)
        if count or parts:
            parts.append((count, name))
    return " ".join(f"{count} {name}" for count, name in parts[:2] if count) or "0 s"


class _Wait(NamedTuple):
    """What becomes a round: see there."""

    agent: str | None
    opened: int
    since: int
    until: int | None = None
    answered: bool = False


def _waits(
    transcript: Transcript,
    held: tuple[str | None, ...],
    *,
    automatic: bool,
    ignore: Collection[int],
    handovers: Collection[int],
) -> Iterator[_Wait]:
    wait: _Wait | None = None
    asked: int | None = None  # the customer's last opening message: what a new agent has to answer
    speaker: str | None = None
    for index, message in enumerate(transcript.messages):
        if message.human_agent:
            speaker = message.agent_id
        if message.role is Role.CUSTOMER and message.kind is not Kind.EVENT:
            if wait is None and index not in ignore:
                wait, asked = _Wait(held[index], index, index), index
        elif wait is not None and _replies(message, automatic=automatic):
            yield wait._replace(until=index, answered=True)
            wait = None
        if index not in handovers or asked is None:
            continue
        taker = held[index + 1] if index + 1 < len(held) else None
        if taker is not None and taker != speaker:  # the words of a handover, and somebody else did come
            if wait is not None and wait.agent != taker:
                yield wait._replace(until=index)
            wait = _Wait(taker, asked if wait is None else wait.opened, index)
    if wait is not None:
        yield wait


def _replies(message: Message, *, automatic: bool) -> bool:
    if message.human_agent:
        return True
    return automatic and (message.role is Role.BOT or (message.role is Role.AGENT and message.automatic))


def _within(hours: ServiceHours, moment: datetime | None) -> bool:
    # Without a time nothing says that the desk was closed.
    return moment is None or hours.contain(moment)
