"""An agent message that insults the customer or swears.

Looks for: insults thrown at the reader and strong swear words, as whole words. Many insults count with an addressee
only: "you are stupid" is one, "a stupid question of mine" and "a stupid system" are not.
Why it matters: one such line outweighs whatever else went well, and it travels as a screenshot.
Known limits: insults without a listed word (irony, contempt, veiled threats) are not seen. Mild expletives (damn,
crap, sgu) are left out on purpose; a scorecard can add them. Words between quotation marks are taken for the
customer's. The word lists hold only what has no innocent use from an agent to a customer, so that the check counts
without having been measured: abuse is too rare in the chats that we could read.
Source: the zero-tolerance item for abusive or profane language in published contact-centre rubrics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.checks.kinds import forbidden
from pipeline.finding import CheckMeta, Measured, Severity
from pipeline.language.clauses import before_in_clause, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript, Span


@dataclass(frozen=True, slots=True)
class AbusiveLanguage:
    """Insults and swear words; every agent message is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="courtesy.abusive-language",
        version=1,
        severity=Severity.CRITICAL,
        title="Keeps clear of insults and swear words",
        miss="Abusive language",
        languages=("en", "zh", "da"),
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
            _abuse,
            missed="These words are insulting or profane.",
            met="No insult and no swear word.",
            suggestion="When a chat gets under your skin, take a breath and say only what happens next; "
            "ask a colleague to take over if you need to.",
        )


def _abuse(message: AnnotatedMessage) -> Span | None:
    """The span of the first insult or swear word that the agent says himself, and not of himself."""
    text, cues = message.text, message.cues
    insults = [span for span in cues.get("insult", ()) if not _spared(text, span)]
    return min((span for span in [*insults, *cues.get("profanity", ())] if not quoted(text, span)), default=None)


def _spared(text: str, span: Span) -> bool:
    before = before_in_clause(text, span)
    of_oneself = _SPEAKER.search(before) and not _ADDRESSEE.search(text[span[0] - len(before) : span[1]])
    return bool(of_oneself or _DENIED.search(before))


_SPEAKER = re.compile(r"\b(?:i|me|myself|jeg|mig)\b|我", re.IGNORECASE)
_ADDRESSEE = re.compile(r"\b(?:you|your|du|dig|din|dit|jer)\b|[你您]", re.IGNORECASE)
# "nobody says you are stupid", "jeg siger ikke at du er dum", 没说您傻
_DENIED = re.compile(
    r"(?:\b(?:not|never|nobody|no one)|n['’]t)\s+(?:\w+\s+)?(?:say|said|saying|think|thinks|thought|mean|meant"
    r"|imply|implying|suggest|suggesting|call|called|calling)\b"
    r"|\b(?:siger|sagde|sagt|mener|mente|synes|tror|kalder|kaldte|kaldt)\b[^,]*\b(?:ikke|aldrig)\b"
    r"|\b(?:ikke|aldrig|ingen)\b[^,]*\b(?:siger|sagt|mener|ment|synes|tror|kaldt)\b"
    r"|[没沒](?:有)?(?:人)?(?:说|說|骂|罵|觉得|覺得)|不是(?:说|說)|不(?:觉得|覺得|认为|認為)",
    re.IGNORECASE,
)
