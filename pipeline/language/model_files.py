"""The models as files: arrays and JSON, nothing that could run on loading, and a digest for each.

models/manifest.json            the SHA-256 of the weights and of what names them
models/features/<language>.npz  how rare each run of words and characters is
models/<signal>/model.json      what the model is and was fitted on; the names its weights belong to
models/<signal>/<language>.npz  the weights of its head
models/<signal>/CARD.md         how good it is, for people
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from pipeline.language.context import CONTEXT
from pipeline.language.features import SHAPE, SPACES
from pipeline.language.signals import SIGNALS, Head, LanguageModel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

MANIFEST = "manifest.json"
_FORMAT = 1
_REPAIR = "Install Fairhear anew, or fit the models again with `fairhear learn`"


class ModelError(ValueError):
    """Models that cannot be used; names the file and what to do."""


class Models:
    """The models of all languages."""

    def __init__(self, by_language: Mapping[str, LanguageModel]) -> None:
        self._by_language = by_language

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have any model."""
        return tuple(self._by_language)

    def of(self, language: str | None) -> LanguageModel | None:
        """The model of a language; None where there is none."""
        return self._by_language.get(language or "")


def models_digest(folder: Path) -> str:
    """What stands for all models in the key of a run: the digest of the list of their digests.

    Raises ModelError where the list is not there.
    """
    return hashlib.sha256(_manifest(folder)).hexdigest()


def _manifest(folder: Path) -> bytes:
    try:
        return (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise ModelError(f"{folder / MANIFEST}: not readable: {error.strerror}. {_REPAIR}") from error


def load_models(folder: Path) -> Models:
    """Read every head that the manifest names. Raises ModelError for a file that is missing or not as shipped."""
    digests = _digests(folder)
    files = {name: _read(folder, name, digest) for name, digest in digests.items()}
    rarities: dict[str, NDArray[np.float32]] = {}
    heads: dict[str, dict[str, Head]] = {}
    for signal in SIGNALS:
        name = f"{signal}/model.json"
        if name not in files:
            continue
        try:
            about = orjson.loads(files[name])
            _expect("format", about["format"], _FORMAT)
            for language, details in about["languages"].items():
                name = f"features/{language}.npz"
                if language not in rarities:
                    rarities[language] = _rarity(files[name], language)
                name = f"{signal}/{language}.npz"
                heads.setdefault(language, {})[signal] = _head(files[name], details["cues"], language)
        except (ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
            raise ModelError(f"{folder / name}: not usable as a model: {error}. {_REPAIR}") from error
    if not heads:
        raise ModelError(f"{folder / MANIFEST}: names no model. {_REPAIR}")
    return Models(
        {language: LanguageModel(language, rarities[language], heads[language]) for language in sorted(heads)}
    )


def _digests(folder: Path) -> dict[str, str]:
    try:
        digests = orjson.loads(_manifest(folder))["files"]
        _expect("digests", {type(digest) for digest in digests.values()} | {str}, {str})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{folder / MANIFEST}: not readable as the list of model files: {error}. {_REPAIR}") from error
    return dict(sorted(digests.items()))


def _read(folder: Path, name: str, digest: str) -> bytes:
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: not readable: {error.strerror}. {_REPAIR}") from error
    if (found := hashlib.sha256(content).hexdigest()) != digest:
        raise ModelError(
            f"{path}: not the file that was shipped: SHA-256 {found[:12]}…, expected {digest[:12]}…; "
            f"it was changed or cut short. {_REPAIR}"
        )
    return content


def _rarity(content: bytes, language: str) -> NDArray[np.float32]:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        rarity: NDArray[np.float32] = arrays["rarity"].astype(np.float32)
    _expect("weights", len(rarity), SPACES[language].buckets)
    return rarity


def _head(content: bytes, cues: list[str], language: str) -> Head:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        intercept, scale, shift = arrays["scalars"].tolist()
        head = Head(
            runs=arrays["runs"].astype(np.float32),
            cues=dict(zip(cues, arrays["cues"].tolist(), strict=True)),
            shape=arrays["shape"],
            intercept=intercept,
            context=arrays["context"],
            scale=scale,
            shift=shift,
        )
    sizes = len(head.runs), len(head.shape), len(head.context)
    _expect("weights", sizes, (SPACES[language].buckets, len(SHAPE), len(CONTEXT)))
    return head


def _expect(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise ValueError(f"{what} {found}, expected {expected}")


def save_features(folder: Path, language: str, rarity: NDArray[np.float32]) -> None:
    """Write how rare the runs of a language are; every head of the language was fitted with it."""
    target = folder / "features"
    target.mkdir(parents=True, exist_ok=True)
    (target / f"{language}.npz").write_bytes(_archive({"rarity": rarity.astype(np.float16)}))


def save_model(folder: Path, signal: str, heads: Mapping[str, Head], about: Mapping[str, Any]) -> None:
    """Write one signal's heads, and `about` into its model.json; the same heads give the same bytes."""
    target = folder / signal
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.npz"):
        old.unlink()
    for language, head in sorted(heads.items()):
        (target / f"{language}.npz").write_bytes(_packed(head))
    languages = {
        language: {**about["languages"][language], "cues": sorted(head.cues)}
        for language, head in sorted(heads.items())
    }
    record = {"format": _FORMAT, **about, "signal": signal, "languages": languages}
    (target / "model.json").write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2) + b"\n")


def _packed(head: Head) -> bytes:
    return _archive(
        {
            "runs": head.runs.astype(np.float16),
            "cues": np.array([head.cues[cue] for cue in sorted(head.cues)], np.float32),
            "shape": head.shape.astype(np.float32),
            "context": head.context.astype(np.float32),
            "scalars": np.array([head.intercept, head.scale, head.shift]),
        }
    )


def _archive(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """An npz file whose bytes depend on the arrays alone: numpy's own writer is slower to compress and adds nothing."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            one = io.BytesIO()
            np.lib.format.write_array(one, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), one.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()


def write_manifest(folder: Path) -> None:
    """List every model file with its digest, once all are written."""
    # The card and what it is written from are for people, and may change with every measurement.
    files = sorted(
        path
        for name in ("features", *SIGNALS)
        for path in (folder / name).glob("*")
        if path.suffix == ".npz" or path.name == "model.json"
    )
    digests = {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    record = {"format": _FORMAT, "files": digests}
    (folder / MANIFEST).write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2) + b"\n")
