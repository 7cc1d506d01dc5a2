"""The connection to a database: transactions, errors that say what to try, migrations. All that knows a dialect."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, exc, func, inspect, select, text
from sqlalchemy.engine import make_url

from pipeline.store.records import StoreError
from pipeline.store.tables import REVISION, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import URL, Connection, Engine, Table
    from sqlalchemy.engine import ExceptionContext

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30.0
"""How long a writer waits for another one."""

_WRITER_LOCK = 0x6661697268656172  # "fairhear": the advisory lock of PostgreSQL that writers take
_HINTS = {
    "locked": f"another program has been writing to it for over {BUSY_SECONDS:g} seconds; try again when it is done",
    "unable to open": "check that the folder exists and that you may write there, or name another store",
    "readonly": "the store is written to on opening; make the file and its folder writable, or name another store",
    "not a database": "the file is something else; name another file, which will be created",
    "malformed": "the file is damaged; restore it from a backup, or name another file and import the sources again",
    "disk is full": "free some space and start again; what was saved so far is kept",
    "already exists": "the database holds tables of another program; name another one",
}


def connect(url: str) -> Engine:
    """An engine for the URL; nothing is opened yet. Raises StoreError where the URL names no database we can use."""
    parsed: str | URL = url  # once it is parsed, it shows without its password
    try:
        parsed = make_url(url)
        options: dict[str, Any] = {}
        if parsed.get_backend_name() == "sqlite":
            options["connect_args"] = {"timeout": BUSY_SECONDS}
        engine = create_engine(parsed, **options)
    except exc.ArgumentError as error:
        raise StoreError(
            f"store {parsed!r}: not the URL of a database; expected one like sqlite:///fairhear.db "
            "or postgresql+psycopg://user@host/name"
        ) from error
    except ImportError as error:
        raise StoreError(f"store {parsed!r}: its driver is not installed ({error}); pip install it") from error
    if engine.dialect.is_async:
        raise StoreError(f"store {parsed!r}: this driver is for asynchronous programs; use another, like +psycopg")
    event.listen(engine, "handle_error", _explain, retval=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads."""
    with engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: all of it or nothing, one writer at a time."""
    with engine.connect().execution_options(fairhear_writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_WRITER_LOCK)))
        yield connection


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert many rows, as tuples in the order of the columns.

    The driver takes them as they are: two to three times the speed of Core's executemany, which builds and checks a
    dictionary a row. Values must be what the driver stores: text, numbers, None.
    """
    if not rows:
        return
    names = [column.name for column in table.columns]
    compiled = table.insert().compile(dialect=connection.dialect, column_keys=names)
    if compiled.positional:
        connection.exec_driver_sql(str(compiled), list(rows))
    else:
        connection.exec_driver_sql(str(compiled), [dict(zip(names, row, strict=True)) for row in rows])


def migrate(engine: Engine) -> None:
    """Bring the schema to this program's REVISION; a look at one row where it is there already."""
    with reading(engine) as connection:
        if _revision(connection) == REVISION:
            return
    with writing(engine) as connection:
        _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(connection: Connection) -> None:
    # Alembic is slow to import and needed once in a store's life.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = _revision(connection)  # again, now that nobody else can be migrating
    if found is not None and found not in known:
        raise StoreError(
            f"store {connection.engine.url!r}: its schema has revision {found}, this program knows up to {REVISION}; "
            "it was written by a newer fairhear: update the program, or name another store"
        )
    if found is None and (foreign := sorted(set(inspect(connection).get_table_names()) & set(metadata.tables))):
        raise StoreError(
            f"store {connection.engine.url!r}: not a store of fairhear, and it has a table {foreign[0]!r} already; "
            "name another database"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late; see _begin_sqlite
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()
    # The built-in function lowers ASCII only, so that a search for "ærter" would miss "Ærter".
    connection.create_function("lower", 1, str.lower, deterministic=True)


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: one that reads first and then writes could not wait for the other.
    writes = connection.get_execution_options().get("fairhear_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _explain(context: ExceptionContext) -> StoreError | None:
    """Turn a database that is locked, full, damaged or out of reach into a StoreError; our own mistakes stay bare."""
    if type(context.sqlalchemy_exception) not in {exc.OperationalError, exc.DatabaseError}:
        return None
    said = str(context.original_exception).strip()
    url = context.engine.url if context.engine else None
    hint = next(
        (hint for sign, hint in _HINTS.items() if sign in said), "check that the database is up and its URL right"
    )
    return StoreError(f"store {url!r}: {said}; {hint}")
