"""An agent message written in capitals.

Looks for: agent messages in which several words in a row are in capitals and among them one of the little words that
only a sentence has (you, is, not; du, er, ikke).
Why it matters: capitals read as shouting; one heated line undoes a helpful chat.
Known limits: names, brands, acronyms, codes, menu paths, button labels between quotation marks, headings before a
colon, links and placeholders are no shouting; so a shout without a listed little word passes too. A message in a
script without capitals, such as Chinese, is no opportunity.
Source: common chat etiquette; the "tone" item of published contact-centre rubrics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.checks.kinds import forbidden
from pipeline.finding import CheckMeta, Measured, Severity
from pipeline.language.clauses import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript, Span


@dataclass(frozen=True, slots=True)
class Shouting:
    """Agent messages in capitals; every agent message in a script with capitals is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="courtesy.shouting",
        version=1,
        severity=Severity.MINOR,
        title="Writes in a calm hand",
        miss="Message in capitals",
        languages=("en", "zh", "da"),
        preview_in=("zh", "da"),
        measured=(
            Measured("en", right=59, flagged=60, data="60 of the 291 flagged among 43,410 Reddit comments, read by us"),
        ),
    )
    words: int = 3  # capital words in a row that count as shouting
    letters: int = 3  # shortest word that counts; shorter ones may stand between

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        """Yield one finding per agent message."""
        return forbidden(
            self.meta,
            chat,
            self._shouted,
            missed="These words are written in capitals.",
            met="Written in ordinary letters.",
            suggestion="Write it in ordinary letters; to stress one word, put it first.",
            occasion=_has_case,
        )

    def _shouted(self, message: AnnotatedMessage) -> Span | None:
        """The span of the first run of capital words that is long enough and speaks."""
        text = message.text
        for run in _runs(text):
            long = sum(len(word.group()) >= self.letters for word in run)
            span = run[0].start(), run[-1].end()
            speaks = any(_SPEAKING.fullmatch(word.group()) for word in run)
            if long >= self.words and speaks and not text.startswith(":", span[1]) and not quoted(text, span):
                return span
        return None


def _has_case(message: AnnotatedMessage) -> bool:
    return message.text.upper() != message.text.lower()


def _runs(text: str) -> Iterable[list[re.Match[str]]]:
    """Capital words in a row. A placeholder or a code neither counts nor parts them; a sign of a menu path does."""
    run: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "skipped":
            continue
        if token.lastgroup == "word" and token.group().isupper():
            run.append(token)
        elif run:
            yield run
            run = []
    if run:
        yield run


_TOKEN = re.compile(
    r"(?P<skipped>https?://\S+|\S+@\S+|\[[^\[\]\s]{1,30}\]|#\w+[#?]?|[A-Za-z]*\d[A-Za-z\d]*)"
    r"|(?P<word>[^\W\d_\u3040-\u30ff\u3400-\u9fff]+(?:['’][^\W\d_\u3040-\u30ff\u3400-\u9fff]+)*)"
    r"|(?P<parting>[>→»|/\n•]|[\u3040-\u30ff\u3400-\u9fff]+)"
)
# Words that make a run of capitals a sentence; names, brands and menus have none of them. Those that are an acronym
# too (US, AM, OS) are left out.
_SPEAKING = re.compile(
    r"you|your|we|our|me|it|is|are|was|were|be|have|has|had|does|did|not|\w+n['’]t|cannot|never|can|could|will"
    r"|would|should|must|already|why|what|when|how|this|that|they|there|if"
    r"|jeg|du|dig|din|dit|dine|jeres|vi|det|er|var|har|havde|ikke|aldrig|skal|skulle|kan|kunne|vil|må|nu|hvorfor"
    r"|hvad|hvordan|hvornår|allerede",
    re.IGNORECASE,
)
