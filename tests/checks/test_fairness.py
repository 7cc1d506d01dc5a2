"""No check about tone finds fault with courteous people, however they write; no check breaks on any text."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.checks import ALL_CHECKS
from pipeline.finding import Outcome, run_check
from pipeline.transcript import Message, Role, Transcript
from tests.chats import annotated, lexicons

FOLDER = Path(__file__).parents[2] / "fixtures" / "fairness"
GROUPS = {"plain", "terse", "non-native", "warm"}
TONE = [check() for check in ALL_CHECKS if check.meta.id.startswith("courtesy.")]
WORDS = [check() for check in ALL_CHECKS if check.meta.id.startswith(("courtesy.", "compliance."))]
HELLO = {"en": "Hello, I have a question.", "zh": "你好，我想问一下", "da": "Hej, jeg har et spørgsmål."}


def groups(language: str) -> list[dict[str, Any]]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))["group"]


def reply(language: str | None, said: str) -> Transcript:
    asked = HELLO.get(language or "", "?")
    return Transcript("fair", (Message("m0", Role.CUSTOMER, asked), Message("m1", Role.AGENT, said)), language=language)


@pytest.mark.parametrize(
    ("language", "group"),
    [pytest.param(lang, group, id=f"{lang}-{group['name']}") for lang in HELLO for group in groups(lang)],
)
def test_no_tone_check_faults_a_courteous_message(language: str, group: dict[str, Any]) -> None:
    faulted = [
        (check.meta.id, finding.evidence[0].quote, said)
        for said in group["messages"]
        for check in TONE
        for result in run_check(check, annotated(reply(language, said)))
        for finding in result.findings
        if finding.outcome is Outcome.MISSED
    ]

    assert not faulted


@pytest.mark.parametrize("language", HELLO)
def test_the_fairness_fixtures_cover_the_ways_people_write(language: str) -> None:
    sizes = {group["name"]: len(set(group["messages"])) for group in groups(language)}

    assert set(sizes) > GROUPS
    assert min(sizes.values()) >= 12


def _listed_words() -> list[str]:
    words = {word for lexicon in lexicons()._lexicons.values() for cue in lexicon.values() for word in cue.phrases}
    return sorted(words)


TEXTS = st.text(max_size=80) | st.lists(
    st.sampled_from(_listed_words())
    | st.text(max_size=8)
    | st.sampled_from(["[card]", "“", '"', ". ", "，", "123456"]),
    max_size=8,
).map(" ".join)


@given(said=TEXTS, language=st.sampled_from(["en", "zh", "da", None]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_checks_of_wording_survive_any_text_and_quote_it_exactly(said: str, language: str | None) -> None:
    chat = annotated(reply(language, said))

    for check in WORDS:
        for result in run_check(check, chat):
            assert result.outcome is not Outcome.ERROR, (check.meta.id, result.reason)
            for evidence in (e for finding in result.findings for e in finding.evidence):
                text = chat.messages[int(evidence.message_id[1:])].text
                assert 0 <= evidence.start <= evidence.end <= len(text)
                assert text[evidence.start : evidence.end] == evidence.quote
