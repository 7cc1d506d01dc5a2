"""Replies in the course of a chat that come late.

Looks for: the wait from the customer's first unanswered message to the next reply by a person, in every round after
the agent's first. Thanks, farewells and bare emoji open no round.
Why it matters: a customer who waits between the lines starts to do something else, and comes back cross.
Known limits: needs times; a quick "one moment" ends the wait here, and whether it was kept is another check; a last
message that nobody answers is left to the check of unanswered closings; without service hours, a wait through the
night could not be judged.
Source: the round (first unanswered message to first reply by a person) in which shop platforms count response times.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from pipeline.checks.waits import DAY, HOUR, MINUTE, Hours, Limits, judge_replies, limit_of
from pipeline.finding import CheckMeta, Severity
from pipeline.transcript import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedTranscript

_SECONDS = {Channel.CHAT: 2 * MINUTE, Channel.IN_APP: 2 * MINUTE, Channel.SOCIAL: HOUR, Channel.EMAIL: DAY}


@dataclass(frozen=True, slots=True)
class SlowReplies:
    """Late replies after the first; every later round is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="responsiveness.slow-replies",
        version=1,
        severity=Severity.MINOR,
        title="Keeps the conversation going",
        miss="Late reply",
    )
    seconds: Limits = field(default_factory=_SECONDS.copy)  # longest wait, by channel
    hours: Hours = ""  # service hours like "08:00-23:00"

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        """Yield one finding per later round that ended."""
        return judge_replies(
            self.meta,
            chat,
            limit_of(chat, self.seconds, _SECONDS),
            self.hours,
            first=False,
            what="The reply",
            suggestion="If the answer takes longer, say so in a line and name a time.",
        )
