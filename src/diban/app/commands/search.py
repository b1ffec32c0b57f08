"""``diban search``: how the search index stands, and building it anew."""

from __future__ import annotations

import typer

from diban.app.commands.terminal import DEFAULT_HOME, Home, console, opened, progress_bars, say
from diban.app.journeys.indexing import SEARCH, rebuild
from diban.ground import Text
from diban.store import reading

search = typer.Typer(no_args_is_help=True)


@search.command("rebuild")
def rebuild_index(home: Home = DEFAULT_HOME) -> None:
    """重建检索索引，期间照常可检索；中断后再执行即续建 / Build the index anew; interrupted, run it again."""
    with opened(home) as platform, progress_bars() as tell:
        names = rebuild(platform, tell)
    console.print(f"[green]✓[/] {say(Text(zh=f'已编入 {names:,} 个名称', en=f'{names:,} names indexed'))}")


@search.command()
def status(home: Home = DEFAULT_HOME) -> None:
    """索引有多少名称，跟到事件流何处 / How many names it holds, and how far it follows the feed."""
    with opened(home) as platform, reading(platform.database) as connection:
        names = platform.search.count(connection)
        behind = platform.feed.head(connection) - platform.feed.cursor(connection, SEARCH)
    console.print(say(Text(zh=f"{names:,} 个名称", en=f"{names:,} names")))
    late = Text(
        zh=f"落后 {behind} 条事件，服务运行时会自行跟上",
        en=f"{behind} entries behind; a running server follows",
    )
    fresh = Text(zh="已跟上全部事件", en="follows everything that happened")
    console.print(f"[yellow]![/] {say(late)}" if behind else f"[green]✓[/] {say(fresh)}")
