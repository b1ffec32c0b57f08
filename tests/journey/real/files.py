"""Real files as departments send them, and how each is to be read; some are made from the data of others."""

from __future__ import annotations

import csv
import gzip
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

SHENZHEN, NEW_YORK, WORLD = (
    (113.6, 22.2, 114.8, 23.0),
    (-74.3, 40.4, -73.6, 41.0),
    (-180.0, -90.0, 180.0, 90.0),
)
Box = tuple[float, float, float, float]
Make = Callable[[Path, Path], Path]

_PARKING = "06_address_poi/Shenzhen_ParkingMap"
_CAMPUSES = "06_address_poi/The-Location-Data-of-Schools-in-China/大学-8084.json"
_NEW_YORK = "03_buildings_3dcity/maptalks.three-ny/ny_buildings.geojsonl.gz"
_JTS = "09_conformance/jts/modules/tests/src/test/resources/testxml/general"


@dataclass(frozen=True, slots=True)
class Sent:
    """A file: what it is, in which city, how it is made from the test data (folder, then where to write it).

    ``mapping`` says which columns are places, and whether the first row names them; ``truth`` is the sender's
    word if asked for the CRS.
    """

    name: str
    city: Box
    make: Make
    truth: str = "EPSG:4326"
    mapping: dict[str, object] = field(default_factory=dict)
    geometry: str | None = None


def as_is(path: str) -> Make:
    """The file itself."""
    return lambda data, _: data / path


def zipped(path: str, *suffixes: str) -> Make:
    """A shapefile's parts in a ZIP."""

    def make(data: Path, folder: Path) -> Path:
        made, shapefile = folder / f"{Path(path).stem}.zip", data / path
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for suffix in ("shp", "shx", "dbf", *suffixes):
                part = shapefile.with_suffix(f".{suffix}")
                archive.write(part, part.name)
        return made

    return make


def table(rows: Callable[[Path], Iterable[Sequence[object]]], name: str, encoding: str = "utf-8") -> Make:
    """A table with its head as the first row, as CSV, or as XLSX by its name."""

    def make(data: Path, folder: Path) -> Path:
        made = folder / name
        if made.suffix == ".xlsx":
            book = openpyxl.Workbook(write_only=True)
            sheet = book.create_sheet("数据")
            for row in rows(data):
                sheet.append(list(row))
            book.save(made)
            return made
        with made.open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream).writerows(rows(data))
        return made

    return make


def _parking(data: Path) -> Iterable[Sequence[object]]:
    """8,223 lots with the addresses of the same data set's spreadsheet, where it has one."""
    places = json.loads(
        (data / _PARKING / "Shenzhen_ParkingMap_V3/data/parkinglots/lng_lat.json").read_bytes()
    )
    sheet = openpyxl.load_workbook(data / _PARKING / "深圳市停车场数据集/park_no_repeat.xlsx", read_only=True)
    addresses = {str(row[1]): row[4] for row in sheet.active.iter_rows(values_only=True)}
    yield "名称", "地址", "区", "经度", "纬度"
    for name, (lng, lat) in places.items():
        address = str(addresses.get(name) or "")
        district = re.search(r"(福田|罗湖|南山|盐田|宝安|龙岗|龙华|坪山|光明)", address)
        yield name, address, f"{district[1]}区" if district else "", lng, lat


def _campuses(data: Path) -> Iterable[Sequence[object]]:
    yield "名称", "区", "地址", "经度", "纬度"
    for one in json.loads((data / _CAMPUSES).read_bytes()):
        if one["city"] == "深圳市":
            yield one["name"], one["area"], one["address"], one["location"]["lng"], one["location"]["lat"]


def _of_kind(kind: str) -> Make:
    """The features of one kind of New York's lines, as GeoJSON."""

    def make(data: Path, folder: Path) -> Path:
        made = folder / f"ny-{kind}.geojson"
        with gzip.open(data / _NEW_YORK, "rt", encoding="utf-8") as lines, made.open("w") as stream:
            features = [one for one in map(json.loads, lines) if one["properties"]["kind"] == kind]
            json.dump({"type": "FeatureCollection", "features": features}, stream)
        return made

    return make


def _invalid(data: Path) -> Iterable[Sequence[object]]:
    """The geometries of JTS's tests of validity, and what these expect."""
    yield "case", "valid", "wkt"
    for path in sorted((data / _JTS).glob("TestValid*.xml")):
        for number, case in enumerate(ET.parse(path).getroot().iter("case")):
            shape, expected = case.findtext("a") or "", case.findtext("test/op") or ""
            words = " ".join(shape.split())
            if words[:1].isalpha():
                yield f"{path.stem} {number}", expected.strip(), words


def _fixtures(data: Path, folder: Path) -> Path:
    """The edge cases of GeoJSON in one collection."""
    features = []
    for path in sorted((data / "09_conformance/geojson-fixtures/data").rglob("*.geojson")):
        value = json.loads(path.read_bytes())
        if value["type"] == "FeatureCollection":
            features += value["features"]
        else:
            alone = (
                value
                if value["type"] == "Feature"
                else {"type": "Feature", "properties": {}, "geometry": value}
            )
            features.append(alone)
    made = folder / "fixtures.geojson"
    made.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return made


_PLACES: dict[str, object] = {"x": "经度", "y": "纬度"}
_SF = "09_conformance/sf/inst"
DISTRICTS = Sent(
    "districts (sz.json)", SHENZHEN, as_is("01_admin/transbigdata/docs/source/gallery/data/sz.json")
)
"""Lands first: what the others of the city are held against."""

FILES = (
    Sent("districts, no .prj (sz.zip)", SHENZHEN, zipped("01_admin/pygeo-tutorial/shapefile/sz.shp", "cpg")),
    Sent(
        "districts, GBK, no .cpg (sz_districts_gbk.zip)",
        SHENZHEN,
        zipped("01_admin/derived_gbk_shp/sz_districts_gbk.shp", "prj"),
        "GCJ-02",
    ),
    Sent(
        "DataV districts (440300.json)", SHENZHEN, as_is("01_admin/GeoMapData_CN/citys/440300.json"), "GCJ-02"
    ),
    Sent(
        "Nanshan buildings",
        SHENZHEN,
        as_is("03_buildings_3dcity/maptalks.three/demo/data/nanshan-building.geojson"),
    ),
    Sent(
        "8,223 parking lots, CSV in GBK",
        SHENZHEN,
        table(_parking, "parking.csv", "gbk"),
        "BD-09",
        _PLACES,
        "point",
    ),
    Sent("8,223 parking lots, XLSX", SHENZHEN, table(_parking, "parking.xlsx"), "BD-09", _PLACES, "point"),
    Sent(
        "parking lots as published, no header",
        SHENZHEN,
        as_is(f"{_PARKING}/深圳市停车场数据集/park_no_repeat.xlsx"),
    ),
    Sent(
        "parking lots as published, said to have none",
        SHENZHEN,
        as_is(f"{_PARKING}/深圳市停车场数据集/park_no_repeat.xlsx"),
        "BD-09",
        {"header": False, "x": "column 4", "y": "column 3"},
        "point",
    ),
    Sent("64 campuses, CSV", SHENZHEN, table(_campuses, "campuses.csv"), "BD-09", _PLACES, "point"),
    Sent("bus lines, CSV", SHENZHEN, as_is("02_osm_transport/pygeo-tutorial/data-sample/busline.csv")),
    Sent("New York, 63,361 buildings", NEW_YORK, _of_kind("building"), geometry="polygon"),
    Sent("New York, 69,024 addresses", NEW_YORK, _of_kind("address"), geometry="point"),
    Sent("grd_addr.gpkg", WORLD, as_is(f"{_SF}/gpkg/grd_addr.gpkg")),
    Sent("nc.shp", WORLD, zipped(f"{_SF}/shape/nc.shp", "prj")),
    Sent(
        "JTS validity cases, WKT in CSV",
        WORLD,
        table(_invalid, "jts.csv"),
        "EPSG:3857",
        {"shape": "wkt"},
        "any",
    ),
    Sent("GeoJSON edge cases", WORLD, _fixtures),
)
