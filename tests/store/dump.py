"""Everything a store holds, row by row, to compare two of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import create_engine, select

from pipeline.store.tables import metadata


def rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
                for table in metadata.sorted_tables
            }
    finally:
        engine.dispose()
