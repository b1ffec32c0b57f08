"""Servers as their users start them: ours by `diban serve`, peers by their own commands."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import sqlalchemy as sa

from bench.place import LAYER

START_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where features and tiles of the layer are, and what goes with each request."""

    name: str
    address: str
    items: str
    tile: str
    headers: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def ours(name: str, home: Path, key: str, processes: int, **settings: int) -> Iterator[Server]:
    """`diban serve` over a home folder, with these settings."""
    file = home / "diban.toml"
    text = file.read_text(encoding="utf-8")
    for setting, value in settings.items():
        text = re.sub(rf"^{setting} = .*$", f"{setting} = {value}", text, flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
    port = _free_port()
    command = [sys.executable, "-m", "diban.app.main", "serve", "--home", str(home)]
    command += ["--port", str(port), "--processes", str(processes)]
    base = f"/ogc/collections/{LAYER}"
    with _running(command, port, "/healthz", home / "serve.log"):
        yield Server(
            name,
            f"http://127.0.0.1:{port}",
            f"{base}/items?limit=100&bbox={{bbox}}",
            f"{base}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}",
            {"X-API-Key": key},
        )


@contextmanager
def tipg(programs: Path, database: str, processes: int, log: Path) -> Iterator[Server]:
    """tipg over the table that `ogr2ogr` wrote."""
    port = _free_port()
    command = [str(programs / "uvicorn"), "tipg.main:app", "--port", str(port), "--no-access-log"]
    command += ["--workers", str(processes)]
    base = "/collections/public.bench_copy"
    with _running(command, port, "/healthz", log, {"DATABASE_URL": _libpq(database)}):
        yield Server(
            f"tipg 1.6.1, {processes} process(es)",
            f"http://127.0.0.1:{port}",
            f"{base}/items?limit=100&bbox={{bbox}}",
            f"{base}/tiles/WebMercatorQuad/{{z}}/{{x}}/{{y}}",
        )


@contextmanager
def pygeoapi(programs: Path, database: str, folder: Path) -> Iterator[Server]:
    """pygeoapi over the same table: one process, four threads."""
    port = _free_port()
    config, openapi = folder / "pygeoapi.json", folder / "pygeoapi-openapi.yml"
    config.write_text(json.dumps(_pygeoapi(database, port)), encoding="utf-8")
    env = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    made = [str(programs / "pygeoapi"), "openapi", "generate", str(config), "--output-file", str(openapi)]
    subprocess.run(made, env={**os.environ, **env}, check=True, capture_output=True)
    command = [str(programs / "gunicorn"), "-w", "1", "-k", "gthread", "--threads", "4"]
    command += ["-b", f"127.0.0.1:{port}", "pygeoapi.flask_app:APP"]
    with _running(command, port, "/conformance?f=json", folder / "pygeoapi.log", env):
        items = f"/collections/{LAYER}/items?f=json&limit=100&bbox={{bbox}}"
        yield Server("pygeoapi 0.21, 1 process × 4 threads", f"http://127.0.0.1:{port}", items, "")


@contextmanager
def tileserver(program: Path, tiles: Path) -> Iterator[Server]:
    """TileServer GL light over an MBTiles file."""
    port, config = _free_port(), tiles.with_suffix(".json")
    paths = {"root": "", "mbtiles": str(tiles.parent)}
    held = {"options": {"paths": paths}, "data": {LAYER: {"mbtiles": tiles.name}}}
    config.write_text(json.dumps(held), encoding="utf-8")
    command = [str(program), "-c", str(config), "-p", str(port), "--silent"]
    with _running(command, port, f"/data/{LAYER}.json", tiles.with_suffix(".log")):
        tile = f"/data/{LAYER}/{{z}}/{{x}}/{{y}}.pbf"
        yield Server("TileServer GL light 5.6", f"http://127.0.0.1:{port}", "", tile)


@contextmanager
def _running(
    command: list[str], port: int, ready: str, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[None]:
    """A server's processes, from its first answer on; ended with all that it has started."""
    with (
        log.open("wb") as said,
        subprocess.Popen(
            command, stdout=said, stderr=said, env={**os.environ, **(env or {})}, start_new_session=True
        ) as process,
    ):
        try:
            _wait(process, f"http://127.0.0.1:{port}{ready}", log)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(address).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"{address} does not answer: {log.read_text(errors='replace')[-3000:]}")


def _pygeoapi(database: str, port: int) -> dict[str, object]:
    url = sa.make_url(database)
    data = {"host": url.host, "port": url.port, "dbname": url.database, "user": url.username}
    provider = {
        "type": "feature",
        "name": "PostgreSQL",
        "data": {**data, "password": url.password, "search_path": ["public"]},
        "id_field": "fid",
        "table": "bench_copy",
        "geom_field": "geom",
    }
    words: dict[str, object] = {"title": "bench", "description": "bench", "keywords": ["bench"]}
    of_layer = {
        **words,
        "type": "collection",
        "extents": {"spatial": {"bbox": [113, 22, 118, 26]}},
        "providers": [provider],
    }
    person = {"name": "bench", "url": "http://127.0.0.1/"}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": f"http://127.0.0.1:{port}",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["en-US"],
            "limits": {"default_items": 10, "max_items": 1000},
            "map": {"url": "http://127.0.0.1/{z}/{x}/{y}.png", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**words, "terms_of_service": "none", "url": "http://127.0.0.1/"},
            "license": person,
            "provider": person,
            "contact": person,
        },
        "resources": {LAYER: of_layer},
    }


def _libpq(database: str) -> str:
    return sa.make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
