from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline import settings as module
from pipeline.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_flag_wins_over_the_environment_that_over_the_file_that_over_the_default(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().seed == 1
    (folder / "fairhear.toml").write_text("seed = 2\n[nightly]\ncron = '5 5 * * *'\n")
    assert load_settings().seed == 2
    monkeypatch.setenv("FAIRHEAR_SEED", "3")
    monkeypatch.setenv("FAIRHEAR_NIGHTLY__SAMPLE", "all")
    assert load_settings({"seed": None}).seed == 3
    assert load_settings({"seed": 4}).seed == 4
    assert (load_settings().nightly.cron, load_settings().nightly.sample) == ("5 5 * * *", "all")


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("sead = 2", "fairhear.toml: unknown key 'sead'; did you mean 'seed'"),
        ("[nightly]\ncrom = 'x'", "unknown key 'nightly.crom'; did you mean 'cron'"),
        ("nightly = 3", "nightly must be a table"),
        ("sample = 'some'", "setting sample: sample plan 'some' is not known; use all, or random:N-per-agent"),
        ("time_zone = 'Europe/Copenhagn'", "no time zone; did you mean 'Europe/Copenhagen'"),
        ("seed = 'x'", "setting seed: .*integer"),
        ("seed = ", "not readable as TOML"),
        ("[nightly]\ncron = '0 2 * *'", "setting nightly.cron: no cron schedule like 0 2"),
        ("phone_regions = ['CN', 'dk']", "'dk' is no country; expected ISO codes in capitals"),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_change(folder: Path, toml: str, told: str) -> None:
    (folder / "fairhear.toml").write_text(toml)

    with pytest.raises(SettingsError, match=told):
        load_settings()


def test_an_unknown_variable_is_an_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHEAR_STOR", "x")

    with pytest.raises(SettingsError, match="unknown variable FAIRHEAR_STOR; did you mean 'FAIRHEAR_STORE'"):
        load_settings()


def test_a_list_in_the_environment_is_json_and_anything_else_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHEAR_PHONE_REGIONS", '["CN", "DK"]')
    assert load_settings().phone_regions == ("CN", "DK")
    monkeypatch.setenv("FAIRHEAR_PHONE_REGIONS", "CN,DK")

    with pytest.raises(SettingsError, match=r'phone_regions.*expected JSON, like \["CN", "DK"\]'):
        load_settings()


def test_a_config_file_that_is_named_must_be_there() -> None:
    with pytest.raises(SettingsError, match="no such file; write one with: fairhear init"):
        load_settings(config=Path("elsewhere.toml"))


def test_the_commented_file_that_init_writes_names_every_setting_with_its_default(folder: Path) -> None:
    text = (Path(module.__file__).parent / "fairhear.toml").read_text("utf-8")
    (folder / "fairhear.toml").write_text(re.sub(r'(?m)^# (?=["\w.]+ = )', "", text))

    written = load_settings()

    defaults = Settings()
    for name in set(Settings.model_fields) - {"scorecard", "columns", "speakers"}:
        assert getattr(written, name) == getattr(defaults, name), name
    assert all(name in text for name in Settings.model_fields)
