"""``diban party``: parties listed, closed and opened again."""

from __future__ import annotations

from typing import Annotated

import typer

from diban.app.commands.terminal import DEFAULT_HOME, As, Home, asker_of, console, opened, say
from diban.app.journeys.organising import shut_party, unshut_party
from diban.app.wiring import Platform
from diban.governance import Party
from diban.ground import Missing, Text
from diban.store import reading

party = typer.Typer(no_args_is_help=True)
Named = Annotated[str, typer.Argument(metavar="PARTY", help="机构名称或代码 / the party's name or code")]


@party.command("list")
def listing(home: Home = DEFAULT_HOME) -> None:
    """列出机构 / List parties."""
    with opened(home) as platform, reading(platform.database) as connection:
        for one in platform.parties.list(connection):
            state = "" if one.closed_at is None else say(Text(zh="已注销", en="closed"))
            console.print(f"{one.id}  {say(one.name):<24} [dim]{say(one.kind.words)}[/]  {state}")


@party.command()
def close(
    named: Named,
    login: As,
    why: Annotated[str, typer.Option(help="理由 / the reason")],
    home: Home = DEFAULT_HOME,
) -> None:
    """注销机构：不能再登录、用密钥、获授权；历史保留 / Close a party that is no more; its past stays."""
    with opened(home) as platform:
        closed = shut_party(platform, _found(platform, named).id, why, asker_of(platform, login))
        console.print(f"[green]✓[/] {say(closed.name)}")


@party.command("open")
def reopen(named: Named, login: As, home: Home = DEFAULT_HOME) -> None:
    """恢复机构：密钥与授权随即有效 / Open a closed party again; its keys and grants hold."""
    with opened(home) as platform:
        opened_again = unshut_party(platform, _found(platform, named).id, asker_of(platform, login))
        console.print(f"[green]✓[/] {say(opened_again.name)}")


def _found(platform: Platform, named: str) -> Party:
    with reading(platform.database) as connection:
        found = platform.parties.find(connection, named)
    if found is None:
        raise Missing(Text(zh=f"没有登记机构“{named}”", en=f"no party is {named!r}"), field="party")
    return found
