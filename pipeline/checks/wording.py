"""What checks share about wording: families of cues, and what a message says beside its courtesies."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pipeline.language import AnnotatedMessage, Span

ASKS = ("asks-order-number", "asks-phone", "asks-email", "asks-name", "asks-address", "asks-photo")
"""What an agent may ask a customer for, a cue each."""


def sentences(text: str) -> Iterator[Span]:
    """The spans of the sentences of a text; in Chinese chats a space ends one, too."""
    for match in _SENTENCE.finditer(text):
        yield match.span()


def is_question(text: str) -> bool:
    """Whether a text has a question mark, or ends in a Chinese particle that says as much."""
    return bool(_QUESTION.search(text))


def weight(message: AnnotatedMessage, span: Span, *, beside: Collection[str] = ()) -> int:
    """How much a part of a message says beside these cues: its letters, a Chinese character counting as three.

    Placeholders and the emoji codes of shop platforms weigh nothing.
    """
    covered = {place for cue in beside for left, right in message.cues.get(cue, ()) for place in range(left, right)}
    text = _PLACEHOLDER.sub(lambda match: " " * len(match.group()), message.text)
    places = [i for i in range(*span) if text[i].isalpha() and i not in covered]
    return sum(3 if _HAN.match(text[i]) else 1 for i in places)


def plain(text: str) -> str:
    """The letters and digits of a text in one form: what remains equal when the same words are sent again."""
    folded = unicodedata.normalize("NFKC", _EMOJI_CODE.sub(" ", text)).casefold()
    return "".join(sign for sign in folded if sign.isalnum())


# The text of a sentence, its closing signs; a space goes on inside a sentence, unless it follows a Chinese character.
_SENTENCE = re.compile(
    r"[^\s.!?…。！？~～;；](?:[^.!?…。！？~～;；\s]|(?<![\u3400-\u9fff])[^\S\n]|\.(?=\w))*[.!?…。！？~～;；]*"
)
_QUESTION = re.compile(r"[?？]|[吗嘛么][\W_]*$")
_HAN = re.compile(r"[\u3400-\u9fff]")
_EMOJI_CODE = re.compile(r"#E-\w*(?:\[[^\[\]]*\])?")
_PLACEHOLDER = re.compile(_EMOJI_CODE.pattern + r"|\[[^\[\]]*\]|#\w+#")
