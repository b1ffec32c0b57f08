"""``diban publish``: move a resource towards publication, each step by whose duty it is."""

from __future__ import annotations

from typing import Annotated

import typer

from diban.app.commands.terminal import DEFAULT_HOME, As, Home, asker_of, console, opened, say
from diban.app.journeys.publication import go_forward, step
from diban.catalogue import State


def publish(
    resource: Annotated[str, typer.Argument(help="资源标识 / the resource's slug")],
    login: As,
    home: Home = DEFAULT_HOME,
    to: Annotated[State | None, typer.Option(help="转到某一状态 / one step to this state")] = None,
    why: Annotated[str, typer.Option(help="理由 / the reason")] = "",
) -> None:
    """发布：按职责推进资源状态，两级审核 / Move a resource on: two approvals, each by its own hand."""
    with opened(home) as platform:
        asker = asker_of(platform, login)
        moved = (
            go_forward(platform, resource, asker) if to is None else step(platform, resource, to, asker, why)
        )
        console.print(f"[green]✓[/] {moved.slug}  {say(moved.state.words)}  {moved.code or ''}")
