"""Annotates transcripts: languages, cues and signals of every message, in one pass over batches of chats."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from pipeline.language.annotated import AnnotatedMessage, AnnotatedTranscript
from pipeline.language.context import CONTEXT, FROM_TEXT, context
from pipeline.language.identify import identify
from pipeline.language.questions import sentences
from pipeline.language.signals import MOST_AT_ONCE, NO_SIGNALS, SIGNALS, probabilities
from pipeline.rounds import holders
from pipeline.transcript import Kind, Message, Role, Transcript, language_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.language.lexicon import Lexicons, Reading, Span
    from pipeline.language.model_files import Models
    from pipeline.language.signals import Carrier, LanguageModel, Signals

_NO_CUES: Mapping[str, tuple[Span, ...]] = MappingProxyType({})
_NO_WORDS: frozenset[int] = frozenset()
_IDENTIFY_FROM = 1_000  # characters of customer text: more tells nothing new
ASKS = 0.5  # probability from which a message is taken to ask
_QUESTION = SIGNALS.index("question")
_FROM_TEXT = [SIGNALS.index(name) for name in FROM_TEXT]


class Annotator:
    """Annotates transcripts the same way for a check, an audit and an outside caller.

    Without models every signal is None. `language` overrides what the transcripts declare and what is read off them.
    """

    def __init__(self, lexicons: Lexicons, models: Models | None = None, *, language: str | None = None) -> None:
        self._lexicons = lexicons
        self._models = models
        self._language = language_code(language) if language else None

    def annotate(self, transcripts: Iterable[Transcript]) -> Iterator[AnnotatedTranscript]:
        """Yield each transcript annotated, in order; memory does not grow with their number."""
        batch: list[_Draft] = []
        size = 0
        for transcript in transcripts:
            if batch and size + len(transcript.messages) > MOST_AT_ONCE:
                yield from self._finished(batch)
                batch, size = [], 0
            batch.append(self._draft(transcript))
            size += len(transcript.messages)
        yield from self._finished(batch)

    def text_signals(self, texts: Iterable[str]) -> Iterator[Signals]:
        """Yield the signals of texts that stand alone, in order."""
        alone = (Transcript("", (Message("", Role.CUSTOMER, text),)) for text in texts)
        return (chat.messages[0].signals for chat in self.annotate(alone))

    def carriers(self, message: AnnotatedMessage, signal: str) -> tuple[Carrier, ...]:
        """The words of a message that spoke most for a signal, in text order; empty where none did."""
        model = self._models.of(message.read_as) if self._models else None
        if model is None or message.read_as is None or getattr(message.signals, signal) is None:
            return ()
        return model.carriers(self._lexicons.finder(message.read_as).read(message.text), signal)

    def questions(self, chat: AnnotatedTranscript) -> Iterator[tuple[AnnotatedMessage, Span]]:
        """Yield every sentence in which the customer asks for information or action, in order.

        Of a message that asks as a whole and in no sentence by itself, the sentence that comes nearest is given.
        """
        for message in chat.messages:
            if message.by_customer and (message.signals.question or 0) >= ASKS:
                for span in self._asking(message):
                    yield message, span

    def _asking(self, message: AnnotatedMessage) -> list[Span]:
        spans = list(sentences(message.text))
        model = self._models.of(message.read_as) if self._models else None
        if len(spans) < 2 or model is None or message.read_as is None:
            return spans
        finder = self._lexicons.finder(message.read_as)
        sums = model.text_sums([finder.read(message.text[start:end]) for start, end in spans])[:, _QUESTION]
        return [span for span, asks in zip(spans, expit(sums) >= ASKS, strict=True) if asks] or [
            spans[int(sums.argmax())]
        ]

    def _draft(self, transcript: Transcript) -> _Draft:
        language = self._language or _conversation_language(transcript)
        return _Draft(transcript, language, [self._read(message, language) for message in transcript.messages])

    def _read(self, message: Message, language: str | None) -> _Read:
        if not message.text.strip() or message.kind not in {Kind.TEXT, Kind.EVENT}:
            return _Read(None, None, None)
        own = self._language or identify(message.text, expected=language)
        read_as = own if own in self._lexicons.languages else language
        if read_as not in self._lexicons.languages:
            return _Read(own, None, None)
        return _Read(own, read_as, self._lexicons.finder(read_as).read(message.text))

    def _finished(self, batch: Sequence[_Draft]) -> Iterator[AnnotatedTranscript]:
        signals = iter(_signals(batch, self._models) if self._models else ())
        for draft in batch:
            messages = tuple(
                AnnotatedMessage(
                    index, message, read.language, read.read_as, read.reading.cues if read.reading else _NO_CUES,
                    next(signals, NO_SIGNALS),
                )
                for index, (message, read) in enumerate(zip(draft.transcript.messages, draft.read, strict=True))
            )  # fmt: skip
            handovers = [m.index for m in messages if m.hands_over]
            yield AnnotatedTranscript(draft.transcript, draft.language, messages, holders(draft.transcript, handovers))


@dataclass(frozen=True, slots=True)
class _Read:
    """One message read: its own language if that can be told, the one it was read in, and what was read."""

    language: str | None
    read_as: str | None
    reading: Reading | None

    @property
    def judged_in(self) -> str | None:
        """The language whose models may judge it: none where it is plainly in another than it was read in."""
        return self.read_as if self.language in {None, self.read_as} else None

    @property
    def words(self) -> frozenset[int]:
        """Its different words."""
        return frozenset(self.reading.norms.tolist()) if self.reading else _NO_WORDS


@dataclass(frozen=True, slots=True)
class _Draft:
    """A transcript whose messages are read and not yet judged."""

    transcript: Transcript
    language: str | None
    read: list[_Read]


def _signals(batch: Sequence[_Draft], models: Models) -> list[Signals]:
    """The signals of all messages of a batch, in order: features once, then every head of a language at once."""
    read = [one for draft in batch for one in draft.read]
    judged: dict[str, list[tuple[int, Reading]]] = {}
    for row, one in enumerate(read):
        if one.reading and one.judged_in:
            judged.setdefault(one.judged_in, []).append((row, one.reading))
    sums = np.full((len(read), len(SIGNALS)), np.nan)
    by_model: list[tuple[LanguageModel, list[int]]] = []
    for language, pairs in judged.items():
        if model := models.of(language):
            rows = [row for row, _ in pairs]
            sums[rows] = model.text_sums([reading for _, reading in pairs])
            by_model.append((model, rows))
    before = _contexts(batch, expit(sums))
    for model, rows in by_model:
        sums[rows] = model.in_context(sums[rows], before[rows])
    return probabilities(sums)


def _contexts(batch: Sequence[_Draft], signals: NDArray[np.float64]) -> NDArray[np.float32]:
    """Messages of the batch × `CONTEXT`; `signals` are what the texts alone say."""
    parts = [np.zeros((0, len(CONTEXT)), np.float32)]
    of_text = np.nan_to_num(signals[:, _FROM_TEXT])
    first = 0
    for draft in batch:
        past = first + len(draft.read)
        holds = [bool(one.reading and "hold" in one.reading.cues) for one in draft.read]
        words = [one.words for one in draft.read]
        parts.append(context(draft.transcript.messages, words, of_text[first:past], holds))
        first = past
    return np.concatenate(parts)


def _conversation_language(transcript: Transcript) -> str | None:
    """The declared language, else the one the customer writes, else the one anybody writes."""
    if transcript.language:
        return language_code(transcript.language)  # whoever built the transcript may not have read it from a record
    spoken = [m for m in transcript.messages if m.readable and m.role is not Role.SYSTEM]
    by_customer = " ".join(m.text for m in spoken if m.role is Role.CUSTOMER)
    return identify(by_customer[:_IDENTIFY_FROM]) or identify(" ".join(m.text for m in spoken)[:_IDENTIFY_FROM])
