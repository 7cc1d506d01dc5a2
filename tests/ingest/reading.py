"""Reading a file in one call, for the tests of ingest."""

from __future__ import annotations

import hashlib
from datetime import UTC
from typing import TYPE_CHECKING, Any

from pipeline.ingest import ReadOptions, ReadTranscript, Rejected, Source, read_source

if TYPE_CHECKING:
    from pathlib import Path


def source_of(path: Path) -> Source:
    return Source(path.name, path, hashlib.sha256(path.read_bytes()).hexdigest())


def read(path: Path, content: bytes | str | None = None, **options: Any) -> list[ReadTranscript | Rejected]:
    """Everything that is read from a file, after writing the content to it."""
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_source(source_of(path), ReadOptions(**{"zone": UTC} | options)))


def only(items: list[ReadTranscript | Rejected]) -> Any:
    assert len(items) == 1, items
    return items[0]


def said(item: ReadTranscript | Rejected) -> list[tuple[str, str]]:
    """(role, text) of every message."""
    assert isinstance(item, ReadTranscript), item
    return [(str(message.role), message.text) for message in item.transcript.messages]
