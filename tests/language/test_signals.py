"""Probabilities of messages and the words that carried them, with hand-made heads."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language import SIGNALS, Annotator, Models
from pipeline.language.features import SPACES, runs_with_places
from pipeline.language.signals import MOST_AT_ONCE, NO_SIGNALS
from tests.chats import chat, lexicons
from tests.heads import models, plain_head, random_head, rarity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.language.signals import Carrier, Head
    from pipeline.transcript import Transcript

GERMAN = "Guten Tag, ich warte schon seit drei Wochen auf mein Paket und niemand antwortet mir auf meine Briefe."
CHATS = """
    customer: Where is my parcel? I paid 40 euros.
    agent: I am sorry to hear that. One moment please.
    system: Chat transferred to billing
    customer: Where is my parcel??
    agent [image]: map.png
    agent: Thank you for waiting, it arrives tomorrow.
    customer: 👍
"""


@cache
def random_models() -> Models:
    """Every signal in English, two in Chinese, none in Danish."""
    return models(
        {
            "en": {signal: random_head("en", seed) for seed, signal in enumerate(SIGNALS)},
            "zh": {signal: random_head("zh", seed) for seed, signal in enumerate(("distress", "question"))},
        }
    )


@cache
def annotator(language: str | None = None) -> Annotator:
    return Annotator(lexicons(), random_models(), language=language)


def annotator_of(head: Head, signal: str = "politeness") -> Annotator:
    return Annotator(lexicons(), models({"en": {signal: head}}), language="en")


def carriers(head: Head, text: str) -> tuple[Carrier, ...]:
    reader = annotator_of(head)
    message = next(reader.annotate([chat(f"customer: {text}")])).messages[0]
    return reader.carriers(message, "politeness")


def quoted(head: Head, text: str) -> list[str]:
    return [text[start:end] for start, end, _ in carriers(head, text)]


def knowing(**words: float) -> Head:
    """A head with a weight for each of these words and for nothing else."""
    head = plain_head("en")
    for word, weight in words.items():
        reading = lexicons().finder("en").read(word)
        found = runs_with_places(reading, SPACES["en"], rarity("en"))
        [bucket] = [bucket for bucket, *_ in found if bucket < 1 << SPACES["en"].bits][:1]
        head.runs[bucket] = weight
    return head


@given(st.lists(st.text(max_size=40), max_size=4), st.sampled_from(["en", "zh", "da"]))
def test_a_signal_is_a_probability_or_none_whatever_the_text(texts: list[str], language: str) -> None:
    judged = list(annotator(language).text_signals(texts))

    assert len(judged) == len(texts)
    assert all(given is None or 0 <= given <= 1 for signals in judged for given in signals)


def test_a_signal_is_none_where_its_language_has_no_head_for_it() -> None:
    [english] = annotator("en").text_signals(["Hello"])
    [chinese] = annotator("zh").text_signals(["您好"])
    [danish] = annotator("da").text_signals(["Hej"])

    assert None not in english
    assert [name for name in SIGNALS if getattr(chinese, name) is not None] == ["distress", "question"]
    assert danish == NO_SIGNALS


@pytest.mark.parametrize("line", ["customer [image]: parcel.jpg", "customer [recalled]: Where is it", "customer:"])
def test_what_cannot_be_read_is_not_judged(line: str) -> None:
    [read] = annotator("en").annotate([chat(f"agent: Hello\n{line}\ncustomer: Where is it")])

    assert read.messages[1].signals == NO_SIGNALS
    assert None not in read.messages[2].signals


def test_a_text_of_spaces_has_nothing_to_judge() -> None:
    assert list(annotator("en").text_signals([" ", "\n\t", ""])) == [NO_SIGNALS] * 3


def test_a_message_plainly_in_another_language_is_not_judged() -> None:
    [read] = annotator().annotate([chat(f"customer: {GERMAN}\ncustomer: Where is it?", language="en")])

    assert [message.language for message in read.messages] == ["de", None]
    assert read.messages[0].signals == NO_SIGNALS
    assert None not in read.messages[1].signals
    assert annotator().carriers(read.messages[0], "distress") == ()


def test_without_models_there_are_no_signals() -> None:
    [read] = Annotator(lexicons()).annotate([chat(CHATS, language="en")])

    assert {message.signals for message in read.messages} == {NO_SIGNALS}
    assert Annotator(lexicons()).carriers(read.messages[0], "distress") == ()


def test_texts_alone_are_judged_as_chats_of_one_message() -> None:
    texts = ["Where is my parcel?", "", "Thank you!"]

    judged = list(annotator("en").text_signals(texts))

    chats = [next(annotator().annotate([chat(f"agent: {text}", language="en")])) for text in texts]
    for signals, one in zip(judged, chats, strict=True):
        assert signals == pytest.approx(one.messages[0].signals, abs=1e-6)
    assert judged[1] == NO_SIGNALS


def test_nothing_that_comes_later_changes_a_message_s_signals() -> None:
    whole = chat(CHATS, language="en")
    [read] = annotator().annotate([whole])

    for kept in range(2, len(whole.messages)):
        [part] = annotator().annotate([chat("\n".join(CHATS.strip().splitlines()[:kept]), language="en")])
        for one, other in zip(part.messages, read.messages, strict=False):
            assert one.signals == pytest.approx(other.signals, abs=1e-6)


def test_what_came_before_a_message_changes_its_signals() -> None:
    [alone] = annotator("en").text_signals(["Where is my parcel??"])
    [read] = annotator().annotate([chat(CHATS, language="en")])

    assert read.messages[3].signals != pytest.approx(alone, abs=1e-3)


def test_signals_are_the_same_for_a_chat_alone_and_in_a_batch() -> None:
    chats = [
        chat(CHATS, language="en"),
        chat("customer: 我的包裹在哪？\nagent: 您好，稍等。", language="zh"),
        chat(f"customer: {GERMAN}"),
        chat("customer: Hvor er min pakke?\nagent: Et øjeblik.", language="da"),
        chat("customer: Hello", language="en"),
    ]

    together = list(annotator().annotate(chats))

    for one, batched in zip(chats, together, strict=True):
        [alone] = annotator().annotate([one])
        for message, same in zip(alone.messages, batched.messages, strict=True):
            assert message.signals == pytest.approx(same.signals, abs=1e-6)


def test_more_chats_than_fit_a_batch_stream_through_in_order() -> None:
    taken: list[str] = []

    def chats() -> Iterator[Transcript]:
        for number in range(MOST_AT_ONCE):
            taken.append(str(number))
            yield chat(f"customer: Where is parcel {number}?\nagent: Hello", id=str(number), language="en")

    stream = annotator().annotate(chats())
    first = next(stream)

    assert len(taken) <= MOST_AT_ONCE // 2 + 1  # two messages each
    read = [first, *stream]
    assert [one.transcript.id for one in read] == taken
    assert all(None not in message.signals for one in read for message in one.messages)
    [alone] = annotator().annotate([read[-1].transcript])
    assert alone.messages[1].signals == pytest.approx(read[-1].messages[1].signals, abs=1e-6)


def test_a_chat_larger_than_a_batch_goes_through_whole() -> None:
    [read] = annotator().annotate([chat("customer: Hi\nagent: Hello\n" * (MOST_AT_ONCE // 2 + 1), language="en")])

    assert len(read.messages) == MOST_AT_ONCE + 2
    assert all(None not in message.signals for message in read.messages)


def test_a_cue_that_speaks_for_a_signal_is_quoted() -> None:
    head = plain_head("en", cues={"thanks": 3.0, "apology": -3.0})

    assert quoted(head, "I am sorry I was late. Thank you, it is here now.") == ["Thank you"]


def test_a_word_that_speaks_for_a_signal_is_quoted_in_every_place() -> None:
    assert quoted(knowing(parcel=4.0), "The parcel, my Parcel, is not here") == ["parcel", "Parcel"]


def test_neighbouring_words_are_quoted_together_and_faint_ones_left_out() -> None:
    head = knowing(thank=4.0, you=3.0, parcel=0.1, late=-5.0)

    assert quoted(head, "My parcel is late but thank you") == ["thank you"]


@pytest.mark.parametrize(("head", "text"), [(plain_head("en"), "Thank you"), (knowing(parcel=-4.0), "My parcel")])
def test_where_nothing_spoke_for_a_signal_nothing_is_quoted(head: Head, text: str) -> None:
    assert carriers(head, text) == ()


def test_a_carrier_weighs_what_it_added_to_the_sum() -> None:
    head = plain_head("en", cues={"thanks": 3.0}, intercept=-1.0)
    text = "Well, thank you"

    [carrier] = carriers(head, text)
    [signals] = annotator_of(head).text_signals([text])

    assert signals.politeness is not None
    added = np.log(signals.politeness / (1 - signals.politeness)) - head.intercept
    assert carrier.weight == pytest.approx(added, abs=1e-5)


@given(st.text(max_size=60) | st.text(alphabet="thanks sorry,.!?👍", max_size=60))
def test_carriers_lie_in_the_text_in_order_and_speak_for_the_signal(text: str) -> None:
    model = random_models().of("en")
    assert model is not None

    for signal in SIGNALS:
        found = model.carriers(lexicons().finder("en").read(text), signal)
        assert len(found) <= 3
        ends = [place for start, end, _ in found for place in (start, end)]
        assert ends == sorted(ends)
        assert all(0 <= start < end <= len(text) and weight > 0 for start, end, weight in found)


@pytest.mark.parametrize(
    ("text", "asking"),
    [
        ("My lamp broke. Where is the new one? Thanks", ["Where is the new one?"]),
        ("When? And where? I wait", ["When?", "And where?"]),
        ("Please tell me", []),
    ],
)
def test_the_sentences_that_ask_are_named(text: str, asking: list[str]) -> None:
    reader = annotator_of(plain_head("en", shape={"questions": 20.0}, intercept=-3.0), "question")
    [read] = reader.annotate([chat(f"customer: {text}\nagent: Why?", language="en")])

    assert [message.text[start:end] for message, (start, end) in reader.questions(read)] == asking


def test_a_message_that_asks_in_no_single_sentence_names_the_nearest() -> None:
    reader = annotator_of(plain_head("en", shape={"exclamations": 6.0}, intercept=-3.0), "question")
    text = "Help me. Lost my card! No money! Bye"
    [read] = reader.annotate([chat(f"customer: {text}", language="en")])

    assert [text[start:end] for _, (start, end) in reader.questions(read)] == ["Lost my card!"]
