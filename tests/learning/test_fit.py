"""Fitting on a tiny invented training set: the heads learn what is plain to see, and the same each time."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.special import expit

from pipeline.language.context import CONTEXT
from pipeline.language.features import SPACES, FeatureSpace
from pipeline.language.signals import Head, LanguageModel
from pipeline.learning import fit
from pipeline.learning.examples import LabelledChat, labelled_text
from pipeline.learning.fit import Fitted, Material, fit_language
from pipeline.learning.recipes import SERVICE, Recipe
from pipeline.transcript import Message, Role, Transcript
from tests.chats import lexicons

ANGRY = [
    "This is unacceptable, I am furious",
    "I am so angry, this is terrible service",
    "Terrible, I have waited for weeks and I am furious",
    "I am angry and very disappointed",
    "Unacceptable, the worst service ever",
    "I am disappointed, this is the worst shop",
    "The worst, I am furious about this delay",
    "This delay is terrible and I am angry",
]
CALM = [
    "Thank you, that is great",
    "Great, that is very kind of you",
    "Thanks, I have my lamp now and I love it",
    "That is lovely, thank you very much",
    "Perfect, the lamp is great",
    "I love the lamp, thanks",
    "The delivery was quick, lovely",
    "Very kind, have a lovely day",
]
RECIPES = {
    ("distress", "en"): Recipe({SERVICE: 1.0, "posts": 0.5}, 4.0, in_context=True),
    ("politeness", "en"): Recipe({SERVICE: 1.0}, 4.0, one_scale=True),
}


def chats() -> list[LabelledChat]:
    """Chats of two messages of our own, in which the agent stays calm, and texts of another source."""
    made = []
    for texts, angry in ((ANGRY, 1.0), (CALM, 0.0)):
        for number, text in enumerate(texts):
            agent = CALM[number - 4]
            messages = (Message("0", Role.CUSTOMER, text), Message("1", Role.AGENT, agent))
            labels = ({"distress": angry, "politeness": 1 - angry}, {"distress": 0.0, "politeness": 1.0})
            made.append(LabelledChat(Transcript("", messages, language="en"), labels, SERVICE))
            made.append(labelled_text(text.upper(), {"distress": angry}, language="en", source="posts"))
    return made


def quiet(*_: object) -> None:
    """Progress that nobody watches."""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "RECIPES", RECIPES)
    monkeypatch.setitem(SPACES, "en", FeatureSpace(words=(1, 2), characters=(3, 4), bits=12))  # a few kilobytes to fit


@cache
def material() -> Material:
    return Material("en", chats(), lexicons(), quiet)


@cache
def fitted() -> dict[str, Fitted]:
    return dict(fit_language("en", ("distress", "politeness"), material(), quiet))


def judged(*texts: str, signal: str = "distress") -> list[float]:
    """The probabilities of texts that stand alone."""
    model = LanguageModel("en", material().rarity, {signal: fitted()[signal].head})
    sums = model.text_sums([lexicons().finder("en").read(text) for text in texts])
    return expit(sums[~np.isnan(sums)]).tolist()


def same(one: Head, other: Head) -> bool:
    arrays = all(np.array_equal(getattr(one, part), getattr(other, part)) for part in ("runs", "shape", "context"))
    rest = all(getattr(one, part) == getattr(other, part) for part in ("cues", "intercept", "scale", "shift"))
    return arrays and rest


def test_texts_it_has_not_seen_are_told_apart() -> None:
    angry = judged("I am furious, the lamp is terrible", "Angry and disappointed", "Worst delay ever, unacceptable")
    calm = judged("Lovely lamp, thank you", "Great, I love it", "That is kind")

    assert min(angry) > 0.5 > max(calm)
    assert judged("Thank you very much", signal="politeness") > judged("I am furious", signal="politeness")


def test_every_labelled_message_is_judged_by_a_fit_that_had_not_seen_its_chat() -> None:
    held_out = fitted()["distress"].held_out

    assert len(held_out.labels) == 48
    assert set(held_out.sources.tolist()) == {SERVICE, "posts"}
    assert np.isfinite(held_out.probabilities).all()
    assert held_out.probabilities[held_out.labels == 1].mean() > held_out.probabilities[held_out.labels == 0].mean()
    assert len(fitted()["politeness"].held_out.labels) == 32


def test_only_a_recipe_that_asks_for_it_weighs_what_came_before() -> None:
    heads = {signal: one.head for signal, one in fitted().items()}

    assert heads["distress"].context.shape == (len(CONTEXT),)
    assert heads["distress"].context.any()
    assert not heads["politeness"].context.any()
    assert (heads["politeness"].scale, heads["politeness"].shift) == (1.0, 0.0)


def test_fitting_twice_gives_the_same_weights() -> None:
    again = Material("en", chats(), lexicons(), quiet)
    heads = dict(fit_language("en", ("distress", "politeness"), again, quiet))

    assert np.array_equal(again.rarity, material().rarity)
    assert all(same(one.head, fitted()[signal].head) for signal, one in heads.items())


def test_one_signal_alone_comes_out_as_it_does_among_all() -> None:
    [(signal, alone)] = fit_language("en", ("distress",), material(), quiet)

    assert signal == "distress"
    assert same(alone.head, fitted()["distress"].head)


def test_runs_met_in_one_message_only_do_not_count() -> None:
    texts = ("parcel here", "parcel there", "lamp here")

    three = [labelled_text(text, {}, language="en", source="posts") for text in texts]
    rarity = Material("en", three, lexicons(), quiet).rarity

    assert np.unique(rarity).tolist() == pytest.approx([0, 1, np.log(4 / 3) + 1], abs=1e-3)
