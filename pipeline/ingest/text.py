"""The encoding of a text file, told from its bytes.

A byte-order mark settles it, then valid UTF-8 does; charset-normalizer is asked about the rest. Bytes that are no
characters in it come out as lone surrogates, so that a reader can reject the line they stand in and no more.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, TextIO

from charset_normalizer import from_bytes

if TYPE_CHECKING:
    from pathlib import Path

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that one's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 2**18  # bytes of lines with anything but ASCII in them
_LONGEST_LINE = 2**16
_CHINESE = ["gb18030", "big5"]
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_UNFIT = re.compile(r"[\x00\ud800-\udfff]")


def encoding_of(path: Path) -> str:
    """The encoding of a whole file: the first quarter megabyte that is not plain ASCII decides."""
    sample: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        head = file.read(1024)
        if (told := _by_mark(head)) is not None:
            return told
        file.seek(0)
        while size < _SAMPLE and (line := file.readline(_LONGEST_LINE)):
            if not line.isascii():
                sample.append(line)
                size += len(line)
    return _of_lines(sample)


def decode_head(head: bytes) -> str:
    """The first bytes of a file as text, without a line that was cut; "" where they are no text."""
    encoding = _by_mark(head) or _of_lines([line for line in head.splitlines() if not line.isascii()])
    text = head.decode(encoding, "replace").removeprefix("\ufeff")
    if "\x00" in text:
        return ""
    lines = text.splitlines(keepends=True)
    cut = len(head) >= 2**16 and len(lines) > 1
    return "".join(lines[:-1] if cut else lines)


def open_text(path: Path, encoding: str) -> TextIO:
    """Open for reading with line ends as they are; see `broken` for bytes that are no characters."""
    errors = "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    return path.open(encoding=encoding, errors=errors, newline="")


def broken(text: str) -> bool:
    """Whether some of the text was not in the file's encoding."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def mended(text: str) -> str:
    """The text with U+FFFD for what no database and no page can carry: NUL, and bytes that are no characters."""
    return _UNFIT.sub("\ufffd", text) if "\x00" in text or broken(text) else text


def _by_mark(head: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    # Half of plain text in UTF-16 are zero bytes, on one side.
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    return "utf-16-be" if head[::2].count(0) > len(head) // 4 else None


def _of_lines(lines: list[bytes]) -> str:
    """UTF-8 where most lines are, so that a broken line among them stays one broken line."""
    if 2 * sum(map(_is_utf8, lines)) >= len(lines):
        return "utf-8"
    sample = b"".join(lines)
    high = [len(run) for run in re.findall(rb"[\x80-\xff]+", sample)]
    if 2 * high.count(1) >= len(high):
        return "cp1252"  # letters like å and é stand alone among ASCII; Chinese characters come in pairs of bytes
    best = from_bytes(sample, cp_isolation=_CHINESE).best()
    return best.encoding if best else "gb18030"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.end == len(line) >= _LONGEST_LINE - 4  # a character cut at the end of the part that was read
    return True
