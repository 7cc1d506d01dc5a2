"""Speed and memory of the five signals beside spaCy's bare tokenisation and VADER, on the same chats in the same run.

    make bench              also runs this

Messages of 60 to 160 characters, a hundred on average, in chats of a dozen; one core; the language is given, so that
identifying it is not in the figures.
Each contender reads texts that none of them has met, once.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import orjson
import psutil
import spacy
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from pipeline import resources
from pipeline.language import Annotator, load_lexicons, load_models
from pipeline.transcript import Message, Role, Transcript

if TYPE_CHECKING:
    from collections.abc import Callable

_MESSAGES = 20_000
_CHAT = 12
_WARM_UP = 10  # chats: what is loaded at first use


def main() -> None:
    texts = [text for text in english() if 60 <= len(text) <= 160]
    texts = [f"{text} {n}" for n in range(-(-_MESSAGES // len(texts))) for text in texts][:_MESSAGES]
    print(f"{len(texts):,} messages of {sum(map(len, texts)) / len(texts):.0f} characters")
    start = time.perf_counter()
    models = load_models(resources.MODELS)
    print(f"models loaded in {time.perf_counter() - start:.2f} s")
    annotator = Annotator(load_lexicons(resources.LEXICONS), models, language="en")
    tokenise = spacy.blank("en").tokenizer
    vader = SentimentIntensityAnalyzer()
    contenders: dict[str, Callable[[list[Transcript]], Any]] = {
        "spacy.blank(en) tokenising": lambda chats: [tokenise(m.text) for chat in chats for m in chat.messages],
        "five signals (annotate)": lambda chats: [*annotator.annotate(chats)][-1],
        "VADER, one signal": lambda chats: [vader.polarity_scores(m.text) for chat in chats for m in chat.messages],
    }
    chats = [chat(texts[first : first + _CHAT]) for first in range(0, len(texts), _CHAT)]
    seconds = {}
    for name, read in contenders.items():
        read(chats[:_WARM_UP])
        start = time.perf_counter()
        read(chats[_WARM_UP:])
        seconds[name] = time.perf_counter() - start
    base = seconds["spacy.blank(en) tokenising"]
    print(f"{'':28}{'messages/s':>12}{'× tokenising':>14}")
    for name, taken in seconds.items():
        print(f"{name:28}{(len(texts) - _WARM_UP * _CHAT) / taken:12,.0f}{taken / base:14.1f}")
    print(f"resident memory with all models and this text: {psutil.Process().memory_info().rss / 1e6:.0f} MB")


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
