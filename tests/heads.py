"""Hand-made heads: weights drawn by a seed, or none but those that a test asks for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from pipeline.language.context import CONTEXT
from pipeline.language.features import SHAPE, SPACES
from pipeline.language.model_files import Models
from pipeline.language.signals import Head, LanguageModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def random_head(language: str, seed: int, **cues: float) -> Head:
    """A head with a weight for everything, all of them numbers that survive being stored in 16 bits."""
    draw = np.random.default_rng(seed)

    def weights(size: int) -> NDArray[np.float32]:
        return draw.normal(0, 0.5, size).astype(np.float16).astype(np.float32)

    return Head(
        runs=weights(SPACES[language].buckets),
        cues=cues or {"thanks": 0.75, "apology": -0.5, "hold": 0.25},
        shape=weights(len(SHAPE)),
        intercept=float(draw.normal()),
        context=weights(len(CONTEXT)),
        scale=1.25,
        shift=-0.5,
    )


def plain_head(
    language: str,
    *,
    cues: Mapping[str, float] | None = None,
    shape: Mapping[str, float] | None = None,
    intercept: float = 0,
) -> Head:
    """A head that knows these cues and this shape, and weighs nothing else."""
    return Head(
        runs=np.zeros(SPACES[language].buckets, np.float32),
        cues=cues or {},
        shape=np.array([(shape or {}).get(name, 0.0) for name in SHAPE], np.float32),
        intercept=intercept,
        context=np.zeros(len(CONTEXT), np.float32),
        scale=1.0,
        shift=0.0,
    )


@cache
def rarity(language: str) -> NDArray[np.float32]:
    """What each run of a language counts: anything between 1 and 5."""
    draw = np.random.default_rng(9)
    return draw.uniform(1, 5, SPACES[language].buckets).astype(np.float16).astype(np.float32)


def models(heads: Mapping[str, Mapping[str, Head]]) -> Models:
    """The models made of these heads: language -> signal -> head."""
    return Models({language: LanguageModel(language, rarity(language), of) for language, of in heads.items()})
