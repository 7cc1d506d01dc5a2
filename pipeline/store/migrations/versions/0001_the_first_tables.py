"""The first tables.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create every table; what each is for stands in `pipeline/store/tables.py`."""
    op.create_table(
        "remarks",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("check_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("result_outcome", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("suggestion", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_remarks")),
        sa.UniqueConstraint("digest", name=op.f("uq_remarks_digest")),
    )
    op.create_index(op.f("ix_remarks_check_id_outcome"), "remarks", ["check_id", "outcome"])
    op.create_table(
        "runs",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=True),
        sa.Column("until", sa.Text(), nullable=True),
        sa.Column("selection", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("source_digest", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("scorecard_id", sa.Text(), nullable=False),
        sa.Column("scorecard_version", sa.Integer(), nullable=False),
        sa.Column("scorecard_digest", sa.Text(), nullable=False),
        sa.Column("scorecard", sa.Text(), nullable=False),
        sa.Column("pipeline_version", sa.Text(), nullable=False),
        sa.Column("lexicon_digest", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("started_utc", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("frame_digest", sa.Text(), nullable=False),
        sa.Column("frame_sizes", sa.Text(), nullable=False),
        sa.Column("exclusions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_runs")),
        sa.UniqueConstraint("key", name=op.f("uq_runs_key")),
    )
    op.create_table(
        "sources",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("read_at", sa.Text(), nullable=True),
        sa.Column("loss", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_sources")),
        sa.UniqueConstraint("digest", name=op.f("uq_sources_digest")),
    )
    op.create_table(
        "transcripts",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", _NAME, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("started_at", sa.Text(), nullable=True),
        sa.Column("started_utc", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", _NAME, nullable=True),
        sa.Column("customer_name", sa.Text(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=True),
        sa.Column("csat", sa.Float(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_transcripts")),
        sa.UniqueConstraint("id", name=op.f("uq_transcripts_id")),
    )
    op.create_index(op.f("ix_transcripts_customer_id_started_utc"), "transcripts", ["customer_id", "started_utc"])
    op.create_index(op.f("ix_transcripts_started_utc_id"), "transcripts", ["started_utc", "id"])
    op.create_table(
        "evaluations",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("run_pk", sa.Integer(), nullable=False),
        sa.Column("transcript_pk", sa.Integer(), nullable=False),
        sa.Column("agent_id", _NAME, nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("inclusion", sa.Float(), nullable=True),
        sa.Column("day", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_pk"], ["runs.pk"], name=op.f("fk_evaluations_run_pk")),
        sa.ForeignKeyConstraint(["transcript_pk"], ["transcripts.pk"], name=op.f("fk_evaluations_transcript_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_evaluations")),
        sa.UniqueConstraint(
            "run_pk", "agent_id", "transcript_pk", name=op.f("uq_evaluations_run_pk_agent_id_transcript_pk")
        ),
    )
    op.create_table(
        "messages",
        sa.Column("transcript_pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.Text(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["transcript_pk"], ["transcripts.pk"], name=op.f("fk_messages_transcript_pk")),
        sa.PrimaryKeyConstraint("transcript_pk", "position", name=op.f("pk_messages")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quarantine",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("source_pk", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_quarantine_source_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("source_pk", "digest", name=op.f("uq_quarantine_source_pk_digest")),
    )
    op.create_table(
        "samples",
        sa.Column("run_pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("transcript_pk", sa.Integer(), nullable=False),
        sa.Column("agent_id", _NAME, nullable=False),
        sa.Column("inclusion", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["run_pk"], ["runs.pk"], name=op.f("fk_samples_run_pk")),
        sa.ForeignKeyConstraint(["transcript_pk"], ["transcripts.pk"], name=op.f("fk_samples_transcript_pk")),
        sa.PrimaryKeyConstraint("run_pk", "position", name=op.f("pk_samples")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source_transcripts",
        sa.Column("source_pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("transcript_pk", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("merged", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_source_transcripts_source_pk")),
        sa.ForeignKeyConstraint(
            ["transcript_pk"], ["transcripts.pk"], name=op.f("fk_source_transcripts_transcript_pk")
        ),
        sa.PrimaryKeyConstraint("source_pk", "position", name=op.f("pk_source_transcripts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "transcript_agents",
        sa.Column("transcript_pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agent_id", _NAME, nullable=False),
        sa.Column("started_utc", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["transcript_pk"], ["transcripts.pk"], name=op.f("fk_transcript_agents_transcript_pk")),
        sa.PrimaryKeyConstraint("transcript_pk", "position", name=op.f("pk_transcript_agents")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_transcript_agents_agent_id_started_utc"), "transcript_agents", ["agent_id", "started_utc"])
    op.create_table(
        "findings",
        sa.Column("evaluation_pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("result", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("remark_pk", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("searched", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["evaluation_pk"], ["evaluations.pk"], name=op.f("fk_findings_evaluation_pk")),
        sa.ForeignKeyConstraint(["remark_pk"], ["remarks.pk"], name=op.f("fk_findings_remark_pk")),
        sa.PrimaryKeyConstraint("evaluation_pk", "result", "position", name=op.f("pk_findings")),
        sqlite_with_rowid=False,
    )
