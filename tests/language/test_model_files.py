"""The models as files: what is written is read again, and what is not as it was written is refused."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import orjson
import pytest

from pipeline.language import ModelError, load_models, models_digest
from pipeline.language.model_files import save_features, save_model, write_manifest
from tests.chats import lexicons
from tests.heads import models, random_head, rarity

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.language.signals import Head

ABOUT = {"languages": {"da": {"fitted_on": {"service": 1.0}}, "zh": {"fitted_on": {}}}}
HEADS = {"politeness": random_head("da", 1), "distress": random_head("da", 2, apology=-1.5, hold=0.5)}


def written(folder: Path, **changed: Head) -> Path:
    """The folder with the Danish models in it, some heads changed."""
    save_features(folder, "da", rarity("da"))
    for signal, head in (HEADS | changed).items():
        save_model(folder, signal, {"da": head}, ABOUT)
    write_manifest(folder)
    return folder


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = written(tmp_path_factory.mktemp("models"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path, shipped: dict[str, bytes]) -> Path:
    for name, content in shipped.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_what_was_written_is_read_again(folder: Path) -> None:
    read, made = load_models(folder).of("da"), models({"da": HEADS}).of("da")
    texts = ["Hvor er min pakke? Undskyld, et øjeblik.", "Tusind tak!", ""]
    readings = [lexicons().finder("da").read(text) for text in texts]
    before = np.eye(3, 26, dtype=np.float32)

    assert read is not None
    assert made is not None
    assert read.signals == made.signals == ("politeness", "distress")
    sums = made.text_sums(readings)
    assert read.text_sums(readings) == pytest.approx(sums, nan_ok=True, abs=1e-6)
    assert read.in_context(sums, before) == pytest.approx(made.in_context(sums, before), nan_ok=True, abs=1e-6)


def test_languages_and_digest_are_those_of_the_manifest(folder: Path) -> None:
    read = load_models(folder)

    assert read.languages == ("da",)
    assert read.of("en") is read.of(None) is None
    assert models_digest(folder) == hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()


def test_the_same_heads_give_the_same_bytes(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    turned = replace(HEADS["distress"], cues=dict(reversed(HEADS["distress"].cues.items())))

    again = written(tmp_path_factory.mktemp("again"), distress=turned)

    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 6
    assert all((again / name).read_bytes() == (folder / name).read_bytes() for name in files)


def test_a_head_that_is_no_longer_there_leaves_no_file(folder: Path) -> None:
    save_features(folder, "zh", rarity("zh"))
    save_model(folder, "distress", {"zh": random_head("zh", 3)}, ABOUT)
    write_manifest(folder)

    assert not (folder / "distress/da.npz").exists()
    assert load_models(folder).languages == ("da", "zh")


def test_a_card_beside_a_model_changes_nothing(folder: Path) -> None:
    before = (folder / "manifest.json").read_bytes()
    (folder / "distress/CARD.md").write_text("# Distress")

    write_manifest(folder)

    assert (folder / "manifest.json").read_bytes() == before


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("name", ["features/da.npz", "distress/da.npz", "distress/model.json"])
@pytest.mark.parametrize("spoil", [flipped, truncated, Path.unlink])
def test_a_file_that_is_not_as_it_was_shipped_is_refused_by_name(
    folder: Path, name: str, spoil: Callable[[Path], None]
) -> None:
    spoil(folder / name)

    refused(folder, str(folder / name))


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"files": []}', b'{"files": null}', b'{"files": {"distress/da.npz": 5}}']
)
def test_a_broken_manifest_is_refused(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)

    refused(folder, "manifest.json")


def test_a_missing_manifest_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "manifest.json")
    with pytest.raises(ModelError, match=r"manifest\.json"):
        models_digest(tmp_path)


@pytest.mark.parametrize("name", ["features/da.npz", "distress/da.npz"])
def test_a_manifest_that_leaves_out_a_needed_file_is_refused(folder: Path, name: str) -> None:
    record = orjson.loads((folder / "manifest.json").read_bytes())
    del record["files"][name]
    (folder / "manifest.json").write_bytes(orjson.dumps(record))

    refused(folder, name)


@pytest.mark.parametrize("part", ["runs", "shape", "context"])
def test_a_wrong_number_of_weights_is_refused(tmp_path: Path, part: str) -> None:
    head = HEADS["distress"]
    written(tmp_path, distress=replace(head, **{part: getattr(head, part)[:-1]}))

    refused(tmp_path, "distress/da.npz", "expected")


def test_a_wrong_number_of_cues_is_refused(folder: Path) -> None:
    about = orjson.loads((folder / "distress/model.json").read_bytes())
    about["languages"]["da"]["cues"].append("transfer")
    (folder / "distress/model.json").write_bytes(orjson.dumps(about))
    write_manifest(folder)

    refused(folder, "distress/da.npz")


def test_a_wrong_number_of_rarities_is_refused(folder: Path) -> None:
    save_features(folder, "da", rarity("da")[:-1])
    write_manifest(folder)

    refused(folder, "features/da.npz")


def test_a_format_of_another_version_is_refused(folder: Path) -> None:
    about = orjson.loads((folder / "distress/model.json").read_bytes())
    (folder / "distress/model.json").write_bytes(orjson.dumps(about | {"format": 99}))
    write_manifest(folder)

    refused(folder, "distress", "format 99")


class Trap:
    """What leaves a file behind when it is unpickled."""

    def __init__(self, sprung: Path) -> None:
        self.sprung = sprung

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.sprung,)


@pytest.mark.parametrize("name", ["features/da.npz", "distress/da.npz"])
def test_a_pickled_object_is_refused_and_never_executed(folder: Path, tmp_path: Path, name: str) -> None:
    trap = np.array([Trap(tmp_path / "sprung")], dtype=object)
    packed = io.BytesIO()
    np.savez(packed, **dict.fromkeys(("rarity", "scalars", "runs", "cues", "shape", "context"), trap))
    (folder / name).write_bytes(packed.getvalue())
    write_manifest(folder)

    refused(folder, name, "allow_pickle")

    assert not (tmp_path / "sprung").exists()


def refused(folder: Path, *told: str) -> None:
    """Loading fails with an error that says these things and what to do."""
    with pytest.raises(ModelError) as caught:
        load_models(folder)
    for words in (*told, "Install Fairhear anew", "fairhear learn"):
        assert words in str(caught.value)
