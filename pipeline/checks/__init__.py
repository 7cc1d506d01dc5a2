"""The checks: one file each, all named here in the order in which reports show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.checks.courtesy_shouting import Shouting

if TYPE_CHECKING:
    from pipeline.finding import Check

ALL_CHECKS: tuple[type[Check], ...] = (Shouting,)


CHECKS_BY_ID: dict[str, type[Check]] = {check.meta.id: check for check in ALL_CHECKS}
