"""An agent message that asks for, or shows, a card number, a password, a one-time code or a full national id.

Looks for: a request and the thing requested close together in one sentence ("send me your card number", 验证码发我一下,
"må jeg få dit CPR-nummer"); the placeholders [card] and [national-id] that redaction leaves where an agent wrote the
number out; a password or code that is spelt out ("your password is …").
Why it matters: such data in a chat log is a breach in itself, and staff who ask for it teach customers to give it to
swindlers. Card-security rules forbid it outright.
Known limits: a sentence that also warns ("never share …") or leads to a secure page ("on the payment page") is taken
for harmless, and so are parts of a number (the last four digits). A request spread over two messages is not seen.
Where the law lets a desk ask for a national id, drop the phrase in the scorecard under `phrases.sensitive-datum`.
A request needs both a listed way of asking and a listed datum, side by side, so that the check counts without having
been measured at length: such requests are too rare in the chats that we could read.
Source: PCI DSS requirement 3 (no sensitive authentication data is kept); banks' rules on one-time codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pipeline.checks.kinds import forbidden
from pipeline.finding import CheckMeta, Measured, Severity
from pipeline.language.clauses import negated, quoted, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.finding import Finding
    from pipeline.language import AnnotatedMessage, AnnotatedTranscript, Span


@dataclass(frozen=True, slots=True)
class SensitiveData:
    """Requests for, and disclosures of, data that must not be in a chat; every agent message is an opportunity."""

    meta: ClassVar[CheckMeta] = CheckMeta(
        id="compliance.sensitive-data",
        version=1,
        severity=Severity.CRITICAL,
        title="Keeps sensitive data out of the chat",
        miss="Sensitive data asked for or shown",
        languages=("en", "zh", "da"),
        measured=(
            Measured("en", right=0, flagged=0, data="64 two-sided support chats in English that we also mended it on"),
            Measured("zh", right=10, flagged=10, data="330 web-shop chats in Chinese that we also mended it on"),
        ),
    )

    def find(self, chat: AnnotatedTranscript) -> Iterable[Finding]:
        """Yield one finding per agent message."""
        return forbidden(
            self.meta,
            chat,
            _sensitive,
            missed="A card number, password, one-time code or full national id is asked for or shown here.",
            met="No card number, password, one-time code or full national id is asked for or shown.",
            suggestion="Use the secure form or page for this; of a card, the last four digits will do. If your desk's "
            "own procedure asks for it here, tell your quality lead: the rule wants changing, not you.",
        )


def _sensitive(message: AnnotatedMessage) -> Span | None:
    """The span of the first disclosure or request in the message."""
    shown = [match.span() for match in _PLACEHOLDER.finditer(message.text)]
    data = message.cues.get("sensitive-datum", ())
    found = [span for datum in data if (span := _spelt_out(message.text, datum) or _request(message, datum))]
    return min([*shown, *found], default=None)


def _spelt_out(text: str, datum: Span) -> Span | None:
    value = _VALUE.match(text, datum[1])
    return (datum[0], value.end(1)) if value and _CODE.search(text[slice(*datum)]) else None


def _request(message: AnnotatedMessage, datum: Span) -> Span | None:
    """From the words that ask to the datum, or the other way round; None where nobody asks, or not in earnest."""
    text = message.text
    start, end = sentence(text, datum)
    if any(start <= safe[0] < end for safe in message.cues.get("sensitive-safe", ())):
        return None
    if quoted(text, datum) or _PART_AFTER.match(text, datum[1]):
        return None
    whole = _CODE.search(text[slice(*datum)]) is not None  # nobody asks for part of a code
    for asked in message.cues.get("asks-sensitive", ()):
        if start <= asked[0] < datum[0] and _reaches(text, asked, datum, whole=whole) and not negated(text, asked):
            return asked[0], datum[1]
    for asked in message.cues.get("asks-sensitive-after", ()):
        if datum[1] <= asked[0] < end and _follows(text, (start, end), datum, asked, whole=whole):
            return datum[0], asked[1]
    return None


def _reaches(text: str, asked: Span, datum: Span, *, whole: bool) -> bool:
    """Whether a request reaches the datum: over a list of other things it may, over the start of a new clause not."""
    between = text[asked[1] : datum[0]]
    given = between.startswith("的")  # 您提供的银行卡号 is the number that was given
    topic = _COMMA.search(between) and _NEW_TOPIC.match(text, datum[1])
    part = not whole and _PART_BEFORE.search(between)
    return len(between) <= _REACH and not (given or topic or part or _NEW_CLAUSE.search(between))


def _follows(text: str, bounds: Span, datum: Span, asked: Span, *, whole: bool) -> bool:
    """Whether a request right after the datum is about it and about nothing else; `bounds` are the sentence's."""
    before, between, after = text[bounds[0] : datum[0]], text[datum[1] : asked[0]], text[asked[1] : bounds[1]]
    return bool(
        _JOINED.fullmatch(between)
        and _NO_OBJECT.match(after)
        and (_HAN.search(text[slice(*asked)]) or _BARE.fullmatch(before))
        and (whole or not _PART_BEFORE.search(before))
        and not negated(text, datum)
    )


_REACH = 60  # characters between the request and the datum
_PLACEHOLDER = re.compile(r"\[(?:card|national-id)\]")
_CODE = re.compile(r"pass|code|otp|kode|密[码碼]|[验驗][证證][码碼]", re.IGNORECASE)
# A value of at least four signs with a digit among them; "8 characters", "4-digit" and "6位" describe one.
_VALUE = re.compile(
    r"\s*(?:is|er|是|为|為|[:：=])\s*((?=[^\s,，。;；]*\d)[A-Za-z0-9!@$%^&*_]{4,})"
    r"(?!\S*-?(?:digit|char|cif|位|个|個)|\s*(?:digits|characters|cifre|tegn|to\b|[-–~]))",
    re.IGNORECASE,
)
_PART_BEFORE = re.compile(
    r"\b(?:last|first|final|sidste|første)\b|\b(?:ending|ends|ender|slutter)\b|后.{0,6}位|後.{0,6}[位碼]|尾号|尾號|最后几位",
    re.IGNORECASE,
)
_PART_AFTER = re.compile(r"的?(?:最|前)?[后後前末].{0,8}?[位碼码]|的?尾[号號数數]|的?末[四六4]", re.IGNORECASE)
# Words with which the object of a request ends and something else begins.
_NEW_CLAUSE = re.compile(
    r"\b(?:if|whether|when|where|while|that|which|who|after|before|once|until|so|then|but|because|to|via|through"
    r"|about|without|not|reset|change|screenshot|link|email me|i|we|it|they"
    r"|hvis|om|når|hvor|mens|som|efter|før|indtil|så|men|fordi|for at|uden|ikke|jeg|vi|det|skærmbillede|nulstil\w*)\b"
    r"|如果|然后|再|后|後|就|才|我|截图|截圖|忘|登录|登陆|登錄|输入|輸入|[。！？!?]",
    re.IGNORECASE,
)
_COMMA = re.compile(r"[,，]")
_NEW_TOPIC = re.compile(r"[我会會已没沒可在是]")  # 请提供订单号，密码我帮您重置
_JOINED = re.compile(
    r"[\s,，、:：和与及]*(?:(?:cvv|cvc|密码|有效期|姓名|开户行)[\s,，、和]*)?"
    r"(?:还|也|都|再)?(?:麻烦|麻煩|请|請|辛苦|劳烦|方便|可以|能|可否|能否)?(?:您|你)?(?:这边|這邊|方便|可以|能|再|也|先|现在)*"
)
_NO_OBJECT = re.compile(r"[下一呢吗嗎哦喔哈吧呀啊嘛亲親的么麼谢謝您你~～#\s]*(?:$|[\s,，、])")
_HAN = re.compile(r"[\u3400-\u9fff]")
_BARE = re.compile(
    r"\s*(?:(?:and|also|ok|okay|then|now|next|just|your|the|full|whole|long|credit|debit|bank"
    r"|og|også|så|lige|dit|din|det|den|hele|fulde)[\s,]+)*",
    re.IGNORECASE,
)
