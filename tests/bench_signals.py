"""Speed and memory of the five signals beside spaCy's bare tokenisation and VADER, on the same chats in the same run.

    make bench              also runs this

Messages of 60 to 160 characters, a hundred on average, in chats of a dozen; one core; the language is given, so that
identifying it is not in the figures.
Each contender reads every text once, and no text is there twice: repeated ones flatter the tokeniser, which remembers.
"""

from __future__ import annotations

import gc
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import orjson
import psutil
import spacy
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from pipeline import resources
from pipeline.language import Annotator, load_lexicons, load_models
from pipeline.transcript import Message, Role, Transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_CHAT = 12
_ROUNDS = 5  # each with a fresh start, the fastest counts: machines are noisy
_WARM_UP = 10  # chats: what is loaded at first use


def main() -> None:
    gc.set_threshold(100_000, 50, 100)  # as the command sets it
    texts = list(dict.fromkeys(text for text in english() if 60 <= len(text) <= 160))
    print(f"{len(texts):,} messages of {sum(map(len, texts)) / len(texts):.0f} characters")
    start = time.perf_counter()
    models = load_models(resources.MODELS)
    print(f"models loaded in {time.perf_counter() - start:.2f} s")
    lexicons = resources.LEXICONS
    contenders: dict[str, Callable[[], Callable[[list[Transcript]], Iterable[Any]]]] = {
        "spacy.blank(en) tokenising": lambda: each(spacy.blank("en").tokenizer),
        "five signals (annotate)": lambda: Annotator(load_lexicons(lexicons), models, language="en").annotate,
        "VADER, one signal": lambda: each(SentimentIntensityAnalyzer().polarity_scores),
    }
    chats = [chat(texts[first : first + _CHAT]) for first in range(0, len(texts), _CHAT)]
    seconds = dict.fromkeys(contenders, float("inf"))
    for _ in range(_ROUNDS):
        for name, fresh in contenders.items():
            read = fresh()
            deque(read(chats[:_WARM_UP]), maxlen=0)
            start = time.perf_counter()
            deque(read(chats[_WARM_UP:]), maxlen=0)  # read and forgotten, as a stream is
            seconds[name] = min(seconds[name], time.perf_counter() - start)
    base = seconds["spacy.blank(en) tokenising"]
    print(f"{'':28}{'messages/s':>12}{'× tokenising':>14}")
    for name, taken in seconds.items():
        print(f"{name:28}{(len(texts) - _WARM_UP * _CHAT) / taken:12,.0f}{taken / base:14.1f}")
    print(f"resident memory with all models and this text: {psutil.Process().memory_info().rss / 1e6:.0f} MB")


def each(judge: Callable[[str], Any]) -> Callable[[list[Transcript]], Iterable[Any]]:
    """Judges every message of chats by itself."""
    return lambda chats: (judge(message.text) for chat in chats for message in chat.messages)


def english() -> list[str]:
    """The texts of our own invented English chats."""
    files = sorted((resources.LABELLED_CHATS / "en").glob("*.jsonl"))
    records = [orjson.loads(line) for file in files for line in file.read_bytes().splitlines()]
    return [message["text"] for record in records for message in record["messages"]]


def chat(texts: list[str]) -> Transcript:
    """The texts as a chat of a customer and an agent by turns."""
    roles = (Role.CUSTOMER, Role.AGENT)
    messages = tuple(Message(str(n), roles[n % 2], text) for n, text in enumerate(texts))
    return Transcript(texts[0], messages, language="en")


if __name__ == "__main__":
    main()
