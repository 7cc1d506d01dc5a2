"""Cues: what a message says in passing ("one moment", 稍等, "undskyld"), found by word lists at exact offsets.

A lexicon is one TOML file, `models/lexicons/<language>/<cue>.toml`:

    source = "where the words come from"
    licence = "Apache-2.0"
    phrases = ["one moment", "bear with me"]
    except = ["one moment ago"]                     # a hit inside one of these is no hit
    patterns = [[{NORM = "give"}, {NORM = "me"}]]   # spaCy Matcher patterns, for what a phrase cannot say

Words are compared on spaCy's NORM: case does not count, "I'm" equals "I am", ’ equals '.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import spacy
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokenizer import Tokenizer
from spacy.util import compile_infix_regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from spacy.language import Language
    from spacy.tokens import Doc

Span = tuple[int, int]
Cues = dict[str, tuple[Span, ...]]

_KNOWN_KEYS = frozenset({"source", "licence", "phrases", "except", "patterns"})
# People glue sentences together in chats: "hold on!!thanks" is three words to us.
_CHAT_INFIXES = (r"[!?…;:,/]+(?=\w)", r"(?<=[^\W\d])\.(?=[^\W\d]{2})")


class LexiconError(ValueError):
    """A lexicon that cannot be used; names the file and what to change."""


@dataclass(frozen=True, slots=True)
class PhraseChange:
    """What a scorecard adds to, or drops from, one cue in one language."""

    cue: str
    language: str
    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(slots=True)
class _Lexicon:
    phrases: list[str] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)
    patterns: list[list[dict[str, Any]]] = field(default_factory=list)


class CueFinder:
    """Finds the cues of one language in a text: one tokenisation, one pass over all word lists."""

    def __init__(self, language: str, lexicons: Mapping[str, _Lexicon]) -> None:
        self._nlp = _blank(language)
        self._phrases = PhraseMatcher(self._nlp.vocab, attr="NORM")
        self._patterns = Matcher(self._nlp.vocab)
        names: dict[str, tuple[str, bool]] = {}
        for cue, lexicon in lexicons.items():
            for key, phrases in ((cue, lexicon.phrases), (f"not {cue}", lexicon.exceptions)):
                if phrases:
                    self._phrases.add(key, [self._nlp.tokenizer(phrase) for phrase in phrases])
                names[key] = (cue, key == cue)
            if lexicon.patterns:
                self._patterns.add(cue, lexicon.patterns)
        self._names = {self._nlp.vocab.strings.add(key): name for key, name in names.items()}

    def memory_zone(self) -> AbstractContextManager[object]:
        """A scope after which spaCy forgets the words it met, so that memory stays flat over millions of messages."""
        return self._nlp.memory_zone()

    def find(self, text: str) -> Cues:
        """The spans of every cue in a text, in order and without overlap inside one cue."""
        doc = self._nlp.tokenizer(text)
        found: dict[str, list[Span]] = {}
        exceptions: dict[str, list[Span]] = {}
        for key, start, end in self._matches(doc):
            last = doc[end - 1]
            span = (doc[start].idx, last.idx + len(last))
            if _cuts_a_word(text, span):
                continue
            cue, counts = self._names[key]
            (found if counts else exceptions).setdefault(cue, []).append(span)
        return {cue: kept for cue, spans in found.items() if (kept := _merged(spans, exceptions.get(cue, ())))}

    def _matches(self, doc: Doc) -> Iterator[tuple[int, int, int]]:
        yield from self._phrases(doc)
        if len(self._patterns):
            yield from self._patterns(doc)


class Lexicons:
    """The word lists of all languages and the finders made from them."""

    def __init__(self, lexicons: Mapping[str, Mapping[str, _Lexicon]], digest: str) -> None:
        self._lexicons = lexicons
        self.digest = digest
        self._finders = {language: CueFinder(language, cues) for language, cues in lexicons.items()}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have word lists."""
        return tuple(self._lexicons)

    @property
    def cues(self) -> tuple[str, ...]:
        """The names of all cues, sorted."""
        return tuple(sorted({cue for lexicons in self._lexicons.values() for cue in lexicons}))

    def finder(self, language: str) -> CueFinder:
        """The finder of one language; KeyError where it has no word lists."""
        return self._finders[language]

    def changed(self, changes: Iterable[PhraseChange]) -> Lexicons:
        """These word lists with a scorecard's own phrases added and dropped. Raises LexiconError for unknown names."""
        changes = tuple(changes)
        if not changes:
            return self
        lexicons = {
            language: {
                cue: _Lexicon(list(lexicon.phrases), lexicon.exceptions, lexicon.patterns)
                for cue, lexicon in cues.items()
            }
            for language, cues in self._lexicons.items()
        }
        for change in changes:
            if change.cue not in self.cues or change.language not in lexicons:
                raise LexiconError(
                    f"phrases.{change.cue}.{change.language}: no such word list; "
                    f"cues: {', '.join(self.cues)}; languages: {', '.join(self.languages)}"
                )
            phrases = lexicons[change.language].setdefault(change.cue, _Lexicon()).phrases
            dropped = {phrase.casefold() for phrase in change.drop}
            phrases[:] = [p for p in phrases if p.casefold() not in dropped] + list(change.add)
        digest = hashlib.sha256(repr((self.digest, changes)).encode()).hexdigest()
        return Lexicons(lexicons, digest)


def load_lexicons(folder: Path) -> Lexicons:
    """Read every `<language>/<cue>.toml` under a folder. Raises LexiconError naming the file that is wrong."""
    lexicons: dict[str, dict[str, _Lexicon]] = {}
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*/*.toml")):
        content = path.read_bytes()
        digest.update(f"{path.parent.name}/{path.name}".encode() + content)
        lexicons.setdefault(path.parent.name, {})[path.stem] = _parsed(path, content)
    if not lexicons:
        raise LexiconError(f"{folder}: no word lists here; expected <language>/<cue>.toml. Is the installation whole?")
    return Lexicons(lexicons, digest.hexdigest())


def _parsed(path: Path, content: bytes) -> _Lexicon:
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path}: not readable as TOML: {error}") from error
    if unknown := set(data) - _KNOWN_KEYS:
        raise LexiconError(f"{path}: unknown key {min(unknown)!r}; known: {', '.join(sorted(_KNOWN_KEYS))}")
    if missing := [key for key in ("source", "licence") if not data.get(key)]:
        raise LexiconError(f"{path}: {missing[0]} is missing; every word list names its source and licence")
    return _Lexicon(data.get("phrases", []), data.get("except", []), data.get("patterns", []))


def _blank(language: str) -> Language:
    nlp = spacy.blank(language)
    if isinstance(nlp.tokenizer, Tokenizer):  # Chinese has one of its own: a character is a token
        infixes = [*(nlp.Defaults.infixes or ()), *_CHAT_INFIXES]
        nlp.tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    return nlp


_ASCII_WORD = re.compile(r"[A-Za-z0-9]")


def _cuts_a_word(text: str, span: Span) -> bool:
    # The Chinese tokenizer splits Latin words too: "cat" must not be found inside "concatenate".
    start, end = span
    return bool(
        (start > 0 and _ASCII_WORD.match(text[start]) and _ASCII_WORD.match(text[start - 1]))
        or (end < len(text) and _ASCII_WORD.match(text[end - 1]) and _ASCII_WORD.match(text[end]))
    )


def _merged(spans: list[Span], exceptions: Iterable[Span]) -> tuple[Span, ...]:
    """Sort spans, drop those inside an exception, keep the longest of overlapping ones."""
    if len(spans) == 1 and not exceptions:
        return (spans[0],)
    kept: list[Span] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        inside = any(left <= start and end <= right for left, right in exceptions)
        if not inside and (not kept or start >= kept[-1][1]):
            kept.append((start, end))
    return tuple(kept)
