"""The `fairhear` command: reads the flags, calls the rooms, prints what they give back."""

from __future__ import annotations

import gc
import inspect
import os
import sys
import tomllib
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.table import Column, Table

from pipeline import resources
from pipeline.settings import CONFIG_FILE, SettingsError, load_settings
from pipeline.terminal import (
    err,
    in_toml,
    out,
    print_chats,
    print_loss,
    print_mappings,
    print_measurements,
    print_sample,
    print_summary,
    showing_progress,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.settings import Settings

# Rooms are imported inside the commands: `fairhear --help` must not wait for spaCy.
# ruff: noqa: PLC0415

DONE, DONE_WITH_QUARANTINE, COULD_NOT_RUN = 0, 1, 2

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Audits the quality of customer-service chats: every point with its evidence, every score with its "
    "uncertainty.\n\nStart with `fairhear audit chats.jsonl`, then open `site/lead/index.html`.",
    epilog="Exit codes: 0 done · 1 done, and some input was quarantined (the report says which and why) · "
    "2 could not run. Settings come from flags, then FAIRHEAR_… variables, then fairhear.toml, then defaults; "
    "`fairhear init` writes a commented one.",
)
checks_app = typer.Typer(help="The checks: what they look for, why, and how often they are right.")
scorecard_app = typer.Typer(no_args_is_help=True, help="Scorecards: what is checked and how much it counts.")
app.add_typer(checks_app, name="checks")
app.add_typer(scorecard_app, name="scorecard")

Sources = Annotated[
    list[str],
    typer.Argument(help="Files, folders or globs of transcripts; `-` reads standard input.", metavar="SOURCE..."),
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Settings file instead of ./fairhear.toml.", metavar="FILE")
]
StoreUrl = Annotated[
    str | None, typer.Option("--store", help="SQLAlchemy URL, like sqlite:///fairhear.db.", metavar="URL")
]
Zone = Annotated[
    str | None, typer.Option("--time-zone", help="Zone of times and dates without an offset.", metavar="ZONE")
]
Since = Annotated[str | None, typer.Option(help="Only chats that began at or after this date or time.", metavar="DATE")]
Until = Annotated[
    str | None, typer.Option(help="Only chats that began before this time, or on or before this date.", metavar="DATE")
]
Agents = Annotated[list[str] | None, typer.Option("--agent", help="Only chats of this agent id; may be repeated.")]
Customers = Annotated[
    list[str] | None, typer.Option("--customer", help="Only chats of this customer id; may be repeated.")
]


SignalName = Annotated[
    str | None, typer.Argument(help="politeness, empathy, distress, offence or question; all if left out.")
]


class Format(StrEnum):
    """How search prints."""

    TABLE = "table"
    JSONL = "jsonl"


def main() -> None:
    """Run the command; the entry point of the installed program."""
    # Millions of small records live for a batch and then go; looking for cycles among them took half the time.
    gc.set_threshold(100_000, 50, 100)
    app()


def could_not_run(message: str) -> typer.Exit:
    """Say in one line why, and give the exit to raise."""
    err.print(f"fairhear: {message}", style="red", markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(COULD_NOT_RUN)


def reports_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Turn the errors a user can mend into one line and exit code 2; anything else is a bug and keeps its traceback."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        from pipeline.audit import NothingToAuditError
        from pipeline.ingest import SourceError
        from pipeline.language import LexiconError, ModelError
        from pipeline.learning.labels import LabelsError
        from pipeline.learning.sources import SourceMissingError
        from pipeline.reporting import SiteError
        from pipeline.sampling import PlanError
        from pipeline.scorecard import ScorecardError
        from pipeline.store import StoreError

        inputs = (SettingsError, SourceError, ScorecardError, PlanError, LexiconError, NothingToAuditError)
        of_models = (ModelError, LabelsError, SourceMissingError)
        try:
            command(*args, **kwargs)
        except BrokenPipeError:  # whoever read our output has seen enough: `fairhear search … | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (*inputs, *of_models, StoreError, SiteError, OSError) as error:
            raise could_not_run(str(error)) from None
        except KeyboardInterrupt:
            raise could_not_run("stopped. What was done is kept; run the same command again to go on.") from None

    return wrapped


@app.command()
@reports_errors
def audit(  # noqa: PLR0913, PLR0917 - one parameter a flag
    source: Sources,
    since: Since = None,
    until: Until = None,
    agent: Agents = None,
    customer: Customers = None,
    queue: Annotated[list[str] | None, typer.Option(help="Only this queue; may be repeated.")] = None,
    product: Annotated[list[str] | None, typer.Option(help="Only this product; may be repeated.")] = None,
    channel: Annotated[
        list[str] | None, typer.Option(help="Only this channel: chat, email, social, phone, in_app.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Only chats declared to be in this language, like en.")
    ] = None,
    scorecard: Annotated[
        str | None, typer.Option(help="A scorecard file, or a bundled name like default.", metavar="FILE")
    ] = None,
    sample: Annotated[str | None, typer.Option(help="all, or random:N-per-agent.", metavar="PLAN")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the draw; the same seed draws the same chats.")] = None,
    store: StoreUrl = None,
    out_folder: Annotated[Path | None, typer.Option("--out", help="Folder for the pages.", metavar="DIR")] = None,
    findings: Annotated[
        Path | None, typer.Option(help="Also write every finding, a JSON line each.", metavar="FILE.jsonl")
    ] = None,
    time_zone: Zone = None,
    config: ConfigFile = None,
) -> None:
    """Audit transcripts: take them in, draw, check, score, and write a page per agent and one for the lead.

    Examples: `fairhear audit chats.jsonl` · `fairhear audit exports/ --since 2026-11-01 --agent agent-3` ·
    `fairhear audit "exports/*.csv" --sample random:10-per-agent --seed 7 --findings findings.jsonl`
    """
    flags = {
        "store": store,
        "out": out_folder,
        "scorecard": scorecard,
        "sample": sample,
        "seed": seed,
        "time_zone": time_zone,
    }
    settings = load_settings(flags, config)
    check_output(settings.out, findings)
    start, end = moment(since, settings, "--since"), moment(until, settings, "--until", end=True)
    if start and end and start >= end:
        raise SettingsError(f"--since {since} is not before --until {until}")

    from pipeline import audit as auditing
    from pipeline.ingest import find_sources
    from pipeline.sampling import Plan
    from pipeline.scorecard import load_scorecard
    from pipeline.store import Selection, Store
    from pipeline.transcript import language_code

    card = load_scorecard(settings.scorecard)
    now = datetime.now(UTC)
    with (
        find_sources(source, stdin=sys.stdin.buffer) as sources,
        Store.open(settings.store) as opened,
        showing_progress() as progress,
    ):
        print_mappings(sources, settings)
        loss = auditing.import_sources(opened, sources, settings.read_options(), now=now, progress=progress)
        selection = Selection(
            since=start,
            until=end,
            agents=tuple(agent or ()),
            customers=tuple(customer or ()),
            queues=tuple(queue or ()),
            products=tuple(product or ()),
            channels=tuple(channel or ()),
            languages=tuple(language_code(name) for name in language or ()),
            sources=tuple(s.digest for s in sources),
        )
        request = auditing.AuditRequest(
            "ad-hoc", selection, card, Plan.parse(settings.sample), settings.seed, settings.time_zone
        )
        prepared = auditing.prepare(opened, request, now=now)
        fresh = auditing.run_audit(opened, prepared, now=now, progress=progress)
        progress("Writing pages", 0, None)
        key = prepared.run.key
        summary = auditing.publish(opened, key, card, settings.out, service_preset=settings.service_preset)
        if findings:
            auditing.write_lines(findings, auditing.finding_lines(opened, key))
    print_loss(loss)
    print_sample(prepared.run, prepared.sample, fresh=fresh)
    print_summary(summary)
    raise typer.Exit(DONE_WITH_QUARANTINE if loss.quarantined else DONE)


@app.command("import")
@reports_errors
def import_(
    source: Sources,
    report: Annotated[
        Path | None, typer.Option(help="Also write the loss report as JSON.", metavar="FILE.json")
    ] = None,
    store: StoreUrl = None,
    time_zone: Zone = None,
    config: ConfigFile = None,
) -> None:
    """Take transcripts into the store without auditing them, and account for every conversation and message."""
    settings = load_settings({"store": store, "time_zone": time_zone}, config)
    check_output(None, report)

    from pipeline import audit as auditing
    from pipeline.ingest import find_sources
    from pipeline.store import Store

    now = datetime.now(UTC)
    with (
        find_sources(source, stdin=sys.stdin.buffer) as sources,
        Store.open(settings.store) as opened,
        showing_progress() as progress,
    ):
        print_mappings(sources, settings)
        loss = auditing.import_sources(opened, sources, settings.read_options(), now=now, progress=progress)
        read = [{"name": s.name, "sha256": s.digest} for s in sources]
        digests = {s.digest for s in sources}
        quarantine = [
            {"source": ref.name, "line": item.line, "reason": item.reason, "detail": item.detail}
            for ref, item in opened.quarantined()
            if ref.digest in digests
        ]
    if report:
        record = {"version": 1, "sources": read, **loss.to_record(), "quarantine": quarantine}
        report.write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2) + b"\n")
    print_loss(loss)
    raise typer.Exit(DONE_WITH_QUARANTINE if loss.quarantined else DONE)


@app.command()
@reports_errors
def search(  # noqa: PLR0913, PLR0917 - one parameter a flag
    agent: Agents = None,
    customer: Customers = None,
    text: Annotated[
        str | None, typer.Option(help="Only chats with these words in a message; case does not count.")
    ] = None,
    since: Since = None,
    until: Until = None,
    format_: Annotated[
        Format, typer.Option("--format", help="A table to read, or canonical transcripts.")
    ] = Format.TABLE,
    store: StoreUrl = None,
    time_zone: Zone = None,
    config: ConfigFile = None,
) -> None:
    """Find the chats of one agent or one customer and open them: the sub-account chat-record query.

    Without --since the last 30 days are searched; any earlier date may be given. `--format jsonl` prints canonical
    transcripts, which `fairhear audit -` reads: `fairhear search --agent agent-3 --format jsonl | fairhear audit -`.
    """
    settings = load_settings({"store": store, "time_zone": time_zone}, config)

    from pipeline.store import Selection, Store
    from pipeline.transcript import record_from_transcript

    start = moment(since, settings, "--since") or datetime.now(UTC) - timedelta(days=30)
    selection = Selection(
        since=start,
        until=moment(until, settings, "--until", end=True),
        agents=tuple(agent or ()),
        customers=tuple(customer or ()),
    )
    with Store.open(settings.store, create=False) as opened:
        found = opened.find(selection, text=text)
        if format_ is Format.JSONL:
            for transcript in found:
                sys.stdout.buffer.write(orjson.dumps(record_from_transcript(transcript)) + b"\n")
            return
        listed = print_chats(found)
        undated = sum(e.started_at is None for e in opened.frame(replace(selection, since=None, until=None)))
    until_words = f" until {until}" if until else ""
    out.print(f"Found {listed} since {start.astimezone(settings.zone):%Y-%m-%d %H:%M}{until_words}")
    if undated:
        out.print(f"{undated:,} more carry no time, so no window holds them; audit them by their file.")


@app.command()
@reports_errors
def annotate(  # noqa: PLR0913, PLR0917 - one parameter a flag
    source: Sources,
    output: Annotated[
        Path, typer.Option("--output", help="Where to write, a JSON line each message.", metavar="FILE.jsonl")
    ],
    spans: Annotated[bool, typer.Option("--spans", help="Also the words that carried each signal.")] = False,
    language: Annotated[
        str | None, typer.Option(help="Read everything in this language, like en, whatever the chats say.")
    ] = None,
    time_zone: Zone = None,
    config: ConfigFile = None,
) -> None:
    """Judge every message by itself: politeness, empathy, distress, offence, question, each a probability.

    No store, no scorecard, no agent. A signal is null where no model reads the language, or there is nothing to read.

    Examples: `fairhear annotate chats.jsonl --output signals.jsonl` ·
    `fairhear annotate exports/ --output signals.jsonl --spans`
    """
    settings = load_settings({"time_zone": time_zone}, config)
    check_output(None, output)

    from pipeline.annotating import annotation_lines, annotator
    from pipeline.audit import write_lines
    from pipeline.ingest import LossReport, find_sources

    reader = annotator(language=known_language(language))
    loss = LossReport()
    with find_sources(source, stdin=sys.stdin.buffer) as sources, showing_progress() as progress:
        print_mappings(sources, settings)
        lines = annotation_lines(sources, settings.read_options(), reader, loss, spans=spans, progress=progress)
        write_lines(output, lines)
    print_loss(loss)
    raise typer.Exit(DONE_WITH_QUARANTINE if loss.quarantined else DONE)


@app.command()
@reports_errors
def learn(
    signal: SignalName = None,
    data: Annotated[
        Path, typer.Option(help="The folder of training data; the README says what is in it.", metavar="DIR")
    ] = Path("../shared/data/train"),
    models: Annotated[
        Path | None, typer.Option(help="Where to write the models instead of over the shipped ones.", metavar="DIR")
    ] = None,
) -> None:
    """Fit the models of one signal, or of all, again from the training data: minutes of work, the same bytes each time.

    Examples: `fairhear learn` · `fairhear learn distress --data training --models /tmp/models`
    """
    from pipeline.learning.learn import learn as fit

    with showing_progress() as progress:
        written = fit(known_signals(signal), data, models or resources.MODELS, progress)
    for path in written:
        out.print(f"Wrote {path}", soft_wrap=True, highlight=False)


@app.command()
@reports_errors
def measure(
    labels: Annotated[Path, typer.Option(help="Labelled messages, a JSON line each; see above.", metavar="FILE.jsonl")],
    signal: SignalName = None,
    language: Annotated[
        str | None, typer.Option(help="Read everything in this language, like en, whatever the lines say.")
    ] = None,
    card: Annotated[
        str | None, typer.Option(help="Also put the figures on the model cards, under this name.", metavar="NAME")
    ] = None,
) -> None:
    """Measure the models on labelled messages: accuracy, precision, recall, F1, AUC and calibration, with intervals.

    A line is a text, `{"text": "…", "label": 1, "language": "en", "group": "web shop"}`, or a transcript whose messages
    carry `"labels": {"distress": 1, "question": 0}`. A label is 0, 1, or how sure a reader is; from .3 to .7 it is
    left out. Intervals are 95 %, by a bootstrap over chats.

    Examples: `fairhear measure distress --labels labelled.jsonl` · `fairhear measure --labels chats.jsonl`
    """
    from pipeline.language import load_lexicons, load_models
    from pipeline.learning.cards import record_measurement, write_card
    from pipeline.learning.labels import read_labels
    from pipeline.learning.measuring import measure_chats

    with showing_progress() as progress:
        parts = measure_chats(
            read_labels(labels, signal=signal),
            known_signals(signal),
            load_lexicons(resources.LEXICONS),
            load_models(resources.MODELS),
            language=known_language(language),
            progress=progress,
        )
    if not parts:
        raise could_not_run(f"{labels}: no message in it has a sure label of {signal or 'any signal'}")
    print_measurements(parts)
    for name in dict.fromkeys(part.signal for part in parts if card):
        folder = resources.MODELS / name
        record_measurement(folder, card or "", [part for part in parts if part.signal == name])
        write_card(folder, name)
        out.print(f"Wrote {folder / 'CARD.md'}", soft_wrap=True, highlight=False)


@checks_app.callback(invoke_without_command=True)
def list_checks(context: typer.Context) -> None:
    """List the checks; `fairhear checks show ID` explains one."""
    if context.invoked_subcommand:
        return
    from pipeline.checks import ALL_CHECKS

    table = Table(Column("check", no_wrap=True), "what the agent should do", "severity", "preview in", box=None)
    for check in ALL_CHECKS:
        meta = check.meta
        table.add_row(meta.id, meta.title, meta.severity, ", ".join(meta.preview_in) or "-")
    out.print(table)


@checks_app.command("show")
def show_check(check_id: Annotated[str, typer.Argument(metavar="ID", help="Like courtesy.shouting.")]) -> None:
    """Explain one check: what it looks for, why, its limits, settings, measured accuracy and examples."""
    from pipeline.checks import CHECKS_BY_ID
    from pipeline.suggest import nearest

    if check_id not in CHECKS_BY_ID:
        raise could_not_run(f"there is no check {check_id!r}{nearest(check_id, CHECKS_BY_ID)}")
    check = CHECKS_BY_ID[check_id]
    meta = check.meta
    out.print(f"[bold]{meta.id}[/] · {meta.title} · {meta.severity} · version {meta.version}\n")
    out.print(inspect.getdoc(sys.modules[check.__module__]) or "", markup=False, highlight=False)
    out.print("\n[bold]Settings[/] (in a scorecard, under settings)")
    for name, value in vars_of(check()).items():
        out.print(f"  {name} = {in_toml(value)}", markup=False, highlight=False)
    out.print("\n[bold]How often it is right[/]")
    for measured in meta.measured:
        out.print(f"  {measured}", markup=False, highlight=False)
    if not meta.measured:
        out.print("  Not measured on real chats yet.")
    path = resources.CASES / f"{meta.id}.toml"
    for case in one_each(tomllib.loads(path.read_text("utf-8"))["case"]):
        out.print(f"\n[bold]Example, {case['expect'].replace('_', ' ')}[/] ({case['language']}): {case['name']}")
        out.print(case["chat"].strip(), markup=False, highlight=False)


@scorecard_app.command("validate")
@reports_errors
def validate(file: Annotated[str, typer.Argument(metavar="FILE", help="A scorecard file, or a bundled name.")]) -> None:
    """Read a scorecard and say what is in it, or what is wrong with it."""
    from pipeline.language import load_lexicons
    from pipeline.scorecard import load_scorecard

    card = load_scorecard(file)
    load_lexicons(resources.LEXICONS).changed(card.phrases)
    table = Table("section", "check", "weight", "severity", box=None)
    for section in card.sections:
        for criterion in section.criteria:
            table.add_row(section.title, criterion.check.meta.id, f"{criterion.weight:g}", criterion.severity)
    out.print(table)
    out.print(f"{card.title} ({card.id}, version {card.version}) is valid; digest {card.digest[:12]}")


@app.command()
@reports_errors
def init(folder: Annotated[Path, typer.Argument(help="Where to set up.", metavar="FOLDER")] = Path()) -> None:
    """Set up a folder: a commented fairhear.toml, an inbox for exports, and a scorecard of your own to change."""
    from pipeline.scorecard import scorecard_path

    config, card = folder / CONFIG_FILE, folder / "scorecard.toml"
    for path in (config, card):
        if path.exists():
            raise SettingsError(f"{path}: stands already and is left alone; move it away to start afresh")
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    config.write_text((resources.SCORECARDS.parent / "fairhear.toml").read_text("utf-8"), "utf-8")
    card.write_text(scorecard_path("default").read_text("utf-8"), "utf-8")
    out.print(f"Wrote {config}, {card} and {folder / 'inbox'}/.", soft_wrap=True, highlight=False)
    out.print(
        f"Next: put your exports into the inbox, then in {folder.resolve()}: fairhear audit inbox", soft_wrap=True
    )


@app.command()
@reports_errors
def serve(
    port: Annotated[
        int, typer.Option(help="Port of Prefect's page, unless PREFECT_API_URL names an API to use.")
    ] = 4200,
    config: ConfigFile = None,
) -> None:
    """Run the nightly audit on its schedule and offer the ad-hoc audit as a form in Prefect's own page.

    Stop it with Ctrl-C.
    """
    settings = load_settings(config=config)

    from pipeline.flows.serve import ServeError
    from pipeline.flows.serve import serve as serving

    try:
        serving(settings, config=config, port=port)
    except ServeError as error:
        raise could_not_run(str(error)) from None


def moment(text: str | None, settings: Settings, flag: str, *, end: bool = False) -> datetime | None:
    """A date or time given by a flag, in the zone of the settings; with `end` a bare date means the end of that day."""
    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{flag} {text!r}: expected a date or time like 2026-11-20 or 2026-11-20T14:30") from None
    if end and "T" not in text and " " not in text:
        when += timedelta(days=1)
    return when if when.tzinfo else when.replace(tzinfo=settings.zone)


def known_signals(name: str | None) -> tuple[str, ...]:
    """The signal of that name, or all."""
    from pipeline.language import SIGNALS
    from pipeline.suggest import nearest

    if name and name not in SIGNALS:
        raise SettingsError(f"there is no signal {name!r}{nearest(name, SIGNALS)}; there are {', '.join(SIGNALS)}")
    return (name,) if name else SIGNALS


def known_language(name: str | None) -> str | None:
    """The code of a language we read, however it is written."""
    from pipeline.language import SUPPORTED
    from pipeline.transcript import language_code

    if name and language_code(name) not in SUPPORTED:
        raise SettingsError(f"--language {name!r}: expected one of {', '.join(SUPPORTED)}")
    return language_code(name) if name else None


def check_output(folder: Path | None, file: Path | None) -> None:
    """Refuse before the work what could not be written after it; the folder of a file is made."""
    if folder and folder.exists() and not folder.is_dir():
        raise SettingsError(f"--out {folder} is a file; it must name a folder for the pages")
    if file and file.is_dir():
        raise SettingsError(f"{file} is a folder; name a file in it")
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)


def vars_of(check: Any) -> dict[str, Any]:
    """The settings of a check with their defaults."""
    return {field.name: getattr(check, field.name) for field in fields(check)}


def one_each(cases: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The first missed and the first met case of each language."""
    seen: set[tuple[str, str]] = set()
    for case in cases:
        kind = (case["language"], case["expect"])
        if kind[1] in {"missed", "met"} and kind not in seen:
            seen.add(kind)
            yield case


if __name__ == "__main__":
    main()
