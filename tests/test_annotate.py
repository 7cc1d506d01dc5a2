"""The contract of `fairhear annotate`, on which others build, with the shipped models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import app
from pipeline.ingest.redaction import redact
from pipeline.language import SIGNALS

FIXTURES = Path(__file__).parents[1] / "fixtures" / "contact_centre"
KEYS = ["transcript_id", "message_id", "index", "role", "language", "signals", "questions"]

Record = dict[str, Any]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def fairhear(*words: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, words, input=stdin)


def annotated(*words: str) -> list[Record]:
    """The records that the command writes for these sources and flags."""
    done = fairhear("annotate", *words, "--output", "out/signals.jsonl")
    assert done.exit_code == 0, done.output
    return [orjson.loads(line) for line in Path("out/signals.jsonl").read_bytes().splitlines()]


def chat(*said: str, language: str | None = "en", **about: Any) -> Record:
    """A transcript whose messages are written like "agent: Hello"."""
    messages = [dict(zip(("role", "text"), line.split(": ", 1), strict=True)) for line in said]
    return {"id": "c-1", "language": language, "messages": messages, **about}


def written(*chats: Record, name: str = "chats.jsonl") -> str:
    Path(name).write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in chats))
    return name


def customer(text: str, language: str = "en") -> Record:
    """The record of a customer's message that stands alone."""
    [record] = annotated(written(chat(f"customer: {text}", language=language)))
    return record


@pytest.mark.parametrize("language", ["en", "zh", "da"])
def test_there_is_a_line_for_every_message_in_order(language: str) -> None:
    source = FIXTURES / f"{language}.jsonl"
    chats = [orjson.loads(line) for line in source.read_bytes().splitlines()]
    expected = [
        (one["id"], said["id"], index, said["role"]) for one in chats for index, said in enumerate(one["messages"])
    ]

    records = annotated(str(source))

    assert [tuple(record[key] for key in KEYS[:4]) for record in records] == expected


def test_a_record_has_exactly_these_keys_in_this_order() -> None:
    records = annotated(str(FIXTURES / "en.jsonl"))

    asked = [question for record in records for question in record["questions"]]
    assert all(list(record) == KEYS for record in records)
    assert all(list(record["signals"]) == list(SIGNALS) for record in records)
    assert asked
    assert all(list(question) == ["start", "end", "quote", "status", "answered_by"] for question in asked)
    assert {question["status"] for question in asked} <= {"answered", "deferred", "unanswered", "unclear"}


@pytest.mark.parametrize("language", ["en", "zh", "da"])
def test_signals_are_probabilities_or_null_and_quotes_are_slices_of_the_text(language: str) -> None:
    lines = (FIXTURES / f"{language}.jsonl").read_bytes().splitlines()
    chats = [orjson.loads(line) for line in lines[::3]]
    texts = [redact(said["text"]) for one in chats for said in one["messages"]]  # as they are taken in

    for text, record in zip(texts, annotated(written(*chats), "--spans"), strict=True):
        assert list(record) == [*KEYS, "spans"]
        assert list(record["spans"]) == list(SIGNALS)
        assert all(given is None or 0 <= given <= 1 for given in record["signals"].values())
        quoted = [*record["questions"], *(span for spans in record["spans"].values() for span in spans)]
        assert all(text[span["start"] : span["end"]] == span["quote"] != "" for span in quoted)


def test_spans_name_the_words_that_carried_a_signal() -> None:
    text = "Thank you so much, you are wonderful!"
    [record] = annotated(written(chat(f"customer: {text}")), "--spans")

    spans = record["spans"]["politeness"]
    assert all(list(span) == ["start", "end", "quote", "weight"] and span["weight"] > 0 for span in spans)
    assert "thank" in " ".join(span["quote"] for span in spans).lower()


def test_an_unreadable_message_and_another_language_have_null_signals() -> None:
    german = "Guten Tag, ich warte schon seit drei Wochen auf mein Paket und niemand antwortet mir auf meine Briefe."
    record = chat("customer: photo.jpg", f"customer: {german}", "customer: Where is my order?")
    record["messages"][0]["kind"] = "image"

    photo, foreign, plain = annotated(written(record))

    assert set(photo["signals"].values()) == set(foreign["signals"].values()) == {None}
    assert foreign["language"] == "de"
    assert photo["questions"] == foreign["questions"] == []
    assert None not in plain["signals"].values()
    assert plain["language"] == "en"


def test_a_language_given_by_flag_overrides_what_the_chats_say() -> None:
    source = written(chat("customer: Where is my parcel? I have waited for it all week", language="en"))

    assert [record["language"] for record in annotated(source)] == ["en"]
    assert [record["language"] for record in annotated(source, "--language", "Danish")] == ["da"]
    unknown = fairhear("annotate", source, "--output", "signals.jsonl", "--language", "klingon")
    assert unknown.exit_code == 2
    assert "expected one of en, zh, da" in unknown.output


def test_a_bad_line_is_quarantined_and_the_good_ones_go_through() -> None:
    source = written(chat("customer: Where is it?"), chat("boss: Hi", id="bad"), chat("customer: Thanks", id="c-2"))

    done = fairhear("annotate", source, "--output", "signals.jsonl")

    assert done.exit_code == 1, done.output
    assert "line 2" in done.output
    assert "expected one of customer, agent, bot, system" in done.output
    records = [orjson.loads(line) for line in Path("signals.jsonl").read_bytes().splitlines()]
    assert [record["transcript_id"] for record in records] == ["c-1", "c-2"]


def test_standard_input_is_a_source() -> None:
    done = fairhear("annotate", "-", "--output", "s.jsonl", stdin=orjson.dumps(chat("customer: Hello")))

    assert done.exit_code == 0, done.output
    assert orjson.loads(Path("s.jsonl").read_bytes())["message_id"] == "0"


def test_a_source_that_is_not_there_leaves_no_output() -> None:
    done = fairhear("annotate", "nowhere.jsonl", "--output", "signals.jsonl")

    assert done.exit_code == 2
    assert "nowhere.jsonl" in done.output
    assert not Path("signals.jsonl").exists()


@pytest.mark.parametrize(
    ("language", "furious", "thankful"),
    [
        ("en", "This is outrageous! I am furious, worst company ever, I want my money back NOW!!", "Thank you so much"),
        ("zh", "太过分了！我非常生气，什么垃圾服务，马上给我退款！！", "好的，非常感谢您的帮助"),
        ("da", "Det er simpelthen for dårligt! Jeg er rasende, verdens værste service!!", "Tusind tak for hjælpen"),
    ],
    ids=["en", "zh", "da"],
)
def test_a_furious_customer_is_more_distressed_and_less_polite_than_a_thankful_one(
    language: str, furious: str, thankful: str
) -> None:
    angry, kind = (customer(text, language)["signals"] for text in (furious, thankful))

    assert angry["distress"] > kind["distress"]
    assert angry["politeness"] < kind["politeness"]


@pytest.mark.parametrize(
    ("language", "asks", "tells"),
    [
        ("en", "Where is my order?", "Thank you"),
        ("zh", "我的订单在哪里？", "谢谢"),
        ("da", "Hvor er min ordre?", "Mange tak"),
    ],
    ids=["en", "zh", "da"],
)
def test_a_plain_question_asks_and_thanks_do_not(language: str, asks: str, tells: str) -> None:
    asking, telling = customer(asks, language), customer(tells, language)

    assert asking["signals"]["question"] > 0.5 > telling["signals"]["question"]
    assert [question["quote"] for question in asking["questions"]] == [asks]
    assert telling["questions"] == []


def test_an_agent_who_acknowledges_a_feeling_shows_more_empathy_than_one_who_states_a_rule() -> None:
    said = ("I completely understand how upsetting this is, I am so sorry", "The form must be sent by post")
    warm, cold = annotated(written(*(chat("customer: My lamp is broken", f"agent: {text}") for text in said)))[1::2]

    assert warm["signals"]["empathy"] > cold["signals"]["empathy"]


def test_a_question_nobody_replied_to_is_unanswered() -> None:
    replied = chat("customer: Where is my order?", "agent: It arrives tomorrow.", id="c-1")
    left = chat("customer: Where is my order?", id="c-2")

    first, _, second = annotated(written(replied, left))

    assert [question["status"] for question in first["questions"]] != ["unanswered"]
    assert [question["status"] for question in second["questions"]] == ["unanswered"]
    assert second["questions"][0]["answered_by"] is None
