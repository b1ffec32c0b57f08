"""``diban access``: give a party access to a layer, or take it back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import orjson
import typer

from diban.app.commands.terminal import DEFAULT_HOME, As, Home, asker_of, console, opened
from diban.app.journeys.granting import give_once, take_back
from diban.governance import limits_from_json
from diban.ground import Invalid, LayerScope, Text
from diban.share import NewGrant

_EXAMPLE = """--limits '{"fields": ["name"], "decimals": 4}'"""


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
        last_day = None if until is None else until.date()
        wanted = NewGrant(party, layer, _limits(limits), purpose, basis, last_day)
        made, _ = give_once(platform, wanted, asker)
        console.print(f"[green]✓[/] {made}")


def _limits(text: str) -> LayerScope:
    try:
        return limits_from_json(orjson.loads(text))
    except orjson.JSONDecodeError as fault:
        raise Invalid(
            Text(zh="--limits 不是有效的 JSON", en="--limits is not valid JSON"),
            field="--limits",
            limit=str(fault),
            remedy=Text(zh=f"例如 {_EXAMPLE}", en=f"for example {_EXAMPLE}"),
        ) from fault
