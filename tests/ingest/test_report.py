from __future__ import annotations

from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest import LossReport, ReadTranscript
from pipeline.transcript import transcript_from_record
from tests.ingest.reading import read

_MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["customer", "agent", "boss"]), "text": st.just("hi")},
    optional={"id": st.sampled_from("ab")},
)
_FATES = st.sampled_from(["keep", "merge", "conflict"])


def report_of(items: list, fates: list[str]) -> LossReport:
    report = LossReport()
    for item, fate in zip(items, fates, strict=False):
        if not isinstance(item, ReadTranscript):
            report.count_rejected(item)
        elif fate == "conflict":
            report.count_conflict(item, f"{item.transcript.id}: differs")
        else:
            messages = len(item.transcript.messages)
            report.count(item, kept=messages if fate == "keep" else 0, merged=0 if fate == "keep" else messages)
    return report


@given(st.lists(st.lists(_MESSAGE, min_size=1, max_size=4), max_size=5), st.lists(_FATES, min_size=5, max_size=5))
def test_every_conversation_and_message_of_a_file_is_accounted_for(chats: list[list[dict]], fates: list[str]) -> None:
    lines = [orjson.dumps({"id": f"c-{n}", "messages": messages}) for n, messages in enumerate(chats)]
    with TemporaryDirectory() as folder:
        items = read(Path(folder) / "a.jsonl", b"\n".join([*lines, b""]))
    twice = report_of(items, fates)
    twice.add(report_of(items, fates))

    for counts, expected in (
        (twice.to_record()["conversations"], 2 * len(chats)),
        (twice.to_record()["messages"], 2 * sum(map(len, chats))),
    ):
        assert counts["read"] == expected
        assert counts["read"] == counts["kept"] + counts["merged"] + counts["dropped"] + counts["quarantined"]


def test_reasons_are_counted_the_most_frequent_first(tmp_path: Path) -> None:
    good = {"id": "c", "mood": 1, "messages": [{"role": "bot", "text": "hi"}]}
    report = report_of(read(tmp_path / "a.jsonl", b"x\n" + orjson.dumps(good) + b"\ny\n"), ["keep"] * 3)

    assert report.to_record() == {
        "conversations": {"read": 3, "kept": 1, "merged": 0, "dropped": 0, "quarantined": 2},
        "messages": {"read": 1, "kept": 1, "merged": 0, "dropped": 0, "quarantined": 0},
        "reasons": {"not-json": 2, "ignored-field:mood": 1},
    }
    assert list(report.to_record()["reasons"]) == ["not-json", "ignored-field:mood"]
    assert report.quarantined == 2
    assert [example.partition(":")[0] for example in report.examples] == ["a.jsonl, line 1", "a.jsonl, line 3"]


def test_a_count_that_does_not_add_up_is_refused() -> None:
    transcript = transcript_from_record({"id": "c", "messages": [{"role": "bot", "text": "hi"}]}, zone=UTC)
    with pytest.raises(ValueError, match="do not add up to 1"):
        LossReport().count(ReadTranscript(transcript, 1), kept=1, merged=1)
