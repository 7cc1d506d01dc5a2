"""Phone numbers in a text, told from order numbers, dates and amounts by their shape and the words before them.

Whether digits are a valid number is for the library phonenumbers to say; almost any eight digits are one in Denmark,
so a shape or a word must vouch for them too:

- `+` or `00` and a country code: always
- a Chinese mobile (138 0013 8000), a number with its area code's 0 (010-12345678, 020 7946 0958), a North American
  one in groups (415-555-0132), a Danish one in groups (22 33 44 55): unless an order word stands right before it
- anything else: only beside a word like "call", "tlf." or 电话
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

import phonenumbers
from phonenumbers import NumberParseException, ValidationResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Span = tuple[int, int]


class Context(Enum):
    """What the words right before a number say it is."""

    PHONE = "phone"
    ORDER = "order"
    NONE = "none"


_INTERNATIONAL = re.compile(r"(?<!\d)(?:\+ ?|00 ?)\(?[1-9][\d ().-]{5,24}\d", re.ASCII)
_LOCAL = (
    (re.compile(r"\(?0[1-9]\d{0,4}\)?[ -]?\d[\d -]{4,14}\d", re.ASCII), None),
    (re.compile(r"(?:86[ -]?)?1[3-9]\d(?:\d{8}|[ -]\d{4}[ -]\d{4})", re.ASCII), "CN"),
    (re.compile(r"[48]00-\d{3}-?\d{4}|[48]00-\d{4}-\d{3}", re.ASCII), "CN"),
    (re.compile(r"(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])\d{3}[ .-]\d{4}", re.ASCII), "US"),
    (
        re.compile(
            r"(?<!\d[ -])(?:[2-9]\d([ -])\d{2}\1\d{2}\1\d{2}|(?!(?:19|20)\d\d (?:19|20))[2-9]\d{3} \d{4})(?![ -]\d)",
            re.ASCII,
        ),
        "DK",
    ),
)
_BESIDE_A_WORD = re.compile(r"\(?\d[\d ().-]{5,18}\d", re.ASCII)
_DATE = re.compile(r"\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d|(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}", re.ASCII)

_NEAR = 40  # characters before a number in which a word can say what it is
_BREAK = re.compile(
    r"[\d\]!?;。！？；\n]"
)  # what stands before another number or another sentence is not about this one
_LINK = re.compile(r"(?:https?://|www\.)[!-~]*\Z", re.IGNORECASE)
_PHONE_WORD = re.compile(
    r"(?<![a-zæøå])(?:tel(?:ephone|efon)?(?![a-z])|telefon[a-zæøå]*|tlf|phone[a-z]*|mobil[a-zæøå]*|cell(?:phone)?\b|call[a-z]*|"
    r"ring[a-z]*|dial|whatsapp|sms|text me|contact|kontakt[a-zæøå]*|my number|mit nummer|reach me)"
    r"|电话|手机|联系方式|联系我|我的号码|致电|拨打|微信|座机|热线|打给",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\[phone\]\s*(?:[/,、]|or|and|eller|og|或者?|和)\s*\Z", re.IGNORECASE)
_JOINTS = (
    r"(?:[\s:：#.,，、()（）\"'*=-]|is|was|er|var|numbers?|nummer|num|nos?|nr|id|code|kode|号码|号|码|是|为|编号)*\Z"
)
_ORDER_WORD = re.compile(
    r"(?:(?<![a-zæøå])(?:order|ordre|bestilling|ref|tracking|parcel|package|pakke|forsendelse|invoice|faktura|ticket|case|"
    r"sag|booking|sku|item|vare|product|produkt|kunde|customer|member|medlem|account|konto|reg|cvr|ean|imei|serie|serial|"
    r"kvittering|receipt|transaction|transaktion)[a-zæøå]*|订单|单号|运单|快递|物流|发票|货号|编码|序列号|流水|会员|账号|工号|商品)"
    + _JOINTS,
    re.IGNORECASE,
)
_NUMBER_WORD = re.compile(r"(?:(?<![a-zæøå])(?:nr|no|id)\.?|编号|#)[\s:：.]*\Z", re.IGNORECASE)


def phone_spans(plain: str, regions: Sequence[str]) -> list[Span]:
    """Where phone numbers stand in a text of half-width digits, without overlaps."""
    spans: list[Span] = []
    for match in _INTERNATIONAL.finditer(plain):
        spans += _international(plain, match)
    for shape, region in _LOCAL:
        asked = regions if region is None else [region] if region in regions else []
        for match in shape.finditer(plain) if asked else ():
            if not _free(match, spans) or not _stands_alone(plain, match.start()):
                continue
            if context_before(plain, match.start()) is not Context.ORDER:
                spans += _longest_valid(plain, match, asked)
    for match in _BESIDE_A_WORD.finditer(plain):
        if _free(match, spans) and context_before(plain, match.start()) is Context.PHONE:
            spans += _longest_valid(plain, match, regions)
    return spans


def _free(match: re.Match[str], spans: list[Span]) -> bool:
    return all(match.end() <= start or match.start() >= end for start, end in spans)


def context_before(plain: str, start: int) -> Context:
    """What the words before `start` say about the number there."""
    before = plain[max(0, start - _NEAR) : start]
    if _LISTED.search(before):
        return Context.PHONE
    broken = [m.end() for m in _BREAK.finditer(before)]
    before = before[broken[-1] :] if broken else before
    if _ORDER_WORD.search(before):
        return Context.ORDER
    if _PHONE_WORD.search(before):
        return Context.PHONE
    return Context.ORDER if _NUMBER_WORD.search(before) else Context.NONE


def _international(plain: str, match: re.Match[str]) -> Iterator[Span]:
    plus = plain[match.start()] == "+"
    possible: Span | None = None
    for end in _group_ends(match):
        digits = re.sub(r"\D", "", plain[match.start() : end], flags=re.ASCII)
        number = _parsed("+" + (digits if plus else digits.removeprefix("00")), None)
        if number is None:
            continue
        if phonenumbers.is_valid_number(number):
            yield match.start(), end
            return
        length = phonenumbers.is_possible_number_with_reason(number)
        if plus and possible is None and length == ValidationResult.IS_POSSIBLE:
            possible = match.start(), end
    if possible:  # after a + the length is enough: numbers change hands faster than the library's tables
        yield possible


def _longest_valid(plain: str, match: re.Match[str], regions: Sequence[str]) -> Iterator[Span]:
    """The longest run of whole digit groups that is a valid number in one of the regions."""
    for end in _group_ends(match):
        text = plain[match.start() : end]
        if not _ends(plain, end) or _DATE.search(text):
            continue
        for region in regions:
            number = _parsed(text, region)
            if number is not None and phonenumbers.is_valid_number(number):
                yield match.start(), end
                return


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _group_ends(match: re.Match[str]) -> list[int]:
    """Where the digit groups of a match end, last first."""
    return [match.start() + group.end() for group in re.finditer(r"\d+", match[0], re.ASCII)][::-1]


def _stands_alone(plain: str, start: int) -> bool:
    """Whether the digits are not the rest of a longer number, a code or a link."""
    before = plain[max(0, start - 200) : start]
    if re.search(r"[\d#=_/]\Z|\d[.,:/-]\Z", before, re.ASCII):
        return False
    if re.search(r"[A-Za-z]-?\Z", before):
        return context_before(plain, start) is Context.PHONE
    return not _LINK.search(before)


def _ends(plain: str, end: int) -> bool:
    return not re.match(r"[\dA-Za-z_]|[.,:/-]\d", plain[end : end + 2], re.ASCII)
