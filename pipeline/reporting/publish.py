"""Putting a finished site in the place of the old one.

The pages are written to a hidden folder beside their final places, and only a complete set is put there: `lead/` and
`agents/` change hands with what stood there before, each in one step. A killed run leaves the old pages and a hidden
folder that the next run removes. Nothing else in the folder is touched.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CHILDREN = ("agents", "lead")
_STAGING = ".fairhear-"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


class SiteError(ValueError):
    """A folder that cannot take the pages; says what stands there and what to do."""


@contextmanager
def published(folder: Path) -> Iterator[Path]:
    """A folder to write `lead/` and `agents/` into; they appear in `folder` together when the block ends well.

    Writers of the same folder wait for one another. Raises SiteError where other people's files would be lost.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # released by the system when the process ends, however it ends
        for child in CHILDREN:
            _refuse_foreign(folder / child)
        for left in sorted(folder.glob(f"{_STAGING}*")):
            shutil.rmtree(left)
        staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder))
        try:
            yield staging
            for child in CHILDREN:
                _put(staging / child, folder / child)
        finally:
            shutil.rmtree(staging)
    finally:
        os.close(handle)


def _refuse_foreign(place: Path) -> None:
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        raise SiteError(f"{place}: expected a folder of pages or nothing here; move it away or choose another folder")
    for path in sorted(place.rglob("*")):
        if not path.is_dir() and path.suffix != ".html":
            raise SiteError(f"{path}: not one of our pages, and it would be lost; move it away")


def _put(new: Path, place: Path) -> None:
    if not place.exists():
        new.rename(place)
    elif not _exchange(new, place):
        place.rename(new.with_name(f"{new.name}-old"))
        new.rename(place)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; False where the system cannot (it is Linux's renameat2)."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    places = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other))
    return bool(renameat2(*places, _RENAME_EXCHANGE) == 0)
