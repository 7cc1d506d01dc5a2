from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from pipeline.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty store, to copy: migrating anew would take most of a test's time."""
    path = tmp_path_factory.mktemp("empty") / "store.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory, empty: Path) -> Callable[[], Store]:
    """Opens another empty store each time."""
    path = tmp_path_factory.mktemp("fresh") / "store.db"

    def opened() -> Store:
        shutil.copyfile(empty, path)
        return Store.open(f"sqlite:///{path}")

    return opened


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store(url: str, tmp_path: Path, empty: Path) -> Iterator[Store]:
    shutil.copyfile(empty, tmp_path / "store.db")
    with Store.open(url) as opened:
        yield opened
