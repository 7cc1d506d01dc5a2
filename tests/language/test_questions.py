"""Where the sentences of a message begin and end."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.questions import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where is it? I want it now!! Thanks", ["Where is it?", "I want it now!!", "Thanks"]),
        ("I paid 4.50 euros. Why?", ["I paid 4.50 euros.", "Why?"]),
        ("See https://example.com/a.b and mail me. Ok", ["See https://example.com/a.b and mail me.", "Ok"]),
        ("我的包裹在哪？谢谢！请帮我查一下。", ["我的包裹在哪？", "谢谢！", "请帮我查一下。"]),
        ("价格是3.5元；可以吗", ["价格是3.5元；", "可以吗"]),
        (
            "Hvor er min pakke?\nDen kostede 4.50 kr. Kan I hjælpe?",
            ["Hvor er min pakke?", "Den kostede 4.50 kr.", "Kan I hjælpe?"],
        ),
        ("Hi... where is it", ["Hi...", "where is it"]),
        ("Really?!Yes", ["Really?!", "Yes"]),
        ("  Hello.   Where?  ", ["Hello.", "Where?"]),
        ("first line\n\nsecond line", ["first line", "second line"]),
        ("?! ... 。", []),
        ("👍", []),
        ("", []),
    ],
)
def test_a_sentence_holds_a_word_and_its_end_mark_and_no_spaces_around(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(st.text(max_size=60) | st.text(alphabet="ab1 .,!?…。？;\n", max_size=60))
def test_every_word_stands_in_one_sentence_and_sentences_are_in_order(text: str) -> None:
    spans = list(sentences(text))

    assert all(0 <= start < end <= len(text) and text[start:end] == text[start:end].strip() for start, end in spans)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))
    inside = {place for start, end in spans for place in range(start, end)}
    assert all(word.start() in inside for word in re.finditer(r"\w", text))
