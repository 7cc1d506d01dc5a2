"""Signals: for a message, how probable it is that its reader would call it polite, distressed and so on.

Every signal is a linear model (a head) on the same features, so its evidence is exact: what a word added to the sum.
A text alone gives one sum; where something came before it in the chat, a second step weighs the text against that.
Either sum, through the logistic curve, is a calibrated probability.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit

from pipeline.language.features import SPACES, FeatureSpace, run_matrix, runs_with_places, shape_matrix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.language.lexicon import Reading

MOST_AT_ONCE = 500  # messages: more would need wider sort keys, and would leave the processor's cache


class Signals(NamedTuple):
    """The probabilities of a message, each None where no model reads its language or there is nothing to read."""

    politeness: float | None = None
    empathy: float | None = None
    distress: float | None = None
    offence: float | None = None
    question: float | None = None


SIGNALS = Signals._fields
NO_SIGNALS = Signals()
_QUOTABLE = re.compile(r"[\w?!？！]")  # a full stop may speak for a signal, and tells a reader nothing
_CLEAR = 0.25  # of what the strongest word added


class Carrier(NamedTuple):
    """Words that carried a signal: their place in the text and what they added to the sum (log-odds)."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Head:
    """The weights of one signal in one language.

    `runs`: one for each bucket of the feature space. `cues`: by name. `shape`: in the order of `SHAPE`. `context`: in
    the order of `CONTEXT`; `scale` and `shift` say how the sum of the text enters beside it.
    """

    runs: NDArray[np.float32]
    cues: Mapping[str, float]
    shape: NDArray[np.float32]
    intercept: float
    context: NDArray[np.float32]
    scale: float
    shift: float


class LanguageModel:
    """All heads of one language, side by side in one table: one pass of features serves them all."""

    def __init__(self, language: str, rarity: NDArray[np.float32], heads: Mapping[str, Head]) -> None:
        self.space: FeatureSpace = SPACES[language]
        self._rarity = rarity
        self.signals = tuple(name for name in SIGNALS if name in heads)
        self._has = np.array([name in heads for name in SIGNALS])
        ordered = [heads[name] for name in self.signals]
        self.cues = tuple(sorted({cue for head in ordered for cue in head.cues}))
        self._run_weights = np.stack([head.runs for head in ordered], axis=1)
        self._plain_weights = np.array(
            [[*(head.cues.get(cue, 0.0) for cue in self.cues), *head.shape] for head in ordered], np.float32
        ).T
        self._intercepts = np.array([head.intercept for head in ordered])
        self._context = np.stack([head.context for head in ordered], axis=1)
        self._scales = np.array([head.scale for head in ordered])
        self._shifts = np.array([head.shift for head in ordered])

    def text_sums(self, readings: Sequence[Reading]) -> NDArray[np.float64]:
        """Messages × `SIGNALS`: log-odds by the text alone; NaN for a signal that this language has no head for."""
        sums = np.full((len(readings), len(SIGNALS)), np.nan)
        sums[:, self._has] = (
            run_matrix(readings, self.space, self._rarity) @ self._run_weights
            + plain_matrix(readings, self.cues) @ self._plain_weights
            + self._intercepts
        )
        return sums

    def in_context(self, sums: NDArray[np.float64], context: NDArray[np.float32]) -> NDArray[np.float64]:
        """The same log-odds weighed against what came before; rows of messages with nothing before them stay."""
        weighed = sums.copy()
        some = np.flatnonzero(context.any(axis=1))
        rows = np.ix_(some, np.flatnonzero(self._has))
        weighed[rows] = sums[rows] * self._scales + context[some] @ self._context + self._shifts
        return weighed

    def carriers(self, reading: Reading, signal: str, *, most: int = 3) -> tuple[Carrier, ...]:
        """The stretches of words that spoke most for a signal, in text order; empty where none did."""
        if signal not in self.signals or not len(reading.places):
            return ()
        column = self.signals.index(signal)
        spoke = np.zeros(len(reading.text) + 1)
        for bucket, start, end, value in runs_with_places(reading, self.space, self._rarity):
            spoke[start:end] += value * self._run_weights[bucket, column] / max(end - start, 1)
        weights = dict(zip(self.cues, self._plain_weights[:, column].tolist(), strict=False))
        for name, spans in reading.cues.items():
            each = weights.get(name, 0.0) * float(_cue_value(np.array(len(spans)))) / len(spans)
            for start, end in spans:
                spoke[start:end] += each / (end - start)
        return _stretches(reading, spoke, most)


def plain_matrix(readings: Sequence[Reading], cues: Sequence[str]) -> NDArray[np.float32]:
    """Messages × (cues, then `SHAPE`): how often each cue is there, on a log scale, and how the message looks."""
    column = {cue: n for n, cue in enumerate(cues)}
    met = [
        (row, column[cue], len(spans))
        for row, reading in enumerate(readings)
        for cue, spans in reading.cues.items()
        if cue in column
    ]
    counts = np.zeros((len(readings), len(cues)), np.float32)
    if met:
        rows, columns, times = np.array(met).T
        counts[rows, columns] = _cue_value(times)
    return np.concatenate([counts, shape_matrix(readings)], axis=1)


def probabilities(sums: NDArray[np.float64]) -> list[Signals]:
    """Log-odds, messages × `SIGNALS`, as probabilities; NaN becomes None."""
    rows = expit(sums).tolist()
    return [Signals(*(None if p != p else p for p in row)) for row in rows]  # noqa: PLR0124 - NaN is what is not itself


def _cue_value(count: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.log2(1 + count)


def _stretches(reading: Reading, spoke: NDArray[np.float64], most: int) -> tuple[Carrier, ...]:
    """Neighbouring words that each spoke clearly for the signal, joined; the strongest few."""
    words = [(int(start), int(end), float(spoke[start:end].sum())) for start, end in reading.places]
    quotable = {start for start, end, _ in words if _QUOTABLE.search(reading.text, start, end)}
    strongest = max((weight for start, _, weight in words if start in quotable), default=0.0)
    if strongest <= 0:
        return ()
    found = []
    for clear, group in groupby(words, key=lambda word: word[0] in quotable and word[2] >= _CLEAR * strongest):
        if clear:
            members = list(group)
            start, end = members[0][0], members[-1][1]
            found.append(Carrier(start, end, float(spoke[start:end].sum())))
    return tuple(sorted(sorted(found, key=lambda c: -c.weight)[:most]))
