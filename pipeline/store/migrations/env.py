"""What Alembic runs to migrate: `pipeline/store/database.py` hands it the connection, inside a transaction.

A new migration is a file in `versions/` named after its revision and what it does, written by hand; a test compares
the schema that the migrations build with `pipeline/store/tables.py`.
"""

from alembic import context

from pipeline.store.tables import metadata

# Batch mode: SQLite changes a column only by copying its table.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
