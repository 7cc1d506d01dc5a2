"""The wheel works outside the checkout: its data travels inside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipeline.checks.document import page

ROOT = Path(__file__).parents[1]


def test_the_built_wheel_audits_in_an_empty_folder(tmp_path: Path) -> None:
    built, installed, empty = (tmp_path / name for name in ("dist", "installed", "empty"))
    empty.mkdir()
    python = [sys.executable, "-m"]
    subprocess.run(
        [*python, "build", "--wheel", "--no-isolation", "--outdir", built, ROOT], check=True, capture_output=True
    )
    (wheel,) = built.glob("*.whl")
    subprocess.run(
        [*python, "pip", "install", "--no-deps", "--target", installed, wheel], check=True, capture_output=True
    )

    # The folder of the wheel comes first on the path, ahead of the checkout that the environment links to.
    environment = os.environ | {"PYTHONPATH": str(installed)}
    where = [sys.executable, "-c", "import pipeline; print(pipeline.__file__)"]
    found = subprocess.run(where, check=True, capture_output=True, text=True, cwd=empty, env=environment).stdout
    command = [*python, "pipeline.cli", "audit", str(ROOT / "fixtures/contact_centre/da.jsonl")]
    subprocess.run(command, check=True, capture_output=True, cwd=empty, env=environment)
    shown = subprocess.run(
        [*python, "pipeline.cli", "checks", "show", "courtesy.shouting"],
        check=True,
        capture_output=True,
        cwd=empty,
        env=environment,
    )

    assert found.startswith(str(installed))
    assert (empty / "site/lead/index.html").is_file()
    assert b"Example, missed" in shown.stdout


def test_the_page_of_checks_is_up_to_date() -> None:
    assert (ROOT / "pipeline/checks/README.md").read_text("utf-8") == page(), "run: make docs"


def test_the_lock_names_no_package_source() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text("utf-8")
