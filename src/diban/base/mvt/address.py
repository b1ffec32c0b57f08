"""Which tile: an address in the tile matrix set WebMercatorQuad."""

from __future__ import annotations

import math
from dataclasses import dataclass

from diban.ground import Invalid, Text

EARTH_RADIUS = 6378137.0
HALF_WORLD = math.pi * EARTH_RADIUS
MAX_ZOOM = 24


@dataclass(frozen=True, slots=True)
class TileAddress:
    """One tile of WebMercatorQuad (OGC 17-083r4, annex D): zoom 0–24, row from north, column from 180° W.

    Raises `Invalid` for an address that does not exist. Longitude and latitude on CGCS2000 are taken
    as those on WGS 84, as web maps do; the two differ by decimetres at most.
    """

    zoom: int
    row: int
    column: int

    def __post_init__(self) -> None:
        if not 0 <= self.zoom <= MAX_ZOOM:
            raise _outside("zoom", self.zoom, MAX_ZOOM)
        last = 2**self.zoom - 1
        for name, number in (("row", self.row), ("column", self.column)):
            if not 0 <= number <= last:
                raise _outside(name, number, last)

    def parts(self) -> list[TileAddress]:
        """The four tiles of the next zoom that make up this one."""
        return [
            TileAddress(self.zoom + 1, 2 * self.row + down, 2 * self.column + along)
            for down in (0, 1)
            for along in (0, 1)
        ]

    def bounds_mercator(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres of EPSG:3857, without buffer."""
        side = 2 * HALF_WORLD / 2**self.zoom
        west, north = self.column * side - HALF_WORLD, HALF_WORLD - self.row * side
        return west, north - side, west + side, north

    def bounds_lonlat(self, buffer: float = 64 / 4096) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees, widened by ``buffer`` tile widths: the box to search in.

        Cut at ±180° of longitude: the buffer does not reach around the antimeridian.
        """
        tiles = 2**self.zoom
        west = (self.column - buffer) / tiles * 360 - 180
        east = (self.column + 1 + buffer) / tiles * 360 - 180
        north = _latitude((self.row - buffer) / tiles)
        south = _latitude((self.row + 1 + buffer) / tiles)
        return max(west, -180.0), south, min(east, 180.0), north

    def bounds_searched(self) -> tuple[float, float, float, float]:
        """The same with the buffer, and up to the poles at the rims, so that every place is in a tile."""
        west, south, east, north = self.bounds_lonlat()
        last = 2**self.zoom - 1
        return west, -90.0 if self.row == last else south, east, 90.0 if self.row == 0 else north


def _latitude(down: float) -> float:
    """Degrees north at a share of the Mercator square counted from its northern edge."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))


def _outside(name: str, number: int, last: int) -> Invalid:
    """The fault for a number that no tile has."""
    return Invalid(
        Text(zh=f"没有这个瓦片：{name}={number}", en=f"there is no such tile: {name}={number}"),
        field=name,
        limit=last,
        remedy=Text(zh=f"取 0 到 {last} 之间的整数", en=f"take a whole number from 0 to {last}"),
    )
