"""``diban answer``: the sender's word on what a delivery asks."""

from __future__ import annotations

from typing import Annotated

import typer

from diban.app.commands.submit import is_well, show
from diban.app.commands.terminal import DEFAULT_HOME, As, Home, asker_of, opened, progress_bars
from diban.app.journeys.answering import answer as record
from diban.app.journeys.delivery import carry
from diban.app.journeys.withdrawing import withdraw
from diban.ground import DeliveryId
from diban.intake import DeliveryState
from diban.store import reading


def answer(
    delivery: Annotated[
        str | None, typer.Argument(help="交付编号；留空列出待说明的 / empty: list what asks")
    ] = None,
    *,
    login: As = "",
    home: Home = DEFAULT_HOME,
    crs: Annotated[
        str | None,
        typer.Option(help="坐标系，或 as-declared（坚持原声明） / the CRS, or as-declared to insist"),
    ] = None,
    take_back: Annotated[
        bool, typer.Option("--withdraw", help="不答而撤回该交付 / take the delivery back instead")
    ] = False,
) -> None:
    """说明：回答交付提出的坐标系问题 / Answer what a delivery asks about its coordinates."""
    with opened(home) as platform, reading(platform.database) as connection:
        if delivery is None:
            for one in platform.deliveries.in_state(connection, DeliveryState.ASKED):
                show(one)
            return
        found = platform.deliveries.get(connection, DeliveryId(delivery))
    if crs is None and not take_back:
        return show(found)
    with opened(home) as platform, progress_bars() as progress:
        asker = asker_of(platform, login)
        if crs is None:
            found = withdraw(platform, found.id, "", asker)
        else:
            record(platform, found.id, crs, asker)
            found = carry(platform, found.id, progress)
    show(found)
    raise typer.Exit(0 if found.state is DeliveryState.WITHDRAWN or is_well(found) else 1)
