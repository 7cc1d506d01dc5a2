"""What the command prints: progress, tables, and the words of strangers shown harmlessly."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.audit import Progress as OnProgress
    from pipeline.ingest import LossReport, Source
    from pipeline.learning.measuring import Part
    from pipeline.learning.metrics import Figure
    from pipeline.reporting import SiteSummary
    from pipeline.sampling import Sample
    from pipeline.settings import Settings
    from pipeline.store import Run
    from pipeline.transcript import Transcript

out = Console()
err = Console(stderr=True)


@contextmanager
def showing_progress() -> Iterator[OnProgress]:
    """A progress bar on a terminal; elsewhere one quiet line when a stage begins."""
    if err.is_terminal:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=err, transient=True) as bar:
            tasks: dict[str, Any] = {}

            def draw(stage: str, done: int, total: int | None) -> None:
                if stage not in tasks:
                    tasks[stage] = bar.add_task(stage, total=total)
                bar.update(tasks[stage], completed=done, total=total)

            yield draw
    else:
        begun: set[str] = set()

        def say(stage: str, done: int, total: int | None) -> None:  # noqa: ARG001 - the signature is given
            if stage not in begun:
                begun.add(stage)
                err.print(f"{stage} …", markup=False, highlight=False)

        yield say


def print_mappings(sources: Sequence[Source], settings: Settings) -> None:
    """Which column of a table was taken for what, so that a wrong guess is seen before it counts."""
    from pipeline.ingest import describe  # noqa: PLC0415 - the readers are slow to import

    for source in sources:
        if told := describe(source, settings.read_options()):
            err.print(told, markup=False, highlight=False, soft_wrap=True)


def print_measurements(parts: Sequence[Part]) -> None:
    """What was measured, two lines each part: the figures, and their 95 % intervals."""
    names = list(parts[0].measurement.figures)
    columns = [Column(_SHORT.get(name, name), no_wrap=True) for name in names]
    counts = (Column("n", justify="right"), Column("with", justify="right"))
    table = Table(Column("signal", no_wrap=True), "part", *counts, *columns, box=None, padding=(0, 1, 0, 0))
    for part in parts:
        measured = part.measurement
        figures = [_with_interval(measured.figures[name]) for name in names]
        table.add_row(part.signal, escaped(part.name), f"{measured.n:,}", f"{measured.positive:,}", *figures)
    out.print(table)
    wholes = [part for part in parts if part.name == "all"]
    if unsure := sum(part.measurement.unsure for part in wholes):
        out.print(f"{unsure:,} labels between .3 and .7 were left out: readers differ there.", highlight=False)
    if silent := sum(part.not_judged for part in wholes):
        out.print(f"{silent:,} labelled messages got no probability: no model reads them.", highlight=False)


_SHORT = {"accuracy": "accur.", "precision": "precis."}


def _with_interval(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    return f"{figure.value:.3f}\n{figure.low:.2f}-{figure.high:.2f}".replace("0.", ".")


def print_loss(loss: LossReport) -> None:
    """The loss report as a table, with the reasons under it."""
    record = loss.to_record()
    table = Table("taken in", "read", "kept", "merged", "dropped", "quarantined", box=None)
    for what in ("conversations", "messages"):
        counts = record[what]
        table.add_row(what, *(f"{counts[name]:,}" for name in ("read", "kept", "merged", "dropped", "quarantined")))
    out.print(table)
    for reason, count in record["reasons"].items():
        out.print(f"  {escaped(reason)}: {count:,}", highlight=False, soft_wrap=True)
    if 0 < len(loss.examples) < loss.quarantined:
        told = len(loss.examples)
        out.print(f"The first {told}; fairhear import … --report FILE.json lists all:", highlight=False)
    for example in loss.examples:
        out.print(f"  {escaped(example)}", highlight=False, soft_wrap=True)


def print_sample(run: Run, sample: Sample, *, fresh: bool) -> None:
    """How the sample was drawn, so that it can be drawn again."""
    frame = sum(sample.frame_sizes.values())
    out.print(
        f"\nSample: {len(sample.units):,} of {frame:,} (agent, chat) pairs, plan {sample.plan}, seed {sample.seed}, "
        f"frame {sample.frame_digest[:12]}, run {run.key[:12]}",
        highlight=False,
        soft_wrap=True,
    )
    for reason, count in sample.exclusions.items():
        out.print(f"Not in the frame: {count:,} chats, {reason}", highlight=False)
    if not fresh:
        out.print("This run was complete already; nothing was checked again.", highlight=False)


def print_summary(summary: SiteSummary) -> None:
    """The agents' table and the path of the lead's page."""
    from pipeline.reporting import figures  # noqa: PLC0415 - as above

    table = Table("agent", "chats", "score", "95 % interval", "critical", "incomplete", box=None)
    for agent in summary.agents:
        score = figures.rate(agent.score)
        table.add_row(
            escaped(agent.name),
            str(agent.judged),
            score.value,
            score.interval,
            str(agent.failed),
            str(agent.incomplete),
        )
    out.print()
    out.print(table)
    out.print(f"\nLead's page: {summary.lead}", soft_wrap=True, highlight=False)


def escaped(text: str) -> str:
    """Text of strangers, so that the terminal shows it and does not obey it."""
    return escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))


def in_toml(value: Any) -> str:
    """A setting as it is written in a scorecard."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!s} = {in_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(in_toml, value)) + "]"
    return orjson.dumps(value).decode()


def print_chats(chats: Iterable[Transcript]) -> int:
    """The chats as a table; how many there were."""
    columns: list[Column | str] = [
        Column("began", no_wrap=True),
        *(Column(name, no_wrap=True, overflow="fold") for name in ("chat", "agents", "customer")),
        Column("messages", justify="right"),
        "first words",
    ]
    table = Table(*columns, box=None)
    for chat in chats:
        words = next((m.text for m in chat.messages if m.readable), "")
        table.add_row(
            f"{chat.started_at:%Y-%m-%d %H:%M}" if chat.started_at else "",
            escaped(chat.id),
            escaped(", ".join(chat.agents)),
            escaped(chat.customer_id or ""),
            str(len(chat.messages)),
            escaped(words.replace("\n", " ")[:60]),
        )
    if table.row_count:
        out.print(table)
    return table.row_count
