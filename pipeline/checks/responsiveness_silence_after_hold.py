"""An agent who asks for a moment and does not come back in time.

Looks for: agent messages that ask the customer to hold ("one moment", 稍等, "et øjeblik") and end there, and the next
message of the agent, or of whoever takes over, that is more than another hold. Several holds in a row are one
opportunity, and the silence is the longest between them. A customer who leaves, or says thanks and nothing more, before
the time is up needs no return; neither does one who was promised a call or a mail, or was asked for something first.
Why it matters: somebody who was told to hold sits and watches an empty window.
Known limits: without times only a return that never comes is seen; what the agent says on his return is not judged;
an ordinary "I will check" counts as a hold.
Source: hold procedure of published contact-centre rubrics (ask, say how long, come back with news).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from pipeline.checks.holds import holds
from pipeline.checks.waits import COURTESIES, DAY, HOUR, MINUTE, Hours, Limits, limit_of, seconds_open
from pipeline.finding import CheckMeta, Measured, Severity
from pipeline.rounds import duration
from pipeline.transcript import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.checks.holds import Hold
    from pipeline.finding import Finding
    from pipeline.language import AnnotatedTranscript

_SECONDS = {Channel.CHAT: 15 * MINUTE, Channel.IN_APP: 15 * MINUTE, Channel.SOCIAL: 2 * HOUR, Channel.EMAIL: 2 * DAY}


@dataclass(frozen=True, slots=True)
class SilenceAfterHold:
    """Holds without a timely return; every stretch of hold messages is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="responsiveness.silence-after-hold",
        version=1,
        severity=Severity.MAJOR,
        title="Comes back after a hold",
        miss="Silence after a hold",
        languages=("en", "zh", "da"),
        preview_in=("en", "zh", "da"),
        measured=(
            Measured(
                language="en",
                right=1,
                flagged=1,
                data="64 two-sided support chats in English that we also mended it on",
            ),
            Measured(language="zh", right=1, flagged=1, data="330 web-shop chats in Chinese that we also mended it on"),
        ),
    )
    seconds: Limits = field(default_factory=_SECONDS.copy)  # longest silence, by channel
    hours: Hours = ""  # service hours like "08:00-23:00": the clock stands still outside

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        """Yield one finding per stretch of holds."""
        limit = limit_of(chat, self.seconds, _SECONDS)
        if limit is None:
            return
        for hold in holds(chat):
            at, span = hold.messages[0], hold.messages[0].first("hold")
            steps = [*hold.messages, *([hold.back] if hold.back else [])]
            silences = [s for a, b in pairwise(steps) if (s := seconds_open(a, b, self.hours)) is not None]
            longest = max(silences, default=None)
            if hold.back and (longest is None or longest <= limit):
                after = f" after {duration(longest)}" if longest is not None else ""
                yield self.meta.met(chat, at, span, also=[(hold.back, None)], note=f"Came back{after}.")
            elif self._left_in_time(hold, limit):
                continue
            elif chat.transcript.truncated:
                note = "The export left messages out: the return may be among them."
                yield self.meta.unclear(chat, at, span, searched=hold.meanwhile, note=note)
            else:
                note = "The customer was asked to hold, and the chat ends there."
                if hold.back and longest is not None:
                    note = f"After this came {duration(longest)} of silence; the standard here is {duration(limit)}."
                yield self.meta.missed(
                    chat,
                    at,
                    span,
                    also=[(hold.back, None)] if hold.back else [],
                    searched=hold.meanwhile,
                    note=note,
                    suggestion="Say how long it will take and be back by then, if only to say that it takes longer.",
                )

    def _left_in_time(self, hold: Hold, limit: float) -> bool:
        """Whether the customer went, or ended on bare thanks, before the agent's time was up."""
        by_customer = [m for m in hold.meanwhile if m.by_customer]
        for message in hold.meanwhile:
            left = message.says("customer-leaves") or (message.by_customer and message.says("farewell"))
            ended = (
                message in by_customer[-1:]
                and message.says("thanks")
                and message.only_says(*COURTESIES, "nothing-else")
            )
            if left or ended:
                waited = seconds_open(hold.messages[-1], message, self.hours)
                return waited is None or waited <= limit
        return False
