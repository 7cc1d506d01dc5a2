from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from pipeline.ingest import SourceError, find_sources

LINE = b'{"id": "c-1", "messages": [{"role": "bot", "text": "hi"}]}\n'


@pytest.fixture(autouse=True)
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = Path("inbox/day")
    folder.mkdir(parents=True)
    for name in ("b.jsonl", "a.csv", ".hidden.jsonl", "no-suffix", "notes.md"):
        (folder / name).write_bytes(b"# Notes\n" if name == "notes.md" else LINE)
    return folder


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (["inbox"], ["inbox/day/a.csv", "inbox/day/b.jsonl", "inbox/day/no-suffix"]),
        (["inbox/day/b.jsonl", "inbox/day/a.csv", "inbox/*/b*"], ["inbox/day/a.csv", "inbox/day/b.jsonl"]),
        (["inbox/**/*.jsonl"], ["inbox/day/b.jsonl"]),
        (["in*"], ["inbox/day/a.csv", "inbox/day/b.jsonl", "inbox/day/no-suffix"]),
        (["inbox/day/notes.md", "inbox/day/.hidden.jsonl"], ["inbox/day/.hidden.jsonl", "inbox/day/notes.md"]),
    ],
)
def test_files_folders_and_globs_are_found_sorted_and_once(patterns: list[str], names: list[str]) -> None:
    with find_sources(patterns) as sources:
        assert [source.name for source in sources] == names
        assert {source.digest for source in sources if source.path.name != "notes.md"} == {
            hashlib.sha256(LINE).hexdigest()
        }


def test_standard_input_is_spooled_and_gone_afterwards() -> None:
    with find_sources(["-", "-"], stdin=io.BytesIO(LINE)) as sources:
        assert [(source.name, source.path.read_bytes()) for source in sources] == [("<stdin>", LINE)]
    assert not sources[0].path.exists()


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("inbox/day/b.json", r"inbox/day/b\.json: no such file or folder; did you mean inbox/day/b\.jsonl\?"),
        ("outbox/x.csv", "outbox is no folder"),
        ("inbox/*.xlsx", r"inbox/\*\.xlsx: matches no file"),
        ("inbox/**x", "not a valid glob"),
        ("empty", "no transcripts in this folder; looked for .*jsonl"),
    ],
)
def test_a_pattern_that_matches_nothing_says_what_to_try(pattern: str, told: str) -> None:
    Path("empty").mkdir()
    with pytest.raises(SourceError, match=told), find_sources([pattern]):
        pass
