"""XLSX workbooks with a message a row: every sheet that has the columns is read, the others are left."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from pipeline.ingest.tables import Row, Table, describe_tables, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.ingest.records import Item, ReadOptions, Source

_BATCH = 1_000


class WorkbookReader:
    """Reads XLSX. The first row with anything in it is a sheet's header; lines are Excel's row numbers."""

    name = "XLSX"

    def recognises(self, head: bytes, path: Path) -> bool:  # noqa: ARG002 - the protocol's signature
        """Whether the file is a zip archive of Office parts."""
        return head.startswith(b"PK\x03\x04") and (
            b"[Content_Types].xml" in head or b"xl/" in head or b"_rels/" in head
        )

    def read(self, source: Source, options: ReadOptions) -> Iterator[Item]:
        """Yield the conversations of all sheets."""
        yield from read_tables(_tables(source.path), source, options)

    def describe(self, source: Source, options: ReadOptions) -> str | None:
        """Which column was taken for which field, a line a sheet."""
        return describe_tables(_tables(source.path), source, options)


def _tables(path: Path) -> Iterator[Table]:
    import openpyxl  # noqa: PLC0415 - slow to import, and most sources are not workbooks

    with path.open("rb") as file:  # not by path: the library refuses names without .xlsx
        with _quietly():
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True)
        for sheet in workbook.worksheets:
            sheet.reset_dimensions()  # some programs write a wrong size, and rows would be cut off
            numbered = _numbered(sheet)
            top = next(numbered, None)
            if top is not None:
                header = tuple("" if cell is None else str(cell).strip() for cell in top[1])
                yield Table(header, _below(numbered), sheet.title if len(workbook.worksheets) > 1 else "")


def _numbered(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows that are not empty, with Excel's row numbers."""
    rows = enumerate(sheet.iter_rows(values_only=True), 1)
    while True:
        with _quietly():
            batch = list(islice(rows, _BATCH))
        if not batch:
            return
        yield from ((number, cells) for number, cells in batch if any(cell is not None for cell in cells))


@contextmanager
def _quietly() -> Iterator[None]:
    # The library warns about styles and validations, which nobody reads here.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _below(numbered: Iterator[tuple[int, Sequence[Any]]]) -> Any:
    def rows(wanted: Sequence[int]) -> Iterator[Row]:
        for number, cells in numbered:
            yield Row(number, [cells[place] if place < len(cells) else None for place in wanted])

    return rows
