"""Results to evaluation: the arithmetic, and the scorecards that configure it.

Score = Σ weight × share met ÷ Σ weight, over the criteria that applied and could be judged. A missed critical
criterion fails the evaluation and is reported beside the score, not inside it. An error makes the evaluation
incomplete. Checks in preview are advice: they never enter either sum.
"""

from __future__ import annotations

import hashlib
import math
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from pipeline.checks import CHECKS_BY_ID
from pipeline.finding import Outcome, Severity, Status
from pipeline.language import PhraseChange
from pipeline.resources import SCORECARDS
from pipeline.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.finding import Check, CheckResult

_TOP_KEYS = ("id", "version", "title", "sections", "phrases")
_SECTION_KEYS = ("id", "title", "criteria")
_CRITERION_KEYS = ("check", "weight", "severity", "enabled", "settings")
_WHOLE = 100.0


class ScorecardError(ValueError):
    """A scorecard that cannot be used: says which file and entry, what stood there and what is valid."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A configured check, what it weighs and how grave its miss is."""

    check: Check
    weight: float
    severity: Severity


@dataclass(frozen=True, slots=True)
class Section:
    """Criteria that belong together on the page."""

    id: str
    title: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What is checked and how much it counts. `source` is the exact text it was read from, `digest` identifies it."""

    id: str
    version: int
    title: str
    sections: tuple[Section, ...]
    phrases: tuple[PhraseChange, ...]
    source: str
    digest: str

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria, in order of the sections."""
        return tuple(criterion for section in self.sections for criterion in section.criteria)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One agent in one chat: the quality score in [0, 1] (None where nothing could be judged) and all results."""

    transcript_id: str
    agent_id: str
    score: float | None
    results: tuple[CheckResult, ...]

    @property
    def failed_by(self) -> tuple[str, ...]:
        """The critical checks that were missed; any of them fails the evaluation."""
        return tuple(
            r.check_id
            for r in self.results
            if r.severity is Severity.CRITICAL and r.status is Status.STABLE and r.outcome is Outcome.MISSED
        )

    @property
    def incomplete(self) -> bool:
        """Whether a check crashed, so that the score leaves something out."""
        return any(r.outcome is Outcome.ERROR for r in self.results)


def evaluate(transcript_id: str, agent_id: str, results: Iterable[CheckResult], scorecard: Scorecard) -> Evaluation:
    """Weigh the results of one agent in one chat."""
    results = tuple(results)
    return Evaluation(transcript_id, agent_id, weighted_score(results, scorecard.criteria), results)


def weighted_score(results: Iterable[CheckResult], criteria: Iterable[Criterion]) -> float | None:
    """Σ weight × share met ÷ Σ weight over the stable results that could be judged; None where none could."""
    weights = {criterion.check.meta.id: criterion.weight for criterion in criteria}
    counted = [
        (weights[result.check_id], result.share_met)
        for result in results
        if result.status is Status.STABLE and weights.get(result.check_id) and result.share_met is not None
    ]
    total = sum(weight for weight, _ in counted)
    return sum(weight * share for weight, share in counted) / total if total else None


def scorecard_path(name: str | Path) -> Path:
    """The file of a scorecard given by path, or by the name of one that comes with the program."""
    path = Path(name)
    bundled = SCORECARDS / f"{name}.toml"
    return bundled if not path.suffix and bundled.is_file() else path


def load_scorecard(name: str | Path) -> Scorecard:
    """Read a scorecard from a path or by a bundled name ("default"). Raises ScorecardError."""
    path = scorecard_path(name)
    try:
        content = path.read_bytes()
        data = tomllib.loads(content.decode("utf-8"))
    except FileNotFoundError:
        bundled = ", ".join(sorted(p.stem for p in SCORECARDS.glob("*.toml")))
        raise ScorecardError(
            f"{path}: no such file; give a path, or one of the bundled scorecards: {bundled}"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScorecardError(f"{path}: not readable as TOML: {error}") from error
    _known(data, _TOP_KEYS, str(path))
    sections = tuple(_section(raw, f"{path}: sections[{i}]") for i, raw in enumerate(_list(data, "sections", path)))
    scorecard = Scorecard(
        id=_string(data, "id", path),
        version=_integer(data, "version", path),
        title=_string(data, "title", path),
        sections=sections,
        phrases=tuple(_phrase_changes(data.get("phrases", {}), path)),
        source=content.decode("utf-8"),
        digest=hashlib.sha256(content).hexdigest(),
    )
    _refuse_doubles(scorecard, path)
    total = sum(criterion.weight for criterion in scorecard.criteria)
    if not math.isclose(total, _WHOLE, abs_tol=1e-6):
        raise ScorecardError(f"{path}: the weights of the enabled criteria add up to {total:g}, not {_WHOLE:g}")
    return scorecard


def _refuse_doubles(scorecard: Scorecard, path: Path) -> None:
    ids = [criterion.check.meta.id for criterion in scorecard.criteria]
    if twice := [check_id for check_id in ids if ids.count(check_id) > 1]:
        raise ScorecardError(f"{path}: {twice[0]} is listed {ids.count(twice[0])} times; a check counts once")
    names = [section.id for section in scorecard.sections]
    if again := [name for name in names if names.count(name) > 1]:
        raise ScorecardError(f"{path}: {names.count(again[0])} sections have the id {again[0]!r}; ids must differ")


def _section(raw: Any, where: str) -> Section:
    _known(raw, _SECTION_KEYS, where)
    criteria = [_criterion(c, f"{where}.criteria[{i}]") for i, c in enumerate(_list(raw, "criteria", where))]
    return Section(
        id=_string(raw, "id", where),
        title=_string(raw, "title", where),
        criteria=tuple(criterion for criterion in criteria if criterion is not None),
    )


def _criterion(raw: Any, where: str) -> Criterion | None:
    """None where the criterion is switched off; it is checked for mistakes all the same."""
    _known(raw, _CRITERION_KEYS, where)
    check_id = _string(raw, "check", where)
    if check_id not in CHECKS_BY_ID:
        raise ScorecardError(f"{where}: there is no check {check_id!r}{nearest(check_id, CHECKS_BY_ID)}")
    check_type = CHECKS_BY_ID[check_id]
    weight = raw.get("weight", 0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or weight < 0:
        raise ScorecardError(f"{where}.weight: expected a number of at least 0, found {weight!r}")
    try:
        severity = Severity(raw.get("severity", check_type.meta.severity))
    except ValueError:
        raise ScorecardError(
            f"{where}.severity: expected one of {', '.join(Severity)}, found {raw['severity']!r}"
        ) from None
    enabled = raw.get("enabled", True)
    if not isinstance(enabled, bool):
        raise ScorecardError(f"{where}.enabled: expected true or false, found {enabled!r}")
    check = configured(check_type, raw.get("settings", {}), f"{where}.settings")
    return Criterion(check, float(weight), severity) if enabled else None


def configured(check_type: type[Check], settings: Mapping[str, Any], where: str) -> Check:
    """A check with its settings, typed by the fields of its dataclass."""
    _known(settings, tuple(field.name for field in fields(check_type)), where)  # type: ignore[arg-type]
    try:
        return TypeAdapter(check_type).validate_python(dict(settings))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ScorecardError(f"{where}.{name}: {first['msg']}, found {first['input']!r}") from None


def _phrase_changes(raw: Any, path: Path) -> Iterable[PhraseChange]:
    for cue, languages in _table(raw, f"{path}: phrases").items():
        for language, change in _table(languages, f"{path}: phrases.{cue}").items():
            where = f"{path}: phrases.{cue}.{language}"
            _known(change, ("add", "drop"), where)
            yield PhraseChange(cue, language, _phrases(change, "add", where), _phrases(change, "drop", where))


def _phrases(change: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    phrases = change.get(key, [])
    if not isinstance(phrases, list) or not all(isinstance(phrase, str) and phrase.strip() for phrase in phrases):
        raise ScorecardError(f'{where}.{key}: expected a list like ["cheapest in town"], found {phrases!r}')
    return tuple(phrases)


def _table(raw: Any, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise ScorecardError(f"{where}: expected a table, found {raw!r}")
    return raw


def _known(raw: Any, keys: tuple[str, ...], where: str) -> None:
    for key in _table(raw, where):
        if key not in keys:
            raise ScorecardError(f"{where}: unknown key {key!r}{nearest(key, keys)}")


def _list(raw: Mapping[str, Any], key: str, where: object) -> list[Any]:
    value = raw.get(key)
    if not isinstance(value, list) or not value:
        raise ScorecardError(f"{where}.{key}: expected at least one [[{key}]] entry")
    return value


def _string(raw: Mapping[str, Any], key: str, where: object) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value:
        raise ScorecardError(f"{where}: {key} is missing; expected a text")
    return value


def _integer(raw: Mapping[str, Any], key: str, where: object) -> int:
    value = raw.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ScorecardError(f"{where}: {key} is missing; expected a whole number")
    return value
