"""How good probabilities are against labels: scikit-learn's figures, with bootstrap intervals over whole chats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, roc_auc_score

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNSURE = (0.3, 0.7)  # labels strictly between say that readers differ: there is no right answer to be wrong about
_BINS = 10
_DECISION = 0.5
_RESAMPLES = 200


class NoSureLabelError(ValueError):
    """Messages of which no label is sure: there is nothing to be right or wrong about."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """As it is printed: .843 (.812 to .871)."""
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})".replace("0.", ".")


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured on `n` messages of which `positive` have the signal; `unsure` more were left out.

    A figure is None where it has no meaning: the AUC of one class, the precision of nothing found.
    """

    n: int
    positive: int
    unsure: int
    figures: dict[str, Figure | None]
    reliability: tuple[tuple[float, float, int], ...]  # a bin each: mean probability, share with the signal, messages


def ece(labels: NDArray[np.bool_], probabilities: NDArray[np.float64]) -> float:
    """Expected calibration error over ten bins of equal size (Naeini et al. 2015)."""
    return sum(abs(mean - share) * n for mean, share, n in _bins(labels, probabilities)) / len(labels)


def _bins(labels: NDArray[np.bool_], probabilities: NDArray[np.float64]) -> list[tuple[float, float, int]]:
    share, mean = calibration_curve(labels, probabilities, n_bins=_BINS, strategy="quantile")
    # The same assignment as calibration_curve makes, for the counts that it does not give.
    edges = np.percentile(probabilities, np.linspace(0, 1, _BINS + 1) * 100)
    counts = np.bincount(np.searchsorted(edges[1:-1], probabilities), minlength=_BINS)
    return [(float(m), float(s), int(n)) for m, s, n in zip(mean, share, counts[counts > 0], strict=True)]


def measure(
    labels: NDArray[np.float64], probabilities: NDArray[np.float64], clusters: NDArray[np.int64]
) -> Measurement:
    """Compare; messages of one cluster (a chat) are drawn together. Raises NoSureLabelError."""
    sure = (labels <= UNSURE[0]) | (labels >= UNSURE[1])
    truth, given, chats = labels[sure] >= UNSURE[1], probabilities[sure], clusters[sure]
    if not len(truth):
        raise NoSureLabelError("no message with a sure label")
    order = np.argsort(chats, kind="stable")
    truth, given, chats = truth[order], given[order], chats[order]
    members = np.split(np.arange(len(chats)), np.flatnonzero(np.diff(chats)) + 1)
    draw = np.random.default_rng(0)
    resampled = [
        np.concatenate([members[n] for n in draw.integers(len(members), size=len(members))]) for _ in range(_RESAMPLES)
    ]
    values = _figures(truth, given)
    drawn = np.array([list(_figures(truth[rows], given[rows]).values()) for rows in resampled])
    figures = {
        name: None if np.isnan(value) else Figure(value, *np.nanpercentile(of_draws, (2.5, 97.5)).tolist())
        for (name, value), of_draws in zip(values.items(), drawn.T, strict=True)
    }
    return Measurement(len(truth), int(truth.sum()), int((~sure).sum()), figures, tuple(_bins(truth, given)))


def _figures(truth: NDArray[np.bool_], given: NDArray[np.float64]) -> dict[str, float]:
    """Every figure, NaN where it has no meaning."""
    found = given >= _DECISION
    (_, too_much), (missed, right) = confusion_matrix(truth, found, labels=[False, True])
    return {
        "accuracy": float(np.mean(found == truth)),
        "precision": right / (right + too_much) if right + too_much else np.nan,
        "recall": right / (right + missed) if right + missed else np.nan,
        "F1": 2 * right / (2 * right + too_much + missed) if right + too_much + missed else np.nan,
        "AUC": float(roc_auc_score(truth, given)) if 0 < truth.sum() < len(truth) else np.nan,
        "ECE": ece(truth, given),
    }
