from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.transcript import (
    Channel,
    Kind,
    Message,
    Role,
    Transcript,
    TranscriptError,
    language_code,
    record_from_transcript,
    transcript_from_record,
    unknown_fields,
)

SMALLEST = {"id": "c-1", "messages": [{"role": "customer", "text": "Hello?"}]}


def test_the_smallest_record_is_enough_and_absent_message_ids_become_their_index() -> None:
    transcript = transcript_from_record(SMALLEST, zone=UTC)

    assert [message.id for message in transcript.messages] == ["0"]
    assert transcript.channel is Channel.CHAT
    assert transcript.agents == ()


def test_a_time_without_an_offset_gets_the_zone_and_one_with_an_offset_keeps_it() -> None:
    record = {
        "id": "c-1",
        "messages": [
            {"role": "customer", "text": "a", "sent_at": "2026-11-20T09:00:00"},
            {"role": "agent", "text": "b", "sent_at": "2026-11-20T09:00:00+08:00"},
        ],
    }

    first, second = transcript_from_record(record, zone=ZoneInfo("Europe/Copenhagen")).messages

    assert first.sent_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert second.sent_at == datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": None}, "id: expected a non-empty string"),
        ({"messages": []}, "messages: expected a list of at least one message"),
        ({"messages": [{"role": "boss", "text": "x"}]}, r"messages\[0\].role: expected one of customer, agent, bot"),
        ({"messages": [{"role": "agent"}]}, r"messages\[0\].text: expected a string, found nothing"),
        ({"messages": [{"role": "agent", "text": "x", "sent_at": "noon"}]}, r"messages\[0\].sent_at: expected a time"),
        ({"messages": [{"role": "agent", "text": "x", "sent_at": "2026-11-20"}]}, "sent_at: expected a time like"),
        ({"messages": [{"role": "agent", "text": "x", "automatic": "false"}]}, "automatic: expected true or false"),
        ({"truncated": "no"}, "truncated: expected true or false, found 'no'"),
        ({"messages": [{"id": "a", "role": "agent", "text": "x"}] * 2}, "the id 'a' stands on more than one message"),
        ({"channel": "pigeon"}, "channel: expected one of chat, email"),
        ({"csat": "good"}, "csat: expected a number"),
        ({"customer": "Ann"}, "customer: expected an object"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(change: dict[str, Any], told: str) -> None:
    with pytest.raises(TranscriptError, match=told):
        transcript_from_record(SMALLEST | change, zone=UTC)


def test_fields_nobody_knows_are_named() -> None:
    record = SMALLEST | {"mood": "bad", "messages": [{"role": "agent", "text": "x", "seen": True}]}

    assert list(unknown_fields(record)) == ["mood", "messages.seen"]


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("English", "en"),
        ("en_US", "en"),
        ("English (UK)", "en"),
        ("英语", "en"),
        ("中文", "zh"),
        ("zh-Hans-CN", "zh"),
        ("中文（简体）", "zh"),
        ("kinesisk", "zh"),
        (" DANSK ", "da"),
        ("丹麦语", "da"),
        ("sv-SE", "sv"),
        ("Klingon", "Klingon"),
    ],
)
def test_a_declared_language_is_known_by_its_code(declared: str, code: str) -> None:
    assert transcript_from_record(SMALLEST | {"language": declared}, zone=UTC).language == code


names = st.text(min_size=1).filter(str.strip)
moments = st.none() | st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2040, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)
messages = st.builds(
    Message,
    id=names,
    role=st.sampled_from(Role),
    text=st.text(),
    sent_at=moments,
    author_id=st.none() | names,
    author_name=st.none() | names,
    kind=st.sampled_from(Kind),
    automatic=st.booleans(),
)
transcripts = st.builds(
    Transcript,
    id=names,
    messages=st.lists(messages, min_size=1, max_size=4, unique_by=lambda m: m.id).map(tuple),
    channel=st.sampled_from(Channel),
    language=st.none() | names.map(language_code),
    opened_at=moments,
    customer_id=st.none() | names,
    tags=st.lists(names, max_size=2).map(tuple),
    csat=st.none() | st.floats(0, 5),
    outcome=st.dictionaries(names, st.booleans(), max_size=2),
    truncated=st.booleans(),
)


@given(transcripts)
def test_a_transcript_comes_back_from_its_record(transcript: Transcript) -> None:
    assert transcript_from_record(record_from_transcript(transcript), zone=UTC) == transcript
