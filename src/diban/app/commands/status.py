"""``diban status``: is everything well, and if not, what helps."""

from __future__ import annotations

import typer

from diban.app.commands.terminal import DEFAULT_HOME, Home, console, opened, say
from diban.app.readiness import readiness


def status(home: Home = DEFAULT_HOME) -> None:
    """状态：每一项红色都附办法 / Each red thing names its remedy."""
    with opened(home) as platform:
        well = True
        for part in readiness(platform):
            well = well and part.well
            mark = "[green]✓[/]" if part.well else "[red]✗[/]"
            remedy = "" if part.well or part.remedy is None else f"  → {say(part.remedy)}"
            console.print(f"{mark} {say(part.title):<24} {part.value}{remedy}")
    raise typer.Exit(0 if well else 69)
