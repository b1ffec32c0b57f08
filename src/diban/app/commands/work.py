"""``diban work``: what is done in the background, without serving."""

from __future__ import annotations

from typing import Annotated

import typer

from diban.app.commands.terminal import DEFAULT_HOME, Home
from diban.app.settings import read_settings
from diban.app.work.process import run_worker


def work(
    home: Home = DEFAULT_HOME,
    beside: Annotated[int | None, typer.Option("--beside", hidden=True)] = None,
) -> None:
    """后台办理交付、检索、概览与封存；Ctrl-C 从容停止 / Do what waits: deliveries, search, overviews.

    `diban serve` runs one beside its processes, unless it is told not to.
    """
    if not run_worker(read_settings(home.absolute()), beside=beside):
        raise typer.Exit(1)
