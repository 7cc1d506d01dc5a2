"""A site changes hands whole, and only what is ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.reporting import SiteError, publish
from pipeline.reporting.publish import published

if TYPE_CHECKING:
    from pathlib import Path


def put(folder: Path, words: str, agents: tuple[str, ...] = ("ana",)) -> None:
    with published(folder) as staging:
        for name in ("lead", *(f"agents/{agent}" for agent in agents)):
            (staging / name).mkdir(parents=True)
            (staging / name / "index.html").write_text(words)


def files(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("swaps", [True, False])
def test_a_new_site_takes_the_place_of_the_old_one(
    tmp_path: Path, swaps: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not swaps:
        monkeypatch.setattr(publish, "_exchange", lambda *_: False)
    put(tmp_path, "old", ("ana", "bo"))
    put(tmp_path, "new")
    assert files(tmp_path) == {"agents/ana/index.html": "new", "lead/index.html": "new"}


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "fairhear.db").write_text("rows")
    put(tmp_path, "old")
    put(tmp_path, "new")
    assert files(tmp_path)["fairhear.db"] == "rows"
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["agents", "fairhear.db", "lead"]


def test_a_failed_run_leaves_the_old_site_and_no_trace(tmp_path: Path) -> None:
    put(tmp_path, "old")
    before = files(tmp_path)
    with pytest.raises(FileExistsError):
        put(tmp_path, "new", ("bo", "bo"))
    assert files(tmp_path) == before
    assert not list(tmp_path.glob(".*"))


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    (tmp_path / ".fairhear-killed" / "lead").mkdir(parents=True)
    put(tmp_path, "new")
    assert not list(tmp_path.glob(".*"))


def test_a_folder_with_foreign_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "lead").mkdir()
    (tmp_path / "lead" / "notes.docx").write_text("mine")
    with pytest.raises(SiteError, match=r"notes\.docx"):
        put(tmp_path, "new")
    assert files(tmp_path) == {"lead/notes.docx": "mine"}
