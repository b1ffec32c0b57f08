"""``diban expunge``: remove what must not be here, for good; two persons, a reason."""

from __future__ import annotations

from typing import Annotated

import typer

from diban.app.commands.terminal import DEFAULT_HOME, As, Home, asker_of, console, opened, progress_bars, say
from diban.app.journeys.erasing import ask_to_erase, erase
from diban.app.wiring import Platform
from diban.governance import Target, TargetKind
from diban.ground import Invalid, Text
from diban.store import reading


def expunge(
    login: As,
    home: Home = DEFAULT_HOME,
    delivery: Annotated[str, typer.Option(help="一次交付带来的一切 / all that a delivery brought")] = "",
    blob: Annotated[str, typer.Option(help="一份原件的 SHA-256 / an original by its digest")] = "",
    layer: Annotated[str, typer.Option(help="图层标识，配合 --fid / a layer's slug, with --fid")] = "",
    fid: Annotated[list[int] | None, typer.Option(help="要素号 / feature number")] = None,
    reason: Annotated[str, typer.Option(help="理由 / the reason")] = "",
    confirm: Annotated[str, typer.Option(help="第二人确认并执行 / the second person confirms this id")] = "",
) -> None:
    """清除误入的涉密或个人数据：一人申请，另一人确认 / Remove what must not be here: two persons."""
    with opened(home) as platform:
        asker = asker_of(platform, login)
        if confirm:
            with progress_bars() as progress:
                done = erase(platform, confirm, asker, progress)
            console.print(f"[green]✓[/] {done.id}  {done.counts}")
            return
        made = ask_to_erase(platform, _target(platform, delivery, blob, layer, fid or []), reason, asker)
        words = Text(zh="已申请，待另一人确认", en="requested; another person confirms")
        console.print(f"[yellow]●[/] {made}  {say(words)}")


def _target(platform: Platform, delivery: str, blob: str, layer: str, fids: list[int]) -> Target:
    if sum(map(bool, (delivery, blob, layer))) != 1:
        raise Invalid(
            Text(zh="请指定一个清除对象", en="name one thing to remove"),
            field="--delivery | --blob | --layer",
        )
    if delivery:
        return Target(TargetKind.DELIVERY, delivery)
    if blob:
        return Target(TargetKind.BLOB, blob)
    with reading(platform.database) as connection:
        held = platform.catalogue.by_layer_slug(connection, layer).layer(layer).layer
    return Target(TargetKind.ROWS, held or layer, tuple(fids))
