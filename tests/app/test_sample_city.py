"""The sample city is what it says: the same every time, a city by its geometry, faulty only where planned."""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import pytest
import shapely

import diban.app.sample_city
from diban.app.sample_city import City, SampleFile, Sort, draw_up, write_city
from diban.app.sample_city.layers import SCHEMAS
from diban.app.sample_city.plane import pairs
from diban.catalogue import entry_from_json
from diban.governance import plan_organisation
from diban.ground import GEOMETRY, STORED, Extent, FeatureSet, Invalid
from diban.quality import UNREAD, Report, check, standard_rules
from diban.store import Database, metadata, sqlite_url

AREA = Extent(113.6, 22.2, 114.8, 23.0)


@pytest.fixture(scope="module")
def city() -> City:
    return draw_up(4060, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("city")


@pytest.fixture(scope="module")
def files(folder: Path) -> list[SampleFile]:
    return write_city(folder)


def _rows(file: SampleFile) -> pa.Table:
    """A written layer by the schema it declares."""
    schema = SCHEMAS[file.layer]
    if file.path.suffix == ".gpkg":
        _, table = pyogrio.read_arrow(file.path)
        columns = {GEOMETRY if name == "geom" else name: table[name] for name in table.column_names}
    else:
        features: list[dict[str, Any]] = json.loads(file.path.read_bytes())["features"]
        shapes = [
            shapely.from_geojson(json.dumps(row["geometry"])) if row["geometry"] else None for row in features
        ]
        columns = {name: pa.array([row["properties"][name] for row in features]) for name in schema.names()}
        columns[GEOMETRY] = pa.array(shapely.to_wkb(np.array(shapes, np.object_)), pa.binary())
    assert list(columns) == schema.arrow().names
    return pa.table({name: columns[name].cast(schema.arrow().field(name).type) for name in columns})


def _judged(table: pa.Table, layer: str) -> Report:
    features = FeatureSet.of(SCHEMAS[layer], STORED, table.combine_chunks().to_batches())
    return check(features, standard_rules(SCHEMAS[layer], AREA))


def test_same_arguments_give_the_same_bytes(files: list[SampleFile], folder: Path, tmp_path: Path) -> None:
    write_city(tmp_path / "again")
    write_city(tmp_path / "other", seed=2)
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    for name in names:
        same = (tmp_path / "again" / name).read_bytes()
        assert (folder / name).read_bytes() == same, name
        if name.endswith((".gpkg", ".geojson")):
            assert (tmp_path / "other" / name).read_bytes() != same


def test_too_small_a_city_is_refused(tmp_path: Path) -> None:
    assert len(write_city(tmp_path, buildings=50, seed=3)) == 14
    with pytest.raises(Invalid, match="at least 50"):
        write_city(tmp_path, buildings=49)


def test_every_layer_is_written_once_and_is_clean(files: list[SampleFile]) -> None:
    first = [file for file in files if file.sort is Sort.FIRST]
    assert sorted(file.layer for file in first) == sorted(SCHEMAS)
    for file in first:
        table = _rows(file)
        assert table.num_rows == file.rows > 0
        report = _judged(table, file.layer)
        assert (report.findings, report.score) == ((), 100), file.path.name
    assert {file.layer: file.rows for file in first}["buildings"] == 4000


def test_descriptions_are_catalogue_entries(files: list[SampleFile]) -> None:
    described = [file for file in files if file.sort is Sort.DESCRIPTION]
    entries = [entry_from_json(json.loads(file.path.read_bytes())) for file in described]
    layers = {layer.slug: layer.schema for entry in entries for layer in entry.layers}
    assert layers == SCHEMAS
    for file in described:
        for layer in json.loads(file.path.read_bytes())["layers"]:
            assert (file.path.parent / layer["file"]).exists()


def test_departments_can_be_imported(files: list[SampleFile], tmp_path: Path) -> None:
    (sheet,) = [file.path for file in files if file.sort is Sort.PARTIES]
    database = Database(sqlite_url(tmp_path / "control.db"))
    metadata.create_all(database.engine)
    plan = plan_organisation(database, sheet.read_bytes(), sheet.name)
    database.close()
    assert plan.faults == ()
    described = [json.loads(file.path.read_bytes()) for file in files if file.sort is Sort.DESCRIPTION]
    assert {entry["provider"] for entry in described} < {party.code for party in plan.parties}


def test_codes_are_unique_and_refer_to_each_other(city: City) -> None:
    tables = city.tables
    for layer, schema in SCHEMAS.items():
        keys = tables[layer][schema.key]
        assert pc.count_distinct(keys).as_py() == len(keys), layer
    for layer, field, target in (
        ("street-offices", "district", "districts"),
        ("buildings", "office", "street-offices"),
        ("addresses", "road", "roads"),
        ("addresses", "building", "buildings"),
    ):
        assert pc.all(pc.is_in(tables[layer][field], tables[target]["code"])).as_py(), (layer, field)
    assert pc.count_distinct(tables["addresses"]["address"]).as_py() == 4060
    assert pc.count_distinct(tables["roads"]["name"]).as_py() == tables["roads"].num_rows


@pytest.mark.parametrize(("buildings", "seed"), [(50, 3), (4060, 1), (9000, 5)])
def test_buildings_keep_to_their_blocks_and_off_the_roads(buildings: int, seed: int) -> None:
    city = draw_up(buildings, seed)
    growth, roads = city.growth, city.roads
    assert len(growth.outlines) == buildings
    assert shapely.is_valid(growth.outlines).all()
    blocks = shapely.buffer(growth.polygons, -2.5)[growth.plots.block]
    assert shapely.covers(blocks, growth.outlines).all()
    tree = shapely.STRtree(growth.outlines)
    one, other = tree.query(growth.outlines, predicate="intersects")
    assert (one == other).all()
    near, road = tree.query(roads.lines, predicate="dwithin", distance=roads.width / 2)[::-1]
    assert list(zip(near.tolist(), road.tolist(), strict=True)) == []


def test_blocks_do_not_overlap_and_lie_on_land(city: City) -> None:
    polygons = city.growth.polygons
    one, other = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    assert (one == other).all()
    assert shapely.contains(city.land, polygons).all()
    assert shapely.covers(city.land, city.roads.lines).all()


def test_buildings_follow_the_streets(city: City) -> None:
    """The longest wall is parallel to the street that the building faces, or square to it."""
    growth = city.growth
    bars = np.flatnonzero(growth.plots.outline == 0)
    corners = shapely.get_coordinates(growth.outlines[bars]).reshape(len(bars), 5, 2)
    wall = np.degrees(np.arctan2(*(corners[:, 1] - corners[:, 0]).T[::-1]))
    row = np.searchsorted(city.roads.street, city.doors.street[bars])
    spot = shapely.line_locate_point(city.roads.lines[row], shapely.centroid(growth.outlines[bars]))
    ahead = shapely.line_interpolate_point(city.roads.lines[row], spot + 5)
    behind = shapely.line_interpolate_point(city.roads.lines[row], spot - 5)
    along = shapely.get_coordinates(ahead) - shapely.get_coordinates(behind)
    street = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
    inner = (spot > 6) & (spot < shapely.length(city.roads.lines[row]) - 6)
    turn = np.abs((wall - street + 45) % 90 - 45)[inner]
    assert inner.sum() > 1000
    assert turn.max() < 3.0


def test_heights_fall_from_the_three_centres(city: City) -> None:
    growth = city.growth
    middle = pairs(city.centres.at)
    spots = shapely.get_coordinates(shapely.centroid(growth.outlines))
    for centre in range(3):
        away = np.hypot(*(spots - middle[centre]).T) / city.centres.radius[centre]
        means = [
            growth.heights[(growth.owner() == centre) & (away >= low) & (away < high)].mean()
            for low, high in pairwise([0.0, 0.3, 0.65, 1.2])
        ]
        assert means[0] > 1.5 * means[1] > 1.5 * means[2], (centre, means)
    assert growth.heights.max() > 200
    assert np.median(growth.heights) < 40


def test_divisions_cover_the_land_without_overlap(city: City) -> None:
    divisions = city.divisions
    for polygons in (divisions.offices, divisions.districts):
        assert shapely.is_valid(polygons).all()
        assert shapely.area(polygons).sum() == pytest.approx(city.land.area, rel=1e-4)
        assert shapely.union_all(polygons).area == pytest.approx(city.land.area, rel=1e-4)
    office = divisions.office_at(shapely.get_coordinates(shapely.centroid(city.growth.outlines)))
    assert office.min() >= 0
    assert len(np.unique(office)) > 60


def test_city_has_the_place_and_size_of_its_model(city: City) -> None:
    west, south, east, north = shapely.total_bounds(
        shapely.from_wkb(city.tables["districts"][GEOMETRY].to_numpy())
    )
    assert 113.7 < west < 113.8
    assert 22.38 < south < 22.5
    assert 114.5 < east < 114.65
    assert 22.75 < north < 22.87
    assert 1700e6 < city.land.area < 2300e6
    lon = shapely.bounds(shapely.from_wkb(city.tables["buildings"][GEOMETRY].to_numpy()))
    assert ((lon[:, 0] < 114).sum(), (lon[:, 2] > 114).sum()) > (500, 500)


def test_addresses_stand_at_their_doors(city: City) -> None:
    doors = shapely.points(pairs(city.doors.at))
    away = shapely.distance(doors, city.growth.outlines)
    assert away.min() > 0
    assert np.median(away) < 1.5
    row = np.searchsorted(city.roads.street, city.doors.street)
    assert (shapely.distance(doors, city.roads.lines[row]) > city.roads.width[row] / 2).all()
    counted = Counter(zip(city.doors.street.tolist(), city.doors.number.tolist(), strict=True))
    assert set(counted.values()) == {1}


def test_update_adds_removes_and_raises(files: list[SampleFile]) -> None:
    (first,) = [file for file in files if (file.sort, file.layer) == (Sort.FIRST, "buildings")]
    (second,) = [file for file in files if file.sort is Sort.UPDATE]
    before, after = ({row["code"]: row for row in _rows(file).to_pylist()} for file in (first, second))
    added, removed = after.keys() - before.keys(), before.keys() - after.keys()
    changed = {code for code in before.keys() & after.keys() if before[code] != after[code]}
    assert 0 < len(removed) <= 40
    assert len(added) in (59, 60)
    assert 60 <= len(changed) <= 80
    assert all(after[code]["floors"] == before[code]["floors"] + 2 for code in changed)
    assert _judged(_rows(second), "buildings").findings == ()


_NAMES = {
    "bow-tie": "geometry.self-intersection",
    "swapped-axes": "extent.swapped",
    "far-out-at-sea": "extent.outside",
    "no-geometry": "geometry.absent",
    "value-absent": "field.required",
    "not-a-number": "field.type",
    "unlisted-code": "field.code",
    "key-repeated": "key.repeated",
}


def test_faulty_delivery_has_the_planted_faults_and_no_others(files: list[SampleFile]) -> None:
    (file,) = [file for file in files if file.sort is Sort.FAULTY]
    rows: list[dict[str, Any]] = json.loads(file.path.read_bytes())["features"]
    unread: list[object] = [None] * len(rows)
    for place, row in enumerate(rows):
        floors = row["properties"]["floors"]
        if isinstance(floors, str):
            unread[place], row["properties"]["floors"] = [{"field": "floors", "value": floors}], None
    mended = file.path.with_name("mended.geojson")
    mended.write_text(json.dumps({"features": rows}))
    table = _rows(SampleFile(mended, Sort.FAULTY, "buildings", "buildings"))
    mended.unlink()
    report = _judged(table.append_column(UNREAD, pa.array(unread)), "buildings")
    found = {
        (finding.code, finding.flaw.field, place.row)
        for finding in report.findings
        for place in finding.places
    }
    assert found == {(_NAMES[one.fault], one.field, one.row) for one in file.planted}
    assert report.score == 100 - 4 * len(_NAMES)
    assert {one.fault for one in file.planted} == set(_NAMES)
    listed = json.loads(file.path.with_suffix(".planted.json").read_bytes())
    assert [(one["row"], one["fault"]) for one in listed] == [(one.row, one.fault) for one in file.planted]


def test_planting_knows_nothing_of_the_rules() -> None:
    known = {".".join(name.split(".")[:3]) for name in _imported() if name.startswith("diban.")}
    assert known == {"diban.app.sample_city", "diban.ground"}


def _imported() -> Iterator[str]:
    for path in Path(diban.app.sample_city.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                yield str(node.module)
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
