"""CSV, TSV and their kin: a message a row, a header on top, any common delimiter and encoding."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from pipeline.ingest.columns import guessable
from pipeline.ingest.plain import begins_message
from pipeline.ingest.tables import Row, Table, describe_tables, read_tables
from pipeline.ingest.text import broken, decode_head, encoding_of, mended, open_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.ingest.records import Item, ReadOptions, Source

_DELIMITERS = ",;\t|"
_JSON = re.compile(r"\s*[\[{]\s*[\"{}\]]")


class DelimitedReader:
    """Reads CSV and TSV. Line numbers are those of a text editor, also after cells with line breaks."""

    name = "CSV or TSV with a header"

    def recognises(self, head: bytes, path: Path) -> bool:  # noqa: ARG002 - the protocol's signature
        """Whether the first line is a header: by its names, or because most rows have as many cells."""
        text = decode_head(head).lstrip("\r\n")
        header = text.partition("\n")[0]
        if _JSON.match(header) or begins_message(header):
            return False
        delimiter = _delimiter(header)
        rows = [row for row in _rows_of(text, delimiter) if row]
        if not rows or sum(map(bool, rows[0])) < 2:
            return False
        alike = sum(len(row) == len(rows[0]) for row in rows)
        return guessable(rows[0]) >= 2 or 2 * alike > len(rows)

    def read(self, source: Source, options: ReadOptions) -> Iterator[Item]:
        """Yield the conversations of the file."""
        yield from read_tables(_tables(source.path), source, options)

    def describe(self, source: Source, options: ReadOptions) -> str | None:
        """Which column was taken for which field."""
        return describe_tables(_tables(source.path), source, options)


def _tables(path: Path) -> Iterator[Table]:
    encoding = encoding_of(path)
    with open_text(path, encoding) as file:
        lines = (line.removeprefix("\ufeff") for line in file)
        first = next((line for line in lines if line.strip()), "")
    delimiter = _delimiter(first)
    with open_text(path, encoding) as file:
        header = next(filter(None, csv.reader(file, delimiter=delimiter)), [])
    names = tuple(name.strip().removeprefix("\ufeff") for name in header)

    def rows(wanted: Sequence[int]) -> Iterator[Row]:
        with open_text(path, encoding) as file:
            yield from _rows(file, delimiter, len(names), wanted)

    yield Table(names, rows)


class _Lines:
    """The lines of a file, remembering those that the record at hand was made of."""

    def __init__(self, file: Iterable[str]) -> None:
        self._file = iter(file)
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._file)
        self.taken.append(line)
        return line


def _rows(file: Iterable[str], delimiter: str, width: int, wanted: Sequence[int]) -> Iterator[Row]:
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter)
    seen_header = False
    done = 0
    while True:
        lines.taken.clear()
        problem: tuple[str, str] | None = None
        row: list[str] = []
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = ("not-csv", f"{len(lines.taken)} lines are no row: {error}; is a quotation mark not closed?")
        line, done = done + 1, done + len(lines.taken)
        if not row and problem is None:
            continue
        if not seen_header:
            seen_header = True
            continue
        raw = "".join(lines.taken)
        if broken(raw):
            problem = ("bad-encoding", "some bytes are no characters in the encoding of the file; save it as UTF-8")
        elif any(row[width:]):
            problem = ("bad-row", f"expected {width} cells as in the header, found {len(row)}; is a cell not quoted?")
        # Cell by cell, or the 5 in "5,22 33 44 55" would hide the phone number beside it from redaction.
        pieces = re.split(rf"([{delimiter}\r\n])", mended(raw)) if problem else []
        cells = [row[place] if place < len(row) else "" for place in wanted]
        yield Row(line, cells, (*problem, pieces) if problem else None)


def _delimiter(line: str) -> str:
    """The one that cuts the line into most cells."""
    return max(_DELIMITERS, key=lambda delimiter: len(next(_rows_of(line, delimiter), [])))


def _rows_of(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue
