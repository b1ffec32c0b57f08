"""``diban register``: enter a resource from its description."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from diban.app.commands.terminal import DEFAULT_HOME, As, Home, asker_of, console, opened, say
from diban.app.journeys.registration import register as enter
from diban.ground import Invalid, Text


def register(
    description: Annotated[
        Path, typer.Argument(help="资源描述 JSON / the resource's description", exists=True, dir_okay=False)
    ],
    login: As,
    home: Home = DEFAULT_HOME,
) -> None:
    """编目：登记资源及其图层 / Enter a resource with its layers in the catalogue."""
    with opened(home) as platform:
        resource = enter(platform, read_description(description), asker_of(platform, login))
        layers = ", ".join(layer.slug for layer in resource.layers)
        console.print(f"[green]✓[/] {resource.slug}  {say(resource.state.words)}  → {layers}")


def read_description(path: Path) -> dict[str, object]:
    """A JSON object from a file."""
    try:
        value = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as fault:
        raise Invalid(
            Text(zh=f"{path.name} 不是有效的 JSON", en=f"{path.name} is not valid JSON"),
            field=str(path),
            limit=str(fault),
        ) from fault
    if not isinstance(value, dict):
        raise Invalid(Text(zh="资源描述应是 JSON 对象", en="a description is a JSON object"), field=str(path))
    return value
