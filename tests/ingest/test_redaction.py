from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest import redact
from tests.ingest.reading import only, read

if TYPE_CHECKING:
    from pathlib import Path

PERSONAL = [
    ("mail ana@shop.example please", "mail [email] please"),
    ("邮箱是ana@shop.example谢谢", "邮箱是[email]谢谢"),
    ("skriv til søren.kjær@firma.example.", "skriv til [email]."),
    ("ａｎａ＠shop.example", "[email]"),
    ("ring på 22334455", "ring på [phone]"),
    ("mit nummer er 22 33 44 55, tak", "mit nummer er [phone], tak"),
    ("Tlf. nr. 22334455", "Tlf. nr. [phone]"),
    ("call 22334455 or 33445566", "call [phone] or [phone]"),
    ("我的电话是138 0013 8000谢谢", "我的电话是[phone]谢谢"),
    ("我的订单什么时候到 13800138000", "我的订单什么时候到 [phone]"),
    ("１３８００１３８０００", "[phone]"),
    ("13800138000，2号发的", "[phone]，2号发的"),
    ("010-12345678", "[phone]"),
    ("+86 138 0013 8000", "[phone]"),
    ("0045 22334455", "[phone]"),
    ("+45 22 33 44 55 12:30", "[phone] 12:30"),
    ("(415) 555-0132", "[phone]"),
    ("020 7946 0958", "[phone]"),
    ("card 4111 1111 1111 1111 12/28", "card [card] 12/28"),
    ("4111-1111-1111-1111", "[card]"),
    ("3782 822463 10005", "[card]"),
    ("身份证11010519491231002X。", "身份证[national-id]。"),
    ("CPR-nr. er 211062 5629", "CPR-nr. er [national-id]"),
    ("211062-5629", "[national-id]"),
]

NOT_PERSONAL = [
    "ordre 22334455",
    "Ordrenummer: 22 33 44 55",
    "nr. 22 33 44 55",
    "CVR 22 33 44 55",
    "22334455",
    "tell me about 22334455",
    "订单号13800138000",
    "订单编号：13800138000",
    "order 415-555-0132",
    "SKU-22334455 and ABC-415-555-0132",
    "快递单号 SF1380013800012",
    "2026-11-20 09:00:03",
    "20.11.2026 kl. 09:30",
    "d. 01-02-2026 10:30",
    "20261120",
    "1732179600",
    "$1,234,567.89 and 12.345.678 kr",
    "1234 5678 9012 3456",
    "IP 22.33.44.55",
    "https://shop.example/item/13800138000?x=22334455",
    "ordre 211062-5629",
    "2110625629",
    "311399-1234",
    "@ana, look",
    "4111 1111 1111 1112",
    "12345678901234567X",
]


@pytest.mark.parametrize(("text", "redacted"), PERSONAL)
def test_personal_data_becomes_a_typed_placeholder(text: str, redacted: str) -> None:
    assert redact(text) == redacted


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_what_only_looks_like_personal_data_stays_as_typed(text: str) -> None:
    assert redact(text) == text


def test_local_numbers_are_those_of_the_regions_asked_for() -> None:
    assert redact("22 33 44 55", ["GB"]) == "22 33 44 55"
    assert redact("+45 22 33 44 55", ["GB"]) == "[phone]"


_SNIPPETS = st.sampled_from(
    [text for text, _ in PERSONAL] + NOT_PERSONAL + ["[phone]", "[card] ", "cpr ", "tlf ", " ", "-"]
)
TEXTS = st.one_of(
    st.lists(_SNIPPETS | st.text("0123456789 +-().@ａ１", max_size=12), max_size=6).map("".join),
    st.text(max_size=60),
)


@given(TEXTS)
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(st.text(st.characters(exclude_categories=["Nd"], exclude_characters="@＠"), max_size=60))
def test_a_text_without_digits_and_at_signs_is_left_alone(text: str) -> None:
    assert redact(text) is text


HEAD = "id,role,text,csat,customer name\n"


@pytest.mark.parametrize(
    "content",
    [
        HEAD + "1,agent,hi,5,22 33 44 55,one too many\n",
        HEAD + '1,agent,hi,5,"22 33 44 55,never closed\n' + "1,agent,hi,5,22 33 44 55\n" * 6_000,
        HEAD + "1,boss,hi,5,22 33 44 55\n",
        HEAD + ",agent,hi,5,22 33 44 55\n",
        "case,who,5,22 33 44 55\n1,2,3,4\n",
    ],
    ids=["bad-row", "not-csv", "bad-role", "bad-id", "unknown-columns"],
)
def test_the_cell_beside_it_hides_no_phone_number_in_a_rejected_row(tmp_path: Path, content: str) -> None:
    rejected = read(tmp_path / "a.csv", content)[0]

    assert "[phone]" in rejected.content
    assert "33 44" not in rejected.content + rejected.detail


@pytest.mark.parametrize("length", range(20, 64))
def test_no_cut_leaves_half_a_number_in_what_is_said_about_a_rejected_record(tmp_path: Path, length: int) -> None:
    said = "x " * (length // 2) + "x" * (length % 2) + " +45 22 33 44 55"
    record = {"id": "1", "messages": [{"role": said, "text": "hi"}]}
    rows = HEAD + f"1,{said},hi,,\n"
    times = "id,role,text,time\n" + f"1,agent,hi,{said}\n"

    for number, content in enumerate((json.dumps(record), rows, times)):
        rejected = only(read(tmp_path / str(number), content))
        assert "+45" not in rejected.detail + rejected.content
        assert "22" not in rejected.detail + rejected.content


def test_no_escape_of_python_hides_a_number_in_a_detail(tmp_path: Path) -> None:
    rejected = only(read(tmp_path / "a", json.dumps({"id": "1", "messages": "card:\x0b4111 1111 1111 1111"})))

    assert "[card]" in rejected.detail
