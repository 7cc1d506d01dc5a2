"""Labelled chats: the one form in which every data set is learned from and measured on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.transcript import Message, Role, Transcript

Labels = Mapping[
    str, float
]  # signal -> how sure a reader is that it is there, 0 to 1; a signal left out is not labelled


@dataclass(frozen=True, slots=True)
class LabelledChat:
    """A chat, and for each of its messages the labels it has.

    `source` names the data set; `group` what is compared within it (a domain, a kind of speaker).
    """

    transcript: Transcript
    labels: tuple[Labels, ...]
    source: str
    group: str = ""


def labelled_text(  # noqa: PLR0913 - one keyword a fact
    text: str, labels: Labels, *, language: str | None, source: str, group: str = "", role: Role = Role.CUSTOMER
) -> LabelledChat:
    """A text that stands alone, as a chat of one message."""
    transcript = Transcript("", (Message("0", role, text),), language=language)
    return LabelledChat(transcript, (labels,), source, group)
