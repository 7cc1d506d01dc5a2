"""Sentence, clause, negation and quotation around a phrase."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.clauses import before_in_clause, negated, quoted, sentence


def span(text: str, phrase: str) -> tuple[int, int]:
    return text.index(phrase), text.index(phrase) + len(phrase)


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("It costs 4.50 euros. Shall I book it? Yes.", "book", " Shall I book it"),
        ("有货的。明天发货！谢谢", "发货", "明天发货"),
        ("Ja. Den koster 4.50 kr", "koster", " Den koster 4.50 kr"),
    ],
)
def test_a_sentence_ends_at_its_marks_and_not_inside_a_price(text: str, phrase: str, expected: str) -> None:
    start, end = sentence(text, span(text, phrase))

    assert text[start:end] == expected


def test_a_clause_ends_at_a_comma_and_in_chinese_at_a_space() -> None:
    assert before_in_clause("No, I guarantee it", span("No, I guarantee it", "guarantee")) == " I "
    assert before_in_clause("不好查 我保证有", span("不好查 我保证有", "保证")) == "我"


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("We cannot guarantee a date", "guarantee"),
        ("Please don’t message me there", "message me"),
        ("我们不能保证明天到", "保证"),
        ("請勿把驗證碼告訴別人", "驗證碼"),
        ("Vi kan ikke love det", "love"),
    ],
)
def test_a_denial_before_the_phrase_in_its_clause_negates_it(text: str, phrase: str) -> None:
    assert negated(text, span(text, phrase))


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("No problem, message me", "message me"),
        ("No problem just message me", "message me"),
        ("I do not see it. Send me the number", "Send me"),
        ("不好意思我保证明天到", "保证"),
        ("没问题加我微信", "加我微信"),
        ("特别好，我保证", "保证"),
        ("Det virker ikke, men jeg lover at se på det", "jeg lover"),
    ],
)
def test_a_polite_formula_or_another_clause_negates_nothing(text: str, phrase: str) -> None:
    assert not negated(text, span(text, phrase))


@pytest.mark.parametrize(
    "text", ["He said “fool” to me", 'He said "fool"', "他说「fool」", "Han sagde »fool«", "the 'fool'"]
)
def test_words_between_quotation_marks_are_quoted(text: str) -> None:
    assert quoted(text, span(text, "fool"))


def test_an_apostrophe_is_no_quotation_mark() -> None:
    text = "It's a fool's errand, isn't it"

    assert not quoted(text, span(text, "fool"))


@given(text=st.text(alphabet="ab ,.!?。，不not“”\"'\n", max_size=40), data=st.data())
def test_a_span_always_stands_in_its_sentence(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    left, right = sentence(text, (start, end))

    assert 0 <= left <= start <= end <= right <= len(text)
    assert before_in_clause(text, (start, end)) == text[start - len(before_in_clause(text, (start, end))) : start]
    assert negated(text, (start, end)) in {True, False}
    assert quoted(text, (start, end)) in {True, False}
