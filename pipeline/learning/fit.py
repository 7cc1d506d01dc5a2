"""Fitting: features once a language, then every head by logistic regression, its probabilities calibrated.

A head is fitted in three steps. The text: soft-labelled logistic regression over all its sources, each with an
intercept of its own, so that how often a data set holds the signal teaches nothing. The calibration: a line from the
sums of held-out folds to the labels of the source it is calibrated on. The context: a small regression over what came
before, on our own chats, given the held-out sums. The same data gives the same weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from pipeline.language.context import CONTEXT, FROM_TEXT, context
from pipeline.language.features import SHAPE, SPACES, document_counts, run_matrix
from pipeline.language.signals import MOST_AT_ONCE, SIGNALS, Head, plain_matrix
from pipeline.learning.recipes import RECIPES, SERVICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.language import Lexicons
    from pipeline.learning.examples import LabelledChat
    from pipeline.learning.recipes import Recipe

    Progress = Callable[[str, int, int | None], None]

_FOLDS = 4
_FEWEST = 2  # messages that hold a run before it counts
_SOURCE_SCALE = 2.0  # of the intercepts of the sources: lightly regularised
_CONTEXT_STRENGTH = 0.3
_SMALLEST = 2e-4  # a weight below it says nothing; zeros pack well


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What was predicted for messages by models that had not seen them, beside their labels."""

    chats: NDArray[np.int64]
    sources: NDArray[np.str_]
    groups: NDArray[np.str_]
    labels: NDArray[np.float64]
    probabilities: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A head, and how it did on messages held out of its fitting."""

    head: Head
    held_out: HeldOut


class Material:
    """All labelled messages of one language with their features."""

    def __init__(self, language: str, chats: Sequence[LabelledChat], lexicons: Lexicons, progress: Progress) -> None:
        self.chats = chats
        self.sizes = [len(chat.labels) for chat in chats]
        self.cues = tuple(sorted(lexicons.cues_of(language)))
        finder, space = lexicons.finder(language), SPACES[language]
        readings = []
        for chat in chats:
            readings += [finder.read(message.text) for message in chat.transcript.messages]
            progress(f"Reading {language}", len(readings), sum(self.sizes))
        batches = [readings[first : first + MOST_AT_ONCE] for first in range(0, len(readings), MOST_AT_ONCE)]
        counts = np.sum([document_counts(batch, space) for batch in batches], axis=0)
        self.rarity = _rarity(counts, len(readings))
        self.runs = sparse.vstack([run_matrix(batch, space, self.rarity) for batch in batches], format="csr")
        self.plain = np.concatenate([plain_matrix(batch, self.cues) for batch in batches])
        self.words = [frozenset(reading.norms.tolist()) for reading in readings]
        self.holds = ["hold" in reading.cues for reading in readings]
        self.sources = np.repeat([chat.source for chat in chats], self.sizes)
        self.groups = np.repeat([chat.group for chat in chats], self.sizes)
        self.chat_numbers = np.repeat(np.arange(len(chats)), self.sizes)

    def labels(self, signal: str) -> NDArray[np.float64]:
        """The labels of a signal, NaN where a message has none."""
        return np.array([labels.get(signal, np.nan) for chat in self.chats for labels in chat.labels])


def _rarity(counts: NDArray[np.int64], messages: int) -> NDArray[np.float32]:
    """What each bucket counts: scikit-learn's smoothed inverse document frequency; 0 for what is met but once."""
    rarity = np.log((1 + messages) / (1 + counts)) + 1
    return np.where(counts >= _FEWEST, rarity, 0).astype(np.float16).astype(np.float32)  # as it is stored


def fit_language(
    language: str, signals: Sequence[str], material: Material, progress: Progress
) -> Iterator[tuple[str, Fitted]]:
    """Yield every head asked for of a language. The heads that tell what came before are always fitted with them."""
    wanted = [s for s in SIGNALS if (s, language) in RECIPES and (s in signals or s in FROM_TEXT)]
    texts: dict[str, _TextFit] = {}
    for number, signal in enumerate(wanted):
        progress(f"Fitting {language}", number, len(wanted))
        texts[signal] = _fit_text(material, material.labels(signal), RECIPES[signal, language])
    progress(f"Fitting {language}", len(wanted), len(wanted))
    before = _contexts(material, {signal: expit(text.held_out) for signal, text in texts.items()})
    for signal in signals:
        if signal in texts:
            yield signal, _fit_head(material, signal, texts[signal], before, RECIPES[signal, language])


@dataclass(frozen=True, slots=True)
class _TextFit:
    """The weights of a text's sum, already calibrated, and the sums of held-out messages (NaN where there is none)."""

    runs: NDArray[np.float32]
    plain: NDArray[np.float32]
    intercept: float
    held_out: NDArray[np.float64]


def _fit_text(material: Material, labels: NDArray[np.float64], recipe: Recipe) -> _TextFit:
    weights = np.array([recipe.weights.get(source, 0.0) for source in material.sources]) * ~np.isnan(labels)
    # A column for each source gives it an intercept of its own; everything is judged as if from the calibrated one.
    names = [] if recipe.one_scale else sorted(recipe.weights)
    from_source = [[_SOURCE_SCALE * (source == name) for name in names] for source in material.sources]
    calibrated = np.array([_SOURCE_SCALE * (name == recipe.calibrated_on) for name in names], np.float32)
    plain_columns = sparse.csr_array(material.plain * np.float32(recipe.plain))
    seen = [material.runs, plain_columns, sparse.csr_array(np.array(from_source, np.float32))]
    asked = [material.runs, plain_columns, sparse.csr_array(np.tile(calibrated, (len(labels), 1)))]
    features, neutral = (sparse.hstack(blocks, format="csr") for blocks in (seen, asked))

    def fitted(rows: NDArray[np.int64]) -> LogisticRegression:
        return _soft_regression(features[rows], labels[rows], weights[rows], recipe.strength)

    used = np.flatnonzero(weights)
    # Of a message that no head was fitted on, in any fold, the whole fit tells the sum.
    sums = np.full(len(labels), np.nan)
    for train, test in GroupKFold(_FOLDS, shuffle=True, random_state=0).split(used, groups=material.chat_numbers[used]):
        sums[used[test]] = fitted(used[train]).decision_function(neutral[used[test]])
    model = fitted(used)
    rest = np.flatnonzero(np.isnan(sums) & (material.sources == SERVICE))
    if len(rest):
        sums[rest] = model.decision_function(neutral[rest])
    judged = used if recipe.one_scale else used[material.sources[used] == recipe.calibrated_on]
    line = _soft_regression(sums[judged, None], labels[judged], weights[judged], 1e6)
    slope, offset = float(line.coef_[0, 0]), float(line.intercept_[0])
    size = material.runs.shape[1]
    coefficients = model.coef_[0] * slope
    runs = coefficients[:size].astype(np.float32)
    runs[np.abs(runs) < _SMALLEST] = 0
    plain = (coefficients[size : size + material.plain.shape[1]] * recipe.plain).astype(np.float32)
    of_source = model.coef_[0, size + material.plain.shape[1] :]
    intercept = slope * float(model.intercept_[0] + of_source @ calibrated) + offset
    return _TextFit(runs, plain, intercept, sums * slope + offset)


def _soft_regression(
    features: sparse.csr_array | NDArray[np.float64],
    labels: NDArray[np.float64],
    weights: NDArray[np.float64],
    strength: float,
) -> LogisticRegression:
    """Logistic regression on labels between 0 and 1: each message counts for 1 as far as its label says, else for 0."""
    both = np.concatenate([weights * labels, weights * (1 - labels)])
    classes = np.repeat([1, 0], len(labels))
    some = np.flatnonzero(both)
    rows = np.tile(np.arange(len(labels)), 2)[some]
    return LogisticRegression(C=strength, max_iter=300).fit(features[rows], classes[some], sample_weight=both[some])


def _contexts(material: Material, probabilities: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float32]:
    """All messages × `CONTEXT`; zero outside our own chats."""
    rows = np.zeros((len(material.sources), len(CONTEXT)), np.float32)
    of_text = np.stack([np.nan_to_num(probabilities.get(name, np.zeros(len(rows)))) for name in FROM_TEXT], axis=1)
    first = 0
    for chat, size in zip(material.chats, material.sizes, strict=True):
        past = first + size
        if chat.source == SERVICE:
            rows[first:past] = context(
                chat.transcript.messages, material.words[first:past], of_text[first:past], material.holds[first:past]
            )
        first = past
    return rows


def _fit_head(material: Material, signal: str, text: _TextFit, before: NDArray[np.float32], recipe: Recipe) -> Fitted:
    labels = material.labels(signal)
    sums = text.held_out.copy()
    weights, scale, shift = np.zeros(len(CONTEXT), np.float32), 1.0, 0.0
    rows = np.flatnonzero((material.sources == SERVICE) & before.any(axis=1) & ~np.isnan(labels))
    if recipe.in_context:
        features = np.concatenate([sums[rows, None], before[rows]], axis=1)
        model = _soft_regression(features, labels[rows], np.ones(len(rows)), _CONTEXT_STRENGTH)
        scale, shift, weights = (
            float(model.coef_[0, 0]),
            float(model.intercept_[0]),
            model.coef_[0, 1:].astype(np.float32),
        )
        for train, test in GroupKFold(_FOLDS, shuffle=True, random_state=1).split(
            rows, groups=material.chat_numbers[rows]
        ):
            part = _soft_regression(features[train], labels[rows[train]], np.ones(len(train)), _CONTEXT_STRENGTH)
            sums[rows[test]] = part.decision_function(features[test])
    cues = text.plain[: len(material.cues)]
    head = Head(
        runs=text.runs,
        cues={cue: float(w) for cue, w in zip(material.cues, cues, strict=True)},
        shape=text.plain[-len(SHAPE) :],
        intercept=text.intercept,
        context=weights,
        scale=scale,
        shift=shift,
    )
    used = np.array([recipe.weights.get(source, 0.0) > 0 for source in material.sources]) & ~np.isnan(labels)
    return Fitted(
        head,
        HeldOut(
            material.chat_numbers[used], material.sources[used], material.groups[used], labels[used], expit(sums[used])
        ),
    )
