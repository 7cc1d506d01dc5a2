"""`fairhear measure`: the shipped models on anybody's labelled messages, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.language import SIGNALS, Annotator
from pipeline.learning.metrics import Measurement, NoSureLabelError, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from pipeline.language import Lexicons, Models
    from pipeline.learning.examples import LabelledChat

    Progress = Callable[[str, int, int | None], None]

_FEWEST = 20  # messages in a group before it gets a line of its own


@dataclass(frozen=True, slots=True)
class Part:
    """What was measured on one part of the messages: all, a language, or a group. `not_judged` got no probability."""

    signal: str
    name: str
    measurement: Measurement
    not_judged: int


def measure_chats(  # noqa: PLR0913 - one argument a fact
    chats: Iterable[LabelledChat],
    signals: Iterable[str],
    lexicons: Lexicons,
    models: Models,
    *,
    language: str | None = None,
    progress: Progress,
) -> list[Part]:
    """Annotate the chats as an audit does and compare every label with its probability, as a whole and by part."""
    wanted = tuple(signals)
    labelled: list[LabelledChat] = []

    def transcripts() -> Iterator[LabelledChat]:
        for chat in chats:
            labelled.append(chat)
            yield chat

    rows: dict[str, list[tuple[float, float, int, str, str]]] = {signal: [] for signal in wanted}
    annotator = Annotator(lexicons, models, language=language)
    for number, read in enumerate(annotator.annotate(chat.transcript for chat in transcripts())):
        chat = labelled[number]
        for message, labels in zip(read.messages, chat.labels, strict=True):
            for signal in wanted:
                if signal in labels:
                    given = getattr(message.signals, signal)
                    part = message.read_as or "language unknown"
                    rows[signal].append((labels[signal], np.nan if given is None else given, number, part, chat.group))
        progress("Measuring", number + 1, None)
    return [part for signal in wanted if rows[signal] for part in _parts(signal, rows[signal])]


def _parts(signal: str, rows: list[tuple[float, float, int, str, str]]) -> Iterator[Part]:
    labels, given, chats = (np.array(column) for column in list(zip(*rows, strict=True))[:3])
    languages, groups = (np.array(column) for column in list(zip(*rows, strict=True))[3:])
    everything: list[tuple[str, NDArray[np.bool_]]] = [("all", np.ones(len(rows), bool))]
    for column in (languages, groups):
        names = sorted(set(column.tolist()) - {""})
        if len(names) > 1:
            everything += [(name, column == name) for name in names if (column == name).sum() >= _FEWEST]
    for name, chosen in everything:
        judged = chosen & ~np.isnan(given)
        if judged.any():
            try:
                measurement = measure(labels[judged], given[judged], chats[judged])
            except NoSureLabelError:
                continue
            yield Part(signal, name, measurement, int((chosen & np.isnan(given)).sum()))


def labelled_signals(chats: Iterable[LabelledChat]) -> tuple[str, ...]:
    """The signals that any of the chats has labels for."""
    found = {name for chat in chats for labels in chat.labels for name in labels}
    return tuple(name for name in SIGNALS if name in found)
