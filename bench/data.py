"""Made-up polygons for measuring: a city of rectangles with a hole-free ring each, at a fixed density."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import shapely

CHUNK = 100_000
PER_SQUARE_DEGREE = 1_250_000
WEST, SOUTH = 113.7, 22.3
SHEETS_PER_SQUARE_DEGREE, SHEET_SIDE, SHEET_TEXT = 50_000, 0.03, 360
"""How densely sheets lie, the side of one in degrees, and the random bytes of its text."""


def sides(count: int) -> tuple[float, float]:
    """Width and height in degrees of the area that so many polygons fill."""
    side = (count / PER_SQUARE_DEGREE) ** 0.5
    return side, side


def sheets_side(count: int) -> float:
    """Width and height in degrees of the area in which so many sheets begin."""
    return float((count / SHEETS_PER_SQUARE_DEGREE) ** 0.5)


def polygons(count: int, seed: int = 1) -> pa.Table:
    """Rectangles of 10–40 m with five attributes, turned at random, at the same density for any count."""
    rng = np.random.default_rng(seed)
    across, along = sides(count)
    x, y = WEST + rng.random(count) * across, SOUTH + rng.random(count) * along
    width, depth = 1e-4 + rng.random((2, count)) * 3e-4
    turn = rng.random(count) * np.pi
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) / 2
    local = corners[None] * np.stack([width, depth], 1)[:, None, :]
    c, s = np.cos(turn)[:, None], np.sin(turn)[:, None]
    rings = np.stack(
        [
            x[:, None] + local[..., 0] * c - local[..., 1] * s,
            y[:, None] + local[..., 0] * s + local[..., 1] * c,
        ],
        axis=-1,
    )
    shapes = shapely.to_wkb(shapely.polygons(shapely.linearrings(rings)), flavor="iso")
    number = np.arange(count)
    return pa.table(
        {
            "code": pa.array(np.char.add("B", np.char.zfill(number.astype(str), 9))),
            "name": pa.array(np.char.add("楼栋", (number % 9973).astype(str))),
            "floors": pa.array(1 + number % 60, pa.int64()),
            "height": pa.array(rng.random(count) * 200),
            "use": pa.array(np.char.zfill((number % 6 + 1).astype(str), 2)),
            "geometry": pa.array(shapes, pa.binary()),
        }
    )


def sheets(count: int) -> pa.Table:
    """Large rectangles, some sixty over each other anywhere, with a long text each: tiles of some size."""
    table, rng = polygons(count, seed=2), np.random.default_rng(3)
    side = sheets_side(count)
    west, south = WEST + rng.random(count) * side, SOUTH + rng.random(count) * side
    shapes = shapely.box(west, south, west + SHEET_SIDE, south + SHEET_SIDE)
    texts = [base64.b64encode(rng.bytes(SHEET_TEXT)).decode() for _ in range(count)]
    table = table.set_column(table.schema.get_field_index("name"), "name", [texts])
    shapes = shapely.to_wkb(shapes, flavor="iso")
    return table.set_column(table.schema.get_field_index("geometry"), "geometry", [shapes])


def write_geopackage(path: Path, count: int, made: Callable[[int], pa.Table] = polygons) -> None:
    """The polygons as a GeoPackage without a spatial index, as a department would send them."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    pyogrio.write_arrow(
        made(count),
        path,
        layer="buildings",
        driver="GPKG",
        geometry_name="geometry",
        geometry_type="Polygon",
        crs="EPSG:4490",
        layer_options={"SPATIAL_INDEX": "NO"},
    )
