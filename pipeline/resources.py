"""Where the data that travels with the program stands: the one module that knows.

In a checkout the folders stand beside `pipeline/`; a built wheel carries them inside it as `pipeline/data/`.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_PACKED = _PACKAGE / "data"
_CHECKOUT = _PACKAGE.parent


def _folder(packed: str, in_checkout: str) -> Path:
    return _PACKED / packed if _PACKED.is_dir() else _CHECKOUT / in_checkout


MODELS = _folder("models", "models")
LEXICONS = MODELS / "lexicons"
LABELLED_CHATS = MODELS / "chats"
FAIRNESS = _folder("fairness", "fixtures/fairness")
TEMPLATES = _folder("templates", "reports/templates")
CASES = _folder("cases", "fixtures/checks")
SCORECARDS = _PACKAGE / "scorecards"


def pipeline_version() -> str:
    """The version of the installed program, part of every run's key."""
    return version("fairhear")
