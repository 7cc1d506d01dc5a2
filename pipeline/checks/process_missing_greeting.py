"""A greeting that is missing or late.

Looks for: a greeting, a welcome, an introduction or an opening offer of help ("How can I help?", 有什么可以帮您) in the
first messages of every agent who writes in the chat; whoever takes over by transfer greets as well. An automatic
greeting sent in the agent's own name before them counts as his; a bot's greeting counts neither for nor against him.
Not applicable on social channels, where posts answer posts, and where the customer never wrote.
Why it matters: a greeting tells the customer that a person is there, and who it is.
Known limits: read by word lists; an agent who goes on with a conversation begun in another chat may have greeted there.
Source: the "greeting" item of published contact-centre rubrics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import PositiveInt  # noqa: TC002 - settings are validated against their types at run time

from pipeline.finding import CheckMeta, Measured, Severity
from pipeline.transcript import Channel, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript

_GREETINGS = ("greeting", "offer-to-help")


@dataclass(frozen=True, slots=True)
class MissingGreeting:
    """Greetings that are missing or late; the first message of every agent is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="process.missing-greeting",
        version=1,
        severity=Severity.MINOR,
        title="Greets the customer",
        miss="Greeting missing or late",
        languages=("en", "zh", "da"),
        preview_in=("en", "da"),
        measured=(
            Measured(
                language="en",
                right=5,
                flagged=5,
                data="64 two-sided support chats in English that we also mended it on",
            ),
            Measured(
                language="zh", right=37, flagged=40, data="330 web-shop chats in Chinese that we also mended it on"
            ),
        ),
    )
    within: PositiveInt = 2  # of the agent's first messages, the greeting stands in one

    def find(self, chat: AnnotatedTranscript) -> Iterator[Finding]:
        """Yield one finding per agent."""
        if chat.transcript.channel is Channel.SOCIAL or not any(m.by_customer for m in chat.messages):
            return
        for agent in chat.transcript.agents:
            yield self._judged(chat, agent)

    def _judged(self, chat: AnnotatedTranscript, agent: str) -> Finding:
        own = [m for m in chat.messages if m.by_agent and m.message.agent_id == agent]
        opening = own[: self.within]
        automatic = [m for m in chat.messages[: own[0].index] if _automatic(m, agent)]
        for message in (*automatic, *opening):
            if span := message.first(*_GREETINGS):
                return self.meta.met(chat, message, span, agent_id=agent, note="The chat opens with these words.")
        if why := _hidden(self.meta, chat, opening):
            return self.meta.unclear(chat, own[0], note=why)
        return self.meta.missed(
            chat,
            own[0],
            searched=(*automatic, *opening),
            note=f"No greeting, introduction or offer of help in {_first(len(opening))}.",
            suggestion="Open with a short greeting and your name; the answer may follow in the same message.",
        )


def _first(count: int) -> str:
    return "the first message" if count == 1 else f"the first {count} messages"


def _automatic(message: AnnotatedMessage, agent: str) -> bool:
    return message.message.role is Role.AGENT and message.message.automatic and message.message.agent_id == agent


def _hidden(meta: CheckMeta, chat: AnnotatedTranscript, opening: list[AnnotatedMessage]) -> str:
    """Why a greeting may stand where it cannot be seen; empty where it would be seen."""
    if chat.transcript.truncated:
        return "The export left messages out: the greeting may be among them."
    if not all(m.readable for m in opening):
        return "A first message of the agent cannot be read here."
    foreign = any(m.language not in {None, *meta.languages} for m in opening)
    return "A first message of the agent is in a language that is not read here." if foreign else ""
