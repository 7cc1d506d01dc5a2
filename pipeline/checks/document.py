"""The checks as a page: `python -m pipeline.checks.document` prints what stands in README.md beside this file."""

from __future__ import annotations

import inspect
import sys
from dataclasses import fields

from pipeline.checks import ALL_CHECKS


def page() -> str:
    """All checks in Markdown, from what they declare."""
    rows = [
        f"| [`{m.id}`](#{m.id.replace('.', '')}) | {m.title} | {m.severity} | {', '.join(m.languages) or 'any'} "
        f"| {', '.join(m.preview_in) or '–'} |"
        for m in (check.meta for check in ALL_CHECKS)
    ]
    parts = [
        "# The checks",
        "Generated from the checks by `make docs`; edit them, not this page.",
        "\n".join(
            ["| check | what the agent should do | severity | languages | preview in |", "|---|---|---|---|---|", *rows]
        ),
        *(_section(check) for check in ALL_CHECKS),
    ]
    return "\n\n".join(parts) + "\n"


def _section(check: type) -> str:
    meta = check.meta  # type: ignore[attr-defined]
    settings = [f"`{field.name} = {getattr(check(), field.name)!r}`" for field in fields(check)]
    return "\n\n".join(
        [
            f"## {meta.id}",
            f"{meta.title}. The miss: {meta.miss}. Severity {meta.severity}, version {meta.version}.",
            inspect.getdoc(sys.modules[check.__module__]) or "",
            "Settings: " + (", ".join(settings) or "none") + ".",
            "Measured: " + ("; ".join(map(str, meta.measured)) or "not on real chats yet") + ".",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(page())
