"""How a chat ends: which message of a customer still waits for an answer, and whether an agent waits for hers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.checks.waits import COURTESIES, awaiting_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.language import AnnotatedMessage, AnnotatedTranscript, Span

_QUESTION_MARKS = ("?", "？")


def last_by_agent(chat: AnnotatedTranscript) -> AnnotatedMessage | None:
    """The last message that a person on the service side wrote."""
    return next((m for m in reversed(chat.messages) if m.by_agent), None)


def expecting(chat: AnnotatedTranscript) -> Iterator[tuple[AnnotatedMessage, bool | None]]:
    """Yield every customer message that may expect an answer, and whether it does: None where that cannot be told."""
    ignored = set(awaiting_nothing(chat))
    before: AnnotatedMessage | None = None
    for message in chat.messages:
        if message.by_agent:
            before = message
        elif message.by_customer and message.index not in ignored:
            expects = _expects_answer(message, before) if message.readable else None
            if expects is not False:
                yield message, expects


def _expects_answer(message: AnnotatedMessage, before: AnnotatedMessage | None) -> bool | None:
    """`before` is the agent's message that she writes after; nothing before it makes it a request that opens a chat."""
    bare = not any(sign.isalnum() or sign in _QUESTION_MARKS for sign in _EMOJI_CODE.sub("", message.text))
    if bare or message.only_says(*COURTESIES, "nothing-else"):
        return False
    if asks(message) or before is None:
        return True
    if message.says(*COURTESIES, "nothing-else", "customer-leaves"):
        return False
    if asks(before):
        return True  # she gave what she was asked for
    return False if before.says("further-help", "farewell") else None


def asks(message: AnnotatedMessage) -> bool:
    """Whether a sentence of it asks the other side for something, other than whether more help is wanted."""
    wanted, offers = message.cues.get("expects-reply", ()), message.cues.get("further-help", ())
    for sentence in _SENTENCE.finditer(message.text):
        if message.by_agent and any(_within(span, sentence) for span in offers):
            continue
        said = sentence.group()
        if any(_within(span, sentence) for span in wanted) or any(mark in said for mark in _QUESTION_MARKS):
            return True
        if _PARTICLE.search(said):
            return True
    return False


def has_words(message: AnnotatedMessage) -> bool:
    """Whether it says more than an emoji, thanks or a bare "ok"."""
    plain = _EMOJI_CODE.sub("", message.text)
    return any(sign.isalnum() for sign in plain) and not message.only_says("thanks", "acknowledgement")


def _within(span: Span, sentence: re.Match[str]) -> bool:
    return sentence.start() <= span[0] < sentence.end()


_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？\n]*|[?？]+")
# 能送到么 asks, 什么, 这么, 那么, 怎么 and 要么 as such do not.
_PARTICLE = re.compile(r"(?<![什这那怎要多])么\W*$")
# Web shops export an emoji as a code (#E-s12); redaction may have taken its number.
_EMOJI_CODE = re.compile(r"#E-[a-z](?:\d+|\[[^\[\]\s]{1,30}\])")
