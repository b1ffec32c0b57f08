"""``diban serve``: the services and the portal, in several processes."""

from __future__ import annotations

from typing import Annotated

import typer

from diban.app.commands.terminal import DEFAULT_HOME, Home, console
from diban.app.listening import require_listening
from diban.app.server import run
from diban.app.settings import read_settings


def serve(
    home: Home = DEFAULT_HOME,
    host: Annotated[str, typer.Option(help="监听的 IP 地址 / IP address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口 / port")] = 8000,
    processes: Annotated[int, typer.Option(min=1, max=64, help="进程数 / processes")] = 2,
    work: Annotated[
        bool, typer.Option("--work/--no-work", help="同时后台办理 / with a worker beside (see diban work)")
    ] = True,
) -> None:
    """提供服务与门户；Ctrl-C 从容停止 / Serve the services and the portal; Ctrl-C stops gracefully."""
    settings = read_settings(home.absolute())
    require_listening(host, port)
    console.print(f"http://{host}:{port}/")
    run(settings, host, port, processes, working=work)
