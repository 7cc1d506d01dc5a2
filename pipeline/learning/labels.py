"""Labelled lines as people write them: a text with its label, or a transcript with labels on its messages.

    {"text": "Where is my parcel?", "label": 1, "language": "en", "group": "web shop"}
    {"id": "c-1", "messages": [{"role": "customer", "text": "…", "labels": {"distress": 1, "question": 0}}]}

A label is 0, 1 or how sure a reader is between them; `language` and `group` may be left out.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import orjson

from pipeline.language import SIGNALS
from pipeline.learning.examples import LabelledChat, labelled_text
from pipeline.transcript import Role, TranscriptError, transcript_from_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class LabelsError(ValueError):
    """A labelled line that cannot be used: names file, line, what stood there and what was expected."""


def read_labels(path: Path, *, signal: str | None = None, source: str = "") -> Iterator[LabelledChat]:
    """Yield a chat for each line of a JSONL file. A bare `label` is of `signal`, which must be given for it.

    Raises LabelsError for a line that is neither form, and for a label that is no number from 0 to 1.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield _chat(orjson.loads(line), signal, source or path.stem)
            except (orjson.JSONDecodeError, TranscriptError, _WrongLabelError) as error:
                raise LabelsError(f"{path}, line {number}: {error}") from error


class _WrongLabelError(ValueError):
    pass


def _chat(record: Any, signal: str | None, source: str) -> LabelledChat:
    if not isinstance(record, dict) or not {"text", "messages"} & set(record):
        raise _WrongLabelError('expected {"text": …, "label": …} or a transcript with "labels" on its messages')
    if "messages" not in record:
        labels = _labels({"label": record["label"]} if "label" in record else record.get("labels"), signal)
        for name in ("text", "language", "role"):
            if not isinstance(record.get(name, ""), str):
                raise _WrongLabelError(f'"{name}" must be a text, not {record[name]!r}')
        role = record.get("role", Role.CUSTOMER.value)
        if role not in set(Role):
            raise _WrongLabelError(f'"role": {role!r} is none of {", ".join(Role)}')
        return labelled_text(
            record["text"],
            labels,
            language=record.get("language"),
            source=source,
            group=str(record.get("group", "")),
            role=Role(role),
        )
    transcript = transcript_from_record(record, zone=UTC)
    labels_of = tuple(
        _labels({"label": m["label"]} if "label" in m else m.get("labels", {}), signal) for m in record["messages"]
    )
    return LabelledChat(transcript, labels_of, source, str(record.get("group") or next(iter(transcript.tags), "")))


def _labels(given: Any, signal: str | None) -> dict[str, float]:
    if not isinstance(given, dict):
        raise _WrongLabelError('the label is missing: expected "label": 0 or 1')
    if "label" in given and signal is None:
        raise _WrongLabelError('"label" does not say of which signal; name the signal: fairhear measure SIGNAL …')
    labels = {signal if name == "label" else name: value for name, value in given.items()}
    for name, value in labels.items():
        if name not in SIGNALS:
            raise _WrongLabelError(f"no signal {name!r}; there are {', '.join(SIGNALS)}")
        if isinstance(value, bool | int | float) and 0 <= value <= 1:
            continue
        raise _WrongLabelError(f"{name}: expected a number from 0 to 1, got {value!r}")
    return {str(name): float(value) for name, value in labels.items()}
