"""`fairhear annotate`: a line for every message, with its language, its signals and its questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from pipeline import ingest, resources
from pipeline.ingest import LossReport, ReadTranscript
from pipeline.language import SIGNALS, Annotator, load_lexicons, load_models

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.audit import Progress
    from pipeline.ingest import ReadOptions, Source
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript
    from pipeline.transcript import Transcript

_DIGITS = 4  # of a probability: more says nothing
_TELL_EVERY = 200  # chats


def annotator(*, language: str | None = None) -> Annotator:
    """The annotator of the shipped word lists and models. `language` overrides what the chats say of themselves."""
    return Annotator(load_lexicons(resources.LEXICONS), load_models(resources.MODELS), language=language)


def annotation_lines(  # noqa: PLR0913 - one argument a fact
    sources: Sequence[Source],
    options: ReadOptions,
    reader: Annotator,
    loss: LossReport,
    *,
    spans: bool = False,
    progress: Progress,
) -> Iterator[bytes]:
    """Yield a JSON line for each message of the sources, in order; what could not be read is counted in `loss`.

    `spans` adds the words that carried each signal.
    """
    done = 0
    for source in sources:
        for chat in reader.annotate(_transcripts(source, options, loss)):
            for record in annotation_records(chat, reader, spans=spans):
                yield orjson.dumps(record) + b"\n"
            done += 1
            if done % _TELL_EVERY == 0:
                progress("Annotating", done, None)


def _transcripts(source: Source, options: ReadOptions, loss: LossReport) -> Iterator[Transcript]:
    for item in ingest.read_source(source, options):
        if isinstance(item, ReadTranscript):
            loss.count(item, kept=len(item.transcript.messages), merged=0)
            yield item.transcript
        else:
            loss.count_rejected(item)


def annotation_records(
    chat: AnnotatedTranscript, reader: Annotator, *, spans: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield the record of each message of a chat, as the README documents it."""
    asked: dict[int, list[dict[str, Any]]] = {}
    for message, (start, end) in reader.questions(chat):
        replied = any(m.by_agent and m.readable for m in chat.messages[message.index + 1 :])
        asked.setdefault(message.index, []).append(
            {
                "start": start,
                "end": end,
                "quote": message.text[start:end],
                # Whether a reply answers is not judged yet; that nobody replied is plain.
                "status": "unclear" if replied else "unanswered",
                "answered_by": None,
            }
        )
    for message in chat.messages:
        record: dict[str, Any] = {
            "transcript_id": chat.transcript.id,
            "message_id": message.id,
            "index": message.index,
            "role": message.message.role.value,
            "language": message.language or message.read_as,
            "signals": {
                name: None if given is None else round(given, _DIGITS)
                for name, given in message.signals._asdict().items()
            },
            "questions": asked.get(message.index, []),
        }
        if spans:
            record["spans"] = {name: _spans(message, name, reader) for name in SIGNALS}
        yield record


def _spans(message: AnnotatedMessage, signal: str, reader: Annotator) -> list[dict[str, Any]]:
    return [
        {"start": start, "end": end, "quote": message.text[start:end], "weight": round(weight, _DIGITS)}
        for start, end, weight in reader.carriers(message, signal)
    ]
