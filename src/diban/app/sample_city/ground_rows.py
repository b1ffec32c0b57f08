"""The rows of what lies under the city: divisions, water, green, and the roads of the mesh."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from diban.app.sample_city.growth import Plan
from diban.app.sample_city.land import SHORE
from diban.app.sample_city.layers import DISTRICT_CODES
from diban.app.sample_city.mesh import PRIMARY, WIDTHS, street_runs
from diban.app.sample_city.names import DISTRICTS, Names, joined, road_names
from diban.app.sample_city.plane import Geometries, Ints, pairs, smooth, to_degrees
from diban.ground import GEOMETRY

_SHORE_KM = shapely.box(-16.2, 0, 40, 20.8)
_TUNNEL = 90.0


def padded(numbers: Ints, width: int) -> pa.Array:
    """Numbers as text of a width, with leading zeros."""
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")


def wkb(geometries: Geometries) -> pa.Array:
    """Geometry of the board as WKB in longitude and latitude."""
    return pa.array(shapely.to_wkb(to_degrees(geometries), flavor="iso"), pa.binary())


def areas(outlines: Geometries) -> pa.Array:
    """Square metres."""
    return pa.array(np.round(shapely.area(outlines), 1)).cast(pa.decimal128(14, 1))


def dates(rng: np.random.Generator, low: int, high: int, count: int) -> pa.Array:
    """Days between two, counted from 1970."""
    return pa.array(rng.integers(low, high, count).astype(np.int32)).cast(pa.date32())


def shapes(codes: pa.Array, names: Names, outlines: Geometries, **more: pa.Array) -> pa.Table:
    """Named areas with their size."""
    named = {"code": codes, "name": names.zh, "name_en": names.en}
    return pa.table({**named, **more, "area": areas(outlines), GEOMETRY: wkb(outlines)})


def community_names(plan: Plan, stock: Names) -> Names:
    """The bare names of the communities."""
    return stock.take(100 + np.arange(len(plan.divisions.communities.codes)))


def division_rows(plan: Plan, stock: Names, rng: np.random.Generator) -> dict[str, pa.Table]:
    """The three levels of divisions."""
    three = plan.divisions
    district, office = (pa.array(level.codes) for level in (three.districts, three.offices))
    people = pa.array(rng.lognormal(14.2, 0.4, len(DISTRICT_CODES)).astype(np.int64))
    above = three.communities.above
    return {
        "districts": shapes(district, DISTRICTS, three.districts.outlines, population=people),
        "street-offices": shapes(
            office,
            stock.take(np.arange(len(office))).then("街道", " Street Office"),
            three.offices.outlines,
            district=district.take(pa.array(three.offices.above)),
        ),
        "communities": shapes(
            pa.array(three.communities.codes),
            community_names(plan, stock).then("社区", " Community"),
            three.communities.outlines,
            office=office.take(pa.array(above)),
            district=district.take(pa.array(three.offices.above[above])),
        ),
    }


def water_rows(plan: Plan, stock: Names) -> dict[str, pa.Table]:
    """Sea, rivers and reservoirs, and the hills that are green."""
    land, hill = plan.land, plan.land.hills
    sea = Names(pa.array(["澜湾海域"]), pa.array(["Lanwan Sea"])).take(np.zeros(len(land.sea), np.int64))
    rivers = stock.take(900 + np.arange(len(land.rivers))).then("河", " River")
    lakes = stock.take(920 + np.arange(len(land.lakes))).then("水库", " Reservoir")
    hills = stock.take(950 + np.arange(len(hill))).then("山", " Hill")
    kinds = pa.array(["1"] * len(land.rivers) + ["2"] * len(land.lakes))
    water = np.concatenate([land.rivers, land.lakes])
    return {
        "sea": shapes(padded(np.arange(len(land.sea)) + 1, 3), sea, land.sea),
        "water": shapes(padded(np.arange(len(water)) + 1, 4), rivers.and_(lakes), water, **{"class": kinds}),
        "green": shapes(
            padded(np.arange(len(land.hills)) + 1, 6),
            hills,
            land.hills,
            **{"class": pa.repeat("1", len(land.hills))},
        ),
    }


def mesh_roads(plan: Plan, rng: np.random.Generator) -> pa.Table:
    """Roads around the superblocks, with tunnels and bridges for the greatest, and the shore road."""
    land, cuts = plan.land, plan.mesh.cuts
    # A primary road goes through the foot of a hill, but not under the whole of it.
    over = (
        shapely.union_all([land.flat, *shapely.buffer(land.rivers, 60)])
        .buffer(_TUNNEL)
        .intersection(land.open)
    )
    lines, street = street_runs(cuts, plan.mesh.ripples, [land.open, over, land.flat])
    shore = _shore(plan)
    main = road_rows(lines, street, cuts.grade[street], mesh_names(plan).take(street), street, rng)
    name = Names(pa.repeat("滨海大道", len(shore)), pa.repeat("Binhai Avenue", len(shore)))
    number = np.full(len(shore), 999_999)
    along = road_rows(shore, number, np.full(len(shore), PRIMARY), name, number, rng)
    return pa.concat_tables([main, along])


def mesh_names(plan: Plan) -> Names:
    """A name for every street of the mesh."""
    return road_names(plan.mesh.cuts.grade, plan.stock)


def road_rows(
    lines: Geometries, street: Ints, grade: Ints, names: Names, number: Ints, rng: np.random.Generator
) -> pa.Table:
    """Pieces of roads, ordered by street; ``number`` is what a street is known by in codes."""
    first = np.searchsorted(street, street)
    piece, count = np.arange(len(street)) - first + 1, len(street)
    width = WIDTHS[grade]
    return pa.table(
        {
            "code": joined(padded(number, 6), padded(piece, 2)),
            "name": names.zh,
            "name_en": names.en,
            "grade": pa.array(grade.astype(str)),
            "street": padded(number, 6),
            "lanes": pa.array(10 - 2 * grade),
            "width": pa.array(width).cast(pa.decimal128(5, 1)),
            "one_way": pa.array((grade == 4) & (rng.uniform(size=count) < 0.15)),
            "opened": dates(rng, 4_000, 20_400, count),
            GEOMETRY: wkb(lines),
        }
    )


def _shore(plan: Plan) -> Geometries:
    """A road along the southern shore, between the blocks and the water, where there is no hill."""
    line = plan.land.land.buffer(-SHORE).simplify(40).exterior
    frame = shapely.transform(_SHORE_KM, lambda xy: xy * 1000)
    steep = shapely.union_all(plan.land.hills).buffer(20)
    pieces = shapely.get_parts(shapely.line_merge(line.intersection(frame).difference(steep)))
    pieces = pieces[shapely.length(pieces) > 900]
    corners = [shapely.get_coordinates(piece) @ np.array([1, 1j]) for piece in pieces]
    return np.array([shapely.linestrings(pairs(smooth(line, 2))) for line in corners])
