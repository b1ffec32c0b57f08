"""The ground of the sample city and what grows on it: a city by its geometry."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely

from diban.app.sample_city.growth import Plan, Quarter, grow, plan_city
from diban.app.sample_city.mesh import WIDTHS, Cuts, street_runs
from diban.app.sample_city.plane import pairs, to_degrees
from diban.app.sample_city.quads import polygons
from diban.app.sample_city.rounds import with_additions
from diban.ground import (
    Extent,
    TooLarge,
)

AREA = Extent(113.6, 22.2, 114.8, 23.0)
BUILDINGS, SEED = 2500, 1


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_city(BUILDINGS, SEED)


@pytest.fixture(scope="module")
def quarters(plan: Plan) -> list[Quarter]:
    return list(grow(plan, BUILDINGS))


@pytest.mark.parametrize(("buildings", "seed"), [(50, 3), (9000, 5)])
def test_parcels_hold_buildings_off_the_roads_and_the_water(buildings: int, seed: int) -> None:
    plan = plan_city(buildings, seed)
    quarters = list(grow(plan, buildings))
    assert sum(len(quarter.outlines) for quarter in quarters) == buildings
    land, mesh = plan.land, len(plan.mesh.cuts.grade)
    wet = shapely.union_all([*land.sea, *land.rivers, *land.lakes])
    for quarter in quarters:
        assert shapely.is_valid(quarter.outlines).all()
        parcels = polygons(quarter.parcels.corners)
        assert shapely.covers(shapely.buffer(parcels, -2.0)[quarter.parcel], quarter.outlines).all()
        assert not shapely.intersects(wet, parcels).any()
        lines, street = street_runs(quarter.cuts, plan.mesh.ripples, [land.open] * 4)
        half = WIDTHS[quarter.cuts.grade[street]] / 2
        for inner in (parcels, quarter.outlines):
            tree = shapely.STRtree(inner)
            assert tree.query(inner, predicate="overlaps").shape[1] == 0
            assert tree.query(lines, predicate="dwithin", distance=half).shape[1] == 0
        assert (quarter.parcels.front < len(quarter.cuts.grade)).all()
        assert len(quarter.home) == len(quarter.cuts.grade) - mesh


def test_a_city_too_large_for_its_land_is_refused(plan: Plan) -> None:
    small = Plan(plan.land, plan.mesh, plan.divisions, plan.centres, plan.order[:1], plan.stock, plan.seed)
    with pytest.raises(TooLarge, match="no room"):
        list(grow(small, 100_000))


@pytest.mark.parametrize("buildings", [480_000, 700_000])
def test_the_land_holds_the_largest_cities_that_are_offered(buildings: int) -> None:
    """Told from every sixth superblock: above half a million, small houses take over."""
    plan, every = plan_city(with_additions(buildings), SEED), 6
    with pytest.raises(TooLarge) as told:
        deque(grow(replace(plan, order=plan.order[::every]), buildings), maxlen=0)
    assert float(told.value.limit or 0) * every > 1.05 * with_additions(buildings)


def test_blocks_and_their_streets_bend_alike(plan: Plan, quarters: list[Quarter]) -> None:
    """Every parcel fronts the street it is numbered along."""
    for quarter in quarters:
        front = quarter.parcels.front
        lines = shapely.linestrings(_bent(plan, quarter.cuts, front))
        away = shapely.distance(lines, shapely.points(pairs(quarter.parcels.door)))
        half = WIDTHS[quarter.cuts.grade[front]] / 2
        assert (away > half).all()
        assert (away < half + 8).all()


def _bent(plan: Plan, cuts: Cuts, chosen: np.ndarray[Any, np.dtype[np.int64]]) -> Any:
    way = np.linspace(0, 1, 400)
    start, end = cuts.start[chosen, None], cuts.end[chosen, None]
    return pairs(plan.mesh.warp(start + (end - start) * way))


def test_heights_fall_from_the_centres(plan: Plan, quarters: list[Quarter]) -> None:
    heights = np.concatenate([quarter.heights for quarter in quarters])
    spots = np.concatenate([quarter.stands.middle for quarter in quarters])
    reach, owner = plan.centres.reach(spots)
    means = [
        heights[(owner < 3) & (reach >= low) & (reach < high)].mean()
        for low, high in pairwise([0.0, 0.35, 0.7, 1.4])
    ]
    assert means[0] > 1.4 * means[1] > 1.4 * means[2]
    assert heights.max() > 150
    assert np.median(heights) < 45


def test_divisions_nest_and_cover_the_land(plan: Plan) -> None:
    three, land = plan.divisions, plan.land.land
    for level in (three.districts, three.offices, three.communities):
        assert shapely.is_valid(level.outlines).all()
        assert shapely.area(level.outlines).sum() == pytest.approx(land.area, rel=1e-6)
        assert shapely.union_all(level.outlines).area == pytest.approx(land.area, rel=1e-6)
        assert level.codes == sorted(set(level.codes))
    for inner, outer in ((three.communities, three.offices), (three.offices, three.districts)):
        assert shapely.covers(shapely.buffer(outer.outlines, 0.05)[inner.above], inner.outlines).all()
        assert all(
            code.startswith(outer.codes[up]) for code, up in zip(inner.codes, inner.above, strict=True)
        )
    assert three.districts.codes[0] == "440303"
    assert len(three.offices.codes) == 74
    assert 600 < len(three.communities.codes) <= 662


def test_land_has_a_coast_hills_a_river_and_the_size_of_its_model(plan: Plan) -> None:
    land = plan.land
    west, south, east, north = shapely.bounds(to_degrees(np.array([land.land])))[0]
    assert 113.70 < west < 113.80
    assert 22.42 < south < 22.50
    assert 114.55 < east < 114.67
    assert 22.80 < north < 22.90
    assert 1700e6 < land.land.area < 2200e6
    assert shapely.area(land.hills).sum() > 0.12 * land.land.area
    assert shapely.area(land.sea).sum() > 400e6
    assert not shapely.overlaps(land.land, shapely.buffer(land.sea, -0.01)).any()
    assert shapely.intersects(shapely.union_all(land.sea), land.rivers).any()
    assert shapely.bounds(land.sea)[:, 1].min() < land.land.bounds[1]
