"""Tables with a message a row, whatever file they come from: columns told, rows gathered into conversations.

The rows of a conversation may lie anywhere in a file that is larger than memory, so they go through a temporary
SQLite file (texts redacted before they enter it). Conversations come out in the order in which they first appear;
their messages in order of time where every one has a time, as they stand in the file otherwise.

A row that cannot be read rejects its whole conversation, as a bad message does in JSONL: half a chat is not judged.
"""

from __future__ import annotations

import math
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from pipeline.ingest.columns import ColumnError, map_columns
from pipeline.ingest.records import Desk
from pipeline.ingest.roles import role_by_options, role_of_word
from pipeline.ingest.text import mended
from pipeline.ingest.times import TimeReader
from pipeline.transcript import Channel, Kind, Role, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pipeline.ingest.columns import Columns
    from pipeline.ingest.records import Item, ReadOptions, Source

_BATCH = 5_000
_TIMES = ("messages.sent_at", "opened_at", "closed_at")
_TRUE = {"true", "yes", "1", "y", "是", "ja", "sand"}
_FALSE = {"false", "no", "0", "n", "否", "nej", "falsk"}
_LIST = re.compile(r"\s*[,;|，；、]\s*")

_KINDS = {
    word: kind
    for kind, words in {
        Kind.TEXT: "message msg 文本 文字 tekst",
        Kind.IMAGE: "picture photo 图片 billede",
        Kind.VOICE: "audio 语音 lyd",
        Kind.FILE: "attachment video 文件 视频 fil",
        Kind.RECALLED: "撤回",
        Kind.EVENT: "事件 hændelse",
    }.items()
    for word in words.split()
}
_CHANNELS = {
    word: channel
    for channel, words in {
        Channel.CHAT: "web webchat livechat 聊天",
        Channel.EMAIL: "e-mail mail 邮件",
        Channel.SOCIAL: "whatsapp facebook instagram wechat 微信",
        Channel.PHONE: "call voice 电话 telefon",
        Channel.IN_APP: "app in-app",
    }.items()
    for word in words.split()
}


class Row(NamedTuple):
    """A row: its line, the wanted cells in the order asked for, and why it cannot be read.

    That is (code, sentence, the row as it stands in the file, in pieces: what lies between the delimiters, and these).
    """

    line: int
    cells: Sequence[Any]
    problem: tuple[str, str, Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file. `rows` gives the rows with the cells of the columns that are asked for by position."""

    header: tuple[str, ...]
    rows: Callable[[Sequence[int]], Iterable[Row]]
    sheet: str = ""


class _RowError(ValueError):
    """A row that cannot be a message: a code and a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def read_tables(tables: Iterable[Table], source: Source, options: ReadOptions) -> Iterator[Item]:
    """Yield the conversations of all tables of a source; if not one has the columns, reject them."""
    desk = Desk(source, options)
    times = TimeReader(options.zone)
    with closing(sqlite3.connect("")) as database:  # no name: a private file that is gone when closed
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute(
            "CREATE TABLE row (place INTEGER PRIMARY KEY, conversation TEXT, sheet TEXT, line INT, "
            "cells BLOB, problem BLOB)"
        )
        unmapped: list[tuple[Table, str]] = []
        mapped = False
        for table in tables:
            try:
                columns = map_columns(table.header, options.columns)
            except ColumnError as error:
                unmapped.append((table, str(error)))
                continue
            mapped = True
            yield from _gather(database, table, columns, times, desk)
        if mapped:
            yield from _conversations(database, times, desk)
        else:
            for table, advice in unmapped:
                place = f"sheet {table.sheet}: " if table.sheet else ""
                yield desk.reject(
                    None, "unknown-columns", f"{place}{advice}", ", ".join(map(desk.redact, table.header))
                )


def describe_tables(tables: Iterable[Table], source: Source, options: ReadOptions) -> str | None:
    """The column mapping of every table, a line each."""
    lines = []
    for table in tables:
        place = f"{source.name}, sheet {table.sheet}" if table.sheet else source.name
        try:
            lines.append(f"{place}: {map_columns(table.header, options.columns)}")
        except ColumnError:
            lines.append(f"{place}: not a table of messages")
    return "\n".join(lines) or None


def _gather(
    database: sqlite3.Connection, table: Table, columns: Columns, times: TimeReader, desk: Desk
) -> Iterator[Item]:
    """Put the rows of a table into the database, what belongs to no conversation aside."""
    names = tuple(columns.fields)
    id_at, text_at = names.index("id"), names.index("messages.text")
    times_at = [place for place, name in enumerate(names) if name in _TIMES or name == "messages.date"]
    insert = "INSERT INTO row (conversation, sheet, line, cells, problem) VALUES (?, ?, ?, ?, ?)"
    waiting: list[tuple[str, str, int, bytes, bytes | None]] = []
    for row in table.rows(tuple(columns.fields.values())):
        cells = [_text(cell) for cell in row.cells]
        if not any(cells) and row.problem is None:
            continue
        cells[text_at] = desk.redact(cells[text_at])
        problem = row.problem and (*row.problem[:2], "".join(map(desk.redact, row.problem[2])))
        for place in times_at:
            times.note(cells[place])
        if not cells[id_at]:
            detail = "expected the id of a conversation, found nothing in its column"
            reason, detail, raw = problem or ("bad-id", detail, " | ".join(map(desk.redact, filter(None, cells))))
            yield replace(desk.reject(row.line, reason, detail, raw, messages=1), conversations=0)
            continue
        record = orjson.dumps({name: cell for name, cell in zip(names, cells, strict=True) if cell})
        waiting.append((cells[id_at], table.sheet, row.line, record, problem and orjson.dumps(problem)))
        if len(waiting) >= _BATCH:
            database.executemany(insert, waiting)
            waiting.clear()
    database.executemany(insert, waiting)


def _conversations(database: sqlite3.Connection, times: TimeReader, desk: Desk) -> Iterator[Item]:
    database.execute(
        "CREATE TABLE conversation AS SELECT conversation AS id, min(place) AS first FROM row GROUP BY conversation"
    )
    database.execute("CREATE INDEX conversation_id ON conversation (id)")
    rows = database.execute(
        "SELECT conversation, sheet, line, cells, problem FROM row JOIN conversation ON id = conversation "
        "ORDER BY first, place"
    )
    for _, group in groupby(rows, key=itemgetter(0)):
        yield _conversation([_StoredRow(*fields) for fields in group], times, desk)


class _StoredRow(NamedTuple):
    conversation: str
    sheet: str
    line: int
    cells: bytes
    problem: bytes | None


def _conversation(rows: list[_StoredRow], times: TimeReader, desk: Desk) -> Item:
    messages: list[tuple[datetime | None, dict[str, Any]]] = []
    about: dict[str, str] = {}
    row = rows[0]
    try:
        for row in rows:  # an error below is about the row that was reached
            cells = _cells(row)
            about = cells | about
            if cells.keys() & {"messages.role", "messages.text", "messages.kind"}:
                messages.append((_moment(cells, "messages.sent_at", times), _message(cells, desk.options)))
        row = rows[0]
        record = _about(about, times)
    except _RowError as error:
        place = f"sheet {row.sheet}: " if row.sheet else ""
        detail = f"{place}conversation {row.conversation} is left out as a whole: {error}"
        raw = orjson.loads(row.problem)[2] if row.problem else desk.written(orjson.loads(row.cells))
        return desk.reject(row.line, error.reason, detail, raw, messages=len(rows))
    if all(sent_at for sent_at, _ in messages):
        messages.sort(key=itemgetter(0))
    record["messages"] = [message | {"sent_at": _iso(sent_at)} for sent_at, message in messages]
    empty = len(rows) - len(messages)
    return desk.take(record, rows[0].line, dropped={"empty-row": empty} if empty else {}, redacted=True)


def _cells(row: _StoredRow) -> dict[str, str]:
    """The cells of a row by field, without the empty ones. Raises _RowError."""
    if row.problem:
        raise _RowError(*orjson.loads(row.problem)[:2])
    cells: dict[str, str] = orjson.loads(row.cells)
    return cells


def _message(cells: dict[str, str], options: ReadOptions) -> dict[str, Any]:
    said = cells.get("messages.role", "")
    role = _role(said, cells, options)
    text = cells.get("messages.text", "")
    kind = cells.get("messages.kind", "").lower()
    author_id, author_name = cells.get("messages.author_id"), cells.get("messages.author_name")
    if role is Role.AGENT:
        author_id, author_name = author_id or cells.get("agent.id"), author_name or cells.get("agent.name")
    if author_name is None and role_of_word(said) is None:
        author_name = said  # the column names the person: "Ana"
    return {
        "id": cells.get("messages.id"),
        "role": role,
        "text": text,
        "author_id": author_id,
        "author_name": None if author_name is None or role_of_word(author_name) else author_name,
        # Something was sent that the export does not show: it is not silence.
        "kind": _KINDS.get(kind, kind) if kind else (None if text else Kind.UNREADABLE),
        "automatic": _flag(cells.get("messages.automatic", "")),
    }


def _role(said: str, cells: dict[str, str], options: ReadOptions) -> Role:
    role = role_by_options(said, options) or role_of_word(said)
    if role is None and said:
        if said in {cells.get("agent.name"), cells.get("agent.id")}:
            role = Role.AGENT
        elif said in {cells.get("customer.name"), cells.get("customer.id")}:
            role = Role.CUSTOMER
    if role is None:
        found = shown(said)
        raise _RowError(
            "bad-role",
            f"expected a role such as customer, agent, bot or system, found {found}. If it is a name, "
            f"say whose in fairhear.toml:\n\n[speakers]\nagents = [{found}]   # or customers, or bots\n",
        )
    return role


def _about(cells: dict[str, str], times: TimeReader) -> dict[str, Any]:
    """The fields of the conversation; an invalid value is left as it is, and the record is refused by its field."""
    channel = cells.get("channel", "").lower()
    return {
        "id": cells["id"],
        "channel": _CHANNELS.get(channel, channel) or None,
        "language": cells.get("language"),
        "queue": cells.get("queue"),
        "product": cells.get("product"),
        "opened_at": _iso(_moment(cells, "opened_at", times)),
        "closed_at": _iso(_moment(cells, "closed_at", times)),
        "customer": {"id": cells.get("customer.id"), "name": cells.get("customer.name")},
        "tags": [tag for tag in _LIST.split(cells.get("tags", "")) if tag],
        "csat": _number(cells.get("csat")),
        "outcome": {name[8:]: _value(cell) for name, cell in sorted(cells.items()) if name.startswith("outcome.")},
        "truncated": _flag(cells.get("truncated", "")),
    }


def _moment(cells: dict[str, str], name: str, times: TimeReader) -> datetime | None:
    of_message = name == "messages.sent_at"
    day = cells.get("messages.date", "") if of_message else ""
    text = cells.get(name, day)
    try:
        return times.read(text, date=day, clock_needed=of_message) if text else None
    except ValueError as error:
        raise _RowError(
            "bad-time", f'{error}. To leave these times out, write in fairhear.toml:\n\n[columns]\n"{name}" = ""\n'
        ) from None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _flag(text: str) -> bool:
    return text.lower() in _TRUE


def _value(text: str) -> str | bool:
    return text.lower() in _TRUE if text.lower() in _TRUE | _FALSE else text


def _number(text: str | None) -> float | str | None:
    try:
        number = float((text or "").replace(",", "."))
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _text(cell: Any) -> str:
    """A cell as text: times in ISO form, whole numbers without a fraction, "" for what is not there."""
    if isinstance(cell, str):
        return mended(cell.strip())
    if cell is None or cell != cell:  # noqa: PLR0124 - not-a-number is unequal to itself
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, list):
        return "; ".join(map(_text, cell))
    return str(cell)
