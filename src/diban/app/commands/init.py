"""``diban init``: found an installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from diban.app.commands.terminal import DEFAULT_HOME, Home, console, say, verbatim, writing_to
from diban.app.journeys.founding import found
from diban.app.settings import Settings
from diban.ground import Extent, Invalid, Text


def init(
    home: Home = DEFAULT_HOME,
    title_zh: Annotated[str, typer.Option(help="平台名称 / name in Chinese")] = "城市空间底板",
    title_en: Annotated[str, typer.Option(help="平台英文名称 / name in English")] = "City base board",
    area: Annotated[
        str,
        typer.Option(help="城市范围 西,南,东,北（度） / the city's box: west,south,east,north in degrees"),
    ] = "113.6,22.2,114.8,23.0",
    database: Annotated[
        str,
        typer.Option(envvar="DIBAN_DATABASE", help="postgresql+psycopg://…；留空为嵌入式 / empty: embedded"),
    ] = "",
) -> None:
    """建立平台：目录、密钥、数据表、三员账号 / Found an installation and its three administrators."""
    settings = Settings(
        home=Path(home).absolute(), title_zh=title_zh, title_en=title_en, area=_area(area), database=database
    )
    with writing_to(settings.home):
        platform, welcome = found(settings)
    platform.close()
    words = Text(zh=f"已建立 {settings.home}", en=f"founded {settings.home}")
    console.print(f"[green]✓[/] {verbatim(say(words))}")
    console.print(say(Text(zh="初始密码只显示一次：", en="Initial passwords, shown only once:")))
    for login, role, password in welcome.accounts:
        console.print(f"  {login:<16} {password}  [dim]{say(role.words)}[/]")


def _area(text: str) -> Extent:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 4:
        raise Invalid(
            Text(zh="城市范围需要四个数", en="the area takes four numbers"),
            field="--area",
            limit=4,
            remedy=Text(zh="例如 113.6,22.2,114.8,23.0", en="for example 113.6,22.2,114.8,23.0"),
        )
    return Extent(*numbers)
