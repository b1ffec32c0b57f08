"""What the tests of vector tiles share: making batches, reading tiles back, the rules of MVT 2.1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2

from diban.base.mvt import TileAddress, encode_tile

SHENZHEN = TileAddress(14, 7154, 13382)


def batch(geometries: Sequence[shapely.Geometry | bytes | None], **columns: Any) -> pa.RecordBatch:
    """Features with the ids 1, 2, …; geometries in degrees, None, or bytes as they are."""
    wkb = [g if isinstance(g, bytes) else shapely.to_wkb(g, flavor="iso") for g in geometries]
    table: dict[str, Any] = {
        "geometry": pa.array(wkb, pa.binary()),
        "_fid": pa.array(range(1, len(wkb) + 1), pa.int64()),
    }
    return pa.RecordBatch.from_pydict(table | columns)


def degrees(geometry: shapely.Geometry, address: TileAddress = SHENZHEN) -> shapely.Geometry:
    """A geometry in tile units (y down) → longitude and latitude; Z and M stay."""
    west, _, east, north = address.bounds_mercator()
    unit = (east - west) / 4096

    def place(xy: np.ndarray) -> np.ndarray:
        metres = (west + xy[:, 0] * unit, north - xy[:, 1] * unit)
        lon = np.degrees(metres[0] / 6378137)
        lat = np.degrees(np.arctan(np.sinh(metres[1] / 6378137)))
        return np.column_stack((lon, lat, *xy[:, 2:].T))

    return shapely.transform(geometry, place, include_z=shapely.has_z(geometry))


def units(wkt: str, address: TileAddress = SHENZHEN) -> shapely.Geometry:
    """WKT in tile units → the geometry in degrees."""
    return degrees(shapely.from_wkt(wkt), address)


def encode(batch_: pa.RecordBatch | pa.Table, address: TileAddress = SHENZHEN) -> bytes:
    """One tile with the layer ``buildings``; every tile made in a test must keep the rules."""
    tile = encode_tile("buildings", batch_, address)
    check_rules(tile)
    return tile


def features(tile: bytes) -> list[dict[str, Any]]:
    """The features of the only layer as another library reads them; coordinates with y down."""
    layers = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return list(layers["buildings"]["features"]) if layers else []


def shapes(tile: bytes) -> list[shapely.Geometry]:
    """The geometries of the features in tile units."""
    return [shapely.geometry.shape(feature["geometry"]) for feature in features(tile)]


def shown(*geometries: shapely.Geometry, address: TileAddress = SHENZHEN) -> list[shapely.Geometry]:
    """What a tile shows of geometries in degrees, in tile units."""
    return shapes(encode(batch(list(geometries)), address))


def raw(tile: bytes) -> Any:
    """The layer as the protocol buffer's own reader gives it."""
    message = vector_tile_pb2.tile()
    message.ParseFromString(tile)
    (layer,) = message.layers
    return layer


def check_rules(tile: bytes) -> None:
    """The MUSTs of MVT 2.1 for layers, tags and geometry."""
    if not tile:
        return
    layer = raw(tile)
    assert layer.version == 2
    assert layer.name
    assert layer.extent > 0
    assert len(layer.features) > 0
    assert len(set(layer.keys)) == len(layer.keys)
    for feature in layer.features:
        assert len(feature.tags) % 2 == 0
        assert all(key < len(layer.keys) for key in feature.tags[::2])
        assert all(value < len(layer.values) for value in feature.tags[1::2])
        paths = list(_paths(list(feature.geometry)))
        _RULES[feature.type](paths)
    for value in layer.values:
        assert len(value.ListFields()) == 1


def _paths(tokens: list[int]) -> Iterable[tuple[list[tuple[int, int]], list[int]]]:
    """Points and commands of each path, read strictly."""
    x = y = at = 0
    points: list[tuple[int, int]] = []
    commands: list[int] = []
    while at < len(tokens):
        command, count = tokens[at] & 7, tokens[at] >> 3
        assert command in (1, 2, 7)
        assert count > 0
        at += 1
        if command == 1 and points:
            yield points, commands
            points, commands = [], []
        commands.append(command)
        if command == 7:
            assert count == 1
            continue
        for _ in range(count):
            dx, dy = (tokens[at + k] >> 1 ^ -(tokens[at + k] & 1) for k in (0, 1))
            assert command == 1 or (dx, dy) != (0, 0)
            x, y, at = x + dx, y + dy, at + 2
            points.append((x, y))
    yield points, commands


def _points(paths: list[tuple[list[tuple[int, int]], list[int]]]) -> None:
    ((points, commands),) = paths
    assert points
    assert commands == [1]


def _lines(paths: list[tuple[list[tuple[int, int]], list[int]]]) -> None:
    for points, commands in paths:
        assert len(points) > 1
        assert commands == [1, 2]


def _polygons(paths: list[tuple[list[tuple[int, int]], list[int]]]) -> None:
    polygons: list[list[list[tuple[int, int]]]] = []
    for points, commands in paths:
        assert len(points) > 2
        assert commands == [1, 2, 7]
        assert points[0] != points[-1]
        following = [*points[1:], points[0]]
        area = sum(x * v - u * y for (x, y), (u, v) in zip(points, following, strict=True))
        assert area != 0
        if area > 0:
            polygons.append([points])
        else:
            polygons[-1].append(points)
    for exterior, *holes in polygons:
        polygon = shapely.Polygon(exterior, holes)
        assert polygon.is_valid, shapely.is_valid_reason(polygon)


_RULES = {1: _points, 2: _lines, 3: _polygons}
