"""What came before a message, in numbers: who wrote it, what was asked, felt and repeated until then.

A message alone shows little of a customer who asks calmly for the fourth time. Nothing that comes after it is looked
at. Of a text that stands alone the numbers say nothing, not even who wrote it.
"""

from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING

import numpy as np

from pipeline.transcript import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.transcript import Message

_OWN_SIDE = (
    "messages before",  # how many this side has written
    "unanswered messages",  # how many of them since the other side last wrote
    "repeats itself",  # the largest share of words in common with an earlier message of this side
    "distress before",  # this side's distress, the last message counting most
    "peak distress",
    "question before",
    "other side's politeness", "other side's empathy", "other side's distress", "other side's question",  # its last
    "other side holds",  # how often the other side has asked to wait
    "other side repeats itself",
)  # fmt: skip
# What the text alone says of the messages before enters through these signals.
FROM_TEXT = ("politeness", "empathy", "distress", "question")
# The same course of a chat means one thing of a customer and another of an agent.
CONTEXT = tuple(f"{side}: {name}" for side in ("customer", "agent") for name in ("wrote it", *_OWN_SIDE))
_WIDTH = 1 + len(_OWN_SIDE)
_KEEP = 0.5  # of the distress before the last message
_LOOK_BACK = 4  # messages of the same side to compare with


class _Side:
    """What one side of a chat has written so far."""

    def __init__(self) -> None:
        self.messages = 0
        self.unanswered = 0
        self.words: list[frozenset[int]] = []
        self.last = (0.0, 0.0, 0.0, 0.0)
        self.distress = 0.0
        self.peak = 0.0
        self.repeats = 0.0
        self.holds = 0


def context(
    messages: Sequence[Message],
    words: Sequence[frozenset[int]],
    signals: NDArray[np.float64],
    holds: Sequence[bool],
) -> NDArray[np.float32]:
    """Messages × `CONTEXT`. Rows of system messages are zero, and so is the only message of a chat.

    `words`: the different words of each message. `signals`: messages × `FROM_TEXT`, the probabilities by their texts
    alone. `holds`: whether each asks to wait.
    """
    sides = {"customer": _Side(), "agent": _Side()}
    rows = np.zeros((len(messages), len(CONTEXT)), np.float32)
    if len(messages) < 2:
        return rows
    for index, message in enumerate(messages):
        if message.role is Role.SYSTEM:
            continue
        name = "customer" if message.role is Role.CUSTOMER else "agent"
        own, other = sides[name], sides["agent" if name == "customer" else "customer"]
        repeats = _most_alike(words[index], own.words)
        first = 0 if name == "customer" else _WIDTH
        rows[index, first : first + _WIDTH] = (
            1.0,
            log1p(own.messages) / 2,
            log1p(own.unanswered) / 2,
            repeats,
            own.distress,
            own.peak,
            own.last[3],
            *other.last,
            log1p(other.holds) / 2,
            other.repeats,
        )
        politeness, empathy, distress, question = signals[index].tolist()
        own.last = (politeness, empathy, distress, question)
        own.distress = _KEEP * own.distress + (1 - _KEEP) * distress
        own.peak = max(own.peak, distress)
        own.repeats = repeats
        own.holds += holds[index]
        own.messages += 1
        own.unanswered += 1
        other.unanswered = 0
        own.words = [*own.words[1 - _LOOK_BACK :], words[index]]
    return rows


def _most_alike(words: frozenset[int], earlier: Sequence[frozenset[int]]) -> float:
    if len(words) < 3:  # "yes", "ok thanks": saying it again repeats nothing
        return 0.0
    return max((len(words & before) / len(words | before) for before in earlier if before), default=0.0)
