"""A small invented desk with a scorecard of its own, so that pages are tested apart from the real checks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from pipeline.checks.kinds import forbidden
from pipeline.finding import CheckMeta, Finding, Measured, Severity, Status, run_check
from pipeline.reporting import AgentInput, SiteSummary, write_site
from pipeline.sampling import Plan, Sample, Unit, draw
from pipeline.scorecard import Criterion, Scorecard, Section, evaluate
from pipeline.service import ServiceFacts, service_facts
from pipeline.service.metrics import PRESETS, Metric, metrics
from pipeline.store.records import AuditedUnit, Run
from pipeline.transcript import Transcript
from tests.chats import annotated, chat

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.language import AnnotatedTranscript

HELLO = re.compile(r"hello|hi\b|您好|你好|hej", re.IGNORECASE)
LATE = re.compile(r"late|never came|还没到|迟|forsinket|ikke kommet", re.IGNORECASE)
SORRY = re.compile(r"so sorry[^.!]*|sorry|非常抱歉|抱歉|beklager|undskyld", re.IGNORECASE)
RUDE = re.compile(r"clown|笨蛋|klovn", re.IGNORECASE)
CAPITALS = re.compile(r"[A-Z]{4,}(?: [A-Z]{4,})+")
HELP = re.compile(r"anything else[^.?]*\??|还有什么[^。？]*[。？]?|hjælpe med andet", re.IGNORECASE)
LANGUAGES = ("en", "zh", "da")


def _meta(check_id: str, severity: Severity, title: str, miss: str, **more: Any) -> CheckMeta:
    return CheckMeta(check_id, 1, severity, title, miss, LANGUAGES, **more)


@dataclass(frozen=True, slots=True)
class Greets:
    meta: ClassVar = _meta("process.greeting", Severity.MINOR, "Greets the customer", "No greeting")

    def find(self, chat: AnnotatedTranscript) -> Iterator[Finding]:
        first = next(m for m in chat.messages if m.by_agent)
        if found := HELLO.search(first.text):
            yield self.meta.met(chat, first, found.span(), note="The first message greets the customer.")
        else:
            yield self.meta.missed(
                chat, first, note="The first message has no greeting.", suggestion="Open with a short hello."
            )


@dataclass(frozen=True, slots=True)
class Apologises:
    meta: ClassVar = _meta(
        "empathy.apology",
        Severity.MAJOR,
        "Says sorry for a delay",
        "Delay without a word of regret",
        measured=(Measured("en", 41, 45, "45 chats of spring"),),
    )

    def find(self, chat: AnnotatedTranscript) -> Iterator[Finding]:
        for message in chat.messages:
            if not (message.by_customer and (late := LATE.search(message.text))):
                continue
            after = [m for m in chat.messages[message.index :] if m.by_agent]
            sorry = next(((m, s.span()) for m in after if (s := SORRY.search(m.text))), None)
            if sorry:
                yield self.meta.met(chat, message, late.span(), also=[sorry], note="The delay is met with an apology.")
            else:
                yield self.meta.missed(
                    chat,
                    message,
                    late.span(),
                    searched=after,
                    note="The customer tells of a delay, and none of the replies says sorry.",
                    suggestion="Name the delay and say sorry once, before the solution.",
                    confidence=0.9,
                )


@dataclass(frozen=True, slots=True)
class Shouts:
    meta: ClassVar = _meta("courtesy.shouting", Severity.MINOR, "Writes in a calm hand", "Message in capitals")

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        return forbidden(
            self.meta,
            chat,
            lambda m: found.span() if (found := CAPITALS.search(m.text)) else None,
            missed="These words are written in capitals.",
            met="Written in ordinary letters.",
            suggestion="Write it in ordinary letters.",
        )


@dataclass(frozen=True, slots=True)
class Abuse:
    meta: ClassVar = _meta("courtesy.abuse", Severity.CRITICAL, "Stays respectful", "Insult to the customer")

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        return forbidden(
            self.meta,
            chat,
            lambda m: found.span() if (found := RUDE.search(m.text)) else None,
            missed="These words insult the customer.",
            met="Respectful.",
            suggestion="Step away for a moment, or hand the chat over.",
        )


@dataclass(frozen=True, slots=True)
class OffersHelp:
    meta: ClassVar = _meta(
        "process.further-help", Severity.MINOR, "Offers further help", "No offer of further help", preview_in=LANGUAGES
    )

    def find(self, chat: AnnotatedTranscript) -> Iterator[Finding]:
        last = [m for m in chat.messages if m.by_agent][-1]
        if found := HELP.search(last.text):
            yield self.meta.met(chat, last, found.span(), note="The chat ends with an offer of help.")
        else:
            yield self.meta.missed(chat, last, note="The last message offers no further help.", suggestion="Ask once.")


@dataclass(frozen=True, slots=True)
class Breaks:
    meta: ClassVar = _meta("process.breaks", Severity.MINOR, "Never breaks", "Broken")

    def find(self, chat: AnnotatedTranscript) -> Iterator[Finding]:
        if any("crash" in m.text for m in chat.messages):
            raise RuntimeError("no model here")
        return iter(())


SCORECARD = Scorecard(
    id="desk",
    version=3,
    title="Desk scorecard",
    sections=(
        Section("care", "Care", (Criterion(Greets(), 20, Severity.MINOR), Criterion(Apologises(), 40, Severity.MAJOR))),
        Section(
            "courtesy",
            "Courtesy",
            (
                Criterion(Shouts(), 20, Severity.MINOR),
                Criterion(Abuse(), 20, Severity.CRITICAL),
                Criterion(OffersHelp(), 0, Severity.MINOR),
                Criterion(Breaks(), 0, Severity.MINOR),
            ),
        ),
    ),
    phrases=(),
    digest="5c" * 32,
    source="invented",
)


def judged(transcript: Transcript, agent_id: str, inclusion: float | None = 1.0) -> AuditedUnit:
    """One agent in one chat, judged by the desk's scorecard; only for what is critical where it is not sampled."""
    seen = annotated(transcript)
    results = [
        result
        for criterion in SCORECARD.criteria
        if inclusion is not None or criterion.severity is Severity.CRITICAL
        for result in run_check(criterion.check, seen, criterion.severity)
        if result.agent_id == agent_id
    ]
    started = transcript.started_at
    return AuditedUnit(
        evaluation=evaluate(transcript.id, agent_id, results, SCORECARD),
        inclusion=inclusion,
        day=started.date().isoformat() if started else None,
        language=seen.language,
        messages=len(transcript.messages),
        service=service_facts(seen, agent_id),
    )


def on_day(transcript: Transcript, day: int) -> Transcript:
    """The same chat some days later."""
    later = timedelta(days=day)
    return replace(
        transcript,
        messages=tuple(replace(m, sent_at=m.sent_at and m.sent_at + later) for m in transcript.messages),
    )


def desk_metrics(facts: Iterable[ServiceFacts]) -> list[Metric]:
    return metrics(facts, PRESETS["plain"])


def run(**changes: Any) -> Run:
    return replace(
        Run(
            key="ab" * 32,
            kind="ad-hoc",
            since=datetime(2026, 11, 1, tzinfo=UTC),
            until=datetime(2026, 12, 1, tzinfo=UTC),
            selection={"queues": ["returns & refunds"]},
            time_zone="UTC",
            source_digest="cd" * 32,
            plan="all",
            seed=7,
            scorecard_id="desk",
            scorecard_version=3,
            scorecard_digest="5c" * 32,
            scorecard="invented",
            pipeline_version="0.1.0",
            lexicon_digest="ef" * 32,
            model_digest="ab" * 32,
            started_at=datetime(2026, 12, 1, tzinfo=UTC),
        ),
        **changes,
    )


LOSS = {
    "conversations": {"read": 14, "kept": 12, "merged": 1, "dropped": 0, "quarantined": 1},
    "messages": {"read": 90, "kept": 84, "merged": 5, "dropped": 1, "quarantined": 0},
    "reasons": {"messages: expected a list of at least one message": 1, "an empty line": 1},
}

Chats = Sequence[tuple[Transcript, AuditedUnit]]


def site(folder: Path, chats: Chats, *, names: dict[str, str] | None = None, **changes: Any) -> SiteSummary:
    """Write the site of these judged chats."""
    agents = sorted({unit.evaluation.agent_id for _, unit in chats})

    def audited(agent: str) -> Iterator[tuple[Transcript, AuditedUnit]]:
        return ((t, u) for t, u in chats if u.evaluation.agent_id == agent)

    return write_site(
        folder,
        run=changes.pop("run", run()),
        scorecard=SCORECARD,
        sample=changes.pop("sample", sample_of(chats)),
        agents=[AgentInput(a, (names or {}).get(a, a), lambda a=a: audited(a)) for a in agents],
        loss=changes.pop("loss", LOSS),
        metrics=desk_metrics,
    )


def sample_of(chats: Chats, seed: int = 7) -> Sample:
    """The sample that these chats are: those with an inclusion probability, out of all."""
    whole = draw((Unit(t.id, u.evaluation.agent_id) for t, u in chats), Plan(None), seed)
    units = {Unit(t.id, u.evaluation.agent_id): u.inclusion for t, u in chats if u.inclusion is not None}
    return replace(whole, units=units)


TALES = {
    "kind": """
        customer 09:00: Hi, my parcel never came. It was a birthday present.
        agent({agent}) 09:01: Hello! I am so sorry about the delay, that is a sad birthday.
        agent({agent}) 09:02: I have sent a new one by express.
        customer 09:03: Thank you 😊
        agent({agent}) 09:04: Gladly. Is there anything else I can do?
    """,
    "curt": """
        customer 10:00: The lamp is two weeks late!
        agent({agent}) 10:20: It is on its way.
        customer 10:21: You said so last week.
        agent({agent}) 10:40: WAIT UNTIL FRIDAY PLEASE and then write again.
        customer 10:41 [image]: tracking.png
        agent({agent}) 10:45: ok
    """,
    "rude": """
        customer 11:00: Your app says delivered. It is not.
        agent({agent}) 11:03: Hello. Look again, you clown.
        customer 11:04: Excuse me?
    """,
    "zh": """
        customer 12:00: 你好，我的快递还没到，已经五天了
        agent({agent}) 12:01: 您好，非常抱歉让您久等了，我马上帮您查询
        customer 12:02: 好的，谢谢
        agent({agent}) 12:05: 包裹明天送达，请问还有什么可以帮您？
    """,
    "da": """
        customer 13:00: Min pakke er forsinket igen.
        agent({agent}) 13:02: Hej. Den kommer i morgen.
        customer 13:03: Det sagde I også i går …
        agent({agent}) 13:04: Det er jeg ked af at høre. Jeg ringer til fragtmanden.
    """,
    "shared": """
        customer 14:00: Hello, two questions about my order please.
        agent({agent}) 14:01: Hello! Ask away.
        system: The chat was passed on.
        agent(someone-else) 14:05: I take over from here.
        customer 14:06: Fine.
    """,
    "crash": """
        customer 15:00: Does it crash often?
        agent({agent}) 15:01: Hello, never.
    """,
}


@cache
def chats() -> Chats:
    """Four agents: one kind, one curt, one with a critical miss outside the sample, one seen three times only."""
    plan = {
        "ana": ["kind", "zh", "kind", "shared", "da", "kind", "zh", "kind"],
        "Bo": ["curt", "kind", "curt", "da", "curt", "crash"],
        "店铺名:小迪": ["zh", "zh", "rude", "zh", "kind", "shared", "rude"],
        "../x": ["da", "kind", "shared"],
    }
    found = []
    for agent, tales in plan.items():
        for number, tale in enumerate(tales):
            transcript = chat(TALES[tale].format(agent=agent), id=f"{tale}-{len(found)}")
            inclusion = None if tale == "rude" and number == 6 else 1.0
            moved = on_day(transcript, number)
            found.append((moved, judged(moved, agent, inclusion)))
    return found


assert Status.PREVIEW in {OffersHelp.meta.status(language) for language in LANGUAGES}
