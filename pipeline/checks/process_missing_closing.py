"""A chat that ends without an offer of further help or a goodbye.

Looks for: the chats that ended with an agent's answer, and among that agent's last messages an offer of further help
("anything else?", 还有其他可以帮您) or a farewell (good wishes, goodbye, thanks for the contact, a rating asked for).
"Thank you for contacting us" in his opening line opens; it does not close. Who says that he closes the chat now, and
when he will be in touch, has taken his leave.
Not applicable where the chat did not come to its end with him: the customer's last message waits for an answer, she
left while he waits for hers, he put her on hold, or he handed the chat over; nor on social channels, where posts
answer posts.
Why it matters: the last words are what stays, and the offer brings up the question she had not asked yet.
Known limits: read by word lists; where the customer just stopped writing after an answer, the agent is still asked for
a closing word.
Source: the "closing" item of published contact-centre rubrics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import PositiveInt  # noqa: TC002 - settings are validated against their types at run time

from pipeline.checks.endings import asks, expecting, has_words, last_by_agent
from pipeline.finding import CheckMeta, Measured, Severity
from pipeline.transcript import Channel, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript, Span


@dataclass(frozen=True, slots=True)
class MissingClosing:
    """Chats that an agent ends without a closing word; the end of the chat is the opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="process.missing-closing",
        version=1,
        severity=Severity.MINOR,
        title="Closes with an offer of further help or a goodbye",
        miss="Closing missing",
        languages=("en", "zh", "da"),
        preview_in=("en", "zh", "da"),
        measured=(
            Measured(
                language="en",
                right=0,
                flagged=0,
                data="64 two-sided support chats in English that we also mended it on",
            ),
            Measured(
                language="zh", right=12, flagged=14, data="330 web-shop chats in Chinese that we also mended it on"
            ),
        ),
    )
    within: PositiveInt = 3  # of the agent's last messages with words, the closing stands in one

    def find(self, chat: AnnotatedTranscript) -> Iterator[Finding]:
        """Yield at most one finding, for the agent who wrote last."""
        last = last_by_agent(chat)
        if last is None or chat.transcript.channel is Channel.SOCIAL or _given_away(chat, last):
            return
        own = [m for m in chat.messages if m.by_agent and m.message.agent_id == last.message.agent_id]
        closing = [m for m in own if not m.readable or has_words(m)][-self.within :] or own[-1:]
        for message in reversed(closing):
            if span := _leave(message, opens=message is own[0]):
                yield self.meta.met(chat, message, span, note="The chat closes with these words.")
                return
        if chat.transcript.truncated:
            note = "The export left messages out: the closing may be among them."
            yield self.meta.unclear(chat, last, note=note)
        elif not all(m.readable for m in closing):
            yield self.meta.unclear(chat, last, note="One of the agent's last messages cannot be read here.")
        elif any(m.language not in {None, *self.meta.languages} for m in closing):
            note = "One of the agent's last messages is in a language that is not read here."
            yield self.meta.unclear(chat, last, note=note)
        elif _ended(chat, last):
            yield self.meta.missed(
                chat,
                closing[-1],
                searched=closing,
                note="Neither an offer of further help nor a goodbye in the agent's last messages.",
                suggestion="Ask whether anything else is open, or wish the customer a good day, before the chat ends.",
            )


def _leave(message: AnnotatedMessage, *, opens: bool) -> Span | None:
    """The words with which a message takes leave; thanks for the contact that open a chat do not."""
    cues = message.cues
    offers, farewells = cues.get("further-help", ()), cues.get("farewell", ())
    greetings = cues.get("greeting", ()) if opens else ()
    meant = [span for span in farewells if not any(span[0] < right and left < span[1] for left, right in greetings)]
    closes = cues.get("closes-chat", ()) if message.says("contact-later") else ()
    return min([*offers, *meant, *closes], default=None)


def _given_away(chat: AnnotatedTranscript, last: AnnotatedMessage) -> bool:
    return any(m.hands_over for m in chat.messages[last.index :])


def _ended(chat: AnnotatedTranscript, last: AnnotatedMessage) -> bool:
    """Whether the chat was over when the agent wrote last: nobody waits for anybody."""
    after = chat.messages[last.index + 1 :]
    if any(message.index > last.index for message, _ in expecting(chat)):
        return False
    answered = any(m.by_customer for m in after)
    if not answered and any(m.says("customer-leaves") and m.message.role is Role.SYSTEM for m in after):
        return False
    return not any(asks(m) or m.says("hold") for m in _final_run(chat, last))


def _final_run(chat: AnnotatedTranscript, last: AnnotatedMessage) -> Iterator[AnnotatedMessage]:
    """The agent's messages since the customer last wrote, the last one first."""
    for message in reversed(chat.messages[: last.index + 1]):
        if message.by_customer:
            return
        if message.by_agent:
            yield message
