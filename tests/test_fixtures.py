"""The invented contact centre as a whole: large and varied enough to be a demo, and sound in every line."""

from __future__ import annotations

import json
from datetime import UTC
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeline.transcript import Transcript, transcript_from_record, unknown_fields

FILES = sorted((Path(__file__).parent.parent / "fixtures" / "contact_centre").glob("*.jsonl"))
QUEUES = {"orders", "returns", "billing", "travel"}


@cache
def records(path: Path) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in path.read_text("utf-8").splitlines())


@cache
def transcripts(path: Path) -> tuple[Transcript, ...]:
    return tuple(transcript_from_record(record, zone=UTC) for record in records(path))


def centre() -> list[Transcript]:
    return [transcript for path in FILES for transcript in transcripts(path)]


def test_the_centre_has_120_chats_of_8_agents_in_4_queues_3_languages_and_5_weeks() -> None:
    chats = centre()
    assert len(chats) >= 120
    assert len({agent for chat in chats for agent in chat.agents}) >= 8
    assert {chat.queue for chat in chats} == QUEUES
    assert {chat.language for chat in chats} - {None} == {"en", "zh", "da"}
    assert len({chat.started_at.isocalendar()[:2] for chat in chats if chat.started_at}) == 5


def test_ids_are_unique_over_all_files() -> None:
    ids = [chat.id for chat in centre()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_record_has_a_field_that_no_reader_knows(path: Path) -> None:
    assert [field for record in records(path) for field in unknown_fields(record)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_times_carry_their_offset_and_ascend_from_opening_to_closing(path: Path) -> None:
    for record, chat in zip(records(path), transcripts(path), strict=True):
        sent = [message.sent_at for message in chat.messages if message.sent_at]
        moments = [chat.opened_at, *sent, chat.closed_at]
        known = [moment for moment in moments if moment]
        assert all(earlier <= later for earlier, later in pairwise(known)), chat.id
        for stamp in [record.get("opened_at"), *(m.get("sent_at") for m in record["messages"])]:
            assert stamp is None or stamp[-6] in "+-", f"{chat.id}: {stamp} has no offset"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_chat_is_of_a_length_a_person_would_read(path: Path) -> None:
    assert [chat.id for chat in transcripts(path) if not 2 <= len(chat.messages) <= 60] == []
