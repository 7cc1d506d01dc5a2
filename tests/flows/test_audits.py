"""The flows on a real, temporary Prefect API; what they do is tested without them in test_audit.py."""

from __future__ import annotations

import importlib
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pipeline.flows  # noqa: F401 - sets Prefect's defaults before Prefect is imported

if TYPE_CHECKING:
    from collections.abc import Iterator

FIXTURES = Path(__file__).parents[2] / "fixtures" / "contact_centre"

# Prefect's own clients leave sockets and coroutines behind at shutdown, and warn of what it will rename.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="session", autouse=True)
def prefect() -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_prefect_s_server_can_be_imported_and_its_analytics_are_off() -> None:
    importlib.import_module("prefect.server.api.server")
    from prefect.settings import get_current_settings

    assert get_current_settings().server.analytics_enabled is False
    assert os.environ["DO_NOT_TRACK"] == "1"


def test_an_ad_hoc_audit_writes_its_own_site(folder: Path) -> None:
    from pipeline.flows.audits import ad_hoc_audit

    ad_hoc_audit([str(FIXTURES)], agents=("agent-ana",), sample="random:5-per-agent", out=Path("mine"))

    assert (folder / "mine/lead/index.html").is_file()
    assert "agent-ana" in "".join(path.name for path in (folder / "mine/agents").iterdir())


def test_a_nightly_audit_takes_the_chats_of_one_day_and_again_changes_nothing(folder: Path) -> None:
    from pipeline.flows.audits import nightly_audit
    from pipeline.store import Store

    (folder / "fairhear.toml").write_text(
        f'time_zone = "Europe/Copenhagen"\n[nightly]\nsources = ["{FIXTURES}"]\nsample = "random:2-per-agent"\n'
    )

    nightly_audit(day=date(2026, 10, 14))
    page = (folder / "site/lead/index.html").read_bytes()
    nightly_audit(day=date(2026, 10, 14))

    with Store.open("sqlite:///fairhear.db") as store:
        (only,) = store.runs("nightly")
        days = {unit.day for _, unit in store.audited(only.key)}
    assert days == {"2026-10-14"}
    nightly_audit(day=date(2026, 10, 1))  # a night without chats ends well and leaves the pages
    assert (folder / "site/lead/index.html").read_bytes() == page


def test_the_form_of_an_ad_hoc_audit_explains_its_fields() -> None:
    from pipeline.flows.audits import ad_hoc_audit

    fields = ad_hoc_audit.parameters.properties

    assert ad_hoc_audit.parameters.required == ["sources"]
    assert all(field.get("description") for field in fields.values())
    assert "email" in str(fields["channels"])
    assert "date" in str(fields["since"])


def test_the_artifact_gives_no_score_for_too_few_chats_and_shows_names_as_they_are() -> None:
    from pipeline.flows.audits import _plain, _score
    from pipeline.sampling import estimate

    assert _score(None) == "nothing to judge"
    assert _score(estimate([1.0] * 4, range(4))) == "too few to judge"
    assert _score(estimate([1.0] * 5, range(5))) == "100 (57–100)"
    assert _plain("Ana | <b>\n[x](http://y)") == r"Ana \| \<b\> \[x\]\(http\:\/\/y\)"
    assert _plain("小迪 Ærø") == r"小迪 Ærø"
