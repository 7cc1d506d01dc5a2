"""Text as typed: marks and escapes never change what a reader sees."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.reporting.text import Mark, language_tag, marked, shown
from tests.reporting.pages import fragment

# Any code point, lone surrogates too, with what tends to break pages made likely.
TEXT = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs", "Cc", "Cf"]),
        st.sampled_from("<>&\"'\r\n\t\0\u202e\u200b\u2066\ufeff\ufffe😀\u200d"),
    ),
    max_size=60,
)


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = draw(TEXT)
    place = st.integers(0, len(text))
    spans = st.tuples(place, place, st.sampled_from(["met", "missed", "advice"]))
    return text, [Mark(min(a, b), max(a, b), kind) for a, b, kind in draw(st.lists(spans, max_size=6))]


@given(marked_texts())
def test_marked_text_without_its_tags_is_the_text(case: tuple[str, list[Mark]]) -> None:
    text, marks = case
    assert fragment(marked(text, marks)).text == shown(text)


@given(marked_texts())
def test_exactly_the_evidence_is_marked(case: tuple[str, list[Mark]]) -> None:
    text, marks = case
    html = marked(text, marks)
    for kind in ("met", "missed", "advice"):
        covered = {place for mark in marks if mark.kind == kind for place in range(mark.start, mark.end)}
        found = "".join(e.text for e in fragment(html).of_class(kind))
        assert found == "".join(shown(text)[place] for place in sorted(covered))


@given(TEXT)
def test_shown_text_keeps_its_length_and_can_be_written(text: str) -> None:
    assert len(shown(text)) == len(text)
    shown(text).encode("utf-8")
    assert shown(shown(text)) == shown(text)


def test_what_html_cannot_carry_is_made_visible() -> None:
    assert shown("a\0b\x1b\x7f\x85\ud800\ufdd0") == "a␀b␛␡���"


def test_what_html_can_carry_stays_as_typed() -> None:
    typed = "<script>alert('1')</script> \"&amp;\" \u202eRTL\u200b\u200d 👩‍👧 שלום\r\n\tنعم"
    assert shown(typed) == typed
    assert "<script>" not in marked(typed, [])
    assert fragment(marked(typed, [])).text == typed


def test_a_narrow_mark_stands_out_inside_a_wide_one() -> None:
    html = marked("one two three", [Mark(0, 13, "missed"), Mark(4, 7, "missed")])
    assert html == (
        '<mark class="missed">one </mark><mark class="missed again">two</mark><mark class="missed"> three</mark>'
    )


def test_only_a_language_code_becomes_a_lang_attribute() -> None:
    assert [language_tag(code) for code in ("zh-Hans", "da", None, '"><b>', "English language")] == [
        "zh-Hans",
        "da",
        "",
        "",
        "",
    ]
