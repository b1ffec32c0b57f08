"""What every command shares: the home folder, who is acting, how things are said, exit codes."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import (
    Progress as Bar,
)

from diban.app.journeys.progress import STEPS, Progress
from diban.app.readiness import UPDATE
from diban.app.settings import read_settings
from diban.app.wiring import Platform, build
from diban.governance import Asker, Via
from diban.ground import (
    Conflict,
    Damaged,
    Denied,
    Fault,
    Invalid,
    Missing,
    OutcomeUnknown,
    Text,
    Unauthenticated,
    Unavailable,
    Unsafe,
    new_id,
)
from diban.store import is_current, reading, translating_disk

console = Console(highlight=False, soft_wrap=True, emoji=False)
errors = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)

Home = Annotated[
    Path, typer.Option("--home", envvar="DIBAN_HOME", help="平台目录 / the platform's home folder")
]
As = Annotated[
    str, typer.Option("--as", envvar="DIBAN_AS", help="以哪个账号办理 / the acting account's login")
]

DEFAULT_HOME = Path("diban-home")

EXIT_CODES: tuple[tuple[type[Fault], int], ...] = (
    (OutcomeUnknown, 75),
    (Unavailable, 69),
    (Denied, 77),
    (Unauthenticated, 77),
    (Missing, 66),
    (Conflict, 73),
    (Unsafe, 76),
    (Damaged, 74),
    (Invalid, 65),
)
"""The one table from the tree of errors to exit codes (after sysexits.h)."""


def explain(fault: Fault) -> int:
    """Say what went wrong and what helps; the exit code."""
    language = _language()
    errors.print(f"[bold red]✗[/] {verbatim(fault.message.in_language(language))}")
    if fault.field is not None or fault.limit is not None:
        limit = "" if fault.limit is None else f"  ({verbatim(str(fault.limit))})"
        errors.print(f"  [dim]{verbatim(fault.field or '')}{limit}[/]")
    if fault.remedy is not None:
        errors.print(f"  → {verbatim(fault.remedy.in_language(language))}")
    return next((code for kind, code in EXIT_CODES if isinstance(fault, kind)), 70)


def verbatim(text: str) -> str:
    """For print: what comes from outside as it stands, whatever brackets are in it."""
    return escape(text)


def say(text: Text) -> str:
    """A text in the terminal's language."""
    return text.in_language(_language())


def require_text(words: Iterable[str]) -> None:
    """Refuse what was typed, or stands in the environment, in another encoding: nothing could keep it."""
    for word in (*words, *(os.environ[name] for name in os.environ if name.startswith("DIBAN_"))):
        try:
            word.encode()
        except UnicodeEncodeError as fault:
            shown = word.encode(errors="backslashreplace").decode()
            raise Invalid(
                Text(zh=f"“{shown}”不是 UTF-8 文字", en=f"{shown} is not text in UTF-8"),
                limit="UTF-8",
                remedy=Text(
                    zh="在 UTF-8 终端中输入；文件请先改名",
                    en="type it in a UTF-8 terminal; give a file another name first",
                ),
            ) from fault


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Say which place cannot be written, and why; a full or failing disk is told as such."""
    try:
        with translating_disk():
            yield
    except OSError as fault:
        raise Invalid(
            Text(zh=f"无法写入 {path}", en=f"{path} cannot be written"),
            field=str(path),
            limit=fault.strerror,
            remedy=Text(zh="换一个可以写入的位置", en="name a place that can be written"),
        ) from fault


def _language() -> str:
    return next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "en"
    )


@contextmanager
def opened(home: Path) -> Iterator[Platform]:
    """The platform of a home folder, given back at the end; `Unavailable` where its tables are behind."""
    platform = build(read_settings(home.absolute()))
    try:
        yield platform
    except sa.exc.DBAPIError as fault:
        if is_current(platform.database):
            raise
        words = Text(zh="数据表不是此版本的", en="the tables are not those of this version")
        raise Unavailable(words, field="tables", remedy=UPDATE) from fault
    finally:
        platform.close()


def asker_of(platform: Platform, login: str) -> Asker:
    """The account that acts: whoever can read the home folder can act as any; the audit says "command"."""
    with reading(platform.database) as connection:
        account = platform.accounts.find(connection, login)
        if account is None:
            raise Missing(
                Text(zh=f"没有账号“{login}”", en=f"there is no account {login!r}"),
                field="--as",
                remedy=Text(zh="用 diban user list 查看", en="see diban user list"),
            )
        return platform.accounts.asker(connection, account.id, Via.COMMAND, _request())


def _request() -> str:
    """The request's id in the audit says which user of which machine typed the command."""
    return f"command:{getpass.getuser()}@{socket.gethostname()}:{new_id('req')}"


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Progress of a journey as bars on the terminal, one per step; quiet when it is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=errors, disable=not errors.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(say(STEPS.get(step, Text(step, step))), total=total)
            bar.update(tasks[step], completed=done, total=total)

        yield tell
