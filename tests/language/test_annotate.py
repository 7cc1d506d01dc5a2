from __future__ import annotations

import pytest

from tests.chats import annotated, chat


@pytest.mark.parametrize(
    ("declared", "said", "language"), [("English", "Hello!", "en"), ("zh-CN", "您好", "zh"), ("Dansk", "Hej!", "da")]
)
def test_words_are_read_in_the_declared_language_however_it_is_written(declared: str, said: str, language: str) -> None:
    read = annotated(chat(f"agent: {said}", language=declared))

    assert read.language == language
    assert read.messages[0].says("greeting")
