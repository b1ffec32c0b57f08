"""``diban describe``: the draft of a resource's description, from one of its files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from diban.app.commands.header import Header
from diban.app.commands.terminal import console, say, verbatim, writing_to
from diban.app.journeys.describing import describe as read_head
from diban.ground import Text


def describe(
    file: Annotated[Path, typer.Argument(help="数据文件 / the file with data", exists=True, dir_okay=False)],
    provider: Annotated[
        str, typer.Option(help="提供方：中文名称或统一社会信用代码 / the provider, by name or credit code")
    ],
    *,
    layer: Annotated[
        str | None, typer.Option("--source-layer", help="文件中的图层名 / which layer of the file")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="文字编码 / encoding of text, such as GBK")] = None,
    header: Header = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="写到此文件 / write the draft to this file")
    ] = None,
) -> None:
    """起草：由数据文件拟出资源描述 / Draft a resource's description from a file, to be completed."""
    described = read_head(file, provider, layer=layer, encoding=encoding, header=header is not False)
    draft = orjson.dumps(described.draft, option=orjson.OPT_INDENT_2).decode()
    if output is None:
        console.print(draft, markup=False, highlight=False, soft_wrap=True)
        return
    with writing_to(output):
        output.write_text(draft + "\n", encoding="utf-8")
    source = described.source
    told = f"{output}  ({source.format}, {source.crs or '–'})"
    console.print(f"[green]✓[/] {verbatim(told)}")
    console.print(
        say(
            Text(
                zh="请补上“待填写”之处，核对字段类型、主键、分类与共享条件，再 diban register",
                en="write what is to be written; check kinds, key, category and sharing; then diban register",
            )
        )
    )
