"""The questions and requests in a message: the sentences that carry them, at their place in the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.language.lexicon import Span

# A full stop ends a sentence only before a space, so that prices and links stay whole.
_SENTENCE = re.compile(r"(?:https?://\S+|[^!?…。！？；;\n.]|\.(?=\S))+(?:[!?…。！？；;.]+|$|(?=\n))")
_WORD = re.compile(r"\w")


def sentences(text: str) -> Iterator[Span]:
    """The bounds of every sentence that holds a word, its end mark included and outer spaces left out."""
    for match in _SENTENCE.finditer(text):
        said = match.group()
        if _WORD.search(said):
            yield match.start() + len(said) - len(said.lstrip()), match.start() + len(said.rstrip())
