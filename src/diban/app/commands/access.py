"""``diban access``: give a party access to a layer, or take it back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import orjson
import typer

from diban.app.commands.terminal import DEFAULT_HOME, As, Home, asker_of, console, opened
from diban.app.journeys.granting import give_once, take_back
from diban.governance import limits_from_json
from diban.share import NewGrant


def access(
    layer: Annotated[str, typer.Argument(help="图层标识 / the layer's slug")],
    login: As,
    home: Home = DEFAULT_HOME,
    party: Annotated[
        str, typer.Option(help="授予哪个机构；留空为公众 / to which party; empty: the public")
    ] = "",
    limits: Annotated[str, typer.Option(help="限制 JSON：字段、行、范围、掩码 / limits as JSON")] = "{}",
    purpose: Annotated[str, typer.Option(help="用途 / the purpose")] = "履行职责",
    basis: Annotated[str, typer.Option(help="依据 / the basis")] = "无条件共享",
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="最后一天；不写则直到撤销 / the last day; none: until it is revoked"
        ),
    ] = None,
    revoke: Annotated[str, typer.Option(help="撤销该授权 / revoke this grant")] = "",
    why: Annotated[str, typer.Option(help="撤销理由 / why it is revoked")] = "",
) -> None:
    """授权：按字段、行、范围、精度授予，或撤销 / Grant by field, row, area and precision, or revoke."""
    with opened(home) as platform:
        asker = asker_of(platform, login)
        if revoke:
            take_back(platform, layer, revoke, why, asker)
            console.print(f"[green]✓[/] {revoke}")
            return
        allowed, last_day = limits_from_json(orjson.loads(limits)), None if until is None else until.date()
        wanted = NewGrant(party, layer, allowed, purpose, basis, last_day)
        made, _ = give_once(platform, wanted, asker)
        console.print(f"[green]✓[/] {made}")
