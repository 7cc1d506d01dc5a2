"""What a sample says about the whole: a mean or share with its 95 % interval.

Method (Korn & Graubard 1998, as in the presentation standards of the US National Center for Health Statistics): the
variance of the weighted mean is estimated with chats of one agent and day as a cluster, turned into an effective
sample size n* = p(1 - p) / variance, never larger than Kish's (sum of weights)² / sum of squared weights, and Wilson's
interval is taken at p and n*. A value between 0 and 1 varies at most as p(1 - p), so for scores that are not only 0
and 1 the interval is on the wide side: it promises too little rather than too much, and it never collapses to a point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

TOO_FEW = 5
"""Under this many observations an estimate is marked as too few to judge."""

_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean of values in [0, 1] with its interval; `effective_n` is what the n observations are worth."""

    value: float
    low: float
    high: float
    n: int
    effective_n: float

    @property
    def too_few(self) -> bool:
        """Whether there are too few observations to judge by."""
        return self.n < TOO_FEW


@dataclass(frozen=True, slots=True)
class Place:
    """Where an agent stands among the others, as far as the data separate them: from best to worst possible place."""

    best: int
    worst: int


def estimate(
    values: Sequence[float], clusters: Sequence[Hashable], probabilities: Sequence[float] | None = None
) -> Estimate | None:
    """The mean of values in [0, 1], weighted by 1 / inclusion probability; None without values.

    `clusters` groups observations that belong together (the chats of one day).
    """
    if not values:
        return None
    from statsmodels.stats.proportion import proportion_confint  # noqa: PLC0415 - slow to import, used at the end only

    weights = [1.0] * len(values) if probabilities is None else [1 / p for p in probabilities]
    total = math.fsum(weights)
    mean = min(1.0, max(0.0, math.fsum(w * v for w, v in zip(weights, values, strict=True)) / total))
    most = total**2 / math.fsum(w * w for w in weights)
    variance = _cluster_variance(values, clusters, weights, mean)
    effective = min(most, mean * (1 - mean) / variance) if variance > 0 else most
    low, high = proportion_confint(mean * effective, effective, alpha=1 - _CONFIDENCE, method="wilson")
    return Estimate(mean, min(float(low), mean), max(float(high), mean), len(values), effective)


def _cluster_variance(
    values: Sequence[float], clusters: Sequence[Hashable], weights: Sequence[float], mean: float
) -> float:
    """The cluster-robust variance of a weighted mean; 0 where one cluster, or one value, leaves nothing to estimate."""
    if len(set(clusters)) < 2 or all(value == mean for value in values):
        return 0.0
    import numpy as np  # noqa: PLC0415 - as above
    from statsmodels.regression.linear_model import WLS  # noqa: PLC0415

    labels = {label: number for number, label in enumerate(dict.fromkeys(clusters))}
    groups = np.array([labels[cluster] for cluster in clusters])
    fit = WLS(np.array(values), np.ones(len(values)), weights=np.array(weights)).fit(
        cov_type="cluster", cov_kwds={"groups": groups}
    )
    return float(fit.cov_params()[0][0])


def differ(one: Estimate, other: Estimate) -> bool:
    """Whether the data separate two means: the 95 % interval of their difference leaves 0 out.

    Newcombe's interval for a difference, from the two intervals (the method of variance estimates recovery).
    """
    difference = one.value - other.value
    low = difference - math.hypot(one.value - one.low, other.high - other.value)
    high = difference + math.hypot(one.high - one.value, other.value - other.low)
    return low > 0 or high < 0


def places(estimates: Mapping[str, Estimate]) -> dict[str, Place]:
    """The best and worst place each name can have, counting only others that the data separate from it."""

    def separated(name: str, others: Iterable[str], *, above: bool) -> int:
        own = estimates[name]
        return sum(
            differ(own, estimates[other]) and (estimates[other].value > own.value) is above
            for other in others
            if other != name
        )

    return {
        name: Place(
            best=1 + separated(name, estimates, above=True),
            worst=len(estimates) - separated(name, estimates, above=False),
        )
        for name in estimates
    }
