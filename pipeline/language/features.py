"""What the models see of a message: runs of its words, runs of its characters, its cues and its shape.

A run (n-gram) is known by a hash of its symbols and counts once a message, however often it stands there. All
messages of a batch are worked on at once in arrays, so that five signals cost one pass. The same runs, with their
places, tell afterwards which words carried a signal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import sparse
from spacy.strings import get_string_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pipeline.language.lexicon import Reading

_EDGE, _NUMBER = np.uint64(3), np.uint64(7)  # stand for where a sentence begins or ends, and for any number
_ENDS = np.array(sorted(get_string_id(mark) for mark in (".", "!", "?", "...", "…", "!!", "??", "。", "！", "？")))
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_STIR = np.uint64(0xBF58476D1CE4E5B9)
_LOWER = np.array([ord(low) if len(low := chr(code).lower()) == 1 else code for code in range(0x3000)], np.uint64)

SHAPE = (
    "characters", "words", "exclamations", "questions", "ends with question", "dots", "capitals", "digits", "lines",
)  # fmt: skip
_CAPITALS = re.compile(r"\b[^\W\d_a-zà-ÿ]{3,}\b")
_AFTER_MARK = " \"')）”"


@dataclass(frozen=True, slots=True)
class FeatureSpace:
    """Which runs of words and characters are looked at, and into how many buckets (2 ** bits) each kind is hashed."""

    words: tuple[int, ...]
    characters: tuple[int, ...]
    bits: int

    @property
    def kinds(self) -> tuple[tuple[int, ...], ...]:
        """The kinds of runs there are, each with its lengths."""
        return tuple(lengths for lengths in (self.words, self.characters) if lengths)

    @property
    def buckets(self) -> int:
        """How many buckets there are over all kinds."""
        return len(self.kinds) << self.bits


# A Chinese word is one to four characters, and each character is a token of its own.
SPACES = {
    "en": FeatureSpace(words=(1, 2, 3), characters=(3, 4, 5), bits=18),
    "zh": FeatureSpace(words=(1, 2, 3, 4), characters=(), bits=19),
    "da": FeatureSpace(words=(1, 2), characters=(3, 4, 5), bits=17),
}


class Runs(NamedTuple):
    """Runs of symbols: an array each for the message, the bucket, and the first and past-the-last symbol."""

    message: NDArray[np.int64]
    bucket: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


def runs(flat: NDArray[np.uint64], sizes: NDArray[np.int64], lengths: Sequence[int], bits: int) -> Runs:
    """Every run of the given lengths in sequences of symbols, laid end to end and `sizes` long; none spans two.

    Places count from the start of the sequence.
    """
    owner = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    hashes = np.zeros(len(flat), np.uint64)
    found = []
    for length in range(1, min(max(lengths), len(flat)) + 1):
        last = len(flat) - length + 1
        hashes = hashes[:last] * _MULTIPLIER + flat[length - 1 :] + np.uint64(length)
        if length in lengths:
            whole = np.flatnonzero(owner[:last] == owner[length - 1 :])
            at = place[whole]
            found.append(Runs(owner[whole], _bucket(hashes[whole], bits), at, at + length))
    if not found:
        return Runs(*(np.zeros(0, np.int64) for _ in Runs._fields))
    return Runs(*map(np.concatenate, zip(*found, strict=True)))


def _bucket(hashes: NDArray[np.uint64], bits: int) -> NDArray[np.int64]:
    # The finaliser of SplitMix64: nearby sums must not land in nearby buckets.
    stirred = (hashes ^ (hashes >> np.uint64(31))) * _STIR
    return ((stirred ^ (stirred >> np.uint64(29))) >> np.uint64(64 - bits)).astype(np.int64)


def run_matrix(readings: Sequence[Reading], space: FeatureSpace, rarity: NDArray[np.float32]) -> sparse.csr_array:
    """Messages × buckets: which runs are in each message, rare ones counting more, every kind scaled to length 1.

    `rarity` holds what each bucket counts (inverse document frequency).
    """
    blocks = [
        _scaled(block, rarity[kind << space.bits : (kind + 1) << space.bits])
        for kind, block in enumerate(_presence(readings, space))
    ]
    return sparse.hstack(blocks, format="csr") if len(blocks) > 1 else blocks[0]


def document_counts(readings: Sequence[Reading], space: FeatureSpace) -> NDArray[np.int64]:
    """In how many of the messages each bucket has a run."""
    return np.concatenate(
        [np.bincount(block.indices, minlength=1 << space.bits) for block in _presence(readings, space)]
    )


def _presence(readings: Sequence[Reading], space: FeatureSpace) -> list[sparse.csr_array]:
    """Messages × buckets for each kind: 1 where a run is in a message."""
    return [
        _distinct(runs(*_symbols(readings, kind), lengths, space.bits), len(readings), space.bits)
        for kind, lengths in enumerate(space.kinds)
    ]


def _scaled(block: sparse.csr_array, rarity: NDArray[np.float32]) -> sparse.csr_array:
    values = rarity[block.indices]
    rows = np.diff(block.indptr)
    squares = np.add.reduceat(np.append(values * values, np.float32(0)), block.indptr[:-1])
    block.data = values / np.repeat(np.sqrt(np.where((rows > 0) & (squares > 0), squares, 1)), rows)
    return block


def runs_with_places(
    reading: Reading, space: FeatureSpace, rarity: NDArray[np.float32]
) -> Iterator[tuple[int, int, int, float]]:
    """Yield the bucket, the start and end in the text, and the value of every run of one message.

    A run that stands there twice has its value shared between its places.
    """
    for kind, lengths in enumerate(space.kinds):
        found = runs(*_symbols([reading], kind), lengths, space.bits)
        buckets = found.bucket + (kind << space.bits)
        distinct, inverse, times = np.unique(buckets, return_inverse=True, return_counts=True)
        values = rarity[distinct] / max(float(np.linalg.norm(rarity[distinct])), 1e-9) / times
        places = _word_places(reading) if kind == 0 else _character_places(reading.text)
        for bucket, start, end, value in zip(
            buckets.tolist(), found.start.tolist(), found.end.tolist(), values[inverse].tolist(), strict=True
        ):
            covered = places[start:end]
            covered = covered[covered[:, 1] > 0]
            if len(covered):
                yield bucket, int(covered[0, 0]), int(covered[-1, 1]), value


def _distinct(found: Runs, messages: int, bits: int) -> sparse.csr_array:
    # Sorting is by far the fastest way to drop doubles, and twice as fast on 32 bits.
    keys: NDArray[Any] = (found.message << bits | found.bucket).astype(
        np.uint32 if messages << bits <= 1 << 32 else np.uint64
    )
    keys.sort()
    keys = keys[np.flatnonzero(np.diff(keys, prepend=keys[:1] + 1))]
    ends = np.searchsorted(keys, np.arange(messages + 1).astype(np.uint64) << np.uint64(bits)).astype(np.int32)
    columns = (keys & keys.dtype.type((1 << bits) - 1)).astype(np.int32)
    return sparse.csr_array((np.ones(len(columns), np.float32), columns, ends), shape=(messages, 1 << bits))


def _symbols(readings: Sequence[Reading], kind: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The words (kind 0) or characters (kind 1) of all messages, laid end to end, and how many each has."""
    return _words(readings) if kind == 0 else _characters([reading.text for reading in readings])


def _words(readings: Sequence[Reading]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Words as numbers, an edge around every message and after every sentence; digits are all the same."""
    sizes = np.fromiter((len(reading.norms) for reading in readings), np.int64, len(readings))
    norms = np.concatenate([np.zeros(0, np.uint64), *(reading.norms for reading in readings)])
    ends = np.flatnonzero(np.isin(norms, _ENDS)) + 1
    words = np.where(np.concatenate([np.zeros(0, bool), *(reading.is_digit for reading in readings)]), _NUMBER, norms)
    after = np.cumsum(sizes)
    edges = np.concatenate([after - sizes, ends, after])
    in_message = np.searchsorted(after, ends, side="left")
    return np.insert(words, edges, _EDGE), sizes + 2 + np.bincount(in_message, minlength=len(sizes))


def _word_places(reading: Reading) -> NDArray[np.uint64]:
    """Symbols of `_words` × (start, end) in the text; an edge takes no room."""
    ends = np.flatnonzero(np.isin(reading.norms, _ENDS)) + 1
    return np.insert(reading.places, [0, *ends, len(reading.norms)], 0, axis=0)


def _characters(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Characters in lower case as numbers, a space before and after each text."""
    codes = np.frombuffer("".join(f" {text} " for text in texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    low = np.where(codes < len(_LOWER), codes, 0)
    sizes = np.fromiter(map(len, texts), np.int64, len(texts)) + 2
    return np.where(codes < len(_LOWER), _LOWER[low], codes.astype(np.uint64)), sizes


def _character_places(text: str) -> NDArray[np.uint64]:
    starts = np.arange(len(text), dtype=np.uint64)
    edge = np.zeros((1, 2), np.uint64)
    return np.concatenate([edge, np.stack([starts, starts + np.uint64(1)], axis=1), edge])


def shape_matrix(readings: Sequence[Reading]) -> NDArray[np.float32]:
    """Messages × `SHAPE`: how each message looks, most of it between 0 and 1."""
    texts = [reading.text for reading in readings]
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    owner = np.repeat(np.arange(len(texts)), sizes)

    def count(places: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(owner[places], minlength=len(texts))

    dot = codes == ord(".")
    columns = (
        np.log1p(sizes) / 5,
        np.log1p([len(reading.norms) for reading in readings]) / 4,
        np.minimum(count(_any_of(codes, "!！")), 3) / 3,
        np.minimum(count(_any_of(codes, "?？")), 3) / 3,
        np.array([text.rstrip(_AFTER_MARK).endswith(("?", "？")) for text in texts]),
        np.minimum(count(_any_of(codes, "…")) + count(dot & np.append(dot[1:] & (owner[1:] == owner[:-1]), False)), 1),
        np.array([min(len(_CAPITALS.findall(text)), 4) / 4 for text in texts]),
        count((codes >= ord("0")) & (codes <= ord("9"))) / np.maximum(sizes, 1),
        np.minimum(count(codes == ord("\n")), 4) / 4,
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _any_of(codes: NDArray[np.uint32], characters: str) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = codes == ord(characters[0])
    for character in characters[1:]:
        found |= codes == ord(character)
    return found
