"""The word lists of courtesies and transfers, in the company that could mislead them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chats import annotated, chat

if TYPE_CHECKING:
    from pipeline.language import AnnotatedMessage


def said(language: str, text: str, *, by: str = "customer") -> AnnotatedMessage:
    return annotated(chat(f"{by}: {text}", language=language)).messages[0]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Ok, thanks so much for your help!"),
        ("en", "Thanks Anna, have a lovely weekend too"),
        ("en", "Got it. Many thanks, bye"),
        ("zh", "好的呢，谢谢亲"),
        ("zh", "嗯嗯，知道了，辛苦您了"),
        ("zh", "行吧，拜拜"),
        ("da", "Ok, super, tusind tak for hjælpen"),
        ("da", "Det er helt fint, mange tak, fortsat god dag"),
        ("da", "Tak Lone, hej hej"),
    ],
)
def test_a_courtesy_says_nothing_else(language: str, text: str) -> None:
    assert said(language, text).only_says("thanks", "acknowledgement", "farewell")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Ok, but where is my refund"),
        ("en", "Thanks for nothing"),
        ("en", "That's not fine"),
        ("zh", "不行"),
        ("zh", "我去银行"),
        ("zh", "好的，那什么时候到"),
        ("da", "Tak, men hvornår kommer den"),
        ("da", "Det er ikke godt nok"),
    ],
)
def test_more_than_a_courtesy_is_not_taken_for_one(language: str, text: str) -> None:
    assert not said(language, text).only_says("thanks", "acknowledgement", "farewell")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I'll transfer you to billing"),
        ("en", "Let me put you through"),
        ("zh", "这边给您转接专员哦"),
        ("da", "Så stiller jeg dig om til en kollega"),
    ],
)
def test_a_transfer_hands_the_chat_over(language: str, text: str) -> None:
    assert said(language, text, by="agent").hands_over


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We will transfer you the money"),
        ("en", "I can't transfer you, sorry"),
        ("en", "Sorry for what we put you through this week"),
        ("en", "You can transfer your booking to a friend"),
        ("zh", "给您转到银行卡"),
        ("zh", "这个转接头不包邮"),
        ("zh", "已经转交给仓库处理"),
        ("da", "Vi overfører pengene til dig"),
        ("da", "Jeg kan desværre ikke omstille dig"),
    ],
)
def test_money_plugs_and_refusals_hand_nothing_over(language: str, text: str) -> None:
    assert not said(language, text, by="agent").hands_over
