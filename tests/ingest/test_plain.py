from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pipeline.ingest import ReadTranscript, Rejected
from tests.ingest.reading import only, read, said

if TYPE_CHECKING:
    from pathlib import Path


CHAT = """\
[09:00] Customer: My parcel never came.
Note: it was due on Monday.

Really.
[09:01] Ana: I'm sorry to hear that.
"""


def test_lines_with_names_are_messages_and_the_others_go_on_with_them(tmp_path: Path) -> None:
    item = only(read(tmp_path / "monday.txt", CHAT))

    assert item.transcript.id == "monday"
    assert said(item) == [
        ("customer", "My parcel never came.\nNote: it was due on Monday.\n\nReally."),
        ("agent", "I'm sorry to hear that."),
    ]
    assert [message.author_name for message in item.transcript.messages] == [None, "Ana"]


def test_headings_and_rules_begin_conversations(tmp_path: Path) -> None:
    items = read(tmp_path / "monday.txt", "Agent: a\n---\nAgent: b\n\n=== c-9 ===\n顾客：您好\n客服小王: 在的\n----\n")
    assert [item.transcript.id for item in items if isinstance(item, ReadTranscript)] == ["monday", "monday-2", "c-9"]
    assert [item.line for item in items] == [1, 3, 5]
    assert said(items[2]) == [("customer", "您好"), ("agent", "在的")]


def test_a_clock_takes_its_date_from_the_heading_and_runs_past_midnight(tmp_path: Path) -> None:
    item = only(read(tmp_path / "a.txt", "=== c-9 2026-11-20 ===\n23:59 Visitor: hello\n(00:02) Support: hi\n"))

    assert item.transcript.id == "c-9"
    assert [message.sent_at for message in item.transcript.messages] == [
        datetime(2026, 11, 20, 23, 59, tzinfo=UTC),
        datetime(2026, 11, 21, 0, 2, tzinfo=UTC),
    ]


def test_a_clock_takes_its_date_from_the_name_of_the_file_and_is_no_time_without_one(tmp_path: Path) -> None:
    dated = only(read(tmp_path / "chat-2026-11-20.txt", CHAT))
    undated = only(read(tmp_path / "chat.txt", CHAT))

    assert dated.transcript.messages[0].sent_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert undated.transcript.messages[0].sent_at is None
    assert undated.ignored == {"time-without-date": 2}


@pytest.mark.parametrize(
    "front",
    [
        "2026-11-20 09:00:03 ",
        "[2026-11-20 09:00:03] ",
        "2026-11-20T09:00:03+00:00 ",
        "[20/11/2026, 09:00:03] ",
        "20/11/2026, 09:00:03 - ",
    ],
)
def test_times_may_stand_in_front_in_many_forms(tmp_path: Path, front: str) -> None:
    item = only(read(tmp_path / "a.txt", f"{front}Customer: hi\n"))
    assert item.transcript.messages[0].sent_at == datetime(2026, 11, 20, 9, 0, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Agent 3", "agent"),
        ("Ana (Agent)", "agent"),
        ("Customer Service", "agent"),
        ("Kunde", "customer"),
        ("买家", "customer"),
        ("Medarbejder", "agent"),
        ("机器人", "bot"),
        ("System", "system"),
        ("VISITOR #2", "customer"),
    ],
)
def test_a_speaker_is_placed_by_a_word_in_the_name(tmp_path: Path, name: str, role: str) -> None:
    assert said(only(read(tmp_path / "a.txt", f"{name}: hello\n"))) == [(role, "hello")]


def test_speakers_nobody_can_place_reject_the_conversation_and_the_error_says_what_to_write(tmp_path: Path) -> None:
    rejected, good = read(tmp_path / "a.txt", "Bo: call 22 33 44 55\nAna: hi\n---\nAgent: hi\n")

    assert isinstance(rejected, Rejected)
    assert (rejected.reason, rejected.messages) == ("unknown-speakers", 2)
    assert "Bo (unknown), Ana (unknown)" in rejected.detail
    assert "[speakers]\nagents = ['Bo', 'Ana']" in rejected.detail
    assert rejected.content == "Bo: call [phone]\nAna: hi"
    assert said(good) == [("agent", "hi")]


def test_the_options_place_speakers_and_of_two_the_other_follows(tmp_path: Path) -> None:
    item = only(read(tmp_path / "a.txt", "Bo: hello\nana: hi\nNora: beep\n", agents=("Ana",), bots=("Nora",)))
    assert said(item) == [("customer", "hello"), ("agent", "hi"), ("bot", "beep")]


def test_what_stands_before_the_first_message_is_dropped_and_counted(tmp_path: Path) -> None:
    item = only(read(tmp_path / "a.txt", "=== c-1 ===\nConnected\nAgent: hi\n"))
    assert item.dropped == {"text-before-first-message": 1}
