from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.ingest import ReadOptions, ReadTranscript, Rejected, describe
from pipeline.ingest.columns import ColumnError, map_columns
from pipeline.transcript import Kind
from tests.ingest.reading import only, read, said, source_of

if TYPE_CHECKING:
    from pathlib import Path


HEADER = "chat id,sent at,from,message,agent name\n"


def described(path: Path, **options: Any) -> str | None:
    return describe(source_of(path), ReadOptions(zone=UTC, **options))


def test_scattered_rows_become_conversations_in_order_of_first_appearance(tmp_path: Path) -> None:
    items = read(
        tmp_path / "a.csv",
        HEADER
        + "c-2,2026-11-20 09:05:00,Agent,Second,Ana\n"
        + "c-1,2026-11-20 09:00:00,Visitor,Hello,Bo\n"
        + "c-2,2026-11-20 09:04:00,Visitor,First,Ana\n"
        + "c-1,2026-11-20 09:01:00,Agent,Hi,Bo\n",
    )
    assert [said(item) for item in items] == [
        [("customer", "First"), ("agent", "Second")],
        [("customer", "Hello"), ("agent", "Hi")],
    ]
    names = [m.author_name for item in items if isinstance(item, ReadTranscript) for m in item.transcript.messages]
    assert names == [None, "Ana", None, "Bo"]


def test_rows_stay_in_file_order_where_a_time_is_missing(tmp_path: Path) -> None:
    item = only(
        read(
            tmp_path / "a.csv",
            HEADER + "1,2026-11-20 09:05:00,Agent,One,\n1,,Visitor,Two,\n1,2026-11-20 09:00,Agent,3,\n",
        )
    )
    assert [text for _, text in said(item)] == ["One", "Two", "3"]


@pytest.mark.parametrize(
    ("header", "row", "encoding"),
    [
        ("会话ID;发送方;内容;时间", "7;买家;什么时候发货;2026年11月20日 9:00", "gb18030"),
        ("会话ID,发送方,内容,时间", "7,顾客,什么时候发货,2026/11/20 9:00", "utf-8-sig"),
        ("samtale-id\trolle\tbesked\ttidspunkt", "7\tkunde\tHvor er pakken på vej\t20.11.2026 kl. 09.00", "utf-16"),
        ("Samtale_ID;Rolle;Besked;Tidspunkt", "7;Kunde;Hvor er pakken på vej;20. november 2026 kl. 09:00", "cp1252"),
        ("conversation_id|sender type|BODY|Timestamp", "7|end-user|It’s late|1795165200", "utf-16-le"),
    ],
)
def test_names_delimiters_encodings_and_times_of_many_lands_are_understood(
    tmp_path: Path, header: str, row: str, encoding: str
) -> None:
    item = only(read(tmp_path / "export.txt", f"{header}\r\n{row}\r\n".encode(encoding)))

    assert item.transcript.id == "7"
    assert said(item) == [("customer", row.replace("\t", ";").replace("|", ";").replace(",", ";").split(";")[2])]
    assert item.transcript.messages[0].sent_at == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_the_guess_is_described_and_can_be_overridden(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    wanted = {"messages.text": "note", "messages.sent_at": "", "queue": "no such column"}
    item = only(read(path, "id,role,text,note,time,shop\n1,agent,a,b,soon,x\n", columns=wanted))

    assert said(item) == [("agent", "b")]
    assert (
        described(path, columns=wanted)
        == "a.csv: id → id, role → messages.role, note → messages.text; not read: text, time, shop"
    )


def test_a_table_that_cannot_be_told_is_rejected_with_its_columns_and_what_to_write(tmp_path: Path) -> None:
    rejected = only(read(tmp_path / "a.csv", "case,who,what\n1,Ana,hello\n"))

    assert rejected.reason == "unknown-columns"
    assert "the columns are 'case', 'who', 'what'" in rejected.detail
    assert '[columns]\n"id" = "case"' in rejected.detail


def test_an_unknown_field_in_the_settings_is_named_with_the_nearest_one() -> None:
    with pytest.raises(ColumnError, match=r"'message\.role'; did you mean 'messages\.role'\?"):
        map_columns(["id"], {"message.role": "id"})


@pytest.mark.parametrize(
    ("row", "reason", "line"),
    [
        ("c-1,2026-11-20 09:00,Ben,Hello,Ana\n", "bad-role", 3),
        ("c-1,yesterday,Agent,Hello,Ana\n", "bad-time", 3),
        ("c-1,2026-11-20,Agent,Hello,Ana\n", "bad-time", 3),
        ("c-1,2026-11-20 09:00,Agent,Hello, you,there\n", "bad-row", 3),
        ("c-1,2026-11-20 09:00,Agent,\xe9\xe9,Ana\n", "bad-encoding", 3),
    ],
)
def test_a_row_that_cannot_be_read_rejects_its_conversation_only(
    tmp_path: Path, row: str, reason: str, line: int
) -> None:
    before, after = "c-1,,Visitor,Hello at a@b.example 感谢\n", "c-2,,Visitor,Hi 感谢\n感谢,,Visitor,Hi 感谢,\n"
    content = (HEADER + before).encode() + row.encode("latin-1") + after.encode()

    rejected, *rest = read(tmp_path / "a.csv", content)

    assert isinstance(rejected, Rejected)
    assert (rejected.reason, rejected.line, rejected.messages, rejected.conversations) == (reason, line, 2, 1)
    assert "@" not in rejected.content
    assert [said(item) for item in rest] == [[("customer", "Hi 感谢")]] * 2


def test_a_row_without_a_conversation_counts_as_a_message_of_none(tmp_path: Path) -> None:
    rejected = only(read(tmp_path / "a.csv", HEADER + ",,Visitor,Hello,\n,,,,\n"))
    assert (rejected.reason, rejected.messages, rejected.conversations) == ("bad-id", 1, 0)


def test_lines_are_counted_through_cells_with_line_breaks(tmp_path: Path) -> None:
    items = read(tmp_path / "a.csv", HEADER + '1,,Visitor,"one\ntwo",\n\n2,,Boss,x,\n')
    assert [item.line for item in items] == [2, 5]


def test_an_open_quotation_mark_is_accounted_for_and_reading_goes_on(tmp_path: Path) -> None:
    rows = "".join(f"c-{n},,Visitor,{'x' * 100},\n" for n in range(3_000))
    items = read(tmp_path / "a.csv", HEADER + 'c-x,,Visitor,"never closed,\n' + rows)

    assert isinstance(items[0], Rejected)
    assert items[0].reason == "not-csv"
    assert "quotation mark" in items[0].detail
    assert len(items) > 1_500


def test_a_message_without_text_is_unreadable_and_an_empty_row_is_dropped(tmp_path: Path) -> None:
    item = only(read(tmp_path / "a.csv", HEADER + "1,,Visitor,,\n1,,,,\n1,,Agent,Hi,\n"))

    assert [message.kind for message in item.transcript.messages] == [Kind.UNREADABLE, Kind.TEXT]
    assert item.dropped == {"empty-row": 1}


def test_names_in_the_role_column_are_placed_by_the_options_or_by_the_agent_column(tmp_path: Path) -> None:
    content = HEADER + "1,,Ana,Hi,Ana\n1,,ben,Hello,Ana\n"
    item = only(read(tmp_path / "a.csv", content, customers=("Ben",)))

    assert said(item) == [("agent", "Hi"), ("customer", "Hello")]
    assert [message.author_name for message in item.transcript.messages] == ["Ana", "ben"]


def test_fields_of_the_conversation_come_from_any_of_its_rows(tmp_path: Path) -> None:
    header = "id,role,text,channel,tags,csat,resolved,order id,customer id,opened at,messages.kind,auto reply\n"
    item = only(
        read(
            tmp_path / "a.csv",
            header + '1,agent,a,,,,,,,,,yes\n1,user,b,E-mail,"x, y",4,ja,007,k1,2026-11-20,图片,no\n',
        )
    )

    chat = item.transcript
    assert (chat.channel, chat.tags, chat.csat, chat.customer_id) == ("email", ("x", "y"), 4.0, "k1")
    assert chat.outcome == {"resolved": True, "order_id": "007"}
    assert chat.opened_at == datetime(2026, 11, 20, tzinfo=UTC)
    assert [(m.kind, m.automatic) for m in chat.messages] == [(Kind.TEXT, True), (Kind.IMAGE, False)]


def test_a_date_column_completes_a_clock_column(tmp_path: Path) -> None:
    item = only(read(tmp_path / "a.csv", "id,date,time,role,text\n1,2026-11-20,9:30 PM,user,hi\n"))
    assert item.transcript.messages[0].sent_at == datetime(2026, 11, 20, 21, 30, tzinfo=UTC)


def test_a_file_with_months_first_is_read_so_throughout(tmp_path: Path) -> None:
    rows = "1,11/12/2026 09:00,user,hi,\n2,11/20/2026 09:00,user,hi,\n"
    first, _ = read(tmp_path / "a.csv", HEADER + rows)
    mixed, *_ = read(tmp_path / "b.csv", HEADER + rows + "3,20/11/2026 09:00,user,hi,\n")

    assert isinstance(first, ReadTranscript)
    assert first.transcript.messages[0].sent_at == datetime(2026, 11, 12, 9, tzinfo=UTC)
    assert isinstance(mixed, Rejected)
    assert "day first and with the month first" in mixed.detail


def test_a_workbook_is_read_with_typed_times_over_all_sheets_of_messages(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    first, second, summary = book.active, book.create_sheet("B"), book.create_sheet("Totals")
    assert first is not None
    moment = datetime(2026, 11, 20, 9)  # noqa: DTZ001 - Excel knows no zones
    for sheet in (first, second):
        sheet.append(["Chat ID", "Sender type", "Text", "Sent at"])
    first.append([1001, "visitor", "call 22 33 44 55", moment])
    first.append([None, None, None, None])
    first.append([1002, "boss", "Hi", moment])
    second.append([1001.0, "staff", "Hello", 46346.4])
    summary.append(["chats", "total"])
    book.save(path)

    good, bad = read(path, zone=ZoneInfo("Asia/Shanghai"))

    assert said(good) == [("customer", "call [phone]"), ("agent", "Hello")]
    assert isinstance(good, ReadTranscript)
    times = [message.sent_at and message.sent_at.isoformat() for message in good.transcript.messages]
    assert times == ["2026-11-20T09:00:00+08:00", "2026-11-20T09:36:00+08:00"]
    assert isinstance(bad, Rejected)
    assert bad.line == 4
    assert "sheet Sheet: conversation 1002" in bad.detail
    assert "sheet Totals: not a table of messages" in (described(path) or "")


def test_parquet_is_read_with_typed_columns(tmp_path: Path) -> None:
    path = tmp_path / "part-0"
    moment = datetime(2026, 11, 20, 9, tzinfo=UTC)
    columns = {
        "conversation_id": [7, 7], "role": ["user", "agent"], "text": ["Hi", "Hello"], "sent_at": [moment, moment],
        "tags": [["a", "b"], None], "vector": [[0.5], [0.25]],
    }  # fmt: skip
    pq.write_table(pa.table(columns), path)
    item = only(read(path))

    assert said(item) == [("customer", "Hi"), ("agent", "Hello")]
    assert (item.transcript.id, item.transcript.tags) == ("7", ("a", "b"))
    assert item.transcript.messages[0].sent_at == moment
    assert "not read: vector" in (described(path) or "")
