"""The nearest valid name, for errors that say what to try."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_LISTABLE = 40


def nearest(name: str, known: Collection[str]) -> str:
    """Say which known name is probably meant, else which names there are; made to end an error's sentence."""
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(sorted(known))}" if 0 < len(known) <= _LISTABLE else ""
