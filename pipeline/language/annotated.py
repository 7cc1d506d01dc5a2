"""A transcript with what can be read off it: languages, cues, signals, who held the chat."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.language.signals import NO_SIGNALS
from pipeline.transcript import Kind, Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.language.lexicon import Span
    from pipeline.language.signals import Signals
    from pipeline.transcript import Message, Transcript

_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class AnnotatedMessage:
    """A message, its place in the chat, its language (None where it cannot be told), its cues and its signals.

    `read_as`: the language it was read in, which is that of the conversation where its own cannot be told.
    `by_agent`: a human agent wrote it. `by_customer`: the customer did. `readable`: there are words to judge. Every
    check asks these of every message, so they are worked out once.
    """

    index: int
    message: Message
    language: str | None
    read_as: str | None
    cues: Mapping[str, tuple[Span, ...]]
    signals: Signals = NO_SIGNALS
    by_agent: bool = field(init=False)
    by_customer: bool = field(init=False)
    readable: bool = field(init=False)

    def __post_init__(self) -> None:
        set_field = object.__setattr__  # the way a frozen dataclass sets what follows from its fields
        set_field(self, "by_agent", self.message.human_agent)
        set_field(self, "by_customer", self.message.role is Role.CUSTOMER and self.message.kind is not Kind.EVENT)
        set_field(self, "readable", self.message.readable)

    @property
    def id(self) -> str:
        """The id of the message."""
        return self.message.id

    @property
    def text(self) -> str:
        """The text of the message, which spans point into."""
        return self.message.text

    @property
    def sent_at(self) -> datetime | None:
        """When it was sent; None where the export does not say."""
        return self.message.sent_at

    @property
    def hands_over(self) -> bool:
        """Whether it says that the chat goes to somebody else: an agent's announcement, or the desk's event."""
        return self.says("transfer") and (self.by_agent or self.message.role is Role.SYSTEM)

    def says(self, *cues: str) -> bool:
        """Whether any of the cues is in the message."""
        return any(cue in self.cues for cue in cues)

    def first(self, *cues: str) -> Span | None:
        """The earliest span of any of the cues; None where there is none."""
        return min((spans[0] for cue in cues if (spans := self.cues.get(cue))), default=None)

    def only_says(self, *cues: str) -> bool:
        """Whether nothing but these cues is in the message: "ok, thanks!" only says acknowledgement and thanks."""
        spans = [span for cue in cues for span in self.cues.get(cue, ())]
        if not spans:
            return False
        covered = {place for start, end in spans for place in range(start, end)}
        return all(match.start() in covered for match in _WORD.finditer(self.text))


@dataclass(frozen=True, slots=True)
class AnnotatedTranscript:
    """A transcript with its annotated messages; what every check reads.

    `language` is that of the conversation. `holders` names, a message each, the agent who held the chat then.
    """

    transcript: Transcript
    language: str | None
    messages: tuple[AnnotatedMessage, ...]
    holders: tuple[str | None, ...]

    @property
    def timed(self) -> bool:
        """Whether every message that a person wrote has a time."""
        return all(m.sent_at for m in self.messages if m.by_agent or m.by_customer)
