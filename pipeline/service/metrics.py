"""Service metrics by named definition: the same name hides different rules, so every figure says whose it is.

A preset sets the parameters of one computation over rounds: the hours that count, the cap on a wait, how an unanswered
round counts. Figures that chats alone cannot give (conversion, ratings of the shop) are not computed here at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from pipeline.rounds import ServiceHours, duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.service.facts import RoundFact, ServiceFacts


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure, ready to show: its definition id, label, value as text, what it was computed from, the definition."""

    id: str
    label: str
    value: str
    n: int
    definition: str


@dataclass(frozen=True, slots=True)
class Preset:
    """The rules of one platform.

    `hours`: rounds that open outside do not count. `cap`: seconds a wait counts at most; an unanswered round counts as
    the cap where there is one and is left out of times otherwise. `within`: seconds of the platform's fast-answer rate.
    `first_only`: that rate is of first rounds.
    """

    id: str
    hours: ServiceHours | None
    cap: float | None
    within: float
    first_only: bool


PRESETS: dict[str, Preset] = {
    preset.id: preset
    for preset in (
        Preset("plain", hours=None, cap=None, within=60, first_only=False),
        Preset("taobao", hours=ServiceHours(time(8), time(23)), cap=600, within=180, first_only=False),
        Preset("jd", hours=ServiceHours(time(9), time(23)), cap=None, within=30, first_only=True),
    )
}


def metrics(facts: Iterable[ServiceFacts], preset: Preset) -> list[Metric]:
    """The metrics of one agent, or of a team, from the facts of all chats; what has no data is left out."""
    timed: list[float] = []
    first: list[float] = []
    due = answered = fast = fast_of = agent_messages = customer_messages = 0
    for fact in facts:  # one pass that keeps numbers only: there may be millions of chats
        agent_messages += fact.agent_messages
        customer_messages += fact.customer_messages
        for one in fact.rounds:
            if not _counts(one, preset):
                continue
            due += not one.handed_over
            answered += one.answered
            if (seconds := _seconds(one, preset)) is not None:
                timed.append(seconds)
            if one.first and one.answered and one.seconds is not None:
                first.append(one.seconds)
            told = one.seconds is not None or (one.opened_at is not None and not one.answered)
            if told and (one.first or not preset.first_only):
                fast_of += 1
                fast += one.answered and one.seconds is not None and one.seconds <= preset.within
    hours = f", opened {preset.hours.opens:%H:%M}–{preset.hours.closes:%H:%M}" if preset.hours else ""
    capped = f"; a wait counts at most {preset.cap:g} s, an unanswered round as much" if preset.cap else ""
    which = "first rounds" if preset.first_only else "rounds"
    found = [
        Metric(
            f"{preset.id}.first-response-time",
            "First response time",
            duration(_mean(first)),
            len(first),
            f"Mean wait from the customer's first message to the first human reply, answered first rounds{hours}.",
        ),
        Metric(
            f"{preset.id}.mean-response-time",
            "Mean response time",
            duration(_mean(timed)),
            len(timed),
            f"Sum of round times ÷ rounds{hours}{capped}.",
        ),
        Metric(
            f"{preset.id}.within-{preset.within:g}s",
            f"Answered within {preset.within:g} s",
            _share(fast, fast_of),
            fast_of,
            f"Rounds answered by a person within {preset.within:g} s ÷ {which}{hours}.",
        ),
        Metric(
            f"{preset.id}.reply-rate",
            "Rounds answered",
            _share(answered, due),
            due,
            f"Rounds that a person answered ÷ rounds{hours}; those handed over to another agent are his.",
        ),
        Metric(
            f"{preset.id}.answer-ratio",
            "Answer ratio",
            f"{agent_messages / customer_messages:.2f}" if customer_messages else "",
            customer_messages,
            "Messages of the agent ÷ messages of the customer while the agent held the chat.",
        ),
    ]
    return [metric for metric in found if metric.n]


def _counts(fact: RoundFact, preset: Preset) -> bool:
    return preset.hours is None or fact.opened_at is None or preset.hours.contain(fact.opened_at)


def _seconds(fact: RoundFact, preset: Preset) -> float | None:
    if fact.seconds is None:  # a cap stands for a wait without an end, not for an export without times
        return preset.cap if not fact.answered and not fact.handed_over and fact.opened_at is not None else None
    return fact.seconds if preset.cap is None else min(fact.seconds, preset.cap)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""
