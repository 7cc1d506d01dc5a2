"""Chats as they stand on a page: who spoke, when, and which words a finding rests on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.finding import Outcome, Severity, Status
from pipeline.reporting import figures
from pipeline.reporting.text import Mark, language_tag, marked
from pipeline.transcript import Kind, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import tzinfo

    from markupsafe import Markup

    from pipeline.finding import CheckMeta, CheckResult, Finding
    from pipeline.store import AuditedUnit
    from pipeline.transcript import Message, Transcript

PER_PAGE = 200
_FEW = 6  # messages of context in an excerpt
_UNSEEN = {
    Kind.IMAGE: "Image",
    Kind.VOICE: "Voice message",
    Kind.FILE: "File",
    Kind.RECALLED: "Recalled message",
    Kind.UNREADABLE: "Message that could not be read",
}


@dataclass(frozen=True, slots=True)
class NoteView:
    """What a finding says, under the message that it is about."""

    outcome: str
    label: str
    title: str
    note: str
    reference: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message. `side` is you, customer, agent, bot or system; `skipped` counts messages left out before it."""

    anchor: str
    side: str
    who: str
    time: str
    moment: str
    unseen: str
    words: Markup
    notes: tuple[NoteView, ...]
    skipped: int


@dataclass(frozen=True, slots=True)
class ExcerptView:
    """The messages around a finding; `words` is the one it rests on first."""

    href: str
    chat: str
    language: str
    words: Markup
    messages: tuple[MessageView, ...]


@dataclass(frozen=True, slots=True)
class CriterionView:
    """How one check came out in one chat."""

    outcome: str
    label: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class ChatView:
    """One audited chat."""

    anchor: str
    id: str
    day: str
    language: str
    language_name: str
    score: str
    sampled: bool
    failed: bool
    incomplete: bool
    missed: str
    length: str
    criteria: tuple[CriterionView, ...]
    no_occasion: tuple[str, ...]
    messages: tuple[MessageView, ...]


def shows(unit: AuditedUnit) -> bool:
    """Whether a unit has a place on the agent's page: it was drawn, or screening found something critical in it."""
    return unit.inclusion is not None or bool(unit.evaluation.failed_by)


def page_name(number: int) -> str:
    """The file of a page of chats; the first is the agent's main page."""
    return "index.html" if number == 1 else f"chats-{number}.html"


def page_of(chat: int) -> int:
    """The page that the nth chat of an agent stands on."""
    return (chat - 1) // PER_PAGE + 1


def reference(transcript_id: str, check_id: str, finding: Finding) -> str:
    """What an agent quotes to dispute a finding; all its parts stand in the findings file too."""
    at = finding.evidence[0]
    return f"{transcript_id}/{at.message_id}:{at.start}/{check_id}"


@dataclass(frozen=True, slots=True)
class ChatReader:
    """Turns the chats of one agent into views.

    `blanket` are the checks that every message of the agent is an opportunity for. Where such a check is met, nothing
    was wrong with a message, which is counted but not marked.
    """

    agent_id: str
    checks: Mapping[str, CheckMeta]
    zone: tzinfo
    blanket: Collection[str] = ()

    def chat(self, transcript: Transcript, unit: AuditedUnit, number: int) -> ChatView:
        """The nth chat of the agent."""
        evaluation = unit.evaluation
        results = [r for r in evaluation.results if unit.inclusion is not None or r.check_id in evaluation.failed_by]
        missed = sum(f.outcome is Outcome.MISSED for r in results if r.status is Status.STABLE for f in r.findings)
        started = transcript.started_at
        return ChatView(
            anchor=f"c{number}",
            id=transcript.id,
            day=figures.day(started.astimezone(self.zone)) if started else unit.day or "day not known",
            language=language_tag(unit.language),
            language_name=figures.language_name(unit.language),
            score="not judged" if evaluation.score is None else str(figures.hundredths(evaluation.score)),
            sampled=unit.inclusion is not None,
            failed=bool(evaluation.failed_by),
            incomplete=evaluation.incomplete,
            missed=figures.counted(missed, "point to look at", "points to look at") if missed else "",
            length=figures.counted(len(transcript.messages), "message", "messages"),
            criteria=tuple(self._criterion(r) for r in results if r.outcome is not Outcome.NOT_APPLICABLE),
            no_occasion=tuple(self.checks[r.check_id].title for r in results if r.outcome is Outcome.NOT_APPLICABLE),
            messages=tuple(self._messages(transcript, results, range(len(transcript.messages)), f"c{number}-")),
        )

    def excerpt(
        self, transcript: Transcript, unit: AuditedUnit, result: CheckResult, finding: Finding, number: int
    ) -> ExcerptView:
        """A finding in its context: the messages of its evidence, their neighbours, and what was searched."""
        places = {message.id: index for index, message in enumerate(transcript.messages)}
        evidence = [places[e.message_id] for e in finding.evidence]
        wanted = dict.fromkeys(evidence)
        for near in (1, -1, 2):
            wanted |= dict.fromkeys(index + near for index in evidence)
        wanted |= dict.fromkeys(places[m] for m in finding.searched)
        few = sorted([index for index in wanted if 0 <= index < len(transcript.messages)][:_FEW])
        messages = tuple(self._messages(transcript, [result], few, "", only=finding))
        started = transcript.started_at
        page = page_of(number)
        return ExcerptView(
            href=f"{'' if page == 1 else page_name(page)}#c{number}-{evidence[0]}",
            chat=f"{transcript.id}, {figures.day(started.astimezone(self.zone))}" if started else transcript.id,
            language=language_tag(unit.language),
            words=messages[few.index(evidence[0])].words,
            messages=messages,
        )

    def telling(self, transcript: Transcript, check_id: str, finding: Finding) -> bool:
        """Whether a met finding points at something the agent did, rather than at the absence of a fault."""
        at = finding.evidence[0]
        message = next(m for m in transcript.messages if m.id == at.message_id)
        if at.end - at.start < len(message.text):
            return True
        return check_id not in self.blanket and message.human_agent and message.agent_id == self.agent_id

    def _messages(
        self,
        transcript: Transcript,
        results: Iterable[CheckResult],
        indexes: Iterable[int],
        anchor: str,
        only: Finding | None = None,
    ) -> Iterator[MessageView]:
        marks: dict[str, list[Mark]] = defaultdict(list)
        notes: dict[str, list[NoteView]] = defaultdict(list)
        for result in results:
            for finding in [only] if only else result.findings:
                if not only and not self._marked(transcript, result, finding):
                    continue
                for evidence in finding.evidence:
                    marks[evidence.message_id].append(Mark(evidence.start, evidence.end, _kind(result, finding)))
                if not only:
                    notes[finding.evidence[0].message_id].append(self._note(transcript.id, result, finding))
        before = 0
        for index in indexes:
            message = transcript.messages[index]
            yield self._message(message, f"{anchor}{index}", marks[message.id], notes[message.id], index - before)
            before = index + 1

    def _marked(self, transcript: Transcript, result: CheckResult, finding: Finding) -> bool:
        if finding.outcome is Outcome.MET:
            return self.telling(transcript, result.check_id, finding)
        return finding.outcome is Outcome.MISSED

    def _message(
        self, message: Message, anchor: str, marks: list[Mark], notes: list[NoteView], skipped: int
    ) -> MessageView:
        side, who = self._speaker(message)
        sent_at = message.sent_at and message.sent_at.astimezone(self.zone)
        return MessageView(
            anchor=anchor,
            side=side,
            who=who,
            time=figures.clock(sent_at) if sent_at else "",
            moment=sent_at.isoformat() if sent_at else "",
            unseen=_UNSEEN.get(message.kind, ""),
            words=marked(message.text, marks),
            notes=tuple(notes),
            skipped=skipped,
        )

    def _speaker(self, message: Message) -> tuple[str, str]:
        if message.role is Role.CUSTOMER:
            return "customer", "Customer"
        if message.role is Role.SYSTEM or message.kind is Kind.EVENT:
            return "system", "System"
        if message.role is Role.BOT:
            return "bot", "Bot"
        if message.automatic:
            return "bot", "Automatic reply"
        return ("you", "You") if message.agent_id == self.agent_id else ("agent", "Another agent")

    def _note(self, transcript_id: str, result: CheckResult, finding: Finding) -> NoteView:
        meta = self.checks[result.check_id]
        missed = finding.outcome is Outcome.MISSED
        return NoteView(
            outcome=_kind(result, finding),
            label=_label(result, finding.outcome),
            title=meta.miss if missed else meta.title,
            note=finding.note,
            reference=reference(transcript_id, result.check_id, finding) if missed else "",
        )

    def _criterion(self, result: CheckResult) -> CriterionView:
        judged = result.judged
        met = sum(f.outcome is Outcome.MET for f in judged)
        return CriterionView(
            outcome=str(result.outcome),
            label=_label(result, result.outcome),
            title=self.checks[result.check_id].title,
            detail=f"{met} of {len(judged)}" if judged else result.reason or result.findings[0].note,
        )


def _kind(result: CheckResult, finding: Finding) -> str:
    advice = finding.outcome is Outcome.MISSED and result.status is Status.PREVIEW
    return "advice" if advice else str(finding.outcome)


_LABELS = {
    Outcome.MET: "Met",
    Outcome.MISSED: "Missed",
    Outcome.COULD_NOT_JUDGE: "Could not judge",
    Outcome.ERROR: "Check failed to run",
    Outcome.NOT_APPLICABLE: "No occasion",
}


def _label(result: CheckResult, outcome: Outcome) -> str:
    if outcome is Outcome.MISSED and result.status is Status.PREVIEW:
        return "Advice"
    if outcome is Outcome.MISSED and result.severity is Severity.CRITICAL:
        return "Missed, critical"
    return _LABELS[outcome]
