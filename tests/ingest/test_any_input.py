from __future__ import annotations

import json
from datetime import UTC
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest import ReadOptions, ReadTranscript, Rejected, describe
from pipeline.ingest.readers import READERS, recognise
from pipeline.transcript import record_from_transcript
from tests.ingest.reading import only, read, said, source_of


def parquet() -> bytes:
    sink = BytesIO()
    pq.write_table(pa.table({"id": ["1"], "role": ["bot"], "text": ["hi"]}), sink)
    return sink.getvalue()


def workbook() -> bytes:
    sink, book = BytesIO(), openpyxl.Workbook()
    assert book.active is not None
    for row in (["id", "role", "text"], [1, "bot", "hi"]):
        book.active.append(row)
    book.save(sink)
    return sink.getvalue()


SAMPLES = {
    "Parquet": parquet(),
    "XLSX": workbook(),
    "JSON lines": b'{"id": "1", "messages": [{"role": "bot", "text": "hi"}]}\n',
    "CSV or TSV with a header": b"id,role,text\n1,bot,hi\n",
    "plain text with lines like `Customer: Hello`": b"=== 1 ===\nBot: hi\n",
}


@pytest.mark.parametrize("suffix", ["", ".csv", ".jsonl", ".txt", ".dat"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_format_is_told_by_its_content_whatever_the_file_is_called(tmp_path: Path, name: str, suffix: str) -> None:
    path = tmp_path / f"export{suffix}"
    item = only(read(path, SAMPLES[name]))

    reader = recognise(path)
    assert reader is not None
    assert reader.name == name
    assert item.transcript.id == "1"
    assert said(item) == [("bot", "hi")]


def test_every_reader_has_a_sample_here() -> None:
    assert {reader.name for reader in READERS} == set(SAMPLES)


def test_an_unknown_format_is_rejected_as_a_whole_and_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    rejected = only(read(tmp_path / "a.bin", b"\x00\x01\xff call 22 33 44 55\n" * 50))

    assert rejected.reason == "unknown-format"
    assert "known are: Parquet, XLSX" in rejected.detail
    assert "[phone]" in rejected.content
    assert read(tmp_path / "b.jsonl", b" \n\n") == []


@pytest.mark.parametrize("name", ["Parquet", "XLSX"])
def test_a_damaged_file_is_rejected(tmp_path: Path, name: str) -> None:
    rejected = only(read(tmp_path / "a", SAMPLES[name][:-40]))
    assert rejected.reason == "unreadable-file"
    assert "is the file damaged?" in rejected.detail


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good file with a piece replaced."""
    content = draw(st.sampled_from(list(SAMPLES.values())))
    start = draw(st.integers(0, len(content)))
    end = draw(st.integers(start, min(len(content), start + 20)))
    return content[:start] + draw(st.binary(max_size=20)) + content[end:]


_CELLS = st.text(max_size=6) | st.sampled_from(["1", "agent", "2026-11-20 09:00", "1e999", "nan", '"', "\ud800"])
_TABLES = st.lists(st.lists(_CELLS, min_size=1, max_size=6).map(",".join), max_size=5).map(
    lambda rows: "\n".join(["id,role,text,time,csat", *rows]).encode("utf-8", "surrogatepass")
)
_TALK = st.lists(
    st.sampled_from(["Agent: hi", "[09:00] Kunde: 你好", "---", "=== x 2026-99-99 ===", "99:99 Bo: x", "\x00", ""])
)


@settings(deadline=None)
@given(
    st.binary(max_size=200) | damaged() | _TABLES | _TALK.map("\n".join).map(str.encode),
    st.sampled_from(["", ".csv", ".jsonl", ".json", ".txt", ".xlsx", ".parquet"]),
)
def test_whatever_bytes_come_in_reading_does_not_raise_and_gives_text_that_can_be_stored(
    content: bytes, suffix: str
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"export{suffix}"
        items = read(path, content)
        describe(source_of(path), ReadOptions(zone=UTC))
    for item in items:
        if isinstance(item, Rejected):
            assert item.reason
            assert item.detail.startswith(path.name)
            assert_can_be_stored([item.detail, item.content])
        else:
            assert isinstance(item, ReadTranscript)
            assert item.transcript.messages
            assert_can_be_stored(record_from_transcript(item.transcript))


def assert_can_be_stored(record: object) -> None:
    """PostgreSQL takes no NUL and no lone surrogate, wherever it stands."""
    written = json.dumps(record, ensure_ascii=False).replace("\\\\", "")
    written.encode()
    assert "\\u0000" not in written


@pytest.mark.parametrize("name", ["JSON lines", "CSV or TSV with a header", "Parquet"])
def test_what_no_database_can_hold_is_replaced_in_texts_names_and_ids(tmp_path: Path, name: str) -> None:
    row = {"id": "c\x001", "role": "agent", "text": "a\x00b", "author name": "An\x00a", "tags": "x\x00"}
    item = read(tmp_path / "a", written(name, row))[-1]

    assert isinstance(item, ReadTranscript)
    chat = item.transcript
    assert (chat.id, chat.tags) == ("c\ufffd1", ("x\ufffd",))
    assert (chat.messages[0].text, chat.messages[0].author_name) == ("a\ufffdb", "An\ufffda")


def written(name: str, row: dict[str, str]) -> bytes:
    """One row in a format; in CSV behind many others, for a file that begins with such signs is taken for no text."""
    if name == "Parquet":
        sink = BytesIO()
        pq.write_table(pa.table({key: [cell] for key, cell in row.items()}), sink)
        return sink.getvalue()
    if name == "JSON lines":
        message = {"role": row["role"], "text": row["text"], "author_name": row["author name"]}
        return json.dumps({"id": row["id"], "messages": [message], "tags": [row["tags"]]}).encode()
    before = ["c-0", "agent", "x" * 100, "Ana", ""]
    return "\n".join(map(",".join, [row, *[before] * 700, row.values()])).encode()
