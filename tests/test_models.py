"""The shipped models: whole, small, and fair to people who write plainly or differently."""

from __future__ import annotations

import tomllib

import pytest

from pipeline import resources
from pipeline.annotating import annotator
from pipeline.language import SIGNALS, SUPPORTED, load_lexicons, load_models
from pipeline.learning.recipes import RECIPES
from pipeline.learning.sources import SOURCES

LEXICONS = load_lexicons(resources.LEXICONS)
MODELS = load_models(resources.MODELS)


def test_every_recipe_has_its_head_and_every_head_its_recipe() -> None:
    heads = {(signal, language) for language in MODELS.languages for signal in MODELS.of(language).signals}

    assert heads == set(RECIPES)


def test_heads_weigh_only_cues_that_there_are() -> None:
    for language in MODELS.languages:
        assert set(MODELS.of(language).cues) <= set(LEXICONS.cues_of(language))


def test_all_models_are_under_25_mb() -> None:
    assert sum(path.stat().st_size for path in resources.MODELS.rglob("*") if path.is_file()) < 25_000_000


@pytest.mark.parametrize("signal", SIGNALS)
def test_every_signal_has_a_card_that_names_its_data_and_ten_kinds_of_failure(signal: str) -> None:
    card = (resources.MODELS / signal / "CARD.md").read_text("utf-8")

    sources = {name for (of, _), recipe in RECIPES.items() if of == signal for name in recipe.weights}
    for name in sources & set(SOURCES):
        assert SOURCES[name].title in card
        assert SOURCES[name].licence in card
    assert "\n10. " in card
    assert "## What it must not be used for" in card


@pytest.mark.parametrize("language", SUPPORTED)
def test_people_who_write_plainly_or_differently_are_not_called_impolite_or_offensive(language: str) -> None:
    messages = tomllib.loads((resources.FAIRNESS / f"registers_{language}.toml").read_text("utf-8"))["message"]
    given = list(annotator(language=language).text_signals(message["text"] for message in messages))

    def share(group: str, wronged: list[bool]) -> float:
        of_group = [wrong for message, wrong in zip(messages, wronged, strict=True) if message["group"] == group]
        return sum(of_group) / len(of_group)

    impolite = [signals.politeness < 0.5 for signals in given]
    clearly_impolite = [signals.politeness < 0.3 for signals in given]
    offensive = [signals.offence >= 0.5 for signals in given]
    assert sum(impolite) / len(impolite) < 0.2
    assert sum(clearly_impolite) / len(clearly_impolite) < 0.05
    assert sum(offensive) / len(offensive) < 0.02
    for group in {message["group"] for message in messages}:
        assert share(group, impolite) <= 0.5, group
        assert share(group, clearly_impolite) <= 0.2, group
        assert share(group, offensive) <= 0.1, group
