"""Canonical transcripts as JSON: one conversation a line, or one document that holds one or a list of them.

Lines are streamed. A document over several lines is read at once, so large exports should be lines.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

import orjson

from pipeline.ingest.records import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from pipeline.ingest.records import Item, ReadOptions, Source

_BOM = b"\xef\xbb\xbf"
_SUFFIXES = {".jsonl", ".ndjson", ".json"}
_JSON_LINE = re.compile(rb"\s*(?:\[\s*)?\{\s*[\"}]|\s*\[\s*(?:\]|$)")
_LARGEST_DOCUMENT = 256 * 2**20


class JsonReader:
    """Reads canonical JSONL, and JSON documents of canonical transcripts."""

    name = "JSON lines"

    def recognises(self, head: bytes, path: Path) -> bool:
        """Whether the first line looks like JSON; under a JSON suffix, whether any line does."""
        lines = [line for line in head.removeprefix(_BOM).splitlines() if line.strip()]
        if lines and lines[0].strip() == b"{":
            return True
        looked_at = lines if path.suffix.lower() in _SUFFIXES else lines[:1]
        return any(_JSON_LINE.match(line) for line in looked_at)

    def read(self, source: Source, options: ReadOptions) -> Iterator[Item]:
        """Yield every conversation; a line that cannot be read stops nothing."""
        desk = Desk(source, options)
        with source.path.open("rb") as file:
            if not _is_document(file):
                yield from _lines(file, desk)
                return
            small = source.path.stat().st_size <= _LARGEST_DOCUMENT
            content = file.read().removeprefix(_BOM) if small else b""
            file.seek(0)
            if (value := _decoded(content)) is not None:
                yield from (desk.take(record, None) for record in _records(value))
            elif any(isinstance(found := _decoded(line), dict) and "messages" in found for line in file):
                file.seek(0)  # lines after all: only the first one is broken
                yield from _lines(file, desk)
            elif small:
                yield _not_json(content, None, desk)
            else:
                detail = (
                    f"a JSON document of more than {_LARGEST_DOCUMENT // 2**20} MiB is not read at once; write one "
                    "conversation a line, as with: jq -c '.[]' FILE > FILE.jsonl"
                )
                yield desk.reject(None, "too-large", detail, "")

    def describe(self, source: Source, options: ReadOptions) -> str | None:  # noqa: ARG002 - the protocol's signature
        """Nothing is guessed."""
        return None


def _is_document(file: BinaryIO) -> bool:
    """Whether a value seems to run over several lines, as pretty-printers write it. Leaves the file at its start."""
    first = next((line for line in file if line.removeprefix(_BOM).strip()), b"").removeprefix(_BOM).strip()
    more = any(line.strip() for line in islice(file, 10))
    file.seek(0)
    return more and (first == b"{" or (first.startswith(b"[") and _decoded(first) is None))


def _lines(file: BinaryIO, desk: Desk) -> Iterator[Item]:
    for number, line in enumerate(file, 1):
        content = line.removeprefix(_BOM) if number == 1 else line
        if not content.strip():
            continue
        value = _decoded(content)
        if value is None:
            yield _not_json(content, number, desk)
        else:
            yield from (desk.take(record, number) for record in _records(value))


def _records(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _decoded(content: bytes) -> Any:
    """The value; None where it is not JSON (null itself is no transcript either)."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _not_json(content: bytes, line: int | None, desk: Desk) -> Item:
    expected = "one JSON object a line" if line else "a JSON object, or a list of them"
    reason, detail = "not-json", f"expected {expected}, found null"
    try:
        content.decode("utf-8")
        orjson.loads(content)
    except UnicodeDecodeError as error:
        found = f"the byte 0x{content[error.start]:02x} at position {error.start}"
        reason, detail = "bad-encoding", f"expected UTF-8, found {found}; save it as UTF-8"
    except orjson.JSONDecodeError as error:
        detail = f"expected {expected}, found {error.msg} at column {error.colno}; was it cut off or edited?"
    return desk.reject(line, reason, detail, content.decode("utf-8", "replace").strip())
