from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest import ReadTranscript, Rejected, redact
from pipeline.transcript import Channel, Kind, Message, Role, Transcript, language_code, record_from_transcript
from tests.ingest.reading import only, read, said

ONE = {"id": "c-1", "messages": [{"role": "customer", "text": "My parcel never came."}]}


def line(**changes: object) -> bytes:
    return orjson.dumps(ONE | changes)


def test_every_line_is_a_conversation_and_blank_lines_are_none(tmp_path: Path) -> None:
    items = read(tmp_path / "a.jsonl", b"\xef\xbb\xbf" + line() + b"\r\n\r\n" + line(id="c-2") + b"\n")

    assert [(item.transcript.id, item.line) for item in items if isinstance(item, ReadTranscript)] == [
        ("c-1", 1),
        ("c-2", 3),
    ]


@pytest.mark.parametrize(
    ("bad", "reason", "told"),
    [
        (b"not json", "not-json", "a.jsonl, line 2: expected one JSON object a line"),
        (line()[:-4], "not-json", "was it cut off"),
        (b"null", "not-json", "found null"),
        (b'{"id": "c-2", "messages": "\xff"}', "bad-encoding", "found the byte 0xff"),
        (b"42", "bad-record", "expected an object"),
        (line(id=""), "bad-id", "id: expected a non-empty string"),
        (line(messages=[]), "bad-messages", "expected a list of at least one message"),
        (line(messages=[{"role": "boss", "text": "hi"}]), "bad-role", "expected one of customer, agent, bot, system"),
        (line(messages=[{"role": "bot", "text": 4}]), "bad-text", "messages[0].text"),
        (line(opened_at="yesterday"), "bad-time", "expected a time like"),
        (b"[" * 900 + b"]" * 900, "bad-record", "expected an object"),
    ],
)
def test_a_malformed_line_is_rejected_and_the_rest_goes_through(
    tmp_path: Path, bad: bytes, reason: str, told: str
) -> None:
    first, rejected, last = read(tmp_path / "a.jsonl", line() + b"\n" + bad + b"\n" + line(id="c-3") + b"\n")

    assert isinstance(first, ReadTranscript)
    assert isinstance(last, ReadTranscript)
    assert isinstance(rejected, Rejected)
    assert (rejected.line, rejected.reason) == (2, reason)
    assert told in rejected.detail


@pytest.mark.parametrize("indent", [0, orjson.OPT_INDENT_2])
@pytest.mark.parametrize("value", [ONE, [ONE]])
def test_a_json_document_is_read_too(tmp_path: Path, value: object, indent: int) -> None:
    assert said(only(read(tmp_path / "a.json", orjson.dumps(value, option=indent)))) == [
        ("customer", "My parcel never came.")
    ]


def test_a_list_with_a_record_a_line_is_read(tmp_path: Path) -> None:
    assert len(read(tmp_path / "a.json", b"[" + line() + b",\n" + line(id="c-2") + b"]\n")) == 2


def test_a_first_line_that_is_cut_does_not_cost_the_other_lines(tmp_path: Path) -> None:
    items = read(tmp_path / "a.jsonl", b"{\n" + line() + b"\n")
    assert [type(item) for item in items] == [Rejected, ReadTranscript]


def test_texts_and_rejected_records_are_redacted_and_names_are_kept(tmp_path: Path) -> None:
    message = {"role": "agent", "author_name": "Ana", "text": "write to ana@shop.example"}
    bad = line(messages=[message | {"role": "boss"}]).replace(b"@", b"\\u0040")
    kept, rejected = read(tmp_path / "a.jsonl", line(messages=[message]) + b"\n" + bad + b"\n")

    assert said(kept) == [("agent", "write to [email]")]
    assert isinstance(kept, ReadTranscript)
    assert kept.transcript.messages[0].author_name == "Ana"
    assert isinstance(rejected, Rejected)
    assert "[email]" in rejected.content
    assert "shop.example" not in rejected.content
    assert rejected.messages == 1


def test_what_people_type_about_a_conversation_is_redacted_and_ids_are_kept(tmp_path: Path) -> None:
    messages = [
        {"role": "customer", "author_name": "+45 22 33 44 55", "text": "hi"},
        {"role": "agent", "author_id": "a-1", "author_name": "ana@shop.example", "text": "hi"},
        {"role": "agent", "author_name": "bo@shop.example", "text": "hi"},
    ]
    about = {
        "customer": {"id": "cust-7", "name": "+45 22 33 44 55"},
        "tags": ["refund", "mail ana@shop.example"],
        "outcome": {"note": "write to ana@shop.example", "order_id": "4111111111111111", "resolved": True},
    }

    found = only(read(tmp_path / "a.jsonl", line(messages=messages, **about))).transcript

    assert [message.author_name for message in found.messages] == ["[phone]", "[email]", "bo@shop.example"]
    assert (found.customer_id, found.customer_name, found.tags) == ("cust-7", "[phone]", ("refund", "mail [email]"))
    assert found.outcome == {"note": "write to [email]", "order_id": "4111111111111111", "resolved": True}


@pytest.mark.parametrize(
    "bad",
    [
        rb'{"id": "c-1", "messages": [{"text": "card:\n4111 1111 1111 1111',
        rb'{"id": "c-1", "messages": [{"text": "\u7535\u8bdd13800138000',
        line(messages={"first": "cpr\t010190-1234, mine"}),
        line(messages=[{"role": "customer", "text": ["\n4111 1111 1111 1111"]}]),
    ],
)
def test_no_escape_hides_personal_data_in_a_rejected_record(tmp_path: Path, bad: bytes) -> None:
    rejected = only(read(tmp_path / "a.jsonl", bad))

    for text in (rejected.content, rejected.detail):
        assert not any(number in text for number in ("4111", "13800138000", "010190"))
    assert re.search(r"\[(card|phone|national-id)\]", rejected.content)


def test_a_message_that_stands_there_twice_is_merged_and_one_that_differs_is_refused(tmp_path: Path) -> None:
    one, other = {"id": 1, "role": "bot", "text": "hi"}, {"id": 2, "role": "bot", "text": "hi"}
    twice = only(read(tmp_path / "a.jsonl", line(messages=[one, other, one])))
    unlike = only(read(tmp_path / "b.jsonl", line(messages=[one, one | {"text": "ho"}])))

    assert (said(twice), twice.merged) == ([("bot", "hi"), ("bot", "hi")], 1)
    assert [message.id for message in twice.transcript.messages] == ["1", "2"]
    assert unlike.reason == "bad-messages"


def test_unknown_fields_are_counted_and_cost_nothing(tmp_path: Path) -> None:
    item = only(read(tmp_path / "a.jsonl", line(mood=1, messages=[{"role": "bot", "text": "hi", "font": "x"}])))
    assert dict(item.ignored) == {"mood": 1, "messages.font": 1}


_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=10).filter(str.strip)
_ZONES = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
_TIMES = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=_ZONES)  # noqa: DTZ001 - bounds
_MESSAGES = st.builds(
    Message,
    id=_NAMES,
    role=st.sampled_from(Role),
    text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20).map(redact),
    sent_at=_TIMES,
    author_id=st.none() | _NAMES,
    author_name=st.none() | _NAMES,
    kind=st.sampled_from(Kind),
    automatic=st.booleans(),
)
_TRANSCRIPTS = st.builds(
    Transcript,
    id=_NAMES,
    messages=st.lists(_MESSAGES, min_size=1, max_size=4, unique_by=lambda message: message.id).map(tuple),
    channel=st.sampled_from(Channel),
    language=st.none() | _NAMES.map(language_code),
    opened_at=_TIMES,
    customer_id=st.none() | _NAMES,
    tags=st.lists(_NAMES, max_size=2).map(tuple),
    csat=st.none() | st.integers(0, 5).map(float),
    outcome=st.dictionaries(_NAMES, st.booleans() | _NAMES, max_size=2),
    truncated=st.booleans(),
)


@given(st.lists(_TRANSCRIPTS, max_size=3))
def test_what_is_written_as_canonical_jsonl_is_read_back_the_same(transcripts: list[Transcript]) -> None:
    lines = b"".join(orjson.dumps(record_from_transcript(transcript)) + b"\n" for transcript in transcripts)
    with TemporaryDirectory() as folder:
        items = read(Path(folder) / "a.jsonl", lines, zone=UTC)
    assert [item.transcript for item in items if isinstance(item, ReadTranscript)] == transcripts
