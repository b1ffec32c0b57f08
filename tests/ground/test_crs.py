"""CRS: names, axis order, and coordinates against values that were not computed by this code."""

from __future__ import annotations

from math import asinh, atan2, atanh, cos, cosh, hypot, log, pi, radians, sin, sinh, sqrt, tan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from diban.ground import (
    CGCS2000,
    CRS84,
    GAUSS_114E,
    STORED,
    SUPPORTED,
    WEB_MERCATOR,
    WGS84,
    Crs,
    Invalid,
    parse_crs,
    project,
)

unhurried = settings(deadline=None)

MILLIMETRE = 0.001
MILLIMETRE_IN_DEGREES = 9e-9

# PROJ's "+proj=tmerc +lon_0=114 +k=1 +x_0=500000 +ellps=GRS80": longitude, latitude → easting, northing
CONTROL = [
    ((113.93, 22.53), (492798.81544, 2492491.11523)),
    ((114.0, 22.0), (500000.0, 2433800.47771)),
    ((114.9, 22.85), (592374.59352, 2528207.87933)),
    ((115.5, 24.9), (651558.71892, 2755812.37512)),
    ((112.5, 30.0), (355262.25091, 3321060.84093)),
]
longitudes, latitudes = st.floats(112.5, 115.5), st.floats(0.0, 55.0)


def moved(x: float, y: float, source: Crs, target: Crs) -> tuple[float, float]:
    """One point from a CRS to another."""
    x, y = project(np.array([[x, y]]), source, target)[0].tolist()
    return x, y


def gauss_kruger(longitude: float, latitude: float) -> tuple[float, float]:
    """Easting and northing on CGCS2000, central meridian 114° E, by Krüger's series to n⁵."""
    a, f = 6378137.0, 1 / 298.257222101
    n, e = f / (2 - f), sqrt(f * (2 - f))
    series = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180 - 127 * n**5 / 288,
        13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440 + 281 * n**5 / 630,
        61 * n**3 / 240 - 103 * n**4 / 140 + 15061 * n**5 / 26880,
        49561 * n**4 / 161280 - 179 * n**5 / 168,
        34729 * n**5 / 80640,
    )
    sine, beside = sin(radians(latitude)), radians(longitude - 114)
    conformal = sinh(atanh(sine) - e * atanh(e * sine))
    xi, eta = atan2(conformal, cos(beside)), asinh(sin(beside) / hypot(conformal, cos(beside)))
    for_x = eta + sum(c * cos(2 * j * xi) * sinh(2 * j * eta) for j, c in enumerate(series, 1))
    for_y = xi + sum(c * sin(2 * j * xi) * cosh(2 * j * eta) for j, c in enumerate(series, 1))
    radius = a / (1 + n) * (1 + n**2 / 4 + n**4 / 64 + n**6 / 256)
    return 500_000 + radius * for_x, radius * for_y


@pytest.mark.parametrize(("degrees", "metres"), CONTROL)
def test_gauss_meets_its_control_points_easting_first(
    degrees: tuple[float, float], metres: tuple[float, float]
) -> None:
    assert moved(*degrees, CGCS2000, GAUSS_114E) == pytest.approx(metres, abs=MILLIMETRE)
    assert moved(*metres, GAUSS_114E, CGCS2000) == pytest.approx(degrees, abs=MILLIMETRE_IN_DEGREES)


@unhurried
@given(longitudes, latitudes)
def test_gauss_agrees_with_the_series(longitude: float, latitude: float) -> None:
    found = moved(longitude, latitude, CRS84, GAUSS_114E)
    assert found == pytest.approx(gauss_kruger(longitude, latitude), abs=MILLIMETRE)


@unhurried
@given(st.floats(-180, 180), st.floats(-85, 85))
def test_mercator_agrees_with_its_formula_on_the_sphere(longitude: float, latitude: float) -> None:
    a = 6378137.0
    expected = (a * radians(longitude), a * log(tan(pi / 4 + radians(latitude) / 2)))
    assert moved(longitude, latitude, STORED, WEB_MERCATOR) == pytest.approx(expected, abs=MILLIMETRE)


@unhurried
@given(longitudes, latitudes, st.sampled_from(SUPPORTED), st.sampled_from(SUPPORTED))
def test_there_and_back_stays_within_a_millimetre(
    longitude: float, latitude: float, one: Crs, other: Crs
) -> None:
    here = moved(longitude, latitude, STORED, one)
    back = moved(*moved(*here, one, other), other, one)
    assert back == pytest.approx(here, abs=MILLIMETRE_IN_DEGREES if one.degrees else MILLIMETRE)


def test_no_datum_step_is_taken_between_wgs_84_and_cgcs2000() -> None:
    points = np.array([[113.93, 22.53]])
    for one in (CRS84, CGCS2000, WGS84):
        for other in (CRS84, CGCS2000, WGS84):
            assert project(points, one, other).tolist() == points.tolist()
    # Also by way of metres, where a library would otherwise choose a step for us.
    for metric in (WEB_MERCATOR, GAUSS_114E):
        same = {tuple(project(points, degrees, metric)[0].tolist()) for degrees in (CRS84, CGCS2000, WGS84)}
        assert len(same) == 1


def test_heights_and_the_callers_array_stay_untouched() -> None:
    points = np.array([[113.93, 22.53, 12.5], [114.0, 22.0, -3.0]])
    before = points.copy()
    found = project(points, CRS84, GAUSS_114E)
    assert found[:, 2].tolist() == [12.5, -3.0]
    assert points.tolist() == before.tolist()


def test_what_has_no_place_becomes_infinite_and_nothing_stays_nothing() -> None:
    assert np.isinf(project(np.array([[114.0, 91.0]]), CRS84, GAUSS_114E)).all()
    assert not np.isfinite(project(np.array([[np.nan, 22.0]]), CRS84, GAUSS_114E)).any()
    assert project(np.empty((0, 2)), CRS84, GAUSS_114E).shape == (0, 2)


@pytest.mark.parametrize("crs", SUPPORTED, ids=lambda crs: crs.code)
def test_the_axis_order_is_the_one_of_the_register(crs: Crs) -> None:
    axes = [axis.direction for axis in CRS.from_user_input(crs.code).axis_info]
    assert axes == (["north", "east"] if crs.swapped else ["east", "north"])


@pytest.mark.parametrize("crs", SUPPORTED, ids=lambda crs: crs.code)
def test_a_crs_is_known_by_all_its_names(crs: Crs) -> None:
    authority, number = crs.code.split(":")
    version = "1.3" if authority == "OGC" else ""
    for name in (
        crs.code,
        crs.code.lower(),
        number,
        crs.uri,
        crs.uri.replace("http://", "https://"),
        f"[{crs.code}]",
        f" {crs.code} ",
        f"urn:ogc:def:crs:{authority}:{version}:{number}",
    ):
        assert parse_crs(name) is crs


@pytest.mark.parametrize(
    "name", ["", " ", "EPSG:", "EPSG:4214", "OGC:4490", "EPSG:44900", "CRS84h", "EPSG:4490/0", "x" * 10_000]
)
def test_other_names_are_refused_with_what_is_supported(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_crs(name)
    assert refused.value.field == "crs"
    assert "EPSG:4547" in str(refused.value.limit)
    assert len(str(refused.value)) < 1_000
