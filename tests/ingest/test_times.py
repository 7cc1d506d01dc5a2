from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipeline.ingest.times import TimeReader


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-11-20T09:00:03Z", "2026-11-20T09:00:03+00:00"),
        ("2026-11-20 09:00:03", "2026-11-20T09:00:03+01:00"),
        ("2026-07-20 09:00", "2026-07-20T09:00:00+02:00"),
        ("20/11/2026 09:00", "2026-11-20T09:00:00+01:00"),
        ("02/11/26 12:05 am", "2026-11-02T00:05:00+01:00"),
        ("20.11.2026 kl. 09.00", "2026-11-20T09:00:00+01:00"),
        ("2026年11月20日 下午3:05:01", "2026-11-20T15:05:01+01:00"),
        ("2026/11/20 9:00:03.250", "2026-11-20T09:00:03.250000+01:00"),
        ("3. maj 2026 kl. 09:00", "2026-05-03T09:00:00+02:00"),
        ("Fri, 20 Nov 2026 09:00:03 +0800", "2026-11-20T09:00:03+08:00"),
        ("Nov 20, 2026 9:00:03 PM UTC", "2026-11-20T21:00:03+00:00"),
        ("1795165203", "2026-11-20T10:00:03+01:00"),
        ("1795165203250", "2026-11-20T10:00:03.250000+01:00"),
        ("46346.375", "2026-11-20T09:00:00+01:00"),
        ("20261120090003", "2026-11-20T09:00:03+01:00"),
    ],
)
def test_times_are_read_as_exports_write_them(text: str, iso: str) -> None:
    assert TimeReader(ZoneInfo("Europe/Copenhagen")).read(text).isoformat() == iso


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-20",
        "20.11.2026",
        "09:00",
        "yesterday",
        "12",
        "31/31/2026 09:00",
        "Nov 20, 2026 9:00 PM CST",
        "9" * 400,
    ],
)
def test_what_is_no_moment_is_refused_with_an_example_of_one(text: str) -> None:
    with pytest.raises(ValueError, match="expected a date and a time like 2026-11-20 09:00:03, found"):
        TimeReader(UTC).read(text)


def test_a_day_will_do_where_no_clock_is_needed() -> None:
    assert TimeReader(UTC).read("2026-11-20", clock_needed=False) == datetime(2026, 11, 20, tzinfo=UTC)
    assert TimeReader(UTC).read("20.11.2026", clock_needed=False) == datetime(2026, 11, 20, tzinfo=UTC)
