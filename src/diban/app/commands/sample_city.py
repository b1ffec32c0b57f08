"""``diban sample-city``: a made-up city as its departments would deliver it, with the truth beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from diban.app.commands.terminal import console, say, verbatim, writing_to
from diban.app.sample_city import write_city
from diban.ground import Text


def sample_city(
    out: Annotated[Path, typer.Argument(help="写入的目录 / folder to write to")],
    buildings: Annotated[
        int, typer.Option(min=50, max=700_000, help="首次交付的建筑数 / buildings in the first delivery")
    ] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="同数同城 / the same number gives the same city")] = 1,
    errors: Annotated[
        float,
        typer.Option(min=0, max=0.3, help="有误文件的出错比例 / share of rows spoilt in faulty files"),
    ] = 0.005,
) -> None:
    """按部门交付的样子写出样例城市 / Writes a made-up city as its departments would deliver it."""
    table = Table(box=None)
    for heading in (
        *(Text("文件", "file"), Text("图层", "layer"), Text("行数", "rows")),
        *(Text("植入错误", "planted"), Text("应得结果", "expected")),
    ):
        table.add_column(say(heading), no_wrap=True)
    with writing_to(out):
        written = list(write_city(out, buildings=buildings, seed=seed, errors=errors))
    for file in written:
        given = file.delivery
        planted = str(len(file.planted)) if file.planted else ""
        table.add_row(given.file, given.layer, f"{file.rows:,}", planted, given.expected)
    console.print(table)
    console.print(verbatim(say(Text(zh=f"真值：{out / 'truth'}", en=f"the truth: {out / 'truth'}"))))
