"""What a scorecard can change about the checks of compliance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.checks.compliance_forbidden_phrase import ForbiddenPhrase
from pipeline.checks.compliance_sensitive_data import SensitiveData
from pipeline.finding import Check, Outcome
from pipeline.language import PhraseChange
from pipeline.scorecard import load_scorecard
from tests.chats import annotated, chat

if TYPE_CHECKING:
    from pathlib import Path

SCORECARD = """
id = "strict"
version = 1
title = "A house with phrases of its own"

[[sections]]
id = "compliance"
title = "Compliance"

[[sections.criteria]]
check = "compliance.forbidden-phrase"
weight = 100

[phrases.forbidden-phrase.en]
add = ["no questions asked"]
drop = ["world's best"]
"""


def missed(check: Check, lines: str, *changes: PhraseChange) -> list[str]:
    found = check.find(annotated(chat(lines), *changes))
    return [finding.evidence[0].quote for finding in found if finding.outcome is Outcome.MISSED]


def test_a_scorecard_adds_and_drops_forbidden_phrases(tmp_path: Path) -> None:
    path = tmp_path / "strict.toml"
    path.write_text(SCORECARD, "utf-8")
    lines = """
        customer: What is your return policy for the kettle?
        agent: You can return it within 30 days, no questions asked.
        agent: People call it the world's best kettle.
        agent: And it never breaks.
    """

    assert missed(ForbiddenPhrase(), lines) == ["world's best", "never breaks"]
    assert missed(ForbiddenPhrase(), lines, *load_scorecard(path).phrases) == ["no questions asked", "never breaks"]


def test_a_desk_that_must_ask_for_the_national_id_drops_its_name() -> None:
    lines = """
        customer: Jeg vil gerne oprette et abonnement hos jer.
        agent: Må jeg få dit CPR-nummer?
        agent: Må jeg få dit kortnummer?
    """
    change = PhraseChange("sensitive-datum", "da", drop=("cpr-nummer", "cpr"))

    assert missed(SensitiveData(), lines) == ["Må jeg få dit CPR-nummer", "Må jeg få dit kortnummer"]
    assert missed(SensitiveData(), lines, change) == ["Må jeg få dit kortnummer"]


def test_a_disclosure_and_a_request_in_one_message_are_one_finding_at_the_first_words() -> None:
    lines = """
        customer: Which card do you have on file for me?
        agent: We have [card] on file, but please send me your new card number.
    """

    assert missed(SensitiveData(), lines) == ["[card]"]
