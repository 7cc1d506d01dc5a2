from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import pytest

from pipeline.finding import CheckMeta, Outcome, Severity, Status, finding_records, run_check
from tests.chats import annotated, chat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedTranscript

CHAT = annotated(chat("customer: Where is it?\nagent(a): On its way.\nagent(b): Hello.", language="en", id="c"))
META = CheckMeta("tests.says-way", 1, Severity.MINOR, "Says way", "No way", languages=("en",))


class SaysWay:
    meta: ClassVar[CheckMeta] = META

    def find(self, chat: AnnotatedTranscript) -> Iterator[Finding]:
        """Met where an agent says way, silent elsewhere."""
        for message in chat.messages:
            if message.by_agent and "way" in message.text:
                at = message.text.index("way")
                yield self.meta.met(chat, message, (at, at + 3), note="There it is.", searched=[message])


class Crashes:
    meta: ClassVar[CheckMeta] = META

    def find(self, chat: AnnotatedTranscript) -> Iterator[Finding]:
        """Crash after the first finding."""
        yield self.meta.met(chat, chat.messages[1], note="x")
        raise ZeroDivisionError("no")


def test_every_agent_gets_a_result_met_or_not_applicable() -> None:
    first, second = run_check(SaysWay(), CHAT)

    assert (first.agent_id, first.outcome, first.share_met) == ("a", Outcome.MET, 1.0)
    assert (second.agent_id, second.outcome, second.share_met) == ("b", Outcome.NOT_APPLICABLE, None)


def test_a_crash_is_a_value_for_every_agent_and_what_was_found_before_it_is_not_used() -> None:
    for result in run_check(Crashes(), CHAT):
        assert (result.outcome, result.findings, result.reason) == (Outcome.ERROR, (), "ZeroDivisionError: no")


def test_a_chat_in_a_language_the_check_does_not_read_could_not_be_judged() -> None:
    for result in run_check(SaysWay(), replace(CHAT, language="fr")):
        assert result.outcome is Outcome.COULD_NOT_JUDGE
        assert result.reason == "The chat is in fr; this check reads en."


def test_the_scorecard_s_severity_goes_before_the_check_s_own() -> None:
    assert {r.severity for r in run_check(SaysWay(), CHAT, Severity.CRITICAL)} == {Severity.CRITICAL}


def test_a_finding_line_carries_the_words_and_what_was_searched() -> None:
    result = next(run_check(SaysWay(), CHAT))

    assert list(finding_records("c", result)) == [
        {
            "transcript_id": "c",
            "agent_id": "a",
            "check": "tests.says-way",
            "version": 1,
            "status": "stable",
            "outcome": "met",
            "severity": "minor",
            "confidence": 1.0,
            "evidence": [{"message_id": "m1", "start": 7, "end": 10, "quote": "way"}],
            "searched": ["m1"],
            "note": "There it is.",
            "suggestion": "",
        }
    ]


@pytest.mark.parametrize(
    ("languages", "preview_in", "stable", "preview"),
    [
        (("en", "zh"), (), ["en", "zh", None], []),
        (("en", "zh"), ("en",), ["zh"], ["en", "fr", None]),
        ((), ("en", "zh", "da"), [], ["en", "fr", None]),
        ((), (), ["en", "fr", None], []),
    ],
)
def test_a_check_counts_only_where_it_is_proven(
    languages: tuple[str, ...], preview_in: tuple[str, ...], stable: list[str | None], preview: list[str | None]
) -> None:
    meta = replace(META, languages=languages, preview_in=preview_in)

    assert all(meta.status(language) is Status.STABLE for language in stable)
    assert all(meta.status(language) is Status.PREVIEW for language in preview)
