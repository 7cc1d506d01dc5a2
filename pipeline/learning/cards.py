"""The model cards: what a model is, what it was fitted on, how good it is and where it fails.

A card is written from three files beside it: about.toml, by hand; figures.json, by `fairhear learn`; measured.json, by
`fairhear measure --card`.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from statsmodels.stats.proportion import proportion_confint

from pipeline import resources
from pipeline.language import SUPPORTED, Annotator
from pipeline.learning.metrics import NoSureLabelError, measure
from pipeline.learning.recipes import OWN, RECIPES
from pipeline.learning.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.language import Lexicons, Models
    from pipeline.learning.fit import HeldOut
    from pipeline.learning.measuring import Part
    from pipeline.learning.metrics import Measurement

    Row = dict[str, str | int]

_ABOUT, _FIGURES, _MEASURED, _CARD = "about.toml", "figures.json", "measured.json", "CARD.md"
_LANGUAGES = {"en": "English", "zh": "Chinese", "da": "Danish"}
_COLUMNS = ("accuracy", "precision", "recall", "F1", "AUC", "ECE")
_FEWEST = 60  # messages of a domain before it gets a line of its own
_BAR = 40  # characters of a bar that is full
_PUNISHING: dict[str, tuple[str, Callable[[float], bool]]] = {
    "politeness": ("below .5", lambda given: given < 0.5),
    "offence": ("of .5 or more", lambda given: given >= 0.5),
}
_HELD_OUT = (
    "Four folds over whole chats: every message was judged by weights fitted without its chat. Intervals are 95 %, by "
    "a bootstrap over chats. Our own chats (service, requests, peers) are invented, labelled by us and clearer than "
    "real ones: read those figures as an upper bound. A message counts as having the signal from a probability of .5; "
    "labels between .3 and .7 are left out. Data sets whose labels are all alike are not listed."
)
_CALIBRATION = (
    "Ten bins of equal size, on the held-out messages of the data that the probabilities were brought into line with: "
    "the mean probability said, the share that has the signal, and the number of messages. Where fewer messages have "
    "the signal than in that data, as in most real chats, the probabilities say too much."
)


def record_figures(
    folder: Path, signal: str, held_out: Mapping[str, HeldOut], lexicons: Lexicons, models: Models
) -> None:
    """Keep what the fitting held out, and whom the models would wrong, for the card."""
    record = {
        "held_out": [row for language, data in held_out.items() for row in _held_out(language, data)],
        "calibration": [_calibration(signal, language, data) for language, data in held_out.items()],
        "fairness": list(_fairness(signal, held_out, lexicons, models)) if signal in _PUNISHING else [],
    }
    (folder / _FIGURES).write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2) + b"\n")


def record_measurement(folder: Path, name: str, parts: Sequence[Part]) -> None:
    """Keep what was measured on chats that no fitting saw, under a name, for the card. The same name is replaced."""
    record = _read(folder / _MEASURED)
    record[name] = [{"part": part.name, **_row(part.measurement)} for part in parts]
    (folder / _MEASURED).write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2) + b"\n")


def write_card(folder: Path, signal: str) -> None:
    """Write the CARD.md of a signal from the files beside it; what is written by hand comes from the shipped models."""
    about = tomllib.loads((resources.MODELS / signal / _ABOUT).read_text("utf-8"))
    figures = _read(folder / _FIGURES)
    measured = _read(folder / _MEASURED)
    lines = [f"# {signal.capitalize()}", "", about["definition"], "", "Generated; do not edit.", ""]
    lines += ["## Data", "", *_table(list(_data(signal))), ""]
    lines += [
        "## How good, on messages held out of the fitting",
        "",
        _HELD_OUT,
        "",
        *_table(figures.get("held_out", [])),
        "",
    ]
    lines += ["## How good, on chats that no fitting saw", "", about["measured"], ""]
    lines += [*_table([{"data": name, **row} for name, rows in measured.items() for row in rows]), ""]
    lines += ["## Calibration", "", _CALIBRATION, "", *_diagrams(figures.get("calibration", []))]
    if signal in _PUNISHING:
        lines += ["## Fairness", "", _fairness_note(signal), "", *_table(figures.get("fairness", [])), ""]
    lines += ["## Where it fails", "", *(f"{n}. {error}" for n, error in enumerate(about["fails"], 1)), ""]
    lines += ["## What it must not be used for", "", *(f"- {use}" for use in about["must_not"]), ""]
    (folder / _CARD).write_text("\n".join(lines), "utf-8")


def _read(path: Path) -> dict[str, Any]:
    return dict(orjson.loads(path.read_bytes())) if path.exists() else {}


def _row(measurement: Measurement) -> Row:
    figures = {name: str(measurement.figures[name] or "–") for name in _COLUMNS}
    return {"n": measurement.n, "with": measurement.positive, **figures}


def _table(rows: Sequence[Mapping[str, str | int]]) -> list[str]:
    if not rows:
        return ["Nothing yet."]
    head = list(rows[0])
    cells = [[f"{row[name]:,}" if isinstance(row[name], int) else str(row[name]) for name in head] for row in rows]
    return ["| " + " | ".join(line) + " |" for line in (head, ["---"] * len(head), *cells)]


def _data(signal: str) -> Iterator[Row]:
    for language in SUPPORTED:
        for name, weight in RECIPES[signal, language].weights.items() if (signal, language) in RECIPES else ():
            title, licence, labels = f"Our own invented chats, {name} (`models/chats`)", "Apache-2.0", "as labelled"
            if name not in OWN:
                source = SOURCES[name]
                title, licence, labels = f"{source.title} ({source.origin})", source.licence, source.labels
            yield {
                "language": _LANGUAGES[language],
                "data": title,
                "licence": licence,
                "how its labels became ours": labels,
                "a message counts": f"{weight:g}",
            }


def _held_out(language: str, data: HeldOut) -> Iterator[Row]:
    for source in sorted(set(data.sources.tolist())):
        of_source = data.sources == source
        parts = {"all": of_source}
        if source in OWN:
            parts |= {name: of_source & (data.groups == name) for name in sorted(set(data.groups[of_source].tolist()))}
        for name, chosen in parts.items():
            if name == "all" or (name and chosen.sum() >= _FEWEST):
                measured = _measured(data, chosen)
                if measured and measured.figures["AUC"]:
                    yield {"language": _LANGUAGES[language], "data": source, "part": name, **_row(measured)}


def _measured(data: HeldOut, chosen: NDArray[np.bool_]) -> Measurement | None:
    try:
        return measure(data.labels[chosen], data.probabilities[chosen], data.chats[chosen])
    except NoSureLabelError:
        return None


def _calibration(signal: str, language: str, data: HeldOut) -> dict[str, Any]:
    recipe = RECIPES[signal, language]
    chosen = np.isin(data.sources, list(recipe.weights) if recipe.one_scale else [recipe.calibrated_on])
    measured = measure(data.labels[chosen], data.probabilities[chosen], data.chats[chosen])
    bins = [[round(said, 4), round(share, 4), count] for said, share, count in measured.reliability]
    return {"language": language, "n": measured.n, "error": str(measured.figures["ECE"]), "bins": bins}


def _diagrams(calibration: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in calibration:
        yield f"{_LANGUAGES[one['language']]}, {one['n']:,} messages, expected calibration error {one['error']}:"
        yield from ("", "```", "said    is  messages  (bar: is, stroke: said)")
        for said, share, count in one["bins"]:
            bar, stroke = "█" * round(share * _BAR), round(said * _BAR)
            yield f"{said:.2f}  {share:.2f}  {count:8,}  {bar[:stroke]:<{stroke}}|{bar[stroke:]}"
        yield from ("```", "")


def _fairness_note(signal: str) -> str:
    return (
        "Courteous or plain messages by people who write differently (`fixtures/fairness`), none of them impolite, and "
        "never fitted on. The share that the model would hold against its writer, with a probability "
        f"{_PUNISHING[signal][0]}, and its 95 % Wilson interval:"
    )


def _fairness(signal: str, languages: Iterable[str], lexicons: Lexicons, models: Models) -> Iterator[Row]:
    _, punished = _PUNISHING[signal]
    for language in languages:
        messages = tomllib.loads((resources.FAIRNESS / f"registers_{language}.toml").read_text("utf-8"))["message"]
        given = Annotator(lexicons, models, language=language).text_signals(message["text"] for message in messages)
        wrong = [
            (message["group"], bool(punished(getattr(signals, signal))))
            for message, signals in zip(messages, given, strict=True)
        ]
        for group in ["all", *dict.fromkeys(name for name, _ in wrong)]:
            hits = [hit for name, hit in wrong if group in {"all", name}]
            low, high = proportion_confint(sum(hits), len(hits), method="wilson")
            share = f"{sum(hits) / len(hits):.2f} ({low:.2f} to {high:.2f})"
            row: Row = {"language": _LANGUAGES[language], "group": group, "n": len(hits), "false alarms": sum(hits)}
            yield {**row, "share": share}
