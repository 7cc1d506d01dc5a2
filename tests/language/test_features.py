"""What the models see of a message, and the laws that keep it the same wherever the message is met."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.language.features import (
    SHAPE,
    SPACES,
    FeatureSpace,
    document_counts,
    run_matrix,
    runs,
    runs_with_places,
    shape_matrix,
)
from tests.chats import lexicons

if TYPE_CHECKING:
    from pipeline.language.lexicon import Reading

SPACE = FeatureSpace(words=(1, 2, 3), characters=(2, 3, 4), bits=12)
RARITY = np.random.default_rng(1).uniform(1, 5, SPACE.buckets).astype(np.float32)
PAIRS = FeatureSpace(words=(2,), characters=(), bits=16)

LANGUAGES = st.sampled_from(["en", "zh", "da"])
TEXTS = st.text(max_size=40) | st.sampled_from(
    [
        "",
        " ",
        "\n\n",
        "👍🏽",
        "👩‍👩‍👧 ok",
        "a\0b",
        "Hi... ok. Bye!!",
        "12 345",
        "您好！在吗？",
        "稍等。稍等。",
        "Ærø – så gerne?",
        "no no no no",
    ]
)


def read(text: str, language: str = "en") -> Reading:
    return lexicons().finder(language).read(text)


def buckets(text: str, space: FeatureSpace = PAIRS) -> set[int]:
    return set(np.flatnonzero(document_counts([read(text)], space)).tolist())


@given(st.lists(st.lists(st.integers(0, 3), max_size=6), max_size=5), st.sets(st.integers(1, 4), min_size=1))
def test_a_run_lies_inside_one_message_and_is_known_by_its_symbols_alone(
    messages: list[list[int]], lengths: set[int]
) -> None:
    flat = np.array([symbol for message in messages for symbol in message], np.uint64)
    sizes = np.array([len(message) for message in messages], np.int64)

    found = runs(flat, sizes, sorted(lengths), 20)

    met = [
        (tuple(messages[message][start:end]), bucket, end - start)
        for message, bucket, start, end in zip(*(column.tolist() for column in found), strict=True)
    ]
    assert all(len(symbols) == length and length in lengths for symbols, _, length in met)
    assert len(met) == sum(max(len(message) - length + 1, 0) for message in messages for length in lengths)
    assert len(set(met)) == len({symbols for symbols, *_ in met}) == len({bucket for _, bucket, _ in met})


def test_a_run_counts_once_a_message_however_often_it_stands_there() -> None:
    words = FeatureSpace(words=(1,), characters=(), bits=12)
    ones = np.ones(words.buckets, np.float32)

    assert document_counts([read("no no no no"), read("no no")], words).max() == 2
    assert (run_matrix([read("no no no no")], words, ones) != run_matrix([read("no")], words, ones)).nnz == 0


@given(TEXTS, LANGUAGES)
def test_every_kind_of_runs_has_length_1(text: str, language: str) -> None:
    row = run_matrix([read(text, language)], SPACE, RARITY).toarray().reshape(len(SPACE.kinds), -1)

    assert np.linalg.norm(row, axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_runs_that_were_never_met_in_training_say_nothing() -> None:
    characters_unknown = np.concatenate([RARITY[: 1 << SPACE.bits], np.zeros(1 << SPACE.bits, np.float32)])

    row = run_matrix([read("☃")], SPACE, characters_unknown).toarray().reshape(len(SPACE.kinds), -1)

    assert np.linalg.norm(row, axis=1) == pytest.approx([1, 0], abs=1e-5)


@given(st.lists(TEXTS, min_size=1, max_size=6), LANGUAGES)
def test_the_same_text_has_the_same_row_whatever_else_is_in_the_batch(texts: list[str], language: str) -> None:
    together = run_matrix([read(text, language) for text in texts], SPACE, RARITY).toarray()

    for text, row in zip(texts, together, strict=True):
        assert run_matrix([read(text, language)], SPACE, RARITY).toarray()[0] == pytest.approx(row, abs=1e-6)


def test_a_batch_too_large_for_narrow_sort_keys_gives_the_same_rows() -> None:
    space = SPACES["zh"]
    ones, reading = np.ones(space.buckets, np.float32), read("好", "zh")
    messages = (1 << 32 - space.bits) + 1

    rows = run_matrix([reading] * messages, space, ones)

    alone = run_matrix([reading], space, ones)
    assert rows.nnz == messages * alone.nnz
    assert (rows[[messages - 1]] != alone).nnz == 0


@given(TEXTS, LANGUAGES)
def test_runs_with_places_add_up_to_the_row_and_lie_in_the_text(text: str, language: str) -> None:
    reading = read(text, language)
    row = run_matrix([reading], SPACE, RARITY).toarray()[0]

    placed: dict[int, float] = defaultdict(float)
    for bucket, start, end, value in runs_with_places(reading, SPACE, RARITY):
        assert 0 <= start < end <= len(text)
        placed[bucket] += value

    assert {bucket: row[bucket] for bucket in placed} == pytest.approx(placed, abs=1e-5)
    # Only runs of nothing but edges have no place; they are all that an empty message has.
    assert set(np.flatnonzero(row).tolist()) - set(placed) <= buckets("", SPACE)


def test_a_run_with_its_place_is_the_words_that_stand_there() -> None:
    text = "Where is my parcel?"
    words = FeatureSpace(words=(1,), characters=(), bits=12)

    found = runs_with_places(read(text), words, np.ones(words.buckets, np.float32))

    assert [text[start:end] for _, start, end, _ in found] == ["Where", "is", "my", "parcel", "?"]


def test_all_numbers_in_digits_are_alike() -> None:
    assert buckets("order 1 please") == buckets("order 98765 please") != buckets("order it please")


def test_a_sentence_begins_and_ends_at_an_edge_as_a_message_does() -> None:
    thanks_alone = buckets("thanks")

    assert thanks_alone <= buckets("Hello! Thanks")
    assert thanks_alone <= buckets("Hello... thanks")
    assert not thanks_alone <= buckets("Hello thanks")


def test_upper_case_changes_no_run() -> None:
    assert buckets("WHERE IS ÆBLE", SPACE) == buckets("where is æble", SPACE)


def test_a_batch_without_messages_has_no_rows() -> None:
    assert run_matrix([], SPACE, RARITY).shape == (0, SPACE.buckets)
    assert not document_counts([], SPACE).any()


@pytest.mark.parametrize("space", [SPACE, replace(SPACE, characters=(3, 4)), PAIRS], ids=str)
def test_messages_without_a_word_are_all_the_same(space: FeatureSpace) -> None:
    ones = np.ones(space.buckets, np.float32)

    rows = run_matrix([read(text) for text in ("", "Hi", "", "")], space, ones).toarray()

    assert np.isfinite(rows).all()
    assert (rows[[0, 2, 3]] == run_matrix([read("")], space, ones).toarray()).all()
    assert not list(runs_with_places(read(""), space, ones))


@given(TEXTS)
def test_the_shape_of_any_text_is_a_small_number_for_each_name(text: str) -> None:
    numbers = dict(zip(SHAPE, shape_matrix([read(text)])[0].tolist(), strict=True))

    assert all(0 <= numbers[name] <= 1 for name in SHAPE if name not in {"characters", "words"})
    assert 0 <= numbers["characters"] < 3
    assert 0 <= numbers["words"] < 3


@given(st.lists(TEXTS | st.text(alphabet=".…a!?\n1A", max_size=6), max_size=6))
@example(["It is late.", ".dk is down"])
def test_the_shape_of_a_text_is_the_same_whatever_else_is_in_the_batch(texts: list[str]) -> None:
    together = shape_matrix([read(text) for text in texts])

    assert together.shape == (len(texts), len(SHAPE))
    for text, row in zip(texts, together, strict=True):
        assert (shape_matrix([read(text)])[0] == row).all(), text


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("在吗？", "ends with question", 1),
        ('"Where?" ', "ends with question", 1),
        ("Where? Thanks", "ends with question", 0),
        ("Why??!", "questions", 2 / 3),
        ("No!!!!!！", "exclamations", 1),
        ("WHERE is MY PARCEL", "capitals", 2 / 4),
        ("ok...", "dots", 1),
        ("ok…", "dots", 1),
        ("ok. Bye.", "dots", 0),
        ("好吧……", "dots", 1),
        ("a1b2", "digits", 1 / 2),
    ],
)
def test_the_shape_tells_what_stands_out(text: str, name: str, expected: float) -> None:
    assert shape_matrix([read(text)])[0, SHAPE.index(name)] == pytest.approx(expected)
