from __future__ import annotations

from pipeline.service import PRESETS, metrics, service_facts
from tests.chats import annotated, chat

CHAT = """
    customer 09:00:00: Hello, is the blue lamp in stock?
    agent(ana) 09:00:40: Yes, four of them.
    customer 09:01:00: Can you hold one for me until Friday?
    agent(ana) 09:21:00: Of course, done.
    customer 23:30:00: And the red one?
"""


def values(preset: str) -> dict[str, str]:
    facts = [service_facts(annotated(chat(CHAT, language="en")), "ana")]
    return {metric.id.partition(".")[2]: metric.value for metric in metrics(facts, PRESETS[preset])}


def test_plain_metrics_take_every_round_as_it_is() -> None:
    assert values("plain") == {
        "first-response-time": "40 s",
        "mean-response-time": "10 min 20 s",
        "within-60s": "33 %",
        "reply-rate": "67 %",
        "answer-ratio": "0.67",
    }


def test_taobao_caps_a_wait_at_ten_minutes_and_looks_at_08_to_23_only() -> None:
    found = values("taobao")

    assert found["mean-response-time"] == "5 min 20 s"
    assert found["within-180s"] == "50 %"
    assert found["reply-rate"] == "100 %"


def test_jd_s_fast_rate_is_of_first_rounds() -> None:
    assert values("jd")["within-30s"] == "0 %"


def test_a_round_that_is_handed_over_is_no_fast_answer_and_the_takers_to_answer() -> None:
    handed_over = """
        customer 09:00:00: Hello, is the blue lamp in stock?
        agent(ana) 09:00:40: Yes, four of them.
        customer 09:01:00: And where is my refund?
        system 09:01:10: Chat transferred to billing
        agent(bo) 09:03:00: It went out today.
    """
    facts = [service_facts(annotated(chat(handed_over, language="en")), agent) for agent in ("ana", "bo")]

    ana, bo = ({m.id.partition(".")[2]: m.value for m in metrics([fact], PRESETS["plain"])} for fact in facts)

    assert (ana["first-response-time"], ana["within-60s"], ana["reply-rate"]) == ("40 s", "50 %", "100 %")
    assert (bo["first-response-time"], bo["within-60s"], bo["reply-rate"]) == ("1 min 50 s", "0 %", "100 %")


def test_a_figure_tells_a_length_of_time_as_the_notes_of_the_checks_do() -> None:
    read = annotated(chat("customer 09:00:00: Is it in stock?\nagent(ana) 09:01:30: Yes.", language="en"))

    first, *_ = metrics([service_facts(read, "ana")], PRESETS["plain"])

    assert first.value == "1 min 30 s"


def test_every_metric_says_its_definition_and_what_it_was_computed_from() -> None:
    facts = [service_facts(annotated(chat(CHAT, language="en")), "ana")]

    for metric in metrics(facts, PRESETS["taobao"]):
        assert metric.id.startswith("taobao.")
        assert metric.n > 0
        assert metric.definition.endswith(".")


def test_without_data_there_is_no_figure() -> None:
    assert metrics([], PRESETS["plain"]) == []


def test_an_export_without_times_gives_no_time_figures() -> None:
    read = annotated(chat("customer: Is it in stock?\nagent(ana): Yes.\ncustomer: In blue as well?", language="en"))

    found = [metric.id for metric in metrics([service_facts(read, "ana")], PRESETS["taobao"])]

    assert found == ["taobao.reply-rate", "taobao.answer-ratio"]
