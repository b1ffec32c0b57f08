"""``diban report``: the report on a delivery, its faulty rows as a file, the sender's word on repairs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.table import Table

from diban.app.commands.terminal import (
    DEFAULT_HOME,
    As,
    Home,
    asker_of,
    console,
    opened,
    progress_bars,
    say,
    verbatim,
    writing_to,
)
from diban.app.journeys.faulty import faulty_rows
from diban.app.journeys.repairing import accept_repairs, settle_repairs
from diban.app.journeys.taking_rows import may_take_rows
from diban.ground import DeliveryId, Invalid, Missing, Text
from diban.quality import Report
from diban.store import reading


def report(
    delivery: Annotated[str, typer.Argument(help="交付编号 / the delivery's id")],
    *,
    login: As = "",
    home: Home = DEFAULT_HOME,
    rows: Annotated[
        Path | None,
        typer.Option(help="把有问题的行写到此文件，格式同原件 / write the faulty rows, in the format sent"),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept-repairs", help="接受建议的图形修复 / let the proposed repairs land")
    ] = False,
    decline: Annotated[
        bool,
        typer.Option(
            "--decline-repairs", help="不接受修复，退回自行修改 / have it returned, to be mended here"
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """质检报告：得分、问题与办法；有问题的行；接受修复 / The report, the faulty rows, accepting repairs."""
    with opened(home) as platform:
        if accept and decline:
            raise Invalid(
                Text(zh="选择接受或不接受之一", en="choose one of accepting and declining"),
                field="--accept-repairs | --decline-repairs",
            )
        if decline:
            settle_repairs(platform, DeliveryId(delivery), False, asker_of(platform, login))
        if accept:
            with progress_bars() as progress:
                accept_repairs(platform, DeliveryId(delivery), asker_of(platform, login), progress)
        with reading(platform.database) as connection:
            found = platform.deliveries.get(connection, DeliveryId(delivery))
        if found.report is None:
            raise Missing(Text(zh="该交付还没有报告", en="there is no report yet"), field=delivery)
        if as_json:
            console.print_json(orjson.dumps(found.report).decode())
        else:
            console.print(f"● {found.id}  [bold]{say(found.state.words)}[/]")
            tell_report(Report.from_json(found.report))
        if rows is not None:
            may_take_rows(platform, found, asker_of(platform, login))
            with faulty_rows(platform, found) as made:
                target = rows.with_suffix(made.path.suffix)
                with writing_to(target):
                    shutil.copyfile(made.path, target)
            console.print(f"[green]✓[/] {verbatim(str(target))}")


def tell_report(report: Report) -> None:
    """Print a report: score, score by dimension, findings with remedy and first rows."""
    console.print(
        say(
            Text(
                zh=f"  质量得分 {report.score}，{report.rows} 行",
                en=f"  score {report.score}, {report.rows} rows",
            )
        )
    )
    scores = (
        f"{say(one.words)} {'–' if score is None else score}" for one, score in report.dimensions.items()
    )
    console.print(f"  [dim]{'  '.join(scores)}[/]")
    if not report.findings:
        return
    table = Table(box=None, padding=(0, 1))
    for heading in (
        Text("代码", "code"),
        Text("行数", "rows"),
        Text("问题与办法", "what and remedy"),
        Text("位置", "places"),
    ):
        table.add_column(say(heading), overflow="fold")
    for finding in report.findings:
        colour = {"error": "red", "warning": "yellow", "notice": "dim"}[finding.severity.value]
        places = ", ".join(str(place.row) for place in finding.places[:8]) + (
            " …" if finding.count > 8 else ""
        )
        words = f"{say(finding.flaw.message)}\n→ {say(finding.flaw.remedy)}"
        table.add_row(f"[{colour}]{finding.code}[/]", str(finding.count), verbatim(words), places)
    console.print(table)
