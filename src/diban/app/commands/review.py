"""``diban review``: what waits for a person, and a person's word on it."""

from __future__ import annotations

from typing import Annotated

import typer

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
)
from diban.app.journeys.reviewing import decide_delivery
from diban.governance import Verdict, waiting_reviews
from diban.ground import DeliveryId, Invalid, Text
from diban.store import reading


def review(
    delivery: Annotated[
        str | None, typer.Argument(help="交付编号；留空列出待办 / empty: list what waits")
    ] = None,
    *,
    login: As = "",
    home: Home = DEFAULT_HOME,
    accept: Annotated[bool, typer.Option("--accept", help="通过 / accept")] = False,
    refuse: Annotated[bool, typer.Option("--return", help="退回 / return")] = False,
    why: Annotated[str, typer.Option(help="理由 / the reason")] = "",
) -> None:
    """审核：列出待办，或通过、退回一次交付 / List what waits for review, or accept or return a delivery."""
    with opened(home) as platform:
        if delivery is None:
            with reading(platform.database) as connection:
                for asked in waiting_reviews(connection):
                    reasons = "; ".join(say(reason) for reason in asked.decision.reasons)
                    console.print(f"[yellow]●[/] {asked.delivery}  {verbatim(reasons)}")
            return
        if accept == refuse:
            raise Invalid(
                Text(zh="选择通过或退回之一", en="choose one of accept and return"),
                field="--accept | --return",
            )
        verdict = Verdict.ACCEPT if accept else Verdict.RETURN
        with progress_bars() as progress:
            asker = asker_of(platform, login)
            moved = decide_delivery(platform, DeliveryId(delivery), verdict, why, asker, progress)
        console.print(f"[green]✓[/] {moved.id}  {say(moved.state.words)}")
