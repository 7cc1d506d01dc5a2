"""Which language a text is in, by py3langid over the languages a service desk in our markets meets.

Han and kana scripts settle the question by themselves; the model is asked about the rest, and a short or
doubtful text gets no answer rather than a wrong one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pipeline.language.function_words import spoken

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SUPPORTED = ("en", "zh", "da")
_LATIN = ("en", "da")

# Neighbours of the supported languages must be candidates, or a German text would be called English.
_CANDIDATES = ["en", "da", "zh", "de", "fr", "es", "sv", "nl", "pt", "it", "pl", "ru", "ja", "ko", "ar", "tr", "fi"]
_SURE = 0.9
_ENOUGH_LETTERS = 20

_WORD = re.compile(r"[^\W\d_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_MARK = re.compile(r"[\[#]|://")
_PLACEHOLDER = re.compile(r"\[[^\[\]\s]{1,30}\]|https?://\S+|#\w+#?")


def identify(text: str, *, expected: str | None = None) -> str | None:
    """The language code of a text, or None where it cannot be told.

    Placeholders and links are looked past. Latin text needs 20 letters and a probability of 0.9. A text with enough
    function words of the `expected` language is in it; that saves asking the model, which is slow.
    """
    plain = _PLACEHOLDER.sub(" ", text) if _MARK.search(text) else text
    letters = sum(map(len, _WORD.findall(plain)))
    han = 0 if plain.isascii() else len(_HAN.findall(plain))
    if han >= 2 and 3 * han >= letters:  # a Chinese word says as much as three Latin letters
        return "ja" if _KANA.search(plain) else "zh"
    if letters < _ENOUGH_LETTERS:
        return None
    if expected in _LATIN and spoken(plain, expected, not_in=[other for other in _LATIN if other != expected]):
        return expected
    code, probability = _model().classify(plain)
    return str(code) if probability >= _SURE else None


@cache
def _model() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - loads a model: only when needed

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(_CANDIDATES)
    return model
