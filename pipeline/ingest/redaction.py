"""Personal data in a text becomes a typed placeholder, once, before anything is written.

`[email]`, `[phone]`, `[card]` (a payment card: 13 to 19 digits, Luhn), `[national-id]` (Chinese resident id, Danish
CPR). Everything else stays as it was typed. Redacting twice is redacting once. No clock and no network: the same
text gives the same text.

Known limits: names, addresses and numbers written as words stay. A bare run of eight digits is a Danish phone only
beside a word like "ring" or "tlf.", because order numbers look the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum import luhn
from stdnum.cn import ric
from stdnum.dk import cpr
from stdnum.exceptions import ValidationError

from pipeline.ingest.phones import Context, context_before, phone_spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.ingest.phones import Span

DEFAULT_REGIONS = ("CN", "DK", "GB", "US")

# Most messages hold neither an @ nor six digits close together: one search tells, and nothing else is run.
_MAYBE = re.compile(r"[@＠]|\d(?:\D{0,3}\d){5}")

# One character for one, so that offsets hold: full-width forms, and the dashes and spaces that people type.
_WIDE = "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)))) + "＠＋－（）．＿"
_NARROW = str.maketrans(
    _WIDE + "‐‑‒–\u00a0\u2009\u202f\u3000", "".join(chr(ord(wide) - 0xFEE0) for wide in _WIDE) + "----" + "    "
)

_WORD = "A-Za-z0-9\u00c0-\u024f"  # Latin only: in "邮箱是ana@shop.example谢谢" the Chinese is not part of the address
_EMAIL = re.compile(
    rf"(?<![{_WORD}._%+-])[{_WORD}][{_WORD}._%+-]{{0,63}}@(?:[{_WORD}-]{{1,63}}\.)+[A-Za-z\u00c0-\u024f]{{2,24}}"
)
_RESIDENT_ID = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}[ -]?(?:19|20)\d{6}[ -]?\d{3}[\dXx](?![0-9A-Za-z])", re.ASCII)
_CPR = re.compile(r"(?<![0-9A-Za-z])(?<!\d-)[0-3]\d[01]\d{3}(?P<dash> ?- ?| )?\d{4}(?![0-9A-Za-z])(?!-\d)", re.ASCII)
_CPR_NAMED = re.compile(r"cpr[^\d\n]{0,20}\Z|personnummer[^\d\n]{0,10}\Z", re.IGNORECASE)
# Schemes start with 2 (Mastercard) to 6 (UnionPay). In groups of four, or 4-6-5 and 4-6-4; the last group is tried
# with and without, for what follows a card is often another number.
_CARD = re.compile(
    r"(?<![0-9A-Za-z])[2-6](?:\d{12,18}"
    r"|\d{3}[ -]\d{4}[ -]\d{4}[ -]\d{1,4}(?P<more>[ -]\d{1,3})?"
    r"|\d{3}[ -]\d{6}[ -]\d{4,5})(?!\d)",
    re.ASCII,
)
_SEPARATORS = str.maketrans("", "", " -")


def redact(text: str, regions: Sequence[str] = DEFAULT_REGIONS) -> str:
    """The text with placeholders for personal data; the very same object where there is none.

    `regions` are the countries (ISO 3166, two letters) whose local phone numbers are known; international numbers
    always are.
    """
    # A placeholder can free the digits beside it, so look until nothing more is found. Each turn removes digits or @.
    while _MAYBE.search(text):
        redacted = _redact_once(text, regions)
        if redacted == text:
            break
        text = redacted
    return text


def _redact_once(text: str, regions: Sequence[str]) -> str:
    plain = text.translate(_NARROW)
    parts: list[str] = []
    end = 0
    for start, stop, placeholder in sorted(_found(plain, regions)):
        parts += [text[end:start], placeholder]
        end = stop
    return "".join([*parts, text[end:]])


def _found(plain: str, regions: Sequence[str]) -> list[tuple[int, int, str]]:
    """What is personal, without overlaps; the surer kind comes first."""
    taken: list[tuple[int, int, str]] = []
    for placeholder, spans in (
        ("[email]", (m.span() for m in _EMAIL.finditer(plain))),
        ("[national-id]", _national_ids(plain)),
        ("[card]", _cards(plain)),
        ("[phone]", phone_spans(plain, regions)),
    ):
        for start, end in spans:
            if all(end <= other_start or start >= other_end for other_start, other_end, _ in taken):
                taken.append((start, end, placeholder))
    return taken


def _national_ids(plain: str) -> Iterator[Span]:
    for match in _RESIDENT_ID.finditer(plain):
        if ric.is_valid(match[0].translate(_SEPARATORS)):
            yield match.span()
    for match in _CPR.finditer(plain):
        # Ten digits are many things; the hyphen, or the word before them, makes them a CPR number.
        hyphen = "-" in (match["dash"] or "")
        named = _CPR_NAMED.search(plain, max(0, match.start() - 30), match.start())
        if not named and (not hyphen or context_before(plain, match.start()) is not Context.NONE):
            continue
        if _born(match[0]):
            yield match.span()


def _born(number: str) -> bool:
    # Not cpr.is_valid: it compares with today, and the same text must give the same result on any day.
    try:
        cpr.get_birth_date(number)
    except ValidationError:
        return False
    return True


def _cards(plain: str) -> Iterator[Span]:
    for match in _CARD.finditer(plain):
        ends = [match.end()] if match["more"] is None else [match.end(), match.start("more")]
        for end in ends:
            digits = plain[match.start() : end].translate(_SEPARATORS)
            if 13 <= len(digits) <= 19 and luhn.is_valid(digits):
                yield match.start(), end
                break
