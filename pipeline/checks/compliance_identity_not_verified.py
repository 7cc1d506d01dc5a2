"""Account details read out before anybody asked who is there.

Looks for: an agent message that states a balance, an address, a number or the last order of an account, and before it
(in the chat or earlier in the message) a question that establishes who the customer is, or an identifier that the
customer gave herself (an order number, a telephone number, a mail address).
Why it matters: whoever has the customer's phone in hand, or just her name, would learn it too.
Known limits: a customer known by her login needs no question; switch this check on only where that is not so. A
detail counts where a number, a placeholder, a name or a street follows within the sentence. Whether the identifier
was right is not seen.
Source: data-protection practice of banks and telecoms (identify before you disclose).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.finding import CheckMeta, Measured, Severity
from pipeline.language.clauses import sentence
from pipeline.transcript import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript, Span


@dataclass(frozen=True, slots=True)
class IdentityNotVerified:
    """Account details and who asked for identification before; an opportunity per message that discloses one."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="compliance.identity-not-verified",
        version=1,
        severity=Severity.MAJOR,
        title="Asks who is there before reading out account details",
        miss="Account details without identification",
        languages=("en", "zh", "da"),
        preview_in=("en", "zh", "da"),
        measured=(
            Measured("en", right=0, flagged=0, data="64 two-sided support chats in English that we also mended it on"),
            Measured("zh", right=0, flagged=0, data="330 web-shop chats in Chinese that we also mended it on"),
        ),
    )

    def find(self, chat: AnnotatedTranscript) -> Iterator[Finding]:
        """Yield one finding per agent message that discloses account details."""
        for message in chat.messages:
            if not message.by_agent or not message.readable or not (span := _disclosure(message)):
                continue
            earlier = chat.messages[: message.index]
            asked = message.first("asks-identity")
            if any(_identifies(m) for m in earlier) or (asked and asked < span):
                yield self.meta.met(chat, message, span, note="Who the customer is was established before this.")
            elif chat.transcript.truncated or any(m.by_agent and not m.readable for m in earlier):
                yield self.meta.unclear(
                    chat, message, span, note="What was said before this cannot be read, so nobody can tell."
                )
            else:
                yield self.meta.missed(
                    chat,
                    message,
                    span,
                    searched=[*earlier, message],
                    note="Account details are given; nothing before them establishes who the customer is.",
                    suggestion="First ask for something only the customer knows, such as the order number "
                    "or the name and postcode on the account.",
                )


def _disclosure(message: AnnotatedMessage) -> Span | None:
    """The words that announce an account detail and the beginning of the detail itself."""
    for span in message.cues.get("discloses-account", ()):
        end = sentence(message.text, span)[1]
        if not _ASKED_OR_STATE.match(message.text, span[1], end) and (
            detail := _DETAIL.search(message.text, span[1], min(end, span[1] + _NEAR))
        ):
            return span[0], detail.end()
    return None


def _identifies(message: AnnotatedMessage) -> bool:
    """Whether the service side asked who the customer is, or the customer gave an identifier."""
    if message.message.role in {Role.AGENT, Role.BOT}:
        return message.says("asks-identity")
    return message.by_customer and _IDENTIFIER.search(message.text) is not None


_NEAR = 60  # characters within which the detail follows its announcement
_ASKED_OR_STATE = re.compile(r"\s*(?:多少|否|不是|哪|什么|什麼|啥|not\b|ikke\b|where\b|hvor\b)", re.IGNORECASE)
_DETAIL = re.compile(
    r"\d[\d.,]*|\[[^\[\]\s]{1,30}\]|#\w+#|\S+@\S+|(?-i:\b[A-ZÆØÅ]\w+)|[\u3400-\u9fff]{2,}?[省市区县路街号區縣號]"
)
_IDENTIFIER = re.compile(r"\[(?:email|phone|card|national-id)\]|\d{4,}|#(?:NUMBER|EMAIL|PHONENUMBER)#|\S+@\S+\.\S+")
