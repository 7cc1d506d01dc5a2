"""What a check says, and what every check looks like.

A check walks a chat and yields one finding per opportunity: met, missed, or could not judge. What it does not
yield is its not-applicable. `run_check` turns that into one result per agent of the chat, and a crash into a
value, so that one bad chat never stops a run and never moves a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.language import AnnotatedMessage, AnnotatedTranscript, Span


class Outcome(StrEnum):
    """How an opportunity, or a whole check, came out. ERROR is a crash: it makes an evaluation incomplete."""

    MET = "met"
    MISSED = "missed"
    NOT_APPLICABLE = "not_applicable"
    COULD_NOT_JUDGE = "could_not_judge"
    ERROR = "error"


class Severity(StrEnum):
    """How grave a miss is. A missed critical criterion fails the evaluation."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Status(StrEnum):
    """PREVIEW is shown as advice and takes no points; STABLE counts."""

    PREVIEW = "preview"
    STABLE = "stable"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words a finding rests on: the half-open slice [start, end) of one message's text, and the quote."""

    message_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One opportunity and how the agent took it.

    `searched` are the ids of the messages in which something was looked for, when the finding is about an
    absence. `note` is a fact; `suggestion` is advice to the agent, empty where nothing is to be done.
    """

    agent_id: str
    outcome: Outcome
    evidence: tuple[Evidence, ...]
    note: str
    suggestion: str = ""
    searched: tuple[str, ...] = ()
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Measured:
    """How often a check was right in one language. `data` says on which chats, and whether it was tuned on them.

    `right` of `flagged` misses were misses to a human reader: its precision.
    """

    language: str
    right: int
    flagged: int
    data: str

    def __str__(self) -> str:
        counts = f"{self.right} of {self.flagged} flagged misses were right" if self.flagged else "nothing was flagged"
        return f"{self.language}: {counts} ({self.data})"


@dataclass(frozen=True, slots=True)
class CheckMeta:
    """What a check declares about itself.

    `languages` are those whose words it reads; empty for a check that reads none (times, repetitions).
    `preview_in` are the languages where it is not proven yet. `title` names the behaviour as the agent should
    have it ("Greets the customer"); `miss` names the miss ("No greeting").
    """

    id: str
    version: int
    severity: Severity
    title: str
    miss: str
    languages: tuple[str, ...] = ()
    preview_in: tuple[str, ...] = ()
    measured: tuple[Measured, ...] = ()

    def status(self, language: str | None) -> Status:
        """Whether the check counts in this language: not where it is in preview, nor, once it is in any, elsewhere."""
        unproven = language in self.preview_in or (bool(self.preview_in) and language not in self.languages)
        return Status.PREVIEW if unproven else Status.STABLE

    def met(self, chat: AnnotatedTranscript, at: AnnotatedMessage, span: Span | None = None, **more: Any) -> Finding:
        """The opportunity at this message was taken; `span` narrows the evidence (default: the whole message)."""
        return _finding(chat, at, span, Outcome.MET, more)

    def missed(self, chat: AnnotatedTranscript, at: AnnotatedMessage, span: Span | None = None, **more: Any) -> Finding:
        """The opportunity at this message was missed."""
        return _finding(chat, at, span, Outcome.MISSED, more)

    def unclear(
        self, chat: AnnotatedTranscript, at: AnnotatedMessage, span: Span | None = None, **more: Any
    ) -> Finding:
        """There was an opportunity at this message, and it cannot be judged; the note says why."""
        return _finding(chat, at, span, Outcome.COULD_NOT_JUDGE, more)


def _finding(
    chat: AnnotatedTranscript, at: AnnotatedMessage, span: Span | None, outcome: Outcome, more: dict[str, Any]
) -> Finding:
    """Build a finding at a message.

    `more`: note, suggestion, searched (messages), also (further evidence as (message, span) pairs), confidence, and
    agent_id where it is not the one who held the chat at the message.
    """
    evidence = [evidence_in(at, span), *(evidence_in(message, other) for message, other in more.pop("also", ()))]
    agent_id = more.pop("agent_id", None) or chat.holders[at.index]
    if agent_id is None:
        raise ValueError(f"message {at.id}: no agent held the chat, so nobody can be judged by it")
    searched = tuple(message.id for message in more.pop("searched", ()))
    return Finding(agent_id, outcome, tuple(evidence), searched=searched, **more)


def evidence_in(message: AnnotatedMessage, span: Span | None = None) -> Evidence:
    """The evidence a span of a message gives; the whole text without a span."""
    start, end = span or (0, len(message.text))
    return Evidence(message.id, start, end, message.text[start:end])


class Check(Protocol):
    """A frozen dataclass whose fields are its settings, and a walk over a chat."""

    meta: ClassVar[CheckMeta]

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        """Yield one finding per opportunity, met or missed."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check, one agent of one chat: its findings, and the outcome that follows from them.

    `reason` says why there are no findings: not applicable, could not judge, or the error.
    """

    check_id: str
    version: int
    status: Status
    severity: Severity
    agent_id: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""

    @property
    def judged(self) -> tuple[Finding, ...]:
        """The findings that count: met or missed."""
        return tuple(f for f in self.findings if f.outcome in {Outcome.MET, Outcome.MISSED})

    @property
    def share_met(self) -> float | None:
        """Opportunities met ÷ opportunities judged; None where none could be judged."""
        judged = self.judged
        return sum(f.outcome is Outcome.MET for f in judged) / len(judged) if judged else None


def run_check(check: Check, chat: AnnotatedTranscript, severity: Severity | None = None) -> Iterator[CheckResult]:
    """Yield one result per human agent of the chat, whatever the check does."""
    meta, agents = check.meta, chat.transcript.agents
    if not agents:
        return
    outcome, reason, findings = Outcome.NOT_APPLICABLE, "No occasion for it in this chat.", []
    if meta.languages and chat.language not in meta.languages:
        told = chat.language or "a language that cannot be told"
        outcome, reason = (
            Outcome.COULD_NOT_JUDGE,
            f"The chat is in {told}; this check reads {', '.join(meta.languages)}.",
        )
    else:
        try:
            findings = list(check.find(chat))
        except Exception as error:  # noqa: BLE001 - a crash is a value: the chat goes on, the evaluation is incomplete
            outcome, reason = Outcome.ERROR, f"{type(error).__name__}: {error}"
    for agent in agents:
        own = tuple(finding for finding in findings if finding.agent_id == agent)
        yield CheckResult(
            check_id=meta.id,
            version=meta.version,
            status=meta.status(chat.language),
            severity=severity or meta.severity,
            agent_id=agent,
            outcome=_overall(own) if own else outcome,
            findings=own,
            reason="" if own else reason,
        )


def _overall(findings: tuple[Finding, ...]) -> Outcome:
    outcomes = {finding.outcome for finding in findings}
    return next(o for o in (Outcome.MISSED, Outcome.MET, Outcome.COULD_NOT_JUDGE) if o in outcomes)


def finding_records(transcript_id: str, result: CheckResult) -> Iterator[dict[str, Any]]:
    """The lines of `--findings FILE.jsonl` for one result: one a finding, or one for the result without any."""
    common = {
        "transcript_id": transcript_id,
        "agent_id": result.agent_id,
        "check": result.check_id,
        "version": result.version,
        "status": str(result.status),
    }
    rest = {"severity": str(result.severity)}
    for f in result.findings:
        yield (
            common
            | {"outcome": str(f.outcome)}
            | rest
            | {
                "confidence": f.confidence,
                "evidence": [
                    {"message_id": e.message_id, "start": e.start, "end": e.end, "quote": e.quote} for e in f.evidence
                ],
                "searched": list(f.searched),
                "note": f.note,
                "suggestion": f.suggestion,
            }
        )
    if not result.findings:
        yield (
            common
            | {"outcome": str(result.outcome)}
            | rest
            | {
                "confidence": None,
                "evidence": [],
                "searched": [],
                "note": result.reason,
                "suggestion": "",
            }
        )
