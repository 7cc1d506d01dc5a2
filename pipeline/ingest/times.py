"""Times as exports write them: ISO 8601, common local forms, Unix seconds to microseconds, Excel's serial days.

20/11/2026 and 11/20/2026: a date with the year last is read day first, unless some date of the same file can only be
month first and none can only be day first; where a file has both, an ambiguous one is refused. A time without a
clock ("2026-11-20") is no time of a message, and a clock without a date is none either.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from dateutil import parser as dateutil_parser

from pipeline.transcript import shown

if TYPE_CHECKING:
    from datetime import tzinfo

_CLOCK = (
    r"(?:kl(?:\.|okken)?\s*)?(?P<half>上午|下午|晚上|中午|凌晨)?\s*(?P<hour>\d{1,2})[:：.时](?P<minute>\d{2})分?"
    r"(?:[:：.]?(?P<second>\d{2})秒?(?:[.,](?P<fraction>\d{1,6})\d*)?)?\s*(?P<half_en>[AaPp])?(?(half_en)\.?[Mm]\.?)"
)
_LOCAL = re.compile(
    rf"(?P<a>\d{{1,4}})[-/.年](?P<b>\d{{1,2}})[-/.月](?P<c>\d{{1,4}})日?(?:[\sT,，]*{_CLOCK})?", re.ASCII
)
_ONLY_CLOCK = re.compile(_CLOCK, re.ASCII)
_YEAR_LAST = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d{2})(?!\d)", re.ASCII)
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_COMPACT = re.compile(r"(?:19|20)\d{12}", re.ASCII)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial day has no zone
_EXCEL_DAYS = (20_000, 80_000)  # 1954 to 2119; as Unix seconds they would be a morning in 1970
_UNITS = ((1e8, 1e11, 1.0), (1e11, 1e14, 1e-3), (1e14, 1e17, 1e-6))  # from, to, seconds


class _Words(dateutil_parser.parserinfo):
    """English and Danish month names."""

    MONTHS = [  # noqa: RUF012 - the library's way of saying it
        ("Jan", "January", "januar"),
        ("Feb", "February", "februar"),
        ("Mar", "March", "marts"),
        ("Apr", "April"),
        ("May", "maj"),
        ("Jun", "June", "juni"),
        ("Jul", "July", "juli"),
        ("Aug", "August"),
        ("Sep", "Sept", "September"),
        ("Oct", "October", "oktober"),
        ("Nov", "November"),
        ("Dec", "December"),
    ]
    JUMP = [*dateutil_parser.parserinfo.JUMP, "kl", "kl.", "klokken", "den", "d."]  # noqa: RUF012


_WORDS = _Words(dayfirst=True)


class TimeReader:
    """Reads the times of one file: first shown them all with `note`, then asked for each with `read`."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._day_first = self._month_first = False

    def note(self, text: str) -> None:
        """Learn from a time whether the file writes the day or the month first."""
        if match := _YEAR_LAST.match(text):
            first, second = int(match[1]), int(match[2])
            self._day_first |= 12 < first <= 31
            self._month_first |= 12 < second <= 31

    def read(self, text: str, *, date: str = "", clock_needed: bool = True) -> datetime:
        """The time, with the zone of the file if it has none. `date` completes a clock alone. Raises ValueError."""
        text = text.strip()
        if date and _ONLY_CLOCK.fullmatch(text):
            text = f"{date.strip().partition(' ')[0]} {text}"
        try:
            moment = self._parse(text, clock_needed=clock_needed)
        except (ValueError, OverflowError) as error:
            why = f" ({error})" if isinstance(error, _UnclearError) else ""
            raise ValueError(f"expected a date and a time like 2026-11-20 09:00:03, found {shown(text)}{why}") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=self._zone)

    def _parse(self, text: str, *, clock_needed: bool) -> datetime:
        if _NUMBER.fullmatch(text):
            return self._from_number(text)
        if len(text) > 10 or not clock_needed:
            try:
                return datetime.fromisoformat(text)
            except ValueError:
                pass
        if match := _LOCAL.fullmatch(text):
            if clock_needed and match["hour"] is None:
                raise _UnclearError("there is no clock in it")
            return self._from_local(match)
        return _from_words(text)

    def _from_number(self, text: str) -> datetime:
        if _COMPACT.fullmatch(text):
            return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=self._zone)
        value = float(text)
        if _EXCEL_DAYS[0] <= value < _EXCEL_DAYS[1]:
            return _EXCEL_EPOCH + timedelta(milliseconds=round(value * 86_400) * 1000)
        for low, high, seconds in _UNITS:
            if low <= value < high:
                return (_EPOCH + timedelta(seconds=value * seconds)).astimezone(self._zone)
        raise _UnclearError("the number is no Unix time")

    def _from_local(self, match: re.Match[str]) -> datetime:
        a, b, c = int(match["a"]), int(match["b"]), int(match["c"])
        if len(match["a"]) == 4:
            year, month, day = a, b, c
        else:
            year = c if len(match["c"]) == 4 else 2000 + c
            day, month = (b, a) if self._month_comes_first(a, b) else (a, b)
        fraction = (match["fraction"] or "").ljust(6, "0")
        clock = (_hour(match), int(match["minute"] or 0), int(match["second"] or 0), int(fraction))
        return datetime(year, month, day, *clock)  # noqa: DTZ001 - the zone is added by `read`

    def _month_comes_first(self, first: int, second: int) -> bool:
        if first > 12 or second > 12:
            return second > 12
        if self._day_first and self._month_first:
            raise _UnclearError("the file has dates with the day first and with the month first")
        return self._month_first


class _UnclearError(ValueError):
    """Why a time cannot be read, for the message."""


def _hour(match: re.Match[str]) -> int:
    hour = int(match["hour"] or 0)
    half, half_en = match["half"], (match["half_en"] or "").lower()
    if (half in {"下午", "晚上"} or half_en == "p") and hour < 12:
        return hour + 12
    if half == "中午" and hour < 11:
        return hour + 12
    return 0 if hour == 12 and (half in {"凌晨", "上午"} or half_en == "a") else hour


def _from_words(text: str) -> datetime:
    """What the library makes of it; twice, because it fills what is missing from a default."""
    readings = {
        dateutil_parser.parse(text, _WORDS, default=default, tzinfos=_offset).isoformat()
        for default in (datetime(2001, 1, 2, 3, 4), datetime(2003, 5, 6, 7, 8))  # noqa: DTZ001 - only told apart
    }
    if len(readings) > 1:
        raise _UnclearError("the date or the clock is missing")
    return datetime.fromisoformat(readings.pop())


def _offset(name: str | None, seconds: int | None) -> Any:
    """The zone of a time: offsets and UTC are understood; other names mean different zones to different people."""
    if seconds is not None:
        return timezone(timedelta(seconds=seconds))
    if name in {"UTC", "GMT", "Z"}:
        return UTC
    if name is None:
        return None
    raise _UnclearError(f"the zone {name} is not understood, write an offset like +01:00")
