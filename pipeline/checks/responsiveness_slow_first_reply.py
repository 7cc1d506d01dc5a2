"""A first reply that comes late.

Looks for: the wait from the customer's first unanswered message to the first reply by a person, once for every agent
who held the chat. After a transfer the new agent's clock starts at the transfer. Auto-replies and bots answer nothing,
and what the customer still said to a bot does not count against the agent.
Why it matters: until somebody answers, the customer does not know whether anybody is there.
Known limits: needs times; time in a queue counts as the agent's unless the export records when the chat reached him;
outside service hours (a setting, in the local time that the messages carry) nothing is judged, and where none are set,
a wait through the night (from 1 to 5 o'clock) could not be judged: a desk open day and night sets 00:00-23:59; a first
message that nobody ever answered is judged only where the chat is known to have been closed after the threshold.
Source: first response time as service desks define it: the customer's message to the first public reply by a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from pipeline.checks.waits import DAY, HOUR, MINUTE, Hours, Limits, judge_replies, limit_of, rounds_of
from pipeline.finding import CheckMeta, Severity
from pipeline.rounds import duration
from pipeline.transcript import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedTranscript

_SECONDS = {Channel.CHAT: MINUTE, Channel.IN_APP: MINUTE, Channel.SOCIAL: HOUR, Channel.EMAIL: DAY}
_SUGGESTION = "A one-line greeting that names the request is enough to start; the answer may follow."


@dataclass(frozen=True, slots=True)
class SlowFirstReply:
    """Late first replies; the first round of every agent is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="responsiveness.slow-first-reply",
        version=1,
        severity=Severity.MAJOR,
        title="Answers the first message in time",
        miss="Late first reply",
    )
    seconds: Limits = field(default_factory=_SECONDS.copy)  # longest wait, by channel
    hours: Hours = ""  # service hours like "08:00-23:00"

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        """Yield one finding per first round that ended, and one for a first message never answered."""
        limit = limit_of(chat, self.seconds, _SECONDS)
        yield from judge_replies(
            self.meta, chat, limit, self.hours, first=True, what="The first reply", suggestion=_SUGGESTION
        )
        if limit is not None:
            yield from self._never_answered(chat, limit)

    def _never_answered(self, chat: AnnotatedTranscript, limit: float) -> Iterator[Finding]:
        closed_at = chat.transcript.closed_at
        for r in rounds_of(chat, self.hours):
            since = chat.messages[r.since].sent_at
            if not r.first or r.until is not None or closed_at is None or since is None or chat.transcript.truncated:
                continue
            if (waited := (closed_at - since).total_seconds()) > limit:
                yield self.meta.missed(
                    chat,
                    chat.messages[r.opened],
                    agent_id=r.agent_id,
                    searched=chat.messages[r.since + 1 :],
                    note=f"Nobody replied in the {duration(waited)} until the chat was closed.",
                    suggestion=_SUGGESTION,
                )
