"""An agent message written in capitals.

Looks for: agent messages in which most letters of several words in a row are capitals.
Why it matters: capitals read as shouting; one heated line undoes a helpful chat.
Known limits: abbreviations and product codes are spared by asking for several long words; a script without
capitals, such as Chinese, is always met.
Source: common chat etiquette; the "tone" item of published contact-centre rubrics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.checks.kinds import forbidden
from pipeline.finding import CheckMeta, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript, Span


@dataclass(frozen=True, slots=True)
class Shouting:
    """Agent messages in capitals; every agent message is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="courtesy.shouting",
        version=1,
        severity=Severity.MINOR,
        title="Writes in a calm hand",
        miss="Message in capitals",
        languages=("en", "zh", "da"),
    )
    words: int = 3  # capital words in a row that count as shouting
    letters: int = 4  # shortest word that counts; shorter ones may stand between

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        """Yield one finding per agent message."""
        return forbidden(
            self.meta,
            chat,
            self._shouted,
            missed="These words are written in capitals.",
            met="Written in ordinary letters.",
            suggestion="Write it in ordinary letters; to stress one word, put it first.",
        )

    def _shouted(self, message: AnnotatedMessage) -> Span | None:
        """The span of the first run of capital words that is long enough."""
        run: list[re.Match[str]] = []
        for word in [*_WORD.finditer(message.text), None]:
            if word is not None and word.group().isupper():
                run.append(word)
                continue
            if sum(len(w.group()) >= self.letters for w in run) >= self.words:
                return run[0].start(), run[-1].end()
            run = []
        return None


_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
