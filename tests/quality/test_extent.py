"""Features outside the city, partly outside, and swapped, in any CRS."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely

from diban.ground import (
    CGCS2000,
    CRS84,
    GAUSS_114E,
    GEOMETRY,
    STORED,
    WEB_MERCATOR,
    Crs,
    FeatureSet,
    GeometryKind,
    Schema,
    project,
)
from diban.quality import check, standard_rules
from diban.quality.rules.extent import WithinArea
from tests.quality.plots import AREA, found, judged, plots, wkb


def _box(west: float, south: float, east: float, north: float) -> bytes:
    return bytes(shapely.to_wkb(shapely.box(west, south, east, north)))


def test_outside_partly_and_swapped_are_told_apart() -> None:
    report = judged(
        plots(
            200,
            {
                "geometry": {
                    2: _box(116.3, 39.9, 116.4, 40.0),
                    70: _box(22.5, 113.9, 22.51, 113.91),
                    71: _box(0, 0, 0.001, 0.001),
                    150: _box(113.9, 22.5, 120.0, 22.6),
                    151: _box(AREA.west, AREA.south, AREA.east, AREA.north),
                }
            },
        )
    )
    assert found(report) == {
        ("extent.outside", None): [2, 71],
        ("extent.swapped", None): [70],
        ("extent.partly", None): [150],
    }
    swapped = next(finding for finding in report.findings if finding.code == "extent.swapped")
    place = swapped.places[0]
    assert (place.lon, place.lat) == pytest.approx((113.905, 22.505))
    assert place.value == "22.505 113.905"
    assert report.faulty_rows == 3  # reaching beyond is only a warning


@pytest.mark.parametrize("crs", [CGCS2000, CRS84, WEB_MERCATOR, GAUSS_114E], ids=lambda crs: str(crs.code))
def test_every_crs_is_judged_in_degrees(crs: Crs) -> None:
    lonlat = np.array([[114.01, 22.55], [113.8, 22.7], [116.4, 39.9], [114.2, 22.6]])
    points = project(lonlat, STORED, crs).copy()
    points[3] = points[3, ::-1]
    schema = Schema((), GeometryKind.POINT)
    batch = pa.record_batch({GEOMETRY: shapely.to_wkb(shapely.points(points))})
    report = check(FeatureSet.of(schema, crs, [batch]), [WithinArea(AREA)])
    assert found(report) == {("extent.outside", None): [3], ("extent.swapped", None): [4]}
    for finding, place in zip(report.findings, lonlat[2:], strict=True):
        assert (finding.places[0].lon, finding.places[0].lat) == pytest.approx(tuple(place), abs=1e-9)


def test_without_an_area_the_rule_is_left_out() -> None:
    features = plots(20, {"geometry": {3: wkb("POLYGON ((1 1, 2 1, 2 2, 1 1))")}})
    assert found(judged(features)) == {("extent.outside", None): [3]}
    report = check(features, standard_rules(features.schema, None))
    assert "extent.outside" not in {finding.code for finding in report.findings}
    assert WithinArea.title not in report.rules
