"""Which files are meant: paths, folders, globs and standard input."""

from __future__ import annotations

import difflib
import hashlib
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO

from pipeline.ingest.readers import SUFFIXES, recognise
from pipeline.ingest.records import Source
from pipeline.ingest.text import mended

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_STDIN = "-"
_MAGIC = set("*?[")


class SourceError(ValueError):
    """A source that is not there: says what was looked for and what to try."""


@contextmanager
def find_sources(patterns: Sequence[str], *, stdin: BinaryIO | None = None) -> Iterator[list[Source]]:
    """Give the sources that the patterns name, sorted by path and each once.

    A pattern is a file, a folder (searched to the bottom for files of a known format, without hidden ones), a glob, or
    "-" for standard input, which is spooled to a temporary file that lasts as long as the context. Raises SourceError.
    """
    with TemporaryDirectory(prefix="fairhear-") as folder:
        found: dict[Path, Source] = {}
        for pattern in patterns:
            if pattern == _STDIN:
                path = Path(folder) / "stdin"
                if path not in found:
                    with path.open("wb") as file:
                        shutil.copyfileobj(stdin or sys.stdin.buffer, file)
                    found[path] = _source("<stdin>", path)
                continue
            for path in _matches(pattern):
                found.setdefault(path.resolve(), _source(str(path), path))
        yield sorted(found.values(), key=lambda source: source.name)


def _matches(pattern: str) -> list[Path]:
    path = Path(pattern)
    if path.is_file():
        return [path]
    if path.is_dir():
        if files := _inside(path):
            return files
        raise SourceError(
            f"{pattern}: no transcripts in this folder; looked for {', '.join(sorted(SUFFIXES))} and for other files "
            "with such content, leaving hidden ones out"
        )
    if _MAGIC.isdisjoint(pattern):
        raise SourceError(f"{pattern}: no such file or folder{_similar(path)}")
    files = [file for match in _glob(path) for file in (_inside(match) if match.is_dir() else [match])]
    if not files:
        raise SourceError(f"{pattern}: matches no file; check it with: ls {pattern}")
    return files


def _glob(pattern: Path) -> list[Path]:
    first = next(place for place, part in enumerate(pattern.parts) if not _MAGIC.isdisjoint(part))
    base, rest = Path(*pattern.parts[:first]), Path(*pattern.parts[first:])
    dotted = any(part.startswith(".") for part in rest.parts)
    try:
        matches = sorted(base.glob(str(rest)))
    except ValueError as error:  # "**" within a name
        raise SourceError(f"{pattern}: not a valid glob: {error}; use * within a name and ** for any folders") from None
    return [match for match in matches if dotted or not _hidden(match, base)]


def _inside(folder: Path) -> list[Path]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not _hidden(path, folder))
    return [path for path in files if path.suffix.lower() in SUFFIXES or _known(path)]


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _known(path: Path) -> bool:
    try:
        return recognise(path) is not None
    except OSError:
        return False


def _similar(path: Path) -> str:
    if not path.parent.is_dir():
        return f"; {path.parent} is no folder"
    close = difflib.get_close_matches(path.name, sorted(entry.name for entry in path.parent.iterdir()), n=1)
    return f"; did you mean {path.with_name(close[0])}?" if close else f"; looked in {path.parent.resolve()}"


def _source(name: str, path: Path) -> Source:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"{name}: cannot be read: {error.strerror}; check its permissions") from error
    return Source(mended(name), path, digest)
