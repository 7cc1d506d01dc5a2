"""Text of chats as HTML: shown as typed, with its evidence marked.

A message is untrusted and stays exactly what was written. Only what HTML cannot carry at all (control characters, lone
surrogates, noncharacters) is replaced, one code point for one, so that spans keep their meaning.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable

_PICTURES = 0x2400  # ␀ and its neighbours stand for the control character of the same rank
_REPLACEMENT = 0xFFFD
_KEPT = {0x09, 0x0A, 0x0D}  # tab and line breaks; a browser reads CR and CRLF as a line break
_SHOWN = {
    **dict.fromkeys(range(0x80, 0xA0), _REPLACEMENT),
    **dict.fromkeys(range(0xD800, 0xE000), _REPLACEMENT),
    **dict.fromkeys(range(0xFDD0, 0xFDF0), _REPLACEMENT),
    **dict.fromkeys((plane + last for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)), _REPLACEMENT),
    **{code: _PICTURES + code for code in range(0x20) if code not in _KEPT},
    0x7F: 0x2421,
}
_UNSHOWABLE = re.compile("[" + "".join(re.escape(chr(code)) for code in _SHOWN) + "]")


class Mark(NamedTuple):
    """A slice of a message to be marked as evidence; `kind` is met, missed or advice."""

    start: int
    end: int
    kind: str


def shown(text: str) -> str:
    """The text with what HTML cannot carry made visible, as long as it was."""
    return text.translate(_SHOWN) if _UNSHOWABLE.search(text) else text


def marked(text: str, marks: Iterable[Mark]) -> Markup:
    """The text as HTML with its marks as `<mark>` elements, which may overlap in the text but never in the markup.

    Without its tags the result is `shown(text)` again, character for character.
    """
    marks = [mark for mark in marks if mark.start < mark.end]
    if not marks:
        return escape(shown(text))
    cuts = sorted({0, len(text)}.union(*((mark.start, mark.end) for mark in marks)))
    stretches: list[tuple[str, int, int]] = []
    for start, end in pairwise(cuts):
        kinds = sorted(mark.kind for mark in marks if mark.start <= start and end <= mark.end)
        # A narrow mark inside a wide one of its kind must still stand out.
        classes = " ".join([*dict.fromkeys(kinds), *(["again"] if len(set(kinds)) < len(kinds) else [])])
        if stretches and stretches[-1][0] == classes:
            stretches[-1] = (classes, stretches[-1][1], end)
        else:
            stretches.append((classes, start, end))
    return Markup("").join(_stretch(escape(shown(text[start:end])), classes) for classes, start, end in stretches)


def _stretch(text: Markup, classes: str) -> Markup:
    # The classes are ours and the text is escaped, so this needs no second escaping.
    return Markup(f'<mark class="{classes}">{text}</mark>') if classes else text  # noqa: S704


_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def language_tag(language: str | None) -> str:
    """A language code fit for a lang attribute; empty (unknown) for anything else."""
    return language if language and _LANGUAGE_TAG.fullmatch(language) else ""
