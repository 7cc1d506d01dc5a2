"""Labelled lines as people write them, and what they are told when a line cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from pipeline.learning.labels import LabelsError, read_labels
from pipeline.transcript import Role

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.learning.examples import LabelledChat

GOOD = '{"text": "Where is my parcel?", "labels": {"question": 1}}'


def read(folder: Path, *lines: str, signal: str | None = None, source: str = "") -> list[LabelledChat]:
    (folder / "mine.jsonl").write_text("\n".join(lines), "utf-8")
    return list(read_labels(folder / "mine.jsonl", signal=signal, source=source))


def test_a_text_with_its_label_is_a_chat_of_one_message(tmp_path: Path) -> None:
    line = '{"text": "Hvor er min pakke?", "label": 1, "language": "da", "group": "web shop", "role": "agent"}'

    [chat] = read(tmp_path, line, signal="question", source="service")

    [message] = chat.transcript.messages
    assert (message.text, message.role, chat.transcript.language) == ("Hvor er min pakke?", Role.AGENT, "da")
    assert chat.labels == ({"question": 1.0},)
    assert (chat.source, chat.group) == ("service", "web shop")


def test_a_transcript_carries_labels_on_its_messages(tmp_path: Path) -> None:
    line = orjson.dumps(
        {
            "id": "c-1",
            "language": "en",
            "tags": ["shop", "late"],
            "messages": [
                {"role": "customer", "text": "Where is it?", "labels": {"distress": 0.4, "question": True}},
                {"role": "agent", "text": "One moment"},
                {"role": "customer", "text": "Hurry up", "label": 1},
            ],
        }
    ).decode()

    [chat] = read(tmp_path, line, signal="distress")

    assert [message.role for message in chat.transcript.messages] == [Role.CUSTOMER, Role.AGENT, Role.CUSTOMER]
    assert chat.labels == ({"distress": 0.4, "question": 1.0}, {}, {"distress": 1.0})
    assert (chat.source, chat.group) == ("mine", "shop")


def test_what_is_left_out_is_a_customer_s_text_of_no_group_in_any_language(tmp_path: Path) -> None:
    [chat] = read(tmp_path, GOOD)

    assert (chat.transcript.messages[0].role, chat.transcript.language) == (Role.CUSTOMER, None)
    assert (chat.source, chat.group) == ("mine", "")


def test_empty_lines_are_passed_over_and_the_rest_stays_in_order(tmp_path: Path) -> None:
    chats = read(tmp_path, GOOD, "", "  ", GOOD.replace("parcel", "lamp"), "")

    assert [chat.transcript.messages[0].text for chat in chats] == ["Where is my parcel?", "Where is my lamp?"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 2"),
        ("[1]", 'expected {"text": …, "label": …} or a transcript'),
        ('{"label": 1}', 'expected {"text": …, "label": …} or a transcript'),
        ('{"text": "Hi"}', "the label is missing"),
        ('{"text": 5, "label": 1}', '"text" must be a text, not 5'),
        ('{"text": "Hi", "label": 2}', "question: expected a number from 0 to 1, got 2"),
        ('{"text": "Hi", "label": -0.1}', "expected a number from 0 to 1, got -0.1"),
        ('{"text": "Hi", "label": "yes"}', "expected a number from 0 to 1, got 'yes'"),
        ('{"text": "Hi", "label": null}', "expected a number from 0 to 1, got None"),
        ('{"text": "Hi", "labels": {"anger": 1}}', "no signal 'anger'; there are politeness, empathy, distress"),
        ('{"id": "c", "messages": []}', "expected a list of at least one message"),
        ('{"id": "c", "messages": [{"role": "boss", "text": "Hi"}]}', "messages[0].role: expected one of customer"),
        ('{"id": "c", "messages": [{"role": "agent", "text": "Hi", "labels": {"rude": 1}}]}', "no signal 'rude'"),
        ('{"text": "Hi", "label": 1, "language": 5}', "language"),
        ('{"text": "Hi", "label": 1, "role": ["agent"]}', "role"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_with_what_was_expected(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(LabelsError) as caught:
        read(tmp_path, GOOD, line, signal="question")

    assert str(caught.value).startswith(f"{tmp_path / 'mine.jsonl'}, line 2: ")
    assert told in str(caught.value)


def test_a_bare_label_needs_the_name_of_its_signal(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="name the signal: fairhear measure SIGNAL"):
        read(tmp_path, '{"text": "Hi", "label": 1}')
