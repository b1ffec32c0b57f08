"""The rows that one quarter adds to every layer, and what truly belongs together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from diban.app.sample_city import businesses, poi
from diban.app.sample_city.centres import urban
from diban.app.sample_city.ground_rows import (
    areas,
    community_names,
    dates,
    mesh_names,
    padded,
    road_rows,
    shapes,
    wkb,
)
from diban.app.sample_city.growth import Plan, Quarter
from diban.app.sample_city.layers import RESERVE
from diban.app.sample_city.mesh import LOCAL, Cuts, street_runs
from diban.app.sample_city.names import CITY, DISTRICTS, Names, joined, lane_names
from diban.app.sample_city.plane import Complexes, Floats, Ints, pairs
from diban.app.sample_city.quads import grid, polygons
from diban.app.sample_city.quarters import clear
from diban.app.sample_city.rounds import Rounds
from diban.app.sample_city.verges import Verges, drawn, verges
from diban.app.sample_city.zones import HOMES, OFFICE, PARK, PUBLIC, VILLAGE, WORKS, ZONES
from diban.ground import GEOMETRY

_SURVEYED = int(datetime(2026, 3, 2, 1, tzinfo=UTC).timestamp())
_DAY = 86_400
_METRES_A_NUMBER = 6.0
_DOORSTEP = 0.8
_NAMED = {  # by zone, what a parcel is called
    OFFICE: (("大厦", " Tower"), ("中心", " Centre")),
    HOMES: (("花园", " Garden"), ("苑", " Court")),
    VILLAGE: (("", ""), ("", "")),
    WORKS: (("工业园", " Works"), ("科技园", " Park")),
    PUBLIC: (("学校", " School"), ("文体中心", " Civic Hall")),
    PARK: (("公园", " Park"), ("公园", " Park")),
}


class Tally:
    """Counts from 1 within each owner, on from one quarter to the next."""

    def __init__(self, owners: int) -> None:
        self._counts = np.zeros(owners, np.int64)

    def number(self, owner: Ints) -> Ints:
        """The next number of each row's owner."""
        numbers = self._counts[owner] + rank(owner)
        self._counts += np.bincount(owner, minlength=len(self._counts))
        return numbers


def rank(owner: Ints) -> Ints:
    """1 for the first row of an owner, 2 for its second …"""
    order = np.argsort(owner, kind="stable")
    first = np.searchsorted(owner[order], owner[order])
    ranks = np.empty(len(owner), np.int64)
    ranks[order] = np.arange(len(owner)) - first + 1
    return ranks


@dataclass(frozen=True, slots=True)
class _Place:
    """Where rows are: codes and names of their divisions."""

    community: pa.Array
    office: pa.Array
    district: pa.Array
    office_name: Names
    district_name: Names


class Registry:
    """Writes quarters into the registers of the departments; keeps every count between them."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._rounds = plan, Rounds()
        self._communities = community_names(plan, plan.stock)
        self._streets = mesh_names(plan)
        many = len(plan.divisions.communities.codes)
        self._lots, self._lanes = Tally(many), Tally(many)
        self._buildings = self._local = self._poi = self._enterprises = self._catering = self._parks = (
            self._verges
        ) = 0

    def enter(self, quarter: Quarter, rng: np.random.Generator) -> dict[str, pa.Table]:
        """Rows by what they are for: a layer's slug with its round, ``links`` or ``changes``."""
        blocks, parcels = quarter.blocks, quarter.parcels
        home = self._plan.divisions.community[blocks.superblock[parcels.block]]
        zone = blocks.zone[parcels.block]
        lot = joined(self._codes("communities", home), "GB", padded(self._lots.number(home), 5))
        streets, number = self._name_streets(quarter)
        tables = {"roads": self._roads(quarter, streets, number, rng)}
        use = pa.array(np.array([item.use for item in ZONES])[zone])
        tables["parcels"] = self._lot_rows(lot, use, parcels.corners, home, rng)
        bare = drawn(self._plan.mesh, quarter.open.inner, quarter.open.cells.corners)
        nothing = np.array([], np.object_), np.array([], np.int64)
        left = verges(self._plan.land, quarter.open.superblock, bare, *nothing)
        tables["green"] = pa.concat_tables([self._park_rows(quarter, zone), self._verge_rows(left)])
        place = self._place(home[quarter.parcel])
        buildings = self._building_rows(quarter, lot.take(pa.array(quarter.parcel)), place, rng)
        addresses = self._address_rows(quarter, buildings["code"], place, (streets, number))
        start, self._buildings = self._buildings, self._buildings + len(quarter.parcel)
        tables |= self._rounds.of_buildings(start, buildings, addresses)
        there = self._rounds.first(start, len(quarter.parcel))
        tables |= self._business_rows(quarter, there, buildings, addresses, rng)
        return tables

    def reserve(self, built: Ints, rng: np.random.Generator) -> dict[str, pa.Table]:
        """Superblocks that are not built on: orchards far out, land in reserve elsewhere."""
        plan = self._plan
        rest = np.setdiff1d(plan.order, built)
        inner, whole = clear(plan.mesh, plan.mesh.cells.take(rest), plan.mesh.cuts, plan.land)
        # Where the shore or a hill cuts into a superblock, the quarters of it that are whole.
        two = np.full((~whole).sum(), 2)
        parts, of, _ = grid(inner[~whole], two, two)
        kept = shapely.contains(plan.land.building, polygons(parts))
        corners = np.concatenate([inner[whole], parts[kept]])
        home = plan.divisions.community[np.concatenate([rest[whole], rest[~whole][of[kept]]])]
        orchard = rng.uniform(size=len(home)) > 0.45 + 0.9 * urban(corners.mean(axis=1))
        kept = np.flatnonzero(~orchard)
        lot = joined(self._codes("communities", home), "GB", padded(self._lots.number(home), 5))
        use = pa.repeat(RESERVE, len(kept))
        names = self._communities.take(home[orchard]).then("果园", " Orchard")
        green = shapes(
            padded(500_000 + np.flatnonzero(orchard), 6),
            names,
            polygons(corners[orchard]),
            **{"class": pa.repeat("3", len(names.zh))},
        )
        return {
            "parcels": self._lot_rows(lot.take(pa.array(kept)), use, corners[kept], home[kept], rng),
            "green": pa.concat_tables([green, self._verge_rows(self._wayside(built))]),
        }

    def _wayside(self, built: Ints) -> Verges:
        """What is left of superblocks that are neither built on nor whole."""
        plan = self._plan
        rest = np.setdiff1d(np.arange(len(plan.mesh.wild)), built)
        inner, whole = clear(plan.mesh, plan.mesh.cells.take(rest), plan.mesh.cuts, plan.land)
        rest, inner, tame = rest[~whole], inner[~whole], ~plan.mesh.wild[rest[~whole]]
        two = np.where(tame, 2, 0)
        parts, of, _ = grid(inner, two, two)
        used = polygons(parts)
        kept = shapely.contains(plan.land.building, used)
        outlines = drawn(plan.mesh, inner, plan.mesh.cells.corners[rest])
        return verges(plan.land, rest, outlines, used[kept], of[kept])

    def _verge_rows(self, left: Verges) -> pa.Table:
        number = 700_000 + self._verges + np.arange(len(left.outlines))
        self._verges += len(left.outlines)
        names, kinds = left.named(self._communities.take(self._plan.divisions.community[left.superblock]))
        return shapes(padded(number, 6), names, left.outlines, **{"class": kinds})

    def _codes(self, level: str, chosen: Ints) -> pa.Array:
        return pa.array(getattr(self._plan.divisions, level).codes).take(pa.array(chosen))

    def _place(self, community: Ints) -> _Place:
        three = self._plan.divisions
        office = three.communities.above[community]
        district = three.offices.above[office]
        return _Place(
            self._codes("communities", community),
            self._codes("offices", office),
            self._codes("districts", district),
            self._plan.stock.take(office).then("街道", " Street Office"),
            DISTRICTS.take(district),
        )

    def _name_streets(self, quarter: Quarter) -> tuple[Names, Ints]:
        """A name and a number in codes for every street of the quarter."""
        home = self._plan.divisions.community[quarter.home]
        lanes = lane_names(self._lanes.number(home) - 1, self._communities.take(home))
        mesh, count = len(self._plan.mesh.cuts.grade), len(quarter.cuts.grade)
        number = np.arange(count)
        number[mesh:] += self._local
        self._local += count - mesh
        return self._streets.and_(lanes), number

    def _roads(self, quarter: Quarter, names: Names, number: Ints, rng: np.random.Generator) -> pa.Table:
        """The local streets of superblocks that are built."""
        mesh = len(self._plan.mesh.cuts.grade)
        local = mesh + np.flatnonzero(np.isin(quarter.home, quarter.superblocks))
        cuts = Cuts(*(getattr(quarter.cuts, name)[local] for name in Cuts.__slots__))
        lines, street = street_runs(cuts, self._plan.mesh.ripples, [self._plan.land.flat] * LOCAL)
        street = local[street]
        return road_rows(lines, street, quarter.cuts.grade[street], names.take(street), number[street], rng)

    def _lot_rows(
        self, lot: pa.Array, use: pa.Array, corners: Complexes, home: Ints, rng: np.random.Generator
    ) -> pa.Table:
        outlines, place = polygons(corners), self._place(home)
        return pa.table(
            {
                "code": lot,
                "use": use,
                "area": areas(outlines),
                "district": place.district,
                "community": place.community,
                "granted": dates(rng, 4_000, 20_300, len(home)),
                GEOMETRY: wkb(outlines),
            }
        )

    def _park_rows(self, quarter: Quarter, zone: Ints) -> pa.Table:
        parks = np.flatnonzero(zone == PARK)
        number = self._parks + np.arange(len(parks))
        self._parks += len(parks)
        names = self._plan.stock.take(1000 + number).then("公园", " Park")
        kinds = pa.repeat("2", len(parks))
        return shapes(
            padded(100_000 + number, 6), names, polygons(quarter.parcels.corners[parks]), **{"class": kinds}
        )

    def _building_rows(
        self, quarter: Quarter, lot: pa.Array, place: _Place, rng: np.random.Generator
    ) -> pa.Table:
        zone, count = quarter.zone, len(quarter.zone)
        block = rank(quarter.parcel)
        names = self._building_names(quarter, block)
        deep = np.where(zone == OFFICE, 3, np.where(quarter.floors > 10, 2, 0))
        old = zone == VILLAGE
        year = np.where(old, rng.integers(1978, 2004, count), rng.integers(1990, 2026, count))
        return pa.table(
            {
                "code": joined(lot, "F", padded(block, 4)),
                "name": names.zh,
                "name_en": names.en,
                "use": pa.array(np.array([item.use for item in ZONES])[zone]),
                "floors": pa.array(quarter.floors),
                "basements": pa.array(rng.integers(0, deep + 1)),
                "height": pa.array(quarter.heights).cast(pa.decimal128(6, 1)),
                "footprint": pa.array(np.round(shapely.area(quarter.outlines), 2)),
                "year": pa.array(year),
                "protected": pa.array((year < 1984) & (rng.uniform(size=count) < 0.2)),
                "parcel": lot,
                "district": place.district,
                "office": place.office,
                "community": place.community,
                "surveyed": pa.array((_SURVEYED + rng.integers(0, 25 * _DAY, count)) * 1_000_000).cast(
                    pa.timestamp("us", "UTC")
                ),
                GEOMETRY: wkb(quarter.outlines),
            }
        )

    def _building_names(self, quarter: Quarter, block: Ints) -> Names:
        """Those of one parcel alike; village houses have none."""
        form = quarter.zone * 2 + quarter.parcel % 2
        words = [word for forms in _NAMED.values() for word in forms]
        zh, en = (pa.array([word[side] for word in words]).take(pa.array(form)) for side in (0, 1))
        names = self._plan.stock.take(quarter.parcel * 13 + self._buildings).then(zh, en)
        digits = pa.array(block).cast(pa.string())
        many = pa.array(np.bincount(quarter.parcel)[quarter.parcel] > 1)
        named = names.then(
            pc.if_else(many, joined(digits, "栋"), ""), pc.if_else(many, joined(" ", digits), "")
        )
        bare = pa.array(quarter.zone == VILLAGE)
        nothing = pa.scalar(None, pa.string())
        return Names(pc.if_else(bare, nothing, named.zh), pc.if_else(bare, nothing, named.en))

    def _address_rows(
        self, quarter: Quarter, building: pa.ChunkedArray, place: _Place, streets: tuple[Names, Ints]
    ) -> pa.Table:
        """城市 + 区 + 街道 + 路 + 门牌 (+ 楼栋, where a parcel has several buildings)."""
        parcels, parcel = quarter.parcels, quarter.parcel
        front = parcels.front[parcel]
        names, street = streets[0].take(front), padded(streets[1][front], 6)
        number = 2 * (parcels.along[parcel] / _METRES_A_NUMBER).astype(np.int64) + 1 + parcels.left[parcel]
        block = rank(parcel)
        alone = pa.array(np.bincount(parcel, minlength=len(parcels.block))[parcel] == 1)
        house, nth = pa.array(number).cast(pa.string()), pa.array(block).cast(pa.string())
        suffix = pc.if_else(alone, "", joined(nth, "栋"))
        suffix_en = pc.if_else(alone, "", joined("Building ", nth, ", "))
        office, district = place.office_name, place.district_name
        return pa.table(
            {
                "code": joined(place.community, street, padded(number, 5), padded(block, 2)),
                "address": joined(CITY.zh, district.zh, office.zh, names.zh, house, "号", suffix),
                "address_en": joined(
                    *(
                        suffix_en,
                        "No. ",
                        house,
                        " ",
                        names.en,
                        ", ",
                        office.en,
                        ", ",
                        district.en,
                        f", {CITY.en}",
                    )
                ),
                "district": place.district,
                "office": place.office,
                "community": place.community,
                "street": street,
                "number": pa.array(number),
                "block": pa.array(block),
                "building": building,
                GEOMETRY: wkb(shapely.points(_doors(quarter))),
            }
        )

    def _business_rows(
        self,
        quarter: Quarter,
        there: Ints,
        buildings: pa.Table,
        addresses: pa.Table,
        rng: np.random.Generator,
    ) -> dict[str, pa.Table]:
        """Points of interest and two registers, at buildings that are there in the first round."""
        stock, address = self._plan.stock, addresses["address"].combine_chunks()
        at = there[poi.having(quarter.zone[there], rng)]
        points = self._points(quarter, at, addresses, rng)
        lodged = np.sort(rng.choice(there, len(there) // 5))
        companies = businesses.enterprises(
            self._enterprises, address.take(pa.array(lodged)), quarter.floors[lodged], stock, rng
        )
        eats = np.flatnonzero(pc.equal(points["class"], poi.EATING).to_numpy())
        eats = eats[rng.uniform(size=len(eats)) < 0.85]
        kitchens = businesses.catering(self._catering, points.take(pa.array(eats)), rng)
        links = [
            _links(
                slug, first, table["code"], buildings.take(pa.array(where)), addresses.take(pa.array(where))
            )
            for slug, first, table, where in (
                ("poi", self._poi, points, at),
                ("enterprises", self._enterprises, companies, lodged),
                ("catering", self._catering, kitchens, at[eats]),
            )
        ]
        self._poi += len(at)
        self._enterprises += len(lodged)
        self._catering += len(eats)
        named = {"poi": points, "enterprises": companies, "catering": kitchens}
        return {**named, "links": pa.concat_tables(links)}

    def _points(self, quarter: Quarter, at: Ints, addresses: pa.Table, rng: np.random.Generator) -> pa.Table:
        """One point in each of these buildings."""
        kind, names = poi.named(self._poi, quarter.zone[at], self._plan.stock, rng)
        stands = quarter.stands
        offset = stands.half[at].min(axis=1) * rng.uniform(-0.25, 0.25, len(at))
        spots = stands.middle[at] + stands.along[at] * offset
        return pa.table(
            {
                "code": joined("P", padded(self._poi + 1 + np.arange(len(at)), 8)),
                "name": names.zh,
                "name_en": names.en,
                "class": kind,
                "address": addresses["address"].take(pa.array(at)),
                "district": addresses["district"].take(pa.array(at)),
                GEOMETRY: wkb(shapely.points(pairs(spots))),
            }
        )


def _links(
    table: str, first: int, key: pa.ChunkedArray, buildings: pa.Table, addresses: pa.Table
) -> pa.Table:
    """What each row of a table that names an address truly belongs to."""
    return pa.table(
        {
            "table": pa.repeat(table, len(key)),
            "row": pa.array(first + 1 + np.arange(len(key))),
            "key": key,
            "address_code": addresses["code"],
            "building_key": buildings["code"],
            "parcel_key": buildings["parcel"],
        }
    )


def _doors(quarter: Quarter) -> Floats:
    """In front of the wall that faces the street."""
    stands = quarter.stands
    to_street = quarter.parcels.door[quarter.parcel] - stands.middle
    inward = 1j * stands.along
    side = np.where((to_street * inward.conj()).real > 0, 1.0, -1.0)
    return pairs(stands.middle + inward * side * (stands.half[:, 1] + _DOORSTEP))
