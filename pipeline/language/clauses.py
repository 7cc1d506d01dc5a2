"""Where a phrase stands in its sentence: sentence and clause, negated or not, quoted or not.

A word list says that a phrase is there; these few rules of grammar say whether it is meant. They look at the
characters around a span and cover English, Chinese and Danish at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.language.lexicon import Span

# A full stop ends a sentence only before a space, so that prices and links stay whole.
_SENTENCE_END = re.compile(r"[!?…。！？；;\n]|\.(?=\s|$)")
# Chinese chats part clauses by a space as often as by a comma.
_CLAUSE_END = re.compile(r"[,，、:：—–()（）]|(?<=[\u3400-\u9fff~～])\s+|\s+(?=[\u3400-\u9fff])")
_NEGATION = re.compile(
    r"n['’]t\b|\b(?:not|cannot|cant|dont|wont|never|nor|neither|nobody|without|unable|avoid|refuse"
    r"|no(?! (?:problem|worries)))\b"
    r"|\b(?:ikke|aldrig|ingen|intet|uden|hverken|næppe)\b"
    # 不好意思 "excuse me", 没问题 "no problem", 特别 "especially" deny nothing.
    r"|(?<![差对])不(?!好意思|过|仅|但|如|客气|好意|過|僅)|[没沒](?!问题|事|关系|問題|關係)|[无無](?![论论線线])|勿|未(?!来|來)"
    r"|(?<![特级类分区個个性級類區])[别別](?![的人])|禁止|拒绝|拒絕|谨防|謹防|避免",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"“[^”]*”|„[^“”]*[“”]|”[^”]*”|\"[^\"]*\"|«[^»]*»|»[^«]*«|「[^」]*」|『[^』]*』"
    r"|(?<!\w)‘[^’]*’(?!\w)|(?<!\w)'[^']*'(?!\w)"
)


def sentence(text: str, span: Span) -> Span:
    """The bounds of the sentence in which a span stands, its end mark left out."""
    start = max((match.end() for match in _SENTENCE_END.finditer(text, 0, span[0])), default=0)
    after = _SENTENCE_END.search(text, span[1])
    return start, after.start() if after else len(text)


def before_in_clause(text: str, span: Span) -> str:
    """What stands before a span in its own clause."""
    before = text[sentence(text, span)[0] : span[0]]
    start = max((match.end() for match in _CLAUSE_END.finditer(before)), default=0)
    return before[start:]


def negated(text: str, span: Span) -> bool:
    """Whether a word before the span, in its clause, denies it: "we cannot guarantee", 不能保证, "ikke"."""
    return bool(_NEGATION.search(before_in_clause(text, span)))


def quoted(text: str, span: Span) -> bool:
    """Whether the span stands between quotation marks: words repeated, not said."""
    return any(match.start() < span[0] and span[1] < match.end() for match in _QUOTED.finditer(text))
