"""``diban tiles``: the tiles that are made beforehand, made anew."""

from __future__ import annotations

from typing import Annotated

import typer

from diban.app.commands.terminal import DEFAULT_HOME, Home, console, opened, progress_bars, say
from diban.app.journeys.overviewing import rebuild
from diban.ground import Text

tiles = typer.Typer(no_args_is_help=True)
Layers = Annotated[
    list[str] | None, typer.Argument(help="图层短名；不写则为全部图层 / layers by slug; none: all layers")
]


@tiles.command("rebuild")
def rebuild_tiles(layers: Layers = None, home: Home = DEFAULT_HOME) -> None:
    """重做预先制作的瓦片，期间照常可读；中断后再执行 / Make the tiles anew; interrupted, run it again."""
    with opened(home) as platform, progress_bars() as tell:
        count = rebuild(platform, layers or [], tell)
    done = Text(zh=f"已重做 {count} 个图层的瓦片", en=f"tiles of {count} layers made anew")
    console.print(f"[green]✓[/] {say(done)}")
