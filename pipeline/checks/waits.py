"""What the checks of waiting share: thresholds by channel, rounds that are fair to an agent, and their judgement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, NonNegativeFloat

from pipeline.checks.wording import is_question
from pipeline.rounds import Round, ServiceHours, duration, rounds
from pipeline.transcript import Channel, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.finding import CheckMeta, Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript

Limits = Mapping[Channel, NonNegativeFloat]
"""Seconds by channel. A channel left out keeps the check's own default; 0 switches it off."""

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

COURTESIES = ("thanks", "acknowledgement", "farewell")
"""What a customer may say without waiting for an answer."""


def _hours(text: str) -> str:
    ServiceHours.parse(text)
    return text


Hours = Annotated[str, AfterValidator(_hours)]
"""Service hours like "08:00-23:00" in the local time that the messages carry; empty for around the clock."""


def limit_of(chat: AnnotatedTranscript, limits: Limits, defaults: Limits) -> float | None:
    """The threshold for the channel of a chat; None where its waits are not judged."""
    channel = chat.transcript.channel
    return limits.get(channel, defaults.get(channel)) or None


def rounds_of(chat: AnnotatedTranscript, hours: str) -> tuple[Round, ...]:
    """The rounds an agent is fairly asked about: thanks and bot talk open none, and a new agent starts afresh."""
    return rounds(
        chat.transcript,
        chat.holders,
        hours=ServiceHours.parse(hours),
        ignore=frozenset(awaiting_nothing(chat)),
        handovers=frozenset(m.index for m in chat.messages if m.hands_over),
    )


def awaiting_nothing(chat: AnnotatedTranscript) -> Iterator[int]:
    """The customer messages that no agent has to answer.

    These are courtesies, bare emoji, "I'll try" and "one moment", and what a bot dealt with first.
    """
    with_bot = _end_of_bot_talk(chat)
    for message in chat.messages:
        if not message.by_customer:
            continue
        bare = message.readable and not any(sign.isalnum() or sign in "?？" for sign in message.text)
        goes_off = message.says("customer-tries", "hold") and not is_question(message.text)
        if message.index < with_bot or bare or goes_off or message.only_says(*COURTESIES, "nothing-else"):
            yield message.index


def _end_of_bot_talk(chat: AnnotatedTranscript) -> int:
    """The first message after the last answer of a bot that the customer went on from, before a person came."""
    answered, end = False, 0
    for message in chat.messages:
        if message.by_agent:
            break
        if message.message.role is Role.BOT:
            answered = True
        elif message.by_customer and answered:
            answered, end = False, message.index
    return end


def seconds_open(earlier: AnnotatedMessage, later: AnnotatedMessage, hours: str) -> float | None:
    """Seconds between two messages while the desk was open; None where times are missing or run backwards."""
    if earlier.sent_at is None or later.sent_at is None or later.sent_at < earlier.sent_at:
        return None
    desk = ServiceHours.parse(hours)
    if desk is None:
        return (later.sent_at - earlier.sent_at).total_seconds()
    return desk.open_seconds(earlier.sent_at, later.sent_at)


OVER_NIGHT = "This wait lasted over the night, and no service hours are set: the desk may have been closed."
_NIGHT = ServiceHours.parse("01:00-05:00")


def over_night(earlier: AnnotatedMessage, later: AnnotatedMessage, limit: float, hours: str) -> bool:
    """Whether a wait ran through a whole night of which nobody said that the desk was open.

    A threshold of half a day or more has its nights in it.
    """
    if hours or limit >= DAY / 2 or _NIGHT is None or earlier.sent_at is None or later.sent_at is None:
        return False
    return _NIGHT.open_seconds(earlier.sent_at, later.sent_at) >= 4 * HOUR


def judge_replies(  # noqa: PLR0913 - the settings of two checks and their words
    meta: CheckMeta,
    chat: AnnotatedTranscript,
    limit: float | None,
    hours: str,
    *,
    first: bool,
    what: str,
    suggestion: str,
) -> Iterator[Finding]:
    """Yield one finding per answered round: the first rounds of the agents, or the later ones.

    `what` names the reply in the notes ("The first reply"). Rounds without times could not be judged, which is said
    once an agent. A round that nobody answered is left to whoever asks for it.
    """
    if limit is None:
        return
    messages, allowed = chat.messages, duration(limit)
    told: set[str] = set()
    for r in rounds_of(chat, hours):
        if r.first is not first or r.until is None:
            continue
        asked, end = messages[r.opened], messages[r.until]
        waited = seconds_open(messages[r.since], end, hours)
        came = f"{what} came" if r.closed is not None else "The chat was handed over without a reply"
        also = [(end, None)]
        if waited is None:
            if r.agent_id not in told:
                told.add(r.agent_id)
                yield meta.unclear(chat, asked, agent_id=r.agent_id, note="The export carries no times for this wait.")
        elif waited <= limit:
            if r.closed is not None:
                note = f"{what} came within {allowed}."
                yield meta.met(chat, asked, agent_id=r.agent_id, also=also, note=note)
        elif over_night(messages[r.since], end, limit, hours):
            yield meta.unclear(chat, asked, agent_id=r.agent_id, also=also, note=OVER_NIGHT)
        elif chat.transcript.truncated:
            note = "The export left messages out: an earlier reply may be missing."
            yield meta.unclear(chat, asked, agent_id=r.agent_id, note=note)
        else:
            note = f"{came} after {duration(waited)}; the standard here is {allowed}."
            yield meta.missed(chat, asked, agent_id=r.agent_id, also=also, note=note, suggestion=suggestion)
