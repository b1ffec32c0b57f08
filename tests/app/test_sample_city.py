"""The sample city's files are what they say: the same every time, faulty only where planned."""

from __future__ import annotations

import ast
import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet
import pyogrio
import pytest
import shapely

import diban.app.sample_city
from diban.app.sample_city import Round, SampleFile, Verdict, write_city
from diban.app.sample_city.businesses import credit_codes
from diban.app.sample_city.gcj02 import to_gcj02
from diban.app.sample_city.layers import ADDRESS_CODE, SCHEMAS
from diban.app.sample_city.resources import RESOURCE_OF, RESOURCES
from diban.catalogue import entry_from_json
from diban.governance import plan_organisation
from diban.ground import (
    GAUSS_114E,
    GEOMETRY,
    STORED,
    AssetKind,
    Extent,
    FeatureSet,
    GeometryKind,
    Invalid,
    Kind,
    Schema,
    asset_schema,
    project,
)
from diban.quality import Before, Register, Report, check, standard_rules
from diban.store import Database, metadata, sqlite_url

AREA = Extent(113.6, 22.2, 114.8, 23.0)
BUILDINGS, SEED = 2500, 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("city")


@pytest.fixture(scope="module")
def files(folder: Path) -> list[SampleFile]:
    return write_city(folder, buildings=BUILDINGS, seed=SEED, errors=0.05)


@pytest.fixture(scope="module")
def tables(files: list[SampleFile]) -> dict[str, pa.Table]:
    """The first delivery of every layer."""
    first = (file for file in files if file.delivery.round is Round.FIRST and not file.delivery.whole)
    return {file.delivery.layer: _rows(file) for file in first}


def _features(path: Path) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads(path.read_bytes())["features"]
    return features


def _rows(file: SampleFile) -> pa.Table:
    """A written GeoPackage or GeoJSON by the schema its layer declares, in the stored CRS."""
    schema = SCHEMAS[file.delivery.layer]
    if file.path.suffix == ".gpkg":
        _, table = pyogrio.read_arrow(file.path, layer=file.delivery.layer)
        columns = {GEOMETRY if name == "geom" else name: table[name] for name in table.column_names}
    else:
        features = _features(file.path)
        shapes = [shapely.from_geojson(json.dumps(row["geometry"])) for row in features]
        columns = {name: pa.array([row["properties"][name] for row in features]) for name in schema.names()}
        columns[GEOMETRY] = pa.array(shapely.to_wkb(np.array(shapes, np.object_)), pa.binary())
    assert list(columns) == schema.arrow().names
    if file.delivery.crs == GAUSS_114E.code:
        shapes = shapely.transform(_shapes(columns[GEOMETRY]), lambda xy: project(xy, GAUSS_114E, STORED))
        columns[GEOMETRY] = pa.array(shapely.to_wkb(shapes), pa.binary())
    return pa.table({name: columns[name].cast(schema.arrow().field(name).type) for name in columns})


def _schema(layer: str) -> Schema:
    """What a layer declares; of one that holds a file, what follows from its kind."""
    kind = RESOURCE_OF[layer].asset
    return SCHEMAS[layer] if kind is None else asset_schema(kind)


def _shapes(column: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.object_]]:
    shapes: np.ndarray[Any, np.dtype[np.object_]] = shapely.from_wkb(column.to_numpy(zero_copy_only=False))
    return shapes


def _truth(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class _FirstRound:
    """The first deliveries as published layers."""

    tables: dict[str, pa.Table]

    def register(self, layer: str) -> Register:
        codes = self.tables[layer]["code"].to_pylist()
        shapes = self.tables[layer][GEOMETRY].to_pylist()
        return Register(frozenset(codes), dict(zip(codes, shapes, strict=True)))

    def before(self) -> Before | None:
        return None


def _judged(table: pa.Table, layer: str, tables: dict[str, pa.Table]) -> Report:
    features = FeatureSet.of(SCHEMAS[layer], STORED, table.combine_chunks().to_batches())
    return check(features, standard_rules(SCHEMAS[layer], AREA, _FirstRound(tables)))


# Its rows


def test_every_layer_is_clean(files: list[SampleFile], tables: dict[str, pa.Table]) -> None:
    assert sorted(tables) == sorted(SCHEMAS)
    for layer, table in tables.items():
        report = _judged(table, layer, tables)
        assert (report.findings, report.score) == ((), 100), layer
    assert tables["buildings"].num_rows == BUILDINGS
    present = dict(tables)  # the address office knows the buildings of the month
    for file in files:
        if file.delivery.round is Round.UPDATE and not file.delivery.whole:
            rows = _rows(file)
            assert _judged(rows, file.delivery.layer, present).findings == ()
            present[file.delivery.layer] = rows


def test_every_sort_of_constraint_is_declared_and_broken(folder: Path, files: list[SampleFile]) -> None:
    """In the files that are meant to be faulty, each at least once."""
    assert files
    declared: dict[str, set[tuple[str, str]]] = {}
    for slug, schema in SCHEMAS.items():
        for field in schema.fields:
            must = field.constraint
            for sort, demanded in (
                ("out-of-range", must.minimum or must.maximum),
                ("bad-pattern", must.pattern),
                ("bad-credit-code", must.check),
                ("unknown-code", field.codes),
                ("repeated-value", field.unique),
                ("missing-required", field.required),
                (REFERS.get(str(must.reference), ""), must.reference),
            ):
                if demanded:
                    declared.setdefault(sort, set()).add((slug, field.name))
    planted: dict[str, set[tuple[str, str]]] = {}
    for error in _truth(folder, "errors"):
        planted.setdefault(error["kind"], set()).add((error["layer"], error["field"]))
    for sort, fields in declared.items():
        assert planted[sort] & fields, sort
    kinds = {SCHEMAS[layer].field(field).kind for layer, field in planted["out-of-range"]}
    assert kinds == {Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.INSTANT}


REFERS = {
    "districts": "unknown-district",
    "street-offices": "unknown-office",
    "communities": "unknown-community",
    "parcels": "unknown-parcel",
    "buildings": "unknown-building",
}


def test_codes_are_unique_and_refer_to_each_other(tables: dict[str, pa.Table]) -> None:
    for layer, schema in SCHEMAS.items():
        assert pc.count_distinct(tables[layer][schema.key]).as_py() == len(tables[layer]), layer
    for layer, field, target in (
        ("street-offices", "district", "districts"),
        ("communities", "office", "street-offices"),
        ("parcels", "community", "communities"),
        ("buildings", "parcel", "parcels"),
        ("addresses", "building", "buildings"),
    ):
        assert pc.all(pc.is_in(tables[layer][field], tables[target]["code"])).as_py(), (layer, field)
    addresses = tables["addresses"]
    assert pc.count_distinct(addresses["address"]).as_py() == BUILDINGS
    assert pc.all(pc.is_in(addresses["street"], tables["roads"]["street"])).as_py()


def test_address_codes_are_built_from_their_profile(tables: dict[str, pa.Table]) -> None:
    assert sum(digits for _, digits in ADDRESS_CODE) == 25
    for row in tables["addresses"].slice(0, 200).to_pylist():
        ends = np.cumsum([digits for _, digits in ADDRESS_CODE]).tolist()
        parts = [row["code"][start:end] for start, end in pairwise([0, *ends])]
        assert parts == [row["community"], row["street"], f"{row['number']:05}", f"{row['block']:02}"]
        assert f"{row['number']}号" in row["address"]


def test_rows_lie_in_the_divisions_they_name(tables: dict[str, pa.Table]) -> None:
    communities = _shapes(tables["communities"][GEOMETRY])
    place = pc.index_in(tables["buildings"]["community"], tables["communities"]["code"]).to_numpy()
    assert shapely.covers(communities[place], _shapes(tables["buildings"][GEOMETRY])).mean() > 0.998
    parcels = _shapes(tables["parcels"][GEOMETRY])
    place = pc.index_in(tables["buildings"]["parcel"], tables["parcels"]["code"]).to_numpy()
    assert shapely.covers(parcels[place], _shapes(tables["buildings"][GEOMETRY])).all()


def test_no_land_is_bare_and_nothing_green_lies_on_anything(tables: dict[str, pa.Table]) -> None:
    def board(layer: str) -> Any:
        return shapely.transform(_shapes(tables[layer][GEOMETRY]), lambda xy: project(xy, STORED, GAUSS_114E))

    green, parcels, water = board("green"), board("parcels"), board("water")
    left = green[pc.starts_with(tables["green"]["code"], "7").to_numpy()]  # parks lie on parcels of theirs
    for other in (green, parcels, water):
        one, two = shapely.STRtree(other).query(left, predicate="intersects")
        shared = shapely.intersection(left[one], other[two])
        assert shapely.area(shared[~shapely.equals(left[one], other[two])]).max(initial=0) < 1.0
    used = sum(shapely.area(shapes).sum() for shapes in (green, parcels, water))
    assert used > 0.88 * shapely.area(board("districts")).sum()  # the rest are streets and the shore


def test_credit_codes_have_true_check_characters(tables: dict[str, pa.Table]) -> None:
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    for code in tables["enterprises"]["code"].to_pylist()[:300]:
        assert sum(signs.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17])) % 31 == (
            -signs.index(code[17]) % 31
        )
        subject = sum(
            int(sign, 36) * w for sign, w in zip(code[8:16], (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
        )
        assert "0123456789X0"[11 - subject % 11] == code[16]
    assert len(set(credit_codes(np.arange(150_000)))) == 150_000


# What is written


def test_same_arguments_give_the_same_bytes(files: list[SampleFile], folder: Path, tmp_path: Path) -> None:
    write_city(tmp_path, buildings=BUILDINGS, seed=SEED, errors=0.05)
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert names == sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_another_seed_is_another_city_and_too_small_a_one_is_refused(
    files: list[SampleFile], folder: Path, tmp_path: Path
) -> None:
    assert files
    written = write_city(tmp_path, buildings=50, seed=3)
    assert next(file.rows for file in written if file.path.name == "buildings.gpkg") == 50
    assert (tmp_path / "districts.geojson").read_bytes() != (folder / "districts.geojson").read_bytes()
    with pytest.raises(Invalid, match="at least 50"):
        write_city(tmp_path, buildings=49)


def test_the_list_names_every_file_and_what_becomes_of_it(files: list[SampleFile], folder: Path) -> None:
    listed = json.loads((folder / "deliveries.json").read_bytes())
    assert [(one["file"], one["layer"]) for one in listed] == [
        (file.path.name, file.delivery.layer) for file in files
    ]
    assert {one["expected"] for one in listed} == {str(verdict) for verdict in Verdict}
    assert {one["resource"] for one in listed} == {resource.slug for resource in RESOURCES}
    written = {
        path.name
        for path in folder.iterdir()
        if path.suffix not in (".json", "") and path.name != "parties.csv"
    }
    assert written == {one["file"] for one in listed}


def test_descriptions_are_catalogue_entries(folder: Path) -> None:
    described = [json.loads((folder / f"{resource.slug}.json").read_bytes()) for resource in RESOURCES]
    layers = {layer.slug: layer.schema for one in described for layer in entry_from_json(one).layers}
    held = {slug: resource.asset for slug, resource in RESOURCE_OF.items() if resource.asset is not None}
    assert layers == SCHEMAS | {slug: asset_schema(kind) for slug, kind in held.items()}
    assert {*held.values()} == {*AssetKind}
    assert all((folder / layer["file"]).exists() for one in described for layer in one["layers"])


def test_departments_can_be_imported(folder: Path, tmp_path: Path) -> None:
    sheet = folder / "parties.csv"
    database = Database(sqlite_url(tmp_path / "control.db"))
    metadata.create_all(database.engine)
    planned = plan_organisation(database, sheet.read_bytes(), sheet.name)
    database.close()
    assert planned.faults == ()
    assert {resource.provider.code for resource in RESOURCES} < {party.code for party in planned.parties}


def test_shapefiles_are_gbk_inside_and_out(tables: dict[str, pa.Table], folder: Path, tmp_path: Path) -> None:
    for name, title, prj in (("roads.zip", "道路中心线", False), ("parcels.zip", "宗地", True)):
        with zipfile.ZipFile(folder / name, metadata_encoding="gbk") as archive:
            members = archive.namelist()
            archive.extractall(tmp_path)
        endings = [".shp", ".shx", ".dbf", *([".prj", ".cpg"] if prj else [])]
        assert members == [title + ending for ending in endings]
    assert (tmp_path / "宗地.cpg").read_text().strip() == "GBK"
    assert pyogrio.read_info(tmp_path / "宗地.shp")["crs"] == "EPSG:4547"
    _, roads = pyogrio.read_arrow(tmp_path / "道路中心线.shp", encoding="GBK")
    assert roads["name"].to_pylist() == tables["roads"]["name"].to_pylist()
    assert pyogrio.read_info(tmp_path / "道路中心线.shp")["crs"] is None


def test_every_form_holds_the_same_rows(folder: Path, tables: dict[str, pa.Table]) -> None:
    codes = tables["addresses"]["code"].to_pylist()
    text = (folder / "addresses.csv").read_bytes().decode("gbk")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["code"] for row in rows] == codes
    points = _shapes(tables["addresses"][GEOMETRY])
    assert [float(row["lon"]) for row in rows] == shapely.get_x(points).tolist()
    parquet_file = parquet.ParquetFile(folder / "addresses.parquet")
    assert parquet_file.read()["code"].to_pylist() == codes
    geo = json.loads(parquet_file.schema_arrow.metadata[b"geo"])
    assert geo["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 4490}
    with closing(openpyxl.load_workbook(folder / "enterprises.xlsx", read_only=True)) as book:
        assert book.active is not None
        told = [row[0] for row in book.active.iter_rows(values_only=True)]
    assert told == ["code", *tables["enterprises"]["code"].to_pylist()]


def test_web_map_coordinates_are_shifted(folder: Path, tables: dict[str, pa.Table]) -> None:
    shifted = np.array([row["geometry"]["coordinates"] for row in _features(folder / "poi.geojson")])
    plain = shapely.get_coordinates(_shapes(tables["poi"][GEOMETRY]))
    away = project(shifted, STORED, GAUSS_114E) - project(plain, STORED, GAUSS_114E)
    assert 400 < np.hypot(*away.T).min() < np.hypot(*away.T).max() < 700
    known = to_gcj02(np.array([[113.912316, 22.543847], [116.377817, 39.911954]]))
    # Published pairs of places and what a Chinese web map shows for them.
    expected = [[113.9171764808363, 22.540796131694766], [116.38404722455657, 39.91334545536069]]
    assert np.abs(known - expected).max() < 1e-6


# The truth


def test_links_are_true(folder: Path, tables: dict[str, pa.Table]) -> None:
    links = _truth(folder, "links")
    assert Counter(link["table"] for link in links) == {
        name: len(tables[name]) for name in ("poi", "enterprises", "catering")
    }
    places = {row["code"]: row for row in tables["addresses"].drop_columns([GEOMETRY]).to_pylist()}
    parcels = dict(zip(*(tables["buildings"][name].to_pylist() for name in ("code", "parcel")), strict=True))
    for link in links:
        assert places[link["address_code"]]["building"] == link["building_key"]
        assert parcels[link["building_key"]] == link["parcel_key"]
    for name in ("poi", "enterprises", "catering"):
        keys = tables[name]["code"].to_pylist()
        written = tables[name]["address"].to_pylist()
        for link in (link for link in links if link["table"] == name):
            assert keys[int(link["row"]) - 1] == link["key"]
            plain = written[int(link["row"]) - 1].translate({0xFF10 + n: str(n) for n in range(10)})
            true = places[link["address_code"]]["address"]
            assert plain.startswith((true, true.removeprefix("澜湾市")))


def test_changes_are_those_between_the_rounds(
    files: list[SampleFile], folder: Path, tables: dict[str, pa.Table]
) -> None:
    told: dict[tuple[str, str], set[str]] = {}
    for row in _truth(folder, "changes"):
        told.setdefault((row["file"], row["change"]), set()).add(row["key"])
    whole = [("buildings-spec-update.docx", "changed")]
    assert [told.pop(file) for file in whole] == [{"document"}]
    for file in (file for file in files if file.delivery.round is Round.UPDATE and not file.delivery.whole):
        first = next(
            f for f in files if (f.delivery.round, f.delivery.layer) == (Round.FIRST, file.delivery.layer)
        )
        before, after = ({row["code"]: row for row in _rows(one).to_pylist()} for one in (first, file))
        found = {
            "added": after.keys() - before.keys(),
            "removed": before.keys() - after.keys(),
            "changed": {code for code in before.keys() & after.keys() if before[code] != after[code]},
        }
        assert {what: keys for what, keys in found.items() if keys} == {
            what: keys for (name, what), keys in told.items() if name == file.path.name
        }
    assert {name for name, _ in told} == {"buildings-update.gpkg", "addresses-update.geojson"}


def test_declared_crs_are_those_of_the_files(files: list[SampleFile], folder: Path) -> None:
    told = {(row["file"], row["layer"]): row["declared_crs"] for row in _truth(folder, "crs")}
    shaped = {
        (file.path.name, file.delivery.layer)
        for file in files
        if _schema(file.delivery.layer).geometry is not GeometryKind.NONE
    }
    assert told.keys() == shaped
    for (name, layer), declared in told.items():
        if name.endswith(".gpkg"):
            assert pyogrio.read_info(folder / name, layer=layer)["crs"] == declared


def test_planted_errors_are_where_the_truth_says(files: list[SampleFile], folder: Path) -> None:
    errors = _truth(folder, "errors")
    kinds = {row["kind"] for row in errors}
    assert kinds == {
        *("missing-required", "wrong-type", "duplicate-key", "unknown-code", "out-of-range", "bad-pattern"),
        *("bad-credit-code", "unknown-district", "self-intersection", "null-geometry", "empty-geometry"),
        *("exact-duplicate", "near-duplicate", "outside-city", "swapped-axes", "shifted", "sliver"),
        *("low-precision", "damaged-number", "mass-removal", "schema-drift"),
        *("unknown-community", "unknown-office", "unknown-parcel", "unknown-building", "repeated-value"),
    }
    by_row = {int(row["row"]): row for row in errors if row["file"] == "buildings-faulty.geojson"}
    features = _features(folder / "buildings-faulty.geojson")
    update = next(file for file in files if file.path.name == "buildings-update.gpkg")
    clean = {row["code"]: row for row in _rows(update).to_pylist()}
    for number, feature in enumerate(features, 1):
        told = by_row.get(number)
        same = _same(feature, clean.get(feature["properties"]["code"]))
        assert same is (told is None), (number, told)
        if told and told["field"] and told["kind"] == "missing-required":
            assert feature["properties"][told["field"]] is None
        if told and told["kind"] == "null-geometry":
            assert feature["geometry"] is None
    assert len(by_row) == pytest.approx(0.05 * len(features), rel=0.4)


SPOILT = ("use", "floors", "year", "district", "office", "community", "parcel")


def _same(feature: dict[str, Any], clean: dict[str, Any] | None) -> bool:
    """Whether a feature as delivered is the row it should be."""
    if clean is None or feature["geometry"] is None:
        return False
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    properties = feature["properties"]
    return (
        shape.equals_exact(shapely.from_wkb(clean[GEOMETRY]), 1e-9)
        and all(str(properties[name]) == str(clean[name]) for name in SPOILT)
        and properties["surveyed"][:10] == clean["surveyed"].isoformat()[:10]
        and properties["height"] == float(clean["height"])
    )


def test_spoilt_workbooks_carry_damaged_numbers(folder: Path) -> None:
    with closing(openpyxl.load_workbook(folder / "addresses-faulty.xlsx", read_only=True)) as book:
        assert book.active is not None
        codes = [row[0] for row in book.active.iter_rows(min_row=2, values_only=True)]
    told = {
        int(row["row"])
        for row in _truth(folder, "errors")
        if (row["file"], row["kind"]) == ("addresses-faulty.xlsx", "damaged-number")
    }
    assert {place for place, code in enumerate(codes, 1) if not isinstance(code, str)} == told != set()


def test_planting_knows_nothing_of_the_rules() -> None:
    known = {".".join(name.split(".")[:3]) for name in _imported() if name.startswith("diban.")}
    assert known == {"diban.app.sample_city", "diban.ground"}


def _imported() -> Iterator[str]:
    for path in Path(diban.app.sample_city.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                yield str(node.module)
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
