"""The whole city, drawn up: its plan on the board, and the rows of every layer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import shapely

from diban.app.sample_city.addresses import Doors, doors, joined
from diban.app.sample_city.centres import OFFICES, Centres, centres
from diban.app.sample_city.divisions import Divisions, divide
from diban.app.sample_city.growth import Growth, grow
from diban.app.sample_city.land import land
from diban.app.sample_city.layers import CITY_CODE, district_code
from diban.app.sample_city.names import CITY, DISTRICT_NAMES, Names, building_names, road_names
from diban.app.sample_city.organisations import organisations
from diban.app.sample_city.plane import Geometries, Ints, board, pairs, to_degrees
from diban.app.sample_city.roads import Roads, build_roads
from diban.app.sample_city.zones import OFFICE, VILLAGE, ZONES
from diban.ground import GEOMETRY, Text

_SURVEYED = int(datetime(2026, 3, 2, 1, tzinfo=UTC).timestamp())
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class City:
    """The plan, and in ``tables`` the rows of each layer by its slug, geometry as WKB in degrees."""

    land: shapely.Polygon
    centres: Centres
    growth: Growth
    roads: Roads
    divisions: Divisions
    doors: Doors
    tables: dict[str, pa.Table]


def draw_up(buildings: int, seed: int) -> City:
    """A city with so many buildings; the same for the same numbers."""
    rng = np.random.default_rng(seed)
    ground = land(rng)
    places = centres(ground, buildings, rng)
    growth = grow(ground, places, buildings, rng)
    roads = build_roads(ground, places, growth, rng)
    divisions = divide(ground, places, rng)
    facing = doors(growth, places)
    names = Names.of(rng)
    offices = _office_names(names)
    at = board(shapely.get_coordinates(shapely.centroid(growth.outlines)))
    office = divisions.office_at(pairs(at))
    road_texts = road_names(roads.grade, names)
    tables = {
        "districts": _districts(divisions, rng),
        "street-offices": _offices(divisions, offices),
        "roads": _roads(roads, road_texts, rng),
        "buildings": _buildings(growth, office, divisions, names, rng),
    }
    tables["addresses"] = _addresses(
        tables["buildings"], roads, facing, road_texts, (office, offices, divisions)
    )
    tables["organisations"] = organisations(
        tables["addresses"]["address"].combine_chunks(), growth.floors, rng
    )
    return City(ground, places, growth, roads, divisions, facing, tables)


def office_codes(divisions: Divisions) -> list[str]:
    """The made-up nine-digit code of every street office."""
    seen: dict[int, int] = {}
    codes = []
    for district in divisions.district.tolist():
        seen[district] = seen.get(district, 0) + 1
        codes.append(f"{district_code(district)}{seen[district]:03d}")
    return codes


def _wkb(geometries: Geometries) -> pa.Array:
    return pa.array(shapely.to_wkb(to_degrees(geometries), flavor="iso"), pa.binary())


def _office_names(names: Names) -> list[Text]:
    return [Text(f"{names[n].zh}街道", f"{names[n].en} Street Office") for n in range(OFFICES)]


def _texts(texts: list[Text], chosen: Ints | None = None) -> tuple[pa.Array, pa.Array]:
    zh, en = pa.array([text.zh for text in texts]), pa.array([text.en for text in texts])
    return (zh, en) if chosen is None else (zh.take(pa.array(chosen)), en.take(pa.array(chosen)))


def _districts(divisions: Divisions, rng: np.random.Generator) -> pa.Table:
    zh, en = _texts(list(DISTRICT_NAMES))
    areas = shapely.area(divisions.districts) / 1e6
    return pa.table(
        {
            "code": pa.array([district_code(number) for number in range(len(zh))]),
            "name": zh,
            "name_en": en,
            "population": pa.array((rng.lognormal(13.6, 0.5, len(zh))).astype(np.int64)),
            "area": pa.array(np.round(areas, 2)).cast(pa.decimal128(8, 2)),
            GEOMETRY: _wkb(divisions.districts),
        }
    )


def _offices(divisions: Divisions, names: list[Text]) -> pa.Table:
    zh, en = _texts(names)
    return pa.table(
        {
            "code": pa.array(office_codes(divisions)),
            "name": zh,
            "name_en": en,
            "district": pa.array([district_code(number) for number in divisions.district.tolist()]),
            GEOMETRY: _wkb(divisions.offices),
        }
    )


def _roads(roads: Roads, names: list[Text], rng: np.random.Generator) -> pa.Table:
    zh, en = _texts(names)
    count = len(zh)
    return pa.table(
        {
            "code": _road_codes(count),
            "name": zh,
            "name_en": en,
            "grade": pa.array(roads.grade.astype(str)),
            "lanes": pa.array(10 - 2 * roads.grade),
            "width": pa.array(roads.width).cast(pa.decimal128(5, 1)),
            "one_way": pa.array((roads.width < 20) & (rng.uniform(size=count) < 0.15)),
            "opened": pa.array(rng.integers(4_000, 20_400, count).astype(np.int32)).cast(pa.date32()),
            GEOMETRY: _wkb(roads.lines),
        }
    )


def _road_codes(count: int) -> pa.Array:
    return joined(CITY_CODE, _padded(np.arange(1, count + 1), 5))


def _padded(numbers: Ints, width: int) -> pa.Array:
    return pa.array(np.char.zfill(numbers.astype(str), width))


def _buildings(
    growth: Growth, office: Ints, divisions: Divisions, names: Names, rng: np.random.Generator
) -> pa.Table:
    kind, count = growth.kind(), len(office)
    zh, en = building_names(kind, growth.plots.block, names)
    codes = pa.array(office_codes(divisions)).take(pa.array(office))
    deep = np.where(kind == OFFICE, 3, np.where(growth.floors > 10, 2, 0))
    youth = np.where(kind == VILLAGE, rng.integers(4_000, 12_000, count), rng.integers(9_000, 20_300, count))
    surveyed = (_SURVEYED + rng.integers(0, 25 * _DAY, count)) * 1_000_000
    return pa.table(
        {
            "code": joined(codes, _padded(np.arange(1, count + 1), 6)),
            "name": pa.array(zh, pa.string()),
            "name_en": pa.array(en, pa.string()),
            "use": pa.array(np.array([zone.use for zone in ZONES])[kind]),
            "floors": pa.array(growth.floors),
            "basements": pa.array(rng.integers(0, deep + 1)),
            "height": pa.array(growth.heights).cast(pa.decimal128(6, 1)),
            "footprint": pa.array(np.round(shapely.area(growth.outlines), 2)),
            "completed": pa.array(youth.astype(np.int32)).cast(pa.date32()),
            "protected": pa.array((youth < 6_000) & (rng.uniform(size=count) < 0.2)),
            "office": codes,
            "surveyed": pa.array(surveyed).cast(pa.timestamp("us", "UTC")),
            GEOMETRY: _wkb(growth.outlines),
        }
    )


def _addresses(
    buildings: pa.Table,
    roads: Roads,
    facing: Doors,
    names: list[Text],
    offices: tuple[Ints, list[Text], Divisions],
) -> pa.Table:
    """One address a building: 澜湾市 + district + street office + road + number."""
    office, office_names, divisions = offices
    road = np.searchsorted(roads.street, facing.street)
    district = divisions.district[office]
    district_zh, district_en = _texts(list(DISTRICT_NAMES), district)
    office_zh, office_en = _texts(office_names, office)
    road_zh, road_en = _texts(names, road)
    number = pa.array(facing.number).cast(pa.string())
    office_code = buildings["office"].combine_chunks()
    return pa.table(
        {
            "code": joined(office_code, _padded(road + 1, 6), _padded(facing.number, 5), "00000"),
            "address": joined(CITY.zh, district_zh, office_zh, road_zh, number, "号"),
            "address_en": joined(
                *("No. ", number, " ", road_en, ", ", office_en, ", ", district_en, f", {CITY.en}")
            ),
            "district": pa.array([district_code(one) for one in range(len(DISTRICT_NAMES))]).take(
                pa.array(district)
            ),
            "office": office_code,
            "road": _road_codes(len(names)).take(pa.array(road)),
            "number": pa.array(facing.number),
            "building": buildings["code"],
            GEOMETRY: _wkb(shapely.points(pairs(facing.at))),
        }
    )
