"""Parquet with a message a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.ingest.tables import Row, Table, describe_tables, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.ingest.records import Item, ReadOptions, Source

_BATCH = 10_000


class ParquetReader:
    """Reads Parquet, batch by batch and only the columns that are used. Rows are counted from 1 as lines."""

    name = "Parquet"

    def recognises(self, head: bytes, path: Path) -> bool:  # noqa: ARG002 - the protocol's signature
        """Whether the file begins with Parquet's mark."""
        return head.startswith(b"PAR1")

    def read(self, source: Source, options: ReadOptions) -> Iterator[Item]:
        """Yield the conversations of the file."""
        yield from read_tables(_tables(source.path), source, options)

    def describe(self, source: Source, options: ReadOptions) -> str | None:
        """Which column was taken for which field."""
        return describe_tables(_tables(source.path), source, options)


def _tables(path: Path) -> Iterator[Table]:
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import, and most sources are not Parquet

    with pq.ParquetFile(path) as file:
        names = tuple(file.schema_arrow.names)

        def rows(wanted: Sequence[int]) -> Iterator[Row]:
            line = 0
            columns = [names[place] for place in wanted]
            for batch in file.iter_batches(batch_size=_BATCH, columns=columns):
                cells = [batch.column(name).to_pylist() for name in columns]
                for row in zip(*cells, strict=True):
                    line += 1
                    yield Row(line, row)

        yield Table(names, rows)
