"""``python -m bench.tiles``: vector tiles at every zoom; figures go to `docs/benchmarks-tiles.md`."""

from __future__ import annotations

import math
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.data import SOUTH, WEST, polygons, sides, write_geopackage
from bench.landing import land
from bench.place import LAYER, Place, make_place
from bench.report import Figure, write_table
from diban.base import TILE_BYTES, Snapshot, TileAddress
from diban.ground import CGCS2000, NOW, FeatureSet, LayerId, LayerScope, Mode, Scope
from diban.store import reading, unit

FOLDER = Path(os.environ.get("DIBAN_BENCH", ".bench"))
OUT = Path("docs/benchmarks-tiles.md")
SIZES = {500_000: 100.0, 2_000_000: 300.0}
"""Polygons of a layer, and the milliseconds in which all but one in twenty of its tiles are there."""

EDITED, LAST, SECONDS, MOST = 1_000, 20, 2.0, 300
HOW = (
    "In process, embedded engine, tiles at random places of the layer, each read anew, no memory of "
    "answers; files warm, made-up polygons. With fewer fields: asked by who may not see all of them, so "
    "that kept tiles and rows are drawn at each request."
)
SEE = Scope.system("bench")


def main() -> None:
    """Measure, print, record."""
    load = os.getloadavg()
    figures: list[Figure] = []
    for count, most in SIZES.items():
        place = make_place(FOLDER / f"tiles-{count}")
        file = FOLDER / f"polygons-{count}.gpkg"
        write_geopackage(file, count)
        land(place, file)
        file.unlink()
        os.sync()
        for figure in _figures(place, count, most):
            print(f"{figure.what}: {figure.found}", flush=True)
            figures.append(figure)
        place.platform.close()
        shutil.rmtree(place.home)
    write_table(OUT, "Benchmarks of tiles", "`python -m bench.tiles`", figures, load, HOW)
    sys.exit(0 if all(figure.clears for figure in figures) else 1)


def _figures(place: Place, count: int, most: float) -> Iterator[Figure]:
    layer, base, of = _layer(place), place.platform.base, f"{count:,} polygons"
    begun = time.perf_counter()
    kept = base.overview(layer)
    between = time.perf_counter()
    drawn = [0]
    base.overview(layer, LAYER, drawn.append)
    seconds = f"{between - begun:.0f} s for {kept} kept tiles, {time.perf_counter() - between:.0f} s"
    yield Figure(f"{of}: overview made whole", f"{seconds} for {drawn[-1]:,} drawn ones", "–", True)
    largest = 0
    whole = base.at(layer, NOW, SEE)
    fewer = base.at(layer, NOW, Scope("bench", "bench", {layer: _fewer_fields(whole)}))
    for zoom in range(LAST + 1):
        times, bytes_ = _times(whole, zoom, count)
        largest = max(largest, bytes_)
        yield _figure(f"{of}, zoom {zoom}", times, bytes_, most)
        yield _figure(f"{of}, zoom {zoom}, with fewer fields", *_times(fewer, zoom, count), most)
    yield Figure(f"{of}: largest tile", f"{largest:,} bytes", f"≤ {TILE_BYTES:,}", largest <= TILE_BYTES)
    yield from _after_an_edit(place, layer, count, most)


def _fewer_fields(snapshot: Snapshot) -> LayerScope:
    """All of the layer's rows and places, without its last field."""
    return LayerScope(fields=frozenset(snapshot.schema.names()[:-1]))


def _figure(what: str, milliseconds: list[float], largest: int, most: float) -> Figure:
    p50, p95 = (float(np.percentile(milliseconds, share)) for share in (50, 95))
    found = f"{p50:.1f} / {p95:.1f} ms; {largest / 1000:.0f} kB"
    what = f"{what}, p50 / p95 of {len(milliseconds)} tiles; the largest"
    return Figure(what, found, f"p95 ≤ {most:.0f} ms", p95 <= most)


def _after_an_edit(place: Place, layer: LayerId, count: int, most: float) -> Iterator[Figure]:
    """Features scattered over the whole layer change; the tiles that show all of them are asked at once."""
    of = f"{count:,} polygons"
    flipped = _edit(place, layer, count)
    snapshot = place.platform.base.at(layer, NOW, SEE)
    world = TileAddress(0, 0, 0)
    snapshot.tile(LAYER, world)
    fresh = time.perf_counter() - flipped
    times = {zoom: _times(snapshot, zoom, count)[0] for zoom in (0, 10, 12)}
    found = ", ".join(f"z{zoom} {np.percentile(taken, 95):.0f}" for zoom, taken in times.items())
    yield Figure(
        f"{of}: from the flip of {EDITED:,} changed features to a tile of the world that shows them",
        f"{fresh * 1000:.0f} ms",
        "≤ 1 s",
        fresh <= 1,
    )
    yield Figure(
        f"{of}: tiles with changes laid over, p95",
        f"{found} ms",
        f"≤ {most:.0f} ms",
        all(np.percentile(taken, 95) <= most for taken in times.values()),
    )
    begun = time.perf_counter()
    drawn = [0]
    kept = place.platform.base.overview(layer, LAYER, drawn.append)
    seconds = f"{time.perf_counter() - begun:.1f} s"
    yield Figure(
        f"{of}: overview following that edit", f"{seconds}, {kept} kept and {drawn[-1]:,} drawn", "–", True
    )


def _edit(place: Place, layer: LayerId, count: int) -> float:
    """Change some features; the moment of the flip."""
    base = place.platform.base
    current = base.current(layer)
    assert current is not None
    table = polygons(count).take(np.arange(0, count, count // EDITED))
    schema = base.schema(layer)
    names = [field.name for field in schema.fields] + ["geometry"]
    table = table.set_column(table.schema.get_field_index("name"), "name", [["改了"] * table.num_rows])
    features = FeatureSet.of(schema, CGCS2000, table.select(names).cast(schema.arrow()).to_batches())
    changes = base.compare(layer, features, current.id, Mode.CHANGES, place.home / "plan")
    staged = base.stage(changes, "bench-edit", lambda done: None)
    with unit(place.platform.database) as act:
        base.flip(act, staged)
    return time.perf_counter()


def _times(snapshot: Snapshot, zoom: int, count: int) -> tuple[list[float], int]:
    """Milliseconds of tiles of a zoom where there are features, and the largest's bytes."""
    rng = np.random.default_rng(zoom)
    width, height = sides(count)
    taken: list[float] = []
    largest = 0
    ends = time.perf_counter() + SECONDS
    while time.perf_counter() < ends and len(taken) < MOST:
        address = _tile(zoom, WEST + rng.random() * width, SOUTH + rng.random() * height)
        begun = time.perf_counter()
        tile = snapshot.tile(LAYER, address)
        taken.append((time.perf_counter() - begun) * 1000)
        largest = max(largest, len(tile.data))
    return taken, largest


def _tile(zoom: int, lon: float, lat: float) -> TileAddress:
    side = 2**zoom
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return TileAddress(zoom, int(down * side), int((lon + 180) / 360 * side))


def _layer(place: Place) -> LayerId:
    with reading(place.platform.database) as connection:
        found = place.platform.catalogue.by_layer_slug(connection, LAYER).layer(LAYER).layer
    assert found is not None
    return found


if __name__ == "__main__":
    main()
