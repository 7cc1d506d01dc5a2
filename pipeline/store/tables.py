"""The tables. Whoever changes them adds a migration in `migrations/versions/` and moves REVISION on to it.

A `*_utc` column holds microseconds since 1970 in UTC, to order and window by; the time itself is ISO text beside it,
because the offset belongs to it. JSON is text. Wide values that repeat stand once in `remarks`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

REVISION = "0002"
"""The migration that these tables are the result of."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

# Ids are ordered by code point everywhere, as Python and SQLite do it, not by the rules of a locale.
Name = Text().with_variant(Text(collation="C"), "postgresql")

sources = Table(
    "sources",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("read_at", Text),  # NULL until it was read to the end
    Column("loss", Text),
)

transcripts = Table(
    "transcripts",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("id", Name, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("language", Text),
    Column("queue", Text),
    Column("product", Text),
    Column("opened_at", Text),
    Column("closed_at", Text),
    Column("started_at", Text),
    Column("started_utc", BigInteger),
    Column("customer_id", Name),
    Column("customer_name", Text),
    Column("tags", Text),
    Column("csat", Float),
    Column("outcome", Text),
    Column("truncated", Boolean, nullable=False),
    Column("digest", Text, nullable=False),  # of all of it, messages included
    Index(None, "started_utc", "id"),
    Index(None, "customer_id", "started_utc"),
)

messages = Table(
    "messages",
    metadata,
    Column("transcript_pk", ForeignKey(transcripts.c.pk), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sent_at", Text),
    Column("author_id", Text),
    Column("author_name", Text),
    Column("kind", Text, nullable=False),
    Column("automatic", Boolean, nullable=False),
    sqlite_with_rowid=False,  # clustered by the key: a chat's messages lie side by side
)

transcript_agents = Table(
    "transcript_agents",
    metadata,
    Column("transcript_pk", ForeignKey(transcripts.c.pk), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("agent_id", Name, nullable=False),
    Column("started_utc", BigInteger),  # that of the transcript, so that an agent's last month is one index range
    Index(None, "agent_id", "started_utc"),
    sqlite_with_rowid=False,
)

source_transcripts = Table(
    "source_transcripts",
    metadata,
    Column("source_pk", ForeignKey(sources.c.pk), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),  # in the source
    Column("transcript_pk", ForeignKey(transcripts.c.pk), nullable=False),
    Column("kept", Integer, nullable=False),  # of its messages, when it was read from there
    Column("merged", Integer, nullable=False),
    sqlite_with_rowid=False,
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("source_pk", ForeignKey(sources.c.pk), nullable=False),
    Column("digest", Text, nullable=False),  # of line, reason and content
    Column("line", Integer),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("content", Text, nullable=False),
    UniqueConstraint("source_pk", "digest"),
)

runs = Table(
    "runs",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("since", Text),
    Column("until", Text),
    Column("selection", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("source_digest", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("seed", Text, nullable=False),  # a whole number of any size
    Column("scorecard_id", Text, nullable=False),
    Column("scorecard_version", Integer, nullable=False),
    Column("scorecard_digest", Text, nullable=False),
    Column("scorecard", Text, nullable=False),
    Column("pipeline_version", Text, nullable=False),
    Column("lexicon_digest", Text, nullable=False),
    Column("model_digest", Text, nullable=False, server_default=text("''")),  # empty: from before there were models
    Column("started_at", Text, nullable=False),
    Column("started_utc", BigInteger, nullable=False),
    Column("finished_at", Text),  # NULL until the run is complete: such a run is absent for every reader
    Column("batches", Integer, nullable=False),  # how many are in
    Column("frame_digest", Text, nullable=False),
    Column("frame_sizes", Text, nullable=False),
    Column("exclusions", Text, nullable=False),
)

samples = Table(
    "samples",
    metadata,
    Column("run_pk", ForeignKey(runs.c.pk), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("transcript_pk", ForeignKey(transcripts.c.pk), nullable=False),
    Column("agent_id", Name, nullable=False),
    Column("inclusion", Float, nullable=False),
    sqlite_with_rowid=False,
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("run_pk", ForeignKey(runs.c.pk), nullable=False),
    Column("transcript_pk", ForeignKey(transcripts.c.pk), nullable=False),
    Column("agent_id", Name, nullable=False),
    Column("score", Float),
    Column("inclusion", Float),
    Column("day", Text),
    Column("language", Text),
    Column("messages", Integer, nullable=False),
    Column("service", Text, nullable=False),
    UniqueConstraint("run_pk", "agent_id", "transcript_pk"),
)

# What findings say, apart from where: check, outcome and words, of which there are few.
remarks = Table(
    "remarks",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),  # of all that follows
    Column("check_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("result_outcome", Text, nullable=False),  # of the check for this agent and chat
    Column("outcome", Text, nullable=False),  # of this finding
    Column("note", Text, nullable=False),
    Column("suggestion", Text, nullable=False),
    Index(None, "check_id", "outcome"),
)

# One row a finding, and one a result without any, which has no evidence. Quotes are cut from the messages on reading.
findings = Table(
    "findings",
    metadata,
    Column("evaluation_pk", ForeignKey(evaluations.c.pk), primary_key=True, autoincrement=False),
    Column("result", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),  # within the result
    Column("remark_pk", ForeignKey(remarks.c.pk), nullable=False),
    Column("confidence", Float),
    Column("evidence", Text),  # [[message id, start, end], ...]
    Column("searched", Text),  # [message id, ...]
    sqlite_with_rowid=False,
)
