"""Detection at its edges: few features, none, odd geometry, keys that do not match, districts unnamed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely

from diban.ground import CRS84, GEOMETRY, STORED, Crs, project, source_crs
from diban.intake import (
    MOST,
    Basis,
    Districts,
    Known,
    Reference,
    Sample,
    Verdict,
    detect,
    match_columns,
    sample_of,
)
from tests.intake.detect.made import AREA, SCHEMA, city, written


def sample(shapes: list[shapely.Geometry | bytes | None], **texts: list[str | None]) -> Sample:
    """What a file of these geometries is looked at for."""
    wkb = [shapely.to_wkb(one) if isinstance(one, shapely.Geometry) else one for one in shapes]
    table = pa.table({**texts, GEOMETRY: pa.array(wkb, pa.binary())})
    return sample_of(table.to_batches(), table.schema, match_columns(list(texts), None, SCHEMA), SCHEMA)


def points(*places: tuple[float, float]) -> list[shapely.Geometry | bytes | None]:
    return list(shapely.points(np.array(places)))


def test_a_file_without_places_is_not_asked_about() -> None:
    empty = sample([None, shapely.Point(), shapely.Polygon(), b"nonsense"])
    assert len(empty.points) == 0
    assert detect(empty, STORED, Basis.FILE, Reference(AREA)).verdict is Verdict.SURE


def test_without_places_and_without_a_word_nothing_is_guessed() -> None:
    found = detect(sample([None, None]), None, None, Reference(AREA))
    assert (found.verdict, found.proposal) == (Verdict.ASK, None)


def test_odd_geometry_is_left_aside() -> None:
    infinite = shapely.Point(np.inf, 22.5)
    found = sample(
        [infinite, None, b"\x01", *points((114.0, 22.5)), shapely.LineString([(114, 22), (114, 23)])]
    )
    assert found.points.tolist() == [[114.0, 22.5], [114.0, 22.5]]
    assert found.rows.num_rows == 2


def test_one_feature_is_enough_to_see_metres() -> None:
    place = project(np.array([[114.05, 22.54]]), STORED, source_crs("EPSG:4547"))
    found = detect(sample(points(*place)), CRS84, Basis.FORMAT, Reference(AREA))
    assert (found.verdict, found.proposal) == (Verdict.ASK, source_crs("EPSG:4547"))
    assert found.as_json()["candidates"][0]["inside"] == 1
    assert "EPSG:4547" in found.reason.zh
    assert "EPSG:4547" in found.reason.en


def test_where_nothing_fits_that_is_said() -> None:
    elsewhere = sample(points((2.35, 48.85), (2.36, 48.86)))
    found = detect(elsewhere, None, None, Reference(AREA))
    assert (found.verdict, found.proposal, found.candidates) == (Verdict.ASK, None, ())
    assert "cannot be told" in found.reason.en
    # What is declared and leads elsewhere is for the rules to report, since nothing else fits.
    assert detect(elsewhere, CRS84, Basis.FORMAT, Reference(AREA)).verdict is Verdict.SURE


def test_a_sample_is_bounded_and_spread() -> None:
    places = np.column_stack([np.linspace(113.7, 114.7, 50_000), np.full(50_000, 22.5)])
    found = sample(list(shapely.points(places)))
    assert len(found.points) == MOST
    assert found.points[0, 0] == pytest.approx(113.7)
    assert found.points[-1, 0] == pytest.approx(114.7)


def moved(crs: Crs, count: int, keys: list[str | None] | None = None) -> Sample:
    places = project(_places(count), STORED, crs)
    return sample(list(shapely.points(places)), code=keys or [f"K{number}" for number in range(count)])


def _places(count: int) -> np.ndarray:
    return np.column_stack([np.linspace(113.9, 114.3, count), np.linspace(22.5, 22.7, count)])


def known(count: int) -> Reference:
    keys = pa.array([f"K{number}" for number in range(count)])
    return Reference(AREA, None, Known(keys, _places(count)))


@pytest.mark.parametrize("code", ["GCJ-02", "BD-09"])
def test_three_known_features_tell_a_shift_and_two_do_not(code: str) -> None:
    crs = source_crs(code)
    assert detect(moved(crs, 3), STORED, Basis.FILE, known(3)).proposal == crs
    assert detect(moved(crs, 2), STORED, Basis.FILE, known(2)).verdict is Verdict.TAKEN
    assert detect(moved(STORED, 3), STORED, Basis.FILE, known(3)).verdict is Verdict.SURE


def test_keys_that_are_not_known_tell_nothing() -> None:
    other = moved(source_crs("GCJ-02"), 20, [f"X{number}" for number in range(20)])
    assert detect(other, STORED, Basis.FILE, known(20)).verdict is Verdict.TAKEN
    none: list[str | None] = [None] * 20
    assert (
        detect(moved(source_crs("GCJ-02"), 20, none), STORED, Basis.FILE, known(20)).verdict is Verdict.TAKEN
    )


def test_things_that_move_each_their_own_way_are_not_shifted() -> None:
    random = np.random.default_rng(1)
    places = _places(200) + random.normal(0, 0.01, (200, 2))
    buses = sample(list(shapely.points(places)), code=[f"K{number}" for number in range(200)])
    assert detect(buses, STORED, Basis.FILE, known(200)).verdict is Verdict.TAKEN


def test_districts_are_named_by_code_or_in_an_address() -> None:
    shapes = np.array([shapely.box(113.7, 22.4, 114.1, 22.8), shapely.box(114.1, 22.4, 114.6, 22.8)], object)
    names = [("440305000000", "南山区", "7", None), ("440304", "福田区", "X", "")]
    districts = Districts.of(shapes, names)
    assert districts.labels == (("440305", "南山区"), ("440304", "福田区"))
    places = points(*[(114.0, 22.5)] * 6)
    by_code = sample(places, code=["440305001", "440304002", "440305", None, "44030", "x440305"])
    assert districts.named_in(by_code).tolist() == [0, 1, 0, -1, -1, -1]
    address = ["深圳市南山区科苑路", "福田区深南大道", "福田区至南山区", "某街道", "南山", None]
    by_name = sample(places, code=[None] * 6, note=address)
    assert districts.named_in(by_name).tolist() == [0, 1, -1, -1, -1, -1]
    assert (districts.named_in(sample(places, code=["440305"] * 6)) == -1).all()


def test_no_evidence_without_clear_numbers() -> None:
    made = city(0, "points")
    few = written(made, source_crs("GCJ-02"), named=True)
    few = Sample(few.points[:40], few.rows.slice(0, 40), None)
    assert detect(few, STORED, Basis.FILE, made.reference("districts")).verdict is Verdict.TAKEN
