"""Transcripts and runs in a database: SQLite in one file by default, any other by its SQLAlchemy URL."""

from pipeline.store.records import (
    Added,
    AuditedUnit,
    FrameEntry,
    QuarantineItem,
    Run,
    Selection,
    SourceRef,
    StoreError,
)
from pipeline.store.store import Store

__all__ = [
    "Added",
    "AuditedUnit",
    "FrameEntry",
    "QuarantineItem",
    "Run",
    "Selection",
    "SourceRef",
    "Store",
    "StoreError",
]
