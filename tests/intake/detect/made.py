"""Made-up layers over a made-up city, written in every CRS that is tried, with what is true of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from diban.ground import (
    CRS84,
    GEOMETRY,
    STORED,
    Crs,
    Extent,
    Field,
    GeometryKind,
    Kind,
    Schema,
    Text,
    project,
    source_crs,
)
from diban.intake import Basis, Districts, Known, Reference, Sample, match_columns, sample_of

AREA = Extent(113.6, 22.2, 114.8, 23.0)
SCHEMA = Schema(
    (
        Field("code", Kind.TEXT, Text("编号", "Code")),
        Field("district", Kind.TEXT, Text("区", "District")),
        Field("note", Kind.TEXT, Text("备注", "Note")),
    ),
    GeometryKind.ANY,
    key="code",
)
_COLUMNS, _ROWS = 4, 3
FEATURES = 1_500
SHIFT = np.array([0.0031, -0.0017])
"""An error that no CRS explains, in degrees: about 370 m."""


@dataclass(frozen=True, slots=True)
class Case:
    """Coordinates as they were written, what is declared of them, and the truth; None: not any CRS."""

    name: str
    sample: Sample
    declared: Crs | None
    basis: Basis | None
    truth: Crs | None
    reference: Reference
    held_against: str


@dataclass(frozen=True, slots=True)
class City:
    """Districts with crooked borders that fill the land, and features inside them."""

    districts: Districts
    features: pa.Table
    points: np.ndarray

    def reference(self, kind: str) -> Reference:
        """The city's area; with districts; with the same layer as it was a month ago."""
        known = None
        if kind == "current version":
            known = Known(self.features.column("code").combine_chunks().slice(0, 500), self.points[:500])
        return Reference(AREA, None if kind == "area" else self.districts, known)


def city(seed: int, kind: str) -> City:
    """A city with a layer of ``points`` or ``polygons``."""
    random = np.random.default_rng(seed)
    xs, ys = np.linspace(113.78, 114.62, _COLUMNS + 1), np.linspace(22.42, 22.84, _ROWS + 1)
    corners = np.stack(np.meshgrid(xs, ys), axis=-1) + random.uniform(
        -0.03, 0.03, (_ROWS + 1, _COLUMNS + 1, 2)
    )
    shapes: list[shapely.Polygon] = []
    labels: list[tuple[str, str]] = []
    for row, column in np.ndindex(_ROWS, _COLUMNS):
        ring = [
            corners[row, column],
            corners[row, column + 1],
            corners[row + 1, column + 1],
            corners[row + 1, column],
        ]
        shapes.append(shapely.Polygon(ring))
        labels.append((f"4499{len(labels) + 1:02d}", f"第{len(labels) + 1:02d}区"))
    districts = Districts(np.array(shapes, object), tuple(labels))
    points = random.uniform([113.75, 22.39], [114.65, 22.87], (4 * FEATURES, 2))
    at, district = shapely.STRtree(districts.shapes).query(shapely.points(points), predicate="intersects")
    keep, first = np.unique(at, return_index=True)
    points, district = points[keep][:FEATURES], district[first][:FEATURES]
    geometry = shapely.points(points)
    if kind == "polygons":
        half = random.uniform(5e-5, 2e-4, (len(points), 2))
        geometry = shapely.box(*(points - half).T, *(points + half).T)
    return City(
        districts, _table(geometry, district, labels), shapely.get_coordinates(shapely.centroid(geometry))
    )


def _table(geometry: np.ndarray, district: np.ndarray, labels: list[tuple[str, str]]) -> pa.Table:
    codes = [f"B{number:06d}" for number in range(len(geometry))]
    names = [f"{labels[number][0]}{order:03d}" for order, number in enumerate(district)]
    return pa.table(
        {"code": codes, "district": names, "note": ["–"] * len(codes), GEOMETRY: shapely.to_wkb(geometry)}
    )


def written(made: City, crs: Crs, *, named: bool, moved: bool = False) -> Sample:
    """The layer as somebody writes it in that CRS, with or without codes of districts in its rows."""

    def place(points: np.ndarray) -> np.ndarray:
        return project(points + SHIFT if moved else points, STORED, crs)

    table = (
        made.features if named else made.features.set_column(1, "district", pa.nulls(FEATURES, pa.string()))
    )
    shapes = shapely.transform(shapely.from_wkb(table.column(GEOMETRY).to_pylist()), place)
    table = table.set_column(3, GEOMETRY, pa.array(shapely.to_wkb(shapes), pa.binary()))
    columns = match_columns(["code", "district", "note"], None, SCHEMA)
    return sample_of(table.to_batches(), table.schema, columns, SCHEMA)


HELD_AGAINST = ("area", "districts", "districts named", "current version")
DISTORTED = (
    "EPSG:4490,yx", "GCJ-02", "BD-09", "EPSG:4547", "EPSG:4526", "EPSG:4548", "EPSG:4547,yx", "EPSG:32650",
    "EPSG:3857",
)  # fmt: skip


def cases(seed: int, kinds: Sequence[str] = ("points", "polygons")) -> Iterator[Case]:
    """Every layer × distortion × declaration × reference."""
    for kind in kinds:
        made = city(seed, kind)
        for against in HELD_AGAINST:
            named = against == "districts named"
            held = made.reference(against), against
            for code in DISTORTED:
                crs = source_crs(code)
                sample = written(made, crs, named=named)
                yield Case(f"{code}, said to be degrees", sample, CRS84, Basis.FORMAT, crs, *held)
                yield Case(f"{code}, nothing said", sample, None, None, crs, *held)
                if not crs.degrees:
                    other = source_crs("EPSG:4549")
                    yield Case(f"{code}, another zone said", sample, other, Basis.FILE, crs, *held)
                    yield Case(f"{code}, rightly said", sample, crs, Basis.FILE, crs, *held)
            plain = written(made, STORED, named=named)
            yield Case("degrees, nothing said", plain, None, None, STORED, *held)
            yield Case("degrees, rightly said", plain, STORED, Basis.FILE, STORED, *held)
            moved = written(made, STORED, named=named, moved=True)
            yield Case("moved by 370 m", moved, STORED, Basis.FILE, None, *held)
