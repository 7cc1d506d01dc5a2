"""The kinds of behaviour that several checks share, so that a check says only what is its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.finding import CheckMeta, Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript, Span

_LETTER = re.compile(r"[^\W\d_]")


def has_words(message: AnnotatedMessage) -> bool:
    """Whether anything is said in the message: a thumbs-up or a bare number says nothing."""
    return _LETTER.search(message.text) is not None


def forbidden(  # noqa: PLR0913 - the parts of one sentence
    meta: CheckMeta,
    chat: AnnotatedTranscript,
    look: Callable[[AnnotatedMessage], Span | None],
    *,
    missed: str,
    met: str,
    suggestion: str,
    occasion: Callable[[AnnotatedMessage], bool] = has_words,
) -> Iterator[Finding]:
    """Yield one finding per agent message: missed where `look` finds a span in it, met where it finds none.

    `missed` and `met` are the notes. A message without readable words could not be judged; a readable one in which
    the behaviour has no `occasion` (by default: no letter in it) is no opportunity.
    """
    for message in chat.messages:
        if not message.by_agent:
            continue
        if not message.readable:
            yield meta.unclear(chat, message, note="The message cannot be read here.")
        elif not occasion(message):
            continue
        elif span := look(message):
            yield meta.missed(chat, message, span, note=missed, suggestion=suggestion)
        else:
            yield meta.met(chat, message, note=met)
