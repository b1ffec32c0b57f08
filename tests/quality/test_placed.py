"""Where features lie and how they are drawn: away from their district, slivers, rounded coordinates."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely

from diban.ground import (
    CGCS2000,
    GAUSS_114E,
    GEOMETRY,
    STORED,
    Constraint,
    Crs,
    FeatureSet,
    Field,
    GeometryKind,
    Kind,
    Schema,
    Text,
    project,
)
from diban.quality import Placed, Register, check, standard_rules
from diban.quality.metres import DEGREE
from diban.quality.rules.precision import Precision
from diban.quality.rules.slivers import Slivers
from tests.quality.plots import AREA, found
from tests.quality.surroundings import EAST, MIDDLE, WEST, Districts

DISTRICT = Field("district", Kind.TEXT, Text("区", "District"), constraint=Constraint(reference="districts"))
ACROSS = DEGREE * np.cos(np.radians(22.55))


def test_a_row_far_from_the_district_that_it_names_is_found() -> None:
    schema = Schema((DISTRICT,), GeometryKind.POINT)
    rows = [
        (WEST, MIDDLE - 0.01),
        (EAST, MIDDLE - 0.01),
        (EAST, MIDDLE - 90 / ACROSS),  # metres beyond the border, within the tolerance
        (EAST, MIDDLE - 110 / ACROSS),
        (EAST, MIDDLE + 0.0000123),
        (None, MIDDLE),
        ("440399", MIDDLE),
    ]
    points = shapely.to_wkb(shapely.points([(lon, 22.5500123) for _, lon in rows]))
    batch = pa.record_batch({"district": [code for code, _ in rows], GEOMETRY: points})
    report = check(FeatureSet.of(schema, CGCS2000, [batch]), standard_rules(schema, AREA, Districts()))
    assert found(report) == {("extent.displaced", "district"): [2, 4], ("field.reference", "district"): [7]}


class _Boxed(Districts):
    """The same districts, too many to be more than boxes."""

    def register(self, layer: str) -> Register | None:
        found = super().register(layer)
        if found is None or not found.areas:
            return found
        boxes = shapely.bounds(shapely.from_wkb(list(found.areas.values())))
        return Register(found.codes, boxes=Placed([(pa.array(list(found.areas)), boxes)], 4))


def test_areas_that_are_too_many_are_known_by_their_boxes() -> None:
    schema = Schema((DISTRICT,), GeometryKind.POINT)
    beyond = [-0.01, 0.01, -90 / ACROSS, -110 / ACROSS, 0.0000123]
    points = shapely.to_wkb(shapely.points([(MIDDLE + lon, 22.5500123) for lon in beyond]))
    rows = pa.record_batch({"district": [EAST, EAST, EAST, EAST, None], GEOMETRY: points})
    report = check(FeatureSet.of(schema, CGCS2000, [rows]), standard_rules(schema, AREA, _Boxed()))
    assert found(report) == {("extent.displaced", "district"): [1, 4]}


def test_a_bent_feature_lies_where_its_body_lies() -> None:
    schema = Schema((DISTRICT,), GeometryKind.POLYGON)
    body = shapely.box(MIDDLE + 0.0000123, 22.55, MIDDLE + 0.02, 22.57)
    arm = shapely.box(MIDDLE - 0.1, 22.569, MIDDLE + 0.01, 22.57)
    bent = shapely.union(body, arm)
    assert bent.envelope.centroid.x < MIDDLE - 0.03
    shapes = shapely.to_wkb([bent, shapely.transform(bent, lambda xy: xy - [0.05, 0])])
    batch = pa.record_batch({"district": [EAST, EAST], GEOMETRY: shapes})
    report = check(FeatureSet.of(schema, CGCS2000, [batch]), standard_rules(schema, AREA, Districts()))
    assert found(report)["extent.displaced", "district"] == [2]


def _plates(sizes: list[tuple[float, float]], crs: Crs) -> FeatureSet:
    """Rectangles of these sizes in metres, a hundred metres apart, turned by 30°."""
    origin = project(np.array([[114.05, 22.55]]), STORED, GAUSS_114E)[0]
    turn = np.array([[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]])
    shapes = []
    for row, (width, length) in enumerate(sizes):
        corners = np.array([[0, 0], [width, 0], [width, length], [0, length], [0, 0]]) @ turn
        shapes.append(shapely.Polygon(project(corners + origin + [100.0 * row, 0], GAUSS_114E, crs)))
    batch = pa.record_batch({GEOMETRY: shapely.to_wkb(np.array(shapes))})
    return FeatureSet.of(Schema((), GeometryKind.POLYGON), crs, [batch])


@pytest.mark.parametrize("crs", [CGCS2000, GAUSS_114E], ids=lambda crs: str(crs.code))
def test_slivers_are_narrow_and_long(crs: Crs) -> None:
    sizes = [(10, 10), (0.2, 40), (0.3, 0.3), (0.6, 60), (0.45, 60), (6, 3000), (0.2, 3)]
    report = check(_plates(sizes, crs), [Slivers()])
    assert found(report) == {("geometry.sliver", None): [2, 5]}
    assert float(str(report.findings[0].places[0].value).split()[0]) == pytest.approx(0.2, rel=0.02)


def test_swapped_coordinates_make_no_sliver() -> None:
    plates = next(_plates([(10, 10)], CGCS2000).batches()).column(GEOMETRY)
    swapped = shapely.transform(shapely.from_wkb(plates[0].as_py()), lambda xy: xy[:, ::-1])
    batch = pa.record_batch({GEOMETRY: [shapely.to_wkb(swapped)]})
    report = check(FeatureSet.of(Schema((), GeometryKind.POLYGON), CGCS2000, [batch]), [Slivers()])
    assert report.findings == ()


@pytest.mark.parametrize(
    ("crs", "decimals", "coarse"),
    [
        (CGCS2000, 4, True),
        (CGCS2000, 3, True),
        (CGCS2000, 6, False),
        (GAUSS_114E, 0, True),
        (GAUSS_114E, 2, False),
    ],
)
def test_rounded_coordinates_are_found_in_the_crs_of_the_source(
    crs: Crs, decimals: int, coarse: bool
) -> None:
    rng = np.random.default_rng(decimals)
    lonlat = rng.uniform([113.8, 22.5], [114.4, 22.8], (300, 2))
    spots = project(lonlat, STORED, crs).copy()
    spots[100:110] = np.round(spots[100:110], decimals)
    spots[200, 0] = np.round(spots[200, 0], decimals)  # one coordinate of two proves nothing
    stored = project(spots, crs, STORED)
    batch = pa.record_batch({GEOMETRY: shapely.to_wkb(shapely.points(stored))})
    report = check(FeatureSet.of(Schema((), GeometryKind.POINT), STORED, [batch]), [Precision(crs)])
    assert found(report) == ({("geometry.precision", None): list(range(101, 111))} if coarse else {})


def test_a_feature_is_rounded_only_if_all_of_its_coordinates_are() -> None:
    square = shapely.box(114.0, 22.5, 114.1, 22.6)
    other = shapely.Polygon([*square.exterior.coords[:3], (114.05, 22.55001)])
    batch = pa.record_batch({GEOMETRY: [shapely.to_wkb(square), shapely.to_wkb(other), None, b"\x01"]})
    report = check(FeatureSet.of(Schema((), GeometryKind.POLYGON), CGCS2000, [batch]), [Precision(CGCS2000)])
    assert found(report) == {("geometry.precision", None): [1]}
