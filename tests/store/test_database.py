"""Opening a database, and what is said where it cannot be opened."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.schema import CreateTable

from pipeline.store import Selection, Store, StoreError, chats, database
from pipeline.store.tables import REVISION, messages, metadata
from tests.store.dump import rows
from tests.store.samples import NOW, SOURCE, numbered, run, sample_of, units
from tests.store.samples import chats as some_chats

if TYPE_CHECKING:
    from pathlib import Path


def test_the_migrations_build_the_tables_of_the_program(url: str) -> None:
    Store.open(url).close()

    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
    assert ScriptDirectory(str(database.MIGRATIONS)).get_heads() == [REVISION]


def test_sqlite_is_set_up_for_many_readers_and_one_writer(store: Store) -> None:
    def pragma(connection: Any, name: str) -> object:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

    with database.reading(store._engine) as connection:
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "foreign_keys") == 1
        assert pragma(connection, "busy_timeout") == database.BUSY_SECONDS * 1000


def test_opening_a_store_again_imports_neither_alembic_nor_spacy(url: str) -> None:
    Store.open(url).close()

    script = f"import sys; from pipeline.store import Store; Store.open({url!r})"
    script += "; print({'alembic', 'spacy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


def test_a_store_of_a_newer_program_is_refused(url: str, tmp_path: Path) -> None:
    Store.open(url).close()
    with sqlite3.connect(tmp_path / "store.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    with pytest.raises(StoreError, match=r"revision 9999, this program knows up to 0002; .* update the program"):
        Store.open(url)


def test_a_file_that_is_no_database_is_refused(url: str, tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("id,text\n" * 1000)

    with pytest.raises(StoreError, match=r"store\.db.*file is not a database; .* name another file"):
        Store.open(url)


def test_a_database_of_another_program_is_refused_and_left_alone(url: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "store.db") as connection:
        connection.execute("CREATE TABLE messages (mine)")
    connection.close()

    with pytest.raises(StoreError, match="not a store of fairhear, and it has a table 'messages' already"):
        Store.open(url)

    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name FROM sqlite_master").all() == [("messages",)]
    engine.dispose()


def test_a_locked_store_says_so(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with Store.open(url) as store:
        other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreError, match="database is locked; another program"):
            store.add(SOURCE, numbered(some_chats(1)))
        assert list(store.find(Selection())) == []

        other.close()
        store.add(SOURCE, numbered(some_chats(1)))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("sqlite:///{}/none/store.db", "unable to open database file; check that the folder exists"),
        ("sqlite:///{}", "unable to open database file"),
        ("sqlite:///file:{}/store.db?mode=ro&uri=true", "make the file and its folder writable"),
        ("{}/store.db", "not the URL of a database; expected one like sqlite:///fairhear.db"),
        ("oraculum://me:secret@host/x", "not the URL of a database"),
        ("postgresql+pg8000://me:secret@host/x", r"its driver is not installed .*; pip install it"),
        ("sqlite+aiosqlite:///{}/store.db", "this driver is for asynchronous programs"),
    ],
)
def test_a_url_that_cannot_be_used_says_what_to_try(path: str, said: str, tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "store.db").close()

    with pytest.raises(StoreError, match=said) as caught:
        Store.open(path.format(tmp_path))

    assert "secret" not in str(caught.value)


def test_an_agents_window_and_a_customers_chats_are_index_look_ups(store: Store) -> None:
    def plan(selection: Selection) -> str:
        statement = select(chats.transcripts.c.pk).where(*chats._conditions(selection, None))
        compiled = statement.compile(store._engine, compile_kwargs={"literal_binds": True})
        with database.reading(store._engine) as connection:
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
        return "\n".join(step[-1] for step in steps)

    agents = plan(Selection(agents=("agent:1",), since=NOW))
    customers = plan(Selection(customers=("cust-1",), since=NOW))

    assert "ix_transcript_agents_agent_id_started_utc (agent_id=? AND started_utc>?)" in agents
    assert "ix_transcripts_customer_id_started_utc (customer_id=? AND started_utc>?)" in customers
    assert "SCAN" not in agents + customers


def test_the_tables_can_be_made_in_postgresql() -> None:
    for table in metadata.sorted_tables:
        made = str(CreateTable(table).compile(dialect=postgresql.dialect()))
        assert "WITHOUT ROWID" not in made
    assert 'COLLATE "C"' in str(CreateTable(chats.transcripts).compile(dialect=postgresql.dialect()))


def test_rows_go_in_by_name_where_the_driver_wants_names() -> None:
    class Recorder:
        dialect = DefaultDialect(paramstyle="pyformat")

        def exec_driver_sql(self, statement: str, parameters: list[dict[str, Any]]) -> None:
            self.called = (statement % parameters[0], len(parameters))

    recorder = Recorder()
    row = (1, 2, "m", "agent", "text", None, None, None, "text", False)
    database.insert_rows(recorder, messages, [row, row])  # type: ignore[arg-type]

    assert "VALUES (1, 2, m, agent, text, None, None, None, text, False)" in recorder.called[0]
    assert recorder.called[1] == 2


# -- other processes

_ADD = """
import sys
from pipeline.store import SourceRef, Store
from tests.store.samples import chats
url, name = sys.argv[1:]
with Store.open(url) as store:
    for number, chat in enumerate(chats(20)):
        chat = chat.__class__(id=f"{name}-{chat.id}", messages=chat.messages)
        store.add(SourceRef(name, name), [(number, chat)])
"""


def test_processes_that_create_and_fill_a_store_at_once_all_succeed(url: str) -> None:
    names = ["one", "two", "three"]
    started = [subprocess.Popen([sys.executable, "-c", _ADD, url, name], env=_environment()) for name in names]
    codes = [process.wait(timeout=120) for process in started]

    assert codes == [0] * len(names)
    with Store.open(url) as store:
        assert sum(1 for _ in store.find(Selection())) == 60


_SAVE = """
import os, signal, sys
from pipeline.store import Store, audits
from tests.store.samples import chats, run, sample_of, units
url, fatal = sys.argv[1], int(sys.argv[2])
insert = audits.insert_rows
def killed_before_findings(connection, table, rows):
    if table.name == "findings" and store.saved_batches("key") == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    insert(connection, table, rows)
with Store.open(url) as store:
    audits.insert_rows = killed_before_findings
    six = chats(6)
    store.begin_run(run(), sample_of(six))
    for number in range(3):
        store.save_batch("key", number, units(six[2 * number : 2 * number + 2]))
"""


def test_a_run_killed_while_it_saves_a_batch_goes_on_as_if_it_had_not_been(url: str, tmp_path: Path) -> None:
    six = some_chats(6)
    undisturbed = f"sqlite:///{tmp_path / 'undisturbed.db'}"
    for one in (url, undisturbed):
        with Store.open(one) as store:
            store.add(SOURCE, numbered(six))

    killed = subprocess.run([sys.executable, "-c", _SAVE, url, "1"], env=_environment(), check=False)
    assert killed.returncode == -9
    with Store.open(url) as store:
        assert store.saved_batches("key") == 1
        assert store.finished_run("key") is None

    for one in (url, undisturbed):
        with Store.open(one) as store:
            store.begin_run(run(), sample_of(six))
            for number in range(store.saved_batches("key"), 3):
                store.save_batch("key", number, units(six[2 * number : 2 * number + 2]))
            store.complete_run("key", NOW)
            assert [unit for _, unit in store.audited("key")] == units(six)

    assert rows(url) == rows(undisturbed)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
