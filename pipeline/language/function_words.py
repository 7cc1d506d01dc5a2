"""A second opinion on the language of a text: its function words ("the", "og", 的).

Telling languages apart by letters errs on short texts, names and product lists. Whoever is to be blamed for a language
should have used its small words.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from spacy.util import get_lang_class

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+")
# Chinese is not written in words: these characters stand in nearly every sentence and hardly ever in a name or address.
_CHINESE = frozenset("的了吗呢您我你是请这那没会们吧")
_ENOUGH = 3  # distinct function words that no chance, name or loan brings together


def spoken(text: str, language: str, *, not_in: Iterable[str] = ()) -> bool:
    """Whether a text surely holds this language: enough function words of it that no language of `not_in` shares."""
    if language == "zh":
        return not _CHINESE.isdisjoint(text)
    own = _own_words(language, frozenset(not_in))
    return len(own.intersection(word.casefold() for word in _WORD.findall(text))) >= _ENOUGH


@cache
def _own_words(language: str, others: frozenset[str]) -> frozenset[str]:
    words = _function_words(language)
    return words.difference(*(_function_words(other) for other in others))


@cache
def _function_words(language: str) -> frozenset[str]:
    return frozenset(get_lang_class(language).Defaults.stop_words)
