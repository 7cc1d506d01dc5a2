"""Holds: the agent keeps the customer waiting in the chat ("one moment"), and somebody comes back, or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.checks.wording import ASKS, is_question, sentences, weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.language import AnnotatedMessage, AnnotatedTranscript

_FILLERS = ("thanks", "welcome", "apology", "thanks-for-waiting", "acknowledgement")
_SAID_ON_HOLD = (*_FILLERS, "farewell", "greeting")
_SUBSTANCE = 15  # letters, see `weight`: "It was delivered." is an answer, "dear sir" is not


@dataclass(frozen=True, slots=True)
class Hold:
    """A stretch in which an agent keeps the customer holding.

    `messages` are his hold messages, `back` is the message that ends the hold (his own, that of whoever took over, or
    the handover; None where nobody came), `meanwhile` is what the others wrote.
    """

    messages: tuple[AnnotatedMessage, ...]
    back: AnnotatedMessage | None
    meanwhile: tuple[AnnotatedMessage, ...]


def holds(chat: AnnotatedTranscript) -> Iterator[Hold]:
    """The holds of a chat, in order.

    Holds with nothing but the customer's words between them are one; a bare "ok" or "sorry" of the agent prolongs it.
    """
    stretch: list[AnnotatedMessage] = []
    meanwhile: list[AnnotatedMessage] = []
    for message in chat.messages:
        if message.by_agent and (is_hold(message) or (stretch and _says_nothing(message))):
            stretch.append(message)
        elif stretch and (message.by_agent or message.hands_over):
            yield Hold(tuple(stretch), message, tuple(meanwhile))
            stretch, meanwhile = [], []
        elif stretch:
            meanwhile.append(message)
    if stretch:
        yield Hold(tuple(stretch), None, tuple(meanwhile))


def is_hold(message: AnnotatedMessage) -> bool:
    """Whether a message asks the customer to hold and leaves it at that.

    It does not where the answer follows in the same message, where the customer is asked for something and so has the
    next word, where a call or a mail is promised instead, or where the chat is handed over.
    """
    if not message.says("hold") or message.says("contact-later", *ASKS) or message.hands_over:
        return False
    after = 0
    for start, end in sentences(message.text):
        if any(start < right and left < end for left, right in message.cues["hold"]):
            after = end
        elif is_question(message.text[start:end]):
            return False
    return weight(message, (after, len(message.text)), beside=_SAID_ON_HOLD) < _SUBSTANCE


def _says_nothing(message: AnnotatedMessage) -> bool:
    return (
        message.readable
        and not message.hands_over
        and not is_question(message.text)
        and weight(message, (0, len(message.text)), beside=_FILLERS) == 0
        and "://" not in message.text
        and not any(sign.isdigit() for sign in message.text)
    )
