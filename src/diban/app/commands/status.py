"""``diban status``: is everything well, and if not, what helps."""

from __future__ import annotations

import typer

from diban.app.commands.terminal import DEFAULT_HOME, Home, console, opened, say, verbatim
from diban.app.readiness import readiness
from diban.ground import Text
from diban.intake import DeliveryState
from diban.store import reading


def status(home: Home = DEFAULT_HOME) -> None:
    """状态：每一项红色都附办法 / Each red thing names its remedy."""
    with opened(home) as platform:
        well = True
        for part in readiness(platform):
            well = well and part.well
            mark = "[green]✓[/]" if part.well else "[red]✗[/]"
            remedy = "" if part.well or part.remedy is None else f"  → {say(part.remedy)}"
            console.print(f"{mark} {say(part.title):<24} {verbatim(part.value + remedy)}")
        if well:
            with reading(platform.database) as connection:
                asked = platform.deliveries.in_state(connection, DeliveryState.ASKED)
            for one in asked:
                words = Text(zh="待说明", en="needs the sender's word")
                console.print(f"[yellow]?[/] {say(words):<24} {one.id}  → diban answer {one.id}")
    raise typer.Exit(0 if well else 69)
