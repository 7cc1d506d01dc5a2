"""Page data to HTML: the Jinja environment, the stylesheet inside each page, and the policy that allows only it."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.reporting.text import shown
from pipeline.resources import TEMPLATES

if TYPE_CHECKING:
    from pathlib import Path


class Renderer:
    """Renders the templates; made once a site."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            finalize=_finalized,
        )
        style = (TEMPLATES / "style.css").read_text("utf-8")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self._environment.globals |= {
            "stylesheet": Markup(style),  # noqa: S704 - our own file, and <style> holds it raw
            "policy": f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'none'; "
            "base-uri 'none'; form-action 'none'",
        }

    def write(self, path: Path, template: str, **data: Any) -> None:
        """Write one page, a piece at a time: its chats may be an iterator."""
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(self._environment.get_template(template).generate(**data))


def _finalized(value: Any) -> Any:
    # Ids, names and notes come from outside too: whatever they hold, the page can be written and read.
    return shown(value) if type(value) is str else value
