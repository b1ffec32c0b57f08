"""``diban demo``: a made-up city on the whole road, served; with ``--check`` asked once and judged."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.table import Table

from diban.app.commands.terminal import console, say, verbatim, writing_to
from diban.app.demo import Demonstration, ask_everything, build_demo
from diban.app.demo.build import PASSWORD
from diban.app.listening import require_listening
from diban.app.server import run
from diban.ground import Text

DEFAULT = Path(".demo")
START_SECONDS = 30


def demo(
    home: Annotated[Path, typer.Option("--home", help="样例目录，每次重建 / made anew each time")] = DEFAULT,
    database: Annotated[
        str, typer.Option(envvar="DIBAN_DATABASE", help="留空为嵌入式 / empty: embedded")
    ] = "",
    buildings: Annotated[
        int, typer.Option(min=50, max=200_000, help="建筑数 / number of buildings")
    ] = 12_000,
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口 / port")] = 8000,
    check: Annotated[
        bool, typer.Option("--check", help="逐项提问后退出 / ask every service once and exit")
    ] = False,
) -> None:
    """样例城市走完全程并提供服务 / A sample city goes down the whole road and is served."""
    begun = time.monotonic()
    if check:
        with tempfile.TemporaryDirectory(prefix="diban-demo-") as folder:
            built = _build(Path(folder) / "home", database, buildings)
            raise typer.Exit(_check(built, begun))
    require_listening("127.0.0.1", port)
    if (home / "diban.toml").is_file() or (home / "sample").is_dir():
        shutil.rmtree(home)
    built = _build(home.absolute(), database, buildings)
    built.platform.close()
    _welcome(built, port, time.monotonic() - begun)
    run(built.platform.settings, "127.0.0.1", port, 2)


def _build(home: Path, database: str, buildings: int) -> Demonstration:
    with writing_to(home):
        return build_demo(
            home, database, buildings, lambda text: console.print(f"  [green]✓[/] {verbatim(say(text))}")
        )


def _welcome(built: Demonstration, port: int, seconds: float) -> None:
    address = f"http://127.0.0.1:{port}"
    words = Text(zh=f"就绪，用时 {seconds:.0f} 秒", en=f"ready after {seconds:.0f} s")
    console.print(f"\n[bold]{say(words)}[/]  →  [bold]{address}/[/]")
    console.print(
        say(Text(zh=f"演示账号，密码均为 {PASSWORD}：", en=f"demo accounts, all with password {PASSWORD}:"))
    )
    for login, party in built.logins:
        console.print(f"  {login:<20} {say(party)}")
    returned = f"{address}/deliveries/{built.returned.id}"
    for tip in (
        Text(zh=f"地图：{address}/map", en=f"the map: {address}/map"),
        Text(
            zh=f"以 housing.steward 登录，查看退回原因：{returned}",
            en=f"sign in as housing.steward and see why a file was returned: {returned}",
        ),
        Text(
            zh=f"服务：{address}/ogc，QGIS 与 GDAL 可直接连接",
            en=f"services for QGIS and GDAL: {address}/ogc",
        ),
    ):
        console.print(f"  • {say(tip)}")


def _check(built: Demonstration, begun: float) -> int:
    """Serve on a free port, ask, stop; 0 when every answer was right."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = built.platform.settings
    built.platform.close()
    command = [
        sys.executable,
        "-m",
        "diban.app.main",
        "serve",
        "--home",
        str(settings.home),
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address)
            asked = list(ask_everything(address, "housing.steward", built.returned.id))
        finally:
            server.terminate()
            server.wait(timeout=30)
    table = Table(
        box=None,
        title=f"diban demo --check · {built.platform.base.engine} · {time.monotonic() - begun:.0f} s",
    )
    for heading in (Text("", ""), Text("服务", "service"), Text("回答", "answer"), Text("毫秒", "ms")):
        table.add_column(say(heading), no_wrap=True)
    for one in asked:
        mark = "[green]✓[/]" if one.right else "[red]✗[/]"
        table.add_row(mark, say(one.what), verbatim(one.said[:36]), f"{one.milliseconds:.1f}")
    console.print(table)
    return 0 if all(one.right for one in asked) else 1


def _wait(address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(f"{address}/healthz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
