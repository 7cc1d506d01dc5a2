"""Reading transcripts in: one reader a format, redaction, and the loss report. Nothing here writes or stores."""

from pipeline.ingest.readers import describe, read_source
from pipeline.ingest.records import ReadOptions, ReadTranscript, Rejected, Source
from pipeline.ingest.redaction import redact
from pipeline.ingest.report import LossReport
from pipeline.ingest.sources import SourceError, find_sources

__all__ = [
    "LossReport",
    "ReadOptions",
    "ReadTranscript",
    "Rejected",
    "Source",
    "SourceError",
    "describe",
    "find_sources",
    "read_source",
    "redact",
]
