"""``diban use``: who read how much of what."""

from __future__ import annotations

import csv
import sys
from datetime import timedelta
from typing import Annotated

import orjson
import typer
from rich.table import Table

from diban.app.commands.terminal import DEFAULT_HOME, Home, console, opened, say, verbatim
from diban.app.wiring import Platform
from diban.catalogue import State
from diban.governance import UseAsked, UseBy, UseSum, use_sums
from diban.ground import Invalid, Text, now
from diban.store import reading

_NAMES = {
    "calls": Text(zh="应答", en="answers"),
    "refused": Text(zh="拒绝", en="refused"),
    "rows": Text(zh="要素", en="features"),
    "bytes": Text(zh="字节", en="bytes"),
}


def use(
    home: Home = DEFAULT_HOME,
    by: Annotated[
        str, typer.Option(help="day resource party block key status：按哪项汇总 / summed by what")
    ] = "resource",
    days: Annotated[int, typer.Option(min=1, max=3660, help="最近多少天 / the last so many days")] = 30,
    as_csv: Annotated[bool, typer.Option("--csv", help="输出 CSV / print CSV")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """使用：每项资源、机构、密钥读了多少 / How much was read, of what and by whom."""
    wanted = UseBy.parse(by, "by")
    if as_csv and as_json:
        raise Invalid(Text(zh="--csv 与 --json 只取其一", en="either --csv or --json"), field="csv")
    with opened(home) as platform:
        today = now().astimezone(platform.settings.timezone).date()
        asked = UseAsked(today - timedelta(days=days - 1), today)
        with reading(platform.database) as connection:
            sums = use_sums(connection, asked, wanted)
        titles = _titles(platform, wanted)
    if as_json:
        lines = [{"of": one.of, "title": titles.get(one.of, one.of), **_numbers(one)} for one in sums]
        console.print(orjson.dumps(lines).decode(), markup=False)
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(["of", "title", *_NAMES])
        writer.writerows([one.of, titles.get(one.of, one.of), *_numbers(one).values()] for one in sums)
    else:
        console.print(_table(wanted, sums, titles))


def _numbers(one: UseSum) -> dict[str, int]:
    return {name: getattr(one, name) for name in _NAMES}


def _table(by: UseBy, sums: list[UseSum], titles: dict[str, str]) -> Table:
    table = Table(box=None)
    table.add_column(say(by.words))
    for words in _NAMES.values():
        table.add_column(say(words), justify="right")
    for one in sums:
        table.add_row(
            verbatim(titles.get(one.of, one.of)) or "–", *(f"{number:,}" for number in _numbers(one).values())
        )
    return table


def _titles(platform: Platform, by: UseBy) -> dict[str, str]:
    with reading(platform.database) as connection:
        if by is UseBy.RESOURCE:
            found = platform.catalogue.list(connection, tuple(State), limit=100_000)
            return {one.id: say(one.entry.title) for one in found}
        if by is UseBy.PARTY:
            return {one.id: say(one.name) for one in platform.parties.list(connection)}
    return {}
