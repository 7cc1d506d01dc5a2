"""The formats that are known, in the order in which they are asked, and reading a source whatever it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.ingest.delimited import DelimitedReader
from pipeline.ingest.jsonl import JsonReader
from pipeline.ingest.parquet import ParquetReader
from pipeline.ingest.plain import PlainReader
from pipeline.ingest.records import Desk
from pipeline.ingest.workbook import WorkbookReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.ingest.records import Item, Reader, ReadOptions, Source

READERS: tuple[Reader, ...] = (ParquetReader(), WorkbookReader(), JsonReader(), DelimitedReader(), PlainReader())
"""Told apart by content, the surest marks first. Adding a format is adding a file and a line here."""

SUFFIXES = frozenset({".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".xlsx", ".txt"})
"""Files that are taken from a folder by name; others only if a reader knows their content."""

_HEAD = 2**16


def recognise(path: Path) -> Reader | None:
    """The reader for a file; None where none knows it. Raises OSError."""
    head = _head(path)
    return next((reader for reader in READERS if reader.recognises(head, path)), None)


def read_source(source: Source, options: ReadOptions) -> Iterator[Item]:
    """Yield every conversation of a source, redacted, and everything that could not be read as Rejected.

    Streams: memory does not grow with the source. Never raises for what a source holds; an empty one yields nothing.
    """
    desk = Desk(source, options)
    try:
        head = _head(source.path)
        if not head.strip():
            return
        reader = recognise(source.path)
        if reader is None:
            yield _unknown(head, desk)
        else:
            yield from reader.read(source, options)
    except Exception as error:  # noqa: BLE001 - libraries for file formats raise anything on a broken file
        detail = f"cannot be read any further: {type(error).__name__}: {error}; is the file damaged? Export it again"
        yield desk.reject(None, "unreadable-file", detail, "")


def describe(source: Source, options: ReadOptions) -> str | None:
    """What was guessed about a source, such as which column is which, for people to check; None if nothing was."""
    try:
        reader = recognise(source.path)
        return reader.describe(source, options) if reader else None
    except Exception:  # noqa: BLE001 - read_source tells what is wrong with the file
        return None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _unknown(head: bytes, desk: Desk) -> Item:
    names = ", ".join(reader.name for reader in READERS)
    detail = (
        f"not in a known format; known are: {names}. If it is one of these, save it as UTF-8 and check that its first "
        "line is a record, a header or a message"
    )
    shown = desk.redact(head[:8192].decode("utf-8", "replace"))[:1000]  # first redacted, then cut
    return desk.reject(None, "unknown-format", detail, shown)
