"""A customer who is asked for something she has already given in this chat.

Looks for: agent messages that ask for an order number, phone number, e-mail address, name, address or picture where an
earlier message of the customer already carries it, and questions that she answers with "I already told you". Where
several data are asked for at once, all of them must have been given.
Why it matters: having to repeat an answer is among what customers like least, above all after a transfer.
Known limits: precision comes before recall. Asking to confirm, for another one, or because the first did not fit, is
no repetition; with several orders in play the question is fair; an answer that crossed the question is not held
against the agent, and where the export carries no times, one right before it could not be judged; a picture, and an
answer in free words, counts only if the customer complains.
Source: customer-effort research ("having to repeat information"); the same item of published contact-centre rubrics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.checks.wording import ASKS, is_question, sentences
from pipeline.finding import CheckMeta, Measured, Severity
from pipeline.rounds import seconds_between

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript, Span

    Given = tuple[AnnotatedMessage, Span]

_SUGGESTION = "Read back through the chat before asking; if in doubt, name what you have and ask whether it is right."
_NAMES = {
    "asks-order-number": "order number",
    "asks-phone": "phone number",
    "asks-email": "e-mail address",
    "asks-name": "name",
    "asks-address": "address",
    "asks-photo": "picture",
}


@dataclass(frozen=True, slots=True)
class CustomerRepeatsAnswer:
    """Questions the customer has answered before; every request for a datum is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="resolution.customer-repeats-answer",
        version=1,
        severity=Severity.MAJOR,
        title="Asks only once",
        miss="Customer has to repeat an answer",
        languages=("en", "zh", "da"),
        preview_in=("en", "zh", "da"),
        measured=(
            Measured(language="zh", right=0, flagged=0, data="330 web-shop chats in Chinese that we also mended it on"),
        ),
    )
    crossing: float = 15.0  # seconds: an answer sent this shortly before the question crossed it

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        """Yield one finding per request for a datum, and one per other question met with a complaint."""
        for message in chat.messages:
            if not message.by_agent or not message.readable:
                continue
            asked = [cue for cue in ASKS if message.says(cue)]
            question = message.first(*asked) or _question(message.text)
            if question is None:
                continue
            if complaint := _complaint(chat, message):
                yield self.meta.missed(
                    chat,
                    message,
                    question,
                    also=[complaint],
                    note="The customer answers that this was said before.",
                    suggestion=_SUGGESTION,
                )
            elif asked and not message.says("asks-anew"):
                yield self._asked_before(chat, message, question, asked)

    def _asked_before(
        self, chat: AnnotatedTranscript, message: AnnotatedMessage, question: Span, asked: Sequence[str]
    ) -> Finding:
        """Whether the customer had already given everything that this message asks for."""
        earlier = [m for m in chat.messages[: message.index] if not self._crossed(m, message)]
        given = [_given(chat, earlier, cue) for cue in asked]
        known = [g for g in given if g is not None]
        what = " and ".join(_NAMES[cue] for cue in asked)
        if len(known) == len(asked) and not _moved_on(chat, known, message):
            if any(_may_cross(chat, answer, message) for answer, _ in known):
                note = "The answer stands right before the question; without times, the two may have crossed."
                return self.meta.unclear(chat, message, question, also=known, note=note)
            note = f"The customer had given this before: {what}."
            return self.meta.missed(chat, message, question, also=known, note=note, suggestion=_SUGGESTION)
        if chat.transcript.truncated:
            note = "The export left messages out: whether this was answered before cannot be told."
            return self.meta.unclear(chat, message, question, note=note)
        return self.meta.met(chat, message, question, note=f"Asked for what was not known yet: {what}.")

    def _crossed(self, earlier: AnnotatedMessage, message: AnnotatedMessage) -> bool:
        seconds = seconds_between(earlier.message, message.message)
        return seconds is not None and seconds < self.crossing


def _may_cross(chat: AnnotatedTranscript, answer: AnnotatedMessage, question: AnnotatedMessage) -> bool:
    """Whether an agent was in the chat already, wrote nothing since the answer, and nobody knows how long that was.

    His first message of all was written to what he found there.
    """
    earlier = chat.messages[: question.index]
    return (
        seconds_between(answer.message, question.message) is None
        and any(m.by_agent for m in earlier)
        and not any(m.by_agent for m in earlier[answer.index :])
    )


def _complaint(chat: AnnotatedTranscript, question: AnnotatedMessage) -> Given | None:
    """Where the customer, before the agent writes again, says that she has said it already.

    A question for anything else than a datum must be answered so at once: later words may be about other things.
    """
    answers = []
    for message in chat.messages[question.index + 1 :]:
        if message.by_agent:
            break
        if message.by_customer:
            answers.append(message)
    if not question.says(*ASKS):
        answers = answers[:1]
    return next(((message, span) for message in answers if (span := message.first("already-told"))), None)


def _given(chat: AnnotatedTranscript, earlier: Sequence[AnnotatedMessage], cue: str) -> Given | None:
    """The customer's earlier message that carries what the cue asks for; None where none does, or several differ."""
    found: list[tuple[str, Given]] = []
    for message in earlier:
        if message.by_customer and message.readable:
            answers = any(m.says(cue) for m in _before(chat, message))
            found += [(message.text[a:b].casefold(), (message, (a, b))) for a, b in _spans(message, cue, answers)]
    return found[0][1] if len({value for value, _ in found}) == 1 else None


def _spans(message: AnnotatedMessage, cue: str, answers: bool) -> Iterator[Span]:
    """Where a message carries the datum; `answers` tells that it follows the very question."""
    text = message.text
    for match in _TYPED[cue].finditer(text) if cue in _TYPED else ():
        # What stands before a number says whose, or which, it is: "order [phone]" comes of a redaction gone wrong.
        if cue != "asks-phone" or not _NOT_HERS.search(text, max(0, match.start() - 20), match.start()):
            yield match.span()
    if cue == "asks-order-number" and (answers or _ORDER_WORD.search(text)):
        yield from (m.span() for m in _NUMBER.finditer(text) if not _TYPED["asks-phone"].fullmatch(m.group()))
    elif cue == "asks-name":
        yield from message.cues.get("gives-name", ())
        yield from (m.span() for m in _NAME.finditer(text)) if answers else ()
    elif cue == "asks-address" and answers:
        yield from (m.span() for m in _ADDRESS.finditer(text))


def _before(chat: AnnotatedTranscript, message: AnnotatedMessage) -> Iterator[AnnotatedMessage]:
    """The agent's messages that this message of the customer answers: those since she wrote before."""
    index = message.index - 1
    while index >= 0 and chat.messages[index].by_customer:
        index -= 1
    while index >= 0 and not chat.messages[index].by_customer:
        yield chat.messages[index]
        index -= 1


def _moved_on(chat: AnnotatedTranscript, known: Sequence[Given], message: AnnotatedMessage) -> bool:
    """Whether, since the answer, somebody said that it did not fit, or that another one is meant."""
    since = max(given.index for given, _ in known)
    return any(m.says("asks-anew") for m in chat.messages[since : message.index])


def _question(text: str) -> Span | None:
    """The last sentence of a text that is a question."""
    return next((span for span in reversed(list(sentences(text))) if is_question(text[slice(*span)])), None)


_ORDER_WORD = re.compile(r"order|booking|reservation|订单|单号|訂單|ordre|bestilling", re.IGNORECASE)
_NOT_HERS = re.compile(
    _ORDER_WORD.pattern
    + r"|courier|driver|seller|shop|store|called|hotline|快递|配送|商家|客服|师傅|店|bud|butik|chauffør",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w/.@#-])(?:[A-Z]{1,5}-?)?\d[\d-]{3,22}\d(?![\w/@]|\.\d)")
_NAME = re.compile(r"\[(?:person|name|姓名)\w*\]|#NAME#", re.IGNORECASE)
_ADDRESS = re.compile(r"\[(?:address|location|地址)\w*\]|#ADDRESS#", re.IGNORECASE)
_TYPED = {
    "asks-order-number": re.compile(r"\[order[^\[\]]*\]", re.IGNORECASE),
    "asks-phone": re.compile(
        r"\[(?:phone|telephone|mobile|电话|手机)[^\[\]]*\]|#PHONE_?NUMBER#"
        r"|(?<![\w-])(?:\+\d[\d ()-]{7,16}\d|1[3-9]\d{9})(?![\w-])",
        re.IGNORECASE,
    ),
    "asks-email": re.compile(r"\[(?:e-?mail|邮箱)[^\[\]]*\]|#EMAIL#|[\w.+-]+@[\w-]+\.\w[\w.]*", re.IGNORECASE),
}
