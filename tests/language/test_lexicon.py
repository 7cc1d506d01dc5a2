from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import resources
from pipeline.language import Annotator, PhraseChange, load_lexicons
from pipeline.language.lexicon import LexiconError, Lexicons
from tests.chats import chat, lexicons

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 'source = "ours"\nlicence = "Apache-2.0"\n'


def written(folder: Path, text: str, language: str = "en") -> Lexicons:
    (folder / language).mkdir(exist_ok=True)
    (folder / language / "cue.toml").write_text(HEAD + text, "utf-8")
    return load_lexicons(folder)


def found(folder: Path, text: str, said: str, language: str = "en") -> list[str]:
    cues = written(folder, text, language).finder(language).find(said)
    return [said[start:end] for start, end in cues.get("cue", ())]


@pytest.mark.parametrize(
    ("phrase", "said", "spans"),
    [
        ("one moment", "ONE MOMENT please", ["ONE MOMENT"]),
        ("I am sorry", "Oh, I’m sorry!", ["I’m sorry"]),
        ("hold on", "please hold on!!thanks", ["hold on"]),
        ("cat", "concatenate the cat", ["cat"]),
        ("thank you", "thank you thank you", ["thank you", "thank you"]),
    ],
)
def test_a_phrase_is_found_at_its_exact_place(tmp_path: Path, phrase: str, said: str, spans: list[str]) -> None:
    assert found(tmp_path, f'phrases = ["{phrase}"]', said) == spans


def test_latin_words_in_chinese_are_not_cut(tmp_path: Path) -> None:
    assert found(tmp_path, 'phrases = ["cat", "稍等"]', "concatenate一下，稍等，cat", "zh") == ["稍等", "cat"]


def test_a_hit_inside_an_exception_is_none(tmp_path: Path) -> None:
    text = 'phrases = ["one moment"]\nexcept = ["one moment ago"]'

    assert found(tmp_path, text, "one moment ago you said: one moment") == ["one moment"]


def test_a_pattern_is_found_only_where_its_words_stand(tmp_path: Path) -> None:
    text = 'patterns = [[{NORM = {IN = ["give", "send"]}}, {NORM = "me", OP = "?"}, {NORM = "your"}, {NORM = "pin"}]]'

    assert found(tmp_path, text, "Please send me your PIN now") == ["send me your PIN"]
    assert found(tmp_path, text, "Please send me your address") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('phrases = "one moment"', "phrases must be a list of texts"),
        ('phrase = ["x"]', "unknown key 'phrase'"),
        ('patterns = [[{OP = "?"}]]', "needs a word that is not optional"),
        ("phrases = [", "not readable as TOML"),
    ],
)
def test_a_wrong_list_is_refused_with_what_to_change(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(LexiconError, match=told):
        written(tmp_path, text).finder("en")


def test_a_list_without_its_licence_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "cue.toml").write_text('source = "ours"\n', "utf-8")

    with pytest.raises(LexiconError, match="licence is missing"):
        load_lexicons(tmp_path)


def test_a_scorecard_adds_and_drops_phrases_and_its_words_change_the_digest(tmp_path: Path) -> None:
    lists = written(tmp_path, 'phrases = ["one moment"]')

    changed = lists.changed([PhraseChange("cue", "en", add=("two ticks",), drop=("One moment",))])

    assert changed.finder("en").find("one moment, two ticks") == {"cue": ((12, 21),)}
    assert changed.digest != lists.digest


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (PhraseChange("que", "en", add=("x",)), "no such word list; did you mean 'cue'"),
        (PhraseChange("cue", "fr", add=("x",)), "languages: en"),
        (PhraseChange("cue", "en", drop=("one momnt",)), "'one momnt' is not on the list; did you mean 'one moment'"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(tmp_path: Path, change: PhraseChange, told: str) -> None:
    with pytest.raises(LexiconError, match=told):
        written(tmp_path, 'phrases = ["one moment"]').changed([change])


@given(st.text(max_size=80), st.sampled_from(["en", "zh", "da"]))
def test_whatever_text_comes_spans_lie_inside_it_in_order(text: str, language: str) -> None:
    for spans in lexicons().finder(language).find(text).values():
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))


@pytest.mark.parametrize("language", ["en", "zh", "da"])
def test_no_list_is_slow_on_a_long_text_made_of_its_own_words(language: str) -> None:
    # A pattern whose repetitions can be split in many ways takes for ever on such a text: this test would not end.
    path = sorted((resources.LEXICONS / language).glob("*.toml"))
    words = "".join(file.read_text("utf-8") for file in path)[:40_000]

    assert lexicons().finder(language).find(words)


def test_what_is_annotated_does_not_depend_on_what_was_annotated_before() -> None:
    transcripts = [chat("customer: Hvor er min pakke?\nagent: Et øjeblik, jeg ser efter.", id=str(n)) for n in range(3)]

    first, *_, last = Annotator(lexicons()).annotate(transcripts)

    assert [message.cues for message in first.messages] == [message.cues for message in last.messages]
