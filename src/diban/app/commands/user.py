"""``diban user``: accounts, passwords and API keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from diban.app.commands.terminal import DEFAULT_HOME, As, Home, asker_of, console, opened, say, verbatim
from diban.app.journeys.accounting import add_user, new_key, new_password, set_roles, shut, take_key
from diban.governance import Role
from diban.ground import now
from diban.store import reading

user = typer.Typer(no_args_is_help=True)


@user.command("list")
def listing(home: Home = DEFAULT_HOME) -> None:
    """列出账号 / List accounts."""
    with opened(home) as platform, reading(platform.database) as connection:
        for account in platform.accounts.list(connection):
            roles = ", ".join(say(role.words) for role in sorted(account.roles))
            party = platform.parties.get(connection, account.party)
            told = f"{account.login:<24} {say(account.name):<16} {say(party.name)}"
            console.print(f"{verbatim(told)}  [dim]{roles}[/]")


@user.command()
def add(
    account: Annotated[str, typer.Argument(help="登录名 / the login")],
    login: As,
    party: Annotated[str, typer.Option(help="机构名称或代码 / the party")],
    role: Annotated[list[Role], typer.Option(help="角色 / roles")],
    name: Annotated[str, typer.Option(help="姓名 / the person's name")],
    home: Home = DEFAULT_HOME,
) -> None:
    """新建账号，初始密码只显示一次 / Add an account; its initial password is shown once."""
    with opened(home) as platform:
        password = add_user(platform, account, name, party, frozenset(role), asker_of(platform, login))
        console.print(f"[green]✓[/] {account}  {password}")


@user.command()
def password(
    account: Annotated[str, typer.Argument(help="登录名 / the login")],
    login: As,
    home: Home = DEFAULT_HOME,
) -> None:
    """重设初始密码，原会话全部失效 / Set a new initial password; ends all sessions."""
    with opened(home) as platform:
        console.print(f"[green]✓[/] {account}  {new_password(platform, account, asker_of(platform, login))}")


@user.command()
def roles(
    account: Annotated[str, typer.Argument(help="登录名 / the login")],
    login: As,
    role: Annotated[list[Role], typer.Option(help="全部角色 / all its roles")],
    home: Home = DEFAULT_HOME,
) -> None:
    """由安全管理员分配角色 / Set an account's roles; the security administrator's act."""
    with opened(home) as platform:
        set_roles(platform, account, frozenset(role), asker_of(platform, login))
        console.print(f"[green]✓[/] {account}  {', '.join(say(one.words) for one in role)}")


@user.command()
def close(
    account: Annotated[str, typer.Argument(help="登录名 / the login")],
    login: As,
    again: Annotated[bool, typer.Option("--open", help="重新启用 / open it again")] = False,
    home: Home = DEFAULT_HOME,
) -> None:
    """停用账号，会话随即结束 / Close an account; its sessions end."""
    with opened(home) as platform:
        shut(platform, account, not again, asker_of(platform, login))
        console.print(f"[green]✓[/] {account}")


@user.command()
def revoke(
    key: Annotated[str, typer.Argument(help="密钥编号 / the key's id")],
    login: As,
    home: Home = DEFAULT_HOME,
) -> None:
    """撤销本机构的密钥 / Revoke one of the party's keys."""
    with opened(home) as platform:
        take_key(platform, key, asker_of(platform, login))
        console.print(f"[green]✓[/] {key}")


@user.command()
def key(
    login: As,
    purpose: Annotated[str, typer.Option(help="用途 / the purpose")],
    days: Annotated[int, typer.Option(min=1, max=366, help="有效天数 / valid for days")] = 365,
    home: Home = DEFAULT_HOME,
) -> None:
    """签发本机构的接口密钥，只显示一次 / Issue an API key for one's party, shown once."""
    with opened(home) as platform:
        console.print(new_key(platform, purpose, now() + timedelta(days=days), asker_of(platform, login)))
