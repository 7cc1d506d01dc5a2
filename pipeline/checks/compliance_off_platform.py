"""An agent message that moves the customer to a private channel or a private purse.

Looks for: asking the customer to write, call or pay on a channel that is the agent's own (WeChat, QQ, WhatsApp, a
private number or mail address, a transfer to the agent's account).
Why it matters: what is said and paid there is outside the shop's protection, record and reach; it is how staff poach
customers and how swindlers pose as staff.
Known limits: the firm's own channels ("our WhatsApp number", "contact us on") are taken for official. Where the shop
has its agents use a channel, name it in `allowed`. Disguised spellings beyond the listed ones are not seen.
Source: the conduct rules that marketplaces set their sellers' support staff.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.checks.kinds import forbidden
from pipeline.finding import CheckMeta, Measured, Severity
from pipeline.language.clauses import negated, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript, Span


@dataclass(frozen=True, slots=True)
class OffPlatform:
    """Invitations to a private channel; every agent message is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="compliance.off-platform",
        version=1,
        severity=Severity.MAJOR,
        title="Stays on the shop's own channels",
        miss="Customer moved off the platform",
        languages=("en", "zh", "da"),
        preview_in=("en", "zh", "da"),
        measured=(
            Measured("en", right=0, flagged=0, data="64 two-sided support chats in English that we also mended it on"),
            Measured("zh", right=0, flagged=0, data="330 web-shop chats in Chinese that we also mended it on"),
        ),
    )
    allowed: tuple[str, ...] = ()  # channels that the shop has its agents use, in the words of the chats: ("whatsapp",)

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        """Yield one finding per agent message."""
        return forbidden(
            self.meta,
            chat,
            self._invitation,
            missed="This leads the customer to a channel outside the shop.",
            met="Stays on the shop's channels.",
            suggestion="Keep the conversation here, or name the shop's official channel.",
        )

    def _invitation(self, message: AnnotatedMessage) -> Span | None:
        for span in message.cues.get("off-platform", ()):
            words = message.text[slice(*span)].casefold()
            allowed = any(channel.casefold() in words for channel in self.allowed)
            if not allowed and not negated(message.text, span) and not quoted(message.text, span):
                return span
        return None
