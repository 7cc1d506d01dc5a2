"""Cues: what a message says in passing ("one moment", 稍等, "undskyld"), found by word lists at exact offsets.

A lexicon is one TOML file, `models/lexicons/<language>/<cue>.toml`:

    source = "where the words come from"
    licence = "Apache-2.0"
    phrases = ["one moment", "bear with me"]
    except = ["one moment ago"]                     # a hit inside one of these is no hit
    patterns = [[{NORM = "give"}, {NORM = "me"}]]   # spaCy Matcher patterns, for what a phrase cannot say

Words are compared on spaCy's NORM: case does not count, "I'm" equals "I am", ’ equals '. Chinese is compared in
simplified script, whichever it is written in.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

import opencc
import spacy
from spacy.attrs import IDX, IS_DIGIT, LENGTH, NORM
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_infix_regex

from pipeline.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from spacy.language import Language

Span = tuple[int, int]
Cues = dict[str, tuple[Span, ...]]

_KNOWN_KEYS = frozenset({"source", "licence", "phrases", "except", "patterns"})
_FORGET_AFTER = 20_000  # messages: forgetting costs as much as a few hundred of them
# People glue sentences together in chats: "hold on!!thanks" is three words to us.
_CHAT_INFIXES = (r"[!?…;:,/]+(?=\w)", r"(?<=[^\W\d])\.(?=[^\W\d]{2})")


class Reading(NamedTuple):
    """What one tokenisation of a text gives: its cues and its words.

    `norms`: spaCy's hash of each word's normal form. `is_digit`: whether the word is a number in digits. `places`:
    the words × (start, end) in characters of the text.
    """

    text: str
    cues: Cues
    norms: NDArray[np.uint64]
    is_digit: NDArray[np.bool_]
    places: NDArray[np.uint64]


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


class _Part(Enum):
    """What a hit of the phrase matcher is for."""

    PHRASE = "phrase"
    EXCEPTION = "exception"
    WORD = "word"  # one that patterns cannot do without


class _Patterns:
    """The token patterns of a language, tried only around the words that they need.

    spaCy's Matcher is some hundred times slower than its PhraseMatcher, so it is asked as seldom as can be.
    """

    def __init__(self, nlp: Language, lexicons: Mapping[str, _Lexicon]) -> None:
        self._matchers: dict[str, Matcher] = {}
        self._longest = {cue: max(map(_longest, one.patterns)) for cue, one in lexicons.items() if one.patterns}
        self._by_rarest: dict[str, set[tuple[str, frozenset[frozenset[str]], bool]]] = {}
        for cue, lexicon in lexicons.items():
            if lexicon.patterns:
                self._matchers[cue] = Matcher(nlp.vocab)
                self._matchers[cue].add(cue, lexicon.patterns)
            for pattern in lexicon.patterns:
                needed = _needed(pattern, cue)
                common = nlp.Defaults.stop_words
                rarest = min(needed, key=lambda words: sum(100 if w in common or not w.isalpha() else 1 for w in words))
                for word in rarest:
                    self._by_rarest.setdefault(word, set()).add((cue, needed - {rarest}, _names_somebody(pattern)))
        others = (needed for entries in self._by_rarest.values() for _, needed, _ in entries)
        self.words = sorted({*self._by_rarest, *(word for needed in others for words in needed for word in words)})

    def find(self, text: str, doc: Doc, words: Mapping[str, list[int]]) -> Iterator[tuple[str, Span]]:
        """Yield the cue and span of every hit; `words` are those of `self.words` in the text, and where they stand."""
        around: dict[str, set[int]] = {}
        name = bool(words) and bool(_NAME.search(text))
        for word, places in words.items():
            for cue, needed, needs_name in self._by_rarest.get(word, ()):
                if name >= needs_name and not any(map(words.keys().isdisjoint, needed)):
                    around.setdefault(cue, set()).update(places)
        for cue in sorted(around):
            longest = self._longest[cue]
            for place in sorted(around[cue]):
                first = max(place - longest + 1, 0)
                for _, start, end in self._matchers[cue](doc[first : place + longest]):
                    yield cue, _characters(doc, first + start, first + end)


class CueFinder:
    """Finds the cues of one language in a text: one tokenisation, one pass over all word lists."""

    def __init__(self, language: str, lexicons: Mapping[str, _Lexicon]) -> None:
        self._nlp = _blank(language)
        self._one_script = _in_simplified if language == "zh" else str
        self._phrases = PhraseMatcher(self._nlp.vocab, attr="NORM")
        self._keys: dict[int, tuple[str, _Part]] = {}
        for cue, lexicon in lexicons.items():
            for part, phrases in ((_Part.PHRASE, lexicon.phrases), (_Part.EXCEPTION, lexicon.exceptions)):
                self._add(cue, part, [self._nlp.tokenizer(self._one_script(phrase)) for phrase in phrases])
        self._patterns = _Patterns(self._nlp, lexicons)
        for word in self._patterns.words:
            self._add(word, _Part.WORD, [Doc(self._nlp.vocab, words=[word])])
        self._by_character = not isinstance(self._nlp.tokenizer, Tokenizer)
        self._zone = ExitStack()
        self._met = 0

    def _add(self, name: str, part: _Part, docs: Iterable[Doc]) -> None:
        key = f"{name} {part.value}"
        if some := list(docs):
            self._phrases.add(key, some)
            self._keys[self._nlp.vocab.strings.add(key)] = (name, part)

    def _forget(self) -> None:
        """Let spaCy forget the words it met since the last time, so that memory stays flat.

        The first words are met outside any zone and stay: they fill the tokenizer's cache, which has a limit of its
        own and takes in nothing while a zone is open.
        """
        self._met = 0
        self._zone.close()
        self._zone.enter_context(self._nlp.memory_zone())

    def find(self, text: str) -> Cues:
        """The spans of every cue in a text, in order and without overlap inside one cue."""
        return self.read(text).cues

    def read(self, text: str) -> Reading:
        """The cues of a text and its words, by one tokenisation."""
        self._met += 1
        if self._met > _FORGET_AFTER:
            self._forget()
        doc = self._nlp.tokenizer(self._one_script(text))
        words: NDArray[Any] = doc.to_array([NORM, IS_DIGIT, IDX, LENGTH]).reshape(-1, 4)
        places = words[:, 2:].copy()
        places[:, 1] += places[:, 0]
        return Reading(text, self._cues(text, doc, places.tolist()), words[:, 0], words[:, 1] == 1, places)

    def _cues(self, text: str, doc: Doc, places: list[list[int]]) -> Cues:
        found: dict[str, list[Span]] = {}
        exceptions: dict[str, list[Span]] = {}
        words: dict[str, list[int]] = {}
        for key, start, end in self._phrases(doc):
            name, part = self._keys[key]
            if part is _Part.WORD:
                words.setdefault(name, []).append(start)
                continue
            span = places[start][0], places[end - 1][1]
            if not (self._by_character and _cuts_a_word(text, span)):
                (found if part is _Part.PHRASE else exceptions).setdefault(name, []).append(span)
        for cue, span in self._patterns.find(text, doc, words):
            found.setdefault(cue, []).append(span)
        return {cue: kept for cue in sorted(found) if (kept := _merged(found[cue], exceptions.get(cue, ())))}


class Lexicons:
    """The word lists of all languages and the finders made from them."""

    def __init__(self, lexicons: Mapping[str, Mapping[str, _Lexicon]], digest: str) -> None:
        self._lexicons = lexicons
        self.digest = digest
        self._finders: dict[str, CueFinder] = {}  # made when asked for: a second's work a language

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have word lists."""
        return tuple(self._lexicons)

    @property
    def cues(self) -> tuple[str, ...]:
        """The names of all cues, sorted."""
        return tuple(sorted({cue for lexicons in self._lexicons.values() for cue in lexicons}))

    def cues_of(self, language: str) -> tuple[str, ...]:
        """The names of the cues that one language has; KeyError where it has no word lists."""
        return tuple(self._lexicons[language])

    def finder(self, language: str) -> CueFinder:
        """The finder of one language; KeyError where it has no word lists."""
        if language not in self._finders:
            self._finders[language] = CueFinder(language, self._lexicons[language])
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
                wrong = nearest(change.cue, self.cues) if change.cue not in self.cues else ""
                languages = ", ".join(self.languages)
                raise LexiconError(
                    f"phrases.{change.cue}.{change.language}: no such word list{wrong}; languages: {languages}"
                )
            phrases = lexicons[change.language].setdefault(change.cue, _Lexicon()).phrases
            known = {phrase.casefold() for phrase in phrases}
            dropped = {phrase.casefold() for phrase in change.drop}
            for phrase in sorted(dropped - known):
                where = f"phrases.{change.cue}.{change.language}.drop"
                raise LexiconError(f"{where}: {phrase!r} is not on the list{nearest(phrase, known)}")
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
    for key in ("phrases", "except"):
        if not isinstance(data.get(key, []), list) or not all(isinstance(word, str) for word in data.get(key, [])):
            raise LexiconError(f'{path}: {key} must be a list of texts, like ["one moment"]')
    return _Lexicon(data.get("phrases", []), data.get("except", []), data.get("patterns", []))


_simplify = opencc.OpenCC("t2s").convert


def _in_simplified(text: str) -> str:
    """A Chinese text in simplified script, character for character, so that one list serves both scripts."""
    simplified: str = _simplify(text)
    return simplified if len(simplified) == len(text) else text


def _blank(language: str) -> Language:
    nlp = spacy.blank(language)
    if isinstance(nlp.tokenizer, Tokenizer):  # Chinese has one of its own: a character is a token
        infixes = [*(nlp.Defaults.infixes or ()), *_CHAT_INFIXES]
        nlp.tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    return nlp


# A word with a capital inside a sentence; where it begins one, a capital tells nothing.
_NAME = re.compile(r"[^\W\d_A-Z][,'’]?\s+[^\W\d_a-z][^\W\d_A-Z]")


def _names_somebody(pattern: list[dict[str, Any]]) -> bool:
    """Whether a pattern needs a word with a capital after its first word."""
    return any(token.get("IS_TITLE") and token.get("OP", "1") == "1" for token in pattern[1:])


_MOST = re.compile(r"\{\d*,?(\d+)\}")


def _longest(pattern: list[dict[str, Any]]) -> int:
    """How many tokens a pattern can span at most."""
    length = 0
    for token in pattern:
        many = _MOST.fullmatch(times := token.get("OP", "1"))
        if times in {"*", "+"} or (times.startswith("{") and not many):
            raise LexiconError(f"a pattern must have an end: {{0,4}} instead of {times} in {pattern}")
        length += int(many.group(1)) if many else 1
    return length


def _needed(pattern: list[dict[str, Any]], cue: str) -> frozenset[frozenset[str]]:
    """The words a pattern cannot do without: one of each list must stand in the text."""
    lists = []
    for token in pattern:
        wanted: Any = next((token[key] for key in ("NORM", "LOWER", "TEXT", "ORTH") if key in token), {})
        words = [wanted] if isinstance(wanted, str) else wanted.get("IN")
        if words and token.get("OP", "1") in {"1", "+"}:
            lists.append(frozenset(word.lower() for word in words))
    if not lists:
        raise LexiconError(f"{cue}: a pattern needs a word that is not optional (NORM, LOWER, TEXT or ORTH): {pattern}")
    return frozenset(lists)


def _characters(doc: Doc, start: int, end: int) -> Span:
    last = doc[end - 1]
    return doc[start].idx, last.idx + len(last)


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
