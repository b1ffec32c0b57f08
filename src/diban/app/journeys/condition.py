"""How an installation is: what must be well, what it was set to, what it takes of the disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import sqlalchemy as sa

from diban.app.readiness import readiness
from diban.app.settings import FILE, Settings
from diban.app.settings_file import read_toml
from diban.app.wiring import Platform
from diban.governance import Asker, Permission, may
from diban.ground import Extent, Fault, Text
from diban.share import Condition, Health, SettingLine
from diban.store import job_counts, reading


def condition_of(platform: Platform, asker: Asker) -> Condition:
    """Everything at once, for one page; a part that cannot be asked is not well."""
    may(asker, Permission.OPERATE)
    home = platform.settings.home
    return Condition(
        healths=tuple(_healths(platform)),
        settings=tuple(_settings(platform.settings)),
        settings_file=FILE,
        database_bytes=_database_bytes(platform),
        free_bytes=shutil.disk_usage(home).free,
    )


def _healths(platform: Platform) -> Iterator[Health]:
    for part in readiness(platform):
        yield Health(part.name, part.title, part.well, part.value, None if part.well else part.remedy)
    yield _use(platform)
    yield _jobs(platform)


def _use(platform: Platform) -> Health:
    fault = platform.use.fault
    title = Text(zh="使用计数", en="counts of use")
    remedy = Text(zh="查看数据库与磁盘", en="look at the database and the disk")
    if fault is None:
        return Health("use", title, True, "written", None)
    return Health("use", title, False, fault.code, remedy)


def _jobs(platform: Platform) -> Health:
    title = Text(zh="失败的任务", en="failed jobs")
    try:
        with reading(platform.database) as connection:
            failed = job_counts(connection)["failed"]
    except Fault as fault:
        return Health("jobs", title, False, fault.code, fault.remedy)
    remedy = Text(
        zh="在任务页查看原因，处理后重试", en="see why on the page of jobs, mend it, and retry there"
    )
    return Health("jobs", title, not failed, str(failed), remedy if failed else None)


def _settings(settings: Settings) -> Iterator[SettingLine]:
    said = read_toml(settings.home / FILE)
    for field in fields(Settings):
        if field.name == "home":
            continue
        yield SettingLine(field.name, _shown(field.name, getattr(settings, field.name)), field.name in said)


def _shown(name: str, value: object) -> str:
    """The value as the file writes it; of the database's address never the password."""
    if isinstance(value, Extent):
        return ", ".join(str(side) for side in value.as_list())
    if name == "database" and value:
        return sa.make_url(str(value)).render_as_string(hide_password=True)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _database_bytes(platform: Platform) -> int:
    """The control database with the layers."""
    if platform.database.embedded:
        return _size(platform.settings.home, "control.sqlite*") + _size(
            platform.settings.home / "layers", "**/*"
        )
    with reading(platform.database) as connection:
        return int(connection.execute(sa.text("SELECT pg_database_size(current_database())")).scalar_one())


def _size(folder: Path, pattern: str) -> int:
    total = 0
    for path in folder.glob(pattern):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue  # a journal that was closed meanwhile
    return total
