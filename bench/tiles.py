"""``python -m bench.tiles``: vector tiles at every zoom; figures go to `docs/benchmarks-tiles.md`."""

from __future__ import annotations

import math
import os
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
from diban.ground import CGCS2000, NOW, FeatureSet, LayerId, Mode, Scope
from diban.store import reading, unit

FOLDER = Path(os.environ.get("DIBAN_BENCH", ".bench"))
OUT = Path("docs/benchmarks-tiles.md")
COUNT, EDITED, LAST, SECONDS = 500_000, 1_000, 20, 2.0
BARS = {14: (7.0, "p50 about 7 ms, p95 ≤ 100 ms"), 16: (3.0, "p50 3 ms, p95 ≤ 100 ms")}
LEEWAY = 1.3
"""What "about" means."""

HOW = (
    "In process, embedded engine, tiles at random places of the layer, each read anew; "
    "files warm, made-up polygons."
)
SEE = Scope.system("bench")


def main() -> None:
    """Measure, print, record."""
    load = os.getloadavg()
    file = FOLDER / "small.gpkg"
    write_geopackage(file, COUNT)
    os.sync()
    place = make_place(FOLDER / "tiles")
    land(place, file)
    figures: list[Figure] = []
    for figure in _figures(place):
        print(f"{figure.what}: {figure.found}", flush=True)
        figures.append(figure)
    place.platform.close()
    write_table(OUT, "Benchmarks of tiles", "`python -m bench.tiles`", figures, load, HOW)
    sys.exit(0 if all(figure.clears for figure in figures) else 1)


def _figures(place: Place) -> Iterator[Figure]:
    layer = _layer(place)
    begun = time.perf_counter()
    made = place.platform.base.overview(layer)
    seconds = time.perf_counter() - begun
    yield Figure(f"overview of {COUNT:,} polygons, made whole", f"{seconds:.1f} s, {made} tiles", "–", True)
    largest = 0
    for zoom in range(LAST + 1):
        milliseconds, bytes_ = _times(place.platform.base.at(layer, NOW, SEE), zoom)
        largest = max(largest, bytes_)
        yield _figure(zoom, milliseconds, bytes_)
    yield Figure("largest tile", f"{largest:,} bytes", f"≤ {TILE_BYTES:,}", largest <= TILE_BYTES)
    yield from _after_an_edit(place, layer)


def _figure(zoom: int, milliseconds: list[float], largest: int) -> Figure:
    p50, p95 = (float(np.percentile(milliseconds, share)) for share in (50, 95))
    most, bar = BARS.get(zoom, (math.inf, "p95 ≤ 100 ms"))
    return Figure(
        f"zoom {zoom}, p50 / p95 of {len(milliseconds)} tiles; the largest",
        f"{p50:.1f} / {p95:.1f} ms; {largest / 1000:.0f} kB",
        bar,
        p95 <= 100 and p50 <= most * LEEWAY,
    )


def _after_an_edit(place: Place, layer: LayerId) -> Iterator[Figure]:
    """Features scattered over the whole layer change; the tiles that show all of them are asked at once."""
    flipped = _edit(place, layer)
    snapshot = place.platform.base.at(layer, NOW, SEE)
    world = TileAddress(0, 0, 0)
    snapshot.tile(LAYER, world)
    fresh = time.perf_counter() - flipped
    times = {zoom: _times(snapshot, zoom)[0] for zoom in (0, 10, 12)}
    found = ", ".join(f"z{zoom} {np.percentile(taken, 95):.0f}" for zoom, taken in times.items())
    yield Figure(
        f"from the flip of {EDITED:,} changed features to a tile of the world that shows them",
        f"{fresh * 1000:.0f} ms",
        "≤ 1 s",
        fresh <= 1,
    )
    yield Figure(
        "tiles with changes laid over, p95",
        f"{found} ms",
        "≤ 100 ms",
        all(np.percentile(taken, 95) <= 100 for taken in times.values()),
    )
    begun = time.perf_counter()
    made = place.platform.base.overview(layer)
    yield Figure(
        "overview following that edit", f"{time.perf_counter() - begun:.1f} s, {made} tiles", "–", True
    )


def _edit(place: Place, layer: LayerId) -> float:
    """Change some features; the moment of the flip."""
    base = place.platform.base
    current = base.current(layer)
    assert current is not None
    table = polygons(COUNT).take(np.arange(0, COUNT, COUNT // EDITED))
    schema = base.schema(layer)
    names = [field.name for field in schema.fields] + ["geometry"]
    table = table.set_column(table.schema.get_field_index("name"), "name", [["改了"] * table.num_rows])
    features = FeatureSet.of(schema, CGCS2000, table.select(names).cast(schema.arrow()).to_batches())
    changes = base.compare(layer, features, current.id, Mode.CHANGES, place.home / "plan")
    staged = base.stage(changes, "bench-edit", lambda done: None)
    with unit(place.platform.database) as act:
        base.flip(act, staged)
    return time.perf_counter()


def _times(snapshot: Snapshot, zoom: int) -> tuple[list[float], int]:
    """Milliseconds of tiles of a zoom where there are features, and the largest's bytes."""
    rng = np.random.default_rng(zoom)
    width, height = sides(COUNT)
    taken: list[float] = []
    largest = 0
    ends = time.perf_counter() + SECONDS
    while time.perf_counter() < ends and len(taken) < 300:
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
