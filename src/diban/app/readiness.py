"""Whether an installation can do its work: each part, its value, and what helps when it cannot."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from diban.app.wiring import Platform
from diban.ground import Fault, Text
from diban.intake import sandbox_available
from diban.store import is_current, reading

LEAST_FREE = 1 << 30
UPDATE = Text(
    zh="重新启动 diban serve：启动时自动升级数据表",
    en="restart diban serve: it brings the tables up to date at start",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that must be well."""

    name: str
    title: Text
    well: bool
    value: str
    remedy: Text | None = None


def readiness(platform: Platform) -> Iterator[Part]:
    """Look at every part: database, tables, sandbox, free space."""
    yield _database(platform)
    yield _tables(platform)
    available = sandbox_available()
    yield Part(
        "sandbox",
        Text(zh="沙箱", en="sandbox"),
        available.well,
        available.words.en,
        Text(
            zh="使用支持 Landlock 与 seccomp 的 Linux 内核",
            en="run on a Linux kernel with Landlock and seccomp",
        ),
    )
    free = shutil.disk_usage(platform.settings.home).free
    yield Part(
        "space",
        Text(zh="可用空间", en="free space"),
        free > LEAST_FREE,
        f"{free / 1e9:.1f} GB",
        Text(zh="清理磁盘", en="make space on the disk"),
    )


def _database(platform: Platform) -> Part:
    title = Text(zh="数据库", en="database")
    try:
        with reading(platform.database) as connection:
            connection.execute(sa.select(1))
    except Fault as fault:
        return Part("database", title, False, fault.code, fault.remedy)
    return Part("database", title, True, platform.base.engine)


def _tables(platform: Platform) -> Part:
    try:
        current = is_current(platform.database)
    except Fault as fault:
        return Part("tables", Text(zh="数据表", en="tables"), False, fault.code, fault.remedy)
    return Part("tables", Text(zh="数据表", en="tables"), current, "current" if current else "behind", UPDATE)
