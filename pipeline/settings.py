"""Settings: flags, then FAIRHEAR_… in the environment, then fairhear.toml, then the defaults below.

An unknown key is an error that names the nearest known one, wherever it stands.
"""

from __future__ import annotations

import os
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError
from phonenumbers import SUPPORTED_REGIONS
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.exceptions import SettingsError as UnreadableError

from pipeline.ingest import ReadOptions
from pipeline.ingest.columns import FIELDS
from pipeline.ingest.redaction import DEFAULT_REGIONS
from pipeline.sampling import Plan
from pipeline.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIX = "FAIRHEAR_"
CONFIG_FILE = "fairhear.toml"


class SettingsError(ValueError):
    """A setting that cannot be used: says where it stands, what is wrong and what is valid."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Speakers(_Table):
    """Whose names in a plain transcript, or values in a role column, mean which side."""

    agents: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()


class Nightly(_Table):
    """The scheduled audit: what it reads, when, and how it draws."""

    sources: tuple[str, ...] = ("inbox",)
    cron: str = "0 2 * * *"
    sample: str = "random:10-per-agent"

    @field_validator("sample")
    @classmethod
    def _a_plan(cls, value: str) -> str:
        return str(Plan.parse(value))

    @field_validator("cron")
    @classmethod
    def _a_schedule(cls, value: str) -> str:
        try:
            CronSim(value, datetime.now(UTC))
        except CronSimError as error:
            raise ValueError(f"no cron schedule like 0 2 * * * (minute hour day month weekday): {error}") from None
        return value


class Settings(BaseSettings):
    """Everything that can be set. Field names are the keys of fairhear.toml."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    store: str = Field("sqlite:///fairhear.db", description="SQLAlchemy URL of the store.")
    out: Path = Field(Path("site"), description="Folder for the pages.")
    scorecard: str = Field("default", description="A scorecard file, or the name of a bundled one.")
    sample: str = Field("all", description="Sampling plan of `fairhear audit`: all, or random:N-per-agent.")
    seed: int = Field(1, description="Seed of the draw; the same seed draws the same chats again.")
    time_zone: str = Field("UTC", description="Zone of times that carry no offset, and of days in filters.")
    phone_regions: tuple[str, ...] = Field(
        DEFAULT_REGIONS, description="Countries whose local phone numbers are redacted."
    )
    service_preset: Literal["plain", "taobao", "jd"] = Field("plain", description="Whose rules service metrics follow.")
    columns: dict[str, str] = Field(default_factory=dict, description="Column of a table for a canonical field.")
    speakers: Speakers = Speakers()
    nightly: Nightly = Nightly()

    @field_validator("sample")
    @classmethod
    def _a_plan(cls, value: str) -> str:
        return str(Plan.parse(value))

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value:
            if name not in FIELDS and not name.startswith("outcome."):
                raise ValueError(f"{name!r} is no field of a transcript{nearest(name, FIELDS)}")
        return value

    @field_validator("time_zone")
    @classmethod
    def _a_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is no time zone{nearest(value, available_timezones())}")
        return value

    @field_validator("phone_regions")
    @classmethod
    def _regions(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for region in value:  # one that is misspelt would leave its numbers unredacted
            if region not in SUPPORTED_REGIONS:
                raise ValueError(f"{region!r} is no country; expected ISO codes in capitals, like DK")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.time_zone)

    def read_options(self) -> ReadOptions:
        """What the readers need of the settings."""
        return ReadOptions(
            zone=self.zone,
            regions=self.phone_regions,
            columns=self.columns,
            agents=self.speakers.agents,
            customers=self.speakers.customers,
            bots=self.speakers.bots,
        )

    @classmethod
    def settings_customise_sources(  # the order of precedence
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is given
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, environment, file."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))


def load_settings(flags: Mapping[str, Any] | None = None, config: Path | None = None) -> Settings:
    """Settings from all four places; flags that are None were not given.

    `config` must exist when given; without it, fairhear.toml in the current folder is read if there is one. Raises
    SettingsError.
    """
    path = config or Path(CONFIG_FILE)
    if config and not config.is_file():
        raise SettingsError(f"{config}: no such file; write one with: fairhear init")
    if path.is_file():
        _check_file(path)
    _check_environment(os.environ)
    given = {key: value for key, value in (flags or {}).items() if value is not None}

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    try:
        return FromFile(**given)
    except UnreadableError as error:
        raise SettingsError(f'environment: {error}; expected JSON, like ["CN", "DK"]') from None
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        told = str(first["ctx"]["error"]) if "error" in first.get("ctx", {}) else first["msg"]
        raise SettingsError(f"setting {name}: {told} (found {first['input']!r})") from None


def _check_file(path: Path) -> None:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: not readable as TOML: {error}") from error
    for name, keys in _tables():
        table: Any = data.get(name, {}) if name else data
        if not isinstance(table, dict):
            raise SettingsError(f"{path}: {name} must be a table, like [{name}]")
        for key in table:
            if key not in keys:
                raise SettingsError(f"{path}: unknown key {f'{name}.{key}' if name else key!r}{nearest(key, keys)}")


def _check_environment(environment: Mapping[str, str]) -> None:
    known = {PREFIX + key.upper() for _, keys in _tables() for key in keys if not _}
    known |= {f"{PREFIX}{name.upper()}__{key.upper()}" for name, keys in _tables() if name for key in keys}
    for variable in environment:
        if variable.startswith(PREFIX) and variable.upper() not in known:
            raise SettingsError(f"environment: unknown variable {variable}{nearest(variable, known)}")


def _tables() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every table of fairhear.toml with its keys; the top level has no name. [columns] has keys of its own."""
    yield "", tuple(Settings.model_fields)
    yield "speakers", tuple(Speakers.model_fields)
    yield "nightly", tuple(Nightly.model_fields)
