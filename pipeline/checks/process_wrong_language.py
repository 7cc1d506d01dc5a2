"""A reply in another language than the customer's.

Looks for: agent messages whose language can be told, in another language than every one the customer has written in so
far. Both languages must show by their function words, so that names, product lists and tracking lines are no reply. A
message that also holds the customer's language is fine, and so is a language that she chose ("engelsk er fint").
Why it matters: an answer she cannot read is no answer.
Known limits: short messages have no language and are passed over; close neighbours (Norwegian and Danish) count as one;
a switch she asked for in other words, or outside the chat, is not known. Nobody in the real chats we read was answered
in another language, so its precision there is unknown; of 27,000 sentences in Danish, English and Chinese it took none
for another language that was not in one.
Source: the language item of multilingual service desks' rubrics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.finding import CheckMeta, Severity
from pipeline.language import identify
from pipeline.language.function_words import spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript


@dataclass(frozen=True, slots=True)
class WrongLanguage:
    """Replies in a language the customer does not use; every agent message with a language is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="process.wrong-language",
        version=1,
        severity=Severity.MAJOR,
        title="Replies in the customer's language",
        miss="Reply in another language",
    )

    def find(self, chat: AnnotatedTranscript) -> Iterator[Finding]:
        """Yield one finding per agent message that has a language, or that cannot be read."""
        heard: list[AnnotatedMessage] = []
        for message in chat.messages:
            if message.by_customer and message.readable:
                heard.append(message)
            elif message.by_agent:
                yield from self._judged(chat, message, heard)

    def _judged(
        self, chat: AnnotatedTranscript, message: AnnotatedMessage, heard: list[AnnotatedMessage]
    ) -> Iterator[Finding]:
        if not message.readable:
            yield self.meta.unclear(chat, message, note="The message cannot be read here.")
            return
        if message.language is None:
            return
        said = " ".join(m.text for m in heard)
        languages = {m.language for m in heard if m.language} or {language for language in [identify(said)] if language}
        chosen = any(m.says("language-choice") for m in heard)
        if not languages:
            note = "The customer has not written enough yet to tell the language."
            yield self.meta.unclear(chat, message, note=note)
        elif chosen or message.language in languages or _holds(message, languages):
            yield self.meta.met(chat, message, note="In a language that the customer uses.")
        elif any(spoken(said, language) for language in languages) and _speaks_otherwise(message, languages):
            yield self.meta.missed(
                chat,
                message,
                note=f"The reply is in {_name(message.language)}; the customer writes {_names(languages)}.",
                suggestion="Answer in the customer's language, or ask whether another one is fine.",
            )


def _holds(message: AnnotatedMessage, languages: set[str]) -> bool:
    """Whether one of these languages is in a message that as a whole was taken for another."""
    other = [message.language] if message.language else []
    if any(spoken(message.text, language, not_in=other) for language in languages):
        return True
    return any(identify(part) in languages for part in _BREAK.split(message.text))


def _speaks_otherwise(message: AnnotatedMessage, languages: set[str]) -> bool:
    own = _QUOTED.sub(" ", message.text)
    return message.language is not None and spoken(own, message.language, not_in=languages)


def _names(languages: set[str]) -> str:
    return " and ".join(sorted(_name(language) for language in languages))


def _name(language: str) -> str:
    return _NAMES.get(language, language)


_BREAK = re.compile(r"[\n.!?。！？|/]+")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|„[^“”]*[“”]|«[^»]*»|»[^«]*«|「[^」]*」|《[^》]*》|https?://\S+")
_NAMES = {
    "ar": "Arabic",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "zh": "Chinese",
}
