"""The store: what the rest of the program sees of the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.store import audits, chats
from pipeline.store.database import connect, migrate, reading, writing
from pipeline.store.records import StoreError
from pipeline.store.rows import chunks

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from sqlalchemy import Engine

    from pipeline.sampling import Sample
    from pipeline.store.records import (
        Added,
        AuditedUnit,
        FrameEntry,
        QuarantineItem,
        Run,
        Selection,
        SourceRef,
    )
    from pipeline.transcript import Transcript

_REMEMBERED = 50_000  # remarks kept in memory; some notes carry a number, so there is no natural end to them


class Store:
    """Transcripts, and the runs that judged them.

    Every method that writes is one transaction. Iterators read in pieces and hold no lock in between, so the store may
    be written to while they are consumed. Everything raises StoreError when the database fails.
    """

    def __init__(self, engine: Engine) -> None:
        """Use an engine that has been migrated; `Store.open` is the way in."""
        self._engine = engine
        self._remark_pks: dict[audits.Remark, int] = {}
        self._remarks: dict[int, audits.Remark] = {}

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Store:
        """Open the database at a SQLAlchemy URL, creating or migrating it as needed.

        Without `create`, a file that is not there is an error. Raises StoreError.
        """
        engine = connect(url)
        file = engine.url.database if engine.dialect.name == "sqlite" else None
        if file and not create and not Path(file).exists():
            raise StoreError(f"store {url}: there is no such file; import chats first, or name another with --store")
        try:
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Give the database back."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- transcripts

    def add(self, source: SourceRef, batch: Sequence[tuple[int, Transcript]]) -> list[Added]:
        """Take in a batch of transcripts, each with its position in the source; say of each what became of it.

        A transcript whose id is there already is merged: what it adds at the end is appended, and what is the same
        is left alone. One that says something else under the same id is a conflict, and nothing of it is written.
        Where the reading of this source was broken off, what was taken in then is told as it was then.
        """
        with writing(self._engine) as connection:
            return chats.add(connection, source, batch)

    def mark_source_read(self, source: SourceRef, read_at: datetime, loss: Mapping[str, Mapping[str, int]]) -> None:
        """Note that a source was read to its end, and its loss report: counts by name, in groups.

        A second time changes nothing.
        """
        with writing(self._engine) as connection:
            chats.mark_source_read(connection, source, read_at, loss)

    def loss(self, digests: Sequence[str] = ()) -> dict[str, dict[str, int]] | None:
        """The loss reports of these sources added up, of all sources if none is given; None where there is none."""
        with reading(self._engine) as connection:
            reports = chats.losses(connection, digests)
        total: dict[str, dict[str, int]] = {}
        for group, counts in ((group, counts) for report in reports for group, counts in report.items()):
            own = total.setdefault(group, {})
            for name, count in counts.items():
                own[name] = own.get(name, 0) + count
        return total or None

    def add_quarantine(self, source: SourceRef, items: Sequence[QuarantineItem]) -> None:
        """Keep pieces of a source that could not be taken in; the same line, reason and content are kept once."""
        with writing(self._engine) as connection:
            chats.add_quarantine(connection, source, items)

    def quarantined(self) -> Iterator[tuple[SourceRef, QuarantineItem]]:
        """Yield what could not be taken in, in the order in which it was put there."""
        after = 0
        while True:
            with reading(self._engine) as connection:
                some = chats.quarantined(connection, after)
            if not some:
                return
            yield from ((source, item) for _, source, item in some)
            after = some[-1][0]

    def transcripts(self, ids: Sequence[str]) -> list[Transcript]:
        """The transcripts with these ids, in the order asked. Raises StoreError for an id that is not there."""
        with reading(self._engine) as connection:
            found = chats.by_id(connection, ids)
        if missing := next((wanted for wanted in ids if wanted not in found), None):
            raise StoreError(f"transcript {missing!r}: not in the store; import the source that holds it")
        return [found[wanted] for wanted in ids]

    def find(self, selection: Selection, *, text: str | None = None) -> Iterator[Transcript]:
        """Yield the selected transcripts, ordered by start and id; those without any time come first.

        `text` is a part of some message's text, in upper or lower case.
        """
        for pks in self._selected(selection, text):
            with reading(self._engine) as connection:
                found = chats.load(connection, pks)
            yield from (transcript for _, transcript in found)

    def frame(self, selection: Selection) -> Iterator[FrameEntry]:
        """Yield an entry for each selected transcript, in the order of `find`, also where no human agent wrote."""
        for pks in self._selected(selection):
            with reading(self._engine) as connection:
                entries = chats.frame_entries(connection, pks)
            yield from entries

    def _selected(self, selection: Selection, text: str | None = None) -> Iterator[Sequence[int]]:
        with reading(self._engine) as connection:
            pks = chats.selected(connection, selection, text)
        return chunks(pks, chats.CHUNK)

    # -- runs

    def begin_run(self, run: Run, sample: Sample) -> datetime:
        """Begin a run, or find the interrupted one with the same key and leave it as it is. Returns when it began.

        Raises StoreError where the run is complete already.
        """
        with writing(self._engine) as connection:
            return audits.begin_run(connection, run, sample)

    def saved_batches(self, key: str) -> int:
        """How many batches of a begun run are in: the number of the batch to go on with."""
        with reading(self._engine) as connection:
            return audits.saved_batches(connection, key)

    def save_batch(self, key: str, number: int, units: Sequence[AuditedUnit]) -> None:
        """Save the evaluations and findings of one batch of a begun run, counted from 0, in order.

        A batch that is in already is left alone. Raises StoreError where an earlier batch is missing.
        """
        with writing(self._engine) as connection:
            new = audits.save_batch(connection, key, number, units, self._remark_pks)
        # Only now: had the transaction failed, these keys would name nothing.
        self._remark_pks = new if len(self._remark_pks) > _REMEMBERED else self._remark_pks | new

    def complete_run(self, key: str, finished_at: datetime) -> None:
        """Make a begun run visible; a second time changes nothing."""
        with writing(self._engine) as connection:
            audits.complete_run(connection, key, finished_at)

    def finished_run(self, key: str) -> Run | None:
        """The complete run with this key."""
        with reading(self._engine) as connection:
            return next(iter(audits.finished_runs(connection, key=key)), None)

    def runs(self, kind: str | None = None) -> list[Run]:
        """The complete runs, newest first."""
        with reading(self._engine) as connection:
            return audits.finished_runs(connection, kind=kind)

    def sample(self, key: str) -> Sample:
        """The sample that a begun or complete run works on."""
        with reading(self._engine) as connection:
            return audits.sample(connection, key)

    def agents(self, key: str) -> list[str]:
        """The agents in a complete run, by id. Raises StoreError for any other."""
        with reading(self._engine) as connection:
            return audits.agents(connection, key)

    def agent_name(self, key: str, agent_id: str) -> str | None:
        """The name an agent goes by in the earliest chat that shows one; None where no chat does."""
        with reading(self._engine) as connection:
            return audits.agent_name(connection, key, agent_id)

    def audited(self, key: str, agent_id: str | None = None) -> Generator[tuple[Transcript, AuditedUnit], None, None]:
        """Yield what a complete run says, ordered by start, transcript id and agent id; of one agent if given.

        Each transcript is as long as it was when it was judged. Raises StoreError where the run is not complete.
        """
        with reading(self._engine) as connection:
            pks = audits.audited_pks(connection, key, agent_id)
        for some in chunks(pks, chats.CHUNK):
            if len(self._remarks) > _REMEMBERED:
                self._remarks = {}
            with reading(self._engine) as connection:
                pairs = audits.load_audited(connection, some, self._remarks)
            yield from pairs
