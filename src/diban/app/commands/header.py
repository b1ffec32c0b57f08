"""``--header/--no-header``: whether the first row of a table names its columns, as commands ask for it."""

from __future__ import annotations

from typing import Annotated

import typer

Header = Annotated[
    bool | None,
    typer.Option(
        "--header/--no-header",
        help="CSV、XLSX 的首行是列名，或已是数据 / the first row names the columns, or is data",
    ),
]
"""None when nothing is said of it."""
