"""``diban transfer``: another party becomes responsible for a resource."""

from __future__ import annotations

from typing import Annotated

import typer

from diban.app.commands.terminal import DEFAULT_HOME, As, Home, asker_of, console, opened
from diban.app.journeys.transferring import transfer as transfer_resource


def transfer(
    resource: Annotated[str, typer.Argument(help="资源标识 / the resource's slug")],
    login: As,
    to: Annotated[str, typer.Option(help="承接的机构：名称或代码 / the party that takes over")],
    why: Annotated[str, typer.Option(help="理由 / the reason")],
    home: Home = DEFAULT_HOME,
) -> None:
    """移交：改由另一机构负责，授权与历史不变 / Let another party provide it; grants and history stay."""
    with opened(home) as platform:
        given = transfer_resource(platform, resource, to, why, asker_of(platform, login))
        console.print(f"[green]✓[/] {given.slug}")
