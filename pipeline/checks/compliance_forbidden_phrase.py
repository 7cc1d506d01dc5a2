"""An agent message with an absolute promise or a superlative that nobody can keep.

Looks for: the phrases of a list: guarantees of an outcome ("I guarantee", 我保证, "jeg lover at"), absolute claims
("never breaks", 绝对不会), superlatives that advertising law forbids (全网最低, 国家级, "verdens bedste").
Why it matters: the customer takes it as a promise of the house; in China words like 国家级 and 最低 are fined.
Known limits: a list knows only its own phrases. A denial before the phrase, in its clause ("we cannot say it never
breaks"), a promise to do one's best or to take a step of one's own ("I promise I'll call you", 百分百给您申请) and
words between quotation marks are spared. The terms of a guarantee are no promise and not on the list. A scorecard adds
and drops phrases under `phrases.forbidden-phrase`.
Source: article 9 of the Advertising Law of the People's Republic of China; the Danish Marketing Practices Act on
documented claims; the "no over-promising" item of published contact-centre rubrics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.checks.kinds import forbidden
from pipeline.finding import CheckMeta, Measured, Severity
from pipeline.language.clauses import negated, quoted, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript, Span


@dataclass(frozen=True, slots=True)
class ForbiddenPhrase:
    """Phrases the house does not want said; every agent message is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="compliance.forbidden-phrase",
        version=1,
        severity=Severity.MAJOR,
        title="Claims only what can be kept",
        miss="Forbidden phrase",
        languages=("en", "zh", "da"),
        preview_in=("en", "zh", "da"),
        measured=(
            Measured("en", right=0, flagged=0, data="64 two-sided support chats in English that we also mended it on"),
            Measured("zh", right=0, flagged=0, data="330 web-shop chats in Chinese that we also mended it on"),
        ),
    )

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        """Yield one finding per agent message."""
        return forbidden(
            self.meta,
            chat,
            _phrase,
            missed="This phrase is on the list of forbidden phrases.",
            met="None of the forbidden phrases.",
            suggestion="Say what you will do, by when, and what happens if it does not work out.",
        )


def _phrase(message: AnnotatedMessage) -> Span | None:
    """The first listed phrase that is said in earnest."""
    text = message.text
    for span in message.cues.get("forbidden-phrase", ()):
        effort = _PROMISE.search(text, *span) and _EFFORT.search(text, span[1], sentence(text, span)[1])
        if not effort and not negated(text, span) and not quoted(text, span):
            return span
    return None


# To promise one's best, or a step of one's own, is to promise no outcome.
_PROMISE = re.compile(r"promise|guarantee|word|保证|保證|担保|发誓|百分|lover|garanter|ord", re.IGNORECASE)
_EFFORT = re.compile(
    r"\b(?:do (?:my|our) best|do (?:everything|all|what) (?:i|we) can|try|as soon as (?:i|we) can)\b"
    r"|\bgøre (?:(?:mit|vores) bedste|(?:alt )?(?:hvad|det) (?:jeg|vi) kan)\b|\b(?:forsøge|prøve)\b"
    r"|\b(?:i|we)(?:['’]ll| will) (?:personally )?(?:call|write|email|check|ask|pass|report|escalate"
    r"|follow up|look into)\b"
    r"|\b(?:jeg|vi) (?:nok )?(?:ringer|skriver|tjekker|spørger|undersøger|følger op)\b"
    r"|[给帮为替給幫為][您你](?:再|去|马上|立刻|馬上)*(?:申请|反馈|登记|记录|上报|备注|催|查|问|申請|反饋|登記|記錄|備註)"
    r"|尽快|盡快|尽力|盡力|尽量|盡量|努力",
    re.IGNORECASE,
)
