"""Settings: one frozen tree, read once from the home folder; unknown keys are refused."""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa

from diban.app.settings_file import Taken, read_toml, require_kinds
from diban.ground import Extent, Invalid, Missing, Text

FILE = "diban.toml"
MEGABYTE, GIGABYTE = 1 << 20, 1 << 30
_DATABASE = "postgresql+psycopg"
_AREA = "[113.6, 22.2, 114.8, 23.0]"
_ADDRESS = re.compile(
    r"https?://([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?(/[A-Za-z0-9._~-]+)*"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What one installation is: where it lies, its database, its city.

    ``database`` is "" for the embedded engine in the home folder, else a ``postgresql+psycopg://``
    URL; ``area`` the city's box in degrees; ``zone`` the city's time zone for local days;
    ``upload_limit`` the most bytes of one file, ``upload_share`` of all uploads that one party has under
    way, ``upload_space`` of all there are;
    ``districts`` the slug of the layer of districts, against which the coordinates of others are held;
    ``address`` where readers reach the services when a server stands before
    them, "" to go by each request; ``read_seconds`` how long one page or tile may take; ``tile_memory``
    the most bytes of drawn tiles that each serving process holds, 0 to hold none.
    """

    home: Path
    title_zh: str
    title_en: str
    area: Extent
    database: str = ""
    zone: str = "Asia/Shanghai"
    upload_limit: int = 20 * GIGABYTE
    upload_share: int = 50 * GIGABYTE
    upload_space: int = 200 * GIGABYTE
    districts: str = "districts"
    secure_cookies: bool = False
    address: str = ""
    read_seconds: int = 10
    tile_memory: int = 256 * MEGABYTE

    def __post_init__(self) -> None:
        """Refuse what cannot hold, by its key."""
        if self.address and not _ADDRESS.fullmatch(self.address):
            raise _refused("address", "http(s)://host[:port][/path]", "https://city.example")
        if self.zone not in available_timezones():
            raise _refused("zone", "IANA", "Asia/Shanghai")
        if self.database and not _is_postgresql(self.database):
            raise _refused("database", f"{_DATABASE}://…", f"{_DATABASE}://user@host/name")
        for name in ("upload_limit", "upload_share", "upload_space", "read_seconds"):
            if getattr(self, name) < 1:
                raise _refused(name, "≥ 1", str(Settings.__dataclass_fields__[name].default))
        if self.tile_memory < 0:
            raise _refused("tile_memory", "≥ 0", str(256 * MEGABYTE))

    @property
    def title(self) -> Text:
        """The installation's name."""
        return Text(zh=self.title_zh, en=self.title_en)

    @property
    def secure(self) -> bool:
        """Whether the session's cookie goes over HTTPS only."""
        return self.secure_cookies or self.address.startswith("https:")

    @property
    def timezone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.zone)

    @property
    def embedded(self) -> bool:
        """Whether everything lies in the home folder."""
        return not self.database


def _is_postgresql(url: str) -> bool:
    try:
        return sa.make_url(url).drivername == _DATABASE
    except (sa.exc.ArgumentError, ValueError):  # the latter of a port
        return False


def _refused(name: str, limit: str, example: str) -> Invalid:
    return Invalid(
        Text(zh=f"设置“{name}”不可用", en=f"the setting {name} cannot be used"),
        field=name,
        limit=limit,
        remedy=Text(zh=f"例如 {example}", en=f"for example {example}"),
    )


def read_settings(home: Path) -> Settings:
    """The settings of a home folder; `Missing` when there is none, `Invalid` says which setting is wrong."""
    path = home / FILE
    if not _is_there(path):
        raise Missing(
            Text(zh=f"{home} 不是平台目录", en=f"{home} is not a platform's home folder"),
            field="home",
            remedy=Text(zh="先运行 diban init", en="run diban init first"),
        )
    given = read_toml(path)
    known = [field for field in fields(Settings) if field.name != "home"]
    needed = [field.name for field in known if field.default is MISSING]
    require_kinds(path, given, {field.name: _taken(field.name, field.default) for field in known}, needed)
    try:
        return Settings(home=home, **given | {"area": _area(given["area"])})
    except Invalid as fault:
        said = fault.message
        fault.message = Text(zh=f"{path}：{said.zh}", en=f"{path}: {said.en}")
        raise


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # of a name that is too long, or a folder that may not be entered
        return False


def _taken(name: str, default: object) -> Taken:
    """What a setting takes, with its default as the example, if it has one."""
    if isinstance(default, bool):
        return bool, Text(zh=" true 或 false", en="true or false"), _written(default)
    if isinstance(default, int):
        return int, Text(zh="整数", en="a whole number"), _written(default)
    if name == "area":
        return list, Text(zh="四个数：西、南、东、北", en="four numbers: west, south, east, north"), _AREA
    return str, Text(zh="引号内的文字", en="text in quotes"), _quoted("…")


def _area(given: list[Any]) -> Extent:
    if len(given) != 4 or not all(type(side) in (int, float) for side in given):
        raise _refused("area", "[west, south, east, north]", _AREA)
    try:
        return Extent(*map(float, given))
    except (Invalid, OverflowError) as fault:
        raise _refused("area", "west ≤ east, south ≤ north", _AREA) from fault


def write_settings(settings: Settings) -> None:
    """Write the settings of a new home folder."""
    lines = []
    for field in fields(Settings):
        value = getattr(settings, field.name)
        if field.name == "home":
            continue
        lines.append(f"{field.name} = {_written(value)}\n")
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / FILE).write_text("".join(lines), encoding="utf-8")
    (settings.home / FILE).chmod(0o600)


def _written(value: object) -> str:
    """A value as TOML."""
    if isinstance(value, Extent):
        return str(value.as_list())
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else _quoted(str(value))


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
