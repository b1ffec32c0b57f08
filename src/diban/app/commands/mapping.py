"""``diban mapping``: how a department's columns and values become a layer's fields and codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from diban.app.commands.register import read_description
from diban.app.commands.terminal import DEFAULT_HOME, As, Home, asker_of, console, opened
from diban.app.journeys.mapping import save_mapping, show_mapping

mapping = typer.Typer(no_args_is_help=True)

Layer = Annotated[str, typer.Argument(help="图层标识 / the layer's slug")]


@mapping.command()
def show(layer: Layer, login: As, home: Home = DEFAULT_HOME) -> None:
    """输出当前映射 JSON / Print the mapping as JSON, to be kept or changed."""
    with opened(home) as platform:
        found = show_mapping(platform, layer, asker_of(platform, login))
    console.print(orjson.dumps(found.as_json(), option=orjson.OPT_INDENT_2).decode(), markup=False)


@mapping.command("set")
def save(
    layer: Layer,
    file: Annotated[Path, typer.Argument(help="映射 JSON / the mapping", exists=True, dir_okay=False)],
    login: As,
    home: Home = DEFAULT_HOME,
) -> None:
    """保存映射，用于以后的交付 / Save a mapping for the deliveries to come."""
    with opened(home) as platform:
        saved = save_mapping(platform, layer, read_description(file), asker_of(platform, login))
    console.print(f"[green]✓[/] {layer}  {saved.number}")
