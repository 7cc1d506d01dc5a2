"""A canned reply sent twice, word for word, by the same agent in one chat.

Looks for: agent messages of some length that equal an earlier message of the same agent in the chat. Spaces,
punctuation, letter case and emoji do not count; numbers do, for another number is another fact.
Why it matters: the same block of text again tells the customer that nobody read what she wrote.
Known limits: a reply reworded slightly is not seen. Where the customer, too, repeats herself word for word, the same
answer is fair. So is a courtesy (a hold, an offer of help, a goodbye) or a question put twice, but not three times.
Source: the "avoids scripted replies" item of published contact-centre rubrics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.checks.holds import is_hold
from pipeline.checks.wording import ASKS, is_question, plain, sentences, weight
from pipeline.finding import CheckMeta, Measured, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript

_POLITE_WORDS = ("greeting", "thanks", "apology", "thanks-for-waiting")
_POLITE_SENTENCES = ("offer-to-help", "further-help", "welcome", "farewell")


_FAIR = "Sent before, and fair to send again: a courtesy, a question, or the answer to the same words."


@dataclass(frozen=True, slots=True)
class RepeatedCannedReply:
    """Replies sent again word for word; every longer message after an agent's first is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="process.repeated-canned-reply",
        version=1,
        severity=Severity.MINOR,
        title="Answers each message afresh",
        miss="Canned reply repeated",
        preview_in=("en", "zh", "da"),
        measured=(
            Measured(language="zh", right=6, flagged=8, data="330 web-shop chats in Chinese that we also mended it on"),
        ),
    )
    letters: int = 24  # shortest message that counts; a Chinese character counts as three letters
    times: int = 2  # how often a mere courtesy, or a question, may be put in one chat

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        """Yield one finding per longer message of an agent, from his second on."""
        sent: dict[str, list[AnnotatedMessage]] = {}
        for message in chat.messages:
            if not message.by_agent:
                continue
            earlier = sent.setdefault(message.message.agent_id, [])
            if earlier and not message.readable:
                yield self.meta.unclear(chat, message, note="The message cannot be read here.")
            if not message.readable or self._short(message):
                continue
            same = [m for m in earlier if plain(m.text) == plain(message.text)]
            if same and not self._fair(chat, same, message):
                yield self.meta.missed(
                    chat,
                    message,
                    also=[(same[-1], None)],
                    note="These words were sent earlier in this chat already.",
                    suggestion="Answer what the customer wrote last; a ready-made text wants a line of its own.",
                )
            elif earlier:
                yield self.meta.met(chat, message, note=_FAIR if same else "Not sent before in this chat.")
            earlier.append(message)

    def _short(self, message: AnnotatedMessage) -> bool:
        return weight(message, (0, len(message.text))) < self.letters

    def _fair(self, chat: AnnotatedTranscript, same: Sequence[AnnotatedMessage], message: AnnotatedMessage) -> bool:
        """Whether it answers the very same words, or is a courtesy or a question that may be put again."""
        asked = _asked(chat, message)
        again = bool(asked) and any(_asked(chat, earlier) == asked for earlier in same)
        asks = is_question(message.text) or message.says(*ASKS)
        return again or (len(same) < self.times and (asks or self._courtesy(message)))

    def _courtesy(self, message: AnnotatedMessage) -> bool:
        """Whether nothing of length is left of a message without its courtesies."""
        polite = [span for cue in _POLITE_SENTENCES for span in message.cues.get(cue, ())]
        rest = [
            (start, end)
            for start, end in sentences(message.text)
            if not any(start < right and left < end for left, right in polite)
        ]
        return is_hold(message) or sum(weight(message, span, beside=_POLITE_WORDS) for span in rest) < self.letters


def _asked(chat: AnnotatedTranscript, message: AnnotatedMessage) -> str:
    """What the customer wrote since the agents' last message before this one."""
    asked: list[str] = []
    for earlier in reversed(chat.messages[: message.index]):
        if earlier.by_agent:
            break
        if earlier.by_customer:
            asked.append(plain(earlier.text))
    return " ".join(reversed(asked)).strip()
