"""The kinds of behaviour that several checks share, so that a check says only what is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.finding import CheckMeta, Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript, Span


def forbidden(  # noqa: PLR0913 - the parts of one sentence
    meta: CheckMeta,
    chat: AnnotatedTranscript,
    look: Callable[[AnnotatedMessage], Span | None],
    *,
    missed: str,
    met: str,
    suggestion: str,
) -> Iterator[Finding]:
    """Yield one finding per agent message: missed where `look` finds a span in it, met where it finds none.

    `missed` and `met` are the notes. A message without readable words could not be judged.
    """
    for message in chat.messages:
        if not message.by_agent:
            continue
        if not message.readable:
            yield meta.unclear(chat, message, note="The message cannot be read here.")
        elif span := look(message):
            yield meta.missed(chat, message, span, note=missed, suggestion=suggestion)
        else:
            yield meta.met(chat, message, note=met)
