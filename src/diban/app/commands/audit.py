"""``diban audit``: verify the chain, read its lines."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from diban.app.commands.terminal import DEFAULT_HOME, Home, console, opened, say, verbatim
from diban.app.work.worker import seal_once
from diban.governance import Audit
from diban.governance import verify as verify_chain
from diban.ground import Damaged, Text
from diban.store import reading

audit = typer.Typer(no_args_is_help=True)


@audit.command()
def verify(home: Home = DEFAULT_HOME) -> None:
    """核验审计链：改动、删除、调换、截尾都会指出 / Verify the chain; names every edit, gap and cut."""
    with opened(home) as platform:
        with suppress(Damaged):  # a cut or edited chain is never grown; what is wrong with it is told below
            while seal_once(platform):
                pass
        head = platform.heads.read()
        with reading(platform.database) as connection:
            verdict = verify_chain(connection, head, platform.signer.public)
        if verdict.whole:
            text = Text(
                zh=f"审计链完整，共 {verdict.lines} 条", en=f"the chain is whole, {verdict.lines} lines"
            )
            console.print(f"[green]✓[/] {say(text)}")
            return
        for broken in verdict.breaks:
            console.print(f"[red]✗[/] {broken.kind.value}  {broken.first}–{broken.last}  {broken.line or ''}")
    raise typer.Exit(1)


@audit.command()
def lines(
    home: Home = DEFAULT_HOME,
    subject: Annotated[str | None, typer.Option(help="事项 / about what")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多多少条 / at most so many")] = 50,
) -> None:
    """查看审计记录，最新在前 / Read audit lines, newest first."""
    with opened(home) as platform, reading(platform.database) as connection:
        for line in Audit.lines(connection, subject=subject, limit=limit):
            place = "–" if line.position is None else str(line.position)
            told = f"{line.at:%Y-%m-%d %H:%M:%S}  {line.by.actor:<32} {line.act:<20} {line.subject}"
            console.print(f"{place:>6}  {verbatim(told)}")
