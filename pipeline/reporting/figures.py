"""Numbers and times as words: the one place that decides how a figure looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.sampling import estimate

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from pipeline.finding import CheckMeta, Measured
    from pipeline.sampling import Estimate

TOO_FEW = "too few to judge"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LANGUAGES = {"en": "English", "zh": "Chinese", "da": "Danish"}
_SPACE = "\u00a0"


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval on a scale from 0 to 100, in the units of its drawing: where it starts, its width, its value."""

    low: str
    width: str
    value: str


@dataclass(frozen=True, slots=True)
class Rate:
    """An estimate as shown. `value` and `interval` are whole hundredths, or say that there are too few to judge."""

    value: str
    interval: str
    n: str
    bar: Bar | None

    @property
    def enough(self) -> bool:
        """Whether there is a figure to show."""
        return self.bar is not None


def rate(found: Estimate | None) -> Rate:
    """An estimate for the page; without a figure where it rests on too few."""
    if found is None:
        return Rate("nothing to judge", "", "0", None)
    if found.too_few:
        return Rate(TOO_FEW, "", count(found.n), None)
    low, high = 100 * found.low, 100 * found.high
    bar = Bar(f"{low:.1f}", f"{high - low:.1f}", f"{min(max(100 * found.value, 0.75), 99.25):.1f}")
    return Rate(str(hundredths(found.value)), f"{hundredths(found.low)}–{hundredths(found.high)}", count(found.n), bar)


def hundredths(value: float) -> int:
    """A value in [0, 1] as a whole number of hundredths; 0 and 100 are kept for exactly none and all."""
    nearest = round(100 * value)
    if nearest == 100 and value < 1:
        return 99
    return 1 if nearest == 0 and value > 0 else nearest


def percent(value: float) -> str:
    """A value in [0, 1] as a percentage."""
    return f"{hundredths(value)}{_SPACE}%"


def count(number: int) -> str:
    """A whole number with its thousands set apart."""
    return f"{number:,}"


def counted(number: int, one: str, many: str) -> str:
    """A number and what it counts."""
    return f"{count(number)} {one if number == 1 else many}"


def points(lost: float) -> str:
    """What something takes off a score of 100."""
    taken = 100 * lost
    amount = "less than 0.1" if taken < 0.05 else f"{taken:.1f}"
    return f"{amount} {'point' if amount == '1.0' else 'points'}"


def day(of: date | datetime) -> str:
    """A day: 2 Nov 2026."""
    return f"{of.day} {_MONTHS[of.month - 1]} {of.year}"


def days(first: date | datetime, last: date | datetime) -> str:
    """A span of days, without saying a month or year twice: 2–8 Nov 2026."""
    if (first.year, first.month) == (last.year, last.month):
        return day(last) if first.day == last.day else f"{first.day}–{day(last)}"
    return f"{day(first)} to {day(last)}"


def clock(moment: datetime) -> str:
    """A time of day, to the second."""
    return f"{moment.hour:02}:{moment.minute:02}:{moment.second:02}"


def share(found: Estimate | None) -> str:
    """A share as a clause of a sentence, with its interval and what it rests on."""
    if found is None:
        return "nothing to judge"
    chats = counted(found.n, "chat", "chats")
    if found.too_few:
        return f"{chats}, {TOO_FEW}"
    interval = f"{hundredths(found.low)}–{hundredths(found.high)}{_SPACE}%"
    return f"{percent(found.value)} in {chats}, 95{_SPACE}% interval {interval}"


def short(digest: str) -> str:
    """The first signs of a digest: enough to tell two apart by eye."""
    return digest[:12]


def language_name(code: str | None) -> str:
    """The English name of a language we read, its code otherwise."""
    return _LANGUAGES.get(code or "", code or "unknown language")


def accuracy(meta: CheckMeta, languages: Collection[str | None] | None = None) -> str:
    """How often a check was right in these languages (default: all), as far as it was measured.

    Where it flagged nothing while it was measured, nothing is known of how often it is right.
    """
    known = [m for m in meta.measured if m.flagged and (languages is None or m.language in languages)]
    if not known:
        return "How often this check is right has not been measured yet."
    return " ".join(_measured(measured) for measured in known)


def _measured(measured: Measured) -> str:
    return (
        f"In {language_name(measured.language)}, on {measured.data}: right {_share(measured.right, measured.flagged)}."
    )


def _share(part: int, whole: int) -> str:
    # One cluster: the chats of a measurement are independent, and this leaves Wilson's interval as it is.
    found = estimate([1.0] * part + [0.0] * (whole - part), ["measured"] * whole)
    if found is None:
        return "0 of 0 times"
    interval = f"{hundredths(found.low)}–{hundredths(found.high)}{_SPACE}%"
    return f"{count(part)} of {count(whole)} times (95{_SPACE}% interval {interval})"
