"""``python -m bench.services``: the services against peers; figures go to `docs/benchmarks-services.md`.

Peers answer from the same polygons in PostGIS, on the same machine, in turn with ours.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.data import sheets, write_geopackage
from bench.installed import PYGEOAPI, TILESERVER, TIPG, node_peer, python_peer
from bench.landing import land
from bench.load import Load, Wrk
from bench.mbtiles import Square, write_mbtiles
from bench.peers import call_wgs84, ogr2ogr_copy
from bench.place import LAYER, make_place, publish
from bench.report import Figure, write_table
from bench.servers import Server, ours, pygeoapi, tileserver, tipg
from bench.squares import boxes, sheet_squares, squares
from diban.app import build, catch_up, follow_once, read_settings, seal_once, work_once
from diban.store import reading
from tests.postgres import running_cluster

FOLDER = Path(os.environ.get("DIBAN_BENCH", ".bench")).absolute()
OUT = Path("docs/benchmarks-services.md")
COUNT = int(os.environ.get("DIBAN_BENCH_COUNT", "500000"))
WARM = int(os.environ.get("DIBAN_BENCH_WARM", "10000"))
SHEETS = WARM * 9 // 5
SECONDS = float(os.environ.get("DIBAN_BENCH_SECONDS", "5"))
WARM_UP_SECONDS, WARM_UP_CONNECTIONS = 15 * SECONDS, 6
"""Each of these connections asks for every tile, so that all is warm in whichever process answers it."""
ROUNDS, PLACES = 3, 20_000
WARM_CONNECTIONS, WARM_ZOOM, WARM_BYTES = 16, 16, 1 << 30
BARS = {"features": 5.0, "z14": 2.0, "z16": 4.0, "warm": 20.0}
WARM_RATE = 8_000
HOW = (
    "Medians of 3 rounds in turn with the peers; wrk, 4 connections (warm tiles 16), on the same cores; "
    "peers have the same polygons in PostGIS. Ours with a key of a party with a grant, use counted, "
    "measures and access log on; cold tiles with `tile_memory = 0`: no process remembers any. They are "
    "answered from what the overview has drawn since the landing; `from the rows` is the same without it, "
    "as for who may see only some of the rows. Warm tiles are sent compressed, by us and by the peer, each "
    "of 20 kB or more."
)


@dataclass(frozen=True, slots=True)
class Ours:
    """One installation of ours: its engine, its home folder, and a key."""

    engine: str
    home: Path
    key: str


def main() -> None:
    """Measure, print, record."""
    load = os.getloadavg()
    FOLDER.mkdir(parents=True, exist_ok=True)
    figures: list[Figure] = []
    for figure in _figures(Wrk(FOLDER / "wrk")):
        print(f"{figure.what}: {figure.found}", flush=True)
        figures.append(figure)
    write_table(OUT, "Benchmarks of the services", "`python -m bench.services`", figures, load, HOW)
    sys.exit(0 if all(figure.clears for figure in figures) else 1)


def _figures(wrk: Wrk) -> Iterator[Figure]:
    file = FOLDER / f"polygons-{COUNT}.gpkg"
    write_geopackage(file, COUNT)
    with running_cluster() as cluster, cluster.database() as theirs, cluster.database() as database:
        ogr2ogr_copy(file, theirs)
        call_wgs84(theirs)
        places = [_filled("PostGIS", file, database), _filled("embedded", file)]
        yield from _features(wrk, theirs, places)
        for zoom in (14, 16):
            yield from _tiles(wrk, theirs, places, zoom)
        for place in places:
            _forget_drawn(place)
        for zoom in (14, 16):
            yield from _tiles(wrk, theirs, places, zoom, ", from the rows")
    yield from _warm(wrk)


def _filled(engine: str, file: Path, database: str = "") -> Ours:
    """An installation with the polygons landed and published."""
    home = FOLDER / f"services-{engine}-{file.stem}"
    place = make_place(home, database)
    land(place, file)
    key = publish(place)
    while work_once(place.platform) or follow_once(place.platform) or seal_once(place.platform):
        pass  # what follows a landing is done before anything is timed
    catch_up(place.platform)
    place.platform.close()
    return Ours(engine, home, key)


def _features(wrk: Wrk, database: str, places: Sequence[Ours]) -> Iterator[Figure]:
    """Features in random boxes, one process each."""
    with ExitStack() as running:
        programs = python_peer(FOLDER / "tipg", TIPG)
        peers = [running.enter_context(tipg(programs, database, 1, FOLDER / "tipg.log"))]
        programs = python_peer(FOLDER / "pygeoapi", PYGEOAPI)
        peers.append(running.enter_context(pygeoapi(programs, database, FOLDER)))
        mine = [running.enter_context(_served(place, 1)) for place in places]
        _require_same_features([*peers, *mine])
        told = _in_turn(
            wrk, [*peers, *mine], lambda server, turn: _paths(server.items, boxes(PLACES, COUNT, turn))
        )
    what = "features in a random 0.01° box, limit 100, one process"
    for server in mine:
        yield _ratio(f"{what}, {server.name}", told[server.name], told[peers[0].name], BARS["features"])
    for server in peers:
        yield _plain(f"{what}, {server.name}", told[server.name])


def _forget_drawn(place: Ours) -> None:
    """Take away the tiles that lie drawn, as an erasure does until they are drawn again."""
    platform = build(read_settings(place.home))
    with reading(platform.database) as connection:
        layer = platform.catalogue.by_layer_slug(connection, LAYER).layer(LAYER).layer
    assert layer is not None
    platform.base.forget_tiles(layer)
    platform.close()


def _tiles(wrk: Wrk, database: str, places: Sequence[Ours], zoom: int, how: str = "") -> Iterator[Figure]:
    """Tiles at random places, two processes each; ``how`` they are made, where there is no bar for it."""

    def asked(server: Server, turn: int) -> list[str]:
        return _squared(server, squares(PLACES, COUNT, zoom, turn))

    with ExitStack() as running:
        programs = python_peer(FOLDER / "tipg", TIPG)
        peer = running.enter_context(tipg(programs, database, 2, FOLDER / "tipg.log"))
        mine = [running.enter_context(_served(place, 2)) for place in places]
        told = _in_turn(wrk, [peer, *mine], asked)
    what = f"tiles of zoom {zoom}, none from memory, two processes{how}"
    for server in mine:
        figure = _ratio(f"{what}, {server.name}", told[server.name], told[peer.name], BARS[f"z{zoom}"])
        yield Figure(figure.what, figure.found, "–", True) if how else figure
    yield _plain(f"{what}, {peer.name}", told[peer.name])


def _warm(wrk: Wrk) -> Iterator[Figure]:
    """Tiles that are in memory, two processes of ours, against the same tiles from a file."""
    file, tiles = FOLDER / f"sheets-{SHEETS}.gpkg", FOLDER / "warm.mbtiles"
    write_geopackage(file, SHEETS, sheets)
    place = _filled("embedded", file)
    program = node_peer(FOLDER / "tileserver", TILESERVER, "tileserver-gl")
    with ours("Diban", place.home, place.key, 2, tile_memory=WARM_BYTES) as mine:
        asked, gzip = sheet_squares(SHEETS, WARM_ZOOM), {"Accept-Encoding": "gzip"}
        headers, each = {**mine.headers, **gzip}, WARM_UP_CONNECTIONS
        wrk.ask(mine.address, _squared(mine, asked), headers, WARM_UP_SECONDS, each, each)
        kept = write_mbtiles(mine, asked, WARM, tiles)
        with tileserver(program, tiles) as peer:
            told = _in_turn(
                wrk, [peer, mine], lambda server, _turn: _squared(server, kept), WARM_CONNECTIONS, gzip
            )
    what = f"{len(kept):,} warm tiles"
    mean = tiles.stat().st_size / len(kept) / 1000
    rate = statistics.median(load.rate for load in told[mine.name])
    ratio = _ratio(f"{what} of {mean:.0f} kB, two processes, Diban", told[mine.name], told[peer.name], 20.0)
    yield Figure(
        ratio.what,
        ratio.found,
        f"≥ {WARM_RATE:,}/s; {ratio.bar}",
        ratio.clears and rate >= WARM_RATE and len(kept) == WARM,
    )
    yield _plain(f"{what}, {peer.name}", told[peer.name])


def _in_turn(
    wrk: Wrk,
    servers: Sequence[Server],
    asked: Callable[[Server, int], list[str]],
    connections: int = 4,
    further: Mapping[str, str] | None = None,
) -> dict[str, list[Load]]:
    """Each server's loads; asked in turn, so that a change of the machine's speed meets all."""
    told: dict[str, list[Load]] = {server.name: [] for server in servers}
    for turn in range(ROUNDS + 1):
        for server in servers:
            headers = {**server.headers, **(further or {})}
            seconds = SECONDS if turn else max(1.0, SECONDS / 3)
            load = wrk.ask(server.address, asked(server, turn), headers, seconds, connections)
            if turn:  # the first only lets each server open its connections and read its files
                told[server.name].append(load)
    return told


@contextmanager
def _served(place: Ours, processes: int) -> Iterator[Server]:
    with ours(f"Diban, {place.engine}", place.home, place.key, processes, tile_memory=0) as server:
        yield server


def _require_same_features(servers: Sequence[Server]) -> None:
    """Raise unless all answer the same boxes with as many features of as many fields, counted alike."""
    for box in boxes(5, COUNT, 99):
        found = [_answer(server, box) for server in servers]
        alike = {(one["numberMatched"], len(one["features"]), _decimals(one)) for one in found}
        if len(alike) != 1 or not all(one["links"] for one in found):
            raise RuntimeError(f"answers differ for {box}: {alike}")


def _answer(server: Server, box: str) -> dict[str, Any]:
    address = server.address + server.items.format(bbox=box)
    answer = httpx.get(address, headers=dict(server.headers), timeout=60)
    if "json" not in answer.headers["content-type"] or answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code} {answer.text[:1000]}")
    found: dict[str, Any] = answer.json()
    return found


def _decimals(answer: dict[str, Any]) -> bool:
    """Whether coordinates have seven decimals or more, and all five fields are there."""
    rings = [feature["geometry"]["coordinates"][0] for feature in answer["features"]]
    longest = max((len(str(x).partition(".")[2]) for ring in rings for x, _ in ring), default=7)
    names = {"code", "name", "floors", "height", "use"}
    return longest >= 7 and all(names <= set(feature["properties"]) for feature in answer["features"])


def _paths(template: str, found: Sequence[str]) -> list[str]:
    return [template.format(bbox=box) for box in found]


def _squared(server: Server, found: Sequence[Square]) -> list[str]:
    return [server.tile.format(z=zoom, y=row, x=column) for zoom, row, column in found]


def _ratio(what: str, mine: Sequence[Load], theirs: Sequence[Load], bar: float) -> Figure:
    ratio = statistics.median(one.rate / other.rate for one, other in zip(mine, theirs, strict=True))
    return Figure(what, f"{_said(mine)}: {ratio:.1f}×", f"≥ {bar:.0f}×", ratio >= bar)


def _plain(what: str, loads: Sequence[Load]) -> Figure:
    return Figure(what, _said(loads), "–", True)


def _said(loads: Sequence[Load]) -> str:
    rate, p50 = (statistics.median(getattr(load, name) for load in loads) for name in ("rate", "p50"))
    return f"{rate:,.0f}/s, p50 {p50:.1f} ms"


if __name__ == "__main__":
    main()
