"""A chat that is closed while the customer's last message stands unanswered.

Looks for: the last customer message that expects an answer: a question, a request, a trouble reported, or what the
agent asked her for. Thanks, "ok", goodbyes and "that's all" expect none. A message of a human agent after it answers;
bots and automatic replies do not. Where nothing but "one moment" follows, the check of holds judges it, not this one.
Could not be judged where the agent had announced before it that he closes the chat or hands it over: the answer may
stand in another record.
Why it matters: the customer left with nothing, and comes back with the same matter and less patience.
Known limits: the end of the export is taken for the end of the chat, whether or not it tells when the chat was closed;
any later message counts as an answer, whatever it says; a last statement that asks for nothing could not be judged.
Source: the "unanswered" counts of service desks and the "contact closed properly" item of published rubrics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.checks.endings import expecting, last_by_agent
from pipeline.checks.holds import is_hold
from pipeline.finding import CheckMeta, Measured, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript

_CUT = "{}, each cut off after one of the customer's messages, that we also mended it on"


@dataclass(frozen=True, slots=True)
class UnansweredAtClose:
    """Last customer messages that nobody answers; the last one that expects an answer is the opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="resolution.unanswered-at-close",
        version=1,
        severity=Severity.MAJOR,
        title="Answers the customer's last message",
        miss="Last message unanswered",
        languages=("en", "zh", "da"),
        preview_in=("da",),
        measured=(
            Measured(language="en", right=29, flagged=32, data=_CUT.format("64 two-sided support chats in English")),
            Measured(language="zh", right=37, flagged=40, data=_CUT.format("330 web-shop chats in Chinese")),
        ),
    )

    def find(self, chat: AnnotatedTranscript) -> Iterator[Finding]:
        """Yield at most one finding, for the agent who held the chat at its end."""
        last = last_by_agent(chat)
        if last is None:
            return
        expected = list(expecting(chat))
        unanswered = [(message, expects) for message, expects in expected if message.index > last.index]
        asked = next((message for message, expects in reversed(unanswered) if expects), None)
        if asked and (why := _gone(chat, last)):
            yield self.meta.unclear(chat, asked, also=[(last, None)], note=why)
        elif asked:
            yield self._unanswered(chat, asked)
        elif unanswered:
            message, _ = unanswered[-1]
            yield self.meta.unclear(chat, message, note=_doubt(message))
        elif expected:
            message, _ = expected[-1]
            replies = [m for m in chat.messages[message.index :] if m.by_agent]
            if reply := next((m for m in replies if not is_hold(m)), None):
                yield self.meta.met(chat, message, also=[(reply, None)], note="A reply follows.")

    def _unanswered(self, chat: AnnotatedTranscript, asked: AnnotatedMessage) -> Finding:
        if chat.transcript.truncated:
            note = "The export left messages out: the answer may be among them."
            return self.meta.unclear(chat, asked, note=note)
        return self.meta.missed(
            chat,
            asked,
            searched=chat.messages[asked.index + 1 :],
            note="No reply follows before the chat ends.",
            suggestion="Answer the last message before the chat is closed, even if only to say what happens next.",
        )


def _gone(chat: AnnotatedTranscript, last: AnnotatedMessage) -> str:
    """Why the agent may not have been there any more after his last message; empty where nothing says so."""
    if any(m.hands_over for m in chat.messages[last.index :]):
        return "The chat was handed over; the answer may stand in another record."
    if last.says("closes-chat"):
        return "The agent had said before that the chat is being closed; it may not have reached anybody."
    return ""


def _doubt(message: AnnotatedMessage) -> str:
    if not message.readable:
        return "The customer's last message cannot be read here."
    return "Nothing in the customer's last message tells whether an answer is expected."
