"""The second opinion on languages: what a text must hold to be in one."""

from __future__ import annotations

import pytest

from pipeline.language.function_words import spoken
from pipeline.language.identify import _CANDIDATES


@pytest.mark.parametrize(
    ("text", "language", "not_in"),
    [
        ("Your parcel will be with you by the end of the day", "en", ["da"]),
        ("Din pakke bliver leveret til dig i morgen, hvis du er hjemme", "da", ["en"]),
        ("您的包裹明天会到", "zh", ["en"]),
        ("Wir schicken Ihnen die Karte, sobald sie da ist", "de", ["en", "da"]),
    ],
)
def test_a_sentence_is_told_by_its_small_words(text: str, language: str, not_in: list[str]) -> None:
    assert spoken(text, language, not_in=not_in)


@pytest.mark.parametrize(
    ("text", "language", "not_in"),
    [
        ("ThinkPad Extreme Performance Edition 16 GB", "en", ["zh"]),
        ("DEPARTED SORTING CENTRE ROTTERDAM", "en", ["zh"]),
        ("上海市浦东新区世纪大道", "zh", ["en"]),
        ("Hei, det skal vi ordne med en gang", "sv", ["da"]),
        ("", "en", []),
    ],
)
def test_names_lists_and_neighbours_tell_no_language(text: str, language: str, not_in: list[str]) -> None:
    assert not spoken(text, language, not_in=not_in)


@pytest.mark.parametrize("language", _CANDIDATES)
def test_every_language_that_can_be_identified_has_function_words(language: str) -> None:
    assert isinstance(spoken("a b c", language, not_in=_CANDIDATES), bool)
