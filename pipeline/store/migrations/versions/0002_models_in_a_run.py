"""A run says which models it was made with.

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Older runs were made without models and get an empty digest."""
    op.add_column("runs", sa.Column("model_digest", sa.Text(), nullable=False, server_default=sa.text("''")))
