"""`fairhear learn`: every shipped weight again, from the training data and our own labelled chats."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from pipeline import resources
from pipeline.language import load_lexicons, load_models
from pipeline.language.model_files import save_features, save_model, write_manifest
from pipeline.learning.cards import record_figures, write_card
from pipeline.learning.fit import Material, fit_language
from pipeline.learning.labels import read_labels
from pipeline.learning.recipes import OWN, RECIPES
from pipeline.learning.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.learning.examples import LabelledChat
    from pipeline.learning.fit import Fitted

    Progress = Callable[[str, int, int | None], None]


def learn(signals: Sequence[str], training: Path, models: Path, progress: Progress) -> list[Path]:
    """Fit the heads of the given signals in all their languages and write them, their cards and the manifest.

    Returns the folders written to. One signal alone comes out byte for byte as it does among all. Raises
    SourceMissingError where a data set is not in the training folder.
    """
    lexicons = load_lexicons(resources.LEXICONS)
    languages = sorted({language for _, language in RECIPES})
    for language in languages:  # before the long work: is everything there?
        for source in _sources(language):
            next(SOURCES[source].chats(training))
    fitted: dict[str, dict[str, Fitted]] = defaultdict(dict)
    rarities: dict[str, NDArray[np.float32]] = {}
    with threadpool_limits(1):  # sums are rounded by how they are split among threads
        for language in languages:
            material = Material(language, list(_labelled(language, training)), lexicons, progress)
            rarities[language] = material.rarity
            for signal, one in fit_language(language, signals, material, progress):
                fitted[signal][language] = one
    # All files at once at the end: whoever loads the models meanwhile finds the old ones whole.
    for language, rarity in rarities.items():
        save_features(models, language, rarity)
    for signal, by_language in fitted.items():
        save_model(models, signal, {language: one.head for language, one in by_language.items()}, _about(signal))
    write_manifest(models)
    loaded = load_models(models)
    for number, (signal, by_language) in enumerate(fitted.items()):
        progress("Measuring for the cards", number, len(fitted))
        held_out = {language: one.held_out for language, one in by_language.items()}
        record_figures(models / signal, signal, held_out, lexicons, loaded)
        write_card(models / signal, signal)
    return [models / name for name in ("features", *sorted(fitted))]


def _sources(language: str) -> list[str]:
    """The data sets of a language that any recipe names."""
    named = {name for (_, of), recipe in RECIPES.items() if of == language for name in recipe.weights}
    return sorted(named - set(OWN))


def _labelled(language: str, training: Path) -> Iterator[LabelledChat]:
    for name in _sources(language):
        yield from SOURCES[name].chats(training)
    for path in sorted((resources.LABELLED_CHATS / language).glob("*.jsonl")):
        yield from read_labels(path, source=path.stem.partition("-")[0])


def _about(signal: str) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """What a model.json says of its heads: the sources and what each counted."""
    return {
        "languages": {
            language: {"fitted_on": RECIPES[of, language].weights} for of, language in sorted(RECIPES) if of == signal
        }
    }
