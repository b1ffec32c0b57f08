"""``diban organisation``: parties and accounts from a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from diban.app.commands.terminal import (
    DEFAULT_HOME,
    As,
    Home,
    asker_of,
    console,
    errors,
    opened,
    say,
    verbatim,
)
from diban.app.journeys.organising import import_organisation


def organisation(
    sheet: Annotated[Path, typer.Argument(help="XLSX 或 CSV / the spreadsheet", exists=True, dir_okay=False)],
    login: As,
    home: Home = DEFAULT_HOME,
) -> None:
    """导入机构与账号：全部成功，或逐行说明原因 / Import parties and accounts: all, or every fault."""
    with opened(home) as platform:
        plan = import_organisation(platform, sheet.read_bytes(), sheet.name, asker_of(platform, login))
    for fault in plan.faults:
        remedy = f"  → {say(fault.remedy)}" if fault.remedy else ""
        told = f"{fault.row}  {fault.column}  {say(fault.message)}{remedy}"
        errors.print(f"[red]✗[/] {verbatim(told)}")
    if plan.faults:
        raise typer.Exit(65)
    console.print(f"[green]✓[/] +{len(plan.parties)}  +{len(plan.accounts)}")
    for account in plan.accounts:
        console.print(f"  {account.login:<24} {account.password}", markup=False)
